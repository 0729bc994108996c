import { randomToken } from "../crypto";
import type { BulkMessage } from "./bulk";
import { type MailText, wholeText } from "./mail-text";
import { SUBJECT_MAX } from "./messages";
import { isForPieces, quotedMost, writePieces } from "./mime-pieces";
import { chooseEncoding, encodedMost, writeText } from "./mime-text";
import { addressHeader, otherHeader, textHeader } from "./mime-words";

/** Names the copy in what comes back of a mail whose Message-ID a provider has replaced. */
const COPY_HEADER = "X-Mailing-Copy";

const NAME_MAX = 150;
const VALUE_MAX = 2_048;
const BOUNDARY_BYTES = 15;
/** A mail that needs more than this is rare. */
const ROOM_KEPT_MAX = 1_000_000;

const encoder = new TextEncoder();

/**
 * One copy as it travels (RFC 5322, RFC 2045): plain text and HTML as alternatives, between them an interactive part where there is one. Whatever its texts hold, it is one mail
 * with these headers: no text can add a header or a part.
 * @param mail addresses and the names of its headers are checked before (`bulk-check.ts`)
 * @param mail.headers in the order they shall have; a "Date" or "Content-…" among them is a bug of the caller
 * @param options.domain of the Message-ID
 */
export function buildMime(mail: BulkMessage, { domain, now }: { domain: string; now: number }): Uint8Array {
  const boundary = `=_${randomToken(BOUNDARY_BYTES)}`;
  const text = partOf(mail.text, "text/plain");
  const html = partOf(mail.html, "text/html");
  // Some programs show the last part they are given, whatever it is, so the HTML stays the last.
  const parts = mail.amp ? [text, partOf(mail.amp, "text/x-amp-html"), html] : [text, html];
  const head = headersOf(mail, boundary, domain, now);
  const bytes = roomFor(head.length + parts.reduce((sum, { most }) => sum + most, 1_024));
  let to = put(bytes, 0, head);
  for (const part of parts) {
    to = put(bytes, to, `--${boundary}\r\n${part.head}\r\n`);
    to = part.write(bytes, to);
    to = put(bytes, to, "\r\n");
  }
  return bytes.slice(0, put(bytes, to, `--${boundary}--\r\n`));
}

/** Where a mail is written before its length is known. Kept, since making room costs about as much as filling it. */
let room = new Uint8Array(0);

function roomFor(length: number): Uint8Array {
  if (length > ROOM_KEPT_MAX) return new Uint8Array(length);
  if (room.length < length) room = new Uint8Array(Math.min(ROOM_KEPT_MAX, length * 2));
  return room;
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

type Part = { head: string; most: number; write(target: Uint8Array, from: number): number };

function partOf(text: MailText, type: string): Part {
  const head = (encoding: string) =>
    `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}\r\n`;
  if (typeof text !== "string" && isForPieces(text)) {
    const write = (target: Uint8Array, from: number) => writePieces(target, from, text);
    return { head: head("quoted-printable"), most: quotedMost(text), write };
  }
  const bytes = encoder.encode(wholeText(text));
  const encoding = chooseEncoding(bytes);
  const write = (target: Uint8Array, from: number) => writeText(target, from, bytes, encoding);
  return { head: head(encoding), most: encodedMost(bytes.length), write };
}

/** ASCII, hence a byte a character. */
function put(target: Uint8Array, from: number, text: string): number {
  return from + encoder.encodeInto(text, target.subarray(from)).written;
}
