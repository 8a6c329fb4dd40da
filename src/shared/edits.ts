/** Letters that may have been meant, for words in one script; in others only what was typed is moved about. */
const ALPHABETS: readonly [RegExp, string][] = [
  [/^[a-z0-9]+$/, 'abcdefghijklmnopqrstuvwxyz'],
  [/^[а-яіїєґ0-9]+$/, 'абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґ'],
  [/^[α-ω0-9]+$/, 'αβγδεζηθικλμνξοπρστυφχψω'],
];

/**
 * All words one edit away from a folded word: a letter left out, added, put in place of another, or two neighbours
 * exchanged (Damerau–Levenshtein distance 1). Without the word itself.
 */
export function withinOneEdit(word: string): string[] {
  const letters = [...word];
  const alphabet = [...(ALPHABETS.find(([script]) => script.test(word))?.[1] ?? '')];
  const found = new Set<string>();
  for (let at = 0; at <= letters.length; at += 1) {
    const [before, after] = [letters.slice(0, at), letters.slice(at)];
    const [first, second, ...rest] = after;
    const add = (...middle: string[]) => found.add([...before, ...middle].join(''));
    if (first !== undefined) add(...after.slice(1));
    if (first !== undefined && second !== undefined) add(second, first, ...rest);
    for (const letter of alphabet) {
      add(letter, ...after);
      if (first !== undefined) add(letter, ...after.slice(1));
    }
  }
  found.delete(word);
  found.delete('');
  return [...found];
}
