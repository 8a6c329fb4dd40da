import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveReferences } from '../../src/journal/references.js';
import { AUTHOR, openTestJournal, type TestJournal } from './journal.js';

let t: TestJournal;
const MANY = 1203;
let actors: string[];
beforeAll(async () => {
  t = await openTestJournal();
  const kind = t.kind('actor');
  const records = Array.from({ length: MANY }, (_, n) => ({
    kind,
    body: kind.parse({
      kind: 'state',
      name: `Actor ${n}`,
      slug: `actor-${n}`,
      externalIds: [{ scheme: 'test', value: `v${n}` }],
    }),
  }));
  actors = (await t.store.write((tx) => t.journal.createAll(tx, records, AUTHOR))).map(({ id }) => id);
  await t.create('area', { label: 'Actor 0', slug: 'actor-0', externalIds: [{ scheme: 'test', value: 'v0' }] });
  const deleted = await t.create('actor', { kind: 'state', name: 'Gone', slug: 'gone' });
  await t.remove('actor', deleted.id);
});
afterAll(() => t.close());

const participants = (refs: readonly string[]) => ({
  participants: refs.map((actor) => ({ actor, role: 'participant' })),
});

/** Resolves the references of an event with these participants. */
async function resolveActors(refs: readonly string[]): Promise<string[]> {
  const body = participants(refs);
  await resolveReferences(t.store, t.kind('event'), body);
  return body.participants.map(({ actor }) => actor);
}

async function resolveTarget(target: string): Promise<string> {
  const body = { relations: [{ kind: 'related', target }] };
  await resolveReferences(t.store, t.kind('event'), body);
  return body.relations[0]?.target ?? '';
}

const refused = (pointer: string, code: string, message = '') => ({
  code: 'unknown-reference',
  errors: [{ in: 'body', pointer, code, message: expect.stringContaining(message) }],
});

describe('references', () => {
  it.each([
    ['ids', (n: number) => actors[n] ?? ''],
    ['slugs', (n: number) => `actor-${n}`],
    ['slugs with their collection', (n: number) => `actors/actor-${n}`],
    ['external ids', (n: number) => `test:v${n}`],
  ] as const)('are found by the thousand as %s, in few statements', async (_what, write) => {
    const refs = actors.map((_, n) => write(n));
    const before = t.store.statementsRun;
    expect(await resolveActors(refs)).toEqual(actors);
    expect(t.store.statementsRun - before).toBe(3);
  });

  it('are found however they are mixed and repeated', async () => {
    const refs = ['actor-7', actors[7] ?? '', 'test:v7', 'actors/actor-7', 'actor-8'];
    expect(await resolveActors(refs)).toEqual([actors[7], actors[7], actors[7], actors[7], actors[8]]);
  });

  it('are all named that cannot be found, each at its place', async () => {
    const call = resolveActors(['actor-1', 'nobody', 'test:nothing', `${actors[0]?.slice(0, -4)}0000`]);
    await expect(call).rejects.toMatchObject({
      errors: [1, 2, 3].map((n) => ({ pointer: `/participants/${n}/actor`, code: 'not-found' })),
    });
  });

  it('are taken by the type that the place wants', async () => {
    expect(await resolveActors(['actor-0', 'test:v0'])).toEqual([actors[0], actors[0]]);
    const area = { areas: ['actor-0'] };
    await resolveReferences(t.store, t.kind('event'), area);
    expect(area.areas[0]).toMatch(/^area_/);
  });

  it('are refused when the record is of another type', async () => {
    const areas = (ref: string) => resolveReferences(t.store, t.kind('event'), { areas: [ref] });
    for (const ref of ['actor-5', 'actors/actor-5', actors[5] ?? '', 'test:v5', 'actors/actor-0'])
      await expect(areas(ref)).rejects.toMatchObject(refused('/areas/0', 'wrong-type', 'of type actor'));
  });

  it('are refused when the record was deleted', async () => {
    await expect(resolveActors(['gone'])).rejects.toMatchObject(refused('/participants/0/actor', 'deleted'));
  });

  it('to any type are refused as a bare slug or external id of several, and the message tells how to write them', async () => {
    for (const ref of ['actor-0', 'test:v0']) {
      await expect(resolveTarget(ref)).rejects.toMatchObject(
        refused('/relations/0/target', 'ambiguous', 'actors/actor-0'),
      );
    }
    expect(await resolveTarget('actors/actor-0')).toBe(actors[0]);
    expect(await resolveTarget('areas/actor-0')).toMatch(/^area_/);
    expect(await resolveTarget('actor-1')).toBe(actors[1]);
  });

  it('are resolved in place, with nothing else touched', async () => {
    const body = {
      title: 'actor-1',
      participants: [{ actor: 'actor-1', role: 'host', note: 'actor-2' }],
      tags: ['actor-3'],
    };
    await resolveReferences(t.store, t.kind('event'), body);
    expect(body).toEqual({
      title: 'actor-1',
      participants: [{ actor: actors[1], role: 'host', note: 'actor-2' }],
      tags: ['actor-3'],
    });
  });
});
