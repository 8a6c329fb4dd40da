import type { Tx } from '../db/store.js';
import type { Body, RecordKind } from '../journal/kind.js';
import { occurrences } from '../journal/paths.js';
import { CellCounts } from '../journal/project.js';
import type { Current } from '../journal/read.js';
import { Problem } from '../problems.js';
import { parseReference } from '../shared/reference.js';

/** One of several changes that are made in one transaction. */
export interface Step<Result> {
  /** Names by which others may refer to the record before it is there; see `slugName`. Empty: it creates none. */
  gives: readonly string[];
  /** Names that it refers to. */
  takes: readonly string[];
  /** Makes room for the record, where it is to be created and can be. */
  reserve?(tx: Tx): Promise<Current | undefined>;
  /** Does it. Raises what the change alone would raise. */
  run(tx: Tx, counts: CellCounts, reserved: Current | undefined): Promise<Result>;
}

/** What became of a step: what it gave, or the problem that it alone had. */
export type StepOutcome<Result> = { result: Result } | { problem: Problem };

/** The first step that failed, and its problem. */
export class StepFailure extends Error {
  readonly index: number;
  readonly problem: Problem;

  constructor(index: number, problem: Problem) {
    super(problem.message, { cause: problem });
    this.index = index;
    this.problem = problem;
  }
}

/** How a record of a type is called by its slug. */
export function slugName(type: string, slug: string): string {
  return `${type}/${slug}`;
}

/** What a body refers to, by id or slug, as far as it has the form of one. */
export function namesIn(kind: RecordKind, body: unknown): string[] {
  if (typeof body !== 'object' || body === null) return [];
  return kind.references.flatMap(({ path, to }) =>
    occurrences(body as Body, path).flatMap(({ value }) => {
      if (typeof value !== 'string') return [];
      const reference = parseReference(value);
      if (reference.form === 'external') return [];
      return reference.form === 'id' ? [reference.id] : [slugName(reference.type ?? to, reference.slug)];
    }),
  );
}

/** Problems that are one step's own; any other is that of the whole. */
function isOwn(error: unknown): error is Problem {
  return error instanceof Problem && error.status < 500;
}

/**
 * Does the steps in their order, all or none of them: room is made first for records that steps before them refer to.
 * Raises StepFailure.
 */
export async function allOrNone<Result>(tx: Tx, steps: readonly Step<Result>[]): Promise<Result[]> {
  const counts = new CellCounts();
  const reserved = await reserveForEarlier(tx, steps, new Set());
  const results: Result[] = [];
  for (const [index, step] of steps.entries()) {
    try {
      results.push(await step.run(tx, counts, reserved.get(index)));
    } catch (error) {
      throw isOwn(error) ? new StepFailure(index, error) : error;
    }
    await tx.breathe();
  }
  await counts.write(tx);
  return results;
}

/** Room was made for records that then could not be created. */
class Unkept extends Error {
  readonly indexes: readonly number[];

  constructor(indexes: readonly number[]) {
    super('room was made in vain');
    this.indexes = indexes;
  }
}

/** How often it is tried to make room for records; what then still fails is done strictly in order. */
const TRIES = 3;

/**
 * Does the steps in their order, each for itself: one that fails leaves nothing behind. Room is made first for records
 * that steps before them refer to; when such a record cannot be created, all is undone and begun again without room for
 * it and for those that rest on it.
 */
export async function eachForItself<Result>(tx: Tx, steps: readonly Step<Result>[]): Promise<StepOutcome<Result>[]> {
  const without = new Set<number>();
  for (let tries = 1; ; tries += 1) {
    try {
      return await tx.attempt((part) => runEach(part, steps, without));
    } catch (error) {
      if (!(error instanceof Unkept)) throw error;
      if (tries === TRIES) for (const index of steps.keys()) without.add(index);
      else for (const index of restingOn(steps, error.indexes)) without.add(index);
    }
  }
}

async function runEach<Result>(
  tx: Tx,
  steps: readonly Step<Result>[],
  without: ReadonlySet<number>,
): Promise<StepOutcome<Result>[]> {
  const counts = new CellCounts();
  const reserved = await reserveForEarlier(tx, steps, without);
  const outcomes: StepOutcome<Result>[] = [];
  const unkept: number[] = [];
  for (const [index, step] of steps.entries()) {
    const own = new CellCounts();
    try {
      outcomes.push({ result: await tx.attempt((part) => step.run(part, own, reserved.get(index))) });
      counts.add(own);
    } catch (error) {
      if (!isOwn(error)) throw error;
      outcomes.push({ problem: error });
      if (reserved.has(index)) unkept.push(index);
    }
    await tx.breathe();
  }
  if (unkept.length > 0) throw new Unkept(unkept);
  await counts.write(tx);
  return outcomes;
}

/** Makes room for the records of those steps that one before them refers to, and gives it by their index. */
async function reserveForEarlier<Result>(
  tx: Tx,
  steps: readonly Step<Result>[],
  without: ReadonlySet<number>,
): Promise<Map<number, Current>> {
  const reserved = new Map<number, Current>();
  const taken = new Set<string>();
  const given = new Set<string>();
  for (const [index, { gives, takes, reserve }] of steps.entries()) {
    const isWanted = gives.some((name) => taken.has(name)) && !gives.some((name) => given.has(name));
    if (reserve !== undefined && isWanted && !without.has(index)) {
      const current = await reserve(tx);
      if (current !== undefined) reserved.set(index, current);
    }
    for (const name of takes) taken.add(name);
    for (const name of gives) given.add(name);
  }
  return reserved;
}

/** Those steps, and all that refer to what they would have created, over any number of steps. */
function restingOn(steps: readonly Step<unknown>[], indexes: readonly number[]): Set<number> {
  const resting = new Set(indexes);
  const takers = new Map<string, number[]>();
  for (const [index, { takes }] of steps.entries()) {
    for (const name of takes) {
      const known = takers.get(name) ?? [];
      takers.set(name, known);
      known.push(index);
    }
  }
  // A set is walked on over what is added to it meanwhile.
  for (const index of resting) {
    for (const name of steps[index]?.gives ?? []) for (const taker of takers.get(name) ?? []) resting.add(taker);
  }
  return resting;
}

/** What a body that is wrong, or a slug that is taken, comes to is told when it is the operation's turn. */
export async function unlessRefused<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}
