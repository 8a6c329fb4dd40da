import { describe, expect, it } from 'vitest';
import { resolvedWithoutSupport } from '../../../src/insight/findings/rules/resolved-without-support.js';
import { restsOnRetractedSource } from '../../../src/insight/findings/rules/rests-on-retracted-source.js';
import { useKnowledge } from '../../support/knowledge.js';

const here = useKnowledge();

const sourceThat = (standing?: 'retracted' | 'standing') => here.add('source', standing && { standing });
const foundOn = async (citations: object[], more: object = {}) =>
  here.find(restsOnRetractedSource, `event/${await here.add('event', { citations, ...more })}`);

describe('rests-on-retracted-source', () => {
  it('finds nothing in records without sources, or with one that stands', async () => {
    expect(await foundOn([])).toEqual([]);
    expect(await foundOn([{ source: await sourceThat() }])).toEqual([]);
  });

  it('warns of a record all of whose sources were retracted', async () => {
    const [one, other, standing] = [
      await sourceThat('retracted'),
      await sourceThat('retracted'),
      await sourceThat('standing'),
    ];
    expect(await foundOn([{ source: one }, { source: one, locator: 'p. 2' }])).toMatchObject([
      {
        severity: 'warning',
        involves: [one],
        message: 'The only source that this cites was retracted.',
        details: { sources: [one] },
      },
    ]);
    expect(await foundOn([{ source: one }, { source: other }])).toMatchObject([
      { message: 'All 2 sources that this cites were retracted.' },
    ]);
    expect(await foundOn([{ source: one }, { source: standing }])).toEqual([]);
    expect(await foundOn([{ source: one }, { source: await sourceThat() }])).toEqual([]);
  });

  it('looks at the citations of entries, too', async () => {
    const [retracted, standing] = [await sourceThat('retracted'), await sourceThat()];
    const milestones = (source: string) => [{ stage: 'signed', on: '2024', citations: [{ source }] }];
    const foundIn = async (source: string, citations: object[]) =>
      here.find(
        restsOnRetractedSource,
        `agreement/${await here.add('agreement', { milestones: milestones(source), citations })}`,
      );
    expect(await foundIn(retracted, [])).toHaveLength(1);
    expect(await foundIn(standing, [{ source: retracted }])).toEqual([]);
  });

  it('leaves a preferred position without support, as another rule finds', async () => {
    const [retracted, standing] = [await sourceThat('retracted'), await sourceThat()];
    const event = await here.add('event');
    const preferring = async (...sources: string[]) => {
      const positions = [
        { key: 'a', statement: 'So', citations: sources.map((source) => ({ source })) },
        { key: 'b', statement: 'Or so', citations: [] },
      ];
      const dispute = await here.add('dispute', {
        about: [`events/${event}`],
        positions,
        preferred: 'a',
        assessment: 'So',
      });
      return here.find(resolvedWithoutSupport, `dispute/${dispute}`);
    };
    expect(await preferring(retracted)).toMatchObject([{ involves: [retracted], details: { sources: [retracted] } }]);
    expect(await preferring(retracted, standing)).toEqual([]);
  });
});
