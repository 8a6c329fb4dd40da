import { describe, expect, it } from 'vitest';
import { ANY } from '../support/client.js';
import type { Context } from './context.js';

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

export function describeBodies(t: Context): void {
  const { base, resource, fixture } = t;
  const withRaw = (field: string) => JSON.stringify(t.fresh()).replace(/^\{/, `{${field},`);

  describe('bodies', () => {
    it('names every field that is wrong at once', async () => {
      const json = t.fresh({
        colour: 'red',
        tags: 'a',
        [resource.label]: 7,
        method: 'curatd',
        externalIds: [{ scheme: 'x' }],
      });
      const problem = await t.refused('invalid-request', 'POST', base, { json });
      const found = Object.fromEntries(
        problem.errors.map(({ pointer, code }: Record<string, string>) => [pointer, code]),
      );
      expect(found).toMatchObject({
        '/colour': 'unknown-field',
        '/tags': 'wrong-type',
        [`/${resource.label}`]: 'wrong-type',
        '/method': 'not-allowed',
        '/externalIds/0/value': 'required',
      });
      expect(problem.errors.find(({ pointer }: Record<string, string>) => pointer === '/method').message).toContain(
        'curated',
      );
    });

    it('suggests the nearest field and code', async () => {
      const problem = await t.refused('invalid-request', 'POST', base, { json: t.fresh({ citation: [] }) });
      expect(problem.errors[0].message).toContain('did you mean `citations`');
      const relations = [{ kind: 'implement', target: 'x' }];
      const other = await t.refused('invalid-request', 'POST', base, { json: t.fresh({ relations }) });
      expect(other.errors[0].message).toContain('did you mean `implements`');
      expect(other.errors[0].pointer).toBe('/relations/0/kind');
    });

    it.each([
      ['white space', ' \t\n'],
      ['nothing', ''],
    ])('refuses a label of %s', async (_, label) => {
      const problem = await t.refused('invalid-request', 'POST', base, { json: t.fresh({ [resource.label]: label }) });
      expect(problem.errors[0].pointer).toBe(`/${resource.label}`);
    });

    it('refuses a missing label', async () => {
      const { [resource.label]: _, ...json } = t.fresh();
      const problem = await t.refused('invalid-request', 'POST', base, { json });
      expect(problem.errors).toMatchObject([{ pointer: `/${resource.label}`, code: 'required' }]);
    });

    it.each([
      ['a list', '[]'],
      ['null', 'null'],
      ['a number', '7'],
      ['a text', '"x"'],
    ])('refuses %s for an object', async (_, raw) => {
      await t.refused('invalid-request', 'POST', base, { raw });
    });

    it.each([
      ['an empty body', ''],
      ['white space', '   '],
      ['half an object', '{"a":'],
      ['a trailing comma', '{"a":1,}'],
      ['two values', '{} {}'],
      ['a byte order mark', '\uFEFF{}'],
      ['single quotes', "{'a':1}"],
      ['NaN', '{"a":NaN}'],
    ])('refuses %s as malformed JSON', async (_, raw) => {
      await t.refused('malformed-json', 'POST', base, { raw });
      await t.refused('malformed-json', 'PATCH', `${base}/${resource.example.slug}`, { raw, headers: ANY });
    });

    it.each([
      ['duplicate keys', () => withRaw('"notes":"a","notes":"b"'), 'duplicate-key'],
      ['duplicate keys, one escaped', () => withRaw('"notes":"a","n\\u006ftes":"b"'), 'duplicate-key'],
      ['__proto__', () => withRaw('"__proto__":{"polluted":true}'), 'forbidden-key'],
      ['constructor', () => withRaw('"constructor":{"prototype":{"polluted":true}}'), 'forbidden-key'],
      ['33 levels', () => withRaw(`"notes":${nested(32)}`), 'too-deep'],
    ])('refuses %s', async (_, raw, code) => {
      const problem = await t.refused('malformed-json', 'POST', base, { raw: raw() });
      expect(problem.errors).toMatchObject([{ in: 'body', code }]);
      expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    });

    it('reads 32 levels, to say that the field is wrong', async () => {
      const problem = await t.refused('invalid-request', 'POST', base, { raw: withRaw(`"notes":${nested(31)}`) });
      expect(problem.errors).toMatchObject([{ pointer: '/notes', code: 'wrong-type' }]);
    });

    it.each([
      ['NUL', '"notes":"a\\u0000b"'],
      ['a lone high surrogate', '"notes":"\\ud800"'],
      ['a lone low surrogate', '"notes":"x\\udc00y"'],
      ['surrogates the wrong way round', '"notes":"\\udc00\\ud800"'],
      ['NUL in a key', '"no\\u0000tes":"x"'],
    ])('refuses %s', async (_, field) => {
      await t.refused('invalid-text', 'POST', base, { raw: withRaw(field) });
    });

    it.each([
      ['a lone continuation byte', [0x80]],
      ['an overlong form', [0xc0, 0x80]],
      ['an encoded surrogate', [0xed, 0xa0, 0x80]],
      ['half a character', [0xe2, 0x82]],
    ])('refuses %s as not UTF-8', async (_, bytes) => {
      const raw = Buffer.concat([Buffer.from('{"notes":"'), Buffer.from(bytes), Buffer.from('"}')]);
      await t.refused('invalid-text', 'POST', base, { raw });
    });

    it('keeps all other text as it is', async () => {
      const notes = 'Є 会談 \u{1F54A}\uFE0F e\u0301 \u202E \\ " / \u0001 \u2028';
      expect((await t.create({ notes })).notes).toBe(notes);
    });

    it('refuses a body of ten megabytes', async () => {
      const problem = await t.refused('payload-too-large', 'POST', base, {
        raw: JSON.stringify(t.fresh({ notes: 'x'.repeat(10 * 1024 * 1024) })),
      });
      expect(problem.maxBytes).toBe(1024 * 1024);
    });

    it.each([
      ['application/json', 201],
      ['APPLICATION/JSON', 201],
      ['application/json; charset=utf-8', 201],
      ['application/json;charset=UTF-8', 201],
      ['application/json;\tcharset=utf-8', 201],
      ['application/json\t', 201],
      ['application/json ', 201],
      [' application/json', 201],
      ['application/json ; charset=utf-8', 201],
      ['application/json;', 201],
    ])('takes Content-Type "%s"', async (type, status) => {
      const answer = await t.http.post(base, t.fresh(), { 'content-type': type });
      expect({ status: answer.status, detail: answer.body.detail }).toEqual({ status, detail: undefined });
    });

    it.each([
      'application/json+x',
      'application/jsonx',
      'application/x-www-form-urlencoded',
      'text/plain',
      'text/json',
      'application/merge-patch+json',
      'application/json, text/plain',
      'application',
      ';',
    ])('refuses Content-Type "%s"', async (type) => {
      const headers = { 'content-type': type };
      const problem = await t.refused('unsupported-media-type', 'POST', base, { json: t.fresh(), headers });
      expect(problem.available).toEqual(['application/json']);
    });

    it('refuses a body without Content-Type, and none at all', async () => {
      const raw = JSON.stringify(t.fresh());
      const headers = { 'content-length': Buffer.byteLength(raw) };
      const sizes = await t.db.sizes();
      const bare = await t.http.send('POST', base, { headers: {} });
      expect({ status: bare.status, code: bare.body.code }).toEqual({ status: 415, code: 'unsupported-media-type' });
      expect(await t.db.sizes()).toEqual(sizes);
      await t.refused('unsupported-media-type', 'PUT', `${base}/${resource.example.slug}`, {
        raw,
        headers: { ...headers, 'content-type': '' },
      });
    });

    it('refuses references that do not exist, are of the wrong type or deleted, and names each', async () => {
      const gone = (await t.http.post('/v1/sources', { title: 'To be deleted', kind: 'news' })).body;
      await t.http.delete(`/v1/sources/${gone.id}`, ANY);
      const actor = (await t.http.get('/v1/actors/ukraine')).body;
      const sources = ['no-such-source', actor.id, gone.id, gone.slug, 'wikidata:none'];
      const json = t.fresh({ citations: sources.map((source) => ({ source })) });
      const problem = await t.refused('unknown-reference', 'POST', base, { json });
      expect(problem.errors.map(({ pointer, code }: Record<string, string>) => [pointer, code])).toEqual([
        ['/citations/0/source', 'not-found'],
        ['/citations/1/source', 'wrong-type'],
        ['/citations/2/source', 'deleted'],
        ['/citations/3/source', 'deleted'],
        ['/citations/4/source', 'not-found'],
      ]);
    });

    it('refuses its own typed references likewise', async () => {
      const wrong = (await t.create()).id;
      const cases = [
        ['no-such-record', 'not-found'],
        [(await t.http.get('/v1/disputes/kuleba-office')).body.id, 'wrong-type'],
      ];
      for (const [ref = '', code] of cases) {
        const problem = await t.refused('unknown-reference', 'POST', base, { json: t.fresh(fixture.reference(ref)) });
        expect(problem.errors).toMatchObject([{ in: 'body', pointer: fixture.pointer, code }]);
      }
      const json = t.fresh({ relations: [{ kind: 'related', target: 'no-such-record' }] });
      await t.refused('unknown-reference', 'PUT', `${base}/${wrong}`, { json, headers: ANY });
    });

    it('refuses a relation of a record to itself', async () => {
      const made = await t.create();
      const problem = await t.refused('rule-violated', 'PATCH', `${base}/${made.id}`, {
        json: { relations: [{ kind: 'follows', target: made.slug }] },
        headers: { ...ANY, 'content-type': 'application/merge-patch+json' },
      });
      expect(problem.errors).toMatchObject([{ pointer: '/relations/0/target', code: 'self-relation' }]);
    });
  });
}
