import type { Json } from '../../journal/kind.js';
import { NO_EARLIEST, NO_LATEST } from '../../shared/edtf.js';
import { daysOf, mayHold, type Span, spanOf, surelyHolds, UNKNOWN } from '../../shared/span.js';
import { isDuration, isoOf } from './days.js';

/** Something held for a time, such as a term of office; without a validity nobody knows for which. */
export interface Holding {
  validity?: string;
}

/** Days that none of the holdings reaches, null without a bound. */
export interface Gap {
  from: string | null;
  to: string | null;
}

export type Coverage = { covered: 'all' } | { covered: 'none' } | { covered: 'some'; gaps: Gap[] };

export function spanOfHolding({ validity }: Holding): Span {
  return validity === undefined ? UNKNOWN : spanOf(validity);
}

/**
 * How many of the days that a date may mean lie within holdings, each as wide as its dates allow. Some of them are
 * enough of a date that is a duration; and on a side where the date has no bound, nothing is missing.
 */
export function coverageOf(holdings: readonly Holding[], date: string): Coverage {
  const day = daysOf(date);
  const spans = holdings.map(spanOfHolding).filter((span) => mayHold(span, day));
  if (spans.length === 0) return { covered: 'none' };
  if (isDuration(date)) return { covered: 'all' };
  const first = day.first === NO_EARLIEST ? Math.min(...spans.map(({ from }) => from)) : day.first;
  const last = day.last === NO_LATEST ? Math.max(...spans.map(({ to }) => to)) : day.last;
  const gaps = gapsBetween(spans, first, last);
  return gaps.length === 0 ? { covered: 'all' } : { covered: 'some', gaps };
}

function gapsBetween(spans: readonly Span[], first: number, last: number): Gap[] {
  const gaps: Gap[] = [];
  let next = first;
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from > next) gaps.push({ from: isoOf(next), to: isoOf(from - 1) });
    next = Math.max(next, to + 1);
  }
  if (next <= last) gaps.push({ from: isoOf(next), to: isoOf(last) });
  return gaps;
}

/** Whether one of the holdings lasts throughout a date, on whatever days the dates were. */
export function surelyCovers(holding: Holding, date: string): boolean {
  return surelyHolds(spanOfHolding(holding), daysOf(date));
}

/** The validities as details hold them, null for one that is not known. */
export function validitiesOf(holdings: readonly Holding[]): Json[] {
  return holdings.map(({ validity }) => validity ?? null);
}

export function validitiesInWords(holdings: readonly Holding[]): string {
  return holdings.map(({ validity }) => validity ?? 'of unknown dates').join(', ');
}

/** `2024-09-06 to 2025-01-31, …` */
export function gapsInWords(gaps: readonly Gap[]): string {
  return gaps.map(({ from, to }) => (from === to ? from : `${from ?? 'any day'} to ${to ?? 'any day'}`)).join(', ');
}
