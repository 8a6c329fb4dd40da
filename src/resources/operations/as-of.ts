import type { Head } from '../../db/head.js';
import { invalidParameter } from '../../problems.js';
import { parseInstant } from '../common.filters.js';

/** What `asOf` says: a revision, or an instant (RFC 3339). */
export type AsOf = { revision: number } | { instant: string };

export function parseAsOf(text: string | undefined): AsOf | undefined {
  if (text === undefined) return undefined;
  if (/^[0-9]{1,15}$/.test(text)) return { revision: Number(text) };
  const instant = parseInstant(text);
  if (instant === undefined)
    throw invalidParameter(
      'asOf',
      'must be a revision number or an RFC 3339 instant such as 2025-01-01T00:00:00Z',
      'invalid-format',
    );
  return { instant };
}

/**
 * The revision to read at. Raises `invalid-parameter` before the first revision and after the head; an instant may be
 * as late as `now`.
 */
export function revisionOf(asOf: AsOf, head: Head, revisionAtInstant: number | null, now: string): number {
  const revision = 'revision' in asOf ? asOf.revision : (revisionAtInstant ?? 0);
  if (revision < 1) throw invalidParameter('asOf', 'is before the first revision', 'out-of-range');
  if (revision > head.revision)
    throw invalidParameter('asOf', `is after the last revision, ${head.revision}`, 'out-of-range');
  if ('instant' in asOf && asOf.instant > now) throw invalidParameter('asOf', 'lies in the future', 'out-of-range');
  return revision;
}

/** Whether the answer can never change: an instant that is still open may yet see another revision. */
export function isImmutable(asOf: AsOf, head: Head): boolean {
  return 'revision' in asOf || asOf.instant < head.recordedAt;
}
