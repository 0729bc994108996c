import type { ActionSnapshot, Kind } from "../actions/types";
import { SitePage } from "../groups/public";
import { Form, HiddenField, SubmitButton, TextField } from "../ui/form";
import { formatNumber } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { Status } from "../ui/status";
import { Arrivals } from "./arrival-views";
import { ShiftLines } from "./attendance-views";
import type { Heads, Reply } from "./store";
import { eventSettings } from "./types";

export type HostPageProps = {
  t: T;
  locale: Locale;
  kind: Kind;
  snapshot: ActionSnapshot;
  platformOrigin: string;
  replies: readonly Reply[];
  heads: Heads;
  text: string;
  /** The signed key, which every form of the page carries on. */
  hostKey: string;
  next: string | null;
};

/** Who comes to an event of a campaign, for the supporter who hosts it: names and places, and nothing to write to. */
export function HostPage(props: HostPageProps) {
  const { t, locale, snapshot, replies, heads, text, next } = props;
  const { action } = snapshot;
  const number = (value: number) => formatNumber(value, locale);
  return (
    <SitePage
      t={t}
      locale={locale}
      group={snapshot.group}
      style={props.kind.style}
      platformOrigin={props.platformOrigin}
      title={t("events.attendance.list")}
      isIndexed={false}
      mainClass="thanks"
    >
      <div class="panel">
        <h1>{t("events.attendance.list")}</h1>
        <p>
          <a href={`/events/${action.slug}`} dir="auto">
            {action.title}
          </a>
        </p>
        <p>{t("events.host.text")}</p>
        <dl class="event-facts">
          <Fact name={t("events.attendance.expected")} value={number(heads.heads)} />
          <Fact name={t("events.attendance.waiting")} value={number(heads.waiting)} />
          <Fact name={t("events.attendance.arrived")} value={number(heads.arrived)} />
        </dl>
      </div>
      <Form method="get" action={`/events/${action.slug}/host`}>
        <HiddenField name="key" value={props.hostKey} />
        <TextField name="text" label={t("events.host.search")} value={text} type="search" />
        <SubmitButton kind="secondary">{t("events.attendance.find")}</SubmitButton>
      </Form>
      {replies.length === 0 ? (
        <p>{t(text === "" ? "events.attendance.nobody" : "events.attendance.nobodyFound")}</p>
      ) : (
        <ul class="host-list">
          {replies.map((reply) => (
            <Guest {...props} reply={reply} />
          ))}
        </ul>
      )}
      {next === null ? null : (
        <p>
          <a href={next} rel="next">
            {t("common.pager.after")}
          </a>
        </p>
      )}
    </SitePage>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Guest(props: HostPageProps & { reply: Reply }) {
  const { t, locale, snapshot, reply, text } = props;
  const settings = eventSettings.parse(snapshot.action.settings);
  const { slots } = reply;
  const name =
    [reply.answer.givenName, reply.answer.familyName].filter(Boolean).join(" ") || t("events.host.unnamed");
  return (
    <li>
      <p>
        <strong dir="auto">{name}</strong>{" "}
        {reply.own.guests > 0 ? <span>+ {formatNumber(reply.own.guests, locale)} </span> : null}
        {reply.standing === "waiting" ? (
          <Status tone="warn">{t("events.attendance.isWaiting")}</Status>
        ) : null}
        {Object.keys(slots).length > 0 ? (
          <span class="fine">
            <ShiftLines {...{ t, settings, slots, locale }} />
          </span>
        ) : null}
      </p>
      <div>
        <Arrivals
          {...{ t, locale, settings, reply, name }}
          timeZone={settings.timeZone}
          action={`/events/${snapshot.action.slug}/host?key=${encodeURIComponent(props.hostKey)}`}
          kept={{ text, shift: "" }}
        />
      </div>
    </li>
  );
}
