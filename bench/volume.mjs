// Measures the service on very many events, as ratios to its plain list. See docs/benchmarks.md.
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startLoad } from './load-client.mjs';
import { readVolumeOptions } from './options.mjs';
import { printVolumeReport, summary } from './report.mjs';
import { chancery, copyToNewPostgres, serve, UNCHECKED } from './servers.mjs';
import { inSession, machine } from './session.mjs';
import { loadSynthetic } from './volume-load.mjs';
import { measureExport } from './volume-memory.mjs';
import { EXPORT, phasesOf, volumeScenarios } from './volume-scenarios.mjs';

const PACE = { rounds: 5, roundMs: 800, warmUpMs: 300, phaseMs: 10_000 };
const QUICK_PACE = { rounds: 3, roundMs: 200, warmUpMs: 50, phaseMs: 1_500 };
const HEAVY_CONNECTIONS = 4;
const EXPORTED = 200_000;
const LOOP_DELAY = ['--import', new URL('loop-delay.mjs', import.meta.url).href];

await inSession((session) => run(readVolumeOptions(process.argv.slice(2)), session));

async function run({ engine, events, database, names, json, quick }, { folder, running }) {
  const pace = quick ? QUICK_PACE : PACE;
  const file = database === undefined ? join(folder, 'volume.db') : resolve(database);
  const isNew = !existsSync(file);
  const source = `file:${file}`;
  if (isNew) await chancery(source, ['seed']);
  await loadSynthetic(source, events, (line) => console.error(line));
  const place = engine === 'sqlite' ? source : (await copyToNewPostgres(source, running)).url;
  const given = { folder, databases: { [`chancery/${engine}`]: place } };

  const server = await serve(given, engine, running, [...LOOP_DELAY, ...UNCHECKED]);
  const load = startLoad();
  const besides = startLoad();
  running.push(load, besides);
  const total = await countEvents(server.url);
  const scenarios = await volumeScenarios(names, server.url);
  const rounds = await measure(scenarios, server, load, pace);
  const figures = summary(
    scenarios.map(({ name }) => name),
    scenarios.map(({ name, to }) => [to, name]),
    rounds,
  );
  const loop = await measureLoop(phasesOf(scenarios), server, load, besides, pace);
  await server.stop();
  const exports = names.includes(EXPORT) ? await measureExports(given, engine, running) : [];

  const settings = { engine, events: total, bytes: statSync(file).size, ...pace };
  const report = scenarios.map(({ name, to, most }, index) => {
    const { median, min, max } = figures.ratios[index];
    const { p50Ms, p99Ms } = figures.servers[index];
    return { name, to, most, median, min, max, p50Ms, p99Ms };
  });
  if (json) console.log(JSON.stringify({ machine: machine(), settings, scenarios: report, loop, exports }, null, 2));
  else printVolumeReport(machine(), settings, { scenarios: report, loop, exports });
}

async function countEvents(url) {
  const answer = await fetch(`${url}/v1/events?limit=1&count=exact`);
  return (await answer.json()).count.value;
}

function asking(server, paths, durationMs, connections) {
  const request = paths.map((path) => ({ method: 'GET', path, headers: {} }));
  return { url: server.url, request, status: 200, durationMs, CONNECTIONS: connections };
}

/** One request at a time; short rounds of every scenario in turn, so that what disturbs the machine disturbs all. */
async function measure(scenarios, server, load, pace) {
  for (const { paths } of scenarios) await load.run(asking(server, paths, pace.warmUpMs, 1));
  const rounds = [];
  for (let round = 0; round < pace.rounds; round += 1) {
    const results = {};
    for (const { name, paths } of scenarios) results[name] = await load.run(asking(server, paths, pace.roundMs, 1));
    rounds.push(results);
  }
  return rounds;
}

/** How late the event loop is, and how long a plain list takes, while several connections ask for what a phase has. */
async function measureLoop(phases, server, load, besides, pace) {
  const plain = phases.find(({ name }) => name === 'lists')?.paths.slice(0, 1) ?? [];
  const figures = [];
  for (const { name, paths } of phases) {
    await loopDelay(server);
    const asked = paths.length === 0 ? undefined : load.run(asking(server, paths, pace.phaseMs, HEAVY_CONNECTIONS));
    // Told below, should it fail while the other is waited for.
    asked?.catch(() => undefined);
    const { p50, p99 } = await besides.run(asking(server, plain, pace.phaseMs, 1));
    figures.push({ name, ...(await loopDelay(server)), listP50Ms: p50, listP99Ms: p99 });
    await asked;
  }
  return figures;
}

/** Takes the figures since the last time from within the server. */
function loopDelay({ child }) {
  return new Promise((resolved) => {
    let said = '';
    const listen = (text) => {
      said += text;
      const found = /loop delay (\{.*\})\n/.exec(said);
      if (found === null) return;
      child.stderr.off('data', listen);
      resolved(JSON.parse(found[1]));
    };
    child.stderr.on('data', listen);
    child.kill('SIGUSR2');
  });
}

/** The first and the second export of a process that has answered lists before. */
async function measureExports(given, engine, running) {
  const server = await serve(given, engine, running, UNCHECKED);
  for (let warm = 0; warm < 200; warm += 1) await (await fetch(`${server.url}/v1/events`)).arrayBuffer();
  const exports = [];
  for (const name of ['first export', 'second export']) {
    const figures = await measureExport(server, EXPORTED);
    if (figures !== undefined) exports.push({ name, ...figures });
  }
  await server.stop();
  return exports;
}
