import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cursor, decodeCursor, encodeCursor, queryHash } from '../../src/shared/cursor.js';
import { isCleanText } from '../../src/shared/text.js';

const clean = fc.string({ unit: 'binary', maxLength: 60 }).filter(isCleanText);
/** JSON writes -0 as 0, and no column holds it. */
const number = fc
  .oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .filter((n) => !Object.is(n, -0));
const cursor: fc.Arbitrary<Cursor> = fc.record({
  epoch: clean,
  query: clean,
  revision: fc.maxSafeNat(),
  keys: fc.array(fc.oneof(clean, number), { maxLength: 5 }),
});
const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const anyUtf16 = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) });

/** A cursor as a stranger could make it: right checksum, any body. */
function forge(body: string): string {
  const checksum = createHash('sha256').update(body).digest('base64url').slice(0, 6);
  return `c1_${Buffer.from(checksum + body, 'utf8').toString('base64url')}`;
}

function isCursor(value: Cursor): boolean {
  const { epoch, query, revision, keys } = value;
  return (
    typeof epoch === 'string' &&
    typeof query === 'string' &&
    Number.isSafeInteger(revision) &&
    keys.every((key) => (typeof key === 'string' ? isCleanText(key) : Number.isFinite(key)))
  );
}

describe('a cursor', () => {
  it('survives the round trip and needs no escaping in a URL', () => {
    fc.assert(
      fc.property(cursor, (value) => {
        const text = encodeCursor(value);
        expect(decodeCursor(text)).toEqual(value);
        expect(encodeURIComponent(text)).toBe(text);
      }),
    );
  });

  it('survives with the longest title there is as a key, in any script', () => {
    for (const unit of ['a', 'я', '宀', '"', '\u0001', '\u{1f600}']) {
      const value = { epoch: 'e', query: 'q', revision: 1, keys: [unit.repeat(600 / unit.length), 'source_01jgfj'] };
      expect(decodeCursor(encodeCursor(value))).toEqual(value);
    }
  });

  it('with one character changed is refused or means the same', () => {
    fc.assert(
      fc.property(cursor, fc.nat(), fc.constantFrom(...base64url), (value, at, letter) => {
        const text = encodeCursor(value);
        const place = at % text.length;
        const changed = text.slice(0, place) + letter + text.slice(place + 1);
        expect([undefined, value]).toContainEqual(decodeCursor(changed));
      }),
      { numRuns: 500 },
    );
  });

  it('with each of its characters changed, dropped or doubled is refused or means the same', () => {
    const value = { epoch: 'e1', query: queryHash('kind=talks'), revision: 42, keys: ['a title', 7, 'event_01'] };
    const text = encodeCursor(value);
    for (let place = 0; place < text.length; place++)
      for (const letter of ['', (text[place] ?? '').repeat(2), ...base64url]) {
        const decoded = decodeCursor(text.slice(0, place) + letter + text.slice(place + 1));
        if (decoded !== undefined) expect(decoded).toEqual(value);
      }
  });

  it('of any other text is refused, and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyUtf16,
          fc.base64String(),
          anyUtf16.map((text) => `c1_${text}`),
        ),
        (text) => {
          expect(decodeCursor(text)).toBeUndefined();
        },
      ),
      { numRuns: 300 },
    );
  });

  it('forged with a right checksum is refused unless it has the shape of a cursor', () => {
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.array(fc.jsonValue()).map((v) => JSON.stringify(v)),
    );
    fc.assert(
      fc.property(body, (text) => {
        const decoded = decodeCursor(forge(text));
        expect(decoded === undefined || isCursor(decoded)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    '',
    '[',
    'null',
    '{}',
    '[]',
    '["e","q"]',
    '["e","q","1"]',
    '["e","q",1.5]',
    '["e","q",1,null]',
    '["e","q",1,["x"]]',
    '["e","q",1,1e999]',
    '["e","q",1,"\\u0000"]',
    '["e","q",1,"\\ud800"]',
    '['.repeat(5000),
  ])('forged as %j is refused', (body) => {
    expect(decodeCursor(forge(body))).toBeUndefined();
  });
});

describe('queryHash', () => {
  it('is twelve characters that depend on the query alone', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(queryHash(a)).toMatch(/^[A-Za-z0-9_-]{12}$/);
        expect(queryHash(a) === queryHash(b)).toBe(a === b);
      }),
    );
  });
});
