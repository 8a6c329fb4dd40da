import { describe, expect, it } from 'vitest';
import { verify } from '../../src/journal/rebuild.js';
import { kinds } from '../../src/resources/index.js';
import { type AnyJson, type Client, client } from '../support/client.js';
import { randomNumbers } from '../support/random-edits.js';
import { openRaw } from '../support/raw.js';
import { startTestService, type TestService } from '../support/service.js';
import { alone } from './operations.js';

const ROUNDS = 25;
const OPERATIONS = 30;

/** Operations on a few areas and events, many of which are refused: names are taken, gone, or not there yet. */
function randomOperation(random: (below: number) => number): AnyJson {
  const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
  const name = () => `random-${random(6)}`;
  const type = pick(['area', 'area', 'event']);
  const version = () => pick(['*', '*', '*', 1, 2, undefined]);
  const named = () => (random(3) === 0 ? { externalIds: [{ scheme: 'random', value: `e${random(4)}` }] } : {});
  const body = (slug: string | undefined): AnyJson => ({
    ...(slug && { slug }),
    ...(type === 'area'
      ? { label: pick(['One', 'Two', 'Three']), ...(random(3) === 0 && { broader: name() }) }
      : { kind: pick(['call', 'visit', 'no-kind']), title: pick(['One', 'Two']), date: '2025', status: 'concluded' }),
    ...(random(3) === 0 && { relations: [{ kind: 'related', target: `${pick(['areas', 'events'])}/${name()}` }] }),
    ...named(),
  });
  const patch = pick<AnyJson>([
    { notes: 'x' },
    { tags: [pick(['a', 'b'])] },
    { externalIds: [{ scheme: 'random', value: `e${random(4)}` }] },
    { relations: [{ kind: 'related', target: `areas/${name()}` }] },
    { slug: name() },
    [{ op: 'add', path: '/tags', value: ['c'] }],
    [{ op: 'test', path: '/tags', value: ['a'] }],
  ]);
  const externalId = { scheme: 'random', value: `e${random(4)}` };
  return pick<AnyJson>([
    { op: 'create', type, body: body(pick([name(), undefined])) },
    { op: 'create', type, body: body(name()) },
    { op: 'put', type, ref: name(), ifMatch: version(), body: body(undefined) },
    { op: 'put', type, ref: name(), ifNoneMatch: '*', body: body(undefined) },
    { op: 'patch', type, ref: name(), ifMatch: version(), patch },
    { op: 'delete', type, ref: name(), ifMatch: version() },
    { op: 'upsert', type, externalId, body: body(pick([name(), undefined])) },
  ]);
}

/** Whether an operation refers to a slug that a later one creates: alone it would fail, in a batch it need not. */
function refersAhead(operations: readonly AnyJson[]): boolean {
  return operations.some((operation, index) => {
    const referred = JSON.stringify([operation.body?.broader, operation.body?.relations, operation.patch?.relations]);
    return operations
      .slice(index)
      .some(({ op, body }) => op === 'create' && body.slug !== undefined && referred.includes(body.slug));
  });
}

/** Everything that is known, ids and times left out: documents, tombstones, counts. */
async function stateOf(service: TestService, http: Client): Promise<unknown> {
  const rows = await readAll(service);
  const slugs = new Map(rows.entities.map(({ id, slug, created }: AnyJson) => [id, `${slug}@${created}`]));
  const withNames = (text: string) => text.replaceAll(/(?:area|event)_[0-9a-z]{26}/g, (id) => slugs.get(id) ?? id);
  const { body } = await http.get('/v1/stats');
  return {
    revisions: rows.revisions.map(({ doc, ...row }: AnyJson) => {
      const { createdAt: _c, updatedAt: _u, ...content } = JSON.parse(doc ?? '{}');
      return withNames(JSON.stringify({ ...row, content }));
    }),
    rollups: rows.rollups.map((row: AnyJson) => withNames(JSON.stringify(row))).sort(),
    stats: body,
  };
}

async function readAll({ database }: TestService) {
  const raw = await openRaw(database.url, { readonly: true });
  const all = async (sql: string) => (await raw.query<AnyJson>(sql)).rows;
  const rows = {
    entities: await all('select id, slug, created from entities'),
    revisions: await all('select revision, entity, version, op, slug, doc from revisions order by revision'),
    rollups: await all('select type, dimension, value, count from rollups where count <> 0'),
  };
  await raw.close();
  return rows;
}

describe('a random batch of independent operations', () => {
  it('comes to the same as its operations one by one', { timeout: 300_000 }, async () => {
    const random = randomNumbers(20_250_111);
    const [together, apart] = [await startTestService(), await startTestService()];
    const [one, other] = [client(together), client(apart)];
    const seen = new Map<number, number>();
    let compared = 0;
    try {
      while (compared < ROUNDS) {
        const operations = Array.from({ length: OPERATIONS }, () => randomOperation(random));
        // What may differ is tested elsewhere.
        while (refersAhead(operations)) {
          const index = operations.findIndex(
            (_, at) => refersAhead(operations.slice(at)) && !refersAhead(operations.slice(at + 1)),
          );
          operations.splice(index, 1);
        }
        const { status, body } = await one.post('/v1/batch', { mode: 'independent', operations });
        expect(status).toBe(200);
        for (const [index, operation] of operations.entries()) {
          const answer = await alone(other, operation);
          const { status: own, version, problem } = body.data[index];
          const told = answer.status === 204 ? {} : answer.body;
          expect([operation, own, problem?.code, problem?.detail]).toEqual([
            operation,
            answer.status,
            told.code,
            told.detail,
          ]);
          if (answer.status < 300 && answer.status !== 204) expect(version).toBe(told.version);
          seen.set(own, (seen.get(own) ?? 0) + 1);
        }
        compared += 1;
        expect(await stateOf(together, one)).toEqual(await stateOf(apart, other));
      }
      // All that can become of an operation was among them.
      for (const status of [200, 201, 204, 400, 404, 409, 410, 412, 422, 428])
        expect([status, (seen.get(status) ?? 0) > 0]).toEqual([status, true]);
      for (const { store } of [together, apart]) expect(await verify(store, kinds)).toEqual([]);
    } finally {
      for (const http of [one, other]) http.close();
      for (const service of [together, apart]) await service.stop();
    }
  });
});
