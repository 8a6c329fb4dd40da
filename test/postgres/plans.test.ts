import { drizzle } from 'drizzle-orm/node-postgres';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/store.js';
import { openRaw } from '../support/raw.js';
import { statementsOf } from '../support/statements.js';
import { addSyntheticEvents } from '../support/synthetic.js';
import { useService } from '../support/use-service.js';

const EVENTS = 6_000;
const t = useService({ seeds: true });
let past: number;

beforeAll(async () => {
  await addSyntheticEvents(t.service.store, EVENTS);
  past = (await t.db.head()) - EVENTS / 2;
}, 120_000);

interface PlanNode {
  'Node Type': string;
  'Index Name'?: string;
  Plans?: PlanNode[];
}

/** The nodes of the plan of the page that a request reads, the outermost first. */
async function pagePlan(path: string): Promise<PlanNode[]> {
  const statements = await statementsOf(t.service, drizzle.mock() as unknown as Db, async () => {
    expect((await t.http.get(path)).status).toBe(200);
  });
  const [page, ...others] = statements.filter(({ sql }) => sql.includes('"revisions"."doc"'));
  if (page === undefined || others.length > 0) throw new Error(`${path} reads ${others.length + 1} pages`);
  const raw = await openRaw(t.service.database.url);
  try {
    await raw.script(`set plan_cache_mode = force_custom_plan; prepare page as ${page.sql}`);
    const values = page.params.map((value) => (typeof value === 'number' ? value : `'${value}'`)).join(', ');
    const { rows } = await raw.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `explain (format json) execute page${values && `(${values})`}`,
    );
    return flatten(rows[0]?.['QUERY PLAN'][0].Plan);
  } finally {
    await raw.close();
  }
}

function flatten(node: PlanNode | undefined): PlanNode[] {
  return node === undefined ? [] : [node, ...(node.Plans ?? []).flatMap(flatten)];
}

/** Walks one index in the order of the sort and looks the rest up by key: nothing is scanned, hashed or sorted. */
async function expectWalk(path: string, index: RegExp): Promise<void> {
  const nodes = await pagePlan(path);
  const kinds = nodes.map((node) => node['Node Type']);
  expect({
    path,
    kinds: kinds.filter((kind) => !/^(?:Limit|Nested Loop|Index Scan|Index Only Scan)$/.test(kind)),
  }).toEqual({ path, kinds: [] });
  expect(nodes.find((node) => node['Index Name'] !== undefined)?.['Index Name']).toMatch(index);
}

/** A path with the cursor of its second page. */
async function further(path: string): Promise<string> {
  const page = `${path}${path.includes('?') ? '&' : '?'}limit=20`;
  return `${page}&cursor=${(await t.http.get(page)).body.page.next}`;
}

describe('the plan on PostgreSQL', () => {
  it.each([
    ['/v1/events', /^events_date$/],
    ['/v1/events?sort=date', /^events_date$/],
    ['/v1/events?sort=label', /^events_label$/],
    ['/v1/events?sort=-created', /^events_created$/],
    ['/v1/events?kind=signing', /^events_kind$/],
    ['/v1/events?actor=ukraine', /^links_target(?:_as_of)?$/],
    ['/v1/events?tag=tag-3', /^tags_tag(?:_as_of)?$/],
  ])('of %s walks its index', async (path, index) => {
    await expectWalk(path, index);
  });

  it.each([
    ['/v1/events', /^events_date/],
    ['/v1/events?sort=label', /^events_label/],
    ['/v1/events?sort=-created', /^events_created/],
    ['/v1/events?actor=ukraine', /^links_target/],
    ['/v1/events?tag=tag-3', /^tags_tag/],
  ])('of %s goes on where the page before ended', async (path, index) => {
    await expectWalk(await further(path), index);
  });

  it.each([
    ['/v1/events', /^events_date/],
    ['/v1/events?sort=label', /^events_label/],
    ['/v1/events?actor=ukraine', /^links_target/],
  ])('of %s walks its index as of the past', async (path, index) => {
    await expectWalk(`${path}${path.includes('?') ? '&' : '?'}asOf=${past}`, index);
  });
});
