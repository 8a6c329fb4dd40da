import { readPreamble } from '../../db/look-up.js';
import type { Reader } from '../../db/store.js';
import { findCurrent } from '../../journal/read.js';
import { toInstant } from '../../shared/clock.js';
import { type Cursor, queryHash } from '../../shared/cursor.js';
import type { Resource } from '../resource.js';
import { type AsOf, isImmutable, revisionOf } from './as-of.js';
import { type KeyKinds, pinnedRevision } from './paging.js';
import { absent, notFound, requireVersion } from './read.js';
import type { Services } from './services.js';

/** Where a walk stands through what hangs on one record. */
export interface RecordWalk {
  /** Of the record. */
  id: string;
  /** Hash of what its cursors are bound to. */
  walk: string;
  epoch: string;
  /** The revision that it is pinned to; undefined while it is of the present. */
  pinned: number | undefined;
  /** The revision that the answer is of. */
  revision: number;
  immutable: boolean;
}

/**
 * Finds the record of a walk, by a reference read as it was then, and the revision. `what` names the walk and what else
 * its cursors are bound to. Raises `not-found`, `gone`, `Moved`, `invalid-parameter` and what is wrong with the cursor.
 */
export async function beginWalk(
  resource: Resource,
  services: Services,
  reader: Reader,
  ref: string,
  { asOf, cursor }: { asOf: AsOf | undefined; cursor: Cursor | undefined },
  [name, ...others]: readonly [string, ...unknown[]],
  kinds: KeyKinds,
): Promise<RecordWalk> {
  const head = await readPreamble(reader, [], asOf && 'instant' in asOf ? asOf.instant : undefined);
  const asked = asOf && revisionOf(asOf, head, head.revisionAt, toInstant(services.clock.now()));
  const id =
    asked === undefined
      ? await presentId(resource, reader, ref, cursor !== undefined)
      : (await requireVersion(resource, reader, ref, asked)).entity;
  const walk = queryHash(JSON.stringify([name, id, ...others, asOf ?? '']));
  const pinned = cursor ? pinnedRevision(cursor, walk, head, kinds) : asked;
  const immutable = cursor !== undefined || (asOf !== undefined && isImmutable(asOf, head));
  return { id, walk, epoch: head.epoch, pinned, revision: pinned ?? head.revision, immutable };
}

/** A walk that has begun goes on when its record is deleted or merged meanwhile. */
async function presentId(resource: Resource, reader: Reader, ref: string, hasBegun: boolean): Promise<string> {
  const current = await findCurrent(reader, resource.kind, ref);
  if (current === undefined) throw notFound(resource, ref);
  if (current.deleted && !hasBegun) throw absent(current);
  return current.id;
}
