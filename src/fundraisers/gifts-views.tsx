import { type ActionFrame, ActionShell } from "../actions/action-shell";
import type { Collecting } from "../payments/account";
import type { PaidRow, Total } from "../payments/payment";
import { isGiven } from "../payments/payment";
import type { SubscriptionRow } from "../payments/types";
import { Stats } from "../ui/card";
import { Notice } from "../ui/flash";
import { Form, SubmitButton } from "../ui/form";
import { formatMoney, formatNumber } from "../ui/format";
import { Section } from "../ui/layout";
import { Rich } from "../ui/rich";
import { Status } from "../ui/status";
import { DataTable, EmptyState, Pager } from "../ui/table";
import { When } from "../ui/when";
import { sumsOf } from "./export";
import { rhythmOf, standingTones } from "./member-words";
import { fundraiserSettings } from "./types";

type GiftsProps = ActionFrame & {
  rows: PaidRow[];
  next: string | null;
  isFirst: boolean;
  totals: Total[];
  regular: SubscriptionRow[];
  collecting: Collecting;
  mayExport: boolean;
};

/** What came in, what was kept of it, and each gift. */
export function GiftsPage(props: GiftsProps) {
  const { t, locale, group, action, rows, next, isFirst, regular, collecting, mayExport } = props;
  const here = `/groups/${group.slug}/actions/${action.id}/gifts`;
  const now = { now: props.now, locale, timeZone: props.timeZone };
  return (
    <ActionShell {...props} tab="gifts" page={t("fundraisers.gifts.title")}>
      {collecting.is === "ready" ? null : (
        <Notice kind="warn">
          <p>
            <Rich
              text={t("fundraisers.gifts.notCollecting")}
              parts={{ link: (words) => <a href={`/groups/${group.slug}/payments`}>{words}</a> }}
            />
          </p>
        </Notice>
      )}
      <Sums {...props} />
      <Section title={t("fundraisers.gifts.all")}>
        <DataTable
          caption={t("fundraisers.gifts.all")}
          isCaptionHidden
          rows={rows}
          empty={<EmptyState title={t("fundraisers.gifts.empty")} text={t("fundraisers.gifts.emptyText")} />}
          columns={[
            {
              key: "who",
              title: t("fundraisers.gifts.who"),
              isName: true,
              cell: (row) => (
                <a href={`${here}/${row.id}`} dir="auto">
                  {[row.givenName, row.familyName].filter(Boolean).join(" ") ||
                    row.email ||
                    t("fundraisers.gifts.arriving")}
                </a>
              ),
            },
            {
              key: "amount",
              title: t("fundraisers.amount"),
              isNumber: true,
              cell: (row) => formatMoney(row.amount + row.feeCover, row.currency, locale),
            },
            {
              key: "rhythm",
              title: t("fundraisers.rhythm"),
              cell: ({ interval }) => t(`fundraisers.rhythms.${rhythmOf(interval)}`),
            },
            {
              key: "standing",
              title: t("fundraisers.gifts.standing"),
              cell: (row) => <Standing {...props} row={row} />,
            },
            {
              key: "at",
              title: t("fundraisers.gifts.paidAt"),
              cell: ({ paidAt }) => <When {...now} at={paidAt} />,
            },
          ]}
        />
        <Pager t={t} after={next ? `${here}?before=${next}` : undefined} />
        {mayExport && rows.length > 0 && isFirst ? (
          <Form action={`${here}.csv`} class="cluster" label={t("fundraisers.gifts.export")}>
            <SubmitButton kind="secondary">{t("fundraisers.gifts.export")}</SubmitButton>
          </Form>
        ) : null}
      </Section>
      {regular.length > 0 ? <Regular {...props} /> : null}
    </ActionShell>
  );
}

function Standing({ t, row }: GiftsProps & { row: PaidRow }) {
  const { standing } = sumsOf(row);
  return <Status tone={standingTones[standing]}>{t(`payments.standing.${standing}`)}</Status>;
}

/** One row of numbers for each currency money came in; nearly always one. */
function Sums({ t, locale, action, totals }: GiftsProps) {
  const { currency } = fundraiserSettings.parse(action.settings);
  const codes = [...new Set([currency, ...totals.map((total) => total.currency)])];
  return codes.map((code) => {
    const of = (wanted: (kind: Total["kind"]) => boolean) =>
      totals
        .filter((total) => total.currency === code && wanted(total.kind))
        .reduce((sum, { amount }) => sum + amount, 0);
    const money = (amount: number) => formatMoney(amount, code, locale);
    const gifts = totals.find((total) => total.currency === code && total.kind === "charge")?.count ?? 0;
    // Taken from 0, since minus nothing is shown as -0.
    const back = 0 - of((kind) => ["refund", "refund_failed", "dispute", "dispute_won"].includes(kind));
    return (
      <Stats
        stats={[
          {
            label: `${t("fundraisers.gifts.raised")} · ${formatNumber(gifts, locale)} ${t("fundraisers.count.gifts", { count: gifts })}`,
            value: money(of(isGiven)),
          },
          { label: t("fundraisers.gifts.back"), value: money(back) },
          { label: t("fundraisers.gifts.fees"), value: money(0 - of((kind) => kind === "fee")) },
          { label: t("fundraisers.gifts.kept"), value: money(of((kind) => isGiven(kind) || kind === "fee")) },
        ]}
      />
    );
  });
}

function Regular({ t, locale, group, regular, now, timeZone }: GiftsProps) {
  const when = { now, locale, timeZone };
  return (
    <Section title={t("fundraisers.gifts.regular")}>
      <DataTable
        caption={t("fundraisers.gifts.regular")}
        isCaptionHidden
        rows={regular}
        empty={null}
        columns={[
          {
            key: "who",
            title: t("fundraisers.gifts.who"),
            isName: true,
            cell: ({ participation: { e, o } }) => (
              <span dir="auto">{[o.givenName, o.familyName].filter(Boolean).join(" ") || e}</span>
            ),
          },
          {
            key: "amount",
            title: t("fundraisers.amount"),
            isNumber: true,
            cell: (gift) =>
              t(`fundraisers.every.${gift.interval}`, {
                amount: formatMoney(gift.amount + gift.feeCover, gift.currency, locale),
              }),
          },
          {
            key: "state",
            title: t("fundraisers.gifts.standing"),
            cell: ({ state }) => (
              <Status tone={state === "active" ? "good" : "warn"}>{t(`payments.states.${state}`)}</Status>
            ),
          },
          {
            key: "next",
            title: t("fundraisers.gifts.next"),
            cell: ({ nextAt, state }) =>
              nextAt === null || state !== "active" ? "–" : <When {...when} at={nextAt} />,
          },
          {
            key: "gift",
            title: t("fundraisers.gifts.first"),
            cell: ({ id, order }) => (
              <a href={`/groups/${group.slug}/actions/${order.target.actionId}/gifts/${id}`}>
                {t("fundraisers.gifts.show")}
              </a>
            ),
          },
        ]}
      />
    </Section>
  );
}
