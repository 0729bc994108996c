import { type ActionFrame, ActionShell } from "../actions/action-shell";
import { actionHref } from "../actions/web";
import { Form, HiddenField, SubmitButton } from "../ui/form";
import { Section } from "../ui/layout";
import { Status } from "../ui/status";
import { EmptyState } from "../ui/table";
import type { Offer } from "./campaign-types";
import type { Hosting } from "./store-hostings";
import { eventSettings } from "./types";
import { whenLine } from "./words";

export type HostingsPageProps = ActionFrame & { hostings: readonly Hosting[] };

/** What supporters offer to host, the undecided first. */
export function HostingsPage(props: HostingsPageProps) {
  const { t, hostings } = props;
  return (
    <ActionShell {...props} tab="hostings" page={t("eventCampaigns.hostings.title")}>
      <Section title={t("eventCampaigns.hostings.title")} text={t("eventCampaigns.hostings.text")}>
        {hostings.length === 0 ? (
          <EmptyState
            title={t("eventCampaigns.hostings.none")}
            text={t("eventCampaigns.hostings.noneText")}
          />
        ) : null}
        <ul class="hostings">
          {hostings.map((hosting) => (
            <li class="card">
              <HostingCard {...props} hosting={hosting} />
            </li>
          ))}
        </ul>
      </Section>
    </ActionShell>
  );
}

function HostingCard(props: HostingsPageProps & { hosting: Hosting }) {
  const { group, hosting, locale } = props;
  const { offer, event } = hosting;
  return (
    <>
      <h3 dir="auto">{event ? <a href={actionHref(group, event)}>{event.title}</a> : offer?.title}</h3>
      <p>
        <StateMark {...props} />
      </p>
      {offer ? (
        <>
          <p>{whenOf(offer, locale)}</p>
          <p dir="auto">
            {[offer.placeName, offer.street, offer.locality, offer.region, offer.postalCode, offer.country]
              .filter(Boolean)
              .join(", ")}
          </p>
          {offer.about ? <p dir="auto">{offer.about}</p> : null}
        </>
      ) : null}
      <p class="soft small">
        <span dir="auto">{hosting.name}</span> · {hosting.email}
      </p>
      <Decision {...props} />
    </>
  );
}

function whenOf(offer: Offer, locale: ActionFrame["locale"]): string {
  const { startsAt, startsTwice, endsAt, timeZone } = offer;
  return whenLine(eventSettings.parse({ startsAt, startsTwice, endsAt, timeZone }), locale);
}

function StateMark({ t, hosting }: HostingsPageProps & { hosting: Hosting }) {
  if (hosting.state === "refused") return <Status tone="bad">{t("eventCampaigns.hostings.refused")}</Status>;
  if (hosting.actionNo !== null) return <Status tone="good">{t("eventCampaigns.hostings.approved")}</Status>;
  return <Status tone="warn">{t("eventCampaigns.hostings.waiting")}</Status>;
}

function Decision({ t, group, action, hosting, mayPublish }: HostingsPageProps & { hosting: Hosting }) {
  if (!mayPublish || hosting.state === "refused" || hosting.actionNo !== null || !hosting.offer) return null;
  return (
    <Form action={actionHref(group, action, "/hostings/decisions")} class="button-row">
      <HiddenField name="offer" value={hosting.id} />
      <SubmitButton name="do" value="approve">
        {t("eventCampaigns.hostings.approve")}
        <span class="visually-hidden"> {hosting.offer.title}</span>
      </SubmitButton>
      <SubmitButton kind="secondary" name="do" value="refuse">
        {t("eventCampaigns.hostings.refuse")}
        <span class="visually-hidden"> {hosting.offer.title}</span>
      </SubmitButton>
    </Form>
  );
}
