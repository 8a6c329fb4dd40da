import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { ensureHead } from '../../src/db/head.js';
import { openSqlite } from '../../src/db/sqlite.js';
import type { Store } from '../../src/db/store.js';
import type { Body, RecordKind } from '../../src/journal/kind.js';
import { type Current, findCurrent } from '../../src/journal/read.js';
import { type Author, Journal, type Outcome } from '../../src/journal/record.js';
import { kinds } from '../../src/resources/index.js';
import { steppingClock } from '../../src/shared/clock.js';
import { type ResourceType, randomIds } from '../../src/shared/ids.js';

export const AUTHOR: Author = { by: 'test', changeKind: 'content', note: null, requestId: null };

export interface TestJournal {
  path: string;
  store: Store;
  journal: Journal;
  clock: ReturnType<typeof steppingClock>;
  kind(type: ResourceType): RecordKind;
  /** Parses and creates one record in a transaction of its own. */
  create(type: ResourceType, input: unknown, id?: string): Promise<Outcome>;
  replace(type: ResourceType, id: string, input: unknown): Promise<Outcome>;
  remove(type: ResourceType, id: string): Promise<{ version: number; revision: number }>;
  current(type: ResourceType, id: string): Promise<Current>;
  /** Runs SQL on a connection of its own: rows of a query, number of changes of a command. */
  query(sql: string, ...values: unknown[]): Promise<{ rows: unknown[]; changes: number }>;
  close(): Promise<void>;
}

/** A journal on a database of its own, with a clock that moves a millisecond at each reading. */
export async function openTestJournal(): Promise<TestJournal> {
  const folder = mkdtempSync(join(tmpdir(), 'chancery-journal-'));
  const path = join(folder, 'test.db');
  const store = openSqlite({ path });
  await store.write(ensureHead);
  const clock = steppingClock('2031-01-01T00:00:00.000Z');
  const journal = new Journal(clock, randomIds);
  const other = new Database(path);
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
    path,
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
    async query(sql, ...values) {
      const statement = other.prepare(sql);
      if (statement.reader) return { rows: statement.all(...values), changes: 0 };
      return { rows: [], changes: statement.run(...values).changes };
    },
    async close() {
      other.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
