import { describe, expect, it } from 'vitest';
import { sourcesPredate } from '../../../src/insight/findings/rules/sources-predate.js';
import { useKnowledge } from '../../support/knowledge.js';

const here = useKnowledge();

/** Citations of new sources that came out on some days, undefined for one of unknown date. */
async function citing(...published: (string | undefined)[]) {
  const citations = [];
  for (const publishedOn of published) {
    citations.push({ source: await here.add('source', publishedOn === undefined ? {} : { publishedOn }) });
  }
  return citations;
}

const foundAt = async (event: Record<string, unknown>) =>
  here.find(sourcesPredate, `event/${await here.add('event', event)}`);

describe('sources-predate', () => {
  it('notices an event that took place after all its sources came out', async () => {
    const citations = await citing('2025-01-09', '2024');
    expect(await foundAt({ date: '2025-01-20', citations })).toMatchObject([
      {
        severity: 'notice',
        involves: citations.map(({ source }) => source),
        message: 'Dated 2025-01-20, and the last of the sources cited came out by 2025-01-09.',
        details: { date: '2025-01-20', published: '2025-01-09' },
      },
    ]);
  });

  it.each([
    ['on the day', '2025-01-20', ['2025-01-20']],
    ['in the month', '2025-01-20', ['2025-01']],
    ['after one of them', '2025-01-20', ['2024', '2025-02']],
    ['of unknown date', '2025-01-20', ['2024', undefined]],
    ['without sources', '2025-01-20', []],
    ['perhaps before', '2025', ['2025-01-09']],
    ['in a month that is over by then', '/2025-01', ['2024']],
  ])('finds nothing in an event %s', async (_, date, published) => {
    expect(await foundAt({ date, citations: await citing(...published) })).toEqual([]);
  });

  it('finds nothing in what is yet to come, and in sources that are kept up to date', async () => {
    const citations = await citing('2024');
    for (const status of ['announced', 'scheduled', 'unconfirmed', 'postponed', 'cancelled'])
      expect(await foundAt({ date: '2025', status, citations })).toEqual([]);
    const source = await here.add('source', { kind: 'dataset', publishedOn: '2020' });
    expect(await foundAt({ date: '2025', citations: [{ source }] })).toEqual([]);
  });

  it('notices a claim that was made after its sources came out', async () => {
    const about = `events/${await here.add('event')}`;
    const made = async (claimedOn?: string) =>
      here.find(
        sourcesPredate,
        `claim/${await here.add('claim', { about, citations: await citing('2024-06'), ...(claimedOn && { claimedOn }) })}`,
      );
    expect(await made('2024-07-01')).toHaveLength(1);
    expect(await made('2024-06')).toEqual([]);
    expect(await made()).toEqual([]);
  });
});
