import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../../src/db/store.js';
import { findOn } from '../../../src/insight/findings/finding.js';
import { leastBusy, subjectsNear } from '../../../src/insight/findings/likeness.js';
import { probableDuplicate } from '../../../src/insight/findings/rules/probable-duplicate.js';
import { World } from '../../../src/insight/findings/world.js';
import { isoToDay } from '../../../src/shared/edtf.js';
import { useKnowledge } from '../../support/knowledge.js';
import { planOf, statementsOf } from '../../support/statements.js';

const here = useKnowledge();
const COUNT = 600;
let busy: string;
let calm: string;
let events: string[];

/** One call of the two actors in each month of fifty years, with a third one that is never there twice. */
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
    Array.from({ length: COUNT + 2 }, (_, nth) => ({ slug: `actor-of-${nth}`, kind: 'state', name: 'An actor' })),
  );
  const [first = '', second = '', ...others] = actors.map(({ id }) => id);
  [busy, calm] = [first, second];
  const calls = Array.from({ length: COUNT }, (_, nth) => ({
    ...{ slug: `call-${nth}`, title: 'A call', kind: 'call', status: 'concluded' },
    date: `${1970 + Math.floor(nth / 12)}-${String(1 + (nth % 12)).padStart(2, '0')}-15`,
    participants: [first, others[nth]].map((actor) => ({ actor, role: 'participant' })),
  }));
  events = (await create('event', calls)).map(({ id }) => id);
  await store.maintain(true);
});

describe('events near', () => {
  const day = isoToDay('2000-06-15');
  const ask = () => ({ actor: busy, kind: 'call', first: day - 31, last: day, ends: day });

  it('are those of the month and no others', async () => {
    const { store } = here.journal;
    const found = await subjectsNear(store, [ask(), { ...ask(), kind: 'visit' }, { ...ask(), actor: calm }]);
    expect(found).toEqual([[events[(2000 - 1970) * 12 + 5]], [], []]);
  });

  it('are found by one range of an index for each look', async () => {
    const { store, database } = here.journal;
    const connection = new Database(database.path, { readonly: true });
    const statements = await statementsOf({ store }, drizzle(connection) as unknown as Db, async () => {
      await subjectsNear(store, [ask(), ask(), ask()]);
    });
    const plan = statements.flatMap((statement) => planOf(connection, statement));
    connection.close();
    const looks = plan.filter((step) => /^(?:SEARCH|SCAN)/.test(step));
    expect(looks).toHaveLength(4);
    for (const look of looks) {
      expect(look).toMatch(
        /^SEARCH links USING INDEX links_target_kind \(target=\? AND subject_type=\? AND kind=\? AND date_from>\? AND date_from<\?\)/,
      );
    }
  });

  it('are looked for by the actor that has the fewest', async () => {
    const pick = await leastBusy(here.journal.store, [busy, calm]);
    expect(pick([busy, calm])).toBe(calm);
  });
});

describe('probable-duplicate', () => {
  it('takes few statements for many events', async () => {
    const { store } = here.journal;
    const documents = await new World(store).documents(events);
    const before = store.statementsRun;
    expect(await findOn(probableDuplicate, [...documents.values()], new World(store))).toEqual([]);
    // Three times 200 events: the counts of the actors, and 32 looks a statement; then documents.
    expect(store.statementsRun - before).toBeLessThanOrEqual(3 * (1 + 7 + 1));
  });
});
