import type { Action } from "../actions/types";
import type { GroupDb } from "../groups/shard";
import { BYTE_ORDER_MARK, csvLine } from "../platform/csv";
import type { T } from "../ui/i18n";
import { type LetterLine, listLetters } from "./store-lists";

/** Rows read from D1 at a time: small enough that a signature waiting behind them does not notice. */
const PAGE = 500;

/** Every letter of an action as CSV (RFC 4180), read page by page as the browser takes them. */
export function lettersCsv(t: T, db: GroupDb, action: Action): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let after: LetterLine | null | undefined = null;
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(BYTE_ORDER_MARK + csvLine(headings(t)))),
    async pull(controller) {
      if (after === undefined) return controller.close();
      const lines = await listLetters(db, action.no, { after, limit: PAGE });
      after = lines.length < PAGE ? undefined : lines.at(-1);
      controller.enqueue(encoder.encode(lines.map((line) => csvLine(cells(t, line))).join("")));
    },
  });
}

function headings(t: T): string[] {
  return [
    t("letters.list.target"),
    t("officials.target.office"),
    t("letters.list.address"),
    t("letters.list.state"),
    t("letters.list.settled"),
    t("letters.list.reason"),
    t("actions.fields.givenName"),
    t("actions.fields.familyName"),
    t("intake.csv.email"),
  ];
}

function cells(t: T, line: LetterLine): string[] {
  return [
    line.targetName,
    line.office,
    line.address,
    t(`letters.states.${line.state}`),
    line.settledAt === null ? "" : new Date(line.settledAt).toISOString(),
    line.reason,
    line.givenName,
    line.familyName,
    line.email,
  ];
}
