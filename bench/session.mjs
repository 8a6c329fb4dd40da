// One run of a benchmark: its folder, what runs for it, and the end of both.
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from './options.mjs';

/**
 * Does some work and stops everything in `running` whatever happens, the last started first: what others need comes
 * first there. A wrong call is told with exit code 2.
 */
export async function inSession(work) {
  const session = { running: [], folder: undefined };
  let ending;
  const cleanUp = () => {
    ending ??= end(session);
    return ending;
  };
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => void cleanUp().finally(() => process.exit(128 + constants.signals[signal])));
  }
  try {
    await work(lazily(session));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`bench: ${error.message}`);
    process.exitCode = 2;
  } finally {
    await cleanUp();
  }
}

/** The folder is made when it is asked for: a wrong call makes none. */
function lazily(session) {
  return {
    running: session.running,
    get folder() {
      session.folder ??= mkdtempSync(join(tmpdir(), 'chancery-bench-'));
      return session.folder;
    },
  };
}

async function end({ running, folder }) {
  for (const each of running.toReversed()) await each.stop().catch((error) => console.error(error));
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}

/** What it ran on. */
export function machine() {
  return { node: process.version, cores: cpus().length, model: cpus()[0]?.model ?? 'unknown' };
}
