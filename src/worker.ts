import { workerData } from 'node:worker_threads';
import { DatabaseError } from './db/errors.js';
import { openReader } from './db/open.js';
import type { Question, Reply } from './insight/analyst.js';
import { TASKS } from './tasks.js';

const { url } = workerData as { url: string };
const reader = openReader(url);
const tasks = new Map(TASKS.map((task) => [task.name, task]));

/** Answers one question of the threaded analyst. */
export default async function answer({ task: name, args }: Question): Promise<Reply> {
  const task = tasks.get(name);
  if (task === undefined) throw new Error(`no task is called ${name}`);
  try {
    return { result: await reader.snapshot((session) => task.run(session, args as never)) };
  } catch (error) {
    if (error instanceof DatabaseError) return { fault: error.fault, message: error.message };
    throw error;
  }
}
