import { describe, expect, it } from 'vitest';
import { findQuotation, quotable } from '../../src/shared/quotation.js';
import { given } from '../support/given.js';

const facts = given('CHANCERY_FACTS', '../shared/seed-facts', 'article.txt');
const data = given('CHANCERY_DATA', '../shared/data', 'us-diplomatic-missions');

interface Anchored {
  anchor: { exact: string; prefix: string; suffix: string; start: number; end: number };
}

describe.skipIf(!facts.isThere)(`the anchors of the article${facts.note}`, () => {
  it('are each found where they say, with their context and without', () => {
    const article = quotable(facts.text('article.txt'));
    const { facts: all } = JSON.parse(facts.text('article.json')) as { facts: Anchored[] };
    expect(all).toHaveLength(55);
    for (const { anchor } of all) {
      const { exact, prefix, suffix, start, end } = anchor;
      const once = { found: 'once', isVerbatim: true, start, end };
      expect(findQuotation(article, { exact, prefix, suffix })).toEqual(once);
      expect(findQuotation(article, { exact })).toEqual(once);
    }
  });
});

interface Extraction {
  result: { source_file: string; events: { evidence: { quote: string }[] }[] };
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The characters of a TEI document without its tags. */
function textOf(xml: string): string {
  return xml
    .replace(/<!--[\s\S]*?-->|<[^>]+>/g, '')
    .replace(/&#x([0-9a-f]+);/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replace(/&([a-z]+);/g, (_, name: string) => ENTITIES[name] ?? '');
}

/** What a laxer rule would compare; for the count alone. */
function lettersOf(text = ''): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ');
}

describe.skipIf(!data.isThere)(`quotations that a program took from articles${data.note}`, () => {
  it('are found where they are quoted, and not where words were changed', () => {
    const articles = new Map(
      [...data.archive('histstate-rdcr/articles-a-to-p.tar.gz')].map(([name, xml]) => [name, quotable(textOf(xml))]),
    );
    const counts = { once: 0, several: 0, never: 0, verbatim: 0, 'would be by letters alone': 0, 'no article': 0 };
    for (const [name, json] of data.archive('us-diplomatic-missions/rdcr-extractions-a-to-p.tar.gz')) {
      if (!name.endsWith('.json')) continue;
      const { result } = JSON.parse(json) as Extraction;
      const article = articles.get(result.source_file.replace(/^rdcr\//, ''));
      for (const { quote } of result.events.flatMap(({ evidence }) => evidence)) {
        const finding = article && findQuotation(article, { exact: quote });
        counts[finding?.found ?? 'no article'] += 1;
        if (finding?.found === 'once' && finding.isVerbatim) counts.verbatim += 1;
        if (finding?.found === 'never' && lettersOf(article?.text).includes(lettersOf(quote)))
          counts['would be by letters alone'] += 1;
      }
    }
    // The articles are wrapped at 100 columns and the quotations are not, so hardly one is verbatim. Of those not found,
    // all but four have other case or punctuation only: words left out, joined or begun anew by who quoted.
    expect(counts).toEqual({
      ...{ once: 321, several: 0, never: 158, verbatim: 1, 'would be by letters alone': 154, 'no article': 7 },
    });
  });
});
