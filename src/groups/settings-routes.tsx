import { Hono, type Context as HonoContext } from "hono";
import { AppError } from "../platform/errors";
import { fieldErrors, readForm } from "../platform/forms";
import { groupOrigin } from "../platform/http";
import type { FlashMessage } from "../ui/flash";
import type { FieldErrors } from "../ui/form";
import { saveSettings } from "./group";
import { changeLogo, readLogo, removeLogo } from "./logo";
import { SettingsPage } from "./settings-views";
import { FORM_BYTES_MAX, type Group, LOGO_FORM_BYTES_MAX, settingsForm } from "./types";
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
  return { ...settings, name, country, locale, timeZone, currency, postalAddress, keepsForRecovery };
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

settingsRoutes.get("/groups/:group/settings/logo", memberCan("settings.edit"), async (c) => {
  const logo = await readLogo(c.var.ctx, c.var.group);
  if (!logo) throw new AppError("not_found");
  const type = logo.httpMetadata?.contentType ?? "application/octet-stream";
  return c.body(logo.body, 200, { "Content-Type": type, "X-Content-Type-Options": "nosniff" });
});

settingsRoutes.post("/groups/:group/settings/logo", memberCan("settings.edit"), async (c) => {
  const { ctx, t, group, account } = c.var;
  const { files } = await readForm(c.req.raw, { bytesMax: LOGO_FORM_BYTES_MAX });
  const changed = files.logo ? await changeLogo(ctx, group, account, files.logo) : NO_FILE;
  if (!changed.ok) {
    return settingsPage(c, { values: valuesOf(group), errors: problemsInWords(t, { logo: changed.reason }) });
  }
  return c.redirect(`/groups/${group.slug}/settings?done=saved`, 303);
});

const NO_FILE = { ok: false, reason: "missing" } as const;

settingsRoutes.post("/groups/:group/settings/logo/removal", memberCan("settings.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  await removeLogo(ctx, group, account);
  return c.redirect(`/groups/${group.slug}/settings?done=saved`, 303);
});
