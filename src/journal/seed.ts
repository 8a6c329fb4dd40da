import type { Tx } from '../db/store.js';
import { Problem } from '../problems.js';
import { seedId } from '../shared/ids.js';
import type { Body, RecordKind } from './kind.js';
import { findCurrent } from './read.js';
import type { Author, Journal } from './record.js';

export interface SeedRecord {
  kind: RecordKind;
  /** Where it stands, for messages: `events.ndjson:12`. */
  origin: string;
  input: unknown;
}

export interface SeedOutcome {
  created: number;
  updated: number;
  unchanged: number;
  /** Seeds whose record somebody else has deleted, merged or changed, and how; they are left alone. */
  left: string[];
}

/**
 * Brings the knowledge base in line with the seeds, all in the caller's transaction: missing records are created
 * together, so that they may refer to one another, and changed ones get a new version. Records that others changed are
 * left alone unless `overwrite`. Raises the first problem with its place in front.
 */
export async function applySeeds(
  tx: Tx,
  journal: Journal,
  seeds: readonly SeedRecord[],
  author: Author,
  overwrite = false,
): Promise<SeedOutcome> {
  const outcome: SeedOutcome = { created: 0, updated: 0, unchanged: 0, left: [] };
  const parsed = seeds.map((seed) => ({ seed, body: at(seed, () => seed.kind.parse(seed.input)) }));
  const fresh: { kind: RecordKind; body: Body; id: string }[] = [];
  const known: { seed: SeedRecord; body: Body; id: string }[] = [];
  for (const { seed, body } of parsed) {
    const id = seedId(seed.kind.type, String(body.slug));
    const current = await findCurrent(tx, seed.kind, id);
    if (current === undefined) fresh.push({ kind: seed.kind, body, id });
    else if (current.deleted) outcome.left.push(`${seed.origin} ${String(body.slug)}: ${howEnded(current)}`);
    else known.push({ seed, body, id });
  }
  outcome.created = (await journal.createAll(tx, fresh, author)).length;
  for (const { seed, body, id } of known) {
    const current = await findCurrent(tx, seed.kind, id);
    if (current === undefined) continue;
    if (current.by !== author.by && !overwrite) {
      outcome.left.push(`${seed.origin} ${current.slug}: changed by ${current.by}`);
      continue;
    }
    const { changed } = await journal.replace(tx, seed.kind, current, body, author);
    if (changed) outcome.updated += 1;
    else outcome.unchanged += 1;
  }
  return outcome;
}

function howEnded({ mergedInto }: { mergedInto: string | null }): string {
  return mergedInto === null ? 'deleted' : `merged into ${mergedInto}`;
}

function at<T>(seed: SeedRecord, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const first = error.errors?.[0];
    throw new Problem(error.code, `${seed.origin}: ${first ? `${first.pointer} ${first.message}` : error.message}`, {
      cause: error,
    });
  }
}
