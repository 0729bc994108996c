import type { Child } from "hono/jsx";
import { variedParts } from "../mailings/combining";
import { Disclosure } from "../ui/card";
import { formatNumber, formatSaid } from "../ui/format";
import { Section } from "../ui/layout";
import { DataTable } from "../ui/table";
import { type Count, intervalOf, type Verdict } from "./chance";
import type { ComparedBy, Comparison, Variant } from "./comparison";
import { rateOf } from "./figures";
import type { CountedProps } from "./views";
import { letterOf, percent } from "./web";

/** Twelve versions are a screen each on a phone; what is said of them stands above. */
const SHOWN_MAX = 6;

/** The variants beside each other: what was done, the range the truth lies in, and what can be said. */
export function VariantsSection(props: CountedProps) {
  const { t, variants, comparisons, mailing } = props;
  if (variants.length < 2) return null;
  const versionName = (no: number) => t("results.variants.letter", { letter: letterOf(no) });
  return (
    <Section title={t("results.variants.title")} text={t("results.variants.text")}>
      {comparisons.map((comparison) => (
        <p>
          <strong>{t(`results.variants.by.${comparison.by}`)}.</strong>{" "}
          {verdictWords(props, comparison.verdict, versionName)}
        </p>
      ))}
      {mailing.winnerNo === null ? null : (
        <p>{t("results.variants.won", { letter: versionName(mailing.winnerNo) })}</p>
      )}
      {variants.length > SHOWN_MAX ? (
        <Disclosure summary={t("alternates.versions")}>
          <Tables {...props} />
        </Disclosure>
      ) : (
        <Tables {...props} />
      )}
    </Section>
  );
}

function Tables(props: CountedProps) {
  return (
    <>
      {props.isOfSample ? <SampleTable {...props} /> : null}
      <VariantTable {...props} />
    </>
  );
}

/** @param nameOf what the one that is ahead is called */
export function verdictWords(
  { t, locale, timeZone, now }: CountedProps,
  verdict: Verdict,
  nameOf: (variantNo: number) => string,
): string {
  switch (verdict.is) {
    case "not_yet":
      return verdict.at === null
        ? t("results.variants.not_due")
        : t("results.variants.not_yet", { when: formatSaid(verdict.at, locale, timeZone, now) });
    case "ahead":
      return t("results.variants.ahead", { letter: nameOf(verdict.variantNo) });
    default:
      return t(`results.variants.${verdict.is}`);
  }
}

function SampleTable(props: CountedProps) {
  const { t, comparisons } = props;
  return (
    <>
      {comparisons.map((comparison) => (
        <CountTable
          {...{ ...props, comparison }}
          title={t("results.columns.variant")}
          nameOf={(variantNo) => <VersionName {...props} variantNo={variantNo} />}
        />
      ))}
      <p class="soft small">{t("results.variants.sampleNote")}</p>
    </>
  );
}

/**
 * What those who are judged did.
 * @param of the part whose alternates they are; none of whole versions
 */
export function CountTable({
  t,
  locale,
  comparison: { by, counts },
  title,
  of,
  nameOf,
}: Pick<CountedProps, "t" | "locale"> & {
  comparison: Comparison;
  title: string;
  of?: string;
  nameOf: (variantNo: number) => Child;
}) {
  return (
    <DataTable<Count>
      caption={
        <>
          {of ? <span class="visually-hidden">{of} · </span> : null}
          {t("results.variants.ofSample")}: {t(`results.variants.by.${by}`)}
        </>
      }
      rows={counts}
      empty={null}
      columns={[
        {
          ...{ key: "variant", title, isName: true },
          cell: ({ variantNo }) => nameOf(variantNo),
        },
        {
          ...{ key: "sent", title: t("results.measures.sent"), isNumber: true },
          cell: (count) => formatNumber(count.of, locale),
        },
        {
          ...{ key: "did", title: t(`results.variants.by.${by}`), isNumber: true },
          cell: (count) => <Between {...{ t, locale, count }} />,
        },
      ]}
    />
  );
}

/** The letter of a version, with what it is made of, or its subject. */
function VersionName({ t, builds, combinations, variantNo }: CountedProps & { variantNo: number }) {
  const combines = combinations.get(variantNo);
  const words = combines
    ? variedParts(combinations.values())
        .map((part) => t(`alternates.nth.${part}`, { nth: combines[part].nth }))
        .join(" · ")
    : builds.find((build) => build.variantNo === variantNo)?.subject;
  return (
    <>
      {letterOf(variantNo)}{" "}
      <span class="soft small" dir="auto">
        {words}
      </span>
    </>
  );
}

function VariantTable(props: CountedProps) {
  const { t, variants } = props;
  return (
    <FigureTable
      {...props}
      rows={variants}
      caption={t("results.variants.title")}
      title={t("results.columns.variant")}
      nameOf={({ variantNo }) => <VersionName {...props} variantNo={variantNo} />}
    />
  );
}

/** Variants, or alternates, beside each other by everything they are compared by. */
export function FigureTable({
  t,
  locale,
  rows,
  caption,
  title,
  nameOf,
}: Pick<CountedProps, "t" | "locale"> & {
  rows: readonly Variant[];
  caption: string;
  title: string;
  nameOf: (variant: Variant) => Child;
}) {
  const compared = (by: ComparedBy) => ({
    ...{ key: by, title: t(`results.variants.by.${by}`), isNumber: true },
    cell: ({ variantNo, figures }: Variant) => (
      <Between {...{ t, locale }} count={{ variantNo, did: figures[by], of: figures.delivered }} />
    ),
  });
  const hasGifts = rows.some(({ figures }) => figures.gifts > 0);
  return (
    <DataTable<Variant>
      caption={caption}
      isCaptionHidden
      rows={rows}
      empty={null}
      columns={[
        { ...{ key: "variant", title, isName: true }, cell: nameOf },
        {
          ...{ key: "sent", title: t("results.measures.sent"), isNumber: true },
          cell: ({ figures }) => formatNumber(figures.sent, locale),
        },
        ...(
          [...(["opened", "clicked", "actions"] as const), ...(hasGifts ? (["gifts"] as const) : [])] as const
        ).map(compared),
        {
          ...{ key: "unsubscribed", title: t("results.measures.unsubscribed"), isNumber: true },
          cell: ({ figures }) => percent(rateOf("unsubscribed", figures), locale),
        },
        {
          ...{ key: "complained", title: t("results.measures.complained"), isNumber: true },
          cell: ({ figures }) => percent(rateOf("complained", figures), locale),
        },
      ]}
    />
  );
}

function Between({ t, locale, count }: Pick<CountedProps, "t" | "locale"> & { count: Count }) {
  const interval = intervalOf(count);
  if (!interval) return <>–</>;
  const between = t("results.variants.between", {
    low: percent(interval.low, locale),
    high: percent(interval.high, locale),
  });
  return (
    <span>
      {percent(count.did / count.of, locale)} <span class="soft small result-between">({between})</span>
    </span>
  );
}
