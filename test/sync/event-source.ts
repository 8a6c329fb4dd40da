import { get, type IncomingMessage } from 'node:http';
import type { AnyJson } from '../support/client.js';

export interface ServerEvent {
  event: string;
  id: string;
  data: AnyJson;
}

/** A client of server-sent events that reads as the HTML standard says, over a socket of its own. */
export interface EventReader {
  response: IncomingMessage;
  /** The next event; undefined at the end of the stream. */
  next(): Promise<ServerEvent | undefined>;
  /** Events up to the first that is as wanted, that included. */
  until(wanted: (event: ServerEvent) => boolean): Promise<ServerEvent[]>;
  /** Comments so far. */
  comments: string[];
  /** Cuts the connection. */
  kill(): void;
}

export async function openEvents(url: string, lastEventId?: string): Promise<EventReader> {
  const headers = { accept: 'text/event-stream', ...(lastEventId && { 'last-event-id': lastEventId }) };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers, agent: false }, resolve).on('error', reject);
  });
  const comments: string[] = [];
  const events = parse(response, comments);
  const next = async () => {
    try {
      const { value, done } = await events.next();
      return done ? undefined : value;
    } catch (error) {
      // What `kill` leaves behind, and a connection that is cut off.
      if (['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(String((error as NodeJS.ErrnoException).code)))
        return undefined;
      throw error;
    }
  };
  return {
    ...{ response, comments, next },
    async until(wanted) {
      const seen: ServerEvent[] = [];
      for (let event = await next(); event !== undefined; event = await next()) {
        seen.push(event);
        if (wanted(event)) return seen;
      }
      throw new Error(`the stream ended after ${seen.length} events`);
    },
    kill: () => response.destroy(),
  };
}

async function* parse(response: IncomingMessage, comments: string[]): AsyncGenerator<ServerEvent, void, undefined> {
  response.setEncoding('utf8');
  let rest = '';
  let id = '';
  for await (const chunk of response) {
    rest += chunk;
    for (let end = rest.indexOf('\n\n'); end !== -1; end = rest.indexOf('\n\n')) {
      const fields = new Map<string, string>();
      for (const line of rest.slice(0, end).split('\n')) {
        const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
        if (name === '') comments.push(value);
        else fields.set(name, value);
      }
      rest = rest.slice(end + 2);
      id = fields.get('id') ?? id;
      const data = fields.get('data');
      if (data !== undefined) yield { event: fields.get('event') ?? 'message', id, data: JSON.parse(data) };
    }
  }
}
