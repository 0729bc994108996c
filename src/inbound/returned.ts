import { settleCopy } from "../delivery/delivery";
import { recordAct } from "../groups/audit";
import { groupByNo } from "../groups/group";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { changeSubscription, returnPlan } from "../people/person";
import { subscriptionStatus } from "../people/types";
import type { Context } from "../platform/context";
import { sha256, toHex } from "../platform/crypto";
import { normaliseEmail } from "../platform/email-address";
import { type Mailbox, mailboxOf, mailboxProvider } from "../platform/mail/mailbox-provider";
import { gateOfGroup } from "../senders/sender";
import { blockOf } from "../subscriptions/own-word";
import { hasLeftSince, type Recipient, recipientOf } from "../subscriptions/subscription";
import { liftSuppression, suppress } from "../subscriptions/suppression";
import * as store from "./store";
import { REASON_MAX, type Report, type ReturnKind, SOFT_DAYS, SOFT_MAX } from "./types";

/** "known": said before. "nobody": a proof, or of somebody who is gone. */
export type Noted = "noted" | "known" | "nobody";

const DAY_MS = 86_400_000;
const EVENT_BYTES = 8;

/**
 * What a mail system says became of one copy, by whichever way it came: the one place where an address turns out to be dead and
 * a complaint is heard. May be told the same again.
 * @throws when it cannot be written down, so that it is told again
 */
export async function returned(
  ctx: Context,
  report: Pick<Report, "copy" | "how" | "reason" | "eventId"> & Partial<Report>,
): Promise<Noted> {
  const { copy } = report;
  if (copy.isProof) return "nobody";
  const group = await groupByNo(ctx.directory, copy.groupNo);
  if (!group) return "nobody";
  const db = dbFor(ctx.env, group);
  const person = await recipientOf(db, copy.personNo);
  // That it came back proves that it left, whoever it was for.
  await settleCopy(ctx, copy, "sent");
  if (!person) return "nobody";
  // A copy comes back for good once and is complained of once, by however many ways that is told.
  const event = toHex(
    (await sha256(isOnceOnly(report.how) ? report.how : report.eventId)).slice(0, EVENT_BYTES),
  );
  if (report.how === "delivered") {
    const delivered = { ...copy, event, at: ctx.now };
    await store.markDelivered(db, delivered, ctx.now - SOFT_DAYS * DAY_MS);
    return "noted";
  }
  return note(ctx, group, db, person, { recipient: "", fault: "other", ...report, event });
}

type Said = Report & { event: string };

async function note(ctx: Context, group: Group, db: GroupDb, person: Recipient, said: Said): Promise<Noted> {
  const { copy, how, fault, event } = said;
  const reason = said.reason.toWellFormed().slice(0, REASON_MAX);
  const email = (await addressMeant(db, person, said.recipient)) ?? "";
  const at = ctx.now;
  const isEnd = how === "complaint" || (how === "hard" && email !== "");
  const status = how === "complaint" ? ("complained" as const) : ("bounced" as const);
  const isNew = await store.insertReturn(
    db,
    {
      ...{ mailingNo: copy.mailingNo, personNo: copy.personNo, event, kind: how, fault, reason, at },
      provider: mailboxProvider(said.recipient || person.email || ""),
    },
    isEnd ? returnPlan(db, person.personNo, { status, email, reason, at }) : [],
  );
  // Told again after a half-done first time; but not after somebody was let back in.
  const stands = isNew || person.emailStatus === subscriptionStatus[status];
  if (how === "complaint" && stands && person.email) await suppress(ctx, person.email, "complaint");
  if (how === "hard" && stands && email !== "") await suppress(ctx, email, "bounce");
  const mailbox = mailboxOf(said.recipient || person.email || "");
  if (isNew && (isOnceOnly(how) || (mailbox !== "others" && isPutOff(said))))
    await tellGate(ctx, group, said, mailbox);
  if (how === "soft" && isNew) await countAgainst(ctx, db, person);
  ctx.log.info("inbound.returned", { groupNo: group.no, mailingNo: copy.mailingNo, how, fault, isNew });
  return isNew ? "noted" : "known";
}

/** The address a report is about when it is still theirs; null when they have another by now. */
async function addressMeant(db: GroupDb, person: Recipient, recipient: string): Promise<string | null> {
  const named = normaliseEmail(recipient);
  if (named === null || named === person.email) return person.email;
  // One that never was theirs: their mail is passed on to there.
  return (await store.isAddressOf(db, person.personNo, named)) ? null : person.email;
}

async function countAgainst(ctx: Context, db: GroupDb, person: Recipient): Promise<void> {
  const { emailStatus, email } = person;
  if (!email || (emailStatus !== subscriptionStatus.none && emailStatus !== subscriptionStatus.subscribed))
    return;
  const count = await store.countSoft(db, person.personNo, ctx.now - SOFT_DAYS * DAY_MS);
  if (count < SOFT_MAX) return;
  const said = { status: "bounced" as const, email, reason: `${count} × 4.0.0`, at: ctx.now };
  await db.d1.batch(returnPlan(db, person.personNo, said));
}

function isOnceOnly(how: ReturnKind): boolean {
  return how === "hard" || how === "complaint";
}

/** What is a full mailbox's own affair; Amazon SES names it in one word. */
const FULL = /mailbox ?full/i;

/** Whether whoever keeps the mailbox takes less than it is given: it says so, or puts the mail off. */
function isPutOff({ how, fault, reason }: Said): boolean {
  if (how === "delay") return fault !== "full" && !FULL.test(reason);
  return how === "soft" && (fault === "busy" || fault === "blocked");
}

/** The brakes of whoever sends: they do without one number rather than lose a report, so this fails open. */
async function tellGate(ctx: Context, group: Group, said: Said, mailbox: Mailbox): Promise<void> {
  const { copy, how } = said;
  const numbers = {
    hard: how === "hard" ? 1 : 0,
    complaints: how === "complaint" ? 1 : 0,
    deferred: isPutOff(said) ? 1 : 0,
    ...(mailbox === "others" ? {} : { mailbox }),
  };
  try {
    await gateOfGroup(ctx, group).feedback({ mailing: String(copy.mailingNo), ...numbers });
  } catch (error) {
    ctx.log.error("inbound.gate", error, { groupNo: group.no });
  }
}

export type Lifted =
  | { is: "lifted" }
  | { is: "refused"; why: "complained" | "not_bounced" | "no_address" | "left" };

/**
 * Lets an address be mailed again that somebody says works. A complaint, and their wish to leave, is lifted by the person alone
 * (subscriptions/own-word.ts).
 */
export async function liftReturn(
  ctx: Context,
  group: Group,
  personNo: number,
  by: { no: number },
): Promise<Lifted> {
  const db = dbFor(ctx.env, group);
  const person = await recipientOf(db, personNo);
  if (!person?.email) return { is: "refused", why: "no_address" };
  const block = await blockOf(ctx, person);
  if (block === "complaint") return { is: "refused", why: "complained" };
  const { subscribed, bounced } = subscriptionStatus;
  const isBounced = person.emailStatus === bounced;
  // Whoever signed again is on the list again, and still written to by nobody.
  if (block !== "bounce" || (!isBounced && person.emailStatus !== subscribed))
    return { is: "refused", why: "not_bounced" };
  // Leaving does not undo a bounce, so the status does not say it.
  if (isBounced && (await hasLeftSince(db, person))) return { is: "refused", why: "left" };
  await recordAct(ctx, {
    ...{ groupNo: group.no, accountNo: by.no, act: "person.mailed_again" },
    ...{ subject: String(person.personNo), detail: { reason: "bounced" } },
  });
  await liftSuppression(ctx, person.email, ["bounce"]);
  if (!isBounced) return { is: "lifted" };
  const change = { channel: "email" as const, status: "subscribed" as const, cause: "organiser" as const };
  await changeSubscription(db, person.personNo, { ...change, reason: "", by: by.no, at: ctx.now });
  return { is: "lifted" };
}
