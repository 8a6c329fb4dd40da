import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerTag, cacheHeaders, isNotModified } from '../../../http/conditional.js';
import type { Query } from '../../../http/query.js';
import { invalidParameter } from '../../../problems.js';
import { queryHash } from '../../../shared/cursor.js';
import { EVENT_STATUSES } from '../../events/events.schema.js';
import type { Resource } from '../../resource.js';
import {
  contentArgs,
  cursorAfter,
  type ListRequest,
  listQueryReader,
  type Standing,
  standingOf,
  understand,
} from '../list.js';
import { nextAddress } from '../paging.js';
import type { Services } from '../services.js';
import { refuseValidOn } from '../valid-on.js';
import { atomText } from './atom.js';
import { baseOf } from './base.js';
import { columnsOf } from './columns.js';
import { csvHeader } from './csv.js';
import { pagesOf, streamOf } from './export.js';
import { contentType, type ListFormat, refuseOptions } from './format.js';
import { calendarText, MAX_CALENDAR_EVENTS } from './icalendar.js';
import { type FormatPage, type FormatPageArgs, LIST_IN_FORMAT } from './page.js';

/** A request for a list in a format, and where it stands. */
interface Asked {
  services: Services;
  request: FastifyRequest;
  wanted: ListRequest;
  standing: Standing;
  args: FormatPageArgs;
  /** What `limit` says; undefined when it was not given. */
  limit: number | undefined;
}

/** What a format is sent as. */
interface Body {
  payload: string | NodeJS.ReadableStream;
  headers?: Record<string, string>;
}

/** Parameters that a format does not take, with what it does instead. */
const ALL_AT_ONCE = 'has no pages: leave it out, or cap the answer with `limit`';
const NOT_TAKEN: Readonly<Record<ListFormat, Readonly<Record<string, string>>>> = {
  ndjson: { cursor: ALL_AT_ONCE },
  csv: { cursor: ALL_AT_ONCE },
  ics: { cursor: ALL_AT_ONCE, fields: 'has entries of a fixed form' },
  atom: { fields: 'has entries of a fixed form' },
  geojson: {},
};

/** Filters that all events have which iCalendar shows when the cancelled ones are left out. */
const NOT_CANCELLED = Object.keys(EVENT_STATUSES)
  .filter((status) => status !== 'cancelled')
  .join();
const ANYWHERE = '-180,-90,180,90';

/** `GET /v1/{collection}` in any format but JSON. */
export function listInFormatHandler(resource: Resource, services: Services) {
  const readListQuery = listQueryReader(resource);
  return async (format: ListFormat, request: FastifyRequest, reply: FastifyReply) => {
    refuseValidOn(resource, request);
    const query = readListQuery(request);
    refuseOptions(query, format);
    refuseNotTaken(query, format);
    const wanted = understand(resource, narrowed(query, format));
    const standing = await standingOf(services, wanted, services.store);
    const base = baseOf(services, request);
    const tag = answerTag(standing.revision, queryHash(`${standing.tag} ${format} ${base}`));
    const answered = () => {
      cacheHeaders(reply, tag, standing.immutable, services.publicRead);
      return reply;
    };
    if (isNotModified(request, tag)) return answered().code(304).send();
    const args: FormatPageArgs = {
      ...{ list: { ...contentArgs(resource, wanted, standing), include: [], count: 'none' }, format, base },
      ...{ fields: wanted.fields && [...wanted.fields], safe: query.get('spreadsheet')?.[0] !== 'exact' },
    };
    const limit = query.has('limit') ? wanted.limit : undefined;
    const { payload, headers = {} } = await SENDERS[format]({ services, request, wanted, standing, args, limit });
    return answered().headers(headers).type(contentType(format)).send(payload);
  };
}

function refuseNotTaken(query: Query, format: ListFormat): void {
  const ofJson = Object.fromEntries(['include', 'facets', 'count'].map((name) => [name, 'goes with JSON only']));
  const refused = { ...ofJson, ...NOT_TAKEN[format] };
  for (const [name, why] of Object.entries(refused)) {
    if (!query.has(name)) continue;
    const message = why.startsWith('has ') ? `cannot be used: \`${format}\` ${why}` : why;
    throw invalidParameter(name, message, 'incompatible');
  }
}

/** The query with what the format adds to it: a filter of its own, or another order. */
function narrowed(query: Query, format: ListFormat): Query {
  const added = (name: string, value: string) => new Map([...query, [name, [...(query.get(name) ?? []), value]]]);
  if (format === 'geojson') return query.has('bbox') ? query : added('bbox', ANYWHERE);
  if (format === 'atom') return query.has('sort') ? query : added('sort', '-updated');
  return format === 'ics' && query.get('cancelled')?.[0] === 'omit' ? added('status', NOT_CANCELLED) : query;
}

const SENDERS: Readonly<Record<ListFormat, (asked: Asked) => Promise<Body>>> = {
  ndjson: (asked) => exported(asked, ''),
  csv: (asked) => exported(asked, csvHeader(columnsOf(asked.args.list.collection, asked.args.fields))),
  ics: calendar,
  atom: feed,
  geojson: features,
};

async function exported({ services, request, args, limit }: Asked, head: string): Promise<Body> {
  // Who asks for the headers alone gets them without all that would follow.
  if (request.method === 'HEAD') return { payload: await streamOf(nothing(), '') };
  return { payload: await streamOf(pagesOf(services.analyst, args, limit), head), headers: fileName(args) };
}

async function* nothing(): AsyncGenerator<FormatPage, void, undefined> {}

/** What a browser calls the file that it stores. */
function fileName({ format, list }: FormatPageArgs): Record<string, string> {
  return format === 'ndjson' ? {} : { 'content-disposition': `attachment; filename="${list.collection}.${format}"` };
}

async function calendar({ services, args, limit }: Asked): Promise<Body> {
  const events: string[] = [];
  let size = 0;
  for await (const page of pagesOf(services.analyst, args, limit ?? MAX_CALENDAR_EVENTS)) {
    events.push(...page.parts);
    size += page.size;
    if (limit === undefined && size >= MAX_CALENDAR_EVENTS && page.next !== undefined) throw tooMany();
  }
  return { payload: calendarText(events, size - events.length), headers: fileName(args) };
}

function tooMany(): Error {
  const most = MAX_CALENDAR_EVENTS.toLocaleString('en');
  return invalidParameter(
    'from',
    `must narrow the list: a calendar holds at most ${most} events, and more fit; give a narrower range with \`from\` and \`to\`, or other filters`,
    'too-many',
  );
}

/** Reads the one page that is asked for, and the cursor of the next. */
async function onePage({
  services,
  wanted,
  standing,
  args,
}: Asked): Promise<{ page: FormatPage; next: string | undefined }> {
  const page = await services.analyst.run(LIST_IN_FORMAT, args);
  return { page, next: cursorAfter(page.next, wanted, standing) };
}

async function feed(asked: Asked): Promise<Body> {
  const { page, next } = await onePage(asked);
  const { request, args, standing } = asked;
  const address = (cursor: string | undefined) => nextAddress(args.base, request, cursor);
  const nextOne = next === undefined ? undefined : address(next);
  const payload = atomText({
    ...{ self: `${args.base}${request.url}`, first: address(undefined), next: nextOne },
    ...{ entries: page.entries, updated: standing.pinned ? NEVER : standing.head.recordedAt },
  });
  return { payload, headers: linkTo(nextOne) };
}

/** When a past state without any record changed last. */
const NEVER = '1970-01-01T00:00:00.000Z';

async function features(asked: Asked): Promise<Body> {
  const { page, next } = await onePage(asked);
  const nextOne = next === undefined ? undefined : nextAddress(asked.args.base, asked.request, next);
  const members = [
    '"type":"FeatureCollection"',
    `"features":[${page.parts.join()}]`,
    `"next":${JSON.stringify(nextOne ?? null)}`,
    `"asOf":${asked.standing.revision}`,
  ];
  return { payload: `{${members.join()}}`, headers: linkTo(nextOne) };
}

function linkTo(next: string | undefined): Record<string, string> {
  return next === undefined ? {} : { link: `<${next}>; rel="next"` };
}
