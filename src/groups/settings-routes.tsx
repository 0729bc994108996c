import { Hono, type Context as HonoContext } from "hono";
import { fieldErrors, readForm } from "../platform/forms";
import { groupOrigin } from "../platform/http";
import type { FlashMessage } from "../ui/flash";
import type { FieldErrors } from "../ui/form";
import { saveSettings } from "./group";
import { SettingsPage } from "./settings-views";
import { FORM_BYTES_MAX, type Group, settingsForm } from "./types";
import type { Values } from "./views";
import { type MemberEnv, memberCan, memberFrame } from "./web";
import { problemsInWords, textsIn } from "./words";

export const settingsRoutes = new Hono<MemberEnv>();

settingsRoutes.get("/groups/:group/settings", memberCan("settings.edit"), async (c) => {
  const isSaved = c.req.query("done") === "saved";
  const flash: FlashMessage | undefined = isSaved
    ? { kind: "good", text: c.var.t("groups.settings.saved") }
    : undefined;
  return settingsPage(c, { values: valuesOf(c.var.group), flash });
});

function valuesOf({ settings, ...group }: Group): Values {
  const { name, country, locale, timeZone, currency, postalAddress } = group;
  const keepsForRecovery = settings.keepsForRecovery ? "yes" : "";
  const { description, website, privacyUrl, replyTo, optInMode, consentText, embedSites } = settings;
  const page = { description, website, privacyUrl, replyTo, optInMode, consentText, embedSites };
  return { ...page, name, country, locale, timeZone, currency, postalAddress, keepsForRecovery };
}

async function settingsPage(
  c: HonoContext<MemberEnv>,
  page: { values: Values; errors?: FieldErrors; flash?: FlashMessage | undefined },
): Promise<Response> {
  const { t, locale, ctx, group } = c.var;
  const errors = page.errors ?? {};
  const isRefused = Object.keys(errors).length > 0;
  const flash: FlashMessage | undefined = isRefused
    ? { kind: "bad", text: t("common.form.refused") }
    : page.flash;
  const siteUrl = groupOrigin(ctx.config, group.slug);
  const props = {
    t,
    locale,
    group,
    siteUrl,
    values: page.values,
    errors,
    flash,
    frame: await memberFrame(c),
  };
  return c.html(<SettingsPage {...props} />, isRefused ? 422 : 200);
}

settingsRoutes.post("/groups/:group/settings", memberCan("settings.edit"), async (c) => {
  const { ctx, t, group, account } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const typed = textsIn(values, Object.keys(settingsForm.shape));
  const parsed = settingsForm.safeParse(typed);
  if (!parsed.success) {
    return settingsPage(c, { values: typed, errors: problemsInWords(t, fieldErrors(parsed.error)) });
  }
  await saveSettings(ctx, group, account, parsed.data);
  return c.redirect(`/groups/${group.slug}/settings?done=saved`, 303);
});
