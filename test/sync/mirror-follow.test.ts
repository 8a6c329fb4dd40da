import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/db/store.js';
import { ANY, type AnyJson } from '../support/client.js';
import { expectEqual, type Instance, mirrorsOf, post, pull, startInstance, withWrite } from './mirroring.js';
import { type Relay, startRelay } from './relay.js';

let origin: Instance;
let mirror: Instance;
let relay: Relay;
let stop: AbortController;
const said: string[] = [];
beforeEach(async () => {
  origin = await startInstance();
  mirror = await startInstance();
  relay = await startRelay(origin.service.url);
  stop = new AbortController();
  said.length = 0;
});
afterEach(async () => {
  stop.abort();
  await relay.close();
  await mirror.stop();
  await origin.stop();
});

const follow = () => pull(mirror, relay.url, { follow: true, signal: stop.signal, say: (line) => said.push(line) });
const headOf = async ({ http }: Instance): Promise<number> => (await http.get('/v1/sync')).body.head;

/** Waits as long as it takes: what does not come about ends with the time of the test. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(20);
}
const levelWith = async (revision: number) => until(async () => (await mirrorsOf(mirror))[0]?.revision === revision);

describe('a mirror that follows', () => {
  it('takes over what is written while it does, and stops when it is told to', async () => {
    const first = await post(origin, 'areas', { label: 'Before' });
    const running = follow();
    await levelWith(await headOf(origin));
    for (let n = 0; n < 5; n += 1) {
      await post(origin, 'areas', { label: `Meanwhile ${n}` });
      await origin.http.patch(`/v1/areas/${first.id}`, { label: `Changed ${n}` }, ANY);
    }
    await levelWith(await headOf(origin));
    await expectEqual(origin, mirror);
    // Nothing is asked for in vain: it waits for changes.
    await until(async () => relay.asked.at(-1)?.includes('wait=30') === true);
    stop.abort();
    expect(await running).toMatchObject({ level: true, revision: 11 });
  });

  it('waits while the origin is away, tells so, and goes on', async () => {
    await post(origin, 'areas', { label: 'Before' });
    const running = follow();
    await levelWith(1);
    relay.alter = () => 'away';
    await post(origin, 'areas', { label: 'While it is away' });
    await until(async () => (await mirrorsOf(mirror))[0].error !== null);
    expect((await mirrorsOf(mirror))[0]).toMatchObject({ revision: 1, phase: 'feed' });
    relay.alter = (_path, answer) => (answer.status === 200 ? { status: 503, text: '{"code":"unavailable"}' } : answer);
    await until(async () => String((await mirrorsOf(mirror))[0].error).includes('503 unavailable'));
    relay.alter = (_path, answer) => answer;
    await levelWith(2);
    expect((await mirrorsOf(mirror))[0].error).toBeNull();
    stop.abort();
    await running;
    expect(said.join('\n')).toMatch(/cannot be had.*again in [0-9]+ s/);
    await expectEqual(origin, mirror);
  });

  it('reads the snapshot anew when the origin was restored', async () => {
    await post(origin, 'areas', { label: 'Before' });
    const running = follow();
    await levelWith(1);
    await origin.service.store.write((tx) =>
      tx.run('new epoch', (db, { head }) => db.update(head).set({ epoch: 'another-life' })),
    );
    await post(origin, 'areas', { label: 'After' });
    await levelWith(2);
    stop.abort();
    await running;
    expect(said.join('\n')).toContain('read anew');
    await expectEqual(origin, mirror);
  });

  it('ends when another process pulls the same, and leaves that alone', async () => {
    await post(origin, 'areas', { label: 'One' });
    await pull(mirror, relay.url);
    await post(origin, 'areas', { label: 'Two' });
    const { store } = mirror.service;
    let others = 0;
    // Between what it reads and what it writes of the changes, the other one takes them.
    relay.alter = (path, answer) => {
      if (path.startsWith('/v1/changes')) others += 1;
      return answer;
    };
    const between: Store['write'] = async (work) => {
      if (others === 1) {
        others += 1;
        await pull(mirror, origin.service.url);
      }
      return store.write(work);
    };
    await expect(pull(mirror, relay.url, { store: withWrite(store, between) })).rejects.toThrow(
      /another process pulls the same/,
    );
    await expectEqual(origin, mirror);
    expect(await headOf(mirror)).toBe(2);
  });
});

describe('how far a mirror is', () => {
  it('is told by readiness and metrics, without secrets', async () => {
    await post(origin, 'areas', { label: 'One' });
    const ready = async () => (await mirror.http.get('/health/ready')).body;
    expect(await ready()).toEqual({ status: 'ok', revision: 0, mirrors: [] });
    expect((await mirror.http.get('/metrics')).text).not.toContain('chancery_mirror');
    await pull(mirror, relay.url, { key: 'a-secret' }).catch(() => undefined);
    await pull(mirror, relay.url);
    const from = await origin.id();
    const { revision, mirrors } = await ready();
    expect(revision).toBe(1);
    expect(mirrors).toEqual(await mirrorsOf(mirror));
    expect(mirrors).toMatchObject([{ origin: from, url: relay.url, revision: 1, lagRevisions: 0, phase: 'feed' }]);
    // It heard of two more, and then no more.
    for (const label of ['Two', 'Three']) await post(origin, 'areas', { label });
    relay.alter = (path, answer) => (path.startsWith('/v1/changes') ? 'away' : answer);
    await expect(pull(mirror, relay.url)).rejects.toThrow(/cannot be had/);
    expect((await ready()).mirrors[0]).toMatchObject({ revision: 1, lagRevisions: 2, error: expect.any(String) });
    const { status, text, headers } = await mirror.http.get('/metrics');
    expect({ status, type: headers['content-type'] }).toEqual({
      ...{ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8' },
    });
    const samples = Object.fromEntries(
      text
        .split('\n')
        .flatMap((line) => (line.startsWith('#') || line === '' ? [] : [line.split(' ') as [string, string]])),
    );
    expect(samples).toMatchObject({
      chancery_head_revision: '1',
      [`chancery_mirror_lag_revisions{origin="${from}"}`]: '2',
      [`chancery_mirror_failing{origin="${from}"}`]: '1',
    });
    for (const [name, value] of Object.entries<AnyJson>(samples))
      expect(Number.isFinite(Number(value)), name).toBe(true);
    expect(text).toMatch(/^# HELP chancery_head_revision .+\n# TYPE chancery_head_revision gauge\n/);
    expect(text).not.toContain('a-secret');
    expect((await mirror.http.get('/metrics?x=1')).status).toBe(400);
  });
});
