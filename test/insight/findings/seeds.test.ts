import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/db/open.js';
import type { Store } from '../../../src/db/store.js';
import { type Finding, findOn } from '../../../src/insight/findings/finding.js';
import { RULES } from '../../../src/insight/findings/rules/index.js';
import { World } from '../../../src/insight/findings/world.js';
import type { Document } from '../../../src/journal/kind.js';
import { type TestDatabase, temporaryDatabase } from '../../support/database.js';

let database: TestDatabase;
let store: Store;
let documents: Document[];

beforeAll(async () => {
  database = await temporaryDatabase({ seeds: true });
  store = await openDatabase(database.url);
  const rows = await store.all('live', (db, { entities: { id, deleted }, entities }) =>
    db.select({ id }).from(entities).where(eq(deleted, false)).orderBy(id),
  );
  documents = [...(await new World(store).documents(rows.map(({ id }) => id))).values()];
});

afterAll(async () => {
  await store.close();
  await database.remove();
});

async function findAll(): Promise<Finding[]> {
  const world = new World(store);
  const found: Finding[] = [];
  for (const rule of RULES) found.push(...(await findOn(rule, documents, world)));
  return found;
}

describe('findings on the seeds', () => {
  it('are these and no others', async () => {
    const slugs = new Map(documents.map(({ id, slug }) => [id, slug]));
    const found = await findAll();
    expect(
      found.map(({ rule, severity, owners, involves }) => {
        return [rule, severity, ...[...owners, ...involves].map((id) => slugs.get(id))].join(' ');
      }),
    ).toEqual([
      // The report has Kuleba as minister at a time of which it says no more than that it was before the talks of January 2025.
      'office-not-held notice kuleba-blinken-call-undated dmytro-kuleba minister-of-foreign-affairs-of-ukraine',
      'office-not-held notice kuleba-blinken-call-undated antony-blinken us-secretary-of-state',
      'office-not-held notice kuleba-confirmation-undated dmytro-kuleba minister-of-foreign-affairs-of-ukraine',
      // It has talks in January 2025 about an agreement that was signed in June 2024.
      'negotiated-after-signature warning us-ua-consultations-2025-01 us-ua-2024',
      // The title that is preferred is known from memory only.
      'resolved-without-support warning uk-agreement-title',
      // The one source cited was written eleven days before.
      'sources-predate notice trump-inauguration-2025 polskieradio-udcg-25',
    ]);
  });

  it('are the same again, in the same order', async () => {
    expect(await findAll()).toEqual(await findAll());
  });

  it('hold neither the label nor the slug of a record in their message', async () => {
    const labels = documents.flatMap(({ slug, title, name }) => [slug, title, name]);
    const words = labels.filter((label): label is string => typeof label === 'string' && label.length > 5);
    for (const { message } of await findAll()) expect(words.filter((word) => message.includes(word))).toEqual([]);
  });
});
