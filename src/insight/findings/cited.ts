import type { Document } from '../../journal/kind.js';
import { citationsIn } from '../../journal/paths.js';
import { resourceOfType } from '../../resources/index.js';
import { type ResourceType, typeOfId } from '../../shared/ids.js';
import type { Quotation } from '../../shared/quotation.js';

export interface Citation {
  source: string;
  quote?: Quotation;
  quotePosition?: { textSha256: string };
}

/** Every citation in a record, those of its terms, milestones and other entries included, with where it stands. */
export function citationsOf(document: Document): { pointer: string; citation: Citation }[] {
  return citationsIn<Citation>(resourceOfType(typeOfId(document.id) as ResourceType).kind, document);
}

/** The sources that a record cites anywhere, each once, in the order of their ids. */
export function sourcesOf(document: Document): string[] {
  return [...new Set(citationsOf(document).map(({ citation }) => citation.source))].sort();
}
