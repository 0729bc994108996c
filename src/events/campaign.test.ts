import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { stageOf } from "../../test/events";
import { contextOf } from "../../test/groups";
import { actionIdIn, makeOrganisers } from "../../test/organisers";
import { world } from "../../test/world";
import { actionByNo } from "../actions/action";
import { buildSnapshot } from "../actions/publication";
import { dbFor } from "../groups/shard";
import { intakeStub } from "../intake/objects";
import { drainNow, intakeTarget } from "../intake/participation";
import { idFromHex, type ParticipationId } from "../platform/ids";
import { positionOf } from "../platform/positions";
import { event } from "./event";
import { hostUrl } from "./host-link";
import { distanceKm, frameOf, MAP, project } from "./projection";
import { replyToken } from "./reply";

const [amina, jeanLuc, mei] = world.supporters;
const YEAR = new Date().getUTCFullYear() + 2;

const dinner = {
  ...{ givenName: amina.givenName, familyName: amina.familyName, email: amina.email, country: "CA" },
  ...{ eventTitle: "Dinner at Amina’s", eventStart: `${YEAR}-05-02T18:00`, eventZone: "America/Toronto" },
  ...{ eventPlace: "Our kitchen", eventStreet: "3 Elm Row", eventTown: "Toronto", eventRegion: "ON" },
  ...{
    eventCode: "M4M 2T1",
    eventCountry: "CA",
    eventHidden: "yes",
    eventPlaces: "12",
    eventAbout: "Soup and songs.",
  },
};

async function setUp(changes: Record<string, string> = { isModerated: "yes" }) {
  const team = await makeOrganisers();
  const title = "A hundred dinners";
  const href = `${team.base}/actions/${actionIdIn(await team.owner.post(`${team.base}/actions/new/event_campaign`, { title }))}`;
  const saved = await team.owner.post(`${href}/edit`, {
    version: "1",
    "hosts.shown": "yes",
    hostText: "Bring a pot.",
    ...changes,
  });
  if (saved.status !== 303) throw new Error(await saved.text());
  await team.owner.post(`${href}/publication`, { version: "2" });
  const stage = stageOf(team.group, href);
  const page = "/event-campaigns/a-hundred-dinners";
  const drain = async () => {
    const { id } = await stage.actionNow();
    for (const region of ["weur", "enam", "wnam"]) await intakeStub(env, "", `${id}/${region}/0`).drain();
  };
  const decide = async (what: "approve" | "refuse", nth = 0) => {
    const html = await (await team.owner.get(`${href}/hostings`)).text();
    const ids = [...html.matchAll(/name="offer" value="([^"]+)"/g)].map(([, id = ""]) => id);
    return team.owner.post(`${href}/hostings/decisions`, { offer: ids[nth] ?? "", do: what });
  };
  return { ...team, ...stage, href, page, drain, decide };
}

describe("an offer to host", () => {
  it("waits until an organiser takes it up; then it has a page of its own under the campaign, once", async () => {
    const { open, send, page, drain, decide, owner, href, site } = await setUp();
    expect((await send(page, dinner)).status).toBe(303);
    await drain();
    expect(await (await open(page)).text()).not.toContain("Dinner at Amina’s");
    const waiting = await (await owner.get(`${href}/hostings`)).text();
    for (const part of ["Dinner at Amina’s", "3 Elm Row", amina.email, "To be read"])
      expect(waiting).toContain(part);
    const [, id = ""] = /name="offer" value="([^"]+)"/.exec(waiting) ?? [];
    expect((await decide("approve")).headers.get("Location")).toContain("done=approved");
    const again = await owner.post(`${href}/hostings/decisions`, { offer: id, do: "approve" });
    expect(again.headers.get("Location")).toContain("done=before");

    await expect
      .poll(async () => (await open(page)).text(), { timeout: 15_000 })
      .toContain("Dinner at Amina’s");
    const [, slug = ""] = /href="\/events\/([^"]+)"/.exec(await (await open(page)).text()) ?? [];
    const event = await (await open(`/events/${slug}`)).text();
    for (const part of ["Dinner at Amina’s", "Soup and songs.", "A hundred dinners", "12 places left"])
      expect(event).toContain(part);
    expect(event.replace(/<footer.*/s, ""), "for attendees alone").not.toContain("3 Elm Row");
    expect(await (await open(`${page}/calendar.ics`)).text()).toContain("BEGIN:VEVENT");
    expect(await (await open("/")).text(), "the group's own page").not.toContain("Dinner at Amina’s");
    expect(site).toContain("localhost");
  });

  it("that is turned down has no page, and can be decided by those who may publish alone", async () => {
    const { send, page, drain, decide, organiser, administrator, stranger, href, owner } = await setUp();
    await send(page, dinner);
    await drain();
    for (const [who, status] of [
      [organiser, 403],
      [stranger, 404],
    ] as const) {
      expect((await who.get(`${href}/hostings`)).status).toBe(status);
      expect((await who.post(`${href}/hostings/decisions`, { do: "approve" })).status).toBe(status);
    }
    expect((await administrator.get(`${href}/hostings`)).status).toBe(200);
    expect((await decide("refuse")).headers.get("Location")).toContain("done=refused");
    expect(await (await owner.get(`${href}/hostings`)).text()).toContain("Turned down");
    expect(
      (await owner.post(`${href}/hostings/decisions`, { offer: crypto.randomUUID(), do: "approve" })).status,
    ).toBe(404);
  });

  it("has its page at once where the campaign reads none before", async () => {
    const { open, send, page, drain } = await setUp({});
    const sent = await send(page, dinner);
    const thanks = await (await open(sent.headers.get("Location") ?? "")).text();
    expect(thanks).toContain("Your event has its page within a minute");
    await drain();
    await expect
      .poll(async () => (await open(page)).text(), { timeout: 20_000 })
      .toContain("Dinner at Amina’s");
  }, 40_000);

  it.each([
    ["eventTitle", "", "Write a name for your event"],
    ["eventStart", "", "Say when it starts"],
    ["eventStart", "2027-03-14T02:30", "does not exist on that day"],
    ["eventStart", "2027-11-07T01:30", "comes twice on that day"],
    ["eventStart", "2001-01-01T10:00", "That day is over"],
    ["eventStart", `${YEAR}-09-01T18:00`, "Choose a day from"],
    ["eventZone", "Mars/Olympus", "Choose a time zone"],
    ["eventZone", "x".repeat(500), "Choose a time zone"],
    ["eventTown", "", "Write the town or city"],
    ["eventCountry", "XX", "Choose a country"],
    ["eventPlaces", "-1", "as a whole number"],
    ["eventPlaces", "1e9", "as a whole number"],
    ["eventStreet", "x".repeat(121), "Use at most"],
  ])("is refused for %s %s, with what was written kept", async (field, value, words) => {
    const { send, page, drain, owner, href } = await campaignOfMay();
    const refused = await send(page, { ...dinner, [field]: value });
    expect(refused.status).toBe(422);
    const html = await refused.text();
    expect(html).toContain(words);
    expect(html).toContain("Soup and songs.");
    await drain();
    expect(await (await owner.get(`${href}/hostings`)).text()).toContain("Nobody has offered to host yet");
  });
});

let shared: ReturnType<typeof setUp> | undefined;
const campaignOfMay = () =>
  (shared ??= setUp({ isModerated: "yes", firstDay: `${YEAR}-05-01`, lastDay: `${YEAR}-05-31` }));

describe("the search of a campaign", () => {
  it("puts what is nearest to a postal code first, finds by words elsewhere, and says when there is no such code", async () => {
    const { open, send, page, drain, decide } = await setUp();
    await send(page, dinner);
    await send(page, {
      ...dinner,
      ...{
        email: jeanLuc.email,
        eventTitle: "Souper chez Jean-Luc",
        eventTown: "Montréal",
        eventCode: "H2X 1Y4",
        eventHidden: "",
      },
    });
    await drain();
    await decide("approve");
    await decide("approve");
    const near = async (query: string) => (await open(`${page}/near?${query}`)).text();
    await expect.poll(() => near("q="), { timeout: 15_000 }).toMatch(/Amina’s.*Jean-Luc|Jean-Luc.*Amina’s/s);
    expect(await near("q=H3A+1A1&country=CA")).toMatch(/Jean-Luc.*km away.*Amina’s.*5\d\d km away/s);
    expect(await near("q=M5V&country=CA")).toMatch(/Amina’s.*Jean-Luc/s);
    expect(await near("q=10001&country=CA")).toMatch(/Jean-Luc.*Amina’s|Amina’s.*Jean-Luc/s);
    const words = await near("q=montreal&country=");
    expect(words).toContain("Jean-Luc");
    expect(words).not.toContain("Amina’s");
    expect(await near("q=H9Z+9Z9&country=CA")).toContain("We know no such postal code");
    expect(await near(`q=${"x".repeat(500)}&country=<b>&page=-7`)).toContain("No event found yet");
    const html = await near("q=H3A+1A1&country=CA");
    expect(html).toMatch(/<svg class="campaign-map"[^>]*role="img" aria-label="Map with 2 places/);
    expect(html).not.toContain("3 Elm Row");
    const other = await setUp();
    expect(await (await other.open(`${other.page}/near?q=`)).text()).not.toContain("Jean-Luc");
  });

  it("knows where postal codes of two countries lie", async () => {
    const ctx = contextOf();
    const at = async (country: string, code: string) => positionOf(ctx, country, code);
    const [toronto, montreal, newYork] = await Promise.all([
      at("CA", "M5V 3L9"),
      at("CA", "H2X1Y4"),
      at("US", "10001-1234"),
    ]);
    if (!toronto || !montreal || !newYork) throw new Error("a place is missing");
    expect(Math.abs(distanceKm(toronto, montreal) - 504)).toBeLessThan(15);
    expect(Math.abs(distanceKm(toronto, newYork) - 550)).toBeLessThan(20);
    for (const [country, code] of [
      ["US", "00000"],
      ["CA", "Z9Z"],
      ["FR", "75001"],
      ["US", "ABCDE"],
      ["US", "../../x"],
      ["CA", ""],
    ] as const)
      expect(await at(country, code), `${country} ${code}`).toBeNull();
  });
});

describe("the frame of a map", () => {
  it("holds all places with room around them, keeps the shape of the sheet and never leaves it", () => {
    const points = [
      { latitude: 43.6, longitude: -79.4 },
      { latitude: 45.5, longitude: -73.6 },
    ].map(project);
    for (const some of [
      points,
      points.slice(0, 1),
      [{ x: 0, y: 0 }],
      [{ x: MAP.width, y: MAP.height }],
      [],
    ]) {
      const { x, y, width, height } = frameOf(some);
      expect(width / height).toBeCloseTo(MAP.width / MAP.height);
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
      expect(x + width).toBeLessThanOrEqual(MAP.width + 1e-9);
      expect(y + height).toBeLessThanOrEqual(MAP.height + 1e-9);
      for (const point of some)
        expect(point.x >= x && point.x <= x + width && point.y >= y && point.y <= y + height).toBe(true);
    }
  });
});

describe("whoever hosts an event of a campaign", () => {
  /** A dinner that was taken up, with two guests of different people, and its host's link. */
  async function hosted() {
    const stage = await setUp();
    await stage.send(stage.page, dinner);
    await stage.drain();
    await stage.decide("approve");
    const { group, open } = stage;
    const db = dbFor(env, group);
    const row = await db.d1
      .prepare(
        "SELECT h.action_no AS no, lower(hex(h.id)) AS offer FROM event_hostings h WHERE h.group_no = ?",
      )
      .bind(group.no)
      .first<{ no: number; offer: string }>();
    const action = await actionByNo(db, row?.no ?? 0);
    if (!action || !row) throw new Error("no event was made");
    const offer = idFromHex<ParticipationId>(row.offer);
    const ctx = contextOf();
    const path = `/events/${action.slug}`;
    for (const person of [jeanLuc, mei])
      await stage.send(path, { ...names(person), country: "CA", guests: "1" });
    const snapshot = { ...(await buildSnapshot(ctx, db, action)), group };
    await drainNow(ctx, intakeTarget(snapshot, event));
    const url = await hostUrl(ctx, stage.site, action, offer);
    const post = (fields: Record<string, string>, at = url) =>
      open(at, { method: "POST", body: new URLSearchParams(fields) });
    return { ...stage, db, action, offer, url, path, post };
  }
  const names = ({ givenName, familyName, email }: typeof jeanLuc | typeof mei) => ({
    givenName,
    familyName,
    email,
  });

  it("sees who comes by a link of their own, without an account and without anybody's address, and checks them in", async () => {
    const { open, url, post } = await hosted();
    const page = await open(url);
    const html = await page.text();
    expect(page.headers.get("Cache-Control")).toContain("no-store");
    for (const part of [jeanLuc.givenName, mei.givenName, "+ 1"]) expect(html).toContain(part);
    expect(html).not.toContain("@supporters.example");
    const searched = await open(`${url}&text=${encodeURIComponent(jeanLuc.email)}`);
    expect(await searched.text()).toContain("Nobody found");
    const [, reply = ""] = /name="reply" value="([^"]+)"/.exec(html) ?? [];
    expect((await post({ reply, do: "arrive" })).status).toBe(303);
    await post({ reply, do: "arrive" });
    expect(await (await open(url)).text()).toContain("Undo");
    await post({ reply, do: "undo" });
    expect(await (await open(url)).text()).not.toContain("Undo");
  });

  it("is nobody else: not with a forged key, another event's, a reply's, or once the offer is no longer theirs", async () => {
    const [one, other] = [await hosted(), await hosted()];
    const refused = async (url: string) => {
      const response = await one.open(url);
      expect([response.status, (await response.text()).includes(jeanLuc.givenName)]).toEqual([404, false]);
      expect((await one.post({ reply: one.offer, do: "arrive" }, url)).status).toBe(404);
    };
    const key = new URL(one.url).searchParams.get("key") ?? "";
    const at = (given: string) => `${one.path}/host?key=${given}`;
    await refused(at(""));
    await refused(at(`${key.slice(0, -2)}xx`));
    await refused(at(new URL(other.url).searchParams.get("key") ?? ""));
    await refused(at(await replyToken(contextOf(), one.action, one.offer, "rsvp")));
    const foreign = await one.open(one.url, {
      method: "POST",
      headers: { Origin: "https://elsewhere.example" },
      body: new URLSearchParams({ reply: one.offer, do: "arrive" }),
    });
    expect(foreign.status).toBe(403);
    expect((await one.post({ reply: other.offer, do: "arrive" })).status).toBe(404);
    await one.db.d1
      .prepare("UPDATE event_hostings SET state = 2 WHERE group_no = ?")
      .bind(one.group.no)
      .run();
    await refused(one.url);
  });
});
