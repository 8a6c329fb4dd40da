import type { Reader } from '../db/store.js';
import type { Task } from '../journal/analysis.js';
import {
  type Cell,
  type CodeColumns,
  countByCodes,
  countContested,
  countRecordsEver,
  countRevisions,
  readInstants,
} from '../journal/census.js';
import { resources } from '../resources/index.js';
import { presentOr } from '../resources/operations/present.js';
import type { Resource } from '../resources/resource.js';

/** Columns that hold what `kind` and `status` of a type count. */
const CODES: Readonly<Partial<Record<Resource['collection'], CodeColumns>>> = {
  events: { kind: 'kind', status: 'status' },
  actors: { kind: 'kind' },
  agreements: { kind: 'legalForm', status: 'status' },
  commitments: { kind: 'kind', status: 'stage' },
  sources: { kind: 'kind' },
  claims: { kind: 'kind', status: 'standing' },
  disputes: { status: 'status' },
};

type Counts = Record<string, number>;

interface TypeStats {
  records: number;
  kind?: Counts;
  status?: Counts;
  method: Counts;
  withCitations: number;
  withQuotes: number;
  contested: number;
}

interface Instant {
  revision: number;
  recordedAt: string;
}

export interface Stats {
  records: { live: number; deleted: number; versions: number };
  types: Record<string, TypeStats>;
  revisions: { count: number; byOp: Counts; byChangeKind: Counts; first: Instant | null; last: Instant | null };
  asOf: number;
}

export const STATS: Task<{ revision: number }, Stats> = { name: 'stats', run: readStats };

async function readStats(reader: Reader, { revision }: { revision: number }): Promise<Stats> {
  const asOf = await presentOr(reader, revision);
  const contested = new Map((await countContested(reader, asOf)).map(({ type, count }) => [type, count]));
  const types: Record<string, TypeStats> = {};
  for (const { collection, type, kind } of resources) {
    const columns = CODES[collection] ?? {};
    const cells = await countByCodes(reader, kind, columns, asOf);
    types[collection] = { ...typeStats(cells, columns), contested: contested.get(type) ?? 0 };
  }
  const entries = await countRevisions(reader, revision);
  const instants = await readInstants(reader, revision);
  return {
    records: await countRecordsEver(reader, asOf),
    types,
    revisions: {
      count: entries.reduce((sum, { count }) => sum + count, 0),
      byOp: tally(entries, 'op'),
      byChangeKind: tally(entries, 'changeKind'),
      first: instants[0] ?? null,
      last: instants.at(-1) ?? null,
    },
    asOf: revision,
  };
}

function typeStats(cells: readonly Cell[], columns: CodeColumns): Omit<TypeStats, 'contested'> {
  const sum = (of: 'count' | 'cited' | 'quoted') => cells.reduce((total, cell) => total + cell[of], 0);
  return {
    records: sum('count'),
    ...(columns.kind !== undefined && { kind: tally(cells, 'kind') }),
    ...(columns.status !== undefined && { status: tally(cells, 'status') }),
    method: tally(cells, 'method'),
    withCitations: sum('cited'),
    withQuotes: sum('quoted'),
  };
}

/** Sums by a code, in the order of the codes; rows without one are left out. */
function tally<Row extends { count: number }>(rows: readonly Row[], code: keyof Row): Counts {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const value = row[code];
    if (typeof value === 'string') counts.set(value, (counts.get(value) ?? 0) + row.count);
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
