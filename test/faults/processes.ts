import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const LIMIT_MS = 30_000;

type Environment = Readonly<Record<string, string>>;

export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  /** What it has written so far. */
  output(): { stdout: string; stderr: string };
  /** Resolves when it has ended and its output has been read. */
  ended: Promise<Finished>;
}

/** Starts `node dist/main.js` with nothing of our own settings in its environment; killed after `limitMs`. */
export function launch(
  args: readonly string[],
  environment: Environment = {},
  limitMs = LIMIT_MS,
  stdin: 'ignore' | 'pipe' = 'ignore',
): Running {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: [stdin, 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
  const ended = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      resolve({ code, signal, ...texts });
    });
  });
  return { child, output: () => ({ ...texts }), ended };
}

/** Runs a verb to its end. */
export function chancery(args: readonly string[], environment: Environment = {}): Promise<Finished> {
  return launch(args, environment).ended;
}

export interface Server extends Running {
  url: string;
}

/** Starts `serve` on a free port and waits for its start line; rejects with its output when it ends before that. */
export async function serve(environment: Environment, limitMs = LIMIT_MS): Promise<Server> {
  const settings = { PORT: '0', CHANCERY_SEED: 'none', LOG_LEVEL: 'silent', ...environment };
  const running = launch(['serve'], settings, limitMs);
  const url = await new Promise<string>((resolve, reject) => {
    const look = () => {
      const found = /listens on (http:\/\/\S+)/.exec(running.output().stderr)?.[1];
      if (found !== undefined) resolve(found);
    };
    running.child.stderr?.on('data', look);
    running.ended.then(({ code, stderr }) => reject(new Error(`serve ended with ${code}: ${stderr}`)), reject);
  });
  return { ...running, url };
}

/** A folder of its own for a test file, with the DATABASE_URL of a file in it. */
export function temporaryFolder(): { path: string; database: string; databaseUrl: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'chancery-process-'));
  const database = join(path, 'test.db');
  return {
    path,
    database,
    databaseUrl: `file:${database}`,
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Makes a key with the `keys create` verb. */
export async function makeKeyFor(
  databaseUrl: string,
  scope = 'write',
): Promise<{ id: string; name: string; scopes: string[]; key: string }> {
  const { code, stdout, stderr } = await chancery(['keys', 'create', '--name', 'test', '--scope', scope, '--json'], {
    DATABASE_URL: databaseUrl,
  });
  if (code !== 0) throw new Error(`keys create ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until something holds, at most ten seconds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('what was waited for did not come about');
    await pause(10);
  }
}
