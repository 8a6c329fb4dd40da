import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeKeyFor, pause, type Server, serve, until } from '../faults/processes.js';
import { journalGaps, readJournal } from '../support/journal-rows.js';
import { PostgresServer } from '../support/postgres-server.js';
import { openRaw } from '../support/raw.js';
import { startProxy, type TcpProxy, through } from '../support/tcp-proxy.js';

let database: PostgresServer;
let proxy: TcpProxy;
let service: Server;
let url: string;
let key: string;
beforeAll(async () => {
  database = await PostgresServer.start({ durable: false });
  await database.createDatabase('knowledge');
  url = database.url('knowledge');
  ({ key } = await makeKeyFor(url));
  proxy = await startProxy(Number(new URL(url).port));
  service = await serve({ DATABASE_URL: through(url, proxy), CHANCERY_DB_CONNECTIONS: '3' }, 120_000);
});
afterAll(async () => {
  service.child.kill('SIGTERM');
  expect(await service.ended).toMatchObject({ code: 0, signal: null });
  await proxy.close();
  await database.remove();
});
beforeEach(() => {
  proxy.onRequest = (bytes) => bytes;
  proxy.onAnswer = (bytes) => bytes;
});

async function send(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
  const answer = await fetch(`${service.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), body: text && JSON.parse(text) };
}

const create = (label: string) => send('POST', '/v1/areas', { label });
const UNAVAILABLE = { status: 503, retryAfter: '1', body: { code: 'unavailable', retryable: true } };

/** Names of the areas in the journal, one for each time they were created. */
async function labels(): Promise<string[]> {
  const journal = await readJournal(url);
  expect(journalGaps(journal)).toEqual([]);
  return journal.rows.map(({ doc }) => JSON.parse(doc ?? '{}').label);
}

async function onDatabase<T>(work: (query: (sql: string) => Promise<unknown>) => Promise<T>): Promise<T> {
  const raw = await openRaw(url);
  return work((sql) => raw.script(sql)).finally(() => raw.close());
}

describe('while the server is away', () => {
  it('everything that needs it is 503, nothing else is, and few attempts are made to connect', async () => {
    expect((await create('Before')).status).toBe(201);
    await database.stop('fast');
    proxy.accepted = 0;
    const started = performance.now();
    for (const [method, path, body] of [
      ['GET', '/v1/areas/before'],
      ['GET', '/v1/areas'],
      ['GET', '/health/ready'],
      ['POST', '/v1/areas', { label: 'Meanwhile' }],
    ] as const) {
      expect(await send(method, path, body)).toMatchObject(UNAVAILABLE);
    }
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
    while (performance.now() - started < 1_500) {
      await Promise.all(Array.from({ length: 20 }, () => send('GET', '/v1/areas')));
    }
    // Two sorts of connections, each tried five times a second at most; the first of each may be tried three times over.
    expect(proxy.accepted).toBeLessThan(2 * (5 * 2 + 3));
    await database.start();
    await until(async () => (await send('GET', '/health/ready')).status === 200);
    await until(async () => (await create('After')).status === 201);
    expect(await labels()).toEqual(['Before', 'After']);
  });
});

describe('a connection that breaks', () => {
  it('in a read is replaced, and the read is answered', async () => {
    for (let round = 0; round < 5; round += 1) {
      await database.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'chancery'",
      );
      const answers = await Promise.all([
        send('GET', '/v1/areas/before'),
        send('GET', '/v1/areas'),
        create(`R${round}`),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 201]);
    }
  });

  it('before the commit undoes the write, which is done again', async () => {
    let cut = false;
    proxy.onRequest = (bytes) => {
      if (cut || !bytes.includes('commit')) return bytes;
      cut = true;
      return 'cut';
    };
    expect((await create('Cut before the commit')).status).toBe(201);
    expect(cut).toBe(true);
    expect((await labels()).filter((label) => label === 'Cut before the commit')).toHaveLength(1);
  });

  it('after the commit leaves the write as it is, which is found out and not done again', async () => {
    let cut = false;
    proxy.onRequest = (bytes) => {
      if (cut || !bytes.includes('; commit')) return bytes;
      cut = true;
      return 'pass and cut';
    };
    const made = await create('Cut after the commit');
    expect(made.status).toBe(201);
    expect(cut).toBe(true);
    expect((await labels()).filter((label) => label === 'Cut after the commit')).toHaveLength(1);
    expect(await send('GET', `/v1/areas/${made.body.id}`)).toMatchObject({ status: 200, body: made.body });
  });

  it('while the server cannot be reached any more leaves the outcome open: 503, and a repeat does not do it again', async () => {
    let down = false;
    proxy.onRequest = (bytes) => {
      if (down) return 'cut';
      if (!bytes.includes('; commit')) return bytes;
      down = true;
      return 'pass and cut';
    };
    const headers = { 'idempotency-key': 'open-outcome' };
    const open = await send('POST', '/v1/areas', { label: 'Open' }, headers);
    expect(open).toMatchObject(UNAVAILABLE);
    proxy.onRequest = (bytes) => bytes;
    await until(async () => (await send('POST', '/v1/areas', { label: 'Open' }, headers)).status === 201);
    expect((await labels()).filter((label) => label === 'Open')).toHaveLength(1);
  });
});

describe('a database that was changed behind the back of the service', () => {
  it('answers with statements made anew when a column has another type', async () => {
    expect((await send('GET', '/v1/areas/before/links')).status).toBe(200);
    await onDatabase((run) => run('alter table entities alter column label type varchar(1000)'));
    expect((await send('GET', '/v1/areas/before/links')).status).toBe(200);
    expect((await send('GET', '/v1/areas/before?fields=label')).status).toBe(200);
    expect((await create('Altered')).status).toBe(201);
    await onDatabase((run) => run('alter table entities alter column label type text'));
    expect((await create('Altered back')).status).toBe(201);
  });

  it('is unavailable where a table is gone, and whole again with it', async () => {
    await onDatabase((run) => run('alter table areas rename to areas_gone'));
    expect(await send('GET', '/v1/areas')).toMatchObject(UNAVAILABLE);
    expect(await create('Without a table')).toMatchObject(UNAVAILABLE);
    expect((await send('GET', '/v1/areas/before')).status).toBe(200);
    await onDatabase((run) => run('alter table areas_gone rename to areas'));
    expect((await create('With the table')).status).toBe(201);
    expect(await labels()).not.toContain('Without a table');
  });

  it('is unavailable for writes once it is read-only, as after a fail-over', async () => {
    await onDatabase((run) => run('alter database knowledge set default_transaction_read_only = on'));
    await database.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'chancery'");
    expect(await create('Read-only')).toMatchObject(UNAVAILABLE);
    expect((await send('GET', '/v1/areas/before')).status).toBe(200);
    await database.query('alter database knowledge reset default_transaction_read_only');
    await until(async () => (await create('Writable')).status === 201);
    expect(await labels()).not.toContain('Read-only');
  });

  it('is overloaded while somebody else holds the head row for long; reads go on', { timeout: 60_000 }, async () => {
    const raw = await openRaw(url);
    await raw.script('begin; select * from head for update');
    const refused = create('Held up');
    await pause(200);
    expect((await send('GET', '/v1/areas/before')).status).toBe(200);
    expect(await refused).toMatchObject({ status: 503, retryAfter: '1', body: { code: 'overloaded' } });
    await raw.script('rollback');
    await raw.close();
    expect((await create('Let through')).status).toBe(201);
    expect(await labels()).not.toContain('Held up');
  });
});
