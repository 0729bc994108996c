import type { ActionSnapshot, FormState, Kind, PublicCount } from "../actions/types";
import { SitePage } from "../groups/public";
import { single } from "../platform/forms";
import { Notice } from "../ui/flash";
import { ErrorSummary, Form, SubmitButton } from "../ui/form";
import type { T } from "../ui/i18n";
import type { CalendarEntry } from "./calendar";
import { GuestsField, ShiftField, shiftsIn } from "./form-views";
import type { Reply } from "./store";
import { CalendarLinks, Facts, Ticket } from "./thanks-views";
import { isOver } from "./times";
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
  now: number;
  /** They have a place, and may know what is for attendees alone. */
  isComing: boolean;
  /** What was just done. */
  done: "changed" | "cancelled" | "returned" | null;
  entries: readonly CalendarEntry[];
  calendarFile: string;
  ticketUrl: string;
};

/** One person's reply: what it says, and how to change it or take it back. */
export function RsvpPage(props: RsvpPageProps) {
  const { t, snapshot, reply, form, done, now, isComing } = props;
  const { action } = snapshot;
  const settings = eventSettings.parse(action.settings);
  const isPast = isOver(snapshot, now);
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
          <Facts {...{ t, settings }} locale={action.locale} isAttendee={isComing} slots={reply.slots} />
        )}
      </div>
      {isPast ? null : <Changes {...props} settings={settings} />}
      {isComing && !isPast ? (
        <section class="panel">
          <CalendarLinks t={t} entries={props.entries} file={props.calendarFile} />
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
  if (reply.standing === "cancelled") return <ChangeForm {...props} act="return" />;
  const canChange = settings.guestsMax > 0 || settings.shifts.length > 0;
  return (
    <>
      {canChange ? <ChangeForm {...props} act="change" /> : null}
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

/** Other shifts and guests, for who comes and for who comes after all. */
function ChangeForm(props: RsvpPageProps & { settings: EventSettings; act: "change" | "return" }) {
  const { t, reply, settings, count, form, snapshot, now, act } = props;
  const { shifts, guests } = reply.own;
  const isSent = Object.keys(form.values).length > 0;
  return (
    <section class="panel">
      {act === "change" ? <h2>{t("events.rsvp.changeTitle")}</h2> : null}
      <Form>
        {settings.shifts.length > 0 ? (
          <ShiftField
            {...{ t, settings, count, now }}
            locale={snapshot.action.locale}
            held={shifts}
            values={isSent ? shiftsIn(form.values) : shifts}
            error={form.errors.shift}
          />
        ) : null}
        {settings.guestsMax > 0 ? (
          <GuestsField
            {...{ t }}
            guestsMax={settings.guestsMax}
            value={isSent ? single(form.values, "guests") : String(guests)}
            error={form.errors.guests}
          />
        ) : null}
        <SubmitButton name="do" value={act}>
          {t(`events.rsvp.${act}`)}
        </SubmitButton>
      </Form>
    </section>
  );
}
