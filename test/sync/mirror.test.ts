import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANY, type AnyJson, expectProblem } from '../support/client.js';
import { expectEqual, type Instance, mirrorsOf, post, pull, startInstance } from './mirroring.js';

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

const level = () => pull(mirror, origin.service.url);
const putText = (id: string, raw: string) =>
  origin.http.send('PUT', `/v1/sources/${id}/text`, { raw, headers: { ...ANY, 'content-type': 'text/plain' } });

describe('a pull', () => {
  it('makes the whole of another instance', async () => {
    const source = await post(origin, 'sources', { title: 'With a text', kind: 'news' });
    expect((await putText(source.id, 'Words of a source — “as agreed”.')).status).toBe(200);
    const outcome = await level();
    expect(outcome).toMatchObject({ origin: await origin.id(), level: true, revision: 771 });
    expect(outcome?.tally).toMatchObject({ written: 770, removed: 0, detached: 0, left: 0 });
    await expectEqual(origin, mirror);
    expect(await mirrorsOf(mirror)).toEqual([
      {
        ...{ origin: await origin.id(), url: origin.service.url, types: null, phase: 'feed', revision: 771 },
        ...{ lagRevisions: 0, pulledAt: expect.any(String), levelAt: expect.any(String), error: null, conflicts: {} },
      },
    ]);
  });

  it('again writes nothing', async () => {
    const before = (await mirror.http.get('/v1/sync')).body.head;
    expect((await level())?.tally).toMatchObject({ written: 0, unchanged: 0 });
    expect((await mirror.http.get('/v1/sync')).body.head).toBe(before);
  });

  it('takes over each change that was made since, with what it was and why', async () => {
    const area = await post(origin, 'areas', { label: 'First' });
    const path = `/v1/areas/${area.id}`;
    const headers = { ...ANY, 'change-kind': 'correction', 'change-note': 'Put right' };
    await origin.http.patch(path, { label: 'Second' }, headers);
    const gone = await post(origin, 'areas', { label: 'Gone soon' });
    await origin.http.delete(`/v1/areas/${gone.id}`, { ...ANY, 'change-note': 'Entered twice' });
    await level();
    await expectEqual(origin, mirror);
    const { body } = await mirror.http.get(`${path}/history`);
    const from = await origin.id();
    expect(body.data).toMatchObject([
      { version: 2, op: 'put', changeKind: 'correction', note: 'Put right', by: 'pull', origin: from },
      { version: 1, op: 'put', changeKind: 'content', note: null, by: 'pull', origin: from },
    ]);
    const there = (await origin.http.get(path)).body;
    expect((await mirror.http.get(path)).body).toMatchObject({
      createdAt: there.createdAt,
      updatedAt: there.updatedAt,
    });
    const tombstone = await mirror.http.get(`/v1/areas/${gone.id}`);
    expect(tombstone).toMatchObject({ status: 410, body: { reason: 'Entered twice' } });
  });

  it('takes over texts of sources that were changed, taken away and put back', async () => {
    const source = await post(origin, 'sources', { title: 'Changing text', kind: 'news' });
    for (const text of ['One.', 'Two, which is longer.']) await putText(source.id, text);
    await origin.http.delete(`/v1/sources/${source.id}/text`, ANY);
    await level();
    expect((await mirror.http.get(`/v1/sources/${source.id}/text`)).status).toBe(404);
    await putText(source.id, 'One.');
    await level();
    await expectEqual(origin, mirror);
    // Those of versions between were taken over, too.
    const { data } = (await mirror.http.get(`/v1/sources/${source.id}/history`)).body;
    const second = data.find(({ version }: AnyJson) => version === 3).revision;
    expect((await mirror.http.get(`/v1/sources/${source.id}/text?asOf=${second}`)).text).toBe('Two, which is longer.');
  });

  it('takes records that refer to one another, and those whose slug another had', async () => {
    const one = await post(origin, 'areas', { label: 'One', slug: 'passed-on' });
    const two = await post(origin, 'areas', { label: 'Two', relations: [{ kind: 'related', target: one.id }] });
    await level();
    await origin.http.patch(
      `/v1/areas/${one.id}`,
      { slug: 'left', relations: [{ kind: 'related', target: two.id }] },
      ANY,
    );
    await origin.http.patch(`/v1/areas/${two.id}`, { slug: 'passed-on' }, ANY);
    await level();
    await expectEqual(origin, mirror);
    await origin.http.patch(`/v1/areas/${one.id}`, { relations: [] }, ANY);
    await origin.http.delete(`/v1/areas/${two.id}`, ANY);
    await origin.http.patch(`/v1/areas/${one.id}`, { slug: 'passed-on' }, ANY);
    await level();
    await expectEqual(origin, mirror);
  });
});

describe('a mirrored record', () => {
  it('takes no text and no acknowledgement here', async () => {
    const { data } = (await mirror.http.get('/v1/sources?limit=200')).body;
    const { id } = data.find(({ textSha256 }: AnyJson) => textSha256 !== undefined);
    const before = (await mirror.http.get('/v1/sync')).body.head;
    const headers = { ...ANY, 'content-type': 'text/plain' };
    const path = `/v1/sources/${id}/text`;
    const finding = (await mirror.http.get('/v1/findings?limit=1')).body.data[0].id;
    const refused = [
      await mirror.http.send('PUT', path, { raw: 'Other words.', headers }),
      await mirror.http.delete(path, ANY),
      await mirror.http.put(`/v1/findings/${finding}/acknowledgement`, { reason: 'Looked at' }, ANY),
    ];
    for (const answer of refused)
      expect(expectProblem(answer, 'foreign-origin')).toMatchObject({ origin: await origin.id() });
    expect((await mirror.http.get('/v1/sync')).body.head).toBe(before);
  });
});

describe('what is told of a mirrored record', () => {
  it('names its origin in the feed, the snapshot and the history, and nowhere else', async () => {
    const from = await origin.id();
    const { data } = (await mirror.http.get('/v1/changes?since=0&limit=1')).body;
    expect(data[0]).toMatchObject({ origin: from, revision: 1 });
    const own = await post(mirror, 'areas', { label: 'Our own' });
    const since = (await mirror.http.get('/v1/changes?since=now')).body.head - 1;
    const [last] = (await mirror.http.get(`/v1/changes?since=${since}`)).body.data;
    expect(Object.keys(last)).not.toContain('origin');
    const lines = (await mirror.http.get('/v1/snapshot?types=area')).text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const origins = Object.assign(
      {},
      ...lines.filter(({ snapshot }) => snapshot === 'origins').map((line) => line.origins),
    );
    const areas = lines.filter(({ snapshot }) => snapshot === undefined).map(({ id }) => id);
    expect(origins).toEqual(Object.fromEntries(areas.filter((id) => id !== own.id).map((id) => [id, from])));
    expect((await mirror.http.delete(`/v1/areas/${own.id}`, ANY)).status).toBe(204);
    expect((await origin.http.get('/v1/snapshot?types=area')).text).not.toContain('origins');
  });
});
