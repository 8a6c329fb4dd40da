import { dayToIso, NO_EARLIEST, NO_LATEST } from '../../shared/edtf.js';
import { daysOf } from '../../shared/span.js';

/** Whether one date lies before another for sure: on whatever days the two were. */
export function isBefore(date: string, other: string): boolean {
  return daysOf(date).last < daysOf(other).first;
}

/** Whether two dates may be the same day. */
export function shareDay(date: string, other: string): boolean {
  const [a, b] = [daysOf(date), daysOf(other)];
  return a.first <= b.last && b.first <= a.last;
}

/**
 * Whether a date names the time that something took, from one date to another or without an end. Any other means one
 * day among several, nobody knows which.
 */
export function isDuration(date: string): boolean {
  return date.includes('/') && !date.startsWith('/');
}

/** A day number as text; null where there is no bound. */
export function isoOf(day: number): string | null {
  return day === NO_EARLIEST || day === NO_LATEST ? null : dayToIso(day);
}
