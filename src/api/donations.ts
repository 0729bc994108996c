import { z } from "zod";
import { RECIPIENT_NAME_MAX } from "../fundraisers/types";
import { isCurrency } from "../platform/currencies";
import { MONEY_MAX, minorDigits, readAmount } from "../platform/money";
import { checked } from "./body";
import { ApiError } from "./problem";

const PARTS_MAX = 50;

const money = z.union([z.string().trim().max(40), z.number()]).transform(String);
const part = z.object({
  display_name: z.string().trim().max(RECIPIENT_NAME_MAX).nullish(),
  amount: money,
});
const recipients = z.array(part).min(1).max(PARTS_MAX);

/** What a body says of a gift. */
export const giftBody = z.object({
  recipients,
  currency: z.string().trim().toUpperCase().refine(isCurrency, "must be a currency such as USD").nullish(),
  "action_network:recurrence": z
    .object({ recurring: z.boolean().nullish(), period: z.string().trim().max(30).nullish() })
    .nullish(),
});

/** How the API calls the rhythms of gifts, and how the product does where it has the same. */
const periods: Record<string, { period: string; rhythm: "once" | "week" | "month" | "year" }> = {
  weekly: { period: "Weekly", rhythm: "week" },
  monthly: { period: "Monthly", rhythm: "month" },
  "every 3 months": { period: "Every 3 Months", rhythm: "once" },
  quarterly: { period: "Every 3 Months", rhythm: "once" },
  yearly: { period: "Yearly", rhythm: "year" },
};

/** What a client wrote down of a gift somebody gave elsewhere. Money is in the currency's smallest unit. */
export type SaidGift = { amount: number; currency: string; own: Record<string, unknown> };

/** The gift in a body (osdi-api.md §4.14). Refuses with 400. @param usual the page's own currency */
export function saidGift(body: Record<string, unknown>, usual: string): SaidGift {
  const said = checked(giftBody, body);
  const currency = said.currency || usual;
  const parts = giftParts(said.recipients, currency);
  const amount = parts.reduce((sum, each) => sum + each.amount, 0);
  if (amount < 1) throw new ApiError(400, "recipients: the amounts come to nothing");
  if (amount > MONEY_MAX) throw new ApiError(400, "recipients: the amounts come to too much");
  const recurrence = said["action_network:recurrence"];
  const period = recurrence?.recurring ? periods[(recurrence.period ?? "monthly").toLowerCase()] : null;
  if (period === undefined)
    throw new ApiError(
      400,
      "action_network:recurrence.period: one of Weekly, Monthly, Every 3 Months, Yearly",
    );
  return {
    ...{ amount, currency },
    own: {
      ...{ amount, currency, feeCover: 0, dedication: null, recipients: parts },
      rhythm: period?.rhythm ?? "once",
      ...(period ? { period: period.period } : {}),
    },
  };
}

/** Recipients of a body as they are kept. Refuses with 400. */
export function giftParts(said: unknown, currency: string): { name: string; amount: number }[] {
  return checked(z.object({ recipients }), { recipients: said }).recipients.map(
    ({ display_name, amount }, index) => ({
      name: display_name ?? "",
      amount: amountOf(amount, currency, `recipients.${index}.amount`),
    }),
  );
}

function amountOf(text: string, currency: string, field: string): number {
  const plain = /^\d+(?:\.\d+)?$/.test(text) ? withinDigits(text, currency) : text;
  const read = readAmount(plain, currency, ".");
  if (read.is === "invalid") throw new ApiError(400, `${field}: must be an amount such as "20.01"`);
  return read.amount;
}

/** A number of JSON may have more digits than money has, all of them 0. */
function withinDigits(text: string, currency: string): string {
  const [whole = "", fraction = ""] = text.split(".");
  const digits = minorDigits(currency);
  const rest = fraction.slice(digits);
  return /[1-9]/.test(rest) || fraction.length <= digits
    ? text
    : `${whole}${digits > 0 ? `.${fraction.slice(0, digits)}` : ""}`;
}
