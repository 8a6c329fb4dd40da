import type { FastifyRequest } from 'fastify';
import type { Head } from '../../db/head.js';
import { Problem } from '../../problems.js';
import { type Cursor, decodeCursor } from '../../shared/cursor.js';
import type { Services } from './services.js';

/** What the sort values of a cursor are: whole numbers, or text. */
export type KeyKinds = readonly ('integer' | 'text')[];

/** Reads a cursor parameter. Raises `cursor-malformed`. */
export function readCursor(text: string | undefined): Cursor | undefined {
  if (text === undefined) return undefined;
  const cursor = decodeCursor(text);
  if (cursor === undefined) throw malformed();
  return cursor;
}

function malformed(): Problem {
  return new Problem('cursor-malformed', 'The cursor is damaged or was not given out by this service.', {
    errors: [{ in: 'query', parameter: 'cursor', code: 'malformed', message: 'must be the `next` of an earlier page' }],
  });
}

/**
 * Holds a cursor against the database and the query it is used with. Raises `cursor-epoch-changed`, `cursor-mismatch`,
 * `cursor-expired`, and `cursor-malformed` when its sort values are not of the given kinds. Gives the revision that the
 * walk is pinned to.
 */
export function pinnedRevision(cursor: Cursor, query: string, head: Head, kinds: KeyKinds): number {
  if (cursor.epoch !== head.epoch)
    throw new Problem('cursor-epoch-changed', 'The database was restored since the cursor was given out.');
  if (cursor.query !== query) {
    throw new Problem('cursor-mismatch', 'The cursor belongs to another query.', {
      errors: [
        {
          in: 'query',
          parameter: 'cursor',
          code: 'mismatch',
          message: 'must be used with the parameters of the first page',
        },
      ],
    });
  }
  if (cursor.revision > head.revision)
    throw new Problem('cursor-expired', 'The cursor points beyond the last revision.');
  const { keys } = cursor;
  const fits = keys.length === kinds.length && kinds.every((kind, index) => isOfKind(keys[index], kind));
  if (!fits) throw malformed();
  return cursor.revision;
}

function isOfKind(key: unknown, kind: KeyKinds[number]): boolean {
  return kind === 'text' ? typeof key === 'string' : Number.isSafeInteger(key);
}

/** `Link: rel="next"` of a page. */
export function nextLink(services: Services, request: FastifyRequest, cursor: string): string {
  return `<${nextAddress(services.baseUrl, request, cursor)}>; rel="next"`;
}

/** The address of the request with another cursor, or with none for the first page. */
export function nextAddress(base: string, request: FastifyRequest, cursor: string | undefined): string {
  const [path = '', search = ''] = request.url.split('?', 2);
  const parameters = new URLSearchParams(search);
  if (cursor === undefined) parameters.delete('cursor');
  else parameters.set('cursor', cursor);
  return `${base}${path}${parameters.size === 0 ? '' : '?'}${parameters}`;
}
