import { writeFileSync } from 'node:fs';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyJson } from '../support/client.js';
import { journalGaps, readJournal } from '../support/journal-rows.js';
import { chancery, launch, makeKeyFor, pause, serve, temporaryFolder, until } from './processes.js';

const folder = temporaryFolder();
const ENV = { DATABASE_URL: folder.databaseUrl };
let key: string;
beforeAll(async () => {
  ({ key } = await makeKeyFor(folder.databaseUrl));
});
afterAll(() => folder.remove());

const line = (name: string, n: number) => ({ type: 'area', slug: `${name}-${n}`, label: `${name} ${n}` });
const linesOf = (name: string, from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => `${JSON.stringify(line(name, from + n))}\n`).join('');

/** An import over HTTP, with the results so far. */
interface Importing {
  outgoing: ClientRequest;
  results: AnyJson[];
  /** Resolves when the answer has ended, however. */
  over: Promise<void>;
}

function startImport(url: string): Importing {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' };
  const outgoing = httpRequest(`${url}/v1/import`, { method: 'POST', headers });
  const results: AnyJson[] = [];
  const over = new Promise<void>((resolve) => {
    outgoing.on('error', () => resolve());
    outgoing.once('response', (response: IncomingMessage) => {
      response.on('error', () => resolve());
      response.on('close', () => resolve());
      let begun = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        const lines = `${begun}${piece}`.split('\n');
        begun = lines.pop() ?? '';
        results.push(...lines.map((text) => JSON.parse(text)));
      });
    });
  });
  outgoing.flushHeaders();
  return { outgoing, results, over };
}

async function labels(name: string): Promise<string[]> {
  const { rows } = await readJournal(folder.databaseUrl);
  return rows.flatMap(({ doc }) => {
    const { label = '' } = JSON.parse(doc ?? '{}') as { label?: string };
    return label.startsWith(`${name} `) ? [label] : [];
  });
}

async function verified(): Promise<void> {
  const { code, stdout } = await chancery(['verify', '--json'], ENV);
  expect({ code, ...JSON.parse(stdout) }).toEqual({ code: 0, clean: true, discrepancies: [] });
  expect(journalGaps(await readJournal(folder.databaseUrl))).toEqual([]);
}

describe('an import whose server is killed', () => {
  it('leaves whole portions, all that was told of among them, and goes on when it is repeated', {
    timeout: 120_000,
  }, async () => {
    const LINES = 20_000;
    for (let round = 1; round <= 5; round += 1) {
      const name = `killed-${round}`;
      const server = await serve(ENV);
      const importing = startImport(server.url);
      importing.outgoing.end(linesOf(name, 0, LINES));
      await until(() => importing.results.length > 0);
      await pause(Math.random() * 300);
      server.child.kill('SIGKILL');
      await importing.over;
      await server.ended;
      const there = await labels(name);
      const told = importing.results.filter(({ status }) => status === 'created').length;
      expect(there.length).toBeGreaterThanOrEqual(told);
      expect([there.length % 250, new Set(there).size]).toEqual([0, there.length]);
      expect(there.length).toBeLessThan(LINES);

      const again = await serve(ENV);
      const repeated = startImport(again.url);
      repeated.outgoing.end(linesOf(name, 0, there.length + 100));
      await repeated.over;
      expect(repeated.results.at(-1)).toMatchObject({ import: 'end', same: there.length, created: 100, problem: 0 });
      again.child.kill('SIGTERM');
      expect(await again.ended).toMatchObject({ code: 0 });
    }
    await verified();
  });
});

describe('a server that is asked to stop', () => {
  it('ends an import with what is committed, and says so in its last line', async () => {
    const server = await serve(ENV);
    const importing = startImport(server.url);
    importing.outgoing.write(linesOf('stopped', 0, 600));
    await until(() => importing.results.length === 600);
    server.child.kill('SIGTERM');
    await importing.over;
    const last = importing.results.at(-1);
    expect(last).toMatchObject({ import: 'stopped', created: 600, problem: 0, reason: 'The service stops.' });
    expect(await server.ended).toMatchObject({ code: 0, signal: null });
    expect((await readJournal(folder.databaseUrl)).head).toBe(last.revision);
    expect(await labels('stopped')).toHaveLength(600);
    await verified();
  });
});

describe('chancery import', () => {
  const file = `${folder.path}/records.ndjson`;

  it('does the same against the database, with exit code 0 when there was no problem', async () => {
    writeFileSync(file, linesOf('told', 0, 3));
    const trial = await chancery(['import', file, '--dry-run'], ENV);
    expect(trial).toMatchObject({ code: 0, stdout: '3 create, 0 update, 0 same, 0 problems\n', stderr: '' });
    expect(await labels('told')).toEqual([]);
    const done = await chancery(['import', file, '--note', 'Yearly'], ENV);
    expect(done).toMatchObject({ code: 0, stdout: '3 created, 0 updated, 0 same, 0 problems\n', stderr: '' });
    expect(await labels('told')).toHaveLength(3);
    const { code, stdout } = await chancery(['import', file, '--json'], ENV);
    const results = stdout
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect({ code, statuses: results.map(({ status }) => status) }).toEqual({
      ...{ code: 0, statuses: ['same', 'same', 'same', undefined] },
    });
    expect(results.at(-1)).toMatchObject({ import: 'end', same: 3 });
  });

  it('ends with 1 when there was a problem, and names it', async () => {
    writeFileSync(file, `${JSON.stringify({ slug: 'untyped', label: 'Untyped' })}\n{"type":"area"}\n`);
    const { code, stdout, stderr } = await chancery(['import', file, '--type', 'area'], ENV);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '1 created, 0 updated, 0 same, 1 problems\n' });
    expect(stderr).toBe('line 2: invalid-request: One field of the body is wrong. /label is required.\n');
  });

  it('reads standard input', async () => {
    const { child, ended } = launch(['import', '-'], ENV, 30_000, 'pipe');
    child.stdin?.end(linesOf('piped', 0, 2));
    expect(await ended).toMatchObject({ code: 0, stdout: '2 created, 0 updated, 0 same, 0 problems\n' });
  });

  it('stops when it is asked to, with what is committed', async () => {
    const { child, ended, output } = launch(['import', '-', '--json'], ENV, 30_000, 'pipe');
    child.stdin?.write(linesOf('interrupted', 0, 2));
    await until(() => output().stdout.split('\n').length > 2);
    child.kill('SIGTERM');
    const { code, stdout } = await ended;
    expect(code).toBe(1);
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ import: 'stopped', created: 2 });
    expect(await labels('interrupted')).toHaveLength(2);
  });

  it.each([
    [['import']],
    [['import', 'no-such-file']],
    [['import', '-', '--type', 'areas']],
    [['import', '-', '--note', 'x'.repeat(501)]],
  ])('refuses %j as wrong usage', async (args) => {
    const { code, stdout, stderr } = await chancery(args, ENV);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^chancery: [^\n]+; see --help\n$/);
  });
});
