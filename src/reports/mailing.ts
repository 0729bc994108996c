import { type Account, accountOf } from "../accounts/account";
import { groupByNo } from "../groups/group";
import { listMembers } from "../groups/member";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { sendLater } from "../platform/mail/mail";
import { signToken, verifyToken } from "../platform/tokens";
import { reportMail } from "./email";
import { reportsOf } from "./objects";
import { type Every, lastPeriod, nextDue, periodSpan } from "./period";
import type { Range } from "./range";
import { reportOf } from "./report";
import type { Counted } from "./reports-object";
import * as store from "./store";
import { DAY_MS, type ReportGroup, type Topic } from "./types";

/** How long the link that ends the mails works: longer than anybody keeps a mail to click. */
const STOP_SECONDS = 400 * 86_400;

/** Sends a member the numbers from the next period on, or no more (null). */
export async function setMail(
  ctx: Context,
  group: Group,
  account: Pick<Account, "no" | "timeZone">,
  every: Every | null,
): Promise<void> {
  const db = dbFor(ctx.env, group);
  if (every === null) await store.deleteReportMail(db, account.no);
  else {
    const upTo = lastPeriod(every, ctx.now, account.timeZone);
    await store.setReportMail(db, { accountNo: account.no, every, upTo, now: ctx.now });
  }
  await reportsOf(ctx.env, group).mailsChanged(partOf(group));
}

function partOf({ no, id, shard, jurisdiction, timeZone }: Group): ReportGroup {
  return { no, id, shard, jurisdiction, timeZone };
}

/** When the next mail is due, in ms; null when nobody wants any. */
export async function nextMailAt(ctx: Context, group: ReportGroup): Promise<number | null> {
  const dues: number[] = [];
  for (const { accountNo, every, mailedUpTo } of await store.reportMails(dbFor(ctx.env, group))) {
    const account = await accountOf(ctx, accountNo);
    if (account) dues.push(nextDue(every, mailedUpTo, account.timeZone));
  }
  return dues.length === 0 ? null : Math.min(...dues);
}

/**
 * Mails what is due. A period is claimed before its mail is queued: whatever fails or is repeated, nobody gets it twice. Who
 * is no member any more, or may not see people, gets none.
 */
export async function mailDue(
  ctx: Context,
  part: ReportGroup,
  counted: (wanted: readonly Topic[]) => Promise<Counted>,
): Promise<void> {
  const group = await groupByNo(ctx.directory, part.no);
  if (!group) return;
  const db = dbFor(ctx.env, group);
  const members = await listMembers(ctx, group);
  let cells: Counted | null = null;
  for (const { accountNo, every } of await store.reportMails(db)) {
    const account = await accountOf(ctx, accountNo);
    const member = members.find((each) => each.accountNo === accountNo);
    if (!account || !member || !can(member.role, "people.view")) {
      await store.deleteReportMail(db, accountNo);
      continue;
    }
    const upTo = lastPeriod(every, ctx.now, account.timeZone);
    if (!(await store.claimPeriod(db, { accountNo, every, upTo }))) continue;
    cells ??= await counted(["activity", "levels"]);
    await send(ctx, group, { account, every, upTo, counted: cells });
  }
}

async function send(
  ctx: Context,
  group: Group,
  { account, every, upTo, counted }: { account: Account; every: Every; upTo: string; counted: Counted },
): Promise<void> {
  const db = dbFor(ctx.env, group);
  const span = periodSpan(every, upTo);
  const before = periodSpan(every, new Date(span.from * DAY_MS - 1).toISOString().slice(0, 10));
  const range = (days: typeof span): Range => ({ ...days, name: "custom", by: "day" });
  const [report, earlier] = await Promise.all([
    reportOf(db, range(span), counted),
    reportOf(db, range(before), counted),
  ]);
  const origin = ctx.config.PLATFORM_ORIGIN;
  const days = new URLSearchParams({ from: dayText(span.from), to: dayText(span.to) });
  await sendLater(
    ctx,
    reportMail({
      ...{ account, group, every, report, earlier },
      href: `${origin}/groups/${group.slug}/reports?${days}`,
      stopHref: `${origin}${await stopLink(ctx, group, account)}`,
    }),
    "notice",
  );
}

function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

async function stopLink(
  ctx: Context,
  group: Pick<Group, "no">,
  account: Pick<Account, "no">,
): Promise<string> {
  const claims = { group: group.no, account: account.no };
  const options = { now: ctx.now, secondsToLive: STOP_SECONDS };
  const token = await signToken(ctx.config.SIGNING_KEYS, "report-mail", claims, options);
  return `/report-mails/stop?token=${token}`;
}

/** The group and reader a link in a mail names; null for one that is forged or too old. */
export async function readStopLink(
  ctx: Context,
  token: string,
): Promise<{ group: Group; accountNo: number } | null> {
  const claims = await verifyToken(ctx.config.SIGNING_KEYS, "report-mail", token, ctx.now);
  if (typeof claims?.group !== "number" || typeof claims.account !== "number") return null;
  const group = await groupByNo(ctx.directory, claims.group);
  return group && { group, accountNo: claims.account };
}

/** Ends somebody's mails, whether they are signed in or not. Asked again, nothing changes. */
export async function stopMail(ctx: Context, group: Group, accountNo: number): Promise<void> {
  await store.deleteReportMail(dbFor(ctx.env, group), accountNo);
  await reportsOf(ctx.env, group).mailsChanged(partOf(group));
}
