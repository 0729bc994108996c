import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { countedOf } from "./report";
import type { Counted } from "./reports-object";
import * as store from "./store";
import { type Figure, gains, HIGHLIGHTS_MAX } from "./types";
import { dayNumber } from "./zone";

export type { Figure } from "./types";
export type Highlight = { figure: Figure; value: number };

/** A home without these figures is still a home. */
const TIMEOUT_MS = 1_500;
const LONG_DAYS = 30;
const SHORT_DAYS = 7;

/** The figures a member wants on the group's home; none when they chose none, or when nothing has counted yet. */
export async function highlightsOf(ctx: Context, group: Group, accountNo: number): Promise<Highlight[]> {
  const db = dbFor(ctx.env, group);
  const chosen = await store.highlightsOf(db, accountNo);
  if (chosen.length === 0) return [];
  const today = dayNumber(ctx.now, group.timeZone);
  const since = today - LONG_DAYS + 1;
  try {
    const late = scheduler.wait(TIMEOUT_MS).then(() => null);
    const counted = await Promise.race([countedOf(ctx, group, ["activity", "levels"], since), late]);
    if (!counted?.finishedAt) return [];
    const { days, sizeBefore } = await store.listDaysFrom(db, since);
    return chosen.map((figure) => ({
      figure,
      value: valueOfFigure(figure, { counted, days, sizeBefore, today }),
    }));
  } catch (error) {
    ctx.log.error("reports.highlights", error);
    return [];
  }
}

type Known = { counted: Counted; days: readonly store.ListDay[]; sizeBefore: number; today: number };

function valueOfFigure(figure: Figure, { counted, days, sizeBefore, today }: Known): number {
  const sum = (isWanted: (day: store.ListDay) => boolean) =>
    days.filter(isWanted).reduce((total, { count }) => total + count, 0);
  const isGain = ({ change }: store.ListDay) => gains.some((gain) => gain === change);
  const gained = sum(isGain);
  const lost = sum((day) => !isGain(day));
  const acted = (span: number) =>
    (counted.cells.activity ?? [])
      .filter(({ key }) => Number(key) > today - span && Number(key) <= today)
      .reduce((total, { n }) => total + n, 0);
  const onLevel = (level: string) => counted.cells.levels?.find(({ key }) => key === level)?.n ?? 0;
  switch (figure) {
    case "listSize":
      return sizeBefore + gained - lost;
    case "gained30":
      return gained;
    case "lost30":
      return lost;
    case "net30":
      return gained - lost;
    case "acted7":
      return acted(SHORT_DAYS);
    case "acted30":
      return acted(LONG_DAYS);
    case "active":
      return onLevel("2");
    case "core":
      return onLevel("3");
  }
}

/** Keeps what a member wants to see at home: the first four of them. */
export function chooseHighlights(
  ctx: Context,
  group: Group,
  accountNo: number,
  chosen: readonly Figure[],
): Promise<void> {
  return store.saveHighlights(dbFor(ctx.env, group), accountNo, chosen.slice(0, HIGHLIGHTS_MAX));
}
