import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Document } from '../../src/journal/kind.js';
import { resources } from '../../src/resources/index.js';
import { columnsOf } from '../../src/resources/operations/formats/columns.js';
import { csvHeader, csvRow } from '../../src/resources/operations/formats/csv.js';
import { type Answer, type AnyJson, expectProblem } from '../support/client.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
const typeOf = ({ headers }: Answer) => headers['content-type'];
const linesOf = ({ text }: Answer): AnyJson[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
const rowsOf = ({ text }: Answer): Record<string, string>[] => parse(text, { columns: true });

const LIST_TYPES = ['application/json', 'application/x-ndjson', 'text/csv'];
const EVENT_TYPES = [...LIST_TYPES, 'text/calendar', 'application/atom+xml', 'application/geo+json'];

describe('the format of an answer', () => {
  it.each([
    ['*/*', undefined, 'application/json; charset=utf-8'],
    ['text/csv', undefined, 'text/csv; charset=utf-8; header=present'],
    ['text/csv', 'json', 'application/json; charset=utf-8'],
    ['image/png', 'csv', 'text/csv; charset=utf-8; header=present'],
    ['application/json', 'ndjson', 'application/x-ndjson; charset=utf-8'],
    ['text/html, */*;q=0.1', undefined, 'application/json; charset=utf-8'],
    ['text/calendar, */*', undefined, 'text/calendar; charset=utf-8; component=VEVENT'],
    [
      'application/atom+xml, application/xml;q=0.9, */*;q=0.8',
      undefined,
      'application/atom+xml; charset=utf-8; type=feed',
    ],
    ['application/geo+json;q=0.9, application/json;q=0.5', undefined, 'application/geo+json; charset=utf-8'],
    ['text/csv;q=0.5, application/x-ndjson;q=0.6', undefined, 'application/x-ndjson; charset=utf-8'],
    ['application/json;q=0, text/*', undefined, 'text/csv; charset=utf-8; header=present'],
    ['TEXT/CSV; header=present', undefined, 'text/csv; charset=utf-8; header=present'],
  ])('with Accept: %s and format=%s is %s', async (accept, format, type) => {
    const answer = await t.http.get(`/v1/events?limit=2${format === undefined ? '' : `&format=${format}`}`, { accept });
    expect({ status: answer.status, type: typeOf(answer), vary: answer.headers.vary }).toEqual({
      status: 200,
      type,
      vary: 'Accept',
    });
  });

  it.each(resources.map(({ collection }) => collection))(
    'of %s is one that it has, or 406 naming those',
    async (list) => {
      const types = list === 'events' ? EVENT_TYPES : LIST_TYPES;
      for (const name of ['json', 'ndjson', 'csv', 'ics', 'atom', 'geojson', 'jsonld']) {
        const answer = await t.http.get(`/v1/${list}?format=${name}&limit=1`);
        const has = name !== 'jsonld' && (list === 'events' || ['json', 'ndjson', 'csv'].includes(name));
        expect({ name, status: answer.status }).toEqual({ name, status: has ? 200 : 406 });
        expect(has ? types : expectProblem(answer, 'not-acceptable').available).toEqual(types);
      }
      const problem = expectProblem(await t.http.get(`/v1/${list}`, { accept: 'application/pdf' }), 'not-acceptable');
      expect(problem.available).toEqual(types);
    },
  );

  it('of a record is JSON or JSON-LD', async () => {
    for (const path of ['/v1/actors/ukraine', '/v1/actors/by/iso3166-1-alpha-2/UA']) {
      expect(typeOf(await t.http.get(path, { accept: 'application/ld+json' }))).toBe(
        'application/ld+json; charset=utf-8',
      );
      expect((await t.http.get(`${path}?format=json`)).body.slug).toBe('ukraine');
      const problem = expectProblem(await t.http.get(`${path}?format=csv`), 'not-acceptable');
      expect(problem).toMatchObject({
        available: ['application/json', 'application/ld+json'],
        formats: ['json', 'jsonld'],
      });
      expectProblem(await t.http.get(path, { accept: 'text/csv' }), 'not-acceptable');
    }
    expectProblem(await t.http.get('/v1/actors/ukraine/links?format=json'), 'unknown-parameter');
  });

  it.each([
    ['/v1/events?format=icd', 'format', 'did you mean `ics`'],
    ['/v1/events?format=', 'format', 'must not be empty'],
    ['/v1/actors/ukraine?format=rdf', 'format', 'must be one of json'],
    ['/v1/events?spreadsheet=safe', 'spreadsheet', 'format=csv'],
    ['/v1/events?format=ics&spreadsheet=safe', 'spreadsheet', 'format=csv'],
    ['/v1/events?format=csv&spreadsheet=save', 'spreadsheet', 'did you mean `safe`'],
    ['/v1/events?format=csv&cancelled=omit', 'cancelled', 'format=ics'],
    ['/v1/events?format=ics&cancelled=no', 'cancelled', 'include, omit'],
    ['/v1/events?format=csv&include=actors', 'include', 'JSON only'],
    ['/v1/events?format=ndjson&count=exact', 'count', 'JSON only'],
    ['/v1/events?format=csv&facets=kind', 'facets', 'JSON only'],
    ['/v1/actors/ukraine?format=jsonld&validOn=2024-01-01', 'validOn', 'JSON only'],
    ['/v1/events?format=ics&fields=slug', 'fields', 'fixed form'],
    ['/v1/events?format=ndjson&limit=201', 'limit', '1 to 200'],
    ['/v1/events?format=csv&fields=placeName', 'fields', 'no field'],
    ['/v1/events?format=csv&actor=nobody-at-all', 'actor', 'names no actor'],
    ['/v1/events?format=csv&asOf=999999', 'asOf', 'after the last revision'],
    ['/v1/actors/ukraine?format=jsonld&fields=slug', 'fields', 'JSON only'],
  ])('refuses %s', async (path, parameter, message) => {
    const problem = expectProblem(await t.http.get(path), 'invalid-parameter');
    expect(problem.errors).toMatchObject([{ in: 'query', parameter }]);
    expect(problem.errors[0].message).toContain(message);
  });

  it('refuses a cursor where there are no pages, and unknown parameters everywhere', async () => {
    const { body } = await t.http.get('/v1/events?limit=5');
    for (const format of ['ndjson', 'csv', 'ics']) {
      const answer = await t.http.get(`/v1/events?format=${format}&limit=5&cursor=${body.page.next}`);
      expect(expectProblem(answer, 'invalid-parameter').errors[0].message).toContain('`limit`');
      expectProblem(await t.http.get(`/v1/events?format=${format}&color=red`), 'unknown-parameter');
    }
    expectProblem(await t.http.get('/v1/actors?cancelled=omit'), 'unknown-parameter');
    expectProblem(await t.http.get(`/v1/events?format=atom&limit=5&cursor=${body.page.next}`), 'cursor-mismatch');
  });

  it('has an entity tag of its own, and answers 304 to it alone', async () => {
    for (const accept of EVENT_TYPES) {
      const first = await t.http.get('/v1/events?limit=3', { accept });
      const tag = first.headers.etag ?? '';
      const again = await t.http.get('/v1/events?limit=3', { accept, 'if-none-match': tag });
      const { etag, vary } = again.headers;
      expect({ status: again.status, text: again.text, etag, vary }).toEqual({
        ...{ status: 304, text: '' },
        ...{ etag: tag, vary: 'Accept' },
      });
      const other = EVENT_TYPES.find((type) => type !== accept);
      const fresh = await t.http.get('/v1/events?limit=3', { accept: other, 'if-none-match': tag });
      expect({ accept, other, status: fresh.status }).toEqual({ accept, other, status: 200 });
    }
    const byType = await Promise.all(EVENT_TYPES.map((accept) => t.http.get('/v1/events?limit=3', { accept })));
    expect(new Set(byType.map(({ headers }) => headers.etag)).size).toBe(EVENT_TYPES.length);
  });

  it('is immutable as of a past revision, and not changed by later ones', async () => {
    const head = await t.db.head();
    const read = (format: string) => t.http.get(`/v1/events?format=${format}&asOf=${head}&limit=50`);
    const formats = ['ndjson', 'csv', 'ics', 'atom', 'geojson'];
    const before = await Promise.all(formats.map(read));
    for (const { headers } of before) expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const body = { kind: 'call', title: 'Later', date: '2031-01-01', status: 'concluded' };
    const made = await t.http.post('/v1/events', body);
    await t.http.patch('/v1/actors/ukraine', { slug: 'ukraine-renamed', name: 'Renamed' }, { 'if-match': '*' });
    const after = await Promise.all(formats.map(read));
    expect(after.map(({ text }) => text)).toEqual(before.map(({ text }) => text));
    const now = await t.http.get('/v1/events?format=csv&limit=50');
    expect(now.headers['cache-control']).toBe('no-cache');
    expect(now.text).toContain('ukraine-renamed');
    await t.http.patch('/v1/actors/ukraine-renamed', { slug: 'ukraine', name: 'Ukraine' }, { 'if-match': '*' });
    await t.http.delete(`/v1/events/${made.body.id}`, { 'if-match': '*' });
  });

  it('has headers and no body for HEAD', async () => {
    for (const format of ['json', 'ndjson', 'csv', 'ics', 'atom', 'geojson']) {
      const answer = await t.http.send('HEAD', `/v1/events?format=${format}&limit=2`);
      expect({ format, status: answer.status, text: answer.text }).toEqual({ format, status: 200, text: '' });
      expect(answer.headers.etag).toMatch(/^W\/"r/);
    }
  });
});

describe('NDJSON', () => {
  it.each(resources.map(({ collection }) => collection))('of %s is the walk over its pages', async (collection) => {
    const { data } = await t.http.walk(`/v1/${collection}?limit=200`);
    expect(linesOf(await t.http.get(`/v1/${collection}?format=ndjson`))).toEqual(data);
    expect(data.length).toBeGreaterThan(10);
  });

  it('honours filters, search, sort, fields, limit and asOf', async () => {
    const query = fc.record({
      actor: fc.constantFrom('', 'actor=ukraine', 'actor=germany,g7', 'actor=ukraine&actor=united-states'),
      from: fc.constantFrom('', 'from=2024', 'from=2024-06&to=2024-06&match=certain'),
      q: fc.constantFrom('', '', 'q=agreement'),
      sort: fc.constantFrom('', 'sort=date', 'sort=label', 'sort=-updated'),
      fields: fc.constantFrom('', 'fields=slug,date'),
      asOf: fc.constantFrom('', 'asOf=60', 'asOf=700'),
    });
    const property = fc.asyncProperty(query, async (parts) => {
      const search = Object.values(parts).filter(Boolean).join('&');
      const { data } = await t.http.walk(`/v1/events?limit=40&${search}`);
      expect(linesOf(await t.http.get(`/v1/events?format=ndjson&${search}`))).toEqual(data);
      expect(linesOf(await t.http.get(`/v1/events?format=ndjson&limit=3&${search}`))).toEqual(data.slice(0, 3));
    });
    await fc.assert(property, { numRuns: 40, endOnFailure: true });
  });

  it('honours the day of the world', async () => {
    const query = 'memberOf=nato&validOn=2010-01-01';
    const { data } = await t.http.walk(`/v1/actors?${query}`);
    const all = await t.http.walk('/v1/actors?memberOf=nato');
    expect(data.length).toBeLessThan(all.data.length);
    expect(linesOf(await t.http.get(`/v1/actors?format=ndjson&${query}`))).toEqual(data);
  });

  it('of nothing is empty', async () => {
    const answer = await t.http.get('/v1/events?format=ndjson&from=1800&to=1801&match=certain');
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 200, text: '' });
  });
});

describe('CSV', () => {
  it.each(resources.map((resource) => [resource.collection, resource] as const))(
    'of %s has a row for each record, with its fields as they are',
    async (collection) => {
      const answer = await t.http.get(`/v1/${collection}?format=csv`);
      expect(answer.headers['content-disposition']).toBe(`attachment; filename="${collection}.csv"`);
      const { data } = await t.http.walk(`/v1/${collection}?limit=200`);
      const rows = rowsOf(answer);
      expect(Object.keys(rows[0] ?? {})).toEqual(columnsOf(collection).map(({ name }) => name));
      expect(rows.map(({ id }) => id)).toEqual(data.map(({ id }) => id));
      for (const [index, record] of data.entries()) {
        const texts = Object.entries(record).filter(
          ([name, value]) => typeof value !== 'object' && name in (rows[0] ?? {}),
        );
        const row = Object.fromEntries(texts.map(([name]) => [name, rows[index]?.[name]]));
        const refers = (value: unknown) => /^[a-z]+_[0-9a-z]{26}$/.test(String(value)) && value !== record.id;
        const plain = texts.filter(([, value]) => !refers(value));
        for (const [name, value] of plain) expect(row[name], name).toBe(String(value));
      }
    },
  );

  it('names records by slug, with roles, and places in columns of their own', async () => {
    const answer = await t.http.get('/v1/events?format=csv&agreement=us-ua-2024&kind=signing&limit=1');
    const [row] = rowsOf(answer);
    const [event] = (await t.http.get('/v1/events?agreement=us-ua-2024&kind=signing&limit=1&include=actors')).body.data;
    const { body } = await t.http.get(`/v1/events/${event.id}?include=actors,areas`);
    const { actors, areas } = body.included;
    expect(row).toMatchObject({
      participants: event.participants.map((p: AnyJson) => `${actors[p.actor].slug} (${p.role})`).join('; '),
      areas: event.areas.map((id: string) => areas[id].slug).join('; '),
      placeName: event.place.name,
      placeCountry: event.place.country,
      latitude: String(event.place.latitude),
      previousDate: '',
    });
    const [amount] = rowsOf(
      await t.http.get('/v1/commitments?format=csv&q=GBP&promisor=united-kingdom&currency=GBP&limit=1'),
    );
    expect(amount).toMatchObject({
      promisors: 'united-kingdom',
      amountCurrency: 'GBP',
      amountValue: expect.stringMatching(/^[0-9.]+$/),
    });
  });

  it('keeps to the columns of the fields asked for', async () => {
    const { text } = await t.http.get('/v1/events?format=csv&fields=place,slug&limit=1');
    expect(text.split('\r\n')[0]).toBe('id,slug,placeName,placeCountry,latitude,longitude,online');
  });

  it('is safe for spreadsheets, and gives back exactly what was written when asked', async () => {
    const texts = [
      '=1+1',
      '+1',
      '-1',
      '@SUM(A1)',
      '\tx',
      '\rx',
      'a "b", c',
      'one\ntwo\r\nthree',
      "'x",
      'Zażółć 🙂 ;',
      ' y ',
    ];
    const ids: string[] = [];
    for (const [n, text] of texts.entries()) {
      const made = await t.http.post('/v1/sources', {
        slug: `odd-${n}`,
        title: text,
        kind: 'dataset',
        tags: ['odd'],
        publisher: `${text}.`,
      });
      expect(made.status).toBe(201);
      ids.push(made.body.id);
    }
    const exact = rowsOf(await t.http.get('/v1/sources?format=csv&tag=odd&sort=created&spreadsheet=exact'));
    expect(exact.map(({ title }) => title)).toEqual(texts);
    expect(exact.map(({ publisher }) => publisher)).toEqual(texts.map((text) => `${text}.`));
    const safe = rowsOf(await t.http.get('/v1/sources?format=csv&tag=odd&sort=created'));
    expect(rowsOf(await t.http.get('/v1/sources?format=csv&tag=odd&sort=created&spreadsheet=safe'))).toEqual(safe);
    expect(safe.map(({ title }) => title)).toEqual([...texts.slice(0, 6).map((text) => `'${text}`), ...texts.slice(6)]);
    for (const id of ids) await t.http.delete(`/v1/sources/${id}`, { 'if-match': '*' });
    const west = rowsOf(await t.http.get('/v1/events?format=csv&bbox=-180,-90,-1,90&limit=1'));
    expect(Number(west[0]?.longitude)).toBeLessThan(-1);
  });

  it('can be read back whatever the text', () => {
    const columns = columnsOf('areas', ['label', 'definition']);
    const rendering = { names: new Map() };
    const text = fc.string({ unit: 'binary', minLength: 1 }).filter((each) => each.isWellFormed());
    const odd = fc.oneof(text, fc.stringMatching(/^[=+@'"\r\n,; \t-]{1,8}$/));
    const property = fc.property(fc.array(fc.tuple(odd, odd), { minLength: 1 }), (pairs) => {
      const documents = pairs.map(
        ([label, definition]) => ({ id: 'area_x', label, definition }) as unknown as Document,
      );
      const csv =
        csvHeader(columns) + documents.map((document) => csvRow(document, columns, rendering, false)).join('');
      const rows = parse(csv, { columns: true, record_delimiter: '\r\n' });
      expect(rows).toEqual(documents.map(({ id, label, definition }) => ({ id, label, definition })));
    });
    fc.assert(property);
  });
});
