import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { openDatabase } from '../../src/db/open.js';
import type { Store } from '../../src/db/store.js';
import type { Clock } from '../../src/shared/clock.js';
import type { Targets } from '../../src/sync/webhooks/channel.js';
import { Deliverer } from '../../src/sync/webhooks/deliverer.js';
import { until } from '../faults/processes.js';
import { CERTIFICATE, CERTIFICATE_KEY } from '../support/certificate.js';
import type { AnyJson } from '../support/client.js';
import type { TestService } from '../support/service.js';
import { localTargets } from '../support/targets.js';

export interface Received {
  path: string;
  headers: Record<string, string>;
  body: string;
  json: AnyJson;
}

/** What a receiver does with a message; a number is a status. */
export type Answering = (
  received: Received,
  answer: ServerResponse,
) => number | undefined | Promise<number | undefined>;

export interface Receiver {
  url: string;
  port: number;
  received: Received[];
  /** How many connections were opened. */
  connections(): number;
  /** Answers otherwise from now on. */
  answer(answering: Answering): void;
  /** Waits for so many messages in all. */
  until(count: number): Promise<Received[]>;
  revisions(): number[];
  stop(): Promise<void>;
}

/** A server that keeps every message and takes it, until told otherwise. */
export async function startReceiver(host = '127.0.0.1', port = 0, tls = false): Promise<Receiver> {
  const received: Received[] = [];
  let connections = 0;
  let answering: Answering = () => 204;
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const message = await read(request);
    received.push(message);
    const status = await answering(message, response);
    if (status !== undefined) response.writeHead(status).end();
  };
  const server = tls ? createTlsServer({ cert: CERTIFICATE, key: CERTIFICATE_KEY }, serve) : createServer(serve);
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  const { port: taken } = server.address() as AddressInfo;
  return {
    ...{ url: tls ? `https://localhost:${taken}/hook` : `http://${host}:${taken}/hook`, port: taken, received },
    connections: () => connections,
    answer: (other) => {
      answering = other;
    },
    async until(count) {
      await until(() => received.length >= count);
      return received;
    },
    revisions: () => received.map(({ json }) => json.data.revision),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  return {
    ...{ path: request.url ?? '', headers: request.headers as Record<string, string>, body },
    json: JSON.parse(body),
  };
}

/** Standard Webhooks as its specification has it, with nothing of the package: how many of the signatures are right. */
export function rightSignatures({ headers, body }: Received, secret: string): number {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const wanted = createHmac('sha256', key).update(signed, 'utf8').digest();
  const signatures = (headers['webhook-signature'] ?? '').split(' ').map((each) => each.split(','));
  return signatures.filter(([version, text = '']) => {
    const given = Buffer.from(text, 'base64');
    return version === 'v1' && given.length === wanted.length && timingSafeEqual(given, wanted);
  }).length;
}

/** A clock that goes with the time and can be put ahead. */
export function movableClock(): Clock & { ahead(ms: number): void } {
  let offset = 0;
  return {
    now: () => Date.now() + offset,
    ahead(ms) {
      offset += ms;
    },
  };
}

export interface Delivering {
  deliverer: Deliverer;
  /** Ends it as a service that stops would. */
  stop(): Promise<void>;
}

interface DeliveringOptions {
  targets?: Targets;
  clock?: Clock;
  /** A store of its own, as another process would have. */
  ownStore?: boolean;
  random?: () => number;
}

/** Delivers from the database of a service; nothing random about its delays. */
export async function startDelivering(
  { store: shared, database }: Pick<TestService, 'store' | 'database'>,
  { targets = localTargets(), clock = movableClock(), ownStore = false, random = () => 0.5 }: DeliveringOptions = {},
): Promise<Delivering> {
  const store: Store = ownStore ? await openDatabase(database.url) : shared;
  const deliverer = new Deliverer({
    store,
    targets,
    clock,
    agent: 'Chancery/test',
    log: pino({ enabled: false }),
    random,
  });
  deliverer.start();
  return {
    deliverer,
    async stop() {
      await deliverer.close();
      if (ownStore) await store.close();
    },
  };
}
