import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseError } from '../../db/errors.js';
import { findPull, insertPull, notePullError, type Pull, readInstance } from '../../db/pulls.js';
import type { Store } from '../../db/store.js';
import type { Applied } from '../../journal/foreign.js';
import { type Clock, toInstant } from '../../shared/clock.js';
import { RESOURCE_TYPES, type ResourceType } from '../../shared/ids.js';
import { Sum } from '../digest.js';
import { pullChanges, settle } from './feed-phase.js';
import { Requests, UpstreamError } from './requests.js';
import { takeSnapshot } from './snapshot-phase.js';
import { type Mirror, PullError, step } from './step.js';
import { sweep } from './sweep.js';
import { Upstream } from './upstream.js';

export { PullError } from './step.js';

export interface PullOptions {
  store: Store;
  clock: Clock;
  /** Address of the instance, without a slash at the end. */
  url: string;
  /** API key for reading there; undefined sends none. */
  key: string | undefined;
  /** Types that are wanted; undefined for all. */
  types: readonly ResourceType[] | undefined;
  /** Goes on until `signal` is aborted, whatever goes wrong there; without, ends when level. */
  follow: boolean;
  signal: AbortSignal;
  /** Takes a line for the operator. */
  say(line: string): void;
  /** How long nothing may come, and how long to wait after the first failure. */
  quietMs?: number;
  pauseMs?: number;
}

export interface PullOutcome {
  origin: string;
  /** Its revision that is held. */
  revision: number;
  /** Whether that is all it had when it last answered. */
  level: boolean;
  tally: Mirror['tally'];
}

const WAIT_SECONDS = 30;
const PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 60_000;
/** How often it may begin anew before it was level once. */
const MAX_RESTARTS = 3;

/**
 * Keeps this instance in step with another. Ends when level, or with `follow` when it is told to stop. Can be broken off
 * at any point: what was written and how far that is are one transaction. Raises UpstreamError, PullError and
 * DatabaseError; with `follow` only those that waiting does not help.
 */
export async function pullFrom(options: PullOptions): Promise<PullOutcome | undefined> {
  const { signal, follow, say, pauseMs = PAUSE_MS } = options;
  const tally = { written: 0, unchanged: 0, removed: 0, detached: 0, left: 0 };
  let mirror: Mirror | undefined;
  for (let failures = 0; ; ) {
    try {
      mirror = await open(options, tally);
      await run(mirror, options, () => {
        if (failures > 0) say('It answers again.');
        failures = 0;
      });
      return outcomeOf(mirror);
    } catch (error) {
      if (signal.aborted) return mirror && outcomeOf(mirror);
      await noteError(options.store, mirror, error);
      if (!follow || !isPassing(error)) throw error;
      const ms = Math.min(MAX_PAUSE_MS, pauseMs * 2 ** failures);
      say(`${(error as Error).message}; again in ${Math.ceil(ms / 1_000)} s.`);
      failures += 1;
      await pause(ms, undefined, { signal }).catch(() => undefined);
    }
    if (signal.aborted) return mirror && outcomeOf(mirror);
  }
}

function isPassing(error: unknown): boolean {
  if (error instanceof UpstreamError) return error.fault !== 'refused';
  return error instanceof DatabaseError && ['away', 'busy', 'full'].includes(error.fault);
}

/** How far it is, as the database has it. */
async function open(options: PullOptions, tally: Record<Applied['outcome'], number>): Promise<Mirror> {
  const { store, clock, url, key, types, signal, quietMs } = options;
  const upstream = new Upstream(new Requests({ url, key, signal, ...(quietMs !== undefined && { quietMs }) }));
  const { instance, head } = await upstream.sync();
  const self = await readInstance(store);
  if (instance === self)
    throw new PullError(`${url} is this very instance, or one on a copy of its database; there is nothing to pull`);
  const found = (await findPull(store, instance)) ?? (await begin(store, instance, url, head));
  const wanted = types === undefined ? null : RESOURCE_TYPES.filter((type) => types.includes(type)).join();
  const mirror: Mirror = {
    ...{ store, clock, upstream, self, pull: found, tally, missing: new Set() },
    types: wanted === null ? undefined : types,
  };
  const anew = found.types === wanted ? {} : { types: wanted, ...BEGINNING };
  await step(mirror, { url, head, pulledAt: toInstant(clock.now()), ...anew });
  return mirror;
}

const BEGINNING = { phase: 'snapshot', cursor: null } as const;

async function begin(store: Store, instance: string, url: string, head: number): Promise<Pull> {
  const nothing = { epoch: null, revision: 0, run: 0, count: 0, digest: new Sum().hex, step: 0 };
  const times = { pulledAt: null, levelAt: null, error: null };
  const pull: Pull = { instance, url, types: null, ...BEGINNING, ...nothing, head, ...times };
  await store.write((tx) => insertPull(tx, pull));
  return pull;
}

/** Goes on until level, or for ever. */
async function run(mirror: Mirror, { follow, signal, say }: PullOptions, answered: () => void): Promise<void> {
  let wasLevel = false;
  for (let restarts = 0; !signal.aborted; ) {
    try {
      const isLevel = await goOn(mirror, wasLevel ? WAIT_SECONDS : 0, say);
      answered();
      if (!isLevel) continue;
      restarts = 0;
      if (!wasLevel) await settle(mirror);
      if (!wasLevel) say(`Level at its revision ${mirror.pull.revision}.`);
      wasLevel = true;
      if (!follow) return;
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.fault !== 'restart' || restarts >= MAX_RESTARTS) throw error;
      say(`${error.message}; its snapshot is read anew.`);
      restarts += 1;
      wasLevel = false;
      await step(mirror, BEGINNING);
    }
  }
}

/** What comes next; gives whether all is held then that it had. */
async function goOn(mirror: Mirror, waitSeconds: number, say: (line: string) => void): Promise<boolean> {
  const { phase, cursor, count } = mirror.pull;
  if (phase === 'snapshot') {
    say(cursor === null ? 'Taking a snapshot …' : `Going on with a snapshot behind ${count} records …`);
    await takeSnapshot(mirror);
    return false;
  }
  if (phase === 'sweep') {
    await sweep(mirror);
    await mirror.store.maintain(true);
    return false;
  }
  const before = performance.now();
  const { revision } = mirror.pull;
  const isLevel = await pullChanges(mirror, waitSeconds);
  // One that does not wait though it was asked to is not asked without pause.
  if (isLevel && waitSeconds > 0 && mirror.pull.revision === revision && performance.now() - before < PAUSE_MS)
    await pause(PAUSE_MS);
  return isLevel;
}

async function noteError(store: Store, mirror: Mirror | undefined, error: unknown): Promise<void> {
  if (mirror === undefined || error instanceof DatabaseError) return;
  await store.write((tx) => notePullError(tx, mirror.pull.instance, (error as Error).message));
}

function outcomeOf({ pull, tally }: Mirror): PullOutcome {
  const { instance: origin, revision, phase, head } = pull;
  return { origin, revision, level: phase === 'feed' && revision === head, tally };
}
