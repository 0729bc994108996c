import { sumsOf } from "../fundraisers/export";
import { giftAnswer } from "../fundraisers/types";
import type { GroupDb } from "../groups/shard";
import { paymentStates } from "../payments/types";
import { type CustomField, listFields } from "../people/custom-field";
import { idFromHex } from "../platform/ids";
import { plainAmount } from "../platform/money";
import type { Key } from "../ui/i18n";
import { clockOf } from "./clock";
import { type Column, headOf, linesOf } from "./column";
import { fieldColumn, momentTitle, type Wording } from "./people-columns";
import type { Source } from "./source";
import * as store from "./store-gifts";
import { fieldValuesIn } from "./store-people";
import type { TableOrder } from "./types";

type GiftRow = store.StoredGift & {
  said: Record<string, unknown>;
  sums: { fee: number; refunded: number; kept: number; standing: string };
  own: ReturnType<typeof ownOf>;
  fields: ReadonlyMap<number, string>;
};
type GiftColumn = Column<GiftRow>;

const EXPECTED_MAX = 1_000_000;
const FIRST = "00";
const saidNames = [
  "givenName",
  "familyName",
  "street",
  "locality",
  "region",
  "postalCode",
  "country",
  "phone",
] as const;
const unusual = new Set(["createdAt", "provider", "subscription", "referrer", "phone"]);

const encoder = new TextEncoder();

export function isUsualOfGifts(key: string): boolean {
  return !unusual.has(key) && !key.startsWith("field.");
}

/** Every column there is for gifts and what became of their money. */
export function giftColumns(fields: readonly CustomField[], wording: Wording): GiftColumn[] {
  const { t } = wording;
  const text = (key: string, title: Key, value: (row: GiftRow) => string | null): GiftColumn => ({
    ...{ key, title: t(title) },
    text: (row) => value(row) ?? "",
    json: (row) => value(row) || null,
  });
  const money = (
    key: "amount" | "feeCover" | "charged" | "fee" | "refunded" | "kept",
    value: (row: GiftRow) => number,
  ) =>
    text(key, `fundraisers.csv.${key}`, (row) => plainAmount({ amount: value(row), currency: row.currency }));
  return [
    text("id", "fundraisers.csv.id", ({ id }) => idFromHex(id)),
    ...moments(wording),
    text("action", "exports.columns.action", ({ actionTitle }) => actionTitle),
    text("email", "fundraisers.csv.email", ({ email }) => email),
    ...saidNames.map((name) => text(name, `exports.columns.${name}`, ({ said }) => textIn(said[name]))),
    text("rhythm", "fundraisers.csv.rhythm", ({ interval }) => interval || "once"),
    money("amount", ({ amount }) => amount),
    money("feeCover", ({ feeCover }) => feeCover),
    money("charged", ({ amount, feeCover }) => amount + feeCover),
    money("fee", ({ sums }) => sums.fee),
    money("refunded", ({ sums }) => sums.refunded),
    money("kept", ({ sums }) => sums.kept),
    text("currency", "fundraisers.csv.currency", ({ currency }) => currency),
    standingColumn(wording),
    text("recipients", "fundraisers.csv.recipients", ({ own, currency }) =>
      own.recipients.map(({ name, amount }) => `${name}: ${plainAmount({ amount, currency })}`).join("; "),
    ),
    text("dedication", "fundraisers.csv.dedication", ({ own: { dedication } }) =>
      dedication ? `${t(`fundraisers.dedication.kinds.${dedication.kind}`)}: ${dedication.name}` : "",
    ),
    text("source", "fundraisers.csv.source", ({ source }) => source),
    text("referrer", "exports.columns.referrer", ({ referrer }) => referrer),
    text("provider", "exports.columns.provider", ({ provider }) => provider),
    text("reference", "fundraisers.csv.reference", ({ ref }) => ref),
    text("subscription", "exports.columns.subscription", ({ subscription }) =>
      subscription ? idFromHex(subscription) : "",
    ),
    ...fields.map((field) => fieldColumn<GiftRow>(field, (row) => row.fields.get(field.no) ?? "")),
  ];
}

function moments(wording: Wording): GiftColumn[] {
  const clock = clockOf(wording.timeZone);
  return (["createdAt", "paidAt"] as const).map((key) => ({
    key,
    title: momentTitle(wording, key === "paidAt" ? "exports.columns.paidAt" : "exports.columns.begunAt"),
    text: (row) => (row[key] === null ? "" : clock(row[key])),
    json: (row) => (row[key] === null ? null : clock(row[key])),
  }));
}

const standings = ["awaited", "paid", "partly_refunded", "refunded", "disputed", "dispute_lost"] as const;

function standingColumn({ t }: Wording): GiftColumn {
  return {
    key: "standing",
    title: t("fundraisers.csv.standing"),
    text: ({ state, sums }) => {
      if (state === paymentStates.failed) return t("exports.failedPayment");
      const standing = standings.find((name) => name === sums.standing) ?? "awaited";
      return t(`payments.standing.${standing}`);
    },
    json: ({ state, sums }) => (state === paymentStates.failed ? "failed" : sums.standing),
  };
}

/** What came of money, oldest first: paid, given back, failed. A page that was opened and never paid is no gift. */
export async function giftsSource(
  db: GroupDb,
  order: Extract<TableOrder, { what: "gifts" }>,
  wording: Wording,
): Promise<Source> {
  const fields = await listFields(db);
  const wanted = new Set(order.columns);
  const columns = giftColumns(fields, wording).filter(({ key }) => wanted.has(key));
  const fieldNos = fields.filter(({ key }) => wanted.has(`field.${key}`)).map(({ no }) => no);
  return {
    expected: async () => (await store.extentOfGifts(db, EXPECTED_MAX)).count,
    async read(cursor) {
      const [after = FIRST, known] = cursor?.split("/") ?? [];
      const upTo = known ?? (await store.extentOfGifts(db, 1)).last;
      const page = upTo ? await store.giftsIn(db, { after, upTo }) : [];
      const found = page.filter((gift) => isAsked(order, gift));
      const rows = await withDetails(db, found, fieldNos);
      const text =
        (cursor === null ? headOf(order.format, columns) : "") + linesOf(order.format, columns, rows);
      const last = page.at(-1)?.id ?? upTo;
      const next = last === upTo || upTo === null ? null : `${last}/${upTo}`;
      return { bytes: encoder.encode(text), rows: rows.length, next };
    },
  };
}

function isAsked(
  { actionNo, from, to }: { actionNo: number | null; from: number | null; to: number | null },
  gift: store.StoredGift,
): boolean {
  const at = gift.paidAt ?? gift.createdAt;
  return (
    gift.state !== paymentStates.open &&
    (actionNo === null || gift.actionNo === actionNo) &&
    (from === null || at >= from) &&
    (to === null || at < to)
  );
}

async function withDetails(
  db: GroupDb,
  page: readonly store.StoredGift[],
  fieldNos: readonly number[],
): Promise<GiftRow[]> {
  const people = [...new Set(page.flatMap(({ personNo }) => personNo ?? []))];
  const values =
    fieldNos.length > 0 && people.length > 0 ? await fieldValuesIn(db, { people }, fieldNos) : null;
  return page.map((gift) => ({
    ...gift,
    said: recordIn(gift.answer),
    sums: sumsIn(gift),
    own: ownOf(gift.details),
    fields: new Map(
      (values?.get(gift.personNo ?? 0) ?? []).map(([no, value]) => [Number(no), value] as const),
    ),
  }));
}

function sumsIn({ facts, currency }: store.StoredGift): GiftRow["sums"] {
  const lines: [string, number, number, string][] = JSON.parse(facts);
  const named = lines.map(([key, kind, amount, of]) => ({ key, kind, amount, currency: of }));
  return sumsOf({ currency, facts: named });
}

function ownOf(details: string | null) {
  const read = giftAnswer.partial().safeParse(recordIn(details));
  const { recipients = [], dedication = null } = read.success ? read.data : {};
  return { recipients, dedication };
}

function recordIn(json: string | null): Record<string, unknown> {
  const value: unknown = JSON.parse(json ?? "{}");
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function textIn(value: unknown): string {
  return typeof value === "string" ? value : "";
}
