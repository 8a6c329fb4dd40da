import { describe, expect, it } from 'vitest';
import { type Stretching, stretchesOf } from '../../src/journal/stretches.js';
import { isoToDay, NO_EARLIEST } from '../../src/shared/edtf.js';

const YEARS = new Map([
  ['2024', 240],
  ['', 30],
  ['2025', 1_200],
  ['-0044', 12],
  ['Y17000', 12],
]);
const ALL: Stretching = { direction: 'asc', from: undefined, share: 1, wanted: 1 };
const months = (prefix: string) =>
  ['01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12'].map((month) => `${prefix}m${month}`);
const IN_ORDER = ['ynone', ...months('yb0044'), ...months('y2024'), ...months('y2025'), ...months('yy17000')];

const wordsOf = (options: Partial<Stretching>, years = YEARS) =>
  stretchesOf(years, { ...ALL, ...options }).flatMap(({ words }) => words);
const shapeOf = (options: Partial<Stretching>) =>
  stretchesOf(YEARS, { ...ALL, ...options }).map(({ words, fitting }) => [words.length, Math.round(fitting)]);

describe('stretches of months', () => {
  it('have every month of the years once, in the order of the list, and what has no date first', () => {
    expect(wordsOf({})).toEqual(IN_ORDER);
    expect(wordsOf({ direction: 'desc' })).toEqual(IN_ORDER.toReversed());
  });

  it('begin with the month of the day', () => {
    const from = isoToDay('2024-11-30');
    expect(wordsOf({ from })).toEqual(IN_ORDER.slice(IN_ORDER.indexOf('y2024m11')));
    const reversed = IN_ORDER.toReversed();
    expect(wordsOf({ from, direction: 'desc' })).toEqual(reversed.slice(reversed.indexOf('y2024m11')));
  });

  it('begin with what has no date, or have nothing else, where the day is that of no date', () => {
    const from = NO_EARLIEST;
    expect(wordsOf({ from })).toEqual(IN_ORDER);
    expect(wordsOf({ from, direction: 'desc' })).toEqual(['ynone']);
  });

  it('have room for twice as many that fit as the one before', () => {
    // Newest first: 12 months of 1, 12 of 100, 12 of 20, 12 of 1, and 30.
    expect(shapeOf({ direction: 'desc', wanted: 50 })).toEqual([
      [13, 112],
      [1, 100],
      [2, 200],
      [4, 400],
      [29, 682],
    ]);
    expect(shapeOf({ direction: 'desc', wanted: 50, share: 0.5 })[0]).toEqual([13, 56]);
  });

  it('have at most 120 months', () => {
    const years = new Map(Array.from({ length: 30 }, (_, n) => [String(1990 + n), 1]));
    const sizes = stretchesOf(years, { ...ALL, wanted: 1e9 }).map(({ words }) => words.length);
    expect(sizes).toEqual([120, 120, 120]);
  });
});
