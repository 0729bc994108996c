import { setTimeout as sleep } from "node:timers/promises";
import type { MailProvider } from "../test/faults/mail-provider.ts";
import { MailingStage } from "../test/faults/mailing-stage.ts";
import { waitForMail } from "../test/mailbox.ts";
import { figure } from "./harness.ts";
import { load } from "./load.ts";
import { addressOf, formOf } from "./people.ts";
import { type StagedPetition, stageGroup, stagePetitions } from "./stage.ts";

// P6: while a mailing to many is sent at a quarter of the greatest speed of this machine, sign-in mails and receipts leave within
// seconds and supporters sign about as fast as ever; a pause takes effect within seconds, at full speed; and two groups that send at
// once get the same, whether the machine or the pace of the lane is what holds them up.

const PEOPLE = 200_000;
const FULL_MS = 5_000;
const SIGNING_MS = 3_000;
const TURNS = 5;
const MAILS = 20;
const AFTER_PAUSE_MS = 6_000;
const PAIR_PEOPLE = 20_000;
const PAIR_MS = 6_000;
/** Mails a second that the lane allows. */
const LANE = 100;
const SHARE_LEAST = 0.4;

const stage = await MailingStage.open(PEOPLE);
const { server, provider } = stage;
const group = await stageGroup(server, "signing");
const [petition] = await stagePetitions(server, group, { first: 1, count: 1 });
const [thankful] = await stagePetitions(server, group, { first: 2, count: 1, hasReceipt: true });
if (!petition || !thankful) throw new Error("no petition");
let signed = 0;

function signature({ path }: StagedPetition) {
  signed += 1;
  const headers = {
    "Content-Type": "application/x-www-form-urlencoded",
    Origin: `http://${group.host}`,
    "CF-Connecting-IP": addressOf(signed),
  };
  return { method: "POST" as const, path, headers, body: formOf(signed) };
}

async function signaturesPerSecond(to: StagedPetition): Promise<number> {
  const result = await load({
    ...{ port: server.directPort, host: group.host, durationMs: SIGNING_MS },
    request: () => signature(to),
    accept: (status) => status === 303,
  });
  if (result.failed > 0) throw new Error(`refused: ${JSON.stringify(result.statuses)}`);
  return result.perSecond;
}

async function mailsPerSecond(ms: number): Promise<number> {
  const before = provider.taken.size;
  await sleep(ms);
  return ((provider.taken.size - before) * 1000) / ms;
}

/** How long it takes until a mail that somebody asked for has left, in s: of twenty, all but the slowest. */
async function waitFor(ask: () => Promise<string>): Promise<number> {
  const waits: number[] = [];
  for (let nth = 0; nth < MAILS; nth += 1) {
    const askedAt = Date.now();
    await waitForMail(server, await ask());
    waits.push((Date.now() - askedAt) / 1000);
  }
  return waits.toSorted((a, b) => a - b)[Math.ceil(MAILS * 0.95) - 1] ?? 0;
}

/** Which part of the mails of some seconds is of the group that gets less. */
async function lesserShare(of: MailProvider, domains: [string, string]): Promise<number> {
  const counts = new Map(domains.map((domain) => [domain, 0]));
  of.onTaken = (address) => {
    const domain = address.slice(address.indexOf("@") + 1);
    counts.set(domain, (counts.get(domain) ?? 0) + 1);
  };
  while ([...counts.values()].some((count) => count < 50)) await sleep(50);
  for (const domain of domains) counts.set(domain, 0);
  await sleep(PAIR_MS);
  const [one = 0, other = 0] = domains.map((domain) => counts.get(domain) ?? 0);
  of.onTaken = () => {};
  return Math.min(one, other) / (one + other);
}

await signaturesPerSecond(petition);
await stage.send();
while (provider.taken.size < 200) await sleep(50);
const full = await mailsPerSecond(FULL_MS);
let lastAt = 0;
provider.onTaken = () => {
  lastAt = Date.now();
};
const pausedAt = Date.now();
await stage.tell("pause");
await sleep(AFTER_PAUSE_MS);
figure("mailing: mails at full speed", full, { unit: "mails/s" });
figure("mailing: last mail after a pause", Math.max(0, lastAt - pausedAt) / 1000, { unit: "s", atMost: 5 });

provider.taken.clear();
await stage.send({ hourlyMax: Math.max(60, Math.round((full / 4) * 3_600)) });
while (provider.taken.size < 10) await sleep(50);
// In turns, since a machine that others use is not the same for a minute.
const ratios: number[] = [];
const quarters: number[] = [];
for (let turn = 0; turn < TURNS; turn += 1) {
  const [beside, quarter] = await Promise.all([signaturesPerSecond(petition), mailsPerSecond(SIGNING_MS)]);
  await stage.tell("pause");
  ratios.push(beside / (await signaturesPerSecond(petition)));
  quarters.push(quarter);
  const left = provider.taken.size;
  await stage.tell("resume");
  while (provider.taken.size === left) await sleep(20);
}
const asked = await waitFor(async () => {
  signed += 1;
  const email = `organiser-${signed}@organisers.example`;
  await server.visit(server.platformHost).post("/sign-in", { email, next: "/" });
  return email;
});
const thanked = await waitFor(async () => {
  const { path, ...init } = signature(thankful);
  const response = await server.fetch(group.host, path, init);
  if (response.status !== 303) throw new Error(`refused: ${response.status}`);
  return new URLSearchParams(init.body).get("email") ?? "";
});
await stage.tell("pause");
const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
figure("mailing: beside the signing, a quarter of that", median(quarters), { unit: "mails/s" });
figure("mailing: signing beside it, of signing alone", median(ratios), { unit: "×", atLeast: 0.7 });
figure("mailing: sign-in mails leave (95 %)", asked, { unit: "s", atMost: 5 });
figure("mailing: receipts leave (95 %)", thanked, { unit: "s", atMost: 5 });

const neighbour = await stage.another("lakeside", PAIR_PEOPLE);
await neighbour.send();
await stage.send();
figure(
  "mailing: two groups at full speed, the lesser share",
  await lesserShare(provider, ["people.example", "lakeside.example"]),
  { unit: "×", atLeast: SHARE_LEAST },
);
await stage.close();

const slow = await MailingStage.open(PAIR_PEOPLE, { vars: { BULK_PER_SECOND: String(LANE) } });
const late = await slow.another("lakeside", PAIR_PEOPLE);
await slow.send();
while (slow.provider.taken.size < 2 * LANE) await sleep(50);
await late.send();
figure(
  "mailing: two groups in one narrow lane, the lesser share",
  await lesserShare(slow.provider, ["people.example", "lakeside.example"]),
  { unit: "×", atLeast: SHARE_LEAST },
);
await slow.close();
