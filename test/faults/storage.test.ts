import { execFileSync } from 'node:child_process';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/db/store.js';
import { verify } from '../../src/journal/rebuild.js';
import { kinds } from '../../src/resources/index.js';
import { startTestService, type TestService } from '../support/service.js';
import { makeKeyFor, serve, temporaryFolder } from './processes.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

const bulky = (n: number) => ({ label: `Area ${n}`, definition: 'x'.repeat(2000) });

/** Runs some work on the writing connection itself. */
function onWriter<T>(store: Store, work: (connection: Database.Database) => T): Promise<T> {
  return store.write(async (tx) => work((tx as unknown as { connection: Database.Database }).connection));
}

/** Sets the most pages that the database may have; the setting is that of the writing connection. */
async function limitPages(store: Store, pages: (now: number) => number): Promise<void> {
  await onWriter(store, (connection) => {
    const now = connection.pragma('page_count', { simple: true }) as number;
    connection.pragma(`max_page_count = ${pages(now)}`);
  });
}

/** Creates areas until an answer is not 201; gives how many there were and that answer. */
async function fill(create: (n: number) => Promise<{ status: number; body: unknown }>) {
  for (let n = 0; n < 5000; n += 1) {
    const { status, body } = await create(n);
    if (status !== 201) return { created: n, status, body };
  }
  throw new Error('the disk was never full');
}

describe('a full disk', () => {
  it('is 507 storage-full for writes; reads go on, and writes again once there is space', async () => {
    const writer = service.as('write');
    await limitPages(service.store, (now) => now + 30);
    const full = await fill((n) => writer.post('/v1/areas').send(bulky(n)));
    expect(full).toMatchObject({ status: 507, body: { code: 'storage-full', status: 507, retryable: true } });
    expect(full.created).toBeGreaterThan(0);

    const { status, body } = await service.anonymous.get('/v1/areas?limit=200&count=exact');
    expect({ status, count: body.count.value ?? body.count }).toEqual({ status: 200, count: full.created });
    const ready = await service.anonymous.get('/health/ready');
    expect({ status: ready.status, revision: ready.body.revision }).toEqual({ status: 200, revision: full.created });

    await limitPages(service.store, () => 1_000_000);
    const created = await writer.post('/v1/areas').send(bulky(99_999));
    expect({ status: created.status, revision: created.body.revision }).toEqual({
      status: 201,
      revision: full.created + 1,
    });
    expect(await verify(service.store, kinds)).toEqual([]);
  });

  it('is the same for a file that must not grow, with the operating system refusing', { timeout: 60_000 }, async () => {
    const folder = temporaryFolder();
    const { key } = await makeKeyFor(folder.databaseUrl);
    const server = await serve({ DATABASE_URL: folder.databaseUrl });
    const send = async (n: number) => {
      const response = await fetch(`${server.url}/v1/areas`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(bulky(n)),
      });
      return { status: response.status, body: (await response.json()) as unknown };
    };
    const limit = (bytes: string) =>
      execFileSync('prlimit', ['--pid', String(server.child.pid), `--fsize=${bytes}:`], { stdio: 'pipe' });
    try {
      limit('1500000');
      const full = await fill(send);
      expect(full).toMatchObject({ status: 507, body: { code: 'storage-full' } });
      expect(full.created).toBeGreaterThan(0);
      const list = await fetch(`${server.url}/v1/areas?limit=1`);
      expect({ status: list.status, asOf: ((await list.json()) as { asOf: number }).asOf }).toEqual({
        status: 200,
        asOf: full.created,
      });
      limit('unlimited');
      expect(await send(99_999)).toMatchObject({ status: 201, body: { revision: full.created + 1 } });
    } finally {
      server.child.kill('SIGTERM');
    }
    expect(await server.ended).toMatchObject({ code: 0 });
    folder.remove();
  });
});

describe('a database that another program holds', () => {
  it('is 503 overloaded with Retry-After for writes; reads go on, and writes again afterwards', async () => {
    const file = await onWriter(service.store, (connection) => connection.name);
    const other = new Database(file);
    other.exec('begin immediate');
    const refused = await service.as('write').post('/v1/areas').send({ label: 'Refused' });
    const read = await service.anonymous.get('/v1/areas?limit=1');
    other.exec('rollback');
    other.close();
    expect({ status: refused.status, code: refused.body.code, retry: refused.headers['retry-after'] }).toEqual({
      status: 503,
      code: 'overloaded',
      retry: '1',
    });
    expect(read.status).toBe(200);
    const { status } = await service.as('write').post('/v1/areas').send({ label: 'Refused' });
    expect(status).toBe(201);
  });
});
