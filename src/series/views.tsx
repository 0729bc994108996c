import { MailPreview } from "../composer/mailing-frame";
import { MailingState } from "../composer/parts";
import type { Page } from "../composer/web";
import type { MailingStatus } from "../mailings/types";
import type { Figures } from "../results/types";
import { Disclosure, Facts, Stats } from "../ui/card";
import { type FlashMessage, Notice } from "../ui/flash";
import { ButtonRow, Form, HiddenField, SubmitButton } from "../ui/form";
import { formatDate, formatExact, formatNumber } from "../ui/format";
import type { T } from "../ui/i18n";
import { PageHeader, Section, Shell } from "../ui/layout";
import { MailingTabs } from "../ui/mailing-tabs";
import { Status, type Tone } from "../ui/status";
import { DataTable, EmptyState, Pager } from "../ui/table";
import { When } from "../ui/when";
import type { Run, RunState, Series, SeriesStatus } from "./types";
import { planWords, zoneWords } from "./words";

const tones: Record<SeriesStatus, Tone> = {
  waiting: "warn",
  active: "good",
  paused: "warn",
  stopped: "neutral",
  ended: "neutral",
};
const runTones: Record<RunState, Tone> = {
  taken: "accent",
  asked: "accent",
  sent: "good",
  held: "warn",
  empty: "neutral",
  called_off: "neutral",
};

export type ListedSeries = { series: Series; name: string; last: Run | null };
type ListProps = Page & { series: readonly ListedSeries[]; after?: string | undefined };

function SeriesState({ t, status }: { t: T; status: SeriesStatus }) {
  return <Status tone={tones[status]}>{t(`series.status.${status}`)}</Status>;
}

/** A group's series, those that run first. */
export function SeriesListPage(props: ListProps) {
  const { t, locale, group, frame, series, after } = props;
  const base = `/groups/${group.slug}/mailings`;
  return (
    <Shell {...frame} title={t("series.list.title")} tab="mailings">
      <PageHeader title={t("series.list.title")} lead={t("series.list.lead")} />
      <MailingTabs t={t} slug={group.slug} current="series" closedTabs={frame.closedTabs} />
      <DataTable<ListedSeries>
        caption={t("series.list.title")}
        isCaptionHidden
        rows={series}
        empty={
          <EmptyState
            title={t("series.list.empty")}
            text={t("series.list.emptyText")}
            action={{ href: base, label: t("series.list.emptyDo") }}
          />
        }
        columns={[
          {
            key: "name",
            title: t("series.list.name"),
            isName: true,
            cell: ({ series: { id }, name }) => (
              <a href={`${base}/series/${id}`} dir="auto">
                {name}
              </a>
            ),
          },
          {
            key: "state",
            title: t("series.list.state"),
            cell: ({ series: { status } }) => <SeriesState t={t} status={status} />,
          },
          {
            key: "plan",
            title: t("series.list.plan"),
            cell: ({ series: { plan } }) => planWords(plan, t, locale),
          },
          {
            key: "next",
            title: t("series.list.next"),
            cell: ({ series: { nextAt, plan } }) =>
              nextAt === null ? "–" : <When {...props} at={nextAt} timeZone={plan.timeZone} />,
          },
          {
            key: "last",
            title: t("series.list.last"),
            cell: ({ series: { plan }, last }) =>
              last === null ? (
                "–"
              ) : (
                <span>
                  <When {...props} at={last.dueAt} timeZone={plan.timeZone} />{" "}
                  <Status tone={runTones[last.state]}>{t(`series.runState.${last.state}`)}</Status>
                </span>
              ),
          },
        ]}
      />
      <Pager t={t} {...(after ? { after } : {})} />
    </Shell>
  );
}

export type ListedRun = { run: Run; mailing: { status: MailingStatus } | null; figures: Figures | null };

export type SeriesPageProps = Page & {
  series: Series;
  name: string;
  href: string;
  /** Of the mail it copies. */
  previewHref: string;
  audience: string | null;
  owner: string;
  approvedBy: string | null;
  runs: readonly ListedRun[];
  totals: Figures | null;
  ahead: readonly number[];
  isOwn: boolean;
  maySend: boolean;
  /** What stands for the words of the mail it copies; "" once it does not wait for a second person. */
  fingerprint: string;
  after?: string | undefined;
  flash?: FlashMessage;
};

/** One series: when it runs, what it sends, and what became of its runs. */
export function SeriesPage(props: SeriesPageProps) {
  const { t, group, frame, series, name, flash, previewHref } = props;
  const base = `/groups/${group.slug}/mailings`;
  const note = noteWords(props);
  return (
    <Shell {...frame} title={name} tab="mailings" flash={flash} scripts={["preview"]}>
      <PageHeader
        title={name}
        status={<SeriesState t={t} status={series.status} />}
        back={{ href: `${base}/series`, label: t("series.page.back") }}
        actions={<Verbs {...props} />}
      />
      {note === null ? null : (
        <Notice kind={series.status === "paused" ? "warn" : "info"}>
          <p>{note}</p>
        </Notice>
      )}
      <Approval {...props} />
      <div class="editor split">
        <div class="form series-about">
          <About {...props} />
        </div>
        <div class="mail-shown">
          <h2>{t("series.page.mail")}</h2>
          <a class="mail-open" href={previewHref} target="_blank" rel="noopener">
            {t("composer.write.preview")}
          </a>
          <MailPreview t={t} url={previewHref} />
        </div>
      </div>
      <Runs {...props} base={base} />
      <Stop {...props} />
    </Shell>
  );
}

/** Why it rests or is over, where that says more than its state. */
function noteWords({ t, series: { status, note } }: SeriesPageProps): string | null {
  if (note === "" || note === "hand" || (note === "other" && status !== "paused")) return null;
  return t(`series.note.${note}`);
}

function Verbs({ t, href, series, mayEdit, isOwn, maySend }: SeriesPageProps) {
  const mayMove = isOwn || maySend;
  const mayResume = maySend || (isOwn && series.note !== "other");
  return (
    <>
      {mayResume && series.status === "paused" ? (
        <Form action={`${href}/resume`} class="inline">
          <SubmitButton>{t("series.verbs.resume")}</SubmitButton>
        </Form>
      ) : null}
      {mayMove && series.status === "active" ? (
        <Form action={`${href}/pause`} class="inline">
          <SubmitButton kind="secondary">{t("series.verbs.pause")}</SubmitButton>
        </Form>
      ) : null}
      {mayEdit ? (
        <Form action={`${href}/copies`} class="inline">
          <SubmitButton kind="secondary">{t("series.verbs.change")}</SubmitButton>
        </Form>
      ) : null}
    </>
  );
}

function Approval({ t, locale, href, series, owner, isOwn, maySend, fingerprint }: SeriesPageProps) {
  if (series.status !== "waiting") return null;
  const number = formatNumber(series.recipientsMax, locale);
  if (isOwn || !maySend)
    return (
      <Notice kind="info">
        <p>{t("series.verbs.waitsOwn")}</p>
      </Notice>
    );
  return (
    <>
      <Notice kind="warn">
        <p>{t("series.verbs.waitsText", { name: owner, number })}</p>
      </Notice>
      <Form action={`${href}/approval`}>
        <HiddenField name="fingerprint" value={fingerprint} />
        <ButtonRow>
          <SubmitButton>{t("series.verbs.approve", { number })}</SubmitButton>
        </ButtonRow>
      </Form>
    </>
  );
}

function About(props: SeriesPageProps) {
  const { t, locale, series, audience, owner, approvedBy, ahead } = props;
  const { plan, recipientsMax } = series;
  const day = (text: string) => formatDate(Date.parse(text), locale, "UTC");
  const moment = (at: number) => (
    <time datetime={new Date(at).toISOString()}>{formatExact(at, locale, plan.timeZone)}</time>
  );
  return (
    <>
      <Facts
        facts={[
          ...(series.nextAt === null ? [] : [{ name: t("series.page.next"), value: moment(series.nextAt) }]),
          { name: t("series.page.plan"), value: planWords(plan, t, locale) },
          { name: t("series.page.zone"), value: zoneWords(plan.timeZone) },
          { name: t("series.page.from"), value: day(plan.from) },
          {
            name: t("series.page.until"),
            value: plan.until === null ? t("series.page.noEnd") : day(plan.until),
          },
          ...(plan.runsMax === null
            ? []
            : [
                {
                  name: t("series.page.history"),
                  value: t("series.page.runsOf", { number: series.nextNth - 1, max: plan.runsMax }),
                },
              ]),
          ...(audience === null
            ? []
            : [{ name: t("series.plan.who"), value: <span dir="auto">{audience}</span> }]),
          ...(plan.isOncePerPerson ? [{ name: t("series.page.once"), value: t("series.page.yes") }] : []),
          {
            name: t("series.page.upTo"),
            value: t("series.page.people", {
              count: recipientsMax,
              number: formatNumber(recipientsMax, locale),
            }),
          },
          { name: t("series.page.owner"), value: owner },
          ...(approvedBy === null ? [] : [{ name: t("series.page.approvedBy"), value: approvedBy }]),
        ]}
      />
      {ahead.length > 0 ? (
        <Section title={t(series.nextAt === null ? "series.page.aheadAgreed" : "series.page.ahead")}>
          <ul>
            {ahead.map((at) => (
              <li>{moment(at)}</li>
            ))}
          </ul>
        </Section>
      ) : null}
    </>
  );
}

function Runs(props: SeriesPageProps & { base: string }) {
  const { t, series, runs, base } = props;
  return (
    <Section
      title={t("series.page.history")}
      actions={runs.length > 0 ? <a href={`${base}?series=${series.id}`}>{t("series.page.listed")}</a> : null}
    >
      <Totals {...props} />
      <DataTable<ListedRun>
        caption={t("series.page.caption")}
        isCaptionHidden
        rows={runs}
        empty={<EmptyState title={t("series.page.noRuns")} text={textWithoutRuns(props)} />}
        columns={columnsOf(props, base)}
      />
      <Pager t={t} {...(props.after ? { after: props.after } : {})} />
    </Section>
  );
}

function textWithoutRuns({ t, locale, series: { status, nextAt, plan } }: SeriesPageProps): string {
  if (status === "waiting") return t("series.page.noRunsYet");
  if (nextAt === null) return t("series.page.noRunsAhead");
  return t("series.page.noRunsText", { when: formatDate(nextAt, locale, plan.timeZone) });
}

const measures = ["sent", "opened", "clicked", "actions", "unsubscribed"] as const;

function Totals({ t, locale, totals }: SeriesPageProps) {
  if (totals === null) return null;
  const stats = (["sent", "opened", "clicked", "actions"] as const).map((measure) => ({
    label: t(`series.page.${measure}`),
    value: formatNumber(totals[measure], locale),
  }));
  return (
    <>
      <p class="soft">{t("series.page.total")}</p>
      <Stats stats={stats} />
    </>
  );
}

function columnsOf(props: SeriesPageProps, base: string) {
  const { t, locale, series } = props;
  const number = (value: number | null | undefined) =>
    value === null || value === undefined ? "–" : formatNumber(value, locale);
  return [
    {
      key: "due",
      title: t("series.page.due"),
      isName: true,
      cell: ({ run }: ListedRun) => <RunName {...props} run={run} base={base} />,
    },
    {
      key: "state",
      title: t("series.page.state"),
      cell: ({ run, mailing }: ListedRun) => (
        <span class="person">
          <span>
            <Status tone={runTones[run.state]}>{t(`series.runState.${run.state}`)}</Status>{" "}
            {mailing && run.state !== "empty" && mailing.status !== "sent" ? (
              <MailingState t={t} status={mailing.status} />
            ) : null}
          </span>
          {run.note === "" ? null : <span class="soft small">{t(`series.held.${run.note}`)}</span>}
        </span>
      ),
    },
    {
      key: "recipients",
      title: t("series.page.recipients"),
      isNumber: true,
      cell: ({ run, figures }: ListedRun) => number(figures?.recipients ?? run.recipients),
    },
    ...measures.map((measure) => ({
      key: measure,
      title: t(`series.page.${measure}`),
      isNumber: true,
      cell: ({ figures }: ListedRun) => number(figures?.[measure]),
    })),
  ].map((column) => ({ ...column, key: `${series.no}-${column.key}` }));
}

function RunName({ run, base, ...props }: SeriesPageProps & { run: Run; base: string }) {
  const { t, series } = props;
  const when = <When {...props} at={run.dueAt} timeZone={series.plan.timeZone} />;
  return (
    <span class="person">
      <span>
        {run.nth}.{" "}
        {run.mailingNo === null ? when : <a href={`${base}/${run.mailingId}${pageOfRun(run)}`}>{when}</a>}
      </span>
      {run.missed > 0 ? (
        <span class="soft small">
          {t("series.page.missed", { count: run.missed, number: formatNumber(run.missed, props.locale) })}
        </span>
      ) : null}
    </span>
  );
}

/** Of one that left its numbers. */
function pageOfRun({ state }: Run): string {
  return state === "sent" ? "/results" : "";
}

function Stop({ t, href, series, isOwn, maySend }: SeriesPageProps) {
  const isOver = series.status === "stopped" || series.status === "ended";
  if (isOver || !(isOwn || maySend)) return null;
  return (
    <Disclosure summary={t("series.verbs.stop")}>
      <Form action={`${href}/stop`} class="form measure">
        <p>{t("series.verbs.stopText")}</p>
        <SubmitButton kind="danger">{t("series.verbs.stop")}</SubmitButton>
      </Form>
    </Disclosure>
  );
}
