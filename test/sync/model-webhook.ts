import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Store } from '../../src/db/store.js';
import { findWebhook } from '../../src/db/webhooks.js';
import { ANY, type AnyJson, type Client } from '../support/client.js';
import type { TestService } from '../support/service.js';
import { localTargets } from '../support/targets.js';
import { apply } from './following.js';
import { doomed, Killed } from './mirroring.js';
import { type Base, type Follower, follower, type Random, type Running } from './model-followers.js';
import { movableClock, type Received, type Receiver, rightSignatures, startDelivering } from './receiver.js';

/** How long one of these waits for an answer, and how late an answer comes that comes late. */
const IMPATIENT_MS = 25;
const LATE_MS = 40;

export interface Hooked {
  http: Client;
  service: TestService;
  /** Whose messages it takes; used by one follower at a time. */
  receiver: Receiver;
  /** Messages that came again after they had been taken, and attempts that were not answered as they should be. */
  tally: { again: number; troubles: number };
}

/** Takes messages; now and then it dies over one, before or behind the moment at which it is safe. */
class Taker {
  readonly #self: Omit<Follower, 'run' | 'cut'>;
  readonly #hooked: Hooked;
  readonly #random: Random;
  readonly #webhook: AnyJson;
  readonly #seen = new Set<string>();
  /** One message after the other, however they overlap. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(self: Omit<Follower, 'run' | 'cut'>, hooked: Hooked, random: Random, webhook: AnyJson) {
    this.#self = self;
    this.#hooked = hooked;
    this.#random = random;
    this.#webhook = webhook;
  }

  async answer(received: Received, response: ServerResponse): Promise<number | undefined> {
    const trouble = this.#random(15);
    if (trouble < 5) this.#hooked.tally.troubles += 1;
    if (trouble === 0) return 500;
    if (trouble === 1) return void response.destroy();
    const taking = this.#before.then(() => this.#take(received));
    this.#before = taking.catch(() => undefined);
    await taking;
    if (trouble === 2) return 503;
    if (trouble === 3) return void response.destroy();
    if (trouble === 4) await pause(LATE_MS);
    return 204;
  }

  async #take(received: Received): Promise<void> {
    const { headers, json } = received;
    expect(rightSignatures(received, this.#webhook.secret)).toBe(1);
    expect(json.webhook).toBe(this.#webhook.id);
    const id = headers['webhook-id'] ?? '';
    if (this.#seen.has(id)) {
      this.#hooked.tally.again += 1;
      return;
    }
    const { data } = json;
    // What says only that a record was changed has it read as it is by then.
    const change = this.#webhook.documents || data.op !== 'put' ? data : await this.#read(data);
    this.#seen.add(id);
    apply(this.#self.copy, [change]);
    this.#self.applied.push(data.revision);
  }

  async #read({ type, id }: AnyJson): Promise<AnyJson> {
    const { status, body } = await this.#hooked.http.get(`/v1/${type}s/${id}`);
    expect([200, 308, 410]).toContain(status);
    return status === 200 ? { id, op: 'put', document: body } : { id, op: 'delete' };
  }
}

function unlessKilled(error: unknown): void {
  if (!(error instanceof Killed)) throw error;
}

/** Has changes delivered by one process after the other, each killed or stopped after a while. */
export function webhookFollower(base: Base, hooked: Hooked): Follower {
  const { random, begun } = base;
  const self = follower('webhook', base);
  const { http, receiver, service } = hooked;
  const { store } = service;
  const admin = (method: string, path: string, json?: unknown) =>
    http.send(method, `/v1/webhooks${path}`, { json, key: 'admin', headers: ANY });
  const clock = movableClock();
  const deliver = (mortal: Store, isPatient: boolean) => {
    const targets = localTargets(isPatient ? {} : { timeoutMs: IMPATIENT_MS });
    return startDelivering({ store: mortal, database: service.database }, { targets, clock });
  };
  /** Puts the clock ahead to where the webhook may be delivered to, and no farther: one is given up after three days. */
  const becomeDue = (instants: (string | null | undefined)[]) => {
    const due = Math.max(...instants.map((instant) => (instant ? Date.parse(instant) : 0)));
    clock.ahead(Math.max(due - clock.now(), 0));
  };
  const running: Running = {
    cut: () => undefined,
    async run(last) {
      const json = { url: receiver.url, from: begun + 1, documents: random(2) === 0 };
      const { status, body: webhook } = await admin('POST', '', json);
      expect({ status, webhook }).toMatchObject({ status: 201 });
      const read = () => store.snapshot((reader) => findWebhook(reader, webhook.id));
      const taker = new Taker(self, hooked, random, webhook);
      let wrong: unknown;
      receiver.received.length = 0;
      receiver.answer((received, response) =>
        taker.answer(received, response).catch((error: unknown) => {
          wrong ??= error;
          return 204;
        }),
      );
      while (last() === undefined) {
        const { stop } = await deliver(doomed(store, random, 8).store, random(3) > 0);
        await pause(random(60));
        await stop().catch(unlessKilled);
        self.kills += 1;
        // One that was killed gives up no lease.
        const row = await read();
        becomeDue([row?.nextAttemptAt, row?.leaseUntil]);
      }
      const { deliverer, stop } = await deliver(store, true);
      for (;;) {
        const row = await read();
        if (wrong !== undefined || row?.enabled !== true || row.position === last()) break;
        becomeDue([row.nextAttemptAt]);
        deliverer.wake();
        await pause(10);
      }
      await stop();
      if (wrong !== undefined) throw wrong;
      const { body: end } = await admin('GET', `/${webhook.id}`);
      expect(end).toMatchObject({ state: 'active', lag: 0, position: last(), failures: 0, lastError: null });
      expect((await admin('DELETE', `/${webhook.id}`)).status).toBe(204);
    },
  };
  return Object.assign(self, running);
}
