import type Database from 'better-sqlite3';

/** How often commits of other processes are looked for. */
const LOOK_MS = 50;

/** Tells of commits: those of this process when told of them, those of others by looking for them. */
export class SqliteWatch {
  readonly #connect: () => Database.Database;
  readonly #listeners = new Set<() => void>();
  #looking: { timer: NodeJS.Timeout; connection: Database.Database } | undefined;

  /** `connect` gives a connection that nobody else uses; it is open only while somebody listens. */
  constructor(connect: () => Database.Database) {
    this.#connect = connect;
  }

  /** Calls `listener` after each commit; gives the end of it. */
  add(listener: () => void): () => void {
    const own = () => listener();
    this.#listeners.add(own);
    this.#looking ??= this.#look();
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size === 0) this.close();
    };
  }

  tell(): void {
    for (const listener of this.#listeners) listener();
  }

  close(): void {
    this.#listeners.clear();
    clearInterval(this.#looking?.timer);
    this.#looking?.connection.close();
    this.#looking = undefined;
  }

  #look() {
    const connection = this.#connect();
    // Changes once any other connection has committed.
    const version = () => connection.pragma('data_version', { simple: true });
    let seen = version();
    const timer = setInterval(() => {
      const now = version();
      if (now === seen) return;
      seen = now;
      this.tell();
    }, LOOK_MS);
    return { timer, connection };
  }
}
