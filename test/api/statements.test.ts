import { beforeAll, describe, expect, it } from 'vitest';
import { isFile } from '../../src/db/open.js';
import { ANY } from '../support/client.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
let past: number;

beforeAll(async () => {
  past = await t.db.head();
  await t.http.patch('/v1/events/us-ua-consultations-2025-01', { summary: 'Ünïcode “quoted”, 会談 \u2028' }, ANY);
});

/** How many statements a request runs. */
async function statements(path: string, headers = {}): Promise<{ status: number; ran: number }> {
  const before = t.service.store.statementsRun;
  const { status } = await t.http.get(path, headers);
  return { status, ran: t.service.store.statementsRun - before };
}

const SLUGS = {
  events: 'us-ua-consultations-2025-01',
  actors: 'ukraine',
  agreements: 'g7-joint-declaration-2023',
  commitments: 'uk-2024-military',
  areas: 'cyber-security',
  sources: 'seed-article',
  claims: 'art-event-consultations',
  disputes: 'kuleba-office',
};

describe.each(Object.entries(SLUGS))('reading one of %s', (collection, slug) => {
  it('runs one statement and gives the stored text as it is', async () => {
    const { body, text } = await t.http.get(`/v1/${collection}/${slug}`);
    expect(text).toBe(await t.db.storedDoc(body.id));
    const [external] = body.externalIds;
    const value = encodeURIComponent(external.value);
    for (const ref of [slug, body.id, `${external.scheme}:${value}`, `by/${external.scheme}/${value}`]) {
      expect(await statements(`/v1/${collection}/${ref}`)).toEqual({ status: 200, ran: 1 });
      const headers = { 'if-none-match': `"v${body.version}"` };
      expect(await statements(`/v1/${collection}/${ref}`, headers)).toEqual({ status: 304, ran: 1 });
    }
  });

  it('runs one for what is not there', async () => {
    expect(await statements(`/v1/${collection}/no-such-record`)).toEqual({ status: 404, ran: 1 });
  });

  it('runs at most nine for what it rests on, however much that is, and two to answer 304', async () => {
    const path = `/v1/${collection}/${slug}/provenance`;
    const { status, ran } = await statements(path);
    expect({ status, enough: ran <= 9 }).toEqual({ status: 200, enough: true });
    expect(await statements(path, { 'if-none-match': '*' })).toEqual({ status: 304, ran: 2 });
  });

  it('runs two with a key or as of the past', async () => {
    const headers = { authorization: `Bearer ${t.service.key('read')}` };
    expect(await statements(`/v1/${collection}/${slug}`, headers)).toEqual({ status: 200, ran: 2 });
    expect(await statements(`/v1/${collection}/${slug}?asOf=${past}`)).toEqual({ status: 200, ran: 2 });
  });
});

describe('lists', () => {
  const filters = [
    '',
    'kind=signing',
    'actor=ukraine',
    'actor=ukraine,united-states&role=host,participant',
    'actor=ukraine&actor=united-states',
    'area=military-equipment&country=UA,IT',
    'area=military-equipment&areaDepth=0',
    'from=2024&to=2025&match=certain',
    'agreement=us-ua-2024&source=seed-article&relatedTo=events/us-ua-consultations-2025-01',
    'bbox=22,44,41,53',
    'contested=true&tag=single-source',
    'updatedAfter=2020-01-01T00:00:00Z&method=curated&externalScheme=chancery-seed',
    'supported=none,some&restsOn=standing,mixed&minReliability=C',
  ];

  it.each(filters)('run at most three statements with %s', async (filter) => {
    for (const more of ['', 'sort=label', 'sort=-created&limit=200', 'count=exact', 'include=actors', `asOf=${past}`]) {
      const { status, ran } = await statements(`/v1/events?${[filter, more].filter(Boolean).join('&')}`);
      expect({ filter, more, status, enough: ran <= 3 }).toEqual({ filter, more, status: 200, enough: true });
    }
  });

  // SQLite's other thread has a connection of its own, whose statements are not in this number.
  it.each(filters)('run three to count, or one where another thread reads and counts, with %s', async (filter) => {
    const { body } = await t.http.get(`/v1/events?${filter}&count=exact`);
    expect(body.count.exact).toBe(true);
    const isKept = ['', 'kind=signing', 'actor=ukraine'].includes(filter);
    const ran = isFile(t.service.database.url) && !isKept ? 1 : 3;
    expect(await statements(`/v1/events?${filter}&count=exact`)).toEqual({ status: 200, ran });
  });

  it.each(filters)('run two without count and include, with %s', async (filter) => {
    expect(await statements(`/v1/events?${filter}`)).toEqual({ status: 200, ran: 2 });
  });

  it.each(filters)('run one to answer 304, with %s', async (filter) => {
    const path = `/v1/events?${filter}`;
    const { headers } = await t.http.get(path);
    expect(await statements(path, { 'if-none-match': headers.etag })).toEqual({ status: 304, ran: 1 });
  });

  it('run no statement for what is wrong with the query itself', async () => {
    for (const query of ['limit=0', 'colour=red', 'kind=x', 'cursor=x', 'from=2024-13', 'sort=x', 'asOf=x']) {
      expect(await statements(`/v1/events?${query}`)).toEqual({ status: 400, ran: 0 });
    }
  });
});
