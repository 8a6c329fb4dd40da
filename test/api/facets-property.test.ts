import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { applyChange } from '../support/apply-change.js';
import type { AnyJson } from '../support/client.js';
import { fits, type Query, type World, worldAt } from '../support/naive.js';
import { FACET_VALUES, naiveFacet } from '../support/naive-facets.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
const ids = new Map<string, string>();
/** Revisions to read at: in the midst of the seeds, after them, in the midst of changes, at their end. */
const revisions: number[] = [];

const actor = 'ukraine';
const event = { kind: 'signing', title: 'Made', status: 'concluded' };
const changes: [path: string, change: object | 'delete'][] = [
  ['areas/artillery', { broader: 'cyber-security' }],
  ['events/us-ua-consultations-2025-01', { date: '2025-02/..', status: 'postponed', previousDate: '2025-01' }],
  ['events/nato-vilnius-summit-2023', { areas: ['air-defence', 'artillery'], tags: ['planned', 'moved'] }],
  ['events/budanov-head-of-office-2026', 'delete'],
  ['events/sybiha-blinken-call-2024-10', { date: '../2024-10-03', method: 'imported' }],
  ['actors/united-kingdom', { slug: 'renamed', name: 'Renamed' }],
  ['events/kuleba-blinken-call-undated', { participants: [], areas: [], tags: [], date: '202X' }],
];
const made: object[] = [
  { ...event, slug: 'made-1', date: '-1258-11-21', tags: ['moved'], participants: [{ actor, role: 'signatory' }] },
  { ...event, slug: 'made-2', date: 'Y17000', place: { name: 'Kyiv', country: 'UA' } },
  {
    ...{ ...event, slug: 'made-3', date: '0000/0003' },
    participants: [
      ...['host', 'participant', 'signatory'].map((role) => ({ actor, role })),
      { actor: 'united-states', role: 'host' },
      { actor: 'united-states', role: 'host', onBehalfOf: 'ukraine' },
    ],
  },
];

beforeAll(async () => {
  const loaded = await t.db.head();
  for (const type of ['event', 'actor', 'agreement', 'area', 'source']) {
    for (const { doc } of await t.db.stateAt(type, loaded)) ids.set(`${type}s/${doc.slug}`, doc.id);
  }
  revisions.push(loaded - 60, loaded);
  for (const body of made) {
    const answer = await t.http.post('/v1/events', body);
    expect({ status: answer.status, text: answer.status === 201 ? '' : answer.text }).toEqual({
      status: 201,
      text: '',
    });
  }
  for (const [path, change] of changes) {
    revisions.push(await t.db.head());
    await applyChange(t.http, path, change);
  }
});

const some = (...values: string[]) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }).map(String);
const filters: Record<string, fc.Arbitrary<string>> = {
  kind: some('signing', 'summit', 'negotiation', 'call', 'consultation', 'statement'),
  status: some('concluded', 'unconfirmed', 'postponed', 'scheduled'),
  country: some('UA', 'IT', 'FR', 'US', 'GB'),
  method: some('curated', 'imported'),
  tag: some('single-source', 'planned', 'moved', 'unverified'),
  externalScheme: some('chancery-seed', 'wikidata'),
  actor: some('ukraine', 'united-states', 'antony-blinken', 'president-of-ukraine', 'g7', 'dmytro-kuleba'),
  onBehalfOf: some('ukraine', 'united-states', 'germany'),
  area: some('military-equipment', 'air-defence', 'cyber-security', 'artillery', 'training-and-exercises'),
  agreement: some('us-ua-2024', 'g7-joint-declaration-2023', 'bg-ua-draft-2024'),
  source: some('seed-article', 'kmu-sybiha-blinken'),
  relatedTo: some('actors/ukraine', 'events/us-ua-consultations-2025-01', 'agreements/us-ua-2024'),
  contested: fc.constantFrom('true', 'false'),
  supported: some('none', 'some', 'all'),
  restsOn: some('nothing', 'standing', 'mixed', 'retracted'),
  minReliability: fc.constantFrom('A', 'C', 'F'),
  role: some('host', 'participant', 'signatory', 'announcer', 'target'),
  bbox: fc.constantFrom('22,44,41,53', '-10,35,30,60', '-180,-90,180,90'),
};
const filter = fc
  .constantFrom(...Object.keys(filters), 'role', 'role', 'role')
  .chain((name) => (filters[name] ?? fc.constant('')).map((value) => [name, value] as const));
const once: fc.Arbitrary<Query> = fc
  .record({
    from: fc.option(fc.constantFrom('2023', '2024-01', '2024-06-13', '-1300'), { freq: 3 }),
    to: fc.option(fc.constantFrom('2025-01-15', '2026', 'Y17000'), { freq: 3 }),
    match: fc.option(fc.constantFrom('possible', 'certain')),
    updatedAfter: fc.option(fc.constantFrom('2031-01-01T00:00:00Z', '2020-01-01T00:00:00Z'), { freq: 2 }),
    areaDepth: fc.option(fc.constant('0')),
  })
  .map((given) => Object.entries(given).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])));
const facets = fc.uniqueArray(fc.constantFrom(...Object.keys(FACET_VALUES.events ?? {})), {
  minLength: 1,
  maxLength: 8,
});

/** The request without the filter of a facet's name, and without what has no meaning but beside it. */
function without(query: Query, name: string): Query {
  return query.filter(([key]) => key !== name && !(name === 'area' && key === 'areaDepth'));
}

const states = new Map<number, { world: World; docs: AnyJson[] }>();

async function stateAt(revision: number) {
  const known = states.get(revision);
  if (known !== undefined) return known;
  const docs = (await t.db.stateAt('event', revision)).map(({ doc }) => doc);
  const state = { world: await worldAt(t.db, ids, revision), docs };
  states.set(revision, state);
  return state;
}

async function ask(query: Query, more: Record<string, string>, asOf: number | undefined): Promise<AnyJson> {
  const parameters = new URLSearchParams([...query, ...Object.entries(more)].map(([name, value]) => [name, value]));
  if (asOf !== undefined) parameters.set('asOf', String(asOf));
  const { status, body } = await t.http.get(`/v1/events?limit=1&${parameters}`);
  expect({ parameters: `${parameters}`, status, detail: body.detail }).toEqual({
    parameters: `${parameters}`,
    status: 200,
    detail: undefined,
  });
  return body;
}

/** How many records the list has with one value in place of the facet's own filter; `year` has no filter. */
async function counted(query: Query, name: string, value: string, asOf: number | undefined): Promise<number> {
  const exactly: Query = name === 'area' ? [['areaDepth', '0']] : [];
  const body = await ask([...without(query, name), [name, value], ...exactly], { count: 'exact' }, asOf);
  return body.count.value;
}

it('are what a naive count over the documents gives, and what the list gives for a value, now and then', async () => {
  const seen = { some: 0, roles: 0, missing: 0, put: 0 };
  const property = fc.asyncProperty(
    fc.array(filter, { maxLength: 3 }),
    once,
    facets,
    fc.option(fc.nat(), { freq: 2 }),
    fc.nat(),
    async (several, single, drawn, at, pick) => {
      // Roles make another count of actors, so it is always among them.
      const names = several.some(([name]) => name === 'role') ? [...new Set(['actor', ...drawn])].slice(0, 8) : drawn;
      const hasArea = several.some(([name]) => name === 'area');
      const query = [...several, ...single].filter(([name]) => name !== 'areaDepth' || hasArea);
      const asOf = at === null ? undefined : revisions[at % revisions.length];
      const answer = await ask(query, { facets: names.join() }, asOf);
      expect(Object.keys(answer.facets)).toEqual(names);
      const { world, docs } = await stateAt(answer.asOf);
      for (const name of names) {
        const left = without(query, name);
        const { values, ...facet } = answer.facets[name];
        const bare = values.map(({ value, count }: AnyJson) => ({ value, count }));
        const roles = name === 'actor' ? left : [];
        const expected = naiveFacet('events', name, docs.filter(fits(left, world)), roles);
        expect({ query, name, facet: { ...facet, values: bare } }).toEqual({ query, name, facet: expected });
        seen.some += expected.distinct > 1 ? 1 : 0;
        seen.missing += expected.missing > 0 ? 1 : 0;
        seen.roles += name === 'actor' && left.some(([key]) => key === 'role') && expected.distinct > 0 ? 1 : 0;
      }
      const [name = 'kind'] = names.filter((each) => each !== 'year');
      const values = answer.facets[name]?.values ?? [];
      const chosen = values[pick % Math.max(values.length, 1)];
      if (chosen === undefined) return;
      seen.put += 1;
      expect({ query, name, count: await counted(query, name, chosen.value, asOf) }).toEqual({
        ...{ query, name },
        count: chosen.count,
      });
    },
  );
  await fc.assert(property, { numRuns: 250 });
  expect(Object.entries(seen).filter(([, times]) => times < 20)).toEqual([]);
}, 180_000);
