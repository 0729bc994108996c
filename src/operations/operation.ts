import { groupByNo } from "../groups/group";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { type ActionId, type GroupId, parseId } from "../platform/ids";
import { errorText } from "../platform/log";
import * as store from "./store";
import {
  ACTS_SHOWN_MAX,
  GROUPS_PAGE_MAX,
  type HomeReport,
  OPERATIONS_OBJECT,
  type OperationsOverview,
} from "./types";

/** Adds an error to those the operations page shows. Loses it in silence when the object cannot be reached: it is logged too. */
export function noteFailure(ctx: Context, event: string, error: unknown): void {
  const failure = { event, errorText: errorText(error), at: ctx.now };
  ctx.later(ctx.env.OPERATIONS.getByName(OPERATIONS_OBJECT).failure(failure));
}

/** Counts a consumed batch for the rates of the operations page. */
export function noteBatch(ctx: Context, batch: MessageBatch, retried: number): void {
  const backlog = batch.metadata?.metrics?.backlogCount ?? null;
  const counted = {
    queue: batch.queue,
    done: batch.messages.length - retried,
    retried,
    backlog,
    at: ctx.now,
  };
  ctx.later(ctx.env.OPERATIONS.getByName(OPERATIONS_OBJECT).batch(counted));
}

/** A home's report with what its action and group are called; "" where that cannot be read now. */
export type NamedHome = HomeReport & { title: string; groupName: string; groupId: string | null };

export type Overview = Omit<OperationsOverview, "homes"> & {
  homes: NamedHome[];
  dead: { queue: string; count: number; oldestAt: number }[];
  openReports: number;
  acts: store.OperatorAct[];
};

/** All the front page of operations says. Throws when the directory or the object cannot be reached. */
export async function overviewOf(ctx: Context): Promise<Overview> {
  const [figures, dead, openReports, acts] = await Promise.all([
    ctx.env.OPERATIONS.getByName(OPERATIONS_OBJECT).overview(),
    store.deadLetterCounts(ctx.directory),
    store.openReportCount(ctx.directory),
    store.operatorActs(ctx.directory, ACTS_SHOWN_MAX),
  ]);
  return { ...figures, homes: await nameHomes(ctx, figures.homes), dead, openReports, acts };
}

async function nameHomes(ctx: Context, homes: HomeReport[]): Promise<NamedHome[]> {
  const groups = await store.namesOfGroups(ctx.directory, [...new Set(homes.map(({ groupNo }) => groupNo))]);
  const titles = await Promise.all([...groups.values()].map((group) => titlesIn(ctx, group, homes)));
  const titleOf = new Map(titles.flatMap((known) => [...known]));
  return homes.map((home) => {
    const group = groups.get(home.groupNo);
    const title = titleOf.get(home.actionId) ?? "";
    return { ...home, title, groupName: group?.name ?? "", groupId: group?.id ?? null };
  });
}

/** A shard that is down must not take the page with it that shows so. */
async function titlesIn(
  ctx: Context,
  group: store.ListedGroup,
  homes: HomeReport[],
): Promise<Map<ActionId, string>> {
  const ids = homes.filter(({ groupNo }) => groupNo === group.no).map(({ actionId }) => actionId);
  try {
    return await store.titlesOfActions(dbFor(ctx.env, group), ids);
  } catch (error) {
    ctx.log.error("operations.titles", error, { shard: group.shard });
    return new Map();
  }
}

/** A page of the installation's groups, newest first, and where the next page starts. */
export async function searchGroups(
  ctx: Context,
  options: { text: string; status: Group["status"] | null; before: number | null },
): Promise<{ groups: store.ListedGroup[]; next: number | null }> {
  const found = await store.searchGroups(ctx.directory, { ...options, limit: GROUPS_PAGE_MAX + 1 });
  const groups = found.slice(0, GROUPS_PAGE_MAX);
  return { groups, next: found.length > GROUPS_PAGE_MAX ? (groups.at(-1)?.no ?? null) : null };
}

/** Any group of the installation by its id. For operators alone. */
export async function findGroup(ctx: Context, id: string): Promise<Group | null> {
  const groupId = parseId<GroupId>(id);
  const groupNo = groupId && (await store.groupById(ctx.directory, groupId));
  return groupNo ? groupByNo(ctx.directory, groupNo) : null;
}
