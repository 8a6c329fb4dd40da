import { and, asc, desc, eq, sql } from 'drizzle-orm';
import type { Reader } from '../db/store.js';
import type { Tables } from '../db/tables/index.js';
import { RESOURCE_TYPES } from '../shared/ids.js';
import { type EdgeFilter, narrowed } from './edge-filter.js';

/** An edge as the graph shows it; days are day numbers, null without a bound. */
export interface GraphEdge {
  revision: number;
  position: number;
  source: string;
  target: string;
  relation: string;
  role: string | null;
  validFrom: number | null;
  validTo: number | null;
}

/** What tells an edge from all others. */
export function edgeKey({ revision, position }: Pick<GraphEdge, 'revision' | 'position'>): string {
  return `${revision}.${position}`;
}

const columns = ({ links }: Tables) => ({
  revision: links.revision,
  position: links.position,
  source: links.subject,
  target: links.target,
  relation: links.relation,
  role: links.role,
  validFrom: links.validFrom,
  validTo: links.validTo,
});

/** Edges out of a record in their order, at most `limit`. */
export function edgesFrom(reader: Reader, id: string, filter: EdgeFilter, limit: number): Promise<GraphEdge[]> {
  const { shape, values, condition } = narrowed(filter);
  return reader.all(
    `graph out ${shape}`,
    (db, t) =>
      db
        .select(columns(t))
        .from(t.links)
        .where(and(eq(t.links.subject, sql.placeholder('id')), condition(t)))
        .orderBy(asc(t.links.revision), asc(t.links.position))
        .limit(sql.placeholder('limit')),
    { ...values, id, limit },
  );
}

/** Edges to a record, those of the latest subjects of each type first; at most `limit` of each type, or `all`. */
export async function edgesTo(
  reader: Reader,
  id: string,
  filter: EdgeFilter,
  limit: number,
): Promise<{ edges: GraphEdge[]; all: boolean }> {
  const { shape, values, condition } = narrowed({ ...filter, types: undefined });
  const found: GraphEdge[] = [];
  let all = true;
  // One type at a time: so the index gives the latest first, and a record with a million edges costs no more.
  for (const type of filter.types ?? RESOURCE_TYPES) {
    const edges = await reader.all(
      `graph in ${shape}`,
      (db, t) => {
        const { dateFrom, dateTo, subject, target, subjectType, revision, position } = t.links;
        return db
          .select(columns(t))
          .from(t.links)
          .where(and(eq(target, sql.placeholder('id')), eq(subjectType, sql.placeholder('type')), condition(t)))
          .orderBy(desc(dateFrom), desc(dateTo), desc(subject), desc(revision), asc(position))
          .limit(sql.placeholder('limit'));
      },
      { ...values, id, limit, type },
    );
    found.push(...edges);
    all &&= edges.length < limit;
  }
  return { edges: found, all };
}
