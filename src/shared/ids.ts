import { createHash } from 'node:crypto';
import { TypeID } from 'typeid-js';
import { v7 } from 'uuid';

/** The eight resource types; also the prefixes of their TypeIDs. */
export const RESOURCE_TYPES = [
  'event',
  'actor',
  'agreement',
  'commitment',
  'area',
  'source',
  'claim',
  'dispute',
] as const;
export type ResourceType = (typeof RESOURCE_TYPES)[number];

/** TypeID: a type prefix, an underscore, a UUIDv7 in 26 characters of Crockford base32 (lower case). */
export const ID_PATTERN = new RegExp(`^(${RESOURCE_TYPES.join('|')})_[0-7][0-9a-hjkmnp-tv-z]{25}$`);

/** Makes new ids; passed in, so that tests can make them predictable. */
export type IdSource = (type: ResourceType, nowMs: number) => string;

export const randomIds: IdSource = (type, nowMs) => encode(type, v7({ msecs: nowMs }, new Uint8Array(16)));

/** A TypeID that depends on type and slug alone: a curated record has the same id in every installation. */
export function seedId(type: ResourceType, slug: string): string {
  const digest = createHash('sha256').update(`${type}/${slug}`).digest();
  const bytes = v7(
    { msecs: SEED_EPOCH_MS, random: digest.subarray(0, 16), seq: digest.readUInt32BE(16) },
    new Uint8Array(16),
  );
  return encode(type, bytes);
}

export function isId(text: string): boolean {
  return ID_PATTERN.test(text);
}

/** The type an id names, or undefined when the text is no id. */
export function typeOfId(text: string): ResourceType | undefined {
  return ID_PATTERN.exec(text)?.[1] as ResourceType | undefined;
}

/** The range of all ids of a type: from its prefix up to the same with the character after the underscore. */
export function idRange(type: ResourceType): { lowest: string; beyond: string } {
  return { lowest: `${type}_`, beyond: `${type}\`` };
}

const SEED_EPOCH_MS = Date.UTC(2025, 0, 1);

/** The id of a finding: a TypeID whose UUID (version 8, RFC 9562) is made of a SHA-256 digest of what names it. */
export function findingId(digest: Uint8Array): string {
  const bytes = Uint8Array.from(digest.subarray(0, 16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return encode('finding', bytes);
}

/** Whether a text has the form of the id of a finding. */
export function isFindingId(text: string): boolean {
  return FINDING_ID.test(text);
}

const FINDING_ID = /^finding_[0-7][0-9a-hjkmnp-tv-z]{25}$/;

/** The id of a new webhook. */
export function webhookId(nowMs: number): string {
  return encode('webhook', v7({ msecs: nowMs }, new Uint8Array(16)));
}

function encode(type: ResourceType | 'finding' | 'webhook', bytes: Uint8Array): string {
  return TypeID.fromUUIDBytes(type, bytes).toString();
}
