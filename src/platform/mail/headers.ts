import { normaliseEmail } from "../email-address";
import { type MailMessage, SUBJECT_MAX } from "./messages";

// The provider's rules (Cloudflare's docs, Email Service), checked here because the local binding accepts anything.
const HEADER_NAME_BYTES_MAX = 100;
const HEADER_VALUE_BYTES_MAX = 2_048;
const HEADERS_BYTES_MAX = 16_384;
const NAMED_HEADERS_MAX = 20;
const FROM_NAME_MAX = 100;
const PLATFORM_NAME = "Groundswell";
const namedHeaders = new Set([
  "list-unsubscribe",
  "list-unsubscribe-post",
  "list-id",
  "list-help",
  "list-archive",
  "list-owner",
  "list-post",
  "list-subscribe",
  "in-reply-to",
  "references",
  "precedence",
  "auto-submitted",
  "importance",
]);

/** Tells vacation responders and lists that no person wrote this mail (RFC 3834 §5). */
const AUTOMATIC = { "Auto-Submitted": "auto-generated" };

// Every control character, and the Unicode line and paragraph separators: none belongs in a header.
const CONTROL = /[\p{Cc}\u2028\u2029]+/gu;
const HEADER_VALUE = /^[\x20-\x7e]*$/;
const HEADER_NAME = /^[A-Za-z0-9-]+$/;

/** Text for a header: one line, at most `max` characters, without half a character at the end. */
export function oneLine(text: string, max: number): string {
  const line = text.toWellFormed().replace(CONTROL, " ").trim();
  return line.length <= max
    ? line
    : line
        .slice(0, max - 1)
        .replace(/[\ud800-\udbff]$/, "")
        .trimEnd()
        .concat("…");
}

/** What the binding is given: the same mail with every header made safe. */
export function safeHeaders(message: MailMessage) {
  return {
    fromName: oneLine(message.fromName ?? "", FROM_NAME_MAX) || PLATFORM_NAME,
    replyTo: normaliseEmail(message.replyTo ?? "") ?? undefined,
    subject: oneLine(message.subject, SUBJECT_MAX),
    headers: { ...AUTOMATIC, ...message.headers },
  };
}

/** Why these headers would be refused by the provider, or worse be taken as more than one header; null when they are fine. */
export function unsafeReason(message: MailMessage): string | null {
  const headers = Object.entries({ ...AUTOMATIC, ...message.headers });
  const named = headers.filter(([name]) => !isExtension(name));
  if (headers.some(([name]) => !HEADER_NAME.test(name) || name.length > HEADER_NAME_BYTES_MAX))
    return "header_name";
  if (named.some(([name]) => !namedHeaders.has(name.toLowerCase()))) return "header_not_allowed";
  if (headers.some(([, value]) => !HEADER_VALUE.test(value) || value.length > HEADER_VALUE_BYTES_MAX))
    return "header_value";
  const size = headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (named.length > NAMED_HEADERS_MAX || size > HEADERS_BYTES_MAX) return "headers_too_large";
  return null;
}

function isExtension(name: string): boolean {
  return name.toLowerCase().startsWith("x-");
}
