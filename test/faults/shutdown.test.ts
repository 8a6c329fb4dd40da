import { existsSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { journalGaps, readJournal } from '../support/journal-rows.js';
import { makeKeyFor, serve, temporaryFolder, until } from './processes.js';
import { Writers } from './writers.js';

const folder = temporaryFolder();
let key: string;
beforeAll(async () => {
  ({ key } = await makeKeyFor(folder.databaseUrl));
});
afterAll(() => folder.remove());

/** Sends a request without the end of its body, and waits for the server's `100 Continue`: the request is under way. */
async function halfRequest(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  const head = [
    'POST /v1/areas HTTP/1.1',
    'Host: localhost',
    `Authorization: Bearer ${key}`,
    'Content-Type: application/json',
    'Content-Length: 100',
    'Expect: 100-continue',
  ];
  const received = new Promise<void>((resolve) => socket.once('data', () => resolve()));
  await new Promise<void>((resolve) => socket.write(`${head.join('\r\n')}\r\n\r\n{"label":"Torn`, () => resolve()));
  await received;
  return socket;
}

function refuses(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(Number(new URL(url).port), '127.0.0.1');
    probe.once('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', () => resolve(true));
  });
}

function look<T>(work: (database: Database.Database) => T): T {
  const database = new Database(folder.database, { readonly: true });
  try {
    return work(database);
  } finally {
    database.close();
  }
}

describe('a server that is asked to stop', () => {
  it('ends with 0 while clients write, with every acknowledged write in the file itself', async () => {
    const writers = new Writers(key);
    const server = await serve({ DATABASE_URL: folder.databaseUrl });
    const writing = writers.run(server.url, 6);
    await until(() => writers.acknowledged.length > 20);
    server.child.kill('SIGTERM');
    await writing;
    expect(await server.ended).toMatchObject({ code: 0, signal: null });
    const wal = `${folder.database}-wal`;
    expect(existsSync(wal) ? statSync(wal).size : 0).toBe(0);
    const journal = await readJournal(folder.databaseUrl);
    expect({ lost: writers.lost(journal), gaps: journalGaps(journal) }).toEqual({
      lost: [],
      gaps: [],
    });
    expect(writers.unexpected).toEqual([]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends at once at the second %s, though a request is still open',
    async (signal) => {
      const server = await serve({ DATABASE_URL: folder.databaseUrl });
      const socket = await halfRequest(server.url);
      server.child.kill(signal);
      await until(() => refuses(server.url));
      expect(server.child.exitCode).toBeNull();
      server.child.kill(signal);
      expect(await server.ended).toMatchObject({ code: 1, signal: null });
      socket.destroy();
    },
  );

  it('waits for a request under way and answers it', async () => {
    const server = await serve({ DATABASE_URL: folder.databaseUrl });
    const socket = await halfRequest(server.url);
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
    });
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    server.child.kill('SIGTERM');
    await until(() => refuses(server.url));
    const rest = ' in two"}';
    socket.write(rest + ' '.repeat(100 - Buffer.byteLength(`{"label":"Torn${rest}`)));
    await closed;
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
    expect(await server.ended).toMatchObject({ code: 0, signal: null });
    expect(
      look((database) => database.prepare("select count(*) as n from entities where label = 'Torn in two'").get()),
    ).toEqual({
      n: 1,
    });
  });

  it('ends streams and answers requests that wait for changes, and does not wait for them', async () => {
    const server = await serve({ DATABASE_URL: folder.databaseUrl });
    const { next } = (await (await fetch(`${server.url}/v1/changes?since=now`)).json()) as { next: string };
    const waiting = fetch(`${server.url}/v1/changes?wait=60&cursor=${next}`);
    const stream = await fetch(`${server.url}/v1/changes/stream?since=now`);
    const streamed = stream.text();
    await (await fetch(`${server.url}/health/live`)).text();
    server.child.kill('SIGTERM');
    const answer = await waiting;
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({
      ...{ status: 200, body: { data: [], hasMore: false } },
    });
    expect(await streamed).toMatch(/^retry: [0-9]+\n\nevent: head\n/);
    expect(await server.ended).toMatchObject({ code: 0, signal: null });
  });

  it('writes nothing of a request that breaks off, and goes on', async () => {
    const server = await serve({ DATABASE_URL: folder.databaseUrl });
    const before = look((database) => database.prepare('select revision from head').get());
    const sockets = await Promise.all(Array.from({ length: 20 }, () => halfRequest(server.url)));
    for (const socket of sockets) socket.destroy();
    const ready = await fetch(`${server.url}/health/ready`);
    expect({ status: ready.status, body: await ready.json() }).toEqual({
      status: 200,
      body: { status: 'ok', ...(before as object), mirrors: [] },
    });
    server.child.kill('SIGTERM');
    expect(await server.ended).toMatchObject({ code: 0 });
    expect(look((database) => database.prepare('select revision from head').get())).toEqual(before);
  });
});
