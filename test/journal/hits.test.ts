import { describe, expect, it } from 'vitest';
import { readHits } from '../../src/db/hits.js';
import type { Document } from '../../src/journal/kind.js';
import { seek } from '../../src/journal/search.js';
import { kinds } from '../../src/resources/index.js';
import { RESOURCE_TYPES } from '../../src/shared/ids.js';
import type { Term } from '../../src/shared/words.js';
import { standsIn } from '../support/terms.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
const TEXTS = [
  'ukraine',
  'security agree*',
  '"air defence" ukraine',
  'zelensky -signing',
  '-ukraine',
  'poland germany',
];

async function hitsBy(text: string, by: 'place' | 'relevance', cap = 5_000) {
  const { expression, typed } = await seek(t.service.store, text, { types: RESOURCE_TYPES, asOf: undefined });
  if (expression === undefined) throw new Error(text);
  const order = by === 'place' ? { by, words: typed } : { by };
  const { hits, complete } = await readHits(t.service.store, {
    expression,
    cap,
    limit: 10_000,
    order,
    asOf: undefined,
  });
  return { hits, complete, typed };
}

describe.each(TEXTS)('what fits %s', (text) => {
  it('is the same by place as by relevance, with labels before names before all else and the newest first', async () => {
    const { hits, typed } = await hitsBy(text, 'place');
    const revisions = (list: typeof hits) => list.map(({ revision }) => revision).sort((a, b) => a - b);
    expect(revisions(hits)).toEqual(revisions((await hitsBy(text, 'relevance')).hits));
    expect(hits.length).toBeGreaterThan(0);
    const score = ({ type, doc }: (typeof hits)[number]) => {
      const kind = kinds.get(type as never);
      const document = JSON.parse(doc) as Document;
      const names = kind?.project(document).names.map(({ value }) => value) ?? [];
      const of = (term: Term) =>
        standsIn(kind?.label(document) ?? '', term) ? 10 : standsIn(names.join(' '), term) ? 5 : 0;
      return typed.reduce((sum, term) => sum + of(term), 0);
    };
    const sorted = hits.toSorted((a, b) => score(b) - score(a) || b.revision - a.revision);
    expect(hits.map(({ slug }) => slug)).toEqual(sorted.map(({ slug }) => slug));
  });

  it('is complete unless there is more than is looked at, which are the newest', async () => {
    const all = await hitsBy(text, 'place');
    const many = all.hits.length;
    // One more is looked at, to know that there are more.
    const newest = all.hits.map(({ revision }) => revision).sort((a, b) => b - a);
    for (const [cap, complete] of [
      [many, true],
      [many - 1, false],
    ] as const) {
      const some = await hitsBy(text, 'place', cap);
      expect({ cap, complete: some.complete }).toEqual({ cap, complete });
      expect(some.hits.map(({ revision }) => revision).sort((a, b) => b - a)).toEqual(newest.slice(0, cap + 1));
    }
  });
});
