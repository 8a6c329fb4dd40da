import { readAwaited, readConflicts } from '../../db/pulls.js';
import { resourceOfType } from '../../resources/index.js';
import { type ResourceType, typeOfId } from '../../shared/ids.js';
import { foreignRecord } from './documents.js';
import { type Mirror, type Prepared, prepared, step, withText } from './step.js';

const AT_ONCE = 50;

/** One record as it was there at a revision; a conflict when it was not. */
export async function fetchRecord(mirror: Mirror, id: string, asOf: number): Promise<Prepared> {
  const { upstream, pull } = mirror;
  const { collection } = resourceOfType(typeOfId(id) as ResourceType);
  const document = await upstream.record(collection, id, asOf);
  if (document === undefined) return { id, conflict: { reason: 'missing', detail: `not there at revision ${asOf}` } };
  const origin = await upstream.originOf(collection, id, document.version);
  const item = prepared(id, () => ({
    ...{ op: 'put', changeKind: 'content', note: null },
    record: foreignRecord(id, document, origin ?? pull.instance),
  }));
  return withText(mirror, item, asOf);
}

/**
 * Fetches what mirrored records refer to and has not come: with all types nothing, with some types what is of others,
 * and what that refers to in turn. What cannot be had is noted, and asked for again after the next start.
 */
export async function fetchMissing(mirror: Mirror, asOf: number): Promise<void> {
  const { store, pull, missing } = mirror;
  for (let after = '', written = 0; ; ) {
    const awaited = await readAwaited(store, pull.instance, AT_ONCE, after);
    const last = awaited.at(-1);
    if (last === undefined) {
      if (written === 0) return;
      [after, written] = ['', 0];
      continue;
    }
    after = last;
    const items: Prepared[] = [];
    for (const id of awaited) if (!missing.has(id)) items.push(await fetchRecord(mirror, id, asOf));
    if (items.length === 0) continue;
    const applied = await step(mirror, {}, items);
    const come = new Set(applied.flatMap(({ id, outcome }) => (outcome === 'written' ? [id] : [])));
    for (const { id } of items) if (!come.has(id)) missing.add(id);
    written += come.size;
  }
}

/** Conflicts that may have gone away meanwhile, because something else was changed here or the program is another. */
const PASSING = ['slug-taken', 'external-id-taken', 'text-missing', 'invalid'];

/** Tries again what could not be held as it is there, as of the revision that is held. */
export async function retryConflicts(mirror: Mirror): Promise<void> {
  const { store, pull } = mirror;
  for (let after = ''; ; ) {
    const conflicts = await readConflicts(store, pull.instance, AT_ONCE, after);
    const last = conflicts.at(-1);
    if (last === undefined) return;
    after = last.record;
    const items: Prepared[] = [];
    for (const { record, reason } of conflicts)
      if (PASSING.includes(reason)) items.push(await fetchRecord(mirror, record, pull.revision));
    if (items.length > 0) await step(mirror, {}, items);
  }
}
