import type { PageProps, PublicCount } from "../actions/types";
import { Notice } from "../ui/flash";
import type { Locale, T } from "../ui/i18n";
import { Rich } from "../ui/rich";
import { type Span, spanOf, zoneOf } from "./times";
import { type EventExtra, type EventSettings, eventExtra, eventSettings } from "./types";
import { placeLines, placeRoughly, safeUrl, sayWhen, shiftLine } from "./words";

/** When and where it is, who invites, how many places are left. The page puts the title above it. */
export function Story({ t, snapshot, count }: PageProps) {
  const { action } = snapshot;
  const settings = eventSettings.parse(action.settings);
  const extra = eventExtra.parse(snapshot.extra ?? {});
  return (
    <section class="event">
      {settings.cancelled ? (
        <Notice kind="bad" title={t("events.page.cancelled")}>
          {settings.cancelled.note ? <p dir="auto">{settings.cancelled.note}</p> : null}
        </Notice>
      ) : null}
      <dl class="event-facts">
        <When t={t} settings={settings} locale={action.locale} />
        <Where t={t} settings={settings} locale={action.locale} />
        <Host t={t} settings={settings} />
        <PlacesLeft t={t} settings={settings} count={count} />
      </dl>
      {extra.campaign ? (
        <p>
          <Rich
            text={t("events.page.campaign", { campaign: extra.campaign.title })}
            parts={{
              campaign: (words) => <a href={`/event-campaigns/${extra.campaign?.slug}`}>{words}</a>,
            }}
          />
        </p>
      ) : null}
    </section>
  );
}

type Part = { t: T; settings: EventSettings; locale: Locale };

export function When({ t, settings, locale }: Part) {
  const span = spanOf(settings);
  if (!span) return null;
  const { day, hours, zone } = sayWhen(span, locale, zoneOf(settings));
  return (
    <div>
      <dt>{t("events.page.when")}</dt>
      <dd>
        <time datetime={new Date(span.start).toISOString()}>
          <strong>{day}</strong>
          <br />
          {hours}
        </time>{" "}
        <span class="fine">{zone}</span>
        <YourTime t={t} span={span} timeZone={zoneOf(settings)} />
      </dd>
    </div>
  );
}

/** Filled in by `public/js/event-time.js` for whoever lives by another clock. */
function YourTime({ t, span, timeZone }: { t: T; span: Span; timeZone: string }) {
  return (
    <span
      class="event-your-time"
      hidden
      data-your-time={t("events.page.yourTime")}
      data-start={String(span.start)}
      data-end={span.end === null ? undefined : String(span.end)}
      data-zone={timeZone}
    />
  );
}

function Where({ t, settings, locale }: Part) {
  const { where, place, isForAttendees } = settings;
  const lines = isForAttendees ? [placeRoughly(place)] : placeLines(place, locale);
  const isOnSite = where !== "online" && lines.some((line) => line !== "");
  if (!isOnSite && where === "place") return null;
  return (
    <div>
      <dt>{t("events.page.where")}</dt>
      <dd>
        {isOnSite ? <Address lines={lines} /> : null}
        {isOnSite && !isForAttendees && place.directions ? (
          <span class="fine" dir="auto">
            {place.directions}
          </span>
        ) : null}
        {where === "place" ? null : <Online t={t} settings={settings} />}
        {isForAttendees ? <span class="fine">{t("events.page.forAttendees")}</span> : null}
      </dd>
    </div>
  );
}

export function Address({ lines }: { lines: readonly string[] }) {
  return (
    <address dir="auto">
      {lines.flatMap((line, nth) => [nth > 0 ? <br /> : null, nth === 0 ? <strong>{line}</strong> : line])}
    </address>
  );
}

function Online({ t, settings }: { t: T; settings: EventSettings }) {
  const href = settings.isForAttendees ? null : safeUrl(settings.online.url);
  return (
    <span class="event-online">
      {href ? (
        <a href={href} rel="noopener">
          {t("events.page.online")}
        </a>
      ) : (
        t("events.page.online")
      )}
    </span>
  );
}

function Host({ t, settings }: { t: T; settings: EventSettings }) {
  const { name, email } = settings.host;
  if (!name && !email) return null;
  return (
    <div>
      <dt>{t("events.page.host")}</dt>
      <dd dir="auto">
        {name}
        {name && email ? <br /> : null}
        {email ? <a href={`mailto:${email}`}>{email}</a> : null}
      </dd>
    </div>
  );
}

/** How many places of a slot are left; null where there is no end to them or nobody knows. */
export function placesLeft(
  count: PublicCount | null,
  slot: string,
  capacity: number | null,
): { left: number; waiting: number } | null {
  if (capacity === null || !count) return null;
  const taken = count.places?.[slot] ?? { confirmed: 0, waiting: 0 };
  return { left: Math.max(capacity - taken.confirmed, 0), waiting: taken.waiting };
}

function PlacesLeft({ t, settings, count }: { t: T; settings: EventSettings; count: PublicCount }) {
  if (settings.shifts.length > 0 || settings.capacity === null || settings.cancelled) return null;
  const places = placesLeft(count, "", settings.capacity);
  if (!places) return null;
  return (
    <div>
      <dt>{t("events.page.places")}</dt>
      <dd>
        {places.left > 0
          ? t("events.page.left", { count: places.left })
          : t("events.page.full", { count: places.waiting })}
      </dd>
    </div>
  );
}

/** The shifts there are, for whoever reads before answering, and the other dates of a series. */
export function Below(props: PageProps) {
  const { t, snapshot } = props;
  const { siblings } = eventExtra.parse(snapshot.extra ?? {});
  if (siblings.length === 0) return null;
  return (
    <section class="panel event-dates">
      <h2>{t("events.page.otherDates")}</h2>
      <Dates siblings={siblings} locale={snapshot.action.locale} />
    </section>
  );
}

function Dates({ siblings, locale }: { siblings: EventExtra["siblings"]; locale: Locale }) {
  return (
    <ul>
      {siblings.map(({ slug, startsAt, timeZone }) => {
        const { day, hours } = sayWhen({ start: startsAt, end: null }, locale, timeZone);
        return (
          <li>
            <a href={`/events/${slug}`}>
              {day}, {hours}
            </a>
          </li>
        );
      })}
    </ul>
  );
}

/** A shift as the form offers it, with what is left of it. */
export function shiftWords(
  t: T,
  settings: EventSettings,
  one: EventSettings["shifts"][number],
  { locale, count }: { locale: Locale; count: PublicCount | null },
): { label: string; hint?: string } {
  const label = shiftLine(settings, one, locale);
  const places = placesLeft(count, one.key, one.capacity);
  if (!places) return { label };
  return {
    label,
    hint: places.left > 0 ? t("events.page.left", { count: places.left }) : t("events.form.full"),
  };
}
