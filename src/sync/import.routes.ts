import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { bytesOf, NDJSON_TYPE, registerNdjsonBody, requireMediaType } from '../http/body.js';
import { readAuthor, wrongHeader } from '../http/change.js';
import { requireAcceptable } from '../http/negotiate.js';
import { readQuery } from '../http/query.js';
import { Problem } from '../problems.js';
import { readCode } from '../resources/operations/parameters.js';
import type { Services } from '../resources/operations/services.js';
import { RESOURCE_TYPES } from '../shared/ids.js';
import { importOperation } from './import.describe.js';
import { type ImportResult, importRecords } from './import.js';
import { MAX_IMPORTS, STALL_SECONDS } from './limits.js';
import { droppingStalled } from './stream.js';

/** Portions of results that are made ahead of a client that does not read while it sends. */
const AHEAD = 100;

/** `POST /v1/import`. */
export function registerImport(app: FastifyInstance, services: Services): void {
  const stop = new AbortController();
  let running = 0;
  // Before the server stops to listen: it waits for answers, and imports may go on for long.
  app.addHook('preClose', async () => stop.abort());
  app.register(async (scope) => {
    registerNdjsonBody(scope);
    scope.route({
      method: 'POST',
      url: '/v1/import',
      schema: importOperation,
      config: { scope: 'write', unhurried: true },
      onRequest: async (request) => requireImport(request),
      async handler(request, reply) {
        if (running >= MAX_IMPORTS)
          throw new Problem('overloaded', 'Too many imports are under way already; repeat the request later.');
        running += 1;
        reply.raw.once('close', () => {
          running -= 1;
        });
        return answer(services, request, reply, stop.signal);
      },
    });
  });
}

/** Before the body is read. */
function requireImport(request: FastifyRequest): void {
  requireAcceptable(request, [NDJSON_TYPE]);
  readOptions(request);
  requireMediaType(request, [NDJSON_TYPE]);
  if (request.headers['idempotency-key'] !== undefined) {
    throw wrongHeader('Idempotency-Key', 'is not taken here: an import that is repeated finds what it has done');
  }
  readAuthor(request);
}

function readOptions(request: FastifyRequest) {
  const query = readQuery(request, ['type', 'dryRun', 'report']);
  return {
    type: readCode(query, 'type', RESOURCE_TYPES),
    dryRun: readCode(query, 'dryRun', ['true', 'false']) === 'true',
    report: readCode(query, 'report', ['all', 'problems']) ?? 'all',
  };
}

async function answer(
  { store, journal, baseUrl }: Services,
  request: FastifyRequest,
  reply: FastifyReply,
  stop: AbortSignal,
): Promise<FastifyReply> {
  const { report, ...options } = readOptions(request);
  const log = (error: unknown) => request.log.error({ err: error, requestId: request.id }, 'import stopped');
  const deps = { store, journal, baseUrl, stop, report: log };
  const portions = importRecords(deps, bytesOf(request), { ...options, author: readAuthor(request) });
  // What goes wrong before there is a result can still be answered.
  const first = await portions.next();
  // The connection is for the import alone: one that stops early leaves the rest of the body on it.
  reply.type(`${NDJSON_TYPE}; charset=utf-8`);
  reply.headers({ 'cache-control': 'no-store', connection: 'close', 'x-accel-buffering': 'no' });
  const isShown = (result: ImportResult) => report === 'all' || !('line' in result) || result.status === 'problem';
  return reply.send(droppingStalled(texts(first, portions, isShown), STALL_SECONDS * 1_000, AHEAD));
}

async function* texts(
  first: IteratorResult<ImportResult[], void>,
  rest: AsyncGenerator<ImportResult[], void, undefined>,
  isShown: (result: ImportResult) => boolean,
): AsyncGenerator<string, void, undefined> {
  const written = (results: readonly ImportResult[]) =>
    results
      .filter(isShown)
      .map((result) => `${JSON.stringify(result)}\n`)
      .join('');
  if (first.done !== true) yield written(first.value);
  for await (const results of rest) {
    const text = written(results);
    if (text !== '') yield text;
  }
}
