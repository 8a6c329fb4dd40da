import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { asc, gt, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHead } from '../../src/db/head.js';
import { openDatabase } from '../../src/db/open.js';
import type { Store } from '../../src/db/store.js';
import { verify } from '../../src/journal/rebuild.js';
import { kinds } from '../../src/resources/index.js';
import { type TestDatabase, temporaryDatabase } from '../support/database.js';
import { journalGaps, readJournal } from '../support/journal-rows.js';
import { makeKeyFor, pause, type Server, serve } from './processes.js';

const WRITER = fileURLToPath(new URL('journal-writer.mjs', import.meta.url));
const PROCESSES = 2;
const WRITERS_EACH = 4;
const READERS = 3;
const DURATION_MS = 30_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await temporaryDatabase();
});
afterAll(() => database.remove());

interface Report {
  committed: { entity: string; version: number; revision: number }[];
  rolledBack: number;
}

interface Writing {
  ready: Promise<unknown>;
  stop(): Promise<Report>;
}

function startWriters(name: string): Writing {
  const child: ChildProcess = spawn(process.execPath, [WRITER, database.url, name, String(WRITERS_EACH)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.startsWith('ready\n')) resolve();
    });
    child.once('close', (code) => reject(new Error(`the writers ended with ${code}`)));
  });
  ready.catch(() => undefined);
  return {
    ready,
    async stop() {
      const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
      child.stdin?.write('stop');
      expect(await closed).toBe(0);
      return JSON.parse(said.split('\n')[1] ?? '');
    },
  };
}

/** What a reader that polls the journal saw, and what was wrong with it. */
interface Reading {
  last: number;
  polls: number;
  wrong: string[];
}

/** Reads on from where it stood, as a feed does: everything up to the head must be there, and nothing may come later. */
async function poll(store: Store, reading: Reading): Promise<void> {
  const { head, rows } = await store.snapshot(async (reader) => ({
    head: await readHead(reader),
    rows: await reader.all(
      'poll',
      (db, t) =>
        db
          .select({ revision: t.revisions.revision })
          .from(t.revisions)
          .where(gt(t.revisions.revision, sql.placeholder('last')))
          .orderBy(asc(t.revisions.revision)),
      { last: reading.last },
    ),
  }));
  for (const { revision } of rows) {
    if (revision !== reading.last + 1) reading.wrong.push(`${revision} follows ${reading.last}`);
    reading.last = revision;
  }
  if (reading.last !== head.revision) reading.wrong.push(`the head is ${head.revision}, the last is ${reading.last}`);
  reading.polls += 1;
}

describe('several processes on one database', () => {
  it('write without gaps and in the order of commits, and readers miss nothing', { timeout: 90_000 }, async () => {
    const stores = await Promise.all(Array.from({ length: READERS }, () => openDatabase(database.url)));
    const readings = stores.map((): Reading => ({ last: 0, polls: 0, wrong: [] }));
    const writing = Array.from({ length: PROCESSES }, (_, index) => startWriters(`writer-${index}`));
    await Promise.all(writing.map(({ ready }) => ready));
    const end = performance.now() + DURATION_MS;
    await Promise.all(
      stores.map(async (store, index) => {
        while (performance.now() < end) {
          await poll(store, readings[index] as Reading);
          await pause(index * 3);
        }
      }),
    );
    const reports = await Promise.all(writing.map((each) => each.stop()));
    for (const [index, store] of stores.entries()) await poll(store, readings[index] as Reading);

    const journal = await readJournal(database.url);
    const committed = reports.flatMap((report) => report.committed).sort((a, b) => a.revision - b.revision);
    const rolledBack = reports.map((report) => report.rolledBack);
    const polls = readings.map((reading) => reading.polls);
    console.log(
      `${database.engine}: ${reports.map((report) => report.committed.length).join(' + ')} committed, ` +
        `${rolledBack.join(' + ')} rolled back, ${polls.join(' + ')} polls`,
    );
    expect(readings.flatMap(({ wrong }) => wrong)).toEqual([]);
    expect(readings.map(({ last }) => last)).toEqual(readings.map(() => journal.head));
    expect(journalGaps(journal)).toEqual([]);
    expect(journal.rows.map(({ entity, version, revision }) => ({ entity, version, revision }))).toEqual(committed);
    for (const report of reports) {
      expect(report.committed.length).toBeGreaterThan(50);
      expect(report.rolledBack).toBeGreaterThan(5);
    }
    const [store] = stores as [Store];
    expect(await verify(store, kinds)).toEqual([]);
    for (const each of stores) await each.close();
  });
});

/** The longest that one process may not see what another has written (docs/postgres.md). */
const SEEN_AFTER_MS = 20;

describe('two services on one database', () => {
  let servers: [Server, Server];
  let key: string;
  let shared: TestDatabase;
  beforeAll(async () => {
    shared = await temporaryDatabase();
    // Both at once find it empty, and both would load the seeds.
    const both = [0, 1].map(() => serve({ DATABASE_URL: shared.url, CHANCERY_SEED: 'auto' }));
    servers = (await Promise.all(both)) as [Server, Server];
    ({ key } = await makeKeyFor(shared.url));
  });
  afterAll(async () => {
    for (const { child, ended } of servers) {
      child.kill('SIGTERM');
      await ended;
    }
    await shared.remove();
  });

  async function send(server: Server, method: string, path: string, body?: object, headers = {}) {
    const answer = await fetch(`${server.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, etag: answer.headers.get('etag'), text };
  }

  it('load the seeds once', async () => {
    const journal = await readJournal(shared.url);
    expect({ head: journal.head, gaps: journalGaps(journal) }).toEqual({ head: 769, gaps: [] });
  });

  it('see what the other writes, held documents and lists included', async () => {
    const [one, other] = servers;
    const made = await send(one, 'POST', '/v1/areas', { label: 'Shared', slug: 'shared' });
    expect(made.status).toBe(201);
    await pause(SEEN_AFTER_MS);
    for (let round = 1; round <= 5; round += 1) {
      const [writing, reading] = round % 2 === 0 ? [one, other] : [other, one];
      const before = await send(reading, 'GET', '/v1/areas/shared');
      const list = await send(reading, 'GET', '/v1/areas?sort=-updated&limit=1');
      const patched = await send(
        writing,
        'PATCH',
        '/v1/areas/shared',
        { definition: `Round ${round}` },
        {
          'if-match': before.etag ?? '',
          'content-type': 'application/merge-patch+json',
        },
      );
      expect(patched).toMatchObject({ status: 200, etag: `"v${round + 1}"` });
      await pause(SEEN_AFTER_MS);
      const after = await send(reading, 'GET', '/v1/areas/shared', undefined, { 'if-none-match': before.etag ?? '' });
      expect(after).toEqual(patched);
      const listed = await send(reading, 'GET', '/v1/areas?sort=-updated&limit=1', undefined, {
        'if-none-match': list.etag ?? '',
      });
      expect(listed).toMatchObject({ status: 200, text: expect.stringContaining(`Round ${round}`) });
      // The version that the other has replaced is no longer to be had.
      const late = await send(
        reading,
        'PATCH',
        '/v1/areas/shared',
        { definition: 'Late' },
        {
          'if-match': before.etag ?? '',
          'content-type': 'application/merge-patch+json',
        },
      );
      expect(late).toMatchObject({ status: 412, etag: `"v${round + 1}"` });
    }
  });

  it('give the answer to a repeated request that the other gave', async () => {
    const [one, other] = servers;
    const headers = { 'idempotency-key': 'shared-between-both' };
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        send(index % 2 === 0 ? one : other, 'POST', '/v1/areas', { label: 'Made once' }, headers),
      ),
    );
    const done = answers.filter(({ status }) => status === 201);
    const codes = answers.filter((answer) => !done.includes(answer)).map(({ text }) => JSON.parse(text).code);
    expect(codes).toEqual(Array(8 - done.length).fill('idempotency-in-progress'));
    for (const server of [one, other])
      done.push(await send(server, 'POST', '/v1/areas', { label: 'Made once' }, headers));
    expect(new Set(done.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(done.length).toBeGreaterThan(2);
  });

  it('let one of many who change the same version win', async () => {
    const [one, other] = servers;
    const { etag } = await send(one, 'POST', '/v1/areas', { label: 'Contended', slug: 'contended' });
    const headers = { 'if-match': etag ?? '', 'content-type': 'application/merge-patch+json' };
    await pause(SEEN_AFTER_MS);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        send(index % 2 === 0 ? one : other, 'PATCH', '/v1/areas/contended', { definition: `By ${index}` }, headers),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(412)]);
  });

  it('refuse to delete what the other has begun to refer to', async () => {
    const [one, other] = servers;
    for (let round = 0; round < 10; round += 1) {
      const target = await send(one, 'POST', '/v1/areas', { label: `Target ${round}` });
      const { id } = JSON.parse(target.text);
      await pause(SEEN_AFTER_MS);
      const [referrer, deletion] = await Promise.all([
        send(one, 'POST', '/v1/areas', { label: `Referrer ${round}`, broader: id }),
        send(other, 'DELETE', `/v1/areas/${id}`, undefined, { 'if-match': '*' }),
      ]);
      expect([
        [201, 409],
        [422, 204],
      ]).toContainEqual([referrer.status, deletion.status]);
    }
  });
});
