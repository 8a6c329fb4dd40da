import { matchesAt, type Term, words } from '../../src/shared/words.js';

/** Whether a term of a search stands somewhere in a text. */
export function standsIn(text: string, term: Term): boolean {
  const found = words(text);
  return found.some((_, index) => matchesAt(found, index, term));
}
