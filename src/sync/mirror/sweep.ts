import { readUnseen } from '../../db/pulls.js';
import { resourceOfType } from '../../resources/index.js';
import type { ResourceType } from '../../shared/ids.js';
import { fetchMissing, fetchRecord, retryConflicts } from './missing.js';
import { type Mirror, type Prepared, requireSame, step } from './step.js';

const AT_ONCE = 100;
const GONE = 'It is no longer there.';

/**
 * After a whole snapshot: fetches what its records refer to, takes away what it does not have, and tries conflicts again.
 * May be broken off and begun again at any point.
 */
export async function sweep(mirror: Mirror): Promise<void> {
  // Of another life nothing of that revision can be had.
  await requireSame(mirror);
  await fetchMissing(mirror, mirror.pull.revision);
  if (mirror.types !== undefined) while (await renewNeeded(mirror)) await fetchMissing(mirror, mirror.pull.revision);
  await removeUnseen(mirror);
  await retryConflicts(mirror);
  await requireSame(mirror);
  await step(mirror, { phase: 'feed' });
}

/** Fetches anew what is held for the sake of what the snapshot had; gives whether that may have made more needed. */
async function renewNeeded(mirror: Mirror): Promise<boolean> {
  const { store, pull } = mirror;
  let renewed = 0;
  for (let after = ''; ; ) {
    const needed = await readUnseen(store, pull, AT_ONCE, after, 'needed');
    const last = needed.at(-1);
    if (last === undefined) return renewed > 0;
    after = last.id;
    const items: Prepared[] = [];
    for (const { id } of needed) items.push(await fetchRecord(mirror, id, pull.revision));
    await step(mirror, {}, items);
    renewed += items.filter(({ change }) => change !== undefined).length;
  }
}

/** Takes away, or makes ours, all that is neither in the snapshot nor needed. */
async function removeUnseen(mirror: Mirror): Promise<void> {
  const { store, pull } = mirror;
  for (let after = ''; ; ) {
    const unseen = await readUnseen(store, pull, AT_ONCE, after);
    const last = unseen.at(-1);
    if (last === undefined) return;
    after = last.id;
    await step(
      mirror,
      {},
      unseen.map(({ id, type }) => ending(id, type as ResourceType)),
    );
  }
}

/** Which version ended it there is not told by a snapshot. */
function ending(id: string, type: ResourceType): Prepared {
  const { kind } = resourceOfType(type);
  const ended = { version: undefined, mergedInto: null, changeKind: 'content', note: GONE } as const;
  return { id, change: { op: 'delete', kind, id, ...ended } };
}
