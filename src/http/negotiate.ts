import type { FastifyRequest } from 'fastify';
import { Problem } from '../problems.js';

/** Raises `not-acceptable` when the `Accept` header admits none of the media types an operation can answer in. */
export function requireAcceptable(request: FastifyRequest, available: readonly string[]): void {
  const accept = request.headers.accept;
  if (accept === undefined || accept === '*/*' || accept === available[0]) return;
  const ranges = accept.split(',').map(parseRange);
  if (available.some((type) => quality(type, ranges) > 0)) return;
  throw new Problem('not-acceptable', `This operation answers in ${available.join(', ')}.`, { extra: { available } });
}

/**
 * The media type of `available` that the `Accept` header likes best; of equals, one that it names before one that a
 * wildcard covers, then the first. Undefined when it admits none.
 */
export function preferredType<Type extends string>(accept: string, available: readonly Type[]): Type | undefined {
  const ranges = accept.split(',').map(parseRange);
  const named = (type: string) => (ranges.some((range) => range.type === type) ? 1 : 0);
  const [best] = available
    .map((type) => ({ type, q: quality(type, ranges) }))
    .filter(({ q }) => q > 0)
    .sort((a, b) => b.q - a.q || named(b.type) - named(a.type));
  return best?.type;
}

interface Range {
  type: string;
  q: number;
}

function parseRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  return { type, q: q === undefined ? 1 : Number(q) || 0 };
}

/** Quality of a type by the most specific range that covers it (RFC 9110 section 12.5.1). */
function quality(type: string, ranges: readonly Range[]): number {
  const family = `${type.split('/', 1)[0]}/*`;
  for (const candidate of [type, family, '*/*']) {
    const range = ranges.find((item) => item.type === candidate);
    if (range !== undefined) return range.q;
  }
  return 0;
}

/** What a header such as `Accept-Encoding` says of each of its values. */
export function qualities(header: string): ReadonlyMap<string, number> {
  return new Map(header.split(',').map((item) => [parseRange(item).type, parseRange(item).q]));
}
