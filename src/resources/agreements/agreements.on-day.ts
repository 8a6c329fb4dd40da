import { z } from 'zod';
import type { Day } from '../../shared/span.js';
import {
  certainField,
  heldOn,
  onDaySchema,
  reachedBy,
  reachedSchema,
  standingOn,
  standingSchema,
} from '../valid-on.js';
import { type Agreement, boundOf, type Party } from './agreements.bound.js';
import { AGREEMENT_STAGES, Party as PartySchema } from './agreements.schema.js';

interface AgreementDocument extends Agreement {
  parties: (Party & { actor: string })[];
}

/** How far the agreement had come by the day, and whom it bound. */
export function agreementOnDay(agreement: AgreementDocument, day: Day) {
  const { milestones, parties } = agreement;
  return {
    status: standingOn(milestones, day).standing,
    milestones: reachedBy(milestones, day),
    parties: heldOn(
      parties,
      day,
      (party) => boundOf(party, agreement),
      ({ actor, role }) => ({ actor, role }),
    ),
  };
}

const stages = Object.keys(AGREEMENT_STAGES);

export const agreementViewed = onDaySchema('Agreement', {
  status: standingSchema('Agreement', stages),
  milestones: reachedSchema('Agreement', stages),
  parties: z
    .array(
      z
        .object({ actor: PartySchema.shape.actor, role: PartySchema.shape.role, certain: certainField })
        .meta({ id: 'PartyThen', description: 'A party that the agreement may have bound on that day.' }),
    )
    .meta({ description: 'Parties that it may have bound on that day.' }),
});
