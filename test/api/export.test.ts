import { get, type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseError } from '../../src/db/errors.js';
import type { Analyst } from '../../src/journal/analysis.js';
import { streamOf } from '../../src/resources/operations/formats/export.js';
import { type FormatPage, LIST_IN_FORMAT } from '../../src/resources/operations/formats/page.js';
import { type AnyJson, expectProblem } from '../support/client.js';
import { addSyntheticEvents } from '../support/synthetic.js';
import { useService } from '../support/use-service.js';

const EVENTS = 3_000;
/** Pages of exports read so far, and what happens before the one of a number is read. */
let pages = 0;
let before: (page: number) => unknown = () => undefined;

const watched = (analyst: Analyst): Analyst => ({
  isAside: analyst.isAside,
  async run(task, args) {
    if (task.name === LIST_IN_FORMAT.name) {
      pages += 1;
      await before(pages);
    }
    return analyst.run(task, args);
  },
  close: () => analyst.close(),
});

const t = useService({ seeds: true, before: watched });

beforeAll(() => addSyntheticEvents(t.service.store, EVENTS), 120_000);

afterEach(() => {
  pages = 0;
  before = () => undefined;
});

function open(path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => get(`${t.service.url}${path}`, resolve).on('error', reject));
}

/** All that comes, and whether it ended as an answer that is whole does. */
async function readAll(response: IncomingMessage): Promise<{ lines: string[]; isWhole: boolean }> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } catch {
    // A connection that is cut off; `complete` tells.
  }
  return { lines: Buffer.concat(chunks).toString().split('\n').slice(0, -1), isWhole: response.complete };
}

describe('an export', () => {
  it('is the walk over all pages, of one state while others write', async () => {
    const { data } = await t.http.walk('/v1/events?limit=200&sort=created');
    const body = { kind: 'call', title: 'Written meanwhile', date: '2001-01-01', status: 'concluded' };
    before = async (page) => {
      if (page > 1 && page < 6) expect((await t.http.post('/v1/events', body)).status).toBe(201);
      if (page === 7)
        await t.http.patch('/v1/events/synthetic-2999', { title: 'Changed meanwhile' }, { 'if-match': '*' });
    };
    const { lines, isWhole } = await readAll(await open('/v1/events?format=ndjson&sort=created'));
    expect(isWhole).toBe(true);
    expect(lines.map((line) => JSON.parse(line))).toEqual(data);
    expect(data.length).toBeGreaterThan(EVENTS);
    expect(pages).toBeGreaterThan(10);
  }, 60_000);

  it('names references as of its revision while they are renamed', async () => {
    before = async (page) => {
      if (page === 3) await t.http.patch('/v1/actors/ukraine', { slug: 'ukraine-meanwhile' }, { 'if-match': '*' });
    };
    const { lines } = await readAll(await open('/v1/events?format=csv&actor=ukraine&sort=created'));
    expect(pages).toBeGreaterThan(1);
    expect(lines.join()).not.toContain('ukraine-meanwhile');
    await t.http.patch('/v1/actors/ukraine-meanwhile', { slug: 'ukraine' }, { 'if-match': '*' }).catch(() => undefined);
  });

  it('stops when the client goes away', async () => {
    before = () => pause(20);
    const response = await open('/v1/events?format=ndjson');
    await new Promise((resolve) => response.once('data', resolve));
    response.destroy();
    await pause(200);
    const stopped = pages;
    await pause(300);
    expect(pages).toBe(stopped);
    expect(stopped).toBeLessThan(EVENTS / 100);
  });

  it('reads the next page when the one before was taken', async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<FormatPage, void, undefined> {
      for (;;) {
        read += 1;
        yield { size: 1, parts: ['x'.repeat(100_000)], entries: [], next: [read] };
      }
    }
    const stream = await streamOf(endless(), '');
    stream.read(0);
    await pause(50);
    const ahead = read;
    expect(ahead).toBeLessThanOrEqual(2);
    for (let taken = 1; taken <= 5; taken += 1) {
      expect(stream.read()).toHaveLength(100_000);
      await pause(10);
      expect(read).toBeLessThanOrEqual(ahead + taken);
    }
    stream.destroy();
  });

  it.each(['ndjson', 'csv'])('as %s that fails midway is cut off and never looks whole', async (format) => {
    before = (page) => {
      if (page === 4) throw new DatabaseError('other', 'made to fail');
    };
    const response = await open(`/v1/events?format=${format}`);
    expect(response.statusCode).toBe(200);
    const { lines, isWhole } = await readAll(response);
    expect(isWhole).toBe(false);
    expect(lines.length).toBeLessThan(EVENTS);
  });

  it.each(['ndjson', 'csv', 'ics', 'atom', 'geojson'])(
    'as %s that fails before it begins is a problem',
    async (format) => {
      before = () => {
        throw new DatabaseError('busy', 'too many readings wait already');
      };
      const answer = await t.http.get(`/v1/events?format=${format}`);
      expectProblem(answer, 'overloaded');
      expect(answer.headers['content-disposition']).toBeUndefined();
      expect(answer.headers.etag).toBeUndefined();
    },
  );

  it('that has begun waits where too many wait already', async () => {
    const failures = [3, 4, 6];
    before = (page) => {
      if (failures.includes(page)) throw new DatabaseError('busy', 'too many readings wait already');
    };
    const { lines, isWhole } = await readAll(await open('/v1/events?format=ndjson&fields=slug'));
    const slugs = lines.map((line) => (JSON.parse(line) as AnyJson).slug);
    expect({ isWhole, count: new Set(slugs).size }).toEqual({ isWhole: true, count: slugs.length });
    expect(slugs.length).toBeGreaterThan(EVENTS);
  });
});
