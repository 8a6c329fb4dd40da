import { readHead } from '../db/head.js';
import type { Store } from '../db/store.js';
import { Problem } from '../problems.js';
import { MAX_FOLLOWERS } from './limits.js';

/** How long commits are watched for once nobody follows; who asks again and again makes no watch each time. */
const LINGER_MS = 5_000;

interface Waiting {
  revision: number;
  wake(): void;
}

/** Lets requests wait for commits by any process: one watch and one look at the journal serve all of them. */
export class Followers {
  readonly #store: Pick<Store, 'snapshot' | 'watch'>;
  readonly #waiting = new Set<Waiting>();
  #open = 0;
  #unwatch: (() => void) | undefined;
  #linger: NodeJS.Timeout | undefined;
  #looking: 'no' | 'once' | 'again' = 'no';
  #closing = false;

  constructor(store: Pick<Store, 'snapshot' | 'watch'>) {
    this.#store = store;
  }

  /** True once the service stops; nobody waits any more. */
  get closing(): boolean {
    return this.#closing;
  }

  /** How many are open, waiting or not. */
  get open(): number {
    return this.#open;
  }

  /** Counts one that may wait; gives the end of it, to be called once or more. Raises `overloaded`. */
  admit(): () => void {
    if (this.#open >= MAX_FOLLOWERS)
      throw new Problem('overloaded', 'Too many readers wait for changes already; repeat the request later.');
    let open = true;
    this.#open += 1;
    clearTimeout(this.#linger);
    return () => {
      if (!open) return;
      open = false;
      this.#open -= 1;
      if (this.#open === 0) this.#linger = setTimeout(() => this.#stopWatching(), LINGER_MS).unref();
    };
  }

  /**
   * Waits until the journal may have gone beyond a revision, at most so many milliseconds; less when the service stops
   * or `gone` is aborted. Whoever waited reads again to see.
   */
  async wait(revision: number, ms: number, gone: AbortSignal): Promise<void> {
    if (this.#closing || gone.aborted || ms <= 0) return;
    await new Promise<void>((resolve) => {
      const waiting: Waiting = { revision, wake };
      const timer = setTimeout(wake, ms);
      const waitingFor = this.#waiting;
      gone.addEventListener('abort', wake);
      function wake(): void {
        clearTimeout(timer);
        gone.removeEventListener('abort', wake);
        waitingFor.delete(waiting);
        resolve();
      }
      waitingFor.add(waiting);
      this.#unwatch ??= this.#store.watch(() => this.#look());
      // What was committed since the caller read is not told by the watch.
      this.#look();
    });
  }

  /** Wakes all; from now on nobody waits. */
  close(): void {
    this.#closing = true;
    this.#wakeAll();
    this.#stopWatching();
  }

  #stopWatching(): void {
    clearTimeout(this.#linger);
    this.#unwatch?.();
    this.#unwatch = undefined;
  }

  /** Looks once more when told of a commit while it looks. */
  #look(): void {
    if (this.#looking !== 'no') {
      this.#looking = 'again';
      return;
    }
    this.#looking = 'once';
    void this.#wakePassed().then(() => {
      const again = this.#looking === 'again';
      this.#looking = 'no';
      if (again && this.#waiting.size > 0) this.#look();
    });
  }

  async #wakePassed(): Promise<void> {
    try {
      // A snapshot, because single reads may share a transaction that was begun before the commit.
      const head = await this.#store.snapshot(readHead);
      for (const { revision, wake } of [...this.#waiting]) if (revision !== head.revision) wake();
    } catch {
      // Those who wait read for themselves and are told what is wrong.
      this.#wakeAll();
    }
  }

  #wakeAll(): void {
    for (const { wake } of [...this.#waiting]) wake();
  }
}
