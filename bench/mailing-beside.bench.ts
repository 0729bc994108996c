import { setTimeout as sleep } from "node:timers/promises";
import { MailingStage } from "../test/faults/mailing-stage.ts";
import { waitForMail } from "../test/mailbox.ts";
import { figure } from "./harness.ts";
import { load } from "./load.ts";
import { addressOf, formOf } from "./people.ts";
import { stageGroup, stagePetitions } from "./stage.ts";

// P6: while a mailing is sent at a quarter of the greatest speed of this machine, sign-in mails leave within seconds and supporters
// sign about as fast as ever; and a pause takes effect within seconds, at full speed.

const PEOPLE = 20_000;
const FULL_MS = 5_000;
const SIGNING_MS = 3_000;
const SIGN_INS = 20;
const AFTER_PAUSE_MS = 6_000;

const stage = await MailingStage.open(PEOPLE);
const { server, provider } = stage;
const group = await stageGroup(server, "signing");
const [petition] = await stagePetitions(server, group, { first: 1, count: 1 });
if (!petition) throw new Error("no petition");
let signed = 0;

async function signaturesPerSecond(): Promise<number> {
  const headers = { "Content-Type": "application/x-www-form-urlencoded", Origin: `http://${group.host}` };
  const result = await load({
    ...{ port: server.directPort, host: group.host, durationMs: SIGNING_MS },
    request: () => {
      signed += 1;
      const from = { ...headers, "CF-Connecting-IP": addressOf(signed) };
      return { method: "POST", path: petition?.path ?? "", headers: from, body: formOf(signed) };
    },
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

await signaturesPerSecond();
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

const alone = await signaturesPerSecond();
provider.taken.clear();
await stage.send({ hourlyMax: Math.max(60, Math.round((full / 4) * 3_600)) });
while (provider.taken.size < 10) await sleep(50);
const [beside, quarter] = await Promise.all([signaturesPerSecond(), mailsPerSecond(SIGNING_MS)]);
const waits: number[] = [];
for (let nth = 0; nth < SIGN_INS; nth += 1) {
  const email = `organiser-${nth}@organisers.example`;
  const askedAt = Date.now();
  await server.visit(server.platformHost).post("/sign-in", { email, next: "/" });
  await waitForMail(server, email);
  waits.push((Date.now() - askedAt) / 1000);
}
figure("mailing: beside the signing, a quarter of that", quarter, { unit: "mails/s" });
figure("mailing: signing beside it, of signing alone", beside / alone, { unit: "×", atLeast: 0.7 });
figure(
  "mailing: sign-in mails leave (95 %)",
  waits.toSorted((a, b) => a - b)[Math.ceil(SIGN_INS * 0.95) - 1] ?? 0,
  {
    ...{ unit: "s", atMost: 5 },
  },
);
await stage.close();
