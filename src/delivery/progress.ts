import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Mailing, MailingStatus } from "../mailings/types";
import type { Context } from "../platform/context";
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
export async function progressOf(ctx: Context, group: Group, { no }: Pick<Mailing, "no">): Promise<Progress> {
  const delivery = await selectDelivery(dbFor(ctx.env, group), no);
  if (!delivery) throw new Error("no such mailing");
  const { status, pauseCause, pauseNote, startAt, frozen, winnerNo, testEndsAt, verdict } = delivery;
  const hasRows = !["draft", "waiting", "scheduled"].includes(status);
  const numbers: DriverNumbers = hasRows
    ? await driverOf(ctx.env, { group, mailingNo: no }).numbers(refOf(group, no), OPEN.has(status))
    : { totals: noTotals(), perSecond: 0, nextDueAt: null, preparing: null };
  const { totals, perSecond, nextDueAt, preparing } = numbers;
  const left = totals.waiting + totals.claimed;
  const isTest = frozen?.variants["0"] !== undefined;
  return {
    ...{ status, pauseCause, pauseNote, startAt, frozen, totals, nextDueAt },
    preparing: status === "preparing" ? (preparing ?? { done: 0, of: 0 }) : null,
    perSecond: status === "sending" ? perSecond : 0,
    secondsLeft: status === "sending" && perSecond > 0 ? Math.ceil(left / perSecond) : null,
    test: isTest ? { phase: phaseOf(delivery), endsAt: testEndsAt, verdict, winnerNo } : null,
  };
}
