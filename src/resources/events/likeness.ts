import { createHash } from 'node:crypto';
import { daysOf } from '../../shared/span.js';

/** The longest month, in days. */
const MAX_DAYS = 31;

/** Put behind the likeness of what a program coded. */
const BY_MACHINE = '*';

/** What an event can be known again by. */
export interface Alike {
  /** The same for events of one kind with the same actors, whatever their roles; another for those that a program coded. */
  likeness: string;
  /** The likenesses of the events that it may be recorded twice as. */
  compared: string[];
  /** First and last day that the date can mean. */
  first: number;
  last: number;
}

interface Recognisable {
  kind: string;
  date: string;
  method: string;
  participants: { actor: string }[];
}

/**
 * Undefined for an event that says too little to be known again: fewer than two actors, or a date wider than a month.
 * What a program coded is not compared with the like: it codes one event as often as it is reported, and that is known.
 */
export function alikeOf(event: Recognisable): Alike | undefined {
  const actors = actorsOf(event);
  const { first, last } = daysOf(event.date);
  if (actors.length < 2 || last - first >= MAX_DAYS) return undefined;
  const digest = createHash('sha256')
    .update([event.kind, ...actors].join(' '))
    .digest('base64url')
    .slice(0, 22);
  const coded = `${digest}${BY_MACHINE}`;
  const compared = event.method === 'machine-coded' ? [digest] : [digest, coded];
  return { likeness: compared.length === 1 ? coded : digest, compared, first, last };
}

/** The actors that take part, each once, in order. */
export function actorsOf({ participants }: Pick<Recognisable, 'participants'>): string[] {
  return [...new Set(participants.map(({ actor }) => actor))].sort();
}
