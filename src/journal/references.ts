import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import { MAX_LIST, padded } from '../db/conditions.js';
import type { Reader, Values } from '../db/store.js';
import type { Tables } from '../db/tables/index.js';
import { type InputError, Problem } from '../problems.js';
import type { ResourceType } from '../shared/ids.js';
import { parseReference, type Reference } from '../shared/reference.js';
import type { Body, RecordKind } from './kind.js';
import { type Occurrence, occurrences } from './paths.js';

export interface Found {
  id: string;
  type: string;
  slug: string;
  /** Revision of its last version. */
  revision: number;
  deleted: boolean;
  /** The record that it goes on as. */
  mergedInto: string | null;
}

/**
 * Replaces every reference in the body by the id of its record, in place; one to a record that was merged by the id of
 * the one that it goes on as. Raises `unknown-reference` naming each that does not exist, was deleted, is of the wrong
 * type or could mean records of several types.
 */
export async function resolveReferences(
  reader: Reader,
  kind: Pick<RecordKind, 'references'>,
  body: Body,
): Promise<void> {
  const places = kind.references.flatMap(({ path, to }) =>
    occurrences(body, path).map((place) => ({ place, to, reference: parseReference(String(place.value)) })),
  );
  if (places.length === 0) return;
  const directory = await lookUp(
    reader,
    places.map(({ reference }) => reference),
  );
  const errors: InputError[] = [];
  for (const { place, to, reference } of places) {
    const result = choose(directory(reference), to, reference);
    if ('id' in result) assign(place, result.id);
    else errors.push({ in: 'body', pointer: place.pointer, ...result });
  }
  if (errors.length > 0) {
    throw new Problem('unknown-reference', 'The body refers to records that cannot be referred to.', { errors });
  }
}

function assign(place: Occurrence, id: string): void {
  (place.holder as Record<string | number, string>)[place.key] = id;
}

function choose(
  candidates: Found[],
  to: ResourceType | 'any',
  reference: Reference,
): { id: string } | { code: string; message: string } {
  const wanted = reference.form === 'slug' && reference.type ? reference.type : to;
  const live = candidates.filter((candidate) => !candidate.deleted);
  const possible = live.filter((candidate) => wanted === 'any' || candidate.type === wanted);
  // What has the slug goes before what goes on for a record that had it.
  const having = possible.filter(({ slug }) => reference.form === 'slug' && slug === reference.slug);
  const fitting = having.length > 0 ? having : possible;
  const [first, ...others] = fitting;
  if (first !== undefined && others.length === 0 && (to === 'any' || first.type === to)) return { id: first.id };
  if (others.length > 0) {
    const options = fitting
      .map((candidate) => `${candidate.type}s/${candidate.slug}`)
      .sort()
      .join(', ');
    return { code: 'ambiguous', message: `could mean several records; write one of ${options}` };
  }
  const other = live[0];
  if (other !== undefined)
    return {
      code: 'wrong-type',
      message: `must refer to a record of type ${to}, but that is one of type ${other.type}`,
    };
  if (candidates.length > 0) return { code: 'deleted', message: 'refers to a record that was deleted' };
  return { code: 'not-found', message: `no ${to === 'any' ? 'record' : to} has that id, slug or external id` };
}

/** Looks all references up with at most one query for each form in which they are written. */
async function lookUp(reader: Reader, references: Reference[]): Promise<(reference: Reference) => Found[]> {
  const ids = [...new Set(references.flatMap((r) => (r.form === 'id' ? [r.id] : [])))];
  const slugs = [...new Set(references.flatMap((r) => (r.form === 'slug' ? [r.slug] : [])))];
  const externals = [...new Set(references.flatMap((r) => (r.form === 'external' ? [r.value] : [])))];
  const byId = group(await inBatches(ids, (batch) => findEntities(reader, 'id', batch)), (row) => row.id);
  const bySlug = group(await inBatches(slugs, (batch) => findEntities(reader, 'slug', batch)), (row) => row.slug);
  const byExternal = group(
    await inBatches(externals, (batch) => findExternal(reader, batch)),
    (row) => `${row.scheme}:${row.value}`,
  );
  const survivors = await findSurvivors(reader, [...byId.values(), ...bySlug.values()].flat());
  const goingOn = (found: Found[] = []) => latest(found).map((each) => survivors.get(each.mergedInto ?? '') ?? each);
  return (reference) => {
    if (reference.form === 'id') return goingOn(byId.get(reference.id));
    if (reference.form === 'slug') return goingOn(bySlug.get(reference.slug));
    return byExternal.get(`${reference.scheme}:${reference.value}`) ?? [];
  };
}

/** The records that those merged among some go on as, by id; no query where none was. */
async function findSurvivors(reader: Reader, found: readonly Found[]): Promise<Map<string, Found>> {
  const ids = [...new Set(found.flatMap(({ mergedInto }) => mergedInto ?? []))];
  const rows = await inBatches(ids, (batch) => findEntities(reader, 'id', batch));
  return new Map(rows.map((row) => [row.id, row]));
}

/** Of each type the live record, or else the one that ended last. */
function latest(found: readonly Found[]): Found[] {
  const byType = new Map<string, Found>();
  for (const each of found) {
    const other = byType.get(each.type);
    const isBetter = other === undefined || (other.deleted && (!each.deleted || each.revision > other.revision));
    if (isBetter) byType.set(each.type, each);
  }
  return [...byType.values()];
}

/** What is found for values, asked for as many at a time as a statement takes. */
export async function inBatches<T, V extends string | number>(
  values: readonly V[],
  find: (batch: readonly V[]) => Promise<T[]>,
): Promise<T[]> {
  const rows: T[] = [];
  for (let start = 0; start < values.length; start += MAX_LIST)
    rows.push(...(await find(values.slice(start, start + MAX_LIST))));
  return rows;
}

/** Placeholder names and values for a padded list. */
export function listValues(values: readonly (string | number)[], prefix = 'v'): { names: string[]; values: Values } {
  const list = padded(values);
  const names = list.map((_, index) => `${prefix}${index}`);
  return { names, values: Object.fromEntries(names.map((name, index) => [name, list[index] ?? null])) };
}

function foundColumns({ entities: { id, type, slug, revision, deleted, mergedInto } }: Tables) {
  return { id, type, slug, revision, deleted, mergedInto };
}

export function findEntities(reader: Reader, column: 'id' | 'slug', batch: readonly string[]): Promise<Found[]> {
  const { names, values } = listValues(batch);
  return reader.all(
    `entities by ${column} ${names.length}`,
    (db, t) =>
      db
        .select(foundColumns(t))
        .from(t.entities)
        .where(
          inArray(
            t.entities[column],
            names.map((name) => sql.placeholder(name)),
          ),
        ),
    values,
  );
}

function findExternal(
  reader: Reader,
  batch: readonly string[],
): Promise<(Found & { scheme: string; value: string })[]> {
  const { names, values } = listValues(batch);
  return reader.all(
    `entities by external id ${names.length}`,
    (db, t) =>
      db
        .select({
          ...foundColumns(t),
          scheme: t.externalIds.scheme,
          value: t.externalIds.value,
        })
        .from(t.externalIds)
        .innerJoin(t.entities, eq(t.entities.id, t.externalIds.subject))
        .where(
          and(
            inArray(
              t.externalIds.value,
              names.map((name) => sql.placeholder(name)),
            ),
            isNull(t.externalIds.until),
          ),
        ),
    values,
  );
}

function group<T>(rows: T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = keyOf(row);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return groups;
}
