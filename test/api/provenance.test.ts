import { beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../src/resources/index.js';
import { Provenance } from '../../src/resources/operations/describe-provenance.js';
import { applyChange } from '../support/apply-change.js';
import { ANY, type AnyJson } from '../support/client.js';
import { asNaive, naiveProvenance, pastOf } from '../support/naive-provenance.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
const ROUND = '/v1/events/us-ua-consultations-2025-01';
const of = async (path: string): Promise<AnyJson> => {
  const { status, body } = await t.http.get(`${path}/provenance`);
  expect({ path, status }).toEqual({ path, status: 200 });
  return body;
};
const field = (body: AnyJson, name: string): AnyJson => body.fields.find((each: AnyJson) => each.field === name);

/** What changes between the seeds and the present, so that both can be asked for. */
const changes: [path: string, change: object | 'delete'][] = [
  ['sources/seed-article', { standing: 'retracted', reliability: 'E' }],
  ['events/us-ua-consultations-2025-01', { status: 'scheduled' }],
  ['events/us-ua-consultations-2025-01', { status: 'unconfirmed', summary: 'Talks were planned.' }],
  ['actors/dmytro-kuleba', { description: 'A diplomat.', existence: null }],
  ['claims/art-event-consultations', { field: 'place.country' }],
  ['disputes/kuleba-office', { about: ['actors/andrii-sybiha'] }],
  ['disputes/epc-place', 'delete'],
  [
    'agreements/uk-ua-2024',
    { milestones: [{ stage: 'signed', on: '2024-01-12', citations: [{ source: 'seed-article' }] }] },
  ],
];

describe('provenance of every record', () => {
  const revisions: number[] = [];
  beforeAll(async () => {
    revisions.push(await t.db.head());
    for (const [path, change] of changes) await applyChange(t.http, path, change);
    revisions.push(await t.db.head());
  });

  it.each(['then', 'now'])(
    'says what the journal holds, %s',
    async (when) => {
      const past = await pastOf(t.db, revisions[when === 'then' ? 0 : 1] ?? 0);
      const asOf = when === 'then' ? `?asOf=${past.revision}` : '';
      for (const { collection, type } of resources) {
        for (const id of [...past.docs.keys()].filter((each) => each.startsWith(`${type}_`))) {
          const { status, body } = await t.http.get(`/v1/${collection}/${id}/provenance${asOf}`);
          expect({ id, status }).toEqual({ id, status: 200 });
          expect({ id, ...asNaive(body) }).toEqual({ id, ...naiveProvenance(past, collection, id) });
          expect(Provenance.parse(body)).toEqual(body);
        }
      }
    },
    180_000,
  );
});

describe('provenance of a record', () => {
  let made = 0;
  const source = async (extra: object = {}): Promise<AnyJson> => {
    made += 1;
    return (await t.http.post('/v1/sources', { title: `Source ${made}`, kind: 'news', ...extra })).body;
  };
  const event = async (extra: object): Promise<AnyJson> => {
    made += 1;
    const body = { kind: 'call', title: `Call ${made}`, date: '2025-02-03', status: 'concluded', ...extra };
    const answer = await t.http.post('/v1/events', body);
    expect(answer.status).toBe(201);
    return answer.body;
  };

  it('numbers the citations like footnotes, and gives each source once', async () => {
    const body = await of(ROUND);
    expect(body.citations.map(({ number }: AnyJson) => number)).toEqual(
      body.citations.map((_: AnyJson, n: number) => n + 1),
    );
    const [first] = field(body, 'date').citations;
    const { pointer, source: cited, quote, quoteStatus } = body.citations[first.number - 1];
    expect({ first, pointer, quoteStatus }).toEqual({
      first: { number: 1, supports: 'field' },
      pointer: '/citations/0',
      quoteStatus: 'unchecked',
    });
    expect(quote.exact).toContain('January 2025');
    expect(body.sources[cited]).toMatchObject({ slug: 'seed-article', reliability: 'E', standing: 'retracted' });
  });

  it('says none of a field that only retracted sources bear out, and that they did', async () => {
    const [good, bad] = [await source({ reliability: 'B' }), await source({ reliability: 'F' })];
    const place = { name: 'Vilnius', country: 'LT' };
    const { id } = await event({
      place,
      citations: [
        { source: bad.id, supports: ['date', 'place'] },
        { source: good.id, supports: ['place.country'] },
        { source: good.id, supports: ['title', 'date'] },
      ],
    });
    const before = await of(`/v1/events/${id}`);
    expect([field(before, 'date'), field(before, 'place')].map((each) => [each.support, each.restsOn])).toEqual([
      ['field', 'standing'],
      ['field', 'standing'],
    ]);
    const headers = { ...ANY, 'change-kind': 'retraction', 'change-note': 'Withdrawn' };
    await t.http.patch(`/v1/sources/${bad.id}`, { standing: 'retracted' }, headers);
    await t.http.patch(`/v1/sources/${good.id}`, { notes: 'Still fine' }, ANY);
    const after = await of(`/v1/events/${id}`);
    expect(field(after, 'date')).toMatchObject({ support: 'field', restsOn: 'mixed' });
    expect(field(after, 'place')).toMatchObject({
      support: 'part',
      restsOn: 'mixed',
      citations: [
        { number: 1, supports: 'field' },
        { number: 2, supports: 'part', parts: ['/place/country'] },
      ],
    });
    await t.http.patch(`/v1/sources/${good.id}`, { standing: 'retracted' }, headers);
    const last = await of(`/v1/events/${id}`);
    expect(last).toMatchObject({ supported: 'some', restsOn: 'retracted' });
    for (const name of ['date', 'place', 'title'])
      expect(field(last, name)).toMatchObject({ support: 'none', restsOn: 'retracted' });
    expect(field(last, 'status')).toMatchObject({ support: 'none', restsOn: 'nothing', citations: [] });
    const { body } = await t.http.get(`/v1/events/${id}/provenance?asOf=${before.asOf}`);
    expect(body).toEqual(before);
  });

  it('tells the claims and disputes about a field from those about the record', async () => {
    const { id } = await event({ place: { name: 'Vilnius', country: 'LT' } });
    const claim = async (extra: object) => {
      const cited = { citations: [{ source: (await source()).id }], kind: 'fact', certainty: 'asserted' };
      const answer = await t.http.post('/v1/claims', { about: id, statement: 'So it was', ...cited, ...extra });
      expect(answer.status).toBe(201);
      return answer.body.id as string;
    };
    const claims = [
      await claim({ field: 'place.country', attributedTo: ['dmytro-kuleba'] }),
      await claim({ field: 'placement' }),
      await claim({}),
      await claim({ field: 'date', about: ROUND.slice('/v1/'.length) }),
    ];
    const dispute = async (...named: (string | undefined)[]) => {
      const positions = ['a', 'b'].map((key, n) => ({
        key,
        statement: key,
        claims: [named[n] ?? []].flat(),
        citations: [],
      }));
      const answer = await t.http.post('/v1/disputes', {
        question: `Which ${named.length}?`,
        about: [id, id],
        positions,
      });
      expect(answer.status).toBe(201);
      return answer.body.id as string;
    };
    const disputes = [await dispute(claims[0], claims[2]), await dispute(claims[2]), await dispute(claims[3])];
    const body = await of(`/v1/events/${id}`);
    expect(field(body, 'place')).toMatchObject({ claims: [claims[0]], disputes: [disputes[0]] });
    // The claim about another record says nothing of the date of this one.
    expect(field(body, 'date')).toMatchObject({ claims: [], disputes: [] });
    expect(body.general.claims.sort()).toEqual([claims[1], claims[2]].sort());
    expect(body.general.disputes.sort()).toEqual([disputes[1], disputes[2]].sort());
    expect(body.disputes[disputes[0] ?? '']).toMatchObject({ status: 'open', positions: 2, fields: ['place.country'] });
    expect(body.claims[claims[0] ?? '']).toMatchObject({
      ...{ field: 'place.country', standing: 'standing', restsOn: 'standing' },
      attributedTo: [{ slug: 'dmytro-kuleba', label: 'Dmytro Kuleba' }],
    });
    expect(body.complete).toEqual({ claims: true, disputes: true });
  });

  it('tells who set a value last, though it stood there before', async () => {
    const { id } = await event({ summary: 'One' });
    const patch = (body: object, note: string) =>
      t.http.patch(`/v1/events/${id}`, body, { ...ANY, 'change-note': note, 'change-kind': 'correction' });
    await patch({ summary: 'Two' }, 'first');
    await patch({ summary: 'One', place: { name: 'Vilnius' } }, 'second');
    await patch({ citations: [{ source: 'seed-article' }], tags: ['a'] }, 'third');
    const body = await of(`/v1/events/${id}`);
    expect(field(body, 'summary').set).toMatchObject({
      ...{ version: 3, note: 'second', changeKind: 'correction', exact: true },
      by: t.service.key('write').split('_')[1],
    });
    expect(field(body, 'place').set.version).toBe(3);
    expect(field(body, 'title').set).toMatchObject({ version: 1, note: null, changeKind: 'content' });
  });

  it('goes back 500 versions and says so', async () => {
    const { id } = await event({ summary: 'Version 1' });
    await t.http.patch(`/v1/events/${id}`, { place: { name: 'Vilnius' } }, ANY);
    for (let n = 3; n <= 502; n += 1)
      expect((await t.http.patch(`/v1/events/${id}`, { notes: `Version ${n}` }, ANY)).status).toBe(200);
    const body = await of(`/v1/events/${id}`);
    expect(field(body, 'title').set).toMatchObject({ version: 3, exact: false });
    expect(field(body, 'place').set).toMatchObject({ version: 3, exact: false });
    const narrowed = (await t.http.get(`/v1/events/${id}/provenance?fields=place&asOf=${body.asOf}`)).body;
    expect(field(narrowed, 'place')).toEqual(field(body, 'place'));
    expect((await t.http.get(`/v1/events/${id}/provenance?asOf=${body.asOf}`)).body).toEqual(body);
    await t.http.patch(`/v1/events/${id}`, { place: { name: 'Kyiv' } }, ANY);
    const after = await of(`/v1/events/${id}`);
    expect(field(after, 'place').set).toMatchObject({ version: 503, exact: true });
  }, 60_000);

  it('gives the latest 100 claims and says that there are more', async () => {
    const { id } = await event({});
    const cited = { citations: [{ source: 'seed-article' }], kind: 'fact', certainty: 'asserted', field: 'date' };
    for (let n = 0; n < 101; n += 1) {
      const claimedOn = `20${String(n % 100).padStart(2, '0')}`;
      await t.http.post('/v1/claims', { slug: `many-${n}`, about: id, statement: `${n}`, claimedOn, ...cited });
    }
    const body = await of(`/v1/events/${id}`);
    expect(body.complete).toEqual({ claims: false, disputes: true });
    expect(field(body, 'date').claims).toHaveLength(100);
    const [newest] = field(body, 'date').claims;
    expect(body.claims[newest].claimedOn).toBe('2099');
    expect(Object.values(body.claims).map((claim) => (claim as AnyJson).slug)).not.toContain('many-0');
  }, 60_000);
});
