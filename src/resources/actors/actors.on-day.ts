import { z } from 'zod';
import { type Day, spanOf, UNKNOWN } from '../../shared/span.js';
import { Coverage, certainField, coverage, heldOn, onDaySchema } from '../valid-on.js';
import { Membership, Term } from './actors.schema.js';

interface ActorDocument {
  existence?: string;
  memberships: { of: string; role: string; validity?: string }[];
  terms: { office: string; validity?: string }[];
}

const timeOf = ({ validity }: { validity?: string }) => (validity === undefined ? UNKNOWN : spanOf(validity));
const shown = ({ validity }: { validity?: string }) => (validity === undefined ? {} : { validity });

/** Whether the actor existed on the day, what it belonged to and which offices it held. */
export function actorOnDay({ existence, memberships, terms }: ActorDocument, day: Day) {
  return {
    existence: coverage(existence === undefined ? UNKNOWN : spanOf(existence), day),
    memberships: heldOn(memberships, day, timeOf, (entry) => ({ of: entry.of, role: entry.role, ...shown(entry) })),
    terms: heldOn(terms, day, timeOf, (entry) => ({ office: entry.office, ...shown(entry) })),
  };
}

const member = Membership.shape;
const term = Term.shape;

export const actorViewed = onDaySchema('Actor', {
  existence: Coverage,
  memberships: z
    .array(
      z
        .object({ of: member.of, role: member.role, validity: member.validity, certain: certainField })
        .meta({ id: 'MembershipThen', description: 'A membership that may have held on that day.' }),
    )
    .meta({ description: 'Memberships that may have held on that day.' }),
  terms: z
    .array(
      z
        .object({ office: term.office, validity: term.validity, certain: certainField })
        .meta({ id: 'TermThen', description: 'A term of office that may have run on that day.' }),
    )
    .meta({ description: 'Terms of office that may have run on that day.' }),
});
