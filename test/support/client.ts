import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import type { Response } from 'supertest';
import { expect } from 'vitest';
import { PROBLEMS, type ProblemCode } from '../../src/problems.js';
import type { Scope } from '../../src/shared/api-key.js';
import type { TestService } from './service.js';

/** A parsed answer, of whatever shape. */
export type AnyJson = Response['body'];

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The text as JSON; undefined when there is none. */
  body: AnyJson;
}

export interface Sent {
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is, with `application/json` unless `headers` say otherwise. */
  raw?: string | Buffer;
  headers?: OutgoingHttpHeaders;
  /** Scope of the key; `null` sends none. Reading sends none and writing `write` unless told. */
  key?: Scope | null;
}

/** Requests over kept-alive connections, with paths, headers and bodies exactly as given. */
export interface Client {
  send(method: string, path: string, sent?: Sent): Promise<Answer>;
  get(path: string, headers?: OutgoingHttpHeaders): Promise<Answer>;
  post(path: string, json: unknown, headers?: OutgoingHttpHeaders): Promise<Answer>;
  put(path: string, json: unknown, headers?: OutgoingHttpHeaders): Promise<Answer>;
  /** A merge patch unless `headers` name another media type. */
  patch(path: string, json: unknown, headers?: OutgoingHttpHeaders): Promise<Answer>;
  delete(path: string, headers?: OutgoingHttpHeaders): Promise<Answer>;
  /** Follows `next` from a first page to the last; `between` runs after each page but the last. */
  walk(path: string, between?: (page: number) => Promise<unknown>): Promise<{ pages: AnyJson[]; data: AnyJson[] }>;
  close(): void;
}

export const ANY = { 'if-match': '*' } as const;

export function client(service: Pick<TestService, 'url' | 'key'>): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const send: Client['send'] = (method, path, sent = {}) => {
    const { json, raw, headers = {}, key = method === 'GET' || method === 'HEAD' ? null : 'write' } = sent;
    const text = raw ?? (json === undefined ? undefined : JSON.stringify(json));
    // Bytes and not text: Node would write the headers in the encoding of a text, which changes what is not ASCII.
    const payload = text === undefined ? undefined : Buffer.from(text as string);
    const all: OutgoingHttpHeaders = {
      ...(payload !== undefined && { 'content-type': 'application/json', 'content-length': payload.length }),
      ...(key !== null && { authorization: `Bearer ${service.key(key)}` }),
      ...headers,
    };
    return exchange(agent, service.url, method, path, all, payload);
  };
  const withJson =
    (method: string, type: string): Client['post'] =>
    (path, json, headers = {}) =>
      send(method, path, { json, headers: { 'content-type': type, ...headers } });
  return {
    send,
    get: (path, headers = {}) => send('GET', path, { headers }),
    post: withJson('POST', 'application/json'),
    put: withJson('PUT', 'application/json'),
    patch: withJson('PATCH', 'application/merge-patch+json'),
    delete: (path, headers = {}) => send('DELETE', path, { headers }),
    walk: (path, between) => walk(send, path, between),
    close: () => agent.destroy(),
  };
}

function exchange(
  agent: Agent,
  url: string,
  method: string,
  path: string,
  headers: OutgoingHttpHeaders,
  payload: Buffer | undefined,
): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let answered = false;
    const outgoing = request({ agent, hostname, port, method, path, headers }, (incoming) => {
      answered = true;
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, body: parse(text) });
      });
    });
    // A server that refuses a body early closes while the client still writes; the answer is there all the same.
    outgoing.on('error', (error) => (answered ? undefined : reject(error)));
    outgoing.end(payload);
  });
}

function parse(text: string): AnyJson {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function walk(send: Client['send'], path: string, between?: (page: number) => Promise<unknown>) {
  const pages: AnyJson[] = [];
  let cursor: string | null = null;
  do {
    if (cursor !== null) await between?.(pages.length);
    const separator = path.includes('?') ? '&' : '?';
    const answer = await send('GET', cursor === null ? path : `${path}${separator}cursor=${cursor}`);
    expect({ status: answer.status, path, text: answer.status === 200 ? '' : answer.text }).toEqual({
      status: 200,
      path,
      text: '',
    });
    pages.push(answer.body);
    cursor = answer.body.page.next;
  } while (cursor !== null);
  return { pages, data: pages.flatMap((page) => page.data) };
}

/** Holds an answer against the catalogue: media type, members, headers. Gives its body. */
export function expectProblem(answer: Answer, code: ProblemCode): AnyJson {
  const { status, title, retryable } = PROBLEMS[code];
  expect({ status: answer.status, code: answer.body?.code, type: answer.headers['content-type'] }).toEqual({
    status,
    code,
    type: 'application/problem+json; charset=utf-8',
  });
  expect(answer.body).toMatchObject({ type: `/problems/${code}`, title, status, code, retryable });
  expect(answer.body.detail).toMatch(/\S/);
  expect(answer.body.requestId).toMatch(/\S/);
  expect(answer.headers['cache-control']).toBe('no-store');
  return answer.body;
}
