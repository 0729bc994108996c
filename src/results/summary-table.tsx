import { formatNumber } from "../ui/format";
import { type Column, DataTable, type Sort } from "../ui/table";
import { When } from "../ui/when";
import { rateOf } from "./figures";
import type { Summary } from "./lists";
import type { Order } from "./numbers";
import { moneyWords } from "./views";
import { type Page, percent } from "./web";

/** What a list of mailings can be sorted by and shows as a rate. */
type Rated = Exclude<Order, "sentAt" | "sent">;

type Props = Pick<Page, "t" | "locale" | "now" | "timeZone" | "group"> & {
  summaries: readonly Summary[];
  measures: readonly Rated[];
  /** Where the list can be sorted: how it is by a column, and where a click leads. */
  sortBy?: (by: Order) => Sort;
};

/** Mailings beside each other, a line each. */
export function SummaryTable({ t, locale, now, timeZone, group, summaries, measures, sortBy }: Props) {
  const sorted = (by: Order) => (sortBy ? { sort: sortBy(by) } : {});
  const rate = (measure: Rated): Column<Summary> => ({
    ...{ key: measure, title: t(`results.measures.${measure}`), isNumber: true, ...sorted(measure) },
    cell: ({ figures }) => (figures ? percent(rateOf(measure, figures), locale) : "–"),
  });
  return (
    <DataTable<Summary>
      caption={t("results.numbers.list")}
      isCaptionHidden
      rows={summaries}
      empty={null}
      columns={[
        {
          ...{ key: "name", title: t("results.columns.mailing"), isName: true },
          cell: ({ id, name }) => (
            <a href={`/groups/${group.slug}/mailings/${id}/results`} dir="auto">
              {name || t("results.untitled")}
            </a>
          ),
        },
        {
          ...{ key: "at", title: t("results.began"), ...sorted("sentAt") },
          cell: ({ sentAt }) => <When at={sentAt} {...{ now, locale, timeZone }} />,
        },
        {
          ...{ key: "sent", title: t("results.measures.sent"), isNumber: true, ...sorted("sent") },
          cell: ({ figures }) =>
            figures ? formatNumber(figures.sent, locale) : t("results.numbers.uncounted"),
        },
        ...measures.map(rate),
        {
          ...{ key: "money", title: t("results.measures.money"), isNumber: true },
          cell: ({ figures }) => (figures && moneyWords(figures, locale)) || "–",
        },
      ]}
    />
  );
}
