import { env } from "cloudflare:workers";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { ringAlarm } from "../../test/faults/interruption";
import { contextOf, makeGroup } from "../../test/groups";
import { dbFor } from "../groups/shard";
import { addAddress, leaveAddress, letGoAddress, makePrimary } from "../people/address";
import { peopleByNumber } from "../people/edit";
import { SPLIT_DAYS } from "../people/merge";
import { changeSubscription, type MergeChoices, unsubscribe } from "../people/person";
import type { MergeId } from "../people/types";
import { newId } from "../platform/ids";
import { erasePerson, mergePeople, splitPeople } from "./erasure";
import { homeOf, intakeStub } from "./objects";
import { identityHash } from "./participation";
import { removeParticipations, undoRemoval } from "./removal";
import type { IntakeTarget, Participation } from "./types";

/* Time stands still and far ahead, so that no alarm rings by itself. */
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const AMINA = "amina@example.org";
const WORK = "a.sow@example.org";
const NEW = "amina.new@example.org";

let now = Date.UTC(2043, 0, 1);
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

/** Two actions of one group, signed through their objects. */
async function setUp() {
  const { group } = await makeGroup();
  const { no: groupNo, id: groupId, shard, jurisdiction } = group;
  const targets = [1, 2].map(
    (actionNo): IntakeTarget => ({
      ...{ groupNo, groupId, shard, jurisdiction, actionNo, actionId: newId(), kind: "petition" },
      ...{ isOnce: true, tagNos: [actionNo], hasReceipt: false },
    }),
  );
  const [first, second] = targets;
  if (!first || !second) throw new Error("two actions");
  const db = dbFor(env, group);
  await db.d1.batch(
    [1, 2].map((no) =>
      db.d1
        .prepare("INSERT INTO tags (group_no, tag_no, name, created_at) VALUES (?1, ?2, ?3, 1)")
        .bind(groupNo, no, `tag${no}`),
    ),
  );
  const ctx = () => contextOf(env, now);
  const nameOf = (target: IntakeTarget, slot: string) => `${target.actionId}/${slot}`;
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
  const personOf = async (email: string) => {
    const [person] = await peopleByNumber(db, [await personNo(email)]);
    if (!person) throw new Error(`nobody has ${email}`);
    return person;
  };
  return {
    ...{ group, db, ctx, all, personNo, personOf, first, second, targets },
    async say(
      email: string,
      comment: string,
      target = first,
      more: Partial<Participation> = {},
      slot = "weur/0",
    ) {
      now += 10;
      const body: Participation = {
        ...{
          e: email,
          o: { givenName: comment },
          la: "en",
          co: 1,
          w: "00112233aabbccdd",
          nm: 1,
          cm: comment,
          cs: 1,
        },
        ...more,
      };
      const identity = await identityHash(env.IDENTITY_PEPPER, groupId, email);
      return intakeStub(env, "", nameOf(target, slot)).record(
        JSON.stringify(target),
        identity,
        JSON.stringify(body),
      );
    },
    async drain(...slots: string[]) {
      for (const target of targets)
        for (const slot of ["weur/0", ...slots]) await ringAlarm(nameOf(target, slot), "none", new Set());
    },
    merge: async (kept: string, lost: string, choices: MergeChoices = {}): Promise<MergeId> => {
      now += 10;
      const people = { kept: await personNo(kept), lost: await personNo(lost) };
      const id = await mergePeople(ctx(), group, people, targets, { by: 7, cause: "organiser", choices });
      if (!id) throw new Error("not merged");
      return id;
    },
    split: (id: MergeId) => {
      now += 10;
      return splitPeople(ctx(), group, id, 7, targets);
    },
    remove: (email: string, target = first) =>
      removeParticipations(
        ctx(),
        group,
        { no: target.actionNo, id: target.actionId, kind: "petition" } as never,
        {
          by: 1,
          filter: { state: "counted", text: email },
        },
      ),
    undoRemoval: (no: number, target = first) =>
      undoRemoval(
        ctx(),
        group,
        { no: target.actionNo, id: target.actionId, kind: "petition" } as never,
        no,
        1,
      ),
    signatures: () =>
      all(
        `SELECT p.action_no AS action, person.email, p.comment FROM participations p JOIN people person ON person.group_no = p.group_no AND person.person_no = p.person_no
         WHERE p.group_no = ? AND p.removal_no = 0 ORDER BY 1, 2`,
      ),
    /** All that is kept of people and what they did, but for what says that it was merged. */
    everything: async () => ({
      people: await all("SELECT * FROM people WHERE group_no = ? ORDER BY person_no"),
      identities: await all(
        "SELECT kind, value, person_no FROM identities WHERE group_no = ? ORDER BY kind, value",
      ),
      others: await all("SELECT * FROM other_addresses WHERE group_no = ? ORDER BY person_no, kind, value"),
      tags: await all("SELECT tag_no, person_no, tagged_at FROM taggings WHERE group_no = ? ORDER BY 1, 2"),
      values: await all("SELECT * FROM field_values WHERE group_no = ? ORDER BY field_no, person_no"),
      consents: await all(
        "SELECT person_no, acted_at, action_no, answer FROM consents WHERE group_no = ? ORDER BY 1, 2, 3",
      ),
      mailedAs: await all("SELECT root_no, person_no FROM merged_people WHERE group_no = ? ORDER BY 1, 2"),
      notes: await all("SELECT person_no, text FROM person_notes WHERE group_no = ? ORDER BY 1, 2"),
      done: await all(
        "SELECT person_no, action_no, nth, hex(id) AS id, revised_at, answer, comment, comment_status, is_named, removal_no FROM participations WHERE group_no = ? ORDER BY 1, 2, 3",
      ),
      removed: await all(
        "SELECT action_no, sum(participation_count) AS n FROM removals WHERE group_no = ? AND undone_at IS NULL GROUP BY 1",
      ),
    }),
    /** Homes, objects and rows say the same number. */
    async expectCounts(...counts: number[]) {
      for (const [index, target] of targets.entries()) {
        const home = homeOf(env, target);
        await home.check();
        expect((await home.summary()).total, `action ${index + 1}`).toBe(counts[index]);
        expect((await home.check()) ?? 0).toBe(0);
        expect(
          await all(
            "SELECT count(*) AS n FROM participations WHERE group_no = ? AND action_no = ? AND removal_no = 0",
            target.actionNo,
          ),
        ).toEqual([{ n: counts[index] }]);
      }
    },
  };
}

describe("two people who are merged", () => {
  it("are one person with right counts when signatures of both are undrained", async () => {
    const { say, drain, merge, signatures, expectCounts, second, personNo } = await setUp();
    await say(AMINA, "first");
    await say(WORK, "second", second);
    await drain();
    await say(AMINA, "undrained", second);
    await say(WORK, "undrained too");
    await merge(AMINA, WORK);
    await drain();
    expect(await personNo(WORK)).toBe(await personNo(AMINA));
    expect(await signatures()).toEqual([
      { action: 1, email: AMINA, comment: "undrained too" },
      { action: 2, email: AMINA, comment: "undrained" },
    ]);
    await expectCounts(1, 1);
  });

  it("stay one when either signs again, through another object too", async () => {
    const { say, drain, merge, signatures, expectCounts } = await setUp();
    await say(AMINA, "first");
    await say(WORK, "second");
    await drain();
    await merge(AMINA, WORK);
    await say(WORK, "again", undefined, {}, "enam/0");
    await say(AMINA, "and again");
    await drain("enam/0");
    expect(await signatures()).toEqual([{ action: 1, email: AMINA, comment: "and again" }]);
    await expectCounts(1, 0);
  });

  it("are subscribed to nothing that either left, whatever is still undrained", async () => {
    const { say, drain, merge, db, personNo, personOf } = await setUp();
    await say(AMINA, "yes");
    await say(WORK, "yes");
    await drain();
    await say(AMINA, "yes, before leaving");
    now += 10;
    await unsubscribe(db, await personNo(WORK), "page", now);
    await merge(AMINA, WORK);
    await drain();
    expect(await personOf(AMINA)).toMatchObject({ emailStatus: 2, emailStatusCause: "page" });
  });

  it("keep the values that were chosen, also against an older one that is still undrained", async () => {
    const { say, drain, merge, personOf } = await setUp();
    await say(AMINA, "Amina", undefined, { o: { givenName: "Amina", locality: "Toronto" } });
    await drain();
    await say(WORK, "A.", undefined, { o: { givenName: "A.", locality: "Ottawa" } });
    await drain();
    await say(AMINA, "late", undefined, { o: { givenName: "Late" } });
    now += 10;
    await say(WORK, "later", undefined, { o: { givenName: "A." } });
    await drain();
    await merge(AMINA, WORK, { given_name: "kept", locality: "lost", email: "lost" });
    expect(await personOf(AMINA)).toMatchObject({ givenName: "Late", locality: "Ottawa", email: WORK });
  });

  it("are not merged with somebody forgotten, merged before, or themselves", async () => {
    const { say, drain, merge, ctx, group, personNo, targets } = await setUp();
    await say(AMINA, "one");
    await say(WORK, "two");
    await drain();
    const [kept, lost] = [await personNo(AMINA), await personNo(WORK)];
    await merge(AMINA, WORK);
    for (const people of [
      { kept, lost },
      { kept: lost, lost: kept },
      { kept, lost: kept },
      { kept, lost: 999 },
    ])
      expect(await mergePeople(ctx(), group, people, targets)).toBeNull();
  });
});

describe("two merges at once", () => {
  it("in opposite directions leave one of the two, who can be found", async () => {
    const { say, drain, ctx, group, personNo, targets, expectCounts, all } = await setUp();
    await say(AMINA, "one");
    await say(WORK, "two");
    await drain();
    const [one, other] = [await personNo(AMINA), await personNo(WORK)];
    const merges = await Promise.all([
      mergePeople(ctx(), group, { kept: one, lost: other }, targets),
      mergePeople(ctx(), group, { kept: other, lost: one }, targets),
    ]);
    expect(merges.filter((id) => id !== null)).toHaveLength(1);
    expect(await all("SELECT count(*) AS n FROM people WHERE group_no = ? AND merged_into IS NULL")).toEqual([
      { n: 1 },
    ]);
    await expectCounts(1, 0);
  });
});

describe("a merge that is undone", () => {
  it("leaves everything as it was, counts too", async () => {
    const {
      say,
      drain,
      merge,
      split,
      db,
      all,
      everything,
      expectCounts,
      remove,
      second,
      personOf,
      ctx,
      personNo,
    } = await setUp();
    await say(AMINA, "first", undefined, {
      f: [[1, "red"]],
      o: { givenName: "Amina", phone: "+14165550141", postalCode: "M4M 2T1" },
    });
    await say(WORK, "second", undefined, {
      f: [[1, "blue"]],
      o: { givenName: "A.", familyName: "Sow", phone: "+14165550142" },
    });
    await say(WORK, "only I", second);
    await drain();
    await db.d1.batch([
      db.d1
        .prepare(
          "INSERT INTO field_values (group_no, field_no, person_no, value, acted_at) VALUES (?, 1, ?, 'red', 5)",
        )
        .bind(db.groupNo, await personNo(AMINA)),
      db.d1
        .prepare(
          "INSERT INTO field_values (group_no, field_no, person_no, value, acted_at) VALUES (?, 1, ?, 'blue', 6)",
        )
        .bind(db.groupNo, await personNo(WORK)),
    ]);
    await addAddress(ctx(), db, await personOf(WORK), { kind: "email", value: NEW, by: 7 });
    await all(
      "INSERT INTO person_notes (group_no, person_no, id, kind, text, created_by, created_at) VALUES (?, ?, x'01', 'note', 'hello', 7, 1)",
      await personNo(WORK),
    );
    const removal = await remove(WORK, second);
    expect(removal?.count).toBe(1);
    const before = await everything();
    const id = await merge(AMINA, WORK);
    expect(await personNo(NEW)).toBe(await personNo(AMINA));
    await expectCounts(1, 0);
    expect(await split(id)).not.toBeNull();
    expect(await everything()).toEqual(before);
    await expectCounts(2, 0);
    expect(await split(id)).toBeNull();
    expect(await everything()).toEqual(before);
  });

  it("may have taken place in either direction, and be done again", async () => {
    const { say, drain, merge, split, everything, expectCounts } = await setUp();
    await say(WORK, "newer wins");
    await say(AMINA, "first");
    await drain();
    const before = await everything();
    for (const [kept, lost] of [
      [AMINA, WORK],
      [WORK, AMINA],
      [AMINA, WORK],
    ] as const) {
      const id = await merge(kept, lost, { email: "lost" });
      await expectCounts(1, 0);
      expect(await split(id)).not.toBeNull();
      expect(await everything()).toEqual(before);
    }
    await expectCounts(2, 0);
  });

  it("keeps new signatures with the person kept, and new answers over old ones", async () => {
    const { say, drain, merge, split, signatures, expectCounts, second } = await setUp();
    await say(AMINA, "mine");
    await say(WORK, "theirs");
    await drain();
    const id = await merge(AMINA, WORK);
    await say(WORK, "since the merge", second);
    await say(AMINA, "mine, anew");
    await drain();
    await split(id);
    expect(await signatures()).toEqual([
      { action: 1, email: WORK, comment: "theirs" },
      { action: 1, email: AMINA, comment: "mine, anew" },
      { action: 2, email: AMINA, comment: "since the merge" },
    ]);
    await expectCounts(2, 1);
    await say(WORK, "as myself", second);
    await drain();
    await expectCounts(2, 2);
  });

  it("gives each a signature that was undrained all the while", async () => {
    const { say, drain, merge, split, signatures, expectCounts, second } = await setUp();
    await say(AMINA, "mine");
    await say(WORK, "theirs");
    await drain();
    await say(WORK, "undrained", second);
    const id = await merge(AMINA, WORK);
    await say(WORK, "theirs, during the merge");
    await split(id);
    await drain();
    expect(await signatures()).toEqual([
      { action: 1, email: WORK, comment: "theirs, during the merge" },
      { action: 1, email: AMINA, comment: "mine" },
      { action: 2, email: WORK, comment: "undrained" },
    ]);
    await expectCounts(2, 1);
  });

  it("subscribes nobody who left since, and leaves what was changed since", async () => {
    const { say, drain, merge, split, personOf, personNo, db } = await setUp();
    await say(AMINA, "Amina");
    await say(WORK, "A.");
    await drain();
    const id = await merge(AMINA, WORK);
    now += 10;
    await changeSubscription(db, await personNo(AMINA), {
      channel: "email",
      status: "unsubscribed",
      cause: "mail",
      reason: "",
      by: null,
      at: now,
    });
    await say(AMINA, "Amina Sow");
    await drain();
    await unsubscribe(db, await personNo(AMINA), "mail", now + 1);
    await split(id);
    expect(await personOf(AMINA)).toMatchObject({ emailStatus: 2, givenName: "Amina Sow" });
    expect(await personOf(WORK)).toMatchObject({ emailStatus: 2, emailStatusCause: "mail", givenName: "A." });
  });

  it("takes nobody back whom an organiser's removal, undone meanwhile, would not hold", async () => {
    const { say, drain, merge, split, remove, undoRemoval: undo, expectCounts } = await setUp();
    await say(AMINA, "mine");
    await say(WORK, "spam");
    await drain();
    const removal = await remove(WORK);
    const id = await merge(AMINA, WORK);
    await undo(removal?.removalNo ?? 0);
    await expectCounts(1, 0);
    await split(id);
    await expectCounts(2, 0);
  });

  it("is undone no more after its time, after an erasure, or after a further merge", async () => {
    const { say, drain, merge, split, ctx, group, personNo, targets, everything, all } = await setUp();
    await say(AMINA, "one");
    await say(WORK, "two");
    await say(NEW, "three");
    await drain();
    const [first, second, third] = [await personNo(AMINA), await personNo(WORK), await personNo(NEW)];
    const mailedAs = async () => (await everything()).mailedAs;
    const id = await merge(AMINA, WORK);
    const whole = await mailedAs();
    expect(whole).toEqual([{ root_no: first, person_no: second }]);
    const further = await merge(NEW, AMINA);
    expect(await mailedAs()).toEqual(
      [first, second].toSorted((one, other) => one - other).map((no) => ({ root_no: third, person_no: no })),
    );
    expect(await split(id)).toBeNull();
    await split(further);
    // Whoever goes takes along those who had become them.
    expect(await mailedAs()).toEqual(whole);
    now += (SPLIT_DAYS + 1) * DAY_MS;
    expect(await split(id)).toBeNull();
    now -= (SPLIT_DAYS + 1) * DAY_MS;
    await erasePerson(ctx(), group, await personNo(AMINA), [AMINA], targets);
    expect(await split(id)).toBeNull();
    expect(JSON.stringify(await everything())).not.toMatch(/amina@|a\.sow@|"two"/);
    expect(
      await all(
        "SELECT before, after, kept_email, lost_email FROM merges WHERE group_no = ? AND id = unhex(?)",
        id.replaceAll("-", ""),
      ),
    ).toEqual([{ before: null, after: null, kept_email: null, lost_email: null }]);
  });
});

describe("a person who is erased", () => {
  it("comes back by nothing that was undrained, under any address of a merge", async () => {
    const { say, drain, merge, ctx, group, personNo, targets, signatures, expectCounts, second } =
      await setUp();
    await say(AMINA, "one");
    await say(WORK, "two");
    await drain();
    await merge(AMINA, WORK);
    await say(WORK, "undrained", second);
    await say(AMINA, "undrained too");
    now += 10;
    await erasePerson(ctx(), group, await personNo(AMINA), [AMINA], targets);
    await drain();
    expect(await signatures()).toEqual([]);
    await expectCounts(0, 0);
    expect(await personNo(WORK)).toBe(-1);
  });
});

describe("an address that is changed while signatures are undrained", () => {
  it("makes nobody new, whichever address they were made with", async () => {
    const { say, drain, ctx, db, personOf, personNo, signatures, expectCounts, second } = await setUp();
    await say(AMINA, "before");
    await drain();
    await say(AMINA, "undrained", second);
    const person = await personOf(AMINA);
    expect(await addAddress(ctx(), db, person, { kind: "email", value: NEW, by: 7 })).toEqual({
      outcome: "done",
    });
    await makePrimary(ctx(), db, person, { kind: "email", value: NEW, by: 7 });
    await leaveAddress(ctx(), db, await personOf(NEW), { kind: "email", value: AMINA, by: 7 });
    await say(NEW, "with the new one");
    await drain();
    expect(await personNo(AMINA)).toBe(await personNo(NEW));
    expect(await signatures()).toEqual([
      { action: 1, email: NEW, comment: "with the new one" },
      { action: 2, email: NEW, comment: "undrained" },
    ]);
    await expectCounts(1, 1);
  });

  it("that signed on its own meanwhile is somebody's, and taken from nobody", async () => {
    const { say, drain, ctx, db, personOf, personNo, merge, signatures, expectCounts } = await setUp();
    await say(AMINA, "before");
    await drain();
    await say(NEW, "undrained");
    await drain();
    const outcome = await addAddress(ctx(), db, await personOf(AMINA), { kind: "email", value: NEW, by: 7 });
    expect(outcome).toEqual({ outcome: "taken", personNo: await personNo(NEW) });
    await merge(AMINA, NEW);
    expect((await signatures()).map(({ email }) => email)).toEqual([AMINA]);
    await expectCounts(1, 0);
  });

  it("that was let go is a new person's, who counts", async () => {
    const { say, drain, ctx, db, personOf, personNo, expectCounts } = await setUp();
    await say(AMINA, "mine");
    await drain();
    await addAddress(ctx(), db, await personOf(AMINA), { kind: "email", value: NEW, by: 7 });
    await letGoAddress(ctx(), db, await personOf(AMINA), { value: NEW, by: 7 });
    await letGoAddress(ctx(), db, await personOf(AMINA), { value: AMINA, by: 7 });
    await say(NEW, "somebody else");
    await drain();
    expect(await personNo(AMINA)).not.toBe(await personNo(NEW));
    await expectCounts(2, 0);
  });
});
