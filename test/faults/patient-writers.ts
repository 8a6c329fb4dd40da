import type { JournalRow } from '../support/journal-rows.js';
import { pause } from './processes.js';

interface Written {
  id: string;
  version: number;
}

/** The longest that a client goes on trying one write. */
const PATIENCE_MS = 60_000;

/**
 * Clients as they should be: one that is answered 503, or not at all, repeats the same request after a while, a
 * creation with its Idempotency-Key and a change with its If-Match, until it knows what became of it.
 */
export class PatientWriters {
  /** Every write that was acknowledged: what it was to say, and the record it went to. */
  readonly acknowledged: { mark: string; id: string; version: number }[] = [];
  /** Answers of 503, and requests that were not answered. */
  readonly refused: { at: number; retryAfter: string | null; code: string }[] = [];
  unanswered = 0;
  /** Requests that were repeated because an earlier try was still being handled. */
  repeated = 0;
  /** Answers that none of the writes should have got. */
  readonly unexpected: string[] = [];
  readonly #url: string;
  readonly #key: string;
  #stopped = false;
  #count = 0;

  constructor(url: string, key: string) {
    this.#url = url;
    this.#key = key;
  }

  run(clients: number): Promise<unknown> {
    return Promise.all(Array.from({ length: clients }, () => this.#client()));
  }

  /** Lets each client finish the write it is at. */
  stop(): void {
    this.#stopped = true;
  }

  async #client(): Promise<void> {
    let record: Written | undefined;
    while (!this.#stopped) {
      this.#count += 1;
      const mark = `mark-${this.#count}`;
      record = await (record === undefined || this.#count % 3 === 0 ? this.#create(mark) : this.#change(record, mark));
    }
  }

  async #create(mark: string): Promise<Written | undefined> {
    const answer = await this.#persist('POST', '/v1/areas', { label: mark }, { 'idempotency-key': mark });
    if (answer.status !== 201) return this.#surprise(answer);
    return this.#note(mark, answer.text);
  }

  async #change({ id, version }: Written, mark: string): Promise<Written | undefined> {
    const headers = { 'if-match': `"v${version}"`, 'content-type': 'application/merge-patch+json' };
    const answer = await this.#persist('PATCH', `/v1/areas/${id}`, { definition: mark }, headers);
    if (answer.status === 200) return this.#note(mark, answer.text);
    if (answer.status !== 412 || answer.tries === 1) return this.#surprise(answer);
    // An earlier try was done after all: nobody else changes this record.
    const now = await this.#persist('GET', `/v1/areas/${id}`);
    if (JSON.parse(now.text).definition !== mark) return this.#surprise(answer);
    return this.#note(mark, now.text);
  }

  #note(mark: string, text: string): Written {
    const { id, version } = JSON.parse(text) as Written;
    this.acknowledged.push({ mark, id, version });
    return { id, version };
  }

  #surprise({ status, text }: { status: number; text: string }): undefined {
    this.unexpected.push(`${status} ${text}`);
    this.#stopped = true;
  }

  async #persist(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
    const end = performance.now() + PATIENCE_MS;
    for (let tries = 1; ; tries += 1) {
      const answer = await this.#send(method, path, body, headers).catch(() => undefined);
      const inProgress = answer?.status === 409 && answer.text.includes('"idempotency-in-progress"');
      if (answer !== undefined && answer.status !== 503 && !inProgress) return { ...answer, tries };
      if (inProgress) this.repeated += 1;
      else if (answer === undefined) this.unanswered += 1;
      else {
        const code = (JSON.parse(answer.text) as { code: string }).code;
        this.refused.push({ at: performance.now(), retryAfter: answer.retryAfter, code });
      }
      if (performance.now() > end) throw new Error(`${method} ${path} was never answered`);
      await pause(100);
    }
  }

  async #send(method: string, path: string, body: object | undefined, headers: Record<string, string>) {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#key}`,
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    return { status: response.status, retryAfter: response.headers.get('retry-after'), text: await response.text() };
  }

  /** Acknowledged writes that the journal does not hold once: lost ones, and those applied twice. */
  misapplied(rows: readonly JournalRow[]): string[] {
    const held = new Map<string, string[]>();
    for (const { entity, version, doc } of rows) {
      const { label, definition } = JSON.parse(doc ?? '{}') as { label?: string; definition?: string };
      const mark = definition ?? label ?? '';
      held.set(mark, [...(held.get(mark) ?? []), `${entity} ${version}`]);
    }
    return this.acknowledged.flatMap(({ mark, id, version }) => {
      const places = held.get(mark) ?? [];
      return places.length === 1 && places[0] === `${id} ${version}` ? [] : [`${mark}: ${places.join() || 'lost'}`];
    });
  }
}
