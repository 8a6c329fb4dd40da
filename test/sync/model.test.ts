import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ANY, type AnyJson, type Client, client } from '../support/client.js';
import { useService } from '../support/use-service.js';
import { sorted } from './following.js';
import {
  type Follower,
  feedFollower,
  type Random,
  randomFrom,
  snapshotFollower,
  streamFollower,
  versionsOf,
} from './model-followers.js';
import { closeConnections, startSecondService } from './second-service.js';

/** Random histories; `SYNC_HISTORIES` takes more. */
const HISTORIES = Number(process.env.SYNC_HISTORIES ?? (inject('engine') === 'sqlite' ? 500 : 60));
const MANY_RECORDS = 25;

const t = useService({});
let second: { url: string; stop(): Promise<void> };
/** One client for each of the two services on the database. */
let clients: Client[] = [];

beforeAll(async () => {
  second = await startSecondService(t.service);
  clients = [t.http, client({ url: second.url, key: t.service.key })];
});
afterAll(async () => {
  clients[1]?.close();
  await second.stop();
  closeConnections(t.service.app);
});

interface Step {
  does: 'create' | 'update' | 'delete' | 'merge';
  /** Which of the records there are, and which other one of its type it is merged into or refers to. */
  pick: number;
  other: number;
  /** What it then says; the same again makes no change. */
  variant: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  does: fc.constantFrom('create', 'create', 'update', 'update', 'update', 'delete', 'merge', 'merge'),
  pick: fc.nat(1_000),
  other: fc.nat(1_000),
  variant: fc.nat(3),
});
const history = fc.record({
  writers: fc.array(fc.array(step, { minLength: 1, maxLength: 7 }), { minLength: 1, maxLength: 3 }),
  seed: fc.integer(),
});

const BODIES = {
  areas: (variant: number) => ({ label: `Area ${variant}`, definition: `Says ${variant}` }),
  actors: (variant: number) => ({ name: `Actor ${variant}`, kind: variant % 2 === 0 ? 'state' : 'person' }),
  sources: (variant: number) => ({ title: `Source ${variant}`, kind: 'news' }),
} as const;
const COLLECTIONS = Object.keys(BODIES) as (keyof typeof BODIES)[];

/** Paths of the records there may be; writers share them, so that they get into one another's way. */
const paths: string[] = [];

const idOf = (path: string) => path.split('/')[3] ?? '';

async function write(http: Client, { does, pick, other, variant }: Step): Promise<void> {
  const path = paths[pick % Math.max(paths.length, 1)];
  const target = idOf(paths[other % Math.max(paths.length, 1)] ?? '');
  if (path === undefined || (does === 'create' && paths.length < MANY_RECORDS)) {
    const collection = COLLECTIONS[pick % COLLECTIONS.length] ?? 'areas';
    // Of every other record: by the time that it is written, it may have been deleted, or merged into another.
    const relations = target === '' || variant % 2 === 0 ? [] : [{ kind: 'related', target }];
    const { status, body } = await http.post(`/v1/${collection}`, { ...BODIES[collection](variant), relations });
    expect([201, 422]).toContain(status);
    if (status === 201) paths.push(`/v1/${collection}/${body.id}`);
    return;
  }
  const collection = path.split('/')[2] as (typeof COLLECTIONS)[number];
  if (does === 'update') {
    // Another writer may have deleted or merged it.
    expect([200, 410]).toContain((await http.patch(path, BODIES[collection](variant), ANY)).status);
    return;
  }
  const { status } = await (does === 'delete' ? http.delete(path, ANY) : merge(http, path, other));
  expect([200, 204, 409, 410, 422]).toContain(status);
  if ([200, 204].includes(status) && paths.includes(path)) paths.splice(paths.indexOf(path), 1);
}

/** Merges a record into another of its type; into itself, where it is the only one, is refused. */
function merge(http: Client, path: string, other: number) {
  const alike = paths.filter((each) => each.split('/')[2] === path.split('/')[2]);
  return http.post(`${path}/merge`, { into: idOf(alike[other % Math.max(alike.length, 1)] ?? path) }, ANY);
}

/** All live records, by the lists. */
async function listed(): Promise<Map<string, AnyJson>> {
  const lists = await Promise.all(COLLECTIONS.map((collection) => t.http.walk(`/v1/${collection}?limit=200`)));
  return new Map(lists.flatMap(({ data }) => data).map((record) => [record.id, record]));
}

function followers(url: string, copy: Map<string, AnyJson>, begun: number, random: Random): Follower[] {
  const base = { url, copy, begun, random };
  const states = new Map([...copy].filter(([, { kind }]) => kind === 'state'));
  const persons = new Map([...copy].filter(([, { kind }]) => kind === 'person'));
  return [
    feedFollower('pages', base, { query: '', killOneIn: 4 }),
    feedFollower('long polls', base, { query: '', waits: true, killOneIn: 3 }),
    streamFollower(base),
    snapshotFollower(base),
    feedFollower('compact', base, { query: '&compact=true', killOneIn: 4 }),
    feedFollower('states', { ...base, copy: states }, { query: '&types=actor&kind=state', killOneIn: 4 }),
    feedFollower(
      'persons, compact',
      { ...base, copy: persons },
      { query: '&types=actor&kind=person&compact=true', waits: true, killOneIn: 4 },
    ),
  ];
}

/** Ids and versions of the records at each revision of a history, from the journal. */
async function statesOf(begin: Map<string, AnyJson>, begun: number): Promise<Map<number, string>> {
  const { rows } = await t.db.query<{ revision: number; entity: string; version: number; op: string }>(
    'select revision, entity, version, op from revisions where revision > ? order by revision',
    begun,
  );
  const records = new Map<string, AnyJson>(begin);
  const states = new Map([[begun, versionsOf(records)]]);
  for (const { revision, entity, version, op } of rows) {
    if (op === 'put') records.set(entity, { id: entity, version });
    else records.delete(entity);
    states.set(revision, versionsOf(records));
  }
  return states;
}

const range = (after: number, last: number) => Array.from({ length: last - after }, (_, index) => after + 1 + index);

let kills = 0;
let changes = 0;
let merges = 0;

async function play({ writers, seed }: { writers: Step[][]; seed: number }): Promise<void> {
  const random = randomFrom(seed);
  const begun = await t.db.head();
  const begin = await listed();
  let last: number | undefined;
  const all = followers(random(2) === 0 ? t.service.url : second.url, begin, begun, random);
  const following = all.map((each) => each.run(() => last));
  const writing = writers.map(async (steps, index) => {
    for (const each of steps) await write(clients[index % 2] as Client, each);
  });
  await Promise.all(writing);
  last = await t.db.head();
  for (const each of all) each.cut();
  await Promise.all(following);

  const end = await listed();
  const states = await statesOf(begin, begun);
  for (const { name, copy, begun: from, applied, states: seen, kills: killed } of all) {
    kills += killed;
    const kind = { states: 'state', 'persons, compact': 'person' }[name];
    const expected = [...end.values()].filter((record) => kind === undefined || record.kind === kind);
    expect({ name, copy: sorted(copy) }).toEqual({ name, copy: sorted(expected) });
    expect({ name, applied }).toEqual({ name, applied: [...new Set(applied)].sort((a, b) => a - b) });
    if (kind !== undefined) continue;
    if (name !== 'compact') expect({ name, applied }).toEqual({ name, applied: range(from, last) });
    for (const { revision, versions } of seen)
      expect({ name, revision, versions }).toEqual({ name, revision, versions: states.get(revision) });
  }
  changes += last - begun;
  const { rows } = await t.db.query("select entity from revisions where op = 'merge' and revision > ?", begun);
  merges += rows.length;
}

describe('followers that are killed again and again, while several write to two services on one database', () => {
  it('each end equal to what is known, with every revision applied once and in order', {
    timeout: 900_000,
  }, async () => {
    await fc.assert(fc.asyncProperty(history, play), { numRuns: HISTORIES, endOnFailure: true });
    console.log(
      `${inject('engine')}: ${HISTORIES} histories, ${changes} changes with ${merges} merges, followers were killed ${kills} times`,
    );
    expect(kills).toBeGreaterThan(HISTORIES);
    expect(changes).toBeGreaterThan(HISTORIES);
    expect(merges).toBeGreaterThan(HISTORIES / 5);
  });
});
