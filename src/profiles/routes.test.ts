import { beforeAll, describe, expect, it, vi } from "vitest";
import { personNoOf, storeAnswers } from "../../test/forms";
import { contextOf } from "../../test/groups";
import { makeOrganisers } from "../../test/organisers";
import { makePetition } from "../../test/petitions";
import { actionByNo } from "../actions/action";
import { dbFor, type GroupDb } from "../groups/shard";
import { targetOf } from "../intake/removal";

import { makeField } from "../people/custom-field";
import { peopleByNumber } from "../people/edit";
import { erasurePlan, mergePlan, unsubscribe } from "../people/person";
import { pointOf, setPoint } from "../people/point-person";
import { listWorks, runWork } from "../people/work";
import { newId, type ParticipationId } from "../platform/ids";
import { mailQueued } from "../platform/mail/messages";
import { pointSteps, tellPointPeople } from "./point-digest";
import { timelineOf } from "./timeline";

let team: Awaited<ReturnType<typeof makeOrganisers>>;
let people: string;
let db: GroupDb;
let actionNo: number;

beforeAll(async () => {
  team = await makeOrganisers();
  people = `${team.base}/people`;
  db = dbFor(contextOf().env, team.group);
  actionNo = (await makePetition(team.group)).no;
});

let made = 0;

/** Somebody who signed. Gives the address of their page. */
async function somebody(given?: string) {
  made += 1;
  const email = given ?? `p${made}@supporters.example`;
  await storeAnswers(team.group, actionNo, [{ email, at: Date.now() - 60_000 }]);
  const no = await personNoOf(team.group, email);
  const [person] = await peopleByNumber(db, [no]);
  if (!person) throw new Error("nobody came");
  return { no, email, id: person.id, path: `${people}/${person.id}` };
}

const read = async (no: number) => (await peopleByNumber(db, [no]))[0];
const html = async (path: string) => (await team.owner.get(path)).text();
const place = (response: Response) => response.headers.get("Location") ?? "";

describe("the list of people", () => {
  it("finds somebody as one types, as a page and as a part of it", async () => {
    const { path, email } = await somebody("leontyne@supporters.example");
    const page = await html(`${people}?q=leont`);
    expect(page).toContain(`href="${path}"`);
    expect(page).toContain("1 person found");
    const part = await html(`${people}?q=leont&part=found`);
    expect(part).toContain(email);
    expect(part).not.toContain("<html");
    expect(await html(`${people}?q=nobodyatall`)).toContain("Nobody found");
  });

  it("is written out as text, whatever was typed", async () => {
    const page = await html(`${people}?q=${encodeURIComponent('"><script>alert(1)</script>')}`);
    expect(page).not.toContain("<script>alert");
  });
});

describe("adding a person by hand", () => {
  const form = {
    givenName: "Noor",
    familyName: "Haddad",
    country: "CA",
    postalCode: "m5v3l9",
    phone: "416 555 0199",
  };

  it("stores what is valid, with the consent that was stated", async () => {
    const response = await team.owner.post(people, {
      ...form,
      email: "Noor@Supporters.example",
      subscribe: "yes",
      reason: "Asked at the fair",
    });
    expect(response.status).toBe(303);
    const person = await read(await personNoOf(team.group, "noor@supporters.example"));
    expect(person).toMatchObject({
      givenName: "Noor",
      postalCode: "M5V 3L9",
      phone: "+14165550199",
      emailStatus: 1,
      emailStatusCause: "organiser",
    });
    expect(await html(place(response))).toContain("Asked at the fair");
  });

  it("opens the record of an address that is known, and changes nothing", async () => {
    const { no, email, path } = await somebody();
    const response = await team.owner.post(people, { email, givenName: "Other" });
    expect(place(response)).toBe(`${path}?done=known`);
    expect((await read(no))?.givenName).toBeNull();
  });

  it.each([
    ["email", { email: "no address" }],
    ["email", {}],
    ["phone", { email: "x@supporters.example", phone: "12" }],
    ["country", { email: "x@supporters.example", country: "ZZ" }],
    ["postalCode", { email: "x@supporters.example", postalCode: "<b>" }],
    ["language", { email: "x@supporters.example", language: "xx" }],
    ["givenName", { email: "x@supporters.example", givenName: "x".repeat(101) }],
    ["reason", { email: "x@supporters.example", subscribe: "yes" }],
  ])("is refused for a wrong %s: %o", async (field, values) => {
    const response = await team.owner.post(people, values as Record<string, string>);
    expect(response.status).toBe(422);
    expect(await response.text()).toContain(`href="#f-${field}"`);
    await expect(personNoOf(team.group, "x@supporters.example")).rejects.toThrow();
  });
});

describe("changing details", () => {
  const was = {
    "was.givenName": "",
    "was.familyName": "",
    "was.street": "",
    "was.locality": "",
    "was.region": "",
    "was.postalCode": "",
    "was.country": "",
    "was.language": "",
  };

  it("clears street and town of whoever moved, and undoing brings all back", async () => {
    const { no, path } = await somebody();
    await team.owner.post(`${path}/edit`, {
      ...was,
      street: "12 Mill Lane",
      locality: "Toronto",
      postalCode: "M4M 2T1",
      country: "CA",
    });
    const seen = {
      ...was,
      "was.street": "12 Mill Lane",
      "was.locality": "Toronto",
      "was.postalCode": "M4M 2T1",
      "was.country": "CA",
    };
    const moved = await team.owner.post(`${path}/edit`, {
      ...seen,
      street: "12 Mill Lane",
      locality: "Toronto",
      postalCode: "H2X 1Y4",
      country: "CA",
    });
    expect(await read(no)).toMatchObject({ street: null, locality: null, postalCode: "H2X 1Y4" });
    const page = await html(place(moved));
    const undo = /action="([^"]+\/edits\/[^"]+\/undo)"/.exec(page)?.[1] ?? "";
    await team.owner.post(undo);
    expect(await read(no)).toMatchObject({
      street: "12 Mill Lane",
      locality: "Toronto",
      postalCode: "M4M 2T1",
    });
    expect((await team.owner.post(undo)).status).toBe(404);
  });

  it("keeps what they like to be called and their time zone, through a merge and its undoing, until they are forgotten", async () => {
    const [one, other] = [await somebody(), await somebody()];
    const said = { preferredName: "Mina", timeZone: "us/pacific" };
    expect((await team.owner.post(`${one.path}/edit`, { ...was, timeZone: "Mars/Olympus" })).status).toBe(
      422,
    );
    await team.owner.post(`${one.path}/edit`, { ...was, country: "CA" });
    expect(await html(one.path)).toContain("America/Toronto, by their address");
    await team.owner.post(`${one.path}/edit`, { ...was, ...said });
    expect(await read(one.no)).toMatchObject({ preferredName: "Mina", timeZone: "America/Los_Angeles" });
    expect(await html(one.path)).toMatch(/Mina.*America\/Los_Angeles/s);
    await team.owner.post(`${people}/merges`, { kept: other.id, lost: one.id });
    expect(await read(other.no)).toMatchObject({ preferredName: "Mina", timeZone: "America/Los_Angeles" });
    expect(await read(one.no)).toMatchObject({ preferredName: null, timeZone: null });
    const merge =
      new RegExp(`${people}/merges/[0-9a-f-]{36}`).exec(await html(`${people}/merges`))?.[0] ?? "";
    await team.owner.post(`${merge}/undo`);
    expect([await read(one.no), await read(other.no)]).toMatchObject([
      { preferredName: "Mina", timeZone: "America/Los_Angeles" },
      { preferredName: null, timeZone: null },
    ]);
    await db.d1.batch(erasurePlan(db, one.no, [], Date.now()));
    expect(await read(one.no)).toMatchObject({ preferredName: null, timeZone: null });
  });

  it("does not undo what somebody changed meanwhile", async () => {
    const { path } = await somebody();
    await team.owner.post(`${path}/edit`, { ...was, givenName: "Amina" });
    const [first] = (await timelineOf(db, (await somebodyAt(path)).no, undefined)).entries.filter(
      ({ is }) => is === "edit",
    );
    await team.owner.post(`${path}/edit`, { ...was, "was.givenName": "Amina", givenName: "Aminata" });
    const response = await team.owner.post(`${path}/edits/${idOf(first?.key)}/undo`);
    expect(place(response)).toContain("done=changedSince");
    expect((await somebodyAt(path)).givenName).toBe("Aminata");
  });

  it("leaves alone what the editor did not touch, though it changed meanwhile", async () => {
    const { no, path } = await somebody();
    await db.d1
      .prepare(
        "UPDATE people SET family_name = 'Sow', family_name_at = 5 WHERE group_no = ? AND person_no = ?",
      )
      .bind(db.groupNo, no)
      .run();
    await team.owner.post(`${path}/edit`, { ...was, givenName: "Amina", familyName: "" });
    expect(await read(no)).toMatchObject({ givenName: "Amina", familyName: "Sow" });
  });

  const somebodyAt = async (path: string) => {
    const [row] = (
      await db.d1
        .prepare("SELECT person_no AS no FROM people WHERE group_no = ? AND id = unhex(?)")
        .bind(db.groupNo, path.split("/").at(-1)?.replaceAll("-", ""))
        .all<{ no: number }>()
    ).results;
    const person = await read(row?.no ?? 0);
    if (!person) throw new Error("nobody");
    return person;
  };
  const idOf = (hex = "") => hex.toLowerCase().replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
});

describe("addresses and subscriptions", () => {
  it("can be added, made the main one, left, used again and let go", async () => {
    const { no, email, path } = await somebody();
    const other = `other-${email}`;
    const post = (fields: Record<string, string>) => team.owner.post(`${path}/addresses`, fields);
    const row = { kind: "email", value: other };
    await post({ do: "add", address: other.toUpperCase() });
    await post({ do: "primary", ...row });
    expect((await read(no))?.email).toBe(other);
    await post({ do: "leave", kind: "email", value: email });
    expect(await html(path)).toContain("1 address they left");
    await post({ do: "letGo", kind: "email", value: email });
    await expect(personNoOf(team.group, email)).rejects.toThrow();
    await post({ do: "leave", ...row });
    expect((await read(no))?.email).toBe(other);
  });

  it("are not taken from somebody else, of this group or another", async () => {
    const [one, other] = [await somebody(), await somebody()];
    const response = await team.owner.post(`${one.path}/addresses`, { do: "add", address: other.email });
    expect(response.status).toBe(422);
    expect(await response.text()).toContain("has this address");
    for (const wanted of ["primary", "leave", "letGo"])
      await team.owner.post(`${one.path}/addresses`, { do: wanted, kind: "email", value: other.email });
    expect(await personNoOf(team.group, other.email)).toBe(other.no);
  });

  it("are subscribed with a reason alone, and never by somebody else for one who complained", async () => {
    const { no, path } = await somebody();
    const on = (reason: string) =>
      team.owner.post(`${path}/subscriptions`, { channel: "email", do: "on", "reason.email": reason });
    expect((await on("")).status).toBe(422);
    expect(place(await on("They called us"))).toContain("done=subscribed");
    expect((await read(no))?.emailStatus).toBe(1);
    await unsubscribe(db, no, "mail", Date.now() + 60_000);
    expect(place(await on("They called again"))).toContain("done=newer");
    await db.d1
      .prepare("UPDATE people SET email_status = 4 WHERE group_no = ? AND person_no = ?")
      .bind(db.groupNo, no)
      .run();
    expect((await on("Please")).status).toBe(422);
    expect(
      (await team.owner.post(`${path}/subscriptions`, { channel: "mobile", do: "on", "reason.mobile": "x" }))
        .status,
    ).toBe(422);
  });
});

describe("tags, fields and notes", () => {
  it("are given, taken and noted in the timeline", async () => {
    const { path } = await somebody();
    const fieldNo = (await makeField(db, { label: "Favourite day", type: "date" }, 1)) ?? 0;
    await team.owner.post(`${path}/tags`, { tag: "volunteer, press" });
    expect((await team.owner.post(`${path}/tags`, { tag: " , " })).status).toBe(422);
    const bad = await team.owner.post(`${path}/fields`, {
      shown: String(fieldNo),
      [`field.${fieldNo}`]: "soon",
    });
    expect(bad.status).toBe(422);
    expect(await bad.text()).toContain('value="soon"');
    await team.owner.post(`${path}/fields`, { shown: String(fieldNo), [`field.${fieldNo}`]: "2026-05-01" });
    const page = await html(path);
    for (const words of ["volunteer", "press", "Favourite day", "2026-05-01"]) expect(page).toContain(words);
    const no = /name="remove" value="(\d+)"/.exec(page)?.[1] ?? "";
    await team.owner.post(`${path}/tags`, { remove: no });
    expect(await html(path)).toContain("<del>press</del>");
    await team.owner.post(`${path}/fields`, { shown: "" });
    expect(await html(path)).toContain('value="2026-05-01"');
  });

  it("keep what a note said before, and a deleted one comes back", async () => {
    const { path } = await somebody();
    await team.owner.post(`${path}/notes`, { kind: "call", note: "Call <b>later</b>" });
    expect((await team.owner.post(`${path}/notes`, { kind: "call", note: " " })).status).toBe(422);
    const first = await html(path);
    expect(first).toContain("Call &lt;b&gt;later&lt;/b&gt;");
    const note = /action="([^"]+\/notes\/[0-9a-f-]{36})"/.exec(first)?.[1] ?? "";
    const id = note.split("/").at(-1);
    await team.owner.post(note, { do: "edit", [`kind-${id}`]: "note", [`note-${id}`]: "Called" });
    await team.owner.post(note, { do: "pin" });
    expect(await html(path)).toContain("Changed 1 time");
    const deleted = place(await team.owner.post(note, { do: "delete" }));
    expect(await html(path)).not.toContain("Called");
    expect(await html(deleted)).toContain(`${note}/restoration`);
    await team.owner.post(`${note}/restoration`);
    expect(await html(path)).toContain("Called");
  });
});

describe("merging", () => {
  it("is compared, done, logged, led to and undone", async () => {
    const [one, other] = [await somebody(), await somebody()];
    const compare = await html(`${people}/merges/new?one=${one.id}&other=${other.id}`);
    expect(compare).toContain("its count goes down by one");
    expect(await html(`${people}/merges/new?one=${one.id}&q=${other.email}`)).toContain(other.id);
    const done = await team.owner.post(`${people}/merges`, {
      kept: one.id,
      lost: other.id,
      "choice.email": "lost",
    });
    expect(place(done)).toContain("done=merged");
    expect((await read(one.no))?.email).toBe(other.email);
    expect(place(await team.owner.get(other.path))).toContain(one.path);
    const log = await html(`${people}/merges`);
    const merge = new RegExp(`href="(${people}/merges/[0-9a-f-]{36})"`).exec(log)?.[1] ?? "";
    expect(await html(merge)).toContain("become two people again");
    await team.owner.post(`${merge}/undo`);
    expect((await read(one.no))?.email).toBe(one.email);
    expect(await html(other.path)).toContain(other.email);
    expect((await team.owner.post(`${merge}/undo`)).status).toBe(409);
    const { results } = await contextOf()
      .env.DIRECTORY.prepare(
        "SELECT act FROM audit_log WHERE group_no = ? AND act LIKE 'person.%' ORDER BY act",
      )
      .bind(team.group.no)
      .all();
    expect(results.map(({ act }) => act)).toContain("person.parted");
  });

  it("is suggested for pairs, which can be dismissed and taken back", async () => {
    const [one, other] = [await somebody(), await somebody()];
    await db.d1
      .prepare(
        "INSERT INTO duplicates (group_no, first_no, second_no, reason, found_at) VALUES (?, ?, ?, 'name', 1)",
      )
      .bind(db.groupNo, one.no, other.no)
      .run();
    const link = `merges/new?one=${one.id}&amp;other=${other.id}`;
    expect(await html(`${people}/duplicates`)).toContain(link);
    const dismissed = place(await team.owner.post(`${people}/duplicates`, { one: other.id, other: one.id }));
    const page = await html(dismissed);
    expect(page).not.toContain(link);
    await team.owner.post(/action="([^"]+restoration)"/.exec(page)?.[1] ?? "");
    expect(await html(`${people}/duplicates`)).toContain(link);
  });
});

describe("a timeline", () => {
  it("goes page by page, with nothing twice and nothing left out", async () => {
    const { no } = await somebody("busy@supporters.example");
    await db.d1.batch(
      Array.from({ length: 95 }, (_, index) =>
        db.d1
          .prepare(
            "INSERT INTO person_notes (group_no, person_no, id, kind, text, created_by, created_at) VALUES (?, ?, unhex(printf('%032x', ?3)), 'note', ?4, 1, ?5)",
          )
          // Many at one moment, so that a page ends between two of them.
          .bind(db.groupNo, no, index + 1, `note ${index}`, 1_000 + Math.floor(index / 40)),
      ),
    );
    const seen: string[] = [];
    let before: string | undefined;
    for (let page = 0; page < 10; page += 1) {
      const { entries, next } = await timelineOf(db, no, before);
      seen.push(...entries.map((entry) => (entry.is === "note" ? entry.text : entry.is)));
      if (!next) break;
      before = next;
    }
    expect(seen).toHaveLength(97);
    expect(new Set(seen).size).toBe(97);
  });
});

describe("another group", () => {
  it("knows nobody of this one", async () => {
    const { id } = await somebody();
    const elsewhere = team.base.replace(/team-/, "other-");
    const stranger = team.stranger;
    for (const path of [`/people/${id}`, `/people/${id}/edit`, `/people/merges/new?one=${id}`])
      expect((await stranger.get(`${elsewhere}${path}`)).status, path).toBe(404);
    for (const path of ["edit", "addresses", "subscriptions", "tags", "fields", "notes"])
      expect((await stranger.post(`${elsewhere}/people/${id}/${path}`, { do: "add" })).status, path).toBe(
        404,
      );
    expect((await stranger.post(`${elsewhere}/people/merges`, { kept: id, lost: id })).status).toBe(404);
    expect((await team.organiser.get(`${people}/${id}`)).status).toBe(403);
  });
});

describe("the point person", () => {
  it("is one of the team, noted with their name, and finds their people by who acted last", async () => {
    const [early, late] = [await somebody(), await somebody()];
    await storeAnswers(team.group, actionNo, [{ email: late.email, at: Date.now() - 1_000 }]);
    const own = String(team.owner.accountNo);
    expect(await html(people)).not.toContain("?point=me");
    for (const { path } of [early, late])
      expect(place(await team.owner.post(`${path}/point`, { point: own }))).toContain("#point");
    expect(await html(early.path)).toContain("Point person changed");
    expect(await html(people)).toContain("?point=me");
    const mine = await html(`${people}?point=me`);
    for (const { email } of [early, late]) expect(mine).toContain(email);
    const others = await (await team.administrator.get(`${people}?point=me`)).text();
    expect(others).toContain("You look after nobody yet");
    await team.owner.post(`${early.path}/point`, { point: "" });
    expect(await html(`${people}?point=me`)).not.toContain(early.email);
  });

  it("is nobody of another group or unknown, and no organiser's or stranger's to choose", async () => {
    const { path } = await somebody();
    for (const { accountNo } of [team.stranger, team.organiser])
      expect((await team.owner.post(`${path}/point`, { point: String(accountNo) })).status).toBe(400);
    const own = { point: String(team.owner.accountNo) };
    expect((await team.organiser.post(`${path}/point`, own)).status).toBe(403);
    expect((await team.stranger.post(`${path}/point`, own)).status).toBe(404);
  });

  it("stays with whoever is kept of two, comes from the other where there was none, and goes with an erasure", async () => {
    const [kept, lost, alone] = [await somebody(), await somebody(), await somebody()];
    await setPoint(contextOf(), db, lost.no, {
      was: { accountNo: null, name: "" },
      is: { accountNo: team.owner.accountNo, name: "Rosa" },
      by: team.owner.accountNo,
    });
    await db.d1.batch(mergePlan(db, kept.no, lost.no));
    expect([await pointOf(db, kept.no), await pointOf(db, lost.no)]).toEqual([team.owner.accountNo, null]);
    await db.d1.batch(erasurePlan(db, kept.no, [], Date.now()));
    expect(await pointOf(db, kept.no)).toBeNull();
    expect(await pointOf(db, alone.no)).toBeNull();
  });
});

describe("the mail to a point person", () => {
  const DAY_MS = 86_400_000;

  /** What the works that are due at a moment put on the queue. */
  async function mailsAt(now: number) {
    const ctx = { ...contextOf(), now };
    const send = vi.spyOn(ctx.env.MAIL, "send");
    for (const { no } of await listWorks(db, ["profiles.point"], "all"))
      await runWork(ctx, { type: "people.work", groupNo: db.groupNo, workNo: no }, pointSteps);
    const sent = send.mock.calls.map(([message]) => mailQueued.parse(message).message);
    send.mockRestore();
    return sent;
  }

  it("tells the next morning, once, what their people did, and nothing of anybody else's", async () => {
    const { accountNo } = team.administrator;
    const nobody = { accountNo: null, name: "" };
    const [mine, other] = [await somebody(), await somebody()];
    await setPoint(contextOf(), db, mine.no, { was: nobody, is: { accountNo, name: "Tom" }, by: accountNo });
    const action = await actionByNo(db, actionNo);
    if (!action) throw new Error("no action");
    const people = [mine.no, other.no].map((no): [number, ParticipationId] => [no, newId<ParticipationId>()]);
    const news = { type: "participations.recorded" as const, target: targetOf(team.group, action), people };
    const now = Date.now();
    const tell = (at: number) => tellPointPeople({ ...contextOf(), now: at }, news);
    await tell(now);
    await tell(now);
    expect(await listWorks(db, ["profiles.point"])).toHaveLength(1);
    expect(await mailsAt(now)).toEqual([]);
    const [mail, ...more] = await mailsAt(now + DAY_MS);
    expect(more).toEqual([]);
    expect(mail?.subject).toContain("1 of your people");
    expect(mail?.text).toContain("/people?point=me");
    const { title } = action;
    expect(mail?.text).toContain(`${mine.email}: ${title}`);
    expect(mail?.text).not.toContain(other.email);
    expect(await mailsAt(now + 2 * DAY_MS)).toEqual([]);
    // Whoever has left the team by the morning is told nothing.
    await tell(now + 2 * DAY_MS);
    await team.owner.post(`${team.base}/settings/members/${accountNo}/removal`);
    expect(await mailsAt(now + 4 * DAY_MS)).toEqual([]);
  });
});
