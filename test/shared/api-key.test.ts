import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allows, makeKey, parseKey, SCOPES, secretMatches } from '../../src/shared/api-key.js';

const BASE62 = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'];
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('makeKey', () => {
  it('makes keys of one form, with the hash of their secret', () => {
    for (let n = 0; n < 200; n += 1) {
      const { id, key, secretSha256 } = makeKey();
      expect(key).toMatch(/^chy_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}$/);
      const parsed = parseKey(key);
      expect(parsed?.id).toBe(id);
      expect(parsed?.secret).toHaveLength(43);
      expect(sha256(parsed?.secret ?? '')).toBe(secretSha256);
      expect(key.slice(4, 14)).toBe(id);
    }
  });

  it('never makes the same key or id twice, and uses every character', () => {
    const keys = Array.from({ length: 500 }, makeKey);
    expect(new Set(keys.map(({ id }) => id)).size).toBe(500);
    expect(new Set(keys.map(({ secretSha256 }) => secretSha256)).size).toBe(500);
    expect(new Set(keys.flatMap(({ key }) => [...key.slice(15, -6)])).size).toBe(62);
  });
});

describe('parseKey', () => {
  it('refuses a key with any single character mistyped', () => {
    const { key } = makeKey();
    fc.assert(
      fc.property(fc.nat(key.length - 1), fc.constantFrom(...BASE62, '_', '-', ' '), (at, character) => {
        fc.pre(key[at] !== character);
        expect(parseKey(key.slice(0, at) + character + key.slice(at + 1))).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses a key with two neighbouring characters exchanged', () => {
    const { key } = makeKey();
    const pairs = [...key].flatMap((character, at) => (key[at + 1] === character || at + 1 === key.length ? [] : [at]));
    const swapped = pairs.map((at) => key.slice(0, at) + key[at + 1] + key[at] + key.slice(at + 2));
    expect(swapped.filter((text) => parseKey(text) !== undefined)).toEqual([]);
    expect(swapped.length).toBeGreaterThan(40);
  });

  it('refuses what is cut, longer, padded or of another prefix', () => {
    const { key } = makeKey();
    const wrong = [
      '',
      'chy_',
      key.slice(0, -1),
      key.slice(1),
      `${key}0`,
      ` ${key}`,
      `${key} `,
      `${key}\n`,
      `x${key.slice(1)}`,
    ];
    expect(wrong.map(parseKey)).toEqual(wrong.map(() => undefined));
  });

  it('refuses any other text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^chy_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}$/)), (text) => {
        expect(parseKey(text)).toBeUndefined();
      }),
    );
  });
});

describe('secretMatches', () => {
  it('takes the secret and no other', () => {
    const { key, secretSha256 } = makeKey();
    const secret = parseKey(key)?.secret ?? '';
    expect(secretMatches(secret, secretSha256)).toBe(true);
    expect(secretMatches(`${secret.slice(0, -1)}${secret.endsWith('a') ? 'b' : 'a'}`, secretSha256)).toBe(false);
    expect(secretMatches('', secretSha256)).toBe(false);
    expect(secretMatches(makeKey().key, secretSha256)).toBe(false);
  });

  it('compares in full and says no where the key is unknown', () => {
    fc.assert(fc.property(fc.string(), (secret) => !secretMatches(secret, undefined)));
  });
});

describe('allows', () => {
  it('lets each scope do what those before it may, and no more', () => {
    const table = Object.fromEntries(SCOPES.map((held) => [held, SCOPES.filter((needed) => allows([held], needed))]));
    expect(table).toEqual({ read: ['read'], write: ['read', 'write'], admin: ['read', 'write', 'admin'] });
  });

  it('goes by the highest of several, and by none that it does not know', () => {
    expect(allows(['read', 'admin'], 'write')).toBe(true);
    expect(allows(['read', 'write'], 'admin')).toBe(false);
    for (const held of [[], [''], ['WRITE'], ['write admin'], ['*'], ['constructor']])
      expect(allows(held, 'read')).toBe(false);
  });
});
