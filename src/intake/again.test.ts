import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Fault, ringAlarm } from "../../test/faults/interruption";
import { contextOf, makeGroup } from "../../test/groups";
import { dbFor } from "../groups/shard";
import { unsubscribe } from "../people/person";
import { idToHex, newId } from "../platform/ids";
import { findMissingReceipts } from "../receipts/receipt";
import { claimReceipts } from "../receipts/store";
import { rowBody } from "./drain";
import { erasePerson, mergePeople } from "./erasure";
import type { ActionIntake } from "./intake-object";
import { homeOf, intakeStub } from "./objects";
import { identityHash } from "./participation";
import { removeParticipations, undoRemoval } from "./removal";
import { listSigners } from "./signers";
import { findLost, storeParticipations } from "./store";
import { KEPT_MS } from "./store-kept";
import type { IntakeTarget, Participation } from "./types";

/* Time stands still and far ahead, so that no alarm rings by itself. */
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const AMINA = "amina@example.org";
const MEI = "mei@example.org";
const WORK = "a.sow@example.org";

let now = Date.UTC(2042, 0, 1);
beforeAll(() => {
  vi.spyOn(Date, "now").mockImplementation(() => now);
});
afterAll(() => {
  vi.restoreAllMocks();
});
beforeEach(() => {
  now += HOUR_MS;
});

type Row = Record<string, unknown>;

async function setUp(changes: Partial<IntakeTarget> = {}) {
  const { group } = await makeGroup();
  const { no: groupNo, id: groupId, shard, jurisdiction } = group;
  const target: IntakeTarget = {
    ...{ groupNo, groupId, shard, jurisdiction, actionNo: 1, actionId: newId(), kind: "petition" },
    ...{ isOnce: true, tagNos: [], hasReceipt: false, keepsDrained: true },
    ...changes,
  };
  const action = {
    no: 1,
    id: target.actionId,
    kind: "petition",
    settings: { autoresponse: { isOn: false } },
  };
  const db = dbFor(env, group);
  const home = homeOf(env, target);
  const ctx = () => contextOf(env, now);
  const nameOf = (slot: string) => `${target.actionId}/${slot}`;
  const objectAt = (slot: string) => intakeStub(env, "", nameOf(slot));
  const all = async (sql: string, ...values: unknown[]): Promise<Row[]> =>
    (
      await db.d1
        .prepare(sql)
        .bind(groupNo, ...values)
        .all<Row>()
    ).results;
  const personNo = async (email: string) => {
    const [row] = await all(
      "SELECT person_no FROM identities WHERE group_no = ? AND kind = 1 AND value = ?",
      email,
    );
    return Number(row?.person_no ?? -1);
  };
  const ring = (slot = "weur/0", fault: Fault = "none", announced = new Set<string>()) =>
    ringAlarm(nameOf(slot), fault, announced);
  return {
    ...{ group, target, db, home, ctx, objectAt, all, personNo, ring },
    async say(email: string, comment: string, slot = "weur/0", more: Partial<Participation> = {}) {
      now += 10;
      const body: Participation = {
        ...{
          e: email,
          o: { givenName: comment, phone: "+33612345678" },
          la: "en",
          co: 1,
          w: "00112233aabbccdd",
        },
        ...{ nm: 1, cm: comment, cs: 1, ...more },
      };
      const identity = await identityHash(env.IDENTITY_PEPPER, groupId, email);
      return objectAt(slot).record(JSON.stringify(target), identity, JSON.stringify(body));
    },
    kept: (slot = "weur/0") =>
      runInDurableObject(objectAt(slot), (_object, { storage }) => {
        const { sql } = storage;
        // The table is made for the first that is kept.
        const isThere = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'kept'").toArray().length > 0;
        const rows = isThere
          ? sql.exec<{ count: number; bodies: string }>("SELECT count, bodies FROM kept").toArray()
          : [];
        return {
          pages: rows.length,
          count: rows.reduce((sum, row) => sum + row.count, 0),
          text: rows.map((row) => row.bodies).join("\n"),
        };
      }),
    /** As an operator asks for it, until every object is done. Gives how much was kept. */
    async storeAgain(sinceMs: number, slots: string[], announced = new Set<string>()) {
      const count = await home.storeAgain(sinceMs);
      for (const slot of slots) await ring(slot, "none", announced);
      return count;
    },
    /** Sets the database back: what was written of this group's people since then is gone, and nothing else. */
    async setBack() {
      for (const table of [
        "participations",
        "people",
        "identities",
        "consent_events",
        "taggings",
        "receipts",
        "removals",
      ])
        await all(`DELETE FROM ${table} WHERE group_no = ?`);
    },
    signers: async () =>
      (await listSigners(db, 1, { filter: { state: "counted" } })).signers
        .map(({ id, email, comment, actedAt, answer }) => ({ id, email, comment, actedAt, answer }))
        .sort((one, other) => (one.id < other.id ? -1 : 1)),
    /** Everything of the group's people but what is drawn by lot or given in the order of arrival. */
    everything: async () => ({
      people: await all(
        "SELECT email, phone, given_name, given_name_at, email_status, email_status_at FROM people WHERE group_no = ? ORDER BY email",
      ),
      identities: await all(
        "SELECT kind, value, acted_at FROM identities WHERE group_no = ? ORDER BY kind, value",
      ),
      consents: await all(
        "SELECT acted_at, action_no, hex(wording_hash) AS wording, answer FROM consents WHERE group_no = ? ORDER BY acted_at",
      ),
      tags: await all("SELECT tag_no, tagged_at FROM taggings WHERE group_no = ? ORDER BY tagged_at"),
    }),
    remove: (email: string) =>
      removeParticipations(ctx(), group, action as never, {
        by: 1,
        filter: { state: "counted", text: email },
      }),
    undo: (removalNo: number) => undoRemoval(ctx(), group, action as never, removalNo, 1),
    erase: async (email: string) => erasePerson(ctx(), group, await personNo(email), [email], [target]),
    merge: async (kept: string, lost: string) =>
      mergePeople(ctx(), group, { kept: await personNo(kept), lost: await personNo(lost) }, [target]),
    async expectAllAgree(count: number) {
      await home.check();
      expect((await home.summary()).total).toBe(count);
      expect(await home.check()).toBe(0);
      expect(
        await all("SELECT count(*) AS n FROM participations WHERE group_no = ? AND removal_no = 0"),
      ).toEqual([{ n: count }]);
    },
  };
}

describe("what a group does not ask to be kept", () => {
  it("is forgotten as soon as it is drained", async () => {
    const { say, ring, kept, storeAgain } = await setUp({ keepsDrained: undefined });
    await say(AMINA, "hello");
    await ring();
    expect(await kept()).toEqual({ pages: 0, count: 0, text: "" });
    expect(await storeAgain(0, ["weur/0"])).toBe(0);
  });
});

describe("a database that was set back to an earlier moment", () => {
  it("is given everybody again who signed since: people, addresses, answers and consent", async () => {
    const { say, ring, setBack, storeAgain, signers, everything, all, expectAllAgree } = await setUp({
      tagNos: [4],
    });
    for (let n = 0; n < 40; n += 1) await say(`person${n}@example.org`, `word ${n}`);
    await ring();
    for (let n = 0; n < 10; n += 1) await say(`person${n}@example.org`, `second word ${n}`);
    await ring();
    const before = { signers: await signers(), ...(await everything()) };
    await setBack();
    expect(await storeAgain(0, ["weur/0"])).toBe(50);
    expect({ signers: await signers(), ...(await everything()) }).toEqual(before);
    expect(
      await all("SELECT count(*) AS n FROM participations WHERE group_no = ? AND restored_at IS NULL"),
    ).toEqual([{ n: 0 }]);
    await expectAllAgree(40);
  });

  it("is given what it lost and keeps what it has", async () => {
    const { say, ring, all, storeAgain, signers, everything, expectAllAgree } = await setUp();
    await say(AMINA, "before");
    await ring();
    now += HOUR_MS;
    const moment = now;
    await say(AMINA, "after", "weur/0", { co: 0, w: "" });
    await say(MEI, "only after", "weur/0", { o: { givenName: "Mei" } });
    await ring();
    const before = { signers: await signers(), ...(await everything()) };
    const mei = await all("SELECT person_no FROM people WHERE group_no = ? AND email = ?", MEI);
    for (const table of ["participations", "people", "identities", "consent_events"])
      await all(`DELETE FROM ${table} WHERE group_no = ? AND person_no = ?`, mei[0]?.person_no);
    await all("DELETE FROM consent_events WHERE group_no = ? AND acted_at >= ?", moment);
    await all(
      `UPDATE participations SET revised_at = acted_at, comment = 'before', answer = '{"givenName":"before","phone":"+33612345678"}' WHERE group_no = ?`,
    );
    await all(
      "UPDATE people SET given_name = 'before', given_name_at = given_name_at - 1 WHERE group_no = ?",
    );
    expect(await storeAgain(moment, ["weur/0"])).toBe(2);
    expect(await signers()).toEqual(before.signers);
    expect((await everything()).consents).toEqual(before.consents);
    expect(await all("SELECT email FROM people WHERE group_no = ? AND given_name = 'before'")).toEqual([]);
    await expectAllAgree(2);
  });

  it("may be given it twice, and by orders that overlap", async () => {
    const { say, ring, setBack, home, storeAgain, signers, expectAllAgree } = await setUp();
    await say(AMINA, "hello");
    await say(MEI, "hello too", "enam/0");
    await ring();
    await ring("enam/0");
    const before = await signers();
    await setBack();
    await home.storeAgain(now);
    await home.storeAgain(0);
    for (const _ of [1, 2]) await storeAgain(0, ["weur/0", "enam/0"]);
    expect(await signers()).toEqual(before);
    await expectAllAgree(2);
  });

  it("counts whoever acted through two objects once, whichever it hears first, also when they answer again", async () => {
    const { say, ring, setBack, storeAgain, signers, home, expectAllAgree } = await setUp();
    await say(AMINA, "from Paris");
    await ring();
    await say(AMINA, "from Toronto", "enam/0");
    await ring("enam/0");
    await setBack();
    await storeAgain(0, ["enam/0", "weur/0"]);
    expect((await home.summary()).total).toBe(1);
    await expectAllAgree(1);
    await say(AMINA, "again from Paris");
    await say(AMINA, "again from Toronto", "enam/0");
    await ring();
    await ring("enam/0");
    expect((await signers()).map(({ comment }) => comment)).toEqual(["again from Toronto"]);
    await expectAllAgree(1);
  });

  it("is given the newest answer of somebody whose merge with another it has lost too", async () => {
    const { say, ring, merge, setBack, storeAgain, signers, expectAllAgree } = await setUp();
    await say(AMINA, "Amina");
    await say(WORK, "from Paris");
    await ring();
    await merge(AMINA, WORK);
    await say(WORK, "from Toronto", "enam/0", { co: 0, w: "" });
    await ring("enam/0");
    await say(AMINA, "Amina again");
    await ring();
    await setBack();
    await storeAgain(0, ["weur/0", "enam/0"]);
    expect((await signers()).map(({ comment }) => comment).sort()).toEqual(["Amina again", "from Toronto"]);
    await expectAllAgree(2);
  });

  it.each(["d1.before", "d1.after"] as const)(
    "is given it all though the process is killed at %s",
    async (place) => {
      const { say, ring, setBack, storeAgain, signers, expectAllAgree } = await setUp();
      await say(AMINA, "from Paris");
      await ring();
      await say(AMINA, "from Toronto", "enam/0");
      await say(MEI, "hello", "enam/0");
      await ring("enam/0");
      await setBack();
      await storeAgain(0, []);
      expect(await ring("enam/0", { place, how: "kill" })).toBe("killed");
      for (const slot of ["enam/0", "weur/0"]) await ring(slot);
      expect((await signers()).map(({ comment }) => comment).sort()).toEqual(["from Toronto", "hello"]);
      await expectAllAgree(2);
    },
  );

  it("is given it once it answers again, and signing goes on meanwhile", async () => {
    const { say, ring, setBack, storeAgain, signers, expectAllAgree } = await setUp();
    await say(AMINA, "hello");
    await ring();
    await setBack();
    await storeAgain(0, []);
    await ring("weur/0", { place: "d1.before", how: "error" });
    expect(await say(MEI, "meanwhile")).toMatchObject({ outcome: "counted", total: 2 });
    await ring();
    await ring();
    expect(await signers()).toHaveLength(2);
    await expectAllAgree(2);
  });

  it("is given thousands in pages", async () => {
    const { target, ring, setBack, storeAgain, kept, objectAt, expectAllAgree } = await setUp();
    await runInDurableObject(objectAt("weur/0"), async (object: ActionIntake) => {
      const say = (n: number) => {
        const identity = new Uint8Array(16);
        new DataView(identity.buffer).setUint32(0, n);
        const body = { e: `p${n}@example.org`, o: {}, la: "en", co: 0, w: "", nm: 0 };
        return object.record(JSON.stringify(target), identity, JSON.stringify(body));
      };
      await Promise.all(Array.from({ length: 1_300 }, (_, n) => say(n)));
    });
    await ring();
    expect(await kept()).toMatchObject({ pages: 2, count: 1_300 });
    await setBack();
    expect(await storeAgain(0, ["weur/0"])).toBe(1_300);
    await expectAllAgree(1_300);
  });
});

describe("what a database has lost", () => {
  it("may be the standing alone of somebody who moved up from the waiting list and said nothing new", async () => {
    const { db } = await setUp();
    const identity = crypto.getRandomValues(new Uint8Array(16));
    const id = idToHex(newId());
    const row = (standing: number, at: number) =>
      rowBody(
        `{"st":${standing},"sa":${at},"e":"${AMINA}","o":{},"la":"en","co":0,"w":"","nm":1}`,
        id,
        now,
        identity,
        0,
        false,
      );
    await storeParticipations(db, 1, [], [row(2, now)]);
    const lost = (body: string) => findLost(db, 1, [{ body, knownAs: null }]);
    expect(await lost(row(2, now))).toEqual([]);
    expect(await lost(row(1, now + 1))).toEqual([0]);
    await storeParticipations(db, 1, [], [row(1, now + 1)]);
    expect(await lost(row(1, now + 1))).toEqual([]);
  });
});

describe("storing again what the database has", () => {
  it("changes nothing, whatever was done to it since", async () => {
    const {
      say,
      ring,
      remove,
      undo,
      merge,
      db,
      personNo,
      storeAgain,
      signers,
      everything,
      all,
      expectAllAgree,
    } = await setUp({ tagNos: [4] });
    for (const email of [AMINA, WORK, MEI, "bot@spam.example", "back@example.org"])
      await say(email, `by ${email}`);
    await ring();
    now += HOUR_MS;
    await remove("bot@spam.example");
    await undo((await remove("back@example.org"))?.removalNo ?? 0);
    await remove(WORK);
    await merge(AMINA, WORK);
    await unsubscribe(db, await personNo(MEI), "page", now);
    await all("DELETE FROM taggings WHERE group_no = ? AND person_no = ?", await personNo(MEI));
    await all("UPDATE participations SET comment_status = 2 WHERE group_no = ?");
    const state = async () => ({
      ...(await everything()),
      signers: await signers(),
      rows: await all("SELECT * FROM participations WHERE group_no = ? ORDER BY id"),
      tagged: await all("SELECT * FROM taggings WHERE group_no = ?"),
    });
    const before = await state();
    for (const _ of [1, 2]) await storeAgain(0, ["weur/0"]);
    expect(await state()).toEqual(before);
    await expectAllAgree(3);
  });

  it("does not give a merged person's answer to the one kept, where the merge did not", async () => {
    const { say, ring, remove, merge, storeAgain, all, expectAllAgree } = await setUp();
    await say(WORK, "at work");
    await say(AMINA, "at home");
    await ring();
    await say(WORK, "newest", "enam/0", { co: 0, w: "" });
    await ring("enam/0");
    await remove("example.org");
    await merge(AMINA, WORK);
    const rows = () => all("SELECT * FROM participations WHERE group_no = ? ORDER BY id");
    const before = await rows();
    await storeAgain(0, ["weur/0", "enam/0"]);
    expect(await rows()).toEqual(before);
    await expectAllAgree(0);
  });

  it("leaves somebody erased since erased, and whoever came back afterwards counted once", async () => {
    const { say, ring, erase, storeAgain, signers, everything, expectAllAgree } = await setUp();
    await say(AMINA, "forget me");
    await say(MEI, "forget me too");
    await ring();
    await erase(AMINA);
    await erase(MEI);
    now += MINUTE_MS;
    await say(MEI, "I am back");
    await ring();
    for (const _ of [1, 2]) await storeAgain(0, ["weur/0"]);
    expect((await signers()).map(({ comment }) => comment)).toEqual(["I am back"]);
    expect(JSON.stringify(await everything())).not.toContain("forget me");
    await expectAllAgree(1);
  });
});

describe("an erasure", () => {
  it("blanks what is kept of the person at once, and of nobody else, so that no database can be given it again", async () => {
    const { say, ring, erase, kept, setBack, storeAgain, signers, expectAllAgree } = await setUp();
    await say(AMINA, "forget me");
    await say(MEI, "stays");
    await ring();
    await erase(AMINA);
    const { count, text } = await kept();
    expect(count).toBe(1);
    expect(text).not.toContain("amina");
    expect(text).not.toContain("forget me");
    await setBack();
    expect(await storeAgain(0, ["weur/0"])).toBe(1);
    expect((await signers()).map(({ comment }) => comment)).toEqual(["stays"]);
    await expectAllAgree(1);
  });

  it("reaches what is drained for D1 while it is being made", async () => {
    const { say, ring, erase, kept } = await setUp();
    await say(AMINA, "forget me");
    await ring();
    await say(AMINA, "still waiting");
    await erase(AMINA);
    expect(await kept()).toMatchObject({ count: 0, text: "" });
  });

  it("reaches an object that its home had not heard of, also with what D1 had taken unbeknown to it", async () => {
    const { say, ring, erase, kept } = await setUp();
    await say(AMINA, "forget me");
    await ring("weur/0", { place: "events.after", how: "kill" });
    await erase(AMINA);
    await ring("weur/0", { place: "d1.before", how: "error" });
    await ring();
    expect(await kept()).toMatchObject({ count: 0 });
  });

  it("reaches an object that its home had not heard of, as soon as it has", async () => {
    const { say, ring, erase, kept, setBack, storeAgain, signers } = await setUp();
    await say(AMINA, "forget me");
    await ring("weur/0", { place: "home.before", how: "error" });
    await erase(AMINA);
    now += MINUTE_MS;
    await say(AMINA, "I am back");
    await ring();
    expect((await kept()).text).not.toContain("forget me");
    await setBack();
    await storeAgain(0, ["weur/0"]);
    expect((await signers()).map(({ comment }) => comment)).toEqual(["I am back"]);
  });
});

describe("news that went out before", () => {
  it("does not go out again: nothing is announced, claimed or found missing", async () => {
    const { say, ring, setBack, storeAgain, target, ctx, db, home, personNo } = await setUp({
      hasReceipt: true,
    });
    const first = new Set<string>();
    await say(AMINA, "hello");
    await ring("weur/0", "none", first);
    expect(first.size).toBe(1);
    await setBack();
    const again = new Set<string>();
    await storeAgain(0, ["weur/0"], again);
    expect([...again]).toEqual([]);
    expect(await claimReceipts(db, 1, [await personNo(AMINA)], now)).toEqual([]);
    await insertAction(db, target);
    expect(await findMissingReceipts(ctx(), { target, sinceMs: 0, untilMs: now })).toBe(0);
    const mark = await runInDurableObject(home, (_home, { storage }) =>
      storage.sql.exec<{ value: string }>("SELECT value FROM meta WHERE key = 'follow_since'").one(),
    );
    expect(Number(mark.value)).toBe(now);
  });

  it("is looked for of whoever signs afterwards, even in the same page", async () => {
    const { say, ring, setBack, storeAgain, target, ctx, db } = await setUp({ hasReceipt: true });
    await say(AMINA, "hello");
    await ring();
    await setBack();
    await storeAgain(0, ["weur/0"]);
    const announced = new Set<string>();
    await say(MEI, "new");
    await ring("weur/0", "none", announced);
    expect(announced.size).toBe(1);
    await insertAction(db, target);
    expect(await findMissingReceipts(ctx(), { target, sinceMs: 0, untilMs: now })).toBe(1);
  });
});

async function insertAction(db: ReturnType<typeof dbFor>, target: IntakeTarget) {
  await db.d1
    .prepare(
      `INSERT INTO actions (group_no, action_no, id, kind, slug, status, title, locale, settings, version, created_by, created_at, updated_at)
       VALUES (?1, ?2, unhex(?3), 'petition', 'clean-air', 'published', 'Clean air', 'en', '{}', 1, 1, 1, 1)`,
    )
    .bind(target.groupNo, target.actionNo, target.actionId.replaceAll("-", ""))
    .run();
}

describe("seven days later", () => {
  it("what was kept is gone, by the object's own alarm, page after page", async () => {
    const { say, ring, kept, objectAt } = await setUp();
    await say(AMINA, "first");
    await ring();
    const drainedAt = now;
    now += 24 * HOUR_MS;
    await say(MEI, "a day later");
    await ring();
    const alarm = () => runInDurableObject(objectAt("weur/0"), (_object, { storage }) => storage.getAlarm());
    const due = (await alarm()) ?? 0;
    expect(due).toBe(drainedAt + KEPT_MS);
    now = due - 1;
    await ring();
    expect(await kept()).toMatchObject({ count: 2 });
    now = due;
    await evictDurableObject(objectAt("weur/0"));
    expect(await runDurableObjectAlarm(objectAt("weur/0"))).toBe(true);
    const { count, text } = await kept();
    expect([count, text.includes("a day later")]).toEqual([1, true]);
    now = (await alarm()) ?? 0;
    await ring();
    expect(await kept()).toMatchObject({ count: 0 });
    expect(await alarm()).toBeNull();
  });

  it("is looked after by many short alarms when there is much of it", async () => {
    const { say, ring, kept, objectAt } = await setUp();
    await say(AMINA, "first");
    await ring();
    await runInDurableObject(objectAt("weur/0"), (_object, { storage }) => {
      for (let page = 0; page < 250; page += 1)
        storage.sql.exec("INSERT INTO kept (drained_at, count, bodies) VALUES (?, 1, '{}')", now);
    });
    now += KEPT_MS;
    const left: number[] = [];
    for (let rung = 0; rung < 3; rung += 1) {
      await ring();
      left.push((await kept()).pages);
    }
    expect(left).toEqual([151, 51, 0]);
  });

  it("does not hold up those who sign, nor make the home look back", async () => {
    const { say, ring, objectAt, home } = await setUp({ hasReceipt: true });
    await say(AMINA, "first");
    await ring();
    now += 6 * 24 * HOUR_MS;
    await evictDurableObject(objectAt("weur/0"));
    await say(MEI, "later");
    const saidAt = now;
    const due = await runInDurableObject(objectAt("weur/0"), (_object, { storage }) => storage.getAlarm());
    expect(due).toBe(now + 1_000);
    await runInDurableObject(home, (_home, { storage }) =>
      storage.sql.exec("DELETE FROM meta WHERE key LIKE 'follow%'").toArray(),
    );
    await ring();
    const [mark] = await runInDurableObject(home, (_home, { storage }) =>
      storage.sql.exec<{ value: string }>("SELECT value FROM meta WHERE key = 'follow_since'").toArray(),
    );
    expect(Number(mark?.value)).toBe(saidAt - 1);
  });

  it("an object that still keeps something is not deleted", async () => {
    const { say, ring, home, target, objectAt } = await setUp();
    await say(AMINA, "hello");
    await home.close(target);
    now += 6 * 24 * HOUR_MS;
    await ring();
    now += 2 * 24 * HOUR_MS;
    await runInDurableObject(home, (object) => object.alarm());
    expect(await objectAt("weur/0").state()).toMatchObject({ count: 1 });
    now += 6 * 24 * HOUR_MS;
    await ring();
    await runInDurableObject(home, (object) => object.alarm());
    expect((await home.summary()).total).toBe(1);
    expect(
      await runInDurableObject(objectAt("weur/0"), (_object, { storage }) => storage.sql.databaseSize),
    ).toBeLessThan(10_000);
  });
});
