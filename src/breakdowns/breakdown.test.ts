import { beforeAll, describe, expect, it } from "vitest";
import { contextOf, makeGroup, settled } from "../../test/groups";
import { makePetition } from "../../test/petitions";
import { BEGAN, makeAct, makeMailing, type Received } from "../../test/results";
import type { Action } from "../actions/types";
import { type Audience, savedAudience } from "../audiences/audience";
import { insertAudience, updateAudience, updateRemoved } from "../audiences/store";
import type { AudienceId } from "../audiences/types";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { mergePeople } from "../intake/erasure";
import { mailingByNo } from "../mailings/mailing";
import { leftOutReasons } from "../mailings/types";
import { newId } from "../platform/ids";
import * as door from "./breakdown";
import { breakdownById, type Report, saveBreakdown } from "./breakdown";
import { beginCount, goOn, isDone, readGrowing, shareOf } from "./counting";
import { linesOf, markOf } from "./lines";
import { countOf, deliveredOf } from "./panels";
import { claimCount, recipientBounds, saveGrowing } from "./store-counts";
import type { Breakdown, LineMeasure, Plan } from "./types";

let group: Group;
let action: Action;
const LATER = BEGAN + 86_400_000;
const ctx = (now = LATER) => contextOf(undefined, now);
const db = () => dbFor(contextOf().env, group);

beforeAll(async () => {
  ({ group } = await makeGroup());
  action = await makePetition(group);
});

const of = (...people: number[]): Audience => ({ include: { is: "people", people } });

async function saved(
  name: string,
  audience: Audience,
  isShared = true,
): Promise<{ no: number; id: AudienceId }> {
  const id = newId<AudienceId>();
  const parts: number[] = [];
  const no = await insertAudience(db(), id, {
    ...{ name, audience, isShared, parts, description: "", by: 1, now: 1 },
  });
  if (no === null) throw new Error("no room");
  return { no, id };
}

async function made(plan: Plan): Promise<Breakdown> {
  const done = await saveBreakdown(ctx(), group, null, { name: "Donors", plan, by: 1 });
  const found = done.is === "saved" ? await breakdownById(db(), done.id) : null;
  if (!found) throw new Error(done.is);
  return found;
}

const byAudiences = async (...audiences: Audience[]) =>
  made({
    by: "audiences",
    audiences: await Promise.all(audiences.map(async (each, at) => (await saved(`A${at}`, each)).no)),
  });

const numbers = ({ lines }: Report, measure: LineMeasure) =>
  lines.map(({ count }) => countOf(count, measure));

type Sent = Parameters<typeof door.reportOf>[2];
const SEES = { seesPeople: true };
const reportOf = (
  at: ReturnType<typeof ctx>,
  whose: Group,
  mailing: Sent,
  breakdown: Breakdown,
  { isAgain = false }: { isAgain?: boolean } = {},
) => door.reportOf(at, whose, mailing, breakdown, { ...SEES, isAgain });
const lastReport = (at: ReturnType<typeof ctx>, whose: Group, mailing: Sent, breakdown: Breakdown) =>
  door.lastReport(at, whose, mailing, breakdown, SEES);

async function mailed(received: readonly Received[]) {
  const { no, people } = await makeMailing(group, received, {
    links: [{ url: "https://a.example/", action }],
  });
  return { no, people, sentAt: BEGAN, finishedAt: BEGAN + 60_000 };
}

describe("a breakdown of what was sent", () => {
  it("counts what the people of each line did, everybody and those of no line too", async () => {
    const mailing = await mailed([
      { openedAfter: 60 },
      { clickedAfter: 60 },
      { flags: 1 },
      { flags: 4 },
      { flags: 2, left: { choice: 1 } },
      { flags: 2, left: { choice: 1, back: true } },
      { status: "failed", reason: 31 },
      { status: "left_out", reason: leftOutReasons.bounced },
    ]);
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = mailing.people;
    const by = { source: `m${mailing.no}-1` };
    await makeAct(group, action, { ...by, personNo: a });
    await makeAct(group, action, { ...by, personNo: b, amount: 1_000, currency: "CAD" });
    await makeAct(group, action, { ...by, personNo: b, amount: 500, currency: "CAD" });
    // By another mailing, taken out, and by somebody it was not sent to.
    await makeAct(group, action, { personNo: c, source: `m${mailing.no}9-1` });
    await makeAct(group, action, { ...by, personNo: d, removalNo: 3 });
    await makeAct(group, action, { ...by, personNo: h });
    const report = await reportOf(ctx(), group, mailing, await byAudiences(of(a, b, c, h), of(b, d, e, f)));
    expect(report.isWhole).toBe(true);
    expect(report.lines.map(({ line }) => line.name.is)).toEqual(["everybody", "named", "named", "others"]);
    expect(numbers(report, "recipients")).toEqual([7, 3, 4, 1]);
    expect(numbers(report, "sent")).toEqual([6, 3, 4, 0]);
    expect(numbers(report, "opened")).toEqual([2, 2, 1, 0]);
    expect(numbers(report, "machine")).toEqual([1, 1, 0, 0]);
    expect(numbers(report, "clicked")).toEqual([1, 1, 1, 0]);
    expect(numbers(report, "bounced")).toEqual([1, 0, 1, 0]);
    expect(numbers(report, "unsubscribed")).toEqual([1, 0, 1, 0]);
    expect(numbers(report, "acted")).toEqual([2, 2, 1, 0]);
    expect(numbers(report, "gave")).toEqual([1, 1, 1, 0]);
    expect(report.lines.map(({ count }) => count?.money)).toEqual([
      { CAD: 1_500 },
      { CAD: 1_500 },
      { CAD: 1_500 },
      {},
    ]);
    expect(report.lines.map(({ count }) => deliveredOf(count))).toEqual([5, 3, 3, 0]);
    expect(g).toBeGreaterThan(0);
  });

  it("follows people who were merged since: their mail is under the old number, what they did under the new one", async () => {
    const mailing = await mailed([{ openedAfter: 9 }, {}]);
    const [lost = 0] = mailing.people;
    const [kept = 0] = (await mailed([{}])).people;
    await makeAct(group, action, { personNo: lost, source: `m${mailing.no}-1` });
    const by = { by: 1, cause: "organiser" as const, choices: {} };
    await mergePeople(contextOf(), group, { kept, lost }, [], by);
    const report = await reportOf(ctx(), group, mailing, await byAudiences(of(kept)));
    expect([numbers(report, "sent"), numbers(report, "opened"), numbers(report, "acted")]).toEqual([
      [2, 1, 1],
      [1, 1, 0],
      [1, 1, 0],
    ]);
  });

  it("tells people apart by language", async () => {
    const mailing = await mailed([
      { language: "en" },
      { language: "fr" },
      { language: "fr" },
      { language: "de" },
      {},
    ]);
    const report = await reportOf(ctx(), group, mailing, await made({ by: "language" }));
    expect(report.lines.map(({ line }) => line.key)).toEqual([
      ...["everybody", "language:en", "language:fr", "language:es", "others"],
    ]);
    expect(numbers(report, "sent")).toEqual([5, 1, 2, 0, 2]);
  });

  it("is kept until somebody asks again, and then not at once", async () => {
    const mailing = await mailed([{}]);
    const [one = 0] = mailing.people;
    const breakdown = await byAudiences(of(one));
    const at = async (now: number, isAgain: boolean) => {
      const report = await reportOf(ctx(now), group, mailing, breakdown, { isAgain });
      return [report.countedAt, numbers(report, "acted")[1]];
    };
    expect(await at(LATER, false)).toEqual([LATER, 0]);
    await makeAct(group, action, { personNo: one, source: `m${mailing.no}-1` });
    expect(await at(LATER + 50_000, true)).toEqual([LATER, 0]);
    expect(await at(LATER + 900_000, false)).toEqual([LATER, 0]);
    expect(await at(LATER + 900_000, true)).toEqual([LATER + 900_000, 1]);
  });

  it("is counted anew when an audience of it has changed, and when the last mail has left", async () => {
    const mailing = await mailed([{}, {}]);
    const [one = 0, other = 0] = mailing.people;
    const { no, id } = await saved("Changing", of(one));
    const breakdown = await made({ by: "audiences", audiences: [no] });
    const sending = { ...mailing, finishedAt: null };
    expect(numbers(await reportOf(ctx(), group, sending, breakdown), "sent")).toEqual([2, 1, 1]);
    const before = await savedAudience(db(), id);
    const audience = of(one, other);
    await updateAudience(db(), no, before?.version ?? 0, {
      ...{ name: "Changed", audience, isShared: true, parts: [], description: "", by: 1, now: 2 },
    });
    expect(await lastReport(ctx(), group, mailing, breakdown)).toBeNull();
    expect(numbers(await reportOf(ctx(), group, sending, breakdown), "sent")).toEqual([2, 2, 0]);
    const finished = { ...mailing, finishedAt: LATER + 5_000 };
    expect((await reportOf(ctx(LATER + 9_000), group, finished, breakdown)).countedAt).toBe(LATER + 9_000);
  });

  it("keeps a line whose audience was removed, and shows nothing of one that is private now", async () => {
    const mailing = await mailed([{}, {}]);
    const [one = 0, other = 0] = mailing.people;
    const [gone, own] = [await saved("Gone", of(one)), await saved("Secret", of(other), false)];
    await updateRemoved(db(), gone.no, 5);
    const plan = { by: "audiences" as const, audiences: [gone.no, own.no, 999_999] };
    const report = await reportOf(ctx(), group, mailing, await made(plan));
    expect(report.lines.map(({ line }) => [line.name, line.isRemoved])).toEqual([
      [{ is: "everybody" }, false],
      [{ is: "named", name: "Gone" }, true],
      [{ is: "private" }, false],
      [{ is: "others" }, false],
    ]);
    expect(numbers(report, "sent")).toEqual([2, 1, null, 1]);
  });

  it("counts nobody of a circle of audiences, and nothing of one with too many conditions", async () => {
    const mailing = await mailed([{}]);
    const circle = await saved("Circle", { include: { all: [] } });
    await updateAudience(db(), circle.no, 1, {
      ...{ name: "Circle", audience: { include: { is: "saved", audience: circle.no } }, isShared: true },
      ...{ parts: [], description: "", by: 1, now: 2 },
    });
    const many = Array.from({ length: 50 }, () => ({
      all: [
        { is: "has" as const, what: "email" as const },
        { is: "has" as const, what: "name" as const },
      ],
    }));
    const large = await saved("Large", { include: { any: [...many.slice(1), { any: many.slice(0, 3) }] } });
    const report = await reportOf(
      ctx(),
      group,
      mailing,
      await made({ by: "audiences", audiences: [circle.no, large.no] }),
    );
    expect(report.isWhole).toBe(true);
    expect(numbers(report, "sent")).toEqual([1, null, null, null]);
  });

  it("goes on where it was put down, in small ranges, to the same numbers", async () => {
    const mailing = await mailed(
      Array.from({ length: 30 }, (_, at) => (at % 3 === 0 ? { openedAfter: 5 } : {})),
    );
    const [first = 0] = mailing.people;
    const breakdown = await byAudiences(of(...mailing.people.slice(0, 10)));
    const lines = await linesOf(db(), breakdown);
    let growing = beginCount(markOf(lines), LATER);
    let turns = 0;
    while (!isDone(growing, lines)) {
      const put = readGrowing(
        JSON.stringify({
          ...growing,
          ...(growing.width > 0 ? { width: 7, after: Math.max(growing.after, first - 5) } : {}),
        }),
        markOf(lines),
      );
      if (!put) throw new Error("not read");
      growing = await goOn(ctx(), db(), mailing.no, lines, put, 0);
      expect(shareOf(growing, lines)).toBeLessThanOrEqual(1);
      turns += 1;
    }
    expect(turns).toBeGreaterThan(3);
    expect(growing.done.map((count) => [countOf(count, "sent"), countOf(count, "opened")])).toEqual([
      [30, 10],
      [10, 4],
      [20, 6],
    ]);
    expect(readGrowing(JSON.stringify(growing), "other lines")).toBeNull();
    expect(readGrowing('{"mark":1}', markOf(lines))).toBeNull();
  });

  it("is counted anew when an audience within one of it has changed, and not when their order has", async () => {
    const mailing = await mailed([{}, {}]);
    const [one = 0, other = 0] = mailing.people;
    const inner = await saved("Inner", of(one));
    const outer = await saved("Outer", { include: { is: "saved", audience: inner.no } });
    const second = await saved("Second", of(other));
    const breakdown = await made({ by: "audiences", audiences: [outer.no, second.no] });
    expect(numbers(await reportOf(ctx(), group, mailing, breakdown), "sent")).toEqual([2, 1, 1, 0]);
    const turned: Breakdown = { ...breakdown, plan: { by: "audiences", audiences: [second.no, outer.no] } };
    const again = await reportOf(ctx(LATER + 10), group, mailing, turned);
    expect([again.countedAt, again.lines[1]?.line.name]).toEqual([LATER, { is: "named", name: "Second" }]);
    await updateAudience(db(), inner.no, 1, {
      ...{
        name: "Inner",
        audience: of(one, other),
        isShared: true,
        parts: [],
        description: "",
        by: 1,
        now: 2,
      },
    });
    expect(numbers(await reportOf(ctx(), group, mailing, breakdown), "sent")).toEqual([2, 2, 1, 0]);
  });

  it("is counted anew where somebody looked while its recipients were still written down", async () => {
    const mailing = await mailed([{}]);
    const breakdown = await byAudiences(of(1));
    await reportOf(ctx(BEGAN - 5_000), group, { ...mailing, finishedAt: null }, breakdown);
    expect(await lastReport(ctx(), group, { ...mailing, finishedAt: null }, breakdown)).toBeNull();
    const report = await reportOf(ctx(), group, { ...mailing, finishedAt: null }, breakdown);
    expect(report.countedAt).toBe(LATER);
  });

  it("shows nobody without sight of people answers, or numbers of fewer than ten people", async () => {
    const few = await mailed(Array.from({ length: 9 }, () => ({})));
    const enough = await mailed(Array.from({ length: 10 }, () => ({})));
    const asked = async (mailing: Sent, breakdown: Breakdown, seesPeople: boolean) => {
      const { withheld, lines } = await door.reportOf(ctx(), group, mailing, breakdown, { seesPeople });
      return [withheld, lines.length];
    };
    const byLanguage = await made({ by: "language" });
    const byAudience = await byAudiences(of(few.people[0] ?? 0));
    expect(await asked(enough, byLanguage, false)).toEqual(["answers", 0]);
    expect(await asked(enough, byLanguage, true)).toEqual([null, 5]);
    expect(await asked(few, byAudience, false)).toEqual(["few", 0]);
    expect(await asked(few, byAudience, true)).toEqual([null, 3]);
    expect(await asked(enough, byAudience, false)).toEqual([null, 3]);
    const last = await door.lastReport(ctx(), group, few, byAudience, { seesPeople: false });
    expect(last).toMatchObject({ withheld: "few", lines: [] });
  });

  it("looks between its first and its last recipient alone, and only reads what was put down just now", async () => {
    const mailing = await mailed([{}, {}]);
    const [first = 0, last = 0] = mailing.people;
    const breakdown = await byAudiences(of(first));
    const lines = await linesOf(db(), breakdown);
    const begun = beginCount(markOf(lines), LATER);
    const { group: alone } = await makeGroup();
    expect(await recipientBounds(db(), mailing.no)).toEqual({ lowest: first, highest: last });
    expect(await recipientBounds(dbFor(contextOf().env, alone), mailing.no)).toEqual({
      lowest: 0,
      highest: 0,
    });
    const where = { mailingNo: mailing.no, breakdownNo: breakdown.no };
    const put = async (growing: object) => {
      const claim = await claimCount(db(), where, { now: Date.now(), until: Date.now() + 1 });
      await saveGrowing(db(), where, claim ?? 0, JSON.stringify({ ...begun, ...growing }));
      return reportOf(ctx(), group, mailing, breakdown);
    };
    expect(await put({ savedAt: Date.now() })).toMatchObject({ isWhole: false, isFailing: false });
    expect(await put({ savedAt: Date.now() - 30_000, isFailing: true })).toMatchObject({ isFailing: true });
    expect(await put({ savedAt: Date.now() - 30_000 })).toMatchObject({ isWhole: true, share: 1 });
  });

  it("is put down where a statement fails, to go on with less at once, and leaves the page alone", async () => {
    const mailing = await mailed([{}]);
    const breakdown = await byAudiences(of(1));
    const lines = await linesOf(db(), breakdown);
    const broken = { ...db(), d1: failing(db().d1) };
    const begun = { ...beginCount(markOf(lines), LATER), width: 2_000, highest: 9_000 };
    const put = await goOn(ctx(), broken, mailing.no, lines, begun);
    expect(put).toMatchObject({ isFailing: true, width: 500, done: [] });
    expect(isDone(await goOn(ctx(), db(), mailing.no, lines, put), lines)).toBe(true);
  });

  it("is counted by one at a time, and by another when that one is gone", async () => {
    const mailing = await mailed([{}]);
    const breakdown = await byAudiences(of(1));
    const where = { mailingNo: mailing.no, breakdownNo: breakdown.no };
    const now = Date.now();
    expect(await claimCount(db(), where, { now, until: now + 600_000 })).toBe(1);
    const busy = await reportOf(ctx(), group, mailing, breakdown);
    await settled();
    expect([busy.isWhole, busy.countedAt, numbers(busy, "sent")]).toEqual([false, null, [null, null, null]]);
    expect(await claimCount(db(), where, { now: now + 700_000, until: 0 })).toBe(2);
    expect((await reportOf(ctx(), group, mailing, breakdown)).isWhole).toBe(true);
  });

  it("holds nobody of another group", async () => {
    const mailing = await mailed([{}, {}]);
    const { group: other } = await makeGroup();
    const breakdown = await byAudiences(of(...mailing.people));
    const foreign = await reportOf(ctx(), other, mailing, breakdown);
    expect(numbers(foreign, "sent")).toEqual([0]);
    expect(await mailingByNo(dbFor(contextOf().env, other), mailing.no)).toBeNull();
  });
});

/** A database whose counts fail. */
function failing(d1: D1Database): D1Database {
  return new Proxy(d1, {
    get: (target, name) => {
      if (name !== "prepare") return Reflect.get(target, name, target);
      return (sql: string) => {
        if (sql.startsWith("WITH line")) throw new Error("D1_ERROR: too slow");
        return target.prepare(sql);
      };
    },
  });
}
