import {
  type FailureReason,
  failureReasons,
  type LeftOutReason,
  leftOutReasons,
  type MailingTotals,
  type RecipientStatus,
  recipientStatus,
} from "../mailings/types";
import type { TotalRow } from "./store-ledger";

/** The name of each code of a table such as `recipientStatus`. */
function namesOf<Name extends string>(codes: Readonly<Record<Name, number>>): (code: number) => Name {
  const isName = (name: string): name is Name => Object.hasOwn(codes, name);
  const names = Object.keys(codes).filter(isName);
  return (code) => {
    const name = names.find((each) => codes[each] === code);
    if (!name) throw new Error(`no name for ${code}`);
    return name;
  };
}

export const leftOutName: (code: number) => LeftOutReason = namesOf(leftOutReasons);
const statusName: (code: number) => RecipientStatus = namesOf(recipientStatus);
const failureName: (code: number) => FailureReason = namesOf(failureReasons);

export function noTotals(): MailingTotals {
  return {
    ...{ waiting: 0, claimed: 0, sent: 0, left_out: 0, failed: 0, unknown: 0 },
    ...{ leftOutBy: {}, failedBy: {} },
  };
}

/** Adds rows as they were counted to totals. */
export function addRows(totals: MailingTotals, rows: readonly TotalRow[]): MailingTotals {
  for (const { status, reason, count } of rows) {
    const name = statusName(status);
    totals[name] += count;
    if (name === "left_out") {
      const why = leftOutName(reason ?? 0);
      totals.leftOutBy[why] = (totals.leftOutBy[why] ?? 0) + count;
    }
    if (name === "failed") {
      const why = failureName(reason ?? 0);
      totals.failedBy[why] = (totals.failedBy[why] ?? 0) + count;
    }
  }
  return totals;
}

/** All people of a mailing, whatever became of them. */
export function sumOf({ waiting, claimed, sent, left_out, failed, unknown }: MailingTotals): number {
  return waiting + claimed + sent + left_out + failed + unknown;
}
