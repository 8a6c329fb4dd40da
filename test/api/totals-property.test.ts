import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { edtfBounds } from '../../src/shared/edtf.js';
import { ANY, type AnyJson } from '../support/client.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
const slugs = new Map<string, string>();
const revisions: number[] = [];
const STAGES = ['announced', 'pledged', 'committed', 'allocated', 'partially-delivered', 'delivered', 'suspended'];
const ALL = [...STAGES, 'withdrawn', 'expired', 'superseded', 'none'];
const QUALIFIERS = ['exact', 'at-least', 'up-to', 'more-than', 'approximately', 'nearly', 'target', 'disputed'];
const ACTORS = ['ukraine', 'germany', 'united-states', 'united-kingdom', 'g7'];
const AREAS = ['air-defence', 'cyber-security', 'military-equipment', 'artillery'];

/** Amounts whose sum in floating point would be off. */
const value = fc.constantFrom(
  '0.1',
  '0.2',
  '0.3',
  '999999999999999999.999999',
  '7100000000',
  '123456789012345678',
  '0',
);
const commitment = fc.record({
  kind: fc.constantFrom('financial', 'materiel', 'humanitarian'),
  promisors: fc.uniqueArray(fc.constantFrom(...ACTORS), { maxLength: 3 }),
  beneficiaries: fc.uniqueArray(fc.constantFrom(...ACTORS), { maxLength: 2 }),
  areas: fc.uniqueArray(fc.constantFrom(...AREAS), { maxLength: 3 }),
  agreement: fc.option(fc.constantFrom('uk-ua-2024', 'de-ua-2024'), { nil: undefined }),
  period: fc.option(fc.constantFrom('2024', '2024/2026', '2023-03', '2025/..', '1999/2001', '202X'), {
    nil: undefined,
  }),
  amount: fc.option(
    fc.record({
      value,
      currency: fc.constantFrom('EUR', 'USD', 'GBP'),
      qualifier: fc.constantFrom(...QUALIFIERS),
      basis: fc.constantFrom('total', 'per-year'),
    }),
    { nil: undefined, freq: 6 },
  ),
  milestones: fc.array(
    fc.record({ stage: fc.constantFrom(...ALL.slice(0, -1)), on: fc.constantFrom('2024-01', '2024-02') }),
    {
      maxLength: 1,
    },
  ),
  restates: fc.option(fc.constantFrom('uk-2024-military', 'es-5bn'), { nil: undefined, freq: 8 }),
});

beforeAll(async () => {
  revisions.push(await t.db.head());
  for (const [index, made] of fc.sample(commitment, { numRuns: 120, seed: 7 }).entries()) {
    const answer = await t.http.post('/v1/commitments', { slug: `made-${index}`, statement: `Made ${index}`, ...made });
    expect({ status: answer.status, text: answer.status === 201 ? '' : answer.text }).toEqual({
      status: 201,
      text: '',
    });
    if (index % 30 === 0) revisions.push(await t.db.head());
  }
  const citations = [{ source: 'seed-article' }];
  const positions = (claims?: string[]) =>
    ['a', 'b'].map((key) => ({ key, statement: key, ...(claims && { claims }), citations: [] }));
  const claim = { kind: 'fact', certainty: 'asserted', rank: 'normal', standing: 'standing', citations };
  for (const [slug, field] of [
    ['of-amount', 'amount'],
    ['of-period', 'period'],
    ['of-none', undefined],
  ] as const) {
    const body = { ...claim, slug, statement: slug, about: 'commitments/made-1', ...(field && { field }) };
    expect((await t.http.post('/v1/claims', body)).status).toBe(201);
  }
  const disputes: [about: string[], claims?: string[]][] = [
    [['commitments/uk-2024-military', 'commitments/de-2024-support']],
    [
      ['commitments/made-2', 'actors/ukraine'],
      ['of-amount', 'of-period'],
    ],
    [['commitments/made-3'], ['of-period']],
    [['commitments/made-4'], ['of-none']],
  ];
  for (const [index, [about, claims]] of disputes.entries()) {
    const body = { slug: `on-${index}`, question: `Which ${index}?`, about, positions: positions(claims) };
    expect((await t.http.post('/v1/disputes', body)).status).toBe(201);
    revisions.push(await t.db.head());
  }
  await t.http.patch('/v1/disputes/on-0', { preferred: 'a', assessment: 'So it is.' }, ANY);
  await t.http.patch('/v1/commitments/made-5', { amount: null }, ANY);
  await t.http.delete('/v1/commitments/made-6', ANY);
  const head = await t.db.head();
  for (const type of ['actor', 'area', 'agreement', 'commitment']) {
    for (const { doc } of await t.db.stateAt(type, head)) slugs.set(doc.id, doc.slug);
  }
});

/** Adds decimals as whole numbers of millionths. */
function plus(values: readonly string[]): string {
  const scaled = values.map((text) => {
    const [whole = '', fraction = ''] = text.split('.');
    return BigInt(whole + fraction.padEnd(6, '0'));
  });
  const sum = scaled
    .reduce((a, b) => a + b, 0n)
    .toString()
    .padStart(7, '0');
  return `${sum.slice(0, -6)}.${sum.slice(-6)}`.replace(/\.?0+$/, '');
}

type Line = Record<string, { count: number; value: string; shared?: { count: number; value: string } }>;

/** Sums by currency, basis and qualifier. */
function sums(members: readonly { doc: AnyJson; shared: boolean }[]): Line {
  const cells = new Map<string, (typeof members)[number][]>();
  for (const member of members) {
    const { currency, basis, qualifier } = member.doc.amount;
    const key = `${currency} ${basis} ${qualifier}`;
    cells.set(key, [...(cells.get(key) ?? []), member]);
  }
  const of = (some: typeof members) => ({ count: some.length, value: plus(some.map(({ doc }) => doc.amount.value)) });
  return Object.fromEntries(
    [...cells].map(([key, some]) => {
      const shared = some.filter((member) => member.shared);
      return [key, { ...of(some), ...(shared.length > 0 && { shared: of(shared) }) }];
    }),
  );
}

function flat(totals: AnyJson[]): Line {
  return Object.fromEntries(
    totals.flatMap(({ currency, basis, amounts }) =>
      amounts.map(({ qualifier, ...sum }: AnyJson) => [`${currency} ${basis} ${qualifier}`, sum]),
    ),
  );
}

const VALUES: Record<string, (doc: AnyJson) => string[]> = {
  promisor: (doc) => doc.promisors.map((id: string) => slugs.get(id)),
  beneficiary: (doc) => doc.beneficiaries.map((id: string) => slugs.get(id)),
  area: (doc) => doc.areas.map((id: string) => slugs.get(id)),
  agreement: (doc) => (doc.agreement ? [slugs.get(doc.agreement) ?? ''] : []),
  stage: (doc) => (doc.stage === null ? [] : [doc.stage]),
  kind: (doc) => [doc.kind],
  year: (doc) => {
    const date = dateOf(doc);
    if (date === undefined) return [];
    const { earliest, latest } = edtfBounds(date);
    if (earliest === null || latest === null) return ['..'];
    const [first, last] = [earliest, latest].map((day) => new Date(day * 86_400_000).toISOString().slice(0, 4));
    const cut = [4, 3, 2].find((length) => first?.slice(0, length) === last?.slice(0, length));
    return [cut === undefined ? '..' : (first ?? '').slice(0, cut).padEnd(4, 'X')];
  },
};

const dateOf = (doc: AnyJson): string | undefined => doc.period ?? doc.dueOn ?? doc.milestones[0]?.on;

type Query = [name: string, value: string][];

const TESTS: Record<string, (doc: AnyJson, values: string[]) => boolean> = {
  kind: (doc, values) => values.includes(doc.kind),
  stage: (doc, values) => values.includes(doc.stage),
  promisor: (doc, values) => doc.promisors.some((id: string) => values.includes(slugs.get(id) ?? '')),
  beneficiary: (doc, values) => doc.beneficiaries.some((id: string) => values.includes(slugs.get(id) ?? '')),
  currency: (doc, values) => values.includes(doc.amount?.currency),
  agreement: (doc, values) => values.includes(slugs.get(doc.agreement) ?? ''),
  from: (doc, [from = '']) => {
    const date = dateOf(doc);
    const latest =
      date === undefined ? Number.NEGATIVE_INFINITY : (edtfBounds(date).latest ?? Number.POSITIVE_INFINITY);
    return latest >= (edtfBounds(from).earliest ?? 0);
  },
};

const some = (...values: string[]) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 }).map(String);
const filters: Record<string, fc.Arbitrary<string>> = {
  kind: some('financial', 'materiel', 'humanitarian'),
  stage: some('pledged', 'delivered', 'withdrawn'),
  promisor: some(...ACTORS),
  beneficiary: some(...ACTORS),
  currency: some('EUR', 'USD', 'GBP', 'CAD'),
  agreement: some('uk-ua-2024', 'de-ua-2024'),
  from: fc.constantFrom('2024-02', '2025', '2026'),
};
const query = fc
  .uniqueArray(fc.constantFrom(...Object.keys(filters)), { maxLength: 2 })
  .chain((names) =>
    fc.tuple(...names.map((name) => (filters[name] ?? value).map((text): [string, string] => [name, text]))),
  );

/** Commitments that an open dispute is about, unless claims say that it is about something else. */
async function disputedAt(revision: number): Promise<Set<string>> {
  const claims = new Map((await t.db.stateAt('claim', revision)).map(({ doc }) => [doc.id, doc]));
  const open = (await t.db.stateAt('dispute', revision)).filter(({ doc }) => doc.preferred === undefined);
  return new Set(
    open.flatMap(({ doc }) => {
      const fields = doc.positions.flatMap(({ claims: own = [] }: AnyJson) =>
        own.map((id: string) => claims.get(id).field),
      );
      const elsewhere =
        fields.length > 0 && fields.every((field?: string) => field !== undefined && field !== 'amount');
      return elsewhere ? [] : (doc.about as string[]);
    }),
  );
}

async function expectedAt(revision: number, given: Query, group: string[], stages: string[]) {
  const fitting = (await t.db.stateAt('commitment', revision))
    .sort((a, b) => a.created - b.created)
    .map(({ doc }) => doc)
    .filter((doc) => given.every(([name, text]) => TESTS[name]?.(doc, text.split(','))));
  const disputed = await disputedAt(revision);
  const reason = (doc: AnyJson) => {
    if (doc.amount === undefined) return 'withoutAmount';
    if (doc.restates !== undefined) return 'restatements';
    if (doc.amount.qualifier === 'disputed' || disputed.has(doc.id)) return 'disputed';
    return stages.includes(doc.stage ?? 'none') ? 'summed' : 'stages';
  };
  const because = (name: string) => fitting.filter((doc) => reason(doc) === name);
  const left = (name: string) => ({
    count: because(name).length,
    ids: because(name)
      .slice(0, 200)
      .map(({ id }) => id),
  });
  const groups = new Map<string, { doc: AnyJson; shared: boolean }[]>();
  for (const doc of group.length === 0 ? [] : because('summed')) {
    const lists = group.map((name) => VALUES[name]?.(doc) ?? []).map((list) => (list.length > 0 ? list : [null]));
    const keys = lists.reduce<(string | null)[][]>(
      (all, list) => all.flatMap((key) => list.map((item) => [...key, item])),
      [[]],
    );
    for (const key of keys) {
      const name = JSON.stringify(key);
      groups.set(name, [...(groups.get(name) ?? []), { doc, shared: keys.length > 1 }]);
    }
  }
  return {
    summed: because('summed').length,
    totals: sums(because('summed').map((doc) => ({ doc, shared: false }))),
    groups: Object.fromEntries([...groups].map(([key, members]) => [key, sums(members)])),
    excluded: {
      withoutAmount: left('withoutAmount'),
      restatements: left('restatements'),
      disputed: left('disputed'),
      stages: left('stages'),
    },
  };
}

it('adds up what a naive sum over the documents adds up, exactly, now and as of the past', async () => {
  let several = 0;
  const property = fc.asyncProperty(
    query,
    fc.uniqueArray(fc.constantFrom(...Object.keys(VALUES)), { maxLength: 2 }),
    fc.option(fc.uniqueArray(fc.constantFrom(...ALL), { minLength: 1, maxLength: 4 })),
    fc.option(fc.nat()),
    async (given, group, stages, at) => {
      const revision = (at === null ? await t.db.head() : revisions[at % revisions.length]) ?? 0;
      const parameters = new URLSearchParams(given as Query);
      if (group.length > 0) parameters.set('group', group.join());
      if (stages !== null) parameters.set('stages', stages.join());
      if (at !== null) parameters.set('asOf', String(revision));
      const { status, body } = await t.http.get(`/v1/commitments/totals?${parameters}`);
      expect({ status, asOf: body.asOf }).toEqual({ status: 200, asOf: revision });
      const expected = await expectedAt(revision, given as Query, group, stages ?? [...STAGES, 'none']);
      const keyOf = (key: AnyJson) => JSON.stringify(group.map((name) => key[name]?.slug ?? key[name]));
      several += expected.summed > 1 ? 1 : 0;
      expect({
        summed: body.summed,
        totals: flat(body.totals),
        groups: Object.fromEntries(body.groups.map(({ key, totals }: AnyJson) => [keyOf(key), flat(totals)])),
        excluded: body.excluded,
      }).toEqual(expected);
    },
  );
  await fc.assert(property, { numRuns: 120 });
  expect(several).toBeGreaterThan(40);
}, 180_000);
