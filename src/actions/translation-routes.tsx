import { Hono, type Context as HonoContext } from "hono";
import { can } from "../groups/roles";
import { type MemberEnv, memberCan } from "../groups/web";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { named } from "../platform/named";
import type { FlashMessage } from "../ui/flash";
import { isLocale, type Key } from "../ui/i18n";
import { findAction } from "./action";
import { linkTranslation, startTranslation, translationsOf, unlinkTranslation } from "./translation";
import { TranslationsPage } from "./translation-views";
import type { Action, Kind } from "./types";
import { ACTION_PATH, actionFrame, actionHref, actionIn } from "./web";

const BYTES_MAX = 10_000;

const done: Record<string, Key> = {
  linked: "translations.done.linked",
  unlinked: "translations.done.unlinked",
};

/** One action in several languages. */
export function translationRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();

  app.get(`${ACTION_PATH}/translations`, memberCan("actions.edit"), async (c) => {
    return c.html(await page(c, await actionIn(c, kinds)));
  });

  app.post(`${ACTION_PATH}/translations`, memberCan("actions.edit"), async (c) => {
    const subject = await actionIn(c, kinds);
    const { ctx, t, group, account } = c.var;
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const locale = single(values, "locale");
    const made = isLocale(locale)
      ? await startTranslation(ctx, group, subject.kind, subject.action, locale, account.no)
      : null;
    if (made) return c.redirect(actionHref(group, made, "/edit?done=translating"), 303);
    return c.html(await page(c, subject, { locale: t("translations.problems.start") }), 422);
  });

  app.post(`${ACTION_PATH}/translations/link`, memberCan("actions.edit"), async (c) => {
    const subject = await actionIn(c, kinds);
    const { ctx, t, group } = c.var;
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const other = await findAction(ctx, group, single(values, "other"));
    for (const action of [subject.action, ...(other ? [other] : [])]) mayChange(c, action);
    if (await linkTranslation(ctx, group, subject.action, single(values, "other")))
      return back(c, subject.action, "linked");
    return c.html(await page(c, subject, { other: t("translations.problems.link") }), 422);
  });

  app.post(`${ACTION_PATH}/translations/unlink`, memberCan("actions.edit"), async (c) => {
    const { action } = await actionIn(c, kinds);
    mayChange(c, action);
    await unlinkTranslation(c.var.ctx, c.var.group, action);
    return back(c, action, "unlinked");
  });

  return app;
}

/** What the public sees changes by linking: that is for whoever may publish. */
function mayChange(c: HonoContext<MemberEnv>, action: Action): void {
  if (action.status !== "draft" && !can(c.var.role, "actions.publish")) throw new AppError("forbidden");
}

function back(c: HonoContext<MemberEnv>, action: Action, how: string): Response {
  return c.redirect(actionHref(c.var.group, action, `/translations?done=${how}`), 303);
}

async function page(
  c: HonoContext<MemberEnv>,
  subject: { action: Action; kind: Kind },
  errors: Record<string, string> = {},
) {
  const { ctx, t, group } = c.var;
  const key = named(done, c.req.query("done"));
  const isRefused = Object.keys(errors).length > 0;
  const flash: FlashMessage | undefined = isRefused
    ? { kind: "bad", text: t("common.form.refused") }
    : key && { kind: "good", text: t(key) };
  const translations = await translationsOf(ctx, group, subject.action);
  return <TranslationsPage {...(await actionFrame(c, subject, flash))} {...translations} errors={errors} />;
}
