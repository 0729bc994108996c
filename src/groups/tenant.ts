import type { Context } from "../platform/context";
import { AppError } from "../platform/errors";
import { ReadThroughCache } from "../platform/read-through";
import { groupByHostname, groupByNo, hostnamesOf } from "./store";
import { type Group, groupSettings } from "./types";

/** Host names one group can have; each is a KV write whenever the group changes. */
const HOSTNAMES_MAX = 50;

/** The shortest KV allows (Cloudflare's docs, KV): a suspension must show everywhere soon. */
const KV_CACHE_SECONDS = 30;

/**
 * What a reader of D1 writes back may have been overtaken by a change made meanwhile, so it is forgotten again soon. What
 * `publishSite` writes stays.
 */
const WRITE_BACK_SECONDS = 3_600;

const sites = new ReadThroughCache<Group>({
  entriesMax: 5_000,
  freshMs: 30_000,
  staleMs: 300_000,
  absentMs: 30_000,
});

/** A name as a browser sends it (RFC 1123 §2.1): anything else cannot be ours and costs no look-up. */
const HOST = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

function siteKey(host: string): string {
  return `site/${host}`;
}

/**
 * The group whose pages a host shows, whatever its status; null for a host that is nobody's. From memory, then KV, then
 * the directory, so that a published page needs no D1.
 * @param host as `hostnameOf` gives it: lower case, no port, no trailing dot
 * @throws AppError unavailable when neither memory nor KV knows the host and the directory cannot be asked.
 */
export async function groupByHost(ctx: Context, host: string): Promise<Group | null> {
  if (!HOST.test(host)) return null;
  return sites.read(ctx, host, () => findSite(ctx, host));
}

/** The group of a host if memory holds it fresh; undefined when `groupByHost` must be asked. Does no I/O. */
export function groupByHostNow(host: string, now: number): Group | null | undefined {
  return sites.peek(host, now);
}

async function findSite(ctx: Context, host: string): Promise<Group | null> {
  return (await siteFromKv(ctx, host)) ?? siteFromDirectory(ctx, host);
}

/** KV out of reach is treated as KV without the entry: the directory still knows. */
async function siteFromKv(ctx: Context, host: string): Promise<Group | null> {
  try {
    const group = await ctx.env.SITES.get<Group>(siteKey(host), { type: "json", cacheTtl: KV_CACHE_SECONDS });
    return group && { ...group, settings: groupSettings.parse(group.settings) };
  } catch (error) {
    ctx.log.error("site.kv", error);
    return null;
  }
}

async function siteFromDirectory(ctx: Context, host: string): Promise<Group | null> {
  try {
    const group = await groupByHostname(ctx.directory, host);
    if (group) {
      ctx.later(
        ctx.env.SITES.put(siteKey(host), JSON.stringify(group), { expirationTtl: WRITE_BACK_SECONDS }),
      );
    }
    return group;
  } catch (error) {
    throw new AppError("unavailable", "directory", { retryAfterSeconds: 10, cause: error });
  }
}

/**
 * Brings what is served under every host of a group up to date with the directory. Call it after each change of a group.
 * Other isolates follow within 30 s, other places within about a minute more. Throws when KV refuses the write.
 */
export async function publishSite(ctx: Context, { no }: Pick<Group, "no">): Promise<void> {
  const [group, hosts] = await Promise.all([
    groupByNo(ctx.directory, no),
    hostnamesOf(ctx.directory, no, HOSTNAMES_MAX),
  ]);
  if (!group) return;
  const text = JSON.stringify(group);
  await Promise.all(hosts.map((host) => ctx.env.SITES.put(siteKey(host), text)));
  for (const host of hosts) sites.put(host, group, ctx.now);
}

/** Stops serving a host that is no longer a group's. */
export async function forgetSite(ctx: Context, host: string): Promise<void> {
  await ctx.env.SITES.delete(siteKey(host));
  sites.forget(host);
}

/** Empties this isolate's memory, as a new isolate starts. */
export function forgetSitesHeld(): void {
  sites.clear();
}
