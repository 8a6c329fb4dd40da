import { readUnseen } from '../../db/pulls.js';
import { isReferredTo } from '../../journal/checks.js';
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
  const { revision } = mirror.pull;
  await fetchMissing(mirror, revision);
  while (await sweepOnce(mirror)) await fetchMissing(mirror, revision);
  await retryConflicts(mirror);
  await requireSame(mirror);
  await step(mirror, { phase: 'feed' });
}

/** Goes over all that the snapshot did not have; whether that may have left more without a reference. */
async function sweepOnce(mirror: Mirror): Promise<boolean> {
  const { store, pull, types } = mirror;
  let removed = 0;
  for (let after = ''; ; ) {
    const unseen = await readUnseen(store, pull.instance, pull.run, AT_ONCE, after);
    const last = unseen.at(-1);
    if (last === undefined) return types !== undefined && removed > 0;
    after = last.id;
    const items: Prepared[] = [];
    for (const { id, type } of unseen) {
      const isWanted = types === undefined || types.includes(type as ResourceType);
      const fetched =
        !isWanted && (await isReferredTo(store, id)) ? await fetchRecord(mirror, id, pull.revision) : undefined;
      items.push(fetched?.change ? fetched : ending(id, type as ResourceType));
    }
    const applied = await step(mirror, {}, items);
    removed += applied.filter(({ outcome }) => outcome === 'removed').length;
  }
}

/** Which version ended it there is not told by a snapshot. */
function ending(id: string, type: ResourceType): Prepared {
  const { kind } = resourceOfType(type);
  return {
    id,
    change: { op: 'delete', kind, id, version: undefined, mergedInto: null, changeKind: 'content', note: GONE },
  };
}
