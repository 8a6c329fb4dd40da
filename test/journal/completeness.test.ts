import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Body, Document, Json, RecordKind } from '../../src/journal/kind.js';
import { occurrences } from '../../src/journal/paths.js';
import { projectRows } from '../../src/journal/rows.js';
import { kinds } from '../../src/resources/index.js';
import { RESOURCE_TYPES, type ResourceType, seedId } from '../../src/shared/ids.js';
import { openTestJournal, type TestJournal } from './journal.js';

const citation = { source: 'x' };
const common = { citations: [citation], relations: [{ kind: 'related', target: 'x' }] };

/** For each type a body with a reference at every place where its schema allows one. */
const BODIES: Record<ResourceType, Body> = {
  event: {
    ...{ kind: 'call', title: 'Call', date: '2025', status: 'concluded', ...common },
    participants: [{ actor: 'x', role: 'host', office: 'x', onBehalfOf: 'x' }],
    areas: ['x'],
  },
  actor: {
    ...{ kind: 'person', name: 'Person', partOf: 'x', ...common },
    memberships: [{ of: 'x', role: 'member', citations: [citation] }],
    terms: [{ office: 'x', citations: [citation] }],
  },
  agreement: {
    ...{ title: 'Agreement', legalForm: 'treaty', areas: ['x'], ...common },
    parties: [{ actor: 'x', role: 'party', signedBy: [{ person: 'x', office: 'x' }], citations: [citation] }],
    milestones: [{ stage: 'signed', on: '2025', event: 'x', citations: [citation] }],
  },
  commitment: {
    ...{ statement: 'Promise', kind: 'training', promisors: ['x'], beneficiaries: ['x'], areas: ['x'], ...common },
    ...{ agreement: 'x', event: 'x', restates: 'x' },
    milestones: [{ stage: 'pledged', on: '2025', citations: [citation] }],
    assessments: [{ assessor: 'x', on: '2025', value: 'limited', citations: [citation] }],
  },
  area: { label: 'Area', broader: 'x', ...common },
  source: { title: 'Source', kind: 'news', ...common },
  claim: {
    ...{ about: 'x', kind: 'fact', statement: 'So it is', certainty: 'asserted', attributedTo: ['x'], ...common },
  },
  dispute: {
    ...{ question: 'Which?', about: ['x'], ...common },
    positions: [
      { key: 'a', statement: 'This', claims: ['x'], citations: [citation] },
      { key: 'b', statement: 'That', citations: [] },
    ],
  },
};

const all = RESOURCE_TYPES.map((type): [ResourceType, RecordKind] => {
  const kind = kinds.get(type);
  if (kind === undefined) throw new Error(`no kind ${type}`);
  return [type, kind];
});

/** A copy in which no two places share an object. */
const copy = (body: Body): Body => JSON.parse(JSON.stringify(body));

const places = (kind: RecordKind, body: Body) =>
  kind.references.flatMap(({ path, to }) => occurrences(body, path).map((place) => ({ ...place, to })));

function fill(kind: RecordKind, body: Body, idFor: (to: ResourceType | 'any', index: number) => string): string[] {
  return places(kind, body).map(({ holder, key, to }, index) => {
    const id = idFor(to, index);
    (holder as { [key: string | number]: Json })[key] = id;
    return id;
  });
}

describe.each(all)('a reference in any place of a %s', (type, kind) => {
  it('is in the sample of this test', () => {
    const missing = kind.references.filter(({ path }) => occurrences(BODIES[type], path).length === 0);
    expect(missing.map(({ path }) => path.join('.'))).toEqual([]);
    expect(kind.references.length).toBeGreaterThanOrEqual(2);
  });

  it('has an edge, whichever records the places refer to', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4), { minLength: 40, maxLength: 40 }), (choices) => {
        const body = copy({ ...kind.parse(BODIES[type]), slug: 'self' });
        const targets = fill(kind, body, (to, index) => seedId(to === 'any' ? 'event' : to, `t${choices[index] ?? 0}`));
        const document = { id: seedId(type, 'self'), ...body, ...kind.derive(body), version: 1, revision: 1 };
        const { links } = projectRows(kind, document as unknown as Document, 1);
        expect(new Set(links.map(({ target }) => target))).toEqual(new Set(targets));
        expect(links.map(({ position }) => position)).toEqual(links.map((_, index) => index));
      }),
    );
  });

  it('has edges whose ranks single out the first of each target, relation and role', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2), { minLength: 40, maxLength: 40 }), (choices) => {
        const body = copy({ ...kind.parse(BODIES[type]), slug: 'self' });
        fill(kind, body, (to, index) => seedId(to === 'any' ? 'event' : to, `t${choices[index] ?? 0}`));
        const document = { id: seedId(type, 'self'), ...body, ...kind.derive(body), version: 1, revision: 1 };
        const { links } = projectRows(kind, document as unknown as Document, 1);
        const distinct = (keyOf: (link: (typeof links)[number]) => string) => new Set(links.map(keyOf)).size;
        const upTo = (rank: number) => links.filter((link) => link.rank <= rank).length;
        expect([upTo(0), upTo(1), upTo(2)]).toEqual([
          distinct(({ target }) => target),
          distinct(({ target, relation }) => `${target} ${relation}`),
          distinct(({ target, relation, role }) => `${target} ${relation} ${role ?? ''}`),
        ]);
      }),
    );
  });
});

describe('a record that is referred to', () => {
  let t: TestJournal;
  beforeAll(async () => {
    t = await openTestJournal();
  });
  afterAll(() => t.close());

  it.each(all)('from any place of a %s cannot be deleted until that is gone', async (type, kind) => {
    const source = await t.create('source', { title: 'Evidence', kind: 'news' });
    const plain: Record<ResourceType, Body> = {
      event: { kind: 'call', title: 'Target', date: '2025', status: 'concluded' },
      actor: { kind: 'state', name: 'Target' },
      agreement: { title: 'Target', legalForm: 'treaty' },
      commitment: { statement: 'Target', kind: 'training' },
      area: { label: 'Target' },
      source: { title: 'Target', kind: 'news' },
      claim: {
        ...{ about: source.id, kind: 'fact', statement: 'Target', certainty: 'asserted' },
        citations: [{ source: source.id }],
      },
      dispute: {},
    };
    const body = copy(BODIES[type]);
    const wanted = places(kind, body).map(({ to }) => (to === 'any' ? 'event' : to));
    const made: string[] = [];
    for (const to of wanted) made.push((await t.create(to, plain[to])).id);
    fill(kind, body, (_to, index) => made[index] ?? '');
    const referrer = await t.create(type, body);
    for (const [index, to] of wanted.entries()) {
      await expect(t.remove(to, made[index] ?? '')).rejects.toMatchObject({
        code: 'still-referenced',
        extra: { referencedBy: [{ id: referrer.id }] },
      });
    }
    await t.remove(type, referrer.id);
    for (const [index, to] of wanted.entries()) expect((await t.remove(to, made[index] ?? '')).version).toBe(2);
  });
});
