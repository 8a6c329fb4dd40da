import { afterEach, expect, it } from 'vitest';
import { makeKeyFor, pause, type Server, serve } from '../faults/processes.js';
import { type AnyJson, type Client, client } from '../support/client.js';
import { type TestDatabase, temporaryDatabase } from '../support/database.js';
import { openEvents } from './event-source.js';

const WRITERS_EACH = 3;
const WRITING_MS = 6_000;

let database: TestDatabase;
let servers: Server[] = [];
afterEach(async () => {
  for (const { child } of servers) child.kill('SIGKILL');
  for (const { ended } of servers) await ended;
  servers = [];
  await database.remove();
});

/** Creates, changes, deletes and sends batches until it is told to stop; gives the revisions that it was told. */
async function write(http: Client, name: string, isOver: () => boolean): Promise<number[]> {
  const revisions: number[] = [];
  for (let n = 0; !isOver(); n += 1) {
    const { status, body } = await http.post('/v1/areas', { label: `${name} ${n}` });
    expect(status).toBe(201);
    revisions.push(body.revision);
    const batch = await http.post('/v1/batch', {
      operations: [
        { op: 'patch', type: 'area', ref: body.id, ifMatch: 1, patch: { definition: `Of ${name}` } },
        { op: 'create', type: 'area', body: { slug: `${name}-batch-${n}`, label: 'In a batch' } },
        ...(n % 3 === 0 ? [{ op: 'delete', type: 'area', ref: body.id, ifMatch: 2 }] : []),
      ],
    });
    expect(batch.status).toBe(200);
    revisions.push(...batch.body.data.map(({ revision }: AnyJson) => revision));
  }
  return revisions;
}

const isAll = (seen: readonly AnyJson[], last: number | undefined) =>
  last !== undefined && seen.at(-1)?.revision === last;

/** Follows pages of the feed, waiting for more, up to a revision that is known in the end. */
async function followPages(http: Client, last: () => number | undefined): Promise<AnyJson[]> {
  const seen: AnyJson[] = [];
  for (let query = 'since=0'; !isAll(seen, last()); ) {
    const { status, body } = await http.get(`/v1/changes?${query}&limit=50&wait=1`);
    expect(status).toBe(200);
    seen.push(...body.data);
    query = `cursor=${body.next}`;
  }
  return seen;
}

async function followStream(url: string, last: () => number | undefined): Promise<AnyJson[]> {
  const reader = await openEvents(`${url}/v1/changes/stream?since=0`);
  const seen: AnyJson[] = [];
  // What is written last comes last, so that the reader does not wait for nothing.
  while (!isAll(seen, last())) {
    const next = await reader.next();
    if (next?.event === 'change') seen.push(next.data);
  }
  reader.kill();
  return seen;
}

it('readers of two processes that both write miss nothing', { timeout: 120_000 }, async () => {
  database = await temporaryDatabase();
  servers = await Promise.all([1, 2].map(() => serve({ DATABASE_URL: database.url }, 100_000)));
  const { key } = await makeKeyFor(database.url);
  const clients = servers.map(({ url }) => client({ url, key: () => key }));
  let isOver = false;
  let last: number | undefined;
  const reading = [
    ...clients.map((http) => followPages(http, () => last)),
    ...servers.map(({ url }) => followStream(url, () => last)),
  ];
  const writing = clients.flatMap((http, index) =>
    Array.from({ length: WRITERS_EACH }, (_, nth) => write(http, `p${index}w${nth}`, () => isOver)),
  );
  await pause(WRITING_MS);
  isOver = true;
  const told = (await Promise.all(writing)).flat().sort((a, b) => a - b);
  const final = await clients[0]?.post('/v1/areas', { label: 'The last' });
  last = final?.body.revision as number;
  expect(told).toEqual(Array.from({ length: last - 1 }, (_, index) => index + 1));
  const [first, ...others] = await Promise.all(reading);
  expect(first?.map(({ revision }) => revision)).toEqual([...told, last]);
  for (const other of others) expect(other).toEqual(first);
  for (const http of clients) http.close();
});
