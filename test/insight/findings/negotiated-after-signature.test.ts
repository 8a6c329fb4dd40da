import { describe, expect, it } from 'vitest';
import { negotiatedAfterSignature } from '../../../src/insight/findings/rules/negotiated-after-signature.js';
import { useKnowledge } from '../../support/knowledge.js';

const here = useKnowledge();

/** Talks about an agreement with milestones written `stage date`. */
async function foundOn(event: Record<string, unknown>, milestones: string[], kind = 'negotiates') {
  const agreement = await here.add('agreement', {
    milestones: milestones.map((text) => ({ stage: text.split(' ')[0], on: text.split(' ')[1] })),
  });
  const talks = await here.add('event', {
    kind: 'consultation',
    relations: [{ kind, target: `agreements/${agreement}` }],
    ...event,
  });
  return { agreement, found: await here.find(negotiatedAfterSignature, `event/${talks}`) };
}

describe('negotiated-after-signature', () => {
  it('warns of talks on a text that was signed before', async () => {
    const { agreement, found } = await foundOn({ date: '2025-01' }, [
      'under-negotiation 2023-08-03',
      'signed 2024-06-13',
    ]);
    expect(found).toMatchObject([
      {
        severity: 'warning',
        involves: [agreement],
        message:
          'Talks dated 2025-01 are said to negotiate an agreement that was signed or adopted before, on 2024-06-13.',
        details: { date: '2025-01', agreement, concluded: '2024-06-13' },
      },
    ]);
    expect((await foundOn({ date: '2025-01', kind: 'negotiation' }, ['adopted 2023-07-12'])).found).toHaveLength(1);
  });

  it.each([
    ['on the day of signature', '2024-06-13', ['signed 2024-06-13']],
    ['perhaps before', '2024', ['signed 2024-06-13']],
    ['of which nobody knows when they began', '/2025-01', ['signed 2024-06-13']],
    ['on a text that was not signed', '2025-01', ['under-negotiation 2023', 'approved 2024']],
    ['on a text that was taken up again', '2025-01', ['signed 2024-06-13', 'under-negotiation 2025-01']],
    ['on an amendment', '2025-01', ['signed 2024-06-13', 'amended 2025-06']],
    ['on an agreement without milestones', '2025-01', []],
  ])('finds nothing in talks %s', async (_, date, milestones) => {
    expect((await foundOn({ date }, milestones)).found).toEqual([]);
  });

  it('finds nothing in other events, along other relations, and in what was cancelled', async () => {
    const signed = ['signed 2024-06-13'];
    expect((await foundOn({ date: '2025-01', kind: 'statement' }, signed)).found).toEqual([]);
    expect((await foundOn({ date: '2025-01', status: 'cancelled' }, signed)).found).toEqual([]);
    expect((await foundOn({ date: '2025-01' }, signed, 'implements')).found).toEqual([]);
  });

  it('is found for each agreement once', async () => {
    const signed = { milestones: [{ stage: 'signed', on: '2020' }] };
    const [first, second] = [await here.add('agreement', signed), await here.add('agreement', signed)];
    const relations = [first, second, first].map((slug) => ({ kind: 'negotiates', target: `agreements/${slug}` }));
    const { found } = await foundOn({ date: '2025', relations }, []);
    expect(found.map(({ involves }) => involves)).toEqual([[first], [second]]);
  });
});
