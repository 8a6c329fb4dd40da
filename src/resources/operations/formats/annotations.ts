import type { Json } from '../../../journal/kind.js';
import { addressOf } from './rendering.js';

/** A record that cites a source, with its citations of it. */
export interface Citing {
  record: { id: string; type: string; slug: string; label: string };
  citations: { pointer: string; [field: string]: Json }[];
}

/** The source that is cited, and the digest of its text. */
interface Cited {
  base: string;
  id: string;
  textSha256: string | undefined;
}

interface Citation {
  pointer: string;
  quote?: { exact: string; prefix?: string; suffix?: string };
  quotePosition?: { start: number; end: number; textSha256: string };
}

/** A page of W3C Web Annotations: each citation links a record to the source, or to a passage of its text. */
export function annotationPage(
  cited: Cited,
  addresses: { page: string; first: string; next: string | undefined },
  citing: readonly Citing[],
): string {
  const items = citing.flatMap(({ record, citations }) => {
    const body = addressOf(cited.base, record.id);
    return citations.map((citation) => annotation(cited, body, citation as unknown as Citation));
  });
  const { page, first, next } = addresses;
  return JSON.stringify({
    '@context': 'http://www.w3.org/ns/anno.jsonld',
    id: page,
    type: 'AnnotationPage',
    partOf: { id: `${first}#all`, type: 'AnnotationCollection', first },
    ...(next !== undefined && { next }),
    items,
  });
}

function annotation(cited: Cited, body: string, citation: Citation): object {
  return {
    id: `${body}#${citation.pointer}`,
    type: 'Annotation',
    motivation: 'linking',
    body,
    target: target(cited, citation),
  };
}

/** A position is of one text, so it is left out when the source has another by then. */
function target({ base, id, textSha256 }: Cited, { quote, quotePosition }: Citation): string | object {
  const source = addressOf(base, id);
  if (quote === undefined) return source;
  const { exact, prefix, suffix } = quote;
  const words = { type: 'TextQuoteSelector', exact, prefix, suffix };
  if (quotePosition === undefined || quotePosition.textSha256 !== textSha256)
    return { type: 'SpecificResource', source, selector: words };
  const { start, end } = quotePosition;
  const selector = [words, { type: 'TextPositionSelector', start, end }];
  return { type: 'SpecificResource', source: `${source}/text`, selector };
}
