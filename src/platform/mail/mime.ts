import { randomToken } from "../crypto";
import type { BulkMessage } from "./bulk";
import { SUBJECT_MAX } from "./messages";
import { chooseEncoding, encodedMost, type TransferEncoding, writeText } from "./mime-text";
import { addressHeader, otherHeader, textHeader } from "./mime-words";

/** Names the copy in what comes back of a mail whose Message-ID a provider has replaced. */
export const COPY_HEADER = "X-Mailing-Copy";

const NAME_MAX = 150;
const VALUE_MAX = 2_048;
const BOUNDARY_BYTES = 15;

const encoder = new TextEncoder();

/**
 * One copy as it travels (RFC 5322, RFC 2045): plain text and HTML as alternatives. Whatever its texts hold, it is one mail
 * with these headers: no text can add a header or a part.
 * @param mail addresses and the names of its headers are checked before (`bulk-check.ts`)
 * @param mail.headers in the order they shall have; a "Date" or "Content-…" among them is a bug of the caller
 * @param options.domain of the Message-ID
 */
export function buildMime(mail: BulkMessage, { domain, now }: { domain: string; now: number }): Uint8Array {
  const boundary = `=_${randomToken(BOUNDARY_BYTES)}`;
  const text = partOf(mail.text, "text/plain");
  const html = partOf(mail.html, "text/html");
  const head = headersOf(mail, boundary, domain, now);
  const bytes = new Uint8Array(head.length + text.most + html.most + 1_024);
  let to = put(bytes, 0, head);
  for (const part of [text, html]) {
    to = put(bytes, to, `--${boundary}\r\n${part.head}\r\n`);
    to = writeText(bytes, to, part.bytes, part.encoding);
    to = put(bytes, to, "\r\n");
  }
  return bytes.subarray(0, put(bytes, to, `--${boundary}--\r\n`));
}

/** The Message-ID of a copy. */
export function messageIdOf(key: string, domain: string): string {
  return `<${key}@${domain}>`;
}

function headersOf(mail: BulkMessage, boundary: string, domain: string, now: number): string {
  const others = Object.entries(mail.headers).map(([name, value]) => otherHeader(name, value, VALUE_MAX));
  return [
    addressHeader("From", mail.fromName, mail.fromEmail, NAME_MAX),
    `To: ${mail.to}\r\n`,
    mail.replyTo === "" ? "" : `Reply-To: ${mail.replyTo}\r\n`,
    textHeader("Subject", mail.subject, SUBJECT_MAX),
    `Date: ${new Date(now).toUTCString().replace("GMT", "+0000")}\r\n`,
    `Message-ID: ${messageIdOf(mail.key, domain)}\r\n`,
    ...others,
    `${COPY_HEADER}: ${mail.key}\r\n`,
    "MIME-Version: 1.0\r\n",
    `Content-Type: multipart/alternative; boundary="${boundary}"\r\n\r\n`,
  ].join("");
}

type Part = { bytes: Uint8Array; encoding: TransferEncoding; head: string; most: number };

function partOf(text: string, type: string): Part {
  const bytes = encoder.encode(text);
  const encoding = chooseEncoding(bytes);
  const head = `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}\r\n`;
  return { bytes, encoding, head, most: encodedMost(bytes.length) };
}

/** ASCII, hence a byte a character. */
function put(target: Uint8Array, from: number, text: string): number {
  return from + encoder.encodeInto(text, target.subarray(from)).written;
}
