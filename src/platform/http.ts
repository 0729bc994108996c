import type { Config } from "../env";

/** The origin of a group on the platform domain, with the port of the development server. */
export function groupOrigin(config: Config, slug: string): string {
  return originOn(config, `${slug}.${config.ROOT_DOMAIN}`);
}

/** The origin of a host of ours as the world knows it: with the scheme and the port of the platform. */
export function originOn({ platform }: Pick<Config, "platform">, hostname: string): string {
  return `${platform.protocol}//${hostname}${platform.port ? `:${platform.port}` : ""}`;
}

/** The authority at the start of a URL that was parsed and serialised before, without user and port when it is plain. */
const PLAIN_AUTHORITY = /^https?:\/\/([a-z0-9._-]+?)\.?(?::\d+)?\//;

/** The host without its port, lower case, without a trailing dot. */
export function hostnameOf({ url }: Pick<Request, "url">): string {
  // Asked several times a request, and parsing a URL costs as much as all the rest of finding the group.
  return PLAIN_AUTHORITY.exec(url)?.[1] ?? new URL(url).hostname.toLowerCase().replace(/\.$/, "");
}

/** The client's address as the platform saw it; "local" where there is none. */
function clientIp(request: Request): string {
  return request.headers.get("CF-Connecting-IP") ?? "local";
}

/**
 * The part of the client's address that one subscriber has: all of IPv4, the first 64 bits of IPv6 (RFC 6177), since every home
 * has 2^64 of the latter to walk around a limit with. Personal data: hash it before keeping it.
 */
export function networkOf(request: Request): string {
  const ip = clientIp(request);
  if (!ip.includes(":")) return ip;
  const [head = "", tail = ""] = ip.split("::");
  const heads = head.split(":").filter((part) => part !== "");
  const tails = tail.split(":").filter((part) => part !== "");
  const zeros = Array.from({ length: Math.max(0, 8 - heads.length - tails.length) }, () => "0");
  return [...heads, ...zeros, ...tails]
    .slice(0, 4)
    .map((part) => Number.parseInt(part, 16).toString(16))
    .join(":");
}
