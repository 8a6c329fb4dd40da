import type { Tx } from '../../db/store.js';
import { type Precondition, requirePrecondition } from '../../http/conditional.js';
import type { Body } from '../../journal/kind.js';
import type { CellCounts } from '../../journal/project.js';
import { type Current, findCurrent } from '../../journal/read.js';
import { type Author, type Outcome, versionMismatch } from '../../journal/record.js';
import { resolveReferences } from '../../journal/references.js';
import { Problem } from '../../problems.js';
import { parseReference } from '../../shared/reference.js';
import { kinds } from '../index.js';
import type { Resource } from '../resource.js';
import { notFound, requireThere } from './read.js';
import type { Services } from './services.js';

/** What effects work with beside the transaction and the resource. */
export interface Acting extends Pick<Services, 'journal' | 'baseUrl'> {
  author: Author;
  /** Where what is counted is noted, to be written at the end of the transaction; absent: it is written at once. */
  counts?: CellCounts | undefined;
}

/** What became of a record. */
export interface Effect extends Omit<Outcome, 'doc'> {
  /** 201 created, 200 there as asked, 204 deleted. */
  status: 200 | 201 | 204;
  /** The stored representation as JSON text; null when deleted. */
  doc: string | null;
}

/** What a change asks of the record that it meets. */
export interface Condition {
  match: Precondition | undefined;
  /** There must be none. */
  mustBeNew: boolean;
}

/** Creates a record, in the room that was made for it if there is some. Raises what `Journal.create` raises. */
export async function createRecord(
  tx: Tx,
  { journal, author, counts }: Acting,
  { kind }: Resource,
  body: Body,
  reserved?: Current,
): Promise<Effect> {
  const outcome = await (reserved === undefined
    ? journal.create(tx, { kind, body }, author, counts)
    : journal.createReserved(tx, kind, reserved, body, author, counts));
  return { status: 201, ...outcome };
}

/**
 * Creates a record under the slug that it was put to. Raises `version-mismatch` when there is one, `not-found` for a
 * reference of another form, `invalid-request` when the body says another slug, and what `createRecord` raises.
 */
export async function createUnder(
  tx: Tx,
  acting: Acting,
  resource: Resource,
  ref: string,
  body: Body,
): Promise<Effect> {
  const current = await findCurrent(tx, resource.kind, ref);
  const slug = newSlug(resource, current, ref, body);
  return createRecord(tx, acting, resource, { ...body, slug });
}

/** Puts a body in place of what a record says. Raises what `requireMatch` and `Journal.replace` raise. */
export async function replaceRecord(
  tx: Tx,
  acting: Acting,
  resource: Resource,
  current: Current,
  body: Body,
  match: Precondition | undefined,
): Promise<Effect> {
  requireMatch(resource, acting, current, requirePrecondition(match));
  return replaced(tx, acting, resource, current, body);
}

/** Creates or replaces the record with an external id. Raises `not-found`, `version-mismatch` and what those two raise. */
export async function upsertRecord(
  tx: Tx,
  acting: Acting,
  resource: Resource,
  externalId: { scheme: string; value: string },
  body: Body,
  { match, mustBeNew }: Condition,
): Promise<Effect> {
  const ref = `${externalId.scheme}:${externalId.value}`;
  const current = await findCurrent(tx, resource.kind, ref);
  if (current === undefined) {
    if (match !== undefined) throw notFound(resource, ref);
    return createRecord(tx, acting, resource, body);
  }
  if (mustBeNew) throw versionMismatch('*', current.version, historyUrl(resource, acting, current.id));
  if (match !== undefined) requireMatch(resource, acting, current, match);
  return replaced(tx, acting, resource, current, body);
}

/** Changes parts of a record; `patched` gives the body that is to be. Raises what `replaceRecord` and `patched` raise. */
export async function patchRecord(
  tx: Tx,
  acting: Acting,
  resource: Resource,
  current: Current,
  patched: (document: Body) => Body,
  match: Precondition | undefined,
): Promise<Effect> {
  requireMatch(resource, acting, current, requirePrecondition(match));
  return replaced(tx, acting, resource, current, patched(documentOf(current)));
}

/** Writes a tombstone. Raises what `requireMatch` and `Journal.remove` raise. */
export async function deleteRecord(
  tx: Tx,
  acting: Acting,
  resource: Resource,
  current: Current,
  match: Precondition | undefined,
): Promise<Effect> {
  requireMatch(resource, acting, current, requirePrecondition(match));
  const { journal, author, counts } = acting;
  const outcome = await journal.remove(tx, resource.kind, current, author, counts);
  return { status: 204, id: current.id, slug: current.slug, ...outcome, changed: true, doc: null };
}

/**
 * Merges a record into the one of its type that `into` refers to, which is what it gives. Raises what `requireMatch`
 * raises, `unknown-reference`, `gone` and `rule-violated`.
 */
export async function mergeRecord(
  tx: Tx,
  acting: Acting,
  resource: Resource,
  merged: Current,
  into: string,
  match: Precondition | undefined,
): Promise<Effect> {
  requireMatch(resource, acting, merged, requirePrecondition(match));
  const survivor = await findSurvivor(tx, resource, into);
  if (survivor.id === merged.id) {
    const message = 'must be another record than the one that is merged';
    throw new Problem('rule-violated', 'A record cannot be merged into itself.', {
      errors: [{ in: 'body', pointer: '/into', code: 'self-reference', message }],
    });
  }
  const { journal, author, counts } = acting;
  return { status: 200, ...(await journal.merge(tx, kinds, resource.kind, { merged, survivor }, author, counts)) };
}

/** The live record that `into` names. Raises `unknown-reference`. */
async function findSurvivor(tx: Tx, resource: Resource, into: string): Promise<Current> {
  const body: Body = { into };
  await resolveReferences(tx, { references: [{ path: ['into'], to: resource.type }] }, body);
  return liveRecord(tx, resource, String(body.into));
}

/** The live record that a reference names, inside the write. Raises `not-found` and `gone`. */
export async function liveRecord(tx: Tx, resource: Resource, ref: string): Promise<Current> {
  return requireThere(resource, await findCurrent(tx, resource.kind, ref), ref);
}

/** The record, when it has a version that is asked for. Raises `version-mismatch`. */
export function requireMatch(
  resource: Resource,
  place: Pick<Services, 'baseUrl'>,
  current: Current,
  precondition: Precondition,
): Current {
  if (precondition.any || precondition.versions.includes(current.version)) return current;
  const yours =
    precondition.versions.length === 1 ? (precondition.versions[0] ?? precondition.given) : precondition.given;
  throw versionMismatch(yours, current.version, historyUrl(resource, place, current.id));
}

export function documentOf(current: Current): Body {
  return JSON.parse(current.doc ?? '{}') as Body;
}

/** The body with an external id, whether or not it lists it. */
export function withExternalId(body: Body, externalId: { scheme: string; value: string }): Body {
  const externalIds = (body.externalIds ?? []) as { scheme: string; value: string }[];
  const listed = externalIds.some(({ scheme, value }) => scheme === externalId.scheme && value === externalId.value);
  return listed ? body : { ...body, externalIds: [...externalIds, { ...externalId }] };
}

async function replaced(
  tx: Tx,
  { journal, author, counts }: Acting,
  { kind }: Resource,
  current: Current,
  body: Body,
): Promise<Effect> {
  return { status: 200, ...(await journal.replace(tx, kind, current, body, author, counts)) };
}

function historyUrl(resource: Resource, { baseUrl }: Pick<Services, 'baseUrl'>, id: string): string {
  return `${baseUrl}/v1/${resource.collection}/${id}/history`;
}

/** The slug that PUT creates a record under. */
function newSlug(resource: Resource, current: Current | undefined, ref: string, body: Body): string {
  if (current !== undefined && !current.deleted) throw versionMismatch('*', current.version);
  if (parseReference(ref).form !== 'slug' || ref.includes('/')) throw notFound(resource, ref);
  if (body.slug !== undefined && body.slug !== ref) {
    throw new Problem('invalid-request', 'The slug of the body is not that of the path.', {
      errors: [
        { in: 'body', pointer: '/slug', code: 'mismatch', message: `must be \`${ref.slice(0, 200)}\` or left out` },
      ],
    });
  }
  return (resource.kind.parse({ ...body, slug: ref }).slug as string | undefined) ?? ref;
}
