import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANY, type AnyJson } from '../support/client.js';
import {
  backUp,
  conflictsOf,
  expectEqual,
  type Instance,
  mirrorsOf,
  post,
  pull,
  serveRestored,
  startInstance,
} from './mirroring.js';
import { type Relay, startRelay } from './relay.js';

let origin: Instance;
let mirror: Instance;
let relay: Relay;
const others: Instance[] = [];
beforeAll(async () => {
  origin = await startInstance({ seeds: true });
  mirror = await startInstance();
  relay = await startRelay(origin.service.url);
});
afterAll(async () => {
  await relay.close();
  for (const each of [...others, mirror, origin]) await each.stop();
});

const patch = async ({ http }: Instance, { id }: AnyJson, body: object) =>
  expect((await http.patch(`/v1/areas/${id}`, body, ANY)).status).toBe(200);

describe('an origin that was restored from a backup', () => {
  it('is taken anew: what it lost goes, what it says otherwise is taken, and nothing else is written', async () => {
    const kept = await post(origin, 'areas', { label: 'Kept', slug: 'moves' });
    const swapped = await post(origin, 'areas', { label: 'Swapped', slug: 'moved' });
    const revived = await post(origin, 'areas', { label: 'Revived' });
    const backup = await backUp(origin);
    await patch(origin, kept, { slug: 'aside' });
    await patch(origin, swapped, { slug: 'moves' });
    await patch(origin, kept, { slug: 'moved' });
    await patch(origin, kept, { label: 'Lost change' });
    await origin.http.delete(`/v1/areas/${revived.id}`, ANY);
    const lost = await post(origin, 'areas', { label: 'Lost' });
    const referrer = await post(origin, 'areas', { label: 'L', relations: [{ kind: 'related', target: lost.id }] });
    const needed = await post(origin, 'areas', { label: 'Lost, and referred to here' });
    await pull(mirror, relay.url);
    await expectEqual(origin, mirror);
    const ours = await post(mirror, 'areas', { label: 'O', relations: [{ kind: 'related', target: needed.id }] });

    const restored = await serveRestored(origin, backup);
    others.push(restored);
    await patch(restored, kept, { label: 'Written since' });
    relay.target = restored.service.url;
    const said: string[] = [];
    const outcome = await pull(mirror, relay.url, { say: (line) => said.push(line) });
    expect(said.join('\n')).toContain('snapshot is read anew');
    expect(outcome?.tally).toMatchObject({ removed: 2, detached: 1, left: 0 });
    for (const { id } of [lost, referrer]) expect((await mirror.http.get(`/v1/areas/${id}`)).status).toBe(410);
    expect((await mirror.http.get(`/v1/areas/${kept.id}`)).body).toMatchObject({
      label: 'Written since',
      slug: 'moves',
      version: 2,
    });
    expect(await conflictsOf(mirror, origin)).toEqual({ [needed.id]: 'detached' });
    // 769 seeds are as they were.
    const head = (await mirror.http.get('/v1/sync')).body.head;
    expect(outcome?.tally.unchanged).toBeGreaterThanOrEqual(769);
    await pull(mirror, relay.url);
    expect((await mirror.http.get('/v1/sync')).body.head).toBe(head);
    for (const { id } of [ours, needed]) await mirror.http.delete(`/v1/areas/${id}`, ANY);
    await expectEqual(restored, mirror);
  });

  it('is noticed in the midst of a snapshot', async () => {
    const late = await startInstance();
    others.push(late);
    const [before, after] = [relay.target, others[0] as Instance];
    relay.target = origin.service.url;
    let cuts = 0;
    relay.alter = (path, answer) => {
      if (!path.startsWith('/v1/snapshot') || cuts > 0) return answer;
      cuts += 1;
      relay.target = before;
      return 'cut';
    };
    await expect(pull(late, relay.url)).rejects.toThrow();
    const [status] = await mirrorsOf(late);
    expect(status).toMatchObject({ phase: 'snapshot', revision: 0, error: expect.stringContaining('snapshot') });
    expect(status.lagRevisions).toBeGreaterThan(769);
    await pull(late, relay.url);
    await expectEqual(after, late);
    expect(cuts).toBe(1);
    expect(relay.asked.filter((path) => path.includes('/v1/snapshot?cursor='))).toHaveLength(1);
  });

  it('that is another instance now is refused, and nothing is taken away', async () => {
    const stranger = await startInstance();
    others.push(stranger);
    relay.alter = (_path, answer) => answer;
    await pull(mirror, relay.url);
    const { head } = (await mirror.http.get('/v1/sync')).body;
    // Only the first question still goes where it went.
    relay.alter = (path, answer) => {
      if (path === '/v1/sync') relay.target = stranger.service.url;
      return answer;
    };
    await expect(pull(mirror, relay.url)).rejects.toThrow(/is now the instance/);
    expect((await mirror.http.get('/v1/sync')).body.head).toBe(head);
  });
});
