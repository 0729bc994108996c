import type { Group } from "../groups/types";
import type { Participation } from "../intake/types";
import type { PaymentRow, SubscriptionRow } from "../payments/types";
import { countriesIn } from "../platform/countries";
import { normaliseEmail } from "../platform/email-address";
import type { MailMessage } from "../platform/mail/mail";
import { type EmailBlock, renderEmail } from "../ui/email";
import { formatDate, formatMoney } from "../ui/format";
import { type Locale, type T, translator } from "../ui/i18n";
import { giftAnswer } from "./types";

type Letter = { group: Group; locale: Locale; to: string; subject: string; blocks: EmailBlock[] };

function letter({ group, locale, to, subject, blocks }: Letter): MailMessage {
  const t = translator(locale);
  const replyTo = normaliseEmail(group.settings.replyTo);
  const content = renderEmail({
    ...{ locale, subject, blocks },
    from: group.name,
    accent: group.settings.accent,
    footer: [t("fundraisers.mail.why", { group: group.name }), addressLine(group)],
  });
  return { ...content, to, fromName: group.name, ...(replyTo ? { replyTo } : {}) };
}

function addressLine({ name, postalAddress }: Group): string {
  const lines = [name, ...postalAddress.split("\n")].map((line) => line.trim()).filter(Boolean);
  return [...new Set(lines)].join(" · ");
}

type ReceiptProps = {
  group: Group;
  payment: PaymentRow;
  participation: Participation;
  /** The organiser's own words for tax offices. */
  receiptText: string;
  /** Where a regular gift is changed or ended; null for a gift given once. */
  manageHref: string | null;
};

/** The receipt of one charge, with what a tax office asks for: who gave what to whom, where they live, when, and its number. */
export function receiptMail(props: ReceiptProps): MailMessage {
  const { group, payment, participation, receiptText, manageHref } = props;
  const { locale, title } = payment.order;
  const t = translator(locale);
  const amount = formatMoney(payment.amount + payment.feeCover, payment.currency, locale);
  const { givenName } = participation.o;
  return letter({
    ...{ group, locale, to: participation.e },
    subject: t("fundraisers.mail.receipt.subject", { amount, group: group.name }),
    blocks: [
      {
        kind: "text",
        text: givenName
          ? t("fundraisers.mail.receipt.greeting", { name: givenName })
          : t("fundraisers.mail.receipt.greetingNoName"),
      },
      { kind: "text", text: t("fundraisers.mail.receipt.text", { amount, title, group: group.name }) },
      { kind: "heading", text: t("fundraisers.mail.receipt.title") },
      { kind: "list", items: receiptLines(t, props) },
      ...(receiptText.trim() ? [{ kind: "text" as const, text: receiptText }] : []),
      ...(manageHref
        ? [
            { kind: "text" as const, text: t("fundraisers.mail.receipt.regular") },
            { kind: "link" as const, label: t("fundraisers.mail.receipt.manage"), href: manageHref },
          ]
        : []),
    ],
  });
}

function receiptLines(t: T, { group, payment, participation }: ReceiptProps): string[] {
  const { amount, feeCover, currency, paidAt, id, interval } = payment;
  const { locale } = payment.order;
  const money = (sum: number) => formatMoney(sum, currency, locale);
  const gift = giftAnswer.safeParse(participation.o.own);
  const split = gift.success && gift.data.recipients.length > 1 ? gift.data.recipients : [];
  const dedication = gift.success ? gift.data.dedication : null;
  const line = (key: "number" | "date" | "amount" | "cover" | "from" | "to", value: string) =>
    t(`fundraisers.mail.receipt.lines.${key}`, { value });
  const every = (["week", "month", "year"] as const).find((name) => name === interval);
  const total = `${money(amount + feeCover)} (${currency})`;
  return [
    line("number", id),
    line("date", formatDate(paidAt ?? payment.createdAt, locale, group.timeZone)),
    line("amount", every ? t(`fundraisers.every.${every}`, { amount: total }) : total),
    ...(feeCover > 0 ? [line("cover", money(feeCover))] : []),
    line("from", donorLine(participation, locale)),
    line("to", addressLine(group)),
    ...split.map(({ name, amount: part }) =>
      t("fundraisers.mail.receipt.part", { name, amount: money(part) }),
    ),
    ...(dedication ? [t(`fundraisers.mail.receipt.${dedication.kind}`, { name: dedication.name })] : []),
  ];
}

/** Name and address as they were given with this gift. */
function donorLine({ e, o }: Participation, locale: Locale): string {
  const name = [o.givenName, o.familyName].filter(Boolean).join(" ");
  const country = countriesIn(locale).find(({ code }) => code === o.country)?.name;
  const place = [o.locality, o.region, o.postalCode].filter(Boolean).join(" ");
  return [name || e, o.street, place, country].filter(Boolean).join(", ");
}

/** Tells the person whom a gift's giver named. */
export function dedicationMail(
  group: Group,
  payment: PaymentRow,
  participation: Participation,
): MailMessage | null {
  const gift = giftAnswer.safeParse(participation.o.own);
  const dedication = gift.success ? gift.data.dedication : null;
  if (!dedication?.email) return null;
  const { locale, title } = payment.order;
  const t = translator(locale);
  const giver = [participation.o.givenName, participation.o.familyName].filter(Boolean).join(" ");
  const values = { giver: giver || t("fundraisers.mail.dedication.somebody"), name: dedication.name, title };
  return letter({
    ...{ group, locale, to: dedication.email },
    subject: t(`fundraisers.mail.dedication.${dedication.kind}.subject`, values),
    blocks: [
      {
        kind: "text",
        text: t(`fundraisers.mail.dedication.${dedication.kind}.text`, { ...values, group: group.name }),
      },
      ...(dedication.text ? [{ kind: "text" as const, text: `“${dedication.text}”` }] : []),
    ],
  });
}

/** Says that money was given back. */
export function refundMail(
  group: Group,
  payment: PaymentRow,
  to: string,
  { amount, currency }: { amount: number; currency: string },
): MailMessage {
  const { locale, title } = payment.order;
  const t = translator(locale);
  const sum = formatMoney(amount, currency, locale);
  return letter({
    ...{ group, locale, to },
    subject: t("fundraisers.mail.refund.subject", { amount: sum, group: group.name }),
    blocks: [
      { kind: "text", text: t("fundraisers.mail.refund.text", { amount: sum, title, group: group.name }) },
      { kind: "small", text: t("fundraisers.mail.refund.when", { id: payment.id }) },
    ],
  });
}

/** Says that a turn of a regular gift could not be taken, and how to mend it. */
export function recoveryMail(group: Group, gift: SubscriptionRow, manageHref: string): MailMessage {
  const { locale, title } = gift.order;
  const t = translator(locale);
  const amount = formatMoney(gift.amount + gift.feeCover, gift.currency, locale);
  const values = { gift: t(`fundraisers.every.${gift.interval}`, { amount }), title, group: group.name };
  return letter({
    ...{ group, locale, to: gift.participation.e },
    subject: t("fundraisers.mail.recovery.subject", values),
    blocks: [
      { kind: "text", text: t("fundraisers.mail.recovery.text", values) },
      { kind: "button", label: t("fundraisers.mail.recovery.button"), href: manageHref },
      { kind: "small", text: t("fundraisers.mail.recovery.end") },
    ],
  });
}
