import type { Verdict } from "../delivery/types";
import { judgeParts, type PartVerdict } from "../delivery/verdict";
import { variedParts } from "../mailings/combining";
import type { AlternatePart, Combination } from "../mailings/types";
import { combinationWords, letterOf } from "./parts";
import type { ProgressProps } from "./progress-props";
import { VerdictTable } from "./verdict-table";

/** Which alternates each version is made of; nothing of a mailing without them. */
function combinationsShown({ versions }: Pick<ProgressProps, "versions">): Map<number, Combination> {
  return new Map(versions.flatMap(({ variantNo, combines }) => (combines ? [[variantNo, combines]] : [])));
}

/** The letter of a version, with what it is made of. */
export function VersionName(props: ProgressProps & { variantNo: number }) {
  const words = madeOf(props, props.variantNo);
  if (words === null) return <>{letterOf(props.variantNo)}</>;
  return (
    <>
      {letterOf(props.variantNo)} <span class="soft small">{words}</span>
    </>
  );
}

/** The same in one line, for buttons and links: "C (Subject 2 · Message 1)". */
export function versionWords(props: ProgressProps, variantNo: number): string {
  const words = madeOf(props, variantNo);
  return words === null ? letterOf(variantNo) : `${letterOf(variantNo)} (${words})`;
}

function madeOf(props: ProgressProps, variantNo: number): string | null {
  const combinations = combinationsShown(props);
  const combines = combinations.get(variantNo);
  return combines ? combinationWords(props.t, combines, variedParts(combinations.values())) : null;
}

/** What the test says of subjects, senders and messages, each by itself, where more than one of them varies. */
export function PartResults(props: ProgressProps & { verdict: Verdict }) {
  const { t, locale, verdict } = props;
  const combinations = combinationsShown(props);
  const parts = judgeParts(verdict, combinations);
  return (
    <>
      {parts.map((each) => (
        <>
          <h3>{t(`alternates.by.${each.part}`)}</h3>
          <p>{partWords(props, each, combinations.get(verdict.bestNo))}</p>
          <VerdictTable
            {...{ t, locale, verdict: each.verdict }}
            caption={t(`alternates.by.${each.part}`)}
            isCaptionHidden
            title={t(`alternates.part.${each.part}`)}
            nameOf={(nth) => (
              <>
                {t(`alternates.nth.${each.part}`, { nth })}{" "}
                <span class="soft small" dir="auto">
                  {alternateWords(props, each.part, nth)}
                </span>
              </>
            )}
          />
        </>
      ))}
      {parts.length > 0 ? <p class="soft small">{t("alternates.results.each")}</p> : null}
    </>
  );
}

/** What an alternate says, in the group's language; a message is too long to be shown here. */
function alternateWords({ versions, group }: ProgressProps, part: AlternatePart, nth: number): string {
  const having = versions.filter(({ combines }) => combines?.[part].nth === nth);
  const own = having.find(({ language }) => language === group.locale) ?? having[0];
  if (!own || part === "body") return "";
  return part === "subject" ? own.subject : own.fromName;
}

/** What can be said of a part; where the best version has another alternate than the best one, that too. */
function partWords(
  { t, verdict }: ProgressProps & { verdict: Verdict },
  { part, verdict: found }: PartVerdict,
  best: Combination | undefined,
): string {
  const name = t(`alternates.nth.${part}`, { nth: found.bestNo });
  const words = t(`alternates.verdict.${found.is}`, { name });
  if (found.is !== "clear" || !best || best[part].nth === found.bestNo) return words;
  return `${words} ${t("alternates.bestWithout", { letter: letterOf(verdict.bestNo) })}`;
}
