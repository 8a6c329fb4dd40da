import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../src/resources/index.js';
import { ANY, type AnyJson, expectProblem } from '../support/client.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
const TYPES = resources.map(({ type }) => type);
const ID = new RegExp(`(?:${TYPES.join('|')})_[0-9a-z]{26}`, 'g');

/** Who points at whom, read off the documents of a moment and nothing else. */
interface World {
  revision: number;
  ids: string[];
  there: Set<string>;
  out: Map<string, Set<string>>;
  into: Map<string, Set<string>>;
}
const worlds: World[] = [];

async function worldAt(revision: number): Promise<World> {
  const world: World = { revision, ids: [], there: new Set(), out: new Map(), into: new Map() };
  for (const type of TYPES) {
    for (const { doc } of await t.db.stateAt(type, revision)) {
      world.ids.push(doc.id);
      world.there.add(doc.id);
      for (const target of JSON.stringify(doc).match(ID) ?? []) {
        if (target === doc.id) continue;
        world.out.set(doc.id, (world.out.get(doc.id) ?? new Set()).add(target));
        world.into.set(target, (world.into.get(target) ?? new Set()).add(doc.id));
      }
    }
  }
  return world;
}

const typeOf = (id: string) => id.slice(0, id.indexOf('_'));

function neighbours(world: World, id: string, direction: string, may: (id: string) => boolean): string[] {
  const out = direction === 'in' ? [] : [...(world.out.get(id) ?? [])];
  const into = direction === 'out' ? [] : [...(world.into.get(id) ?? [])];
  return [...new Set([...out, ...into])].filter(may);
}

function distances(world: World, starts: readonly string[], depth: number, direction: string, types?: string[]) {
  const may = (id: string) =>
    world.there.has(id) && (types === undefined || types.includes(typeOf(id)) || starts.includes(id));
  const found = new Map(starts.map((id) => [id, 0]));
  for (let distance = 1; distance <= depth; distance += 1)
    for (const [id, at] of [...found])
      if (at === distance - 1)
        for (const next of neighbours(world, id, direction, may)) if (!found.has(next)) found.set(next, distance);
  return found;
}

/** Every shortest path of at most six steps. */
function shortest(world: World, start: string, end: string, direction: string, types?: string[]): string[][] {
  const may = (id: string) =>
    world.there.has(id) && (types === undefined || types.includes(typeOf(id)) || [start, end].includes(id));
  let paths = [[start]];
  const seen = new Set([start]);
  for (let length = 0; length <= 6; length += 1) {
    const done = paths.filter((path) => path.at(-1) === end);
    if (done.length > 0) return done;
    const longer = paths.flatMap((path) =>
      neighbours(world, path.at(-1) ?? '', direction, may)
        .filter((id) => !seen.has(id))
        .map((id) => [...path, id]),
    );
    for (const path of longer) seen.add(path.at(-1) ?? '');
    if (longer.length > 100_000) throw new Error('too many paths for the naive search');
    paths = longer;
  }
  return [];
}

beforeAll(async () => {
  worlds.push(await worldAt(600), await worldAt(await t.db.head()));
  for (const { doc } of (await t.db.stateAt('event', await t.db.head())).slice(0, 20))
    expect((await t.http.patch(`/v1/events/${doc.id}`, { participants: [], areas: [] }, ANY)).status).toBe(200);
  worlds.push(await worldAt(await t.db.head()));
});

const get = async (query: Record<string, string | number | undefined>): Promise<AnyJson> => {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, `${value}`]]));
  const answer = await t.http.get(`/v1/graph?${new URLSearchParams(given)}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
};

const pick = (world: World) => fc.constantFrom(...world.ids);
const direction = fc.constantFrom(undefined, 'both', 'out', 'in');
const types = fc.option(fc.subarray(TYPES, { minLength: 1 }), { nil: undefined });
const anyWorld = () => fc.constantFrom(...worlds);
/** Not in reports of what failed: it is large. */
const hidden = (world: World) =>
  fc.constant(Object.assign(world, { [fc.toStringMethod]: () => `as of ${world.revision}` }));

/** Ten agreements, some of them never in force. */
async function partiesOf(): Promise<string[]> {
  const agreements = await t.db.stateAt('agreement', await t.db.head());
  const never = agreements.filter(({ doc }) => doc.parties.length > 0 && doc.milestones?.length > 0);
  return never.slice(0, 10).map(({ doc }) => doc.id);
}

describe('the neighbourhood', () => {
  it('holds what a search over the documents reaches, now and then', { timeout: 120_000 }, async () => {
    const given = anyWorld().chain((world) =>
      fc.record({
        world: hidden(world),
        of: fc.uniqueArray(pick(world), { minLength: 1, maxLength: 3 }),
        depth: fc.integer({ min: 1, max: 3 }),
        direction,
        types,
      }),
    );
    await fc.assert(
      fc.asyncProperty(given, async ({ world, of, depth, direction: way, types: only }) => {
        const graph = await get({
          ...{ of: of.join(), depth, direction: way, types: only?.join() },
          ...{ limit: 1000, asOf: world.revision },
        });
        const expected = distances(world, of, depth, way ?? 'both', only);
        const found = new Map(graph.nodes.map((node: AnyJson) => [node.id, node.depth]));
        if (!graph.truncated) expect(found).toEqual(expected);
        else expect([...found].every(([id, at]) => (expected.get(id as string) ?? 9) <= (at as number))).toBe(true);
        expect(found.size).toBe(graph.nodes.length);
        expect(graph.asOf).toBe(world.revision);
        const ids = graph.edges.map((edge: AnyJson) => edge.id);
        expect(new Set(ids).size).toBe(ids.length);
        for (const { source, target } of graph.edges) {
          expect(world.out.get(source)?.has(target)).toBe(true);
          expect(found.has(source) && found.has(target)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('says what each record is, and when an edge held', async () => {
    const graph = await get({ of: 'events/us-ua-consultations-2025-01', relation: 'participant' });
    expect(graph.nodes[0]).toMatchObject({ type: 'event', slug: 'us-ua-consultations-2025-01', depth: 0 });
    expect(graph.nodes.slice(1).map((node: AnyJson) => node.type)).toEqual(graph.edges.map(() => 'actor'));
    expect(new Set(graph.edges.map((edge: AnyJson) => edge.relation))).toEqual(new Set(['participant']));
    const whole = await get({ of: 'events/us-ua-consultations-2025-01' });
    expect(graph.edges).toEqual(whole.edges.filter((edge: AnyJson) => edge.relation === 'participant'));
    expect(whole.edges.length).toBeGreaterThan(graph.edges.length);
  });

  it('tells a period without bounds from one that never was', async () => {
    const { edges } = await get({ of: (await partiesOf()).join(), relation: 'party' });
    const validities = edges.map((edge: AnyJson) => edge.validity);
    expect(validities).toContain(null);
    expect(validities).toContainEqual({ earliest: expect.stringMatching(/^\d{4}-/), latest: null });
  });

  it('is empty around a record that did not exist then, or does no longer', async () => {
    expect((await t.http.post('/v1/actors', { slug: 'ghost', kind: 'person', name: 'Ghost' })).status).toBe(201);
    const empty = { nodes: [], edges: [], truncated: false };
    expect(await get({ of: 'actors/ghost', asOf: 600 })).toEqual({ ...empty, asOf: 600 });
    expect((await t.http.delete('/v1/actors/ghost', ANY)).status).toBe(204);
    expect(await get({ of: 'actors/ghost' })).toMatchObject(empty);
    expect(await get({ between: 'actors/ghost,actors/ukraine' })).toMatchObject({ ...empty, paths: [] });
  });

  it('stops at its limit, and says so', async () => {
    const graph = await get({ of: 'actors/ukraine', depth: 2, limit: 5 });
    expect(graph.nodes).toHaveLength(5);
    expect(graph.truncated).toBe(true);
    expect((await get({ of: 'actors/ukraine', depth: 1, limit: 1000 })).truncated).toBe(false);
  });
});

describe('paths', () => {
  it('are the shortest that there are, now and then', { timeout: 120_000 }, async () => {
    const given = anyWorld().chain((world) =>
      fc.record({ world: hidden(world), start: pick(world), end: pick(world), direction, types }),
    );
    await fc.assert(
      fc.asyncProperty(given, async ({ world, start, end, direction: way, types: only }) => {
        const graph = await get({
          ...{ between: `${start},${end}`, direction: way, types: only?.join(), asOf: world.revision },
        });
        const expected = new Set(shortest(world, start, end, way ?? 'both', only).map((path) => path.join()));
        const found = new Set<string>(graph.paths.map((path: string[]) => path.join()));
        expect([...found].filter((path) => !expected.has(path))).toEqual([]);
        expect(found.size).toBe(Math.min(10, expected.size));
        expect(graph.paths).toHaveLength(found.size);
        expect(graph.truncated).toBe(expected.size > 10);
        expect(new Set(graph.nodes.map((node: AnyJson) => node.id))).toEqual(new Set(graph.paths.flat()));
        for (const { source, target } of graph.edges) expect(world.out.get(source)?.has(target)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('join two states by what both took part in', async () => {
    const graph = await get({ between: 'actors/ukraine,actors/germany' });
    expect(graph.paths.length).toBeGreaterThan(0);
    expect(graph.nodes.filter((node: AnyJson) => node.depth === 0)).toMatchObject([{ slug: 'ukraine' }]);
  });

  it('are none between records that nothing joins', async () => {
    for (const slug of ['hermit', 'recluse']) {
      const body = { slug, kind: 'person', name: slug };
      expect((await t.http.post('/v1/actors', body)).status).toBe(201);
    }
    const graph = await get({ between: 'actors/hermit,actors/recluse' });
    expect(graph).toMatchObject({ nodes: [], edges: [], paths: [], truncated: false });
    const itself = await get({ between: 'actors/hermit,actors/hermit' });
    expect(itself).toMatchObject({ nodes: [{ slug: 'hermit', depth: 0 }], edges: [], paths: [[itself.nodes[0].id]] });
    expect((await get({ of: 'actors/hermit', depth: 3 })).nodes).toMatchObject([{ slug: 'hermit', depth: 0 }]);
  });
});

describe('a wrong query', () => {
  it.each([
    ['', 'of'],
    ['of=events/us-ua-consultations-2025-01&depth=9', 'depth'],
    ['of=events/us-ua-consultations-2025-01&depth=0', 'depth'],
    ['of=events/nothing', 'of'],
    ['of=ukraine,', 'of'],
    ['of=actors/ukraine&between=actors/ukraine,actors/germany', 'between'],
    ['between=actors/ukraine', 'between'],
    ['between=actors/ukraine,actors/germany,actors/poland', 'between'],
    ['between=actors/ukraine,actors/germany&depth=2', 'depth'],
    ['between=actors/ukraine,actors/germany&limit=2', 'limit'],
    ['of=actors/ukraine&limit=1001', 'limit'],
    ['of=actors/ukraine&direction=up', 'direction'],
    ['of=actors/ukraine&relation=friend', 'relation'],
    ['of=actors/ukraine&types=person', 'types'],
    ['of=actors/ukraine&colour=red', 'colour'],
  ])('%s is refused and names %s', async (query, name) => {
    const answer = await t.http.get(`/v1/graph?${query}`);
    const code = name === 'colour' ? 'unknown-parameter' : 'invalid-parameter';
    expect(expectProblem(answer, code).errors[0]).toMatchObject({ parameter: name });
  });
});
