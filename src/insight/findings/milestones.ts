import { isBefore } from './days.js';

export interface Milestone {
  stage: string;
  on: string;
}

/** A milestone with where it stands in its record. */
export type Placed = Milestone & { pointer: string };

export function placed(milestones: readonly Milestone[]): Placed[] {
  return milestones.map(({ stage, on }, index) => ({ stage, on, pointer: `/milestones/${index}` }));
}

/**
 * A milestone of a stage, and the milestones of stages that come before it, where all of such a stage are dated after it
 * for sure: one round of negotiation may follow a signature, but not the only one.
 */
export interface Disorder {
  later: Placed;
  earlier: Placed[];
}

/** What is out of order, one entry for each later stage; of several milestones of it the one that is listed first. */
export function disorders(
  milestones: readonly Milestone[],
  before: Readonly<Record<string, readonly string[]>>,
): Disorder[] {
  const all = placed(milestones);
  const found = new Map<string, Disorder>();
  for (const later of all) {
    if (found.has(later.stage)) continue;
    const earlier = (before[later.stage] ?? []).flatMap((stage) => {
      const ofStage = all.filter((each) => each.stage === stage);
      return ofStage.every(({ on }) => isBefore(later.on, on)) ? ofStage : [];
    });
    if (earlier.length > 0) found.set(later.stage, { later, earlier });
  }
  return [...found.values()];
}

export function inWords(milestones: readonly Milestone[]): string {
  return milestones.map(({ stage, on }) => `${stage} on ${on}`).join(', ');
}
