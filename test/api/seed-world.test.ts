import { describe, expect, it } from 'vitest';
import { loadSeeds, readSeeds } from '../../src/commands/seed.js';
import { type Author, Journal } from '../../src/journal/record.js';
import { applySeeds } from '../../src/journal/seed.js';
import { steppingClock } from '../../src/shared/clock.js';
import { randomIds } from '../../src/shared/ids.js';
import { ANY, type AnyJson } from '../support/client.js';
import { useService } from '../support/use-service.js';

const SEEDER: Author = { by: 'seed', changeKind: 'content', note: null, requestId: null };
const ROUND = 'us-ua-consultations-2025-01';

describe('the world of the seed article', () => {
  const t = useService({ seeds: true });
  const get = async (path: string): Promise<AnyJson> => {
    const { status, body } = await t.http.get(`/v1/${path}`);
    expect({ path, status }).toEqual({ path, status: 200 });
    return body;
  };
  const all = async (path: string): Promise<AnyJson[]> =>
    (await t.http.walk(`/v1/${path}${path.includes('?') ? '&' : '?'}limit=200`)).data;
  const slugOf = async (collection: string, ids: string[]) => {
    const slugs = [];
    for (const id of ids) slugs.push((await get(`${collection}/${id}`)).slug);
    return slugs;
  };

  it('has the round that was planned for January 2025', async () => {
    const { data } = await get('events?from=2025-01&to=2025-01&match=certain&kind=consultation&actor=ukraine');
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({
      slug: ROUND,
      date: '2025-01',
      earliest: '2025-01-01',
      latest: '2025-01-31',
      status: 'unconfirmed',
      tags: ['planned', 'single-source'],
    });
    const actors = await slugOf(
      'actors',
      data[0].participants.map(({ actor }: AnyJson) => actor),
    );
    expect(actors).toEqual(['united-states', 'ukraine', 'unnamed-senior-officials']);
  });

  it('tells who confirmed it, in which office, and after which call', async () => {
    const round = await get(`events/${ROUND}`);
    const into = (await get(`events/${ROUND}/links?direction=in&relation=announces`)).data;
    expect(into.map(({ record }: AnyJson) => record.slug)).toContain('kuleba-confirmation-undated');
    const confirmation = await get('events/kuleba-confirmation-undated');
    expect(confirmation.date).toBe('/2025-01');
    const [speaker] = confirmation.participants;
    expect(await slugOf('actors', [speaker.actor, speaker.office, speaker.onBehalfOf])).toEqual([
      'dmytro-kuleba',
      'minister-of-foreign-affairs-of-ukraine',
      'ukraine',
    ]);
    expect(confirmation.relations.find(({ kind }: AnyJson) => kind === 'announces').target).toBe(round.id);
    const followed = confirmation.relations.find(({ kind }: AnyJson) => kind === 'follows').target;
    const call = await get(`events/${followed}`);
    expect(call).toMatchObject({ slug: 'kuleba-blinken-call-undated', kind: 'call' });
    const speakers = await slugOf(
      'actors',
      call.participants.map(({ actor }: AnyJson) => actor),
    );
    expect(speakers).toEqual(['dmytro-kuleba', 'antony-blinken']);
  });

  it('tells which declaration it implements, and which areas it should cover', async () => {
    const { data } = await get(`events/${ROUND}/links?direction=out&relation=implements`);
    expect(data.map(({ record }: AnyJson) => record.slug)).toEqual(['g7-joint-declaration-2023']);
    const found = await get('events?agreement=g7-joint-declaration-2023&from=2025-01&to=2025-01&match=certain');
    expect(found.data.map(({ slug }: AnyJson) => slug)).toContain(ROUND);
    const round = await get(`events/${ROUND}?include=areas`);
    expect(round.areas.map((id: string) => round.included.areas[id].slug)).toEqual([
      'military-equipment',
      'training-and-exercises',
      'intelligence-sharing',
      'defence-industry',
      'cyber-security',
    ]);
  });

  it('tells what analysts expect', async () => {
    const claims = await all('claims?kind=forecast&attributedTo=unnamed-analysts');
    expect(claims.map(({ slug }) => slug).sort()).toEqual([
      'art-actor-ukrainian-forces',
      'art-area-cyber',
      'art-area-equipment',
      'art-area-industry',
      'art-area-intelligence',
      'art-area-training',
      'art-assess-analysts',
    ]);
  });

  it('is contested, and says so', async () => {
    const contested = (await all('events?contested=true')).map(({ slug }) => slug);
    const open = await all('disputes?status=open');
    const about = new Set(open.flatMap((dispute) => dispute.about as string[]));
    const events = (await all('events')).filter(({ id }) => about.has(id)).map(({ slug }) => slug);
    expect(contested).toEqual(events);
    const kuleba = await all('disputes?about=actors/dmytro-kuleba');
    expect(kuleba.map(({ slug }) => slug)).toContain('kuleba-office');
  });

  it.each([
    ['events', 89],
    ['agreements', 39],
    ['commitments', 80],
    ['areas', 25],
    ['actors', 163],
    ['sources', 212],
    ['claims', 121],
    ['disputes', 40],
  ])('has of %s exactly %i', async (collection, count) => {
    expect((await get(`${collection}?limit=1&count=exact`)).count).toEqual({ value: count, exact: true });
    expect(await all(collection)).toHaveLength(count);
  });

  it('has a declaration with 27 that joined it', async () => {
    const { parties } = await get('agreements/g7-joint-declaration-2023');
    expect(parties.filter(({ role }: AnyJson) => role === 'acceding')).toHaveLength(27);
    expect(parties.filter(({ role }: AnyJson) => role === 'party')).toHaveLength(7);
  });

  it('keeps 40 disputes with 110 positions, two or more each', async () => {
    const disputes = await all('disputes');
    expect(disputes).toHaveLength(40);
    const positions = disputes.map((dispute) => dispute.positions.length);
    expect(positions.reduce((sum, count) => sum + count, 0)).toBe(110);
    expect(Math.min(...positions)).toBeGreaterThanOrEqual(2);
    expect(disputes.filter(({ status }) => status === 'open')).toHaveLength(6);
  });

  it('quotes no more than ten words, and does so often', async () => {
    const quotes: string[] = [];
    const collect = (node: AnyJson): void => {
      if (node === null || typeof node !== 'object') return;
      if (typeof node.exact === 'string') quotes.push(node.exact);
      for (const value of Object.values(node)) collect(value);
    };
    for (const { input } of readSeeds()) collect(input);
    expect(quotes.length).toBeGreaterThan(300);
    expect(quotes.filter((quote) => quote.trim().split(/\s+/).length > 10)).toEqual([]);
  });

  it('has one revision for each record, in one go', async () => {
    expect(await t.db.head()).toBe(769);
    expect(await all('events?updatedAfter=2031-01-01T00:00:00Z')).toEqual([]);
  });
});

describe('applying the seeds again', () => {
  const t = useService({ seeds: true });
  const journal = new Journal(steppingClock('2032-01-01T00:00:00.000Z'), randomIds);
  const apply = (change: (input: AnyJson) => AnyJson, overwrite = false) => {
    const seeds = readSeeds().map((seed) => ({ ...seed, input: change(seed.input) }));
    return t.service.store.write((tx) => applySeeds(tx, journal, seeds, SEEDER, overwrite));
  };
  const changing = (slug: string, notes: string) => (input: AnyJson) =>
    input.slug === slug ? { ...input, notes } : input;
  const total = 769;

  it('makes no revision when nothing has changed', async () => {
    const before = await t.db.sizes();
    const outcome = await loadSeeds(t.service.store);
    expect(outcome).toEqual({ created: 0, updated: 0, unchanged: total, left: [] });
    expect(await t.db.sizes()).toEqual(before);
  });

  it('makes one revision of a seed that changed', async () => {
    const before = await t.db.head();
    const outcome = await apply(changing('g7-apulia-summit-2024', 'Changed'));
    expect(outcome).toEqual({ created: 0, updated: 1, unchanged: total - 1, left: [] });
    expect(await t.db.head()).toBe(before + 1);
    const { body } = await t.http.get('/v1/events/g7-apulia-summit-2024');
    expect(body).toMatchObject({ notes: 'Changed', version: 2, revision: before + 1 });
    const history = await t.http.get('/v1/events/g7-apulia-summit-2024/history');
    expect(history.body.data[0]).toMatchObject({ by: 'seed', changes: [{ pointer: '/notes', to: 'Changed' }] });
    expect(await loadSeeds(t.service.store)).toMatchObject({ updated: 1, unchanged: total - 1 });
  });

  it('leaves alone what somebody else has changed, unless told to overwrite', async () => {
    await t.http.patch(`/v1/events/${ROUND}`, { notes: 'Ours' }, ANY);
    const before = await t.db.head();
    const change = changing(ROUND, 'Theirs');
    const left = await apply(change);
    expect(left).toMatchObject({ created: 0, updated: 0, unchanged: total - 1 });
    expect(left.left).toEqual([expect.stringMatching(new RegExp(`^events\\.ndjson:\\d+ ${ROUND}: changed by `))]);
    expect(await t.db.head()).toBe(before);
    expect((await t.http.get(`/v1/events/${ROUND}`)).body.notes).toBe('Ours');
    expect(await apply(change, true)).toMatchObject({ updated: 1, left: [] });
    expect((await t.http.get(`/v1/events/${ROUND}`)).body).toMatchObject({ notes: 'Theirs', version: 3 });
  });

  it('leaves alone what somebody has deleted', async () => {
    await t.http.delete('/v1/events/budanov-head-of-office-2026', ANY);
    const before = await t.db.head();
    for (const overwrite of [false, true]) {
      const { left, created } = await apply((input) => input, overwrite);
      expect(created).toBe(0);
      expect(left).toContainEqual(expect.stringMatching(/budanov-head-of-office-2026: deleted$/));
    }
    // The one is the round that the test before gave other notes.
    expect((await t.db.head()) - before).toBe(1);
    expect((await t.http.get('/v1/events/budanov-head-of-office-2026')).status).toBe(410);
  });

  it('writes nothing at all when one line is wrong, and says which', async () => {
    const before = await t.db.sizes();
    const broken = apply((input) => (input.slug === ROUND ? { ...input, date: '2025-13' } : { ...input, notes: 'x' }));
    await expect(broken).rejects.toThrow(/events\.ndjson:\d+: \/date/);
    expect(await t.db.sizes()).toEqual(before);
  });

  it('gives records the same ids in every installation', async () => {
    const { body } = await t.http.get('/v1/actors/ukraine');
    expect(body.id).toBe('actor_01jgfjjz00fmtvt16e1yksskgr');
  });
});
