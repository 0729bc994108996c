import { actionByNo } from "../actions/action";
import type { Action } from "../actions/types";
import { groupByNo } from "../groups/group";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { homeOf } from "../intake/home";
import { targetOf } from "../intake/removal";
import type { FollowUpWindow } from "../intake/types";
import type { Context } from "../platform/context";
import { groupOrigin } from "../platform/http";
import { idFromHex, type ParticipationId } from "../platform/ids";
import { deliverMail, type MailOutcome, type MailWithFiles } from "../platform/mail/mail";
import { retryDelaySeconds } from "../platform/mail/queued";
import { fontsOf } from "../platform/pdf/fonts";
import { dayOf, nextMorning, startOfTomorrow } from "./clock";
import { digestMail, type LetterTarget, letterMail, pdfMail, type WrittenLetter } from "./email";
import { lettersPdf } from "./letters-pdf";
import { messageKey } from "./message-key";
import * as store from "./store";
import * as claiming from "./store-claims";
import { type LetterSettings, letterSettingsOf, letterStates } from "./types";
import { readLetters } from "./written";

/** Mails handed over at once. A crash leaves at most these "unknown". */
const CHUNK = 10;
const DIGEST_LETTERS_MAX = 100;
/** Of one call; what is left is due again at once. A hundred of the longest letters take 3 s of CPU to set as a file. */
const chunksMax = { each: 60, digest: 60, pdf: 5 } as const;
/** An invocation ends after 15 minutes at most (Cloudflare's docs, Queues): whoever made an older claim is gone. */
export const CLAIM_MS = 15 * 60_000;
/** Doubling from half a minute to an hour, a little more than a day. */
const TRIES_MAX = 32;
/** While an operator has stopped the action or the group, letters wait. */
const STOPPED_ASK_MS = 60 * 60_000;
const MISSING_MAX = 2_000;
/** Letters that could not be read are due again after this. */
const GIVEN_BACK_MS = 60_000;

type People = readonly (readonly [personNo: number, id: ParticipationId])[];

/** What follows a stored participation: its letters get their rows, and leave unless they go out together later. */
export async function deliver(ctx: Context, group: Group, action: Action, people: People): Promise<void> {
  const settings = letterSettingsOf(action.settings);
  const dueAt = settings.delivery === "each" ? ctx.now : nextMorning(ctx.now, group.timeZone);
  await store.makeLetters(dbFor(ctx.env, group), action.no, people, dueAt);
  const next = await sendDue(ctx, group, action);
  // The action's home asks again when the time has come, with an alarm that survives what a message does not.
  if (next !== null)
    await homeOf(ctx.env, { actionId: action.id, jurisdiction: group.jurisdiction }).wake(
      targetOf(group, action),
    );
}

/**
 * Sends what is due, each letter at most once however often and from wherever this is called.
 * @returns when something is due again, in ms; null when nothing is under way
 */
export async function sendDue(ctx: Context, group: Group, action: Action): Promise<number | null> {
  const db = dbFor(ctx.env, group);
  const settings = letterSettingsOf(action.settings);
  await claiming.giveUpClaims(db, action.no, { claimedBy: ctx.now - CLAIM_MS, now: ctx.now });
  if (group.status !== "active" || action.limitedAt !== null) {
    const next = await claiming.nextDue(db, action.no, CLAIM_MS);
    return next === null ? null : ctx.now + STOPPED_ASK_MS;
  }
  const send = settings.delivery === "each" ? sendChunk : sendDigest;
  for (let chunk = 0; chunk < chunksMax[settings.delivery]; chunk += 1) {
    if ((await send({ ctx, db, group, action, settings })) === 0) break;
  }
  return claiming.nextDue(db, action.no, CLAIM_MS);
}

type Sending = { ctx: Context; db: GroupDb; group: Group; action: Action; settings: LetterSettings };

/** Claims some letters, hands each over and writes down how it ended. Gives how many were sent or held back: 0 ends it. */
async function sendChunk(sending: Sending): Promise<number> {
  const { ctx, db, action, settings } = sending;
  const { claims, heldCount } = await claiming.claimDue(db, action.no, {
    ...{ now: ctx.now, day: dayOf(ctx.now), limit: CHUNK, tomorrow: startOfTomorrow(ctx.now) },
    cap: settings.capPerDay,
  });
  const letters = await orGiveBack(sending, claims, () => readLetters(db, action.no, claims));
  const settled = await Promise.all(
    letters.map(async ({ claim, letter, target }) => {
      const outcome =
        letter && target
          ? await handOver(sending, letterMail(sending.group, target, letter, pageUrl(sending)))
          : GONE;
      return settle(ctx, claim, outcome);
    }),
  );
  await claiming.settleLetters(db, action.no, settled, ctx.now);
  return claims.length + heldCount;
}

/** The same for all letters to one target, in one mail. */
async function sendDigest(sending: Sending): Promise<number> {
  const { ctx, db, action } = sending;
  const claims = await claiming.claimDigest(db, action.no, {
    ...{ now: ctx.now, day: dayOf(ctx.now), limit: DIGEST_LETTERS_MAX },
  });
  const { read, mail } = await orGiveBack(sending, claims, async () => {
    const read = await readLetters(db, action.no, claims);
    const written = read.flatMap(({ letter }) => (letter ? [letter] : []));
    const target = read.find((one) => one.target)?.target;
    return {
      read,
      mail: target && written.length > 0 ? await dailyMail(sending, target, written) : null,
    };
  });
  const outcome = mail ? await handOver(sending, mail) : GONE;
  const settled = read.map(({ claim, letter }) => settle(ctx, claim, letter ? outcome : GONE));
  await claiming.settleLetters(db, action.no, settled, ctx.now);
  return claims.length;
}

/** Does what comes between the claim and the hand-over: when it fails, nothing has left yet, and the letters wait again. */
async function orGiveBack<R>(
  { ctx, db, action }: Sending,
  claims: readonly claiming.ClaimedLetter[],
  prepare: () => Promise<R>,
): Promise<R> {
  try {
    return await prepare();
  } catch (error) {
    const at = { state: letterStates.waiting, at: ctx.now, dueAt: ctx.now + GIVEN_BACK_MS, reason: null };
    const waiting = claims.map(({ personNo, nth, target }) => ({ personNo, nth, target, ...at }));
    await claiming.settleLetters(db, action.no, waiting, ctx.now);
    throw error;
  }
}

async function dailyMail(sending: Sending, target: LetterTarget, letters: readonly WrittenLetter[]) {
  const { ctx, group, action, settings } = sending;
  const about = { title: action.title, pageUrl: pageUrl(sending), locale: action.locale };
  if (settings.delivery === "digest") return digestMail(group, target, letters, about);
  const { title, locale, slug } = action;
  const fonts = await fontsOf(ctx.env);
  const { bytes, unknown } = await lettersPdf({ group, target, letters, title, locale, fonts, now: ctx.now });
  const file = { filename: `${slug}.pdf`, type: "application/pdf", content: bytes };
  return pdfMail(group, target, { letters, file, isReadable: unknown === 0 }, about);
}

type Ended =
  | Exclude<MailOutcome, { outcome: "capped" | "accepted" }>
  | { outcome: "accepted"; messageKey: number }
  | { outcome: "gone"; reason: string };
const GONE: Ended = { outcome: "gone", reason: "removed" };

/** Letters have a cap of their own, per target and day; the one that guards strangers' mailboxes is not for them. */
async function handOver({ ctx }: Sending, message: MailWithFiles): Promise<Ended> {
  const result = await deliverMail(ctx, message, "letter", { isCounted: false });
  if (result.outcome === "capped") return { outcome: "transient", reason: result.reason };
  return result.outcome === "accepted"
    ? { outcome: "accepted", messageKey: await messageKey(result.id) }
    : result;
}

function settle(
  ctx: Context,
  { personNo, nth, target, attempts }: claiming.ClaimedLetter,
  result: Ended,
): claiming.SettledLetter {
  const key = { personNo, nth, target, at: ctx.now };
  switch (result.outcome) {
    case "accepted":
      return { ...key, state: letterStates.sent, reason: null, messageKey: result.messageKey };
    case "unknown":
      return { ...key, state: letterStates.unknown, reason: result.reason };
    case "permanent":
      return {
        ...key,
        state: result.reason === claiming.SUPPRESSED ? letterStates.bounced : letterStates.failed,
        reason: result.reason,
      };
    case "gone":
      return { ...key, state: letterStates.failed, reason: result.reason };
    case "transient":
      return attempts >= TRIES_MAX
        ? { ...key, state: letterStates.failed, reason: result.reason }
        : {
            ...key,
            state: letterStates.waiting,
            dueAt: ctx.now + retryDelaySeconds(attempts) * 1_000,
            reason: result.reason,
          };
  }
}

function pageUrl({ ctx, group, action }: Pick<Sending, "ctx" | "group" | "action">): string {
  return `${groupOrigin(ctx.config, group.slug)}/letters/${action.slug}`;
}

/**
 * Finds participations of a window whose letters were never written down, since the news of them was lost, and sees to them.
 * @returns how many there were; ask until it is 0
 */
export async function findMissing(
  ctx: Context,
  { target, sinceMs, untilMs }: FollowUpWindow,
): Promise<number> {
  const db = dbFor(ctx.env, { no: target.groupNo, shard: target.shard });
  const missing = await store.withoutLetters(db, target.actionNo, {
    fromHex: `${timeHex(sinceMs - 1)}${"f".repeat(20)}`,
    untilHex: `${timeHex(untilMs)}${"f".repeat(20)}`,
    limit: MISSING_MAX,
  });
  if (missing.length === 0) {
    // Word of what waits may have been lost on the way to the home.
    if ((await claiming.nextDue(db, target.actionNo, CLAIM_MS)) !== null)
      await homeOf(ctx.env, target).wake(target);
    return 0;
  }
  const [group, action] = await Promise.all([
    groupByNo(ctx.directory, target.groupNo),
    actionByNo(db, target.actionNo),
  ]);
  if (!group || !action) return 0;
  ctx.log.info("letters.missing", { actionId: target.actionId, count: missing.length });
  await deliver(
    ctx,
    group,
    action,
    missing.map(([personNo, hex]) => [personNo, idFromHex<ParticipationId>(hex)]),
  );
  return missing.length;
}

/** The first 48 bits of a UUIDv7 made at that moment (RFC 9562 §5.7). */
function timeHex(ms: number): string {
  return Math.max(ms, 0).toString(16).padStart(12, "0");
}
