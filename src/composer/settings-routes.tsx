import { Hono } from "hono";
import { z } from "zod";
import { saveMailSettings } from "../groups/mail-settings";
import { changeMailCeiling, listMembers } from "../groups/member";
import { can } from "../groups/roles";
import { MAIL_CEILING_MAX, type MailSettings, mailSettings, SIGN_OFF_MAX } from "../groups/types";
import { type MemberEnv, memberCan } from "../groups/web";
import { FROM_NAME_MAX } from "../mailings/types";
import { listWrappers } from "../mailings/wrapper";
import { cleanLine, cleanText } from "../platform/clean-text";
import { AppError } from "../platform/errors";
import { type FormValues, readForm, single } from "../platform/forms";
import type { FieldErrors } from "../ui/form";
import { formatNumber } from "../ui/format";
import { MailSettingsPage, type SettingsValues } from "./settings-views";
import { sharedAudiences } from "./target-routes";
import { flashOf, MAILINGS_PATH, type MemberContext, mailingsHref, pageOf, shardOf } from "./web";

const FORM_BYTES_MAX = 64 * 1024;
const PATH = `${MAILINGS_PATH}/settings`;

/** What a group decides about its mailings, and how much each organiser may send. */
export const settingsRoutes = new Hono<MemberEnv>();

settingsRoutes.get(PATH, memberCan("settings.edit"), (c) =>
  settingsPage(c, valuesOf(c.var.group.settings.mail), {}),
);

function valuesOf(settings: MailSettings): SettingsValues {
  const { fromName, signOff, replies, wrapperNo } = settings;
  const tick = (isOn: boolean) => (isOn ? "yes" : "");
  const chosen = (no: number | null) => (no === null ? "" : String(no));
  return {
    ...{ fromName, signOff, replies, wrapperNo: chosen(wrapperNo) },
    ...{ includeNo: chosen(settings.includeNo), excludeNo: chosen(settings.excludeNo) },
    weeklyMax: settings.weeklyMax === 0 ? "" : String(settings.weeklyMax),
    approvalFrom: settings.approvalFrom === 0 ? "" : String(settings.approvalFrom),
    undoMinutes: String(settings.undoMinutes),
    confirmationReminders: String(settings.confirmationReminders),
    tracksOpens: tick(settings.tracksOpens),
    tracksClicks: tick(settings.tracksClicks),
    doubleOptIn: tick(settings.doubleOptIn),
  };
}

async function settingsPage(
  c: MemberContext,
  values: SettingsValues,
  errors: FieldErrors,
): Promise<Response> {
  const { ctx, group, role } = c.var;
  const [page, wrappers, audiences, members] = await Promise.all([
    pageOf(c),
    listWrappers(shardOf(c)),
    sharedAudiences(c),
    listMembers(ctx, group),
  ]);
  const organisers = members.filter((member) => !can(member.role, "mailings.send"));
  const flash = flashOf(c, { saved: "composer.done.settings", ceiling: "composer.done.ceiling" });
  const mayCeil = can(role, "members.edit");
  return c.html(
    <MailSettingsPage
      {...page}
      {...{ values, errors, wrappers, audiences, organisers, mayCeil }}
      {...flash}
    />,
    Object.keys(errors).length > 0 ? 422 : 200,
  );
}

settingsRoutes.post(PATH, memberCan("settings.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const [wrappers, audiences] = await Promise.all([listWrappers(shardOf(c)), sharedAudiences(c)]);
  const typed = typedIn(values);
  const among = (list: readonly { no: number }[], asked: string) =>
    list.find(({ no }) => String(no) === asked)?.no ?? null;
  const tick = (name: keyof MailSettings) => typed[name] === "yes";
  const parsed = mailSettings.safeParse({
    ...{ fromName: typed.fromName, signOff: typed.signOff, replies: typed.replies },
    wrapperNo: among(wrappers, typed.wrapperNo),
    includeNo: among(audiences, typed.includeNo),
    excludeNo: among(audiences, typed.excludeNo),
    weeklyMax: numberOf(typed.weeklyMax),
    approvalFrom: numberOf(typed.approvalFrom),
    undoMinutes: numberOf(typed.undoMinutes),
    confirmationReminders: numberOf(typed.confirmationReminders),
    tracksOpens: tick("tracksOpens"),
    tracksClicks: tick("tracksClicks"),
    doubleOptIn: tick("doubleOptIn"),
  });
  if (!parsed.success) return settingsPage(c, typed, errorsOf(c, parsed.error));
  await saveMailSettings(ctx, group, account, parsed.data);
  return c.redirect(`${mailingsHref(c)}/settings?done=saved`, 303);
});

function typedIn(values: FormValues): SettingsValues {
  const text = (name: keyof MailSettings) => single(values, name).trim();
  return {
    ...{ fromName: cleanLine(single(values, "fromName")), replies: text("replies") },
    signOff: cleanText(single(values, "signOff")),
    ...{ wrapperNo: text("wrapperNo"), weeklyMax: text("weeklyMax"), approvalFrom: text("approvalFrom") },
    ...{ undoMinutes: text("undoMinutes"), tracksOpens: text("tracksOpens") },
    ...{ tracksClicks: text("tracksClicks"), doubleOptIn: text("doubleOptIn") },
    ...{ includeNo: text("includeNo"), excludeNo: text("excludeNo") },
    confirmationReminders: text("confirmationReminders"),
  };
}

/** Written with or without spaces and separators between thousands; nothing is none. */
export function numberOf(text: string): number {
  const digits = text.replace(/[\s\u00a0\u202f.,'’]/g, "");
  return digits === "" ? 0 : /^\d{1,9}$/.test(digits) ? Number(digits) : Number.NaN;
}

const limits: Partial<Record<keyof MailSettings, number>> = {
  weeklyMax: 100,
  approvalFrom: MAIL_CEILING_MAX,
  undoMinutes: 60,
  confirmationReminders: 3,
};

function errorsOf(c: MemberContext, error: z.ZodError): FieldErrors {
  const { t, locale } = c.var;
  return Object.fromEntries(
    error.issues.map(({ path: [name] }) => {
      const limit = Object.entries(limits).find(([each]) => each === name)?.[1];
      if (limit !== undefined)
        return [String(name), t("composer.problem.number", { max: formatNumber(limit, locale) })];
      if (name === "fromName") return ["fromName", t("composer.problem.tooLong", { count: FROM_NAME_MAX })];
      if (name === "signOff") return ["signOff", t("composer.problem.tooLong", { count: SIGN_OFF_MAX })];
      return [String(name), t("composer.problem.choose")];
    }),
  );
}

settingsRoutes.post(`${PATH}/ceilings/:member`, memberCan("members.edit"), async (c) => {
  const { ctx, t, locale, group, account } = c.var;
  const accountNo = z.coerce.number().int().positive().safeParse(c.req.param("member"));
  if (!accountNo.success) throw new AppError("not_found");
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const text = single(values, "ceiling").trim();
  const ceiling = text === "" ? null : numberOf(text);
  if (ceiling !== null && !(ceiling >= 1 && ceiling <= MAIL_CEILING_MAX)) {
    const problem = t("composer.problem.number", { max: formatNumber(MAIL_CEILING_MAX, locale) });
    return settingsPage(c, valuesOf(group.settings.mail), { [`ceiling-${accountNo.data}`]: problem });
  }
  if (!(await changeMailCeiling(ctx, group, account, accountNo.data, ceiling)))
    throw new AppError("not_found");
  return c.redirect(`${mailingsHref(c)}/settings?done=ceiling#ceilings`, 303);
});
