import { type Money, minorDigits } from "../money";

// https://docs.stripe.com/currencies#zero-decimal, #three-decimal and #special-cases: where Stripe counts a currency in
// other units than ISO 4217 does.
const STRIPE_DIGITS: Readonly<Record<string, number>> = { ISK: 2, UGX: 2, MGA: 0 };
const UNSUPPORTED = new Set([
  "CUP",
  "IRR",
  "KPW",
  "SDG",
  "SYP",
  "IQD",
  "LYD",
  "ERN",
  "VES",
  "ZWG",
  "SSP",
  "BTN",
]);

function scale(currency: string): number {
  return 10 ** ((STRIPE_DIGITS[currency] ?? minorDigits(currency)) - minorDigits(currency));
}

/** The smallest step Stripe can charge, in our units: thousandths only in tens. Null for a currency it does not know. */
export function stripeStep(currency: string): number | null {
  if (UNSUPPORTED.has(currency)) return null;
  if (minorDigits(currency) === 3) return 10;
  return scale(currency) < 1 ? 1 / scale(currency) : 1;
}

/** Our amount in Stripe's unit. @throws for one that Stripe cannot charge: the form refuses it before. */
export function toStripe({ amount, currency }: Money): number {
  if (amount % (stripeStep(currency) ?? Number.NaN) !== 0)
    throw new Error(`${amount} ${currency} is not chargeable`);
  return Math.round(amount * scale(currency));
}

export function fromStripe(amount: number, currency: string): Money {
  const code = currency.toUpperCase();
  return { amount: Math.round(amount / scale(code)), currency: code };
}
