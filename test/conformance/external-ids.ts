import { describe, expect, it } from 'vitest';
import { ANY } from '../support/client.js';
import type { Context } from './context.js';

export function describeExternalIds(t: Context): void {
  const { base, resource } = t;
  let used = 0;
  const unused = () => {
    used += 1;
    return `value-${resource.type}-${used}`;
  };

  describe('external ids', () => {
    it('are the key of an upsert that creates, then updates, then does nothing', async () => {
      const value = unused();
      const path = `${base}/by/partner/${value}`;
      const body = t.fresh();
      const made = await t.writes(1, () => t.http.put(path, body));
      expect({ status: made.status, location: made.headers.location, etag: made.headers.etag }).toEqual({
        status: 201,
        location: `${base}/${made.body.id}`,
        etag: '"v1"',
      });
      expect(made.body.externalIds).toContainEqual({ scheme: 'partner', value });
      t.expectRecord(made.body);
      const changed = await t.writes(1, () => t.http.put(path, { ...body, notes: 'Again' }));
      expect({ status: changed.status, etag: changed.headers.etag }).toEqual({ status: 200, etag: '"v2"' });
      expect(changed.body).toMatchObject({ id: made.body.id, notes: 'Again' });
      const same = await t.writes(0, () => t.http.put(path, { ...body, notes: 'Again' }));
      expect({ status: same.status, text: same.text }).toEqual({ status: 200, text: changed.text });
      expect((await t.http.get(path)).text).toBe(changed.text);
    });

    it('honour If-Match and If-None-Match on an upsert', async () => {
      const path = `${base}/by/partner/${unused()}`;
      const json = t.fresh();
      await t.refused('not-found', 'PUT', path, { json, headers: ANY });
      expect((await t.http.put(path, json, { 'if-none-match': '*' })).status).toBe(201);
      const again = await t.refused('version-mismatch', 'PUT', path, { json, headers: { 'if-none-match': '*' } });
      expect(again).toMatchObject({ currentVersion: 1, yourVersion: '*' });
      const next = { ...json, notes: 'Next' };
      await t.refused('version-mismatch', 'PUT', path, { json: next, headers: { 'if-match': '"v2"' } });
      expect((await t.http.put(path, next, { 'if-match': '"v1"' })).body.version).toBe(2);
    });

    it('survive with odd characters in the path', async () => {
      const value = `Q1/2 ü%?#${unused()}`;
      const path = `${base}/by/partner/${encodeURIComponent(value)}`;
      const made = await t.http.put(path, t.fresh());
      expect({ status: made.status, ids: made.body.externalIds }).toEqual({
        status: 201,
        ids: [{ scheme: 'partner', value }],
      });
      expect((await t.http.get(path)).text).toBe(made.text);
      expect((await t.http.get(`${base}/${encodeURIComponent(`partner:${value}`)}`)).text).toBe(made.text);
    });

    it.each([
      ['Not%20Kebab', 'value'],
      ['partner', '%20padded'],
      ['partner', 'x'.repeat(201)],
    ])('refuse the scheme %s with value %s', async (scheme, value) => {
      const problem = await t.refused('invalid-request', 'PUT', `${base}/by/${scheme}/${value}`, { json: t.fresh() });
      expect(problem.errors[0].pointer).toMatch(/^\/externalIds\/0\//);
    });

    it('belong to one record of a type', async () => {
      const externalIds = [{ scheme: 'partner', value: unused() }];
      const holder = await t.create({ externalIds });
      const created = await t.refused('external-id-taken', 'POST', base, { json: t.fresh({ externalIds }) });
      expect(created).toMatchObject({ conflictsWith: holder.id });
      expect(created.errors).toMatchObject([{ pointer: '/externalIds/0', code: 'taken' }]);
      const other = await t.create();
      const sent = { json: { externalIds }, headers: { ...ANY, 'content-type': 'application/merge-patch+json' } };
      const patched = await t.refused('external-id-taken', 'PATCH', `${base}/${other.id}`, sent);
      expect(patched.conflictsWith).toBe(holder.id);
      const area = { slug: `same-${holder.slug}`, label: 'Of another type', externalIds };
      const source = { slug: `same-${holder.slug}`, title: 'Of another type', kind: 'news', externalIds };
      const elsewhere = resource.type === 'area' ? ['sources', source] : ['areas', area];
      expect((await t.http.post(`/v1/${elsewhere[0]}`, elsewhere[1])).status).toBe(201);
    });

    it('may move to another record once they are given up', async () => {
      const externalIds = [{ scheme: 'partner', value: unused() }];
      const [one, other] = [await t.create({ externalIds }), await t.create()];
      await t.http.patch(`${base}/${one.id}`, { externalIds: [] }, ANY);
      const moved = await t.http.patch(`${base}/${other.id}`, { externalIds }, ANY);
      expect({ status: moved.status, ids: moved.body.externalIds }).toEqual({ status: 200, ids: externalIds });
      expect((await t.http.get(`${base}/by/partner/${externalIds[0]?.value}`)).body.id).toBe(other.id);
    });

    it('are not listed twice', async () => {
      const id = { scheme: 'partner', value: unused() };
      const problem = await t.refused('rule-violated', 'POST', base, { json: t.fresh({ externalIds: [id, id] }) });
      expect(problem.errors).toMatchObject([{ pointer: '/externalIds/1', code: 'repeated' }]);
    });
  });
}
