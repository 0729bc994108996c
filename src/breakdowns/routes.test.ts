import { beforeAll, describe, expect, it } from "vitest";
import { contextOf } from "../../test/groups";
import { makeOrganisers, type Organiser } from "../../test/organisers";
import { makeMailing } from "../../test/results";
import type { Audience } from "../audiences/audience";
import { insertAudience, updateAudience } from "../audiences/store";
import type { AudienceId } from "../audiences/types";
import { dbFor, type GroupDb } from "../groups/shard";
import { createMailing, saveSettings } from "../mailings/mailing";
import type { Target } from "../mailings/types";
import { makeField } from "../people/custom-field";
import { newId } from "../platform/ids";
import { listBreakdowns } from "./breakdown";
import { draftReport } from "./draft";
import { LINES_MAX } from "./types";

let team: Awaited<ReturnType<typeof makeOrganisers>>;
let db: GroupDb;
let base: string;
const ctx = () => contextOf();
const of = (...people: number[]): Audience => ({ include: { is: "people", people } });
const read = async (path: string, who: Organiser = team.owner) => (await who.get(`${base}${path}`)).text();

beforeAll(async () => {
  team = await makeOrganisers();
  db = dbFor(ctx().env, team.group);
  base = `${team.base}/mailings`;
  // Mailings that are made row by row have low numbers, drafts those above.
  await db.d1
    .prepare("INSERT INTO numbers (group_no, noun, last) VALUES (?, 'mailings', 1000)")
    .bind(db.groupNo)
    .run();
});

async function audience(name: string, tree: Audience, isShared = true): Promise<number> {
  const about = { name, audience: tree, isShared, description: "", parts: [], by: 1, now: 1 };
  return (await insertAudience(db, newId<AudienceId>(), about)) ?? 0;
}

async function made(fields: Record<string, string | string[]>): Promise<{ no: number; id: string }> {
  const name = `Made ${crypto.randomUUID().slice(0, 8)}`;
  const response = await team.organiser.post(`${base}/breakdowns/new`, { name, ...fields });
  expect(response.status).toBe(303);
  const found = (await listBreakdowns(db)).find((each) => each.name === (fields.name ?? name));
  if (!found) throw new Error("not made");
  return found;
}

async function draftTo(target: Target): Promise<{ no: number; id: string }> {
  const mailing = await createMailing(ctx(), team.group, { no: team.organiser.accountNo }, {});
  await saveSettings(ctx(), team.group, mailing, { target });
  return mailing;
}

/** Name and count of each line of a draft. */
const linesIn = (html: string) =>
  [...html.matchAll(/<th scope="row"><span dir="auto">([^<]+)<\/span><\/th><td>([^<]+)/g)].map(
    ([, name = "", count = ""]) => [name, count],
  );

const choose = (id: string, breakdown: string, back = "results") =>
  team.organiser.post(`${base}/${id}/breakdown`, { breakdown, back });

describe("keeping breakdowns", () => {
  it("makes one of shared audiences, changes it, removes it and brings it back", async () => {
    const [one, other] = [await audience("Monthly", of(1)), await audience("New", of(2))];
    const { id } = await made({ name: "Donors", by: "audiences", audience: [String(one), String(other)] });
    expect(await read("/breakdowns")).toContain("2 saved audiences");
    const form = await read(`/breakdowns/${id}`);
    expect(form).toMatch(new RegExp(`value="${one}"[^>]*checked`));
    const changed = { name: "Donors & new", by: "language", revision: "1" };
    expect((await team.organiser.post(`${base}/breakdowns/${id}`, changed)).status).toBe(303);
    expect(await read("/breakdowns")).toContain("Donors &amp; new");
    await team.organiser.post(`${base}/breakdowns/${id}/removal`);
    expect((await team.organiser.get(`${base}/breakdowns/${id}`)).status).toBe(404);
    expect(await read(`/breakdowns?done=removed&kept=${id}`)).toContain(`/breakdowns/${id}/return`);
    await team.organiser.post(`${base}/breakdowns/${id}/return`);
    expect((await team.organiser.get(`${base}/breakdowns/${id}`)).status).toBe(200);
  });

  it("makes one of the answers of a field, one line each", async () => {
    const field = await makeField(db, { label: "Diet", type: "choice", choices: ["Vegan", "Other"] }, 1);
    const name = "By diet";
    const asked = { name, by: `field-${field}`, revision: "1" };
    // Whoever may not see people asks nothing of them that nobody shared.
    const refused = await team.organiser.post(`${base}/breakdowns/new`, asked);
    expect(refused.status).toBe(422);
    expect((await team.owner.post(`${base}/breakdowns/new`, asked)).status).toBe(303);
    expect(await read("/breakdowns")).toContain("Diet");
    const found = (await listBreakdowns(db)).find((each) => each.name === name);
    expect((await team.organiser.post(`${base}/breakdowns/${found?.id}`, asked)).status).toBe(303);
    const mailing = await makeMailing(team.group, [{}, {}, {}]);
    await db.d1
      .prepare(
        `INSERT INTO field_values (group_no, person_no, field_no, value, acted_at)
         SELECT ?1, j.value, ?2, 'Vegan', 1 FROM json_each(?3) j`,
      )
      .bind(db.groupNo, field, JSON.stringify(mailing.people.slice(0, 2)))
      .run();
    await choose(mailing.id, String(found?.no));
    const html = await read(`/${mailing.id}/breakdown`);
    expect(html).toMatch(/Vegan.*?"Sent">2<.*?Other.*?"Sent">0<.*?None of these.*?"Sent">1</);
  });

  it("says of a field with more answers than lines that the last line holds others too", async () => {
    const choices = Array.from({ length: LINES_MAX + 2 }, (_, at) => `Choice ${at + 1}`);
    const field = await makeField(db, { label: "Many", type: "choice", choices }, 1);
    await team.owner.post(`${base}/breakdowns/new`, { name: "Many", by: `field-${field}`, revision: "1" });
    const { no = 0 } = (await listBreakdowns(db)).find(({ name }) => name === "Many") ?? {};
    const mailing = await makeMailing(team.group, [{}]);
    await choose(mailing.id, String(no));
    const html = await read(`/${mailing.id}/breakdown`);
    expect(html).toContain("Choice 12");
    expect(html).not.toContain("Choice 13");
    expect(html).not.toContain("None of these");
    expect(html).toContain("Other answers, or none");
    expect(html).toContain("the first 12 have a line each");
  });

  it("brings back the default as the default, and says so when there is no room for one", async () => {
    const { id } = await made({ by: "language" });
    await team.owner.post(`${base}/breakdowns/${id}/default`, { to: "yes" });
    await team.organiser.post(`${base}/breakdowns/${id}/removal`);
    expect((await listBreakdowns(db)).some(({ isDefault }) => isDefault)).toBe(false);
    const undo = () => team.organiser.post(`${base}/breakdowns/${id}/return`);
    await undo();
    expect((await listBreakdowns(db)).find(({ isDefault }) => isDefault)?.id).toBe(id);
    // Pressed twice.
    expect((await undo()).status).toBe(303);
    await team.owner.post(`${base}/breakdowns/${id}/default`, { to: "no" });
    await team.organiser.post(`${base}/breakdowns/${id}/removal`);
    await db.d1
      .prepare(
        `INSERT INTO breakdowns (group_no, breakdown_no, id, name, plan, created_by, created_at, updated_by, updated_at)
         SELECT ?1, 5000 + key, unhex(value), 'Filler', '{"by":"language"}', 1, 1, 1, 1 FROM json_each(?2)`,
      )
      .bind(db.groupNo, JSON.stringify(Array.from({ length: 50 }, () => newId().replaceAll("-", ""))))
      .run();
    const full = await undo();
    expect([full.status, full.headers.get("Location")]).toEqual([303, expect.stringContaining("not=full")]);
    expect(await read(`/breakdowns?not=full&kept=${id}`)).toContain("as many breakdowns as it may have");
    await db.d1
      .prepare("DELETE FROM breakdowns WHERE group_no = ? AND name = 'Filler'")
      .bind(db.groupNo)
      .run();
  });

  it("keeps the order of its audiences when it is saved again", async () => {
    const [last, first] = [await audience("Zebra", of(1)), await audience("Aardvark", of(2))];
    const { id } = await made({ by: "audiences", audience: [String(last)] });
    const fields = { by: "audiences", audience: [String(last), String(first)] };
    await team.organiser.post(`${base}/breakdowns/${id}`, { name: "Animals", ...fields, revision: "1" });
    const found = (await listBreakdowns(db)).find((each) => each.id === id);
    expect(found?.plan).toEqual({ by: "audiences", audiences: [last, first] });
  });

  it.each<{ why: string; fields: Record<string, string> & { name: string }; says: string }>([
    { why: "no name", fields: { name: " ", by: "language" }, says: "Write a name" },
    { why: "a name too long", fields: { name: "n".repeat(121), by: "language" }, says: "at most 120" },
    { why: "nothing to tell apart by", fields: { name: "x", by: "field-9999" }, says: "Choose what tells" },
    { why: "no audience", fields: { name: "x", by: "audiences" }, says: "at least one audience" },
    {
      why: "an audience the group does not have",
      fields: { name: "x", by: "audiences", audience: "99999" },
      says: "at least one audience",
    },
  ])("refuses $why, and keeps what was typed", async ({ fields, says }) => {
    const count = (await listBreakdowns(db)).length;
    const response = await team.organiser.post(`${base}/breakdowns/new`, fields);
    expect(response.status).toBe(422);
    const html = await response.text();
    expect(html).toContain(says);
    expect(html).toContain(`value="${fields.name.trim()}"`);
    expect((await listBreakdowns(db)).length).toBe(count);
  });

  it("refuses somebody's private audience, and more lines than there may be", async () => {
    const own = await audience("Mine", of(1), false);
    const fields = { name: "x", by: "audiences", audience: String(own) };
    const refused = await team.organiser.post(`${base}/breakdowns/new`, fields);
    expect(refused.status).toBe(422);
    expect(await refused.text()).not.toContain("Mine");
    const many = await Promise.all(
      Array.from({ length: LINES_MAX + 1 }, (_, at) => audience(`Many ${at}`, of(1))),
    );
    const response = await team.organiser.post(`${base}/breakdowns/new`, {
      ...{ name: "x", by: "audiences", audience: many.map(String) },
    });
    expect(response.status).toBe(422);
    expect(await response.text()).toContain("at most 12 audiences");
  });

  it("refuses to overwrite what somebody else has saved meanwhile, once", async () => {
    const { id } = await made({ by: "language" });
    const save = (revision: string, name: string) =>
      team.organiser.post(`${base}/breakdowns/${id}`, { name, by: "language", revision });
    expect((await save("1", "Theirs")).status).toBe(303);
    const refused = await save("1", "Ours");
    expect(refused.status).toBe(422);
    const html = await refused.text();
    expect(html).toContain("Somebody else has changed “Theirs”");
    expect(html).toContain('name="revision" value="2"');
    expect((await save("2", "Ours")).status).toBe(303);
  });

  it("is not found by another group, nor attached by it", async () => {
    const { id, no } = await made({ by: "language" });
    const slug = team.group.slug.replace("team-", "other-");
    const theirs = `/groups/${slug}/mailings`;
    for (const path of [`${base}/breakdowns/${id}`, `${theirs}/breakdowns/${id}`])
      expect((await team.stranger.get(path)).status, path).toBe(404);
    for (const page of ["", "/removal", "/return", "/default"])
      expect((await team.stranger.post(`${theirs}/breakdowns/${id}${page}`, {})).status, page).toBe(404);
    const { id: mailing } = await draftTo({ audience: of(1), most: null });
    for (const at of [base, theirs]) {
      const asked = { breakdown: String(no) };
      expect((await team.stranger.post(`${at}/${mailing}/breakdown`, asked)).status).toBe(404);
      expect((await team.stranger.get(`${at}/${mailing}/breakdown`)).status).toBe(404);
    }
  });

  it("is made the default by whoever may change settings alone", async () => {
    const { id } = await made({ by: "language" });
    const asked = { to: "yes" };
    expect((await team.organiser.post(`${base}/breakdowns/${id}/default`, asked)).status).toBe(403);
    await team.administrator.post(`${base}/breakdowns/${id}/default`, asked);
    const other = await made({ by: "language" });
    await team.owner.post(`${base}/breakdowns/${other.id}/default`, asked);
    const defaults = (await listBreakdowns(db)).filter(({ isDefault }) => isDefault);
    expect(defaults.map((each) => each.id)).toEqual([other.id]);
    await team.owner.post(`${base}/breakdowns/${other.id}/default`, { to: "no" });
    expect((await listBreakdowns(db)).some(({ isDefault }) => isDefault)).toBe(false);
  });
});

describe("a mailing that was sent", () => {
  it("shows the breakdown chosen for it, else the group's, or none, and says what the numbers are", async () => {
    const mailing = await makeMailing(team.group, [{ openedAfter: 3 }, {}, {}]);
    const [one = 0, two = 0] = mailing.people;
    const no = await audience("Key <districts>", of(one, two));
    const own = await made({ name: "Districts", by: "audiences", audience: String(no) });
    const usual = await made({ name: "The usual", by: "language" });
    await team.owner.post(`${base}/breakdowns/${usual.id}/default`, { to: "yes" });
    const results = `/${mailing.id}/results`;
    expect(await read(results)).toContain("Breakdown: The usual");
    await choose(mailing.id, String(own.no));
    const html = await read(results);
    expect(html).toContain("Breakdown: Districts");
    expect(html).toContain("Key &lt;districts&gt;");
    expect(html).toMatch(
      /data-title="Sent">2<\/td><td[^>]*><span>1 <span class="breakdown-rate soft small">50%/,
    );
    expect(html).toContain("Audiences are asked as they are now");
    expect(await read(`/${mailing.id}/breakdown`)).toContain('data-whole="yes"');
    const csv = await read(`/${mailing.id}/results.csv`);
    expect(csv).toMatch(/Districts,Key <districts>,2,2,0,0,1,0,0,0,0,0,0,/);
    expect(csv).toMatch(/Districts,None of these,1,1,/);
    expect((await choose(mailing.id, "99999")).status).toBe(404);
    await choose(mailing.id, "none");
    expect(await read(results)).not.toContain("Breakdown: ");
    await choose(mailing.id, String(own.no));
    await team.organiser.post(`${base}/breakdowns/${own.id}/removal`);
    expect(await read(results)).toContain("Breakdown: The usual");
    await team.owner.post(`${base}/breakdowns/${usual.id}/default`, { to: "no" });
  });
});

describe("whoever may not see people", () => {
  const asOrganiser = (path: string) => read(path, team.organiser);
  it("cannot read from the lines what one of them answered, of a draft, of what was sent, or in its file", async () => {
    const { people, id: sent } = await makeMailing(team.group, [{}]);
    const byLanguage = await made({ by: "language" });
    const { id } = await draftTo({ audience: of(people[0] ?? 0), most: null });
    for (const each of [id, sent]) await choose(each, String(byLanguage.no));
    for (const path of [`/${id}/breakdown`, `/${id}/review`, `/${sent}/breakdown`, `/${sent}/results`]) {
      const html = await asOrganiser(path);
      expect(html, path).toContain("is shown to those who may see people");
      expect(html, path).not.toContain("Français");
      expect(await read(path), path).toContain("Français");
    }
    const shared = await made({
      by: "audiences",
      audience: String(await audience("Only one", of(...people))),
    });
    for (const each of [id, sent]) await choose(each, String(shared.no));
    expect(linesIn(await read(`/${id}/breakdown`))).toContainEqual(["Only one", "1"]);
    for (const path of [`/${id}/breakdown`, `/${sent}/breakdown`, `/${sent}/results`]) {
      const html = await asOrganiser(path);
      expect(html, path).toContain("fewer than 10 people");
      expect(html, path).not.toContain("Only one");
    }
    await read(`/${sent}/results`);
    expect(await read(`/${sent}/results.csv`)).toContain("Only one");
    expect(await asOrganiser(`/${sent}/results.csv`)).not.toContain("Only one");
  });

  it("sees the lines of shared audiences of ten people and more", async () => {
    const { people } = await makeMailing(
      team.group,
      Array.from({ length: 10 }, () => ({})),
    );
    const shared = await made({
      by: "audiences",
      audience: String(await audience("Some", of(...people.slice(3)))),
    });
    const { id } = await draftTo({ audience: of(...people), most: null });
    await choose(id, String(shared.no));
    expect(linesIn(await asOrganiser(`/${id}/breakdown`))).toContainEqual(["Some", "7"]);
  });
});

describe("a mailing that is still being frozen", () => {
  it("shows estimates, and keeps no numbers of those written down so far", async () => {
    const { id, no, people } = await makeMailing(team.group, [{}, {}], { status: "preparing", sentAt: null });
    await saveSettings(ctx(), team.group, { no }, { target: { audience: of(...people), most: null } });
    await db.d1
      .prepare("UPDATE mailings SET target = ?3 WHERE group_no = ?1 AND mailing_no = ?2")
      .bind(db.groupNo, no, JSON.stringify({ audience: of(...people), most: null }))
      .run();
    const shared = await made({ by: "audiences", audience: String(await audience("So far", of(...people))) });
    await choose(id, String(shared.no));
    expect(linesIn(await read(`/${id}/breakdown`))).toContainEqual(["So far", "2"]);
    const kept = await db.d1
      .prepare("SELECT 1 FROM breakdown_counts WHERE group_no = ? AND mailing_no = ?")
      .bind(db.groupNo, no)
      .first();
    expect(kept).toBeNull();
  });
});

describe("a draft", () => {
  it("says how many of those who would get it are in each line, within its audience and by its rules", async () => {
    const { people } = await makeMailing(
      team.group,
      Array.from({ length: 10 }, () => ({})),
    );
    const outside = await makeMailing(team.group, [{}]);
    // Somebody who has unsubscribed would not get it, whatever line they are in.
    await db.d1
      .prepare("UPDATE people SET email_status = 2 WHERE group_no = ? AND person_no = ?")
      .bind(db.groupNo, people[0] ?? 0)
      .run();
    const four = await audience("Four", of(...people.slice(0, 4), ...outside.people));
    const eight = await audience("Eight", of(...people.slice(0, 8)));
    const { no } = await made({ by: "audiences", audience: [String(four), String(eight)] });
    const { id } = await draftTo({ audience: of(...people), most: null });
    await choose(id, String(no), "review");
    const html = await read(`/${id}/breakdown`);
    expect(linesIn(html)).toEqual([
      ["Everybody", "9"],
      ["Eight", "7"],
      ["Four", "3"],
      ["None of these", "2"],
    ]);
    expect(html).toContain('data-whole="yes"');
    expect(await read(`/${id}/breakdown?at=1e300`)).toContain("Everybody");
    expect(await read(`/${id}/review`)).toContain("Breakdown: Made");
  });

  it("keeps to the limits of its audience and of the mailing, looked up before anybody is told apart", async () => {
    const { people } = await makeMailing(
      team.group,
      Array.from({ length: 10 }, () => ({})),
    );
    const oldest = await audience("Half", of(...people.slice(0, 5)));
    const { no } = await made({ by: "audiences", audience: String(oldest) });
    const asked = async (target: Target) => {
      const { id } = await draftTo(target);
      await choose(id, String(no));
      const html = await read(`/${id}/breakdown`);
      return linesIn(html).map(([, count]) => count);
    };
    const limit = { people: 4, by: "oldest" as const, seed: 0 };
    expect(await asked({ audience: { ...of(...people), limit }, most: null })).toEqual(["4", "4", "0"]);
    const [everybody, half, others] = await asked({ audience: of(...people), most: 3 });
    expect([everybody, Number(half) + Number(others)]).toEqual(["3", 3]);
  });

  it("is told nothing without an audience, and shows what does not fit a statement as such", async () => {
    const has = (what: "email" | "name") => ({ is: "has" as const, what });
    const pairs = (count: number) =>
      Array.from({ length: count }, () => ({ all: [has("email"), has("name")] }));
    const large = await audience("Large", { include: { any: pairs(45) } });
    const { no } = await made({ by: "audiences", audience: String(large) });
    const nobody = await createMailing(ctx(), team.group, { no: 1 }, {});
    await choose(nobody.id, String(no));
    expect((await team.organiser.get(`${base}/${nobody.id}/breakdown`)).status).toBe(404);
    const { id } = await draftTo({ audience: { include: { any: pairs(20) } }, most: null });
    await choose(id, String(no));
    expect(await read(`/${id}/breakdown`)).toContain("too many conditions to count");
  });

  it("goes on when it is asked again, as far as the time went", async () => {
    const { people } = await makeMailing(team.group, [{}, {}]);
    const no = await audience("Any", of(...people));
    const { id } = await made({ by: "audiences", audience: String(no) });
    const breakdown = (await listBreakdowns(db)).find((each) => each.id === id);
    const mailing = await draftTo({ audience: of(...people), most: null });
    const target = { audience: of(...people), most: null };
    const settings = (await createMailing(ctx(), team.group, { no: 1 }, {})).settings;
    if (!breakdown) throw new Error("none");
    const ask = (budgetMs: number) =>
      draftReport(ctx(), team.group, { no: mailing.no, target, settings }, breakdown, {
        ...{ startAt: null, seesPeople: true, budgetMs },
      });
    expect(await ask(0)).toMatchObject({ isWhole: false });
    expect((await ask(5_000))?.lines.map(({ recipients }) => recipients)).toEqual([2, 2, 0]);
  });
});

it("counts with the audience as it is when it is asked", async () => {
  const { people, id } = await makeMailing(team.group, [{}, {}]);
  const no = await audience("Grows", of(people[0] ?? 0));
  const breakdown = await made({ by: "audiences", audience: String(no) });
  await choose(id, String(breakdown.no));
  expect(await read(`/${id}/breakdown`)).toMatch(/Grows.*?"Sent">1</);
  const about = { name: "Grows", isShared: true, parts: [], description: "", by: 1, now: 3 };
  await updateAudience(db, no, 1, { ...about, audience: of(...people) });
  expect(await read(`/${id}/breakdown`)).toMatch(/Grows.*?"Sent">2</);
});
