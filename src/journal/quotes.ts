import type { Reader } from '../db/store.js';
import { type InputError, Problem } from '../problems.js';
import { type Finding, findQuotation, type Passage, type Quotable, quotable } from '../shared/quotation.js';
import type { Body, RecordKind } from './kind.js';
import { citationsIn } from './paths.js';
import { documentsById } from './read.js';
import { eachText, type TextKey } from './texts.js';

interface Check {
  quoteStatus: 'verbatim' | 'whitespace-normalised' | 'unchecked';
  /** Absent when the words were held against no text. */
  quotePosition?: { start: number; end: number; textSha256: string };
}

interface Quote {
  exact: string;
  prefix?: string;
  suffix?: string;
}

type Citation = { source: string; quote?: Quote } & Partial<Check>;
type Quoting = Citation & { quote: Quote };
type QuotingPlace = { citation: Quoting; pointer: string };

interface Fault extends InputError {
  code: 'quote-not-found' | 'quote-ambiguous';
  pointer: string;
  passages: Passage[];
}

/** Looking for the nearest passage takes longer than looking for the quotation, so it is done for the first few only. */
const MAX_EXPLAINED = 5;
const MAX_FAULTS = 20;
const TEXTS_AT_ONCE = 16;

/**
 * Sets `quoteStatus` and `quotePosition` of every citation by the present text of its source. What the previous version
 * already quoted from that source is never refused: where the present text does not have it, it keeps its earlier check.
 * Raises `quote-not-found` and `quote-ambiguous`. No query without a quotation; the texts of 16 sources are one query.
 */
export async function checkQuotes(reader: Reader, kind: RecordKind, body: Body, previous?: Body): Promise<void> {
  const quoting = citationsIn<Citation>(kind, body).flatMap(({ citation, pointer }) => {
    delete citation.quoteStatus;
    delete citation.quotePosition;
    return isQuoting(citation) ? [{ citation, pointer }] : [];
  });
  if (quoting.length === 0) return;
  const earlier = checksOf(kind, previous);
  const texts = await presentTexts(reader, [...new Set(quoting.map(({ citation }) => citation.source))]);
  const faults: Fault[] = [];
  for await (const { entity, sha256, content } of eachText(reader, texts, TEXTS_AT_ONCE)) {
    const text = { sha256, ...quotable(content) };
    const from = quoting.filter(({ citation }) => citation.source === entity);
    for (const place of from) faults.push(...checkAgainst(text, place, earlier, faults.length));
  }
  for (const { citation } of quoting) {
    if (citation.quoteStatus === undefined) Object.assign(citation, earlier.get(keyOf(citation)) ?? UNCHECKED);
  }
  refuse(faults);
}

const UNCHECKED: Check = { quoteStatus: 'unchecked' };

function isQuoting(citation: Citation): citation is Quoting {
  return citation.quote !== undefined;
}

/** One quotation of one source, wherever in the record it stands. */
function keyOf({ source, quote: { exact, prefix, suffix } }: Quoting): string {
  return JSON.stringify([source, exact, prefix ?? null, suffix ?? null]);
}

function checksOf(kind: RecordKind, body: Body | undefined): Map<string, Check> {
  const checks = new Map<string, Check>();
  for (const { citation } of body === undefined ? [] : citationsIn<Citation>(kind, body)) {
    const { quoteStatus, quotePosition } = citation;
    if (!isQuoting(citation) || quoteStatus === undefined) continue;
    checks.set(keyOf(citation), { quoteStatus, ...(quotePosition && { quotePosition }) });
  }
  return checks;
}

/** The texts that the sources have now. */
async function presentTexts(reader: Reader, sources: readonly string[]): Promise<TextKey[]> {
  const documents = await documentsById(reader, sources, undefined);
  return [...documents.values()].flatMap((document) => {
    const { id, textSha256 } = document as { id: string; textSha256?: string };
    return textSha256 === undefined ? [] : [{ entity: id, sha256: textSha256 }];
  });
}

/** Checks one quotation, or says what is wrong with it. */
function checkAgainst(
  text: Quotable & { sha256: string },
  { citation, pointer }: QuotingPlace,
  earlier: ReadonlyMap<string, Check>,
  faults: number,
): Fault[] {
  const before = earlier.get(keyOf(citation));
  if (faults >= MAX_FAULTS) return [];
  const finding = findQuotation(text, citation.quote, before === undefined && faults < MAX_EXPLAINED);
  if (finding.found === 'once') {
    const { isVerbatim, start, end } = finding;
    citation.quoteStatus = isVerbatim ? 'verbatim' : 'whitespace-normalised';
    citation.quotePosition = { start, end, textSha256: text.sha256 };
    return [];
  }
  return before === undefined ? [fault(finding, pointer)] : [];
}

function fault(finding: Exclude<Finding, { found: 'once' }>, pointer: string): Fault {
  if (finding.found === 'several') {
    const { passages } = finding;
    const message = `stands more than once in the text of the source; add a prefix or suffix to tell ${inWords(passages)} apart`;
    return { in: 'body', pointer: `${pointer}/quote`, code: 'quote-ambiguous', message, passages };
  }
  const { elsewhere, nearest } = finding;
  const passages = nearest === undefined ? [] : [nearest];
  const message = elsewhere
    ? `stands in the text of the source, but not beside that prefix and suffix; it is in ${inWords(passages)}`
    : `does not stand in the text of the source${nearest ? `; the nearest passage is ${inWords(passages)}` : ''}`;
  const place = elsewhere ? `${pointer}/quote` : `${pointer}/quote/exact`;
  return { in: 'body', pointer: place, code: 'quote-not-found', message, passages };
}

function inWords(passages: readonly Passage[]): string {
  return passages.map(({ before, exact, after }) => `“…${before}[${exact}]${after}…”`).join(', ');
}

function refuse(faults: readonly Fault[]): void {
  for (const code of ['quote-not-found', 'quote-ambiguous'] as const) {
    const some = faults.filter((each) => each.code === code);
    if (some.length === 0) continue;
    const detail = some.length === 1 ? 'One quotation' : `${some.length} quotations`;
    throw new Problem(code, `${detail} of the body: ${WHY[code]}.`, {
      errors: some.map(({ passages: _, ...error }) => error),
      extra: { passages: some.flatMap(({ pointer, passages }) => passages.map((each) => ({ pointer, ...each }))) },
    });
  }
}

const WHY = {
  'quote-not-found': 'not in the text of the source',
  'quote-ambiguous': 'more than one place in the text of the source fits',
} as const;
