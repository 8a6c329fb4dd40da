import { advancePull, forgetConflicts, noteConflict, type Pull } from '../../db/pulls.js';
import type { Store, Tx } from '../../db/store.js';
import { type Applied, applyForeign, type ConflictReason, type ForeignChange } from '../../journal/foreign.js';
import { markSeen } from '../../journal/mirrored.js';
import { inBatches } from '../../journal/references.js';
import { isTextStored, sourceText } from '../../journal/texts.js';
import { type Clock, toInstant } from '../../shared/clock.js';
import type { ResourceType } from '../../shared/ids.js';
import { InvalidDocument } from './documents.js';
import { UpstreamError } from './requests.js';
import type { Upstream } from './upstream.js';

/** An instance that is mirrored, and how far. */
export interface Mirror {
  store: Store;
  clock: Clock;
  upstream: Upstream;
  /** Id of this instance. */
  self: string;
  /** Types that are wanted; undefined for all. */
  types: readonly ResourceType[] | undefined;
  /** As the database has it. */
  pull: Pull;
  /** What was done since the program began. */
  tally: Record<Applied['outcome'], number>;
  /** Records that mirrored ones refer to and that could not be had; not asked for again until the next start. */
  missing: Set<string>;
}

/** A pull that cannot go on, whatever is tried; the message says what to do. */
export class PullError extends Error {}

/** A change that may be written, or why it cannot be. */
export interface Prepared {
  id: string;
  change?: ForeignChange;
  conflict?: { reason: ConflictReason; detail: string };
}

/** Characters of texts that are held at a time. */
export const MAX_TEXTS = 32 * 1024 * 1024;

/** What is checked, or noted as a conflict where it is no record that is taken. */
export function prepared(id: string, check: () => ForeignChange): Prepared {
  try {
    return { id, change: check() };
  } catch (error) {
    if (!(error instanceof InvalidDocument)) throw error;
    return { id, conflict: { reason: 'invalid', detail: error.message } };
  }
}

/** How long the text is that must be fetched with a change; 0 for none. */
export async function missingText({ store }: Mirror, { change }: Prepared): Promise<number> {
  if (change?.op !== 'put') return 0;
  const { id, kept } = change.record;
  if (typeof kept.textSha256 !== 'string' || (await isTextStored(store, id, kept.textSha256))) return 0;
  return Math.max(1, Number(kept.textLength ?? 0));
}

/** Fetches the text that a change of a source names, as it was at a revision there; without it the source has none. */
export async function withText(mirror: Mirror, item: Prepared, asOf: number): Promise<Prepared> {
  if (item.change?.op !== 'put' || (await missingText(mirror, item)) === 0) return item;
  const { record } = item.change;
  const { textSha256, textLength: _, ...kept } = record.kept;
  const content = await mirror.upstream.sourceText(record.id, asOf);
  const text =
    content === undefined || !content.isWellFormed() || content.includes('\0') ? undefined : sourceText(content);
  if (text?.sha256 === textSha256 && text !== undefined) {
    const whole = { ...record, kept: { ...kept, textSha256: text.sha256, textLength: text.length }, text };
    return { ...item, change: { ...item.change, record: whole } };
  }
  const detail = text === undefined ? 'it is not told' : 'what is told has another digest';
  return {
    ...{ ...item, change: { ...item.change, record: { ...record, kept } } },
    conflict: { reason: 'text-missing', detail },
  };
}

/**
 * Writes changes and how far that is, all or nothing. Raises PullError when another process has pulled since, and
 * leaves the rest as it was.
 */
export async function step(mirror: Mirror, next: Partial<Pull>, items: readonly Prepared[] = []): Promise<Applied[]> {
  const { store, clock, self } = mirror;
  const now = toInstant(clock.now());
  const pull: Pull = { ...mirror.pull, pulledAt: now, error: null, ...next };
  const mirroring = { via: pull.instance, self, run: pull.run };
  const changes = items.flatMap(({ change }) => (change === undefined ? [] : [change]));
  // Those are there, if not as they can be held.
  const invalid = items.flatMap(({ id, conflict }) => (conflict?.reason === 'invalid' ? [id] : []));
  const applied = await store.write(async (tx) => {
    const done = await applyForeign(tx, clock, mirroring, changes);
    await markSeen(tx, mirroring, invalid);
    await noteConflicts(tx, pull.instance, now, items, done);
    if (!(await advancePull(tx, pull)))
      throw new PullError('another process pulls the same instance; stop one of them');
    return done;
  });
  mirror.pull = { ...pull, step: pull.step + 1 };
  for (const { outcome } of applied) mirror.tally[outcome] += 1;
  return applied;
}

/** Of several changes of a record the last counts. */
async function noteConflicts(
  tx: Tx,
  instance: string,
  noticedAt: string,
  items: readonly Prepared[],
  applied: readonly Applied[],
): Promise<void> {
  const conflicts = new Map<string, Prepared['conflict']>(items.map(({ id, conflict }) => [id, conflict]));
  for (const { id, conflict } of applied) if (conflict !== undefined) conflicts.set(id, conflict);
  const free = [...conflicts].flatMap(([id, conflict]) => (conflict === undefined ? [id] : []));
  await inBatches(free, async (batch) => {
    await forgetConflicts(tx, instance, batch);
    return [];
  });
  for (const [record, conflict] of conflicts)
    if (conflict !== undefined) await noteConflict(tx, { instance, record, ...conflict, noticedAt });
}

/** Raises UpstreamError when the instance has begun another life, and PullError when it is another one. */
export async function requireSame({ upstream, pull }: Mirror): Promise<void> {
  const { instance, epoch } = await upstream.sync();
  if (instance !== pull.instance)
    throw new PullError(`${pull.url} is now the instance ${instance}, no longer ${pull.instance}`);
  if (epoch !== pull.epoch) throw new UpstreamError('restart', 'its database was restored meanwhile');
}
