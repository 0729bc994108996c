import {
  type Audience,
  audienceSql,
  beyondSql,
  fixAudience,
  isSmallEnough,
  nextWidth,
} from "../audiences/audience";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { withMirrored } from "../mailings/mirroring";
import type { MailingSettings, Target } from "../mailings/types";
import type { Context } from "../platform/context";
import { LruCache } from "../platform/lru";
import { type Rivals, rivalsOf } from "../ranking/ranking";
import { rivalQuestions, weeklyMaxOf } from "./rivals";
import { noRowSql, type RowSettings } from "./rows-of-facts";
import { estimateRange, hasRecent } from "./store-freeze";
import { leftOutName } from "./totals";
import type { Estimate } from "./types";

/** What somebody waits for at once. */
const BUDGET_MS = 1_000;
const KEPT_MS = 2 * 60_000;
const ESTIMATES_MAX = 500;
/** What the limit of an audience came to is asked once a minute at most; while somebody watches its lines they are of the same people. */
const LIMIT_KEPT_MS = 60_000;
const LIMITS_MAX = 100;

type Judged = Pick<MailingSettings, "topicNo" | "ignoresFatigue" | "mirrorsNo"> & RowSettings;

type Part = Omit<Estimate, "share" | "isWhole"> & {
  after: number;
  highest: number;
  width: number;
  beyond: string | null;
};

/** In one isolate: another one begins anew, and comes to the same end. */
const parts = new LruCache<Part>(ESTIMATES_MAX);
const limited = new LruCache<Audience>(LIMITS_MAX);

type Options = { mailingNo?: number; budgetMs?: number; startAt?: number | null };

/**
 * Who would get a mailing if it were sent now, and who would be left out and why: as far as a second goes, in ranges of 200 ms at most.
 * Asking again goes on, by one range at least however long the looking up took; what is whole is shown for two minutes.
 * @param mailingNo of the mailing itself, whose own copies are no reason to leave anybody out; 0 for none
 * @param startAt when it is to begin, by which others of that day may come first; null: now
 */
export async function estimateAudience(
  ctx: Context,
  group: Group,
  own: Target,
  settings: Judged,
  { budgetMs = BUDGET_MS, ...options }: Options = {},
): Promise<Estimate> {
  const asking = await askingOf(ctx, group, own, settings, options);
  return goOn(ctx, asking, null, Date.now() + budgetMs);
}

/**
 * The same of those of its recipients alone who are of each of some conditions, one after another as far as the time goes. Null of one
 * whose turn has not come, `too_large` of one that does not fit a statement together with the audience.
 */
export async function estimateWithin(
  ctx: Context,
  group: Group,
  own: Target,
  settings: Judged,
  conditions: readonly Within[],
  { budgetMs = BUDGET_MS, ...options }: Options = {},
): Promise<(Estimate | "too_large" | null)[]> {
  const asking = await askingOf(ctx, group, own, settings, options);
  const until = Date.now() + budgetMs;
  const found: (Estimate | "too_large" | null)[] = [];
  // The first that is not whole is counted however late it is: else looking up alone could take the time of every turn.
  let mayCount = true;
  for (const within of conditions) {
    const part = parts.get(keyOf(asking, within), ctx.now);
    if (part && isWholeOf(part)) found.push(estimateOf(part));
    // Whose turn has not come costs nothing.
    else if (!mayCount) found.push(part ? estimateOf(part) : null);
    else if (!(await isSmallEnough(ctx, asking.db, narrowed(asking.target.audience, within))))
      found.push("too_large");
    else {
      found.push(await goOn(ctx, asking, within, until));
      mayCount = Date.now() < until;
    }
  }
  return found;
}

/** A condition beside the audience. */
type Within = Audience["include"];

function narrowed(audience: Audience, within: Within | null): Audience {
  return within ? { ...audience, include: { all: [audience.include, within] } } : audience;
}

/** All that an estimate depends on beside the people. */
type Asking = {
  group: Group;
  db: GroupDb;
  target: Target;
  topicNo: number | null;
  weeklyMax: number;
  mailingNo: number;
  rivals: Rivals | null;
  hasNoRow: string | null;
};

async function askingOf(
  ctx: Context,
  group: Group,
  own: Target,
  settings: Judged,
  { mailingNo = 0, startAt = null }: Options,
): Promise<Asking> {
  const db = dbFor(ctx.env, group);
  const target = await withMirrored(db, own, settings);
  return {
    ...{ group, db, mailingNo, topicNo: settings.topicNo, weeklyMax: weeklyMaxOf(group, settings) },
    // Looked up once: within a limit are the same people whatever else is asked of them.
    target: { ...target, audience: await limitedOf(ctx, db, target.audience) },
    rivals: await rivalsOf(group, db, { no: mailingNo, startAt: startAt ?? ctx.now }),
    hasNoRow: await noRowSql(db, { no: mailingNo, settings }),
  };
}

async function limitedOf(ctx: Context, db: GroupDb, audience: Audience): Promise<Audience> {
  const key = JSON.stringify([db.groupNo, audience]);
  const found = limited.get(key, ctx.now) ?? (await fixAudience(ctx, db, audience));
  limited.set(key, found, ctx.now + LIMIT_KEPT_MS);
  return found;
}

function keyOf(
  { group, target, topicNo, weeklyMax, mailingNo, rivals, hasNoRow }: Asking,
  within: Within | null,
): string {
  return JSON.stringify([group.no, target, topicNo, weeklyMax, mailingNo, rivals, hasNoRow, within]);
}

async function goOn(ctx: Context, asking: Asking, within: Within | null, until: number): Promise<Estimate> {
  const { group, db, target, topicNo, weeklyMax, mailingNo, rivals, hasNoRow } = asking;
  const key = keyOf(asking, within);
  let part = parts.get(key, ctx.now) ?? (await begin(ctx, asking, within));
  if (!isWholeOf(part)) {
    const then = { ...ctx, now: part.countedAt };
    const judging = {
      ...{ mailingNo, topicNo, weeklyMax, hasNoRow, now: then.now, beyond: part.beyond },
      question: await audienceSql(then, db, narrowed(target.audience, within)),
      isAlone: !(await hasRecent(db, { mailingNo, now: then.now, weeklyMax })),
      rivals: await rivalQuestions(then, db, group, rivals, { topicNo, weeklyMax }),
    };
    do {
      const upTo = Math.min(part.highest, part.after + part.width);
      const { counts, ms } = await estimateRange(db, judging, part.after, upTo);
      part = withCounts({ ...part, after: upTo, width: nextWidth(part.width, ms) }, counts);
      // Put down each time: what a later range throws takes nothing with it.
      parts.set(key, part, ctx.now + KEPT_MS);
    } while (!isWholeOf(part) && Date.now() < until);
  }
  parts.set(key, part, ctx.now + KEPT_MS);
  return estimateOf(part);
}

function isWholeOf({ after, highest }: Part): boolean {
  return after >= highest;
}

function estimateOf(part: Part): Estimate {
  const { candidates, recipients, leftOut, countedAt, after, highest } = part;
  const isWhole = isWholeOf(part);
  return { candidates, recipients, leftOut, countedAt, share: isWhole ? 1 : after / highest, isWhole };
}

async function begin(ctx: Context, { db, target }: Asking, within: Within | null): Promise<Part> {
  const { audience, most } = target;
  const { highest, width } = await audienceSql(ctx, db, narrowed(audience, within));
  // Who is beyond the mailing's number is beyond it whatever else is asked of them.
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

/**
 * How many would get it, counted whole, or as many as there can be when that takes longer than `budgetMs`. Null, never 0, while nobody
 * was found among those looked at so far: asking again goes on.
 */
export async function recipientsOf(
  ctx: Context,
  group: Group,
  target: Target,
  settings: Judged,
  options: { mailingNo: number; budgetMs: number; startAt: number | null },
): Promise<number | null> {
  const { recipients, share, isWhole } = await estimateAudience(ctx, group, target, settings, options);
  if (isWhole) return recipients;
  return recipients === 0 ? null : Math.ceil(recipients / share);
}
