// The load generator: some keep-alive connections, each with one request under way. Plain sockets, because node:http
// would cost more than the servers it measures.
import { connect } from 'node:net';
import { FRESH } from './scenarios.mjs';

const HEAD_END = Buffer.from('\r\n\r\n');
let fresh = 0;
let turn = 0;

// Nobody is left to tell the result.
process.once('disconnect', () => process.exit());
process.on('message', (round) => {
  measure(round).then(
    (result) => process.send(result),
    (error) => process.send({ error: error.message }),
  );
});

async function measure({ url, request, status, durationMs, CONNECTIONS }) {
  const { hostname, port } = new URL(url);
  const message = messageOf(request, `${hostname}:${port}`);
  const times = [];
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const deadline = begun + durationMs;
  const clients = Array.from({ length: CONNECTIONS }, () =>
    keepAsking({ port: Number(port), host: hostname }, message, status, deadline, times),
  );
  await Promise.all(clients);
  const tookMs = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  times.sort((a, b) => a - b);
  return {
    perSecond: (times.length / tookMs) * 1000,
    p50: times[Math.floor(times.length * 0.5)],
    p99: times[Math.floor(times.length * 0.99)],
    busy: (user + system) / 1000 / tookMs,
  };
}

/** Gives the bytes of the request, with a new number in place of FRESH each time. Of several requests, each in turn. */
function messageOf(request, host) {
  if (Array.isArray(request)) {
    const each = request.map((one) => messageOf(one, host));
    return () => {
      turn += 1;
      return each[turn % each.length]();
    };
  }
  const { method, path, headers, body = '' } = request;
  const lines = Object.entries({ host, ...headers, ...(body && { 'content-length': Buffer.byteLength(body) }) });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const text = `${method} ${path} HTTP/1.1\r\n${head}\r\n${body}`;
  if (!text.includes(FRESH)) return () => text;
  return () => {
    fresh += 1;
    return text.replaceAll(FRESH, String(fresh).padStart(FRESH.length, '0'));
  };
}

/** Asks again and again over one connection until the deadline. Rejects at the first answer of another status. */
function keepAsking(address, message, status, deadline, times) {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...address, noDelay: true });
    let sent = 0;
    let missing = 0;
    let head = Buffer.alloc(0);
    const ask = () => {
      missing = -1;
      sent = performance.now();
      socket.write(message(), 'latin1');
    };
    socket.on('connect', ask);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the server closed the connection')));
    socket.on('data', (chunk) => {
      if (missing >= 0) missing -= chunk.length;
      else {
        head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
        const end = head.indexOf(HEAD_END);
        if (end === -1) return;
        const text = head.latin1Slice(0, end);
        if (text.slice(9, 12) !== String(status)) return reject(new Error(head.toString()));
        missing = bodyLength(text, status) - (head.length - end - HEAD_END.length);
        head = Buffer.alloc(0);
      }
      if (missing > 0) return;
      const now = performance.now();
      times.push(now - sent);
      if (now < deadline) return ask();
      socket.removeAllListeners('close').destroy();
      resolve();
    });
  });
}

function bodyLength(head, status) {
  return status === 304 ? 0 : Number(/\r\ncontent-length: ([0-9]+)/i.exec(head)[1]);
}
