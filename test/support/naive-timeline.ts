import { dayToIso, isoToDay, parseEdtf } from '../../src/shared/edtf.js';
import type { AnyJson } from './client.js';
import type { Query } from './naive.js';

export interface Plan {
  by: 'day' | 'month' | 'quarter' | 'year';
  imprecise: 'bucket' | 'spread';
  fill: boolean;
  /** The values a document stands under; undefined without a split. */
  split: ((doc: AnyJson) => string[]) | undefined;
}

/** A document and the days it may lie between; null without a bound, undefined without a date. */
export interface DatedDoc {
  doc: AnyJson;
  days: { earliest: number | null; latest: number | null } | undefined;
}

type Unit = Plan['by'] | 'decade' | 'century';
const UNITS: Unit[] = ['day', 'month', 'quarter', 'year', 'decade', 'century'];

/** Names the period that holds a day, from its text alone. Years of four digits only. */
function nameOf(unit: Unit, day: number): string {
  const iso = dayToIso(day);
  if (unit === 'day') return iso;
  if (unit === 'month') return iso.slice(0, 7);
  if (unit === 'quarter') return `${iso.slice(0, 4)}-Q${Math.ceil(Number(iso.slice(5, 7)) / 3)}`;
  if (unit === 'year') return iso.slice(0, 4);
  return unit === 'decade' ? `${iso.slice(0, 3)}X` : `${iso.slice(0, 2)}XX`;
}

/** The timeline of some documents, each counted by itself, day by day. */
export function naiveTimeline(docs: readonly DatedDoc[], plan: Plan, query: Query) {
  const buckets = new Map<string, DatedDoc[]>();
  const within = new Map<string, number>();
  const limits = limitsOf(docs, query);
  for (const dated of docs.filter(({ days }) => days !== undefined)) {
    const place = plan.imprecise === 'bucket' ? inBucket(dated, plan.by) : spread(dated, plan.by, limits);
    if (typeof place === 'string') within.set(place, (within.get(place) ?? 0) + 1);
    else for (const name of place) buckets.set(name, [...(buckets.get(name) ?? []), dated]);
  }
  const names = [...buckets.keys()].sort();
  const shown = plan.fill && names.length > 0 ? between(names[0] ?? '', names.at(-1) ?? '', plan.by) : names;
  const ranked = plan.split && rank(docs, plan.split);
  return {
    buckets: shown.map((start) => {
      const members = buckets.get(start) ?? [];
      return { start, count: members.length, ...(ranked && { split: ranked.of(members) }) };
    }),
    unknownWithin: Object.fromEntries(within),
    undated: docs.filter(({ days }) => days === undefined).length,
    total: docs.length,
    ...(ranked && { split: ranked.all }),
  };
}

function inBucket({ days }: DatedDoc, by: Plan['by']): string | string[] {
  const { earliest, latest } = days ?? { earliest: null, latest: null };
  if (earliest === null || latest === null) return '..';
  const holding = UNITS.slice(UNITS.indexOf(by)).find((unit) => nameOf(unit, earliest) === nameOf(unit, latest));
  if (holding === undefined) return '..';
  return holding === by ? [nameOf(by, earliest)] : nameOf(holding, earliest);
}

function spread({ days }: DatedDoc, by: Plan['by'], limits: [number, number] | undefined): string | string[] {
  if (limits === undefined) return '..';
  const names = new Set<string>();
  const last = Math.min(days?.latest ?? Number.POSITIVE_INFINITY, limits[1]);
  for (let day = Math.max(days?.earliest ?? Number.NEGATIVE_INFINITY, limits[0]); day <= last; day += 1)
    names.add(nameOf(by, day));
  return [...names];
}

function limitsOf(docs: readonly DatedDoc[], query: Query): [number, number] | undefined {
  const bound = (name: 'from' | 'to', side: 'earliest' | 'latest') => {
    const date = parseEdtf(query.find(([key]) => key === name)?.[1] ?? '');
    return date.ok ? date.value[side] : null;
  };
  const known = docs.flatMap(({ days }) => [days?.earliest, days?.latest]).filter((day) => typeof day === 'number');
  const [from, to] = [bound('from', 'earliest'), bound('to', 'latest')];
  const first = from ?? Math.min(...known, to ?? Number.POSITIVE_INFINITY);
  const last = to ?? Math.max(...known, from ?? Number.NEGATIVE_INFINITY);
  return Number.isFinite(first) && Number.isFinite(last) ? [first, last] : undefined;
}

function between(first: string, last: string, by: Plan['by']): string[] {
  const start = (name: string) => {
    const [year = '', part] = name.split('-');
    const month = part?.startsWith('Q') ? String(Number(part[1]) * 3 - 2).padStart(2, '0') : (part ?? '01');
    return isoToDay(by === 'day' ? name : `${year}-${month}-01`);
  };
  const names = new Set<string>();
  for (let day = start(first); day <= start(last); day += 1) names.add(nameOf(by, day));
  return [...names];
}

/** The twenty values of most documents, and how a group of documents divides over them. */
function rank(docs: readonly DatedDoc[], split: (doc: AnyJson) => string[]) {
  const counts = new Map<string, number>();
  for (const { doc } of docs) for (const value of split(doc)) counts.set(value, (counts.get(value) ?? 0) + 1);
  const values = [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, 20);
  const top = new Set(values.map(({ value }) => value));
  const of = (members: readonly DatedDoc[]) => {
    const own: Record<string, number> = {};
    for (const { doc } of members)
      for (const value of split(doc)) if (top.has(value)) own[value] = (own[value] ?? 0) + 1;
    return {
      values: own,
      other: members.filter(({ doc }) => split(doc).some((value) => !top.has(value))).length,
      none: members.filter(({ doc }) => split(doc).length === 0).length,
    };
  };
  const { other, none } = of(docs);
  return { of, all: { values, other, none } };
}
