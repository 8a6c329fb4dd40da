import type { Document } from '../../src/journal/kind.js';
import type { Resource, SortName } from '../../src/resources/resource.js';
import { NO_EARLIEST, NO_LATEST } from '../../src/shared/edtf.js';
import { fold } from '../../src/shared/fold.js';
import { truncate } from '../../src/shared/text.js';

interface Row {
  doc: Document;
  /** Revision of its first version. */
  created: number;
}

/** Documents in the order in which a list with that sort must give them; worked out in memory. */
export function inOrder(resource: Resource, rows: readonly Row[], sort: SortName, descending: boolean): Document[] {
  const keyed = rows.map((row) => ({ doc: row.doc, key: sortKey(resource, row, sort) }));
  keyed.sort((a, b) => (descending ? -1 : 1) * compare(a.key, b.key));
  return keyed.map(({ doc }) => doc);
}

function sortKey(resource: Resource, { doc, created }: Row, sort: SortName): (string | number)[] {
  if (sort === 'label') return [truncate(fold(resource.kind.label(doc)), 200), doc.id];
  if (sort === 'created') return [created, doc.id];
  if (sort === 'updated') return [doc.revision, doc.id];
  const { dates } = resource.kind.project(doc);
  if (dates === undefined) return [NO_EARLIEST, NO_EARLIEST, doc.id];
  return [dates.earliest ?? NO_EARLIEST, dates.latest ?? NO_LATEST, doc.id];
}

function compare(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? '';
    if (left === right) continue;
    if (typeof left === 'string' && typeof right === 'string') return byCodePoints(left, right);
    return left < right ? -1 : 1;
  }
  return 0;
}

/**
 * The order of text in the database, on both engines: by code points, which is that of the bytes of UTF-8. JavaScript
 * goes by UTF-16 units and so puts what is beyond U+FFFF before U+E000.
 */
export function byCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
