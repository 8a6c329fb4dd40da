import { existsSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresServer } from '../support/postgres-server.js';
import { openRaw } from '../support/raw.js';

// What tests that crash the database rely on. A server of their own: that of the project serves other tests meanwhile.
let server: PostgresServer;
let folder: string;
beforeAll(async () => {
  server = await PostgresServer.start({ durable: true, flags: ['-c', 'work_mem=3MB'] });
  folder = String((await server.query('show data_directory'))[0]?.data_directory);
});
afterAll(() => server.remove());

async function settings(...names: string[]): Promise<Record<string, unknown>> {
  const rows = await server.query('select name, setting from pg_settings where name = any($1)', [names]);
  return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
}

describe('a server of the tests', () => {
  it('is set up as told: durable, with the flags that were given, and reached by password only', async () => {
    const names = ['fsync', 'synchronous_commit', 'full_page_writes', 'work_mem', 'server_encoding', 'max_connections'];
    expect(await settings(...names)).toEqual({
      ...{ fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', work_mem: '3072' },
      ...{ server_encoding: 'UTF8', max_connections: '200' },
    });
    const wrong = new pg.Client({ connectionString: server.url('postgres').replace(/:[^:@]+@/, ':wrong@') });
    await expect(wrong.connect()).rejects.toMatchObject({ code: '28P01' });
  });

  it('sorts as people do, so that text which is to be sorted by code points must ask for it', async () => {
    const [row] = await server.query(`select 'a' < 'B' as people, 'a' collate "C" < 'B' collate "C" as machines`);
    expect(row).toEqual({ people: true, machines: false });
  });

  it('copies databases, and drops one that somebody is connected to', async () => {
    await server.createDatabase('first');
    const first = await openRaw(server.url('first'));
    await first.script("create table kept (word text); insert into kept values ('here')");
    await first.close();
    await server.createDatabase('second', 'first');
    const second = await openRaw(server.url('second'));
    expect((await second.query('select word from kept where word = ?', 'here')).rows).toEqual([{ word: 'here' }]);
    await server.dropDatabase('second');
    await expect(second.query('select 1')).rejects.toThrow();
    expect(await server.query("select 1 as there from pg_database where datname = 'second'")).toEqual([]);
    await server.dropDatabase('second');
  });

  it.each(['immediate', 'fast'] as const)('keeps what was committed over a stop that is %s', async (mode) => {
    await server.createDatabase(mode);
    const raw = await openRaw(server.url(mode));
    await raw.script('create table kept (number int); insert into kept values (1)');
    await raw.script('begin; insert into kept values (2)');
    const { pid } = server;
    await server.stop(mode);
    await server.stop(mode);
    expect(server.pid).toBeUndefined();
    expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH');
    await expect(server.query('select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await server.start();
    expect(server.log.includes('automatic recovery in progress')).toBe(mode === 'immediate');
    const again = await openRaw(server.url(mode));
    expect((await again.query('select number from kept')).rows).toEqual([{ number: 1 }]);
    await again.close();
    await raw.close().catch(() => undefined);
  });

  it('tells what the server said when it cannot start', async () => {
    const call = PostgresServer.start({ durable: false, flags: ['-c', 'no_such_setting=1'] });
    await expect(call).rejects.toThrow(/postgres of .* failed: .*no_such_setting/);
  });

  it('leaves nothing behind', async () => {
    const other = await PostgresServer.start({ durable: false });
    const data = String((await other.query('show data_directory'))[0]?.data_directory);
    expect([existsSync(data), existsSync(folder)]).toEqual([true, true]);
    const { pid } = other;
    await other.remove();
    expect(existsSync(data)).toBe(false);
    expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH');
  });
});
