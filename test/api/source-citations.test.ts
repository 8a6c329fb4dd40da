import { describe, expect, it } from 'vitest';
import { resources } from '../../src/resources/index.js';
import { ANY, type AnyJson, expectProblem } from '../support/client.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
const of = (ref: string, query = '') => `/v1/sources/${ref}/citations${query}`;

/** What cites a source, from every document of every type. */
async function naive(id: string): Promise<AnyJson[]> {
  const found: AnyJson[] = [];
  for (const { collection, label, kind } of resources) {
    const { data } = await t.http.walk(`/v1/${collection}?limit=200`);
    for (const record of data) {
      const citations: AnyJson[] = [];
      const look = (node: AnyJson, pointer: string) => {
        if (node === null || typeof node !== 'object') return;
        const { source, ...rest } = node;
        if (source === id && /\/citations\/[0-9]+$/.test(pointer)) citations.push({ pointer, ...rest });
        for (const [key, value] of Object.entries(node)) look(value, `${pointer}/${key}`);
      };
      look(record, '');
      const { slug } = record;
      if (citations.length > 0)
        found.push({ record: { id: record.id, type: kind.type, slug, label: record[label] }, citations });
    }
  }
  return found;
}

const byId = (all: AnyJson[]) => [...all].sort((a, b) => (a.record.id < b.record.id ? -1 : 1));
const ordered = (all: AnyJson[]) =>
  all.map(({ record, citations }) => ({
    record,
    citations: [...citations].sort((a: AnyJson, b: AnyJson) => (a.pointer < b.pointer ? -1 : 1)),
  }));

let made = 0;
async function source(text?: string): Promise<AnyJson> {
  made += 1;
  const { body } = await t.http.post('/v1/sources', { slug: `cited-${made}`, title: `Cited ${made}`, kind: 'news' });
  if (text === undefined) return body;
  const headers = { 'content-type': 'text/plain', ...ANY };
  return (await t.http.send('PUT', `/v1/sources/${body.slug}/text`, { raw: text, headers })).body;
}
const area = async (label: string, extra: object) => (await t.http.post('/v1/areas', { label, ...extra })).body;

describe('the citations of a source', () => {
  it('are those of all records, nested ones too, whichever way they are paged', async () => {
    const { data } = await t.http.walk('/v1/sources?limit=200');
    const some = [await t.http.get('/v1/sources/seed-article').then(({ body }) => body), ...data.slice(0, 12)];
    for (const { id, slug } of some) {
      const expected = byId(ordered(await naive(id)));
      for (const [ref, limit] of [
        [id, 200],
        [slug, 7],
      ] as const) {
        const walk = await t.http.walk(of(ref, `?limit=${limit}`));
        expect(byId(ordered(walk.data))).toEqual(expected);
        expect(walk.pages.every((page) => page.data.length <= limit)).toBe(true);
      }
    }
    expect(await naive(some[0].id).then(({ length }) => length)).toBeGreaterThan(50);
  }, 120_000);

  it('are one state of the knowledge base while others write', async () => {
    const { id } = await source();
    for (let n = 0; n < 5; n += 1) await area(`Area ${n}`, { slug: `walked-${n}`, citations: [{ source: id }] });
    const walk = await t.http.walk(of(id, '?limit=2'), async (page) => {
      await area('New', { slug: `walked-new-${page}`, citations: [{ source: id }] });
      await t.http.patch('/v1/areas/walked-4', { citations: [], label: `Gone ${page}` }, ANY);
    });
    expect(walk.data.map(({ record }) => record.slug)).toEqual([0, 1, 2, 3, 4].map((n) => `walked-${n}`));
    expect(new Set(walk.pages.map(({ asOf }) => asOf)).size).toBe(1);
    expect(walk.data[4].record.label).toBe('Area 4');
  });

  it('say what is quoted, and how it compares with the text', async () => {
    const { id, textSha256 } = await source('𝄞 As agreed in Vilnius.');
    const quote = { exact: 'agreed in Vilnius', prefix: 'As ' };
    const body = {
      slug: 'says',
      citations: [{ source: 'seed-article' }, { source: id, quote, locator: 'p. 1', supports: ['label'] }],
    };
    const { id: record } = await area('Says', body);
    const { body: page } = await t.http.get(of(id));
    expect(page).toEqual({
      data: [
        {
          record: { id: record, type: 'area', slug: 'says', label: 'Says' },
          citations: [
            {
              ...{ pointer: '/citations/1', quote, locator: 'p. 1', supports: ['label'], quoteStatus: 'verbatim' },
              quotePosition: { start: 5, end: 22, textSha256 },
            },
          ],
        },
      ],
      page: { next: null, limit: 50 },
      asOf: await t.db.head(),
    });
  });

  it('are not what points at the source otherwise', async () => {
    const { id } = await source();
    const relations = [{ kind: 'related', target: id }];
    await area('Related', { slug: 'only-related', relations });
    await area('Both', { slug: 'related-and-citing', relations, citations: [{ source: id }] });
    expect((await t.http.get(of(id))).body.data.map(({ record }: AnyJson) => record.slug)).toEqual([
      'related-and-citing',
    ]);
  });

  it('can be read as of a revision, with the names of then', async () => {
    const { id, revision } = await source();
    const first = await area('First', { slug: 'then', citations: [{ source: id }] });
    await t.http.patch('/v1/areas/then', { label: 'Second', citations: [] }, ANY);
    expect((await t.http.get(of(id))).body.data).toEqual([]);
    const then = await t.http.get(of(id, `?asOf=${first.revision}`));
    expect(then.body.data).toMatchObject([{ record: { label: 'First' }, citations: [{ pointer: '/citations/0' }] }]);
    expect(then.headers['cache-control']).toMatch(/immutable/);
    expect((await t.http.get(of(id, `?asOf=${revision}`))).body.data).toEqual([]);
    expectProblem(await t.http.get(of(id, '?asOf=1')), 'not-found');
  });

  it('answer 304 while nothing was written, and each format has its own tag', async () => {
    const tags: string[] = [];
    for (const query of ['', '?format=jsonld', '?limit=2']) {
      const { headers } = await t.http.get(of('seed-article', query));
      tags.push(String(headers.etag));
      const again = await t.http.get(of('seed-article', query), { 'if-none-match': String(headers.etag) });
      expect({ status: again.status, text: again.text }).toEqual({ status: 304, text: '' });
    }
    expect(new Set(tags).size).toBe(3);
  });

  it('refuse what they cannot answer', async () => {
    expectProblem(await t.http.get(of('no-such')), 'not-found');
    expectProblem(await t.http.get('/v1/events/us-ua-consultations-2025-01/citations'), 'not-found');
    expectProblem(await t.http.get(of('seed-article', '?limit=0')), 'invalid-parameter');
    expectProblem(await t.http.get(of('seed-article', '?fields=id')), 'unknown-parameter');
    expectProblem(await t.http.get(of('seed-article', '?format=csv')), 'not-acceptable');
    expectProblem(await t.http.get(of('seed-article', '?cursor=x')), 'cursor-malformed');
    const { page } = (await t.http.get(of('seed-article', '?limit=1'))).body;
    const { slug } = await source();
    expectProblem(await t.http.get(of(slug, `?cursor=${page.next}`)), 'cursor-mismatch');
    await t.http.delete(`/v1/sources/${slug}`, ANY);
    expectProblem(await t.http.get(of(slug)), 'gone');
  });
});

describe('as W3C Web Annotations', () => {
  const read = async (path: string) => {
    const { status, headers, text } = await t.http.get(path, { accept: 'application/ld+json' });
    expect({ status, type: headers['content-type'] }).toEqual({
      status: 200,
      type: 'application/ld+json; charset=utf-8',
    });
    return JSON.parse(text);
  };

  it('a quotation is a passage of the text, by its words and by its position', async () => {
    const { id, slug } = await source('As agreed in Vilnius.');
    const quote = { exact: 'agreed in Vilnius', prefix: 'As ' };
    const record = await area('Annotates', { slug: 'annotates', citations: [{ source: id, quote }, { source: id }] });
    const page = await read(of(slug));
    const [body, cited] = [`${t.service.url}/v1/areas/${record.id}`, `${t.service.url}/v1/sources/${id}`];
    expect(page).toEqual({
      '@context': 'http://www.w3.org/ns/anno.jsonld',
      id: `${t.service.url}${of(slug)}`,
      type: 'AnnotationPage',
      partOf: {
        id: `${t.service.url}${of(slug)}#all`,
        type: 'AnnotationCollection',
        first: `${t.service.url}${of(slug)}`,
      },
      items: [
        {
          ...{ id: `${body}#/citations/0`, type: 'Annotation', motivation: 'linking', body },
          target: {
            type: 'SpecificResource',
            source: `${cited}/text`,
            selector: [
              { type: 'TextQuoteSelector', ...quote },
              { type: 'TextPositionSelector', start: 3, end: 20 },
            ],
          },
        },
        { id: `${body}#/citations/1`, type: 'Annotation', motivation: 'linking', body, target: cited },
      ],
    });
    await t.http.delete(`/v1/sources/${slug}/text`, ANY);
    const [item] = (await read(of(slug))).items;
    expect(item.target).toEqual({
      type: 'SpecificResource',
      source: cited,
      selector: { type: 'TextQuoteSelector', ...quote },
    });
    const [then] = (await read(of(slug, `?asOf=${record.revision}`))).items;
    expect(then.target.selector).toHaveLength(2);
  });

  it('pages lead from one to the next, and have as many annotations as there are citations', async () => {
    const wanted = (await t.http.walk(of('seed-article'))).data.flatMap(({ citations }) => citations).length;
    let path: string | undefined = of('seed-article', '?limit=20&format=jsonld');
    let items = 0;
    const ids = new Set<string>();
    while (path !== undefined) {
      const page: AnyJson = JSON.parse((await t.http.get(path)).text);
      expect(page.id).toBe(`${t.service.url}${path}`);
      items += page.items.length;
      for (const { id } of page.items) ids.add(id);
      path = page.next?.slice(t.service.url.length);
    }
    expect({ items, distinct: ids.size }).toEqual({ items: wanted, distinct: wanted });
  });
});
