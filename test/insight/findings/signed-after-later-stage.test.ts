import { describe, expect, it } from 'vitest';
import { signedAfterLaterStage } from '../../../src/insight/findings/rules/signed-after-later-stage.js';
import { useKnowledge } from '../../support/knowledge.js';

const here = useKnowledge();

/** Milestones are written `stage date`. */
const agreement = (milestones: string[], parties: object[] = []) =>
  here.add('agreement', {
    milestones: milestones.map((text) => ({ stage: text.split(' ')[0], on: text.split(' ')[1] })),
    parties,
  });
const foundOn = async (milestones: string[], parties: object[] = []) =>
  here.find(signedAfterLaterStage, `agreement/${await agreement(milestones, parties)}`);

describe('signed-after-later-stage', () => {
  it('warns of a stage that follows signature and is dated before it', async () => {
    expect(await foundOn(['ratified 2024-05', 'signed 2024-06-13', 'signed 2024-07'])).toMatchObject([
      {
        severity: 'warning',
        message:
          'The stage ratified on 2024-05 is dated before the signature: signed on 2024-06-13, signed on 2024-07.',
        details: { later: { pointer: '/milestones/0' }, signed: [{ on: '2024-06-13' }, { on: '2024-07' }] },
      },
    ]);
    expect(await foundOn(['signed 2024', 'terminated 2023', 'amended 2022'])).toHaveLength(2);
  });

  it.each([
    [['ratified 2024', 'signed 2024-06-13']],
    [['ratified 2024-06-13', 'signed 2024-06-13']],
    [['approved 2023', 'signed 2024']],
    [['in-force 2023', 'signed 2024']],
    [['ratified 2023', 'signed 2022', 'signed 2024']],
    [['ratified 2023']],
    [[]],
  ])('finds nothing in %j', async (milestones) => {
    expect(await foundOn(milestones)).toEqual([]);
  });

  it('warns of a party that consented before the signature, or for which it was in force', async () => {
    const actor = await here.add('actor', { kind: 'state' });
    const of = (party: object) => foundOn(['signed 2024-06-13'], [{ actor, role: 'party', ...party }]);
    expect(await of({ consentOn: '2024-05' })).toMatchObject([
      {
        involves: [actor],
        message: 'This party consented to it on 2024-05, before the signature: signed on 2024-06-13.',
        details: { pointer: '/parties/0/consentOn', party: actor, on: '2024-05' },
      },
    ]);
    expect(await of({ inForceOn: '2024-05' })).toMatchObject([{ details: { pointer: '/parties/0/inForceOn' } }]);
    expect(await of({ consentOn: '2024-07', signedOn: '2024-08' })).toMatchObject([
      { details: { signed: [{ on: '2024-08', pointer: '/parties/0/signedOn' }] } },
    ]);
    expect(await of({ inForceOn: '2024-07', signedOn: '2024-08' })).toEqual([]);
    expect(await of({ consentOn: '2024-05', signedOn: '2024-04' })).toEqual([]);
    expect(await of({ consentOn: '2024-06' })).toEqual([]);
    expect(await foundOn(['adopted 2023'], [{ actor, role: 'acceding', consentOn: '2022' }])).toEqual([]);
  });

  it('warns of an event of ratification or entry into force before the signature', async () => {
    const foundWith = async (event: Record<string, unknown>, kind = 'results-in') => {
      const slug = await agreement(['signed 2024-06-13']);
      const relations = [{ kind, target: `agreements/${slug}` }];
      const other = await here.add('event', { kind: 'ratification', date: '2024-05', relations, ...event });
      return { other, found: await here.find(signedAfterLaterStage, `agreement/${slug}`) };
    };
    const { other, found } = await foundWith({});
    expect(found).toMatchObject([
      {
        involves: [other],
        message:
          'An event of the kind ratification that results in it is dated 2024-05, before the signature: signed on 2024-06-13.',
        details: { event: other, date: '2024-05' },
      },
    ]);
    expect((await foundWith({ kind: 'entry-into-force' })).found).toHaveLength(1);
    expect((await foundWith({ kind: 'signing' })).found).toEqual([]);
    expect((await foundWith({ status: 'scheduled' })).found).toEqual([]);
    expect((await foundWith({ date: '2024-06-13' })).found).toEqual([]);
    expect((await foundWith({}, 'related')).found).toEqual([]);
  });
});
