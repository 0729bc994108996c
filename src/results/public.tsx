import { Hono } from "hono";
import { z } from "zod";
import {
  notFound,
  type PublicContext,
  type PublicEnv,
  type PublicPagesDeps,
  privatePage,
  refuse,
  refuseForeignOrigin,
} from "../actions/public-web";
import { dbFor } from "../groups/shard";
import { mailingByNo } from "../mailings/mailing";
import { cleanText } from "../platform/clean-text";
import { fieldErrors, readForm, single } from "../platform/forms";
import { networkOf } from "../platform/http";
import { takeFromLimits } from "../platform/limits";
import { MAIL_PATH } from "../platform/mail-keys";
import { type Mine, pageHref, withCopy } from "../tracking/copy";
import { NO_TRACES } from "../tracking/web-headers";
import type { FieldErrors } from "../ui/form";
import type { Locale } from "../ui/i18n";
import { MailReportedPage, MailReportPage } from "./report-views";
import { selectSubject } from "./store-lists";
import { REPORT_DETAIL_MAX, reportReasons } from "./types";

const BYTES_MAX = 20_000;
const HOUR_MS = 3_600_000;
/** Reports of mailings one connection may send, as of pages; a household or an office shares one. */
const CONNECTION_LIMITS = [
  { max: 5, windowMs: HOUR_MS },
  { max: 20, windowMs: 24 * HOUR_MS },
];
/** Whoever got the mail reports it once, and once more when they have more to say. */
const COPY_LIMITS = [{ max: 2, windowMs: 24 * HOUR_MS }];

/** `/m/:key/report`: whoever got a mailing tells the operators about it. Looking files nothing. */
export function reportPages(deps: PublicPagesDeps): Hono<PublicEnv> {
  return new Hono<PublicEnv>()
    .get(`${MAIL_PATH}/:key/report`, (c) =>
      withCopy(c, (mine) => (mine.copy.mailingNo === 0 ? notFound(c) : reportPage(c, mine))),
    )
    .post(`${MAIL_PATH}/:key/report`, (c) => {
      refuseForeignOrigin(c.req.raw);
      return withCopy(c, (mine) => (mine.copy.mailingNo === 0 ? notFound(c) : takeReport(c, mine, deps)));
    });
}

type Typed = { values: { reason: string; detail: string }; errors: FieldErrors };

async function reportPage(c: PublicContext, mine: Mine, typed?: Typed): Promise<Response> {
  const page = (
    <MailReportPage
      {...frameOf(c, mine)}
      subject={await subjectOf(c, mine)}
      values={typed?.values ?? { reason: "", detail: "" }}
      errors={typed?.errors ?? {}}
    />
  );
  return privatePage(c.var.group, page, { status: typed ? 422 : 200, headers: NO_TRACES });
}

function frameOf(c: PublicContext, { key }: Mine) {
  const { ctx, group, t, locale } = c.var;
  const unsubscribeHref = pageHref(key, "unsubscribe", locale);
  const hrefIn = (to: Locale) => pageHref(key, "report", to);
  return { t, locale, group, unsubscribeHref, hrefIn, platformOrigin: ctx.config.PLATFORM_ORIGIN };
}

/** Of the version they got. A report can be filed while D1 is away: the page does without the subject, and without one that is filled in. */
async function subjectOf(c: PublicContext, { copy, recipient }: Mine): Promise<string> {
  const { ctx, group } = c.var;
  const language = (recipient === "unread" ? null : recipient?.language) ?? group.locale;
  try {
    const db = dbFor(ctx.env, group);
    const subject =
      (await selectSubject(db, { ...copy, language, otherwise: group.locale })) ??
      (await mailingByNo(db, copy.mailingNo))?.subject ??
      "";
    return /\{[{%]/.test(subject) ? "" : subject;
  } catch (error) {
    ctx.log.error("mail_report.unread", error);
    return "";
  }
}

async function takeReport(c: PublicContext, mine: Mine, deps: PublicPagesDeps): Promise<Response> {
  const { ctx, group, t } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const typed = { reason: single(values, "reason"), detail: single(values, "detail") };
  const report = reportSchema(c).safeParse(typed);
  if (!report.success) return reportPage(c, mine, { values: typed, errors: fieldErrors(report.error) });
  const thanks = <MailReportedPage {...frameOf(c, mine)} />;
  // A machine is thanked like anyone else, and so is whoever tries out a proof; nothing is filed.
  const isFiled = single(values, "website") === "" && !mine.copy.isProof;
  if (!isFiled) return privatePage(group, thanks, { headers: NO_TRACES });
  const retryAfterSeconds = await waitOf(c, mine);
  if (retryAfterSeconds > 0) {
    const words = { title: t("public.refused.title"), text: t("public.refused.text") };
    return refuse(c, "too_many", words, retryAfterSeconds);
  }
  const { mailingNo } = mine.copy;
  // Not the address of the mail: its key opens what its reader chose.
  const url = `${ctx.config.PLATFORM_ORIGIN}/operations/groups/${group.id}/mailings/${mailingNo}`;
  await deps.fileAbuseReport(ctx, { groupNo: group.no, actionId: null, mailingNo, url, ...report.data });
  return privatePage(group, thanks, { headers: NO_TRACES });
}

function reportSchema({ var: { t } }: PublicContext) {
  return z.object({
    reason: z.enum(reportReasons, { error: t("results.report.choose") }),
    detail: z
      .string()
      .transform(cleanText)
      .refine((text) => text.length <= REPORT_DETAIL_MAX, {
        error: t("results.report.tooLong", { max: REPORT_DETAIL_MAX }),
      }),
  });
}

async function waitOf(c: PublicContext, { copy }: Mine): Promise<number> {
  const { env } = c.var.ctx;
  const subject = `${copy.groupNo}/${copy.mailingNo}/${copy.personNo}`;
  const limits = [
    await takeFromLimits(env, "abuse-report", networkOf(c.req.raw), CONNECTION_LIMITS),
    await takeFromLimits(env, "mail-report", subject, COPY_LIMITS),
  ];
  return Math.max(...limits.map((limit) => (limit.allowed ? 0 : limit.retryAfterSeconds)));
}
