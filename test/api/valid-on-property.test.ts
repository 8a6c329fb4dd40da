import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { actors } from '../../src/resources/actors/index.js';
import { agreements } from '../../src/resources/agreements/index.js';
import { commitments } from '../../src/resources/commitments/index.js';
import type { Resource, SortName } from '../../src/resources/resource.js';
import { applyChange } from '../support/apply-change.js';
import type { AnyJson } from '../support/client.js';
import type { Query } from '../support/naive.js';
import { fitsOnDay } from '../support/naive-valid-on.js';
import { inOrder } from '../support/order.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
const ids = new Map<string, string>();
/** Revisions to read at: after the seeds, after the generated records, after each change of them. */
const revisions: number[] = [];

const INTERVALS = [
  ...['2020-03/..', '../2014', '2019/', '/2014', '2020~/2021?', '/..', '2024-06-13/2024-06-13', '2024/2024'],
  ...['2024-06-13/2024-06-14', '2024/2024-03-15', '2024-03-15/2024', '2024-06/2024-10', '../2024-06', '2024-06-30/'],
  ...['2020-03-04/2024-09-05', '2024-09-05/..', '/2024-06-13', '2024-02%/2024-06-13?', '-0044/..', 'none'],
];
const DATES = [
  ...['2024-06-12', '2024-06-13', '2024-06-13', '2024-06-14', '2024-06', '2024-06', '2024', '2024-22', '202X', '20XX'],
  ...[
    '2024-06-13~',
    '2024-06?',
    '2024-06-XX',
    '2024-06-13/2024-06-14',
    '/2024-06-13',
    '2024-06/..',
    '2023-24',
    '../2024',
  ],
];
const DAYS = [
  ...['2024-06-11', '2024-06-12', '2024-06-13', '2024-06-14', '2024-06-30', '2024-07-01', '2024-09-05', '2014-06-01'],
  ...['2020-03-15', '2024-01-01', '2024-12-31', '2025-03-01', '2019-12-31', '2024-10-01', '1950', '2024-06', '2024'],
  ...['2024-22', '202X', '2024-06-13?', '2024-06-13T09:30', '2024-03', '2023-24', '-0100', '2024-06-XX'],
];
const G7 = ['g7', 'nato', 'european-union'];
const OFFICES = ['minister-of-foreign-affairs-of-ukraine', 'president-of-ukraine', 'us-secretary-of-state'];
const STATES = ['ukraine', 'united-kingdom', 'germany', 'united-states'];
const MEMBER_ROLES = ['member', 'observer', 'candidate', 'chair'];
const AGREEMENT_STAGES = ['proposed', 'under-negotiation', 'signed', 'adopted', 'in-force', 'terminated', 'amended'];
const COMMITMENT_STAGES = ['announced', 'pledged', 'committed', 'allocated', 'delivered'];
const BINDING = ['party', 'signatory', 'acceding', 'guarantor'];

const one = (values: readonly string[]) => fc.constantFrom(...values);
const some = (values: readonly string[]) => fc.uniqueArray(one(values), { minLength: 1, maxLength: 2 }).map(String);
const maybe = (name: string, values: readonly string[]) =>
  fc.option(one(values)).map((value) => (value === null || value === 'none' ? {} : { [name]: value }));
const merged = (...parts: fc.Arbitrary<object>[]) =>
  fc.tuple(...parts).map((all): Record<string, unknown> => Object.assign({}, ...all));
const milestones = (stages: readonly string[]) =>
  fc.array(fc.record({ stage: one(stages), on: one(DATES) }), { maxLength: 3 });

const generated: Readonly<Record<string, { count: number; body: fc.Arbitrary<Record<string, unknown>> }>> = {
  actors: {
    count: 60,
    body: merged(
      fc.record({
        kind: fc.constant('person'),
        name: fc.constant('Generated'),
        memberships: fc.array(
          merged(fc.record({ of: one(G7), role: one(MEMBER_ROLES) }), maybe('validity', INTERVALS)),
          { maxLength: 3 },
        ),
        terms: fc.array(merged(fc.record({ office: one(OFFICES) }), maybe('validity', INTERVALS)), { maxLength: 3 }),
      }),
      maybe('existence', INTERVALS),
    ),
  },
  agreements: {
    count: 60,
    body: fc.record({
      title: fc.constant('Generated'),
      legalForm: fc.constant('treaty'),
      ratificationRequired: fc.boolean(),
      milestones: milestones(AGREEMENT_STAGES),
      parties: fc.array(
        merged(
          fc.record({ actor: one(STATES), role: one([...BINDING, 'observer']) }),
          ...['signedOn', 'consentOn', 'inForceOn', 'endedOn'].map((name) => maybe(name, [...DATES, 'none', 'none'])),
        ),
        { maxLength: 2 },
      ),
    }),
  },
  commitments: {
    count: 60,
    body: merged(
      fc.record({
        statement: fc.constant('Generated'),
        kind: fc.constant('training'),
        promisors: fc.constant(['ukraine']),
        milestones: milestones(COMMITMENT_STAGES),
      }),
      maybe('period', [...DATES, ...INTERVALS]),
    ),
  },
};

const changes: [path: string, patch: object | 'delete'][] = [
  ['actors/generated-0', { terms: [{ office: OFFICES[0], validity: '2024-09-05/' }], existence: '2024/..' }],
  ['actors/dmytro-kuleba', { terms: [{ office: OFFICES[0], validity: '2020-03-04/2024' }] }],
  ['agreements/generated-1', { milestones: [], parties: [{ actor: 'ukraine', role: 'party' }] }],
  ['agreements/uk-ua-2024', { milestones: [{ stage: 'signed', on: '2024-06' }] }],
  ['commitments/generated-2', { milestones: [{ stage: 'delivered', on: '2024-06-13' }], period: '2024-06/2024-10' }],
  ['commitments/generated-3', 'delete'],
];

beforeAll(async () => {
  revisions.push(await t.db.head());
  for (const [collection, { count, body }] of Object.entries(generated)) {
    const bodies = fc.sample(body, { numRuns: count, seed: 20_240_613 });
    for (const [index, json] of bodies.entries()) {
      const answer = await t.http.post(`/v1/${collection}`, { ...json, slug: `generated-${index}` });
      expect({ json, status: answer.status, text: answer.status === 201 ? '' : answer.text }).toMatchObject({
        status: 201,
      });
    }
  }
  revisions.push(await t.db.head());
  for (const [path, patch] of changes) {
    await applyChange(t.http, path, patch);
    revisions.push(await t.db.head());
  }
  for (const { doc } of await t.db.stateAt('actor', await t.db.head())) ids.set(doc.slug, doc.id);
});

const filter = (name: string, values: readonly string[]) => some(values).map((value) => [name, value] as const);
const filters: Readonly<Record<string, fc.Arbitrary<readonly [string, string]>>> = {
  actors: fc.oneof(filter('memberOf', G7), filter('role', MEMBER_ROLES), filter('holds', OFFICES)),
  agreements: fc.oneof(filter('status', AGREEMENT_STAGES), filter('party', STATES), filter('role', BINDING)),
  commitments: filter('stage', COMMITMENT_STAGES),
};

describe.each<[string, Resource]>([
  ['actors', actors],
  ['agreements', agreements],
  ['commitments', commitments],
])('%s on a day', (collection, resource) => {
  it('are what trying out every meaning of the dates gives, in order, counted, now and as of the past', async () => {
    const sizes: number[] = [];
    const property = fc.asyncProperty(
      fc.array(filters[collection] ?? filter('tag', ['x']), { maxLength: 2 }),
      one(DAYS),
      one(['possible', 'certain', 'none']),
      fc.constantFrom<SortName[]>('date', 'label', 'created', 'updated'),
      fc.boolean(),
      fc.option(fc.nat()),
      fc.constantFrom(20, 200),
      async (several, day, match, name, descending, at, limit) => {
        const query: Query = [...several, ['validOn', day], ...(match === 'none' ? [] : [['match', match] as const])];
        const revision = (at === null ? await t.db.head() : revisions[at % revisions.length]) ?? 0;
        const parameters = new URLSearchParams(query.map(([key, value]) => [key, value]));
        parameters.set('sort', `${descending ? '-' : ''}${name}`);
        parameters.set('limit', String(limit));
        if (at !== null) parameters.set('asOf', String(revision));
        const then = await t.db.stateAt(resource.type, revision);
        const fits = fitsOnDay(collection, query, (ref) => ids.get(ref) ?? `no ${ref}`);
        const expected = inOrder(resource, then, name, descending).filter(fits);
        sizes.push(expected.length);
        const { data, pages } = await t.http.walk(`/v1/${collection}?${parameters}&count=exact`);
        expect(data.map(({ slug }: AnyJson) => slug)).toEqual(expected.map(({ slug }) => slug));
        expect(data).toEqual(expected);
        for (const page of pages) expect(page.count).toEqual({ value: expected.length, exact: true });
      },
    );
    await fc.assert(property, { numRuns: 150, seed: 20_241_001, endOnFailure: false });
    expect(sizes.filter((size) => size > 0).length).toBeGreaterThan(60);
    expect(new Set(sizes).size).toBeGreaterThan(10);
  }, 120_000);
});
