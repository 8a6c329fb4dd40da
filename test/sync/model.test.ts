import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type AnyJson, type Client, client } from '../support/client.js';
import { localTargets } from '../support/targets.js';
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
import { type ModelMirror, mirrorFollower, startMirror } from './model-mirror.js';
import { Desk, type Doing, doings, listed } from './model-steps.js';
import { type Hooked, webhookFollower } from './model-webhook.js';
import { startReceiver } from './receiver.js';
import { closeConnections, startSecondService } from './second-service.js';

/** Random histories; `SYNC_HISTORIES` takes more. */
const HISTORIES = Number(process.env.SYNC_HISTORIES ?? (inject('engine') === 'sqlite' ? 500 : 60));
/** For one history on a machine that has other things to do. */
const PATIENCE_MS = 2_000;
/** After so many histories another mirror begins, with a snapshot. */
const MIRRORED = 20;

const t = useService({ targets: localTargets() });
let second: { url: string; stop(): Promise<void> };
/** One client for each of the two services on the database. */
let clients: Client[] = [];
let hooked: Hooked;
let mirror: ModelMirror | undefined;

beforeAll(async () => {
  second = await startSecondService(t.service);
  clients = [t.http, client({ url: second.url, key: t.service.key })];
  const receiver = await startReceiver();
  hooked = { http: t.http, service: t.service, receiver, tally: { again: 0, troubles: 0 } };
});
afterAll(async () => {
  clients[1]?.close();
  await mirror?.stop();
  await hooked.receiver.stop();
  await second.stop();
  closeConnections(t.service.app);
});

const history = fc.record({
  writers: fc.array(doings, { minLength: 1, maxLength: 3 }),
  seed: fc.integer(),
});

const desk = new Desk();

function followers(url: string, copy: Map<string, AnyJson>, begun: number, random: Random): Follower[] {
  const base = { url, copy, begun, random };
  const states = new Map([...copy].filter(([, { kind }]) => kind === 'state'));
  const persons = new Map([...copy].filter(([, { kind }]) => kind === 'person'));
  return [
    webhookFollower(base, hooked),
    mirrorFollower(base, mirror as ModelMirror, t),
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

/** Ids and versions of the records at the end of each transaction of a history, from the journal. */
async function statesOf(begin: Map<string, AnyJson>, begun: number): Promise<Map<number, string>> {
  const { rows } = await t.db.query<{ revision: number; entity: string; version: number; op: string; request: string }>(
    'select revision, entity, version, op, request_id as request from revisions where revision > ? order by revision',
    begun,
  );
  const records = new Map<string, AnyJson>(begin);
  const states = new Map([[begun, versionsOf(records)]]);
  for (const [index, { revision, entity, version, op, request }] of rows.entries()) {
    if (op === 'put') records.set(entity, { id: entity, version });
    else records.delete(entity);
    // Each request is one transaction.
    if (rows[index + 1]?.request !== request) states.set(revision, versionsOf(records));
  }
  return states;
}

const range = (after: number, last: number) => Array.from({ length: last - after }, (_, index) => after + 1 + index);
const KINDS: Readonly<Record<string, string>> = { states: 'state', 'persons, compact': 'person' };
const COMPACT = 'compact';

const played = { histories: 0, changes: 0, transactions: 0, merges: 0 };
/** By follower: histories that it took part in, and how often it was killed. */
const tallies = new Map<string, { histories: number; kills: number }>();

async function play({ writers, seed }: { writers: Doing[][]; seed: number }): Promise<void> {
  const random = randomFrom(seed);
  if (played.histories % MIRRORED === 0) {
    await mirror?.stop();
    mirror = await startMirror(t.service.key);
  }
  const begun = await t.db.head();
  const begin = await listed(t.http);
  let last: number | undefined;
  const all = followers(random(2) === 0 ? t.service.url : second.url, begin, begun, random);
  const following = all.map((each) => each.run(() => last));
  const writing = writers.map(async (each, index) => {
    for (const doing of each) await desk.does(clients[index % 2] as Client, doing);
  });
  await Promise.all(writing);
  last = await t.db.head();
  for (const each of all) each.cut();
  await Promise.all(following);

  const end = await listed(t.http);
  const states = await statesOf(begin, begun);
  for (const revision of desk.ends.splice(0)) expect([revision, states.has(revision)]).toEqual([revision, true]);
  for (const each of all) expectFollowed(each, end, last, states);
  await count(all, begun, states.size - 1);
}

/** That a follower holds what is known, applied each revision once and in order, and saw no transaction in part. */
function expectFollowed(follower: Follower, end: Map<string, AnyJson>, last: number, states: Map<number, string>) {
  const { name, copy, begun, applied, states: seen, shows = (record) => record } = follower;
  const kind = KINDS[name];
  const expected = [...end.values()].filter((record) => kind === undefined || record.kind === kind);
  expect({ name, copy: sorted(copy) }).toEqual({ name, copy: sorted(expected.map(shows)) });
  expect({ name, applied }).toEqual({ name, applied: [...new Set(applied)].sort((a, b) => a - b) });
  if (kind === undefined && name !== COMPACT) expect({ name, applied }).toEqual({ name, applied: range(begun, last) });
  for (const { revision, versions } of seen) {
    expect({ name, revision, isWhole: states.has(revision) }).toEqual({ name, revision, isWhole: true });
    if (kind === undefined)
      expect({ name, revision, versions }).toEqual({ name, revision, versions: states.get(revision) });
  }
}

async function count(all: readonly Follower[], begun: number, transactions: number): Promise<void> {
  const { rows } = await t.db.query<{ op: string }>('select op from revisions where revision > ?', begun);
  played.histories += 1;
  played.changes += rows.length;
  played.transactions += transactions;
  played.merges += rows.filter(({ op }) => op === 'merge').length;
  for (const { name, kills } of all) {
    const before = tallies.get(name) ?? { histories: 0, kills: 0 };
    tallies.set(name, { histories: before.histories + 1, kills: before.kills + kills });
  }
}

describe('followers that are killed again and again, while several write to two services on one database', () => {
  it('each end equal to what is known, with every revision applied once and in order', {
    timeout: Math.max(900_000, HISTORIES * PATIENCE_MS),
  }, async () => {
    await fc.assert(fc.asyncProperty(history, play), { numRuns: HISTORIES, endOnFailure: true });
    const { batches, refused } = desk.counts;
    const { again, troubles } = hooked.tally;
    const { changes, transactions, merges } = played;
    console.log(
      [
        `${inject('engine')}: ${HISTORIES} histories, ${changes} changes in ${transactions} transactions,`,
        `with ${merges} merges and ${batches} batches (${refused} refused);`,
        `${troubles} attempts of webhooks went wrong, ${again} messages came again; histories (kills) by follower:`,
        [...tallies].map(([name, { histories, kills }]) => `${name} ${histories} (${kills})`).join(', '),
      ].join(' '),
    );
    expect(changes).toBeGreaterThan(HISTORIES);
    expect(merges).toBeGreaterThan(HISTORIES / 5);
    expect(batches).toBeGreaterThan(HISTORIES / 5);
    expect(refused).toBeGreaterThan(HISTORIES / 50);
    expect(changes - transactions).toBeGreaterThan(HISTORIES / 5);
    expect(Math.min(troubles, again)).toBeGreaterThan(HISTORIES / 5);
    for (const [name, { histories, kills }] of tallies)
      expect({ name, histories, killed: kills > HISTORIES / 5 }).toEqual({ name, histories: HISTORIES, killed: true });
  });
});
