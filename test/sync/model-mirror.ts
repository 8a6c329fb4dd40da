import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { openDatabase } from '../../src/db/open.js';
import { readConflicts } from '../../src/db/pulls.js';
import { verify } from '../../src/journal/rebuild.js';
import { kinds } from '../../src/resources/index.js';
import { systemClock } from '../../src/shared/clock.js';
import { pullFrom } from '../../src/sync/mirror/mirror.js';
import { type AnyJson, type Client, client } from '../support/client.js';
import { temporaryDatabase } from '../support/database.js';
import { type Inspection, inspect } from '../support/inspect.js';
import type { TestService } from '../support/service.js';
import { doomed, Killed } from './mirroring.js';
import { type Base, type Follower, follower, noteState, type Running } from './model-followers.js';
import { listed } from './model-steps.js';
import { startSecondService } from './second-service.js';

/** A database that mirrors another, and a service on it. It lives on over many histories. */
export interface ModelMirror {
  http: Client;
  db: Inspection;
  store: Awaited<ReturnType<typeof openDatabase>>;
  /** The revision of its origin that it was level with last; undefined before it was. */
  held: number | undefined;
  stop(): Promise<void>;
}

export async function startMirror(key: TestService['key']): Promise<ModelMirror> {
  const database = await temporaryDatabase();
  const store = await openDatabase(database.url);
  const service = await startSecondService({ database } as TestService);
  const http = client({ url: service.url, key });
  const db = await inspect({ database });
  return {
    ...{ http, db, store, held: undefined },
    async stop() {
      expect(await verify(store, kinds)).toEqual([]);
      http.close();
      await db.close();
      await service.stop();
      await store.close();
      await database.remove();
    },
  };
}

/** The number of the entry in the journal is each instance's own. */
const withoutRevision = ({ revision: _, ...record }: AnyJson) => record;

interface JournalRow {
  revision: number;
  entity: string;
  version: number;
  op: string;
}
const JOURNAL = 'select revision, entity, version, op from revisions where revision > ? order by revision';
const nameOf = ({ entity, version, op }: JournalRow) => `${entity} ${version} ${op}`;

/** Pulls again and again, killed between writes, before and behind commits, and while it waits for what comes. */
export function mirrorFollower(base: Base, mirror: ModelMirror, origin: { http: Client; db: Inspection }): Follower {
  const { url, random } = base;
  const self: Omit<Follower, 'run' | 'cut'> = {
    ...follower('mirror', { ...base, copy: new Map() }),
    begun: mirror.held ?? base.begun,
    shows: withoutRevision,
  };
  let killer = new AbortController();
  const noteLevel = async (revision: number) => {
    const { rows } = await mirror.db.query<AnyJson>('select id, version from entities where not deleted');
    self.copy = new Map(rows.map((row) => [row.id, row]));
    noteState(self, revision);
    mirror.held = revision;
  };
  const pullOnce = async (follow: boolean) => {
    killer = new AbortController();
    if (follow) setTimeout(() => killer.abort(), random(60));
    const { store, isDead } = doomed(mirror.store, random, 12);
    try {
      const outcome = await pullFrom({
        ...{ store, clock: systemClock, url, key: undefined, types: undefined, follow, pauseMs: 1 },
        ...{ signal: killer.signal, say: () => undefined },
      });
      // One that was killed tells nobody how far it is, even where it was told to stop at the same time.
      if (outcome?.level && !isDead()) await noteLevel(outcome.revision);
      if (follow) self.kills += 1;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      self.kills += 1;
    }
  };
  const running: Running = {
    cut: () => killer.abort(),
    async run(last) {
      const isFresh = mirror.held === undefined;
      const first = await mirror.db.head();
      while (last() === undefined || mirror.held !== last()) {
        await pullOnce(last() === undefined && random(2) === 0);
        await pause(last() === undefined ? random(50) : 0);
      }
      const { rows } = await mirror.db.query<JournalRow>(JOURNAL, first);
      expectAscending(rows);
      // A snapshot tells no revisions; from there on each has its entry, as it was.
      const { rows: theirs } = await origin.db.query<JournalRow>(JOURNAL, self.begun);
      const revisions = new Map(theirs.map((row) => [nameOf(row), row.revision]));
      if (isFresh) self.begun = last() ?? 0;
      else self.applied.push(...rows.map((row) => revisions.get(nameOf(row)) ?? -1));
      self.copy = new Map([...(await listed(mirror.http))].map(([id, record]) => [id, withoutRevision(record)]));
      await expectSameDigest(origin.http, mirror);
    },
  };
  return Object.assign(self, running);
}

/** That no version of a record came twice, and none before an earlier one. */
function expectAscending(rows: readonly JournalRow[]): void {
  const versions = new Map<string, number>();
  for (const { entity, version } of rows) {
    expect(version, entity).toBeGreaterThan(versions.get(entity) ?? 0);
    versions.set(entity, version);
  }
}

async function expectSameDigest(origin: Client, mirror: ModelMirror): Promise<void> {
  const digestOf = async (http: Client) => {
    const { count, digest } = (await http.get('/v1/sync/digest')).body;
    return { count, digest };
  };
  expect(await digestOf(mirror.http)).toEqual(await digestOf(origin));
  const { instance } = (await origin.get('/v1/sync')).body;
  expect(await readConflicts(mirror.store, instance, 10)).toEqual([]);
}
