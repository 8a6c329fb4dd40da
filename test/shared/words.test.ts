import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withinOneEdit } from '../../src/shared/edits.js';
import { MAX_TERMS, matchesAt, parseSearch, words, wordText } from '../../src/shared/words.js';

const unicode = fc.string({ unit: 'binary', maxLength: 60 });

describe('the words of a text', () => {
  it.each([
    ['Volodymyr Zelenskyy’s “Übung” F-16s', 'volodymyr zelenskyy ubung f 16s'],
    ['Kyïv/Київ', 'kyiv киів'],
    ['Đà Nẵng œuvre ß Łódź', 'da nang oeuvre ss lodz'],
    ["O’Brien, d'accord, the Allies' aid", 'obrien daccord the allies aid'],
    ['会談です 2025年', '会 談 て す 2025 年'],
    ['U.S. 1,234.5', 'u s 1 234 5'],
    ['１２３ ﬁn', '123 fin'],
    ['', ''],
    ['… — !', ''],
  ])('%j are %j', (text, expected) => {
    expect(wordText(text)).toBe(expected);
  });

  it('stand where they say, in order, and are the same for a text that was folded before', () => {
    fc.assert(
      fc.property(unicode, (text) => {
        const found = words(text);
        for (const { token, start, end } of found) {
          expect(start).toBeLessThan(end);
          expect(end).toBeLessThanOrEqual(text.length);
          expect(wordText(text.slice(start, end)).split(' ')).toContain(token);
          expect(token).toMatch(/^[\p{L}\p{N}]+$/u);
        }
        const starts = found.map(({ start }) => start);
        expect(starts).toEqual([...starts].sort((a, b) => a - b));
        expect(wordText(wordText(text))).toBe(wordText(text));
      }),
    );
  });
});

describe('a search', () => {
  const plain = (text: string) => {
    const show = ({ tokens, prefix }: { tokens: readonly string[]; prefix: boolean }) =>
      tokens.join(' ') + (prefix ? '*' : '');
    const { terms, excluded, truncated } = parseSearch(text);
    return { terms: terms.map(show), excluded: excluded.map(show), truncated };
  };

  it.each([
    ['Kiev -talks "Security Consultations" zel*', ['kiev', 'security consultations', 'zel*'], ['talks']],
    ['"a phrase without its end', ['a phrase without its end'], []],
    ['“curly quotes” „und deutsche“', ['curly quotes', 'und deutsche'], []],
    ['-"not this phrase" but', ['but'], ['not this phrase']],
    ['US-Ukraine', ['us ukraine'], []],
    ['label:x OR (y NEAR/2 z)', ['label x', 'or', 'y', 'near 2', 'z'], []],
    ['a* ab*', ['a', 'ab*'], []],
    ['"two wor"*', ['two wor*'], []],
    ['- * "" " --', [], []],
    ['--double', [], ['double']],
  ] as [string, string[], string[]][])('%j asks for %j without %j', (text, terms, excluded) => {
    expect(plain(text)).toEqual({ terms, excluded, truncated: false });
  });

  it(`takes the first ${MAX_TERMS} terms and says so`, () => {
    const { terms, excluded, truncated } = plain(Array.from({ length: 20 }, (_, n) => `w${n}`).join(' '));
    expect({ terms, excluded, truncated }).toEqual({
      terms: Array.from({ length: MAX_TERMS }, (_, n) => `w${n}`),
      excluded: [],
      truncated: true,
    });
  });

  it('is whatever was typed, and its terms are in what they were taken from', () => {
    fc.assert(
      fc.property(unicode, (text) => {
        const { terms, excluded } = parseSearch(text);
        const all = wordText(text).split(' ');
        for (const { tokens } of [...terms, ...excluded]) for (const token of tokens) expect(all).toContain(token);
        for (const { tokens } of terms) {
          const found = words(text);
          expect(found.some((_, index) => matchesAt(found, index, { tokens, prefix: false }))).toBe(true);
        }
      }),
    );
  });
});

describe('words one edit away', () => {
  it('are those with a letter left out, added, replaced or exchanged with its neighbour', () => {
    const near = withinOneEdit('kiev');
    for (const word of ['kev', 'kive', 'kyev', 'kieva', 'akiev', 'kie', 'iev', 'ikev']) expect(near).toContain(word);
    for (const word of ['kiev', 'kyiv', 'kivee', '']) expect(near).not.toContain(word);
    expect(new Set(near).size).toBe(near.length);
  });

  it('know the letters of the script; of others they only move what is there', () => {
    expect(withinOneEdit('киев')).toContain('киів');
    expect(withinOneEdit('会談')).toEqual(expect.arrayContaining(['会', '談', '談会']));
    expect(withinOneEdit('会談')).toHaveLength(3);
  });
});
