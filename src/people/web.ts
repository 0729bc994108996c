import type { Context as HonoContext } from "hono";
import { frameOf } from "../accounts/web";
import type { MemberEnv } from "../groups/web";
import type { KeepingFrame } from "./keeping-views";

/** What the pages of tags, fields and sources show around themselves. */
export async function keepingFrame(c: HonoContext<MemberEnv>): Promise<KeepingFrame> {
  const { ctx, t, locale, group, account } = c.var;
  return { frame: await frameOf(c), t, locale, group, now: ctx.now, timeZone: account.timeZone };
}
