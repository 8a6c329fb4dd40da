// Figures of one scenario from its rounds, and how they are printed.

/** The pairs of servers whose rates are compared. */
export function pairsOf(engines) {
  const within = engines.flatMap((engine) => [
    [`chancery/${engine}`, 'floor'],
    [`chancery/${engine}`, `baseline/${engine}`],
  ]);
  if (engines.length === 1) return within;
  return [...within, ...['chancery', 'baseline'].map((server) => [`${server}/postgres`, `${server}/sqlite`])];
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Medians of each server, and for each pair of servers the ratio within each round. */
export function summary(names, pairs, rounds) {
  const of = (name, figure) => rounds.map((results) => results[name][figure]);
  const servers = names.map((name) => ({
    name,
    perSecond: Math.round(median(of(name, 'perSecond'))),
    p50Ms: rounded(median(of(name, 'p50')), 3),
    p99Ms: rounded(median(of(name, 'p99')), 3),
    loadBusy: rounded(median(of(name, 'busy')), 2),
  }));
  return { servers, ratios: ratiosOf(pairs, rounds) };
}

function ratiosOf(pairs, rounds) {
  return pairs.map(([name, other]) => {
    const each = rounds.map((results) => results[name].perSecond / results[other].perSecond);
    return {
      of: name,
      to: other,
      median: rounded(median(each), 2),
      min: rounded(Math.min(...each), 2),
      max: rounded(Math.max(...each), 2),
    };
  });
}

/** The same of rounds in which each server gave or took some records once; with memory where that was looked at. */
export function exchangeSummary(names, pairs, rounds) {
  const servers = names.map((name) => {
    const own = rounds.map((results) => results[name]);
    const { records, beforeMb } = own[0];
    const perSecond = Math.round(median(own.map((result) => result.perSecond)));
    if (beforeMb === undefined) return { name, records, perSecond };
    const peakMb = Math.max(...own.map((result) => result.beforeMb + result.grewMb));
    const grewMb = Math.max(...own.map((result) => result.grewMb));
    return { name, records, perSecond, grewMb, peakMb: rounded(peakMb, 1) };
  });
  return { servers, ratios: ratiosOf(pairs, rounds) };
}

function rounded(value, digits) {
  return Number(value.toFixed(digits));
}

export function printReport(machine, settings, scenarios) {
  console.log(`Node ${machine.node}, ${machine.cores} cores, ${machine.model}`);
  console.log(
    `${settings.connections} connections, ${settings.rounds} rounds of ${settings.roundMs} ms for each server in turn`,
  );
  for (const { scenario, servers, ratios } of scenarios) {
    console.log(`\n${scenario}`);
    for (const { name, perSecond, p50Ms, p99Ms, loadBusy } of servers) {
      const figures = `${String(perSecond).padStart(7)}/s   p50 ${p50Ms.toFixed(2)} ms   p99 ${p99Ms.toFixed(2)} ms`;
      console.log(`  ${name.padEnd(18)}${figures}   load generator ${Math.round(loadBusy * 100)} % busy`);
    }
    printRatios(ratios);
  }
}

function printRatios(ratios) {
  for (const { of, to, median: ratio, min, max } of ratios) {
    const range = `${ratio.toFixed(2)}  (${min.toFixed(2)}–${max.toFixed(2)})`;
    console.log(`  ${of.padEnd(18)} to ${to.padEnd(18)} ${range}`);
  }
}

export function printSyncReport(machine, { rounds }, scenarios) {
  console.log(`Node ${machine.node}, ${machine.cores} cores, ${machine.model}`);
  console.log(`${rounds} rounds of every server in turn`);
  for (const { scenario, servers, ratios } of scenarios) {
    console.log(`\n${scenario}`);
    for (const { name, records, perSecond, grewMb, peakMb } of servers) {
      const memory = peakMb === undefined ? '' : `   private memory at most ${peakMb} MB, grew by at most ${grewMb} MB`;
      console.log(`  ${name.padEnd(18)}${String(perSecond).padStart(7)} records/s, ${records} each time${memory}`);
    }
    printRatios(ratios);
  }
}

/** Targets that do not stand with a scenario; the growth must be less. */
const MOST_LOOP_P99_MS = 50;
const EXPORT_LIMIT_MB = 64;

export function printVolumeReport(machine, settings, { scenarios, loop, exports }) {
  const verdict = (figure, most) => (most === undefined ? '' : figure <= most ? '  meets' : '  MISSES');
  console.log(`Node ${machine.node}, ${machine.cores} cores, ${machine.model}`);
  console.log(`${settings.engine}, ${settings.events} events; ${settings.rounds} rounds of ${settings.roundMs} ms`);
  console.log('\nTimes as long as what it is compared with: median of the rounds (range)');
  for (const { name, to, most, median: ratio, min, max, p50Ms } of scenarios) {
    const range = `${ratio.toFixed(2)}  (${min.toFixed(2)}–${max.toFixed(2)})`;
    const target = most === undefined ? '' : `  at most ${most} times ${to}:${verdict(ratio, most)}`;
    console.log(`  ${name.padEnd(30)}${range.padEnd(26)}p50 ${p50Ms.toFixed(2)} ms${target}`);
  }
  console.log('\nHow late the event loop is (ms), and a plain list beside it, while several connections ask for');
  for (const { name, p50, p99, max, listP50Ms, listP99Ms } of loop) {
    const list = `list p50 ${listP50Ms.toFixed(2)}, p99 ${listP99Ms.toFixed(2)}`;
    const late = `p50 ${p50}   p99 ${p99}   max ${max}`.padEnd(38);
    console.log(`  ${name.padEnd(30)}${late}${list}${verdict(p99, MOST_LOOP_P99_MS)}`);
  }
  if (exports.length === 0)
    return console.log('\nNo export was measured: there is none, or the system tells no memory.');
  console.log('\nPrivate memory of the server during an export as NDJSON');
  for (const { name, records, seconds, beforeMb, grewMb } of exports) {
    const figures = `${records} records in ${seconds.toFixed(1)} s: grew by ${grewMb} MB from ${beforeMb} MB`;
    console.log(`  ${name.padEnd(30)}${figures}  ${grewMb < EXPORT_LIMIT_MB ? 'meets' : 'MISSES'}`);
  }
}
