import { and, asc, count, desc, eq, gt, lt, max, min, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/open.js';
import type { Store } from '../../src/db/store.js';
import { areas } from '../../src/resources/areas/index.js';
import { fold } from '../../src/shared/fold.js';
import { truncate } from '../../src/shared/text.js';
import { type AnyJson, expectProblem } from '../support/client.js';
import { type TestDatabase, temporaryDatabase } from '../support/database.js';
import { byCodePoints, inOrder } from '../support/order.js';
import { openRaw, type Raw } from '../support/raw.js';
import { useService } from '../support/use-service.js';

// What SQLite and PostgreSQL would do each in its own way, if it were left to them. Expected values are worked out here
// or written down, never taken from one of the two.

const t = useService({});

/** A store on a database of its own, for rows that no service would write. */
let database: TestDatabase;
let store: Store;
let raw: Raw;
beforeAll(async () => {
  database = await temporaryDatabase();
  store = await openDatabase(database.url);
  raw = await openRaw(database.url, { readonly: true });
});
afterAll(async () => {
  await raw.close();
  await store.close();
  await database.remove();
});

const SCALARS = 0x110000;
const PLANE = 0x10000;
/** Text of every code point from `start` on that is clean: neither U+0000 nor a surrogate. */
function everyCharacter(start: number, length: number): string {
  const points = Array.from({ length }, (_, n) => start + n);
  return String.fromCodePoint(...points.filter((point) => point !== 0 && (point < 0xd800 || point > 0xdfff)));
}

const cleanText = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 40 })
  .map((text) => text.replaceAll('\u0000', '\u0001'));

/** Text of which some differs in nothing that a language would tell apart, and some only to a machine. */
const AWKWARD = [
  ...['', ' ', '  ', '!', '#', '%', "'", '-', '--', '.', '/', '0', '00', '1', '10', '2', '9', ':', '\\', '?', '$1'],
  ...['A', 'AA', 'Aa', 'B', 'Z', '[', '^', '_', '`', 'a', 'a ', ' a', 'a b', 'a-b', 'a_b', 'aA', 'aa', 'ab', 'b', 'z'],
  ...['~', '\u0001', '\t', '\n', '\r\n', '\u007f', '\u0080', '\u00a0', '\u00ad', 'a\u00adb', '\u200b', '\ufeff'],
  ...['É', 'é', 'e\u0301', 'E\u0301', 'e', 'Å', '\u212b', 'A\u030a', 'ß', 'ss', 'SS', 'ẞ', 'Ä', 'ä', 'æ', 'ae'],
  ...['İ', 'I', 'ı', 'i', 'i\u0307', 'Σ', 'σ', 'ς', 'І', 'і', 'Я', 'я', 'ё', 'е\u0308', 'ﬁ', 'fi', '①', '1', 'Ａ'],
  ...['会', '談', '会談', '가', '\u1100\u1161', '\u202e', '\u2028', '\ud7ff', '\ue000', '\uffee', '\ufffd', '\uffff'],
  ...[
    '\u{10000}',
    '\u{1d400}',
    '\u{1f54a}',
    '\u{1f54a}\ufe0f',
    '\u{10ffff}',
    '👩‍👩‍👧',
    'ز',
    'א',
    'null',
    'NULL',
    'true',
  ],
];

describe('text', () => {
  it.each([
    '/v1/events/a%00b',
    '/v1/events/by/x/a%00b',
    '/v1/events/by/a%00b/x',
    '/v1/events/x:a%00b',
    '/v1/events/events%2Fa%00b',
    '/v1/events/a%00b/history',
    '/v1/events/a%00b/links?asOf=1',
    '/v1/events/a%00b?fields=slug',
  ])('with NUL is the name of nothing: %s', async (path) => {
    // `asOf=1` needs a revision.
    await t.http.post('/v1/areas', { label: 'First' });
    expectProblem(await t.http.get(path), 'not-found');
  });

  it.each(['tag', 'actor', 'area', 'source', 'relatedTo', 'country', 'externalScheme', 'from', 'cursor', 'sort'])(
    'with NUL is refused as a value of %s, and half a character too',
    async (name) => {
      expectProblem(await t.http.get(`/v1/events?${name}=a%00b`), 'invalid-text');
      const half = await t.http.get(`/v1/events?${name}=%ED%A0%80`);
      expect({ name, refused: half.status >= 400 && half.status < 500 }).toEqual({ name, refused: true });
    },
  );

  it.each(['\\u0000', '\\ud800', '\\udfff', '\\udc00\\ud800'])(
    'with %s is refused in every place of a body',
    async (bad) => {
      const before = await t.db.sizes();
      const citation = `{"source":"x","quote":{"exact":"${bad}"}}`;
      const fields = [
        ...[`"slug":"${bad}"`, `"label":"${bad}"`, `"label":"x","notes":"a${bad}b"`, `"label":"x","${bad}":1`],
        ...[`"label":"x","tags":["${bad}"]`, `"label":"x","externalIds":[{"scheme":"x","value":"a${bad}"}]`],
        ...[`"label":"x","broader":"a${bad}"`, `"label":"x","citations":[${citation}]`],
      ];
      for (const field of fields)
        expectProblem(await t.http.send('POST', '/v1/areas', { raw: `{${field}}` }), 'invalid-text');
      expect(await t.db.sizes()).toEqual(before);
    },
  );

  it('with NUL is refused as an external id that comes with the path', async () => {
    const before = await t.db.sizes();
    const { status } = await t.http.send('PUT', '/v1/areas/by/partner/a%00b', { json: { label: 'Label' } });
    expect({ refused: status >= 400 && status < 500, sizes: await t.db.sizes() }).toEqual({
      refused: true,
      sizes: before,
    });
  });

  it('of any other characters comes back as it was, in bytes too, from either sort of column', async () => {
    const planes = Array.from({ length: SCALARS / PLANE }, (_, plane) => everyCharacter(plane * PLANE, PLANE));
    const texts = [...planes, ...fc.sample(cleanText, { numRuns: 300, seed: 1 }), ...AWKWARD];
    const rows = texts.map((body, n) => ({
      ...{ principal: truncate(body, 100), keySha256: `row ${n}`, fingerprint: '', status: 0, headers: '{}', body },
      ...{ createdAt: '2031-01-01T00:00:00.000Z', claimedBy: null, claimedUntil: null },
    }));
    await store.write((tx) => tx.insert('idempotencyKeys', rows));
    const read = await store.all('texts', (db, { idempotencyKeys }) => db.select().from(idempotencyKeys));
    const byKey = new Map(read.map((each) => [each.keySha256, each]));
    // Whole texts of a plane are too long to be shown when they differ.
    const differing = rows.filter((each) => JSON.stringify(byKey.get(each.keySha256)) !== JSON.stringify(each));
    expect(differing.map(({ keySha256, body }) => [keySha256, body.slice(0, 80)])).toEqual([]);
    const { rows: sizes } = await raw.query<{ name: string; key: number; body: number }>(
      'select key_sha256 as name, octet_length(principal) as key, octet_length(body) as body from idempotency_keys',
    );
    expect(new Map(sizes.map(({ name, ...size }) => [name, size]))).toEqual(
      new Map(rows.map((each) => [each.keySha256, { key: bytes(each.principal), body: bytes(each.body) }])),
    );
  });

  it('at its longest fits every index', async () => {
    const wide = '会'.repeat(200);
    const body = {
      ...{ slug: 'l'.repeat(120), label: '談'.repeat(200), tags: ['t'.repeat(80)] },
      externalIds: [{ scheme: 's'.repeat(80), value: wide }],
    };
    const made = await t.http.post('/v1/areas', body);
    expect({ status: made.status, text: made.status === 201 ? '' : made.text }).toEqual({ status: 201, text: '' });
    const path = `/v1/areas/by/${'s'.repeat(80)}/${encodeURIComponent(wide)}`;
    expect((await t.http.get(path)).body.id).toBe(made.body.id);
  });
});

const bytes = (text: string) => Buffer.byteLength(text);

describe('the order of text', () => {
  const words = [...new Set([...AWKWARD, ...fc.sample(cleanText, { numRuns: 300, seed: 2 })])];
  const sorted = words.toSorted(byCodePoints);

  beforeAll(async () => {
    const common = { label: '', version: 1, revision: 1, created: 1, deleted: false, mergedInto: null, origin: null };
    const rows = words.map((word) => ({ id: word, type: 'x', slug: word, ...common }));
    await store.write((tx) => tx.insert('entities', rows));
    const cells = words.map((value) => ({ type: 'x', dimension: 'y', value, count: 1 }));
    await store.write((tx) => tx.insert('rollups', cells));
  });

  it('is that of code points, which differs from the one of JavaScript beyond U+FFFF', () => {
    expect(['\u{1f54a}', '\uffee', 'a', 'B', '\ue000'].sort(byCodePoints)).toEqual([
      ...['B', 'a', '\ue000', '\uffee', '\u{1f54a}'],
    ]);
    expect(['\uffee', '\u{1f54a}'].sort()).toEqual(['\u{1f54a}', '\uffee']);
  });

  it.each(['id', 'slug'] as const)('is kept by the column %s, up and down', async (name) => {
    const up = await store.all(`up ${name}`, (db, { entities: e }) =>
      db.select({ w: e[name] }).from(e).orderBy(asc(e[name])),
    );
    expect(up.map(({ w }) => w)).toEqual(sorted);
    const down = await store.all(`down ${name}`, (db, { entities: e }) =>
      db.select({ w: e[name] }).from(e).orderBy(desc(e[name])),
    );
    expect(down.map(({ w }) => w)).toEqual(sorted.toReversed());
  });

  it('is kept by comparisons with a value, by pairs of columns, and by the least and the greatest', async () => {
    for (const [place, word] of sorted.entries()) {
      const values = { word };
      const above = await store.get(
        'above',
        (db, { entities: e }) =>
          db
            .select({ n: count(), least: min(e.slug) })
            .from(e)
            .where(gt(e.slug, sql.placeholder('word'))),
        values,
      );
      expect({ word, ...above }).toEqual({ word, n: sorted.length - place - 1, least: sorted[place + 1] ?? null });
      const below = await store.get(
        'below',
        (db, { entities: e }) =>
          db
            .select({ n: count(), greatest: max(e.id) })
            .from(e)
            .where(and(eq(e.type, 'x'), lt(e.id, sql.placeholder('word')))),
        values,
      );
      expect({ word, ...below }).toEqual({ word, n: place, greatest: sorted[place - 1] ?? null });
      const after = await store.get(
        'after',
        (db, { rollups: r }) =>
          db
            .select({ n: count() })
            .from(r)
            .where(sql`(${r.type}, ${r.value}) > (${sql.placeholder('type')}, ${sql.placeholder('word')})`),
        { ...values, type: 'x' },
      );
      expect({ word, ...after }).toEqual({ word, n: sorted.length - place - 1 });
    }
  });

  it('leaves every text equal to itself alone', async () => {
    for (const word of words) {
      const found = await store.all(
        'equal',
        (db, { entities: e }) =>
          db
            .select({ w: e.slug })
            .from(e)
            .where(eq(e.slug, sql.placeholder('word'))),
        { word },
      );
      expect(found).toEqual([{ w: word }]);
    }
  });

  it('is that of a list by label: folded, then by code points, then by id; page by page and as of the past', async () => {
    const labels = [...AWKWARD.filter((word) => /\S/.test(word)), 'a', 'B', 'Ａ', 'zeta', 'Zebra', 'éclair', 'ECLAIR'];
    for (const [n, label] of labels.entries()) {
      expect((await t.http.post('/v1/areas', { label, slug: `order-${n}` })).status).toBe(201);
    }
    const revision = await t.db.head();
    const then = await t.db.stateAt('area', revision);
    expect(then.length).toBeGreaterThanOrEqual(labels.length);
    for (const descending of [false, true]) {
      const expected = inOrder(areas, then, 'label', descending).map(({ slug }) => slug);
      for (const query of ['limit=7', 'limit=200', `limit=3&asOf=${revision}`]) {
        const { data } = await t.http.walk(`/v1/areas?sort=${descending ? '-' : ''}label&${query}`);
        expect(data.map(({ slug }: AnyJson) => slug)).toEqual(expected);
      }
    }
  });
});

describe('upper and lower case', () => {
  it('are folded before the database, and stored so', async () => {
    for (const [n, label] of AWKWARD.filter((word) => /\S/.test(word)).entries()) {
      const { body } = await t.http.post('/v1/actors', { kind: 'state', name: label, slug: `folded-${n}` });
      const own = await t.db.query('select label from actors where entity = ?', body.id);
      expect({ label, rows: own.rows }).toEqual({ label, rows: [{ label: fold(label) }] });
      const names = await t.db.query('select value, folded from names where subject = ?', body.id);
      expect(names.rows).toEqual([{ value: label, folded: fold(label) }]);
    }
  });

  it('tell external ids apart, as every other difference does', async () => {
    const values = ['Q1', 'q1', 'É', 'é', 'e\u0301', 'E', 'ß', 'ss', 'Ａ', 'A', 'a\u00adb', 'ab', 'İ', 'i', 'ı', 'I'];
    const ids = new Map<string, string>();
    for (const value of values) {
      const made = await t.http.post('/v1/sources', {
        ...{ title: `Case ${value}`, kind: 'news', externalIds: [{ scheme: 'case', value }] },
      });
      expect({ value, status: made.status }).toEqual({ value, status: 201 });
      ids.set(value, made.body.id);
    }
    for (const [value, id] of ids) {
      const path = `/v1/sources/by/case/${encodeURIComponent(value)}`;
      expect({ value, id: (await t.http.get(path)).body.id }).toEqual({ value, id });
    }
    expectProblem(await t.http.get('/v1/sources/by/Case/Q1'), 'not-found');
  });
});
