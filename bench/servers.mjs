// The three servers, each in a process of its own, and the databases below two of them.
import { spawn } from 'node:child_process';
import { copyFileSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createBody, fetchAnswer, requestsOf } from './scenarios.mjs';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const at = (name) => fileURLToPath(new URL(name, import.meta.url));
const READY_MS = 30_000;

/** A seeded database with one record made over HTTP, a copy of it for the baseline, and the answers for the floor. */
export async function prepareDatabases(folder) {
  const files = {
    database: join(folder, 'chancery.db'),
    copy: join(folder, 'baseline.db'),
    answersFile: join(folder, 'answers.json'),
    log: join(folder, 'requests.log'),
  };
  await chancery(files, ['seed']);
  const { key } = JSON.parse(
    await chancery(files, ['keys', 'create', '--name', 'bench', '--scope', 'write', '--json']),
  );
  const server = await serve(files);
  try {
    const answers = {};
    for (const [name, request] of Object.entries(requestsOf(key, createBody('reference')))) {
      answers[name] = await fetchAnswer(server.url, request);
    }
    writeFileSync(files.answersFile, JSON.stringify(answers));
    return { ...files, key, answers };
  } finally {
    await server.stop();
    copyFileSync(files.database, files.copy);
  }
}

export async function startServers(files, running) {
  const started = (server) => {
    running.push(server);
    return server;
  };
  return {
    chancery: started(await serve(files)),
    floor: started(await start([at('floor.mjs'), files.answersFile])),
    baseline: started(await start([at('baseline.mjs'), files.copy, files.answersFile])),
  };
}

/** The program as it is run in production, its request log going to a file. */
function serve(files) {
  return start([...process.execArgv, MAIN, 'serve'], { env: environment(files), stdout: openSync(files.log, 'a') });
}

function environment({ database }) {
  const { PATH } = process.env;
  return { PATH, DATABASE_URL: `file:${database}`, CHANCERY_SEED: 'none', HOST: '127.0.0.1', PORT: '0' };
}

/** Runs a command of the program to its end; gives what it printed. */
async function chancery(files, args) {
  const child = spawn(process.execPath, [MAIN, ...args], { env: environment(files), stdio: ['ignore', 'pipe', 2] });
  const output = child.stdout.setEncoding('utf8').toArray();
  const [code] = await new Promise((resolve) => child.once('close', (...result) => resolve(result)));
  if (code !== 0) throw new Error(`chancery ${args.join(' ')} ended with ${code}`);
  return (await output).join('');
}

/** Starts a server and waits until it says on standard error where it listens. */
async function start(args, { env = { PATH: process.env.PATH }, stdout = 'ignore' } = {}) {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', stdout, 'pipe'] });
  const stop = () =>
    new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once('exit', resolve);
      child.kill('SIGTERM');
    });
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
  return { url, stop };
}
