import type { GroupDb } from "../groups/shard";
import { endOfPage, giveUpClaims, unsettledReceipts } from "./store";
import { CLAIM_MS, receiptStates, type UnsettledReceipt } from "./types";

/** Participations looked at by one statement: some 20 ms of the shard. */
const SCAN_PAGE = 5_000;
/** Statements of one call; D1 allows 1,000 an invocation (Cloudflare's docs, D1), and a page needs three. */
const SCAN_PAGES_MAX = 300;
/** People whose mail is asked for again by one call. The window is asked for again, so the rest follow. */
const REISSUED_MAX = 20_000;
/** A retry message is given this long to arrive after its time. */
const RETRY_GRACE_MS = 2 * 60_000;

/** What a window still holds: how many receipts are not settled, and whom to ask for again. */
export type Unsettled = { count: number; people: number[] };

/**
 * Walks the participations whose ids were made in a window and looks for those without a settled receipt. Claims whose
 * owner must be gone become "unknown", and waiting ones whose retry never came are asked for again.
 * @param window ms, both ends included
 * @throws when the window holds more participations than one call can look at.
 */
export async function findUnsettled(
  db: GroupDb,
  actionNo: number,
  window: { sinceMs: number; untilMs: number },
  now: number,
): Promise<Unsettled> {
  const found: Unsettled = { count: 0, people: [] };
  const untilHex = `${timeHex(window.untilMs)}${"f".repeat(20)}`;
  let fromHex = `${timeHex(window.sinceMs - 1)}${"f".repeat(20)}`;
  for (let page = 0; page < SCAN_PAGES_MAX; page += 1) {
    const endHex = await endOfPage(db, actionNo, { fromHex, untilHex, size: SCAN_PAGE });
    const rows = await unsettledReceipts(db, actionNo, fromHex, endHex ?? untilHex);
    const expired = rows.filter((row) => row.state === receiptStates.claimed && row.at <= now - CLAIM_MS);
    await giveUpClaims(db, actionNo, peopleOf(expired), { claimedBy: now - CLAIM_MS, now });
    found.count += rows.length - expired.length;
    found.people.push(...peopleOf(rows.filter((row) => isForgotten(row, now))));
    if (endHex === null || found.people.length >= REISSUED_MAX) return found;
    fromHex = endHex;
  }
  throw new Error(`more than ${SCAN_PAGES_MAX * SCAN_PAGE} participations in one window`);
}

/** Whether nothing is under way for it any more: it was never claimed, or its retry should have come. */
function isForgotten({ state, at }: UnsettledReceipt, now: number): boolean {
  return state === null || (state === receiptStates.waiting && at <= now - RETRY_GRACE_MS);
}

function peopleOf(rows: UnsettledReceipt[]): number[] {
  return rows.map(({ personNo }) => personNo);
}

/** The first 48 bits of a UUIDv7 made at that moment (RFC 9562 §5.7). */
function timeHex(ms: number): string {
  return Math.max(ms, 0).toString(16).padStart(12, "0");
}
