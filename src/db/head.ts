import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { DatabaseError } from './errors.js';
import type { Reader, Tx } from './store.js';

/** Where the journal stands. */
export interface Head {
  revision: number;
  recordedAt: string;
  epoch: string;
}

const BEGINNING = '1970-01-01T00:00:00.000Z';

export async function readHead(reader: Reader): Promise<Head> {
  const row = await reader.get('head', (db, t) =>
    db.select({ revision: t.head.revision, recordedAt: t.head.recordedAt, epoch: t.head.epoch }).from(t.head),
  );
  if (row === undefined) throw new Error('the database has no head row');
  return row;
}

/** Which projections the query tables hold; see `PROJECTIONS`. */
export async function readProjections(reader: Reader): Promise<number> {
  const row = await reader.get('projections', (db, t) => db.select({ projections: t.head.projections }).from(t.head));
  return row?.projections ?? 0;
}

/** Whether the stored texts of sources are searched. */
export async function readIndexesTexts(reader: Reader): Promise<boolean> {
  const row = await reader.get('indexes texts', (db, t) =>
    db.select({ indexesTexts: t.head.indexesTexts }).from(t.head),
  );
  return row?.indexesTexts ?? false;
}

export async function noteIndexesTexts(tx: Tx, indexesTexts: boolean): Promise<void> {
  await tx.run(
    'note indexes texts',
    (db, t) => db.update(t.head).set({ indexesTexts: sql.placeholder('indexesTexts') } as never),
    { indexesTexts },
  );
}

export async function noteProjections(tx: Tx, projections: number): Promise<void> {
  await tx.run(
    'note projections',
    (db, t) => db.update(t.head).set({ projections: sql.placeholder('projections') } as never),
    { projections },
  );
}

/** Makes the head row of a new database; the first of several processes does. */
export async function ensureHead(tx: Tx): Promise<void> {
  if ((await tx.get('head exists', (db, t) => db.select({ id: t.head.id }).from(t.head))) !== undefined) return;
  await requireNew(tx);
  await tx.run(
    'head make',
    (db, t) => {
      const row = Object.fromEntries(HEAD_COLUMNS.map((column) => [column, sql.placeholder(column)]));
      return db
        .insert(t.head)
        .values(row as never)
        .onConflictDoNothing();
    },
    { id: 1, revision: 0, recordedAt: BEGINNING, epoch: randomUUID(), instance: randomUUID() },
  );
}

const HEAD_COLUMNS = ['id', 'revision', 'recordedAt', 'epoch', 'instance'];

/** A copy writes the head row last of all: records without one are what a copy left that did not come to its end. */
async function requireNew(tx: Tx): Promise<void> {
  const record = await tx.get('any record', (db, t) => db.select({ id: t.entities.id }).from(t.entities).limit(1));
  if (record === undefined) return;
  throw new DatabaseError(
    'corrupt',
    'the database is the target of a copy that did not end; run `chancery copy` again',
  );
}

/** Keeps other writers waiting until the end of the transaction; only PostgreSQL needs it. */
export async function lockHead(tx: Tx): Promise<void> {
  await tx.get('head lock', (db, t) => db.select({ revision: t.head.revision }).from(t.head).for('update'));
}

/** Takes the next revision number; recorded_at is `now` unless the last revision was recorded later. */
export async function takeRevision(tx: Tx, now: string): Promise<{ revision: number; recordedAt: string }> {
  const row = await tx.get(
    'head take',
    (db, t) =>
      db
        .update(t.head)
        .set({
          revision: sql`${t.head.revision} + 1`,
          recordedAt: sql`case when ${t.head.recordedAt} > ${sql.placeholder('now')} then ${t.head.recordedAt} else ${sql.placeholder('now')} end`,
        })
        .where(eq(t.head.id, 1))
        .returning({ revision: t.head.revision, recordedAt: t.head.recordedAt }),
    { now },
  );
  if (row === undefined) throw new Error('the database has no head row');
  return row;
}
