import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_LIST, padded } from '../../src/db/conditions.js';
import { type Preamble, readPreamble, type Wanted } from '../../src/db/look-up.js';
import { kinds } from '../../src/resources/index.js';
import { parseReference } from '../../src/shared/reference.js';
import { openTestJournal, type TestJournal } from '../journal/journal.js';

let t: TestJournal;
const ids: Record<string, string> = {};
beforeAll(async () => {
  t = await openTestJournal();
  const make = async (name: string, type: 'area' | 'source', slug: string, value?: string) => {
    const externalIds = value === undefined ? [] : [{ scheme: 'test', value }];
    const body =
      type === 'area' ? { slug, label: slug, externalIds } : { slug, title: slug, kind: 'news', externalIds };
    ids[name] = (await t.create(type, body)).id;
  };
  await make('area', 'area', 'shared', 'one');
  await make('source', 'source', 'shared', 'two');
  await make('oldest', 'area', 'reused', 'gone');
  await t.remove('area', ids.oldest ?? '');
  await make('newer', 'area', 'reused');
  await t.remove('area', ids.newer ?? '');
  await make('former', 'area', 'replaced');
  await t.remove('area', ids.former ?? '');
  await make('present', 'area', 'replaced');
  await make('areaBoth', 'area', 'only-area', 'both');
  await make('sourceBoth', 'source', 'only-source', 'both');
});
afterAll(() => t.close());

const want = (text: string, type: Wanted['type']): Wanted => ({ reference: parseReference(text), type });
const named = (name: string) => ({ id: ids[name] });

/** What was found, without what is told beside the id. */
function resolved({ references }: Preamble) {
  return references.map((found) => (typeof found === 'string' ? found : { id: found.id }));
}

async function resolve(text: string, type: Wanted['type']) {
  return resolved(await readPreamble(t.store, [want(text, type)]))[0];
}

describe('readPreamble', () => {
  it('finds ids, of the type that is wanted', async () => {
    const { area = '' } = ids;
    expect([await resolve(area, 'area'), await resolve(area, 'any'), await resolve(area, 'source')]).toEqual([
      named('area'),
      named('area'),
      'missing',
    ]);
    expect(await resolve(`${area.slice(0, -4)}0000`, 'any')).toBe('missing');
  });

  it('finds slugs, with the type from the reference or from the place', async () => {
    expect(await resolve('shared', 'area')).toEqual(named('area'));
    expect(await resolve('shared', 'source')).toEqual(named('source'));
    expect(await resolve('sources/shared', 'any')).toEqual(named('source'));
    expect(await resolve('only-area', 'any')).toEqual(named('areaBoth'));
    expect(await resolve('nothing', 'area')).toBe('missing');
  });

  it('calls a bare slug of several types ambiguous where any type is wanted', async () => {
    expect(await resolve('shared', 'any')).toBe('ambiguous');
  });

  it('finds the live record of a slug, or else the one deleted last', async () => {
    expect(await resolve('replaced', 'area')).toEqual(named('present'));
    expect(await resolve('reused', 'area')).toEqual(named('newer'));
    expect(await resolve('reused', 'any')).toBe('missing');
    expect(await resolve(ids.oldest ?? '', 'area')).toEqual(named('oldest'));
  });

  it('finds external ids of live records', async () => {
    expect(await resolve('test:one', 'area')).toEqual(named('area'));
    expect(await resolve('test:two', 'any')).toEqual(named('source'));
    expect(await resolve('test:one', 'source')).toBe('missing');
    expect(await resolve('other:one', 'area')).toBe('missing');
    expect(await resolve('test:gone', 'area')).toBe('missing');
    expect(await resolve('test:both', 'any')).toBe('ambiguous');
    expect(await resolve('test:both', 'source')).toEqual(named('sourceBoth'));
  });

  it('answers many at once, in their order and in one statement', async () => {
    const wanted = [want('shared', 'any'), want('test:one', 'area'), want('nothing', 'any'), want('shared', 'source')];
    const before = t.store.statementsRun;
    const references = resolved(await readPreamble(t.store, wanted));
    expect(t.store.statementsRun - before).toBe(1);
    expect(references).toEqual(['ambiguous', named('area'), 'missing', named('source')]);
  });

  it('tells the head, and the last revision at or before an instant', async () => {
    const { rows } = await t.query('select revision, recorded_at as at from revisions order by revision');
    const times = rows as { revision: number; at: string }[];
    const head = await readPreamble(t.store, []);
    expect(head).toMatchObject({
      revision: times.length,
      recordedAt: times.at(-1)?.at,
      revisionAt: null,
      references: [],
    });
    for (const { revision, at } of times) {
      expect((await readPreamble(t.store, [], at)).revisionAt).toBe(revision);
    }
    expect((await readPreamble(t.store, [], '1970-01-01T00:00:00.000Z')).revisionAt).toBe(0);
    expect((await readPreamble(t.store, [], '2999-01-01T00:00:00.000Z')).revisionAt).toBe(times.length);
  });

  it('keeps statements apart that differ in the type alone', async () => {
    const texts = ['shared', 'sources/shared', 'areas/shared'];
    const results = [];
    for (const type of ['any', 'area', 'any', 'source', 'area'] as const)
      for (const text of texts) results.push(await resolve(text, type));
    const any = ['ambiguous', named('source'), named('area')];
    // A collection in the reference stands over the type of the place.
    const area = [named('area'), named('source'), named('area')];
    const source = [named('source'), named('source'), named('area')];
    expect(results).toEqual([...any, ...area, ...any, ...source, ...area]);
  });

  it('knows every type', async () => {
    for (const type of kinds.keys()) expect(await resolve(`${type}s/nothing`, 'any')).toBe('missing');
  });
});

describe('padded', () => {
  it('keeps the values in order, repeats the last one, and gives one of few lengths', () => {
    const lengths = new Set<number>();
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: MAX_LIST }), (values) => {
        const list = padded(values);
        lengths.add(list.length);
        expect(list.slice(0, values.length)).toEqual(values);
        expect(new Set(list.slice(values.length))).toEqual(new Set(list.length > values.length ? [values.at(-1)] : []));
        expect(list.length).toBeLessThan(2 * values.length + 1);
      }),
    );
    expect(lengths.size).toBeLessThanOrEqual(10);
    expect(padded(Array(MAX_LIST).fill(0))).toHaveLength(MAX_LIST);
  });

  it('refuses an empty list and one that is too long', () => {
    expect(() => padded([])).toThrow(RangeError);
    expect(() => padded(Array(MAX_LIST + 1).fill(0))).toThrow(RangeError);
  });
});
