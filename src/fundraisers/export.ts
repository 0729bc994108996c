import type { Action } from "../actions/types";
import type { GroupDb } from "../groups/shard";
import { isGiven, kindNamed, listPaid, type PaidRow, standingOf } from "../payments/payment";
import type { PaymentId } from "../payments/types";
import { BYTE_ORDER_MARK, csvLine } from "../platform/csv";
import { plainAmount } from "../platform/money";
import type { T } from "../ui/i18n";
import { giftAnswer } from "./types";

/** Rows read from D1 at a time: small enough that whoever waits behind them does not notice. */
const PAGE = 200;

const columns = [
  "id",
  "paidAt",
  "email",
  "givenName",
  "familyName",
  "street",
  "locality",
  "region",
  "postalCode",
  "country",
  "rhythm",
  "amount",
  "feeCover",
  "charged",
  "fee",
  "refunded",
  "kept",
  "currency",
  "standing",
  "recipients",
  "dedication",
  "source",
  "reference",
] as const;
type Column = (typeof columns)[number];

/** Every paid gift of a fundraiser as CSV (RFC 4180), newest first, read page by page as the browser takes them. */
export function giftsCsv(t: T, db: GroupDb, action: Action): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let before: PaymentId | null | undefined;
  return new ReadableStream({
    start: (controller) =>
      controller.enqueue(
        encoder.encode(BYTE_ORDER_MARK + csvLine(columns.map((column) => t(`fundraisers.csv.${column}`)))),
      ),
    async pull(controller) {
      if (before === null) return controller.close();
      const page = await listPaid(db, action.no, { before, limit: PAGE });
      const lines = page.rows.map((row) => {
        const cells = cellsOf(t, row);
        return csvLine(columns.map((column) => cells[column]));
      });
      controller.enqueue(encoder.encode(lines.join("")));
      before = page.next;
    },
  });
}

/** The lines of a gift in one currency, which is the gift's own but for fees settled in another. */
export function sumsOf(row: Pick<PaidRow, "facts" | "currency">) {
  const facts = row.facts.map(({ key, kind, amount, currency }) => ({
    ...{ key, kind: kindNamed(kind), money: { amount, currency } },
  }));
  const fees = facts.filter(({ kind, money }) => kind === "fee" && money.currency === row.currency);
  const given = facts.filter(({ kind }) => isGiven(kind));
  const { standing, refunded, held } = standingOf(
    given.concat(facts.filter(({ kind }) => kind === "dispute_lost")),
  );
  const fee = -fees.reduce((sum, { money }) => sum + money.amount, 0);
  return { standing, refunded, held, fee, kept: held - fee };
}

function cellsOf(t: T, row: PaidRow): Record<Column, string> {
  const { answer, currency, details } = row;
  const text = (name: string) => (typeof answer[name] === "string" ? answer[name] : "");
  const money = (amount: number) => plainAmount({ amount, currency });
  const gift = giftAnswer.partial().safeParse(details);
  const { recipients = [], dedication = null } = gift.success ? gift.data : {};
  const { standing, refunded, fee, kept } = sumsOf(row);
  return {
    ...{ id: row.id, paidAt: new Date(row.paidAt).toISOString(), email: row.email ?? "" },
    ...{ givenName: text("givenName"), familyName: text("familyName"), street: text("street") },
    ...{ locality: text("locality"), region: text("region"), postalCode: text("postalCode") },
    ...{ country: text("country"), rhythm: row.interval || "once", currency },
    ...{
      amount: money(row.amount),
      feeCover: money(row.feeCover),
      charged: money(row.amount + row.feeCover),
    },
    ...{ fee: money(fee), refunded: money(refunded), kept: money(kept) },
    standing: t(`payments.standing.${standing}`),
    recipients: recipients.map(({ name, amount }) => `${name}: ${money(amount)}`).join("; "),
    dedication: dedication
      ? `${t(`fundraisers.dedication.kinds.${dedication.kind}`)}: ${dedication.name}`
      : "",
    source: row.source ?? "",
    reference: row.ref ?? "",
  };
}
