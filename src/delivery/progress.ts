import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Mailing, MailingStatus } from "../mailings/types";
import type { Context } from "../platform/context";
import { cohortsOf } from "./down-the-list";
import type { DriverNumbers } from "./mailing-object";
import { driverOf, refOf } from "./objects";
import { selectDelivery } from "./store";
import { phaseOf } from "./testing";
import { noTotals } from "./totals";
import type { Progress } from "./types";

const OPEN: ReadonlySet<MailingStatus> = new Set(["preparing", "sending"] as const);

/**
 * How far a mailing is, counted from its rows, at most every second and a half whoever asks. A mailing nobody has sent yet has no
 * numbers.
 * @throws when D1 or the driver cannot be reached
 */
export async function progressOf(
  ctx: Context,
  group: Group,
  { no, settings }: Pick<Mailing, "no" | "settings">,
): Promise<Progress> {
  const delivery = await selectDelivery(dbFor(ctx.env, group), no);
  if (!delivery) throw new Error("no such mailing");
  const { status, pauseCause, pauseNote, startAt, frozen, winnerNo, testEndsAt, verdict } = delivery;
  const hasRows = !["draft", "waiting", "scheduled"].includes(status);
  const numbers: DriverNumbers = hasRows
    ? await driverOf(ctx.env, { group, mailingNo: no }).numbers(
        refOf(group, no),
        OPEN.has(status),
        frozen?.cohorts !== undefined,
      )
    : { totals: noTotals(), perSecond: 0, nextDueAt: null, slow: [], preparing: null, cohorts: [] };
  const { totals, perSecond, nextDueAt, preparing } = numbers;
  const left = totals.waiting + totals.claimed;
  const slow = status === "sending" ? numbers.slow : [];
  const isTest = frozen?.variants["0"] !== undefined;
  return {
    ...{ status, pauseCause, pauseNote, startAt, frozen, totals, nextDueAt, slow },
    preparing: status === "preparing" ? (preparing ?? { done: 0, of: 0 }) : null,
    perSecond: status === "sending" ? perSecond : 0,
    secondsLeft: status === "sending" ? secondsLeft(left, perSecond, slow) : null,
    test: isTest ? { phase: phaseOf(delivery), endsAt: testEndsAt, verdict, winnerNo } : null,
    cohorts: cohortsOf(delivery, settings.test?.cohorts ?? null, numbers.cohorts),
  };
}

/** The others go on meanwhile, so the slowest provider decides. Nobody can say while nothing moves, or of a share that is of a day. */
function secondsLeft(left: number, perSecond: number, slow: Progress["slow"]): number | null {
  if (slow.some(({ perHour }) => perHour === null)) return null;
  const ofSlow = slow.map((lane) => (lane.left * 3_600) / (lane.perHour ?? 1));
  const rest = left - slow.reduce((sum, lane) => sum + lane.left, 0);
  if (rest > 0 && perSecond === 0) return null;
  const seconds = Math.max(0, rest > 0 ? rest / perSecond : 0, ...ofSlow);
  return slow.length === 0 && perSecond === 0 ? null : Math.ceil(seconds);
}
