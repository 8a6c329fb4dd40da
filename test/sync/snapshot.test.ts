import { get, type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseError } from '../../src/db/errors.js';
import type { Analyst } from '../../src/journal/analysis.js';
import { RESOURCE_TYPES } from '../../src/shared/ids.js';
import { SNAPSHOT_ORDER, SNAPSHOT_PAGE } from '../../src/sync/snapshot.js';
import { ANY, type AnyJson, expectProblem } from '../support/client.js';
import { addSyntheticEvents } from '../support/synthetic.js';
import { useService } from '../support/use-service.js';
import { apply, followAll, sorted } from './following.js';

const EVENTS = 1_500;
let pages = 0;
let before: (page: number) => unknown = () => undefined;
const watched = (analyst: Analyst): Analyst => ({
  isAside: analyst.isAside,
  async run(task, args) {
    if (task.name === SNAPSHOT_PAGE.name) {
      pages += 1;
      await before(pages);
    }
    return analyst.run(task, args);
  },
  close: () => analyst.close(),
});
const t = useService({ seeds: true, before: watched });
const PATH = '/v1/snapshot';

beforeAll(() => addSyntheticEvents(t.service.store, EVENTS), 120_000);
afterEach(() => {
  pages = 0;
  before = () => undefined;
});

function open(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => get(`${t.service.url}${path}`, { headers }, resolve).on('error', reject));
}

/** All lines that come, those that were cut off left out, and whether the answer ended as one that is whole does. */
async function readLines(response: IncomingMessage, stopAfter = Number.POSITIVE_INFINITY): Promise<AnyJson[]> {
  let text = '';
  try {
    for await (const chunk of response) {
      text += chunk;
      if (text.split('\n').length > stopAfter) break;
    }
  } catch {
    // A connection that is cut off; the last line tells.
  }
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

const take = async (path: string) => readLines(await open(path));
const recordsIn = (lines: readonly AnyJson[]) => lines.filter((line) => line.snapshot === undefined);
const isWhole = (lines: readonly AnyJson[]) => lines.at(-1)?.snapshot === 'end';

async function stateAt(revision: number, types: readonly string[] = RESOURCE_TYPES): Promise<AnyJson[]> {
  const states = await Promise.all(types.map((type) => t.db.stateAt(type, revision)));
  return sorted(states.flat().map(({ doc }) => doc));
}

describe('a snapshot', () => {
  it('is every live record of its revision, with counts and digest at its end', async () => {
    const head = await t.db.head();
    const lines = await take(PATH);
    expect(lines[0]).toMatchObject({ snapshot: 'begin', revision: head, types: SNAPSHOT_ORDER });
    const records = recordsIn(lines);
    expect(sorted(records)).toEqual(await stateAt(head));
    const { counts, count, digest, revision } = lines.at(-1);
    expect({ revision, count }).toEqual({ revision: head, count: records.length });
    for (const type of RESOURCE_TYPES)
      expect(counts[type], type).toBe(records.filter(({ id }) => id.startsWith(`${type}_`)).length);
    expect(digest).toBe((await t.http.get(`/v1/sync/digest?asOf=${head}`)).body.digest);
  });

  it('puts what fields refer to first, but for relations, about, and what is of the same type', async () => {
    const records = recordsIn(await take(PATH));
    const types = records.map(({ id }) => id.split('_')[0]);
    expect([...new Set(types)]).toEqual(SNAPSHOT_ORDER);
    expect(types).toEqual([...types].sort((a, b) => SNAPSHOT_ORDER.indexOf(a) - SNAPSHOT_ORDER.indexOf(b)));
    const rank = (id: string) => SNAPSHOT_ORDER.indexOf(id.split('_')[0] as never);
    for (const { relations: _relations, about: _about, ...record } of records) {
      const referred = JSON.stringify(record).match(
        /"(?:event|actor|agreement|commitment|area|source|claim)_[0-9a-z]{26}"/g,
      );
      for (const id of referred ?? []) expect(rank(JSON.parse(id))).toBeLessThanOrEqual(rank(record.id));
    }
  });

  it('is of one revision however much is written, and the feed goes on from it without a gap', async () => {
    let writes = 0;
    before = async (page) => {
      if (page % 3 !== 0) return;
      writes += 1;
      const path = `/v1/events/synthetic-${writes}`;
      expect((await t.http.patch(path, { title: `Meanwhile ${writes}` }, ANY)).status).toBe(200);
      expect((await t.http.delete(`/v1/events/synthetic-${EVENTS - writes}`, ANY)).status).toBe(204);
      expect((await t.http.post('/v1/areas', { label: `Meanwhile ${writes}` })).status).toBe(201);
    };
    const head = await t.db.head();
    const lines = await take(PATH);
    expect(writes).toBeGreaterThan(4);
    expect(sorted(recordsIn(lines))).toEqual(await stateAt(head));
    const copy = new Map<string, AnyJson>(recordsIn(lines).map((record) => [record.id, record]));
    const followed = await followAll(t.http, '/v1/changes?limit=7', `cursor=${lines.at(-1).cursor}`);
    expect(followed.changes.map(({ revision }) => revision)).toEqual(
      Array.from({ length: writes * 3 }, (_, index) => head + 1 + index),
    );
    expect(sorted(apply(copy, followed.changes))).toEqual(await stateAt(followed.head));
  });

  it('can be had of a past revision, for ever the same', async () => {
    for (const revision of [1, 500, 769]) {
      const response = await open(`${PATH}?asOf=${revision}`);
      expect(response.headers['cache-control']).toContain('immutable');
      const lines = await readLines(response);
      expect(sorted(recordsIn(lines))).toEqual(await stateAt(revision));
      expect(lines.at(-1)).toMatchObject({ snapshot: 'end', revision });
    }
  });

  it('of some types goes on with the feed of these', async () => {
    const head = await t.db.head();
    const lines = await take(`${PATH}?types=claim,area`);
    expect(sorted(recordsIn(lines))).toEqual(await stateAt(head, ['area', 'claim']));
    expect(lines.at(-1).digest).toBe((await t.http.get('/v1/sync/digest?types=area,claim')).body.digest);
    const { cursor } = lines.at(-1);
    expect((await t.http.get(`/v1/changes?types=area,claim&cursor=${cursor}`)).status).toBe(200);
    expectProblem(await t.http.get(`/v1/changes?cursor=${cursor}`), 'cursor-mismatch');
  });

  it('goes on where the connection broke, to the same end', async () => {
    const whole = await take(PATH);
    const received: AnyJson[] = [];
    let cursor = '';
    let requests = 0;
    for (;;) {
      requests += 1;
      const response = await open(`${PATH}${cursor}`);
      const lines = await readLines(response, 350);
      response.destroy();
      const last = lines.findLastIndex(({ snapshot }) => snapshot === 'checkpoint');
      received.push(...recordsIn(lines.slice(0, last + 1)));
      if (isWhole(lines)) {
        expect(lines.at(-1)).toEqual(whole.at(-1));
        break;
      }
      await t.http.post('/v1/areas', { label: `Between ${requests}` });
      cursor = `?cursor=${lines[last].cursor}`;
    }
    expect(requests).toBeGreaterThan(2);
    expect(received).toEqual(recordsIn(whole));
    expectProblem(await t.http.get(`${PATH}${cursor}&types=area`), 'cursor-mismatch');
    expectProblem(await t.http.get(`${PATH}${cursor}&asOf=5`), 'cursor-mismatch');
    expect((await t.http.get(`${PATH}${cursor}&asOf=${whole[0].revision}`)).status).toBe(200);
  });

  it.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
  ] as const)('is sent as %s to those who take it', async (encoding, decode) => {
    const path = `${PATH}?types=area&asOf=769`;
    const plain = await t.http.get(path);
    const response = await open(path, { 'accept-encoding': `${encoding}, identity;q=0.5` });
    expect(response.headers).toMatchObject({ 'content-encoding': encoding, vary: 'Accept, Accept-Encoding' });
    expect(response.headers.etag).not.toBe(plain.headers.etag);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    expect(decode(Buffer.concat(chunks)).toString()).toBe(plain.text);
  });

  it('is sent plainly to those who want that', async () => {
    for (const accepted of ['identity', 'gzip;q=0', 'zstd', 'identity, gzip;q=0.5', '']) {
      const response = await open(`${PATH}?types=area`, { 'accept-encoding': accepted });
      expect([accepted, response.headers['content-encoding']]).toEqual([accepted, undefined]);
      response.resume();
    }
  });

  it('that the client has is answered 304, and HEAD reads nothing', async () => {
    const { headers } = await t.http.get(`${PATH}?types=area`);
    const conditional = { 'if-none-match': String(headers.etag) };
    expect((await t.http.get(`${PATH}?types=area`, conditional)).status).toBe(304);
    pages = 0;
    expect(await t.http.send('HEAD', PATH)).toMatchObject({ status: 200, text: '' });
    expect(pages).toBe(0);
  });

  it('stops when the client goes away, encoded or not', async () => {
    before = () => pause(20);
    for (const accepted of ['identity', 'gzip']) {
      pages = 0;
      const response = await open(PATH, { 'accept-encoding': accepted });
      await new Promise((resolve) => response.once('data', resolve));
      response.destroy();
      for (let seen = -1; seen !== pages; await pause(300)) seen = pages;
      expect([accepted, pages < EVENTS / 100]).toEqual([accepted, true]);
    }
  });

  it('that fails midway has no last line, and one that fails before it begins is a problem', async () => {
    before = (page) => {
      if (page === 4) throw new DatabaseError('other', 'made to fail');
    };
    const lines = await take(PATH);
    expect(lines[0].snapshot).toBe('begin');
    expect(isWhole(lines)).toBe(false);
    before = () => {
      throw new DatabaseError('busy', 'too many readings wait already');
    };
    const answer = await t.http.get(PATH);
    expectProblem(answer, 'overloaded');
    expect(answer.headers.etag).toBeUndefined();
  });

  it('refuses cursors of others', async () => {
    const { body } = await t.http.get('/v1/changes?limit=1');
    expectProblem(await t.http.get(`${PATH}?cursor=${body.next}`), 'cursor-mismatch');
    expectProblem(await t.http.get(`${PATH}?cursor=nonsense`), 'cursor-malformed');
    expectProblem(await t.http.get(`${PATH}?types=areas`), 'invalid-parameter');
    expectProblem(await t.http.get(`${PATH}?limit=5`), 'unknown-parameter');
  });

  it('of no record has a beginning and an end', async () => {
    const lines = await take(`${PATH}?asOf=1&types=dispute`);
    expect(lines.map(({ snapshot }) => snapshot)).toEqual(['begin', 'checkpoint', 'end']);
    expect(lines.at(-1)).toMatchObject({ count: 0, counts: { dispute: 0 }, digest: '0'.repeat(64) });
  });
});
