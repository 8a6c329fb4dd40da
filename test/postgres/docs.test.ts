import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { SETTINGS } from '../../src/config.js';
import { URL_PARAMETERS } from '../../src/db/postgres-url.js';
import { readText, rowsUnder, unquoted } from '../docs/project.js';
import { MAIN } from '../faults/processes.js';
import { PostgresServer } from '../support/postgres-server.js';

const page = readText('docs/postgres.md');
const ADDRESS = '127.0.0.1:5432';

interface Block {
  language: string;
  text: string;
}

/** The blocks of the page that can be run, in their order. */
const blocks: Block[] = [...page.matchAll(/```(sql|sh)\n([\s\S]*?)```/g)].map(([, language = '', text = '']) => ({
  language,
  text,
}));

let server: PostgresServer;
let folder: string;
beforeAll(async () => {
  server = await PostgresServer.start({ durable: false });
  folder = mkdtempSync(join(tmpdir(), 'chancery-docs-'));
  // The page moves a file that a first start would have made.
  await shell('DATABASE_URL=file:./data/chancery.db npx chancery seed');
});
afterAll(async () => {
  await server.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs SQL where its first line says; every block says `-- as superuser, in the database <name>`. */
async function runSql(text: string): Promise<void> {
  const [, database] = /^-- as superuser, in the database (\w+)$/m.exec(text) ?? [];
  if (database === undefined) throw new Error(`where is this to be run?\n${text}`);
  const client = new pg.Client({ connectionString: server.url(database) });
  await client.connect();
  try {
    // One by one: a database cannot be made among other statements.
    for (const statement of text.split(/;\n/)) if (statement.trim() !== '') await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The same commands at the address of the server here, in an empty folder. */
function shell(text: string): Promise<string> {
  const port = new URL(server.url('postgres')).port;
  const script = text
    .replaceAll(ADDRESS, `127.0.0.1:${port}`)
    .replaceAll('npx chancery', `"${process.execPath}" "${MAIN}"`)
    .replaceAll('npm start', serveUntilReady);
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'silent', CHANCERY_SEED: 'auto' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(said) : reject(new Error(`${text} ended with ${code}: ${said}`)),
    );
  });
}

/** What `npm start` does once all is installed, up to the first answer. */
const serveUntilReady = [
  `"${process.execPath}" "${MAIN}" serve >serve.log 2>&1 & pid=$!`,
  'for _ in $(seq 1 600); do grep -q "listens on" serve.log && break; sleep 0.1; done',
  `url=$(sed -n 's/.* listens on \\([^ ]*\\).*/\\1/p' serve.log); cat serve.log`,
  `"${process.execPath}" -e 'fetch(process.argv[1]).then((answer) => process.exit(answer.ok ? 0 : 1))' "$url/health/ready"`,
  'kill $pid; wait $pid',
].join('\n');

describe('docs/postgres.md', () => {
  it('has commands that work in their order, as they stand', { timeout: 120_000 }, async () => {
    expect(blocks.map(({ language }) => language)).toEqual(['sql', 'sh', 'sql', 'sh', 'sh', 'sh']);
    const [setUp, start, roles, startAsService, move, backup] = blocks as [Block, Block, Block, Block, Block, Block];
    await runSql(setUp.text);
    expect(await shell(start.text)).toMatch(/up to date[\s\S]*chy_[\s\S]*769 records loaded[\s\S]*listens on/);
    await runSql(roles.text);
    expect(await shell(startAsService.text)).toMatch(/listens on/);
    await server.query("create database moved owner chancery encoding 'UTF8' template template0");
    expect(await shell(move.text)).toMatch(
      /complete and equal, up to revision 769[\s\S]*complete and equal, up to revision 769/,
    );
    expect(await shell(backup.text)).toMatch(/complete and equal[\s\S]*Clean[\s\S]*complete and equal/);
  });

  it('is right that the role of the service may not change tables', async () => {
    const url = server.url('chancery').replace(/\/\/[^@]*@/, '//chancery_service:change-me-too@');
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await expect(client.query('alter table events add column x text')).rejects.toMatchObject({ code: '42501' });
    await expect(client.query('create table x (y text)')).rejects.toMatchObject({ code: '42501' });
    await client.end();
  });

  it('is right that the tables may lie in a schema of their own', async () => {
    for (const statement of [
      "create role elsewhere login password 'change-me'",
      'alter role elsewhere set search_path = apart',
      'create database elsewhere owner elsewhere',
    ])
      await server.query(statement);
    const client = new pg.Client({ connectionString: server.url('elsewhere') });
    await client.connect();
    await client.query('create schema apart authorization elsewhere');
    const url = `DATABASE_URL=postgres://elsewhere:change-me@${ADDRESS}/elsewhere`;
    expect(await shell(`${url} npx chancery seed; ${url} npx chancery verify`)).toMatch(/769 created[\s\S]*Clean/);
    const { rows } = await client.query(
      "select distinct schemaname from pg_tables where tablename in ('head', 'revisions', 'links')",
    );
    expect(rows).toEqual([{ schemaname: 'apart' }]);
    await client.end();
  });

  it('names the parameters of the URL, all of them and no other', () => {
    const listed = rowsUnder(page, 'parameter').flatMap(([names = '']) => names.split(', ').map(unquoted));
    expect(listed.sort()).toEqual([...URL_PARAMETERS].sort());
  });

  it('names no setting that does not exist', () => {
    const known = Object.values(SETTINGS).map(({ variable }) => variable as string);
    const named = [page, readText('compose.yaml')].flatMap((text) => text.match(/\bCHANCERY_[A-Z_]*[A-Z]/g) ?? []);
    expect(named.filter((variable) => !known.includes(variable))).toEqual([]);
  });
});

describe('compose.yaml', () => {
  it('runs the image on a PostgreSQL that is ready, by one setting', async () => {
    const { services, volumes } = parseYaml(readText('compose.yaml'));
    const { chancery, db } = services;
    expect(Object.keys(services)).toEqual(['chancery', 'db']);
    expect(chancery.build).toBe('.');
    expect(Object.keys(chancery.environment)).toEqual(['DATABASE_URL']);
    expect(chancery.depends_on).toEqual({ db: { condition: 'service_healthy' } });
    // What compose would make of it, with the password set.
    const filled = (text: string) => text.replace(/\$\{POSTGRES_PASSWORD:\?[^}]*\}/, 'secret');
    const url = new URL(filled(chancery.environment.DATABASE_URL));
    const { POSTGRES_USER, POSTGRES_DB, POSTGRES_PASSWORD } = db.environment;
    expect([url.hostname, url.username, url.password, url.pathname]).toEqual([
      'db',
      POSTGRES_USER,
      filled(POSTGRES_PASSWORD),
      `/${POSTGRES_DB}`,
    ]);
    expect(Object.keys(volumes)).toEqual([db.volumes[0].split(':')[0]]);
    expect(db.healthcheck.test).toContain('pg_isready');
  });
});
