import { beforeAll, describe, expect, it } from 'vitest';
import { ANY, type AnyJson } from '../support/client.js';
import type { Context } from './context.js';

export function describeFilters(t: Context): void {
  const { base, resource } = t;
  /** Holds a filtered list, its count and its walk against the same filter over all documents in memory. */
  const expectFiltered = async (query: string, fits: (doc: AnyJson) => boolean) => {
    const expected = (await t.all()).filter(fits).map(({ id }) => id);
    const { data } = await t.http.walk(`${base}?${query}&limit=200`);
    expect({ query, ids: data.map(({ id }) => id) }).toEqual({ query, ids: expected });
    const { body } = await t.http.get(`${base}?${query}&count=exact`);
    expect({ query, count: body.count }).toEqual({ query, count: { value: expected.length, exact: true } });
    return expected;
  };
  const mentions = (id: string) => (doc: AnyJson) => doc.id !== id && JSON.stringify(doc).includes(id);

  describe('filters', () => {
    let marked: AnyJson;
    beforeAll(async () => {
      marked = await t.create({
        tags: ['one', 'two'],
        method: 'imported',
        externalIds: [{ scheme: 'mark', value: '1' }],
      });
      await t.create({ tags: ['two', 'three'], method: 'machine-coded' });
    });

    it('by tag: commas mean OR, repetition AND', async () => {
      const tagged =
        (...tags: string[]) =>
        (doc: AnyJson) =>
          tags.some((tag) => doc.tags.includes(tag));
      expect(await expectFiltered('tag=one', tagged('one'))).toEqual([marked.id]);
      expect(await expectFiltered('tag=one,three', tagged('one', 'three'))).toHaveLength(2);
      expect(
        await expectFiltered('tag=two&tag=three', (doc) => tagged('two')(doc) && tagged('three')(doc)),
      ).toHaveLength(1);
      expect(await expectFiltered('tag=one&tag=three', () => false)).toEqual([]);
    });

    it('by method', async () => {
      for (const methods of [['imported'], ['machine-coded', 'imported'], ['curated']]) {
        const found = await expectFiltered(`method=${methods}`, (doc) => methods.includes(doc.method));
        expect(found.length).toBeGreaterThan(0);
      }
    });

    it('by scheme of external id', async () => {
      const has = (scheme: string) => (doc: AnyJson) => doc.externalIds.some((id: AnyJson) => id.scheme === scheme);
      expect(await expectFiltered('externalScheme=mark', has('mark'))).toEqual([marked.id]);
      expect(
        (
          await expectFiltered(
            'externalScheme=chancery-seed,mark',
            (doc) => has('mark')(doc) || has('chancery-seed')(doc),
          )
        ).length,
      ).toBeGreaterThan(10);
    });

    it('by source, cited anywhere in the record', async () => {
      const source = (await t.http.post('/v1/sources', { title: `Cited by ${resource.type}`, kind: 'news' })).body;
      const citing = await t.create({ citations: [{ source: source.id }] });
      const related = await t.create({ relations: [{ kind: 'reports', target: source.id }] });
      const found = await expectFiltered(`source=${source.slug}`, mentions(source.id));
      expect(found.sort()).toEqual([citing.id, related.id].sort());
      const seed = (await t.http.get('/v1/sources/seed-article')).body;
      await expectFiltered('source=seed-article', mentions(seed.id));
    });

    it('by a record it points at in any way', async () => {
      const target = await t.refer((await t.create()).id);
      const pointing = await t.create({ relations: [{ kind: 'follows', target: target.id }] });
      for (const ref of [target.id, `areas/${target.slug}`]) {
        expect(await expectFiltered(`relatedTo=${ref}`, mentions(target.id))).toEqual([pointing.id]);
      }
      const ukraine = (await t.http.get('/v1/actors/ukraine')).body;
      await expectFiltered('relatedTo=actors/ukraine', mentions(ukraine.id));
    });

    it('by time of the last change', async () => {
      const made = await t.create();
      const changed = (await t.http.patch(`${base}/${marked.id}`, { notes: 'Changed' }, ANY)).body;
      const found = await expectFiltered(`updatedAfter=${made.updatedAt}`, (doc) => doc.updatedAt > made.updatedAt);
      expect(found).toEqual([changed.id]);
      expect(await expectFiltered(`updatedAfter=${changed.updatedAt}`, () => false)).toEqual([]);
      await expectFiltered(
        'updatedAfter=2030-12-31T23:00:00-02:00',
        ({ updatedAt }) => updatedAt > '2031-01-01T01:00:00.000Z',
      );
    });

    it('by whether an open dispute is about it', async () => {
      const disputed = await t.create();
      const positions = ['a', 'b'].map((key) => ({ key, statement: key, citations: [] }));
      const question = `Is record ${disputed.slug} right?`;
      const dispute = await t.http.post('/v1/disputes', { question, about: [disputed.id], positions });
      const open = async () => {
        const { data } = await t.http.walk('/v1/disputes?status=open&limit=200');
        return new Set(data.flatMap(({ about }) => about));
      };
      const contested = await open();
      const found = await expectFiltered('contested=true', ({ id }) => contested.has(id));
      expect(found).toContain(disputed.id);
      await expectFiltered('contested=false', ({ id }) => !contested.has(id));
      await t.http.patch(`/v1/disputes/${dispute.body.id}`, { preferred: 'a', assessment: 'So it is.' }, ANY);
      const rest = await open();
      const left = await expectFiltered('contested=true', ({ id }) => rest.has(id));
      expect(left).not.toContain(disputed.id);
    });

    it('all together, and as of the past', async () => {
      const query = 'tag=two&method=imported&externalScheme=mark';
      expect(await expectFiltered(query, ({ id }) => id === marked.id)).toEqual([marked.id]);
      const revision = await t.db.head();
      await t.http.patch(`${base}/${marked.id}`, { method: 'curated' }, ANY);
      expect(await expectFiltered(query, () => false)).toEqual([]);
      const then = await t.http.get(`${base}?${query}&asOf=${revision}&count=exact`);
      expect(then.body).toMatchObject({ data: [{ id: marked.id }], count: { value: 1 } });
    });
  });
}
