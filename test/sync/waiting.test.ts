import { get, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Followers } from '../../src/sync/followers.js';
import { MAX_FOLLOWERS } from '../../src/sync/limits.js';
import { until } from '../faults/processes.js';
import { type AnyJson, type Client, client } from '../support/client.js';
import { startTestService, type TestService } from '../support/service.js';
import { readPage } from './following.js';
import { startSecondService } from './second-service.js';

let service: TestService;
let http: Client;
/** Snapshots that the service has read: a request that waits has read one and then another look at the head. */
let snapshots = 0;

beforeEach(async () => {
  snapshots = 0;
  service = await startTestService();
  const { store } = service;
  const { snapshot } = store;
  store.snapshot = (work, long) => {
    snapshots += 1;
    return snapshot.call(store, work, long) as never;
  };
  http = client(service);
});
afterEach(async () => {
  http.close();
  await service.stop();
});

const FEED = '/v1/changes';
const createArea = (label: string) => http.post('/v1/areas', { label });
/** Begins to wait, and resolves once it does. */
async function beginToWait(path: string): Promise<{ answer: Promise<AnyJson> }> {
  const before = snapshots;
  const answer = readPage(http, path);
  await until(() => snapshots >= before + 3);
  return { answer };
}

describe('a request that waits', () => {
  it('is answered as soon as something is written', async () => {
    const { next } = await readPage(http, FEED);
    const { answer } = await beginToWait(`${FEED}?wait=60&cursor=${next}`);
    const { body } = await createArea('Waited for');
    expect((await answer).data).toMatchObject([{ id: body.id }]);
  });

  it('is answered with what another process writes', async () => {
    const second = await startSecondService(service);
    const other = client({ url: second.url, key: service.key });
    const { next } = await readPage(http, FEED);
    const { answer } = await beginToWait(`${FEED}?wait=60&cursor=${next}`);
    const written = await other.post('/v1/areas', { label: 'Elsewhere' });
    expect(written.status).toBe(201);
    expect((await answer).data).toMatchObject([{ id: written.body.id }]);
    other.close();
    await second.stop();
  });

  it('goes on waiting while what is written does not concern it, and keeps its place', async () => {
    const { next, head } = await readPage(http, `${FEED}?types=actor`);
    const { answer } = await beginToWait(`${FEED}?types=actor&wait=60&cursor=${next}`);
    await createArea('No actor');
    await createArea('No actor either');
    const { body } = await http.post('/v1/actors', { name: 'Awaited', kind: 'person' });
    const page = await answer;
    expect(page.data).toMatchObject([{ id: body.id, revision: head + 3 }]);
    expect(page.hasMore).toBe(false);
  });

  it('gets an empty page when nothing comes, and is not kept when something is there', async () => {
    const empty = await readPage(http, `${FEED}?wait=1`);
    expect(empty).toMatchObject({ data: [], hasMore: false });
    await createArea('Already there');
    expect((await readPage(http, `${FEED}?wait=60&cursor=${empty.next}`)).data).toHaveLength(1);
  });

  it('is answered when the service stops, which it does not hold up', async () => {
    const { next } = await readPage(http, FEED);
    const waiting: { answer: Promise<AnyJson> }[] = [];
    for (let n = 0; n < 5; n += 1) waiting.push(await beginToWait(`${FEED}?wait=60&cursor=${next}`));
    await service.app.close();
    for (const { answer } of waiting) expect(await answer).toMatchObject({ data: [], hasMore: false });
  });

  it('is forgotten when its client goes away', async () => {
    const { next } = await readPage(http, FEED);
    const before = snapshots;
    const response = new Promise<IncomingMessage>((resolve, reject) => {
      const request = get(`${service.url}${FEED}?wait=60&cursor=${next}`, resolve).on('error', reject);
      void until(() => snapshots >= before + 3).then(() => request.destroy());
    });
    await expect(response).rejects.toThrow(/hang up/);
    // Whoever still waited would read at this.
    await until(async () => {
      const seen = snapshots;
      await createArea('Nobody waits');
      await new Promise((resolve) => setTimeout(resolve, 30));
      return snapshots - seen <= 1;
    });
  });
});

describe('followers', () => {
  const store = (head: () => number, listeners = new Set<() => void>()) => ({
    listeners,
    snapshot: async () => ({ revision: head(), epoch: '', recordedAt: '' }) as never,
    watch: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  const never = () => new AbortController().signal;

  it('are woken by a commit that came before they watched', async () => {
    const followers = new Followers(store(() => 8));
    await followers.wait(7, 60_000, never());
    followers.close();
  });

  it('share one watch, and are woken together', async () => {
    let head = 7;
    const { listeners, ...faked } = store(() => head);
    const followers = new Followers(faked);
    const all = Promise.all(Array.from({ length: 100 }, () => followers.wait(7, 60_000, never())));
    await until(() => listeners.size > 0);
    expect(listeners.size).toBe(1);
    head = 8;
    for (const listener of listeners) listener();
    await all;
    followers.close();
    expect(listeners.size).toBe(0);
  });

  it('do not wait when gone, when the service stops, or when the head cannot be read', async () => {
    const gone = new AbortController();
    const followers = new Followers(store(() => 7));
    const waiting = followers.wait(7, 60_000, gone.signal);
    gone.abort();
    await waiting;
    const stopped = followers.wait(7, 60_000, never());
    followers.close();
    await stopped;
    await followers.wait(7, 60_000, never());
    const broken = { ...store(() => 7), snapshot: () => Promise.reject(new Error('away')) };
    await new Followers(broken).wait(7, 60_000, never());
  });

  it('are only so many', () => {
    const followers = new Followers(store(() => 7));
    const releases = Array.from({ length: MAX_FOLLOWERS }, () => followers.admit());
    expect(() => followers.admit()).toThrow(/Too many/);
    releases[0]?.();
    releases[0]?.();
    expect(followers.open).toBe(MAX_FOLLOWERS - 1);
    followers.admit();
    expect(() => followers.admit()).toThrow(/Too many/);
  });
});
