import { readBriefest } from '../db/hits.js';
import { type Clause, expressionOf, isFound, nothing, type SearchExpression, type Seeking } from '../db/search.js';
import type { Reader } from '../db/store.js';
import { RESOURCE_TYPES } from '../shared/ids.js';
import { parseSearch, type Term, wordText } from '../shared/words.js';
import type { Document } from './kind.js';
import type { Condition } from './list.js';
import { actorWord, typeWord } from './search-text.js';

/** How many actors a term may stand for by their names, and how many other names of one do as well. */
const MAX_ACTORS = 20;
const MAX_NAMES = 20;

/** A search whose terms are known to stand for actors too: *Kiev* finds what points at Kyiv. */
export interface Sought {
  /** The terms with all forms that do, to be shown where they stand. */
  terms: readonly Term[];
  /** Undefined when there is not one word in it, so that nothing fits. */
  expression: SearchExpression | undefined;
  /** The same narrowed to records with every term, as it was typed, in the label; undefined when there are no terms. */
  labelled: SearchExpression | undefined;
  /** The terms as they were typed. */
  typed: readonly Term[];
  /** Ids of the actors that terms stand for, by their names then. */
  actors: readonly string[];
}

export interface SeekOptions {
  types: readonly string[];
  asOf: number | undefined;
  /** Whether what is found is only looked for among records of these types anyway. */
  isOfList?: boolean;
}

/** Understands what somebody typed, about records of some types. One query for each term. */
export async function seek(
  reader: Reader,
  text: string,
  { types, asOf, isOfList = false }: SeekOptions,
): Promise<Sought> {
  const { terms, excluded } = parseSearch(text);
  const [all, none]: [Named[], Named[]] = [[], []];
  for (const term of terms) all.push(await withNames(reader, term, asOf));
  for (const term of excluded) none.push(await withNames(reader, term, asOf));
  const seeking = {
    all: all.map(({ clause }) => clause),
    none: none.map(({ clause }) => clause),
    // Every record has the word of its type, so that it takes long to go through them; it is left out where it can be.
    among: all.length > 0 && (isOfList || types.length === RESOURCE_TYPES.length) ? [] : types.map(typeWord),
  };
  return {
    typed: terms,
    terms: all.flatMap(({ clause }) => clause.forms),
    expression: all.length + none.length === 0 ? undefined : expressionOf(seeking, 'all'),
    labelled: all.length === 0 ? undefined : labelledOf(seeking, terms),
    actors: [...new Set(all.flatMap(({ ids }) => ids))],
  };
}

function labelledOf(seeking: Seeking, terms: readonly Term[]): SearchExpression {
  const all = terms.map((term) => ({ forms: [term], refs: [] }));
  return expressionOf({ ...seeking, all }, 'label');
}

interface Named {
  clause: Clause;
  ids: string[];
}

/**
 * A term with the actors it is in a name of, and, where it is a whole name of one, with that one's other names: *Kiev*
 * finds the word Kyiv too.
 */
async function withNames(reader: Reader, term: Term, asOf: number | undefined): Promise<Named> {
  const seeking = { all: [{ forms: [term], refs: [] }], none: [], among: [typeWord('actor')] };
  const expression = expressionOf(seeking, 'names');
  // Short labels first: to weigh the words would be to count the records that have them.
  const limits = { cap: MAX_ACTORS * 20, limit: MAX_ACTORS };
  const hits = await readBriefest(reader, { expression, ...limits, asOf });
  const forms = new Map([[term.tokens.join(' '), term]]);
  for (const { doc } of hits) {
    const names = namesOf(JSON.parse(doc) as Document);
    if (!names.includes(term.tokens.join(' '))) continue;
    for (const name of names.slice(0, MAX_NAMES)) {
      if (name !== '' && !forms.has(name)) forms.set(name, { tokens: name.split(' '), prefix: false });
    }
  }
  const ids = hits.map(({ subject }) => subject);
  return { clause: { forms: [...forms.values()], refs: ids.map(actorWord) }, ids };
}

function namesOf(actor: Document): string[] {
  const names = (actor.names ?? []) as { value: string }[];
  return [actor.name as string, ...names.map(({ value }) => value)].map(wordText);
}

/** A search as one predicate of a list. */
export function soughtCondition({ expression }: Pick<Sought, 'expression'>): Condition {
  if (expression === undefined) return { shape: 'q nothing', values: [], build: () => nothing };
  return {
    shape: 'q',
    values: [expression.fts5, expression.tsquery],
    build: (t, record, _when, [fts5, tsquery]) => fts5 && tsquery && isFound(t, record, fts5, tsquery),
  };
}
