import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCleanText, nearest, SLUG_MAX, SLUG_PATTERN, slugify } from '../../src/shared/text.js';

const anyUtf16 = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) });
const latin = fc.string({ unit: fc.constantFrom(..."abzABZ019 -_.,'’éÅßñŁø–—/\u00a0"), maxLength: 300 });
const kebab = fc
  .array(fc.string({ unit: fc.constantFrom(...'abcxyz0189'), minLength: 1, maxLength: 12 }), {
    minLength: 1,
    maxLength: 8,
  })
  .map((words) => words.join('-'));

describe('isCleanText', () => {
  it('holds for text that UTF-8 can carry there and back, without U+0000', () => {
    fc.assert(
      fc.property(anyUtf16, (text) => {
        const survives = Buffer.from(text, 'utf8').toString('utf8') === text;
        expect(isCleanText(text)).toBe(survives && !text.includes('\u0000'));
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(isCleanText(text)).toBe(!text.includes('\u0000'));
      }),
    );
  });

  it('sees half a pair and U+0000 anywhere in a text', () => {
    const clean = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(clean, fc.constantFrom('\ud83d', '\ude00', '\ude00\ud83d', '\u0000'), clean, (before, bad, after) => {
        expect(isCleanText(`${before} ${bad} ${after}`)).toBe(false);
      }),
    );
    expect(isCleanText('\u{1f600}\u{10ffff}\ufffd')).toBe(true);
  });
});

describe('slugify', () => {
  it.each([
    ['any text', anyUtf16],
    ['Latin text', latin],
    ['Unicode text', fc.string({ unit: 'grapheme' })],
  ])('makes a slug of %s, or nothing', (_, labels) => {
    fc.assert(
      fc.property(labels, (label) => {
        const slug = slugify(label);
        expect(slug === '' || SLUG_PATTERN.test(slug)).toBe(true);
        expect(slug.length).toBeLessThanOrEqual(SLUG_MAX);
        expect(slug).not.toContain('--');
        expect(slugify(slug)).toBe(slug);
      }),
      { numRuns: 300 },
    );
  });

  it('leaves a slug of single hyphens as it is, and a label with a letter or digit is never empty', () => {
    fc.assert(
      fc.property(kebab, (slug) => {
        expect(slugify(slug)).toBe(slug);
        expect(slugify(slug.toUpperCase().replaceAll('-', ' – '))).toBe(slug);
      }),
    );
    fc.assert(
      fc.property(latin, (label) => {
        expect(slugify(`A${label}`)).not.toBe('');
      }),
    );
  });

  it.each([
    ['US–Ukraine security consultations', 'us-ukraine-security-consultations'],
    ['Accord de l’Élysée', 'accord-de-lelysee'],
    ['Straße nach Łódź', 'strasse-nach-lodz'],
    ['Київ', ''],
    [`${'a'.repeat(119)} b`, 'a'.repeat(119)],
  ])('%s', (label, slug) => {
    expect(slugify(label)).toBe(slug);
  });
});

describe('SLUG_PATTERN', () => {
  it('allows hyphens only inside, two at most', () => {
    for (const slug of ['a', '0', 'a-b', 'a--b']) expect(slug).toMatch(SLUG_PATTERN);
    for (const text of ['', '-', '-a', 'a-', 'a---b', 'A', 'é', 'a b', 'a\n']) expect(text).not.toMatch(SLUG_PATTERN);
  });
});

describe('nearest', () => {
  it('gives a candidate or nothing, whatever the word', () => {
    fc.assert(
      fc.property(anyUtf16, fc.array(anyUtf16), (word, candidates) => {
        const found = nearest(word, candidates);
        expect(found === undefined || candidates.includes(found)).toBe(true);
      }),
    );
  });

  it('finds the word itself in any case, and its likeness with one letter more, less or other', () => {
    const others = ['event', 'agreement', 'commitment', 'source'];
    fc.assert(
      fc.property(kebab, fc.nat(), (word, at) => {
        const cut = at % word.length;
        const candidates = ['~'.repeat(400), word, ...others];
        fc.pre(word.length <= 90 && others.every((other) => !nearest(word, [other])));
        expect(nearest(word.toUpperCase(), candidates)).toBe(word);
        for (const typo of [word.slice(0, cut) + word.slice(cut + 1), `${word.slice(0, cut)}q${word.slice(cut)}`])
          expect(nearest(typo, ['~'.repeat(400), word])).toBe(word);
      }),
    );
  });

  it('gives nothing for a word like none of them', () => {
    expect(nearest('participants', ['date', 'title', 'kind'])).toBeUndefined();
    expect(nearest('anything', [])).toBeUndefined();
    expect(nearest('partys', ['date', 'parties', 'party'])).toBe('party');
  });
});
