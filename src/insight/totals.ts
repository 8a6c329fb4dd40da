import { isNotNull, isNull } from 'drizzle-orm';
import { columnOf } from '../db/conditions.js';
import type { Reader } from '../db/store.js';
import type { Task } from '../journal/analysis.js';
import { openDisputesAboutCommitments } from '../journal/contested.js';
import type { Document } from '../journal/kind.js';
import { type Condition, countRecords, type ListQuery, readPage } from '../journal/list.js';
import { type RecordName, readNames } from '../journal/names.js';
import { COMMITMENT_KINDS, COMMITMENT_STAGES } from '../resources/commitments/commitments.schema.js';
import { commitments } from '../resources/commitments/index.js';
import { type Filtered, presentOr, readFilters } from '../resources/operations/present.js';
import { enclosing, periodName, periodOf, UNBOUNDED } from './periods.js';
import { type Amount, addUp, type CurrencyTotal } from './sums.js';

const RECORD_GROUPS = ['promisor', 'beneficiary', 'area', 'agreement'] as const;
export const GROUP_NAMES = [...RECORD_GROUPS, 'stage', 'year', 'kind'] as const;
export type GroupName = (typeof GROUP_NAMES)[number];
/** Stands for commitments without milestones. */
export const NO_STAGE = 'none';
export const STAGE_NAMES = [...Object.keys(COMMITMENT_STAGES), NO_STAGE];
const LAPSED = ['withdrawn', 'expired', 'superseded'];
/** What is summed unless `stages` says otherwise: everything that still stands. */
export const DEFAULT_STAGES = STAGE_NAMES.filter((stage) => !LAPSED.includes(stage));
export const MAX_COMMITMENTS = 50_000;
export const MAX_GROUPS = 1_000;
export const MAX_EXCLUDED_IDS = 200;
/** Of all groups together. */
const MAX_MEMBERS = 500_000;
const PAGE = 500;

/** Everything that totals depend on, as plain data. */
export interface TotalsArgs extends Filtered {
  revision: number;
  stages: readonly string[];
  group: readonly GroupName[];
}

interface Excluded {
  count: number;
  /** In order of creation, no more than MAX_EXCLUDED_IDS. */
  ids: string[];
}

type Key = Partial<Record<GroupName, RecordName | string | null>>;

interface Group {
  key: Key;
  count: number;
  /** How many of them also count in other groups. */
  shared: number;
  totals: CurrencyTotal[];
}

export interface Totals {
  stages: readonly string[];
  group: readonly GroupName[];
  summed: number;
  totals: CurrencyTotal[];
  groups: Group[];
  excluded: Record<'withoutAmount' | 'restatements' | 'disputed' | 'stages', Excluded>;
  asOf: number;
}

/** The totals, or what there is too much of. */
export type TotalsResult = Totals | { tooMany: 'commitments' | 'groups' };

export const TOTALS: Task<TotalsArgs, TotalsResult> = { name: 'totals', run: readTotals };

const amountIs = (there: boolean): Condition => ({
  shape: `amount ${there ? 'there' : 'missing'}`,
  values: [],
  build: (_t, record) => (there ? isNotNull : isNull)(columnOf(record, 'currency')),
});

/** As much of a commitment as sums need. */
interface Pledge {
  id: string;
  amount: Amount;
  stage: string;
  restates: string | undefined;
  /** Its values for each group asked for; null where it has none. */
  values: (string | null)[][];
}

async function readTotals(reader: Reader, args: TotalsArgs): Promise<TotalsResult> {
  const asOf = await presentOr(reader, args.revision);
  const { conditions, edges } = await readFilters(reader, commitments, args, asOf);
  const fitting = (there: boolean): ListQuery => ({
    ...{ kind: commitments.kind, asOf, edges, sort: 'created', direction: 'asc' },
    conditions: [...conditions, amountIs(there)],
  });
  const count = await countRecords(reader, fitting(true), MAX_COMMITMENTS + 1);
  if (count > MAX_COMMITMENTS) return { tooMany: 'commitments' };
  const pledges = await readPledges(reader, fitting(true), args.group);
  const { summed, excluded } = sift(pledges, await disputedAmounts(reader, asOf), args.stages);
  const groups = args.group.length === 0 ? [] : groupsOf(summed);
  if (groups === undefined) return { tooMany: 'groups' };
  return {
    ...{ stages: args.stages, group: args.group, summed: summed.length },
    totals: addUp(summed.map(({ amount }) => ({ amount, isShared: false }))),
    groups: await named(reader, args.group, groups, asOf),
    excluded: { withoutAmount: await readWithout(reader, fitting(false)), ...excluded },
    asOf: args.revision,
  };
}

async function readPledges(reader: Reader, query: ListQuery, group: readonly GroupName[]): Promise<Pledge[]> {
  const pledges: Pledge[] = [];
  let position: (string | number)[] | undefined;
  do {
    const page = await readPage(reader, query, PAGE, position);
    pledges.push(...page.docs.map((doc) => pledgeOf(JSON.parse(doc) as Document, group)));
    position = page.next;
  } while (position !== undefined);
  return pledges;
}

function pledgeOf(document: Document, group: readonly GroupName[]): Pledge {
  const { id, amount, stage, restates } = document as unknown as Omit<Pledge, 'stage'> & { stage: string | null };
  return {
    ...{ id, amount, stage: stage ?? NO_STAGE, restates },
    values: group.map((name) => {
      const values = [...new Set(VALUES[name](document))];
      return values.length === 0 ? [null] : values;
    }),
  };
}

/** What a commitment stands under in each grouping; nothing where it has no value. */
const VALUES: Readonly<Record<GroupName, (document: Document) => string[]>> = {
  promisor: ({ promisors }) => promisors as string[],
  beneficiary: ({ beneficiaries }) => beneficiaries as string[],
  area: ({ areas }) => areas as string[],
  agreement: ({ agreement }) => (agreement === undefined ? [] : [agreement as string]),
  stage: ({ stage }) => (stage === null ? [] : [stage as string]),
  kind: ({ kind }) => [kind as string],
  year: yearOf,
};

/** The year that its date lies in, or the smallest longer period: never a year that was made up. */
function yearOf(document: Document): string[] {
  const { dates } = commitments.kind.project(document);
  if (dates === undefined) return [];
  const { earliest, latest } = dates;
  if (earliest === null || latest === null) return [UNBOUNDED];
  if (periodOf('year', earliest) === periodOf('year', latest)) return [periodName('year', earliest)];
  return [enclosing('year', earliest, latest)];
}

async function readWithout(reader: Reader, query: ListQuery): Promise<Excluded> {
  const { docs } = await readPage(reader, query, MAX_EXCLUDED_IDS);
  const ids = docs.map((doc) => (JSON.parse(doc) as Document).id);
  return { count: await countRecords(reader, query), ids };
}

/**
 * Commitments with an open dispute about their amount. A dispute names no field, so it counts unless claims support
 * its positions and each of them is about another field.
 */
async function disputedAmounts(reader: Reader, asOf: number | undefined): Promise<ReadonlySet<string>> {
  const disputes = await openDisputesAboutCommitments(reader, asOf);
  const concerns = (fields: readonly (string | null)[]) =>
    fields.length === 0 || fields.some((field) => field === null || /^amount(?:\.|$)/.test(field));
  return new Set(disputes.filter(({ fields }) => concerns(fields)).map(({ about }) => about));
}

/** Tells what is summed from what is left out, and why: for the first reason that applies. */
function sift(pledges: readonly Pledge[], disputed: ReadonlySet<string>, stages: readonly string[]) {
  const summed: Pledge[] = [];
  const excluded = {
    restatements: { count: 0, ids: [] } as Excluded,
    disputed: { count: 0, ids: [] } as Excluded,
    stages: { count: 0, ids: [] } as Excluded,
  };
  for (const pledge of pledges) {
    const reason = reasonAgainst(pledge, disputed, stages);
    if (reason === undefined) {
      summed.push(pledge);
      continue;
    }
    const left = excluded[reason];
    left.count += 1;
    if (left.ids.length < MAX_EXCLUDED_IDS) left.ids.push(pledge.id);
  }
  return { summed, excluded };
}

function reasonAgainst(
  { id, amount, stage, restates }: Pledge,
  disputed: ReadonlySet<string>,
  stages: readonly string[],
) {
  if (restates !== undefined) return 'restatements';
  if (amount.qualifier === 'disputed' || disputed.has(id)) return 'disputed';
  return stages.includes(stage) ? undefined : 'stages';
}

interface Grouped {
  values: (string | null)[];
  members: { pledge: Pledge; isShared: boolean }[];
}

/**
 * A commitment stands in one group for each combination of its values, and is shared when there are several. Undefined
 * when there are too many groups, or too many commitments in them.
 */
function groupsOf(pledges: readonly Pledge[]): Grouped[] | undefined {
  const groups = new Map<string, Grouped>();
  let members = 0;
  for (const pledge of pledges) {
    const combinations = pledge.values.reduce<(string | null)[][]>(
      (left, values) => left.flatMap((before) => values.map((value) => [...before, value])),
      [[]],
    );
    members += combinations.length;
    if (members > MAX_MEMBERS) return undefined;
    for (const values of combinations) {
      const key = JSON.stringify(values);
      const group = groups.get(key) ?? { values, members: [] };
      group.members.push({ pledge, isShared: combinations.length > 1 });
      groups.set(key, group);
    }
    if (groups.size > MAX_GROUPS) return undefined;
  }
  return [...groups.values()];
}

async function named(
  reader: Reader,
  group: readonly GroupName[],
  groups: readonly Grouped[],
  asOf: number | undefined,
): Promise<Group[]> {
  const isOfRecords = group.map((name) => (RECORD_GROUPS as readonly string[]).includes(name));
  const ids = groups.flatMap(({ values }) => values.filter((value, index) => value !== null && isOfRecords[index]));
  const names = await readNames(reader, [...new Set(ids as string[])], asOf);
  const keyOf = (value: string | null) => {
    const name = value === null ? undefined : names.get(value);
    return value === null || name === undefined ? value : { id: value, ...name };
  };
  return groups
    .map(({ values, members }) => ({
      key: Object.fromEntries(group.map((name, index) => [name, keyOf(values[index] ?? null)])) as Key,
      count: members.length,
      shared: members.filter(({ isShared }) => isShared).length,
      totals: addUp(members.map(({ pledge, isShared }) => ({ amount: pledge.amount, isShared }))),
    }))
    .sort((a, b) =>
      compare(
        group.map((name) => rankOf(name, a.key)),
        group.map((name) => rankOf(name, b.key)),
      ),
    );
}

/** Records by slug, codes in the order of their vocabulary, years by name; what has no value comes last. */
function rankOf(name: GroupName, key: Key): string {
  const value = key[name] ?? null;
  if (value === null) return '~';
  if (typeof value !== 'string') return value.slug;
  const list = name === 'stage' ? Object.keys(COMMITMENT_STAGES) : Object.keys(COMMITMENT_KINDS);
  return name === 'year' ? value : String(list.indexOf(value)).padStart(3, '0');
}

function compare(a: readonly string[], b: readonly string[]): number {
  const index = a.findIndex((rank, at) => rank !== b[at]);
  return index === -1 ? 0 : (a[index] ?? '') < (b[index] ?? '') ? -1 : 1;
}
