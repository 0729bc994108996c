import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env";
import { groupByNo } from "../groups/group";
import { dbFor } from "../groups/shard";
import type { MailingTotals } from "../mailings/types";
import { type Context, createContext } from "../platform/context";
import { cohortTotals } from "./down-the-list";
import { drive, dueOf, type Kept } from "./driving";
import type { FreezeState } from "./freezing";
import type { Due, KeptPass } from "./issuing";
import { underWayMax } from "./pace";
import { lanesNow } from "./pace-lanes";
import type { CohortTotal } from "./store-cohorts";
import { survey, totalsOf } from "./survey";
import type { DriverRef, LaneNow, PageReport } from "./types";
import { UnderWay } from "./under-way";

const FIRST_RETRY_MS = 1_000;
const RETRY_MS_MAX = 30_000;
/** Somebody is about to change the mailing; if they die before they say so, it is looked at by then. */
const EXPECTED_MS = 3_000;
/** While it sends, how it stands is read so often; who claims asks D1 itself. */
const STANDING_MS = 1_000;
/** Numbers are counted again after so long, and after so many times as long as counting took. */
const NUMBERS_MS = 1_500;
const NUMBERS_TIMES = 20;
/** Whoever looks on wakes a driver that stands still, though it should not, so often at most. */
const NUDGE_MS = 60_000;
/** An alarm cannot be set for later than a date can be. */
const ALARM_MS_MAX = 30 * 86_400_000;

export type DriverNumbers = {
  totals: MailingTotals;
  perSecond: number;
  nextDueAt: number | null;
  slow: LaneNow[];
  preparing: { done: number; of: number } | null;
  /** Of a test down the list; else nothing. */
  cohorts: CohortTotal[];
};

/**
 * Drives one mailing: freezes its audience, gives out pages about two seconds ahead, goes through the ledger again for what
 * vanished, and ends it when nobody is left (docs/decisions/0027). What is to be done is in D1; what is in memory here may be lost at
 * any moment. A shell: what is done is in `driving.ts`, `freezing.ts` and `issuing.ts`.
 */
export class MailingDriver extends DurableObject<Env> {
  readonly #underWay = new UnderWay();
  #standing: { due: Due; readAt: number } | null = null;
  #numbers: { value: Promise<DriverNumbers>; until: number } | null = null;
  #nudgedAt = 0;
  #pass: { value: KeptPass | null } | null = null;
  #isDriving = false;
  #again = false;
  /** By when whoever is about to change it says so, in ms. */
  #expectedAt = 0;

  /** Remembers the mailing and looks at it soon, whatever becomes of the caller. Call it before changing how it stands. */
  async expect(ref: DriverRef): Promise<void> {
    this.ctx.storage.kv.put("ref", ref);
    const set = await this.ctx.storage.getAlarm();
    const at = Date.now() + EXPECTED_MS;
    this.#expectedAt = at;
    if (set === null || set > at) await this.ctx.storage.setAlarm(at);
  }

  /** How it stands was changed: looks at it now. */
  async wake(ref: DriverRef): Promise<void> {
    this.ctx.storage.kv.put("ref", ref);
    this.ctx.storage.kv.delete("tries");
    this.#standing = null;
    this.#numbers = null;
    this.#expectedAt = 0;
    this.#underWay.lookAgain();
    await this.#now();
  }

  /** What became of a page. One of a driver before this one is no news: its people are found again. */
  async pageDone(report: PageReport): Promise<void> {
    const now = Date.now();
    if (!this.#underWay.done(report, now)) return;
    const room = this.#underWay.room(now);
    const most = underWayMax(this.#underWay.speed.at(now));
    if (report.trouble !== null || this.#underWay.count === 0 || room * 4 >= most) await this.#now();
  }

  /**
   * How far it is, counted from the rows a moment ago.
   * @param isOpen it should be under way, by its status
   * @param hasCohorts it is tested down the list
   */
  numbers(ref: DriverRef, isOpen: boolean, hasCohorts = false): Promise<DriverNumbers> {
    const now = Date.now();
    if (isOpen) this.ctx.waitUntil(this.#nudge(ref, now));
    if (this.#numbers && this.#numbers.until > now) return this.#numbers.value;
    const value = this.#count(ref, hasCohorts);
    const held = { value, until: Number.POSITIVE_INFINITY };
    this.#numbers = held;
    value.then(
      () => {
        const tookMs = Date.now() - now;
        held.until = Date.now() + Math.max(NUMBERS_MS, tookMs * NUMBERS_TIMES);
      },
      () => {
        held.until = 0;
      },
    );
    return value;
  }

  override async alarm(): Promise<void> {
    const ref = this.ctx.storage.kv.get<DriverRef>("ref");
    if (!ref) return;
    const ctx = createContext(this.env, "mailing", (work) => this.ctx.waitUntil(work));
    this.#isDriving = true;
    this.#again = false;
    try {
      const due = await this.#read(ctx, ref);
      const inMs = due === null ? null : await drive(due, this.#kept, this.#underWay);
      this.ctx.storage.kv.delete("tries");
      // It may stand otherwise now.
      if (inMs === 0) this.#standing = null;
      await this.#next(this.#again ? 0 : inMs);
    } catch (error) {
      const tries = this.ctx.storage.kv.get<number>("tries") ?? 0;
      ctx.log.error("delivery.drive", error, { groupNo: ref.group.no, mailingNo: ref.mailingNo, tries });
      this.#standing = null;
      this.ctx.storage.kv.put("tries", tries + 1);
      await this.#next(Math.min(FIRST_RETRY_MS * 2 ** tries, RETRY_MS_MAX));
    } finally {
      this.#isDriving = false;
    }
  }

  async #read(ctx: Context, { group: { no }, mailingNo }: DriverRef): Promise<Due | null> {
    if (this.#standing && this.#standing.readAt + STANDING_MS > Date.now())
      return { ...this.#standing.due, ctx };
    const group = await groupByNo(ctx.directory, no);
    const due = group && (await dueOf(ctx, group, mailingNo));
    this.#standing = due && due.delivery.status === "sending" ? { due, readAt: Date.now() } : null;
    return due;
  }

  async #count({ group, mailingNo }: DriverRef, hasCohorts: boolean): Promise<DriverNumbers> {
    const db = dbFor(this.env, group);
    const now = Date.now();
    const [totals, open] = [await totalsOf(db, mailingNo), await survey(db, mailingNo, now)];
    const freeze = this.ctx.storage.kv.get<FreezeState>("freeze");
    const pass = this.#underWay.pass ?? this.#keptPass()?.pass;
    return {
      totals,
      perSecond: this.#underWay.speed.at(now),
      nextDueAt: open.nextDueS === null ? null : open.nextDueS * 1000,
      slow: [
        ...(pass ? lanesNow(pass, now) : []),
        ...(open.nextDueS === null ? [] : this.#underWay.putOff(open.nextDueS * 1000)),
      ],
      preparing: freeze ? { done: freeze.after, of: freeze.highest } : null,
      cohorts: hasCohorts ? await cohortTotals(db, mailingNo) : [],
    };
  }

  readonly #kept: Kept = {
    freeze: () => this.ctx.storage.kv.get<FreezeState>("freeze") ?? null,
    saveFreeze: (state) => {
      // Somebody changed how it stands meanwhile: what goes on must be read anew.
      if (this.#again) return false;
      this.ctx.storage.kv.put("freeze", state);
      return true;
    },
    forgetFreeze: () => {
      this.ctx.storage.kv.delete("freeze");
    },
    pass: () => this.#keptPass(),
    keepPass: (kept) => {
      const isThere = this.#keptPass() !== null;
      if (kept) this.ctx.storage.kv.put("pass", kept);
      else if (isThere) this.ctx.storage.kv.delete("pass");
      this.#pass = { value: kept && structuredClone(kept) };
    },
    forgetNumbers: () => {
      this.#numbers = null;
    },
  };

  /** Read from disk once: nearly all mailings have none. */
  #keptPass(): KeptPass | null {
    this.#pass ??= { value: this.ctx.storage.kv.get<KeptPass>("pass") ?? null };
    return this.#pass.value;
  }

  async #nudge(ref: DriverRef, now: number): Promise<void> {
    if (now - this.#nudgedAt < NUDGE_MS || this.#isDriving) return;
    this.#nudgedAt = now;
    if ((await this.ctx.storage.getAlarm()) === null) await this.wake(ref);
  }

  async #now(): Promise<void> {
    if (this.#isDriving) this.#again = true;
    else await this.ctx.storage.setAlarm(Date.now());
  }

  async #next(wantedMs: number | null): Promise<void> {
    const expectedMs = this.#expectedAt - Date.now();
    const inMs = expectedMs > 0 ? Math.min(expectedMs, wantedMs ?? expectedMs) : wantedMs;
    if (inMs === null) return this.ctx.storage.deleteAlarm();
    await this.ctx.storage.setAlarm(Date.now() + Math.min(Math.max(0, inMs), ALARM_MS_MAX));
  }
}
