import { type AddressInfo, connect } from 'node:net';
import Fastify from 'fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerBodyTime } from '../../src/http/body-time.js';
import { pause } from '../faults/processes.js';
import { parseAnswer } from '../support/raw-socket.js';

const LIMIT_MS = 300;
const app = Fastify({ requestTimeout: 0 });
let port: number;

beforeAll(async () => {
  registerBodyTime(app, LIMIT_MS, pino({ enabled: false }));
  app.post('/hurried', async (request) => request.body);
  app.post('/unhurried', { config: { unhurried: true } }, async (request) => request.body);
  app.get('/read', async () => ({ read: true }));
  await app.listen({ host: '127.0.0.1', port: 0 });
  port = (app.server.address() as AddressInfo).port;
});
afterAll(() => app.close());

const head = (method: string, path: string, ...lines: string[]) =>
  [`${method} ${path} HTTP/1.1`, 'Host: x', ...lines, '', ''].join('\r\n');
const JSON_BODY = ['Content-Type: application/json', 'Content-Length: 7'];

/** What comes back on a connection on which two texts are sent, the second some time after the first. */
function exchange(first: string, afterMs: number, second: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1');
    socket.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    socket.on('error', () => undefined).once('close', () => resolve(text));
    socket.write(first);
    void pause(afterMs).then(() => socket.writable && socket.write(second));
  });
}

it('answers a body that does not come in time, and closes the connection', async () => {
  const { status, headers, body } = parseAnswer(await exchange(head('POST', '/hurried', ...JSON_BODY), 0, '{"a"'));
  expect({ status, connection: headers.connection, code: JSON.parse(body).code }).toEqual({
    ...{ status: 400, connection: 'close', code: 'invalid-request' },
  });
});

it('leaves alone what comes in time, what has no body, and routes that take their time', async () => {
  const close = 'Connection: close';
  const hurried = await exchange(head('POST', '/hurried', ...JSON_BODY, close), 0, '{"a":1}');
  expect(parseAnswer(hurried)).toMatchObject({ status: 200, body: '{"a":1}' });
  const unhurried = await exchange(head('POST', '/unhurried', ...JSON_BODY, close), LIMIT_MS * 3, '{"a":1}');
  expect(parseAnswer(unhurried)).toMatchObject({ status: 200, body: '{"a":1}' });
  const kept = await exchange(head('GET', '/read'), LIMIT_MS * 3, head('GET', '/read', close));
  expect(kept.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
});
