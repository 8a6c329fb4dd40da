import { describe, expect, it } from 'vitest';
import { inForceBeforeSignature } from '../../../src/insight/findings/rules/in-force-before-signature.js';
import { useKnowledge } from '../../support/knowledge.js';

const here = useKnowledge();

const foundOn = async (agreement: Record<string, unknown>) =>
  here.find(inForceBeforeSignature, `agreement/${await here.add('agreement', agreement)}`);

const stages = (inForce: string, ...signed: string[]) => ({
  milestones: [{ stage: 'in-force', on: inForce }, ...signed.map((on) => ({ stage: 'signed', on }))],
});

describe('in-force-before-signature', () => {
  it('warns of an agreement in force before every signature', async () => {
    expect(await foundOn(stages('2024-06-12', '2024-06-13', '2024-07'))).toMatchObject([
      {
        severity: 'warning',
        involves: [],
        message:
          'The agreement is in force on 2024-06-12 and was signed only later: signed on 2024-06-13, signed on 2024-07.',
        details: {
          inForce: { on: '2024-06-12', pointer: '/milestones/0' },
          signed: [{ on: '2024-06-13' }, { on: '2024-07' }],
        },
      },
    ]);
  });

  it.each([
    ['2024-06-13', ['2024-06-13']],
    ['2024-06', ['2024-06-30']],
    ['2024-06-12', ['2024-06-11', '2024-07']],
    ['2024-06-12', ['/2025']],
    ['2024-06-12', []],
  ])('finds nothing where it is in force on %s and was signed on %j', async (inForce, signed) => {
    expect(await foundOn(stages(inForce, ...signed))).toEqual([]);
  });

  it('warns of a party for which it was in force before it signed', async () => {
    const [first, second, third] = [await here.add('actor'), await here.add('actor'), await here.add('actor')];
    const parties = [
      { actor: first, role: 'party', inForceOn: '2024-06-12', signedOn: '2024-06' },
      { actor: second, role: 'party', inForceOn: '2024-06-12', signedOn: '2024-06-13' },
      { actor: third, role: 'party', inForceOn: '2024-06-12' },
    ];
    expect(await foundOn({ parties })).toMatchObject([
      {
        severity: 'warning',
        involves: [second],
        message: 'It is in force for this party on 2024-06-12, and the party signed only on 2024-06-13.',
        details: { pointer: '/parties/1', party: second },
      },
    ]);
  });
});
