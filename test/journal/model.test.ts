import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countRecords, type ListQuery, readPage } from '../../src/journal/list.js';
import { findAsOf } from '../../src/journal/read.js';
import { reindex, verify } from '../../src/journal/rebuild.js';
import { readRollup } from '../../src/journal/rollups.js';
import { Problem } from '../../src/problems.js';
import { kinds } from '../../src/resources/index.js';
import type { ResourceType } from '../../src/shared/ids.js';
import { openTestJournal, type TestJournal } from './journal.js';

const TYPES = ['actor', 'area', 'event', 'source', 'commitment'] as const;
type ModelType = (typeof TYPES)[number];

interface Step {
  act: 'create' | 'create again' | 'replace' | 'remove';
  type: ModelType;
  /** Which live record of the type, and which others it refers to; taken modulo their number. */
  pick: number;
  refs: number[];
  flavour: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  act: fc.constantFrom('create', 'create again', 'replace', 'replace', 'remove'),
  type: fc.constantFrom(...TYPES),
  pick: fc.nat(1000),
  refs: fc.array(fc.nat(1000), { maxLength: 4 }),
  flavour: fc.nat(5),
});

/** What the journal should hold. */
interface Model {
  live: Map<string, { type: ModelType; doc: string }>;
  /** Live documents by id after each revision; place 0 is before the first. */
  states: Map<string, { type: ModelType; doc: string }>[];
}

const DATES = ['2024', '2024-05-01', '2023-12/2024-02', '../2020', '2025-06~', '-0044-03-15'];

function bodyFor({ type, refs, flavour }: Step, live: Model['live']): object {
  const of = (wanted: ModelType) => {
    const ids = [...live].filter(([, record]) => record.type === wanted).map(([id]) => id);
    return refs.flatMap((n) => ids[n % Math.max(ids.length, 1)] ?? []);
  };
  const [source] = of('source');
  const common = {
    tags: flavour % 2 === 0 ? ['even'] : [],
    citations: source === undefined ? [] : [{ source }],
  };
  if (type === 'actor') return { kind: flavour > 2 ? 'state' : 'bloc', name: `Actor ${flavour}`, ...common };
  if (type === 'area') {
    const [broader] = of('area');
    return { label: `Area ${flavour}`, ...(broader !== undefined && { broader }), ...common };
  }
  if (type === 'source')
    return { title: `Source ${flavour}`, kind: flavour > 2 ? 'news' : 'agency', tags: common.tags };
  const actors = of('actor');
  if (type === 'commitment') {
    return { statement: `Promise ${flavour}`, kind: 'training', promisors: actors, beneficiaries: actors, ...common };
  }
  return {
    ...{ kind: flavour > 2 ? 'call' : 'visit', title: `Event ${flavour}`, date: DATES[flavour], ...common },
    status: flavour > 3 ? 'concluded' : 'announced',
    participants: actors.map((actor, n) => ({ actor, role: n % 2 === 0 ? 'host' : 'guest' })),
    areas: of('area'),
  };
}

/** Takes a step in the journal and in the model; a refusal changes neither. */
async function take(t: TestJournal, model: Model, given: Step): Promise<void> {
  const { live, states } = model;
  const ofType = [...live].filter(([, { type }]) => type === given.type).map(([id]) => id);
  const id = ofType[given.pick % Math.max(ofType.length, 1)];
  const { type } = given;
  try {
    if (given.act.startsWith('create') || id === undefined) {
      const made = await t.create(type, bodyFor(given, live));
      live.set(made.id, { type, doc: made.doc });
    } else if (given.act === 'replace') {
      const { changed, doc } = await t.replace(type, id, bodyFor(given, live));
      if (!changed) return expect(doc).toBe(live.get(id)?.doc);
      live.set(id, { type, doc });
    } else {
      await t.remove(type, id);
      live.delete(id);
    }
    states.push(new Map(live));
  } catch (error) {
    if (!(error instanceof Problem) || !['rule-violated', 'still-referenced'].includes(error.code)) throw error;
  }
}

const listOf = (t: TestJournal, type: ResourceType, asOf?: number): ListQuery => ({
  ...{ kind: t.kind(type), asOf, conditions: [], edges: [], sort: 'created', direction: 'asc' },
});

async function everyState(t: TestJournal, { states }: Model): Promise<void> {
  for (const [revision, state] of states.entries()) {
    for (const type of TYPES) {
      const docs = [...state.values()].filter((record) => record.type === type).map(({ doc }) => doc);
      const { docs: listed } = await readPage(t.store, listOf(t, type, revision), 200);
      expect(listed.toSorted()).toEqual(docs.toSorted());
      expect(await countRecords(t.store, listOf(t, type, revision))).toBe(docs.length);
    }
    for (const [id, { type, doc }] of state) {
      expect((await findAsOf(t.store, t.kind(type), id, revision))?.doc).toBe(doc);
    }
  }
}

async function everyCount(t: TestJournal, { live }: Model): Promise<void> {
  const actors = [...live.keys()].filter((id) => id.startsWith('actor_'));
  for (const type of TYPES) {
    const edges = actors.map((target) => [{ target, relation: undefined, roles: [] }]);
    const byKind = ['call', 'visit', 'state', 'bloc', 'news', 'agency', 'training'].map((value) => ({
      shape: 'kind',
      values: [value],
      cell: { dimension: 'kind', value },
      build: (_t: unknown, record: unknown, _when: unknown, [value]: unknown[]) =>
        sql`${(record as { kind: unknown }).kind} = ${value}`,
    }));
    const both = (edge: unknown, condition: unknown) => ({ ...listOf(t, type), edges: edge, conditions: [condition] });
    const queries = [
      listOf(t, type),
      ...edges.map((edge) => ({ ...listOf(t, type), edges: edge })),
      ...(type === 'area' ? [] : byKind.map((condition) => ({ ...listOf(t, type), conditions: [condition] }))),
      ...(type === 'area' ? [] : edges.map((edge, n) => both(edge, byKind[n % byKind.length]))),
    ] as ListQuery[];
    for (const query of queries) expect(await readRollup(t.store, query)).toBe(await countRecords(t.store, query));
  }
}

const PROJECTIONS = [
  ...[...kinds.values()].map(({ collection }) => [collection, 'revision'] as const),
  ...['links', 'milestones', 'names', 'external_ids', 'tags'].map((name) => [name, 'revision, position'] as const),
  ['rollups', 'type, dimension, value'] as const,
];

/** Every row of every projection; roll-up cells that have come down to nothing count as absent. */
async function projections(t: TestJournal): Promise<Record<string, unknown[]>> {
  const dump: Record<string, unknown[]> = {};
  for (const [table, order] of PROJECTIONS) {
    const where = table === 'rollups' ? 'where count <> 0' : '';
    dump[table] = (await t.query(`select * from ${table} ${where} order by ${order}`)).rows;
  }
  return dump;
}

describe('random histories', () => {
  it('leave projections that equal a rebuild, and every past state readable as it was', {
    timeout: 240_000,
  }, async () => {
    const reached = { revisions: 0, deleted: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 35, size: 'max' }), async (steps) => {
        const t = await openTestJournal();
        try {
          const model: Model = { live: new Map(), states: [new Map()] };
          for (const each of steps) await take(t, model, each);
          expect(await verify(t.store, kinds)).toEqual([]);
          await everyState(t, model);
          await everyCount(t, model);
          const before = await projections(t);
          await reindex(t.store, kinds);
          expect(await projections(t)).toEqual(before);
          expect(await verify(t.store, kinds)).toEqual([]);
          reached.revisions += model.states.length - 1;
          reached.deleted += (await t.query("select 1 from revisions where op = 'delete'")).rows.length;
        } finally {
          await t.close();
        }
      }),
      { numRuns: 50, endOnFailure: true },
    );
    expect(reached.revisions).toBeGreaterThan(500);
    expect(reached.deleted).toBeGreaterThan(20);
  });
});
