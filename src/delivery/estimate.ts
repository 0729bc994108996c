import { audienceSql, beyondSql, nextWidth } from "../audiences/audience";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { withMirrored } from "../mailings/mirroring";
import type { MailingSettings, Target } from "../mailings/types";
import type { Context } from "../platform/context";
import { LruCache } from "../platform/lru";
import { rivalsOf } from "../ranking/ranking";
import { rivalQuestions, weeklyMaxOf } from "./rivals";
import { noRowSql, type RowSettings } from "./rows-of-facts";
import { estimateRange, hasRecent } from "./store-freeze";
import { leftOutName } from "./totals";
import type { Estimate } from "./types";

/** What somebody waits for at once. */
const BUDGET_MS = 1_000;
const KEPT_MS = 2 * 60_000;
const ESTIMATES_MAX = 200;

type Judged = Pick<MailingSettings, "topicNo" | "ignoresFatigue" | "mirrorsNo"> & RowSettings;

type Part = Omit<Estimate, "share" | "isWhole"> & {
  after: number;
  highest: number;
  width: number;
  beyond: string | null;
};

/** In one isolate: another one begins anew, and comes to the same end. */
const parts = new LruCache<Part>(ESTIMATES_MAX);

/**
 * Who would get a mailing if it were sent now, and who would be left out and why: as far as a second goes, in ranges of 200 ms at most.
 * Asking again goes on; what is whole is shown for two minutes.
 * @param mailingNo of the mailing itself, whose own copies are no reason to leave anybody out; 0 for none
 * @param startAt when it is to begin, by which others of that day may come first; null: now
 */
export async function estimateAudience(
  ctx: Context,
  group: Group,
  own: Target,
  settings: Judged,
  {
    mailingNo = 0,
    budgetMs = BUDGET_MS,
    startAt = null,
  }: { mailingNo?: number; budgetMs?: number; startAt?: number | null } = {},
): Promise<Estimate> {
  const db = dbFor(ctx.env, group);
  const { topicNo } = settings;
  const weeklyMax = weeklyMaxOf(group, settings);
  const target = await withMirrored(db, own, settings);
  const rivals = await rivalsOf(group, db, { no: mailingNo, startAt: startAt ?? ctx.now });
  const hasNoRow = await noRowSql(db, { no: mailingNo, settings });
  const key = JSON.stringify([group.no, target, topicNo, weeklyMax, mailingNo, rivals, hasNoRow]);
  const until = Date.now() + budgetMs;
  let part = parts.get(key, ctx.now) ?? (await begin(ctx, group, target));
  const question = await audienceSql({ ...ctx, now: part.countedAt }, db, target.audience);
  const isAlone = !(await hasRecent(db, { mailingNo, now: part.countedAt, weeklyMax }));
  const { beyond, countedAt: now } = part;
  const asked = await rivalQuestions({ ...ctx, now }, db, group, rivals, { topicNo, weeklyMax });
  const narrowing = { question, beyond, hasNoRow, isAlone, rivals: asked };
  const judging = { mailingNo, now, topicNo, weeklyMax, ...narrowing };
  while (part.after < part.highest && Date.now() < until) {
    const upTo = Math.min(part.highest, part.after + part.width);
    const { counts, ms } = await estimateRange(db, judging, part.after, upTo);
    part = withCounts({ ...part, after: upTo, width: nextWidth(part.width, ms) }, counts);
  }
  parts.set(key, part, ctx.now + KEPT_MS);
  const { candidates, recipients, leftOut, countedAt, after, highest } = part;
  const isWhole = after >= highest;
  return { candidates, recipients, leftOut, countedAt, share: isWhole ? 1 : after / highest, isWhole };
}

async function begin(ctx: Context, group: Group, { audience, most }: Target): Promise<Part> {
  const db = dbFor(ctx.env, group);
  const { highest, width } = await audienceSql(ctx, db, audience);
  const beyond = most === null ? null : await beyondSql(ctx, db, audience, most);
  return {
    ...{ candidates: 0, recipients: 0, leftOut: {}, countedAt: ctx.now, after: 0, highest, width, beyond },
  };
}

function withCounts(part: Part, counts: readonly { reason: number | null; count: number }[]): Part {
  const sum = { ...part, leftOut: { ...part.leftOut } };
  for (const { reason, count } of counts) {
    sum.candidates += count;
    if (reason === null) sum.recipients += count;
    else {
      const name = leftOutName(reason);
      sum.leftOut[name] = (sum.leftOut[name] ?? 0) + count;
    }
  }
  return sum;
}

/** How many would get it, counted whole, or as many as there can be when that takes longer than `budgetMs`. */
export async function recipientsOf(
  ctx: Context,
  group: Group,
  target: Target,
  settings: Judged,
  options: { mailingNo: number; budgetMs: number; startAt: number | null },
): Promise<number> {
  const { recipients, share, isWhole } = await estimateAudience(ctx, group, target, settings, options);
  return isWhole || share === 0 ? recipients : Math.ceil(recipients / share);
}
