import { BreakdownChoice, ReportPanel } from "../breakdowns/panels";
import { Section } from "../ui/layout";
import type { CountedProps } from "./views";

/** The people it was sent to, told apart by its breakdown; nothing while the group has none. */
export function BreakdownSection(props: CountedProps) {
  const { t, group, mailing, href, breakdowns, breakdown: report, mayEdit } = props;
  if (breakdowns.length === 0) return null;
  const base = `/groups/${group.slug}/mailings`;
  return (
    <Section
      title={report ? t("breakdowns.section", { name: report.breakdown.name }) : t("breakdowns.sectionNone")}
      text={report ? t("breakdowns.reportText") : t("breakdowns.sectionNoneText")}
      id="breakdown"
    >
      {report ? (
        <>
          <div data-audience-shown={`${base}/${mailing.id}/breakdown`}>
            <ReportPanel {...props} report={report} again={`${href}#breakdown`} />
          </div>
          {report.withheld ? null : (
            <p class="small">
              <a href={`${href}?breakdown=again#breakdown`}>{t("breakdowns.again")}</a>{" "}
              <span class="soft">{t("breakdowns.reportText2")}</span>
            </p>
          )}
        </>
      ) : null}
      {mayEdit ? (
        <BreakdownChoice
          {...{ t, base, breakdowns }}
          href={`${base}/${mailing.id}`}
          back="results"
          chosenNo={mailing.settings.breakdownNo}
        />
      ) : null}
    </Section>
  );
}
