import { createHash, randomInt, timingSafeEqual } from 'node:crypto';

/** What a key may do; each scope includes those before it. */
export const SCOPES = ['read', 'write', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 10;
const SECRET_LENGTH = 43;
const CHECK_LENGTH = 6;
const FORM = new RegExp(
  `^chy_([0-9A-Za-z]{${ID_LENGTH}})_([0-9A-Za-z]{${SECRET_LENGTH}})([0-9A-Za-z]{${CHECK_LENGTH}})$`,
);

export interface NewKey {
  id: string;
  /** The whole key, shown once: `chy_<id>_<256-bit secret><checksum>`. */
  key: string;
  /** SHA-256 of the secret in hexadecimal: all that is stored. */
  secretSha256: string;
}

export function makeKey(): NewKey {
  const id = randomText(ID_LENGTH);
  const secret = randomText(SECRET_LENGTH);
  const body = `chy_${id}_${secret}`;
  return { id, key: body + checksum(body), secretSha256: sha256(secret) };
}

/** Takes a key apart; undefined when it is not one, its checksum included, so that a typing error costs no look-up. */
export function parseKey(key: string): { id: string; secret: string } | undefined {
  const [, id, secret, check] = FORM.exec(key) ?? [];
  if (id === undefined || secret === undefined || check !== checksum(key.slice(0, -CHECK_LENGTH))) return undefined;
  return { id, secret };
}

/** Compares a secret with a stored hash in constant time; an unknown key is compared with a hash of nothing. */
export function secretMatches(secret: string, storedSha256: string | undefined): boolean {
  const given = Buffer.from(sha256(secret), 'hex');
  const stored = Buffer.from(storedSha256 ?? '0'.repeat(64), 'hex');
  return timingSafeEqual(given, stored) && storedSha256 !== undefined;
}

/** Whether any of the scopes a key has includes the one needed. */
export function allows(scopes: readonly string[], needed: Scope): boolean {
  return SCOPES.slice(SCOPES.indexOf(needed)).some((scope) => scopes.includes(scope));
}

function randomText(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Six base62 characters over the key, for leak scanners and typing errors; no protection in itself. */
function checksum(body: string): string {
  const digest = createHash('sha256').update(body).digest();
  return Array.from(digest.subarray(0, CHECK_LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}
