import { matchesAt, type Term, type Word, words } from '../shared/words.js';
import type { Document, RecordKind } from './kind.js';
import { proseOf } from './search-text.js';

/** Part of a text of a record in which words of a search stand. */
export interface Highlight {
  /** JSON Pointer (RFC 6901) to the text. */
  pointer: string;
  /** The part, beginning and ending between words; `…` stands for what was left out. */
  text: string;
  /** Where the words stand in `text`: offsets in UTF-16 code units, the end exclusive. */
  ranges: [start: number, end: number][];
}

const MOST = 3;
/** Characters shown before and after the words. */
const AROUND = 80;
const ELLIPSIS = '…';

/** The pointer of places in the stored text of a source, which is no part of its document. */
const TEXT = '/text';

/**
 * The first places in a record, and in the stored text of a source, where words of a search stand; none when it fits by
 * whom it points at alone.
 */
export function highlightsOf(
  kind: RecordKind,
  doc: Document,
  terms: readonly Term[],
  stored: string | undefined,
): Highlight[] {
  const found: Highlight[] = [];
  const sought = beginnings(terms);
  const texts = stored === undefined ? [] : [{ pointer: TEXT, text: stored }];
  for (const { pointer, text } of [...proseOf(kind, doc), ...texts]) {
    const ranges = rangesIn(words(text), sought);
    if (ranges.length > 0) found.push({ pointer, ...excerpt(text, ranges) });
    if (found.length === MOST) break;
  }
  return found;
}

/** Terms by the word that they begin with, and apart those that a longer word may be. */
function beginnings(terms: readonly Term[]): { whole: Map<string, Term[]>; begun: Term[] } {
  const [whole, begun] = [new Map<string, Term[]>(), [] as Term[]];
  for (const term of terms) {
    const [first = ''] = term.tokens;
    if (term.prefix && term.tokens.length === 1) begun.push(term);
    else whole.set(first, [...(whole.get(first) ?? []), term]);
  }
  return { whole, begun };
}

function rangesIn(all: readonly Word[], { whole, begun }: ReturnType<typeof beginnings>): [number, number][] {
  const ranges: [number, number][] = [];
  for (const [index, word] of all.entries()) {
    let longest = 0;
    for (const terms of [whole.get(word.token) ?? [], begun]) {
      for (const term of terms)
        if (term.tokens.length > longest && matchesAt(all, index, term)) longest = term.tokens.length;
    }
    const last = all[index + longest - 1];
    if (longest === 0 || last === undefined) continue;
    const previous = ranges.at(-1);
    if (previous !== undefined && word.start < previous[1]) previous[1] = Math.max(previous[1], last.end);
    else ranges.push([word.start, last.end]);
  }
  return ranges;
}

/** The part of a text around the first words, with all that stand in it. */
function excerpt(text: string, ranges: readonly [number, number][]): Pick<Highlight, 'text' | 'ranges'> {
  const [first = 0, firstEnd = 0] = ranges[0] ?? [];
  const start = first <= AROUND ? 0 : boundary(text, first - AROUND, 1);
  const end = firstEnd + AROUND >= text.length ? text.length : boundary(text, firstEnd + AROUND, -1);
  const before = start === 0 ? '' : ELLIPSIS;
  const shift = before.length - start;
  return {
    text: `${before}${text.slice(start, end)}${end === text.length ? '' : ELLIPSIS}`,
    ranges: ranges.filter(([from, to]) => from >= start && to <= end).map(([from, to]) => [from + shift, to + shift]),
  };
}

/** The next place between words from there on; in a text without spaces one that does not cut a character in two. */
function boundary(text: string, from: number, step: 1 | -1): number {
  for (let at = from; Math.abs(at - from) < AROUND / 2; at += step) {
    if (/\s/.test(text[at - (step === 1 ? 1 : 0)] ?? ' ')) return at;
  }
  return /[\udc00-\udfff]/.test(text[from] ?? '') ? from - 1 : from;
}
