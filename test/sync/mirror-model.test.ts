import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import type { Document } from '../../src/journal/kind.js';
import { inspect } from '../support/inspect.js';
import { editAtRandom, randomNumbers } from '../support/random-edits.js';
import { conflictsOf, expectEqual, holdings, type Instance, mortal, pull, startInstance } from './mirroring.js';
import { type Relay, startRelay } from './relay.js';

/** Rounds of edits; `MIRROR_ROUNDS` takes more. */
const ROUNDS = Number(process.env.MIRROR_ROUNDS ?? (inject('engine') === 'sqlite' ? 40 : 12));
const EDITS = 12;
const CHECKED_EVERY = 8;
// Half a minute for each, on a machine that has other things to do.
vi.setConfig({ testTimeout: Math.max(600_000, ROUNDS * 30_000) });

let origin: Instance;
let first: Instance;
let second: Instance;
let relay: Relay;
beforeAll(async () => {
  origin = await startInstance({ seeds: true });
  first = await startInstance();
  second = await startInstance();
  relay = await startRelay(origin.service.url);
});
afterAll(async () => {
  await relay.close();
  for (const each of [second, first, origin]) await each.stop();
});

/** That no version came twice, and none before an earlier one. */
async function expectInOrder({ service }: Instance): Promise<void> {
  const db = await inspect(service);
  const { rows } = await db.query<{ entity: string; version: number }>(
    'select entity, version from revisions order by entity, revision',
  );
  await db.close();
  for (const [index, { entity, version }] of rows.entries()) {
    const before = rows[index - 1];
    if (before?.entity === entity) expect(version, entity).toBeGreaterThan(before.version);
  }
}

it(`is equal in the end, over ${ROUNDS} rounds of random edits with mirrors that are killed`, async () => {
  const random = randomNumbers(Number(process.env.FC_SEED ?? 20_250_101));
  let kills = 0;
  let cuts = 0;
  relay.alter = (_path, answer) => {
    if (random(9) > 0) return answer;
    cuts += 1;
    return random(2) === 0 ? 'cut' : 'away';
  };
  const attempt = async (into: Instance, url: string) => {
    const store = mortal(into.service.store, () => random(12) === 0);
    const types = undefined;
    await pull(into, url, { store, types }).catch(() => {
      kills += 1;
    });
  };
  for (let round = 1, n = 0; round <= ROUNDS; round += 1) {
    const records = new Map<string, Document[]>();
    for (const record of (await holdings(origin)).values()) {
      const type = record.id.slice(0, record.id.indexOf('_'));
      records.set(type, [...(records.get(type) ?? []), record]);
    }
    for (const end = n + EDITS; n < end; n += 1) {
      await editAtRandom(origin.http, records, random, n);
      if (random(4) === 0) await attempt(first, relay.url);
      if (random(4) === 0) await attempt(second, first.service.url);
    }
    if (round % CHECKED_EVERY !== 0 && round !== ROUNDS) continue;
    await pull(first, origin.service.url);
    await expectEqual(origin, first);
    await pull(second, first.service.url);
    await expectEqual(first, second);
  }
  expect(await conflictsOf(first, origin)).toEqual({});
  expect(await conflictsOf(second, first)).toEqual({});
  for (const each of [first, second]) await expectInOrder(each);
  expect(kills).toBeGreaterThan(ROUNDS / 4);
  expect(cuts).toBeGreaterThan(ROUNDS / 4);
});
