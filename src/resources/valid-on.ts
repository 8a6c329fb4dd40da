import { z } from 'zod';
import type { Condition } from '../journal/list.js';
import { type Day, daysOf, mayHold, type Span, surelyHolds } from '../shared/span.js';
import type { ValidOn } from './valid-on.filters.js';

/** What the second clock, `validOn`, means for a resource: what was so in the world on a day. */
export interface ValidOnSpec {
  /** What the parameter keeps in a list, for the API description. */
  keeps: string;
  /** Filters by edge that are then about edges that hold on the day. */
  edges: readonly string[];
  /** The roles in which such an edge ever holds; all when absent. */
  roles?: readonly string[];
  /** The filter that is then about the stage of the latest milestone on or before the day. */
  stage?: string;
  /** What is asked when none of these filters is given. */
  otherwise: (on: ValidOn) => Condition;
  /** What was so on the day according to one document; pure. */
  view: (document: never, day: Day) => Record<string, unknown>;
  /** The schema of what `view` gives, with the date. */
  viewed: z.ZodObject;
}

/** The stage on a day: the latest milestone that may have been reached, and what else it may have been. */
export interface Standing<Stage extends string = string> {
  value: Stage | null;
  certain: boolean;
  /** Every stage that fits the dates, null for none yet. */
  possible: (Stage | null)[];
}

interface Milestone {
  stage: string;
  on: string;
}

/**
 * The standing on the day, and the milestone it is taken from: of those that may have been reached, the one with the
 * latest end, and of several the one listed last. That is the rule of the derived `status`.
 */
export function standingOn<M extends Milestone>(milestones: readonly M[], day: Day): { standing: Standing; at?: M } {
  const dated = milestones.map((milestone, position) => ({ milestone, position, ...daysOf(milestone.on) }));
  let latest: Dated | undefined;
  for (const each of dated) {
    if (each.first > day.last) continue;
    if (latest === undefined || Math.min(each.last, day.last) >= Math.min(latest.last, day.last)) latest = each;
  }
  const reached = dated.filter((each) => mayBeLatest(each, dated, day)).map(({ milestone }) => milestone.stage);
  const notYet = dated.every(({ last }) => last > day.first) ? [null] : [];
  const possible = [...notYet, ...new Set(reached)];
  const standing = { value: latest?.milestone.stage ?? null, certain: possible.length === 1, possible };
  return latest === undefined ? { standing } : { standing, at: latest.milestone as M };
}

interface Dated extends Day {
  milestone: Milestone;
  position: number;
}

/** As `mayBeLatest` of db/valid-on.ts. */
function mayBeLatest({ first, last, position }: Dated, all: readonly Dated[], day: Day): boolean {
  const later = (other: Dated, than: number) =>
    other.first > than || (other.first === than && other.position > position);
  if (first > day.last || all.some((other) => other.last <= day.first && later(other, last))) return false;
  if (last < day.first) return true;
  const [start, end] = [Math.max(first, day.first), Math.min(last, day.last)];
  const taken = all.filter((other) => other.position > position && other.first === other.last);
  return new Set(taken.map((other) => other.first).filter((on) => on >= start && on <= end)).size <= end - start;
}

/** The milestones that may have been reached by the day, and whether they were for sure. */
export function reachedBy(milestones: readonly Milestone[], day: Day) {
  return milestones.flatMap(({ stage, on }) => {
    const { first, last } = daysOf(on);
    return first > day.last ? [] : [{ stage, on, certain: last <= day.first }];
  });
}

/** Those entries whose time may cover the day, shown as `show` says, and whether it does for sure. */
export function heldOn<Entry, Shown extends object>(
  entries: readonly Entry[],
  day: Day,
  time: (entry: Entry) => Span,
  show: (entry: Entry) => Shown,
): (Shown & { certain: boolean })[] {
  return entries
    .filter((entry) => mayHold(time(entry), day))
    .map((entry) => ({ ...show(entry), certain: surelyHolds(time(entry), day) }));
}

export function coverage(time: Span, day: Day): { possible: boolean; certain: boolean } {
  return { possible: mayHold(time, day), certain: surelyHolds(time, day) };
}

export const certainField = z.boolean().meta({
  description: 'Whether it was so for sure, whatever day the dates mean.',
});

export const Coverage = z
  .object({
    possible: z.boolean().meta({ description: 'Whether its dates allow that the day lies in it.' }),
    certain: z.boolean().meta({ description: 'Whether the day lies in it for sure.' }),
  })
  .meta({ id: 'Coverage', description: 'Whether a time, such as that of an existence, covers the day.' });

/** What reading one record with `validOn` adds to it. */
export function onDaySchema(name: string, shape: z.ZodRawShape): z.ZodObject {
  return z
    .object({ date: z.string().meta({ description: '`validOn` as given. EDTF.', examples: ['2024-10-01'] }), ...shape })
    .meta({ id: `${name}OnDay`, description: 'With `validOn`: what was so on that day. Derived from the record.' });
}

/** The stage on a day. */
export function standingSchema(name: string, stages: readonly string[]) {
  const stage = z.enum(stages as [string, ...string[]]).nullable();
  return z
    .object({
      value: stage.meta({ description: 'Stage of the latest milestone that may have been reached; null for none.' }),
      certain: certainField,
      possible: z.array(stage).meta({ description: 'Every stage that its dates allow on that day.' }),
    })
    .meta({ id: `${name}Standing`, description: `The stage of the ${name.toLowerCase()} on that day.` });
}

/** The milestones that may have been reached by a day. */
export function reachedSchema(name: string, stages: readonly string[]) {
  return z
    .array(
      z
        .object({
          stage: z.enum(stages as [string, ...string[]]).meta({ description: 'Stage reached.' }),
          on: z.string().meta({ description: 'When, as given. EDTF.' }),
          certain: certainField,
        })
        .meta({ id: `${name}Reached`, description: 'A milestone that may have been reached by that day.' }),
    )
    .meta({ description: 'Milestones that may have been reached by then, as listed.' });
}
