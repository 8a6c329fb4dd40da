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
  act: 'create' | 'create again' | 'replace' | 'remove' | 'merge';
  type: ModelType;
  /** Which live record of the type, and which others it refers to; taken modulo their number. */
  pick: number;
  refs: number[];
  flavour: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  act: fc.constantFrom('create', 'create again', 'create again', 'replace', 'replace', 'remove', 'merge', 'merge'),
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
  /** Records that were merged, by the one that each went on as then. */
  merged: Map<string, string>;
}

const DATES = ['2024', '2024-05-01', '2023-12/2024-02', '../2020', '2025-06~', '-0044-03-15'];

function bodyFor({ type, refs, flavour }: Step, { live, states }: Model): object {
  const of = (wanted: ModelType) => {
    const ids = [...live].filter(([, record]) => record.type === wanted).map(([id]) => id);
    return refs.flatMap((n) => ids[n % Math.max(ids.length, 1)] ?? []);
  };
  const [source] = of('source');
  const common = {
    tags: flavour % 2 === 0 ? ['even'] : [],
    citations: source === undefined ? [] : [{ source }],
    externalIds: flavour % 3 === 0 ? [{ scheme: 'step', value: String(states.length) }] : [],
    relations: of(type)
      .slice(1, 3)
      .map((target) => ({ kind: 'related', target })),
  };
  if (type === 'actor') return { kind: flavour > 2 ? 'state' : 'bloc', name: `Actor ${flavour}`, ...common };
  if (type === 'area') {
    const [broader] = of('area');
    return { label: `Area ${flavour}`, ...(broader !== undefined && { broader }), ...common };
  }
  if (type === 'source')
    return { title: `Source ${flavour}`, kind: flavour > 2 ? 'news' : 'agency', ...common, citations: [] };
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
      const made = await t.create(type, bodyFor(given, model));
      live.set(made.id, { type, doc: made.doc });
    } else if (given.act === 'replace') {
      const { changed, doc } = await t.replace(type, id, bodyFor(given, model));
      if (!changed) return expect(doc).toBe(live.get(id)?.doc);
      live.set(id, { type, doc });
    } else if (given.act === 'remove') {
      await t.remove(type, id);
      live.delete(id);
    } else {
      return await takeMerge(t, model, type, id, ofType[(given.pick + 1 + given.flavour) % ofType.length] ?? id);
    }
    states.push(new Map(live));
  } catch (error) {
    if (!(error instanceof Problem) || !['rule-violated', 'still-referenced'].includes(error.code)) throw error;
  }
}

/** Merges in the journal, and in the model by what is to be: nobody refers to the one, and all that did to the other. */
async function takeMerge(t: TestJournal, model: Model, type: ModelType, id: string, into: string): Promise<void> {
  const { live, states, merged } = model;
  if (id === into) return;
  const before = new Map(live);
  const first = states.length;
  const { doc, changed } = await t.merge(type, id, into);
  expect(saidBy(withoutCitations(doc))).toEqual(saidBy(survivorOf(before, id, into)));
  expect(changed).toBe(saidBy(doc) !== saidBy(before.get(into)?.doc ?? ''));
  if (changed) states.push(new Map(live.set(into, { type, doc })));
  const referrers = [...before].filter(([other, { doc: own }]) => other !== id && other !== into && own.includes(id));
  for (const [other, { type: ownType, doc: own }] of referrers.sort(([a], [b]) => (a < b ? -1 : 1))) {
    const rewritten = (await t.current(ownType, other)).doc ?? '';
    expect(saidBy(rewritten)).toEqual(saidBy(own.replaceAll(id, into)));
    states.push(new Map(live.set(other, { type: ownType, doc: rewritten })));
  }
  live.delete(id);
  states.push(new Map(live));
  merged.set(id, into);
  const last = states.length - 1;
  const { rows } = await t.query('select entity, op, caused_from from revisions where revision = ?', last);
  expect(rows).toEqual([{ entity: id, op: 'merge', caused_from: first === last ? null : first }]);
}

/** What a document says, without what each version has of its own; no list says anything twice. */
function saidBy(doc: string): string {
  const { version: _v, revision: _r, updatedAt: _u, ...said } = JSON.parse(doc);
  return JSON.stringify(said, (_key, value) =>
    Array.isArray(value) ? [...new Set(value.map((each) => JSON.stringify(each)))] : value,
  );
}

/** What the survivor is to say: what it said, then what the other said besides, its citations left aside. */
function survivorOf(before: Model['live'], id: string, into: string): string {
  const [own, other] = [into, id].map((each) => JSON.parse(before.get(each)?.doc ?? ''));
  const foreign = ({ target }: { target: string }) => target !== id && target !== into;
  const called = <T>(list: T[], others: T[], name: T, ownName: T): T[] => [
    ...list,
    ...[...others, name].filter((each) => JSON.stringify(each) !== JSON.stringify(ownName)),
  ];
  const alias = (value: string) => ({ value, kind: 'alias' });
  return JSON.stringify({
    ...own,
    ...(own.names && { names: called(own.names, other.names, alias(other.name), alias(own.name)) }),
    ...(own.altLabels && { altLabels: called(own.altLabels, other.altLabels, other.label, own.label) }),
    externalIds: [...own.externalIds, ...other.externalIds],
    relations: [...own.relations.filter(foreign), ...other.relations.filter(foreign)],
    tags: [...own.tags, ...other.tags],
    citations: [],
  });
}

function withoutCitations(doc: string): string {
  return JSON.stringify({ ...JSON.parse(doc), citations: [] });
}

async function everyRedirect(t: TestJournal, { merged }: Model): Promise<void> {
  for (const [id, into] of merged) {
    let last = into;
    while (merged.has(last)) last = merged.get(last) ?? '';
    expect((await t.current(id.split('_')[0] as ModelType, id)).mergedInto).toBe(last);
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
    const named = [...state.values()].flatMap(({ doc }) => doc.match(/[a-z]+_[0-9a-z]{26}/g) ?? []);
    expect(named.filter((id) => !state.has(id))).toEqual([]);
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
    const reached = { revisions: 0, deleted: 0, merged: 0, moved: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 25, maxLength: 50, size: 'max' }), async (steps) => {
        const t = await openTestJournal();
        try {
          const model: Model = { live: new Map(), states: [new Map()], merged: new Map() };
          for (const each of steps) await take(t, model, each);
          expect(await verify(t.store, kinds)).toEqual([]);
          await everyState(t, model);
          await everyCount(t, model);
          await everyRedirect(t, model);
          const before = await projections(t);
          await t.query('update entities set merged_into = null');
          await reindex(t.store, kinds);
          await everyRedirect(t, model);
          expect(await projections(t)).toEqual(before);
          expect(await verify(t.store, kinds)).toEqual([]);
          reached.revisions += model.states.length - 1;
          reached.deleted += (await t.query("select 1 from revisions where op = 'delete'")).rows.length;
          reached.merged += model.merged.size;
          reached.moved += (await t.query('select 1 from revisions where caused_from is not null')).rows.length;
        } finally {
          await t.close();
        }
      }),
      { numRuns: 50, endOnFailure: true },
    );
    expect(reached.revisions).toBeGreaterThan(500);
    expect(reached.deleted).toBeGreaterThan(20);
    expect(reached.merged).toBeGreaterThan(100);
    expect(reached.moved).toBeGreaterThan(50);
  });
});
