import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyDatabase as copyStore } from '../../src/db/copy.js';
import { openDatabase } from '../../src/db/open.js';
import { reindex, verify } from '../../src/journal/rebuild.js';
import { sourceText } from '../../src/journal/texts.js';
import { kinds } from '../../src/resources/index.js';
import { copyDatabase, openUnchecked, type TestDatabase, temporaryDatabase } from '../support/database.js';
import { AUTHOR, openTestJournal } from './journal.js';

const TEXTS = ['eins 𝄞', 'zwei', 'drei', 'vier', 'fünf', 'sechs'];

let intact: TestDatabase;
let source: string;
beforeAll(async () => {
  const t = await openTestJournal();
  source = (await t.create('source', { title: 'Source', kind: 'news' })).id;
  const put = async (text: string | null) => {
    const current = await t.current('source', source);
    const stored = text === null ? null : sourceText(text);
    return t.store.write((tx) => t.journal.setText(tx, t.kind('source'), current, stored, AUTHOR));
  };
  for (const text of TEXTS) await put(text);
  await put(null);
  await put('eins 𝄞');
  await t.create('source', { title: 'Without a text', kind: 'news' });
  intact = t.database;
  await t.close('keep');
});
afterAll(() => intact.remove());

/** What verify finds after some SQL, and whether a reindex changes that. */
async function findings(damage: string): Promise<string[]> {
  const damaged = await copyDatabase(intact);
  const raw = await openUnchecked(damaged);
  await raw.script(damage);
  await raw.close();
  const store = await openDatabase(damaged.url);
  const found = await verify(store, kinds);
  await reindex(store, kinds);
  expect(await verify(store, kinds)).toEqual(found);
  await store.close();
  await damaged.remove();
  return found.map(({ where, what }) => `${where} ${what}`);
}

const named = (text: string) => `text ${sourceText(text).sha256} of ${source}`;

describe('verify', () => {
  it('finds each text once, however many revisions name it', async () => {
    expect(await findings('select 1')).toEqual([]);
  });

  it.each([
    ['content that was changed', "update source_texts set content = 'zwei!' where content = 'zwei'", 'zwei', 2],
    ['a length that was changed', "update source_texts set length = 9 where content = 'zwei'", 'zwei', 2],
    ['a text that is gone', "delete from source_texts where content = 'eins 𝄞'", 'eins 𝄞', 1],
  ])('finds %s', async (_, damage, text, places) => {
    const found = await findings(damage);
    expect(found).toHaveLength(places);
    for (const line of found) expect(line.startsWith(named(text))).toBe(true);
  });

  it('finds a text that no revision names', async () => {
    const { sha256, length } = sourceText('stray');
    const row = `'${source}', '${sha256}', 'stray', ${length}, '2031-01-01T00:00:00.000Z'`;
    expect(
      await findings(`insert into source_texts (entity, sha256, content, length, stored_at) values (${row})`),
    ).toEqual([`${named('stray')} is named by no revision`]);
  });
});

it('a copy has all texts, those of earlier revisions too', async () => {
  const empty = await temporaryDatabase();
  const [from, to] = [await openDatabase(intact.url), await openDatabase(empty.url)];
  const { tables } = await copyStore(from, to, { overwrite: true, progress: () => undefined });
  expect(tables.find(({ table }) => table === 'sourceTexts')?.rows).toBe(TEXTS.length);
  expect(await verify(to, kinds)).toEqual([]);
  await Promise.all([from.close(), to.close()]);
  await empty.remove();
});
