import { describe, expect, it } from 'vitest';
import type { AnyJson } from '../support/client.js';
import { given } from '../support/given.js';
import { useService } from '../support/use-service.js';

const facts = given('CHANCERY_FACTS', '../shared/seed-facts', 'contradictions.json');
const t = useService({ seeds: true });

describe('the contradictions of the facts', () => {
  it.skipIf(!facts.isThere)(`are disputes, each position with its sources${facts.note}`, async () => {
    const { contradictions } = JSON.parse(facts.text('contradictions.json'));
    expect(contradictions).toHaveLength(40);
    const { data: sources } = await t.http.walk('/v1/sources?limit=200');
    const slugs = new Map(sources.map(({ id, slug }) => [id, slug]));
    const told: AnyJson[] = [];
    for (const { slug } of contradictions) {
      const { status, body } = await t.http.get(`/v1/disputes/${slug}`);
      expect({ slug, status }).toEqual({ slug, status: 200 });
      const positions = body.positions.map(({ key, citations }: AnyJson) => ({
        key,
        sources: [...new Set(citations.map(({ source }: AnyJson) => slugs.get(source)))].sort(),
      }));
      told.push({ slug, positions, preferred: body.preferred ?? null, isReasoned: body.assessment !== undefined });
    }
    const expected = contradictions.map(({ slug, positions, preferred_position }: AnyJson) => ({
      slug,
      positions: positions.map(({ id, evidence = [] }: AnyJson) => ({
        key: id,
        sources: [...new Set(evidence.map(({ source }: AnyJson) => source))].sort(),
      })),
      preferred: preferred_position ?? null,
      isReasoned: true,
    }));
    expect(told).toEqual(expected);
  });
});

describe('whether the agreement was still to be negotiated in January 2025', () => {
  const get = async (path: string): Promise<AnyJson> => (await t.http.get(`/v1/${path}`)).body;
  const DISPUTE = 'article-consultations-vs-signed-agreement';

  it('is a dispute about the talks and the agreement, and stands on both', async () => {
    for (const path of ['agreements/us-ua-2024', 'events/us-ua-consultations-2025-01']) {
      const { included, id } = await get(`${path}?include=disputes`);
      const found = Object.values<AnyJson>(included.disputes).find(({ slug }) => slug === DISPUTE);
      expect(found).toMatchObject({ status: 'resolved', preferred: 'b', confidence: 'high' });
      expect(found.about).toContain(id);
      expect(found.assessment.length).toBeGreaterThan(50);
    }
  });

  it('has what the article says beside what its sources say, none of it lost', async () => {
    const { positions, included } = await get(`disputes/${DISPUTE}?include=sources,claims`);
    const byKey = Object.fromEntries(positions.map((position: AnyJson) => [position.key, position]));
    const sources = (key: string) => byKey[key].citations.map(({ source }: AnyJson) => included.sources[source].slug);
    expect(Object.keys(byKey)).toEqual(['a', 'b', 'c']);
    expect([byKey.a.value, byKey.b.value]).toEqual(['2025-01', '2024-06-13']);
    expect([sources('a'), sources('b')]).toEqual([['seed-article'], ['townhall-us', 'unn-us-signed']]);
    const claims = byKey.a.claims.map((id: string) => included.claims[id]);
    expect(claims.map(({ slug }: AnyJson) => slug)).toContain('art-next-negotiate');
    for (const { standing, citations } of claims) {
      expect(standing).toBe('standing');
      expect(citations.map(({ source }: AnyJson) => source)).toContain(byKey.a.citations[0].source);
    }
    const signed = await get('agreements/us-ua-2024');
    expect(signed).toMatchObject({ signedOn: '2024-06-13' });
  });

  it('is told beside the date that the article gives the talks', async () => {
    const { fields, disputes } = await get('events/us-ua-consultations-2025-01/provenance');
    const about = fields.filter((field: AnyJson) => field.disputes.some((id: string) => disputes[id].slug === DISPUTE));
    expect(about.map(({ field }: AnyJson) => field)).toEqual(['date', 'relations']);
  });
});
