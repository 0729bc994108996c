import { DurableObject } from "cloudflare:workers";
import { API_PATH } from "../api/web";
import { changesSince, currentCursor } from "../changes/change";
import type { Env } from "../env";
import { groupByNo } from "../groups/group";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { type Context, createContext } from "../platform/context";
import { newsFor } from "./news";
import type { LaneGroup } from "./objects";
import { pauseWebhook } from "./pausing";
import { tryDelivery } from "./sending";
import { insertDeliveries, nextDue, selectDue, selectWebhookByNo } from "./store";
import type { Webhook } from "./types";

/** It looks by itself so often: whatever message is lost, nothing is later than this. */
const LOOK_MS = 30_000;
const RETRY_MS = 30_000;
const CHANGES_AT_ONCE = 200;
const READINGS_A_TURN = 25;
/** Requests to one receiver at the same time. */
const AT_ONCE = 4;
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
    await this.#turn();
  }

  async #turn(): Promise<void> {
    const known = this.ctx.storage.kv.get<Known>("known");
    if (!known) return;
    const ctx = createContext(this.env, "webhooks", (work) => this.ctx.waitUntil(work));
    const db = dbFor(this.env, known.group);
    try {
      const webhook = await selectWebhookByNo(db, known.no);
      const group = await groupByNo(ctx.directory, known.group.no);
      if (!group || webhook?.state !== "on" || webhook.removedAt !== null) return await this.stop();
      const isAtEnd = await this.#read(ctx, db, group, webhook);
      await this.#deliver(ctx, db, group, webhook);
      const due = await nextDue(db, known.no);
      const next = isAtEnd ? Math.min(due ?? Number.MAX_SAFE_INTEGER, Date.now() + LOOK_MS) : Date.now();
      await this.#armBy(Math.max(next, Date.now()));
    } catch (error) {
      ctx.log.error("webhooks.turn", error, { groupNo: known.group.no, webhookNo: known.no });
      await this.#armBy(Date.now() + RETRY_MS);
    }
  }

  /** Whoever woke it during the turn is not forgotten: an alarm that is set rings by then at the latest. */
  async #armBy(at: number): Promise<void> {
    const set = await this.ctx.storage.getAlarm();
    if (set === null || set > at) await this.ctx.storage.setAlarm(at);
  }

  /** Puts what is new into the lane. False when there is more. */
  async #read(ctx: Context, db: GroupDb, group: Group, webhook: Webhook): Promise<boolean> {
    const base = ctx.config.platform.origin + API_PATH;
    const sponsor = { title: group.name, url: `${ctx.config.platform.origin}/groups/${group.slug}` };
    for (let reading = 0; reading < READINGS_A_TURN; reading += 1) {
      const cursor = this.#cursorOf(webhook) ?? (await currentCursor(db));
      const read = await changesSince(db, cursor, CHANGES_AT_ONCE);
      if (read.is !== "read") {
        // The database was set back, or nobody looked for a month: what is there no more cannot be told.
        ctx.log.info("webhooks.place_lost", { groupNo: db.groupNo, webhookNo: webhook.no });
        this.#keep(webhook, (await currentCursor(db)) ?? "0");
        return true;
      }
      const news = await newsFor(db, webhook, read.changes, { base, sponsor });
      if (news.length > 0) await db.d1.batch(insertDeliveries(db, webhook.no, news, Date.now()));
      if (read.next === cursor) return true;
      this.#keep(webhook, read.next);
    }
    return false;
  }

  async #deliver(ctx: Context, db: GroupDb, group: Group, webhook: Webhook): Promise<void> {
    const until = Date.now() + TURN_MS;
    while (Date.now() < until) {
      const due = await selectDue(db, webhook.no, Date.now(), AT_ONCE);
      if (due.length === 0) return;
      const tried = await Promise.all(due.map((delivery) => tryDelivery(ctx, db, webhook, delivery)));
      if (tried.some(({ shouldPause }) => shouldPause)) return pauseWebhook(ctx, group, webhook);
    }
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
