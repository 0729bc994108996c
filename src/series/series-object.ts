import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env";
import { groupByNo } from "../groups/group";
import { createContext } from "../platform/context";
import type { ClockRef } from "./objects";
import { tend } from "./running";

const FIRST_RETRY_MS = 1_000;
const RETRY_MS_MAX = 60_000;
/** Somebody is about to change a series; if they die before they say so, it is looked at by then. */
const EXPECTED_MS = 3_000;
/** An alarm cannot be set for later than a date can be. */
const ALARM_MS_MAX = 30 * 86_400_000;

/**
 * Wakes when a series of its group is due. What is to be done is in D1 alone; that this is lost costs an hour at most, since the hourly
 * line of wrangler.toml wakes it too. A shell: what is done is in `running.ts`.
 */
export class SeriesObject extends DurableObject<Env> {
  #isTending = false;
  #again = false;

  /** Remembers the group and looks at it soon, whatever becomes of the caller. Call it before changing a series. */
  async expect(ref: ClockRef): Promise<void> {
    this.ctx.storage.kv.put("group", ref);
    const set = await this.ctx.storage.getAlarm();
    const at = Date.now() + EXPECTED_MS;
    if (set === null || set > at) await this.ctx.storage.setAlarm(at);
  }

  /** A series was changed: looks at all of them now. */
  async wake(ref: ClockRef): Promise<void> {
    this.ctx.storage.kv.put("group", ref);
    this.ctx.storage.kv.delete("tries");
    if (this.#isTending) this.#again = true;
    else await this.ctx.storage.setAlarm(Date.now());
  }

  override async alarm(): Promise<void> {
    const ref = this.ctx.storage.kv.get<ClockRef>("group");
    if (!ref) return;
    const ctx = createContext(this.env, "series", (work) => this.ctx.waitUntil(work));
    this.#isTending = true;
    this.#again = false;
    try {
      const group = await groupByNo(ctx.directory, ref.no);
      const inMs = group && (await tend(ctx, group));
      this.ctx.storage.kv.delete("tries");
      await this.#next(this.#again ? 0 : inMs);
    } catch (error) {
      const tries = this.ctx.storage.kv.get<number>("tries") ?? 0;
      ctx.log.error("series.tend", error, { groupNo: ref.no, tries });
      this.ctx.storage.kv.put("tries", tries + 1);
      await this.#next(Math.min(FIRST_RETRY_MS * 2 ** tries, RETRY_MS_MAX));
    } finally {
      this.#isTending = false;
    }
  }

  async #next(inMs: number | null): Promise<void> {
    if (inMs === null) return this.ctx.storage.deleteAlarm();
    await this.ctx.storage.setAlarm(Date.now() + Math.min(Math.max(0, inMs), ALARM_MS_MAX));
  }
}
