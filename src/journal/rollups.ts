import { and, asc, desc, eq, gt, gte, like, lt, type SQL, sql } from 'drizzle-orm';
import { countOfRows, withoutAffixes } from '../db/conditions.js';
import type { Reader } from '../db/store.js';
import type { Tables } from '../db/tables/index.js';
import { type Cell, dimensionWithin, isNarrowedBy, pairOf } from './cells.js';
import { type Counts, countsFrom } from './facets.js';
import type { ListQuery } from './list.js';

/** The count of a list of present records that one roll-up cell holds; undefined when none does. */
export async function readRollup(reader: Reader, query: ListQuery): Promise<number | undefined> {
  const cell = cellOf(query);
  if (cell === undefined) return undefined;
  const row = await reader.get(
    'roll-up',
    (db, t) =>
      db
        .select({ count: t.rollups.count })
        .from(t.rollups)
        .where(
          and(
            eq(t.rollups.type, sql.placeholder('type')),
            eq(t.rollups.dimension, sql.placeholder('dimension')),
            eq(t.rollups.value, sql.placeholder('value')),
          ),
        ),
    { type: query.kind.type, ...cell },
  );
  return row?.count ?? 0;
}

/** The one cell that counts a list; undefined when none does. */
export function cellOf(query: ListQuery): Cell | undefined {
  const cells = cellsOf(query);
  if (cells === undefined || cells.length > 2) return undefined;
  const [one = TOTAL, other] = cells;
  return other === undefined ? one : pairOf(one, other);
}

const TOTAL: Cell = { dimension: 'total', value: '' };

/** The cells whose records, all together, make up a list of present records; undefined when they are not those of cells. */
export function cellsOf({ asOf, conditions, edges }: ListQuery): Cell[] | undefined {
  const cells = [
    ...conditions.map(({ cell }) => cell),
    ...edges.map(({ relation, roles, target }) =>
      relation === undefined && roles.length === 0 && target.startsWith('actor_')
        ? { dimension: 'actor', value: target }
        : undefined,
    ),
  ];
  const known = cells.filter((cell) => cell !== undefined);
  return asOf === undefined && known.length === cells.length ? known : undefined;
}

/**
 * The present records of a type by one dimension, all of them or those of one cell, from the roll-ups: nothing is
 * counted.
 */
export function readCells(
  reader: Reader,
  type: string,
  dimension: string,
  limit: number,
  within?: Cell,
): Promise<Counts> {
  if (within === undefined) return readDimension(reader, type, dimension, limit);
  if (isNarrowedBy(within, dimension)) return readDimension(reader, type, dimensionWithin(within, dimension), limit);
  return readNarrowing(reader, type, dimension, limit, within);
}

async function readDimension(reader: Reader, type: string, dimension: string, limit: number): Promise<Counts> {
  const rows = await reader.all(
    'roll-up cells',
    (db, { rollups }) =>
      db
        .select({ value: rollups.value, count: rollups.count, groups: countOfRows().as('groups') })
        .from(rollups)
        .where(isOfDimension(rollups))
        .orderBy(desc(eq(rollups.value, '')), desc(rollups.count), asc(rollups.value))
        .limit(sql.placeholder('limit')),
    { type, dimension, limit: limit + 1 },
  );
  return countsFrom(rows, limit);
}

/** That a cell is of the dimension of the placeholders, and counts a record. */
function isOfDimension({ type, dimension, count }: Tables['rollups']): SQL | undefined {
  return and(eq(type, sql.placeholder('type')), eq(dimension, sql.placeholder('dimension')), gt(count, 0));
}

/** How many present records of a type each year has; the empty one those without. */
export async function readYears(reader: Reader, type: string): Promise<Map<string, number>> {
  const rows = await reader.all(
    'years',
    (db, { rollups }) =>
      db.select({ year: rollups.value, count: rollups.count }).from(rollups).where(isOfDimension(rollups)),
    { type, dimension: 'year' },
  );
  return new Map(rows.map(({ year, count }) => [year, count]));
}

/** The same where the cell narrows nothing but is narrowed: its count stands under every value of the dimension. */
async function readNarrowing(
  reader: Reader,
  type: string,
  dimension: string,
  limit: number,
  within: Cell,
): Promise<Counts> {
  // From `kind=` to `kind>`, the next character: all dimensions within a kind.
  const [lowest, beyond] = [`${dimension}=`, `${dimension}>`];
  const end = `/${within.dimension}`;
  const rows = await reader.all(
    'roll-up cells that narrow',
    (db, { rollups }) => {
      const cells = db
        .select({ value: withoutAffixes(rollups.dimension, 'from', 'affixes').as('narrowing'), count: rollups.count })
        .from(rollups)
        .where(
          and(
            eq(rollups.type, sql.placeholder('type')),
            eq(rollups.value, sql.placeholder('value')),
            gte(rollups.dimension, sql.placeholder('lowest')),
            lt(rollups.dimension, sql.placeholder('beyond')),
            like(rollups.dimension, sql.placeholder('pattern')),
            gt(rollups.count, 0),
          ),
        )
        .as('cells');
      return db
        .select({ value: cells.value, count: cells.count, groups: countOfRows().as('groups') })
        .from(cells)
        .orderBy(desc(eq(cells.value, '')), desc(cells.count), asc(cells.value))
        .limit(sql.placeholder('limit'));
    },
    {
      ...{ type, value: within.value, lowest, beyond, pattern: `%${end}` },
      ...{ from: lowest.length + 1, affixes: lowest.length + end.length, limit: limit + 1 },
    },
  );
  return countsFrom(rows, limit);
}
