import { setTimeout as pause } from 'node:timers/promises';
import type { AnyJson } from '../support/client.js';
import { openEvents, type ServerEvent } from './event-source.js';
import { apply } from './following.js';

/** Random numbers that can be had again. */
export type Random = (below: number) => number;

export function randomFrom(seed: number): Random {
  let state = seed | 0;
  return (below) => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** What a follower holds and has seen. */
export interface Follower {
  name: string;
  copy: Map<string, AnyJson>;
  /** The revision that the copy was begun with. */
  begun: number;
  /** Revisions of the entries that were applied, in order. */
  applied: number[];
  /** Copies at the moments at which it was told that there is no more. */
  states: { revision: number; versions: string }[];
  /** How often it was killed and went on. */
  kills: number;
  /** What it holds of a record; all of it unless told. */
  shows?: (record: AnyJson) => AnyJson;
  /** Follows until it is up to date with the last revision, once that is known. */
  run(last: () => number | undefined): Promise<void>;
  /** Cuts what it waits for. */
  cut(): void;
}

/** Ids and versions of a copy, to compare states. */
export const versionsOf = (copy: ReadonlyMap<string, AnyJson>): string =>
  [...copy.values()]
    .map(({ id, version }) => `${id} ${version}`)
    .sort()
    .join();

export interface Base {
  url: string;
  copy: ReadonlyMap<string, AnyJson>;
  begun: number;
  random: Random;
}

/** A follower that has seen nothing yet. */
export function follower(name: string, { copy, begun }: Base): Omit<Follower, 'run' | 'cut'> {
  return { name, copy: new Map(copy), begun, applied: [], states: [], kills: 0 };
}

/** Fetches JSON; undefined when it was killed before it had the answer. */
async function fetchJson(url: string, signal: AbortSignal): Promise<AnyJson> {
  try {
    const answer = await fetch(url, { signal });
    const body = await answer.json();
    if (answer.status !== 200) throw new Error(`${url}: ${JSON.stringify(body)}`);
    return body;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

export function noteState(self: Pick<Follower, 'states' | 'copy'>, revision: number): void {
  self.states.push({ revision, versions: versionsOf(self.copy) });
}

export type Running = Pick<Follower, 'run' | 'cut'>;

export interface Feed {
  /** Further parameters. */
  query: string;
  /** Whether it waits for changes, as long as more are to come. */
  waits?: boolean;
  /** Of so many requests one is killed. */
  killOneIn: number;
}

/** Follows pages of the feed from a position on. */
function followFeed(
  self: Omit<Follower, 'run' | 'cut'>,
  { url, random }: Base,
  begin: string,
  { query, waits = false, killOneIn }: Feed,
): Running {
  let killer = new AbortController();
  let position = begin;
  let head = -1;
  return {
    cut: () => killer.abort(),
    async run(last) {
      while (head !== last()) {
        killer = new AbortController();
        const { signal } = killer;
        if (random(killOneIn) === 0) setTimeout(() => killer.abort(), random(4));
        const wait = waits && last() === undefined ? '&wait=60' : '';
        const page = await fetchJson(`${url}/v1/changes?${position}&limit=${1 + random(4)}${query}${wait}`, signal);
        if (page === undefined) {
          self.kills += 1;
          continue;
        }
        apply(self.copy, page.data);
        for (const { revision } of page.data) self.applied.push(revision);
        position = `cursor=${page.next}`;
        if (page.hasMore) continue;
        head = page.head;
        noteState(self, head);
        await pause(random(8));
      }
    },
  };
}

export function feedFollower(name: string, base: Base, feed: Feed): Follower {
  const self = follower(name, base);
  return Object.assign(self, followFeed(self, base, `since=${base.begun}`, feed));
}

/** Follows the stream; it is killed after a few events each time, and goes on behind the last one that it applied. */
export function streamFollower(base: Base): Follower {
  const { url, random, begun } = base;
  const self = follower('stream', base);
  let id: string | undefined;
  let head = -1;
  let kill: () => void = () => undefined;
  const take = ({ event, data, ...rest }: ServerEvent) => {
    ({ id } = rest);
    if (event === 'head') {
      head = data.revision;
      noteState(self, head);
      return;
    }
    apply(self.copy, [data]);
    self.applied.push(data.revision);
  };
  const running: Running = {
    cut: () => kill(),
    async run(last) {
      while (head !== last()) {
        const reader = await openEvents(`${url}/v1/changes/stream?since=${begun}`, id);
        if (reader.response.statusCode !== 200) throw new Error(`the stream answered ${reader.response.statusCode}`);
        kill = reader.kill;
        for (let left = 1 + random(6); left > 0 && head !== last(); left -= 1) {
          const event = await reader.next();
          if (event === undefined) break;
          take(event);
        }
        reader.kill();
        self.kills += 1;
      }
    },
  };
  return Object.assign(self, running);
}

/** Takes a snapshot, which breaks off now and then and is gone on with, and follows the feed from its end. */
export function snapshotFollower(base: Base): Follower {
  const self = follower('snapshot and feed', { ...base, copy: new Map() });
  let feed: Running | undefined;
  const running: Running = {
    cut: () => feed?.cut(),
    async run(last) {
      const end = await takeSnapshot(self, base);
      self.begun = end.revision;
      noteState(self, end.revision);
      feed = followFeed(self, base, `cursor=${end.cursor}`, { query: '', killOneIn: 5 });
      await feed.run(last);
    },
  };
  return Object.assign(self, running);
}

/** Takes a snapshot into the copy, in as many requests as it needs; gives its last line. */
async function takeSnapshot(self: Omit<Follower, 'run' | 'cut'>, { url, random }: Base): Promise<AnyJson> {
  for (let cursor = ''; ; ) {
    const answer = await fetch(`${url}/v1/snapshot${cursor}`);
    const all: AnyJson[] = (await answer.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    // As if the connection had broken off here.
    const lines = random(2) === 0 ? all : all.slice(0, 1 + random(all.length));
    const isWhole = lines.at(-1).snapshot === 'end';
    const safe = isWhole ? lines.length : lines.findLastIndex(({ snapshot }) => snapshot === 'checkpoint') + 1;
    for (const line of lines.slice(0, safe)) if (line.snapshot === undefined) self.copy.set(line.id, line);
    if (isWhole) return lines.at(-1);
    self.kills += 1;
    if (safe > 0) cursor = `?cursor=${lines[safe - 1].cursor}`;
  }
}
