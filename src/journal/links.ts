import { and, asc, desc, eq, sql } from 'drizzle-orm';
import { after, holds, isLatestAsOf, valuesAt, type When, whenOf } from '../db/conditions.js';
import type { Reader } from '../db/store.js';
import type { Tables } from '../db/tables/index.js';

export interface LinkRow {
  relation: string;
  role: string | null;
  validFrom: number | null;
  validTo: number | null;
  id: string;
  type: string;
  slug: string;
  label: string;
  dateFrom: number;
  dateTo: number;
  revision: number;
  position: number;
}

export interface LinkQuery {
  id: string;
  relation: string | undefined;
  asOf: number | undefined;
}

const OUT = ['revision', 'position'] as const;
const IN = ['dateFrom', 'dateTo', 'revision', 'position'] as const;

/** Edges from a record in their order, or to it with the newest subject first; `position` is where to go on. */
export function readLinks(
  reader: Reader,
  direction: 'out' | 'in',
  { id, relation, asOf }: LinkQuery,
  limit: number,
  position: readonly (string | number)[] | undefined,
): Promise<LinkRow[]> {
  const when = whenOf(asOf);
  const names = direction === 'out' ? OUT : IN;
  return reader.all(
    `links ${direction} ${when} ${relation === undefined ? '' : 'of relation'} ${position ? 'after' : ''}`,
    (db, t) => {
      const [self, other] = direction === 'out' ? [t.links.subject, t.links.target] : [t.links.target, t.links.subject];
      const columns = names.map((name) => t.links[name]);
      const order = direction === 'out' ? asc : desc;
      const end = otherEnd(t, when, other);
      return db
        .select({
          relation: t.links.relation,
          role: t.links.role,
          validFrom: t.links.validFrom,
          validTo: t.links.validTo,
          id: end.id,
          type: end.table.type,
          slug: end.table.slug,
          label: end.table.label,
          dateFrom: t.links.dateFrom,
          dateTo: t.links.dateTo,
          revision: t.links.revision,
          position: t.links.position,
        })
        .from(t.links)
        .innerJoin(end.table, end.on)
        .where(
          and(
            eq(self, sql.placeholder('id')),
            holds(when, t.links),
            relation === undefined ? undefined : eq(t.links.relation, sql.placeholder('relation')),
            position &&
              after(
                columns,
                names.map((_, index) => `k${index}`),
                direction === 'out' ? 'asc' : 'desc',
              ),
          ),
        )
        .orderBy(...columns.map((column) => order(column)))
        .limit(sql.placeholder('limit'));
    },
    {
      id,
      limit,
      ...valuesAt(asOf),
      ...(relation !== undefined && { relation }),
      ...Object.fromEntries((position ?? []).map((value, index) => [`k${index}`, value])),
    },
  );
}

/** The record at the other end, with the slug and the label that it had then. */
function otherEnd(t: Tables, when: When, other: Tables['links']['target'] | Tables['links']['subject']) {
  if (when === 'now') return { table: t.entities, id: t.entities.id, on: eq(t.entities.id, other) };
  const table = t.revisions as unknown as Tables['entities'];
  return {
    table,
    id: t.revisions.entity as unknown as Tables['entities']['id'],
    on: and(eq(t.revisions.entity, other), isLatestAsOf(t)),
  };
}

/** The sort values of an edge, as `position` takes them. */
export function linkPosition(direction: 'out' | 'in', row: LinkRow): number[] {
  return (direction === 'out' ? OUT : IN).map((name) => row[name]);
}
