import type { ClientConfig } from 'pg';
import { parse, toClientConfig } from 'pg-connection-string';
import { DatabaseError } from './errors.js';

/** Parameters of a PostgreSQL URL that are understood; the names are those of libpq. */
export const URL_PARAMETERS = [
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'sslnegotiation',
  'application_name',
  'options',
  'host',
  'port',
] as const;

const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'];

export interface PostgresAddress {
  config: ClientConfig;
  /** The URL without password and parameters, for messages. */
  name: string;
}

/**
 * Reads a `postgres:` URL (PostgreSQL manual, section 34.1.1.2), with `sslmode` as libpq reads it. Raises DatabaseError
 * naming what is wrong with it; a password is never repeated.
 */
export function parsePostgresUrl(text: string): PostgresAddress {
  try {
    // A socket's folder may stand for the host, which leaves the URL without one: postgres://user@/name?host=/run/pg
    const url = new URL(text.replace(/^(postgres(?:ql)?:\/\/[^/?]*@)(?=[/?])/, '$1socket'));
    checkParameters(url.searchParams);
    if (url.pathname.length < 2)
      throw new DatabaseError('cannot-open', 'it names no database; write postgres://user@host/database');
    const config = toClientConfig(parse(text, { useLibpqCompat: true })) as ClientConfig;
    return { config, name: nameOf(config) };
  } catch (error) {
    const reason =
      error instanceof TypeError ? 'it is no URL such as postgres://user@host/database' : (error as Error).message;
    throw new DatabaseError('cannot-open', `DATABASE_URL cannot be used: ${reason}`);
  }
}

function checkParameters(parameters: URLSearchParams): void {
  for (const name of parameters.keys()) {
    if (URL_PARAMETERS.some((known) => known === name)) continue;
    throw new DatabaseError('cannot-open', `it has no parameter \`${name}\`; it takes ${URL_PARAMETERS.join(', ')}`);
  }
  const mode = parameters.get('sslmode');
  if (mode === null || SSL_MODES.includes(mode)) return;
  throw new DatabaseError('cannot-open', `sslmode must be one of ${SSL_MODES.join(', ')}`);
}

function nameOf({ user, host, port, database }: ClientConfig): string {
  return `postgres://${user ? `${user}@` : ''}${host ?? 'localhost'}${port === undefined ? '' : `:${port}`}/${database}`;
}
