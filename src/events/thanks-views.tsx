import { raw } from "hono/html";
import { renderSVG } from "uqr";
import type { Kind, SlotStandings, ThanksProps } from "../actions/kind";
import type { ParticipationId } from "../platform/ids";
import type { Locale, T } from "../ui/i18n";
import { type CalendarEntry, calendarEntries, calendarLinks } from "./calendar";
import { Address, When } from "./page-views";
import { checkInUrl, replyToken, replyUrl } from "./reply";
import { shiftsOf } from "./shifts";
import { type EventSettings, eventSettings } from "./types";
import { placeLines, safeUrl, shiftLine } from "./words";

/** What somebody who has replied needs: whether there is a place, when and where, the ticket, and a way to change it. */
export const Thanks: NonNullable<Kind["Thanks"]> = ({ t, ctx, snapshot, done, origin }) => {
  if (!done?.id) return null;
  const { id, slots = {}, isRevised } = done;
  const { action } = snapshot;
  const settings = eventSettings.parse(action.settings);
  const isConfirmed = done.standing !== "waiting" && done.standing !== "cancelled";
  return (
    <section class="panel event-thanks">
      <h2>{t(isConfirmed ? "events.thanks.confirmed" : "events.thanks.waiting")}</h2>
      {isConfirmed ? null : <p>{t("events.thanks.waitingText")}</p>}
      <Facts t={t} settings={settings} locale={action.locale} isAttendee={isConfirmed} slots={slots} />
      {isRevised ? (
        <p>
          {t("events.thanks.revised")} {action.settings.autoresponse.isOn ? t("events.thanks.inMail") : ""}
        </p>
      ) : (
        <OwnLinks {...{ t, ctx, snapshot, id, origin, isConfirmed, slots }} />
      )}
    </section>
  );
};

type OwnLinksProps = Pick<ThanksProps, "t" | "ctx" | "snapshot" | "origin"> & {
  id: ParticipationId;
  isConfirmed: boolean;
  slots: SlotStandings;
};

/** What proves to be whoever replied: their calendar, their ticket, and the way to change or take back what they said. */
async function OwnLinks({ t, ctx, snapshot, id, origin, isConfirmed, slots }: OwnLinksProps) {
  const { group, action } = snapshot;
  const token = await replyToken(ctx, action, id, "rsvp");
  const address = `${origin}/events/${action.slug}`;
  const entries = calendarEntries(snapshot, address, { isAttendee: isConfirmed, slots });
  const file = calendarPath(action.slug, token);
  return (
    <>
      {isConfirmed ? <CalendarLinks t={t} entries={entries} file={file} /> : null}
      {isConfirmed ? <Ticket t={t} url={await checkInUrl(ctx, group, action, id)} /> : null}
      <p>
        <a href={await replyUrl(ctx, "", action, id)}>{t("events.thanks.change")}</a>{" "}
        <span class="fine">{t("events.thanks.changeHint")}</span>
      </p>
    </>
  );
}

/** The event's calendar file; with somebody's link it holds what is for attendees alone, and all their shifts or one of them. */
export function calendarPath(slug: string, token?: string, shift?: string): string {
  const query = new URLSearchParams({ ...(token ? { me: token } : {}), ...(shift ? { shift } : {}) });
  return `/events/${slug}/calendar.ics${query.size > 0 ? `?${query}` : ""}`;
}

type FactsProps = {
  t: T;
  settings: EventSettings;
  locale: Locale;
  isAttendee: boolean;
  slots: SlotStandings;
};

/** When and where, with all that an attendee may know. */
export function Facts({ t, settings, locale, isAttendee, slots }: FactsProps) {
  const isShown = isAttendee || !settings.isForAttendees;
  const lines = isShown ? placeLines(settings.place, locale) : [];
  const link = isShown && settings.where !== "place" ? safeUrl(settings.online.url) : null;
  return (
    <dl class="event-facts">
      <When t={t} settings={settings} locale={locale} />
      <Shifts {...{ t, settings, locale, slots }} />
      {settings.where !== "online" && lines.length > 0 ? (
        <div>
          <dt>{t("events.page.where")}</dt>
          <dd>
            <Address lines={lines} />
            {settings.place.directions ? (
              <span class="fine" dir="auto">
                {settings.place.directions}
              </span>
            ) : null}
          </dd>
        </div>
      ) : null}
      {link ? (
        <div>
          <dt>{t("events.page.online")}</dt>
          <dd>
            <a href={link} rel="noopener">
              {t("events.calendar.join")}
            </a>
          </dd>
        </div>
      ) : null}
    </dl>
  );
}

/** The shifts somebody has, and those they wait for. */
function Shifts({ t, settings, locale, slots }: Omit<FactsProps, "isAttendee">) {
  const { confirmed, waiting } = shiftsOf(settings, slots);
  return (
    <>
      {[
        { name: t("events.page.shifts", { count: confirmed.length }), shifts: confirmed },
        { name: t("events.page.shiftsWaited"), shifts: waiting },
      ].map(({ name, shifts }) =>
        shifts.length > 0 ? (
          <div>
            <dt>{name}</dt>
            {shifts.map((shift) => (
              <dd dir="auto">{shiftLine(settings, shift, locale)}</dd>
            ))}
            {shifts === waiting && confirmed.length > 0 ? (
              <dd class="fine">{t("events.thanks.waitingText")}</dd>
            ) : null}
          </div>
        ) : null,
      )}
    </>
  );
}

/** One file for all of it, and for each entry the links that the calendars of the web want. */
export function CalendarLinks({
  t,
  entries,
  file,
}: {
  t: T;
  entries: readonly CalendarEntry[];
  file: string;
}) {
  if (entries.length === 0) return null;
  return (
    <div class="event-calendars">
      <h3>{t("events.calendar.title")}</h3>
      <ul>
        <li>
          <a href={file} download>
            {t("events.calendar.file")}
          </a>
        </li>
        {entries.length === 1 ? entries.map((entry) => <WebCalendars t={t} entry={entry} />) : null}
      </ul>
      {entries.length > 1
        ? entries.map((entry) => (
            <>
              <p dir="auto">{entry.shift}</p>
              <ul>
                <li>
                  <a href={`${file}&shift=${entry.shiftKey}`} download>
                    {t("events.calendar.file")}
                  </a>
                </li>
                <WebCalendars t={t} entry={entry} />
              </ul>
            </>
          ))
        : null}
    </div>
  );
}

function WebCalendars({ t, entry }: { t: T; entry: CalendarEntry }) {
  const { google, outlook } = calendarLinks(entry);
  return (
    <>
      <li>
        <a href={google} rel="noopener nofollow">
          {t("events.calendar.google")}
        </a>
      </li>
      <li>
        <a href={outlook} rel="noopener nofollow">
          {t("events.calendar.outlook")}
        </a>
      </li>
    </>
  );
}

/** The attendee's QR code. Whoever scans it must be signed in as a host: to anybody else it says nothing. */
export function Ticket({ t, url }: { t: T; url: string }) {
  return (
    <figure class="event-ticket" data-code={url}>
      <div role="img" aria-label={t("events.thanks.ticket")}>
        {raw(qrCode(url))}
      </div>
      <figcaption class="fine">{t("events.thanks.ticketHint")}</figcaption>
    </figure>
  );
}

/** A QR code as SVG, black on white in both themes: scanners want it so. */
function qrCode(text: string): string {
  return renderSVG(text, { ecc: "L", border: 2 });
}
