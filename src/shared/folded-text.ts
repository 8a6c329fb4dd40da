/** A text in Unicode NFC with each run of white space as one space, and where each unit of it stands in the text. */
export interface FoldedText {
  /** UTF-16 units. */
  units: Uint16Array;
  /**
   * For each unit, and for the end, where in the text that begins which it stands for; INSIDE for the further units of
   * a letter that was composed, which no passage can begin or end with.
   */
  starts: Uint32Array;
  /** Whether units stand for what is written otherwise in the text, white space aside. */
  composed: boolean;
}

export const INSIDE = 0xffff_ffff;
export const SPACE = 0x20;

/** Composing takes time that grows with the square of a run of marks: 12 s for 200,000. No writing has so many. */
const TOO_MANY_MARKS = /\p{M}{64}/u;
/** What may belong to the letter before it: marks, vowels and finals of Hangul, and vowel signs of Kirat Rai. */
const CONTINUES = /[\p{M}\u1160-\u11ff\ud7b0-\ud7ff\u{16d63}-\u{16d6a}]/u;
const FIRST_MARK = 0x300;

/** Folds a text, in time that grows with its length. One with 64 marks on one letter is not composed. */
export function foldText(text: string): FoldedText {
  const nfc = TOO_MANY_MARKS.test(text) ? text : text.normalize('NFC');
  const composed = nfc !== text;
  const units = new Uint16Array(nfc.length);
  const starts = new Uint32Array(nfc.length + 1);
  let length = 0;
  const put = (unit: number, start: number) => {
    units[length] = unit;
    starts[length] = start;
    length += 1;
  };
  for (let at = 0; at < text.length; ) {
    const unit = text.charCodeAt(at);
    const end = isSpace(unit) ? endOfSpace(text, at) : composed ? endOfLetter(text, at) : at + 1;
    if (isSpace(unit)) put(SPACE, at);
    else if (end === at + 1 && unit < FIRST_MARK) put(unit, at);
    else putLetter(text.slice(at, end), at, composed, put);
    at = end;
  }
  starts[length] = text.length;
  return { units: units.subarray(0, length), starts: starts.subarray(0, length + 1), composed };
}

function putLetter(letter: string, start: number, composed: boolean, put: (unit: number, start: number) => void): void {
  const nfc = composed ? letter.normalize('NFC') : letter;
  for (let index = 0; index < nfc.length; index += 1) {
    put(nfc.charCodeAt(index), nfc === letter ? start + index : index === 0 ? start : INSIDE);
  }
}

function endOfLetter(text: string, start: number): number {
  let end = start + widthAt(text, start);
  while (end < text.length && text.charCodeAt(end) >= FIRST_MARK) {
    const width = widthAt(text, end);
    if (!CONTINUES.test(text.slice(end, end + width))) break;
    end += width;
  }
  return end;
}

function widthAt(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

function endOfSpace(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && isSpace(text.charCodeAt(end))) end += 1;
  return end;
}

/** White space as `\s` has it, and U+0085. */
export function isSpace(unit: number): boolean {
  if (unit < 0x80) return unit === SPACE || (unit >= 9 && unit <= 13);
  if (unit === 0x85 || unit === 0xa0 || unit === 0x1680 || unit === 0x3000 || unit === 0xfeff) return true;
  return (unit >= 0x2000 && unit <= 0x200a) || unit === 0x2028 || unit === 0x2029 || unit === 0x202f || unit === 0x205f;
}
