import { and, asc, count, eq, sql } from 'drizzle-orm';
import { isIn, padded } from './conditions.js';
import { insertRows } from './statements.js';
import type { Reader, Tx } from './store.js';
import type { Tables } from './tables/index.js';

/** How far an instance was pulled. */
export type Pull = Tables['pulls']['$inferSelect'] & { phase: 'snapshot' | 'sweep' | 'feed' };

/** A record that is not held here as it is there. */
export type PullConflict = Tables['pullConflicts']['$inferSelect'];

/** Every instance that is mirrored, by its id. */
export async function readPulls(reader: Reader): Promise<Pull[]> {
  return (await reader.all('pulls', (db, { pulls }) => db.select().from(pulls).orderBy(asc(pulls.instance)))) as Pull[];
}

export async function findPull(reader: Reader, instance: string): Promise<Pull | undefined> {
  const row = await reader.get(
    'pull',
    (db, { pulls }) =>
      db
        .select()
        .from(pulls)
        .where(eq(pulls.instance, sql.placeholder('instance'))),
    { instance },
  );
  return row as Pull | undefined;
}

/** Begins to keep how far an instance was pulled. */
export async function insertPull(tx: Tx, pull: Pull): Promise<void> {
  await tx.insert('pulls', [pull]);
}

/** Moves it on by one step, if nobody else did since it was read; gives whether it was. */
export async function advancePull(tx: Tx, next: Pull): Promise<boolean> {
  const changed = await tx.run(
    'pull advance',
    (db, { pulls }) => {
      const columns = Object.keys(next).filter((column) => column !== 'instance');
      return db
        .update(pulls)
        .set(Object.fromEntries(columns.map((column) => [column, sql.placeholder(column)])) as never)
        .where(and(eq(pulls.instance, sql.placeholder('instance')), eq(pulls.step, sql.placeholder('expected'))));
    },
    { ...next, step: next.step + 1, expected: next.step },
  );
  return changed === 1;
}

/** Notes what went wrong; how far it was pulled stays. */
export async function notePullError(tx: Tx, instance: string, error: string): Promise<void> {
  await tx.run(
    'pull error',
    (db, { pulls }) =>
      db
        .update(pulls)
        .set({ error: sql.placeholder('error') } as never)
        .where(eq(pulls.instance, sql.placeholder('instance'))),
    { instance, error },
  );
}

/** Notes why a record is not held as it is there; a conflict that was noted before keeps its time. */
export async function noteConflict(tx: Tx, conflict: PullConflict): Promise<void> {
  await tx.run(
    'conflict note',
    (db, t) =>
      insertRows('pullConflicts', CONFLICT_COLUMNS)(db, t).onConflictDoUpdate({
        target: [t.pullConflicts.instance, t.pullConflicts.record],
        set: { reason: sql.placeholder('reason'), detail: sql.placeholder('detail') } as never,
      }),
    conflict,
  );
}

const CONFLICT_COLUMNS = ['instance', 'record', 'reason', 'detail', 'noticedAt'] as const;

/** Forgets conflicts about some records; at most MAX_LIST. */
export async function forgetConflicts(tx: Tx, instance: string, records: readonly string[]): Promise<void> {
  const list = padded(records);
  await tx.run(
    `conflicts forget ${list.length}`,
    (db, { pullConflicts: t }) => {
      const among = isIn(
        t.record,
        list.map((_, index) => sql.placeholder(`r${index}`)),
      );
      return db.delete(t).where(and(eq(t.instance, sql.placeholder('instance')), among));
    },
    { instance, ...Object.fromEntries(list.map((record, index) => [`r${index}`, record])) },
  );
}

/** Conflicts with an instance by record, from behind one on. */
export function readConflicts(reader: Reader, instance: string, limit: number, after = ''): Promise<PullConflict[]> {
  return reader.all(
    'conflicts',
    (db, { pullConflicts: t }) =>
      db
        .select()
        .from(t)
        .where(and(eq(t.instance, sql.placeholder('instance')), sql`${t.record} > ${sql.placeholder('after')}`))
        .orderBy(asc(t.record))
        .limit(sql.placeholder('limit')),
    { instance, after, limit },
  );
}

/** How many conflicts there are with each instance, by reason. */
export function countConflicts(reader: Reader): Promise<{ instance: string; reason: string; count: number }[]> {
  return reader.all('conflicts counted', (db, { pullConflicts: { instance, reason }, pullConflicts }) =>
    db
      .select({ instance, reason, count: count() })
      .from(pullConflicts)
      .groupBy(instance, reason)
      .orderBy(asc(instance), asc(reason)),
  );
}

/** What an instance that is mirrored looks like from outside. */
export interface MirrorStatus {
  /** Id of the instance. */
  origin: string;
  url: string;
  /** Null: all. */
  types: string[] | null;
  /** `snapshot` and `sweep`: what is held is not yet a state of it. */
  phase: Pull['phase'];
  /** Its revision that is held; 0 before one is. */
  revision: number;
  /** Revisions that it had more when it last answered. */
  lagRevisions: number;
  pulledAt: string | null;
  levelAt: string | null;
  error: string | null;
  /** Records not held as they are there, by reason. */
  conflicts: Record<string, number>;
}

/** The standing of every mirror, without secrets. Two queries; one where nothing is mirrored. */
export async function mirrorStatuses(reader: Reader): Promise<MirrorStatus[]> {
  const pulls = await readPulls(reader);
  const counted = pulls.length === 0 ? [] : await countConflicts(reader);
  return pulls.map(({ instance, url, types, phase, pulledAt, levelAt, error, head, ...pull }) => {
    const revision = phase === 'feed' ? pull.revision : 0;
    const own = counted.filter((each) => each.instance === instance);
    return {
      ...{ origin: instance, url, types: types?.split(',') ?? null, phase, revision },
      ...{ lagRevisions: Math.max(0, head - revision), pulledAt, levelAt, error },
      conflicts: Object.fromEntries(own.map(({ reason, count: n }) => [reason, n])),
    };
  });
}

/** Where a mirrored record can be changed: the address of the instance that it is pulled from. */
export async function findEditingUrl(reader: Reader, id: string): Promise<string | undefined> {
  const row = await reader.get(
    'editing url',
    (db, { entities, pulls }) =>
      db
        .select({ url: pulls.url })
        .from(entities)
        .innerJoin(pulls, eq(pulls.instance, entities.via))
        .where(eq(entities.id, sql.placeholder('id'))),
    { id },
  );
  return row?.url;
}

/** Ids of records that mirrored records of an instance refer to and that have not come, from behind one on. */
export async function readAwaited(reader: Reader, via: string, limit: number, after = ''): Promise<string[]> {
  const rows = await reader.all(
    'awaited',
    (db, { entities: t }) =>
      db
        .select({ id: t.id })
        .from(t)
        .where(
          and(
            eq(t.via, sql.placeholder('via')),
            // Written out, so that PostgreSQL sees that the partial index fits.
            sql`${t.version} = 0`,
            sql`${t.id} > ${sql.placeholder('after')}`,
            sql`exists (select 1 from links where links.target = ${t.id} and links.until is null)`,
          ),
        )
        .orderBy(asc(t.id))
        .limit(sql.placeholder('limit')),
    { via, after, limit },
  );
  return rows.map(({ id }) => id);
}

/**
 * Live records pulled from an instance that its last snapshot did not have, from behind one on; of these only those to
 * which one refers that it had, or that is not pulled from it, when they must be `needed`.
 */
export function readUnseen(
  reader: Reader,
  { instance, run }: Pick<Pull, 'instance' | 'run'>,
  limit: number,
  after = '',
  needed?: 'needed',
): Promise<{ id: string; type: string }[]> {
  return reader.all(
    `unseen ${needed ?? ''}`,
    (db, { entities: t }) =>
      db
        .select({ id: t.id, type: t.type })
        .from(t)
        .where(
          and(
            ...[eq(t.via, sql.placeholder('via')), eq(t.deleted, false)],
            sql`${t.seen} <> ${sql.placeholder('run')}`,
            sql`${t.id} > ${sql.placeholder('after')}`,
            needed &&
              sql`exists (select 1 from links join entities as other on other.id = links.subject where links.target = ${t.id} and links.until is null and (other.via is null or other.via <> ${t.via} or other.seen = ${sql.placeholder('run')}))`,
          ),
        )
        .orderBy(asc(t.id))
        .limit(sql.placeholder('limit')),
    { via: instance, run, after, limit },
  );
}

/** Id of this database, by which others know what is mirrored from it. */
export async function readInstance(reader: Reader): Promise<string> {
  const row = await reader.get('instance', (db, { head }) => db.select({ instance: head.instance }).from(head));
  if (row === undefined) throw new Error('the database has no head row');
  return row.instance;
}
