/** What can go wrong in the database, in words that do not depend on the engine. */
export type DatabaseFault =
  | 'unique'
  | 'foreign-key'
  | 'full'
  | 'busy'
  | 'corrupt'
  | 'read-only'
  | 'cannot-open'
  /** The server cannot be reached, or went away. */
  | 'away'
  /** The server refuses the user, or something to the user. */
  | 'denied'
  | 'other';

/** An error of the database with its fault; the driver's own error is the cause and never leaves the process. */
export class DatabaseError extends Error {
  readonly fault: DatabaseFault;

  constructor(fault: DatabaseFault, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'DatabaseError';
    this.fault = fault;
  }
}

const SQLITE_FAULTS: readonly [RegExp, DatabaseFault][] = [
  [/^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)/, 'unique'],
  [/^SQLITE_CONSTRAINT_FOREIGNKEY/, 'foreign-key'],
  [/^SQLITE_FULL/, 'full'],
  [/^SQLITE_IOERR_(READ|SHORT_READ|CORRUPTFS|DATA)/, 'corrupt'],
  [/^SQLITE_IOERR/, 'full'],
  [/^SQLITE_(BUSY|LOCKED)/, 'busy'],
  [/^SQLITE_(CORRUPT|NOTADB)/, 'corrupt'],
  [/^SQLITE_READONLY/, 'read-only'],
  [/^SQLITE_CANTOPEN/, 'cannot-open'],
];

/** Wraps an error of better-sqlite3 (directly or as the cause of a Drizzle error); others are returned as they are. */
export function fromSqlite(error: unknown): unknown {
  if (error instanceof DatabaseError) return error;
  const driver = [error, (error as { cause?: unknown } | undefined)?.cause].find(
    (candidate) => typeof (candidate as { code?: unknown } | undefined)?.code === 'string',
  ) as { code: string; message?: string } | undefined;
  if (error instanceof TypeError && error.message === 'The database connection is not open') {
    return new DatabaseError('cannot-open', 'the database is closed', error);
  }
  if (driver === undefined || !driver.code.startsWith('SQLITE_')) return error;
  // A table or column that is not there has no code of its own.
  const isDropped = /^no such (?:table|column)/.test(driver.message ?? '');
  const fault = isDropped ? 'corrupt' : (SQLITE_FAULTS.find(([pattern]) => pattern.test(driver.code))?.[1] ?? 'other');
  return new DatabaseError(fault, `${driver.code}: ${driver.message ?? ''}`, error);
}
