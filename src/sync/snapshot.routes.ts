import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Preamble, readPreamble } from '../db/look-up.js';
import { answerTag, cacheHeaders, isNotModified } from '../http/conditional.js';
import { encoded, preferredEncoding } from '../http/encoding.js';
import { requireAcceptable } from '../http/negotiate.js';
import { readQuery } from '../http/query.js';
import { Problem } from '../problems.js';
import { type AsOf, isImmutable, parseAsOf, revisionOf } from '../resources/operations/as-of.js';
import { contentType, FORMATS } from '../resources/operations/formats/format.js';
import { pinnedRevision, readCursor } from '../resources/operations/paging.js';
import { readCodes } from '../resources/operations/parameters.js';
import type { Services } from '../resources/operations/services.js';
import { toInstant } from '../shared/clock.js';
import { type Cursor, encodeCursor, queryHash } from '../shared/cursor.js';
import { RESOURCE_TYPES, type ResourceType } from '../shared/ids.js';
import { Sum } from './digest.js';
import { feedCursor } from './followed.js';
import { orRestart, SNAPSHOT_PATH } from './restart.js';
import { snapshotOperation } from './snapshot.describe.js';
import { noProgress, type Progress, SNAPSHOT_ORDER, type SnapshotPart, snapshotParts } from './snapshot.js';

/** A snapshot as it was asked for, and where it stands. */
interface Asked {
  epoch: string;
  revision: number;
  immutable: boolean;
  /** Undefined: all. */
  chosen: ResourceType[] | undefined;
  /** In the order of the snapshot. */
  types: ResourceType[];
  hash: string;
  from: Progress;
  resumed: boolean;
}

/** `GET /v1/snapshot`. */
export function registerSnapshot(app: FastifyInstance, services: Services): void {
  app.get(SNAPSHOT_PATH, { schema: snapshotOperation, config: { scope: 'read' } }, async (request, reply) => {
    requireAcceptable(request, [FORMATS.ndjson]);
    const query = readQuery(request, ['asOf', 'types', 'cursor']);
    const chosen = readCodes(query, 'types', RESOURCE_TYPES);
    const cursor = readCursor(query.get('cursor')?.[0]);
    const asOf = parseAsOf(query.get('asOf')?.[0]);
    return orRestart(services.baseUrl, async () => {
      const instant = asOf && 'instant' in asOf ? asOf.instant : undefined;
      const head = await readPreamble(services.store, [], instant);
      return answer(services, request, reply, askedFor(services, head, chosen, asOf, cursor));
    });
  });
}

function askedFor(
  { clock }: Services,
  head: Preamble,
  chosen: ResourceType[] | undefined,
  asOf: AsOf | undefined,
  cursor: Cursor | undefined,
): Asked {
  const types = SNAPSHOT_ORDER.filter((type) => chosen === undefined || chosen.includes(type));
  const hash = queryHash(`snapshot ${types.join()}`);
  const asked = asOf && revisionOf(asOf, head, head.revisionAt, toInstant(clock.now()));
  const kinds = cursor?.keys.map((key) => (typeof key === 'number' ? ('integer' as const) : ('text' as const))) ?? [];
  const pinned = cursor && pinnedRevision(cursor, hash, head, kinds);
  if (pinned !== undefined && asked !== undefined && asked !== pinned)
    throw new Problem('cursor-mismatch', `The cursor is of a snapshot at revision ${pinned}.`);
  const from = cursor ? progressOf(cursor, types) : noProgress(types);
  const revision = pinned ?? asked ?? head.revision;
  const immutable = cursor !== undefined || (asOf !== undefined && isImmutable(asOf, head));
  return { epoch: head.epoch, revision, immutable, chosen, types, hash, from, resumed: cursor !== undefined };
}

async function answer(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: Asked,
): Promise<FastifyReply> {
  const encoding = preferredEncoding(request.headers['accept-encoding']);
  const { epoch, hash, revision } = asked;
  const start = JSON.stringify(progressKeys(asked.from));
  const tag = answerTag(revision, queryHash([epoch, hash, start, encoding].join()));
  const headers = () => {
    cacheHeaders(reply, tag, asked.immutable, services.publicRead);
    reply.header('vary', `${reply.getHeader('vary')}, Accept-Encoding`);
  };
  if (isNotModified(request, tag)) {
    headers();
    return reply.code(304).send();
  }
  const parts = snapshotParts(services.analyst, revision, asked.types, asked.from);
  // What goes wrong before the first part is there can still be answered.
  const first = request.method === 'HEAD' ? undefined : await parts.next();
  headers();
  reply.type(contentType('ndjson'));
  if (encoding !== undefined) reply.header('content-encoding', encoding);
  if (first === undefined) return reply.send(Readable.from([]));
  const texts = textsOf(asked, first.done ? undefined : first.value, parts);
  // Texts and not buffers: V8 lets some 64 MB of these pile up before it collects them.
  return reply.send(encoded(Readable.from(texts, { highWaterMark: 1 }), encoding));
}

async function* textsOf(
  asked: Asked,
  first: SnapshotPart | undefined,
  rest: AsyncGenerator<SnapshotPart, void, undefined>,
): AsyncGenerator<string, void, undefined> {
  const { epoch, revision, types, chosen } = asked;
  let progress = asked.from;
  const written = (part: SnapshotPart) => {
    progress = part.progress;
    const docs = part.docs.map((doc) => `${doc}\n`).join('');
    const isMirrored = Object.keys(part.origins).length > 0;
    const origins = isMirrored ? line({ snapshot: 'origins', origins: part.origins }) : '';
    return `${origins}${docs}${line({ snapshot: 'checkpoint', cursor: checkpoint(asked, progress) })}`;
  };
  yield line({ snapshot: asked.resumed ? 'resumed' : 'begin', revision, epoch, types });
  if (first !== undefined) yield written(first);
  for await (const part of rest) yield written(part);
  const counts = Object.fromEntries(types.map((type, index) => [type, progress.counts[index] ?? 0]));
  const { count, hex: digest } = progress.sum;
  yield line({ snapshot: 'end', revision, cursor: feedCursor(epoch, chosen, revision), count, counts, digest });
}

function line(members: object): string {
  return `${JSON.stringify(members)}\n`;
}

/** The cursor to go on with behind a progress. */
function checkpoint({ epoch, hash, revision }: Asked, progress: Progress): string {
  return encodeCursor({ epoch, query: hash, revision, keys: progressKeys(progress) });
}

function progressKeys({ type, sum, counts, position }: Progress): (string | number)[] {
  return [type, sum.hex, ...counts, ...position];
}

/** Reads a progress back. Raises `cursor-malformed` for what no snapshot of these types gave out. */
function progressOf({ keys }: Cursor, types: readonly ResourceType[]): Progress {
  const [type, hex, ...rest] = keys;
  const counts = rest.slice(0, types.length);
  const position = rest.slice(types.length);
  const fits =
    isCount(type) && isDigest(hex) && counts.length === types.length && counts.every(isCount) && isPosition(position);
  if (!fits) throw new Problem('cursor-malformed', 'The cursor is of no such snapshot.');
  const numbers = counts.map(Number);
  const total = numbers.reduce((a, b) => a + b, 0);
  const sum = new Sum(total, Uint8Array.from(Buffer.from(String(hex), 'hex')));
  return { type: Number(type), position, counts: numbers, sum };
}

function isCount(key: unknown): boolean {
  return Number.isSafeInteger(key) && Number(key) >= 0;
}

function isDigest(key: unknown): boolean {
  return typeof key === 'string' && /^[0-9a-f]{64}$/.test(key);
}

/** Sort values of the order of creation, or none. */
function isPosition(keys: readonly unknown[]): boolean {
  return keys.length === 0 || (keys.length === 2 && isCount(keys[0]) && typeof keys[1] === 'string');
}
