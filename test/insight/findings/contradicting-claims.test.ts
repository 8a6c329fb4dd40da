import { beforeAll, describe, expect, it } from 'vitest';
import { contradictingClaims } from '../../../src/insight/findings/rules/contradicting-claims.js';
import { useKnowledge } from '../../support/knowledge.js';

const here = useKnowledge();
let source: string;

beforeAll(async () => {
  source = await here.add('source');
});

type Said = Record<string, unknown>;

const claim = (about: string, said: Said) => here.add('claim', { about, citations: [{ source }], ...said });

/** What is found on a new record of a type with claims about one field. */
async function foundOn(type: 'event' | 'agreement' | 'commitment' | 'actor', field: string, ...said: Said[]) {
  const about = await here.add(type);
  const claims: string[] = [];
  for (const each of said) claims.push(await claim(`${type}s/${about}`, { field, ...each }));
  return { about: `${type}/${about}`, claims, found: await here.find(contradictingClaims, `${type}/${about}`) };
}

const values = (...all: unknown[]) => all.map((value) => ({ value }));

describe('contradicting-claims', () => {
  it('warns of facts that exclude each other', async () => {
    const { about, claims, found } = await foundOn('event', 'date', ...values('2024-06-13', '2024-06-14', '2024-06'));
    expect(found).toEqual([
      {
        severity: 'warning',
        owners: [about.slice('event/'.length)],
        involves: claims.slice(0, 2),
        message: '2 claims about `date` exclude each other, and no dispute sets them side by side.',
        details: {
          field: 'date',
          count: 2,
          pairs: 1,
          claims: [
            { claim: claims[0], mode: 'fact', value: '2024-06-13' },
            { claim: claims[1], mode: 'fact', value: '2024-06-14' },
          ],
        },
      },
    ]);
  });

  it.each([
    ['event', 'kind', ['meeting', 'summit']],
    ['event', 'place.country', ['GB', 'FR']],
    ['event', 'votes', [258, 273]],
    ['event', 'startedOn', ['2024', '2025']],
    ['actor', 'existence', ['1922/1991', '1992/..']],
    ['agreement', 'ratificationRequired', [true, false]],
    ['agreement', 'signedOn', ['2024-02-16', '2024-01-16']],
    ['commitment', 'amount.value', ['7000000000', '7100000000']],
    [
      'commitment',
      'amount',
      [
        { value: '1', currency: 'EUR' },
        { value: '2', currency: 'EUR', qualifier: 'exact' },
      ],
    ],
  ] as const)('warns of different values of %s %s', async (type, field, given) => {
    expect((await foundOn(type, field, ...values(...given))).found).toMatchObject([{ severity: 'warning' }]);
  });

  it.each([
    ['dates that share a day', 'event', 'date', ['2024-06', '2024-06-13/2024-07', '2024']],
    ['what is no date', 'event', 'date', ['spring', '2024']],
    ['free text', 'event', 'title', ['One', 'Another']],
    ['free text in the field of a code', 'agreement', 'status', ['ready', 'nearly complete']],
    ['words for a code', 'event', 'kind', ['meeting', 'get-together']],
    ['lists', 'agreement', 'areas', [['cyber'], ['air']]],
    ['entries of lists', 'event', 'participants', ['ukraine', 'united-states']],
    ['numbers in lists', 'event', 'participants', [1, 2]],
    ['texts of a field that the schema does not know', 'event', 'mood', ['good', 'bad']],
    ['different sorts', 'event', 'votes', [258, '273']],
    ['the same decimal', 'commitment', 'amount.value', ['7', '7.0']],
    [
      'amounts that are only about so much',
      'commitment',
      'amount',
      [
        { value: '1', currency: 'EUR' },
        { value: '2', currency: 'EUR', qualifier: 'at-least' },
      ],
    ],
    [
      'amounts in two currencies',
      'commitment',
      'amount',
      [
        { value: '1', currency: 'EUR' },
        { value: '2', currency: 'USD' },
      ],
    ],
    ['the same', 'event', 'votes', [258, 258]],
    ['nothing', 'event', 'votes', [null, 258]],
  ] as const)('finds nothing in %s', async (_, type, field, given) => {
    expect((await foundOn(type, field, ...values(...given))).found).toEqual([]);
  });

  it('compares no claims on different fields or records, or without a field', async () => {
    const [one, other] = [await here.add('event'), await here.add('event')];
    await claim(`events/${one}`, { field: 'votes', value: 1 });
    await claim(`events/${one}`, { field: 'seats', value: 2 });
    await claim(`events/${other}`, { field: 'votes', value: 3 });
    await claim(`events/${other}`, { value: 4 });
    expect(await here.find(contradictingClaims, `event/${one}`, `event/${other}`)).toEqual([]);
  });

  it.each([
    ['deprecated', { rank: 'deprecated' }],
    ['taken back', { standing: 'retracted' }],
    ['an assessment', { kind: 'assessment' }],
    ['a condition', { kind: 'condition' }],
    ['a forecast', { kind: 'forecast' }],
    ['a plan', { certainty: 'planned' }],
  ])('leaves out one that is %s', async (_, said) => {
    expect((await foundOn('event', 'votes', { value: 1, ...said }, { value: 2 })).found).toEqual([]);
  });

  it('warns of a fact and a denial of it', async () => {
    const denied = (value: unknown, fact: unknown, field = 'votes') =>
      foundOn('event', field, { value, kind: 'denial' }, { value: fact });
    expect((await denied(1, 1)).found).toMatchObject([{ severity: 'warning', details: { count: 2 } }]);
    expect((await denied('2024-06', '2024-06-13', 'date')).found).toHaveLength(1);
    expect((await denied('ukraine', 'ukraine', 'participants')).found).toHaveLength(1);
    expect((await denied(1, 2)).found).toEqual([]);
    expect((await denied('2024-06-13', '2024-06', 'date')).found).toEqual([]);
    expect(
      (await foundOn('event', 'votes', ...values(1, 2).map((each) => ({ ...each, kind: 'denial' })))).found,
    ).toEqual([]);
    const forecast = { value: 1, kind: 'forecast', claimedOn: '2024' };
    expect((await foundOn('event', 'votes', forecast, { ...forecast, kind: 'denial' })).found).toEqual([]);
  });

  it('notices forecasts that were made at the same time', async () => {
    const forecasts = (one?: string, other?: string, said: Said = { kind: 'forecast' }) =>
      foundOn(
        'event',
        'date',
        { value: '2025-01', ...said, ...(one && { claimedOn: one }) },
        { value: '2025-03', ...said, ...(other && { claimedOn: other }) },
      );
    expect((await forecasts('2024-12', '2024-12-03')).found).toMatchObject([
      { severity: 'notice', message: expect.stringContaining('2 forecasts about `date`') },
    ]);
    expect((await forecasts('2024-12', '2024', { certainty: 'planned' })).found).toHaveLength(1);
    expect((await forecasts('2024-12', '2025-01')).found).toEqual([]);
    expect((await forecasts('2024-12')).found).toEqual([]);
    expect((await forecasts()).found).toEqual([]);
  });

  it('compares what is said of a state at the same time only', async () => {
    const stated = (one: Said, other: Said) =>
      foundOn('agreement', 'status', { value: 'signed', ...one }, { value: 'in-force', ...other });
    expect((await stated({ claimedOn: '2024-06-13' }, { claimedOn: '2024-06' })).found).toHaveLength(1);
    expect((await stated({ claimedOn: '2024-06-13' }, { claimedOn: '2024-07' })).found).toEqual([]);
    expect((await stated({}, {})).found).toEqual([]);
  });

  it('is content when a dispute has them as different positions', async () => {
    const { about, claims, found } = await foundOn('event', 'votes', ...values(1, 2, 3));
    expect(found).toMatchObject([{ details: { count: 3, pairs: 3 } }]);
    const dispute = (...positions: string[][]) =>
      here.add('dispute', {
        about: [about.replace('/', 's/')],
        positions: positions.map((each, index) => ({ key: `p${index}`, statement: 'So', claims: each, citations: [] })),
      });
    const [a, b, c] = claims as [string, string, string];
    await dispute([a], [b]);
    expect(await here.find(contradictingClaims, about)).toMatchObject([{ details: { count: 3, pairs: 2 } }]);
    await dispute([a, b], [c]);
    expect(await here.find(contradictingClaims, about)).toEqual([]);
  });

  it('is not content when they are one position', async () => {
    const { about, claims } = await foundOn('event', 'votes', ...values(1, 2));
    const positions = [claims, []].map((each, index) => ({
      ...{ key: `p${index}`, statement: 'So', claims: each, citations: [] },
    }));
    await here.add('dispute', { about: [about.replace('/', 's/')], positions });
    expect(await here.find(contradictingClaims, about)).toHaveLength(1);
  });

  it('takes values within large sets of claims together', async () => {
    const { found } = await foundOn('event', 'votes', ...values(...Array.from({ length: 60 }, (_, nth) => nth)));
    expect(found).toMatchObject([{ details: { count: 60, pairs: (60 * 59) / 2 } }]);
    expect(found[0]?.involves).toHaveLength(50);
  });
});
