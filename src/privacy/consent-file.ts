import type { Action } from "../actions/types";
import type { GroupDb } from "../groups/shard";
import { subscriptionStatus } from "../people/types";
import { BYTE_ORDER_MARK, csvLine } from "../platform/csv";
import { idFromHex } from "../platform/ids";
import type { T } from "../ui/i18n";
import { type ConsentRow, selectConsents } from "./store-everything";

/** Participations read by one statement. */
const PAGE = 2_000;
const FIRST = "0".repeat(32);

/** What everybody who took an action answered about mail, word for word: the evidence, as a file that is made while it is read. */
export function consentFile(
  t: T,
  db: GroupDb,
  action: Action,
  page: { url: string; filename: string },
): Response {
  const encoder = new TextEncoder();
  let after = FIRST;
  let isBegun = false;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!isBegun) {
        isBegun = true;
        controller.enqueue(encoder.encode(BYTE_ORDER_MARK + csvLine(headings(t))));
      }
      const rows = await selectConsents(db, action.no, after, PAGE);
      const lines = rows.filter(({ at }) => at !== null).map((row) => csvLine(cells(t, row, page.url)));
      if (lines.length > 0) controller.enqueue(encoder.encode(lines.join("")));
      const last = rows.at(-1)?.id;
      if (last === undefined) controller.close();
      else after = last;
    },
  });
  return new Response(stream, {
    headers: {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": `attachment; filename="${page.filename}"`,
      "Cache-Control": "private, no-store",
      "X-Content-Type-Options": "nosniff",
    },
  });
}

function headings(t: T): string[] {
  return (
    ["person", "email", "time", "answer", "wording", "mode", "language", "page", "status"] as const
  ).map((name) => t(`privacy.consentFile.${name}`));
}

const statuses = Object.entries(subscriptionStatus);

function cells(t: T, row: ConsentRow, url: string): string[] {
  const status = statuses.find(([, value]) => value === row.status)?.[0] ?? "none";
  return [
    idFromHex(row.personId),
    row.email ?? "",
    new Date(row.at ?? 0).toISOString(),
    t(row.answer === 1 ? "privacy.own.page.yes" : "privacy.own.page.no"),
    row.wording ?? "",
    row.mode ?? "",
    row.locale ?? "",
    row.source ? `${url}?source=${encodeURIComponent(row.source)}` : url,
    status,
  ];
}
