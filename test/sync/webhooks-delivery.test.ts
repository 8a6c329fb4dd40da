import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KEPT_DELIVERIES } from '../../src/db/webhooks.js';
import { until } from '../faults/processes.js';
import { ANY, type AnyJson, type Client, client } from '../support/client.js';
import { startTestService, type TestService } from '../support/service.js';
import { localTargets } from '../support/targets.js';
import { followAll } from './following.js';
import {
  type Delivering,
  movableClock,
  type Receiver,
  rightSignatures,
  startDelivering,
  startReceiver,
} from './receiver.js';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;

let service: TestService;
let http: Client;
let receiver: Receiver;
let clock: ReturnType<typeof movableClock>;
let delivering: Delivering;
beforeEach(async () => {
  service = await startTestService({ targets: localTargets() });
  http = client(service);
  receiver = await startReceiver();
  clock = movableClock();
  delivering = await startDelivering(service, { clock });
});
afterEach(async () => {
  await delivering.stop();
  http.close();
  await receiver.stop();
  await service.stop();
});

const admin = (method: string, path: string, json?: unknown, headers = {}) =>
  http.send(method, path, { json, key: 'admin', headers });
const area = async (label: string): Promise<AnyJson> => (await http.post('/v1/areas', { label })).body;
const event = async (title: string, kind: string): Promise<AnyJson> => {
  const { status, body } = await http.post('/v1/events', { kind, title, date: '2025', status: 'concluded' });
  expect(status).toBe(201);
  return body;
};

async function register(more: object = {}): Promise<AnyJson> {
  const { status, body } = await admin('POST', '/v1/webhooks', { url: receiver.url, ...more });
  expect([status, body.errors]).toEqual([201, undefined]);
  return body;
}

const read = async ({ id }: AnyJson): Promise<AnyJson> => (await admin('GET', `/v1/webhooks/${id}`)).body;
const deliveries = async ({ id }: AnyJson, query = ''): Promise<AnyJson[]> =>
  (await admin('GET', `/v1/webhooks/${id}/deliveries${query}`)).body.data;

/** Waits until a webhook is as wanted, and gives it. */
async function once(webhook: AnyJson, holds: (now: AnyJson) => boolean): Promise<AnyJson> {
  let now: AnyJson;
  await until(async () => {
    now = await read(webhook);
    return holds(now);
  });
  return now;
}
const caughtUp = (webhook: AnyJson) => once(webhook, ({ lag }) => lag === 0);
const failed = (webhook: AnyJson, times: number) => once(webhook, ({ failures }) => failures === times);

/** Puts the clock ahead and has it noticed. */
function ahead(ms: number): void {
  clock.ahead(ms);
  delivering.deliverer.wake();
}

describe('a message', () => {
  it('holds the entry of the feed, is signed as Standard Webhooks says, and comes once', async () => {
    const webhook = await register();
    const made = await area('One');
    const [message] = await receiver.until(1);
    const { changes } = await followAll(http, '/v1/changes?docs=false');
    const { epoch } = (await http.get('/v1/sync')).body;
    expect(message?.json).toEqual({
      ...{ type: 'chancery.area.put', timestamp: made.createdAt, webhook: webhook.id, epoch, data: changes.at(-1) },
    });
    expect(message?.headers).toMatchObject({
      ...{ 'content-type': 'application/json; charset=utf-8', 'user-agent': 'Chancery/test' },
      'webhook-id': expect.stringMatching(/^msg_[\w-]{32}$/),
    });
    expect(Math.abs(Number(message?.headers['webhook-timestamp']) - Date.now() / SECOND)).toBeLessThan(60);
    expect(message && rightSignatures(message, webhook.secret)).toBe(1);
    expect(message && rightSignatures({ ...message, body: `${message.body} ` }, webhook.secret)).toBe(0);
    expect(new Webhook(webhook.secret).verify(message?.body ?? '', message?.headers ?? {})).toEqual(message?.json);
    expect(await caughtUp(webhook)).toMatchObject({ state: 'active', failures: 0, position: 1, lastError: null });
    expect(receiver.received).toHaveLength(1);
  });

  it('holds the whole record where that is asked for, whatever its text', async () => {
    const webhook = await register({ documents: true });
    const made = await area('Žižkov — «Київ» 🕊 "quoted" \u2028');
    const [message] = await receiver.until(1);
    expect(message?.json.data.document).toEqual(made);
    expect(message && rightSignatures(message, webhook.secret)).toBe(1);
  });

  it('is sent for every change in the order of commits, deletions too, and for none before the webhook was made', async () => {
    await area('Before');
    const webhook = await register();
    const made = [];
    for (let n = 0; n < 12; n += 1) made.push(await area(`Area ${n}`));
    await http.patch(`/v1/areas/${made[3].id}`, { label: 'Changed' }, ANY);
    await http.delete(`/v1/areas/${made[4].id}`, ANY);
    await receiver.until(14);
    await caughtUp(webhook);
    const { changes } = await followAll(http, '/v1/changes?docs=false');
    expect(receiver.received.map(({ json }) => json.data)).toEqual(changes.slice(1));
    expect(receiver.received.at(-1)?.json).toMatchObject({ type: 'chancery.area.delete', data: { op: 'delete' } });
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(14);
  });

  it('is sent for nothing that does not fit, and as `leave` for what no longer does', async () => {
    const webhook = await register({ filters: { types: 'event', kind: 'signing,meeting' } });
    const other = await register({ filters: { types: 'area,actor', op: 'delete' } });
    const signing = await event('A signing', 'signing');
    await event('A visit', 'visit');
    const lake = await area('A lake');
    await http.patch(`/v1/events/${signing.id}`, { kind: 'visit' }, ANY);
    await http.delete(`/v1/events/${signing.id}`, ANY);
    await http.delete(`/v1/areas/${lake.id}`, ANY);
    await Promise.all([caughtUp(webhook), caughtUp(other)]);
    const told = (to: AnyJson) =>
      receiver.received.filter(({ json }) => json.webhook === to.id).map(({ json }) => [json.type, json.data.revision]);
    expect(told(webhook)).toEqual([
      ['chancery.event.put', 1],
      ['chancery.event.leave', 4],
    ]);
    expect(told(other)).toEqual([['chancery.area.delete', 6]]);
  });

  it('has two signatures while two secrets are valid, and then one', async () => {
    const webhook = await register();
    const rotated = await admin('POST', `/v1/webhooks/${webhook.id}/rotate-secret`, { overlapSeconds: 3_600 });
    expect(rotated.body.secret).not.toBe(webhook.secret);
    await area('One');
    const [first] = await receiver.until(1);
    expect(first?.headers['webhook-signature']?.split(' ')).toHaveLength(2);
    for (const { secret } of [webhook, rotated.body]) {
      expect(first && rightSignatures(first, secret)).toBe(1);
      expect(new Webhook(secret).verify(first?.body ?? '', first?.headers ?? {})).toEqual(first?.json);
    }
    // The clock of the service says until when; it stands in 2031.
    clock.ahead(Date.parse(rotated.body.previousSecretExpiresAt) - Date.now() + SECOND);
    await area('Two');
    const [, second] = await receiver.until(2);
    expect(second?.headers['webhook-signature']?.split(' ')).toHaveLength(1);
    expect(second && rightSignatures(second, rotated.body.secret)).toBe(1);
    expect(second && rightSignatures(second, webhook.secret)).toBe(0);
  });

  it('is the last of each record after a pause, where `compact` is asked for', async () => {
    const webhook = await register({ filters: { compact: 'true' } });
    receiver.answer(() => 500);
    const one = await area('One');
    await failed(webhook, 1);
    for (const label of ['Two', 'Three']) await http.patch(`/v1/areas/${one.id}`, { label }, ANY);
    await area('Other');
    receiver.answer(() => 204);
    ahead(6 * SECOND);
    await caughtUp(webhook);
    expect(receiver.revisions()).toEqual([1, 3, 4]);
  });
});

describe('a message that is not taken', () => {
  it('holds up those behind it, and is sent again with the same id until it is', async () => {
    const webhook = await register();
    receiver.answer(({ json }) => (json.data.revision === 2 ? 500 : 200));
    for (const label of ['One', 'Two', 'Three']) await area(label);
    const stuck = await failed(webhook, 1);
    expect(stuck).toMatchObject({ state: 'retrying', position: 1, lag: 2, lastError: 'HTTP 500', enabled: true });
    expect(Date.parse(stuck.nextAttemptAt) - Date.parse(stuck.failingSince)).toBe(5 * SECOND);
    ahead(5 * SECOND);
    expect(Date.parse((await failed(webhook, 2)).nextAttemptAt)).toBeGreaterThan(clock.now() + 14 * SECOND);
    expect(receiver.revisions()).toEqual([1, 2, 2]);
    receiver.answer(() => 200);
    ahead(16 * SECOND);
    const well = await caughtUp(webhook);
    expect(well).toMatchObject({
      state: 'active',
      failures: 0,
      failingSince: null,
      nextAttemptAt: null,
      lastError: null,
    });
    expect(receiver.revisions()).toEqual([1, 2, 2, 2, 3]);
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids.slice(1, 4)).size).toBe(1);
    expect(new Set(ids).size).toBe(3);
    const log = await deliveries(webhook);
    expect(log.map(({ revision, attempt, delivered, status }) => [revision, attempt, delivered, status])).toEqual([
      [3, 1, true, 200],
      [2, 3, true, 200],
      [2, 2, false, 500],
      [2, 1, false, 500],
      [1, 1, true, 200],
    ]);
  });

  it('is given up after three days, with a reason, and taken up again where it was left', async () => {
    const webhook = await register();
    receiver.answer(() => 503);
    await area('One');
    const first = await failed(webhook, 1);
    const since = Date.parse(first.failingSince);
    let attempts = 1;
    let now = first;
    while (now.enabled) {
      const next = Date.parse(now.nextAttemptAt);
      expect(next - since).toBeLessThanOrEqual(3 * DAY);
      clock.ahead(next - clock.now() + 1);
      delivering.deliverer.wake();
      attempts += 1;
      now = await failed(webhook, attempts);
    }
    // 5 s, 15 s … 3 h, then every 8 hours, and once more at the end of the third day.
    expect(attempts).toBe(18);
    expect(now).toMatchObject({ state: 'disabled', nextAttemptAt: null, position: 0, lag: 1, lastError: 'HTTP 503' });
    expect(now.disabledReason).toBe(`nothing was taken for three days, since ${first.failingSince}: HTTP 503`);
    expect(Date.parse(now.disabledAt) - since).toBeGreaterThanOrEqual(3 * DAY);
    await area('Two');
    ahead(3 * DAY);
    receiver.answer(() => 200);
    const again = await admin('PATCH', `/v1/webhooks/${webhook.id}`, { enabled: true }, ANY);
    expect(again.body).toMatchObject({ state: 'active', disabledReason: null, disabledAt: null, failures: 0 });
    await caughtUp(webhook);
    expect(receiver.revisions()).toEqual([...Array(attempts).fill(1), 1, 2]);
  });

  it('is the last when its receiver answers 410', async () => {
    const webhook = await register();
    receiver.answer(() => 410);
    await area('One');
    const gone = await once(webhook, ({ enabled }) => !enabled);
    expect(gone).toMatchObject({
      state: 'disabled',
      disabledReason: 'the receiver answered 410 Gone',
      failures: 1,
      version: 2,
    });
    ahead(4 * DAY);
    await area('Two');
    expect(receiver.revisions()).toEqual([1]);
  });

  it.each([
    ['seconds', () => '7200', 2 * HOUR],
    ['a date', () => new Date(clock.now() + 2 * HOUR).toUTCString(), 2 * HOUR],
    ['more than a day', () => '999999', DAY],
    ['less than the delay', () => '1', 5 * SECOND],
    ['nonsense', () => 'soon', 5 * SECOND],
  ])('waits as long as Retry-After asks for: %s', async (_name, header, wait) => {
    const webhook = await register();
    receiver.answer((_received, answer) => {
      answer.writeHead(429, { 'retry-after': header() }).end();
      return undefined;
    });
    await area('One');
    const { failingSince, nextAttemptAt } = await failed(webhook, 1);
    expect(Math.abs(Date.parse(nextAttemptAt) - Date.parse(failingSince) - wait)).toBeLessThan(2 * SECOND);
  });

  it('stays where the service was stopped in the midst of it, and comes again after', async () => {
    const webhook = await register();
    let hold: (status: number) => void = () => undefined;
    receiver.answer(
      () =>
        new Promise<number>((resolve) => {
          hold = resolve;
        }),
    );
    await area('One');
    await area('Two');
    await receiver.until(1);
    const stopped = delivering.stop();
    // Under way when the service stops: its answer is waited for and noted, and no other message is begun.
    hold(200);
    await stopped;
    expect(await read(webhook)).toMatchObject({ position: 1, lag: 1 });
    expect(receiver.revisions()).toEqual([1]);
    receiver.answer(() => 200);
    delivering = await startDelivering(service, { clock });
    await caughtUp(webhook);
    expect(receiver.revisions()).toEqual([1, 2]);
  });

  it('is cut off when the service stops and no answer comes, which is no failure', async () => {
    const webhook = await register();
    receiver.answer(() => undefined);
    await area('One');
    await receiver.until(1);
    await delivering.stop();
    expect(await read(webhook)).toMatchObject({ position: 0, failures: 0, state: 'active' });
    expect(await deliveries(webhook)).toEqual([]);
    receiver.answer(() => 200);
    delivering = await startDelivering(service, { clock });
    await caughtUp(webhook);
    expect(receiver.revisions()).toEqual([1, 1]);
    const [one, two] = receiver.received;
    expect(one?.headers['webhook-id']).toBe(two?.headers['webhook-id']);
  });
});

describe('an administrator', () => {
  it('has changes sent again from a revision on, with their ids, and skips what cannot be taken', async () => {
    const webhook = await register();
    for (const label of ['One', 'Two', 'Three']) await area(label);
    await caughtUp(webhook);
    const replayed = await admin('POST', `/v1/webhooks/${webhook.id}/replay`, { from: 2 });
    expect(replayed.body).toMatchObject({ position: 1, lag: 2 });
    await receiver.until(5);
    expect(receiver.revisions()).toEqual([1, 2, 3, 2, 3]);
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids.slice(3)).toEqual(ids.slice(1, 3));
    await caughtUp(webhook);
    receiver.answer(({ json }) => (json.data.revision === 4 ? 400 : 200));
    await area('Four');
    await area('Five');
    await failed(webhook, 1);
    const skipped = await admin('POST', `/v1/webhooks/${webhook.id}/replay`, { from: 5 });
    expect(skipped.body).toMatchObject({ position: 4, failures: 0, state: 'active' });
    await caughtUp(webhook);
    expect(receiver.revisions().slice(5)).toEqual([4, 5]);
  });

  it('begins with any revision, switches off and on, and changes the URL under way', async () => {
    await area('One');
    await area('Two');
    const webhook = await register({ from: 2, enabled: false });
    expect(webhook).toMatchObject({ state: 'disabled', position: 1, lag: 1, version: 1 });
    expect(webhook.disabledReason).toMatch(/^switched off with the key \w+$/);
    await admin('PATCH', `/v1/webhooks/${webhook.id}`, { enabled: true }, ANY);
    await receiver.until(1);
    expect(receiver.revisions()).toEqual([2]);
    const other = await startReceiver('127.0.0.2');
    let hold: (status: number) => void = () => undefined;
    receiver.answer(
      () =>
        new Promise<number>((resolve) => {
          hold = resolve;
        }),
    );
    await area('Three');
    await receiver.until(2);
    await admin('PATCH', `/v1/webhooks/${webhook.id}`, { url: other.url }, ANY);
    hold(200);
    // What the old address took while the new one was set goes to the new one all the same.
    await other.until(1);
    await caughtUp(webhook);
    expect([receiver.revisions(), other.revisions()]).toEqual([[2, 3], [3]]);
    await other.stop();
  });

  it('deletes one under way, and nothing more is sent', async () => {
    const webhook = await register();
    let hold: (status: number) => void = () => undefined;
    receiver.answer(
      () =>
        new Promise<number>((resolve) => {
          hold = resolve;
        }),
    );
    await area('One');
    await area('Two');
    await receiver.until(1);
    expect((await admin('DELETE', `/v1/webhooks/${webhook.id}`, undefined, ANY)).status).toBe(204);
    hold(200);
    await delivering.stop();
    delivering = await startDelivering(service, { clock });
    expect((await admin('GET', '/v1/webhooks')).body.data).toEqual([]);
    expect(receiver.revisions()).toEqual([1]);
  });

  it('sees the last attempts only', async () => {
    const webhook = await register();
    await area('One');
    await caughtUp(webhook);
    const { rows } = { rows: KEPT_DELIVERIES };
    // As if it had gone on for long.
    await service.store.write((tx) =>
      tx.insert(
        'webhookDeliveries',
        Array.from({ length: 20 }, (_, index) => ({
          ...{ webhook: webhook.id, number: index - 100, messageId: 'msg', type: 'chancery.area.put', revision: 1 },
          ...{ attempt: 1, at: '2020-01-01T00:00:00.000Z', delivered: true, status: 200, latencyMs: 1 },
          ...{ excerpt: '', error: null },
        })),
      ),
    );
    await service.store.write((tx) =>
      tx.run('put ahead', (db, t) => db.update(t.webhooks).set({ deliveries: rows - 90 })),
    );
    await area('Two');
    await caughtUp(webhook);
    const numbers = (await deliveries(webhook, '?limit=200')).map(({ number }) => number);
    expect(numbers).toEqual([rows - 89, 1, -81, -82, -83, -84, -85, -86, -87, -88]);
  });
});

it('an address that is no longer allowed is told as what is in the way, and gets nothing', async () => {
  const webhook = await register();
  await delivering.stop();
  delivering = await startDelivering(service, { clock, targets: localTargets({ allow: '127.0.0.2' }) });
  await area('One');
  const stuck = await failed(webhook, 1);
  expect(stuck.lastError).toBe('the URL leads to 127.0.0.1, which is not public (loopback)');
  expect(receiver.connections()).toBe(0);
  const [delivery] = await deliveries(webhook);
  expect(delivery).toMatchObject({ delivered: false, status: null, excerpt: null, error: stuck.lastError });
});
