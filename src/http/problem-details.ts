import { randomUUID } from 'node:crypto';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DatabaseError, type DatabaseFault } from '../db/errors.js';
import { PROBLEMS, Problem, type ProblemCode } from '../problems.js';
import { Moved, sendMoved } from './moved.js';

export const PROBLEM_JSON = 'application/problem+json; charset=utf-8';
const RETRY_AFTER_SECONDS = '1';
export const MAX_BODY_BYTES = 1024 * 1024;
/** Of a text that is sent as it is. */
export const MAX_TEXT_BYTES = 5 * 1024 * 1024;

/** Fastify's own errors, and the problem each is answered with. */
const FRAMEWORK: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid-request',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed-json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed-json',
  FST_ERR_BAD_URL: 'invalid-parameter',
  FST_ERR_MAX_PARAM_LENGTH: 'uri-too-long',
  FST_ERR_ASYNC_CONSTRAINT: 'invalid-request',
};

const DATABASE: Readonly<Record<DatabaseFault, ProblemCode>> = {
  unique: 'internal',
  'foreign-key': 'internal',
  full: 'storage-full',
  busy: 'overloaded',
  corrupt: 'unavailable',
  'read-only': 'storage-full',
  'cannot-open': 'unavailable',
  away: 'unavailable',
  denied: 'unavailable',
  other: 'internal',
};

const DETAILS: Partial<Record<ProblemCode, string>> = {
  'storage-full': 'The database cannot be written at present; reading still works.',
  overloaded: 'The database is busy; repeat the request shortly.',
  unavailable: 'The database cannot be used at present.',
};

/**
 * The problem that stands for any error; what is not known is `internal` and tells nothing. `maxBytes` is what the body
 * may have.
 */
export function toProblem(error: unknown, maxBytes = MAX_BODY_BYTES): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof DatabaseError) {
    const code = DATABASE[error.fault];
    return new Problem(code, DETAILS[code] ?? 'Something went wrong.', { cause: error });
  }
  const { code: frameworkCode = '', statusCode = 500 } = error as Partial<FastifyError>;
  const code = FRAMEWORK[frameworkCode] ?? (statusCode === 400 ? 'invalid-request' : 'internal');
  if (code === 'payload-too-large') {
    return new Problem(code, `The body may have at most ${maxBytes} bytes.`, { cause: error, extra: { maxBytes } });
  }
  const detail =
    code === 'internal' ? 'Something went wrong; the request id finds it in the log.' : (error as Error).message;
  return new Problem(code, detail, { cause: error });
}

/** The body of a problem (RFC 9457) as JSON text. */
export function problemBody(problem: Problem, requestId: string): string {
  return JSON.stringify(problemDetails(problem, requestId));
}

/** A problem (RFC 9457) as it stands in an answer; without the id of a request where there is none. */
export function problemDetails(problem: Problem, requestId: string | null): object {
  const { status, title, retryable } = PROBLEMS[problem.code];
  return {
    type: `/problems/${problem.code}`,
    title,
    status,
    detail: problem.message,
    code: problem.code,
    ...(requestId !== null && { requestId }),
    retryable,
    ...(problem.errors && { errors: problem.errors }),
    ...problem.extra,
  };
}

/** Answers a request with the problem that stands for an error. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblem(error, request.routeOptions?.bodyLimit);
  if (problem.status >= 500)
    request.log.error({ err: problem.cause ?? problem, requestId: request.id }, 'request failed');
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  if (problem.status === 503 || problem.code === 'idempotency-in-progress')
    reply.header('retry-after', RETRY_AFTER_SECONDS);
  return reply
    .code(problem.status)
    .headers({ 'cache-control': 'no-store', 'x-request-id': request.id, ...problem.headers })
    .type(PROBLEM_JSON)
    .send(problemBody(problem, request.id));
}

/**
 * Makes every error of the framework, the parser and our own an `application/problem+json` answer, and a record that
 * goes on as another a redirect; `baseUrl` is put before its address.
 */
export function registerProblems(app: FastifyInstance, baseUrl: string): void {
  const routes: { method: string; path: RegExp }[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    const path = new RegExp(`^${url.replace(/:[A-Za-z]+/g, '[^/]+').replace(/\*$/, '.*')}/?$`);
    for (const each of [method].flat()) routes.push({ method: each, path });
  });
  app.setErrorHandler((error, request, reply) =>
    error instanceof Moved ? sendMoved(error, request, reply, baseUrl) : sendProblem(error, request, reply),
  );
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allow = [...new Set(routes.filter((route) => route.path.test(path)).map((route) => route.method))].join(', ');
    const problem =
      allow === '' || allow.split(', ').includes(request.method)
        ? new Problem('not-found', 'There is no such path.')
        : new Problem('method-not-allowed', `This path takes ${allow}.`, { headers: { allow } });
    return sendProblem(problem, request, reply);
  });
}

/** Problems of the HTTP parser, which never become requests: their codes and what the client is told. */
const PARSER: Readonly<Record<string, [ProblemCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers-too-large', 'The request headers may have at most 16 KiB.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['invalid-request', 'The request was not received in time.'],
};

/** Answers what Node's HTTP parser refuses, then closes the connection. */
export function answerParserError(error: NodeJS.ErrnoException, socket: Socket, log: FastifyBaseLogger): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy(error);
    return;
  }
  const [code, detail] = PARSER[error.code ?? ''] ?? ['invalid-request', 'The request is not valid HTTP/1.1.'];
  log.debug({ code: error.code }, 'parser refused a request');
  const body = problemBody(new Problem(code, detail), randomUUID());
  const { status } = PROBLEMS[code];
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: ${PROBLEM_JSON}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n${body}`,
  );
}

const MAX_URI_CHARS = 8192;

/**
 * Refuses what is too long, a path that no record can have, and what a proxy and this server could read differently:
 * more than one Host header.
 */
export function refuseUnfit(raw: IncomingMessage): void {
  const { url = '' } = raw;
  if (url.length > MAX_URI_CHARS) {
    throw new Problem('uri-too-long', `The request target may have at most ${MAX_URI_CHARS} characters.`);
  }
  if (url.includes('%00') && url.split('?', 1)[0]?.includes('%00')) {
    throw new Problem('not-found', 'There is no such path: it holds U+0000, which no text here may hold.');
  }
  let hosts = 0;
  for (let index = 0; index < raw.rawHeaders.length; index += 2) {
    if (raw.rawHeaders[index]?.toLowerCase() === 'host') hosts += 1;
  }
  if (hosts > 1) throw new Problem('invalid-request', 'The request has more than one Host header.');
}
