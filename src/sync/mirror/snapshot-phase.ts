import type { ForeignChange } from '../../journal/foreign.js';
import { Sum } from '../digest.js';
import { foreignRecord } from './documents.js';
import { UpstreamError } from './requests.js';
import { MAX_TEXTS, type Mirror, missingText, type Prepared, PullError, prepared, step, withText } from './step.js';
import { type Line, wrong } from './upstream.js';

const MAX_RECORDS = 200;
const NOTHING = new Sum().hex;

type Document = Extract<Line, { snapshot: undefined }>['document'];

/**
 * Takes a snapshot, or goes on with one: what a part of it has and how far that is are written together. It counts as
 * whole only when its last line says of it what came.
 */
export async function takeSnapshot(mirror: Mirror): Promise<void> {
  if (mirror.pull.cursor === null) await requireInstance(mirror);
  const { types, upstream } = mirror;
  const reading = new Reading(mirror);
  let isFirst = true;
  for await (const line of upstream.snapshot(types, mirror.pull.cursor)) {
    if (isFirst !== (line.snapshot === 'begin' || line.snapshot === 'resumed'))
      throw wrong('a snapshot has its first line elsewhere');
    isFirst = false;
    if (line.snapshot === undefined) await reading.take(line.document);
    else if (line.snapshot === 'origins') reading.learn(line.origins);
    else if (line.snapshot === 'checkpoint') await reading.write({ ...reading.summed, cursor: line.cursor });
    else if (line.snapshot === 'end') return end(mirror, reading, line);
    else await begin(mirror, reading, line);
  }
  throw new UpstreamError('away', 'the snapshot broke off');
}

/** Of another instance nothing may be taken under the name of this one. */
async function requireInstance(mirror: Mirror): Promise<void> {
  const { instance, head } = await mirror.upstream.sync();
  if (instance !== mirror.pull.instance)
    throw new PullError(`${mirror.pull.url} is now the instance ${instance}, no longer ${mirror.pull.instance}`);
  mirror.pull = { ...mirror.pull, head };
}

async function begin(
  mirror: Mirror,
  reading: Reading,
  { snapshot, revision, epoch }: Extract<Line, { snapshot: 'begin' | 'resumed' }>,
): Promise<void> {
  const { pull } = mirror;
  if (snapshot === 'resumed') {
    if (revision === pull.revision && epoch === pull.epoch) return;
    throw new UpstreamError('restart', 'the snapshot that goes on is another');
  }
  if (pull.cursor !== null) throw wrong('a snapshot that goes on begins anew');
  // Another number even if one was begun before: what came of that may be gone since.
  await step(mirror, { run: pull.run + 1, revision, epoch, count: 0, digest: NOTHING });
  reading.reset();
}

async function end(mirror: Mirror, reading: Reading, line: Extract<Line, { snapshot: 'end' }>): Promise<void> {
  await reading.write({});
  const { count, digest } = reading.summed;
  const { pull, types } = mirror;
  if (line.revision !== pull.revision || line.count !== count || line.digest !== digest) {
    await step(mirror, { cursor: null });
    throw wrong(`the snapshot says that it has ${line.count} records with the digest ${line.digest}, and has not`);
  }
  // Of some types all changes are followed, too: those of other types that the records refer to are held as well.
  await step(mirror, { phase: 'sweep', cursor: types === undefined ? line.cursor : null });
}

/** Records of a snapshot on their way into the database. */
class Reading {
  readonly #mirror: Mirror;
  #sum: Sum;
  #origins: Readonly<Record<string, string>> = {};
  #items: Prepared[] = [];
  #texts = 0;

  constructor(mirror: Mirror) {
    this.#mirror = mirror;
    const { count, digest } = mirror.pull;
    this.#sum = new Sum(count, Uint8Array.from(Buffer.from(digest, 'hex')));
  }

  /** Begins to sum up anew. */
  reset(): void {
    this.#sum = new Sum();
  }

  get summed(): { count: number; digest: string } {
    return { count: this.#sum.count, digest: this.#sum.hex };
  }

  /** Notes which of the records to come are of other instances. */
  learn(origins: Readonly<Record<string, string>>): void {
    this.#origins = origins;
  }

  async take(document: Document): Promise<void> {
    const { pull } = this.#mirror;
    const { id } = document;
    this.#sum.add(document);
    const origin = this.#origins[id] ?? pull.instance;
    const item = prepared(
      id,
      (): ForeignChange => ({
        ...{ op: 'put', changeKind: 'content', note: null },
        record: foreignRecord(id, document, origin),
      }),
    );
    this.#texts += await missingText(this.#mirror, item);
    this.#items.push(await withText(this.#mirror, item, pull.revision));
    // Without a checkpoint they will come once more, which does no harm.
    if (this.#items.length >= MAX_RECORDS || this.#texts > MAX_TEXTS) await this.write({});
  }

  /** Writes what was taken, and how far that is. */
  async write(next: Partial<Mirror['pull']>): Promise<void> {
    const items = this.#items;
    [this.#items, this.#texts] = [[], 0];
    if (items.length > 0 || Object.keys(next).length > 0) await step(this.#mirror, next, items);
  }
}
