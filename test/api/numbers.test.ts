import { beforeAll, describe, expect, it } from 'vitest';
import { ANY, type AnyJson, expectProblem } from '../support/client.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
let loaded: number;

beforeAll(async () => {
  loaded = await t.db.head();
});

const PATHS = ['/v1/timeline?split=kind', '/v1/commitments/totals?group=promisor', '/v1/stats'];
const withMore = (path: string, more: string) => `${path}${path.includes('?') ? '&' : '?'}${more}`;

describe.each(PATHS)('%s', (path) => {
  it('is of a revision, has a weak tag, and is 304 until the journal moves', async () => {
    const first = await t.http.get(path);
    expect(first.status).toBe(200);
    expect(first.headers).toMatchObject({ 'cache-control': 'no-cache', vary: 'Accept' });
    expect(first.headers.etag).toMatch(/^W\/"r[0-9]+-/);
    expect(first.body.asOf).toBe(await t.db.head());
    const headers = { 'if-none-match': first.headers.etag ?? '' };
    const again = await t.http.get(path, headers);
    expect({ status: again.status, text: again.text }).toEqual({ status: 304, text: '' });
    await t.http.patch('/v1/areas/artillery', { notes: `Seen by ${path}` }, ANY);
    expect((await t.http.get(path, headers)).status).toBe(200);
  });

  it('stays as it was for a past revision or instant', async () => {
    const then = await t.http.get(withMore(path, `asOf=${loaded}`));
    await t.http.post('/v1/events', { kind: 'call', title: 'A call', date: '2025-03', status: 'concluded' });
    const later = await t.http.get(withMore(path, `asOf=${loaded}`));
    expect(later.text).toBe(then.text);
    expect(later.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const { recordedAt } = (await t.http.get(`/v1/stats?asOf=${loaded}`)).body.revisions.last;
    const { asOf: _, ...instant } = (await t.http.get(withMore(path, `asOf=${recordedAt}`))).body;
    const { asOf: __, ...revision } = then.body;
    expect(instant).toEqual(revision);
  });

  it('gives the same for the present and for the revision that is the last', async () => {
    const now = await t.http.get(path);
    const last = await t.http.get(withMore(path, `asOf=${await t.db.head()}`));
    expect(last.text).toBe(now.text);
  });

  it.each([
    ['asOf=0', 'asOf'],
    ['asOf=999999', 'asOf'],
    ['asOf=yesterday', 'asOf'],
    ['asOf=2099-01-01T00:00:00Z', 'asOf'],
  ])('refuses %s', async (parameter, name) => {
    const answer = await t.http.get(withMore(path, parameter));
    const problem = expectProblem(answer, 'invalid-parameter');
    expect(problem.errors).toMatchObject([{ in: 'query', parameter: name }]);
    expect(answer.headers.etag).toBeUndefined();
  });

  it('refuses what it does not know, and types that it cannot answer in', async () => {
    const problem = expectProblem(await t.http.get(withMore(path, 'asof=3')), 'unknown-parameter');
    expect(problem.errors[0].message).toContain('did you mean `asOf`?');
    expectProblem(await t.http.get(path, { accept: 'text/csv' }), 'not-acceptable');
    expectProblem(await t.http.get(withMore(path, 'asOf=1&asOf=2')), 'duplicate-parameter');
  });
});

describe('GET /v1/timeline', () => {
  const at = (query: string) => t.http.get(`/v1/timeline?asOf=${loaded}&${query}`);

  it('never puts a record into a month that its source does not name', async () => {
    const { body } = await at('from=2025&to=2025&match=certain');
    expect(body).toMatchObject({ type: 'events', by: 'month', imprecise: 'bucket', spread: false, undated: 0 });
    const inBuckets = body.buckets.reduce((sum: number, { count }: AnyJson) => sum + count, 0);
    const elsewhere = Object.values(body.unknownWithin as Record<string, number>).reduce((a, b) => a + b, 0);
    expect(inBuckets + elsewhere).toBe(body.total);
    const [january] = body.buckets;
    expect(january).toMatchObject({ start: '2025-01', earliest: '2025-01-01', latest: '2025-01-31' });
    const days = await at('from=2025-01&to=2025-01&by=day&kind=consultation');
    expect(days.body).toMatchObject({ buckets: [], unknownWithin: { '2025-01': 1 }, total: 1 });
  });

  it('spreads on request, and says so', async () => {
    const { body } = await at('from=2025-01&to=2025-01&by=day&kind=consultation&imprecise=spread');
    expect(body).toMatchObject({ imprecise: 'spread', spread: true, unknownWithin: {}, total: 1 });
    expect(body.buckets).toHaveLength(31);
    expect(body.buckets.every(({ count }: AnyJson) => count === 1)).toBe(true);
  });

  it('fills gaps only when asked', async () => {
    const bare = (await at('kind=summit')).body.buckets;
    const filled = (await at('kind=summit&empty=fill')).body.buckets;
    expect(bare.every(({ count }: AnyJson) => count > 0)).toBe(true);
    expect(filled.filter(({ count }: AnyJson) => count > 0)).toEqual(bare);
    expect(filled.length).toBeGreaterThan(bare.length);
    expect([filled[0].start, filled.at(-1).start]).toEqual([bare[0].start, bare.at(-1).start]);
  });

  it('names quarters and years, and the records a split is about', async () => {
    const { body } = await at('type=commitments&by=quarter&split=area&from=2024&to=2024');
    expect(body.buckets.map(({ start }: AnyJson) => start)).toContain('2024-Q2');
    expect(body.unknownWithin['2024']).toBeGreaterThan(10);
    expect(body.split.by).toBe('area');
    expect(body.split.values[0]).toMatchObject({ slug: 'military-equipment', label: expect.any(String) });
    expect(body.split.values[0].value).toMatch(/^area_/);
  });

  it('counts under an actor what a list filtered by that actor counts', async () => {
    const { body } = await at('split=actor&by=year');
    expect(body.split.values).toHaveLength(20);
    expect(body.split.other).toBeGreaterThan(0);
    for (const { value, count } of body.split.values.slice(0, 5)) {
      const list = await t.http.get(`/v1/events?actor=${value}&count=exact&limit=1&asOf=${loaded}`);
      expect(list.body.count.value).toBe(count);
    }
  });

  it.each([
    ['type=event', 'type', 'did you mean `events`?'],
    ['type=actors', 'type', 'must be one of events, agreements, commitments, claims, sources'],
    ['by=months', 'by', 'did you mean `month`?'],
    ['split=role', 'split', 'must be one of kind, status'],
    ['type=sources&split=status', 'split', 'must be one of kind, method for type=sources'],
    ['imprecise=guess', 'imprecise', 'must be one of bucket, spread'],
    ['empty=yes', 'empty', 'must be one of omit, fill'],
    ['kind=sining', 'kind', 'did you mean `signing`?'],
    ['type=claims&kind=signing', 'kind', 'must be one of fact'],
    ['actor=nobody-at-all', 'actor', 'names no actor'],
    ['from=2025&to=2024', 'to', 'must not be before `from`'],
    ['from=15%20March', 'from', ''],
    ['match=maybe', 'match', ''],
    ['areaDepth=0', 'areaDepth', 'needs `area`'],
    ['kind=', 'kind', 'must not be empty'],
    ['by=day&imprecise=spread', 'by', 'would make 1,083 buckets, more than 1,000; use by=month'],
  ])('refuses %s as the list does', async (query, parameter, message) => {
    const problem = expectProblem(await at(query), 'invalid-parameter');
    expect(problem.errors).toMatchObject([{ in: 'query', parameter, message: expect.stringContaining(message) }]);
  });

  it('takes words and the second clock as the list does', async () => {
    const queries = [
      'type=events&q=Kiev',
      'type=claims&q=%22-%22',
      'type=agreements&validOn=2024-07&match=certain',
      'type=commitments&validOn=2024-07-01&q=drones',
    ];
    for (const query of queries) {
      const [, collection, rest] = /^type=([a-z]+)&(.*)$/.exec(query) ?? [];
      const list = await t.http.get(`/v1/${collection}?${rest}&count=exact&limit=1&asOf=${loaded}`);
      expect((await at(query)).body.total, query).toBe(list.body.count.value);
    }
    const problem = expectProblem(await at('validOn=2024'), 'unknown-parameter');
    expect(problem.errors[0].message).toContain('does not apply to events');
    expectProblem(await at(`q=${'x'.repeat(201)}`), 'invalid-parameter');
    const { body } = await t.http.get(`/v1/commitments/totals?q=drones&asOf=${loaded}`);
    expect(body.summed).toBeGreaterThan(0);
    expect(body.summed).toBeLessThan(10);
  });

  it('takes the filters of its type only', async () => {
    expect((await at('type=commitments&currency=EUR')).status).toBe(200);
    const problem = expectProblem(await at('currency=EUR'), 'unknown-parameter');
    expect(problem.errors[0].parameter).toBe('currency');
  });
});

describe('GET /v1/commitments/totals', () => {
  const totals = async (query: string) => t.http.get(`/v1/commitments/totals?asOf=${loaded}&${query}`);

  it('says what it sums and what it leaves out; each that fits is one or the other', async () => {
    const { body } = await totals('promisor=spain');
    const list = await t.http.get(`/v1/commitments?promisor=spain&count=exact&asOf=${loaded}`);
    expect(body.stages).toEqual([
      ...['announced', 'pledged', 'committed', 'allocated', 'partially-delivered', 'delivered', 'suspended', 'none'],
    ]);
    const disputed = list.body.data.find(({ slug }: AnyJson) => slug === 'es-5bn');
    expect(body.excluded.disputed).toEqual({ count: 1, ids: [disputed.id] });
    const excluded = Object.values(body.excluded as Record<string, { count: number }>);
    expect(body.summed + excluded.reduce((sum, { count }) => sum + count, 0)).toBe(list.body.count.value);
  });

  it('keeps currencies, bases and qualifiers apart', async () => {
    const { body } = await totals('currency=GBP');
    expect(body.totals).toEqual([
      {
        ...{ currency: 'GBP', basis: 'total', count: 5 },
        amounts: [
          { qualifier: 'exact', count: 4, value: '7140000000' },
          { qualifier: 'at-least', count: 1, value: '200000000' },
        ],
      },
      {
        currency: 'GBP',
        basis: 'per-year',
        count: 1,
        amounts: [{ qualifier: 'exact', count: 1, value: '3000000000' }],
      },
    ]);
  });

  it('sums other stages on request', async () => {
    const { body } = await totals('stages=delivered,pledged&group=stage');
    expect(body.stages).toEqual(['pledged', 'delivered']);
    expect(body.groups.map(({ key }: AnyJson) => key)).toEqual([{ stage: 'pledged' }, { stage: 'delivered' }]);
    expect(body.excluded.stages.count).toBeGreaterThan(0);
  });

  it('counts a promise of several once in the whole, and whole and marked in each group', async () => {
    const amount = { value: '0.1', currency: 'CHF', qualifier: 'exact', basis: 'total' };
    const promise = {
      statement: 'Two promise',
      kind: 'financial',
      amount,
      milestones: [{ stage: 'pledged', on: '2025' }],
    };
    await t.http.post('/v1/commitments', { ...promise, promisors: ['germany', 'united-states'] });
    await t.http.post('/v1/commitments', { ...promise, promisors: ['germany'], amount: { ...amount, value: '0.2' } });
    const { body } = await t.http.get('/v1/commitments/totals?currency=CHF&group=promisor');
    const line = (value: string, count: number, shared?: { count: number; value: string }) => [
      {
        ...{ currency: 'CHF', basis: 'total', count },
        amounts: [{ qualifier: 'exact', count, value, ...(shared && { shared }) }],
      },
    ];
    expect(body.totals).toEqual(line('0.3', 2));
    expect(body.groups).toMatchObject([
      {
        key: { promisor: { slug: 'germany' } },
        count: 2,
        shared: 1,
        totals: line('0.3', 2, { count: 1, value: '0.1' }),
      },
      {
        key: { promisor: { slug: 'united-states' } },
        count: 1,
        shared: 1,
        totals: line('0.1', 1, { count: 1, value: '0.1' }),
      },
    ]);
  });

  it.each([
    ['group=promiser', 'group', 'did you mean `promisor`?'],
    ['group=promisor,area,kind', 'group', 'must be one or two different names'],
    ['group=kind,kind', 'group', 'must be one or two different names'],
    ['stages=pleged', 'stages', 'did you mean `pledged`?'],
    ['stages=pledged,', 'stages', 'has an empty value'],
    ['minAmount=5', 'minAmount', 'needs `currency`'],
    ['promisor=nobody', 'promisor', 'names no actor'],
  ])('refuses %s', async (query, parameter, message) => {
    const problem = expectProblem(await totals(query), 'invalid-parameter');
    expect(problem.errors).toMatchObject([{ in: 'query', parameter, message: expect.stringContaining(message) }]);
  });

  it('stops at groups beyond number', async () => {
    const actors = (await t.http.get('/v1/actors?limit=60')).body.data.map(({ id }: AnyJson) => id);
    const body = {
      ...{ statement: 'All for all', kind: 'other', promisors: actors, beneficiaries: actors },
      amount: { value: '1', currency: 'XAU', qualifier: 'exact', basis: 'total' },
    };
    await t.http.post('/v1/commitments', body);
    const both = await t.http.get('/v1/commitments/totals?currency=XAU&group=promisor,beneficiary');
    const problem = expectProblem(both, 'invalid-parameter');
    expect(problem.errors).toMatchObject([{ parameter: 'group', code: 'out-of-range' }]);
    const { groups } = (await t.http.get('/v1/commitments/totals?currency=XAU&group=promisor')).body;
    expect(groups).toHaveLength(60);
  });

  it('is no record: no commitment can take the slug `totals`, however it comes by it', async () => {
    const body = { statement: 'Totals', kind: 'other' };
    const refusals = [
      await t.http.post('/v1/commitments', { ...body, slug: 'totals' }),
      await t.http.put('/v1/commitments/totals', body, { 'if-none-match': '*' }),
      await t.http.patch('/v1/commitments/uk-2024-military', { slug: 'totals' }, ANY),
      await t.http.put('/v1/commitments/by/example/totals', { ...body, slug: 'totals' }),
    ];
    for (const refusal of refusals) {
      const problem = expectProblem(refusal, 'invalid-request');
      expect(problem.errors).toMatchObject([{ pointer: '/slug', message: expect.stringContaining('`totals`') }]);
    }
    expect((await t.http.post('/v1/commitments', body)).body.slug).toBe('totals-2');
    expect(
      (await t.http.post('/v1/events', { title: 'Totals', kind: 'call', date: '2025', status: 'concluded' })).body.slug,
    ).toBe('totals');
  });
});

describe('GET /v1/stats', () => {
  const QUOTING = /"quote":/;
  const CITING = /"citations":\[\{/;
  const COLLECTIONS: Record<string, string> = {
    events: 'event',
    actors: 'actor',
    agreements: 'agreement',
    sources: 'source',
    claims: 'claim',
  };

  it('counts what a naive count over the documents counts, then and now', async () => {
    await t.http.patch('/v1/sources/seed-article', { method: 'machine-coded', kind: 'social' }, ANY);
    await t.http.patch('/v1/claims/art-event-consultations', { standing: 'retracted' }, ANY);
    for (const revision of [loaded, await t.db.head()]) {
      const { body } = await t.http.get(`/v1/stats?asOf=${revision}`);
      const open = (await t.db.stateAt('dispute', revision)).filter(({ doc }) => doc.preferred === undefined);
      const about = new Set(open.flatMap(({ doc }) => doc.about as string[]));
      for (const [collection, type] of Object.entries(COLLECTIONS)) {
        const docs = (await t.db.stateAt(type, revision)).map(({ doc }) => doc);
        const by = (name: string) => {
          const counts: Record<string, number> = {};
          for (const doc of docs) counts[doc[name]] = (counts[doc[name]] ?? 0) + 1;
          return counts;
        };
        expect(body.types[collection]).toMatchObject({
          records: docs.length,
          method: by('method'),
          kind: by(collection === 'agreements' ? 'legalForm' : 'kind'),
          withCitations: docs.filter((doc) => CITING.test(JSON.stringify(doc))).length,
          withQuotes: docs.filter((doc) => QUOTING.test(JSON.stringify(doc))).length,
          contested: docs.filter(({ id }) => about.has(id)).length,
        });
      }
      expect(body.revisions).toMatchObject({ count: revision, first: { revision: 1 }, last: { revision } });
    }
  });

  it('counts deletions and versions', async () => {
    const before = (await t.http.get('/v1/stats')).body;
    const made = await t.http.post('/v1/areas', { label: 'Short-lived' });
    await t.http.patch(`/v1/areas/${made.body.id}`, { definition: 'Soon gone.' }, ANY);
    const between = (await t.http.get('/v1/stats')).body;
    expect(between.records).toEqual({
      ...before.records,
      live: before.records.live + 1,
      versions: before.records.versions + 2,
    });
    await t.http.delete(`/v1/areas/${made.body.id}`, { ...ANY, 'change-kind': 'retraction' });
    const after = (await t.http.get('/v1/stats')).body;
    expect(after.records).toEqual({ ...before.records, deleted: before.records.deleted + 1 });
    expect(after.revisions.byOp.delete).toBe((before.revisions.byOp.delete ?? 0) + 1);
    expect(after.revisions.byChangeKind.retraction).toBe(1);
    expect((await t.http.get(`/v1/stats?asOf=${between.asOf}`)).text).toBe(JSON.stringify(between));
  });
});
