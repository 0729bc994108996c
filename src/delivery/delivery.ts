import { recordAct } from "../groups/audit";
import { groupByNo } from "../groups/group";
import { dbFor, type GroupDb, shardNames } from "../groups/shard";
import type { Group } from "../groups/types";
import { versionsOf } from "../mailings/mailing";
import { failureReasons, type Mailing, type PauseCause, recipientStatus } from "../mailings/types";
import type { Context } from "../platform/context";
import type { MailCopy } from "../platform/mail-keys";
import { fingerprintNow } from "./agreed-words";
import { agreedBy, type Lack, lackOf } from "./allowance";
import { goesNowhere } from "./down-the-list";
import { recipientsOf } from "./estimate";
import { driverOf, refOf } from "./objects";
import * as store from "./store";
import { setChoice } from "./store-cohorts";
import { reconcile } from "./store-ledger";
import type { Agreed, MailingOf, SendProblem, SendResult } from "./types";

export { fingerprintNow } from "./agreed-words";
export { estimateAudience, estimateWithin } from "./estimate";
export { sendPage } from "./page";
export { progressOf } from "./progress";
export { PROOF_RECIPIENTS_MAX, PROOFS_PER_HOUR, type ProofResult, sendTest } from "./proof";
export { selectDelivery as deliveryOf } from "./store";
export type { Estimate, Progress, SendProblem, SendResult, Verdict } from "./types";
export { operatorNote, operatorReason, waitsFor } from "./waiting";

const MINUTE_MS = 60_000;
/** How long somebody who presses "send" waits for the audience to be counted; what is larger is estimated, and counted when it is frozen. */
const COUNT_MS = 6_000;

/** Changes how a mailing stands, and has its driver look at it whatever becomes of us in between. */
async function change(
  ctx: Context,
  group: Group,
  { no }: Pick<Mailing, "no">,
  write: (db: GroupDb) => Promise<boolean>,
): Promise<boolean> {
  const ref = refOf(group, no);
  const driver = driverOf(ctx.env, ref);
  await driver.expect(ref);
  const isChanged = await write(dbFor(ctx.env, group));
  if (isChanged) await driver.wake(ref);
  return isChanged;
}

/**
 * Wakes the drivers of everything that should be under way, once an hour: one whose alarm was lost would stand still.
 * @returns how many were woken
 */
export async function wakeOpenMailings(ctx: Context): Promise<number> {
  let woken = 0;
  for (const shard of shardNames(ctx.env)) {
    for (const { groupNo, mailingNo } of await store.selectOpen(dbFor(ctx.env, { no: 0, shard }), ctx.now)) {
      const group = await groupByNo(ctx.directory, groupNo);
      if (!group) continue;
      const ref = refOf(group, mailingNo);
      await driverOf(ctx.env, ref).wake(ref);
      woken += 1;
    }
  }
  return woken;
}

/** Now, and the minutes in which it can be taken back; a time somebody chose if that is later. */
function startOf(ctx: Context, group: Group, startAt: number | null): number {
  return Math.max(ctx.now + group.settings.mail.undoMinutes * MINUTE_MS, startAt ?? 0);
}

async function problemsOf(ctx: Context, group: Group, mailing: Mailing): Promise<SendProblem[]> {
  const versions = await versionsOf(dbFor(ctx.env, group), mailing.no);
  const problems: SendProblem[] = [];
  if (group.status !== "active") problems.push("group_closed");
  if (group.postalAddress.trim() === "") problems.push("no_postal_address");
  if (!mailing.target) problems.push("no_audience");
  if (versions.length === 0 || versions.some(({ subject }) => subject.trim() === ""))
    problems.push("no_subject");
  return problems;
}

function refusalOf(lack: Lack | null, recipients: number): Exclude<SendResult, { is: "scheduled" }> | null {
  switch (lack?.is) {
    case "colleague":
    case "operator":
      return { is: "needs_approval", from: lack.is };
    case "ceiling":
      return { is: "over_ceiling", ceiling: lack.ceiling, recipients };
    case "quota":
      return { is: "over_quota", left: lack.left, daily: lack.daily, recipients };
    case undefined:
      return null;
  }
}

/**
 * Has a draft sent, at a time or after the group's undo window. Where a second person or an operator must agree first, it waits for
 * them. What its words lack is for the caller to check (`checkVersions`): this looks only for what would make sending senseless.
 * @param options.agreed of the run of a series, which nobody pressed a button for: it waits for no undo window
 * @throws when D1, the gate or the audit log is away
 */
export async function sendMailing(
  ctx: Context,
  group: Group,
  mailing: Mailing,
  { by, startAt, agreed = null }: { by: number; startAt: number | null; agreed?: Agreed | null },
): Promise<SendResult> {
  if (mailing.status !== "draft") return { is: "not_a_draft" };
  const problems = await problemsOf(ctx, group, mailing);
  const { target, settings } = mailing;
  if (problems.length > 0 || !target) return { is: "problems", problems };
  const at = agreed ? Math.max(ctx.now, startAt ?? 0) : startOf(ctx, group, startAt);
  const counting = { mailingNo: mailing.no, budgetMs: COUNT_MS, startAt: at };
  const recipients = await recipientsOf(ctx, group, target, settings, counting);
  if (recipients === null) return { is: "counting" };
  if (recipients === 0) return { is: "problems", problems: ["nobody"] };
  const approvedBy = agreedBy(agreed, recipients);
  const isBeyond = agreed !== null && recipients > agreed.upTo;
  const lacking = refusalOf(await lackOf(ctx, group, { by, approvedBy, recipients }), recipients);
  if (lacking?.is === "over_ceiling" || lacking?.is === "over_quota") return lacking;
  // A series is not to go by itself to more people than was said of it, also where the group asks for nobody's yes.
  const refusal = isBeyond ? ({ is: "needs_approval", from: "colleague" } as const) : lacking;
  const status = refusal ? "waiting" : "scheduled";
  const isAsked = await change(ctx, group, mailing, async (db) => {
    await record(ctx, group, mailing, by, "asked", { startAt: at, recipients, status, ...agreed?.run });
    return store.schedule(db, mailing.no, {
      status,
      startAt: at,
      by,
      now: ctx.now,
      agreed: agreed && { ...agreed, by: approvedBy },
      note: isBeyond ? "needs_colleague" : "",
    });
  });
  if (!isAsked) return { is: "not_a_draft" };
  return refusal ?? { is: "scheduled", startAt: at };
}

export type ApprovalResult =
  | { is: "scheduled"; startAt: number }
  | { is: "needs_approval"; from: "operator" }
  | { is: "own" }
  /** Its words are others than those that were looked at. */
  | { is: "words_changed" }
  | { is: "over_ceiling"; ceiling: number; recipients: number }
  | { is: "over_quota"; left: number; daily: number; recipients: number }
  /** How many it goes to is not known yet: no ceiling can be held against it. Asking again goes on counting. */
  | { is: "counting" }
  | { is: "not_waiting" };

/**
 * Somebody else of the group agrees, or an operator let the group's big sends go (`allowBigSends` first). Whoever asked may not agree
 * with themselves. It is then scheduled, unless the other one must agree as well.
 * @param options.seen stands for the words a colleague looked at, as `fingerprintNow` has it; nothing where that was not noted
 */
export async function approveMailing(
  ctx: Context,
  group: Group,
  mailing: Mailing,
  { by, as, seen }: { by: number; as: "colleague" | "operator"; seen?: string },
): Promise<ApprovalResult> {
  const { target, settings, askedBy } = mailing;
  if (mailing.status !== "waiting" || !target || askedBy === null) return { is: "not_waiting" };
  if (as === "colleague" && by === askedBy) return { is: "own" };
  // Whom an operator lets send is no matter of words.
  const fingerprint = as === "colleague" ? await fingerprintNow(ctx, group, mailing) : null;
  if (fingerprint !== null && seen !== undefined && seen !== fingerprint) return { is: "words_changed" };
  const at = startOf(ctx, group, mailing.startAt);
  const counting = { mailingNo: mailing.no, budgetMs: COUNT_MS, startAt: at };
  const recipients = await recipientsOf(ctx, group, target, settings, counting);
  if (recipients === null) return { is: "counting" };
  const approvedBy = as === "colleague" ? by : mailing.approvedBy;
  const asker = as === "colleague" ? by : askedBy;
  const lack = await lackOf(ctx, group, { by: asker, approvedBy: null, recipients });
  // Who agrees brings their own ceiling; that they agree is what a colleague is asked for.
  const rest =
    lack?.is === "colleague" ? await lackOf(ctx, group, { by: asker, approvedBy, recipients }) : lack;
  if (rest?.is === "ceiling") return { is: "over_ceiling", ceiling: rest.ceiling, recipients };
  if (rest?.is === "quota") return { is: "over_quota", left: rest.left, daily: rest.daily, recipients };
  if (rest?.is === "colleague") return { is: "not_waiting" };
  const status = rest ? "waiting" : "scheduled";
  const isDone = await change(ctx, group, mailing, async (db) => {
    await record(ctx, group, mailing, by, "approved", { as, recipients });
    return fingerprint !== null
      ? store.approve(db, mailing.no, { status, by, fingerprint, startAt: at, now: ctx.now })
      : store.release(db, mailing.no, { startAt: at, now: ctx.now });
  });
  if (!isDone) return { is: "not_waiting" };
  return rest ? { is: "needs_approval", from: "operator" } : { is: "scheduled", startAt: at };
}

/** Nothing more is claimed from now on; what was handed over has left. False when it was not sending. */
export function pauseMailing(
  ctx: Context,
  group: Group,
  mailing: MailingOf,
  cause: PauseCause,
  { by = null, note = "" }: { by?: number | null; note?: string } = {},
): Promise<boolean> {
  return change(ctx, group, mailing, async (db) => {
    await record(ctx, group, mailing, by, "paused", { cause });
    return store.pause(db, mailing.no, { cause, note, now: ctx.now });
  });
}

/** `choose`: a test paused it, and goes on when somebody chooses who goes to the rest. */
export async function resumeMailing(
  ctx: Context,
  group: Group,
  mailing: MailingOf,
  { by }: { by: number | null } = { by: null },
): Promise<{ is: "sending" } | { is: "choose" } | { is: "not_paused" }> {
  const delivery = await store.selectDelivery(dbFor(ctx.env, group), mailing.no);
  if (delivery?.pauseCause === "test") return { is: "choose" };
  const isResumed = await change(ctx, group, mailing, async (db) => {
    await record(ctx, group, mailing, by, "resumed", {});
    return store.resume(db, mailing.no, ctx.now);
  });
  return isResumed ? { is: "sending" } : { is: "not_paused" };
}

/** For good: who waits gets nothing and is counted as stopped. False when it was neither sending nor paused. */
export function stopMailing(
  ctx: Context,
  group: Group,
  mailing: MailingOf,
  { by = null, note = "" }: { by?: number | null; note?: string } = {},
): Promise<boolean> {
  return change(ctx, group, mailing, async (db) => {
    await record(ctx, group, mailing, by, "stopped", {});
    return store.stop(db, mailing.no, note, ctx.now);
  });
}

/** Makes it a draft again. False once mails have left. */
export function takeBack(
  ctx: Context,
  group: Group,
  mailing: MailingOf,
  { by = null, note = "" }: { by?: number | null; note?: string } = {},
): Promise<boolean> {
  return change(ctx, group, mailing, async (db) => {
    await record(ctx, group, mailing, by, "taken_back", {});
    return store.unsend(db, mailing.no, note, ctx.now);
  });
}

/** Another time for what has not begun. False for what has. */
export function rescheduleMailing(
  ctx: Context,
  group: Group,
  mailing: MailingOf,
  { startAt, by }: { startAt: number; by: number | null },
): Promise<boolean> {
  const at = startOf(ctx, group, startAt);
  return change(ctx, group, mailing, async (db) => {
    await record(ctx, group, mailing, by, "rescheduled", { startAt: at });
    return store.reschedule(db, mailing.no, at, ctx.now);
  });
}

export type WinnerResult = "chosen" | "moved_on" | "no_cohort";

/**
 * Which variant goes to the rest, once. It may be chosen before the test is over; the audit log says so. `no_cohort`: down the list it
 * would go to nobody, and an organiser says first to whom it does.
 */
export async function chooseWinner(
  ctx: Context,
  group: Group,
  mailing: MailingOf,
  variantNo: number,
  { by }: { by: number | null } = { by: null },
): Promise<WinnerResult> {
  const shard = dbFor(ctx.env, group);
  const delivery = await store.selectDelivery(shard, mailing.no);
  if (delivery?.frozen?.variants["0"] === undefined) return "moved_on";
  if (delivery.winnerNo === null && (await goesNowhere(shard, mailing.no, delivery, variantNo)))
    return "no_cohort";
  const isEarly = delivery.verdict === null;
  const isChosen = await change(ctx, group, mailing, async (db) => {
    await record(ctx, group, mailing, by, "winner_chosen", { variantNo, isEarly });
    return store.setWinner(db, mailing.no, variantNo, ctx.now);
  });
  return isChosen ? "chosen" : "moved_on";
}

/**
 * What an organiser decides of a cohort of a test down the list, whatever its sample says; null: what that says. False once the cohort
 * has come to its end.
 */
export function chooseCohort(
  ctx: Context,
  group: Group,
  mailing: MailingOf,
  { cohort, choice, by }: { cohort: number; choice: "send" | "leave" | null; by: number | null },
): Promise<boolean> {
  return change(ctx, group, mailing, async (db) => {
    await record(ctx, group, mailing, by, "cohort_chosen", { cohort, choice });
    return setChoice(db, mailing.no, { cohort, choice, now: ctx.now });
  });
}

/**
 * What the provider reports of a copy whose end nobody knew. Nothing changes for copies whose end is known, and for proofs.
 * @returns whether this was news
 */
export async function settleCopy(
  ctx: Context,
  { groupNo, mailingNo, personNo, isProof }: MailCopy,
  end: "sent" | "failed",
): Promise<boolean> {
  const group = isProof ? null : await groupByNo(ctx.directory, groupNo);
  if (!group) return false;
  const failed = { status: recipientStatus.failed, reason: failureReasons.refused };
  const how = end === "sent" ? { status: recipientStatus.sent, reason: null } : failed;
  const nowS = Math.floor(ctx.now / 1000);
  return reconcile(dbFor(ctx.env, group), mailingNo, personNo, { ...how, nowS });
}

async function record(
  ctx: Context,
  group: Group,
  { id }: Pick<Mailing, "id">,
  by: number | null,
  what: string,
  detail: Record<string, unknown>,
): Promise<void> {
  await recordAct(ctx, { groupNo: group.no, accountNo: by, act: `mailing.${what}`, subject: id, detail });
}
