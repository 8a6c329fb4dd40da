import { beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../src/resources/index.js';
import { facetNames } from '../../src/resources/operations/facets.js';
import { ANY, type AnyJson, expectProblem } from '../support/client.js';
import { FACET_VALUES, naiveFacet } from '../support/naive-facets.js';
import { fitsOnDay } from '../support/naive-valid-on.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
const ids = new Map<string, string>();
let loaded: number;

beforeAll(async () => {
  loaded = await t.db.head();
  for (const { type, collection } of resources)
    for (const { doc } of await t.db.stateAt(type, loaded)) ids.set(`${collection}/${doc.slug}`, doc.id);
  const made = { slug: 'no-stage', title: 'Without a stage', legalForm: 'treaty' };
  await t.http.post('/v1/agreements', { ...made, parties: [{ actor: 'ukraine', role: 'party' }] });
  await t.http.post('/v1/events', {
    slug: 'kadesh',
    kind: 'signing',
    title: 'Kadesh',
    date: '-1258',
    status: 'concluded',
    participants: ['host', 'participant'].map((role) => ({ actor: 'ukraine', role })),
  });
});

async function docsAt(collection: string, revision: number): Promise<AnyJson[]> {
  const type = resources.find((each) => each.collection === collection)?.type ?? '';
  return (await t.db.stateAt(type, revision)).map(({ doc }) => doc);
}

function bare({ values, ...facet }: AnyJson) {
  return { ...facet, values: values.map(({ value, count }: AnyJson) => ({ value, count })) };
}

async function facet(path: string, name: string): Promise<AnyJson> {
  const { status, body } = await t.http.get(`${path}${path.includes('?') ? '&' : '?'}limit=1&facets=${name}`);
  expect({ path, name, status, detail: body.detail }).toEqual({ path, name, status: 200, detail: undefined });
  return body.facets[name];
}

const ALL = resources.flatMap(({ collection }) =>
  Object.keys(FACET_VALUES[collection] ?? {}).map((name) => ({ collection, name })),
);

describe('every facet of every resource', () => {
  it('is known to the tests, and has a filter of its name but for the year', () => {
    for (const resource of resources) {
      const names = facetNames(resource).sort();
      expect(names).toEqual(Object.keys(FACET_VALUES[resource.collection] ?? {}).sort());
      const filters = resource.filters.map(({ name }) => name);
      expect(names.filter((name) => !filters.includes(name))).toEqual(names.filter((name) => name === 'year'));
    }
  });

  it.each(ALL)('$collection by $name are what a naive count gives, now and then', async ({ collection, name }) => {
    for (const revision of [await t.db.head(), loaded - 100]) {
      const told = await facet(`/v1/${collection}?asOf=${revision}`, name);
      expect(bare(told)).toEqual(naiveFacet(collection, name, await docsAt(collection, revision)));
      expect(told.values.length).toBeLessThanOrEqual(50);
      expect(told.truncated).toBe(told.distinct > 50);
    }
    expect(bare(await facet(`/v1/${collection}`, name))).toEqual(
      naiveFacet(collection, name, await docsAt(collection, await t.db.head())),
    );
  });

  it.each(ALL.filter(({ name }) => name !== 'year'))(
    '$collection by $name give values that the filter takes, with as many records',
    async ({ collection, name }) => {
      // An area stands for what is narrower too, unless told otherwise.
      const exactly = name === 'area' ? '&areaDepth=0' : '';
      for (const { value, count } of (await facet(`/v1/${collection}`, name)).values.slice(0, 2)) {
        const list = await t.http.get(`/v1/${collection}?limit=1&count=exact&${name}=${value}${exactly}`);
        expect({ value, count: list.body.count }).toEqual({ value, count: { value: count, exact: true } });
      }
    },
  );

  const narrowed = ALL.flatMap(({ collection, name }) =>
    ['kind', 'status', 'country', 'actor']
      .filter((by) => by !== name && FACET_VALUES[collection]?.[by])
      .map((by) => ({ collection, name, by })),
  );
  it.each(narrowed)('$collection by $name are a naive count within one $by too', async ({ collection, name, by }) => {
    const docs = await docsAt(collection, await t.db.head());
    const { values } = await facet(`/v1/${collection}`, by);
    for (const { value } of [...values.slice(0, 2), ...values.slice(-1)]) {
      const within = docs.filter((doc) => FACET_VALUES[collection]?.[by]?.(doc, []).includes(value));
      expect({ value, ...bare(await facet(`/v1/${collection}?${by}=${value}`, name)) }).toEqual({
        value,
        ...naiveFacet(collection, name, within),
      });
    }
  });

  it('are cut after fifty values, and say how many there are', async () => {
    const { values, distinct, truncated } = await facet('/v1/events', 'actor');
    expect({ told: values.length, more: distinct > 50, truncated }).toEqual({ told: 50, more: true, truncated: true });
  });
});

describe('a facet', () => {
  it('names the records that values are ids of, as they were then', async () => {
    const before = await t.db.head();
    const [ukraine] = (await facet('/v1/events', 'actor')).values;
    expect(ukraine).toMatchObject({ value: ids.get('actors/ukraine'), slug: 'ukraine', label: 'Ukraine' });
    expect(Object.keys(ukraine)).toEqual(['value', 'slug', 'label', 'count']);
    await t.http.patch('/v1/actors/ukraine', { name: 'Ukraine renamed', slug: 'renamed' }, ANY);
    const renamed = { ...ukraine, slug: 'renamed', label: 'Ukraine renamed' };
    expect((await facet('/v1/events', 'actor')).values[0]).toEqual(renamed);
    expect((await facet(`/v1/events?asOf=${before}`, 'actor')).values[0]).toEqual(ukraine);
    await t.http.patch('/v1/actors/renamed', { name: 'Ukraine', slug: 'ukraine' }, ANY);
  });

  it('leaves the filter of its own name out, all times it is given, and no other', async () => {
    const all = naiveFacet('events', 'kind', await docsAt('events', loaded));
    expect(bare(await facet(`/v1/events?kind=signing&asOf=${loaded}`, 'kind'))).toEqual(all);
    expect(bare(await facet(`/v1/events?kind=signing&kind=call&asOf=${loaded}`, 'kind'))).toEqual(all);
    const signings = (await docsAt('events', loaded)).filter(({ kind }) => kind === 'signing');
    expect(bare(await facet(`/v1/events?kind=signing&asOf=${loaded}`, 'status'))).toEqual(
      naiveFacet('events', 'status', signings),
    );
  });

  it('of what a role qualifies counts in that role, with and without its own filter', async () => {
    for (const [path, name, role] of [
      ['/v1/events?role=host', 'actor', 'host'],
      ['/v1/events?actor=ukraine&role=host', 'actor', 'host'],
      ['/v1/agreements?party=ukraine&role=party,observer', 'party', 'party,observer'],
      ['/v1/actors?memberOf=g7&role=member', 'memberOf', 'member'],
      ['/v1/events?role=host&role=participant', 'actor', 'host&role=participant'],
    ] as const) {
      const { values, missing } = await facet(path, name);
      const collection = path.slice(4, path.indexOf('?'));
      for (const { value, count } of values.slice(0, 5)) {
        const list = await t.http.get(`/v1/${collection}?${name}=${value}&role=${role}&limit=1&count=exact`);
        expect({ path, value, count: list.body.count.value }).toEqual({ path, value, count });
      }
      expect({ path, some: values.length > 0, missing: missing >= 0 }).toEqual({ path, some: true, missing: true });
    }
  });

  it('of areas leaves `areaDepth` out with `area`, and counts what records name', async () => {
    const all = naiveFacet('events', 'area', await docsAt('events', loaded));
    for (const more of ['', '&areaDepth=0'])
      expect(bare(await facet(`/v1/events?area=military-equipment${more}&asOf=${loaded}`, 'area'))).toEqual(all);
  });

  it('of currencies keeps the least amount that was given with one', async () => {
    const told = await facet('/v1/commitments?currency=EUR&minAmount=1000000000', 'currency');
    const great = (await docsAt('commitments', await t.db.head())).filter(
      ({ amount }) => amount !== undefined && Number(amount.value) >= 1e9,
    );
    expect(bare(told)).toEqual(naiveFacet('commitments', 'currency', great));
    expect(told.distinct).toBeGreaterThan(2);
    expectProblem(await t.http.get('/v1/commitments?minAmount=1&facets=currency'), 'invalid-parameter');
  });

  it('counts what has no stage as missing, by whatever way it was found', async () => {
    const parties = await facet('/v1/agreements?party=ukraine', 'status');
    const any = await facet('/v1/agreements?actor=ukraine&legalForm=treaty', 'status');
    for (const { values, missing } of [parties, any]) {
      expect(missing).toBe(1);
      expect(values.map(({ value }: AnyJson) => value)).not.toContain('');
    }
  });

  it('of years gives years before the common era as EDTF, kept or counted', async () => {
    for (const path of ['/v1/events', '/v1/events?tag=single-source,never', '/v1/events?q=Kadesh']) {
      const { values } = await facet(path, 'year');
      const found = values.find(({ value }: AnyJson) => value === '-1258');
      expect({ path, found }).toEqual({ path, found: path.includes('tag') ? undefined : { value: '-1258', count: 1 } });
    }
    const { body } = await t.http.get('/v1/events?from=-1258&to=-1258&match=certain&count=exact');
    expect(body.count.value).toBe(1);
  });
});

describe('facets', () => {
  it('go with count, include, fields and limit, in the order asked for', async () => {
    const query = 'facets=status,kind,actor&count=exact&include=actors&fields=slug&limit=2&from=2024';
    const { body } = await t.http.get(`/v1/events?${query}`);
    expect(Object.keys(body)).toEqual(['data', 'page', 'asOf', 'count', 'facets', 'included']);
    expect(Object.keys(body.facets)).toEqual(['status', 'kind', 'actor']);
    const sum = body.facets.kind.values.reduce((all: number, { count }: AnyJson) => all + count, 0);
    expect(sum + body.facets.kind.missing).toBe(body.count.value);
    expect(body.data.map(Object.keys)).toEqual([
      ['id', 'slug'],
      ['id', 'slug'],
    ]);
    expect(await t.http.get('/v1/events?facets=kind,kind')).toMatchObject({ status: 200 });
  });

  it('are the same on every page of a walk whatever is written, and may change on the way', async () => {
    for (const path of ['/v1/events?', '/v1/events?q=ukraine&', '/v1/events?actor=ukraine&kind=signing,call&']) {
      const first = await t.http.get(`${path}facets=kind,year,actor&limit=5`);
      await t.http.post('/v1/events', { kind: 'call', title: 'Ukraine again', date: '2030', status: 'announced' });
      const cursor = `cursor=${first.body.page.next}`;
      const second = await t.http.get(`${path}facets=kind,year,actor&limit=5&${cursor}`);
      expect(second.body.facets).toEqual(first.body.facets);
      const other = await t.http.get(`${path}facets=kind&limit=7&${cursor}`);
      expect({ status: other.status, facets: other.body.facets }).toEqual({
        status: 200,
        facets: { kind: first.body.facets.kind },
      });
      expect((await t.http.get(`${path}limit=5&${cursor}`)).body.facets).toBeUndefined();
    }
  });

  it('honour a search, which counts the documents that it finds', async () => {
    const found = await t.http.walk('/v1/events?q=zelensky&limit=200');
    const { body } = await t.http.get('/v1/events?q=zelensky&facets=kind,actor,tag&limit=1');
    for (const name of ['kind', 'actor', 'tag'])
      expect(bare(body.facets[name])).toEqual(naiveFacet('events', name, found.data));
    const none = await t.http.get('/v1/events?q=%21&facets=kind,year,tag,actor&limit=1');
    for (const told of Object.values(none.body.facets))
      expect(told).toEqual({ counts: 'records', values: [], distinct: 0, truncated: false, missing: 0 });
  });

  it('count what holds on a day, but not by what the day gives another meaning', async () => {
    const query = [['validOn', '2023-08-01']] as const;
    const test = fitsOnDay('agreements', query, (ref) => ids.get(`agreements/${ref}`) ?? '');
    const docs = (await docsAt('agreements', loaded)).filter(test);
    const told = await facet(`/v1/agreements?validOn=2023-08-01&asOf=${loaded}&legalForm=treaty`, 'legalForm');
    expect(bare(told)).toEqual(naiveFacet('agreements', 'legalForm', docs));
    expect(told.values.length).toBeGreaterThan(0);
    for (const [collection, name] of [
      ['agreements', 'status'],
      ['agreements', 'party'],
      ['commitments', 'stage'],
      ['actors', 'memberOf'],
      ['actors', 'holds'],
    ]) {
      const answer = await t.http.get(`/v1/${collection}?validOn=2023-08-01&facets=method,${name}`);
      const { errors } = expectProblem(answer, 'invalid-parameter');
      expect(errors).toMatchObject([{ in: 'query', parameter: 'facets', code: 'not-combinable' }]);
      expect(errors[0].message).toContain(`\`${name}\``);
    }
  });

  it('have tags of their own, and are immutable for the past', async () => {
    const [kinds, years] = await Promise.all(['kind', 'year'].map((name) => t.http.get(`/v1/events?facets=${name}`)));
    expect(kinds?.headers.etag).not.toBe(years?.headers.etag);
    const again = await t.http.get('/v1/events?facets=kind', { 'if-none-match': kinds?.headers.etag ?? '' });
    expect({ status: again.status, text: again.text }).toEqual({ status: 304, text: '' });
    const past = await t.http.get(`/v1/events?facets=kind,tag&asOf=${loaded}`);
    expect(past.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  it('are read from the roll-ups at once where nothing narrows them', async () => {
    const ran = async (path: string) => {
      const before = t.service.store.statementsRun;
      expect((await t.http.get(path)).status).toBe(200);
      return t.service.store.statementsRun - before;
    };
    expect(await ran('/v1/events')).toBe(2);
    expect(await ran('/v1/events?facets=kind,status,country,year')).toBe(6);
    expect(await ran('/v1/events?facets=kind,actor')).toBe(5);
    expect(await ran('/v1/events?kind=call&facets=kind')).toBe(3);
    expect(await ran(`/v1/events?facets=kind&asOf=${await t.db.head()}`)).toBe(3);
  });

  it('leaves the filters that need its own in force', async () => {
    const { doc } = (await t.db.stateAt('commitment', await t.db.head())).find(({ doc: { amount } }) => amount) ?? {};
    const query = `currency=${doc?.amount.currency}&minAmount=1&facets=currency`;
    const { status, body } = await t.http.get(`/v1/commitments?${query}`);
    expect(status).toBe(200);
    for (const { value, count } of body.facets.currency.values) {
      const list = await t.http.get(`/v1/commitments?currency=${value}&minAmount=1&limit=100`);
      expect({ value, total: list.body.data.length }).toEqual({ value, total: count });
    }
  });

  it('counts agreements whose milestones were taken away as without a status', async () => {
    const path = '/v1/agreements/uk-ua-2024';
    const { milestones, parties } = (await t.http.get(path)).body;
    const none = { milestones: [], parties: [{ actor: 'ukraine', role: 'party' }] };
    expect((await t.http.patch(path, none, ANY)).status).toBe(200);
    const { values, missing } = await facet('/v1/agreements?party=ukraine', 'status');
    expect(values.map(({ value }: AnyJson) => value)).not.toContain('');
    expect(missing).toBe(2);
    expect((await t.http.patch(path, { milestones, parties }, ANY)).status).toBe(200);
    expect((await facet('/v1/agreements?party=ukraine', 'status')).missing).toBe(1);
  });

  it.each([
    ['events', 'facets=knd', 'not-allowed', /did you mean `kind`/],
    ['events', 'facets=stage', 'not-allowed', /must be some of kind, status, country, actor/],
    ['areas', 'facets=kind', 'not-allowed', /must be some of broader, source, tag, method/],
    ['sources', 'facets=Year', 'not-allowed', /did you mean `year`/],
    ['events', 'facets=__proto__', 'not-allowed', /must be some of/],
    ['events', 'facets=', 'empty', /empty/],
    ['events', 'facets=kind,,year', 'empty', /empty/],
    ['events', 'facets=kind,status,country,actor,area,source,tag,method,year', 'out-of-range', /at most 8/],
  ])('of %s refuse ?%s', async (collection, query, code, message) => {
    const before = t.service.store.statementsRun;
    const { errors } = expectProblem(await t.http.get(`/v1/${collection}?${query}`), 'invalid-parameter');
    expect(errors).toMatchObject([{ in: 'query', parameter: 'facets', code }]);
    expect(errors[0].message).toMatch(message);
    expect(t.service.store.statementsRun).toBe(before);
  });
});

it('a timeline counts what has no stage as none, by whatever way it was found', async () => {
  const path = '/v1/timeline?type=agreements&split=status&by=year&party=ukraine';
  const { body } = await t.http.get(path);
  expect(body.split.values.map(({ value }: AnyJson) => value)).not.toContain('');
  expect(body.split.none).toBe(1);
});
