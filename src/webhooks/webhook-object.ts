import { DurableObject } from "cloudflare:workers";
import { API_PATH } from "../api/web";
import { changesSince, currentCursor } from "../changes/change";
import type { Env } from "../env";
import { groupByNo } from "../groups/group";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { type Context, createContext } from "../platform/context";
import { createLog } from "../platform/log";
import { newsFor } from "./news";
import type { LaneGroup } from "./objects";
import { pauseWebhook } from "./pausing";
import { tryDelivery } from "./sending";
import { countWaiting, deleteBeyond, insertDeliveries, nextDue, selectDue, selectWebhookByNo } from "./store";
import type { Webhook } from "./types";

/** It looks by itself so often: whatever message is lost, nothing is later than this. */
const LOOK_MS = 30_000;
const RETRY_MS = 30_000;
const CHANGES_AT_ONCE = 200;
/**
 * With what follows a turn stays below the 1,000 D1 queries of an invocation (Cloudflare's docs, D1): a reading asks for about 90 where each of its
 * changes is a batch of its own with tags, a delivery for two, and each four of them for one more.
 */
const READINGS_A_TURN = 4;
const DELIVERIES_A_TURN = 200;
/** While so many wait the feed is not read on: it is kept for 30 days anyway, and need not be there twice. */
const WAITING_MAX = 1_000;
/** Requests to one receiver at the same time. */
const AT_ONCE = 4;
/** So many rows of a log are kept, and older ones that wait. */
const LOG_MAX = 10_000;
/** After so many deliveries the log is cut. */
const CUT_EVERY = 1_000;
/** A turn ends after so long, to go on with a fresh one. */
const TURN_MS = 60_000;

type Known = { group: LaneGroup; no: number };

/**
 * The lane of one webhook: reads the change feed from its own place, keeps what is to be sent in the shard, and sends it. A receiver that
 * is slow holds up nobody but itself. Killed at any moment it goes on where it was: what was read twice is kept once, and what was
 * perhaps sent is sent again under the same key.
 */
export class WebhookLane extends DurableObject<Env> {
  /** There may be news. */
  async wake(group: LaneGroup, no: number): Promise<void> {
    const { shard, jurisdiction } = group;
    this.ctx.storage.kv.put<Known>("known", { group: { no: group.no, shard, jurisdiction }, no });
    // An alarm, so that whoever wakes it does not wait for a receiver.
    await this.#armBy(Date.now());
  }

  /** Forgets where it was: the webhook was switched off. */
  async stop(): Promise<void> {
    this.ctx.storage.kv.delete("cursor");
    await this.ctx.storage.deleteAlarm();
  }

  override async alarm(): Promise<void> {
    const known = this.ctx.storage.kv.get<Known>("known");
    if (!known) return;
    try {
      await this.#turn(known);
    } catch (error) {
      const log = createLog({ requestId: "webhooks" });
      log.error("webhooks.turn", error, { groupNo: known.group.no, webhookNo: known.no });
      await this.#armBy(Date.now() + RETRY_MS);
    }
  }

  async #turn(known: Known): Promise<void> {
    const ctx = createContext(this.env, "webhooks", (work) => this.ctx.waitUntil(work));
    const db = dbFor(this.env, known.group);
    const webhook = await selectWebhookByNo(db, known.no);
    const group = await groupByNo(ctx.directory, known.group.no);
    if (!group || webhook?.state !== "on" || webhook.removedAt !== null) return this.stop();
    // It rests where it is, until it is woken: nothing of a suspended group goes out.
    if (group.status === "suspended") return;
    const hasMore = await this.#read(ctx, db, group, webhook);
    await this.#deliver(ctx, db, group, webhook);
    const due = await nextDue(db, known.no);
    const next = hasMore ? Date.now() : Math.min(due ?? Number.MAX_SAFE_INTEGER, Date.now() + LOOK_MS);
    await this.#armBy(Math.max(next, Date.now()));
  }

  /** Whoever woke it during the turn is not forgotten: an alarm that is set rings by then at the latest. */
  async #armBy(at: number): Promise<void> {
    const set = await this.ctx.storage.getAlarm();
    if (set === null || set > at) await this.ctx.storage.setAlarm(at);
  }

  /** Puts what is new into the lane, as long as not too much waits there. True when there is more that could be read at once. */
  async #read(ctx: Context, db: GroupDb, group: Group, webhook: Webhook): Promise<boolean> {
    const base = ctx.config.platform.origin + API_PATH;
    const sponsor = { title: group.name, url: `${ctx.config.platform.origin}/groups/${group.slug}` };
    for (let reading = 0; reading < READINGS_A_TURN; reading += 1) {
      if ((await countWaiting(db, webhook.no, WAITING_MAX)) >= WAITING_MAX) return false;
      const cursor = this.#cursorOf(webhook) ?? (await currentCursor(db));
      const read = await changesSince(db, cursor, CHANGES_AT_ONCE);
      if (read.is !== "read") {
        // The database was set back, or nobody looked for a month: what is there no more cannot be told.
        ctx.log.info("webhooks.place_lost", { groupNo: db.groupNo, webhookNo: webhook.no });
        this.#keep(webhook, (await currentCursor(db)) ?? "0");
        return false;
      }
      const news = await newsFor(db, webhook, read.changes, { ctx, base, sponsor });
      if (news.length > 0) await db.d1.batch(insertDeliveries(db, webhook.no, news, Date.now()));
      if (read.next === cursor) return false;
      this.#keep(webhook, read.next);
    }
    return true;
  }

  async #deliver(ctx: Context, db: GroupDb, group: Group, webhook: Webhook): Promise<void> {
    const until = Date.now() + TURN_MS;
    for (let count = 0; count < DELIVERIES_A_TURN && Date.now() < until; count += AT_ONCE) {
      const due = await selectDue(db, webhook.no, Date.now(), AT_ONCE);
      if (due.length === 0) return;
      // One that could not be written down must not keep the others from it.
      const tried = await Promise.allSettled(due.map((delivery) => tryDelivery(ctx, db, webhook, delivery)));
      if (tried.some((one) => one.status === "fulfilled" && one.value.shouldPause))
        return pauseWebhook(ctx, group, webhook);
      const failed = tried.find((one) => one.status === "rejected");
      if (failed) throw failed.reason;
      await this.#cut(db, webhook, due.length);
    }
  }

  /** Keeps the log within bounds, looking now and then: what is beyond is found by walking past what is kept. */
  async #cut(db: GroupDb, { no }: Webhook, count: number): Promise<void> {
    const tried = (this.ctx.storage.kv.get<number>("tried") ?? 0) + count;
    if (tried >= CUT_EVERY) await deleteBeyond(db, no, LOG_MAX, 2 * CUT_EVERY);
    this.ctx.storage.kv.put("tried", tried >= CUT_EVERY ? 0 : tried);
  }

  /** The place is of one switching on: a webhook that was off begins anew. */
  #cursorOf({ fromCursor }: Webhook): string | null {
    const kept = this.ctx.storage.kv.get<{ from: string | null; at: string }>("cursor");
    return kept && kept.from === fromCursor ? kept.at : fromCursor;
  }

  #keep({ fromCursor }: Webhook, at: string): void {
    this.ctx.storage.kv.put("cursor", { from: fromCursor, at });
  }
}
