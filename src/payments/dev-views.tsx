import type { BankPayment, BankSession, BankSubscription } from "../platform/payments/test-bank-store";
import { type TestCard, testCards } from "../platform/payments/test-cards";
import { TEST_BANK_PATH } from "../platform/payments/test-provider";
import { Notice } from "../ui/flash";
import { Form, HiddenField, RadioGroup, SubmitButton } from "../ui/form";
import { formatMoney } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { PageHeader, PlainPage, Section } from "../ui/layout";
import { DataTable, EmptyState } from "../ui/table";

type PayProps = { t: T; locale: Locale; session: BankSession; step: "card" | "action" | "declined" };

const cardNames = Object.keys(testCards).filter((name): name is TestCard => name in testCards);

/** Where the real provider would ask for a card: here one chooses what the card does. */
export function TestPayPage({ t, locale, session, step }: PayProps) {
  const { money, interval, title, cancelUrl } = session;
  const sum = formatMoney(money.amount, money.currency, locale);
  const amount = interval ? t(`payments.test.every.${interval}`, { amount: sum }) : sum;
  return (
    <PlainPage t={t} locale={locale} title={t("payments.test.title")}>
      <PageHeader title={amount} lead={title} />
      <Notice kind="warn">
        <p>{t("payments.test.lead")}</p>
      </Notice>
      {step === "declined" ? (
        <div role="alert">
          <Notice kind="bad">
            <p>{t("payments.test.declined")}</p>
          </Notice>
        </div>
      ) : null}
      {step === "action" ? <Approval t={t} /> : <Cards t={t} />}
      <p>
        <a href={cancelUrl}>{t("payments.test.cancel")}</a>
      </p>
    </PlainPage>
  );
}

function Cards({ t }: { t: T }) {
  return (
    <Form label={t("payments.test.title")}>
      <RadioGroup
        name="card"
        legend={t("payments.test.card")}
        value="succeeds"
        options={cardNames.map((name) => ({
          value: name,
          label: t(`payments.test.cards.${name}`),
          hint: testCards[name],
        }))}
      />
      <SubmitButton isWide>{t("payments.test.pay")}</SubmitButton>
    </Form>
  );
}

/** What a bank asks for strong customer authentication. */
function Approval({ t }: { t: T }) {
  return (
    <Form label={t("payments.test.approval")}>
      <p>{t("payments.test.approval")}</p>
      <HiddenField name="card" value="needs_action" />
      <SubmitButton name="answer" value="yes" isWide>
        {t("payments.test.approve")}
      </SubmitButton>
      <SubmitButton name="answer" value="no" kind="secondary" isWide>
        {t("payments.test.refuse")}
      </SubmitButton>
    </Form>
  );
}

/** Where the real provider would ask for another card for a regular gift. */
export function TestCardPage({ t, locale, returnUrl }: { t: T; locale: Locale; returnUrl: string }) {
  return (
    <PlainPage t={t} locale={locale} title={t("payments.test.newCard")}>
      <PageHeader title={t("payments.test.newCard")} lead={t("payments.test.lead")} />
      <Form label={t("payments.test.newCard")}>
        <HiddenField name="return" value={returnUrl} />
        <SubmitButton isWide>{t("payments.test.useCard")}</SubmitButton>
      </Form>
    </PlainPage>
  );
}

type BankProps = { t: T; locale: Locale; payments: BankPayment[]; subscriptions: BankSubscription[] };

/** Everything the pretended bank holds, and what may happen to it. */
export function TestBankPage({ t, locale, payments, subscriptions }: BankProps) {
  const empty = <EmptyState title={t("payments.test.empty")} text={t("payments.test.emptyText")} />;
  const sum = ({ amount, currency }: BankPayment["money"]) => formatMoney(amount, currency, locale);
  return (
    <PlainPage t={t} locale={locale} title={t("payments.test.bank")} width="wide">
      <PageHeader title={t("payments.test.bank")} lead={t("payments.test.bankLead")} />
      <Section title={t("payments.test.charges")}>
        <DataTable
          caption={t("payments.test.charges")}
          isCaptionHidden
          rows={payments}
          empty={empty}
          columns={[
            { key: "id", title: t("payments.test.ref"), isName: true, cell: ({ id }) => id },
            { key: "sum", title: t("payments.test.amount"), isNumber: true, cell: ({ money }) => sum(money) },
            {
              key: "do",
              title: t("payments.test.happen"),
              cell: ({ id }) => <Events t={t} ref={id} events={["dispute", "dispute_won", "dispute_lost"]} />,
            },
          ]}
        />
      </Section>
      <Section title={t("payments.test.subscriptions")}>
        <DataTable
          caption={t("payments.test.subscriptions")}
          isCaptionHidden
          rows={subscriptions}
          empty={empty}
          columns={[
            { key: "id", title: t("payments.test.ref"), isName: true, cell: ({ id }) => id },
            { key: "sum", title: t("payments.test.amount"), isNumber: true, cell: ({ money }) => sum(money) },
            {
              key: "state",
              title: t("payments.test.state"),
              cell: ({ status }) => t(`payments.states.${status}`),
            },
            {
              key: "do",
              title: t("payments.test.happen"),
              cell: ({ id }) => <Events t={t} ref={id} events={["bill", "bill_failing"]} />,
            },
          ]}
        />
      </Section>
    </PlainPage>
  );
}

type Event = "dispute" | "dispute_won" | "dispute_lost" | "bill" | "bill_failing";

function Events({ t, ref, events }: { t: T; ref: string; events: readonly Event[] }) {
  return (
    <Form action={`${TEST_BANK_PATH}/events`} class="cluster" label={`${t("payments.test.happen")}: ${ref}`}>
      <HiddenField name="ref" value={ref} />
      {events.map((event) => (
        <SubmitButton kind="quiet" name="do" value={event}>
          {t(`payments.test.events.${event}`)}
        </SubmitButton>
      ))}
    </Form>
  );
}
