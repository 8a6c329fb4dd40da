import { describe, expect, it } from 'vitest';
import { findPull, insertPull } from '../../src/db/pulls.js';
import { applyForeign } from '../../src/journal/foreign.js';
import type { Body } from '../../src/journal/kind.js';
import { systemClock } from '../../src/shared/clock.js';
import { randomIds } from '../../src/shared/ids.js';
import { foreignRecord } from '../../src/sync/mirror/documents.js';
import { ANY, type AnyJson, expectProblem } from '../support/client.js';
import type { Context } from './context.js';

const ORIGIN = 'another-instance';
const URL = 'https://other.example.org';

/** A pull as it stands that is level at revision 0. */
const PULL = {
  ...({ instance: ORIGIN, url: URL, types: null, phase: 'feed', cursor: null, epoch: 'epoch', revision: 0 } as const),
  ...{ run: 1, count: 0, digest: '0'.repeat(64), step: 0, head: 0, pulledAt: null, levelAt: null, error: null },
};

/** A record that is held as another instance has it, at its version 7. */
async function mirrored(t: Context, extra: Body = {}): Promise<AnyJson> {
  const { resource, service } = t;
  const own = await t.create(extra);
  expect((await t.http.delete(`${t.base}/${own.id}`, ANY)).status).toBe(204);
  const id = randomIds(resource.type, systemClock.now());
  const record = foreignRecord(id, { ...own, id, version: 7 }, ORIGIN);
  await service.store.write(async (tx) => {
    if ((await findPull(tx, ORIGIN)) === undefined) await insertPull(tx, PULL);
    const change = { op: 'put', record, changeKind: 'content', note: null } as const;
    await applyForeign(tx, service.clock, { via: ORIGIN, self: 'this-one', run: 1 }, [change]);
  });
  const { body } = await t.http.get(`${t.base}/${id}`);
  t.expectRecord(body);
  const { revision: _, ...rest } = body;
  const { revision: __, ...wanted } = { ...own, id, version: 7 };
  expect(rest).toEqual(wanted);
  return body;
}

export function describeMirrored(t: Context): void {
  const { base, resource } = t;

  describe('a mirrored record', () => {
    it('is refused to every way of changing it, with where it is edited', async () => {
      const externalIds = [{ scheme: 'mirrored', value: `of-${resource.type}` }];
      const record = await mirrored(t, { externalIds });
      const path = `${base}/${record.id}`;
      const json = { ...record, notes: 'Changed' };
      const patch = [{ op: 'add', path: '/notes', value: 'Changed' }];
      const asPatch = { ...ANY, 'content-type': 'application/json-patch+json' };
      const all = [
        await t.refused('foreign-origin', 'PUT', path, { json, headers: ANY }),
        await t.refused('foreign-origin', 'PATCH', path, { json: { notes: 'Changed' }, headers: ANY }),
        await t.refused('foreign-origin', 'PATCH', path, { json: patch, headers: asPatch }),
        await t.refused('foreign-origin', 'PUT', `${base}/by/mirrored/of-${resource.type}`, { json }),
        await t.refused('foreign-origin', 'DELETE', path, { headers: ANY }),
      ];
      for (const problem of all)
        expect(problem).toMatchObject({ origin: ORIGIN, editAt: `${URL}/v1/${resource.collection}/${record.id}` });
      await t.refused('precondition-required', 'DELETE', path);
      await t.refused('version-mismatch', 'DELETE', path, { headers: { 'if-match': '"v6"' } });
    });

    it('can be read, listed and referred to', async () => {
      const record = await mirrored(t);
      expect((await t.http.get(`${base}/${record.slug}`)).headers.etag).toBe('"v7"');
      expect(await t.all()).toContainEqual(record);
      const referrer = await t.refer(record.id);
      const { body } = await t.http.get(`${base}/${record.id}/links?limit=200`);
      const inwards = body.data.filter(({ direction }: AnyJson) => direction === 'in');
      expect(inwards.map((link: AnyJson) => link.record.id)).toEqual([referrer.id]);
    });

    it('is ours once it was forked, with a version that says the same', async () => {
      const record = await mirrored(t);
      const path = `${base}/${record.id}`;
      const answer = await t.writes(1, () => t.http.send('POST', `${path}/fork`));
      expect({ status: answer.status, etag: answer.headers.etag }).toEqual({ status: 200, etag: '"v8"' });
      expect(answer.body).toEqual({ ...record, version: 8, revision: answer.body.revision });
      expect((await t.http.get(path)).body).toEqual(answer.body);
      const { data } = (await t.http.get(`${path}/history`)).body;
      expect(data[0]).toMatchObject({ version: 8, note: `Forked from ${ORIGIN}.`, changes: [] });
      expect(data.map(({ origin }: AnyJson) => origin)).toEqual([undefined, ORIGIN]);
      const changed = await t.http.patch(path, { notes: 'Ours' }, { 'if-match': '"v8"' });
      expect(changed).toMatchObject({ status: 200, body: { notes: 'Ours', version: 9 } });
      expect((await t.http.delete(path, ANY)).status).toBe(204);
    });
  });

  describe('a fork', () => {
    it('of what is ours already writes nothing', async () => {
      const made = await t.create();
      const answer = await t.writes(0, () => t.http.send('POST', `${base}/${made.slug}/fork`));
      expect(answer).toMatchObject({ status: 200, body: made });
    });

    it('takes a note', async () => {
      const record = await mirrored(t);
      await t.http.send('POST', `${base}/${record.id}/fork`, { headers: { 'change-note': 'We know better' } });
      const { data } = (await t.http.get(`${base}/${record.id}/history`)).body;
      expect(data[0].note).toBe('We know better');
    });

    it('takes no body, or an empty object', async () => {
      const made = await t.create();
      const path = `${base}/${made.id}/fork`;
      expect((await t.writes(0, () => t.http.post(path, {}))).status).toBe(200);
      await t.refused('invalid-request', 'POST', path, { json: { into: 'ours' } });
      await t.refused('invalid-request', 'POST', path, { json: [] });
      await t.refused('malformed-json', 'POST', path, { raw: '{' });
    });

    it('needs a record, a key for writing, and no parameter', async () => {
      await t.refused('not-found', 'POST', `${base}/no-such-record/fork`);
      const made = await t.create();
      const path = `${base}/${made.id}/fork`;
      await t.refused('unauthenticated', 'POST', path, { key: null });
      await t.refused('insufficient-scope', 'POST', path, { key: 'read' });
      await t.refused('unknown-parameter', 'POST', `${path}?force=true`);
      await t.http.delete(`${base}/${made.id}`, ANY);
      expectProblem(await t.http.send('POST', path), 'gone');
    });
  });
}
