import fc from 'fast-check';
import { TypeID } from 'typeid-js';
import { validate, version } from 'uuid';
import { describe, expect, it } from 'vitest';
import { ID_PATTERN, isId, RESOURCE_TYPES, randomIds, seedId, typeOfId } from '../../src/shared/ids.js';

const type = fc.constantFrom(...RESOURCE_TYPES);
const slug = fc.stringMatching(/^[a-z0-9]{1,12}(-[a-z0-9]{1,12}){0,5}$/);
const instantMs = fc.integer({ min: 0, max: 2 ** 48 - 1 });

/** Checks that an id is a TypeID with a UUIDv7 in it, and gives the milliseconds of that UUID. */
function timeOf(id: string): number {
  expect(id).toMatch(ID_PATTERN);
  const parsed = TypeID.fromString(id);
  expect(parsed.toString()).toBe(id);
  const uuid = parsed.toUUID();
  expect(validate(uuid) && version(uuid)).toBe(7);
  const bytes = parsed.toUUIDBytes();
  expect((bytes[6] ?? 0) >> 4).toBe(0b0111);
  expect((bytes[8] ?? 0) >> 6).toBe(0b10);
  return Number.parseInt(uuid.replaceAll('-', '').slice(0, 12), 16);
}

describe('seedId', () => {
  it('is a TypeID of its type that holds a UUIDv7, always of the same instant', () => {
    fc.assert(
      fc.property(type, fc.oneof(slug, fc.string({ unit: 'binary' })), (prefix, name) => {
        const id = seedId(prefix, name);
        expect(timeOf(id)).toBe(Date.UTC(2025, 0, 1));
        expect(typeOfId(id)).toBe(prefix);
      }),
    );
  });

  it('depends on type and slug alone', () => {
    fc.assert(
      fc.property(type, slug, type, slug, (typeA, slugA, typeB, slugB) => {
        const id = seedId(typeA, slugA);
        randomIds(typeB, Date.now());
        const other = seedId(typeB, slugB);
        expect(seedId(typeA, slugA)).toBe(id);
        expect(id === other).toBe(typeA === typeB && slugA === slugB);
      }),
    );
  });

  it('is another for each of many slugs and for each type, in the part without the prefix too', () => {
    const ids = RESOURCE_TYPES.flatMap((prefix) =>
      Array.from({ length: 2000 }, (_, n) => seedId(prefix, `record-${n}`)),
    );
    expect(new Set(ids.map((id) => id.split('_')[1])).size).toBe(ids.length);
  });

  it('never changes, because every installation has the same curated records', () => {
    expect(seedId('event', 'ramstein-format-meeting')).toBe('event_01jgfjjz00e9mvcac95expfv6e');
    expect(seedId('actor', 'ukraine')).toBe('actor_01jgfjjz00fmtvt16e1yksskgr');
  });
});

describe('randomIds', () => {
  it('makes TypeIDs that hold a UUIDv7 of the instant given', () => {
    fc.assert(
      fc.property(type, instantMs, (prefix, ms) => {
        const id = randomIds(prefix, ms);
        expect(timeOf(id)).toBe(ms);
        expect(typeOfId(id)).toBe(prefix);
      }),
    );
  });

  it('makes another id each time in the same millisecond', () => {
    expect(new Set(Array.from({ length: 2000 }, () => randomIds('claim', 0))).size).toBe(2000);
  });

  it('sorts in the order of the instants', () => {
    fc.assert(
      fc.property(type, instantMs, instantMs, (prefix, a, b) => {
        fc.pre(a !== b);
        expect(randomIds(prefix, a) < randomIds(prefix, b)).toBe(a < b);
      }),
    );
  });
});

describe('isId and typeOfId', () => {
  it('agree on any text', () => {
    const nearId = fc
      .tuple(type, slug, fc.nat(40), fc.nat(1), fc.constantFrom(...'0z8ilouA_-'))
      .map(([prefix, name, at, cut, insert]) => {
        const id = seedId(prefix, name);
        return id.slice(0, at) + insert + id.slice(at + cut);
      });
    fc.assert(
      fc.property(fc.oneof(nearId, fc.string()), (text) => {
        const found = typeOfId(text);
        expect(isId(text)).toBe(found !== undefined);
        if (found === undefined) return;
        expect(RESOURCE_TYPES).toContain(found);
        expect(TypeID.fromString(text).toString()).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('refuse other prefixes, capitals, letters outside the alphabet, and what is too long or too large', () => {
    const id = seedId('event', 'a');
    const suffix = id.slice('event_'.length);
    for (const text of ['', suffix, `user_${suffix}`, id.toUpperCase(), `${id}0`, id.slice(0, -1), `${id}\n`, ` ${id}`])
      expect(isId(text)).toBe(false);
    expect(isId(`event_8${suffix.slice(1)}`)).toBe(false);
    for (const letter of 'ilou') expect(isId(`event_0${letter}${suffix.slice(2)}`)).toBe(false);
  });
});
