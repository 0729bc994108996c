import { Hono, type Context as HonoContext } from "hono";
import type { Account } from "../accounts/account";
import { whereabouts } from "../accounts/visit";
import { frameOf, signedIn, type WebEnv } from "../accounts/web";
import { currencyOf } from "../platform/currencies";
import { fieldErrors, readForm } from "../platform/forms";
import { takeFromLimits } from "../platform/limits";
import type { FieldErrors } from "../ui/form";
import { createGroup } from "./group";
import { historyRoutes } from "./history-routes";
import { invitationRoutes } from "./invitation-routes";
import { lookRoutes } from "./look-routes";
import { memberRoutes } from "./member-routes";
import { settingsRoutes } from "./settings-routes";
import { FORM_BYTES_MAX, groupForm, groupsPerAccount } from "./types";
import { NewGroupPage, type Values } from "./views";
import { problemsInWords, textsIn } from "./words";

type SignedInEnv = WebEnv & { Variables: { account: Account } };

/** Groups, their settings, members and history. Mounted at "/" of the platform host, before anything at `/groups/:group`. */
export const groupRoutes = new Hono<SignedInEnv>();

groupRoutes.use("/groups/new", signedIn);

groupRoutes.get("/groups/new", async (c) => {
  const { account, locale } = c.var;
  const { country, timeZone } = whereabouts(c.req.raw);
  const zone = account.timeZone === "UTC" ? timeZone : account.timeZone;
  const values = { name: "", slug: "", locale, country, timeZone: zone, currency: currencyOf(country) };
  return newGroupPage(c, values, {}, 200);
});

async function newGroupPage(
  c: HonoContext<SignedInEnv>,
  values: Values,
  errors: FieldErrors,
  status: 200 | 422 | 429,
): Promise<Response> {
  const { t, locale, ctx } = c.var;
  const props = { t, locale, values, errors, frame: await frameOf(c), rootDomain: ctx.config.ROOT_DOMAIN };
  return c.html(<NewGroupPage {...props} />, status);
}

groupRoutes.post("/groups/new", async (c) => {
  const { ctx, t, account } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const typed = textsIn(values, ["name", "slug", "locale", "country", "timeZone", "currency"]);
  const parsed = groupForm.safeParse(typed);
  if (!parsed.success) return newGroupPage(c, typed, problemsInWords(t, fieldErrors(parsed.error)), 422);
  const taken = await takeFromLimits(ctx.env, "groups", String(account.no), groupsPerAccount);
  if (!taken.allowed) return newGroupPage(c, typed, { name: t("groups.problems.tooManyGroups") }, 429);
  const made = await createGroup(ctx, account, parsed.data);
  if (!made.ok) return newGroupPage(c, typed, problemsInWords(t, { slug: made.reason }), 422);
  return c.redirect(`/groups/${made.group.slug}`, 303);
});

groupRoutes.route("/", settingsRoutes);
groupRoutes.route("/", lookRoutes);
groupRoutes.route("/", memberRoutes);
groupRoutes.route("/", invitationRoutes);
groupRoutes.route("/", historyRoutes);
