import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DECIMAL_PATTERN, decimalSortKey } from '../../src/shared/money.js';

const MICROS = 1_000_000n;
const MAX_MICROS = 10n ** 24n - 1n;

/** A decimal of so many millionths, written with at least `digits` decimals. */
function write(micros: bigint, digits: number): string {
  const fraction = String(micros % MICROS).padStart(6, '0');
  const kept = Math.max(digits, fraction.replace(/0+$/, '').length);
  return `${micros / MICROS}${kept > 0 ? `.${fraction.slice(0, kept)}` : ''}`;
}

const micros = fc.oneof(fc.bigInt({ min: 0n, max: MAX_MICROS }), fc.bigInt({ min: 0n, max: 20n * MICROS }));
const digits = fc.nat(6);

describe('decimalSortKey', () => {
  it('puts decimals in numeric order, however many decimals they are written with', () => {
    fc.assert(
      fc.property(micros, digits, micros, digits, (a, digitsA, b, digitsB) => {
        const [first, second] = [write(a, digitsA), write(b, digitsB)];
        expect(first).toMatch(DECIMAL_PATTERN);
        const [keyA, keyB] = [decimalSortKey(first), decimalSortKey(second)];
        expect(keyA < keyB).toBe(a < b);
        expect(Buffer.compare(Buffer.from(keyA), Buffer.from(keyB))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
      { numRuns: 500 },
    );
  });

  it('tells neighbours apart, and equals equals', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: MAX_MICROS - 1n }), digits, digits, (n, a, b) => {
        expect(decimalSortKey(write(n, a)) < decimalSortKey(write(n + 1n, b))).toBe(true);
        expect(decimalSortKey(write(n, a))).toBe(decimalSortKey(write(n, b)));
      }),
    );
  });

  it('has a fixed width and loses nothing', () => {
    fc.assert(
      fc.property(micros, digits, (n, d) => {
        const key = decimalSortKey(write(n, d));
        expect(key).toMatch(/^\d{18}\.\d{6}$/);
        expect(BigInt(key.replace('.', ''))).toBe(n);
      }),
    );
  });
});

describe('DECIMAL_PATTERN', () => {
  it('takes every amount in range in each way of writing it', () => {
    for (const text of ['0', '0.0', '1', '7.1', '999999999999999999.999999']) expect(text).toMatch(DECIMAL_PATTERN);
  });

  it('refuses signs, exponents, leading zeros, and what is too long or unfinished', () => {
    const others = [
      '',
      '-1',
      '+1',
      '1e3',
      '01',
      '00',
      '.5',
      '1.',
      '1,5',
      '1.0000000',
      '1000000000000000000',
      ' 1',
      '1\n',
      'NaN',
      '١',
    ];
    for (const text of others) expect(text).not.toMatch(DECIMAL_PATTERN);
  });
});
