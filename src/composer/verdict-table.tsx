import type { Child } from "hono/jsx";
import type { VariantResult, Verdict } from "../delivery/types";
import { formatNumber, formatPercent } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { DataTable } from "../ui/table";

/** What a test measures, as columns are called. */
export const measured = {
  opens: "opened",
  clicks: "clicked",
  actions: "actions",
  donations: "gifts",
} as const satisfies Record<Verdict["measure"], string>;

type Props = {
  t: T;
  locale: Locale;
  verdict: Verdict;
  caption: string;
  isCaptionHidden?: boolean;
  /** What is compared, and what each of it is called. */
  title: string;
  nameOf: (variantNo: number) => Child;
};

/** What was counted of what a test compares, each with the range its true rate lies in. */
export function VerdictTable({ t, locale, verdict, caption, isCaptionHidden = false, title, nameOf }: Props) {
  const percent = (share: number) => formatPercent(share, locale, 1);
  const measure = t(`results.variants.by.${measured[verdict.measure]}`);
  return (
    <DataTable<VariantResult>
      {...{ caption, isCaptionHidden }}
      rows={verdict.variants}
      empty={null}
      columns={[
        { key: "name", title, isName: true, cell: ({ variantNo }) => nameOf(variantNo) },
        {
          key: "sent",
          title: t("composer.numbers.sent"),
          isNumber: true,
          cell: ({ sent }) => formatNumber(sent, locale),
        },
        {
          key: "did",
          title: measure,
          isNumber: true,
          cell: ({ did }) => formatNumber(did, locale),
        },
        {
          key: "share",
          title: t("composer.winner.share"),
          isNumber: true,
          cell: ({ share }) => percent(share),
        },
        {
          key: "between",
          title: t("composer.winner.between"),
          isNumber: true,
          cell: ({ low, high }) => `${percent(low)} – ${percent(high)}`,
        },
      ]}
    />
  );
}
