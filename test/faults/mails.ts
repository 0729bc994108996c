import { setTimeout as sleep } from "node:timers/promises";
import { mailTo } from "../mailbox.ts";
import { signAndBeThanked } from "./outage.ts";
import type { Stage } from "./stage.ts";

const DRAIN_MS = 60_000;
const MAIL_MS = 90_000;
const POLL_MS = 300;
/** What is sent twice comes less than this after what was sent once: a batch waits a second (wrangler.toml). */
export const AFTERMATH_MS = 2_500;

export type Signed = {
  emails: string[];
  /** The different numbers of mails that they have, smallest first. */
  mailsEach(): Promise<number[]>;
  /** The same once everybody has a mail, and a little later, in case there is another. */
  mailsInTheEnd(): Promise<number[]>;
};

/** Lets so many people sign. */
export async function letSign(stage: Stage, name: string, count: number): Promise<Signed> {
  const emails = Array.from({ length: count }, (_, n) => `${name}${n}@supporters.example`);
  for (const email of emails) await signAndBeThanked(stage, email, "");
  return mailsOf(stage, emails);
}

export function mailsOf(stage: Stage, emails: string[]): Signed {
  const mailsEach = async () => {
    const counts = await Promise.all(emails.map(async (email) => (await mailTo(stage.server, email)).length));
    return [...new Set(counts)].sort();
  };
  const mailsInTheEnd = async () => {
    const deadline = Date.now() + MAIL_MS;
    while ((await mailsEach()).includes(0) && Date.now() < deadline) await sleep(POLL_MS);
    await sleep(AFTERMATH_MS);
    return mailsEach();
  };
  return { emails, mailsEach, mailsInTheEnd };
}

/** What the home does by itself some minutes after the last drain. Gives whether nothing was missing. */
export function followUp(stage: Stage): Promise<boolean> {
  return stage.home("followUp", stage.target, 0, Date.now());
}

/** Signers whose messages a queue swallows get their mail all the same, once. Gives the numbers seen on the way. */
export async function swallowed(stage: Stage, queue: "events" | "receipts", count: number) {
  await stage.break({ [queue]: "drops" });
  const { mailsEach, mailsInTheEnd } = await letSign(stage, `swallowed-${queue}`, count);
  await stage.drained(DRAIN_MS);
  await sleep(AFTERMATH_MS);
  const before = await mailsEach();
  await stage.break({ [queue]: "works" });
  const isCompleteAtFirst = await followUp(stage);
  const after = await mailsInTheEnd();
  const isComplete = await followUp(stage);
  await sleep(AFTERMATH_MS);
  return { before, isCompleteAtFirst, after, isComplete, inTheEnd: await mailsEach() };
}

/** Signers whose every message comes twice, to consumers that handle each batch twice at once. */
export async function doubled(stage: Stage, count: number) {
  await stage.break({ events: "doubles", receipts: "doubles", mail: "doubles", consumers: "double" });
  const { mailsEach, mailsInTheEnd } = await letSign(stage, "doubled", count);
  const after = await mailsInTheEnd();
  await followUp(stage);
  await sleep(AFTERMATH_MS);
  await stage.break({ events: "works", receipts: "works", mail: "works", consumers: "work" });
  return { after, inTheEnd: await mailsEach() };
}
