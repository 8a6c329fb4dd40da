import { beforeAll, describe, expect, it } from 'vitest';
import { officeNotHeld } from '../../../src/insight/findings/rules/office-not-held.js';
import { useKnowledge } from '../../support/knowledge.js';

const here = useKnowledge();
let office: string;

/** A person with terms in the office. */
const holder = (...validities: (string | undefined)[]) =>
  here.add('actor', { terms: validities.map((validity) => ({ office, ...(validity && { validity }) })) });

/** What is found on an event at which the person acts in the office. */
async function foundAt(actor: string, event: Record<string, unknown>, role = 'participant') {
  const slug = await here.add('event', { participants: [{ actor, role, office }], ...event });
  return here.find(officeNotHeld, `event/${slug}`);
}

beforeAll(async () => {
  office = await here.add('actor', { kind: 'office', name: 'Minister' });
});

describe('office-not-held', () => {
  it('warns of an event after the last term, before the first, and between two', async () => {
    const person = await holder('2020-03-04/2024-09-05', '2025-06-01/..');
    const found = await foundAt(person, { date: '2025-01-10' });
    expect(found).toMatchObject([
      {
        severity: 'warning',
        involves: [person, office],
        message:
          'The recorded terms of the person in the office (2020-03-04/2024-09-05, 2025-06-01/..) do not reach the date of this, 2025-01-10.',
        details: {
          pointer: '/participants/0',
          person,
          office,
          date: '2025-01-10',
          terms: ['2020-03-04/2024-09-05', '2025-06-01/..'],
        },
      },
    ]);
    expect(await foundAt(person, { date: '2020-03-03' })).toMatchObject([{ severity: 'warning' }]);
  });

  it('finds nothing within a term, its first and its last day included', async () => {
    const person = await holder('2020-03-04/2024-09-05');
    for (const date of ['2020-03-04', '2022-01-01', '2022', '2024-09-05', '2024-09-05T23:30'])
      expect(await foundAt(person, { date })).toEqual([]);
  });

  it('notices days of an imprecise date that no term reaches', async () => {
    const person = await holder('2020-03-04/2024-09-05');
    expect(await foundAt(person, { date: '/2025-01' })).toMatchObject([
      {
        severity: 'notice',
        message:
          'The recorded terms of the person in the office (2020-03-04/2024-09-05) leave out days that the date of this, /2025-01, may mean: 2024-09-06 to 2025-01-31.',
        details: { gaps: [{ from: '2024-09-06', to: '2025-01-31' }] },
      },
    ]);
    expect(await foundAt(person, { date: '2020' })).toMatchObject([
      { details: { gaps: [{ from: '2020-01-01', to: '2020-03-03' }] } },
    ]);
  });

  it('takes terms one after another together', async () => {
    const person = await holder('2020-03-04/2024-09-05', '2024-09-06/..');
    expect(await foundAt(person, { date: '2024-09' })).toEqual([]);
    const interrupted = await holder('2020/2024-09-05', '2024-09-07/..');
    expect(await foundAt(interrupted, { date: '2024-09' })).toMatchObject([
      { details: { gaps: [{ from: '2024-09-06', to: '2024-09-06' }] } },
    ]);
  });

  it('is content with some day of an event that lasts', async () => {
    const person = await holder('2020-03-04/2024-09-05');
    expect(await foundAt(person, { date: '2024-09-04/2024-09-06' })).toEqual([]);
    expect(await foundAt(person, { date: '2024-09-04/..' })).toEqual([]);
    expect(await foundAt(person, { date: '2024-09-06/2024-09-07' })).toMatchObject([{ severity: 'warning' }]);
  });

  it('reads imprecise, open and unknown bounds of terms as wide as they may be', async () => {
    expect(await foundAt(await holder('2020/2024-09'), { date: '2024-09-30' })).toEqual([]);
    expect(await foundAt(await holder('../2024-09'), { date: '1950' })).toEqual([]);
    expect(await foundAt(await holder('2020/'), { date: '2050' })).toEqual([]);
    expect(await foundAt(await holder(undefined), { date: '2050' })).toEqual([]);
    expect(await foundAt(await holder('2020/2024-09'), { date: '2024-10-01' })).toMatchObject([
      { severity: 'warning' },
    ]);
  });

  it('passes over who is appointed or leaves, and what was cancelled, but not who appoints', async () => {
    const person = await holder('2020-03-04/2024-09-05');
    expect(await foundAt(person, { kind: 'departure', date: '2024-09-07' }, 'target')).toEqual([]);
    expect(await foundAt(person, { kind: 'departure', date: '2024-09-07' }, 'initiator')).toEqual([]);
    expect(await foundAt(person, { kind: 'appointment', date: '2020-02-01' }, 'target')).toEqual([]);
    expect(await foundAt(person, { status: 'cancelled', date: '2025-02-01' })).toEqual([]);
    expect(await foundAt(person, { kind: 'appointment', date: '2025-02-01' }, 'initiator')).toHaveLength(1);
    const other = await holder('2025-01-01/..');
    const dismissal = {
      kind: 'departure',
      date: '2025-02-01',
      participants: [
        { actor: other, role: 'target', office },
        { actor: person, role: 'initiator', office },
      ],
    };
    expect(await foundAt(person, dismissal)).toMatchObject([{ involves: [person, office] }]);
  });

  it('says once what is wrong with a person that is named twice', async () => {
    const person = await holder('2020/2021');
    const participants = ['host', 'signatory'].map((role) => ({ actor: person, role, office }));
    expect(await foundAt(person, { date: '2024', participants })).toMatchObject([
      { details: { pointer: '/participants/0' } },
    ]);
  });

  it('notices an office that one other person surely held, when no term is recorded', async () => {
    const office2 = await here.add('actor', { kind: 'office' });
    const incumbent = await here.add('actor', { terms: [{ office: office2, validity: '2024-09-05/2025-03' }] });
    const stranger = await here.add('actor', { terms: [{ office, validity: '2020/..' }] });
    const at = (date: string) =>
      foundAt(stranger, { date, participants: [{ actor: stranger, role: 'guest', office: office2 }] });
    expect(await at('2025-01-10')).toMatchObject([
      {
        severity: 'notice',
        involves: [stranger, office2, incumbent],
        message: 'No term of the person in the office is recorded, and another person held it on 2025-01-10.',
        details: { holder: incumbent },
      },
    ]);
    expect(await at('2025-03-10')).toEqual([]);
    expect(await at('2024')).toEqual([]);
    await here.add('actor', { terms: [{ office: office2, validity: '2024-12-01/..' }] });
    expect(await at('2025-01-10')).toEqual([]);
  });

  it('finds nothing where no office is named, nobody held it, or no person acts', async () => {
    const vacant = await here.add('actor', { kind: 'office' });
    const person = await here.add('actor');
    const actsIn = (actor: string, named: object) =>
      foundAt(actor, { participants: [{ actor, role: 'host', ...named }] });
    expect(await actsIn(person, { office: vacant })).toEqual([]);
    expect(await actsIn(person, {})).toEqual([]);
    await here.add('actor', { terms: [{ office: vacant, validity: '2020/..' }] });
    expect(await actsIn(person, { office: vacant })).toHaveLength(1);
    expect(await actsIn(await here.add('actor', { kind: 'state' }), { office: vacant })).toEqual([]);
  });

  it('looks at who signed an agreement, on the day of the party or else of the signature', async () => {
    const person = await holder('2020-03-04/2024-09-05');
    const state = await here.add('actor', { kind: 'state' });
    const signed = async (party: Record<string, unknown>, milestones: object[] = []) => {
      const parties = [{ actor: state, role: 'party', signedBy: [{ person, office }], ...party }];
      return here.find(officeNotHeld, `agreement/${await here.add('agreement', { parties, milestones })}`);
    };
    expect(await signed({ signedOn: '2025-01-16' })).toMatchObject([
      { severity: 'warning', details: { pointer: '/parties/0/signedBy/0', date: '2025-01-16' } },
    ]);
    expect(await signed({}, [{ stage: 'signed', on: '2025-01-16' }])).toHaveLength(1);
    expect(await signed({}, [{ stage: 'adopted', on: '2025-01-16' }])).toHaveLength(1);
    expect(await signed({ signedOn: '2024-06-13' }, [{ stage: 'signed', on: '2025-01-16' }])).toEqual([]);
    expect(await signed({ role: 'acceding' }, [{ stage: 'signed', on: '2025-01-16' }])).toEqual([]);
    expect(await signed({ role: 'acceding', consentOn: '2025' })).toHaveLength(1);
    expect(await signed({ signedBy: [{ person }], signedOn: '2025' })).toEqual([]);
    expect(await signed({}, [{ stage: 'in-force', on: '2025-01-16' }])).toEqual([]);
  });
});
