import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env";
import { createContext } from "../platform/context";
import { newId } from "../platform/ids";
import type { ImportingGroup } from "./types";
import { takeTurn } from "./work";

/** Should a turn be killed in the middle, the next begins by then at the latest. */
const SAFETY_MS = 15_000;

/**
 * Drives the imports of one group, named by its number: one turn after the other, so that no group reads two files at once. A
 * shell: everything there is to know stands in the group's rows, and the alarm only says when to look.
 */
export class ImportsObject extends DurableObject<Env> {
  /** Looks at once. */
  async wake({ no }: ImportingGroup): Promise<void> {
    this.ctx.storage.kv.put("group", no);
    this.ctx.storage.kv.put("failures", 0);
    await this.ctx.storage.setAlarm(Date.now());
  }

  /** Looks at once, unless it is to look later anyway: after a failure it waits for as long as it has set itself. */
  async lookAfter({ no }: ImportingGroup): Promise<void> {
    if ((await this.ctx.storage.getAlarm()) === null) await this.wake({ no });
  }

  override async alarm(): Promise<void> {
    const groupNo = this.ctx.storage.kv.get<number>("group");
    if (groupNo === undefined) return;
    await this.ctx.storage.setAlarm(Date.now() + SAFETY_MS);
    const failures = this.ctx.storage.kv.get<number>("failures") ?? 0;
    const ctx = createContext(this.env, newId(), (work) => this.ctx.waitUntil(work));
    const due = await this.ctx.storage.getAlarm();
    let inMs: number | null = SAFETY_MS;
    try {
      const turn = await takeTurn(ctx, groupNo, failures);
      this.ctx.storage.kv.put("failures", turn.hasFailed ? failures + 1 : 0);
      inMs = turn.inMs;
    } catch (error) {
      ctx.log.error("imports.alarm", error, { groupNo });
      this.ctx.storage.kv.put("failures", failures + 1);
    }
    // Somebody who woke it meanwhile has set an earlier one.
    if ((await this.ctx.storage.getAlarm()) !== due) return;
    if (inMs === null) await this.ctx.storage.deleteAlarm();
    else await this.ctx.storage.setAlarm(Date.now() + inMs);
  }
}
