import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addPeople, HandDriver, makeMailing, makeSenders } from "../../test/deliveries";
import { contextOf, makeGroup } from "../../test/groups";
import { audienceSql } from "../audiences/audience";
import { estimateAudience, sendMailing, stopMailing, takeBack } from "../delivery/delivery";
import { estimateRange } from "../delivery/store-freeze";
import { sumOf } from "../delivery/totals";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { hideMailing, mailingByNo, saveSettings } from "../mailings/mailing";
import { askedAudience, mirroredBy, mirrorProblem, withMirrored } from "../mailings/mirroring";
import type { Mailing, MailingSettings, Target } from "../mailings/types";
import { type Day, dayBoard, dayOf, listDays, moveMailing, placeOf, rivalsOf, switchDay } from "./ranking";

type Audience = Target["audience"];
const BY = { by: 1 };
const of = (...people: number[]): Audience => ({ include: { all: [{ is: "people", people }] } });
const speaking = (language: string): Audience => ({
  include: { all: [{ is: "language", languages: [language] }] },
});
const all: Audience = { include: { all: [] } };

async function made(
  group: Group,
  audience: Audience,
  { most = null, ...settings }: Partial<MailingSettings> & { most?: number | null } = {},
): Promise<Mailing> {
  return makeMailing(group, { target: { audience, most }, settings });
}

/** Asks for mailings to be sent, all at one moment: a day may end while a test runs. */
async function scheduled(group: Group, db: GroupDb, mailings: readonly Mailing[]): Promise<Day> {
  const at = Date.now();
  for (const mailing of mailings) {
    const asked = await sendMailing(contextOf(handsOff(group)), group, mailing, { ...BY, startAt: null });
    expect(asked.is).toBe("scheduled");
  }
  await db.d1
    .prepare("UPDATE mailings SET start_at = ? WHERE group_no = ? AND status = 'scheduled'")
    .bind(at, group.no)
    .run();
  return dayOf(group, at);
}

const handsOff = (group: Group) => new HandDriver(group, { no: 0 }).env;
const drivers = new WeakMap<Mailing, HandDriver>();

async function sent(group: Group, mailing: Mailing): Promise<number[]> {
  const driver = drivers.get(mailing) ?? new HandDriver(group, mailing);
  drivers.set(mailing, driver);
  await driver.run();
  return driver.sent.map(({ to }) => Number(/\d+/.exec(to)?.[0])).toSorted((one, other) => one - other);
}

async function begun(people: Parameters<typeof makeSenders>[0]) {
  const { group, db } = await makeSenders(people);
  return { group, db, ctx: contextOf(handsOff(group)) };
}

const move = (group: Group, day: Day, no: number, to: "up" | "down" | "first" | "last", version: number) =>
  moveMailing(contextOf(), group, day, { no, move: to, version, ...BY });

describe("a ranked day", () => {
  it("leaves people to the mailing that comes first, whichever is frozen first, and says why", async () => {
    const { group, db, ctx } = await begun(10);
    const [first, second, third] = [
      await made(group, of(1, 2, 3, 4)),
      await made(group, of(3, 4, 5, 6)),
      await made(group, all),
    ];
    const day = await scheduled(group, db, [first, second, third]);
    await switchDay(ctx, group, day, { isOn: true, ...BY });
    const now = await mailingByNo(db, third.no);
    const estimate = await estimateAudience(ctx, group, third.target ?? never(), third.settings, {
      mailingNo: third.no,
      startAt: now?.startAt ?? null,
    });
    expect(estimate).toMatchObject({ candidates: 10, recipients: 4, leftOut: { ranked: 6 } });
    expect(await sent(group, third)).toEqual([7, 8, 9, 10]);
    expect(await sent(group, second)).toEqual([5, 6]);
    expect(await sent(group, first)).toEqual([1, 2, 3, 4]);
    const driver = new HandDriver(group, third);
    expect((await driver.standing())?.frozen).toMatchObject({ recipients: 4, leftOut: { ranked: 6 } });
    expect(await driver.totals()).toMatchObject({ sent: 4, left_out: 6, leftOutBy: { ranked: 6 } });
    const board = await dayBoard(group, db, day);
    expect(board.mailings.map(({ no, recipients, rankedOut }) => [no, recipients, rankedOut])).toEqual([
      [first.no, 4, 0],
      [second.no, 2, 2],
      [third.no, 4, 6],
    ]);
  });

  it("changes nothing where it is not switched on, and nothing for mailings of other days", async () => {
    const { group, db, ctx } = await begun(4);
    const [first, second] = [await made(group, all), await made(group, all)];
    const day = await scheduled(group, db, [first, second]);
    expect(await rivalsOf(group, db, { no: second.no, startAt: Date.now() })).toBeNull();
    await switchDay(ctx, group, day, { isOn: true, ...BY });
    await db.d1
      .prepare("UPDATE mailings SET start_at = start_at - 259200000 WHERE group_no = ? AND mailing_no = ?")
      .bind(group.no, first.no)
      .run();
    expect(await sent(group, second)).toEqual([1, 2, 3, 4]);
    expect(await sent(group, first)).toEqual([1, 2, 3, 4]);
  });

  it("keeps who is frozen where they are when the order changes afterwards", async () => {
    const { group, db, ctx } = await begun(6);
    const [first, second] = [await made(group, of(1, 2, 3)), await made(group, of(2, 3, 4))];
    const day = await scheduled(group, db, [first, second]);
    await switchDay(ctx, group, day, { isOn: true, ...BY });
    expect(await sent(group, first)).toEqual([1, 2, 3]);
    expect(await move(group, day, first.no, "down", 1)).toBe("frozen");
    expect(await move(group, day, second.no, "first", 1)).toBe("moved");
    expect(await sent(group, second)).toEqual([4]);
  });

  it.each([
    { name: "which waits for it", laterMs: 0 },
    { name: "which has waited long enough", laterMs: 11 * 60_000 },
  ])(
    "mails everybody once when a mailing that is being frozen comes before another, $name",
    async ({ laterMs }) => {
      const { group, db, ctx } = await begun(4);
      const [first, second] = [await made(group, all), await made(group, all)];
      const day = await scheduled(group, db, [first, second]);
      await switchDay(ctx, group, day, { isOn: true, ...BY });
      const [one, two] = [new HandDriver(group, first), new HandDriver(group, second)];
      drivers.set(first, one).set(second, two);
      const later = async () => {
        await one.turn();
        return one.turn(Date.now() + laterMs);
      };
      let waited: number | null = null;
      const isBuilt = async () =>
        (await db.d1
          .prepare("SELECT 1 FROM mailing_builds WHERE group_no = ? AND mailing_no = ?")
          .bind(group.no, second.no)
          .first()) !== null;
      // The second has begun, and would leave everybody to the first; then the first is moved below it and begins too.
      two.shard = (d1) =>
        new Proxy(d1, {
          get(target, name) {
            const value = Reflect.get(target, name);
            if (name !== "batch") return typeof value === "function" ? value.bind(target) : value;
            return async (statements: D1PreparedStatement[]) => {
              if (waited === null && (await isBuilt())) {
                waited = -1;
                expect(await move(group, day, first.no, "down", 1)).toBe("moved");
                waited = await later();
              }
              return target.batch(statements);
            };
          },
        });
      const mailed = [...(await sent(group, second)), ...(await sent(group, first))];
      expect(waited).toBe(laterMs === 0 ? 1_000 : 0);
      expect(mailed.toSorted()).toEqual([1, 2, 3, 4]);
    },
  );

  it("asks no more of a day in an estimate than a statement takes", async () => {
    const { db } = await begun(3);
    const question = await audienceSql(contextOf(), db, of(1));
    const rival = { question, beyond: null, judging: null };
    const above = Array.from({ length: 120 }, (_, at) => ({ ...rival, no: at + 100 }));
    const { counts } = await estimateRange(
      db,
      {
        ...{ mailingNo: 1, now: Date.now(), topicNo: null, weeklyMax: 0, isAlone: true },
        ...{ question: await audienceSql(contextOf(), db, all), beyond: null, hasNoRow: null },
        rivals: { from: 0, to: 1, above },
      },
      0,
      9,
    );
    expect(counts.map(({ count }) => count)).toEqual([2, 1]);
  });

  it("gives people back of a mailing that is taken back, and of one that is stopped those who got nothing", async () => {
    const { group, db, ctx } = await begun(6);
    const [first, second, third] = [
      await made(group, of(1, 2)),
      await made(group, of(3, 4, 5)),
      await made(group, all),
    ];
    const day = await scheduled(group, db, [first, second, third]);
    await switchDay(ctx, group, day, { isOn: true, ...BY });
    expect(await takeBack(ctx, group, first)).toBe(true);
    const halted = new HandDriver(group, second);
    drivers.set(second, halted);
    for (let at = 0; at < 5 && halted.pages.length === 0; at += 1) await halted.turn();
    halted.answer = async (_message, nth) => {
      if (nth === 1) await stopMailing(contextOf(halted.env), group, second);
      return { outcome: "accepted", id: "m" };
    };
    await db.d1
      .prepare(
        "UPDATE mailing_recipients SET due_s = 9000000000 WHERE group_no = ? AND mailing_no = ? AND person_no > 3",
      )
      .bind(group.no, second.no)
      .run();
    expect(await sent(group, second)).toEqual([3]);
    expect(await sent(group, third)).toEqual([1, 2, 4, 5, 6]);
  });

  it("leaves nobody to a mailing that would not mail them: its topic, its limit, the cap of the week", async () => {
    const { group, db } = await makeSenders(8, { mail: { undoMinutes: 0, weeklyMax: 1 } as never });
    const ctx = contextOf(handsOff(group));
    const [topical, limited, capped, rest] = [
      await made(group, of(1, 2), { topicNo: 5 }),
      await made(group, of(3, 4), { most: 1 }),
      await made(group, of(7, 8)),
      await made(group, all, { ignoresFatigue: true }),
    ];
    const insert = (sql: string, ...values: number[]) => db.d1.prepare(sql).bind(group.no, ...values);
    await db.d1.batch([
      insert("INSERT INTO topic_refusals (group_no, topic_no, person_no, at) VALUES (?, 5, 2, 1)"),
      insert("UPDATE people SET created_at = person_no WHERE group_no = ?"),
      insert(
        `INSERT INTO mailings (group_no, mailing_no, id, subject, status, created_by, created_at, updated_at, sent_at)
         VALUES (?, 900, randomblob(16), '', 'sent', 1, 1, 1, ?)`,
        Date.now() - 1000,
      ),
      insert(
        "INSERT INTO mailing_recipients (group_no, mailing_no, person_no, status, at_s) VALUES (?, 900, 8, 3, ?)",
        Math.floor(Date.now() / 1000) - 100,
      ),
    ]);
    const day = await scheduled(group, db, [topical, limited, capped, rest]);
    await switchDay(ctx, group, day, { isOn: true, ...BY });
    expect(await sent(group, rest)).toEqual([2, 3, 5, 6, 8]);
    expect(await sent(group, topical)).toEqual([1]);
    expect(await sent(group, limited)).toEqual([4]);
    expect(await sent(group, capped)).toEqual([7]);
  });

  it("does not mail somebody again under the number they were merged into", async () => {
    const { group, db, ctx } = await begun(4);
    const [first, second] = [await made(group, of(1)), await made(group, of(2, 3))];
    const day = await scheduled(group, db, [first, second]);
    await switchDay(ctx, group, day, { isOn: true, ...BY });
    expect(await sent(group, first)).toEqual([1]);
    await db.d1.batch([
      db.d1
        .prepare("UPDATE people SET merged_into = 2, email = NULL WHERE group_no = ? AND person_no = 1")
        .bind(group.no),
      db.d1
        .prepare("INSERT INTO merged_people (group_no, person_no, root_no) VALUES (?, 1, 2)")
        .bind(group.no),
    ]);
    expect(await sent(group, second)).toEqual([3]);
  });

  it("moves among those that were not frozen, tells who was late, and knows its days", async () => {
    const { group, db, ctx } = await begun(1);
    const mailings = [await made(group, all), await made(group, all), await made(group, all)];
    const [first = never(), second = never(), third = never()] = mailings.map(({ no }) => no);
    const day = await scheduled(group, db, mailings);
    const order = async () => (await dayBoard(group, db, day)).mailings.map(({ no }) => no);
    expect(await move(group, day, first, "up", 1)).toBe("not_ranked");
    expect(await switchDay(ctx, group, day, { isOn: true, ...BY })).toBe(true);
    expect(await switchDay(ctx, group, day, { isOn: true, ...BY })).toBe(false);
    expect(await move(group, day, third, "first", 1)).toBe("moved");
    expect(await order()).toEqual([third, first, second]);
    expect(await move(group, day, third, "down", 1)).toBe("changed_meanwhile");
    expect(await move(group, day, first, "last", 2)).toBe("moved");
    expect(await order()).toEqual([third, second, first]);
    expect(await move(group, day, 999, "up", 3)).toBe("not_there");
    expect(await placeOf(group, db, { no: second, startAt: Date.now() })).toMatchObject({ place: 2, of: 3 });
    expect(await listDays(ctx, group, db)).toContainEqual({ day, mailings: 3, isRanked: true });
    const other = await makeGroup();
    expect(await listDays(ctx, other.group, dbFor(env, other.group))).toEqual([
      { day: dayOf(other.group, ctx.now), mailings: 0, isRanked: false },
    ]);
    expect(await switchDay(ctx, group, day, { isOn: false, ...BY })).toBe(true);
    expect(await rivalsOf(group, db, { no: second, startAt: Date.now() })).toBeNull();
  });
});

const PEOPLE = 14;
const audienceOf = fc.record({
  include: fc.oneof(
    fc.constant(null),
    fc.constantFrom("fr", "en"),
    fc.uniqueArray(fc.integer({ min: 1, max: PEOPLE }), { minLength: 1, maxLength: 9 }),
  ),
  exclude: fc.uniqueArray(fc.integer({ min: 1, max: PEOPLE }), { maxLength: 4 }),
  most: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.integer({ min: 1, max: 6 })),
  topicNo: fc.constantFrom(null, null, 5, 6),
});
type Wanted = typeof audienceOf extends fc.Arbitrary<infer Value> ? Value : never;
type Somebody = { isOn: boolean; language: "fr" | "en"; refuses: number };
const world = fc.record({
  people: fc.array(
    fc.record({
      isOn: fc.constantFrom(true, true, true, false),
      language: fc.constantFrom<"fr" | "en">("fr", "en"),
      refuses: fc.constantFrom(0, 0, 5, 6),
    }),
    { minLength: PEOPLE, maxLength: PEOPLE },
  ),
  mailings: fc.array(audienceOf, { minLength: 2, maxLength: 4 }),
  /** In which order they are frozen, and what happens before each. */
  order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4, maxLength: 4 }),
  events: fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.record({ back: fc.nat(3) }) },
      {
        weight: 1,
        arbitrary: fc.record({ moved: fc.nat(3), to: fc.constantFrom("first", "last", "up", "down") }),
      },
    ),
    { minLength: 4, maxLength: 4 },
  ),
});

/** Whom a mailing would mail if it were alone, by the rules as one would tell them. The newest are those with the highest numbers. */
function matches(people: readonly Somebody[], { include, exclude, most, topicNo }: Wanted): number[] {
  const inAudience = people.flatMap(({ isOn, language }, index) => {
    const no = index + 1;
    const isIn =
      include === null || (typeof include === "string" ? language === include : include.includes(no));
    return isOn && isIn && !exclude.includes(no) ? [no] : [];
  });
  const first = most === null ? inAudience : inAudience.slice(-most);
  return first.filter((no) => topicNo === null || people[no - 1]?.refuses !== topicNo);
}

describe("small worlds", () => {
  it("mail each person once a day, by the first in rank they match, in whatever order they are frozen", {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(world, async ({ people, mailings: wanted, order, events }) => {
        const { group, db, ctx } = await begun(
          people.map(({ isOn, language }) => ({ email_status: isOn ? 1 : 2, language })),
        );
        await db.d1.batch([
          db.d1.prepare("UPDATE people SET created_at = person_no WHERE group_no = ?").bind(group.no),
          ...people.flatMap(({ refuses }, index) =>
            refuses === 0
              ? []
              : [
                  db.d1
                    .prepare(
                      "INSERT INTO topic_refusals (group_no, topic_no, person_no, at) VALUES (?, ?, ?, 1)",
                    )
                    .bind(group.no, refuses, index + 1),
                ],
          ),
        ]);
        const matched = wanted.map((each) => matches(people, each));
        const asked = wanted.map((_, index) => index).filter((index) => matched[index]?.length);
        const mailings = new Map<number, Mailing>();
        for (const index of asked) {
          const { include, exclude, most, topicNo } = wanted[index] ?? never();
          const base =
            include === null ? all : typeof include === "string" ? speaking(include) : of(...include);
          const without =
            exclude.length > 0 ? { exclude: { any: [{ is: "people" as const, people: exclude }] } } : {};
          mailings.set(index, await made(group, { ...base, ...without }, { most, topicNo }));
        }
        const day = await scheduled(group, db, [...mailings.values()]);
        await switchDay(ctx, group, day, { isOn: true, ...BY });
        let ranking = [...asked];
        const open = new Set(asked);
        const got = new Map<number, number>();
        let isPlain = true;
        for (const [step, index] of order.entries()) {
          const event = events[step] ?? null;
          const named = event && ("back" in event ? event.back : event.moved);
          if (event && named !== null && open.has(named)) {
            isPlain = false;
            const mailing = mailings.get(named) ?? never();
            if ("back" in event) {
              await takeBack(ctx, group, mailing);
              open.delete(named);
              ranking = ranking.filter((each) => each !== named);
            } else {
              const { version } = await dayBoard(group, db, day);
              expect(await move(group, day, mailing.no, event.to as "up", version)).toBe("moved");
              ranking = movedByHand(ranking, open, named, event.to);
            }
          }
          if (!open.has(index)) continue;
          open.delete(index);
          const above = ranking.slice(0, ranking.indexOf(index)).filter((each) => open.has(each));
          const expected = (matched[index] ?? []).filter(
            (no) => !got.has(no) && !above.some((each) => matched[each]?.includes(no)),
          );
          expect(await sent(group, mailings.get(index) ?? never())).toEqual(expected);
          for (const no of expected) got.set(no, index);
        }
        // With nothing taken back and nothing moved, it is simply the first that somebody matches.
        if (isPlain)
          for (const [index] of people.entries())
            expect(got.get(index + 1)).toBe(asked.find((each) => matched[each]?.includes(index + 1)));
      }),
      { numRuns: 4 },
    );
  });
});

const interruption = fc.record({
  /** Before which of a mailing's transactions, of which of the two. */
  before: fc.integer({ min: 1, max: 5 }),
  during: fc.constantFrom(0, 1),
  what: fc.constantFrom("other", "other", "join", "swap", "back", "stop", "refuse"),
});

it("mails nobody from two mailings of a day that are frozen into each other, whatever changes between two ranges", {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(interruption, {
        selector: ({ before, during }) => `${before} ${during}`,
        minLength: 1,
        maxLength: 5,
      }),
      async (interruptions) => {
        const { group, db, ctx } = await begun([]);
        // Numbers this far apart are frozen in ranges of their own.
        for (const first of [1, 25_001, 50_001])
          await addPeople(
            db,
            Array.from({ length: 6 }, (_, nth) => ({ language: nth % 2 === 0 ? "fr" : "en" })),
            first,
          );
        const mailings = [await made(group, speaking("fr")), await made(group, all)];
        const day = await scheduled(group, db, mailings);
        await switchDay(ctx, group, day, { isOn: true, ...BY });
        const pair = mailings.map((mailing) => new HandDriver(group, mailing));
        const change = async (what: string, own: number) => {
          const mailing = mailings[own] ?? never();
          if (what === "other") await pair[1 - own]?.run({ turns: 20 });
          if (what === "join")
            await db.d1.prepare("UPDATE people SET language = 'fr' WHERE group_no = ?").bind(group.no).run();
          const { version } = await dayBoard(group, db, day);
          if (what === "swap") await move(group, day, mailings[1]?.no ?? never(), "up", version);
          if (what === "back") await takeBack(ctx, group, mailing);
          if (what === "stop") await stopMailing(ctx, group, mailings[1 - own] ?? never());
          if (what === "refuse") throw new Error("D1_ERROR: refused by a test");
        };
        for (const [own, driver] of pair.entries()) {
          let nth = 0;
          driver.shard = (d1) =>
            new Proxy(d1, {
              get(target, name) {
                const value = Reflect.get(target, name);
                if (name !== "batch") return typeof value === "function" ? value.bind(target) : value;
                return async (statements: D1PreparedStatement[]) => {
                  nth += 1;
                  const mine = nth;
                  for (const each of interruptions)
                    if (each.during === own && each.before === mine) await change(each.what, own);
                  return target.batch(statements);
                };
              },
            });
        }
        for (let round = 0; round < 4; round += 1)
          for (const driver of pair) await driver.run({ turns: 30 }).catch(() => undefined);
        const got = pair.flatMap((driver) => driver.sent.map(({ to }) => to));
        expect(new Set(got).size).toBe(got.length);
        for (const driver of pair) {
          const standing = await driver.standing();
          if (standing?.status === "draft") continue;
          expect(["sent", "stopped"]).toContain(standing?.status);
          const { candidates = -1, recipients = -1, leftOut = {} } = standing?.frozen ?? {};
          expect(candidates).toBe(recipients + Object.values(leftOut).reduce((sum, count) => sum + count, 0));
          const totals = await driver.totals();
          expect(totals).toMatchObject({ waiting: 0, claimed: 0, unknown: 0 });
          expect(sumOf(totals)).toBe(candidates);
          expect(totals.leftOutBy.ranked ?? 0).toBe(leftOut.ranked ?? 0);
        }
      },
    ),
    { numRuns: 5 },
  );
});

/** As somebody would with slips of paper: those that are sent lie still, the others change places. */
function movedByHand(
  ranking: readonly number[],
  open: ReadonlySet<number>,
  one: number,
  to: string,
): number[] {
  const slips = ranking.filter((each) => open.has(each));
  const at = slips.indexOf(one);
  slips.splice(at, 1);
  const place =
    to === "first" ? 0 : to === "last" ? slips.length : to === "up" ? Math.max(0, at - 1) : at + 1;
  slips.splice(place, 0, one);
  return ranking.map((each) => (open.has(each) ? (slips.shift() ?? never()) : each));
}

describe("a mailing that mirrors another's exclusions", () => {
  const except = (...people: number[]): Audience => ({
    ...all,
    exclude: { any: [{ is: "people", people }] },
  });
  const target = (audience: Audience): Target => ({ audience, most: null });

  it("leaves out whom the other leaves out as it stands when it is frozen, and keeps that", async () => {
    const { group, db, ctx } = await begun(6);
    const other = await made(group, except(1));
    const mailing = await made(group, except(6), { mirrorsNo: other.no });
    const estimate = () => estimateAudience(ctx, group, mailing.target ?? never(), mailing.settings);
    expect(await estimate()).toMatchObject({ recipients: 4 });
    await saveSettings(ctx, group, other, { target: target(except(1, 2)) });
    expect(await estimate()).toMatchObject({ recipients: 3 });
    const told = await mirroredBy(db, mailing.target?.audience ?? never(), other.no);
    expect(told).toMatchObject({ mailing: { no: other.no }, exclude: { include: except(1, 2).exclude } });
    await scheduled(group, db, [mailing]);
    expect(await sent(group, mailing)).toEqual([3, 4, 5]);
    await saveSettings(ctx, group, other, { target: target(except(3)) });
    const after = (await mailingByNo(db, mailing.no)) ?? never();
    expect((await askedAudience(db, after))?.exclude).toEqual({
      any: [except(6).exclude, except(1, 2).exclude],
    });
  });

  it("follows a chain, with what a sent one left out as it was, and refuses circles and chains without end", async () => {
    const { group, db, ctx } = await begun(3);
    const chain = [await made(group, except(1))];
    for (let length = 1; length < 6; length += 1)
      chain.push(await made(group, all, { mirrorsNo: chain.at(-1)?.no ?? never() }));
    const [first = never(), second = never(), , , fifth = never(), sixth = never()] = chain;
    expect((await withMirrored(db, target(all), { mirrorsNo: fifth.no })).audience).toEqual(except(1));
    const problem = (of: Mailing, no: number) => mirrorProblem(ctx, db, of.no, all, no);
    const outside = await made(group, all);
    expect(await problem(first, first.no)).toBe("circle");
    expect(await problem(first, second.no)).toBe("circle");
    expect(await problem(first, fifth.no)).toBe("circle");
    expect(await problem(outside, sixth.no)).toBe("too_long");
    expect(await problem(outside, fifth.no)).toBeNull();
    expect(await problem(outside, 999)).toBe("gone");
    // Whoever follows a mailing follows what that one follows.
    const followed = await made(group, all);
    const follower = await made(group, all, { mirrorsNo: followed.no });
    expect(await problem(followed, fifth.no)).toBe("too_long");
    const [, , , fourth = never()] = chain;
    expect(await problem(followed, fourth.no)).toBeNull();
    await made(group, all, { mirrorsNo: follower.no });
    expect(await problem(followed, fourth.no)).toBe("too_long");
    const stranger = await begun(1);
    expect(await mirrorProblem(ctx, stranger.db, 99, all, first.no)).toBe("gone");
    await saveSettings(ctx, group, first, { settings: { mirrorsNo: second.no } });
    expect((await withMirrored(db, target(all), { mirrorsNo: first.no })).audience).toEqual(except(1));
  });

  it("is a draft again, and says why, when the other leaves out more by now than an audience can say", async () => {
    const { group, ctx, db } = await begun(3);
    const other = await made(group, except(1));
    const many = Array.from({ length: 50 }, (_, at) => ({ is: "people" as const, people: [at + 9] }));
    const exclude = { any: many };
    const mailing = await made(group, { ...of(1, 2, 3), exclude }, { mirrorsNo: other.no });
    await scheduled(group, db, [mailing]);
    await saveSettings(ctx, group, other, { target: target({ ...all, exclude }) });
    expect(await sent(group, mailing)).toEqual([]);
    expect(await mailingByNo(db, mailing.no)).toMatchObject({
      status: "draft",
      pauseNote: "mirrors_too_large",
    });
  });

  it("keeps the other from being put away while it follows", async () => {
    const { group, db, ctx } = await begun(3);
    const other = await made(group, except(1));
    const mailing = await made(group, all, { mirrorsNo: other.no });
    expect(await hideMailing(ctx, group, other, true)).toBe(false);
    await scheduled(group, db, [mailing]);
    expect(await sent(group, mailing)).toEqual([2, 3]);
    expect(await hideMailing(ctx, group, other, true)).toBe(true);
  });
});

function never(): never {
  throw new Error("not there");
}
