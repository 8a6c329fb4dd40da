import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Store } from '../db/store.js';
import { type Author, Journal } from '../journal/record.js';
import { applySeeds, type SeedOutcome, type SeedRecord } from '../journal/seed.js';
import { resources } from '../resources/index.js';
import { systemClock } from '../shared/clock.js';
import { randomIds } from '../shared/ids.js';
import { parseJson } from '../shared/json.js';
import { type Command, EXIT, UsageError } from './command.js';
import { withStore } from './database.js';

const SEEDS = fileURLToPath(new URL('../../seeds/', import.meta.url));
const AUTHOR: Author = { by: 'seed', changeKind: 'content', note: 'From the seeds.', requestId: null };

export const seedCommand: Command = {
  name: 'seed',
  summary: 'Brings the knowledge base in line with seeds/*.ndjson: creates what is missing, revises what changed.',
  options: {
    overwrite: { type: 'boolean', description: 'Also take the seed where somebody else changed the record.' },
  },
  async run(terminal, { json, overwrite }) {
    const outcome = await withStore(terminal, (store) => loadSeeds(store, overwrite === true));
    if (json) terminal.out(JSON.stringify(outcome));
    else
      terminal.out(
        `${outcome.created} created, ${outcome.updated} updated, ${outcome.unchanged} unchanged, ${outcome.left.length} left alone`,
      );
    for (const line of outcome.left) terminal.err(`left alone: ${line}`);
    return EXIT.done;
  },
};

/** Applies every seed file in one transaction. Raises UsageError for a line that is not JSON, and the journal's problems. */
export function loadSeeds(store: Store, overwrite = false): Promise<SeedOutcome> {
  const journal = new Journal(systemClock, randomIds);
  const seeds = readSeeds();
  return store.write((tx) => applySeeds(tx, journal, seeds, AUTHOR, overwrite));
}

/** The records of `seeds/<collection>.ndjson`, one a line. */
export function readSeeds(): SeedRecord[] {
  const files = new Set(readdirSync(SEEDS).filter((file) => file.endsWith('.ndjson')));
  return resources.flatMap(({ collection, kind }) => {
    const file = `${collection}.ndjson`;
    if (!files.has(file)) return [];
    const lines = readFileSync(`${SEEDS}${file}`, 'utf8').split('\n');
    return lines.flatMap((line, index) =>
      line.trim() === '' ? [] : [{ kind, origin: `${file}:${index + 1}`, input: readLine(line, file, index) }],
    );
  });
}

function readLine(line: string, file: string, index: number): unknown {
  const result = parseJson(line);
  if (result.ok) return result.value;
  throw new UsageError(`${file}:${index + 1}: ${result.detail}`);
}
