import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseError } from '../../db/errors.js';
import type { Analyst, Task } from '../../journal/analysis.js';

/** How long a part of something that was begun waits where too many wait already, and how often. */
const BUSY_PAUSE_MS = 200;
const BUSY_TRIES = 50;

/**
 * Runs one of several tasks that make an answer. One that has `begun` cannot become an error any more, or would be in
 * vain, so it waits for its turn instead.
 */
export async function runPatiently<Args, Result>(
  analyst: Analyst,
  task: Task<Args, Result>,
  args: Args,
  begun: boolean,
): Promise<Result> {
  for (let left = begun ? BUSY_TRIES : 1; ; left -= 1) {
    try {
      return await analyst.run(task, args);
    } catch (error) {
      if (left <= 1 || !(error instanceof DatabaseError) || error.fault !== 'busy') throw error;
      await pause(BUSY_PAUSE_MS);
    }
  }
}
