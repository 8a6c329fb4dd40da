import { eachPlace, longestBeginning } from './find-units.js';
import { type FoldedText, foldText, INSIDE, isSpace, SPACE } from './folded-text.js';

/** A quotation as W3C's TextQuoteSelector has it. */
export interface Quotation {
  exact: string;
  prefix?: string | undefined;
  suffix?: string | undefined;
}

/** A passage of a text, in Unicode code points, with some of what stands around it. */
export interface Passage {
  start: number;
  /** Exclusive. */
  end: number;
  before: string;
  exact: string;
  after: string;
}

export type Finding =
  | { found: 'once'; isVerbatim: boolean; start: number; end: number }
  /** The first few places; without more context it could be any of them. */
  | { found: 'several'; passages: Passage[] }
  /** `elsewhere`: the words are there, but not between that prefix and suffix; then `nearest` is where they first are. */
  | { found: 'never'; elsewhere: boolean; nearest?: Passage | undefined };

/** A text that quotations are looked for in. */
export interface Quotable {
  text: string;
  folded: FoldedText;
  /** Converts an offset in UTF-16 units into one in code points. */
  codePoints(offset: number): number;
}

const MAX_PASSAGES = 5;
const CONTEXT = 40;

/** Gets a text ready for any number of quotations, in time that grows with its length. */
export function quotable(text: string): Quotable {
  return { text, folded: foldText(text), codePoints: codePointCounter(text) };
}

/**
 * Where a quotation stands in a text: verbatim, or alike but for white space and for how letters are composed (Unicode
 * NFC). Never anything less. Prefix and suffix must stand beside it; white space between them and it does not count.
 * Unless `isExplained`, one that is not there comes without `nearest`.
 */
export function findQuotation(source: Quotable, quotation: Quotation, isExplained = true): Finding {
  const spans = findSpans(source, quotation);
  const [first, second] = spans;
  if (first === undefined) return isExplained ? never(source, quotation) : { found: 'never', elsewhere: false };
  if (second !== undefined) return { found: 'several', passages: spans.map((span) => passage(source, span)) };
  const { codePoints } = source;
  const { start, end, isVerbatim } = first;
  return { found: 'once', isVerbatim, start: codePoints(start), end: codePoints(end) };
}

interface Span {
  start: number;
  end: number;
  isVerbatim: boolean;
}

/** Up to MAX_PASSAGES places, in UTF-16 units of the text. */
function findSpans(source: Quotable, quotation: Quotation): Span[] {
  const { folded } = source;
  const parts = partsOf(quotation);
  const spans: Span[] = [];
  if (parts.exact.length === 0) return spans;
  for (const { needle, offset } of needles(parts)) {
    eachPlace(folded.units, needle, (place) => {
      const span = spanOf(source, place + offset, parts.exact.length, quotation.exact);
      if (span !== undefined) spans.push(span);
      return spans.length < MAX_PASSAGES;
    });
  }
  // Half a letter, such as a mark alone, can be quoted verbatim only.
  if (spans.length === 0 && folded.composed) spans.push(...verbatimSpans(source.text, quotation));
  return spans.sort((a, b) => a.start - b.start).slice(0, MAX_PASSAGES);
}

interface Parts {
  prefix: Uint16Array;
  exact: Uint16Array;
  suffix: Uint16Array;
}

function partsOf({ exact, prefix = '', suffix = '' }: Quotation): Parts {
  const units = (text: string) => foldText(text).units;
  return {
    prefix: withoutEnd(units(prefix)),
    exact: withoutStart(withoutEnd(units(exact))),
    suffix: withoutStart(units(suffix)),
  };
}

function withoutEnd(units: Uint16Array): Uint16Array {
  return units.at(-1) === SPACE ? units.subarray(0, -1) : units;
}

function withoutStart(units: Uint16Array): Uint16Array {
  return units[0] === SPACE ? units.subarray(1) : units;
}

/** What to look for: the three parts together, with and without white space between them. */
function needles({ prefix, exact, suffix }: Parts): { needle: Uint16Array; offset: number }[] {
  const gaps = (part: Uint16Array) => (part.length === 0 ? [[]] : [[], [SPACE]]);
  return gaps(prefix).flatMap((before) =>
    gaps(suffix).map((after) => ({
      needle: Uint16Array.from([...prefix, ...before, ...exact, ...after, ...suffix]),
      offset: prefix.length + before.length,
    })),
  );
}

/** The span of the text that folded units stand for; undefined when it would begin or end within a letter. */
function spanOf({ text, folded }: Quotable, at: number, length: number, exact: string): Span | undefined {
  const start = folded.starts[at];
  const end = folded.starts[at + length];
  if (start === undefined || end === undefined || start === INSIDE || end === INSIDE) return undefined;
  const lead = start - leadingSpace(exact);
  if (lead >= 0 && text.startsWith(exact, lead)) return { start: lead, end: lead + exact.length, isVerbatim: true };
  return { start, end, isVerbatim: false };
}

function leadingSpace(text: string): number {
  let count = 0;
  while (count < text.length && isSpace(text.charCodeAt(count))) count += 1;
  return count;
}

function verbatimSpans(text: string, { exact, prefix = '', suffix = '' }: Quotation): Span[] {
  const spans: Span[] = [];
  eachPlace(unitsOf(text), unitsOf(prefix + exact + suffix), (place) => {
    const start = place + prefix.length;
    spans.push({ start, end: start + exact.length, isVerbatim: true });
    return spans.length < MAX_PASSAGES;
  });
  return spans;
}

function unitsOf(text: string): Uint16Array {
  const units = new Uint16Array(text.length);
  for (let at = 0; at < text.length; at += 1) units[at] = text.charCodeAt(at);
  return units;
}

function never(source: Quotable, quotation: Quotation): Finding {
  const { exact, prefix, suffix } = quotation;
  const hasContext = Boolean(prefix) || Boolean(suffix);
  const [alone] = hasContext ? findSpans(source, { exact }) : [];
  if (alone !== undefined) return { found: 'never', elsewhere: true, nearest: passage(source, alone) };
  const near = nearest(source, partsOf(quotation).exact);
  return { found: 'never', elsewhere: false, nearest: near && passage(source, near) };
}

/**
 * As much text as the quotation has, from where its beginning, or else its end, agrees longest; undefined when that is
 * less than a third of it. Two passes over the text, only to help who wrote the quotation.
 */
function nearest({ folded }: Quotable, exact: Uint16Array): { start: number; end: number } | undefined {
  const { units, starts } = folded;
  const beginning = longestBeginning(units, exact);
  const ending = longestBeginning(units.toReversed(), exact.toReversed());
  const agreed = Math.max(beginning.length, ending.length);
  if (agreed * 3 < exact.length || agreed < 3) return undefined;
  const start =
    beginning.length >= ending.length ? beginning.start : Math.max(units.length - ending.start - exact.length, 0);
  const end = Math.min(start + exact.length, units.length);
  return { start: outside(starts, start), end: outside(starts, end) };
}

/** Where a letter begins, at a unit or after it. */
function outside(starts: Uint32Array, from: number): number {
  let at = from;
  while (starts[at] === INSIDE) at += 1;
  return starts[at] ?? 0;
}

function passage({ text, codePoints }: Quotable, { start, end }: { start: number; end: number }): Passage {
  const [from, to] = [whole(text, start), whole(text, end)];
  return {
    start: codePoints(from),
    end: codePoints(to),
    before: text.slice(whole(text, Math.max(from - CONTEXT, 0)), from),
    exact: text.slice(from, to),
    after: text.slice(to, whole(text, Math.min(to + CONTEXT, text.length))),
  };
}

/** The offset, or the one after it when that is within a surrogate pair. */
function whole(text: string, offset: number): number {
  const unit = text.charCodeAt(offset);
  return offset > 0 && unit >= 0xdc00 && unit <= 0xdfff ? offset + 1 : offset;
}

const BLOCK = 1024;

/** Counts code points before an offset; of a long text it counts each block once. */
function codePointCounter(text: string): (offset: number) => number {
  if (!/[\ud800-\udfff]/.test(text)) return (offset) => offset;
  const pairs = new Uint32Array(Math.floor(text.length / BLOCK) + 1);
  const pairsIn = (from: number, to: number) => {
    let count = 0;
    for (let at = from; at < to; at += 1) {
      const unit = text.charCodeAt(at);
      if (unit >= 0xdc00 && unit <= 0xdfff) count += 1;
    }
    return count;
  };
  for (let block = 1; block < pairs.length; block += 1) {
    pairs[block] = (pairs[block - 1] ?? 0) + pairsIn((block - 1) * BLOCK, block * BLOCK);
  }
  return (offset) => {
    const block = Math.floor(offset / BLOCK);
    return offset - (pairs[block] ?? 0) - pairsIn(block * BLOCK, offset);
  };
}
