import { describe, expect, it } from 'vitest';
import { resources } from '../../src/resources/index.js';
import { ANY, type AnyJson, expectProblem } from '../support/client.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
const read = async (path: string): Promise<AnyJson> => {
  const answer = await t.http.get(`/v1/${path}`, { accept: 'application/ld+json' });
  expect({ path, status: answer.status }).toEqual({ path, status: 200 });
  return JSON.parse(answer.text);
};

describe('JSON-LD', () => {
  it.each(resources.map((resource) => [resource.collection, resource] as const))(
    'of %s names the record by address, with its type and identifiers',
    async (collection, { example }) => {
      const { body } = await t.http.get(`/v1/${collection}/${example.slug}`);
      const node = await read(`${collection}/${example.slug}`);
      expect(node).toMatchObject({
        ...{ '@context': 'https://schema.org', '@id': `${t.service.url}/v1/${collection}/${body.id}` },
        '@type': expect.stringMatching(/^[A-Z][A-Za-z]+$/),
      });
      const identifiers = node.identifier.map(({ propertyID, value }: AnyJson) => ({ scheme: propertyID, value }));
      expect(identifiers).toEqual([{ scheme: 'chancery', value: body.id }, ...body.externalIds]);
      expect(JSON.stringify(node)).not.toMatch(/null|\[\]/);
    },
  );

  it('of every record of the seeds refers to records that are there', async () => {
    const ids = new Set<string>();
    const nodes: AnyJson[] = [];
    for (const { collection } of resources) {
      const { data } = await t.http.walk(`/v1/${collection}?limit=200&fields=slug`);
      for (const { id } of data) ids.add(`${t.service.url}/v1/${collection}/${id}`);
      for (const { slug } of data.slice(0, 40)) nodes.push(await read(`${collection}/${slug}`));
    }
    const referred = nodes.flatMap((node) =>
      [...JSON.stringify(node).matchAll(/"@id":"([^"]+)"/g)].map(([, id]) => id),
    );
    expect(referred.length).toBeGreaterThan(nodes.length);
    expect(referred.filter((id) => !ids.has(id ?? ''))).toEqual([]);
  });

  it.each([
    ['actors/ukraine', 'Country'],
    ['actors/dmytro-kuleba', 'Person'],
    ['actors/nato', 'Organization'],
    ['actors/minister-of-foreign-affairs-of-ukraine', 'Occupation'],
    ['agreements/us-ua-2024', 'Legislation'],
    ['agreements/g7-joint-declaration-2023', 'CreativeWork'],
    ['sources/seed-article', 'NewsArticle'],
    ['areas/cyber-security', 'DefinedTerm'],
    ['disputes/kuleba-office', 'Question'],
    ['claims/art-event-consultations', 'Claim'],
  ])('of %s is a %s', async (path, type) => {
    expect((await read(path))['@type']).toBe(type);
  });

  it('says where else a record is described, and no more than is well formed', async () => {
    expect((await read('actors/by/wikidata/Q212')).sameAs).toEqual(['https://www.wikidata.org/entity/Q212']);
    const externalIds = [
      { scheme: 'wikidata', value: 'javascript:alert(1)' },
      { scheme: 'doi', value: '10.1000/a b' },
      { scheme: 'doi', value: '10.1000/182<x>' },
      { scheme: 'constructor', value: 'x' },
    ];
    await t.http.post('/v1/sources', { slug: 'linked', title: 'Linked', kind: 'academic', externalIds });
    expect((await read('sources/linked')).sameAs).toEqual(['https://doi.org/10.1000/182%3Cx%3E']);
  });

  it.each([
    [
      { date: '2030-03', status: 'scheduled' },
      { startDate: '2030-03', eventStatus: 'EventScheduled' },
    ],
    [
      { date: '2030', status: 'concluded' },
      { startDate: '2030', eventStatus: 'EventScheduled' },
    ],
    [
      { date: '2030-03-15/2030-03', status: 'concluded' },
      { startDate: '2030-03-15', endDate: '2030-03' },
    ],
    [
      { date: '2030-03-15/..', status: 'ongoing' },
      { startDate: '2030-03-15', endDate: undefined },
    ],
    [{ date: '2030-03~', status: 'concluded' }, { startDate: undefined }],
    [
      { date: '203X', status: 'unconfirmed' },
      { startDate: undefined, eventStatus: undefined },
    ],
    [
      { date: '2030-03-15', status: 'cancelled' },
      { startDate: '2030-03-15', eventStatus: 'EventCancelled' },
    ],
    [
      { date: '2030-03', status: 'postponed' },
      { eventStatus: 'EventPostponed', previousStartDate: undefined },
    ],
    [
      { date: '2030-04', status: 'postponed', previousDate: '2030-03-15' },
      { startDate: '2030-04', eventStatus: 'EventRescheduled', previousStartDate: '2030-03-15' },
    ],
  ])('of an event of %o has %o', async (event, expected) => {
    const made = await t.http.post('/v1/events', { kind: 'meeting', title: 'Dated', ...event });
    const node = await read(`events/${made.body.id}`);
    const status = node.eventStatus?.replace('https://schema.org/', '');
    const seen: Record<string, unknown> = { ...node, eventStatus: status };
    expect(Object.fromEntries(Object.keys(expected).map((name) => [name, seen[name]]))).toEqual(expected);
    expect(node.additionalProperty[0]).toMatchObject({ '@type': 'PropertyValue', name: 'date', value: event.date });
  });

  it('is of a revision: other tags once a name changes, and what it was with asOf', async () => {
    const path = '/v1/events/us-ua-consultations-2025-01?format=jsonld';
    const first = await t.http.get(path);
    expect((await t.http.get(path, { 'if-none-match': first.headers.etag })).status).toBe(304);
    const head = await t.db.head();
    await t.http.patch('/v1/actors/ukraine', { name: 'Ukraine, renamed' }, ANY);
    const second = await t.http.get(path, { 'if-none-match': first.headers.etag });
    expect(second.status).toBe(200);
    expect(second.text).toContain('Ukraine, renamed');
    const past = await t.http.get(`${path}&asOf=${head}`);
    expect(past.text).toBe(first.text);
    expect(past.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expectProblem(await t.http.get('/v1/events/no-such?format=jsonld'), 'not-found');
    const made = await t.http.post('/v1/areas', { slug: 'short-lived', label: 'Short-lived' });
    await t.http.delete(`/v1/areas/${made.body.id}`, ANY);
    expectProblem(await t.http.get('/v1/areas/short-lived?format=jsonld'), 'gone');
  });
});

describe('addresses', () => {
  const proxied = useService({ seeds: true, baseUrl: 'https://chancery.example/base' });

  it('begin with the public address that is set', async () => {
    const { body } = await proxied.http.get('/v1/actors/ukraine');
    const address = `https://chancery.example/base/v1/actors/${body.id}`;
    expect((await proxied.http.get('/v1/actors/ukraine?format=jsonld')).body['@id']).toBe(address);
    const feed = await proxied.http.get('/v1/events?format=atom&limit=1');
    expect(feed.text).toContain('href="https://chancery.example/base/v1/events?format=atom&amp;limit=1"');
    expect((await proxied.http.get('/v1/events?format=geojson&limit=1')).body.next).toMatch(
      /^https:\/\/chancery\.example/,
    );
  });

  it('begin with the host asked, unless that is no host name', async () => {
    const at = async (host: string) => (await t.http.get('/v1/actors/nato?format=jsonld', { host })).body['@id'];
    expect(await at('names.example:8080')).toMatch(/^http:\/\/names\.example:8080\/v1\/actors\/actor_/);
    expect(await at('bad"host<x>')).toMatch(/^http:\/\/localhost\/v1\//);
  });
});
