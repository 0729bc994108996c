import { formatNumber } from "../ui/format";
import type { Key, Locale, T } from "../ui/i18n";
import { Section } from "../ui/layout";
import { Progress } from "../ui/progress";
import type { Work } from "./work";

const words: Record<string, Key> = {
  "tag.merge": "tags.works.tag_merge",
  "audience.tag": "tags.works.audience_tag",
  "tag.empty": "tags.works.tag_empty",
  "field.merge": "tags.works.field_merge",
  "field.empty": "tags.works.field_empty",
  "field.count": "tags.works.field_count",
  "sources.count": "tags.works.sources_count",
  "privacy.erase": "tags.works.privacy_erase",
  "retention.people": "tags.works.retention_people",
  "retention.referrers": "tags.works.retention_referrers",
  "retention.answers": "tags.works.retention_answers",
};

/** What is being done behind, and how far it is. What is only due later is not shown. */
export function Works(props: { t: T; locale: Locale; works: readonly Work[]; now: number }) {
  const { t, locale, works, now } = props;
  const shown = works.filter(({ dueAt, sort }) => dueAt <= now && sort !== "field.count");
  if (shown.length === 0) return null;
  return (
    <Section title={t("tags.works.title")}>
      {shown.map(({ sort, doneCount, totalCount }) => {
        const key = words[sort];
        const label = key ? t(key) : sort;
        const number = formatNumber(Math.min(doneCount, totalCount ?? doneCount), locale);
        const total = totalCount ? formatNumber(totalCount, locale) : null;
        return (
          <Progress label={label} value={doneCount} max={totalCount ?? Math.max(doneCount * 2, 1)}>
            {label}: {total ? t("tags.works.of", { number, total }) : t("tags.works.done", { number })}
          </Progress>
        );
      })}
    </Section>
  );
}
