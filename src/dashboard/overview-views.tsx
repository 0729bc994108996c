import type { Child } from "hono/jsx";
import { type ActionFrame, ActionShell } from "../actions/action-shell";
import { goalFor } from "../actions/goal";
import { type OverviewStatistics, StatisticsPanel } from "../statistics/panel";
import type { Line } from "../statistics/report";
import { isSource, valueName } from "../statistics/words";
import { Stats } from "../ui/card";
import { CopyField } from "../ui/copy";
import { Notice } from "../ui/flash";
import { ButtonLink, Form, SubmitButton, TextField } from "../ui/form";
import { formatDate, formatNumber } from "../ui/format";
import { Icon } from "../ui/icon";
import { Section } from "../ui/layout";
import { Progress } from "../ui/progress";
import { SparklineTable } from "../ui/sparkline";
import { DataTable } from "../ui/table";
import { NO_SOURCE } from "./filter";
import { DaysLine } from "./list-views";
import { lately, type Numbers } from "./summary";

/** Sources named here; all of them are among the statistics. */
const SOURCES_SHOWN = 20;

export type OverviewProps = ActionFrame & {
  numbers: Numbers | null;
  /** Null when they could not be counted now. */
  counted: OverviewStatistics | null;
  waitingComments: number;
  /** A source code the organiser wants a link for. */
  code: string;
};

/** How one action goes, and what can be done with it. */
export function OverviewPage(props: OverviewProps) {
  const { t, action } = props;
  const isLive = action.status === "published";
  // As long as nobody has come, the link to share is what there is to do here.
  const isNew = isLive && props.numbers?.total === 0;
  return (
    <ActionShell {...props} tab="overview" page={t("actions.tabs.overview")} buttons={<Buttons {...props} />}>
      {action.limitedAt !== null ? (
        <Notice kind="bad">
          <p>{t("dashboard.overview.limited")}</p>
        </Notice>
      ) : null}
      {isNew ? <Share {...props} /> : null}
      {action.status === "draft" ? <NotYet {...props} /> : <Counted {...props} />}
      {isLive && !isNew ? <Share {...props} /> : null}
    </ActionShell>
  );
}

function Buttons({ t, group, action, publicUrl, mayEdit, mayPublish }: OverviewProps) {
  const href = `/groups/${group.slug}/actions/${action.id}`;
  return (
    <>
      {action.status === "draft" ? null : (
        <ButtonLink kind="secondary" href={publicUrl}>
          <Icon name="external" />
          {t("dashboard.overview.visit")}
        </ButtonLink>
      )}
      {action.status === "draft" && mayEdit ? (
        <ButtonLink href={`${href}/publication`}>{t("dashboard.overview.publish")}</ButtonLink>
      ) : null}
      {mayEdit ? <Act action={`${href}/copies`} label={t("dashboard.overview.duplicate")} /> : null}
      {mayPublish && action.status === "published" ? (
        <Act action={`${href}/closure`} label={t("dashboard.overview.close")} />
      ) : null}
      {mayPublish && action.status === "closed" ? (
        <Act action={`${href}/closure/undo`} label={t("dashboard.overview.reopen")} />
      ) : null}
    </>
  );
}

function Act({ action, label }: { action: string; label: string }) {
  return (
    <Form class="inline" action={action}>
      <SubmitButton kind="secondary">{label}</SubmitButton>
    </Form>
  );
}

function NotYet({ t, group, action }: OverviewProps) {
  return (
    <div class="empty">
      <p class="empty-title">{t("dashboard.overview.draft")}</p>
      <p>{t("dashboard.overview.draftText")}</p>
      <ButtonLink kind="secondary" href={`/groups/${group.slug}/actions/${action.id}/edit`}>
        {t("dashboard.overview.goOn")}
      </ButtonLink>
    </div>
  );
}

function Counted(props: OverviewProps) {
  const { t, locale, numbers, counted, waitingComments, action, group } = props;
  const away = <span class="soft">{t("dashboard.list.away")}</span>;
  const shown = (value: number | undefined): Child =>
    value === undefined ? away : formatNumber(value, locale);
  return (
    <>
      <Stats
        stats={[
          { label: t("dashboard.overview.total"), value: shown(numbers?.total) },
          { label: t("dashboard.home.week"), value: shown(numbers ? lately([numbers], 7) : undefined) },
          { label: t("dashboard.overview.newToList"), value: shown(counted?.all.total.newToList) },
        ]}
      />
      <Goal {...props} />
      {waitingComments > 0 ? (
        <Notice kind="info">
          <p>
            <a href={`/groups/${group.slug}/actions/${action.id}/comments`}>
              {t("dashboard.overview.commentsWait", { count: waitingComments })}
            </a>
          </p>
        </Notice>
      ) : null}
      {counted ? (
        <StatisticsPanel
          {...{ t, locale, counted }}
          href={`/groups/${group.slug}/actions/${action.id}/statistics`}
        />
      ) : null}
      {numbers && numbers.total > 0 ? <Days {...props} numbers={numbers} /> : null}
      <Sources {...props} />
    </>
  );
}

function Goal({ t, locale, action, numbers }: OverviewProps) {
  const goal = numbers ? goalFor(action.settings.goal, numbers.total) : null;
  if (!numbers || goal === null) return null;
  return (
    <Progress value={numbers.total} max={goal} label={t("dashboard.overview.goal")}>
      {t("dashboard.overview.goalWords", {
        total: formatNumber(numbers.total, locale),
        goal: formatNumber(goal, locale),
      })}
    </Progress>
  );
}

function Days({ t, locale, numbers }: OverviewProps & { numbers: Numbers }) {
  return (
    <Section title={t("dashboard.overview.days")}>
      <div class="sparkline-wide">
        <DaysLine t={t} locale={locale} days={numbers.days} />
      </div>
      <SparklineTable
        summary={t("dashboard.overview.daysTable")}
        columns={[t("dashboard.overview.day"), t("dashboard.overview.came")]}
        rows={numbers.days.toReversed().map((day) => ({
          name: formatDate(day.at, locale, "UTC"),
          value: formatNumber(day.count, locale),
        }))}
      />
    </Section>
  );
}

function Sources({ t, locale, group, action, counted, maySeePeople }: OverviewProps) {
  const sources = counted?.all.sources.slice(0, SOURCES_SHOWN) ?? [];
  if (sources.length === 0) return null;
  const signers = `/groups/${group.slug}/actions/${action.id}/signers`;
  return (
    <Section title={t("dashboard.overview.sources")} text={t("dashboard.overview.sourcesText")}>
      <DataTable<Line>
        caption={t("dashboard.overview.sources")}
        isCaptionHidden
        columns={[
          {
            key: "source",
            title: t("dashboard.overview.source"),
            isName: true,
            cell: ({ value }) => {
              const name = valueName(t, "sources", value);
              const href = `${signers}?source=${encodeURIComponent(value || NO_SOURCE)}`;
              return maySeePeople && isSource(value) ? <a href={href}>{name}</a> : name;
            },
          },
          {
            key: "total",
            title: t("dashboard.overview.came"),
            isNumber: true,
            cell: ({ people }) => formatNumber(people, locale),
          },
          {
            key: "new",
            title: t("dashboard.overview.newToList"),
            isNumber: true,
            cell: ({ newToList }) => formatNumber(newToList, locale),
          },
        ]}
        rows={sources}
        empty={null}
      />
    </Section>
  );
}

function Share({ t, publicUrl, code }: OverviewProps) {
  const url = code ? `${publicUrl}?source=${encodeURIComponent(code)}` : publicUrl;
  return (
    <Section title={t("dashboard.overview.share")} text={t("dashboard.overview.shareText")} id="share">
      <CopyField
        t={t}
        name="shareLink"
        label={t(code ? "dashboard.overview.linkWithCode" : "dashboard.overview.link")}
        value={url}
      />
      <form class="filter" method="get" action="#share">
        <TextField
          name="code"
          label={t("dashboard.overview.code")}
          hint={t("dashboard.overview.codeHint")}
          value={code}
          maxlength={100}
          width="medium"
          autocapitalize="none"
        />
        <SubmitButton kind="secondary">{t("dashboard.overview.makeLink")}</SubmitButton>
      </form>
    </Section>
  );
}
