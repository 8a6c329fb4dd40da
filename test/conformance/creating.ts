import { describe, expect, it } from 'vitest';
import type { Context } from './context.js';

export function describeCreating(t: Context): void {
  const { resource, base, fixture } = t;
  const withoutSlug = (label: string) => {
    const { slug: _, ...body } = t.fresh();
    return { ...body, [resource.label]: label };
  };

  describe('create', () => {
    it('answers 201 with Location, ETag and the representation', async () => {
      const sent = t.fresh();
      const answer = await t.writes(1, () => t.http.post(base, sent));
      expect({ status: answer.status, etag: answer.headers.etag, type: answer.headers['content-type'] }).toEqual({
        status: 201,
        etag: '"v1"',
        type: 'application/json; charset=utf-8',
      });
      expect(answer.headers.location).toBe(`${base}/${answer.body.id}`);
      t.expectRecord(answer.body);
      expect(answer.body).toMatchObject({
        slug: sent.slug,
        version: 1,
        revision: await t.db.head(),
        method: 'curated',
      });
      expect(answer.body.createdAt).toBe(answer.body.updatedAt);
    });

    it('takes the example of the API description as it stands', async () => {
      const answer = await t.http.post(base, resource.example.create);
      expect(answer.status).toBe(201);
      expect((await t.http.get(`${base}/${resource.example.create.slug}`)).text).toBe(answer.text);
    });

    it('writes this and nothing else', async () => {
      const before = await t.all();
      const made = await t.create();
      const after = await t.all();
      expect(after.filter(({ id }) => id !== made.id)).toEqual(before);
      expect(after.filter(({ id }) => id === made.id)).toEqual([made]);
    });

    it('answers what GET then gives, byte for byte', async () => {
      const answer = await t.http.post(base, t.fresh());
      expect((await t.http.get(`${base}/${answer.body.id}`)).text).toBe(answer.text);
      expect(await t.db.storedDoc(answer.body.id)).toBe(answer.text);
    });

    it('ignores the fields of the server in the body', async () => {
      const made = await t.create({ version: 77, revision: 5, createdAt: 'x', updatedAt: null, id: 'y' });
      expect(made).toMatchObject({ version: 1, revision: await t.db.head() });
      t.expectRecord(made);
    });

    it('makes the slug from the label, and numbers it when it is taken', async () => {
      const bodies = [withoutSlug('Złota Ünïque label, no. 7!'), withoutSlug('Zlota unique label -- no 7')];
      const slugs = [];
      for (const body of bodies) slugs.push((await t.http.post(base, body)).body.slug);
      expect(slugs).toEqual(['zlota-unique-label-no-7', 'zlota-unique-label-no-7-2']);
    });

    it('names a record by its type when the label has no letter for a slug', async () => {
      const answer = await t.http.post(base, withoutSlug('会談'));
      expect({ status: answer.status, slug: answer.body.slug }).toEqual({ status: 201, slug: resource.type });
    });

    it('reads references written as id, slug, collection/slug and external id, and gives ids back', async () => {
      const { target } = fixture;
      const source = await t.http.get('/v1/sources/seed-article');
      const refs = [source.body.id, 'seed-article', 'chancery-seed:seed-article', 'sources/seed-article'];
      const made = await t.create({ citations: refs.map((ref) => ({ source: ref })) });
      expect(made.citations.map((citation: { source: string }) => citation.source)).toEqual(
        refs.map(() => source.body.id),
      );
      const typed = await t.create(fixture.reference(target));
      expect(JSON.stringify(typed)).not.toContain(`"${target}"`);
    });

    it('marks quotations as unchecked while no text of their source is stored', async () => {
      const made = await t.create({
        citations: [{ source: 'seed-article', quote: { exact: 'some words' }, quoteStatus: 'verbatim' }],
      });
      expect(made.citations[0].quoteStatus).toBe('unchecked');
    });

    it('refuses a slug that is taken, and says by whom', async () => {
      const made = await t.create();
      const problem = await t.refused('slug-taken', 'POST', base, { json: t.fresh({ slug: made.slug }) });
      expect(problem.conflictsWith).toBe(made.id);
      expect(problem.errors).toMatchObject([{ in: 'body', pointer: '/slug', code: 'taken' }]);
    });

    it.each([
      ['by', 'by'],
      ['an id', 'event_01h455vb4pex5vsknk084sn02q'],
      ['capitals', 'Some-Slug'],
      ['1,000 characters', 'a'.repeat(1000)],
      ['nothing', ''],
      ['a hyphen at its end', 'some-'],
      ['a colon', 'a:b'],
    ])('refuses a slug that is or has %s', async (_, slug) => {
      const problem = await t.refused('invalid-request', 'POST', base, { json: t.fresh({ slug }) });
      expect(problem.errors[0]).toMatchObject({ in: 'body', pointer: '/slug' });
    });

    it('takes slugs at their longest, and labels beyond what a slug may hold', async () => {
      const slug = `l${'o'.repeat(118)}ng`.slice(0, 120);
      expect((await t.create({ slug })).slug).toBe(slug);
      const long = await t.http.post(base, withoutSlug(`Long ${'label '.repeat(30)}`));
      expect(long.body.slug).toMatch(/^long(-label){15,}(-l[abe]*)?$/);
      expect(long.body.slug.length).toBeLessThanOrEqual(120);
    });
  });
}
