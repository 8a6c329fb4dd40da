import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseNetwork, specialRange } from '../../src/shared/networks.js';
import { localTargets, PUBLIC, testTargets } from '../support/targets.js';
import { type Receiver, startReceiver } from './receiver.js';

/** Takes connections on every address of the machine and counts them, and what is sent over them. */
let server: Server;
let port: number;
const seen = { connections: 0, bytes: 0 };
beforeAll(async () => {
  server = createServer((socket) => {
    seen.connections += 1;
    socket.on('data', (data) => {
      seen.bytes += data.length;
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '::', resolve));
  port = (server.address() as { port: number }).port;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const HEADERS = { 'content-type': 'application/json' };
const codeOf = (error: unknown) => (error as { code: string }).code;
const send = (targets: ReturnType<typeof testTargets>, url: string) => {
  const channel = targets.open(url);
  return channel.send(HEADERS, '{}').finally(() => channel.close());
};

/** Hosts that lead to this machine, its networks or services beside it, and the range that they are in. */
const LOCAL: [string, string, RegExp][] = [
  ['loopback', '127.0.0.1', /loopback/],
  ['another of loopback', '127.255.1.2', /loopback/],
  ['a decimal number', '2130706433', /loopback/],
  ['octal numbers', '0177.0.0.1', /loopback/],
  ['one octal number', '017700000001', /loopback/],
  ['hexadecimal numbers', '0x7f.0.0.1', /loopback/],
  ['one hexadecimal number', '0x7f000001', /loopback/],
  ['fewer parts', '127.1', /loopback/],
  ['mixed parts', '0x7f.1', /loopback/],
  ['full-width digits', '１２７.０.０.１', /loopback/],
  ['circled digits', '①②⑦.⓪.⓪.①', /loopback/],
  ['an ideographic stop', '127。0。0。1', /loopback/],
  ['an escaped dot', '127%2e0%2e0%2e1', /loopback/],
  ['a dot behind it', '127.0.0.1.', /loopback/],
  ['no address in particular', '0.0.0.0', /unspecified/],
  ['the number nought', '0', /unspecified/],
  ['IPv6 loopback', '[::1]', /loopback/],
  ['IPv6 loopback in full', '[0000:0000:0000:0000:0000:0000:0000:0001]', /loopback/],
  ['no IPv6 address in particular', '[::]', /unspecified/],
  ['IPv4 mapped into IPv6', '[::ffff:127.0.0.1]', /loopback/],
  ['the same in hexadecimal', '[::ffff:7f00:1]', /loopback/],
  ['IPv4 translated (RFC 6145)', '[::ffff:0:127.0.0.1]', /rfc6145/],
  ['IPv4 as it once stood in IPv6', '[::127.0.0.1]', /reserved/],
  ['NAT64', '[64:ff9b::7f00:1]', /rfc6052/],
  ['NAT64 of a local network', '[64:ff9b:1::7f00:1]', /rfc6052/],
  ['6to4', '[2002:7f00:1::]', /6to4/],
  ['Teredo', '[2001:0:7f00:1::]', /teredo/],
  ['cloud metadata', '169.254.169.254', /link-local/],
  ['cloud metadata as a number', '2852039166', /link-local/],
  ['cloud metadata over IPv6', '[fd00:ec2::254]', /unique-local/],
  ['metadata at a public address', '168.63.129.16', /metadata/],
  ['metadata among addresses of carriers', '100.100.100.200', /carrier-grade-nat/],
  ['a private network', '10.1.2.3', /private/],
  ['another private network', '172.16.0.1', /private/],
  ['a network at home', '192.168.1.1', /private/],
  ['link-local over IPv6', '[fe80::1]', /link-local/],
  ['site-local over IPv6', '[fec0::1]', /site-local/],
  ['protocol assignments', '192.0.0.192', /reserved/],
  ['documentation', '203.0.113.7', /reserved/],
  ['documentation over IPv6', '[2001:db8::1]', /reserved/],
  ['more documentation over IPv6', '[3fff::1]', /documentation/],
  ['benchmarks', '198.18.0.1', /reserved/],
  ['multicast', '224.0.0.1', /multicast/],
  ['broadcast', '255.255.255.255', /broadcast/],
  ['multicast over IPv6', '[ff02::1]', /multicast/],
  ['IPv6 that nobody gives out', '[4000::1]', /reserved/],
];

describe('a URL', () => {
  it.each(LOCAL)(
    'that leads to %s is refused, when given and when sent to, and no byte is sent',
    async (_name, host, range) => {
      const before = { ...seen };
      for (const targets of [testTargets(), testTargets({ http: 'trusted' })]) {
        const url = `https://${host}:${port}/hook`;
        const error = await targets.check(url).catch((raised: unknown) => raised);
        expect(error).toMatchObject({ code: 'not-allowed', message: expect.stringMatching(range) });
        expect(await send(targets, url)).toMatchObject({ status: null, error: expect.stringMatching(range) });
        expect(await send(targets, `http://${host}:${port}/hook`)).toMatchObject({ status: null });
      }
      expect(seen).toEqual(before);
    },
  );

  it.each([
    ['no URL', 'partner.example/hook', 'invalid-format', /absolute URL/],
    ['half a URL', 'https://', 'invalid-format', /absolute URL/],
    ['an address with a zone', 'https://[fe80::1%25eth0]/', 'invalid-format', /absolute URL/],
    ['too long', `https://partner.example/${'x'.repeat(2_000)}`, 'invalid-format', /2000 characters/],
    ['plain HTTP', 'http://partner.example/', 'not-allowed', /must begin with https:/],
    ['a file', 'file:///etc/passwd', 'not-allowed', /must begin with https:/],
    ['gopher', 'gopher://partner.example/', 'not-allowed', /must begin with https:/],
    ['a user name', 'https://me@partner.example/', 'not-allowed', /user name/],
    ['a password', 'https://:secret@partner.example/', 'not-allowed', /user name/],
    ['a fragment', 'https://partner.example/#part', 'not-allowed', /fragment/],
    ['a port of mail', 'https://partner.example:25/', 'not-allowed', /port/],
    ['a port of SSH', 'https://partner.example:22/', 'not-allowed', /port/],
  ])('with %s is refused', async (_name, url, code, message) => {
    const error = await testTargets()
      .check(url)
      .catch((raised: unknown) => raised);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await send(testTargets(), url)).toMatchObject({ status: null, error: expect.stringMatching(message) });
  });

  it('to a public address or name is taken, with the ports of the web and high ones', async () => {
    for (const host of [
      PUBLIC,
      'partner.example',
      '[2606:2800:21f:cb07:6820:80da:af6b:8b2c]',
      'partner.example:8443',
      'partner.example:443',
    ])
      await expect(testTargets().check(`https://${host}/hook?key=1`)).resolves.toBeUndefined();
  });
});

describe('a name', () => {
  it.each([
    ['that leads to loopback', ['127.0.0.1']],
    ['that leads to loopback among public addresses', [PUBLIC, '127.0.0.1']],
    ['that leads to IPv6 loopback', ['::1']],
    ['that leads to metadata', ['169.254.169.254']],
    ['with a zone', ['fe80::1%eth0']],
    ['that leads to what is no address', ['localhost']],
  ])('%s is refused, and no byte is sent', async (_name, addresses) => {
    const before = { ...seen };
    const targets = testTargets({ names: { 'partner.example': addresses } });
    const url = `https://partner.example:${port}/`;
    expect(codeOf(await targets.check(url).catch((error: unknown) => error))).toBe('not-allowed');
    expect(await send(targets, url)).toMatchObject({ status: null, error: expect.stringContaining('not public') });
    expect(seen).toEqual(before);
  });

  it('without an address is refused', async () => {
    for (const resolve of [
      async () => [],
      () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })),
    ]) {
      const targets = testTargets({ resolve });
      const error = await targets.check('https://partner.example/').catch((raised: unknown) => raised);
      expect(error).toMatchObject({ code: 'unresolvable', message: expect.stringContaining('partner.example') });
    }
  });

  it('that is public when checked and local when sent to gets no byte', async () => {
    const before = { ...seen };
    const answers = [[PUBLIC], ['127.0.0.1'], ['::1'], ['0.0.0.0']];
    const targets = testTargets({ resolve: async () => answers.shift() ?? ['127.0.0.1'] });
    const url = `https://partner.example:${port}/`;
    await targets.check(url);
    for (let n = 0; n < 3; n += 1) expect((await send(targets, url)).error).toContain('not public');
    expect(seen).toEqual(before);
  });

  it('is looked up once for each connection, which goes to the very address that was checked', async () => {
    const allowed = await startReceiver('127.0.0.2');
    const other = await startReceiver('127.0.0.1', allowed.port);
    let looked = 0;
    const targets = testTargets({
      ...{ allow: '127.0.0.2', http: 'trusted' },
      resolve: async () => [looked++ === 0 ? '127.0.0.2' : '127.0.0.1'],
    });
    const channel = targets.open(`http://partner.example:${allowed.port}/hook`);
    expect(await channel.send(HEADERS, '{}')).toMatchObject({ status: 204, error: null });
    // The connection is kept; nothing is looked up for the second message.
    expect(await channel.send(HEADERS, '{}')).toMatchObject({ status: 204 });
    expect([looked, allowed.connections()]).toEqual([1, 1]);
    await channel.close();
    expect((await channel.send(HEADERS, '{}')).error).toContain('127.0.0.1');
    expect([looked, allowed.received.length, other.connections()]).toEqual([2, 2, 0]);
    expect(allowed.received[0]?.headers.host).toBe(`partner.example:${allowed.port}`);
    await channel.close();
    await Promise.all([allowed.stop(), other.stop()]);
  });

  it('with several addresses is tried at the next when one does not answer', async () => {
    const receiver = await startReceiver('127.0.0.3');
    const targets = localTargets({ names: { 'partner.example': ['127.0.0.4', '127.0.0.3'] } });
    const sent = await send(targets, `http://partner.example:${receiver.port}/`);
    expect([sent.status, receiver.received.length]).toEqual([204, 1]);
    await receiver.stop();
  });
});

describe('a redirect', () => {
  let first: Receiver;
  let second: Receiver;
  beforeAll(async () => {
    first = await startReceiver('127.0.0.2');
    second = await startReceiver('127.0.0.5');
  });
  afterAll(() => Promise.all([first.stop(), second.stop()]));
  const redirectTo = (status: number, location: string) =>
    first.answer((_received, answer) => {
      answer.writeHead(status, { location }).end('elsewhere');
      return undefined;
    });

  it.each([301, 302, 303, 307, 308])('of status %i is a failure and is not followed', async (status) => {
    redirectTo(status, second.url);
    const sent = await send(localTargets(), first.url);
    expect(sent).toMatchObject({
      status,
      excerpt: 'elsewhere',
      error: `HTTP ${status}, a redirect that is not followed`,
    });
    expect(second.connections()).toBe(0);
  });

  it('is followed where the settings say so, as far as they say, and never to what is not allowed', async () => {
    redirectTo(307, second.url);
    const followed = await send(localTargets({ redirects: 1 }), first.url);
    expect(followed).toMatchObject({ status: 204, error: null });
    expect(second.received.at(-1)).toMatchObject({ body: '{}', path: '/hook' });
    redirectTo(302, second.url);
    expect(await send(localTargets({ redirects: 1 }), first.url)).toMatchObject({ status: 302 });
    redirectTo(308, first.url);
    const count = first.received.length;
    expect(await send(localTargets({ redirects: 2 }), first.url)).toMatchObject({ status: 308 });
    expect(first.received.length - count).toBe(3);
    for (const location of [second.url, `http://localhost:${port}/`, 'file:///etc/passwd', 'https://[::1]/']) {
      redirectTo(307, location);
      const before = [second.received.length, seen.connections];
      const targets = localTargets({ allow: '127.0.0.2', redirects: 3 });
      expect(await send(targets, first.url)).toMatchObject({ status: null, error: expect.stringContaining('the URL') });
      expect([second.received.length, seen.connections]).toEqual(before);
    }
  });
});

describe('limits', () => {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver();
  });
  afterAll(() => receiver.stop());

  it('of time end an attempt without an answer, and one with an answer that never ends', async () => {
    const targets = localTargets({ timeoutMs: 300 });
    receiver.answer(() => undefined);
    expect(await send(targets, receiver.url)).toMatchObject({ status: null, error: 'no answer within 0.3 seconds' });
    let dripping: NodeJS.Timeout | undefined;
    receiver.answer((_received, answer) => {
      answer.writeHead(200);
      dripping = setInterval(() => answer.write('x'), 10);
      return undefined;
    });
    const started = performance.now();
    const channel = targets.open(receiver.url);
    const sent = await channel.send(HEADERS, '{}');
    clearInterval(dripping);
    receiver.answer(() => 204);
    expect(await channel.send(HEADERS, '{}')).toMatchObject({ status: 204, error: null });
    await channel.close();
    // Its status was there; what it goes on to say is cut off.
    expect(sent).toMatchObject({ status: 200, error: null, excerpt: expect.stringMatching(/^x+$/) });
    expect(performance.now() - started).toBeLessThan(10_000);
    // Nor does it lead anywhere else once its time is over.
    const count = receiver.received.length;
    receiver.answer((_received, answer) => {
      answer.writeHead(307, { location: receiver.url }).write('x');
      return undefined;
    });
    const elsewhere = await send(localTargets({ timeoutMs: 300, redirects: 5 }), receiver.url);
    expect([elsewhere.status, receiver.received.length]).toEqual([307, count + 1]);
    const slow = testTargets({ resolve: () => new Promise(() => undefined), timeoutMs: 200 });
    expect(await send(slow, 'https://partner.example/')).toMatchObject({ error: 'no answer within 0.2 seconds' });
  });

  it('of size stop the reading of an answer, of which one KiB is kept', async () => {
    let sent = 0;
    let ended = false;
    receiver.answer((_received, answer) => {
      answer.writeHead(500);
      answer.once('close', () => {
        ended = true;
      });
      const pour = () => {
        while (!ended && answer.write('é'.repeat(8_192))) sent += 16_384;
        if (!ended) answer.once('drain', pour);
      };
      pour();
      return undefined;
    });
    const outcome = await send(localTargets(), receiver.url);
    expect(outcome).toMatchObject({ status: 500, error: 'HTTP 500', excerpt: 'é'.repeat(512) });
    // What buffers between both hold, and no more.
    expect(sent).toBeLessThan(16 * 1_024 * 1_024);
  });

  it('of headers refuse an answer that is nothing but headers', async () => {
    receiver.answer((_received, answer) => {
      answer.writeHead(200, { 'x-much': 'x'.repeat(20_000) }).end();
      return undefined;
    });
    expect(await send(localTargets(), receiver.url)).toMatchObject({
      status: null,
      error: expect.stringContaining('headers'),
    });
  });

  it('leave nothing in an excerpt that a database could not store', async () => {
    receiver.answer((_received, answer) => {
      answer.writeHead(200).end(Buffer.from([0x61, 0x00, 0xff, 0x62]));
      return undefined;
    });
    expect((await send(localTargets(), receiver.url)).excerpt).toBe('a\uFFFD\uFFFDb');
    receiver.answer((_received, answer) => {
      answer.writeHead(200).end(`${'x'.repeat(1_023)}é`);
      return undefined;
    });
    expect((await send(localTargets(), receiver.url)).excerpt).toBe('x'.repeat(1_023));
  });

  it('a refused connection and a plain answer to TLS are told in words', async () => {
    const closed = await startReceiver();
    await closed.stop();
    expect((await send(localTargets(), closed.url)).error).toBe('the connection was refused');
    receiver.answer(() => 200);
    expect((await send(localTargets(), receiver.url.replace('http:', 'https:'))).error).toMatch(/SSL|EPROTO|TLS/);
  });
});

it('a certificate that nobody vouches for, or of another name, gets no message', async () => {
  const receiver = await startReceiver('127.0.0.1', 0, true);
  expect((await send(localTargets(), receiver.url)).error).toMatch(/self-signed certificate/);
  expect(receiver.connections()).toBe(1);
  expect(receiver.received).toEqual([]);
  await receiver.stop();
});

describe('plain HTTP', () => {
  it('is taken for trusted addresses alone', async () => {
    const trusted = testTargets({ allow: '10.0.0.0/8', http: 'trusted', names: { 'partner.internal': ['10.0.0.7'] } });
    await expect(trusted.check('http://partner.internal/')).resolves.toBeUndefined();
    await expect(trusted.check('http://10.200.0.1/')).resolves.toBeUndefined();
    await expect(trusted.check('http://partner.example/')).rejects.toThrow(/no trusted network/);
    await expect(trusted.check('http://192.168.0.1/')).rejects.toThrow(/private/);
    await expect(testTargets({ allow: '10.0.0.0/8' }).check('http://10.200.0.1/')).rejects.toThrow(/https/);
  });
});

describe('networks', () => {
  it('are read in plain notation only', () => {
    for (const text of ['10.0.0.0/8', '192.168.1.5', 'fd00::/8', '::1', '0.0.0.0/0'])
      expect(parseNetwork(text), text).toBeDefined();
    for (const text of [
      '',
      '10',
      '10.0.0',
      '0x0a.0.0.0/8',
      '10.0.0.0/33',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      'fd00::/129',
      'host.example',
      '10.0.0.0/-1',
      '010.0.0.1',
    ])
      expect(parseNetwork(text), text).toBeUndefined();
  });

  it('public addresses are in no special range', () => {
    for (const address of [PUBLIC, '8.8.8.8', '2606:2800:21f:cb07::1', '::ffff:8.8.8.8'])
      expect(specialRange(address), address).toBeUndefined();
  });
});
