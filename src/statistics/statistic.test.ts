import { beforeEach, describe, expect, it } from "vitest";
import { contextOf, makeGroup, settled } from "../../test/groups";
import { makePetition } from "../../test/petitions";
import type { Action } from "../actions/types";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { rowBody } from "../intake/drain";
import { storeParticipations } from "../intake/store";
import { insertRemoval, undoRemoval } from "../intake/store-removals";
import type { Participation } from "../intake/types";
import { idFromHex, idToHex, newId, type ParticipationId } from "../platform/ids";
import { civilDay } from "../ui/format";
import {
  COMPARE_MS,
  COUNT_KEPT_MS,
  PAGE_ROWS,
  PAGES_MAX,
  SETTLED_MS,
  type Statistics,
  statisticsNow,
  statisticsOf,
} from "./statistic";
import { type Days, PERSONAL_LINKS, tallyText } from "./tally";

const START = Date.UTC(2026, 2, 1, 12);
const HOUR_MS = 3_600_000;
const timeZone = "America/Toronto";

let group: Group;
let db: GroupDb;
let action: Action;

beforeEach(async () => {
  ({ group } = await makeGroup());
  db = dbFor(contextOf().env, group);
  action = await makePetition(group);
});

type Said = {
  email: string;
  at: number;
  source?: string;
  referrer?: string;
  country?: string;
  site?: string;
};

/** An id as it is made at a moment. */
function idAt(at: number): ParticipationId {
  return idFromHex(at.toString(16).padStart(12, "0") + idToHex(newId()).slice(12));
}

/** Stores signatures as a drain does, in any order of the moments they were made. */
async function sign(said: readonly Said[]): Promise<void> {
  const rows = said.map(({ email, at, source, referrer, country, site }) => {
    const participation: Participation = {
      ...{
        e: email,
        la: "en",
        co: 2,
        w: "0".repeat(16),
        nm: 0,
        o: { ...(country ? { country } : {}), ...(site ? { site } : {}) },
      },
      ...(source ? { s: source } : {}),
      ...(referrer ? { rf: referrer } : {}),
    };
    const identity = new TextEncoder().encode(email.padEnd(16, "_").slice(0, 16));
    return rowBody(JSON.stringify(participation), idToHex(idAt(at)), at, identity, 0, false);
  });
  await storeParticipations(db, action.no, [], rows);
}

/** What a plain look at every row gives. */
async function recounted(zone = timeZone): Promise<Record<string, string>> {
  const { results } = await db.d1
    .prepare(
      `SELECT p.acted_at AS at, p.source, p.referrer, p.answer ->> '$.country' AS country, p.answer ->> '$.site' AS site, person.first_action_no = p.action_no AS fresh
       FROM participations p JOIN people person ON person.group_no = p.group_no AND person.person_no = p.person_no
       WHERE p.group_no = ?1 AND p.action_no = ?2 AND p.removal_no = 0`,
    )
    .bind(group.no, action.no)
    .all<{
      at: number;
      source: string | null;
      referrer: string | null;
      country: string | null;
      site: string | null;
      fresh: number;
    }>();
  const days: Days = new Map();
  for (const row of results) {
    const day = civilDay(row.at, zone);
    const tally = days.get(day) ?? {
      people: 0,
      newToList: 0,
      sources: new Map(),
      referrers: new Map(),
      countries: new Map(),
      sites: new Map(),
    };
    days.set(day, tally);
    const source = row.source?.startsWith("r-") ? PERSONAL_LINKS : (row.source ?? "");
    const values = [
      [tally.sources, source],
      [tally.referrers, row.referrer ?? ""],
      [tally.countries, row.country ?? ""],
      [tally.sites, row.site ?? (row.source === "www.partner.example" ? row.source : null)],
    ] as const;
    for (const [counts, value] of values) {
      if (value === null) continue;
      const known = counts.get(value) ?? { people: 0, newToList: 0 };
      counts.set(value, { people: known.people + 1, newToList: known.newToList + row.fresh });
    }
    tally.people += 1;
    tally.newToList += row.fresh;
  }
  return plain(days);
}

/** Days as text, in an order of their own; a day on which nobody is left says as little as none. */
function plain(days: Days): Record<string, string> {
  const sorted = (map: Days extends Map<string, infer T> ? T : never) => ({
    ...map,
    sources: new Map([...map.sources].toSorted()),
    referrers: new Map([...map.referrers].toSorted()),
    countries: new Map([...map.countries].toSorted()),
    sites: new Map([...map.sites].toSorted()),
  });
  return Object.fromEntries([...days].toSorted().map(([day, tally]) => [day, tallyText(sorted(tally))]));
}

async function counted(now: number, zone = timeZone) {
  const { days, isWhole } = await statisticsOf(db, action, { now, timeZone: zone });
  expect(isWhole).toBe(true);
  return plain(days);
}

function withoutCountries(days: Record<string, string>) {
  return Object.entries(days).map(([day, text]) => {
    const [people, newToList, from, referrers] = JSON.parse(text);
    return { day, people, newToList, from, referrers };
  });
}

/** Rows of ours that reading wrote. */
async function storedCounts() {
  const { results } = await db.d1
    .prepare("SELECT count_no, seen, started_at FROM action_counts WHERE group_no = ? AND action_no = ?")
    .bind(group.no, action.no)
    .all<{ count_no: number; seen: number; started_at: number }>();
  return results;
}

/** A random number that is the same in every run. */
function random(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const sources = [
  "",
  "flyer",
  "share-facebook.a",
  "r-ab12ab12ab12",
  "r-cd34cd34cd34",
  "www.partner.example",
  "__proto__",
];

describe("the numbers of an action", () => {
  it.each([1, 2, 3, 4])("are those of a plain recount after any history (%i)", async (seed) => {
    const below = random(seed);
    let now = START;
    const undoable: number[] = [];
    for (let step = 0; step < 30; step += 1) {
      now += below(5 * HOUR_MS);
      const late = below(4) === 0 ? below(3 * 24 * HOUR_MS) : below(2_000);
      const come = Array.from({ length: below(6) }, () => ({
        email: `s${below(60)}@supporters.example`,
        at: now - late - below(60_000),
        source: sources[below(sources.length)] ?? "",
        referrer: below(2) === 0 ? "https://news.example/story" : "",
        country: ["CA", "FR", ""][below(3)] ?? "",
        site: ["", "", "blog.example", "embed"][below(4)] ?? "",
      }));
      if (come.length > 0) await sign(come);
      if (below(6) === 0) {
        const filter = { state: "counted" as const, source: sources[below(sources.length)] ?? "" };
        const removal = await insertRemoval(db, action.no, { by: 1, filter }, START);
        if (removal) undoable.push(removal.removalNo);
      }
      if (below(7) === 0) {
        const no = undoable.shift();
        if (no) await undoRemoval(db, action.no, no, 1, START);
      }
      if (below(3) === 0) {
        now += COMPARE_MS;
        // What somebody corrects in an answer given before, such as a country, is found once a day.
        expect(withoutCountries(await counted(now))).toEqual(withoutCountries(await recounted()));
      }
    }
    expect(await counted(now + COUNT_KEPT_MS)).toEqual(await recounted());
  });

  it("are of the days of the group's own zone, and counted anew when that changes", async () => {
    await sign([{ email: "a@supporters.example", at: Date.UTC(2026, 2, 2, 3) }]);
    expect(Object.keys(await counted(START + 24 * HOUR_MS))).toEqual(["2026-03-01"]);
    expect(Object.keys(await counted(START + 25 * HOUR_MS, "Europe/Paris"))).toEqual(["2026-03-02"]);
  });

  it("hold what came a moment ago, and keep it only once it is settled", async () => {
    await sign([{ email: "a@supporters.example", at: START }]);
    expect(await counted(START + 1)).toEqual(await recounted());
    expect((await storedCounts())[0]?.seen).toBe(0);
    expect(await counted(START + SETTLED_MS + 1)).toEqual(await recounted());
    expect((await storedCounts())[0]?.seen).toBe(1);
  });

  it("read a page once: what is counted is not counted again", async () => {
    await sign([{ email: "a@supporters.example", at: START }]);
    await counted(START + HOUR_MS);
    await sign([{ email: "b@supporters.example", at: START + HOUR_MS }]);
    await counted(START + 2 * HOUR_MS);
    expect(await storedCounts()).toEqual([{ count_no: 1, seen: 2, started_at: START + HOUR_MS }]);
  });

  it("find a row that was stored late", async () => {
    await sign([{ email: "a@supporters.example", at: START }]);
    await counted(START + HOUR_MS);
    await sign([{ email: "late@supporters.example", at: START - HOUR_MS, source: "flyer" }]);
    expect(await counted(START + HOUR_MS + COMPARE_MS)).toEqual(await recounted());
    expect(await storedCounts()).toMatchObject([{ count_no: 2, seen: 2 }]);
  });

  it("leave out the removed, and take them in again when that is undone", async () => {
    await sign([
      { email: "a@supporters.example", at: START, source: "flyer" },
      { email: "b@supporters.example", at: START },
    ]);
    await counted(START + HOUR_MS);
    const filter = { state: "counted" as const, source: "flyer" };
    const removal = await insertRemoval(db, action.no, { by: 1, filter }, START);
    const people = async (now: number) => withoutCountries(await counted(now)).map(({ people: n }) => n);
    expect(await people(START + 2 * HOUR_MS)).toEqual([1]);
    await undoRemoval(db, action.no, removal?.removalNo ?? 0, 1, START);
    expect(await people(START + 3 * HOUR_MS)).toEqual([2]);
  });

  it("are the same when two look at once", async () => {
    await sign(
      Array.from({ length: 40 }, (_, no) => ({ email: `s${no}@supporters.example`, at: START + no })),
    );
    const now = START + HOUR_MS;
    const looks = await Promise.all([counted(now), counted(now), counted(now)]);
    for (const look of looks) expect(look).toEqual(await recounted());
    expect(await counted(now + 1)).toEqual(await recounted());
    expect(await storedCounts()).toMatchObject([{ seen: 40 }]);
  });

  it("go over several pages, and over days and their edges", async () => {
    const said = Array.from({ length: PAGE_ROWS + 500 }, (_, no) => ({
      email: `s${no}@supporters.example`,
      at: START + no * 60_000,
      source: sources[no % sources.length] ?? "",
    }));
    for (let page = 0; page < said.length; page += 500) await sign(said.slice(page, page + 500));
    expect(await counted(START + 100 * HOUR_MS)).toEqual(await recounted());
  });

  it("know nothing of another action of the group, nor of another group", async () => {
    const other = await makePetition(group, { title: "Another" });
    await sign([{ email: "a@supporters.example", at: START }]);
    const elsewhere = await statisticsOf(db, other, { now: START + HOUR_MS, timeZone });
    expect(elsewhere.days.size).toBe(0);
    const foreign = dbFor(contextOf().env, (await makeGroup()).group);
    expect((await statisticsOf(foreign, action, { now: START + HOUR_MS, timeZone })).days.size).toBe(0);
  });

  it("of an action too big for one request are counted on behind it; the last count is shown until then", async () => {
    const people = PAGES_MAX * PAGE_ROWS + 1_000;
    await fill(people);
    const later = (hours: number) => contextOf(undefined, START + 100 * 24 * HOUR_MS + hours * HOUR_MS);
    const total = ({ days }: Pick<Statistics, "days">) =>
      [...days.values()].reduce((sum, day) => sum + day.people, 0);
    const first = await statisticsNow(later(0), group, action);
    expect([first.isWhole, total(first)]).toEqual([false, people - 1_000]);
    await settled();
    const whole = await statisticsNow(later(1), group, action);
    expect([whole.isWhole, total(whole)]).toEqual([true, people]);

    await insertRemoval(db, action.no, { by: 1, filter: { state: "counted", source: "flyer" } }, START);
    const before = await statisticsNow(later(2), group, action);
    expect([before.isWhole, total(before)]).toEqual([false, people]);
    await settled();
    const after = await statisticsNow(later(3), group, action);
    expect([after.isWhole, total(after)]).toEqual([true, people - 10]);
    expect(await storedCounts()).toHaveLength(1);
  });

  /** Many participations, a minute apart, ten of them by a flyer. */
  async function fill(people: number): Promise<void> {
    await db.d1
      .prepare("INSERT INTO people (group_no, person_no, id, created_at) VALUES (?1, 1, unhex(?2), 1)")
      .bind(group.no, idToHex(newId()))
      .run();
    await db.d1
      .prepare(
        `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?3 - 1)
         INSERT INTO participations (group_no, person_no, action_no, nth, id, acted_at, revised_at, answer, is_named, source)
         SELECT ?1, 1, ?2, i, unhex(printf('%012x', ?4 + i * 60000) || printf('%020x', i)), ?4 + i * 60000, 0, '{}', 0, iif(i < 10, 'flyer', NULL) FROM n`,
      )
      .bind(group.no, action.no, people, START)
      .run();
  }
});
