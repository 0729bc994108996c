import type { CohortProgress } from "../delivery/types";
import { Notice } from "../ui/flash";
import { Form, HiddenField, RadioGroup, SubmitButton, TextField } from "../ui/form";
import { formatNumber, formatPercent } from "../ui/format";
import type { T } from "../ui/i18n";
import { Section } from "../ui/layout";
import { type Column, DataTable } from "../ui/table";
import { letterOf } from "./parts";
import type { ProgressProps } from "./progress-props";
import type { ReviewProps } from "./review-props";

/** Below these a test down the list says little. */
const PEOPLE_ADVISED = 60_000;
const COHORT_ADVISED = 10_000;

/** The fields of a test down the list. */
export function CohortFields({ t, locale, values, errors, estimate }: ReviewProps) {
  const field = (name: "cohortSize" | "shareOfBest" | "cohortUnsubscribes" | "cohortComplaints") => ({
    ...({ name, inputmode: "decimal", width: "short", autocomplete: "off" } as const),
    ...{ value: values[name], error: errors[name] },
  });
  const isTooFew = estimate?.isWhole && estimate.recipients < PEOPLE_ADVISED;
  const optionalLabel = t("common.form.optional");
  return (
    <div class="mail-cohorts">
      {isTooFew ? (
        <Notice kind="warn">
          <p>
            {t("cohorts.plan.tooFew", { number: formatNumber(estimate.recipients, locale) })}{" "}
            {t("cohorts.plan.fits")}
          </p>
        </Notice>
      ) : (
        <p class="soft">{t("cohorts.plan.fits")}</p>
      )}
      <TextField {...field("cohortSize")} label={t("cohorts.plan.size")} hint={t("cohorts.plan.sizeHint")} />
      <TextField
        {...field("shareOfBest")}
        label={t("cohorts.plan.shareOfBest")}
        hint={t("cohorts.plan.shareOfBestHint")}
        suffix="%"
      />
      <div class="mail-plan">
        <TextField
          {...{ ...field("cohortUnsubscribes"), optionalLabel }}
          label={t("cohorts.plan.unsubscribes")}
          hint={t("cohorts.plan.limitHint")}
          suffix="%"
        />
        <TextField
          {...{ ...field("cohortComplaints"), optionalLabel }}
          label={t("cohorts.plan.complaints")}
          hint={t("cohorts.plan.limitHint")}
          suffix="%"
        />
      </div>
      <RadioGroup
        name="cohortOrder"
        legend={t("cohorts.plan.order")}
        value={values.cohortOrder}
        options={[
          { value: "list", label: t("cohorts.plan.inOrder"), hint: t("cohorts.plan.inOrderHint") },
          { value: "each", label: t("cohorts.plan.each") },
        ]}
      />
    </div>
  );
}

/** How each cohort of a test down the list stands, and what an organiser may decide of it. */
export function Cohorts(props: ProgressProps) {
  const { t, numbers } = props;
  const { cohorts } = numbers;
  if (!cohorts) return null;
  const { verdict = null, winnerNo = null } = numbers.test ?? {};
  const isOne = Object.keys(numbers.frozen?.variants ?? {}).filter((no) => no !== "0").length < 2;
  const judgedNo = winnerNo ?? verdict?.bestNo ?? 1;
  const isSmall = cohorts.some(({ people }) => people > 0 && people < COHORT_ADVISED);
  return (
    <Section title={t("cohorts.progress.title")} id="cohorts" text={t("cohorts.progress.text")}>
      {isSmall ? <p class="soft">{t("cohorts.progress.small")}</p> : null}
      <DataTable<CohortProgress>
        caption={t("cohorts.progress.caption")}
        isCaptionHidden
        rows={cohorts}
        empty={null}
        columns={columnsOf(props)}
      />
      {verdict ? (
        <p class="soft small">
          {isOne
            ? t("cohorts.progress.byOne")
            : t("cohorts.progress.byVersion", { letter: letterOf(judgedNo) })}
        </p>
      ) : null}
    </Section>
  );
}

function columnsOf(props: ProgressProps): Column<CohortProgress>[] {
  const { t, locale, numbers, maySend } = props;
  const count = (name: "people" | "sample"): Column<CohortProgress> => ({
    ...{ key: name, title: t(`cohorts.progress.${name}`), isNumber: true },
    cell: (each) => formatNumber(each[name], locale),
  });
  const isOpen = maySend && (numbers.cohorts ?? []).some(({ isChangeable }) => isChangeable);
  return [
    {
      key: "cohort",
      title: t("cohorts.progress.cohort"),
      isName: true,
      cell: ({ cohort }) => nameOf(t, cohort),
    },
    count("people"),
    count("sample"),
    ...judgedColumns(props),
    { key: "state", title: t("cohorts.progress.state"), cell: (each) => stateWords(props, each) },
    ...(isOpen
      ? [
          {
            key: "decide",
            title: t("cohorts.progress.decide"),
            cell: (each: CohortProgress) => <Decide {...props} {...each} />,
          },
        ]
      : []),
  ];
}

/** What the samples did, once they are judged. */
function judgedColumns({ t, locale, numbers }: ProgressProps): Column<CohortProgress>[] {
  const verdict = numbers.test?.verdict;
  if (!verdict) return [];
  const percent = (share: number) => formatPercent(share, locale, 1);
  const share = (name: "unsubscribed" | "complained"): Column<CohortProgress> => ({
    ...{ key: name, title: t(`cohorts.progress.${name}`), isNumber: true },
    cell: ({ result }) => (result && result.sent > 0 ? percent(result[name] / result.sent) : "–"),
  });
  return [
    {
      key: "did",
      title: t(`composer.plan.measures.${verdict.measure}`),
      isNumber: true,
      cell: ({ result }) =>
        result && result.sent > 0 ? (
          <span>
            {percent(result.share)}
            <br />
            <span class="soft small">
              {t("cohorts.progress.between", { low: percent(result.low), high: percent(result.high) })}
            </span>
          </span>
        ) : (
          "–"
        ),
    },
    share("unsubscribed"),
    share("complained"),
  ];
}

function nameOf(t: T, cohort: number): string {
  const no = (["1", "2", "3", "4", "5"] as const).find((each) => Number(each) === cohort);
  return no ? t(`cohorts.names.${no}`) : "";
}

/** What becomes of a cohort, and why. */
function stateWords({ t, locale }: ProgressProps, each: CohortProgress): string {
  const { people, state, result, choice, waiting, leftOut } = each;
  if (people === 0) return t("cohorts.state.nobody");
  const number = formatNumber(state === "out" ? leftOut : waiting, locale);
  const words = [t(`cohorts.state.${state}`, { number })];
  if (choice) words.push(t(`cohorts.byHand.${choice}`));
  else if (result?.fault && result.fault !== "nobody") words.push(t(`cohorts.fault.${result.fault}`));
  const isJudged = choice === null && (result?.fault === "share" || result?.fault === null);
  if (isJudged && result?.isClose) words.push(t("cohorts.close"));
  return words.join(" ");
}

function Decide({ t, href, cohort, state, choice, isChangeable }: ProgressProps & CohortProgress) {
  if (!isChangeable) return null;
  const isComing = state === "next" || state === "sending";
  const ways = choice
    ? (["test"] as const)
    : state === "test"
      ? (["send", "leave"] as const)
      : ([isComing ? "leave" : "send"] as const);
  return (
    <div class="cluster">
      {ways.map((way) => (
        <Form action={`${href}/cohorts`} class="inline">
          <HiddenField name="cohort" value={String(cohort)} />
          <HiddenField name="choice" value={way} />
          <SubmitButton kind="secondary">
            {t(`cohorts.do.${way}`)}
            <span class="visually-hidden"> – {nameOf(t, cohort)}</span>
          </SubmitButton>
        </Form>
      ))}
    </div>
  );
}
