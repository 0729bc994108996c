import { type ActionFrame, ActionShell } from "../actions/action-shell";
import { kindNamed, type PaidRow } from "../payments/payment";
import { shortAmount } from "../platform/money";
import { Facts } from "../ui/card";
import { ErrorSummary, Form, HiddenField, SubmitButton, TextField } from "../ui/form";
import { formatExact, formatMoney } from "../ui/format";
import { Section } from "../ui/layout";
import { Status } from "../ui/status";
import { DataTable } from "../ui/table";
import type { sumsOf } from "./export";
import { rhythmOf, standingTones } from "./member-words";
import { giftAnswer } from "./types";

type GiftProps = ActionFrame & {
  row: PaidRow;
  sums: ReturnType<typeof sumsOf>;
  errors: Record<string, string>;
  /** What was typed as the amount to refund; undefined before anything was. */
  typed: string | undefined;
  mayRefund: boolean;
  /** Names the refund this form asks for, so that sending it twice gives money back once. */
  refundKey: string;
};

/** One gift: who, how much, every line of the ledger about it, and giving it back. */
export function GiftPage(props: GiftProps) {
  const { t, locale, group, action, row, sums, errors, mayRefund, timeZone } = props;
  const money = (amount: number, currency = row.currency) => formatMoney(amount, currency, locale);
  const details = giftAnswer.partial().safeParse(row.details);
  const { dedication = null, recipients = [] } = details.success ? details.data : {};
  const base = `/groups/${group.slug}/actions/${action.id}/gifts`;
  const name = [row.givenName, row.familyName].filter(Boolean).join(" ");
  return (
    <ActionShell {...props} tab="gifts" page={money(row.amount + row.feeCover)}>
      <ErrorSummary t={t} errors={errors} />
      <Facts
        facts={[
          { name: t("fundraisers.gifts.who"), value: <span dir="auto">{name || "–"}</span> },
          { name: t("fundraisers.csv.email"), value: row.email ?? "–" },
          { name: t("fundraisers.amount"), value: money(row.amount) },
          { name: t("fundraisers.csv.feeCover"), value: money(row.feeCover) },
          { name: t("fundraisers.rhythm"), value: t(`fundraisers.rhythms.${rhythmOf(row.interval)}`) },
          {
            name: t("fundraisers.gifts.standing"),
            value: (
              <Status tone={standingTones[sums.standing]}>{t(`payments.standing.${sums.standing}`)}</Status>
            ),
          },
          { name: t("fundraisers.gifts.paidAt"), value: formatExact(row.paidAt, locale, timeZone) },
          { name: t("fundraisers.csv.reference"), value: row.ref ?? "–" },
          ...recipients.map((part) => ({ name: part.name, value: money(part.amount) })),
          ...(dedication
            ? [{ name: t(`fundraisers.dedication.kinds.${dedication.kind}`), value: dedication.name }]
            : []),
        ]}
      />
      <Section title={t("fundraisers.gifts.ledger")}>
        <DataTable
          caption={t("fundraisers.gifts.ledger")}
          isCaptionHidden
          rows={row.facts}
          empty={null}
          columns={[
            {
              key: "kind",
              title: t("fundraisers.gifts.entry"),
              isName: true,
              cell: ({ kind }) => t(`fundraisers.entries.${kindNamed(kind)}`),
            },
            {
              key: "amount",
              title: t("fundraisers.amount"),
              isNumber: true,
              cell: ({ amount, currency }) => money(amount, currency),
            },
            {
              key: "key",
              title: t("fundraisers.csv.reference"),
              cell: ({ key }) => key.split(":")[1] ?? key,
            },
          ]}
        />
      </Section>
      {mayRefund && sums.held > 0 && sums.standing !== "disputed" ? (
        <RefundForm {...props} base={base} />
      ) : null}
      {mayRefund && row.subscriptionId ? (
        <Form action={`${base}/${row.subscriptionId}/end`} class="cluster" label={t("fundraisers.gifts.end")}>
          <SubmitButton kind="secondary">{t("fundraisers.gifts.end")}</SubmitButton>
        </Form>
      ) : null}
    </ActionShell>
  );
}

function RefundForm({ t, locale, row, sums, errors, typed, refundKey, base }: GiftProps & { base: string }) {
  const { currency } = row;
  const held = formatMoney(sums.held, currency, locale);
  return (
    <Section title={t("fundraisers.gifts.refund")}>
      <p class="measure">{t("fundraisers.gifts.refundText", { amount: held })}</p>
      <Form action={`${base}/${row.id}/refunds`} class="form measure" label={t("fundraisers.gifts.refund")}>
        <HiddenField name="key" value={refundKey} />
        <TextField
          name="amount"
          label={t("fundraisers.gifts.refundAmount")}
          value={typed ?? shortAmount({ amount: sums.held, currency })}
          error={errors.amount}
          inputmode="decimal"
          width="short"
          suffix={currency}
          maxlength={20}
        />
        <SubmitButton kind="danger">{t("fundraisers.gifts.refundButton")}</SubmitButton>
      </Form>
    </Section>
  );
}
