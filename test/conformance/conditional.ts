import { describe, expect, it } from 'vitest';
import { ANY, type Answer } from '../support/client.js';
import type { Context } from './context.js';

export function describeConditional(t: Context): void {
  const { base, resource } = t;
  const expectRevalidated = async (path: string, first: Answer) => {
    const etag = first.headers.etag ?? '';
    expect({ path, status: first.status, etag }).toEqual({ path, status: 200, etag: expect.stringMatching(/"/) });
    for (const tag of [etag, `"x", ${etag}`, `W/${etag.replace(/^W\//, '')}`, '*']) {
      const again = await t.http.get(path, { 'if-none-match': tag });
      expect({ tag, status: again.status, text: again.text, etag: again.headers.etag }).toEqual({
        tag,
        status: 304,
        text: '',
        etag,
      });
      expect(again.headers['cache-control']).toBe(first.headers['cache-control']);
      expect(again.headers.vary).toBe(first.headers.vary);
    }
    const other = await t.http.get(path, { 'if-none-match': '"other"' });
    expect({ status: other.status, text: other.text }).toEqual({ status: 200, text: first.text });
  };

  describe('preconditions', () => {
    it('asks for If-Match on PUT, PATCH and DELETE', async () => {
      const made = await t.create();
      const path = `${base}/${made.id}`;
      await t.refused('precondition-required', 'PUT', path, { json: t.fresh() });
      await t.refused('precondition-required', 'PATCH', path, { json: {} });
      await t.refused('precondition-required', 'DELETE', path);
    });

    it('refuses a stale If-Match with both versions, the history and the ETag', async () => {
      const made = await t.create();
      const path = `${base}/${made.id}`;
      await t.http.patch(path, { notes: 'Somebody was faster' }, ANY);
      const headers = { 'if-match': '"v1"' };
      for (const [method, json] of [
        ['PUT', t.fresh()],
        ['PATCH', { notes: 'x' }],
        ['DELETE', undefined],
      ] as const) {
        const sizes = await t.db.sizes();
        const answer = await t.http.send(method, path, { ...(json && { json }), headers });
        expect({ method, status: answer.status, etag: answer.headers.etag }).toEqual({
          method,
          status: 412,
          etag: '"v2"',
        });
        expect(answer.body).toMatchObject({ code: 'version-mismatch', currentVersion: 2, yourVersion: 1 });
        expect((await t.http.get(answer.body.history)).body.data[0].version).toBe(2);
        expect(await t.db.sizes()).toEqual(sizes);
      }
    });

    it.each(['"v1"', 'W/"v1"', '"v7", "v1"', '*', ' "v1" '])('takes If-Match: %s for version 1', async (tag) => {
      const made = await t.create();
      const answer = await t.http.patch(`${base}/${made.id}`, { notes: 'Changed' }, { 'if-match': tag });
      expect({ status: answer.status, version: answer.body.version }).toEqual({ status: 200, version: 2 });
    });

    it.each(['v1', '"1"', '"v0"', '', '"v1" "v2"', '"v99999999999999999999"'])(
      'refuses If-Match: %s as malformed',
      async (tag) => {
        const made = await t.create();
        const headers = { 'if-match': tag };
        const problem = await t.refused('invalid-request', 'DELETE', `${base}/${made.id}`, { headers });
        expect(problem.errors).toMatchObject([{ in: 'header', parameter: 'If-Match' }]);
      },
    );

    it('lets one of many concurrent changes through, and loses none', async () => {
      const made = await t.create();
      const path = `${base}/${made.id}`;
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) => t.http.patch(path, { notes: `Change ${n}` }, { 'if-match': '"v1"' })),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412, 412, 412, 412]);
      expect((await t.http.get(path)).body.version).toBe(2);
    });

    it('numbers concurrent creates without gaps, and gives a slug to one only', async () => {
      const before = await t.db.head();
      const same = t.fresh();
      const answers = await Promise.all([
        ...Array.from({ length: 5 }, () => t.http.post(base, t.fresh())),
        ...Array.from({ length: 3 }, () => t.http.post(base, same)),
      ]);
      const made = answers.filter(({ status }) => status === 201).map(({ body }) => body.revision);
      expect(made.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6].map((n) => before + n));
      expect(answers.filter(({ status }) => status === 409)).toHaveLength(2);
    });
  });

  describe('revalidation', () => {
    it('answers 304 on a record until it changes', async () => {
      const made = await t.create();
      const path = `${base}/${made.id}`;
      const first = await t.http.get(path);
      expect(first.headers).toMatchObject({ etag: '"v1"', 'cache-control': 'no-cache', vary: 'Accept' });
      await expectRevalidated(path, first);
      await t.http.patch(path, { notes: 'Changed' }, ANY);
      const changed = await t.http.get(path, { 'if-none-match': '"v1"' });
      expect({ status: changed.status, etag: changed.headers.etag }).toEqual({ status: 200, etag: '"v2"' });
    });

    it.each(['fields=version', 'include=sources', 'fields=version&include=sources'])(
      'answers 304 on a record with %s',
      async (query) => {
        const made = await t.create();
        const path = `${base}/${made.id}?${query}`;
        const first = await t.http.get(path);
        expect(first.headers.etag).toMatch(/^W\/"v1-/);
        await expectRevalidated(path, first);
        await t.http.patch(`${base}/${made.id}`, { notes: 'Changed' }, ANY);
        expect((await t.http.get(path, { 'if-none-match': first.headers.etag })).status).toBe(200);
      },
    );

    it('answers 304 on a list until something changes', async () => {
      const path = `${base}?limit=5`;
      const first = await t.http.get(path);
      expect(first.headers).toMatchObject({ 'cache-control': 'no-cache', vary: 'Accept' });
      expect(first.headers.etag).toMatch(/^W\/"r/);
      await expectRevalidated(path, first);
      await t.create();
      expect((await t.http.get(path, { 'if-none-match': first.headers.etag })).status).toBe(200);
    });

    it('gives other lists other tags', async () => {
      const queries = ['', '?limit=5', '?limit=6', '?fields=id', '?count=exact', '?sort=label'];
      const answers = await Promise.all(queries.map((query) => t.http.get(`${base}${query}`)));
      expect(new Set(answers.map(({ headers }) => headers.etag)).size).toBe(queries.length);
    });

    it('answers 304 on the history until there is more of it', async () => {
      const made = await t.create();
      const path = `${base}/${made.id}/history`;
      const first = await t.http.get(path);
      await expectRevalidated(path, first);
      await t.http.patch(`${base}/${made.id}`, { notes: 'Changed' }, ANY);
      expect((await t.http.get(path, { 'if-none-match': first.headers.etag })).status).toBe(200);
    });

    it('answers 304 on the links until one comes', async () => {
      const made = await t.create();
      const path = `${base}/${made.id}/links`;
      const first = await t.http.get(path);
      await expectRevalidated(path, first);
      await t.refer(made.id);
      expect((await t.http.get(path, { 'if-none-match': first.headers.etag })).status).toBe(200);
    });

    it('lets caches keep what is about a past revision for ever', async () => {
      const made = await t.create();
      await t.create();
      const asOf = `asOf=${made.revision}`;
      for (const path of [
        `${base}/${made.id}?${asOf}`,
        `${base}/${made.id}?${asOf}&fields=version`,
        `${base}?${asOf}`,
        `${base}/${made.id}/links?${asOf}`,
      ]) {
        const first = await t.http.get(path);
        const cache = first.headers['cache-control'];
        expect({ path, cache }).toEqual({ path, cache: 'public, max-age=31536000, immutable' });
        await expectRevalidated(path, first);
      }
    });

    it('lets caches keep further pages for ever, and no error', async () => {
      const first = await t.http.get(`${base}?limit=1`);
      const second = await t.http.get(`${base}?limit=1&cursor=${first.body.page.next}`);
      expect(second.headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect((await t.http.get(`${base}/none`)).headers['cache-control']).toBe('no-store');
    });

    it('does not keep the state at an instant that is not over', async () => {
      const now = new Date(t.service.clock.now()).toISOString();
      const answer = await t.http.get(`${base}/${resource.example.slug}?asOf=${now}`);
      expect({ status: answer.status, cache: answer.headers['cache-control'] }).toEqual({
        status: 200,
        cache: 'no-cache',
      });
    });
  });
}
