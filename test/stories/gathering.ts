import { setTimeout as sleep } from "node:timers/promises";
import type { Client, Visitor } from "../client.ts";
import { waitForMail } from "../mailbox.ts";
import { world } from "../world.ts";
import { fromOwnConnection, withTag } from "./stage.ts";

/** An event with people who come and who wait, and a campaign of events, as their pages are reached. */
export type Gathering = {
  overview: string;
  url: string;
  /** With shifts, and called off. */
  shifts: string;
  cancelled: string;
  thanks: string;
  waiting: string;
  reply: string;
  campaign: string;
  campaignOverview: string;
  near: string;
  /** Who comes to a dinner of the campaign, for its host. */
  host: string;
};

type Stage = { rosa: Visitor; slug: string; host: string };
type Language = "en" | "fr";
type Fields = Record<string, string>;

export const eventYear = new Date().getUTCFullYear() + 1;

const words = {
  en: { event: world.event, campaign: world.eventCampaign },
  fr: { event: world.frenchEvent, campaign: world.frenchEventCampaign },
};
const [amina, jeanLuc, mei] = world.supporters;
const DRAIN_MS = 40_000;

export async function setGathering(server: Client, stage: Stage): Promise<Record<Language, Gathering>> {
  return { en: await gatherIn(server, stage, "en"), fr: await gatherIn(server, stage, "fr") };
}

/** What the editor of the event is sent. */
export function eventFields({ event }: (typeof words)[Language]): Fields {
  return {
    ...{
      startsAt: `${eventYear}-05-13T18:30`,
      endsAt: `${eventYear}-05-13T21:00`,
      timeZone: "America/Toronto",
    },
    ...{ where: "both", "online.url": "https://meet.riverside.example/canvass", isForAttendees: "yes" },
    ...{
      "place.name": event.place,
      "place.street": event.street,
      "place.locality": event.town,
      "place.region": "ON",
    },
    ...{ "place.postalCode": "M4M 2T1", "place.country": "CA", "place.directions": event.directions },
    ...{
      capacity: "2",
      guestsMax: "3",
      "host.name": world.organiser.name,
      "host.email": world.group.replyTo,
    },
    ...{ "reminders.dayBefore": "yes", descriptionSource: event.description },
  };
}

/** The same in one language. */
export async function gatherIn(server: Client, stage: Stage, language: Language): Promise<Gathering> {
  const { rosa, slug: group, host } = stage;
  const { event, campaign } = words[language];
  const { locale } = event;
  const visitor = server.visit(host);
  const address = (email: string) => withTag(email, `gathering-${language}`);
  const publishEvent = (suffix: string, more: Fields = {}) =>
    publish(rosa, group, "event", {
      ...{
        title: event.title,
        slug: `${event.slug}${suffix}`,
        locale,
        ...eventFields(words[language]),
        ...more,
      },
    });
  const overview = await publishEvent("");
  await publishEvent("-shifts", {
    "shifts.count": "2",
    ...Object.fromEntries(
      event.shifts.flatMap((name, row) => [
        [`shifts.${row}.name`, name],
        [`shifts.${row}.startsAt`, `${eventYear}-05-13T${18 + row}:30`],
        [`shifts.${row}.endsAt`, `${eventYear}-05-13T${19 + row}:30`],
        [`shifts.${row}.capacity`, "4"],
      ]),
    ),
  });
  const cancelled = await publishEvent("-cancelled");
  await rosa.post(`${cancelled}/cancellation`, { note: event.directions });
  await rosa.post(`${overview}/series`, { rhythm: "weekly", count: "2", isPublished: "yes" });

  const rsvp = async (
    { givenName, familyName, email }: (typeof world.supporters)[number],
    guests: string,
  ) => {
    const fields = { givenName, familyName, email: address(email), country: "CA", guests };
    const sent = await visitor.send(`/events/${event.slug}`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", ...fromOwnConnection() },
      body: new URLSearchParams(fields).toString(),
    });
    const { pathname, search } = new URL(sent.headers.get("location") ?? "", `http://${host}`);
    return pathname + search;
  };
  const thanks = await rsvp(amina, "1");
  const waiting = await rsvp(jeanLuc, "0");
  await rsvp(mei, "0");
  const html = await (await visitor.get(thanks)).text();
  const reply = /\/events\/[a-z-]+\/rsvp\?me=[\w.-]+/.exec(html)?.[0] ?? "";
  const listed = await until(async () => {
    const page = await (await rosa.get(`${overview}/attendance`)).text();
    return page.includes(address(mei.email)) ? page : null;
  });
  if (!listed) throw new Error("nobody is on the list");

  const campaignOverview = await publish(rosa, group, "event_campaign", {
    ...{ title: campaign.title, slug: campaign.slug, locale: campaign.locale },
    ...{ "hosts.shown": "yes", isModerated: "yes", hostText: campaign.hostText },
  });
  const path = `/event-campaigns/${campaign.slug}`;
  await hostDinners(server, stage, { campaignOverview, path, language, address });
  const [mail] = await waitForMail(server, address(jeanLuc.email), { contains: "/host?key=" });
  const hostLink = /\/events\/[^\s]+\/host\?key=[\w.-]+/.exec(mail?.text ?? "")?.[0] ?? "";
  await visitor.post(hostLink.replace(/\/host.*/, ""), dinnerGuest(address(mei.email)), fromOwnConnection());
  // Later than its guests know.
  const [, version = ""] =
    /name="version" value="(\d+)"/.exec(await (await rosa.get(`${overview}/edit`)).text()) ?? [];
  await rosa.post(`${overview}/edit`, {
    ...{ version, do: "save", ...eventFields(words[language]), endsAt: `${eventYear}-05-13T21:30` },
  });
  const url = (below: string) => `http://${host}${below}`;
  return {
    ...{ overview, campaignOverview },
    url: url(`/events/${event.slug}`),
    shifts: url(`/events/${event.slug}-shifts`),
    cancelled: url(`/events/${event.slug}-cancelled`),
    thanks: url(thanks),
    waiting: url(waiting),
    reply: url(reply),
    campaign: url(path),
    host: url(hostLink),
    near: url(`${path}/near?q=${language === "en" ? "M4M+2T1" : "H2X+1Y4"}&country=CA`),
  };
}

function dinnerGuest(email: string): Fields {
  return { givenName: mei.givenName, familyName: mei.familyName, email, country: "CA", guests: "2" };
}

const towns = [
  ["Toronto", "ON", "M4M 2T1", "CA"],
  ["Montréal", "QC", "H2X 1Y4", "CA"],
  ["Buffalo", "NY", "14201", "US"],
] as const;

/** Offers a dinner in each of three towns; the first two are taken up and the last waits. */
async function hostDinners(
  server: Client,
  { rosa, host }: Stage,
  {
    campaignOverview,
    path,
    language,
    address,
  }: { campaignOverview: string; path: string; language: Language; address(email: string): string },
): Promise<void> {
  const { campaign } = words[language];
  for (const [nth, [town, region, code, country]] of towns.entries()) {
    const { givenName, familyName, email } = world.supporters[nth] ?? amina;
    await server.visit(host).post(
      path,
      {
        ...{ givenName, familyName, email: address(email), country: "CA" },
        ...{ eventTitle: campaign.dinners[nth] ?? "", eventStart: `${eventYear}-05-0${nth + 2}T18:00` },
        ...{ eventZone: "America/Toronto", eventTown: town, eventRegion: region, eventCode: code },
        ...{ eventCountry: country, eventAbout: campaign.about, eventPlaces: "12" },
      },
      fromOwnConnection(),
    );
  }
  const offers = await until(async () => {
    const html = await (await rosa.get(`${campaignOverview}/hostings`)).text();
    const ids = [...html.matchAll(/name="offer" value="([^"]+)"/g)].map(([, id = ""]) => id);
    return ids.length === towns.length ? ids : null;
  });
  for (const offer of (offers ?? []).slice(1))
    await rosa.post(`${campaignOverview}/hostings/decisions`, { offer, do: "approve" });
}

/** Looks again until something is there. */
async function until<Found>(look: () => Promise<Found | null>): Promise<Found | null> {
  const deadline = Date.now() + DRAIN_MS;
  for (;;) {
    const found = await look();
    if (found !== null || Date.now() > deadline) return found;
    await sleep(300);
  }
}

/** Makes and publishes an action of a kind through its editor. Gives its overview. */
export async function publish(rosa: Visitor, group: string, kind: string, fields: Fields): Promise<string> {
  const made = await rosa.send(`/groups/${group}/actions/new/${kind}`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ title: fields.title ?? "" }).toString(),
  });
  const overview = (made.headers.get("location") ?? "").replace(/\/edit.*$/, "");
  const version = async (path: string) =>
    /name="version" value="(\d+)"/.exec(await (await rosa.get(overview + path)).text())?.[1] ?? "";
  const saved = await rosa.post(`${overview}/edit`, {
    version: await version("/edit"),
    do: "save",
    ...fields,
  });
  if (saved.status > 399) throw new Error(`the ${kind} was refused: ${await saved.text()}`);
  await rosa.post(`${overview}/publication`, { version: await version("/publication") });
  return overview;
}
