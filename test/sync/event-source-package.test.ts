import { EventSource } from 'eventsource';
import { afterEach, expect, it } from 'vitest';
import { makeKeyFor, type Server, serve, until } from '../faults/processes.js';
import { type AnyJson, client } from '../support/client.js';
import { type TestDatabase, temporaryDatabase } from '../support/database.js';

let database: TestDatabase;
let server: Server | undefined;
let source: EventSource | undefined;
afterEach(async () => {
  source?.close();
  server?.child.kill('SIGKILL');
  await server?.ended;
  await database.remove();
});

it('a reader that knows nothing of us has each change once and in order, across a stop and a kill of the server', {
  timeout: 120_000,
}, async () => {
  database = await temporaryDatabase();
  const environment = { DATABASE_URL: database.url };
  server = await serve(environment);
  const { url } = server;
  const { key } = await makeKeyFor(database.url);
  const made: string[] = [];
  const create = async (count: number) => {
    const http = client({ url, key: () => key });
    for (let n = 0; n < count; n += 1) {
      const { status, body } = await http.post('/v1/areas', { label: `Area ${made.length}` });
      expect(status).toBe(201);
      made.push(body.id);
    }
    http.close();
  };
  await create(3);

  source = new EventSource(`${url}/v1/changes/stream?since=0`);
  const changes: AnyJson[] = [];
  const heads: number[] = [];
  let opened = 0;
  source.addEventListener('open', () => {
    opened += 1;
  });
  source.addEventListener('change', ({ data }) => changes.push(JSON.parse(data)));
  source.addEventListener('head', ({ data }) => heads.push(JSON.parse(data).revision));
  const caughtUp = () => until(() => heads.at(-1) === made.length);

  await caughtUp();
  await create(4);
  await caughtUp();
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    server.child.kill(signal);
    await server.ended;
    const { port } = new URL(url);
    server = await serve({ ...environment, PORT: port });
    await create(5);
    await caughtUp();
  }
  expect(opened).toBe(3);
  expect(changes.map(({ id }) => id)).toEqual(made);
  expect(changes.map(({ revision }) => revision)).toEqual(made.map((_, index) => index + 1));
});
