import { fold } from './fold.js';

/** A word of a text as it is compared, and where it stands there: offsets in UTF-16 code units, the end exclusive. */
export interface Word {
  token: string;
  start: number;
  end: number;
}

/** Letters with their marks, and digits. Scripts written without spaces count each character as a word. */
const WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}\p{M}'’ʼ`´]+/gu;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
/** What is not part of the word: quotation marks around it, and the ending of a possessive. */
const EDGE = /^['’ʼ`´]+|['’]s$|['’ʼ`´]+$/g;
const TOKEN = /[\p{L}\p{N}]+/gu;
/** What most words are, and what folding does no more to than to make it small. */
const PLAIN = /^[A-Za-z0-9]+$/;
/** Longer words are cut: PostgreSQL indexes none beyond 2,046 bytes, and nobody types one. */
const MAX_TOKEN = 100;

/** The words of a text, in their order. Both engines index these, so neither's own idea of a word matters. */
export function words(text: string): Word[] {
  const found: Word[] = [];
  for (const match of text.matchAll(WORD)) {
    const start = match.index;
    const [whole] = match;
    if (PLAIN.test(whole)) {
      found.push({ token: whole.toLowerCase().slice(0, MAX_TOKEN), start, end: start + whole.length });
      continue;
    }
    for (const part of splitUnspaced(whole)) {
      for (const [token] of fold(part.text.replace(EDGE, '')).matchAll(TOKEN)) {
        found.push({
          token: token.slice(0, MAX_TOKEN),
          start: start + part.at,
          end: start + part.at + part.text.length,
        });
      }
    }
  }
  return found;
}

/** The same as one text, words separated by spaces. */
export function wordText(text: string): string {
  return words(text)
    .map(({ token }) => token)
    .join(' ');
}

function splitUnspaced(run: string): { text: string; at: number }[] {
  if (!UNSPACED.test(run) || run.length === 1) return [{ text: run, at: 0 }];
  const parts: { text: string; at: number }[] = [];
  let at = 0;
  for (const piece of run.split(new RegExp(`(${UNSPACED.source})`, 'u'))) {
    if (piece !== '') parts.push({ text: piece, at });
    at += piece.length;
  }
  return parts;
}

/** What one part of a search must be: some words in a row, the last of them possibly only begun. */
export interface Term {
  tokens: readonly string[];
  prefix: boolean;
}

export interface SearchQuery {
  terms: readonly Term[];
  /** What must not be there. */
  excluded: readonly Term[];
}

export const MAX_TERMS = 12;
const MIN_PREFIX = 2;
/** `-` before a term excludes it, quotation marks make a phrase (one without its end goes on to the end), `*` begins a word. */
const PART = /(-?)(?:["“”„]([^"“”„]*)(?:["“”„]|$)(\*?)|([^\s"“”„]+))/gu;

/**
 * Reads what somebody typed. Every string is a query: what is no word is passed over, and no part of it ever reaches an
 * engine's own query language. At most 12 terms; `truncated` tells whether there were more.
 */
export function parseSearch(text: string): SearchQuery & { truncated: boolean } {
  const terms: Term[] = [];
  const excluded: Term[] = [];
  for (const [, minus, phrase, star, bare = ''] of text.matchAll(PART)) {
    const content = phrase ?? bare;
    const tokens = words(content).map(({ token }) => token);
    const last = tokens.at(-1);
    if (last === undefined) continue;
    const begins = (phrase === undefined ? bare.endsWith('*') : star === '*') && last.length >= MIN_PREFIX;
    (minus === '-' ? excluded : terms).push({ tokens, prefix: begins });
  }
  const all = [...terms, ...excluded].slice(0, MAX_TERMS);
  return {
    terms: all.filter((term) => terms.includes(term)),
    excluded: all.filter((term) => excluded.includes(term)),
    truncated: terms.length + excluded.length > MAX_TERMS,
  };
}

/** Whether some words in a row are the term, from a given one on. */
export function matchesAt(found: readonly Word[], index: number, { tokens, prefix }: Term): boolean {
  return tokens.every((token, offset) => {
    const word = found[index + offset]?.token;
    if (word === undefined) return false;
    return prefix && offset === tokens.length - 1 ? word.startsWith(token) : word === token;
  });
}
