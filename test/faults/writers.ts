import type { JournalRows } from '../support/journal-rows.js';
import { pause } from './processes.js';

/** One write that was answered: what the answer said of which version. */
export interface Acknowledged {
  id: string;
  version: number;
  /** The representation; null for a deletion. */
  doc: string | null;
}

interface Live {
  id: string;
  version: number;
}

/** A create that was sent but not answered before the server was gone. */
export interface Unanswered {
  label: string;
  idempotencyKey: string;
}

/** Clients that create, patch and delete areas at the same time, and remember every answer. */
export class Writers {
  readonly acknowledged: Acknowledged[] = [];
  readonly unanswered: Unanswered[] = [];
  /** Answers that are neither a success nor a closing server. */
  readonly unexpected: string[] = [];
  readonly #key: string;
  readonly #live: Live[] = [];
  #count = 0;

  constructor(key: string) {
    this.#key = key;
  }

  /** Writes with several clients at once until each of them fails to reach the server. */
  async run(url: string, clients: number): Promise<void> {
    await Promise.all(Array.from({ length: clients }, () => this.#client(url)));
  }

  async #client(url: string): Promise<void> {
    for (;;) {
      const record = this.#count % 3 === 0 ? undefined : this.#live.shift();
      const answered = await (record === undefined ? this.#create(url) : this.#change(url, record)).catch(() => false);
      if (!answered) return;
    }
  }

  async #create(url: string): Promise<boolean> {
    this.#count += 1;
    const attempt = { label: `Area ${this.#count}`, idempotencyKey: `key-${this.#count}` };
    try {
      return await this.create(url, attempt);
    } catch (error) {
      this.unanswered.push(attempt);
      throw error;
    }
  }

  /**
   * Creates an area under an idempotency key; gives false when the server is closing. While a server that was killed
   * still counts as handling it, it is repeated.
   */
  async create(url: string, { label, idempotencyKey }: Unanswered): Promise<boolean> {
    const response = await this.#send(`${url}/v1/areas`, 'POST', { label }, { 'idempotency-key': idempotencyKey });
    const doc = await response.text();
    if (response.status === 409 && JSON.parse(doc).code === 'idempotency-in-progress') {
      await pause(100);
      return this.create(url, { label, idempotencyKey });
    }
    if (!this.#fits(response, 201, doc)) return false;
    const { id, version } = JSON.parse(doc) as Live;
    this.#live.push({ id, version });
    this.acknowledged.push({ id, version, doc });
    return true;
  }

  async #change(url: string, { id, version }: Live): Promise<boolean> {
    this.#count += 1;
    const match = { 'if-match': `"v${version}"` };
    if (this.#count % 7 === 0) {
      const response = await this.#send(`${url}/v1/areas/${id}`, 'DELETE', undefined, match);
      const fits = this.#fits(response, 204, await response.text());
      if (fits) this.acknowledged.push({ id, version: version + 1, doc: null });
      return fits;
    }
    const patch = { definition: `Change ${this.#count}` };
    const response = await this.#send(`${url}/v1/areas/${id}`, 'PATCH', patch, match);
    const doc = await response.text();
    if (!this.#fits(response, 200, doc)) return false;
    this.#live.push({ id, version: version + 1 });
    this.acknowledged.push({ id, version: version + 1, doc });
    return true;
  }

  #fits(response: Response, status: number, body: string): boolean {
    if (response.status === status) return true;
    if (response.status !== 503) this.unexpected.push(`${response.status} ${body}`);
    return false;
  }

  #send(url: string, method: string, body: object | undefined, headers: Record<string, string>): Promise<Response> {
    return fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${this.#key}`,
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
  }

  /** Acknowledged writes that the journal does not hold exactly as acknowledged. */
  lost({ rows }: JournalRows): Acknowledged[] {
    const held = new Map(rows.map((row) => [`${row.entity} ${row.version}`, row]));
    return this.acknowledged.filter(({ id, version, doc }) => {
      const row = held.get(`${id} ${version}`);
      return row === undefined || row.doc !== doc || row.op !== (doc === null ? 'delete' : 'put');
    });
  }

  /** The last acknowledged version of each record. */
  latest(): Map<string, Acknowledged> {
    return new Map(this.acknowledged.map((write) => [write.id, write]));
  }
}
