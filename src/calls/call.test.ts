import { and, eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { inBeverlyHills, makeAddressed } from "../../test/addressed";
import { contextOf, makeGroup } from "../../test/groups";
import type { Action } from "../actions/types";
import { dbFor, type GroupDb } from "../groups/shard";
import { participations } from "../intake/tables";
import type { IntakeTarget } from "../intake/types";
import { mergedPeople } from "../people/tables";
import { newId, type ParticipationId } from "../platform/ids";
import { call } from "./call";
import { callsByTarget, keepCalls } from "./store";
import { tally } from "./tally";
import { callSettings, ownCall } from "./types";

const script = "Hello {{target_name}}, I am {{first_name}} from {{postal_code}}.\n\nFund the night bus.";
const two = {
  people: [
    { name: "Helen Brandt", title: "Mayor", phone: "416-555-0100" },
    { name: "The board", phone: "+1 (416) 555-0101" },
  ],
};
const toCongress = { from: "builtin", sets: ["us-house", "us-senate"] };
const site = (source: object) => makeAddressed(call, { source, script });
type Site = Awaited<ReturnType<typeof site>>;
const calls = ({ taken }: Site) => taken.map(({ o }) => ownCall.parse(o.own)).map(({ n, a }) => [n, a]);
const report = (made: Site, fields: Record<string, string>) =>
  made.post(made.url, { ...inBeverlyHills, step: "2", ...fields });

describe("calling", () => {
  it("shows the first number to tap and what to say, with both names in it", async () => {
    const made = await site(two);
    const html = await (await made.post(made.url, { ...inBeverlyHills, step: "1" })).text();
    expect(html).toContain('href="tel:4165550100"');
    expect(html).toContain("Hello Helen Brandt, I am Amina from 90210.");
    expect(html).toContain("Call 1 of 2");
    expect(made.taken).toEqual([]);
  });

  it("counts each call when it is reported and goes on to the next, then to thanks", async () => {
    const made = await site(two);
    const first = await report(made, { at: "0", outcome: "answered" });
    expect(first.status).toBe(200);
    const html = await first.text();
    expect(calls(made)).toEqual([["Helen Brandt", "answered"]]);
    expect(html).toContain('href="tel:+14165550101"');
    expect(html).toContain("Your call is counted");
    expect(html).not.toMatch(/value="answered"[^>]* checked/);
    const last = await report(made, { at: "1", outcome: "voicemail" });
    expect(last.status).toBe(303);
    expect(last.headers.get("Location")).toContain("/thanks?done=");
    expect(calls(made)).toEqual([
      ["Helen Brandt", "answered"],
      ["The board", "voicemail"],
    ]);
  });

  it("counts nothing for a call that was not made", async () => {
    const made = await site(two);
    expect((await report(made, { at: "0", outcome: "skipped" })).status).toBe(200);
    const last = await report(made, { at: "1", outcome: "skipped" });
    expect(last.status).toBe(303);
    expect(made.taken).toEqual([]);
  });

  it("asks how it went, and takes nothing else for an answer", async () => {
    const made = await site(two);
    for (const outcome of ["", "won", "answered' --"]) {
      const refused = await report(made, { at: "0", outcome });
      expect(refused.status).toBe(422);
      expect(await refused.text()).toContain("Say how the call went");
    }
    expect(made.taken).toEqual([]);
  });

  it("starts with the first whatever number the form names", async () => {
    const made = await site(two);
    await report(made, { at: "99", outcome: "busy" });
    await report(made, { at: "-1.5", outcome: "wrong" });
    expect(calls(made)).toEqual([
      ["Helen Brandt", "busy"],
      ["Helen Brandt", "wrong"],
    ]);
  });

  it("promises nothing while no object can take it, and keeps the page", async () => {
    const made = await site(two);
    made.state.isIntakeDown = true;
    const trouble = await report(made, { at: "0", outcome: "answered" });
    expect(trouble.status).toBe(503);
  });

  it("matches members and senators, after the district where a postal code spans several", async () => {
    const made = await site(toCongress);
    const asked = await made.post(made.url, { ...inBeverlyHills, step: "1" });
    expect(await asked.text()).toContain("covers more than one district");
    const html = await (
      await made.post(made.url, { ...inBeverlyHills, step: "1", district: "CA-32" })
    ).text();
    expect(html).toContain("Call 1 of 3");
    expect(html).toContain('href="tel:202');
  });

  it("leads to the switchboard where nobody has a number, and says so where there is none", async () => {
    const commons = { from: "builtin", sets: ["ca-commons"] };
    const here = { ...inBeverlyHills, step: "1", country: "CA", postalCode: "K1P 5M7" };
    const without = await site(commons);
    expect((await without.post(without.url, here)).status).toBe(422);
    const made = await site({ ...commons, fallback: { name: "The switchboard", phone: "613-555-0100" } });
    expect(await (await made.post(made.url, here)).text()).toContain('href="tel:6135550100"');
  });
});

describe("a call action", () => {
  it("may not be published without a number, a script, or somebody", () => {
    const reasons = (settings: object) =>
      call.reasonsNotToPublish({ settings: callSettings.parse(settings) } as unknown as Action, 0);
    expect(reasons({ source: two, script })).toEqual([]);
    expect(reasons({ source: { people: [{ name: "Silent" }] }, script })).toEqual(["calls.reasons.noNumber"]);
    expect(reasons({ source: { from: "builtin", sets: ["ca-commons"] }, script })).toEqual([
      "calls.reasons.noNumberCa",
    ]);
    expect(reasons({ source: two })).toEqual(["calls.reasons.noScript"]);
    expect(reasons({ source: two, script: "I live in {{city}}." })).toEqual(["officials.reasons.unfilled"]);
  });

  it("adds up calls by whom they were to and how they ended, removed ones and other groups' apart", async () => {
    const ctx = contextOf();
    const [{ group }, { group: other }] = [await makeGroup(), await makeGroup()];
    const db = dbFor(ctx.env, group);
    const ids = await store(db, ["answered", "answered", "busy", "wrong"]);
    const window = { target: { groupNo: group.no, shard: group.shard, actionNo: 1 } as IntakeTarget };
    // Half of the news came, twice; the other half was lost.
    for (const _ of [1, 2]) await keepCalls(db, 1, ids.slice(0, 2));
    const times = { sinceMs: Date.now() - 60_000, untilMs: Date.now() + 1_000 };
    expect(await tally.findMissing(ctx, { ...window, ...times })).toBe(2);
    expect(await tally.findMissing(ctx, { ...window, ...times })).toBe(0);
    // The third caller turns out to be the first: they made two calls, and no third is found.
    const third = and(eq(participations.groupNo, group.no), eq(participations.personNo, 3));
    await db.db.update(participations).set({ personNo: 1 }).where(third);
    await db.db.insert(mergedPeople).values({ groupNo: group.no, rootNo: 1, personNo: 3 });
    expect(await tally.findMissing(ctx, { ...window, ...times })).toBe(0);
    await keepCalls(db, 1, ids);
    expect((await callsByTarget(db, 1))[0]?.counts).toEqual({ answered: 2, busy: 1, wrong: 1 });
    await db.db.update(participations).set({ removalNo: 1 }).where(eq(participations.nth, 3));
    expect((await callsByTarget(db, 1))[0]?.counts).toEqual({ answered: 2, wrong: 1 });
    const wrong = and(eq(participations.groupNo, group.no), eq(participations.personNo, 4));
    await db.db.update(participations).set({ removalNo: 1 }).where(wrong);
    expect(await callsByTarget(db, 1)).toEqual([
      { target: "mayor", name: "Helen", office: "Mayor", counts: { answered: 2 } },
    ]);
    expect(await callsByTarget(dbFor(ctx.env, other), 1)).toEqual([]);
  });
});

/** Stores one call of each of these outcomes, each by another person. */
async function store({ db, groupNo }: GroupDb, ended: readonly string[]): Promise<ParticipationId[]> {
  const ids = ended.map(() => newId<ParticipationId>());
  for (const [at, a] of ended.entries()) {
    await db.insert(participations).values({
      ...{ groupNo, personNo: at + 1, actionNo: 1, nth: at + 1, actedAt: 1, revisedAt: 1, isNamed: 0 },
      id: ids[at] ?? newId(),
      answer: { own: { k: "mayor", n: "Helen", o: "Mayor", a, at: 0, of: 1 } },
    });
  }
  return ids;
}
