import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/db/store.js';
import { countRecords, type ListQuery } from '../../src/journal/list.js';
import { events } from '../../src/resources/events/index.js';
import { planFilters } from '../../src/resources/operations/filter-plan.js';
import { DIGEST } from '../../src/sync/digest.js';
import { ANY } from '../support/client.js';
import { planOf, statementsOf } from '../support/statements.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
let past: number;
let database: Database.Database;

beforeAll(async () => {
  database = new Database(t.service.database.path, { readonly: true });
  past = await t.db.head();
  for (let n = 0; n < 30; n += 1) {
    const path = '/v1/events/us-ua-consultations-2025-01';
    expect((await t.http.patch(path, { notes: `Version ${n}` }, ANY)).status).toBe(200);
  }
});

afterAll(() => database.close());

/** The plan of the page that a request reads. */
async function pagePlan(path: string): Promise<string[]> {
  const statements = await statementsOf(t.service, drizzle(database) as unknown as Db, async () => {
    expect((await t.http.get(path)).status).toBe(200);
  });
  const pages = statements.filter(({ sql }) => sql.includes('"revisions"."doc"'));
  expect(pages).toHaveLength(1);
  return pages.flatMap((statement) => planOf(database, statement));
}

/** A plan walks an index in order and reads the rest by key: no table is scanned and nothing is sorted. */
function expectWalk(plan: string[], index: RegExp): void {
  expect(plan[0]).toMatch(index);
  for (const step of plan) {
    expect(step).not.toMatch(/TEMP B-TREE/);
    expect(step).not.toMatch(/^SCAN (?!\w+ USING (COVERING )?INDEX)/);
  }
  for (const step of plan.slice(1)) expect(step).toMatch(/^SEARCH/);
}

describe('plans of lists', () => {
  it.each([
    ['/v1/events', /INDEX events_date(?!_)/],
    ['/v1/events?sort=date', /INDEX events_date(?!_)/],
    ['/v1/events?sort=label', /INDEX events_label(?!_)/],
    ['/v1/events?sort=-created', /INDEX events_created(?!_)/],
    ['/v1/events?kind=signing', /INDEX events_kind \(kind=\?\)/],
    ['/v1/events?country=UA', /INDEX events_country \(country=\?\)/],
    ['/v1/actors', /INDEX actors_label(?!_)/],
    ['/v1/actors?kind=person', /INDEX actors_kind \(kind=\?\)/],
    ['/v1/agreements?status=signed', /INDEX agreements_(status|date)/],
    ['/v1/commitments?kind=financial', /INDEX commitments_(kind|date)/],
    ['/v1/disputes', /INDEX disputes_updated(?!_)/],
    ['/v1/sources', /INDEX sources_date(?!_)/],
    ['/v1/claims', /INDEX claims_date(?!_)/],
    ['/v1/areas', /INDEX areas_label(?!_)/],
    ['/v1/events?supported=none', /INDEX events_supported \(supported=\?\)/],
  ])('%s walks its index', async (path, index) => {
    expectWalk(await pagePlan(path), index);
  });

  it.each([
    ['/v1/events', /INDEX events_date_as_of/],
    ['/v1/events?sort=label', /INDEX events_label_as_of/],
    ['/v1/events?sort=created', /INDEX events_created_as_of/],
    ['/v1/actors', /INDEX actors_label_as_of/],
    ['/v1/events?actor=ukraine', /INDEX links_target_as_of \(target=\? AND subject_type=\?\)/],
  ])('%s walks its index as of the past', async (path, index) => {
    expectWalk(await pagePlan(`${path}${path.includes('?') ? '&' : '?'}asOf=${past}`), index);
  });

  it.each([
    [
      '/v1/events',
      /^SEARCH events USING COVERING INDEX events_date_as_of \(\(date_from,date_to,entity\)<\(\?,\?,\?\)\)$/,
    ],
    ['/v1/events?sort=date', /^SEARCH events USING COVERING INDEX events_date_as_of \(\(date_from,date_to,entity\)>/],
    ['/v1/events?sort=label', /^SEARCH events USING COVERING INDEX events_label_as_of \(\(label,entity\)>\(\?,\?\)\)$/],
    ['/v1/events?sort=-updated', /^SEARCH events USING INTEGER PRIMARY KEY \(rowid<\?\)$/],
    ['/v1/events?kind=signing', /^SEARCH events USING INDEX events_date_as_of \(\(date_from,date_to,entity\)</],
    [
      '/v1/events?actor=ukraine',
      /^SEARCH links USING INDEX links_target_as_of \(target=\? AND subject_type=\? AND \(date_from,date_to,subject\)</,
    ],
    ['/v1/actors', /^SEARCH actors USING COVERING INDEX actors_label_as_of \(\(label,entity\)>/],
  ])('%s begins its further pages where the last one ended', async (path, index) => {
    const query = `${path}${path.includes('?') ? '&' : '?'}limit=2`;
    const { body } = await t.http.get(query);
    expectWalk(await pagePlan(`${query}&cursor=${body.page.next}`), index);
  });

  it.each([
    ['/v1/events?actor=ukraine', /^SEARCH links USING INDEX links_target \(target=\? AND subject_type=\?\)$/],
    ['/v1/events?actor=ukraine&role=participant', /^SEARCH links USING INDEX links_target/],
    ['/v1/events?actor=ukraine&actor=united-states', /^SEARCH links USING INDEX links_target/],
    ['/v1/events?agreement=us-ua-2024&status=concluded', /^SEARCH links USING INDEX links_target/],
    ['/v1/agreements?party=ukraine', /^SEARCH links USING INDEX links_target/],
    ['/v1/commitments?promisor=germany&sort=date', /^SEARCH links USING INDEX links_target/],
    ['/v1/claims?attributedTo=unnamed-analysts', /^SEARCH links USING INDEX links_target/],
  ])('%s is driven by the edges of the record', async (path, index) => {
    expectWalk(await pagePlan(path), index);
  });

  it.each([
    ['kind=signing&status=concluded', /^SEARCH events USING COVERING INDEX events_(kind|status) \(\w+=\?\)$/],
    ['kind=signing&status=concluded&country=UA', /^SEARCH events USING COVERING INDEX events_\w+ \(\w+=\?\)$/],
    ['country=UA&from=2020', /^SEARCH events USING COVERING INDEX events_country \(country=\?\)$/],
  ])('events with %s are counted without a look at them', async (filter, index) => {
    const given = new Map(filter.split('&').map((part) => [part.split('=')[0] ?? '', [part.split('=')[1] ?? '']]));
    const list = { kind: events.kind, asOf: undefined, ...planFilters(events, given).resolve([]) };
    const query: ListQuery = { ...list, sort: 'date', direction: 'desc' };
    for (const cap of [undefined, 100]) {
      const statements = await statementsOf(t.service, drizzle(database) as unknown as Db, async () => {
        await countRecords(t.service.store, query, cap);
      });
      const plan = statements.flatMap((statement) => planOf(database, statement));
      expect(plan.filter((step) => / events /.test(step))).toEqual([expect.stringMatching(index)]);
      expect(plan.filter((step) => /revisions|TEMP/.test(step))).toEqual([]);
    }
  });

  it('reads one record by its key', async () => {
    const plan = await pagePlan('/v1/events/us-ua-consultations-2025-01');
    expect(plan[0]).toMatch(/^SEARCH entities USING INDEX entities_slug/);
    const document = ['CORRELATED SCALAR SUBQUERY 1', 'SEARCH revisions USING INTEGER PRIMARY KEY (rowid=?)'];
    // A slug may have been used before: the few records that ever had it are put in order.
    expect(plan.slice(1)).toEqual([...document, 'USE TEMP B-TREE FOR ORDER BY']);
    const { body } = await t.http.get('/v1/events/us-ua-consultations-2025-01');
    const byId = await pagePlan(`/v1/events/${body.id}`);
    expect(byId[0]).toMatch(/^SEARCH entities USING INDEX sqlite_autoindex_entities_1 \(id=\?\)/);
    const byExternalId = await pagePlan('/v1/actors/by/iso3166-1-alpha-2/UA');
    expect(byExternalId.slice(-2)).toEqual(document);
    expect(byExternalId.slice(0, -2).every((step) => step.startsWith('SEARCH'))).toBe(true);
  });

  it('reads history and links by their indexes', async () => {
    const statements = await statementsOf(t.service, drizzle(database) as unknown as Db, async () => {
      await t.http.get('/v1/events/us-ua-consultations-2025-01/history');
      await t.http.get('/v1/actors/ukraine/links');
    });
    const steps = statements.flatMap((statement) => planOf(database, statement));
    expect(steps).toContainEqual(
      expect.stringMatching(/^SEARCH revisions USING INDEX revisions_entity \(entity=\? AND/),
    );
    expect(steps).toContainEqual(expect.stringMatching(/^SEARCH links USING INDEX links_target/));
    expect(steps.filter((step) => step.startsWith('SCAN') && step !== 'SCAN head')).toEqual([]);
  });
});

describe('plans of the citations of a source', () => {
  const next = async (path: string): Promise<string> => (await t.http.get(path)).body.page.next;

  it.each([
    ['the present', '', /INDEX links_target \(target=\?\)/],
    ['a revision', 'asOf', /INDEX links_target_as_of \(target=\?\)/],
    ['a later page', 'cursor', /INDEX links_target_as_of \(target=\?/],
  ])('of %s walk the index of edges to it', async (_, name, index) => {
    const path = '/v1/sources/seed-article/citations?limit=5';
    const more = { '': '', asOf: `&asOf=${past}`, cursor: `&cursor=${await next(path)}` }[name];
    const statements = await statementsOf(t.service, drizzle(database) as unknown as Db, async () => {
      expect((await t.http.get(`${path}${more}`)).status).toBe(200);
    });
    const page = statements.filter(({ sql }) => sql.includes('from "links"'));
    expect(page).toHaveLength(1);
    expectWalk(
      page.flatMap((statement) => planOf(database, statement)),
      index,
    );
  });
});

describe('plans of provenance', () => {
  it.each([
    ['the present', '', 'links_target'],
    ['a revision', '?asOf=', 'links_target_as_of'],
  ])('of %s walk the index of edges to the record, and look the rest up', async (_, query, index) => {
    const more = query === '' ? '' : `${query}${past}`;
    const statements = await statementsOf(t.service, drizzle(database) as unknown as Db, async () => {
      expect((await t.http.get(`/v1/events/us-ua-consultations-2025-01/provenance${more}`)).status).toBe(200);
    });
    const plansOf = (kind: RegExp) =>
      statements.filter(({ sql }) => kind.test(sql)).map((statement) => planOf(database, statement));
    const about = plansOf(/order by "links"/);
    expect(about).toHaveLength(2);
    for (const plan of about) expectWalk(plan, new RegExp(`INDEX ${index} \\(target=\\? AND subject_type=\\?\\)`));
    const [fields = []] = plansOf(/select distinct/);
    expect(fields.length).toBeGreaterThan(2);
    for (const step of fields) expect(step).toMatch(/^(SEARCH|CORRELATED|USE TEMP B-TREE FOR DISTINCT)/);
  });

  it.each(['restsOn=retracted', 'restsOn=mixed', 'minReliability=C', 'restsOn=retracted&asOf='])(
    'of lists with %s find the sources by index and sort no more than what cites them',
    async (query) => {
      const plan = await pagePlan(`/v1/events?${query}${query.endsWith('=') ? past : ''}`);
      expect(
        plan.filter((step) => step.startsWith('SCAN') && !/^SCAN (events USING (COVERING )?INDEX|edges)/.test(step)),
      ).toEqual([]);
      expect(plan).toContainEqual(expect.stringMatching(/^SEARCH sources USING/));
    },
  );
});

describe('plans of the feed', () => {
  it.each([
    'since=0',
    'since=700&types=event',
    'since=700&types=event,actor&changeKind=content&op=put',
    'since=100&compact=true',
    'since=100&types=area&compact=true&limit=1',
    'since=0&types=event&kind=signing&actor=ukraine',
    'since=0&types=event&kind=signing&actor=ukraine&compact=true',
    'since=0&types=event&role=host&tag=unverified&from=2024',
    'since=0&types=actor&memberOf=g7&role=member&compact=true',
  ])('with %s walk the journal and read the rest by key', async (query) => {
    const statements = await statementsOf(t.service, drizzle(database) as unknown as Db, async () => {
      expect((await t.http.get(`/v1/changes?${query}`)).status).toBe(200);
    });
    const read = statements.filter(({ sql }) => !sql.includes('from "head"'));
    const [walks, others] = [true, false].map((isWalk) =>
      read.filter(({ sql }) => sql.includes('"caused_from"') === isWalk).map((each) => planOf(database, each)),
    );
    expect(walks).toHaveLength(1);
    expect(walks?.[0]?.[0]).toMatch(/^SEARCH revisions USING INTEGER PRIMARY KEY \(rowid>\? AND rowid<\?\)$/);
    const joined = query.includes('compact') ? ['SEARCH entities USING INDEX sqlite_autoindex_entities_1 (id=?)'] : [];
    expect(walks?.[0]?.slice(1, 2).filter((step) => step.includes('entities'))).toEqual(joined);
    const steps = [...(walks?.[0]?.slice(1) ?? []), ...(others ?? []).flat()];
    expect(steps.filter((step) => !/^(?:SEARCH |CORRELATED )/.test(step))).toEqual([]);
    for (const step of steps.filter((each) => /^SEARCH (?:earlier|revisions) /.test(each)))
      expect(step).toMatch(/INDEX revisions_entity \(entity=\? AND revision<\?\)|INTEGER PRIMARY KEY \(rowid=\?\)/);
    expect(statements.length).toBeLessThanOrEqual(12);
  });
});

describe('plans of digests', () => {
  it.each([
    ['the present', undefined],
    ['a past revision', 100],
  ])('of %s walk the ids', async (_, asOf) => {
    const { store } = t.service;
    const revision = asOf ?? (await t.db.head());
    const statements = await statementsOf(t.service, drizzle(database) as unknown as Db, () =>
      store.snapshot((reader) => DIGEST.run(reader, { revision, type: 'event', after: undefined, bucket: undefined })),
    );
    const plan = statements
      .filter(({ sql }) => sql.includes('from "entities"'))
      .flatMap((statement) => planOf(database, statement));
    expect(plan[0]).toMatch(
      /^SEARCH entities USING (?:COVERING )?INDEX sqlite_autoindex_entities_1 \(id>\? AND id<\?\)$/,
    );
    for (const step of plan.slice(1)) {
      expect(step).toMatch(
        /^CORRELATED |^SEARCH revisions USING INTEGER PRIMARY KEY \(rowid=\?\)|^SEARCH earlier USING COVERING INDEX revisions_entity \(entity=\? AND revision<\?\)/,
      );
    }
  });
});
