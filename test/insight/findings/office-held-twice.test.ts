import { describe, expect, it } from 'vitest';
import { officeHeldTwice } from '../../../src/insight/findings/rules/office-held-twice.js';
import { useKnowledge } from '../../support/knowledge.js';

const here = useKnowledge();

/** What is found on an office that persons held, each for some terms. */
async function foundOn(...holders: string[][]) {
  const office = await here.add('actor', { kind: 'office' });
  const persons: string[] = [];
  for (const validities of holders) {
    const terms = validities.map((validity) => ({ office, ...(validity !== '' && { validity }) }));
    persons.push(await here.add('actor', { terms }));
  }
  return { persons, found: await here.find(officeHeldTwice, `actor/${office}`) };
}

describe('office-held-twice', () => {
  it('notices two persons in an office for more than a day', async () => {
    const { persons, found } = await foundOn(['2020-03-04/2024-09-07'], ['2024-09-05/..']);
    expect(found).toMatchObject([
      {
        severity: 'notice',
        involves: persons,
        message: 'Two persons held this office at once, from 2024-09-05 to 2024-09-07.',
        details: {
          terms: [{ validity: '2020-03-04/2024-09-07' }, { validity: '2024-09-05/..' }],
          from: '2024-09-05',
          to: '2024-09-07',
        },
      },
    ]);
    const { found: open } = await foundOn(['2020/..'], ['2021/..']);
    expect(open).toMatchObject([{ message: expect.stringContaining('from 2021-12-31 without an end.') }]);
  });

  it.each([
    ['hand over on a day', [['2020/2024-09-05'], ['2024-09-05/..']]],
    ['may have followed each other', [['2020-02/2025-07'], ['2025-07/2026-01'], ['2026-01/..']]],
    ['held it at times that nobody knows', [[''], ['2020/..'], ['/..'], ['2020/']]],
    ['were there for one day', [['2020-01-01/..'], ['2021-05-05/2021-05-05']]],
    ['are one person', [['2020/2023', '2022/..']]],
  ])('finds nothing where they %s', async (_, holders) => {
    expect((await foundOn(...holders)).found).toEqual([]);
  });

  it('finds each two persons once', async () => {
    const { persons, found } = await foundOn(['2010/2012', '2014/2020'], ['2011/2018'], ['2015/2016']);
    const [a, b, c] = persons;
    expect(found.map(({ involves }) => involves).sort()).toEqual([
      [a, b],
      [a, c],
      [b, c],
    ]);
  });
});
