import type { Reader } from '../db/store.js';

/**
 * A bounded reading that may take long: facets, searches, totals. It gets a snapshot of its own. What it is given and
 * what it gives must be plain data, since it may run in another thread; problems are raised before or after it.
 */
export interface Task<Args, Result> {
  name: string;
  run(reader: Reader, args: Args): Promise<Result>;
}

/** Runs such readings where they do not hold up others. */
export interface Analyst {
  /** Whether they hold up the thread that serves less than they would there. */
  readonly isAside: boolean;
  /** Raises DatabaseError, `busy` when too many wait already. */
  run<Args, Result>(task: Task<Args, Result>, args: Args): Promise<Result>;
  close(): Promise<void>;
}
