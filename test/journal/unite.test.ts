import { describe, expect, it } from 'vitest';
import type { Body, Json } from '../../src/journal/kind.js';
import { absorb, dropReferences, redirect, unite } from '../../src/journal/unite.js';
import { kinds } from '../../src/resources/index.js';
import type { ResourceType } from '../../src/shared/ids.js';

const kind = (type: ResourceType) => {
  const found = kinds.get(type);
  if (found === undefined) throw new Error(type);
  return found;
};
const redirected = (type: ResourceType, body: Body): Body => {
  redirect(kind(type), body, 'old', 'new');
  return body;
};

describe('unite', () => {
  it.each<[string, Json[], Json[], Json[]]>([
    ['texts', ['a', 'b'], ['b', 'c'], ['a', 'b', 'c']],
    ['nothing', [], [], []],
    ['what was there twice before', ['a', 'a'], ['b'], ['a', 'a', 'b']],
    ['entries that say less', [{ of: 'x', role: 'member' }], [{ of: 'x' }], [{ of: 'x', role: 'member' }]],
    ['entries that say more', [{ of: 'x' }], [{ of: 'x', role: 'member' }], [{ of: 'x', role: 'member' }]],
    [
      'entries that differ',
      [{ of: 'x', note: 'a' }],
      [{ of: 'x', note: 'b' }],
      [
        { of: 'x', note: 'a' },
        { of: 'x', note: 'b' },
      ],
    ],
    [
      'the citations of entries that say the same',
      [{ of: 'x', citations: [{ source: 's' }] }],
      [{ citations: [{ source: 't' }, { source: 's' }], of: 'x' }],
      [{ of: 'x', citations: [{ source: 's' }, { source: 't' }] }],
    ],
    [
      'no citation into an entry that says more than it bears out',
      [{ of: 'x', role: 'member' }],
      [{ of: 'x', citations: [{ source: 's' }] }],
      [
        { of: 'x', role: 'member' },
        { of: 'x', citations: [{ source: 's' }] },
      ],
    ],
  ])('%s', (_what, own, others, united) => {
    expect(unite(own, others)).toEqual(united);
  });

  it('takes citations for the same whatever their checks, and only then', () => {
    const own = [{ source: 's', quote: { exact: 'a' }, quoteStatus: 'verbatim' }];
    const others = [{ source: 's', quote: { exact: 'a' }, quoteStatus: 'unchecked' }, { source: 's' }];
    expect(unite(own, others, true)).toEqual([own[0], { source: 's' }]);
  });
});

describe('redirect', () => {
  it('replaces references and no other text', () => {
    const body = { title: 'old', areas: ['old'], notes: 'old', tags: ['old'], citations: [] };
    expect(redirected('event', body)).toEqual({ ...body, areas: ['new'] });
  });

  it('reaches every entry, and those within entries', () => {
    const parties = [{ actor: 'a', signedBy: [{ person: 'old', office: 'o' }], citations: [{ source: 'old' }] }];
    expect(redirected('agreement', { parties })).toEqual({
      parties: [{ actor: 'a', signedBy: [{ person: 'new', office: 'o' }], citations: [{ source: 'new' }] }],
    });
  });

  it('takes away what is said twice then, and leaves what is told apart', () => {
    const participants = [
      { actor: 'new', role: 'host' },
      { actor: 'x', role: 'host' },
      { actor: 'old', role: 'host' },
      { actor: 'old', role: 'guest' },
      { actor: 'old', role: 'host', note: 'as chair' },
    ];
    expect(redirected('event', { participants, areas: ['a', 'a'] })).toEqual({
      participants: [
        { actor: 'new', role: 'host', note: 'as chair' },
        { actor: 'x', role: 'host' },
        { actor: 'new', role: 'guest' },
      ],
      areas: ['a', 'a'],
    });
  });

  it('compares entries by what is in them at the end', () => {
    const signed = (person: string, actor: string) => ({ actor, role: 'party', signedBy: [{ person }] });
    const parties = [signed('new', 'new'), signed('old', 'old')];
    expect(redirected('agreement', { parties })).toEqual({ parties: [signed('new', 'new')] });
    const twice = [{ actor: 'a', signedBy: [{ person: 'old' }, { person: 'new' }] }];
    expect(redirected('agreement', { parties: twice })).toEqual({
      parties: [{ actor: 'a', signedBy: [{ person: 'new' }] }],
    });
  });

  it('does not take a citation of the whole for one of a field', () => {
    const citations = [{ source: 'new', supports: ['date'] }, { source: 'old' }, { source: 'old', supports: ['date'] }];
    expect(redirected('event', { citations })).toEqual({
      citations: [{ source: 'new', supports: ['date'] }, { source: 'new' }],
    });
  });
});

describe('dropReferences', () => {
  it('takes the innermost entries away, and names what is in no list', () => {
    const body: Body = {
      partOf: 'old',
      memberships: [{ of: 'old' }, { of: 'x', citations: [{ source: 'old' }, { source: 's' }] }],
      relations: [{ kind: 'same-as', target: 'new' }],
      terms: [],
    };
    expect(dropReferences(kind('actor'), body, ['old', 'new'])).toEqual(['/partOf']);
    expect(body).toEqual({
      partOf: 'old',
      memberships: [{ of: 'x', citations: [{ source: 's' }] }],
      relations: [],
      terms: [],
    });
  });
});

describe('absorb', () => {
  const actor = (name: string, more: Body = {}): Body => ({
    ...{ kind: 'state', name, names: [], memberships: [], terms: [] },
    ...{ externalIds: [], citations: [], relations: [], method: 'curated', tags: [], ...more },
  });

  it('keeps all that the record says, and takes no field over that it lacks', () => {
    const own = actor('One', { country: 'UA' });
    expect(absorb(kind('actor'), own, actor('One', { country: 'PL', description: 'More', partOf: 'x' }))).toEqual(own);
  });

  it('keeps what the other was called, once', () => {
    const names = [
      { value: 'Two', kind: 'former' },
      { value: 'Eins', kind: 'alias', lang: 'de' },
    ];
    const own = actor('One', { names: [{ value: 'Uno', kind: 'alias' }] });
    const called = (other: Body) => absorb(kind('actor'), own, other).names;
    expect(called(actor('Two'))).toEqual([
      { value: 'Uno', kind: 'alias' },
      { value: 'Two', kind: 'alias' },
    ]);
    expect(called(actor('Two', { names }))).toEqual([{ value: 'Uno', kind: 'alias' }, ...names]);
    expect(called(actor('Uno', { names: [{ value: 'One', kind: 'alias' }] }))).toEqual(own.names);
  });

  it('keeps titles and labels alike', () => {
    const agreement = (title: string, officialTitle: string, altTitles: string[]): Body => ({
      ...{ title, officialTitle, altTitles, legalForm: 'treaty', parties: [], milestones: [], areas: [] },
      ...{ externalIds: [], citations: [], relations: [], tags: [] },
    });
    const { altTitles, title, officialTitle } = absorb(
      kind('agreement'),
      agreement('A', 'Treaty A', ['T']),
      agreement('B', 'Treaty A', ['A', 'U']),
    );
    expect({ title, officialTitle, altTitles }).toEqual({
      ...{ title: 'A', officialTitle: 'Treaty A', altTitles: ['T', 'U', 'B'] },
    });
  });

  it('takes citations over for the fields that both have alike', () => {
    const citing = (name: string, existence: string, citations: Json[]) => actor(name, { existence, citations });
    const carried = (own: Body, ...citations: Json[]) =>
      absorb(kind('actor'), own, citing('Two', '2000/..', citations)).citations;
    const own = citing('One', '2000/..', [{ source: 's' }]);
    expect(carried(own, { source: 't' })).toEqual([{ source: 's' }, { source: 't', supports: ['kind', 'existence'] }]);
    expect(carried(own, { source: 't', supports: ['existence', 'name'] })).toEqual([
      { source: 's' },
      { source: 't', supports: ['existence'] },
    ]);
    expect(carried(own, { source: 't', supports: ['name'] })).toEqual([{ source: 's' }]);
    expect(carried(citing('Two', '2000/..', []), { source: 't' })).toEqual([{ source: 't' }]);
  });
});
