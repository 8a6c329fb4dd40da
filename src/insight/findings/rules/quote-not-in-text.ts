import { eachText } from '../../../journal/texts.js';
import { RESOURCE_TYPES } from '../../../shared/ids.js';
import { findQuotation, type Quotable, type Quotation, quotable } from '../../../shared/quotation.js';
import { type Citation, citationsOf } from '../cited.js';
import type { Found, Rule } from '../rule.js';
import { type SourceShape, shapeOf } from '../shapes.js';
import type { World } from '../world.js';

/** Texts may be long, so only a few are held at a time. */
const TEXTS_AT_ONCE = 4;

/**
 * Quotations that do not stand in the text that is stored for their source: it was stored after the record was written, or
 * put in place of the one that they were checked against. A source without a text says nothing.
 */
export const quoteNotInText: Rule = {
  name: 'quote-not-in-text',
  title: 'Quotation not in the text',
  description:
    'A citation quotes words that do not stand in the present text of its source, or that stand there more than once.',
  severities: ['warning', 'notice'],
  of: RESOURCE_TYPES,
  dependencies: [{ on: 'source', fields: ['textSha256'], path: [{ direction: 'in' }] }],
  async check(records, world) {
    const quoting = records.flatMap((record) =>
      citationsOf(record).flatMap(({ pointer, citation }) => quotationAt(record.id, pointer, citation)),
    );
    const toCheck = await inPresentTexts(quoting, world);
    const found = new Map<Quoting, Found>();
    const keys = new Map(toCheck.map(({ source, sha256 }) => [source, { entity: source, sha256 }]));
    for await (const { entity, content } of eachText(world.reader, [...keys.values()], TEXTS_AT_ONCE)) {
      const text = quotable(content);
      for (const quote of toCheck.filter(({ source }) => source === entity)) {
        for (const finding of heldAgainst(text, quote)) found.set(quote.of, finding);
      }
    }
    return quoting.flatMap((quote) => found.get(quote) ?? []);
  },
};

interface Quoting {
  record: string;
  pointer: string;
  citation: Citation;
  quote: Quotation;
}

function quotationAt(record: string, pointer: string, citation: Citation): Quoting[] {
  return citation.quote === undefined ? [] : [{ record, pointer, citation, quote: citation.quote }];
}

interface ToCheck {
  of: Quoting;
  source: string;
  sha256: string;
}

/** Those that were not found before in the text that their source has now. */
async function inPresentTexts(quoting: readonly Quoting[], world: World): Promise<ToCheck[]> {
  const sources = await world.documents(quoting.map(({ citation }) => citation.source));
  return quoting.flatMap((each) => {
    const document = sources.get(each.citation.source);
    const sha256 = document && shapeOf<SourceShape>(document).textSha256;
    const isChecked = sha256 === undefined || each.citation.quotePosition?.textSha256 === sha256;
    return isChecked ? [] : [{ of: each, source: each.citation.source, sha256 }];
  });
}

function heldAgainst(text: Quotable, { of: { record, pointer, quote }, source, sha256 }: ToCheck): Found[] {
  const { found } = findQuotation(text, quote, false);
  if (found === 'once') return [];
  const { exact, prefix, suffix } = quote;
  const context = { ...(prefix !== undefined && { prefix }), ...(suffix !== undefined && { suffix }) };
  const where = 'in the present text of the source';
  return [
    {
      severity: found === 'never' ? 'warning' : 'notice',
      owners: [record],
      involves: [source],
      key: pointer,
      message:
        found === 'never'
          ? `The quoted words do not stand ${where}.`
          : `The quoted words stand more than once ${where}.`,
      details: { pointer, source, textSha256: sha256, found, quote: { exact, ...context } },
    },
  ];
}
