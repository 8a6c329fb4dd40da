import { describe, expect, it } from 'vitest';
import { outsideParent } from '../../../src/insight/findings/rules/outside-parent.js';
import { useKnowledge } from '../../support/knowledge.js';

const here = useKnowledge();

async function foundOn(date: string, wholeDate: string, kind = 'part-of') {
  const whole = await here.add('event', { date: wholeDate });
  const part = await here.add('event', { date, relations: [{ kind, target: `events/${whole}` }] });
  return { whole, found: await here.find(outsideParent, `event/${part}`, `event/${whole}`) };
}

describe('outside-parent', () => {
  it('warns of a part that came after the whole, or before it', async () => {
    const { whole, found } = await foundOn('2024-06-16', '2024-06-13/2024-06-15');
    expect(found).toMatchObject([
      {
        severity: 'warning',
        involves: [whole],
        message: 'Dated 2024-06-16, after the event that this is a part of, dated 2024-06-13/2024-06-15.',
        details: { date: '2024-06-16', partOf: whole, partOfDate: '2024-06-13/2024-06-15' },
      },
    ]);
    const early = await foundOn('2024-06-12', '2024-06-13/..');
    expect(early.found[0]?.message).toContain('before the event');
  });

  it.each([
    ['2024-06-13', '2024-06-13/2024-06-15'],
    ['2024-06-15', '2024-06-13/2024-06-15'],
    ['2024-06', '2024-06-13/2024-06-15'],
    ['2024-06-10/2024-06-13', '2024-06-13/2024-06-15'],
    ['2030', '2024-06-13/..'],
    ['2030', '2024-06-13/'],
    ['/2025-01', '2020-01-01'],
  ])('finds nothing where %s may be within %s', async (date, wholeDate) => {
    expect((await foundOn(date, wholeDate)).found).toEqual([]);
  });

  it('finds nothing along other relations', async () => {
    expect((await foundOn('2024-06-16', '2024-06-13', 'follows')).found).toEqual([]);
  });

  it('finds each whole that does not fit, and passes over what is no event', async () => {
    const [first, second] = [
      await here.add('event', { date: '2024-01-01' }),
      await here.add('event', { date: '2024-01-02' }),
    ];
    const agreement = await here.add('agreement', { milestones: [{ stage: 'signed', on: '2020' }] });
    const targets = [`events/${first}`, `events/${second}`, `events/${second}`, `agreements/${agreement}`];
    const part = await here.add('event', {
      date: '2024-01-03',
      relations: targets.map((target) => ({ kind: 'part-of', target })),
    });
    const found = await here.find(outsideParent, `event/${part}`);
    expect(found.map(({ involves }) => involves)).toEqual([[first], [second]]);
  });
});
