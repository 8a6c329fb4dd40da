import { and, count, eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countUsableKeys, insertApiKey, listApiKeys, revokeApiKey } from '../../src/db/api-keys.js';
import { takeRevision } from '../../src/db/head.js';
import { readPreamble } from '../../src/db/look-up.js';
import type { Store } from '../../src/db/store.js';
import { countRecords, type ListQuery } from '../../src/journal/list.js';
import { findCurrent } from '../../src/journal/read.js';
import { readRollup } from '../../src/journal/rollups.js';
import { areas } from '../../src/resources/areas/index.js';
import { ANY, type AnyJson, type Client, client, expectProblem } from '../support/client.js';
import { openRaw, type Raw } from '../support/raw.js';
import { startTestService, type TestService } from '../support/service.js';
import { useService } from '../support/use-service.js';

// Numbers, instants, booleans and what is missing, where SQLite has few types and PostgreSQL gives some as text.

const t = useService({});
const slugsOf = (data: AnyJson[]): string[] => data.map(({ slug }) => slug);

describe('dates that are missing', () => {
  /** In the order of the sort: no date and an open start come before every day, an open end after all. */
  const dated = {
    ...{
      undated: undefined,
      'open-start': '../2020',
      open: '/..',
      earliest: 'Y-170000',
      'before-christ': '-0044-03-15',
    },
    ...{ day: '2024-05-01', month: '2024-05', 'open-end': '2024-05/..' },
  };
  const order = Object.keys(dated);

  beforeAll(async () => {
    for (const [slug, publishedOn] of Object.entries(dated).toReversed()) {
      const body = { title: 'Dated', slug, kind: 'news', tags: ['dated'], ...(publishedOn && { publishedOn }) };
      expect((await t.http.post('/v1/sources', body)).status).toBe(201);
    }
  });

  it.each(['', '&tag=dated'])(
    'sort by what stands for them, in either direction and page by page%s',
    async (filter) => {
      const past = `&asOf=${await t.db.head()}`;
      for (const more of ['', past]) {
        for (const limit of [1, 3, 200]) {
          const walk = async (sort: string) =>
            slugsOf((await t.http.walk(`/v1/sources?sort=${sort}&limit=${limit}${filter}${more}`)).data);
          expect(await walk('date')).toEqual(order);
          expect(await walk('-date')).toEqual(order.toReversed());
        }
      }
    },
  );

  it('are no bound of a range', async () => {
    const { data } = (await t.http.get('/v1/sources?sort=date&from=2030')).body;
    expect(slugsOf(data)).toEqual(['open', 'open-end']);
  });
});

describe('instants', () => {
  const instants = [
    ...['0001-01-01T00:00:00.000Z', '1969-12-31T23:59:59.999Z', '1970-01-01T00:00:00.000Z', '2031-01-01T00:00:00.000Z'],
    ...['2031-01-01T00:00:00.001Z', '2031-01-01T00:00:00.010Z', '2031-01-01T00:00:00.100Z', '9999-12-31T23:59:59.999Z'],
  ];

  it('are kept to the millisecond as the text they are, and in their order', async () => {
    const { store } = t.service;
    for (const [n, createdAt] of instants.toReversed().entries()) {
      await insertApiKey(store, { id: `instant-${n}`, name: 'instant', scopes: [], secretSha256: '', createdAt });
    }
    const listed = (await listApiKeys(store)).filter(({ name }) => name === 'instant');
    expect(listed.map(({ createdAt }) => createdAt)).toEqual(instants);
    const { rows } = await t.db.query(
      "select created_at as at from api_keys where name = 'instant' order by created_at",
    );
    expect(rows).toEqual(instants.map((at) => ({ at })));
    for (let n = 0; n < instants.length; n += 1) await revokeApiKey(store, `instant-${n}`, '2031-01-01T00:00:00.000Z');
  });

  it('find the revision of their millisecond', async () => {
    const made = async (at: string, label: string) => {
      t.service.clock.set(at);
      return (await t.http.post('/v1/areas', { label, slug: 'at-an-instant' })).body;
    };
    const first = await made('2032-05-05T05:05:05.098Z', 'First');
    t.service.clock.set('2032-05-05T05:05:05.998Z');
    const second = (await t.http.patch(`/v1/areas/${first.id}`, { label: 'Second' }, ANY)).body;
    expect(second.createdAt).toBe(first.createdAt);
    t.service.clock.set('2033-01-01T00:00:00.000Z');
    const labelAt = async (ms: number) =>
      (await t.http.get(`/v1/areas/${first.id}?asOf=${new Date(ms).toISOString()}`)).body.label;
    const [begun, changed] = [Date.parse(first.updatedAt), Date.parse(second.updatedAt)];
    expect([
      await labelAt(begun - 1),
      await labelAt(begun),
      await labelAt(changed - 1),
      await labelAt(changed),
    ]).toEqual([...[undefined, 'First', 'First', 'Second']]);
  });
});

describe('numbers', () => {
  it('that are counts are numbers', async () => {
    const { store } = t.service;
    const created = [];
    for (const slug of ['counted-1', 'counted-2', 'counted-3']) {
      const body = { slug, label: 'Counted', tags: ['counted'] };
      created.push((await t.http.post('/v1/areas', body)).body);
    }
    const query: ListQuery = {
      kind: areas.kind,
      asOf: undefined,
      conditions: [],
      edges: [],
      sort: 'label',
      direction: 'asc',
    };
    const total = (await t.http.walk('/v1/areas?limit=200')).data.length;
    expect({
      keys: await countUsableKeys(store),
      records: await countRecords(store, query),
      capped: await countRecords(store, query, 2),
      rollup: await readRollup(store, query),
      rows: await store.get('count keys', (db, { apiKeys }) => db.select({ n: count() }).from(apiKeys)),
      answer: (await t.http.get('/v1/areas?tag=counted&count=exact&limit=1')).body.count,
    }).toEqual({
      ...{ keys: 3, records: total, capped: 2, rollup: total, rows: { n: 11 } },
      answer: { value: 3, exact: true },
    });
    const before = await t.db.head();
    const { revision, revisionAt } = await readPreamble(store, [], created[1].updatedAt);
    expect({ revision, revisionAt }).toEqual({ revision: before, revisionAt: created[1].revision });
    const changes = await store.write((tx) =>
      tx.run('rename', (db, { apiKeys }) => db.update(apiKeys).set({ name: 'x' }).where(eq(apiKeys.name, 'instant'))),
    );
    expect(changes).toBe(8);
  });

  it('of degrees are kept to the last bit', async () => {
    const degrees = fc.double({ min: -90, max: 90, noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
    const fixed = [
      0,
      0.1,
      -0.1,
      1 / 3,
      48.858_222_2,
      -17.700_000_000_000_003,
      89.999_999_999_999_99,
      90,
      -90,
      5e-324,
      1e-7,
    ];
    for (const latitude of [...fixed, ...fc.sample(degrees, { numRuns: 60, seed: 3 })]) {
      const place = { name: 'Here', latitude, longitude: -latitude };
      const made = await t.http.post('/v1/events', {
        ...{ kind: 'meeting', status: 'scheduled', title: 'Placed', date: '2031', place },
      });
      expect({ latitude, status: made.status }).toEqual({ latitude, status: 201 });
      expect(made.body.place).toEqual(JSON.parse(JSON.stringify(place)));
      const sqlText = 'select latitude, longitude from events where entity = ?';
      const [row] = (await t.db.query<{ latitude: number; longitude: number }>(sqlText, made.body.id)).rows;
      // Neither JSON nor SQLite keeps the sign of zero.
      expect([row?.latitude === latitude, row?.longitude === -latitude]).toEqual([true, true]);
    }
    const box = (await t.http.walk('/v1/events?limit=200&bbox=-48.8582222,48.8582222,-48.8582222,48.8582222')).data;
    expect(box.map(({ place }) => place.latitude)).toEqual([48.858_222_2]);
  });
});

describe('booleans', () => {
  it('are booleans, in columns and conditions', async () => {
    const { store } = t.service;
    const common = {
      type: 'area',
      label: 'Flagged',
      version: 1,
      revision: 0,
      created: 0,
      mergedInto: null,
      origin: null,
      via: null,
      seen: null,
    };
    const rows = [true, false].map((deleted) => ({ id: `area-${deleted}`, slug: `is-${deleted}`, deleted, ...common }));
    await store.write((tx) => tx.insert('entities', rows));
    const flagged = await store.all('flagged', (db, { entities }) =>
      db.select().from(entities).where(eq(entities.label, 'Flagged')).orderBy(entities.deleted),
    );
    expect(flagged).toEqual(rows.toReversed());
    const byFlag = (deleted: boolean) =>
      store.all(`flagged ${deleted}`, (db, { entities }) =>
        db
          .select({ id: entities.id })
          .from(entities)
          .where(and(eq(entities.label, 'Flagged'), eq(entities.deleted, deleted))),
      );
    expect([await byFlag(true), await byFlag(false)]).toEqual([[{ id: 'area-true' }], [{ id: 'area-false' }]]);
  });

  it('tell the deleted from the living', async () => {
    const { id } = (await t.http.post('/v1/areas', { label: 'To be deleted' })).body;
    const found = () => findCurrent(t.service.store, { type: 'area' }, id);
    expect((await found())?.deleted).toBe(false);
    await t.http.delete(`/v1/areas/${id}`, ANY);
    expect((await found())?.deleted).toBe(true);
  });
});

/** Where revisions may be when they outgrow 32 bits, what a double holds in full, and the 15 digits that `asOf` takes. */
describe.each([2 ** 31 - 3, 2 ** 32 - 3, 10 ** 15 - 20])('revisions after %i', (before) => {
  let service: TestService;
  let http: Client;
  let store: Store;
  let raw: Raw;
  const made: AnyJson[] = [];
  beforeAll(async () => {
    service = await startTestService();
    ({ store } = service);
    http = client(service);
    raw = await openRaw(service.database.url);
    expect(await raw.query('update head set revision = ?', before)).toMatchObject({ changes: 1 });
    for (let n = 1; n <= 6; n += 1) {
      const relations = made.slice(0, 1).map(({ id }) => ({ kind: 'related', target: id }));
      const body = { label: `Area ${n}`, slug: `area-${n}`, tags: ['big'], relations };
      made.push((await http.post('/v1/areas', body)).body);
    }
  });
  afterAll(async () => {
    http.close();
    await raw.close();
    await service.stop();
  });

  it('go on by one, as numbers, in the answer and in every table', async () => {
    const wanted = made.map((_, index) => before + index + 1);
    expect(made.map(({ revision }) => revision)).toEqual(wanted);
    const sqlText = (column: string, table: string) => `select ${column} as r from ${table} order by ${column}`;
    for (const [table, column] of Object.entries({ revisions: 'revision', areas: 'created', entities: 'revision' })) {
      const { rows } = await raw.query(sqlText(column, table));
      expect({ table, rows }).toEqual({ table, rows: wanted.map((r) => ({ r })) });
    }
    const { text } = await http.get('/v1/areas/area-2');
    expect(text).toContain(`"revision":${before + 2}`);
    expect(await store.write((tx) => takeRevision(tx, '2031-01-01T00:00:00.000Z'))).toMatchObject({
      revision: before + 7,
    });
    await raw.query('update head set revision = ?', before + 6);
  });

  it('are walked by in every sort, and read as of', async () => {
    const slugs = slugsOf(made);
    for (const sort of ['created', 'updated', 'label']) {
      for (const query of [
        `sort=${sort}&limit=1`,
        `sort=${sort}&limit=2&tag=big`,
        `sort=${sort}&asOf=${before + 6}&limit=4`,
      ]) {
        expect(slugsOf((await http.walk(`/v1/areas?${query}`)).data)).toEqual(slugs);
        expect(slugsOf((await http.walk(`/v1/areas?${query.replace('sort=', 'sort=-')}`)).data)).toEqual(
          slugs.toReversed(),
        );
      }
    }
    const then = await http.get(`/v1/areas?sort=created&asOf=${before + 3}&count=exact`);
    expect({ slugs: slugsOf(then.body.data), count: then.body.count.value, asOf: then.body.asOf }).toEqual({
      ...{ slugs: slugs.slice(0, 3), count: 3, asOf: before + 3 },
    });
    expectProblem(await http.get(`/v1/areas?asOf=${before + 7}`), 'invalid-parameter');
  });

  it('are told by history and links', async () => {
    const [first] = made;
    const links = await http.walk(`/v1/areas/${first.id}/links?limit=2`);
    expect(links.data.map(({ record }) => record.slug)).toEqual(slugsOf(made.slice(1)).toReversed());
    const changed = (await http.patch(`/v1/areas/${first.id}`, { notes: 'Changed' }, ANY)).body;
    const { data } = await http.walk(`/v1/areas/${first.id}/history?limit=1`);
    expect(data.map(({ revision }) => revision)).toEqual([changed.revision, first.revision]);
    const past = await http.get(`/v1/areas/${first.id}?asOf=${first.revision}`);
    expect(past.body).toEqual(first);
    expect(changed.revision).toBe(before + 7);
  });
});

it('revisions go on to the last whole number that a double holds', async () => {
  const service = await startTestService();
  const http = client(service);
  const raw = await openRaw(service.database.url);
  const last = Number.MAX_SAFE_INTEGER;
  await raw.query('update head set revision = ?', last - 3);
  const made: AnyJson[] = [];
  for (const slug of ['one', 'two', 'three']) made.push((await http.post('/v1/areas', { slug, label: slug })).body);
  expect(made.map(({ revision }) => revision)).toEqual([last - 2, last - 1, last]);
  expect((await raw.query('select revision from head')).rows).toEqual([{ revision: last }]);
  for (const sort of ['created', 'updated']) {
    expect(slugsOf((await http.walk(`/v1/areas?sort=${sort}&limit=1`)).data)).toEqual(['one', 'two', 'three']);
  }
  expect((await http.get(`/v1/areas/two?asOf=${made[1].updatedAt}`)).body).toEqual(made[1]);
  http.close();
  await raw.close();
  await service.stop();
});
