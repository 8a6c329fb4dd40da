import { describe, expect, it } from 'vitest';
import { loadSeeds } from '../../src/commands/seed.js';
import { reindex, verify } from '../../src/journal/rebuild.js';
import { kinds } from '../../src/resources/index.js';
import { ANY, type Answer, type AnyJson, expectProblem } from '../support/client.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });

const post = async (path: string, body: object): Promise<AnyJson> => {
  const answer = await t.http.post(`/v1/${path}`, body, ANY);
  expect({ path, status: answer.status, text: answer.status < 300 ? '' : answer.text }).toMatchObject({ text: '' });
  return answer.body;
};
const read = async (path: string): Promise<AnyJson> => {
  const { status, body } = await t.http.get(`/v1/${path}`);
  expect([path, status]).toEqual([path, 200]);
  return body;
};
const merge = (collection: string, one: AnyJson, two: AnyJson): Promise<Answer> =>
  t.http.post(`/v1/${collection}/${one.id}/merge`, { into: two.id }, ANY);
const merged = (collection: string, one: AnyJson, two: AnyJson) =>
  post(`${collection}/${one.id}/merge`, { into: two.id });
/** A merge that must be refused because of a record, and must change nothing. */
async function refused(collection: string, one: AnyJson, two: AnyJson, record: AnyJson): Promise<AnyJson> {
  const before = await t.db.sizes();
  const problem = expectProblem(await merge(collection, one, two), 'rule-violated');
  expect(await t.db.sizes()).toEqual(before);
  expect(problem.record).toEqual({ id: record.id, type: record.id.split('_')[0], slug: record.slug });
  for (const error of problem.errors) expect(error).toMatchObject({ in: 'body', pointer: '/into' });
  return problem;
}
const codes = ({ errors }: AnyJson) => errors.map(({ code }: AnyJson) => code);
const actor = (name: string, more: object = {}) => post('actors', { kind: 'person', name, ...more });
const area = (label: string, more: object = {}) => post('areas', { label, ...more });

describe('actors', () => {
  it('keep both sets of names, memberships and terms, and nothing else of the other', async () => {
    const term = { office: 'president-of-ukraine', validity: '2019-05-20/..' };
    const source = 'seed-article';
    const one = await actor('Volodymyr Z.', {
      ...{ country: 'UA', description: 'More is said here.', names: [{ value: 'Vova', kind: 'short' }] },
      ...{ terms: [{ ...term, citations: [{ source }] }], memberships: [{ of: 'nato', role: 'observer' }] },
    });
    const two = await actor('V. Zelensky II', {
      country: 'PL',
      terms: [term],
      memberships: [{ of: 'g7', role: 'member' }],
    });
    const body = await merged('actors', one, two);
    expect(body).toMatchObject({ name: 'V. Zelensky II', country: 'PL', slug: two.slug });
    expect(body.description).toBeUndefined();
    expect(body.names).toEqual([...one.names, { value: 'Volodymyr Z.', kind: 'alias' }]);
    expect(body.memberships).toEqual([...two.memberships, ...one.memberships]);
    expect(body.terms).toEqual(one.terms);
    for (const q of ['Volodymyr Z.', 'Vova']) {
      const { data } = await read(`actors?q=${encodeURIComponent(`"${q}"`)}`);
      expect(data.map(({ id }: AnyJson) => id)).toContain(two.id);
      expect(data.map(({ id }: AnyJson) => id)).not.toContain(one.id);
    }
  });

  it('that are part of one another are not merged: nothing is part of itself', async () => {
    const state = await actor('A state', { kind: 'state' });
    const body = await actor('A ministry', { kind: 'government-body', partOf: state.id });
    expect(codes(await refused('actors', state, body, body))).toEqual(['self-reference']);
    const { partOf } = await merged('actors', body, state);
    expect(partOf).toBeUndefined();
  });

  it('that are members of one another lose that', async () => {
    const bloc = await actor('A bloc', { kind: 'bloc' });
    const member = await actor('A member', { kind: 'state', memberships: [{ of: bloc.id, role: 'member' }] });
    expect((await merged('actors', bloc, member)).memberships).toEqual([]);
  });

  it('of which only one may hold offices are not merged the wrong way', async () => {
    const person = await actor('Somebody', { terms: [{ office: 'president-of-ukraine' }] });
    const group = await actor('A group', { kind: 'group' });
    expect(codes(await refused('actors', person, group, group))).toEqual(['persons-only']);
  });

  it('stand once where both stood alike, and side by side where not', async () => {
    const [one, two, other] = [await actor('P1'), await actor('P2'), await actor('P3')];
    const take = ({ id }: AnyJson, role: string, more = {}) => ({ actor: id, role, ...more });
    const event = await post('events', {
      ...{ kind: 'call', title: 'A call', date: '2025-01', status: 'concluded' },
      participants: [
        take(one, 'host'),
        take(other, 'guest', { onBehalfOf: one.id }),
        take(two, 'host'),
        take(two, 'guest'),
      ],
    });
    const commitment = await post('commitments', {
      ...{ statement: 'A promise', kind: 'financial', promisors: [one.id, two.id], beneficiaries: [one.id] },
      assessments: [{ assessor: one.id, on: '2025', value: 'limited' }],
    });
    await merged('actors', one, two);
    expect((await read(`events/${event.id}`)).participants).toEqual([
      ...[take(two, 'host'), take(other, 'guest', { onBehalfOf: two.id }), take(two, 'guest')],
    ]);
    expect(await read(`commitments/${commitment.id}`)).toMatchObject({
      ...{ promisors: [two.id], beneficiaries: [two.id], assessments: [{ assessor: two.id }] },
    });
    const { count, facets } = await read(`events?relatedTo=${two.id}&count=exact&facets=actor`);
    expect(count.value).toBe(1);
    expect(facets.actor.values.map(({ value }: AnyJson) => value).sort()).toEqual([two.id, other.id].sort());
  });
});

describe('areas', () => {
  it('keep both sets of labels, and what is below either', async () => {
    const top = await area('Top');
    const one = await area('Erste', { altLabels: ['First', 'Second'], broader: top.id });
    const two = await area('Second', { altLabels: ['Zweite'] });
    const below = await area('Below', { broader: one.id });
    const event = await post('events', {
      ...{ kind: 'call', title: 'In an area', date: '2025-01', status: 'concluded', areas: [below.id, one.id, two.id] },
    });
    const body = await merged('areas', one, two);
    expect(body).toMatchObject({ label: 'Second', altLabels: ['Zweite', 'First', 'Erste'] });
    expect(body.broader).toBeUndefined();
    expect((await read(`areas/${below.id}`)).broader).toBe(two.id);
    expect((await read(`events/${event.id}`)).areas).toEqual([below.id, two.id]);
    const within = async (ref: string) => (await read(`events?area=${ref}`)).data.map(({ id }: AnyJson) => id);
    for (const ref of [one.id, one.slug, two.id, below.id]) expect([ref, await within(ref)]).toEqual([ref, [event.id]]);
    expect(await within(top.id)).toEqual([]);
  });

  it('are not merged where the tree would have a cycle', async () => {
    const one = await area('Highest');
    const between = await area('Between', { broader: one.id });
    const two = await area('Lowest', { broader: between.id });
    expect(codes(await refused('areas', one, two, between))).toEqual(['cycle']);
    expect(codes(await refused('areas', one, between, between))).toEqual(['self-reference']);
    await merged('areas', two, one);
    expect((await read(`areas/${between.id}`)).broader).toBe(one.id);
  });
});

describe('commitments, claims and disputes', () => {
  it('that restate one another are merged the right way only', async () => {
    const promise = { statement: 'A promise', kind: 'training' };
    const first = await post('commitments', promise);
    const again = await post('commitments', { ...promise, restates: first.id });
    const third = await post('commitments', { ...promise, restates: again.id });
    expect(codes(await refused('commitments', first, again, again))).toEqual(['self-reference']);
    await merged('commitments', again, first);
    expect((await read(`commitments/${third.id}`)).restates).toBe(first.id);
  });

  it('go on together: claims about either, positions that take either', async () => {
    const event = (title: string) => post('events', { kind: 'call', title, date: '2025-01', status: 'concluded' });
    const [one, two] = [await event('One'), await event('Two')];
    const claim = (about: string) =>
      post('claims', {
        ...{ about, kind: 'fact', statement: `About ${about}`, certainty: 'asserted', field: 'date', value: '2025-01' },
        citations: [{ source: 'seed-article' }],
      });
    const [c1, c2] = [await claim(one.id), await claim(two.id)];
    const position = (key: string, ...claims: string[]) => ({ key, statement: key, claims, citations: [] });
    const dispute = await post('disputes', {
      ...{ question: 'When?', about: [one.id, two.id] },
      positions: [position('a', c1.id, c2.id), position('b', c1.id)],
    });
    await merged('events', one, two);
    expect((await read(`claims/${c1.id}`)).about).toBe(two.id);
    expect((await read(`disputes/${dispute.id}`)).about).toEqual([two.id]);
    await merged('claims', c1, c2);
    const { positions } = await read(`disputes/${dispute.id}`);
    expect(positions.map(({ claims }: AnyJson) => claims)).toEqual([[c2.id], [c2.id]]);
    expect((await read('events?contested=true&limit=200')).data.map(({ id }: AnyJson) => id)).toContain(two.id);
  });

  it('about one another are not merged the wrong way', async () => {
    const body = { kind: 'denial', certainty: 'asserted', statement: 'No.', citations: [{ source: 'seed-article' }] };
    const claim = await post('claims', { ...body, about: 'actors/ukraine' });
    const denial = await post('claims', { ...body, about: claim.id });
    expect(codes(await refused('claims', claim, denial, denial))).toEqual(['self-reference']);
    expect((await merged('claims', denial, claim)).about).toBe(claim.about);
  });
});

describe('sources', () => {
  const PLAIN = { ...ANY, 'content-type': 'text/plain' };
  let made = 0;
  const source = async (text?: string): Promise<AnyJson> => {
    made += 1;
    const { id } = await post('sources', { title: `Report ${made}`, kind: 'news' });
    if (text !== undefined) await t.http.send('PUT', `/v1/sources/${id}/text`, { raw: text, headers: PLAIN });
    return read(`sources/${id}`);
  };
  const quoting = ({ id }: AnyJson, exact: string) =>
    area(`Quotes ${exact} of ${id}`, { citations: [{ source: id, quote: { exact } }] });
  const citation = async ({ id }: AnyJson) => (await read(`areas/${id}`)).citations[0];

  it('hand their text on to one that has none, and quotations stay checked', async () => {
    const [one, two] = [await source('The words as agreed.'), await source()];
    const area = await quoting(one, 'as agreed');
    const body = await merged('sources', one, two);
    expect(body).toMatchObject({ textSha256: one.textSha256, textLength: 20 });
    expect((await t.http.get(`/v1/sources/${two.id}/text`)).text).toBe('The words as agreed.');
    expect((await t.http.get(`/v1/sources/${one.id}/text`)).headers.location).toBe(`/v1/sources/${two.id}/text`);
    expect((await t.http.get(`/v1/sources/${one.id}/citations`)).status).toBe(308);
    expect(await citation(area)).toEqual({
      ...{ source: two.id, quote: { exact: 'as agreed' }, quoteStatus: 'verbatim' },
      quotePosition: { start: 10, end: 19, textSha256: one.textSha256 },
    });
    expect((await read(`sources/${two.id}/citations`)).data.map(({ record }: AnyJson) => record.id)).toEqual([area.id]);
  });

  it('with texts of their own: quotations are found again in that of the survivor', async () => {
    const [one, two] = [await source('The words as agreed.'), await source('First, the words as agreed. Then more.')];
    const area = await quoting(one, 'as agreed');
    const body = await merged('sources', one, two);
    expect(body.textSha256).toBe(two.textSha256);
    expect(await citation(area)).toMatchObject({
      ...{ source: two.id, quoteStatus: 'verbatim' },
      quotePosition: { start: 17, end: 26, textSha256: two.textSha256 },
    });
  });

  it('are not merged where a quotation that was found would be lost', async () => {
    const [one, two] = [await source('The words as agreed.'), await source('Nothing of the sort.')];
    const area = await quoting(one, 'as agreed');
    const problem = await refused('sources', one, two, area);
    expect(codes(problem)).toEqual(['quote-not-found']);
    expect(problem.errors[0].message).toContain('/citations/0/quote/exact');
  });

  it('whose quotations were never found leave them unchecked', async () => {
    const [one, two] = [await source(), await source('Nothing of the sort.')];
    const [lost, found] = [await quoting(one, 'as agreed'), await quoting(one, 'of the sort')];
    await merged('sources', one, two);
    expect(await citation(lost)).toMatchObject({ source: two.id, quoteStatus: 'unchecked' });
    expect(await citation(found)).toMatchObject({ source: two.id, quoteStatus: 'verbatim' });
  });

  it('with the same text keep even checks against one that is no more', async () => {
    const [one, two] = [await source('The words as agreed.'), await source('Another text.')];
    const area = await quoting(one, 'as agreed');
    await t.http.send('PUT', `/v1/sources/${one.id}/text`, { raw: 'Another text.', headers: PLAIN });
    await merged('sources', one, two);
    expect(await citation(area)).toMatchObject({ source: two.id, quoteStatus: 'verbatim' });
  });

  it('hand on quotations of others as they were checked', async () => {
    const other = await source('Once said.');
    const one = await area('Same', {
      citations: [{ source: other.id, quote: { exact: 'Once said' }, supports: ['label'] }],
    });
    const two = await area('Same');
    await t.http.send('PUT', `/v1/sources/${other.id}/text`, { raw: 'Said no more.', headers: PLAIN });
    expect((await merged('areas', one, two)).citations).toEqual(one.citations);
  });
});

describe('all together', () => {
  it('more than a record may hold is refused', async () => {
    const tags = (n: number) => Array.from({ length: 60 }, (_, index) => `tag-${n}-${index}`);
    const [one, two] = [await area('Many', { tags: tags(1) }), await area('More', { tags: tags(2) })];
    expect(codes(await refused('areas', one, two, two))).toEqual(['out-of-range']);
  });

  it('what was read before is not read again from memory', async () => {
    const [one, two] = [await area('Held'), await area('Holder')];
    for (const { id } of [one, two]) for (let n = 0; n < 2; n += 1) await read(`areas/${id}`);
    const body = await merged('areas', one, two);
    expect((await t.http.get(`/v1/areas/${one.id}`)).status).toBe(308);
    expect(await read(`areas/${two.id}`)).toEqual(body);
  });

  it('a walk that has begun goes on as it began', async () => {
    const fresh = await area('Into');
    for (const path of ['links?limit=2', 'list']) {
      const one = await area(`Walked by ${path}`);
      for (let n = 0; n < 5; n += 1) await area(`Refers ${n}`, { relations: [{ kind: 'related', target: one.id }] });
      const start =
        path === 'list' ? `/v1/areas?relatedTo=${one.slug}&limit=2&sort=created` : `/v1/areas/${one.id}/${path}`;
      const whole = await t.http.walk(start);
      const { data } = await t.http.walk(start, async (page) => page === 1 && merged('areas', one, fresh));
      expect([path, data.length, data]).toEqual([path, 5, whole.data]);
      expect((await t.http.get(`/v1/areas/${one.id}`)).status).toBe(308);
    }
  });

  it('seeds that were merged are left alone, and those that refer to them find what they go on as', async () => {
    const [one, two] = [await read('actors/rishi-sunak'), await actor('R. Sunak')];
    await merged('actors', one, two);
    const { left } = await loadSeeds(t.service.store, true);
    expect(left).toContainEqual(expect.stringMatching(new RegExp(`rishi-sunak: merged into ${two.id}$`)));
    expect(await read(`actors/${two.id}`)).toMatchObject({ name: 'R. Sunak' });
  });

  it('counts, findings and everything stored are right at the end', { timeout: 120_000 }, async () => {
    const records = (await t.db.query('select 1 from entities where not deleted')).rows.length;
    const ended = (await t.db.query('select 1 from entities where deleted')).rows.length;
    for (const query of ['', `?asOf=${await t.db.head()}`])
      expect((await read(`stats${query}`)).records).toMatchObject({ live: records, deleted: ended });
    const { store, findings } = t.service;
    expect(await verify(store, kinds)).toEqual([]);
    await store.write((tx) => tx.run('forget', (db, tables) => db.update(tables.entities).set({ mergedInto: null })));
    expect((await verify(store, kinds)).every(({ what }) => what.startsWith('has mergedInto null'))).toBe(true);
    await reindex(store, kinds);
    expect(await verify(store, kinds)).toEqual([]);
    await findings.caughtUp();
    expect(await findings.checkAll()).toEqual({ put: 0, removed: 0 });
  });
});
