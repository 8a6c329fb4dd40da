import { readIndexesTexts } from '../db/head.js';
import { type Hit, type HitQuery, type Hits, isWeighable, readHits, readNewestHits } from '../db/hits.js';
import type { Reader } from '../db/store.js';
import type { Task } from '../journal/analysis.js';
import { type Highlight, highlightsOf } from '../journal/highlight.js';
import { indexedPart } from '../journal/indexed-texts.js';
import type { Document } from '../journal/kind.js';
import { type Sought, seek } from '../journal/search.js';
import { eachText } from '../journal/texts.js';
import { kinds } from '../resources/index.js';
import { presentOr } from '../resources/operations/present.js';
import type { ResourceType } from '../shared/ids.js';
import type { Term } from '../shared/words.js';

/** Only the newest so many versions that fit are ranked: a common word may stand in millions. */
export const MAX_RANKED = 5_000;
/** The same where words are so common that the engine's own measure would take long, and their places have to do. */
export const MAX_PLACED = 500;
/** A word is common in that sense when more versions have it. */
const MAX_WEIGHED = 5_000;

/** Texts may be long, so only a few are held whole at a time. */
const TEXTS_AT_ONCE = 4;

export interface SearchArgs {
  text: string;
  types: readonly ResourceType[];
  order: 'relevance' | 'date';
  limit: number;
  /** The revision that the answer is of. */
  revision: number;
}

export interface SearchHit {
  type: string;
  id: string;
  slug: string;
  label: string;
  highlights: Highlight[];
  /** Ids of actors that the search named and the record points at. */
  via: string[];
}

export interface SearchResult {
  hits: SearchHit[];
  /** False when more versions fit than are ranked. */
  complete: boolean;
}

/** Records of all types that fit a search, the best first. */
export const SEARCH: Task<SearchArgs, SearchResult> = {
  name: 'search',
  async run(reader, args) {
    const asOf = await presentOr(reader, args.revision);
    const sought = await seek(reader, args.text, { types: args.types, asOf });
    const { expression, terms, actors } = sought;
    if (expression === undefined) return { hits: [], complete: true };
    const isPlaced = args.order === 'relevance' && !(await isWeighable(reader, expression, MAX_WEIGHED));
    const query = { expression, limit: args.limit, asOf };
    const { hits, complete } = isPlaced
      ? await readPlaced(reader, sought, query)
      : await readHits(reader, { ...query, cap: MAX_RANKED, order: { by: args.order } });
    const texts = await textsOf(reader, hits);
    return { hits: hits.map((hit) => represent(hit, terms, actors, texts.get(hit.subject))), complete };
  },
};

/**
 * The same where the words are common: first the records with all of them in their label, whatever their age, then of
 * the newest others those with the words in the best places.
 */
export async function readPlaced(
  reader: Reader,
  { labelled, typed }: Sought,
  query: Omit<HitQuery, 'order' | 'cap'>,
): Promise<Hits> {
  const first = labelled === undefined ? [] : await readNewestHits(reader, { ...query, expression: labelled });
  if (first.length === query.limit) return { hits: first, complete: true };
  const others = await readHits(reader, { ...query, cap: MAX_PLACED, order: { by: 'place', words: typed } });
  const known = new Set(first.map(({ revision }) => revision));
  const hits = [...first, ...others.hits.filter(({ revision }) => !known.has(revision))];
  return { hits: hits.slice(0, query.limit), complete: others.complete };
}

/** The searched texts of the sources among what was found. */
async function textsOf(reader: Reader, hits: readonly Hit[]): Promise<Map<string, string>> {
  const keys = hits.flatMap(({ type, subject, doc }) => {
    const sha256 = type === 'source' ? (JSON.parse(doc) as { textSha256?: string }).textSha256 : undefined;
    return sha256 === undefined ? [] : [{ entity: subject, sha256 }];
  });
  const texts = new Map<string, string>();
  if (keys.length === 0 || !(await readIndexesTexts(reader))) return texts;
  for await (const { entity, content } of eachText(reader, keys, TEXTS_AT_ONCE))
    texts.set(entity, indexedPart(content));
  return texts;
}

function represent(
  { subject, type, slug, doc }: Hit,
  terms: readonly Term[],
  actors: readonly string[],
  text: string | undefined,
): SearchHit {
  const kind = kinds.get(type as ResourceType);
  if (kind === undefined) throw new Error(`no kind ${type}`);
  const document = JSON.parse(doc) as Document;
  const via = actors.filter((actor) => actor !== subject && doc.includes(actor));
  const highlights = highlightsOf(kind, document, terms, text);
  return { type, id: subject, slug, label: kind.label(document), highlights, via };
}
