import type { Document } from '../../../journal/kind.js';
import { dateInWords } from '../../../shared/edtf-words.js';
import { labelOf, placeOf, type Rendering, textOf, textsOf } from './rendering.js';

const STATUS_WORDS: Readonly<Record<string, string>> = {
  announced: 'Announced.',
  scheduled: 'Scheduled.',
  ongoing: 'Under way when the source wrote.',
  concluded: 'Took place.',
  postponed: 'Postponed.',
  cancelled: 'Cancelled.',
  unconfirmed: 'Unconfirmed: no other source bears it out.',
};

/** Paragraphs of plain text that say what an event is, how far its date is known, where it stands, who took part. */
export function eventText(event: Document, rendering: Rendering): string {
  const participants = (event.participants ?? []) as { actor: string; role: string }[];
  const named = participants.map(({ actor, role }) => `${labelOf(rendering, actor)} (${role})`);
  const place = placeText(event);
  const paragraphs = [
    textOf(event, 'summary'),
    `${statusText(event)} When: ${dateInWords(textOf(event, 'date') ?? '')}.`.trim(),
    named.length === 0 ? undefined : `Participants: ${named.join(', ')}.`,
    place === undefined ? undefined : `Place: ${place}.`,
  ];
  return paragraphs.filter(Boolean).join('\n\n');
}

function statusText(event: Document): string {
  const said = STATUS_WORDS[textOf(event, 'status') ?? ''] ?? '';
  const previous = textOf(event, 'previousDate');
  return previous === undefined ? said : `${said} Earlier date: ${dateInWords(previous)}.`;
}

/** Kind, areas and tags. */
export function categoriesOf(event: Document, rendering: Rendering): string[] {
  const areas = textsOf(event, 'areas').map((id) => labelOf(rendering, id));
  return [textOf(event, 'kind') ?? '', ...areas, ...textsOf(event, 'tags')];
}

/** `Vilnius, LT`, or undefined without a place. */
export function placeText(event: Document): string | undefined {
  const place = placeOf(event);
  if (place === undefined) return undefined;
  return [place.name, place.country, place.online ? 'online' : undefined].filter(Boolean).join(', ');
}
