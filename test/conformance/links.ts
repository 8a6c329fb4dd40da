import { describe, expect, it } from 'vitest';
import { LinksPage } from '../../src/resources/operations/describe-pages.js';
import { ANY, type AnyJson } from '../support/client.js';
import type { Context } from './context.js';

export function describeLinks(t: Context): void {
  const { base, resource } = t;
  const key = (link: AnyJson) => `${link.direction} ${link.relation} ${link.role ?? ''} ${link.record.id}`;
  /** A record that points at three others and that five point at. */
  const linked = async () => {
    const targets = [await t.refer((await t.create()).id), await t.create(), await t.create()];
    const relations = targets.map(({ id }) => ({ kind: 'follows', target: id }));
    const made = await t.create({ relations });
    const referrers = [];
    for (let n = 0; n < 5; n += 1) referrers.push(await t.refer(made.id));
    return { made, targets, referrers };
  };

  describe('links', () => {
    it('tells the edges out and in, with the record at the other end', async () => {
      const { made, targets, referrers } = await linked();
      const { status, body } = await t.http.get(`${base}/${made.slug}/links`);
      expect(status).toBe(200);
      expect(LinksPage.parse(body)).toEqual(body);
      const out = body.data.filter(({ direction }: AnyJson) => direction === 'out');
      expect(out.filter(({ relation }: AnyJson) => relation === 'follows')).toEqual(
        targets.map(({ id, slug }) => ({
          direction: 'out',
          relation: 'follows',
          record: { id, slug, type: id.split('_')[0], label: expect.stringMatching(/^(Conformance|Referrer) /) },
        })),
      );
      const into = body.data.filter(({ direction }: AnyJson) => direction === 'in');
      expect(into.map(({ record }: AnyJson) => record.id).sort()).toEqual(referrers.map(({ id }) => id).sort());
      expect(body.data).toEqual([...out, ...into]);
    });

    it('tells one direction or one relation only', async () => {
      const { made } = await linked();
      const path = `${base}/${made.id}/links`;
      const both = (await t.http.get(path)).body.data;
      for (const direction of ['out', 'in']) {
        const { body } = await t.http.get(`${path}?direction=${direction}`);
        expect(body.data).toEqual(both.filter((link: AnyJson) => link.direction === direction));
      }
      const { body } = await t.http.get(`${path}?relation=follows&direction=both`);
      expect(body.data).toEqual(both.filter(({ relation }: AnyJson) => relation === 'follows'));
      expect(body.data).toHaveLength(3);
    });

    it.each([1, 2, 3, 200])('is paged to exhaustion with limit=%i while links come and go', async (limit) => {
      const { made, referrers } = await linked();
      for (const direction of ['out', 'in', 'both']) {
        const path = `${base}/${made.id}/links?direction=${direction}`;
        const whole = (await t.http.get(path)).body.data;
        const { pages, data } = await t.http.walk(`${path}&limit=${limit}`, async () => {
          await t.http.delete(`/v1/areas/${(await t.refer(made.id)).id}`, ANY);
          await t.http.patch(`/v1/areas/${referrers[0].id}`, { notes: `x${await t.db.head()}` }, ANY);
          await t.refer(made.id);
        });
        expect(data.map(key)).toEqual(whole.map(key));
        for (const page of pages) {
          expect(LinksPage.parse(page)).toEqual(page);
          expect(page.data.length).toBeLessThanOrEqual(limit);
        }
      }
    });

    it('tells the links as of a revision', async () => {
      const made = await t.create();
      const before = await t.db.head();
      const referrer = await t.refer(made.id);
      const after = await t.db.head();
      await t.http.delete(`/v1/areas/${referrer.id}`, ANY);
      const into = async (asOf: number) =>
        (await t.http.get(`${base}/${made.id}/links?direction=in&asOf=${asOf}`)).body.data.map(key);
      expect(await into(before)).toEqual([]);
      expect(await into(after)).toEqual([`in related  ${referrer.id}`]);
      expect(await into(await t.db.head())).toEqual([]);
    });

    it('refuses wrong parameters', async () => {
      const path = `${base}/${resource.example.slug}/links`;
      await t.refused('invalid-parameter', 'GET', `${path}?direction=up`);
      await t.refused('invalid-parameter', 'GET', `${path}?limit=201`);
      await t.refused('invalid-parameter', 'GET', `${path}?relation=`);
      await t.refused('cursor-malformed', 'GET', `${path}?cursor=x`);
      const problem = await t.refused('unknown-parameter', 'GET', `${path}?dirction=in`);
      expect(problem.errors[0].message).toContain('did you mean `direction`');
      const { made } = await linked();
      const first = await t.http.get(`${base}/${made.id}/links?limit=1`);
      const cursor = first.body.page.next;
      await t.refused('cursor-mismatch', 'GET', `${base}/${made.id}/links?direction=in&cursor=${cursor}`);
      await t.refused('cursor-mismatch', 'GET', `${path}?cursor=${cursor}`);
    });

    it('answers 404 and 410 like the record', async () => {
      await t.refused('not-found', 'GET', `${base}/no-such-record/links`);
      const made = await t.create();
      await t.http.delete(`${base}/${made.id}`, ANY);
      await t.refused('gone', 'GET', `${base}/${made.id}/links`);
      await t.refused('gone', 'GET', `${base}/${made.id}/links?asOf=${await t.db.head()}`);
    });
  });
}
