import type { Body, Document, Json, RecordKind } from './kind.js';
import { citationsIn, escapePointer } from './paths.js';

/** How far the fields of a record are supported by its citations. */
export type Supported = 'none' | 'some' | 'all';

/** How a citation supports a field: as a whole, in parts of it only, or as it supports the whole record. */
export type Support = 'field' | 'part' | 'record' | 'none';

/** A citation as it stands in a document. */
export interface PlacedCitation {
  /** JSON Pointer to it. */
  pointer: string;
  citation: { source: string; supports?: string[]; [field: string]: Json | undefined };
  /** JSON Pointers to what it supports; empty text for the record as a whole, and none where it names what is not there. */
  targets: readonly string[];
}

/** A field that says something of the world, with the pointer to it. */
export interface StatedField {
  field: string;
  pointer: string;
  value: Json;
}

/** The fields of a document that have a value and that a source can bear out, in their order. */
export function statedFields(kind: RecordKind, doc: Body): StatedField[] {
  return kind.stated.flatMap((field) => {
    const value = doc[field];
    return value === undefined || isEmpty(value) ? [] : [{ field, pointer: `/${escapePointer(field)}`, value }];
  });
}

function isEmpty(value: Json): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

/**
 * Every citation of a document with what it supports. `supports` names members of the object that carries the citation,
 * the record or an entry of it, and below them with dots; without it that object is supported as a whole.
 */
export function placedCitations(kind: RecordKind, doc: Document): PlacedCitation[] {
  return citationsIn<PlacedCitation['citation']>(kind, doc).map((placed) => ({
    ...placed,
    targets: targetsOf(doc, placed.pointer, placed.citation.supports ?? []),
  }));
}

function targetsOf(doc: Document, pointer: string, names: readonly string[]): string[] {
  const holder = pointer.replace(/\/citations\/[0-9]+$/, '');
  if (names.length === 0) return [holder];
  const node = valueAt(doc, holder.split('/').slice(1));
  return names.flatMap((name) => {
    const keys = name.split('.');
    return valueAt(node, keys) === undefined ? [] : [`${holder}/${keys.map(escapePointer).join('/')}`];
  });
}

/** The value that keys lead to. Keys of entries are names or numbers, so that none is escaped in a pointer. */
export function valueAt(node: Json | undefined, keys: readonly string[]): Json | undefined {
  let value = node;
  for (const key of keys) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
    value = (value as { [key: string]: Json })[key];
  }
  return value;
}

/** How far what some citations support bears out a field. */
export function supportOf({ pointer, value }: StatedField, targets: ReadonlySet<string>): Support {
  if (isCovered(value, pointer, targets)) return 'field';
  if (targets.has('')) return 'record';
  for (const target of targets) if (target.startsWith(`${pointer}/`)) return 'part';
  return 'none';
}

/** That a value is supported as a whole, or else each of its entries or members is. */
function isCovered(value: Json, pointer: string, targets: ReadonlySet<string>): boolean {
  if (targets.has(pointer)) return true;
  if (value === null || typeof value !== 'object' || isEmpty(value)) return false;
  return Object.entries(value).every(
    ([key, member]) => key === 'citations' || isCovered(member, `${pointer}/${escapePointer(key)}`, targets),
  );
}

/** How far a document says by its citations where its fields come from, whatever became of the sources. */
export function supportedOf(kind: RecordKind, doc: Document): Supported {
  const targets = new Set(placedCitations(kind, doc).flatMap((placed) => placed.targets));
  if (targets.size === 0) return 'none';
  const supports = statedFields(kind, doc).map((field) => supportOf(field, targets));
  if (supports.every((support) => support === 'none')) return 'none';
  return supports.every((support) => support === 'field' || support === 'record') ? 'all' : 'some';
}
