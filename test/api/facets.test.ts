import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../src/resources/index.js';
import { facetNames } from '../../src/resources/operations/facets.js';
import { ANY, type AnyJson, expectProblem } from '../support/client.js';
import { fits, type Query, worldAt } from '../support/naive.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
const revisions: number[] = [];
const ids = new Map<string, string>();

beforeAll(async () => {
  for (const { type, collection } of resources)
    for (const { doc } of await t.db.stateAt(type, await t.db.head())) ids.set(`${collection}/${doc.slug}`, doc.id);
  revisions.push(400, 650, await t.db.head());
  for (const { doc } of (await t.db.stateAt('event', await t.db.head())).slice(0, 20)) {
    const patch = { tags: [...doc.tags, 'patched'], status: 'cancelled', areas: doc.areas.slice(1) };
    expect((await t.http.patch(`/v1/events/${doc.id}`, patch, ANY)).status).toBe(200);
  }
  revisions.push(await t.db.head());
});

/** The values of an event that a facet counts it under. */
const VALUES: Record<string, (event: AnyJson) => (string | undefined)[]> = {
  kind: ({ kind }) => [kind],
  status: ({ status }) => [status],
  country: ({ place }) => [place?.country],
  method: ({ method }) => [method],
  year: ({ earliest }) => [earliest?.slice(0, -6)],
  tag: ({ tags }) => tags,
  area: ({ areas }) => areas,
  actor: (event) => JSON.stringify(event).match(/actor_[0-9a-z]{26}/g) ?? [],
  source: (event) => JSON.stringify(event).match(/source_[0-9a-z]{26}/g) ?? [],
  onBehalfOf: ({ participants }) => participants.flatMap((each: AnyJson) => each.onBehalfOf ?? []),
};
const SINGLE = ['kind', 'status', 'country', 'method', 'year'];

function naive(events: readonly AnyJson[], name: string) {
  const counts = new Map<string, number>();
  let missing = 0;
  for (const event of events) {
    const values = new Set(VALUES[name]?.(event).filter((value) => value !== undefined));
    if (values.size === 0) missing += 1;
    for (const value of values) counts.set(value as string, (counts.get(value as string) ?? 0) + 1);
  }
  const values = [...counts].map(([value, count]) => ({ value, count }));
  values.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  return {
    counts: 'records',
    values: values.slice(0, 50),
    distinct: values.length,
    truncated: values.length > 50,
    ...(SINGLE.includes(name) && { missing }),
  };
}

const FILTERS: readonly (readonly [string, string])[] = [
  ['kind', 'signing'],
  ['kind', 'signing,negotiation'],
  ['status', 'concluded'],
  ['country', 'UA'],
  ['actor', 'ukraine'],
  ['actor', 'germany,united-states'],
  ['area', 'cyber-security'],
  ['tag', 'patched'],
  ['method', 'curated'],
  ['from', '2024'],
  ['to', '2024-06'],
  ['source', 'seed-article'],
  ['contested', 'true'],
  ['onBehalfOf', 'ukraine'],
];

describe('facets', () => {
  it('are what a count over every document gives, now and then, each without its own filter', {
    timeout: 120_000,
  }, async () => {
    const query = fc.uniqueArray(fc.constantFrom(...FILTERS), { maxLength: 3, selector: ([name]) => name });
    const names = fc.uniqueArray(fc.constantFrom(...Object.keys(VALUES)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(query, names, fc.nat(4), async (filters: Query, facets, at) => {
        const revision = revisions[at];
        const parameters = new URLSearchParams([...filters.map(([name, value]) => [name, value])]);
        parameters.set('facets', facets.join());
        if (revision !== undefined) parameters.set('asOf', String(revision));
        const answer = await t.http.get(`/v1/events?limit=1&${parameters}`);
        expect({ parameters: `${parameters}`, status: answer.status }).toMatchObject({ status: 200 });
        const then = answer.body.asOf;
        const world = await worldAt(t.db, ids, then);
        const events = (await t.db.stateAt('event', then)).map(({ doc }) => doc);
        for (const name of facets) {
          const left = filters.filter(([filter]) => filter !== name);
          const fitting = events.filter(fits(left, world));
          const { values, ...facet } = answer.body.facets[name];
          const bare = values.map(({ value, count }: AnyJson) => ({ value, count }));
          expect({ parameters: `${parameters}`, name, facet: { ...facet, values: bare } }).toEqual({
            parameters: `${parameters}`,
            name,
            facet: naive(fitting, name),
          });
        }
        expect(Object.keys(answer.body.facets)).toEqual(facets);
      }),
      { numRuns: 120 },
    );
  });

  it('name the records that values are ids of, as they were then', async () => {
    const { body } = await t.http.get('/v1/events?facets=actor,area&limit=1');
    expect(body.facets.actor.values[0]).toMatchObject({ slug: 'ukraine', label: 'Ukraine' });
    const revision = await t.db.head();
    await t.http.patch('/v1/actors/ukraine', { name: 'Ukraine renamed', slug: 'renamed' }, ANY);
    const [now, then] = await Promise.all(
      ['', `&asOf=${revision}`].map((more) => t.http.get(`/v1/events?facets=actor&limit=1${more}`)),
    );
    expect(now?.body.facets.actor.values[0]).toMatchObject({ slug: 'renamed', label: 'Ukraine renamed' });
    expect(then?.body.facets.actor.values[0]).toMatchObject({ slug: 'ukraine', label: 'Ukraine' });
    await t.http.patch('/v1/actors/renamed', { name: 'Ukraine', slug: 'ukraine' }, ANY);
  });

  it('give values that the filter of the same name takes, with as many records', async () => {
    for (const { collection } of resources) {
      const resource = resources.find((each) => each.collection === collection);
      const names = facetNames(resource as never)
        .filter((name) => name !== 'year')
        .slice(0, 8);
      const { body } = await t.http.get(`/v1/${collection}?limit=1&facets=${names.join()}`);
      for (const name of names) {
        for (const { value, count } of body.facets[name].values.slice(0, 3)) {
          // An area stands for what is narrower too, unless told otherwise.
          const depth = name === 'area' ? '&areaDepth=0' : '';
          const list = await t.http.get(`/v1/${collection}?limit=1&count=exact&${name}=${value}${depth}`);
          expect({ collection, name, value, count: list.body.count }).toEqual({
            ...{ collection, name, value },
            count: { value: count, exact: true },
          });
        }
      }
    }
  });

  it('are the same on every page of a walk, and honour a search', async () => {
    const first = await t.http.get('/v1/events?q=ukraine&facets=kind,year&limit=5');
    await t.http.post('/v1/events', { kind: 'call', title: 'Ukraine again', date: '2030', status: 'announced' });
    const second = await t.http.get(`/v1/events?q=ukraine&facets=kind,year&limit=5&cursor=${first.body.page.next}`);
    expect(second.body.facets).toEqual(first.body.facets);
    const found = await t.http.walk('/v1/events?q=ukraine&limit=200&asOf=769');
    const facets = (await t.http.get('/v1/events?q=ukraine&facets=kind&limit=1&asOf=769')).body.facets;
    expect(facets.kind.values).toEqual(naive(found.data, 'kind').values);
  });

  it('may change on the way, like the other things that are only shown', async () => {
    const first = await t.http.get('/v1/events?limit=5');
    const second = await t.http.get(`/v1/events?limit=5&facets=kind&cursor=${first.body.page.next}`);
    expect({ status: second.status, facets: Object.keys(second.body.facets) }).toEqual({
      status: 200,
      facets: ['kind'],
    });
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

  it('counts agreements without milestones as without a status', async () => {
    const patch = { milestones: [], parties: [{ actor: 'ukraine', role: 'party' }] };
    expect((await t.http.patch('/v1/agreements/uk-ua-2024', patch, ANY)).status).toBe(200);
    const { body } = await t.http.get('/v1/agreements?party=ukraine&facets=status');
    expect(body.facets.status.values.map(({ value }: AnyJson) => value)).not.toContain('');
    expect(body.facets.status.missing).toBeGreaterThan(0);
  });

  it.each([
    ['facets=knd', /did you mean `kind`/],
    ['facets=', /empty/],
    ['facets=kind,,year', /empty/],
    ['facets=kind,status,country,actor,area,source,tag,method,year', /at most 8/],
    ['facets=kind&facets=year', /once/],
  ])('refuse ?%s', async (query, message) => {
    const { status, body } = await t.http.get(`/v1/events?${query}`);
    expect({ status, parameter: body.errors[0].parameter }).toEqual({ status: 400, parameter: 'facets' });
    expect(body.errors[0].message).toMatch(message);
    expectProblem(await t.http.get('/v1/areas?facets=kind'), 'invalid-parameter');
  });
});
