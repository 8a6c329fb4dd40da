import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { journalGaps, readJournal } from '../support/journal-rows.js';
import { chancery, launch, makeKeyFor, pause, serve, temporaryFolder } from './processes.js';
import { Writers } from './writers.js';

const KILLS = 20;
const CLIENTS = 6;

const folder = temporaryFolder();
let key: string;
beforeAll(async () => {
  ({ key } = await makeKeyFor(folder.databaseUrl));
});
afterAll(() => folder.remove());

function look<T>(work: (database: Database.Database) => T): T {
  const database = new Database(folder.database, { readonly: true });
  try {
    return work(database);
  } finally {
    database.close();
  }
}

async function killedRound(writers: Writers): Promise<void> {
  const server = await serve({ DATABASE_URL: folder.databaseUrl });
  // A create that was not answered may have been done or not; repeated with its key it is there once.
  for (const attempt of writers.unanswered.splice(0)) expect(await writers.create(server.url, attempt)).toBe(true);
  const writing = writers.run(server.url, CLIENTS);
  await pause(200 + Math.random() * 500);
  server.child.kill('SIGKILL');
  await writing;
  expect(await server.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
}

/** Kills a server that may not have come so far as to listen. */
async function killedStart(): Promise<void> {
  const { child, ended } = launch(['serve'], { DATABASE_URL: folder.databaseUrl, PORT: '0', CHANCERY_SEED: 'none' });
  await pause(Math.random() * 600);
  child.kill('SIGKILL');
  await ended;
}

async function verified(): Promise<unknown> {
  const { code, stdout } = await chancery(['verify', '--json'], { DATABASE_URL: folder.databaseUrl });
  return { code, ...JSON.parse(stdout) };
}

const CLEAN = { code: 0, clean: true, discrepancies: [] };

describe('a server that is killed', () => {
  it(`loses no acknowledged write in ${KILLS} kills, and leaves no gap`, { timeout: 180_000 }, async () => {
    const writers = new Writers(key);
    for (let round = 1; round <= KILLS; round += 1) {
      if (round % 5 === 0) await killedStart();
      await killedRound(writers);
      const journal = await readJournal(folder.databaseUrl);
      expect({ lost: writers.lost(journal), gaps: journalGaps(journal) }).toEqual({
        lost: [],
        gaps: [],
      });
      if (round % 5 === 0) expect(await verified()).toEqual(CLEAN);
    }
    expect(writers.unexpected).toEqual([]);
    console.log(`${writers.acknowledged.length} writes acknowledged over ${KILLS} kills`);
    expect(writers.acknowledged.length).toBeGreaterThan(KILLS * CLIENTS);

    const server = await serve({ DATABASE_URL: folder.databaseUrl });
    for (const attempt of writers.unanswered.splice(0)) expect(await writers.create(server.url, attempt)).toBe(true);
    const twice = look((database) =>
      database.prepare('select label from entities group by label having count(*) > 1').all(),
    );
    expect(twice).toEqual([]);
    const journal = look(
      (database) =>
        new Map(
          (
            database.prepare('select id, version, deleted from entities').all() as {
              id: string;
              version: number;
              deleted: number;
            }[]
          ).map(({ id, version, deleted }) => [id, { version, deleted: deleted === 1 }]),
        ),
    );
    const wrong: string[] = [];
    for (const { id, version, doc } of writers.latest().values()) {
      // One unanswered change at most can lie between what was acknowledged and what is there.
      const now = journal.get(id);
      if (now === undefined || now.version < version || now.version > version + 1) wrong.push(`${id} is elsewhere`);
      if (now?.version !== version) continue;
      const response = await fetch(`${server.url}/v1/areas/${id}`);
      const body = await response.text();
      const fits = doc === null ? response.status === 410 : response.status === 200 && body === doc;
      if (!fits) wrong.push(`${id} answers ${response.status}`);
    }
    expect(wrong).toEqual([]);
    server.child.kill('SIGTERM');
    expect(await server.ended).toMatchObject({ code: 0, signal: null });
    expect(await verified()).toEqual(CLEAN);
  });
});
