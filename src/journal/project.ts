import { and, eq, isNull, sql } from 'drizzle-orm';
import { plus } from '../db/conditions.js';
import type { Tx } from '../db/store.js';
import type { Tables } from '../db/tables/index.js';
import type { RecordKind } from './kind.js';
import type { ProjectedRows } from './rows.js';

export const DETAIL_TABLES = ['links', 'milestones', 'names', 'externalIds', 'tags'] as const;

/** Writes the query rows of one version of a record. */
export async function insertRows(tx: Tx, kind: RecordKind, rows: ProjectedRows): Promise<void> {
  await tx.insert(kind.collection, [rows.record as never]);
  for (const table of DETAIL_TABLES) await tx.insert(table, rows[table] as never[]);
}

/** Marks the query rows of a version as replaced by revision `until`. */
export async function closeRows(tx: Tx, kind: RecordKind, revision: number, until: number): Promise<void> {
  for (const table of [kind.collection, ...DETAIL_TABLES] as const) {
    await tx.run(
      `close ${table}`,
      (db, t) => {
        const versioned = t[table] as Tables['links'];
        return db
          .update(versioned)
          .set({ until: sql.placeholder('until') } as never)
          .where(and(eq(versioned.revision, sql.placeholder('revision')), isNull(versioned.until)));
      },
      { revision, until },
    );
  }
}

/** Adds the difference between the cells a record counted in before and those it counts in now. */
export async function countCells(
  tx: Tx,
  type: string,
  before: readonly string[],
  now: readonly string[],
): Promise<void> {
  const gone = before.filter((cell) => !now.includes(cell));
  const come = now.filter((cell) => !before.includes(cell));
  for (const [cells, delta] of [
    [gone, -1],
    [come, 1],
  ] as const) {
    for (const cell of cells) await addToCell(tx, type, cell, delta);
  }
}

async function addToCell(tx: Tx, type: string, cell: string, delta: number): Promise<void> {
  const space = cell.indexOf(' ');
  await tx.run(
    'roll-up add',
    (db, t) =>
      db
        .insert(t.rollups)
        .values({
          type: sql.placeholder('type'),
          dimension: sql.placeholder('dimension'),
          value: sql.placeholder('value'),
          count: sql.placeholder('delta'),
        } as never)
        .onConflictDoUpdate({
          target: [t.rollups.type, t.rollups.dimension, t.rollups.value],
          set: { count: plus(t.rollups.count, 'delta') },
        }),
    { type, dimension: cell.slice(0, space), value: cell.slice(space + 1), delta },
  );
}
