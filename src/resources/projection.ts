import type { Edge, ProjectedMilestone } from '../journal/kind.js';
import { edtfBounds } from '../shared/edtf.js';
import { type Span, spanOf } from '../shared/span.js';

export type Bounds = { earliest: number | null; latest: number | null };

/** Day numbers of an EDTF text that was validated when it was written; undefined without a text. */
export function bounds(edtf: string | undefined): Bounds | undefined {
  return edtf === undefined ? undefined : edtfBounds(edtf);
}

/** The time of an EDTF text; undefined without a text. */
export function span(edtf: string | undefined): Span | undefined {
  return edtf === undefined ? undefined : spanOf(edtf);
}

/** The dates of the first of some texts that is there. */
export function firstBounds(...texts: (string | undefined)[]): Bounds | undefined {
  return bounds(texts.find((text) => text !== undefined));
}

export interface MilestoneBody {
  stage: string;
  on: string;
  amount?: { value: string; currency: string };
}

export function projectMilestones(milestones: readonly MilestoneBody[]): ProjectedMilestone[] {
  return milestones.map(({ stage, on, amount }) => ({ stage, ...edtfBounds(on), amount }));
}

/** The milestone with the latest end; of several the one listed last. Open ends count as latest. */
export function latestMilestone<M extends { on: string }>(milestones: readonly M[]): M | undefined {
  let latest: { milestone: M; day: number } | undefined;
  for (const milestone of milestones) {
    const day = edtfBounds(milestone.on).latest ?? Number.POSITIVE_INFINITY;
    if (latest === undefined || day >= latest.day) latest = { milestone, day };
  }
  return latest?.milestone;
}

/** The columns of a record's own time, such as the existence of an actor. */
export function heldColumns(span: Span | undefined) {
  const { from = null, to = null, certainFrom = null, certainTo = null } = span ?? {};
  return { validFrom: from, validTo: to, certainFrom, certainTo };
}

export function edges(relation: string, targets: readonly (string | undefined)[]): Edge[] {
  return targets.flatMap((target) => (target === undefined ? [] : [{ relation, target }]));
}
