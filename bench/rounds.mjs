// How servers are measured against one another: in short rounds, each in turn.
export const CONNECTIONS = 8;

/** How long each server is measured, and how often; `quick` only shows that it works. */
export function paceOf(quick) {
  return quick ? { rounds: 3, roundMs: 400, warmUpMs: 500 } : { rounds: 9, roundMs: 1000, warmUpMs: 1500 };
}

/** Short rounds of every server in turn, so that what disturbs the machine disturbs all of them. */
export async function inTurn(scenario, servers, load, pace) {
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
