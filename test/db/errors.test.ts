import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseError, fromSqlite } from '../../src/db/errors.js';
import { ensureHead } from '../../src/db/head.js';
import { openSqlite } from '../../src/db/sqlite.js';
import type { Store, Tx } from '../../src/db/store.js';

let folder: string;
let path: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chancery-errors-'));
  path = join(folder, 'test.db');
  store = openSqlite({ path });
  await store.write(ensureHead);
});
afterEach(async () => {
  await store.close();
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true, force: true });
});

/** The error of opening a path; fails when it can be opened. */
function openingFails(at: string): unknown {
  try {
    void openSqlite({ path: at }).close();
  } catch (error) {
    return error;
  }
  throw new Error('it could be opened');
}

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
    const other = new Database(path);
    other.exec('begin immediate');
    const call = store.write(ensureHead);
    await expect(call).rejects.toMatchObject({ fault: 'busy' });
    other.exec('rollback');
    other.close();
    await expect(store.write(ensureHead)).resolves.toBeUndefined();
  });

  it('of a write on a reading connection has the fault read-only', async () => {
    const call = store.snapshot(async (reader) =>
      (reader as unknown as { connection: Database.Database }).connection.exec('delete from head'),
    );
    await expect(call).rejects.toMatchObject({ fault: 'read-only' });
  });

  it.each([
    ['a folder', 'cannot-open', () => mkdirSync(join(folder, 'x'))],
    ['text', 'corrupt', () => writeFileSync(join(folder, 'x'), 'text '.repeat(1000))],
  ] as const)('of opening %s has the fault %s and names file and remedy', (_what, fault, prepare) => {
    prepare();
    const error = openingFails(join(folder, 'x'));
    expect(error).toBeInstanceOf(DatabaseError);
    expect(error).toMatchObject({ fault, message: expect.stringContaining(join(folder, 'x')) });
    expect((error as DatabaseError).message).toContain('set DATABASE_URL to another file');
  });

  it('of a folder that cannot be made has the fault cannot-open', () => {
    expect(openingFails(join(path, 'deeper', 'x.db'))).toMatchObject({
      fault: 'cannot-open',
      message: expect.stringMatching(/ENOTDIR: cannot make its folder/),
    });
  });
});

describe('fromSqlite', () => {
  const withCode = (code: string) => Object.assign(new Error('driver says'), { code });

  it.each([
    ['SQLITE_CONSTRAINT_UNIQUE', 'unique'],
    ['SQLITE_CONSTRAINT_PRIMARYKEY', 'unique'],
    ['SQLITE_CONSTRAINT_FOREIGNKEY', 'foreign-key'],
    ['SQLITE_CONSTRAINT_NOTNULL', 'other'],
    ['SQLITE_FULL', 'full'],
    ['SQLITE_IOERR_WRITE', 'full'],
    ['SQLITE_BUSY', 'busy'],
    ['SQLITE_BUSY_SNAPSHOT', 'busy'],
    ['SQLITE_LOCKED', 'busy'],
    ['SQLITE_CORRUPT', 'corrupt'],
    ['SQLITE_NOTADB', 'corrupt'],
    ['SQLITE_READONLY_DBMOVED', 'read-only'],
    ['SQLITE_CANTOPEN', 'cannot-open'],
    ['SQLITE_ERROR', 'other'],
  ])('reads %s as %s, also as the cause of another error', (code, fault) => {
    const direct = fromSqlite(withCode(code));
    expect(direct).toBeInstanceOf(DatabaseError);
    expect(direct).toMatchObject({ fault, message: `${code}: driver says` });
    expect(fromSqlite(new Error('query failed', { cause: withCode(code) }))).toMatchObject({ fault });
  });

  it.each([[new Error('ours')], [withCode('ENOENT')], ['text'], [undefined], [null]])(
    'gives back %s as it is',
    (error) => {
      expect(fromSqlite(error)).toBe(error);
    },
  );

  it('keeps an error that was read before', () => {
    const error = new DatabaseError('busy', 'read before');
    expect(fromSqlite(error)).toBe(error);
  });
});
