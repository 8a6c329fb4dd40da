import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chancery, makeKeyFor, temporaryFolder } from '../faults/processes.js';

const folder = temporaryFolder();
const run = (...args: string[]) => chancery(args, { DATABASE_URL: folder.databaseUrl });

beforeAll(async () => {
  expect((await run('migrate')).code).toBe(0);
});
afterAll(() => folder.remove());

const VERBS = ['serve', 'migrate', 'seed', 'keys create', 'keys list', 'keys revoke', 'verify', 'reindex', 'openapi'];

describe('every verb', () => {
  it.each(VERBS)('%s explains itself', async (verb) => {
    const { code, stdout, stderr } = await run(...verb.split(' '), '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: chancery ${verb}`);
    expect(stdout).toMatch(/--json .*\n.*--help /);
  });

  it.each(VERBS)('%s refuses an option that it does not have, and an argument too many', async (verb) => {
    for (const extra of [['--no-such-option'], ['one', 'two']]) {
      const { code, stdout, stderr } = await run(...verb.split(' '), ...extra);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^chancery: [^\n]+see --help\n$/);
    }
  });

  it('is listed in the help', async () => {
    for (const args of [['--help'], ['help']]) {
      const { code, stdout, stderr } = await run(...args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      for (const verb of VERBS) expect(stdout).toMatch(new RegExp(`^ {2}${verb} +\\S`, 'm'));
    }
  });

  it('must be one of them', async () => {
    for (const args of [['srve'], ['keys'], ['keys', 'make'], []]) {
      const { code, stdout, stderr } = await run(...args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('Usage: chancery <verb>');
    }
    expect((await run('srve')).stderr).toContain('no verb `srve`');
  });
});

describe('keys', () => {
  it('are made with a scope, shown once, and kept as a hash only', async () => {
    const made = await makeKeyFor(folder.databaseUrl);
    expect(made).toEqual({
      id: expect.stringMatching(/^[0-9A-Za-z]{10}$/),
      name: 'test',
      scopes: ['write'],
      key: expect.stringMatching(/^chy_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}$/),
    });
    expect(Object.keys(made)).toEqual(['id', 'name', 'scopes', 'key']);
    const secret = made.key.slice(15, -6);
    expect(secret).toHaveLength(43);
    const database = new Database(folder.database);
    database.pragma('wal_checkpoint(TRUNCATE)');
    database.close();
    const bytes = readFileSync(folder.database);
    expect(bytes.includes(made.id)).toBe(true);
    expect(bytes.includes(secret)).toBe(false);
  });

  it('are shown alone on standard output without --json', async () => {
    const { code, stdout, stderr } = await run('keys', 'create', '--name', 'plain');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^chy_\S+\n$/);
    expect(stderr).toMatch(/plain with scope read.*not shown again/);
    expect(stderr).not.toContain(stdout.trim());
  });

  it.each([
    [['--scope', 'write'], '--name'],
    [['--name', '   '], '--name'],
    [['--name', 'x'.repeat(101)], '--name'],
    [['--name', 'x', '--scope', 'root'], 'read, write, admin'],
    [['--name', 'x', '--scope', ''], 'read, write, admin'],
    [['--name', 'x', '--scope', 'read write'], 'read, write, admin'],
  ])('are refused with %j', async (options, words) => {
    const { code, stdout, stderr } = await run('keys', 'create', ...options);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(words);
  });

  it('are listed without their secrets, and revoked for good', async () => {
    const { id, key } = await makeKeyFor(folder.databaseUrl, 'admin');
    const listed = async () => {
      const { code, stdout } = await run('keys', 'list', '--json');
      expect(code).toBe(0);
      expect(stdout).not.toContain(key.slice(15));
      return (JSON.parse(stdout) as { id: string; revokedAt: string | null }[]).find((each) => each.id === id);
    };
    expect(await listed()).toEqual({
      ...{ id, name: 'test', scopes: ['admin'], revokedAt: null },
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/),
    });
    const revoke = async () => {
      const { code, stdout } = await run('keys', 'revoke', id, '--json');
      return { code, ...JSON.parse(stdout) };
    };
    expect(await revoke()).toEqual({ code: 0, id, outcome: 'revoked' });
    const first = await listed();
    expect(first?.revokedAt).toEqual(expect.any(String));
    expect(await revoke()).toEqual({ code: 0, id, outcome: 'revoked before' });
    expect(await listed()).toEqual(first);
    const { stdout } = await run('keys', 'list');
    expect(stdout.split('\n').find((line) => line.startsWith(id))).toMatch(/admin .* revoked \S+ +test$/);
  });

  it('that do not exist cannot be revoked', async () => {
    const { code, stdout } = await run('keys', 'revoke', 'nonsense', '--json');
    expect({ code, ...JSON.parse(stdout) }).toEqual({ code: 1, id: 'nonsense', outcome: 'unknown' });
    expect((await run('keys', 'revoke')).code).toBe(2);
  });
});

describe('upkeep', () => {
  it('seeds once, verifies, reindexes and migrates, each with its result as JSON alone on standard output', async () => {
    const json = async (...args: string[]) => {
      const { code, stdout } = await run(...args, '--json');
      return { code, result: JSON.parse(stdout) as Record<string, unknown> };
    };
    const first = await json('seed');
    const created = first.result.created as number;
    expect(first).toEqual({ code: 0, result: { created, updated: 0, unchanged: 0, left: [] } });
    expect(created).toBeGreaterThan(100);
    expect(await json('seed')).toEqual({ code: 0, result: { created: 0, updated: 0, unchanged: created, left: [] } });
    expect(await json('verify')).toEqual({ code: 0, result: { clean: true, discrepancies: [] } });
    expect(await json('reindex')).toEqual({ code: 0, result: { versions: created } });
    expect(await json('verify')).toEqual({ code: 0, result: { clean: true, discrepancies: [] } });
    expect(await json('migrate')).toEqual({ code: 0, result: { migrated: true } });
  });

  it('finds damage and ends with 1', async () => {
    const database = new Database(folder.database);
    database.exec("update rollups set count = count + 1 where type = 'event' and dimension = 'total'");
    database.close();
    const { code, stdout, stderr } = await run('verify', '--json');
    expect({ code, ...JSON.parse(stdout) }).toEqual({
      code: 1,
      clean: false,
      discrepancies: [
        { where: 'roll-up event total ', what: expect.stringMatching(/^says \d+, the journal gives \d+$/) },
      ],
    });
    expect(stderr).toContain('1 discrepancies');
    expect((await run('reindex')).code).toBe(0);
    expect((await run('verify')).code).toBe(0);
  });
});

describe('openapi', () => {
  it('prints the document, and touches no database', async () => {
    const { code, stdout } = await chancery(['openapi'], { DATABASE_URL: `file:${folder.path}/never.db` });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ openapi: expect.stringMatching(/^3\.1/), info: { title: 'Chancery' } });
    expect(() => readFileSync(`${folder.path}/never.db`)).toThrow(/ENOENT/);
  });
});
