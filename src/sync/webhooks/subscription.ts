import { readPreamble } from '../../db/look-up.js';
import type { Reader } from '../../db/store.js';
import type { Query } from '../../http/query.js';
import { escapePointer } from '../../journal/paths.js';
import { type InputError, Problem } from '../../problems.js';
import { wrongBody } from '../../resources/parse.js';
import { hint } from '../../shared/text.js';
import { ALL_FILTERS, type FollowRequest, understandFollowing } from '../followed.js';

/** Which changes a webhook is told of: parameters of the feed, those that may be repeated as lists, too. */
export type Filters = Readonly<Record<string, string | readonly string[]>>;

const ONCE = ['types', 'op', 'changeKind', 'compact'];
/** What `filters` may name. */
const KNOWN: readonly string[] = [...ONCE, ...ALL_FILTERS];

/** Understands filters as the feed does. Raises `invalid-request` naming each that is wrong. */
export function understandFilters(filters: Filters, documents: boolean): FollowRequest {
  const errors = Object.entries(filters).flatMap(([name, value]) => wrongOf(name, value));
  if (errors.length > 0) throw wrongBody(errors);
  return pointed(() => understandFollowing(queryOf(filters, documents)));
}

/** Looks up the records that filters name, and gives the filters with ids in place of names. Raises `invalid-request`. */
export async function settleFilters(reader: Reader, filters: Filters): Promise<Filters> {
  const { filter } = understandFilters(filters, false);
  if (filter === undefined) return filters;
  const { references } = await readPreamble(reader, filter.plan.references);
  const inIds = pointed(() => filter.plan.inIds(references));
  return Object.fromEntries(Object.entries(filters).map(([name, value]) => [name, short(inIds.get(name) ?? value)]));
}

function short(value: string | readonly string[]): string | readonly string[] {
  const [only] = value;
  return typeof value !== 'string' && value.length === 1 && only !== undefined ? only : value;
}

function queryOf(filters: Filters, documents: boolean): Query {
  const given = Object.entries(filters).map(([name, value]) => [name, ([] as string[]).concat(value)] as const);
  return new Map<string, readonly string[]>([...given, ['docs', [String(documents)]]]);
}

function wrongOf(name: string, value: string | readonly string[]): InputError[] {
  const wrong = (code: string, message: string): InputError[] => [
    { in: 'body', pointer: pointerTo(name), code, message },
  ];
  if (!KNOWN.includes(name)) return wrong('unknown-field', `is no filter of changes${hint(name, KNOWN)}`);
  if (ONCE.includes(name) && typeof value !== 'string' && value.length > 1)
    return wrong('duplicate', 'may be given once');
  return [];
}

/** Does `work`, and tells what is wrong with a parameter as what is wrong with the field of that name. */
function pointed<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'invalid-parameter') throw error;
    throw wrongBody((error.errors ?? []).map(inBody));
  }
}

function inBody({ parameter = '', code, message }: InputError): InputError {
  return { in: 'body', pointer: pointerTo(parameter), code, message };
}

function pointerTo(name: string): string {
  return `/filters/${escapePointer(name).slice(0, 200)}`;
}
