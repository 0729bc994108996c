import { setTimeout as sleep } from "node:timers/promises";
import { MailingStage } from "../test/faults/mailing-stage.ts";
import { type Counts, linesOf, printBill } from "./bill.ts";
import { cpuSecondsOf } from "./cpu.ts";
import { figure } from "./harness.ts";
import { growthOf } from "./memory.ts";

// What a mailing costs: memory, which a hundred times as many recipients must not make more of, and everything the platform bills,
// counted where it happens while a whole mailing is sent.

const FEW = 10_000;
const MANY = 1_000_000;
/** So many mails leave of each, so that what is compared is the number of those who wait. */
const SENT = 2_000;
const GROWS_MB_MAX = 32;
const BILLED = 4_000;
const DOLLARS_MAX = 5;
const FINISH_MS = 300_000;

/** By how many MB workerd grew from the moment a mailing to so many was sent until some of its mails had left. */
async function grownFor(people: number): Promise<number> {
  const stage = await MailingStage.open(people);
  try {
    const { grownBy } = await growthOf(stage.server.pid, async () => {
      await stage.send();
      while (stage.provider.taken.size < SENT) await sleep(20);
      await stage.tell("pause");
      const { totals } = await stage.progress();
      if (totals.waiting < people - 2 * SENT) throw new Error(`only ${totals.waiting} wait`);
    });
    return grownBy;
  } finally {
    await stage.close();
  }
}

async function countsOfOne(): Promise<Counts> {
  const stage = await MailingStage.open(BILLED, { entry: "bench/workers/mailing-metered.ts" });
  const counts = async (): Promise<Counts> => {
    const response = await stage.server.fetch("meter.localhost", "/counts");
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as Counts;
  };
  try {
    await counts();
    const before = cpuSecondsOf(stage.server.pid);
    await stage.send();
    await stage.finished(FINISH_MS);
    const after = cpuSecondsOf(stage.server.pid);
    const counted = await counts();
    if (stage.provider.taken.size !== BILLED) throw new Error(`${stage.provider.taken.size} mails left`);
    if (before !== null && after !== null) counted["cpu ms"] = (after - before) * 1000;
    return Object.fromEntries(Object.entries(counted).map(([name, count]) => [name, count / BILLED]));
  } finally {
    await stage.close();
  }
}

const lines = linesOf(await countsOfOne());
printBill("mailing: a mail, and $ a million of them", lines);
const amountOf = (name: string) => lines.find((line) => line.name === name)?.amount ?? 0;
figure("mailing: rows written in D1 a mail", amountOf("rows written in D1"), { unit: "rows", atMost: 3.1 });
figure(
  "mailing: a million mails, the provider left out",
  lines.reduce((sum, { dollars }) => sum + dollars, 0),
  { unit: "$", atMost: DOLLARS_MAX },
);
const few = await grownFor(FEW);
const many = await grownFor(MANY);
figure(`mailing: memory grows, ${FEW.toLocaleString("en")} recipients`, few, { unit: "MB" });
figure(`mailing: memory grows, ${MANY.toLocaleString("en")} recipients`, many, {
  ...{ unit: "MB", atMost: few + GROWS_MB_MAX },
});
