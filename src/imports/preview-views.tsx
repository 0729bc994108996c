import { formatMoney, formatNumber } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { Section } from "../ui/layout";
import { Status } from "../ui/status";
import { DataTable } from "../ui/table";
import type { ImportRow } from "./import";
import type { FieldChoice } from "./mapping";
import type { Preview, PreviewProblem } from "./preview";
import { columnRoles, importOptions } from "./types";

type PreviewProps = {
  t: T;
  locale: Locale;
  row: ImportRow;
  preview: Preview;
  fields: readonly FieldChoice[];
};
type Shown = Preview["people"][number];

/** The first people of the file as they would be stored, and what is wrong with its first rows. */
export function PreviewSection(props: PreviewProps) {
  const { t, preview } = props;
  return (
    <Section title={t("imports.mapping.preview")} id="preview">
      <DataTable<Shown>
        caption={t("imports.mapping.preview")}
        isCaptionHidden
        rows={preview.people}
        empty={null}
        columns={[
          {
            key: "person",
            title: t("imports.mapping.person"),
            isName: true,
            cell: ({ row }) => <span dir="auto">{row.v}</span>,
          },
          { key: "line", title: t("imports.mapping.row"), isNumber: true, cell: ({ line }) => String(line) },
          {
            key: "values",
            title: t("imports.mapping.values"),
            cell: (shown) => <Values {...props} shown={shown} />,
          },
          {
            key: "mail",
            title: t("imports.mapping.consents"),
            cell: ({ row }) => (
              <Status tone={row.co === 1 ? "good" : "neutral"}>
                {t(
                  row.co === 1
                    ? "people.status.subscribed"
                    : row.co === 2
                      ? "people.status.unsubscribed"
                      : "people.status.none",
                )}
              </Status>
            ),
          },
        ]}
      />
      <Problems {...props} />
    </Section>
  );
}

function Values({
  t,
  locale,
  row: { headings, mapping, options },
  fields,
  shown,
}: PreviewProps & { shown: Shown }) {
  const { row, tags } = shown;
  const said = columnRoles.flatMap((role) => {
    const value = Object.entries(row.o).find(([name]) => name === role)?.[1] ?? "";
    return value === "" ? [] : [`${t(`imports.uses.${role}`)}: ${value}`];
  });
  const label = (no: number) =>
    fields.find((field) => field.no === no)?.label ?? headings?.[-1 - no] ?? t("imports.uses.fields");
  const own = row.f.filter(([, value]) => value !== "").map(([no, value]) => `${label(no)}: ${value}`);
  const currency = importOptions.parse(options ?? {}).history?.currency;
  const gift =
    row.am !== undefined && currency
      ? [`${t("imports.uses.amount")}: ${formatMoney(row.am, currency, locale)}`]
      : [];
  const tagged = tags.length > 0 && mapping ? [`${t("imports.uses.tags")}: ${tags.join(", ")}`] : [];
  return (
    <span class="small" dir="auto">
      {[...said, ...own, ...gift, ...tagged].join(" · ")}
    </span>
  );
}

function Problems({ t, locale, preview }: PreviewProps) {
  const rows = formatNumber(preview.rows, locale);
  if (preview.problems.length === 0) return <p class="hint">{t("imports.mapping.noProblems", { rows })}</p>;
  return (
    <>
      <p>{t("imports.mapping.previewProblems", { rows })}</p>
      <ul class="import-problems">
        {preview.problems.map((problem) => (
          <li>
            <Status tone={problem.is === "rejected" ? "bad" : "warn"}>
              {formatNumber(problem.count, locale)}
            </Status>{" "}
            {t(problem.is === "rejected" ? "imports.problems.rejected" : "imports.problems.noted")}:{" "}
            {wordsOf(t, problem)}{" "}
            <span class="soft">({t("imports.mapping.problemLine", { line: problem.line })})</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function wordsOf(t: T, problem: PreviewProblem): string {
  return problem.is === "rejected" ? t(`imports.why.${problem.why}`) : t(`imports.noted.${problem.why}`);
}
