import { beforeAll, describe, expect, it } from 'vitest';
import { pageOf } from '../../src/resources/operations/describe-pages.js';
import type { SortName } from '../../src/resources/resource.js';
import { decodeCursor, encodeCursor } from '../../src/shared/cursor.js';
import { ANY, type AnyJson } from '../support/client.js';
import { inOrder } from '../support/order.js';
import type { Context } from './context.js';

const WALKED = 14;

export function describePaging(t: Context): void {
  const { base, resource } = t;
  const tag = `walked-${resource.type}`;
  const pool: AnyJson[] = [];
  /** Few dates and labels for many records, so that pages end between equal sort values. */
  const walkable = (n: number) => ({
    ...t.fixture.dated(`202${n % 3}-01-0${1 + (n % 2)}`),
    [resource.label]: `Walked ${n % 4}`,
    tags: [tag],
  });
  /** Inserts one record, updates one and deletes one, each before or behind where the walk stands. */
  const meddle = async (step: number) => {
    pool.push(await t.create(walkable(step)));
    const [changed, deleted] = [pool[(step * 5) % pool.length], pool.splice((step * 3) % pool.length, 1)[0]];
    await t.http.delete(`${base}/${deleted.id}`, ANY);
    const path = `${base}/${changed.id}`;
    await t.http.patch(path, { ...walkable(step + 1), notes: `Moved ${step}` }, ANY);
  };
  const names = resource.sorts.map((sort) => sort.replace('-', '') as SortName);

  describe('paging', () => {
    beforeAll(async () => {
      for (let n = 0; n < WALKED; n += 1) pool.push(await t.create(walkable(n)));
    });

    describe.each([1, 2, 7, 200])('with limit=%i', (limit) => {
      it.each(['', '-'])('gives the state at the first page under concurrent writes, sorted %s', async (sign) => {
        for (const name of names) {
          const path = `${base}?sort=${sign}${name}&limit=${limit}&tag=${tag}`;
          const revision = await t.db.head();
          const { pages, data } = await t.http.walk(path, meddle);
          const then = (await t.db.stateAt(resource.type, revision)).filter(({ doc }) => doc.tags.includes(tag));
          expect(data).toEqual(inOrder(resource, then, name, sign === '-'));
          expect(data.length).toBeGreaterThanOrEqual(WALKED - 1);
          for (const page of pages) {
            expect(pageOf(resource).parse(page)).toEqual(page);
            expect({ asOf: page.asOf, limit: page.page.limit }).toEqual({ asOf: revision, limit });
            expect(page.data.length).toBeLessThanOrEqual(limit);
          }
          expect(pages.length).toBe(Math.max(1, Math.ceil(data.length / limit)));
        }
      });
    });

    it('walks the whole collection in every order', async () => {
      for (const name of names) {
        for (const sign of ['', '-']) {
          const revision = await t.db.head();
          const { data } = await t.http.walk(`${base}?sort=${sign}${name}&limit=33`);
          expect(data).toEqual(inOrder(resource, await t.db.stateAt(resource.type, revision), name, sign === '-'));
        }
      }
    });

    it('sorts by the first of its sorts, fifty at a time, unless told', async () => {
      const [{ body: plain }, { body: told }] = [
        await t.http.get(base),
        await t.http.get(`${base}?sort=${resource.sorts[0]}&limit=50`),
      ];
      expect(plain.data).toEqual(told.data);
      expect(plain.page.limit).toBe(50);
    });

    it('links to the next page, with the parameters of the first', async () => {
      const first = await t.http.get(`${base}?limit=3&tag=${tag}&fields=slug`);
      const [, target = '', rel] = /^<([^>]+)>; rel="(\w+)"$/.exec(String(first.headers.link)) ?? [];
      expect(rel).toBe('next');
      expect(new URL(target, 'http://host').searchParams.get('cursor')).toBe(first.body.page.next);
      const second = await t.http.get(target);
      expect(second.body.data).toHaveLength(3);
      expect(Object.keys(second.body.data[0])).toEqual(['id', 'slug']);
      const last = await t.http.get(`${base}?limit=200&tag=${tag}`);
      expect({ next: last.body.page.next, link: last.headers.link }).toEqual({ next: null, link: undefined });
    });

    it('lets limit, fields, include and count change on the way', async () => {
      const whole = await t.http.get(`${base}?tag=${tag}&limit=200`);
      const first = await t.http.get(`${base}?tag=${tag}&limit=2`);
      const rest = await t.http.get(
        `${base}?tag=${tag}&limit=200&fields=slug&count=exact&include=sources&cursor=${first.body.page.next}`,
      );
      expect(rest.body.data).toEqual(whole.body.data.slice(2).map(({ id, slug }: AnyJson) => ({ id, slug })));
      expect(rest.body.count).toEqual({ value: whole.body.data.length, exact: true });
    });

    it('refuses a cursor of another query', async () => {
      const { body } = await t.http.get(`${base}?limit=1&tag=${tag}`);
      const { next } = body.page;
      const queries = ['', `tag=${tag}&method=curated`, `tag=${tag}x`, `tag=${tag}&sort=-created`, `tag=${tag}&asOf=1`];
      for (const query of queries) {
        const problem = await t.refused('cursor-mismatch', 'GET', `${base}?${query}&cursor=${next}`.replace('?&', '?'));
        expect(problem.errors).toMatchObject([{ in: 'query', parameter: 'cursor' }]);
      }
      const other = resource.collection === 'areas' ? 'sources' : 'areas';
      await t.refused('cursor-mismatch', 'GET', `/v1/${other}?tag=${tag}&cursor=${next}`);
    });

    it('refuses a cursor that is damaged in any one character', async () => {
      const { body } = await t.http.get(`${base}?limit=1`);
      const next: string = body.page.next;
      for (let at = 0; at < next.length; at += 1) {
        const damaged = `${next.slice(0, at)}${next[at] === 'A' ? 'B' : 'A'}${next.slice(at + 1)}`;
        const { status, body: problem } = await t.http.get(`${base}?limit=1&cursor=${damaged}`);
        expect({ at, status, code: problem.code }).toEqual({ at, status: 400, code: 'cursor-malformed' });
      }
    });

    it.each(['x', 'c1_', 'c1_AAAAAAAAAAAA', 'null', `c1_${'A'.repeat(500)}`])(
      'refuses %s as a cursor',
      async (cursor) => {
        await t.refused('cursor-malformed', 'GET', `${base}?cursor=${cursor}`);
      },
    );

    it('refuses a cursor that is whole but holds what no page ended with', async () => {
      const paths = ['', '?sort=-updated', '?sort=created'].map((query) => `${base}${query}`);
      const { id } = pool[0];
      await t.http.patch(`${base}/${id}`, { notes: 'Another version' }, ANY);
      paths.push(`${base}/${id}/history`, `${base}/${id}/links?direction=both`);
      await t.refer(id);
      await t.refer(id);
      for (const path of paths) {
        const page = `${path}${path.includes('?') ? '&' : '?'}limit=1`;
        const { body } = await t.http.get(page);
        const cursor = decodeCursor(body.page.next);
        if (cursor === undefined) throw new Error(`no cursor of ${page}`);
        const { keys } = cursor;
        const wrong = [
          ...keys.map((key, at) => keys.with(at, typeof key === 'number' ? `${key}` : 7)),
          ...keys.flatMap((key, at) => (typeof key === 'number' ? [keys.with(at, 1.5), keys.with(at, 1e300)] : [])),
          ...[[], keys.slice(1), [...keys, 1]],
        ];
        for (const each of wrong) {
          const crafted = encodeCursor({ ...cursor, keys: each });
          await t.refused('cursor-malformed', 'GET', `${page}&cursor=${crafted}`);
        }
        expect((await t.http.get(`${page}&cursor=${encodeCursor(cursor)}`)).status).toBe(200);
      }
    });

    it('counts exactly, capped and not at all, and agrees with the walk', async () => {
      const { data } = await t.http.walk(`${base}?tag=${tag}&limit=200`);
      for (const query of [`tag=${tag}`, '', `method=curated`, 'tag=no-such-tag']) {
        const expected = (await t.http.walk(`${base}?${query}&limit=200`)).data.length;
        const [none, exact, capped] = await Promise.all(
          ['none', 'exact', 'capped'].map((count) => t.http.get(`${base}?${query}&count=${count}`.replace('?&', '?'))),
        );
        expect(none?.body.count).toBeUndefined();
        expect(exact?.body.count).toEqual({ value: expected, exact: true });
        expect(capped?.body.count).toEqual({ value: expected, exact: true });
      }
      expect(data.length).toBeGreaterThanOrEqual(WALKED - 1);
    });
  });
}
