import { type Placeholder, type SQL, sql } from 'drizzle-orm';
import { unindexed } from './columns.js';
import { isIn } from './conditions.js';
import type { Tables } from './tables/index.js';

/** That a revision is the last of its record; revisions must be joined with their entities. */
export function isLastOfRecord({ entities, revisions }: Tables): SQL {
  return sql`${entities.revision} = ${unindexed(revisions.revision)}`;
}

/** That a revision is of one of some types. The walk stays on the revisions: an index by type would have to be sorted. */
export function isOfSomeType({ revisions }: Tables, types: readonly Placeholder[]): SQL {
  return isIn(unindexed(revisions.type), types);
}

/** Number of characters of a document; null where there is none. */
export function documentLength({ revisions }: Tables): SQL<number | null> {
  return sql<number | null>`${sql`length(${revisions.doc})`}`.mapWith(Number);
}

/** The revision that a revision replaced; null where it is the first of its record. Nested as `documentUnlessKnown` is. */
export function revisionBefore({ revisions }: Tables): SQL<number | null> {
  return lastEarlier(revisions, sql`earlier.revision < ${revisions.revision}`);
}

/** The revision of the same record that held at the one that a placeholder gives; null where there was none. */
export function revisionHeldAt({ revisions }: Tables, name: string): SQL<number | null> {
  return lastEarlier(revisions, sql`earlier.revision <= ${sql.placeholder(name)}`);
}

function lastEarlier(revisions: Tables['revisions'], condition: SQL): SQL<number | null> {
  const last = sql`(select max(earlier.revision) from ${revisions} as earlier where earlier.entity = ${revisions.entity} and ${condition})`;
  return sql<number | null>`${last}`.mapWith(Number);
}

/** That a revision is the one of its entity that held at the placeholder `asOf`. */
export function isOfEntityAsOf({ entities, revisions }: Tables): SQL {
  const last = sql`(select max(earlier.revision) from ${revisions} as earlier where earlier.entity = ${entities.id} and earlier.revision <= ${sql.placeholder('asOf')})`;
  return sql`${revisions.revision} = ${last}`;
}
