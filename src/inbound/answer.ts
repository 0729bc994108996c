import { recordAct } from "../groups/audit";
import type { GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { normaliseEmail } from "../platform/email-address";
import { type MailMessage, sendLater } from "../platform/mail/mail";
import { returnAddress } from "../platform/mail/return-addresses";
import { mailKey } from "../platform/mail-keys";
import { renderEmail } from "../ui/email";
import { translator } from "../ui/i18n";
import { readMail } from "./read-mail";
import { LOOP_HEADER } from "./recognise";
import type { Reply } from "./reply";
import * as store from "./store-answers";
import { ANSWERS_MAX, type AnswerId, READ_BYTES_MAX } from "./types";

export type { Answer } from "./store-answers";

/** Of what they wrote, this much is quoted below the answer. */
const QUOTED_MAX = 3_000;
/** RFC 5322 §3.6.4; a header has at most 998 characters, and this one leaves room for what comes next. */
const REFERENCES_CHARACTERS_MAX = 900;
const MESSAGE_ID = /<[!-;=?-~]{1,250}>/g;

/** What the group wrote back so far, the first first. */
export function answersTo(db: GroupDb, { no }: Pick<Reply, "no">): Promise<store.Answer[]> {
  return store.selectAnswers(db, no, ANSWERS_MAX);
}

/**
 * Writes back to somebody who answered a mailing: in the lane of receipts, in the group's name, and so that their mail program
 * shows it below what they wrote. What they write next comes to the inbox again.
 * @param answer.id of the form: the same form sent twice is one mail
 * @returns "nobody" where they left no address, "full" beyond the limit of one conversation, "stopped" of a group that operators stopped
 * @throws when it cannot be put on its way; it is kept then, and shown as not sent
 */
export async function answerReply(
  ctx: Context,
  group: Group,
  db: GroupDb,
  reply: Reply,
  answer: { id: AnswerId; text: string; by: { no: number } },
): Promise<"sent" | "known" | "nobody" | "full" | "stopped"> {
  if (group.status === "suspended") return "stopped";
  const to = normaliseEmail(reply.fromEmail);
  if (!to) return "nobody";
  if ((await answersTo(db, reply)).length >= ANSWERS_MAX) return "full";
  const { id, text, by } = answer;
  if (!(await store.insertAnswer(db, reply.no, { id, text, accountNo: by.no, at: ctx.now }))) return "known";
  await recordAct(ctx, { groupNo: group.no, accountNo: by.no, act: "reply.answered", subject: reply.id });
  await sendLater(ctx, await answerMail(ctx, group, reply, { to, text }), "notice");
  await store.markAnswerSent(db, reply.no, id, ctx.now);
  return "sent";
}

async function answerMail(
  ctx: Context,
  group: Group,
  reply: Reply,
  { to, text }: { to: string; text: string },
): Promise<MailMessage> {
  const t = translator(group.locale);
  const subject = /^re:/i.test(reply.subject) ? reply.subject : `Re: ${reply.subject}`.trim();
  const quoted = reply.text.slice(0, QUOTED_MAX);
  const { html, text: plain } = renderEmail({
    ...{ locale: group.locale, subject, from: group.name, accent: group.settings.accent },
    blocks: [
      { kind: "text", text },
      { kind: "small", text: t("inbound.answer.quoted", { name: reply.fromName || to }) },
      ...(quoted === "" ? [] : [{ kind: "small" as const, text: quoted.replace(/^/gm, "> ") }]),
    ],
    footer: [t("inbound.answer.why", { group: group.name })],
  });
  return {
    ...{ to, subject, html, text: plain, fromName: group.name, replyTo: await replyToOf(ctx, group, reply) },
    headers: {
      // A person wrote it: whoever is away may be told so, and it is shown below what it answers.
      "Auto-Submitted": "no",
      [LOOP_HEADER]: group.slug,
      ...(await threadOf(ctx, reply)),
    },
  };
}

/** The inbox, where the answer is about a mailing; else the group's own address. */
async function replyToOf(ctx: Context, group: Group, { personNo, mailingNo }: Reply): Promise<string> {
  if (personNo === null || mailingNo === null) return group.settings.replyTo;
  const copy = { groupNo: group.no, mailingNo, personNo, isProof: false };
  const key = await mailKey(ctx.config.SIGNING_KEYS, copy, ctx.now);
  return returnAddress("reply", key, ctx.config.mailDomain);
}

/** What names the mail that is answered and those before it (RFC 5322 §3.6.4). Nothing where it is not kept, or names itself wrongly. */
async function threadOf(ctx: Context, { raw }: Reply): Promise<Record<string, string>> {
  const kept =
    raw === "" ? null : await ctx.env.FILES.get(raw, { range: { offset: 0, length: READ_BYTES_MAX } });
  if (!kept) return {};
  const { headers } = await readMail(new Uint8Array(await kept.arrayBuffer()));
  const idsIn = (name: string) => (headers.get(name) ?? []).join(" ").match(MESSAGE_ID) ?? [];
  const own = idsIn("message-id")[0];
  if (!own) return {};
  const before = idsIn("references");
  // The first names the conversation, the last are nearest.
  const ids = [...before.filter((id) => id !== own), own];
  while (ids.length > 2 && ids.join(" ").length > REFERENCES_CHARACTERS_MAX) ids.splice(1, 1);
  return { "In-Reply-To": own, References: ids.join(" ") };
}
