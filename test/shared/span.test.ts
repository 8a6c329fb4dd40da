import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayToIso, isoToDay, NO_EARLIEST, NO_LATEST } from '../../src/shared/edtf.js';
import { daysOf, mayHold, NEVER, spanBetween, spanOf, surelyHolds, UNKNOWN } from '../../src/shared/span.js';

const day = (iso: string) => ({ first: isoToDay(iso), last: isoToDay(iso) });
const shown = (bound: number) => (bound === NO_EARLIEST ? 'first' : bound === NO_LATEST ? 'last' : dayToIso(bound));
const span = (text: string) => {
  const { from, to, certainFrom, certainTo } = spanOf(text);
  return [from, to, certainFrom, certainTo].map(shown).join(' ');
};

describe('the span of an EDTF text', () => {
  it.each([
    ['2020-03-04/2024-09-05', '2020-03-04 2024-09-05 2020-03-04 2024-09-05'],
    ['2020-03/2024-09', '2020-03-01 2024-09-30 2020-03-31 2024-09-01'],
    ['2020-03/..', '2020-03-01 last 2020-03-31 last'],
    ['2019/', '2019-01-01 last 2019-12-31 2019-01-01'],
    ['2019-05-01/', '2019-05-01 last 2019-05-01 2019-05-01'],
    ['../2014', 'first 2014-12-31 first 2014-01-01'],
    ['/2014', 'first 2014-12-31 2014-12-31 2014-01-01'],
    ['/..', 'first last last last'],
    ['2020~/2021?', '2020-01-01 2021-12-31 2020-12-31 2021-01-01'],
    ['2024/2024', '2024-01-01 2024-12-31 2024-12-31 2024-01-01'],
    ['2024/2024-03-15', '2024-01-01 2024-03-15 2024-03-15 2024-03-15'],
    ['2024', '2024-01-01 2024-12-31 2024-01-01 2024-12-31'],
    ['2024-22', '2024-06-01 2024-08-31 2024-06-01 2024-08-31'],
    ['202X', '2020-01-01 2029-12-31 2020-01-01 2029-12-31'],
  ])('%s is %s', (text, expected) => {
    expect(span(text)).toBe(expected);
  });

  it('of two dates goes from some day of the one to some day of the other, and is never where that cannot be', () => {
    expect(spanBetween(daysOf('2024-06'), undefined)).toEqual(spanOf('2024-06/..'));
    expect(spanBetween(daysOf('2024-06'), daysOf('2025-22'))).toMatchObject({ certainTo: isoToDay('2025-06-01') });
    expect(spanBetween(daysOf('2024-06'), daysOf('2024-05'))).toEqual(NEVER);
  });

  it('holds for sure only where it may hold, and inexact days ask for more and for less', () => {
    const dates = ['2019', '2020-03', '2020-03-04', '2024-09-05', '2024-22', '..', ''];
    const ends = fc.constantFrom(...dates.filter((text) => !text.endsWith('-22')));
    const interval = fc
      .tuple(ends, ends)
      .filter(
        ([a, b]) => a + b !== '' && a + b !== '....' && (a === '' || a === '..' || b === '' || b === '..' || a <= b),
      )
      .map(([a, b]) => `${a}/${b}`);
    const days = fc.tuple(fc.integer({ min: 17_000, max: 21_000 }), fc.nat(400));
    fc.assert(
      fc.property(interval, days, fc.nat(400), (text, [first, length], at) => {
        const asked = { first, last: first + length };
        const within = { first: first + (at % (length + 1)), last: first + (at % (length + 1)) };
        const held = spanOf(text);
        if (surelyHolds(held, asked)) expect(mayHold(held, asked) && surelyHolds(held, within)).toBe(true);
        if (mayHold(held, within)) expect(mayHold(held, asked)).toBe(true);
      }),
    );
  });

  it('that nothing is said of may hold on any day, and one that never was on none', () => {
    for (const iso of ['-001258-11-21', '2024-10-01']) {
      expect([mayHold(UNKNOWN, day(iso)), surelyHolds(UNKNOWN, day(iso))]).toEqual([true, false]);
      expect([mayHold(NEVER, day(iso)), surelyHolds(NEVER, day(iso))]).toEqual([false, false]);
    }
  });
});
