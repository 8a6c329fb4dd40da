import { describe, expect, it } from 'vitest';
import { Provenance } from '../../src/resources/operations/describe-provenance.js';
import { ANY, type AnyJson, expectProblem } from '../support/client.js';
import type { Context } from './context.js';

export function describeProvenance(t: Context): void {
  const { base, resource } = t;
  const label = resource.label;

  describe('provenance', () => {
    it('tells by field what supports it and who set it, by id, slug and external id', async () => {
      const externalIds = [{ scheme: 'provenance', value: resource.type }];
      const citations = [{ source: 'seed-article', supports: [label] }, { source: 'seed-article' }];
      const made = await t.create({ externalIds, citations });
      const { status, body } = await t.http.get(`${base}/${made.id}/provenance`);
      expect(status).toBe(200);
      expect(Provenance.parse(body)).toEqual(body);
      const { id, slug, version, revision } = made;
      expect(body.record).toEqual({ id, type: resource.type, slug, label: made[label], version, revision });
      expect(body).toMatchObject({ supported: 'all', restsOn: 'standing', asOf: await t.db.head() });
      expect(body.fields.map(({ field }: { field: string }) => field)).toEqual(
        resource.kind.stated.filter((field) => made[field] !== undefined && Object.keys(made[field]).length !== 0),
      );
      for (const { set } of body.fields) expect(set).toMatchObject({ version: 1, revision, exact: true });
      for (const ref of [made.slug, `provenance:${resource.type}`]) {
        expect((await t.http.get(`${base}/${ref}/provenance`)).body).toEqual(body);
      }
    });

    it('is that of then with asOf, and immutable', async () => {
      const made = await t.create({ citations: [{ source: 'seed-article' }] });
      const path = `${base}/${made.id}/provenance`;
      const before = await t.http.get(path);
      const other = await t.http.post('/v1/sources', { title: `Other of ${made.id}`, kind: 'news' });
      await t.http.patch(`${base}/${made.id}`, { citations: [{ source: other.body.id }] }, ANY);
      const after = await t.http.get(path);
      expect(before.body.sources).not.toHaveProperty(other.body.id);
      expect(after.body.sources).toHaveProperty(other.body.id);
      const then = await t.http.get(`${path}?asOf=${before.body.asOf}`);
      expect(then.body).toEqual(before.body);
      expect(then.headers['cache-control']).toContain('immutable');
      expectProblem(await t.http.get(`${path}?asOf=${made.revision - 1}`), 'not-found');
    });

    it('is narrowed to some fields and what is about them', async () => {
      const made = await t.create({
        citations: [{ source: 'seed-article' }, { source: 'seed-article', supports: ['tags'] }],
      });
      const name = resource.kind.stated.find((field) => made[field] !== undefined) ?? '';
      const claim = { kind: 'fact', certainty: 'asserted', statement: 'So', citations: [{ source: 'seed-article' }] };
      const about = { about: made.id, field: name, slug: `about-${made.slug}` };
      expect((await t.http.post('/v1/claims', { ...claim, ...about })).status).toBe(201);
      const path = `${base}/${made.id}/provenance`;
      const { general: _, ...whole } = (await t.http.get(path)).body;
      const { body } = await t.http.get(`${path}?fields=${name}`);
      expect(Provenance.parse(body)).toEqual(body);
      expect(body).toEqual({
        ...whole,
        fields: whole.fields.filter(({ field }: AnyJson) => field === name),
        citations: whole.citations.filter(({ pointer }: AnyJson) => pointer !== '/citations/1'),
      });
      expect(whole.citations.map(({ pointer }: AnyJson) => pointer)).toContain('/citations/1');
      expect(Object.keys(body.claims)).toHaveLength(1);
      for (const wrong of ['tags', 'nowhere', '']) {
        expectProblem(await t.http.get(`${path}?fields=${wrong}`), 'invalid-parameter');
      }
    });

    it('answers 304 until anything changes, since sources and disputes matter too', async () => {
      const made = await t.create();
      const path = `${base}/${made.id}/provenance`;
      const { etag = '' } = (await t.http.get(path)).headers;
      expect((await t.http.get(path, { 'if-none-match': etag })).status).toBe(304);
      await t.refer(made.id);
      expect((await t.http.get(path, { 'if-none-match': etag })).status).toBe(200);
    });

    it('is refused where there is nothing, and for unknown parameters', async () => {
      const made = await t.create();
      await t.http.delete(`${base}/${made.id}`, ANY);
      expectProblem(await t.http.get(`${base}/${made.id}/provenance`), 'gone');
      expectProblem(await t.http.get(`${base}/no-such-record/provenance`), 'not-found');
      expectProblem(await t.http.get(`${base}/${resource.example.slug}/provenance?limit=1`), 'unknown-parameter');
      expectProblem(await t.http.get(`${base}/${resource.example.slug}/provenance?asOf=x`), 'invalid-parameter');
    });
  });
}
