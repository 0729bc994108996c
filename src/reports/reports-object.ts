import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env";
import { dbFor } from "../groups/shard";
import { type Context, createContext } from "../platform/context";
import { errorText } from "../platform/log";
import { mailDue, nextMailAt } from "./mailing";
import { beginSweep, type Sweep, sweepOn } from "./sweep";
import { type Cell, DAY_MS, type ReportGroup, type Topic, topics } from "./types";

/** How long one turn of a sweep lasts; a request for numbers waits no longer than for a short one. */
const TURN_MS = 8_000;
const SHORT_TURN_MS = 800;
/** Each is nine statements, of which one invocation may send a thousand (Cloudflare's docs, D1). */
const STEPS_A_TURN = 80;
/** People one short turn gets through; of more, a request does not wait for the count. */
const QUICK_MS = 500;
/** A count stands so long before it is made anew: for a small group at least this, and a hundred times what counting took. */
const REST_MS_MIN = 5_000;
const REST_TIMES = 100;
/** After news it is made anew within the hour; without, once a day, since days make people quieter too. */
const NEWS_MS = 3_600_000;
const RETRY_MS = 60_000;

/** What a count found, and what is known of it. */
export type Counted = {
  /** Null while the first one goes on. */
  finishedAt: number | null;
  /** Of the count that goes on now, how much of it is done; null when none does. */
  doneRatio: number | null;
  cells: Record<string, Cell[]>;
};

/**
 * Counts a group's people behind, by sweeps over their numbers, and keeps what the last one found; and mails the numbers to
 * who wants them. A shell: what a sweep does is in `sweep.ts`, the mails are in `mailing.ts`.
 */
export class ReportsObject extends DurableObject<Env> {
  #working: Promise<void> | null = null;
  readonly #added = new Map<string, { topic: number; key: string; sub: string; n: number; m: number }>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec(
      `CREATE TABLE IF NOT EXISTS cells (sweep INTEGER NOT NULL, topic INTEGER NOT NULL, key TEXT NOT NULL, sub TEXT NOT NULL,
         n INTEGER NOT NULL, m INTEGER NOT NULL, PRIMARY KEY (sweep, topic, key, sub)) WITHOUT ROWID`,
    );
  }

  /** Somebody took part: the next count is due within the hour. */
  async news(group: ReportGroup): Promise<void> {
    this.#learn(group);
    await this.#sweepBy(this.#restsUntil(Math.max(Date.now(), this.#finishedAt() + NEWS_MS)));
  }

  /**
   * What the last count found of some topics; of what has days only those from `since` on. Of a small group it is made now, so that what one did is in it; of a large one
   * behind, as soon as the last one has stood for a while.
   */
  async counted(group: ReportGroup, wanted: readonly Topic[], since = 0): Promise<Counted> {
    this.#learn(group);
    const due = this.#restsUntil(Date.now());
    if (due <= Date.now() && this.#lastTook() <= QUICK_MS) await this.#turn(SHORT_TURN_MS);
    else await this.#sweepBy(due);
    const sweep = this.#sweep();
    const cells = wanted.map((topic) => [
      topic,
      this.#cellsOf(topic, topic === "activity" || topic === "tagged" ? since : 0),
    ]);
    return {
      finishedAt: this.#finishedAt() || null,
      doneRatio: sweep ? sweep.after / Math.max(1, sweep.last) : null,
      cells: Object.fromEntries(cells),
    };
  }

  /** Who gets the numbers by mail has changed. */
  async mailsChanged(group: ReportGroup): Promise<void> {
    this.#learn(group);
    await this.#planMails();
    await this.#arm();
  }

  override async alarm(): Promise<void> {
    const now = Date.now();
    if ((this.#get("sweepAt") ?? Number.MAX_SAFE_INTEGER) <= now) await this.#turn(TURN_MS);
    if ((this.#get("mailAt") ?? Number.MAX_SAFE_INTEGER) <= now) await this.#mail();
    await this.#arm();
  }

  /** One at a time: a request that comes while another counts waits for the same turn. */
  #turn(ms: number): Promise<void> {
    this.#working ??= this.#turnNow(ms).finally(() => {
      this.#working = null;
    });
    return this.#working;
  }

  async #turnNow(ms: number): Promise<void> {
    const ctx = this.#context();
    const group = this.#group();
    if (!group) return;
    const until = Date.now() + ms;
    let steps = 0;
    const mayGoOn = () => {
      steps += 1;
      return steps < STEPS_A_TURN && Date.now() < until;
    };
    this.#added.clear();
    try {
      const db = dbFor(this.env, group);
      const sweep = this.#sweep() ?? (await beginSweep(db, (this.#get("sweepNo") ?? 0) + 1, Date.now()));
      let last = sweep;
      const isAtEnd = await sweepOn(
        {
          ...{ db, group, now: Date.now, mayGoOn },
          add: (topic, cells) => this.#add(topic, cells),
          save: (saved) => {
            last = saved;
            this.#save(saved);
          },
        },
        sweep,
      );
      if (isAtEnd) this.#finish(last);
      await this.#sweepAt(isAtEnd ? Date.now() + DAY_MS : Date.now());
    } catch (error) {
      ctx.log.error("reports.sweep", error, { text: errorText(error) });
      await this.#sweepAt(Date.now() + RETRY_MS);
    }
  }

  #add(topic: Topic, cells: readonly Cell[]): void {
    for (const { key, sub, n, m } of cells) {
      const name = `${topics[topic]}/${key}/${sub}`;
      const known = this.#added.get(name);
      if (known) {
        known.n += n;
        known.m += m;
      } else this.#added.set(name, { topic: topics[topic], key, sub, n, m });
    }
  }

  #save(sweep: Sweep): void {
    this.ctx.storage.transactionSync(() => {
      for (const { topic, key, sub, n, m } of this.#added.values()) {
        this.ctx.storage.sql.exec(
          `INSERT INTO cells VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (sweep, topic, key, sub) DO UPDATE SET n = n + excluded.n, m = m + excluded.m`,
          ...[sweep.no, topic, key, sub, n, m],
        );
      }
      this.ctx.storage.kv.put("sweep", sweep);
    });
    this.#added.clear();
  }

  #finish(sweep: Sweep): void {
    this.ctx.storage.transactionSync(() => {
      this.ctx.storage.sql.exec("DELETE FROM cells WHERE sweep <> ?", sweep.no);
      this.#put("sweepNo", sweep.no);
      this.#put("finishedAt", sweep.startedAt);
      this.#put("tookMs", sweep.spentMs);
      this.ctx.storage.kv.delete("sweep");
    });
  }

  async #mail(): Promise<void> {
    const ctx = this.#context();
    const group = this.#group();
    if (!group) return;
    try {
      await mailDue(ctx, group, (wanted) => this.counted(group, wanted));
      await this.#planMails();
    } catch (error) {
      ctx.log.error("reports.mail", error, { text: errorText(error) });
      this.#put("mailAt", Date.now() + RETRY_MS);
    }
  }

  async #planMails(): Promise<void> {
    const group = this.#group();
    const at = group ? await nextMailAt(this.#context(), group) : null;
    if (at === null) this.ctx.storage.kv.delete("mailAt");
    else this.#put("mailAt", at);
  }

  #cellsOf(topic: Topic, since: number): Cell[] {
    return this.ctx.storage.sql
      .exec<Cell>(
        "SELECT key, sub, n, m FROM cells WHERE sweep = ? AND topic = ? AND (? = 0 OR CAST(key AS INTEGER) >= ?)",
        ...[this.#get("sweepNo") ?? 0, topics[topic], since, since],
      )
      .toArray();
  }

  #restsUntil(at: number): number {
    const rest = Math.max(REST_MS_MIN, this.#lastTook() * REST_TIMES);
    const next = this.#finishedAt() === 0 ? 0 : this.#finishedAt() + Math.min(rest, DAY_MS);
    return Math.max(at, next);
  }

  async #sweepBy(at: number): Promise<void> {
    const planned = this.#get("sweepAt");
    if (planned === undefined || planned > at) await this.#sweepAt(at);
  }

  async #sweepAt(at: number): Promise<void> {
    this.#put("sweepAt", at);
    await this.#arm();
  }

  async #arm(): Promise<void> {
    const at = Math.min(
      this.#get("sweepAt") ?? Number.MAX_SAFE_INTEGER,
      this.#get("mailAt") ?? Number.MAX_SAFE_INTEGER,
    );
    if (at === Number.MAX_SAFE_INTEGER) return this.ctx.storage.deleteAlarm();
    await this.ctx.storage.setAlarm(Math.max(at, Date.now()));
  }

  #finishedAt(): number {
    return this.#get("finishedAt") ?? 0;
  }

  #lastTook(): number {
    return this.#get("tookMs") ?? 0;
  }

  #get(name: "sweepAt" | "mailAt" | "sweepNo" | "finishedAt" | "tookMs"): number | undefined {
    return this.ctx.storage.kv.get<number>(name);
  }

  #put(name: "sweepAt" | "mailAt" | "sweepNo" | "finishedAt" | "tookMs", value: number): void {
    this.ctx.storage.kv.put(name, value);
  }

  #sweep(): Sweep | null {
    return this.ctx.storage.kv.get<Sweep>("sweep") ?? null;
  }

  #learn(group: ReportGroup): void {
    const { no, id, shard, jurisdiction, timeZone } = group;
    this.ctx.storage.kv.put("group", { no, id, shard, jurisdiction, timeZone });
  }

  #group(): ReportGroup | null {
    return this.ctx.storage.kv.get<ReportGroup>("group") ?? null;
  }

  #context(): Context {
    return createContext(this.env, "reports", (work) => this.ctx.waitUntil(work));
  }
}
