import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/service.js';

/** Slugs are given up by renaming, so what was found by one in the past must not be taken for lasting. */
let service: TestService;
let asOf: number;
let actor: string;
const event = (slug: string, who: string) => ({
  ...{ slug, kind: 'meeting', title: slug, date: '2024-05-01', status: 'concluded' },
  participants: [{ actor: who, role: 'participant' }],
});
const answer = (path: string, tag = '""') => service.anonymous.get(path).set('if-none-match', tag);

beforeAll(async () => {
  service = await startTestService();
  const write = service.as('write');
  actor = (await write.post('/v1/actors').send({ slug: 'envoy', name: 'First', kind: 'person' }).expect(201)).body.id;
  await write.post('/v1/actors').send({ slug: 'second', name: 'Second', kind: 'person' }).expect(201);
  await write.post('/v1/events').send(event('of-first', 'envoy')).expect(201);
  await write.post('/v1/events').send(event('of-second', 'second')).expect(201);
  asOf = (await service.anonymous.get('/v1/events')).body.asOf;
});
afterAll(() => service.stop());

/** Each with what it tells of the two events or actors. */
const readings: [string, (who: string) => string, RegExp, RegExp][] = [
  ['a list', (who) => `/v1/events?actor=${who}&fields=slug`, /of-first/, /of-second/],
  ['a list as CSV', (who) => `/v1/events?actor=${who}&format=csv&fields=slug`, /of-first/, /of-second/],
  ['a timeline', (who) => `/v1/timeline?by=year&actor=${who}`, /2024/, /2024/],
  ['the graph', (who) => `/v1/graph?of=${who}`, /First/, /Second/],
];

describe('as of a past revision', () => {
  it.each(readings)('%s is immutable by id', async (_name, path) => {
    const { headers } = await answer(`${path(actor)}&asOf=${asOf}`).expect(200);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  it('a name is that of the present: the answer to it is no-cache, and has another tag once it means another', async () => {
    const asked = readings.filter(([name]) => name !== 'a timeline');
    const before: { path: string; etag: string; after: RegExp }[] = [];
    for (const [, path, first, after] of readings) {
      const { headers, text } = await answer(`${path('envoy')}&asOf=${asOf}`).expect(200);
      expect(headers['cache-control']).toBe('no-cache');
      expect(text).toMatch(first);
      before.push({ path: `${path('envoy')}&asOf=${asOf}`, etag: headers.etag as string, after });
      await answer(`${path('envoy')}&asOf=${asOf}`, headers.etag).expect(304);
    }
    const write = service.as('write');
    const rename = (from: string, slug: string) =>
      write.patch(`/v1/actors/${from}`).set('if-match', '*').send({ slug }).expect(200);
    await rename('envoy', 'former-envoy');
    await rename('second', 'envoy');
    for (const { path, etag, after } of before) {
      const { text } = await answer(path, etag).expect(200);
      expect(text).toMatch(after);
    }
    for (const [, path, first] of asked) {
      const { text } = await answer(`${path('former-envoy')}&asOf=${asOf}`).expect(200);
      expect(text).toMatch(first);
    }
  });

  it('a page behind a cursor is immutable unless a name was given', async () => {
    const write = service.as('write');
    await write.post('/v1/events').send(event('again', actor)).expect(201);
    for (const [who, caching] of [
      [actor, 'public, max-age=31536000, immutable'],
      ['former-envoy', 'no-cache'],
    ]) {
      const path = `/v1/events?actor=${who}&limit=1`;
      const { body } = await answer(path).expect(200);
      const { headers } = await answer(`${path}&cursor=${body.page.next}`).expect(200);
      expect(headers['cache-control']).toBe(caching);
    }
  });
});
