// Compares the service on either engine with a bare Fastify server that answers from memory (the floor) and with one
// over hand-written prepared statements (the baseline). Only ratios mean anything: see docs/benchmarks.md.
import { startLoad } from './load-client.mjs';
import { readOptions } from './options.mjs';
import { pairsOf, printReport, summary } from './report.mjs';
import { requireSameAnswers, scenarios } from './scenarios.mjs';
import { prepareDatabases, startServers } from './servers.mjs';
import { inSession, machine } from './session.mjs';

const CONNECTIONS = 8;
const PACE = { rounds: 9, roundMs: 1000, warmUpMs: 1500 };
const QUICK_PACE = { rounds: 3, roundMs: 400, warmUpMs: 500 };

await inSession((session) => run(readOptions(process.argv.slice(2)), session));

async function run({ engines, names, json, quick }, { folder, running }) {
  const pace = quick ? QUICK_PACE : PACE;
  const given = await prepareDatabases(folder, engines, running);
  const servers = await startServers(given, engines, running);
  const load = startLoad();
  running.push(load);
  const report = [];
  for (const scenario of scenarios(names, given)) {
    await requireSameAnswers(scenario, servers);
    const rounds = await measure(scenario, servers, load, pace);
    report.push({ scenario: scenario.name, ...summary(Object.keys(servers), pairsOf(engines), rounds) });
  }
  const settings = { engines, ...pace, connections: CONNECTIONS };
  if (json) console.log(JSON.stringify({ machine: machine(), settings, scenarios: report }, null, 2));
  else printReport(machine(), settings, report);
}

/** Short rounds of every server in turn, so that what disturbs the machine disturbs all of them. */
async function measure(scenario, servers, load, pace) {
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
  return rounds;
}
