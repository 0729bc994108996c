import { setTimeout as sleep } from "node:timers/promises";
import { MailingStage } from "./mailing-stage.ts";
import { createRandom } from "./random.ts";

export type KillFigures = {
  recipients: number;
  kills: number;
  unknown: number;
  untold: number;
  sent: number;
  leftOut: number;
  failed: number;
  unsubscribedMidway: number;
  seconds: number;
};

export type KillOutcome = {
  figures: KillFigures;
  /** Addresses the provider was given more than once. */
  twice: string[];
  /** Who was still waiting when they unsubscribed, and got a mail afterwards. */
  mailedAfterwards: string[];
  /** Rows that say sent of whom the provider was given nothing, and taken mails whose row says neither sent nor unknown. */
  untrue: string[];
  ends: Record<string, number>;
  candidates: number;
  status: string;
};

const POLL_MS = 5;
const FINISH_MS = 300_000;

/**
 * Sends a mailing while everything is killed again and again at random moments, D1 refuses in bursts, the provider refuses, swallows
 * answers and fails after it has taken a mail, messages are dropped and doubled, and people unsubscribe.
 */
export async function sendThroughKills(options: {
  people: number;
  kills: number;
  seed: number;
  /** Claims whose owner died are given up at once instead of after two minutes. */
  isHurried: boolean;
}): Promise<KillOutcome> {
  const { people, kills } = options;
  const random = createRandom(options.seed);
  const stage = await MailingStage.open(people);
  try {
    const { provider } = stage;
    const left = new Map<string, number>();
    const mailedAfterwards: string[] = [];
    provider.onTaken = (address) => {
      if (left.has(address)) mailedAfterwards.push(address);
    };
    const startedAt = Date.now();
    await stage.send();
    for (let killed = 0; killed < kills; killed += 1) {
      const goal = ((killed + 0.2 + 0.6 * random.below(100) * 0.01) * people) / kills;
      const trouble = random.pick([
        "d1",
        "refuses",
        "swallows",
        "fails-after",
        "drops",
        "doubles",
        "none",
      ] as const);
      await until(() => provider.taken.size >= Math.min(goal * 0.9, people - left.size - 20 * kills - 100));
      await disturb(stage, trouble, random.below(120));
      for (let each = 0; each < 5; each += 1) {
        const no = 1 + random.below(people);
        const address = `p${no}@people.example`;
        if (!provider.taken.has(address) && (await stage.unsubscribe(no))) left.set(address, Date.now());
      }
      // Whom a kill left unknown were not all handed over, hence never counted there.
      const most = people - left.size - 20 * kills - 100;
      await until(() => provider.taken.size >= Math.min(goal, most));
      await sleep(random.below(60));
      await stage.killAndRestart();
    }
    await settleDown(stage, options.isHurried);
    return await outcomeOf(stage, { left, mailedAfterwards, kills, startedAt });
  } finally {
    await stage.close();
  }
}

/** A burst of something that goes wrong, of some tenths of a second at most. */
async function disturb(stage: MailingStage, trouble: string, ms: number): Promise<void> {
  const { provider } = stage;
  switch (trouble) {
    case "d1":
      await stage.break({ d1: "refuses" });
      await sleep(ms * 3);
      return stage.break({ d1: "works" });
    case "drops":
    case "doubles":
      await stage.break({ mailings: trouble });
      await sleep(ms * 3);
      return stage.break({ mailings: "works" });
    case "refuses":
    case "swallows":
    case "fails-after":
      provider.mood = trouble;
      await sleep(trouble === "refuses" ? ms : ms / 10);
      provider.mood = "accepts";
      return;
    default:
  }
}

async function settleDown(stage: MailingStage, isHurried: boolean): Promise<void> {
  await stage.break({ d1: "works", mailings: "works" });
  const deadline = Date.now() + FINISH_MS;
  for (;;) {
    const { status } = await stage.status();
    if (status === "sent") return;
    if (status === "paused") await stage.tell("resume");
    const { waiting = 0, claimed = 0 } = await stage.ends();
    // Those who were refused for now are due in minutes.
    if (waiting > 0) await stage.dueNow();
    else if (claimed > 0 && isHurried) await stage.age();
    if (Date.now() > deadline)
      throw new Error(`${status} ${JSON.stringify(await stage.ends())} ${stage.server.log().slice(-3000)}`);
    await sleep(1_000);
  }
}

async function outcomeOf(
  stage: MailingStage,
  run: { left: Map<string, number>; mailedAfterwards: string[]; kills: number; startedAt: number },
): Promise<KillOutcome> {
  const { taken, untold } = stage.provider;
  const { status, frozen } = await stage.status();
  const ends = await stage.ends();
  const [sent, unknown] = await Promise.all([stage.addresses("sent"), stage.addresses("unknown")]);
  const known = new Set([...sent, ...unknown]);
  const untrue = [
    ...sent.filter((address) => !taken.has(address)),
    ...[...taken.keys()].filter((address) => !known.has(address)),
  ];
  return {
    figures: {
      ...{ recipients: frozen?.recipients ?? 0, kills: run.kills, unknown: unknown.length, untold },
      ...{ sent: sent.length, leftOut: ends.left_out ?? 0, failed: ends.failed ?? 0 },
      ...{ unsubscribedMidway: run.left.size, seconds: Math.round((Date.now() - run.startedAt) / 1000) },
    },
    twice: [...taken].filter(([, times]) => times > 1).map(([address]) => address),
    ...{ mailedAfterwards: run.mailedAfterwards, untrue, ends, status },
    candidates: frozen?.candidates ?? 0,
  };
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error("nothing moves any more");
    await sleep(POLL_MS);
  }
}
