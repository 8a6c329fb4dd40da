import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../problems.js';

/** Strong entity tag of a version of a record. */
export function versionTag(version: number): string {
  return `"v${version}"`;
}

/** Weak entity tag of an answer that depends on the journal up to a revision and on the query. */
export function answerTag(revision: number, queryHash: string): string {
  return `W/"r${revision}-${queryHash}"`;
}

/** Whether `If-None-Match` names the tag (weak comparison, RFC 9110 section 8.8.3.2). */
export function isNotModified(request: FastifyRequest, tag: string): boolean {
  const header = request.headers['if-none-match'];
  if (header === undefined) return false;
  const opaque = tag.replace(/^W\//, '');
  return (
    header === tag ||
    header.trim() === '*' ||
    header.split(',').some((item) => item.trim().replace(/^W\//, '') === opaque)
  );
}

/** What `If-Match` asks for: any version, or one of some. Undefined without the header. */
export type Precondition = { any: true } | { any: false; versions: number[]; given: string };

/** Reads `If-Match`; proxies may have weakened the tags, which still name versions. Raises `invalid-request`. */
export function readIfMatch(request: FastifyRequest): Precondition | undefined {
  const header = request.headers['if-match']?.trim();
  if (header === undefined) return undefined;
  if (header === '*') return { any: true };
  const tags = header.split(',').map((tag) => /^(?:W\/)?"v([1-9][0-9]{0,8})"$/.exec(tag.trim())?.[1]);
  if (tags.some((tag) => tag === undefined)) {
    throw new Problem('invalid-request', 'If-Match must hold ETags such as "v3", or be *.', {
      errors: [
        {
          in: 'header',
          parameter: 'If-Match',
          code: 'invalid-format',
          message: 'must hold ETags such as "v3", or be *',
        },
      ],
    });
  }
  return { any: false, versions: tags.map(Number), given: header };
}

/** The precondition that a change must have. Raises `precondition-required` without it. */
export function requireIfMatch(request: FastifyRequest): Precondition {
  return requirePrecondition(readIfMatch(request));
}

/** The same of one that was read already. */
export function requirePrecondition(precondition: Precondition | undefined): Precondition {
  if (precondition !== undefined) return precondition;
  throw new Problem('precondition-required', 'Send If-Match with the ETag of the version you read, or If-Match: *.');
}

/**
 * Holds a change of something without versions against its present ETag. Raises `precondition-required` without If-Match
 * and `version-mismatch` when it names others.
 */
export function requireTag(request: FastifyRequest, tag: string): void {
  const header = request.headers['if-match']?.trim();
  if (header === undefined)
    throw new Problem('precondition-required', 'Send If-Match with the ETag of what you read, or If-Match: *.');
  if (header === '*' || header.split(',').some((given) => given.trim() === tag)) return;
  throw new Problem('version-mismatch', 'It has changed since you read it.', {
    extra: { yourVersion: header.slice(0, 200), currentVersion: tag },
    headers: { etag: tag },
  });
}

export const IMMUTABLE_SECONDS = 31_536_000;

/** Headers of an answer that caches may keep: for ever when it is about a past revision, else to be asked about again. */
export function cacheHeaders(reply: FastifyReply, tag: string, immutable: boolean, publicRead: boolean): void {
  const audience = publicRead ? 'public' : 'private';
  reply.header('etag', tag);
  reply.header('cache-control', immutable ? `${audience}, max-age=${IMMUTABLE_SECONDS}, immutable` : 'no-cache');
  reply.header('vary', publicRead ? 'Accept' : 'Accept, Authorization');
}
