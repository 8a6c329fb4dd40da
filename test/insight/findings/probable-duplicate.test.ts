import { describe, expect, it } from 'vitest';
import { probableDuplicate } from '../../../src/insight/findings/rules/probable-duplicate.js';
import { useKnowledge } from '../../support/knowledge.js';

const here = useKnowledge();

type Given = Record<string, unknown>;

/** What is found on two events, alike but for what is given; each pair has actors of its own. */
async function foundOn(one: Given, other: Given) {
  const actors = [await here.add('actor'), await here.add('actor')];
  const participants = actors.map((actor) => ({ actor, role: 'participant' }));
  const alike = { kind: 'call', date: '2024-06-13', participants };
  const slugs = [await here.add('event', { ...alike, ...one }), await here.add('event', { ...alike, ...other })];
  return { slugs, participants, found: await here.find(probableDuplicate, ...slugs.map((slug) => `event/${slug}`)) };
}

describe('probable-duplicate', () => {
  it('notices that an event is like one recorded before', async () => {
    const { slugs, found } = await foundOn({ date: '2024-06' }, { title: 'In other words' });
    expect(found).toMatchObject([
      {
        severity: 'notice',
        owners: [slugs[1]],
        involves: [slugs[0]],
        message: 'Two events of the kind call, dated 2024-06 and 2024-06-13, have the same 2 actors.',
        details: { kind: 'call', dates: ['2024-06', '2024-06-13'] },
      },
    ]);
  });

  it.each([
    ['on days of one month', { date: '2024-01-01/2024-01-31' }, { date: '2024-01-31/2024-03-01' }],
    ['one of which a program coded', {}, { method: 'machine-coded' }],
    ['of which one place is known', {}, { place: { name: 'Kyiv' } }],
    ['at places with the same position', { place: at('Kiev', 50.45, 30.52) }, { place: at('Kyiv', 50.4, 30.5) }],
    ['at places of the same name', { place: { name: 'Kyïv', country: 'UA' } }, { place: { name: 'KYIV' } }],
  ])('notices two %s', async (_, one, other) => {
    expect((await foundOn(one, other)).found).toHaveLength(1);
  });

  it.each([
    ['of different kinds', {}, { kind: 'meeting' }],
    ['on different days', {}, { date: '2024-06-14' }],
    ['of which one is dated to a year', {}, { date: '2024' }],
    ['of which one has no end', {}, { date: '2024-06-13/..' }],
    ['that a program coded', { method: 'machine-coded' }, { method: 'machine-coded' }],
    ['in two countries', { place: { name: 'Berlin', country: 'DE' } }, { place: { name: 'Berlin', country: 'US' } }],
    ['at two places', { place: { name: 'Kyiv' } }, { place: { name: 'Lviv' } }],
    ['far apart', { place: at('Base', 50.45, 30.52) }, { place: at('Base', 49.84, 24.03) }],
  ])('finds nothing in two %s', async (_, one, other) => {
    expect((await foundOn(one, other)).found).toEqual([]);
  });

  it('compares the actors, in whatever order and roles, and not one alone', async () => {
    const actors = [await here.add('actor'), await here.add('actor'), await here.add('actor')];
    const of = (...some: (string | undefined)[]) => ({ participants: some.map((actor) => ({ actor, role: 'host' })) });
    const [a, b, c] = actors;
    expect((await foundOn(of(a, b, c), of(c, b, a, a))).found).toHaveLength(1);
    expect((await foundOn(of(a, b), of(a, c))).found).toEqual([]);
    expect((await foundOn(of(a), of(a))).found).toEqual([]);
  });

  it('finds nothing where a relation ties or tells them apart', async () => {
    const tied = await here.add('event');
    const relations = (kind: string, target: string) => ({ relations: [{ kind, target }] });
    const { slugs } = await foundOn({}, { kind: 'visit' });
    const [first] = slugs;
    const { doc } = await here.journal.current('event', first as string);
    const { kind, date, participants } = JSON.parse(doc as string);
    const again = (more: Given) => here.add('event', { kind, date, participants, ...more });
    const twin = await again(relations('follows', `events/${first}`));
    expect(await here.find(probableDuplicate, `event/${first}`, `event/${twin}`)).toEqual([]);
    await here.change('event', twin, relations('related', `events/${tied}`));
    expect(await here.find(probableDuplicate, `event/${first}`, `event/${twin}`)).toHaveLength(1);

    const [one, other] = [await here.add('agreement'), await here.add('agreement')];
    const signed = (slug: string) => relations('results-in', `agreements/${slug}`);
    expect((await foundOn(signed(one), signed(other))).found).toEqual([]);
    expect((await foundOn(signed(one), signed(one))).found).toHaveLength(1);
    expect((await foundOn(signed(one), {})).found).toHaveLength(1);
  });

  it('finds each of several once, with the one recorded last before it that it is like', async () => {
    const { slugs, participants } = await foundOn({}, {});
    const [first, second] = slugs;
    const again = (more: Given) => here.add('event', { kind: 'call', date: '2024-06-13', participants, ...more });
    const third = await again({});
    const apart = await again({ place: { name: 'Lviv', country: 'UA' } });
    const fourth = await again({ place: { name: 'Bonn', country: 'DE' } });
    const pairs = async () => {
      const found = await here.find(
        probableDuplicate,
        ...[...slugs, third, apart, fourth].map((slug) => `event/${slug}`),
      );
      return found.map(({ owners, involves }) => [...owners, ...involves]);
    };
    expect(await pairs()).toEqual([
      [second, first],
      [third, second],
      [apart, third],
      [fourth, third],
    ]);
    await here.change('event', second as string, { date: '2024-07' });
    expect(await pairs()).toEqual([
      [third, first],
      [apart, third],
      [fourth, third],
    ]);
  });

  it('compares an event with the twenty recorded last before it, and with as many that a program coded', async () => {
    const { participants } = await foundOn({}, {});
    const more = (given: Given) => here.add('event', { kind: 'visit', date: '2024-06-13', participants, ...given });
    const first = await more({ place: { name: 'Kyiv', country: 'UA' } });
    const coded = await more({ place: { name: 'Kyiv', country: 'UA' }, method: 'machine-coded' });
    const elsewhere = { place: { name: 'Bonn', country: 'DE' } };
    const between = await more(elsewhere);
    for (let nth = 0; nth < 19; nth += 1) {
      await more(elsewhere);
      await more({ ...elsewhere, method: 'machine-coded' });
    }
    const event = await more({ place: { name: 'Kyiv', country: 'UA' } });
    const like = async () => (await here.find(probableDuplicate, `event/${event}`)).map(({ involves }) => involves);
    expect(await like()).toEqual([[coded]]);
    await here.change('event', coded, { date: '2024-07' });
    expect(await like()).toEqual([]);
    await here.change('event', between, { date: '2024-07' });
    expect(await like()).toEqual([[first]]);
  });
});

function at(name: string, latitude: number, longitude: number) {
  return { name, latitude, longitude };
}
