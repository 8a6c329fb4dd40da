import { reindex, verify } from '../journal/rebuild.js';
import { kinds } from '../resources/index.js';
import { type Command, EXIT } from './command.js';
import { withStore } from './database.js';

const SHOWN = 50;

export const migrateCommand: Command = {
  name: 'migrate',
  summary: 'Brings the database up to date without starting the service.',
  options: {},
  async run(terminal, { json }) {
    await withStore(terminal, async () => undefined);
    if (json) terminal.out(JSON.stringify({ migrated: true }));
    else terminal.err('The database is up to date.');
    return EXIT.done;
  },
};

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'Checks that the journal has no gap and that every projection equals a rebuild from it.',
  options: {},
  async run(terminal, { json }) {
    const found = await withStore(terminal, (store) => verify(store, kinds));
    if (json) terminal.out(JSON.stringify({ clean: found.length === 0, discrepancies: found }));
    for (const { where, what } of found.slice(0, SHOWN)) terminal.err(`${where} ${what}`);
    terminal.err(
      found.length === 0 ? 'Clean: projections equal a rebuild from the journal.' : `${found.length} discrepancies.`,
    );
    return found.length === 0 ? EXIT.done : EXIT.failed;
  },
};

export const reindexCommand: Command = {
  name: 'reindex',
  summary: 'Makes all query tables again from the journal.',
  options: {},
  async run(terminal, { json }) {
    const versions = await withStore(terminal, async (store) => {
      const made = await reindex(store, kinds);
      await store.maintain(true);
      return made;
    });
    if (json) terminal.out(JSON.stringify({ versions }));
    else terminal.err(`${versions} versions projected.`);
    return EXIT.done;
  },
};
