import { z } from "zod";
import type { Context } from "../platform/context";
import { normaliseEmail } from "../platform/email-address";
import type { MailEvent } from "../platform/mail/events";
import { suppress } from "../subscriptions/suppression";
import { isAlive, verdictOf } from "./fault";
import { keysInText } from "./recognise";
import { returned } from "./returned";
import { copyAmong } from "./ses";
import { type Fault, REASON_MAX, type ReturnKind } from "./types";

/** What any mail service may report: `key` is the copy's (in its return path and Message-ID), else the address alone. */
export const serviceReport = z.object({
  type: z.enum(["bounce", "soft_bounce", "delay", "complaint", "delivered"]),
  key: z.string().max(400).default(""),
  email: z.string().max(320).default(""),
  detail: z.string().max(5_000).default(""),
});

const kinds: Record<z.infer<typeof serviceReport>["type"], ReturnKind> = {
  bounce: "hard",
  soft_bounce: "soft",
  delay: "delay",
  complaint: "complaint",
  delivered: "delivered",
};

/**
 * Does what a mail service reports of a copy; of an address alone whatever holds for the whole installation.
 * @returns "nobody" when neither says whom it is about
 */
export async function serviceReported(
  ctx: Context,
  report: z.infer<typeof serviceReport>,
  id: string,
): Promise<"taken" | "nobody"> {
  const { fault } = verdictOf(report.detail);
  const how = moderated(kinds[report.type], fault);
  const copy = await copyAmong(ctx, [report.key, ...keysInText(report.key)]);
  const reason = report.detail.slice(0, REASON_MAX);
  if (copy) {
    await returned(ctx, { copy, how, fault, reason, recipient: report.email, eventId: `service:${id}` });
    return "taken";
  }
  const email = normaliseEmail(report.email);
  if (!email || (how !== "hard" && how !== "complaint")) return "nobody";
  await suppress(ctx, email, how === "hard" ? "bounce" : "complaint");
  return "taken";
}

/** A service calls every final refusal a bounce: what blames the sender or a full mailbox is no dead address. */
function moderated(how: ReturnKind, fault: Fault): ReturnKind {
  return how === "hard" && isAlive(fault) ? "soft" : how;
}

/**
 * What Cloudflare's own sending reports of a copy of a mailing.
 * @returns false when the mail was none, and somebody else may know it
 */
export async function copyReported(ctx: Context, { type, payload }: MailEvent): Promise<boolean> {
  const copy = await copyAmong(ctx, keysInText(payload.messageId));
  if (!copy) return false;
  const told = howOf(type.slice("cf.email.sending.message.".length), payload.bounce?.type);
  if (!told) return true;
  const said = payload.bounce?.reason ?? payload.rejection?.reason ?? payload.delivery?.smtpResponse ?? "";
  const { fault } = verdictOf(said);
  const how = moderated(told, fault);
  const eventId = `cf:${type}:${payload.messageId}:${how === "soft" || how === "delay" ? said : ""}`;
  await returned(ctx, {
    copy,
    how,
    fault,
    reason: said.slice(0, REASON_MAX),
    recipient: payload.recipient,
    eventId,
  });
  return true;
}

function howOf(event: string, bounce: string | undefined): ReturnKind | null {
  switch (event) {
    case "bounced":
      return bounce === "soft" ? "soft" : "hard";
    case "failed":
    case "rejected":
      return "soft";
    case "deferred":
      return "delay";
    case "complained":
      return "complaint";
    case "delivered":
      return "delivered";
    default:
      return null;
  }
}
