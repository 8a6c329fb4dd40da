// What looking for findings costs writes: the program beside itself without it, on either engine. See docs/benchmarks.md.
import { EVENT_KINDS } from '../dist/resources/events/kinds.js';
import { startLoad } from './load-client.mjs';
import { LOADS, readFindingsOptions } from './options.mjs';
import { printReport, summary } from './report.mjs';
import { CONNECTIONS, inTurn, paceOf } from './rounds.mjs';
import { createBody, creation, FRESH } from './scenarios.mjs';
import { prepareDatabases, serve, UNCHECKED } from './servers.mjs';
import { inSession, machine } from './session.mjs';
import { seededReferences, syntheticEvents } from './synthetic.mjs';

const BODIES = 2_000;

await inSession((session) => run(readFindingsOptions(process.argv.slice(2)), session));

async function run({ engines, names, json, quick }, { folder, running }) {
  const pace = paceOf(quick);
  const given = await prepareDatabases(folder, engines, running);
  const servers = {};
  for (const engine of engines) {
    servers[`chancery/${engine}`] = await serve(given, engine, running);
    const other = { [`chancery/${engine}`]: given.databases[`baseline/${engine}`] };
    const unchecked = { ...given, databases: other };
    servers[`unchecked/${engine}`] = await serve(unchecked, engine, running, UNCHECKED);
  }
  const load = startLoad();
  running.push(load);
  const requests = { [LOADS[0]]: ordinary(given.key), [LOADS[1]]: creation(given.key, createBody(FRESH)) };
  const report = [];
  for (const name of names) {
    const rounds = await inTurn({ request: requests[name], status: 201 }, servers, load, pace);
    const pairs = engines.map((engine) => [`chancery/${engine}`, `unchecked/${engine}`]);
    report.push({ scenario: name, ...summary(Object.keys(servers), pairs, rounds) });
  }
  const settings = { engines, ...pace, connections: CONNECTIONS };
  if (json) console.log(JSON.stringify({ machine: machine(), settings, scenarios: report }, null, 2));
  else printReport(machine(), settings, report);
}

/** Events of the generator in turn, each under a slug of its own; once all were created, reported again. */
function ordinary(key) {
  const body = syntheticEvents({ kinds: Object.keys(EVENT_KINDS), ...seededReferences() });
  return Array.from({ length: BODIES }, (_, n) => {
    const { externalIds: _unique, ...event } = body(n);
    return creation(key, JSON.stringify({ ...event, slug: `bench-ordinary-${FRESH}` }));
  });
}
