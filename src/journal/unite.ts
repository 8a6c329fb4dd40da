import { isDeepStrictEqual } from 'node:util';
import type { Body, Json, RecordKind } from './kind.js';
import { occurrences } from './paths.js';
import { statedFields, valueAt } from './support.js';

type Entry = { [field: string]: Json };
type Citation = Entry & { supports?: string[] };
type Paths = Pick<RecordKind, 'references' | 'citations'>;

/** Derived for each citation, so that they say nothing of their own. */
const CHECKS = ['quoteStatus', 'quotePosition'] as const;

/** Entries of a list, each with whether it has come to it or was changed. */
interface Listed {
  entry: Json;
  isNew: boolean;
}

/**
 * The entries of a list and those of another that say more. One that says nothing else than another goes into it, with
 * its citations. Entries that differ stay side by side.
 */
export function unite(own: readonly Json[], others: readonly Json[], areCitations = false): Json[] {
  const listed = [...own.map((entry) => ({ entry, isNew: false })), ...others.map((entry) => ({ entry, isNew: true }))];
  return withoutRepeats(listed, areCitations);
}

/** Puts one id in place of another wherever a body refers to it, and takes away the repeats that come of it. In place. */
export function redirect(kind: Paths, body: Body, from: string, to: string): void {
  const touched = new Map<Json[], Touched>();
  for (const { path } of kind.references) replaceIn(body, path, 0, { from, to, touched });
  const citations = new Set(kind.citations.map((path) => path.join('/')));
  // Inner lists first, so that outer entries are compared as they end up.
  for (const [list, { indexes, path }] of [...touched].sort(([, a], [, b]) => b.path.length - a.path.length)) {
    const listed = list.map((entry, index) => ({ entry, isNew: indexes.has(index) }));
    list.splice(0, list.length, ...withoutRepeats(listed, citations.has(path.join('/'))));
  }
}

/** A list in which something was replaced, and the path of its entries. */
interface Touched {
  path: readonly string[];
  indexes: Set<number>;
}

interface Replacing {
  from: string;
  to: string;
  touched: Map<Json[], Touched>;
}

function replaceIn(node: Json | undefined, path: readonly string[], depth: number, replacing: Replacing): boolean {
  const segment = path[depth];
  if (segment === undefined || node === null || typeof node !== 'object') return false;
  const holder = node as { [key: string | number]: Json };
  const keys = segment === '*' && Array.isArray(node) ? [...node.keys()] : [segment];
  const hit = keys.filter((key) => {
    if (depth + 1 < path.length) return replaceIn(holder[key], path, depth + 1, replacing);
    if (holder[key] !== replacing.from) return false;
    holder[key] = replacing.to;
    return true;
  });
  if (Array.isArray(node) && hit.length > 0) {
    const touched = replacing.touched.get(node) ?? { path: path.slice(0, depth + 1), indexes: new Set() };
    for (const index of hit) touched.indexes.add(index as number);
    replacing.touched.set(node, touched);
  }
  return hit.length > 0;
}

/**
 * Takes away the innermost entries of lists that refer to one of some records, in place. Gives the pointers of what
 * refers to them and is in no list.
 */
export function dropReferences(kind: Paths, body: Body, ids: readonly string[]): string[] {
  const names = (value: Json) => ids.includes(value as string);
  return kind.references.flatMap(({ path }) => {
    const star = path.lastIndexOf('*');
    if (star === -1) return occurrences(body, path).flatMap(({ value, pointer }) => (names(value) ? [pointer] : []));
    const below = path.slice(star + 1);
    for (const { value: list } of occurrences(body, path.slice(0, star))) {
      const stays = (entry: Json) =>
        below.length === 0 ? !names(entry) : !occurrences(entry, below).some(({ value }) => names(value));
      const entries = list as Json[];
      entries.splice(0, entries.length, ...entries.filter(stays));
    }
    return [];
  });
}

/** What a record says once another is merged into it. Neither body refers to either of the two. */
export function absorb(kind: RecordKind, own: Body, other: Body): Body {
  const body = { ...own };
  for (const list of ['externalIds', 'relations', 'tags', ...kind.takesOver.lists]) {
    const united = unite(listOf(own, list), withoutOwnNames(kind, list, own, listOf(other, list)));
    if (united.length > 0 || own[list] !== undefined) body[list] = united;
  }
  takeNames(kind, body, other);
  const [from, to] = [other, body].map((each) => ({ ...each, ...kind.derive(each) })) as [Body, Body];
  const citations = (listOf(other, 'citations') as Citation[]).flatMap((each) => carried(kind, each, from, to));
  body.citations = unite(listOf(own, 'citations'), citations, true);
  return body;
}

function listOf(body: Body, field: string): Json[] {
  return (body[field] ?? []) as Json[];
}

/** The entries of a list of the other without those that name what the record is called anyway. */
function withoutOwnNames({ takesOver: { names } }: RecordKind, list: string, own: Body, entries: Json[]): Json[] {
  if (names === undefined || names.field !== list) return entries;
  const called = names.from.flatMap((field) => own[field] ?? []).map((name) => names.entry(name as string));
  return entries.filter((entry) => !called.some((each) => isDeepStrictEqual(each, entry)));
}

/** Adds what the other was called, unless the record is called so already. */
function takeNames({ takesOver: { names } }: RecordKind, body: Body, other: Body): void {
  if (names === undefined) return;
  const { field, from, entry } = names;
  const list = listOf(body, field);
  const called = new Set([...from.map((each) => body[each]), ...list.map(nameOf)]);
  const fresh = new Set(from.flatMap((each) => other[each] ?? []).filter((name) => !called.has(name)));
  body[field] = [...list, ...[...fresh].map((name) => entry(name as string))];
}

function nameOf(entry: Json): Json {
  return typeof entry === 'string' ? entry : ((entry as Entry).value ?? null);
}

/**
 * A citation of one record as it stands in another: for the fields that both have alike. None when it bears out nothing
 * of what the other says.
 */
function carried(kind: RecordKind, citation: Citation, from: Body, to: Body): Citation[] {
  const named = citation.supports ?? [];
  const names = named.length > 0 ? named : statedFields(kind, from).map(({ field }) => field);
  const alike = names.filter((name) => {
    const keys = name.split('.');
    return isDeepStrictEqual(valueAt(from, keys), valueAt(to, keys));
  });
  if (alike.length === names.length) return [citation];
  return alike.length === 0 ? [] : [{ ...citation, supports: alike }];
}

/** A list in which no new entry says nothing else than another. */
function withoutRepeats(listed: readonly Listed[], areCitations: boolean): Json[] {
  const kept: Listed[] = [];
  for (const next of listed) {
    let both: Json | undefined;
    const at = kept.findIndex((held) => {
      both = held.isNew || next.isNew ? combined(held.entry, next.entry, areCitations) : undefined;
      return both !== undefined;
    });
    if (both === undefined) kept.push(next);
    else kept[at] = { entry: both, isNew: true };
  }
  return kept.map(({ entry }) => entry);
}

/** The one entry that says all that two say; undefined when each says something of its own. */
function combined(a: Json, b: Json, areCitations: boolean): Json | undefined {
  if (!isEntry(a) || !isEntry(b)) return isDeepStrictEqual(a, b) ? a : undefined;
  if (areCitations) return isDeepStrictEqual(without(a, CHECKS), without(b, CHECKS)) ? a : undefined;
  const [ownA, ownB] = [without(a, ['citations']), without(b, ['citations'])];
  if (isDeepStrictEqual(ownA, ownB)) {
    const citations = unite(listOf(a, 'citations'), listOf(b, 'citations'), true);
    return citations.length === 0 ? a : { ...a, citations };
  }
  if (isWithin(ownA, ownB) && listOf(a, 'citations').length === 0) return b;
  return isWithin(ownB, ownA) && listOf(b, 'citations').length === 0 ? a : undefined;
}

function isEntry(value: Json): value is Entry {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function without(entry: Entry, fields: readonly string[]): Entry {
  return Object.fromEntries(Object.entries(entry).filter(([field]) => !fields.includes(field)));
}

/** That an entry has no field that another does not have alike. */
function isWithin(less: Entry, more: Entry): boolean {
  return Object.entries(less).every(([field, value]) => isDeepStrictEqual(value, more[field]));
}
