import { and, inArray, isNotNull, sql } from 'drizzle-orm';
import type { Reader } from '../db/store.js';
import type { Analyst, Task } from '../journal/analysis.js';
import type { Document } from '../journal/kind.js';
import { inBatches, listValues } from '../journal/references.js';
import { resourceOfType } from '../resources/index.js';
import { LIST_CONTENT, type ListContentArgs } from '../resources/operations/list-content.js';
import { runPatiently } from '../resources/operations/patience.js';
import type { ResourceType } from '../shared/ids.js';
import { Sum } from './digest.js';

/**
 * The types in the order of a snapshot: what the fields of a record refer to is of an earlier type or of its own. Only
 * `relations` and `about` go anywhere, and citations of sources to sources.
 */
export const SNAPSHOT_ORDER: readonly ResourceType[] = [
  'source',
  'area',
  'actor',
  'event',
  'agreement',
  'commitment',
  'claim',
  'dispute',
];

/** Records read at once: with more, garbage of pages outlives them and memory grows. */
const PAGE = 100;

/** How far a snapshot has been written: what a later request needs to go on. */
export interface Progress {
  /** Place of the type in those of the snapshot. */
  type: number;
  /** Sort values of the last record of that type; empty before the first. */
  position: (string | number)[];
  /** Records written, of each type in turn. */
  counts: number[];
  sum: Sum;
}

export function noProgress(types: readonly ResourceType[]): Progress {
  return { type: 0, position: [], counts: types.map(() => 0), sum: new Sum() };
}

interface SnapshotPage {
  docs: string[];
  /** Of the mirrored ones among them: by id the instance where each is edited. */
  origins: Record<string, string>;
  /** Of the records of the page. */
  sum: Pick<Sum, 'count' | 'bytes'>;
  next: (string | number)[] | undefined;
}

/** A page of a snapshot: documents, and what they add to the digest. */
export const SNAPSHOT_PAGE: Task<ListContentArgs, SnapshotPage> = {
  name: 'snapshot page',
  async run(reader, args) {
    const { docs, next } = await LIST_CONTENT.run(reader, args);
    const sum = new Sum();
    const documents = docs.map((doc) => JSON.parse(doc) as Document);
    for (const document of documents) sum.add(document);
    const origins = await readOrigins(reader, documents);
    return { docs, next, origins, sum: { count: sum.count, bytes: sum.bytes } };
  },
};

async function readOrigins(reader: Reader, documents: readonly Document[]): Promise<Record<string, string>> {
  const revisions = documents.map(({ revision }) => revision);
  const rows = await inBatches(revisions, (batch) => {
    const { names, values } = listValues(batch);
    return reader.all(
      `origins of revisions ${names.length}`,
      (db, { revisions: { entity: id, origin, revision }, revisions: t }) =>
        db
          .select({ id, origin })
          .from(t)
          .where(
            and(
              inArray(
                revision,
                names.map((name) => sql.placeholder(name)),
              ),
              isNotNull(origin),
            ),
          ),
      values,
    );
  });
  return Object.fromEntries(rows.map(({ id, origin }) => [id, origin ?? '']));
}

/** One part of a snapshot: documents, and the progress once they are written. */
export interface SnapshotPart {
  docs: readonly string[];
  origins: Readonly<Record<string, string>>;
  progress: Progress;
}

/** The parts of a snapshot behind a progress. Nothing is held between them: no transaction, no iterator. */
export async function* snapshotParts(
  analyst: Analyst,
  revision: number,
  types: readonly ResourceType[],
  from: Progress,
): AsyncGenerator<SnapshotPart, void, undefined> {
  let { type, position } = from;
  const counts = [...from.counts];
  const total = from.sum.copy();
  let begun = false;
  for (; type < types.length; type += 1, position = []) {
    do {
      const args = pageArgs(types[type] as ResourceType, revision, position);
      const page = await runPatiently(analyst, SNAPSHOT_PAGE, args, begun);
      begun = true;
      counts[type] = (counts[type] ?? 0) + page.docs.length;
      total.merge(page.sum);
      const isLast = page.next === undefined;
      position = page.next ?? [];
      yield {
        docs: page.docs,
        origins: page.origins,
        progress: { type: isLast ? type + 1 : type, position, counts: [...counts], sum: total.copy() },
      };
    } while (position.length > 0);
  }
}

function pageArgs(type: ResourceType, revision: number, position: readonly (string | number)[]): ListContentArgs {
  const { collection } = resourceOfType(type);
  return {
    ...{ collection, query: [], found: [], search: undefined, revision, pinned: true },
    sort: { name: 'created', direction: 'asc' },
    ...{ limit: PAGE, position: position.length === 0 ? undefined : position, count: 'none', include: [] },
  };
}
