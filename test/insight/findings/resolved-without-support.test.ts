import { describe, expect, it } from 'vitest';
import { resolvedWithoutSupport } from '../../../src/insight/findings/rules/resolved-without-support.js';
import { useKnowledge } from '../../support/knowledge.js';

const here = useKnowledge();
const PREFERRED = { preferred: 'a', assessment: 'It is the likelier one.' };

/** What is found on a dispute whose first position rests on claims and cites sources. */
async function foundOn(claims: string[], sources: string[], given: Record<string, unknown> = PREFERRED) {
  const event = await here.add('event');
  const other = await here.add('source');
  const positions = [
    { key: 'a', statement: 'So', claims, citations: sources.map((source) => ({ source })) },
    { key: 'b', statement: 'Or so', citations: [{ source: other }] },
  ];
  const dispute = await here.add('dispute', { about: [`events/${event}`], positions, ...given });
  return here.find(resolvedWithoutSupport, `dispute/${dispute}`);
}

async function claim(said: Record<string, unknown> = {}) {
  const [event, source] = [await here.add('event'), await here.add('source')];
  return here.add('claim', { about: `events/${event}`, citations: [{ source }], ...said });
}

describe('resolved-without-support', () => {
  it('warns of a preferred position that rests on nothing', async () => {
    expect(await foundOn([], [])).toMatchObject([
      {
        severity: 'warning',
        involves: [],
        message: 'The preferred position, a, rests on no source and no claim that stands.',
        details: { pointer: '/positions/0', preferred: 'a', claims: [], sources: [] },
      },
    ]);
  });

  it('warns of one whose claims were taken back or deprecated', async () => {
    const claims = [await claim({ standing: 'retracted' }), await claim({ rank: 'deprecated' })];
    expect(await foundOn(claims, [])).toMatchObject([{ involves: claims, details: { claims } }]);
  });

  it('finds nothing where a claim stands or a source is cited', async () => {
    expect(await foundOn([await claim({ standing: 'retracted' }), await claim()], [])).toEqual([]);
    expect(await foundOn([], [await here.add('source')])).toEqual([]);
  });

  it('finds nothing in an open dispute, or when another position is preferred', async () => {
    expect(await foundOn([], [], {})).toEqual([]);
    expect(await foundOn([], [], { ...PREFERRED, preferred: 'b' })).toEqual([]);
  });
});
