import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSeeds } from '../../src/commands/seed.js';
import { verify } from '../../src/journal/rebuild.js';
import { Journal } from '../../src/journal/record.js';
import { applySeeds } from '../../src/journal/seed.js';
import { kinds, resourceOf } from '../../src/resources/index.js';
import { randomIds } from '../../src/shared/ids.js';
import { ANY, type AnyJson, expectProblem } from '../support/client.js';
import { given } from '../support/given.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
const facts = given('CHANCERY_FACTS', '../shared/seed-facts', 'article.txt');
const TEXT =
  '𝄞 The parties met in Vilnius. They agreed on a\r\n  joint declaration. The parties met again; the cafe\u0301 was shut.';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const DECLARATION = { exact: 'a joint declaration' };

let made = 0;
/** A source with a text, or without. */
async function source(text?: string): Promise<AnyJson> {
  made += 1;
  const { body } = await t.http.post('/v1/sources', { slug: `quoted-${made}`, title: `Quoted ${made}`, kind: 'news' });
  return text === undefined ? body : put(body.slug, text);
}
async function put(ref: string, text: string): Promise<AnyJson> {
  const headers = { 'content-type': 'text/plain', ...ANY };
  const answer = await t.http.send('PUT', `/v1/sources/${ref}/text`, { raw: text, headers });
  expect(answer.status).toBe(200);
  return answer.body;
}
const area = (citations: unknown[], extra = {}) => ({ label: `Area ${made}`, citations, ...extra });
const create = (citations: unknown[]) => t.http.post('/v1/areas', area(citations));
const citing = async (citations: unknown[]): Promise<AnyJson> => {
  const answer = await create(citations);
  expect({ status: answer.status, text: answer.status === 201 ? '' : answer.text }).toEqual({ status: 201, text: '' });
  return answer.body;
};

describe('a quotation', () => {
  let id: string;
  beforeAll(async () => {
    id = (await source(TEXT)).id;
  });
  const checked = async (quote: object) => {
    const [citation] = (await citing([{ source: id, quote }])).citations;
    const { start, end } = citation.quotePosition;
    expect(citation.quotePosition.textSha256).toBe(sha256(TEXT));
    return { status: citation.quoteStatus, words: [...TEXT].slice(start, end).join(''), start };
  };

  it('is verbatim where it stands as quoted, at code points of the text', async () => {
    expect(await checked({ exact: 'met in Vilnius' })).toEqual({
      status: 'verbatim',
      words: 'met in Vilnius',
      start: 14,
    });
  });

  it('is whitespace-normalised with other white space, and when letters are composed otherwise', async () => {
    const words = 'a\r\n  joint declaration';
    expect(await checked(DECLARATION)).toMatchObject({ status: 'whitespace-normalised', words });
    expect(await checked({ exact: 'the café' })).toMatchObject({
      status: 'whitespace-normalised',
      words: 'the cafe\u0301',
    });
  });

  it('is told from another by prefix and suffix', async () => {
    const start = [...TEXT.slice(0, TEXT.lastIndexOf('The parties'))].length;
    expect(await checked({ exact: 'The parties met', suffix: ' again' })).toMatchObject({ start });
    expect(await checked({ exact: 'The parties met', prefix: 'declaration.' })).toMatchObject({ start });
    expect(await checked({ exact: 'The parties met', prefix: '𝄞 ' })).toMatchObject({ start: 2 });
  });

  it('that is not in the text is refused with its place and the nearest passage', async () => {
    const head = await t.db.head();
    const citations = [{ source: id }, { source: id, quote: { exact: 'They agreed on the joint declaration' } }];
    const problem = expectProblem(await create(citations), 'quote-not-found');
    expect(problem.errors).toHaveLength(1);
    expect(problem.errors[0]).toMatchObject({
      in: 'body',
      pointer: '/citations/1/quote/exact',
      code: 'quote-not-found',
    });
    expect(problem.errors[0].message).toContain('They agreed on');
    expect(problem.passages).toMatchObject([{ pointer: '/citations/1/quote/exact', before: expect.any(String) }]);
    expect(await t.db.head()).toBe(head);
  });

  it('that is in the text, but not in that context, is refused and told so', async () => {
    const quote = { exact: 'joint declaration', prefix: 'on the ' };
    const problem = expectProblem(await create([{ source: id, quote }]), 'quote-not-found');
    expect(problem.errors[0]).toMatchObject({ pointer: '/citations/0/quote' });
    expect(problem.errors[0].message).toMatch(/not beside that prefix and suffix/);
    expect(problem.passages[0].exact).toBe('joint declaration');
  });

  it('that fits several places is refused with each of them', async () => {
    const quote = { exact: 'The parties met' };
    const problem = expectProblem(await create([{ source: id, quote }]), 'quote-ambiguous');
    expect(problem.errors[0]).toMatchObject({ pointer: '/citations/0/quote', code: 'quote-ambiguous' });
    expect(problem.passages.map(({ start, after }: AnyJson) => [start, after.slice(0, 6)])).toEqual([
      [2, ' in Vi'],
      [expect.any(Number), ' again'],
    ]);
  });

  it('is answered for with bounded work and length, however many there are', async () => {
    const many = Array.from({ length: 500 }, (_, n) => ({
      source: id,
      quote: { exact: `The parties met ${n} times` },
    }));
    const problem = expectProblem(await create(many), 'quote-not-found');
    expect(problem.errors).toHaveLength(20);
    expect(problem.passages).toHaveLength(5);
  });

  it('is unchecked for a source without a text, and derived fields in a body are ignored', async () => {
    const bare = await source();
    const quotePosition = { start: 1, end: 2, textSha256: 'a'.repeat(64) };
    const made = await citing([{ source: bare.id, quote: DECLARATION, quoteStatus: 'verbatim', quotePosition }]);
    expect(made.citations).toEqual([{ source: bare.id, quote: DECLARATION, quoteStatus: 'unchecked' }]);
    const lies = { source: id, quote: DECLARATION, quoteStatus: 'unchecked', quotePosition };
    expect((await citing([lies])).citations[0]).toMatchObject({
      quoteStatus: 'whitespace-normalised',
      quotePosition: { textSha256: sha256(TEXT) },
    });
    expect((await citing([{ source: id, quoteStatus: 'verbatim', quotePosition }])).citations).toEqual([
      { source: id },
    ]);
  });
});

describe('quotations within a record', () => {
  const cite = (source: string, exact: string) => ({ citations: [{ source, quote: { exact } }] });
  const actor = { kind: 'person', name: 'Somebody' };
  const commitment = { statement: 'S', kind: 'other', bindingness: 'intent', promisors: ['ukraine'] };
  const claim = { about: 'actors/ukraine', kind: 'fact', statement: 'S', certainty: 'asserted', rank: 'normal' };
  const position = (key: string) => ({ key, statement: key });
  const nested: [string, string, (with_: object) => object][] = [
    [
      'actors',
      '/memberships/0/citations/0',
      (c) => ({ ...actor, memberships: [{ of: 'nato', role: 'member', validity: '2020/..', ...c }] }),
    ],
    [
      'actors',
      '/terms/0/citations/0',
      (c) => ({ ...actor, terms: [{ office: 'minister-of-foreign-affairs-of-ukraine', validity: '2020/..', ...c }] }),
    ],
    [
      'agreements',
      '/milestones/0/citations/0',
      (c) => ({ title: 'A', legalForm: 'treaty', milestones: [{ stage: 'signed', on: '2025', ...c }] }),
    ],
    [
      'commitments',
      '/milestones/0/citations/0',
      (c) => ({ ...commitment, milestones: [{ stage: 'pledged', on: '2025', ...c }] }),
    ],
    [
      'commitments',
      '/assessments/0/citations/0',
      (c) => ({ ...commitment, assessments: [{ assessor: 'nato', on: '2025', value: 'limited', ...c }] }),
    ],
    [
      'disputes',
      '/positions/1/citations/0',
      (c) => ({
        question: 'Q?',
        about: ['actors/ukraine'],
        positions: [
          { ...position('a'), citations: [{ source: 'seed-article' }] },
          { ...position('b'), ...c },
        ],
      }),
    ],
    ['claims', '/citations/0', (c) => ({ ...claim, ...c })],
    ['events', '/citations/0', (c) => ({ kind: 'call', title: 'C', date: '2025', status: 'concluded', ...c })],
    ['sources', '/citations/0', (c) => ({ kind: 'news', title: 'S', ...c })],
  ];

  it.each(nested)('of %s are checked at %s', async (collection, pointer, body) => {
    const { id } = await source(TEXT);
    const answer = await t.http.post(`/v1/${collection}`, body(cite(id, 'met in Vilnius')));
    expect({ status: answer.status, text: answer.status === 201 ? '' : answer.text }).toEqual({
      status: 201,
      text: '',
    });
    const citation = pointer
      .split('/')
      .slice(1)
      .reduce((node, key) => node[key], answer.body);
    expect(citation).toMatchObject({ quoteStatus: 'verbatim', quotePosition: { start: 14, end: 28 } });
    const wrong = await t.http.post(`/v1/${collection}`, body(cite(id, 'met in Vienna')));
    expect(expectProblem(wrong, 'quote-not-found').errors[0].pointer).toBe(`${pointer}/quote/exact`);
  });

  it('are checked when seeds are loaded, and a wrong one undoes all of them', async () => {
    const { slug } = await source(TEXT);
    const journal = new Journal(t.service.clock, randomIds);
    const seed = (n: number, exact: string) => ({
      kind: resourceOf('areas').kind,
      origin: `areas.ndjson:${n}`,
      input: area([{ source: slug, quote: { exact } }], { slug: `seeded-${n}` }),
    });
    const author = { by: 'seed', changeKind: 'content', note: null, requestId: null } as const;
    const load = (...exact: string[]) =>
      t.service.store.write((tx) =>
        applySeeds(
          tx,
          journal,
          exact.map((words, n) => seed(n, words)),
          author,
        ),
      );
    await expect(load('met in Vilnius', 'met in Vienna')).rejects.toMatchObject({ code: 'quote-not-found' });
    expect((await t.http.get('/v1/areas/seeded-0')).status).toBe(404);
    expect(await load('met in Vilnius', 'again')).toMatchObject({ created: 2 });
    expect((await t.http.get('/v1/areas/seeded-1')).body.citations[0].quoteStatus).toBe('verbatim');
    expect(await load('met in Vilnius', 'again')).toMatchObject({ unchanged: 2 });
  });

  it('are upserted and patched with the same check', async () => {
    const { id } = await source(TEXT);
    const citations = [{ source: id, quote: { exact: 'nowhere to be read' } }];
    expectProblem(await t.http.put('/v1/areas/by/partner/quoting', area(citations)), 'quote-not-found');
    const { slug } = await citing([]);
    expectProblem(await t.http.patch(`/v1/areas/${slug}`, { citations }, ANY), 'quote-not-found');
    const op = [{ op: 'add', path: '/citations/-', value: citations[0] }];
    const headers = { ...ANY, 'content-type': 'application/json-patch+json' };
    expectProblem(await t.http.patch(`/v1/areas/${slug}`, op, headers), 'quote-not-found');
  });

  it('take one query for all texts, and none without a quotation', async () => {
    const sources = [await source(TEXT), await source(`${TEXT} `), await source()];
    const statements = async (citations: object[]) => {
      const before = t.service.store.statementsRun;
      await citing(citations);
      return t.service.store.statementsRun - before;
    };
    const all = (quote?: object) => sources.map(({ id }) => ({ source: id, ...(quote && { quote }) }));
    const without = await statements(all());
    expect(await statements(all())).toBe(without);
    // One for the sources and one for their texts.
    expect(await statements(all(DECLARATION))).toBe(without + 2);
    expect(await statements([...all(DECLARATION), ...all({ exact: 'Vilnius' })])).toBe(without + 2);
  });
});

describe('a new text', () => {
  const NEXT = `A new beginning. ${TEXT}`;

  it('leaves records that quote the source alone; they are checked anew when they are written', async () => {
    const { id, slug } = await source(TEXT);
    const before = await citing([{ source: id, quote: DECLARATION }]);
    await put(slug, NEXT);
    const path = `/v1/areas/${before.id}`;
    expect((await t.http.get(path)).body).toEqual(before);
    const after = (await t.http.patch(path, { definition: 'Unrelated.' }, ANY)).body;
    const [was, is] = [before.citations[0].quotePosition, after.citations[0].quotePosition];
    expect(is).toEqual({ start: was.start + 17, end: was.end + 17, textSha256: sha256(NEXT) });
    expect((await t.http.get(`${path}?asOf=${before.revision}`)).body.citations).toEqual(before.citations);
  });

  it('without the words refuses no unrelated change: the earlier check stays, of the earlier text', async () => {
    const { id, slug } = await source(TEXT);
    const before = await citing([{ source: id, quote: DECLARATION, supports: ['label'] }]);
    const path = `/v1/areas/${before.id}`;
    for (const text of ['Something else.', 'a joint declaration, a joint declaration']) {
      await put(slug, text);
      const after = await t.http.patch(path, { definition: text }, ANY);
      expect(after.body.citations).toEqual(before.citations);
    }
    await t.http.delete(`/v1/sources/${slug}/text`, ANY);
    expect((await t.http.patch(path, { definition: 'No text.' }, ANY)).body.citations).toEqual(before.citations);
    const same = await t.http.put(path, (await t.http.get(path)).body, ANY);
    expect(same.body.version).toBe(4);
    const { start, end, textSha256 } = before.citations[0].quotePosition;
    const text = (await t.http.get(`/v1/sources/${slug}/text?asOf=${before.revision}`)).text;
    expect(sha256(text)).toBe(textSha256);
    expect([...text].slice(start, end).join('').replace(/\s+/g, ' ')).toBe(DECLARATION.exact);
  });

  it('refuses a quotation that is new or was changed', async () => {
    const { id, slug } = await source(TEXT);
    const { id: area } = await citing([{ source: id, quote: DECLARATION }]);
    await put(slug, 'Something else.');
    const patch = (quote: object) => t.http.patch(`/v1/areas/${area}`, { citations: [{ source: id, quote }] }, ANY);
    expectProblem(await patch({ exact: 'joint declaration' }), 'quote-not-found');
    expectProblem(await patch({ ...DECLARATION, prefix: 'on ' }), 'quote-not-found');
    expect((await patch({ exact: 'Something' })).body.citations[0].quoteStatus).toBe('verbatim');
    expectProblem(await patch(DECLARATION), 'quote-not-found');
  });

  it('is what quotations of before it are held against, and those that it lacks stay unchecked', async () => {
    const { id, slug } = await source();
    const before = await citing([
      { source: id, quote: DECLARATION },
      { source: id, quote: { exact: 'not a word' } },
    ]);
    await put(slug, TEXT);
    const again = await t.http.put(`/v1/areas/${before.id}`, before, ANY);
    expect(again.body.version).toBe(2);
    expect(again.body.citations.map(({ quoteStatus }: AnyJson) => quoteStatus)).toEqual([
      'whitespace-normalised',
      'unchecked',
    ]);
    expect((await t.http.put(`/v1/areas/${before.id}`, again.body, ANY)).body.version).toBe(2);
  });
});

describe.skipIf(!facts.isThere)(`the seeds and the text of the article${facts.note}`, () => {
  const quotesOf = async (): Promise<AnyJson[]> => {
    const { id } = (await t.http.get('/v1/sources/seed-article')).body;
    const lists = await Promise.all(
      ['events', 'actors', 'agreements', 'commitments', 'areas', 'claims', 'disputes'].map((name) =>
        t.http.walk(`/v1/${name}?limit=200`),
      ),
    );
    const found: AnyJson[] = [];
    JSON.stringify(
      lists.map(({ data }) => data),
      (_, node) => {
        if (node?.source === id && node.quote !== undefined) found.push(node);
        return node;
      },
    );
    return found;
  };

  it('fit: every fragment quoted from it is found, verbatim', async () => {
    const before = await quotesOf();
    expect(new Set(before.map(({ quoteStatus }) => quoteStatus))).toEqual(new Set(['unchecked']));
    const text = facts.text('article.txt');
    await put('seed-article', text);
    await loadSeeds(t.service.store);
    const after = await quotesOf();
    expect(after).toHaveLength(before.length);
    expect(after.length).toBeGreaterThan(50);
    for (const { quote, quoteStatus, quotePosition } of after) {
      expect({ quote, quoteStatus }).toEqual({ quote, quoteStatus: 'verbatim' });
      expect([...text].slice(quotePosition.start, quotePosition.end).join('')).toBe(quote.exact);
    }
  });
});

afterAll(async () => {
  expect(await verify(t.service.store, kinds)).toEqual([]);
});
