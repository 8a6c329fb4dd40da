// Measures the exchange with other instances, as ratios to plain better-sqlite3 doing the same. See docs/benchmarks.md.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readSyncOptions } from './options.mjs';
import { exchangeSummary, printSyncReport } from './report.mjs';
import { chancery, startReading, startWriting } from './servers.mjs';
import { inSession, machine } from './session.mjs';
import { readFeed, readSnapshot } from './sync-client.mjs';
import { requireSameRows, WRITES } from './sync-writes.mjs';
import { loadSynthetic } from './volume-load.mjs';
import { watchMemory } from './volume-memory.mjs';

const PACE = { rounds: 5, imported: 5_000, batched: 1_000 };
const QUICK_PACE = { rounds: 3, imported: 500, batched: 1_000 };
const READS = { feed: readFeed, snapshot: readSnapshot };

await inSession((session) => run(readSyncOptions(process.argv.slice(2)), session));

async function run({ engines, records, database, names, json, quick }, { folder, running }) {
  const pace = quick ? QUICK_PACE : PACE;
  const report = [];
  const add = (scenario, servers, rounds) => {
    const pairs = engines.map((engine) => [`chancery/${engine}`, 'baseline']);
    if (engines.length > 1) pairs.push(['chancery/postgres', 'chancery/sqlite']);
    report.push({ scenario, ...exchangeSummary(Object.keys(servers), pairs, rounds) });
  };
  const reads = names.filter((name) => name in READS);
  if (reads.length > 0) {
    const source = await filled(database === undefined ? join(folder, 'records.db') : resolve(database), records);
    const servers = await startReading(folder, source, engines, running);
    for (const name of reads) add(name, servers, await measureReads(READS[name], servers, pace));
    for (const server of Object.values(servers)) await server.stop();
  }
  const writes = names.filter((name) => name in WRITES);
  if (writes.length > 0) {
    const { servers, key } = await startWriting(folder, engines, running);
    for (const name of writes) add(name, servers, await WRITES[name](servers, key, pace));
    await requireSameRows(servers);
  }
  const settings = { engines, ...pace };
  if (json) console.log(JSON.stringify({ machine: machine(), settings, scenarios: report }, null, 2));
  else printSyncReport(machine(), settings, report);
}

/** A database with the seeds and so many synthetic events, or those that it has if they are more. */
async function filled(file, records) {
  const source = `file:${file}`;
  if (!existsSync(file)) await chancery(source, ['seed']);
  await loadSynthetic(source, records, (line) => console.error(line));
  return source;
}

/** All servers once to see that they give the same, then in turn; who is first changes. */
async function measureReads(read, servers, { rounds: count }) {
  const names = Object.keys(servers);
  const seen = {};
  for (const name of names) seen[name] = JSON.stringify(await read(servers[name].url, { compared: true }));
  for (const name of names) {
    if (seen[name] !== seen.baseline) throw new Error(`${name} gives ${seen[name]}, the baseline ${seen.baseline}`);
  }
  const rounds = [];
  for (let round = 0; round < count; round += 1) {
    const results = {};
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(round + turn) % names.length];
      const { url, child } = servers[name];
      results[name] = await watchMemory(child, async () => {
        const begun = performance.now();
        const { records } = await read(url, { compared: false });
        return { records, perSecond: (records / (performance.now() - begun)) * 1_000 };
      });
    }
    rounds.push(results);
  }
  return rounds;
}
