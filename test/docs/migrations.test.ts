import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT, run } from './project.js';

const DIALECTS = [
  ['sqlite', 'sqlite'],
  ['postgres', 'postgresql'],
] as const;

const folder = mkdtempSync(join(tmpdir(), 'chancery-migrations-'));
cpSync(join(ROOT, 'migrations'), folder, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs in the folder of copies: the tool takes relative paths only, and there it cannot touch the project's own. */
const drizzleKit = (args: readonly string[]) =>
  run(process.execPath, [join(ROOT, 'node_modules', 'drizzle-kit', 'bin.cjs'), ...args], {}, folder);

/** Names of the migrations in the order in which they are applied. */
function tags(path: string): string[] {
  const journal = JSON.parse(readFileSync(join(path, 'meta', '_journal.json'), 'utf8')) as {
    entries: { tag: string }[];
  };
  return journal.entries.map(({ tag }) => tag);
}

describe('migrations', () => {
  it.each(DIALECTS)(
    'of %s leave nothing to generate; if they do, run `npm run migrations -- <name>`',
    async (name, dialect) => {
      const copy = join(folder, name);
      const before = tags(copy);
      const schema = join(ROOT, 'src', 'db', `schema.${name}.ts`);
      const { code, out, err } = await drizzleKit([
        'generate',
        '--dialect',
        dialect,
        '--schema',
        schema,
        '--out',
        name,
      ]);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toContain('No schema changes');
      expect(tags(copy)).toEqual(before);
    },
  );

  it.each(DIALECTS)('of %s are consistent with one another', async (name, dialect) => {
    const { code } = await drizzleKit(['check', '--dialect', dialect, '--out', name]);
    expect(code).toBe(0);
  });

  it('are of the same names for both dialects, and each has its file', () => {
    const [sqlite, postgres] = DIALECTS.map(([name]) => join(ROOT, 'migrations', name));
    expect(tags(sqlite ?? '')).toEqual(tags(postgres ?? ''));
    for (const path of [sqlite ?? '', postgres ?? '']) {
      const files = readdirSync(path).filter((file) => file.endsWith('.sql'));
      expect(files.sort()).toEqual(tags(path).map((tag) => `${tag}.sql`));
    }
  });
});
