import { Facts, Stats } from "../ui/card";
import { Notice } from "../ui/flash";
import { ButtonLink, ButtonRow, Form, SubmitButton } from "../ui/form";
import { formatDate, formatExact, formatNumber, formatPercent } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { PageHeader, Section, Shell } from "../ui/layout";
import { PeopleTabs } from "../ui/people-tabs";
import { Progress } from "../ui/progress";
import { When } from "../ui/when";
import { type ImportRow, isScheduled } from "./import";
import { KEPT_DAYS } from "./kept";
import { type Frame, ImportState } from "./list-views";
import type { FieldChoice } from "./mapping";
import { importOptions } from "./types";
import { useName } from "./words";

type ImportProps = {
  frame: Frame;
  t: T;
  locale: Locale;
  row: ImportRow;
  fields: readonly FieldChoice[];
  /** The action the file says people took. */
  action: { id: string; title: string } | null;
  href: string;
  back: string;
  now: number;
  timeZone: string;
  canUndo: boolean;
};

/** How far an import is, or what became of it. A script looks again every few seconds; without one there is a link. */
export function ImportPage(props: ImportProps) {
  const { frame, t, locale, row, back, now, timeZone } = props;
  const isWaiting = isScheduled(row, now);
  const isAtWork = !isWaiting && (row.status === "running" || row.status === "undoing");
  return (
    <Shell {...frame} title={row.fileName} tab="people" scripts={["refresh"]}>
      <PageHeader
        title={row.fileName}
        status={<ImportState {...{ t, row, now }} />}
        lead={
          <>
            <span dir="auto">{row.accountName}</span>,{" "}
            <When at={row.createdAt} {...{ now, locale, timeZone }} />
          </>
        }
        back={{ href: back, label: t("imports.title") }}
      />
      <PeopleTabs t={t} slug={frame.group.slug} current="imports" />
      <div class="import-state" {...(isAtWork ? { "data-refresh": "" } : {})}>
        {row.status === "uploading" ? <Unfinished {...props} /> : null}
        {isWaiting ? <Scheduled {...props} /> : null}
        {isAtWork ? <AtWork {...props} /> : null}
        {row.status === "stopped" ? <Stopped {...props} /> : null}
        {row.startedAt === null || isWaiting ? null : <Totals {...props} />}
        {isWaiting || isAtWork || row.startedAt === null ? null : <Result {...props} />}
      </div>
      {row.startedAt === null ? null : <How {...props} />}
    </Shell>
  );
}

function Unfinished({ t, href, back }: ImportProps) {
  return (
    <>
      <Notice kind="warn">
        <p>{t("imports.new.broken")}</p>
      </Notice>
      <ButtonRow>
        <ButtonLink href={back}>{t("imports.new.title")}</ButtonLink>
      </ButtonRow>
      <Form class="inline" action={`${href}/removal`}>
        <SubmitButton kind="quiet" confirm={t("imports.mapping.discardConfirm")}>
          {t("imports.mapping.discard")}
        </SubmitButton>
      </Form>
    </>
  );
}

function Scheduled({ t, locale, row, href, now, timeZone }: ImportProps) {
  return (
    <Section>
      <p role="status">
        {t("imports.begin.at")} <strong>{formatExact(row.beginAt ?? now, locale, timeZone)}</strong>
      </p>
      <p class="hint">{t("imports.progress.leave")}</p>
      <Form class="inline" action={`${href}/cancellation`}>
        <SubmitButton kind="danger" confirm={t("imports.begin.cancelConfirm")}>
          {t("imports.begin.cancel")}
        </SubmitButton>
      </Form>
    </Section>
  );
}

function AtWork({ t, locale, row, href, now }: ImportProps) {
  const isUndo = row.status === "undoing";
  const ratio = row.nextByte / Math.max(1, row.fileBytes);
  const rows = formatNumber(row.rowCount, locale);
  return (
    <Section>
      {isUndo ? (
        <p role="status">
          {t("imports.progress.undoing", {
            done: formatNumber(row.removedCount + row.restoredCount, locale),
          })}
        </p>
      ) : (
        <Progress value={row.nextByte} max={row.fileBytes} label={t("imports.progress.label")}>
          {t("imports.progress.far", { percent: formatPercent(ratio, locale), rows })} {timeLeft(t, row, now)}
        </Progress>
      )}
      {row.trouble ? (
        <Notice kind="warn">
          <p>{t("imports.progress.trouble")}</p>
        </Notice>
      ) : null}
      <p class="hint">{t("imports.progress.leave")}</p>
      <ButtonRow>
        <ButtonLink kind="secondary" href={href}>
          {t("imports.progress.refresh")}
        </ButtonLink>
      </ButtonRow>
      {isUndo ? null : (
        <Form class="inline" action={`${href}/cancellation`}>
          <SubmitButton kind="danger" confirm={t("imports.progress.cancelConfirm")}>
            {t("imports.progress.cancel")}
          </SubmitButton>
        </Form>
      )}
    </Section>
  );
}

const MINUTE_MS = 60_000;
/** Of so little of a file one cannot tell how long the rest takes. */
const RATIO_MIN = 0.02;

/** What is left at the speed so far, pauses and all. */
function timeLeft(t: T, row: ImportRow, now: number): string {
  const done = row.nextByte / Math.max(1, row.fileBytes);
  if (done < RATIO_MIN || row.startedAt === null) return "";
  const began = Math.max(row.startedAt, row.beginAt ?? 0);
  const leftMs = ((now - began) / done) * (1 - done);
  if (leftMs < MINUTE_MS) return t("imports.progress.soon");
  const minutes = Math.ceil(leftMs / MINUTE_MS);
  const time =
    minutes < 90
      ? t("imports.progress.minutes", { count: minutes })
      : t("imports.progress.hours", { count: Math.round(minutes / 60) });
  return t("imports.progress.left", { time });
}

function Stopped({ t, row, href }: ImportProps) {
  return (
    <>
      <Notice kind="bad">
        <p>{t("imports.progress.stopped", { trouble: row.trouble ?? "" })}</p>
      </Notice>
      <Form class="inline" action={`${href}/resumption`}>
        <SubmitButton>{t("imports.progress.resume")}</SubmitButton>
      </Form>
      <Form class="inline" action={`${href}/cancellation`}>
        <SubmitButton kind="danger">{t("imports.progress.cancel")}</SubmitButton>
      </Form>
    </>
  );
}

function Totals({ t, locale, row }: ImportProps) {
  const number = (value: number) => formatNumber(value, locale);
  return (
    <Stats
      stats={[
        { label: t("imports.result.new"), value: number(row.newCount) },
        { label: t("imports.result.updated"), value: number(row.updatedCount) },
        { label: t("imports.result.unchanged"), value: number(row.unchangedCount) },
        { label: t("imports.result.rejected"), value: number(row.rejectedCount) },
      ]}
    />
  );
}

function Result({ t, locale, row, href, action, canUndo }: ImportProps) {
  const hasProblems = row.rejectedCount + row.notedCount > 0;
  const isKept = row.fileForgottenAt === null && row.fileWithdrawnAt === null;
  return (
    <Section>
      {row.notedCount > 0 ? (
        <p>
          {t("imports.result.noted", { count: row.notedCount, shown: formatNumber(row.notedCount, locale) })}
        </p>
      ) : null}
      {row.status === "undone" ? (
        <Notice>
          <p>
            {t("imports.result.undone", {
              removed: formatNumber(row.removedCount, locale),
              restored: formatNumber(row.restoredCount, locale),
            })}
          </p>
        </Notice>
      ) : null}
      {isKept ? (
        <>
          <ul class="import-files">
            {hasProblems ? (
              <li>
                <a href={`${href}/problems.csv`} download>
                  {t("imports.result.problems")}
                </a>
              </li>
            ) : null}
            <li>
              <a href={`${href}/file`} download>
                {t("imports.result.file")}
              </a>
            </li>
          </ul>
          <p class="hint">{t("imports.result.kept", { days: KEPT_DAYS })}</p>
        </>
      ) : (
        <p class="hint">
          {t(row.fileWithdrawnAt === null ? "imports.result.gone" : "imports.result.withdrawn")}
        </p>
      )}
      {canUndo ? (
        <Form action={`${href}/undoing`}>
          <p class="hint">
            {t("imports.result.undoText", { days: KEPT_DAYS })}
            {action ? ` ${t("imports.result.undoHistory")}` : ""}
          </p>
          <ButtonRow>
            <SubmitButton kind="danger" confirm={t("imports.result.undoConfirm")}>
              {t("imports.result.undo")}
            </SubmitButton>
          </ButtonRow>
        </Form>
      ) : null}
    </Section>
  );
}

/** How the file was read and its people stored, for whoever asks later. */
function How({ t, locale, row, fields, action, timeZone, frame }: ImportProps) {
  const options = importOptions.parse(row.options ?? {});
  const columns = (row.headings ?? []).flatMap((heading, column) => {
    const use = row.mapping?.[column] ?? "";
    return use === "" ? [] : [`${heading || column + 1} → ${useName(t, use, fields)}`];
  });
  const facts = [
    { name: t("imports.result.columns"), value: <span dir="auto">{columns.join(" · ")}</span> },
    { name: t("imports.options.values"), value: t(`imports.options.${options.values}`) },
    { name: t("imports.subscribe.title"), value: t(`imports.subscribe.${options.subscribe}`) },
    ...(options.mobile === "none"
      ? []
      : [{ name: t("imports.mobile.title"), value: t(`imports.mobile.${options.mobile}`) }]),
    ...(action
      ? [
          {
            name: t("imports.history.title"),
            value: (
              <a href={`/groups/${frame.group.slug}/actions/${action.id}`} dir="auto">
                {action.title}
              </a>
            ),
          },
        ]
      : []),
    ...(options.tags.length > 0 ? [{ name: t("imports.uses.tags"), value: options.tags.join(", ") }] : []),
    ...(options.source ? [{ name: t("imports.options.source"), value: options.source }] : []),
    ...(row.statement
      ? [{ name: t("imports.result.statement"), value: <span dir="auto">{row.statement}</span> }]
      : []),
    ...(row.startedAt === null
      ? []
      : [{ name: t("imports.list.when"), value: formatDate(row.startedAt, locale, timeZone) }]),
  ];
  return (
    <Section title={t("imports.result.options")}>
      <Facts facts={facts} />
    </Section>
  );
}
