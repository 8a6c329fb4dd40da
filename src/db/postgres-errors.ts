import { DatabaseError, type DatabaseFault } from './errors.js';

/** SQLSTATE codes or their classes (PostgreSQL manual, appendix A), and codes of Node's sockets. */
const FAULTS: readonly [RegExp, DatabaseFault][] = [
  [/^23505$/, 'unique'],
  [/^23503$/, 'foreign-key'],
  [/^53100$/, 'full'],
  [/^(?:40001|40P01|53...|55P03|57014)$/, 'busy'],
  [/^(?:XX00[12]|42P01|42703)$/, 'corrupt'],
  [/^(?:28...|42501)$/, 'denied'],
  [/^(?:3D000|42P05)$/, 'cannot-open'],
  // Read-only after a fail-over: the server that was the primary is none any more.
  [/^(?:08...|25006|25P0[34]|57P0[1-5])$/, 'away'],
  [/^(?:ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN|ENOENT)/, 'away'],
];

/** What pg says of a connection that is gone; these errors have no code. */
const GONE = /^Connection terminated|^timeout expired$|^Query read timeout$|not queryable$/;
const ENDED = 'Cannot use a pool after calling end on the pool';

/**
 * Statements prepared by another shape of the schema, or by another connection of a pooler: a fresh connection has
 * neither.
 */
const STALE = /^(?:0A000|26000)$/;

/** The error of pg or of Node, wrapped or not. */
function driverError(error: unknown): unknown {
  return error instanceof DatabaseError ? error.cause : error;
}

function codeOf(error: unknown): string {
  const { code } = (driverError(error) ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}

/** Whether the error leaves the connection of no use, so that the work may only go on with another one. */
export function isConnectionLost(error: unknown): boolean {
  const driver = driverError(error);
  return driver instanceof Error && (STALE.test(codeOf(driver)) || faultOf(driver) === 'away');
}

/** Whether the server undid a transaction only because of others running beside it. */
export function isSerializationFailure(error: unknown): boolean {
  return /^(?:40001|40P01)$/.test(codeOf(error));
}

function faultOf(error: Error): DatabaseFault | undefined {
  if (GONE.test(error.message)) return 'away';
  if (error.message === ENDED) return 'cannot-open';
  const code = codeOf(error);
  const fault = FAULTS.find(([pattern]) => pattern.test(code))?.[1];
  // SQLSTATE has five characters of its alphabet; anything else is no error of the server.
  return fault ?? (/^[0-9A-Z]{5}$/.test(code) ? 'other' : undefined);
}

/** Wraps an error of pg; others are returned as they are. */
export function fromPostgres(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DatabaseError) return error;
  const fault = faultOf(error);
  if (fault === undefined) return error;
  if (error.message === ENDED) return new DatabaseError(fault, 'the database is closed', error);
  return new DatabaseError(fault, `${codeOf(error) || 'connection'}: ${error.message}`, error);
}

const REMEDIES: readonly [test: (code: string, message: string) => boolean, fault: DatabaseFault, remedy: string][] = [
  [
    (code, message) => code === '28000' && /pg_hba/.test(message),
    'denied',
    'the server does not admit this user from here; add a line to its pg_hba.conf, or set sslmode in DATABASE_URL',
  ],
  [(code) => code.startsWith('28'), 'denied', 'the server refuses the user or the password; correct DATABASE_URL'],
  [
    (code) => code === '3D000',
    'cannot-open',
    'the server has no such database; make it with createdb, or correct DATABASE_URL',
  ],
  [(code) => code === '42501', 'denied', 'the user lacks a right; grant it as docs/postgres.md says'],
  [
    (code) => code === '53300',
    'busy',
    'the server has no connection left; raise its max_connections or set CHANCERY_DB_CONNECTIONS lower',
  ],
  [(code) => code === '57P03', 'away', 'the server is starting or stopping; try again in a moment'],
  [
    (code, message) => /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/.test(code) || /SSL|certificate/.test(message),
    'cannot-open',
    'no secure connection is possible; correct sslmode and sslrootcert in DATABASE_URL',
  ],
  [
    (code) => /^(?:ENOTFOUND|EAI_AGAIN)$/.test(code),
    'away',
    'that host is not known; correct DATABASE_URL or the name service',
  ],
  [
    (code) => /^(?:ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOENT)/.test(code),
    'away',
    'no server answers there; start it, or correct DATABASE_URL',
  ],
  [
    (_code, message) => GONE.test(message),
    'away',
    'the server does not answer as PostgreSQL does, or not in time; correct DATABASE_URL',
  ],
];

/** Why a database cannot be opened and what to do about it, in one line; `name` tells which one, without a password. */
export function openFailure(name: string, error: unknown): unknown {
  const { message = '' } = (driverError(error) ?? {}) as Error;
  const code = codeOf(error);
  const known = REMEDIES.find(([fits]) => fits(code, message));
  if (known === undefined) {
    const other = fromPostgres(error);
    if (!(other instanceof DatabaseError)) return other;
    return new DatabaseError(other.fault, `cannot open ${name}: ${other.message.replaceAll('\n', ' ')}`, error);
  }
  const [, fault, remedy] = known;
  // Errors of several addresses tried in turn have no message of their own.
  const words = [code, message].filter((word) => word !== '').join(': ');
  return new DatabaseError(fault, `cannot open ${name}: ${remedy} (${words.replaceAll('\n', ' ')})`, error);
}
