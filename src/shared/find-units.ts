type Units = Uint16Array;

/**
 * Calls back for each place at which `needle` stands in `hay`, overlapping ones too, until that answers false. Knuth,
 * Morris and Pratt: no text and no needle makes it take more than two steps for each unit.
 */
export function eachPlace(hay: Units, needle: Units, found: (start: number) => boolean): void {
  if (needle.length === 0 || needle.length > hay.length) return;
  const back = borders(needle);
  let matched = 0;
  for (let at = 0; at < hay.length; at += 1) {
    const unit = hay[at];
    while (matched > 0 && needle[matched] !== unit) matched = back[matched - 1] as number;
    if (needle[matched] === unit) matched += 1;
    if (matched < needle.length) continue;
    if (!found(at + 1 - matched)) return;
    matched = back[matched - 1] as number;
  }
}

/** The longest beginning of `needle` that stands in `hay`, and where it first does. */
export function longestBeginning(hay: Units, needle: Units): { start: number; length: number } {
  const back = borders(needle);
  let [best, end, matched] = [0, 0, 0];
  for (let at = 0; at < hay.length && best < needle.length; at += 1) {
    const unit = hay[at];
    while (matched > 0 && needle[matched] !== unit) matched = back[matched - 1] as number;
    if (needle[matched] === unit) matched += 1;
    if (matched > best) [best, end] = [matched, at + 1];
  }
  return { start: end - best, length: best };
}

/** For each beginning of the needle, the length of the longest shorter one that also ends it. */
function borders(needle: Units): Uint32Array {
  const back = new Uint32Array(needle.length);
  let matched = 0;
  for (let at = 1; at < needle.length; at += 1) {
    while (matched > 0 && needle[matched] !== needle[at]) matched = back[matched - 1] as number;
    if (needle[matched] === needle[at]) matched += 1;
    back[at] = matched;
  }
  return back;
}
