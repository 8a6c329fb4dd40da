import type Database from 'better-sqlite3';

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

  /** Creates an area under an idempotency key; gives false when the server is closing. */
  async create(url: string, { label, idempotencyKey }: Unanswered): Promise<boolean> {
    const response = await this.#send(`${url}/v1/areas`, 'POST', { label }, { 'idempotency-key': idempotencyKey });
    const doc = await response.text();
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
  lost(database: Database.Database): Acknowledged[] {
    const find = database.prepare<[string, number], { op: string; doc: string | null }>(
      'select op, doc from revisions where entity = ? and version = ?',
    );
    return this.acknowledged.filter(({ id, version, doc }) => {
      const row = find.get(id, version);
      return row === undefined || row.doc !== doc || row.op !== (doc === null ? 'delete' : 'put');
    });
  }

  /** The last acknowledged version of each record. */
  latest(): Map<string, Acknowledged> {
    return new Map(this.acknowledged.map((write) => [write.id, write]));
  }
}

/** What is wrong with the numbers of the journal: gaps in revisions or in the versions of a record, a head elsewhere. */
export function journalGaps(database: Database.Database): string[] {
  const rows = database.prepare('select revision, entity, version from revisions order by revision').all() as {
    revision: number;
    entity: string;
    version: number;
  }[];
  const found: string[] = [];
  const versions = new Map<string, number>();
  for (const [index, { revision, entity, version }] of rows.entries()) {
    if (revision !== index + 1) found.push(`revision ${revision} in place ${index + 1}`);
    if (version !== (versions.get(entity) ?? 0) + 1) found.push(`${entity} has version ${version} out of turn`);
    versions.set(entity, version);
  }
  const { revision } = database.prepare('select revision from head').get() as { revision: number };
  if (revision !== rows.length) found.push(`head says ${revision}, the journal has ${rows.length}`);
  const unnamed = database.prepare('select count(*) as n from entities where version = 0').get() as { n: number };
  if (unnamed.n !== 0) found.push(`${unnamed.n} records without a version`);
  return found;
}
