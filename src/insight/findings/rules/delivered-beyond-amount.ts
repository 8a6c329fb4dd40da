import { Big } from 'big.js';
import type { Document } from '../../../journal/kind.js';
import type { Found, Rule } from '../rule.js';
import { type Amount, type CommitmentShape, shapeOf } from '../shapes.js';

/** Qualifiers under which no more than the amount was promised. */
const BOUND: readonly string[] = ['exact', 'up-to', 'nearly'];
/** Qualifiers under which no less than the amount was delivered. */
const SURE: readonly string[] = ['exact', 'at-least', 'more-than'];

/** Deliveries beyond what was promised, in the same currency. What has no bound, or holds for each year, is passed over. */
export const deliveredBeyondAmount: Rule = {
  name: 'delivered-beyond-amount',
  title: 'Delivered beyond the amount',
  description:
    'A commitment of a definite amount has deliveries above it: one of them (warning), or all of one stage together, where they cannot be running totals (notice).',
  severities: ['warning', 'notice'],
  of: ['commitment'],
  dependencies: [],
  async check(records) {
    return records.flatMap(beyondAmount);
  },
};

interface Delivery {
  pointer: string;
  stage: string;
  on: string;
  value: string;
  isMore: boolean;
}

function beyondAmount(record: Document): Found[] {
  const { id, amount, milestones } = shapeOf<CommitmentShape>(record);
  if (amount === undefined || amount.basis !== 'total' || !BOUND.includes(amount.qualifier)) return [];
  const deliveries = deliveriesOf(milestones, amount);
  const single = deliveries.filter((delivery) => isBeyond([delivery], amount));
  if (single.length > 0) {
    const [{ value, on }] = single as [Delivery];
    const message = `A delivery of ${value} ${amount.currency} on ${on} is more than the ${promised(amount)}.`;
    return [found(id, 'warning', message, amount, single)];
  }
  return ['partially-delivered', 'delivered'].flatMap((stage) => {
    const ofStage = deliveries.filter((delivery) => delivery.stage === stage);
    if (areRunningTotals(ofStage) || !isBeyond(ofStage, amount)) return [];
    const message = `Deliveries add up to ${sumOf(ofStage).toFixed()} ${amount.currency}, more than the ${promised(amount)}.`;
    return [found(id, 'notice', message, amount, ofStage)];
  });
}

function deliveriesOf(milestones: CommitmentShape['milestones'], { currency }: Amount): Delivery[] {
  return milestones.flatMap(({ stage, on, amount }, index) => {
    if (stage !== 'delivered' && stage !== 'partially-delivered') return [];
    if (amount === undefined || amount.currency !== currency || amount.basis !== 'total') return [];
    if (!SURE.includes(amount.qualifier)) return [];
    const isMore = amount.qualifier === 'more-than';
    return [{ pointer: `/milestones/${index}`, stage, on, value: amount.value, isMore }];
  });
}

/** Whether they may be what had been delivered by then: each is more than the one before. */
function areRunningTotals(deliveries: readonly Delivery[]): boolean {
  return deliveries.every(({ value }, index) => index === 0 || Big(value).gt(deliveries[index - 1]?.value ?? 0));
}

function isBeyond(deliveries: readonly Delivery[], amount: Amount): boolean {
  const sum = sumOf(deliveries);
  return sum.gt(amount.value) || (sum.eq(amount.value) && deliveries.some(({ isMore }) => isMore));
}

function sumOf(deliveries: readonly Delivery[]): Big {
  return deliveries.reduce((sum, { value }) => sum.plus(value), Big(0));
}

function promised({ value, currency }: Amount): string {
  return `${value} ${currency} promised`;
}

function found(
  id: string,
  severity: 'warning' | 'notice',
  message: string,
  amount: Amount,
  deliveries: readonly Delivery[],
): Found {
  const [{ stage }] = deliveries as [Delivery];
  const key = severity === 'warning' ? '/amount' : stage;
  const details = { amount: { ...amount }, deliveries: deliveries.map((delivery) => ({ ...delivery })) };
  return { severity, owners: [id], involves: [], key, message, details };
}
