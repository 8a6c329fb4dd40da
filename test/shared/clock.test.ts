import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { steppingClock, systemClock, toInstant } from '../../src/shared/clock.js';

/** Instants of the years 0000 to 9999, which RFC 3339 can write. */
const instantMs = fc.integer({ min: Date.parse('0000-01-01T00:00:00Z'), max: Date.parse('9999-12-31T23:59:59.999Z') });

describe('toInstant', () => {
  it('writes RFC 3339 in UTC with milliseconds, and nothing is lost', () => {
    fc.assert(
      fc.property(instantMs, (ms) => {
        const instant = toInstant(ms);
        expect(instant).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect(Date.parse(instant)).toBe(ms);
      }),
    );
  });

  it('sorts as text in the order of time', () => {
    fc.assert(
      fc.property(instantMs, instantMs, (a, b) => {
        expect(toInstant(a) < toInstant(b)).toBe(a < b);
      }),
    );
  });
});

describe('steppingClock', () => {
  it('moves on by the step at each reading, from the start and from each instant set', () => {
    fc.assert(
      fc.property(
        instantMs,
        instantMs,
        fc.nat(1000),
        fc.integer({ min: 1, max: 20 }),
        (start, later, step, readings) => {
          const clock = steppingClock(toInstant(start), step);
          for (let n = 1; n <= readings; n++) expect(clock.now()).toBe(start + n * step);
          clock.set(toInstant(later));
          for (let n = 1; n <= readings; n++) expect(clock.now()).toBe(later + n * step);
        },
      ),
    );
  });
});

describe('systemClock', () => {
  it('reads the time of the system', () => {
    const before = Date.now();
    const now = systemClock.now();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });
});
