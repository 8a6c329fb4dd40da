/** What an EDTF text of levels 0 and 1 says, in words and in plain ISO 8601. All take texts that `parseEdtf` accepted. */

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const SEASONS = [
  ['spring', 'March to May'],
  ['summer', 'June to August'],
  ['autumn', 'September to November'],
  ['winter', 'December to February'],
] as const;
const QUALIFIERS: Readonly<Record<string, string>> = {
  '?': 'uncertain',
  '~': 'approximate',
  '%': 'uncertain and approximate',
};
const EXACT = /^\d{4}-\d\d-\d\d(?:T.*)?$/;

/** Whether the text says on which days: one day, with or without a time, or an interval between two days. */
export function isExact(text: string): boolean {
  return text.split('/').every((end) => EXACT.test(end));
}

/** The text in English, with what is not known: `in January 2025 (day not known)`. */
export function dateInWords(text: string): string {
  if (!text.includes('/')) {
    const { preposition, phrase } = inWords(text);
    return `${preposition} ${phrase}`;
  }
  const [start = '', end = ''] = text.split('/');
  const from =
    start === '..' ? 'from no known beginning' : start === '' ? 'from an unknown date' : `from ${endOf(start)}`;
  const to = end === '..' ? 'with no end set' : end === '' ? 'until an unknown date' : `to ${endOf(end)}`;
  return `${from} ${to}`;
}

function endOf(text: string): string {
  return inWords(text).phrase;
}

/** One date: how it is introduced, and how it is called. */
function inWords(text: string): { preposition: 'on' | 'in'; phrase: string } {
  const qualifier = QUALIFIERS[text.at(-1) ?? ''];
  const [date = '', time] = (qualifier === undefined ? text : text.slice(0, -1)).split('T');
  const [year, month, day] = partsOf(date);
  const said = (phrase: string, ...unknown: string[]) => {
    const notes = [...unknown, ...(qualifier === undefined ? [] : [qualifier])];
    return notes.length === 0 ? phrase : `${phrase} (${notes.join('; ')})`;
  };
  if (year.includes('X')) return { preposition: 'in', phrase: said(yearsOf(year), 'which year is not known') };
  const season = SEASONS[Number(month) - 21];
  if (season)
    return { preposition: 'in', phrase: said(`${season[0]} ${year}`, `${season[1]}; month and day not known`) };
  const name = MONTHS[Number(month) - 1];
  if (name === undefined) return { preposition: 'in', phrase: said(year, 'month and day not known') };
  if (day === undefined || day === 'XX') return { preposition: 'in', phrase: said(`${name} ${year}`, 'day not known') };
  return {
    preposition: 'on',
    phrase: said(`${Number(day)} ${name} ${year}${time === undefined ? '' : ` at ${timeOf(time)}`}`),
  };
}

/** Year with its sign, month and day. */
function partsOf(date: string): [year: string, month: string | undefined, day: string | undefined] {
  const match = /^(Y?-?[0-9X]+)(?:-([0-9X]{2}))?(?:-([0-9X]{2}))?$/.exec(date);
  return [match?.[1] ?? date, match?.[2], match?.[3]];
}

function yearsOf(year: string): string {
  const decade = /^(\d{3})X$/.exec(year)?.[1];
  return decade === undefined
    ? `the years ${year.replaceAll('X', '0')} to ${year.replaceAll('X', '9')}`
    : `the ${decade}0s`;
}

function timeOf(time: string): string {
  const [, clock = time, zone] = /^([0-9:.]+)(Z|[+-].+)?$/.exec(time) ?? [];
  if (zone === undefined) return `${clock} local time`;
  return zone === 'Z' ? `${clock} UTC` : `${clock} UTC${zone}`;
}

/**
 * A date as plain ISO 8601 and no more precise than is known: what is not specified is left out. Undefined when the date
 * is uncertain or approximate, open, or of a kind that plain ISO 8601 does not have.
 */
export function isoAsKnown(text: string): string | undefined {
  const match = /^(\d{4})(?:-(\d\d|XX))?(?:-(\d\d|XX))?(T.*)?$/.exec(text);
  if (match === null) return undefined;
  const [, year = '', month, day, time = ''] = match;
  if (month === undefined || month === 'XX') return year;
  // Winter ends in the year after the one that names it.
  if (Number(month) > 12) return month === '24' ? undefined : year;
  if (day === undefined || day === 'XX') return `${year}-${month}`;
  return `${year}-${month}-${day}${time.replace(/([+-]\d\d)$/, '$1:00')}`;
}
