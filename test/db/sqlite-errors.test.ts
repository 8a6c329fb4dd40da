import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseError, fromSqlite } from '../../src/db/errors.js';
import { openSqlite } from '../../src/db/sqlite.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chancery-errors-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The error of opening a path; fails when it can be opened. */
function openingFails(at: string): unknown {
  try {
    void openSqlite({ path: at }).close();
  } catch (error) {
    return error;
  }
  throw new Error('it could be opened');
}

describe('an error of SQLite', () => {
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
    writeFileSync(join(folder, 'file'), '');
    expect(openingFails(join(folder, 'file', 'deeper', 'x.db'))).toMatchObject({
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
