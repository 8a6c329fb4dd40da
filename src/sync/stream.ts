import { Readable } from 'node:stream';
import type { Store } from '../db/store.js';
import type { Place } from './changes.js';
import { changeText, cursorAt, type FollowedPage, type Following, readFollowing } from './followed.js';
import type { Followers } from './followers.js';
import { HEARTBEAT_SECONDS } from './limits.js';

/** Changes that are read and sent at once. */
const AT_ONCE = 100;
/** After how long a client may connect again when the stream has ended. */
const RECONNECT_MS = 2_000;

/** When a stream ends by itself. */
export interface StreamEnd {
  /** After so many changes; undefined for never. */
  changes: number | undefined;
  /** After so long without any; undefined for never. */
  quietMs: number | undefined;
}

/**
 * Changes as server-sent events, read as they are taken: nothing is kept for a reader but its place. Ends when the
 * service stops and when `gone` is aborted. Raises what reading raises, `cursor-epoch-changed` included.
 */
export async function* eventTexts(
  store: Pick<Store, 'snapshot'>,
  followers: Followers,
  following: Following,
  end: StreamEnd,
  gone: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  yield `retry: ${RECONNECT_MS}\n\n`;
  let place = following.start;
  let left = end.changes ?? Number.POSITIVE_INFINITY;
  let quietSince = performance.now();
  let isFirst = true;
  while (!gone.aborted) {
    const page = await store.snapshot((reader) => readFollowing(reader, following, place, Math.min(AT_ONCE, left)));
    yield textOf(following, place, page, isFirst);
    isFirst = false;
    place = page.place;
    left -= page.changes.length;
    if (page.changes.length > 0) quietSince = performance.now();
    if (left <= 0 || followers.closing) return;
    if (page.hasMore) continue;
    const quietLeft = (end.quietMs ?? Number.POSITIVE_INFINITY) - (performance.now() - quietSince);
    if (quietLeft <= 0) return;
    await followers.wait(page.head, Math.min(HEARTBEAT_SECONDS * 1_000, quietLeft), gone);
  }
}

/** The events of a page, and `head` where it ends at the head; a comment when it has nothing new. */
function textOf(following: Following, from: Place, { changes, place, head, hasMore }: FollowedPage, isFirst: boolean) {
  const { docs } = following.followed;
  const texts = changes.map((change) =>
    eventText('change', cursorAt(following, { after: change.revision, base: from.base }), changeText(change, docs)),
  );
  const moved = isFirst || place.after !== from.after;
  if (moved && !hasMore) texts.push(eventText('head', cursorAt(following, place), JSON.stringify({ revision: head })));
  return texts.length === 0 ? ': nothing new\n\n' : texts.join('');
}

function eventText(event: string, id: string, data: string): string {
  return `event: ${event}\nid: ${id}\ndata: ${data}\n\n`;
}

/** Texts as a stream that is cut off when nothing of it was taken for so long; so many are made ahead. */
export function droppingStalled(texts: AsyncGenerator<string, void, undefined>, stallMs: number, ahead = 1): Readable {
  let stalled: NodeJS.Timeout | undefined;
  async function* watched(): AsyncGenerator<string, void, undefined> {
    for await (const text of texts) {
      stalled = setTimeout(() => stream.destroy(), stallMs);
      yield text;
      clearTimeout(stalled);
    }
  }
  const stream = Readable.from(watched(), { highWaterMark: ahead });
  stream.once('close', () => clearTimeout(stalled));
  return stream;
}
