import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "./client.ts";

/** A mail as `/dev/mail.json` shows it; it exists in development alone. */
export type CapturedMail = {
  id: string;
  to: string;
  from: string;
  replyTo: string | null;
  subject: string;
  text: string;
  html: string;
  headers: Record<string, string>;
  at: number;
};

const WAIT_MS = 40_000;
const POLL_MS = 150;

/** The captured mail to an address, newest first. */
export async function mailTo(client: Client, address: string): Promise<CapturedMail[]> {
  const response = await client.fetch(
    client.platformHost,
    `/dev/mail.json?to=${encodeURIComponent(address)}`,
  );
  if (!response.ok) throw new Error(`/dev/mail.json answered ${response.status}`);
  return response.json();
}

/**
 * Waits until this many mails to an address are there, since mail goes out in the background.
 * Gives them, newest first. Throws after 40 s, saying what did come.
 * @param contains what the text of a mail that counts holds, where others have mailed the same person about the like
 */
export async function waitForMail(
  client: Client,
  address: string,
  { count = 1, subject = /^/, contains = "" }: { count?: number; subject?: RegExp; contains?: string } = {},
): Promise<CapturedMail[]> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const all = await mailTo(client, address);
    const found = all.filter((mail) => subject.test(mail.subject) && mail.text.includes(contains));
    if (found.length >= count) return found;
    if (Date.now() > deadline) {
      const seen = all.map((mail) => `"${mail.subject}"`).join(", ") || "nothing";
      throw new Error(`waited for ${count} mail(s) to ${address} with subject ${subject}; there is ${seen}`);
    }
    await sleep(POLL_MS);
  }
}

/** The first link of a mail's text whose path begins so, as path and query. Throws when there is none. */
export function linkIn(mail: CapturedMail, pathStart: string): string {
  for (const [url] of mail.text.matchAll(/https?:\/\/[^\s<>"]+/g)) {
    const { pathname, search } = new URL(url);
    if (pathname.startsWith(pathStart)) return pathname + search;
  }
  throw new Error(`no link to ${pathStart} in "${mail.subject}":\n${mail.text}`);
}
