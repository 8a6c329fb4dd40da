import type { FastifyInstance, FastifyRequest } from 'fastify';
import { JSON_TYPE } from '../http/body.js';
import { readAuthor } from '../http/change.js';
import { writeOnce } from '../http/idempotency.js';
import { requireAcceptable } from '../http/negotiate.js';
import { JSON_UTF8, type Services } from '../resources/operations/services.js';
import { requireBody } from '../resources/operations/write.js';
import { batchOperation } from './batch.describe.js';
import { parseBatch, runBatch } from './batch.js';
import { MAX_BATCH_BYTES } from './limits.js';

/** `POST /v1/batch`. */
export function registerBatch(app: FastifyInstance, services: Services): void {
  const acceptable = async (request: FastifyRequest) => requireAcceptable(request, [JSON_TYPE]);
  app.route({
    method: 'POST',
    url: '/v1/batch',
    schema: batchOperation,
    config: { scope: 'write' },
    bodyLimit: MAX_BATCH_BYTES,
    onRequest: [acceptable, requireBody([JSON_TYPE])],
    handler: (request, reply) => {
      const batch = parseBatch(request.body);
      const author = readAuthor(request);
      const effect = async (tx: Parameters<typeof runBatch>[0]) => {
        const result = await runBatch(tx, services, batch, author);
        return { status: 200, headers: { 'content-type': JSON_UTF8 }, body: JSON.stringify(result) };
      };
      return writeOnce(services.store, services.clock, request, reply, effect, 'long');
    },
  });
}
