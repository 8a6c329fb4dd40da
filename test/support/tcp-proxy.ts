import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What becomes of some bytes: passed on as they are, others in their place, or the connection is cut. */
type Fate = Buffer | 'cut' | 'pass and cut';

export interface TcpProxy {
  port: number;
  /** Connections accepted so far. */
  accepted: number;
  /** Decides over what clients send; passes everything on until set. */
  onRequest: (bytes: Buffer) => Fate;
  /** Decides over what the server sends. */
  onAnswer: (bytes: Buffer) => Fate;
  close(): Promise<void>;
}

/** Passes TCP connections on to a port of this machine, and breaks them on demand. */
export async function startProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    proxy.accepted += 1;
    const upstream = connect(target, '127.0.0.1');
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', cut);
      socket.on('close', () => {
        sockets.delete(socket);
        cut();
      });
    }
    const relay = (from: Socket, to: Socket, decide: () => TcpProxy['onRequest']) => {
      from.on('data', (bytes) => {
        const fate = decide()(bytes);
        if (fate === 'cut') return cut();
        if (fate !== 'pass and cut') return void to.write(fate);
        // What was sent is read by the other end before it learns that nobody listens any more.
        client.destroy();
        to.end(bytes);
      });
    };
    relay(client, upstream, () => proxy.onRequest);
    relay(upstream, client, () => proxy.onAnswer);
  });
  const proxy: TcpProxy = {
    port: 0,
    accepted: 0,
    onRequest: (bytes) => bytes,
    onAnswer: (bytes) => bytes,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy.port = (server.address() as AddressInfo).port;
  return proxy;
}

/** The same URL by way of a proxy. */
export function through(url: string, { port }: TcpProxy): string {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
}
