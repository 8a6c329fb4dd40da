import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/open.js';
import { ANY, client } from '../support/client.js';
import { temporaryDatabase } from '../support/database.js';
import { inspect } from '../support/inspect.js';
import type { TestService } from '../support/service.js';
import { expectEqual, type Instance, startInstance } from '../sync/mirroring.js';
import { startSecondService } from '../sync/second-service.js';
import { chancery, launch, pause } from './processes.js';

const LONG_MS = 120_000;
let origin: Instance;
beforeAll(async () => {
  origin = await startInstance({ seeds: true });
});
afterAll(() => origin.stop());

describe('chancery pull', () => {
  it('that is killed again and again goes on where it was, without gap or duplicate', async () => {
    const database = await temporaryDatabase();
    const settings = { DATABASE_URL: database.url };
    const args = ['pull', '--from', origin.service.url, '--json'];
    let killed = 0;
    for (let afterMs = 200; ; afterMs += 60) {
      const running = launch(args, settings, LONG_MS);
      const timer = setTimeout(() => running.child.kill('SIGKILL'), afterMs);
      const { signal, code, stdout, stderr } = await running.ended;
      clearTimeout(timer);
      if (signal === 'SIGKILL') {
        killed += 1;
        continue;
      }
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
      expect(JSON.parse(stdout)).toMatchObject({
        origin: await origin.id(),
        level: true,
        revision: 769,
        lagRevisions: 0,
      });
      break;
    }
    expect(killed).toBeGreaterThan(2);
    const store = await openDatabase(database.url);
    const second = await startSecondService({ database } as TestService);
    const http = client({ url: second.url, key: origin.service.key });
    const mirror = { ...origin, http, service: { store, url: second.url } as TestService };
    await expectEqual(origin, mirror);
    expect((await http.get('/v1/sync')).body.head).toBe(769);
    http.close();
    await second.stop();
    await store.close();
    await database.remove();
  }, 600_000);

  it('with --follow runs beside a service on the same database, and ends with 0 when it is told to', async () => {
    const mirror = await startInstance();
    const running = launch(
      ['pull', '--from', `${origin.service.url}/`, '--follow'],
      { DATABASE_URL: mirror.service.database.url },
      LONG_MS,
    );
    while (!running.output().stderr.includes('Level')) await pause(20);
    await origin.http.patch('/v1/areas/cyber-security', { notes: 'Changed meanwhile' }, ANY);
    const db = await inspect(mirror.service);
    while ((await db.head()) < 770) await pause(20);
    await db.close();
    await expectEqual(origin, mirror);
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
    await mirror.stop();
  }, 300_000);

  it('ends with 1 where nobody answers, and with 2 when it is called wrongly', async () => {
    const database = await temporaryDatabase();
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await chancery(['pull', ...args], { DATABASE_URL: database.url });
      return { code, stdout, stderr };
    };
    expect(await run('--from', 'http://127.0.0.1:9')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/cannot be had/),
    });
    for (const args of [
      [],
      ['--from', 'ftp://example.org'],
      ['--from', 'nowhere'],
      ['--from', 'http://user:secret@example.org'],
      ['--from', 'http://example.org/?x=1'],
      ['--from', 'http://example.org', '--types', 'event,actr'],
      ['--from', 'http://example.org', '--key', 'two words'],
    ])
      expect(await run(...args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/see --help/) });
    await database.remove();
  });
});
