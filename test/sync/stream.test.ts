import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { droppingStalled } from '../../src/sync/stream.js';
import { until } from '../faults/processes.js';
import { ANY, type AnyJson, type Client, client, expectProblem } from '../support/client.js';
import { startTestService, type TestService } from '../support/service.js';
import { type EventReader, openEvents, type ServerEvent } from './event-source.js';
import { followAll, readPage } from './following.js';

let service: TestService;
let http: Client;
beforeEach(async () => {
  service = await startTestService();
  http = client(service);
});
afterEach(async () => {
  http.close();
  await service.stop();
});

const open = (query = '', lastEventId?: string) => openEvents(`${service.url}/v1/changes/stream${query}`, lastEventId);
const isHead = ({ event }: ServerEvent) => event === 'head';
const create = async (label: string): Promise<AnyJson> => (await http.post('/v1/areas', { label })).body;
const changesIn = (events: readonly ServerEvent[]) => events.filter(({ event }) => event === 'change');

/** All that comes until the stream ends by itself. */
async function readToEnd(reader: EventReader): Promise<ServerEvent[]> {
  const events: ServerEvent[] = [];
  for (let event = await reader.next(); event !== undefined; event = await reader.next()) events.push(event);
  return events;
}

describe('the stream', () => {
  it('has the entries of the feed, tells when there is no more, and goes on as changes are made', async () => {
    await create('One');
    await create('Two');
    const reader = await open();
    expect(reader.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      ...{ 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
    });
    const begin = await reader.until(isHead);
    expect(begin.at(-1)?.data).toEqual({ revision: 2 });
    const three = await create('Three');
    await http.delete(`/v1/areas/${three.id}`, ANY);
    const more = await reader.until(({ data }) => data.op === 'delete');
    const { changes } = await followAll(http, '/v1/changes');
    expect(changesIn([...begin, ...more]).map(({ data }) => data)).toEqual(changes);
    reader.kill();
  });

  it('goes on behind any event, whatever its address says, and from cursors of the feed', async () => {
    for (let n = 1; n <= 6; n += 1) await create(`Area ${n}`);
    const first = await open('?since=2');
    const [three, four] = [await first.next(), await first.next()];
    expect([three?.data.revision, four?.data.revision]).toEqual([3, 4]);
    first.kill();
    const again = await open('?since=2', four?.id);
    const rest = await again.until(isHead);
    expect(changesIn(rest).map(({ data }) => data.revision)).toEqual([5, 6]);
    again.kill();
    // The id of `head` is a cursor, too, and both are cursors of the feed.
    expect((await readPage(http, `/v1/changes?cursor=${four?.id}`)).data).toHaveLength(2);
    await create('Area 7');
    const last = await open('', rest.at(-1)?.id);
    expect((await last.next())?.data.revision).toBe(7);
    last.kill();
    const { next } = await readPage(http, '/v1/changes?since=5');
    const behind = await open(`?cursor=${next}`);
    expect((await behind.next())?.event).toBe('head');
    behind.kill();
  });

  it('takes the filters of the feed', async () => {
    const { body: person } = await http.post('/v1/actors', { name: 'Person', kind: 'person', country: 'UA' });
    await create('No actor');
    await http.patch(`/v1/actors/${person.id}`, { country: 'PL' }, ANY);
    const reader = await open('?types=actor&country=UA&docs=false');
    const events = changesIn(await reader.until(isHead)).map(({ data }) => data);
    expect(events).toMatchObject([
      { revision: 1, op: 'put' },
      { revision: 3, op: 'leave' },
    ]);
    expect(Object.keys(events[0])).not.toContain('document');
    reader.kill();
    for (const query of ['country=UA', 'types=actor&contested=true', 'since=x', 'limit=0', 'wait=0', 'since=99'])
      expectProblem(await http.get(`/v1/changes/stream?${query}`), 'invalid-parameter');
    expectProblem(await http.get('/v1/changes/stream?until=5'), 'unknown-parameter');
  });

  it('ends after so many changes, or when none has come for so long, if asked to', async () => {
    for (let n = 1; n <= 5; n += 1) await create(`Area ${n}`);
    const some = await open('?limit=3');
    expect((await readToEnd(some)).map(({ data }) => data.revision)).toEqual([1, 2, 3]);
    expect(some.response.complete).toBe(true);
    const quiet = await open('?wait=1');
    expect(changesIn(await readToEnd(quiet))).toHaveLength(5);
    expect(quiet.response.complete).toBe(true);
  });

  it('of another life of the database is gone, and one that is open ends with it', async () => {
    await create('One');
    const reader = await open();
    const [{ id } = { id: '' }] = (await reader.until(isHead)).slice(-1);
    const { store } = service;
    await store.write((tx) => tx.run('new epoch', (db, t) => db.update(t.head).set({ epoch: 'another', revision: 3 })));
    expect(await reader.next()).toBeUndefined();
    const answer = await http.get('/v1/changes/stream', { 'last-event-id': id });
    expect(expectProblem(answer, 'cursor-epoch-changed').snapshot).toBe('/v1/snapshot');
    const malformed = expectProblem(await http.get('/v1/changes/stream', { 'last-event-id': 'x' }), 'cursor-malformed');
    expect(malformed.errors).toMatchObject([{ in: 'header', parameter: 'Last-Event-ID' }]);
  });

  it('ends when the service stops, which it does not hold up', async () => {
    await create('One');
    const readers = await Promise.all(Array.from({ length: 10 }, () => open()));
    for (const reader of readers) await reader.until(isHead);
    await service.app.close();
    for (const reader of readers) {
      expect(await reader.next()).toBeUndefined();
      expect(reader.response.complete).toBe(true);
    }
  });

  it('lets go of a client that goes away', async () => {
    let snapshots = 0;
    const { store } = service;
    const { snapshot } = store;
    store.snapshot = (work, long) => {
      snapshots += 1;
      return snapshot.call(store, work, long) as never;
    };
    const readers = await Promise.all(Array.from({ length: 10 }, () => open()));
    for (const reader of readers) await reader.until(isHead);
    for (const reader of readers) reader.kill();
    await until(async () => {
      const seen = snapshots;
      await create('Nobody reads');
      await new Promise((resolve) => setTimeout(resolve, 30));
      return snapshots - seen <= 1;
    });
  });

  it('answers HEAD without a stream', async () => {
    expect(await http.send('HEAD', '/v1/changes/stream')).toMatchObject({ status: 200, text: '' });
  });
});

describe('a reader that takes nothing', () => {
  it('is cut off, and little was made for it', async () => {
    let made = 0;
    async function* endless(): AsyncGenerator<string, void, undefined> {
      for (;;) {
        made += 1;
        yield 'x'.repeat(64 * 1024);
      }
    }
    let closed = false;
    const server = createServer((_request, response) => {
      const stream = droppingStalled(endless(), 500);
      stream.once('close', () => {
        closed = true;
        response.destroy();
      });
      stream.pipe(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const request = get({ port, host: '127.0.0.1', agent: false }, (response) => response.pause());
    request.on('error', () => undefined);
    await until(() => closed);
    // What the sockets of both ends take, some megabytes, and no more.
    expect(made).toBeLessThan(500);
    request.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it('that goes on taking is not', async () => {
    async function* some(): AsyncGenerator<string, void, undefined> {
      for (let n = 0; n < 20; n += 1) yield String(n);
    }
    const taken: unknown[] = [];
    for await (const text of droppingStalled(some(), 60_000)) taken.push(text);
    expect(taken).toHaveLength(20);
  });
});
