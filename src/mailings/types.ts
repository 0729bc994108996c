import type { Id } from "../platform/ids";

export type MailingId = Id<"mailing">;

/** `mailing_recipients.status` */
export const recipientStatus = {
  waiting: 1,
  claimed: 2,
  sent: 3,
  left_out: 4,
  failed: 5,
  unknown: 6,
} as const;
export type RecipientStatus = keyof typeof recipientStatus;
