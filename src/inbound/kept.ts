import type { Context } from "../platform/context";
import { newId } from "../platform/ids";
import * as store from "./store-kept";
import { KEPT_DAYS, KEPT_PAGE_MAX, KEPT_PER_DAY_MAX, type KeptMailId } from "./types";

export type { KeptMail } from "./store-kept";

const DAY_MS = 86_400_000;
const FOLDER = "inbound/kept/";
const TOO_OLD_AT_ONCE = 100;
const SHOWN_MAX = 300;

/** A mail as it came, to be put away when somebody needs it whole. */
export type RawMail = { keep(key: string): Promise<void>; size: number };

/**
 * Puts a mail nothing could be made of before the operators. False when a day has brought too many: its sender must be told,
 * since nobody here will look at it.
 */
export async function keepMail(
  ctx: Context,
  raw: RawMail,
  about: { from: string; to: string; subject: string; cause: string; groupNo: number | null },
): Promise<boolean> {
  if ((await store.countSince(ctx.env.DIRECTORY, ctx.now - DAY_MS)) >= KEPT_PER_DAY_MAX) return false;
  const id = newId<KeptMailId>();
  const key = `${FOLDER}${id}.eml`;
  await raw.keep(key);
  const line = (text: string) => text.toWellFormed().replace(/\s+/g, " ").trim().slice(0, SHOWN_MAX);
  await store.insertKept(ctx.env.DIRECTORY, {
    ...{ id, at: ctx.now, raw: key, size: raw.size, cause: about.cause, groupNo: about.groupNo },
    ...{ fromEmail: line(about.from), toEmail: line(about.to), subject: line(about.subject) },
  });
  return true;
}

/** A page of what was kept, the newest first, and where the next one begins. */
export async function listKept(
  ctx: Context,
  { before, isSettled }: { before: number | null; isSettled: boolean },
): Promise<{ mails: store.KeptMail[]; next: number | null }> {
  const found = await store.selectKept(ctx.env.DIRECTORY, { before, isSettled, limit: KEPT_PAGE_MAX + 1 });
  const mails = found.slice(0, KEPT_PAGE_MAX);
  return { mails, next: found.length > KEPT_PAGE_MAX ? (mails.at(-1)?.no ?? null) : null };
}

/** The mail itself; null when there is none of that number, or it was thrown away after its time. */
export async function rawKept(ctx: Context, no: number): Promise<ReadableStream | null> {
  const kept = await store.keptByNo(ctx.env.DIRECTORY, no);
  const object = kept && (await ctx.env.FILES.get(kept.raw));
  return object?.body ?? null;
}

/** An operator has seen it. False when it was settled before. */
export function settleKept(ctx: Context, no: number, by: { no: number }): Promise<boolean> {
  return store.updateSettled(ctx.env.DIRECTORY, no, by.no, ctx.now);
}

/** What came in lately, by day and kind. */
export function inboundByDay(ctx: Context, days: number): Promise<store.InboundCount[]> {
  return store.selectCounts(ctx.env.DIRECTORY, Math.floor(ctx.now / DAY_MS) - days + 1);
}

/** Throws away what was kept for long enough, some at a time. */
export async function emptyOldKept(ctx: Context): Promise<void> {
  const old = await store.selectOlder(ctx.env.DIRECTORY, ctx.now - KEPT_DAYS * DAY_MS, TOO_OLD_AT_ONCE);
  if (old.length === 0) return;
  await ctx.env.FILES.delete(old.map(({ raw }) => raw));
  await store.deleteKept(
    ctx.env.DIRECTORY,
    old.map(({ no }) => no),
  );
}
