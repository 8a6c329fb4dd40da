import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chancery, makeKeyFor, serve, temporaryFolder } from '../faults/processes.js';

const folder = temporaryFolder();
const environment = { DATABASE_URL: folder.databaseUrl };
const HINT = 'npx chancery keys create';
let seeded: string;
beforeAll(async () => {
  // The first start of all: into a new database, with the seeds.
  const server = await serve({ ...environment, CHANCERY_SEED: 'auto' });
  const list = await fetch(`${server.url}/v1/events?limit=1`);
  expect(list.status).toBe(200);
  expect((await list.json()).data).toHaveLength(1);
  server.child.kill('SIGTERM');
  const { code, stderr } = await server.ended;
  expect(code).toBe(0);
  seeded = stderr;
});
afterAll(() => folder.remove());

const stop = async (server: Awaited<ReturnType<typeof serve>>) => {
  server.child.kill('SIGTERM');
  return server.ended;
};

describe('serve', () => {
  it('loads the seeds into an empty database, and says where it listens and how to make a key', () => {
    expect(seeded).toMatch(/\d+ records loaded in/);
    expect(seeded).toMatch(/listens on http:\/\/127\.0\.0\.1:\d+ — try http:\/\/127\.0\.0\.1:\d+\/docs/);
    expect(seeded).toContain(HINT);
  });

  it('loads them only once, and says no more of keys once there is a usable one', async () => {
    const { id, key } = await makeKeyFor(folder.databaseUrl);
    const server = await serve({ ...environment, CHANCERY_SEED: 'auto' });
    const create = () =>
      fetch(`${server.url}/v1/areas`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ label: 'Made with a key' }),
      });
    const made = await create();
    expect(made.status).toBe(201);
    expect((await chancery(['keys', 'revoke', id], environment)).code).toBe(0);
    const refused = await create();
    expect({ status: refused.status, code: (await refused.json()).code }).toEqual({
      status: 401,
      code: 'unauthenticated',
    });
    const { stderr } = await stop(server);
    expect(stderr).not.toContain('loaded');
    expect(stderr).not.toContain(HINT);
    const again = await serve(environment);
    expect((await stop(again)).stderr).toContain(HINT);
  });

  it('searches texts of sources as long as the last start said so, whatever commands run with', async () => {
    const { key } = await makeKeyFor(folder.databaseUrl);
    const first = await serve(environment);
    const headers = { authorization: `Bearer ${key}`, 'if-match': '*', 'content-type': 'text/plain' };
    const put = { method: 'PUT', headers, body: 'A word that no record has: thaumaturge.' };
    const sources = await (await fetch(`${first.url}/v1/sources?limit=1`)).json();
    expect((await fetch(`${first.url}/v1/sources/${sources.data[0].slug}/text`, put)).status).toBe(200);
    const search = async (url: string) => (await (await fetch(`${url}/v1/sources?q=thaumaturge`)).json()).data.length;
    expect(await search(first.url)).toBe(0);
    await stop(first);
    const on = await serve({ ...environment, CHANCERY_INDEX_TEXTS: 'on' });
    expect(await search(on.url)).toBe(1);
    await stop(on);
    expect((await chancery(['reindex'], environment)).code).toBe(0);
    expect((await chancery(['verify'], { ...environment, CHANCERY_INDEX_TEXTS: 'on' })).code).toBe(0);
    const again = await serve({ ...environment, CHANCERY_INDEX_TEXTS: 'on' });
    expect(await search(again.url)).toBe(1);
    await stop(again);
    const off = await serve(environment);
    expect(await search(off.url)).toBe(0);
    await stop(off);
  });

  it('keeps what must not be told out of everything it writes', async () => {
    const { key } = await makeKeyFor(folder.databaseUrl);
    const server = await serve({ ...environment, LOG_LEVEL: 'trace' });
    const canary = 'canary5e1f';
    const requests: [string, RequestInit][] = [
      ['/v1/events?limit=1', { headers: { authorization: `Bearer ${key}` } }],
      ['/v1/events', { headers: { authorization: `Bearer ${canary}` } }],
      ['/v1/events', { headers: { authorization: `Basic ${canary}` } }],
      [`/v1/events?q=${canary}`, {}],
      [`/v1/events?${canary}=1`, {}],
      [`/v1/events?cursor=${canary}`, {}],
      [`/v1/events?actor=${canary}`, {}],
      [`/v1/events?limit=${canary}`, {}],
      [`/nowhere?token=${canary}`, {}],
      ...[{ label: canary }, { lable: canary }, { label: 'x', broader: canary }, canary].map(
        (body): [string, RequestInit] => [
          `/v1/areas?x=${canary}`,
          {
            method: 'POST',
            headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
            body: JSON.stringify(body),
          },
        ],
      ),
      [
        '/v1/areas',
        {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': canary },
          body: `{"label": ${canary}`,
        },
      ],
    ];
    const statuses: number[] = [];
    for (const [path, init] of requests) statuses.push((await fetch(server.url + path, init)).status);
    const { code, stdout, stderr } = await stop(server);
    expect(code).toBe(0);
    expect(statuses).not.toContain(500);
    // One line for each request, so that the absence below means something.
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { route?: string; status?: number });
    expect(lines.filter(({ status }) => status !== undefined)).toHaveLength(requests.length);
    expect(stdout + stderr).not.toContain(canary);
    expect(stdout + stderr).not.toContain(key.slice(15));
    expect(stdout + stderr).not.toMatch(/\?|"(authorization|query|body)"/);
  });
});
