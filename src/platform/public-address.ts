/**
 * Whether an IP address is one of the open internet: not private, loopback, link-local, shared (CGNAT), reserved, multicast, nor one that
 * carries another address within it (IPv4-mapped, NAT64, 6to4, Teredo). What is no address is none. Source: IANA's registries of
 * special-purpose addresses (RFC 6890).
 * @param address IPv4 with dots, or IPv6 without brackets
 */
export function isPublicAddress(address: string): boolean {
  const four = fourOf(address);
  if (four !== null) return !closedFour.some(([from, bits]) => isWithin(four, from, bits));
  const six = sixOf(address);
  if (!six) return false;
  const [first = 0, second = 0] = six;
  // Global unicast is all that is given out, and of that not what is for documents, tests and tunnels.
  if (first >> 13 !== 1) return false;
  if (first === 0x2001 && second < 0x0200) return false;
  if (first === 0x2001 && second === 0x0db8) return false;
  return first !== 0x2002 && !(first === 0x3fff && second < 0x1000);
}

const closedFour = (
  [
    ["0.0.0.0", 8],
    ["10.0.0.0", 8],
    ["100.64.0.0", 10],
    ["127.0.0.0", 8],
    ["169.254.0.0", 16],
    ["172.16.0.0", 12],
    ["192.0.0.0", 24],
    ["192.0.2.0", 24],
    ["192.88.99.0", 24],
    ["192.168.0.0", 16],
    ["198.18.0.0", 15],
    ["198.51.100.0", 24],
    ["203.0.113.0", 24],
    ["224.0.0.0", 3],
  ] as const
).map(([from, bits]) => [fourOf(from) ?? 0, bits] as const);

function isWithin(address: number, from: number, bits: number): boolean {
  return Math.floor(address / 2 ** (32 - bits)) === Math.floor(from / 2 ** (32 - bits));
}

function fourOf(address: string): number | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1).map(Number);
  if (!parts || parts.some((part) => part > 255)) return null;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** The eight groups of an IPv6 address; null for what is none, and for one with an IPv4 address in its end. */
function sixOf(address: string): number[] | null {
  const halves = address.split("::");
  if (halves.length > 2) return null;
  const [head = [], tail = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...Array.from({ length: missing }, () => "0"), ...tail];
  return groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
    ? groups.map((group) => Number.parseInt(group, 16))
    : null;
}
