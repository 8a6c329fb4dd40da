import { beforeAll, describe, expect, it } from 'vitest';
import { type AnyJson, expectProblem } from '../support/client.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
const base = '/v1/events';

async function slugs(query: string): Promise<string[]> {
  const { data } = await t.http.walk(`${base}?${query}&limit=200`);
  return data.map(({ slug }: AnyJson) => slug).sort();
}

async function wrongParameter(query: string, parameter: string): Promise<AnyJson> {
  const problem = expectProblem(await t.http.get(`${base}?${query}`), 'invalid-parameter');
  expect(problem.errors[0].parameter).toBe(parameter);
  return problem;
}

const dated: Record<string, string> = {
  day: '2040-05-10',
  month: '2040-05',
  span: '2040-04-20/2040-05-05',
  'open-end': '2040-05-01/..',
  'unknown-end': '2040-05-01/',
  'open-start': '../2040-05-31',
  'unknown-start': '/2040-05-31',
  approximate: '2040-05~',
};

beforeAll(async () => {
  const common = { kind: 'meeting', status: 'scheduled', title: 'Dated', tags: ['dated'] };
  for (const [slug, date] of Object.entries(dated)) {
    expect((await t.http.post(base, { ...common, slug, date })).status).toBe(201);
  }
});

describe('from and to', () => {
  it('find what may have been in the range, unless match=certain', async () => {
    const may = 'tag=dated&from=2040-05&to=2040-05';
    expect(await slugs(may)).toEqual(Object.keys(dated).sort());
    expect(await slugs(`${may}&match=possible`)).toEqual(await slugs(may));
    expect(await slugs(`${may}&match=certain`)).toEqual(['approximate', 'day', 'month']);
  });

  it('take open and unknown ends for no bound', async () => {
    expect(await slugs('tag=dated&from=2050')).toEqual(['open-end', 'unknown-end']);
    expect(await slugs('tag=dated&to=2030')).toEqual(['open-start', 'unknown-start']);
    expect(await slugs('tag=dated&from=2040-05-01&match=certain')).toEqual(
      ['approximate', 'day', 'month', 'open-end', 'unknown-end'].sort(),
    );
    expect(await slugs('tag=dated&to=2040-05-31&match=certain')).toEqual(
      ['approximate', 'day', 'month', 'open-start', 'span', 'unknown-start'].sort(),
    );
  });

  it('take a single day, and reach to the end of a month', async () => {
    expect(await slugs('tag=dated&from=2040-05-10&to=2040-05-10&match=certain')).toEqual(['day']);
    expect(await slugs('tag=dated&to=2040-04')).toEqual(['open-start', 'span', 'unknown-start']);
  });

  it('leave out what has no date at all', async () => {
    const undated = { slug: 'undated-source', title: 'Undated', kind: 'news', tags: ['undated'] };
    await t.http.post('/v1/sources', undated);
    for (const query of ['from=0001', 'to=9999', 'from=0001&to=9999', 'from=0001&match=certain']) {
      const { body } = await t.http.get(`/v1/sources?tag=undated&${query}`);
      expect({ query, data: body.data }).toEqual({ query, data: [] });
    }
    expect((await t.http.get('/v1/sources?tag=undated')).body.data).toHaveLength(1);
  });

  it.each([
    ['from=2024-13', 'from'],
    ['to=2024-02-30', 'to'],
    ['from=', 'from'],
    ['from=yesterday', 'from'],
    ['from=2025&to=2024', 'to'],
    ['from=2024&match=maybe', 'match'],
    ['match=certainly', 'match'],
  ])('refuse %s', async (query, parameter) => {
    await wrongParameter(query, parameter);
  });

  it('are unknown where records have no dates', async () => {
    expectProblem(await t.http.get('/v1/areas?from=2024'), 'unknown-parameter');
    expectProblem(await t.http.get('/v1/disputes?to=2024'), 'unknown-parameter');
  });
});

describe('dates of events', () => {
  it.each(['2024-13', '2024-02-30', '', 'soon', '2025-01-01/2024-01-01', '24-01-01', '2024/13', '2024-1-1'])(
    'refuse "%s"',
    async (date) => {
      const json = { kind: 'meeting', status: 'scheduled', title: 'x', date };
      const problem = expectProblem(await t.http.post(base, json), 'invalid-request');
      expect(problem.errors).toMatchObject([{ in: 'body', pointer: '/date', code: 'invalid-edtf' }]);
    },
  );

  it.each([
    ['2024-02', '2024-02-01', '2024-02-29'],
    ['2040-05-01/..', '2040-05-01', null],
    ['/2025-01', null, '2025-01-31'],
    ['2023-07~', '2023-07-01', '2023-07-31'],
    ['2023', '2023-01-01', '2023-12-31'],
  ])('derive of %s the days %s and %s, and keep it as it is', async (date, earliest, latest) => {
    const answer = await t.http.post(base, { kind: 'meeting', status: 'scheduled', title: 'Derived', date });
    expect(answer.body).toMatchObject({ date, earliest, latest });
  });
});

describe('actors of events', () => {
  const ids = async (query: string) => new Set(await slugs(query));

  it('commas mean OR, repetition AND', async () => {
    const [us, germany] = [await ids('actor=united-states'), await ids('actor=germany')];
    expect(us.size * germany.size).toBeGreaterThan(0);
    expect(await slugs('actor=united-states,germany')).toEqual([...new Set([...us, ...germany])].sort());
    const both = [...us].filter((slug) => germany.has(slug)).sort();
    expect(await slugs('actor=united-states&actor=germany')).toEqual(both);
  });

  it('a role qualifies the actor; alone it is anybody in it', async () => {
    const body = {
      ...{ kind: 'call', status: 'concluded', date: '2041', tags: ['roles'] },
      participants: [
        { actor: 'germany', role: 'host' },
        { actor: 'germany', role: 'announcer' },
        { actor: 'france', role: 'guest' },
      ],
    };
    await t.http.post(base, { ...body, slug: 'roles', title: 'Roles' });
    expect(await slugs('tag=roles&actor=germany&role=host')).toEqual(['roles']);
    expect(await slugs('tag=roles&actor=germany&role=guest')).toEqual([]);
    expect(await slugs('tag=roles&actor=germany&role=guest,host')).toEqual(['roles']);
    expect(await slugs('tag=roles&actor=germany&role=host&role=announcer')).toEqual(['roles']);
    expect(await slugs('tag=roles&actor=germany&role=host&role=guest')).toEqual([]);
    expect(await slugs('tag=roles&actor=germany,france&role=host&role=guest')).toEqual(['roles']);
    expect(await slugs('tag=roles&role=guest')).toEqual(['roles']);
    expect(await slugs('tag=roles&role=host&role=target')).toEqual([]);
  });

  it('counts an event once, however often it names the actor', async () => {
    for (const query of ['actor=germany', 'actor=germany&role=host', 'actor=germany,france', 'role=host,guest']) {
      const found = await slugs(`tag=roles&${query}`);
      const { body } = await t.http.get(`${base}?tag=roles&${query}&count=exact`);
      expect({ query, found, count: body.count.value }).toEqual({ query, found: ['roles'], count: 1 });
    }
  });

  it('who acted on behalf of whom', async () => {
    const expected = (await t.http.walk(`${base}?limit=200&include=actors`)).pages.flatMap(({ data, included }) =>
      data.filter(({ participants }: AnyJson) =>
        participants.some(({ onBehalfOf }: AnyJson) => included.actors[onBehalfOf]?.slug === 'ukraine'),
      ),
    );
    expect(expected.length).toBeGreaterThan(1);
    expect(await slugs('onBehalfOf=ukraine')).toEqual(expected.map(({ slug }) => slug).sort());
  });
});

describe('areas of events', () => {
  it('include what is narrower, unless areaDepth=0', async () => {
    await t.http.post(base, {
      slug: 'narrow',
      kind: 'meeting',
      status: 'scheduled',
      title: 'x',
      date: '2042',
      areas: ['air-defence'],
    });
    expect(await slugs('area=military-equipment')).toContain('narrow');
    expect(await slugs('area=military-equipment&areaDepth=0')).not.toContain('narrow');
    expect(await slugs('area=air-defence&areaDepth=0')).toContain('narrow');
    expect(await slugs('area=military-equipment&area=air-defence')).toContain('narrow');
    expect(await slugs('area=cyber-security&area=air-defence')).not.toContain('narrow');
    expect(await slugs('area=cyber-security,military-equipment')).toContain('narrow');
  });

  it('refuse areaDepth without area', async () => {
    await wrongParameter('areaDepth=0', 'areaDepth');
  });

  it.each(['1', '00', '-1', 'x', ''])('refuse areaDepth=%s', async (depth) => {
    await wrongParameter(`area=cyber-security&areaDepth=${depth}`, 'areaDepth');
  });
});

describe('bbox', () => {
  beforeAll(async () => {
    const places = { fiji: [-17.7, 178.1], samoa: [-13.8, -172.1], null: [0, 0], pole: [90, 0] } as const;
    for (const [slug, [latitude, longitude]] of Object.entries(places)) {
      const body = { slug, kind: 'meeting', status: 'scheduled', title: slug, date: '2043', tags: ['placed'] };
      await t.http.post(base, { ...body, place: { name: slug, latitude, longitude } });
    }
    const nowhere = {
      slug: 'nowhere',
      kind: 'meeting',
      status: 'scheduled',
      title: 'x',
      date: '2043',
      tags: ['placed'],
    };
    await t.http.post(base, nowhere);
  });

  it.each([
    ['-180,-90,180,90', ['fiji', 'null', 'pole', 'samoa']],
    ['170,-30,-170,0', ['fiji', 'samoa']],
    ['-170,-30,170,0', ['null']],
    ['178.1,-17.7,178.1,-17.7', ['fiji']],
    ['-1,-1,1,1', ['null']],
    ['0,89,0,90', ['pole']],
    ['10,10,20,20', []],
  ])('%s holds %j', async (box, expected) => {
    expect(await slugs(`tag=placed&bbox=${box}`)).toEqual(expected);
  });

  it.each([
    '1,2,3',
    '1,2,3,4,5',
    'a,b,c,d',
    '-181,0,0,10',
    '0,-91,0,10',
    '0,10,10,0',
    '0,0,1e2,10',
    '0,,0,10',
    'NaN,0,1,1',
    '0, 0,1,1',
  ])('refuses %s', async (box) => {
    await wrongParameter(`bbox=${encodeURIComponent(box)}`, 'bbox');
  });

  it('needs both coordinates of a place', async () => {
    const json = { kind: 'meeting', status: 'scheduled', title: 'x', date: '2043', place: { name: 'x', latitude: 1 } };
    const problem = expectProblem(await t.http.post(base, json), 'invalid-request');
    expect(problem.errors[0].pointer).toMatch(/^\/place/);
  });
});

describe('codes of events', () => {
  it.each([
    ['kind=meting', 'kind', 'meeting'],
    ['status=conclude', 'status', 'concluded'],
    ['actor=ukraine&role=hots', 'role', 'host'],
  ])('refuse %s and suggest the nearest', async (query, parameter, meant) => {
    const problem = await wrongParameter(query, parameter);
    expect(problem.errors[0].message).toContain(`did you mean \`${meant}\``);
  });

  it.each(['ua', 'UKR', 'U1', 'UA,ua'])('refuse country=%s', async (country) => {
    await wrongParameter(`country=${country}`, 'country');
  });

  it('agree with the roll-ups that count them', async () => {
    const { data } = await t.http.walk(`${base}?limit=200`);
    for (const field of ['kind', 'status']) {
      for (const code of new Set(data.map((event: AnyJson) => event[field]))) {
        const { body } = await t.http.get(`${base}?${field}=${code}&count=exact`);
        const value = data.filter((event: AnyJson) => event[field] === code).length;
        expect({ field, code, count: body.count }).toEqual({ field, code, count: { value, exact: true } });
      }
    }
  });
});
