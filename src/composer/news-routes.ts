import { Hono } from "hono";
import { ACTION_PATH } from "../actions/web";
import { type MemberEnv, memberCan } from "../groups/web";
import { createMailing, hideMailing } from "../mailings/mailing";
import { otherVersions, settleMailing, updateToMail } from "../petitions/update";
import { AppError } from "../platform/errors";
import { type News, newsMailing } from "./news";
import { hrefOf, type MemberContext } from "./web";

/** A mail to those who signed, begun from what came of a petition. The draft opens where its words are written. */
export const newsRoutes = new Hono<MemberEnv>();

newsRoutes.post(`${ACTION_PATH}/updates/:no/mailing`, memberCan("mailings.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  const { action, update } = await newsIn(c);
  if (update.mailing) return c.redirect(hrefOf(c, update.mailing), 303);
  const others = await otherVersions(ctx, group, action, update);
  const beginning = newsMailing(ctx, group, { action, update }, others);
  const mailing = await createMailing(ctx, group, account, { beginning });
  const settle = (one: News) =>
    settleMailing(ctx, group, one.action, { updateNo: one.update.no, mailingNo: mailing.no });
  if (await settle({ action, update })) {
    // Its translations are in it, so that nobody begins a second mail to the same people from their pages.
    for (const one of others.news) await settle(one);
    return c.redirect(hrefOf(c, mailing), 303);
  }
  // Somebody else has pressed at the same moment: one mail is enough.
  await hideMailing(ctx, group, mailing, true);
  const { update: now } = await newsIn(c);
  return c.redirect(hrefOf(c, now.mailing ?? mailing), 303);
});

/** The update of the address, on the page of a live petition of this group. Throws not_found for any other. */
async function newsIn(c: MemberContext) {
  const { ctx, group } = c.var;
  const no = Number(c.req.param("no"));
  const found = Number.isSafeInteger(no) ? await updateToMail(ctx, group, c.req.param("id") ?? "", no) : null;
  if (!found) throw new AppError("not_found");
  return found;
}
