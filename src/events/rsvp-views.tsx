import type { ActionSnapshot, FormState, Kind, PublicCount } from "../actions/types";
import { SitePage } from "../groups/public";
import { single } from "../platform/forms";
import { Notice } from "../ui/flash";
import { ErrorSummary, Form, HiddenField, SubmitButton } from "../ui/form";
import type { T } from "../ui/i18n";
import type { CalendarEntry } from "./calendar";
import { GuestsField, ShiftField } from "./form-views";
import type { Reply } from "./store";
import { CalendarLinks, Facts, Ticket } from "./thanks-views";
import { type EventSettings, eventSettings } from "./types";

export type RsvpPageProps = {
  t: T;
  kind: Kind;
  snapshot: ActionSnapshot;
  origin: string;
  platformOrigin: string;
  reply: Reply;
  count: PublicCount | null;
  form: FormState;
  isOver: boolean;
  /** What was just done. */
  done: "changed" | "cancelled" | "returned" | null;
  entry: CalendarEntry | null;
  calendarFile: string;
  ticketUrl: string;
};

/** One person's reply: what it says, and how to change it or take it back. */
export function RsvpPage(props: RsvpPageProps) {
  const { t, snapshot, reply, form, done, isOver } = props;
  const { action } = snapshot;
  const settings = eventSettings.parse(action.settings);
  const isComing = reply.standing === "confirmed" || reply.standing === null;
  return (
    <SitePage
      t={t}
      locale={action.locale}
      group={snapshot.group}
      style={props.kind.style}
      platformOrigin={props.platformOrigin}
      title={t("events.rsvp.title")}
      isIndexed={false}
      scripts={["event-time"]}
      mainClass="thanks"
    >
      <div class="panel">
        <h1>{t("events.rsvp.title")}</h1>
        <p>
          <a href={`/events/${action.slug}`} dir="auto">
            {action.title}
          </a>
        </p>
        <ErrorSummary t={t} errors={form.errors} />
        {done ? (
          <div role="status">
            <Notice kind="good">
              <p>{t(`events.rsvp.done.${done}`)}</p>
            </Notice>
          </div>
        ) : null}
        <StandingWords t={t} reply={reply} settings={settings} />
        {reply.standing === "cancelled" ? null : (
          <Facts t={t} settings={settings} locale={action.locale} isAttendee={isComing} />
        )}
      </div>
      {isOver ? null : <Changes {...props} settings={settings} />}
      {isComing && !isOver ? (
        <section class="panel">
          {props.entry ? <CalendarLinks t={t} entry={props.entry} file={props.calendarFile} /> : null}
          <Ticket t={t} url={props.ticketUrl} />
        </section>
      ) : null}
    </SitePage>
  );
}

function StandingWords({ t, reply, settings }: { t: T; reply: Reply; settings: EventSettings }) {
  if (settings.cancelled)
    return (
      <Notice kind="bad" title={t("events.page.cancelled")}>
        {settings.cancelled.note ? <p dir="auto">{settings.cancelled.note}</p> : null}
      </Notice>
    );
  if (reply.standing === "cancelled") return <p>{t("events.rsvp.cancelled")}</p>;
  if (reply.standing === "waiting")
    return (
      <p>
        <strong>{t("events.thanks.waiting")}</strong> {t("events.thanks.waitingText")}
      </p>
    );
  return (
    <p>
      <strong>{t("events.rsvp.confirmed", { count: 1 + reply.own.guests })}</strong>
    </p>
  );
}

function Changes(props: RsvpPageProps & { settings: EventSettings }) {
  const { t, reply, settings } = props;
  if (reply.standing === "cancelled")
    return (
      <Form>
        <HiddenField name="guests" value={String(reply.own.guests)} />
        <HiddenField name="shift" value={reply.own.shift} />
        <SubmitButton name="do" value="return">
          {t("events.rsvp.return")}
        </SubmitButton>
      </Form>
    );
  const canChange = settings.guestsMax > 0 || settings.shifts.length > 0;
  return (
    <>
      {canChange ? <ChangeForm {...props} /> : null}
      <section class="panel">
        <h2>{t("events.rsvp.cancelTitle")}</h2>
        <p>{t("events.rsvp.cancelText")}</p>
        <Form>
          <SubmitButton kind="danger" name="do" value="cancel">
            {t("events.rsvp.cancel")}
          </SubmitButton>
        </Form>
      </section>
    </>
  );
}

function ChangeForm(props: RsvpPageProps & { settings: EventSettings }) {
  const { t, reply, settings, count, form, snapshot } = props;
  const value = (name: "guests" | "shift") =>
    name in form.values ? single(form.values, name) : String(reply.own[name]);
  return (
    <section class="panel">
      <h2>{t("events.rsvp.changeTitle")}</h2>
      <Form>
        {settings.shifts.length > 0 ? (
          <ShiftField
            {...{ t, settings, count }}
            locale={snapshot.action.locale}
            value={value("shift")}
            error={form.errors.shift}
          />
        ) : null}
        {settings.guestsMax > 0 ? (
          <GuestsField
            {...{ t }}
            guestsMax={settings.guestsMax}
            value={value("guests")}
            error={form.errors.guests}
          />
        ) : null}
        <SubmitButton name="do" value="change">
          {t("events.rsvp.change")}
        </SubmitButton>
      </Form>
    </section>
  );
}
