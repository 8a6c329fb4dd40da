import { describe, expect, it } from 'vitest';
import { outsideExistence } from '../../../src/insight/findings/rules/outside-existence.js';
import { useKnowledge } from '../../support/knowledge.js';

const here = useKnowledge();

const existing = (existence?: string) => here.add('actor', { kind: 'state', ...(existence && { existence }) });
const foundAt = async (event: Record<string, unknown>) =>
  here.find(outsideExistence, `event/${await here.add('event', event)}`);

describe('outside-existence', () => {
  it('finds participants before their beginning and after their end', async () => {
    const actor = await existing('1922-12-30/1991-12-26');
    const at = (date: string, role = 'participant') => foundAt({ date, participants: [{ actor, role }] });
    expect(await at('1991-12-27')).toMatchObject([
      {
        severity: 'error',
        involves: [actor],
        message: 'The actor acts on 1991-12-27, when it existed no longer (1922-12-30/1991-12-26).',
        details: { pointer: '/participants/0/actor', actor, date: '1991-12-27' },
      },
    ]);
    expect((await at('1922-11'))[0]?.message).toContain('before it existed');
    for (const date of ['1922-12-30', '1991-12-26', '1991', '/1922', '1991-12-26/1992'])
      expect(await at(date)).toEqual([]);
    expect(await at('2000', 'target')).toEqual([]);
    expect(await at('2000', 'recipient')).toEqual([]);
  });

  it('reads bounds that are imprecise, open or unknown as wide as they may be', async () => {
    for (const [existence, date] of [
      ['1922/1991', '1991-12-31'],
      ['1922/', '2000'],
      ['../1991', '1000'],
      ['/1991', '1000'],
      [undefined, '2000'],
    ]) {
      const actor = await existing(existence);
      expect(await foundAt({ date, participants: [{ actor, role: 'host' }] })).toEqual([]);
    }
  });

  it('looks at the office and at whom a person acts for, and passes over what was cancelled', async () => {
    const [person, office, state] = [await here.add('actor'), await existing('1950/1960'), await existing('1950/1961')];
    const participants = [{ actor: person, role: 'guest', office, onBehalfOf: state }];
    const found = await foundAt({ date: '1970', participants });
    expect(found.map(({ details }) => details.pointer)).toEqual([
      '/participants/0/office',
      '/participants/0/onBehalfOf',
    ]);
    expect(await foundAt({ date: '1970', status: 'cancelled', participants })).toEqual([]);
  });

  it('finds signers, and parties before their beginning', async () => {
    const [person, office] = [await existing('1900/1950'), await existing('1900/1950')];
    const [ended, unborn] = [await existing('1900/1950'), await existing('2000/..')];
    const signed = async (party: Record<string, unknown>) =>
      here.find(
        outsideExistence,
        `agreement/${await here.add('agreement', { parties: [{ role: 'party', signedOn: '1970', ...party }] })}`,
      );
    expect(await signed({ actor: unborn, signedBy: [{ person, office }] })).toMatchObject([
      { details: { pointer: '/parties/0/actor' } },
      { details: { pointer: '/parties/0/signedBy/0/person' } },
      { details: { pointer: '/parties/0/signedBy/0/office' } },
    ]);
    expect(await signed({ actor: ended })).toEqual([]);
    expect(await signed({ actor: unborn, role: 'beneficiary' })).toEqual([]);
    expect(await signed({ actor: unborn, signedOn: '2000' })).toEqual([]);
    expect(await signed({ actor: unborn, signedOn: undefined })).toEqual([]);
  });
});
