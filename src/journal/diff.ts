import { isDeepStrictEqual } from 'node:util';
import type { Json } from './kind.js';
import { escapePointer } from './paths.js';
import { contentOf } from './record.js';

/** One field that differs between two versions; `from` is absent when it was added, `to` when it was removed. */
export interface FieldChange {
  /** JSON Pointer (RFC 6901). */
  pointer: string;
  from?: Json;
  to?: Json;
}

type JsonObject = { [key: string]: Json };

/** What changed between two documents, field by field; objects are entered, lists are compared as wholes. */
export function diffDocuments(before: string | null, after: string | null): FieldChange[] {
  const read = (doc: string | null) => (doc === null ? {} : contentOf(JSON.parse(doc) as JsonObject));
  return diffObjects(read(before), read(after), '');
}

function diffObjects(before: JsonObject, after: JsonObject, pointer: string): FieldChange[] {
  const changes: FieldChange[] = [];
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [from, to] = [before[key], after[key]];
    if (isDeepStrictEqual(from, to)) continue;
    const at = `${pointer}/${escapePointer(key)}`;
    if (isObject(from) && isObject(to)) changes.push(...diffObjects(from, to, at));
    else changes.push({ pointer: at, ...(from !== undefined && { from }), ...(to !== undefined && { to }) });
  }
  return changes;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
