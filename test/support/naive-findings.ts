import { asc, eq } from 'drizzle-orm';
import type { Store } from '../../src/db/store.js';
import { findOn } from '../../src/insight/findings/finding.js';
import { RULES } from '../../src/insight/findings/rules/index.js';
import { World } from '../../src/insight/findings/world.js';
import type { Document } from '../../src/journal/kind.js';
import type { Acknowledgement } from '../../src/resources/common.schema.js';

/** What every rule finds on every present record, by id: worked out from nothing, and held against what is kept. */
export async function findingsFromNothing(store: Store): Promise<Map<string, unknown>> {
  return store.snapshot(async (reader) => {
    const world = new World(reader);
    const rows = await reader.all('all present records', (db, { entities }) =>
      db.select({ id: entities.id }).from(entities).where(eq(entities.deleted, false)).orderBy(asc(entities.id)),
    );
    const records = await world.documents(rows.map(({ id }) => id));
    const all = new Map<string, unknown>();
    for (const rule of RULES) {
      for (const { key: _, ...finding } of await findOn(rule, [...records.values()], world)) {
        const acknowledgement = acknowledgementOf(records.get(finding.owners[0]), finding);
        all.set(finding.id, { ...finding, ...(acknowledgement && { acknowledgement }) });
      }
    }
    return all;
  });
}

function acknowledgementOf(record: Document | undefined, { id, fingerprint }: { id: string; fingerprint: string }) {
  const { acknowledgements = [] } = (record ?? {}) as { acknowledgements?: Acknowledgement[] };
  return acknowledgements.find((each) => each.finding === id && each.fingerprint === fingerprint);
}
