import type { Document } from '../../journal/kind.js';
import { occurrences } from '../../journal/paths.js';
import { kinds } from '../../resources/index.js';
import { typeOfId } from '../../shared/ids.js';
import type { Quotation } from '../../shared/quotation.js';

export interface Citation {
  source: string;
  quote?: Quotation;
  quotePosition?: { textSha256: string };
}

/** Every citation in a record, those of its terms, milestones and other entries included, with where it stands. */
export function citationsIn(document: Document): { pointer: string; citation: Citation }[] {
  const paths = kinds.get(typeOfId(document.id) as never)?.citations ?? [];
  return paths.flatMap((path) =>
    occurrences(document, path).map(({ value, pointer }) => ({ pointer, citation: value as unknown as Citation })),
  );
}

/** The sources that a record cites anywhere, each once, in the order of their ids. */
export function sourcesOf(document: Document): string[] {
  return [...new Set(citationsIn(document).map(({ citation }) => citation.source))].sort();
}
