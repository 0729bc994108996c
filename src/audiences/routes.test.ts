import { beforeAll, describe, expect, it } from "vitest";
import { personNoOf, storeAnswers } from "../../test/forms";
import { contextOf } from "../../test/groups";
import { makeOrganisers } from "../../test/organisers";
import { makePetition } from "../../test/petitions";
import { dbFor, type GroupDb } from "../groups/shard";
import { groupBySlug } from "../groups/store";
import { ensureTags, tagNosOf, tagPeople } from "../people/tag";
import { listWorks, runWork } from "../people/work";
import { countAudience, fixAudience, listAudiences, peopleOf } from "./audience";
import { takeTurn } from "./store";
import { taggingSteps } from "./tagging";
import { audienceSchema } from "./types";

const amina = "amina@supporters.example";
const mei = "mei@supporters.example";
const seun = "seun@supporters.example";

let team: Awaited<ReturnType<typeof makeOrganisers>>;
let db: GroupDb;
let base: string;
let petitionNo: number;
let tagNo: number;

beforeAll(async () => {
  team = await makeOrganisers();
  db = dbFor(contextOf().env, team.group);
  base = `${team.base}/audiences`;
  const petition = await makePetition(team.group);
  petitionNo = petition.no;
  await storeAnswers(team.group, petition.no, [{ email: amina }, { email: mei }]);
  await storeAnswers(team.group, petition.no + 1, [{ email: seun }]);
  [tagNo = 0] = await ensureTags(db, ["Volunteer"]);
  await tagPeople(db, tagNo, [await personNoOf(team.group, mei)], 1);
});

/** The form of "who signed, but without those who have the tag". */
const signedWithoutTag = () => ({
  name: "Signed, not volunteers",
  isShared: "yes",
  "i:join": "all",
  "i.0:is": "action",
  "i.0:actions": String(petitionNo),
  "e:join": "any",
  "e.0:is": "tag",
  "e.0:tags": String(tagNo),
});

async function made(fields: Record<string, string>): Promise<string> {
  const response = await team.owner.post(`${base}/new`, fields);
  const id = /audiences\/([0-9a-f-]{36})/.exec(response.headers.get("Location") ?? "")?.[1];
  if (!id) throw new Error(`not saved: ${response.status} ${await response.text()}`);
  return id;
}

describe("building an audience", () => {
  it("saves what the form says, and shows it in words with its people", async () => {
    const id = await made(signedWithoutTag());
    const page = await (await team.owner.get(`${base}/${id}`)).text();
    expect(page).toContain('<p class="audience-number">1</p>');
    expect(page).toMatch(/People who signed [^<]*, without those who have the tag Volunteer\./);
    expect(page).toContain(amina);
    expect(page).not.toContain(mei);
  });

  it("adds, groups and removes conditions by the server alone, and keeps what was typed", async () => {
    const before = { ...signedWithoutTag(), "i.1:is": "city", "i.1:cities": "Toronto\nParis" };
    const added = await (
      await team.owner.post(`${base}/new`, { ...before, do: "add i", "i:add": "tag" })
    ).text();
    expect(added).toContain('name="i.2:is" value="tag"');
    expect(added).toContain("Toronto\nParis</textarea>");
    const grouped = await (await team.owner.post(`${base}/new`, { ...before, do: "group i" })).text();
    expect(grouped).toContain('name="i.2:join"');
    const removed = await (await team.owner.post(`${base}/new`, { ...before, do: "remove i.0" })).text();
    expect(removed).toContain('name="i.0:is" value="city"');
    expect(removed).not.toContain('value="action"/>');
    const recent = await (await team.owner.post(`${base}/new`, { ...before, do: "recent" })).text();
    expect(recent).toContain('name="e.1:is" value="mail"');
    expect(recent).toContain("got any mailing in the last 7 days");
  });

  it("refuses what says nothing, beside its field, and keeps the rest", async () => {
    const response = await team.owner.post(`${base}/new`, {
      ...signedWithoutTag(),
      name: "",
      "i.1:is": "tag",
    });
    expect(response.status).toBe(422);
    const page = await response.text();
    expect(page).toContain('href="#f-name"');
    expect(page).toContain('href="#f-i-1-tags"');
    expect(page).toContain('name="i.0:is" value="action"');
  });

  it("refuses numbers of another group: they name nobody here", async () => {
    const asked: Record<string, Record<string, string>> = {
      "i-1-actions": { "i.1:is": "action", "i.1:actions": "9999" },
      "i-1-tags": { "i.1:is": "tag", "i.1:tags": String(tagNo + 70) },
      "i-1-audience": { "i.1:is": "saved", "i.1:audience": "70" },
      "i-1-imports": { "i.1:is": "import", "i.1:imports": "70" },
      "i-1-mailings": { "i.1:is": "mail", "i.1:did": "opened", "i.1:mailings": "70" },
      "i-1-field": { "i.1:is": "field", "i.1:field": "70", "i.1:op": "known" },
      "i-1-addresses": { "i.1:is": "people", "i.1:addresses": "nobody@elsewhere.example" },
    };
    for (const [field, fields] of Object.entries(asked)) {
      const response = await team.owner.post(`${base}/new`, { ...signedWithoutTag(), ...fields });
      expect(response.status, field).toBe(422);
      expect(await response.text(), field).toContain(`href="#f-${field}"`);
    }
  });

  it("counts a form that is not finished, as a fragment", async () => {
    const response = await team.owner.post(`${base}/count`, {
      ...signedWithoutTag(),
      name: "",
      "i.1:is": "tag",
    });
    expect(response.status).toBe(200);
    const fragment = await response.text();
    expect(fragment).toContain('<p class="audience-number">1</p>');
    expect(fragment).not.toContain("<html");
  });

  it("takes dates as days of the group, to the end of the last", async () => {
    const id = await made({
      ...signedWithoutTag(),
      "i.0:when": "between",
      "i.0:from": "2025-12-31",
      "i.0:to": "2025-12-31",
    });
    // 1 January 00:00 UTC is the evening before in Toronto.
    expect(await (await team.owner.get(`${base}/${id}`)).text()).toContain(
      '<p class="audience-number">1</p>',
    );
    const form = await (await team.owner.get(`${base}/${id}/edit`)).text();
    expect(form.match(/value="2025-12-31"/g)).toHaveLength(2);
  });

  it("comes back into the form as it was, whatever it holds", async () => {
    const fields = {
      ...signedWithoutTag(),
      "i.1:is": "people",
      "i.1:addresses": `${amina}\n${seun}`,
      "i.1:not": "yes",
    };
    const id = await made(fields);
    const form = await (await team.owner.get(`${base}/${id}/edit`)).text();
    expect(form).toContain(`${amina}\n${seun}</textarea>`);
    expect(form).toMatch(
      /name="i\.1:not"[^>]*>\s*<option value=""[^>]*>[^<]*<\/option><option value="yes" selected/,
    );
  });
});

describe("a saved audience", () => {
  it("says of one person which conditions are true", async () => {
    const id = await made(signedWithoutTag());
    const page = await (await team.owner.get(`${base}/${id}?person=${mei}`)).text();
    expect(page).toContain(`${mei} is not in this audience`);
    expect(page).toMatch(/Yes<\/span>\s*<span dir="auto">signed/);
    expect(page).toMatch(/Yes<\/span>\s*<span dir="auto">Left out/);
    const nobody = await (await team.owner.get(`${base}/${id}?person=nobody@elsewhere.example`)).text();
    expect(nobody).toContain("Nobody on your list has or had this address.");
  });

  it("is saved once of two who change it at a time", async () => {
    const id = await made(signedWithoutTag());
    const edit = { ...signedWithoutTag(), version: "1" };
    const both = await Promise.all(
      ["First", "Second"].map((name) => team.owner.post(`${base}/${id}/edit`, { ...edit, name })),
    );
    expect(both.map(({ status }) => status).toSorted()).toEqual([303, 422]);
  });

  it("can be part of another, never of itself, and stays while it is", async () => {
    const inner = await made({ ...signedWithoutTag(), name: "Inner" });
    const innerNo = (await listAudiences(db)).find(({ id }) => id === inner)?.no ?? 0;
    const outer = await made({
      name: "Outer",
      "i:join": "all",
      "i.0:is": "saved",
      "i.0:audience": String(innerNo),
    });
    const outerNo = (await listAudiences(db)).find(({ id }) => id === outer)?.no ?? 0;
    const circle = {
      ...signedWithoutTag(),
      version: "1",
      "i.1:is": "saved",
      "i.1:audience": String(outerNo),
    };
    const refused = await team.owner.post(`${base}/${inner}/edit`, circle);
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("would be part of itself");
    expect(await (await team.owner.get(`${base}/${inner}`)).text()).toContain(`/audiences/${outer}"`);
    const kept = await team.owner.post(`${base}/${inner}/removal`);
    expect(kept.headers.get("Location")).toContain("done=inUse");
    expect((await team.owner.get(`${base}/${inner}`)).status).toBe(200);
  });

  it("is deleted with a way back", async () => {
    const id = await made({ ...signedWithoutTag(), name: "Gone soon" });
    const removal = await team.owner.post(`${base}/${id}/removal`);
    const list = await (await team.owner.get(removal.headers.get("Location") ?? "")).text();
    expect(list).toContain(`action="${base}/${id}/return"`);
    expect((await team.owner.get(`${base}/${id}`)).status).toBe(404);
    await team.owner.post(`${base}/${id}/return`);
    expect((await team.owner.get(`${base}/${id}`)).status).toBe(200);
  });

  it("is duplicated for oneself", async () => {
    const id = await made(signedWithoutTag());
    const copy = await team.owner.post(`${base}/${id}/copies`);
    const path = (copy.headers.get("Location") ?? "").replace("/edit", "");
    expect((await team.owner.get(path)).status).toBe(200);
    expect((await team.administrator.get(path)).status).toBe(404);
  });

  it("is seen by nobody of another group, by its own address or that group's", async () => {
    const id = await made(signedWithoutTag());
    expect((await team.stranger.get(`${base}/${id}`)).status).toBe(404);
    expect((await team.organiser.get(`${base}/${id}`)).status).toBe(403);
    const other = base.replace("/team-", "/other-");
    for (const path of ["", "/edit", "/count"])
      expect((await team.stranger.get(`${other}/${id}${path}`)).status).toBe(404);
    for (const path of ["/edit", "/copies", "/removal", "/return"])
      expect((await team.stranger.post(`${other}/${id}${path}`, signedWithoutTag())).status).toBe(404);
  });

  it("of one group finds nobody of another in the same shard", async () => {
    const slug = team.group.slug.replace("team-", "other-");
    const other = await groupBySlug(contextOf().directory, slug);
    if (!other) throw new Error("no other group");
    const audience = audienceSchema.parse({ include: { is: "action", actions: [petitionNo] } });
    const theirs = { ...dbFor(contextOf().env, team.group), groupNo: other.no };
    expect(await peopleOf(contextOf(), theirs, audience, { limit: 10 })).toEqual([]);
    expect(await countAudience(contextOf(), theirs, audience)).toMatchObject({ count: 0, isWhole: true });
  });
});

describe("a count", () => {
  const everybody = audienceSchema.parse({ include: { all: [] } });

  it("is kept for some minutes, and made anew when asked", async () => {
    const ctx = contextOf();
    const first = await countAudience(ctx, db, everybody, { maxAgeMs: 0 });
    expect(first).toMatchObject({ count: 3, share: 1, isWhole: true });
    await db.d1
      .prepare("UPDATE people SET erased_at = 1 WHERE group_no = ? AND email = ?")
      .bind(db.groupNo, seun)
      .run();
    expect((await countAudience(ctx, db, everybody)).count).toBe(3);
    expect((await countAudience(ctx, db, everybody, { maxAgeMs: 0 })).count).toBe(2);
    await db.d1
      .prepare("UPDATE people SET erased_at = NULL WHERE group_no = ? AND email = ?")
      .bind(db.groupNo, seun)
      .run();
  });

  it("waits while another counts for the group, and goes on when its turn has run out", async () => {
    const ctx = contextOf();
    const asked = audienceSchema.parse({ include: { is: "has", what: "email" } });
    expect(await takeTurn(db, "somebody", ctx.now, ctx.now + 15_000)).toBe(true);
    expect(await countAudience(ctx, db, asked)).toMatchObject({ share: 0, isWhole: false });
    const later = contextOf(undefined, ctx.now + 16_000);
    expect(await countAudience(later, db, asked)).toMatchObject({ count: 3, isWhole: true });
  });

  it("without time left says how far it is, and the next goes on from there", async () => {
    const ctx = contextOf();
    const far = 200_000;
    await db.d1
      .prepare("INSERT INTO people (group_no, person_no, id, created_at) VALUES (?, ?, randomblob(16), 1)")
      .bind(db.groupNo, far)
      .run();
    const asked = audienceSchema.parse({
      include: {
        any: [
          { is: "has", what: "email" },
          { is: "has", what: "name" },
        ],
      },
    });
    const first = await countAudience(ctx, db, asked, { budgetMs: 0 });
    expect(first).toMatchObject({ count: 3, isWhole: false, share: 0.1 });
    expect(await countAudience(ctx, db, asked)).toMatchObject({ count: 3, isWhole: true });
    await db.d1
      .prepare("DELETE FROM people WHERE group_no = ? AND person_no = ?")
      .bind(db.groupNo, far)
      .run();
  });

  it("of a limit is that many at most, and its people are the same on every page", async () => {
    const ctx = contextOf();
    const two = audienceSchema.parse({ include: { all: [] }, limit: { people: 2, by: "random", seed: 5 } });
    expect((await countAudience(ctx, db, two, { maxAgeMs: 0 })).count).toBe(2);
    const fixed = await fixAudience(ctx, db, two);
    const [first = 0] = await peopleOf(ctx, db, fixed, { limit: 1 });
    const rest = await peopleOf(ctx, db, fixed, { after: first, limit: 10 });
    expect([first, ...rest]).toEqual(await peopleOf(ctx, db, two, { limit: 10 }));
  });
});

describe("a tree from outside", () => {
  it.each([
    ["no tree at all", null],
    ["a clause of no known kind", { include: { is: "sql", sql: "1" } }],
    ["more than the language has", { include: { is: "tag", tags: [1], sql: "1" } }],
    ["text where a number goes", { include: { is: "tag", tags: ["1) OR 1 = 1 --"] } }],
    ["a number that is no whole one", { include: { is: "tag", tags: [1.5] } }],
    [
      "a list without end",
      { include: { is: "city", cities: Array.from({ length: 501 }, (_, n) => `${n}`) } },
    ],
    ["a time that ends before it begins", { include: { is: "joined", when: { from: 2, to: 1 } } }],
    ["nothing to look for", { include: { is: "city", cities: [" "] } }],
  ])("is refused: %s", (_name, tree) => {
    expect(audienceSchema.safeParse(tree).success).toBe(false);
  });

  it("is refused when it is too deep to be read", () => {
    const deep = `${'{"not":'.repeat(20_000)}{"any":[]}${"}".repeat(20_000)}`;
    expect(audienceSchema.safeParse({ include: JSON.parse(deep) }).success).toBe(false);
  });

  it("asks for what people wrote and never runs it", async () => {
    const hostile = "'; DROP TABLE people; --\u0000\"$[0]?4";
    const audience = audienceSchema.parse({
      include: {
        any: [
          { is: "city", cities: [hostile] },
          { is: "field", field: 1, test: { op: "contains", text: hostile } },
          { is: "source", sources: [hostile] },
          { is: "postal", prefixes: ["'%_\"--"] },
        ],
      },
    });
    expect(await peopleOf(contextOf(), db, audience, { limit: 10 })).toEqual([]);
    expect(await peopleOf(contextOf(), db, { include: { all: [] } }, { limit: 10 })).toHaveLength(3);
  });
});

describe("a tag for everybody of an audience", () => {
  const holders = async (name: string) => {
    const [no = 0] = await tagNosOf(db, [name]);
    const { results } = await db.d1
      .prepare(
        "SELECT p.email FROM taggings g JOIN people p ON p.group_no = g.group_no AND p.person_no = g.person_no WHERE g.group_no = ? AND g.tag_no = ? ORDER BY p.email",
      )
      .bind(db.groupNo, no)
      .all<{ email: string }>();
    return results.map(({ email }) => email);
  };
  const worked = async () => {
    for (const { no } of await listWorks(db, ["audience.tag"]))
      await runWork(contextOf(), { type: "people.work", groupNo: db.groupNo, workNo: no }, taggingSteps);
  };

  it("is given to those who are in it and taken from them, behind, once however often a step is done", async () => {
    const id = await made({
      name: "Signed",
      "i:join": "all",
      "i.0:is": "action",
      "i.0:actions": String(petitionNo),
    });
    const given = await team.owner.post(`${base}/${id}/tagging`, { tag: "Signed 2026", do: "give" });
    expect(given.headers.get("Location")).toContain("done=tagging");
    expect(await (await team.owner.get(`${base}/${id}`)).text()).toContain("Tagging an audience");
    const [work] = await listWorks(db, ["audience.tag"]);
    if (!work) throw new Error("no work");
    await taggingSteps["audience.tag"]?.(contextOf(), team.group, work);
    await worked();
    expect(await holders("Signed-2026")).toEqual([amina, mei]);
    await team.owner.post(`${base}/${id}/tagging`, { tag: "signed-2026", do: "take" });
    await worked();
    expect(await holders("Signed-2026")).toEqual([]);
    expect(await listWorks(db, ["audience.tag"])).toEqual([]);
  });

  it("is one tag, one that is there when it is taken, and no stranger's or organiser's to give", async () => {
    const id = await made(signedWithoutTag());
    const path = `${base}/${id}/tagging`;
    for (const fields of [
      { tag: "", do: "give" },
      { tag: "one, two", do: "give" },
      { tag: "never-made", do: "take" },
    ]) {
      const refused = await team.owner.post(path, fields);
      expect([refused.status, await refused.text()]).toEqual([
        422,
        expect.stringContaining('id="f-tag-error"'),
      ]);
    }
    expect((await team.owner.post(path, { tag: "x", do: "burn" })).status).toBe(400);
    expect((await team.organiser.post(path, { tag: "x", do: "give" })).status).toBe(403);
    expect((await team.stranger.post(path, { tag: "x", do: "give" })).status).toBe(404);
    expect(await listWorks(db, ["audience.tag"])).toEqual([]);
  });
});
