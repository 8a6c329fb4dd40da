import ICAL from 'ical.js';
import type { Document } from '../../../journal/kind.js';
import { dayToIso, isoToDay } from '../../../shared/edtf.js';
import { isExact } from '../../../shared/edtf-words.js';
import { categoriesOf, eventText, placeText } from './event-text.js';
import { addressOf, placeOf, printable, type Rendering, textOf } from './rendering.js';

/** One calendar holds no more: programs that read calendars keep all of one in memory. */
export const MAX_CALENDAR_EVENTS = 5_000;

// Lines have 75 octets at most (RFC 5545 section 3.1); the package does not count the space of a continuation.
ICAL.foldLength = 74;

const END = 'END:VCALENDAR';
const TENTATIVE = ['announced', 'unconfirmed', 'postponed'];
const TIME = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?(?:\.\d+)?(Z|[+-]\d\d(?::\d\d)?)?$/;
/** Years that iCalendar can write. */
const WRITABLE = /^\d{4}-/;

/** The calendar (RFC 5545) of events written by `calendarEvent`; `leftOut` of them had no day to stand on. */
export function calendarText(events: readonly string[], leftOut: number): string {
  const calendar = new ICAL.Component('vcalendar');
  calendar.addPropertyWithValue('version', '2.0');
  calendar.addPropertyWithValue('prodid', '-//Chancery//Events//EN');
  calendar.addPropertyWithValue('calscale', 'GREGORIAN');
  calendar.addPropertyWithValue('x-wr-calname', 'Diplomatic events');
  if (leftOut > 0) {
    const what = leftOut === 1 ? '1 event is' : `${leftOut} events are`;
    calendar.addPropertyWithValue('x-wr-caldesc', `${what} left out: no day is known that a calendar could show.`);
  }
  const [head = ''] = calendar.toString().split(END);
  return `${head}${events.map((event) => `${event}\r\n`).join('')}${END}\r\n`;
}

/** One event as VEVENT, without its last line end; undefined when no day of it is known that iCalendar can write. */
export function calendarEvent(event: Document, rendering: Rendering): string | undefined {
  const times = timesOf(event);
  if (times === undefined) return undefined;
  const component = new ICAL.Component('vevent');
  const add = (name: string, value: Parameters<typeof component.addPropertyWithValue>[1]) =>
    component.addPropertyWithValue(name, value);
  add('uid', event.id);
  add('sequence', event.version - 1);
  add('dtstamp', instant(event.updatedAt));
  add('created', instant(event.createdAt));
  add('last-modified', instant(event.updatedAt));
  add('dtstart', times.start);
  if (times.end !== undefined) add('dtend', times.end);
  add('status', statusOf(event));
  add('transp', 'TRANSPARENT');
  add('summary', printable(textOf(event, 'title') ?? ''));
  add('description', printable(eventText(event, rendering)));
  const place = placeText(event);
  if (place !== undefined) add('location', printable(place));
  const { latitude, longitude } = placeOf(event) ?? {};
  // Written out, because the package would write small numbers with an exponent.
  if (latitude !== undefined && longitude !== undefined) add('geo', [degrees(latitude), degrees(longitude)] as never);
  add('url', addressOf(rendering.base, event.id));
  const categories = new ICAL.Property('categories');
  categories.setValues(categoriesOf(event, rendering).map(printable));
  component.addProperty(categories);
  return component.toString();
}

/** An event whose days are not known is tentative, whatever became of it, unless it was cancelled. */
function statusOf(event: Document): string {
  const status = textOf(event, 'status') ?? '';
  if (status === 'cancelled') return 'CANCELLED';
  return isExact(textOf(event, 'date') ?? '') && !TENTATIVE.includes(status) ? 'CONFIRMED' : 'TENTATIVE';
}

/**
 * From when to when: a time where one is known, else all days from the first to the last that the date can mean. Of an
 * interval without one end the known end stands alone.
 */
function timesOf(event: Document): { start: ICAL.Time; end?: ICAL.Time } | undefined {
  const time = timeOf(textOf(event, 'date') ?? '');
  if (time !== undefined) return { start: time };
  const [earliest, latest] = ['earliest', 'latest'].map((field) => writable(textOf(event, field)));
  const first = earliest ?? latest;
  if (first === undefined) return undefined;
  const end = isoToDay(latest ?? first) + 1;
  const last = writable(dayToIso(end));
  return { start: ICAL.Time.fromDateString(first), ...(last && { end: ICAL.Time.fromDateString(last) }) };
}

function writable(day: string | undefined): string | undefined {
  return day !== undefined && WRITABLE.test(day) ? day : undefined;
}

/** A time of day: in UTC where the offset is known, else local. */
function timeOf(date: string): ICAL.Time | undefined {
  const [, day, clock, seconds = ':00', zone] = TIME.exec(date) ?? [];
  if (day === undefined) return undefined;
  const local = `${day}T${clock}${seconds}`;
  const ms = Date.parse(`${local}${zone === undefined ? 'Z' : zone.replace(/^([+-]\d\d)$/, '$1:00')}`);
  if (Number.isNaN(ms) || !WRITABLE.test(new Date(ms).toISOString())) return undefined;
  return zone === undefined ? ICAL.Time.fromDateTimeString(local) : ICAL.Time.fromJSDate(new Date(ms), true);
}

function instant(text: string): ICAL.Time {
  return ICAL.Time.fromJSDate(new Date(text), true);
}

function degrees(value: number): string {
  return String(Number(value.toFixed(6)));
}
