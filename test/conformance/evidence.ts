import { describe, expect, it } from 'vitest';
import type { Body } from '../../src/journal/kind.js';
import { ANY, type AnyJson, expectProblem } from '../support/client.js';
import { naiveRestsOn, naiveSupported, sourcesOf } from '../support/naive-support.js';
import type { Context } from './context.js';

let made = 0;

/** The filters on what a record rests on. */
export function describeEvidence(t: Context): void {
  const { base, resource } = t;
  /** A record with these citations and no others. */
  const citing = (citations: object[], extra: object = {}) => t.create({ ...bare, citations, ...extra } as Body);
  const bare =
    resource.type === 'dispute' ? { positions: ['a', 'b'].map((key) => ({ key, statement: key, citations: [] })) } : {};
  const source = async (extra: object = {}): Promise<string> => {
    made += 1;
    const body = { slug: `evidence-${resource.type}-${made}`, title: `Evidence ${made}`, kind: 'news', ...extra };
    const answer = await t.http.post('/v1/sources', body);
    expect(answer.status).toBe(201);
    return answer.body.id;
  };
  const found = async (query: string): Promise<string[]> => {
    const { data } = await t.http.walk(`${base}?${query}&limit=200`);
    const { body } = await t.http.get(`${base}?${query}&count=exact&limit=1`);
    expect({ query, count: body.count.value }).toEqual({ query, count: data.length });
    return data.map(({ id }) => id);
  };
  const expected = async (fits: (doc: AnyJson) => boolean) => (await t.all()).filter(fits).map(({ id }) => id);

  describe('evidence', () => {
    it('is told by supported, which is counted and kept as of the past', async () => {
      const whole = await citing([{ source: await source() }]);
      const label = await citing([{ source: await source(), supports: [resource.label] }]);
      const elsewhere = await citing([{ source: await source(), supports: ['nowhere', 'tags'] }]);
      for (const value of ['none', 'some', 'all', 'none,all']) {
        const fits = (doc: AnyJson) => value.split(',').includes(naiveSupported(resource.collection, doc));
        expect(await found(`supported=${value}`)).toEqual(await expected(fits));
      }
      expect(await found('supported=all')).toContain(whole.id);
      // No source can bear out the question of a dispute, which is ours.
      expect(naiveSupported(resource.collection, label)).toBe(resource.type === 'dispute' ? 'none' : 'some');
      expect(await found(`supported=${naiveSupported(resource.collection, elsewhere)}`)).toContain(elsewhere.id);
      const { facets } = (await t.http.get(`${base}?facets=supported&limit=1`)).body;
      for (const { value, count } of facets.supported.values)
        expect(await found(`supported=${value}`)).toHaveLength(count);
      const revision = await t.db.head();
      await t.http.patch(
        `${base}/${whole.id}`,
        { citations: [{ source: whole.citations[0].source, supports: ['nowhere'] }] },
        ANY,
      );
      expect(await found('supported=all')).not.toContain(whole.id);
      expect(await found(`supported=all&asOf=${revision}`)).toContain(whole.id);
    });

    it('is told by restsOn and minReliability, by what the sources were then', async () => {
      const [good, bad] = [await source({ reliability: 'B' }), await source({ reliability: 'D' })];
      const one = await citing([{ source: good }]);
      const both = await citing([{ source: good }, { source: bad }]);
      const related = await citing([{ source: bad }], { relations: [{ kind: 'reports', target: bad }] });
      const mine = async (query: string) => {
        const ids = await found(query);
        return [one, both, related].map(({ id }) => ids.includes(id));
      };
      expect(await mine('restsOn=standing')).toEqual([true, true, true]);
      if (resource.type !== 'source') {
        expect(await mine('minReliability=A')).toEqual([false, false, false]);
        expect(await mine('minReliability=C')).toEqual([true, true, false]);
        expect(await mine('minReliability=F')).toEqual([true, true, true]);
      }
      const revision = await t.db.head();
      const headers = { ...ANY, 'change-kind': 'retraction' };
      expect((await t.http.patch(`/v1/sources/${bad}`, { standing: 'retracted' }, headers)).status).toBe(200);
      expect(await mine('restsOn=standing')).toEqual([true, false, false]);
      expect(await mine('restsOn=mixed')).toEqual([false, true, false]);
      expect(await mine('restsOn=retracted,mixed')).toEqual([false, true, true]);
      expect(await mine('restsOn=retracted')).toEqual([false, false, true]);
      expect(await mine(`restsOn=standing&asOf=${revision}`)).toEqual([true, true, true]);
      if (resource.type !== 'source') {
        expect(await mine('minReliability=F')).toEqual([true, true, false]);
        expect(await mine(`minReliability=F&asOf=${revision}`)).toEqual([true, true, true]);
      }
      const retracted = new Set((await t.http.walk('/v1/sources?standing=retracted')).data.map(({ id }) => id));
      for (const value of ['nothing', 'standing', 'mixed', 'retracted']) {
        const fits = (doc: AnyJson) => naiveRestsOn(doc, (id) => retracted.has(id)) === value;
        expect(await found(`restsOn=${value}`)).toEqual(await expected(fits));
      }
      const sources = new Map((await t.http.walk('/v1/sources?limit=200')).data.map((doc) => [doc.id, doc]));
      const isReliable = (doc: AnyJson) => doc?.standing === 'standing' && doc.reliability <= 'C';
      const fits = (doc: AnyJson) =>
        resource.type === 'source' ? doc.reliability <= 'C' : sourcesOf(doc).some((id) => isReliable(sources.get(id)));
      expect(await found('minReliability=C')).toEqual(await expected(fits));
    });

    it.each(['supported=maybe', 'restsOn=sand', 'minReliability=G', 'minReliability=A,B'])(
      'refuses %s',
      async (query) => {
        const problem = expectProblem(await t.http.get(`${base}?${query}`), 'invalid-parameter');
        expect(problem.errors[0].parameter).toBe(query.split('=')[0]);
      },
    );
  });
}
