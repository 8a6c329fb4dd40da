import { type Day, spanOf } from '../../shared/span.js';
import type { MilestoneBody } from '../projection.js';
import { Coverage, coverage, onDaySchema, reachedBy, reachedSchema, standingOn, standingSchema } from '../valid-on.js';
import { Amount, COMMITMENT_STAGES } from './commitments.schema.js';

interface CommitmentDocument {
  period?: string;
  amount?: MilestoneBody['amount'];
  milestones: MilestoneBody[];
}

/** How far the commitment had come by the day, and the amount of that stage: its own, or else the commitment's. */
export function commitmentOnDay({ period, amount, milestones }: CommitmentDocument, day: Day) {
  const { standing, at } = standingOn(milestones, day);
  return {
    stage: standing,
    amount: at === undefined ? null : (at.amount ?? amount ?? null),
    period: period === undefined ? null : coverage(spanOf(period), day),
    milestones: reachedBy(milestones, day),
  };
}

const stages = Object.keys(COMMITMENT_STAGES);

export const commitmentViewed = onDaySchema('Commitment', {
  stage: standingSchema('Commitment', stages),
  amount: Amount.nullable().meta({
    description: 'Amount of that stage, or else of the commitment; null when none is known or no stage was reached.',
  }),
  period: Coverage.nullable().meta({ description: 'Whether its period covers the day; null without a period.' }),
  milestones: reachedSchema('Commitment', stages),
});
