// A process that writes to a database with several writers at once until it is told to stop. Its arguments: the URL, a
// name, how many writers. Prints one JSON line: what it committed, and how many transactions it rolled back.
import { openDatabase } from '../../dist/db/open.js';
import { findCurrent } from '../../dist/journal/read.js';
import { Journal } from '../../dist/journal/record.js';
import { kinds } from '../../dist/resources/index.js';
import { systemClock } from '../../dist/shared/clock.js';
import { randomIds } from '../../dist/shared/ids.js';

const [url, name, writers] = process.argv.slice(2);
const ROLLED_BACK = 0.1;
const AUTHOR = { by: name, changeKind: 'content', note: null, requestId: null };

const store = await openDatabase(url);
const journal = new Journal(systemClock, randomIds);
const area = kinds.get('area');
const committed = [];
let rolledBack = 0;
let stopped = false;
let count = 0;

class Undone extends Error {}

/** Creates a record, or a new version of one, and undoes one transaction in ten after its revision was taken. */
async function write(known) {
  count += 1;
  const body = area.parse({ label: `Area ${count} of ${name}`, slug: `area-${count}-of-${name}` });
  const undo = Math.random() < ROLLED_BACK;
  try {
    const outcome = await store.write(async (tx) => {
      const current = known && (await findCurrent(tx, area, known));
      const done = current
        ? await journal.replace(tx, area, current, { ...body, definition: `Change ${count}` }, AUTHOR)
        : await journal.create(tx, { kind: area, body }, AUTHOR);
      if (undo) throw new Undone();
      return done;
    });
    committed.push({ entity: outcome.id, version: outcome.version, revision: outcome.revision });
    return outcome.id;
  } catch (error) {
    if (!(error instanceof Undone)) throw error;
    rolledBack += 1;
    return known;
  }
}

process.stdin.once('data', () => {
  stopped = true;
});
process.stdout.write('ready\n');
await Promise.all(
  Array.from({ length: Number(writers) }, async () => {
    let known;
    while (!stopped) known = (await write(Math.random() < 0.5 ? known : undefined)) ?? known;
  }),
);
await store.close();
process.stdout.write(`${JSON.stringify({ committed, rolledBack })}\n`);
process.exitCode = 0;
process.stdin.destroy();
