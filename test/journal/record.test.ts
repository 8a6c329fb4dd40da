import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readHead } from '../../src/db/head.js';
import { verify } from '../../src/journal/rebuild.js';
import { kinds } from '../../src/resources/index.js';
import { randomIds } from '../../src/shared/ids.js';
import { SLUG_MAX, SLUG_PATTERN } from '../../src/shared/text.js';
import { AUTHOR, openTestJournal, type TestJournal } from './journal.js';

let t: TestJournal;
beforeEach(async () => {
  t = await openTestJournal();
});
afterEach(async () => {
  // Whatever a test did, journal and projections must agree.
  expect(await verify(t.store, kinds)).toEqual([]);
  await t.close();
});

const parsed = (type: 'area' | 'event' | 'actor' | 'claim' | 'source' | 'commitment', input: object) => ({
  kind: t.kind(type),
  body: t.kind(type).parse(input),
});
const event = { kind: 'call', title: 'Call', date: '2025-01', status: 'concluded' };

describe('createAll', () => {
  it('takes records that refer to one another in a circle', async () => {
    const outcomes = await t.store.write((tx) =>
      t.journal.createAll(
        tx,
        [
          parsed('event', { ...event, slug: 'one', relations: [{ kind: 'follows', target: 'events/two' }] }),
          parsed('event', { ...event, slug: 'two', relations: [{ kind: 'follows', target: 'events/three' }] }),
          parsed('event', { ...event, slug: 'three', relations: [{ kind: 'follows', target: 'events/one' }] }),
        ],
        AUTHOR,
      ),
    );
    const ids = outcomes.map(({ id }) => id);
    const targets = outcomes.map(({ doc }) => JSON.parse(doc).relations[0].target);
    expect(targets).toEqual([ids[1], ids[2], ids[0]]);
    expect(outcomes.map(({ version, revision, changed }) => ({ version, revision, changed }))).toEqual([
      { version: 1, revision: 1, changed: true },
      { version: 1, revision: 2, changed: true },
      { version: 1, revision: 3, changed: true },
    ]);
  });

  it('leaves nothing when the last of them is refused', async () => {
    const call = t.store.write((tx) =>
      t.journal.createAll(
        tx,
        [parsed('area', { label: 'One' }), parsed('area', { label: 'Two', broader: 'nowhere' })],
        AUTHOR,
      ),
    );
    await expect(call).rejects.toMatchObject({ code: 'unknown-reference' });
    const { rows } = await t.query(
      'select (select count(*) from entities) as e, (select count(*) from revisions) as r',
    );
    expect({ rows, revision: (await readHead(t.store)).revision }).toEqual({ rows: [{ e: 0, r: 0 }], revision: 0 });
  });

  it('finds slugs and external ids taken within the call', async () => {
    const twice = (first: object, second: object) =>
      t.store.write((tx) => t.journal.createAll(tx, [parsed('area', first), parsed('area', second)], AUTHOR));
    await expect(twice({ label: 'A', slug: 'same' }, { label: 'B', slug: 'same' })).rejects.toMatchObject({
      code: 'slug-taken',
    });
    const externalIds = [{ scheme: 'x', value: '1' }];
    await expect(twice({ label: 'A', externalIds }, { label: 'B', externalIds })).rejects.toMatchObject({
      code: 'external-id-taken',
    });
  });
});

describe('replace', () => {
  it('makes no revision when nothing changes, and keeps the document byte for byte', async () => {
    const created = await t.create('event', { ...event, tags: ['a'], externalIds: [{ scheme: 's', value: 'v' }] });
    const bodies = [JSON.parse(created.doc), { ...event, tags: ['a'], externalIds: [{ value: 'v', scheme: 's' }] }];
    for (const body of bodies) {
      const outcome = await t.replace('event', created.id, body);
      expect(outcome).toEqual({ ...created, changed: false });
    }
    expect((await readHead(t.store)).revision).toBe(1);
    const changed = await t.replace('event', created.id, { ...event, tags: [] });
    expect(changed).toMatchObject({ changed: true, version: 2, revision: 2 });
    const [before, after] = [JSON.parse(created.doc), JSON.parse(changed.doc)];
    expect(after.createdAt).toBe(before.createdAt);
    expect(after.updatedAt > before.updatedAt).toBe(true);
  });

  it('goes by references and not by how they are written', async () => {
    const actor = await t.create('actor', { kind: 'state', name: 'Land', externalIds: [{ scheme: 's', value: 'v' }] });
    const made = await t.create('event', { ...event, participants: [{ actor: 'land', role: 'host' }] });
    for (const ref of [actor.id, 's:v', 'actors/land']) {
      const outcome = await t.replace('event', made.id, { ...event, participants: [{ actor: ref, role: 'host' }] });
      expect(outcome).toEqual({ ...made, changed: false });
    }
  });

  it('raises version-mismatch with both versions when the record has moved on since it was read', async () => {
    const { id } = await t.create('area', { label: 'One' });
    const read = await t.current('area', id);
    await t.replace('area', id, { label: 'Two' });
    const late = t.store.write((tx) =>
      t.journal.replace(tx, t.kind('area'), read, t.kind('area').parse({ label: 'Three' }), AUTHOR),
    );
    await expect(late).rejects.toMatchObject({
      code: 'version-mismatch',
      extra: { currentVersion: 2, yourVersion: 1 },
    });
    const removal = t.store.write((tx) => t.journal.remove(tx, t.kind('area'), read, AUTHOR));
    await expect(removal).rejects.toMatchObject({ code: 'version-mismatch' });
    expect((await readHead(t.store)).revision).toBe(2);
    expect(await t.current('area', id)).toMatchObject({ version: 2, label: 'Two', deleted: false });
  });

  it('takes a new slug, frees the old one, and keeps it where none is given', async () => {
    const first = await t.create('area', { label: 'One', slug: 'one' });
    expect(await t.replace('area', first.id, { label: 'One more' })).toMatchObject({ slug: 'one', version: 2 });
    expect(await t.replace('area', first.id, { label: 'One', slug: 'uno' })).toMatchObject({ slug: 'uno' });
    const second = await t.create('area', { label: 'Other', slug: 'one' });
    await expect(t.replace('area', first.id, { label: 'One', slug: 'one' })).rejects.toMatchObject({
      code: 'slug-taken',
      extra: { conflictsWith: second.id },
    });
  });
});

describe('slugs', () => {
  it('are made from the label, numbered where taken, and end with the id where all numbers are', async () => {
    const slugs = [];
    for (let n = 0; n < 18; n += 1) slugs.push((await t.create('area', { label: 'Über Café' })).slug);
    expect(slugs.slice(0, 3)).toEqual(['uber-cafe', 'uber-cafe-2', 'uber-cafe-3']);
    expect(slugs[15]).toBe('uber-cafe-16');
    expect(slugs[16]).toMatch(/^uber-cafe-[0-9a-z]{9}$/);
    expect(new Set(slugs).size).toBe(18);
  });

  it.each(['北京', '!!!', 'Київ', 'x'.repeat(200), `${'word '.repeat(22)}и`])(
    'of the label %j are valid, and free a second time',
    async (label) => {
      const [one, two] = [await t.create('area', { label }), await t.create('area', { label })];
      for (const { slug } of [one, two]) {
        expect(slug).toMatch(SLUG_PATTERN);
        expect(slug.length).toBeLessThanOrEqual(SLUG_MAX);
      }
      expect(one.slug).not.toBe(two.slug);
    },
  );

  it('are named after the type where the label has no letter that folds to ASCII', async () => {
    expect((await t.create('area', { label: '北京' })).slug).toBe('area');
    expect((await t.create('area', { label: '!!!' })).slug).toBe('area-2');
  });

  it('are unique within a type only, and free again after a deletion', async () => {
    const area = await t.create('area', { label: 'Same', slug: 'same' });
    await t.create('source', { title: 'Same', kind: 'news', slug: 'same' });
    await t.remove('area', area.id);
    expect((await t.create('area', { label: 'Same', slug: 'same' })).id).not.toBe(area.id);
  });

  it('generated for labels that look like reserved words can be written back', async () => {
    const made = await t.create('area', { label: 'By' });
    expect(await t.replace('area', made.id, JSON.parse(made.doc))).toMatchObject({ changed: false });
  });
});

describe('external ids', () => {
  const externalIds = [{ scheme: 'wikidata', value: 'Q1' }];

  it('belong to one live record of a type', async () => {
    const first = await t.create('area', { label: 'One', externalIds });
    await t.create('source', { title: 'One', kind: 'news', externalIds });
    const other = await t.create('area', { label: 'Two', externalIds: [{ scheme: 'other', value: 'Q1' }] });
    const taken = { code: 'external-id-taken', extra: { conflictsWith: first.id } };
    await expect(t.create('area', { label: 'Three', externalIds })).rejects.toMatchObject(taken);
    await expect(
      t.replace('area', other.id, { label: 'Two', externalIds: [{ scheme: 'x', value: 'y' }, ...externalIds] }),
    ).rejects.toMatchObject({ ...taken, errors: [{ pointer: '/externalIds/1', code: 'taken' }] });
  });

  it('stay with their record when it changes, and are free once it gives them up or is deleted', async () => {
    const first = await t.create('area', { label: 'One', externalIds });
    await t.replace('area', first.id, { label: 'Uno', externalIds });
    await t.replace('area', first.id, { label: 'Uno' });
    const second = await t.create('area', { label: 'Two', externalIds });
    await t.remove('area', second.id);
    const third = await t.create('area', { label: 'Three', externalIds });
    expect((await t.current('area', third.id)).deleted).toBe(false);
  });

  it('must not be listed twice', async () => {
    const twice = [...externalIds, ...externalIds];
    await expect(t.create('area', { label: 'One', externalIds: twice })).rejects.toMatchObject({
      code: 'rule-violated',
      errors: [{ pointer: '/externalIds/1', code: 'repeated' }],
    });
  });
});

describe('rules', () => {
  it('keep the tree of areas free of cycles, of any length and within one call', async () => {
    const violated = { code: 'rule-violated', errors: [{ pointer: '/broader', code: 'cycle' }] };
    const a = await t.create('area', { label: 'A' });
    await expect(t.replace('area', a.id, { label: 'A', broader: 'a' })).rejects.toMatchObject(violated);
    let above = a.slug;
    for (let n = 0; n < 5; n += 1) above = (await t.create('area', { label: `Below ${n}`, broader: above })).slug;
    await expect(t.replace('area', a.id, { label: 'A', broader: above })).rejects.toMatchObject(violated);
    const circle = ['x', 'y', 'z'].map((slug, index, all) =>
      parsed('area', { label: slug, slug, broader: all[(index + 1) % 3] }),
    );
    await expect(t.store.write((tx) => t.journal.createAll(tx, circle, AUTHOR))).rejects.toMatchObject(violated);
  });

  it('keep a record from being related to itself', async () => {
    const { id } = await t.create('event', event);
    const relations = [{ kind: 'follows', target: id }];
    await expect(t.replace('event', id, { ...event, relations })).rejects.toMatchObject({
      code: 'rule-violated',
      errors: [{ pointer: '/relations/0/target', code: 'self-relation' }],
    });
  });
});

describe('remove', () => {
  it('writes a tombstone, after which the record can be neither changed nor referred to', async () => {
    const { id } = await t.create('area', { label: 'One' });
    expect(await t.remove('area', id)).toEqual({ version: 2, revision: 2 });
    expect(await t.current('area', id)).toMatchObject({ version: 2, revision: 2, deleted: true, doc: null });
    await expect(t.create('area', { label: 'Two', broader: id })).rejects.toMatchObject({
      errors: [{ pointer: '/broader', code: 'deleted' }],
    });
  });

  it('is refused while others refer to the record, and names them', async () => {
    const above = await t.create('area', { label: 'Above' });
    const below = await t.create('area', { label: 'Below', broader: above.id });
    await expect(t.remove('area', above.id)).rejects.toMatchObject({
      code: 'still-referenced',
      extra: { referencedBy: [{ id: below.id, type: 'area', slug: 'below' }] },
    });
    await t.replace('area', below.id, { label: 'Below' });
    expect(await t.remove('area', above.id)).toMatchObject({ version: 2 });
  });

  it('lets records that refer to one another go once the circle is broken', async () => {
    const one = await t.create('event', { ...event, slug: 'one' });
    const two = await t.create('event', { ...event, slug: 'two', relations: [{ kind: 'follows', target: one.id }] });
    await t.replace('event', one.id, { ...event, slug: 'one', relations: [{ kind: 'follows', target: two.id }] });
    await expect(t.remove('event', two.id)).rejects.toMatchObject({ code: 'still-referenced' });
    await t.replace('event', one.id, { ...event, slug: 'one' });
    await t.remove('event', two.id);
    expect(await t.remove('event', one.id)).toMatchObject({ version: 4 });
  });
});

describe('time', () => {
  it('of a record never goes back, though the clock does', async () => {
    const { id } = await t.create('area', { label: 'One' });
    t.clock.set('2020-01-01T00:00:00.000Z');
    const { doc } = await t.replace('area', id, { label: 'Two' });
    const { createdAt, updatedAt } = JSON.parse(doc);
    expect(updatedAt).toBe(createdAt);
    expect(createdAt.slice(0, 4)).toBe('2031');
    expect((await t.create('area', { label: 'Three', slug: 'x' }, randomIds('area', 0))).revision).toBe(3);
  });
});
