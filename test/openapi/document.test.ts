import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openapiText } from '../../src/commands/openapi.js';
import type { Tx } from '../../src/db/store.js';
import { logDelivery, updateWebhook } from '../../src/db/webhooks.js';
import { PROBLEMS } from '../../src/problems.js';
import { resources } from '../../src/resources/index.js';
import { deliveryOf } from '../../src/sync/webhooks/outcome.js';
import { createWebhook } from '../../src/sync/webhooks/settings.js';
import { startTestService, type TestService } from '../support/service.js';
import { type Document, everySchema, type Operation, operationsOf, prefilledRequest, validatorOf } from './support.js';

const committed = readFileSync('openapi/openapi.json', 'utf8');
const document = JSON.parse(committed) as Document;
const operations = operationsOf(document);
const validate = validatorOf(document);

test('the committed document is the one that the program prints', async () => {
  const printed = await openapiText();
  // Compared piece by piece first: the texts are too long for a readable difference.
  const now = JSON.parse(printed) as Document;
  expect(Object.keys(now.paths)).toEqual(Object.keys(document.paths));
  for (const [path, item] of Object.entries(now.paths)) expect(item, path).toEqual(document.paths[path]);
  expect(now, 'run `npm run openapi`').toEqual(document);
  expect(`${printed}\n`, 'run `npm run openapi`').toBe(committed);
}, 60_000);

describe('the document as a whole', () => {
  test('says what it is and under which licence, and invents no address', () => {
    expect(document.openapi).toMatch(/^3\.1\.[0-9]$/);
    expect(document.info.license).toEqual({ name: 'MIT', identifier: 'MIT' });
    expect(document.info.contact.url).toBeUndefined();
  });

  test('describes every tag, and uses every tag it describes', () => {
    const used = new Set(operations.flatMap(({ tags }) => tags));
    expect([...used].sort()).toEqual(document.tags.map(({ name }) => name).sort());
    for (const { name, description } of document.tags) expect(description, name).toMatch(/^[A-Z].+\.$/s);
  });

  test('has one component for each schema, each with a name of ours and a description', () => {
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      expect(name).toMatch(/^[A-Z][A-Za-z]*$/);
      expect(name, 'a copy made by the library').not.toMatch(/Output$|InputInput$/);
      expect(schema.description, name).toBeTruthy();
    }
  });

  test('closes only what stands in requests', () => {
    const closed = Object.entries(document.components.schemas)
      .filter(([, schema]) => JSON.stringify(schema).includes('"additionalProperties":false'))
      .map(([name]) => name);
    for (const name of closed) expect(name).toMatch(/(?:Input|Patch)$/);
    for (const { name } of resources) expect(closed).toContain(`${name}Input`);
  });

  test('describes every field of every component', () => {
    everySchema(document, (schema, pointer) => {
      if (!/^\/components\/schemas\/[A-Za-z]+$/.test(pointer)) return;
      for (const [field, { description, $ref, anyOf }] of Object.entries(schema.properties ?? {})) {
        const refers = $ref !== undefined || JSON.stringify(anyOf ?? '').includes('$ref');
        expect(refers || Boolean(description), `${pointer}/${field}`).toBe(true);
      }
    });
  });

  test('has patterns that mean the same in every language', () => {
    const patterns = new Set<string>();
    everySchema(document, ({ pattern }) => {
      if (typeof pattern === 'string') patterns.add(pattern);
    });
    expect(patterns.size).toBeGreaterThan(10);
    for (const pattern of patterns) {
      expect(pattern).not.toMatch(/\\[dDwWbBpPuxk]|\(\?<|\\[0-9]/);
      expect(() => new RegExp(pattern, 'u'), pattern).not.toThrow();
    }
  });
});

describe.each(operations.map((operation) => [operation.operationId, operation] as const))('%s', (id, operation) => {
  test('is named, summed up, described and tagged', () => {
    expect(id).toMatch(
      /^(?:list|create|get|replace|patch|delete|merge|fork|upsert|search|suggest|apply|import)[A-Z][A-Za-z]+$/,
    );
    expect(operations.filter(({ operationId }) => operationId === id)).toHaveLength(1);
    expect(operation.summary).toMatch(/^[A-Z].{3,80}[^.]$/);
    expect(operation.description).toMatch(/^[A-Z].{20,}\.$/s);
    expect(operation.tags).toHaveLength(1);
    expect(operation.method).not.toBe('head');
  });

  test('declares its errors as problems, and a key where one is needed', () => {
    const errors = Object.entries(operation.responses).filter(([status]) => Number(status) >= 400);
    expect(errors.some(([status]) => status.startsWith('4'))).toBe(true);
    for (const [, { content }] of errors) {
      expect(content).toEqual({ 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } });
    }
    const open = operation.security.some((requirement) => Object.keys(requirement).length === 0);
    expect(open).toBe(operation.method === 'get' && !isForAdministrators(operation));
  });

  test('describes parameters and headers of answers', () => {
    for (const { name, description, schema } of operation.parameters) {
      expect(description, name).toMatch(/^.{10,}\.$/s);
      expect(schema.description, `${name} says it twice`).toBeUndefined();
    }
    const inPath = operation.parameters.filter((parameter) => parameter.in === 'path');
    expect(inPath.map(({ name }) => `{${name}}`)).toEqual(operation.path.match(/\{[a-z]+\}/g) ?? []);
    expect(inPath.every(({ required }) => required === true)).toBe(true);
    for (const [status, response] of Object.entries(operation.responses)) {
      const names = Object.keys(response.headers ?? {});
      // No cache keeps a stream of events, what was done once, or what became of many records.
      const isKept =
        response.content?.['text/event-stream'] === undefined &&
        !['createWebhookTest', 'applyBatch', 'importRecords'].includes(id);
      if (operation.path.startsWith('/v1/') && /^20[01]$/.test(status) && isKept)
        expect(names, status).toContain('ETag');
      if (status === '201') expect(names).toContain('Location');
      if (status === '401') expect(names).toContain('WWW-Authenticate');
      if (status === '503') expect(names).toContain('Retry-After');
    }
  });

  test('has an example for every body', () => {
    for (const [type, media] of Object.entries(operation.requestBody?.content ?? {})) {
      expect(media.example, type).toBeDefined();
    }
  });
});

describe('against the seeds', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService({ seeds: true });
    await service
      .as('write')
      .put('/v1/sources/seed-article/text')
      .set({ 'content-type': 'text/plain', 'if-match': '*' })
      .send('A text, because no seed has one.')
      .expect(200);
    await service.store.write(insertExampleWebhook);
  });
  afterAll(() => service.stop());

  function keyFor(operation: Operation): Record<string, string> {
    return { authorization: `Bearer ${service.key(isForAdministrators(operation) ? 'admin' : 'write')}` };
  }

  /** The example of a body as it is sent. */
  function exampleOf({ requestBody }: Operation, type: string): string {
    const example = requestBody?.content[type]?.example;
    return typeof example === 'string' ? example : JSON.stringify(example);
  }

  /** Sends what Swagger UI would send, with changes; checks that the answer is one that the document declares. */
  async function execute(operation: Operation, type?: string, changes: Partial<Sent> = {}) {
    const { method, url, headers } = prefilledRequest(operation);
    const body = type === undefined ? undefined : exampleOf(operation, type);
    const isOpen = operation.method === 'get' && !isForAdministrators(operation);
    const authorization = isOpen ? {} : keyFor(operation);
    const sent: Sent = {
      url: `${service.url}${url}`,
      method,
      headers: { accept: '*/*', ...authorization, ...headers, ...(type && { 'content-type': type }) },
      body,
      ...changes,
    };
    const response = await fetch(sent.url, { method, headers: sent.headers, ...(sent.body && { body: sent.body }) });
    return checked(operation, response, sent);
  }

  async function checked(operation: Operation, response: Response, sent: Sent) {
    const told = `${sent.method} ${sent.url}`;
    const text = await response.text();
    const declared = operation.responses[response.status];
    expect(declared, `${told} answered ${response.status}, which is not declared: ${text}`).toBeDefined();
    const [type = ''] = (response.headers.get('content-type') ?? '').split(';');
    const media = declared?.content?.[type];
    expect(media !== undefined || text === '', `${told} answered in ${type}`).toBe(true);
    for (const name of Object.keys(declared?.headers ?? {})) {
      const optional = ['Link', 'Idempotency-Replayed'].includes(name);
      expect(optional || response.headers.has(name), `${told} has no ${name}`).toBe(true);
    }
    const isJson = /[/+]json$/.test(type);
    const json = text !== '' && isJson ? JSON.parse(text) : undefined;
    if (media !== undefined) validate(media.schema, isJson ? json : text, told);
    if (response.status >= 400) {
      expect(Object.keys(PROBLEMS)).toContain(json.code);
      expect(declared?.description, `${told} answered ${json.code}`).toContain(`\`${json.code}\``);
    }
    return { status: response.status, body: json };
  }

  const reading = operations.filter(({ method }) => method === 'get');

  test.each(reading.map((operation) => [operation.operationId, operation] as const))(
    '%s answers 200 as it is filled in, with what its schema says and no more',
    async (_id, operation) => {
      const { status, body } = await execute(operation);
      expect(status).toBe(200);
      if (operation.operationId.startsWith('list')) expect(body.data.length).toBeGreaterThan(0);
    },
  );

  const seedOf = (name: string) => resources.find((resource) => resource.name === name)?.example.slug;
  const named = (id: string) => operations.find(({ operationId }) => operationId === id) as Operation;

  test.each(resources.map(({ name }) => name))('%s: the examples of writing work one after the other', async (name) => {
    const json = 'application/json';
    const created = await execute(named(`create${name}`), json);
    expect(created).toMatchObject({ status: 201, body: { version: 1 } });
    const patched = await execute(named(`patch${name}`), 'application/merge-patch+json');
    expect(patched).toMatchObject({ status: 200, body: { version: 2 } });
    expect((await execute(named(`patch${name}`), 'application/json-patch+json')).status).toBe(200);
    expect((await execute(named(`patch${name}`), json)).status).toBe(200);
    const replaced = await execute(named(`replace${name}`), json);
    expect(replaced).toMatchObject({ status: 200, body: { id: created.body.id } });
    expect(await execute(named(`delete${name}`))).toEqual({ status: 204, body: undefined });
    expect((await execute(named(`create${name}`), json)).status).toBe(201);
    const merged = await execute(named(`merge${name}`), json);
    expect(merged).toMatchObject({ status: 200, body: { slug: seedOf(name) } });
    const upserted = await execute(named(`upsert${name}ByExternalId`), json);
    expect(upserted).toMatchObject({ status: 201, body: { version: 1 } });
    const again = await execute(named(`upsert${name}ByExternalId`), json);
    expect(again).toMatchObject({ status: 200, body: { id: upserted.body.id } });
  });

  test('the examples of texts work on the record of the example', async () => {
    expect((await execute(named('replaceSourceText'), 'text/plain')).body.textLength).toBeGreaterThan(50);
    expect(await execute(named('deleteSourceText'))).toEqual({ status: 204, body: undefined });
  });

  test('the examples about webhooks work on the one of the example', async () => {
    const json = 'application/json';
    expect(await execute(named('createWebhook'), json)).toMatchObject({ status: 201, body: { version: 1 } });
    expect(await execute(named('patchWebhook'), 'application/merge-patch+json')).toMatchObject({ status: 200 });
    expect(await execute(named('patchWebhook'), json)).toMatchObject({ status: 200, body: { documents: true } });
    expect(await execute(named('replaceWebhookSecret'), json)).toMatchObject({ status: 200 });
    expect(await execute(named('createWebhookReplay'), json)).toMatchObject({ status: 200, body: { position: 0 } });
    expect(await execute(named('createWebhookTest'))).toMatchObject({ status: 200, body: { delivered: false } });
  });

  const cases = (some: Operation[]) => some.map((operation) => [operation.operationId, operation] as const);
  const writing = operations.filter(({ method }) => method !== 'get');
  const oneRecord = operations.filter(({ path }) => path.includes('{ref}'));
  const at = (path: string) => `${service.url}${path}`;
  const typeOf = ({ requestBody }: Operation) => Object.keys(requestBody?.content ?? {})[0];

  function writeHeaders(operation: Operation, more: Record<string, string> = {}): Record<string, string> {
    const type = typeOf(operation);
    return { ...keyFor(operation), ...(type && { 'content-type': type }), ...more };
  }

  test('the examples of writing in bulk work', async () => {
    const batch = await execute(named('applyBatch'), 'application/json');
    expect(batch.body.data.map(({ status }: { status: number }) => status)).toEqual([201, 201, 200]);
    const { status } = await execute(named('importRecords'), 'application/x-ndjson');
    expect(status).toBe(200);
    for (const ref of ['areas/example-import-area', 'events/example-import-call']) {
      expect((await fetch(`${service.url}/v1/${ref}`)).status).toBe(200);
    }
  });

  test.each(cases(operations))('%s declares what it answers to an unknown parameter', async (_id, operation) => {
    const { url } = prefilledRequest(operation);
    const [path] = onSeed(operation, url).split('?');
    const { status, body } = await execute(operation, typeOf(operation), { url: at(`${path}?nonsense=1`) });
    expect([status, body.code]).toEqual([400, 'unknown-parameter']);
  });

  test.each(cases(operations.filter(({ path }) => path.startsWith('/v1/'))))(
    '%s declares what it answers to a wrong key and to types it cannot answer in',
    async (_id, operation) => {
      const type = typeOf(operation);
      expect((await execute(operation, type, { headers: { authorization: 'Bearer no' } })).status).toBe(401);
      const headers = writeHeaders(operation, { accept: 'image/png' });
      expect((await execute(operation, type, { headers })).status).toBe(406);
    },
  );

  test.each(cases(oneRecord))('%s declares what it answers where no record is', async (_id, operation) => {
    const headers = writeHeaders(operation, { 'if-match': '*' });
    const read = (ref: string) =>
      execute(operation, typeOf(operation), { url: at(operation.path.replace('{ref}', ref)), headers });
    expect((await read('x'.repeat(600))).status).toBe(414);
    expect((await read('no-such-thing')).status).toBe(404);
  });

  test.each(cases(writing))('%s declares what it answers to keys that may not write', async (_id, operation) => {
    const type = typeOf(operation);
    expect((await execute(operation, type, { headers: {} })).status).toBe(401);
    const headers = { authorization: `Bearer ${service.key('read')}` };
    expect((await execute(operation, type, { headers })).status).toBe(403);
  });

  const takes = (type: string) => writing.filter(({ requestBody }) => Object.hasOwn(requestBody?.content ?? {}, type));

  test('replaceSourceText declares what it answers to bodies of a wrong type, form or size', async () => {
    const [operation] = takes('text/plain') as [Operation];
    const url = at(onSeed(operation, prefilledRequest(operation).url));
    const send = (type: string, body: string) =>
      execute(operation, undefined, {
        url,
        headers: writeHeaders(operation, { 'if-match': '*', 'content-type': type }),
        body,
      });
    expect((await send('application/json', '{}')).status).toBe(415);
    expect((await send('text/plain; charset=iso-8859-1', 'x')).status).toBe(415);
    expect((await send('text/plain', 'a\u0000')).body.code).toBe('invalid-text');
    expect((await send('text/plain', 'x'.repeat(5_300_000))).status).toBe(413);
  });

  test.each(cases(takes('application/json')))(
    '%s declares what it answers to bodies of a wrong type, form or size',
    async (_id, operation) => {
      const url = at(onSeed(operation, prefilledRequest(operation).url));
      const send = (more: Record<string, string>, body: string) =>
        execute(operation, undefined, { url, headers: writeHeaders(operation, { 'if-match': '*', ...more }), body });
      expect((await send({ 'content-type': 'text/plain' }, 'x')).status).toBe(415);
      expect((await send({}, '{')).status).toBe(400);
      expect((await send({}, '"text"')).status).toBe(400);
      const tooMany = operation.operationId === 'applyBatch' ? 17_000_000 : 1_100_000;
      expect((await send({}, `"${'x'.repeat(tooMany)}"`)).status).toBe(413);
    },
  );

  // A POST changes nothing that anybody may have read otherwise.
  test.each(cases(oneRecord.filter((operation) => writing.includes(operation) && operation.method !== 'post')))(
    '%s declares what it answers without a precondition and to a stale one',
    async (_id, operation) => {
      const url = at(onSeed(operation, prefilledRequest(operation).url));
      const example = operation.requestBody?.content[typeOf(operation) ?? '']?.example as object;
      // Under the slug of the seed, so that nothing but the precondition is wrong.
      const bodies = {
        put: JSON.stringify({ ...example, slug: seedSlug(operation) }),
        patch: '{}',
        post: JSON.stringify(example),
      };
      const body = bodies[operation.method as keyof typeof bodies];
      const without = { url, headers: writeHeaders(operation), body };
      expect((await execute(operation, undefined, without)).status).toBe(428);
      const stale = { url, headers: writeHeaders(operation, { 'if-match': '"v99"' }), body };
      expect((await execute(operation, undefined, stale)).status).toBe(412);
    },
  );

  test('the check of answers notices a field that the document does not name', () => {
    const schema = { $ref: '#/components/schemas/Count' };
    expect(() => validate(schema, { value: 1, exact: true }, '')).not.toThrow();
    expect(() => validate(schema, { value: 1, exact: true, more: 1 }, '')).toThrow(/more/);
    expect(() => validate(schema, { value: '1', exact: true }, '')).toThrow(/value/);
  });
});

function isForAdministrators({ path }: Operation): boolean {
  return path.startsWith('/v1/webhooks');
}

/** The webhook of the examples, which leads nowhere, with a delivery. */
async function insertExampleWebhook(tx: Tx): Promise<void> {
  const reading = operations.find(({ operationId }) => operationId === 'getWebhook') as Operation;
  const id = decodeURIComponent(prefilledRequest(reading).url.split('/').at(-1) ?? '');
  const settings = { url: 'https://127.0.0.1/hook', filters: {}, documents: false, enabled: true };
  const made = await createWebhook(tx, settings, undefined, { by: 'nobody', now: Date.UTC(2025, 0, 1) });
  await updateWebhook(tx, made.id, { id });
  const message = { id: 'msg_1', type: 'chancery.event.put', body: '' };
  const sent = { status: 204, retryAfter: undefined, excerpt: '', error: null };
  await logDelivery(tx, deliveryOf(id, { message, revision: 1, at: Date.UTC(2025, 0, 1), latencyMs: 7, sent }, 1));
}

interface Sent {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** The URL with the record of the create example replaced by a seed, which is there. */
function onSeed(operation: Operation, url: string): string {
  return url.replace(/example-[a-z]+/, seedSlug(operation));
}

function seedSlug(operation: Operation): string {
  return resources.find(({ collection }) => operation.tags[0] === collection)?.example.slug ?? '';
}
