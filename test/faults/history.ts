import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { dbFor, type GroupDb } from "../../src/groups/shard";
import type { Group } from "../../src/groups/types";
import { erasePerson, mergePeople } from "../../src/intake/erasure";
import type { HomeObject } from "../../src/intake/home-object";
import { homeOf, intakeStub } from "../../src/intake/objects";
import { identityHash } from "../../src/intake/participation";
import { removeParticipations, undoRemoval } from "../../src/intake/removal";
import { listSigners } from "../../src/intake/signers";
import type { DrainedParticipation, IntakeTarget, Participation } from "../../src/intake/types";
import { unsubscribe } from "../../src/people/person";
import { newId } from "../../src/platform/ids";
import { contextOf, makeGroup } from "../groups";
import { type Fault, listenTo, places, ringAlarm } from "./interruption";
import { Model, type Person } from "./model";
import type { Random } from "./random";

const REPEATS_ARE_ONE_MS = 60_000;
const EMAILS = Array.from({ length: 7 }, (_, n) => `person${n}@example.org`);
const REGIONS = ["weur", "enam"] as const;
const ALARMS_MAX = 60;
/** A home may take this long to put its number right after something was interrupted. */
const SOON_MS = 15 * 60_000;

type Action = Parameters<typeof removeParticipations>[2];
type Place = { target: IntakeTarget; action: Action };
/** The time all of a history's world lives in, far ahead, so that no alarm rings by itself. */
export type Clock = { now: number };

/** One group with two actions, the people around it, and a random hand that does to them what can happen. */
export class History {
  readonly model = new Model();
  readonly announced = new Set<string>();
  readonly log: string[] = [];
  /** Pages that D1 has taken. */
  commits = 0;
  #isLost = false;
  readonly #random: Random;
  readonly #clock: Clock;
  readonly #group: Group;
  readonly #db: GroupDb;
  readonly #places: Place[];
  /** Objects a participation was sent to, and those whose alarm was ringing when they were killed. */
  readonly #objects = new Map<string, Place>();
  readonly #ringing = new Set<string>();
  readonly #wereRemoved = new Set<string>();
  readonly #lastSent = new Map<string, { body: Participation; at: number }>();
  #words = 0;

  private constructor(random: Random, clock: Clock, group: Group, keepsDrained: boolean) {
    this.#random = random;
    this.#clock = clock;
    this.#group = group;
    this.#db = dbFor(env, group);
    this.#places = [1, 2].map((actionNo) => placeIn(group, actionNo, keepsDrained));
  }

  /** @param options.keepsDrained whether the group wants what was drained to be kept for some days */
  static async begin(random: Random, clock: Clock, options: { keepsDrained: boolean }): Promise<History> {
    const { group } = await makeGroup();
    return new History(random, clock, group, options.keepsDrained);
  }

  get groupNo(): number {
    return this.#group.no;
  }

  /** D1 took a page; the model hears of each row. */
  committed(actionNo: number, rows: DrainedParticipation[]): void {
    this.commits += 1;
    if (this.#isLost) return;
    for (const row of rows) this.model.commit(actionNo, row.e, row.t);
  }

  async step(): Promise<void> {
    this.#clock.now += 1 + this.#random.below(this.#random.chance(0.1) ? 120_000 : 40);
    const name = this.#random.weighted({
      act: 45,
      drain: 22,
      remove: 6,
      undo: 5,
      erase: 4,
      merge: 5,
      unsubscribe: 5,
      check: 3,
      evict: 5,
    });
    await this[name]();
  }

  async act(): Promise<void> {
    const place = this.#random.pick(this.#places);
    const email = this.#random.pick(EMAILS);
    const before = this.#lastSent.get(`${place.target.actionNo} ${email}`);
    const body = before && this.#random.chance(0.3) ? before.body : this.#newAnswer(email);
    const identity = await identityHash(env.IDENTITY_PEPPER, this.#group.id, email);
    // As `objectName` does it, but by a number that is the same each time a history is played.
    const slot = EMAILS.indexOf(email) % this.#random.pick([1, 2, 4]);
    const name = `${place.target.actionId}/${this.#random.pick(REGIONS)}/${slot}`;
    this.#objects.set(name, place);
    const reply = await intakeStub(env, "", name).record(
      JSON.stringify(place.target),
      identity,
      JSON.stringify(body),
    );
    this.log.push(`${this.#clock.now} ${email} says ${body.cm} to ${short(name)}: ${reply.outcome}`);
    if (reply.outcome === "same") {
      if (!before || this.#clock.now - before.at > REPEATS_ARE_ONE_MS)
        throw new Error(`not a repeat: ${email} at ${this.#clock.now}`);
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
    const consent = this.#random.pick([0, 1, 2, 3] as const);
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

  async ring(name: string, fault: Fault): Promise<void> {
    this.log.push(`drain of ${short(name)}: ${JSON.stringify(fault)}`);
    const end = await ringAlarm(name, fault, this.announced);
    if (end === "killed") this.#ringing.add(name);
    else this.#ringing.delete(name);
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
      isBySource
        ? { by: 1, filter: { state: "counted", source } }
        : { by: 1, ids: chosen.map(({ id }) => id) },
    );
    const expected = this.model.remove(action.no, removal?.removalNo ?? -1, (person, taken) =>
      isBySource ? taken.source === source : [...person.emails].some((email) => emails.has(email)),
    );
    this.log.push(
      `removal ${removal?.removalNo} from ${action.no}: ${removal?.count} ${isBySource ? source : [...emails]}`,
    );
    const rows = await this.#all(
      "SELECT lower(hex(id)) AS id FROM participations WHERE group_no = ?1 AND removal_no = ?2",
      removal?.removalNo ?? -1,
    );
    for (const { id } of rows) this.#wereRemoved.add(String(id));
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
    for (const name of this.#objects.keys()) await listenTo(name, this.announced);
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

  /** Everything works again: alarms ring until the objects rest and the homes have nothing to do soon. */
  async calm(): Promise<void> {
    for (const name of this.#objects.keys()) await intakeStub(env, "", name).unpark();
    for (let rung = 0; rung < ALARMS_MAX; rung += 1) {
      const due: string[] = [];
      for (const name of this.#objects.keys())
        if (this.#ringing.has(name) || (await this.#isAlarmSoon(name))) due.push(name);
      this.#clock.now += 60_000;
      for (const name of due) await this.ring(name, "none");
      if (due.length === 0 && !(await this.#ringHomes())) return;
    }
    throw new Error("alarms do not end");
  }

  async #ringHomes(): Promise<boolean> {
    let hasRung = false;
    for (const { target } of this.#places) {
      hasRung ||= await runInDurableObject(homeOf(env, target), async (home: HomeObject, state) => {
        const at = await state.storage.getAlarm();
        if (at === null || at > this.#clock.now + SOON_MS) return false;
        this.#clock.now = Math.max(this.#clock.now, at);
        await state.storage.deleteAlarm();
        await home.alarm();
        return true;
      });
    }
    return hasRung;
  }

  /** Not the one for the day when something kept must go. */
  async #isAlarmSoon(name: string): Promise<boolean> {
    const at = await runInDurableObject(intakeStub(env, "", name), (_object, state) =>
      state.storage.getAlarm(),
    );
    return at !== null && at <= this.#clock.now + SOON_MS;
  }

  /** Has everything that was kept stored again, until all rests. */
  async storeAgain(): Promise<void> {
    for (const { target } of this.#places) await homeOf(env, target).storeAgain(0);
    await this.calm();
    for (const { target } of this.#places) await homeOf(env, target).check();
  }

  /** Sets the database back to before anything happened to anybody. */
  async loseEverything(): Promise<void> {
    this.#isLost = true;
    for (const table of ["participations", "people", "identities", "consent_events", "removals"])
      await this.#all(`DELETE FROM ${table} WHERE group_no = ?1`);
  }

  /** Where the database, given everything again, is not what everybody said who was not erased. */
  async differencesAfterLoss(): Promise<string[]> {
    const forgotten = new Set(this.model.forgotten());
    const acts = this.model.acts.filter((act) => !forgotten.has(act));
    const found: string[] = [];
    for (const { target } of this.#places) {
      const newest = new Map<string, string>();
      for (const { actionNo, email, comment } of acts)
        if (actionNo === target.actionNo) newest.set(email, comment);
      const rows = await this.#all(
        `SELECT person.email, p.comment FROM participations p JOIN people person ON person.group_no = p.group_no AND person.person_no = p.person_no
         WHERE p.group_no = ?1 AND p.action_no = ?2`,
        target.actionNo,
      );
      const is = rows.map(({ email, comment }) => `${email} ${comment}`).sort();
      const should = [...newest].map(([email, comment]) => `${email} ${comment}`).sort();
      if (JSON.stringify(is) !== JSON.stringify(should)) found.push(`${is} were brought back, not ${should}`);
      const { total } = await homeOf(env, target).summary();
      if (total !== should.length)
        found.push(`action ${target.actionNo} shows ${total}, not ${should.length}`);
    }
    const consents = await this.#all("SELECT count(*) AS n FROM consents WHERE group_no = ?1");
    const asked = acts.filter(({ consent }) => consent > 0).length;
    if (consents[0]?.n !== asked) found.push(`${consents[0]?.n} consents, not ${asked}`);
    return found;
  }

  /** Where what is differs from what should be; empty when all is well. */
  async differences(): Promise<string[]> {
    const found = this.model.lost().map((act) => `lost: ${act.email} to ${act.actionNo} at ${act.at}`);
    for (const { target } of this.#places) found.push(...(await this.#wrongCounts(target)));
    for (const person of this.model.people()) found.push(...(await this.#wrongPerson(person)));
    found.push(...(await this.#remains()), ...(await this.#waiting()), ...(await this.#notBrief()));
    return found;
  }

  /** Where `people_brief` says something else than `people`. */
  async #notBrief(): Promise<string[]> {
    const columns =
      "person_no, email_status, mobile_status, created_at, country, region, postal_code, language";
    const [brief, people] = await Promise.all([
      this.#all(`SELECT ${columns} FROM people_brief WHERE group_no = ?1 ORDER BY 1`),
      this.#all(
        `SELECT ${columns} FROM people WHERE group_no = ?1 AND erased_at IS NULL AND merged_into IS NULL ORDER BY 1`,
      ),
    ]);
    const [is, should] = [JSON.stringify(brief), JSON.stringify(people)];
    return is === should ? [] : [`people_brief has ${is}, not ${should}`];
  }

  async #wrongCounts(target: IntakeTarget): Promise<string[]> {
    const expected = this.model.count(target.actionNo);
    const { total } = await homeOf(env, target).summary();
    const rows = await this.#all(
      "SELECT count(*) AS n FROM participations WHERE group_no = ?1 AND action_no = ?2 AND removal_no = 0",
      target.actionNo,
    );
    const drift = await homeOf(env, target).check();
    const found: string[] = [];
    if (total !== expected) found.push(`action ${target.actionNo} shows ${total}, not ${expected}`);
    if (rows[0]?.n !== expected)
      found.push(`action ${target.actionNo} has ${rows[0]?.n} rows, not ${expected}`);
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
    const consents = await this.#all(
      "SELECT acted_at || ' ' || action_no || ' ' || answer AS consent FROM consents WHERE group_no = ?1 AND person_no = ?2",
      row.person_no,
    );
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
    return JSON.stringify(is) === JSON.stringify(should)
      ? []
      : [`${emails}: ${JSON.stringify(is)}\n      should be ${JSON.stringify(should)}`];
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
    const counted = await this.#all(
      "SELECT lower(hex(id)) AS id FROM participations WHERE group_no = ?1 AND removal_no = 0",
    );
    const isKnown = (id: string) => this.announced.has(id) || this.#wereRemoved.has(id);
    return found.concat(
      counted.filter(({ id }) => !isKnown(String(id))).map(({ id }) => `never announced: ${id}`),
    );
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

function placeIn(group: Group, actionNo: number, keepsDrained: boolean): Place {
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
    hasReceipt: true,
    keepsDrained,
  };
  const settings = { autoresponse: { isOn: false } };
  return { target, action: { no: actionNo, id: target.actionId, kind: "petition", settings } as Action };
}

function short(name: string): string {
  return name.slice(24);
}
