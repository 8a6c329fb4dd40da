import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/open.js';
import { type Discrepancy, reindex, verify } from '../../src/journal/rebuild.js';
import { kinds } from '../../src/resources/index.js';
import { copyDatabase, openUnchecked, type TestDatabase } from '../support/database.js';
import { openTestJournal } from './journal.js';

let intact: TestDatabase;
let actor: string;
let event: string;
beforeAll(async () => {
  const t = await openTestJournal();
  actor = (await t.create('actor', { kind: 'state', name: 'Land', externalIds: [{ scheme: 's', value: 'v' }] })).id;
  const body = { kind: 'call', title: 'Call', date: '2025-01', status: 'concluded', tags: ['a'] };
  event = (await t.create('event', body)).id;
  await t.replace('event', event, { ...body, participants: [{ actor, role: 'host' }] });
  await t.create('agreement', { title: 'A', legalForm: 'treaty', milestones: [{ stage: 'signed', on: '2025' }] });
  intact = t.database;
  await t.close('keep');
});
afterAll(() => intact.remove());

/** What verify finds in a copy that was damaged with some SQL, and what after a reindex of it. */
async function findings(damage: string, mends = true): Promise<{ found: Discrepancy[]; afterReindex: Discrepancy[] }> {
  const damaged = await copyDatabase(intact);
  const raw = await openUnchecked(damaged);
  await raw.script(damage);
  await raw.close();
  const store = await openDatabase(damaged.url);
  const found = await verify(store, kinds);
  if (mends) await reindex(store, kinds);
  const afterReindex = await verify(store, kinds);
  await store.close();
  await damaged.remove();
  return { found, afterReindex };
}

describe('verify', () => {
  it('finds nothing in a database without damage', async () => {
    expect(await findings('select 1')).toEqual({ found: [], afterReindex: [] });
  });

  it.each([
    ['an edge that is gone', 'delete from links where revision = 3', ['links of revision 3', 'links']],
    [
      'an edge that was added',
      'create temp table extra as select * from links where revision = 3; update extra set position = 9; insert into links select * from extra',
      ['links of revision 3', 'links'],
    ],
    ['an edge with another rank', 'update links set rank = 3', ['links of revision 3']],
    ['a column that was changed', "update events set kind = 'visit' where revision = 3", ['events of revision 3']],
    ['a version that was opened again', 'update events set until = null where revision = 2', ['events of revision 2']],
    ['a version that was closed', 'update names set until = 4 where revision = 3', ['names of revision 3']],
    [
      'a row that the version does not have',
      "create temp table extra as select * from tags where revision = 3; update extra set position = 7, tag = 'x'; insert into tags select * from extra",
      ['tags of revision 3', 'tags'],
    ],
    ['a milestone that is gone', 'delete from milestones', ['milestones of revision 4', 'milestones']],
    ['an external id that was changed', "update external_ids set value = 'w'", ['externalIds of revision 1']],
    ['a tag that is gone', 'delete from tags where revision = 3', ['tags of revision 3', 'tags']],
    [
      'a roll-up that is wrong',
      "update rollups set count = 7 where type = 'event' and dimension = 'total'",
      ['roll-up event total '],
    ],
    [
      'a roll-up that is gone',
      "delete from rollups where type = 'actor' and dimension = 'kind'",
      ['roll-up actor kind state'],
    ],
    ['a roll-up of nothing', "insert into rollups values ('area', 'total', '', 2)", ['roll-up area total ']],
  ])('names %s, and reindex mends it', async (_what, damage, places) => {
    const { found, afterReindex } = await findings(damage);
    expect(found.map(({ where }) => where)).toEqual(places);
    expect(afterReindex).toEqual([]);
  });

  it.each([
    ['a revision that is gone', 'delete from revisions where revision = 2', (): string[] => ['revision 2', event]],
    ['a last revision that is gone', 'delete from revisions where revision = 4', (): string[] => ['head']],
    ['a head that lags behind', 'update head set revision = 3', (): string[] => ['head']],
    ['a version out of turn', 'update revisions set version = 5 where revision = 3', (): string[] => [event]],
    ['a record at another version', "update entities set version = 9 where type = 'actor'", (): string[] => [actor]],
    ['a record at another revision', 'update entities set revision = 2 where revision = 3', (): string[] => [event]],
    [
      'a record that is called deleted',
      "update entities set deleted = true where type = 'actor'",
      (): string[] => [actor],
    ],
    ['a record with another slug', "update entities set slug = 'x' where type = 'actor'", (): string[] => [actor]],
    [
      'a record that the journal does not name',
      "insert into entities select 'area_x', 'area', 'x', 'x', 1, 1, 1, false, null, null, null, null",
      (): string[] => ['area_x'],
    ],
    [
      'a document of another version',
      'update revisions set doc = replace(doc, \'"version":2\', \'"version":8\') where revision = 3',
      (): string[] => ['revision 3'],
    ],
    ['a document that is no JSON', "update revisions set doc = '{' where revision = 1", (): string[] => ['revision 1']],
  ])('names %s, which reindex cannot mend', async (_what, damage, places) => {
    const { found } = await findings(damage, false);
    expect(found.map(({ where }) => where)).toEqual(expect.arrayContaining(places()));
  });
});
