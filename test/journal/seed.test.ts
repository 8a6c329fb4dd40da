import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadSeeds, readSeeds } from '../../src/commands/seed.js';
import { readHead } from '../../src/db/head.js';
import { verify } from '../../src/journal/rebuild.js';
import { applySeeds, type SeedRecord } from '../../src/journal/seed.js';
import { kinds } from '../../src/resources/index.js';
import { seedId } from '../../src/shared/ids.js';
import { AUTHOR, openTestJournal, type TestJournal } from './journal.js';

let t: TestJournal;
beforeEach(async () => {
  t = await openTestJournal();
});
afterEach(async () => {
  expect(await verify(t.store, kinds)).toEqual([]);
  await t.close();
});

const SEED_AUTHOR = { ...AUTHOR, by: 'seed' };
const area = (slug: string, more: object = {}): SeedRecord => ({
  kind: t.kind('area'),
  origin: `areas.ndjson:${slug}`,
  input: { slug, label: slug, ...more },
});
const apply = (seeds: readonly SeedRecord[], overwrite = false) =>
  t.store.write((tx) => applySeeds(tx, t.journal, seeds, SEED_AUTHOR, overwrite));
const none = { created: 0, updated: 0, unchanged: 0, left: [] };

describe('applySeeds', () => {
  it('creates all at once, in any order of references, with ids that depend on type and slug alone', async () => {
    expect(await apply([area('below', { broader: 'above' }), area('above')])).toEqual({ ...none, created: 2 });
    expect((await t.current('area', seedId('area', 'below'))).doc).toContain(seedId('area', 'above'));
  });

  it('changes nothing the second time', async () => {
    const seeds = [area('below', { broader: 'above' }), area('above')];
    await apply(seeds);
    expect(await apply(seeds)).toEqual({ ...none, unchanged: 2 });
    expect((await readHead(t.store)).revision).toBe(2);
  });

  it('revises what changed and creates what is new', async () => {
    await apply([area('one'), area('two')]);
    expect(await apply([area('one', { label: 'Uno' }), area('two'), area('three')])).toEqual({
      ...{ created: 1, updated: 1, unchanged: 1, left: [] },
    });
    expect(await t.current('area', seedId('area', 'one'))).toMatchObject({ version: 2, label: 'Uno' });
  });

  it('leaves alone what somebody else changed or deleted, and says so, unless it is to overwrite', async () => {
    await apply([area('changed'), area('deleted')]);
    await t.replace('area', seedId('area', 'changed'), { label: 'Ours' });
    await t.remove('area', seedId('area', 'deleted'));
    const seeds = [area('changed', { label: 'Theirs' }), area('deleted')];
    const left = ['areas.ndjson:changed changed: changed by test', 'areas.ndjson:deleted deleted: deleted'];
    const first = await apply(seeds);
    expect({ ...first, left: first.left.toSorted() }).toEqual({ ...none, left });
    expect((await t.current('area', seedId('area', 'changed'))).label).toBe('Ours');
    expect(await apply(seeds, true)).toEqual({ ...none, updated: 1, left: [left[1]] });
    expect((await t.current('area', seedId('area', 'changed'))).label).toBe('Theirs');
  });

  it('leaves nothing behind when one seed is wrong, and tells where it stands', async () => {
    const wrong = { ...area('two'), input: { slug: 'two', lable: 'Two' } };
    await expect(apply([area('one'), wrong])).rejects.toMatchObject({
      code: 'invalid-request',
      message: expect.stringMatching(/^areas\.ndjson:two: \//),
    });
    expect((await readHead(t.store)).revision).toBe(0);
  });
});

describe('the seeds of the project', () => {
  it('are loaded whole, and a second time change nothing', async () => {
    const total = readSeeds().length;
    expect(total).toBeGreaterThan(100);
    expect(await loadSeeds(t.store)).toEqual({ ...none, created: total });
    expect(await loadSeeds(t.store)).toEqual({ ...none, unchanged: total });
    expect((await readHead(t.store)).revision).toBe(total);
  });
});
