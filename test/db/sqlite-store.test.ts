import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { asc } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readHead } from '../../src/db/head.js';
import { openDatabase } from '../../src/db/open.js';
import { sqliteStatements } from '../../src/db/sqlite-session.js';
import type { Reader, Store } from '../../src/db/store.js';
import { type TestDatabase, temporaryDatabase } from '../support/database.js';

let database: TestDatabase;
let store: Store;
beforeEach(async () => {
  database = await temporaryDatabase();
  store = await openDatabase(database.url);
});
afterEach(async () => {
  await store.close();
  await database.remove();
});

const connectionOf = (session: unknown) => (session as { connection: Database.Database }).connection;

function insertKeys(count: number): Promise<void> {
  const row = { name: 'x', secretSha256: '', scopes: 'read', createdAt: '2031-01-01T00:00:00.000Z', revokedAt: null };
  const rows = Array.from({ length: count }, (_, n) => ({ id: `k${n}`, ...row }));
  return store.write((tx) => tx.insert('apiKeys', rows));
}

describe('settings of the connections', () => {
  const pragmas = (connection: Database.Database) =>
    Object.fromEntries(
      ['journal_mode', 'synchronous', 'foreign_keys', 'trusted_schema', 'busy_timeout'].map((name) => [
        name,
        connection.pragma(name, { simple: true }),
      ]),
    );
  const designed = {
    journal_mode: 'wal',
    synchronous: 2,
    foreign_keys: 1,
    trusted_schema: 0,
  };

  it('are as designed for writing and for snapshots', async () => {
    // A write does not let the whole process wait for others: it looks again and again.
    const writing = { ...designed, busy_timeout: 0 };
    expect(await store.write(async (tx) => pragmas(connectionOf(tx)))).toEqual(writing);
    const reading = { ...designed, busy_timeout: 250 };
    expect(await store.snapshot(async (reader) => pragmas(connectionOf(reader)))).toEqual(reading);
  });

  it('keep no samples of STAT4, neither after upkeep nor from a plain ANALYZE', async () => {
    const samples = (connection: Database.Database) =>
      connection.prepare("select count(*) as tables from sqlite_master where name = 'sqlite_stat4'").get() as {
        tables: number;
      };
    await insertKeys(2000);
    await store.maintain();
    const other = new Database(database.path);
    const rows = () =>
      samples(other).tables === 0
        ? 0
        : (other.prepare('select count(*) as n from sqlite_stat4').get() as { n: number }).n;
    expect(rows()).toBe(0);
    other.exec('analyze');
    expect(rows()).toBeGreaterThan(0);
    await store.close();
    store = await openDatabase(database.url);
    expect(rows()).toBe(0);
    other.close();
  });
});

describe('upkeep', () => {
  it('waits for the writes before it, and is left for the next time while another process writes', async () => {
    await insertKeys(200);
    const order: string[] = [];
    const writing = store.write(async () => void order.push('write'));
    const upkeep = store.maintain().then(() => order.push('upkeep'));
    await Promise.all([writing, upkeep]);
    expect(order).toEqual(['write', 'upkeep']);
    const other = new Database(database.path);
    other.exec('begin immediate');
    await expect(store.maintain()).resolves.toBeUndefined();
    other.exec('rollback');
    other.close();
    await expect(store.write(async () => 'written')).resolves.toBe('written');
  });
});

describe('connections', () => {
  it('for snapshots are four', async () => {
    const running = { now: 0, most: 0 };
    const work = async () => {
      running.now += 1;
      running.most = Math.max(running.most, running.now);
      await new Promise((resolve) => setImmediate(resolve));
      running.now -= 1;
    };
    await Promise.all(Array.from({ length: 25 }, () => store.snapshot(work)));
    expect(running).toEqual({ now: 0, most: 4 });
  });

  it('for reading cannot write', async () => {
    const clear = (reader: Reader) =>
      reader.all('clear head', (db, t) => db.delete(t.head).returning({ id: t.head.id }));
    const refusal = { name: 'DatabaseError', fault: 'read-only' };
    await expect(clear(store)).rejects.toMatchObject(refusal);
    await expect(store.snapshot(clear)).rejects.toMatchObject(refusal);
    expect((await readHead(store)).revision).toBe(0);
  });

  it('leave all of the log in the file when they are closed', async () => {
    await insertKeys(1);
    expect(existsSync(`${database.path}-wal`)).toBe(true);
    await store.close();
    expect(existsSync(`${database.path}-wal`)).toBe(false);
  });
});

describe('statements', () => {
  it('are kept for 500 shapes, and the one used longest ago goes first', async () => {
    const connection = new Database(database.path);
    const statements = sqliteStatements(connection);
    const built = new Map<string, number>();
    const read = (shape: string) =>
      statements
        .take(shape, (db, t) => {
          built.set(shape, (built.get(shape) ?? 0) + 1);
          return db.select({ id: t.apiKeys.id }).from(t.apiKeys).orderBy(asc(t.apiKeys.id));
        })
        .all({});
    for (let n = 0; n < 500; n += 1) read(`shape ${n}`);
    read('shape 0');
    for (let n = 500; n < 700; n += 1) read(`shape ${n}`);
    read('shape 0');
    read('shape 699');
    read('shape 1');
    connection.close();
    expect(statements.executed).toBe(704);
    expect([0, 1, 699].map((n) => built.get(`shape ${n}`))).toEqual([1, 2, 1]);
  });
});
