import { heldVia } from '../../journal/mirrored.js';
import { inBatches } from '../../journal/references.js';
import { toInstant } from '../../shared/clock.js';
import { foreignChange } from './documents.js';
import { fetchMissing, retryConflicts } from './missing.js';
import { MAX_TEXTS, type Mirror, missingText, type Prepared, prepared, requireSame, step, withText } from './step.js';
import type { Entry, Page } from './upstream.js';

/** Changes asked for at once. */
const LIMIT = 500;

/** Takes the next page of changes; waits so long for one. Gives whether that was all there is. */
export async function pullChanges(mirror: Mirror, waitSeconds: number): Promise<boolean> {
  const { page, items } = await readPage(mirror, waitSeconds);
  const { pull, clock } = mirror;
  const { next: cursor, head, hasMore } = page;
  const revision = hasMore ? (page.data.at(-1)?.revision ?? pull.revision) : head;
  const levelAt = hasMore ? pull.levelAt : toInstant(clock.now());
  const texted: Prepared[] = [];
  for (const [item, asOf] of items) texted.push(await withText(mirror, item, asOf));
  await step(mirror, { cursor, revision, head, levelAt }, texted);
  if (!hasMore) await fetchMissing(mirror, revision);
  return !hasMore;
}

/** Once what is held is a state that was: tries again what could not be held as it is. */
export async function settle(mirror: Mirror): Promise<void> {
  mirror.missing.clear();
  await fetchMissing(mirror, mirror.pull.revision);
  await retryConflicts(mirror);
}

type Dated = [item: Prepared, revision: number];

/** A page whose texts may be held at a time, with the entries of it that are wanted. */
async function readPage(mirror: Mirror, waitSeconds: number): Promise<{ page: Page; items: Dated[] }> {
  const { upstream } = mirror;
  for (let limit = LIMIT; ; ) {
    const { cursor, revision } = mirror.pull;
    // A revision alone says nothing of the life that it is of.
    if (cursor === null) await requireSame(mirror);
    const page = await upstream.changes(cursor === null ? { since: revision } : { cursor }, limit, waitSeconds);
    if (cursor === null) await requireSame(mirror);
    const items = await wanted(mirror, page.data);
    const fitting = await countFitting(mirror, items);
    if (fitting === items.length) return { page, items };
    const last = items[fitting - 1]?.[1] ?? 0;
    limit = page.data.filter((entry) => entry.revision <= last).length;
  }
}

/** How many entries from the first on have texts that may be held together; at least one. */
async function countFitting(mirror: Mirror, items: readonly Dated[]): Promise<number> {
  let chars = 0;
  for (const [index, [item]] of items.entries()) {
    chars += await missingText(mirror, item);
    if (chars > MAX_TEXTS && index > 0) return index;
  }
  return items.length;
}

/** The entries of types that are wanted, and of records that are held because others refer to them. */
async function wanted(mirror: Mirror, entries: readonly Entry[]): Promise<Dated[]> {
  const { store, pull, types } = mirror;
  const others = types === undefined ? [] : entries.filter(({ type }) => !types.includes(type)).map(({ id }) => id);
  const held = new Set(await inBatches([...new Set(others)], (batch) => heldVia(store, pull.instance, batch)));
  return entries
    .filter(({ id, type }) => types === undefined || types.includes(type) || held.has(id))
    .map((entry): Dated => [prepared(entry.id, () => foreignChange(entry, pull.instance)), entry.revision]);
}
