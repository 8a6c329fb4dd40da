// Type-checked against the generated types by test/openapi/typed-client.test.ts; what a frontend team would write.
import createClient from 'openapi-fetch';
import type { components, paths } from './generated/api.js';

type Event = components['schemas']['Event'];
type EventInput = components['schemas']['EventInput'];
type Problem = components['schemas']['Problem'];

/** Answers in JSON only: lists and records also come in other formats, which a client asks for by name. */
type Json = 'application/json' | 'application/problem+json';
const client = createClient<paths, Json>({
  baseUrl: 'http://127.0.0.1:3000',
  headers: { authorization: 'Bearer chy_…' },
});

export async function titlesOf(actor: string): Promise<string[]> {
  const { data, error } = await client.GET('/v1/events', {
    params: { query: { actor, from: '2025-01', match: 'certain', sort: '-date', limit: 20, count: 'capped' } },
  });
  if (error) throw new Error(explain(error));
  const next: string | null = data.page.next;
  const count: number | undefined = data.count?.value;
  return [`${count} ${next}`, ...data.data.map((event) => `${event.title} (${event.earliest ?? '…'})`)];
}

export async function read(ref: string): Promise<Event | undefined> {
  const { data, error, response } = await client.GET('/v1/events/{ref}', {
    params: { path: { ref }, query: { include: 'actors' } },
  });
  if (response.status === 410) return undefined;
  if (error) throw new Error(explain(error));
  const names: string[] = Object.keys(data.included?.actors ?? {});
  return { ...data, tags: [...(data.tags ?? []), ...names] };
}

export async function create(): Promise<{ id: string; etag: string | null }> {
  const body: EventInput = {
    kind: 'call',
    title: 'Example call between ministers',
    date: '2025-02-03',
    status: 'concluded',
    participants: [{ actor: 'ukraine', role: 'participant' }],
  };
  const { data, error, response } = await client.POST('/v1/events', {
    params: { header: { 'Idempotency-Key': crypto.randomUUID(), 'Change-Kind': 'content' } },
    body,
  });
  if (error) throw new Error(explain(error));
  return { id: data.id, etag: response.headers.get('etag') };
}

export async function move(ref: string, etag: string): Promise<number> {
  const { data, error } = await client.PATCH('/v1/events/{ref}', {
    params: { path: { ref }, header: { 'If-Match': etag, 'Change-Note': 'put off' } },
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { status: 'postponed', date: '2025-03', previousDate: '2025-02-03', place: null },
  });
  if (error) throw new Error(explain(error));
  return data.version;
}

/** What GET gave can be sent back by PUT as it is. */
export async function putBack(event: Event): Promise<void> {
  const { error } = await client.PUT('/v1/events/{ref}', {
    params: { path: { ref: event.id }, header: { 'If-Match': `"v${event.version}"` } },
    body: event,
  });
  if (error) throw new Error(explain(error));
}

export async function remove(ref: string): Promise<void> {
  const { error } = await client.DELETE('/v1/events/{ref}', {
    params: { path: { ref }, header: { 'If-Match': '*' } },
  });
  if (error) throw new Error(explain(error));
}

function explain(problem: Problem): string {
  switch (problem.code) {
    case 'version-mismatch':
      return 'Somebody else has changed it; read it again.';
    case 'invalid-request':
      return (problem.errors ?? []).map(({ pointer, message }) => `${pointer} ${message}`).join('; ');
    default:
      return problem.retryable ? 'Try again later.' : `${problem.title}: ${problem.detail} (${problem.requestId})`;
  }
}
