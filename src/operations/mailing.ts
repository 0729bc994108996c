import type { Account } from "../accounts/account";
import {
  type ApprovalResult,
  approveMailing,
  deliveryOf,
  estimateAudience,
  operatorNote,
  stopMailing,
  takeBack,
  waitsFor,
} from "../delivery/delivery";
import { recordAct } from "../groups/audit";
import { groupByNo } from "../groups/group";
import { dbFor, shardNames } from "../groups/shard";
import type { Group } from "../groups/types";
import { coveringOf } from "../mailings/combining";
import { previewOf } from "../mailings/content";
import { mailingByNo, versionsOf, wrapperOf } from "../mailings/mailing";
import type { Mailing, MailingVersion } from "../mailings/types";
import type { Context } from "../platform/context";
import { figuresOf } from "../results/figures";
import { sentMail } from "../results/lists";
import { leftStatuses, resultsOf } from "../results/result";
import type { Figures } from "../results/types";
import { allowBigSends, gateOfGroup, type Quota, quotaOf, type SenderHealth } from "../senders/sender";
import { liftSuppression, suppressionOf } from "../subscriptions/suppression";
import type { SuppressionCause } from "../subscriptions/types";
import { unparkReadings } from "../tracking/parked";
import { tellAsker } from "./email";
import { namesOfGroups } from "./store";
import * as store from "./store-mailings";
import { OPERATIONS_OBJECT } from "./types";

const OPEN_MAILINGS_MAX = 200;
const SENDERS_SHOWN_MAX = 50;
const MAILINGS_PAGE_MAX = 50;
const REPORTS_SHOWN_MAX = 100;
/** For what is asked of a whole shard. */
const NO_GROUP = 0;

type By = Pick<Account, "no">;
export type NamedMailing = store.OpenMailing & { groupName: string; groupId: string | null };
/** Whose word it waits for: ours, or first that of somebody of the group. */
export type WaitingMailing = NamedMailing & { waitsFor: "colleague" | "operator" };
/** A mailing with openings or clicks that D1 refuses. */
export type NamedReaders = {
  groupNo: number;
  mailingNo: number;
  parked: number;
  at: number;
  groupName: string;
  groupId: string | null;
};
export type NamedHealth = {
  groupName: string;
  groupId: string;
  /** Null while its gate cannot be asked. */
  health: SenderHealth | null;
};

/** What waits, what is leaving, and how each sender does. A shard or a gate that is away does not take the page with it. */
export async function mailingsOverview(ctx: Context): Promise<{
  waiting: WaitingMailing[];
  open: NamedMailing[];
  senders: NamedHealth[];
  readers: NamedReaders[];
}> {
  const [asked, sending, troubled] = await Promise.all([
    Promise.allSettled(
      shardNames(ctx.env).map((shard) =>
        store.openMailings(dbFor(ctx.env, { no: NO_GROUP, shard }), OPEN_MAILINGS_MAX),
      ),
    ),
    store.groupsThatSend(ctx.directory, SENDERS_SHOWN_MAX),
    ctx.env.OPERATIONS.getByName(OPERATIONS_OBJECT).troubledReaders(),
  ]);
  const found = asked.flatMap((answer) => {
    if (answer.status === "fulfilled") return answer.value;
    ctx.log.error("operations.mailings", answer.reason);
    return [];
  });
  const groupNos = [...new Set([...found.map(({ groupNo }) => groupNo), ...sending])];
  const groups = await namesOfGroups(ctx.directory, [
    ...new Set([...groupNos, ...troubled.map(({ groupNo }) => groupNo)]),
  ]);
  const named = found.map((mailing) => {
    const group = groups.get(mailing.groupNo);
    return { ...mailing, groupName: group?.name ?? "", groupId: group?.id ?? null };
  });
  const senders = await Promise.all(
    groupNos.slice(0, SENDERS_SHOWN_MAX).map(async (no): Promise<NamedHealth[]> => {
      const group = await groupByNo(ctx.directory, no);
      if (!group) return [];
      const health = await gateOfGroup(ctx, group)
        .health()
        .catch(() => null);
      return [{ groupName: group.name, groupId: group.id, health }];
    }),
  );
  const waiting: WaitingMailing[] = [];
  // One after another: where its size decides, somebody's audience is counted.
  for (const mailing of named.filter(({ status }) => status === "waiting"))
    waiting.push({ ...mailing, waitsFor: await whoseWord(ctx, mailing) });
  return {
    waiting: waiting.sort(
      (one, other) => Number(one.waitsFor === "colleague") - Number(other.waitsFor === "colleague"),
    ),
    open: named.filter(({ status }) => status !== "waiting"),
    senders: senders.flat(),
    readers: troubled.map((entry) => {
      const group = groups.get(entry.groupNo);
      return { ...entry, groupName: group?.name ?? "", groupId: group?.id ?? null };
    }),
  };
}

async function whoseWord(ctx: Context, { groupNo, no }: NamedMailing): Promise<"colleague" | "operator"> {
  const group = await groupByNo(ctx.directory, groupNo);
  if (!group) return "operator";
  const db = dbFor(ctx.env, group);
  const [mailing, delivery] = await Promise.all([mailingByNo(db, no), deliveryOf(db, no)]);
  return mailing ? waitsFor(ctx, group, mailing, delivery?.pauseNote ?? "") : "operator";
}

/** A page of what a group wrote and sent, and what it may send. */
export async function mailingsOfGroup(
  ctx: Context,
  group: Group,
  before: number | null,
): Promise<{ mailings: store.ListedMailing[]; next: number | null; quota: Quota | null }> {
  const [found, quota] = await Promise.all([
    store.mailingsOf(dbFor(ctx.env, group), { before, limit: MAILINGS_PAGE_MAX + 1 }),
    quotaOf(ctx, group).catch(() => null),
  ]);
  const mailings = found.slice(0, MAILINGS_PAGE_MAX);
  return { mailings, next: found.length > MAILINGS_PAGE_MAX ? (mailings.at(-1)?.no ?? null) : null, quota };
}

export type WholeMailing = {
  mailing: Mailing;
  /** All of its words; of combinations of alternates those alone that say something no other says. */
  versions: MailingVersion[];
  figures: Figures | null;
  countedAt: number | null;
  /** Of one that has not been frozen: how many it would go to now. */
  audience: { recipients: number; isWhole: boolean } | null;
  /** Of one that waits: whose word it waits for. */
  waitsFor: "colleague" | "operator";
  reports: store.MailingReport[];
};

/** Everything an operator may want to know of one mailing; null when the group has none of that number. */
export async function mailingOfGroup(ctx: Context, group: Group, no: number): Promise<WholeMailing | null> {
  const db = dbFor(ctx.env, group);
  const mailing = await mailingByNo(db, no);
  if (!mailing) return null;
  const isFrozen = mailing.frozen !== null;
  const hasLeft = leftStatuses.includes(mailing.status);
  const [versions, results, estimate, delivery, reports] = await Promise.all([
    versionsOf(db, no),
    hasLeft ? resultsOf(ctx, group, mailing) : null,
    mailing.target && !isFrozen
      ? estimateAudience(ctx, group, mailing.target, mailing.settings, {
          mailingNo: no,
          startAt: mailing.startAt,
        })
      : null,
    deliveryOf(db, no),
    store.reportsOf(ctx.directory, { groupNo: group.no, no }, REPORTS_SHOWN_MAX),
  ]);
  return {
    ...{ mailing, versions: coveringOf(versions), reports },
    waitsFor: await waitsFor(ctx, group, mailing, delivery?.pauseNote ?? ""),
    figures: results && figuresOf(results.tally),
    countedAt: results?.countedAt ?? null,
    audience: estimate && { recipients: estimate.recipients, isWhole: estimate.isWhole },
  };
}

/**
 * One version as its readers got it, or while nothing was made ready as they would; and where its numbered links lead. Null for
 * one there is not, or that cannot be made.
 */
export async function contentOf(
  ctx: Context,
  group: Group,
  mailing: Mailing,
  which: { variantNo: number; language: string },
): Promise<{ html: string; amp?: string; links: Map<number, string> } | null> {
  const sent = await sentMail(ctx, group, mailing, which);
  if (sent) return sent;
  const db = dbFor(ctx.env, group);
  const version = (await versionsOf(db, mailing.no)).find(
    ({ variantNo, language }) => variantNo === which.variantNo && language === which.language,
  );
  if (!version) return null;
  const wrapper = await wrapperOf(db, mailing.settings.wrapperNo);
  const preview = await previewOf(ctx, group, mailing, version, wrapper);
  return preview.problem === null ? { html: preview.html, amp: preview.amp, links: new Map() } : null;
}

/** Lets a group's big sends go, this one first. Safe to be asked twice. */
export async function approveBigSend(
  ctx: Context,
  group: Group,
  mailing: Mailing,
  by: By,
): Promise<ApprovalResult> {
  await allowBigSends(ctx, group, by);
  return approveMailing(ctx, group, mailing, { by: by.no, as: "operator" });
}

/** Makes a waiting mailing a draft again, and says why: to whoever asked, on its page, in the group's log. False when it was not waiting. */
export async function refuseBigSend(
  ctx: Context,
  group: Group,
  mailing: Mailing,
  { by, reason }: { by: By; reason: string },
): Promise<boolean> {
  const note = operatorNote(reason);
  if (mailing.status !== "waiting" || !(await takeBack(ctx, group, mailing, { by: by.no, note })))
    return false;
  await noteAct(ctx, group, mailing, { by, act: "mailing.refused", reason });
  await tellAsker(ctx, group, mailing, { what: "refused", reason });
  return true;
}

/** Stops a mailing for good, or makes one that has not begun a draft again. False when there was nothing to stop. */
export async function haltMailing(
  ctx: Context,
  group: Group,
  mailing: Mailing,
  { by, reason }: { by: By; reason: string },
): Promise<boolean> {
  const how = { by: by.no, note: operatorNote(reason) };
  const isStopped = await stopMailing(ctx, group, mailing, how);
  const isBack = !isStopped && mailing.status !== "draft" && (await takeBack(ctx, group, mailing, how));
  if (!isStopped && !isBack) return false;
  await noteAct(ctx, group, mailing, { by, act: "mailing.halted", reason });
  await tellAsker(ctx, group, mailing, { what: isBack ? "refused" : "halted", reason });
  return true;
}

function noteAct(
  ctx: Context,
  group: Group,
  mailing: Mailing,
  { by, act, reason }: { by: By; act: string; reason: string },
): Promise<void> {
  const detail = { reason };
  return recordAct(ctx, { groupNo: group.no, accountNo: by.no, act, subject: mailing.id, detail });
}

/** Lets the openings and clicks of a mailing that D1 refused be stored again. Gives how many there were. */
export async function unparkOf(ctx: Context, group: Group, mailing: Mailing, by: By): Promise<number> {
  const count = await unparkReadings(ctx, group, mailing.no);
  if (count > 0)
    await recordAct(ctx, {
      ...{ groupNo: group.no, accountNo: by.no, act: "readings.unparked", subject: mailing.id },
      detail: { count },
    });
  return count;
}

/** Why the whole installation sends an address no mailings; null when it does. */
export async function suppressionCause(ctx: Context, email: string): Promise<SuppressionCause | null> {
  return (await suppressionOf(ctx, email))?.cause ?? null;
}

/**
 * Lets an address be mailed again; the log names its domain alone.
 * @returns "their_word" for one that was complained of: the person alone takes that back (subscriptions/own-word.ts)
 */
export async function unsuppress(
  ctx: Context,
  email: string,
  by: By,
): Promise<"lifted" | "not_suppressed" | "their_word"> {
  if (!(await liftSuppression(ctx, email, ["bounce", "operator"])))
    return (await suppressionCause(ctx, email)) === "complaint" ? "their_word" : "not_suppressed";
  const subject = email.slice(email.lastIndexOf("@"));
  await recordAct(ctx, { groupNo: null, accountNo: by.no, act: "suppression.lifted", subject });
  return "lifted";
}
