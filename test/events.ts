import { env, exports } from "cloudflare:workers";
import { actionByNo } from "../src/actions/action";
import { buildSnapshot } from "../src/actions/publication";
import type { Action } from "../src/actions/types";
import { event } from "../src/events/event";
import { dbFor } from "../src/groups/shard";
import type { Group } from "../src/groups/types";
import { drainNow, intakeTarget } from "../src/intake/participation";
import { parseId } from "../src/platform/ids";
import { contextOf } from "./groups";
import { actionIdIn, makeOrganisers, type Organiser } from "./organisers";
import { world } from "./world";

type Fields = Record<string, string>;

/** A canvass at the library, two years from now, with what its editor holds. */
export const canvass: Fields = {
  startsAt: `${new Date().getUTCFullYear() + 2}-03-12T19:00`,
  endsAt: `${new Date().getUTCFullYear() + 2}-03-12T21:00`,
  timeZone: "America/Toronto",
  where: "place",
  "place.name": "Mill Lane Library",
  "place.street": "12 Mill Lane",
  "place.locality": "Toronto",
  "place.region": "ON",
  "place.postalCode": "M4M 2T1",
  "place.country": "CA",
  capacity: "2",
  guestsMax: "3",
  "host.name": world.organiser.name,
  "host.email": world.organiser.email,
  "reminders.dayBefore": "yes",
};

/** A group with an event made and published through the editor, and what supporters and hosts do with it. */
export async function makeEvent(changes: Fields = {}, title = "Canvass for clean air") {
  const team = await makeOrganisers();
  const href = await publishEvent(team.owner, team.base, { ...canvass, ...changes }, title);
  return { ...team, href, ...stageOf(team.group, href) };
}

/** Makes and publishes one event. Gives its address on the platform host. */
export async function publishEvent(
  owner: Organiser,
  base: string,
  fields: Fields,
  title: string,
): Promise<string> {
  const href = `${base}/actions/${actionIdIn(await owner.post(`${base}/actions/new/event`, { title }))}`;
  const saved = await owner.post(`${href}/edit`, { version: "1", ...fields });
  if (saved.status !== 303) throw new Error(`the event was not saved: ${await saved.text()}`);
  const published = await owner.post(`${href}/publication`, { version: "2" });
  if (!published.headers.get("Location")?.endsWith("?done=published")) throw new Error("not published");
  return href;
}

export function stageOf(group: Group, href: string, slug = "canvass-for-clean-air") {
  const site = `http://${group.slug}.localhost:8787`;
  const open = (path: string, init: RequestInit = {}) =>
    exports.default.fetch(new URL(path, site).href, { redirect: "manual", ...init });
  const send = (path: string, fields: Fields) =>
    open(path, { method: "POST", body: new URLSearchParams(fields) });
  const page = `/events/${slug}`;
  const actionNow = async (): Promise<Action> => {
    const id = parseId<Action["id"]>(href.split("/").at(-1) ?? "");
    const row = await dbFor(env, group)
      .d1.prepare("SELECT action_no AS no FROM actions WHERE group_no = ? AND hex(id) = ?")
      .bind(group.no, (id ?? "").replaceAll("-", "").toUpperCase())
      .first<{ no: number }>();
    const action = await actionByNo(dbFor(env, group), row?.no ?? 0);
    if (!action) throw new Error("no event");
    return action;
  };
  return {
    site,
    page,
    open,
    send,
    actionNow,
    rsvp: (person: { givenName: string; familyName: string; email: string }, more: Fields = {}) =>
      send(page, {
        ...{ givenName: person.givenName, familyName: person.familyName, email: person.email, country: "CA" },
        ...more,
      }),
    async drain() {
      const action = await actionNow();
      const snapshot = { ...(await buildSnapshot(contextOf(), dbFor(env, group), action)), group };
      await drainNow(contextOf(), intakeTarget(snapshot, event));
    },
  };
}

/** The address in a page whose text is these words. */
export function linkIn(html: string, words: string): string {
  const [, href = ""] = new RegExp(`<a[^>]*href="([^"]*)"[^>]*>\\s*${words}`).exec(html) ?? [];
  return href.replaceAll("&amp;", "&");
}
