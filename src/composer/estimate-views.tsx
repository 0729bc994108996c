import type { Estimate } from "../delivery/types";
import { type LeftOutReason, leftOutNames, type MailingVersion } from "../mailings/types";
import { formatList, formatNumber, formatPercent } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { Section } from "../ui/layout";
import { DayNoteWords } from "./day-note";
import type { ReviewProps } from "./review-props";

/** Whom it mails and who is left out, and the audience in a sentence. */
export function AudienceSection(props: ReviewProps) {
  const { t, href, audience, estimate } = props;
  return (
    <Section title={t("composer.review.audience")} id="audience">
      {audience === null ? (
        <p>
          {t("composer.review.noAudience")} <a href={`${href}/target`}>{t("composer.review.choose")}</a>
        </p>
      ) : (
        <>
          {estimate ? (
            <div
              data-audience-shown={`${href}/estimate${props.startAt === null ? "" : `?at=${props.startAt}`}`}
            >
              <EstimateWords {...props} estimate={estimate} languages={languagesOf(props.versions)} />
            </div>
          ) : null}
          <DayNoteWords t={t} note={props.dayNote} />
          <p class="soft" dir="auto">
            {audience}. <a href={`${href}/target`}>{t("composer.review.change")}</a>
          </p>
        </>
      )}
    </Section>
  );
}

/**
 * "This mails 12,408 people in 3 languages. 311 are left out: 205 unsubscribed, 106 had two mails this week." A count that takes
 * longer is taken further by `public/js/audiences.js`.
 */
export function EstimateWords({
  t,
  locale,
  estimate,
  languages,
}: Pick<ReviewProps, "t" | "locale"> & { estimate: Estimate; languages: number }) {
  const { recipients, share, isWhole } = estimate;
  const mails = t("composer.review.mails", { count: recipients, number: formatNumber(recipients, locale) });
  return (
    <div aria-live="polite" data-audience-panel data-whole={isWhole ? "yes" : "no"}>
      <p class="lead">
        {languages > 1
          ? t("composer.review.inLanguages", { mails, count: languages })
          : t("composer.review.inOneLanguage", { mails })}{" "}
        {leftOutWords(t, locale, estimate.leftOut)}
      </p>
      {isWhole ? null : (
        <p class="soft small">
          <progress class="progress" value={share} max={1} aria-label={t("audiences.count.progress")} />{" "}
          {t("composer.review.counting", { share: formatPercent(share, locale) })}
        </p>
      )}
    </div>
  );
}

export function languagesOf(versions: readonly MailingVersion[]): number {
  return new Set(versions.map(({ language }) => language)).size;
}

/** Who is left out, by why. */
export function leftOutWords(t: T, locale: Locale, leftOut: Partial<Record<LeftOutReason, number>>): string {
  const parts = leftOutNames.flatMap((reason) => {
    const count = leftOut[reason] ?? 0;
    return count > 0 ? [t(`composer.leftOut.${reason}`, { count, number: formatNumber(count, locale) })] : [];
  });
  const total = Object.values(leftOut).reduce((sum, count) => sum + count, 0);
  if (total === 0) return t("composer.review.nobodyLeftOut");
  return t("composer.review.leftOut", {
    count: total,
    number: formatNumber(total, locale),
    reasons: formatList(parts, locale),
  });
}
