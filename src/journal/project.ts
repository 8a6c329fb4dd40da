import { and, eq, isNull, sql } from 'drizzle-orm';
import { plusInserted } from '../db/conditions.js';
import type { Db, Tx } from '../db/store.js';
import type { Tables } from '../db/tables/index.js';
import type { RecordKind } from './kind.js';
import type { ProjectedRows } from './rows.js';

export const DETAIL_TABLES = ['links', 'milestones', 'names', 'externalIds', 'tags', 'searchTexts'] as const;

/** Writes the query rows of one version of a record. */
export async function insertRows(tx: Tx, kind: RecordKind, rows: ProjectedRows): Promise<void> {
  const details = () => DETAIL_TABLES.map((table) => tx.insert(table, rows[table] as never[]));
  await Promise.all([tx.insert(kind.collection, [rows.record as never]), ...details()]);
}

/** Marks the query rows of a version as replaced by revision `until`, those too that were so before. */
export async function closeRows(tx: Tx, kind: RecordKind, revision: number, until: number): Promise<void> {
  const close = (table: keyof Tables) =>
    tx.run(
      `close ${table}`,
      (db, t) => {
        const versioned = t[table] as Tables['links'];
        return db
          .update(versioned)
          .set({ until: sql.placeholder('until') } as never)
          .where(eq(versioned.revision, sql.placeholder('revision')));
      },
      { revision, until },
    );
  await Promise.all([kind.collection, ...DETAIL_TABLES].map((table) => close(table)));
}

/** Takes external ids away from records that are about to be changed or to end; `closeRows` then says when. */
export async function passExternalIds(tx: Tx, externalIds: readonly HeldExternalId[], until: number): Promise<void> {
  for (const { subject, scheme, value } of externalIds) {
    await tx.run(
      'pass external id',
      (db, { externalIds: t }) =>
        db
          .update(t)
          .set({ until: sql.placeholder('until') } as never)
          .where(
            and(
              ...[eq(t.subject, sql.placeholder('subject')), eq(t.scheme, sql.placeholder('scheme'))],
              ...[eq(t.value, sql.placeholder('value')), isNull(t.until)],
            ),
          ),
      { subject, scheme, value, until },
    );
  }
}

export interface HeldExternalId {
  subject: string;
  scheme: string;
  value: string;
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
  await addToCells(tx, type, gone, -1);
  await addToCells(tx, type, come, 1);
}

/** Does so for many records: each cell is written once, at the end. */
export class CellCounts {
  readonly #changes = new Map<string, Map<string, number>>();

  /** Notes what `countCells` would write. */
  note(type: string, before: readonly string[], now: readonly string[]): void {
    const changes = this.#changes.get(type) ?? new Map<string, number>();
    this.#changes.set(type, changes);
    for (const cell of before) changes.set(cell, (changes.get(cell) ?? 0) - 1);
    for (const cell of now) changes.set(cell, (changes.get(cell) ?? 0) + 1);
  }

  /** Notes what others have noted. */
  add(others: CellCounts): void {
    for (const [type, cells] of others.#changes) {
      const changes = this.#changes.get(type) ?? new Map<string, number>();
      this.#changes.set(type, changes);
      for (const [cell, delta] of cells) changes.set(cell, (changes.get(cell) ?? 0) + delta);
    }
  }

  async write(tx: Tx): Promise<void> {
    for (const [type, changes] of this.#changes) {
      const byDelta = new Map<number, string[]>();
      for (const [cell, delta] of changes) {
        if (delta === 0) continue;
        const cells = byDelta.get(delta) ?? [];
        byDelta.set(delta, cells);
        cells.push(cell);
      }
      for (const [delta, cells] of byDelta) await addToCells(tx, type, cells, delta);
    }
  }
}

const CELLS_AT_ONCE = 32;

async function addToCells(tx: Tx, type: string, cells: readonly string[], delta: number): Promise<void> {
  for (let start = 0; start < cells.length; start += CELLS_AT_ONCE) {
    const some = cells.slice(start, start + CELLS_AT_ONCE);
    const values = some.flatMap((cell, index) => {
      const space = cell.indexOf(' ');
      return [
        [`dimension${index}`, cell.slice(0, space)],
        [`value${index}`, cell.slice(space + 1)],
      ];
    });
    await tx.run(`roll-up add ${some.length}`, (db, t) => insertCells(db, t, some.length), {
      ...Object.fromEntries(values),
      type,
      delta,
    });
  }
}

function insertCells(db: Db, t: Tables, cells: number) {
  const rows = Array.from({ length: cells }, (_, index) => ({
    type: sql.placeholder('type'),
    dimension: sql.placeholder(`dimension${index}`),
    value: sql.placeholder(`value${index}`),
    count: sql.placeholder('delta'),
  }));
  return db
    .insert(t.rollups)
    .values(rows as never)
    .onConflictDoUpdate({
      target: [t.rollups.type, t.rollups.dimension, t.rollups.value],
      set: { count: plusInserted(t.rollups.count) },
    });
}
