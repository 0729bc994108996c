import { type ActionFrame, ActionShell } from "../actions/action-shell";
import { Facts, Stats } from "../ui/card";
import { Notice } from "../ui/flash";
import { ButtonLink, ButtonRow, Form, HiddenField, SelectField, SubmitButton, TextField } from "../ui/form";
import { formatNumber, formatTime } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { Section } from "../ui/layout";
import { Status } from "../ui/status";
import { type Column, DataTable, EmptyState, Pager } from "../ui/table";
import { Arrivals, doorWords } from "./arrival-views";
import { doorsOf, shiftsOf } from "./shifts";
import type { Heads, Reply, ShiftHeads } from "./store";
import { type EventSettings, eventSettings, type Shift } from "./types";
import { shiftLine } from "./words";

export type AttendancePageProps = ActionFrame & {
  replies: readonly Reply[];
  heads: Heads;
  shifts: readonly ShiftHeads[];
  text: string;
  /** The key of the shift whose people are listed; "" for everybody. */
  shift: string;
  /** The address of the list after this page. */
  next: string | null;
};

/** Who is expected, and who has come: for the hosts at the door, on a phone or printed. */
export function AttendancePage(props: AttendancePageProps) {
  const { t, locale, heads, text, replies, next } = props;
  const settings = eventSettings.parse(props.action.settings);
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
      {settings.shifts.length > 0 ? <ShiftTable {...props} settings={settings} /> : null}
      <Section title={t("events.attendance.list")} text={t("events.attendance.text")}>
        <Filter {...props} settings={settings} />
        <DataTable
          caption={t("events.attendance.list")}
          isCaptionHidden
          rows={replies}
          empty={
            <EmptyState
              title={t(text || props.shift ? "events.attendance.nobodyFound" : "events.attendance.nobody")}
              text={t("events.attendance.nobodyText")}
            />
          }
          columns={columnsOf(props, settings)}
        />
        <Pager t={t} {...(next ? { after: next } : {})} />
      </Section>
    </ActionShell>
  );
}

type WithSettings = AttendancePageProps & { settings: EventSettings };

function Filter({ settings, ...props }: WithSettings) {
  const { t, locale, text, shift } = props;
  return (
    <Form method="get" action={`${actionPath(props)}/attendance`} class="form filter">
      <TextField name="text" label={t("events.attendance.search")} value={text} type="search" />
      {settings.shifts.length > 0 ? (
        <SelectField
          name="shift"
          label={t("events.columns.shift")}
          value={shift}
          blank={t("events.attendance.allShifts")}
          options={settings.shifts.map((one) => ({
            value: one.key,
            label: shiftLine(settings, one, locale),
          }))}
        />
      ) : null}
      <SubmitButton kind="secondary">{t("events.attendance.find")}</SubmitButton>
    </Form>
  );
}

function columnsOf(props: AttendancePageProps, settings: EventSettings): Column<Reply>[] {
  const { t, locale, text, shift, timeZone } = props;
  return [
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
            cell: ({ slots }: Reply) => <ShiftLines {...{ t, settings, slots, locale }} />,
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
      cell: (reply) => (
        <Arrivals
          {...{ t, locale, settings, reply, timeZone }}
          name={nameOf(reply)}
          action={`${actionPath(props)}/attendance/arrivals`}
          kept={{ text, shift }}
        />
      ),
    },
  ];
}

function actionPath({ group, action }: Pick<ActionFrame, "group" | "action">): string {
  return `/groups/${group.slug}/actions/${action.id}`;
}

function nameOf({ answer, email }: Reply): string {
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

type ShiftLinesProps = Pick<Reply, "slots"> & { t: T; settings: EventSettings; locale: Locale };

/** All shifts of a reply, and which of them it waits for. */
export function ShiftLines({ t, settings, slots, locale }: ShiftLinesProps) {
  const { confirmed, waiting } = shiftsOf(settings, slots);
  return (
    <span>
      {[
        ...confirmed.map((shift) => shiftLine(settings, shift, locale)),
        ...waiting.map((shift) =>
          t("events.attendance.shiftWaited", { shift: shiftLine(settings, shift, locale) }),
        ),
      ].map((line) => (
        <span class="shift-line" dir="auto">
          {line}
        </span>
      ))}
    </span>
  );
}

/** How full each shift is. */
function ShiftTable(props: AttendancePageProps & { settings: EventSettings }) {
  const { t, locale, settings, shifts } = props;
  const numbersOf = (key: string) => shifts.find(({ shift }) => shift === key);
  const column = (key: "heads" | "waiting" | "arrived", title: string) => ({
    ...{ key, title, isNumber: true },
    cell: (one: Shift) => formatNumber(numbersOf(one.key)?.[key] ?? 0, locale),
  });
  return (
    <Section title={t("events.editor.shifts")}>
      <DataTable
        caption={t("events.editor.shifts")}
        isCaptionHidden
        rows={settings.shifts}
        empty={null}
        columns={[
          {
            key: "shift",
            title: t("events.columns.shift"),
            isName: true,
            cell: (one) => (
              <a href={`${actionPath(props)}/attendance?shift=${one.key}`}>
                {shiftLine(settings, one, locale)}
              </a>
            ),
          },
          {
            key: "places",
            title: t("events.attendance.places"),
            isNumber: true,
            cell: ({ capacity }) => (capacity === null ? "–" : formatNumber(capacity, locale)),
          },
          column("heads", t("events.attendance.expected")),
          column("waiting", t("events.attendance.waiting")),
          column("arrived", t("events.attendance.arrived")),
        ]}
      />
    </Section>
  );
}

function StandingMark({ t, reply }: { t: T; reply: Reply }) {
  if (reply.standing === "waiting") return <Status tone="warn">{t("events.attendance.isWaiting")}</Status>;
  if (reply.standing === "cancelled") return <Status tone="bad">{t("events.attendance.isCancelled")}</Status>;
  return <Status tone="good">{t("events.attendance.isExpected")}</Status>;
}

export type CheckInPageProps = ActionFrame & {
  /** Null: the code is of another event, too old, or of somebody who is no longer on the list. */
  reply: Reply | null;
  ticket: string;
  /** The shift that was noted a moment ago ("" for the event as a whole); null when nothing was. */
  newDoor: string | null;
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
  const { t, locale, reply } = props;
  const settings = eventSettings.parse(props.action.settings);
  const { slots } = reply;
  const doors = doorsOf(settings, slots);
  return (
    <Section title={nameOf(reply)}>
      <Facts
        facts={[
          { name: t("events.attendance.standing"), value: <StandingMark t={t} reply={reply} /> },
          { name: t("events.attendance.places"), value: formatNumber(1 + reply.own.guests, locale) },
          ...(Object.keys(slots).length > 0
            ? [{ name: t("events.columns.shift"), value: <ShiftLines {...{ t, settings, slots, locale }} /> }]
            : []),
        ]}
      />
      {doors.map((door) => (
        <Door {...props} door={door} words={doors.length > 1 ? doorWords(settings, door, locale) : ""} />
      ))}
    </Section>
  );
}

/** One shift of a scanned code, or the event as a whole: when they came, or the button that notes it. */
function Door(props: CheckInPageProps & { reply: Reply; door: string; words: string }) {
  const { t, locale, timeZone, reply, ticket, newDoor, door, words } = props;
  const at = reply.arrivals[door];
  const isNew = newDoor === door;
  if (at !== undefined)
    return (
      <Notice kind={isNew ? "good" : "warn"} {...(words ? { title: words } : {})}>
        <p>
          {t(isNew ? "events.checkIn.done" : "events.checkIn.before", {
            time: formatTime(at, locale, timeZone),
          })}
        </p>
      </Notice>
    );
  return (
    <Form action={`${actionPath(props)}/check-in`} class="arrival">
      <HiddenField name="ticket" value={ticket} />
      <HiddenField name="at" value={door} />
      {words === "" ? null : (
        <span class="arrival-shift" dir="auto">
          {words}
        </span>
      )}
      <SubmitButton>
        {t("events.checkIn.confirm")}
        {words === "" ? null : <span class="visually-hidden"> {words}</span>}
      </SubmitButton>
    </Form>
  );
}
