import { normaliseEmail } from "../email-address";
import type { BulkMessage } from "./bulk";
import { unsafeReason } from "./headers";
import { hasLongWord } from "./mime-words";

const ASCII = /^[\x21-\x7e]+$/;
const KEY = /^[\w-]{8,60}\.[\w-]{22}$/;

/**
 * A message whose addresses and header names are safe to write into a mail, or why it cannot be sent at all. Addresses with
 * letters beyond ASCII before the "@" are refused: most of the mail servers on the way do not take them (RFC 6531).
 */
export function checkedBulk(message: BulkMessage): { message: BulkMessage } | { reason: string } {
  const to = normaliseEmail(message.to);
  const fromEmail = normaliseEmail(message.fromEmail);
  const replyTo = message.replyTo === "" ? "" : (normaliseEmail(message.replyTo) ?? "");
  if (!to || !ASCII.test(to)) return { reason: "recipient" };
  if (!fromEmail || !ASCII.test(fromEmail)) return { reason: "sender" };
  if (!KEY.test(message.key)) return { reason: "key" };
  const values = Object.values(message.headers).map((value) => value.replace(/[^\x20-\x7e]/gu, "?"));
  const headers = Object.fromEntries(
    Object.keys(message.headers).map((name, at) => [name, values[at] ?? ""]),
  );
  const reason = unsafeReason({ to, subject: "", html: "", text: "", headers });
  if (reason) return { reason };
  if (values.some(hasLongWord)) return { reason: "header_value" };
  return { message: { ...message, to, fromEmail, replyTo: ASCII.test(replyTo) ? replyTo : "" } };
}
