import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Fault, ringAlarm } from "../../test/faults/interruption";
import { contextOf, makeGroup } from "../../test/groups";
import { dbFor } from "../groups/shard";
import { unsubscribe } from "../people/person";
import { idToHex, newId } from "../platform/ids";
import { erasePerson, mergePeople } from "./erasure";
import { ActionIntake } from "./intake-object";
import { homeOf, intakeStub } from "./objects";
import { identityHash } from "./participation";
import { removeParticipations, undoRemoval } from "./removal";
import { listSigners } from "./signers";
import type { IntakeTarget, Participation } from "./types";

/*
 * One rule each of what `drain.test.ts` finds by chance. Time stands still and far ahead, so that no alarm rings by itself.
 */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const AMINA = "amina@example.org";
const WORK = "a.sow@example.org";
const D1_KILL: Fault = { place: "d1.after", how: "kill" };
const D1_ERROR: Fault = { place: "d1.after", how: "error" };
const HOME_ERROR: Fault = { place: "home.before", how: "error" };
const HOME_KILL: Fault = { place: "home.before", how: "kill" };

let now = Date.UTC(2041, 0, 1);
beforeAll(() => {
  vi.spyOn(Date, "now").mockImplementation(() => now);
});
afterAll(() => {
  vi.restoreAllMocks();
});
beforeEach(() => {
  now += HOUR_MS;
});

async function setUp(changes: Partial<IntakeTarget> = {}) {
  const { group } = await makeGroup();
  const { no: groupNo, id: groupId, shard, jurisdiction } = group;
  const target: IntakeTarget = {
    groupNo,
    groupId,
    shard,
    jurisdiction,
    actionNo: 1,
    actionId: newId(),
    kind: "petition",
    isOnce: true,
    tagNos: [],
    hasReceipt: false,
    ...changes,
  };
  const settings = { autoresponse: { isOn: false } };
  const action = { no: 1, id: target.actionId, kind: "petition", settings } as Parameters<
    typeof removeParticipations
  >[2];
  const db = dbFor(env, group);
  const home = homeOf(env, target);
  const ctx = () => contextOf(env, now);
  const nameOf = (slot: string) => `${target.actionId}/${slot}`;
  const objectAt = (slot: string) => intakeStub(env, "", nameOf(slot));
  const personNo = async (email: string) => {
    const row = await db.d1
      .prepare("SELECT person_no FROM identities WHERE group_no = ? AND kind = 1 AND value = ?")
      .bind(groupNo, email)
      .first<{ person_no: number }>();
    return row?.person_no ?? -1;
  };
  return {
    group,
    target,
    action,
    db,
    home,
    ctx,
    objectAt,
    personNo,
    async say(email: string, comment: string, slot = "weur/0", more: Partial<Participation> = {}) {
      now += 10;
      const body: Participation = {
        e: email,
        o: { givenName: comment },
        la: "en",
        co: 1,
        w: "00112233aabbccdd",
        nm: 1,
      };
      const identity = await identityHash(env.IDENTITY_PEPPER, groupId, email);
      return objectAt(slot).record(
        JSON.stringify(target),
        identity,
        JSON.stringify({ ...body, cm: comment, cs: 1, ...more }),
      );
    },
    ring: (slot = "weur/0", fault: Fault = "none", announced = new Set<string>()) =>
      ringAlarm(nameOf(slot), fault, announced),
    hasAlarm: (slot = "weur/0") =>
      runInDurableObject(objectAt(slot), async (_object, state) => (await state.storage.getAlarm()) !== null),
    total: async () => (await home.summary()).total,
    comments: async () =>
      (await listSigners(db, 1, { filter: { state: "counted" } })).signers
        .map(({ comment }) => comment)
        .sort(),
    remove: (email: string) =>
      removeParticipations(ctx(), group, action, { by: 1, filter: { state: "counted", text: email } }),
    undo: (removalNo: number) => undoRemoval(ctx(), group, action, removalNo, 1),
    erase: async (email: string) => erasePerson(ctx(), group, await personNo(email), [email], [target]),
    merge: async (kept: string, lost: string) =>
      mergePeople(ctx(), group, { kept: await personNo(kept), lost: await personNo(lost) }, [target]),
    async expectAllAgree(count: number) {
      expect((await home.summary()).total).toBe(count);
      expect(await home.check()).toBe(0);
      expect((await home.summary()).total).toBe(count);
    },
  };
}

describe("a repeat", () => {
  it("is an answer again after a minute, since something else may have been said elsewhere in between", async () => {
    const { say, ring, comments } = await setUp();
    await say(AMINA, "first");
    await say(AMINA, "second", "enam/0");
    now += HOUR_MS;
    expect(await say(AMINA, "first")).toMatchObject({ outcome: "updated" });
    await ring("weur/0");
    await ring("enam/0");
    expect(await comments()).toEqual(["first"]);
  });

  it("that says yes again after an unsubscribe subscribes again", async () => {
    const { say, ring, db, personNo } = await setUp();
    await say(AMINA, "the same");
    await ring();
    await unsubscribe(db, await personNo(AMINA), "page", now + 1);
    now += HOUR_MS;
    await say(AMINA, "the same");
    await ring();
    const row = await db.d1
      .prepare("SELECT email_status FROM people WHERE group_no = ?")
      .bind(db.groupNo)
      .first();
    expect(row).toEqual({ email_status: 1 });
  });
});

describe("what the home does not hear", () => {
  it("is told again until it is heard", async () => {
    const { say, ring, hasAlarm, total, expectAllAgree } = await setUp();
    await say(AMINA, "hello");
    await ring("weur/0", HOME_ERROR);
    expect(await total()).toBe(0);
    expect(await hasAlarm()).toBe(true);
    await ring();
    expect(await hasAlarm()).toBe(false);
    await expectAllAgree(1);
  });

  it.each(["rings again", "is still set"])(
    "is told after a crash, when the alarm %s: since when, so that its mails are looked for",
    async (alarm) => {
      const { say, ring, home, objectAt } = await setUp({ hasReceipt: true });
      await say(AMINA, "hello");
      const saidAt = now;
      expect(await ring("weur/0", HOME_KILL)).toBe("killed");
      await runInDurableObject(objectAt("weur/0"), async (_object, { storage }) => {
        if (alarm === "is still set") await storage.setAlarm(now);
        else await storage.deleteAlarm();
      });
      await evictDurableObject(objectAt("weur/0"));
      now += HOUR_MS;
      if (alarm === "is still set") await say("mei@example.org", "first to come after the crash");
      await ring();
      const since = await runInDurableObject(home, (_home, state) =>
        state.storage.sql.exec("SELECT value FROM meta WHERE key = 'follow_since'").toArray(),
      );
      expect(since).toEqual([{ value: String(saidAt - 1) }]);
    },
  );

  it("is looked for of the last who came before a home left memory, and then no more", async () => {
    const { say, ring, home } = await setUp({ hasReceipt: true });
    const meta = (key: string) =>
      runInDurableObject(home, (_home, { storage }) =>
        Number(
          storage.sql.exec<{ value: string }>("SELECT value FROM meta WHERE key = ?", key).toArray()[0]
            ?.value,
        ),
      );
    const alarmAfter = async (ms: number) => {
      expect(ms).toBeGreaterThan(0);
      await evictDurableObject(home);
      now += ms;
      await runInDurableObject(home, (object) => object.alarm());
    };
    await say(AMINA, "first");
    await ring();
    now += 8 * MINUTE_MS;
    await say("mei@example.org", "last");
    await ring();
    const lastAt = now;
    await alarmAfter(2 * MINUTE_MS);
    expect(await meta("follow_since")).toBeLessThan(lastAt);
    await alarmAfter((await meta("follow_at")) - now);
    expect(await meta("follow_since")).toBeGreaterThan(lastAt);
    expect(await meta("follow_at")).toBeNaN();
  });

  it("does not stay a difference when the home compared itself with D1 in between", async () => {
    const { say, ring, home, expectAllAgree } = await setUp();
    await say("known@example.org", "known");
    await ring();
    await say(AMINA, "through an object the home has not met", "enam/0");
    await ring("enam/0", D1_KILL);
    await home.check();
    await ring("enam/0");
    now += 2 * MINUTE_MS;
    await runInDurableObject(home, (object) => object.alarm());
    await expectAllAgree(2);
  });
});

describe("a comparison with D1", () => {
  const checkAt = async (home: ReturnType<typeof homeOf>) => {
    const [row] = await runInDurableObject(home, (_home, { storage }) =>
      storage.sql.exec<{ value: string }>("SELECT value FROM meta WHERE key = 'check_at'").toArray(),
    );
    return Number(row?.value);
  };

  it("does not put off another that was asked for while it went on", async () => {
    const { say, ring, home, target } = await setUp();
    await say(AMINA, "hello");
    await ring();
    const [drift] = await Promise.all([home.check(), home.checkSoon(target)]);
    expect(drift).toBe(0);
    expect(await checkAt(home)).toBe(now + MINUTE_MS);
  });

  it("keeps what an object reports after it has answered and before the others have", async () => {
    const { say, ring, home, objectAt, total } = await setUp();
    await say(AMINA, "hello");
    await say("mei@example.org", "hello", "enam/0");
    await ring("weur/0");
    await ring("enam/0");
    let asked = 0;
    const { prototype } = ActionIntake;
    const { state } = prototype;
    const answer = vi.spyOn(prototype, "state").mockImplementation(async function (this: ActionIntake) {
      asked += 1;
      if (asked === 4) {
        await say("rosa@example.org", "just now", "weur/0");
        await objectAt("weur/0").drain();
      }
      return state.call(this);
    } as never);
    await home.check();
    answer.mockRestore();
    expect(asked).toBe(4);
    expect(await total()).toBe(3);
  });
});

describe("a removal", () => {
  it("keeps the newest answer of whoever it took out, for the day it is undone", async () => {
    const { say, ring, remove, undo, comments, expectAllAgree } = await setUp();
    await say(AMINA, "before");
    await ring();
    const removal = await remove(AMINA);
    await say(AMINA, "while removed");
    await ring();
    expect(await comments()).toEqual([]);
    await undo(removal?.removalNo ?? 0);
    expect(await comments()).toEqual(["while removed"]);
    await expectAllAgree(1);
  });

  it("brings back nobody who was merged into another signer since, when it is undone", async () => {
    const { say, ring, remove, undo, merge, comments, expectAllAgree } = await setUp();
    await say(AMINA, "at home");
    await say(WORK, "at work");
    await ring();
    const removal = await remove(WORK);
    await merge(AMINA, WORK);
    await undo(removal?.removalNo ?? 0);
    expect(await comments()).toEqual(["at home"]);
    await expectAllAgree(1);
  });

  it("brings back nobody who was erased since, when it is undone", async () => {
    const { say, ring, remove, undo, erase, comments, expectAllAgree } = await setUp();
    await say(AMINA, "forget me");
    await ring();
    const removal = await remove(AMINA);
    await erase(AMINA);
    expect(await undo(removal?.removalNo ?? 0)).toBe(0);
    expect(await comments()).toEqual([]);
    await expectAllAgree(0);
  });

  it("is in the total within a minute even if nobody lived to tell the home", async () => {
    const { say, ring, home, target, db } = await setUp();
    await say(AMINA, "hello");
    await ring();
    await home.checkSoon(target);
    await db.d1.batch([
      db.d1.prepare("UPDATE participations SET removal_no = 9 WHERE group_no = ?").bind(db.groupNo),
      db.d1
        .prepare(
          "INSERT INTO removals (group_no, action_no, removal_no, cause, criteria, participation_count, removed_at) VALUES (?, 1, 9, 'organiser', '{}', 1, 1)",
        )
        .bind(db.groupNo),
    ]);
    const due = await runInDurableObject(home, (_home, state) => state.storage.getAlarm());
    expect(due).toBeLessThanOrEqual(now + MINUTE_MS);
    now += MINUTE_MS;
    await runInDurableObject(home, (object) => object.alarm());
    expect((await home.summary()).total).toBe(0);
  });
});

describe("an erasure", () => {
  it("of someone whose page D1 took and the object does not know it, leaves the count once", async () => {
    const { say, ring, erase, expectAllAgree } = await setUp();
    await say("mei@example.org", "stays");
    await ring();
    await say(AMINA, "forget me");
    await ring("weur/0", D1_ERROR);
    await erase(AMINA);
    await ring();
    await expectAllAgree(1);
  });

  it("that an object never heard of lets the person act again, as somebody new", async () => {
    const { say, ring, erase, comments, expectAllAgree } = await setUp();
    await say(AMINA, "forget me");
    await ring("weur/0", HOME_ERROR);
    await erase(AMINA);
    now += HOUR_MS;
    await say(AMINA, "I am back");
    await say(AMINA, "and changed my mind");
    await ring();
    expect(await comments()).toEqual(["and changed my mind"]);
    await expectAllAgree(1);
  });

  it("between two answers in one page forgets the first and counts the second, which is announced", async () => {
    const { say, ring, erase, comments, expectAllAgree } = await setUp({ hasReceipt: true });
    await say(AMINA, "elsewhere", "enam/0");
    await ring("enam/0");
    await say(AMINA, "before");
    await erase(AMINA);
    const { id } = await say(AMINA, "after");
    const announced = new Set<string>();
    await ring("weur/0", "half", announced);
    await ring("weur/0", "none", announced);
    expect(await comments()).toEqual(["after"]);
    expect([...announced]).toEqual([idToHex(id)]);
    await expectAllAgree(1);
  });

  it("does not make a repeat of what the person says again afterwards", async () => {
    const { say, ring, erase, comments, expectAllAgree } = await setUp();
    await say(AMINA, "elsewhere", "enam/0");
    await ring("enam/0");
    await say(AMINA, "the same");
    await erase(AMINA);
    await ring();
    expect(await say(AMINA, "the same")).toMatchObject({ outcome: "counted" });
    await ring();
    expect(await comments()).toEqual(["the same"]);
    await expectAllAgree(1);
  });

  it("leaves nothing of those who had been merged into the person", async () => {
    const { say, ring, merge, erase, db } = await setUp();
    await say(AMINA, "at-home");
    await say(WORK, "at-work");
    await ring();
    await merge(AMINA, WORK);
    await erase(AMINA);
    const { results } = await db.d1
      .prepare(
        `SELECT answer || coalesce(comment, '') AS text FROM participations WHERE group_no = ?1
         UNION ALL SELECT coalesce(given_name, '') || coalesce(email, '') FROM people WHERE group_no = ?1`,
      )
      .bind(db.groupNo)
      .all<{ text: string }>();
    expect(results.map(({ text }) => text).sort()).toEqual(["", "", "{}", "{}"]);
  });

  it("tells its caller when an object could not be sure of what D1 has, and ends when it is called again", async () => {
    const { say, ring, objectAt, group, target, erase, expectAllAgree } = await setUp();
    await say("mei@example.org", "stays");
    await ring();
    await say(AMINA, "forget me");
    await ring("weur/0", D1_ERROR);
    await runInDurableObject(objectAt("weur/0"), (object) => {
      const own = object as unknown as { env: object };
      own.env = { ...own.env, [target.shard]: { prepare: refuse, batch: refuse } };
    });
    await expect(erase(AMINA)).rejects.toThrow(/still waiting for D1/);
    await evictDurableObject(objectAt("weur/0"));
    await erasePerson(contextOf(env, now), group, -1, [AMINA], [target]);
    await expectAllAgree(1);
  });
});

describe("a home that left memory", () => {
  const rowsOf = (home: Awaited<ReturnType<typeof setUp>>["home"]) =>
    runInDurableObject(home, (_home, { storage }) =>
      storage.sql
        .exec<{ object: string; count: number }>("SELECT object, count FROM tallies ORDER BY object")
        .toArray()
        .map(({ object, count }) => [object.split("/")[1], count]),
    );
  const aTime = async (slots: string[]) => {
    const stage = await setUp();
    for (const slot of slots) {
      await stage.say(`first-${slot.slice(0, 4)}@example.org`, "first", slot);
      await stage.ring(slot);
      now += 60_000;
      await stage.say(`second-${slot.slice(0, 4)}@example.org`, "second", slot);
      await stage.ring(slot);
    }
    await evictDurableObject(stage.home);
    return stage;
  };

  it("asks the objects what they have counted that it had not written down", async () => {
    const { home, total } = await aTime(["weur/0", "enam/0"]);
    expect(await rowsOf(home)).toEqual([
      ["enam", 1],
      ["weur", 1],
    ]);
    expect(await total()).toBe(4);
    const { recent, days } = await home.summary();
    expect(recent.map(({ comment, name }) => [name, comment])).toHaveLength(4);
    expect(days.at(-1)?.[1]).toBe(4);
  });

  it("gives the whole total to the first object that reports, of its own and of the others", async () => {
    const { say, ring, objectAt } = await aTime(["weur/0", "enam/0"]);
    await say("third@example.org", "third");
    await ring();
    expect(await say("fourth@example.org", "fourth")).toMatchObject({ total: 6 });
    expect(await objectAt("enam/0").state()).toMatchObject({ count: 2 });
  });

  it("writes it down once nobody has come for a while, and asks no more", async () => {
    const { home, total, objectAt } = await aTime(["weur/0"]);
    now += HOUR_MS;
    expect(await total()).toBe(2);
    expect(await rowsOf(home)).toEqual([["weur", 2]]);
    await evictDurableObject(home);
    await runInDurableObject(objectAt("weur/0"), (object) => {
      Object.defineProperty(object, "state", { value: refuse });
    });
    expect(await total()).toBe(2);
    expect((await home.summary()).recent).toHaveLength(2);
  });

  it("shows what it knows while an object cannot be reached, and the rest as soon as it can", async () => {
    const { home, total, objectAt } = await aTime(["weur/0"]);
    await runInDurableObject(objectAt("weur/0"), (object) => {
      Object.defineProperty(object, "state", { value: refuse, configurable: true });
    });
    expect(await total()).toBe(1);
    await evictDurableObject(objectAt("weur/0"));
    expect(await total()).toBe(2);
    expect(await home.check()).toBe(0);
  });
});

describe("a lone participation", () => {
  it("is stored without its alarm, which is only set for an object that dies before", async () => {
    const { say, comments, objectAt, total } = await setUp();
    await runInDurableObject(objectAt("weur/0"), (object) => {
      const own = object as unknown as { env: object };
      own.env = { ...own.env, INTAKE_GATHER_MS: "0" };
    });
    await say(AMINA, "hello");
    expect(await alarmOf(objectAt("weur/0"))).toBe(now + 10 * 60_000);
    await vi.waitFor(async () => expect(await comments()).toEqual(["hello"]), { timeout: 5_000 });
    expect(await total()).toBe(1);
    const before = now;
    now += 2 * 60_000;
    await say("mei@example.org", "me too");
    expect(await alarmOf(objectAt("weur/0"))).toBe(before + 10 * 60_000);
    await vi.waitFor(async () => expect(await comments()).toHaveLength(2), { timeout: 5_000 });
  });

  it("is stored within a second of anybody's calling an object that died before", async () => {
    const { say, ring, comments, objectAt } = await setUp();
    await say(AMINA, "hello");
    await runInDurableObject(objectAt("weur/0"), async (_object, state) => {
      await state.storage.setAlarm(now + 10 * 60_000);
      state.abort("killed by a test");
    }).catch(() => undefined);
    await objectAt("weur/0").state();
    expect(await comments()).toEqual([]);
    expect(await alarmOf(objectAt("weur/0"))).toBeLessThanOrEqual(now + 1_000);
    await ring();
    expect(await comments()).toEqual(["hello"]);
  });
});

const alarmOf = (stub: ReturnType<typeof intakeStub>) =>
  runInDurableObject(stub, (_object, { storage }) => storage.getAlarm());

function refuse(): never {
  throw new Error("D1_ERROR: refused by a test");
}

describe("retirement", () => {
  async function retired() {
    const stage = await setUp();
    await stage.say(AMINA, "hello");
    await stage.ring();
    await stage.home.close(stage.target);
    now += 8 * 24 * HOUR_MS;
    await runInDurableObject(stage.home, (home) => home.alarm());
    const summary = await stage.home.summary();
    expect(summary.total).toBe(1);
    return stage;
  }

  it("answers the same to a home that asks again because it did not live to hear", async () => {
    const { objectAt } = await retired();
    await evictDurableObject(objectAt("weur/0"));
    expect(await objectAt("weur/0").retire(1)).toBe(true);
  });

  it("does not keep an action closed that is reopened, and who signed before is still counted once", async () => {
    const { home, target, say, ring, comments, expectAllAgree } = await retired();
    await home.reopen(target);
    await say(AMINA, "again").catch(() => undefined);
    expect(await say(AMINA, "again")).toMatchObject({ outcome: expect.stringMatching(/counted|same/) });
    await say("mei@example.org", "new");
    await ring();
    expect(await comments()).toEqual(["again", "new"]);
    await expectAllAgree(2);
  });

  it("is off the table once reopened, and comes its full time after the next closing", async () => {
    const { home, target, say, ring } = await setUp();
    await say(AMINA, "hello");
    await ring();
    await home.close(target);
    await home.reopen(target);
    now += 8 * 24 * HOUR_MS;
    await home.close(target);
    const retireAt = await runInDurableObject(home, (_home, state) =>
      state.storage.sql.exec<{ value: string }>("SELECT value FROM meta WHERE key = 'retire_at'").one(),
    );
    expect(Number(retireAt.value)).toBe(now + 7 * 24 * HOUR_MS);
  });
});
