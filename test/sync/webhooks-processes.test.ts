import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeKeyFor, pause, type Server, serve, until } from '../faults/processes.js';
import { CERTIFICATE } from '../support/certificate.js';
import { type AnyJson, client } from '../support/client.js';
import { temporaryDatabase } from '../support/database.js';
import { startTestService } from '../support/service.js';
import { localTargets } from '../support/targets.js';
import { type Delivering, rightSignatures, startDelivering, startReceiver } from './receiver.js';

const folder = mkdtempSync(join(tmpdir(), 'chancery-webhooks-'));
const certificate = join(folder, 'localhost.pem');
beforeAll(() => writeFileSync(certificate, CERTIFICATE));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The first time that each revision came, in the order in which they came. */
const firstTimes = (revisions: readonly number[]) => [...new Set(revisions)];
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

it('several processes deliver every change once and in order, and go on for one that stops', async () => {
  const service = await startTestService({ targets: localTargets() });
  const http = client(service);
  const receivers = [await startReceiver(), await startReceiver(), await startReceiver()];
  for (const { url } of receivers) await http.send('POST', '/v1/webhooks', { json: { url }, key: 'admin' });
  const processes: Delivering[] = [];
  for (let n = 0; n < 3; n += 1) processes.push(await startDelivering(service, { ownStore: true }));
  for (let n = 0; n < 40; n += 1) {
    await http.post('/v1/areas', { label: `Area ${n}` });
    // One stops in the midst of it, and another comes.
    if (n === 15) await processes.shift()?.stop();
    if (n === 25) processes.push(await startDelivering(service, { ownStore: true }));
  }
  await until(() => receivers.every(({ received }) => received.length >= 40));
  await Promise.all(processes.map((each) => each.stop()));
  for (const receiver of receivers) expect(receiver.revisions()).toEqual(upTo(40));
  const { data } = (await http.send('GET', '/v1/webhooks', { key: 'admin' })).body;
  expect(data.map(({ position, lag }: AnyJson) => [position, lag])).toEqual(Array(3).fill([40, 0]));
  http.close();
  await Promise.all([...receivers.map((receiver) => receiver.stop()), service.stop()]);
});

it('what one process notes of changes that do not fit is not in the way of one that delivers', async () => {
  const service = await startTestService({ targets: localTargets() });
  const http = client(service);
  const receiver = await startReceiver();
  const json = { url: receiver.url, filters: { types: 'area' } };
  const { id } = (await http.send('POST', '/v1/webhooks', { json, key: 'admin' })).body;
  const processes = [
    await startDelivering(service, { ownStore: true }),
    await startDelivering(service, { ownStore: true }),
  ];
  // Longer than it takes until such changes are noted.
  receiver.answer(async () => {
    await pause(1_500);
    return 200;
  });
  for (let n = 1; n <= 3; n += 1) {
    await http.post('/v1/actors', { kind: 'state', name: `State ${n}` });
    await pause(100);
    await http.post('/v1/areas', { label: `Area ${n}` });
    await receiver.until(n);
  }
  const read = async () => (await http.send('GET', `/v1/webhooks/${id}`, { key: 'admin' })).body;
  await until(async () => (await read()).lag === 0);
  await http.post('/v1/actors', { kind: 'state', name: 'Last' });
  await until(async () => (await read()).position === 7);
  expect(receiver.revisions()).toEqual([2, 4, 6]);
  await Promise.all(processes.map((each) => each.stop()));
  http.close();
  await Promise.all([receiver.stop(), service.stop()]);
});

it('a process that does not answer any more is taken over from once its lease has ended', async () => {
  const service = await startTestService({ targets: localTargets() });
  const http = client(service);
  const receiver = await startReceiver();
  const made = await http.send('POST', '/v1/webhooks', { json: { url: receiver.url }, key: 'admin' });
  const dead = { leaseBy: 'a process that was killed', leaseUntil: new Date(Date.now() + 1_500).toISOString() };
  await service.store.write((tx) => tx.run('lease to the dead', (db, t) => db.update(t.webhooks).set(dead)));
  await http.post('/v1/areas', { label: 'One' });
  const delivering = await startDelivering(service);
  await receiver.until(1);
  expect(new Date().toISOString() > dead.leaseUntil).toBe(true);
  expect(receiver.revisions()).toEqual([1]);
  await delivering.stop();
  const { rows } = { rows: await service.store.all('leases', (db, t) => db.select().from(t.webhooks)) };
  expect(rows.map(({ id, leaseBy, leaseUntil }) => [id, leaseBy, leaseUntil])).toEqual([[made.body.id, null, null]]);
  http.close();
  await Promise.all([receiver.stop(), service.stop()]);
});

it('a service that is killed again and again misses nothing and keeps the order', async () => {
  const database = await temporaryDatabase();
  const receiver = await startReceiver('127.0.0.1', 0, true);
  const environment = {
    ...{ DATABASE_URL: database.url, CHANCERY_WEBHOOK_ALLOW: '127.0.0.0/8' },
    // Leases last a little longer than an attempt may take.
    CHANCERY_WEBHOOK_TIMEOUT: '1',
    NODE_EXTRA_CA_CERTS: certificate,
  };
  const [write, admin] = [await makeKeyFor(database.url), await makeKeyFor(database.url, 'admin')];
  const call = async (server: Server, method: string, path: string, key: string, json?: unknown) => {
    const response = await fetch(server.url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(json !== undefined && { 'content-type': 'application/json' }) },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
    return { status: response.status, body: (await response.json()) as AnyJson };
  };
  let server = await serve(environment);
  const { status, body } = await call(server, 'POST', '/v1/webhooks', admin.key, { url: receiver.url });
  expect(status).toBe(201);
  let written = 0;
  for (let round = 1; round <= 2; round += 1) {
    for (let n = 0; n < 8; n += 1) {
      const { status: made } = await call(server, 'POST', '/v1/areas', write.key, { label: `Area ${round} ${n}` });
      expect(made).toBe(201);
      written += 1;
    }
    // Killed while it delivers, in the midst of a message as likely as not.
    const goal = receiver.received.length + 2;
    await until(() => receiver.received.length >= Math.min(goal, written));
    server.child.kill('SIGKILL');
    await server.ended;
    server = await serve(environment);
  }
  await until(async () => (await call(server, 'GET', `/v1/webhooks/${body.id}`, admin.key)).body.lag === 0);
  expect(firstTimes(receiver.revisions())).toEqual(upTo(written));
  // A message that came twice came again before any later one, under the same id.
  const ids = new Map<number, string | undefined>();
  for (const message of receiver.received) {
    const { revision } = message.json.data;
    const id = message.headers['webhook-id'];
    expect(ids.get(revision) ?? id).toBe(id);
    ids.set(revision, id);
    expect(revision).toBe(Math.max(...ids.keys()));
    expect(rightSignatures(message, body.secret)).toBe(1);
  }
  server.child.kill('SIGTERM');
  expect((await server.ended).code).toBe(0);
  const off = await serve({ ...environment, CHANCERY_WEBHOOKS: 'off' });
  const count = receiver.received.length;
  await call(off, 'POST', '/v1/areas', write.key, { label: 'Not told' });
  expect((await call(off, 'POST', `/v1/webhooks/${body.id}/test`, admin.key)).body.code).toBe('webhooks-off');
  expect((await call(off, 'GET', `/v1/webhooks/${body.id}`, admin.key)).body.lag).toBe(1);
  off.child.kill('SIGTERM');
  const { code, stdout, stderr } = await off.ended;
  expect(code).toBe(0);
  expect(stdout + stderr).not.toContain('whsec_');
  expect(receiver.received).toHaveLength(count);
  await receiver.stop();
  await database.remove();
}, 120_000);
