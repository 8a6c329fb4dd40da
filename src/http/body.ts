import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problems.js';
import { type JsonFault, parseJson } from '../shared/json.js';
import { MAX_BODY_BYTES, MAX_TEXT_BYTES } from './problem-details.js';

export const JSON_TYPE = 'application/json';
export const MERGE_PATCH = 'application/merge-patch+json';
export const TEXT_TYPE = 'text/plain';
export const NDJSON_TYPE = 'application/x-ndjson';
export const JSON_PATCH = 'application/json-patch+json';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Takes JSON in its three media types and nothing else, with the checks of `parseJson`. */
export function registerBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    [JSON_TYPE, MERGE_PATCH, JSON_PATCH],
    { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES },
    (_request, body, done) => {
      try {
        done(null, readJson(body as Buffer));
      } catch (error) {
        done(error as Error);
      }
    },
  );
}

/** Takes plain text, too, in this scope alone; its handlers get the bytes. */
export function registerTextBody(scope: FastifyInstance): void {
  scope.addContentTypeParser(TEXT_TYPE, { parseAs: 'buffer', bodyLimit: MAX_TEXT_BYTES }, (_request, body, done) =>
    done(null, body),
  );
}

/** Takes NDJSON, too, in this scope alone; its handlers get the stream of bytes as it comes, however long it is. */
export function registerNdjsonBody(scope: FastifyInstance): void {
  scope.addContentTypeParser(NDJSON_TYPE, (_request, body, done) => done(null, body));
}

const GZIP = 'gzip';

/**
 * The bytes of a body that is taken as a stream, unpacked if they come as gzip. Raises `unsupported-media-type` for
 * another encoding, and as they are read `invalid-request` when they break off or are no gzip.
 */
export function bytesOf(request: FastifyRequest): AsyncIterable<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== GZIP && encoding !== 'identity') {
    const detail = `The encoding ${encoding.slice(0, 100)} is not taken here; send ${GZIP} or none.`;
    throw new Problem('unsupported-media-type', detail, { extra: { available: [GZIP, 'identity'] } });
  }
  const body = (request.body ?? Readable.from([])) as Readable;
  return whole(encoding === GZIP ? pipeline(body, createGunzip(), () => undefined) : body);
}

async function* whole(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* bytes;
  } catch (error) {
    const isPacked = String((error as NodeJS.ErrnoException).code).startsWith('Z_');
    const detail = isPacked ? 'The body is not gzip, or not the whole of it.' : 'The body broke off.';
    throw new Problem('invalid-request', detail, { cause: error });
  }
}

/**
 * The text that a body of plain text is. Raises `unsupported-media-type` for another type or another encoding than
 * UTF-8, which is meant when none is named.
 */
export function requireTextType(request: FastifyRequest): void {
  requireMediaType(request, [TEXT_TYPE]);
  const parameters = (request.headers['content-type'] ?? '').split(';').slice(1);
  const charset = parameters
    .map((parameter) => /^\s*charset\s*=\s*"?([^"\s]*)"?\s*$/i.exec(parameter)?.[1]?.toLowerCase())
    .find((name) => name !== undefined);
  if (charset === undefined || charset === 'utf-8' || charset === 'utf8') return;
  throw new Problem('unsupported-media-type', `The charset ${charset.slice(0, 100)} is not taken here; send UTF-8.`, {
    extra: { available: [`${TEXT_TYPE}; charset=utf-8`] },
  });
}

/** The text of bytes in UTF-8. Raises `invalid-text` for other bytes and U+0000, `invalid-request` for no text. */
export function readText(bytes: Buffer): string {
  if (bytes.length === 0) throw invalidBody('invalid-request', 'empty', 'is empty; DELETE takes a text away');
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw invalidBody('invalid-text', 'text', `is not UTF-8 from byte ${firstInvalidByte(bytes)} on`);
  }
  const nul = text.indexOf('\u0000');
  if (nul === -1) return text;
  const byte = Buffer.byteLength(text.slice(0, nul));
  throw invalidBody('invalid-text', 'text', `holds U+0000 at byte ${byte}`);
}

function invalidBody(problem: 'invalid-request' | 'invalid-text', code: string, message: string): Problem {
  return new Problem(problem, `The body ${message}.`, { errors: [{ in: 'body', pointer: '', code, message }] });
}

/** Where the bytes begin to differ from what decoding makes of them. */
function firstInvalidByte(bytes: Buffer): number {
  const repaired = Buffer.from(bytes.toString('utf8'));
  let at = 0;
  while (at < bytes.length && bytes[at] === repaired[at]) at += 1;
  return at;
}

const FAULTS: Readonly<Record<JsonFault, 'malformed-json' | 'invalid-text'>> = {
  syntax: 'malformed-json',
  'duplicate-key': 'malformed-json',
  'forbidden-key': 'malformed-json',
  'too-deep': 'malformed-json',
  text: 'invalid-text',
};

/** The value that a body of JSON is, with the checks of `parseJson`. Raises `malformed-json` and `invalid-text`. */
export function readJson(body: Buffer): unknown {
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    throw new Problem('invalid-text', 'The body is not UTF-8.');
  }
  const result = parseJson(text);
  if (result.ok) return result.value;
  throw new Problem(
    FAULTS[result.fault],
    result.fault === 'syntax' ? 'The body is not JSON.' : `The body ${result.detail}.`,
    {
      errors: [{ in: 'body', pointer: '', code: result.fault, message: result.detail }],
    },
  );
}

/** The media type of the request body, one of `accepted`. Raises `unsupported-media-type`, `malformed-json` without a body. */
export function requireMediaType(request: FastifyRequest, accepted: readonly string[]): string {
  const header = request.headers['content-type'];
  const type = header?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== undefined && accepted.includes(type)) return type;
  const given =
    type === undefined ? 'The request has no Content-Type' : `The media type ${type.slice(0, 100)} is not taken here`;
  throw new Problem('unsupported-media-type', `${given}; send ${accepted.join(' or ')}.`, {
    extra: { available: accepted },
  });
}
