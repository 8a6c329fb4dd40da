import { describe, expect, it } from 'vitest';
import type { ProblemCode } from '../../src/problems.js';
import { parseAnswer, rawExchange } from '../support/raw-socket.js';
import { useService } from '../support/use-service.js';

const t = useService({});

/** Sends bytes that must be answered with one problem, after which the connection is closed. */
async function refused(bytes: string | Buffer, status: number, code: ProblemCode) {
  const { headers, body, ...answer } = parseAnswer(await rawExchange(t.service.url, bytes));
  const problem = JSON.parse(body);
  expect({ status: answer.status, type: headers['content-type'], code: problem.code }).toEqual({
    status,
    type: 'application/problem+json; charset=utf-8',
    code,
  });
  expect(problem).toMatchObject({ type: `/problems/${code}`, status, requestId: expect.stringMatching(/\S/) });
  expect(headers['cache-control']).toBe('no-store');
  expect(Number(headers['content-length'])).toBe(Buffer.byteLength(body));
  return problem;
}

const get = (...lines: string[]) => `GET /health/live HTTP/1.1\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
const CLOSE = 'Connection: close';

describe('over a raw socket', () => {
  it('answers a plain request', async () => {
    const { status, body } = parseAnswer(await rawExchange(t.service.url, get('Host: x', CLOSE)));
    expect({ status, body }).toEqual({ status: 200, body: '{"status":"ok"}' });
  });

  it('refuses two Host headers', async () => {
    await refused(get('Host: a', 'Host: b', CLOSE), 400, 'invalid-request');
    await refused(get('Host: a', 'host: a', CLOSE), 400, 'invalid-request');
  });

  it('answers headers over 16 KiB with 431', async () => {
    await refused(get('Host: a', `X-Long: ${'x'.repeat(17 * 1024)}`, CLOSE), 431, 'headers-too-large');
    const many = Array.from({ length: 600 }, (_, n) => `X-Header-${n}: ${'x'.repeat(30)}`);
    await refused(get('Host: a', ...many, CLOSE), 431, 'headers-too-large');
  });

  it.each([
    ['garbage', 'garbage\r\n\r\n'],
    ['binary', Buffer.from([0x16, 0x03, 0x01, 0x00, 0xa5, 0x0d, 0x0a, 0x0d, 0x0a])],
    ['another protocol', 'GET / FTP/1.0\r\n\r\n'],
    ['a space in a header name', get('Host: a', 'X Y: z', CLOSE)],
    ['NUL in a header', get('Host: a', 'X-Y: a\0b', CLOSE)],
    ['a bare line feed in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX-Y: a\n b: c\r\n\r\n'],
    ['a length that is no number', 'POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n'],
    ['two lengths', 'POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}'],
    [
      'a length and chunks',
      'POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'a chunk size that is none',
      'POST /v1/events HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n0\r\n\r\n',
    ],
  ])('answers %s with 400', async (_, bytes) => {
    await refused(bytes, 400, 'invalid-request');
  });

  it('answers a malformed URL with 400', async () => {
    const request = `GET /v1/events/%zz HTTP/1.1\r\nHost: a\r\n${CLOSE}\r\n\r\n`;
    await refused(request, 400, 'invalid-parameter');
  });

  it('reads a body in chunks, and stops one that is too large', async () => {
    const authorization = `Authorization: Bearer ${t.service.key('write')}`;
    const head = `POST /v1/areas HTTP/1.1\r\nHost: a\r\n${authorization}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n${CLOSE}\r\n\r\n`;
    const body = '{"slug":"chunked","label":"Chunked"}';
    const chunks = [...body].map((char) => `1\r\n${char}\r\n`).join('');
    const made = parseAnswer(await rawExchange(t.service.url, `${head}${chunks}0\r\n\r\n`));
    expect(made.status).toBe(201);
    const large = `${(2 * 1024 * 1024).toString(16)}\r\n${'x'.repeat(2 * 1024 * 1024)}\r\n0\r\n\r\n`;
    const problem = await refused(head + large, 413, 'payload-too-large');
    expect(problem.maxBytes).toBe(1024 * 1024);
  });

  it('goes on serving after all of that', async () => {
    const both = `${get('Host: a')}${get('Host: a', CLOSE)}`;
    const text = await rawExchange(t.service.url, both);
    expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
  });
});

describe('HEAD', () => {
  it.each(['/health/live', '/health/ready', '/v1/events', '/v1/events?limit=1', '/problems/gone', '/openapi.json'])(
    'answers %s like GET without the body',
    async (path) => {
      const [got, head] = [await t.http.get(path), await t.http.send('HEAD', path)];
      expect({ status: head.status, text: head.text, type: head.headers['content-type'] }).toEqual({
        status: 200,
        text: '',
        type: got.headers['content-type'],
      });
      expect(head.headers.etag).toBe(got.headers.etag);
    },
  );

  it('answers problems without a body too', async () => {
    for (const path of ['/v1/events/none', '/v1/none', '/v1/events?limit=0']) {
      const [got, head] = [await t.http.get(path), await t.http.send('HEAD', path)];
      expect({ path, status: head.status, text: head.text }).toEqual({ path, status: got.status, text: '' });
      expect(head.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    }
  });
});
