import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { canvass, linkIn, makeEvent, publishEvent, stageOf } from "../../test/events";
import { contextOf } from "../../test/groups";
import { actionIdIn } from "../../test/organisers";
import { world } from "../../test/world";
import { dbFor } from "../groups/shard";
import { addAddress, makePrimary } from "../people/address";
import { peopleByNumber } from "../people/edit";
import { signToken } from "../platform/tokens";
import { receiptBlocks } from "./email";
import { replyToken } from "./reply";
import { countHeads, countShifts, listReplies } from "./store";
import { eventSettings } from "./types";

const [amina, jeanLuc, mei] = world.supporters;

describe("the editor of an event", () => {
  it("says of each wrong field what is wrong, keeps what was written, and changes nothing", async () => {
    const { owner, href } = await makeEvent();
    const wrong = {
      ...canvass,
      startsAt: `${new Date().getUTCFullYear() + 2}-02-30T19:00`,
      timeZone: "Mars/Olympus",
      capacity: "-4",
      guestsMax: "many",
      where: "underwater",
      "online.url": "javascript:alert(1)",
      "host.email": "nobody",
    };
    for (const [field, value] of Object.entries(wrong)) {
      if (value === canvass[field]) continue;
      const refused = await owner.post(`${href}/edit`, { version: "3", ...canvass, [field]: value });
      expect(refused.status, field).toBe(422);
      const html = await refused.text();
      expect(html, field).toContain(`href="#f-${field.replace(".", "-")}"`);
    }
    const gap = await owner.post(`${href}/edit`, { version: "3", ...canvass, startsAt: "2027-03-14T02:30" });
    const html = await gap.text();
    expect(html).toContain("02:30 does not exist on that day");
    expect(html).toContain('value="2027-03-14T02:30"');
    expect(await (await owner.get(`${href}/edit`)).text()).toContain(`value="${canvass.startsAt}"`);
  });

  it("asks which of two hours is meant where the clocks go back, and takes the answer", async () => {
    const { owner, href } = await makeEvent();
    const night = { ...canvass, startsAt: "2027-11-07T01:30", endsAt: "2027-11-07T03:00" };
    const asked = await owner.post(`${href}/edit`, { version: "3", ...night });
    expect(asked.status).toBe(422);
    expect(await asked.text()).toContain("The second time, an hour later");
    const told = await owner.post(`${href}/edit`, { version: "3", ...night, startsTwice: "later" });
    expect(told.status).toBe(303);
  });

  it("adds and removes shifts without script, and keeps their names for ever", async () => {
    const { owner, href, actionNow } = await makeEvent();
    const one = {
      "shifts.count": "1",
      "shifts.0.name": "Setting up",
      "shifts.0.startsAt": canvass.startsAt ?? "",
      "shifts.0.capacity": "3",
    };
    const added = await owner.post(`${href}/edit`, { version: "3", ...canvass, ...one, do: "add-shift" });
    expect(await added.text()).toContain('name="shifts.1.startsAt"');
    await owner.post(`${href}/edit`, { version: "3", ...canvass, ...one });
    const { shifts } = eventSettings.parse((await actionNow()).settings);
    expect(shifts).toMatchObject([{ name: "Setting up", capacity: 3, key: expect.stringMatching(/^s/) }]);
    const editor = await (await owner.get(`${href}/edit`)).text();
    expect(editor).toContain(`name="shifts.0.key" value="${shifts[0]?.key}"`);
  });

  it("takes a copy of an event that was called off for one that is not, nor part of its series", async () => {
    const { owner, base, group, href } = await makeEvent();
    await owner.post(`${href}/cancellation`, { note: "The library is flooded." });
    const copied = `${base}/actions/${actionIdIn(await owner.post(`${href}/copies`))}`;
    const { settings } = await stageOf(group, copied).actionNow();
    expect(eventSettings.parse(settings)).toMatchObject({ cancelled: null, series: null });
  });

  it("may not be published without a time, without a place, or when it is over", async () => {
    const { owner, base, href } = await makeEvent();
    const made = await owner.post(`${base}/actions/new/event`, { title: "Bare" });
    const bare = made.headers.get("Location")?.replace("/edit", "") ?? "";
    const html = await (await owner.get(`${bare}/publication`)).text();
    expect(html).toContain("Say when it starts");
    expect(html).toContain("Say where it is");
    await owner.post(`${bare}/edit`, { version: "1", ...canvass, startsAt: "2020-01-01T10:00", endsAt: "" });
    expect(await (await owner.get(`${bare}/publication`)).text()).toContain("It is already over");
    expect((await owner.get(`${href}/publication`)).status).toBe(303);
  });
});

describe("the page of an event", () => {
  it("says when by the clock of the place, where, who invites and how many places there are, for people and machines", async () => {
    const { open, page } = await makeEvent();
    const html = await (await open(page)).text();
    for (const part of [
      "7:00",
      "Eastern Daylight Time",
      "Mill Lane Library",
      "12 Mill Lane",
      world.organiser.name,
    ])
      expect(html).toContain(part);
    expect(html).toContain('data-zone="America/Toronto"');
    const [, json = "{}"] = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(html) ?? [];
    expect(JSON.parse(json)).toMatchObject({
      "@type": "Event",
      name: "Canvass for clean air",
      startDate: expect.stringMatching(/T23:00:00\.000Z$/),
      eventStatus: "https://schema.org/EventScheduled",
      location: { "@type": "Place", name: "Mill Lane Library" },
      maximumAttendeeCapacity: 2,
    });
  });

  it("tells only those who have a place what is for them alone, on the page, in its data and in the calendar", async () => {
    const secret = {
      where: "both",
      "online.url": "https://meet.example/secret",
      isForAttendees: "yes",
      "place.directions": "Ring twice",
    };
    const { open, page, rsvp } = await makeEvent(secret);
    const hidden = /12 Mill Lane|Mill Lane Library|meet\.example|Ring twice|M4M/;
    for (const path of [page, `${page}/calendar.ics`, "/events/calendar.ics"]) {
      const text = (await (await open(path)).text()).replace(/12 Mill Lane<br\/>|postalAddress/g, "");
      expect(text.replace(/<footer.*<\/footer>/s, ""), path).not.toMatch(hidden);
      expect(text, path).toContain("Toronto");
    }
    const thanks = await open((await rsvp(amina)).headers.get("Location") ?? "");
    const html = await thanks.text();
    expect(html).toContain("12 Mill Lane");
    expect(html).toContain("https://meet.example/secret");
    const file = await (await open(linkIn(html, "Calendar file"))).text();
    expect(file.replace(/\r\n /g, "")).toContain("https://meet.example/secret");
    await rsvp(jeanLuc);
    const waiting = await (await open((await rsvp(mei)).headers.get("Location") ?? "")).text();
    expect(waiting).toContain("You are on the waiting list");
    expect(waiting).not.toMatch(/meet\.example|Ring twice/);
    const own = new URL(linkIn(waiting, "Change or cancel"), "http://any.example").searchParams.get("me");
    const early = await (await open(`${page}/calendar.ics?me=${own}`)).text();
    expect(early.replace(/\r\n /g, ""), "by the link of somebody who waits").not.toMatch(
      /meet\.example|Ring twice/,
    );
  });

  it("is left out of the group's calendar when it is private", async () => {
    const { open, page } = await makeEvent({ isPrivate: "yes" });
    expect(await (await open("/events/calendar.ics")).text()).not.toContain("BEGIN:VEVENT");
    expect(await (await open(`${page}/calendar.ics`)).text()).toContain("BEGIN:VEVENT");
  });
});

describe("a reply", () => {
  it("is refused with its reason for guests and shifts the event does not offer", async () => {
    const { page, send, open, group } = await makeEvent({
      "shifts.count": "1",
      "shifts.0.name": "Doors",
      "shifts.0.startsAt": canvass.startsAt ?? "",
      "shifts.0.capacity": "3",
    });
    const person = { givenName: "A", familyName: "B", email: "a@supporters.example", country: "CA" };
    for (const [fields, words] of [
      [{ guests: "4" }, "You can bring 3 others at most"],
      [{ guests: "-1" }, "You can bring 3 others at most"],
      [{ guests: "1e1" }, "You can bring 3 others at most"],
      [{ guests: "1" }, "Choose when you can come"],
      [{ guests: "1", shift: "sabc" }, "Choose when you can come"],
    ] as const) {
      const refused = await send(page, { ...person, ...fields });
      expect(refused.status).toBe(422);
      expect(await refused.text()).toContain(words);
    }
    expect(await (await open(`${page}/count.json`)).json()).toMatchObject({ count: 0 });
    expect(await listReplies(dbFor(env, group), 1)).toEqual([]);
  });

  it("is changed and taken back by its own link, by a form and never by opening it, and the next in line moves up", async () => {
    const { open, send, rsvp, drain, page } = await makeEvent();
    const thanks = await (
      await open((await rsvp(amina, { guests: "1" })).headers.get("Location") ?? "")
    ).text();
    await rsvp(jeanLuc);
    const mine = linkIn(thanks, "Change or cancel");
    const first = await open(mine);
    expect(first.status).toBe(200);
    expect(await first.text()).toContain("2 places are saved for you");
    const full = await send(mine, { do: "change", guests: "2" });
    expect(full.status).toBe(422);
    expect(await full.text()).toContain("There are not enough places left");
    const changed = await send(mine, { do: "change", guests: "0" });
    expect(changed.headers.get("Location")).toContain("done=changed");
    expect(await (await open(mine)).text()).toContain("Your place is saved.");
    const cancelled = await send(mine, { do: "cancel" });
    expect(await (await open(cancelled.headers.get("Location") ?? "")).text()).toContain(
      "You are no longer on the list",
    );
    await drain();
    expect(await (await open(`${page}/count.json`)).json()).toMatchObject({ count: 1 });
    const back = await send(mine, { do: "return", guests: "0" });
    expect(back.headers.get("Location")).toContain("done=returned");
    const foreign = await open(mine, {
      method: "POST",
      headers: { Origin: "https://evil.example" },
      body: new URLSearchParams({ do: "cancel" }),
    });
    expect(foreign.status).toBe(403);
  });

  it("is taken back by its own link also once its giver is reached at another address", async () => {
    const { open, send, rsvp, drain, page, group, actionNow } = await makeEvent({ capacity: "1" });
    const thanks = await (await open((await rsvp(amina)).headers.get("Location") ?? "")).text();
    await rsvp(jeanLuc);
    await drain();
    const db = dbFor(env, group);
    const [reply] = await listReplies(db, (await actionNow()).no);
    const person = reply && (await peopleByNumber(db, [reply.personNo]))[0];
    if (!person) throw new Error("no reply");
    const address = { kind: "email" as const, value: "amina.new@supporters.example", by: null };
    await addAddress(contextOf(), db, person, address);
    await makePrimary(contextOf(), db, person, address);
    const mine = linkIn(thanks, "Change or cancel");
    const cancelled = await send(mine, { do: "cancel" });
    expect(await (await open(cancelled.headers.get("Location") ?? "")).text()).toContain(
      "You are no longer on the list",
    );
    await drain();
    const listed = (await listReplies(db, (await actionNow()).no)).map((each) => [each.email, each.standing]);
    expect(listed).toEqual([[jeanLuc.email, "confirmed"]]);
    expect(await (await open(`${page}/count.json`)).json()).toMatchObject({ count: 1 });
  });

  it("is not opened by whoever replies again in somebody's name, knowing their address", async () => {
    const { open, rsvp } = await makeEvent();
    await rsvp(amina);
    const stranger = { ...amina, givenName: "Somebody" };
    const again = await (await open((await rsvp(stranger)).headers.get("Location") ?? "")).text();
    expect(again).toContain("are in the mail you got from us");
    expect(again).not.toMatch(/rsvp\?me=|check-in|calendar\.ics\?/);
  });

  it("cannot be reached by a link that is forged, too old, for another purpose or of another event", async () => {
    const one = await makeEvent();
    const { open, page, rsvp, send } = one;
    const thanks = await (await open((await rsvp(amina)).headers.get("Location") ?? "")).text();
    const mine = linkIn(thanks, "Change or cancel");
    const action = await one.actionNow();
    const ctx = contextOf();
    await one.drain();
    const [reply] = await listReplies(dbFor(env, one.group), action.no);
    if (!reply) throw new Error("no reply");
    const otherHref = await publishEvent(one.owner, one.base, canvass, "Another evening");
    const other = stageOf(one.group, otherHref, "another-evening");
    const keys = ctx.config.SIGNING_KEYS;
    const old = await signToken(
      keys,
      "rsvp",
      { action: action.id, id: reply.id },
      { now: ctx.now - 10_000, secondsToLive: 5 },
    );
    const token = new URL(mine, one.site).searchParams.get("me") ?? "";
    for (const [what, bad] of [
      ["forged", `${page}/rsvp?me=${token.slice(0, -4)}AAAA`],
      ["nothing", `${page}/rsvp`],
      ["too old", `${page}/rsvp?me=${old}`],
      ["of the other purpose", `${page}/rsvp?me=${await replyToken(ctx, action, reply.id, "check-in")}`],
      ["of another event", `${other.page}/rsvp?me=${token}`],
    ] as const) {
      const shown = await open(bad);
      expect(shown.status, what).toBe(404);
      expect(await shown.text(), what).not.toContain(amina.givenName);
      expect((await send(bad, { do: "cancel" })).status, what).toBe(404);
    }
    const stranger = await makeEvent();
    expect((await stranger.open(`${page}/rsvp?me=${token}`)).status).toBe(404);
  });
});

describe("a reply to several shifts", () => {
  const first = canvass.startsAt ?? "";
  const two = {
    ...{ "shifts.count": "2", isManyShifts: "yes", guestsMax: "1" },
    ...{ "shifts.0.name": "Setting up", "shifts.0.startsAt": first.replace("19:00", "17:00") },
    ...{ "shifts.1.name": "Doors", "shifts.1.startsAt": first, "shifts.1.capacity": "1" },
  };

  /** The event, and its forms as a browser sends them: a field for each box that is ticked. */
  async function withShifts(changes: Record<string, string> = {}) {
    const made = await makeEvent({ ...two, ...changes });
    const { shifts } = eventSettings.parse((await made.actionNow()).settings);
    const [setUp = "", doors = ""] = shifts.map(({ key }) => key);
    const post = (path: string, fields: Record<string, string>, chosen: string[]) => {
      const body = new URLSearchParams([
        ...Object.entries(fields),
        ...chosen.map((key): [string, string] => ["shift", key]),
      ]);
      return made.open(path, { method: "POST", body });
    };
    const rsvp = ({ givenName, familyName, email }: (typeof world.supporters)[number], chosen: string[]) =>
      post(made.page, { givenName, familyName, email, country: "CA", guests: "0" }, chosen);
    return { ...made, setUp, doors, post, rsvp };
  }

  it("is told of each on the page that follows, in the calendar, by its link, to the hosts and in the file", async () => {
    const event = await withShifts();
    const { open, page, owner, href, setUp, doors, group } = event;
    expect(await (await open(page)).text()).toContain('type="checkbox" value="');
    const earlier = await (
      await open((await event.rsvp(jeanLuc, [doors])).headers.get("Location") ?? "")
    ).text();
    const answered = await event.rsvp(amina, [setUp, doors, doors]);
    const thanks = await (await open(answered.headers.get("Location") ?? "")).text();
    expect(thanks).toMatch(/Your shift<\/dt><dd[^>]*>Setting up ·/);
    expect(thanks).toMatch(/On the waiting list for<\/dt><dd[^>]*>Doors ·/);
    const mine = linkIn(thanks, "Change or cancel");
    const file = async () =>
      (await (await open(mine.replace("/rsvp", "/calendar.ics"))).text()).replace(/\r\n /g, "");
    expect((await file()).match(/SUMMARY:.*/g)).toEqual(["SUMMARY:Canvass for clean air: Setting up"]);

    await event.rsvp(jeanLuc, [doors, setUp]);
    const others = linkIn(earlier, "Change or cancel");
    await event.post(others, { do: "change", guests: "0" }, [setUp]);
    await event.drain();
    const shown = await (await open(mine)).text();
    expect(shown).toMatch(/Your shifts<\/dt><dd[^>]*>Setting up ·[^<]*<\/dd><dd[^>]*>Doors ·/);
    expect(shown.match(/checked=""/g)).toHaveLength(2);
    expect((await file()).match(/DTSTART:.*/g)).toEqual([
      expect.stringContaining("T210000Z"),
      expect.stringContaining("T230000Z"),
    ]);

    const atDoors = await (await owner.get(`${href}/attendance?shift=${doors}`)).text();
    expect(atDoors).toContain(amina.email);
    expect(atDoors).not.toContain(jeanLuc.email);
    const action = await event.actionNow();
    const replies = await listReplies(dbFor(env, group), action.no);
    const reply = replies.find(({ email }) => email === amina.email);
    const told = await receiptBlocks(contextOf(), group, action, [reply?.personNo ?? 0]);
    expect(told.get(reply?.personNo ?? 0)).toContainEqual({
      kind: "list",
      items: expect.arrayContaining([
        expect.stringMatching(/^When: Setting up ·/),
        expect.stringMatching(/^When: Doors ·/),
      ]),
    });
    const ticket = await replyToken(contextOf(), action, reply?.id ?? ("" as never), "check-in");
    expect(await (await owner.get(`${href}/check-in?ticket=${ticket}`)).text()).toMatch(
      /Setting up ·.*Doors ·/s,
    );
    const csv = await (await owner.post(`${href}/signers.csv`)).text();
    expect(csv).toMatch(/Setting up \d{4}-03-12 17:00; Doors \d{4}-03-12 19:00/);
    expect(await countShifts(dbFor(env, group), action.no)).toEqual(
      expect.arrayContaining([
        { shift: setUp, heads: 2, waiting: 0, arrived: 0 },
        { shift: doors, heads: 1, waiting: 0, arrived: 0 },
      ]),
    );
  });

  it("is checked in shift by shift, from the list and by the code, and gives each shift a calendar file of its own", async () => {
    const event = await withShifts();
    const { open, owner, href, setUp, doors, group } = event;
    const thanks = await (
      await open((await event.rsvp(amina, [setUp, doors])).headers.get("Location") ?? "")
    ).text();
    await event.rsvp(jeanLuc, [setUp]);
    await event.drain();
    const mine = linkIn(thanks, "Change or cancel").replace("/rsvp", "/calendar.ics");
    expect(thanks).toContain(`&amp;shift=${doors}"`);
    const titles = async (shift: string) =>
      (await (await open(`${mine}&shift=${shift}`)).text()).replace(/\r\n /g, "").match(/SUMMARY:.*/g);
    expect(await titles(doors)).toEqual(["SUMMARY:Canvass for clean air: Doors"]);
    expect(await titles("s0gone")).toHaveLength(2);

    const db = dbFor(env, group);
    const action = await event.actionNow();
    const arrived = async () =>
      Object.fromEntries((await countShifts(db, action.no)).map(({ shift, arrived }) => [shift, arrived]));
    const replies = await listReplies(db, action.no);
    const [both, one] = [amina, jeanLuc].map((who) => replies.find(({ email }) => email === who.email));
    const arrive = (reply: typeof both, at: string, what = "arrive") =>
      owner.post(`${href}/attendance/arrivals`, { reply: reply?.id ?? "", at, do: what });
    expect((await arrive(both, setUp)).status).toBe(303);
    expect(await arrived()).toEqual({ [setUp]: 1, [doors]: 0 });
    // Whoever has two is asked which, whoever has one need not be, and nobody comes to a shift that is not theirs.
    for (const at of ["", "s0gone"]) expect((await arrive(both, at)).status).toBe(404);
    expect((await arrive(one, doors)).status).toBe(404);
    await arrive(one, "");
    expect(await arrived()).toEqual({ [setUp]: 2, [doors]: 0 });
    expect((await countHeads(db, action.no)).arrived).toBe(2);
    const atDoors = await (await owner.get(`${href}/attendance?shift=${doors}`)).text();
    expect(atDoors).toContain(`name="at" value="${doors}"`);
    expect(atDoors).not.toContain(`name="at" value="${setUp}"`);

    const ticket = await replyToken(contextOf(), action, both?.id ?? ("" as never), "check-in");
    const scanned = await (await owner.get(`${href}/check-in?ticket=${ticket}`)).text();
    expect(scanned).toContain("Was already checked in");
    expect(scanned).toContain(`name="at" value="${doors}"`);
    expect((await owner.post(`${href}/check-in`, { ticket, at: "s0gone" })).status).toBe(422);
    const done = await owner.post(`${href}/check-in`, { ticket, at: doors });
    const said = await (await owner.get(done.headers.get("Location") ?? "")).text();
    expect(said).toMatch(/Doors<\/p>\s*<p>Checked in at/);
    expect(said).toMatch(/Setting up<\/p>\s*<p>Was already checked in/);
    await arrive(both, setUp, "undo");
    expect(await arrived()).toEqual({ [setUp]: 1, [doors]: 1 });
  });

  it("keeps every place when more is asked for than is left, and takes one shift alone where the event says so", async () => {
    const event = await withShifts();
    const { open, setUp, doors } = event;
    await event.rsvp(jeanLuc, [doors]);
    const mine = linkIn(
      await (await open((await event.rsvp(amina, [setUp])).headers.get("Location") ?? "")).text(),
      "Change or cancel",
    );
    const refused = await event.post(mine, { do: "change", guests: "0" }, [doors]);
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("what you have stays yours");
    expect(await (await open(mine)).text()).toMatch(/Your shift<\/dt><dd[^>]*>Setting up ·/);
    expect((await event.post(mine, { do: "change", guests: "0" }, [])).status).toBe(422);

    const single = await withShifts({ isManyShifts: "" });
    const both = await single.rsvp(amina, [single.setUp, single.doors]);
    expect(both.status).toBe(422);
    expect(await both.text()).toContain("Choose one shift only");
  });
});

describe("hosts at the door", () => {
  it("find everybody on the list, check them in and take it back", async () => {
    const { owner, organiser, stranger, href, rsvp, drain } = await makeEvent();
    for (const person of [amina, jeanLuc, mei]) await rsvp(person);
    await drain();
    const html = await (await owner.get(`${href}/attendance`)).text();
    for (const { email } of [amina, jeanLuc, mei]) expect(html).toContain(email);
    expect(html).toContain("Waiting");
    const found = await (await owner.get(`${href}/attendance?text=${amina.email}`)).text();
    expect(found).not.toContain(mei.email);
    const [, id = ""] = /name="reply" value="([^"]+)"/.exec(found) ?? [];
    await owner.post(`${href}/attendance/arrivals`, { reply: id, do: "arrive", text: "" });
    expect(await (await owner.get(`${href}/attendance`)).text()).toContain("Undo");
    await owner.post(`${href}/attendance/arrivals`, { reply: id, do: "undo", text: "" });
    expect(await (await owner.get(`${href}/attendance`)).text()).not.toContain(">Undo");
    expect((await organiser.get(`${href}/attendance`)).status).toBe(403);
    expect((await stranger.get(`${href}/attendance`)).status).toBe(404);
    expect((await owner.post(`${href}/attendance/arrivals`, { reply: crypto.randomUUID() })).status).toBe(
      404,
    );
  });

  it("scan a code that notes nothing until a host confirms, and says when it was used before", async () => {
    const { owner, organiser, href, rsvp, drain, group, actionNow } = await makeEvent();
    await rsvp(amina);
    await drain();
    const action = await actionNow();
    const [reply] = await listReplies(dbFor(env, group), action.no);
    const ticket = await replyToken(contextOf(), action, reply?.id ?? ("" as never), "check-in");
    const scanned = await owner.get(`${href}/check-in?ticket=${ticket}`);
    expect(await scanned.text()).toContain(amina.givenName);
    expect((await organiser.get(`${href}/check-in?ticket=${ticket}`)).status).toBe(403);
    expect(await (await owner.get(`${href}/attendance`)).text()).not.toContain(">Undo");
    const confirmed = await owner.post(`${href}/check-in`, { ticket });
    expect(await (await owner.get(confirmed.headers.get("Location") ?? "")).text()).toContain(
      "Checked in at",
    );
    const again = await owner.post(`${href}/check-in`, { ticket });
    expect(await (await owner.get(again.headers.get("Location") ?? "")).text()).toContain(
      "Was already checked in",
    );
    const mine = await replyToken(contextOf(), action, reply?.id ?? ("" as never), "rsvp");
    expect((await owner.post(`${href}/check-in`, { ticket: mine })).status).toBe(422);
    const other = await makeEvent();
    expect((await other.owner.post(`${other.href}/check-in`, { ticket })).status).toBe(422);
  });
});

describe("the dates of an event", () => {
  it("are made once each, however often the form is sent, and link to each other", async () => {
    const { owner, href, open, page, base } = await makeEvent();
    const plan = { rhythm: "weekly", count: "2", isPublished: "yes" };
    const made = await owner.post(`${href}/series`, plan);
    expect(made.headers.get("Location")).toContain("count=2");
    expect((await owner.post(`${href}/series`, plan)).headers.get("Location")).toContain("count=0");
    const html = await (await owner.get(`${href}/plan`)).text();
    expect(html.match(/March (19|26)/g)?.length).toBeGreaterThanOrEqual(2);
    const [, sibling = ""] = /href="[^"]*\/actions\/([0-9a-f-]{36})">[^<]*March 19/.exec(html) ?? [];
    const edit = await (await owner.get(`${base}/actions/${sibling}/edit`)).text();
    expect(edit).toContain("-03-19T19:00");
    const [, slug = ""] =
      /name="slug"[^>]*value="([^"]+)"/.exec(edit) ?? /value="([^"]+)"[^>]*name="slug"/.exec(edit) ?? [];
    expect(await (await open(`/events/${slug}`)).text()).toContain(`href="${page}"`);
  });

  it.each([
    ["0", "weekly"],
    ["53", "weekly"],
    ["many", "weekly"],
    ["2", "hourly"],
  ])("are refused for %s %s", async (count, rhythm) => {
    const { owner, href } = await makeEvent();
    expect((await owner.post(`${href}/series`, { rhythm, count })).status).toBe(422);
    expect(await (await owner.get(`${href}/plan`)).text()).not.toContain("March 19");
  });
});

it("an event that was called off says so at once, takes nobody, and can be put back on", async () => {
  const { owner, organiser, href, open, page, rsvp, drain, group, actionNow } = await makeEvent();
  await rsvp(amina);
  expect((await organiser.post(`${href}/cancellation`, { note: "x" })).status).toBe(403);
  expect((await owner.post(`${href}/cancellation`, { note: "x".repeat(1_001) })).status).toBe(422);
  await owner.post(`${href}/cancellation`, { note: "The library is flooded." });
  const html = await (await open(page)).text();
  expect(html).toContain("This event was called off");
  expect(html).toContain("The library is flooded.");
  expect(html).not.toContain('name="email"');
  await rsvp(jeanLuc);
  await drain();
  expect(await listReplies(dbFor(env, group), (await actionNow()).no)).toMatchObject([
    { email: amina.email },
  ]);
  await owner.post(`${href}/cancellation/undo`);
  expect(await (await open(page)).text()).toContain('name="email"');
});
