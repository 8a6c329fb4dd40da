import { expect } from 'vitest';
import { verify } from '../../src/journal/rebuild.js';
import { kinds, resources } from '../../src/resources/index.js';
import { type PullOptions, type PullOutcome, pullFrom } from '../../src/sync/mirror/mirror.js';
import { type AnyJson, type Client, client } from '../support/client.js';
import { startTestService, type TestService, type TestServiceOptions } from '../support/service.js';

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
