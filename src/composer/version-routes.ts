import { Hono } from "hono";
import { recordAct } from "../groups/audit";
import { type MemberEnv, memberCan } from "../groups/web";
import { addLanguage, addVariant, bePresent, removeVersions, unlockMailing } from "../mailings/mailing";
import type { Mailing } from "../mailings/types";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { formatList } from "../ui/format";
import { locales } from "../ui/i18n";
import { hrefOf, type Language, MAILING_PATH, type MemberContext, mailingIn } from "./web";

const FORM_BYTES_MAX = 16 * 1024;

/** The versions of a mailing and its languages, and who has it open. */
export const versionRoutes = new Hono<MemberEnv>();

versionRoutes.post(`${MAILING_PATH}/presence`, memberCan("mailings.view"), async (c) => {
  const mailing = await mailingIn(c);
  return c.json({ words: await presenceIn(c, mailing) });
});

/** Notes that somebody looks at a mailing, and says who else does. */
export async function presenceIn(c: MemberContext, mailing: Mailing): Promise<string> {
  const { ctx, t, locale, group, account } = c.var;
  const who = { no: account.no, name: account.name || account.email };
  const others = await bePresent(ctx, group, mailing, who);
  return others.length === 0
    ? ""
    : t("composer.presence", { names: formatList(others, locale), count: others.length });
}

versionRoutes.post(`${MAILING_PATH}/variants`, memberCan("mailings.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  const mailing = await mailingIn(c);
  const variantNo = await addVariant(ctx, group, mailing, account);
  return c.redirect(`${hrefOf(c, mailing)}?variant=${variantNo ?? 1}`, 303);
});

versionRoutes.post(`${MAILING_PATH}/variants/removal`, memberCan("mailings.edit"), async (c) => {
  const mailing = await mailingIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  await removeVersions(c.var.ctx, c.var.group, mailing, {
    variantNo: Number(single(values, "variant")) || 1,
  });
  return c.redirect(hrefOf(c, mailing), 303);
});

/** Takes the lock of its template off. */
versionRoutes.post(`${MAILING_PATH}/unlocking`, memberCan("settings.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  const mailing = await mailingIn(c);
  if (await unlockMailing(ctx, group, mailing, account))
    await recordAct(ctx, {
      ...{ groupNo: group.no, accountNo: account.no, subject: mailing.id },
      ...{ act: "mailing.unlocked", detail: { name: mailing.subject } },
    });
  return c.redirect(hrefOf(c, mailing), 303);
});

versionRoutes.post(`${MAILING_PATH}/languages`, memberCan("mailings.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  const mailing = await mailingIn(c);
  const language = await languageIn(c);
  await addLanguage(ctx, group, mailing, account, language);
  return c.redirect(`${hrefOf(c, mailing)}?language=${language}`, 303);
});

versionRoutes.post(`${MAILING_PATH}/languages/removal`, memberCan("mailings.edit"), async (c) => {
  const mailing = await mailingIn(c);
  await removeVersions(c.var.ctx, c.var.group, mailing, { language: await languageIn(c) });
  return c.redirect(hrefOf(c, mailing), 303);
});

async function languageIn(c: MemberContext): Promise<Language> {
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const language = locales.find((each) => each === single(values, "language"));
  if (!language) throw new AppError("bad_request");
  return language;
}
