import { edtfBounds, NO_EARLIEST, NO_LATEST } from './edtf.js';

/**
 * The time for which something holds, as day numbers: it holds on no day outside `from` to `to`, and surely on those
 * from `certainFrom` to `certainTo`, which are none when the first is the later. NO_EARLIEST and NO_LATEST are no bound.
 */
export interface Span {
  from: number;
  to: number;
  certainFrom: number;
  certainTo: number;
}

/** A day as a question names it, as day numbers: any day from `first` to `last`, one and the same when it is exact. */
export interface Day {
  first: number;
  last: number;
}

/** Some day, nobody knows which. */
export const ANY_DAY: Day = { first: NO_EARLIEST, last: NO_LATEST };
/** May hold on any day. */
export const UNKNOWN: Span = { from: NO_EARLIEST, to: NO_LATEST, certainFrom: NO_LATEST, certainTo: NO_EARLIEST };
/** Holds on no day. */
export const NEVER: Span = { from: NO_LATEST, to: NO_EARLIEST, certainFrom: NO_LATEST, certainTo: NO_EARLIEST };

/**
 * The span of an EDTF text that was validated when it was written. An interval begins and ends on some day of its ends,
 * at an open end (`..`) never, and at an unknown one nobody knows when. A single date is the whole of it.
 */
export function spanOf(edtf: string): Span {
  if (!edtf.includes('/')) return wholeOf(edtf);
  const [start = '', end = ''] = edtf.split('/');
  return between(boundary(start, NO_EARLIEST), boundary(end, NO_LATEST));
}

/** From some day of one range to some day of the other; undefined for no such limit. Never when that is impossible. */
export function spanBetween(start: Day | undefined, end: Day | undefined): Span {
  return between(start ?? { first: NO_EARLIEST, last: NO_EARLIEST }, end ?? { first: NO_LATEST, last: NO_LATEST });
}

/** First and last day that an EDTF text can mean, with NO_EARLIEST and NO_LATEST for missing bounds. */
export function daysOf(edtf: string): Day {
  const { earliest, latest } = edtfBounds(edtf);
  return { first: earliest ?? NO_EARLIEST, last: latest ?? NO_LATEST };
}

/** Whether the span may hold on the day; of an inexact day, on some day of it. */
export function mayHold({ from, to }: Span, day: Day): boolean {
  return from <= day.last && to >= day.first;
}

/** Whether it holds for sure; of an inexact day, throughout. */
export function surelyHolds({ certainFrom, certainTo }: Span, day: Day): boolean {
  return certainFrom <= day.first && certainTo >= day.last;
}

function wholeOf(edtf: string): Span {
  const { first, last } = daysOf(edtf);
  return { from: first, to: last, certainFrom: first, certainTo: last };
}

function boundary(text: string, open: number): Day {
  if (text === '..') return { first: open, last: open };
  return text === '' ? ANY_DAY : daysOf(text);
}

function between(start: Day, end: Day): Span {
  if (start.first > end.last) return NEVER;
  // Nothing ends before it begins, which narrows an inexact end: 2024/2024-03-15 holds on that day for sure.
  const certainFrom = Math.min(start.last, end.last);
  return { from: start.first, to: end.last, certainFrom, certainTo: Math.max(end.first, start.first) };
}
