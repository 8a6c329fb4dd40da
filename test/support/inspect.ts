import type { AnyJson } from './client.js';
import { openRaw, type Raw } from './raw.js';
import type { TestService } from './service.js';

/** A look at the database from outside the service, on a read-only connection of its own. */
export interface Inspection extends Pick<Raw, 'query' | 'close'> {
  /** Last revision of the journal. */
  head(): Promise<number>;
  /** Rows of every table that knowledge is kept in, to see that nothing at all was written. */
  sizes(): Promise<Record<string, number>>;
  /** The stored text of the current version of a record. */
  storedDoc(id: string): Promise<string | undefined>;
  /** The live documents of a type at a revision with the revisions that created them, straight from the journal. */
  stateAt(type: string, revision: number): Promise<{ doc: AnyJson; created: number }[]>;
}

const KNOWLEDGE = ['head', 'entities', 'revisions', 'links', 'milestones', 'names', 'external_ids', 'tags'] as const;
const SIZES = [
  ...KNOWLEDGE.map((table) => `(select count(*) from ${table}) as ${table}`),
  '(select revision from head) as revision',
].join();

export async function inspect({ database }: Pick<TestService, 'database'>): Promise<Inspection> {
  const raw = await openRaw(database.url, { readonly: true });
  const one = async <Row>(sql: string, ...values: unknown[]) => (await raw.query<Row>(sql, ...values)).rows[0];
  return {
    query: raw.query,
    close: raw.close,
    head: async () => (await one<{ revision: number }>('select revision from head'))?.revision ?? -1,
    sizes: async () => (await one<Record<string, number>>(`select ${SIZES}`)) ?? {},
    async storedDoc(id) {
      const sql = 'select doc from revisions where entity = ? order by revision desc limit 1';
      return (await one<{ doc: string }>(sql, id))?.doc;
    },
    async stateAt(type, revision) {
      const { rows } = await raw.query<{ doc: string; created: number }>(
        `select doc, (select min(revision) from revisions c where c.entity = r.entity) as created from revisions r
         where type = ? and doc is not null and revision =
           (select max(revision) from revisions m where m.entity = r.entity and m.revision <= ?)`,
        type,
        revision,
      );
      return rows.map(({ doc, created }) => ({ doc: JSON.parse(doc), created }));
    },
  };
}
