import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RESOURCE_TYPES } from '../../src/shared/ids.js';
import { ANY, type AnyJson, expectProblem } from '../support/client.js';
import { useService } from '../support/use-service.js';
import { openEvents } from './event-source.js';
import { apply, followAll, readPage, sorted } from './following.js';

const t = useService({ seeds: true });
const FEED = '/v1/changes';

const post = async (path: string, body: object): Promise<AnyJson> => {
  const answer = await t.http.post(`/v1/${path}`, body, ANY);
  expect({ status: answer.status, text: answer.status < 300 ? '' : answer.text }).toMatchObject({ text: '' });
  return answer.body;
};
const person = (name: string, country: string, more = {}) => post('actors', { name, kind: 'person', country, ...more });
const merge = (one: AnyJson, two: AnyJson) => post(`actors/${one.id}/merge`, { into: two.id });
const told = (changes: readonly AnyJson[], ...records: AnyJson[]) =>
  changes.map(({ id, op, version }) => `${op} ${records.findIndex((record) => record.id === id)} v${version}`);

describe('a merge in the feed', () => {
  it('is one entry, after the changes that it caused', async () => {
    const [one, two] = [await person('Once', 'EE'), await person('Twice', 'EE')];
    const event = await post('events', {
      ...{ kind: 'call', title: 'Call', date: '2025-01', status: 'concluded' },
      participants: [one, two].map(({ id }) => ({ actor: id, role: 'participant' })),
    });
    const since = await t.db.head();
    await merge(one, two);
    const { changes } = await followAll(t.http, FEED, `since=${since}`);
    expect(told(changes, one, two, event)).toEqual(['put 1 v2', 'put 2 v2', 'merge 0 v2']);
    expect(changes[1].document.participants).toEqual([{ actor: two.id, role: 'participant' }]);
    expect(changes[2]).toMatchObject({ mergedInto: two.id, caused: { first: since + 1, last: since + 2 } });
    const only = await followAll(t.http, `${FEED}?op=merge&docs=false`, `since=${since}`);
    expect(only.changes.map(({ id, mergedInto, caused }) => ({ id, mergedInto, caused }))).toEqual([
      { id: one.id, mergedInto: two.id, caused: { first: since + 1, last: since + 2 } },
    ]);
    expect(only.changes[0]).not.toHaveProperty('document');
  });

  it('that changed nothing else says so', async () => {
    const [one, two] = [await person('Alike', 'EE'), await person('Alike', 'EE')];
    const since = await t.db.head();
    expect(await merge(one, two)).toEqual(two);
    const { changes } = await followAll(t.http, FEED, `since=${since}`);
    expect(told(changes, one, two)).toEqual(['merge 0 v2']);
    expect(changes[0]).not.toHaveProperty('caused');
  });

  it('names the record that it went into then, whatever became of that', async () => {
    const [one, two, three] = [await person('A', 'EE'), await person('B', 'EE'), await person('C', 'EE')];
    const since = await t.db.head();
    await merge(one, two);
    await merge(two, three);
    const { changes } = await followAll(t.http, `${FEED}?op=merge`, `since=${since}`);
    expect(changes.map(({ id, mergedInto }) => [id, mergedInto])).toEqual([
      [one.id, two.id],
      [two.id, three.id],
    ]);
  });

  it('told compactly comes once, with what was not changed again', async () => {
    const [one, two] = [await person('First', 'EE'), await person('Second', 'EE')];
    const since = await t.db.head();
    await t.http.patch(`/v1/actors/${one.id}`, { description: 'Changed' }, ANY);
    await merge(one, two);
    await t.http.patch(`/v1/actors/${two.id}`, { description: 'Changed later' }, ANY);
    const { changes } = await followAll(t.http, `${FEED}?compact=true&limit=1`, `since=${since}`);
    expect(told(changes, one, two)).toEqual(['merge 0 v3', 'put 1 v3']);
  });

  it('is told with filters where the record fitted, and what no longer refers to it leaves', async () => {
    const [one, two, never] = [await person('X', 'LV'), await person('Y', 'LT'), await person('Z', 'LT')];
    const since = await t.db.head();
    await merge(one, two);
    await merge(never, two);
    const { changes } = await followAll(t.http, `${FEED}?types=actor&country=LV`, `since=${since}`);
    expect(told(changes, one, two)).toEqual(['merge 0 v2']);
    const [three, four] = [await person('Three', 'LV'), await person('Four', 'LV')];
    const event = (title: string, actor: string) =>
      post('events', {
        ...{ kind: 'call', title, date: '2025-01', status: 'concluded' },
        participants: [{ actor, role: 'participant' }],
      });
    const meeting = await event('With three', three.id);
    const query = `${FEED}?types=event&actor=${three.id}`;
    const held = await followAll(t.http, query);
    expect(told(held.changes, meeting)).toEqual(['put 0 v1']);
    const stream = await openEvents(`${t.service.url}/v1/changes/stream?types=event&actor=${three.id}&since=now`);
    await stream.next();
    await merge(three, four);
    const { data } = (await stream.next()) ?? {};
    expect([data.id, data.op, data.document]).toEqual([meeting.id, 'leave', null]);
    stream.kill();
    // The filter means the survivor now, so that it is another one.
    expectProblem(await t.http.get(`${query}&cursor=${held.next}`), 'cursor-mismatch');
    const anew = await followAll(t.http, query);
    expect(told(anew.changes, meeting)).toEqual(['put 0 v2']);
    expect((await t.http.get(`/v1/events?actor=${three.id}`)).body.data).toEqual([anew.changes[0].document]);
  });

  it('comes in the stream as in the feed', async () => {
    const [one, two] = [await person('S1', 'EE'), await person('S2', 'EE')];
    const since = await t.db.head();
    const reader = await openEvents(`${t.service.url}/v1/changes/stream?since=${since}`);
    await merge(one, two);
    const { changes } = await followAll(t.http, FEED, `since=${since}`);
    const events: AnyJson[] = [];
    while (events.length < changes.length) {
      const event = await reader.next();
      if (event?.event === 'change') events.push(event.data);
    }
    reader.kill();
    expect(events).toEqual(changes);
    expect(events.at(-1)).toMatchObject({ op: 'merge', mergedInto: two.id });
  });
});

describe('snapshot and digest', () => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest();
  const digestOf = (records: readonly AnyJson[]) => {
    const sum = Buffer.alloc(32);
    for (const { id, version } of records)
      for (const [index, byte] of sha256(`${id} ${version}`).entries()) sum[index] = (sum[index] ?? 0) ^ byte;
    return sum.toString('hex');
  };

  it('are right at each revision around a merge, and the feed leads from one to the other', async () => {
    const first = await t.db.head();
    const [one, two] = [await person('D1', 'EE'), await person('D2', 'EE')];
    await post('areas', { label: 'Refers', relations: [{ kind: 'related', target: one.id }] });
    await merge(one, two);
    const last = await t.db.head();
    expect(last).toBe(first + 6);
    for (let revision = first; revision <= last; revision += 1) {
      const states = await Promise.all(RESOURCE_TYPES.map((type) => t.db.stateAt(type, revision)));
      const records = states.flat().map(({ doc }) => doc);
      const { body } = await t.http.get(`/v1/sync/digest?asOf=${revision}`);
      expect([body.count, body.digest]).toEqual([records.length, digestOf(records)]);
      const { text } = await t.http.get(`/v1/snapshot?asOf=${revision}`);
      const lines = text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      const copy = new Map(lines.filter(({ snapshot }) => snapshot === undefined).map((each) => [each.id, each]));
      expect(sorted(copy)).toEqual(sorted(records));
      const page = await readPage(t.http, `${FEED}?limit=1000&cursor=${lines.at(-1).cursor}`);
      const now = await t.http.get('/v1/sync/digest');
      expect(digestOf(sorted(apply(copy, page.data)))).toBe(now.body.digest);
    }
  });
});
