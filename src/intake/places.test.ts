import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { type Fault, places as faultPlaces, ringAlarm } from "../../test/faults/interruption";
import { contextOf, makeGroup } from "../../test/groups";
import { type Standing, slotStandings, standings } from "../actions/kind";
import { dbFor } from "../groups/shard";
import { unsubscribe } from "../people/person";
import { newId } from "../platform/ids";
import { erasePerson } from "./erasure";
import { homeOf, intakeStub } from "./objects";
import { drainNow, takeAction, tellPlaces } from "./participation";
import { singleName } from "./place";
import { removeParticipations, undoRemoval } from "./removal";
import type { IntakeTarget, Participation, RecordReply } from "./types";

type Stored = {
  email: string;
  standing: number;
  promoted_at: number | null;
  answer: string;
  slots: string | null;
};

const nameOf = (number: number) => Object.entries(standings).find(([, each]) => each === number)?.[0];

async function setUp(capacities: Record<string, number | null>) {
  const { group } = await makeGroup();
  const target: IntakeTarget = {
    ...{ groupNo: group.no, groupId: group.id, shard: group.shard, jurisdiction: "" },
    ...{ actionNo: 1, actionId: newId(), kind: "event", isOnce: true, tagNos: [], hasReceipt: false },
    places: { version: 1, capacities },
  };
  const db = dbFor(env, group);
  const home = homeOf(env, target);
  const name = singleName(target.actionId);
  const settings = { autoresponse: { isOn: false } };
  const action = { no: 1, id: target.actionId, kind: "event", settings } as Parameters<
    typeof removeParticipations
  >[2];
  const rsvp = (
    who: string,
    count = 1,
    slots: string | string[] = "",
    more: Partial<Participation> = {},
    at = target,
  ) => {
    const asked = [slots].flat();
    const body: Participation = {
      e: `${who}@example.org`,
      o: { givenName: who, own: { guests: Math.max(count - 1, 0), shifts: asked } },
      ...{ la: "en", co: 2, w: "00112233aabbccdd", nm: 0, pl: [asked, count] },
      ...more,
    };
    return takeAction(contextOf(), at, body, undefined);
  };
  const stored = async () => {
    const { results } = await db.d1
      .prepare(
        `SELECT person.email, p.standing, p.promoted_at, p.answer, p.slots FROM participations p
         JOIN people person ON person.group_no = p.group_no AND person.person_no = p.person_no
         WHERE p.group_no = ? AND p.removal_no = 0 ORDER BY p.id`,
      )
      .bind(group.no)
      .all<Stored>();
    return results;
  };
  return {
    ...{ group, target, db, home, action, rsvp, stored },
    object: () => intakeStub(env, "", name),
    evict: () => evictDurableObject(intakeStub(env, "", name)),
    ring: (fault: Fault = "none") => ringAlarm(name, fault),
    drain: () => drainNow(contextOf(), target),
    /** Names by standing, as D1 has them. */
    async standings() {
      const found: Record<Standing, string[]> = { confirmed: [], waiting: [], cancelled: [] };
      for (const { email, standing } of await stored()) {
        const [who = ""] = email.split("@");
        found[nameOf(standing) as Standing]?.push(who);
      }
      return found;
    },
    /** Names by standing in one shift, as D1 has them. */
    async inShift(slot: string) {
      const found: Record<Standing, string[]> = { confirmed: [], waiting: [], cancelled: [] };
      for (const { email, slots } of await stored()) {
        const standing = slotStandings(slots)[slot];
        if (standing) found[standing].push(email.split("@")[0] ?? "");
      }
      return found;
    },
    async personNo(who: string) {
      const row = await db.d1
        .prepare("SELECT person_no FROM identities WHERE group_no = ? AND value = ?")
        .bind(group.no, `${who}@example.org`)
        .first<{ person_no: number }>();
      return row?.person_no ?? -1;
    },
  };
}

describe("a hundred places for five hundred people", () => {
  it("go to the first hundred, and the others wait in the order they came, whatever is killed in between", async () => {
    const event = await setUp({ "": 100 });
    const faults: Fault[] = [
      ...faultPlaces.flatMap((place): Fault[] => [
        { place, how: "kill" },
        { place, how: "error" },
      ]),
      "half",
    ];
    const replies = new Map<string, RecordReply>();
    const everyone = Array.from({ length: 500 }, (_, nth) => `p${nth}`);
    for (let start = 0; start < everyone.length; start += 50) {
      const racing = everyone.slice(start, start + 50);
      const answers = await Promise.all(racing.map((who) => event.rsvp(who)));
      for (const [nth, who] of racing.entries()) {
        const reply = answers[nth];
        if (reply) replies.set(who, reply);
      }
      const fault = faults.shift();
      if (fault) await event.ring(fault);
      else await event.evict();
      const again = racing[7] ?? "";
      expect(await event.rsvp(again), "a repeat").toMatchObject({
        outcome: "same",
        id: replies.get(again)?.id,
        standing: replies.get(again)?.standing,
      });
    }
    for (const fault of faults) await event.ring(fault);
    await event.drain();

    const inOrder = [...replies.entries()].sort(([, one], [, other]) => (one.id < other.id ? -1 : 1));
    const said = (standing: Standing) => [...replies].filter(([, reply]) => reply.standing === standing);
    expect(said("confirmed")).toHaveLength(100);
    expect(said("waiting")).toHaveLength(400);
    const { confirmed, waiting } = await event.standings();
    expect(confirmed).toHaveLength(100);
    expect(waiting).toHaveLength(400);
    expect(new Set(confirmed)).toEqual(new Set(said("confirmed").map(([who]) => who)));
    // Ids made within one millisecond are in no order, so the order is asked of those that are apart.
    const lastConfirmed =
      said("confirmed")
        .map(([, { id }]) => id.slice(0, 13))
        .sort()
        .at(-1) ?? "";
    for (const [, reply] of inOrder.filter(([, { id }]) => id.slice(0, 13) < lastConfirmed))
      expect(reply.standing).toBe("confirmed");
    expect(await event.home.summary()).toMatchObject({
      total: 100,
      places: { "": { confirmed: 100, waiting: 400 } },
    });
    expect(await event.home.check()).toBe(0);
  }, 60_000);

  it("are given on in that order when some are given back, each once, also when the drain is interrupted", async () => {
    const event = await setUp({ "": 3 });
    for (const who of ["a", "b", "c", "d", "e", "f"]) await event.rsvp(who);
    await event.drain();
    expect(await event.rsvp("b", 0)).toMatchObject({ outcome: "updated", standing: "cancelled", total: 3 });
    expect(await event.ring({ place: "d1.after", how: "kill" })).toBe("killed");
    await event.rsvp("c", 0);
    expect(await event.ring({ place: "events.after", how: "error" })).toBe("rung");
    await event.evict();
    await event.drain();
    expect(await event.standings()).toEqual({
      confirmed: ["a", "d", "e"],
      waiting: ["f"],
      cancelled: ["b", "c"],
    });
    const promoted = (await event.stored()).filter(({ promoted_at }) => promoted_at !== null);
    expect(promoted.map(({ email }) => email)).toEqual(["d@example.org", "e@example.org"]);
    expect(await event.home.summary()).toMatchObject({ total: 3 });
  });
});

describe("several shifts of one reply", () => {
  const capacities = { early: 100, noon: 60, late: 30 };
  const shifts = Object.keys(capacities) as (keyof typeof capacities)[];
  /** Seven of eight ask for something, most for more than one. */
  const wish = (nth: number) => shifts.filter((_, at) => ((nth % 7) + 1) & (1 << at));
  /** When an id was made; within one millisecond ids are in no order. */
  const madeAt = (id: string | undefined) => id?.slice(0, 13) ?? "";

  it("are each given to the first who come, when five hundred race for all of them and the object dies in between", async () => {
    const event = await setUp(capacities);
    const replies = new Map<string, RecordReply>();
    const everyone = Array.from({ length: 500 }, (_, nth) => `p${nth}`);
    for (let start = 0; start < everyone.length; start += 125) {
      const racing = everyone.slice(start, start + 125);
      const answers = await Promise.all(racing.map((who, at) => event.rsvp(who, 1, wish(start + at))));
      for (const [at, who] of racing.entries()) replies.set(who, answers[at] as RecordReply);
      if (start === 0) await event.ring({ place: "d1.after", how: "kill" });
      else await event.evict();
      const again = await event.rsvp(racing[7] ?? "", 1, wish(start + 7));
      expect(again, "a repeat").toMatchObject({ outcome: "same", slots: answers[7]?.slots });
    }
    await event.drain();

    const said = (shift: string, standing: Standing) =>
      [...replies].filter(([, { slots }]) => slots?.[shift] === standing).map(([who]) => who);
    const times = (people: string[]) => people.map((who) => madeAt(replies.get(who)?.id)).sort();
    for (const shift of shifts) {
      const confirmed = said(shift, "confirmed");
      expect(confirmed, shift).toHaveLength(capacities[shift]);
      const asked = everyone.filter((_, nth) => wish(nth).includes(shift));
      expect(said(shift, "waiting"), shift).toHaveLength(asked.length - confirmed.length);
      const lastServed = times(confirmed).at(-1) ?? "";
      const firstWaiting = times(said(shift, "waiting"))[0] ?? "";
      expect(lastServed <= firstWaiting, shift).toBe(true);
      const stored = await event.inShift(shift);
      expect(new Set(stored.confirmed), shift).toEqual(new Set(confirmed));
      expect(stored.waiting, shift).toHaveLength(asked.length - confirmed.length);
    }
    const coming = [...replies.values()].filter(({ standing }) => standing === "confirmed");
    expect(await event.home.summary()).toMatchObject({
      total: coming.length,
      places: Object.fromEntries(
        shifts.map((shift) => [
          shift,
          { confirmed: capacities[shift], waiting: said(shift, "waiting").length },
        ]),
      ),
    });

    // Ten give back the early shift, and keep or never had the others: ten of those who have waited longest take it.
    const leaving = said("early", "confirmed").slice(0, 10);
    const rest = (who: string) =>
      Object.keys(replies.get(who)?.slots ?? {}).filter((slot) => slot !== "early");
    await Promise.all(leaving.map((who) => event.rsvp(who, rest(who).length === 0 ? 0 : 1, rest(who))));
    await event.evict();
    await event.drain();
    const early = await event.inShift("early");
    expect(early.confirmed).toHaveLength(100);
    const movedUp = early.confirmed.filter((who) => replies.get(who)?.slots?.early === "waiting");
    expect(movedUp).toHaveLength(10);
    expect((times(movedUp).at(-1) ?? "") <= (times(early.waiting)[0] ?? "")).toBe(true);
    expect(await event.home.check()).toBe(0);
  }, 60_000);

  it("are decided each by itself: a place in one, a turn on the list of another", async () => {
    const event = await setUp({ early: 1, late: 2 });
    await event.rsvp("a", 1, "early");
    expect(await event.rsvp("b", 1, ["early", "late"])).toMatchObject({
      standing: "confirmed",
      slots: { early: "waiting", late: "confirmed" },
      total: 2,
    });
    expect(await event.rsvp("c", 1, "early")).toMatchObject({ standing: "waiting", total: 2 });
    await event.rsvp("a", 0);
    await event.drain();
    expect(await event.inShift("early")).toEqual({ confirmed: ["b"], waiting: ["c"], cancelled: [] });
    expect(await event.standings()).toEqual({ confirmed: ["b"], waiting: ["c"], cancelled: ["a"] });
    expect((await event.stored()).map(({ promoted_at }) => promoted_at !== null)).toEqual([
      false,
      true,
      false,
    ]);
    expect(await event.home.summary()).toMatchObject({
      total: 1,
      places: { early: { confirmed: 1, waiting: 1 }, late: { confirmed: 1, waiting: 0 } },
    });
  });

  it("may be added and dropped one by one, and nobody gives up a place only to wait for another", async () => {
    const event = await setUp({ early: 1, noon: 1, late: 1 });
    await event.rsvp("a", 1, "late");
    await event.rsvp("b", 1, ["early", "noon"]);
    expect(await event.rsvp("b", 1, ["early", "late"])).toMatchObject({
      outcome: "full",
      slots: { early: "confirmed", noon: "confirmed" },
    });
    expect(await event.rsvp("b", 2, ["early", "noon"])).toMatchObject({ outcome: "full" });
    expect(await event.rsvp("b", 1, ["early", "noon", "late"])).toMatchObject({
      outcome: "updated",
      slots: { early: "confirmed", noon: "confirmed", late: "waiting" },
    });
    expect(await event.rsvp("b", 1, ["noon", "late"]), "they wait for late already").toMatchObject({
      outcome: "updated",
      slots: { noon: "confirmed", late: "waiting" },
    });
    await event.rsvp("b", 1, "noon");
    await event.rsvp("b", 1, "early");
    await event.rsvp("c", 1, ["noon", "late"]);
    expect(await event.rsvp("b", 1, ["early", "late"])).toMatchObject({ slots: { late: "waiting" } });
    await event.rsvp("a", 0);
    await event.drain();
    expect(await event.inShift("late"), "c has waited longer").toMatchObject({
      confirmed: ["c"],
      waiting: ["b"],
    });
  });

  it("are all freed by a removal, given back by its undoing, and forgotten by an erasure", async () => {
    const event = await setUp({ early: 1, late: 1 });
    await event.rsvp("a", 1, ["early", "late"]);
    await event.rsvp("b", 1, ["early", "late"]);
    await event.drain();
    const what = { by: 1, filter: { state: "counted", text: "a@example.org" } } as const;
    const removal = await removeParticipations(contextOf(), event.group, event.action, what);
    await event.drain();
    for (const shift of ["early", "late"])
      expect(await event.inShift(shift)).toMatchObject({ confirmed: ["b"], waiting: [] });
    await undoRemoval(contextOf(), event.group, event.action, removal?.removalNo ?? 0, 1);
    expect(await event.home.summary()).toMatchObject({
      total: 2,
      places: { late: { confirmed: 2, waiting: 0 } },
    });
    await erasePerson(contextOf(), event.group, await event.personNo("b"), ["b@example.org"], [event.target]);
    expect(await event.home.summary()).toMatchObject({
      total: 1,
      places: { early: { confirmed: 1, waiting: 0 } },
    });
    const left = await event.db.d1
      .prepare("SELECT count(*) AS n, count(slots) AS slots FROM participations WHERE group_no = ?")
      .bind(event.group.no)
      .first();
    expect(left).toEqual({ n: 2, slots: 1 });
  });
});

describe("whoever has a place", () => {
  it("keeps it when they answer anew, and when they ask for more than is left", async () => {
    const event = await setUp({ "": 4 });
    const { id } = await event.rsvp("a", 2);
    await event.rsvp("b", 1);
    await event.rsvp("c", 3);
    expect(await event.rsvp("a", 3)).toMatchObject({ outcome: "updated", id, standing: "confirmed" });
    expect(await event.rsvp("a", 4)).toMatchObject({ outcome: "full", id, standing: "confirmed" });
    await event.drain();
    expect(await event.standings()).toMatchObject({ confirmed: ["a", "b"], waiting: ["c"] });
    const [a] = await event.stored();
    expect(JSON.parse(a?.answer ?? "")).toMatchObject({ own: { guests: 2 } });
  });

  it("keeps it when there are fewer places than before, and nobody else gets one", async () => {
    const event = await setUp({ "": 2 });
    await event.rsvp("a");
    await event.rsvp("b");
    await tellPlaces(contextOf(), event.target, { version: 2, capacities: { "": 1 } });
    expect(await event.rsvp("a", 1, "", { nm: 1 })).toMatchObject({ standing: "confirmed" });
    await event.rsvp("b", 0);
    expect(await event.rsvp("c")).toMatchObject({ standing: "waiting" });
    expect(await event.rsvp("a", 2)).toMatchObject({ outcome: "full" });
  });

  it("can give it back after the event was closed to newcomers", async () => {
    const event = await setUp({ "": 1 });
    await event.rsvp("a");
    await event.rsvp("b");
    await event.drain();
    await event.home.close(event.target);
    expect(await event.rsvp("c")).toMatchObject({ outcome: "closed" });
    expect(await event.rsvp("a", 0)).toMatchObject({ standing: "cancelled" });
    await event.drain();
    expect(await event.standings()).toMatchObject({ confirmed: ["b"], cancelled: ["a"] });
  });

  it("who leaves and comes back takes a new turn", async () => {
    const event = await setUp({ "": 1 });
    await event.rsvp("a");
    await event.rsvp("b");
    await event.rsvp("a", 0);
    expect(await event.rsvp("a")).toMatchObject({ standing: "waiting" });
    expect(await event.rsvp("b")).toMatchObject({ standing: "confirmed" });
  });
});

describe("what is free", () => {
  it("goes to the first who wait and whom it is enough for, so that no place stays empty", async () => {
    const event = await setUp({ "": 3 });
    await event.rsvp("a", 2);
    await event.rsvp("b", 1);
    await event.rsvp("family", 3);
    await event.rsvp("c", 1);
    await event.rsvp("b", 0);
    await event.drain();
    expect(await event.standings()).toMatchObject({ confirmed: ["a", "c"], waiting: ["family"] });
  });

  it("is counted for each shift by itself, and a change of shift takes and frees", async () => {
    const event = await setUp({ early: 1, late: 1 });
    await event.rsvp("a", 1, "early");
    await event.rsvp("b", 1, "early");
    await event.rsvp("c", 1, "late");
    expect(await event.rsvp("a", 1, "late")).toMatchObject({ outcome: "full", standing: "confirmed" });
    await event.rsvp("c", 0, "late");
    expect(await event.rsvp("a", 1, "late")).toMatchObject({ standing: "confirmed" });
    await event.drain();
    expect(await event.standings()).toEqual({ confirmed: ["a", "b"], waiting: [], cancelled: ["c"] });
    expect(await event.rsvp("d", 1, "a shift nobody has heard of")).toMatchObject({ standing: "waiting" });
  });

  it("is known to those who wait as soon as there are more places, but not from an older page", async () => {
    const event = await setUp({ "": 1 });
    for (const who of ["a", "b", "c"]) await event.rsvp(who);
    await tellPlaces(contextOf(), event.target, { version: 5, capacities: { "": 2 } });
    await event.evict();
    expect(await event.rsvp("d"), "an older page").toMatchObject({ standing: "waiting", total: 2 });
    await event.drain();
    expect(await event.standings()).toMatchObject({ confirmed: ["a", "b"], waiting: ["c", "d"] });
    const unlimited = { ...event.target, places: { version: 6, capacities: { "": null } } };
    await event.rsvp("e", 1, "", {}, unlimited);
    await event.drain();
    expect(await event.standings()).toMatchObject({ confirmed: ["a", "b", "c", "d", "e"] });
  });

  it("is freed by an organiser's removal, which may be undone even over the number of places", async () => {
    const event = await setUp({ "": 1 });
    await event.rsvp("a");
    await event.rsvp("b");
    await event.drain();
    const what = { by: 1, filter: { state: "counted", text: "a@example.org" } } as const;
    const removal = await removeParticipations(contextOf(), event.group, event.action, what);
    await event.drain();
    expect(await event.standings()).toMatchObject({ confirmed: ["b"] });
    expect(await event.home.summary()).toMatchObject({ total: 1 });
    await undoRemoval(contextOf(), event.group, event.action, removal?.removalNo ?? 0, 1);
    await event.drain();
    expect(await event.standings()).toMatchObject({ confirmed: ["a", "b"] });
    expect(await event.home.summary()).toMatchObject({ total: 2 });
    expect(await event.rsvp("c")).toMatchObject({ standing: "waiting" });
  });

  it("is not taken by whoever was taken out of the list and answers again", async () => {
    const event = await setUp({ "": 1 });
    await event.rsvp("a");
    await event.drain();
    const what = { by: 1, filter: { state: "counted", text: "a@example.org" } } as const;
    await removeParticipations(contextOf(), event.group, event.action, what);
    const again = await event.rsvp("a", 1, "", { o: { givenName: "Anna" } });
    expect(again).toMatchObject({ outcome: "updated", total: 0 });
    expect(again, "told of no place").not.toHaveProperty("standing");
    expect(await event.rsvp("b")).toMatchObject({ standing: "confirmed", total: 1 });
    await event.drain();
    await event.evict();
    expect(await event.rsvp("c")).toMatchObject({ standing: "waiting", total: 1 });
    expect(await event.standings()).toMatchObject({ confirmed: ["b"], waiting: [] });
  });

  it("is freed by a removal also where more were removed before than an object is told of at once", async () => {
    const event = await setUp({ "": 1 });
    const { group, action, rsvp, drain, standings } = event;
    await rsvp("a");
    await rsvp("b");
    await drain();
    await event.db.d1
      .prepare(
        `WITH RECURSIVE n (no) AS (SELECT 1 UNION ALL SELECT no + 1 FROM n WHERE no < 20000)
         INSERT INTO participations (group_no, person_no, action_no, nth, id, acted_at, revised_at, answer, is_named, removal_no)
         SELECT ?, 1000 + no, 1, 0, unhex(printf('%032x', no)), 1, 1, '{}', 0, 999 FROM n`,
      )
      .bind(group.no)
      .run();
    const what = { by: 1, filter: { state: "counted" as const, text: "a@example.org" } };
    const removal = await removeParticipations(contextOf(), group, action, what);
    await drain();
    expect(await standings()).toMatchObject({ confirmed: ["b"], waiting: [] });
    await undoRemoval(contextOf(), group, action, removal?.removalNo ?? -1, 1);
    expect((await event.home.summary()).places).toEqual({ "": { confirmed: 2, waiting: 0 } });
  });

  it("is freed by an erasure, which leaves nothing of the person in the object", async () => {
    const event = await setUp({ "": 1 });
    await event.rsvp("a");
    await event.rsvp("b");
    await event.rsvp("c");
    await event.drain();
    for (const who of ["a", "c"]) {
      const emails = [`${who}@example.org`];
      await erasePerson(contextOf(), event.group, await event.personNo(who), emails, [event.target]);
    }
    await event.drain();
    expect(await event.standings()).toMatchObject({ confirmed: ["b"], waiting: [] });
    expect(await event.home.summary()).toMatchObject({
      total: 1,
      places: { "": { confirmed: 1, waiting: 0 } },
    });
  });

  it("is not taken twice by one person under two addresses", async () => {
    const event = await setUp({ "": 2 });
    await event.rsvp("a");
    await event.drain();
    await event.db.d1
      .prepare(
        "INSERT INTO identities (group_no, kind, value, person_no, acted_at) VALUES (?, 1, 'work@example.org', ?, 1)",
      )
      .bind(event.group.no, await event.personNo("a"))
      .run();
    await event.rsvp("work");
    await event.rsvp("b");
    await event.drain();
    await event.drain();
    expect(await event.home.summary()).toMatchObject({
      total: 2,
      places: { "": { confirmed: 2, waiting: 0 } },
    });
  });
});

describe("whoever is known by another address than they replied with", () => {
  async function withAlias() {
    const event = await setUp({ "": 2 });
    const { id } = await event.rsvp("a");
    await event.rsvp("b");
    await event.rsvp("c");
    await event.drain();
    await event.db.d1
      .prepare(
        "INSERT INTO identities (group_no, kind, value, person_no, acted_at) VALUES (?, 1, 'new@example.org', ?, 1)",
      )
      .bind(event.group.no, await event.personNo("a"))
      .run();
    return { ...event, id };
  }

  it("gives back the place they have, when it is that reply they change", async () => {
    const { rsvp, drain, standings, home, id } = await withAlias();
    expect(await rsvp("new", 0, "", { r: id })).toMatchObject({ standing: "cancelled" });
    await drain();
    await drain();
    expect(await standings()).toEqual({ confirmed: ["b", "c"], waiting: [], cancelled: ["a"] });
    expect(await home.summary()).toMatchObject({ total: 2, places: { "": { confirmed: 2, waiting: 0 } } });
  });

  it("holds no second place once it is known that they have one, and changes the first", async () => {
    const { rsvp, drain, standings, home } = await withAlias();
    await rsvp("new");
    await drain();
    expect(await rsvp("new", 2)).toMatchObject({ outcome: "full", standing: "confirmed" });
    expect(await home.summary()).toMatchObject({ total: 2, places: { "": { confirmed: 2, waiting: 1 } } });
    await rsvp("new", 0);
    await drain();
    await drain();
    expect(await standings()).toEqual({ confirmed: ["b", "c"], waiting: [], cancelled: ["a"] });
  });
});

it("moving up says nothing new of the person: an unsubscribe in between stays", async () => {
  const event = await setUp({ "": 1 });
  await event.rsvp("a");
  await event.rsvp("b", 1, "", { co: 1 });
  await event.drain();
  await unsubscribe(event.db, await event.personNo("b"), "page", Date.now() + 1);
  await event.rsvp("a", 0);
  await event.drain();
  expect(await event.standings()).toMatchObject({ confirmed: ["b"] });
  const row = await event.db.d1
    .prepare("SELECT email_status FROM people WHERE group_no = ? AND email = 'b@example.org'")
    .bind(event.group.no)
    .first();
  expect(row).toEqual({ email_status: 2 });
});
