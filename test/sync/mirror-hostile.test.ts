import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verify } from '../../src/journal/rebuild.js';
import { kinds } from '../../src/resources/index.js';
import { UpstreamError } from '../../src/sync/mirror/requests.js';
import { ANY, type AnyJson } from '../support/client.js';
import {
  conflictsOf,
  expectEqual,
  holdings,
  type Instance,
  mirrorsOf,
  post,
  pull,
  startInstance,
} from './mirroring.js';
import { type Relay, type Relayed, startRelay } from './relay.js';

let origin: Instance;
let mirror: Instance;
let relay: Relay;
beforeEach(async () => {
  origin = await startInstance();
  mirror = await startInstance();
  relay = await startRelay(origin.service.url);
});
afterEach(async () => {
  await relay.close();
  await mirror.stop();
  await origin.stop();
});

const level = () => pull(mirror, relay.url);
const linesOf = (text: string): AnyJson[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const textOf = (lines: readonly object[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

/** Alters the answers of some paths only. */
function alterOf(start: string, alter: (answer: Relayed) => Relayed | 'cut' | 'away'): void {
  relay.alter = (path, answer) => (path.startsWith(start) ? alter(answer) : answer);
}

/** Alters the lines of each snapshot. */
const alterSnapshot = (alter: (lines: AnyJson[]) => AnyJson[]) =>
  alterOf('/v1/snapshot', ({ status, text }) => ({ status, text: textOf(alter(linesOf(text))) }));

/** Alters the first entry of each page of changes. */
const alterEntry = (alter: (entry: AnyJson) => object) =>
  alterOf('/v1/changes', ({ status, text }) => {
    const page = JSON.parse(text);
    return {
      status,
      text: JSON.stringify({
        ...page,
        data: page.data.map((entry: AnyJson, n: number) => (n === 0 ? alter(entry) : entry)),
      }),
    };
  });

/** That a pull fails with a fault, tells it, and takes nothing away; then that it recovers. */
async function failsAndRecovers(fault: UpstreamError['fault'], words: RegExp): Promise<void> {
  const before = await holdings(mirror);
  const error = await level().then(
    () => undefined,
    (raised: unknown) => raised,
  );
  expect(error).toBeInstanceOf(UpstreamError);
  expect(error).toMatchObject({ fault, message: expect.stringMatching(words) });
  const after = await holdings(mirror);
  for (const id of before.keys()) expect(after.has(id), id).toBe(true);
  const [status] = await mirrorsOf(mirror);
  if (status !== undefined) expect(status.error).toMatch(words);
  expect(await verify(mirror.service.store, kinds)).toEqual([]);
  relay.alter = (_path, answer) => answer;
  await level();
  await expectEqual(origin, mirror);
  expect((await mirrorsOf(mirror))[0].error).toBeNull();
}

/** Some records at the origin, held by the mirror; then the origin is restored, so that the next pull reads a snapshot. */
async function levelThenRestored(): Promise<AnyJson[]> {
  const records: AnyJson[] = [];
  for (let n = 0; n < 5; n += 1) records.push(await post(origin, 'areas', { label: `Area ${n}` }));
  await level();
  await origin.service.store.write((tx) =>
    tx.run('new epoch', (db, { head }) => db.update(head).set({ epoch: 'another-life' })),
  );
  return records;
}

describe('a snapshot that is not whole takes nothing away', () => {
  it('when it ends without its last line', async () => {
    await levelThenRestored();
    alterSnapshot((lines) => lines.slice(0, 3));
    await failsAndRecovers('away', /broke off/);
  });

  it('when the connection is cut', async () => {
    await levelThenRestored();
    alterOf('/v1/snapshot', () => 'cut');
    await failsAndRecovers('away', /snapshot/);
  });

  it('when records are left out', async () => {
    await levelThenRestored();
    alterSnapshot((lines) => lines.filter((_, index) => index !== 2));
    await failsAndRecovers('wrong', /digest/);
  });

  it('when another version is told than is summed up', async () => {
    await levelThenRestored();
    alterSnapshot((lines) => lines.map((line, index) => (index === 2 ? { ...line, version: 9 } : line)));
    await failsAndRecovers('wrong', /digest/);
  });

  it('when a record comes twice', async () => {
    await levelThenRestored();
    alterSnapshot((lines) => lines.toSpliced(2, 0, lines[2]));
    await failsAndRecovers('wrong', /digest/);
  });

  it('when its last line is of another revision', async () => {
    await levelThenRestored();
    alterSnapshot((lines) => lines.map((line) => (line.snapshot === 'end' ? { ...line, revision: 3 } : line)));
    await failsAndRecovers('wrong', /snapshot/);
  });

  it.each<[string, (lines: AnyJson[]) => AnyJson[]]>([
    ['in its midst', (lines) => lines.slice(1)],
    ['twice', (lines) => [...lines.slice(0, 2), ...lines]],
  ])('when it begins %s', async (_where, alter) => {
    await levelThenRestored();
    alterSnapshot(alter);
    await failsAndRecovers('wrong', /first line/);
  });
});

describe('an answer that no instance gives', () => {
  it.each<[string, (text: string) => string, RegExp]>([
    ['no JSON', () => '{', /not JSON/],
    ['a key twice', (text) => text.replace('{', '{"head":1,'), /twice/],
    ['no instance', (text) => text.replace('"instance"', '"other"'), /instance/],
    ['an instance that is no id', (text) => text.replace(/"instance":"[^"]*"/, '"instance":"a b\\n"'), /instance/],
    ['a head below none', (text) => text.replace(/"head":[0-9]+/, '"head":-1'), /head/],
  ])('as to where it stands: %s', async (_name, alter, words) => {
    alterOf('/v1/sync', ({ status, text }) => ({ status, text: alter(text) }));
    await failsAndRecovers('wrong', words);
  });

  it.each<[string, (entry: AnyJson) => object, RegExp]>([
    ['of a type that there is not', (entry) => ({ ...entry, type: 'opinion' }), /type/],
    ['with an id that is none', (entry) => ({ ...entry, id: 'area_1' }), /id/],
    ['with a version that no column holds', (entry) => ({ ...entry, version: 2 ** 40 }), /version/],
    ['of a revision beyond the head', (entry) => ({ ...entry, revision: 10_000 }), /order of revisions/],
    ['of a revision that was told', (entry) => ({ ...entry, revision: 0 }), /order of revisions/],
    ['of another sort', (entry) => ({ ...entry, op: 'leave' }), /op/],
  ])('a change %s', async (_name, alter, words) => {
    await level();
    await post(origin, 'areas', { label: 'Told wrongly' });
    alterEntry(alter);
    await failsAndRecovers('wrong', words);
  });

  it('a redirect is not followed', async () => {
    alterOf('/v1/sync', () => ({ status: 302, text: '' }));
    await failsAndRecovers('wrong', /redirects are not followed/);
  });

  it('a page without end is not read to its end', async () => {
    await level();
    alterOf('/v1/changes', () => ({ status: 200, text: `{"data":[${' '.repeat(50 * 1024 * 1024)}` }));
    await failsAndRecovers('wrong', /longer than/);
  });
});

describe('a document that this program does not take', () => {
  it.each<[string, (document: AnyJson) => object]>([
    ['with an unknown field', (document) => ({ ...document, colour: 'red' })],
    ['without its label', ({ label: _, ...document }) => document],
    ['with a reference by name', (document) => ({ ...document, relations: [{ kind: 'related', target: 'areas/x' }] })],
    [
      'with a reference to another type',
      (document) => ({ ...document, broader: document.id.replace('area', 'event') }),
    ],
    ['with a time that is none', (document) => ({ ...document, createdAt: '2031-02-30T00:00:00.000Z' })],
    ['with the id of another', (document) => ({ ...document, id: document.id.replace(/.$/, '0') })],
    ['that is none', () => []],
  ])('%s is noted and left out; the rest goes on, and the next pull tries again', async (_name, alter) => {
    await level();
    const [bad, good] = [await post(origin, 'areas', { label: 'Bad' }), await post(origin, 'areas', { label: 'Good' })];
    const referrer = await post(origin, 'areas', { label: 'R', relations: [{ kind: 'related', target: bad.id }] });
    const altered = (path: string, answer: Relayed) => {
      if (path.startsWith('/v1/changes')) {
        const page = JSON.parse(answer.text);
        const data = page.data.map((entry: AnyJson) =>
          entry.id === bad.id ? { ...entry, document: alter(entry.document) } : entry,
        );
        return { status: 200, text: JSON.stringify({ ...page, data }) };
      }
      return path.includes(`${bad.id}?asOf`) ? { status: 404, text: '{}' } : answer;
    };
    relay.alter = altered;
    expect((await level())?.level).toBe(true);
    expect((await mirror.http.get(`/v1/areas/${good.id}`)).status).toBe(200);
    expect((await mirror.http.get(`/v1/areas/${bad.id}`)).status).toBe(404);
    expect(await conflictsOf(mirror, origin)).toEqual({ [bad.id]: 'missing' });
    // Nobody may refer to what is not there.
    const relations = [{ kind: 'related', target: bad.id }];
    expect((await mirror.http.post('/v1/areas', { label: 'No', relations })).body.code).toBe('unknown-reference');
    expect((await mirror.http.get(`/v1/areas/${referrer.id}/links`)).status).toBe(200);
    expect(await verify(mirror.service.store, kinds)).toEqual([]);
    relay.alter = (_path, answer) => answer;
    await level();
    expect(await conflictsOf(mirror, origin)).toEqual({});
    await expectEqual(origin, mirror);
  });

  it('a text with another digest is not stored; the source is held without it', async () => {
    const source = await post(origin, 'sources', { title: 'Has a text', kind: 'news' });
    const headers = { ...ANY, 'content-type': 'text/plain' };
    await origin.http.send('PUT', `/v1/sources/${source.id}/text`, { raw: 'The words.', headers });
    relay.alter = (path, answer) => (path.includes('/text') ? { status: 200, text: 'Other words.' } : answer);
    await level();
    expect(await conflictsOf(mirror, origin)).toEqual({ [source.id]: 'text-missing' });
    expect((await mirror.http.get(`/v1/sources/${source.id}/text`)).status).toBe(404);
    relay.alter = (_path, answer) => answer;
    await level();
    await expectEqual(origin, mirror);
  });
});

describe('an origin that only those with a key may read', () => {
  it('is refused without it, and pulled with it', async () => {
    const closed = await startInstance({ read: 'key', seeds: true });
    await expect(pull(mirror, closed.service.url)).rejects.toMatchObject({ fault: 'refused' });
    await expect(pull(mirror, closed.service.url, { follow: true })).rejects.toMatchObject({ fault: 'refused' });
    expect(await mirrorsOf(mirror)).toEqual([]);
    const outcome = await pull(mirror, closed.service.url, { key: closed.service.key('read') });
    expect(outcome?.tally.written).toBe(769);
    expect(JSON.stringify(await mirrorsOf(mirror))).not.toContain(closed.service.key('read'));
    await closed.stop();
  });

  it('is this very instance: that is refused', async () => {
    await expect(pull(mirror, mirror.service.url)).rejects.toThrow(/this very instance/);
  });
});
