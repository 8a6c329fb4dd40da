import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Finding, findQuotation, type Quotation, quotable } from '../../src/shared/quotation.js';

const find = (text: string, quotation: Quotation): Finding => findQuotation(quotable(text), quotation);
const points = (text: string) => [...text].length;

/** Pieces that texts are made of: letters in both forms, white space of several kinds, characters beyond the BMP. */
const PIECES = ['a', 'b', 'é', 'e\u0301', 'e', 'x\u0301', '𝄞', '가', '\u1100\u1161', 'Å', '\u212b', '.'] as const;
const SPACES = [' ', '\n', '\u00a0', '\t ', '\r\n', '\u3000', ' \u2028'] as const;
const piece = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...PIECES) }, fc.constantFrom(...SPACES));
const prose = fc.array(piece, { minLength: 1, maxLength: 14 }).map((pieces) => pieces.join(''));

/** A text cut into prefix, quotation and suffix between any two code points. */
const cut = (text: fc.Arbitrary<string>) =>
  fc
    .tuple(text, fc.nat(), fc.nat())
    .map(([whole, a, b]) => {
      const chars = [...whole];
      const [from, to] = [a % (chars.length + 1), b % (chars.length + 1)].sort((x, y) => x - y) as [number, number];
      const part = (start: number, end?: number) => chars.slice(start, end).join('');
      return { whole, from, to, prefix: part(0, from), exact: part(from, to), suffix: part(to) };
    })
    .filter(({ exact }) => /\S/.test(exact));

const norm = (text: string) => text.normalize('NFC').replace(/\s+/g, ' ');
const trimEnd = (text: string) => norm(text).replace(/ $/, '');
const trimStart = (text: string) => norm(text).replace(/^ /, '');

/** Every place by looking at every pair of code points, as the rule says it. */
function naive(text: string, { exact, prefix = '', suffix = '' }: Quotation): string[] {
  const chars = [...text];
  const part = (start: number, end?: number) => chars.slice(start, end).join('');
  const found: string[] = [];
  const wanted = trimStart(trimEnd(exact));
  for (let start = 0; start < chars.length; start += 1) {
    for (let end = start + 1; end <= chars.length; end += 1) {
      const [before, words, after] = [part(0, start), part(start, end), part(end)];
      if (/^\s|\s$/.test(words) || norm(words) !== wanted) continue;
      if (norm(before) + norm(words) + norm(after) !== norm(text)) continue;
      if (trimEnd(before).endsWith(trimEnd(prefix)) && trimStart(after).startsWith(trimStart(suffix))) {
        found.push(`${start} ${end}`);
      }
    }
  }
  return found;
}

describe('a quotation', () => {
  it('is found at its place with all of the text around it, whatever it is', () => {
    const anything = fc.oneof(prose, fc.string({ unit: 'binary', maxLength: 30 }));
    fc.assert(
      fc.property(cut(anything), ({ whole, from, to, prefix, exact, suffix }) => {
        const finding = find(whole, { exact, prefix, suffix });
        expect(finding).toEqual({ found: 'once', isVerbatim: true, start: from, end: to });
      }),
      { numRuns: 2000 },
    );
  });

  it('is found where looking everywhere finds it, and as often', () => {
    fc.assert(
      fc.property(prose, cut(prose), fc.boolean(), fc.boolean(), (text, { prefix, exact, suffix }, before, after) => {
        const quotation = { exact, ...(before && { prefix }), ...(after && { suffix }) };
        const expected = naive(text, quotation);
        // Half a letter can be quoted verbatim only, which the rule above does not speak of.
        fc.pre(expected.length > 0 || !text.includes((quotation.prefix ?? '') + exact + (quotation.suffix ?? '')));
        const finding = find(text, quotation);
        const places =
          finding.found === 'several'
            ? finding.passages.map(({ start, end }) => [start, end])
            : finding.found === 'once'
              ? [[finding.start, finding.end]]
              : [];
        expect(finding.found).toBe(['never', 'once'][expected.length] ?? 'several');
        expect(places).toHaveLength(Math.min(expected.length, 5));
        const chars = [...text];
        for (const [start, end] of places) {
          // A verbatim passage has the white space at the ends of the quotation as well.
          const words = chars.slice(start, end).join('');
          const skipped = points(words) - points(words.trimStart());
          expect(expected).toContain(`${Number(start) + skipped} ${Number(start) + skipped + points(words.trim())}`);
        }
      }),
      { numRuns: 5000 },
    );
  });

  const word = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join(''));
  const wordsAndSpaces = fc.tuple(
    fc.uniqueArray(word, { minLength: 3, maxLength: 8 }),
    fc.array(fc.constantFrom(...SPACES)),
  );

  it('is found with other white space and other composition, and says so', () => {
    fc.assert(
      fc.property(wordsAndSpaces, fc.constantFrom('NFC', 'NFD'), fc.nat(), ([words, spaces], form, pick) => {
        const text = words.reduce((all, next, index) => all + (spaces[index] ?? ' ') + next);
        const first = pick % (words.length - 1);
        const quoted = words
          .slice(first, first + 2)
          .join('  ')
          .normalize(form as 'NFC');
        const prefix = words.slice(0, first).join(' ');
        const suffix = words.slice(first + 2).join('\n');
        const finding = find(text, { exact: quoted, prefix, suffix });
        expect(finding).toMatchObject({ found: 'once', isVerbatim: false });
        const { start, end } = finding as { start: number; end: number };
        expect(norm([...text].slice(start, end).join(''))).toBe(norm(quoted));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['another letter', 'The two sides met.', 'The two sides meet.'],
    ['another case', 'The two sides met.', 'the two sides'],
    ['other quotation marks', 'He said “no”.', 'said "no"'],
    ['an ellipsis', 'They met in Vilnius and signed.', 'They met … and signed'],
    ['another dash', 'US–Ukraine', 'US-Ukraine'],
    ['a compatible form', 'No. ② is open', 'No. 2 is open'],
    ['words run together', 'the treaty', 'thetreaty'],
    ['a letter without its accent', 'cafe\u0301 noir', 'cafe noir'],
    ['white space alone', 'a \u0085 b', '\u0085'],
  ])('is never found with %s', (_, text, exact) => {
    expect(find(text, { exact }).found).toBe('never');
  });

  it('with several places tells the first five, with what stands around each', () => {
    const finding = find('𝄞 peace now, peace\nthen, peace ever, peace, peace, peace', { exact: 'peace' });
    expect(finding.found).toBe('several');
    const { passages } = finding as Extract<Finding, { found: 'several' }>;
    expect(passages).toHaveLength(5);
    expect(passages[1]).toMatchObject({ start: 13, end: 18, before: '𝄞 peace now, ', exact: 'peace' });
    expect(find('peace now, peace then', { exact: 'peace', suffix: 'then' })).toMatchObject({ start: 11, end: 16 });
    expect(find('peace now, peace then', { exact: 'peace', prefix: 'now,' })).toMatchObject({ start: 11, end: 16 });
  });

  it('that is nowhere comes with the nearest passage: what begins alike, or ends alike', () => {
    const text = 'In January the United States and Ukraine will hold consultations on security.';
    const near = (exact: string) => (find(text, { exact }) as Extract<Finding, { found: 'never' }>).nearest?.exact;
    expect(near('the United States and Ukraine held consultations')).toBe(
      'the United States and Ukraine will hold consulta',
    );
    expect(near('Both will hold consultations on security')).toMatch(/ill hold consultations on security$/);
    expect(near('nothing of the kind is here, xyz')).toBeUndefined();
  });

  it('that stands elsewhere than its context says is told to', () => {
    const finding = find('first peace, then war', { exact: 'peace', prefix: 'second ' });
    expect(finding).toMatchObject({ found: 'never', elsewhere: true, nearest: { start: 6, before: 'first ' } });
  });

  it.each([
    [
      'one letter a million times',
      'a'.repeat(1_000_000),
      { exact: `${'a'.repeat(1000)}b${'a'.repeat(900)}`, prefix: 'b' },
    ],
    [
      'words that nearly fit a million times',
      'ab '.repeat(400_000),
      { exact: `${'ab '.repeat(600)}c`, suffix: 'ab ab' },
    ],
    ['a context that never fits', 'a'.repeat(1_000_000), { exact: 'a', prefix: `b${'a'.repeat(199)}` }],
    ['marks without end', `a${'\u0301\u0316'.repeat(300_000)}`, { exact: 'b\u0301\u0316' }],
    ['letters to be composed', 'e\u0301'.repeat(500_000), { exact: 'é'.repeat(500), suffix: 'x' }],
  ])('takes no long time for %s', (_, text, quotation) => {
    const before = performance.now();
    expect(find(text, quotation).found).toBe('never');
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});
