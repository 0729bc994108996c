import { z } from "zod";
import { randomToken } from "../crypto";
import { normaliseEmail } from "../email-address";
import { type MailMessage, type MailWithFiles, mailMessage } from "./messages";

/** Captured mails shown on one page, and read whole for `/dev/mail.json`. */
export const CAPTURED_PAGE_MAX = 50;
/** How far back a search for one address looks. */
const SCANNED_MAX = 50_000;
const LIST_MAX = 1_000;
const LINKS_MAX = 100;
const SUBJECT_LISTED_MAX = 200;

const PREFIX = "dev/mail/";
// Later than any mail, so that the difference counts down and keys sort newest first.
const LATEST_MS = 9_999_999_999_999;
const key = /^\d{13}-[A-Za-z0-9_-]{16}$/;

const capturedFile = z.object({ filename: z.string(), type: z.string(), base64: z.string() });
const capturedMail = mailMessage.extend({
  from: z.string(),
  at: z.number(),
  /** As the provider would name it in what it reports later. */
  messageId: z.string().default(""),
  /** Of a mailing's copy: where its bounces go, and the whole mail as it would travel. */
  returnPath: z.string().default(""),
  raw: z.string().default(""),
  files: z.array(capturedFile).default([]),
});
const listed = z.object({ to: z.string(), subject: z.string(), at: z.coerce.number() });

export type CapturedMail = z.infer<typeof capturedMail> & { key: string; links: string[] };
export type ListedMail = z.infer<typeof listed> & { key: string };

/** Keeps a mail where the development mailbox finds it. */
export async function captureMail(
  files: R2Bucket,
  {
    attachments = [],
    ...mail
  }: MailWithFiles & { from: string; messageId: string; returnPath?: string; raw?: string },
  now: number,
): Promise<void> {
  const name = `${String(LATEST_MS - now).padStart(13, "0")}-${randomToken(12)}`;
  const kept = attachments.map(({ filename, type, content }) => ({
    filename,
    type,
    base64: content.toBase64(),
  }));
  await files.put(PREFIX + name, JSON.stringify({ ...mail, at: now, files: kept }), {
    httpMetadata: { contentType: "application/json" },
    // Metadata travels in headers, which hold ASCII only.
    customMetadata: {
      to: encodeURIComponent(normaliseEmail(mail.to) ?? mail.to),
      subject: encodeURIComponent(mail.subject.slice(0, SUBJECT_LISTED_MAX).toWellFormed()),
      at: String(now),
    },
  });
}

/**
 * Captured mails, newest first.
 * @param options.to only those to this address
 * @param options.after the key of the last one already seen
 */
export async function listCaptured(
  files: R2Bucket,
  options: { to?: string; after?: string },
): Promise<{ mails: ListedMail[]; next: string | null }> {
  const to = options.to === undefined ? undefined : (normaliseEmail(options.to) ?? options.to);
  const mails: ListedMail[] = [];
  let startAfter = options.after && key.test(options.after) ? PREFIX + options.after : undefined;
  for (let scanned = 0; scanned < SCANNED_MAX; scanned += LIST_MAX) {
    const page = await files.list({
      prefix: PREFIX,
      startAfter,
      limit: LIST_MAX,
      include: ["customMetadata"],
    });
    for (const object of page.objects) {
      const mail = asListed(object);
      if (!mail || (to !== undefined && mail.to !== to)) continue;
      if (mails.length === CAPTURED_PAGE_MAX) return { mails, next: mails.at(-1)?.key ?? null };
      mails.push(mail);
    }
    startAfter = page.objects.at(-1)?.key;
    if (!page.truncated) break;
  }
  return { mails, next: null };
}

function asListed(object: R2Object): ListedMail | null {
  const values = Object.entries(object.customMetadata ?? {}).map(([name, value]) => [
    name,
    decodeURIComponent(value),
  ]);
  const read = listed.safeParse(Object.fromEntries(values));
  return read.success ? { ...read.data, key: object.key.slice(PREFIX.length) } : null;
}

/** One captured mail; null when there is none of that name. */
export async function readCaptured(files: R2Bucket, name: string): Promise<CapturedMail | null> {
  if (!key.test(name)) return null;
  const object = await files.get(PREFIX + name);
  if (!object) return null;
  const mail = capturedMail.parse(await object.json());
  return { ...mail, key: name, links: linksOf(mail) };
}

/** Every address in the HTML part and the text part, once, in order. */
function linksOf({ html, text }: Pick<MailMessage, "html" | "text">): string[] {
  const inHtml = [...html.matchAll(/href="([^"]+)"/g)].map(([, href = ""]) => href.replaceAll("&amp;", "&"));
  const inText = text.match(/https?:\/\/[^\s<>"')]+/g) ?? [];
  return [...new Set([...inHtml, ...inText])].slice(0, LINKS_MAX);
}
