import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { buildApp } from '../../src/app.js';
import { openDatabase } from '../../src/db/open.js';
import { directAnalyst } from '../../src/insight/analyst.js';
import { Findings } from '../../src/insight/findings/findings.js';
import { systemClock } from '../../src/shared/clock.js';
import { randomIds } from '../../src/shared/ids.js';
import type { TestService } from '../support/service.js';
import { testTargets } from '../support/targets.js';

/** Closes what killed clients left open: a connection on which nothing was ever asked would hold up the stop. */
export function closeConnections({ server }: FastifyInstance): void {
  server.closeAllConnections();
}

/** Another service on the database of a first, with connections of its own, as another process would have them. */
export async function startSecondService({ database }: TestService): Promise<{ url: string; stop(): Promise<void> }> {
  const store = await openDatabase(database.url);
  const analyst = directAnalyst(store);
  const app = await buildApp({
    ...{ config: { read: 'public', baseUrl: '', webhooks: 'off' }, store, analyst, clock: systemClock },
    ...{
      targets: testTargets(),
      findings: new Findings(store, analyst),
      ids: randomIds,
      logger: pino({ enabled: false }),
      version: '0.0.0',
    },
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    async stop() {
      closeConnections(app);
      await app.close();
      await store.close();
    },
  };
}
