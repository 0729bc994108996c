import type { TestPhase, Verdict } from "../delivery/types";
import { Disclosure } from "../ui/card";
import { Notice } from "../ui/flash";
import { Form, HiddenField, SubmitButton } from "../ui/form";
import { Section } from "../ui/layout";
import { When } from "../ui/when";
import { PartResults, VersionName, versionWords } from "./part-results";
import { letterOf } from "./parts";
import type { ProgressProps } from "./progress-props";
import { measured, VerdictTable } from "./verdict-table";

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
  const isUnderWay = numbers.status === "sending" || numbers.status === "paused";
  const mayChoose = maySend && isUnderWay && winnerNo === null && phase !== "sample";
  const isOne = variants.length < 2;
  const stands = isOne ? null : verdict ? (
    <p>{t(`composer.winner.verdict.${verdict.is}`, { letter: letterOf(verdict.bestNo) })}</p>
  ) : mayChoose ? (
    <p class="soft">{t("composer.winner.early")}</p>
  ) : null;
  const now = phaseWords(props, phase, { letter: winnerNo ? letterOf(winnerNo) : "", isOne });
  const choice = mayChoose ? <Choice {...props} verdict={verdict} variants={variants} /> : null;
  return (
    <Section title={t("composer.winner.title")} id="test">
      {waitsForChoice(numbers) ? (
        <Notice kind="warn" title={now}>
          {stands}
          {choice}
        </Notice>
      ) : (
        <>
          <p>
            {isUnderWay || phase === "decided" ? now : t("composer.winner.stopped")}{" "}
            {isUnderWay && phase === "waiting" && endsAt !== null ? <When {...props} at={endsAt} /> : null}
          </p>
          {stands}
          {choice}
        </>
      )}
      {verdict && !isOne ? (
        <VerdictTable
          {...{ t, locale, verdict }}
          caption={t(`results.variants.by.${measured[verdict.measure]}`)}
          title={t("composer.winner.variant")}
          nameOf={(no) => <VersionName {...props} variantNo={no} />}
        />
      ) : null}
      {verdict ? <PartResults {...props} verdict={verdict} /> : null}
    </Section>
  );
}

/** Whether the test is over and nothing goes on before somebody chooses. */
export function waitsForChoice({ test, status }: Pick<ProgressProps["numbers"], "test" | "status">): boolean {
  if (!test || (status !== "sending" && status !== "paused")) return false;
  return test.winnerNo === null && (test.phase === "choose" || test.phase === "tripped");
}

/** With more buttons than this, nobody finds the one that did best. */
const SHOWN_MAX = 3;

/** A button for each version that was tried: the best first, where there is one, and many others out of the way. */
function Choice(props: ProgressProps & { verdict: Verdict | null; variants: readonly number[] }) {
  const { t, verdict, variants } = props;
  const best = variants.filter((no) => no === verdict?.bestNo);
  const others = variants.filter((no) => no !== verdict?.bestNo);
  const buttons = (numbers: readonly number[]) =>
    numbers.map((no) => <ChoiceButton {...props} no={no} isOne={variants.length < 2} />);
  if (variants.length <= SHOWN_MAX) return <div class="cluster">{buttons([...best, ...others])}</div>;
  return (
    <>
      <div class="cluster">{buttons(best)}</div>
      <Disclosure summary={t(best.length > 0 ? "composer.winner.another" : "composer.winner.now")}>
        <div class="cluster">{buttons(others)}</div>
      </Disclosure>
    </>
  );
}

function ChoiceButton(props: ProgressProps & { verdict: Verdict | null; no: number; isOne: boolean }) {
  const { t, href, numbers, verdict, no, isOne } = props;
  const words = { letter: versionWords(props, no) };
  return (
    <Form action={`${href}/winner`} class="inline">
      <HiddenField name="variant" value={String(no)} />
      <SubmitButton
        kind={verdict?.bestNo === no ? "primary" : "secondary"}
        {...(verdict ? {} : { confirm: askWords(props, no) })}
      >
        {numbers.cohorts
          ? t(isOne ? "cohorts.winner.sendOne" : "cohorts.winner.send", words)
          : t("composer.winner.send", words)}
      </SubmitButton>
    </Form>
  );
}
