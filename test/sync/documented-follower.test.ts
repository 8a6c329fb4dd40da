import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RESOURCE_TYPES } from '../../src/shared/ids.js';
import { codeBlocks, ROOT, readText, run } from '../docs/project.js';
import { until } from '../faults/processes.js';
import { ANY, type AnyJson } from '../support/client.js';
import { useService } from '../support/use-service.js';
import { readPage, sorted } from './following.js';

const t = useService({ seeds: true });
const folder = mkdtempSync(join(tmpdir(), 'chancery-follower-'));
const file = join(folder, 'copy.json');
let follower: ChildProcess | undefined;
let said = '';

beforeAll(async () => {
  const blocks = codeBlocks(readText('docs/sync.md'), 'ts');
  expect(blocks).toHaveLength(1);
  const [code = ''] = blocks;
  expect(code.split('\n').length).toBeLessThanOrEqual(55);
  writeFileSync(join(folder, 'follower.mts'), code);
  const options = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
  const typeRoots = ['--typeRoots', join(ROOT, 'node_modules', '@types'), '--skipLibCheck', '--ignoreConfig'];
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
  expect(await run(tsc, [...options, ...typeRoots, 'follower.mts'], {}, folder)).toMatchObject({ code: 0, out: '' });
}, 120_000);

afterAll(() => {
  follower?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function start(): void {
  follower = spawn(process.execPath, [join(folder, 'follower.mjs'), t.service.url, file], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  follower.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
}

async function kill(): Promise<void> {
  const ended = new Promise((resolve) => follower?.once('close', resolve));
  follower?.kill('SIGKILL');
  await ended;
}

const copy = (): { cursor: string; records: Record<string, AnyJson> } => JSON.parse(readFileSync(file, 'utf8'));

/** Waits until the saved copy is what the journal says now; the copy is compared whole. */
async function upToDate(): Promise<void> {
  const head = await t.db.head();
  await until(async () => {
    if (!existsSync(file)) return false;
    const answer = await t.http.get(`/v1/changes?limit=1&cursor=${copy().cursor}`);
    return answer.status === 200 && answer.body.data.length === 0 && answer.body.head === head;
  });
  const states = await Promise.all(RESOURCE_TYPES.map((type) => t.db.stateAt(type, head)));
  expect(sorted(Object.values(copy().records))).toEqual(sorted(states.flat().map(({ doc }) => doc)));
}

/** Merges an area that another refers to into one of the seeds. */
async function mergeReferred(id: string): Promise<void> {
  const relations = [{ kind: 'related', target: id }];
  expect((await t.http.post('/v1/areas', { label: 'Refers', relations })).status).toBe(201);
  expect((await t.http.post(`/v1/areas/${id}/merge`, { into: 'cyber-security' }, ANY)).status).toBe(200);
}

describe('the follower of docs/sync.md', () => {
  it('keeps a copy, whatever happens to it', { timeout: 120_000 }, async () => {
    start();
    await upToDate();
    for (let round = 0; round < 6; round += 1) {
      for (let n = 0; n < 10; n += 1) {
        const made = await t.http.post('/v1/areas', { label: `Round ${round} area ${n}` });
        if (n % 2 === 0) await t.http.patch(`/v1/areas/${made.body.id}`, { definition: 'Changed' }, ANY);
        if (n % 3 === 0) await t.http.delete(`/v1/areas/${made.body.id}`, ANY);
        else if (n % 4 === 1) await mergeReferred(made.body.id);
        if (n === 5 && round % 2 === 1) {
          await kill();
          start();
        }
      }
      await upToDate();
    }
    expect(said).toBe('');
  });

  it('begins again when the database was restored', { timeout: 60_000 }, async () => {
    const { store } = t.service;
    await store.write((tx) => tx.run('restore', (db, tables) => db.update(tables.head).set({ epoch: randomUUID() })));
    const { body } = await t.http.post('/v1/areas', { label: 'After the restore' });
    await upToDate();
    expect(copy().records[body.id]).toEqual(body);
    expect(await readPage(t.http, `/v1/changes?cursor=${copy().cursor}`)).toMatchObject({ data: [], hasMore: false });
  });
});
