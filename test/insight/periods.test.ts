import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layOut, sumUp } from '../../src/insight/buckets.js';
import { BUCKET_UNITS, daysOf, enclosing, periodName, periodOf } from '../../src/insight/periods.js';
import { addUp } from '../../src/insight/sums.js';
import { isoToDay, NO_EARLIEST, NO_LATEST } from '../../src/shared/edtf.js';

const day = fc.integer({ min: -70_000_000, max: 70_000_000 });

describe('periods', () => {
  it('cover every day once', () => {
    const property = fc.property(fc.constantFrom(...BUCKET_UNITS), day, (unit, some) => {
      const period = periodOf(unit, some);
      const { first, last } = daysOf(unit, period);
      expect(first <= some && some <= last).toBe(true);
      expect([periodOf(unit, first), periodOf(unit, last)]).toEqual([period, period]);
      expect([periodOf(unit, first - 1), periodOf(unit, last + 1)]).toEqual([period - 1, period + 1]);
      expect(periodName(unit, first)).toBe(periodName(unit, last));
    });
    fc.assert(property);
  });

  it.each([
    ['day', '2024-02-29', '2024-02-29'],
    ['month', '2024-02-29', '2024-02'],
    ['quarter', '2024-12-31', '2024-Q4'],
    ['year', '-000044-03-15', '-0044'],
    ['month', '+017000-03-15', 'Y17000-03'],
  ] as const)('by %s, %s is in %s', (unit, iso, name) => {
    expect(periodName(unit, isoToDay(iso))).toBe(name);
  });

  it.each([
    ['day', '2024-02-01', '2024-02-29', '2024-02'],
    ['day', '2024-02-01', '2024-03-31', '2024-Q1'],
    ['month', '2024-03-31', '2024-04-01', '2024'],
    ['month', '2024-12-01', '2025-02-28', '202X'],
    ['year', '2019-01-01', '2020-12-31', '20XX'],
    ['year', '1999-01-01', '2001-12-31', '..'],
    ['year', '-000049-01-01', '-000040-12-31', '-004X'],
    ['month', '+017000-01-01', '+017000-12-31', 'Y17000'],
    ['year', '+017000-01-01', '+017001-12-31', '..'],
  ] as const)('above %s, %s to %s is within %s', (unit, first, last, name) => {
    expect(enclosing(unit, isoToDay(first), isoToDay(last))).toBe(name);
  });
});

describe('layouts', () => {
  const dated = (dateFrom: number, dateTo: number) => ({ dateFrom, dateTo, count: 1 });
  const none = { from: null, to: null };

  it('measure far spans without writing them out', () => {
    const far = [dated(-70_000_000, 70_000_000)];
    expect(layOut(far, 'day', 'spread', none, false).size).toBe(140_000_001);
    expect(layOut([dated(0, 0), dated(50_000_000, 50_000_000)], 'day', 'bucket', none, true).size).toBe(50_000_001);
    expect(layOut([dated(0, 0), dated(50_000_000, 50_000_000)], 'day', 'bucket', none, false).size).toBe(2);
    const years = Array.from({ length: 2_000 }, (_, year) => dated(year * 1461, year * 1461 + 200));
    expect(layOut(years, 'day', 'bucket', none, false).size).toBe(2_000);
    expect(layOut([], 'day', 'bucket', none, true).size).toBe(0);
  });

  it('reach as far as the range, or else as the others', () => {
    const open = dated(10, NO_LATEST);
    const periodsOf = (all: ReturnType<typeof dated>[], reach: { from: number | null; to: number | null }) =>
      layOut(all, 'day', 'spread', reach, false).periods();
    expect(periodsOf([open], none)).toEqual([10]);
    expect(periodsOf([open, dated(12, 12)], none)).toEqual([10, 11, 12]);
    expect(periodsOf([open], { from: 20, to: null })).toEqual([20]);
    expect(periodsOf([open], { from: 20, to: 22 })).toEqual([20, 21, 22]);
    expect(periodsOf([dated(NO_EARLIEST, 10)], { from: null, to: 5 })).toEqual([5]);
    expect(periodsOf([dated(NO_EARLIEST, NO_LATEST)], { from: 3, to: null })).toEqual([3]);
  });

  it('put what reaches nowhere without bound', () => {
    const boundless = [dated(NO_EARLIEST, NO_LATEST), dated(NO_EARLIEST, NO_EARLIEST)];
    const layout = layOut(boundless, 'day', 'spread', none, false);
    const sums = sumUp(boundless, layout, new Map());
    expect(sums).toEqual({ counts: [], within: new Map([['..', 1]]), undated: 1, total: 2 });
  });
});

describe('sums', () => {
  it('are exact', () => {
    const amount = (value: string) => ({
      amount: { value, currency: 'EUR', qualifier: 'exact', basis: 'total' },
      isShared: false,
    });
    const values = ['0.1', '0.2', '999999999999999999.999999', '999999999999999999.999999'];
    const [total] = addUp(values.map(amount));
    expect(total?.amounts).toEqual([{ qualifier: 'exact', count: 4, value: '2000000000000000000.299998' }]);
  });
});
