/** Calendar periods of the proleptic Gregorian calendar, over day numbers (days since 1970-01-01). */

import { yearOfDay } from '../shared/edtf.js';

export const BUCKET_UNITS = ['day', 'month', 'quarter', 'year'] as const;
export type BucketUnit = (typeof BUCKET_UNITS)[number];
type Unit = BucketUnit | 'decade' | 'century';

const UNITS: readonly Unit[] = [...BUCKET_UNITS, 'decade', 'century'];
const DAY_MS = 86_400_000;
const MONTHS: Readonly<Record<Exclude<BucketUnit, 'day'>, number>> = { month: 1, quarter: 3, year: 12 };

/** What a date without a bound, or one that no century holds, lies within. */
export const UNBOUNDED = '..';

/** Number of the period that holds a day; numbers of neighbours differ by one. */
export function periodOf(unit: BucketUnit, day: number): number {
  if (unit === 'day') return day;
  const { year, month } = civil(day);
  return Math.floor((year * 12 + month) / MONTHS[unit]);
}

/** First and last day of a period. */
export function daysOf(unit: BucketUnit, period: number): { first: number; last: number } {
  if (unit === 'day') return { first: period, last: period };
  const months = MONTHS[unit];
  return { first: monthStart(period * months), last: monthStart((period + 1) * months) - 1 };
}

/** Name of the period that holds a day: `2025-01-15`, `2025-01`, `2025-Q1`, `2025`, and in EDTF `202X`, `20XX`. */
export function periodName(unit: BucketUnit, day: number): string {
  return nameOf(unit, day) ?? UNBOUNDED;
}

/** Name of the smallest calendar period above the unit that holds both days: month, quarter, year, decade, century. */
export function enclosing(unit: BucketUnit, first: number, last: number): string {
  for (const coarser of UNITS.slice(UNITS.indexOf(unit) + 1)) {
    const name = nameOf(coarser, first);
    if (name !== undefined && name === nameOf(coarser, last)) return name;
  }
  return UNBOUNDED;
}

function nameOf(unit: Unit, day: number): string | undefined {
  const { month, dayOfMonth } = civil(day);
  const name = yearOfDay(day);
  if (unit === 'year') return name;
  if (unit === 'decade') return unspecified(name, 1);
  if (unit === 'century') return unspecified(name, 2);
  if (unit === 'quarter') return `${name}-Q${Math.floor(month / 3) + 1}`;
  return `${name}-${two(month + 1)}${unit === 'day' ? `-${two(dayOfMonth)}` : ''}`;
}

/** EDTF has such a form for years of four digits only. */
function unspecified(name: string, digits: number): string | undefined {
  return name.startsWith('Y') ? undefined : name.slice(0, -digits) + 'X'.repeat(digits);
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

/** `month` from 0. */
function civil(day: number): { year: number; month: number; dayOfMonth: number } {
  const date = new Date(day * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth(), dayOfMonth: date.getUTCDate() };
}

/** First day of a month that is counted from January of the year 0. */
function monthStart(month: number): number {
  return new Date(0).setUTCFullYear(0, month, 1) / DAY_MS;
}
