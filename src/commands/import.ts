import { createReadStream } from 'node:fs';
import { NOTE_MAX, noteOf } from '../http/change.js';
import { Journal } from '../journal/record.js';
import type { Problem } from '../problems.js';
import { systemClock } from '../shared/clock.js';
import { RESOURCE_TYPES, type ResourceType, randomIds } from '../shared/ids.js';
import { type ImportResult, importRecords } from '../sync/import.js';
import { type Command, EXIT, type Terminal, UsageError } from './command.js';
import { withStore } from './database.js';

export const importCommand: Command = {
  name: 'import',
  summary: 'Imports records from a file of NDJSON, or from standard input (-), straight into the database.',
  options: {
    'dry-run': { type: 'boolean', description: 'Write nothing; say what would become of each record.' },
    type: {
      type: 'string',
      value: 'type',
      description: `Type of lines that do not tell theirs: ${RESOURCE_TYPES.join(', ')}.`,
    },
    note: { type: 'string', value: 'text', description: 'Why; kept in the history of each record.' },
  },
  positionals: ['file'],
  async run(terminal, { json, 'dry-run': dryRun = false, type, note }, [file = '-']) {
    if (type !== undefined && !RESOURCE_TYPES.includes(type as ResourceType))
      throw new UsageError(`--type must be one of ${RESOURCE_TYPES.join(', ')}`);
    const source = file === '-' ? process.stdin : await opened(file);
    const stop = new AbortController();
    terminal.onStop(() => stop.abort());
    const author = { by: 'import', changeKind: 'content' as const, note: readNote(note), requestId: null };
    try {
      return await withStore(terminal, async (store) => {
        const journal = new Journal(systemClock, randomIds);
        const report = (error: unknown) => terminal.err(`chancery: ${(error as Error).message}`);
        const deps = { store, journal, baseUrl: '', stop: stop.signal, report };
        const options = { type: type as ResourceType | undefined, dryRun: dryRun === true, author };
        const show = json === true ? (result: ImportResult) => terminal.out(JSON.stringify(result)) : told(terminal);
        let last: ImportResult | undefined;
        for await (const results of importRecords(deps, source, options)) {
          for (const result of results) show(result);
          last = results.at(-1);
        }
        if (dryRun !== true) await store.maintain(true);
        return last?.import === 'end' && last.problem === 0 ? EXIT.done : EXIT.failed;
      });
    } finally {
      source.destroy();
    }
  },
};

/** The file, once it is known that it can be read. Raises UsageError. */
async function opened(file: string) {
  const stream = createReadStream(file);
  await new Promise<void>((resolve, reject) => {
    stream.once('open', () => resolve());
    stream.once('error', (error) => reject(new UsageError(`${file} cannot be read: ${error.message}`)));
  });
  return stream;
}

/** Raises UsageError. */
function readNote(note: string | boolean | undefined): string | null {
  const text = noteOf(String(note ?? ''));
  if (text === null || text.length <= NOTE_MAX) return text;
  throw new UsageError(`--note must be at most ${NOTE_MAX} characters long`);
}

/** Problems and how it ended as messages to people. */
function told({ out, err }: Terminal): (result: ImportResult) => void {
  return (result) => {
    if ('import' in result) {
      const { import: how, dryRun, problem, reason, ...counts } = result;
      const words = ['created', 'create', 'updated', 'update', 'same'].filter((word) => word in counts);
      out([...words.map((word) => `${counts[word]} ${word}`), `${problem} problems`].join(', '));
      if (how === 'stopped') err(`stopped: ${String(reason)}`);
    } else if (result.status === 'problem') {
      const { code, detail, errors = [] } = result.problem as Pick<Problem, 'code' | 'errors'> & { detail: string };
      const places = errors?.map(({ pointer = '', message }) => ` ${pointer || '/'} ${message}.`) ?? [];
      err(`line ${result.line}: ${code}: ${detail}${places.join('')}`);
    }
  };
}
