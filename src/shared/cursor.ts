import { createHash } from 'node:crypto';

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

export function encodeCursor(cursor: Cursor): string {
  const body = JSON.stringify([cursor.epoch, cursor.query, cursor.revision, ...cursor.keys]);
  return PREFIX + Buffer.from(checksum(body) + body, 'utf8').toString('base64url');
}

/** Reads a cursor back; undefined when it is not one that `encodeCursor` made. */
export function decodeCursor(text: string): Cursor | undefined {
  if (!/^c1_[A-Za-z0-9_-]{8,2000}$/.test(text)) return undefined;
  const decoded = Buffer.from(text.slice(PREFIX.length), 'base64url').toString('utf8');
  const body = decoded.slice(CHECKSUM_LENGTH);
  if (decoded.slice(0, CHECKSUM_LENGTH) !== checksum(body)) return undefined;
  const [epoch, query, revision, ...keys] = JSON.parse(body) as [string, string, number, ...(string | number)[]];
  return { epoch, query, revision, keys };
}

/** A short hash of a query in its normal form, for cursors and entity tags. */
export function queryHash(normalForm: string): string {
  return createHash('sha256').update(normalForm).digest('base64url').slice(0, 12);
}

const CHECKSUM_LENGTH = 6;

function checksum(body: string): string {
  return createHash('sha256').update(body).digest('base64url').slice(0, CHECKSUM_LENGTH);
}
