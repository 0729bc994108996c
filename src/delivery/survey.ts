import { nextWidth } from "../audiences/audience";
import type { GroupDb } from "../groups/shard";
import type { MailingTotals } from "../mailings/types";
import * as ledger from "./store-ledger";
import { addRows, noTotals } from "./totals";

const FIRST_WIDTH = 200_000;
/** A consumer that said nothing for so long after it claimed somebody is gone. */
export const LEASE_S = 120;

export type Open = ledger.OpenCounts & { highest: number };

/** Goes through the ledger: what is due, when the rest is, and ends as unknown what was claimed and never settled. */
export async function survey(db: GroupDb, mailingNo: number, now: number): Promise<Open> {
  const highest = await ledger.lastRecipient(db, mailingNo);
  const nowS = Math.floor(now / 1000);
  const claimedByS = nowS - LEASE_S;
  const open: Open = {
    ...{ ready: 0, later: 0, laterFresh: 0, held: 0, claimed: 0, nextDueS: null, oldestS: null },
    highest,
  };
  await overRanges(highest, async (after, upTo) => {
    let counts = await ledger.countOpen(db, mailingNo, { after, upTo, nowS });
    const { ms } = counts;
    if (counts.oldestS !== null && counts.oldestS <= claimedByS) {
      await ledger.giveUpClaims(db, mailingNo, { after, upTo, claimedByS });
      counts = await ledger.countOpen(db, mailingNo, { after, upTo, nowS });
    }
    for (const name of ["ready", "later", "laterFresh", "held", "claimed"] as const)
      open[name] += counts[name];
    open.nextDueS = least(open.nextDueS, counts.nextDueS);
    open.oldestS = least(open.oldestS, counts.oldestS);
    return ms;
  });
  return open;
}

function least(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

/** Everybody of a mailing by what became of them, counted from the rows. */
export async function totalsOf(db: GroupDb, mailingNo: number): Promise<MailingTotals> {
  const totals = noTotals();
  await overRanges(await ledger.lastRecipient(db, mailingNo), async (after, upTo) => {
    const { rows, ms } = await ledger.countRange(db, mailingNo, { after, upTo });
    addRows(totals, rows);
    return ms;
  });
  return totals;
}

/** Ends everybody who still waits, of a mailing that was stopped. */
export async function stopAll(db: GroupDb, mailingNo: number, now: number): Promise<void> {
  const nowS = Math.floor(now / 1000);
  await overRanges(
    await ledger.lastRecipient(db, mailingNo),
    async (after, upTo) => (await ledger.stopWaiting(db, mailingNo, { after, upTo, nowS })).ms,
    20_000,
  );
}

/** What the sample of a test did, by variant, and by cohort where it goes down the list. */
export async function sampleOf(db: GroupDb, mailingNo: number): Promise<ledger.SampleCount[]> {
  const sums = new Map<string, ledger.SampleCount>();
  await overRanges(
    await ledger.lastRecipient(db, mailingNo),
    async (after, upTo) => {
      const { rows, ms } = await ledger.countSample(db, mailingNo, { after, upTo });
      for (const row of rows) {
        const key = `${row.variantNo} ${row.cohort}`;
        const sum = sums.get(key);
        if (!sum) {
          sums.set(key, row);
          continue;
        }
        for (const name of [
          "sent",
          "opened",
          "clicked",
          "acted",
          "gave",
          "unsubscribed",
          "complained",
        ] as const)
          sum[name] += row[name];
        sum.lastS = Math.max(sum.lastS ?? 0, row.lastS ?? 0) || null;
      }
      return ms;
    },
    20_000,
  );
  return [...sums.values()];
}

/** Ranges of person numbers, one after another, each as wide as fits the time one statement may take. */
export async function overRanges(
  highest: number,
  work: (after: number, upTo: number) => Promise<number>,
  firstWidth = FIRST_WIDTH,
): Promise<void> {
  let width = firstWidth;
  for (let after = 0; after < highest; ) {
    const upTo = Math.min(highest, after + width);
    width = nextWidth(width, await work(after, upTo));
    after = upTo;
  }
}
