import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { buildVersions, checkVersions, RenderError } from "../mailings/content";
import { mailingByNo, versionsOf, wrapperOf } from "../mailings/mailing";
import { isMirrorAskable } from "../mailings/mirroring";
import type { Frozen, Mailing } from "../mailings/types";
import { pinMergeFile } from "../merging/merge-file";
import type { Context } from "../platform/context";
import { isOtherThanAgreed } from "./agreed-words";
import { beyondOwnHand } from "./allowance";
import { frozenDrawn } from "./drawing";
import { beginFreeze, type FreezeState, freezeOn } from "./freezing";
import { type Due, issue, type KeptPass } from "./issuing";
import { waitsForRival } from "./rivals";
import * as store from "./store";
import { thawRange } from "./store-freeze";
import { LEASE_S, stopAll, survey, totalsOf } from "./survey";
import { tellOfWords } from "./telling";
import { sumOf } from "./totals";
import type { UnderWay } from "./under-way";

const TURN_MS = 8_000;
const THAW_ROWS = 5_000;
const RIVAL_MS = 1_000;

/** What the driver keeps on disk. */
export type Kept = {
  freeze(): FreezeState | null;
  /** False when the send this belongs to was taken back. */
  saveFreeze(state: FreezeState): boolean;
  forgetFreeze(): void;
  pass(): KeptPass | null;
  /** Null: there is nothing to keep. */
  keepPass(kept: KeptPass | null): void;
  /** What was counted is not how it ends. */
  forgetNumbers(): void;
};

/**
 * Does what a mailing's status asks for, for some seconds.
 * @returns in how many ms to go on; null: not until somebody says so
 * @throws when D1, a gate or the queue is away; asking again goes on from the rows
 */
export async function drive(due: Due, kept: Kept, underWay: UnderWay): Promise<number | null> {
  const { ctx, group, mailing, delivery } = due;
  const db = dbFor(ctx.env, group);
  const now = Date.now();
  switch (delivery.status) {
    case "draft":
    case "waiting":
      return thaw(due, kept, underWay);
    case "scheduled": {
      const startAt = delivery.startAt ?? now;
      if (startAt > now) return startAt - now;
      await store.startPreparing(db, mailing.no, now);
      return 0;
    }
    case "preparing":
      return prepare(due, kept);
    case "sending": {
      const next = await issue(due, underWay, kept);
      return next === "done" ? finish(due, kept) : next;
    }
    case "paused":
      underWay.rest();
      return openClaims(due);
    case "stopped": {
      underWay.rest();
      await stopAll(db, mailing.no, now);
      return (await openClaims(due)) ?? finish(due, kept);
    }
    case "sent":
      underWay.rest();
      return null;
  }
}

/** When the claims that are still open will have ended; null when there are none. */
async function openClaims({ ctx, group, mailing }: Due): Promise<number | null> {
  const now = Date.now();
  const { oldestS } = await survey(dbFor(ctx.env, group), mailing.no, now);
  return oldestS === null ? null : Math.max(1_000, (oldestS + LEASE_S + 1) * 1000 - now);
}

async function prepare({ ctx, group, mailing, delivery }: Due, kept: Kept): Promise<number | null> {
  const db = dbFor(ctx.env, group);
  const { startAt } = delivery;
  if (startAt === null) throw new Error("a mailing without a start is being prepared");
  let state = kept.freeze();
  if (state?.startAt !== startAt) {
    if (await waitsForRival(ctx, db, group, { no: mailing.no, startAt })) return RIVAL_MS;
    await pinMergeFile(db, mailing);
    const built = await build(ctx, group, mailing);
    const isAskable = await isMirrorAskable(ctx, db, mailing);
    // Whoever asked for it is to mend it: it is a draft again, and says why.
    if (!built || !isAskable) {
      await store.unsend(db, mailing.no, built ? "mirrors_too_large" : "not_built", Date.now());
      return 0;
    }
    if (isOtherThanAgreed(mailing, await built.fingerprint())) {
      ctx.log.info("delivery.words_changed", { groupNo: group.no, mailingNo: mailing.no });
      await tellOfWords(ctx, group, mailing);
      await store.holdForWords(db, mailing.no, { startAt, now: Date.now() });
      return 0;
    }
    await store.saveBuilds(db, mailing.no, { ...built, startAt });
    state = await beginFreeze(ctx, group, { ...mailing, startAt }, built);
    if (!kept.saveFreeze(state)) return 0;
  }
  const done = await freezeOn(ctx, group, mailing, state, kept.saveFreeze);
  if (!done.isWhole) return 0;
  const drawn = await frozenDrawn(db, mailing, done.state, kept.saveFreeze);
  if (!drawn) return 0;
  const frozen = { ...drawn, ...asAsked(mailing, done.state) };
  const totals = await totalsOf(db, mailing.no);
  // What was counted while it was written must be what the rows say: else a range is missing, and everything is written anew.
  if (sumOf(totals) !== frozen.candidates || totals.waiting !== frozen.recipients) {
    const numbers = { counted: frozen.candidates, rows: sumOf(totals) };
    ctx.log.error("delivery.not_adding_up", new Error("not frozen whole"), { groupNo: group.no, ...numbers });
    kept.forgetFreeze();
    return 1_000;
  }
  const note = await beyondOwnHand(ctx, group, mailing, frozen.recipients);
  if (note) await store.holdForApproval(db, mailing.no, { startAt, note, now: Date.now() });
  else await store.begin(db, mailing.no, { startAt, frozen, now: Date.now() });
  kept.forgetFreeze();
  return 0;
}

/** What is kept of an audience that another mailing had a part in: whatever that one leaves out later, this one did not. */
function asAsked({ settings }: Mailing, { audience }: FreezeState): Pick<Frozen, "audience"> {
  return settings.mirrorsNo === null ? {} : { audience };
}

async function build(ctx: Context, group: Group, mailing: Mailing) {
  const db = dbFor(ctx.env, group);
  const [versions, wrapper] = await Promise.all([
    versionsOf(db, mailing.no),
    wrapperOf(db, mailing.settings.wrapperNo),
  ]);
  // What it wears and merges may have changed since somebody pressed the button.
  const problems = await checkVersions(ctx, group, mailing, versions, wrapper);
  if (problems.some(({ isError }) => isError)) return null;
  const made = await buildVersions(ctx, group, mailing, versions, wrapper).catch((error: unknown) => {
    if (!(error instanceof RenderError)) throw error;
    ctx.log.info("delivery.not_built", { groupNo: group.no, mailingNo: mailing.no });
    return null;
  });
  if (!made || made.builds.length === 0) return null;
  const { builds } = made;
  const variants = [...new Set(builds.map(({ variantNo }) => variantNo))].toSorted((a, b) => a - b);
  return { ...made, variants, languages: [...new Set(builds.map(({ language }) => language))] };
}

/** Takes the rows of a send that was taken back. */
async function thaw({ ctx, group, mailing }: Due, kept: Kept, underWay: UnderWay): Promise<number | null> {
  underWay.rest();
  kept.forgetFreeze();
  const until = Date.now() + TURN_MS;
  while (Date.now() < until) {
    const { deleted } = await thawRange(dbFor(ctx.env, group), mailing.no, THAW_ROWS);
    if (deleted === 0) return null;
  }
  return 0;
}

async function finish({ ctx, group, mailing }: Due, kept: Kept): Promise<number | null> {
  const db = dbFor(ctx.env, group);
  const totals = await totalsOf(db, mailing.no);
  if (totals.waiting + totals.claimed > 0) return 0;
  const rows = sumOf(totals);
  const candidates = mailing.frozen?.candidates ?? 0;
  const numbers = { groupNo: group.no, mailingNo: mailing.no, rows, candidates };
  // People who were merged meanwhile may have taken a row with them; nobody else may.
  if (rows !== candidates)
    ctx.log.error("delivery.totals", new Error("rows and frozen audience differ"), numbers);
  // Whoever sees that it has ended looks no more, and must see the last numbers.
  kept.forgetNumbers();
  await store.finish(db, mailing.no, Date.now());
  ctx.log.info("delivery.finished", { ...numbers, sent: totals.sent, unknown: totals.unknown });
  return null;
}

/** A mailing as it stands; null when there is none. */
export async function dueOf(ctx: Context, group: Group, mailingNo: number): Promise<Due | null> {
  const db = dbFor(ctx.env, group);
  const [mailing, delivery] = await Promise.all([
    mailingByNo(db, mailingNo),
    store.selectDelivery(db, mailingNo),
  ]);
  return mailing && delivery ? { ctx, group, mailing, delivery } : null;
}
