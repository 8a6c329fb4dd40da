import { openDatabase } from '../../src/db/open.js';
import type { Store } from '../../src/db/store.js';
import type { Body, RecordKind } from '../../src/journal/kind.js';
import { type Current, findCurrent } from '../../src/journal/read.js';
import { type Author, Journal, type Outcome } from '../../src/journal/record.js';
import { kinds } from '../../src/resources/index.js';
import { steppingClock } from '../../src/shared/clock.js';
import { type ResourceType, randomIds } from '../../src/shared/ids.js';
import { type TestDatabase, temporaryDatabase } from '../support/database.js';
import { openRaw, type Raw } from '../support/raw.js';

export const AUTHOR: Author = { by: 'test', changeKind: 'content', note: null, requestId: null };

export interface TestJournal {
  database: TestDatabase;
  store: Store;
  journal: Journal;
  clock: ReturnType<typeof steppingClock>;
  kind(type: ResourceType): RecordKind;
  /** Parses and creates one record in a transaction of its own. */
  create(type: ResourceType, input: unknown, id?: string): Promise<Outcome>;
  replace(type: ResourceType, id: string, input: unknown): Promise<Outcome>;
  remove(type: ResourceType, id: string): Promise<{ version: number; revision: number }>;
  /** Merges the first into the second and gives that one. */
  merge(type: ResourceType, id: string, into: string): Promise<Outcome>;
  current(type: ResourceType, id: string): Promise<Current>;
  /** Runs SQL on a connection of its own. */
  query: Raw['query'];
  /** Closes it and removes its database, unless that is to be kept. */
  close(keep?: 'keep'): Promise<void>;
}

/** A journal on a database of its own, with a clock that moves a millisecond at each reading. */
export async function openTestJournal(): Promise<TestJournal> {
  const database = await temporaryDatabase();
  const store = await openDatabase(database.url);
  const clock = steppingClock('2031-01-01T00:00:00.000Z');
  const journal = new Journal(clock, randomIds);
  const other = await openRaw(database.url);
  const kind = (type: ResourceType): RecordKind => {
    const found = kinds.get(type);
    if (found === undefined) throw new Error(`no kind ${type}`);
    return found;
  };
  const current = async (type: ResourceType, id: string): Promise<Current> => {
    const found = await findCurrent(store, { type }, id);
    if (found === undefined) throw new Error(`no ${type} ${id}`);
    return found;
  };
  return {
    database,
    store,
    journal,
    clock,
    kind,
    current,
    create: (type, input, id) =>
      store.write((tx) =>
        journal.create(tx, { kind: kind(type), body: kind(type).parse(input), ...(id && { id }) }, AUTHOR),
      ),
    replace: async (type, id, input) => {
      const read = await current(type, id);
      return store.write((tx) => journal.replace(tx, kind(type), read, kind(type).parse(input) as Body, AUTHOR));
    },
    remove: async (type, id) => {
      const read = await current(type, id);
      return store.write((tx) => journal.remove(tx, kind(type), read, AUTHOR));
    },
    merge: async (type, id, into) => {
      const pair = { merged: await current(type, id), survivor: await current(type, into) };
      return store.write((tx) => journal.merge(tx, kinds, kind(type), pair, AUTHOR));
    },
    query: other.query,
    async close(keep) {
      await other.close();
      await store.close();
      if (keep === undefined) await database.remove();
    },
  };
}
