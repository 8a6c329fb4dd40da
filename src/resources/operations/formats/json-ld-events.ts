import type { Document, Json } from '../../../journal/kind.js';
import { isoAsKnown } from '../../../shared/edtf-words.js';
import { edtfProperty, type Linked, type Node, nodesOf, placeNode, renamed, spanOf } from './json-ld-parts.js';
import { entriesOf, placeOf, textOf, textsOf } from './rendering.js';

/** The property of schema.org's Event that a role of ours stands under. */
const ROLES: Readonly<Record<string, 'organizer' | 'attendee' | 'contributor' | 'about'>> = {
  host: 'organizer',
  initiator: 'organizer',
  guest: 'attendee',
  participant: 'attendee',
  signatory: 'attendee',
  observer: 'attendee',
  voter: 'attendee',
  mediator: 'contributor',
  announcer: 'contributor',
  recipient: 'about',
  target: 'about',
};

export function eventNode(event: Document, linked: Linked): Node {
  const participants = entriesOf(event, 'participants');
  const inRole = (property: string) => {
    const fitting = participants.filter(({ role }) => ROLES[String(role)] === property);
    return nodesOf([...new Set(fitting.map(({ actor }) => actor))], linked);
  };
  return {
    '@type': 'Event',
    ...renamed(event, { name: 'title', description: 'summary', additionalType: 'kind' }),
    ...spanOf(textOf(event, 'date'), 'startDate', 'endDate'),
    ...eventStatus(event),
    eventAttendanceMode: placeOf(event)?.online ? 'https://schema.org/OnlineEventAttendanceMode' : undefined,
    location: placeNode(event),
    organizer: inRole('organizer'),
    attendee: inRole('attendee'),
    contributor: inRole('contributor'),
    about: [...inRole('about'), ...nodesOf(textsOf(event, 'areas'), linked)],
    additionalProperty: edtfProperty('date', textOf(event, 'date')),
  };
}

/** What no other source bears out has no status there; what was put off has another one once a new date is known. */
function eventStatus(event: Document): Node {
  const [status, date, previous] = ['status', 'date', 'previousDate'].map((field) => textOf(event, field));
  const named = (name: string): Json => `https://schema.org/${name}`;
  if (status === 'unconfirmed') return {};
  if (status === 'cancelled') return { eventStatus: named('EventCancelled') };
  if (status !== 'postponed') return { eventStatus: named('EventScheduled') };
  if (previous === undefined || previous === date) return { eventStatus: named('EventPostponed') };
  return { eventStatus: named('EventRescheduled'), previousStartDate: isoAsKnown(previous.split('/')[0] ?? '') };
}
