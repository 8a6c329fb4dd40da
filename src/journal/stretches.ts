import { NO_EARLIEST } from '../shared/edtf.js';
import { type Month, monthAt, monthWord, NO_MONTH } from './search-text.js';

/** Some months in a row, by their words in `refs`, and about how many records fit in them. */
export interface Stretch {
  words: readonly string[];
  fitting: number;
}

export interface Stretching {
  direction: 'asc' | 'desc';
  /** The day from which on records are wanted, in the direction; undefined for all. */
  from: number | undefined;
  /** What share of the records fits. */
  share: number;
  /** How many records that fit the first stretch should have. */
  wanted: number;
}

/** So many words are looked for at once at most. */
const MAX_MONTHS = 120;

/**
 * The months of some years with their numbers of records, in the order of a list by date. Each stretch has room for twice
 * as many records that fit as the one before: a list's filters may leave few of these, and there may be long gaps.
 */
export function stretchesOf(
  years: ReadonlyMap<string, number>,
  { direction, from, share, wanted }: Stretching,
): Stretch[] {
  const stretches: Stretch[] = [];
  let [words, fitting, room]: [string[], number, number] = [[], 0, wanted];
  const end = () => {
    if (words.length > 0) stretches.push({ words, fitting });
    [words, fitting, room] = [[], 0, room * 2];
  };
  for (const { month, records } of monthsOf(years, direction, from)) {
    words.push(monthWord(month));
    fitting += records * share;
    if (fitting >= room || words.length === MAX_MONTHS) end();
  }
  end();
  return stretches;
}

const MONTHS = Array.from({ length: 12 }, (_, index) => String(index + 1).padStart(2, '0'));

/** The months from that of the day on, each with the records that it has if a year's are spread evenly. */
function monthsOf(
  years: ReadonlyMap<string, number>,
  direction: Stretching['direction'],
  from: number | undefined,
): { month: Month; records: number }[] {
  const sign = direction === 'asc' ? 1 : -1;
  const inOrder = direction === 'asc' ? MONTHS : MONTHS.toReversed();
  const all = [...years]
    .sort(([a], [b]) => sign * compareYears(a, b))
    .flatMap(([year, count]) =>
      year === ''
        ? { month: NO_MONTH, records: count }
        : inOrder.map((month) => ({ month: { year, month }, records: count / MONTHS.length })),
    );
  if (from === undefined) return all;
  const begun = from === NO_EARLIEST ? NO_MONTH : monthAt(from);
  return all.filter(({ month }) => sign * compareMonths(month, begun) >= 0);
}

function compareMonths(a: Month, b: Month): number {
  return compareYears(a.year, b.year) || Number(a.month) - Number(b.month);
}

/** Records without a first day sort before all others. */
function compareYears(a: string, b: string): number {
  const [one, other] = [a, b].map((year) => (year === '' ? Number.NEGATIVE_INFINITY : Number(year.replace('Y', ''))));
  return one === other ? 0 : (one ?? 0) < (other ?? 0) ? -1 : 1;
}
