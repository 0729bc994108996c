import { beforeAll, describe, expect, it } from "vitest";
import { fakeQueue } from "../../test/fake-mail";
import { personNoOf, storeAnswers } from "../../test/forms";
import { contextOf, makeGroup } from "../../test/groups";
import { makeOrganisers } from "../../test/organisers";
import { makePetition } from "../../test/petitions";
import { world } from "../../test/world";
import { actionByNo } from "../actions/store";
import { renameTagInActions } from "../actions/tagged";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { storeParticipations } from "../intake/store";
import { listFields, makeField, setFieldValues, valuesOf } from "./custom-field";
import {
  countValues,
  deleteField,
  fieldRow,
  fieldsWithUses,
  mergeFields,
  misfitsOf,
  restoreField,
  saveField,
} from "./field-keeping";
import { listSources, sourceCode } from "./source";
import { peopleSteps } from "./steps";
import { selectTag, selectTags } from "./store-tags";
import { ensureTags, listTags, tagNames, tagNosOf, tagPeople, tagsOf, untagPeople } from "./tag";
import { createTags, deleteTag, mergeTags, restoreTag, saveTag, tagsWithUses, UNDO_MS } from "./tag-keeping";
import { runWork } from "./work";

const [{ email: amina }, { email: mei }, { email: jean }] = world.supporters;
const NOW = Date.UTC(2026, 5, 1);

type Due = { type: "people.work"; groupNo: number; workNo: number };

/** A group with its people, and a queue that is emptied when told. */
async function makeWorld(at = NOW) {
  const { group } = await makeGroup();
  const queue = fakeQueue<Due>();
  const bindings = { ...contextOf().env, WORK: queue.binding };
  const ctx = (now = at) => contextOf(bindings, now);
  const db = dbFor(bindings, group);
  const work = async (now = at) => {
    for (let turns = 0; queue.sent.length > 0 && turns < 50; turns += 1) {
      const due = queue.sent.splice(0);
      for (const { body } of due) await runWork(ctx(now), body, peopleSteps);
      if (due.every(({ body }) => queue.sent.some((again) => again.body.workNo === body.workNo))) return;
    }
  };
  return { group, db, ctx, work, queue };
}

async function people(group: Group, ...emails: string[]): Promise<number[]> {
  await storeAnswers(
    group,
    1,
    emails.map((email) => ({ email, at: NOW - 1_000 })),
  );
  return Promise.all(emails.map((email) => personNoOf(group, email)));
}

async function tagNamed(db: GroupDb, name: string) {
  const [no = 0] = await tagNosOf(db, [name]);
  const tag = await selectTag(db, no);
  if (!tag) throw new Error(`no tag ${name}`);
  return tag;
}

const namesOf = async (db: GroupDb, personNo: number) => (await tagsOf(db, personNo)).map(({ name }) => name);

describe("the name of a tag", () => {
  it("is letters, digits, - and _, and capitals do not tell two apart", () => {
    expect(tagNames("Press, north end; PRESS\n #été 2026!, ,::")).toEqual(["Press", "north-end", "été-2026"]);
  });

  it("finds the tag however it is written, and makes it once for two who ask at once", async () => {
    const { db } = await makeWorld();
    const [one, two] = await Promise.all([ensureTags(db, ["Press"], NOW), ensureTags(db, ["press"], NOW)]);
    expect(one).toEqual(two);
    expect((await listTags(db)).map(({ name }) => name)).toHaveLength(1);
    expect(await ensureTags(db, ["::"], NOW)).toEqual([]);
  });

  it("of another group is none here", async () => {
    const [ours, theirs] = [await makeWorld(), await makeWorld()];
    const [no = 0] = await ensureTags(theirs.db, ["press"], NOW);
    expect(await tagNosOf(ours.db, ["press"])).toEqual([]);
    const [person = 0] = await people(ours.group, amina);
    expect(await tagPeople(ours.db, no, [person], NOW)).toBe(0);
    expect(await tagsOf(ours.db, person)).toEqual([]);
  });
});

describe("a tag", () => {
  it("that is called otherwise is so everywhere, and its old name goes on meaning it", async () => {
    const { group, db, ctx } = await makeWorld();
    const action = await makePetition(group, { settings: { tags: ["volunteers", "Press"] } });
    const [no = 0] = await ensureTags(db, ["Volunteers"], NOW);
    const tag = await tagNamed(db, "volunteers");
    const form = { name: "Helpers", note: "", isHidden: false };
    expect(await saveTag(ctx(), group, tag, form, 1, renameTagInActions)).toBe("saved");
    expect((await actionByNo(db, action.no))?.settings.tags).toEqual(["Helpers", "Press"]);
    expect(await ensureTags(db, ["volunteers"], NOW)).toEqual([no]);
    expect(
      (await tagsWithUses(ctx(), db)).map(({ name, actionCount }) => [name, actionCount]),
    ).toContainEqual(["Helpers", 1]);
    const made = await createTags(ctx(), db, "volunteers");
    expect(made).toMatchObject({ made: ["volunteers"] });
  });

  it("cannot take the name of another", async () => {
    const { group, db, ctx } = await makeWorld();
    await ensureTags(db, ["one", "two"], NOW);
    const form = { name: "TWO", note: "", isHidden: false };
    const tag = await tagNamed(db, "one");
    expect(await saveTag(ctx(), group, tag, form, 1, renameTagInActions)).toBe("taken");
    expect((await tagNamed(db, "one")).name).toBe("one");
  });

  it("merged into another takes its people along, once each, and those who are drained later", async () => {
    const { group, db, ctx, work } = await makeWorld();
    const [a = 0, b = 0] = await people(group, amina, mei);
    const [kept = 0, lost = 0] = [
      ...(await ensureTags(db, ["press"], NOW)),
      ...(await ensureTags(db, ["media"], NOW)),
    ];
    await tagPeople(db, kept, [a], NOW);
    await tagPeople(db, lost, [a, b], NOW);
    const tags = { kept: await tagNamed(db, "press"), lost: await tagNamed(db, "media") };
    expect(await mergeTags(ctx(), group, tags, 1, renameTagInActions)).toBe(true);
    expect([await namesOf(db, a), await namesOf(db, b)]).toEqual([["press"], ["press"]]);
    await work();
    await work();
    expect([await namesOf(db, a), await namesOf(db, b)]).toEqual([["press"], ["press"]]);
    const rows = await storeAnswers(group, 2, [{ email: jean }]);
    await storeParticipations(db, 2, [lost], rows);
    expect(await namesOf(db, await personNoOf(group, jean))).toEqual(["press"]);
    const stored = await db.d1
      .prepare("SELECT DISTINCT tag_no FROM taggings WHERE group_no = ?")
      .bind(group.no)
      .all<{ tag_no: number }>();
    expect(stored.results).toEqual([{ tag_no: kept }]);
    expect(await mergeTags(ctx(), group, tags, 1, renameTagInActions)).toBe(false);
  });

  it("that was deleted is nobody's, can be brought back, and is emptied when time is up", async () => {
    const { group, db, ctx, work } = await makeWorld();
    const action = await makePetition(group, { settings: { tags: ["press"] } });
    const [a = 0] = await people(group, amina);
    const [no = 0] = await ensureTags(db, ["press"], NOW);
    await tagPeople(db, no, [a], NOW);
    await deleteTag(ctx(), group, await tagNamed(db, "press"), 1, renameTagInActions);
    expect(await namesOf(db, a)).toEqual([]);
    expect(await tagNosOf(db, ["press"])).toEqual([]);
    expect((await actionByNo(db, action.no))?.settings.tags).toEqual([]);
    const [deleted] = await selectTags(db, "deleted");
    if (!deleted) throw new Error("nothing is deleted");
    const late = await storeAnswers(group, 3, [{ email: mei }]);
    await storeParticipations(db, 3, [no], late);
    expect(await namesOf(db, await personNoOf(group, mei))).toEqual([]);
    await work();
    expect(await restoreTag(ctx(), group, deleted, 1)).toBe(true);
    expect(await namesOf(db, a)).toEqual(["press"]);
    await deleteTag(ctx(), group, await tagNamed(db, "press"), 1, renameTagInActions);
    await work(NOW + UNDO_MS + 1);
    expect(await restoreTag(ctx(), group, deleted, 1)).toBe(false);
    const left = await db.d1
      .prepare("SELECT count(*) AS n FROM taggings WHERE group_no = ?")
      .bind(group.no)
      .first<{ n: number }>();
    expect(left?.n).toBe(0);
  });

  it("is given once and taken back", async () => {
    const { group, db } = await makeWorld();
    const [a = 0, b = 0] = await people(group, amina, mei);
    const [no = 0] = await ensureTags(db, ["press"], NOW);
    expect(await tagPeople(db, no, [a, b, 99_999], NOW)).toBe(2);
    expect(await tagPeople(db, no, [a, b], NOW + 5)).toBe(0);
    expect((await tagsOf(db, a))[0]?.taggedAt).toBe(NOW);
    expect(await untagPeople(db, no, [a])).toBe(1);
    expect([await namesOf(db, a), await namesOf(db, b)]).toEqual([[], ["press"]]);
  });
});

describe("a field", () => {
  const definition = { type: "text" as const, choices: [], labels: {}, rules: {}, note: "" };

  async function field(db: GroupDb, label: string, type: "text" | "number" | "yesno" = "text") {
    const no = await makeField(db, { label, type }, NOW);
    const row = no === null ? null : await fieldRow(db, no);
    if (!row) throw new Error("no field was made");
    return row;
  }

  it("of another type keeps every value, and counts and lists those that do not fit", async () => {
    const { group, db, ctx, work } = await makeWorld();
    const [a = 0, b = 0] = await people(group, amina, mei);
    const age = await field(db, "Age");
    await setFieldValues(db, a, [[age.no, "31"]], NOW);
    await setFieldValues(db, b, [[age.no, "about forty"]], NOW);
    await saveField(ctx(), group, age, { ...definition, label: "Age", type: "number" }, 1);
    await work();
    const [listed] = await fieldsWithUses(db);
    expect(listed).toMatchObject({ type: "number", valueCount: 2, misfitCount: 1 });
    expect((await misfitsOf(db, { ...age, type: "number" })).found).toEqual([
      { personNo: b, value: "about forty" },
    ]);
    expect((await valuesOf(db, b))[0]?.value).toBe("about forty");
  });

  it("merged into another keeps the newer of two values, and what is said later goes there too", async () => {
    const { group, db, ctx, work } = await makeWorld();
    const [a = 0, b = 0] = await people(group, amina, mei);
    const [kept, lost] = [await field(db, "Town"), await field(db, "City")];
    await setFieldValues(db, a, [[kept.no, "Lyon"]], NOW);
    await setFieldValues(db, a, [[lost.no, "Paris"]], NOW + 1);
    await setFieldValues(db, b, [[kept.no, "Nantes"]], NOW + 1);
    await setFieldValues(db, b, [[lost.no, "Lille"]], NOW);
    expect(await mergeFields(ctx(), group, { kept, lost }, 1)).toBe(true);
    await work();
    expect((await valuesOf(db, a)).map(({ value }) => value)).toEqual(["Paris"]);
    expect((await valuesOf(db, b)).map(({ value }) => value)).toEqual(["Nantes"]);
    await storeAnswers(group, 5, [{ email: mei, at: NOW + 9, fields: [[lost.no, "Metz"]] }]);
    expect(await valuesOf(db, b)).toMatchObject([{ fieldNo: kept.no, value: "Metz" }]);
    expect((await listFields(db)).map(({ label }) => label)).toEqual(["Town"]);
  });

  it("that was deleted takes no more values, comes back with those it had, and is emptied when time is up", async () => {
    const { group, db, ctx, work } = await makeWorld();
    const [a = 0] = await people(group, amina);
    const town = await field(db, "Town");
    await setFieldValues(db, a, [[town.no, "Lyon"]], NOW);
    await deleteField(ctx(), group, town, 1);
    await storeAnswers(group, 5, [{ email: amina, at: NOW + 9, fields: [[town.no, "Metz"]] }]);
    expect(await listFields(db)).toEqual([]);
    const gone = await fieldRow(db, town.no);
    if (!gone) throw new Error("it is gone for good");
    expect(await restoreField(ctx(), group, gone, 1)).toBe(true);
    expect((await valuesOf(db, a)).map(({ value }) => value)).toEqual(["Lyon"]);
    await deleteField(ctx(), group, town, 1);
    await work(NOW + UNDO_MS + 1);
    expect(await valuesOf(db, a)).toEqual([]);
    expect(await restoreField(ctx(), group, gone, 1)).toBe(false);
  });

  it("of yes or no stores what forms ask in other languages as one", async () => {
    const { group, db } = await makeWorld();
    const vegan = await field(db, "Vegan", "yesno");
    await storeAnswers(group, 1, [
      { email: amina, fields: [[vegan.no, "Oui"]] },
      { email: mei, fields: [[vegan.no, "No"]] },
      { email: jean, fields: [[vegan.no, "Perhaps"]] },
    ]);
    const values = await Promise.all(
      [amina, mei, jean].map(async (email) => (await valuesOf(db, await personNoOf(group, email)))[0]?.value),
    );
    expect(values).toEqual(["yes", "no", "Perhaps"]);
  });

  it("is set by hand as of its moment, and a blank takes it away", async () => {
    const { group, db } = await makeWorld();
    const [a = 0] = await people(group, amina);
    const town = await field(db, "Town");
    await setFieldValues(db, a, [[town.no, "Lyon"]], NOW);
    await setFieldValues(db, a, [[town.no, "Paris"]], NOW - 1);
    await setFieldValues(db, a, [[town.no, ""]], NOW - 1);
    expect((await valuesOf(db, a)).map(({ value }) => value)).toEqual(["Lyon"]);
    await setFieldValues(db, a, [[town.no, ""]], NOW + 1);
    expect(await valuesOf(db, a)).toEqual([]);
    const theirs = await makeWorld();
    await setFieldValues(theirs.db, a, [[town.no, "Lyon"]], NOW);
    expect(await valuesOf(theirs.db, a)).toEqual([]);
  });

  it("is counted behind, once asked for", async () => {
    const { group, db, ctx, work, queue } = await makeWorld();
    const [a = 0] = await people(group, amina);
    const town = await field(db, "Town");
    await setFieldValues(db, a, [[town.no, "Lyon"]], NOW);
    await countValues(ctx(), db, await fieldsWithUses(db));
    await countValues(ctx(), db, await fieldsWithUses(db));
    expect(queue.sent).toHaveLength(1);
    await work();
    expect((await fieldsWithUses(db))[0]).toMatchObject({ valueCount: 1, misfitCount: 0 });
  });
});

describe("sources", () => {
  it("are counted behind by code, with those who were new, and doubled messages count nobody twice", async () => {
    const { group, db, ctx, work, queue } = await makeWorld();
    const action = await makePetition(group);
    await storeAnswers(group, action.no, [{ email: amina, at: NOW - 5 }]);
    await storeAnswers(group, action.no, [{ email: mei, at: NOW - 4 }]);
    await db.d1.prepare("UPDATE participations SET source = 'flyer' WHERE group_no = ?").bind(group.no).run();
    expect(await listSources(ctx(), db)).toMatchObject({ rows: [], countedAt: null });
    const [message] = queue.sent;
    await work();
    if (message) await runWork(ctx(), message.body, peopleSteps);
    const { rows, countedAt } = await listSources(ctx(), db);
    expect(countedAt).toBe(NOW);
    expect(rows).toEqual([
      { code: "flyer", label: "", note: "", participations: 2, newcomers: 2, actions: 1 },
    ]);
  });

  it("have codes of what links may carry", () => {
    expect([sourceCode(" flyer-2 "), sourceCode("<b>"), sourceCode("x".repeat(200)).length]).toEqual([
      "flyer-2",
      "",
      100,
    ]);
  });
});

describe("the pages", () => {
  let team: Awaited<ReturnType<typeof makeOrganisers>>;
  beforeAll(async () => {
    team = await makeOrganisers();
  });
  const text = async (response: Promise<Response>) => (await response).text();

  it("make, rename, merge and delete tags, and say what they did", async () => {
    const { owner, base, group } = team;
    expect(await text(owner.post(`${base}/tags`, { names: "North End, press, press!" }))).toContain(
      "Made: North-End and press.",
    );
    expect((await owner.post(`${base}/tags`, { names: "!!!" })).status).toBe(422);
    const db = dbFor(contextOf().env, group);
    const [north = 0, press = 0] = await tagNosOf(db, ["north-end", "press"]);
    expect((await owner.post(`${base}/tags/${north}`, { name: "press", note: "" })).status).toBe(422);
    expect(
      (await owner.post(`${base}/tags/${north}`, { name: "South", note: "Old", isHidden: "yes" })).status,
    ).toBe(303);
    const list = await text(owner.get(`${base}/tags`));
    expect(list).toMatch(/South<\/a>.*Hidden/s);
    expect((await owner.post(`${base}/tags/${north}/merge`, { into: String(north) })).status).toBe(422);
    expect((await owner.post(`${base}/tags/${north}/merge`, { into: String(press) })).status).toBe(303);
    expect((await owner.get(`${base}/tags/${north}`)).status).toBe(404);
    expect(await text(owner.get(`${base}/tags/${press}/deletion`))).toContain("0 people lose this tag");
    const deleted = await owner.post(`${base}/tags/${press}/deletion`);
    expect(await text(owner.get(deleted.headers.get("Location") ?? ""))).toContain("press” is deleted");
    expect((await owner.post(`${base}/tags/${press}/restoration`)).status).toBe(303);
    expect(await tagNosOf(db, ["north-end"])).toEqual([]);
  });

  it("refuse another group's tags and fields, and organisers who may not see people", async () => {
    const { owner, stranger, organiser, base, group } = team;
    const db = dbFor(contextOf().env, group);
    const [no = 0] = await ensureTags(db, ["secret"], NOW);
    expect((await stranger.get(`${base}/tags/${no}`)).status).toBe(404);
    expect((await organiser.get(`${base}/tags`)).status).toBe(403);
    expect((await owner.get(`${base}/tags/999`)).status).toBe(404);
    expect((await owner.get(`${base}/fields/999`)).status).toBe(404);
  });

  it("make and change fields, with what is wrong beside each part", async () => {
    const { owner, base, group } = team;
    const refused = await owner.post(`${base}/fields`, {
      label: "",
      type: "choice",
      choices: "One",
      min: "x",
    });
    expect(refused.status).toBe(422);
    const words = await refused.text();
    for (const part of ["Write a name.", "Write at least two choices", "Write a number"])
      expect(words).toContain(part);
    const typed = { label: "Branch", type: "choice", choices: "North\nSouth\nNorth", "label.fr": "Section" };
    expect((await owner.post(`${base}/fields`, typed)).status).toBe(303);
    const [field] = await listFields(dbFor(contextOf().env, group));
    expect(field).toMatchObject({ key: "branch", choices: ["North", "South"], labels: { fr: "Section" } });
    expect(await text(owner.get(`${base}/fields/${field?.no}`))).toContain("North\nSouth</textarea>");
  });

  it("make a link with a source code", async () => {
    const { owner, base, group } = team;
    await makePetition(group, { slug: "air" });
    const path = `${base}/sources?page=${encodeURIComponent("/petitions/air")}&code=flyer-2`;
    expect(await text(owner.get(path))).toContain(
      `http://${group.slug}.localhost:8787/petitions/air?source=flyer-2`,
    );
    expect((await owner.get(`${base}/sources?code=%3Cb%3E`)).status).toBe(422);
    expect((await owner.post(`${base}/sources/code?code=flyer-2`, { label: "Flyer", note: "" })).status).toBe(
      303,
    );
    expect(await text(owner.get(`${base}/sources`))).toContain("Flyer");
  });

  it("keep questions for any action, with a note, a field that fits and where they are used", async () => {
    const { organiser, owner, stranger, base, group } = team;
    const db = dbFor(contextOf().env, group);
    const no = await makeField(db, { label: "Size", type: "choice", choices: ["Small", "Large"] }, NOW);
    await saveField(
      contextOf(),
      group,
      (await fieldRow(db, no ?? 0)) ?? fail(),
      { label: "Size", type: "choice", choices: ["Small", "Large"], labels: {}, rules: {}, note: "" },
      1,
    );
    const typed = {
      label: "Which size?",
      type: "radio",
      choices: "Small\nHuge",
      fieldNo: String(no),
      note: "For shirts",
    };
    const refused = await organiser.post(`${base}/questions/new`, typed);
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("another kind of answer");
    const fits = { ...typed, choices: "Small\nLarge" };
    expect((await organiser.post(`${base}/questions/new`, fits)).status).toBe(303);
    expect(await text(owner.get(`${base}/questions`))).toMatch(/Which size\?.*For shirts/s);
    await makePetition(group, {
      slug: "shirts",
      title: "Shirts for all",
      settings: {
        questions: [
          {
            ...{ key: "size", label: "Which size?", type: "radio" as const, choices: ["Small", "Large"] },
            libraryNo: 1,
          },
        ] as never,
      },
    });
    const page = await text(organiser.get(`${base}/questions/1`));
    expect(page).toContain("Shirts for all");
    expect(page).toContain("Small\nLarge</textarea>");
    expect((await organiser.post(`${base}/questions/1`, { ...fits, label: "What size?" })).status).toBe(303);
    expect(await text(owner.get(`${base}/questions`))).toContain("What size?");
    expect((await organiser.post(`${base}/questions/1`, { ...fits, choices: "" })).status).toBe(422);
    expect((await stranger.get(`${base}/questions/1`)).status).toBe(404);
    expect((await owner.get(`${base}/questions/99`)).status).toBe(404);
  });
});

function fail(): never {
  throw new Error("it is not there");
}
