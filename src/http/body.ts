import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problems.js';
import { type JsonFault, parseJson } from '../shared/json.js';
import { MAX_BODY_BYTES } from './problem-details.js';

export const JSON_TYPE = 'application/json';
export const MERGE_PATCH = 'application/merge-patch+json';
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

const FAULTS: Readonly<Record<JsonFault, 'malformed-json' | 'invalid-text'>> = {
  syntax: 'malformed-json',
  'duplicate-key': 'malformed-json',
  'forbidden-key': 'malformed-json',
  'too-deep': 'malformed-json',
  text: 'invalid-text',
};

function readJson(body: Buffer): unknown {
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
