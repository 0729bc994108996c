import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { ReadThroughCache } from "../platform/read-through";
import { weightsFor } from "./odds";
import * as store from "./store";
import type { ShareSettings, Way } from "./types";
import type { Weights } from "./variant";

type Home = Pick<Group, "no" | "shard">;

/** What was noted waits this long, so that a busy isolate writes seldom. It is lost with the isolate: a hint, no truth. */
const FLUSH_MS = 2_000;
/** Different things noted within that time; what is more is not counted. */
const NOTED_MAX = 5_000;

type Noted = { group: Home; row: store.TallyRow };
const noted = new Map<string, Noted>();
/** When what was noted is to be stored. A request that was cut short stores nothing, so the next one after that does. */
let flushDue = 0;

/** Notes that a supporter was shown a variant, or passed an action on. Costs nothing now; the count follows in seconds. */
export function note(
  ctx: Context,
  { no, shard }: Home,
  actionNo: number,
  what: { letter: string; way: Way | "shown" },
): void {
  const key = `${no}/${actionNo}/${what.letter}/${what.way}`;
  const held = noted.get(key);
  if (held) held.row.count += 1;
  else if (noted.size < NOTED_MAX)
    noted.set(key, {
      group: { no, shard },
      row: { actionNo, variant: what.letter, way: what.way, count: 1 },
    });
  if (ctx.now < flushDue) return;
  flushDue = ctx.now + FLUSH_MS;
  ctx.later(scheduler.wait(FLUSH_MS).then(() => flush(ctx)));
}

async function flush(ctx: Context): Promise<void> {
  flushDue = 0;
  const all = [...noted.values()];
  noted.clear();
  const groups = new Map(all.map(({ group }) => [group.no, group]));
  for (const group of groups.values()) {
    const rows = all.filter((each) => each.group.no === group.no).map(({ row }) => row);
    try {
      await store.addTallies(dbFor(ctx.env, group), rows);
    } catch (error) {
      // A shard that is away costs its own groups their counts, and no other.
      ctx.log.error("share.tallies", error, { groupNo: group.no });
    }
  }
}

export type VariantNumbers = {
  letter: string;
  /** Supporters asked to pass it on, links passed on as far as a script told us, and people who came by them and acted. */
  shown: number;
  shared: number;
  joined: number;
};

export type ShareNumbers = {
  variants: VariantNumbers[];
  /** Everything passed on and everybody who came by it, with or without a variant. */
  shared: number;
  joined: number;
};

/** How the present variants do. Only the newest `COUNTED_MAX` participations are looked at. */
export async function shareNumbers(
  ctx: Context,
  group: Home,
  actionNo: number,
  { variants }: Pick<ShareSettings, "variants">,
): Promise<ShareNumbers> {
  const db = dbFor(ctx.env, group);
  const [tallies, joined] = await Promise.all([
    store.selectTallies(db, actionNo),
    store.countByLetter(db, actionNo),
  ]);
  const sum = (rows: readonly { count: number }[]) => rows.reduce((total, { count }) => total + count, 0);
  const shares = tallies.filter(({ way }) => way !== "shown");
  return {
    variants: variants.map(({ letter }) => ({
      letter,
      shown: sum(tallies.filter(({ variant, way }) => variant === letter && way === "shown")),
      shared: sum(shares.filter(({ variant }) => variant === letter)),
      joined: sum(joined.filter((each) => each.letter === letter)),
    })),
    shared: sum(shares),
    joined: sum(joined),
  };
}

const weights = new ReadThroughCache<Weights>({
  entriesMax: 1_000,
  freshMs: 5 * 60_000,
  staleMs: 60 * 60_000,
  absentMs: 60_000,
});

/**
 * How often each variant is to be shown now; null shares evenly. Never waits for D1: what was last known is used, and looked
 * up anew behind the reply.
 */
export function weightsNow(
  ctx: Context,
  group: Home,
  actionNo: number,
  share: ShareSettings,
): Weights | null {
  if (share.split !== "learning" || share.winner !== "" || share.variants.length < 2) return null;
  const letters = share.variants.map(({ letter }) => letter).join("");
  const key = `${group.no}/${actionNo}/${letters}`;
  if (weights.peek(key, ctx.now) === undefined)
    ctx.later(weights.read(ctx, key, () => learn(ctx, group, actionNo, share)));
  return weights.held(key, ctx.now) ?? null;
}

async function learn(ctx: Context, group: Home, actionNo: number, share: ShareSettings): Promise<Weights> {
  const { variants } = await shareNumbers(ctx, group, actionNo, share);
  const parts = weightsFor(variants);
  return Object.fromEntries(variants.map(({ letter }, at) => [letter, parts[at] ?? 0]));
}

/** Empties this isolate's memory, as a new isolate starts. */
export function forgetWeights(): void {
  weights.clear();
}
