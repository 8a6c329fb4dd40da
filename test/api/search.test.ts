import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Document } from '../../src/journal/kind.js';
import { proseOf } from '../../src/journal/search-text.js';
import { resources } from '../../src/resources/index.js';
import { parseSearch, type Term, wordText } from '../../src/shared/words.js';
import { ANY, type AnyJson, expectProblem } from '../support/client.js';
import { standsIn } from '../support/terms.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });

/** All live records then, and what each is found by. */
interface Entry {
  type: string;
  doc: Document;
  own: string[];
  names: string[];
}

const cache = new Map<number, Entry[]>();
async function entriesAt(revision: number): Promise<Entry[]> {
  const known = cache.get(revision);
  if (known !== undefined) return known;
  const entries: Entry[] = [];
  for (const { type, kind } of resources) {
    for (const { doc } of await t.db.stateAt(type, revision)) {
      const names = [kind.label(doc), ...kind.project(doc).names.map(({ value }) => value)];
      const rest = [...doc.tags, ...doc.externalIds.map((id: AnyJson) => id.value)];
      const prose = proseOf(kind, doc).map(({ text }) => text);
      entries.push({
        type,
        doc,
        own: [[...prose, ...rest].join(' '), names.slice(1).join(' '), names[0] ?? ''],
        names,
      });
    }
  }
  cache.set(revision, entries);
  return entries;
}

const holds = (texts: readonly string[], term: Term) => texts.some((text) => standsIn(text, term));

/** The actors that a term is in a name of, and the term with the other names of those of whom it is a whole name. */
function standsFor(entries: readonly Entry[], term: Term): { actors: Entry[]; forms: Term[] } {
  const actors = entries.filter(
    ({ type, names }) => type === 'actor' && holds([names[0] ?? '', names.slice(1).join(' ')], term),
  );
  const forms = [term];
  for (const { names } of actors) {
    if (!names.some((name) => wordText(name) === term.tokens.join(' '))) continue;
    for (const name of names) forms.push({ tokens: wordText(name).split(' '), prefix: false });
  }
  return { actors, forms };
}

/** Ids of the records that fit, worked out on documents in memory. */
function naive(entries: readonly Entry[], text: string, types: readonly string[]): string[] {
  const { terms, excluded } = parseSearch(text);
  if (terms.length + excluded.length === 0) return [];
  const test = (term: Term) => {
    const { actors, forms } = standsFor(entries, term);
    const ids = actors.map(({ doc }) => doc.id);
    return ({ own, doc }: Entry) => {
      const json = JSON.stringify(doc);
      return forms.some((form) => holds(own, form)) || ids.some((id) => id !== doc.id && json.includes(id));
    };
  };
  const [wanted, unwanted] = [terms.map(test), excluded.map(test)];
  return entries
    .filter(({ type }) => types.includes(type))
    .filter((entry) => wanted.every((fits) => fits(entry)) && !unwanted.some((fits) => fits(entry)))
    .map(({ doc }) => doc.id)
    .sort();
}

const search = async (query: string) => (await t.http.get(`/v1/search?${query}`)).body;
const q = (text: string) => `q=${encodeURIComponent(text)}`;

describe('an actor by any of its names', () => {
  it('finds the records that point at it', { timeout: 120_000 }, async () => {
    const entries = await entriesAt(await t.db.head());
    const actors = entries.filter(
      ({ type, doc }) => type === 'actor' && ['person', 'state'].includes(String(doc.kind)),
    );
    let checked = 0;
    for (const { doc, names } of actors) {
      const pointing = entries.filter((entry) => entry.type === 'event' && JSON.stringify(entry.doc).includes(doc.id));
      for (const name of new Set(names)) {
        const page = await t.http.get(`/v1/events?limit=200&fields=id&${q(`"${name}"`)}`);
        const ids = new Set(page.body.data.map(({ id }: AnyJson) => id));
        const missing = pointing.filter((event) => !ids.has(event.doc.id)).map((event) => event.doc.slug);
        expect({ name, missing: missing.slice(0, 3) }).toEqual({ name, missing: [] });
        checked += 1;
      }
    }
    expect(checked).toBeGreaterThan(100);
  });

  it.each(['Zelensky', 'SELENSKYJ', 'zelenskyy'])('%s is the president of Ukraine', async (name) => {
    const { body } = await t.http.get(`/v1/events?fields=slug&limit=200&${q(name)}`);
    expect(body.data.map(({ slug }: AnyJson) => slug)).toContain('signing-us-ua-2024');
  });

  it('finds what is written under another of its names, and no more once it is none', async () => {
    const place = { kind: 'meeting', date: '2024-05', status: 'concluded', place: { name: 'Czernowitz' } };
    const event = await t.http.post('/v1/events', { ...place, title: 'A meeting in a town' });
    const found = async (text: string, more = '') =>
      (await t.http.get(`/v1/events?fields=id&${q(text)}${more}`)).body.data.map(({ id }: AnyJson) => id);
    expect(await found('Cernăuți')).toEqual([]);
    const names = ['Czernowitz', 'Cernăuți', 'Чернівці'].map((value) => ({ value, kind: 'former' }));
    const town = await t.http.post('/v1/actors', { kind: 'territory', name: 'Chernivtsi', names });
    const revision = await t.db.head();
    expect(await found('Cernăuți')).toEqual([event.body.id]);
    expect(await found('chernivtsi')).toEqual([event.body.id]);
    expect(await found('"Чернівці" town')).toEqual([event.body.id]);
    await t.http.patch(`/v1/actors/${town.body.id}`, { names: [] }, ANY);
    expect(await found('Cernăuți')).toEqual([]);
    expect(await found('Cernăuți', `&asOf=${revision}`)).toEqual([event.body.id]);
  });
});

describe('q of a list', () => {
  const revisions: number[] = [];
  beforeAll(async () => {
    revisions.push(300, 700, await t.db.head());
    await t.http.patch(
      '/v1/events/us-ua-consultations-2025-01',
      { summary: 'Nothing is said of the word quokka' },
      ANY,
    );
    await t.http.patch('/v1/actors/ukraine', { notes: 'A remark on wombats' }, ANY);
    await t.http.post('/v1/areas', { slug: 'quokkas', label: 'Quokkas' });
    await t.http.delete('/v1/areas/quokkas', ANY);
    revisions.push(await t.db.head());
  });

  /** Words that stand in records, common and rare, and operators that must be none. */
  const vocabulary = fc.constantFrom(
    ...[
      'security',
      'consultations',
      'ukraine',
      'kuleba',
      'agreement',
      'article',
      'military',
      'vilnius',
      'quokka',
      'wombats',
    ],
    ...['cyber', 'defence', 'uk', 'zelensky', 'declaration', 'signing', 'patriot', 'percent', 'billion', 'nowhere'],
  );
  const term = fc.oneof(
    { weight: 5, arbitrary: vocabulary },
    { weight: 2, arbitrary: vocabulary.map((word) => `${word.slice(0, 4)}*`) },
    { weight: 2, arbitrary: fc.tuple(vocabulary, vocabulary).map((pair) => `"${pair.join(' ')}"`) },
    { weight: 2, arbitrary: vocabulary.map((word) => `-${word}`) },
    { weight: 1, arbitrary: fc.constantFrom('"security agreement"', '"g7"', 'OR', 'NOT', '(', '-"air defence"') },
  );
  const typed = fc.array(term, { minLength: 1, maxLength: 3 }).map((terms) => terms.join(' '));

  it('gives what a look at every document gives, now and then', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(typed, fc.constantFrom(...resources), fc.nat(5), async (text, resource, at) => {
        const revision = revisions[at];
        const entries = await entriesAt(revision ?? (await t.db.head()));
        // A term that is in more names than are looked at finds some of what points at them only.
        const { terms, excluded } = parseSearch(text);
        fc.pre([...terms, ...excluded].every((each) => standsFor(entries, each).actors.length <= 20));
        const asOf = revision === undefined ? '' : `&asOf=${revision}`;
        const path = `/v1/${resource.collection}?${q(text)}${asOf}`;
        const { pages, data } = await t.http.walk(`${path}&limit=7&count=exact`);
        const expected = naive(entries, text, [resource.type]);
        expect({ path, ids: data.map(({ id }) => id).sort() }).toEqual({ path, ids: expected });
        expect(pages[0].count).toEqual({ value: expected.length, exact: true });
      }),
      { numRuns: 150 },
    );
  });

  it('keeps the order, the filters and the cursor of the list', async () => {
    const all = (await t.http.walk('/v1/events?kind=signing&limit=200')).data.map(({ id }) => id);
    const some = (await t.http.walk(`/v1/events?kind=signing&${q('ukraine -germany')}&limit=3`)).data.map(
      ({ id }) => id,
    );
    expect(some.length).toBeGreaterThan(10);
    expect(some).toEqual(all.filter((id) => some.includes(id)));
    const { body } = await t.http.get(`/v1/events?limit=1&${q('ukraine')}`);
    expectProblem(await t.http.get(`/v1/events?limit=1&${q('kuleba')}&cursor=${body.page.next}`), 'cursor-mismatch');
  });

  it('answers 304 to who has the answer', async () => {
    const { headers } = await t.http.get(`/v1/events?${q('kuleba')}`);
    expect((await t.http.get(`/v1/events?${q('kuleba')}`, { 'if-none-match': headers.etag })).status).toBe(304);
    expect((await t.http.get(`/v1/events?${q('yermak')}`, { 'if-none-match': headers.etag })).status).toBe(200);
  });

  it('is refused when it is empty or too long, and in no other case', { timeout: 180_000 }, async () => {
    expectProblem(await t.http.get('/v1/events?q='), 'invalid-parameter');
    const long = expectProblem(await t.http.get(`/v1/events?q=${'x'.repeat(201)}`), 'invalid-parameter');
    expect(long.errors).toMatchObject([{ in: 'query', parameter: 'q' }]);
    const texts = fc.sample(
      fc.oneof(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
        fc
          .array(
            fc.constantFrom(
              '"',
              '-',
              '*',
              '(',
              ')',
              'AND',
              'NEAR',
              ':',
              '^',
              '+',
              "'",
              '\\',
              '|',
              '&',
              '!',
              '<->',
              ' ',
              'a',
              'ukraine',
            ),
            { minLength: 1, maxLength: 20 },
          )
          .map((parts) => parts.join('')),
      ),
      { numRuns: 10_000, seed: 7 },
    );
    const wrong: string[] = [];
    const paths = ['/v1/events?limit=1&', '/v1/search?limit=1&', '/v1/suggest?limit=1&', '/v1/actors?limit=1&'];
    const ask = async (text: string, index: number) => {
      const { status } = await t.http.get(`${paths[index % paths.length]}${q(text)}`);
      if (status !== 200 && !(status === 400 && text.includes('\0'))) wrong.push(`${status} ${JSON.stringify(text)}`);
    };
    for (let start = 0; start < texts.length; start += 16) {
      await Promise.all(texts.slice(start, start + 16).map((text, index) => ask(text.toWellFormed(), start + index)));
    }
    expect(wrong).toEqual([]);
  });
});

describe('GET /v1/search', () => {
  it('finds records of every type, the best first, and shows where the words stand', async () => {
    const { data, complete, asOf } = await search(`${q('security consultations')}&limit=100`);
    const slugs = data.map(({ slug }: AnyJson) => slug);
    expect({ complete, asOf }).toEqual({ complete: true, asOf: await t.db.head() });
    expect(slugs.slice(0, 10)).toContain('us-ua-consultations-2025-01');
    expect(new Set(data.map(({ type }: AnyJson) => type)).size).toBeGreaterThan(3);
    const entries = await entriesAt(asOf);
    expect(data.map(({ id }: AnyJson) => id).sort()).toEqual(
      naive(
        entries,
        'security consultations',
        resources.map(({ type }) => type),
      ),
    );
    for (const hit of data) {
      for (const { text, ranges } of hit.highlights) {
        expect(ranges.length).toBeGreaterThan(0);
        for (const [start, end] of ranges)
          expect(['security', 'consultations']).toContain(wordText(text.slice(start, end)));
      }
    }
  });

  it('quotes the texts that it shows', async () => {
    const { data } = await search(`${q('Zelensky "security agreement" sign*')}&limit=50`);
    for (const { type, id, highlights } of data) {
      const { body } = await t.http.get(`/v1/${type === 'agreement' ? 'agreements' : `${type}s`}/${id}`);
      for (const { pointer, text } of highlights) {
        const value = pointer
          .slice(1)
          .split('/')
          .reduce((node: AnyJson, key: string) => node[key], body);
        expect(value).toContain(text.replace(/^…|…$/g, ''));
      }
    }
    expect(data.length).toBeGreaterThan(0);
  });

  it('says through which actor a record was found that does not name it', async () => {
    const { data } = await search(`${q('Selenskyj')}&types=event&limit=5`);
    const { body } = await t.http.get('/v1/actors/volodymyr-zelenskyy');
    expect(data.length).toBe(5);
    for (const hit of data) expect(hit.via).toContain(body.id);
  });

  it('narrows by type, orders by date, and reads as of a revision', async () => {
    const { data } = await search(`${q('ukraine')}&types=event,claim&sort=date&limit=100`);
    const types = new Set(data.map(({ type }: AnyJson) => type));
    expect([...types].sort()).toEqual(['claim', 'event']);
    const dates = await Promise.all(
      data
        .filter(({ type }: AnyJson) => type === 'event')
        .map(async ({ id }: AnyJson) => (await t.http.get(`/v1/events/${id}`)).body.earliest),
    );
    expect(dates).toEqual([...dates].sort().reverse());
    const then = await search(`${q('quokka')}&asOf=769`);
    expect({ data: then.data, asOf: then.asOf }).toEqual({ data: [], asOf: 769 });
    expect((await search(q('quokka'))).data).toHaveLength(1);
    const fixed = await t.http.get(`/v1/search?${q('kuleba')}&asOf=769`);
    expect(fixed.headers['cache-control']).toContain('immutable');
  });

  it.each([
    ['', 'q'],
    ['q=a&types=evnt', 'types'],
    ['q=a&sort=label', 'sort'],
    ['q=a&limit=101', 'limit'],
    ['q=a&asOf=100000', 'asOf'],
    ['q=a&asOf=2999-01-01T00:00:00Z', 'asOf'],
    [`q=${'x'.repeat(201)}`, 'q'],
  ])('refuses ?%s naming %s', async (query, parameter) => {
    const problem = expectProblem(await t.http.get(`/v1/search?${query}`), 'invalid-parameter');
    expect(problem.errors).toMatchObject([{ in: 'query', parameter }]);
  });

  it('refuses what it does not know', async () => {
    expectProblem(await t.http.get('/v1/search?q=a&kind=call'), 'unknown-parameter');
    expectProblem(await t.http.get('/v1/search?q=a', { accept: 'text/csv' }), 'not-acceptable');
  });
});

describe('GET /v1/suggest', () => {
  const suggest = async (query: string) => (await t.http.get(`/v1/suggest?${query}`)).body.data as AnyJson[];

  it.each([
    ['uni', 'united-states', 'start'],
    ['foreign minis', 'minister-of-foreign-affairs-of-ukraine', 'word'],
    ['zelen', 'volodymyr-zelenskyy', 'word'],
    ['Zelenksy', 'volodymyr-zelenskyy', 'typo'],
    ['Ukrane', 'ukraine', 'typo'],
    ['kulebba', 'dmytro-kuleba', 'typo'],
    ['Dmitro Kul', 'dmytro-kuleba', 'typo'],
  ])('completes %j to %s', async (text, slug, match) => {
    const found = (await suggest(`${q(text)}&types=actor&limit=50`)).find((each) => each.slug === slug);
    expect(found).toMatchObject({ type: 'actor', slug, match });
  });

  it('gives those that begin so before those with such a word before those with a slip, and no record twice', async () => {
    const found = await suggest(`${q('unite')}&limit=50`);
    const rank = found.map(({ match }) => ['start', 'word', 'typo'].indexOf(match));
    expect(rank).toEqual([...rank].sort());
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
    expect(found[0]?.match).toBe('start');
  });

  it('narrows by type, keeps to the limit, and reads as of a revision', async () => {
    expect(new Set((await suggest(`${q('uk')}&types=agreement,event`)).map(({ type }) => type)).size).toBeGreaterThan(
      0,
    );
    expect(await suggest(`${q('u')}&limit=2`)).toHaveLength(2);
    await t.http.post('/v1/actors', { kind: 'company', name: 'Zyxwvut Industries' });
    expect(await suggest(q('zyxwv'))).toHaveLength(1);
    expect(await suggest(`${q('zyxwv')}&asOf=769`)).toEqual([]);
    expect(await suggest(q('!!'))).toEqual([]);
  });

  it('refuses what is wrong', async () => {
    for (const query of ['', 'q=', 'q=a&limit=0', 'q=a&types=x'])
      expectProblem(await t.http.get(`/v1/suggest?${query}`), 'invalid-parameter');
  });
});
