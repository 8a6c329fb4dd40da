import { describe, expect, it } from 'vitest';
import { quoteNotInText } from '../../../src/insight/findings/rules/quote-not-in-text.js';
import { useKnowledge } from '../../support/knowledge.js';

const here = useKnowledge();

/** A source, and an event that quotes it. */
async function quoting(quote: { exact: string; prefix?: string; suffix?: string } | undefined, text?: string) {
  const source = await here.add('source');
  if (text !== undefined) await here.text(source, text);
  const event = await here.add('event', { citations: [{ source, ...(quote && { quote }) }] });
  return { source, event: `event/${event}`, find: () => here.find(quoteNotInText, `event/${event}`) };
}

describe('quote-not-in-text', () => {
  it('finds nothing as long as no text is stored', async () => {
    const { find } = await quoting({ exact: 'The talks were confirmed' });
    expect(await find()).toEqual([]);
  });

  it('warns when the text that is stored then does not have the words', async () => {
    const { source, find } = await quoting({ exact: 'The talks were confirmed', prefix: 'Then: ' });
    await here.text(source, 'The talks were denied.');
    expect(await find()).toMatchObject([
      {
        severity: 'warning',
        involves: [source],
        message: 'The quoted words do not stand in the present text of the source.',
        details: {
          pointer: '/citations/0',
          source,
          textSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
          found: 'never',
          quote: { exact: 'The talks were confirmed', prefix: 'Then: ' },
        },
      },
    ]);
    await here.text(source, 'Then:  the end. The talks were confirmed.');
    expect(await find()).toHaveLength(1);
    await here.text(source, 'Then: The talks\nwere confirmed.');
    expect(await find()).toEqual([]);
  });

  it('notices words that stand there more than once', async () => {
    const { source, find } = await quoting({ exact: 'confirmed' });
    await here.text(source, 'It was confirmed, and confirmed again.');
    expect(await find()).toMatchObject([
      {
        severity: 'notice',
        message: 'The quoted words stand more than once in the present text of the source.',
        details: { found: 'several' },
      },
    ]);
  });

  it('finds nothing in what was checked against the present text, and looks again when it changes', async () => {
    const { source, event, find } = await quoting({ exact: 'confirmed' }, 'It was confirmed.');
    expect(await find()).toEqual([]);
    await here.text(source, 'Later it was confirmed.');
    expect(await find()).toEqual([]);
    await here.text(source, 'It was denied.');
    expect(await find()).toHaveLength(1);
    await here.change('event', event.slice('event/'.length), { summary: 'As before' });
    expect(await find()).toHaveLength(1);
  });

  it('finds nothing in citations without a quotation', async () => {
    const { find } = await quoting(undefined, 'It was denied.');
    expect(await find()).toEqual([]);
  });

  it('looks at citations of entries, in records of all types, and at many texts at once', async () => {
    const sources = [];
    for (let nth = 0; nth < 7; nth += 1) sources.push(await here.add('source'));
    const citations = sources.map((source, nth) => ({ source, quote: { exact: `words ${nth}` } }));
    const [office, person] = [await here.add('actor', { kind: 'office' }), await here.add('actor')];
    await here.change('actor', person, { terms: [{ office, citations }] });
    const dispute = await here.add('dispute', {
      about: [`actors/${person}`],
      positions: citations.slice(0, 2).map((citation, nth) => ({
        ...{ key: `p${nth}`, statement: 'So', citations: [citation] },
      })),
    });
    for (const source of sources) await here.text(source, 'words 3');
    const found = await here.find(quoteNotInText, `actor/${person}`, `dispute/${dispute}`);
    expect(found.map(({ details }) => details.pointer)).toEqual([
      ...[0, 1, 2, 4, 5, 6].map((nth) => `/terms/0/citations/${nth}`),
      '/positions/0/citations/0',
      '/positions/1/citations/0',
    ]);
  });
});
