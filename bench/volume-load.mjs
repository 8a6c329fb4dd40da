// Fills a database with synthetic events, through the journal as the service and its seeds do.
import { openStore } from '../dist/commands/database.js';
import { Journal } from '../dist/journal/record.js';
import { readRollup } from '../dist/journal/rollups.js';
import { events } from '../dist/resources/events/index.js';
import { EVENT_KINDS } from '../dist/resources/events/kinds.js';
import { systemClock } from '../dist/shared/clock.js';
import { randomIds } from '../dist/shared/ids.js';
import { seededReferences, slugsOf, syntheticEvents } from './synthetic.mjs';

const AUTHOR = { by: 'synthetic', changeKind: 'content', note: null, requestId: null };
const CHUNK = 5_000;

/** Adds what is missing to `count` synthetic events in a seeded database, a transaction for each chunk; `tell` gets lines. */
export async function loadSynthetic(databaseUrl, count, tell) {
  // A database that an older program made gets its query tables anew here, as at the start of the service.
  const store = await openStore({ config: { databaseUrl }, err: tell });
  try {
    const body = syntheticEvents({ kinds: Object.keys(EVENT_KINDS), ...seededReferences() });
    const journal = new Journal(systemClock, randomIds);
    const begun = performance.now();
    const first = (await countEvents(store)) - slugsOf('events').length;
    for (let start = first; start < count; start += CHUNK) {
      const numbers = Array.from({ length: Math.min(CHUNK, count - start) }, (_, index) => start + index);
      const records = numbers.map((n) => ({ kind: events.kind, body: events.kind.parse(body(n)) }));
      await store.write((tx) => journal.createAll(tx, records, AUTHOR));
      const done = start + numbers.length;
      tell(`${done} of ${count} events, ${Math.round((done - first) / ((performance.now() - begun) / 1000))}/s`);
    }
    await store.maintain(true);
  } finally {
    await store.close();
  }
}

/** All present events, the seeded ones too. */
async function countEvents(store) {
  return readRollup(store, { kind: events.kind, asOf: undefined, conditions: [], edges: [] });
}
