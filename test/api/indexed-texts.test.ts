import { beforeAll, describe, expect, it } from 'vitest';
import { MAX_INDEXED, searchTexts } from '../../src/journal/indexed-texts.js';
import { reindex, verify } from '../../src/journal/rebuild.js';
import { kinds, resourceOf } from '../../src/resources/index.js';
import { ANY, type Answer, type AnyJson } from '../support/client.js';
import { useService } from '../support/use-service.js';

const t = useService({});
const { kind } = resourceOf('sources');
const turn = (on: boolean) => searchTexts(t.service.store, kind, on);

async function sourceWith(slug: string, text?: string): Promise<AnyJson> {
  const { body } = await t.http.post('/v1/sources', { slug, title: `Report ${slug}`, kind: 'news' });
  if (text !== undefined) expect((await put(slug, text)).status).toBe(200);
  return body;
}
const put = (slug: string, raw: string): Promise<Answer> =>
  t.http.send('PUT', `/v1/sources/${slug}/text`, { raw, headers: { ...ANY, 'content-type': 'text/plain' } });

async function listed(q: string, asOf?: number): Promise<string[]> {
  const past = asOf === undefined ? '' : `&asOf=${asOf}`;
  const { status, body } = await t.http.get(`/v1/sources?q=${encodeURIComponent(q)}&fields=slug${past}`);
  expect(status).toBe(200);
  return body.data.map(({ slug }: AnyJson) => slug).sort();
}
const found = async (q: string) => (await t.http.get(`/v1/search?q=${encodeURIComponent(q)}`)).body.data;
/** What the database holds wrong of sources with texts, and of nothing else. */
const discrepancies = () => verify(t.service.store, kinds);

describe('texts of sources', () => {
  beforeAll(async () => {
    await sourceWith('indexed-before', 'The Quernstone Protocol was initialled at dawn.');
  });

  it('are not searched unless that is asked for', async () => {
    expect(await listed('quernstone')).toEqual([]);
    expect(await found('quernstone')).toEqual([]);
  });

  it('are searched from then on, those stored before and those stored after', async () => {
    expect(await turn(true)).toBe(1);
    expect(await turn(true)).toBe(0);
    await sourceWith('indexed-after', 'Nobody had read the quernstone protocol, they said in Łódź.');
    expect(await listed('QUERNSTONE')).toEqual(['indexed-after', 'indexed-before']);
    expect(await listed('"quernstone protocol" lodz')).toEqual(['indexed-after']);
    expect(await listed('quernstone -initialled')).toEqual(['indexed-after']);
    expect(await listed('"protocol quernstone"')).toEqual([]);
    expect(await listed('"in łódź report"')).toEqual([]);
    expect(await discrepancies()).toEqual([]);
  });

  it('show where the words stand', async () => {
    const [hit, ...others] = await found('initialled dawn');
    expect(others).toEqual([]);
    expect(hit).toMatchObject({ type: 'source', slug: 'indexed-before', via: [] });
    const [highlight] = hit.highlights;
    expect(hit.highlights).toHaveLength(1);
    expect(highlight.pointer).toBe('/text');
    expect(highlight.ranges.map(([from, to]: number[]) => highlight.text.slice(from, to))).toEqual([
      'initialled',
      'dawn',
    ]);
  });

  it('are searched as of a revision as they were then, and no longer once they are taken away', async () => {
    await sourceWith('indexed-anew', 'first wording: palimpsest');
    const first = await t.db.head();
    await put('indexed-anew', 'second wording: vellum');
    const second = await t.db.head();
    await t.http.patch('/v1/sources/indexed-anew', { title: 'Renamed' }, ANY);
    expect([await listed('palimpsest'), await listed('vellum'), await listed('vellum renamed')]).toEqual([
      [],
      ['indexed-anew'],
      ['indexed-anew'],
    ]);
    expect([await listed('palimpsest', first), await listed('vellum', first)]).toEqual([['indexed-anew'], []]);
    expect([await listed('palimpsest', second), await listed('vellum', second)]).toEqual([[], ['indexed-anew']]);
    expect((await t.http.delete('/v1/sources/indexed-anew/text', ANY)).status).toBe(204);
    expect([await listed('vellum'), await listed('vellum', second)]).toEqual([[], ['indexed-anew']]);
    expect(await discrepancies()).toEqual([]);
  });

  it('count up to a length, however many words they have, and are stored whole', async () => {
    const word = (n: number) => `w${n.toString(36)}ö`;
    let text = '';
    for (let n = 0; text.length < 4_000_000; n += 1) text += `${word(n)} `;
    await sourceWith('indexed-long', text);
    const last = text.slice(0, MAX_INDEXED).trimEnd().split(' ').slice(-2)[0] as string;
    expect(await listed(word(0))).toEqual(['indexed-long']);
    expect(await listed(last)).toEqual(['indexed-long']);
    expect(await listed(text.trimEnd().split(' ').at(-1) as string)).toEqual([]);
    expect((await t.http.get('/v1/sources/indexed-long/text')).text).toBe(text);
    await sourceWith('indexed-unspaced', '語'.repeat(50_000) + 'x'.repeat(50_000));
    expect(await listed('"語語"')).toEqual(['indexed-unspaced']);
    expect(await discrepancies()).toEqual([]);
  });

  it('are made anew with all other projections, and searched no longer when that is asked for', async () => {
    await reindex(t.service.store, kinds);
    expect(await listed('quernstone initialled')).toEqual(['indexed-before']);
    expect(await turn(false)).toBe(7);
    expect(await listed('quernstone')).toEqual([]);
    expect(await found('initialled dawn')).toEqual([]);
    expect(await discrepancies()).toEqual([]);
    await put('indexed-before', 'The Quernstone Protocol was initialled at noon.');
    expect(await listed('quernstone')).toEqual([]);
    expect(await turn(true)).toBe(8);
    expect(await listed('quernstone')).toEqual(['indexed-after', 'indexed-before']);
    expect(await discrepancies()).toEqual([]);
  });
});
