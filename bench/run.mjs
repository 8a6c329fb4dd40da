// Compares the service with a bare Fastify server that answers from memory (the floor) and with one over hand-written
// prepared statements (the baseline). Only ratios mean anything: see docs/benchmarks.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startLoad } from './load-client.mjs';
import { printReport, summary } from './report.mjs';
import { requireSameAnswers, scenarios } from './scenarios.mjs';
import { prepareDatabases, startServers } from './servers.mjs';

const { values: options } = parseArgs({
  options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, only: { type: 'string' } },
});
const pace = options.quick ? { rounds: 3, roundMs: 400, warmUpMs: 500 } : { rounds: 9, roundMs: 1000, warmUpMs: 1500 };
const CONNECTIONS = 8;

const folder = mkdtempSync(join(tmpdir(), 'chancery-bench-'));
const running = [];
const stopAll = () => Promise.all(running.map((each) => each.stop()));
try {
  const files = await prepareDatabases(folder);
  const servers = await startServers(files, running);
  const load = startLoad();
  running.push(load);
  const report = [];
  for (const scenario of scenarios(files)) {
    if (options.only !== undefined && !scenario.name.includes(options.only)) continue;
    report.push(await measure(scenario, servers, load));
  }
  const machine = { node: process.version, cores: cpus().length, model: cpus()[0]?.model ?? 'unknown' };
  const settings = { ...pace, connections: CONNECTIONS };
  if (options.json) console.log(JSON.stringify({ machine, settings, scenarios: report }, null, 2));
  else printReport(machine, settings, report);
} finally {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
}

/** Short rounds of every server in turn, so that what disturbs the machine disturbs all of them. */
async function measure(scenario, servers, load) {
  await requireSameAnswers(scenario, servers);
  const names = Object.keys(servers);
  const run = (name, durationMs) =>
    load.run({ url: servers[name].url, request: scenario.request, status: scenario.status, durationMs, CONNECTIONS });
  for (const name of names) await run(name, pace.warmUpMs);
  const rounds = [];
  for (let round = 0; round < pace.rounds; round += 1) {
    const results = {};
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(round + turn) % names.length];
      results[name] = await run(name, pace.roundMs);
    }
    rounds.push(results);
  }
  return { scenario: scenario.name, ...summary(names, rounds) };
}
