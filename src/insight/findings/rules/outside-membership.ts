import type { Document } from '../../../journal/kind.js';
import { firstOfEach } from '../first-of-each.js';
import { coverageOf, gapsInWords, validitiesInWords, validitiesOf } from '../held.js';
import type { Found, Rule } from '../rule.js';
import { type ActorShape, type EventShape, shapeOf } from '../shapes.js';

const BALLOTS: readonly string[] = ['vote', 'veto', 'resolution'];

/**
 * Actors that act for a body, or vote in one that hosts the vote, outside their memberships in it. Of an actor without any
 * recorded membership in it nothing is known.
 */
export const outsideMembership: Rule = {
  name: 'outside-membership',
  title: 'Outside the membership',
  description:
    'An actor acts on behalf of a body, or votes in it, on a date that its recorded memberships in that body do not cover.',
  severities: ['warning', 'notice'],
  of: ['event'],
  dependencies: [
    {
      on: 'actor',
      fields: ['memberships'],
      path: [{ direction: 'in', relations: ['participant'], type: 'event' }],
    },
  ],
  async check(records, world) {
    const acts = records.flatMap((record) => firstOfEach(actsOf(record), keyOf));
    const actors = await world.documents(acts.map(({ actor }) => actor));
    return acts.flatMap((act) => {
      const document = actors.get(act.actor);
      const memberships = document === undefined ? [] : shapeOf<ActorShape>(document).memberships;
      return outside(
        act,
        memberships.filter(({ of }) => of === act.body),
      );
    });
  },
};

/** That an actor acted as a member of a body. */
interface Act {
  record: string;
  pointer: string;
  actor: string;
  body: string;
  date: string;
}

function actsOf(record: Document): Act[] {
  const { id, kind, date, status, participants } = shapeOf<EventShape>(record);
  if (status === 'cancelled') return [];
  const hosts = participants.filter(({ role }) => role === 'host').map(({ actor }) => actor);
  return participants.flatMap(({ actor, role, onBehalfOf }, index) => {
    const bodies = onBehalfOf === undefined ? [] : [onBehalfOf];
    if (role === 'voter' && BALLOTS.includes(kind)) bodies.push(...hosts);
    return bodies.map((body) => ({ record: id, pointer: `/participants/${index}`, actor, body, date }));
  });
}

/** Of several acts of an actor for a body the first is told. */
function keyOf({ actor, body }: Act): string {
  return `${actor} ${body}`;
}

function outside(act: Act, memberships: ActorShape['memberships']): Found[] {
  if (memberships.length === 0) return [];
  const coverage = coverageOf(memberships, act.date);
  if (coverage.covered === 'all') return [];
  const { record, pointer, actor, body, date } = act;
  const found = { owners: [record] as const, involves: [actor, body], key: keyOf(act) };
  const details = { pointer, actor, body, date, memberships: validitiesOf(memberships) };
  const words = `The recorded memberships of the actor in the body (${validitiesInWords(memberships)})`;
  if (coverage.covered === 'none') {
    return [{ ...found, severity: 'warning', message: `${words} do not reach the date of this, ${date}.`, details }];
  }
  const { gaps } = coverage;
  const message = `${words} leave out days that the date of this, ${date}, may mean: ${gapsInWords(gaps)}.`;
  return [{ ...found, severity: 'notice', message, details: { ...details, gaps: gaps.map((gap) => ({ ...gap })) } }];
}
