import type { Query } from '../../http/query.js';
import { invalidParameter } from '../../problems.js';
import { hint } from '../../shared/text.js';
import { requireCode } from '../common.filters.js';
import type { Resource } from '../resource.js';

/** What `fields` names: top-level fields of the representation; `id` is always among them. */
export function parseFields(resource: Resource, text: string | undefined): ReadonlySet<string> | undefined {
  if (text === undefined) return undefined;
  const known = Object.keys(resource.representation.shape);
  const fields = splitList('fields', text);
  for (const field of fields) {
    if (!known.includes(field))
      throw invalidParameter(
        'fields',
        `has no field \`${field}\`${hint(field, known) || `; fields are ${known.join(', ')}`}`,
      );
  }
  return new Set(['id', ...fields]);
}

/** What `include` names: collections that records of this resource refer to, or `disputes` about them. */
export function parseInclude(resource: Resource, text: string | undefined): string[] {
  if (text === undefined) return [];
  const known = includable(resource);
  const names = splitList('include', text);
  for (const name of names) {
    if (!known.includes(name))
      throw invalidParameter('include', `must be some of ${known.join(', ')}${hint(name, known)}`);
  }
  return [...new Set(names)];
}

export const MAX_SEARCH = 200;

/** What `q` holds: any text of at most 200 characters is a search. */
export function parseSearchText(text: string | undefined): string | undefined {
  if (text !== undefined && text.length > MAX_SEARCH)
    throw invalidParameter('q', `must have at most ${MAX_SEARCH} characters`, 'out-of-range');
  return text;
}

/** Collections whose records are about others, which do not refer to them. */
const ABOUT_OTHERS: readonly string[] = ['disputes'];

const COLLECTIONS = ['events', 'actors', 'agreements', 'commitments', 'areas', 'sources', 'claims', 'disputes'];

export function includable(resource: Resource): string[] {
  const referred = new Set(resource.kind.references.map(({ to }) => to));
  return COLLECTIONS.filter(
    (collection) =>
      referred.has('any') || referred.has(collection.slice(0, -1) as never) || ABOUT_OTHERS.includes(collection),
  );
}

/** Comma-separated values; none may be empty. */
export function splitList(name: string, text: string): string[] {
  const values = text.split(',').map((value) => value.trim());
  if (values.some((value) => value === '')) throw invalidParameter(name, 'has an empty value between commas', 'empty');
  if (values.length > 100) throw invalidParameter(name, 'must have at most 100 values', 'out-of-range');
  return values;
}

/** The code that a parameter names; undefined without it. Raises `invalid-parameter`. */
export function readCode<Code extends string>(query: Query, name: string, allowed: readonly Code[]): Code | undefined {
  const code = query.get(name)?.[0];
  if (code !== undefined) requireCode(name, code, allowed);
  return code as Code | undefined;
}

/** The codes that a parameter names, each once; undefined without it. Raises `invalid-parameter`. */
export function readCodes<Code extends string>(
  query: Query,
  name: string,
  allowed: readonly Code[],
): Code[] | undefined {
  const text = query.get(name)?.[0];
  if (text === undefined) return undefined;
  const codes = [...new Set(splitList(name, text))];
  for (const code of codes) requireCode(name, code, allowed);
  return codes as Code[];
}
