import { env, exports } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { contextOf } from "../../test/groups";
import { makeOrganisers } from "../../test/organisers";
import { makePetition, snapshotOf } from "../../test/petitions";
import { world } from "../../test/world";
import type { Action } from "../actions/types";
import { dbFor } from "../groups/shard";
import { erasePerson } from "../intake/erasure";
import { homeOf } from "../intake/home";
import { intakeStub } from "../intake/objects";
import { intakeTarget, takeAction } from "../intake/participation";
import { unsubscribe } from "../people/person";
import { petition } from "../petitions/petition";
import { findUnsettled } from "../receipts/follow-up";
import { claimReceipts } from "../receipts/store";
import { sheetNumbers } from "./types";

const [amina, jeanLuc, mei] = world.supporters;
const DAY = 86_400_000;
/** On the group's clock, on which tomorrow has not come when it has in Greenwich. */
const day = (ago: number) =>
  new Intl.DateTimeFormat("en-CA", { timeZone: "America/Toronto" }).format(Date.now() - ago * DAY);

let team: Awaited<ReturnType<typeof makeOrganisers>>;
let action: Action;
let paper: string;
let made = 0;

beforeAll(async () => {
  team = await makeOrganisers();
});

beforeEach(async () => {
  made += 1;
  const consent = { mode: "unticked" as const, text: "Riverside may write to me." };
  action = await makePetition(team.group, { slug: `air-${made}`, settings: { consent } });
  paper = `${team.base}/actions/${action.id}/paper`;
});

type Person = { givenName: string; familyName: string; email: string; consent?: string; postalCode?: string };

function typed(people: readonly Person[], head: Record<string, string> = {}): Record<string, string> {
  const rows = people.flatMap(({ givenName, familyName, email, consent = "", postalCode = "" }, index) =>
    Object.entries({ givenName, familyName, email, consent, postalCode }).map(([name, value]) => [
      `rows.${index + 1}.${name}`,
      value,
    ]),
  );
  return { sheet: "", signed: day(2), ...head, ...Object.fromEntries(rows) };
}

const own = (person: (typeof world.supporters)[number], mark = made) => ({
  givenName: person.givenName,
  familyName: person.familyName,
  email: person.email.replace("@", `+${mark}@`),
});

async function drain(): Promise<void> {
  for (const region of ["weur", "enam"]) await intakeStub(env, "", `${action.id}/${region}/0`).drain();
}

type Stored = {
  email: string;
  answer: string;
  source: string | null;
  acted_at: number;
  comment: string | null;
  is_named: number;
  email_status: number;
  person_no: number;
};

async function stored(): Promise<Stored[]> {
  await drain();
  const { d1, groupNo } = dbFor(env, team.group);
  const { results } = await d1
    .prepare(
      `SELECT people.email, answer, source, acted_at, comment, is_named, email_status, people.person_no FROM participations
       JOIN people USING (group_no, person_no) WHERE group_no = ? AND action_no = ? AND removal_no = 0 ORDER BY email`,
    )
    .bind(groupNo, action.no)
    .all<Stored>();
  return results;
}

async function total(): Promise<number> {
  await drain();
  const { no, id } = action;
  const target = {
    ...{ groupNo: team.group.no, groupId: team.group.id, shard: team.group.shard },
    actionNo: no,
    actionId: id,
  };
  const known = {
    ...target,
    jurisdiction: "" as const,
    kind: "petition",
    isOnce: true,
    tagNos: [],
    hasReceipt: true,
  };
  return (await homeOf(env, known).summary()).total;
}

function signOnline(person: Person, more: Record<string, string> = {}): Promise<Response> {
  const { givenName, familyName, email } = person;
  const body = new URLSearchParams({ givenName, familyName, email, country: "CA", ...more });
  const url = `http://${team.group.slug}.localhost:8787/petitions/${action.slug}`;
  return exports.default.fetch(url, { method: "POST", body, redirect: "manual" });
}

describe("typed-in lines", () => {
  it("are counted as signatures of the day they were signed, from their sheet, with the consent of the sheet", async () => {
    const people = [{ ...own(amina), consent: "yes" }, own(jeanLuc)];
    const done = await team.owner.post(paper, typed(people, { sheet: "lib 7" }));
    expect(done.status).toBe(303);
    const page = await (await team.owner.get(done.headers.get("Location") ?? "")).text();
    expect(page).toContain("2 new signatures were recorded.");
    expect(page).toContain(`value="LIB 7"`);
    const rows = await stored();
    expect(rows.map(({ email, source }) => [email, source])).toEqual([
      [own(amina).email, "paper-LIB 7"],
      [own(jeanLuc).email, "paper-LIB 7"],
    ]);
    for (const { acted_at } of rows) {
      expect(new Date(acted_at).toISOString().slice(0, 10)).toBe(day(2));
      expect(acted_at).toBeLessThan(Date.now() - DAY);
    }
    expect(rows.map(({ email_status }) => email_status)).toEqual([1, 2]);
    expect(JSON.parse(rows[0]?.answer ?? "{}").paper).toEqual({ sheet: "LIB 7", quiet: 1 });
    expect(await total()).toBe(2);
    const { d1, groupNo } = dbFor(env, team.group);
    const said = await d1
      .prepare(
        `SELECT w.mode, w.wording, e.answer FROM consents e JOIN consent_wordings w ON w.group_no = e.group_no AND w.hash = e.wording_hash
         WHERE e.group_no = ? AND e.action_no = ? ORDER BY e.answer`,
      )
      .bind(groupNo, action.no)
      .all();
    expect(said.results).toEqual([
      { mode: "paper", wording: "Riverside may write to me.", answer: 1 },
      { mode: "paper", wording: "Riverside may write to me.", answer: 2 },
    ]);
    const history = await (await team.owner.get(`${team.base}/settings/history`)).text();
    expect(history).toContain("Typed in signatures from paper");
  });

  it("are counted once with whoever signed on the page, who keeps what they said there", async () => {
    const before = { comment: "For my daughter", isNamed: "yes", consent: "yes", postalCode: "M5V 3L9" };
    await signOnline(own(amina), before);
    await drain();
    const done = await team.owner.post(paper, typed([own(amina), own(mei)], { signed: day(0) }));
    const page = await (await team.owner.get(done.headers.get("Location") ?? "")).text();
    expect(page).toContain("1 new signature was recorded. 1 had signed before, and is counted once.");
    const [first] = (await stored()).filter(({ email }) => email === own(amina).email);
    expect(first).toMatchObject({ comment: "For my daughter", is_named: 1, email_status: 1 });
    expect(JSON.parse(first?.answer ?? "{}").postalCode).toBe("M5V 3L9");
    expect(await total()).toBe(2);
    // And the other way round.
    await signOnline(own(mei), { comment: "Mine too" });
    expect(await stored()).toHaveLength(2);
    expect(await total()).toBe(2);
  });

  it("typed in twice are counted once", async () => {
    for (let time = 0; time < 2; time += 1) await team.owner.post(paper, typed([own(amina)]));
    expect(await stored()).toHaveLength(1);
    expect(await total()).toBe(1);
  });

  it("do not bring back onto the list whoever left it after signing on paper", async () => {
    await signOnline(own(amina), { consent: "yes" });
    const [before] = await stored();
    await unsubscribe(dbFor(env, team.group), before?.person_no ?? 0, "mail", Date.now());
    await team.owner.post(paper, typed([{ ...own(amina), consent: "yes" }], { signed: day(1) }));
    expect((await stored())[0]?.email_status).toBe(2);
  });

  it("are counted once with whoever signed in another part of the world, whichever was stored first", async () => {
    const there = { e: own(amina).email, o: { givenName: "Amina" }, la: "en", co: 1, w: "", nm: 1 } as const;
    const snapshot = await snapshotOf(team.group, action);
    const online = { ...there, w: snapshot.consentHash, cm: "From afar", cs: 2 as const };
    await takeAction(contextOf(), intakeTarget(snapshot, petition), online, { continent: "NA" });
    await team.owner.post(paper, typed([own(amina)], { signed: day(1) }));
    const [only, ...others] = await stored();
    expect(others).toEqual([]);
    // What is older than what was said on the page changes nothing of it.
    expect(only).toMatchObject({ comment: "From afar", email_status: 1 });
    expect(await total()).toBe(1);
  });

  it("do not bring back who asked to be forgotten after signing on paper", async () => {
    await signOnline(own(amina));
    const [before] = await stored();
    const snapshot = await snapshotOf(team.group, action);
    const target = intakeTarget(snapshot, petition);
    await erasePerson(contextOf(), team.group, before?.person_no ?? 0, [own(amina).email], [target]);
    await team.owner.post(paper, typed([own(amina)], { signed: day(1) }));
    expect(await stored()).toEqual([]);
    expect(await total()).toBe(0);
  });

  it("get no thank-you mail, however it is looked for, unless it was ticked", async () => {
    await team.owner.post(paper, typed([own(amina)]));
    const [quiet] = await stored();
    const db = dbFor(env, team.group);
    const window = { sinceMs: Date.now() - DAY, untilMs: Date.now() + DAY };
    expect(await claimReceipts(db, action.no, [quiet?.person_no ?? 0], Date.now())).toEqual([]);
    expect((await findUnsettled(db, action.no, window, Date.now())).count).toBe(0);
    await team.owner.post(paper, typed([own(mei)], { thanks: "yes" }));
    const thanked = (await stored()).find(({ email }) => email === own(mei).email);
    const claimed = await claimReceipts(db, action.no, [thanked?.person_no ?? 0], Date.now());
    expect(claimed.map(({ email }) => email)).toEqual([own(mei).email]);
  });

  it("are refused together, with everything kept and nothing stored, when one of them is wrong", async () => {
    const refused = await team.owner.post(
      paper,
      typed([own(amina), { givenName: `<b>`, familyName: "", email: "nobody at home" }, own(amina)]),
    );
    expect(refused.status).toBe(422);
    const html = await refused.text();
    expect(html).toContain("Line 2: Write an email address");
    expect(html).toContain("Line 2: Write your last name");
    expect(html).toContain("Line 3: This address is on line 1 already.");
    expect(html).toContain(`value="${own(amina).email}"`);
    expect(html).toContain(`value="&lt;b&gt;"`);
    expect(html).toContain(`href="#f-rows-2-email"`);
    expect(await stored()).toEqual([]);
  });

  it.each([
    ["a day to come", { signed: "2999-01-01" }, "f-signed"],
    ["no day", { signed: "" }, "f-signed"],
    ["a day long ago", { signed: "1999-12-31" }, "f-signed"],
    ["a number that is none", { sheet: "=1+1;" }, "f-sheet"],
  ])("are refused with %s", async (_what, head, field) => {
    const refused = await team.owner.post(paper, typed([own(amina)], head));
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain(`href="#${field}"`);
    expect(await stored()).toEqual([]);
  });

  it("are refused when there is none", async () => {
    expect((await team.owner.post(paper, typed([]))).status).toBe(422);
    const stray = typed([{ givenName: "", familyName: "", email: " ", consent: "yes" }]);
    expect((await team.owner.post(paper, stray)).status).toBe(422);
  });

  it("carry no consent from a sheet that asked it in other words", async () => {
    const [other = ""] = sheetNumbers("0000000000000000", 1);
    const ticked = typed([{ ...own(amina), consent: "yes" }], { sheet: other });
    const refused = await team.owner.post(paper, ticked);
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("printed with other words of consent");
    expect((await team.owner.post(paper, typed([own(amina)], { sheet: other }))).status).toBe(303);
  });

  it("need no more than a name and an address, and are taken by no action that is closed", async () => {
    await team.owner.post(`${team.base}/actions/${action.id}/closure`, {});
    const refused = await team.owner.post(paper, typed([own(amina)]));
    expect(refused.status).toBe(422);
    const html = await refused.text();
    expect(html).toContain("It does not take signatures now.");
    expect(html).toContain(`value="${own(amina).email}"`);
    expect(await stored()).toEqual([]);
  });

  it("are for those who may see people, of this group alone", async () => {
    expect((await team.organiser.get(paper)).status).toBe(403);
    expect((await team.organiser.post(paper, typed([own(amina)]))).status).toBe(403);
    expect((await team.stranger.post(paper, typed([own(amina)]))).status).toBe(404);
    expect(await stored()).toEqual([]);
  });
});

describe("a file of lines", () => {
  const lines = (people: readonly Person[]) =>
    people
      .map(({ givenName, familyName, email, consent = "" }) =>
        [givenName, familyName, email, consent].join(","),
      )
      .join("\n");
  const headings = "Prénom,Nom,Courriel,Consentement";
  const send = (text: string | Blob, head: Record<string, string> = {}) =>
    team.owner.upload(`${paper}/uploads`, {
      ...{ "file.signed": day(2), "file.sheet": "" },
      ...head,
      ...(typeof text === "string" ? { "file.text": text } : { "file.file": new File([text], "l.csv") }),
    });
  const taken = async (preview: string) => {
    let at = preview;
    for (let step = 0; step < 8 && at.includes("/uploads/"); step += 1)
      at = (await team.owner.post(at)).headers.get("Location") ?? "";
    return at;
  };

  it("is looked at before anything of it is recorded, then taken; a formula stays a name", async () => {
    const formula = { givenName: "=1+1", familyName: "<i>Cell</i>", email: own(mei).email };
    const people = [
      { ...own(amina), consent: "x" },
      formula,
      { ...own(jeanLuc), email: "nowhere" },
      own(amina),
    ];
    const sent = await send(`${headings},Shoe size\n${lines(people)}`);
    const preview = sent.headers.get("Location") ?? "";
    const html = await (await team.owner.get(preview)).text();
    expect(html).toContain("2 lines can be recorded.");
    expect(html).toContain("2 lines are left out");
    expect(html).toContain("Line 4: Write an email address");
    expect(html).toContain("Line 5: This address is on line 2 already.");
    expect(html).toContain("Shoe size");
    expect(html).toContain("&lt;i&gt;Cell&lt;/i&gt;");
    expect(html).not.toContain("<i>Cell");
    expect(await stored()).toEqual([]);
    expect(await taken(preview)).toContain("done=2&known=0");
    expect((await stored()).map(({ email, email_status }) => [email, email_status])).toEqual([
      [own(amina).email, 1],
      [own(mei).email, 2],
    ]);
    const csv = await (await team.owner.post(`${team.base}/actions/${action.id}/signers.csv`)).text();
    expect(csv).toContain("'=1+1");
    // It is gone once it was used.
    expect((await team.owner.get(preview)).status).toBe(404);
    expect((await env.FILES.list({ prefix: `paper/${team.group.no}/${action.id}/` })).objects).toEqual([]);
  });

  it("is taken step by step, and counts nobody twice when it is brought again", async () => {
    const people = Array.from({ length: 230 }, (_, nth) => ({
      ...own(amina),
      email: `p${nth}-${made}@supporters.example`,
    }));
    const preview = (await send(`${headings}\n${lines(people)}`)).headers.get("Location") ?? "";
    const first = await team.owner.post(preview);
    expect(first.headers.get("Location")).toBe(preview);
    const html = await (await team.owner.get(preview)).text();
    expect(html).toContain("200 of 230 lines");
    expect(html).toContain(`<progress value="200" max="230"`);
    expect(await taken(preview)).toContain("done=230&known=0");
    expect(await total()).toBe(230);
    const again = (await send(`${headings}\n${lines(people)}`)).headers.get("Location") ?? "";
    expect(await taken(again)).toContain("done=0&known=230");
    expect(await total()).toBe(230);
  });

  it("leaves nobody out when what the action asks changes between two steps", async () => {
    const edit = async (use: string) => {
      const href = `${team.base}/actions/${action.id}/edit`;
      const [, version = ""] =
        /name="version" value="(\d+)"/.exec(await (await team.owner.get(href)).text()) ?? [];
      expect((await team.owner.post(href, { version, "fields.familyName": use })).status).toBe(303);
    };
    await edit("optional");
    const people = Array.from({ length: 230 }, (_, nth) => ({
      ...own(amina),
      familyName: nth < 20 ? "" : "Sow",
      email: `q${nth}-${made}@supporters.example`,
    }));
    const preview = (await send(`${headings}\n${lines(people)}`)).headers.get("Location") ?? "";
    expect((await team.owner.post(preview)).headers.get("Location")).toBe(preview);
    await edit("required");
    expect(await taken(preview)).toContain("done=230&known=0");
    expect(await total()).toBe(230);
  });

  it("may come from any spreadsheet: in Windows' letters, in UTF-16, with semicolons or tabs", async () => {
    const person = { ...own(amina), givenName: "Zoé" };
    const text = (mark: string) => `${headings}\n${lines([person])}`.replaceAll(",", mark);
    const windows = Uint8Array.from(text(";"), (letter) => letter.charCodeAt(0));
    const wide = new Uint8Array(
      Uint16Array.from(`\uFEFF${text("\t")}`, (letter) => letter.charCodeAt(0)).buffer,
    );
    for (const bytes of [new Blob([windows]), new Blob([wide]), text("\t")]) {
      const preview = (await send(bytes)).headers.get("Location") ?? "";
      expect(await (await team.owner.get(preview)).text()).toContain("Zoé");
    }
  });

  it.each([
    ["nothing", "", "Choose a file or paste lines"],
    ["headings alone", headings, "Choose a file or paste lines"],
    ["words", "just words\nand more", "no column for the email address"],
    ["quotes that never end", `${headings}\n"a,b,c`, "This is not a CSV file"],
    ["too many lines", `${headings}\n${"a,b,c\n".repeat(1_001)}`, "more than 1,000 lines"],
    ["too much", `${headings}\n${"x".repeat(530_000)}`, "The file is too large"],
  ])("of %s is refused, with what was pasted kept", async (_what, text, words) => {
    const refused = await send(text, { "file.sheet": "KEPT-1" });
    expect(refused.status).toBe(422);
    const html = await refused.text();
    expect(html).toContain(words);
    expect(html).toContain(`value="KEPT-1"`);
    expect(await stored()).toEqual([]);
  });

  it("that is huge, or a picture, is refused", async () => {
    expect((await send(new Blob([new Uint8Array(2_000_000)]))).status).toBe(413);
    const picture = new Blob([Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13, 10, 0, 1)]);
    expect((await send(picture)).status).toBe(422);
  });

  it("is nobody else's, and can be thrown away", async () => {
    const preview = (await send(`${headings}\n${lines([own(amina)])}`)).headers.get("Location") ?? "";
    expect((await team.organiser.get(preview)).status).toBe(403);
    expect((await team.stranger.get(preview)).status).toBe(404);
    const other = await makePetition(team.group, { slug: `other-${made}` });
    expect((await team.owner.get(preview.replace(action.id, other.id))).status).toBe(404);
    await team.owner.post(preview, { do: "discard" });
    expect((await team.owner.get(preview)).status).toBe(404);
    expect(await stored()).toEqual([]);
  });
});

it("a file that nobody went on with is forgotten after a day", async () => {
  const { forgetOldUploads, keepUpload } = await import("./upload");
  const of = { group: team.group, action };
  const head = { sheet: "", signed: { day: day(0), at: 1 }, isThanked: false, ignored: [], columns: [] };
  await keepUpload(contextOf(), of, { ...head, rows: [], last: 0, done: 0, counted: 0, known: 0 });
  const prefix = `paper/${team.group.no}/${action.id}/`;
  await forgetOldUploads(contextOf());
  expect((await env.FILES.list({ prefix })).objects).toHaveLength(1);
  await forgetOldUploads(contextOf(env, Date.now() + DAY + 1_000));
  expect((await env.FILES.list({ prefix })).objects).toEqual([]);
});
