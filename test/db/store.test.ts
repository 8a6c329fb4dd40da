import type Database from 'better-sqlite3';
import { count, eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { listApiKeys } from '../../src/db/api-keys.js';
import { DatabaseError } from '../../src/db/errors.js';
import { ensureHead, readHead, takeRevision } from '../../src/db/head.js';
import { openDatabase } from '../../src/db/open.js';
import type { Reader, Store, Tx } from '../../src/db/store.js';
import { pause, until } from '../faults/processes.js';
import { type TestDatabase, temporaryDatabase } from '../support/database.js';
import { openRaw } from '../support/raw.js';

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

/** Has the database look at foreign keys when the transaction commits, and not before. */
const deferForeignKeys = {
  async sqlite(tx: Tx): Promise<void> {
    (tx as unknown as { connection: Database.Database }).connection.pragma('defer_foreign_keys = ON');
  },
  async postgres(): Promise<void> {
    const raw = await openRaw(database.url);
    const { rows } = await raw.query<{ name: string }>(
      "select conname as name from pg_constraint where contype = 'f' and conrelid = 'source_texts'::regclass",
    );
    for (const { name } of rows)
      await raw.script(`alter table source_texts alter constraint "${name}" deferrable initially deferred`);
    await raw.close();
  },
}[inject('engine')];

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
    let reached = false;
    const call = store.write(async (tx) => {
      await deferForeignKeys(tx);
      await insertKey(tx, 'uncommitted');
      await tx.insert('sourceTexts', [{ entity: 'none', sha256: '', content: '', length: 0, storedAt: NOW }]);
      reached = true;
    });
    await expect(call).rejects.toMatchObject({ fault: 'foreign-key' });
    expect({ reached, keys: await keyIds(store) }).toEqual({ reached: true, keys: [] });
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

  it('refuses statements that come after its end, which nobody would undo', async () => {
    let late: Promise<void> | undefined;
    let go = () => {};
    const over = new Promise<void>((resolve) => {
      go = resolve;
    });
    const failing = store.write(async (tx) => {
      late = over.then(() => insertKey(tx, 'late'));
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    await store.write((tx) => insertKey(tx, 'next'));
    go();
    await expect(late).rejects.toThrow('the transaction has ended');
    expect(await keyIds(store)).toEqual(['next']);
  });

  it('fails with the first of several failures, in whatever order its caller hears of them', async () => {
    await store.write((tx) => insertKey(tx, 'twice'));
    const call = store.write((tx) => Promise.all([Promise.resolve(insertKey(tx, 'twice')), insertKey(tx, 'other')]));
    await expect(call).rejects.toMatchObject({ name: 'DatabaseError', fault: 'unique' });
    const deeper = store.write(async (tx) => {
      const nested = async () => void (await Promise.all([insertKey(tx, 'twice')]));
      await Promise.all([nested(), insertKey(tx, 'other'), countKeys(tx)]);
    });
    await expect(deeper).rejects.toMatchObject({ name: 'DatabaseError', fault: 'unique' });
    expect(await keyIds(store)).toEqual(['twice']);
  });

  it('commits nothing of a call that passes over a failed statement', async () => {
    await store.write((tx) => insertKey(tx, 'twice'));
    const call = store.write(async (tx) => {
      await insertKey(tx, 'first');
      await insertKey(tx, 'twice').catch(() => undefined);
    });
    await expect(call).rejects.toThrow('a failed statement was passed over');
    expect(await keyIds(store)).toEqual(['twice']);
  });

  it('takes any number of rows at once', async () => {
    const keys = Array.from({ length: 333 }, (_, n) => `k${String(n).padStart(3, '0')}`);
    await store.write(async (tx) => {
      await tx.insert(
        'apiKeys',
        keys.map((id) => ({ id, name: id, secretSha256: '', scopes: 'read', createdAt: NOW, revokedAt: null })),
      );
      await tx.insert('apiKeys', []);
    });
    expect(await keyIds(store)).toEqual(keys);
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

describe('attempt', () => {
  const refuse = () => {
    throw new Error('changed my mind');
  };

  it('leaves nothing behind when it throws, and the transaction goes on', async () => {
    const seen = await store.write(async (tx) => {
      await insertKey(tx, 'before');
      const failed = await tx
        .attempt(async (part) => {
          await insertKey(part, 'undone');
          await takeRevision(part, NOW);
          return refuse();
        })
        .catch((error: Error) => error.message);
      await insertKey(tx, 'after');
      return { failed, keys: await countKeys(tx) };
    });
    expect(seen).toEqual({ failed: 'changed my mind', keys: 2 });
    expect((await keyIds(store)).sort()).toEqual(['after', 'before']);
    expect((await readHead(store)).revision).toBe(0);
  });

  it('may have a statement refused, after which the transaction goes on', async () => {
    await store.write((tx) => insertKey(tx, 'twice'));
    await store.write(async (tx) => {
      const part = tx.attempt((inner) =>
        Promise.all([insertKey(inner, 'undone'), insertKey(inner, 'twice'), insertKey(inner, 'undone too')]),
      );
      await expect(part).rejects.toMatchObject({ name: 'DatabaseError', fault: 'unique' });
      await insertKey(tx, 'after');
    });
    expect((await keyIds(store)).sort()).toEqual(['after', 'twice']);
  });

  it('gives its result, is part of the transaction, and may hold others', async () => {
    const call = store.write(async (tx) => {
      const result = await tx.attempt(async (outer) => {
        await insertKey(outer, 'outer');
        await outer.attempt((inner) => insertKey(inner, 'inner'));
        await expect(outer.attempt((inner) => insertKey(inner, 'lost').then(refuse))).rejects.toThrow(
          'changed my mind',
        );
        return countKeys(outer);
      });
      expect(result).toBe(2);
      return refuse();
    });
    await expect(call).rejects.toThrow('changed my mind');
    expect(await keyIds(store)).toEqual([]);
    await store.write((tx) => tx.attempt((part) => insertKey(part, 'kept')));
    expect(await keyIds(store)).toEqual(['kept']);
  });

  it('is undone as a whole when it passes over a failed statement', async () => {
    await store.write((tx) => insertKey(tx, 'twice'));
    await store.write(async (tx) => {
      const part = tx.attempt(async (inner) => {
        await insertKey(inner, 'first');
        await insertKey(inner, 'twice').catch(() => undefined);
      });
      await expect(part).rejects.toThrow('a failed statement was passed over');
      await insertKey(tx, 'after');
    });
    expect((await keyIds(store)).sort()).toEqual(['after', 'twice']);
  });

  it('refuses statements that come after its end, which nobody would undo', async () => {
    const go = gate();
    let late: Promise<void> | undefined;
    await store.write(async (tx) => {
      const part = tx.attempt(async (inner) => {
        late = go.opened.then(() => insertKey(inner, 'late'));
        late.catch(() => undefined);
        return refuse();
      });
      await expect(part).rejects.toThrow('changed my mind');
      go.open();
      await expect(late).rejects.toThrow('the transaction has ended');
      await insertKey(tx, 'after');
    });
    expect(await keyIds(store)).toEqual(['after']);
  });
});

describe('breathe', () => {
  it('lets others have a turn in a transaction of very many statements', async () => {
    let turns = 0;
    let over = false;
    const count = () => {
      turns += 1;
      if (!over) setImmediate(count);
    };
    setImmediate(count);
    const begun = performance.now();
    const seen = await store.write(async (tx) => {
      const before = turns;
      while (performance.now() - begun < 200) {
        await countKeys(tx);
        await tx.breathe();
      }
      return turns - before;
    });
    over = true;
    expect(seen).toBeGreaterThan(1);
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
    const two = gate();
    const running = { now: 0, begun: 0 };
    const results = Array.from({ length: 150 }, (_, index) =>
      store.snapshot(async (reader) => {
        running.now += 1;
        running.begun += 1;
        if (running.now === 2) two.open();
        await go.opened;
        const n = await countKeys(reader);
        running.now -= 1;
        return { index, n };
      }),
    );
    await two.opened;
    go.open();
    expect(await Promise.all(results)).toEqual(Array.from({ length: 150 }, (_, index) => ({ index, n: 0 })));
    expect(running).toEqual({ now: 0, begun: 150 });
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
    const hidden = store.snapshot((reader) =>
      reader.all('clear head', (db, t) => db.delete(t.head).returning({ id: t.head.id })),
    );
    await expect(hidden).rejects.toBeInstanceOf(DatabaseError);
    expect((await readHead(store)).revision).toBe(0);
  });
});

describe('close', () => {
  it('lets the writes before it be done, and may be called again', async () => {
    const writes = Array.from({ length: 5 }, (_, n) => store.write((tx) => insertKey(tx, `k${n}`)));
    await store.close();
    await store.close();
    expect((await Promise.allSettled(writes)).map(({ status }) => status)).toEqual(Array(5).fill('fulfilled'));
    const again = await openDatabase(database.url);
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
});

describe('watch', () => {
  it('tells of commits of this process and of others, until it is ended', async () => {
    const other = await openDatabase(database.url);
    let told = 0;
    const end = store.watch(() => {
      told += 1;
    });
    try {
      for (const writer of [store, other, store, other]) {
        const before = told;
        await writer.write((tx) => takeRevision(tx, NOW));
        await until(() => told > before);
      }
      end();
      const last = told;
      await store.write((tx) => takeRevision(tx, NOW));
      await other.write((tx) => takeRevision(tx, NOW));
      await pause(150);
      expect(told).toBe(last);
    } finally {
      await other.close();
    }
  });

  it('tells each of several, and is begun again after its end', async () => {
    const told = new Set<string>();
    const ends = ['one', 'other'].map((name) => store.watch(() => void told.add(name)));
    await store.write((tx) => takeRevision(tx, NOW));
    await until(() => told.size === 2);
    for (const end of ends) end();
    let again = 0;
    store.watch(() => {
      again += 1;
    });
    await store.write((tx) => takeRevision(tx, NOW));
    await until(() => again > 0);
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
