import { parseXml, XmlElement, XmlText } from '@rgrove/parse-xml';
import { beforeAll, describe, expect, it } from 'vitest';
import { ANY, type Answer, type AnyJson, expectProblem } from '../support/client.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
const TYPE = 'application/graphml+xml; charset=utf-8';
const START = 'of=events/us-ua-consultations-2025-01';
const ODD = 'Talks, "quoted" & <b>bold</b> ]]> \'so\'\r\nsecond line \u0001\u0085\ufffe🙂';

const elements = (of: XmlElement) => of.children.filter((child) => child instanceof XmlElement);
const named = (of: XmlElement, name: string) => elements(of).filter((child) => child.name === name);
const textOf = (of: XmlElement) => of.children.map((child) => (child instanceof XmlText ? child.text : '')).join('');

/** The document read as a program would: keys by id, values converted to their declared types. */
function read({ text }: Answer) {
  const { root } = parseXml(text);
  if (root === null) throw new Error('no root');
  const keys = new Map(named(root, 'key').map(({ attributes }) => [attributes.id, attributes]));
  const [graph] = named(root, 'graph');
  if (graph === undefined) throw new Error('no graph');
  const valuesOf = (of: XmlElement) =>
    Object.fromEntries(
      named(of, 'data').map((data) => {
        const key = keys.get(data.attributes.key ?? '');
        expect(key?.for).toBe(of.name);
        const value = textOf(data);
        return [key?.['attr.name'], key?.['attr.type'] === 'int' ? Number(value) : value];
      }),
    );
  const rows = (name: string): AnyJson[] =>
    named(graph, name).map((row) => ({ ...row.attributes, ...valuesOf(row) }) as AnyJson);
  return {
    root,
    graph,
    keys,
    nodes: rows('node'),
    edges: rows('edge'),
    desc: textOf(named(graph, 'desc')[0] ?? graph),
  };
}

/** An edge of the JSON answer with its validity in columns. */
function flat({ validity, ...edge }: AnyJson) {
  if (validity === undefined) return edge;
  if (validity === null) return { ...edge, neverHeld: 'true' };
  const { earliest, latest } = validity;
  return { ...edge, ...(earliest !== null && { earliest }), ...(latest !== null && { latest }) };
}

beforeAll(async () => {
  const odd = { slug: 'odd', kind: 'meeting', title: ODD, date: '2030-03-15', status: 'concluded' };
  const { status, text } = await t.http.post('/v1/events', odd);
  expect({ status, text: status === 201 ? '' : text }).toEqual({ status: 201, text: '' });
});

describe('a graph as GraphML', () => {
  it.each([
    ['a neighbourhood', `${START}&depth=2&limit=1000`],
    ['one that is cut', 'of=actors/ukraine&depth=2&limit=20'],
    ['memberships and parties', 'of=actors/ukraine,actors/germany&relation=member-of,party,term-in&depth=2'],
    ['paths', 'between=actors/ukraine,actors/germany&types=event,agreement'],
    ['a past revision', `${START}&asOf=700&depth=2`],
    ['a period', 'of=actors/ukraine&depth=2&role=member,party&from=2024&to=2024-06'],
  ])('has the nodes and edges that JSON has: %s', async (_what, query) => {
    const { body } = await t.http.get(`/v1/graph?${query}`);
    const answer = await t.http.get(`/v1/graph?${query}&format=graphml`);
    expect({ status: answer.status, type: answer.headers['content-type'] }).toEqual({ status: 200, type: TYPE });
    const { nodes, edges, desc } = read(answer);
    expect(body.edges.length).toBeGreaterThan(0);
    expect(nodes).toEqual(body.nodes);
    expect(edges).toEqual(body.edges.map(flat));
    expect(desc).toBe(`Chancery, revision ${body.asOf}${body.truncated ? ', truncated' : ''}`);
  });

  it('tells what never held from what has no bound', async () => {
    const query = 'of=actors/ukraine&relation=party&limit=1000';
    const { edges } = read(await t.http.get(`/v1/graph?${query}&format=graphml`));
    expect(edges.filter(({ neverHeld, earliest }) => neverHeld && earliest)).toEqual([]);
    expect(new Set(edges.map(({ neverHeld }) => neverHeld))).toEqual(new Set(['true', undefined]));
  });

  it('declares every value, before the graph, which is directed', async () => {
    const { root, graph, keys } = read(await t.http.get(`/v1/graph?${START}&format=graphml`));
    expect([root.name, root.attributes.xmlns]).toEqual(['graphml', 'http://graphml.graphdrawing.org/xmlns']);
    expect(elements(root).map(({ name }) => name)).toEqual([...Array(keys.size).fill('key'), 'graph']);
    expect(graph.attributes).toEqual({ id: 'graph', edgedefault: 'directed' });
    const declared = [...keys.values()].map((key) => `${key.for} ${key['attr.name']} ${key['attr.type']}`);
    expect(declared).toEqual([
      ...['node label string', 'node type string', 'node slug string', 'node depth int'],
      ...['edge relation string', 'edge role string', 'edge earliest string', 'edge latest string'],
      'edge neverHeld boolean',
    ]);
  });

  it('holds any label, with what XML cannot write replaced', async () => {
    const { nodes } = read(await t.http.get('/v1/graph?of=events/odd&format=graphml'));
    const title = 'Talks, "quoted" & <b>bold</b> ]]> \'so\'\nsecond line \ufffd\ufffd\ufffd🙂';
    expect(nodes[0]).toMatchObject({ slug: 'odd', label: title });
  });

  it('is well-formed without an edge, and without a node', async () => {
    expect((await t.http.post('/v1/actors', { slug: 'hermit', kind: 'person', name: 'Hermit' })).status).toBe(201);
    const alone = read(await t.http.get('/v1/graph?of=actors/hermit&format=graphml'));
    expect(alone).toMatchObject({ nodes: [{ slug: 'hermit' }], edges: [] });
    expect((await t.http.delete('/v1/actors/hermit', ANY)).status).toBe(204);
    expect(read(await t.http.get('/v1/graph?of=actors/hermit&format=graphml'))).toMatchObject({ nodes: [], edges: [] });
  });
});

describe('the format of a graph', () => {
  const JSON_UTF8 = 'application/json; charset=utf-8';

  it.each([
    ['*/*', undefined, JSON_UTF8],
    ['application/graphml+xml', undefined, TYPE],
    ['application/graphml+xml', 'json', JSON_UTF8],
    ['image/png', 'graphml', TYPE],
    ['application/graphml+xml;q=0.5, application/json', undefined, JSON_UTF8],
    ['text/html, application/graphml+xml;q=0.9, */*;q=0.1', undefined, TYPE],
  ])('with Accept: %s and format=%s is %s', async (accept, format, type) => {
    const path = `/v1/graph?${START}${format === undefined ? '' : `&format=${format}`}`;
    const { status, headers } = await t.http.get(path, { accept });
    expect({ status, type: headers['content-type'], vary: headers.vary }).toEqual({
      status: 200,
      type,
      vary: 'Accept',
    });
  });

  it('is one of two, which the refusal of another lists', async () => {
    const available = ['application/json', 'application/graphml+xml'];
    for (const name of ['csv', 'ndjson', 'ics', 'atom', 'geojson', 'jsonld']) {
      const answer = await t.http.get(`/v1/graph?${START}&format=${name}`);
      expect(expectProblem(answer, 'not-acceptable')).toMatchObject({ available, formats: ['json', 'graphml'] });
    }
    const refused = await t.http.get(`/v1/graph?${START}`, { accept: 'text/csv' });
    expect(expectProblem(refused, 'not-acceptable').available).toEqual(available);
    const unknown = await t.http.get(`/v1/graph?${START}&format=gexf`);
    expect(expectProblem(unknown, 'invalid-parameter').errors[0]).toMatchObject({ parameter: 'format' });
    expectProblem(await t.http.get('/v1/events?format=graphml'), 'not-acceptable');
    expectProblem(await t.http.get('/v1/actors/ukraine?format=graphml'), 'not-acceptable');
  });

  it('has an ETag of its own, which holds until something is written', async () => {
    const path = `/v1/graph?${START}`;
    const accept = 'application/graphml+xml';
    const [json, xml] = [await t.http.get(path), await t.http.get(path, { accept })];
    expect(xml.headers.etag).not.toBe(json.headers.etag);
    const since = (etag: string | undefined, headers: object) =>
      t.http.get(path, { 'if-none-match': etag, ...headers });
    const same = await since(xml.headers.etag, { accept });
    expect({ status: same.status, text: same.text, etag: same.headers.etag, vary: same.headers.vary }).toEqual({
      ...{ status: 304, text: '', etag: xml.headers.etag, vary: 'Accept' },
    });
    expect((await since(json.headers.etag, {})).status).toBe(304);
    expect((await since(json.headers.etag, { accept })).status).toBe(200);
    expect((await since(xml.headers.etag, {})).status).toBe(200);
    expect((await t.http.patch('/v1/events/odd', { status: 'cancelled' }, ANY)).status).toBe(200);
    expect((await since(xml.headers.etag, { accept })).status).toBe(200);
    const id = (await t.http.get('/v1/actors/ukraine')).body.id;
    const past = await t.http.get(`/v1/graph?of=${id}&asOf=700`, { accept });
    expect(past.headers['cache-control']).toMatch(/immutable/);
  });
});
