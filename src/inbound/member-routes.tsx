import { Hono } from "hono";
import { can } from "../groups/roles";
import { type MemberEnv, memberCan } from "../groups/web";
import { findPerson } from "../people/edit";
import { cleanText } from "../platform/clean-text";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { newId, parseId } from "../platform/ids";
import { askForOwnWord } from "../subscriptions/own-word";
import { recipientOf } from "../subscriptions/subscription";
import { isLocale } from "../ui/i18n";
import { answerReply, answersTo } from "./answer";
import { mailFile } from "./mail-file";
import { assignReply, listReplies, type Reply, settleReply } from "./reply";
import { InboxPage, ReplyPage } from "./reply-views";
import { latestReturns, returnNumbers } from "./return-numbers";
import { ReturnsPage } from "./return-views";
import { liftReturn } from "./returned";
import { ANSWER_TEXT_MAX, type AnswerId } from "./types";
import { BYTES_MAX, type C, flashOf, pageOf, readersOf, replyIn, shardOf } from "./web";

const REPLIES = "/groups/:group/mailings/replies";
const REPLY = `${REPLIES}/:reply{[0-9a-fA-F-]{36}}`;
const RETURNS = "/groups/:group/mailings/returns";
const DAYS = 30;
/** A character has up to three bytes, and a form writes each as three characters. */
const ANSWER_BYTES_MAX = 100_000;

/** A group's inbox, and what came back of its mail. */
export const inboundMemberRoutes = new Hono<MemberEnv>();

inboundMemberRoutes.get(REPLIES, memberCan("mailings.view"), async (c) => {
  const { group, account } = c.var;
  const page = await pageOf(c);
  const show = c.req.query("show");
  const shelf = show === "done" || show === "mine" ? show : "open";
  const filter = {
    state: shelf === "done" ? ("done" as const) : ("open" as const),
    assignedTo: shelf === "mine" ? account.no : null,
    before: numberIn(c.req.query("before")),
  };
  const { replies, next } = page.maySeePeople
    ? await listReplies(shardOf(c), filter)
    : { replies: [], next: null };
  const after = next === null ? null : `${page.base}/replies?show=${shelf}&before=${next}`;
  const keeps = group.settings.mail.replies === "keep" || group.settings.replyTo === "";
  return c.html(
    <InboxPage
      {...page}
      {...{ replies, shelf, keeps, next: after, readers: await readersOf(c) }}
      {...flashOf(c, { done: ["good", "inbound.replies.done.done"] })}
    />,
  );
});

inboundMemberRoutes.get(REPLY, memberCan("people.view"), async (c) => {
  const reply = await replyIn(c);
  const flash = flashOf(c, {
    answered: ["good", "inbound.answer.done"],
    not_answered: ["warn", "inbound.answer.refused"],
    open: ["good", "inbound.replies.done.open"],
    assigned: ["good", "inbound.replies.done.assigned"],
    lifted: ["good", "inbound.lift.done"],
    not_lifted: ["warn", "inbound.lift.refused"],
    asked: ["good", "inbound.lift.asked"],
    asked_lately: ["warn", "inbound.lift.asked_lately"],
  });
  return c.html(<ReplyPage {...(await replyPage(c, reply))} {...flash} />);
});

async function replyPage(c: C, reply: Reply) {
  const [page, readers, answers] = await Promise.all([pageOf(c), readersOf(c), answersTo(shardOf(c), reply)]);
  const formId = newId<AnswerId>();
  return { ...page, reply, readers, answers, formId, written: "", errors: {} };
}

inboundMemberRoutes.get(`${REPLY}/raw`, memberCan("people.view"), async (c) => {
  const { raw, id } = await replyIn(c);
  const object = raw === "" ? null : await c.var.ctx.env.FILES.get(raw);
  if (!object) throw new AppError("not_found");
  return mailFile(object.body, `${id}.eml`);
});

inboundMemberRoutes.post(`${REPLY}/answers`, memberCan("people.view"), async (c) => {
  const { ctx, t, group, account } = c.var;
  const reply = await replyIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: ANSWER_BYTES_MAX });
  const text = cleanText(single(values, "text"));
  const id = parseId<AnswerId>(single(values, "form"));
  if (!id) throw new AppError("bad_request", "form");
  if (text === "" || text.length > ANSWER_TEXT_MAX) {
    const error =
      text === "" ? t("inbound.answer.empty") : t("inbound.answer.long", { max: ANSWER_TEXT_MAX });
    return c.html(
      <ReplyPage {...(await replyPage(c, reply))} written={text} errors={{ text: error }} />,
      422,
    );
  }
  const is = await answerReply(ctx, group, shardOf(c), reply, { id, text, by: account });
  if (is === "sent") await settleReply(shardOf(c), reply.id, { at: ctx.now, by: account.no });
  const done = is === "sent" || is === "known" ? "answered" : "not_answered";
  return c.redirect(`${repliesHref(c)}/${reply.id}?done=${done}#answers`, 303);
});

inboundMemberRoutes.post(`${REPLY}/state`, memberCan("people.view"), async (c) => {
  const { ctx, account } = c.var;
  const reply = await replyIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const isDone = single(values, "state") === "done";
  await settleReply(shardOf(c), reply.id, isDone ? { at: ctx.now, by: account.no } : null);
  return c.redirect(isDone ? `${repliesHref(c)}?done=done` : `${repliesHref(c)}/${reply.id}?done=open`, 303);
});

inboundMemberRoutes.post(`${REPLY}/assignment`, memberCan("people.view"), async (c) => {
  const reply = await replyIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const wanted = single(values, "to");
  const reader = (await readersOf(c)).find(({ no }) => String(no) === wanted);
  if (!reader && wanted !== "") throw new AppError("bad_request", "to");
  await assignReply(shardOf(c), reply.id, reader?.no ?? null);
  return c.redirect(`${repliesHref(c)}/${reply.id}?done=assigned`, 303);
});

inboundMemberRoutes.post(`${REPLY}/lift`, memberCan("people.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  const { id, personNo, person, fromEmail } = await replyIn(c);
  const isTheirs = personNo !== null && person !== null && person.email === fromEmail;
  const lifted = isTheirs ? await liftReturn(ctx, group, personNo, account) : null;
  return c.redirect(`${repliesHref(c)}/${id}?done=${lifted?.is === "lifted" ? "lifted" : "not_lifted"}`, 303);
});

/** Of whoever complained, the organiser's word lifts nothing: they are mailed the link with which they say so themselves. */
inboundMemberRoutes.post(`${REPLY}/own-word`, memberCan("people.edit"), async (c) => {
  const { ctx, group } = c.var;
  const { id, personNo, person, fromEmail } = await replyIn(c);
  const isTheirs = personNo !== null && person !== null && person.email === fromEmail;
  const recipient = isTheirs ? await recipientOf(shardOf(c), personNo) : null;
  const language = recipient?.language;
  const locale = isLocale(language) ? language : group.locale;
  const asked = recipient ? await askForOwnWord(ctx, group, recipient, locale) : "refused";
  const is = asked === "asked" || asked === "asked_lately" ? asked : "not_lifted";
  return c.redirect(`${repliesHref(c)}/${id}?done=${is}`, 303);
});

inboundMemberRoutes.get(RETURNS, memberCan("mailings.view"), async (c) => {
  const { ctx, role } = c.var;
  const db = shardOf(c);
  const seesPeople = can(role, "people.view");
  const [page, numbers, latest] = await Promise.all([
    pageOf(c),
    returnNumbers(db, ctx.now, DAYS),
    seesPeople ? latestReturns(db, numberIn(c.req.query("before"))) : { rows: [], next: null },
  ]);
  const next = latest.next === null ? null : `${page.base}/returns?before=${latest.next}`;
  const flash = flashOf(c, {
    lifted: ["good", "inbound.lift.done"],
    not_lifted: ["warn", "inbound.lift.refused"],
  });
  return c.html(<ReturnsPage {...page} {...{ numbers, next, rows: latest.rows, days: DAYS }} {...flash} />);
});

inboundMemberRoutes.post(`${RETURNS}/lift`, memberCan("people.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const person = await findPerson(shardOf(c), single(values, "person"));
  if (!person) throw new AppError("not_found");
  const lifted = await liftReturn(ctx, group, person.no, account);
  return c.redirect(
    `/groups/${group.slug}/mailings/returns?done=${lifted.is === "lifted" ? "lifted" : "not_lifted"}`,
    303,
  );
});

function repliesHref(c: C): string {
  return `/groups/${c.var.group.slug}/mailings/replies`;
}

function numberIn(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
