import { describe, expect, it } from 'vitest';
import { ANY } from '../support/client.js';
import type { Context } from './context.js';

export function describeReading(t: Context): void {
  const { resource, base } = t;
  const { slug, external } = resource.example;

  describe('read', () => {
    it('finds a seed by slug, id, {scheme}:{value} and by/{scheme}/{value}, with the same bytes', async () => {
      const bySlug = await t.http.get(`${base}/${slug}`);
      expect(bySlug.status).toBe(200);
      t.expectRecord(bySlug.body);
      const { scheme, value } = external;
      for (const ref of [bySlug.body.id, `${scheme}:${value}`, `by/${scheme}/${value}`]) {
        const { status, text } = await t.http.get(`${base}/${ref}`);
        expect({ ref, status, text }).toEqual({ ref, status: 200, text: bySlug.text });
      }
    });

    it('checks every seed of the collection against its schema', async () => {
      const seeds = await t.all();
      expect(seeds.length).toBeGreaterThan(20);
      for (const seed of seeds) t.expectRecord(seed);
    });

    it.each(['no-such-record', 'wikidata:none', 'by/wikidata/none', 'UPPER', 'a:', '%20'])(
      'answers 404 for %s',
      async (ref) => {
        const problem = await t.refused('not-found', 'GET', `${base}/${ref}`);
        expect(problem.detail).toContain(resource.type);
      },
    );

    it('answers 404 for an id of another type', async () => {
      const other = resource.type === 'actor' ? 'events/us-ua-consultations-2025-01' : 'actors/ukraine';
      const { body } = await t.http.get(`/v1/${other}`);
      await t.refused('not-found', 'GET', `${base}/${body.id}`);
    });

    it('gives some fields only, the id always among them', async () => {
      const { body } = await t.http.get(`${base}/${slug}`);
      const answer = await t.http.get(`${base}/${slug}?fields=${resource.label},version`);
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ id: body.id, [resource.label]: body[resource.label], version: body.version });
      expect(answer.headers.etag).toMatch(/^W\//);
    });

    it('includes full records that it refers to', async () => {
      const made = await t.create({ citations: [{ source: 'seed-article' }] });
      const source = await t.http.get('/v1/sources/seed-article');
      const { status, body } = await t.http.get(`${base}/${made.slug}?include=sources`);
      const { included, ...rest } = body;
      expect({ status, rest }).toEqual({ status: 200, rest: made });
      expect(included.sources[source.body.id]).toEqual(source.body);
    });

    it('includes the disputes about it, on reads and lists, as of then', async () => {
      const [made, other] = [await t.create({ tags: ['disputed'] }), await t.create({ tags: ['disputed'] })];
      const positions = ['a', 'b'].map((key) => ({ key, statement: key, citations: [] }));
      const dispute = async (about: string[]) => {
        const answer = await t.http.post('/v1/disputes', { question: `Which of ${about}?`, about, positions });
        expect(answer.status).toBe(201);
        return answer.body;
      };
      const [one, both] = [await dispute([made.id]), await dispute([made.id, other.id])];
      const path = `${base}/${made.slug}?include=disputes`;
      const { included, ...rest } = (await t.http.get(path)).body;
      expect(rest).toEqual(made);
      expect(included).toEqual({ disputes: { [one.id]: one, [both.id]: both } });
      const list = `${base}?tag=disputed&include=disputes`;
      expect((await t.http.get(list)).body.included).toEqual(included);
      const revision = await t.db.head();
      await t.http.delete(`/v1/disputes/${one.id}`, ANY);
      const resolved = { preferred: 'a', assessment: 'So it is.' };
      const after = (await t.http.patch(`/v1/disputes/${both.id}`, resolved, ANY)).body;
      expect((await t.http.get(path)).body.included).toEqual({ disputes: { [both.id]: after } });
      for (const past of [path, list]) {
        expect((await t.http.get(`${past}&asOf=${revision}`)).body.included).toEqual(included);
      }
      expect((await t.http.get(`${base}?tag=disputed&include=sources,disputes&limit=1`)).status).toBe(200);
    });

    it('answers HEAD as GET without a body', async () => {
      const got = await t.http.get(`${base}/${slug}`);
      const head = await t.http.send('HEAD', `${base}/${slug}`);
      expect({ status: head.status, text: head.text, etag: head.headers.etag }).toEqual({
        status: 200,
        text: '',
        etag: got.headers.etag,
      });
      expect(head.headers['content-length']).toBe(got.headers['content-length']);
    });
  });
}
