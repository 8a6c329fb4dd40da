import { beforeAll, describe, expect, it } from 'vitest';
import { type Hit, readHits, readNewestHits } from '../../src/db/hits.js';
import { readPlaced } from '../../src/insight/search.js';
import type { Document } from '../../src/journal/kind.js';
import { type Sought, seek } from '../../src/journal/search.js';
import { kinds } from '../../src/resources/index.js';
import { RESOURCE_TYPES } from '../../src/shared/ids.js';
import { standsIn } from '../support/terms.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
const ALL = 10_000;

beforeAll(async () => {
  // So that there are versions that no longer hold.
  for (const slug of ['ukraine', 'united-states'])
    await t.http.patch(`/v1/actors/${slug}`, { summary: 'Has changed.' }, { 'if-match': '*' });
});

const labelOf = ({ type, doc }: Hit) => kinds.get(type as never)?.label(JSON.parse(doc) as Document) ?? '';
const ids = (hits: readonly Hit[]) => hits.map(({ revision }) => revision);

async function soughtIn(text: string, asOf: number | undefined) {
  const sought = await seek(t.service.store, text, { types: RESOURCE_TYPES, asOf });
  if (sought.expression === undefined) throw new Error(text);
  const query = { expression: sought.expression, asOf };
  const all = await readHits(t.service.store, { ...query, cap: ALL, limit: ALL, order: { by: 'date' } });
  const fitting = all.hits.toSorted((a, b) => b.revision - a.revision);
  const labelled = fitting.filter((hit) => sought.typed.every((term) => standsIn(labelOf(hit), term)));
  return { sought, query, fitting, labelled };
}

function readLabelled({ labelled }: Sought, limit: number, asOf: number | undefined) {
  if (labelled === undefined) throw new Error('no terms');
  return readNewestHits(t.service.store, { expression: labelled, limit, asOf });
}

describe.each(['ukraine', 'security agree*', '"air defence"', 'zelensky', 'ukraine -united', 'poland'])(
  'of the records with %s',
  (text) => {
    it.each(['now', 'then'])('those with every term in their label are found, the newest first: %s', async (when) => {
      const asOf = when === 'now' ? undefined : (await t.db.head()) - 100;
      const { sought, labelled } = await soughtIn(text, asOf);
      expect(labelled.length).toBeGreaterThan(0);
      expect(ids(await readLabelled(sought, ALL, asOf))).toEqual(ids(labelled));
      expect(ids(await readLabelled(sought, 1, asOf))).toEqual(ids(labelled.slice(0, 1)));
    });

    it('these come first, and then the others by their places', async () => {
      const { sought, query, fitting, labelled } = await soughtIn(text, undefined);
      const all = await readPlaced(t.service.store, sought, { ...query, limit: 100 });
      const placed = { cap: ALL, limit: 100, order: { by: 'place', words: sought.typed } } as const;
      expect(ids(all.hits)).toEqual(ids((await readHits(t.service.store, { ...query, ...placed })).hits));
      expect(ids(all.hits).slice(0, labelled.length)).toEqual(ids(labelled).slice(0, 100));
      expect(all.complete).toBe(fitting.length <= 500 || labelled.length >= 100);
    });

    it('with enough of these no others are looked at, so that nothing is left out', async () => {
      const { sought, query, labelled } = await soughtIn(text, undefined);
      const { hits, complete } = await readPlaced(t.service.store, sought, { ...query, limit: 1 });
      expect({ ids: ids(hits), complete }).toEqual({ ids: ids(labelled.slice(0, 1)), complete: true });
    });
  },
);

it('only what there was then counts among the newest', async () => {
  const asOf = 300;
  const { query, fitting } = await soughtIn('ukraine', asOf);
  const cap = 5;
  expect(fitting.length).toBeGreaterThan(cap + 1);
  const { hits, complete } = await readHits(t.service.store, { ...query, cap, limit: ALL, order: { by: 'date' } });
  // One more is looked at, to know that there are more.
  expect({ ids: ids(hits).sort((a, b) => b - a), complete }).toEqual({
    ids: ids(fitting.slice(0, cap + 1)),
    complete: false,
  });
});

it('without a term there is nothing to look for in labels', async () => {
  const { sought, query } = await soughtIn('-ukraine', undefined);
  expect(sought.labelled).toBeUndefined();
  const { hits } = await readPlaced(t.service.store, sought, { ...query, limit: 3 });
  expect(hits).toHaveLength(3);
});
