import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { buildApp } from '../app.js';
import { countUsableKeys } from '../db/api-keys.js';
import { readHead } from '../db/head.js';
import type { Store } from '../db/store.js';
import { openAnalyst } from '../insight/analyst.js';
import { Findings } from '../insight/findings/findings.js';
import { searchTexts } from '../journal/indexed-texts.js';
import { resourceOf } from '../resources/index.js';
import { systemClock } from '../shared/clock.js';
import { randomIds } from '../shared/ids.js';
import { Deliverer } from '../sync/webhooks/deliverer.js';
import { agentOf } from '../sync/webhooks/message.js';
import { VERSION } from '../version.js';
import { type Command, EXIT, type Terminal } from './command.js';
import { openStore } from './database.js';
import { loadSeeds } from './seed.js';
import { targetsOf } from './targets.js';

const MAINTENANCE_MS = 60_000;
const IDLE_SWEEP_MS = 50;
/** Requests under way may take this long after a signal to stop; containers are killed after ten seconds. */
const DRAIN_MS = 8_000;
const LOG_FLUSH_MS = 500;
/** Cuts off a statement that something went wrong with; none of a request takes a tenth of it. */
const STATEMENT_TIMEOUT_MS = 30_000;
const LOG_BUFFER_BYTES = 8 * 1024;

export const serveCommand: Command = {
  name: 'serve',
  summary: 'Starts the service; settings come from the environment (docs/configuration.md).',
  options: {},
  async run(terminal, { json }) {
    const stopped = new Promise<void>((resolve) => {
      terminal.onStop(resolve);
    });
    const service = await startService(terminal);
    if (json) terminal.out(JSON.stringify({ url: service.url, version: VERSION }));
    await stopped;
    await service.stop();
    return EXIT.done;
  },
};

/** Opens the database, seeds it when it is empty, and listens. Gives the address and a way to stop. */
export async function startService(terminal: Terminal): Promise<{ url: string; stop(): Promise<void> }> {
  const { config } = terminal;
  const destination = pino.destination({
    dest: 1,
    sync: false,
    minLength: LOG_BUFFER_BYTES,
    periodicFlush: LOG_FLUSH_MS,
  } as never);
  const logger = pino({ level: config.logLevel, base: null }, destination);
  const store = await openStore(terminal, STATEMENT_TIMEOUT_MS);
  const analyst = openAnalyst(config.databaseUrl, store, config.workers);
  const findings = new Findings(store, analyst);
  const targets = targetsOf(config);
  const deliverer = new Deliverer({ store, targets, clock: systemClock, agent: agentOf(VERSION), log: logger });
  try {
    await seedIfEmpty(terminal, store);
    await searchTexts(store, resourceOf('sources').kind, config.indexTexts === 'on');
    const app = await buildApp({
      config,
      store,
      analyst,
      findings,
      targets,
      clock: systemClock,
      ids: randomIds,
      logger,
      version: VERSION,
    });
    await app.listen({ host: config.host, port: config.port });
    const { port } = app.server.address() as AddressInfo;
    const url = `http://${hostInUrl(config.host)}:${port}`;
    await announce(terminal, store, url);
    findings.watch((error) => logger.error({ err: error }, 'checking for findings failed'));
    if (config.webhooks === 'on') deliverer.start();
    const maintenance = setInterval(
      () => void store.maintain().catch((error: unknown) => logger.error({ err: error }, 'upkeep failed')),
      MAINTENANCE_MS,
    );
    const stop = async () => {
      clearInterval(maintenance);
      // Node closes connections that are idle now; those that become idle after their last answer would hold it up.
      const sweep = setInterval(() => app.server.closeIdleConnections(), IDLE_SWEEP_MS);
      const deadline = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS);
      await Promise.all([app.close(), deliverer.close()]);
      clearInterval(sweep);
      clearTimeout(deadline);
      await findings.close();
      await analyst.close();
      await store.close();
      destination.flushSync();
    };
    return { url, stop };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** How to reach a host that is listened on; all addresses include the local one. */
function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

async function seedIfEmpty(terminal: Terminal, store: Store): Promise<void> {
  const { revision } = await readHead(store);
  if (revision > 0 || terminal.config.seed === 'none') return;
  terminal.err('The database is empty; loading the seeds …');
  const started = performance.now();
  const { created } = await loadSeeds(store);
  await store.maintain(true);
  terminal.err(`${created} records loaded in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
}

/** The start line; says how to make a key as long as there is none. */
async function announce(terminal: Terminal, store: Store, url: string): Promise<void> {
  terminal.err(`Chancery ${VERSION} listens on ${url} — try ${url}/docs`);
  if ((await countUsableKeys(store)) > 0) return;
  terminal.err(
    'There is no API key yet, so nothing can be written. Make one: npx chancery keys create --name me --scope write',
  );
}
