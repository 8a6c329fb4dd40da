import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verify } from '../../src/journal/rebuild.js';
import { kinds } from '../../src/resources/index.js';
import { ANY, type Answer, type AnyJson, expectProblem } from '../support/client.js';
import { useService } from '../support/use-service.js';

const t = useService({});
const PLAIN = { 'content-type': 'text/plain; charset=utf-8' };
const MAX = 5 * 1024 * 1024;

let made = 0;
async function source(): Promise<AnyJson> {
  made += 1;
  const answer = await t.http.post('/v1/sources', { slug: `text-${made}`, title: `Text ${made}`, kind: 'news' });
  expect(answer.status).toBe(201);
  return answer.body;
}
const at = (ref: string, asOf?: number) => `/v1/sources/${ref}/text${asOf === undefined ? '' : `?asOf=${asOf}`}`;
const put = (ref: string, raw: string | Buffer, headers = {}): Promise<Answer> =>
  t.http.send('PUT', at(ref), { raw, headers: { ...PLAIN, ...ANY, ...headers } });
const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');
const record = async (ref: string) => (await t.http.get(`/v1/sources/${ref}`)).body;

describe('PUT of a text', () => {
  it('makes a new version of the source with digest and length, and nothing else of it changes', async () => {
    const before = await source();
    const text = 'Kyjiv 🇺🇦 — e\u0301\r\nzweite Zeile\n';
    const answer = await put(before.slug, text, { 'change-note': 'as printed', 'change-kind': 'correction' });
    expect({ status: answer.status, etag: answer.headers.etag }).toEqual({ status: 200, etag: '"v2"' });
    const revision = await t.db.head();
    expect(answer.body).toEqual({
      ...before,
      ...{ textSha256: sha256(text), textLength: [...text].length },
      ...{ version: 2, revision, updatedAt: answer.body.updatedAt },
    });
    expect(answer.text).toBe((await t.http.get(`/v1/sources/${before.id}`)).text);
    expect(answer.text).toBe(await t.db.storedDoc(before.id));
    const { body } = await t.http.get(`/v1/sources/${before.slug}/history`);
    expect(body.data[0]).toMatchObject({ version: 2, note: 'as printed', changeKind: 'correction' });
    expect(body.data[0].changes.map(({ pointer }: AnyJson) => pointer).sort()).toEqual(['/textLength', '/textSha256']);
  });

  it('makes no revision for the text that is there', async () => {
    const { slug } = await source();
    const first = await put(slug, 'same');
    const head = await t.db.head();
    const second = await put(slug, 'same', { 'if-match': '"v2"' });
    expect({ status: second.status, text: second.text }).toEqual({ status: 200, text: first.text });
    expect(await t.db.head()).toBe(head);
  });

  it('counts an astral character as one, and keeps a byte order mark', async () => {
    const { slug } = await source();
    const answer = await put(slug, '\ufeff𝄞a');
    expect(answer.body).toMatchObject({ textLength: 3, textSha256: sha256('\ufeff𝄞a') });
    expect((await t.http.get(at(slug))).text).toBe('\ufeff𝄞a');
  });

  it('takes 5 MiB and refuses one byte more', async () => {
    const { slug } = await source();
    const text = `${'Wort '.repeat(MAX / 5)}`.padEnd(MAX, '.');
    expect((await put(slug, text)).body).toMatchObject({ textLength: MAX });
    expect((await t.http.get(at(slug))).text === text).toBe(true);
    const problem = expectProblem(await put(slug, `${text}.`), 'payload-too-large');
    expect(problem).toMatchObject({ maxBytes: MAX, detail: `The body may have at most ${MAX} bytes.` });
  });

  it('takes 1 MiB of JSON and no more, as everywhere', async () => {
    const { slug } = await source();
    const answer = await t.http.send('PUT', `/v1/sources/${slug}`, { raw: `"${'x'.repeat(MAX / 2)}"`, headers: ANY });
    expect(expectProblem(answer, 'payload-too-large').maxBytes).toBe(1024 * 1024);
  });

  it.each([
    ['a byte that begins no character', Buffer.from([0x61, 0xff, 0x62]), 'invalid-text', 'is not UTF-8 from byte 1 on'],
    ['a character cut off', Buffer.from('aé').subarray(0, 2), 'invalid-text', 'is not UTF-8 from byte 1 on'],
    ['a surrogate in UTF-8', Buffer.from([0xed, 0xa0, 0x80]), 'invalid-text', 'is not UTF-8 from byte 0 on'],
    ['an overlong form', Buffer.from([0x61, 0x62, 0xc0, 0xaf]), 'invalid-text', 'is not UTF-8 from byte 2 on'],
    ['U+0000', Buffer.from('é\u0000'), 'invalid-text', 'holds U+0000 at byte 2'],
    ['nothing', Buffer.alloc(0), 'invalid-request', 'is empty; DELETE takes a text away'],
  ] as const)('refuses %s', async (_, bytes, code, message) => {
    const { slug } = await source();
    const problem = expectProblem(await put(slug, bytes), code);
    expect(problem.errors).toMatchObject([{ in: 'body', pointer: '', message }]);
    expect((await record(slug)).version).toBe(1);
  });

  it.each(['text/html', 'application/json', 'text/plain; charset=iso-8859-1', 'text/plain; charset="utf-16"', ''])(
    'refuses the media type %j',
    async (type) => {
      const { slug } = await source();
      const problem = expectProblem(await put(slug, 'x', { 'content-type': type }), 'unsupported-media-type');
      expect(problem.available[0]).toMatch(/^text\/plain/);
    },
  );

  it.each(['text/plain', 'TEXT/PLAIN; Charset=UTF-8', 'text/plain; format=flowed; charset="utf8"'])(
    'takes %j',
    async (type) => {
      const { slug } = await source();
      expect((await put(slug, 'x', { 'content-type': type })).status).toBe(200);
    },
  );

  it('needs a key for writing, the source, and its version', async () => {
    const { slug } = await source();
    const send = (headers: object, key: 'read' | 'write' | null = 'write', ref = slug) =>
      t.http.send('PUT', at(ref), { raw: 'x', headers: { ...PLAIN, ...headers }, key });
    expectProblem(await send(ANY, null), 'unauthenticated');
    expectProblem(await send(ANY, 'read'), 'insufficient-scope');
    expectProblem(await send(ANY, 'write', 'no-such'), 'not-found');
    expectProblem(await send({}), 'precondition-required');
    const stale = await send({ 'if-match': '"v7"' });
    expect(expectProblem(stale, 'version-mismatch')).toMatchObject({ currentVersion: 1, yourVersion: 7 });
    expect(stale.headers.etag).toBe('"v1"');
    expectProblem(
      await t.http.send('PUT', '/v1/events/x/text', { raw: 'x', headers: { ...PLAIN, ...ANY } }),
      'not-found',
    );
    expectProblem(await t.http.send('POST', at(slug), { raw: 'x', headers: PLAIN }), 'method-not-allowed');
    expect((await record(slug)).version).toBe(1);
  });

  it('lets one of two win that have read the same version', async () => {
    const { slug } = await source();
    const answers = await Promise.all(['one', 'two'].map((text) => put(slug, text, { 'if-match': '"v1"' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it('is refused on a source that was deleted', async () => {
    const { slug } = await source();
    await t.http.delete(`/v1/sources/${slug}`, ANY);
    expectProblem(await put(slug, 'x'), 'gone');
    expectProblem(await t.http.get(at(slug)), 'gone');
  });
});

describe('GET of a text', () => {
  it('answers it by id and slug, with an ETag that If-None-Match and If-Match take', async () => {
    const { slug, id } = await source();
    await put(slug, '<b>not a page</b>');
    for (const ref of [slug, id, `sources/${slug}`.replace('sources/', '')]) {
      const answer = await t.http.get(at(ref));
      expect({ status: answer.status, text: answer.text }).toEqual({ status: 200, text: '<b>not a page</b>' });
      expect(answer.headers).toMatchObject({
        ...{ 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
        ...{ etag: '"v2"', 'cache-control': 'no-cache' },
      });
    }
    const same = await t.http.get(at(slug), { 'if-none-match': '"v2"' });
    expect({ status: same.status, text: same.text }).toEqual({ status: 304, text: '' });
    expect((await put(slug, 'other', { 'if-match': '"v2"' })).status).toBe(200);
  });

  it('is 404 for a source without one, which is told from a source that is not there', async () => {
    const { slug } = await source();
    expect(expectProblem(await t.http.get(at(slug)), 'not-found').detail).toMatch(/no text of it is stored/);
    expect(expectProblem(await t.http.get(at('no-such')), 'not-found').detail).toMatch(/^No source/);
    expectProblem(await t.http.get(at(slug), { accept: 'application/json' }), 'not-acceptable');
    expectProblem(await t.http.get(`${at(slug)}?fields=x`), 'unknown-parameter');
  });

  it('answers each text as of its revisions', async () => {
    const { slug, revision } = await source();
    const first = (await put(slug, 'first')).body.revision;
    const second = (await put(slug, 'second')).body.revision;
    await t.http.patch(`/v1/sources/${slug}`, { reliability: 'B' }, ANY);
    const back = (await put(slug, 'first')).body.revision;
    const removed = await t.http.delete(at(slug), ANY);
    expect({ status: removed.status, etag: removed.headers.etag }).toEqual({ status: 204, etag: '"v6"' });
    const then = async (asOf: number) => (await t.http.get(at(slug, asOf))).text;
    expect([await then(first), await then(second), await then(second + 1), await then(back)]).toEqual([
      ...['first', 'second', 'second', 'first'],
    ]);
    expect((await t.http.get(at(slug, first))).headers['cache-control']).toMatch(/immutable/);
    expectProblem(await t.http.get(at(slug, revision)), 'not-found');
    expectProblem(await t.http.get(at(slug)), 'not-found');
  });
});

describe('DELETE of a text', () => {
  it('leaves the source as it was before it had one', async () => {
    const before = await source();
    await put(before.slug, 'text');
    await t.http.delete(at(before.slug), ANY);
    const { version, revision, updatedAt, ...rest } = await record(before.slug);
    expect({ version, revision }).toEqual({ version: 3, revision: await t.db.head() });
    expect({ ...rest, version: 1, revision: before.revision, updatedAt: before.updatedAt }).toEqual(before);
  });

  it('is 404 without a text, and needs the version', async () => {
    const { slug } = await source();
    expectProblem(await t.http.delete(at(slug), ANY), 'not-found');
    await put(slug, 'text');
    expectProblem(await t.http.delete(at(slug)), 'precondition-required');
    expectProblem(await t.http.delete(at(slug), { 'if-match': '"v1"' }), 'version-mismatch');
  });
});

describe('writing the source itself', () => {
  it('keeps the text, whatever the body says of it', async () => {
    const { slug } = await source();
    const { body } = await put(slug, 'kept');
    const { textSha256, textLength } = body;
    const lies = { ...body, title: 'New', textSha256: 'f'.repeat(64), textLength: 'x' };
    expect((await t.http.put(`/v1/sources/${slug}`, lies, ANY)).body).toMatchObject({
      title: 'New',
      textSha256,
      textLength,
    });
    const bare = { slug, title: 'Bare', kind: 'news' };
    expect((await t.http.put(`/v1/sources/${slug}`, bare, ANY)).body).toMatchObject({ textSha256, textLength });
    const patched = await t.http.patch(`/v1/sources/${slug}`, { textSha256: null, language: 'de' }, ANY);
    expect(patched.body).toMatchObject({ language: 'de', textSha256, textLength });
    expect((await t.http.get(at(slug))).text).toBe('kept');
    const again = await t.http.put(`/v1/sources/${slug}`, patched.body, ANY);
    expect(again.body.version).toBe(patched.body.version);
  });
});

it('verify finds nothing after all this', async () => {
  expect(await verify(t.service.store, kinds)).toEqual([]);
});
