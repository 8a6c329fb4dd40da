import type { Reader } from '../db/store.js';
import type { Task } from '../journal/analysis.js';
import type { ListQuery } from '../journal/list.js';
import { type Named, readNames } from '../journal/names.js';
import {
  type EdgeSplitter,
  type Tally,
  tallyByColumn,
  tallyByTarget,
  tallyOfNone,
  tallyOfOthers,
  topTargets,
} from '../journal/tally.js';
import { resources } from '../resources/index.js';
import { type Filtered, presentOr, readFilters } from '../resources/operations/present.js';
import type { Resource } from '../resources/resource.js';
import { dayToIso, parseEdtf } from '../shared/edtf.js';
import { type Dated, type Layout, layOut, type Reach, type Sums, sumUp } from './buckets.js';
import { type BucketUnit, daysOf, periodName, UNBOUNDED } from './periods.js';

export const TIMELINE_TYPES = ['events', 'agreements', 'commitments', 'claims', 'sources'] as const;
export type TimelineType = (typeof TIMELINE_TYPES)[number];
export const SPLIT_NAMES = ['kind', 'status', 'area', 'actor', 'country', 'method'] as const;
export type SplitName = (typeof SPLIT_NAMES)[number];
export const MAX_BUCKETS = 1_000;
export const MAX_SPLIT_VALUES = 20;

type Splitter = { column: string } | EdgeSplitter;

const METHOD = { method: { column: 'method' } };
/** As for the filter `actor`: any edge to an actor counts. */
const ACTOR: Record<string, Splitter> = { actor: { relation: undefined, to: 'actor' } };
const AREA: Record<string, Splitter> = { area: { relation: 'area', to: 'area' } };

/** What a timeline of a type can be split by. */
export const SPLITS: Readonly<Record<TimelineType, Readonly<Partial<Record<SplitName, Splitter>>>>> = {
  events: {
    kind: { column: 'kind' },
    status: { column: 'status' },
    ...AREA,
    ...ACTOR,
    country: { column: 'country' },
    ...METHOD,
  },
  agreements: { kind: { column: 'legalForm' }, status: { column: 'status' }, ...AREA, ...ACTOR, ...METHOD },
  commitments: { kind: { column: 'kind' }, status: { column: 'stage' }, ...AREA, ...ACTOR, ...METHOD },
  claims: { kind: { column: 'kind' }, ...ACTOR, ...METHOD },
  sources: { kind: { column: 'kind' }, ...METHOD },
};

/** Everything that a timeline depends on, as plain data. */
export interface TimelineArgs extends Filtered {
  type: TimelineType;
  revision: number;
  by: BucketUnit;
  imprecise: 'bucket' | 'spread';
  fill: boolean;
  split: SplitName | undefined;
}

interface SplitCounts {
  values: Record<string, number>;
  other: number;
  none: number;
}

interface Bucket {
  start: string;
  earliest: string;
  latest: string;
  count: number;
  split?: SplitCounts;
}

export interface Timeline {
  type: TimelineType;
  by: BucketUnit;
  imprecise: 'bucket' | 'spread';
  spread: boolean;
  buckets: Bucket[];
  unknownWithin: Record<string, number>;
  undated: number;
  total: number;
  split?: SplitSummary;
  asOf: number;
}

interface SplitSummary {
  by: SplitName;
  values: ({ value: string; count: number } & Partial<Named>)[];
  other: number;
  none: number;
}

/** The timeline, or how many buckets it would have when these are too many. */
export type TimelineResult = Timeline | { tooMany: number };

export const TIMELINE: Task<TimelineArgs, TimelineResult> = { name: 'timeline', run: readTimeline };

export function timelineResource(type: TimelineType): Resource {
  const resource = resources.find(({ collection }) => collection === type);
  if (resource === undefined) throw new Error(`no resource is called ${type}`);
  return resource;
}

async function readTimeline(reader: Reader, args: TimelineArgs): Promise<TimelineResult> {
  const resource = timelineResource(args.type);
  const asOf = await presentOr(reader, args.revision);
  const filters = await readFilters(reader, resource, args, asOf);
  const query: ListQuery = { kind: resource.kind, asOf, ...filters, sort: 'date', direction: 'asc' };
  const splitter = args.split && SPLITS[args.type][args.split];
  const column = splitter && 'column' in splitter ? splitter.column : undefined;
  const all = await tallyByColumn(reader, query, column);
  const layout = layOut(all, args.by, args.imprecise, reachOf(new Map(args.query)), args.fill);
  if (layout.size > MAX_BUCKETS) return { tooMany: layout.size };
  const series = splitter && (await readSeries(reader, query, splitter, all));
  return represent(args, layout, all, series);
}

function reachOf(query: ReadonlyMap<string, readonly string[]>): Reach {
  const bound = (name: string) => {
    const date = parseEdtf(query.get(name)?.[0] ?? '');
    return date.ok ? date.value : undefined;
  };
  return { from: bound('from')?.earliest ?? null, to: bound('to')?.latest ?? null };
}

/** What the records of a timeline come to, told apart. */
interface Series {
  values: { value: string; count: number; dates: Dated[]; name?: Named | undefined }[];
  other: Dated[];
  none: Dated[];
}

function readSeries(reader: Reader, query: ListQuery, splitter: Splitter, all: readonly Tally[]): Promise<Series> {
  return 'column' in splitter ? Promise.resolve(ofColumn(all)) : ofEdges(reader, query, splitter);
}

function ofColumn(all: readonly Tally[]): Series {
  const byValue = new Map<string, Tally[]>();
  for (const tally of all) {
    if (tally.value == null) continue;
    const dates = byValue.get(tally.value);
    if (dates === undefined) byValue.set(tally.value, [tally]);
    else dates.push(tally);
  }
  const values = [...byValue].map(([value, dates]) => ({ value, dates, count: countOf(dates) }));
  values.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  return {
    values: values.slice(0, MAX_SPLIT_VALUES),
    other: values.slice(MAX_SPLIT_VALUES).flatMap(({ dates }) => dates),
    none: all.filter(({ value }) => value == null),
  };
}

async function ofEdges(reader: Reader, query: ListQuery, splitter: EdgeSplitter): Promise<Series> {
  const top = await topTargets(reader, query, splitter, MAX_SPLIT_VALUES);
  const targets = top.map(({ value }) => value);
  const tallies = targets.length === 0 ? [] : await tallyByTarget(reader, query, splitter, targets);
  const names = await readNames(reader, targets, query.asOf);
  const values = top.map(({ value, count }) => {
    const dates = tallies.filter((tally) => tally.value === value);
    return { value, count, dates, name: names.get(value) };
  });
  const areMore = targets.length === MAX_SPLIT_VALUES;
  return {
    values,
    other: areMore ? await tallyOfOthers(reader, query, splitter, targets) : [],
    none: await tallyOfNone(reader, query, splitter),
  };
}

function countOf(dates: readonly Dated[]): number {
  return dates.reduce((sum, { count }) => sum + count, 0);
}

function represent(args: TimelineArgs, layout: Layout, all: readonly Dated[], series: Series | undefined): Timeline {
  const periods = layout.periods();
  const position = new Map(periods.map((period, index) => [period, index]));
  const sums = sumUp(all, layout, position);
  const split = series && splitCounts(series, layout, position);
  const buckets = periods.map((period, index) => {
    const { first, last } = daysOf(args.by, period);
    return {
      start: periodName(args.by, first),
      ...{ earliest: dayToIso(first), latest: dayToIso(last), count: sums.counts[index] ?? 0 },
      ...(split && { split: split(index) }),
    };
  });
  return {
    ...{ type: args.type, by: args.by, imprecise: args.imprecise, spread: args.imprecise === 'spread', buckets },
    unknownWithin: inOrder(sums.within),
    undated: sums.undated,
    total: sums.total,
    ...(args.split && series && { split: summary(args.split, series) }),
    asOf: args.revision,
  };
}

function summary(by: SplitName, { values, other, none }: Series): SplitSummary {
  const named = values.map(({ value, count, name }) => ({
    ...{ value, count },
    ...(name && { slug: name.slug, label: name.label }),
  }));
  return { by, values: named, other: countOf(other), none: countOf(none) };
}

function splitCounts(series: Series, layout: Layout, position: ReadonlyMap<number, number>) {
  const countsOf = (dates: readonly Dated[]): Sums['counts'] => sumUp(dates, layout, position).counts;
  const values = series.values.map(({ value, dates }) => ({ value, counts: countsOf(dates) }));
  const [other, none] = [countsOf(series.other), countsOf(series.none)];
  return (index: number): SplitCounts => ({
    values: Object.fromEntries(
      values.flatMap(({ value, counts }) => (counts[index] ? [[value, counts[index]] as const] : [])),
    ),
    other: other[index] ?? 0,
    none: none[index] ?? 0,
  });
}

/** By name, what has no bounds last. A name that is all digits would come first in any object. */
function inOrder(within: ReadonlyMap<string, number>): Record<string, number> {
  const rank = (name: string) => (name === UNBOUNDED ? '~' : name);
  return Object.fromEntries([...within].sort(([a], [b]) => (rank(a) < rank(b) ? -1 : 1)));
}
