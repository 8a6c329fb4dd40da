import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import supertest from 'supertest';
import { buildApp } from '../../src/app.js';
import { insertApiKey } from '../../src/db/api-keys.js';
import { openDatabase } from '../../src/db/open.js';
import type { Store } from '../../src/db/store.js';
import { openAnalyst } from '../../src/insight/analyst.js';
import { Findings } from '../../src/insight/findings/findings.js';
import type { Analyst } from '../../src/journal/analysis.js';
import { makeKey, type Scope } from '../../src/shared/api-key.js';
import { steppingClock } from '../../src/shared/clock.js';
import { randomIds } from '../../src/shared/ids.js';
import type { Targets } from '../../src/sync/webhooks/channel.js';
import { type TestDatabase, temporaryDatabase } from './database.js';
import { testTargets } from './targets.js';

export interface TestService {
  app: FastifyInstance;
  store: Store;
  /** Checks when it is asked; it does not watch for writes. */
  findings: Findings;
  clock: ReturnType<typeof steppingClock>;
  /** For connections that look at it from outside. */
  database: TestDatabase;
  /** Address of the listening server. */
  url: string;
  /** Requests without a key. */
  anonymous: ReturnType<typeof supertest.agent>;
  /** Requests with a key of the given scope. */
  as(scope: Scope): ReturnType<typeof supertest.agent>;
  key(scope: Scope): string;
  stop(): Promise<void>;
}

export interface TestServiceOptions {
  seeds?: boolean;
  read?: 'public' | 'key';
  baseUrl?: string;
  /** Where webhooks may lead; only to what is public unless told. */
  targets?: Targets;
  webhooks?: 'on' | 'off';
  /** Stands before the analyst, to see or to disturb what it is asked. */
  before?: (analyst: Analyst) => Analyst;
}

/** Readings of findings wait for the checks as long as it takes, so that no test depends on speed. */
const PATIENCE_MS = 120_000;

/** A listening service on a database of its own, with a clock that moves a millisecond at each reading. */
export async function startTestService({
  seeds = false,
  read = 'public',
  baseUrl = '',
  targets = testTargets(),
  webhooks = 'on',
  before = (analyst) => analyst,
}: TestServiceOptions = {}): Promise<TestService> {
  const database = await temporaryDatabase({ seeds });
  const store = await openDatabase(database.url);
  const keys = new Map<Scope, string>();
  for (const scope of ['read', 'write', 'admin'] as const) {
    const { id, key, secretSha256 } = makeKey();
    await insertApiKey(store, {
      id,
      name: scope,
      scopes: [scope],
      secretSha256,
      createdAt: '2025-01-01T00:00:00.000Z',
    });
    keys.set(scope, key);
  }
  // Later than any seed was recorded, so that `recordedAt` follows this clock.
  const clock = steppingClock('2031-01-01T00:00:00.000Z');
  const analyst = before(openAnalyst(database.url, store, 1));
  const findings = new Findings(store, analyst, PATIENCE_MS);
  const app = await buildApp({
    config: { read, baseUrl, webhooks },
    store,
    analyst,
    findings,
    targets,
    clock,
    ids: randomIds,
    logger: pino({ enabled: false }),
    version: '0.0.0',
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const key = (scope: Scope) => keys.get(scope) ?? '';
  return {
    app,
    store,
    findings,
    clock,
    database,
    url,
    anonymous: supertest.agent(url),
    as: (scope) =>
      supertest.agent(url).set('authorization', `Bearer ${key(scope)}`) as ReturnType<typeof supertest.agent>,
    key,
    async stop() {
      await app.close();
      await findings.close();
      await analyst.close();
      await store.close();
      await database.remove();
    },
  };
}
