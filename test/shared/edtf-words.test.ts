import { describe, expect, it } from 'vitest';
import { EDTF_ACCEPTED, parseEdtf } from '../../src/shared/edtf.js';
import { dateInWords, isExact, isoAsKnown } from '../../src/shared/edtf-words.js';

/** Text; in words; as plain ISO 8601; whether its days are exactly known. */
const cases: [text: string, words: string, iso: string | undefined, exact: boolean][] = [
  ['2024', 'in 2024 (month and day not known)', '2024', false],
  ['2025-01', 'in January 2025 (day not known)', '2025-01', false],
  ['2024-03-15', 'on 15 March 2024', '2024-03-15', true],
  ['-0044', 'in -0044 (month and day not known)', undefined, false],
  ['-1258-11-21', 'on 21 November -1258', undefined, false],
  ['Y17000', 'in Y17000 (month and day not known)', undefined, false],
  ['2024-03-15T23:30', 'on 15 March 2024 at 23:30 local time', '2024-03-15T23:30', true],
  ['2024-03-15T23:30:00Z', 'on 15 March 2024 at 23:30:00 UTC', '2024-03-15T23:30:00Z', true],
  ['2024-03-15T23:30:00-05', 'on 15 March 2024 at 23:30:00 UTC-05', '2024-03-15T23:30:00-05:00', true],
  ['2024?', 'in 2024 (month and day not known; uncertain)', undefined, false],
  ['2024-03~', 'in March 2024 (day not known; approximate)', undefined, false],
  ['2024-03-15%', 'on 15 March 2024 (uncertain and approximate)', undefined, false],
  ['202X', 'in the 2020s (which year is not known)', undefined, false],
  ['20XX', 'in the years 2000 to 2099 (which year is not known)', undefined, false],
  ['2024-XX', 'in 2024 (month and day not known)', '2024', false],
  ['2024-02-XX', 'in February 2024 (day not known)', '2024-02', false],
  ['2024-XX-XX', 'in 2024 (month and day not known)', '2024', false],
  ['2024-21', 'in spring 2024 (March to May; month and day not known)', '2024', false],
  ['2024-24', 'in winter 2024 (December to February; month and day not known)', undefined, false],
  ['2024-01/2024-03', 'from January 2024 (day not known) to March 2024 (day not known)', undefined, false],
  ['2024-01-02/2024-03-04', 'from 2 January 2024 to 4 March 2024', undefined, true],
  ['2024-01-15/2024?', 'from 15 January 2024 to 2024 (month and day not known; uncertain)', undefined, false],
  ['2024-01/..', 'from January 2024 (day not known) with no end set', undefined, false],
  ['2024-01-01/', 'from 1 January 2024 until an unknown date', undefined, false],
  ['../2024-01', 'from no known beginning to January 2024 (day not known)', undefined, false],
  ['/..', 'from an unknown date with no end set', undefined, false],
];

describe('dates in words', () => {
  it.each(cases)('%s is %s', (text, words, iso, exact) => {
    expect(parseEdtf(text).ok).toBe(true);
    expect({ words: dateInWords(text), iso: isoAsKnown(text), exact: isExact(text) }).toEqual({ words, iso, exact });
  });

  it('are there for every form that is accepted, and never more exact than the days it can mean', () => {
    for (const { example, earliest, latest } of EDTF_ACCEPTED) {
      expect(dateInWords(example), example).toMatch(/^(?:on|in|from) \S.*[^ ]$/);
      expect(dateInWords(example), example).not.toMatch(/undefined|NaN|XX/);
      const oneDay = earliest !== null && earliest === latest;
      const ends = example.split('/');
      expect(isExact(example) && ends.length === 1, example).toBe(oneDay && !/^-|[?~%]$/.test(example));
    }
  });
});
