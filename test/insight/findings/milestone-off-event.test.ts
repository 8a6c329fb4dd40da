import { describe, expect, it } from 'vitest';
import { milestoneOffEvent } from '../../../src/insight/findings/rules/milestone-off-event.js';
import { useKnowledge } from '../../support/knowledge.js';

const here = useKnowledge();

async function foundOn(on: string, date: string, status = 'concluded') {
  const event = await here.add('event', { date, status });
  const milestones = [
    { stage: 'proposed', on: '2020' },
    { stage: 'signed', on, event },
  ];
  return {
    event,
    found: await here.find(milestoneOffEvent, `agreement/${await here.add('agreement', { milestones })}`),
  };
}

describe('milestone-off-event', () => {
  it('warns of a stage and its event on different days', async () => {
    const { event, found } = await foundOn('2024-06-14', '2024-06-13');
    expect(found).toMatchObject([
      {
        severity: 'warning',
        involves: [event],
        message: 'The stage signed is dated 2024-06-14, the event at which it was reached 2024-06-13.',
        details: { pointer: '/milestones/1', stage: 'signed', event, date: '2024-06-13' },
      },
    ]);
  });

  it.each([
    ['2024-06-13', '2024-06-13'],
    ['2024-06', '2024-06-13'],
    ['2024-06-15', '2024-06-13/2024-06-15'],
    ['/2024-06-13', '2024'],
  ])('finds nothing where %s may be a day of %s', async (on, date) => {
    expect((await foundOn(on, date)).found).toEqual([]);
  });

  it('passes over events that were put off or called off', async () => {
    expect((await foundOn('2024-06-14', '2024-06-13', 'postponed')).found).toEqual([]);
    expect((await foundOn('2024-06-14', '2024-06-13', 'cancelled')).found).toEqual([]);
  });
});
