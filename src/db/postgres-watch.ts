import pg from 'pg';

/** Listeners are called so often at least: a pooler may keep notifications from arriving. */
const POLL_MS = 2_000;
const RECONNECT_MS = 1_000;

/** Tells of commits by any process, over a connection that is open only while somebody listens. */
export class CommitWatch {
  static readonly channel = 'chancery_commit';
  readonly #config: pg.ClientConfig;
  readonly #listeners = new Set<() => void>();
  #client: pg.Client | undefined;
  #poll: NodeJS.Timeout | undefined;
  #reconnect: NodeJS.Timeout | undefined;

  constructor(config: pg.ClientConfig) {
    this.#config = config;
  }

  /** Calls `listener` soon after each commit, and now and then without one; gives the end of it. */
  add(listener: () => void): () => void {
    const own = () => listener();
    this.#listeners.add(own);
    if (this.#listeners.size === 1) this.#start();
    return () => {
      if (this.#listeners.delete(own) && this.#listeners.size === 0) void this.#stop();
    };
  }

  close(): Promise<void> {
    this.#listeners.clear();
    return this.#stop();
  }

  #start(): void {
    this.#poll = setInterval(() => this.#tell(), POLL_MS);
    this.#listen();
  }

  #listen(): void {
    const client = new pg.Client(this.#config);
    this.#client = client;
    client.on('notification', () => this.#tell());
    client.on('error', () => this.#again(client));
    client.on('end', () => this.#again(client));
    client
      .connect()
      .then(() => client.query(`listen ${CommitWatch.channel}`))
      // What was committed before it listened is told at once.
      .then(
        () => this.#tell(),
        () => this.#again(client),
      );
  }

  #again(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    client.end().catch(() => undefined);
    this.#reconnect = setTimeout(() => this.#listen(), RECONNECT_MS);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  async #stop(): Promise<void> {
    clearInterval(this.#poll);
    clearTimeout(this.#reconnect);
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => undefined);
  }
}
