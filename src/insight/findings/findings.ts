import { setTimeout as pause } from 'node:timers/promises';
import { readHead } from '../../db/head.js';
import type { Store } from '../../db/store.js';
import type { Analyst } from '../../journal/analysis.js';
import { AFFECTED } from './affected.js';
import { CHECK, type Check } from './check.js';
import { applyDifference, forgetOtherRules, noteChecked, readState } from './ledger.js';
import { RULESET } from './rule.js';

/** How long after a write its effects are looked for at the earliest, so that many writes are looked at together. */
const SETTLE_MS = 200;
/** Beside steady writes checking rests four times as long as it took, but no longer than this. */
const REST = 4;
const MAX_REST_MS = 5_000;
const PATIENCE_MS = 2_000;
/** Few, since searches and facets wait for a portion in the thread that they share; more at once are no cheaper. */
const RECORDS_AT_ONCE = 50;
/** A process that ends without notice has at most so many revisions checked again. */
const NOTED_EVERY = 2_000;
const TRIES = 10;

/** How many findings a check put or changed, and how many it took away. */
export interface Corrections {
  put: number;
  removed: number;
}

/**
 * Keeps the findings right: checks what each revision can have an effect on, beside the readings of the analyst and
 * after the writes, which never wait for it. Any number of processes may do so on one database.
 */
export class Findings {
  readonly #store: Store;
  readonly #analyst: Analyst;
  readonly #patienceMs: number;
  /** The revision up to which this process knows that everything is checked. */
  #checked: number | undefined;
  #noted = 0;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #following: Promise<void> = Promise.resolve();
  #unwatch: () => void = () => undefined;
  #closed = false;
  #restMs = SETTLE_MS;
  #corrections: Corrections = { put: 0, removed: 0 };

  /** `patienceMs`: how long a reading waits for what was written last to be checked. */
  constructor(store: Store, analyst: Analyst, patienceMs = PATIENCE_MS) {
    this.#store = store;
    this.#analyst = analyst;
    this.#patienceMs = patienceMs;
  }

  /** Checks from now on soon after each write, by whatever process; `failed` is told what went wrong. */
  watch(failed: (error: unknown) => void): void {
    const wake = () => {
      if (this.#closed) return;
      this.#timer ??= setTimeout(() => {
        this.#following = this.#follow()
          .catch(failed)
          .then((isBehind) => {
            this.#timer = undefined;
            if (isBehind === true) wake();
          });
      }, this.#restMs);
    };
    this.#unwatch = this.#store.watch(wake);
    wake();
  }

  /**
   * Checks up to the present head of the journal, as long as patience lasts. Gives the revision up to which everything is
   * checked. Raises DatabaseError.
   */
  async caughtUp(): Promise<number> {
    const { revision } = await readHead(this.#store);
    const given = new AbortController();
    const deadline = pause(this.#patienceMs, 'late' as const, { signal: given.signal }).catch(() => 'late' as const);
    try {
      while ((this.#checked ?? -1) < revision && !this.#closed) {
        if ((await Promise.race([this.#run(), deadline])) === 'late') break;
      }
    } finally {
      given.abort();
    }
    return this.#checked ?? (await readState(this.#store)).checked;
  }

  /** Checks every record by every rule. Raises DatabaseError. */
  async checkAll(): Promise<Corrections> {
    await this.#running?.catch(() => undefined);
    this.#checked = 0;
    this.#corrections = { put: 0, removed: 0 };
    await this.#store.write(forgetOtherRules);
    await this.#run();
    await this.#note();
    return this.#corrections;
  }

  /** Ends the checking and notes how far it came. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#unwatch();
    clearTimeout(this.#timer);
    await this.#following;
    await this.#running?.catch(() => undefined);
    if (this.#checked !== undefined && this.#checked > this.#noted) await this.#note();
  }

  /** Checks what is written by now; says whether more was written meanwhile. */
  async #follow(): Promise<boolean> {
    await this.#run();
    return !this.#closed && (await readHead(this.#store)).revision > (this.#checked ?? 0);
  }

  #run(): Promise<void> {
    if (this.#running === undefined) {
      const begun = performance.now();
      this.#running = this.#advance().finally(() => {
        this.#running = undefined;
        this.#restMs = Math.min(Math.max(SETTLE_MS, REST * (performance.now() - begun)), MAX_REST_MS);
      });
    }
    return this.#running;
  }

  /** Goes on until all that was written when it began is checked. */
  async #advance(): Promise<void> {
    let checked = this.#checked ?? (await this.#begin());
    const { revision } = await readHead(this.#store);
    while (checked < revision) {
      const { upto, checks } = await this.#analyst.run(AFFECTED, { since: checked });
      for (const some of inPortions(checks)) await this.#check(some);
      if (this.#closed) return;
      checked = upto;
      this.#checked = checked;
      if (checked - this.#noted >= NOTED_EVERY) await this.#note();
    }
    this.#checked = checked;
  }

  /** Where to go on; from the beginning when another program checked by other rules. */
  async #begin(): Promise<number> {
    const { checked, ruleset } = await readState(this.#store);
    const { revision } = await readHead(this.#store);
    if (ruleset === RULESET && checked <= revision) {
      this.#noted = checked;
      return checked;
    }
    await this.#store.write(forgetOtherRules);
    return 0;
  }

  /** Checks some records; again when another process has changed findings in the meantime. */
  async #check(checks: readonly Check[]): Promise<void> {
    for (let tries = 0; tries < TRIES && !this.#closed; tries += 1) {
      const difference = await this.#analyst.run(CHECK, checks);
      const { put, remove } = difference;
      if (put.length + remove.length === 0) return;
      if (await this.#store.write((tx) => applyDifference(tx, difference))) {
        this.#corrections.put += put.length;
        this.#corrections.removed += remove.length;
        return;
      }
    }
    if (!this.#closed) throw new Error('findings were changed by others each time');
  }

  async #note(): Promise<void> {
    const checked = this.#checked ?? 0;
    await this.#store.write((tx) => noteChecked(tx, checked, RULESET));
    this.#noted = checked;
  }
}

/** The same checks a bounded number of records at a time, those of one record together so that it is read once. */
function inPortions(checks: readonly Check[]): Check[][] {
  const rulesOf = new Map<string, string[]>();
  for (const { rule, ids } of checks) {
    for (const id of ids) {
      const rules = rulesOf.get(id);
      if (rules === undefined) rulesOf.set(id, [rule]);
      else rules.push(rule);
    }
  }
  const ids = [...rulesOf.keys()].sort();
  const portions: Check[][] = [];
  for (let start = 0; start < ids.length; start += RECORDS_AT_ONCE) {
    const portion = new Map<string, string[]>();
    for (const id of ids.slice(start, start + RECORDS_AT_ONCE)) {
      for (const rule of rulesOf.get(id) ?? []) portion.set(rule, [...(portion.get(rule) ?? []), id]);
    }
    portions.push([...portion].map(([rule, some]) => ({ rule, ids: some })));
  }
  return portions;
}
