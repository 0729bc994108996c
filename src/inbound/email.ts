import type { z } from "zod";
import { groupByNo, groupBySlug } from "../groups/group";
import { type Group, groupSlug } from "../groups/types";
import type { Context } from "../platform/context";
import { sha256, toHex } from "../platform/crypto";
import { newId } from "../platform/ids";
import { readReturnAddress } from "../platform/mail/return-addresses";
import { type MailCopy, readMailKey } from "../platform/mail-keys";
import { optOut } from "../tracking/opt-out";
import { type Incoming, incoming } from "./incoming";
import { keepMail } from "./kept";
import { type ReadMail, readMail } from "./read-mail";
import { type Envelope, keysIn, originalSubject, type Recognised, recognise } from "./recognise";
import { takeReply } from "./reply";
import { returned } from "./returned";
import { countInbound } from "./store-kept";
import { type InboundKind, MAIL_BYTES_MAX, type mailDue } from "./types";

/** What the platform hands to `email()`, as far as it is used. */
export type IncomingMessage = {
  from: string;
  to: string;
  raw: ReadableStream<Uint8Array>;
  rawSize: number;
  setReject(reason: string): void;
};

const DAY_MS = 86_400_000;
const RETRY_FOLDER = "inbound/again/";

/**
 * Takes one mail that came to the installation, whatever it is. What cannot be done now is done by the queue; only when that and
 * the file store are away too, or the mail is too big, its sender is told that it did not arrive. Never throws.
 */
export async function receiveEmail(ctx: Context, message: IncomingMessage): Promise<void> {
  const envelope = { from: message.from, to: message.to };
  if (message.rawSize > MAIL_BYTES_MAX) {
    message.setReject("552 5.3.4 the message is too big");
    return count(ctx, "refused");
  }
  let mail: Incoming | null = null;
  try {
    mail = await incoming(ctx.env, message.raw, message.rawSize);
    const kind = await take(ctx, mail, envelope);
    if (kind === "refused") message.setReject("450 4.3.2 too many messages, please try again later");
    await count(ctx, kind);
  } catch (error) {
    ctx.log.error("inbound.failed", error);
    if (!mail || !(await takeLater(ctx, mail, envelope)))
      message.setReject("450 4.3.0 the message could not be stored, please send it again");
  } finally {
    await mail?.done();
  }
}

async function takeLater(ctx: Context, mail: Incoming, { from, to }: Envelope): Promise<boolean> {
  try {
    const key = `${RETRY_FOLDER}${newId()}.eml`;
    await mail.keep(key);
    const due = { type: "inbound.mail", key, from: from.slice(0, 1_000), to: to.slice(0, 1_000) };
    await ctx.env.MAIL_EVENTS.send(due);
    return true;
  } catch (error) {
    ctx.log.error("inbound.not_kept", error);
    return false;
  }
}

/** Takes a mail again that could not be taken when it came. Throws while it still cannot. */
export async function receiveAgain(ctx: Context, due: z.infer<typeof mailDue>): Promise<void> {
  const object = await ctx.env.FILES.get(due.key);
  // Gone: another delivery of the same message has done it.
  if (!object) return;
  const mail = await incoming(ctx.env, object.body, object.size);
  try {
    const kind = await take(ctx, mail, due);
    if (kind === "refused") throw new Error("too many mails are kept");
    await count(ctx, kind);
  } finally {
    await mail.done();
  }
  await ctx.env.FILES.delete(due.key);
}

/** Reads a mail and does what it asks for. Everything done here may be done twice. */
async function take(ctx: Context, raw: Incoming, envelope: Envelope): Promise<InboundKind> {
  const mail = await readMail(raw.head);
  const purpose = readReturnAddress(envelope.to)?.purpose ?? null;
  const found = recognise(mail, envelope, purpose, ctx.config.ROOT_DOMAIN.replace(/:\d+$/, ""));
  const copy = await copyIn(ctx, mail, envelope.to);
  const kind = await act(ctx, { raw, mail, envelope, copy }, found);
  ctx.log.info("inbound.taken", { kind, is: found.is, size: raw.size });
  return kind;
}

/** The first key in a mail that is ours. */
async function copyIn(ctx: Context, mail: ReadMail, to: string): Promise<MailCopy | null> {
  for (const key of keysIn(mail, to)) {
    const copy = await readMailKey(ctx.config.SIGNING_KEYS, key, ctx.now);
    if (copy) return copy;
  }
  return null;
}

type Taken = { raw: Incoming; mail: ReadMail; envelope: Envelope; copy: MailCopy | null };

async function act(ctx: Context, taken: Taken, found: Recognised): Promise<InboundKind> {
  switch (found.is) {
    case "automatic":
    case "loop":
      return found.is;
    case "returned":
      return report(ctx, taken, found);
    case "unsubscribe":
      return leave(ctx, taken);
    case "reply":
      return answer(ctx, taken);
    case "unknown":
      return keep(ctx, taken, found.cause);
  }
}

async function report(
  ctx: Context,
  taken: Taken,
  found: Extract<Recognised, { is: "returned" }>,
): Promise<InboundKind> {
  // Whose it is nobody can say, so nobody can be spared the next mail: an operator should know.
  if (!taken.copy)
    return keep(ctx, taken, found.how === "complaint" ? "nobodys_complaint" : "nobodys_bounce");
  const { how, fault, reason, recipient } = found;
  const eventId = `mail:${taken.mail.headers.get("message-id")?.[0] ?? toHex(await sha256(taken.mail.raw))}`;
  await returned(ctx, { copy: taken.copy, how, fault, reason, recipient, eventId });
  if (how === "complaint") return "complaint";
  return how === "delay" ? "delay" : "bounce";
}

async function leave(ctx: Context, taken: Taken): Promise<InboundKind> {
  const { copy } = taken;
  const group = copy && (await groupByNo(ctx.directory, copy.groupNo));
  if (!copy || !group) return keep(ctx, taken, "nobodys_unsubscribe");
  if (copy.isProof) return "unsubscribe";
  const { personNo, mailingNo } = copy;
  await optOut(ctx, group, { personNo, mailingNo, way: "mail", choice: "all", why: null, reason: "" });
  return "unsubscribe";
}

async function answer(ctx: Context, taken: Taken): Promise<InboundKind> {
  const { raw, mail, copy } = taken;
  const group = await groupMeant(ctx, taken);
  if (!group || group.status === "suspended") return keep(ctx, taken, "nobodys_reply");
  const isTheirs = copy !== null && copy.groupNo === group.no && !copy.isProof;
  const personNo = isTheirs ? copy.personNo : null;
  const mailingNo = copy?.groupNo === group.no ? copy.mailingNo : null;
  const end = await takeReply(ctx, group, { mail, raw, personNo, mailingNo });
  if (end === "too_many") return keep(ctx, taken, "too_many_replies");
  return end === "forwarded" ? "forwarded" : "reply";
}

/** By the copy that was answered, or by the sender's address of a group without a domain: `<group>@<mail domain>`. */
async function groupMeant(ctx: Context, { copy, envelope }: Taken): Promise<Group | null> {
  if (copy) return groupByNo(ctx.directory, copy.groupNo);
  const [local = "", domain = ""] = envelope.to.toLowerCase().split("@");
  const slug = groupSlug.safeParse(local);
  if (!slug.success || domain !== ctx.config.mailDomain) return null;
  return groupBySlug(ctx.directory, slug.data);
}

async function keep(ctx: Context, { raw, mail, envelope, copy }: Taken, cause: string): Promise<InboundKind> {
  const isKept = await keepMail(ctx, raw, {
    from: mail.fromEmail || envelope.from,
    to: envelope.to,
    subject: mail.subject || originalSubject(mail),
    cause,
    groupNo: copy?.groupNo ?? null,
  });
  return isKept ? "unknown" : "refused";
}

/** The operators' numbers: lost rather than a mail. */
async function count(ctx: Context, kind: InboundKind): Promise<void> {
  try {
    await countInbound(ctx.env.DIRECTORY, Math.floor(ctx.now / DAY_MS), kind);
  } catch (error) {
    ctx.log.error("inbound.not_counted", error);
  }
}
