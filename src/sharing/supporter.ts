import type { ActionSnapshot } from "../actions/types";
import type { Context } from "../platform/context";
import type { ParticipationId } from "../platform/ids";
import { LruCache } from "../platform/lru";
import { boardNow, broughtBy, ownCode } from "./board";
import type { Sharing } from "./share-links";
import { note, weightsNow } from "./tally";
import type { BoardLine } from "./types";
import { pickVariant } from "./variant";

/** Who has looked at their thanks, as far as this isolate has seen: coming back to the tab asks nobody once more. */
const looked = new LruCache<true>(20_000);
const LOOK_MS = 60 * 60_000;

function isFirstLook(id: ParticipationId, now: number): boolean {
  if (looked.get(id, now)) return false;
  looked.set(id, true, now + LOOK_MS);
  return true;
}

type Done = { id: ParticipationId | null; isRepeat: boolean };

/** What somebody on the thank-you page is given to pass on. @param done null for somebody who did not act */
export async function sharingFor(
  ctx: Context,
  { group, action }: ActionSnapshot,
  done: Done | null,
): Promise<Sharing> {
  const { share } = action.settings;
  const variant = pickVariant(share, done?.id ?? "", weightsNow(ctx, group, action.no, share));
  if (variant && done?.id && !done.isRepeat && isFirstLook(done.id, ctx.now))
    note(ctx, group, action.no, { letter: variant.letter, way: "shown" });
  const id = share.links === "none" ? null : (done?.id ?? null);
  const code = (await ownCode(ctx, group, id)) ?? "";
  return {
    variant,
    code,
    brought: id && code !== "" ? await broughtBy(ctx, group, action.no, { id, code }) : null,
    board: boardOf(ctx, { group, action }, "thanks"),
  };
}

/** The list of those who brought most people, where the organiser wants it there. */
export function boardOf(
  ctx: Context,
  { group, action }: Pick<ActionSnapshot, "group" | "action">,
  place: "thanks" | "page",
): readonly BoardLine[] {
  const { links } = action.settings.share;
  const isShown = links === "page" || (links === "thanks" && place === "thanks");
  return isShown ? boardNow(ctx, group, action.no) : [];
}
