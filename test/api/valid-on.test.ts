import { beforeAll, describe, expect, it } from 'vitest';
import { isFile } from '../../src/db/open.js';
import type { ProblemCode } from '../../src/problems.js';
import { actors } from '../../src/resources/actors/index.js';
import { agreements } from '../../src/resources/agreements/index.js';
import { commitments } from '../../src/resources/commitments/index.js';
import { withIncluded } from '../../src/resources/operations/describe-pages.js';
import { ANY, type AnyJson, expectProblem } from '../support/client.js';
import { daysOf, standings } from '../support/naive-valid-on.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
const MINISTER = 'minister-of-foreign-affairs-of-ukraine';
const OFFICE = `/v1/actors?holds=${MINISTER}`;
let past: number;

beforeAll(async () => {
  past = await t.db.head();
});

async function slugs(path: string): Promise<string[]> {
  const { data } = await t.http.walk(path);
  return data.map(({ slug }) => slug).sort();
}

async function refused(path: string, parameter: string, code: ProblemCode = 'invalid-parameter'): Promise<AnyJson> {
  const before = t.service.store.statementsRun;
  const problem = expectProblem(await t.http.get(path), code);
  expect({ path, errors: problem.errors }).toMatchObject({ path, errors: [{ in: 'query', parameter }] });
  expect({ path, ran: t.service.store.statementsRun - before }).toEqual({ path, ran: 0 });
  return problem.errors[0];
}

describe('actors on a day', () => {
  it('are those in office, on the day of a handover both', async () => {
    expect(await slugs(`${OFFICE}&validOn=2024-10-01`)).toEqual(['andrii-sybiha']);
    expect(await slugs(`${OFFICE}&validOn=2024-09-04&match=certain`)).toEqual(['dmytro-kuleba']);
    expect(await slugs(`${OFFICE}&validOn=2024-09-05&match=certain`)).toEqual(['andrii-sybiha', 'dmytro-kuleba']);
    expect(await slugs(`${OFFICE}&validOn=2020-03-03`)).toEqual([]);
    expect(await slugs(OFFICE)).toEqual(['andrii-sybiha', 'dmytro-kuleba']);
  });

  it('are, on an inexact day, those that held on some day of it, or on all', async () => {
    expect(await slugs(`${OFFICE}&validOn=2024-09`)).toEqual(['andrii-sybiha', 'dmytro-kuleba']);
    expect(await slugs(`${OFFICE}&validOn=2024-09&match=certain`)).toEqual([]);
    expect(await slugs(`${OFFICE}&validOn=2024-08&match=certain`)).toEqual(['dmytro-kuleba']);
  });

  it('may have belonged since an unknown day, and surely since an open one', async () => {
    const group = '/v1/actors?memberOf=ukraine-defense-contact-group&limit=200&validOn=2024-06-13';
    expect((await slugs(group)).length).toBeGreaterThan(30);
    expect(await slugs(`${group}&match=certain`)).toEqual([]);
    const nato = '/v1/actors?memberOf=nato&limit=200&match=certain&validOn';
    expect(await slugs(`${nato}=2004-06-01`)).not.toContain('bulgaria');
    expect(await slugs(`${nato}=2004-12-31`)).toContain('bulgaria');
    expect(await slugs('/v1/actors?memberOf=nato&limit=200&validOn=2004-06-01')).toContain('bulgaria');
  });

  it('are, with a role and no body, those in that role then', async () => {
    expect(await slugs('/v1/actors?role=candidate&validOn=2022-06-22')).toEqual([]);
    expect(await slugs('/v1/actors?role=candidate&validOn=2022-06-23&match=certain')).toEqual(['ukraine']);
    expect(await slugs('/v1/actors?memberOf=european-union&role=candidate&validOn=2024')).toEqual(['ukraine']);
  });

  it('are otherwise those that may have existed', async () => {
    const contactGroup = 'ukraine-defense-contact-group';
    const blocs = '/v1/actors?kind=organization,bloc&limit=200&validOn';
    expect(await slugs(`${blocs}=2022-04-25`)).not.toContain(contactGroup);
    expect(await slugs(`${blocs}=2022-04-26`)).toContain(contactGroup);
    expect(await slugs(`${blocs}=2022-04-26&match=certain`)).toEqual([contactGroup]);
  });
});

describe('agreements and commitments on a day', () => {
  it('stand at the latest stage reached by then', async () => {
    const at = (day: string, status: string) => slugs(`/v1/agreements?status=${status}&validOn=${day}&limit=200`);
    expect(await at('2023-08-02', 'under-negotiation')).not.toContain('us-ua-2024');
    expect(await at('2024-06-12', 'under-negotiation')).toContain('us-ua-2024');
    expect(await at('2024-06-13', 'in-force')).toEqual(['us-ua-2024']);
    expect(await at('2024-06-13', 'signed')).not.toContain('us-ua-2024');
    expect(await at('2024-06-13', 'signed,in-force')).toContain('us-ua-2024');
  });

  it('may be at several stages while their dates are inexact', async () => {
    const path = '/v1/agreements?limit=200&validOn=2024-10-01';
    for (const status of ['under-negotiation', 'approved']) {
      expect(await slugs(`${path}&status=${status}`)).toContain('me-ua-draft-2025');
      expect(await slugs(`${path}&status=${status}&match=certain`)).not.toContain('me-ua-draft-2025');
    }
    expect(await slugs(`${path}&status=under-negotiation,approved&match=certain`)).toContain('me-ua-draft-2025');
  });

  it('bind from signature, from accession, or not at all', async () => {
    const of = (party: string, more: string) => slugs(`/v1/agreements?party=${party}&limit=200&${more}`);
    expect(await of('romania', 'validOn=2024-07-10')).toEqual(['g7-joint-declaration-2023']);
    expect(await of('romania', 'validOn=2024-07-11')).toContain('ro-ua-2024');
    expect(await of('poland', 'validOn=2024-01-21&role=acceding')).toEqual([]);
    expect(await of('poland', 'validOn=2024-01-22&role=acceding')).toEqual(['g7-joint-declaration-2023']);
    expect(await of('luxembourg', 'validOn=2023-08-01&match=certain')).toEqual([]);
    expect(await of('luxembourg', 'validOn=2023-08-01')).toEqual(['g7-joint-declaration-2023']);
    expect(await of('bulgaria', 'validOn=2026-01-01')).not.toContain('bg-ua-draft-2024');
    expect(await of('ukraine', 'validOn=2026-01-01')).not.toContain('g7-joint-declaration-2023');
  });

  it('have begun, or have a period that covers the day', async () => {
    expect(await slugs('/v1/agreements?validOn=2022-09-30&match=certain')).toEqual(['kyiv-security-compact-2022']);
    const british = '/v1/commitments?promisor=united-kingdom&limit=200&validOn';
    expect(await slugs(`${british}=2024-01-11&match=certain`)).toContain('uk-2024-military');
    expect(await slugs(`${british}=2023-12-31`)).not.toContain('uk-2024-military');
    expect(await slugs(`${british}=2026&match=certain`)).toContain('uk-2024-military');
  });

  it('keep other filters, and lists without the day do not change', async () => {
    const both = '/v1/agreements?legalForm=joint-declaration&status=adopted&validOn=2024&from=2023&to=2023';
    expect(await slugs(both)).toEqual(['g7-joint-declaration-2023']);
    expect(await slugs('/v1/agreements?status=in-force')).toEqual(['us-ua-2024']);
  });
});

describe('one record on a day', () => {
  it('is the record unchanged, with what was so after it', async () => {
    const plain = (await t.http.get('/v1/actors/dmytro-kuleba')).body;
    const { body, headers } = await t.http.get('/v1/actors/dmytro-kuleba?validOn=2024-09');
    const { onDay, ...record } = body;
    expect(record).toEqual(plain);
    expect(headers.etag).toMatch(/^W\/"v1-/);
    const [{ office }] = plain.terms;
    expect(onDay).toEqual({
      date: '2024-09',
      existence: { possible: true, certain: false },
      memberships: [],
      terms: [{ office, validity: '2020-03-04/2024-09-05', certain: false }],
    });
    expect((await t.http.get('/v1/actors/andrii-sybiha?validOn=2024-09-04')).body.onDay.terms).toEqual([]);
  });

  it('says how far a commitment was, and for how much', async () => {
    const milestones = [
      { stage: 'announced', on: '2024-01' },
      {
        stage: 'committed',
        on: '2024-03',
        amount: { value: '5', currency: 'EUR', qualifier: 'exact', basis: 'total' },
      },
    ];
    const amount = { value: '7', currency: 'EUR', qualifier: 'target', basis: 'total' };
    const body = { ...commitments.example.create, slug: 'staged', amount, milestones };
    expect((await t.http.post('/v1/commitments', body)).status).toBe(201);
    const on = async (day: string) => (await t.http.get(`/v1/commitments/staged?validOn=${day}`)).body.onDay;
    expect(await on('2023-12-31')).toMatchObject({
      stage: { value: null, certain: true, possible: [null] },
      amount: null,
      period: null,
      milestones: [],
    });
    expect(await on('2024-02-15')).toMatchObject({ stage: { value: 'announced', certain: true }, amount });
    expect(await on('2024-03-15')).toMatchObject({
      stage: { value: 'committed', certain: false, possible: ['announced', 'committed'] },
      amount: milestones[1]?.amount,
      milestones: [
        { stage: 'announced', on: '2024-01', certain: true },
        { stage: 'committed', on: '2024-03', certain: false },
      ],
    });
    expect((await t.http.delete('/v1/commitments/staged', ANY)).status).toBe(204);
  });

  it('goes with fields, include, asOf and external ids, and is cached as they are', async () => {
    const path = `/v1/actors/andrii-sybiha?validOn=2024-10-01&fields=slug&include=actors&asOf=${past}`;
    const { body, headers } = await t.http.get(path);
    expect(Object.keys(body)).toEqual(['id', 'slug', 'onDay', 'included']);
    expect(Object.keys(body.included.actors)).toContain(body.onDay.terms[0].office);
    expect(headers['cache-control']).toContain('immutable');
    expect((await t.http.get(path, { 'if-none-match': headers.etag })).status).toBe(304);
    const other = await t.http.get(path.replace('2024-10-01', '2024-10-02'));
    expect(other.headers.etag).not.toBe(headers.etag);
    const byId = '/v1/actors/by/iso3166-1-alpha-2/UA?validOn=2024&fields=slug';
    expect((await t.http.get(byId)).body.onDay.date).toBe('2024');
    await t.http.patch('/v1/actors/andrii-sybiha', { terms: [] }, ANY);
    expect((await t.http.get(path)).body).toEqual(body);
    expect((await t.http.get('/v1/actors/andrii-sybiha?validOn=2024-10-01')).body.onDay.terms).toEqual([]);
    expect(await slugs(`${OFFICE}&validOn=2024-10-01&asOf=${past}`)).toEqual(['andrii-sybiha']);
    expect(await slugs(`${OFFICE}&validOn=2024-10-01`)).toEqual([]);
    const { terms } = (await t.http.get(`/v1/actors/andrii-sybiha?asOf=${past}`)).body;
    await t.http.patch('/v1/actors/andrii-sybiha', { terms }, ANY);
  });

  it('says of every seed what the lists say of it', async () => {
    const lists = [
      { resource: agreements, field: 'status', stage: 'under-negotiation' },
      { resource: commitments, field: 'stage', stage: 'pledged' },
    ];
    for (const { resource, field, stage } of lists) {
      const list = `/v1/${resource.collection}?limit=200&${field}=${stage}`;
      for (const day of ['2024-06-13', '2024-02']) {
        const [at, surely] = [[] as string[], [] as string[]];
        for (const { doc } of await t.db.stateAt(resource.type, past)) {
          const { body } = await t.http.get(`/v1/${resource.collection}/${doc.slug}?validOn=${day}`);
          expect(withIncluded(resource).parse(body)).toEqual(body);
          const { value, certain, possible } = body.onDay[field];
          expect(new Set(possible)).toEqual(new Set(standings(doc.milestones, daysOf(day))));
          expect(possible).toContain(value);
          expect(certain).toBe(possible.length === 1);
          if (possible.includes(stage)) at.push(doc.slug);
          if (possible.includes(stage) && certain) surely.push(doc.slug);
        }
        expect(at.length).toBeGreaterThan(1);
        expect(await slugs(`${list}&validOn=${day}`)).toEqual(at.sort());
        expect(await slugs(`${list}&validOn=${day}&match=certain`)).toEqual(surely.sort());
      }
    }
  });

  it('says at the end what the derived field says', async () => {
    for (const { doc } of await t.db.stateAt('agreement', past)) {
      const { body } = await t.http.get(`/v1/agreements/${doc.slug}?validOn=2100`);
      expect({ slug: doc.slug, value: body.onDay.status.value }).toEqual({ slug: doc.slug, value: doc.status });
    }
  });
});

describe('a day that is wrong', () => {
  const takers = [actors, agreements, commitments].map(
    ({ collection, example }) => [collection, example.slug] as const,
  );

  it.each(takers)('is refused for %s and for one of them, before the database is asked', async (collection, slug) => {
    for (const path of [`/v1/${collection}`, `/v1/${collection}/${slug}`]) {
      for (const wrong of ['yesterday', '2024-13', '2024-02-30', '2024/2025', '2024/..', '20', '2024-10-01Z']) {
        expect((await refused(`${path}?validOn=${wrong}`, 'validOn')).code).toBe('invalid-edtf');
      }
      expect((await refused(`${path}?validOn=`, 'validOn')).code).toBe('empty');
      await refused(`${path}?validOn=2024&validOn=2025`, 'validOn', 'duplicate-parameter');
      await refused(`${path}?validon=2024`, 'validon', 'unknown-parameter');
    }
    await refused(`/v1/${collection}?validOn=2024&match=perhaps`, 'match');
    await refused(`/v1/${collection}/${slug}?validOn=2024&match=certain`, 'match', 'unknown-parameter');
    await refused(`/v1/${collection}/${slug}/links?validOn=2024`, 'validOn', 'unknown-parameter');
  });

  it.each([
    ['events', 'us-ua-consultations-2025-01', /`from` and `to`/],
    ['sources', 'seed-article', /`from` and `to`/],
    ['claims', 'art-event-consultations', /`from` and `to`/],
    ['areas', 'cyber-security', /hold nothing for a time/],
    ['disputes', 'kuleba-office', /hold nothing for a time/],
  ])('is refused for %s, where it means nothing, with the reason', async (collection, slug, reason) => {
    for (const path of [`/v1/${collection}`, `/v1/${collection}/${slug}`]) {
      const error = await refused(`${path}?validOn=2024-10-01`, 'validOn', 'unknown-parameter');
      expect(error.message).toMatch(reason);
    }
  });

  it('is refused with roles that do not bind, and unknown codes still name the allowed ones', async () => {
    for (const role of ['beneficiary', 'observer', 'party,depositary']) {
      const error = await refused(`/v1/agreements?party=ukraine&role=${role}&validOn=2024`, 'role');
      expect(error).toMatchObject({ code: 'not-combinable', message: expect.stringContaining('acceding') });
    }
    expect((await refused('/v1/agreements?status=sined&validOn=2024', 'status')).message).toContain('`signed`');
    expect((await refused('/v1/agreements?role=partty&validOn=2024', 'role')).message).toContain(
      'did you mean `party`',
    );
  });
});

describe('lists on a day', () => {
  it.each([
    `${OFFICE}&validOn=2024-10-01`,
    '/v1/actors?memberOf=nato&role=member&validOn=2024&match=certain',
    '/v1/agreements?status=signed&party=ukraine&validOn=2024-06-13',
    '/v1/commitments?stage=pledged&validOn=2024-06-13&match=certain',
    '/v1/commitments?validOn=2024',
  ])('run two statements: %s', async (path) => {
    // SQLite counts beside the thread that serves, which then only sees how the journal stands.
    const withCount = isFile(t.service.database.url) ? 1 : 3;
    for (const [more, most] of [
      ['', 2],
      ['&sort=date', 2],
      [`&asOf=${past}`, 2],
      ['&count=exact', withCount],
    ] as const) {
      const before = t.service.store.statementsRun;
      expect((await t.http.get(path + more)).status).toBe(200);
      expect({ more, ran: t.service.store.statementsRun - before }).toEqual({ more, ran: most });
    }
  });

  it('are walked with the day they began with', async () => {
    const path = '/v1/agreements?party=ukraine&validOn=2024-06-13&limit=5';
    const { body } = await t.http.get(path);
    expect(body.page.next).not.toBeNull();
    const other = path.replace('06-13', '06-14');
    expectProblem(await t.http.get(`${other}&cursor=${body.page.next}`), 'cursor-mismatch');
    expectProblem(await t.http.get(`${path}&match=certain&cursor=${body.page.next}`), 'cursor-mismatch');
  });
});
