import { afterEach, expect, it, vi } from 'vitest';
import { Requests } from '../../src/sync/mirror/requests.js';

afterEach(() => {
  vi.unstubAllGlobals();
});

const asked = (signal: AbortSignal, quietMs: number) =>
  new Requests({ url: 'http://127.0.0.1:1', key: undefined, signal, quietMs }).text('/v1/sync');

it('a request whose fetch never settles ends when nothing came for too long', async () => {
  vi.stubGlobal('fetch', () => new Promise(() => undefined));
  await expect(asked(new AbortController().signal, 20)).rejects.toMatchObject({
    ...{ fault: 'away', message: '/v1/sync is not answered in time' },
  });
});

it('a request whose fetch never settles ends when all is to end', async () => {
  vi.stubGlobal('fetch', () => new Promise(() => undefined));
  const stop = new AbortController();
  const answer = asked(stop.signal, 600_000);
  stop.abort();
  await expect(answer).rejects.toMatchObject({ fault: 'away' });
});

it('a body of which no more is told ends, too', async () => {
  const body = { getReader: () => ({ read: () => new Promise(() => undefined) }) };
  vi.stubGlobal('fetch', async () => ({ status: 200, body }));
  await expect(asked(new AbortController().signal, 20)).rejects.toMatchObject({
    ...{ fault: 'away', message: '/v1/sync is not answered in time' },
  });
});
