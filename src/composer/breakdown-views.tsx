import { BreakdownChoice, DraftPanel } from "../breakdowns/panels";
import { Section } from "../ui/layout";
import type { ReviewProps } from "./review-props";

/** The people it would go to, told apart by its breakdown; nothing while the group has none. */
export function BreakdownSection(props: ReviewProps) {
  const { t, group, href, mailing, breakdowns, draftReport: draft, mayEdit, startAt } = props;
  if (breakdowns.length === 0 || mailing.target === null) return null;
  const at = startAt === null ? "" : `?at=${startAt}`;
  return (
    <Section
      title={draft ? t("breakdowns.section", { name: draft.breakdown.name }) : t("breakdowns.sectionNone")}
      text={draft ? t("breakdowns.draftText") : t("breakdowns.sectionNoneText")}
      id="breakdown"
    >
      {draft ? (
        <div data-audience-shown={`${href}/breakdown${at}`}>
          <DraftPanel {...props} draft={draft} again={`${href}/review#breakdown`} />
        </div>
      ) : null}
      {mayEdit ? (
        <BreakdownChoice
          {...{ t, href, breakdowns }}
          base={`/groups/${group.slug}/mailings`}
          back="review"
          chosenNo={mailing.settings.breakdownNo}
        />
      ) : null}
    </Section>
  );
}
