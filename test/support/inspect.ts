import Database from 'better-sqlite3';
import type { AnyJson } from './client.js';
import type { TestService } from './service.js';

/** A look at the database from outside the service, on a read-only connection of its own. */
export interface Inspection {
  database: Database.Database;
  /** Last revision of the journal. */
  head(): number;
  /** Rows of every table that knowledge is kept in, to see that nothing at all was written. */
  sizes(): Record<string, number>;
  /** The stored text of the current version of a record. */
  storedDoc(id: string): string | undefined;
  /** The live documents of a type at a revision with the revisions that created them, straight from the journal. */
  stateAt(type: string, revision: number): { doc: AnyJson; created: number }[];
  close(): void;
}

const KNOWLEDGE = ['head', 'entities', 'revisions', 'links', 'milestones', 'names', 'external_ids', 'tags'] as const;

export function inspect(service: Pick<TestService, 'path'>): Inspection {
  const database = new Database(service.path, { readonly: true });
  const one = (sql: string, ...values: unknown[]) => database.prepare(sql).pluck().get(values);
  return {
    database,
    head: () => one('select revision from head') as number,
    sizes: () =>
      Object.fromEntries([
        ...KNOWLEDGE.map((table) => [table, one(`select count(*) from ${table}`) as number]),
        ['revision', one('select revision from head') as number],
      ]),
    storedDoc: (id) =>
      one('select doc from revisions where entity = ? order by revision desc limit 1', id) as string | undefined,
    stateAt(type, revision) {
      const rows = database
        .prepare(
          `select doc, (select min(revision) from revisions c where c.entity = r.entity) as created from revisions r
           where type = @type and doc is not null and revision =
             (select max(revision) from revisions m where m.entity = r.entity and m.revision <= @revision)`,
        )
        .all({ type, revision }) as { doc: string; created: number }[];
      return rows.map(({ doc, created }) => ({ doc: JSON.parse(doc), created }));
    },
    close: () => database.close(),
  };
}
