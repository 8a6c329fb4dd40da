import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Relayed {
  status: number;
  text: string;
}

/** Stands between a mirror and its origin: passes on, changes, or cuts off what is answered. */
export interface Relay {
  url: string;
  /** Address that requests are passed on to. */
  target: string;
  /** Paths asked for, in order. */
  asked: string[];
  /** Decides over an answer; passes it on until set. `cut` sends half of it and breaks off, `away` nothing. */
  alter: (path: string, answer: Relayed) => Relayed | 'cut' | 'away';
  close(): Promise<void>;
}

export async function startRelay(target: string): Promise<Relay> {
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    relay.asked.push(path);
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const { accept = '*/*', authorization } = request.headers;
    const headers = { accept, ...(authorization !== undefined && { authorization }) };
    try {
      const answer = await fetch(`${relay.target}${path}`, { headers, signal: gone.signal, redirect: 'manual' });
      const given = { status: answer.status, text: await answer.text() };
      const altered = relay.alter(path, given);
      if (altered === 'away') return void response.destroy();
      if (altered === 'cut') {
        response.writeHead(given.status, { 'content-length': Buffer.byteLength(given.text) });
        response.write(given.text.slice(0, given.text.length / 2), () => response.destroy());
        return;
      }
      response.writeHead(altered.status).end(altered.text);
    } catch {
      response.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const relay: Relay = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target,
    asked: [],
    alter: (_path, answer) => answer,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return relay;
}
