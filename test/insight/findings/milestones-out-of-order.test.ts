import { describe, expect, it } from 'vitest';
import { milestonesOutOfOrder } from '../../../src/insight/findings/rules/milestones-out-of-order.js';
import { useKnowledge } from '../../support/knowledge.js';

const here = useKnowledge();

/** Milestones written `stage date`. */
async function foundOn(type: 'agreement' | 'commitment', ...milestones: string[]) {
  const written = milestones.map((text) => {
    const [stage, on] = text.split(' ');
    return { stage, on };
  });
  return here.find(milestonesOutOfOrder, `${type}/${await here.add(type, { milestones: written })}`);
}

describe('milestones-out-of-order', () => {
  it('finds stages of an agreement before those that come first', async () => {
    expect(
      await foundOn('agreement', 'signed 2024-06-13', 'under-negotiation 2024-06-14', 'proposed 2025'),
    ).toMatchObject([
      {
        severity: 'error',
        involves: [],
        message:
          'The stage signed on 2024-06-13 is dated before what comes first: proposed on 2025, under-negotiation on 2024-06-14.',
        details: {
          later: { stage: 'signed', on: '2024-06-13', pointer: '/milestones/0' },
          earlier: [
            { stage: 'proposed', on: '2025', pointer: '/milestones/2' },
            { stage: 'under-negotiation', on: '2024-06-14', pointer: '/milestones/1' },
          ],
        },
      },
      { message: 'The stage under-negotiation on 2024-06-14 is dated before what comes first: proposed on 2025.' },
    ]);
  });

  it.each([
    ['in order', ['proposed 2022', 'under-negotiation 2023', 'signed 2024', 'ratified 2025', 'in-force 2026']],
    ['on one day', ['under-negotiation 2024-06-13', 'signed 2024-06-13', 'in-force 2024-06-13']],
    ['perhaps in order', ['signed 2024-06-13', 'under-negotiation 2024']],
    ['open', ['signed 2024-06-13', 'under-negotiation /2026']],
    ['negotiated again after signature', ['under-negotiation 2023', 'signed 2024', 'under-negotiation 2025']],
    ['approved before signature', ['approved 2023', 'signed 2024']],
    ['approved before it was initialled', ['approved 2023', 'initialled 2024']],
    ['adopted after signature', ['signed 2023', 'adopted 2024']],
    ['ratified by one party after it was in force', ['signed 2022', 'in-force 2023', 'ratified 2024']],
    ['taken up again', ['under-negotiation 2020', 'abandoned 2021', 'under-negotiation 2022', 'signed 2023']],
    ['the matter of other rules', ['in-force 2023', 'ratified 2023', 'signed 2024']],
    ['without milestones', []],
  ])('finds nothing in an agreement that is %s', async (_, milestones) => {
    expect(await foundOn('agreement', ...milestones)).toEqual([]);
  });

  it.each([
    ['in-force 2019', 'adopted 2020'],
    ['terminated 2019', 'in-force 2020'],
    ['expired 2019', 'provisionally-applied 2020'],
    ['suspended 2019', 'adopted 2020'],
    ['abandoned 2019', 'proposed 2020'],
    ['withdrawn 2019', 'initialled 2020'],
  ])('finds %s before %s', async (later, earlier) => {
    expect(await foundOn('agreement', later, earlier)).toMatchObject([{ severity: 'error' }]);
  });

  it('finds a delivery before the promise, as a warning', async () => {
    expect(await foundOn('commitment', 'pledged 2024-02-16', 'delivered 2024-01')).toMatchObject([
      { severity: 'warning', details: { later: { stage: 'delivered', pointer: '/milestones/1' } } },
    ]);
    expect(await foundOn('commitment', 'partially-delivered 2025', 'delivered 2024')).toHaveLength(1);
    expect(await foundOn('commitment', 'suspended 2023', 'pledged 2024', 'announced 2025')).toHaveLength(1);
  });

  it.each([
    [['pledged 2024', 'committed 2024-03', 'allocated 2024-02', 'delivered 2025']],
    [['pledged 2024', 'announced 2025']],
    [['pledged 2024-06', 'delivered 2022-02-24/2024-07']],
    [['pledged 2023', 'suspended 2024', 'allocated 2025', 'delivered 2026', 'pledged 2027']],
    [['delivered 2024', 'withdrawn 2023', 'pledged 2022']],
  ])('finds nothing in a commitment with %j', async (milestones) => {
    expect(await foundOn('commitment', ...milestones)).toEqual([]);
  });
});
