import { expect, vi } from 'vitest';
import { copyDatabase } from '../../src/db/copy.js';
import { openDatabase } from '../../src/db/open.js';
import { readConflicts } from '../../src/db/pulls.js';
import type { Store } from '../../src/db/store.js';
import { verify } from '../../src/journal/rebuild.js';
import { kinds, resources } from '../../src/resources/index.js';
import { type PullOptions, type PullOutcome, pullFrom } from '../../src/sync/mirror/mirror.js';
import { type AnyJson, type Client, client } from '../support/client.js';
import { type TestDatabase, temporaryDatabase } from '../support/database.js';
import { startTestService, type TestService, type TestServiceOptions } from '../support/service.js';
import { startSecondService } from './second-service.js';

// Two or three services each, and whole knowledge bases carried over and compared: a slow machine takes its time.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

/** A service that mirrors others, or is mirrored. */
export interface Instance {
  service: TestService;
  http: Client;
  id(): Promise<string>;
  stop(): Promise<void>;
}

export async function startInstance(options: TestServiceOptions = {}): Promise<Instance> {
  const service = await startTestService(options);
  const http = client(service);
  return {
    service,
    http,
    id: async () => (await http.send('GET', '/v1/sync', { key: 'read' })).body.instance,
    async stop() {
      http.close();
      service.app.server.closeAllConnections();
      await service.stop();
    },
  };
}

/** Pulls from an address; once until level, unless told otherwise. */
export async function pull(
  into: Instance,
  url: string,
  options: Partial<PullOptions> = {},
): Promise<PullOutcome | undefined> {
  const { store, clock } = into.service;
  return pullFrom({
    ...{ store, clock, url, key: undefined, types: undefined, follow: false, pauseMs: 1 },
    ...{ signal: new AbortController().signal, say: () => undefined, ...options },
  });
}

/** All live records by id, without the number of the journal entry, which is each instance's own. */
export async function holdings({ http }: Instance): Promise<Map<string, AnyJson>> {
  const found = new Map<string, AnyJson>();
  for (const { collection } of resources) {
    const { data } = await http.walk(`/v1/${collection}?limit=200`);
    for (const { revision: _, ...record } of data) found.set(record.id, record);
  }
  return found;
}

/** That a mirror holds what its origin holds and nothing else, and that its own journal is sound. */
export async function expectEqual(origin: Instance, mirror: Instance): Promise<void> {
  const [theirs, ours] = [await holdings(origin), await holdings(mirror)];
  expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort());
  for (const [id, record] of theirs) expect(ours.get(id), id).toEqual(record);
  const digest = async ({ http }: Instance) => (await http.get('/v1/sync/digest')).body;
  const [a, b] = [await digest(origin), await digest(mirror)];
  expect({ count: b.count, digest: b.digest }).toEqual({ count: a.count, digest: a.digest });
  await expectTextsEqual(origin, mirror, theirs);
  expect(await verify(mirror.service.store, kinds)).toEqual([]);
}

async function expectTextsEqual(origin: Instance, mirror: Instance, records: Map<string, AnyJson>): Promise<void> {
  for (const { id, textSha256 } of records.values()) {
    if (textSha256 === undefined) continue;
    const path = `/v1/sources/${id}/text`;
    const [there, here] = [await origin.http.get(path), await mirror.http.get(path)];
    expect({ status: here.status, text: here.text }).toEqual({ status: 200, text: there.text });
  }
}

/** What `GET /v1/sync` says of what is mirrored. */
export async function mirrorsOf({ http }: Instance): Promise<AnyJson[]> {
  return (await http.get('/v1/sync')).body.mirrors;
}

/** Creates a record and gives its representation. */
export async function post({ http }: Instance, collection: string, body: object): Promise<AnyJson> {
  const answer = await http.post(`/v1/${collection}`, body);
  expect({ status: answer.status, text: answer.status === 201 ? '' : answer.text }).toEqual({ status: 201, text: '' });
  return answer.body;
}

/** The conflicts that a mirror has noted, by record. */
export async function conflictsOf(mirror: Instance, origin: Instance): Promise<Record<string, string>> {
  const conflicts = await readConflicts(mirror.service.store, await origin.id(), 10_000);
  return Object.fromEntries(conflicts.map(({ record, reason }) => [record, reason]));
}

/** A copy of the database of a running instance, as it stands. */
export async function backUp({ service }: Instance): Promise<TestDatabase> {
  const database = await temporaryDatabase();
  const store = await openDatabase(database.url);
  await copyDatabase(service.store, store, { overwrite: true, progress: () => undefined });
  await store.close();
  return database;
}

/** Serves a copy as what was restored from a backup: the same instance in another life. */
export async function serveRestored({ service }: Instance, database: TestDatabase): Promise<Instance> {
  const store = await openDatabase(database.url);
  await store.write((tx) =>
    tx.run('new epoch', (db, { head }) => db.update(head).set({ epoch: `restored-${database.url.slice(-12)}` })),
  );
  await store.close();
  const second = await startSecondService({ database } as TestService);
  const http = client({ url: second.url, key: service.key });
  return {
    service: { url: second.url, key: service.key } as TestService,
    http,
    id: async () => (await http.get('/v1/sync')).body.instance,
    async stop() {
      http.close();
      await second.stop();
      await database.remove();
    },
  };
}

/** The same store with another way to write. */
export function withWrite(store: Store, write: Store['write']): Store {
  return new Proxy(store, {
    get(target, name) {
      if (name === 'write') return write;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** What a write raises whose process was killed. */
export class Killed extends Error {}

/** A store whose process is killed now and then: before a commit, which then did not happen, or behind one. */
export function mortal(store: Store, dies: () => boolean): Store {
  return withWrite(store, async (work) => {
    const result = await store.write(async (tx) => {
      const done = await work(tx);
      if (dies()) throw new Killed('before the commit');
      return done;
    });
    if (dies()) throw new Killed('behind the commit');
    return result;
  });
}

/** A store whose process is killed once in so many writes on average, and then never writes again. */
export function doomed(
  store: Store,
  random: (below: number) => number,
  oneIn: number,
): { store: Store; isDead(): boolean } {
  let isDead = false;
  const dies = () => {
    isDead ||= random(oneIn) === 0;
    return isDead;
  };
  return { store: mortal(store, dies), isDead: () => isDead };
}
