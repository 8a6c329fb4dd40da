import { beforeAll, describe, expect, it } from 'vitest';
import { ANY, type AnyJson } from '../support/client.js';
import { useService } from '../support/use-service.js';
import { apply, followAll, readPage, sorted } from './following.js';

const t = useService({ seeds: true });
const FEED = '/v1/changes';

const post = async (collection: string, body: object): Promise<AnyJson> => {
  const answer = await t.http.post(`/v1/${collection}`, body);
  expect({ status: answer.status, text: answer.text.slice(0, 300) }).toMatchObject({ status: 201 });
  return answer.body;
};
const patch = async (path: string, body: object): Promise<AnyJson> => {
  const answer = await t.http.patch(path, body, ANY);
  expect(answer.status).toBe(200);
  return answer.body;
};
const remove = async (path: string) => expect((await t.http.delete(path, ANY)).status).toBe(204);
const told = (changes: readonly AnyJson[]) => changes.map(({ version, op }) => `${op} v${version}`);

describe('a filtered feed', () => {
  it('tells of a record that leaves the filter, of one that comes back, and of no other', async () => {
    const start = await t.db.head();
    const person = await post('actors', { name: 'Comes and goes', kind: 'person', country: 'UA' });
    const path = `/v1/actors/${person.id}`;
    await patch(path, { description: 'Still fits' });
    await patch(path, { country: 'PL' });
    await patch(path, { description: 'Does not fit and did not' });
    await patch(path, { country: 'UA' });
    const never = await post('actors', { name: 'Never fits', kind: 'person', country: 'FR' });
    await remove(`/v1/actors/${never.id}`);
    await remove(path);
    const query = `${FEED}?types=actor&kind=person&country=UA`;
    const { changes, head } = await followAll(t.http, `${query}&limit=2`, `since=${start}`);
    expect(changes.every(({ id }) => id === person.id)).toBe(true);
    expect(told(changes)).toEqual(['put v1', 'put v2', 'leave v3', 'put v5', 'delete v6']);
    expect(changes[2].document).toBeNull();
    expect(head).toBe(start + 8);
    const leaving = await followAll(t.http, `${query}&op=leave`, `since=${start}`);
    expect(told(leaving.changes)).toEqual(['leave v3']);
  });

  it('told compactly tells that a record left which the reader may hold, however the pages fall', async () => {
    const start = await t.db.head();
    const person = await post('actors', { name: 'Held and lost', kind: 'person', country: 'EE' });
    const query = `${FEED}?types=actor&country=EE&compact=true&docs=false`;
    const held = await followAll(t.http, query, `since=${start}`);
    expect(told(held.changes)).toEqual(['put v1']);
    const path = `/v1/actors/${person.id}`;
    await patch(path, { country: 'LV' });
    // Between the two others change, so that one page ends there and is not up to date.
    for (let n = 0; n < 3; n += 1) await post('actors', { name: `Other ${n}`, kind: 'person', country: 'EE' });
    await patch(path, { description: 'Changed once more' });
    const { changes, pages } = await followAll(t.http, `${query}&limit=1`, `cursor=${held.next}`);
    expect(pages.length).toBeGreaterThan(3);
    expect(told(changes)).toEqual(['put v1', 'put v1', 'put v1', 'leave v3']);
    expect(changes.at(-1)).toMatchObject({ id: person.id, op: 'leave' });
    // Told by an earlier page of the same walk, and lost before its end.
    const late = await readPage(t.http, `${query}&since=${start}&limit=1`);
    const { id } = late.data[0];
    await patch(`/v1/actors/${id}`, { country: 'LV' });
    await patch(`/v1/actors/${id}`, { description: 'And again' });
    const rest = await followAll(t.http, `${query}&limit=1`, `cursor=${late.next}`);
    expect(rest.changes.filter((change) => change.id === id)).toMatchObject([{ op: 'leave', version: 3 }]);
  });

  it('is of the record that a name meant; where the name means another, the cursor no longer fits', async () => {
    await post('actors', { name: 'First owner', kind: 'state', slug: 'moving-name' });
    const path = `${FEED}?types=event&actor=moving-name`;
    const { next } = await readPage(t.http, `${path}&since=now`);
    await patch('/v1/actors/moving-name', { slug: 'moved-name' });
    await post('actors', { name: 'Second owner', kind: 'state', slug: 'moving-name' });
    expect((await t.http.get(`${path}&cursor=${next}`)).body.code).toBe('cursor-mismatch');
    const renamed = `${FEED}?types=event&actor=moved-name`;
    expect((await t.http.get(`${renamed}&cursor=${next}`)).body.code).toBe('cursor-mismatch');
  });
});

/** Each filter that the feed takes, on records that are there. */
const QUERIES: [string, string][] = [
  ['event', 'kind=consultation,summit'],
  ['event', 'status=concluded&from=2024&to=2024-06'],
  ['event', 'from=2023&match=certain'],
  ['event', 'actor=ukraine&role=participant,signatory'],
  ['event', 'role=host'],
  ['event', 'actor=ukraine&actor=united-states'],
  ['event', 'area=cyber-security&areaDepth=0'],
  ['event', 'agreement=g7-joint-declaration-2023'],
  ['event', 'bbox=22,44,41,53'],
  ['event', 'source=seed-article'],
  ['actor', 'kind=person,office'],
  ['actor', 'memberOf=g7&role=member'],
  ['actor', 'partOf=ukraine'],
  ['actor', 'country=UA&method=curated'],
  ['agreement', 'party=ukraine&bindingness=political'],
  ['agreement', 'legalForm=joint-declaration'],
  ['commitment', 'promisor=germany,united-kingdom'],
  ['commitment', 'currency=EUR&minAmount=1000000000'],
  ['commitment', 'stage=pledged,committed'],
  ['area', 'broader=military-equipment'],
  ['source', 'kind=official&language=en'],
  ['claim', 'attributedTo=unnamed-analysts'],
  ['claim', 'certainty=tentative'],
  ['dispute', 'status=open'],
  ['actor', 'tag=unverified'],
  ['actor', 'externalScheme=wikidata'],
];

describe('a copy kept by a filtered feed', () => {
  const copies = new Map<string, { held: Map<string, AnyJson>; next: string }>();
  const feed = (type: string, filters: string) => `${FEED}?types=${type}&${filters}`;

  async function listed(type: string, filters: string): Promise<AnyJson[]> {
    const { data } = await t.http.walk(`/v1/${type}s?${filters}&limit=200`);
    return data.sort((a: AnyJson, b: AnyJson) => (a.id < b.id ? -1 : 1));
  }

  beforeAll(async () => {
    for (const [type, filters] of QUERIES) {
      const { changes, next } = await followAll(t.http, feed(type, filters));
      copies.set(filters, { held: apply(new Map(), changes), next });
    }
    // Half of all records are changed so that most of them fit other filters than before.
    for (const collection of ['events', 'actors', 'agreements', 'commitments', 'sources', 'claims', 'disputes']) {
      const { data } = await t.http.walk(`/v1/${collection}?limit=200`);
      for (const [index, record] of data.entries()) {
        if (index % 4 !== 0) continue;
        const other = data[(index + 8) % data.length];
        const { participants, areas, country, memberships, parties, promisors, status, date, place } = other;
        const body = { ...record, kind: other.kind, tags: other.tags, citations: other.citations };
        const given = { participants, areas, country, memberships, parties, promisors, status, date, place };
        for (const [field, value] of Object.entries(given))
          if (field in record && value !== undefined) body[field] = value;
        await t.http.put(`/v1/${collection}/${record.id}`, body, ANY);
      }
    }
  }, 120_000);

  it.each(QUERIES)('of %ss with %s is the list with the same filters', async (type, filters) => {
    const copy = copies.get(filters);
    if (copy === undefined) throw new Error('no copy');
    const before = sorted(copy.held);
    const { changes } = await followAll(t.http, `${feed(type, filters)}&limit=50`, `cursor=${copy.next}`);
    expect(sorted(apply(copy.held, changes))).toEqual(await listed(type, filters));
    const compact = await followAll(t.http, `${feed(type, filters)}&compact=true&limit=7`);
    expect(sorted(apply(new Map(), compact.changes))).toEqual(sorted(copy.held));
    expect(before.length + copy.held.size).toBeGreaterThan(0);
  });

  it('has lost records and won others', async () => {
    const ops = new Set<string>();
    for (const [type, filters] of QUERIES) {
      const { changes } = await followAll(t.http, `${feed(type, filters)}&docs=false`, 'since=769');
      for (const { op } of changes) ops.add(op);
    }
    expect([...ops].sort()).toEqual(['delete', 'leave', 'put']);
  });
});
