import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { signToken, verifyToken } from "../platform/tokens";
import type { ExportId } from "./types";

/** Where a file is fetched: the link alone opens nothing, whoever follows it must be signed in and may export too. */
export async function fileLink(
  ctx: Context,
  group: Pick<Group, "no" | "slug">,
  id: ExportId,
  secondsToLive: number,
): Promise<string> {
  const claims = { group: group.no, export: id };
  const token = await signToken(ctx.config.SIGNING_KEYS, "export", claims, { now: ctx.now, secondsToLive });
  return `/groups/${group.slug}/exports/${id}/file?token=${token}`;
}

/** Whether a token opens this file of this group, and still does. */
export async function opensFile(
  ctx: Context,
  group: Pick<Group, "no">,
  id: ExportId,
  token: string,
): Promise<boolean> {
  const claims = await verifyToken(ctx.config.SIGNING_KEYS, "export", token, ctx.now);
  return claims?.group === group.no && claims.export === id;
}
