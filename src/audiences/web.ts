import type { Context as HonoContext } from "hono";
import { dbFor } from "../groups/shard";
import type { MemberEnv } from "../groups/web";
import { AppError } from "../platform/errors";
import { parseId } from "../platform/ids";
import { countAudience, namesOf, savedAudience, sentence } from "./audience";
import type { CountPanelProps } from "./count-views";
import type { Audience, AudienceId, SavedAudience } from "./types";

export const AUDIENCES_PATH = "/groups/:group/audiences";

/** The audience of the address; 404 for one of another group, of another's keeping, or deleted. */
export async function audienceIn(
  c: HonoContext<MemberEnv>,
  { isRemovedToo = false }: { isRemovedToo?: boolean } = {},
): Promise<SavedAudience> {
  const { ctx, group, account } = c.var;
  const id = parseId<AudienceId>(c.req.param("audience") ?? "");
  const saved = id ? await savedAudience(dbFor(ctx.env, group), id) : null;
  if (!saved || (!saved.isShared && saved.createdBy !== account.no)) throw new AppError("not_found");
  if (saved.removedAt !== null && !isRemovedToo) throw new AppError("not_found");
  return saved;
}

/** The panel that says how many people an audience has. */
export async function countOf(
  c: HonoContext<MemberEnv>,
  audience: Audience,
  options: { maxAgeMs?: number } = {},
): Promise<CountPanelProps> {
  const { ctx, t, locale, group, account } = c.var;
  const db = dbFor(ctx.env, group);
  const [counted, names] = await Promise.all([
    countAudience(ctx, db, audience, options),
    namesOf(db, [audience]),
  ]);
  const words = sentence(audience, { t, locale, timeZone: group.timeZone, names });
  return { t, locale, timeZone: account.timeZone, now: ctx.now, words, counted };
}
