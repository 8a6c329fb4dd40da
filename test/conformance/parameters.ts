import { describe, expect, it } from 'vitest';
import type { Context } from './context.js';

export function describeParameters(t: Context): void {
  const { base, resource } = t;

  describe('parameters', () => {
    it.each(['0', '201', 'x', '1.5', '', '-1', '1e2', '%201', '0x10', '99999999999999999999'])(
      'refuses limit=%s',
      async (limit) => {
        const problem = await t.refused('invalid-parameter', 'GET', `${base}?limit=${limit}`);
        expect(problem.errors).toMatchObject([{ in: 'query', parameter: 'limit' }]);
      },
    );

    it.each([
      ['limt', 'limit'],
      ['tags', 'tag'],
      ['Sort', 'sort'],
      ['updatedafter', 'updatedAfter'],
    ])('refuses %s and suggests %s', async (given, meant) => {
      const problem = await t.refused('unknown-parameter', 'GET', `${base}?${given}=1`);
      expect(problem.errors).toMatchObject([{ in: 'query', parameter: given, code: 'unknown' }]);
      expect(problem.errors[0].message).toContain(`did you mean \`${meant}\``);
    });

    it('names every unknown parameter, those that look like prototypes too', async () => {
      const problem = await t.refused('unknown-parameter', 'GET', `${base}?zzzzzzzz=1&constructor=2&__proto__=3`);
      expect(problem.errors.map(({ parameter }: { parameter: string }) => parameter)).toEqual([
        'zzzzzzzz',
        'constructor',
        '__proto__',
      ]);
    });

    it.each(['limit', 'sort', 'cursor', 'fields', 'include', 'facets', 'count', 'asOf', 'format', 'spreadsheet'])(
      'refuses %s given twice',
      async (name) => {
        const problem = await t.refused('duplicate-parameter', 'GET', `${base}?${name}=1&${name}=1`);
        expect(problem.errors).toMatchObject([{ in: 'query', parameter: name, code: 'duplicate' }]);
      },
    );

    it('refuses an empty value for every parameter it has', async () => {
      const names = [
        'sort',
        'cursor',
        'fields',
        'include',
        'facets',
        'count',
        'asOf',
        'format',
        'spreadsheet',
        ...resource.filters.map(({ name }) => name),
      ];
      for (const name of names) {
        const problem = await t.refused('invalid-parameter', 'GET', `${base}?${name}=`);
        expect(problem.errors).toMatchObject([{ in: 'query', parameter: name, code: 'empty' }]);
      }
    });

    it('refuses an unknown code for every filter that takes codes, and names the allowed ones', async () => {
      const coded = resource.filters.filter((filter) => 'allowed' in filter && filter.allowed);
      expect(coded.length).toBeGreaterThan(0);
      for (const filter of coded) {
        const problem = await t.refused('invalid-parameter', 'GET', `${base}?${filter.name}=no-such-code`);
        expect(problem.errors[0]).toMatchObject({ in: 'query', parameter: filter.name });
        expect(problem.errors[0].message).toContain('must be one of');
      }
    });

    it('refuses a filter on a record that does not exist', async () => {
      const edges = resource.filters.filter(({ sort }) => sort === 'edge');
      expect(edges.length).toBeGreaterThan(1);
      for (const { name } of edges) {
        const problem = await t.refused('invalid-parameter', 'GET', `${base}?${name}=no-such-record`);
        expect(problem.errors).toMatchObject([{ in: 'query', parameter: name, code: 'unknown-reference' }]);
      }
    });

    it('takes the example of every filter, and the list of the API description', async () => {
      for (const filter of resource.filters) {
        const needed = 'needs' in filter && filter.needs ? `&${filter.needs}=EUR` : '';
        const answer = await t.http.get(`${base}?${filter.name}=${encodeURIComponent(filter.example)}${needed}`);
        expect({ name: filter.name, status: answer.status }).toEqual({ name: filter.name, status: 200 });
      }
      const { status, body } = await t.http.get(`${base}?${new URLSearchParams(resource.example.list)}`);
      expect(status).toBe(200);
      expect(body.data.length).toBeGreaterThan(0);
    });

    it.each([
      ['fields', 'colour'],
      ['fields', 'slug,,id'],
      ['include', 'colours'],
      ['count', 'all'],
      ['format', 'xml'],
      ['spreadsheet', 'safe'],
      ['sort', 'colour'],
      ['sort', '--label'],
      ['contested', 'maybe'],
      ['updatedAfter', 'yesterday'],
      ['updatedAfter', '2025-13-01T00:00:00Z'],
      ['tag', 'Not Kebab'],
      ['tag', 'a,,b'],
      ['externalScheme', 'Ünïcode'],
      ['method', 'guessed'],
    ])('refuses %s=%s', async (name, value) => {
      const problem = await t.refused('invalid-parameter', 'GET', `${base}?${name}=${encodeURIComponent(value)}`);
      expect(problem.errors).toMatchObject([{ in: 'query', parameter: name }]);
    });

    it.each(['tag=a%00b', 'source=%00', 'fields=%00', 'cursor=%00'])('refuses NUL in %s', async (query) => {
      const problem = await t.refused('invalid-text', 'GET', `${base}?${query}`);
      expect(problem.errors).toMatchObject([{ in: 'query', code: 'text' }]);
    });

    it.each(['tag=%ff', 'tag=%ed%a0%80', 'source=%c0%80'])('refuses bytes that are not UTF-8 in %s', async (query) => {
      const answer = await t.http.get(`${base}?${query}`);
      expect({ query, status: answer.status, type: answer.headers['content-type'] }).toEqual({
        query,
        status: 400,
        type: 'application/problem+json; charset=utf-8',
      });
    });

    it('answers 414 for a path segment of 1,000 characters', async () => {
      await t.refused('uri-too-long', 'GET', `${base}/${'a'.repeat(1000)}`);
      await t.refused('uri-too-long', 'GET', `${base}/by/wikidata/${'a'.repeat(1000)}`);
    });

    it('takes no parameters where it has none', async () => {
      await t.refused('unknown-parameter', 'POST', `${base}?fields=id`, { json: t.fresh() });
      await t.refused('unknown-parameter', 'PUT', `${base}/${resource.example.slug}?asOf=1`, { json: t.fresh() });
      await t.refused('unknown-parameter', 'GET', `${base}/${resource.example.slug}?limit=1`);
    });

    it('answers other methods with 405 and Allow', async () => {
      const one = `${base}/${resource.example.slug}`;
      const expected = {
        [base]: ['GET', 'HEAD', 'POST'],
        [one]: ['DELETE', 'GET', 'HEAD', 'PATCH', 'PUT'],
        [`${one}/history`]: ['GET', 'HEAD'],
        [`${one}/links`]: ['GET', 'HEAD'],
      };
      for (const [path, methods] of Object.entries(expected)) {
        const answer = await t.http.send('OPTIONS', path);
        expect({ path, status: answer.status, code: answer.body?.code }).toEqual({
          path,
          status: 405,
          code: 'method-not-allowed',
        });
        expect(String(answer.headers.allow).split(', ').sort()).toEqual(methods);
      }
    });

    it('answers 406 when JSON is not acceptable', async () => {
      for (const accept of ['image/png', 'application/json;q=0', 'text/html;q=0.5, application/xml']) {
        const answer = await t.http.get(base, { accept });
        expect({ accept, status: answer.status, code: answer.body.code }).toEqual({
          accept,
          status: 406,
          code: 'not-acceptable',
        });
        expect(answer.body.available).toContain('application/json');
      }
      for (const accept of ['application/*', '*/*;q=0.1', 'text/html, application/json;q=0.2']) {
        expect((await t.http.get(`${base}?limit=1`, { accept })).status).toBe(200);
      }
    });
  });
}
