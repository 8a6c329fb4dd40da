import { copyDatabase } from '../db/copy.js';
import { openDatabase } from '../db/open.js';
import { type Command, EXIT, UsageError } from './command.js';

const URL_PATTERN = /^(?:file:.|postgres(?:ql)?:\/\/.)/;

export const copyCommand: Command = {
  name: 'copy',
  summary: 'Copies a whole database to another, of either engine, and compares both; goes on where it was broken off.',
  options: {
    from: { type: 'string', value: 'URL', description: 'What to copy. Default: DATABASE_URL.' },
    to: { type: 'string', value: 'URL', description: 'Where to: file: or postgres:. Must be empty.' },
    force: { type: 'boolean', description: 'Put the copy in place of what the target holds.' },
  },
  async run({ config, out, err }, { from = config.databaseUrl, to, force = false, json }) {
    const [source, target] = [requireUrl('from', from), requireUrl('to', to)];
    if (source === target) throw new UsageError('--from and --to name the same database');
    const reading = await openDatabase(source, { migrate: 'require', head: false });
    try {
      const writing = await openDatabase(target, { head: false });
      try {
        const summary = await copyDatabase(reading, writing, {
          overwrite: force === true,
          progress: (table, rows) => err(`${table}: ${rows} rows copied`),
        });
        if (json) out(JSON.stringify(summary));
        else err(`The copy is complete and equal, up to revision ${summary.revision}.`);
        return EXIT.done;
      } finally {
        await writing.close();
      }
    } finally {
      await reading.close();
    }
  },
};

function requireUrl(option: string, value: string | boolean | undefined): string {
  if (typeof value === 'string' && URL_PATTERN.test(value)) return value;
  throw new UsageError(`--${option} must be a URL such as file:./data/chancery.db or postgres://user@host/database`);
}
