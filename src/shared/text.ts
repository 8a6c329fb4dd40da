import { distance } from 'fastest-levenshtein';
import { fold } from './fold.js';

/** Lower-case words of ASCII letters and digits joined by single hyphens. */
export const SLUG_PATTERN = /^[a-z0-9]+(?:-{1,2}[a-z0-9]+)*$/;
export const SLUG_MAX = 120;

/** True for text that both engines store alike: well-formed UTF-16 without U+0000. */
export function isCleanText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\u0000');
}

/** A slug made from a label; empty when the label has no letter or digit that folds to ASCII. */
export function slugify(label: string): string {
  return fold(label)
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, SLUG_MAX)
    .replace(/^-+|-+$/g, '');
}

/** The candidate closest to `word`, or undefined when none is near enough to be what was meant. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const probe = word.toLowerCase().slice(0, 100);
  let best: string | undefined;
  let bestDistance = Math.floor(probe.length / 3) + 2;
  for (const candidate of candidates) {
    const d = distance(probe, candidate.toLowerCase());
    if (d < bestDistance) {
      best = candidate;
      bestDistance = d;
    }
  }
  return best;
}

/** The nearest of some candidates as the end of a message; empty when none is near. */
export function hint(word: string, candidates: Iterable<string>): string {
  const suggestion = nearest(word, candidates);
  return suggestion === undefined ? '' : `; did you mean \`${suggestion}\`?`;
}

/** At most `max` UTF-16 units of a text, never half of a surrogate pair. */
export function truncate(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, max);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}
