import { NO_EARLIEST, NO_LATEST } from '../shared/edtf.js';
import { type BucketUnit, enclosing, periodOf, UNBOUNDED } from './periods.js';

/** Some records with the same dates, as they stand in the columns. */
export interface Dated {
  dateFrom: number;
  dateTo: number;
  count: number;
}

/** Where records with some dates count: in the periods from one to another, within a coarser period, or nowhere. */
type Place = { first: number; last: number } | { within: string } | undefined;
type Placing = (dated: Dated) => Place;

/** Days that open and unknown ends reach to. */
export interface Reach {
  from: number | null;
  to: number | null;
}

/** How a timeline is laid out: what counts where, and the periods that have something in them. */
export interface Layout {
  place: Placing;
  /** Number of periods, empty ones between them included when asked for; or of coarser ones, if these are more. */
  size: number;
  /** Numbers of the periods in order; call only when `size` is bearable. */
  periods(): number[];
}

/**
 * Lays dates out over periods. `bucket`: a date counts in the period it wholly lies in, or else within the smallest
 * coarser one. `spread`: it counts in each period it may lie in, no farther than `reach`.
 */
export function layOut(
  all: readonly Dated[],
  unit: BucketUnit,
  imprecise: 'bucket' | 'spread',
  reach: Reach,
  fill: boolean,
): Layout {
  const place = imprecise === 'bucket' ? inBuckets(unit) : spreading(unit, limitsOf(all, reach));
  const places = all.map(place);
  const spans = joined(places);
  const within = new Set(places.flatMap((each) => (each !== undefined && 'within' in each ? [each.within] : [])));
  const first = spans[0]?.first ?? 0;
  const last = spans.at(-1)?.last ?? -1;
  const kept = fill && spans.length > 0 ? [{ first, last }] : spans;
  return {
    place,
    size: Math.max(
      within.size,
      kept.reduce((sum, span) => sum + span.last - span.first + 1, 0),
    ),
    periods: () =>
      kept.flatMap((span) => Array.from({ length: span.last - span.first + 1 }, (_, index) => span.first + index)),
  };
}

function isDated({ dateTo }: Dated): boolean {
  return dateTo !== NO_EARLIEST;
}

function inBuckets(unit: BucketUnit): Placing {
  return (dated) => {
    if (!isDated(dated)) return undefined;
    const { dateFrom, dateTo } = dated;
    if (dateFrom === NO_EARLIEST || dateTo === NO_LATEST) return { within: UNBOUNDED };
    const [first, last] = [periodOf(unit, dateFrom), periodOf(unit, dateTo)];
    return first === last ? { first, last } : { within: enclosing(unit, dateFrom, dateTo) };
  };
}

function spreading(unit: BucketUnit, limits: { from: number; to: number } | undefined): Placing {
  return (dated) => {
    if (!isDated(dated)) return undefined;
    if (limits === undefined) return { within: UNBOUNDED };
    const first = periodOf(unit, Math.max(dated.dateFrom, limits.from));
    const last = periodOf(unit, Math.min(dated.dateTo, limits.to));
    return { first, last };
  };
}

/** The range asked for; where it is open, the first or last bound of any of the dates. Undefined without any. */
function limitsOf(all: readonly Dated[], reach: Reach): { from: number; to: number } | undefined {
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const dated of all) {
    for (const day of isDated(dated) ? [dated.dateFrom, dated.dateTo] : []) {
      if (day === NO_EARLIEST || day === NO_LATEST) continue;
      lowest = Math.min(lowest, day);
      highest = Math.max(highest, day);
    }
  }
  const from = reach.from ?? Math.min(lowest, reach.to ?? lowest);
  const to = reach.to ?? Math.max(highest, from);
  return Number.isFinite(from) && Number.isFinite(to) ? { from, to } : undefined;
}

/** The spans of periods with overlaps and neighbours joined, in order. */
function joined(places: readonly Place[]): { first: number; last: number }[] {
  const spans = places.flatMap((place) => (place !== undefined && 'first' in place ? [place] : []));
  spans.sort((a, b) => a.first - b.first);
  const result: { first: number; last: number }[] = [];
  for (const { first, last } of spans) {
    const before = result.at(-1);
    if (before !== undefined && first <= before.last + 1) before.last = Math.max(before.last, last);
    else result.push({ first, last });
  }
  return result;
}

/** What some of the records of a layout come to. */
export interface Sums {
  /** For each period of the layout. */
  counts: number[];
  /** By name of the coarser period. */
  within: Map<string, number>;
  undated: number;
  total: number;
}

/** Adds records up over the periods of a layout; they must be among those it was made from. */
export function sumUp(dates: readonly Dated[], { place }: Layout, position: ReadonlyMap<number, number>): Sums {
  const changes = Array<number>(position.size + 1).fill(0);
  const sums: Sums = { counts: [], within: new Map(), undated: 0, total: 0 };
  const change = (at: number, by: number) => {
    changes[at] = (changes[at] ?? 0) + by;
  };
  for (const dated of dates) {
    const where = place(dated);
    sums.total += dated.count;
    if (where === undefined) sums.undated += dated.count;
    else if ('within' in where) sums.within.set(where.within, (sums.within.get(where.within) ?? 0) + dated.count);
    else {
      change(position.get(where.first) ?? 0, dated.count);
      change((position.get(where.last) ?? 0) + 1, -dated.count);
    }
  }
  let running = 0;
  for (let index = 0; index < position.size; index += 1) {
    running += changes[index] ?? 0;
    sums.counts.push(running);
  }
  return sums;
}
