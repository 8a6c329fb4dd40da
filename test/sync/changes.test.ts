import { beforeAll, describe, expect, it } from 'vitest';
import { Journal } from '../../src/journal/record.js';
import { areas } from '../../src/resources/areas/index.js';
import { steppingClock } from '../../src/shared/clock.js';
import { randomIds } from '../../src/shared/ids.js';
import { AUTHOR } from '../journal/journal.js';
import { ANY, type AnyJson, expectProblem } from '../support/client.js';
import { useService } from '../support/use-service.js';
import { apply, followAll, readPage, revisionsOf, sorted } from './following.js';

const t = useService({});
const FEED = '/v1/changes';

let made = 0;
async function create(collection: string, body: object, headers = {}): Promise<AnyJson> {
  made += 1;
  const answer = await t.http.post(`/v1/${collection}`, { slug: `made-${made}`, ...body }, headers);
  expect({ status: answer.status, text: answer.text.slice(0, 300) }).toMatchObject({ status: 201 });
  return answer.body;
}
const patch = async (path: string, body: object, headers = {}) => {
  const answer = await t.http.patch(path, body, { ...ANY, ...headers });
  expect(answer.status).toBe(200);
  return answer.body as AnyJson;
};
const remove = async (path: string) => expect((await t.http.delete(path, ANY)).status).toBe(204);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('the feed', () => {
  it('of an empty journal is empty and can be gone on with', async () => {
    const page = await readPage(t.http, FEED);
    expect(page).toEqual({ data: [], head: 0, hasMore: false, next: page.next });
    await create('areas', { label: 'First' });
    const { data } = await readPage(t.http, `${FEED}?cursor=${page.next}`);
    expect(revisionsOf(data)).toEqual([1]);
  });

  it('tells of each change who made it, when, why, and what the record says after it', async () => {
    const start = await t.db.head();
    const area = await create('areas', { label: 'Told' });
    const headers = { 'change-note': 'Put right', 'change-kind': 'correction' };
    const changed = await patch(`/v1/areas/${area.id}`, { label: 'Told again' }, headers);
    await remove(`/v1/areas/${area.id}`);
    const { data, head, hasMore } = await readPage(t.http, `${FEED}?since=${start}`);
    expect({ head, hasMore }).toEqual({ head: start + 3, hasMore: false });
    const common = { type: 'area', id: area.id, slug: area.slug, by: expect.stringMatching(/\S/) };
    const content = { ...common, changeKind: 'content', note: null };
    expect(data).toEqual([
      { ...content, revision: start + 1, version: 1, op: 'put', recordedAt: area.updatedAt, document: area },
      {
        ...{ ...common, changeKind: 'correction', note: 'Put right', document: changed },
        ...{ revision: start + 2, version: 2, op: 'put', recordedAt: changed.updatedAt },
      },
      { ...content, revision: start + 3, version: 3, op: 'delete', recordedAt: expect.any(String), document: null },
    ]);
  });

  it('is the journal, however it is cut into pages, and whatever is written on the way', async () => {
    for (let n = 0; n < 12; n += 1) await create('areas', { label: `Area ${n}` });
    for (const limit of [1, 2, 5, 1_000]) {
      let writes = 0;
      const { changes, pages, head } = await followAll(t.http, `${FEED}?limit=${limit}`, 'since=0', async () => {
        writes += 1;
        if (writes <= 3) await create('areas', { label: `On the way ${writes}` });
      });
      expect(revisionsOf(changes)).toEqual(range(1, head));
      expect(head).toBe(await t.db.head());
      for (const { data } of pages) expect(data.length).toBeLessThanOrEqual(limit);
    }
  });

  it('begins at the head with since=now, and after any revision', async () => {
    const head = await t.db.head();
    const now = await readPage(t.http, `${FEED}?since=now`);
    expect(now).toMatchObject({ data: [], head, hasMore: false });
    const { id } = await create('areas', { label: 'After now' });
    expect((await readPage(t.http, `${FEED}?cursor=${now.next}`)).data).toMatchObject([{ id, revision: head + 1 }]);
    expect(revisionsOf((await readPage(t.http, `${FEED}?since=${head - 1}`)).data)).toEqual([head, head + 1]);
  });

  it('leaves documents out when asked', async () => {
    const { data } = await readPage(t.http, `${FEED}?docs=false&limit=3`);
    expect(data).toHaveLength(3);
    for (const change of data) expect(Object.keys(change)).not.toContain('document');
    const { next } = await readPage(t.http, `${FEED}?docs=false&limit=3`);
    expect((await readPage(t.http, `${FEED}?cursor=${next}&limit=1`)).data[0].document).toBeDefined();
  });

  it('tells of some types, operations and kinds of change only', async () => {
    const start = await t.db.head();
    const actor = await create('actors', { name: 'Somebody', kind: 'person' });
    const area = await create('areas', { label: 'Something' });
    await patch(`/v1/areas/${area.id}`, { label: 'Else' }, { 'change-kind': 'editorial' });
    await remove(`/v1/actors/${actor.id}`);
    const told = async (query: string) =>
      revisionsOf((await followAll(t.http, `${FEED}?${query}`, `since=${start}`)).changes).map((each) => each - start);
    expect(await told('types=actor')).toEqual([1, 4]);
    expect(await told('types=actor,area')).toEqual([1, 2, 3, 4]);
    expect(await told('types=event')).toEqual([]);
    expect(await told('op=delete')).toEqual([4]);
    expect(await told('op=put,delete&types=area')).toEqual([2, 3]);
    expect(await told('op=merge,leave')).toEqual([]);
    expect(await told('changeKind=editorial,retraction')).toEqual([3]);
  });

  it('told compactly has the last change of each record, and ends in the same state', async () => {
    const start = await t.db.head();
    const [one, two] = [await create('areas', { label: 'One' }), await create('areas', { label: 'Two' })];
    for (let n = 0; n < 3; n += 1) await patch(`/v1/areas/${one.id}`, { label: `One ${n}` });
    await remove(`/v1/areas/${two.id}`);
    const page = await readPage(t.http, `${FEED}?compact=true&since=${start}`);
    expect(page.data.map(({ id, revision, op }: AnyJson) => [id, revision - start, op])).toEqual([
      [one.id, 5, 'put'],
      [two.id, 6, 'delete'],
    ]);
    const compact = await followAll(t.http, `${FEED}?compact=true&limit=2`);
    expect(new Set(compact.changes.map(({ id }) => id)).size).toBe(compact.changes.length);
    const whole = await followAll(t.http, FEED);
    expect(sorted(apply(new Map(), compact.changes))).toEqual(sorted(apply(new Map(), whole.changes)));
  });

  it('gives pages of bounded size', async () => {
    const start = await t.db.head();
    const altLabels = Array.from({ length: 100 }, (_, n) => `${n}-${'y'.repeat(190)}`);
    const { id } = await create('areas', { label: 'Large', altLabels });
    const long = 250;
    for (let n = 0; n < long; n += 1) await patch(`/v1/areas/${id}`, { label: `Large ${n}` });
    const { changes, pages } = await followAll(t.http, `${FEED}?limit=1000`, `since=${start}`);
    expect(revisionsOf(changes)).toEqual(range(start + 1, start + 1 + long));
    expect(pages.length).toBeGreaterThan(1);
    for (const page of pages) expect(JSON.stringify(page).length).toBeLessThan(4.5 * 1024 * 1024);
    expect((await readPage(t.http, `${FEED}?limit=1000&docs=false&since=${start}`)).hasMore).toBe(false);
  });
});

describe('when there is no more', () => {
  it('what was read is a state that was so: no transaction is cut in two', async () => {
    const { store } = t.service;
    const journal = new Journal(steppingClock('2032-01-01T00:00:00.000Z'), randomIds);
    const parse = (n: number) => areas.kind.parse({ label: `Together ${n}`, tags: [`batch-${n}`] });
    const write = (n: number) =>
      store.write((tx) => journal.createAll(tx, Array(3).fill({ kind: areas.kind, body: parse(n) }), AUTHOR));
    let { next } = await readPage(t.http, `${FEED}?since=now`);
    const held = new Map<string, AnyJson>();
    const read = async () => {
      for (let hasMore = true; hasMore; ) {
        const page = await readPage(t.http, `${FEED}?cursor=${next}&limit=2`);
        apply(held, page.data);
        ({ next, hasMore } = page);
      }
      for (const [tag, size] of groups(held)) expect([tag, size]).toEqual([tag, 3]);
    };
    for (let round = 0; round < 30; round += 1) {
      const writing = [write(round), write(1_000 + round)];
      await read();
      await Promise.all(writing);
    }
    await read();
    expect(held.size).toBe(180);
  });
});

function groups(held: ReadonlyMap<string, AnyJson>): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { tags } of held.values()) sizes.set(tags[0], (sizes.get(tags[0]) ?? 0) + 1);
  return sizes;
}

describe('a request for changes', () => {
  it.each([
    ['since=x', 'since'],
    ['since=', 'since'],
    ['since=-1', 'since'],
    ['since=999999', 'since'],
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['wait=61', 'wait'],
    ['wait=1e1', 'wait'],
    ['types=events', 'types'],
    ['op=create', 'op'],
    ['changeKind=minor', 'changeKind'],
    ['docs=no', 'docs'],
    ['compact=1', 'compact'],
    ['compact=true,false', 'compact'],
    ['kind=state', 'kind'],
    ['types=actor,event&kind=state', 'kind'],
    ['types=area&kind=state', 'kind'],
    ['types=actor&kind=stat', 'kind'],
    ['types=event&contested=true', 'contested'],
    ['types=event&area=made-1', 'area'],
    ['types=event&actor=nobody-at-all', 'actor'],
  ])('with %s is refused and told what is wrong', async (query, parameter) => {
    const problem = expectProblem(await t.http.get(`${FEED}?${query}`), 'invalid-parameter');
    expect(problem.errors).toMatchObject([{ in: 'query', parameter }]);
  });

  it('is refused with an unknown parameter, one given twice, and both ways to begin', async () => {
    expectProblem(await t.http.get(`${FEED}?sice=0`), 'unknown-parameter');
    expectProblem(await t.http.get(`${FEED}?since=0&since=1`), 'duplicate-parameter');
    const { next } = await readPage(t.http, `${FEED}?limit=1`);
    expectProblem(await t.http.get(`${FEED}?since=0&cursor=${next}`), 'invalid-parameter');
  });

  it('may not change what its cursor is bound to', async () => {
    const { next } = await readPage(t.http, `${FEED}?limit=1&types=area`);
    await readPage(t.http, `${FEED}?limit=2&docs=false&wait=0&types=area&cursor=${next}`);
    for (const query of ['', 'types=actor', 'types=area&op=put', 'types=area&compact=true', 'types=area&tag=x'])
      expectProblem(await t.http.get(`${FEED}?cursor=${next}&${query}`.replace(/&$/, '')), 'cursor-mismatch');
    expectProblem(await t.http.get(`${FEED}?cursor=c1_nonsense`), 'cursor-malformed');
    const { body } = await t.http.get('/v1/areas?limit=1');
    expectProblem(await t.http.get(`${FEED}?cursor=${body.page.next}`), 'cursor-mismatch');
  });

  it('with an ETag that still holds is answered 304', async () => {
    const path = `${FEED}?since=0&limit=2`;
    const { headers } = await t.http.get(path);
    expect(headers).toMatchObject({ 'cache-control': 'no-cache', etag: expect.stringMatching(/^W\//) });
    const conditional = { 'if-none-match': String(headers.etag) };
    expect(await t.http.get(path, conditional)).toMatchObject({ status: 304, text: '' });
    expect((await t.http.get(`${FEED}?since=1&limit=2`, conditional)).status).toBe(200);
    await create('areas', { label: 'Moves the head' });
    expect((await t.http.get(path, conditional)).status).toBe(200);
  });
});

describe('a cursor from before a restore', () => {
  let old: string;
  beforeAll(async () => {
    old = (await readPage(t.http, `${FEED}?limit=1`)).next;
  });

  it('is gone, never from a cache, and where to begin again is told', async () => {
    const { store } = t.service;
    await store.write((tx) => tx.run('new epoch', (db, tables) => db.update(tables.head).set({ epoch: 'another' })));
    const answer = await t.http.get(`${FEED}?cursor=${old}`);
    expect(expectProblem(answer, 'cursor-epoch-changed').snapshot).toBe('/v1/snapshot');
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', link: '</v1/snapshot>; rel="start"' });
    const { next } = await readPage(t.http, `${FEED}?since=now`);
    await store.write((tx) => tx.run('back', (db, tables) => db.update(tables.head).set({ revision: 5 })));
    expectProblem(await t.http.get(`${FEED}?cursor=${next}`), 'cursor-expired');
  });
});
