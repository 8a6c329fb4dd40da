import { lookup } from 'node:dns/promises';
import { isWithin, type Network, specialRange } from '../../shared/networks.js';

/** What messages may be sent to, and within which bounds. */
export interface TargetRules {
  /** Networks that may be reached although they are not public. */
  allow: readonly Network[];
  /** Whether `http:` is taken for addresses in `allow`. */
  http: 'never' | 'trusted';
  /** For a whole attempt: names, connections, redirects, message and answer. */
  timeoutMs: number;
  /** Most of an answer that is read. */
  maxAnswerBytes: number;
  /** Redirects (307 and 308) that are followed, each checked like the first address. */
  redirects: number;
}

/** The addresses of a name. Rejects as `dns.lookup` does. */
export type Resolve = (name: string) => Promise<string[]>;

export const systemResolve: Resolve = async (name) =>
  (await lookup(name, { all: true, order: 'verbatim' })).map(({ address }) => address);

/** A URL that nothing is sent to; `message` goes on from the name of the field. */
export class TargetError extends Error {
  readonly code: 'invalid-format' | 'not-allowed' | 'unresolvable';

  constructor(code: TargetError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

const MAX_URL_CHARS = 2_000;
const FIRST_UNRESERVED_PORT = 1_024;
/** Ports below 1024 belong to services that speak something else. */
const WEB_PORTS: readonly number[] = [80, 443];

export function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}

/** Reads a URL and holds all that it says by itself against the rules. Raises TargetError. */
export function readTarget(text: string, rules: TargetRules): URL {
  const url = text.length <= MAX_URL_CHARS && URL.canParse(text) ? new URL(text) : undefined;
  const schemes = rules.http === 'trusted' ? ['https:', 'http:'] : ['https:'];
  if (url === undefined)
    throw new TargetError('invalid-format', `must be an absolute URL of at most ${MAX_URL_CHARS} characters`);
  if (!schemes.includes(url.protocol))
    throw new TargetError('not-allowed', `must begin with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`);
  if (url.username !== '' || url.password !== '')
    throw new TargetError('not-allowed', 'must have no user name and no password');
  if (url.hash !== '') throw new TargetError('not-allowed', 'must have no fragment');
  const port = portOf(url);
  if (port < FIRST_UNRESERVED_PORT && !WEB_PORTS.includes(port))
    throw new TargetError('not-allowed', `must have the port 443, 80 or one from ${FIRST_UNRESERVED_PORT} on`);
  return url;
}

/**
 * The addresses of a target, all of which may be connected to. A name is resolved once, and one address that is not
 * allowed is reason enough to refuse it. Raises TargetError.
 */
export async function addressesOf(url: URL, rules: TargetRules, resolve: Resolve): Promise<string[]> {
  const addresses = await literalOrResolved(url, resolve);
  for (const address of addresses) requireAllowed(address, url.protocol, rules);
  return addresses;
}

async function literalOrResolved({ hostname }: URL, resolve: Resolve): Promise<string[]> {
  // The parser of URLs has brought every notation of an IPv4 address to four decimal numbers.
  if (hostname.startsWith('[')) return [hostname.slice(1, -1)];
  if (/^[0-9.]+$/.test(hostname)) return [hostname];
  const addresses = await resolve(hostname).catch((error: NodeJS.ErrnoException) => {
    throw new TargetError(
      'unresolvable',
      `names the host ${hostname}, which has no address (${error.code ?? 'unknown'})`,
    );
  });
  if (addresses.length === 0) throw new TargetError('unresolvable', `names the host ${hostname}, which has no address`);
  return addresses;
}

/** Raises TargetError when an address may not be connected to. */
export function requireAllowed(address: string, protocol: string, rules: TargetRules): void {
  if (isWithin(address, rules.allow)) return;
  const range = specialRange(address);
  if (range !== undefined) throw new TargetError('not-allowed', `leads to ${address}, which is not public (${range})`);
  if (protocol === 'http:')
    throw new TargetError('not-allowed', `must begin with https://: ${address} is in no trusted network`);
}
