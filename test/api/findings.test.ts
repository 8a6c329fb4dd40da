import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ANY, type AnyJson, expectProblem } from '../support/client.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });

const EVENT = {
  kind: 'meeting',
  title: 'A part',
  date: '2024-05-01',
  status: 'concluded',
};

async function create(collection: string, body: object): Promise<AnyJson> {
  const answer = await t.http.post(`/v1/${collection}`, body);
  expect({ status: answer.status, text: answer.status === 201 ? '' : answer.text }).toEqual({ status: 201, text: '' });
  return answer.body;
}

const list = async (query = '') => (await t.http.get(`/v1/findings?${query}`)).body;

/** An event outside the one that it is part of: a finding that each test may change as it likes. */
async function stray(n: string): Promise<{ parent: AnyJson; part: AnyJson; finding: AnyJson }> {
  const parent = await create('events', { ...EVENT, title: `A whole ${n}`, date: '2024-03' });
  const relations = [{ kind: 'part-of', target: parent.id }];
  const part = await create('events', { ...EVENT, title: `A part ${n}`, relations });
  const { data } = await list(`record=${part.id}&rule=outside-parent`);
  expect(data).toHaveLength(1);
  return { parent, part, finding: data[0] };
}

describe('GET /v1/findings', () => {
  it('answers what was written a moment ago, with records, details and how far all is checked', async () => {
    const { parent, part, finding } = await stray('told');
    const { data, page, asOf, checked } = await list(`record=${part.id}`);
    expect({ page, asOf, checked }).toEqual({
      page: { next: null, limit: 50 },
      asOf: await t.db.head(),
      checked: await t.db.head(),
    });
    expect(data).toEqual([finding]);
    expect(finding).toEqual({
      id: expect.stringMatching(/^finding_[0-7][0-9a-hjkmnp-tv-z]{25}$/),
      rule: 'outside-parent',
      severity: 'warning',
      message: expect.stringContaining('2024-03'),
      records: [
        { id: part.id, type: 'event', slug: part.slug, label: part.title },
        { id: parent.id, type: 'event', slug: parent.slug, label: parent.title },
      ],
      details: expect.objectContaining({ partOf: parent.id }),
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      acknowledgement: null,
    });
  });

  it('goes when the record is put right, by a change of either record, and by a deletion', async () => {
    const first = await stray('put right');
    expect((await t.http.patch(`/v1/events/${first.part.id}`, { date: '2024-03-09' }, ANY)).status).toBe(200);
    expect((await list(`record=${first.part.id}`)).data).toEqual([]);
    const second = await stray('whole put right');
    expect((await t.http.patch(`/v1/events/${second.parent.id}`, { date: '2024' }, ANY)).status).toBe(200);
    expect((await list(`record=${second.parent.id}`)).data).toEqual([]);
    const third = await stray('deleted');
    expect((await t.http.delete(`/v1/events/${third.part.id}`, ANY)).status).toBe(204);
    expect((await list(`record=${third.part.id},${third.parent.id}`)).data).toEqual([]);
    expectProblem(await t.http.get(`/v1/findings/${third.finding.id}`), 'not-found');
  });

  it('shows records under their present names', async () => {
    const { part, finding } = await stray('renamed');
    await t.http.patch(`/v1/events/${part.id}`, { title: 'Called otherwise', slug: 'called-otherwise' }, ANY);
    const [now] = (await list(`record=${part.id}`)).data;
    expect(now).toEqual({
      ...finding,
      records: [{ ...finding.records[0], slug: 'called-otherwise', label: 'Called otherwise' }, finding.records[1]],
    });
  });

  it('filters by rule, severity, type, record and acknowledgement, alone and together', async () => {
    const all = (await list('limit=200')).data as AnyJson[];
    expect(all.length).toBeGreaterThan(3);
    const ids = (findings: AnyJson[]) => findings.map(({ id }) => id);
    for (const [query, fits] of [
      ['rule=outside-parent', ({ rule }: AnyJson) => rule === 'outside-parent'],
      ['rule=outside-parent,office-not-held', ({ rule }: AnyJson) => /^(outside-parent|office-not-held)$/.test(rule)],
      ['severity=warning', ({ severity }: AnyJson) => severity === 'warning'],
      ['severity=notice,warning&type=event', (f: AnyJson) => f.severity !== 'error' && f.records[0].type === 'event'],
      ['record=actors/dmytro-kuleba', (f: AnyJson) => f.records.some(({ slug }: AnyJson) => slug === 'dmytro-kuleba')],
      ['acknowledged=false', ({ acknowledgement }: AnyJson) => acknowledgement === null],
      ['acknowledged=true', ({ acknowledgement }: AnyJson) => acknowledgement !== null],
    ] as const) {
      const found = await list(`${query}&limit=200&count=exact`);
      expect({ query, ids: ids(found.data), count: found.count }).toEqual({
        query,
        ids: ids(all.filter(fits)),
        count: all.filter(fits).length,
      });
    }
    expect((await list('rule=outside-parent')).count).toBeUndefined();
  });

  it('pages through all of them, the gravest first, each once', async () => {
    const all = (await list('limit=200')).data as AnyJson[];
    const walked = await t.http.walk('/v1/findings?limit=2');
    expect(walked.data).toEqual(all);
    const order = ['error', 'warning', 'notice'];
    const keys = all.map(({ severity, rule, id }) => `${order.indexOf(severity)} ${rule} ${id}`);
    expect(keys).toEqual([...keys].sort());
    const answer = await t.http.get('/v1/findings?limit=2');
    expect(answer.headers.link).toBe(`</v1/findings?limit=2&cursor=${answer.body.page.next}>; rel="next"`);
  });

  it('is 304 while nothing was written, and not after', async () => {
    const first = await t.http.get('/v1/findings?type=event');
    const again = await t.http.get('/v1/findings?type=event', { 'if-none-match': first.headers.etag });
    expect({ status: again.status, text: again.text }).toEqual({ status: 304, text: '' });
    expect(first.headers['cache-control']).toBe('no-cache');
    await stray('tagged');
    const after = await t.http.get('/v1/findings?type=event', { 'if-none-match': first.headers.etag });
    expect(after.status).toBe(200);
  });

  it.each([
    ['rule=no-such-rule', 'rule', 'invalid-parameter'],
    ['severity=fatal', 'severity', 'invalid-parameter'],
    ['type=events', 'type', 'invalid-parameter'],
    ['record=events/no-such', 'record', 'invalid-parameter'],
    ['acknowledged=yes', 'acknowledged', 'invalid-parameter'],
    ['count=capped', 'count', 'invalid-parameter'],
    ['limit=201', 'limit', 'invalid-parameter'],
    ['limit=0', 'limit', 'invalid-parameter'],
    ['asOf=5', 'asOf', 'unknown-parameter'],
    ['cursor=c1_nonsense', 'cursor', 'cursor-malformed'],
    ['rule=outside-parent&rule=office-not-held', 'rule', 'duplicate-parameter'],
  ] as const)('refuses ?%s, naming %s', async (query, parameter, code) => {
    const problem = expectProblem(await t.http.get(`/v1/findings?${query}`), code);
    expect(problem.errors.map((error: AnyJson) => error.parameter)).toContain(parameter);
  });

  it('refuses the cursor of another query', async () => {
    const { page } = await list('limit=1');
    expectProblem(await t.http.get(`/v1/findings?limit=1&type=event&cursor=${page.next}`), 'cursor-mismatch');
  });
});

describe('GET /v1/findings/{id}', () => {
  it('answers one, 304 for its ETag, and 404 for what is none', async () => {
    const { finding } = await stray('one');
    const answer = await t.http.get(`/v1/findings/${finding.id}`);
    expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: finding });
    const again = await t.http.get(`/v1/findings/${finding.id}`, { 'if-none-match': answer.headers.etag });
    expect(again.status).toBe(304);
    expectProblem(await t.http.get('/v1/findings/finding_00000000000000000000000000'), 'not-found');
    expectProblem(await t.http.get('/v1/findings/nonsense'), 'not-found');
    expectProblem(await t.http.get(`/v1/findings/${finding.id}?fields=id`), 'unknown-parameter');
  });
});

describe('acknowledging a finding', () => {
  let made: { parent: AnyJson; part: AnyJson; finding: AnyJson };
  let path: string;
  let n = 0;
  beforeAll(() => t.service.clock.set('2031-06-01T00:00:00.000Z'));
  const prepare = async () => {
    n += 1;
    made = await stray(`acknowledged ${n}`);
    path = `/v1/findings/${made.finding.id}/acknowledgement`;
  };
  const tagNow = async () => String((await t.http.get(`/v1/findings/${made.finding.id}`)).headers.etag);
  const reason = 'The report has it so.';
  afterEach(async () => {
    await t.http.delete(`/v1/events/${made.part.id}`, ANY);
  });

  it('is a version of the record, with author, reason and kind of change, and shows on the finding', async () => {
    await prepare();
    const before = await t.db.head();
    const answer = await t.http.put(path, { reason }, { 'if-match': await tagNow() });
    const acknowledgement = { reason, by: expect.any(String), at: expect.stringMatching(/^2031-06-01T/) };
    expect({ status: answer.status, body: answer.body }).toEqual({
      status: 200,
      body: { ...made.finding, acknowledgement },
    });
    expect(await t.db.head()).toBe(before + 1);
    const { body: part } = await t.http.get(`/v1/events/${made.part.id}`);
    expect(part).toMatchObject({
      version: 2,
      acknowledgements: [{ finding: made.finding.id, fingerprint: made.finding.fingerprint, ...acknowledgement }],
    });
    const { body: history } = await t.http.get(`/v1/events/${made.part.id}/history`);
    expect(history.data[0]).toMatchObject({
      version: 2,
      by: answer.body.acknowledgement.by,
      note: reason,
      changeKind: 'editorial',
    });
    expect((await list(`record=${made.part.id}&acknowledged=true`)).data).toEqual([answer.body]);
    expect((await list(`record=${made.part.id}&acknowledged=false`)).data).toEqual([]);
    expect(answer.headers.etag).toBe(await tagNow());
  });

  it('again with the same reason writes nothing; with another it writes that', async () => {
    await prepare();
    const first = await t.http.put(path, { reason }, ANY);
    const head = await t.db.head();
    const again = await t.http.put(path, { reason }, ANY);
    expect({ status: again.status, body: again.body, head: await t.db.head() }).toEqual({
      ...{ status: 200, body: first.body, head },
    });
    const other = await t.http.put(path, { reason: 'On second thoughts.' }, ANY);
    expect(other.body.acknowledgement.reason).toBe('On second thoughts.');
    expect((await t.http.get(`/v1/events/${made.part.id}`)).body.acknowledgements).toHaveLength(1);
  });

  it('outlives changes of what the finding does not rest on, and PUT of the record', async () => {
    await prepare();
    await t.http.put(path, { reason }, ANY);
    const { body } = await t.http.get(`/v1/events/${made.part.id}`);
    const put = await t.http.put(`/v1/events/${made.part.id}`, { ...body, acknowledgements: [], tags: ['seen'] }, ANY);
    expect(put.body.acknowledgements).toEqual(body.acknowledgements);
    expect((await list(`record=${made.part.id}&acknowledged=true`)).data).toHaveLength(1);
  });

  it('is void when the data change, by a change of either record, and holds again when they are as they were', async () => {
    await prepare();
    await t.http.put(path, { reason }, ANY);
    await t.http.patch(`/v1/events/${made.parent.id}`, { date: '2024-04' }, ANY);
    const [changed] = (await list(`record=${made.part.id}`)).data;
    expect(changed).toMatchObject({ id: made.finding.id, acknowledgement: null });
    expect(changed.fingerprint).not.toBe(made.finding.fingerprint);
    await t.http.patch(`/v1/events/${made.parent.id}`, { date: '2024-03' }, ANY);
    expect((await list(`record=${made.part.id}`)).data).toMatchObject([{ acknowledgement: { reason } }]);
  });

  it('is withdrawn by DELETE, which is a version, too', async () => {
    await prepare();
    await t.http.put(path, { reason }, ANY);
    expect((await t.http.delete(path, { 'if-match': await tagNow() })).status).toBe(204);
    expect((await list(`record=${made.part.id}`)).data).toEqual([made.finding]);
    const { body: part } = await t.http.get(`/v1/events/${made.part.id}`);
    expect({ version: part.version, has: 'acknowledgements' in part }).toEqual({ version: 3, has: false });
    expectProblem(await t.http.delete(path, ANY), 'not-found');
  });

  it('needs If-Match, of the finding as it is', async () => {
    await prepare();
    const before = await t.db.sizes();
    expectProblem(await t.http.put(path, { reason }), 'precondition-required');
    const tag = await tagNow();
    await t.http.patch(`/v1/events/${made.part.id}`, { date: '2024-06' }, ANY);
    const problem = expectProblem(await t.http.put(path, { reason }, { 'if-match': tag }), 'version-mismatch');
    expect(problem).toMatchObject({ yourVersion: tag, currentVersion: await tagNow() });
    expect((await t.db.sizes()).revision).toBe((before.revision ?? 0) + 1);
  });

  it.each([
    [{}, '/reason'],
    [{ reason: '' }, '/reason'],
    [{ reason: 'x'.repeat(1001) }, '/reason'],
    [{ reason: 5 }, '/reason'],
    [{ reason: 'x', until: '2030' }, '/until'],
  ])('refuses %j, naming the field', async (body, pointer) => {
    await prepare();
    const before = await t.db.sizes();
    const problem = expectProblem(await t.http.put(path, body, ANY), 'invalid-request');
    expect(problem.errors.map((error: AnyJson) => error.pointer)).toEqual([pointer]);
    expect(await t.db.sizes()).toEqual(before);
  });

  it('needs a key that may write, and a finding that is there', async () => {
    await prepare();
    const sent = { json: { reason }, headers: ANY };
    expectProblem(await t.http.send('PUT', path, { ...sent, key: null }), 'unauthenticated');
    expectProblem(await t.http.send('PUT', path, { ...sent, key: 'read' }), 'insufficient-scope');
    const none = '/v1/findings/finding_00000000000000000000000000/acknowledgement';
    expectProblem(await t.http.put(none, { reason: 5 }, ANY), 'not-found');
    expectProblem(await t.http.delete(none, ANY), 'not-found');
  });
});
