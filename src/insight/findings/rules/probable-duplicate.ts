import type { Document } from '../../../journal/kind.js';
import { type Alike, actorsOf, alikeOf } from '../../../resources/events/likeness.js';
import { fold } from '../../../shared/fold.js';
import { type Ask, likeAfter, likeBefore } from '../likeness.js';
import type { Found, Rewritten, Rule } from '../rule.js';
import { type EventShape, shapeOf } from '../shapes.js';

/** Relations whose targets tell events apart: two agreements that are signed on one day are signed twice. */
const TELLING: readonly string[] = ['results-in', 'negotiates', 'announces', 'responds-to'];
/** Positions farther apart than this many degrees are two places. */
const SAME_PLACE_DEGREES = 0.5;

/**
 * Events that are likely recorded again. Each is found once, with the one recorded last before it that it is like: all
 * pairs of a hundred alike would be 4,950.
 */
export const probableDuplicate: Rule = {
  name: 'probable-duplicate',
  title: 'Probably recorded twice',
  description:
    'An event is of the same kind as one recorded before it, may be of the same day (both dated to a month or closer), has the same two or more actors, and nothing tells the two apart.',
  severities: ['notice'],
  of: ['event'],
  dependencies: [],
  reach: async (changes, reader) => (await Promise.all(asksOf(changes).map((ask) => likeAfter(reader, ask)))).flat(),
  async check(records, world) {
    const events = records.map(likenessOf).filter((event) => event !== undefined);
    const before = await Promise.all(events.map((event) => likeBefore(world.reader, event)));
    const documents = await world.documents(before.flat());
    return events.flatMap((event, index) => {
      const others = (before[index] ?? []).map((id) => documents.get(id)).map((other) => other && likenessOf(other));
      const first = others.find((other) => other !== undefined && areAlike(other, event));
      return first === undefined ? [] : [found(first, event)];
    });
  },
};

interface Likeness extends EventShape, Alike {
  id: string;
}

/** What is compared of an event; undefined when it says too little. */
function likenessOf(document: Document): Likeness | undefined {
  const event = shapeOf<EventShape>(document);
  const alike = alikeOf(event);
  return alike && { ...event, ...alike };
}

/** For each likeness that changed records have or had: the one recorded first, and all the days that they may be of. */
function asksOf(changes: readonly Rewritten[]): Ask[] {
  const asks = new Map<string, Ask>();
  for (const event of changes.flatMap(({ before, now }) => [before, now])) {
    const alike = event && likenessOf(event);
    if (alike === undefined) continue;
    const { likeness, compared, id, first, last } = alike;
    const ask = asks.get(likeness) ?? { id, compared, first, last };
    const days = { first: Math.min(ask.first, first), last: Math.max(ask.last, last) };
    asks.set(likeness, { id: id < ask.id ? id : ask.id, compared, ...days });
  }
  return [...asks.values()];
}

/** Of events of one likeness, whether nothing tells them apart. */
function areAlike(a: Likeness, b: Likeness): boolean {
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

function found(before: Likeness, event: Likeness): Found {
  const { kind } = event;
  const actors = actorsOf(event);
  return {
    severity: 'notice',
    owners: [event.id],
    involves: [before.id],
    key: 'before',
    message: `Two events of the kind ${kind}, dated ${before.date} and ${event.date}, have the same ${actors.length} actors.`,
    details: { kind, actors, dates: [before.date, event.date] },
  };
}
