import type { Child } from "hono/jsx";
import { ButtonRow, Form, HiddenField, SelectField, SubmitButton } from "../ui/form";
import { formatList, formatMoney, formatNumber, formatPercent } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { type Column, DataTable } from "../ui/table";
import { When } from "../ui/when";
import type { DraftReport } from "./draft";
import type { LineReport, Report } from "./report";
import {
  type Breakdown,
  countOf,
  LINES_MAX,
  type Line,
  type LineCount,
  type LineMeasure,
  SHOWN_FROM,
  type Withheld,
} from "./types";

export { countOf } from "./types";

type Page = { t: T; locale: Locale; now: number; timeZone: string };

/** What a line is called. */
export function lineName(t: T, { name }: Pick<Line, "name">): string {
  return name.is === "named" ? name.name : t(`breakdowns.line.${name.is}`);
}

/** What the rates of a line are of: sent, and not known to have come back. */
export function deliveredOf(count: LineCount | null): number | null {
  const [sent, bounced, held] = [countOf(count, "sent"), countOf(count, "bounced"), countOf(count, "held")];
  return sent === null ? null : Math.max(0, sent - (bounced ?? 0) - (held ?? 0));
}

/** Which breakdown a mailing shows; with the way to make one. */
export function BreakdownChoice({
  t,
  base,
  href,
  back,
  breakdowns,
  chosenNo,
}: {
  t: T;
  /** Of the group's mailings, and of this one. */
  base: string;
  href: string;
  back: "review" | "results";
  breakdowns: readonly Breakdown[];
  /** As the mailing's settings have it. */
  chosenNo: number | null;
}) {
  const usual = breakdowns.find(({ isDefault }) => isDefault);
  const own = breakdowns.find(({ no }) => no === chosenNo);
  return (
    <Form action={`${href}/breakdown`} class="form measure" label={t("breakdowns.choice.label")}>
      <HiddenField name="back" value={back} />
      <SelectField
        name="breakdown"
        label={t("breakdowns.choice.label")}
        value={chosenNo === 0 ? "none" : own ? String(own.no) : ""}
        options={[
          {
            value: "",
            label: usual
              ? t("breakdowns.choice.usual", { name: usual.name })
              : t("breakdowns.choice.noUsual"),
          },
          ...(usual ? [{ value: "none", label: t("breakdowns.choice.none") }] : []),
          ...breakdowns.map(({ no, name }) => ({ value: String(no), label: name })),
        ]}
      />
      <ButtonRow>
        <SubmitButton kind="secondary">{t("breakdowns.choice.show")}</SubmitButton>
        <a href={`${base}/breakdowns`}>{t("breakdowns.choice.all")}</a>
      </ButtonRow>
    </Form>
  );
}

function Name({ t, line }: { t: T; line: Line }) {
  return (
    <>
      <span dir="auto">{lineName(t, line)}</span>
      {line.isRemoved ? <span class="soft small"> ({t("breakdowns.line.removed")})</span> : null}
    </>
  );
}

function rate(part: number, of: number | null, locale: Locale): string {
  if (of === null || of === 0) return "–";
  const share = part / of;
  return formatPercent(share, locale, share > 0 && share < 0.01 ? 2 : 1);
}

function Why({ t, withheld }: { t: T; withheld: Withheld }) {
  return (
    <div data-audience-panel data-whole="yes">
      <p>{t(`breakdowns.withheld.${withheld}`, { least: SHOWN_FROM })}</p>
    </div>
  );
}

/** That a field has more answers than there are lines. */
function Cut({ t, lines }: { t: T; lines: readonly { line: Line }[] }) {
  if (!lines.some(({ line }) => line.name.is === "otherAnswers")) return null;
  return <p class="soft small">{t("breakdowns.cut", { max: LINES_MAX })}</p>;
}

/**
 * The recipients of a draft by the lines of its breakdown. Taken further by `public/js/audiences.js`.
 * @param again the page it is on: whoever has no script opens it again
 */
export function DraftPanel({ t, locale, draft, again }: Page & { draft: DraftReport; again: string }) {
  if (draft.withheld) return <Why {...{ t }} withheld={draft.withheld} />;
  const all = draft.lines.find(({ line }) => line.key === "everybody")?.recipients ?? null;
  return (
    <div data-audience-panel data-whole={draft.isWhole ? "yes" : "no"}>
      <table class="values">
        <caption class="visually-hidden">{draft.breakdown.name}</caption>
        <thead>
          <tr>
            <th scope="col">{t("breakdowns.columns.line")}</th>
            <th scope="col">{t("breakdowns.columns.recipients")}</th>
            <th scope="col">{t("breakdowns.columns.share")}</th>
          </tr>
        </thead>
        <tbody>
          {draft.lines.map(({ line, recipients, isTooLarge }) => (
            <tr>
              <th scope="row">
                <Name {...{ t, line }} />
              </th>
              <td>
                {recipients === null ? (
                  <Missing {...{ t, line, isTooLarge }} />
                ) : (
                  formatNumber(recipients, locale)
                )}
              </td>
              <td>{recipients === null ? "" : rate(recipients, all, locale)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Cut {...{ t }} lines={draft.lines} />
      {draft.isWhole ? null : <Counting {...{ t, locale, again }} share={draft.share} />}
    </div>
  );
}

function Missing({ t, line, isTooLarge }: { t: T; line: Line; isTooLarge: boolean }) {
  if (isTooLarge) return <span class="soft small">{t("breakdowns.line.tooLarge")}</span>;
  return <>{line.node === null ? "–" : t("breakdowns.line.waiting")}</>;
}

/** The one thing that is said aloud of a table that is drawn again each second. */
function Counting({ t, locale, share, again }: { t: T; locale: Locale; share: number; again: string }) {
  return (
    <p class="soft small">
      <progress class="progress" value={share} max={1} aria-label={t("audiences.count.progress")} />{" "}
      <span aria-live="polite">{t("breakdowns.counting", { share: formatPercent(share, locale) })}</span>{" "}
      <noscript>
        <a href={again}>{t("breakdowns.look")}</a>
      </noscript>
    </p>
  );
}

/** What became of a mailing by the lines of its breakdown. */
export function ReportPanel({
  t,
  locale,
  now,
  timeZone,
  report,
  again,
}: Page & { report: Report; again: string }) {
  if (report.withheld) return <Why {...{ t }} withheld={report.withheld} />;
  const isCounting = report.share < 1 && !report.isFailing;
  const did = (measure: LineMeasure): Column<LineReport> => ({
    ...{ key: measure, title: t(`breakdowns.columns.${shownAs(measure)}`), isNumber: true },
    cell: ({ count }) => <Did {...{ locale, count, measure }} />,
  });
  return (
    <div data-audience-panel data-whole={isCounting ? "no" : "yes"}>
      <DataTable<LineReport>
        caption={report.breakdown.name}
        isCaptionHidden
        rows={report.lines}
        empty={null}
        columns={[
          {
            ...{ key: "line", title: t("breakdowns.columns.line"), isName: true },
            cell: ({ line }) => <Name {...{ t, line }} />,
          },
          {
            ...{ key: "sent", title: t("breakdowns.columns.sent"), isNumber: true },
            cell: ({ line, count }) => {
              const sent = countOf(count, "sent");
              return sent === null ? (
                <Missing {...{ t, line, isTooLarge: count !== null && line.node !== null }} />
              ) : (
                formatNumber(sent, locale)
              );
            },
          },
          ...(["opened", "clicked", "acted", "gave"] as const).map(did),
          {
            ...{ key: "money", title: t("breakdowns.columns.money"), isNumber: true },
            cell: ({ count }) => (count && moneyWords(count, locale)) || "–",
          },
          did("unsubscribed"),
        ]}
      />
      <Cut {...{ t }} lines={report.lines} />
      {report.countedAt === null ? null : (
        <p class="soft small">
          {t("breakdowns.counted")} <When at={report.countedAt} {...{ now, locale, timeZone }} />
        </p>
      )}
      {report.isFailing ? <p class="small">{t("breakdowns.failing")}</p> : null}
      {isCounting ? <Counting {...{ t, locale, again }} share={report.share} /> : null}
    </div>
  );
}

type ShownMeasure = "opened" | "clicked" | "acted" | "gave" | "unsubscribed";

function shownAs(measure: LineMeasure): ShownMeasure {
  return (["opened", "clicked", "acted", "gave"] as const).find((each) => each === measure) ?? "unsubscribed";
}

function Did({
  locale,
  count,
  measure,
}: {
  locale: Locale;
  count: LineCount | null;
  measure: LineMeasure;
}): Child {
  const people = countOf(count, measure);
  if (people === null) return "–";
  return (
    <span>
      {formatNumber(people, locale)}{" "}
      <span class="breakdown-rate soft small">{rate(people, deliveredOf(count), locale)}</span>
    </span>
  );
}

function moneyWords({ money }: LineCount, locale: Locale): string {
  return formatList(
    Object.entries(money).map(([currency, amount]) => formatMoney(amount, currency, locale)),
    locale,
  );
}
