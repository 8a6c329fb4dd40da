import { describe, expect, it } from 'vitest';
import { verify } from '../../src/journal/rebuild.js';
import { kinds } from '../../src/resources/index.js';
import { type AnyJson, expectProblem } from '../support/client.js';
import { useService } from '../support/use-service.js';
import { startSecondService } from './second-service.js';

const t = useService({ seeds: true });
const PATH = '/v1/batch';

let count = 0;
const fresh = (name: string) => {
  count += 1;
  return `${name}-${count}`;
};
const area = (slug: string, extra: object = {}) => ({
  op: 'create',
  type: 'area',
  body: { slug, label: slug, ...extra },
});
const related = (target: string) => ({ relations: [{ kind: 'related', target }] });
const post = (operations: unknown[], mode?: string, headers = {}) =>
  t.http.post(PATH, { ...(mode && { mode }), operations }, headers);
const independent = async (operations: unknown[]): Promise<AnyJson> => {
  const answer = await post(operations, 'independent');
  expect({ status: answer.status, text: answer.status === 200 ? '' : answer.text }).toEqual({ status: 200, text: '' });
  return answer.body;
};

/** Sends a batch that must be refused as a whole and must write nothing; gives the problem. */
async function refused(code: Parameters<typeof expectProblem>[1], operations: unknown[], mode?: string) {
  const before = await t.db.sizes();
  const problem = expectProblem(await post(operations, mode), code);
  expect(await t.db.sizes()).toEqual(before);
  return problem;
}

const pointers = (problem: AnyJson) => problem.errors?.map(({ pointer }: AnyJson) => pointer);

describe('a batch', () => {
  it('does every kind of operation in order, in one transaction', async () => {
    const [slug, gone] = [fresh('all-kinds'), fresh('to-go')];
    const before = await t.db.head();
    const externalId = { scheme: 'batch-test', value: slug };
    const { status, body } = await post([
      area(slug),
      area(gone),
      { op: 'patch', type: 'area', ref: slug, ifMatch: 1, patch: { definition: 'Merged.' } },
      {
        ...{ op: 'patch', type: 'area', ref: slug, ifMatch: 2 },
        patch: [{ op: 'add', path: '/notation', value: 'N' }],
      },
      { op: 'put', type: 'area', ref: slug, ifMatch: '*', body: { label: 'Replaced' } },
      { op: 'upsert', type: 'area', externalId, body: { slug: `${slug}-up`, label: 'Upserted' } },
      { op: 'upsert', type: 'area', externalId, body: { label: 'Upserted again' } },
      { op: 'put', type: 'area', ref: `${slug}-put`, ifNoneMatch: '*', body: { label: 'Put' } },
      { op: 'delete', type: 'area', ref: gone, ifMatch: 1 },
    ]);
    expect(status).toBe(200);
    expect(body.data.map(({ status: own, version, changed, etag }: AnyJson) => [own, version, changed, etag])).toEqual([
      [201, 1, true, '"v1"'],
      [201, 1, true, '"v1"'],
      [200, 2, true, '"v2"'],
      [200, 3, true, '"v3"'],
      [200, 4, true, '"v4"'],
      [201, 1, true, '"v1"'],
      [200, 2, true, '"v2"'],
      [201, 1, true, '"v1"'],
      [204, 2, true, undefined],
    ]);
    expect(body.data.map(({ revision }: AnyJson) => revision)).toEqual(
      body.data.map((_: unknown, n: number) => before + n + 1),
    );
    expect(body.revision).toBe(before + 9);
    const record = (await t.http.get(`/v1/areas/${slug}`)).body;
    expect(record).toMatchObject({ id: body.data[0].id, label: 'Replaced', version: 4 });
    expect(record.definition).toBeUndefined();
    expect((await t.http.get(`/v1/areas/by/batch-test/${slug}`)).body).toMatchObject({ label: 'Upserted again' });
    expect((await t.http.get(`/v1/areas/${gone}`)).status).toBe(410);
    expect(await verify(t.service.store, kinds)).toEqual([]);
  });

  it('answers what an operation met that changed nothing, and makes no revision of it', async () => {
    const slug = fresh('same');
    const made = (await post([area(slug)])).body;
    const again = (await post([{ op: 'put', type: 'area', ref: slug, ifMatch: 1, body: { label: slug } }])).body;
    expect(again).toEqual({
      data: [{ ...made.data[0], status: 200, changed: false }],
      revision: made.revision,
    });
  });

  it('keeps note and kind of change of each operation, or those of the request', async () => {
    const slug = fresh('noted');
    const headers = { 'change-note': 'For all', 'change-kind': 'reprocess' };
    const own = { note: ' Its own ', changeKind: 'correction' };
    const patch = (definition: string) => ({
      op: 'patch',
      type: 'area',
      ref: slug,
      ifMatch: '*',
      patch: { definition },
    });
    await post([area(slug), { ...patch('b'), ...own }, { ...patch('c'), note: '' }], undefined, headers);
    const { data } = (await t.http.get(`/v1/areas/${slug}/history`)).body;
    expect(data.map(({ note, changeKind }: AnyJson) => [note, changeKind])).toEqual([
      [null, 'reprocess'],
      ['Its own', 'correction'],
      ['For all', 'reprocess'],
    ]);
  });

  it('may refer by slug to what it creates, in any direction and in a circle', async () => {
    for (const mode of ['atomic', 'independent']) {
      const [a, b, c] = [fresh('circle'), fresh('circle'), fresh('circle')] as [string, string, string];
      const event = {
        ...{ slug: fresh('of-areas'), kind: 'call', title: 'A call', date: '2025-02', status: 'concluded' },
        areas: [c],
      };
      const { status, body } = await post(
        [
          { op: 'create', type: 'event', body: event },
          area(a, { broader: b, ...related(`areas/${c}`) }),
          area(b, related(`areas/${a}`)),
          area(c, { broader: b, ...related(`areas/${a}`) }),
        ],
        mode,
      );
      expect([mode, status, body.data?.map((each: AnyJson) => each.status)]).toEqual([mode, 200, [201, 201, 201, 201]]);
      const [eventId, aId, bId, cId] = body.data.map(({ id }: AnyJson) => id);
      expect((await t.http.get(`/v1/events/${eventId}`)).body.areas).toEqual([cId]);
      expect((await t.http.get(`/v1/areas/${aId}`)).body).toMatchObject({ broader: bId, relations: [{ target: cId }] });
      expect(await t.db.query('select id from entities where version = 0')).toMatchObject({ rows: [] });
    }
    expect(await verify(t.service.store, kinds)).toEqual([]);
  });

  it('takes the slugs that operations leave free, and refuses those that they have taken', async () => {
    const slug = fresh('handed-on');
    await post([area(slug)]);
    const { body } = await post([
      { op: 'delete', type: 'area', ref: slug, ifMatch: '*' },
      area(slug, { label: 'New' }),
    ]);
    expect(body.data.map((each: AnyJson) => each.status)).toEqual([204, 201]);
    const problem = await refused('slug-taken', [area(`${slug}-2`), area(`${slug}-2`)]);
    expect(problem.operation).toBe(1);
    const { data } = await independent([
      area(`${slug}-3`),
      area(fresh('namer'), related(`areas/${slug}-3`)),
      area(`${slug}-3`),
    ]);
    expect(data.map((each: AnyJson) => each.status)).toEqual([201, 201, 409]);
  });

  it('of a thousand operations is one answer, and of more is refused', async () => {
    const many = Array.from({ length: 1_001 }, (_, n) => area(`many-${n}`, { definition: `Number ${n}` }));
    const problem = await refused('invalid-request', many);
    expect(pointers(problem)).toEqual(['/operations']);
    const { body } = await post(many.slice(1));
    expect(body.data.every(({ status }: AnyJson) => status === 201)).toBe(true);
    expect(await t.db.head()).toBe(body.revision);
    const { body: stats } = await t.http.get('/v1/areas?count=exact&limit=1');
    const { rows } = await t.db.query<{ n: number }>(
      "select count(*) as n from entities where type = 'area' and not deleted",
    );
    expect(stats.count.value).toBe(Number(rows[0]?.n));
    expect(await verify(t.service.store, kinds)).toEqual([]);
  }, 120_000);

  it('merges, with what it made and changed before', async () => {
    const [survivor, duplicate, child] = [fresh('survivor'), fresh('duplicate'), fresh('child')];
    const before = await t.db.head();
    const { status, body } = await post([
      area(survivor),
      area(duplicate, { altLabels: ['Other name'] }),
      area(child, { broader: duplicate }),
      { op: 'merge', type: 'area', ref: duplicate, ifMatch: 1, into: survivor },
      { op: 'patch', type: 'area', ref: survivor, ifMatch: '*', patch: { notation: 'S' } },
    ]);
    expect(status).toBe(200);
    const ids = body.data.map(({ id }: AnyJson) => id);
    // The survivor, what refers to the duplicate, and the end of that.
    const { status: own, ...merged } = body.data[3];
    expect({ own, ...merged }).toEqual({
      ...{ own: 200, id: ids[0], slug: survivor, version: 2, revision: before + 4, etag: '"v2"', changed: true },
    });
    expect(body.revision).toBe(before + 7);
    expect((await t.http.get(`/v1/areas/${child}`)).body.broader).toBe(ids[0]);
    expect((await t.http.get(`/v1/areas/${survivor}`)).body).toMatchObject({
      ...{ version: 3, notation: 'S', altLabels: expect.arrayContaining(['Other name', duplicate]) },
    });
    const answer = await t.http.get(`/v1/areas/${ids[1]}`);
    expect([answer.status, answer.headers.location]).toEqual([308, `/v1/areas/${ids[0]}`]);
    expect(await verify(t.service.store, kinds)).toEqual([]);
  });

  it('says what is wrong with a merge where it stands', async () => {
    const slug = fresh('alone');
    const merge = (into: unknown, ...[ifMatch]: unknown[]) => ({ op: 'merge', type: 'area', ref: slug, ifMatch, into });
    expect(pointers(await refused('unknown-reference', [area(slug), merge('nothing', '*')]))).toEqual([
      '/operations/1/into',
    ]);
    expect(pointers(await refused('rule-violated', [area(slug), merge(slug, '*')]))).toEqual(['/operations/1/into']);
    expect(pointers(await refused('invalid-request', [area(slug), merge(7, '*')]))).toEqual(['/operations/1/into']);
    await refused('precondition-required', [area(slug), merge('cyber-security')]);
    await refused('version-mismatch', [area(slug), merge('cyber-security', 7)]);
  });
});

describe('an atomic batch', () => {
  it.each([
    ['unknown-reference', 'body/relations/0/target', area('x', related('areas/none'))],
    ['invalid-request', 'body/colour', area('x', { colour: 'red' })],
    ['invalid-request', 'body', { op: 'create', type: 'area', body: [] }],
    [
      'rule-violated',
      'patch/0',
      {
        op: 'patch',
        type: 'area',
        ref: 'cyber-security',
        ifMatch: '*',
        patch: [{ op: 'test', path: '/label', value: 'x' }],
      },
    ],
    ['invalid-request', 'patch', { op: 'patch', type: 'area', ref: 'cyber-security', ifMatch: '*', patch: 'x' }],
    ['slug-taken', 'body/slug', area('cyber-security')],
    ['not-found', undefined, { op: 'patch', type: 'area', ref: 'none', ifMatch: '*', patch: {} }],
    ['precondition-required', undefined, { op: 'delete', type: 'area', ref: 'cyber-security' }],
    ['precondition-required', undefined, { op: 'put', type: 'area', ref: 'cyber-security', body: { label: 'x' } }],
    ['version-mismatch', undefined, { op: 'patch', type: 'area', ref: 'cyber-security', ifMatch: 9, patch: {} }],
    [
      'version-mismatch',
      undefined,
      { op: 'put', type: 'area', ref: 'cyber-security', ifNoneMatch: '*', body: { label: 'x' } },
    ],
    ['still-referenced', undefined, { op: 'delete', type: 'area', ref: 'cyber-security', ifMatch: '*' }],
    [
      'not-found',
      undefined,
      { op: 'upsert', type: 'area', externalId: { scheme: 'a', value: 'b' }, ifMatch: 1, body: { label: 'x' } },
    ],
  ] as const)('fails as a whole with %s at %s, and nothing is written', async (code, place, operation) => {
    const problem = await refused(code, [
      area(fresh('before')),
      area(fresh('before')),
      operation,
      area(fresh('after')),
    ]);
    expect(problem.operation).toBe(2);
    expect(pointers(problem)).toEqual(place === undefined ? undefined : [`/operations/2/${place}`]);
  });

  it('names the place of a quotation, and of the passages shown for it, from the batch on', async () => {
    const headers = { 'content-type': 'text/plain', 'if-match': '*' };
    const raw = 'They agreed on high-level consultations in January.';
    expect((await t.http.send('PUT', '/v1/sources/seed-article/text', { raw, headers })).status).toBe(200);
    const citations = [{ source: 'seed-article', quote: { exact: 'high-level consultation in June' } }];
    const problem = await refused('quote-not-found', [area(fresh('a')), area(fresh('quoting'), { citations })]);
    const place = '/operations/1/body/citations/0/quote';
    expect(pointers(problem)).toEqual([`${place}/exact`]);
    expect(problem.passages.map(({ pointer }: AnyJson) => pointer)).toEqual([`${place}/exact`]);
  });

  it('is what a batch without mode is', async () => {
    expect(
      (await refused('not-found', [area(fresh('a')), { op: 'delete', type: 'area', ref: 'none', ifMatch: 1 }]))
        .operation,
    ).toBe(1);
  });
});

describe('independent operations', () => {
  it('fail each for itself, and the others stand', async () => {
    const [one, two] = [fresh('stands'), fresh('stands')];
    const before = await t.db.head();
    const { data, revision } = await independent([
      area(one),
      area('cyber-security'),
      { op: 'patch', type: 'area', ref: one, ifMatch: 7, patch: {} },
      area(fresh('wrong'), { label: '' }),
      area(two, related(`areas/${one}`)),
    ]);
    expect(data.map(({ status, problem }: AnyJson) => [status, problem?.code])).toEqual([
      [201, undefined],
      [409, 'slug-taken'],
      [412, 'version-mismatch'],
      [400, 'invalid-request'],
      [201, undefined],
    ]);
    expect(data[1].problem).toMatchObject({
      ...{ type: '/problems/slug-taken', status: 409, retryable: false, requestId: expect.any(String) },
      errors: [{ in: 'body', pointer: '/operations/1/body/slug' }],
    });
    expect(data[2].problem).toMatchObject({ currentVersion: 1, yourVersion: 7 });
    expect(pointers(data[3].problem)).toEqual(['/operations/3/body/label']);
    expect(revision).toBe(before + 2);
    expect(await t.db.head()).toBe(before + 2);
    expect(await verify(t.service.store, kinds)).toEqual([]);
  });

  it('fail with those that they refer to, before or after them, and leave no trace', async () => {
    const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map(fresh) as [string, string, string, string, string];
    const before = await t.db.sizes();
    const { data } = await independent([
      area(a, related(`areas/${b}`)),
      area(b, related(`areas/${c}`)),
      area(c, { broader: 'none' }),
      area(d, related(`areas/${a}`)),
      area(e, related(`areas/${b}`)),
    ]);
    expect(data.map(({ status, problem }: AnyJson) => [status, problem?.code, pointers(problem ?? {})])).toEqual(
      [
        'body/relations/0/target',
        'body/relations/0/target',
        'body/broader',
        'body/relations/0/target',
        'body/relations/0/target',
      ].map((place, index) => [422, 'unknown-reference', [`/operations/${index}/${place}`]]),
    );
    expect(await t.db.sizes()).toEqual(before);
    const mended = await independent([
      area(a, related(`areas/${b}`)),
      area(b, related(`areas/${c}`)),
      area(c, { label: '' }),
      area(d, related(`areas/${e}`)),
      area(e),
      area(c),
    ]);
    expect(mended.data.map(({ status }: AnyJson) => status)).toEqual([422, 422, 400, 201, 201, 201]);
    expect(await verify(t.service.store, kinds)).toEqual([]);
  });
});

describe('the form of a batch', () => {
  it.each([
    ['no operations', { operations: [] }, ['/operations']],
    ['none at all', {}, ['/operations']],
    ['another mode', { mode: 'some', operations: [area('x')] }, ['/mode']],
    ['an unknown member', { operations: [area('x')], dryRun: true }, ['/dryRun']],
    ['an unknown operation', { operations: [area('x'), { op: 'move', type: 'area' }] }, ['/operations/1/op']],
    ['an operation that is none', { operations: [5] }, ['/operations/0']],
    ['an unknown type', { operations: [{ op: 'create', type: 'areas', body: {} }] }, ['/operations/0/type']],
    ['no body', { operations: [{ op: 'create', type: 'area' }] }, ['/operations/0/body']],
    ['no reference', { operations: [{ op: 'delete', type: 'area', ifMatch: '*' }] }, ['/operations/0/ref']],
    [
      'a wrong version',
      { operations: [{ op: 'delete', type: 'area', ref: 'x', ifMatch: 'v3' }] },
      ['/operations/0/ifMatch'],
    ],
    [
      'a wrong external id',
      { operations: [{ op: 'upsert', type: 'area', externalId: { scheme: 'A B', value: 'x' }, body: {} }] },
      ['/operations/0/externalId/scheme'],
    ],
    ['a member of another operation', { operations: [{ ...area('x'), ref: 'y' }] }, ['/operations/0/ref']],
  ])('is refused with %s', async (_, body, expected) => {
    const before = await t.db.sizes();
    const problem = expectProblem(await t.http.post(PATH, body), 'invalid-request');
    expect(pointers(problem)).toEqual(expected);
    for (const { message } of problem.errors) expect(message).not.toMatch(/^Invalid/);
    expect(await t.db.sizes()).toEqual(before);
  });

  it('may be larger than that of a record, up to a limit', async () => {
    const large = Array.from({ length: 700 }, () =>
      area(fresh('large'), { definition: 'x'.repeat(1_900), label: 'Large' }),
    );
    expect((await post(large)).status).toBe(200);
    const answer = await t.http.send('POST', PATH, { raw: Buffer.alloc(16 * 1024 * 1024 + 1, 32) });
    expect(expectProblem(answer, 'payload-too-large').maxBytes).toBe(16 * 1024 * 1024);
  });

  it('needs a key that may write, JSON, and takes no parameters', async () => {
    const json = { operations: [area('x')] };
    expectProblem(await t.http.send('POST', PATH, { json, key: null }), 'unauthenticated');
    expectProblem(await t.http.send('POST', PATH, { json, key: 'read' }), 'insufficient-scope');
    expectProblem(await t.http.send('POST', `${PATH}?mode=atomic`, { json }), 'unknown-parameter');
    const headers = { 'content-type': 'application/x-ndjson' };
    expectProblem(await t.http.send('POST', PATH, { json, headers }), 'unsupported-media-type');
    expectProblem(await t.http.send('POST', PATH, { json, headers: { accept: 'text/csv' } }), 'not-acceptable');
    expectProblem(await t.http.send('GET', PATH), 'method-not-allowed');
  });
});

describe('Idempotency-Key', () => {
  it('answers a repeat with the same bytes and writes once, in both modes', async () => {
    for (const mode of ['atomic', 'independent']) {
      const headers = { 'idempotency-key': fresh('key') };
      const operations = [area(fresh('once')), ...(mode === 'atomic' ? [] : [area('cyber-security')])];
      const first = await post(operations, mode, headers);
      const before = await t.db.sizes();
      const again = await post(operations, mode, headers);
      expect([first.status, again.status, again.text]).toEqual([200, 200, first.text]);
      expect([first, again].map((answer) => answer.headers['idempotency-replayed'])).toEqual([undefined, 'true']);
      expect(await t.db.sizes()).toEqual(before);
      expectProblem(await post([area(fresh('other'))], mode, headers), 'idempotency-key-reused');
    }
  });

  it('replays the problem of an atomic batch, with its place', async () => {
    const headers = { 'idempotency-key': fresh('key') };
    const operations = [area(fresh('lost')), area('cyber-security')];
    const first = await post(operations, 'atomic', headers);
    const again = await post(operations, 'atomic', headers);
    expect(pointers(expectProblem(again, 'slug-taken'))).toEqual(['/operations/1/body/slug']);
    expect([again.text, again.headers['idempotency-replayed']]).toEqual([first.text, 'true']);
  });

  it('is in progress for another service on the same database while the batch is being done', async () => {
    const second = await startSecondService(t.service);
    const headers = { 'idempotency-key': fresh('key') };
    const body = { operations: [area(fresh('slow')), area(fresh('slow'))] };
    const { journal, opened } = holdWrites();
    try {
      const first = t.http.post(PATH, body, headers);
      await journal;
      const sent = {
        ...{ method: 'POST', body: JSON.stringify(body) },
        headers: { ...headers, authorization: `Bearer ${t.service.key('write')}`, 'content-type': 'application/json' },
      };
      const meanwhile = await fetch(`${second.url}${PATH}`, sent);
      expect([meanwhile.status, ((await meanwhile.json()) as AnyJson).code]).toEqual([409, 'idempotency-in-progress']);
      expect(meanwhile.headers.get('retry-after')).toBe('1');
      opened();
      const answer = await first;
      expect(answer.status).toBe(200);
      const replayed = await fetch(`${second.url}${PATH}`, sent);
      expect([replayed.status, await replayed.text()]).toEqual([200, answer.text]);
    } finally {
      opened();
      await second.stop();
    }
  });
});

/** Has the next write but one of the service wait until it is let go: the first one claims the key. */
function holdWrites(): { journal: Promise<void>; opened: () => void } {
  const { store } = t.service;
  const write = store.write.bind(store);
  let writes = 0;
  let reached = () => {};
  let opened = () => {};
  const journal = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const gate = new Promise<void>((resolve) => {
    opened = resolve;
  });
  store.write = async (work) => {
    writes += 1;
    if (writes === 2) {
      store.write = write;
      reached();
      await gate;
    }
    return write(work);
  };
  return { journal, opened };
}
