import { describe, expect, it } from 'vitest';
import { outsideMembership } from '../../../src/insight/findings/rules/outside-membership.js';
import { useKnowledge } from '../../support/knowledge.js';

const here = useKnowledge();

/** A body, and an actor with memberships in it. */
async function member(...validities: (string | undefined)[]) {
  const body = await here.add('actor', { kind: 'organization' });
  const memberships = validities.map((validity) => ({ of: body, role: 'member', ...(validity && { validity }) }));
  return { body, actor: await here.add('actor', { kind: 'state', memberships }) };
}

const foundAt = async (event: Record<string, unknown>) =>
  here.find(outsideMembership, `event/${await here.add('event', event)}`);

describe('outside-membership', () => {
  it('warns of who acts for a body before joining and after leaving it', async () => {
    const { body, actor } = await member('1973-01-01/2020-01-31');
    const acting = (date: string) => foundAt({ date, participants: [{ actor, role: 'guest', onBehalfOf: body }] });
    expect(await acting('2020-02-01')).toMatchObject([
      {
        severity: 'warning',
        involves: [actor, body],
        message:
          'The recorded memberships of the actor in the body (1973-01-01/2020-01-31) do not reach the date of this, 2020-02-01.',
        details: { pointer: '/participants/0', memberships: ['1973-01-01/2020-01-31'] },
      },
    ]);
    expect(await acting('1972')).toHaveLength(1);
    expect(await acting('2020-01-31')).toEqual([]);
    expect(await acting('2020')).toMatchObject([
      { severity: 'notice', details: { gaps: [{ from: '2020-02-01', to: '2020-12-31' }] } },
    ]);
    expect(await acting('2020/2021')).toEqual([]);
  });

  it('knows nothing of memberships that are not on record, or whose time is not', async () => {
    const { body, actor } = await member(undefined);
    const { actor: other } = await member('1973/2020');
    const participants = [actor, other].map((each) => ({ actor: each, role: 'guest', onBehalfOf: body }));
    expect(await foundAt({ date: '2024', participants })).toEqual([]);
  });

  it('warns of who votes in a body that hosts the vote', async () => {
    const { body, actor } = await member('1973-01-01/2020-01-31', '2030/..');
    const vote = (given: Record<string, unknown>, role = 'host') =>
      foundAt({
        ...{ kind: 'vote', date: '2021' },
        participants: [
          { actor: body, role },
          { actor, role: 'voter' },
        ],
        ...given,
      });
    expect(await vote({})).toMatchObject([{ severity: 'warning', details: { pointer: '/participants/1' } }]);
    expect(await vote({ kind: 'meeting' })).toEqual([]);
    expect(await vote({}, 'participant')).toEqual([]);
    expect(await vote({ date: '2020-01' })).toEqual([]);
    expect(await vote({ status: 'cancelled' })).toEqual([]);
  });

  it('says once what is wrong with an actor that is named twice', async () => {
    const { body, actor } = await member('1973/2020');
    const participants = ['host', 'announcer'].map((role) => ({ actor, role, onBehalfOf: body }));
    expect(await foundAt({ date: '2024', participants })).toHaveLength(1);
  });
});
