import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { buildApp } from '../app.js';
import { readConfig } from '../config.js';
import { openSqlite } from '../db/sqlite.js';
import { directAnalyst } from '../insight/analyst.js';
import { Findings } from '../insight/findings/findings.js';
import { systemClock } from '../shared/clock.js';
import { randomIds } from '../shared/ids.js';
import { VERSION } from '../version.js';
import { type Command, EXIT } from './command.js';
import { targetsOf } from './targets.js';

export const openapiCommand: Command = {
  name: 'openapi',
  summary: 'Prints the OpenAPI document on standard output.',
  options: {},
  async run(terminal) {
    terminal.out(await openapiText());
    return EXIT.done;
  },
};

/** The committed form of the document: with default settings, indented by two spaces. */
export async function openapiText(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'chancery-openapi-'));
  const store = openSqlite({ path: join(folder, 'empty.db') });
  try {
    const config = readConfig({});
    const analyst = directAnalyst(store);
    const app = await buildApp({
      config,
      store,
      analyst,
      findings: new Findings(store, analyst),
      targets: targetsOf(config),
      clock: systemClock,
      ids: randomIds,
      logger: pino({ enabled: false }),
      version: VERSION,
    });
    await app.ready();
    const text = JSON.stringify(app.swagger(), null, 2);
    await app.close();
    return text;
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
