import { createHash } from 'node:crypto';
import { asc, desc, sql } from 'drizzle-orm';
import { after } from './conditions.js';
import { DatabaseError } from './errors.js';
import { insertRows } from './statements.js';
import type { Reader, Store, Tx } from './store.js';
import type { TableName, Tables } from './tables/index.js';

type Row = Record<string, string | number | boolean | null>;
type CopiedTable = Exclude<TableName, 'head'>;

/** The columns of each table's key, in the order in which rows are read; tables after those that they refer to. */
export const TABLE_KEYS: Readonly<Record<CopiedTable, readonly string[]>> = {
  entities: ['id'],
  revisions: ['revision'],
  sourceTexts: ['entity', 'sha256'],
  apiKeys: ['id'],
  idempotencyKeys: ['principal', 'keySha256'],
  webhooks: ['id'],
  webhookDeliveries: ['webhook', 'number'],
  pulls: ['instance'],
  pullConflicts: ['instance', 'record'],
  events: ['revision'],
  actors: ['revision'],
  agreements: ['revision'],
  commitments: ['revision'],
  areas: ['revision'],
  sources: ['revision'],
  claims: ['revision'],
  disputes: ['revision'],
  links: ['revision', 'position'],
  milestones: ['revision', 'position'],
  names: ['revision', 'position'],
  externalIds: ['revision', 'position'],
  tags: ['revision', 'position'],
  searchTexts: ['revision'],
  rollups: ['type', 'dimension', 'value'],
  findings: ['id'],
  findingRecords: ['finding', 'position'],
  findingsState: ['id'],
};

const TABLES = Object.keys(TABLE_KEYS) as CopiedTable[];
/** What earlier runs have copied stays; a journal is only ever added to. All other tables are copied anew. */
const KEPT: readonly CopiedTable[] = ['entities', 'revisions'];
const BATCH = 500;
/** Texts may be large, so few are held at a time. */
const TEXTS_AT_ONCE = 4;

export interface TableSummary {
  table: string;
  rows: number;
  /** SHA-256 of all rows in the order of their key, in hexadecimal. */
  sha256: string;
}

export interface CopySummary {
  /** Last revision of the journal. */
  revision: number;
  /** Whether an earlier copy was gone on with. */
  resumed: boolean;
  tables: TableSummary[];
}

/**
 * Copies everything from one database to another, of either engine, as it stands at one moment, and compares both. The
 * head row is written last, so that nobody serves a copy that did not end; another run goes on with it. Raises
 * DatabaseError when the target holds something, unless `overwrite`, and when the two differ afterwards.
 */
export async function copyDatabase(
  source: Store,
  target: Store,
  { overwrite, progress }: { overwrite: boolean; progress: (table: string, rows: number) => void },
): Promise<CopySummary> {
  const state = await target.snapshot(standing);
  if (state === 'full' && !overwrite) {
    throw new DatabaseError('other', 'the target is not empty; give --force to put the copy in place of what it holds');
  }
  await clear(target, state === 'full' || overwrite ? TABLES : TABLES.filter((table) => !KEPT.includes(table)));
  const resumed = state === 'unfinished' && !overwrite;
  return source.snapshot(async (reader) => {
    const head = await reader.get('whole head', (db, t) => db.select().from(t.head));
    if (head === undefined) throw new DatabaseError('corrupt', 'the source is itself a copy that did not end');
    if (resumed) await requireSameJournal(reader, target);
    for (const table of TABLES) progress(table, await copyTable(reader, target, table));
    const tables = await requireEqual(reader, target);
    await target.write((tx) => putHead(tx, head));
    await target.maintain(true);
    return { revision: head.revision, resumed, tables };
  });
}

/** What a database holds: nothing, part of a copy, or a knowledge base. */
async function standing(reader: Reader): Promise<'empty' | 'unfinished' | 'full'> {
  const head = await reader.get('head any', (db, t) => db.select({ revision: t.head.revision }).from(t.head));
  const filled: string[] = [];
  for (const table of TABLES) if ((await readRows(reader, table, 1)).length > 0) filled.push(table);
  if (filled.length === 0 && (head?.revision ?? 0) === 0) return 'empty';
  return head === undefined ? 'unfinished' : 'full';
}

/** Empties tables, those that refer to others first, and the head row before all. */
async function clear(target: Store, tables: readonly CopiedTable[]): Promise<void> {
  await target.write(async (tx) => {
    for (const table of ['head', ...tables.toReversed()] as const) {
      await tx.run(`clear ${table}`, (db, t) => db.delete(t[table] as Tables['links']));
    }
  });
}

/** Raises DatabaseError when what the target has of the journal is not the beginning of the source's. */
async function requireSameJournal(reader: Reader, target: Store): Promise<void> {
  const last = await target.get('last revision', (db, t) =>
    db.select().from(t.revisions).orderBy(desc(t.revisions.revision)).limit(1),
  );
  if (last === undefined) return;
  const [same] = await readRows(reader, 'revisions', 1, [last.revision - 1]);
  if (JSON.stringify(same) === JSON.stringify(last)) return;
  throw new DatabaseError(
    'other',
    'the target holds part of another database; give --force to put the copy in its place',
  );
}

async function copyTable(reader: Reader, target: Store, table: CopiedTable): Promise<number> {
  let position: (string | number)[] | undefined = table === 'revisions' ? await lastRevision(target) : undefined;
  for (let copied = 0; ; ) {
    const rows = await readRows(reader, table, batchOf(table), position);
    if (rows.length === 0) return copied;
    await target.write((tx) => putRows(tx, table, rows));
    copied += rows.length;
    position = keyOf(table, rows.at(-1));
  }
}

function batchOf(table: CopiedTable): number {
  return table === 'sourceTexts' ? TEXTS_AT_ONCE : BATCH;
}

async function lastRevision(target: Store): Promise<number[] | undefined> {
  const row = await target.get('last revision number', (db, t) =>
    db.select({ revision: t.revisions.revision }).from(t.revisions).orderBy(desc(t.revisions.revision)).limit(1),
  );
  return row && [row.revision];
}

function keyOf(table: CopiedTable, row: Row | undefined): (string | number)[] {
  return TABLE_KEYS[table].map((column) => row?.[column] as string | number);
}

/** Rows in the order of their key, from behind a position. */
function readRows(
  reader: Reader,
  table: CopiedTable,
  limit: number,
  position?: readonly (string | number)[],
): Promise<Row[]> {
  const names = TABLE_KEYS[table];
  return reader.all(
    `copy ${table} ${position ? 'after' : ''}`,
    (db, t) => {
      const source = t[table] as unknown as Tables['links'];
      const columns = names.map((name) => source[name as 'revision']);
      const rows = db
        .select()
        .from(source)
        .where(position && after(columns, names, 'asc'))
        .orderBy(...columns.map((column) => asc(column)))
        .limit(sql.placeholder('limit'));
      return rows as never;
    },
    { limit, ...Object.fromEntries((position ?? []).map((value, index) => [names[index] ?? '', value])) },
  );
}

/** Writes rows; entities over those of the same id, which an earlier run may have copied as they stood then. */
async function putRows(tx: Tx, table: CopiedTable, rows: readonly Row[]): Promise<void> {
  if (table === 'entities') await Promise.all(rows.map((row) => putEntity(tx, row)));
  else await tx.insert(table, rows as never[]);
}

function putEntity(tx: Tx, row: Row): Promise<number> {
  const columns = Object.keys(row);
  return tx.run(
    'put entity',
    (db, t) =>
      insertRows('entities', columns)(db, t).onConflictDoUpdate({
        target: t.entities.id,
        set: Object.fromEntries(columns.map((column) => [column, sql.placeholder(column)])),
      }),
    row,
  );
}

async function putHead(tx: Tx, head: Tables['head']['$inferSelect']): Promise<void> {
  await tx.insert('head', [head]);
}

/** Counts and digests of all tables, alike in both. Raises DatabaseError naming the tables that differ. */
async function requireEqual(reader: Reader, target: Store): Promise<TableSummary[]> {
  const copied = await target.snapshot(summarise);
  const wanted = await summarise(reader);
  const different = wanted.filter(({ sha256 }, index) => sha256 !== copied[index]?.sha256).map(({ table }) => table);
  if (different.length === 0) return wanted;
  throw new DatabaseError('corrupt', `the copy differs in ${different.join(', ')}; run it again with --force`);
}

/** Rows and digest of every table. */
export async function summarise(reader: Reader): Promise<TableSummary[]> {
  const summaries: TableSummary[] = [];
  for (const table of TABLES) {
    const hash = createHash('sha256');
    let count = 0;
    let position: (string | number)[] | undefined;
    for (;;) {
      const rows = await readRows(reader, table, batchOf(table), position);
      for (const row of rows) hash.update(JSON.stringify(Object.values(row))).update('\n');
      count += rows.length;
      if (rows.length < batchOf(table)) break;
      position = keyOf(table, rows.at(-1));
    }
    summaries.push({ table, rows: count, sha256: hash.digest('hex') });
  }
  return summaries;
}
