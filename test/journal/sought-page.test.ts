import { expect, it } from 'vitest';
import { type ListQuery, type Page, readPage } from '../../src/journal/list.js';
import { type Bounds, readSoughtPage, withSought } from '../../src/journal/sought-page.js';
import { resources } from '../../src/resources/index.js';
import { planFilters } from '../../src/resources/operations/filter-plan.js';
import { seekOf } from '../../src/resources/operations/present.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });

/** Bounds under which the list is walked, given up now and then, looked up by months, and looked up at once. */
const WAYS: Record<string, Bounds> = {
  walked: { sample: 1, few: 0, oneIn: 1e9, asked: 1e9, asking: 0, years: 1e9 },
  'given up': { sample: 1, few: 0, oneIn: 1e9, asked: 10, asking: 0, years: 1e9 },
  'by months': { sample: 1, few: 0, oneIn: 0, asked: 0, asking: 1e9, years: 1e9 },
  'by no months': { sample: 1, few: 0, oneIn: 0, asked: 0, asking: 1e9, years: 3 },
  'at once': { sample: 1, few: 1e9, oneIn: 0, asked: 0, asking: 1e9, years: 0 },
};
const TEXTS = [
  'ukraine',
  'security',
  'ukrain* -agreement',
  '"air defence"',
  'zelensky talks',
  '-ukraine',
  'no-such-word',
];
const FILTERS = { events: ['', 'kind=signing', 'actor', 'from=2024', 'tag=single-source'] } as Record<string, string[]>;

async function walk(read: (position: Page['next']) => Promise<Page>): Promise<Page[]> {
  const pages = [await read(undefined)];
  for (let next = pages[0]?.next; next !== undefined; next = pages.at(-1)?.next) pages.push(await read(next));
  return pages;
}

it.each(resources.map(({ collection }) => collection))(
  'every way gives the same pages of %s',
  async (collection) => {
    const { store } = t.service;
    for (const [slug, date] of [
      ['none', undefined],
      ['ancient', '-1258'],
      ['far', 'Y17000'],
      ['open', '../2024'],
    ] as const) {
      const body = { slug: `sought-${slug}`, kind: 'call', title: 'Security of Ukraine', status: 'concluded' };
      if (collection === 'events') await t.http.post('/v1/events', { ...body, ...(date && { date }) });
    }
    const resource = resources.find((each) => each.collection === collection);
    if (resource === undefined) throw new Error(collection);
    const ukraine = { id: (await t.http.get('/v1/actors/ukraine')).body.id, hasNarrower: false };
    const past = (await t.db.head()) - 50;
    const seen = { pages: 0 };
    for (const text of TEXTS)
      for (const filter of FILTERS[collection] ?? [''])
        for (const sort of resource.sorts.map((name) => name.replace('-', '') as ListQuery['sort']))
          for (const direction of ['asc', 'desc'] as const)
            for (const asOf of [undefined, past]) {
              const given = filter === 'actor' ? 'actor=ukraine' : filter;
              const query = new Map(
                given === '' ? [] : [given.split('=') as [string, string]].map(([k, v]) => [k, [v]]),
              );
              const found = filter === 'actor' ? [ukraine] : [];
              const filters = planFilters(resource, query).resolve(found as never);
              const list: ListQuery = { kind: resource.kind, asOf, ...filters, sort, direction };
              const sought = await seekOf(store, resource, text, asOf);
              const expected = await walk((next) => readPage(store, withSought(list, sought), 7, next));
              for (const [way, bounds] of Object.entries(WAYS)) {
                const pages = await walk((next) => readSoughtPage(store, list, sought, 7, next, bounds));
                expect({ way, text, filter, sort, direction, asOf, pages }).toEqual({
                  ...{ way, text, filter, sort, direction, asOf, pages: expected },
                });
                seen.pages += pages.length;
              }
            }
    expect(seen.pages).toBeGreaterThan(100);
  },
  120_000,
);
