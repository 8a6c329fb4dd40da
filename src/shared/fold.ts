/** Letters that Unicode decomposition leaves alone although readers search for them by their plain form. */
const PLAIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ħ: 'h',
  ŧ: 't',
  ŋ: 'n',
};
/** Removed before and after decomposition, because NFKD makes a space and a mark of the acute accent U+00B4. */
const APOSTROPHES = /['’ʼ`´]/g;
const PLAIN_PATTERN = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'g');

/**
 * The form in which names are compared: compatibility-decomposed (Unicode NFKD), without combining marks and
 * apostrophes, lower case, white space collapsed. Done here and never in SQL, because the engines differ.
 */
export function fold(text: string): string {
  return text
    .replace(APOSTROPHES, '')
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(PLAIN_PATTERN, (letter) => PLAIN[letter] ?? letter)
    .replace(APOSTROPHES, '')
    .replace(/\s+/g, ' ')
    .trim();
}
