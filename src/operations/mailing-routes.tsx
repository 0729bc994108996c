import { Hono, type Context as HonoContext } from "hono";
import { z } from "zod";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { normaliseEmail } from "../platform/email-address";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { groupOrigin } from "../platform/http";
import { ampSource, mapHeaders, mapOf } from "../results/map";
import { resumeSender, setQuota } from "../senders/sender";
import { QUOTA_MAX } from "../senders/types";
import { parkedReadings } from "../tracking/parked";
import type { Key } from "../ui/i18n";
import { ParkedPage } from "./group-views";
import {
  approveBigSend,
  contentOf,
  haltMailing,
  mailingOfGroup,
  mailingsOfGroup,
  mailingsOverview,
  refuseBigSend,
  suppressionCause,
  unparkOf,
  unsuppress,
} from "./mailing";
import { GroupMailingsPage, MailingPage } from "./mailing-group-views";
import { MailingsPage, SuppressionsPage } from "./mailing-views";
import { findGroup } from "./operation";
import { FORM_BYTES_MAX, PARKED_SHOWN_MAX, REASON_MAX } from "./types";
import { numberIn, type OperatorEnv, pageProps } from "./web";

/** What operators see and do about mailings. */
export const mailingOperations = new Hono<OperatorEnv>();

const GROUP_PATH = "/operations/groups/:group";
const MAILING_PATH = `${GROUP_PATH}/mailings/:no`;

const doneWords: Record<string, Key> = {
  approved: "results.operations.done.approved",
  overQuota: "results.operations.done.overQuota",
  counting: "results.operations.done.counting",
  refused: "results.operations.done.refused",
  stopped: "results.operations.done.stopped",
  changed: "results.operations.done.changed",
  quota: "results.operations.done.quota",
  lifted: "results.operations.done.lifted",
  resumed: "results.operations.done.resumed",
  notSuppressed: "results.operations.done.notSuppressed",
  theirWord: "results.operations.done.theirWord",
  unparked: "operations.parked.done",
};
const approvalWords: Partial<Record<string, string>> = {
  ...{ scheduled: "approved", over_quota: "overQuota", counting: "counting" },
};
const liftedWords = { lifted: "lifted", not_suppressed: "notSuppressed", their_word: "theirWord" } as const;

mailingOperations.get("/operations/mailings", async (c) => {
  const [overview, props] = await Promise.all([mailingsOverview(c.var.ctx), pageProps(c, doneWords)]);
  return c.html(<MailingsPage {...props} {...overview} />);
});

mailingOperations.get(`${GROUP_PATH}/mailings`, async (c) => {
  const group = await groupIn(c);
  return c.html(<GroupMailingsPage {...(await groupPage(c, group))} />);
});

async function groupPage(c: HonoContext<OperatorEnv>, group: Group) {
  const before = numberIn(c.req.query("before"));
  const [found, props] = await Promise.all([
    mailingsOfGroup(c.var.ctx, group, before),
    pageProps(c, doneWords),
  ]);
  return { ...props, ...found, group };
}

const quotaForm = z.object({
  daily: z.coerce.number().int().min(0).max(QUOTA_MAX),
  fixed: z.enum(["yes", ""]),
});

mailingOperations.post(`${GROUP_PATH}/quota`, async (c) => {
  const { ctx, t, account } = c.var;
  const group = await groupIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const typed = { daily: single(values, "daily").trim(), fixed: single(values, "fixed") };
  const form = quotaForm.safeParse(typed);
  if (!form.success || (form.data.fixed === "yes" && typed.daily === "")) {
    const errors = { daily: t("results.operations.quota.problem", { max: QUOTA_MAX }) };
    return c.html(<GroupMailingsPage {...(await groupPage(c, group))} values={typed} errors={errors} />, 422);
  }
  await setQuota(ctx, group, form.data.fixed === "yes" ? form.data.daily : null, account);
  return c.redirect(`/operations/groups/${group.id}/mailings?done=quota`, 303);
});

mailingOperations.post(`${GROUP_PATH}/sender-resumption`, async (c) => {
  const group = await groupIn(c);
  const isResumed = await resumeSender(c.var.ctx, group, c.var.account);
  return c.redirect(`/operations/mailings?done=${isResumed ? "resumed" : "changed"}`, 303);
});

mailingOperations.get(MAILING_PATH, async (c) => {
  const group = await groupIn(c);
  const [whole, props] = await Promise.all([wholeIn(c, group), pageProps(c, doneWords)]);
  return c.html(<MailingPage {...props} {...whole} group={group} />);
});

/** Nothing in the frame runs or leads anywhere; each link says where it would. */
mailingOperations.get(`${MAILING_PATH}/content`, async (c) => {
  const { ctx } = c.var;
  const group = await groupIn(c);
  const { mailing } = await wholeIn(c, group);
  const variantNo = numberIn(c.req.query("variant")) ?? 1;
  const content = await contentOf(ctx, group, mailing, {
    variantNo,
    language: c.req.query("language") ?? "",
  });
  if (!content) throw new AppError("not_found");
  if (c.req.query("part") === "amp") return c.text(ampSource(content.amp ?? "", content.links));
  // What a link says and where it leads may be two things: an operator sees both.
  const html = await mapOf(content.html, ({ no, href }) =>
    no === null ? href : (content.links.get(no) ?? href),
  );
  return c.body(html, 200, mapHeaders(groupOrigin(ctx.config, group.slug)));
});

mailingOperations.post(`${MAILING_PATH}/approval`, async (c) => {
  const group = await groupIn(c);
  const { mailing } = await wholeIn(c, group);
  if (mailing.status !== "waiting") return done(c, group, mailing.no, "changed");
  const { is } = await approveBigSend(c.var.ctx, group, mailing, c.var.account);
  return done(c, group, mailing.no, approvalWords[is] ?? "changed");
});

mailingOperations.post(`${MAILING_PATH}/refusal`, async (c) => {
  const group = await groupIn(c);
  const { mailing } = await wholeIn(c, group);
  const how = { by: c.var.account, reason: await reasonIn(c) };
  const isRefused = await refuseBigSend(c.var.ctx, group, mailing, how);
  return done(c, group, mailing.no, isRefused ? "refused" : "changed");
});

mailingOperations.post(`${MAILING_PATH}/stop`, async (c) => {
  const group = await groupIn(c);
  const { mailing } = await wholeIn(c, group);
  const how = { by: c.var.account, reason: await reasonIn(c) };
  const isStopped = await haltMailing(c.var.ctx, group, mailing, how);
  return done(c, group, mailing.no, isStopped ? "stopped" : "changed");
});

mailingOperations.get(`${MAILING_PATH}/parked`, async (c) => {
  const { ctx, t } = c.var;
  const group = await groupIn(c);
  const { mailing } = await wholeIn(c, group);
  const [rows, props] = await Promise.all([parkedReadings(ctx, group, mailing.no), pageProps(c, doneWords)]);
  const back = `/operations/groups/${group.id}/mailings/${mailing.no}`;
  return c.html(
    <ParkedPage
      {...props}
      lead={t("results.operations.readers.lead")}
      href={`${back}/parked`}
      back={{ href: back, label: `${group.name}: ${mailing.subject || t("results.untitled")}` }}
      rows={rows.slice(0, PARKED_SHOWN_MAX)}
    />,
  );
});

mailingOperations.post(`${MAILING_PATH}/parked`, async (c) => {
  const group = await groupIn(c);
  const { mailing } = await wholeIn(c, group);
  const count = await unparkOf(c.var.ctx, group, mailing, c.var.account);
  const path = `/operations/groups/${group.id}/mailings/${mailing.no}/parked`;
  return c.redirect(`${path}?done=unparked&count=${count}`, 303);
});

mailingOperations.get("/operations/suppressions", async (c) => {
  return c.html(<SuppressionsPage {...(await pageProps(c, doneWords))} email="" found={null} />);
});

// Posted, so that an address stands in no log and no history.
mailingOperations.post("/operations/suppressions", async (c) => {
  const { ctx, t } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const typed = single(values, "email");
  const email = normaliseEmail(typed);
  const props = await pageProps(c, doneWords);
  if (email === null) {
    const errors = { email: t("results.operations.suppressions.wrong") };
    return c.html(<SuppressionsPage {...props} email={typed} found={null} errors={errors} />, 422);
  }
  return c.html(
    <SuppressionsPage {...props} email={email} found={{ cause: await suppressionCause(ctx, email) }} />,
  );
});

mailingOperations.post("/operations/suppressions/lifting", async (c) => {
  const { ctx, account } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const email = normaliseEmail(single(values, "email"));
  const is = email === null ? "not_suppressed" : await unsuppress(ctx, email, account);
  return c.redirect(`/operations/suppressions?done=${liftedWords[is]}`, 303);
});

async function groupIn(c: {
  var: { ctx: Context };
  req: { param(name: string): string | undefined };
}): Promise<Group> {
  const group = await findGroup(c.var.ctx, c.req.param("group") ?? "");
  if (!group) throw new AppError("not_found");
  return group;
}

async function wholeIn(c: HonoContext<OperatorEnv>, group: Group) {
  const no = numberIn(c.req.param("no"));
  const whole = no === null ? null : await mailingOfGroup(c.var.ctx, group, no);
  if (!whole) throw new AppError("not_found");
  return whole;
}

async function reasonIn(c: HonoContext<OperatorEnv>): Promise<string> {
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  return single(values, "reason").trim().slice(0, REASON_MAX);
}

function done(c: HonoContext<OperatorEnv>, group: Group, no: number, what: keyof typeof doneWords): Response {
  return c.redirect(`/operations/groups/${group.id}/mailings/${no}?done=${what}`, 303);
}
