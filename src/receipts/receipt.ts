import { actionByNo } from "../actions/action";
import type { Kind } from "../actions/types";
import { groupByNo } from "../groups/group";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { FollowUpWindow, ParticipationsRecorded } from "../intake/types";
import type { Context } from "../platform/context";
import { groupOrigin } from "../platform/http";
import { deliverMail } from "../platform/mail/mail";
import { retryDelaySeconds } from "../platform/mail/queued";
import { sendAll } from "../platform/queues";
import { ownCode } from "../sharing/board";
import type { EmailBlock } from "../ui/email";
import { composeReceipt } from "./email";
import { findUnsettled } from "./follow-up";
import {
  actionOfReceipt,
  claimReceipts,
  participationsOf,
  type ReceiptAction,
  settleReceipts,
} from "./store";
import {
  type ClaimedReceipt,
  RECEIPT_CHUNK,
  RECEIPT_PAGE_MAX,
  RECEIPT_TRIES_MAX,
  type ReceiptOutcome,
  type ReceiptPage,
  receiptStates,
  type SettledReceipt,
} from "./types";

/** A retry may arrive this much before its time, by another machine's clock. */
const CLOCK_SLACK_MS = 5_000;

/** Passes the news of stored participations on to the mail lane. */
export async function onParticipationsRecorded(ctx: Context, message: ParticipationsRecorded): Promise<void> {
  const { target } = message;
  if (!target.hasReceipt) return;
  await sendPages(
    ctx,
    target,
    message.people.map(([personNo]) => personNo),
  );
}

/**
 * Sends the thank-you mails of a page of people, each at most once however often it is called.
 *
 * Everyone is claimed in the same breath as their chunk is handed over, so an open claim always means that the mail may
 * have left: it is never taken over, and ends as "unknown" when its owner is gone. Whoever was not claimed yet has no
 * row and is found again by `findMissingReceipts`. Throws when D1 or the queue cannot be reached; calling again is safe.
 * @param kinds every kind of action, to know the address of the page
 */
export async function sendReceipts(ctx: Context, page: ReceiptPage, kinds: readonly Kind[]): Promise<void> {
  const group = await groupByNo(ctx.directory, page.groupNo);
  if (!group) return;
  const db = dbFor(ctx.env, group);
  const action = await actionOfReceipt(db, page.actionNo);
  const kind = kinds.find(({ name }) => name === action?.kind);
  if (!action?.settings.autoresponse.isOn || !kind) return;
  const send = sender(ctx, group, action, kind);
  const waiting: ClaimedReceipt[] = [];
  for (const people of chunks(page.people, RECEIPT_CHUNK)) {
    // All that a mail is made of is read before anybody is claimed: after the claim nothing but the hand-over can fail.
    const more = await blocksFor(ctx, group, kind, page.actionNo, people);
    const codes = await codesFor(ctx, group, action, page.actionNo, people);
    const claimed = await claimReceipts(db, page.actionNo, people, ctx.now);
    const settled = await Promise.all(
      claimed.map(async (person) => {
        const { personNo } = person;
        return settle(ctx, person, await send(person, more?.get(personNo), codes.get(personNo)));
      }),
    );
    await settleReceipts(db, page.actionNo, settled);
    const isWaiting = new Set(
      settled.filter(({ state }) => state === receiptStates.waiting).map(({ personNo }) => personNo),
    );
    waiting.push(...claimed.filter(({ personNo }) => isWaiting.has(personNo)));
  }
  await tryAgainLater(ctx, page, waiting);
}

/** What the kind tells each of a chunk; undefined for a kind that tells nothing. */
async function blocksFor(
  ctx: Context,
  group: Group,
  kind: Kind,
  actionNo: number,
  people: readonly number[],
) {
  if (!kind.receipt) return undefined;
  const action = await actionByNo(dbFor(ctx.env, group), actionNo);
  return action ? kind.receipt.blocks(ctx, group, action, people) : undefined;
}

/** The codes of a chunk's own links, where the organiser gives each supporter one. */
async function codesFor(
  ctx: Context,
  group: Group,
  { settings }: ReceiptAction,
  actionNo: number,
  people: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  if (settings.share.links === "none") return new Map();
  const ids = await participationsOf(dbFor(ctx.env, group), actionNo, people);
  const codes = await Promise.all(
    [...ids].map(async ([no, id]): Promise<[number, string]> => [no, (await ownCode(ctx, group, id)) ?? ""]),
  );
  return new Map(codes);
}

function sender(ctx: Context, group: Group, action: ReceiptAction, kind: Kind) {
  const pageUrl = `${groupOrigin(ctx.config, group.slug)}/${kind.path}/${action.slug}`;
  const write = composeReceipt(group, action, pageUrl, kind.receipt);
  return async (
    person: ClaimedReceipt,
    more?: readonly EmailBlock[],
    code?: string,
  ): Promise<ReceiptOutcome> => {
    if (group.status === "suspended") return { outcome: "refused", reason: "group_suspended" };
    if (!person.mayBeMailed) return { outcome: "refused", reason: "suppressed" };
    return deliverMail(ctx, write(person, more, code), "receipt", { isCounted: person.attempts === 1 });
  };
}

function settle(
  ctx: Context,
  { personNo, attempts }: ClaimedReceipt,
  result: ReceiptOutcome,
): SettledReceipt {
  const now = ctx.now;
  switch (result.outcome) {
    case "accepted":
      return { personNo, state: receiptStates.sent, at: now, reason: null };
    case "refused":
    case "permanent":
      return { personNo, state: receiptStates.refused, at: now, reason: result.reason };
    case "capped":
      return { personNo, state: receiptStates.capped, at: now, reason: result.reason };
    case "unknown":
      return { personNo, state: receiptStates.unknown, at: now, reason: result.reason };
    case "transient": {
      if (attempts >= RECEIPT_TRIES_MAX)
        return { personNo, state: receiptStates.refused, at: now, reason: result.reason };
      const at = now + retryDelaySeconds(attempts) * 1_000 - CLOCK_SLACK_MS;
      return { personNo, state: receiptStates.waiting, at, reason: result.reason };
    }
  }
}

async function tryAgainLater(ctx: Context, page: ReceiptPage, waiting: ClaimedReceipt[]): Promise<void> {
  if (waiting.length === 0) return;
  const delaySeconds = retryDelaySeconds(Math.max(...waiting.map(({ attempts }) => attempts)));
  await ctx.env.RECEIPTS.send(
    { ...page, people: waiting.map(({ personNo }) => personNo) } satisfies ReceiptPage,
    { delaySeconds },
  );
}

/**
 * Finds counted participations of a window whose thank-you mail was lost on the way and asks for it again.
 * @returns how many of the window are not settled yet, under way or asked for again; ask until it is 0.
 */
export async function findMissingReceipts(
  ctx: Context,
  { target, sinceMs, untilMs }: FollowUpWindow,
): Promise<number> {
  if (!target.hasReceipt) return 0;
  const db = dbFor(ctx.env, { no: target.groupNo, shard: target.shard });
  const action = await actionOfReceipt(db, target.actionNo);
  if (!action?.settings.autoresponse.isOn) return 0;
  const unsettled = await findUnsettled(db, target.actionNo, { sinceMs, untilMs }, ctx.now);
  await sendPages(ctx, target, unsettled.people);
  if (unsettled.count > 0) {
    ctx.log.info("receipts.unsettled", {
      actionId: target.actionId,
      count: unsettled.count,
      again: unsettled.people.length,
    });
  }
  return unsettled.count;
}

async function sendPages(
  ctx: Context,
  target: Pick<ReceiptPage, "groupNo" | "actionNo">,
  people: number[],
): Promise<void> {
  const { groupNo, actionNo } = target;
  const pages = chunks([...new Set(people)], RECEIPT_PAGE_MAX).map(
    (page): ReceiptPage => ({ type: "receipts.send", groupNo, actionNo, people: page }),
  );
  await sendAll(ctx.env.RECEIPTS, pages);
}

function chunks<Item>(items: Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
