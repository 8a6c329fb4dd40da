import type { Document } from '../../../journal/kind.js';
import { BINDING_ROLES } from '../../../resources/agreements/agreements.bound.js';
import { typeOfId } from '../../../shared/ids.js';
import { daysOf, spanOf } from '../../../shared/span.js';
import { firstOfEach } from '../first-of-each.js';
import type { Found, Rule } from '../rule.js';
import { type ActorShape, type AgreementShape, type EventShape, shapeOf, signingOf } from '../shapes.js';

/** Roles in which one need not be there: a treaty may concern a state that is no more, an honour a person who died. */
const PASSIVE: readonly string[] = ['target', 'recipient'];

/**
 * Actors that act before they exist or when they exist no longer: as participant, as the one acted for, as the office
 * acted in, as signer or, before it began, as party. A party that had ended is the matter of another rule.
 */
export const outsideExistence: Rule = {
  name: 'outside-existence',
  title: 'Actor outside its existence',
  description:
    'An actor takes part in an event, or signs an agreement, before it existed or after it had ended; so does the office or the actor that a person acts for.',
  severities: ['error'],
  of: ['event', 'agreement'],
  dependencies: [
    {
      on: 'actor',
      fields: ['existence'],
      path: [{ direction: 'in', relations: ['participant', 'on-behalf-of', 'in-office'], type: 'event' }],
    },
    {
      on: 'actor',
      fields: ['existence'],
      path: [{ direction: 'in', relations: ['party', 'signed-by', 'in-office'], type: 'agreement' }],
    },
  ],
  async check(records, world) {
    const acts = records.flatMap((record) => firstOfEach(actsOf(record), keyOf));
    const actors = await world.documents(acts.map(({ actor }) => actor));
    return acts.flatMap((act) => {
      const document = actors.get(act.actor);
      const existence = document && shapeOf<ActorShape>(document).existence;
      return existence === undefined ? [] : outside(act, existence);
    });
  },
};

interface Act {
  record: string;
  pointer: string;
  actor: string;
  date: string;
  /** Whether only acting before its beginning counts. */
  isParty?: boolean;
}

function actsOf(record: Document): Act[] {
  return typeOfId(record.id) === 'event' ? actsAt(shapeOf<EventShape>(record)) : signaturesOf(shapeOf(record));
}

function actsAt({ id, date, status, participants }: EventShape & { id: string }): Act[] {
  if (status === 'cancelled') return [];
  return participants.flatMap(({ actor, role, office, onBehalfOf }, index) => {
    if (PASSIVE.includes(role)) return [];
    const named = { actor, office, onBehalfOf };
    return Object.entries(named).flatMap(([field, who]) =>
      who === undefined ? [] : [{ record: id, pointer: `/participants/${index}/${field}`, actor: who, date }],
    );
  });
}

function signaturesOf(agreement: AgreementShape & { id: string }): Act[] {
  return agreement.parties.flatMap((party, nth) => {
    const date = signingOf(party, agreement);
    if (date === undefined || !BINDING_ROLES.includes(party.role)) return [];
    const pointer = `/parties/${nth}`;
    const signers = (party.signedBy ?? []).flatMap(({ person, office }, index) => {
      const at = `${pointer}/signedBy/${index}`;
      const acts = [{ record: agreement.id, pointer: `${at}/person`, actor: person, date }];
      return office === undefined
        ? acts
        : [...acts, { record: agreement.id, pointer: `${at}/office`, actor: office, date }];
    });
    return [{ record: agreement.id, pointer: `${pointer}/actor`, actor: party.actor, date, isParty: true }, ...signers];
  });
}

/** Of several acts of an actor in a record on a date the first is told. */
function keyOf({ actor, date }: Act): string {
  return `${actor} ${date}`;
}

function outside(act: Act, existence: string): Found[] {
  const { record, pointer, actor, date } = act;
  const day = daysOf(date);
  const span = spanOf(existence);
  const isEarly = day.last < span.from;
  if (!isEarly && (act.isParty || day.first <= span.to)) return [];
  return [
    {
      severity: 'error',
      owners: [record],
      involves: [actor],
      key: keyOf(act),
      message: `The actor acts on ${date}, ${isEarly ? 'before it existed' : 'when it existed no longer'} (${existence}).`,
      details: { pointer, actor, date, existence },
    },
  ];
}
