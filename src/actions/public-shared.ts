import { readForm, single } from "../platform/forms";
import { networkOf } from "../platform/http";
import { LruCache } from "../platform/lru";
import { note } from "../sharing/tally";
import { ways } from "../sharing/types";
import { variantOf } from "../sharing/variant";
import { findAction, isStopped } from "./public-found";
import { type PublicContext, type PublicPagesDeps, refuseForeignOrigin } from "./public-web";

const BYTES_MAX = 1_000;
/** What one connection may add to the count within a minute; a person passes something on a few times. */
const NOTED_MAX = 10;
const MINUTE_MS = 60_000;
const notedLately = new LruCache<number>(10_000);

/**
 * `POST /:kind/:slug/shared`: a script tells that somebody pressed a link to share. Answers with nothing, whatever it was
 * told: what names no way of ours, and what comes too often, is not counted.
 */
export async function noteShared(c: PublicContext, deps: PublicPagesDeps): Promise<Response> {
  refuseForeignOrigin(c.req.raw);
  const found = await findAction(c, deps, "/shared");
  if (found instanceof Response) return found;
  const { ctx } = c.var;
  const { group, action } = found.snapshot;
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const way = ways.find((name) => name === single(values, "way"));
  const letter = variantOf(action.settings.share, single(values, "v"))?.letter ?? "";
  if (way && !isStopped(found.snapshot) && isAmongFirst(`${networkOf(c.req.raw)} ${action.id}`, ctx.now))
    note(ctx, group, action.no, { letter, way });
  return c.body(null, 204, { "Cache-Control": "private, no-store" });
}

function isAmongFirst(who: string, now: number): boolean {
  const count = (notedLately.get(who, now) ?? 0) + 1;
  if (count <= NOTED_MAX) notedLately.set(who, count, now + MINUTE_MS);
  return count <= NOTED_MAX;
}
