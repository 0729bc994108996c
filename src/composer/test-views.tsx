import type { TestPhase, Verdict } from "../delivery/types";
import { Form, HiddenField, SubmitButton } from "../ui/form";
import { Section } from "../ui/layout";
import { When } from "../ui/when";
import { PartResults, VersionName, versionWords } from "./part-results";
import { letterOf } from "./parts";
import type { ProgressProps } from "./progress-props";
import { VerdictTable } from "./verdict-table";

/** Where the test is; of one down the list it says what that means. */
function phaseWords(
  { t, numbers }: ProgressProps,
  phase: TestPhase,
  { letter, isOne }: { letter: string; isOne: boolean },
): string {
  if (numbers.cohorts) {
    if (phase === "sample" || phase === "choose") return t(`cohorts.winner.${phase}`);
    if (phase === "decided")
      return t(isOne ? "cohorts.winner.decidedOne" : "cohorts.winner.decided", { letter });
  }
  return t(`composer.winner.phase.${phase}`, { letter });
}

/** What somebody is asked who chooses before the time of the verdict. */
function askWords(props: ProgressProps, no: number): string {
  const { t, numbers } = props;
  if (numbers.cohorts) return t("cohorts.winner.earlyAsk");
  return t("composer.winner.earlyAsk", { letter: versionWords(props, no) });
}

/** What the variants brought, and the choice of the one that goes to the rest. */
export function TestPart(props: ProgressProps) {
  const { t, locale, numbers, maySend } = props;
  const { test, frozen } = numbers;
  if (!test) return null;
  const { phase, endsAt, verdict, winnerNo } = test;
  // Of a sample in which nobody was, the first is the best: somebody must be able to go on.
  const tried = Object.keys(frozen?.variants ?? {}).map(Number);
  const variants = [...new Set([...tried, verdict?.bestNo ?? 0])]
    .filter((no) => no > 0)
    .toSorted((one, other) => one - other);
  const mayChoose = maySend && winnerNo === null && phase !== "sample";
  const isOne = variants.length < 2;
  return (
    <Section title={t("composer.winner.title")} id="test">
      <p>
        {phaseWords(props, phase, { letter: winnerNo ? letterOf(winnerNo) : "", isOne })}{" "}
        {phase === "waiting" && endsAt !== null ? <When {...props} at={endsAt} /> : null}
      </p>
      {isOne ? null : verdict ? (
        <p>{t(`composer.winner.verdict.${verdict.is}`, { letter: letterOf(verdict.bestNo) })}</p>
      ) : mayChoose ? (
        <p class="soft">{t("composer.winner.early")}</p>
      ) : null}
      {verdict && !isOne ? (
        <VerdictTable
          {...{ t, locale, verdict }}
          caption={t(`composer.plan.measures.${verdict.measure}`)}
          title={t("composer.winner.variant")}
          nameOf={(no) => <VersionName {...props} variantNo={no} />}
        />
      ) : null}
      {verdict ? <PartResults {...props} verdict={verdict} /> : null}
      {mayChoose ? <Choice {...props} verdict={verdict} variants={variants} /> : null}
    </Section>
  );
}

/** A button for each version that was tried. */
function Choice(props: ProgressProps & { verdict: Verdict | null; variants: readonly number[] }) {
  const { t, href, numbers, verdict, variants } = props;
  const isOne = variants.length < 2;
  return (
    <div class="cluster">
      {variants.map((no) => (
        <Form action={`${href}/winner`} class="inline">
          <HiddenField name="variant" value={String(no)} />
          <SubmitButton
            kind={verdict?.bestNo === no ? "primary" : "secondary"}
            {...(verdict ? {} : { confirm: askWords(props, no) })}
          >
            {numbers.cohorts
              ? t(isOne ? "cohorts.winner.sendOne" : "cohorts.winner.send", {
                  letter: versionWords(props, no),
                })
              : t("composer.winner.send", { letter: versionWords(props, no) })}
          </SubmitButton>
        </Form>
      ))}
    </div>
  );
}
