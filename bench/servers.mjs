// The servers, each in a process of its own, and the databases below them.
import { spawn } from 'node:child_process';
import { copyFileSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPostgres } from './postgres.mjs';
import { createBody, creation, fetchAnswer, readsOf } from './scenarios.mjs';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const at = (name) => fileURLToPath(new URL(name, import.meta.url));
const READY_MS = 30_000;

/**
 * A database for each server, all with the same content: seeded on SQLite, one record made over HTTP, copied from there.
 * Gives where they are, a key, and the answers of the service.
 */
export async function prepareDatabases(folder, engines, running) {
  const file = (name) => `file:${join(folder, name)}`;
  const databases = { 'chancery/sqlite': file('chancery.db'), 'baseline/sqlite': file('baseline.db') };
  const given = { folder, answersFile: join(folder, 'answers.json'), databases };
  const source = databases['chancery/sqlite'];
  const key = await seedWithKey(source);
  const answers = await askForAnswers(given, key, running);
  copyFileSync(pathOf(source), pathOf(databases['baseline/sqlite']));
  writeFileSync(given.answersFile, JSON.stringify(answers));
  if (engines.includes('postgres')) Object.assign(databases, await copyToPostgres(source, running));
  return { ...given, key, answers };
}

/** Gives a key that may write. */
async function seedWithKey(source) {
  await chancery(source, ['seed']);
  const made = await chancery(source, ['keys', 'create', '--name', 'bench', '--scope', 'write', '--json']);
  return JSON.parse(made).key;
}

async function askForAnswers(given, key, running) {
  const server = await serve(given, 'sqlite', running);
  const answers = {};
  const ask = async (name, request) => {
    answers[name] = { path: request.path, ...(await fetchAnswer(server.url, request)) };
  };
  await ask('create', creation(key, createBody('reference')));
  const { revision } = JSON.parse(answers.create.body);
  for (const [name, request] of Object.entries(readsOf(revision))) await ask(name, request);
  await server.stop();
  return answers;
}

async function copyToPostgres(source, running) {
  const { server, url } = await copyToNewPostgres(source, running);
  await server.createDatabase('baseline', 'chancery');
  return { 'chancery/postgres': url, 'baseline/postgres': server.url('baseline') };
}

/** Starts a PostgreSQL server with a database `chancery` that is a copy of another. */
export async function copyToNewPostgres(source, running) {
  const server = await startPostgres(running);
  const url = server.url('chancery');
  await server.createDatabase('chancery');
  await chancery(source, ['copy', '--to', url, '--json']);
  return { server, url };
}

/** The servers by name, in the order of the report. */
export async function startServers(given, engines, running) {
  const servers = { floor: await start([at('floor.mjs'), given.answersFile], running) };
  for (const engine of engines) {
    const database = given.databases[`baseline/${engine}`];
    const script = at(`baseline-${engine}.mjs`);
    const place = engine === 'sqlite' ? pathOf(database) : database;
    servers[`chancery/${engine}`] = await serve(given, engine, running);
    servers[`baseline/${engine}`] = await start([script, place, given.answersFile], running);
  }
  return servers;
}

/** The servers that give what `source` holds, none of which writes; there is one file for both of SQLite. */
export async function startReading(folder, source, engines, running) {
  const databases = { 'chancery/sqlite': source };
  if (engines.includes('postgres')) databases['chancery/postgres'] = (await copyToNewPostgres(source, running)).url;
  return startExchange({ folder, databases }, engines, running, [pathOf(source)], UNCHECKED);
}

/** The servers of new databases with the seeds and a key that may write; the baseline reads what the first one wrote. */
export async function startWriting(folder, engines, running) {
  const [source, copy] = ['writing.db', 'writing-baseline.db'].map((name) => join(folder, name));
  const databases = { 'chancery/sqlite': `file:${source}` };
  const key = await seedWithKey(databases['chancery/sqlite']);
  copyFileSync(source, copy);
  if (engines.includes('postgres'))
    databases['chancery/postgres'] = (await copyToNewPostgres(databases['chancery/sqlite'], running)).url;
  return { key, servers: await startExchange({ folder, databases }, engines, running, [copy, source]) };
}

async function startExchange(given, engines, running, paths, nodeArgs) {
  const servers = {};
  for (const engine of engines) servers[`chancery/${engine}`] = await serve(given, engine, running, nodeArgs);
  servers.baseline = await start([at('baseline-sync.mjs'), ...paths], running);
  return servers;
}

function pathOf(url) {
  return url.slice('file:'.length);
}

/** For Node: the program looks for no findings, as those of a database that was just filled would be meanwhile. */
export const UNCHECKED = ['--import', new URL('unchecked.mjs', import.meta.url).href];

/** The program as it is run in production, its request log going to a file; `nodeArgs` are for Node itself. */
export function serve({ folder, databases }, engine, running, nodeArgs = []) {
  const stdout = openSync(join(folder, `requests-${engine}.log`), 'a');
  const env = environment(databases[`chancery/${engine}`]);
  return start([...process.execArgv, ...nodeArgs, MAIN, 'serve'], running, { env, stdout });
}

function environment(databaseUrl) {
  const { PATH } = process.env;
  return { PATH, DATABASE_URL: databaseUrl, CHANCERY_SEED: 'none', HOST: '127.0.0.1', PORT: '0' };
}

/** Runs a command of the program to its end; gives what it printed. */
export async function chancery(databaseUrl, args) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: environment(databaseUrl),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = child.stdout.setEncoding('utf8').toArray();
  const messages = child.stderr.setEncoding('utf8').toArray();
  const [code] = await new Promise((resolve) => child.once('close', (...result) => resolve(result)));
  if (code !== 0) throw new Error(`chancery ${args[0]} ended with ${code}: ${(await messages).join('')}`);
  return (await output).join('');
}

/** Starts a server and waits until it says on standard error where it listens. */
async function start(args, running, { env = { PATH: process.env.PATH }, stdout = 'ignore' } = {}) {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', stdout, 'pipe'] });
  const stop = () =>
    new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once('exit', resolve);
      child.kill('SIGTERM');
    });
  running.push({ stop });
  const url = await new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error(`not listening after ${READY_MS} ms: ${said}`)), READY_MS);
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}: ${said}`)));
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
      const found = /listens on (http:\S+)/.exec(said);
      if (found === null) return;
      clearTimeout(timer);
      resolve(found[1]);
    });
  });
  return { url, stop, child };
}
