import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { takeRevision } from '../../src/db/head.js';
import { openDatabase } from '../../src/db/open.js';
import type { Store, Tx } from '../../src/db/store.js';
import { type TestDatabase, temporaryDatabase } from '../support/database.js';
import { openRaw } from '../support/raw.js';

let database: TestDatabase;
let store: Store;
beforeEach(async () => {
  database = await temporaryDatabase();
  store = await openDatabase(database.url);
});
afterEach(async () => {
  await store.close();
  await database.remove();
});

const entity = (id: string, slug: string) => ({
  ...{ id, type: 'area', slug, label: slug, version: 1, revision: 1, created: 1 },
  ...{ deleted: false, mergedInto: null, origin: null },
});

describe('an error of the database', () => {
  it.each([
    ['a primary key', 'unique', (tx: Tx) => tx.insert('entities', [entity('a', 'x'), entity('a', 'y')])],
    ['a unique index', 'unique', (tx: Tx) => tx.insert('entities', [entity('a', 'x'), entity('b', 'x')])],
    [
      'a foreign key',
      'foreign-key',
      (tx: Tx) => tx.insert('sourceTexts', [{ entity: 'none', sha256: '', content: '', length: 0, storedAt: '' }]),
    ],
    ['a missing value', 'other', (tx: Tx) => tx.insert('entities', [{ ...entity('a', 'x'), label: null as never }])],
  ] as const)('of %s has the fault %s', async (_what, fault, work) => {
    await expect(store.write(work)).rejects.toMatchObject({ name: 'DatabaseError', fault });
  });

  it('of a database that another program holds has the fault busy', async () => {
    const hold = { sqlite: 'begin immediate', postgres: 'begin; select revision from head for update' };
    const take = () => store.write((tx) => takeRevision(tx, '2031-01-01T00:00:00.000Z'));
    const other = await openRaw(database.url);
    await other.script(hold[inject('engine')]);
    await expect(take()).rejects.toMatchObject({ name: 'DatabaseError', fault: 'busy' });
    await other.script('rollback');
    await other.close();
    expect(await take()).toMatchObject({ revision: 1 });
  });

  it('of opening what is no database has the fault cannot-open', async () => {
    const nowhere = { sqlite: () => `file:${dirname(database.path ?? '')}`, postgres: () => `${database.url}_none` };
    const call = openDatabase(nowhere[inject('engine')]());
    await expect(call).rejects.toMatchObject({ name: 'DatabaseError', fault: 'cannot-open' });
  });

  it('leaves the store as it was, for all that comes after', async () => {
    for (let n = 0; n < 20; n += 1) {
      await expect(store.write((tx) => tx.insert('entities', [entity('a', 'x'), entity('a', 'y')]))).rejects.toThrow();
    }
    await store.write((tx) => tx.insert('entities', [entity('a', 'x')]));
    const rows = await store.all('slugs', (db, t) => db.select({ slug: t.entities.slug }).from(t.entities));
    expect(rows).toEqual([{ slug: 'x' }]);
  });
});
