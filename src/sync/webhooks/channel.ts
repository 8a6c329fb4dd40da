import { connect, type Socket } from 'node:net';
import { buildConnector, Client, type Dispatcher } from 'undici';
import { isSameAddress } from '../../shared/networks.js';
import {
  addressesOf,
  portOf,
  type Resolve,
  readTarget,
  requireAllowed,
  TargetError,
  type TargetRules,
} from './target.js';

const CONNECT_MS = 5_000;
/** Addresses of a name that are tried, one after the other. */
const MAX_ADDRESSES = 4;
/** Of an answer that is kept. */
const EXCERPT_BYTES = 1_024;
const MAX_HEADER_BYTES = 16 * 1_024;
/** They say that the same request is to be repeated elsewhere; all others would make it another one. */
const REPEATING = [307, 308];

/** What became of an attempt. */
export interface Sent {
  /** HTTP status; null without an answer. */
  status: number | null;
  /** `Retry-After` as it was given. */
  retryAfter: string | undefined;
  /** The first KiB of the answer; null without an answer. */
  excerpt: string | null;
  /** What went wrong, in words; null for a status of 200 to 299. */
  error: string | null;
}

/** Where messages can be sent. */
export class Targets {
  readonly rules: TargetRules;
  readonly #resolve: Resolve;

  constructor(rules: TargetRules, resolve: Resolve) {
    this.rules = rules;
    this.#resolve = resolve;
  }

  /** Checks a URL as each attempt will, without connecting. Raises TargetError. */
  async check(text: string): Promise<void> {
    await addressesOf(readTarget(text, this.rules), this.rules, this.#resolve);
  }

  open(url: string): Channel {
    return new Channel(url, this.rules, this.#resolve);
  }
}

/** Sends messages to one URL, one at a time, over a connection that is kept as long as the channel is open. */
export class Channel {
  readonly url: string;
  readonly #rules: TargetRules;
  readonly #resolve: Resolve;
  readonly #clients = new Map<string, Client>();

  constructor(url: string, rules: TargetRules, resolve: Resolve) {
    this.url = url;
    this.#rules = rules;
    this.#resolve = resolve;
  }

  /** Sends a message; whatever goes wrong is told and not raised. `stop` ends the attempt at once. */
  async send(headers: Record<string, string>, body: string, stop?: AbortSignal): Promise<Sent> {
    if (stop?.aborted) return unanswered('stopped');
    let isCut = false;
    // A request that waits for its connection hears of no signal, but of the end of its client.
    const cut = () => {
      isCut = true;
      void this.close();
    };
    const end = setTimeout(cut, this.#rules.timeoutMs);
    stop?.addEventListener('abort', cut);
    try {
      let { next, ...sent } = await this.#post(this.url, headers, body);
      for (let left = this.#rules.redirects; left > 0 && next !== undefined && !isCut; left -= 1) {
        ({ next, ...sent } = await this.#post(next, headers, body));
      }
      return sent;
    } catch (error) {
      return unanswered(isCut ? `no answer within ${this.#rules.timeoutMs / 1_000} seconds` : wordsOf(error));
    } finally {
      clearTimeout(end);
      stop?.removeEventListener('abort', cut);
    }
  }

  /** Ends what is under way. A message that is sent after that has a new connection. */
  async close(): Promise<void> {
    const clients = [...this.#clients.values()];
    this.#clients.clear();
    await Promise.all(clients.map((client) => client.destroy()));
  }

  /** One request, and where it is to be repeated, if its answer says so. */
  async #post(target: string, headers: Record<string, string>, body: string): Promise<Sent & { next?: string }> {
    const url = readTarget(target, this.#rules);
    const answer = await this.#client(url).request({
      ...{ method: 'POST', path: `${url.pathname}${url.search}`, headers, body },
      ...{ headersTimeout: this.#rules.timeoutMs, bodyTimeout: this.#rules.timeoutMs },
    });
    const { statusCode: status } = answer;
    const [location, retryAfter] = [answer.headers.location, answer.headers['retry-after']].map(onlyOne);
    const isElsewhere = REPEATING.includes(status) && location !== undefined && URL.canParse(location, url.href);
    return {
      ...{ status, retryAfter, error: errorOf(status) },
      excerpt: await readExcerpt(answer.body, this.#rules.maxAnswerBytes),
      ...(isElsewhere && { next: new URL(location, url.href).href }),
    };
  }

  #client(url: URL): Client {
    let client = this.#clients.get(url.origin);
    if (client === undefined) {
      client = new Client(url.origin, {
        connect: connector(url, this.#rules, this.#resolve),
        maxHeaderSize: MAX_HEADER_BYTES,
      });
      this.#clients.set(url.origin, client);
    }
    return client;
  }
}

function unanswered(error: string): Sent {
  return { status: null, retryAfter: undefined, excerpt: null, error };
}

function onlyOne(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

function errorOf(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  return status >= 300 && status < 400 ? `HTTP ${status}, a redirect that is not followed` : `HTTP ${status}`;
}

/** Resolves and checks at each connection, and connects to an address that was checked: no name is looked up twice. */
function connector(url: URL, rules: TargetRules, resolve: Resolve): buildConnector.connector {
  const upgrade = buildConnector({ timeout: CONNECT_MS, maxCachedSessions: 0 });
  return (options, callback) => {
    reach(url, rules, resolve).then(
      (socket) =>
        url.protocol === 'https:' ? upgrade({ ...options, httpSocket: socket }, callback) : callback(null, socket),
      (error: Error) => callback(error, null),
    );
  };
}

/** A connection to one of the addresses of a target. Raises TargetError and what connecting raises. */
async function reach(url: URL, rules: TargetRules, resolve: Resolve): Promise<Socket> {
  const addresses = await addressesOf(url, rules, resolve);
  let failure: unknown;
  for (const address of addresses.slice(0, MAX_ADDRESSES)) {
    try {
      const socket = await dial(address, portOf(url));
      try {
        requireReached(socket, address, url.protocol, rules);
      } catch (error) {
        socket.destroy();
        throw error;
      }
      return socket;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function dial(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    const late = setTimeout(
      () => socket.destroy(new Error(`no connection within ${CONNECT_MS / 1_000} seconds`)),
      CONNECT_MS,
    );
    const settle = (done: () => void) => () => {
      clearTimeout(late);
      socket.removeAllListeners();
      // Whoever takes the socket hears of errors; one that comes before must not end the process.
      socket.on('error', () => undefined);
      done();
    };
    socket.once(
      'connect',
      settle(() => resolve(socket)),
    );
    socket.once('error', (error) => settle(() => reject(error))());
  });
}

/** Before a byte is sent: that the other end is the one that was meant. */
function requireReached(socket: Socket, address: string, protocol: string, rules: TargetRules): void {
  const reached = socket.remoteAddress ?? '';
  requireAllowed(reached, protocol, rules);
  if (!isSameAddress(reached, address)) throw new TargetError('not-allowed', `led to ${reached}, not to ${address}`);
}

/** The beginning of an answer. What its status says holds, however the rest of it ends. */
async function readExcerpt(body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<string> {
  const kept: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (size < EXCERPT_BYTES) kept.push(chunk.subarray(0, EXCERPT_BYTES - size));
      size += chunk.length;
      if (size > maxBytes) break;
    }
  } catch {
    // Cut off by the sender or by the time that an attempt may take.
  }
  const text = new TextDecoder().decode(Buffer.concat(kept), { stream: size > EXCERPT_BYTES });
  return text.replaceAll('\u0000', '\uFFFD');
}

/** What an error means to whoever runs the receiver. */
const MEANINGS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut off',
  EPIPE: 'the connection was cut off',
  UND_ERR_SOCKET: 'the connection was cut off',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the host cannot be reached',
  UND_ERR_CONNECT_TIMEOUT: `no connection within ${CONNECT_MS / 1_000} seconds`,
  UND_ERR_HEADERS_OVERFLOW: 'the headers of the answer are too large',
};

function wordsOf(error: unknown): string {
  if (error instanceof TargetError) return `the URL ${error.message}`;
  const { code = '', message } = error as NodeJS.ErrnoException;
  return (MEANINGS[code] ?? (code === '' ? message : `${message} (${code})`)).slice(0, 300);
}
