import type { Document } from '../../../journal/kind.js';
import { fold } from '../../../shared/fold.js';
import { daysOf } from '../../../shared/span.js';
import { type Ask, leastBusy, subjectsNear } from '../likeness.js';
import type { Found, Rule } from '../rule.js';
import { type EventShape, shapeOf } from '../shapes.js';
import type { World } from '../world.js';

/** The longest month. */
const MAX_DAYS = 31;
const MACHINE = 'machine-coded';
/** Relations whose targets tell events apart: two agreements that are signed on one day are signed twice. */
const TELLING: readonly string[] = ['results-in', 'negotiates', 'announces', 'responds-to'];
/** Positions farther apart than this many degrees are two places. */
const SAME_PLACE_DEGREES = 0.5;

/**
 * Events that are likely one and the same, recorded twice. Two that a program coded are not compared: it codes one event
 * as often as it is reported, and that is known.
 */
export const probableDuplicate: Rule = {
  name: 'probable-duplicate',
  title: 'Probably recorded twice',
  description:
    'Two events are of the same kind, may be of the same day (both dated to a month or closer), have the same two or more actors, and nothing tells them apart.',
  severities: ['notice'],
  of: ['event'],
  dependencies: [],
  async check(records, world) {
    const events = records.map(likenessOf).filter((event) => event !== undefined);
    const asks = await asksFor(events, world);
    const near = await subjectsNear(world.reader, asks);
    const documents = await world.documents(near.flat());
    return asks.flatMap(({ event }, index) =>
      (near[index] ?? []).flatMap((id) => {
        const document = documents.get(id);
        const other = document && likenessOf(document);
        return other === undefined || id === event.id || !areAlike(event, other) ? [] : [found(event, other)];
      }),
    );
  },
};

interface Likeness extends EventShape {
  id: string;
  first: number;
  last: number;
  /** Each once, sorted. */
  actors: string[];
}

/** What is compared of an event; undefined when it says too little. */
function likenessOf(document: Document): Likeness | undefined {
  const event = shapeOf<EventShape>(document);
  const { first, last } = daysOf(event.date);
  const actors = [...new Set(event.participants.map(({ actor }) => actor))].sort();
  return actors.length < 2 || last - first >= MAX_DAYS ? undefined : { ...event, first, last, actors };
}

/** One look for each event, among those of the actor that has the fewest. */
async function asksFor(events: readonly Likeness[], world: World): Promise<(Ask & { event: Likeness })[]> {
  const pick = await leastBusy(
    world.reader,
    events.flatMap(({ actors }) => actors),
  );
  return events.map((event) => {
    const { kind, first, last, actors } = event;
    return { event, actor: pick(actors), kind, first: first - MAX_DAYS, last, ends: first };
  });
}

function areAlike(a: Likeness, b: Likeness): boolean {
  if (a.kind !== b.kind || a.first > b.last || b.first > a.last) return false;
  if (a.actors.join() !== b.actors.join()) return false;
  if (a.method === MACHINE && b.method === MACHINE) return false;
  return !isTied(a, b) && !isTied(b, a) && !areToldApart(a, b) && !areElsewhere(a.place, b.place);
}

function isTied({ relations }: Likeness, { id }: Likeness): boolean {
  return relations.some(({ target }) => target === id);
}

function areToldApart(a: Likeness, b: Likeness): boolean {
  return TELLING.some((kind) => {
    const targets = (event: Likeness) => event.relations.flatMap((each) => (each.kind === kind ? [each.target] : []));
    const [ofA, ofB] = [targets(a), targets(b)];
    return ofA.length > 0 && ofB.length > 0 && !ofA.some((target) => ofB.includes(target));
  });
}

/** Whether two places are known and not the same, by country, by position or else by name. */
function areElsewhere(a: EventShape['place'], b: EventShape['place']): boolean {
  if (a === undefined || b === undefined) return false;
  if (a.country !== undefined && b.country !== undefined && a.country !== b.country) return true;
  const distance = Math.max(apart(a.latitude, b.latitude), apart(a.longitude, b.longitude));
  return Number.isNaN(distance) ? fold(a.name) !== fold(b.name) : distance > SAME_PLACE_DEGREES;
}

function apart(one: number | undefined, other: number | undefined): number {
  return one === undefined || other === undefined ? Number.NaN : Math.abs(one - other);
}

function found(one: Likeness, other: Likeness): Found {
  const [a, b] = one.id < other.id ? [one, other] : [other, one];
  const { kind, actors } = a;
  const details = { kind, actors, dates: [a.date, b.date] };
  return {
    severity: 'notice',
    owners: [a.id, b.id],
    involves: [],
    key: 'pair',
    message: `Two events of the kind ${kind}, dated ${a.date} and ${b.date}, have the same ${actors.length} actors.`,
    details,
  };
}
