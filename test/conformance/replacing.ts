import { describe, expect, it } from 'vitest';
import { ANY } from '../support/client.js';
import type { Context } from './context.js';

export function describeReplacing(t: Context): void {
  const { base, resource } = t;

  describe('replace', () => {
    it('puts a new version in place and changes nothing else', async () => {
      const made = await t.create({ notes: 'Before', tags: ['before'] });
      const before = await t.all();
      const next = t.fresh({ slug: made.slug, notes: 'After' });
      const answer = await t.writes(1, () => t.http.put(`${base}/${made.id}`, next, { 'if-match': '"v1"' }));
      expect({ status: answer.status, etag: answer.headers.etag, location: answer.headers.location }).toEqual({
        status: 200,
        etag: '"v2"',
        location: undefined,
      });
      t.expectRecord(answer.body);
      expect(answer.body).toMatchObject({ id: made.id, slug: made.slug, version: 2, notes: 'After', tags: [] });
      expect(answer.body.createdAt).toBe(made.createdAt);
      expect(answer.body.updatedAt > made.updatedAt).toBe(true);
      expect((await t.http.get(`${base}/${made.slug}`)).text).toBe(answer.text);
      expect((await t.all()).filter(({ id }) => id !== made.id)).toEqual(before.filter(({ id }) => id !== made.id));
    });

    it('takes back exactly what GET gave, with the same version and no revision', async () => {
      const made = await t.create();
      const got = await t.http.get(`${base}/${made.id}`);
      const answer = await t.writes(0, () =>
        t.http.send('PUT', `${base}/${made.id}`, { raw: got.text, headers: { 'if-match': '"v1"' } }),
      );
      expect({ status: answer.status, text: answer.text, etag: answer.headers.etag }).toEqual({
        status: 200,
        text: got.text,
        etag: '"v1"',
      });
    });

    it('takes every seed of the collection back unchanged', async () => {
      const seeds = (await t.all()).filter(({ version }) => version === 1).slice(0, 60);
      expect(seeds.length).toBeGreaterThan(20);
      for (const seed of seeds) {
        const answer = await t.writes(0, () => t.http.put(`${base}/${seed.id}`, seed, { 'if-match': '"v1"' }));
        expect(answer.body).toEqual(seed);
      }
    });

    it('keeps the slug when the body has none, and moves it when the body has another', async () => {
      const made = await t.create();
      const { slug: _, ...body } = t.fresh();
      const kept = await t.http.put(`${base}/${made.id}`, body, ANY);
      expect(kept.body.slug).toBe(made.slug);
      const moved = await t.http.put(`${base}/${made.id}`, { ...body, slug: `moved-${made.slug}` }, ANY);
      expect(moved.body).toMatchObject({ id: made.id, slug: `moved-${made.slug}`, version: 3 });
      expect((await t.http.get(`${base}/moved-${made.slug}`)).status).toBe(200);
      await t.refused('not-found', 'GET', `${base}/${made.slug}`);
    });

    it('refuses a slug that another record has', async () => {
      const [one, other] = [await t.create(), await t.create()];
      const sent = { json: t.fresh({ slug: other.slug }), headers: ANY };
      const problem = await t.refused('slug-taken', 'PUT', `${base}/${one.id}`, sent);
      expect(problem.conflictsWith).toBe(other.id);
    });

    it('creates under a slug with If-None-Match: *', async () => {
      const body = t.fresh();
      const slug = `${body.slug}-by-put`;
      const { slug: _, ...withoutSlug } = body;
      const answer = await t.writes(1, () => t.http.put(`${base}/${slug}`, withoutSlug, { 'if-none-match': '*' }));
      expect({ status: answer.status, slug: answer.body.slug, etag: answer.headers.etag }).toEqual({
        status: 201,
        slug,
        etag: '"v1"',
      });
      expect(answer.headers.location).toBe(`${base}/${answer.body.id}`);
      t.expectRecord(answer.body);
      const headers = { 'if-none-match': '*' };
      const problem = await t.refused('version-mismatch', 'PUT', `${base}/${slug}`, { json: withoutSlug, headers });
      expect(problem).toMatchObject({ currentVersion: 1, yourVersion: '*' });
    });

    it('refuses to create under a path that is no slug, or another than the body says', async () => {
      const headers = { 'if-none-match': '*' };
      const json = t.fresh();
      await t.refused('invalid-request', 'PUT', `${base}/another-${json.slug}`, { json, headers });
      const { slug: _, ...withoutSlug } = json;
      await t.refused('invalid-request', 'PUT', `${base}/NoSlug`, { json: withoutSlug, headers });
      await t.refused('not-found', 'PUT', `${base}/${resource.type}_01h455vb4pex5vsknk084sn02q`, {
        json: withoutSlug,
        headers,
      });
    });

    it('answers 404 for a record that is not there', async () => {
      await t.refused('not-found', 'PUT', `${base}/no-such-record`, { json: t.fresh(), headers: ANY });
    });
  });
}
