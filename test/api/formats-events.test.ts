import { parseXml, type XmlElement, XmlText } from '@rgrove/parse-xml';
import { parseAtomFeed } from 'feedsmith';
import ICAL from 'ical.js';
import { TypeID } from 'typeid-js';
import { beforeAll, describe, expect, it } from 'vitest';
import { ANY, type AnyJson, expectProblem } from '../support/client.js';
import { addSyntheticEvents } from '../support/synthetic.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
const ODD = 'Talks, "quoted"; a\\b & <c> ]]>\r\nsecond line \u0001🙂';

/** Events with every sort of date and status, all with the tag `made`. */
const made: Record<string, object> = {
  'made-day': { date: '2030-03-15', status: 'concluded' },
  'made-span': { date: '2030-03-15/2030-03-17', status: 'scheduled' },
  'made-month': { date: '2030-03', status: 'concluded', summary: 'A summary.' },
  'made-uncertain': { date: '2030-03-15?', status: 'concluded' },
  'made-time': { date: '2030-03-15T23:30:00-05:00', status: 'scheduled' },
  'made-local': { date: '2030-03-15T09:30', status: 'scheduled' },
  'made-open': { date: '2030-03-15/..', status: 'ongoing' },
  'made-start-unknown': { date: '/2030-03', status: 'ongoing' },
  'made-dayless': { date: '/..', status: 'ongoing' },
  'made-ancient': { date: '-0044-03-15', status: 'concluded' },
  'made-announced': { date: '2030-03-15', status: 'announced' },
  'made-cancelled': { date: '2030-03', status: 'cancelled' },
  'made-postponed': { date: '2030-04-01', status: 'postponed', previousDate: '2030-03-15' },
  'made-odd': {
    ...{ date: '2030-03-15', status: 'concluded', title: ODD, summary: ODD },
    place: { name: 'Nowhere, "far"', country: 'FJ', latitude: -17.7, longitude: 0.0000001, online: true },
  },
};

beforeAll(async () => {
  for (const [slug, more] of Object.entries(made)) {
    const body = {
      ...{ slug, kind: 'meeting', title: slug, tags: ['made'], areas: ['cyber-security'] },
      ...{ participants: [{ actor: 'ukraine', role: 'host' }], ...more },
    };
    const { status, text } = await t.http.post('/v1/events', body);
    expect({ slug, status, text: status === 201 ? '' : text }).toEqual({ slug, status: 201, text: '' });
  }
});

describe('iCalendar', () => {
  const calendar = async (query: string) => {
    const answer = await t.http.get(`/v1/events?format=ics&${query}`);
    expect(answer.status).toBe(200);
    const parsed = new ICAL.Component(ICAL.parse(answer.text));
    const events = new Map(
      parsed.getAllSubcomponents('vevent').map((event) => [event.getFirstPropertyValue('uid'), event]),
    );
    return { answer, parsed, events };
  };
  const bySlug = async (slug: string) => {
    const { body } = await t.http.get(`/v1/events/${slug}`);
    const event = (await calendar('tag=made')).events.get(body.id);
    const value = (name: string) => event?.getFirstPropertyValue(name)?.toString();
    return { body, event, value };
  };

  it('holds every event of the seeds, with lines of at most 75 octets that end in CRLF', async () => {
    const { answer, parsed, events } = await calendar('externalScheme=chancery-seed');
    const { data } = await t.http.walk('/v1/events?limit=200&externalScheme=chancery-seed');
    expect([...events.keys()]).toEqual(data.map(({ id }) => id));
    expect(parsed.getFirstPropertyValue('version')).toBe('2.0');
    expect(answer.text.endsWith('END:VCALENDAR\r\n')).toBe(true);
    expect(answer.text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    for (const line of answer.text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    for (const event of events.values()) {
      for (const name of ['dtstamp', 'dtstart', 'status', 'summary', 'sequence', 'url'])
        expect(event.hasProperty(name), name).toBe(true);
    }
  });

  it.each([
    ['made-day', '2030-03-15', '2030-03-16', 'CONFIRMED', 'When: on 15 March 2030.'],
    ['made-span', '2030-03-15', '2030-03-18', 'CONFIRMED', 'When: from 15 March 2030 to 17 March 2030.'],
    ['made-month', '2030-03-01', '2030-04-01', 'TENTATIVE', 'When: in March 2030 (day not known).'],
    ['made-uncertain', '2030-03-15', '2030-03-16', 'TENTATIVE', 'When: on 15 March 2030 (uncertain).'],
    ['made-time', '2030-03-16T04:30:00Z', undefined, 'CONFIRMED', '23:30:00 UTC-05:00'],
    ['made-local', '2030-03-15T09:30:00', undefined, 'CONFIRMED', '09:30 local time'],
    ['made-open', '2030-03-15', '2030-03-16', 'TENTATIVE', 'with no end set'],
    ['made-start-unknown', '2030-03-31', '2030-04-01', 'TENTATIVE', 'from an unknown date to March 2030'],
    ['made-announced', '2030-03-15', '2030-03-16', 'TENTATIVE', 'Announced.'],
    ['made-cancelled', '2030-03-01', '2030-04-01', 'CANCELLED', 'Cancelled.'],
    ['made-postponed', '2030-04-01', '2030-04-02', 'TENTATIVE', 'Postponed. Earlier date: on 15 March 2030.'],
  ])('shows %s from %s to %s as %s', async (slug, start, end, status, words) => {
    const { value } = await bySlug(slug);
    expect({ start: value('dtstart'), end: value('dtend'), status: value('status') }).toEqual({ start, end, status });
    expect(value('description')).toContain(words);
    expect(value('description')).toContain('Participants: Ukraine (host).');
    expect(value('transp')).toBe('TRANSPARENT');
  });

  it('says who wrote what when, and counts versions', async () => {
    const first = await bySlug('made-day');
    expect(first.value('sequence')).toBe('0');
    await t.http.patch('/v1/events/made-day', { summary: 'More.' }, ANY);
    const second = await bySlug('made-day');
    expect(second.value('sequence')).toBe('1');
    expect(second.value('uid')).toBe(first.value('uid'));
    expect(Date.parse(second.value('dtstamp') ?? '')).toBe(Math.floor(Date.parse(second.body.updatedAt) / 1000) * 1000);
    expect(second.value('url')).toBe(`${t.service.url}/v1/events/${second.body.id}`);
    expect(second.event?.getFirstProperty('categories')?.getValues()).toEqual(['meeting', 'Cyber security', 'made']);
  });

  it('carries any text, and a position without exponents', async () => {
    const { event, value } = await bySlug('made-odd');
    expect(value('summary')).toBe('Talks, "quoted"; a\\b & <c> ]]>\nsecond line \ufffd🙂');
    expect(value('location')).toBe('Nowhere, "far", FJ, online');
    expect(event?.getFirstProperty('geo')?.toICALString()).toBe('GEO:-17.7;0');
  });

  it('leaves out what has no day it could show, and says how many', async () => {
    const { parsed, events } = await calendar('tag=made');
    expect(events.size).toBe(Object.keys(made).length - 2);
    expect(parsed.getFirstPropertyValue('x-wr-caldesc')).toContain('2 events are left out');
  });

  it('includes or omits what was cancelled', async () => {
    const sizeWith = async (query: string) => (await calendar(`tag=made&${query}`)).events.size;
    const all = await sizeWith('cancelled=include');
    expect(await sizeWith('sort=label')).toBe(all);
    expect(await sizeWith('cancelled=omit')).toBe(all - 1);
    expect(await sizeWith('cancelled=omit&status=cancelled,postponed')).toBe(1);
  });

  it('of nothing is a calendar all the same', async () => {
    const { events, parsed } = await calendar('tag=no-such-tag');
    expect([events.size, parsed.name]).toEqual([0, 'vcalendar']);
  });
});

describe('Atom', () => {
  const childrenOf = (element: XmlElement, name: string) =>
    element.children.filter((child) => child.type === 'element' && (child as XmlElement).name === name) as XmlElement[];

  /** What RFC 4287 asks of a feed, read by a parser that is strict about XML. */
  function expectValid(text: string): XmlElement {
    const root = parseXml(text).root as XmlElement;
    expect([root.name, root.attributes.xmlns]).toEqual(['feed', 'http://www.w3.org/2005/Atom']);
    for (const element of [root, ...childrenOf(root, 'entry')]) {
      for (const name of ['id', 'title', 'updated']) expect(childrenOf(element, name), name).toHaveLength(1);
      expect(childrenOf(element, 'id')[0]?.text).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
      expect(childrenOf(element, 'updated')[0]?.text).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    }
    expect(childrenOf(root, 'author')).toHaveLength(1);
    expect(root.children.filter((child) => child instanceof XmlText)).toEqual([]);
    return root;
  }

  it('is a valid feed of what changed last, which another program reads', async () => {
    const answer = await t.http.get('/v1/events?format=atom&tag=made');
    expectValid(answer.text);
    const { data } = await t.http.walk('/v1/events?tag=made&sort=-updated');
    const feed = parseAtomFeed(answer.text);
    expect(feed.links?.find(({ rel }) => rel === 'self')?.href).toBe(`${t.service.url}/v1/events?format=atom&tag=made`);
    const entries = (feed.entries ?? []).map(({ id, title, updated, published, links }) => ({
      ...{ id, updated, published },
      ...{ title: title?.value, href: links?.[0]?.href },
    }));
    const expected = data.map((event: AnyJson) => ({
      ...{
        id: `urn:uuid:${TypeID.fromString(event.id).toUUID()}`,
        updated: event.updatedAt,
        published: event.createdAt,
      },
      title: event.title === ODD ? 'Talks, "quoted"; a\\b & <c> ]]>\nsecond line \ufffd🙂' : event.title,
      href: `${t.service.url}/v1/events/${event.id}`,
    }));
    expect(entries).toEqual(expected);
    expect(new Date(feed.updated ?? 0).toISOString()).toBe(data[0].updatedAt);
    const month = feed.entries?.find(({ title }) => title?.value === 'made-month');
    expect(month?.content?.value).toContain('in March 2030 (day not known)');
    expect(month?.summary?.value).toBe('A summary.');
    expect(month?.categories?.map(({ term }) => term)).toEqual(['meeting', 'Cyber security', 'made']);
  });

  it('is paged, in any order asked for, by the link in the feed and in the header', async () => {
    for (const sort of ['', '&sort=label']) {
      const titles: string[] = [];
      const ids = new Set<string>();
      let path: string | undefined = `/v1/events?format=atom&tag=made&limit=5${sort}`;
      while (path !== undefined) {
        const answer = await t.http.get(path);
        const root = expectValid(answer.text);
        titles.push(...childrenOf(root, 'entry').map((entry) => childrenOf(entry, 'title')[0]?.text ?? ''));
        ids.add(childrenOf(root, 'id')[0]?.text ?? '');
        const next = childrenOf(root, 'link').find(({ attributes }) => attributes.rel === 'next')?.attributes.href;
        expect(answer.headers.link).toBe(next && `<${next}>; rel="next"`);
        path = next?.replace(t.service.url, '');
      }
      const { data } = await t.http.walk(`/v1/events?tag=made${sort || '&sort=-updated'}`);
      expect(titles.map((title) => title.slice(0, 5))).toEqual(data.map(({ title }) => title.slice(0, 5)));
      expect(ids.size).toBe(1);
    }
  });

  it('of nothing is a valid feed', async () => {
    expectValid((await t.http.get('/v1/events?format=atom&tag=no-such-tag')).text);
    expectValid((await t.http.get('/v1/events?format=atom&tag=no-such-tag&asOf=5')).text);
  });
});

describe('GeoJSON', () => {
  it('holds the events with a position, in pages, with flat properties', async () => {
    const { data } = await t.http.walk('/v1/events?limit=200');
    const placed = data.filter(({ place }) => place?.latitude !== undefined);
    expect(placed.length).toBeGreaterThan(10);
    const features: AnyJson[] = [];
    let path: string | undefined = '/v1/events?format=geojson&limit=20';
    while (path !== undefined) {
      const { body, headers } = await t.http.get(path);
      expect({ type: body.type, asOf: body.asOf }).toEqual({ type: 'FeatureCollection', asOf: await t.db.head() });
      expect(headers.link).toBe(body.next === null ? undefined : `<${body.next}>; rel="next"`);
      features.push(...body.features);
      path = body.next?.replace(t.service.url, '');
    }
    expect(features.map(({ id }) => id)).toEqual(placed.map(({ id }) => id));
    for (const [index, { type, geometry, properties }] of features.entries()) {
      const { place, ...event } = placed[index];
      expect({ type, geometry }).toEqual({
        type: 'Feature',
        geometry: { type: 'Point', coordinates: [place.longitude, place.latitude] },
      });
      expect(properties).toMatchObject({
        id: event.id,
        slug: event.slug,
        version: event.version,
        placeName: place.name,
      });
      for (const value of Object.values(properties)) expect(value === null || typeof value !== 'object').toBe(true);
    }
  });

  it('honours a box, fields and asOf', async () => {
    const boxed = (await t.http.walk('/v1/events?bbox=22,44,41,53')).data;
    const { body } = await t.http.get('/v1/events?format=geojson&bbox=22,44,41,53&fields=slug&limit=200');
    expect(body.features.map(({ properties }: AnyJson) => properties)).toEqual(
      boxed.map(({ id, slug }) => ({ id, slug })),
    );
    const past = (await t.http.get('/v1/events?format=geojson&asOf=3')).body;
    expect(past.asOf).toBe(3);
    expect(past.features.length).toBeLessThanOrEqual(3);
  });
});

describe('a calendar of too many', () => {
  it('is refused with what to do, and may be capped', async () => {
    await addSyntheticEvents(t.service.store, 5_001);
    const problem = expectProblem(await t.http.get('/v1/events?format=ics&from=1970&to=2003'), 'invalid-parameter');
    expect(problem.errors).toMatchObject([{ in: 'query', parameter: 'from', code: 'too-many' }]);
    expect(problem.detail).toMatch(/5,000.*`from` and `to`/);
    const capped = await t.http.get('/v1/events?format=ics&from=1970&to=2003&limit=7');
    expect(capped.text.match(/BEGIN:VEVENT/g)).toHaveLength(7);
    const narrowed = await t.http.get('/v1/events?format=ics&from=1970&to=1980');
    expect(narrowed.text.match(/BEGIN:VEVENT/g)?.length).toBeGreaterThan(1_000);
  }, 120_000);
});
