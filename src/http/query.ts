import type { FastifyRequest } from 'fastify';
import { type InputError, invalidParameter, Problem } from '../problems.js';
import { hint, isCleanText } from '../shared/text.js';

/** The query of a request: for each parameter the values given, in order. */
export type Query = ReadonlyMap<string, readonly string[]>;

const EMPTY: Query = new Map();

/**
 * Reads the query strictly. Raises `unknown-parameter` (suggesting the nearest), `duplicate-parameter` for one that is
 * not in `repeatable`, `invalid-text`, and `invalid-parameter` for an empty value.
 */
export function readQuery(
  request: FastifyRequest,
  known: readonly string[],
  repeatable: readonly string[] = [],
): Query {
  const raw = request.query as Record<string, string | string[]>;
  const names = Object.keys(raw);
  if (names.length === 0) return EMPTY;
  requireKnown(names, known);
  const query = new Map<string, readonly string[]>();
  for (const name of names) {
    const values = ([] as string[]).concat(raw[name] ?? []);
    if (values.length > 1 && !repeatable.includes(name)) {
      throw new Problem('duplicate-parameter', `\`${name}\` may be given once.`, {
        errors: [{ in: 'query', parameter: name, code: 'duplicate', message: 'may be given once' }],
      });
    }
    for (const value of values) requireText(name, value);
    query.set(name, values);
  }
  return query;
}

function requireKnown(names: readonly string[], known: readonly string[]): void {
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const errors: InputError[] = unknown.map((name) => ({
    in: 'query',
    parameter: name.slice(0, 100),
    code: 'unknown',
    message: `is not a parameter of this operation${hint(name, known) || `; it takes ${known.join(', ') || 'none'}`}`,
  }));
  throw new Problem('unknown-parameter', `\`${unknown[0]?.slice(0, 100)}\` ${errors[0]?.message}`, { errors });
}

function requireText(name: string, value: string): void {
  if (value === '') throw invalidParameter(name, 'must not be empty', 'empty');
  if (!isCleanText(value)) {
    throw new Problem('invalid-text', `\`${name}\` holds U+0000 or a lone surrogate.`, {
      errors: [{ in: 'query', parameter: name, code: 'text', message: 'must not hold U+0000 or a lone surrogate' }],
    });
  }
}

/** A whole number from `min` to `max`. Raises `invalid-parameter`. */
export function wholeNumber(name: string, text: string | undefined, fallback: number, max: number, min = 1): number {
  if (text === undefined) return fallback;
  const value = /^[0-9]{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw invalidParameter(name, `must be a whole number from ${min} to ${max}`, 'out-of-range');
}
