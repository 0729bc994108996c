import { Hono } from "hono";
import { type PublicContext, type PublicEnv, privatePage } from "../actions/public-web";
import { dbFor } from "../groups/shard";
import { subscriptionStatus } from "../people/types";
import { cleanText } from "../platform/clean-text";
import { type FormValues, readBody as readBytes, readForm, single } from "../platform/forms";
import { MAIL_PATH } from "../platform/mail-keys";
import { comeBack } from "../subscriptions/subscription";
import { topicName, topicOfMailing } from "../subscriptions/topic";
import { LEAVE_COMMENT_MAX, type LeaveChoice, type LeaveReason, leaveReasons } from "../subscriptions/types";
import type { FieldErrors } from "../ui/form";
import { type Mine, pageHref, stale, veiled, withCopy } from "./copy";
import { DonePage, LeavePage, type LeaveValues, SaidPage } from "./leave-views";
import { optOut } from "./opt-out";
import { readersStyle } from "./style";
import { NO_TRACES } from "./web-headers";

const BYTES_MAX = 20_000;

/**
 * Leaving a list, wholly or in part, by the key of a mail. Looking changes nothing: filters of mail servers open every link.
 * Whoever posts is believed whatever site they come from, since the key is the proof (RFC 8058 §3.2).
 */
export function leavePages(): Hono<PublicEnv> {
  return new Hono<PublicEnv>()
    .get(`${MAIL_PATH}/:key/unsubscribe`, (c) => withCopy(c, (mine) => leavePage(c, mine, {})))
    .post(`${MAIL_PATH}/:key/unsubscribe`, (c) => withCopy(c, (mine) => leave(c, mine)))
    .get(`${MAIL_PATH}/:key/return`, (c) => withCopy(c, (mine) => leavePage(c, mine, {})))
    .post(`${MAIL_PATH}/:key/return`, (c) => withCopy(c, (mine) => back(c, mine)));
}

type Shown = { values?: LeaveValues; errors?: FieldErrors };

async function leavePage(c: PublicContext, mine: Mine, { values, errors = {} }: Shown): Promise<Response> {
  const { t, locale, group, ctx } = c.var;
  const { recipient, copy, key } = mine;
  if (recipient === null) return stale(c);
  const isGone = recipient !== "unread" && recipient.emailStatus >= subscriptionStatus.unsubscribed;
  const page = (
    <LeavePage
      {...{ t, locale, group, key, errors }}
      platformOrigin={ctx.config.PLATFORM_ORIGIN}
      values={values ?? { choice: "all", reason: "", comment: "" }}
      address={recipient === "unread" ? "" : veiled(recipient.email ?? "")}
      topic={await topicOf(c, copy.mailingNo)}
      isGone={isGone}
      isOfMailing={copy.mailingNo !== 0}
      isProof={copy.isProof}
    />
  );
  const status = Object.keys(errors).length > 0 ? 422 : 200;
  return privatePage(group, page, { status, headers: NO_TRACES, style: readersStyle });
}

/** What the topic of a mailing is called; "" for none, and while D1 cannot be asked: the page does without. */
async function topicOf(c: PublicContext, mailingNo: number): Promise<string> {
  const { ctx, group, locale } = c.var;
  try {
    const topic = mailingNo === 0 ? null : await topicOfMailing(dbFor(ctx.env, group), mailingNo);
    return topic ? topicName(topic, locale) : "";
  } catch {
    return "";
  }
}

async function leave(c: PublicContext, mine: Mine): Promise<Response> {
  const values = await readSaid(c.req.raw);
  if (isOneClick(values)) return oneClick(c, mine);
  const asked = readLeave(c, values);
  if (!asked.choice) return leavePage(c, mine, { values: asked, errors: asked.errors });
  const { t, locale, group, ctx } = c.var;
  const { copy, key } = mine;
  if (!copy.isProof) {
    const { personNo, mailingNo } = copy;
    const why = leaveReasons.find((reason) => reason === asked.reason) ?? null;
    const { choice, comment: reason } = asked;
    await optOut(ctx, group, { personNo, mailingNo, way: "page", choice, why, reason });
  }
  const page = (
    <DonePage
      {...{ t, locale, group, key }}
      platformOrigin={ctx.config.PLATFORM_ORIGIN}
      choice={asked.choice}
      topic={await topicOf(c, copy.mailingNo)}
      isProof={copy.isProof}
    />
  );
  return privatePage(group, page, { headers: NO_TRACES, style: readersStyle });
}

/** A mail program says it for its reader: it wants to hear "done" and no page, and no redirect (RFC 8058 §3.1). */
async function oneClick(c: PublicContext, { copy }: Mine): Promise<Response> {
  const { ctx, group, t } = c.var;
  const { personNo, mailingNo } = copy;
  if (!copy.isProof)
    await optOut(ctx, group, { personNo, mailingNo, way: "one_click", choice: "all", why: null, reason: "" });
  return new Response(`${t("readers.done.all.title", { group: group.name })}\n`, {
    headers: { ...NO_TRACES, "Content-Type": "text/plain; charset=utf-8" },
  });
}

/** Some programs post their one line without saying what it is. */
async function readSaid(request: Request): Promise<FormValues> {
  const type = request.headers.get("Content-Type") ?? "";
  if (type !== "" && !type.startsWith("text/plain"))
    return (await readForm(request, { bytesMax: BYTES_MAX })).values;
  const text = new TextDecoder().decode(await readBytes(request, BYTES_MAX));
  return Object.fromEntries(new URLSearchParams(text.trim()));
}

function isOneClick(values: FormValues): boolean {
  const said = Object.entries(values).find(([name]) => name.toLowerCase() === "list-unsubscribe")?.[1];
  return typeof said === "string" && said.trim().toLowerCase() === "one-click";
}

type Asked = LeaveValues & { choice: LeaveChoice | ""; reason: LeaveReason | ""; errors: FieldErrors };

function readLeave(c: PublicContext, values: FormValues): Asked {
  const { t } = c.var;
  const choice = choicesOf.find((name) => name === single(values, "choice")) ?? "";
  const reason = leaveReasons.find((name) => name === single(values, "reason")) ?? "";
  const comment = cleanText(single(values, "comment")).slice(0, LEAVE_COMMENT_MAX);
  return { choice, reason, comment, errors: choice === "" ? { choice: t("readers.leave.choose") } : {} };
}

const choicesOf: readonly LeaveChoice[] = ["all", "topic", "pause", "fewer"];

async function back(c: PublicContext, { copy, key, recipient }: Mine): Promise<Response> {
  const { t, locale, group, ctx } = c.var;
  if (recipient === null) return stale(c);
  const isBack = copy.isProof || (await comeBack(ctx, group, copy));
  const page = (
    <SaidPage
      {...{ t, locale, group, key }}
      platformOrigin={ctx.config.PLATFORM_ORIGIN}
      title={t(isBack ? "readers.back.title" : "readers.back.cannotTitle", { group: group.name })}
      text={t(isBack ? "readers.back.text" : "readers.back.cannotText", { group: group.name })}
      next={{
        href: pageHref(key, "preferences", locale),
        words: t("readers.done.preferences"),
      }}
    />
  );
  return privatePage(group, page, { headers: NO_TRACES, style: readersStyle });
}
