import { and, eq, sql } from 'drizzle-orm';
import { isIn } from '../db/conditions.js';
import type { Reader, Tx } from '../db/store.js';
import { inBatches, listValues } from './references.js';

/** Those of some records that are pulled from an instance, awaited ones too; at most MAX_LIST. */
export async function heldVia(reader: Reader, via: string, ids: readonly string[]): Promise<string[]> {
  const { names, values } = listValues(ids);
  const rows = await reader.all(
    `held via ${names.length}`,
    (db, { entities: t }) =>
      db
        .select({ id: t.id })
        .from(t)
        .where(
          and(
            eq(t.via, sql.placeholder('via')),
            isIn(
              t.id,
              names.map((name) => sql.placeholder(name)),
            ),
          ),
        ),
    { ...values, via },
  );
  return rows.map(({ id }) => id);
}

/** Notes of records that the last snapshot has them; others that come from there will be taken for gone. */
export async function markSeen(
  tx: Tx,
  { via, run }: { via: string; run: number },
  ids: readonly string[],
): Promise<void> {
  await inBatches(ids, async (batch) => {
    const { names, values } = listValues(batch);
    await tx.run(
      `entities seen ${names.length}`,
      (db, { entities: t }) =>
        db
          .update(t)
          .set({ seen: sql.placeholder('run') } as never)
          .where(
            and(
              eq(t.via, sql.placeholder('via')),
              isIn(
                t.id,
                names.map((name) => sql.placeholder(name)),
              ),
            ),
          ),
      { ...values, via, run },
    );
    return [];
  });
}
