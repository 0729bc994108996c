import type { AlternatePart } from "../mailings/types";
import { Section } from "../ui/layout";
import type { PartComparison } from "./comparison";
import { CountTable, FigureTable, verdictWords } from "./variant-views";
import type { CountedProps } from "./views";

/** Subjects, senders and messages beside each other, each over all versions that have it. */
export function AlternatesSection(props: CountedProps) {
  const { t, byPart } = props;
  if (byPart.length === 0) return null;
  return (
    <Section title={t("alternates.results.title")} text={t("alternates.results.text")} id="parts">
      {byPart.map((each) => (
        <Part {...props} {...each} />
      ))}
      <p class="soft small">{t("alternates.results.each")}</p>
    </Section>
  );
}

function Part(props: CountedProps & PartComparison) {
  const { t, part, alternates, comparisons, isOfSample } = props;
  const title = t(`alternates.part.${part}`);
  const nameOf = (nth: number) => t(`alternates.nth.${part}`, { nth });
  const named = (nth: number) => (
    <>
      {nameOf(nth)}{" "}
      <span class="soft small" dir="auto">
        {wordsOf(props, part, nth)}
      </span>
    </>
  );
  return (
    <>
      <h3>{t(`alternates.by.${part}`)}</h3>
      {comparisons.map(({ by, verdict }) => (
        <p>
          <strong>{t(`results.variants.by.${by}`)}.</strong> {verdictWords(props, verdict, nameOf)}
        </p>
      ))}
      {isOfSample ? (
        comparisons.map((comparison) => (
          <CountTable {...{ ...props, comparison, title }} of={t(`alternates.by.${part}`)} nameOf={named} />
        ))
      ) : (
        <FigureTable
          {...props}
          rows={alternates}
          caption={t(`alternates.by.${part}`)}
          title={title}
          nameOf={({ variantNo: nth }) => named(nth)}
        />
      )}
    </>
  );
}

/** What an alternate says, in the first language it was sent in; a message is too long to be shown here. */
function wordsOf({ builds, combinations }: CountedProps, part: AlternatePart, nth: number): string {
  const build = builds.find(({ variantNo }) => combinations.get(variantNo)?.[part].nth === nth);
  if (!build || part === "body") return "";
  return part === "subject" ? build.subject : build.fromName;
}
