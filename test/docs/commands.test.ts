import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chancery, readText, rowsUnder, tableRows, unquoted } from './project.js';

const page = readText('docs/commands.md');

interface Verb {
  name: string;
  summary: string;
  /** Options beside `--json` and `--help`, as `[flag, description]`. */
  options: string[][];
}

/** What the page says of each verb. */
const documented: Verb[] = page
  .split('\n## ')
  .slice(1)
  .map((section) => {
    const [name = '', , summary = ''] = section.split('\n');
    return { name, summary, options: tableRows(section).map(([flag, text = '']) => [unquoted(flag), text]) };
  });

/** What the program says of itself: its list of verbs, and the help of each. */
async function builtIn(): Promise<Verb[]> {
  const { out } = await chancery(['--help']);
  const listed = [...out.matchAll(/^ {2}(\S+(?: \S+)?) {2,}(\S.*)$/gm)];
  return Promise.all(
    listed.map(async ([, name = '', summary = '']) => {
      const help = await chancery([...name.split(' '), '--help']);
      const found = [...help.out.matchAll(/^ {2}(--\S+(?: <\S+>)?) +(\S.*)$/gm)];
      return { name, summary, options: found.map(([, flag = '', text = '']) => [flag, text]) };
    }),
  );
}

const COMMON = ['--json', '--help'];
let verbs: Verb[];
let folder: string;
beforeAll(async () => {
  verbs = await builtIn();
  folder = mkdtempSync(join(tmpdir(), 'chancery-commands-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('docs/commands.md', () => {
  it('lists the verbs of the program, all of them and no other, in their words', () => {
    const withoutCommon = verbs.map((verb) => ({
      ...verb,
      options: verb.options.filter(([flag = '']) => !COMMON.includes(flag)),
    }));
    expect(documented).toEqual(withoutCommon);
  });

  it('says of every verb that it has --json and --help', () => {
    for (const { options } of verbs) expect(options.map(([flag]) => flag)).toEqual(expect.arrayContaining(COMMON));
  });

  it('gives the exit codes that the program has', async () => {
    const codes = rowsUnder(page, 'exit code').map(([code]) => Number(code));
    const env = { DATABASE_URL: `file:${folder}/codes.db` };
    const { code: done } = await chancery(['migrate'], env);
    const { code: failed } = await chancery(['keys', 'revoke', 'nobody'], env);
    const { code: misused } = await chancery(['seed', '--no-such-option'], env);
    expect([done, failed, misused]).toEqual(codes);
  });
});

describe('the program', () => {
  it('refuses an unknown verb with the list of verbs on standard error and exit code 2', async () => {
    const { code, out, err } = await chancery(['frobnicate']);
    expect({ code, out, named: err.includes('`frobnicate`'), listed: err.includes('keys create') }).toEqual({
      code: 2,
      out: '',
      named: true,
      listed: true,
    });
  });

  it('names a wrong setting, and one that does not exist', async () => {
    const { code, err } = await chancery(['migrate'], { PORT: 'eighty', CHANCERY_PORT: '80' });
    expect(code).toBe(1);
    expect(err).toContain('PORT="eighty" must be a whole number');
    expect(err).toContain('CHANCERY_PORT is not a setting');
  });

  it('prints JSON and nothing else on standard output with --json', async () => {
    const env = { DATABASE_URL: `file:${folder}/json.db` };
    const created = JSON.parse(
      (await chancery(['keys', 'create', '--name', 'me', '--scope', 'write', '--json'], env)).out,
    );
    expect(Object.keys(created)).toEqual(['id', 'name', 'scopes', 'key']);
    expect(JSON.parse((await chancery(['keys', 'list', '--json'], env)).out)).toHaveLength(1);
    const revoked = JSON.parse((await chancery(['keys', 'revoke', created.id, '--json'], env)).out);
    expect(revoked).toEqual({ id: created.id, outcome: 'revoked' });
    expect(JSON.parse((await chancery(['migrate', '--json'], env)).out)).toEqual({ migrated: true });
    expect(JSON.parse((await chancery(['reindex', '--json'], env)).out)).toEqual({ versions: 0 });
    expect(JSON.parse((await chancery(['verify', '--json'], env)).out)).toEqual({ clean: true, discrepancies: [] });
  });
});
