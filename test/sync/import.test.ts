import { request as httpRequest, type IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readSeeds } from '../../src/commands/seed.js';
import { DatabaseError } from '../../src/db/errors.js';
import { verify } from '../../src/journal/rebuild.js';
import { kinds } from '../../src/resources/index.js';
import { type AnyJson, client, expectProblem, type Sent } from '../support/client.js';
import { startTestService } from '../support/service.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
const PATH = '/v1/import';
const NDJSON = { 'content-type': 'application/x-ndjson' };

let count = 0;
const fresh = (name: string) => {
  count += 1;
  return `${name}-${count}`;
};
const area = (slug: string, extra: object = {}) => ({ type: 'area', slug, label: slug, ...extra });
const related = (target: string) => ({ relations: [{ kind: 'related', target }] });
const textOf = (lines: readonly unknown[]) =>
  lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
const send = (lines: readonly unknown[], query = '', sent: Sent = {}, http = t.http) =>
  http.send('POST', `${PATH}${query}`, { raw: textOf(lines), ...sent, headers: { ...NDJSON, ...sent.headers } });
const parsed = (text: string): AnyJson[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

/** Imports lines and gives what became of each, and the last line. */
async function take(
  lines: readonly unknown[],
  query = '',
  http = t.http,
): Promise<{ results: AnyJson[]; end: AnyJson }> {
  const answer = await send(lines, query, {}, http);
  expect({
    status: answer.status,
    type: answer.headers['content-type'],
    text: answer.status === 200 ? '' : answer.text,
  }).toEqual({
    ...{ status: 200, type: 'application/x-ndjson; charset=utf-8', text: '' },
  });
  const results = parsed(answer.text);
  const end = results.pop();
  expect(end.import).toBe('end');
  return { results, end };
}

const said = (results: readonly AnyJson[]) =>
  results.map(({ line, status, problem }) => [line, status, ...(problem ? [problem.code] : [])]);

/** Opens an import that is written piece by piece; results are read as they come. */
function open(query = ''): {
  write(text: string): void;
  end(): void;
  destroy(): void;
  line(): Promise<AnyJson>;
  rest(): Promise<string>;
} {
  const { hostname, port } = new URL(t.service.url);
  const headers = { ...NDJSON, authorization: `Bearer ${t.service.key('write')}` };
  const outgoing = httpRequest({ hostname, port, method: 'POST', path: `${PATH}${query}`, headers });
  outgoing.on('error', () => undefined);
  outgoing.flushHeaders();
  const incoming = new Promise<IncomingMessage>((resolve) => outgoing.once('response', resolve));
  let buffered = '';
  const read = async (until: (text: string) => boolean) => {
    const response = await incoming;
    response.setEncoding('utf8');
    while (!until(buffered)) {
      const piece = response.read() as string | null;
      if (piece !== null) buffered += piece;
      else if (response.readableEnded || response.destroyed) break;
      else await new Promise((resolve) => ['readable', 'end', 'close'].map((event) => response.once(event, resolve)));
    }
  };
  return {
    write: (text) => void outgoing.write(text),
    end: () => void outgoing.end(),
    destroy: () => void outgoing.destroy(),
    async line() {
      await read((text) => text.includes('\n'));
      const at = buffered.indexOf('\n');
      const text = buffered.slice(0, at);
      buffered = buffered.slice(at + 1);
      return JSON.parse(text);
    },
    async rest() {
      await read(() => false);
      return buffered;
    },
  };
}

describe('an import', () => {
  it('creates, updates and leaves alone, says so of each line, and sums up', async () => {
    const [one, two] = [fresh('imported'), fresh('imported')] as [string, string];
    const before = await t.db.head();
    const { results, end } = await take([area(one), area(two), area(one, { definition: 'More.' }), area(two)]);
    const [created, , updated, same] = results;
    expect(said(results)).toEqual([
      [1, 'created'],
      [2, 'created'],
      [3, 'updated'],
      [4, 'same'],
    ]);
    expect(created).toEqual({
      ...{ line: 1, status: 'created', type: 'area', id: expect.stringMatching(/^area_/), slug: one },
      ...{ version: 1, revision: before + 1 },
    });
    expect(updated).toMatchObject({ id: created.id, version: 2, revision: before + 3 });
    expect(same).toMatchObject({ id: results[1].id, version: 1, revision: before + 2 });
    const counts = { created: 2, updated: 1, same: 1, problem: 0 };
    expect(end).toEqual({ import: 'end', dryRun: false, records: 4, ...counts, revision: before + 3 });
    expect(await t.db.head()).toBe(before + 3);
    const again = await take([area(one, { definition: 'More.' }), area(two)]);
    expect(again.end).toMatchObject({ same: 2, revision: before + 3 });
    expect(await t.db.head()).toBe(before + 3);
  });

  it('finds a record by external id, else by slug, else by id', async () => {
    const [slug, external] = [fresh('found'), fresh('external')] as [string, string];
    const externalIds = [
      { scheme: 'unknown', value: external },
      { scheme: 'import-test', value: external },
    ];
    const { results } = await take([
      area(slug, { externalIds: externalIds.slice(1) }),
      { type: 'area', label: 'By external id', externalIds },
      area(slug, { label: 'By slug', externalIds }),
    ]);
    const { id } = results[0];
    expect(results.map((each) => [each.id, each.slug, each.status])).toEqual([
      [id, slug, 'created'],
      [id, slug, 'updated'],
      [id, slug, 'updated'],
    ]);
    const byId = await take([{ id, label: 'By id', externalIds }]);
    expect(byId.results).toMatchObject([{ id, slug, status: 'updated', version: 4 }]);
    expect((await t.http.get(`/v1/areas/${id}`)).body).toMatchObject({ label: 'By id', slug, externalIds });
  });

  it('keeps the id of a record that it creates', async () => {
    const id = 'area_01h455vb4pex5vsknk084sn02q';
    const { results } = await take([
      area(fresh('own-id'), { id, version: 7, revision: 9, updatedAt: '2020-01-01T00:00:00.000Z' }),
    ]);
    expect(results).toMatchObject([{ id, version: 1, status: 'created' }]);
  });

  it('refuses lines that name two records, and those that were deleted here', async () => {
    const [one, two] = [fresh('two'), fresh('two')] as [string, string];
    const ids = [
      { scheme: 'two-test', value: one },
      { scheme: 'two-test', value: two },
    ];
    const made = await take([area(one, { externalIds: [ids[0]] }), area(two, { externalIds: [ids[1]] })]);
    const [first, second] = made.results.map(({ id }) => id);
    await t.http.delete(`/v1/areas/${second}`, { 'if-match': '*' });
    await take([area(two, { externalIds: [ids[1]] })]);
    const before = await t.db.sizes();
    const { results, end } = await take([
      area(fresh('x'), { externalIds: ids }),
      area(two, { externalIds: [ids[0]] }),
      area(two, { id: first }),
      { id: second, label: 'Deleted' },
      { id: first, label: 'Another', externalIds: [ids[1]] },
    ]);
    expect(said(results).map(([, , code]) => code)).toEqual([
      ...['external-id-taken', 'slug-taken', 'slug-taken', 'gone', 'external-id-taken'],
    ]);
    expect(end).toMatchObject({ problem: 5, created: 0 });
    expect(await t.db.sizes()).toEqual(before);
  });

  it('says of each line what is wrong with it, and imports the others', async () => {
    const good = fresh('good');
    const { results, end } = await take([
      '{"type":',
      '[]',
      '5',
      { slug: 'x', label: 'x' },
      { type: 'aera', label: 'x' },
      { type: 'area', id: 'event_01h455vb4pex5vsknk084sn02q', label: 'x' },
      { type: 'area', id: 7, label: 'x' },
      area('wrong', { colour: 'red' }),
      '{"type":"area","label":"a\\u0000"}',
      '{"type":"area","type":"area"}',
      JSON.stringify(area('long', { definition: 'x'.repeat(1024 * 1024) })),
      '   \r',
      area('cyber-security', { broader: 'cyber-security' }),
      area(good),
    ]);
    expect(said(results)).toEqual([
      [1, 'problem', 'malformed-json'],
      ...[2, 3, 4, 5, 6, 7, 8].map((line) => [line, 'problem', 'invalid-request']),
      [9, 'problem', 'invalid-text'],
      [10, 'problem', 'malformed-json'],
      [11, 'problem', 'payload-too-large'],
      [13, 'problem', 'rule-violated'],
      [14, 'created'],
    ]);
    expect(results.slice(3, 8).map(({ problem }) => problem.errors[0].pointer)).toEqual([
      '/type',
      '/type',
      '/id',
      '/id',
      '/colour',
    ]);
    expect(results[4].problem.errors[0].message).toContain('did you mean `area`');
    expect(results[0].problem).toMatchObject({
      type: '/problems/malformed-json',
      status: 400,
      requestId: expect.any(String),
    });
    expect(end).toMatchObject({ records: 13, created: 1, problem: 12 });
  });

  it('is the work of its key, with note and kind of change', async () => {
    const slug = fresh('noted');
    await send([area(slug)], '', { headers: { 'change-note': 'Yearly', 'change-kind': 'reprocess' } });
    const { data } = (await t.http.get(`/v1/areas/${slug}/history`)).body;
    expect(data).toMatchObject([{ note: 'Yearly', changeKind: 'reprocess' }]);
    const { rows } = await t.db.query<{ n: number }>('select count(*) as n from api_keys where id = ?', data[0].by);
    expect(Number(rows[0]?.n)).toBe(1);
  });
});

describe('references of an import', () => {
  it('may go in any direction, over any distance and in circles', async () => {
    const [a, b, c] = [fresh('circle'), fresh('circle'), fresh('circle')] as [string, string, string];
    const between = Array.from({ length: 600 }, () => area(fresh('between')));
    const lines = [
      area(a, { broader: c }),
      area(b, related(`areas/${a}`)),
      ...between.slice(0, 300),
      area(c, related(`areas/${b}`)),
      ...between.slice(300),
    ];
    const { results, end } = await take(lines);
    expect(end).toMatchObject({ created: 603, problem: 0 });
    // Those that had to wait come last; each line comes once.
    expect(
      results
        .slice(-3)
        .map(({ line }) => line)
        .sort(),
    ).toEqual([1, 2, 303]);
    expect(results.slice(0, -3).map(({ line }) => line)).toEqual(
      lines.map((_, n) => n + 1).filter((n) => ![1, 2, 303].includes(n)),
    );
    const ids = new Map(results.map(({ slug, id }) => [slug, id]));
    expect((await t.http.get(`/v1/areas/${a}`)).body.broader).toBe(ids.get(c));
    expect((await t.http.get(`/v1/areas/${c}`)).body.relations[0].target).toBe(ids.get(b));
    expect(await t.db.query('select id from entities where version = 0')).toMatchObject({ rows: [] });
  });

  it('to what never comes are problems of their lines, and of those that rest on them', async () => {
    const [a, b] = [fresh('rests'), fresh('rests')] as [string, string];
    const before = await t.db.sizes();
    const { results, end } = await take([area(a, related(`areas/${b}`)), area(b, related('areas/never'))]);
    expect(said(results).sort()).toEqual([
      [1, 'problem', 'unknown-reference'],
      [2, 'problem', 'unknown-reference'],
    ]);
    expect(end).toMatchObject({ records: 2, problem: 2 });
    expect(await t.db.sizes()).toEqual(before);
  });

  it('make later lines about the same record wait, so that the last one holds', async () => {
    const [slug, late] = [fresh('same'), fresh('late')] as [string, string];
    const { results } = await take([
      area(slug, { label: 'First', broader: late }),
      ...Array.from({ length: 300 }, () => area(fresh('between'))),
      area(slug, { label: 'Second' }),
      area(late),
    ]);
    expect(results.slice(-2)).toMatchObject([
      { line: 1, status: 'created' },
      { line: 302, status: 'updated' },
    ]);
    expect((await t.http.get(`/v1/areas/${slug}`)).body).toMatchObject({ label: 'Second', version: 2 });
  });

  it('follow records that have another id here', async () => {
    const slug = fresh('renamed');
    const foreign = ['area_01h455vb4pex5vsknk084sn0aa', 'area_01h455vb4pex5vsknk084sn0ab'];
    const { results: here } = await take([area(slug)]);
    const { results } = await take([
      area(fresh('points'), { id: foreign[1], broader: foreign[0] }),
      area(slug, { id: foreign[0] }),
      area(fresh('points'), { broader: foreign[0] }),
    ]);
    expect(said(results).sort()).toEqual([
      [1, 'created'],
      [2, 'same'],
      [3, 'created'],
    ]);
    for (const { line, id } of results.filter((each) => each.line !== 2))
      expect([line, (await t.http.get(`/v1/areas/${id}`)).body.broader]).toEqual([line, here[0].id]);
  });
});

describe('a snapshot', () => {
  it('can be imported as it is, gives the same records, and then changes nothing', { timeout: 120_000 }, async () => {
    const empty = await startTestService();
    const http = client(empty);
    try {
      const { text } = await t.http.get('/v1/snapshot');
      const source = parsed(text).filter(({ snapshot }) => snapshot === undefined);
      const trial = await take([text.trimEnd()], '?dryRun=true', http);
      expect(trial.end).toEqual({
        ...{ import: 'end', dryRun: true, records: source.length, create: source.length },
        ...{ update: 0, same: 0, problem: 0, revision: 0 },
      });
      const { end } = await take([text.trimEnd()], '', http);
      expect(end).toMatchObject({ created: source.length, problem: 0, revision: source.length });
      const copied = parsed((await http.get('/v1/snapshot')).text).filter(({ snapshot }) => snapshot === undefined);
      const content = (records: AnyJson[]) =>
        records
          .map(({ version: _v, revision: _r, createdAt: _c, updatedAt: _u, ...rest }) => rest)
          .sort((a, b) => (a.id < b.id ? -1 : 1));
      expect(content(copied)).toEqual(content(source));
      expect((await take([text.trimEnd()], '', http)).end).toMatchObject({
        same: source.length,
        revision: source.length,
      });
      expect(await verify(empty.store, kinds)).toEqual([]);
    } finally {
      http.close();
      await empty.stop();
    }
  });

  it('of seeds as their files are is understood with `type`', async () => {
    const seeds = readSeeds().filter(({ kind }) => kind.type === 'area');
    const { end } = await take(
      seeds.map(({ input }) => input),
      '?type=area',
    );
    expect(end).toMatchObject({ records: seeds.length, same: seeds.length });
  });
});

describe('dryRun=true', () => {
  it('says what would become of each line and writes nothing', async () => {
    const [one, two] = [fresh('trial'), fresh('trial')] as [string, string];
    const { results: made } = await take([area(one)]);
    const before = await t.db.sizes();
    const { results, end } = await take(
      [
        area(one),
        area(one, { definition: 'New.' }),
        area(two, { externalIds: [{ scheme: 'trial', value: two }] }),
        area('wrong', { colour: 'red' }),
        ...Array.from({ length: 300 }, (_, n) => area(`trial-of-many-${n}`)),
        area(fresh('by-slug'), { broader: two }),
        area(fresh('by-external-id'), { broader: `trial:${two}` }),
        area(fresh('forward'), related('areas/comes-later')),
        area(fresh('never'), related('areas/never')),
        area(two, { definition: 'Again.' }),
        ...Array.from({ length: 300 }, (_, n) => area(`trial-of-more-${n}`)),
        area('comes-later'),
      ],
      '?dryRun=true',
    );
    const byLine = new Map(results.map((each) => [each.line, each]));
    expect(byLine.get(1)).toEqual({ ...made[0], line: 1, status: 'same' });
    expect(byLine.get(2)).toEqual({ line: 2, status: 'update', type: 'area', id: made[0].id, slug: one });
    expect(byLine.get(3)).toEqual({ line: 3, status: 'create', type: 'area', slug: two });
    expect([4, 305, 306, 307, 308, 309].map((line) => byLine.get(line).status)).toEqual([
      ...['problem', 'create', 'create', 'create', 'problem', 'update'],
    ]);
    expect(end).toMatchObject({ dryRun: true, records: 610, create: 605, update: 2, same: 1, problem: 2 });
    expect(end.revision).toBe(await t.db.head());
    expect(await t.db.sizes()).toEqual(before);
  });
});

describe('the stream', () => {
  it('gives results as lines come, before the body has ended, and takes a last line without its end', async () => {
    const [one, two] = [fresh('streamed'), fresh('streamed')] as [string, string];
    const importing = open();
    importing.write(textOf([area(one)]));
    expect(await importing.line()).toMatchObject({ line: 1, status: 'created', slug: one });
    expect((await t.http.get(`/v1/areas/${one}`)).status).toBe(200);
    importing.write(JSON.stringify(area(two)).slice(0, 10));
    importing.write(JSON.stringify(area(two)).slice(10));
    importing.end();
    expect(await importing.line()).toMatchObject({ line: 2, slug: two });
    expect(await importing.line()).toMatchObject({ import: 'end', created: 2 });
  });

  it('that breaks off leaves what was committed, and nothing of what was not', async () => {
    const slug = fresh('committed');
    const importing = open();
    importing.write(textOf([area(slug)]));
    expect(await importing.line()).toMatchObject({ status: 'created' });
    const before = await t.db.head();
    importing.write(JSON.stringify(area(fresh('half'))).slice(0, 20));
    importing.destroy();
    // Whoever comes next finds room, and the database as it was.
    expect((await take([area(slug)])).end).toMatchObject({ same: 1, revision: before });
    expect(await t.db.head()).toBe(before);
  });

  it('is taken as gzip, too', async () => {
    const slug = fresh('packed');
    const packed = gzipSync(textOf([area(slug)]));
    const headers = { ...NDJSON, 'content-encoding': 'gzip' };
    const answer = await t.http.send('POST', PATH, { raw: packed, headers });
    expect(parsed(answer.text)).toMatchObject([{ status: 'created', slug }, { import: 'end' }]);
    for (const raw of [textOf([area(slug)]), packed.subarray(0, 30)]) {
      const refused = await t.http.send('POST', PATH, { raw, headers });
      expectProblem(refused, 'invalid-request');
    }
    const other = await t.http.send('POST', PATH, { raw: packed, headers: { ...NDJSON, 'content-encoding': 'br' } });
    expect(expectProblem(other, 'unsupported-media-type').available).toEqual(['gzip', 'identity']);
  });

  it('ends with the reason when the database fails, and answers a failure before there is a result as such', async () => {
    const { store } = t.service;
    const write = store.write.bind(store);
    let left = 1;
    store.write = (work) => {
      left -= 1;
      return left < 0 ? Promise.reject(new DatabaseError('full', 'made to fail')) : write(work);
    };
    try {
      const lines = Array.from({ length: 600 }, () => area(fresh('failing')));
      const before = await t.db.head();
      const answer = await send(lines);
      const results = parsed(answer.text);
      expect([answer.status, results.length]).toEqual([200, 251]);
      expect(results.at(-1)).toEqual({
        ...{ import: 'stopped', dryRun: false, records: 250, created: 250, updated: 0, same: 0, problem: 0 },
        ...{ revision: before + 250, reason: expect.stringMatching(/\S/) },
        problem: expect.objectContaining({ code: 'storage-full', status: 507, requestId: expect.any(String) }),
      });
      expect(await t.db.head()).toBe(before + 250);
      expectProblem(await send(lines), 'storage-full');
      store.write = write;
      expect((await take(lines)).end).toMatchObject({ same: 250, created: 350 });
    } finally {
      store.write = write;
    }
  });

  it('keeps no more lines waiting than fit, and tells of the others', async () => {
    const definition = 'x'.repeat(1_900);
    const missing = fresh('missing');
    const lines = Array.from({ length: 9_500 }, (_, n) => area(`waits-${n}`, { definition, broader: missing }));
    const { results, end } = await take([...lines, area(missing)]);
    const refused = results.filter(({ status }) => status === 'problem');
    expect(end).toMatchObject({ records: 9_501, created: 9_501 - refused.length, problem: refused.length });
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0].line).toBeGreaterThan(8_000);
    expect(new Set(refused.map(({ problem }) => problem.code))).toEqual(new Set(['unknown-reference']));
    expect((await take([lines[refused[0].line - 1]])).end).toMatchObject({ created: 1 });
  }, 120_000);

  it('of nothing has one last line', async () => {
    for (const sent of [{ raw: '' }, {}]) {
      const answer = await t.http.send('POST', PATH, { ...sent, headers: NDJSON });
      expect([answer.status, parsed(answer.text)]).toMatchObject([
        200,
        [{ import: 'end', records: 0, revision: await t.db.head() }],
      ]);
    }
  });

  it('shows problems alone when asked to', async () => {
    const { results, end } = await take([area(fresh('quiet')), area('wrong', { colour: 'red' })], '?report=problems');
    expect(said(results)).toEqual([[2, 'problem', 'invalid-request']]);
    expect(end).toMatchObject({ records: 2, created: 1, problem: 1 });
  });

  it('is one of a few at a time', async () => {
    const several = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const importing = open();
        importing.write(textOf([area(fresh('several'))]));
        await importing.line();
        return importing;
      }),
    );
    expectProblem(await send([area(fresh('fifth'))]), 'overloaded');
    for (const importing of several) {
      importing.end();
      expect(await importing.line()).toMatchObject({ import: 'end' });
      await importing.rest();
    }
    await take([area(fresh('fifth'))]);
  });
});

describe('the request', () => {
  it('needs a key that may write, NDJSON and known parameters', async () => {
    const lines = [area('x')];
    expectProblem(await send(lines, '', { key: null }), 'unauthenticated');
    expectProblem(await send(lines, '', { key: 'read' }), 'insufficient-scope');
    expectProblem(await send(lines, '?dryrun=true'), 'unknown-parameter');
    expectProblem(await send(lines, '?dryRun=yes'), 'invalid-parameter');
    expectProblem(await send(lines, '?type=areas'), 'invalid-parameter');
    expectProblem(await send(lines, '?report=none'), 'invalid-parameter');
    expectProblem(await send(lines, '?dryRun=true&dryRun=true'), 'duplicate-parameter');
    expectProblem(await send(lines, '', { headers: { accept: 'application/json' } }), 'not-acceptable');
    const json = await send(lines, '', { headers: { 'content-type': 'application/json' } });
    expect(expectProblem(json, 'unsupported-media-type').available).toEqual(['application/x-ndjson']);
    const problem = expectProblem(await send(lines, '', { headers: { 'idempotency-key': 'k' } }), 'invalid-request');
    expect(problem.errors).toMatchObject([{ in: 'header', parameter: 'Idempotency-Key' }]);
    expectProblem(await send(lines, '', { headers: { 'change-kind': 'x' } }), 'invalid-request');
    expect(await t.http.send('POST', '/v1/areas', { raw: '{}', headers: NDJSON })).toMatchObject({ status: 415 });
  });
});
