import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { asc, count, eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listApiKeys } from '../../src/db/api-keys.js';
import { ensureHead, readHead, takeRevision } from '../../src/db/head.js';
import { tables } from '../../src/db/schema.sqlite.js';
import { openSqlite } from '../../src/db/sqlite.js';
import { Statements } from '../../src/db/statements.js';
import type { Reader, Store, Tx } from '../../src/db/store.js';

let folder: string;
let path: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chancery-store-'));
  path = join(folder, 'test.db');
  store = openSqlite({ path });
  await store.write(ensureHead);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const NOW = '2031-01-01T00:00:00.000Z';

function insertKey(tx: Tx, id: string): Promise<void> {
  return tx.insert('apiKeys', [{ id, name: id, secretSha256: '', scopes: 'read', createdAt: NOW, revokedAt: null }]);
}

const keyIds = async (reader: Reader) => (await listApiKeys(reader)).map(({ id }) => id);

async function countKeys(reader: Reader): Promise<number> {
  const row = await reader.get('count keys', (db, t) => db.select({ n: count() }).from(t.apiKeys));
  return row?.n ?? -1;
}

/** A promise and its switch. */
function gate(): { opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

const connectionOf = (session: unknown) => (session as { connection: Database.Database }).connection;

describe('write', () => {
  it('runs calls one after the other in the order in which they came, however long each takes', async () => {
    const log: string[] = [];
    const turns = [5, 0, 3, 1];
    const results = await Promise.all(
      turns.map((ticks, index) =>
        store.write(async (tx) => {
          log.push(`begin ${index}`);
          for (let tick = 0; tick < ticks; tick += 1) await countKeys(tx);
          await insertKey(tx, `k${index}`);
          log.push(`end ${index}`);
          return { index, seen: await countKeys(tx) };
        }),
      ),
    );
    expect(log).toEqual(turns.flatMap((_, index) => [`begin ${index}`, `end ${index}`]));
    expect(results).toEqual(turns.map((_, index) => ({ index, seen: index + 1 })));
  });

  it('leaves nothing of a call that throws, neither before nor after other calls', async () => {
    const outcomes = await Promise.allSettled([
      store.write((tx) => insertKey(tx, 'before')),
      store.write(async (tx) => {
        await insertKey(tx, 'thrown');
        await takeRevision(tx, NOW);
        throw new Error('changed my mind');
      }),
      store.write((tx) => insertKey(tx, 'after')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { message: 'changed my mind' } });
    expect((await keyIds(store)).sort()).toEqual(['after', 'before']);
    expect((await readHead(store)).revision).toBe(0);
  });

  it('leaves nothing of a call whose last statement the database refuses', async () => {
    await store.write((tx) => insertKey(tx, 'twice'));
    const call = store.write(async (tx) => {
      await insertKey(tx, 'first');
      await insertKey(tx, 'twice');
    });
    await expect(call).rejects.toMatchObject({ name: 'DatabaseError', fault: 'unique' });
    expect(await keyIds(store)).toEqual(['twice']);
  });

  it('is undone too when the commit itself fails', async () => {
    const call = store.write(async (tx) => {
      connectionOf(tx).pragma('defer_foreign_keys = ON');
      await insertKey(tx, 'uncommitted');
      connectionOf(tx)
        .prepare("insert into source_texts (entity, sha256, content, length, stored_at) values ('none', '', '', 0, '')")
        .run();
    });
    await expect(call).rejects.toMatchObject({ fault: 'foreign-key' });
    expect(await keyIds(store)).toEqual([]);
    await store.write((tx) => insertKey(tx, 'next'));
    expect(await keyIds(store)).toEqual(['next']);
  });

  it('shows others nothing before it is done', async () => {
    const written = gate();
    const go = gate();
    const writing = store.write(async (tx) => {
      await insertKey(tx, 'new');
      written.open();
      await go.opened;
      return countKeys(tx);
    });
    await written.opened;
    const seen = { plain: await countKeys(store), snapshot: await store.snapshot(countKeys) };
    go.open();
    expect(seen).toEqual({ plain: 0, snapshot: 0 });
    expect(await writing).toBe(1);
    expect(await countKeys(store)).toBe(1);
  });

  it('gives the number of rows that a command changed', async () => {
    await store.write(async (tx) => {
      for (const id of ['a', 'b', 'c']) await insertKey(tx, id);
    });
    const changes = await store.write((tx) =>
      tx.run('name', (db, t) => db.update(t.apiKeys).set({ name: 'x' }).where(sql`${t.apiKeys.id} < 'c'`)),
    );
    expect(changes).toBe(2);
  });
});

describe('snapshot', () => {
  it('gives several reads of one state while writes go on', async () => {
    const states = await store.snapshot(async (reader) => {
      const before = await countKeys(reader);
      await store.write((tx) => insertKey(tx, 'during'));
      return [before, await countKeys(reader), (await keyIds(reader)).length, await countKeys(store)];
    });
    expect(states).toEqual([0, 0, 0, 1]);
    expect(await store.snapshot(countKeys)).toBe(1);
  });

  it('serves more at once than it has connections: the others wait, and none is lost', async () => {
    const go = gate();
    const four = gate();
    const running = { now: 0, most: 0, begun: 0 };
    const results = Array.from({ length: 25 }, (_, index) =>
      store.snapshot(async (reader) => {
        running.now += 1;
        running.begun += 1;
        running.most = Math.max(running.most, running.now);
        if (running.begun === 4) four.open();
        await go.opened;
        const n = await countKeys(reader);
        running.now -= 1;
        return { index, n };
      }),
    );
    await four.opened;
    go.open();
    expect(await Promise.all(results)).toEqual(Array.from({ length: 25 }, (_, index) => ({ index, n: 0 })));
    expect(running).toEqual({ now: 0, most: 4, begun: 25 });
  });

  it('frees its connection when the work throws', async () => {
    for (let n = 0; n < 10; n += 1) {
      await expect(store.snapshot(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    }
    expect(await Promise.all([1, 2, 3, 4, 5].map(() => store.snapshot(countKeys)))).toEqual([0, 0, 0, 0, 0]);
  });

  it('cannot write', async () => {
    const call = store.snapshot(async (reader) => insertKey(reader as Tx, 'x'));
    await expect(call).rejects.toThrow();
    const raw = store.snapshot(async (reader) => connectionOf(reader).exec('delete from head'));
    await expect(raw).rejects.toMatchObject({ name: 'DatabaseError', fault: 'read-only' });
    expect((await readHead(store)).revision).toBe(0);
  });
});

describe('close', () => {
  it('lets the writes before it be done, moves the log into the file, and may be called again', async () => {
    const writes = Array.from({ length: 5 }, (_, n) => store.write((tx) => insertKey(tx, `k${n}`)));
    await store.close();
    await store.close();
    expect((await Promise.allSettled(writes)).map(({ status }) => status)).toEqual(Array(5).fill('fulfilled'));
    const again = openSqlite({ path });
    expect((await keyIds(again)).sort()).toEqual(['k0', 'k1', 'k2', 'k3', 'k4']);
    await again.close();
  });

  it('makes every later call fail as cannot-open', async () => {
    await store.close();
    const fault = { name: 'DatabaseError', fault: 'cannot-open' };
    await expect(readHead(store)).rejects.toMatchObject(fault);
    await expect(store.write((tx) => insertKey(tx, 'late'))).rejects.toMatchObject(fault);
    await expect(store.snapshot(countKeys)).rejects.toMatchObject(fault);
    await expect(store.maintain()).resolves.toBeUndefined();
  });
});

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
    busy_timeout: 250,
  };

  it('are as designed for writing and for snapshots', async () => {
    expect(await store.write(async (tx) => pragmas(connectionOf(tx)))).toEqual(designed);
    expect(await store.snapshot(async (reader) => pragmas(connectionOf(reader)))).toEqual(designed);
  });

  it('keep no samples of STAT4, neither after upkeep nor from a plain ANALYZE', async () => {
    const samples = (connection: Database.Database) =>
      connection.prepare("select count(*) as tables from sqlite_master where name = 'sqlite_stat4'").get() as {
        tables: number;
      };
    await store.write(async (tx) => {
      for (let n = 0; n < 2000; n += 1) await insertKey(tx, `k${n}`);
    });
    await store.maintain();
    const other = new Database(path);
    const rows = () =>
      samples(other).tables === 0
        ? 0
        : (other.prepare('select count(*) as n from sqlite_stat4').get() as { n: number }).n;
    expect(rows()).toBe(0);
    other.exec('analyze');
    expect(rows()).toBeGreaterThan(0);
    await store.close();
    store = openSqlite({ path });
    expect(rows()).toBe(0);
    other.close();
  });
});

describe('statements', () => {
  it('are built once for each shape', async () => {
    let built = 0;
    const read = (id: string) =>
      store.all(
        'by id',
        (db, t) => {
          built += 1;
          return db
            .select({ id: t.apiKeys.id })
            .from(t.apiKeys)
            .where(eq(t.apiKeys.id, sql.placeholder('id')));
        },
        { id },
      );
    await store.write((tx) => insertKey(tx, 'a'));
    const before = store.statementsRun;
    expect([await read('a'), await read('b'), await read('a')]).toEqual([[{ id: 'a' }], [], [{ id: 'a' }]]);
    expect({ built, run: store.statementsRun - before }).toEqual({ built: 1, run: 3 });
  });

  it('are kept for 500 shapes, and the one used longest ago goes first', async () => {
    const connection = new Database(path);
    const statements = new Statements(connection, tables);
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

describe('head', () => {
  it('is made once', async () => {
    const first = await readHead(store);
    await store.write(ensureHead);
    expect(await readHead(store)).toEqual(first);
    expect(first).toMatchObject({ revision: 0, epoch: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  });

  it('counts without gaps, and its time never goes backwards', async () => {
    const times = [
      '2031-01-01T00:00:00.005Z',
      '2030-01-01T00:00:00.000Z',
      '2031-01-01T00:00:00.005Z',
      '2031-01-01T00:00:00.006Z',
    ];
    const taken = [];
    for (const time of times) taken.push(await store.write((tx) => takeRevision(tx, time)));
    expect(taken).toEqual([
      { revision: 1, recordedAt: times[0] },
      { revision: 2, recordedAt: times[0] },
      { revision: 3, recordedAt: times[0] },
      { revision: 4, recordedAt: times[3] },
    ]);
  });

  it('gives each of many callers at once a number of its own', async () => {
    const taken = await Promise.all(Array.from({ length: 50 }, () => store.write((tx) => takeRevision(tx, NOW))));
    expect(taken.map(({ revision }) => revision)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });
});
