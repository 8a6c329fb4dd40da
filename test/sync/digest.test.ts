import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Analyst } from '../../src/journal/analysis.js';
import { RESOURCE_TYPES } from '../../src/shared/ids.js';
import { DIGEST } from '../../src/sync/digest.js';
import { ANY, type AnyJson, expectProblem } from '../support/client.js';
import { addSyntheticEvents } from '../support/synthetic.js';
import { useService } from '../support/use-service.js';
import { followAll, readPage } from './following.js';

/** What happens before each part of a digest is read. */
let before: () => unknown = () => undefined;
const watched = (analyst: Analyst): Analyst => ({
  isAside: analyst.isAside,
  async run(task, args) {
    if (task.name === DIGEST.name) await before();
    return analyst.run(task, args);
  },
  close: () => analyst.close(),
});

const t = useService({ seeds: true, before: watched });
const EVENTS = 2_300;
let seeded: number;
let past: number;

beforeAll(async () => {
  seeded = await t.db.head();
  await addSyntheticEvents(t.service.store, EVENTS);
  past = await t.db.head();
  for (let n = 0; n < 40; n += 1) {
    await t.http.patch(`/v1/events/synthetic-${n}`, { title: `Changed ${n}` }, ANY);
    await t.http.delete(`/v1/events/synthetic-${EVENTS - 1 - n}`, ANY);
  }
}, 120_000);

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/** The digest as the documentation says it is made, from nothing but ids and versions. */
function digestOf(records: readonly AnyJson[]): string {
  const sum = Buffer.alloc(32);
  for (const { id, version } of records)
    for (const [index, byte] of sha256(`${id} ${version}`).entries()) sum[index] = (sum[index] ?? 0) ^ byte;
  return sum.toString('hex');
}

async function recordsAt(revision: number, types: readonly string[] = RESOURCE_TYPES): Promise<AnyJson[]> {
  const states = await Promise.all(types.map((type) => t.db.stateAt(type, revision)));
  return states.flat().map(({ doc }) => doc);
}

describe('the digest', () => {
  it('is that of the versions there are', async () => {
    const head = await t.db.head();
    const { status, body, headers } = await t.http.get('/v1/sync/digest');
    const records = await recordsAt(head);
    expect({ status, count: body.count, asOf: body.asOf }).toEqual({ status: 200, count: records.length, asOf: head });
    expect(body.digest).toBe(digestOf(records));
    expect(body.buckets).toHaveLength(256);
    for (const [index, bucket] of body.buckets.entries()) {
      const own = records.filter(({ id }) => sha256(id)[0] === index);
      expect(bucket).toEqual({ count: own.length, digest: digestOf(own) });
    }
    expect((await t.http.get('/v1/sync/digest', { 'if-none-match': String(headers.etag) })).status).toBe(304);
  });

  it('at a past revision is that of the versions of then, and may be kept for ever', async () => {
    for (const revision of [1, 400, seeded, past, past + 3]) {
      const { body, headers } = await t.http.get(`/v1/sync/digest?asOf=${revision}`);
      const records = await recordsAt(revision);
      expect({ count: body.count, digest: body.digest, asOf: body.asOf }).toEqual({
        ...{ count: records.length, digest: digestOf(records), asOf: revision },
      });
      expect(headers['cache-control']).toContain('immutable');
    }
  });

  it('of some types is that of their records', async () => {
    const head = await t.db.head();
    const { body } = await t.http.get('/v1/sync/digest?types=area,claim');
    expect(body.digest).toBe(digestOf(await recordsAt(head, ['area', 'claim'])));
    const again = await t.http.get('/v1/sync/digest?types=claim,area');
    expect(again.body).toEqual(body);
  });

  it('is of one state while others write', async () => {
    await t.http.patch('/v1/areas/cyber-security', { notes: 'A head without a digest' }, ANY);
    const head = await t.db.head();
    const records = await recordsAt(head);
    let parts = 0;
    before = async () => {
      parts += 1;
      await t.http.patch('/v1/areas/cyber-security', { notes: `Meanwhile ${parts}` }, ANY);
    };
    const { body } = await t.http.get('/v1/sync/digest');
    before = () => undefined;
    expect(parts).toBe(8);
    expect({ asOf: body.asOf, digest: body.digest }).toEqual({ asOf: head, digest: digestOf(records) });
  });

  it('is read once for all who ask for it', async () => {
    await t.http.patch('/v1/areas/cyber-security', { notes: 'A new head' }, ANY);
    let parts = 0;
    before = () => {
      parts += 1;
    };
    const answers = await Promise.all(Array.from({ length: 5 }, () => t.http.get('/v1/sync/digest')));
    await t.http.get('/v1/sync/digest');
    before = () => undefined;
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(parts).toBe(8);
  });

  it('goes on behind an id', async () => {
    const head = await t.db.head();
    const ids = (await recordsAt(head, ['event'])).map(({ id }) => id).sort();
    const after = ids[1_500];
    const args = { revision: head, type: 'event', after, bucket: undefined } as const;
    const { sums } = await t.service.store.snapshot((reader) => DIGEST.run(reader, args));
    expect(sums.reduce((total, { count }) => total + count, 0)).toBe(ids.length - 1_501);
  });

  it('that could not be read is read again by the next', async () => {
    await t.http.patch('/v1/areas/cyber-security', { notes: 'Another head' }, ANY);
    before = () => {
      throw new Error('made to fail');
    };
    expectProblem(await t.http.get('/v1/sync/digest'), 'internal');
    before = () => undefined;
    expect((await t.http.get('/v1/sync/digest')).status).toBe(200);
  });

  it.each([
    ['bucket=256', 'bucket'],
    ['bucket=-1', 'bucket'],
    ['types=areas', 'types'],
    ['asOf=0', 'asOf'],
    ['asOf=99999999', 'asOf'],
  ])('with %s is refused', async (query, parameter) => {
    const { errors } = expectProblem(await t.http.get(`/v1/sync/digest?${query}`), 'invalid-parameter');
    expect(errors).toMatchObject([{ parameter }]);
  });
});

describe('a difference', () => {
  it('is found in two requests', async () => {
    const { changes, head } = await followAll(t.http, '/v1/changes?docs=false&compact=true&limit=1000');
    const copy = new Map(changes.filter(({ op }) => op === 'put').map(({ id, version }) => [id, version]));
    const records = () => [...copy].map(([id, version]) => ({ id, version }));
    const whole = (await t.http.get(`/v1/sync/digest?asOf=${head}`)).body;
    expect(digestOf(records())).toBe(whole.digest);
    // One version is wrong in the copy.
    const [id = '', version = 0] = [...copy][copy.size >> 1] ?? [];
    copy.set(id, version + 1);
    expect(digestOf(records())).not.toBe(whole.digest);
    const inBucket = (bucket: number) => records().filter((each) => sha256(each.id)[0] === bucket);
    const differing = whole.buckets.flatMap(({ digest }: AnyJson, bucket: number) =>
      digest === digestOf(inBucket(bucket)) ? [] : [bucket],
    );
    expect(differing).toHaveLength(1);
    const { body } = await t.http.get(`/v1/sync/digest?asOf=${head}&bucket=${differing[0]}`);
    expect({ count: body.count, digest: body.digest }).toEqual(whole.buckets[differing[0]]);
    const wrong = body.records.filter((record: AnyJson) => copy.get(record.id) !== record.version);
    expect(wrong).toEqual([{ id, version }]);
    expect(body.records).toHaveLength(inBucket(differing[0]).length);
  });
});

describe('where the journal stands', () => {
  it('is told with what followers can rely on', async () => {
    const { body, headers, status } = await t.http.get('/v1/sync');
    expect(status).toBe(200);
    const { head } = await readPage(t.http, '/v1/changes?since=now');
    expect(body).toMatchObject({ head, oldest: 0, lifetimes: { cursor: null, tombstone: null, version: null } });
    expect(body.limits).toMatchObject({ changes: 1_000, waitSeconds: 60 });
    expect((await t.http.get('/v1/sync', { 'if-none-match': String(headers.etag) })).status).toBe(304);
    const { store } = t.service;
    await store.write((tx) => tx.run('new epoch', (db, tables) => db.update(tables.head).set({ epoch: 'another' })));
    const after = await t.http.get('/v1/sync', { 'if-none-match': String(headers.etag) });
    expect(after).toMatchObject({ status: 200, body: { head, epoch: 'another' } });
  });
});
