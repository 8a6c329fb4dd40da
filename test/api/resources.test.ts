import { describe, expect, it } from 'vitest';
import { ANY, type AnyJson, expectProblem } from '../support/client.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });

async function slugs(path: string): Promise<string[]> {
  const { data } = await t.http.walk(`/v1/${path}${path.includes('?') ? '&' : '?'}limit=200`);
  return data.map(({ slug }: AnyJson) => slug).sort();
}

/** Slugs of the documents of a collection that fit. */
async function fitting(collection: string, fits: (doc: AnyJson) => boolean): Promise<string[]> {
  const { data } = await t.http.walk(`/v1/${collection}?limit=200`);
  const found = data.filter(fits).map(({ slug }: AnyJson) => slug);
  expect(found.length).toBeGreaterThan(0);
  return found.sort();
}

const idOf = async (path: string): Promise<string> => (await t.http.get(`/v1/${path}`)).body.id;

describe('actors', () => {
  it('by membership, and in which role', async () => {
    const g7 = await idOf('actors/g7');
    const members = await fitting('actors', (actor) => actor.memberships.some(({ of }: AnyJson) => of === g7));
    expect(await slugs('actors?memberOf=g7')).toEqual(members);
    const full = await fitting('actors', (actor) =>
      actor.memberships.some(({ of, role }: AnyJson) => of === g7 && role === 'member'),
    );
    expect(await slugs('actors?memberOf=g7&role=member')).toEqual(full);
    expect(full).toContain('canada');
    expect(await slugs('actors?memberOf=g7&role=candidate')).toEqual([]);
  });

  it('by the office they hold or held, and by what they are part of', async () => {
    const office = await idOf('actors/minister-of-foreign-affairs-of-ukraine');
    const holders = await fitting('actors', (actor) => actor.terms.some((term: AnyJson) => term.office === office));
    expect(await slugs('actors?holds=minister-of-foreign-affairs-of-ukraine')).toEqual(holders);
    expect(holders).toEqual(expect.arrayContaining(['andrii-sybiha', 'dmytro-kuleba']));
    const ukraine = await idOf('actors/ukraine');
    const parts = await fitting('actors', ({ partOf }) => partOf === ukraine);
    expect(await slugs('actors?partOf=ukraine')).toEqual(parts);
  });

  it.each([
    ['an office of a state', { kind: 'state', terms: [{ office: 'president-of-ukraine' }] }, '/terms', 'persons-only'],
  ])('refuse %s', async (_, body, pointer, code) => {
    const problem = expectProblem(await t.http.post('/v1/actors', { name: 'x', ...body }), 'rule-violated');
    expect(problem.errors).toMatchObject([{ pointer, code }]);
  });

  it.each([
    ['part', { partOf: 'ukraine' }, '/partOf'],
    ['member', { memberships: [{ of: 'ukraine', role: 'member' }] }, '/memberships/0/of'],
  ])('are no %s of themselves', async (_, patch, pointer) => {
    const problem = expectProblem(await t.http.patch('/v1/actors/ukraine', patch, ANY), 'rule-violated');
    expect(problem.errors).toMatchObject([{ pointer, code: 'self-reference' }]);
  });

  it('have memberships and terms in intervals only', async () => {
    const body = { kind: 'person', name: 'x', terms: [{ office: 'president-of-ukraine', validity: '2020/2019' }] };
    const problem = expectProblem(await t.http.post('/v1/actors', body), 'invalid-request');
    expect(problem.errors).toMatchObject([{ pointer: '/terms/0/validity', code: 'invalid-edtf' }]);
  });
});

describe('agreements', () => {
  const create = (milestones: AnyJson[]) =>
    t.http.post('/v1/agreements', { title: `With ${milestones.length} milestones`, legalForm: 'other', milestones });

  it('derive their status from the latest milestone and signedOn from the first signature', async () => {
    const cases: [AnyJson[], string | null, string | null][] = [
      [[], null, null],
      [[{ stage: 'proposed', on: '2024' }], 'proposed', null],
      [
        [
          { stage: 'signed', on: '2024-06' },
          { stage: 'under-negotiation', on: '2024-01' },
        ],
        'signed',
        '2024-06',
      ],
      [
        [
          { stage: 'signed', on: '2024-06-13' },
          { stage: 'in-force', on: '2024-06-13' },
        ],
        'in-force',
        '2024-06-13',
      ],
      [
        [
          { stage: 'signed', on: '2024-06-13' },
          { stage: 'suspended', on: '2024-07/..' },
        ],
        'suspended',
        '2024-06-13',
      ],
    ];
    for (const [milestones, status, signedOn] of cases) {
      expect((await create(milestones)).body).toMatchObject({ status, signedOn });
    }
  });

  it('ignore a derived status in the body', async () => {
    const body = { title: 'Derived', legalForm: 'other', status: 'in-force', signedOn: '1999' };
    expect((await t.http.post('/v1/agreements', body)).body).toMatchObject({ status: null, signedOn: null });
  });

  it('by party in any role, and in one', async () => {
    const [japan, declaration] = [await idOf('actors/japan'), 'g7-joint-declaration-2023'];
    const any = await fitting('agreements', ({ parties }) => parties.some(({ actor }: AnyJson) => actor === japan));
    expect(await slugs('agreements?party=japan')).toEqual(any);
    expect(any).toContain(declaration);
    expect(await slugs('agreements?party=japan&role=acceding')).not.toContain(declaration);
    expect(await slugs('agreements?party=norway&role=acceding')).toContain(declaration);
  });

  it('by derived status, form and bindingness, and counted so', async () => {
    for (const field of ['status', 'legalForm', 'bindingness']) {
      const { data } = await t.http.walk('/v1/agreements?limit=200');
      const codes = new Set(data.map((agreement: AnyJson) => agreement[field]).filter(Boolean));
      for (const code of codes) {
        const expected = await fitting('agreements', (agreement) => agreement[field] === code);
        expect(await slugs(`agreements?${field}=${code}`)).toEqual(expected);
        const { body } = await t.http.get(`/v1/agreements?${field}=${code}&count=exact`);
        expect(body.count.value).toBe(expected.length);
      }
    }
  });
});

describe('commitments', () => {
  it('derive their stage from the latest milestone', async () => {
    const body = {
      statement: 'Staged',
      kind: 'other',
      milestones: [
        { stage: 'delivered', on: '2025-03' },
        { stage: 'pledged', on: '2024' },
      ],
    };
    const made = await t.http.post('/v1/commitments', body);
    expect(made.body.stage).toBe('delivered');
    const patched = await t.http.patch(`/v1/commitments/${made.body.id}`, { milestones: [] }, ANY);
    expect(patched.body.stage).toBeNull();
    expect(await slugs('commitments?stage=delivered')).toEqual(
      await fitting('commitments', ({ stage }) => stage === 'delivered'),
    );
  });

  it('compare amounts as decimals, within a currency', async () => {
    const amounts = ['9', '10', '9.5', '9.50', '1000000000000', '0.000001', '999999999999999999.999999'];
    for (const [index, value] of amounts.entries()) {
      const amount = { value, currency: 'XTS', qualifier: 'exact', basis: 'total' };
      const answer = await t.http.post('/v1/commitments', {
        slug: `xts-${index}`,
        statement: 'x',
        kind: 'financial',
        amount,
      });
      expect(answer.status).toBe(201);
    }
    const found = async (least: string) => slugs(`commitments?currency=XTS&minAmount=${least}`);
    expect(await found('0')).toHaveLength(7);
    expect(await found('9.5')).toEqual(['xts-1', 'xts-2', 'xts-3', 'xts-4', 'xts-6']);
    expect(await found('9.500001')).toEqual(['xts-1', 'xts-4', 'xts-6']);
    expect(await found('11')).toEqual(['xts-4', 'xts-6']);
    expect(await found('999999999999999999.999999')).toEqual(['xts-6']);
    expect(await slugs('commitments?currency=EUR,XTS&minAmount=1000000000000')).toEqual(['xts-4', 'xts-6']);
  });

  it('need a currency with minAmount', async () => {
    const problem = expectProblem(await t.http.get('/v1/commitments?minAmount=1'), 'invalid-parameter');
    expect(problem.errors).toMatchObject([{ parameter: 'minAmount', code: 'incomplete' }]);
  });

  it.each(['1e9', '-1', '01', '1.', '.5', '1,000', '1.1234567', '1234567890123456789'])(
    'refuse the amount %s in query and body',
    async (value) => {
      const query = `/v1/commitments?currency=EUR&minAmount=${encodeURIComponent(value)}`;
      expect(expectProblem(await t.http.get(query), 'invalid-parameter').errors[0].parameter).toBe('minAmount');
      const amount = { value, currency: 'EUR', qualifier: 'exact', basis: 'total' };
      const answer = await t.http.post('/v1/commitments', { statement: 'x', kind: 'financial', amount });
      expect(expectProblem(answer, 'invalid-request').errors).toMatchObject([{ pointer: '/amount/value' }]);
    },
  );

  it('by promisor, beneficiary and agreement', async () => {
    for (const [filter, field] of [
      ['promisor', 'promisors'],
      ['beneficiary', 'beneficiaries'],
    ] as const) {
      const actor = filter === 'promisor' ? 'germany' : 'ukraine';
      const id = await idOf(`actors/${actor}`);
      expect(await slugs(`commitments?${filter}=${actor}`)).toEqual(
        await fitting('commitments', (commitment) => commitment[field].includes(id)),
      );
    }
    const agreement = await idOf('agreements/uk-ua-2024');
    expect(await slugs('commitments?agreement=uk-ua-2024')).toEqual(
      await fitting('commitments', (commitment) => JSON.stringify(commitment).includes(agreement)),
    );
  });

  it('never restate themselves', async () => {
    const answer = await t.http.patch('/v1/commitments/uk-2024-military', { restates: 'uk-2024-military' }, ANY);
    expect(expectProblem(answer, 'rule-violated').errors).toMatchObject([{ pointer: '/restates' }]);
  });
});

describe('areas', () => {
  it('have no cycles, whatever their length', async () => {
    for (const [slug, broader] of [
      ['one', undefined],
      ['two', 'one'],
      ['three', 'two'],
    ]) {
      await t.http.post('/v1/areas', { slug, label: slug, ...(broader && { broader }) });
    }
    for (const broader of ['one', 'two', 'three']) {
      const problem = expectProblem(await t.http.patch('/v1/areas/one', { broader }, ANY), 'rule-violated');
      expect(problem.errors).toMatchObject([{ pointer: '/broader', code: 'cycle' }]);
    }
    expect((await t.http.patch('/v1/areas/three', { broader: 'one' }, ANY)).status).toBe(200);
    expect((await t.http.patch('/v1/areas/one', { broader: 'cyber-security' }, ANY)).status).toBe(200);
  });

  it('lists those directly below', async () => {
    const id = await idOf('areas/military-equipment');
    expect(await slugs('areas?broader=military-equipment')).toEqual(
      await fitting('areas', ({ broader }) => broader === id),
    );
    expect(await slugs('areas?broader=one')).toEqual(['three', 'two']);
    expect(await slugs('areas?broader=cyber-security')).toEqual(['one']);
  });
});

describe('claims', () => {
  it('by kind, certainty, rank and standing', async () => {
    for (const field of ['kind', 'certainty', 'rank', 'standing']) {
      const { data } = await t.http.walk('/v1/claims?limit=200');
      for (const code of new Set(data.map((claim: AnyJson) => claim[field]))) {
        expect(await slugs(`claims?${field}=${code}`)).toEqual(
          await fitting('claims', (claim) => claim[field] === code),
        );
      }
    }
  });

  it('by what they are about, which property and who says so', async () => {
    const id = await idOf('events/us-ua-consultations-2025-01');
    const about = await fitting('claims', (claim) => claim.about === id);
    expect(await slugs('claims?about=events/us-ua-consultations-2025-01')).toEqual(about);
    expect(await slugs('claims?about=us-ua-consultations-2025-01')).toEqual(about);
    const analysts = await idOf('actors/unnamed-analysts');
    expect(await slugs('claims?attributedTo=unnamed-analysts')).toEqual(
      await fitting('claims', ({ attributedTo }) => attributedTo.includes(analysts)),
    );
    await t.http.post('/v1/claims', {
      ...{ slug: 'with-field', about: 'actors/ukraine', field: 'place.country', kind: 'fact', certainty: 'asserted' },
      ...{ statement: 'x', citations: [{ source: 'seed-article' }] },
    });
    expect(await slugs('claims?field=place.country')).toEqual(['with-field']);
  });

  it('need a citation, and stand as normal unless told', async () => {
    const body = { about: 'actors/ukraine', kind: 'fact', certainty: 'asserted', statement: 'x' };
    expect(expectProblem(await t.http.post('/v1/claims', body), 'invalid-request').errors[0].pointer).toBe(
      '/citations',
    );
    const empty = await t.http.post('/v1/claims', { ...body, citations: [] });
    expect(expectProblem(empty, 'invalid-request').errors[0].pointer).toBe('/citations');
    const made = await t.http.post('/v1/claims', { ...body, citations: [{ source: 'seed-article' }] });
    expect(made.body).toMatchObject({ rank: 'normal', standing: 'standing' });
  });

  it('refuse a slug that several types have, until it says which', async () => {
    await t.http.post('/v1/areas', { slug: 'ukraine', label: 'Ukraine' });
    const citations = [{ source: 'seed-article' }];
    const body = { about: 'ukraine', kind: 'fact', certainty: 'asserted', statement: 'y', citations };
    const problem = expectProblem(await t.http.post('/v1/claims', body), 'unknown-reference');
    expect(problem.errors).toMatchObject([{ pointer: '/about', code: 'ambiguous' }]);
    expect(problem.errors[0].message).toMatch(/actors\/ukraine.*areas\/ukraine|areas\/ukraine.*actors\/ukraine/);
    expect((await t.http.post('/v1/claims', { ...body, about: 'areas/ukraine' })).status).toBe(201);
    const list = expectProblem(await t.http.get('/v1/claims?about=ukraine'), 'invalid-parameter');
    expect(list.errors).toMatchObject([{ parameter: 'about', code: 'ambiguous' }]);
  });
});

describe('disputes', () => {
  const positions = ['a', 'b'].map((key) => ({ key, statement: key, citations: [] }));
  const body = { question: 'Which?', about: ['actors/g7'], positions };

  it('are open until a position is preferred', async () => {
    const made = await t.http.post('/v1/disputes', body);
    expect(made.body.status).toBe('open');
    const resolved = await t.http.patch(
      `/v1/disputes/${made.body.id}`,
      { preferred: 'b', assessment: 'It has a source.' },
      ANY,
    );
    expect(resolved.body).toMatchObject({ status: 'resolved', preferred: 'b' });
    expect((await t.http.patch(`/v1/disputes/${made.body.id}`, { preferred: null }, ANY)).body.status).toBe('open');
    for (const status of ['open', 'resolved']) {
      expect(await slugs(`disputes?status=${status}`)).toEqual(await fitting('disputes', (d) => d.status === status));
    }
  });

  it('prefer one of their positions, which have keys of their own', async () => {
    const other = { ...body, preferred: 'c', assessment: 'So it is.' };
    const preferred = expectProblem(await t.http.post('/v1/disputes', other), 'rule-violated');
    expect(preferred.errors).toMatchObject([{ pointer: '/preferred', code: 'no-such-position' }]);
    const twice = [positions[0], positions[0]];
    const repeated = expectProblem(await t.http.post('/v1/disputes', { ...body, positions: twice }), 'rule-violated');
    expect(repeated.errors).toMatchObject([{ pointer: '/positions/1/key', code: 'repeated' }]);
  });

  it('say why a position is preferred', async () => {
    const without = expectProblem(await t.http.post('/v1/disputes', { ...body, preferred: 'a' }), 'rule-violated');
    expect(without.errors).toMatchObject([{ in: 'body', pointer: '/assessment', code: 'required' }]);
    const { id } = (await t.http.post('/v1/disputes', { ...body, assessment: 'Not known yet.' })).body;
    expect((await t.http.patch(`/v1/disputes/${id}`, { preferred: 'a' }, ANY)).status).toBe(200);
    const taken = expectProblem(await t.http.patch(`/v1/disputes/${id}`, { assessment: null }, ANY), 'rule-violated');
    expect(taken.errors).toMatchObject([{ pointer: '/assessment' }]);
    const resolved = await fitting('disputes', ({ preferred }) => preferred !== undefined);
    expect(resolved).toEqual(await fitting('disputes', (d) => d.preferred !== undefined && d.assessment !== undefined));
  });

  it('have two positions and a subject at least', async () => {
    const one = expectProblem(
      await t.http.post('/v1/disputes', { ...body, positions: [positions[0]] }),
      'invalid-request',
    );
    expect(one.errors).toMatchObject([{ pointer: '/positions', code: 'out-of-range' }]);
    const none = expectProblem(await t.http.post('/v1/disputes', { ...body, about: [] }), 'invalid-request');
    expect(none.errors).toMatchObject([{ pointer: '/about', code: 'out-of-range' }]);
  });

  it('by what they are about', async () => {
    const id = await idOf('actors/dmytro-kuleba');
    expect(await slugs('disputes?about=actors/dmytro-kuleba')).toEqual(
      await fitting('disputes', ({ about }) => about.includes(id)),
    );
  });
});
