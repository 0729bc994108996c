import { cleanLine, cleanText } from "../actions/answer-text";
import { isCurrency } from "../platform/currencies";
import { type FormValues, single } from "../platform/forms";
import { plainAmount, readAmount, shortAmount } from "../platform/money";
import { AMOUNTS_MAX, type FundraiserSettings, RECIPIENTS_MAX, rhythms } from "./types";

export const AMOUNT_ROWS = AMOUNTS_MAX;

export type RecipientRow = { name: string; share: string };

/** Whether the form holds this part, so that a box without its tick is told from one that was not shown. */
export function isShown(form: FormValues): boolean {
  return "fundraiser" in form;
}

/** The settings as the form writes them. */
export function editorValuesOf(settings: FundraiserSettings): FormValues {
  const { currency, amounts, least, most, feeCover, moneyGoal, recipients } = settings;
  const money = (amount: number) => shortAmount({ amount, currency });
  const tick = (isOn: boolean) => (isOn ? "yes" : "");
  return withRecipients(
    {
      ...{ currency, least: money(least), most: money(most), receiptText: settings.receiptText },
      ...Object.fromEntries(amounts.map((amount, row) => [`amounts.${row}`, money(amount)])),
      ...Object.fromEntries(rhythms.map((name) => [`rhythm.${name}`, tick(settings.rhythms.includes(name))])),
      moneyGoal: moneyGoal === null ? "" : money(moneyGoal),
      isOtherAllowed: tick(settings.isOtherAllowed),
      isRecipientChosen: tick(settings.isRecipientChosen),
      hasDedications: tick(settings.hasDedications),
      "feeCover.isOffered": tick(feeCover.isOffered),
      "feeCover.basisPoints": plainAmount({ amount: feeCover.basisPoints, currency: "USD" }),
      "feeCover.fixed": money(feeCover.fixed),
    },
    recipients.map(({ name, share }) => ({ name, share: String(share) })),
  );
}

/** What the editor's fields say; nothing of what was not sent. What is no amount is NaN, and refused by the schema. */
export function readEditor(form: FormValues): Record<string, unknown> {
  if (!isShown(form)) return {};
  const currency = cleanLine(single(form, "currency"));
  const money = (name: string) => amountOf(single(form, name), currency);
  const tick = (name: string) => single(form, name) !== "";
  const amounts = Array.from({ length: AMOUNT_ROWS }, (_, row) => `amounts.${row}`)
    .filter((name) => single(form, name).trim() !== "")
    .map(money);
  const goal = single(form, "moneyGoal").trim();
  return {
    ...{ currency, amounts, least: money("least"), most: money("most") },
    isOtherAllowed: tick("isOtherAllowed"),
    rhythms: rhythms.filter((name) => tick(`rhythm.${name}`)),
    moneyGoal: goal === "" ? null : money("moneyGoal"),
    feeCover: {
      isOffered: tick("feeCover.isOffered"),
      // A percentage with two digits is written like money with two.
      basisPoints: amountOf(single(form, "feeCover.basisPoints"), "USD"),
      fixed: money("feeCover.fixed"),
    },
    recipients: readRecipients(form)
      .filter(({ name, share }) => name !== "" || !["", "1"].includes(share))
      .map(({ name, share }) => ({ name, share: /^\d{1,7}$/.test(share) ? Number(share) : Number.NaN })),
    isRecipientChosen: tick("isRecipientChosen"),
    hasDedications: tick("hasDedications"),
    receiptText: cleanText(single(form, "receiptText")),
  };
}

function amountOf(text: string, currency: string): number {
  const known = isCurrency(currency) ? currency : "USD";
  // "25.00" is how the form wrote it itself, whatever the language; and no fee is one of nothing.
  const read = readAmount(text.trim() === "" ? "0" : text, known, ".");
  return read.is === "amount" ? read.amount : Number.NaN;
}

/** One row more than there may be is read too, so that it is refused and not silently lost. */
export function readRecipients(form: FormValues): RecipientRow[] {
  const count = Math.min(Math.trunc(Number(single(form, "recipients.count"))) || 0, RECIPIENTS_MAX + 1);
  return Array.from({ length: Math.max(count, 0) }, (_, row) => ({
    name: cleanLine(single(form, `recipients.${row}.name`)),
    share: cleanLine(single(form, `recipients.${row}.share`)),
  }));
}

export function withRecipients(form: FormValues, rows: readonly RecipientRow[]): FormValues {
  const others = Object.entries(form).filter(([name]) => !name.startsWith("recipients."));
  const fields = rows.flatMap(({ name, share }, row) => [
    [`recipients.${row}.name`, name],
    [`recipients.${row}.share`, share],
  ]);
  return Object.fromEntries([...others, ...fields, ["recipients.count", String(rows.length)]]);
}
