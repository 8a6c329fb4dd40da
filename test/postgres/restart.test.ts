import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PatientWriters } from '../faults/patient-writers.js';
import { chancery, makeKeyFor, pause, type Server, serve, until } from '../faults/processes.js';
import { journalGaps, readJournal } from '../support/journal-rows.js';
import { PostgresServer } from '../support/postgres-server.js';

const RESTARTS = 6;
const CLIENTS = 6;

let database: PostgresServer;
let service: Server;
let key: string;
let url: string;
beforeAll(async () => {
  database = await PostgresServer.start({ durable: true });
  await database.createDatabase('knowledge');
  url = database.url('knowledge');
  ({ key } = await makeKeyFor(url));
  service = await serve({ DATABASE_URL: url }, 120_000);
});
afterAll(() => database.remove());

describe('a PostgreSQL server that is killed and restarted', () => {
  it('costs no acknowledged write, applies none twice, and the service goes on', { timeout: 120_000 }, async () => {
    const writers = new PatientWriters(service.url, key);
    const writing = writers.run(CLIENTS);
    const recovered: number[] = [];
    for (let round = 0; round < RESTARTS; round += 1) {
      const before = writers.acknowledged.length;
      await until(() => writers.acknowledged.length > before + 30);
      await database.stop(round % 3 === 2 ? 'fast' : 'immediate');
      await pause(100 + 200 * round);
      await database.start();
      const started = performance.now();
      const then = writers.acknowledged.length;
      await until(() => writers.acknowledged.length > then);
      recovered.push(Math.round(performance.now() - started));
    }
    writers.stop();
    await writing;

    const journal = await readJournal(url);
    console.log(
      `${writers.acknowledged.length} writes acknowledged over ${RESTARTS} restarts, ` +
        `${writers.refused.length} answered 503; served again after ${recovered.join(', ')} ms`,
    );
    expect(writers.unexpected).toEqual([]);
    expect(writers.misapplied(journal.rows)).toEqual([]);
    expect(journalGaps(journal)).toEqual([]);
    expect(journal.rows).toHaveLength(writers.acknowledged.length);
    // The service itself was never away: every request was answered, and those that failed were told when to come again.
    expect(writers.unanswered).toBe(0);
    expect(writers.refused.length).toBeGreaterThan(RESTARTS);
    expect([...new Set(writers.refused.map(({ code, retryAfter }) => `${code} ${retryAfter}`))]).toEqual([
      'unavailable 1',
    ]);
    service.child.kill('SIGTERM');
    expect(await service.ended).toMatchObject({ code: 0, signal: null });
    const { code, stdout } = await chancery(['verify', '--json'], { DATABASE_URL: url });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '{"clean":true,"discrepancies":[]}\n' });
  });
});
