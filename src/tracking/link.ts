import { z } from "zod";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { ReadThroughCache } from "../platform/read-through";
import { selectLinks } from "./store-links";

/** Links of a mailing, each with an address as long as one may be: a value of KV holds far more. */
const URL_MAX = 8_000;
const links = z.array(z.tuple([z.number(), z.string().max(URL_MAX)]));
/** What somebody opens weeks later is found in D1 again. */
const KEPT_SECONDS = 30 * 86_400;

const known = new ReadThroughCache<ReadonlyMap<number, string>>({
  entriesMax: 500,
  freshMs: 3_600_000,
  staleMs: 3_600_000,
  absentMs: 5_000,
});

const keyOf = (groupNo: number, mailingNo: number) => `mail-links/${groupNo}/${mailingNo}`;

/**
 * Where a link of a mailing leads, as it was written: from memory, then KV, then D1. A mailing's links never change once its
 * first mail has left. Null for a number it does not have.
 * @throws when nobody here knows them and D1 cannot be asked
 */
export async function linkOf(
  ctx: Context,
  group: Pick<Group, "no" | "shard">,
  { mailingNo, linkNo, isProof }: { mailingNo: number; linkNo: number; isProof: boolean },
): Promise<string | null> {
  // A draft's links may be others tomorrow: its proofs are kept nowhere.
  if (isProof) return new Map(await selectLinks(dbFor(ctx.env, group), mailingNo)).get(linkNo) ?? null;
  const key = keyOf(group.no, mailingNo);
  const found = await known.read(
    ctx,
    key,
    async () => (await fromKv(ctx, key)) ?? (await fromD1(ctx, group, mailingNo)),
  );
  return found?.get(linkNo) ?? null;
}

/** KV out of reach is treated as KV without the entry: D1 still knows. */
async function fromKv(ctx: Context, key: string): Promise<ReadonlyMap<number, string> | null> {
  try {
    const read = links.safeParse(await ctx.env.SITES.get(key, "json"));
    return read.success && read.data.length > 0 ? new Map(read.data) : null;
  } catch (error) {
    ctx.log.error("links.kv", error);
    return null;
  }
}

async function fromD1(
  ctx: Context,
  group: Pick<Group, "no" | "shard">,
  mailingNo: number,
): Promise<ReadonlyMap<number, string> | null> {
  const rows = await selectLinks(dbFor(ctx.env, group), mailingNo);
  if (rows.length === 0) return null;
  const text = JSON.stringify(rows);
  ctx.later(ctx.env.SITES.put(keyOf(group.no, mailingNo), text, { expirationTtl: KEPT_SECONDS }));
  return new Map(rows);
}

/** Forgets what this isolate knows, for tests. */
export function forgetLinks(): void {
  known.clear();
}

/** The part of an address that decides whose it is: written out, with no field in it. */
const SITE = /^https?:\/\/[\p{L}\p{N}][\p{L}\p{N}.-]*(?::\d{1,5})?(?=[/?#]|$)/iu;

/**
 * The address a redirect goes to: what was written, with the merge fields filled in. Null when it is no web address, or when a
 * field would decide whose site it leads to: then whoever may write the field could lead people anywhere under our name.
 * @param fill gives the address with its fields filled in; asked only where there are any
 */
export async function destinationOf(
  written: string,
  fill: (url: string) => Promise<string>,
): Promise<string | null> {
  const site = SITE.exec(written)?.[0];
  if (site === undefined) return null;
  const filled = /\{[{%]/.test(written) ? await fill(written) : written;
  if (!filled.startsWith(site) || filled.length > URL_MAX || !URL.canParse(filled)) return null;
  const url = new URL(filled);
  const isThere = url.origin === new URL(site).origin && url.username === "" && url.password === "";
  return isThere && /^https?:$/.test(url.protocol) ? url.href : null;
}
