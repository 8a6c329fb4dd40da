import { randomUUID } from 'node:crypto';
import { readHead } from '../../db/head.js';
import type { Reader, Store } from '../../db/store.js';
import {
  claimWebhook,
  findWebhook,
  listWebhooks,
  logDelivery,
  passWebhook,
  releaseWebhooks,
  updateWebhook,
  type WebhookRow,
} from '../../db/webhooks.js';
import { Problem } from '../../problems.js';
import { type Clock, toInstant } from '../../shared/clock.js';
import type { Change, Place } from '../changes.js';
import { beginFollowing, type FollowedPage, readFollowing } from '../followed.js';
import type { Channel, Targets } from './channel.js';
import { changeMessage, messageHeaders, secretsAt } from './message.js';
import { type Attempt, afterFailure, afterSuccess, deliveryOf, disabled } from './outcome.js';
import { type Filters, understandFilters } from './subscription.js';

/** How long after a commit it is looked at, so that many commits are looked at together. */
const SETTLE_MS = 20;
/** A process that says nothing for so much longer than an attempt may take is thought dead, and another one goes on. */
const LEASE_MARGIN_MS = 5_000;
const CHANGES_AT_ONCE = 100;
/** How long an attempt under way may take once the service stops. */
const GRACE_MS = 5_000;
/** Looks again after this time at the latest while an attempt is due later: clocks may be set. */
const LONGEST_SLEEP_MS = 60_000;
/** After an error of the database. */
const RECOVER_MS = 5_000;
/** How often it is noted how far webhooks have come that nothing fits. */
const PASS_MS = 1_000;

export interface DelivererDeps {
  store: Store;
  targets: Targets;
  clock: Clock;
  /** `User-Agent` of the messages. */
  agent: string;
  log: { warn(about: object, message: string): void; error(about: object, message: string): void };
  /** From 0 up to 1, for the jitter of delays. */
  random?: () => number;
}

/** The next changes for a webhook, and what they were read with. */
interface Step {
  webhook: WebhookRow;
  epoch: string;
  from: Place;
  page: FollowedPage;
}

/** How far a webhook has come that nothing fits, while its row still has the version and position named. */
interface Passed {
  version: number;
  position: number;
  place: Place;
}

/**
 * Delivers changes to webhooks: each is a reader of the feed, whose position moves once a message was taken. Any number
 * of processes may do so on one database; a lease keeps all but one from a webhook.
 */
export class Deliverer {
  readonly #deps: DelivererDeps;
  /** Names this process in leases. */
  readonly #me = randomUUID();
  readonly #running = new Map<string, Promise<void>>();
  readonly #passed = new Map<string, Passed>();
  readonly #stop = new AbortController();
  #unwatch: () => void = () => undefined;
  #closed = false;
  #settling: NodeJS.Timeout | undefined;
  #sleeping: NodeJS.Timeout | undefined;
  #passing: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(deps: DelivererDeps) {
    this.#deps = deps;
  }

  /** Delivers from now on, soon after each commit by whatever process. */
  start(): void {
    this.#unwatch = this.#deps.store.watch(() => this.wake());
    this.wake();
  }

  /** Looks soon for what is to be delivered. */
  wake(): void {
    if (this.#closed) return;
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      if (this.#looking !== undefined) return this.wake();
      this.#looking = this.#look()
        .catch((error: unknown) => this.#recover(error))
        .finally(() => {
          this.#looking = undefined;
        });
    }, SETTLE_MS);
  }

  /** Ends the delivering: waits shortly for attempts under way, then cuts them off; gives up all leases. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#unwatch();
    for (const timer of [this.#settling, this.#sleeping, this.#passing]) clearTimeout(timer);
    const grace = setTimeout(() => this.#stop.abort(), GRACE_MS);
    await this.#looking;
    await Promise.all(this.#running.values());
    clearTimeout(grace);
    await this.#notePassed();
    await this.#deps.store.write((tx) => releaseWebhooks(tx, this.#me));
  }

  /** Goes on with each webhook that is behind and due, and sleeps until the next one is. */
  async #look(): Promise<void> {
    const now = this.#deps.clock.now();
    const { head, webhooks } = await this.#deps.store.snapshot(async (reader) => ({
      head: await readHead(reader),
      webhooks: await listWebhooks(reader),
    }));
    let soonest = Number.POSITIVE_INFINITY;
    for (const webhook of webhooks) {
      if (!webhook.enabled || this.#running.has(webhook.id)) continue;
      if (this.#placeOf(webhook).after >= head.revision) continue;
      const due = this.#dueAt(webhook);
      if (due <= now) this.#run(webhook.id);
      else soonest = Math.min(soonest, due);
    }
    this.#sleep(soonest - now);
  }

  /** When a webhook may be delivered to by this process. */
  #dueAt({ nextAttemptAt, leaseBy, leaseUntil }: WebhookRow): number {
    const others = leaseBy === this.#me ? null : leaseUntil;
    return Math.max(...[nextAttemptAt, others].map((instant) => (instant === null ? 0 : Date.parse(instant))));
  }

  #sleep(ms: number): void {
    clearTimeout(this.#sleeping);
    if (this.#closed || ms === Number.POSITIVE_INFINITY) return;
    this.#sleeping = setTimeout(() => this.wake(), Math.min(ms, LONGEST_SLEEP_MS));
  }

  #recover(error: unknown): void {
    this.#deps.log.error({ err: error }, 'delivering to webhooks failed');
    this.#sleep(RECOVER_MS);
  }

  #run(id: string): void {
    const run = this.#deliver(id).then(
      () => this.#ran(id),
      (error: unknown) => {
        this.#running.delete(id);
        this.#recover(error);
      },
    );
    this.#running.set(id, run);
  }

  #ran(id: string): void {
    this.#running.delete(id);
    this.wake();
  }

  /** Delivers what there is for a webhook, until there is no more or something is in the way. */
  async #deliver(id: string): Promise<void> {
    const channels: Channel[] = [];
    try {
      while (!this.#closed) {
        const step = await this.#next(id);
        if (step === undefined) return;
        const { webhook, page } = step;
        if (page.changes.length === 0) {
          this.#pass(webhook, page.place);
          if (!page.hasMore) return;
          continue;
        }
        if (!(await this.#claim(webhook))) return;
        if (channels.at(-1)?.url !== webhook.url) channels.push(this.#deps.targets.open(webhook.url));
        if (!(await this.#deliverPage(step, channels.at(-1) as Channel))) return;
      }
    } finally {
      await Promise.all(channels.map((channel) => channel.close()));
    }
  }

  /** The next page; undefined when the webhook is not to be delivered to now. One that cannot be read is disabled. */
  async #next(id: string): Promise<Step | undefined> {
    const { store } = this.#deps;
    try {
      return await store.snapshot((reader) => this.#read(reader, id));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      await this.#disable(id, `its changes cannot be read: ${error.message}`);
      return undefined;
    }
  }

  async #read(reader: Reader, id: string): Promise<Step | undefined> {
    const webhook = await findWebhook(reader, id);
    if (webhook?.enabled !== true || this.#dueAt(webhook) > this.#deps.clock.now()) return undefined;
    const filters = JSON.parse(webhook.filters) as Filters;
    const following = await beginFollowing(reader, understandFilters(filters, webhook.documents));
    const from = this.#placeOf(webhook);
    const page = await readFollowing(reader, following, from, CHANGES_AT_ONCE);
    return { webhook, epoch: following.epoch, from, page };
  }

  /** Delivers a page, change by change. False when something was in the way, or the lease was given up at its end. */
  async #deliverPage({ webhook: read, epoch, from, page }: Step, channel: Channel): Promise<boolean> {
    let webhook: WebhookRow | undefined = read;
    for (const [index, change] of page.changes.entries()) {
      const isLast = index === page.changes.length - 1;
      const place = isLast ? page.place : { after: change.revision, base: from.base };
      const isOver = isLast && !page.hasMore;
      webhook = await this.#attempt(webhook, epoch, change, channel, place, isOver);
      if (webhook === undefined || isOver || this.#closed) return false;
    }
    return true;
  }

  /**
   * Sends a change and notes what became of it, in one transaction with the position. Gives the webhook as it then is;
   * undefined when the message was not taken, or the webhook was changed meanwhile.
   */
  async #attempt(
    webhook: WebhookRow,
    epoch: string,
    change: Change,
    channel: Channel,
    place: Place,
    isOver: boolean,
  ): Promise<WebhookRow | undefined> {
    const { clock, agent, random = Math.random } = this.#deps;
    const message = changeMessage(webhook.id, epoch, change, webhook.documents);
    const now = clock.now();
    const started = performance.now();
    const headers = messageHeaders(message, secretsAt(webhook, now), now, agent);
    const sent = await channel.send(headers, message.body, this.#stop.signal);
    // Cut off by the stop of the service, which says nothing of the receiver.
    if (this.#stop.signal.aborted && sent.status === null) return undefined;
    const latencyMs = Math.round(performance.now() - started);
    const attempt: Attempt = { message, revision: change.revision, at: now, latencyMs, sent };
    const wasTaken = sent.error === null;
    const values = wasTaken ? afterSuccess(place, clock.now()) : afterFailure(webhook, attempt, clock.now(), random());
    const lease = isOver || !wasTaken ? RELEASED : this.#lease();
    const settled = await this.#settle(webhook, attempt, { ...values, ...lease });
    if (settled && values.disabledReason)
      this.#deps.log.warn({ webhook: webhook.id, reason: values.disabledReason }, 'webhook disabled');
    return wasTaken ? settled : undefined;
  }

  /** Logs an attempt, and sets columns unless the webhook has been changed since it was read. */
  #settle(read: WebhookRow, attempt: Attempt, values: Partial<WebhookRow>): Promise<WebhookRow | undefined> {
    return this.#deps.store.write(async (tx) => {
      const logged = await logDelivery(tx, deliveryOf(read.id, attempt, read.failures + 1));
      if (logged === undefined) return undefined;
      const { webhook } = logged;
      const isOurs = webhook.leaseBy === this.#me && webhook.enabled;
      if (!isOurs || webhook.version !== read.version || webhook.position !== read.position) return undefined;
      await updateWebhook(tx, read.id, values);
      return { ...webhook, ...values };
    });
  }

  #claim(webhook: WebhookRow): Promise<boolean> {
    const { store, clock } = this.#deps;
    const lease = { by: this.#me, now: toInstant(clock.now()), until: this.#lease().leaseUntil };
    return store.write((tx) => claimWebhook(tx, webhook, lease));
  }

  #lease() {
    const { clock, targets } = this.#deps;
    return { leaseBy: this.#me, leaseUntil: toInstant(clock.now() + targets.rules.timeoutMs + LEASE_MARGIN_MS) };
  }

  async #disable(id: string, reason: string): Promise<void> {
    const { store, clock, log } = this.#deps;
    await store.write(async (tx) => {
      const webhook = await findWebhook(tx, id);
      if (webhook !== undefined)
        await updateWebhook(tx, id, { ...disabled(webhook, reason, clock.now()), ...RELEASED });
    });
    log.warn({ webhook: id, reason }, 'webhook disabled');
  }

  /** Where a webhook stands: at its position, or farther on where nothing fitted. */
  #placeOf({ id, version, position, base }: WebhookRow): Place {
    const passed = this.#passed.get(id);
    const isValid = passed?.version === version && passed.position === position;
    return passed !== undefined && isValid ? passed.place : { after: position, base };
  }

  /** Remembers that nothing fits up to a place, and notes it before long: a write for each commit would be too many. */
  #pass({ id, version, position }: WebhookRow, place: Place): void {
    this.#passed.set(id, { version, position, place });
    if (this.#closed) return;
    this.#passing ??= setTimeout(() => {
      this.#passing = undefined;
      this.#notePassed().catch((error: unknown) => this.#recover(error));
    }, PASS_MS);
  }

  async #notePassed(): Promise<void> {
    const passed = [...this.#passed].filter(([, { position, place }]) => place.after > position);
    this.#passed.clear();
    if (passed.length === 0) return;
    const now = toInstant(this.#deps.clock.now());
    await this.#deps.store.write(async (tx) => {
      for (const [id, { version, position, place }] of passed)
        await passWebhook(tx, { id, version, position }, place, now);
    });
  }
}

const RELEASED = { leaseBy: null, leaseUntil: null };
