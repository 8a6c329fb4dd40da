import { createHash } from 'node:crypto';
import { isCleanText } from './text.js';

/** What a list cursor carries. It grants nothing: authorisation is checked on every call, so it needs no secret. */
export interface Cursor {
  /** Epoch of the database it was made for; changed by a restore. */
  epoch: string;
  /** Hash of the query it continues. */
  query: string;
  /** The revision the walk is pinned to. */
  revision: number;
  /** Sort values of the last record delivered, in the order of the sort; the id comes last. */
  keys: (string | number)[];
}

const PREFIX = 'c1_';
/** Long enough for a title of 600 characters in any script; short enough for the request line. */
const CURSOR_PATTERN = /^c1_[A-Za-z0-9_-]{8,8000}$/;

export function encodeCursor(cursor: Cursor): string {
  const body = JSON.stringify([cursor.epoch, cursor.query, cursor.revision, ...cursor.keys]);
  return PREFIX + Buffer.from(checksum(body) + body, 'utf8').toString('base64url');
}

/** Reads a cursor back; undefined when it is not one that `encodeCursor` made. */
export function decodeCursor(text: string): Cursor | undefined {
  if (!CURSOR_PATTERN.test(text)) return undefined;
  const decoded = Buffer.from(text.slice(PREFIX.length), 'base64url').toString('utf8');
  const body = decoded.slice(CHECKSUM_LENGTH);
  if (decoded.slice(0, CHECKSUM_LENGTH) !== checksum(body)) return undefined;
  return parseBody(body);
}

/** The checksum needs no secret, so anyone can put it before anything: the body is checked like all input. */
function parseBody(body: string): Cursor | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const [epoch, query, revision, ...keys]: unknown[] = value;
  if (typeof epoch !== 'string' || typeof query !== 'string' || !Number.isSafeInteger(revision)) return undefined;
  return keys.every(isKey) ? { epoch, query, revision: Number(revision), keys } : undefined;
}

function isKey(value: unknown): value is string | number {
  return typeof value === 'string' ? isCleanText(value) : Number.isFinite(value);
}

/** A short hash of a query in its normal form, for cursors and entity tags. */
export function queryHash(normalForm: string): string {
  return createHash('sha256').update(normalForm).digest('base64url').slice(0, 12);
}

const CHECKSUM_LENGTH = 6;

function checksum(body: string): string {
  return createHash('sha256').update(body).digest('base64url').slice(0, CHECKSUM_LENGTH);
}
