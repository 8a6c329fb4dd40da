import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { resources } from '../../src/resources/index.js';
import { edtfBounds, NO_EARLIEST, NO_LATEST } from '../../src/shared/edtf.js';
import { ANY, type AnyJson } from '../support/client.js';
import { counts, type NaiveEdge, type NaiveFilter, naiveAround, naivePaths, stepsOf } from '../support/naive-graph.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
const TYPES = resources.map(({ type }) => type);

/** All there was at a revision. */
interface World {
  revision: number;
  ids: string[];
  edges: NaiveEdge[];
}
const worlds: World[] = [];

interface Row {
  revision: number;
  position: number;
  subject: string;
  target: string;
  relation: string;
  role: string | null;
  valid_from: number | null;
  valid_to: number | null;
  certain_from: number | null;
  certain_to: number | null;
}

function naive(row: Row): NaiveEdge {
  const { relation, role, subject: source, target, certain_from: certainFrom, certain_to: certainTo } = row;
  const held = certainFrom !== null && certainTo !== null;
  return {
    ...{ id: `${row.revision}.${row.position}`, source, target, relation, role },
    may: held ? [row.valid_from ?? NO_EARLIEST, row.valid_to ?? NO_LATEST] : undefined,
    must: held ? [certainFrom, certainTo] : undefined,
  };
}

async function worldAt(revision: number): Promise<World> {
  const ids: string[] = [];
  for (const type of TYPES) for (const { doc } of await t.db.stateAt(type, revision)) ids.push(doc.id);
  const there = new Set(ids);
  const { rows } = await t.db.query<Row>(
    'select * from links where revision <= ? and (until is null or until > ?) order by revision, position',
    revision,
    revision,
  );
  // Records that are written together point at each other before all of them are there.
  const edges = rows.filter(({ subject, target }) => there.has(subject) && there.has(target)).map(naive);
  return { revision, ids, edges };
}

const CHANGES: [path: string, patch: object][] = [
  ['events/us-ua-consultations-2025-01', { date: '2025-02/..', slug: 'consultations', areas: ['air-defence'] }],
  ['actors/antony-blinken', { name: 'A. Blinken', terms: [] }],
  ['areas/air-defence', { broader: null }],
  ['events/g7-apulia-summit-2024', { participants: [], relations: [] }],
];

beforeAll(async () => {
  const seeded = await t.db.head();
  // The seeds are one transaction: all revisions but its last are within it.
  const revisions = [1, 40, 150, 300, 500, seeded - 1, seeded];
  for (const [path, patch] of CHANGES) {
    const { status, text } = await t.http.patch(`/v1/${path}`, patch, ANY);
    expect({ path, status, text: status === 200 ? '' : text }).toEqual({ path, status: 200, text: '' });
    revisions.push(await t.db.head());
  }
  for (const revision of revisions) worlds.push(await worldAt(revision));
});

const some = (...values: string[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
const day = fc.constantFrom('2014', '2023', '2024-01', '2024-06-13', '2025-01', '2020/2024-03', '2024-07~', '../2024');
const direction = fc.constantFrom('out', 'in', 'both');
const types = some(...TYPES);
const role = some('host', 'participant', 'signatory', 'party', 'member');
const held = { from: day, to: day, match: fc.constantFrom('possible', 'certain') };
const relation = some('participant', 'on-behalf-of', 'area', 'cites', 'party', 'member-of', 'term-in', 'about');

/** None, a few, or any number: with many there is not much left to walk along. */
const filters = fc.oneof(
  fc.constant({}),
  fc.record({ direction, types }, { requiredKeys: [] }),
  fc.record(held, { requiredKeys: [] }),
  fc.record(
    { relation: some('party', 'member-of', 'term-in', 'participant'), ...held },
    { requiredKeys: ['relation'] },
  ),
  fc.record({ role, direction }, { requiredKeys: ['role'] }),
  fc.record({ direction, relation, role, types, ...held }, { requiredKeys: [] }),
);

type Given = Partial<Record<'direction' | 'match' | 'from' | 'to', string>> &
  Partial<Record<'relation' | 'role' | 'types', string[]>>;

/** The filter for the naive walk; undefined when the range is one that the service refuses. */
function naiveFilter({ direction: way, relation: relations, role: roles, types: only, ...range }: Given) {
  const filter: NaiveFilter = { direction: way ?? 'both', relations, roles, types: only };
  if (range.from === undefined && range.to === undefined) return filter;
  const first = (range.from === undefined ? null : edtfBounds(range.from).earliest) ?? NO_EARLIEST;
  const last = (range.to === undefined ? null : edtfBounds(range.to).latest) ?? NO_LATEST;
  return first > last ? undefined : { ...filter, held: { match: range.match ?? 'possible', first, last } };
}

async function ask(given: Given, more: Record<string, string | number>): Promise<AnyJson> {
  const all = Object.entries({ ...more, ...given }).map(([name, value]) => [name, String(value)]);
  const path = `/v1/graph?${new URLSearchParams(all)}`;
  const { status, text, body } = await t.http.get(path);
  expect({ path, status, text: status === 200 ? '' : text }).toEqual({ path, status: 200, text: '' });
  return body;
}

/** Not in reports of what failed: it is large. */
const hidden = (world: World) =>
  fc.constant(Object.assign(world, { [fc.toStringMethod]: () => `as of ${world.revision}` }));
const anyWorld = () => fc.constantFrom(...worlds);
const idOf = ({ ids }: World) => fc.constantFrom(...ids);
const idsOf = (edges: readonly { id: string }[]) => edges.map(({ id }) => id).sort();

it('neighbourhoods are those of a naive walk over all edges that fit', { timeout: 120_000 }, async () => {
  let [whole, narrowed] = [0, 0];
  const cases = anyWorld().chain((world) =>
    fc.record({
      world: hidden(world),
      of: fc.uniqueArray(idOf(world), { minLength: 1, maxLength: 3 }),
      depth: fc.integer({ min: 1, max: 3 }),
      given: filters,
    }),
  );
  const property = fc.asyncProperty(cases, async ({ world, of, depth, given }) => {
    const filter = naiveFilter(given);
    fc.pre(filter !== undefined);
    const graph = await ask(given, { of: of.join(), depth, limit: 1000, asOf: world.revision });
    const expected = naiveAround(stepsOf(world.edges, filter as NaiveFilter, of), of, depth);
    expect(graph.truncated).toBe(false);
    expect(new Map(graph.nodes.map((node: AnyJson) => [node.id, node.depth]))).toEqual(expected.depths);
    expect(idsOf(graph.edges)).toEqual([...expected.edges].sort());
    whole += 1;
    if (filter?.held && graph.edges.length > 0) narrowed += 1;
  });
  await fc.assert(property, { numRuns: 200 });
  expect({ whole, narrowed: narrowed > 20 }).toEqual({ whole: 200, narrowed: true });
});

it('paths are the shortest ones of a naive search over all edges that fit', { timeout: 120_000 }, async () => {
  const lengths = new Map<number, number>();
  const cases = anyWorld().chain((world) =>
    fc.record({ world: hidden(world), start: idOf(world), end: idOf(world), given: filters }),
  );
  const property = fc.asyncProperty(cases, async ({ world, start, end, given }) => {
    const filter = naiveFilter(given) as NaiveFilter;
    fc.pre(filter !== undefined);
    const graph = await ask(given, { between: `${start},${end}`, asOf: world.revision });
    const expected = naivePaths(stepsOf(world.edges, filter, [start, end]), start, end);
    const found: string[] = graph.paths.map((path: string[]) => path.join());
    const all = new Set(expected.map((path) => path.join()));
    expect({ count: new Set(found).size, stray: found.filter((path) => !all.has(path)) }).toEqual({
      ...{ count: Math.min(10, all.size), stray: [] },
    });
    expect([found.length, graph.truncated]).toEqual([Math.min(10, all.size), all.size > 10]);
    const along = new Set(graph.paths.flatMap((path: string[]) => path.slice(1).map((id, at) => `${path[at]} ${id}`)));
    const edges = world.edges.filter(
      (edge) =>
        counts(edge, filter) &&
        ((filter.direction !== 'in' && along.has(`${edge.source} ${edge.target}`)) ||
          (filter.direction !== 'out' && along.has(`${edge.target} ${edge.source}`))),
    );
    expect(idsOf(graph.edges)).toEqual(idsOf(edges));
    const length = (expected[0]?.length ?? 0) - 1;
    lengths.set(length, (lengths.get(length) ?? 0) + 1);
  });
  await fc.assert(property, { numRuns: 200 });
  for (const length of [-1, 2, 3, 4]) expect(lengths.get(length) ?? 0, String(length)).toBeGreaterThan(2);
});
