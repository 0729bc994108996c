import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Env } from "../../src/env";
import { dbFor, type GroupDb } from "../../src/groups/shard";
import type { Group } from "../../src/groups/types";
import { erasePerson, mergePeople } from "../../src/intake/erasure";
import type { ActionIntake } from "../../src/intake/intake-object";
import { homeOf, intakeStub } from "../../src/intake/objects";
import { identityHash } from "../../src/intake/participation";
import { objectName } from "../../src/intake/place";
import { removeParticipations, undoRemoval } from "../../src/intake/removal";
import { listSigners } from "../../src/intake/signers";
import type { DrainedParticipation, IntakeTarget, Participation } from "../../src/intake/types";
import { unsubscribe } from "../../src/people/person";
import { newId } from "../../src/platform/ids";
import { contextOf, makeGroup } from "../groups";
import { Model, type Person } from "./model";
import type { Random } from "./random";

/** Where a drain is interrupted: before or after each thing it does, by an error or by the end of the process. */
export const places = ["d1.before", "d1.after", "events.before", "events.after", "home.before", "home.after"] as const;
export type Fault = { place: (typeof places)[number]; how: "error" | "kill" } | "half" | "none";

const REPEATS_ARE_ONE_MS = 60_000;
const EMAILS = Array.from({ length: 7 }, (_, n) => `person${n}@example.org`);
const REGIONS = ["weur", "enam"] as const;
const ALARMS_MAX = 60;

type Action = Parameters<typeof removeParticipations>[2];
type Place = { target: IntakeTarget; action: Action };
/** The time all of a history's world lives in, far ahead, so that no alarm rings by itself. */
export type Clock = { now: number };

/** One group with two actions, the people around it, and a random hand that does to them what can happen. */
export class History {
  readonly model = new Model();
  readonly announced = new Set<string>();
  readonly log: string[] = [];
  readonly #random: Random;
  readonly #clock: Clock;
  readonly #group: Group;
  readonly #db: GroupDb;
  readonly #places: Place[];
  /** Objects a participation was sent to, and those whose alarm was ringing when they were killed. */
  readonly #objects = new Map<string, Place>();
  readonly #ringing = new Set<string>();
  readonly #lastSent = new Map<string, { body: Participation; at: number }>();
  #words = 0;

  private constructor(random: Random, clock: Clock, group: Group) {
    this.#random = random;
    this.#clock = clock;
    this.#group = group;
    this.#db = dbFor(env, group);
    this.#places = [1, 2].map((actionNo) => placeIn(group, actionNo));
  }

  static async begin(random: Random, clock: Clock): Promise<History> {
    const { group } = await makeGroup();
    return new History(random, clock, group);
  }

  get groupNo(): number {
    return this.#group.no;
  }

  /** D1 took a page; the model hears of each row. */
  committed(actionNo: number, rows: DrainedParticipation[]): void {
    for (const row of rows) this.model.commit(actionNo, row.e, row.t);
  }

  async step(): Promise<void> {
    this.#clock.now += 1 + this.#random.below(this.#random.chance(0.1) ? 120_000 : 40);
    const name = this.#random.weighted({ act: 45, drain: 22, remove: 6, undo: 5, erase: 4, merge: 5, unsubscribe: 5, check: 3, evict: 5 });
    await this[name]();
  }

  async act(): Promise<void> {
    const place = this.#random.pick(this.#places);
    const email = this.#random.pick(EMAILS);
    const before = this.#lastSent.get(`${place.target.actionNo} ${email}`);
    const body = before && this.#random.chance(0.3) ? before.body : this.#newAnswer(email);
    const identity = await identityHash(env.IDENTITY_PEPPER, this.#group.id, email);
    const name = objectName(place.target.actionId, this.#random.pick(REGIONS), identity, this.#random.pick([1, 2, 4]));
    this.#objects.set(name, place);
    const reply = await intakeStub(env, "", name).record(place.target, identity, JSON.stringify(body));
    this.log.push(`${this.#clock.now} ${email} says ${body.cm} to ${short(name)}: ${reply.outcome}`);
    if (reply.outcome === "same") {
      if (!before || this.#clock.now - before.at > REPEATS_ARE_ONE_MS) throw new Error(`not a repeat: ${email} at ${this.#clock.now}`);
      return;
    }
    this.#lastSent.set(`${place.target.actionNo} ${email}`, { body, at: this.#clock.now });
    this.model.acknowledge({
      actionNo: place.target.actionNo,
      email,
      at: this.#clock.now,
      name: body.o.givenName ?? "",
      comment: body.cm ?? "",
      source: body.s ?? "",
      consent: body.co,
    });
  }

  #newAnswer(email: string): Participation {
    this.#words += 1;
    const consent = this.#random.pick([0, 1, 2] as const);
    return {
      e: email,
      o: { givenName: `Name-${this.#words}.` },
      la: "en",
      co: consent,
      w: consent === 0 ? "" : "00112233aabbccdd",
      cm: `word-${this.#words}.`,
      cs: 1,
      nm: 1,
      s: this.#random.pick(["mail", "street", "friend"]),
    };
  }

  async drain(): Promise<void> {
    const names = [...this.#objects.keys()];
    if (names.length === 0) return;
    const name = this.#random.pick(names);
    const place = this.#random.pick(places);
    const how = this.#random.weighted({ none: 40, error: 25, kill: 25, half: 10 });
    await this.ring(name, how === "none" || how === "half" ? how : { place, how });
  }

  /** Lets an object's alarm ring, with something in the way. */
  async ring(name: string, fault: Fault): Promise<void> {
    this.log.push(`drain of ${short(name)}: ${JSON.stringify(fault)}`);
    const isKilled = typeof fault === "object" && fault.how === "kill";
    const announce = (ids: string[]) => ids.forEach((id) => this.announced.add(id));
    try {
      await runInDurableObject(intakeStub(env, "", name), async (object: ActionIntake, state) => {
        await state.storage.deleteAlarm();
        const own = object as unknown as { env: Env };
        const real = own.env;
        own.env = withFault(real, fault, announce, () => {
          this.#ringing.add(name);
          state.abort("killed by a test");
        });
        try {
          await object.alarm();
        } finally {
          own.env = real;
        }
      });
      this.#ringing.delete(name);
    } catch (error) {
      if (!isKilled || !String(error).includes("killed by a test")) throw error;
    }
  }

  async remove(): Promise<void> {
    const { action } = this.#random.pick(this.#places);
    const { signers } = await listSigners(this.#db, action.no, { filter: { state: "counted" } });
    if (signers.length === 0) return;
    const isBySource = this.#random.chance(0.4);
    const source = this.#random.pick(["mail", "street", "friend"]);
    const chosen = signers.filter(() => this.#random.chance(0.3));
    const emails = new Set(chosen.map((signer) => signer.email));
    const removal = await removeParticipations(
      contextOf(env, this.#clock.now),
      this.#group,
      action,
      isBySource ? { by: 1, filter: { state: "counted", source } } : { by: 1, ids: chosen.map(({ id }) => id) },
    );
    const expected = this.model.remove(action.no, removal?.removalNo ?? -1, (person, taken) =>
      isBySource ? taken.source === source : [...person.emails].some((email) => emails.has(email)),
    );
    this.log.push(`removal ${removal?.removalNo} from ${action.no}: ${removal?.count} ${isBySource ? source : [...emails]}`);
    if ((removal?.count ?? 0) !== expected) throw new Error(`removed ${removal?.count}, not ${expected}`);
  }

  async undo(): Promise<void> {
    const { action } = this.#random.pick(this.#places);
    const removalNo = 1 + this.#random.below(8);
    const count = await undoRemoval(contextOf(env, this.#clock.now), this.#group, action, removalNo, 1);
    const expected = this.model.undo(action.no, removalNo);
    this.log.push(`undo of removal ${removalNo} of ${action.no}: ${count}`);
    if (count !== expected) throw new Error(`undone ${count}, not ${expected}`);
  }

  async erase(): Promise<void> {
    const person = this.#anyone();
    if (!person) return;
    const personNo = await this.#numberOf(person);
    this.log.push(`${this.#clock.now} erasure of ${[...person.emails]}`);
    this.model.erase(person, this.#clock.now);
    const targets = this.#places.map(({ target }) => target);
    await erasePerson(contextOf(env, this.#clock.now), this.#group, personNo, [...person.emails], targets);
    for (const key of this.#lastSent.keys()) if (person.emails.has(key.slice(2))) this.#lastSent.delete(key);
  }

  async merge(): Promise<void> {
    const kept = this.#anyone();
    const lost = this.#anyone();
    if (!kept || !lost || kept === lost) return;
    this.log.push(`merge of ${[...lost.emails]} into ${[...kept.emails]}`);
    const numbers = { kept: await this.#numberOf(kept), lost: await this.#numberOf(lost) };
    this.model.merge(kept, lost);
    const targets = this.#places.map(({ target }) => target);
    await mergePeople(contextOf(env, this.#clock.now), this.#group, numbers, targets);
  }

  async unsubscribe(): Promise<void> {
    const person = this.#anyone();
    if (!person) return;
    const at = this.#clock.now - this.#random.below(2) * this.#random.below(500);
    this.log.push(`${at} ${[...person.emails]} unsubscribes`);
    this.model.unsubscribe(person, at);
    await unsubscribe(this.#db, await this.#numberOf(person), "page", at);
  }

  async check(): Promise<void> {
    await homeOf(env, this.#random.pick(this.#places).target).check();
  }

  /** Takes an object, or a home, out of memory. */
  async evict(): Promise<void> {
    const { target } = this.#random.pick(this.#places);
    const names = [...this.#objects.keys()];
    if (names.length === 0 || this.#random.chance(0.2)) {
      await homeOf(env, target).summary();
      await evictDurableObject(homeOf(env, target));
    } else {
      const stub = intakeStub(env, "", this.#random.pick(names));
      await stub.state();
      await evictDurableObject(stub);
    }
  }

  #anyone(): Person | undefined {
    const people = this.model.people();
    return people.length > 0 ? this.#random.pick(people) : undefined;
  }

  async #numberOf(person: Person): Promise<number> {
    const [email] = person.emails;
    const row = await this.#db.d1
      .prepare("SELECT person_no FROM identities WHERE group_no = ? AND kind = 1 AND value = ?")
      .bind(this.#group.no, email)
      .first<{ person_no: number }>();
    if (!row) throw new Error(`nobody has ${email}`);
    return row.person_no;
  }

  /** Everything works again: alarms ring until none is set. */
  async calm(): Promise<void> {
    for (const name of this.#objects.keys()) await intakeStub(env, "", name).unpark();
    for (let rung = 0; rung < ALARMS_MAX; rung += 1) {
      const due: string[] = [];
      for (const name of this.#objects.keys()) if (this.#ringing.has(name) || (await this.#hasAlarm(name))) due.push(name);
      if (due.length === 0) return;
      this.#clock.now += 60_000;
      for (const name of due) await this.ring(name, "none");
    }
    throw new Error("alarms do not end");
  }

  #hasAlarm(name: string): Promise<boolean> {
    return runInDurableObject(intakeStub(env, "", name), async (_object, state) => (await state.storage.getAlarm()) !== null);
  }

  /** Where what is differs from what should be; empty when all is well. */
  async differences(): Promise<string[]> {
    const found = this.model.lost().map((act) => `lost: ${act.email} to ${act.actionNo} at ${act.at}`);
    for (const { target } of this.#places) found.push(...(await this.#wrongCounts(target)));
    for (const person of this.model.people()) found.push(...(await this.#wrongPerson(person)));
    found.push(...(await this.#remains()), ...(await this.#waiting()));
    return found;
  }

  async #wrongCounts(target: IntakeTarget): Promise<string[]> {
    const expected = this.model.count(target.actionNo);
    const { total } = await homeOf(env, target).summary();
    const rows = await this.#all("SELECT count(*) AS n FROM participations WHERE group_no = ?1 AND action_no = ?2 AND removal_no = 0", target.actionNo);
    const drift = await homeOf(env, target).check();
    const found: string[] = [];
    if (total !== expected) found.push(`action ${target.actionNo} shows ${total}, not ${expected}`);
    if (rows[0]?.n !== expected) found.push(`action ${target.actionNo} has ${rows[0]?.n} rows, not ${expected}`);
    const isKnown = [...this.#objects.values()].some((place) => place.target === target);
    if (drift !== 0 && isKnown) found.push(`action ${target.actionNo} drifted by ${drift}`);
    return found;
  }

  async #wrongPerson(person: Person): Promise<string[]> {
    const emails = [...person.emails];
    const rows = await this.#all(
      `SELECT DISTINCT p.* FROM identities i JOIN people p ON p.group_no = i.group_no AND p.person_no = i.person_no
       WHERE i.group_no = ?1 AND i.kind = 1 AND i.value IN (SELECT value FROM json_each(?2))`,
      JSON.stringify(emails),
    );
    const [row] = rows;
    if (!row || rows.length > 1) return [`${emails} are ${rows.length} people`];
    const taken = await this.#all(
      "SELECT action_no, answer ->> 'givenName' AS name, comment, source, removal_no FROM participations WHERE group_no = ?1 AND person_no = ?2 ORDER BY action_no",
      row.person_no,
    );
    const consents = await this.#all("SELECT acted_at || ' ' || action_no || ' ' || answer AS consent FROM consent_events WHERE group_no = ?1 AND person_no = ?2", row.person_no);
    const is = {
      name: row.given_name,
      status: row.email_status,
      taken: taken.map((one) => [one.action_no, one.name, one.comment, one.source, one.removal_no]),
      consents: consents.map(({ consent }) => consent).sort(),
    };
    const should = {
      name: person.name,
      status: person.status,
      taken: [...person.taken]
        .sort(([a], [b]) => a - b)
        .map(([actionNo, one]) => [actionNo, one.name, one.comment, one.source, one.removedBy ?? 0]),
      consents: [...person.consents].sort(),
    };
    return JSON.stringify(is) === JSON.stringify(should) ? [] : [`${emails}: ${JSON.stringify(is)}\n      should be ${JSON.stringify(should)}`];
  }

  /** Words of the forgotten that are still somewhere, and news that never went out. */
  async #remains(): Promise<string[]> {
    const texts = await this.#all(
      `SELECT coalesce(answer, '') || coalesce(comment, '') AS text FROM participations WHERE group_no = ?1
       UNION ALL SELECT coalesce(given_name, '') || coalesce(email, '') FROM people WHERE group_no = ?1`,
    );
    const everything = texts.map(({ text }) => text).join("\n");
    const found = this.model
      .forgotten()
      .filter((act) => everything.includes(act.comment) || everything.includes(act.name))
      .map((act) => `not forgotten: ${act.email} at ${act.at}`);
    const counted = await this.#all("SELECT lower(hex(id)) AS id FROM participations WHERE group_no = ?1 AND removal_no = 0 AND removal_no = 0");
    return found.concat(counted.filter(({ id }) => !this.announced.has(String(id))).map(({ id }) => `never announced: ${id}`));
  }

  async #waiting(): Promise<string[]> {
    const found: string[] = [];
    for (const name of this.#objects.keys()) {
      const { waiting } = await intakeStub(env, "", name).state();
      if (waiting > 0) found.push(`${waiting} wait in ${short(name)}`);
    }
    return found;
  }

  async #all(sql: string, ...values: unknown[]): Promise<Record<string, string | number | null>[]> {
    const { results } = await this.#db.d1
      .prepare(sql)
      .bind(this.#group.no, ...values)
      .all<Record<string, string | number | null>>();
    return results;
  }
}

function placeIn(group: Group, actionNo: number): Place {
  const { no: groupNo, id: groupId, shard, jurisdiction } = group;
  const target: IntakeTarget = {
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
  };
  const settings = { autoresponse: { isOn: false } };
  return { target, action: { no: actionNo, id: target.actionId, kind: "petition", settings } as Action };
}

function short(name: string): string {
  return name.slice(24);
}

/** The bindings an object is given for one drain, with a fault at one place of it. */
function withFault(real: Env, fault: Fault, announced: (ids: string[]) => void, kill: () => void): Env {
  const at = async (place: (typeof places)[number]) => {
    if (typeof fault !== "object" || fault.place !== place) return;
    if (fault.how === "error") throw new Error("Network connection lost.");
    kill();
    await new Promise(() => {});
  };
  let batches = 0;
  const shard = (d1: D1Database) => ({
    prepare: (query: string) => d1.prepare(query),
    batch: async (statements: D1PreparedStatement[]) => {
      await at("d1.before");
      batches += 1;
      // The whole page is refused, then its first half is taken, then the database goes away.
      if (fault === "half" && batches === 1) throw new Error("D1_ERROR: CHECK constraint failed");
      if (fault === "half" && batches === 3) throw new Error("Network connection lost.");
      const results = await d1.batch(statements);
      await at("d1.after");
      return results;
    },
  });
  const events = {
    sendBatch: async (messages: Iterable<{ body: { people: [number, string][] } }>) => {
      await at("events.before");
      for (const { body } of messages) announced(body.people.map(([, id]) => id.replaceAll("-", "")));
      await at("events.after");
    },
  };
  const home = {
    getByName: (name: string) => ({
      report: async (...given: unknown[]) => {
        await at("home.before");
        const stub = real.HOME.getByName(name) as unknown as { report(...given: unknown[]): Promise<unknown> };
        const reply = await stub.report(...given);
        await at("home.after");
        return reply;
      },
    }),
  };
  const shards = Object.entries(real).filter(([name]) => name.startsWith("SHARD_"));
  return {
    ...real,
    ...Object.fromEntries(shards.map(([name, d1]) => [name, shard(d1)])),
    EVENTS: events,
    HOME: home,
  } as unknown as Env;
}
