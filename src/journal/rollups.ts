import { and, asc, desc, eq, gt, sql } from 'drizzle-orm';
import type { Reader } from '../db/store.js';
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

/** All cells of one dimension for present records of a type: values with their counts, the most frequent first. */
export function readCells(
  reader: Reader,
  type: string,
  dimension: string,
  limit: number,
): Promise<{ value: string; count: number }[]> {
  return reader.all(
    'roll-up cells',
    (db, t) =>
      db
        .select({ value: t.rollups.value, count: t.rollups.count })
        .from(t.rollups)
        .where(
          and(
            eq(t.rollups.type, sql.placeholder('type')),
            eq(t.rollups.dimension, sql.placeholder('dimension')),
            gt(t.rollups.count, 0),
          ),
        )
        .orderBy(desc(t.rollups.count), asc(t.rollups.value))
        .limit(sql.placeholder('limit')),
    { type, dimension, limit },
  );
}
