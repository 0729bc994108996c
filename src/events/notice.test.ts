import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { canvass, makeEvent } from "../../test/events";
import { fakeEmail, fakeQueue, refusal } from "../../test/fake-mail";
import { contextOf } from "../../test/groups";
import { world } from "../../test/world";
import { dbFor } from "../groups/shard";
import { mergePeople } from "../intake/erasure";
import { addPerson } from "../people/edit";
import { receiptBlocks } from "./email";
import { askForNotices, callsOf, type NoticePage, sendNotices } from "./notice";
import { repliesOf } from "./store";
import { deleteAttendance, insertAttendance } from "./store-arrivals";
import { noticeStates } from "./store-notices";
import { spanOf } from "./times";
import { CANCELLATION_UNDO_MS, CHANGE_WAIT_MS, eventSettings } from "./types";

const [amina, jeanLuc, mei] = world.supporters;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

// Each event has guests of its own: one address takes only so many mails in an hour.
let setUps = 0;

/** An event with two places, two people who have them and one who waits. */
async function setUp(changes: Record<string, string> = {}) {
  setUps += 1;
  const tag = `+${setUps}@`;
  const stage = await makeEvent(changes);
  for (const person of [amina, jeanLuc, mei])
    await stage.rsvp({ ...person, email: person.email.replace("@", tag) });
  await stage.drain();
  const action = await stage.actionNow();
  const db = dbFor(env, stage.group);
  const start = spanOf(eventSettings.parse(action.settings))?.start ?? 0;
  const queue = fakeQueue<NoticePage>();
  const lane = (answer?: Parameters<typeof fakeEmail>[0]) => {
    const email = fakeEmail(answer);
    const at = (now: number) => contextOf({ ...env, EMAIL: email.binding, RECEIPTS: queue.binding }, now);
    return { email, at };
  };
  const { email, at } = lane();
  return {
    ...{ ...stage, action, db, start, queue, email, at, lane },
    /** Asks for what is due and sends it, `times` times each. Gives when to ask again. */
    async tick(now: number, times = 1, ctx = at(now)) {
      queue.sent.length = 0;
      const next = await askForNotices(ctx, stage.group, await stage.actionNow());
      for (const { body } of [...queue.sent]) for (let n = 0; n < times; n += 1) await sendNotices(ctx, body);
      return next;
    },
    personNo: async (email: string) =>
      (
        await db.d1
          .prepare("SELECT person_no AS no FROM identities WHERE group_no = ? AND value = ?")
          .bind(stage.group.no, email.replace("@", tag))
          .first<{ no: number }>()
      )?.no ?? -1,
    states: async () =>
      (
        await db.d1
          .prepare("SELECT state FROM event_notices WHERE group_no = ?")
          .bind(stage.group.no)
          .all<{ state: number }>()
      ).results.map(({ state }) => state),
  };
}

const untagged = (address: unknown) => String(address).replace(/\+\d+@/, "@");
const to = (email: ReturnType<typeof fakeEmail>) => email.sent.map((mail) => untagged(mail.to)).sort();

describe("a reminder", () => {
  it("goes a day before to those who have a place, once each, however often it is asked for and handled", async () => {
    const { tick, start, email, action } = await setUp({ "reminders.note": "Bring a clipboard." });
    expect(await tick(start - 25 * HOUR)).toBe(start - 24 * HOUR);
    expect(email.sent).toEqual([]);
    await tick(start - 24 * HOUR, 2);
    await tick(start - 24 * HOUR + MINUTE, 2);
    expect(to(email)).toEqual([amina.email, jeanLuc.email].sort());
    const [mail] = email.sent;
    expect(mail?.subject).toBe(`Coming up: ${action.title}`);
    for (const part of ["Bring a clipboard.", "Mill Lane Library", "/rsvp?me=", "calendar.ics?me="])
      expect(mail?.text).toContain(part);
    expect(mail?.replyTo).toBe(world.organiser.email);
  });

  it("goes to nobody who has cancelled since it was asked for, nor to whom was removed or erased", async () => {
    const { at, start, queue, email, action, group, db, personNo } = await setUp();
    const ctx = at(start - 24 * HOUR);
    await askForNotices(ctx, group, action);
    await db.d1
      .prepare("UPDATE participations SET standing = 3 WHERE group_no = ? AND person_no = ?")
      .bind(group.no, await personNo(amina.email))
      .run();
    await db.d1
      .prepare("UPDATE participations SET removal_no = 9 WHERE group_no = ? AND person_no = ?")
      .bind(group.no, await personNo(jeanLuc.email))
      .run();
    for (const { body } of queue.sent) await sendNotices(ctx, body);
    expect(email.sent).toEqual([]);
  });

  it("is not sent when the event is moved, over, or switched off, and again for its new time", async () => {
    const { owner, href, tick, start, email, actionNow } = await setUp();
    expect(await tick(start + MINUTE)).toBeNull();
    expect(email.sent).toEqual([]);
    await tick(start - 24 * HOUR);
    expect(email.sent).toHaveLength(2);
    const later = `${new Date(start).getUTCFullYear()}-03-20T19:00`;
    const { version } = await actionNow();
    await owner.post(`${href}/edit`, {
      version: String(version),
      startsAt: later,
      endsAt: "",
      timeZone: "America/Toronto",
    });
    await tick(start - 24 * HOUR);
    expect(email.sent).toHaveLength(2);
    await tick(start + 8 * 24 * HOUR - 24 * HOUR);
    expect(email.sent).toHaveLength(4);
    const settings = eventSettings.parse({
      ...(await actionNow()).settings,
      reminders: { dayBefore: false, hoursBefore: 0, note: "" },
    });
    expect(callsOf(settings).map(({ notice }) => notice)).toEqual(["promoted"]);
  });

  it("that the provider could not take yet is tried again; one whose fate is unknown is not", async () => {
    const { lane, tick, start, states } = await setUp();
    const busy = lane(() => refusal("E_RATE_LIMIT_EXCEEDED"));
    const next = await tick(start - 24 * HOUR, 1, busy.at(start - 24 * HOUR));
    expect(busy.email.sent).toHaveLength(2);
    expect(await states()).toEqual([noticeStates.waiting, noticeStates.waiting]);
    expect(next).toBeLessThanOrEqual(start - 24 * HOUR + MINUTE);
    const fine = lane();
    await tick(start - 23 * HOUR, 1, fine.at(start - 23 * HOUR));
    expect(fine.email.sent).toHaveLength(2);
    const cut = await setUp();
    const lost = cut.lane(() => new Error("Network connection lost."));
    await cut.tick(cut.start - 24 * HOUR, 1, lost.at(cut.start - 24 * HOUR));
    await cut.tick(cut.start - 23 * HOUR, 1, lost.at(cut.start - 23 * HOUR));
    expect(lost.email.sent).toHaveLength(2);
  });
});

describe("somebody who turns out to be somebody else", () => {
  it("has had the mails they had, and is still expected", async () => {
    const { tick, start, email, group, db, personNo, action } = await setUp();
    await tick(start - 24 * HOUR);
    expect(to(email)).toEqual([amina.email, jeanLuc.email].sort());
    const lost = await personNo(jeanLuc.email);
    await insertAttendance(db, { actionNo: action.no, personNo: lost, shift: "" }, { by: 1, now: start });
    const added = await addPerson(contextOf(), db, {
      ...{ email: `jl-${group.no}@example.org`, phone: null, details: {}, hash: null, by: 1 },
    });
    if (added.outcome !== "added") throw new Error("not added");
    const kept = added.person.no;
    expect(await mergePeople(contextOf(), group, { kept, lost }, [])).not.toBeNull();
    await tick(start - 24 * HOUR + 2 * MINUTE);
    expect(email.sent).toHaveLength(2);
    const [reply] = await repliesOf(db, action.no, [kept]);
    expect(reply?.arrivals).toEqual({ "": start });
    await deleteAttendance(db, { actionNo: action.no, personNo: kept, shift: "" });
    expect((await repliesOf(db, action.no, [kept]))[0]?.arrivals).toEqual({});
  });
});

it("each shift has a reminder of its own at its own time, and nobody hears of one they gave back", async () => {
  const first = canvass.startsAt ?? "";
  const next = first.replace("-12T19:00", "-13T10:00");
  const stage = await setUp({ capacity: "" });
  const saved = await stage.owner.post(`${stage.href}/edit`, {
    ...{ ...canvass, capacity: "", version: String((await stage.actionNow()).version) },
    ...{ "shifts.count": "3", isManyShifts: "yes", "reminders.hoursBefore": "2" },
    ...{ "shifts.0.name": "Setting up", "shifts.0.startsAt": first.replace("19:00", "17:00") },
    ...{ "shifts.1.name": "Doors", "shifts.1.startsAt": first },
    ...{ "shifts.2.name": "Clearing up", "shifts.2.startsAt": next, endsAt: next.replace("10:00", "12:00") },
  });
  expect(saved.status).toBe(303);
  const { tick, start, email, db, group, personNo, actionNow } = stage;
  const keys = eventSettings.parse((await actionNow()).settings).shifts.map(({ key }) => key);
  const has = async (who: string, slots: Record<number, number>) =>
    db.d1
      .prepare("UPDATE participations SET standing = 1, slots = ?3 WHERE group_no = ?1 AND person_no = ?2")
      .bind(
        group.no,
        await personNo(who),
        JSON.stringify(Object.fromEntries(Object.entries(slots).map(([row, as]) => [keys[Number(row)], as]))),
      )
      .run();
  await has(amina.email, { 0: 1, 2: 1 });
  await has(jeanLuc.email, { 1: 1, 2: 2 });
  // Somebody who replied before there were shifts is expected when the event begins.
  await has(mei.email, {});
  const told = async (at: number) => {
    email.sent.length = 0;
    await tick(at, 2);
    return to(email);
  };
  expect(await tick(start - 30 * HOUR)).toBe(start - 26 * HOUR);
  expect(await told(start - 26 * HOUR)).toEqual([amina.email]);
  expect(email.sent[0]?.text).toContain("Setting up ·");
  expect(email.sent[0]?.text).not.toContain("Clearing up");
  expect(email.sent[0]?.text).toContain(`shift=${keys[0]}`);
  expect(await told(start - 24 * HOUR)).toEqual([jeanLuc.email, mei.email].sort());
  await has(amina.email, { 0: 1 });
  expect(await told(start - 9 * HOUR)).toEqual([]);
  await has(amina.email, { 0: 1, 2: 1 });
  expect(await told(start - 8 * HOUR)).toEqual([amina.email]);
  expect(email.sent[0]?.text).toContain("Clearing up ·");
  // Two hours before the setting up.
  expect(await told(start - 4 * HOUR)).toEqual([amina.email]);
  expect(await told(start - 2 * HOUR)).toEqual([jeanLuc.email, mei.email].sort());
  await has(amina.email, { 0: 1 });
  expect(await told(start + 14 * HOUR)).toEqual([]);
  // Moving up into the last shift is news after the first has begun.
  await db.d1
    .prepare("UPDATE participations SET promoted_at = ?3 WHERE group_no = ?1 AND person_no = ?2")
    .bind(group.no, await personNo(jeanLuc.email), start + HOUR)
    .run();
  expect(await told(start + 2 * HOUR)).toEqual([jeanLuc.email]);
  expect(email.sent[0]?.subject).toContain("You have a place");
});

it("whoever moves up is told once, with the address that is for attendees alone", async () => {
  const { tick, start, email, db, group, personNo } = await setUp({ isForAttendees: "yes" });
  await tick(start - 100 * HOUR);
  expect(email.sent).toEqual([]);
  await db.d1
    .prepare("UPDATE participations SET standing = 1, promoted_at = ? WHERE group_no = ? AND person_no = ?")
    .bind(start - 99 * HOUR, group.no, await personNo(mei.email))
    .run();
  await tick(start - 98 * HOUR, 2);
  await tick(start - 97 * HOUR, 2);
  expect(to(email)).toEqual([mei.email]);
  expect(email.sent[0]?.subject).toContain("You have a place");
  expect(email.sent[0]?.text).toContain("12 Mill Lane");
});

it("a cancellation reaches everybody who has a place or waits, once, and nobody before it can no longer be taken back", async () => {
  const { owner, href, tick, email, actionNow } = await setUp();
  await owner.post(`${href}/cancellation`, { note: "The library is flooded." });
  const at = eventSettings.parse((await actionNow()).settings).cancelled?.at ?? 0;
  expect(await tick(at + MINUTE)).toBe(at + CANCELLATION_UNDO_MS);
  expect(email.sent).toEqual([]);
  await tick(at + CANCELLATION_UNDO_MS, 2);
  expect(await tick(at + CANCELLATION_UNDO_MS + MINUTE)).toBeNull();
  expect(to(email)).toEqual([amina.email, jeanLuc.email, mei.email].sort());
  expect(email.sent[0]?.text).toContain("The library is flooded.");
});

it("a cancellation that is taken back in time reaches nobody", async () => {
  const { owner, href, tick, email, at, queue, group, actionNow } = await setUp();
  await owner.post(`${href}/cancellation`);
  const moment = eventSettings.parse((await actionNow()).settings).cancelled?.at ?? 0;
  const ctx = at(moment + CANCELLATION_UNDO_MS);
  await askForNotices(ctx, group, await actionNow());
  expect(queue.sent).toHaveLength(1);
  await owner.post(`${href}/cancellation/undo`);
  for (const { body } of queue.sent) await sendNotices(ctx, body);
  await tick(moment + CANCELLATION_UNDO_MS);
  expect(email.sent).toEqual([]);
});

it("the thank-you mail says who has a place and who waits, each with a link of their own", async () => {
  const { group, action, personNo, at, start } = await setUp();
  const numbers = await Promise.all([amina, mei].map(({ email }) => personNo(email)));
  const blocks = await receiptBlocks(at(start - 100 * HOUR), group, action, numbers);
  const words = numbers.map((no) => JSON.stringify(blocks.get(no)));
  expect(words[0]).toContain("Your place is saved");
  expect(words[1]).toContain("You are on the waiting list");
  const link = (text = "") => /rsvp\?me=([\w.-]+)/.exec(text)?.[1];
  expect(link(words[0])).toBeTruthy();
  expect(link(words[0])).not.toBe(link(words[1]));
});

it("another group's event of the same number is told nothing", async () => {
  const one = await setUp();
  const other = await setUp();
  await one.tick(one.start - 24 * HOUR);
  expect(await other.states()).toEqual([]);
  const page: NoticePage = {
    type: "event.notices",
    groupNo: other.group.no,
    actionNo: 1,
    notice: "dayBefore",
    at: 0,
    people: [1, 2, 3],
  };
  await sendNotices(one.at(one.start), page);
  expect(await other.states()).toEqual([]);
});

describe("another time or place", () => {
  const moved = { startsAt: canvass.startsAt?.replace("T19:00", "T18:30") ?? "" };
  const edit = async ({ owner, href, actionNow }: Awaited<ReturnType<typeof setUp>>, changes: Fields) => {
    const { version } = await actionNow();
    const saved = await owner.post(`${href}/edit`, { ...canvass, ...changes, version: String(version) });
    expect(saved.status).toBe(303);
  };
  const plan = async ({ owner, href }: Awaited<ReturnType<typeof setUp>>) =>
    (await owner.get(`${href}/plan`)).text();
  type Fields = Record<string, string>;

  it("is told when an organiser says so, once to each, in one mail for what changed within minutes", async () => {
    const stage = await setUp();
    const { owner, href, tick, email } = stage;
    await edit(stage, moved);
    expect(await plan(stage)).toContain("Tell the 3 guests");
    await tick(Date.now() + 10 * MINUTE);
    expect(email.sent).toEqual([]);
    await owner.post(`${href}/changes`, { do: "tell", tellNote: "The library closes early." });
    expect(await plan(stage)).toContain("3 people get a mail at");
    await edit(stage, { ...moved, "place.name": "Riverside Hall" });
    expect(await tick(Date.now() + MINUTE)).toBeLessThanOrEqual(Date.now() + CHANGE_WAIT_MS + MINUTE);
    expect(email.sent).toEqual([]);
    await tick(Date.now() + CHANGE_WAIT_MS + MINUTE, 2);
    await tick(Date.now() + CHANGE_WAIT_MS + 2 * MINUTE, 2);
    expect(to(email)).toEqual([amina.email, jeanLuc.email, mei.email].sort());
    const text = email.sent.find((mail) => untagged(mail.to) === amina.email)?.text ?? "";
    expect(text).toContain("The library closes early.");
    expect(text).toMatch(/When: .*6:30.*\(before: .*7:00/);
    expect(text).toMatch(/Where: Riverside Hall, .*\(before: Mill Lane Library/);
    expect(text).toContain("/rsvp?me=");
  });

  it("is news to nobody who replied after it, and is not told when it was taken back or changed back", async () => {
    const stage = await setUp({ capacity: "" });
    const { owner, href, tick, email, db, group, personNo } = stage;
    await edit(stage, { ...moved, capacity: "" });
    await db.d1
      .prepare("UPDATE participations SET acted_at = ?3 WHERE group_no = ?1 AND person_no = ?2")
      .bind(group.no, await personNo(mei.email), Date.now() + HOUR)
      .run();
    expect(await plan(stage)).toContain("Tell the 2 guests");
    await owner.post(`${href}/changes`, { do: "tell" });
    await owner.post(`${href}/changes`, { do: "untell" });
    await tick(Date.now() + HOUR);
    expect(email.sent).toEqual([]);
    await edit(stage, { capacity: "" });
    expect(await plan(stage)).not.toContain("has changed");
    await edit(stage, { ...moved, capacity: "" });
    await owner.post(`${href}/changes`, { do: "known" });
    expect(await plan(stage)).not.toContain("has changed");
    await owner.post(`${href}/changes`, { do: "tell" });
    await tick(Date.now() + HOUR);
    expect(email.sent).toEqual([]);
  });

  it("does not matter where nobody must know: more places, another note, other directions", async () => {
    const stage = await setUp();
    await edit(stage, { capacity: "9", "place.directions": "Ring twice.", "reminders.note": "Bring water." });
    expect(await plan(stage)).not.toContain("has changed");
  });

  it("once told is told anew when it changes again; a note that is too long is refused and nothing is told", async () => {
    const stage = await setUp();
    const { owner, href, tick, email, db, group } = stage;
    await edit(stage, moved);
    const refused = await owner.post(`${href}/changes`, { do: "tell", tellNote: "x".repeat(1_001) });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("x".repeat(1_001));
    await owner.post(`${href}/changes`, { do: "tell" });
    await tick(Date.now() + CHANGE_WAIT_MS + MINUTE);
    expect(email.sent).toHaveLength(3);
    // As if that had been a while ago.
    await db.d1
      .prepare(
        "UPDATE event_changes SET telling_at = telling_at - ?2, changed_at = changed_at - ?2 WHERE group_no = ?1",
      )
      .bind(group.no, HOUR)
      .run();
    expect(await plan(stage)).not.toContain("has changed");
    await edit(stage, {});
    expect(await plan(stage)).toContain("Tell the 3 guests");
    await tick(Date.now() + HOUR);
    expect(email.sent).toHaveLength(3);
  });

  it("may be told by whoever may publish, and of one's own events alone", async () => {
    const stage = await setUp();
    await edit(stage, moved);
    expect((await stage.organiser.post(`${stage.href}/changes`, { do: "tell" })).status).toBe(403);
    expect((await stage.stranger.post(`${stage.href}/changes`, { do: "tell" })).status).toBe(404);
    await stage.tick(Date.now() + HOUR);
    expect(stage.email.sent).toEqual([]);
  });
});
