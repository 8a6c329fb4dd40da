import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deleteWebhook, listWebhooks } from '../../src/db/webhooks.js';
import { MAX_WEBHOOKS } from '../../src/sync/webhooks/settings.js';
import { ANY, type AnyJson, client, expectProblem, type Sent } from '../support/client.js';
import { startTestService } from '../support/service.js';
import { localTargets, testTargets } from '../support/targets.js';
import { useService } from '../support/use-service.js';
import { type Receiver, rightSignatures, startReceiver } from './receiver.js';

const used = useService({
  targets: localTargets({ names: { localhost: ['127.0.0.1'], 'inside.example': ['10.0.0.1'] } }),
});
const URL_TAKEN = 'https://partner.example/hook';
const NOBODY = 'webhook_01jz8s3m7te8r9yc2v5h4kq6wn';

let receiver: Receiver;
let meeting: AnyJson;
beforeAll(async () => {
  receiver = await startReceiver();
  const { http } = used;
  const actor = (await http.post('/v1/actors', { kind: 'state', name: 'Ruritania' })).body;
  const participants = [{ actor: actor.id, role: 'host' }];
  meeting = (
    await http.post('/v1/events', { kind: 'meeting', title: 'M', date: '2025', status: 'concluded', participants })
  ).body;
  expect(meeting.participants[0].actor).toBe(actor.id);
});
afterAll(() => receiver.stop());
beforeEach(async () => {
  const { store } = used.service;
  await store.write(async (tx) => {
    for (const { id } of await listWebhooks(tx)) await deleteWebhook(tx, id);
  });
  receiver.received.length = 0;
  receiver.answer(() => 204);
});

const admin = (method: string, path: string, json?: unknown, headers = {}) =>
  used.http.send(method, `/v1/webhooks${path}`, { json, key: 'admin', headers } as Sent);
const create = async (more: object = {}): Promise<AnyJson> => {
  const { status, body } = await admin('POST', '', { url: URL_TAKEN, ...more });
  expect([status, body.errors]).toEqual([201, undefined]);
  return body;
};

describe('a webhook', () => {
  it('is made with what was said of it, what is so by itself, and a secret that is shown here alone', async () => {
    const answer = await admin('POST', '', {
      ...{ url: URL_TAKEN, description: 'An archive', documents: true },
      filters: { types: 'event', kind: 'signing' },
    });
    expect(answer.status).toBe(201);
    const { id, secret, createdAt, createdBy, ...rest } = answer.body;
    expect(answer.headers).toMatchObject({ location: `/v1/webhooks/${id}`, etag: '"v1"', 'cache-control': 'no-store' });
    expect(id).toMatch(/^webhook_[0-7][0-9a-hjkmnp-tv-z]{25}$/);
    expect(Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).toHaveLength(32);
    expect(rest).toEqual({
      ...{ url: URL_TAKEN, description: 'An archive', filters: { types: 'event', kind: 'signing' }, documents: true },
      ...{ enabled: true, version: 1, state: 'active', disabledReason: null, disabledAt: null },
      ...{ position: 2, lag: 0, lastSuccessAt: null, failures: 0, failingSince: null, nextAttemptAt: null },
      ...{ lastError: null, previousSecretExpiresAt: null, updatedAt: createdAt },
    });
    const { secret: _secret, ...shown } = answer.body;
    const read = await admin('GET', `/${id}`);
    expect([read.status, read.body, read.headers.etag]).toEqual([200, shown, '"v1"']);
    const list = await admin('GET', '');
    expect(list.body).toEqual({ data: [shown], page: { next: null, limit: MAX_WEBHOOKS }, asOf: 2 });
    const changed = await admin('PATCH', `/${id}`, { description: 'Another' }, ANY);
    const deliveries = await admin('GET', `/${id}/deliveries`);
    for (const { text } of [read, list, changed, deliveries]) expect(text).not.toContain(secret.slice(6, 20));
    expect(createdBy).toMatch(/^\w{10}$/);
  });

  it('has other secrets than every other', async () => {
    const secrets = [(await create()).secret, (await create()).secret];
    expect(new Set(secrets).size).toBe(2);
  });

  it('is made once for an Idempotency-Key, with the same secret each time', async () => {
    const key = { 'idempotency-key': 'one' };
    const [first, again] = [
      await admin('POST', '', { url: URL_TAKEN }, key),
      await admin('POST', '', { url: URL_TAKEN }, key),
    ];
    expect([again.status, again.body, again.headers['idempotency-replayed']]).toEqual([201, first.body, 'true']);
    expectProblem(await admin('POST', '', { url: `${URL_TAKEN}2` }, key), 'idempotency-key-reused');
    expect((await admin('GET', '')).body.data).toHaveLength(1);
  });

  it('names records by id, whatever they were named by, and goes on with them under another name', async () => {
    const actor = meeting.participants[0].actor;
    const webhook = await create({
      filters: { types: 'event', actor: ['ruritania', `ruritania,${actor}`], role: 'host' },
    });
    expect(webhook.filters).toEqual({ types: 'event', actor: [actor, `${actor},${actor}`], role: 'host' });
    await used.http.patch(`/v1/actors/${actor}`, { slug: 'ruritania-renamed' }, ANY);
    const patched = await admin('PATCH', `/${webhook.id}`, { filters: { actor: 'ruritania-renamed' } }, ANY);
    expect(patched.body.filters).toEqual({ types: 'event', actor, role: 'host' });
  });

  it.each([
    [{}, '/url', 'required'],
    [{ url: 7 }, '/url', 'wrong-type'],
    [{ url: 'partner.example' }, '/url', 'invalid-format'],
    [{ url: 'ftp://partner.example' }, '/url', 'not-allowed'],
    [{ url: 'https://me:pw@partner.example' }, '/url', 'not-allowed'],
    [{ url: 'https://10.0.0.1/' }, '/url', 'not-allowed'],
    [{ url: 'https://0xa000001/' }, '/url', 'not-allowed'],
    [{ url: 'https://[::ffff:10.0.0.1]/' }, '/url', 'not-allowed'],
    [{ url: 'https://inside.example/' }, '/url', 'not-allowed'],
    [{ url: 'http://partner.example/' }, '/url', 'not-allowed'],
    [{ url: `https://partner.example/${'x'.repeat(2_000)}` }, '/url', 'out-of-range'],
    [{ url: URL_TAKEN, description: '' }, '/description', 'out-of-range'],
    [{ url: URL_TAKEN, documents: 'yes' }, '/documents', 'wrong-type'],
    [{ url: URL_TAKEN, enabled: 1 }, '/enabled', 'wrong-type'],
    [{ url: URL_TAKEN, from: 0 }, '/from', 'out-of-range'],
    [{ url: URL_TAKEN, from: 1.5 }, '/from', 'wrong-type'],
    [{ url: URL_TAKEN, from: 10_000 }, '/from', 'out-of-range'],
    [{ url: URL_TAKEN, secret: 'whsec_x' }, '/secret', 'unknown-field'],
    [{ url: URL_TAKEN, filters: 'event' }, '/filters', 'wrong-type'],
    [{ url: URL_TAKEN, filters: { types: 7 } }, '/filters/types', 'invalid-format'],
    [{ url: URL_TAKEN, filters: { types: [] } }, '/filters/types', 'out-of-range'],
    [{ url: URL_TAKEN, filters: { types: '' } }, '/filters/types', 'out-of-range'],
    [{ url: URL_TAKEN, filters: { types: ['event', 'actor'] } }, '/filters/types', 'duplicate'],
    [{ url: URL_TAKEN, filters: { types: 'evnt' } }, '/filters/types', 'not-allowed'],
    [{ url: URL_TAKEN, filters: { op: 'put,move' } }, '/filters/op', 'not-allowed'],
    [{ url: URL_TAKEN, filters: { knd: 'signing' } }, '/filters/knd', 'unknown-field'],
    [{ url: URL_TAKEN, filters: { since: '1' } }, '/filters/since', 'unknown-field'],
    [{ url: URL_TAKEN, filters: { docs: 'true' } }, '/filters/docs', 'unknown-field'],
    [{ url: URL_TAKEN, filters: { 'a/b': 'x' } }, '/filters/a~1b', 'unknown-field'],
    [{ url: URL_TAKEN, filters: { __proto: 'x' } }, '/filters/__proto', 'unknown-field'],
    [{ url: URL_TAKEN, filters: { kind: 'signing' } }, '/filters/kind', 'incomplete'],
    [{ url: URL_TAKEN, filters: { types: 'event', kind: 'sining' } }, '/filters/kind', 'not-allowed'],
    [{ url: URL_TAKEN, filters: { types: 'event', q: 'x' } }, '/filters/q', 'unknown-field'],
    [{ url: URL_TAKEN, filters: { types: 'event', contested: 'true' } }, '/filters/contested', 'incompatible'],
    [{ url: URL_TAKEN, filters: { types: 'event', actor: 'nobody' } }, '/filters/actor', 'unknown-reference'],
    [{ url: URL_TAKEN, filters: { types: 'event', area: 'x' } }, '/filters/area', 'incomplete'],
    [{ url: URL_TAKEN, filters: { types: 'event', from: 'last year' } }, '/filters/from', 'invalid-edtf'],
  ])('of %j is refused, and the field is named', async (body, pointer, code) => {
    const problem = expectProblem(await admin('POST', '', body), 'invalid-request');
    expect(problem.errors).toEqual([{ in: 'body', pointer, code, message: expect.stringMatching(/\w/) }]);
    expect((await admin('GET', '')).body.data).toEqual([]);
  });

  it('is changed by merge patch under its ETag, and refused like a new one', async () => {
    const {
      id,
      secret: _secret,
      ...made
    } = await create({ description: 'Old', filters: { types: 'event', kind: 'visit' } });
    const patch = (json: unknown, headers: object) => admin('PATCH', `/${id}`, json, headers);
    expectProblem(await patch({ documents: true }, {}), 'precondition-required');
    const stale = expectProblem(await patch({ documents: true }, { 'if-match': '"v7"' }), 'version-mismatch');
    expect(stale).toMatchObject({ yourVersion: '"v7"', currentVersion: '"v1"' });
    const wanted = { description: null, documents: true, filters: { kind: null } };
    const { status, body, headers } = await patch(wanted, { 'if-match': '"v1"' });
    const { description: _description, ...kept } = made;
    expect([status, headers.etag]).toEqual([200, '"v2"']);
    expect(body).toEqual({
      ...kept,
      id,
      documents: true,
      filters: { types: 'event' },
      version: 2,
      updatedAt: body.updatedAt,
    });
    expect(body.updatedAt > made.updatedAt).toBe(true);
    expect((await patch({ documents: true }, ANY)).body).toEqual(body);
    for (const [json, pointer] of [
      [{ url: 'https://127.0.0.1:25/' }, '/url'],
      [{ url: null }, '/url'],
      [{ from: 1 }, '/from'],
      [{ state: 'active' }, '/state'],
      [{ filters: { kind: 'sining' } }, '/filters/kind'],
      [[], ''],
    ] as const) {
      const problem = expectProblem(await patch(json, ANY), 'invalid-request');
      expect(problem.errors.map((error: AnyJson) => error.pointer)).toEqual([pointer]);
    }
    expect((await admin('GET', `/${id}`)).body).toEqual(body);
  });

  it('is switched off and on, and says who did so', async () => {
    const { id, createdBy } = await create();
    const off = (await admin('PATCH', `/${id}`, { enabled: false }, ANY)).body;
    expect(off).toMatchObject({
      state: 'disabled',
      enabled: false,
      version: 2,
      disabledReason: `switched off with the key ${createdBy}`,
    });
    const still = (await admin('PATCH', `/${id}`, { description: 'Off' }, ANY)).body;
    expect(still).toMatchObject({ disabledReason: off.disabledReason, disabledAt: off.disabledAt, version: 3 });
    const on = (await admin('PATCH', `/${id}`, { enabled: true }, ANY)).body;
    expect(on).toMatchObject({ state: 'active', enabled: true, disabledReason: null, disabledAt: null, version: 4 });
  });

  it('is deleted under its ETag with all that belongs to it', async () => {
    const { id } = await create({ url: receiver.url });
    expect((await admin('POST', `/${id}/test`)).status).toBe(200);
    expectProblem(await admin('DELETE', `/${id}`), 'precondition-required');
    expectProblem(await admin('DELETE', `/${id}`, undefined, { 'if-match': '"v2"' }), 'version-mismatch');
    expect((await admin('DELETE', `/${id}`, undefined, { 'if-match': '"v1"' })).status).toBe(204);
    expectProblem(await admin('GET', `/${id}`), 'not-found');
    const kept = await used.db.query('select id from webhooks union all select webhook from webhook_deliveries');
    expect(kept.rows).toEqual([]);
  });

  it('is one of a hundred at most', async () => {
    for (let n = 0; n < MAX_WEBHOOKS; n += 1) await create();
    expectProblem(await admin('POST', '', { url: URL_TAKEN }), 'limit-reached');
    const { data } = (await admin('GET', '')).body;
    expect(data).toHaveLength(MAX_WEBHOOKS);
    expect((await admin('DELETE', `/${data[0].id}`, undefined, ANY)).status).toBe(204);
    await create();
  });
});

describe('a secret', () => {
  it('is exchanged for another, with a day of both unless told otherwise', async () => {
    const { id, secret } = await create();
    const before = used.service.clock.now();
    const rotated = await admin('POST', `/${id}/rotate-secret`, {});
    expect([rotated.status, rotated.headers['cache-control'], rotated.headers.etag]).toEqual([200, 'no-store', '"v1"']);
    expect(rotated.body.secret).toMatch(/^whsec_[\w+/]{43}=$/);
    expect(rotated.body.secret).not.toBe(secret);
    const overlap = Date.parse(rotated.body.previousSecretExpiresAt) - before;
    expect(overlap).toBeGreaterThan(86_400_000);
    expect(overlap).toBeLessThan(86_401_000);
    const key = { 'idempotency-key': 'two' };
    const [once, again] = [
      await admin('POST', `/${id}/rotate-secret`, { overlapSeconds: 0 }, key),
      await admin('POST', `/${id}/rotate-secret`, { overlapSeconds: 0 }, key),
    ];
    expect(once.body.previousSecretExpiresAt).toBeNull();
    expect(again.body).toEqual(once.body);
    for (const overlapSeconds of [-1, 2_592_001, 'day', 1.5]) {
      const { errors } = expectProblem(
        await admin('POST', `/${id}/rotate-secret`, { overlapSeconds }),
        'invalid-request',
      );
      expect(errors[0].pointer).toBe('/overlapSeconds');
    }
  });
});

describe('a test', () => {
  it('is sent at once, signed, also where nothing else is sent, and tells what became of it', async () => {
    const { id, secret } = await create({ url: receiver.url, enabled: false });
    receiver.answer((_received, answer) => {
      answer.writeHead(202).end('Thank you');
      return undefined;
    });
    const { status, body } = await admin('POST', `/${id}/test`);
    const [message] = receiver.received;
    expect(message && rightSignatures(message, secret)).toBe(1);
    const { epoch } = (await used.http.get('/v1/sync')).body;
    expect(message?.json).toEqual({ type: 'chancery.webhook.test', timestamp: body.at, webhook: id, epoch, data: {} });
    expect(message?.headers['user-agent']).toBe('Chancery/0.0.0');
    expect(status).toBe(200);
    expect(body).toEqual({
      ...{ number: 1, messageId: message?.headers['webhook-id'], type: 'chancery.webhook.test', revision: null },
      ...{ attempt: 1, at: body.at, delivered: true, status: 202, latencyMs: body.latencyMs },
      ...{ excerpt: 'Thank you', error: null },
    });
    expect((await admin('GET', `/${id}/deliveries`)).body.data).toEqual([body]);
    expect((await admin('GET', `/${id}`)).body).toMatchObject({ state: 'disabled', lastSuccessAt: null, lag: 0 });
  });

  it('that fails says so and changes nothing', async () => {
    const { id } = await create({ url: receiver.url });
    receiver.answer(() => 410);
    const { status, body } = await admin('POST', `/${id}/test`);
    expect([status, body.delivered, body.status, body.error]).toEqual([200, false, 410, 'HTTP 410']);
    expect((await admin('GET', `/${id}`)).body).toMatchObject({ state: 'active', failures: 0 });
  });

  it('is sent once for an Idempotency-Key', async () => {
    const { id } = await create({ url: receiver.url });
    const key = { 'idempotency-key': 'three' };
    const first = await admin('POST', `/${id}/test`, undefined, key);
    const again = await admin('POST', `/${id}/test`, undefined, key);
    expect([again.body, again.headers['idempotency-replayed']]).toEqual([first.body, 'true']);
    expect(receiver.received).toHaveLength(1);
  });

  it('is refused where nothing may be sent', async () => {
    const off = await startTestService({ targets: testTargets(), webhooks: 'off' });
    const http = client(off);
    const made = await http.send('POST', '/v1/webhooks', { json: { url: URL_TAKEN }, key: 'admin' });
    expect(made.status).toBe(201);
    expectProblem(await http.send('POST', `/v1/webhooks/${made.body.id}/test`, { key: 'admin' }), 'webhooks-off');
    http.close();
    await off.stop();
  });
});

describe('deliveries', () => {
  it('are read newest first, page by page, and answered 304 while there are no more', async () => {
    const { id } = await create({ url: receiver.url });
    for (let n = 0; n < 5; n += 1) await admin('POST', `/${id}/test`);
    const numbers: number[] = [];
    let path = `/${id}/deliveries?limit=2`;
    for (let pages = 1; pages <= 3; pages += 1) {
      const { body, headers } = await admin('GET', path);
      numbers.push(...body.data.map(({ number }: AnyJson) => number));
      expect(body.page.limit).toBe(2);
      if (pages === 1) await admin('POST', `/${id}/test`);
      if (pages === 3) expect([body.page.next, headers.link]).toEqual([null, undefined]);
      else expect(headers.link).toContain('rel="next"');
      path = `/${id}/deliveries?limit=2&cursor=${body.page.next}`;
    }
    expect(numbers).toEqual([5, 4, 3, 2, 1]);
    const { headers } = await admin('GET', `/${id}/deliveries`);
    const same = await admin('GET', `/${id}/deliveries`, undefined, { 'if-none-match': headers.etag });
    expect([same.status, same.text]).toEqual([304, '']);
    await admin('POST', `/${id}/test`);
    expect((await admin('GET', `/${id}/deliveries`, undefined, { 'if-none-match': headers.etag })).status).toBe(200);
  });

  it('are refused with a wrong limit, parameter or cursor', async () => {
    const [one, two] = [await create({ url: receiver.url }), await create({ url: receiver.url })];
    for (let n = 0; n < 2; n += 1) await admin('POST', `/${one.id}/test`);
    const { next } = (await admin('GET', `/${one.id}/deliveries?limit=1`)).body.page;
    for (const limit of ['0', '201', 'x', ''])
      expectProblem(await admin('GET', `/${one.id}/deliveries?limit=${limit}`), 'invalid-parameter');
    expectProblem(await admin('GET', `/${one.id}/deliveries?status=500`), 'unknown-parameter');
    expectProblem(await admin('GET', `/${one.id}/deliveries?cursor=c1_no`), 'cursor-malformed');
    expectProblem(await admin('GET', `/${two.id}/deliveries?cursor=${next}`), 'cursor-mismatch');
  });
});

describe('a replay', () => {
  it('goes to any revision there is, and to the next one', async () => {
    const revision = await used.db.head();
    const { id } = await create();
    const replay = (from: unknown) => admin('POST', `/${id}/replay`, { from });
    expect((await replay(1)).body).toMatchObject({ position: 0, lag: revision });
    expect((await replay(revision + 1)).body).toMatchObject({ position: revision, lag: 0 });
    for (const from of [0, -1, revision + 2, 1.5, '1', undefined]) {
      const { errors } = expectProblem(await replay(from), 'invalid-request');
      expect(errors).toEqual([{ in: 'body', pointer: '/from', code: expect.any(String), message: expect.any(String) }]);
    }
    expect((await admin('GET', `/${id}`)).body.position).toBe(revision);
  });
});

describe('all about webhooks', () => {
  const operations: [string, string][] = [
    ['GET', ''],
    ['POST', ''],
    ['GET', `/${NOBODY}`],
    ['PATCH', `/${NOBODY}`],
    ['DELETE', `/${NOBODY}`],
    ['POST', `/${NOBODY}/rotate-secret`],
    ['POST', `/${NOBODY}/replay`],
    ['POST', `/${NOBODY}/test`],
    ['GET', `/${NOBODY}/deliveries`],
  ];

  it.each(operations)('%s %s needs an administrator', async (method, path) => {
    const send = (key: Sent['key']) => used.http.send(method, `/v1/webhooks${path}`, { key: key ?? null });
    expectProblem(await send(null), 'unauthenticated');
    for (const scope of ['read', 'write'] as const)
      expect(expectProblem(await send(scope), 'insufficient-scope').requiredScope).toBe('admin');
  });

  it.each(operations.slice(2))('%s %s is 404 where there is none', async (method, path) => {
    const json = method === 'POST' || method === 'PATCH' ? { json: {} } : {};
    expectProblem(await used.http.send(method, `/v1/webhooks${path}`, { key: 'admin', ...json }), 'not-found');
  });
});
