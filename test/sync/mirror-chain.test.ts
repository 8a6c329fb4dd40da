import { afterAll, describe, expect, it } from 'vitest';
import { ANY, type AnyJson, expectProblem } from '../support/client.js';
import type { TestServiceOptions } from '../support/service.js';
import {
  conflictsOf,
  expectEqual,
  holdings,
  type Instance,
  mirrorsOf,
  post,
  pull,
  startInstance,
} from './mirroring.js';

const started: Instance[] = [];
afterAll(async () => {
  for (const each of started) await each.stop();
});

async function start(options: TestServiceOptions = {}): Promise<Instance> {
  const instance = await startInstance(options);
  started.push(instance);
  return instance;
}

/** Origins that a mirror tells in its feed, by record. */
async function originsOf({ http }: Instance): Promise<Record<string, string | undefined>> {
  const { data } = (await http.get('/v1/changes?since=0&limit=1000&compact=true&docs=false')).body;
  return Object.fromEntries(data.map(({ id, origin }: AnyJson) => [id, origin]));
}

const patch = async ({ http }: Instance, id: string, body: object) =>
  expect((await http.patch(`/v1/areas/${id}`, body, ANY)).status).toBe(200);

describe('a mirror of a mirror', () => {
  it('holds what the first holds, with the origin of each record', async () => {
    const [a, b, c] = [await start({ seeds: true }), await start(), await start()];
    const source = await post(a, 'sources', { title: 'With a text', kind: 'news' });
    const headers = { ...ANY, 'content-type': 'text/plain' };
    await a.http.send('PUT', `/v1/sources/${source.id}/text`, { raw: 'Handed on.', headers });
    await pull(b, a.service.url);
    const own = await post(b, 'areas', { label: 'Of the second', broader: 'areas/cyber-security' });
    await pull(c, b.service.url);
    await expectEqual(b, c);
    const [first, second] = [await a.id(), await b.id()];
    const origins = await originsOf(c);
    expect(origins[own.id]).toBe(second);
    expect(Object.values(origins).filter((origin) => origin === first)).toHaveLength(770);
    // The address is that of the instance that it is pulled from, which names its own in turn.
    const problem = expectProblem(
      await c.http.patch(`/v1/sources/${source.id}`, { title: 'X' }, ANY),
      'foreign-origin',
    );
    expect(problem).toMatchObject({ origin: first, editAt: `${b.service.url}/v1/sources/${source.id}` });
    const next = expectProblem(await b.http.patch(`/v1/sources/${source.id}`, { title: 'X' }, ANY), 'foreign-origin');
    expect(next.editAt).toBe(`${a.service.url}/v1/sources/${source.id}`);

    await a.http.patch(`/v1/sources/${source.id}`, { title: 'Renamed' }, ANY);
    await b.http.delete(`/v1/areas/${own.id}`, ANY);
    await pull(b, a.service.url);
    await pull(c, b.service.url);
    await expectEqual(a, b);
    await expectEqual(b, c);
  });

  it('learns that a record was forked on the way', async () => {
    const [a, b, c] = [await start(), await start(), await start()];
    const area = await post(a, 'areas', { label: 'Handed on' });
    await pull(b, a.service.url);
    await pull(c, b.service.url);
    await b.http.send('POST', `/v1/areas/${area.id}/fork`);
    await patch(b, area.id, { label: 'Of the second now' });
    await pull(c, b.service.url);
    await expectEqual(b, c);
    expect((await originsOf(c))[area.id]).toBe(await b.id());
  });

  it('that also mirrors the first takes each record from one of them only', async () => {
    const [a, b, c] = [await start(), await start(), await start()];
    const area = await post(a, 'areas', { label: 'Twice' });
    await pull(b, a.service.url);
    await pull(c, b.service.url);
    await pull(c, a.service.url);
    expect(await conflictsOf(c, a)).toEqual({});
    await patch(a, area.id, { label: 'Changed' });
    await pull(c, a.service.url);
    expect(await conflictsOf(c, a)).toEqual({ [area.id]: 'elsewhere' });
    await pull(b, a.service.url);
    await pull(c, b.service.url);
    await expectEqual(a, c);
    expect(await mirrorsOf(c)).toHaveLength(2);
  });
});

describe('two instances that mirror each other', () => {
  it('hold what both have, each its own to edit, and come to rest', async () => {
    const [a, b] = [await start(), await start()];
    const both = async () => {
      const before = [await head(a), await head(b)];
      await pull(a, b.service.url);
      await pull(b, a.service.url);
      return [(await head(a)) - (before[0] ?? 0), (await head(b)) - (before[1] ?? 0)];
    };
    const head = async ({ http }: Instance): Promise<number> => (await http.get('/v1/sync')).body.head;
    const ofA = await post(a, 'areas', { label: 'Of A' });
    const ofB = await post(b, 'areas', { label: 'Of B' });
    expect(await both()).toEqual([1, 1]);
    expect(await both()).toEqual([0, 0]);
    const onTop = await post(b, 'areas', { label: 'On top', relations: [{ kind: 'related', target: ofA.id }] });
    await patch(a, ofA.id, { label: 'Changed by A' });
    expectProblem(await b.http.patch(`/v1/areas/${ofA.id}`, { label: 'X' }, ANY), 'foreign-origin');
    expect(await both()).toEqual([1, 1]);
    expect(await both()).toEqual([0, 0]);
    expect([...(await holdings(a)).keys()].sort()).toEqual([ofA.id, ofB.id, onTop.id].sort());
    await expectEqual(a, b);
    expect(await conflictsOf(a, b)).toEqual({});
    expect(await conflictsOf(b, a)).toEqual({});
    // What the other has built upon cannot be deleted here.
    expect((await a.http.delete(`/v1/areas/${ofA.id}`, ANY)).body.code).toBe('still-referenced');
    await b.http.delete(`/v1/areas/${onTop.id}`, ANY);
    await both();
    expect((await a.http.delete(`/v1/areas/${ofA.id}`, ANY)).status).toBe(204);
    await both();
    await expectEqual(a, b);
  });
});
