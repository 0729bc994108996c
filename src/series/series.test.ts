import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { addPeople, HandDriver, makeMailing, makeSenders } from "../../test/deliveries";
import { changeGroup, contextOf } from "../../test/groups";
import { addressesOfAccounts } from "../../test/members";
import { makeOrganisers } from "../../test/organisers";
import { everybody } from "../audiences/audience";
import { approveMailing, sendMailing, waitsFor } from "../delivery/delivery";
import type { Env } from "../env";
import { groupByNo } from "../groups/group";
import { saveMailSettings } from "../groups/mail-settings";
import { dbFor, type GroupDb } from "../groups/shard";
import type { GroupSettings } from "../groups/types";
import {
  duplicateMailing,
  hideMailing,
  listMailings,
  mailingById,
  mailingByNo,
  saveSettings,
  saveVersion,
  versionsOf,
} from "../mailings/mailing";
import type { Mailing, SnippetId, Target } from "../mailings/types";
import { saveSnippet, snippetUsage } from "../mailings/wrapper";
import type { Context } from "../platform/context";
import { newId } from "../platform/ids";
import type { MailQueued } from "../platform/mail/messages";
import { translator } from "../ui/i18n";
import { clockOf, refOf } from "./objects";
import { tend } from "./running";
import {
  agreeToSeries,
  changedFrom,
  changeSeries,
  confirmSeries,
  isChangedSince,
  pauseSeries,
  resumeSeries,
  stopSeries,
  wakeSeries,
} from "./series";
import * as store from "./store";
import * as runStore from "./store-runs";
import { type Plan, planSchema, type Run, type Series } from "./types";
import { planWords } from "./words";

/* The clock is a number that goes on by days. All of it has passed, so that a mailing that is due is due for its driver too. */

const DAY_MS = 86_400_000;
const START = Math.floor(Date.now() / DAY_MS) * DAY_MS - 60 * DAY_MS;

/** Of accounts 1, 2 and 3. */
let addresses: string[];

beforeAll(async () => {
  addresses = await addressesOfAccounts(3);
  // Everything that makes and sends mails is loaded by this, which takes longer than any test.
  const here = await scene(1);
  await confirmed(here);
  await here.tick(due(0));
  await here.deliver();
});

type Fault = () => "before" | "after" | null;

/** D1 that fails before or after it did what it was asked, when a test says so. */
function faulty(d1: D1Database, fault: Fault): D1Database {
  const failing = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    const when = fault();
    if (when === "before") throw new Error("D1_ERROR: refused by a test");
    const value = await work();
    if (when === "after") throw new Error("D1_ERROR: lost by a test");
    return value;
  };
  const statement = (real: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(real, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (name === "bind") return (...given: unknown[]) => statement(target.bind(...given));
        if (typeof value !== "function") return value;
        return (...given: unknown[]) => failing(() => value.apply(target, given));
      },
    });
  return new Proxy(d1, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name === "prepare") return (query: string) => statement(target.prepare(query));
      if (name !== "batch") return typeof value === "function" ? value.bind(target) : value;
      return (statements: D1PreparedStatement[]) => failing(() => target.batch(statements));
    },
  });
}

type Scene = Awaited<ReturnType<typeof scene>>;

/** A group whose clock and drivers stand still until a test moves them. */
async function scene(people = 3, settings: Partial<GroupSettings> = {}) {
  const { group, db } = await makeSenders(people, settings);
  const mails: { to: string; text: string }[] = [];
  const sent: string[] = [];
  const object = { expect: async () => undefined, wake: async () => undefined };
  let fault: Fault = () => null;
  const bindings = {
    ...env,
    [group.shard]: faulty(env[group.shard as "SHARD_01"], () => fault()),
    SERIES: { getByName: () => object },
    MAILING: { getByName: () => object },
    MAIL: {
      send: async ({ message }: MailQueued) => void mails.push({ to: message.to, text: message.text }),
    },
  } as unknown as Env;
  const at = (now: number): Context => contextOf(bindings, now);
  return {
    ...{ group, db, mails, sent, at },
    fail(next: Fault) {
      fault = next;
    },
    /** One alarm after another, until nothing is due now. */
    async tick(now: number) {
      let inMs: number | null = 0;
      for (let turns = 0; turns < 20 && inMs === 0; turns += 1)
        inMs = await tend(at(now), (await groupByNo(contextOf().directory, group.no)) ?? group);
      return inMs;
    },
    /** Freezes and sends whatever is on its way. */
    async deliver() {
      for (const mailing of await listMailings(db, { statuses: ["scheduled"], limit: 50 })) {
        const driver = new HandDriver(group, mailing);
        await driver.run();
        sent.push(...driver.sent.map(({ to }) => to));
      }
    },
  };
}

const planOf = (changes: Partial<Plan> = {}): Plan =>
  planSchema.parse({ every: "day", at: "09:00", timeZone: "UTC", from: "2020-01-01", ...changes });

/** When the nth day's run is due, and a few seconds more. */
const due = (nth: number) => START + nth * DAY_MS + 9 * 3_600_000 + 5_000;

async function confirmed(
  { group, at }: Pick<Scene, "group" | "at">,
  changes: Partial<Plan> = {},
  { by = 1, recipientsMax = 1_000, target }: { by?: number; recipientsMax?: number; target?: Target } = {},
): Promise<Series> {
  const mailing = await makeMailing(group, target ? { target } : {});
  const result = await confirmSeries(at(START), group, mailing, { plan: planOf(changes), recipientsMax, by });
  if (result.is !== "confirmed" && result.is !== "needs_approval") throw new Error(JSON.stringify(result));
  return result.series;
}

async function runsOf(db: GroupDb, { no }: Series): Promise<Run[]> {
  return (await runStore.selectRuns(db, no, { before: null, limit: 100 })).toReversed();
}

async function again({ db }: { db: GroupDb }, { no }: Series): Promise<Series> {
  const series = await store.selectSeriesByNo(db, no);
  if (!series) throw new Error("no series");
  return series;
}

async function mailingOf(db: GroupDb, run: Run | undefined): Promise<Mailing> {
  const mailing = run && (await mailingById(db, run.mailingId));
  if (!mailing) throw new Error("the run has no mailing");
  return mailing;
}

describe("a series", () => {
  it("asks its audience anew for every run, makes an ordinary mailing of each, and mails it once", async () => {
    const here = await scene(3);
    const series = await confirmed(here);
    expect(series).toMatchObject({ status: "active", nextAt: START + 9 * 3_600_000 });
    const inMs = (await here.tick(due(0) - 10_000)) ?? 0;
    expect([inMs > 3_000, inMs <= 5_000]).toEqual([true, true]);
    expect(await runsOf(here.db, series)).toEqual([]);
    await here.tick(due(0));
    await here.deliver();
    await here.tick(due(0) + 20_000);
    await addPeople(here.db, [{}, {}], 4);
    await here.tick(due(1));
    await here.deliver();
    await here.tick(due(1) + 20_000);
    const runs = await runsOf(here.db, series);
    expect(runs.map(({ nth, state, recipients }) => [nth, state, recipients])).toEqual([
      [1, "sent", 3],
      [2, "sent", 5],
    ]);
    expect(here.sent).toHaveLength(8);
    const listed = await listMailings(here.db, { series: series.no, limit: 9 });
    expect(listed.map(({ status, copyOf, askedBy }) => [status, copyOf, askedBy])).toEqual([
      ["sent", series.mailingNo, 1],
      ["sent", series.mailingNo, 1],
    ]);
    expect(listed[0]?.internalTitle).toMatch(/^News 1 \(/);
    expect(await versionsOf(here.db, listed[0]?.no ?? 0)).toMatchObject([{ subject: "News 1" }]);
    expect(here.mails).toEqual([]);
  });

  it("welcomes everybody once, whatever of it is changed, and passes over a day on which nobody is new", async () => {
    const here = await scene(3);
    const series = await confirmed(here, { isOncePerPerson: true });
    await here.tick(due(0));
    await here.deliver();
    await here.tick(due(0) + 20_000);
    // Nobody is new; then two are, one of whom is not on the list.
    await here.tick(due(1));
    await addPeople(here.db, [{}, { email_status: 2 }], 4);
    await here.tick(due(2));
    await here.deliver();
    await here.tick(due(2) + 20_000);
    const copy = await changeSeries(here.at(due(2)), here.group, series, { by: 1, title: "Changed" });
    const plan = planOf({ isOncePerPerson: true, at: "10:00" });
    const changed =
      copy && (await confirmSeries(here.at(due(2)), here.group, copy, { plan, recipientsMax: 50, by: 1 }));
    if (changed?.is !== "confirmed") throw new Error("not confirmed");
    expect(await again(here, series)).toMatchObject({ status: "stopped", note: "replaced", nextAt: null });
    await addPeople(here.db, [{}], 6);
    await here.tick(due(3) + 3_600_000);
    await here.deliver();
    await here.tick(due(3) + 3_700_000);
    expect((await runsOf(here.db, series)).map(({ state, recipients }) => [state, recipients])).toEqual([
      ["sent", 3],
      ["empty", null],
      ["sent", 1],
    ]);
    expect(
      (await runsOf(here.db, changed.series)).map(({ state, recipients }) => [state, recipients]),
    ).toEqual([["sent", 1]]);
    expect(here.sent.toSorted()).toEqual([1, 2, 3, 4, 6].map((no) => `p${no}@people.example`));
    // Who was welcomed before is no candidate and costs no row, and no more does whoever is not on the list.
    const [last] = await listMailings(here.db, { series: changed.series.no, limit: 1 });
    expect(last?.frozen).toMatchObject({ candidates: 1, recipients: 1 });
  });

  it("counts a copy of a changed copy as the same series, and tries nobody anew whose mail was refused", async () => {
    const here = await scene(3);
    const series = await confirmed(here, { isOncePerPerson: true });
    await here.tick(due(0));
    await here.deliver();
    await here.tick(due(0) + 20_000);
    const end = (personNo: number, reason: number) =>
      here.db.d1
        .prepare(
          "UPDATE mailing_recipients SET status = 5, reason = ? WHERE group_no = ? AND person_no = ? AND status = 3",
        )
        .bind(reason, here.group.no, personNo)
        .run();
    // The first was refused; the second's copy was stopped before it left.
    await end(1, 31);
    await end(2, 34);
    const ctx = here.at(due(0));
    const copy = await changeSeries(ctx, here.group, series, { by: 1, title: "Changed" });
    const again =
      copy && (await duplicateMailing(ctx, here.group, copy, { no: 1 }, { for: "same", title: "Again" }));
    const plan = planOf({ isOncePerPerson: true });
    const made = again && (await confirmSeries(ctx, here.group, again, { plan, recipientsMax: 9, by: 1 }));
    if (made?.is !== "confirmed") throw new Error("not confirmed");
    expect(made.series.familyNo).toBe(series.familyNo);
    here.sent.length = 0;
    await here.tick(due(1));
    await here.deliver();
    expect(here.sent).toEqual(["p2@people.example"]);
    // A copy of a run is a mailing of its own.
    const run = await mailingOf(here.db, (await runsOf(here.db, made.series))[0]);
    const single = await duplicateMailing(ctx, here.group, run, { no: 1 }, { for: "same", title: "One" });
    expect(await changedFrom(here.db, single)).toBeNull();
  });

  it("does not run while an earlier run of a welcome still waits, since both would have the same people", async () => {
    const here = await scene(3);
    const series = await confirmed(here, { isOncePerPerson: true }, { recipientsMax: 2 });
    await here.tick(due(0));
    await here.tick(due(1));
    const runs = await runsOf(here.db, series);
    expect(runs.map(({ state, note, mailingNo }) => [state, note, mailingNo !== null])).toEqual([
      ["held", "too_many", true],
      ["held", "before", false],
    ]);
    const first = await mailingOf(here.db, runs[0]);
    await sendMailing(here.at(due(1)), here.group, first, { by: 1, startAt: null });
    await here.deliver();
    await addPeople(here.db, [{}], 4);
    await here.tick(due(2));
    await here.deliver();
    expect(here.sent.toSorted()).toEqual([1, 2, 3, 4].map((no) => `p${no}@people.example`));
  });

  it("runs once for all the days on which nothing was there to run it, and says how many it missed", async () => {
    const here = await scene(2);
    const series = await confirmed(here, { runsMax: 2 });
    await here.tick(due(4));
    await here.deliver();
    await here.tick(due(4) + 20_000);
    expect(await runsOf(here.db, series)).toMatchObject([
      { nth: 1, dueAt: due(4) - 5_000, missed: 4, state: "sent" },
    ]);
    await here.tick(due(5));
    expect(await again(here, series)).toMatchObject({ status: "ended", nextAt: null });
    await here.deliver();
    await here.tick(due(6));
    expect((await runsOf(here.db, series)).map(({ state }) => state)).toEqual(["sent", "sent"]);
    expect(here.sent).toHaveLength(4);
  });

  it("ends after its last day", async () => {
    const here = await scene(1);
    const until = new Date(START + DAY_MS).toISOString().slice(0, 10);
    const series = await confirmed(here, { until });
    for (const day of [0, 1, 2, 3]) await here.tick(due(day));
    expect(await runsOf(here.db, series)).toHaveLength(2);
    expect((await again(here, series)).status).toBe("ended");
  });
});

describe("what it copies", () => {
  it("is out of everybody's hands: it is not edited, sent, brought back, or made a series of twice", async () => {
    const here = await scene(2);
    const series = await confirmed(here);
    const pattern = await mailingByNo(here.db, series.mailingNo);
    if (!pattern) throw new Error("no pattern");
    const ctx = here.at(due(0));
    const [words] = await versionsOf(here.db, pattern.no);
    if (!words) throw new Error("no words");
    expect(
      await saveVersion(ctx, here.group, pattern, { no: 1 }, { ...words, subject: "Other" }),
    ).not.toMatchObject({ is: "saved" });
    expect(await saveSettings(ctx, here.group, pattern, { internalTitle: "Other", target: null })).toBe(
      false,
    );
    expect(await hideMailing(ctx, here.group, pattern, false)).toBe(false);
    expect(await sendMailing(ctx, here.group, pattern, { by: 1, startAt: null })).toEqual({
      is: "not_a_draft",
    });
    const twice = await confirmSeries(ctx, here.group, pattern, { plan: planOf(), recipientsMax: 9, by: 1 });
    expect(twice).toEqual({ is: "problem", problem: "not_a_draft" });
    expect(await versionsOf(here.db, pattern.no)).toMatchObject([{ subject: "News 1" }]);
    expect(await listMailings(here.db, { limit: 9 })).toEqual([]);
  });

  /** A run whose alarm died right after it copied the mailing. */
  const copied = async (here: Scene) => {
    const series = await confirmed(here);
    const pattern = await mailingByNo(here.db, series.mailingNo);
    const id = newId<Run["mailingId"]>();
    await runStore.takeRun(here.db, series, {
      ...{ nth: 1, dueAt: due(0), missed: 0, nextAt: due(1), now: due(0), mailingId: id },
    });
    const how = { for: "same", title: "Run", run: { id, target: pattern?.target ?? null } } as const;
    const draft = pattern && (await duplicateMailing(here.at(due(0)), here.group, pattern, { no: 1 }, how));
    if (!draft) throw new Error("no draft");
    return { series, draft };
  };
  const listed = async ({ db }: Scene) => (await listMailings(db, { limit: 9 })).map(({ status }) => status);

  it("is nobody's to edit either as the draft of a run, before that is sent or held", async () => {
    const here = await scene(2);
    const { draft } = await copied(here);
    const ctx = here.at(due(0));
    const [words] = await versionsOf(here.db, draft.no);
    if (!words) throw new Error("no words");
    expect(await listed(here)).toEqual([]);
    expect(
      await saveVersion(ctx, here.group, draft, { no: 1 }, { ...words, subject: "Other" }),
    ).not.toMatchObject({ is: "saved" });
    expect(await hideMailing(ctx, here.group, draft, false)).toBe(false);
    expect((await sendMailing(ctx, here.group, draft, { by: 1, startAt: null })).is).toBe("not_a_draft");
    await here.tick(due(0));
    expect(await listed(here)).toEqual(["scheduled"]);
  });

  it("stays hidden as the draft of a run that is called off, and a run that is on its way goes on though the series rests", async () => {
    const here = await scene(2);
    const { series, draft } = await copied(here);
    await pauseSeries(here.at(due(0)), here.group, series, 1);
    await here.tick(due(0));
    expect(await runsOf(here.db, series)).toMatchObject([{ state: "called_off" }]);
    expect(await listed(here)).toEqual([]);
    expect(await hideMailing(here.at(due(0)), here.group, draft, false)).toBe(false);
    const other = await scene(2);
    const sent = await copied(other);
    const agreed = { by: null, upTo: 9, fingerprint: null };
    await sendMailing(other.at(due(0)), other.group, sent.draft, { by: 1, startAt: null, agreed });
    await pauseSeries(other.at(due(0)), other.group, sent.series, 1);
    await other.tick(due(0));
    await other.deliver();
    await other.tick(due(0) + 20_000);
    expect(await runsOf(other.db, sent.series)).toMatchObject([{ state: "sent", recipients: 2 }]);
  });

  it("waits for somebody to look when a snippet, a wrapper or a saved audience it uses was changed since", async () => {
    const here = await scene(2);
    const keep = (id: SnippetId | null, revision: number, now: number) =>
      saveSnippet(
        here.at(now),
        here.group,
        { no: 1 },
        { id, name: "greeting", form: "html", body: "<p>Hi</p>", revision },
      );
    const kept = await keep(null, 0, START - 1_000);
    if (kept.is !== "saved") throw new Error(kept.is);
    const mailing = await makeMailing(here.group, { body: '<p>{% snippet "greeting" %}</p>' });
    const made = await confirmSeries(here.at(START), here.group, mailing, {
      plan: planOf(),
      recipientsMax: 9,
      by: 1,
    });
    if (made.is !== "confirmed") throw new Error(JSON.stringify(made));
    expect(await snippetUsage(here.db, "greeting")).toHaveLength(1);
    await here.tick(due(0));
    await keep(kept.id, 1, due(0) + 1_000);
    await here.tick(due(1));
    expect((await runsOf(here.db, made.series)).map(({ state, note }) => [state, note])).toEqual([
      ["asked", ""],
      ["held", "changed"],
    ]);
    expect(await listed(here)).toEqual(["draft", "scheduled"]);
  });

  it("must be whole before: an audience, words without errors, a day on which it runs", async () => {
    const here = await scene(2);
    const ctx = here.at(START);
    const confirm = async (mailing: Mailing, plan = planOf()) =>
      confirmSeries(ctx, here.group, mailing, { plan, recipientsMax: 9, by: 1 });
    const mailing = await makeMailing(here.group);
    expect(await confirm({ ...mailing, target: null })).toEqual({ is: "problem", problem: "no_audience" });
    const broken = await makeMailing(here.group, { body: "<p>{{ nothing_like_it }} {% if %}</p>" });
    expect(await confirm(broken)).toEqual({ is: "problem", problem: "errors" });
    expect(await confirm(mailing, planOf({ until: "2020-01-01" }))).toEqual({
      is: "problem",
      problem: "no_run",
    });
    expect(await confirm({ ...mailing, status: "sent" })).toEqual({ is: "problem", problem: "not_a_draft" });
    expect((await confirm(mailing)).is).toBe("confirmed");
  });
});

describe("a run that may not be sent", () => {
  it("waits as a draft when it is larger than was agreed to, and its owner is told once", async () => {
    const here = await scene(3);
    const series = await confirmed(here, {}, { recipientsMax: 2 });
    await here.tick(due(0));
    await here.tick(due(0) + 60_000);
    const [run] = await runsOf(here.db, series);
    expect(run).toMatchObject({ state: "held", note: "too_many" });
    expect((await mailingOf(here.db, run)).status).toBe("draft");
    expect(here.mails).toMatchObject([{ to: addresses[0] }]);
    expect(here.mails[0]?.text).toContain("more people than the series may mail by itself");
    await here.deliver();
    expect(here.sent).toEqual([]);
  });

  it("waits for a second look when it grows beyond that while it is being frozen, also where nobody had to agree", async () => {
    const here = await scene(3);
    const series = await confirmed(here, {}, { recipientsMax: 4 });
    await here.tick(due(0));
    await addPeople(here.db, [{}, {}], 4);
    await here.deliver();
    await here.tick(due(0) + 20_000);
    const [run] = await runsOf(here.db, series);
    expect(run).toMatchObject({ state: "held", note: "colleague" });
    const held = await mailingOf(here.db, run);
    expect([held.status, here.sent]).toEqual(["waiting", []]);
    const ctx = here.at(due(0));
    expect(await approveMailing(ctx, here.group, held, { by: 2, as: "colleague" })).toMatchObject({
      is: "scheduled",
    });
    await here.deliver();
    expect(here.sent).toHaveLength(5);
  });

  it("is not sent to more people than were said of it when they are more by the time it is sent", async () => {
    const here = await scene(3);
    const mailing = await makeMailing(here.group);
    await here.db.d1
      .prepare("UPDATE mailings SET hidden_at = 1 WHERE group_no = ? AND mailing_no = ?")
      .bind(here.group.no, mailing.no)
      .run();
    const ctx = here.at(due(0));
    const agreed = { by: 2, upTo: 2, fingerprint: null };
    expect(await sendMailing(ctx, here.group, mailing, { by: 1, startAt: null, agreed })).toEqual({
      is: "needs_approval",
      from: "colleague",
    });
    const waiting = await mailingById(here.db, mailing.id);
    expect(waiting).toMatchObject({ status: "waiting", approvedBy: null, approvedTo: 2 });
    expect(waiting && (await waitsFor(ctx, here.group, waiting, "needs_colleague"))).toBe("colleague");
    await here.deliver();
    expect(here.sent).toEqual([]);
  });

  it("waits when its words have errors by now, the group may not send, or nobody is there and that is to be said", async () => {
    const here = await scene(2);
    const series = await confirmed(here, { skipsEmpty: false });
    await here.db.d1
      .prepare("UPDATE mailing_versions SET body = '{% if %}' WHERE group_no = ? AND mailing_no = ?")
      .bind(here.group.no, series.mailingNo)
      .run();
    await here.tick(due(0));
    await here.db.d1
      .prepare("UPDATE mailing_versions SET body = '<p>Hello</p>' WHERE group_no = ? AND mailing_no = ?")
      .bind(here.group.no, series.mailingNo)
      .run();
    await changeGroup(here.group, { status: "suspended" });
    await here.tick(due(1));
    await changeGroup(here.group, { status: "active" });
    await here.db.d1
      .prepare("UPDATE people SET email_status = 2 WHERE group_no = ?")
      .bind(here.group.no)
      .run();
    await here.tick(due(2));
    expect((await runsOf(here.db, series)).map(({ state, note }) => [state, note])).toEqual([
      ["held", "errors"],
      ["held", "group_closed"],
      ["held", "nobody"],
    ]);
    expect(here.mails).toHaveLength(3);
    // Three in a row: it rests, and says so.
    expect(await again(here, series)).toMatchObject({ status: "paused", note: "held", nextAt: null });
    expect(here.mails[2]?.text).toContain("rests until somebody lets it go on");
    await here.tick(due(3));
    expect(await runsOf(here.db, series)).toHaveLength(3);
    expect(await resumeSeries(here.at(due(3)), here.group, await again(here, series), 2)).toBe("resumed");
    expect(await again(here, series)).toMatchObject({ status: "active", heldInRow: 0 });
  });

  it("waits when whoever confirmed it has left or may not mail so many any more; then the others are told", async () => {
    const here = await scene(2);
    const ceiling = (value: number) =>
      env.DIRECTORY.prepare("UPDATE memberships SET mail_ceiling = ? WHERE group_no = ? AND account_no = 3")
        .bind(value, here.group.no)
        .run();
    await ceiling(50);
    const mailing = await makeMailing(here.group);
    const asked = { plan: planOf(), by: 3 };
    expect(await confirmSeries(here.at(START), here.group, mailing, { ...asked, recipientsMax: 51 })).toEqual(
      {
        ...{ is: "over_ceiling", ceiling: 50 },
      },
    );
    const made = await confirmSeries(here.at(START), here.group, mailing, { ...asked, recipientsMax: 50 });
    if (made.is !== "confirmed") throw new Error(made.is);
    await ceiling(1);
    await here.tick(due(0));
    await env.DIRECTORY.prepare("DELETE FROM memberships WHERE group_no = ? AND account_no = 3")
      .bind(here.group.no)
      .run();
    await here.tick(due(1));
    expect((await runsOf(here.db, made.series)).map(({ note }) => note)).toEqual(["ceiling", "owner"]);
    expect(here.mails.map(({ to }) => to)).toEqual([addresses[2], addresses[0], addresses[1]]);
    const paused = await again(here, made.series);
    expect(paused).toMatchObject({ status: "paused", note: "owner" });
    expect(await resumeSeries(here.at(due(1)), here.group, paused, 1)).toBe("no_owner");
    await here.deliver();
    expect(here.sent).toEqual([]);
  });

  it("waits for the operators like any first big mailing, beyond the day's quota, and when its mailing could not be made", async () => {
    const here = await scene(2);
    const quota = (sql: string) =>
      env.DIRECTORY.prepare(`UPDATE sending_quotas SET ${sql} WHERE group_no = ?`).bind(here.group.no).run();
    const series = await confirmed(here);
    await quota("daily_max = 1");
    await here.tick(due(0));
    await quota("daily_max = 5000000");
    await here.tick(due(1));
    const [, second] = await runsOf(here.db, series);
    // Between the check and the freezing somebody breaks a snippet, say.
    await here.db.d1
      .prepare(
        "UPDATE mailings SET status = 'draft', pause_note = 'not_built' WHERE group_no = ? AND mailing_no = ?",
      )
      .bind(here.group.no, second?.mailingNo ?? 0)
      .run();
    await here.tick(due(1) + 20_000);
    expect((await runsOf(here.db, series)).map(({ state, note }) => [state, note])).toEqual([
      ["held", "quota"],
      ["held", "not_built"],
    ]);
    expect(here.mails).toHaveLength(2);
  });

  it("is given up when it fails again and again, and its owner told", async () => {
    const here = await scene(2);
    const series = await confirmed(here);
    await here.db.d1
      .prepare("UPDATE mailings SET target = '{}' WHERE group_no = ? AND mailing_no = ?")
      .bind(here.group.no, series.mailingNo)
      .run();
    expect(await here.tick(due(0))).toBe(15_000);
    await here.tick(due(0) + 15_000);
    expect(await runsOf(here.db, series)).toMatchObject([{ state: "taken", failures: 2 }]);
    await here.db.d1
      .prepare("UPDATE mail_series_runs SET failures = 240 WHERE group_no = ?")
      .bind(here.group.no)
      .run();
    await here.tick(due(0) + 30_000);
    await here.tick(due(0) + 45_000);
    expect(await runsOf(here.db, series)).toMatchObject([{ state: "held", note: "failed" }]);
    expect(here.mails).toHaveLength(1);
  });

  it("keeps no other series from running when its plan cannot be read, or when the turn has been long", async () => {
    const here = await scene(2);
    const broken = await confirmed(here);
    const series = await confirmed(here);
    await here.db.d1
      .prepare("UPDATE mail_series SET plan = '{}' WHERE group_no = ? AND series_no = ?")
      .bind(here.group.no, broken.no)
      .run();
    expect(await tend(here.at(due(0)), here.group, -1)).toBe(0);
    expect(await runsOf(here.db, series)).toMatchObject([{ state: "taken" }]);
    await here.tick(due(0));
    expect(await runsOf(here.db, series)).toMatchObject([{ state: "asked" }]);
    const row = await here.db.d1
      .prepare("SELECT status FROM mail_series WHERE group_no = ? AND series_no = ?")
      .bind(here.group.no, broken.no)
      .first();
    expect(row).toEqual({ status: "paused" });
  });

  it("lets its series rest also when the alarm dies before it says so", async () => {
    const here = await scene(2);
    const series = await confirmed(here, {}, { recipientsMax: 1 });
    await here.db.d1
      .prepare("UPDATE mail_series SET held_in_row = 2 WHERE group_no = ?")
      .bind(here.group.no)
      .run();
    await tend(here.at(due(0)), here.group);
    expect(await runsOf(here.db, series)).toMatchObject([{ state: "held" }]);
    expect((await again(here, series)).status).toBe("active");
    await here.tick(due(0));
    expect(await again(here, series)).toMatchObject({ status: "paused", note: "held" });
  });

  it("is called off when somebody takes its mailing back, or stops the series before it is sent", async () => {
    const here = await scene(2);
    const series = await confirmed(here);
    await here.tick(due(0));
    await here.db.d1
      .prepare("UPDATE mailings SET status = 'draft' WHERE group_no = ? AND status = 'scheduled'")
      .bind(here.group.no)
      .run();
    await here.tick(due(0) + 20_000);
    await runStore.takeRun(here.db, await again(here, series), {
      ...{
        nth: 2,
        dueAt: due(1),
        missed: 0,
        nextAt: due(2),
        now: due(1),
        mailingId: newId<Run["mailingId"]>(),
      },
    });
    expect(await stopSeries(here.at(due(1)), here.group, await again(here, series), 1)).toBe(true);
    await here.tick(due(1));
    expect(
      (await runsOf(here.db, series)).map(({ state, mailingNo }) => [state, mailingNo !== null]),
    ).toEqual([
      ["called_off", true],
      ["called_off", false],
    ]);
    expect(here.mails).toEqual([]);
    expect(await stopSeries(here.at(due(1)), here.group, await again(here, series), 1)).toBe(false);
  });
});

describe("approval", () => {
  const large = { mail: { approvalFrom: 3, undoMinutes: 0 } as GroupSettings["mail"] };

  it("holds for the words there were when a run was made, and for no others that its snippets say before it is prepared", async () => {
    const here = await scene(3, large);
    const snippet = { name: "greeting", form: "html" as const };
    const keep = (id: SnippetId | null, revision: number, body: string, now: number) =>
      saveSnippet(here.at(now), here.group, { no: 1 }, { ...snippet, id, body, revision });
    const kept = await keep(null, 0, "<p>Hi</p>", START - 1_000);
    if (kept.is !== "saved") throw new Error(kept.is);
    const mailing = await makeMailing(here.group, { body: '<p>{% snippet "greeting" %}</p>' });
    const plan = planOf();
    const made = await confirmSeries(here.at(START), here.group, mailing, { plan, recipientsMax: 4, by: 1 });
    if (made.is !== "needs_approval") throw new Error(made.is);
    await agreeToSeries(here.at(START), here.group, made.series, 2);
    await here.tick(due(0));
    await keep(kept.id, 1, "<p>Sale</p>", due(0) + 1_000);
    await here.deliver();
    await here.tick(due(0) + 20_000);
    expect(await runsOf(here.db, made.series)).toMatchObject([{ state: "held", note: "words" }]);
    expect([here.sent, here.mails.length]).toEqual([[], 1]);
    expect(here.mails[0]?.text).toContain("has to agree to it as it is now");
  });

  it("holds for the words that were agreed to, whatever of them changed before a run is made, and for no others", async () => {
    const here = await scene(3, large);
    const mailing = await makeMailing(here.group, { body: "<p>Hello. {{ group.sign_off }}</p>" });
    const plan = planOf();
    const made = await confirmSeries(here.at(START), here.group, mailing, { plan, recipientsMax: 4, by: 1 });
    if (made.is !== "needs_approval") throw new Error(made.is);
    const signOff = (words: string) =>
      saveMailSettings(here.at(START), here.group, { no: 1 }, { signOff: words });
    await signOff("Yours");
    const group = await groupByNo(contextOf().directory, here.group.no);
    if (!group) throw new Error("no group");
    expect(await agreeToSeries(here.at(START), group, made.series, 2)).toEqual({ is: "agreed" });
    await signOff("Sale!");
    await here.tick(due(0));
    await signOff("Yours");
    await here.tick(due(1));
    expect((await runsOf(here.db, made.series)).map(({ state, note }) => [state, note])).toEqual([
      ["held", "changed"],
      ["asked", ""],
    ]);
  });

  it.each(["plain", "amp"])("sees to snippets that the %s of its mailing names", async (part) => {
    const here = await scene(1);
    const keep = (id: SnippetId | null, revision: number, now: number) =>
      saveSnippet(
        here.at(now),
        here.group,
        { no: 1 },
        { id, name: "greeting", form: "html", body: "<p>Hi</p>", revision },
      );
    const kept = await keep(null, 0, START - 1_000);
    const series = await confirmed(here);
    await here.db.d1
      .prepare(`UPDATE mailing_versions SET ${part} = ?3 WHERE group_no = ?1 AND mailing_no = ?2`)
      .bind(here.group.no, series.mailingNo, '{% snippet "greeting" %}')
      .run();
    const pattern = await mailingByNo(here.db, series.mailingNo);
    const isChanged = () => pattern && isChangedSince(here.db, series, pattern);
    expect([kept.is, await isChanged()]).toEqual(["saved", false]);
    await keep(kept.is === "saved" ? kept.id : null, 1, START + 1_000);
    expect(await isChanged()).toBe(true);
  });

  it("is asked for once, of a second person, for runs up to the size that was confirmed", async () => {
    const here = await scene(3, large);
    const series = await confirmed(here, {}, { recipientsMax: 4 });
    expect(series).toMatchObject({ status: "waiting", nextAt: null });
    await here.tick(due(0));
    expect(await runsOf(here.db, series)).toEqual([]);
    const ctx = here.at(due(0));
    expect(await agreeToSeries(ctx, here.group, series, 1)).toEqual({ is: "own" });
    expect(await agreeToSeries(ctx, here.group, series, 3)).toEqual({ is: "over_ceiling" });
    expect(await agreeToSeries(ctx, here.group, series, 2)).toEqual({ is: "agreed" });
    expect(await agreeToSeries(ctx, here.group, series, 2)).toEqual({ is: "not_waiting" });
    await here.tick(due(1));
    const [first] = await runsOf(here.db, series);
    expect(await mailingOf(here.db, first)).toMatchObject({
      status: "scheduled",
      askedBy: 1,
      approvedBy: 2,
      approvedTo: 4,
    });
    // While it is being frozen it turns out larger than was agreed to: it waits like any other.
    await addPeople(here.db, [{}, {}], 4);
    await here.deliver();
    await here.tick(due(1) + 20_000);
    expect(await runsOf(here.db, series)).toMatchObject([{ state: "held", note: "colleague" }]);
    const held = await mailingOf(here.db, first);
    expect([held.status, here.sent, here.mails.length]).toEqual(["waiting", [], 1]);
    await here.tick(due(2));
    expect((await runsOf(here.db, series))[1]).toMatchObject({ state: "held", note: "too_many" });
    // The one that waits goes its own way: a colleague is asked for, though somebody agreed to the series.
    expect(await waitsFor(here.at(due(2)), here.group, held, "needs_colleague")).toBe("colleague");
    expect(await approveMailing(here.at(due(2)), here.group, held, { by: 2, as: "colleague" })).toMatchObject(
      { is: "scheduled" },
    );
    await here.deliver();
    expect(here.sent).toHaveLength(5);
  });

  it("is needed for a run when the group began to ask for it since", async () => {
    const here = await scene(3);
    const series = await confirmed(here);
    const group = { ...here.group.settings, mail: { ...here.group.settings.mail, approvalFrom: 2 } };
    await changeGroup(here.group, { settings: group });
    await here.tick(due(0));
    const [run] = await runsOf(here.db, series);
    expect(run).toMatchObject({ state: "held", note: "colleague" });
    expect((await mailingOf(here.db, run)).status).toBe("waiting");
  });

  it("lets what it changes run on until somebody has agreed to the copy", async () => {
    const here = await scene(3, large);
    const series = await confirmed(here, {}, { recipientsMax: 2 });
    const copy = await changeSeries(here.at(START), here.group, series, { by: 1, title: "Changed" });
    const made =
      copy &&
      (await confirmSeries(here.at(START), here.group, copy, { plan: planOf(), recipientsMax: 9, by: 1 }));
    if (made?.is !== "needs_approval") throw new Error(made?.is);
    expect((await again(here, series)).status).toBe("active");
    const other = await changeSeries(here.at(START), here.group, series, { by: 2, title: "Changed too" });
    const second =
      other &&
      (await confirmSeries(here.at(START), here.group, other, { plan: planOf(), recipientsMax: 9, by: 2 }));
    await agreeToSeries(here.at(START), here.group, made.series, 2);
    // Two who change the same series at once do not end up with two.
    expect(second?.is === "needs_approval" && (await again(here, second.series)).status).toBe("stopped");
    expect(await again(here, series)).toMatchObject({ status: "stopped", note: "replaced" });
    expect((await again(here, made.series)).status).toBe("active");
  });
});

describe("pausing", () => {
  it("makes no run until it goes on, and makes up for none", async () => {
    const here = await scene(2);
    const series = await confirmed(here);
    expect(await pauseSeries(here.at(START), here.group, series, 1)).toBe(true);
    expect(await pauseSeries(here.at(START), here.group, await again(here, series), 1)).toBe(false);
    await here.tick(due(3));
    expect(await resumeSeries(here.at(due(3)), here.group, await again(here, series), 1)).toBe("resumed");
    await here.tick(due(3) + 1_000);
    expect(await runsOf(here.db, series)).toEqual([]);
    await here.tick(due(4));
    expect(await runsOf(here.db, series)).toMatchObject([{ nth: 1, missed: 0 }]);
  });
});

describe("its pages", () => {
  it("make a mailing a series, show what becomes of it, and are nobody else's", async () => {
    const team = await makeOrganisers();
    const { owner, organiser, administrator, stranger } = team;
    await env.DIRECTORY.prepare("UPDATE groups SET postal_address = '1 Main Street' WHERE group_no = ?")
      .bind(team.group.no)
      .run();
    const db = dbFor(env, team.group);
    await addPeople(db, [{}, {}]);
    const base = `${team.base}/mailings`;
    const mailing = await makeMailing(team.group);
    const at = `${base}/${mailing.id}`;
    const text = async (response: Promise<Response>) => (await response).text();
    expect(await text(owner.get(`${base}/series`))).toContain("No series yet");
    const entry = await owner.post(`${at}/review`, { when: "now", tracksOpens: "yes", do: "repeat" });
    expect(entry.headers.get("Location")).toBe(`${at}/repeat`);
    expect(await text(owner.get(`${at}/repeat`))).toContain("Now that would be 2 people");
    const from = new Date(Date.now() + 2 * DAY_MS).toISOString().slice(0, 10);
    const plan = {
      every: "week",
      weekdays: ["1", "3"],
      at: "09:30",
      timeZone: "Europe/Paris",
      from,
      recipientsMax: "1,000",
    };
    for (const [wrong, words] of [
      [{ weekdays: [] }, "Choose at least one weekday"],
      [{ every: "never" }, "Choose how often"],
      [{ at: "25:00" }, "Type a time"],
      [{ timeZone: "Mars/Olympus" }, "Choose a time zone"],
      [{ from: "2999-01-01" }, "not more than a year"],
      [{ until: "2020-01-01" }, "not before the first one"],
      [{ runsMax: "0" }, "from 1 to 1,000"],
      [{ recipientsMax: "many" }, "from 1 to 10,000,000"],
    ] as const) {
      const response = await owner.post(`${at}/repeat`, {
        ...plan,
        ...wrong,
        weekdays: [...(("weekdays" in wrong ? wrong.weekdays : plan.weekdays) as string[])],
      });
      expect([response.status, (await response.text()).includes(words), words]).toEqual([422, true, words]);
    }
    expect(await text(organiser.post(`${at}/repeat`, plan))).toContain("but not send them");
    const made = await owner.post(`${at}/repeat`, plan);
    const href = (made.headers.get("Location") ?? "").replace(/\?.*/, "");
    expect(href).toMatch(/\/mailings\/series\/[0-9a-f-]{36}$/);
    const page = await text(organiser.get(href));
    expect(page).toContain("Every week on Monday and Wednesday at 9:30");
    expect(page).toContain("Europe/Paris");
    expect(page).not.toContain(`${href}/pause`);
    for (const path of [at, `${at}/target`, `${at}/review`])
      expect((await owner.get(path)).headers.get("Location")).toBe(href);
    expect(await text(owner.get(base))).not.toContain(mailing.id);
    expect(await text(owner.get(`${base}/series`))).toContain(href);
    expect((await organiser.post(`${href}/stop`)).status).toBe(403);
    expect((await organiser.post(`${href}/approval`)).status).toBe(403);
    const other = `/groups/${(await otherOf(stranger)).slug}/mailings/series`;
    for (const path of [href, href.replace(/.*\/series/, other)])
      expect((await stranger.get(path)).status).toBe(404);
    expect((await stranger.post(href.replace(/.*\/series/, other).concat("/stop"))).status).toBe(404);
    const where = async (by: typeof owner, verb: string) =>
      (await by.post(`${href}/${verb}`)).headers.get("Location");
    expect(await where(administrator, "pause")).toBe(`${href}?done=paused`);
    expect(await where(administrator, "pause")).toBe(`${href}?not=moved_on`);
    // What somebody else paused is not let go on by whoever confirmed it, unless they may send.
    const confirmedBy = (who: typeof owner) =>
      db.d1
        .prepare("UPDATE mail_series SET owner_no = ? WHERE group_no = ?")
        .bind(who.accountNo, team.group.no)
        .run();
    await confirmedBy(organiser);
    expect(await where(organiser, "resume")).toBe(`${href}?not=other`);
    await confirmedBy(owner);
    expect(await where(owner, "resume")).toBe(`${href}?done=resumed`);
    expect(await where(owner, "approval")).toBe(`${href}?not=moved_on`);
    const copy = (await owner.post(`${href}/copies`)).headers.get("Location");
    const again = await text(owner.get(`${copy}/repeat`));
    expect(again).toContain("This is a copy of the series");
    expect(again).toContain('value="09:30"');
    const confirmedCopy = await owner.post(`${copy}/repeat`, plan);
    expect(confirmedCopy.status).toBe(303);
    // Pressed twice.
    expect((await owner.post(`${copy}/repeat`, plan)).headers.get("Location")).toBe(
      confirmedCopy.headers.get("Location")?.replace(/\?.*/, ""),
    );
    expect(await text(owner.get(href))).toContain("stopped when a changed copy");
    expect(await where(owner, "stop")).toBe(`${href}?not=moved_on`);
    const acts = await env.DIRECTORY.prepare(
      "SELECT act FROM audit_log WHERE group_no = ? AND act LIKE 'series.%' ORDER BY audit_no",
    )
      .bind(team.group.no)
      .all<{ act: string }>();
    expect(acts.results.map(({ act }) => act)).toEqual([
      "series.confirmed",
      "series.paused",
      "series.resumed",
      "series.confirmed",
      "series.stopped",
    ]);
  });

  it("name the runs in the list of mailings, and narrow it to those of one series", async () => {
    const { group, db, at, tick } = await scene(1);
    const team = await makeOrganisers();
    await env.DIRECTORY.prepare(
      "INSERT INTO memberships (group_no, account_no, role, created_at) VALUES (?, ?, 'owner', 1)",
    )
      .bind(group.no, team.owner.accountNo)
      .run();
    const series = await confirmed({ group, at });
    await tick(due(0));
    const [run] = await runsOf(db, series);
    const single = await makeMailing(group);
    const base = `/groups/${group.slug}/mailings`;
    const list = async (query: string) => (await team.owner.get(`${base}${query}`)).text();
    const all = await list("");
    expect([
      all.includes(run?.mailingId ?? "?"),
      all.includes(single.id),
      all.includes(`/series/${series.id}`),
    ]).toEqual([true, true, true]);
    const narrowed = await list(`?series=${series.id}`);
    expect([narrowed.includes(run?.mailingId ?? "?"), narrowed.includes(single.id)]).toEqual([true, false]);
    expect(await (await team.owner.get(`${base}/series/${series.id}`)).text()).toContain(run?.mailingId);
  });
});

describe("its pages, of what somebody agreed to", () => {
  it("let a colleague approve a run that outgrew it, and show a list of many series", async () => {
    const here = await scene(3, { mail: { approvalFrom: 3, undoMinutes: 0 } as GroupSettings["mail"] });
    const { group, db } = here;
    const { owner } = await makeOrganisers();
    await env.DIRECTORY.prepare(
      "INSERT INTO memberships (group_no, account_no, role, created_at) VALUES (?, ?, 'owner', 1)",
    )
      .bind(group.no, owner.accountNo)
      .run();
    const base = `/groups/${group.slug}/mailings`;
    const series = await confirmed(here, {}, { recipientsMax: 4 });
    const page = await (await owner.get(`${base}/series/${series.id}`)).text();
    expect(page).toContain("When it is approved");
    expect(page).toMatch(/name="fingerprint" value="1:[0-9a-f]{64}"/);
    const unread = await owner.post(`${base}/series/${series.id}/approval`, { fingerprint: "of before" });
    expect(unread.headers.get("Location")).toContain("not=words_changed");
    await agreeToSeries(here.at(START), group, series, 2);
    await here.tick(due(0));
    await addPeople(db, [{}, {}], 4);
    await here.deliver();
    const [run] = await runsOf(db, series);
    const at = `${base}/${run?.mailingId}`;
    const progress = await (await owner.get(`${at}/progress`)).text();
    const fingerprint = /name="fingerprint" value="([^"]+)"/.exec(progress)?.[1] ?? "";
    const approved = await owner.post(`${at}/approval`, { fingerprint });
    expect(approved.headers.get("Location")).toBe(`${at}/progress?done=approved`);
    await here.deliver();
    expect(here.sent).toHaveLength(5);
    // More than D1 binds numbers, and more that are over than count.
    await db.d1
      .prepare(
        `WITH RECURSIVE n (no) AS (SELECT 1000 UNION ALL SELECT no + 1 FROM n WHERE no < 1329)
         INSERT INTO mail_series (group_no, series_no, id, family_no, mailing_no, plan, recipients_max, status, owner_no, created_at, updated_at)
         SELECT group_no, no, unhex(substr(hex(id), 1, 26) || printf('%06d', no)), no, no, plan, 1, iif(no < 1120, 'paused', 'stopped'), 1, 1, 1 FROM mail_series, n WHERE group_no = ?`,
      )
      .bind(group.no)
      .run();
    const list = await owner.get(`${base}/series`);
    expect([list.status, (await list.text()).includes("/series?before=1280")]).toEqual([200, true]);
    expect((await (await owner.get(`${base}/series?before=1130`)).text()).match(/Stopped/g)).toHaveLength(10);
    expect((await confirmed(here, {}, { recipientsMax: 2 })).status).toBe("active");
  });

  it("say when it runs as people do", () => {
    const monthly = planOf({ every: "month", at: "01:30" });
    expect(planWords(monthly, translator("fr"), "fr")).toContain("le 1er, à 1:30");
    expect(planWords(monthly, translator("es"), "es")).toContain("el día 1, a la 1:30");
    expect(planWords(planOf({ at: "13:00" }), translator("es"), "es")).toBe("Cada día a las 13:00");
    expect(planWords(planOf(), translator("en"), "en")).toMatch(/^Every day at 9:00/);
  });
});

async function otherOf(stranger: { accountNo: number }): Promise<{ slug: string }> {
  const found = await env.DIRECTORY.prepare(
    "SELECT g.slug FROM groups g JOIN memberships m USING (group_no) WHERE m.account_no = ?",
  )
    .bind(stranger.accountNo)
    .first<{ slug: string }>();
  if (!found) throw new Error("no group");
  return found;
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("tick" as const), hours: fc.integer({ min: 0, max: 40 }) }),
  },
  // Two alarms at once, as after a lost reply; or D1 that fails before or after the nth question.
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("twice" as const), hours: fc.integer({ min: 0, max: 40 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("crash" as const),
      hours: fc.integer({ min: 0, max: 40 }),
      at: fc.nat(45),
      when: fc.constantFrom("before" as const, "after" as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("deliver" as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("join" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("pause" as const, "resume" as const) }) },
);

it("makes each run once and mails nobody twice, in any history of its clock", {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 18 }), async (steps) => {
      const here = await scene(2);
      const target = { audience: everybody, most: null };
      const series = await confirmed(here, { isOncePerPerson: true }, { target });
      let now = START;
      let people = 2;
      const quietly = (work: Promise<unknown>) => work.catch(() => undefined);
      for (const each of steps) {
        if ("hours" in each) now += each.hours * 3_600_000;
        switch (each.do) {
          case "tick":
            await here.tick(now);
            break;
          case "twice":
            await Promise.all([quietly(here.tick(now)), quietly(here.tick(now))]);
            break;
          case "crash": {
            let asked = 0;
            let isDead = false;
            here.fail(() => {
              asked += 1;
              if (isDead) return "before";
              if (asked <= each.at) return null;
              isDead = true;
              return each.when;
            });
            await quietly(here.tick(now));
            here.fail(() => null);
            break;
          }
          case "deliver":
            await here.deliver();
            break;
          case "join":
            people += 1;
            await addPeople(here.db, [{}], people);
            break;
          case "pause":
            await pauseSeries(here.at(now), here.group, await again(here, series), 1);
            break;
          case "resume":
            await resumeSeries(here.at(now), here.group, await again(here, series), 1);
        }
      }
      // In the end all is well, and two more days pass.
      await resumeSeries(here.at(now), here.group, await again(here, series), 1);
      for (const day of [0, 1, 2]) {
        await here.tick(now + day * DAY_MS);
        await here.deliver();
        await here.tick(now + day * DAY_MS + 20_000);
      }
      const runs = await runsOf(here.db, series);
      const mailings = await listMailings(here.db, { limit: 200 });
      expect(runs.map(({ nth }) => nth)).toEqual(runs.map((_, index) => index + 1));
      expect(new Set(runs.map(({ dueAt }) => dueAt)).size).toBe(runs.length);
      expect(await runStore.selectOpenRuns(here.db, 9)).toEqual([]);
      // Every mailing is of one run, and every run that was sent has one. Of those called off nobody sees anything.
      const ofRuns = runs.flatMap(({ state, mailingNo }) =>
        state === "called_off" ? [] : (mailingNo ?? []),
      );
      expect(mailings).toHaveLength(new Set(ofRuns).size);
      expect(runs.filter(({ state }) => state === "sent").length).toBe(
        mailings.filter(({ status }) => status === "sent").length,
      );
      expect(here.sent.toSorted()).toEqual(
        Array.from({ length: people }, (_, index) => `p${index + 1}@people.example`).toSorted(),
      );
      expect(runs.filter(({ state }) => state === "held").length).toBeLessThanOrEqual(here.mails.length);
    }),
    { numRuns: 6 },
  );
});

/* Last, since the hourly look wakes the clocks of all groups above. */
describe("the clock of a group", () => {
  /** Lets the group's alarm ring until its series stands so; true when it does. */
  const rings = async (stub: ReturnType<typeof clockOf>, isSo: () => Promise<boolean>) => {
    for (let times = 0; times < 20; times += 1) {
      await runDurableObjectAlarm(stub);
      if (await isSo()) return true;
    }
    return false;
  };

  it("rings when a series is due, is set for the next time, and is woken by the hour when its alarm is lost", async () => {
    const { group, db } = await makeSenders(0);
    const stub = clockOf(env, refOf(group));
    // Confirmed before it was due, as by a process that died in between.
    const series = await confirmed({ group, at: (now) => contextOf(env, now) });
    const hasRun = (count: number) => async () =>
      (await runsOf(db, series)).filter(({ state }) => state === "empty").length === count;
    expect(await rings(stub, hasRun(1))).toBe(true);
    const set = () => runInDurableObject(stub, (_, state) => state.storage.getAlarm());
    const { nextAt } = await again({ db }, series);
    expect(Math.abs(((await set()) ?? 0) - (nextAt ?? 0))).toBeLessThan(1_000);
    await runInDurableObject(stub, (_, state) => state.storage.deleteAlarm());
    await db.d1
      .prepare("UPDATE mail_series SET next_at = ? WHERE group_no = ?")
      .bind(Date.now() - 360_000, group.no)
      .run();
    await wakeSeries(contextOf());
    expect(await rings(stub, hasRun(2))).toBe(true);
    await stopSeries(contextOf(), group, await again({ db }, series), 1);
    await rings(stub, async () => (await set()) === null);
    expect(await set()).toBeNull();
  });
});
