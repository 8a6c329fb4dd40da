import { z } from 'zod';
import { CHANGE_KINDS, type ChangeKind } from '../../journal/record.js';
import { ID_PATTERN, RESOURCE_TYPES, type ResourceType } from '../../shared/ids.js';
import { parseJson } from '../../shared/json.js';
import { MAX_CHANGES } from '../limits.js';
import { type Requests, UpstreamError } from './requests.js';

/** Whatever comes from elsewhere is checked before anything is done with it. */
const whole = z.int().min(0);
const instance = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);
const epoch = z.string().min(1).max(100);
const cursor = z.string().regex(/^[A-Za-z0-9_-]{1,8192}$/);
const type = z.enum(RESOURCE_TYPES);
const hex = z.string().regex(/^[0-9a-f]{64}$/);
const id = z.string().regex(ID_PATTERN);
/** What the columns of both engines hold. */
const version = z.int().min(1).max(2_147_483_647);

const Sync = z.object({ instance, epoch, head: whole });
const Entry = z.object({
  ...{ revision: whole, id, type, version, origin: instance.optional(), mergedInto: id.optional() },
  op: z.enum(['put', 'delete', 'merge']),
  changeKind: z.enum(Object.keys(CHANGE_KINDS) as [ChangeKind]),
  note: z.string().max(10_000).nullable(),
  document: z.unknown(),
});
const Page = z.object({ data: z.array(Entry).max(MAX_CHANGES), head: whole, hasMore: z.boolean(), next: cursor });
const Control = z.discriminatedUnion('snapshot', [
  z.object({ snapshot: z.literal(['begin', 'resumed']), revision: whole, epoch }),
  z.object({ snapshot: z.literal('origins'), origins: z.record(id, instance) }),
  z.object({ snapshot: z.literal('checkpoint'), cursor }),
  z.object({ snapshot: z.literal('end'), revision: whole, cursor, count: whole, digest: hex }),
]);
const Versioned = z.looseObject({ id, version });
const History = z.object({
  data: z.array(z.object({ version: whole, origin: instance.optional() })),
  page: z.object({ next: cursor.nullable() }),
});

export type Entry = z.infer<typeof Entry>;
export type Page = z.infer<typeof Page>;
export type Line = z.infer<typeof Control> | { snapshot: undefined; document: z.infer<typeof Versioned> };

/** An instance as those see it that mirror it. Raises UpstreamError for whatever it answers wrongly, or not at all. */
export class Upstream {
  readonly #requests: Requests;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** Which instance it is, and where its journal stands. */
  async sync(): Promise<z.infer<typeof Sync>> {
    return checked(Sync, parsed(await this.#requests.text('/v1/sync')), 'GET /v1/sync');
  }

  /** Changes behind a cursor, or behind a revision; waits for one so many seconds when there is none. */
  async changes(from: { cursor: string } | { since: number }, limit: number, waitSeconds: number): Promise<Page> {
    const query = new URLSearchParams({ ...stringsOf(from), limit: String(limit), wait: String(waitSeconds) });
    const text = await this.#requests.text(`/v1/changes?${query}`, waitSeconds);
    const page = checked(Page, parsed(text), 'GET /v1/changes');
    let before = 'since' in from ? from.since : 0;
    for (const { revision } of page.data) {
      if (revision <= before || revision > page.head) throw wrong('the changes do not come in the order of revisions');
      before = revision;
    }
    return page;
  }

  /** The lines of a snapshot, from a checkpoint on. One that breaks off ends without a line `end`. */
  async *snapshot(types: readonly ResourceType[] | undefined, from: string | null): AsyncGenerator<Line> {
    const query = new URLSearchParams({ ...(types && { types: types.join() }), ...(from && { cursor: from }) });
    for await (const text of this.#requests.lines(`/v1/snapshot?${query}`)) yield lineOf(text);
  }

  /** A record as it was at a revision; undefined when it was not, or is not told. */
  async record(collection: string, record: string, asOf: number): Promise<z.infer<typeof Versioned> | undefined> {
    const path = `/v1/${collection}/${record}?asOf=${asOf}`;
    const text = await this.#requests.textOr404(path);
    return text === undefined ? undefined : checked(Versioned, parsed(text), `GET ${path}`);
  }

  /** Where a version of a record was mirrored from; undefined when it is its own. */
  async originOf(collection: string, record: string, wanted: number): Promise<string | undefined> {
    const path = `/v1/${collection}/${record}/history?limit=200`;
    for (let next: string | null = ''; next !== null; ) {
      const text: string = await this.#requests.text(`${path}${next && `&cursor=${next}`}`);
      const { data, page } = checked(History, parsed(text), `GET ${path}`);
      const found = data.find((each) => each.version === wanted);
      if (found !== undefined) return found.origin;
      next = page.next;
    }
    return undefined;
  }

  /** The text that a source had at a revision. */
  sourceText(source: string, asOf: number): Promise<string | undefined> {
    return this.#requests.textOr404(`/v1/sources/${source}/text?asOf=${asOf}`, 'text/plain');
  }
}

function lineOf(text: string): Line {
  const value = parsed(text);
  if ((value as { snapshot?: unknown }).snapshot !== undefined)
    return checked(Control, value, 'a line of the snapshot');
  return { snapshot: undefined, document: checked(Versioned, value, 'a line of the snapshot') };
}

function stringsOf(members: object): Record<string, string> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, String(value)]));
}

/** JSON as this service takes it: no key twice, no text that no engine stores. */
function parsed(text: string): unknown {
  const result = parseJson(text);
  if (!result.ok) throw wrong(`an answer is not JSON as it must be: ${result.detail.slice(0, 200)}`);
  return result.value ?? {};
}

function checked<S extends z.ZodType>(schema: S, value: unknown, what: string): z.infer<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw wrong(`${what} has ${issue?.path.join('/') || 'something'} that it cannot have: ${issue?.message}`);
}

/** Something that no instance answers. */
export function wrong(detail: string): UpstreamError {
  return new UpstreamError('wrong', detail);
}
