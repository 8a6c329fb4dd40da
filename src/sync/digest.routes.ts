import type { FastifyInstance } from 'fastify';
import { LRUCache } from 'lru-cache';
import { mirrorStatuses, readInstance } from '../db/pulls.js';
import { JSON_TYPE } from '../http/body.js';
import { requireAcceptable } from '../http/negotiate.js';
import { readQuery, wholeNumber } from '../http/query.js';
import { answerAsOf } from '../resources/operations/answer-as-of.js';
import { readCodes } from '../resources/operations/parameters.js';
import type { Services } from '../resources/operations/services.js';
import { RESOURCE_TYPES } from '../shared/ids.js';
import { digestOperation, syncOperation } from './digest.describe.js';
import { BUCKETS, type Digest, readDigest, type Sum } from './digest.js';
import { LIMITS } from './limits.js';

/** Digests kept; one of a revision never changes, and many ask for that of the head. */
const KEPT = 20;

/** `GET /v1/sync` and `GET /v1/sync/digest`. */
export function registerDigest(app: FastifyInstance, services: Services): void {
  const config = { scope: 'read' } as const;
  app.get('/v1/sync', { schema: syncOperation, config }, async (request, reply) => {
    requireAcceptable(request, [JSON_TYPE]);
    const query = readQuery(request, []);
    const [instance, mirrors] = [await readInstance(services.store), await mirrorStatuses(services.store)];
    // How far mirrors are is not in the journal; with the name the ETag is another.
    const name = `sync ${instance} ${JSON.stringify(mirrors)}`;
    return answerAsOf(services, request, reply, { name, query }, async ({ epoch, recordedAt }, head) => ({
      ...{ instance, epoch, head, recordedAt, oldest: 0 },
      lifetimes: { cursor: null, tombstone: null, version: null },
      limits: LIMITS,
      mirrors,
    }));
  });
  const kept = new LRUCache<string, Promise<Digest>>({ max: KEPT });
  app.get('/v1/sync/digest', { schema: digestOperation, config }, async (request, reply) => {
    requireAcceptable(request, [JSON_TYPE]);
    const query = readQuery(request, ['asOf', 'types', 'bucket']);
    const types = readCodes(query, 'types', RESOURCE_TYPES) ?? RESOURCE_TYPES;
    const text = query.get('bucket')?.[0];
    const bucket = text === undefined ? undefined : wholeNumber('bucket', text, 0, BUCKETS - 1, 0);
    return answerAsOf(services, request, reply, { name: 'digest', query }, async ({ epoch }, asOf) => {
      if (bucket !== undefined) {
        const { all, records } = await readDigest(services.analyst, asOf, types, bucket);
        return { asOf, epoch, ...written(all), bucket, records };
      }
      const key = [epoch, asOf, ...[...types].sort()].join();
      const reading = kept.get(key) ?? readDigest(services.analyst, asOf, types);
      kept.set(key, reading);
      // One that failed is read again by whoever asks next.
      reading.catch(() => kept.delete(key));
      const { all, buckets } = await reading;
      return { asOf, epoch, ...written(all), buckets: buckets.map(written) };
    });
  });
}

function written({ count, hex }: Sum): { count: number; digest: string } {
  return { count, digest: hex };
}
