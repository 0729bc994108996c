import { beforeAll, describe, expect, it } from "vitest";
import { contextOf, makeGroup, settled } from "../../test/groups";
import { makePetition } from "../../test/petitions";
import { BEGAN, BEGAN_S, makeAct, makeMailing, type Received } from "../../test/results";
import type { Action } from "../actions/types";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { leftOutReasons } from "../mailings/types";
import { beginCount, goOn, isDone, readCount } from "./counting";
import { figuresOf, leftOutOf, partsOf } from "./figures";
import { FRESH_MS, resultsOf } from "./result";
import { claimCount, countRange } from "./store";
import { HOURS } from "./types";

const DAY_MS = 86_400_000;

let group: Group;
let action: Action;
const later = (ms: number) => contextOf(undefined, BEGAN + ms);
const asked = (mailing: { no: number }) => ({
  no: mailing.no,
  sentAt: BEGAN,
  startAt: null,
  createdAt: BEGAN,
});

beforeAll(async () => {
  ({ group } = await makeGroup());
  action = await makePetition(group);
});

async function countOf(received: readonly Received[], changes: Parameters<typeof makeMailing>[2] = {}) {
  const mailing = await makeMailing(group, received, changes);
  const results = await resultsOf(later(DAY_MS), group, asked(mailing));
  if (!results) throw new Error("nothing was counted");
  return { mailing, ...results };
}

describe("the numbers of a mailing", () => {
  it("count everybody once, by what became of their mail", async () => {
    const { tally } = await countOf([
      { openedAfter: 60 },
      { openedAfter: 60, clickedAfter: 70 },
      // Pictures are off: who followed a link has read it.
      { clickedAfter: 90 },
      { flags: 1 },
      // A machine looked first, then the person.
      { flags: 1, openedAfter: 500 },
      { flags: 4 },
      { flags: 16 },
      // Refused for now, then taken.
      { flags: 48 },
      { flags: 8, openedAfter: 20 },
      { status: "failed", reason: 31 },
      { status: "unknown" },
      { status: "waiting" },
      { status: "claimed" },
      { status: "left_out", reason: leftOutReasons.bounced },
      { status: "left_out", reason: leftOutReasons.too_many },
      { status: "left_out", reason: leftOutReasons.too_many },
    ]);
    const figures = figuresOf(tally);
    expect(figures).toMatchObject({ recipients: 13, sent: 9, failed: 1, unknown: 1, waiting: 2 });
    expect(figures).toMatchObject({ bounced: 1, held: 1, delivered: 7, opened: 5, machine: 1, clicked: 2 });
    expect(figures).toMatchObject({ complained: 1, unsubscribed: 0, actions: 0, newToList: 0, money: {} });
    expect(figures.sent + figures.failed + figures.unknown + figures.waiting).toBe(figures.recipients);
    expect(leftOutOf(tally)).toEqual([
      { reason: "bounced", people: 1 },
      { reason: "too_many", people: 2 },
    ]);
  });

  it("count who unsubscribed, and not who chose less or came back", async () => {
    const { tally } = await countOf([
      { flags: 2, left: { choice: 1, reason: "too_many" } },
      { flags: 2, left: { choice: 1, reason: "too_many" }, variantNo: 2 },
      { flags: 2, left: { choice: 1 }, variantNo: 2 },
      { flags: 2, left: { choice: 3 } },
      { flags: 2, left: { choice: 1, back: true } },
      // A machine of the provider said so, and nobody was asked.
      { flags: 2 },
    ]);
    expect(figuresOf(tally).unsubscribed).toBe(4);
    expect(figuresOf(tally, { variantNo: 2 }).unsubscribed).toBe(2);
    expect(tally.departures.toSorted()).toEqual([
      [[1, 1, "too_many"], [1]],
      [[1, 3, ""], [1]],
      [[2, 1, ""], [1]],
      [[2, 1, "too_many"], [1]],
    ]);
  });

  it("tell variants, languages and mailboxes apart", async () => {
    const addresses = [
      ["ana@gmail.com", "gmail"],
      ["bo@hotmail.co.uk", "outlook"],
      ["cy@live.fr", "outlook"],
      ["di@yahoo.com.br", "yahoo"],
      ["ed@me.com", "icloud"],
      ["fa@web.de", "gmx"],
      ["gu@wanadoo.fr", "orange"],
      ["hy@notgmail.com", "others"],
      ["iv@livestock.example", "others"],
      ["jo@live.stock.example", "others"],
      ["ka@live.com.au", "outlook"],
    ] as const;
    const { tally } = await countOf(
      addresses.map(([email], at) => ({
        email: `${newMark()}${email}`,
        language: at === 0 ? "fr-CA" : at === 1 ? "de" : null,
        variantNo: at % 2 === 0 ? null : 2,
        ...(at < 3 ? { openedAfter: 10 } : {}),
      })),
    );
    const parts = partsOf(tally);
    expect(parts.variants).toEqual([1, 2]);
    expect(parts.languages).toEqual(["", "fr"]);
    expect(parts.mailboxes).toEqual(["gmail", "outlook", "yahoo", "icloud", "gmx", "orange", "others"]);
    expect(figuresOf(tally, { mailbox: "outlook" }).sent).toBe(3);
    expect(figuresOf(tally, { mailbox: "others" }).sent).toBe(3);
    expect(figuresOf(tally, { language: "fr" })).toMatchObject({ sent: 1, opened: 1 });
    expect(figuresOf(tally, { variantNo: 1 })).toMatchObject({ sent: 6, opened: 2 });
    expect(figuresOf(tally, { variantNo: 2 })).toMatchObject({ sent: 5, opened: 1 });
  });

  it("have no version of those who wait for the winner of a test", async () => {
    const { tally } = await countOf([
      { variantNo: 1 },
      { variantNo: 2 },
      { variantNo: 0, status: "waiting" },
    ]);
    expect(partsOf(tally).variants).toEqual([1, 2]);
    expect(figuresOf(tally).waiting).toBe(1);
  });

  it("put openings and clicks into the hours after each person's own mail", async () => {
    const { tally } = await countOf([
      { sentAfter: 0, openedAfter: 3_599 },
      { sentAfter: 7_200, openedAfter: 7_260, clickedAfter: 7_200 + 3_600 },
      // A clock that runs behind is no hour before the mail.
      { sentAfter: 100, openedAfter: 90 },
      { sentAfter: 0, openedAfter: HOURS * 3_600 + 5 },
      { sentAfter: 0, openedAfter: 90 * 86_400 },
    ]);
    expect(tally.openHours[0]).toBe(3);
    expect(tally.openHours[HOURS]).toBe(2);
    expect(tally.openHours.reduce((sum, each) => sum + each, 0)).toBe(5);
    expect(tally.clickHours[1]).toBe(1);
    expect([tally.firstS, tally.lastS]).toEqual([BEGAN_S, BEGAN_S + 7_200]);
  });

  it("credit the mail with what was done by its links since it began, and with nothing else", async () => {
    const other = await makePetition(group, { title: "Another" });
    const mailing = await makeMailing(group, [{}, {}], {
      links: [
        { url: "https://a.example", action },
        { url: "https://b.example" },
        { url: "https://c.example", action },
      ],
    });
    const by = (variantNo: number) => `m${mailing.no}-${variantNo}`;
    const act = (personNo: number, source: string, more = {}) =>
      makeAct(group, action, { personNo: 90_000_000 + personNo, source, ...more });
    await act(1, by(1));
    await act(2, by(2), { isNew: true });
    await act(3, by(1), { amount: 2_500, currency: "CAD" });
    await act(4, by(2), { amount: 1_000, currency: "CAD" });
    await act(5, by(2), { amount: 700, currency: "EUR", isNew: true });
    await act(6, by(1), { removalNo: 1 });
    await act(7, by(1), { after: -100 });
    await act(8, "facebook");
    await act(9, `m${mailing.no}0-1`);
    await act(10, `m${mailing.no}`);
    await makeAct(group, other, { personNo: 90_000_011, source: by(1) });
    const results = await resultsOf(later(DAY_MS), group, asked(mailing));
    if (!results) throw new Error("nothing was counted");
    expect(figuresOf(results.tally)).toMatchObject({ actions: 5, newToList: 2, gifts: 3 });
    expect(figuresOf(results.tally).money).toEqual({ CAD: 3_500, EUR: 700 });
    expect(figuresOf(results.tally, { variantNo: 2 })).toMatchObject({ actions: 3, newToList: 2, gifts: 2 });
  });

  it("count people and clicks of each link", async () => {
    const { mailing, tally } = await countOf([{ links: [1, 2] }, { links: [1] }, {}], {
      links: [{ url: "https://a.example" }, { url: "https://b.example" }, { url: "https://c.example" }],
    });
    expect(tally.links).toEqual([
      [[1], [2, 0, 0]],
      [[2], [1, 0, 0]],
      [[3], [0, 0, 0]],
    ]);
    await asIfQuick(mailing.no);
    const { d1, groupNo } = dbFor(contextOf().env, group);
    await d1.batch([
      d1
        .prepare("INSERT INTO mail_link_counts VALUES (?, ?, 1, 0, 5, 2), (?, ?, 1, 3, 4, 1)")
        .bind(groupNo, mailing.no, groupNo, mailing.no),
      d1
        .prepare("INSERT INTO mail_hours VALUES (?, ?, 490000, 0, 9, 3, 5, 2), (?, ?, 490001, 0, 1, 0, 4, 1)")
        .bind(groupNo, mailing.no, groupNo, mailing.no),
    ]);
    const again = await resultsOf(later(DAY_MS + FRESH_MS), group, asked(mailing), { isAgain: true });
    expect(again?.tally.links[0]).toEqual([[1], [2, 9, 3]]);
    expect(again?.tally.raw).toEqual({ opens: 10, machineOpens: 3, clicks: 9, machineClicks: 3 });
  });

  it("are those of the group alone, whatever numbers another group uses", async () => {
    const { group: other } = await makeGroup();
    const mailing = await makeMailing(group, [{ openedAfter: 1 }, {}]);
    const { d1 } = dbFor(contextOf().env, other);
    await d1
      .prepare("INSERT INTO mailing_recipients (group_no, mailing_no, person_no, status) VALUES (?, ?, 5, 3)")
      .bind(other.no, mailing.no)
      .run();
    const own = await resultsOf(later(DAY_MS), group, asked(mailing));
    const theirs = await resultsOf(later(DAY_MS), other, asked(mailing));
    expect(own && figuresOf(own.tally)).toMatchObject({ sent: 2, opened: 1 });
    expect(theirs && figuresOf(theirs.tally)).toMatchObject({ sent: 1, opened: 0 });
  });
});

describe("counting", () => {
  it("happens once a minute at most, and again when it is asked for after that", async () => {
    const mailing = await makeMailing(group, [{}]);
    const first = await resultsOf(later(0), group, asked(mailing));
    await asIfQuick(mailing.no);
    await makeMore(mailing);
    const soon = await resultsOf(later(FRESH_MS - 1), group, asked(mailing), { isAgain: true });
    expect(soon?.countedAt).toBe(first?.countedAt);
    const after = await resultsOf(later(FRESH_MS), group, asked(mailing), { isAgain: true });
    expect(after?.countedAt).toBe(BEGAN + FRESH_MS);
    expect(after && figuresOf(after.tally).sent).toBe(2);
  });

  it("leaves an old mailing alone for longer", async () => {
    const mailing = await makeMailing(group, [{}]);
    const first = await resultsOf(later(10 * DAY_MS), group, asked(mailing));
    await asIfQuick(mailing.no);
    const hour = await resultsOf(later(10 * DAY_MS + 3_600_000), group, asked(mailing));
    expect(hour?.countedAt).toBe(first?.countedAt);
    const asks = await resultsOf(later(10 * DAY_MS + 3_600_000), group, asked(mailing), { isAgain: true });
    expect(asks?.countedAt).toBe(BEGAN + 10 * DAY_MS + 3_600_000);
  });

  it("goes on where it was put down, and comes to the same", async () => {
    const received = Array.from({ length: 60 }, (_, at) => ({
      variantNo: (at % 3) + 1,
      ...(at % 4 === 0 ? { openedAfter: at * 100 } : {}),
    }));
    const mailing = await makeMailing(group, received, { links: [{ url: "https://a.example", action }] });
    for (let person = 0; person < 7; person += 1)
      await makeAct(group, action, { personNo: 91_000_000 + person, source: `m${mailing.no}-1` });
    const db = dbFor(contextOf().env, group);
    let count = { ...(await beginCount(db, mailing.no)), people: mailing.no * 100_000, width: 7, rows: 2 };
    let turns = 0;
    while (!isDone(count)) {
      // Each turn begins with what the last one wrote down.
      const read = readCount(JSON.stringify(count));
      if (!read) throw new Error("it cannot be read back");
      count = { ...read, width: 7, rows: 2 };
      await goOn(db, { no: mailing.no, beganAt: BEGAN }, count, 1);
      turns += 1;
    }
    const whole = await resultsOf(later(DAY_MS), group, asked(mailing));
    expect(turns).toBeGreaterThan(10);
    expect(figuresOf(count.tally)).toEqual(whole && figuresOf(whole.tally));
    expect(count.tally.openHours).toEqual(whole?.tally.openHours);
    expect(figuresOf(count.tally)).toMatchObject({ sent: 60, opened: 15, actions: 7 });
  });

  it("is done by one at a time; the others show what there is", async () => {
    const mailing = await makeMailing(group, [{}]);
    const db = dbFor(contextOf().env, group);
    const now = BEGAN + DAY_MS;
    expect(await claimCount(db, mailing.no, { now, until: now + 1_000 })).toBe(1);
    expect(await claimCount(db, mailing.no, { now, until: now + 1_000 })).toBeNull();
    expect(await resultsOf(later(DAY_MS), group, asked(mailing))).toBeNull();
    // Whoever died over it is followed by another.
    expect((await resultsOf(later(DAY_MS + 1_000), group, asked(mailing)))?.isWhole).toBe(true);
    await settled();
  });

  it("holds up the shard for less than 200 ms a statement", async () => {
    const db = dbFor(contextOf().env, group);
    const no = 9_999;
    await db.d1
      .prepare(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
         INSERT INTO mailing_recipients (group_no, mailing_no, person_no, status, variant_no, at_s)
         SELECT ?1, ?2, 2000000 + i, 3, i % 3 + 1, ?3 FROM n`,
      )
      .bind(group.no, no, BEGAN_S)
      .run();
    const { longestMs, cells } = await countRange(db, no, {
      after: 2_000_000,
      upTo: 2_010_000,
      hours: HOURS,
    });
    expect(JSON.parse(cells)).toHaveLength(3);
    expect(longestMs).toBeLessThan(200);
    const results = await resultsOf(later(DAY_MS), group, { no, sentAt: BEGAN, startAt: null, createdAt: 1 });
    expect(results && figuresOf(results.tally).sent).toBe(20_000);
  });
});

let marks = 0;
function newMark(): string {
  marks += 1;
  return `x${marks}`;
}

async function makeMore({ no, people: [first = 0] }: { no: number; people: number[] }): Promise<void> {
  const { d1, groupNo } = dbFor(contextOf().env, group);
  await d1
    .prepare(
      "INSERT INTO mailing_recipients (group_no, mailing_no, person_no, status, at_s) VALUES (?, ?, ?, 3, ?)",
    )
    .bind(groupNo, no, first + 50, BEGAN_S)
    .run();
}

/** A busy machine takes long over little, and rests for long. */
async function asIfQuick(no: number): Promise<void> {
  const { d1, groupNo } = dbFor(contextOf().env, group);
  await d1
    .prepare("UPDATE mailing_results SET took_ms = 1 WHERE group_no = ? AND mailing_no = ?")
    .bind(groupNo, no)
    .run();
}
