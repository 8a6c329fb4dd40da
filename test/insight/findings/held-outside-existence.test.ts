import { describe, expect, it } from 'vitest';
import { heldOutsideExistence } from '../../../src/insight/findings/rules/held-outside-existence.js';
import { useKnowledge } from '../../support/knowledge.js';

const here = useKnowledge();

/** A membership in something of one existence, held by a holder of another. */
async function foundOn(validity: string | undefined, target?: string, holder?: string) {
  const body = await here.add('actor', { kind: 'organization', ...(target && { existence: target }) });
  const actor = await here.add('actor', {
    kind: 'state',
    ...(holder && { existence: holder }),
    memberships: [{ of: body, role: 'member', ...(validity && { validity }) }],
  });
  return { body, found: await here.find(heldOutsideExistence, `actor/${actor}`, `actor/${body}`) };
}

describe('held-outside-existence', () => {
  it('warns of a membership that is older than the body', async () => {
    const { body, found } = await foundOn('1958/..', '1993-11-01/..');
    expect(found).toMatchObject([
      {
        severity: 'warning',
        involves: [body],
        message: 'Held 1958/.., which begins before what it is in existed (1993-11-01/..).',
        details: { pointer: '/memberships/0', target: body, validity: '1958/..', whose: 'target' },
      },
    ]);
  });

  it.each([
    ['goes on after the body', '1958/..', '1950/1991', undefined],
    ['ends after the body', '1958/1992', '1950/1991', undefined],
    ['begins after the body', '1992/', '1950/1991', undefined],
    ['ends before the body began', '/1949', '1950/1991', undefined],
    ['goes on after its holder', '1958/..', undefined, '1950/1991'],
    ['begins before its holder', '1949/1960', undefined, '1950/1991'],
  ])('warns of one that %s', async (_, validity, target, holder) => {
    expect((await foundOn(validity, target, holder)).found).toHaveLength(1);
  });

  it.each([
    ['1950/1991', '1950/1991', '1950/1991'],
    ['1950/1991', '1950-06/1991-06', undefined],
    ['../1991', '1950/1991', undefined],
    ['/..', '1950/..', '1960/..'],
    ['1960/', '1950/1991', undefined],
    [undefined, '1950/1991', '1950/1991'],
    ['1960/..', undefined, undefined],
  ])('finds nothing in one of %s in a body of %s by a holder of %s', async (validity, target, holder) => {
    expect((await foundOn(validity, target, holder)).found).toEqual([]);
  });

  it('warns of a term in an office that was there no longer', async () => {
    const office = await here.add('actor', { kind: 'office', existence: '1950/1960' });
    const terms = [
      { office, validity: '1955/1960' },
      { office, validity: '1958/1965' },
    ];
    const person = await here.add('actor', { existence: '1900/1962', terms });
    const found = await here.find(heldOutsideExistence, `actor/${person}`);
    expect(found.map(({ involves, details }) => [details.pointer, details.whose, involves])).toEqual([
      ['/terms/1', 'holder', []],
      ['/terms/1', 'target', [office]],
    ]);
  });
});
