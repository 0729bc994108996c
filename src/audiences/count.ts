import type { GroupDb } from "../groups/shard";
import type { Context } from "../platform/context";
import { newId } from "../platform/ids";
import { compileAudience, type Plan } from "./compile";
import { drivenPlan, firstWidth } from "./driver";
import { hashOf, planFor } from "./plan";
import { inRanges } from "./ranges";
import { type CountRow, giveTurnBack, saveCount, selectCount, takeTurn } from "./store";
import { countRange, highestPerson } from "./store-questions";
import type { Audience, Counted } from "./types";

/** What somebody waits for at once; a count that takes longer shows how far it is. */
const COUNT_BUDGET_MS = 1_000;
/** A count is shown again without counting for so long. */
const COUNT_KEPT_MS = 5 * 60_000;
/** Kept while nobody asks. */
const FORGET_MS = 7 * 86_400_000;
/** A count that was left half-way goes on from there for so long; later it begins anew, since people have changed. */
const RESUMED_MS = 10 * 60_000;
/** Longer than the budget and one statement: whoever holds a turn longer has died. */
const TURN_MS = 15_000;

export type CountOptions = {
  /** How long to count now, in ms. */
  budgetMs?: number;
  /** How old a count may be, in ms; 0 counts anew. */
  maxAgeMs?: number;
};

/**
 * How many people are of an audience, from a count made lately or by counting now, as far as the budget goes: asking again goes on.
 * One count at a time for a group: while another is under way it says what is known, which may be nothing yet (share 0).
 */
export async function countPeople(
  ctx: Context,
  db: GroupDb,
  audience: Audience,
  { budgetMs = COUNT_BUDGET_MS, maxAgeMs = COUNT_KEPT_MS }: CountOptions = {},
): Promise<Counted> {
  const { limit, ...unlimited } = audience;
  const most = limit?.people ?? Number.POSITIVE_INFINITY;
  const plan = await planFor(ctx, db, unlimited);
  const hash = Uint8Array.fromHex(await hashOf(unlimited, plan));
  const known = await selectCount(db, hash);
  if (known?.finishedAt && ctx.now - known.finishedAt < maxAgeMs) return counted(known, most);
  const holder = newId();
  if (!(await takeTurn(db, holder, ctx.now, ctx.now + TURN_MS)))
    return known ? counted(known, most) : { count: 0, share: 0, isWhole: false, countedAt: ctx.now };
  try {
    const begun = known && !known.finishedAt && ctx.now - known.startedAt <= RESUMED_MS ? known : null;
    const row = await goOn(db, unlimited, plan, begun ?? (await begin(db, ctx.now)), budgetMs);
    await saveCount(db, hash, row, { holder, forgetBefore: ctx.now - FORGET_MS });
    return counted(row, most);
  } catch (error) {
    await giveTurnBack(db, holder);
    throw error;
  }
}

async function begin(db: GroupDb, now: number): Promise<CountRow> {
  return { matched: 0, lastNo: 0, highestNo: await highestPerson(db), startedAt: now, finishedAt: null };
}

async function goOn(
  db: GroupDb,
  audience: Audience,
  plan: Plan,
  row: CountRow,
  budgetMs: number,
): Promise<CountRow> {
  const deadline = Date.now() + budgetMs;
  const { plan: driven, size } = await drivenPlan(db, audience, plan, row.highestNo);
  const question = compileAudience(audience, driven, { isCount: true });
  const width = firstWidth(row.highestNo, size);
  let { matched } = row;
  const lastNo = await inRanges({ after: row.lastNo, highest: row.highestNo, width }, async (after, upTo) => {
    const { count, ms } = await countRange(db, question, after, upTo);
    matched += count;
    return Date.now() >= deadline ? null : ms;
  });
  const isWhole = lastNo >= row.highestNo;
  return { ...row, matched, lastNo, finishedAt: isWhole ? row.startedAt : null };
}

function counted({ matched, lastNo, highestNo, startedAt, finishedAt }: CountRow, most: number): Counted {
  const count = Math.min(matched, most);
  const isWhole = finishedAt !== null;
  return { count, share: isWhole || highestNo === 0 ? 1 : lastNo / highestNo, isWhole, countedAt: startedAt };
}
