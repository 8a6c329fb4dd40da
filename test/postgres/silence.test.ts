import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Connections, connectionConfig } from '../../src/db/postgres-connections.js';
import { pause } from '../faults/processes.js';
import { PostgresServer } from '../support/postgres-server.js';
import { startProxy, type TcpProxy, through } from '../support/tcp-proxy.js';

const LIMIT_MS = 2_000;

let database: PostgresServer;
let proxy: TcpProxy;
let connections: Connections;
beforeAll(async () => {
  database = await PostgresServer.start({ durable: false });
  await database.createDatabase('quiet');
  proxy = await startProxy(Number(new URL(database.url('quiet')).port));
});
afterAll(async () => {
  await connections.close();
  await proxy.close();
  await database.remove();
});
beforeEach(async () => {
  await connections?.close();
  proxy.onAnswer = (bytes) => bytes;
  const config = connectionConfig({ connectionString: through(database.url('quiet'), proxy) }, 0);
  connections = new Connections({ ...config, query_timeout: LIMIT_MS }, 1);
});

async function command(text: string): Promise<void> {
  const lease = await connections.lease();
  try {
    await lease.command(text);
    lease.release();
  } catch (error) {
    lease.release(error);
    throw error;
  }
}

it('a connection is given up when the server says nothing for long while it was asked, and another one serves', async () => {
  await command('select 1');
  const accepted = proxy.accepted;
  proxy.onAnswer = () => Buffer.alloc(0);
  const begun = performance.now();
  await expect(command('select 2')).rejects.toThrow('Connection terminated');
  expect(performance.now() - begun).toBeGreaterThan(LIMIT_MS * 0.9);
  proxy.onAnswer = (bytes) => bytes;
  await command('select 3');
  expect(proxy.accepted).toBe(accepted + 1);
});

it('all that wait on it hear of it', async () => {
  const lease = await connections.lease();
  const answers = await Promise.allSettled(['select pg_sleep(60)', 'select 1'].map((text) => lease.command(text)));
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  lease.release((answers[0] as PromiseRejectedResult).reason);
  await command('select 1');
});

it('silence while nothing was asked ends nothing', async () => {
  await command('select 1');
  const accepted = proxy.accepted;
  const lease = await connections.lease();
  await pause(LIMIT_MS * 1.2);
  await lease.command('select 1');
  await pause(LIMIT_MS * 1.2);
  await lease.command('select 1');
  lease.release();
  expect(proxy.accepted).toBe(accepted);
});

it('many answers that come one after the other may take longer together', async () => {
  const lease = await connections.lease();
  const slow = Array.from({ length: 5 }, () => lease.command(`select pg_sleep(${LIMIT_MS / 4_000})`));
  await expect(Promise.all(slow)).resolves.toHaveLength(5);
  lease.release();
});
