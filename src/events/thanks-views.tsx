import { raw } from "hono/html";
import { renderSVG } from "uqr";
import type { Kind } from "../actions/kind";
import type { Locale, T } from "../ui/i18n";
import { type CalendarEntry, calendarEntry, calendarLinks } from "./calendar";
import { Address, When } from "./page-views";
import { checkInUrl, replyToken, replyUrl } from "./reply";
import { type EventSettings, eventSettings } from "./types";
import { placeLines, safeUrl } from "./words";

/** What somebody who has replied needs: whether there is a place, when and where, the ticket, and a way to change it. */
export const Thanks: NonNullable<Kind["Thanks"]> = async ({ t, ctx, snapshot, done, origin }) => {
  if (!done?.id) return null;
  const { action } = snapshot;
  const settings = eventSettings.parse(action.settings);
  const isConfirmed = done.standing !== "waiting" && done.standing !== "cancelled";
  const token = await replyToken(ctx, action, done.id, "rsvp");
  const entry = calendarEntry(snapshot, `${origin}/events/${action.slug}`, isConfirmed);
  return (
    <section class="panel event-thanks">
      <h2>{t(isConfirmed ? "events.thanks.confirmed" : "events.thanks.waiting")}</h2>
      {isConfirmed ? null : <p>{t("events.thanks.waitingText")}</p>}
      <Facts t={t} settings={settings} locale={action.locale} isAttendee={isConfirmed} />
      {isConfirmed && entry ? (
        <CalendarLinks t={t} entry={entry} file={calendarPath(action.slug, token)} />
      ) : null}
      {isConfirmed ? <Ticket t={t} url={await checkInUrl(ctx, snapshot.group, action, done.id)} /> : null}
      <p>
        <a href={await replyUrl(ctx, "", action, done.id)}>{t("events.thanks.change")}</a>{" "}
        <span class="fine">{t("events.thanks.changeHint")}</span>
      </p>
    </section>
  );
};

/** The event's calendar file; with somebody's link it holds what is for attendees alone. */
export function calendarPath(slug: string, token?: string): string {
  return `/events/${slug}/calendar.ics${token ? `?me=${token}` : ""}`;
}

type FactsProps = { t: T; settings: EventSettings; locale: Locale; isAttendee: boolean };

/** When and where, with all that an attendee may know. */
export function Facts({ t, settings, locale, isAttendee }: FactsProps) {
  const isShown = isAttendee || !settings.isForAttendees;
  const lines = isShown ? placeLines(settings.place, locale) : [];
  const link = isShown && settings.where !== "place" ? safeUrl(settings.online.url) : null;
  return (
    <dl class="event-facts">
      <When t={t} settings={settings} locale={locale} />
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

export function CalendarLinks({ t, entry, file }: { t: T; entry: CalendarEntry; file: string }) {
  const { google, outlook } = calendarLinks(entry);
  return (
    <div class="event-calendars">
      <h3>{t("events.calendar.title")}</h3>
      <ul>
        <li>
          <a href={file} download>
            {t("events.calendar.file")}
          </a>
        </li>
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
      </ul>
    </div>
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
export function qrCode(text: string): string {
  return renderSVG(text, { ecc: "L", border: 2 });
}
