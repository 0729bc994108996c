import { beforeEach, describe, expect, it } from "vitest";
import { contextOf, makeGroup, settled } from "../../test/groups";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { idTime, idToHex, newId, type ParticipationId } from "../platform/ids";
import { boardNow, broughtBy, forgetBoards, makeBoard, ownCode } from "./board";
import { forgetWeights, note, shareNumbers, weightsNow } from "./tally";
import { shareSettings } from "./types";

beforeEach(() => {
  forgetBoards();
  forgetWeights();
});

const ACTION = 3;
let persons = 0;

type Signer = {
  source?: string;
  givenName?: string;
  familyName?: string;
  isNamed?: boolean;
  removal?: number;
};

/** Somebody who signed, as the drain stores them. */
async function sign(group: Group, signer: Signer = {}, actionNo = ACTION): Promise<ParticipationId> {
  const { d1, groupNo } = dbFor(contextOf().env, group);
  const id = newId<ParticipationId>();
  const { source = null, givenName = "Amina", familyName = "Sesay", isNamed = true, removal = 0 } = signer;
  persons += 1;
  await d1
    .prepare(
      `INSERT INTO participations (group_no, person_no, action_no, nth, id, acted_at, revised_at, answer, is_named, source, removal_no)
       VALUES (?, ?, ?, 0, unhex(?), 1, 1, ?, ?, ?, ?)`,
    )
    .bind(
      ...[groupNo, persons, actionNo, idToHex(id), JSON.stringify({ givenName, familyName })],
      ...[isNamed ? 1 : 0, source, removal],
    )
    .run();
  return id;
}

async function codeOf(group: Group, id: ParticipationId): Promise<string> {
  return (await ownCode(contextOf(), group, id)) ?? "";
}

describe("who brought most people", () => {
  it("is listed by first name and initial if they allow it, the most first, without those removed", async () => {
    const { group } = await makeGroup();
    const amina = await codeOf(group, await sign(group));
    const seun = await codeOf(group, await sign(group, { givenName: "Seun", isNamed: false }));
    const mei = await codeOf(group, await sign(group, { givenName: "Mei", familyName: "" }));
    for (const source of [
      `r-${amina}`,
      `r-${amina}.x`,
      `r-${amina}.whatsapp.b`,
      `r-${seun}.copy`,
      `r-${seun}.x.a`,
    ])
      await sign(group, { source });
    await sign(group, { source: `r-${amina}`, removal: 1 });
    await sign(group, { source: `r-${mei}` });
    expect(await makeBoard(contextOf(), group, ACTION)).toEqual([
      { name: "Amina S.", count: 3 },
      { name: "", count: 2 },
    ]);
  });

  it("leaves out forged codes, codes of another group or action, and those who were removed themselves", async () => {
    const { group } = await makeGroup();
    const { group: other } = await makeGroup();
    const elsewhere = await codeOf(group, await sign(group, {}, 4));
    const stranger = await codeOf(other, await sign(other));
    const gone = await codeOf(group, await sign(group, { removal: 2 }));
    for (const code of [elsewhere, stranger, gone, "000000000000", "zzzzzzzzzzzz", "x' OR 1=1"])
      for (let n = 0; n < 3; n += 1) await sign(group, { source: `r-${code}` });
    expect(await makeBoard(contextOf(), group, ACTION)).toEqual([]);
  });

  it("shows five at most, and nothing of another group", async () => {
    const { group } = await makeGroup();
    const { group: other } = await makeGroup();
    for (let n = 0; n < 7; n += 1) {
      const code = await codeOf(group, await sign(group));
      for (let came = 0; came < 2; came += 1) await sign(group, { source: `r-${code}.copy` });
    }
    expect(await makeBoard(contextOf(), group, ACTION)).toHaveLength(5);
    expect(await makeBoard(contextOf(), other, ACTION)).toEqual([]);
  });

  it("is there once it was made, and waits for no database", async () => {
    const { group } = await makeGroup();
    const code = await codeOf(group, await sign(group));
    for (let n = 0; n < 2; n += 1) await sign(group, { source: `r-${code}` });
    expect(boardNow(contextOf(), group, ACTION)).toEqual([]);
    await settled();
    expect(boardNow(contextOf(), group, ACTION)).toEqual([{ name: "Amina S.", count: 2 }]);
  });
});

describe("those who came by somebody's own link", () => {
  it("are counted whatever way the link went, and not those of a code that begins alike", async () => {
    const { group } = await makeGroup();
    const id = await sign(group);
    const code = await codeOf(group, id);
    for (const source of [`r-${code}`, `r-${code}.email`, `r-${code}.x.b`, `r-${code}z`, "share-x", "r-"])
      await sign(group, { source });
    const later = contextOf(undefined, idTime(id) + 120_000);
    expect(await broughtBy(later, group, ACTION, { id, code })).toBe(3);
    await settled();
  });

  it("are none for a link made just now, without asking", async () => {
    const { group } = await makeGroup();
    const id = await sign(group);
    const broken = contextOf({ ...contextOf().env, [group.shard]: undefined });
    expect(await broughtBy(broken, group, ACTION, { id, code: "000000000000" })).toBe(0);
  });

  it("are not known while D1 is away, and thanks go on", async () => {
    const { group } = await makeGroup();
    const id = await sign(group);
    const broken = contextOf({ ...contextOf().env, [group.shard]: undefined }, idTime(id) + 120_000);
    expect(await broughtBy(broken, group, ACTION, { id, code: "000000000000" })).toBeNull();
    await settled();
  });
});

describe("the numbers of variants", () => {
  const share = shareSettings.parse({
    variants: [
      { letter: "a", label: "A" },
      { letter: "b", label: "B" },
    ],
    split: "learning",
  });

  it("are what was shown and pressed, and who came by a link of theirs, personal or not", async () => {
    const { group } = await makeGroup();
    const ctx = contextOf();
    for (let n = 0; n < 3; n += 1) note(ctx, group, ACTION, { letter: "a", way: "shown" });
    note(ctx, group, ACTION, { letter: "b", way: "shown" });
    note(ctx, group, ACTION, { letter: "b", way: "x" });
    note(ctx, group, ACTION, { letter: "", way: "copy" });
    await settled();
    note(contextOf(), group, ACTION, { letter: "a", way: "shown" });
    await settled();
    const sources = ["share-x.a", "r-000000000000.x.a", "share-whatsapp.b", "share-copy", "r-000000000000.x"];
    for (const source of [...sources, "leaflet", "leaflet.a"]) await sign(group, { source });
    await sign(group, { source: "share-x.a", removal: 1 });
    expect(await shareNumbers(contextOf(), group, ACTION, share)).toEqual({
      variants: [
        { letter: "a", shown: 4, shared: 0, joined: 2 },
        { letter: "b", shown: 1, shared: 1, joined: 1 },
      ],
      shared: 2,
      joined: 5,
    });
    expect((await shareNumbers(contextOf(), group, 99, share)).joined).toBe(0);
  });

  it("are stored also when those of another group cannot be", async () => {
    const { group } = await makeGroup();
    const away = { no: group.no + 1_000_000, shard: "SHARD_99" };
    note(contextOf(), away as Group, ACTION, { letter: "a", way: "x" });
    note(contextOf(), group, ACTION, { letter: "a", way: "x" });
    await settled();
    expect((await shareNumbers(contextOf(), group, ACTION, share)).shared).toBe(1);
  });

  it("set how often each is shown, once they were looked up behind a reply", async () => {
    const { group } = await makeGroup();
    for (let n = 0; n < 60; n += 1)
      for (const letter of ["a", "b"]) note(contextOf(), group, ACTION, { letter, way: "shown" });
    await settled();
    for (let n = 0; n < 30; n += 1) await sign(group, { source: "share-x.b" });
    expect(weightsNow(contextOf(), group, ACTION, share)).toBeNull();
    await settled();
    expect(weightsNow(contextOf(), group, ACTION, share)?.b).toBeGreaterThan(0.85);
    expect(weightsNow(contextOf(), group, ACTION, { ...share, split: "even" })).toBeNull();
    expect(weightsNow(contextOf(), group, ACTION, { ...share, winner: "a" })).toBeNull();
  });
});
