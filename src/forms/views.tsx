import { type ActionFrame, ActionShell } from "../actions/action-shell";
import { Notice } from "../ui/flash";
import { ButtonLink, ButtonRow, Form, SubmitButton, TextField } from "../ui/form";
import { formatNumber } from "../ui/format";
import { Icon } from "../ui/icon";
import { EmptyState } from "../ui/table";
import { When } from "../ui/when";
import type { Results } from "./results";
import { QuestionResult } from "./results-views";

type ResultsPageProps = ActionFrame & {
  results: Results;
  /** By the question's key; nothing for whoever may not see people. */
  texts: Record<string, string[]>;
  /** The days as they were typed. */
  from: string;
  to: string;
};

/** What people answered, for organisers: every question as a chart, over all or some days. */
export function ResultsPage(props: ResultsPageProps) {
  const { t, locale, group, action, now, timeZone, results, from, to } = props;
  const href = `/groups/${group.slug}/actions/${action.id}/results`;
  const days = new URLSearchParams({ ...(from ? { from } : {}), ...(to ? { to } : {}) }).toString();
  const questions = action.settings.questions;
  return (
    <ActionShell {...props} tab="results" page={t("forms.results.title")}>
      {questions.length === 0 ? (
        <EmptyState
          title={t("forms.results.noQuestions")}
          text={t("forms.results.noQuestionsText")}
          action={{ href: `/groups/${group.slug}/actions/${action.id}/edit`, label: t("actions.tabs.edit") }}
        />
      ) : (
        <>
          <Days {...props} href={href} />
          <p class="lead">
            {t("forms.results.total", { count: results.total, number: formatNumber(results.total, locale) })}{" "}
            <span class="soft small">
              {t("forms.results.countedAt")}{" "}
              <When at={results.countedAt} now={now} locale={locale} timeZone={timeZone} />
            </span>
          </p>
          {results.isWhole ? null : (
            <Notice kind="warn">
              <p>{t("forms.results.notWhole")}</p>
            </Notice>
          )}
          <ButtonRow>
            <ButtonLink kind="secondary" href={`${href}.csv${days ? `?${days}` : ""}`}>
              <Icon name="download" />
              {t("forms.results.csv")}
            </ButtonLink>
            <a href={`${href}?${days ? `${days}&` : ""}again=yes`}>{t("forms.results.again")}</a>
          </ButtonRow>
          <div class="results">
            {questions.map((question) => (
              <QuestionResult {...{ t, locale, question, results }} texts={props.texts[question.key]} />
            ))}
          </div>
        </>
      )}
    </ActionShell>
  );
}

function Days({ t, href, from, to }: ResultsPageProps & { href: string }) {
  return (
    <Form class="form search" method="get" action={href} label={t("forms.results.days")}>
      <div class="filter">
        <TextField name="from" type="date" width="medium" label={t("intake.search.from")} value={from} />
        <TextField name="to" type="date" width="medium" label={t("intake.search.to")} value={to} />
        <SubmitButton kind="secondary">{t("forms.results.show")}</SubmitButton>
      </div>
    </Form>
  );
}
