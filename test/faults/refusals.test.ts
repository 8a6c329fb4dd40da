import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chancery, serve, temporaryFolder } from './processes.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder.path, name);
const databaseAt = (name: string) => ({ DATABASE_URL: `file:${at(name)}` });

beforeAll(async () => {
  const { code } = await chancery(['migrate'], { DATABASE_URL: folder.databaseUrl });
  expect(code).toBe(0);
});
afterAll(() => folder.remove());

/** That `serve` ends with 1 and one line that names cause and remedy. */
async function expectRefusal(environment: Record<string, string>, ...words: RegExp[]): Promise<void> {
  const { code, stdout, stderr } = await chancery(['serve'], { PORT: '0', CHANCERY_SEED: 'none', ...environment });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^chancery: [^\n]+\n$/);
  for (const word of words) expect(stderr).toMatch(word);
}

describe('a start that cannot be', () => {
  it('names the port that is in use', async () => {
    const server = await serve({ DATABASE_URL: folder.databaseUrl });
    await expectRefusal({ ...databaseAt('other.db'), PORT: new URL(server.url).port }, /port is in use/, /set PORT/);
    server.child.kill('SIGTERM');
    expect(await server.ended).toMatchObject({ code: 0 });
  });

  it('names a file that is no database, and leaves it as it is', async () => {
    const noise = Buffer.alloc(8192, 'no database ');
    writeFileSync(at('noise.db'), noise);
    await expectRefusal(databaseAt('noise.db'), /noise\.db/, /no database/, /restore a backup/);
    expect(readFileSync(at('noise.db')).equals(noise)).toBe(true);
  });

  it('names a database that was cut off', async () => {
    copyFileSync(folder.database, at('cut.db'));
    truncateSync(at('cut.db'), 5000);
    await expectRefusal(databaseAt('cut.db'), /cut\.db/, /damaged/, /restore a backup/);
  });

  it('refuses a database that a newer version made, and leaves it as it is', async () => {
    copyFileSync(folder.database, at('newer.db'));
    const database = new Database(at('newer.db'));
    database.exec('update __drizzle_migrations set created_at = created_at + 1000');
    database.close();
    const before = readFileSync(at('newer.db'));
    await expectRefusal(databaseAt('newer.db'), /newer version of Chancery/, /install that version/);
    expect(readFileSync(at('newer.db')).equals(before)).toBe(true);
  });

  it.each([
    ['a folder in place of the file', () => mkdirSync(at('folder.db'), { recursive: true }), 'folder.db'],
    ['a file in place of the folder', () => writeFileSync(at('file'), ''), 'file/test.db'],
    ['a file in place of a folder further up', () => writeFileSync(at('file'), ''), 'file/deeper/test.db'],
  ])('names %s', async (_what, prepare, name) => {
    prepare();
    await expectRefusal(databaseAt(name), /cannot open .*\.db/, /set DATABASE_URL to another file/);
  });

  it('names a folder that cannot be written', async () => {
    // Nobody may make a folder there, root included; permissions of an ordinary folder would not keep root out.
    await expectRefusal(
      { DATABASE_URL: 'file:/sys/chancery/test.db' },
      /make its folder/,
      /writable/,
      /set DATABASE_URL/,
    );
  });

  it('names a database that another program is writing to', async () => {
    const other = new Database(folder.database);
    other.exec('begin immediate');
    const refusal = expectRefusal({ DATABASE_URL: folder.databaseUrl }, /busy|locked|another program/i);
    await refusal.finally(() => {
      other.exec('rollback');
      other.close();
    });
  });

  it.each([
    [{ PORT: 'abc' }, /PORT="abc" must be a whole number/],
    [{ PORT: '65536' }, /PORT="65536"/],
    [{ CHANCERY_FOO: '1' }, /CHANCERY_FOO is not a setting/],
    [{ DATABASE_URL: 'mysql://user:s3cret@host/x' }, /DATABASE_URL must be a URL such as file:.* or postgres:/],
    [{ CHANCERY_SEED: 'maybe' }, /CHANCERY_SEED="maybe".*auto.*none/],
    [{ CHANCERY_READ: '' }, /CHANCERY_READ="".*public.*key/],
    [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL="loud".*info/],
  ] as [Record<string, string>, RegExp][])('names the setting that is wrong: %j', async (environment, words) => {
    await expectRefusal({ DATABASE_URL: folder.databaseUrl, ...environment }, words);
  });

  it('never shows the value of a secret setting', async () => {
    const { stderr } = await chancery(['serve'], { DATABASE_URL: 'mysql://user:s3cret@host/x' });
    expect(stderr).toContain('DATABASE_URL');
    expect(stderr).not.toContain('s3cret');
  });

  it('names every wrong setting at once', async () => {
    await expectRefusal({ PORT: 'abc', LOG_LEVEL: 'loud', CHANCERY_FOO: '1' }, /PORT/, /LOG_LEVEL/, /CHANCERY_FOO/);
  });
});
