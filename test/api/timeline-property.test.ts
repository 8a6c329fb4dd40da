import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import type { Document } from '../../src/journal/kind.js';
import { resources } from '../../src/resources/index.js';
import { applyChange } from '../support/apply-change.js';
import { ANY, type AnyJson } from '../support/client.js';
import { fits, type Query, worldAt } from '../support/naive.js';
import { type DatedDoc, naiveTimeline, type Plan } from '../support/naive-timeline.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
const ids = new Map<string, string>();
/** Revisions to read at: after the seeds, in the midst of changes, at their end. */
const revisions: number[] = [];

const changes: [path: string, patch: object | 'delete'][] = [
  ['events/us-ua-consultations-2025-01', { date: '2025-02/..', status: 'postponed', previousDate: '2025-01' }],
  ['events/sybiha-blinken-call-2024-10', { date: '../2024-10-03', method: 'imported' }],
  ['events/nato-washington-summit-2024', { date: '2024-07~/2024-08' }],
  ['areas/artillery', { broader: 'cyber-security' }],
  ['events/budanov-head-of-office-2026', 'delete'],
  ['events/g7-apulia-summit-2024', { date: '1999/2001', participants: [], areas: [] }],
  ['events/nato-vilnius-summit-2023', { date: '2023-24' }],
  ['events/kuleba-blinken-call-undated', { date: '202X' }],
  ['commitments/uk-2024-military', { period: '2024-04-01/2025-03-31' }],
  ['sources/seed-article', { publishedOn: '2024-XX' }],
];

beforeAll(async () => {
  revisions.push(await t.db.head());
  for (const { type, collection } of resources) {
    for (const { doc } of await t.db.stateAt(type, revisions[0] ?? 0)) ids.set(`${collection}/${doc.slug}`, doc.id);
  }
  for (const [path, patch] of changes) {
    await applyChange(t.http, path, patch);
    revisions.push(await t.db.head());
  }
  await t.http.patch('/v1/events/us-ua-consultations-2025-01', { date: '/..' }, ANY);
});

const mentioned = (type: string) => (doc: AnyJson) => [
  ...new Set(JSON.stringify(doc).match(new RegExp(`${type}_[0-9a-z]{26}`, 'g')) ?? []),
];
const one = (value: string | null | undefined) => (value == null ? [] : [value]);
const SPLITS: Record<string, (doc: AnyJson) => string[]> = {
  kind: (doc) => one(doc.kind ?? doc.legalForm),
  status: (doc) => one(doc.status === undefined ? doc.stage : doc.status),
  country: (doc) => one(doc.place?.country),
  method: (doc) => one(doc.method),
  area: (doc) => [...new Set(doc.areas as string[])],
  actor: mentioned('actor'),
};
const TYPES: Record<string, string[]> = {
  events: Object.keys(SPLITS),
  agreements: ['kind', 'status', 'method', 'area', 'actor'],
  commitments: ['kind', 'status', 'method', 'area', 'actor'],
  claims: ['kind', 'method', 'actor'],
  sources: ['kind', 'method'],
};

const some = (...values: string[]) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 }).map(String);
const filters: Record<string, fc.Arbitrary<string>> = {
  kind: some('signing', 'summit', 'negotiation', 'call', 'consultation'),
  status: some('concluded', 'unconfirmed', 'postponed'),
  actor: some('ukraine', 'united-states', 'antony-blinken', 'germany'),
  role: some('host', 'participant', 'signatory'),
  area: some('military-equipment', 'cyber-security', 'artillery'),
  tag: some('single-source', 'planned', 'unverified'),
  relatedTo: some('actors/ukraine', 'agreements/us-ua-2024'),
  contested: fc.constantFrom('true', 'false'),
  updatedAfter: fc.constantFrom('2031-01-01T00:00:00Z', '2020-01-01T00:00:00Z'),
};
const filter = fc
  .constantFrom(...Object.keys(filters))
  .chain((name) => (filters[name] ?? fc.constant('')).map((value) => [name, value] as const));
const range = fc
  .tuple(
    fc.option(fc.constantFrom('2023', '2024-01-15', '2024-06', '2020/2021', '2027')),
    fc.option(fc.constantFrom('2027', '2028-06', '2030')),
    fc.boolean(),
  )
  .map(
    ([from, to, certain]): Query => [
      ...(from === null ? [] : [['from', from] as const]),
      ...(to === null ? [] : [['to', to] as const]),
      ...(certain && (from ?? to) !== null ? [['match', 'certain'] as const] : []),
    ],
  );
const plan = fc.record({
  by: fc.constantFrom<Plan['by'][]>('day', 'month', 'quarter', 'year'),
  imprecise: fc.constantFrom<Plan['imprecise'][]>('bucket', 'spread'),
  fill: fc.boolean(),
});

async function compare(
  type: string,
  query: Query,
  shape: Omit<Plan, 'split'>,
  split: string | null,
  at: number | null,
) {
  const revision = (at === null ? await t.db.head() : revisions[at % revisions.length]) ?? 0;
  const resource = resources.find(({ collection }) => collection === type);
  const test = fits(query, await worldAt(t.db, ids, revision));
  const docs: DatedDoc[] = (await t.db.stateAt(resource?.type ?? '', revision))
    .filter(({ doc }) => test(doc))
    .map(({ doc }) => ({ doc, days: resource?.kind.project(doc as Document).dates }));
  const expected = naiveTimeline(docs, { ...shape, split: split === null ? undefined : SPLITS[split] }, query);
  const parameters = new URLSearchParams([...query.map(([name, value]) => [name, value])]);
  for (const [name, value] of Object.entries({ type, by: shape.by, imprecise: shape.imprecise }))
    parameters.set(name, value);
  if (shape.fill) parameters.set('empty', 'fill');
  if (split !== null) parameters.set('split', split);
  if (at !== null) parameters.set('asOf', String(revision));
  const answer = await t.http.get(`/v1/timeline?${parameters}`);
  if (expected.buckets.length > 1000) {
    expect({ status: answer.status, parameter: answer.body.errors?.[0].parameter }).toEqual({
      status: 400,
      parameter: 'by',
    });
    return 0;
  }
  expect({ status: answer.status, asOf: answer.body.asOf }).toEqual({ status: 200, asOf: revision });
  const { buckets, unknownWithin, undated, total } = answer.body;
  const bare = buckets.map(({ earliest: _, latest: __, ...bucket }: AnyJson) => bucket);
  expect({ buckets: bare, unknownWithin, undated, total }).toEqual({
    buckets: expected.buckets,
    unknownWithin: expected.unknownWithin,
    undated: expected.undated,
    total: expected.total,
  });
  const { values, other, none } = answer.body.split ?? {};
  const told =
    split === null ? undefined : { values: values.map(({ value, count }: AnyJson) => ({ value, count })), other, none };
  expect(told).toEqual(expected.split);
  return expected.total;
}

it('counts events as a naive count over the documents does, with every filter, now and as of the past', async () => {
  let nonEmpty = 0;
  const property = fc.asyncProperty(
    fc.array(filter, { maxLength: 2 }),
    range,
    plan,
    fc.option(fc.constantFrom(...Object.keys(SPLITS))),
    fc.option(fc.nat()),
    async (several, dates, shape, split, at) => {
      const once = several.filter(
        ([name], index) => name !== 'updatedAfter' || several.findIndex(([n]) => n === name) === index,
      );
      nonEmpty += (await compare('events', [...once, ...dates], shape, split, at)) > 0 ? 1 : 0;
    },
  );
  await fc.assert(property, { numRuns: 150 });
  expect(nonEmpty).toBeGreaterThan(40);
}, 180_000);

it('counts every type, split by all it can be split by', async () => {
  for (const [type, splits] of Object.entries(TYPES)) {
    for (const split of [null, ...splits]) {
      for (const [index, by] of (['month', 'quarter', 'year'] as const).entries()) {
        const shape = { by, imprecise: index === 1 ? 'spread' : 'bucket', fill: index === 2 } as const;
        const total = await compare(type, [], shape, split, index === 0 ? null : index);
        expect({ type, split, counted: total > 30 }).toEqual({ type, split, counted: true });
      }
    }
  }
}, 120_000);
