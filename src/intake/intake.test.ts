import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { contextOf, makeGroup } from "../../test/groups";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { unsubscribe } from "../people/person";
import { newId } from "../platform/ids";
import { erasePerson, mergePeople } from "./erasure";
import type { ActionIntake } from "./intake-object";
import { homeOf, intakeStub } from "./objects";
import { identityHash, takeAction } from "./participation";
import { removeParticipations, undoRemoval } from "./removal";
import { countSigners, listSigners } from "./signers";
import type { IntakeTarget, Participation } from "./types";

let actionNo = 0;

function targetIn(group: Group, changes: Partial<IntakeTarget> = {}): IntakeTarget {
  actionNo += 1;
  const { no: groupNo, id: groupId, shard, jurisdiction } = group;
  return {
    groupNo,
    groupId,
    shard,
    jurisdiction,
    actionNo,
    actionId: newId(),
    kind: "petition",
    isOnce: true,
    tagNos: [],
    hasReceipt: false,
    ...changes,
  };
}

function said(email: string, more: Partial<Participation> = {}): Participation {
  return {
    e: email,
    o: { givenName: "Amina", familyName: "Sow", country: "FR" },
    la: "fr",
    co: 1,
    w: "00112233aabbccdd",
    nm: 1,
    ...more,
  };
}

const PARIS = { continent: "EU", country: "FR" };
const TORONTO = { continent: "NA", country: "CA", longitude: "-79.4" };

const sign = (target: IntakeTarget, participation: Participation, cf = PARIS) =>
  takeAction(contextOf(), target, participation, cf);

/** Drains every object of an action; a region's first one is where a spread of one leads. */
async function drain(target: IntakeTarget, ...slots: string[]) {
  for (const slot of slots.length > 0 ? slots : ["weur/0"])
    await intakeStub(env, target.jurisdiction, `${target.actionId}/${slot}`).drain();
}

async function setUp(changes: Partial<IntakeTarget> = {}) {
  const { group } = await makeGroup();
  const target = targetIn(group, changes);
  const db = dbFor(env, group);
  return {
    group,
    target,
    db,
    home: homeOf(env, target),
    action: {
      no: target.actionNo,
      id: target.actionId,
      kind: "petition",
      settings: { autoresponse: { isOn: false } },
    } as Parameters<typeof removeParticipations>[2],
    signers: async () => (await listSigners(db, target.actionNo, { filter: { state: "counted" } })).signers,
    person: (email: string) =>
      db.d1
        .prepare(
          "SELECT p.* FROM identities i JOIN people p ON p.group_no = i.group_no AND p.person_no = i.person_no WHERE i.group_no = ? AND i.kind = 1 AND i.value = ?",
        )
        .bind(group.no, email)
        .first<Record<string, unknown>>(),
  };
}

describe("recording", () => {
  it("counts a person once, keeps the newest answer, and stores it in the group's shard", async () => {
    const { target, home, signers } = await setUp();
    const first = await sign(target, said("amina@example.org"));
    expect(first).toMatchObject({ outcome: "counted", total: 1, spread: 1 });
    expect(await sign(target, said("amina@example.org"))).toMatchObject({
      outcome: "same",
      id: first.id,
      total: 1,
    });
    const revised = await sign(target, said("amina@example.org", { cm: "Clean air now", cs: 1 }));
    expect(revised).toMatchObject({ outcome: "updated", id: first.id, total: 1 });
    await drain(target);
    expect(await signers()).toMatchObject([
      { id: first.id, email: "amina@example.org", comment: "Clean air now", commentStatus: "waiting" },
    ]);
    expect(await home.summary()).toMatchObject({
      total: 1,
      pending: 0,
      recent: [{ name: "Amina S.", place: "FR" }],
    });
    expect(await home.check()).toBe(0);
  });

  it("drains by its alarm when it did not before", async () => {
    const { target, signers } = await setUp();
    await sign(target, said("amina@example.org"));
    expect(await runDurableObjectAlarm(intakeStub(env, "", `${target.actionId}/weur/0`))).toBe(true);
    expect(await signers()).toHaveLength(1);
  });

  it("remembers who acted and how many when the object starts anew", async () => {
    const { target } = await setUp();
    const first = await sign(target, said("amina@example.org"));
    await drain(target);
    await restart(target);
    expect(await sign(target, said("amina@example.org"))).toMatchObject({
      outcome: "same",
      id: first.id,
      total: 1,
    });
    expect(await sign(target, said("mei@example.org"))).toMatchObject({ outcome: "counted", total: 2 });
  });

  it("keeps what one group's people say out of every other group", async () => {
    const one = await setUp();
    const two = await setUp();
    await sign(one.target, said("amina@example.org"));
    await sign(two.target, said("amina@example.org", { o: { givenName: "Other" } }));
    await Promise.all([drain(one.target), drain(two.target)]);
    expect(await one.person("amina@example.org")).toMatchObject({ given_name: "Amina" });
    expect(await two.person("amina@example.org")).toMatchObject({ given_name: "Other", family_name: null });
  });

  it("counts every answer of a kind that adds, but a double click once", async () => {
    const { target, home, signers } = await setUp({ isOnce: false });
    const first = await sign(target, said("amina@example.org", { cm: "first letter", cs: 1 }));
    expect(await sign(target, said("amina@example.org", { cm: "first letter", cs: 1 }))).toMatchObject({
      outcome: "same",
      id: first.id,
    });
    expect(await sign(target, said("amina@example.org", { cm: "second letter", cs: 1 }))).toMatchObject({
      outcome: "counted",
      total: 2,
    });
    await drain(target);
    expect((await signers()).map((signer) => signer.comment).sort()).toEqual([
      "first letter",
      "second letter",
    ]);
    expect(await home.check()).toBe(0);
  });

  it("is stored when whoever reads it back is answered, while others sign without a pause", async () => {
    const { target, person } = await setUp();
    const email = "reader@example.org";
    const stub = intakeStub(env, "", `${target.actionId}/weur/0`);
    const reader = await identityHash(contextOf().config.IDENTITY_PEPPER, target.groupId, email);
    const seen = await runInDurableObject(stub, async (object: ActionIntake) => {
      const record = (identity: Uint8Array, by: string) =>
        object.record(JSON.stringify(target), identity, JSON.stringify(said(by)));
      const crowd: Promise<unknown>[] = [];
      let isOver = false;
      const crowding = (async () => {
        while (!isOver) {
          const by = `crowd${crowd.length}@example.org`;
          crowd.push(record(crypto.getRandomValues(new Uint8Array(16)), by));
          await scheduler.wait(0);
        }
      })();
      await record(reader, email);
      const isStored = await object.store(reader);
      isOver = true;
      await Promise.all([crowding, ...crowd]);
      return isStored;
    });
    expect(seen).toBe(true);
    expect(await person(email)).not.toBeNull();
  });

  it("refuses once closed, and takes again once reopened", async () => {
    const { target, home } = await setUp();
    await sign(target, said("amina@example.org"));
    await drain(target);
    await home.close(target);
    expect(await sign(target, said("mei@example.org"))).toMatchObject({ outcome: "closed", total: 1 });
    await home.reopen(target);
    expect(await sign(target, said("mei@example.org"))).toMatchObject({ outcome: "counted", total: 2 });
  });

  it("writes three rows for a signature in a burst, one of them in the participants", async () => {
    const { target } = await setUp();
    await sign(target, said("first@example.org"));
    const rows = await rowsWritten(target, 50);
    expect(rows).toEqual({ recording: 2, draining: 1 });
  });

  it("writes no more for what is kept of a burst: a row each page", async () => {
    const { target } = await setUp({ keepsDrained: true });
    await sign(target, said("first@example.org"));
    const { recording, draining } = await rowsWritten(target, 500, { isExact: true });
    expect(recording).toBe(2);
    expect(draining).toBeLessThan(1.02);
  });
});

describe("one person through several objects", () => {
  it("is counted by one of them, whichever stored first, and the total converges", async () => {
    const { target, home, signers } = await setUp();
    await sign(target, said("amina@example.org", { cm: "from Paris", cs: 1 }), PARIS);
    await sign(target, said("amina@example.org", { cm: "from Toronto", cs: 1 }), TORONTO);
    await sign(target, said("mei@example.org"), TORONTO);
    await drain(target, "enam/0", "weur/0", "enam/0");
    expect((await home.summary()).total).toBe(2);
    expect((await signers()).find((signer) => signer.email === "amina@example.org")?.comment).toBe(
      "from Toronto",
    );
    expect(await home.check()).toBe(0);
  });

  it("stays counted once when the action is spread further while people sign again", async () => {
    const { target, home, db } = await setUp();
    const people = Array.from({ length: 40 }, (_, n) => `person${n}@example.org`);
    for (const email of people) await sign(target, said(email));
    await drain(target);
    await home.spreadTo(4);
    const slots = ["weur/0", "weur/1", "weur/2", "weur/3"];
    await sign(target, said("learner@example.org"));
    await drain(target);
    for (const email of [...people, "late@example.org"])
      await sign(target, said(email, { cm: `again ${email}`, cs: 1 }));
    await drain(target, ...slots, ...slots);
    expect((await home.summary()).total).toBe(42);
    expect(await countSigners(db, target.actionNo, { state: "counted" })).toBe(42);
    expect(await countSigners(db, target.actionNo, { state: "counted", comment: "waiting" })).toBe(41);
    expect(await home.check()).toBe(0);
  });
});

describe("what is newer wins", () => {
  it("keeps each field as last said, whatever arrives late, and never blanks one", async () => {
    const { target, person } = await setUp();
    await sign(target, said("amina@example.org", { o: { givenName: "Amina", postalCode: "75011" } }), PARIS);
    await sign(
      target,
      said("amina@example.org", { o: { givenName: "Aminata", locality: "Toronto" } }),
      TORONTO,
    );
    await drain(target, "enam/0", "weur/0");
    expect(await person("amina@example.org")).toMatchObject({
      given_name: "Aminata",
      postal_code: "75011",
      locality: "Toronto",
    });
  });

  it("resubscribes nobody who left after signing and before the drain", async () => {
    const { group, target, person, db } = await setUp();
    await sign(target, said("amina@example.org"));
    await drain(target);
    const other = targetIn(group);
    await sign(other, said("amina@example.org"));
    await unsubscribe(db, 1, "page", Date.now() + 1);
    await drain(other);
    expect(await person("amina@example.org")).toMatchObject({ email_status: 2, email_status_cause: "page" });
  });

  it("leaves a known person's subscription as it is when the box stays unticked, and stores a stranger as unsubscribed", async () => {
    const { group, target, person } = await setUp();
    await sign(target, said("amina@example.org", { co: 1 }));
    await drain(target);
    const other = targetIn(group);
    await sign(other, said("amina@example.org", { co: 2 }));
    await sign(other, said("mei@example.org", { co: 2 }));
    await drain(other);
    expect(await person("amina@example.org")).toMatchObject({ email_status: 1 });
    expect(await person("mei@example.org")).toMatchObject({ email_status: 2 });
  });

  it("gives a phone to whoever named it last", async () => {
    const { target, person } = await setUp();
    await sign(target, said("amina@example.org", { o: { phone: "+33612345678" } }));
    await drain(target);
    await sign(target, said("mei@example.org", { o: { phone: "+33612345678" } }));
    await drain(target);
    expect(await person("amina@example.org")).toMatchObject({ phone: null });
    expect(await person("mei@example.org")).toMatchObject({ phone: "+33612345678" });
  });

  it("gives a phone to whoever named it last, also among those of one page", async () => {
    const { target, person } = await setUp();
    for (const name of ["amina", "mei", "rosa"])
      await sign(target, said(`${name}@example.org`, { o: { phone: "+33612345678" } }));
    await drain(target);
    const phones = ["amina", "mei", "rosa"].map(async (name) => (await person(`${name}@example.org`))?.phone);
    expect((await Promise.all(phones)).filter((phone) => phone !== null)).toEqual(["+33612345678"]);
  });
});

describe("leaving the count", () => {
  it("takes those a filter finds out, puts them back, and the total follows both times", async () => {
    const { group, target, home, action, db } = await setUp();
    for (const n of [1, 2, 3]) await sign(target, said(`bot${n}@spam.example`, { s: "ads" }));
    await sign(target, said("amina@example.org"));
    await drain(target);
    const removal = await removeParticipations(contextOf(), group, action, {
      by: 1,
      filter: { state: "counted", text: "@spam.example" },
    });
    expect(removal).toMatchObject({ count: 3 });
    expect((await home.summary()).total).toBe(1);
    expect(await undoRemoval(contextOf(), group, action, removal?.removalNo ?? 0, 1)).toBe(3);
    expect(await undoRemoval(contextOf(), group, action, removal?.removalNo ?? 0, 1)).toBe(0);
    expect((await home.summary()).total).toBe(4);
    expect(await countSigners(db, target.actionNo, { state: "counted" })).toBe(4);
  });

  it("brings nothing back when a removed person signs again", async () => {
    const { group, target, home, action, signers } = await setUp();
    const { id } = await sign(target, said("amina@example.org"));
    await drain(target);
    await removeParticipations(contextOf(), group, action, { by: 1, ids: [id] });
    await sign(target, said("amina@example.org", { cm: "let me in", cs: 1 }));
    await sign(target, said("amina@example.org", { cm: "and from here", cs: 1 }), TORONTO);
    await drain(target, "weur/0", "enam/0");
    expect(await signers()).toEqual([]);
    expect((await home.summary()).total).toBe(0);
    expect(await home.check()).toBe(0);
  });

  it("forgets an erased person everywhere, also what had not reached D1, and counts a new signature as new", async () => {
    const { group, target, home, person, signers } = await setUp();
    await sign(target, said("amina@example.org"));
    await sign(target, said("mei@example.org"));
    await drain(target);
    await sign(target, said("amina@example.org", { cm: "still waiting", cs: 1 }));
    await sign(target, said("amina@example.org", { cm: "through another object", cs: 1 }), TORONTO);
    const personNo = Number((await person("amina@example.org"))?.person_no);
    await erasePerson(contextOf(), group, personNo, ["amina@example.org"], [target]);
    await drain(target, "weur/0", "enam/0");
    expect((await signers()).map((signer) => signer.email)).toEqual(["mei@example.org"]);
    expect(await person("amina@example.org")).toBeNull();
    expect((await home.summary()).total).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await sign(target, said("amina@example.org"));
    await drain(target);
    expect((await home.summary()).total).toBe(2);
    expect(await home.check()).toBe(0);
  });

  it("counts two people who turn out to be one once, with the newest answer", async () => {
    const { group, target, home, person, signers } = await setUp();
    await sign(target, said("amina@example.org", { cm: "as Amina", cs: 1 }));
    await sign(target, said("a.sow@example.org", { cm: "at work", cs: 1 }));
    await drain(target);
    const kept = Number((await person("amina@example.org"))?.person_no);
    const lost = Number((await person("a.sow@example.org"))?.person_no);
    await mergePeople(contextOf(), group, { kept, lost }, [target]);
    expect((await home.summary()).total).toBe(1);
    expect((await signers()).map((signer) => signer.comment)).toEqual(["at work"]);
    await sign(target, said("a.sow@example.org", { cm: "from the alias", cs: 1 }));
    await drain(target);
    expect((await signers()).map((signer) => signer.comment)).toEqual(["from the alias"]);
    expect(await home.check()).toBe(0);
  });
});

describe("an object that is no longer needed", () => {
  it("hands its number over and deletes itself, and the total stays", async () => {
    const { target, home } = await setUp();
    await sign(target, said("amina@example.org"));
    await drain(target);
    await home.close(target);
    await runInDurableObject(home, (_object, state) => {
      state.storage.sql.exec("UPDATE meta SET value = '1' WHERE key = 'retire_at'");
    });
    await runDurableObjectAlarm(home);
    expect((await home.summary()).total).toBe(1);
    await runInDurableObject(intakeStub(env, "", `${target.actionId}/weur/0`), (_object, state) => {
      expect(
        state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'participants'").toArray(),
      ).toEqual([]);
    });
  });
});

async function restart(target: IntakeTarget) {
  const { evictDurableObject } = await import("cloudflare:test");
  await evictDurableObject(intakeStub(env, "", `${target.actionId}/weur/0`));
}

/** Rows written per signature, as the platform bills them: inserts and updates of `exec`, in the object alone. */
async function rowsWritten(target: IntakeTarget, count: number, { isExact = false } = {}) {
  return runInDurableObject(
    intakeStub(env, "", `${target.actionId}/weur/0`),
    async (object: ActionIntake, state) => {
      const exec = state.storage.sql.exec.bind(state.storage.sql);
      const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
      state.storage.sql.exec = ((...given: Parameters<typeof exec>) => {
        const cursor = exec(...given);
        cursors.push(cursor as never);
        return cursor;
      }) as typeof exec;
      const written = () => cursors.splice(0).reduce((sum, cursor) => sum + cursor.rowsWritten, 0) / count;
      await Promise.all(
        Array.from({ length: count }, (_, n) =>
          object.record(
            JSON.stringify(target),
            crypto.getRandomValues(new Uint8Array(16)),
            JSON.stringify(said(`burst${n}@example.org`)),
          ),
        ),
      );
      const recording = written();
      await object.drain();
      const draining = written();
      state.storage.sql.exec = exec;
      if (isExact) return { recording, draining };
      return { recording: Math.round(recording), draining: Math.round(draining) };
    },
  );
}
