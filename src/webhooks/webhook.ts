import type { Account } from "../accounts/account";
import { findAction } from "../actions/action";
import { currentCursor, feedOn } from "../changes/change";
import { recordAct } from "../groups/audit";
import { groupByNo } from "../groups/group";
import type { GroupStatusChanged } from "../groups/messages";
import { dbFor, shardNames } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { newId } from "../platform/ids";
import { type AddressProblem, problemOf } from "./address";
import { keyOf } from "./news";
import { type LaneGroup, laneOf } from "./objects";
import { bodyOf } from "./payload";
import { samplePayload } from "./sample";
import { tryDelivery } from "./sending";
import * as store from "./store";
import {
  type Delivery,
  type Filters,
  LOG_KEPT_MS,
  type Trigger,
  type Webhook,
  type WebhookId,
} from "./types";

export type WebhookForm = {
  name: string;
  url: string;
  trigger: Trigger;
  actionId: string;
  filters: Filters;
  isSigned: boolean;
};
export type MakeProblem = { url: AddressProblem } | { action: "unknown" } | { most: true };

/** Makes a webhook, switched off. @returns its id, or what is wrong with what was said */
export async function makeWebhook(
  ctx: Context,
  group: Group,
  by: Pick<Account, "no">,
  form: WebhookForm,
): Promise<{ id: WebhookId } | { problem: MakeProblem }> {
  const db = dbFor(ctx.env, group);
  const url = await problemOf(ctx, form.url);
  if (url) return { problem: { url } };
  const action = form.trigger === "action" ? await findAction(ctx, group, form.actionId) : null;
  if (form.trigger === "action" && !action) return { problem: { action: "unknown" } };
  const id = newId<WebhookId>();
  const { name, trigger, filters } = form;
  const isMade = await store.insertWebhook(db, {
    ...{ id, name, trigger, filters, url: form.url, actionNo: action?.no ?? null, by: by.no, at: ctx.now },
    secretKey: form.isSigned ? ctx.config.SIGNING_KEYS.current : null,
  });
  if (!isMade) return { problem: { most: true } };
  await record(ctx, group, by, "created", { id, name });
  return { id };
}

export function listWebhooks(ctx: Context, group: Group): Promise<Webhook[]> {
  return store.selectWebhooks(dbFor(ctx.env, group));
}

/** One of the group's, deleted ones too; null for another group's. */
export function webhookById(ctx: Context, group: Group, id: WebhookId): Promise<Webhook | null> {
  return store.selectWebhook(dbFor(ctx.env, group), id);
}

/** Switches it on: what happens from now on is sent. False when it was on. */
export async function switchOn(
  ctx: Context,
  group: Group,
  by: Pick<Account, "no">,
  webhook: Webhook,
): Promise<boolean> {
  const db = dbFor(ctx.env, group);
  await feedOn(ctx, group);
  const isOn = await store.updateState(db, webhook.no, "on", await currentCursor(db));
  if (isOn) await record(ctx, group, by, "on", webhook);
  await laneOf(ctx.env, group, webhook.id).wake(partOf(group), webhook.no);
  return isOn;
}

/** Switches it off: what waits stays, and what happens until it is on again is not sent. */
export async function switchOff(
  ctx: Context,
  group: Group,
  by: Pick<Account, "no">,
  webhook: Webhook,
): Promise<void> {
  if (await store.updateState(dbFor(ctx.env, group), webhook.no, "off", null))
    await record(ctx, group, by, "off", webhook);
  await laneOf(ctx.env, group, webhook.id).stop();
}

/** Deletes it; its log is kept for the days that it would be anyway. */
export async function removeWebhook(
  ctx: Context,
  group: Group,
  by: Pick<Account, "no">,
  webhook: Webhook,
): Promise<void> {
  if (await store.updateRemoved(dbFor(ctx.env, group), webhook.no, ctx.now))
    await record(ctx, group, by, "deleted", webhook);
  await laneOf(ctx.env, group, webhook.id).stop();
}

/** Brings a deleted one back, switched off. False when the group has as many as it may by now. */
export async function restoreWebhook(
  ctx: Context,
  group: Group,
  by: Pick<Account, "no">,
  webhook: Webhook,
): Promise<boolean> {
  const isBack = await store.updateRemoved(dbFor(ctx.env, group), webhook.no, null);
  if (isBack) await record(ctx, group, by, "restored", webhook);
  return isBack;
}

/** Sends an invented piece of news, now, whether it is on or off. Gives whether the receiver took it. */
export async function sendTest(ctx: Context, group: Group, webhook: Webhook): Promise<boolean> {
  const db = dbFor(ctx.env, group);
  const sample = samplePayload(ctx, webhook);
  const sponsor = { title: group.name, url: `${ctx.config.platform.origin}/groups/${group.slug}` };
  const id = await keyOf(`${webhook.id}/test/${ctx.requestId}/${ctx.now}`);
  const body = bodyOf([sample], sponsor, [id]);
  await store.insertTest(db, webhook.no, { id, body, at: ctx.now }).run();
  const { isTaken } = await tryDelivery(ctx, db, webhook, { id, body, tries: 0 }, { isAlone: true });
  return isTaken;
}

/** Sends a settled delivery once more, now, under its old key. Null when there is none, or it waits anyway. */
export async function sendAgain(
  ctx: Context,
  group: Group,
  webhook: Webhook,
  id: string,
): Promise<boolean | null> {
  const db = dbFor(ctx.env, group);
  const delivery = await store.selectDelivery(db, webhook.no, id);
  if (delivery?.dueAt !== null) return null;
  return (await tryDelivery(ctx, db, webhook, delivery, { isAlone: true })).isTaken;
}

/** A page of what was sent, the newest first. @param before the last of the page before */
export async function deliveriesOf(
  ctx: Context,
  group: Group,
  webhook: Webhook,
  before: { at: number; id: string } | null,
): Promise<{ deliveries: Delivery[]; next: { at: number; id: string } | null }> {
  const rows = await store.selectLog(dbFor(ctx.env, group), webhook.no, before, LOG_PAGE + 1);
  const deliveries = rows.slice(0, LOG_PAGE);
  const last = rows.length > LOG_PAGE ? deliveries.at(-1) : undefined;
  return { deliveries, next: last ? { at: last.at, id: last.id } : null };
}

export function deliveryOf(
  ctx: Context,
  group: Group,
  webhook: Webhook,
  id: string,
): Promise<Delivery | null> {
  return store.selectDelivery(dbFor(ctx.env, group), webhook.no, id);
}

const LOG_PAGE = 25;

/** Says to a group's webhooks that there may be news: they are sooner by half a minute then. Nothing is lost without it. */
export async function wakeWebhooks(ctx: Context, group: LaneGroup): Promise<void> {
  for (const { id, no } of await store.selectOn(dbFor(ctx.env, group)))
    await laneOf(ctx.env, group, id).wake(group, no);
}

/** Wakes a group's webhooks after its status changed: those of a suspended group rest until then. */
export async function wakeAfterStatus(ctx: Context, { groupNo }: GroupStatusChanged): Promise<void> {
  const group = await groupByNo(ctx.directory, groupNo);
  if (group && group.status !== "suspended") await wakeWebhooks(ctx, partOf(group));
}

const HOUR_MS = 3_600_000;
/** With at most twenty webhooks each. */
const GROUPS_WOKEN = 40;

/** Wakes the webhooks of some groups each hour, of others the next: whatever put a lane to sleep, it does not sleep for ever. */
export async function wakeSleepers(ctx: Context): Promise<void> {
  const names = shardNames(ctx.env);
  for (const name of names) {
    const d1 = ctx.env[name];
    if (!d1) continue;
    const most = Math.ceil(GROUPS_WOKEN / names.length);
    for (const groupNo of await store.selectGroupsOn(d1, Math.floor(ctx.now / HOUR_MS), most))
      await wakeAfterStatus(ctx, { type: "group.status", groupNo }).catch((error: unknown) =>
        ctx.log.error("webhooks.wake", error, { groupNo }),
      );
  }
}

function partOf({ no, shard, jurisdiction }: Group): LaneGroup {
  return { no, shard, jurisdiction };
}

const STATEMENTS_A_TICK = 200;
const DELETED_AT_ONCE = 1_000;
/** A log has not many more rows than 10,000. */
const STEPS_A_WEBHOOK = 20;

/**
 * Deletes what is in the logs for more than 30 days, also of webhooks that are off or deleted: where it is longest due first, and a
 * bounded number of statements in all, since the hour's other work is done by the same invocation.
 */
export async function forgetOldDeliveries(ctx: Context): Promise<void> {
  const before = ctx.now - LOG_KEPT_MS;
  const names = shardNames(ctx.env);
  for (const name of names) {
    const d1 = ctx.env[name];
    if (!d1) continue;
    let left = Math.ceil(STATEMENTS_A_TICK / names.length);
    for (const log of await store.selectOldLogs(d1, before, left))
      for (let step = 0; step < STEPS_A_WEBHOOK && left > 0; step += 1) {
        left -= 1;
        if ((await store.deleteOldLog(d1, log, before, DELETED_AT_ONCE)) < DELETED_AT_ONCE) break;
      }
  }
}

async function record(
  ctx: Context,
  group: Group,
  by: Pick<Account, "no">,
  verb: "created" | "on" | "off" | "deleted" | "restored",
  { id, name }: Pick<Webhook, "id" | "name">,
): Promise<void> {
  await recordAct(ctx, {
    ...{ groupNo: group.no, accountNo: by.no, act: `webhook.${verb}`, subject: id },
    detail: { name },
  });
}
