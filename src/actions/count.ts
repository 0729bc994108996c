import type { Context } from "../platform/context";
import { ReadThroughCache } from "../platform/read-through";
import { type ActionSnapshot, type Kind, type PublicCount, RECENT_SIGNERS_MAX } from "./types";

/** Asks an action's home for its numbers. Given by the app, since homes belong to a feature above this one. */
export type AskCount = (ctx: Context, snapshot: ActionSnapshot, kind: Kind) => Promise<PublicCount>;

/** Together at most 5 s: the age `count.json` promises. In the last two a caller is answered at once and one looks again. */
const FRESH_MS = 3_000;
const STALE_MS = 2_000;

/** A page does not wait longer than this for a number it has never seen; it is shown without. */
const PAGE_WAIT_MS = 1_000;

const counts = new ReadThroughCache<PublicCount>({
  entriesMax: 2_000,
  freshMs: FRESH_MS,
  staleMs: STALE_MS,
  absentMs: 0,
});

/** The numbers of an action, at most 5 s old; older only while its home cannot be reached. Throws when none were ever had. */
export async function freshCount(
  ctx: Context,
  snapshot: ActionSnapshot,
  kind: Kind,
  ask: AskCount,
): Promise<PublicCount> {
  const count = await counts.read(ctx, snapshot.action.id, async () => {
    const [{ total, recent, places }, tally, elsewhere] = await Promise.all([
      ask(ctx, snapshot, kind),
      tallyOf(ctx, snapshot, kind),
      elsewhereOf(ctx, snapshot, kind, ask),
    ]);
    return {
      total: total + elsewhere,
      ...(elsewhere > 0 ? { elsewhere } : {}),
      recent: recent.slice(0, RECENT_SIGNERS_MAX),
      ...(places ? { places } : {}),
      ...(tally === null ? {} : { tally }),
    };
  });
  return count ?? { total: 0, recent: [] };
}

/**
 * How many took part in the action's translations: people look at one total, whatever language they read. Kinds that count
 * something else, such as money, count each action apart. What is out of reach is shown as it was last known.
 */
async function elsewhereOf(
  ctx: Context,
  snapshot: ActionSnapshot,
  kind: Kind,
  ask: AskCount,
): Promise<number> {
  const { action, translations = [] } = snapshot;
  if (translations.length === 0 || kind.tally) return 0;
  try {
    const asked = translations.map((each) => ask(ctx, { ...snapshot, action: { ...action, ...each } }, kind));
    return (await Promise.all(asked)).reduce((sum, { total }) => sum + total, 0);
  } catch (error) {
    ctx.log.error("count.translations", error, { actionId: action.id });
    return elsewhereHeld(ctx, snapshot);
  }
}

function elsewhereHeld(ctx: Context, { action, translations }: ActionSnapshot): number {
  if (!translations) return 0;
  return counts.held(action.id, ctx.now)?.elsewhere ?? 0;
}

/** A total of the action alone, with those of its translations as far as they are known here. Asks nobody. */
export function totalTogether(ctx: Context, snapshot: ActionSnapshot, total: number): number {
  return total + elsewhereHeld(ctx, snapshot);
}

/** A tally out of reach is shown as it was last known: the number of people must not wait for it. */
async function tallyOf(ctx: Context, snapshot: ActionSnapshot, kind: Kind): Promise<number | null> {
  if (!kind.tally) return null;
  try {
    return await kind.tally.read(ctx, snapshot);
  } catch (error) {
    ctx.log.error("count.tally", error, { actionId: snapshot.action.id });
    return counts.held(snapshot.action.id, ctx.now)?.tally ?? null;
  }
}

/**
 * The last known numbers for a page: what is held is used at once and refreshed behind, and a home that does not answer
 * leaves the page without a count (null), never without the page.
 */
export async function pageCount(
  ctx: Context,
  snapshot: ActionSnapshot,
  kind: Kind,
  ask: AskCount,
): Promise<PublicCount | null> {
  const asked = freshCount(ctx, snapshot, kind, ask);
  ctx.later(asked);
  const held = counts.held(snapshot.action.id, ctx.now);
  if (held) return held;
  return Promise.race([asked, scheduler.wait(PAGE_WAIT_MS).then(() => null)]).catch(() => null);
}

/** A total just learnt, from the reply to a participation: pages of this isolate show it from now on. */
export function noteTotal(ctx: Context, snapshot: ActionSnapshot, total: number): void {
  const held = counts.held(snapshot.action.id, ctx.now);
  const together = totalTogether(ctx, snapshot, total);
  if (held && held.total < together) counts.put(snapshot.action.id, { ...held, total: together }, ctx.now);
}

/** Has the numbers of an action asked for anew, after something was taken out of them. */
export function forgetCount(actionId: ActionSnapshot["action"]["id"]): void {
  counts.forget(actionId);
}

/** Empties this isolate's memory, as a new isolate starts. */
export function forgetCounts(): void {
  counts.clear();
}
