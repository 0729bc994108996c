import { beforeEach, describe, expect, it } from "vitest";
import { personNoOf, storeAnswers } from "../../test/forms";
import { contextOf, makeGroup } from "../../test/groups";
import { world } from "../../test/world";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { storeParticipations } from "../intake/store";
import { listFields, makeField, setArchived, valuesOf } from "./custom-field";
import { erasurePlan, mergePlan } from "./person";

const [{ email: amina }, { email: mei }] = world.supporters;
const ACTION_NO = 1;
const NOW = Date.UTC(2026, 5, 1);

let group: Group;
let db: GroupDb;

beforeEach(async () => {
  ({ group } = await makeGroup());
  db = dbFor(contextOf().env, group);
});

const travel = { label: "How do you travel?", type: "text" as const, choices: ["Bus", "Bike"] };

async function made(field: Parameters<typeof makeField>[1] = travel): Promise<number> {
  const no = await makeField(db, field, NOW);
  if (no === null) throw new Error("no field was made");
  return no;
}

async function valuesFor(email: string): Promise<[number, string][]> {
  const values = await valuesOf(db, await personNoOf(group, email));
  return values.map(({ fieldNo, value }) => [fieldNo, value]);
}

describe("a custom field", () => {
  it("is made once for a name and type, also by two at a time", async () => {
    const both = await Promise.all([made(), made()]);
    expect(both).toEqual([1, 1]);
    expect(await listFields(db)).toMatchObject([
      { no: 1, key: "how_do_you_travel", ...travel, isArchived: false },
    ]);
  });

  it("of the same name and another type is another field", async () => {
    expect([await made(), await made({ label: travel.label, type: "number" })]).toEqual([1, 2]);
    expect((await listFields(db)).map(({ key }) => key)).toEqual([
      "how_do_you_travel",
      "how_do_you_travel_2",
    ]);
  });

  it("comes back from the archive when it is wanted again", async () => {
    await made();
    expect(await setArchived(db, 1, true, NOW)).toBe(true);
    expect((await listFields(db))[0]?.isArchived).toBe(true);
    expect(await made()).toBe(1);
    expect((await listFields(db))[0]?.isArchived).toBe(false);
  });

  it("of another group cannot be archived, and its number says nothing here", async () => {
    await made();
    const other = dbFor(contextOf().env, (await makeGroup()).group);
    expect(await listFields(other)).toEqual([]);
    expect(await setArchived(other, 1, true, NOW)).toBe(false);
    expect((await listFields(db))[0]?.isArchived).toBe(false);
  });

  it("has a name in files whatever script it is written in", async () => {
    await made({ label: "كيف تسافر؟", type: "text" });
    await made({ label: "؟", type: "text" });
    expect((await listFields(db)).map(({ key }) => key)).toEqual(["كيف_تسافر", "field"]);
  });
});

describe("the value of a field", () => {
  it("is what the person said last, whatever comes first and however often", async () => {
    const no = await made();
    const newer = await storeAnswers(group, ACTION_NO, [{ email: amina, at: NOW, fields: [[no, "Bike"]] }]);
    const older = await storeAnswers(group, ACTION_NO + 1, [
      { email: amina, at: NOW - 1, fields: [[no, "Bus"]] },
    ]);
    expect(await valuesFor(amina)).toEqual([[no, "Bike"]]);
    for (const rows of [older, newer, older]) await storeParticipations(db, ACTION_NO, [], rows);
    expect(await valuesFor(amina)).toEqual([[no, "Bike"]]);
    await storeAnswers(group, ACTION_NO + 2, [{ email: amina, at: NOW + 1, fields: [[no, "On foot"]] }]);
    expect(await valuesFor(amina)).toEqual([[no, "On foot"]]);
  });

  it("is the newest of one page too, in either order", async () => {
    const no = await made();
    const said = (at: number, value: string) => ({
      email: amina,
      at,
      fields: [[no, value]] as [number, string][],
    });
    await storeAnswers(group, ACTION_NO, [said(NOW + 2, "late"), said(NOW + 1, "early")]);
    expect(await valuesFor(amina)).toEqual([[no, "late"]]);
  });

  it("stays when an action says nothing of it", async () => {
    const no = await made();
    await storeAnswers(group, ACTION_NO, [{ email: amina, at: NOW, fields: [[no, "Bus"]] }]);
    await storeAnswers(group, ACTION_NO + 1, [{ email: amina, at: NOW + 1, answers: { f: '"f":' } }]);
    expect(await valuesFor(amina)).toEqual([[no, "Bus"]]);
  });

  it("is not stored for a number that is none of the group's, and the answer is kept all the same", async () => {
    const no = await made();
    const [other] = [await makeGroup()];
    await makeField(dbFor(contextOf().env, other.group), travel, NOW);
    await makeField(dbFor(contextOf().env, other.group), { label: "Theirs", type: "text" }, NOW);
    await storeAnswers(group, ACTION_NO, [
      {
        email: amina,
        at: NOW,
        answers: { a: "1" },
        fields: [
          [2, "foreign"],
          [no, "Bus"],
        ],
      },
    ]);
    expect(await valuesFor(amina)).toEqual([[no, "Bus"]]);
    const stored = await db.d1
      .prepare("SELECT answer FROM participations WHERE group_no = ?")
      .bind(group.no)
      .first<{ answer: string }>();
    expect(JSON.parse(stored?.answer ?? "")).toEqual({ answers: { a: "1" } });
  });

  it("goes when its person is forgotten, and nothing said before brings it back", async () => {
    const no = await made();
    const rows = await storeAnswers(group, ACTION_NO, [
      { email: amina, at: NOW, fields: [[no, "Bus"]] },
      { email: mei, at: NOW, fields: [[no, "Bike"]] },
    ]);
    const personNo = await personNoOf(group, amina);
    const hash = /"h":"([0-9a-f]+)"/.exec(rows[0] ?? "")?.[1] ?? "";
    await db.d1.batch(erasurePlan(db, personNo, [hash], NOW + 1));
    await storeParticipations(db, ACTION_NO, [], rows);
    expect(await valuesOf(db, personNo)).toEqual([]);
    expect(await valuesFor(mei)).toEqual([[no, "Bike"]]);
  });

  it("of two people who are one is the newer, field by field", async () => {
    const [first, second] = [await made(), await made({ label: "Age", type: "number" })];
    await storeAnswers(group, ACTION_NO, [
      {
        email: amina,
        at: NOW,
        fields: [
          [first, "old"],
          [second, "30"],
        ],
      },
      { email: mei, at: NOW + 1, fields: [[first, "new"]] },
    ]);
    const [kept, lost] = [await personNoOf(group, amina), await personNoOf(group, mei)];
    await db.d1.batch(mergePlan(db, kept, lost));
    expect((await valuesOf(db, kept)).map(({ value }) => value)).toEqual(["new", "30"]);
    expect(await valuesOf(db, lost)).toEqual([]);
  });
});
