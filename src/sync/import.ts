import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseError } from '../db/errors.js';
import { readHead } from '../db/head.js';
import type { Store, Tx } from '../db/store.js';
import { problemDetails, toProblem } from '../http/problem-details.js';
import type { Author, Journal } from '../journal/record.js';
import { Problem } from '../problems.js';
import type { Acting } from '../resources/operations/effects.js';
import { components } from '../shared/components.js';
import type { ResourceType } from '../shared/ids.js';
import { namesOf, namesTaken, type RecordLine, readLine } from './import-line.js';
import { type Imported, importStep, Known } from './import-record.js';
import { MAX_LINE_BYTES } from './limits.js';
import { type Line, LineTaker, linesOf, type TakeLimits, type TakenState } from './lines.js';
import { eachForItself, type StepOutcome } from './together.js';

/** Lines that are committed together. */
export const PORTION: TakeLimits = { lines: 250, bytes: 1024 * 1024, pauseMs: 200, silenceMs: 60_000 };
/** Lines that wait for what they refer to. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
/** For how long more is read of an input that is not wanted any more. */
const DISCARD_MS = 500;
const BUSY_TRIES = 5;
const BUSY_PAUSE_MS = 1_000;

export interface ImportOptions {
  /** Of lines that do not tell theirs. */
  type?: ResourceType | undefined;
  /** Whether to do everything but commit it. */
  dryRun: boolean;
  author: Author;
}

export interface ImportDeps extends Pick<Acting, 'baseUrl'> {
  store: Store;
  journal: Journal;
  /** Told of what went wrong with the database once there were results. */
  report(error: unknown): void;
  /** Aborted when the import is to come to an end; what is being committed still is. */
  stop: AbortSignal;
}

const WORDS = {
  run: { created: 'created', updated: 'updated', same: 'same' },
  dryRun: { created: 'create', updated: 'update', same: 'same' },
} as const;

/** What became of a line, or of the whole import; one line of the answer. */
export type ImportResult = Record<string, unknown> & ({ line: number; status: string } | { import: 'end' | 'stopped' });

/**
 * Imports records, one a line: created, or put in place of what there is. Portions are committed one by one, and their
 * results are given afterwards; the last result sums up. A line that refers to what is not there waits for the end of
 * the input. Raises DatabaseError while nothing was given yet; afterwards the last result tells what stopped it.
 */
export async function* importRecords(
  deps: ImportDeps,
  source: AsyncIterable<Buffer>,
  options: ImportOptions,
): AsyncGenerator<ImportResult[], void, undefined> {
  const run = new Run(deps, options);
  const taker = new LineTaker(linesOf(source, MAX_LINE_BYTES), PORTION, deps.stop);
  let given = false;
  try {
    for (let state: TakenState = 'more'; state === 'more'; ) {
      const taken = await taker.take();
      state = taken.state;
      const results = state === 'stopped' ? [] : await run.portion(taken.lines);
      if (state === 'silent' || state === 'stopped') results.push(await run.end('stopped', { reason: REASONS[state] }));
      given ||= results.length > 0;
      if (results.length > 0) yield results;
      if (state === 'silent' || state === 'stopped') return await taker.discard(DISCARD_MS);
    }
    for (const portion of run.waitingPortions()) {
      yield await run.last(portion);
      if (deps.stop.aborted) return yield [await run.end('stopped', { reason: REASONS.stopped })];
    }
    yield [await run.end('end')];
  } catch (error) {
    if (!given) throw error;
    const problem = toProblem(error);
    if (problem.status >= 500) deps.report(error);
    yield [await run.end('stopped', { reason: problem.message, problem: problemDetails(problem, run.requestId) })];
  }
}

const REASONS = {
  silent: `Nothing came for ${PORTION.silenceMs / 1_000} seconds.`,
  stopped: 'The service stops.',
} as const;

/** One import under way. */
class Run {
  readonly #deps: ImportDeps;
  readonly #options: ImportOptions;
  readonly #known = new Known();
  readonly #counts = { created: 0, updated: 0, same: 0, problem: 0 };
  readonly #waiting: Line[] = [];
  /** Names of the records that wait: later lines about the same ones wait, too, so that the last one holds. */
  readonly #waitingNames = new Set<string>();
  #waitingBytes = 0;
  #revision = 0;

  constructor(deps: ImportDeps, options: ImportOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  get requestId(): string | null {
    return this.#options.author.requestId;
  }

  /** Commits some lines and gives what became of them, those left out that are to wait. */
  async portion(lines: readonly Line[]): Promise<ImportResult[]> {
    const results: ImportResult[] = [];
    const records: RecordLine[] = [];
    for (const line of lines) {
      try {
        const record = readLine(line, this.#options.type);
        if (record === undefined || this.#waitsBehind(record)) continue;
        records.push(record);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        results.push(this.#refused(line, error));
      }
    }
    const outcomes = await this.#commit(records);
    for (const [index, record] of records.entries()) {
      const outcome = outcomes[index] as StepOutcome<Imported>;
      if ('problem' in outcome && this.#mayWait(outcome.problem, record, records.slice(index + 1))) continue;
      results.push(this.#resultOf(record, outcome));
    }
    return results.sort(byLine);
  }

  /** The lines that wait, in portions: each after those that have what it refers to, and circles together. */
  *waitingPortions(): Generator<RecordLine[], void, undefined> {
    const records = this.#waiting.flatMap((line) => readLine(line, this.#options.type) ?? []);
    this.#waiting.length = 0;
    let portion: RecordLine[] = [];
    for (const circle of components(dependencies(records))) {
      if (portion.length > 0 && portion.length + circle.length > PORTION.lines) {
        yield portion;
        portion = [];
      }
      portion.push(...circle.map((index) => records[index] as RecordLine));
    }
    if (portion.length > 0) yield portion;
  }

  /** Commits lines that have waited, whatever comes of it. */
  async last(records: readonly RecordLine[]): Promise<ImportResult[]> {
    const outcomes = await this.#commit(records);
    return records
      .map((record, index) => this.#resultOf(record, outcomes[index] as StepOutcome<Imported>))
      .sort(byLine);
  }

  /** The last result. */
  async end(how: 'end' | 'stopped', why: object = {}): Promise<ImportResult> {
    const { dryRun } = this.#options;
    const words = WORDS[dryRun ? 'dryRun' : 'run'];
    const { created, updated, same, problem } = this.#counts;
    const counts = { [words.created]: created, [words.updated]: updated, [words.same]: same, problem };
    const records = created + updated + same + problem;
    return { import: how, dryRun, records, ...counts, revision: this.#revision, ...why };
  }

  async #commit(records: readonly RecordLine[]): Promise<StepOutcome<Imported>[]> {
    const { store } = this.#deps;
    const { dryRun } = this.#options;
    for (let left = BUSY_TRIES; ; left -= 1) {
      try {
        const done = await (dryRun
          ? undone(store, (tx) => this.#do(tx, records))
          : store.write((tx) => this.#do(tx, records)));
        this.#revision = done.revision;
        return done.outcomes;
      } catch (error) {
        if (left <= 1 || !(error instanceof DatabaseError) || error.fault !== 'busy') throw error;
        await pause(BUSY_PAUSE_MS);
      }
    }
  }

  async #do(tx: Tx, records: readonly RecordLine[]) {
    const { journal, baseUrl } = this.#deps;
    const before = await readHead(tx);
    const steps = records.map((record) =>
      importStep(record, { journal, baseUrl, author: this.#options.author }, this.#known),
    );
    if (this.#options.dryRun)
      await this.#known.reserve(
        tx,
        steps.flatMap(({ takes }) => takes),
      );
    const outcomes = await eachForItself(tx, steps);
    const { revision } = this.#options.dryRun ? before : await readHead(tx);
    return { outcomes, revision };
  }

  #waitsBehind(record: RecordLine): boolean {
    return namesOf(record).some((name) => this.#waitingNames.has(name)) && this.#wait(record);
  }

  /** Whether a line is put off: what it refers to may still come, and no line behind it was about the same record. */
  #mayWait(problem: Problem, record: RecordLine, later: readonly RecordLine[]): boolean {
    const isMissing = problem.code === 'unknown-reference' && problem.errors?.some(({ code }) => code === 'not-found');
    if (isMissing !== true) return false;
    const names = new Set(namesOf(record));
    if (later.some((each) => namesOf(each).some((name) => names.has(name)))) return false;
    return this.#wait(record);
  }

  #wait(record: RecordLine): boolean {
    const bytes = record.line.bytes?.length ?? 0;
    if (this.#waitingBytes + bytes > MAX_WAITING_BYTES) return false;
    this.#waitingBytes += bytes;
    this.#waiting.push(record.line);
    for (const name of namesOf(record)) this.#waitingNames.add(name);
    return true;
  }

  #resultOf(record: RecordLine, outcome: StepOutcome<Imported>): ImportResult {
    if ('problem' in outcome) return this.#refused(record.line, outcome.problem);
    const { became, id, slug, version, revision } = outcome.result;
    this.#counts[became] += 1;
    const { dryRun } = this.#options;
    const status = WORDS[dryRun ? 'dryRun' : 'run'][became];
    const line = { line: record.line.number, status, type: record.resource.type };
    if (dryRun && became === 'created') {
      this.#known.foresee(record, outcome.result);
      return { ...line, slug };
    }
    return { ...line, id, slug, ...(dryRun && became !== 'same' ? {} : { version, revision }) };
  }

  #refused({ number }: Line, problem: Problem): ImportResult {
    this.#counts.problem += 1;
    return { line: number, status: 'problem', problem: problemDetails(problem, this.requestId) };
  }
}

function byLine(a: ImportResult, b: ImportResult): number {
  return Number(a.line) - Number(b.line);
}

/** For each record those that must come before it: what it refers to, and earlier lines about the same record. */
function dependencies(records: readonly RecordLine[]): number[][] {
  const givers = new Map<string, number[]>();
  for (const [index, record] of records.entries()) {
    for (const name of namesOf(record)) {
      const found = givers.get(name) ?? [];
      givers.set(name, found);
      found.push(index);
    }
  }
  return records.map((record, index) => {
    const referred = namesTaken(record).flatMap((name) => givers.get(name) ?? []);
    const same = namesOf(record).flatMap((name) => (givers.get(name) ?? []).filter((giver) => giver < index));
    return [...new Set([...referred, ...same])];
  });
}

/** What was done, all of which is undone. */
class Undone<Result> extends Error {
  readonly result: Result;

  constructor(result: Result) {
    super('the run was a trial');
    this.result = result;
  }
}

async function undone<Result>(store: Store, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  try {
    return await store.write<Result>(async (tx) => {
      throw new Undone(await work(tx));
    });
  } catch (error) {
    if (error instanceof Undone) return error.result as Result;
    throw error;
  }
}
