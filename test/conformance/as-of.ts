import { describe, expect, it } from 'vitest';
import { pageOf } from '../../src/resources/operations/describe-pages.js';
import { ANY } from '../support/client.js';
import type { Context } from './context.js';

export function describeAsOf(t: Context): void {
  const { base, resource } = t;
  /** A record with three versions and then deleted. */
  const lived = async () => {
    const one = await t.create({ notes: 'One' });
    const two = (await t.http.patch(`${base}/${one.id}`, { notes: 'Two' }, ANY)).body;
    const three = (await t.http.patch(`${base}/${one.id}`, { notes: 'Three', slug: `${one.slug}-3` }, ANY)).body;
    await t.http.delete(`${base}/${one.id}`, { ...ANY, 'change-note': 'Over' });
    return { one, two, three, deleted: await t.db.head() };
  };

  describe('asOf', () => {
    it('reads a record as it was at each revision', async () => {
      const { one, two, three, deleted } = await lived();
      for (const version of [one, two, three]) {
        const answer = await t.http.get(`${base}/${one.id}?asOf=${version.revision}`);
        expect({ status: answer.status, body: answer.body, etag: answer.headers.etag }).toEqual({
          status: 200,
          body: version,
          etag: `"v${version.version}"`,
        });
      }
      const problem = await t.refused('gone', 'GET', `${base}/${one.id}?asOf=${deleted}`);
      expect(problem.reason).toBe('Over');
      await t.refused('not-found', 'GET', `${base}/${one.id}?asOf=${one.revision - 1}`);
    });

    it('reads a record as it was at an instant', async () => {
      const { one, two, three } = await lived();
      for (const version of [one, two, three]) {
        const answer = await t.http.get(`${base}/${one.id}?asOf=${version.updatedAt}`);
        expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: version });
      }
      const shifted = new Date(Date.parse(two.updatedAt) + 3_600_000).toISOString().replace('Z', '%2B01:00');
      expect((await t.http.get(`${base}/${one.id}?asOf=${shifted}`)).body).toEqual(two);
    });

    it('knows a record by the slug and external id it had then', async () => {
      const { one, two, three } = await lived();
      expect((await t.http.get(`${base}/${one.slug}?asOf=${two.revision}`)).body).toEqual(two);
      expect((await t.http.get(`${base}/${three.slug}?asOf=${three.revision}`)).body).toEqual(three);
      await t.refused('not-found', 'GET', `${base}/${three.slug}?asOf=${two.revision}`);
      const value = `then-${resource.type}`;
      const made = await t.create({ externalIds: [{ scheme: 'then', value }] });
      await t.http.patch(`${base}/${made.id}`, { externalIds: [] }, ANY);
      expect((await t.http.get(`${base}/by/then/${value}?asOf=${made.revision}`)).body).toEqual(made);
      await t.refused('not-found', 'GET', `${base}/by/then/${value}`);
    });

    it('lists what was there at a revision and at an instant', async () => {
      const before = await t.all();
      const revision = await t.db.head();
      const { one, two } = await lived();
      for (const asOf of [
        revision,
        before
          .map(({ updatedAt }) => updatedAt)
          .sort()
          .at(-1),
      ]) {
        const { pages, data } = await t.http.walk(`${base}?limit=200&asOf=${asOf}`);
        expect(data).toEqual(before);
        expect(pageOf(resource).parse(pages[0])).toEqual(pages[0]);
        expect(new Set(pages.map((page) => page.asOf)).size).toBe(1);
      }
      const then = await t.http.walk(`${base}?limit=200&sort=created&asOf=${two.revision}`);
      expect(then.data.at(-1)).toEqual(two);
      expect(then.data.length).toBe(before.length + 1);
      const first = await t.http.walk(`${base}?limit=200&sort=created&asOf=${one.revision}`);
      expect(first.data.at(-1)).toEqual(one);
    });

    it('says at which revision a list is', async () => {
      const now = await t.http.get(`${base}?limit=1`);
      expect(now.body.asOf).toBe(await t.db.head());
      const then = await t.http.get(`${base}?limit=1&asOf=${now.body.asOf - 1}`);
      expect(then.body.asOf).toBe(now.body.asOf - 1);
    });

    it.each([
      ['before the first revision', '0'],
      ['before the first instant', '1999-01-01T00:00:00Z'],
      ['after the head', '999999'],
      ['in the future', '2999-01-01T00:00:00Z'],
      ['no instant', 'yesterday'],
      ['a day without a time', '2025-01-01'],
      ['a negative number', '-1'],
      ['a day that does not exist', '2025-02-30T00:00:00Z'],
    ])('refuses an asOf that is %s', async (_, asOf) => {
      for (const path of [base, `${base}/${resource.example.slug}`, `${base}/${resource.example.slug}/links`]) {
        const problem = await t.refused('invalid-parameter', 'GET', `${path}?asOf=${asOf}`);
        expect(problem.errors).toMatchObject([{ in: 'query', parameter: 'asOf' }]);
      }
    });

    it('counts, filters and includes as of then', async () => {
      const made = await t.create({ tags: ['as-of-then'], citations: [{ source: 'seed-article' }] });
      await t.http.patch(`${base}/${made.id}`, { tags: [] }, ANY);
      const query = `tag=as-of-then&count=exact&include=sources`;
      const then = await t.http.get(`${base}?${query}&asOf=${made.revision}`);
      expect(then.body).toMatchObject({ data: [made], count: { value: 1, exact: true } });
      expect(Object.keys(then.body.included.sources).length).toBeGreaterThan(0);
      const now = await t.http.get(`${base}?${query}`);
      expect(now.body).toMatchObject({ data: [], count: { value: 0, exact: true } });
    });
  });
}
