import { describe, expect, it } from 'vitest';
import { deliveredBeyondAmount } from '../../../src/insight/findings/rules/delivered-beyond-amount.js';
import { useKnowledge } from '../../support/knowledge.js';

const here = useKnowledge();

/** An amount written `value`, `qualifier value` or `qualifier value currency basis`. */
function amount(text: string) {
  const [first = '', second, currency = 'EUR', basis = 'total'] = text.split(' ');
  return second === undefined
    ? { value: first, currency, qualifier: 'exact', basis }
    : { value: second, currency, qualifier: first, basis };
}

/** What is found on a commitment with deliveries written `stage: amount`. */
async function foundOn(promised: string | undefined, ...deliveries: string[]) {
  const milestones = deliveries.map((text, index) => {
    const [stage, delivered = ''] = text.split(': ');
    return { stage, on: `2024-0${index + 1}`, ...(delivered && { amount: amount(delivered) }) };
  });
  const slug = await here.add('commitment', { milestones, ...(promised && { amount: amount(promised) }) });
  return here.find(deliveredBeyondAmount, `commitment/${slug}`);
}

describe('delivered-beyond-amount', () => {
  it('warns of a delivery above the amount, to the last decimal', async () => {
    expect(await foundOn('100000000000000000.000001', 'delivered: 100000000000000000.000002')).toMatchObject([
      {
        severity: 'warning',
        message:
          'A delivery of 100000000000000000.000002 EUR on 2024-01 is more than the 100000000000000000.000001 EUR promised.',
        details: {
          amount: { value: '100000000000000000.000001', qualifier: 'exact' },
          deliveries: [{ pointer: '/milestones/0', value: '100000000000000000.000002' }],
        },
      },
    ]);
    expect(await foundOn('up-to 10', 'partially-delivered: at-least 11')).toHaveLength(1);
    expect(await foundOn('nearly 10', 'delivered: 10.5')).toHaveLength(1);
    expect(await foundOn('10', 'delivered: more-than 10')).toHaveLength(1);
  });

  it('notices deliveries that go beyond it together', async () => {
    expect(
      await foundOn('100', 'partially-delivered: 60', 'partially-delivered: 40.1', 'delivered: 100'),
    ).toMatchObject([
      {
        severity: 'notice',
        message: 'Deliveries add up to 100.1 EUR, more than the 100 EUR promised.',
        details: { deliveries: [{ value: '60' }, { value: '40.1' }] },
      },
    ]);
    expect(await foundOn('100', 'delivered: 60', 'delivered: 60')).toHaveLength(1);
  });

  it.each([
    ['as much', '100', ['delivered: 100.0', 'partially-delivered: 100']],
    ['running totals', '100', ['partially-delivered: 40', 'partially-delivered: 70', 'delivered: 100']],
    ['other currencies', '100', ['delivered: exact 500 USD']],
    ['sums for each year', '100', ['delivered: exact 500 EUR per-year']],
    ['about so much', '100', ['delivered: approximately 110', 'delivered: up-to 500', 'delivered: nearly 101']],
    ['other stages', '100', ['pledged: 500', 'allocated: 500']],
    ['no sum', '100', ['delivered: ']],
    ['more than a least sum', 'at-least 100', ['delivered: 500']],
    ['more than an aim', 'target 100', ['delivered: 500']],
    ['more than a disputed sum', 'disputed 100', ['delivered: 500']],
    ['more than about so much', 'approximately 100', ['delivered: 500']],
    ['more than was promised for each year', 'exact 100 EUR per-year', ['delivered: 500']],
    ['anything without a promised sum', undefined, ['delivered: 500']],
  ])('finds nothing in deliveries of %s', async (_, promised, deliveries) => {
    expect(await foundOn(promised, ...deliveries)).toEqual([]);
  });
});
