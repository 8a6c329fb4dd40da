import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { DatabaseError, type DatabaseFault } from '../db/errors.js';
import { isFile } from '../db/open.js';
import type { Store } from '../db/store.js';
import type { Analyst, Task } from '../journal/analysis.js';

/** The compiled worker, seen alike from `src` and from `dist`. */
const WORKER = fileURLToPath(new URL('../../dist/worker.js', import.meta.url));
/** Readings that may wait for each thread before others are refused. */
const QUEUE_PER_THREAD = 50;
/** For what a thread makes and throws away. V8's own measure is 48 MB, and a thread fills that before it clears it. */
const YOUNG_MB = 3;

/** What a worker is asked, and what it answers: a result, or the fault of the database. */
export interface Question {
  task: string;
  args: unknown;
}
export type Reply = { result: unknown } | { fault: DatabaseFault; message: string };

/**
 * Runs readings where they hold up nobody: with SQLite in a fixed number of threads, started at the first reading, each
 * with a connection of its own; with PostgreSQL in this process, since the server does the work.
 */
export function openAnalyst(url: string, store: Pick<Store, 'snapshot'>, threads: number): Analyst {
  return isFile(url) ? new ThreadedAnalyst(url, threads) : directAnalyst(store);
}

/** Runs readings in this process and at once. */
export function directAnalyst(store: Pick<Store, 'snapshot'>): Analyst {
  return {
    isAside: false,
    run: (task, args) => store.snapshot((reader) => task.run(reader, args), 'long'),
    close: async () => undefined,
  };
}

class ThreadedAnalyst implements Analyst {
  readonly isAside = true;
  readonly #url: string;
  readonly #threads: number;
  #pool: Piscina<Question, Reply> | undefined;

  constructor(url: string, threads: number) {
    this.#url = url;
    this.#threads = threads;
  }

  async run<Args, Result>(task: Task<Args, Result>, args: Args): Promise<Result> {
    this.#pool ??= this.#start();
    const reply = await ask(this.#pool, { task: task.name, args });
    if ('fault' in reply) throw new DatabaseError(reply.fault, reply.message);
    return reply.result as Result;
  }

  async close(): Promise<void> {
    await this.#pool?.close({ force: true });
  }

  #start(): Piscina<Question, Reply> {
    return new Piscina<Question, Reply>({
      filename: WORKER,
      workerData: { url: this.#url },
      // A fixed number: with fewer at rest, threads would be made and ended again and again.
      minThreads: this.#threads,
      maxThreads: this.#threads,
      maxQueue: this.#threads * QUEUE_PER_THREAD,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
  }
}

async function ask(pool: Piscina<Question, Reply>, question: Question): Promise<Reply> {
  try {
    return await pool.run(question);
  } catch (error) {
    if (!/queue is at limit/i.test((error as Error).message)) throw error;
    throw new DatabaseError('busy', 'too many readings wait already', error);
  }
}
