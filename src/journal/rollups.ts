import { and, asc, desc, eq, gt, sql } from 'drizzle-orm';
import { countOfRows } from '../db/conditions.js';
import type { Reader } from '../db/store.js';
import { type Counts, countsFrom } from './facets.js';
import type { ListQuery } from './list.js';

/** The count of a list of present records that one roll-up cell holds; undefined when none does. */
export async function readRollup(reader: Reader, query: ListQuery): Promise<number | undefined> {
  const cell = query.asOf === undefined ? cellOf(query) : undefined;
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

function cellOf({ conditions, edges }: ListQuery): { dimension: string; value: string } | undefined {
  const [condition, ...moreConditions] = conditions;
  const [edge, ...moreEdges] = edges;
  if (moreConditions.length + moreEdges.length > 0 || (condition && edge)) return undefined;
  if (condition) return condition.cell;
  if (edge)
    return edge.relation === undefined && edge.roles.length === 0 && edge.target.startsWith('actor_')
      ? { dimension: 'actor', value: edge.target }
      : undefined;
  return { dimension: 'total', value: '' };
}

/** The present records of a type by one dimension, from the roll-ups: nothing is counted. */
export async function readCells(reader: Reader, type: string, dimension: string, limit: number): Promise<Counts> {
  const rows = await reader.all(
    'roll-up cells',
    (db, { rollups }) =>
      db
        .select({ value: rollups.value, count: rollups.count, groups: countOfRows().as('groups') })
        .from(rollups)
        .where(
          and(
            eq(rollups.type, sql.placeholder('type')),
            eq(rollups.dimension, sql.placeholder('dimension')),
            gt(rollups.count, 0),
          ),
        )
        .orderBy(desc(eq(rollups.value, '')), desc(rollups.count), asc(rollups.value))
        .limit(sql.placeholder('limit')),
    { type, dimension, limit: limit + 1 },
  );
  return countsFrom(rows, limit);
}
