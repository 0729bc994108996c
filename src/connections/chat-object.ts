import { DurableObject } from "cloudflare:workers";
import type { Kind } from "../actions/types";
import type { Env } from "../env";
import { groupByNo } from "../groups/group";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { type Context, createContext } from "../platform/context";
import { groupOrigin } from "../platform/http";
import { localTimeAt } from "../platform/local-time";
import { createLog } from "../platform/log";
import { type Known, newsOf, touchedSince } from "./chat-news";
import type { ChatGroup } from "./chat-objects";
import { pauseChat } from "./chat-pausing";
import { sendNotice } from "./chat-sending";
import { CHAT_FAILURES_MAX, CHAT_RETRY_MS, type Chat, type Notice, tellingOf } from "./chat-types";
import { noteSent, selectChats } from "./store-chats";

/** It looks so often: a chat is told within a minute, and a rush of signatures is one notice. */
const LOOK_MS = 60_000;
const RETRY_MS = 60_000;
/** Notices one chat gets in a turn; the others wait for the next. */
const SENT_AT_ONCE = 5;
/** An object has six connections, and the time a chat has runs while it waits for one; asking for an address takes some too. */
const CHATS_AT_ONCE = 4;
/** A chat that took so long with one notice gets no other in that turn. */
const SLOW_MS = 2_000;
/** Notices that wait for one chat; the oldest are let go. */
const WAITING_MAX = 50;
/** When people begin their day, by the group's clock. */
const DAILY_HOUR = 8;
const DAILY_ACTIONS_MAX = 5;

type Waiting = { id: number; chat_no: number; notice: string; tries: number };

/**
 * Tells the chats of one group how things go. It reads the change feed from its own place, so that nothing which takes an action or
 * a gift waits for it or fails with it. Killed at any moment it goes on where it was; a notice that was perhaps sent is sent again.
 */
export class ChatLane extends DurableObject<Env> {
  protected readonly kinds: readonly Kind[] = [];

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec(
      `CREATE TABLE IF NOT EXISTS waiting (id INTEGER PRIMARY KEY AUTOINCREMENT, chat_no INTEGER NOT NULL, notice TEXT NOT NULL,
         tries INTEGER NOT NULL, due_at INTEGER NOT NULL)`,
    );
  }

  /** There are chats to tell, or other ones than before. */
  async wake({ no, shard, jurisdiction }: ChatGroup): Promise<void> {
    this.ctx.storage.kv.put<ChatGroup>("group", { no, shard, jurisdiction });
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now());
  }

  override async alarm(): Promise<void> {
    const known = this.ctx.storage.kv.get<ChatGroup>("group");
    if (!known) return;
    try {
      await this.#turn(known);
    } catch (error) {
      createLog({ requestId: "chats" }).error("chats.turn", error, { groupNo: known.no });
      await this.ctx.storage.setAlarm(Date.now() + RETRY_MS);
    }
  }

  async #turn(known: ChatGroup): Promise<void> {
    const ctx = createContext(this.env, "chats", (work) => this.ctx.waitUntil(work));
    const db = dbFor(this.env, known);
    const group = await groupByNo(ctx.directory, known.no);
    const chats = (await selectChats(db)).filter(({ state }) => state === "on");
    if (group?.status !== "active" || chats.length === 0) return this.#rest();
    const isMore = await this.#look(ctx, db, group, chats);
    await this.#send(ctx, db, group, chats);
    await this.ctx.storage.setAlarm(Date.now() + (isMore ? 0 : LOOK_MS));
  }

  /** Nobody is to be told: whoever is told next hears of what happens from then on. */
  #rest(): void {
    const { kv, sql } = this.ctx.storage;
    for (const [key] of [...kv.list()]) if (key !== "group") kv.delete(key);
    sql.exec("DELETE FROM waiting");
  }

  /** Puts what is new before the chats that are told of it, and keeps its place, in one write. Says whether there is more of it. */
  async #look(ctx: Context, db: GroupDb, group: Group, chats: readonly Chat[]): Promise<boolean> {
    const { kv } = this.ctx.storage;
    const since = kv.get<number>("since") ?? Date.now();
    const { touched, next, isMore } = await touchedSince(db, kv.get<string>("cursor") ?? null);
    const found: { no: number; notices: Notice[]; known: Known }[] = [];
    for (const [no, what] of touched) {
      const news = await newsOf(
        { ctx, group, db, kinds: this.kinds, since },
        no,
        what,
        kv.get<Known>(`action/${no}`) ?? null,
      );
      if (news) found.push({ no, ...news });
    }
    // Nothing is awaited from here on: these writes are one.
    kv.put("since", since);
    if (next !== null) kv.put("cursor", next);
    for (const { no, known } of found) kv.put(`action/${no}`, known);
    const daily = this.#daily(ctx, group);
    for (const notice of [...found.flatMap(({ notices }) => notices), ...daily])
      this.#put(group, chats, notice);
    return isMore;
  }

  #put({ currency }: Group, chats: readonly Chat[], notice: Notice): void {
    const { sql } = this.ctx.storage;
    for (const chat of chats) {
      if (notice.is === "test" || !chat.tells.includes(tellingOf[notice.is])) continue;
      if (notice.is === "gift" && notice.currency === currency && notice.amount < chat.giftFrom) continue;
      sql.exec(
        "INSERT INTO waiting (chat_no, notice, tries, due_at) VALUES (?, ?, 0, 0)",
        ...[chat.no, JSON.stringify(notice)],
      );
      sql.exec(
        "DELETE FROM waiting WHERE chat_no = ?1 AND id <= (SELECT id FROM waiting WHERE chat_no = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        ...[chat.no, WAITING_MAX],
      );
    }
  }

  /** What came since the summary before, once a morning; of a quiet day nothing is said. */
  #daily(ctx: Context, group: Group): Notice[] {
    const { kv } = this.ctx.storage;
    const local = localTimeAt(Date.now(), group.timeZone);
    const day = local.slice(0, 10);
    const told = kv.get<string>("daily");
    if (told === day || Number(local.slice(11, 13)) < DAILY_HOUR) return [];
    kv.put("daily", day);
    const gains: { title: string; count: number }[] = [];
    for (const [key, known] of [...kv.list<Known>({ prefix: "action/" })]) {
      if (known.total > known.base) gains.push({ title: known.title, count: known.total - known.base });
      if (known.total !== known.base) kv.put(key, { ...known, base: known.total });
    }
    const count = gains.reduce((sum, gain) => sum + gain.count, 0);
    // The first morning counts from when chats began to listen, which was no day.
    if (told === undefined || count === 0) return [];
    const actions = gains.toSorted((one, other) => other.count - one.count).slice(0, DAILY_ACTIONS_MAX);
    return [{ is: "daily", url: `${groupOrigin(ctx.config, group.slug)}/`, count, actions }];
  }

  /** A few chats are told at the same time, each its notices in order: one that is slow holds up the others for a few seconds at most. */
  async #send(ctx: Context, db: GroupDb, group: Group, chats: readonly Chat[]): Promise<void> {
    for (let start = 0; start < chats.length; start += CHATS_AT_ONCE)
      await Promise.all(
        chats.slice(start, start + CHATS_AT_ONCE).map((chat) => this.#sendTo(ctx, db, group, chat)),
      );
    const { sql } = this.ctx.storage;
    sql.exec(
      "DELETE FROM waiting WHERE chat_no NOT IN (SELECT value FROM json_each(?))",
      JSON.stringify(chats.map(({ no }) => no)),
    );
  }

  async #sendTo(ctx: Context, db: GroupDb, group: Group, chat: Chat): Promise<void> {
    const { sql } = this.ctx.storage;
    const due = sql
      .exec<Waiting>(
        "SELECT id, chat_no, notice, tries FROM waiting WHERE chat_no = ? AND due_at <= ? ORDER BY id LIMIT ?",
        ...[chat.no, Date.now(), SENT_AT_ONCE],
      )
      .toArray();
    for (const { id, notice, tries } of due) {
      const began = Date.now();
      const problem = await sendNotice(ctx, group, chat, JSON.parse(notice));
      const wait = problem === null ? undefined : CHAT_RETRY_MS[tries];
      const isSlow = Date.now() - began > SLOW_MS;
      const isGivenUp = problem !== null && wait === undefined;
      if (wait === undefined) sql.exec("DELETE FROM waiting WHERE id = ?", id);
      else sql.exec("UPDATE waiting SET tries = tries + 1, due_at = ? WHERE id = ?", Date.now() + wait, id);
      const failures = await noteSent(db, chat.no, { at: Date.now(), problem, isGivenUp });
      if (isGivenUp && failures >= CHAT_FAILURES_MAX) return pauseChat(ctx, group, chat);
      // What one did not take the next would not take now, and what took long would keep the others waiting.
      if (problem !== null || isSlow) return;
    }
  }
}
