import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { occurrences } from '../../src/journal/paths.js';
import { verify } from '../../src/journal/rebuild.js';
import { kinds } from '../../src/resources/index.js';
import { ANY } from '../support/client.js';
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

let origin: Instance;
let mirror: Instance;
beforeAll(async () => {
  origin = await startInstance({ seeds: true });
  mirror = await startInstance();
});
afterAll(async () => {
  await mirror.stop();
  await origin.stop();
});

const level = () => pull(mirror, origin.service.url, { types: ['agreement'] });
const typeOf = (id: string) => id.slice(0, id.indexOf('_'));

/** What a mirror of agreements must hold: these, what they refer to, what that refers to … */
async function closure(): Promise<string[]> {
  const all = await holdings(origin);
  const wanted = new Set([...all.keys()].filter((id) => typeOf(id) === 'agreement'));
  for (const id of wanted) {
    const kind = kinds.get(typeOf(id) as never);
    for (const { path } of kind?.references ?? [])
      for (const { value } of occurrences(all.get(id), path)) wanted.add(String(value));
  }
  return [...wanted].sort();
}

/** That the mirror holds that, each record as it is there; records that nothing refers to any more may stay. */
async function expectClosed(): Promise<void> {
  const [all, held, wanted] = [await holdings(origin), await holdings(mirror), await closure()];
  expect([...held.keys()]).toEqual(expect.arrayContaining(wanted));
  for (const [id, record] of held) expect(record, id).toEqual(all.get(id));
  expect(await verify(mirror.service.store, kinds)).toEqual([]);
  expect(await conflictsOf(mirror, origin)).toEqual({});
}

describe('a mirror of some types', () => {
  it('holds them, what they refer to, and nothing else', async () => {
    expect((await level())?.level).toBe(true);
    await expectClosed();
    const held = [...(await holdings(mirror)).keys()].sort();
    expect(held).toEqual(await closure());
    expect(held.length).toBeLessThan(769);
    const of = async ({ http }: Instance) => (await http.get('/v1/sync/digest?types=agreement')).body.digest;
    expect(await of(mirror)).toBe(await of(origin));
    expect((await mirrorsOf(mirror))[0].types).toEqual(['agreement']);
  });

  it('follows what they come to refer to, and changes of what they refer to', async () => {
    const source = await post(origin, 'sources', { title: 'Cited soon', kind: 'news' });
    const unheard = await post(origin, 'events', {
      title: 'Not held',
      date: '2025',
      kind: 'call',
      status: 'concluded',
    });
    await level();
    expect((await mirror.http.get(`/v1/sources/${source.id}`)).status).toBe(404);
    const [agreement] = (await origin.http.get('/v1/agreements?limit=1')).body.data;
    await origin.http.patch(`/v1/agreements/${agreement.id}`, { citations: [{ source: source.id }] }, ANY);
    await level();
    await expectClosed();
    await origin.http.patch(`/v1/sources/${source.id}`, { title: 'Renamed' }, ANY);
    await level();
    await expectClosed();
    expect((await mirror.http.get(`/v1/sources/${source.id}`)).body.title).toBe('Renamed');
    expect((await mirror.http.get(`/v1/events/${unheard.id}`)).status).toBe(404);
    await origin.http.patch(`/v1/agreements/${agreement.id}`, { citations: [] }, ANY);
    await origin.http.delete(`/v1/sources/${source.id}`, ANY);
    await level();
    await expectClosed();
    expect((await mirror.http.get(`/v1/sources/${source.id}`)).status).toBe(410);
  });

  it('becomes one of other types, or of all, when asked', async () => {
    await pull(mirror, origin.service.url, { types: ['area'] });
    const held = new Set([...(await holdings(mirror)).keys()].map(typeOf));
    expect(held.has('area')).toBe(true);
    expect(held.has('agreement')).toBe(false);
    await pull(mirror, origin.service.url);
    await expectEqual(origin, mirror);
  });
});
