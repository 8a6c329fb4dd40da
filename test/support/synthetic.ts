import { eq } from 'drizzle-orm';
import type { Store } from '../../src/db/store.js';
import { type Author, Journal } from '../../src/journal/record.js';
import { events } from '../../src/resources/events/index.js';
import { EVENT_KINDS } from '../../src/resources/events/kinds.js';
import { steppingClock } from '../../src/shared/clock.js';
import { dayToIso } from '../../src/shared/edtf.js';
import { randomIds } from '../../src/shared/ids.js';

const AUTHOR: Author = { by: 'synthetic', changeKind: 'content', note: null, requestId: null };
const BATCH = 500;
const DAYS = 12_000;

/** Adds events between the actors that are there, spread evenly over kinds, days and tags; the same at each call. */
export async function addSyntheticEvents(store: Store, count: number): Promise<void> {
  const journal = new Journal(steppingClock('2030-01-01T00:00:00.000Z'), randomIds);
  const rows = await store.all('all actors', (db, t) =>
    db.select({ id: t.entities.id }).from(t.entities).where(eq(t.entities.type, 'actor')).orderBy(t.entities.id),
  );
  const kinds = Object.keys(EVENT_KINDS);
  const pick = <T>(from: readonly T[], n: number): T => from[n % from.length] as T;
  const records = Array.from({ length: count }, (_, n) => ({
    kind: events.kind,
    body: events.kind.parse({
      slug: `synthetic-${n}`,
      title: `Synthetic event ${n}`,
      kind: pick(kinds, n * 7),
      date: dayToIso((n * 7919) % DAYS),
      status: 'concluded',
      participants: [0, 1, 2].map((nth) => ({ actor: pick(rows, n * (nth + 3) + nth).id, role: 'participant' })),
      tags: [`tag-${n % 20}`],
    }),
  }));
  for (let start = 0; start < count; start += BATCH) {
    await store.write((tx) => journal.createAll(tx, records.slice(start, start + BATCH), AUTHOR));
  }
  await store.maintain(true);
}
