import { type ActionFrame, ActionShell } from "../actions/action-shell";
import { Facts, Stats } from "../ui/card";
import { Notice } from "../ui/flash";
import { ButtonLink, ButtonRow, Form, HiddenField, SubmitButton, TextField } from "../ui/form";
import { formatNumber, formatTime } from "../ui/format";
import type { T } from "../ui/i18n";
import { Section } from "../ui/layout";
import { Status } from "../ui/status";
import { DataTable, EmptyState, Pager } from "../ui/table";
import type { Heads, Reply } from "./store";
import { type EventSettings, eventSettings } from "./types";
import { shiftLine } from "./words";

export type AttendancePageProps = ActionFrame & {
  replies: readonly Reply[];
  heads: Heads;
  text: string;
  /** The address of the list after this page. */
  next: string | null;
};

/** Who is expected, and who has come: for the hosts at the door, on a phone or printed. */
export function AttendancePage(props: AttendancePageProps) {
  const { t, locale, heads, text, replies, next } = props;
  const settings = eventSettings.parse(props.action.settings);
  const here = actionPath(props);
  return (
    <ActionShell {...props} tab="attendance" page={t("events.attendance.title")}>
      <Stats
        stats={[
          { label: t("events.attendance.expected"), value: formatNumber(heads.heads, locale) },
          { label: t("events.attendance.replies"), value: formatNumber(heads.replies, locale) },
          { label: t("events.attendance.waiting"), value: formatNumber(heads.waiting, locale) },
          { label: t("events.attendance.arrived"), value: formatNumber(heads.arrived, locale) },
        ]}
      />
      <Section title={t("events.attendance.list")} text={t("events.attendance.text")}>
        <Form method="get" action={`${here}/attendance`} class="form filter">
          <TextField name="text" label={t("events.attendance.search")} value={text} type="search" />
          <SubmitButton kind="secondary">{t("events.attendance.find")}</SubmitButton>
        </Form>
        <DataTable
          caption={t("events.attendance.list")}
          isCaptionHidden
          rows={replies}
          empty={
            <EmptyState
              title={t(text ? "events.attendance.nobodyFound" : "events.attendance.nobody")}
              text={t("events.attendance.nobodyText")}
            />
          }
          columns={[
            {
              key: "name",
              title: t("events.attendance.name"),
              isName: true,
              cell: (reply) => <Person reply={reply} />,
            },
            {
              key: "places",
              title: t("events.attendance.places"),
              isNumber: true,
              cell: ({ own }) => formatNumber(1 + own.guests, locale),
            },
            ...(settings.shifts.length > 0
              ? [
                  {
                    key: "shift",
                    title: t("events.columns.shift"),
                    cell: ({ own }: Reply) => shiftOf(settings, own.shift, locale),
                  },
                ]
              : []),
            {
              key: "standing",
              title: t("events.attendance.standing"),
              cell: (reply) => <StandingMark t={t} reply={reply} />,
            },
            {
              key: "arrived",
              title: t("events.attendance.arrived"),
              cell: (reply) => <Arrival {...props} reply={reply} />,
            },
          ]}
        />
        <Pager t={t} {...(next ? { after: next } : {})} />
      </Section>
    </ActionShell>
  );
}

function actionPath({ group, action }: Pick<ActionFrame, "group" | "action">): string {
  return `/groups/${group.slug}/actions/${action.id}`;
}

export function nameOf({ answer, email }: Reply): string {
  return [answer.givenName, answer.familyName].filter(Boolean).join(" ") || email;
}

function Person({ reply }: { reply: Reply }) {
  return (
    <span class="person">
      <span dir="auto">{nameOf(reply)}</span>
      <span class="soft small">{reply.email}</span>
    </span>
  );
}

function shiftOf(settings: EventSettings, key: string, locale: ActionFrame["locale"]): string {
  const shift = settings.shifts.find((one) => one.key === key);
  return shift ? shiftLine(settings, shift, locale) : "";
}

export function StandingMark({ t, reply }: { t: T; reply: Reply }) {
  if (reply.standing === "waiting") return <Status tone="warn">{t("events.attendance.isWaiting")}</Status>;
  if (reply.standing === "cancelled") return <Status tone="bad">{t("events.attendance.isCancelled")}</Status>;
  return <Status tone="good">{t("events.attendance.isExpected")}</Status>;
}

function Arrival(props: AttendancePageProps & { reply: Reply }) {
  const { t, locale, timeZone, reply, text } = props;
  const isHere = reply.arrivedAt !== null;
  return (
    <Form action={`${actionPath(props)}/attendance/arrivals`} class="arrival">
      <HiddenField name="reply" value={reply.id} />
      <HiddenField name="text" value={text} />
      {reply.arrivedAt === null ? null : <span>{formatTime(reply.arrivedAt, locale, timeZone)}</span>}
      <SubmitButton kind={isHere ? "quiet" : "secondary"} name="do" value={isHere ? "undo" : "arrive"}>
        {t(isHere ? "events.attendance.undo" : "events.attendance.checkIn")}
        <span class="visually-hidden"> {nameOf(reply)}</span>
      </SubmitButton>
    </Form>
  );
}

export type CheckInPageProps = ActionFrame & {
  /** Null: the code is of another event, too old, or of somebody who is no longer on the list. */
  reply: Reply | null;
  ticket: string;
  isNew: boolean;
};

/** What a scanned code says, for the host to confirm: scanning by itself notes nothing. */
export function CheckInPage(props: CheckInPageProps) {
  const { t, reply } = props;
  return (
    <ActionShell {...props} tab="attendance" page={t("events.checkIn.title")}>
      {reply ? (
        <CheckIn {...props} reply={reply} />
      ) : (
        <Notice kind="bad" title={t("events.checkIn.unknown")}>
          <p>{t("events.checkIn.unknownText")}</p>
        </Notice>
      )}
      <ButtonRow>
        <ButtonLink kind="secondary" href={`${actionPath(props)}/attendance`}>
          {t("events.checkIn.toList")}
        </ButtonLink>
      </ButtonRow>
    </ActionShell>
  );
}

function CheckIn(props: CheckInPageProps & { reply: Reply }) {
  const { t, locale, timeZone, reply, ticket, isNew } = props;
  const settings = eventSettings.parse(props.action.settings);
  const shift = shiftOf(settings, reply.own.shift, locale);
  return (
    <Section title={nameOf(reply)}>
      {reply.arrivedAt === null ? null : (
        <Notice kind={isNew ? "good" : "warn"}>
          <p>
            {t(isNew ? "events.checkIn.done" : "events.checkIn.before", {
              time: formatTime(reply.arrivedAt, locale, timeZone),
            })}
          </p>
        </Notice>
      )}
      <Facts
        facts={[
          { name: t("events.attendance.standing"), value: <StandingMark t={t} reply={reply} /> },
          { name: t("events.attendance.places"), value: formatNumber(1 + reply.own.guests, locale) },
          ...(shift ? [{ name: t("events.columns.shift"), value: shift }] : []),
        ]}
      />
      {reply.arrivedAt === null ? (
        <Form action={`${actionPath(props)}/check-in`}>
          <HiddenField name="ticket" value={ticket} />
          <SubmitButton>{t("events.checkIn.confirm")}</SubmitButton>
        </Form>
      ) : null}
    </Section>
  );
}
