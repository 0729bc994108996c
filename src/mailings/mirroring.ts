import { type Audience, isSmallEnough } from "../audiences/audience";
import type { GroupDb } from "../groups/shard";
import type { Context } from "../platform/context";
import * as store from "./store";
import { countFollowing, selectFollowers } from "./store-mirrors";
import type { Mailing, Target } from "./types";

export type { Follower } from "./store-mirrors";

/** One mailing mirrors another, which mirrors a third, and so on: nobody follows more. */
export const MIRRORS_MAX = 5;

/** Mailings one may choose from. */
const OFFERED_MAX = 50;

/** Mailings and what they leave out, as one that mirrors the first of them has it; the first first. */
type Mirrored = { mailing: Mailing; exclude: Audience["exclude"] };

/** Whom a mailing leaves out because another one does, along the whole chain; a circle ends where it closes. */
async function chainOf(db: GroupDb, mirrorsNo: number | null): Promise<Mirrored[]> {
  const chain: Mirrored[] = [];
  for (let no = mirrorsNo; no !== null && chain.length < MIRRORS_MAX; ) {
    if (chain.some(({ mailing }) => mailing.no === no)) break;
    const mailing = await store.selectMailingByNo(db, no);
    if (!mailing) break;
    // What was frozen left out whom it left out, whatever changed in those it mirrored.
    const asked = mailing.frozen?.audience;
    chain.push({ mailing, exclude: (asked ?? mailing.target?.audience)?.exclude });
    no = asked ? null : mailing.settings.mirrorsNo;
  }
  return chain;
}

/** A target as it is asked: without whom the mirrored mailing leaves out now. The same object where none is mirrored. */
export async function withMirrored(
  db: GroupDb,
  target: Target,
  { mirrorsNo }: Pick<Mailing["settings"], "mirrorsNo">,
): Promise<Target> {
  if (mirrorsNo === null) return target;
  return { ...target, audience: without(target.audience, await chainOf(db, mirrorsNo)) };
}

function without(audience: Audience, chain: readonly Mirrored[]): Audience {
  const excludes = [audience.exclude, ...chain.map(({ exclude }) => exclude)].filter(
    (each) => each !== undefined,
  );
  const [only, ...others] = excludes;
  if (!only) return audience;
  return { ...audience, exclude: others.length === 0 ? only : { any: excludes } };
}

/** Whether a mailing's audience can be asked with whom it leaves out because others do, which may be changed after it was chosen. */
export async function isMirrorAskable(
  ctx: Context,
  db: GroupDb,
  { target, settings }: Pick<Mailing, "target" | "settings">,
): Promise<boolean> {
  if (settings.mirrorsNo === null || !target) return true;
  return isSmallEnough(ctx, db, (await withMirrored(db, target, settings)).audience);
}

/** The audience a mailing has or had: as it was frozen where it mirrored another, else with what it mirrors now; null for none. */
export async function askedAudience(
  db: GroupDb,
  { target, settings, frozen }: Pick<Mailing, "target" | "settings" | "frozen">,
): Promise<Audience | null> {
  if (frozen?.audience) return frozen.audience;
  if (!target || frozen) return target?.audience ?? null;
  return (await withMirrored(db, target, settings)).audience;
}

/** What a mailing mirrors, and the people of `audience` whom that leaves out, as an audience to be counted; null for none. */
export async function mirroredBy(
  db: GroupDb,
  audience: Audience,
  mirrorsNo: number | null,
): Promise<{ mailing: Mailing; exclude: Audience | null; lost: Audience | null } | null> {
  const chain = await chainOf(db, mirrorsNo);
  const [first] = chain;
  if (!first) return null;
  const { exclude } = without({ include: { all: [] } }, chain);
  if (!exclude) return { mailing: first.mailing, exclude: null, lost: null };
  const { include, ...rest } = audience;
  return {
    mailing: first.mailing,
    exclude: { include: exclude },
    lost: { ...rest, include: { all: [include, exclude] } },
  };
}

export type MirrorProblem = "circle" | "too_long" | "too_large" | "gone";

/** Why a mailing may not mirror another; null when it may. */
export async function mirrorProblem(
  ctx: Context,
  db: GroupDb,
  mailingNo: number,
  audience: Audience,
  mirrorsNo: number,
): Promise<MirrorProblem | null> {
  if (mirrorsNo === mailingNo) return "circle";
  const chain = await chainOf(db, mirrorsNo);
  if (chain.length === 0) return "gone";
  if (chain.some(({ mailing: { no, settings, frozen } }) => no === mailingNo || leads(settings, frozen)))
    return "circle";
  if (chain.length >= MIRRORS_MAX && chain.at(-1)?.mailing.settings.mirrorsNo !== null) return "too_long";
  // Whoever follows this one would follow all of these too.
  if (chain.length + (await countFollowing(db, mailingNo, MIRRORS_MAX)) > MIRRORS_MAX) return "too_long";
  return (await isSmallEnough(ctx, db, without(audience, chain))) ? null : "too_large";

  function leads({ mirrorsNo: next }: Mailing["settings"], frozen: Mailing["frozen"]): boolean {
    return !frozen?.audience && next === mailingNo;
  }
}

/** The mailings one may mirror: the newest, and the one it mirrors already. */
export async function mirrorsOffered(db: GroupDb, { no, settings }: Mailing): Promise<Mailing[]> {
  const newest = (await store.selectMailings(db, { limit: OFFERED_MAX })).filter((each) => each.no !== no);
  const { mirrorsNo } = settings;
  if (mirrorsNo === null || newest.some((each) => each.no === mirrorsNo)) return newest;
  const chosen = await store.selectMailingByNo(db, mirrorsNo);
  return chosen ? [chosen, ...newest] : newest;
}

/** The mailings that mirror one and still follow it. */
export function followersOf(db: GroupDb, { no }: Pick<Mailing, "no">) {
  return selectFollowers(db, no);
}
