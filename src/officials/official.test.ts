import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { contextOf, makeGroup } from "../../test/groups";
import { fallbackTarget, matchTargets } from "./official";
import { createList, findList, forgetLists, removeList, replaceList } from "./target-list";
import { type ListedTarget, targetSource } from "./types";

const ctx = contextOf();
const { group } = await makeGroup();
const where = { country: "US", postalCode: "90210", locale: "en" };
const builtin = (...sets: string[]) => targetSource.parse({ from: "builtin", sets });

const match = async (
  source: ReturnType<typeof builtin>,
  changes: Partial<typeof where> & { district?: string },
) => {
  const found = await matchTargets(ctx, group, source, { ...where, ...changes });
  return { to: found.targets.map(({ office }) => office), choose: found.districts.map(({ code }) => code) };
};

describe("officials by postal code", () => {
  it("asks for the district where a postal code spans several, and matches the one picked", async () => {
    const house = builtin("us-house");
    expect(await match(house, {})).toEqual({ to: [], choose: ["CA-32", "CA-36", "CA-30"] });
    expect(await match(house, { district: "CA-36" })).toEqual({ to: ["CA-36"], choose: [] });
    expect(await match(builtin("ca-commons"), { country: "CA", postalCode: "m5v 3l9" })).toEqual({
      to: [],
      choose: ["35100", "35112"],
    });
  });

  it("takes no district that is not among those of the postal code", async () => {
    expect((await match(builtin("us-house"), { district: "NY-12" })).to).toEqual([]);
    expect((await match(builtin("us-house"), { district: "NY-12" })).choose.length).toBe(3);
  });

  it("matches both senators without asking where a state is all it needs", async () => {
    expect(await match(builtin("us-senate"), {})).toEqual({ to: ["CA", "CA"], choose: [] });
    expect(await match(builtin("us-senate"), { postalCode: "42223" })).toEqual({
      to: [],
      choose: ["TN", "KY"],
    });
  });

  it("matches several people at once: a member and two senators", async () => {
    const both = builtin("us-house", "us-senate");
    expect((await match(both, { district: "CA-32" })).to.toSorted()).toEqual(["CA", "CA", "CA-32"]);
    expect((await match(both, { postalCode: "42223", district: "KY-1" })).to.toSorted()).toEqual([
      "KY",
      "KY",
      "KY-1",
    ]);
    expect((await match(both, { postalCode: "83001" })).to).toEqual(["WY", "WY", "WY"]);
  });

  it("offers all of the state for a code of post-office boxes", async () => {
    const { choose } = await match(builtin("us-house"), { postalCode: "90209" });
    expect(choose.length).toBeGreaterThan(45);
    expect(choose.every((code) => code.startsWith("CA-"))).toBe(true);
  });

  it("offers the ridings of the province for an unlisted area", async () => {
    const { choose } = await match(builtin("ca-commons"), { country: "CA", postalCode: "E2R 1A1" });
    expect(choose.length).toBe(10);
  });

  it("matches one riding at once, and says who may be written to", async () => {
    const found = await matchTargets(ctx, group, builtin("ca-commons"), {
      ...{ country: "CA", postalCode: "K1P 5M7", locale: "fr" },
    });
    expect(found.targets).toMatchObject([{ office: "Ottawa-Centre", title: "Député ou députée" }]);
    expect(found.targets[0]?.email).toMatch(/@parl\.gc\.ca$/);
  });

  it("serves the territories, which are countries of their own in a form", async () => {
    expect(
      (await match(builtin("us-house", "us-senate"), { country: "PR", postalCode: "00601" })).to,
    ).toEqual(["PR"]);
  });

  it("has nobody for an empty seat, another country or a code that does not exist", async () => {
    const nobody = { to: [], choose: [] };
    expect(await match(builtin("us-house"), { country: "FR", postalCode: "75001" })).toEqual(nobody);
    expect(await match(builtin("us-house"), { postalCode: "00000" })).toEqual(nobody);
    expect(await match(builtin("ca-commons"), { country: "CA", postalCode: "Z9Z 9Z9" })).toEqual(nobody);
    // Brantford South: vacant in the snapshot.
    expect(
      (await match(builtin("ca-commons"), { country: "CA", postalCode: "N3T 1A1", district: "35014" })).to,
    ).toEqual([]);
  });
});

const person = (name: string, changes: Partial<ListedTarget> = {}): ListedTarget => ({
  ...{ key: name, name, title: "", office: name, email: `${name}@city.example`, phone: "" },
  ...{ language: "", form: "", districts: [], prefixes: [], ...changes },
});

async function makeList(targets: ListedTarget[]) {
  const list = await createList(ctx, group, "Council");
  if (!list) throw new Error("no list was made");
  await replaceList(ctx, group, list, targets);
  return { list, source: targetSource.parse({ from: "list", listId: list.id }) };
}

describe("a group's own list", () => {
  it("matches by how the postal code begins, and those without a place always", async () => {
    const { source } = await makeList([
      person("east", { prefixes: ["M4", "M1"] }),
      person("west", { prefixes: ["M6"] }),
      person("mayor"),
    ]);
    const at = (postalCode: string) => match(source, { country: "CA", postalCode });
    expect((await at("M4M 2T1")).to).toEqual(["east", "mayor"]);
    expect((await at("M6K1A1")).to).toEqual(["west", "mayor"]);
    expect((await at("V5K 0A1")).to).toEqual(["mayor"]);
  });

  it("lets people choose among districts of the group's own", async () => {
    const { source } = await makeList([
      person("ten", { districts: ["WARD 10"] }),
      person("two", { districts: ["WARD 2"] }),
      person("mayor"),
    ]);
    expect(await match(source, { country: "CA" })).toEqual({ to: [], choose: ["WARD 2", "WARD 10"] });
    expect((await match(source, { district: "WARD 10" })).to).toEqual(["ten", "mayor"]);
  });

  it("knows where congressional districts and ridings are", async () => {
    const { source } = await makeList([
      person("of 32", { districts: ["CA-32"] }),
      person("of 36", { districts: ["CA-36"] }),
      person("of centre", { districts: ["35079"] }),
    ]);
    expect(await match(source, {})).toEqual({ to: [], choose: ["CA-32", "CA-36"] });
    expect((await match(source, { country: "CA", postalCode: "K1P 5M7" })).to).toEqual(["of centre"]);
    expect((await match(source, { country: "CA", postalCode: "M5V 3L9" })).to).toEqual([]);
  });

  it("is nobody's but the group's: another group's id of a list matches nobody", async () => {
    const { source, list } = await makeList([person("mayor")]);
    const { group: other } = await makeGroup();
    expect((await matchTargets(ctx, other, source, where)).targets).toEqual([]);
    expect(await findList(ctx, other, list.id)).toBeNull();
    await expect(removeList(ctx, other, { ...list })).resolves.toEqual({ outcome: "removed" });
    expect(await findList(ctx, group, list.id)).not.toBeNull();
  });

  it("is served without D1", async () => {
    const { source } = await makeList([person("mayor")]);
    forgetLists();
    const down = contextOf({ ...env, SHARD_00: undefined as never, SHARD_01: undefined as never });
    expect((await matchTargets(down, group, source, where)).targets.map(({ name }) => name)).toEqual([
      "mayor",
    ]);
  });

  it("is found in D1 when the copy that serves it is gone", async () => {
    const { source, list } = await makeList([person("mayor", { prefixes: ["M"] })]);
    await env.SITES.delete(`targets/${group.no}/${list.id}`);
    forgetLists();
    expect((await match(source, { country: "CA", postalCode: "M4M 2T1" })).to).toEqual(["mayor"]);
  });

  it("counts whom one can write to and call", async () => {
    const { list } = await makeList([person("a"), person("b", { email: "", phone: "+14165550100" })]);
    expect(await findList(ctx, group, list.id)).toMatchObject({
      targetCount: 2,
      emailCount: 1,
      phoneCount: 1,
    });
  });
});

describe("fixed people", () => {
  const source = targetSource.parse({
    people: [{ name: "Helen Brandt", email: "mayor@city.example" }, { name: "The board" }],
    fallback: { name: "The clerk", email: "clerk@city.example" },
  });

  it("are for everybody, in their order", async () => {
    const { targets } = await matchTargets(ctx, group, source, { country: "", postalCode: "", locale: "en" });
    expect(targets.map(({ name }) => name)).toEqual(["Helen Brandt", "The board"]);
    expect(new Set(targets.map(({ key }) => key)).size).toBe(2);
    expect(targets.every(({ key }) => key.length <= 20)).toBe(true);
  });

  it("have somebody in their place when one is named", async () => {
    expect(await fallbackTarget(source)).toMatchObject({ name: "The clerk", email: "clerk@city.example" });
    expect(await fallbackTarget(targetSource.parse({}))).toBeNull();
  });
});
