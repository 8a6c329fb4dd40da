import { and, asc, desc, eq, gte, inArray, lt, or, type SQL, sql } from 'drizzle-orm';
import { holds, valuesAt, whenOf } from '../db/conditions.js';
import type { Reader, Values } from '../db/store.js';
import type { Tables } from '../db/tables/index.js';
import { idRange, RESOURCE_TYPES, type ResourceType } from '../shared/ids.js';
import { listValues } from './references.js';

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

/** Which edges count. Lists hold at least one entry where they are given. */
export interface EdgeFilter {
  relations: readonly string[] | undefined;
  /** Records of these types alone are come from or gone to. */
  types: readonly ResourceType[] | undefined;
  asOf: number | undefined;
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

function narrowed({ relations, types, asOf }: EdgeFilter): {
  shape: string;
  values: Values;
  condition(t: Tables): SQL | undefined;
} {
  const when = whenOf(asOf);
  const wanted = relations && listValues(relations);
  const ranges = types?.map((_, index) => ({ lowest: `lowest${index}`, beyond: `beyond${index}` }));
  const bounds = types?.flatMap((type, index) => {
    const { lowest, beyond } = idRange(type);
    return [
      [`lowest${index}`, lowest],
      [`beyond${index}`, beyond],
    ];
  });
  return {
    shape: `${when} ${wanted?.names.length ?? 'any'} ${types?.length ?? 'all'}`,
    values: {
      ...wanted?.values,
      ...Object.fromEntries(bounds ?? []),
      ...valuesAt(asOf),
    },
    condition: (t) =>
      and(
        holds(when, t.links),
        wanted &&
          inArray(
            t.links.relation,
            wanted.names.map((name) => sql.placeholder(name)),
          ),
        ranges && targetIn(t, ranges),
      ),
  };
}

function targetIn(t: Tables, ranges: readonly { lowest: string; beyond: string }[]): SQL | undefined {
  const { target } = t.links;
  return or(
    ...ranges.map(({ lowest, beyond }) =>
      and(gte(target, sql.placeholder(lowest)), lt(target, sql.placeholder(beyond))),
    ),
  );
}
