import { readJson } from '../http/body.js';
import type { Body, Json, RecordKind } from '../journal/kind.js';
import { occurrences } from '../journal/paths.js';
import { Problem } from '../problems.js';
import { resourceOfType } from '../resources/index.js';
import type { Resource } from '../resources/resource.js';
import { RESOURCE_TYPES, type ResourceType, typeOfId } from '../shared/ids.js';
import { parseReference } from '../shared/reference.js';
import { hint } from '../shared/text.js';
import { MAX_LINE_BYTES } from './limits.js';
import type { Line } from './lines.js';
import { namesIn, slugName } from './together.js';

const BLANK = new Set(Buffer.from(' \t\r'));

/** A line that is a record. */
export interface RecordLine {
  line: Line;
  resource: Resource;
  /** What the record says, and whatever else the line has but its type. */
  input: Body;
  /** The id that it has where it comes from. */
  id: string | undefined;
}

/** What a line is; undefined where it is blank or belongs to the form of a snapshot. Raises the problem that it has. */
export function readLine(line: Line, type: ResourceType | undefined): RecordLine | undefined {
  if (line.bytes === undefined) {
    const detail = `The line has more than ${MAX_LINE_BYTES} bytes.`;
    throw new Problem('payload-too-large', detail, { extra: { maxBytes: MAX_LINE_BYTES } });
  }
  if (line.bytes.every((byte) => BLANK.has(byte))) return undefined;
  const value = readJson(line.bytes);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong('', 'wrong-type', 'must be an object');
  if ('snapshot' in value) return undefined;
  const { type: given, ...input } = value as Body;
  const id = readId(input.id);
  const named = given === undefined ? (typeOfId(id ?? '') ?? type) : readType(given);
  if (named === undefined)
    throw wrong('/type', 'required', `is required where no \`id\` tells it; one of ${RESOURCE_TYPES.join(', ')}`);
  if (id !== undefined && typeOfId(id) !== named)
    throw wrong('/id', 'mismatch', `must be the id of a record of type ${named}`);
  return { line, resource: resourceOfType(named), input, id };
}

function readId(id: Json | undefined): string | undefined {
  if (id === undefined || (typeof id === 'string' && typeOfId(id) !== undefined)) return id;
  throw wrong('/id', 'invalid-format', 'must be a TypeID such as `event_…`, or be left out');
}

function readType(type: Json): ResourceType {
  if (RESOURCE_TYPES.includes(type as never)) return type as ResourceType;
  const meant = typeof type === 'string' ? hint(type, RESOURCE_TYPES) : '';
  throw wrong('/type', 'not-allowed', `must be one of ${RESOURCE_TYPES.join(', ')}${meant}`);
}

function wrong(pointer: string, code: string, message: string): Problem {
  return new Problem('invalid-request', 'The line is no record.', { errors: [{ in: 'body', pointer, code, message }] });
}

/** Names by which others may refer to the record, or by which another line may be about the same one. */
export function namesOf({ resource: { type }, input, id }: RecordLine): string[] {
  const { slug } = input;
  const slugs = typeof slug === 'string' ? [slugName(type, slug), slugName('any', slug)] : [];
  return [...(id === undefined ? [] : [id]), ...slugs, ...externalIdsOf(input).map((each) => externalName(type, each))];
}

/** What a record line refers to, by id or slug. */
export function namesTaken({ resource: { kind }, input }: RecordLine): string[] {
  return namesIn(kind, input);
}

export function externalName(type: string, { scheme, value }: ExternalId): string {
  return `${type} ${scheme}:${value}`;
}

interface ExternalId {
  scheme: string;
  value: string;
}

/** External ids as far as they have the form of such. */
export function externalIdsOf({ externalIds }: Body): ExternalId[] {
  if (!Array.isArray(externalIds)) return [];
  return (externalIds as unknown as Partial<ExternalId>[]).flatMap((each) =>
    typeof each?.scheme === 'string' && typeof each.value === 'string'
      ? [{ scheme: each.scheme, value: each.value }]
      : [],
  );
}

/** The same input with other ids in place of references whose record is known by another id here. */
export function withKnownIds(kind: RecordKind, input: Body, known: ReadonlyMap<string, string>): Body {
  if (known.size === 0) return input;
  const copy = structuredClone(input);
  for (const { path, to } of kind.references) {
    for (const { holder, key, value } of occurrences(copy, path)) {
      const reference = typeof value === 'string' ? parseReference(value) : undefined;
      if (reference === undefined || reference.form === 'slug') continue;
      const id = known.get(reference.form === 'id' ? reference.id : externalName(to, reference));
      if (id !== undefined) (holder as Record<string | number, Json>)[key] = id;
    }
  }
  return copy;
}
