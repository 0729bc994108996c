import { z } from "zod";
import type { Context } from "../platform/context";
import { type MailCopy, readMailKey } from "../platform/mail-keys";
import { isAlive, verdictOf } from "./fault";
import { keysInText } from "./recognise";
import { returned } from "./returned";
import type { Fault, ReturnKind } from "./types";

const recipients = z
  .array(
    z.object({
      emailAddress: z.string().max(500),
      status: z.string().optional(),
      diagnosticCode: z.string().optional(),
    }),
  )
  .max(100)
  .default([]);

/** What SES tells of a mail, by notifications of an identity or by events of a configuration set. */
const sesEvent = z.object({
  notificationType: z.string().optional(),
  eventType: z.string().optional(),
  mail: z.record(z.string(), z.unknown()),
  bounce: z
    .object({
      bounceType: z.string().default(""),
      bounceSubType: z.string().default(""),
      bouncedRecipients: recipients,
      feedbackId: z.string().default(""),
    })
    .optional(),
  complaint: z
    .object({
      complainedRecipients: recipients,
      complaintFeedbackType: z.string().nullish(),
      complaintSubType: z.string().nullish(),
      feedbackId: z.string().default(""),
    })
    .optional(),
  deliveryDelay: z.object({ delayType: z.string().default(""), delayedRecipients: recipients }).optional(),
});
type SesEvent = z.infer<typeof sesEvent>;

type Said = { how: ReturnKind; fault: Fault; reason: string; recipient: string };

/**
 * Does what an event of SES says of a copy.
 * @param messageId of the SNS message, the same when it is delivered again
 * @returns "nobody" for mail that was no copy of a mailing, and for events we do not follow
 */
export async function sesReported(
  ctx: Context,
  text: string,
  messageId: string,
): Promise<"taken" | "nobody"> {
  const event = sesEvent.safeParse(jsonOf(text));
  const said = event.success ? saidBy(event.data) : null;
  if (!event.success || !said) return "nobody";
  const copy = await copyAmong(ctx, keysOf(event.data.mail));
  if (!copy) return "nobody";
  const feedback = event.data.bounce?.feedbackId || event.data.complaint?.feedbackId;
  await returned(ctx, { copy, ...said, eventId: `ses:${feedback || messageId}` });
  return "taken";
}

const copyTag = z.object({ tags: z.object({ copy: z.array(z.string().max(256)).max(10) }) });

/** The tag that our own sending puts on a copy, then every address of it among the headers. */
function keysOf(mail: SesEvent["mail"]): string[] {
  const tagged = copyTag.safeParse(mail);
  const tags = tagged.success ? tagged.data.tags.copy : [];
  return [...tags, ...keysInText(JSON.stringify(mail))];
}

/** The first of some keys that is ours. */
export async function copyAmong(ctx: Context, keys: readonly string[]): Promise<MailCopy | null> {
  for (const key of keys) {
    const copy = await readMailKey(ctx.config.SIGNING_KEYS, key, ctx.now);
    if (copy) return copy;
  }
  return null;
}

function saidBy(event: SesEvent): Said | null {
  const { bounce, complaint, deliveryDelay } = event;
  switch (event.notificationType ?? event.eventType) {
    case "Bounce":
      return bounce ? bounced(bounce) : null;
    case "Complaint":
      return complaint ? complained(complaint) : null;
    case "Delivery":
      return { how: "delivered", fault: "other", reason: "", recipient: "" };
    case "DeliveryDelay":
      return { how: "delay", fault: "busy", reason: deliveryDelay?.delayType ?? "", recipient: "" };
    default:
      return null;
  }
}

function bounced({ bounceType, bounceSubType, bouncedRecipients }: NonNullable<SesEvent["bounce"]>): Said {
  const [first] = bouncedRecipients;
  const reason = first?.diagnosticCode ?? `${bounceType} ${bounceSubType}`.trim();
  const recipient = (first?.emailAddress ?? "").toLowerCase();
  const verdict = verdictOf(reason, first?.status ?? "");
  // "Suppressed": SES itself has seen this address bounce; it did not hand the mail over.
  if (
    bounceType === "Permanent" &&
    (bounceSubType === "Suppressed" || bounceSubType === "OnAccountSuppressionList")
  )
    return { how: "hard", fault: "inactive", reason, recipient };
  if (bounceType === "Permanent" && (bounceSubType === "General" || bounceSubType === "NoEmail")) {
    // Its word is better than our reading, but where the words blame the sender or a full mailbox.
    if (!isAlive(verdict.fault))
      return {
        how: "hard",
        fault: verdict.fault === "other" ? "no_mailbox" : verdict.fault,
        reason,
        recipient,
      };
  }
  const bySubType: Record<string, Fault> = {
    MailboxFull: "full",
    MessageTooLarge: "too_big",
    ContentRejected: "blocked",
  };
  return { how: "soft", fault: bySubType[bounceSubType] ?? verdict.fault, reason, recipient };
}

function complained({
  complainedRecipients,
  complaintFeedbackType,
}: NonNullable<SesEvent["complaint"]>): Said | null {
  if (complaintFeedbackType === "not-spam") return null;
  const recipient = (
    complainedRecipients.length === 1 ? (complainedRecipients[0]?.emailAddress ?? "") : ""
  ).toLowerCase();
  return { how: "complaint", fault: "other", reason: complaintFeedbackType ?? "", recipient };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
