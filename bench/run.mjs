// Compares the service on either engine with a bare Fastify server that answers from memory (the floor) and with one
// over hand-written prepared statements (the baseline). Only ratios mean anything: see docs/benchmarks.md.
import { startLoad } from './load-client.mjs';
import { readOptions } from './options.mjs';
import { pairsOf, printReport, summary } from './report.mjs';
import { CONNECTIONS, inTurn, paceOf } from './rounds.mjs';
import { requireSameAnswers, scenarios } from './scenarios.mjs';
import { prepareDatabases, startServers } from './servers.mjs';
import { inSession, machine } from './session.mjs';

await inSession((session) => run(readOptions(process.argv.slice(2)), session));

async function run({ engines, names, json, quick }, { folder, running }) {
  const pace = paceOf(quick);
  const given = await prepareDatabases(folder, engines, running);
  const servers = await startServers(given, engines, running);
  const load = startLoad();
  running.push(load);
  const report = [];
  for (const scenario of scenarios(names, given)) {
    await requireSameAnswers(scenario, servers);
    const rounds = await inTurn(scenario, servers, load, pace);
    report.push({ scenario: scenario.name, ...summary(Object.keys(servers), pairsOf(engines), rounds) });
  }
  const settings = { engines, ...pace, connections: CONNECTIONS };
  if (json) console.log(JSON.stringify({ machine: machine(), settings, scenarios: report }, null, 2));
  else printReport(machine(), settings, report);
}
