import { type ParsedDate, parse } from 'edtf';

/**
 * Dates in EDTF (Extended Date/Time Format, part of ISO 8601-2:2019), levels 0 and 1. A day number counts whole days
 * since 1970-01-01 in the proleptic Gregorian calendar, UTC; it may be negative.
 */
export interface Edtf {
  /** The date as it was written. */
  text: string;
  /** Day number of the first day the date can mean; null when the start of an interval is open (`..`) or unknown. */
  earliest: number | null;
  /** Day number of the last day the date can mean; null when the end of an interval is open (`..`) or unknown. */
  latest: number | null;
}

/** `date` refuses intervals, `interval` requires one. */
export type EdtfForm = 'date' | 'interval' | 'any';

/** A date, or one sentence that says what is wrong with the text and ends in an example of what is accepted. */
export type EdtfResult = { ok: true; value: Edtf } | { ok: false; message: string };

/** Stand in for a missing bound in a database column: they sort before and after every real day and fit 32 bits. */
export const NO_EARLIEST = -1_000_000_000;
export const NO_LATEST = 1_000_000_000;

/** Longest text that is looked at, in UTF-16 units. */
const MAX_LENGTH = 100;
/** Farthest year in either direction; a JavaScript Date reaches some 70,000 years beyond. */
const MAX_YEAR = 200_000;
/** No single date of levels 0 and 1 is longer; keeps the package's parser away from anything long. */
const MAX_DATE_LENGTH = '-2024-03-15T23:30:00.123456789-05:00'.length;
const DAY_MS = 86_400_000;

/** First and last day of a date without open ends, as day numbers. */
interface Days {
  earliest: number;
  latest: number;
}

type Bounds = Pick<Edtf, 'earliest' | 'latest'>;

/** Everything that is accepted, with first and last day of the example (null: no bound on that side). */
export const EDTF_ACCEPTED: readonly {
  form: string;
  example: string;
  earliest: string | null;
  latest: string | null;
  note: string;
}[] = [
  accepted('year', '2024', '2024-01-01', '2024-12-31', 'Four digits, 0000 to 9999; 0000 is the year before 0001.'),
  accepted('year and month', '2024-02', '2024-02-01', '2024-02-29', ''),
  accepted('day', '2024-03-15', '2024-03-15', '2024-03-15', ''),
  accepted('negative year', '-0044', '-000044-01-01', '-000044-12-31', 'Month and day may follow; not -0000.'),
  accepted('negative year, with day', '-1258-11-21', '-001258-11-21', '-001258-11-21', ''),
  accepted('long year', 'Y17000', '+017000-01-01', '+017000-12-31', 'Five or six digits, up to 200000; a year alone.'),
  accepted('long negative year', 'Y-17000', '-017000-01-01', '-017000-12-31', 'Down to -200000.'),
  accepted(
    'time of day',
    '2024-03-15T23:30',
    '2024-03-15',
    '2024-03-15',
    'Local; seconds, with up to 9 decimals, may follow.',
  ),
  accepted('time of day, UTC', '2024-03-15T23:30:00Z', '2024-03-15', '2024-03-15', 'The day as written.'),
  accepted(
    'time of day, offset',
    '2024-03-15T23:30:00-05:00',
    '2024-03-15',
    '2024-03-15',
    'The day as written; also `-05`.',
  ),
  accepted('uncertain', '2024?', '2024-01-01', '2024-12-31', 'After year, month or day; bounds as without the sign.'),
  accepted('approximate', '2024-03~', '2024-03-01', '2024-03-31', 'Likewise.'),
  accepted('uncertain and approximate', '2024-03-15%', '2024-03-15', '2024-03-15', 'Likewise.'),
  accepted('some year of a decade', '202X', '2020-01-01', '2029-12-31', ''),
  accepted('some year of a century', '20XX', '2000-01-01', '2099-12-31', ''),
  accepted('the same, negative', '-004X', '-000049-01-01', '-000040-12-31', ''),
  accepted('some month of a year', '2024-XX', '2024-01-01', '2024-12-31', ''),
  accepted('some day of a month', '2024-02-XX', '2024-02-01', '2024-02-29', ''),
  accepted('some day of a year', '2024-XX-XX', '2024-01-01', '2024-12-31', ''),
  accepted('spring', '2024-21', '2024-03-01', '2024-05-31', 'March to May, wherever it happened.'),
  accepted('summer', '2024-22', '2024-06-01', '2024-08-31', 'June to August.'),
  accepted('autumn', '2024-23', '2024-09-01', '2024-11-30', 'September to November.'),
  accepted('winter', '2024-24', '2024-12-01', '2025-02-28', 'December to the end of February of the next year.'),
  accepted('interval', '2024-01/2024-03', '2024-01-01', '2024-03-31', 'Years, months or days, mixed as you like.'),
  accepted(
    'interval, uncertain end',
    '2024-01-15/2024?',
    '2024-01-15',
    '2024-12-31',
    'Either side may have `?` `~` `%`.',
  ),
  accepted('open end', '2024-01/..', '2024-01-01', null, 'Goes on, or has no end.'),
  accepted('open start', '../2024-01', null, '2024-01-31', ''),
  accepted('unknown start, open end', '/..', null, null, 'Began nobody knows when, and goes on.'),
  accepted('unknown end', '2024-01/', '2024-01-01', null, 'Has ended or will end, when is not known.'),
  accepted('unknown start', '/2024-01', null, '2024-01-31', ''),
];

function accepted(form: string, example: string, earliest: string | null, latest: string | null, note: string) {
  return { form, example, earliest, latest, note };
}

/** Reads one EDTF text of level 0 or 1 (`EDTF_ACCEPTED` lists the forms); never throws. */
export function parseEdtf(text: string, form: EdtfForm = 'any'): EdtfResult {
  const bounds = read(text, form);
  return typeof bounds === 'string' ? { ok: false, message: bounds } : { ok: true, value: { text, ...bounds } };
}

/** The day numbers of a text that `parseEdtf` has accepted; throws RangeError for any other. */
export function edtfBounds(text: string): Bounds {
  const bounds = read(text, 'any');
  if (typeof bounds === 'string') throw new RangeError(bounds);
  return { earliest: bounds.earliest, latest: bounds.latest };
}

/**
 * A day number as ISO 8601 calendar date: `YYYY-MM-DD`, or with sign and six digits of year outside 0000-9999
 * (`-001258-11-21`). Throws RangeError for what is no day, such as NO_EARLIEST.
 */
export function dayToIso(day: number): string {
  if (!Number.isInteger(day)) throw new RangeError('A day number is an integer.');
  const [iso = ''] = new Date(day * DAY_MS).toISOString().split('T');
  return iso;
}

/** The year that a day lies in, as EDTF writes it: four digits, a minus before them, or `Y` before more. */
export function yearOfDay(day: number): string {
  const year = Number(dayToIso(day).slice(0, -'-01-01'.length));
  const digits = String(Math.abs(year)).padStart(4, '0');
  return digits.length > 4 ? `Y${year}` : `${year < 0 ? '-' : ''}${digits}`;
}

/** The month that a day lies in, as EDTF writes it: two digits. */
export function monthOfDay(day: number): string {
  return dayToIso(day).slice(-'03-01'.length, -'-01'.length);
}

/** The reverse of `dayToIso`; throws RangeError for text that `dayToIso` does not write. */
export function isoToDay(iso: string): number {
  const match = /^(\d{4}|[+-]\d{6})-(\d\d)-(\d\d)$/.exec(iso);
  const day = match ? dayNumber(Number(match[1]), Number(match[2]), Number(match[3])) : Number.NaN;
  if (Number.isNaN(day) || dayToIso(day) !== iso) throw new RangeError(`Not an ISO 8601 calendar date: ${iso}`);
  return day;
}

function read(text: string, form: EdtfForm): Bounds | string {
  const plain = form === 'interval' ? undefined : readPlain(text);
  if (plain !== undefined) return plain;
  const fault = TEXT_FAULTS.find(({ when }) => when.test(text));
  if (fault) return fault.message;
  const isInterval = text.includes('/');
  if (isInterval && form === 'date') return SINGLE_REQUIRED;
  if (!isInterval && form === 'interval') return INTERVAL_REQUIRED;
  return isInterval ? readInterval(text) : (readDate(text) ?? diagnose(text));
}

function readInterval(text: string): Bounds | string {
  const [start = '', end = '', ...rest] = text.split('/');
  if (rest.length > 0) return 'An interval has one slash, between start and end, for example 2024-01/2024-03.';
  if (start === end && isMissing(start)) return INTERVAL_EMPTY;
  const first = readEnd(start);
  if (typeof first === 'string') return first;
  const last = readEnd(end);
  if (typeof last === 'string') return last;
  if (first && last && first.earliest > last.latest) return INTERVAL_REVERSED;
  return { earliest: first?.earliest ?? null, latest: last?.latest ?? null };
}

/** One end of an interval: null when open or unknown, a message when it cannot stand there. */
function readEnd(text: string): Days | null | string {
  if (isMissing(text)) return null;
  const days = readDate(text);
  if (days === undefined) return diagnose(text);
  return /[TXY]/.test(text) || SEASON.test(text) ? INTERVAL_END : days;
}

function isMissing(end: string): boolean {
  return end === '' || end === '..';
}

function readDate(text: string): Days | undefined {
  const plain = readPlain(text);
  if (plain !== undefined || text.length > MAX_DATE_LENGTH || BEYOND_LEVEL_1.test(text)) return plain;
  try {
    return daysOf(parse(text, { level: 1, types: ['Date', 'Year', 'Season'] }), text.startsWith('-'));
  } catch {
    return undefined;
  }
}

/** The plain forms, nearly all of what is stored, without the package's parser: it takes some fifty times as long. */
function readPlain(text: string): Days | undefined {
  const match = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(text);
  if (!match) return undefined;
  const [, year, month, day] = match;
  return period(Number(year), month ? Number(month) : undefined, day ? Number(day) : undefined);
}

/** The days of a parsed date. Not the package's own bounds: its seasons are quarters, and it lets 2023-02-29 pass. */
function daysOf({ type, values, unspecified = 0 }: ParsedDate, negative: boolean): Days | undefined {
  const [year = Number.NaN, second = 0, day] = values;
  if (type === 'Season') return { earliest: seasonStart(year, second), latest: seasonStart(year, second + 1) - 1 };
  const span = UNSPECIFIED_YEARS[unspecified & YEAR_MASK];
  if (span === undefined || Math.abs(year) > MAX_YEAR) return undefined;
  if (span > 1) return negative ? yearsBefore(year, span) : years(year, year + span - 1);
  const month = values.length > 1 && !(unspecified & MONTH_MASK) ? second + 1 : undefined;
  return period(year, month, unspecified & DAY_MASK ? undefined : day);
}

const YEAR_MASK = 0b0000_1111;
const MONTH_MASK = 0b0011_0000;
const DAY_MASK = 0b1100_0000;
/** How many years an unspecified mask of the year covers: none, its last digit, its last two digits. */
const UNSPECIFIED_YEARS: Readonly<Record<number, number>> = { 0: 1, 8: 10, 12: 100 };

/** -20XX is the years -2099 to -2000, and -00XX ends with -0001, because there is no year -0000. */
function yearsBefore(year: number, span: number): Days {
  const nearest = Math.abs(year);
  return years(-(nearest + span - 1), -Math.max(nearest, 1));
}

function years(first: number, last: number): Days {
  return { earliest: dayNumber(first, 1, 1), latest: dayNumber(last, 12, 31) };
}

/** A year, month or day as days; undefined when there is no such month or day. */
function period(year: number, month: number | undefined, day: number | undefined): Days | undefined {
  if (month === undefined) return years(year, year);
  if (month < 1 || month > 12) return undefined;
  const earliest = dayNumber(year, month, 1);
  const latest = dayNumber(year, month + 1, 0);
  if (day === undefined) return { earliest, latest };
  const number = earliest + day - 1;
  return number < earliest || number > latest ? undefined : { earliest: number, latest: number };
}

/** First day of season 21-24; 25 gives the day after season 24. Spring begins on 1 March, and so on. */
function seasonStart(year: number, season: number): number {
  return dayNumber(year, (season - 20) * 3, 1);
}

/** Day number of a date; months and days out of range run on into the next ones. NaN beyond the range of Date. */
function dayNumber(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day) / DAY_MS;
}

interface Fault {
  when: RegExp;
  message: string;
}

const SEASON = /^-?\d{4}-2[1-4]$/;
/** Level 1 to the package but not to ISO 8601-2: year -0000, a wholly unknown year, an offset +0530; and picoseconds. */
const BEYOND_LEVEL_1 = /^-0000|^XXXX|T.*[+-]\d{4}$|\.\d{10}/;

const SINGLE_REQUIRED = 'An interval is not accepted here; write a single date, for example 2024-03-15.';
const INTERVAL_REQUIRED = 'An interval is required here, start and end with a slash, for example 2024-01/2024-03.';
const INTERVAL_EMPTY =
  'Nothing is known of either side; leave the field out, or give one date, for example ../2024-03.';
const INTERVAL_REVERSED = 'The interval ends before it starts; the start comes first, for example 2024-01/2024-03.';
const INTERVAL_END =
  'The ends of an interval are years, months or days, without seasons, X, Y and times, for example 2024-01/2024-03.';

/** What is wrong with a text as a whole; the first that holds is reported. Keeps hostile input from the parser. */
const TEXT_FAULTS: readonly Fault[] = [
  { when: /^$/, message: 'The date is empty; leave it out or write one, for example 2024-03-15.' },
  {
    when: new RegExp(`^[^]{${MAX_LENGTH + 1}}`),
    message: `A date has ${MAX_LENGTH} characters at most, for example 2024-03-15.`,
  },
  { when: /^\s|\s$/, message: 'A date has no white space before or after it, for example 2024-03-15.' },
  {
    when: /[[\]{},]/,
    message: 'Sets and lists are EDTF level 2; write one date or an interval, for example 2024/2025.',
  },
  { when: /\dE/, message: 'Exponents are EDTF level 2; write the year out, for example Y17000.' },
  { when: /\dS/, message: 'Significant digits (S) are EDTF level 2; write X for unknown digits, for example 19XX.' },
  { when: /[xytz]/, message: 'The letters X, Y, T and Z are capitals, for example 202X.' },
  {
    when: /[^0-9XYTZ:.?~%/+-]/,
    message: 'A date has only digits, the letters X Y T Z and the signs - / . : + ? ~ %, for example 2024-03-15.',
  },
];

const NO_SUCH_MONTH = 'There is no such month; months run from 01 to 12, for example 2024-03.';
const NO_SUCH_DAY = 'There is no such day in that month of that year; write one that exists, for example 2024-02-29.';
const NO_SUCH_SEASON = 'Seasons run from 21 (spring) to 24 (winter) and take no day, for example 2024-21.';

/** What is wrong with one date; the first that holds is reported. */
const DATE_FAULTS: readonly Fault[] = [
  { when: /\.\./, message: 'The sign .. stands alone on one side of an interval, for example ../2024-03.' },
  { when: /^-0000/, message: 'There is no year -0000; the year before 0001 is 0000, for example 0000-12.' },
  { when: /^Y-?(?:0|\d{1,4}$)/, message: 'Years of four digits are written without Y, for example 2024 or -0044.' },
  { when: /^Y-?\d+$/, message: `Years run from -${MAX_YEAR} to ${MAX_YEAR}, for example Y-17000.` },
  { when: /^Y/, message: 'After Y comes a year alone, without month, day or ? ~ %, for example Y17000.' },
  { when: /^\d{6}(?:\d\d)?(?:T|$)/, message: 'Year, month and day are parted by hyphens, for example 2024-03-15.' },
  { when: /^[+-]?\d{5}/, message: 'Years of more than four digits are written with Y, for example Y17000.' },
  {
    when: /T/,
    message: 'A time is hh:mm or hh:mm:ss after a day, with Z or +hh:mm where known, for example 2024-03-15T09:30:00Z.',
  },
  { when: /[?~%]./, message: 'The signs ? ~ % stand once at the end (EDTF level 1), for example 2024-03~.' },
  { when: /X.*[?~%]$/, message: 'A date with X digits takes no ? ~ %, for example 202X.' },
  { when: /^-?\d{4}-2[1-4][?~%]$/, message: 'A season takes no ? ~ %, for example 2024-21.' },
  {
    when: /X/,
    message:
      'X stands for the last one or two digits of a year, the day, or month and day, for example 202X or 2024-XX.',
  },
  { when: /^-?\d{1,3}(?:\D|$)/, message: 'Years have four digits, for example 0476.' },
  {
    when: /^-?\d{4}-(?:\d(?:\D|$)|\d\d-\d(?:\D|$))/,
    message: 'Months and days have two digits, for example 2024-03-05.',
  },
];

/** Why `readDate` refused a text. */
function diagnose(text: string): string {
  return (
    calendarFault(text) ??
    DATE_FAULTS.find(({ when }) => when.test(text))?.message ??
    'This is not a date in EDTF level 0 or 1, for example 2024, 2024-03 or 2024-03-15.'
  );
}

/** The message for a month, season or day that does not exist. */
function calendarFault(text: string): string | undefined {
  const match = /^(-?\d{4})-(\d\d)(?!\d)(?:-(\d\d)(?!\d))?/.exec(text);
  if (!match) return undefined;
  const [, year, month, day] = match;
  const number = Number(month);
  if (number > 24 || (number > 20 && day !== undefined)) return NO_SUCH_SEASON;
  if (number < 1 || (number > 12 && number < 21)) return NO_SUCH_MONTH;
  return day !== undefined && !period(Number(year), number, Number(day)) ? NO_SUCH_DAY : undefined;
}
