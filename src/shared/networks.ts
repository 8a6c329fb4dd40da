import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** A network: its address and how many bits of it count. */
export type Network = readonly [Address, number];

/** Reads `10.0.0.0/8`, `fd00::/8` or a single address; undefined for anything else, unusual notations of IPv4 included. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', bits, ...more] = text.split('/');
  if (more.length > 0 || !isPlainAddress(address)) return undefined;
  const parsed = ipaddr.parse(address);
  const most = parsed.kind() === 'ipv4' ? 32 : 128;
  if (bits === undefined) return [parsed, most];
  return /^[0-9]{1,3}$/.test(bits) && Number(bits) <= most ? [parsed, Number(bits)] : undefined;
}

function isPlainAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || (text.includes(':') && ipaddr.IPv6.isValid(text));
}

/** The address as it counts: IPv4 that is mapped into IPv6 is IPv4. Undefined for what is no address. */
function counted(text: string): Address | undefined {
  return isPlainAddress(text) ? ipaddr.process(text) : undefined;
}

export function isWithin(text: string, networks: readonly Network[]): boolean {
  const address = counted(text);
  return networks.some(
    ([network, bits]) => address?.kind() === network.kind() && address.match(network as ipaddr.IPv4, bits),
  );
}

export function isSameAddress(one: string, other: string): boolean {
  const address = counted(one);
  return address !== undefined && address.toNormalizedString() === counted(other)?.toNormalizedString();
}

/** Ranges that the package takes for public and that are not, or through which a machine speaks to its own host. */
const MORE_RANGES: Readonly<Record<string, readonly string[]>> = {
  metadata: ['168.63.129.16'],
  documentation: ['3fff::/20'],
};
/** The part of IPv6 that is given out for use in public; all that lies outside is reserved, local or translated. */
const GLOBAL_IPV6: Network = [ipaddr.parse('2000::'), 3];

/** What sort of address it is where it is not a public one, such as `loopback`; undefined for public addresses. */
export function specialRange(text: string): string | undefined {
  const address = counted(text);
  if (address === undefined) return 'no address';
  const more = Object.entries(MORE_RANGES).find(([, ranges]) =>
    isWithin(
      text,
      ranges.map(parseNetwork).filter((network) => network !== undefined),
    ),
  );
  if (more !== undefined) return more[0];
  const range = address.range();
  if (range !== 'unicast') return range.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return address.kind() === 'ipv6' && !isWithin(text, [GLOBAL_IPV6]) ? 'reserved' : undefined;
}
