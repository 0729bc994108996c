import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { sha256, toHex } from "../platform/crypto";
import { normaliseEmail } from "../platform/email-address";
import { newId } from "../platform/ids";
import { takeFromLimits } from "../platform/limits";
import { sendLater } from "../platform/mail/mail";
import { translator } from "../ui/i18n";
import { forwardedMail } from "./forwarded";
import type { RawMail } from "./kept";
import type { ReadMail } from "./read-mail";
import { personWith } from "./store";
import * as store from "./store-replies";
import {
  REPLIES_PAGE_MAX,
  REPLY_SUBJECT_MAX,
  REPLY_TEXT_MAX,
  type ReplyId,
  type ReplyState,
  repliesPerPerson,
} from "./types";

export type { Reply } from "./store-replies";

/** One below what any address gets of us in an hour (`MAILS_PER_ADDRESS_MAX`): what is more stays in the inbox. */
const forwardedPerGroup = [{ max: 9, windowMs: 3_600_000 }];
const EVENT_BYTES = 8;
export type Answer = { mail: ReadMail; raw: RawMail; personNo: number | null; mailingNo: number | null };

/**
 * Keeps what somebody answered: in the group's inbox, and forwarded to the group's own address where it wants that and has one.
 * @returns "too_many" when one sender writes more than anybody reads
 */
export async function takeReply(
  ctx: Context,
  group: Group,
  answer: Answer,
): Promise<"kept" | "forwarded" | "known" | "too_many"> {
  const { mail, raw } = answer;
  const db = dbFor(ctx.env, group);
  const limited = await takeFromLimits(
    ctx.env,
    "reply",
    `${group.no}/${mail.fromEmail.toLowerCase()}`,
    repliesPerPerson,
  );
  if (!limited.allowed) return "too_many";
  const id = newId<ReplyId>();
  const key = `inbound/replies/${group.no}/${id}.eml`;
  const reply = { ...(await written(db, answer)), id, raw: key, at: ctx.now };
  await raw.keep(key);
  if (!(await store.insertReply(db, reply))) {
    await ctx.env.FILES.delete(key);
    return "known";
  }
  if (!(await mayForward(ctx, group))) return "kept";
  await sendLater(
    ctx,
    forwardedMail(translator(group.locale), group, reply, ctx.config.PLATFORM_ORIGIN),
    "notice",
  );
  await store.updateState(db, id, { at: ctx.now, by: null });
  return "forwarded";
}

async function written(db: GroupDb, { mail, personNo, mailingNo }: Answer) {
  const fromEmail = normaliseEmail(mail.fromEmail) ?? "";
  const line = (text: string) =>
    text
      .toWellFormed()
      .replace(/[\s\p{Cc}]+/gu, " ")
      .trim();
  return {
    event: toHex((await sha256(mail.raw)).slice(0, EVENT_BYTES)),
    personNo: (fromEmail ? await personWith(db, fromEmail) : null) ?? personNo,
    mailingNo,
    fromEmail,
    fromName: line(mail.fromName).slice(0, 200),
    subject: line(mail.subject).slice(0, REPLY_SUBJECT_MAX),
    text: mail.text
      .toWellFormed()
      .replace(/[^\P{Cc}\n\t]/gu, "")
      .trim()
      .slice(0, REPLY_TEXT_MAX),
    fileCount: mail.fileCount,
  };
}

/** Never to an address that leads back here. */
async function mayForward(ctx: Context, group: Group): Promise<boolean> {
  const { mail, replyTo } = group.settings;
  const to = normaliseEmail(replyTo);
  if (mail.replies !== "forward" || !to || to.endsWith(`@${ctx.config.mailDomain}`)) return false;
  return (await takeFromLimits(ctx.env, "reply-forward", group.id, forwardedPerGroup)).allowed;
}

/** A page of a group's answers, the newest first, and where the next one begins. */
export async function listReplies(
  db: GroupDb,
  filter: { state: ReplyState; assignedTo: number | null; before: number | null },
): Promise<{ replies: store.Reply[]; next: number | null }> {
  const found = await store.selectReplies(db, { ...filter, limit: REPLIES_PAGE_MAX + 1 });
  const replies = found.slice(0, REPLIES_PAGE_MAX);
  return { replies, next: found.length > REPLIES_PAGE_MAX ? (replies.at(-1)?.no ?? null) : null };
}

/** The answer of an id; null when the group has none. */
export function replyById(db: GroupDb, id: ReplyId): Promise<store.Reply | null> {
  return store.selectReply(db, id);
}

/** Somebody has seen to it, or it is open again. */
export function settleReply(
  db: GroupDb,
  id: ReplyId,
  done: { at: number; by: number } | null,
): Promise<void> {
  return store.updateState(db, id, done);
}

/** Who sees to it; null for whoever comes first. */
export function assignReply(db: GroupDb, id: ReplyId, to: number | null): Promise<void> {
  return store.updateAssigned(db, id, to);
}

/** Throws away the mails somebody sent, before their rows are emptied (privacy/store-erasure.ts). */
export async function forgetReplyFiles(ctx: Context, db: GroupDb, personNo: number): Promise<void> {
  const files = await store.selectRawOf(db, personNo);
  if (files.length > 0) await ctx.env.FILES.delete(files);
}
