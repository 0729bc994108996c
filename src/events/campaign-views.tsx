import type { Kind, PageProps } from "../actions/types";
import { SitePage } from "../groups/public";
import type { Group } from "../groups/types";
import { Form, SelectField, SubmitButton, TextField } from "../ui/form";
import { formatNumber } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { type Found, searchEvents } from "./campaign-events";
import { campaignExtra, campaignSettings, EVENTS_SHOWN, SEARCH_MAX } from "./campaign-types";
import { frameOf, isOnMap, MAP, type Point, project } from "./projection";
import { sayWhen } from "./words";

type Listed = Found["events"][number];
type Numbered = Listed & { nth: number };

/** The search and the next events, with a map of where they are; the rest is one step away. */
export function Story({ t, snapshot }: PageProps) {
  const { events } = campaignExtra.parse(snapshot.extra ?? {});
  const { locale, slug } = snapshot.action;
  const open = searchEvents(events, { near: null, text: "", now: Date.now() }).events;
  return (
    <section class="campaign">
      <h2>{t("eventCampaigns.list.title")}</h2>
      <SearchForm t={t} slug={slug} text="" country={snapshot.group.country} error={undefined} />
      <Events t={t} locale={locale} events={open.slice(0, EVENTS_SHOWN)} near={null} />
      {open.length === 0 ? <p>{t("eventCampaigns.list.none")}</p> : null}
      {open.length > EVENTS_SHOWN ? (
        <p>
          <a href={`/event-campaigns/${slug}/near`}>{t("eventCampaigns.list.all", { count: open.length })}</a>
        </p>
      ) : null}
    </section>
  );
}

const countries = ["CA", "US", ""] as const;

function SearchForm({
  t,
  slug,
  text,
  country,
  error,
}: {
  t: T;
  slug: string;
  text: string;
  country: string;
  error: string | undefined;
}) {
  return (
    <Form method="get" action={`/event-campaigns/${slug}/near`} class="campaign-search">
      <TextField
        name="q"
        label={t("eventCampaigns.search.label")}
        hint={t("eventCampaigns.search.hint")}
        type="search"
        value={text}
        maxlength={SEARCH_MAX}
        error={error}
      />
      <SelectField
        name="country"
        label={t("eventCampaigns.search.where")}
        value={countries.find((code) => code === country) ?? ""}
        options={countries.map((code) => ({
          value: code,
          label: t(`eventCampaigns.search.countries.${code === "" ? "other" : code}`),
        }))}
      />
      <SubmitButton kind="secondary">{t("eventCampaigns.search.find")}</SubmitButton>
    </Form>
  );
}

/** The list and the map, which say the same: each number on the map is a number of the list. */
function Events({
  t,
  locale,
  events,
  near,
  first = 1,
}: {
  t: T;
  locale: Locale;
  events: readonly Listed[];
  near: Found["near"];
  first?: number;
}) {
  if (events.length === 0) return null;
  const numbered = events.map((event, index) => ({ ...event, nth: first + index }));
  return (
    <div class="campaign-events">
      <EventMap t={t} events={numbered} near={near} />
      <ol start={first}>
        {numbered.map((event) => (
          <EventLine t={t} locale={locale} event={event} />
        ))}
      </ol>
    </div>
  );
}

function EventLine({ t, locale, event }: { t: T; locale: Locale; event: Numbered }) {
  const { day, hours } = sayWhen({ start: event.startsAt, end: null }, locale, event.timeZone);
  const where = event.where === "online" ? t("events.page.online") : event.place;
  return (
    <li>
      <a href={`/events/${event.slug}`} dir="auto">
        {event.title}
      </a>
      <span>
        <time datetime={new Date(event.startsAt).toISOString()}>
          {day}, {hours}
        </time>
      </span>
      <span class="fine" dir="auto">
        {where}
        {event.km === null ? "" : ` · ${t("eventCampaigns.list.km", { km: kilometres(event.km, locale) })}`}
      </span>
    </li>
  );
}

function kilometres(km: number, locale: Locale): string {
  return formatNumber(km < 1 ? 1 : Math.round(km), locale);
}

/** Events at one place share a mark: nobody can tell apart what lies on each other. */
function marksOf(events: readonly Numbered[]): { point: Point; numbers: number[] }[] {
  const marks = new Map<string, { point: Point; numbers: number[] }>();
  for (const { position, nth } of events) {
    if (!position || !isOnMap(position)) continue;
    const point = project(position);
    const key = `${point.x.toFixed(1)} ${point.y.toFixed(1)}`;
    const known = marks.get(key);
    if (known) known.numbers.push(nth);
    else marks.set(key, { point, numbers: [nth] });
  }
  return [...marks.values()];
}

/**
 * A map drawn of our own data, with no tiles of anybody's. To a screen reader it is one picture, since the list beside it
 * says all of it.
 */
function EventMap({ t, events, near }: { t: T; events: readonly Numbered[]; near: Found["near"] }) {
  const marks = marksOf(events);
  if (marks.length === 0) return null;
  const home = near && isOnMap(near) ? project(near) : null;
  const frame = frameOf([...marks.map(({ point }) => point), ...(home ? [home] : [])]);
  const size = frame.width / 30;
  const { x, y, width, height } = frame;
  return (
    <svg
      class="campaign-map"
      viewBox={[x, y, width, height].map((number) => number.toFixed(2)).join(" ")}
      role="img"
      aria-label={t("eventCampaigns.list.map", { count: marks.length })}
    >
      <image href="/maps/north-america.svg" x="0" y="0" width={MAP.width} height={MAP.height} />
      {home ? (
        <circle
          class="campaign-home"
          cx={home.x.toFixed(2)}
          cy={home.y.toFixed(2)}
          r={(size / 2).toFixed(2)}
        />
      ) : null}
      {marks.map(({ point, numbers }) => (
        <g>
          <circle class="campaign-mark" cx={point.x.toFixed(2)} cy={point.y.toFixed(2)} r={size.toFixed(2)} />
          <text
            x={point.x.toFixed(2)}
            y={(point.y + size * 0.35).toFixed(2)}
            font-size={size.toFixed(2)}
            text-anchor="middle"
          >
            {numbers.length > 1 ? `${numbers[0]}+` : numbers[0]}
          </text>
        </g>
      ))}
    </svg>
  );
}

export type NearPageProps = {
  t: T;
  locale: Locale;
  group: Group;
  platformOrigin: string;
  style: string | undefined;
  title: string;
  slug: string;
  isOpen: boolean;
  found: Found;
  text: string;
  country: string;
  /** From 1. */
  page: number;
  error: string | undefined;
};

/** What becomes of the offer that somebody has just made. */
export const Thanks: NonNullable<Kind["Thanks"]> = ({ t, snapshot, done }) => {
  if (!done) return null;
  const { isModerated } = campaignSettings.parse(snapshot.action.settings);
  return (
    <section class="panel">
      <h2>{t("eventCampaigns.thanks.title")}</h2>
      <p>
        {t(isModerated ? "eventCampaigns.thanks.moderated" : "eventCampaigns.thanks.open", {
          group: snapshot.group.name,
        })}
      </p>
    </section>
  );
};

/** What a search finds, nearest first, page by page. */
export function NearPage(props: NearPageProps) {
  const { t, locale, group, slug, title, found, text, country, page, error } = props;
  const start = (page - 1) * EVENTS_SHOWN;
  const shown = found.events.slice(start, start + EVENTS_SHOWN);
  const query = (to: number) => `?${new URLSearchParams({ q: text, country, page: String(to) })}`;
  return (
    <SitePage
      {...{ t, locale, group }}
      style={props.style}
      platformOrigin={props.platformOrigin}
      title={title}
      isIndexed={false}
      mainClass="campaign-near"
    >
      <h1 dir="auto">{title}</h1>
      <SearchForm {...{ t, slug, text, country, error }} />
      {error ? null : (
        <p role="status">
          {found.events.length === 0
            ? t("eventCampaigns.search.nothing")
            : t(found.near ? "eventCampaigns.search.near" : "eventCampaigns.search.found", {
                count: found.events.length,
              })}
        </p>
      )}
      <Events t={t} locale={locale} events={shown} near={found.near} first={start + 1} />
      <nav class="cluster" aria-label={t("common.pager.label")}>
        {page > 1 ? <a href={query(page - 1)}>{t("common.pager.before")}</a> : null}
        {start + EVENTS_SHOWN < found.events.length ? (
          <a href={query(page + 1)}>{t("common.pager.after")}</a>
        ) : null}
      </nav>
      {props.isOpen ? (
        <p>
          {t("eventCampaigns.search.none")}{" "}
          <a href={`/event-campaigns/${slug}#sign`}>{t("eventCampaigns.search.host")}</a>
        </p>
      ) : null}
      <p class="fine">
        {t("eventCampaigns.search.attribution")}{" "}
        <a href="https://www.geonames.org" rel="noopener">
          GeoNames
        </a>{" "}
        (CC BY 4.0), Statistics Canada.
      </p>
    </SitePage>
  );
}
