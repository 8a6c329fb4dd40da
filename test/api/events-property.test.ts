import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { events } from '../../src/resources/events/index.js';
import type { SortName } from '../../src/resources/resource.js';
import { applyChange } from '../support/apply-change.js';
import { ANY, type AnyJson } from '../support/client.js';
import { fits, type Query, worldAt } from '../support/naive.js';
import { inOrder } from '../support/order.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
const ids = new Map<string, string>();
/** Revisions to read at: after the seeds, in the midst of changes, at their end. */
const revisions: number[] = [];
let loaded: number;

const changes: [path: string, patch: object | 'delete'][] = [
  ['areas/air-defence', { broader: null }],
  ['areas/artillery', { broader: 'cyber-security' }],
  ['events/us-ua-consultations-2025-01', { date: '2025-02/..', status: 'postponed', previousDate: '2025-01' }],
  ['events/g7-apulia-summit-2024', { place: { name: 'Fiji', country: 'FJ', latitude: -17.7, longitude: 178.1 } }],
  ['events/nato-vilnius-summit-2023', { areas: ['air-defence', 'artillery'], tags: ['planned', 'moved'] }],
  ['events/budanov-head-of-office-2026', 'delete'],
  ['disputes/kuleba-office', { preferred: null }],
  ['events/sybiha-blinken-call-2024-10', { date: '../2024-10-03', method: 'imported' }],
  [
    'events/nato-washington-summit-2024',
    { date: '2024-07~', place: { name: 'Samoa', latitude: -13.8, longitude: -172.1 } },
  ],
  ['areas/combat-aviation', { broader: null }],
  ['sources/seed-article', { standing: 'retracted', reliability: 'E' }],
  ['sources/kmu-sybiha-blinken', { reliability: 'B' }],
  ['events/us-ua-consultations-2025-01', { citations: [{ source: 'kmu-sybiha-blinken' }, { source: 'seed-article' }] }],
];

beforeAll(async () => {
  loaded = await t.db.head();
  for (const type of ['event', 'actor', 'agreement', 'area', 'source']) {
    for (const { doc } of await t.db.stateAt(type, loaded)) ids.set(`${type}s/${doc.slug}`, doc.id);
  }
  revisions.push(loaded);
  for (const [path, patch] of changes) {
    await applyChange(t.http, path, patch);
    revisions.push(await t.db.head());
  }
  await t.http.patch('/v1/events/kuleba-blinken-call-undated', { participants: [], tags: ['moved'] }, ANY);
});

/** One to three values, joined as alternatives. */
const some = (...values: string[]) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }).map(String);
const actor = some(
  'ukraine',
  'united-states',
  'antony-blinken',
  'president-of-ukraine',
  'germany',
  'g7',
  'dmytro-kuleba',
);
const filters: Record<string, fc.Arbitrary<string>> = {
  kind: some('signing', 'summit', 'negotiation', 'call', 'consultation', 'statement'),
  status: some('concluded', 'unconfirmed', 'postponed', 'scheduled'),
  country: some('UA', 'IT', 'FR', 'FJ', 'US', 'GB'),
  method: some('curated', 'imported'),
  tag: some('single-source', 'planned', 'moved', 'unverified'),
  externalScheme: some('chancery-seed', 'wikidata'),
  actor,
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
  bbox: fc.constantFrom('22,44,41,53', '-10,35,30,60', '170,-30,-170,0', '-180,-90,180,90', '2.35,48.86,2.35,48.86'),
};
const repeatable = fc
  .constantFrom(...Object.keys(filters))
  .chain((name) => (filters[name] ?? actor).map((value) => [name, value] as const));
const date = fc.constantFrom(
  '2023',
  '2024-01',
  '2024-06-13',
  '2025-01',
  '2025-01-15',
  '2024-10-03/2025-01-01',
  '2023-07~',
);
const range = fc
  .tuple(fc.option(date), fc.option(date), fc.option(fc.constantFrom('possible', 'certain')))
  .map(([from, to, match]) => {
    const ordered = from !== null && to !== null && from > to ? [to, from] : [from, to];
    const given: [string, string | null | undefined][] = [
      ['from', ordered[0]],
      ['to', ordered[1]],
      ['match', match],
    ];
    return given.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []));
  })
  .filter((given) => !isReversed(given));
const single: fc.Arbitrary<Query> = fc
  .record({
    range,
    areaDepth: fc.boolean(),
    after: fc.option(fc.constantFrom('2031-01-01T00:00:00Z', '2031-01-01T01:00:00.040+01:00', '2020-01-01T00:00:00Z')),
  })
  .map(({ range: dates, areaDepth, after }) => [
    ...dates,
    ...(areaDepth ? [['areaDepth', '0'] as const] : []),
    ...(after === null ? [] : [['updatedAfter', after] as const]),
  ]);
const sort = fc.constantFrom<SortName[]>('date', 'label', 'created', 'updated');

function isReversed(query: Query): boolean {
  const of = (name: string) => query.find(([given]) => given === name)?.[1];
  return (of('to') ?? '9').startsWith('2024-01') && (of('from') ?? '').startsWith('2024-06');
}

it('gives what a naive filter over the documents gives, in order, counted, now and as of the past', async () => {
  let nonEmpty = 0;
  const property = fc.asyncProperty(
    fc.array(repeatable, { maxLength: 3 }),
    single,
    sort,
    fc.boolean(),
    fc.option(fc.nat()),
    fc.constantFrom(3, 10, 200),
    async (several, once, name, descending, at, limit) => {
      // `areaDepth` qualifies `area` and is refused without it.
      const hasArea = several.some(([key]) => key === 'area');
      const query = [...several, ...once].filter(([key]) => key !== 'areaDepth' || hasArea);
      const revision = at === null ? await t.db.head() : revisions[at % revisions.length];
      const parameters = new URLSearchParams(query.map(([key, value]) => [key, value]));
      parameters.set('sort', `${descending ? '-' : ''}${name}`);
      parameters.set('limit', String(limit));
      if (at !== null) parameters.set('asOf', String(revision));
      const then = await t.db.stateAt('event', revision ?? 0);
      const expected = inOrder(events, then, name, descending).filter(
        fits(query, await worldAt(t.db, ids, revision ?? 0)),
      );
      nonEmpty += expected.length > 0 ? 1 : 0;
      const path = `/v1/events?${parameters}`;
      const { data, pages } = await t.http.walk(`${path}&count=exact`);
      expect(data.map(({ slug }: AnyJson) => slug)).toEqual(expected.map(({ slug }) => slug));
      expect(data).toEqual(expected);
      for (const page of pages) expect(page.count).toEqual({ value: expected.length, exact: true });
    },
  );
  await fc.assert(property, { numRuns: 400, seed: 20_250_101, endOnFailure: false });
  expect(nonEmpty).toBeGreaterThan(100);
}, 120_000);
