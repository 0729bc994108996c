import { groupByNo } from "../groups/group";
import type { ParticipationsRecorded } from "../intake/types";
import type { Context } from "../platform/context";
import { LruCache } from "../platform/lru";
import { reportsOf } from "./objects";

/** A group's object is told no more often by one isolate: it counts within the hour all the same. */
const TOLD_MS = 600_000;
const GROUPS_KEPT = 500;

const told = new LruCache<true>(GROUPS_KEPT);

/** Tells the object of a group that somebody took part. Never throws: losing it costs a day's delay of approximate numbers. */
export async function tellReports(ctx: Context, { target }: ParticipationsRecorded): Promise<void> {
  const name = String(target.groupNo);
  if (told.get(name, ctx.now)) return;
  try {
    const group = await groupByNo(ctx.directory, target.groupNo);
    if (!group) return;
    const { no, id, shard, jurisdiction, timeZone } = group;
    await reportsOf(ctx.env, group).news({ no, id, shard, jurisdiction, timeZone });
    told.set(name, true, ctx.now + TOLD_MS);
  } catch (error) {
    ctx.log.error("reports.news", error);
  }
}
