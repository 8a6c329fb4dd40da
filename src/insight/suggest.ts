import { type Hit, readBriefest } from '../db/hits.js';
import { type Clause, expressionOf } from '../db/search.js';
import type { Reader } from '../db/store.js';
import type { Task } from '../journal/analysis.js';
import type { Document } from '../journal/kind.js';
import { typeWord } from '../journal/search-text.js';
import { kinds } from '../resources/index.js';
import { presentOr } from '../resources/operations/present.js';
import { withinOneEdit } from '../shared/edits.js';
import { RESOURCE_TYPES, type ResourceType } from '../shared/ids.js';
import { words, wordText } from '../shared/words.js';

export interface SuggestArgs {
  text: string;
  types: readonly ResourceType[];
  limit: number;
  /** The revision that the answer is of. */
  revision: number;
}

/** How a name fits: it begins so, a word in it does, or a word does but for one edit. The better come first. */
export const MATCHES = ['start', 'word', 'typo'] as const;

export interface Suggestion {
  type: string;
  id: string;
  slug: string;
  label: string;
  /** The name that fits best. */
  name: string;
  match: (typeof MATCHES)[number];
}

/** Candidates looked at, those with the shortest labels. */
const CANDIDATES = 200;
/** Shorter words are one edit from too many others. */
const MIN_MISSPELT = 4;

/** Records by the beginning of one of their names, as somebody types it. */
export const SUGGEST: Task<SuggestArgs, Suggestion[]> = {
  name: 'suggest',
  async run(reader, args) {
    const typed = words(args.text).map(({ token }) => token);
    if (typed.length === 0) return [];
    const asOf = await presentOr(reader, args.revision);
    const best = (hits: readonly Hit[]) => hits.flatMap((hit) => suggestion(hit, typed)).sort(compare);
    const exact = await candidates(reader, asTyped(typed), args.types, asOf);
    if (exact.length >= args.limit) return best(exact).slice(0, args.limit);
    const known = new Set(exact.map(({ subject }) => subject));
    const near: Hit[] = [];
    for (const clauses of misspelt(typed)) {
      for (const hit of await candidates(reader, clauses, args.types, asOf)) {
        if (!known.has(hit.subject)) near.push(hit);
        known.add(hit.subject);
      }
    }
    return [...best(exact), ...best(near)].slice(0, args.limit);
  },
};

/** All that was typed: whole words, the last only begun. */
function asTyped(typed: readonly string[]): Clause[] {
  return typed.map((token, index) => clause([token], index === typed.length - 1));
}

function clause(forms: readonly string[], prefix: boolean): Clause {
  return { forms: forms.map((form) => ({ tokens: [form], prefix })), refs: [] };
}

/** The same with each word in turn as what a slip of the finger may have been meant as. */
function misspelt(typed: readonly string[]): Clause[][] {
  return typed.flatMap((token, at) => {
    if (token.length < MIN_MISSPELT) return [];
    const meant = clause(withinOneEdit(token), at === typed.length - 1);
    return [asTyped(typed).with(at, meant)];
  });
}

async function candidates(
  reader: Reader,
  all: readonly Clause[],
  types: readonly ResourceType[],
  asOf: number | undefined,
): Promise<Hit[]> {
  const among = types.length === RESOURCE_TYPES.length ? [] : types.map(typeWord);
  const expression = expressionOf({ all, none: [], among }, 'names');
  const limits = { cap: CANDIDATES * 5, limit: CANDIDATES };
  return readBriefest(reader, { expression, ...limits, asOf });
}

/** The record by the name that fits best; nothing when the words that fit stand in several names. */
function suggestion({ subject, type, slug, doc }: Hit, typed: readonly string[]): Suggestion[] {
  const kind = kinds.get(type as ResourceType);
  if (kind === undefined) throw new Error(`no kind ${type}`);
  const document = JSON.parse(doc) as Document;
  const label = kind.label(document);
  const names = [...new Set([label, ...kind.project(document).names.map(({ value }) => value)])];
  const fitting = names.flatMap((name): Suggestion[] => {
    const match = howItFits(name, typed);
    return match === undefined ? [] : [{ type, id: subject, slug, label, name, match }];
  });
  return fitting.sort(compare).slice(0, 1);
}

function howItFits(name: string, typed: readonly string[]): Suggestion['match'] | undefined {
  const text = wordText(name);
  if (text.startsWith(typed.join(' '))) return 'start';
  const there = text.split(' ');
  const isThere = (token: string, index: number) =>
    index === typed.length - 1 ? there.some((word) => word.startsWith(token)) : there.includes(token);
  if (typed.every(isThere)) return 'word';
  const isMeant = (token: string, index: number) =>
    isThere(token, index) || there.some((word) => isOneEditFrom(word, token, index === typed.length - 1));
  return typed.every(isMeant) ? 'typo' : undefined;
}

/** Whether a word, or only its beginning, is one edit from what was typed. */
function isOneEditFrom(word: string, token: string, isBegun: boolean): boolean {
  const near = new Set(withinOneEdit(token));
  if (!isBegun) return near.has(word);
  return [-1, 0, 1].some((more) => near.has(word.slice(0, token.length + more)));
}

function compare(a: Suggestion, b: Suggestion): number {
  return (
    MATCHES.indexOf(a.match) - MATCHES.indexOf(b.match) ||
    a.name.length - b.name.length ||
    (a.label < b.label ? -1 : a.label > b.label ? 1 : 0) ||
    (a.id < b.id ? -1 : 1)
  );
}
