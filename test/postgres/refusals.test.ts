import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chancery, type Finished } from '../faults/processes.js';
import { PostgresServer } from '../support/postgres-server.js';
import { openRaw } from '../support/raw.js';
import { startProxy, through } from '../support/tcp-proxy.js';

let server: PostgresServer;
let url: URL;
beforeAll(async () => {
  server = await PostgresServer.start({ durable: false });
  await server.createDatabase('knowledge');
  url = new URL(server.url('knowledge'));
  expect((await run(url.href)).code).toBe(0);
});
afterAll(() => server.remove());

function run(databaseUrl: string, verb = 'migrate'): Promise<Finished> {
  return chancery([verb], { DATABASE_URL: databaseUrl, PORT: '0', CHANCERY_SEED: 'none' });
}

/** The URL of the database with some parts changed. */
function withParts(
  parts: Partial<Record<'username' | 'password' | 'hostname' | 'port' | 'pathname' | 'search', string>>,
) {
  return Object.assign(new URL(url), parts).href;
}

/** That the verb ends with 1 and one line that names cause and remedy, and no password. */
async function expectRefusal(databaseUrl: string, words: readonly RegExp[], verb = 'migrate'): Promise<void> {
  const { code, stdout, stderr } = await run(databaseUrl, verb);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^chancery: [^\n]+\n$/);
  for (const word of words) expect(stderr).toMatch(word);
  expect(stderr).not.toContain(new URL(databaseUrl).password || 'no password');
}

/** Runs SQL as superuser in the database of these tests. */
async function inDatabase(sql: string): Promise<void> {
  const raw = await openRaw(url.href);
  await raw.script(sql).finally(() => raw.close());
}

describe('a PostgreSQL database that cannot be opened', () => {
  it.each([
    [
      'a wrong password',
      { password: 'mistyped' },
      [/refuses the user or the password/, /correct DATABASE_URL/, /28P01/],
    ],
    ['an unknown user', { username: 'nobody' }, [/refuses the user or the password/, /postgres:\/\/nobody@127/]],
    ['a port where nobody listens', { port: '1' }, [/no server answers there/, /start it/, /ECONNREFUSED/]],
    ['an unknown host', { hostname: 'no-such-host.invalid' }, [/host is not known/, /correct DATABASE_URL/]],
    ['a missing database', { pathname: '/nothing' }, [/no such database/, /createdb/, /3D000/]],
    ['no database at all', { pathname: '/' }, [/names no database/, /postgres:\/\/user@host\/database/]],
    ['an encrypted connection to a server without', { search: '?sslmode=require' }, [/secure connection/, /sslmode/]],
    ['an unknown parameter', { search: '?sslmod=require' }, [/no parameter `sslmod`/, /sslmode, sslrootcert/]],
    ['an unknown sslmode', { search: '?sslmode=maybe' }, [/sslmode must be one of disable, require/]],
    ['a certificate file that is not there', { search: '?sslmode=verify-ca&sslrootcert=none.pem' }, [/none\.pem/]],
  ] as [string, Parameters<typeof withParts>[0], RegExp[]][])('names %s', async (_what, parts, words) => {
    await expectRefusal(withParts(parts), [/DATABASE_URL/, ...words]);
  });

  it('stops the service in the same way', async () => {
    await expectRefusal(withParts({ password: 'mistyped' }), [/refuses the user or the password/], 'serve');
  });

  it('names a server that is no PostgreSQL', async () => {
    const other = await startProxy(Number(url.port));
    other.onAnswer = () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n');
    await expectRefusal(through(url.href, other), [/does not answer as PostgreSQL does/, /correct DATABASE_URL/]);
    await other.close();
  });

  it('tries once, and gives up on a server that says nothing within seconds', async () => {
    const silent = await startProxy(Number(url.port));
    silent.onRequest = () => Buffer.alloc(0);
    await expectRefusal(through(url.href, silent), [/not in time/, /correct DATABASE_URL/]);
    expect(silent.accepted).toBe(1);
    await silent.close();
  });

  it('names a server that is too old', async () => {
    const [{ version } = {}] = await server.query("select current_setting('server_version_num') as version");
    const old = await startProxy(Number(url.port));
    // A real old server is not to be had; this one only says that it is.
    old.onAnswer = (bytes) => Buffer.from(bytes.toString('latin1').replaceAll(String(version), '120022'), 'latin1');
    const numeric = await startProxy(old.port);
    await expectRefusal(through(url.href, numeric), [/PostgreSQL 12/, /upgrade it to 15 or newer/]);
    await numeric.close();
    await old.close();
  });

  it('names transactions that are read-only', async () => {
    await server.query('alter database knowledge set default_transaction_read_only = on');
    await expectRefusal(url.href, [/read-only/, /unset default_transaction_read_only/]);
    await server.query('alter database knowledge reset default_transaction_read_only');
  });

  it('names a database that does not keep text as UTF-8', async () => {
    await server.query("create database ascii encoding 'SQL_ASCII' locale_provider libc locale 'C' template template0");
    await expectRefusal(withParts({ pathname: '/ascii' }), [/keeps text as SQL_ASCII/, /createdb --encoding=UTF8/]);
  });

  it('names a right that is missing', async () => {
    await server.query("create role guest login password 'admit-me'");
    await server.createDatabase('bare');
    await expectRefusal(withParts({ pathname: '/bare', username: 'guest', password: 'admit-me' }), [
      /lacks a right/,
      /docs\/postgres\.md/,
      /42501/,
    ]);
  });

  it('names a server without a connection left', async () => {
    await server.query("create role crowd login password 'admit-me' connection limit 0");
    await expectRefusal(withParts({ username: 'crowd', password: 'admit-me' }), [
      /no connection left/,
      /CHANCERY_DB_CONNECTIONS/,
    ]);
  });

  it('names a schema that a newer version made, and leaves it as it is', async () => {
    await inDatabase('update __drizzle_migrations set created_at = created_at + 1000');
    await expectRefusal(url.href, [/newer version of Chancery/, /install that version/]);
    await inDatabase('update __drizzle_migrations set created_at = created_at - 1000');
    expect((await run(url.href)).code).toBe(0);
  });

  it('names a table that was dropped', async () => {
    await server.createDatabase('damaged', 'knowledge');
    const raw = await openRaw(withParts({ pathname: '/damaged' }));
    await raw.script('drop table milestones, rollups');
    await raw.close();
    await expectRefusal(withParts({ pathname: '/damaged' }), [
      /lacks the tables milestones, rollups/,
      /restore a backup/,
    ]);
  });

  it('is a read-only replica', async () => {
    const replica = await PostgresServer.start({ durable: false });
    const [{ folder } = {}] = await replica.query("select current_setting('data_directory') as folder");
    await replica.stop('fast');
    writeFileSync(join(String(folder), 'standby.signal'), '');
    await replica.start();
    await expectRefusal(replica.url('postgres'), [/read-only replica/, /set DATABASE_URL to its primary/]);
    await replica.remove();
  });
});

describe('TLS', () => {
  const keys = mkdtempSync(join(tmpdir(), 'chancery-tls-'));
  let secure: PostgresServer;
  beforeAll(async () => {
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'].concat([
        '-addext',
        'subjectAltName=DNS:localhost',
        '-keyout',
        join(keys, 'key.pem'),
        '-out',
        join(keys, 'cert.pem'),
      ]),
      { stdio: 'pipe' },
    );
    secure = await PostgresServer.start({ durable: false });
    const [{ folder } = {}] = await secure.query("select current_setting('data_directory') as folder");
    const { uid, gid } = statSync(String(folder));
    for (const name of ['key.pem', 'cert.pem']) {
      const target = join(String(folder), name);
      copyFileSync(join(keys, name), target);
      chownSync(target, uid, gid);
      chmodSync(target, 0o600);
    }
    await secure.query("alter system set ssl_cert_file = 'cert.pem'");
    await secure.query("alter system set ssl_key_file = 'key.pem'");
    await secure.query('alter system set ssl = on');
    await secure.query('select pg_reload_conf()');
    await secure.createDatabase('knowledge');
  });
  afterAll(async () => {
    await secure.remove();
    rmSync(keys, { recursive: true });
  });

  const at = (hostname: string, search: string) =>
    Object.assign(new URL(secure.url('knowledge')), { hostname, search }).href;
  const certificate = `sslrootcert=${encodeURIComponent(join(keys, 'cert.pem'))}`;

  it.each([
    ['127.0.0.1', '?sslmode=require'],
    ['127.0.0.1', `?sslmode=verify-ca&${certificate}`],
    ['localhost', `?sslmode=verify-full&${certificate}`],
    ['localhost', `?sslmode=verify-full&sslnegotiation=direct&${certificate}`],
  ])('%s%s is encrypted', async (hostname, search) => {
    expect(await run(at(hostname, search))).toMatchObject({ code: 0 });
  });

  it.each([
    ['a certificate that nobody vouches for', 'localhost', '?sslmode=verify-full'],
    ['a certificate of another host', '127.0.0.1', `?sslmode=verify-full&${certificate}`],
  ])('refuses %s', async (_what, hostname, search) => {
    await expectRefusal(at(hostname, search), [/no secure connection/, /sslmode and sslrootcert/]);
  });
});
