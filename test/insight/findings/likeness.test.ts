import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../../src/db/store.js';
import { findOn } from '../../../src/insight/findings/finding.js';
import { likeAfter, likeBefore } from '../../../src/insight/findings/likeness.js';
import { probableDuplicate } from '../../../src/insight/findings/rules/probable-duplicate.js';
import { World } from '../../../src/insight/findings/world.js';
import { alikeOf } from '../../../src/resources/events/likeness.js';
import { isoToDay } from '../../../src/shared/edtf.js';
import { useKnowledge } from '../../support/knowledge.js';
import { planOf, statementsOf } from '../../support/statements.js';

const here = useKnowledge();
const COUNT = 600;
let events: string[];
/** The call of June 2000, recorded again. */
let repeated: string;

/** One call of an actor in each month of fifty years, each with another one. */
beforeAll(async () => {
  const { journal, store, kind } = here.journal;
  const create = (type: 'actor' | 'event', bodies: object[]) =>
    store.write((tx) =>
      journal.createAll(
        tx,
        bodies.map((body) => ({ kind: kind(type), body: kind(type).parse(body) })),
        { by: 'test', changeKind: 'content', note: null, requestId: null },
      ),
    );
  const actors = await create(
    'actor',
    Array.from({ length: COUNT + 1 }, (_, nth) => ({ slug: `actor-of-${nth}`, kind: 'state', name: 'An actor' })),
  );
  const [first = '', ...others] = actors.map(({ id }) => id);
  const calls = Array.from({ length: COUNT }, (_, nth) => ({
    ...{ slug: `call-${nth}`, title: 'A call', kind: 'call', status: 'concluded' },
    date: `${1970 + Math.floor(nth / 12)}-${String(1 + (nth % 12)).padStart(2, '0')}-15`,
    participants: [first, others[nth]].map((actor) => ({ actor, role: 'participant' })),
  }));
  events = (await create('event', calls)).map(({ id }) => id);
  const [again] = await create('event', [{ ...calls[(2000 - 1970) * 12 + 5], slug: 'call-again' }]);
  repeated = again?.id ?? '';
  await store.maintain(true);
});

describe('events like another', () => {
  const nth = (2000 - 1970) * 12 + 5;
  const day = isoToDay('2000-06-15');

  async function askOf(event: string, days = { first: day, last: day }) {
    const document = (await new World(here.journal.store).documents([event])).get(event);
    const { compared = [] } = alikeOf(document as never) ?? {};
    return { id: event, compared, ...days };
  }

  it('are those of the days asked for, recorded before or after', async () => {
    const { store } = here.journal;
    const [event = '', later = ''] = [events[nth], repeated];
    expect(await likeAfter(store, await askOf(event))).toEqual([later]);
    expect(await likeBefore(store, await askOf(later))).toEqual([event]);
    expect(await likeBefore(store, await askOf(event))).toEqual([]);
    expect(await likeAfter(store, await askOf(later))).toEqual([]);
    expect(await likeAfter(store, await askOf(event, { first: day + 1, last: day + 31 }))).toEqual([]);
    expect(await likeAfter(store, await askOf(events[nth - 1] ?? ''))).toEqual([]);
  });

  it('are found by one range of an index for each likeness', async () => {
    const { store, database } = here.journal;
    const ask = await askOf(repeated);
    const connection = new Database(database.path, { readonly: true });
    const statements = await statementsOf({ store }, drizzle(connection) as unknown as Db, async () => {
      await likeBefore(store, ask);
      await likeAfter(store, ask);
    });
    const plan = statements.flatMap((statement) => planOf(connection, statement));
    connection.close();
    expect(plan).toHaveLength(2 * ask.compared.length);
    for (const step of plan)
      expect(step).toMatch(/^SEARCH events USING COVERING INDEX events_likeness \(likeness=\? AND entity[<>]\?\)/);
  });
});

describe('probable-duplicate', () => {
  it('takes two statements for each of many events, and those for the documents of what they find', async () => {
    const { store } = here.journal;
    const documents = await new World(store).documents(events);
    const before = store.statementsRun;
    expect(await findOn(probableDuplicate, [...documents.values()], new World(store))).toEqual([]);
    expect(store.statementsRun - before).toBe(2 * events.length);
  });
});
