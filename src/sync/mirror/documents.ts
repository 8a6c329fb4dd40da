import type { ForeignChange, ForeignRecord } from '../../journal/foreign.js';
import type { Body, RecordKind } from '../../journal/kind.js';
import { occurrences } from '../../journal/paths.js';
import { Problem } from '../../problems.js';
import { resourceOfType } from '../../resources/index.js';
import { toInstant } from '../../shared/clock.js';
import { type ResourceType, typeOfId } from '../../shared/ids.js';
import type { Entry } from './upstream.js';

/** Why a document is none that can be held here; for people. */
export class InvalidDocument extends Error {}

/** A document from elsewhere as a record of that id. Raises InvalidDocument for whatever no instance of this version has. */
export function foreignRecord(id: string, document: unknown, origin: string): ForeignRecord {
  const resource = resourceOfType(typeOfId(id) as ResourceType);
  const { kind } = resource;
  const represented = resource.representation.safeParse(document);
  if (!represented.success)
    throw invalid(represented.error.issues[0]?.path ?? [], represented.error.issues[0]?.message);
  const whole = represented.data as Body & Pick<ForeignRecord, 'version' | 'createdAt' | 'updatedAt'>;
  if (whole.id !== id) throw invalid(['id'], `is ${String(whole.id)} and not ${id}`);
  const body = { ...parsed(kind, document), slug: whole.slug as string };
  requireReferences(kind, body);
  const { version, createdAt, updatedAt } = whole;
  for (const [field, instant] of Object.entries({ createdAt, updatedAt }))
    if (!isInstant(instant)) throw invalid([field], 'is no instant in UTC with milliseconds');
  const kept = Object.fromEntries(
    kind.kept.flatMap((field) => (whole[field] === undefined ? [] : [[field, whole[field]]])),
  );
  return { kind, id, body, kept: kept as Body, version, createdAt, updatedAt, origin };
}

/** An entry of a feed; what does not say whence it comes is the own of the instance that tells it. */
export function foreignChange(entry: Entry, instance: string): ForeignChange {
  const { op, id, type, version, mergedInto = null, changeKind, note } = entry;
  if (typeOfId(id) !== type) throw new InvalidDocument(`type is ${type}, which ${id} is not`);
  if (op !== 'put') return { op, kind: resourceOfType(type).kind, id, version, mergedInto, changeKind, note };
  const record = foreignRecord(id, entry.document, entry.origin ?? instance);
  if (record.version !== version) throw invalid(['version'], `is ${record.version} and not ${version}`);
  return { op, record, changeKind, note };
}

function invalid(path: readonly PropertyKey[], message = 'is wrong'): InvalidDocument {
  return new InvalidDocument(`${path.map(String).join('/') || 'the document'}: ${message}`.slice(0, 500));
}

function parsed(kind: RecordKind, document: unknown): Body {
  try {
    return kind.parse(document);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const [first] = error.errors ?? [];
    throw invalid([first?.pointer?.slice(1) ?? ''], first?.message);
  }
}

/** Documents that are stored name records by id; names would mean others here. */
function requireReferences(kind: RecordKind, body: Body): void {
  for (const { path, to } of kind.references) {
    for (const { value, pointer } of occurrences(body, path)) {
      const type = typeOfId(String(value));
      if (type === undefined || (to !== 'any' && type !== to))
        throw invalid([pointer.slice(1)], `must be the id of ${to === 'any' ? 'a record' : `a record of type ${to}`}`);
    }
  }
}

function isInstant(text: string): boolean {
  const ms = Date.parse(text);
  return Number.isFinite(ms) && toInstant(ms) === text;
}
