import { describe, expect, it } from 'vitest';
import { partyEndedBeforeSigning } from '../../../src/insight/findings/rules/party-ended-before-signing.js';
import { useKnowledge } from '../../support/knowledge.js';

const here = useKnowledge();

async function foundOn(party: Record<string, unknown>, existence?: string, milestones: object[] = []) {
  const actor = await here.add('actor', { kind: 'state', ...(existence && { existence }) });
  const parties = [{ actor, role: 'party', ...party }];
  const slug = await here.add('agreement', { parties, milestones });
  return { actor, found: await here.find(partyEndedBeforeSigning, `agreement/${slug}`) };
}

describe('party-ended-before-signing', () => {
  it('finds a party that existed no longer', async () => {
    const { actor, found } = await foundOn({ signedOn: '1992-01' }, '1922/1991-12-26');
    expect(found).toMatchObject([
      {
        severity: 'error',
        involves: [actor],
        message: 'The party existed 1922/1991-12-26, and so no longer when it signed on 1992-01.',
        details: { pointer: '/parties/0', party: actor, signed: '1992-01', existence: '1922/1991-12-26' },
      },
    ]);
    const signed = [{ stage: 'signed', on: '1992' }];
    expect((await foundOn({}, '1922/1991', signed)).found).toHaveLength(1);
    expect((await foundOn({ role: 'acceding', consentOn: '1992' }, '1922/1991')).found).toHaveLength(1);
  });

  it.each([
    ['on its last day', { signedOn: '1991-12-26' }, '1922/1991-12-26'],
    ['perhaps before its end', { signedOn: '1991' }, '1922/1991-12-26'],
    ['before its end, of which nobody knows the day', { signedOn: '2000' }, '1922/'],
    ['of whose existence nothing is said', { signedOn: '2000' }, undefined],
    ['before it began, which is another rule', { signedOn: '1900' }, '1922/1991'],
    ['that benefits only', { role: 'beneficiary', signedOn: '2000' }, '1922/1991'],
    ['without a date', {}, '1922/1991'],
  ])('finds nothing in a party %s', async (_, party, existence) => {
    expect((await foundOn(party, existence)).found).toEqual([]);
  });

  it('finds a party that it had ceased to bind', async () => {
    const signed = [{ stage: 'signed', on: '2024-06-13' }];
    const { found } = await foundOn({ endedOn: '2024-06-12' }, undefined, signed);
    expect(found).toMatchObject([
      { message: 'It ceased to bind this party on 2024-06-12, before the party signed on 2024-06-13.' },
    ]);
    expect((await foundOn({ endedOn: '2024-06-13' }, undefined, signed)).found).toEqual([]);
    expect((await foundOn({ endedOn: '2024' }, undefined, signed)).found).toEqual([]);
  });
});
