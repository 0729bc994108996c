import { recordAct } from "../groups/audit";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import * as store from "./store";
import * as runStore from "./store-runs";
import { HELD_IN_ROW_MAX, type HeldNote, type Run, type Series } from "./types";

/** A run waits for somebody: it is written down before they are told, and stays open until `rest` and they are. */
export async function hold(ctx: Context, group: Group, run: Run, note: HeldNote): Promise<void> {
  await runStore.moveRun(dbFor(ctx.env, group), run, { state: "held", note });
}

/**
 * What a held run means for its series: one nobody answers for, or of which several runs in a row had to wait, rests. Done again after a
 * crash until the run is closed.
 * @returns the series as it stands then
 */
export async function rest(ctx: Context, group: Group, series: Series, run: Run): Promise<Series> {
  const db = dbFor(ctx.env, group);
  const about = { groupNo: group.no, accountNo: null, subject: series.id };
  await recordAct(ctx, { ...about, act: "series.held", detail: { nth: run.nth, note: run.note } });
  const why = run.note === "owner" ? "owner" : "held";
  const isToRest = why === "owner" || series.heldInRow >= HELD_IN_ROW_MAX;
  if (!isToRest || series.status !== "active") return series;
  await recordAct(ctx, { ...about, act: "series.paused", detail: { why } });
  const to = { status: "paused", note: why, nextAt: null, now: ctx.now } as const;
  await store.change(db, series.no, ["active"], to);
  return (await store.selectSeriesByNo(db, series.no)) ?? series;
}
