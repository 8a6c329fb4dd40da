import { beforeAll, describe, expect, it } from 'vitest';
import { type AnyJson, expectProblem } from '../support/client.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });

/** Memberships of one body, by the slug of the member; undefined has no validity. */
const MEMBERS: Record<string, string | undefined> = {
  always: undefined,
  since: '2024-03/..',
  until: '../2023',
  closed: '2023-06-01/2024-02-15',
  vague: '2024/2024',
  'start-unknown': '/2024-05',
  'unknown-since': '/..',
};

beforeAll(async () => {
  const create = async (body: object) => {
    const { status, text } = await t.http.post('/v1/actors', { kind: 'person', ...body });
    expect({ body, status, text: status === 201 ? '' : text }).toEqual({ body, status: 201, text: '' });
  };
  await create({ slug: 'body', kind: 'organization', name: 'Body' });
  for (const [slug, validity] of Object.entries(MEMBERS))
    await create({ slug, name: slug, memberships: [{ of: 'body', role: 'member', ...(validity && { validity }) }] });
  await create({ slug: 'watcher', name: 'watcher', memberships: [{ of: 'body', role: 'observer' }] });
});

const slugs = async (query: string) => {
  const { status, text, body } = await t.http.get(`/v1/graph?of=actors/body&${query}`);
  expect({ status, text: status === 200 ? '' : text }).toEqual({ status: 200, text: '' });
  expect(body.edges).toHaveLength(body.nodes.length - 1);
  return body.nodes.slice(1).map(({ slug }: AnyJson) => slug);
};

describe('the time of an edge', () => {
  const all = [...Object.keys(MEMBERS), 'watcher'];
  const except = (...left: string[]) => all.filter((slug) => !left.includes(slug)).sort();

  it.each([
    ['', all],
    ['from=2024-02-16', except('until', 'closed')],
    ['to=2023-05', except('since', 'vague', 'closed')],
    ['from=2024-06&to=2024-06', except('until', 'closed', 'start-unknown')],
    ['from=2024-02-15&to=2024-02-15', except('until', 'since')],
    ['from=2013&to=2013', except('since', 'closed', 'vague')],
    ['from=../2024', all],
  ])('with %s may lie there', async (query, expected) => {
    expect((await slugs(query)).sort()).toEqual([...expected].sort());
  });

  it.each([
    ['from=2024&to=2024', except('until', 'unknown-since')],
    ['from=2024-06&to=2024-06', ['always', 'since', 'watcher']],
    ['from=2024-03-15&to=2024-03-20', ['always', 'watcher']],
    ['from=2024-02&to=2024-02', ['always', 'closed', 'watcher']],
    ['to=2022', ['always', 'until', 'watcher']],
    ['from=2025', ['always', 'since', 'unknown-since', 'watcher']],
    ['from=2020', all],
  ])('with %s must lie there', async (query, expected) => {
    expect((await slugs(`${query}&match=certain`)).sort()).toEqual([...expected].sort());
  });

  it('is none of a party that was never bound, in any period', async () => {
    const parties = async (more: string) => {
      const { body } = await t.http.get(`/v1/graph?of=actors/ukraine&relation=party&limit=1000${more}`);
      return body.edges.map(({ validity }: AnyJson) => validity);
    };
    expect(await parties('')).toContain(null);
    for (const more of ['&from=../2024', '&from=1990', '&to=2100', '&from=1900&to=2100&match=certain'])
      expect(await parties(more)).not.toContain(null);
  });

  it('narrows paths as well', async () => {
    const pathsOf = async (more: string) =>
      (await t.http.get(`/v1/graph?between=actors/until,actors/since&relation=member-of${more}`)).body.paths;
    expect(await pathsOf('')).toHaveLength(1);
    expect(await pathsOf('&from=2024-06')).toEqual([]);
  });
});

describe('the role of an edge', () => {
  it('is one of those named', async () => {
    expect(await slugs('role=observer')).toEqual(['watcher']);
    expect(await slugs('role=observer,member')).toHaveLength(Object.keys(MEMBERS).length + 1);
    expect(await slugs('role=host')).toEqual([]);
  });

  it('goes with the other filters', async () => {
    const path = '/v1/graph?of=actors/emmanuel-macron&role=host,member&relation=participant';
    const { body } = await t.http.get(path);
    expect(body.edges.length).toBeGreaterThan(0);
    expect(new Set(body.edges.map(({ relation, role }: AnyJson) => `${relation} ${role}`))).toEqual(
      new Set(['participant host']),
    );
  });
});

describe('a wrong filter', () => {
  it.each([
    ['role=chief', 'role', 'not-allowed'],
    ['role=host,,member', 'role', 'empty'],
    ['from=2024&to=2023', 'to', 'out-of-range'],
    ['from=yesterday', 'from', 'invalid-edtf'],
    ['to=2024-13', 'to', 'invalid-edtf'],
    ['match=perhaps', 'match', 'not-allowed'],
    ['from=2024&match=perhaps', 'match', 'not-allowed'],
  ])('%s is refused as lists refuse it, and named', async (query, parameter, code) => {
    const refused = expectProblem(await t.http.get(`/v1/graph?of=actors/body&${query}`), 'invalid-parameter');
    expect(refused.errors).toMatchObject([{ in: 'query', parameter, code }]);
    const list = expectProblem(await t.http.get(`/v1/events?${query}`), 'invalid-parameter');
    expect(list.errors.map(({ message: _message, ...error }: AnyJson) => error)).toEqual(
      refused.errors.map(({ message: _message, ...error }: AnyJson) => error),
    );
  });

  it('is not one that qualifies nothing, as in lists', async () => {
    expect((await t.http.get('/v1/graph?of=actors/body&match=certain')).status).toBe(200);
    expect((await t.http.get('/v1/events?match=certain')).status).toBe(200);
  });
});
