import type { Context } from "../platform/context";
import { sha256, toHex } from "../platform/crypto";
import { networkOf } from "../platform/http";
import { LruCache } from "../platform/lru";

const RATE_SECONDS = 60;

/** How often each connection sent something to an action within a minute, as far as this isolate has seen. */
const sentLately = new LruCache<number>(20_000);
/** The platform's limiter is asked from the next one on: most people send once, and asking costs as much as signing does. */
const UNASKED_MAX = 5;

function isAmongFirst(who: string, now: number): boolean {
  const count = (sentLately.get(who, now) ?? 0) + 1;
  if (count <= UNASKED_MAX) sentLately.set(who, count, now + RATE_SECONDS * 1_000);
  return count <= UNASKED_MAX;
}

/** Whether too many answers to one action come from one connection. Fails open: a limiter that is away stops nobody. */
export async function sendsTooOften(ctx: Context, request: Request, actionId: string): Promise<boolean> {
  const who = `${networkOf(request)} ${actionId}`;
  if (isAmongFirst(who, ctx.now)) return false;
  const hash = await sha256(who);
  try {
    return !(await ctx.env.PUBLIC_RATE.limit({ key: toHex(hash.slice(0, 16)) })).success;
  } catch (error) {
    ctx.log.error("rate.away", error);
    return false;
  }
}
