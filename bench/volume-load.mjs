// Fills a database with synthetic events, through the journal as the service and its seeds do.
import { openDatabase } from '../dist/db/open.js';
import { Journal } from '../dist/journal/record.js';
import { readCells } from '../dist/journal/rollups.js';
import { events } from '../dist/resources/events/index.js';
import { EVENT_KINDS } from '../dist/resources/events/kinds.js';
import { systemClock } from '../dist/shared/clock.js';
import { randomIds } from '../dist/shared/ids.js';
import { seededReferences, slugsOf, syntheticEvents } from './synthetic.mjs';

const AUTHOR = { by: 'synthetic', changeKind: 'content', note: null, requestId: null };
const CHUNK = 5_000;

/** Adds what is missing to `count` synthetic events in a seeded database, a transaction for each chunk. */
export async function loadSynthetic(databaseUrl, count, tell) {
  const store = await openDatabase(databaseUrl);
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

async function countEvents(store) {
  const [total] = await readCells(store, 'event', 'total', 1);
  return total?.count ?? 0;
}
