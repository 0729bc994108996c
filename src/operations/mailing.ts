import type { Account } from "../accounts/account";
import {
  type ApprovalResult,
  approveMailing,
  estimateAudience,
  stopMailing,
  takeBack,
} from "../delivery/delivery";
import { recordAct } from "../groups/audit";
import { groupByNo } from "../groups/group";
import { dbFor, shardNames } from "../groups/shard";
import type { Group } from "../groups/types";
import { previewOf } from "../mailings/content";
import { mailingByNo, versionsOf, wrapperOf } from "../mailings/mailing";
import type { Mailing, MailingVersion } from "../mailings/types";
import type { Context } from "../platform/context";
import { figuresOf } from "../results/figures";
import { sentMail } from "../results/lists";
import { leftStatuses, resultsOf } from "../results/result";
import type { Figures } from "../results/types";
import { allowBigSends, gateOfGroup, type Quota, quotaOf, type SenderHealth } from "../senders/sender";
import { liftSuppression, suppressedAmong } from "../subscriptions/suppression";
import { namesOfGroups } from "./store";
import * as store from "./store-mailings";

export const OPEN_MAILINGS_MAX = 200;
export const SENDERS_SHOWN_MAX = 50;
export const MAILINGS_PAGE_MAX = 50;
const REPORTS_SHOWN_MAX = 100;
/** For what is asked of a whole shard. */
const NO_GROUP = 0;

type By = Pick<Account, "no">;
export type NamedMailing = store.OpenMailing & { groupName: string; groupId: string | null };
export type NamedHealth = {
  groupName: string;
  groupId: string;
  /** Null while its gate cannot be asked. */
  health: SenderHealth | null;
};

/** What waits, what is leaving, and how each sender does. A shard or a gate that is away does not take the page with it. */
export async function mailingsOverview(
  ctx: Context,
): Promise<{ waiting: NamedMailing[]; open: NamedMailing[]; senders: NamedHealth[] }> {
  const [asked, sending] = await Promise.all([
    Promise.allSettled(
      shardNames(ctx.env).map((shard) =>
        store.openMailings(dbFor(ctx.env, { no: NO_GROUP, shard }), OPEN_MAILINGS_MAX),
      ),
    ),
    store.groupsThatSend(ctx.directory, SENDERS_SHOWN_MAX),
  ]);
  const found = asked.flatMap((answer) => {
    if (answer.status === "fulfilled") return answer.value;
    ctx.log.error("operations.mailings", answer.reason);
    return [];
  });
  const groupNos = [...new Set([...found.map(({ groupNo }) => groupNo), ...sending])];
  const groups = await namesOfGroups(ctx.directory, groupNos);
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
  const waiting = named.filter(({ status }) => status === "waiting");
  const needing = await Promise.all(waiting.map(({ groupNo }) => needsOperator(ctx, groupNo)));
  return {
    waiting: waiting.filter((_, index) => needing[index]),
    open: named.filter(({ status }) => status !== "waiting"),
    senders: senders.flat(),
  };
}

/** Whether a group's mailings may wait for an operator: those of the others wait for a colleague alone. */
async function needsOperator(ctx: Context, groupNo: number): Promise<boolean> {
  const group = await groupByNo(ctx.directory, groupNo);
  const quota = group && (await quotaOf(ctx, group).catch(() => null));
  return !quota || (quota.approvedAt === null && !quota.isFixed);
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
  versions: MailingVersion[];
  figures: Figures | null;
  countedAt: number | null;
  /** Of one that has not been frozen: how many it would go to now. */
  audience: { recipients: number; isWhole: boolean } | null;
  reports: store.MailingReport[];
};

/** Everything an operator may want to know of one mailing; null when the group has none of that number. */
export async function mailingOfGroup(ctx: Context, group: Group, no: number): Promise<WholeMailing | null> {
  const db = dbFor(ctx.env, group);
  const mailing = await mailingByNo(db, no);
  if (!mailing) return null;
  const isFrozen = mailing.frozen !== null;
  const hasLeft = leftStatuses.includes(mailing.status);
  const [versions, results, estimate, reports] = await Promise.all([
    versionsOf(db, no),
    hasLeft ? resultsOf(ctx, group, mailing) : null,
    mailing.target && !isFrozen
      ? estimateAudience(ctx, group, mailing.target, mailing.settings, { mailingNo: no })
      : null,
    store.reportsOf(ctx.directory, { groupNo: group.no, no }, REPORTS_SHOWN_MAX),
  ]);
  return {
    ...{ mailing, versions, reports },
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
): Promise<{ html: string; links: Map<number, string> } | null> {
  const sent = await sentMail(ctx, group, mailing, which);
  if (sent) return sent;
  const db = dbFor(ctx.env, group);
  const version = (await versionsOf(db, mailing.no)).find(
    ({ variantNo, language }) => variantNo === which.variantNo && language === which.language,
  );
  if (!version) return null;
  const wrapper = await wrapperOf(db, mailing.settings.wrapperNo);
  const preview = await previewOf(ctx, group, mailing, version, wrapper);
  return preview.problem === null ? { html: preview.html, links: new Map() } : null;
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

/** Makes a waiting mailing a draft again, and says why in the log that the group reads too. False when it was not waiting. */
export async function refuseBigSend(
  ctx: Context,
  group: Group,
  mailing: Mailing,
  { by, reason }: { by: By; reason: string },
): Promise<boolean> {
  if (mailing.status !== "waiting" || !(await takeBack(ctx, group, mailing, { by: by.no }))) return false;
  await noteAct(ctx, group, mailing, { by, act: "mailing.refused", reason });
  return true;
}

/** Stops a mailing for good, or makes one that has not begun a draft again. False when there was nothing to stop. */
export async function haltMailing(
  ctx: Context,
  group: Group,
  mailing: Mailing,
  { by, reason }: { by: By; reason: string },
): Promise<boolean> {
  const isStopped =
    (await stopMailing(ctx, group, mailing, { by: by.no })) ||
    (mailing.status !== "draft" && (await takeBack(ctx, group, mailing, { by: by.no })));
  if (isStopped) await noteAct(ctx, group, mailing, { by, act: "mailing.halted", reason });
  return isStopped;
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

/** Whether the whole installation sends an address no mailings. */
export async function isSuppressed(ctx: Context, email: string): Promise<boolean> {
  return (await suppressedAmong(ctx, [email])).size > 0;
}

/** Lets an address be mailed again. False when it was not suppressed. The log names its domain alone. */
export async function unsuppress(ctx: Context, email: string, by: By): Promise<boolean> {
  if (!(await liftSuppression(ctx, email))) return false;
  const subject = email.slice(email.lastIndexOf("@"));
  await recordAct(ctx, { groupNo: null, accountNo: by.no, act: "suppression.lifted", subject });
  return true;
}
