import type { Config } from "../env";
import { groupByHost } from "../groups/tenant";
import type { Context } from "../platform/context";
import { lookUp } from "../platform/dns";
import { isPublicAddress } from "../platform/public-address";
import { URL_MAX } from "./types";

/** Why an address takes no news; "unknown": nobody could say where it leads, which may be otherwise in a minute. */
export type AddressProblem = "notUrl" | "notHttps" | "private" | "own" | "noSuchName" | "unknown";

const LOCAL_NAME = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa|test|invalid|onion)$/;

/**
 * Whether news may be sent to an address: over TLS, and to a host of the open internet that is not ours. Asked before each try, since a
 * name may lead elsewhere by then. In development this machine and plain HTTP are allowed.
 * @returns null when it may
 */
export async function problemOf(ctx: Context, text: string): Promise<AddressProblem | null> {
  const url = urlOf(text);
  if (!url) return "notUrl";
  const { config } = ctx;
  if (config.isDevelopment && isOfThisMachine(url.hostname)) return null;
  if (url.protocol !== "https:") return "notHttps";
  const host = url.hostname.toLowerCase().replace(/\.$/, "");
  const literal = literalOf(host);
  if (literal) return isPublicAddress(literal) ? null : "private";
  if (LOCAL_NAME.test(host) || !host.includes(".")) return "private";
  if (isOurs(config, host) || (await groupByHost(ctx, host))) return "own";
  return problemOfName(config, host);
}

/** The address as a URL; null for what is none, names somebody to sign in as, or is too long. */
function urlOf(text: string): URL | null {
  if (text.length > URL_MAX || !URL.canParse(text)) return null;
  const url = new URL(text);
  const isWeb = url.protocol === "https:" || url.protocol === "http:";
  return isWeb && url.username === "" && url.password === "" ? url : null;
}

function isOfThisMachine(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** A parsed URL writes every form of an IPv4 address with dots, and an IPv6 address in brackets. */
function literalOf(host: string): string | null {
  if (host.startsWith("[")) return host.slice(1, -1);
  return /^\d+(\.\d+){3}$/.test(host) ? host : null;
}

function isOurs({ platform, ROOT_DOMAIN }: Config, host: string): boolean {
  const root = ROOT_DOMAIN.toLowerCase();
  return host === platform.hostname || host === root || host.endsWith(`.${root}`);
}

/** Every address the name has must be of the open internet: which one is taken is not ours to choose. */
async function problemOfName(config: Config, host: string): Promise<AddressProblem | null> {
  const answers = await Promise.all([lookUp(config, host, "A"), lookUp(config, host, "AAAA")]);
  const found = answers.flatMap((answer) => (answer.is === "found" ? answer.values : []));
  if (!found.every(isPublicAddress)) return "private";
  // Half an answer may hide the private half.
  if (answers.some(({ is }) => is === "failed")) return "unknown";
  return found.length > 0 ? null : "noSuchName";
}
