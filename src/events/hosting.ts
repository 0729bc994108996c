import { createDraft } from "../actions/action";
import { renderDescription } from "../actions/description";
import { publish } from "../actions/publication";
import type { Action, Kind } from "../actions/types";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { normaliseEmail } from "../platform/email-address";
import { groupOrigin } from "../platform/http";
import type { ParticipationId } from "../platform/ids";
import { sendLater } from "../platform/mail/mail";
import { renderEmail } from "../ui/email";
import { translator } from "../ui/i18n";
import { campaignSettings, type Offer } from "./campaign-types";
import { hostUrl } from "./host-link";
import { decideHosting, type Hosting, hostingById, settleHosting } from "./store-hostings";
import { type EventSettings, eventSettings } from "./types";

export type Decided = { outcome: "approved"; event: Action } | { outcome: "refused" | "gone" | "before" };

/** Turns an offer down; the host is told. */
export async function refuseHosting(
  ctx: Context,
  group: Group,
  campaign: Action,
  id: ParticipationId,
  by: number,
): Promise<Decided> {
  const db = dbFor(ctx.env, group);
  const hosting = await hostingById(db, campaign.no, id);
  if (!hosting) return { outcome: "gone" };
  const isNew = await decideHosting(db, campaign.no, id, { state: "refused", by, now: ctx.now });
  if (!isNew) return { outcome: "before" };
  await tellHost(ctx, group, campaign, hosting, null);
  return { outcome: "refused" };
}

/**
 * Makes an offer an event with a page of its own under the campaign, and tells the host where it is. An offer becomes one
 * event, however often this is called; one that was cut off half-way is finished by calling again.
 * @param by 0 where the campaign takes every offer
 */
export async function approveHosting(
  ctx: Context,
  group: Group,
  { campaign, eventKind }: { campaign: Action; eventKind: Kind },
  id: ParticipationId,
  by: number,
): Promise<Decided> {
  const db = dbFor(ctx.env, group);
  const hosting = await hostingById(db, campaign.no, id);
  if (!hosting?.offer) return { outcome: "gone" };
  if (hosting.state === "refused" || hosting.actionNo !== null) return { outcome: "before" };
  await decideHosting(db, campaign.no, id, { state: "approved", by, now: ctx.now });
  const starting = settingsOf(group, campaign, hosting, hosting.offer);
  const { locale } = campaign;
  const draft = await createDraft(ctx, group, eventKind, {
    title: hosting.offer.title,
    by,
    locale,
    starting,
  });
  if (!draft) return { outcome: "gone" };
  if (!(await settleHosting(db, campaign.no, id, draft.no))) return { outcome: "before" };
  const published = await publish(ctx, group, eventKind, draft, by);
  if (published.outcome !== "published") return { outcome: "approved", event: draft };
  await tellHost(ctx, group, campaign, hosting, published.action);
  return { outcome: "approved", event: published.action };
}

/** What a hosted event starts with: the host's words and time, and the campaign's own settings for all else. */
function settingsOf(group: Group, campaign: Action, hosting: Hosting, offered: Offer): EventSettings {
  const settings = campaignSettings.parse(campaign.settings);
  const about = offered.about || settings.eventText;
  return eventSettings.parse({
    descriptionSource: about,
    descriptionHtml: renderDescription(about)?.html ?? "",
    image: settings.image,
    fields: { ...settings.fields, phone: "hidden" },
    consent: { mode: settings.consent.mode, text: "" },
    comments: { isAsked: false, isModerated: true },
    goal: { mode: "none", target: 100 },
    showRecent: false,
    share: settings.share,
    tags: settings.tags,
    startsAt: offered.startsAt,
    startsTwice: offered.startsTwice,
    endsAt: offered.endsAt,
    timeZone: offered.timeZone || group.timeZone,
    where: "place",
    place: {
      name: offered.placeName,
      street: offered.street,
      locality: offered.locality,
      region: offered.region,
      postalCode: offered.postalCode,
      country: offered.country,
    },
    isForAttendees: offered.isForAttendees,
    capacity: offered.capacity,
    guestsMax: 3,
    host: { name: hosting.givenName, email: "" },
    campaignNo: campaign.no,
  });
}

/** @param event null when the offer was turned down */
async function tellHost(
  ctx: Context,
  group: Group,
  campaign: Action,
  hosting: Hosting,
  event: Action | null,
): Promise<void> {
  const t = translator(campaign.locale);
  const kind = event ? "approved" : "refused";
  const title = event?.title ?? hosting.offer?.title ?? campaign.title;
  const origin = groupOrigin(ctx.config, group.slug);
  const greeting = hosting.givenName
    ? t("receipts.greeting", { name: hosting.givenName })
    : t("receipts.greetingNoName");
  const content = renderEmail({
    locale: campaign.locale,
    subject: t(`eventCampaigns.mail.${kind}.subject`, { title }),
    from: group.name,
    accent: group.settings.accent,
    blocks: [
      { kind: "text", text: greeting },
      {
        kind: "text",
        text: t(`eventCampaigns.mail.${kind}.text`, { title, campaign: campaign.title, group: group.name }),
      },
      ...(event
        ? [
            {
              kind: "button" as const,
              label: t("eventCampaigns.mail.page"),
              href: `${origin}/events/${event.slug}`,
            },
            { kind: "text" as const, text: t("eventCampaigns.mail.listText") },
            {
              kind: "link" as const,
              label: t("eventCampaigns.mail.list"),
              href: await hostUrl(ctx, origin, event, hosting.id),
            },
          ]
        : []),
    ],
    footer: [t("eventCampaigns.mail.why", { campaign: campaign.title }), group.name],
  });
  const replyTo = normaliseEmail(group.settings.replyTo);
  const message = { ...content, to: hosting.email, fromName: group.name, ...(replyTo ? { replyTo } : {}) };
  if (hosting.email !== "") await sendLater(ctx, message, "notice");
}
