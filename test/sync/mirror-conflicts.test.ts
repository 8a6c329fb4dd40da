import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verify } from '../../src/journal/rebuild.js';
import { kinds } from '../../src/resources/index.js';
import { ANY, type AnyJson, expectProblem } from '../support/client.js';
import { openRaw } from '../support/raw.js';
import { conflictsOf, expectEqual, type Instance, mirrorsOf, post, pull, startInstance } from './mirroring.js';

let origin: Instance;
let mirror: Instance;
beforeAll(async () => {
  origin = await startInstance();
  mirror = await startInstance();
});
afterAll(async () => {
  await mirror.stop();
  await origin.stop();
});

const level = () => pull(mirror, origin.service.url);
const read = async ({ http }: Instance, { id }: AnyJson): Promise<AnyJson> => (await http.get(`/v1/areas/${id}`)).body;
const patch = async ({ http }: Instance, { id }: AnyJson, body: object) => {
  const answer = await http.patch(`/v1/areas/${id}`, body, ANY);
  expect(answer.status).toBe(200);
  return answer.body;
};
const sound = async () => expect(await verify(mirror.service.store, kinds)).toEqual([]);

describe('a slug or external id that another record here has', () => {
  it('stays with that; the mirrored record is held without it, and that is told', async () => {
    const externalIds = [{ scheme: 'taken', value: 'twice' }];
    const [ours, theirs] = [
      await post(mirror, 'areas', { label: 'Ours', slug: 'same' }),
      await post(origin, 'areas', { label: 'Theirs', slug: 'same' }),
    ];
    const [ourId, theirId] = [
      await post(mirror, 'areas', { label: 'Our id', externalIds }),
      await post(origin, 'areas', { label: 'Their id', externalIds: [...externalIds, { scheme: 'free', value: '1' }] }),
    ];
    expect((await level())?.level).toBe(true);
    expect(await read(mirror, ours)).toEqual(ours);
    expect(await read(mirror, ourId)).toEqual(ourId);
    expect(await read(mirror, theirs)).toMatchObject({
      label: 'Theirs',
      slug: `same-${theirs.id.slice(-8)}`,
      version: 1,
    });
    expect((await read(mirror, theirId)).externalIds).toEqual([{ scheme: 'free', value: '1' }]);
    expect(await conflictsOf(mirror, origin)).toEqual({
      ...{ [theirs.id]: 'slug-taken', [theirId.id]: 'external-id-taken' },
    });
    const [status] = await mirrorsOf(mirror);
    expect(status.conflicts).toEqual({ 'slug-taken': 1, 'external-id-taken': 1 });
    await sound();
    // Once it is free, the next pull puts it right.
    await mirror.http.delete(`/v1/areas/${ours.id}`, ANY);
    await patch(mirror, ourId, { externalIds: [] });
    await level();
    expect(await conflictsOf(mirror, origin)).toEqual({});
    expect(await read(mirror, theirs)).toMatchObject({ slug: 'same', version: 1 });
    await mirror.http.delete(`/v1/areas/${ourId.id}`, ANY);
    await expectEqual(origin, mirror);
  });
});

describe('a record that was forked', () => {
  it('is left alone, and that is told when it changes there', async () => {
    const record = await post(origin, 'areas', { label: 'Fork me' });
    await level();
    expectProblem(await mirror.http.patch(`/v1/areas/${record.id}`, { label: 'Ours' }, ANY), 'foreign-origin');
    expect((await mirror.http.send('POST', `/v1/areas/${record.id}/fork`)).status).toBe(200);
    const changed = await patch(mirror, record, { label: 'Ours' });
    await level();
    expect(await conflictsOf(mirror, origin)).toEqual({});
    await patch(origin, record, { label: 'Changed there' });
    expect((await level())?.tally).toMatchObject({ written: 0, left: 1 });
    expect(await read(mirror, record)).toEqual(changed);
    expect(await conflictsOf(mirror, origin)).toEqual({ [record.id]: 'own' });
    await origin.http.delete(`/v1/areas/${record.id}`, ANY);
    await level();
    expect(await read(mirror, record)).toEqual(changed);
    expect(await conflictsOf(mirror, origin)).toEqual({});
    await mirror.http.delete(`/v1/areas/${record.id}`, ANY);
    await expectEqual(origin, mirror);
  });
});

describe('a record that is gone there', () => {
  it('stays, as ours, while records of ours refer to it', async () => {
    const record = await post(origin, 'areas', { label: 'Needed here' });
    await level();
    const relations = [{ kind: 'related', target: record.id }];
    const ours = await post(mirror, 'areas', { label: 'Refers', relations });
    await origin.http.delete(`/v1/areas/${record.id}`, ANY);
    expect((await level())?.tally).toMatchObject({ removed: 0, detached: 1 });
    expect(await read(mirror, record)).toMatchObject({ label: 'Needed here', version: 2 });
    expect(await conflictsOf(mirror, origin)).toEqual({ [record.id]: 'detached' });
    await sound();
    expect((await mirror.http.delete(`/v1/areas/${ours.id}`, ANY)).status).toBe(204);
    expect((await mirror.http.delete(`/v1/areas/${record.id}`, ANY)).status).toBe(204);
    await expectEqual(origin, mirror);
  });

  it('goes when only mirrored records referred to it', async () => {
    const record = await post(origin, 'areas', { label: 'Needed there' });
    const referrer = await post(origin, 'areas', { label: 'R', relations: [{ kind: 'related', target: record.id }] });
    await level();
    await patch(origin, referrer, { relations: [] });
    await origin.http.delete(`/v1/areas/${record.id}`, ANY);
    expect((await level())?.tally).toMatchObject({ written: 1, removed: 1 });
    await expectEqual(origin, mirror);
  });
});

describe('a merge there', () => {
  it('ends the record here, with what it goes on as, whose external ids it gave up', async () => {
    const before = await conflictsOf(mirror, origin);
    const externalIds = [{ scheme: 'merged', value: 'one' }];
    const loser = await post(origin, 'areas', { label: 'A', externalIds });
    const survivor = await post(origin, 'areas', { label: 'B' });
    const last = await post(origin, 'areas', { label: 'C' });
    const child = await post(origin, 'areas', { label: 'D', broader: loser.id });
    await level();
    const merge = async (from: AnyJson, into: AnyJson) =>
      expect((await origin.http.post(`/v1/areas/${from.id}/merge`, { into: into.id }, ANY)).status).toBe(200);
    await merge(loser, survivor);
    await level();
    await expectEqual(origin, mirror);
    expect((await read(mirror, child)).broader).toBe(survivor.id);
    const raw = await openRaw(mirror.service.database.url, { readonly: true });
    const { rows } = await raw.query(
      'select r.op, r.doc, r.version, r.merged_into as revision, e.merged_into as entity from revisions r join entities e on e.revision = r.revision where e.id = ?',
      loser.id,
    );
    await raw.close();
    expect(rows).toEqual([{ op: 'merge', doc: null, version: 2, revision: survivor.id, entity: survivor.id }]);
    await merge(survivor, last);
    await level();
    await expectEqual(origin, mirror);
    expect((await read(mirror, last)).externalIds).toEqual(externalIds);
    const answer = await mirror.http.get(`/v1/areas/${loser.id}`);
    expect([answer.status, answer.headers.location]).toEqual([308, `/v1/areas/${last.id}`]);
    expect(await conflictsOf(mirror, origin)).toEqual(before);
  });
});

describe('a record with the id of one of ours', () => {
  it('that says the same is no conflict, and one that says something else is', async () => {
    const [one, two] = [await startInstance({ seeds: true }), await startInstance({ seeds: true })];
    const seed = (await one.http.get('/v1/areas/cyber-security')).body;
    await patch(one, seed, { definition: 'Changed' });
    const outcome = await pull(two, one.service.url);
    expect(outcome?.tally).toMatchObject({ written: 0, removed: 0, left: 769 });
    expect(await conflictsOf(two, one)).toEqual({ [seed.id]: 'own' });
    expect((await read(two, seed)).definition).toBe(seed.definition);
    await two.stop();
    await one.stop();
  });
});
