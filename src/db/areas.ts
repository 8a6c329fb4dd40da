import { sql } from 'drizzle-orm';
import type { Reader } from './store.js';

/** Ids of the areas above an area at present, nearest first. */
export async function ancestorAreas(reader: Reader, area: string): Promise<string[]> {
  const rows = await reader.all(
    'area ancestors',
    (db, t) =>
      db
        .select({ id: sql<string>`path.id`, depth: sql<number>`path.depth` })
        .from(
          sql`(with recursive path(id, depth) as (select ${t.areas.broader}, 1 from ${t.areas} where ${t.areas.entity} = ${sql.placeholder('area')} and ${t.areas.until} is null union select ${t.areas.broader}, path.depth + 1 from ${t.areas} join path on ${t.areas.entity} = path.id where ${t.areas.until} is null and path.depth < 100) select id, depth from path where id is not null) as path`,
        )
        .orderBy(sql`path.depth`),
    { area },
  );
  return rows.map(({ id }) => id);
}
