import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RECEIPT_CHUNK, receiptStates } from "../../src/receipts/types.ts";
import { mailTo } from "../mailbox.ts";
import { signAndBeThanked } from "./outage.ts";
import { Stage } from "./stage.ts";

/* Queues carry hints: however often a message comes, and if it never comes, each signer gets one thank-you mail. */

const SIGNERS = 40;
const DRAIN_MS = 30_000;
const MAIL_MS = 30_000;
/** What is sent twice comes about this long after what was sent once: batches wait a second, here as in wrangler.toml. */
const AFTERMATH_MS = 4_000;

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open({ hasReceipt: true });
});
afterAll(async () => {
  await stage.close();
});

async function signers(name: string): Promise<string[]> {
  const emails = Array.from({ length: SIGNERS }, (_, n) => `${name}${n}@supporters.example`);
  for (const email of emails) await signAndBeThanked(stage, email, "");
  await stage.drained(DRAIN_MS);
  return emails;
}

/** How many mails each of them got, as a list of the different answers. */
async function mailsEach(emails: string[]): Promise<number[]> {
  const counts = new Set<number>();
  for (const email of emails) counts.add((await mailTo(stage.server, email)).length);
  return [...counts].sort();
}

/** Waits until everybody has a mail and then a little longer, in case there is another. */
async function mailsInTheEnd(emails: string[]): Promise<number[]> {
  const deadline = Date.now() + MAIL_MS;
  while ((await mailsEach(emails)).includes(0) && Date.now() < deadline) await sleep(500);
  await sleep(AFTERMATH_MS);
  return mailsEach(emails);
}

/** What the home does by itself some minutes after the last drain. Gives whether nothing was missing. */
const followUp = () => stage.home<boolean>("followUp", stage.target, 0, Date.now());

test("when every message comes twice and every batch is handled twice at once, each signer gets one mail", async () => {
  await stage.break({ events: "doubles", receipts: "doubles", mail: "doubles", consumers: "double" });
  const emails = await signers("doubled");
  expect(await mailsInTheEnd(emails)).toEqual([1]);
  await followUp();
  await sleep(AFTERMATH_MS);
  expect(await mailsEach(emails)).toEqual([1]);
  await stage.break({ events: "works", receipts: "works", mail: "works", consumers: "work" });
});

test.each(["events", "receipts"] as const)(
  "when the queue of %s loses everything, the home finds who has no mail, and each gets one",
  async (queue) => {
    await stage.break({ [queue]: "drops" });
    const emails = await signers(`dropped-${queue}`);
    await sleep(AFTERMATH_MS);
    expect(await mailsEach(emails)).toEqual([0]);
    await stage.break({ [queue]: "works" });
    expect(await followUp()).toBe(false);
    expect(await mailsInTheEnd(emails)).toEqual([1]);
    expect(await followUp()).toBe(true);
    await sleep(AFTERMATH_MS);
    expect(await mailsEach(emails)).toEqual([1]);
  },
);

test("when the server is killed with all its messages, the home finds the rest, and nobody gets two mails", async () => {
  const emails = Array.from({ length: SIGNERS }, (_, n) => `killed${n}@supporters.example`);
  for (const email of emails) await signAndBeThanked(stage, email, "");
  await stage.kill();
  await stage.restart();
  await stage.drained(DRAIN_MS);
  await followUp();
  await sleep(AFTERMATH_MS);
  // A mail handed over in the very moment may have left or not: it is never sent again, and ends as unknown.
  const handedOver = await handedOverWithoutEnd();
  expect(handedOver.length).toBeLessThanOrEqual(RECEIPT_CHUNK);
  const others = emails.filter((email) => !handedOver.includes(email));
  expect(await mailsInTheEnd(others)).toEqual([1]);
  for (const email of handedOver) expect((await mailTo(stage.server, email)).length).toBeLessThanOrEqual(1);
});

/** Whose mail was being handed over when the server was killed. */
async function handedOverWithoutEnd(): Promise<string[]> {
  const claimed = await stage.rows(
    `SELECT person.email FROM receipts r CROSS JOIN people person ON person.group_no = r.group_no AND person.person_no = r.person_no
     WHERE r.group_no = ? AND r.state = ? AND r.claimed_at < ?`,
    stage.target.groupNo,
    receiptStates.claimed,
    Date.now() - AFTERMATH_MS,
  );
  return claimed.map(({ email }) => String(email));
}
