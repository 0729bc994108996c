import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env";
import { dbFor, type GroupDb } from "../groups/shard";
import { AlarmClock } from "../intake/alarm-clock";
import { type Context, createContext } from "../platform/context";
import { errorText } from "../platform/log";
import {
  type BufferedRow,
  type DrainResult,
  WriteBehind,
  type WriteBehindDeps,
} from "../platform/write-behind";
import { leaveList } from "../subscriptions/subscription";
import { holdSending } from "./holding";
import { type Counts, countedOn, type Decided, firstOf, isByMachine } from "./readings";
import { answers, selectSent, storeReadings } from "./store-readings";
import type { KeptOptOut, OptOutGroup, ReadersOf, Reading } from "./types";

/** What comes within this is one page of rows: long enough that a burst of openings costs few writes. */
const GATHER_MS = 3_000;
/** How soon an opt-out that could not be written is tried again; sending waits meanwhile. */
const OPT_OUT_FIRST_MS = 1_000;
const OPT_OUT_RETRY_MS_MAX = 20_000;
/** The same person at the same link again so soon is the same click: a program that loads twice. */
const SAME_S = 10;
/** Of one person, while the object is awake: whoever does more is no reader. */
const PER_PERSON_MAX = 300;
const REMEMBERED_MAX = 20_000;

/**
 * What readers do with the mails of one mailing, on its way to D1: a quarter of them each. What was noted is on disk before the
 * caller hears of it, and may be written any number of times. Opt-outs that D1 could not take wait here too, and hold the
 * sender's mails until they are written. A shell: what is decided of a reading is in `readings.ts`.
 */
export class MailReaders extends DurableObject<Env> {
  readonly #buffer: WriteBehind<Decided>;
  readonly #clock: AlarmClock;
  /** The last moment (s) of each person and link, and how often each person came: in memory, since it only spares work. */
  readonly #last = new Map<string, number>();
  readonly #often = new Map<number, number>();
  #optOutFailures = 0;
  /** What the operations page was last told; nothing while nothing was refused. */
  #parkedTold = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#buffer = new WriteBehind(ctx.storage);
    this.#clock = new AlarmClock(ctx.storage);
    const { sql } = ctx.storage;
    sql.exec(
      `CREATE TABLE IF NOT EXISTS counts (name TEXT PRIMARY KEY, opens INTEGER NOT NULL, machine_opens INTEGER NOT NULL,
         clicks INTEGER NOT NULL, machine_clicks INTEGER NOT NULL) WITHOUT ROWID`,
    );
    sql.exec(
      "CREATE TABLE IF NOT EXISTS opt_outs (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL)",
    );
    void ctx.blockConcurrencyWhile(async () => void (await this.#clock.load()));
  }

  /** Notes what somebody did with their mail. */
  note(of: ReadersOf, reading: Reading): void {
    if (this.#isRepeated(reading)) return;
    this.#know(of);
    this.#buffer.append(keyOf(reading.p), reading.s * 1_000, JSON.stringify(reading), "-");
    this.#clock.setBy(Date.now() + GATHER_MS);
  }

  /** Keeps an opt-out that D1 could not take until it can. */
  keepOptOut(of: ReadersOf, group: OptOutGroup, optOut: KeptOptOut): void {
    this.#know(of);
    this.ctx.storage.kv.put("group", group);
    this.ctx.storage.sql.exec("INSERT INTO opt_outs (body) VALUES (?)", JSON.stringify(optOut));
    this.#clock.setBy(Date.now() + OPT_OUT_FIRST_MS);
  }

  /** D1's words about what it refused on its own, for the operations page; nothing personal. */
  parkedErrors(): { at: number; error: string }[] {
    return this.#buffer.parkedErrors();
  }

  /** Tries what was refused again, at an operator's word. Gives how many. */
  unpark(): number {
    const count = this.#buffer.unpark();
    if (count > 0) this.#clock.setBy(Date.now());
    return count;
  }

  /** What waits here, for tests and operators. */
  waiting(): { readings: number; parked: number; optOuts: number } {
    return { readings: this.#buffer.pending, parked: this.#buffer.parked, optOuts: this.#optOuts().length };
  }

  override async alarm(): Promise<void> {
    this.#clock.rang();
    await this.drain();
  }

  /** Writes what waits, opt-outs first. Gives what is left. */
  async drain(): Promise<{ readings: number; optOuts: number }> {
    const ctx = createContext(this.env, "readers", (work) => this.ctx.waitUntil(work));
    const of = this.ctx.storage.kv.get<ReadersOf>("of");
    if (!of) return { readings: 0, optOuts: 0 };
    await this.#writeOptOuts(ctx, of);
    const result = await this.#buffer.drain(this.#deps(of));
    this.#again(ctx, result);
    this.#tellOperators(ctx, of);
    return { readings: this.#buffer.pending, optOuts: this.#optOuts().length };
  }

  #again(ctx: Context, { state, error }: DrainResult): void {
    if (state === "outage") ctx.log.error("readers.outage", new Error(error ?? ""));
    if (state === "outage") this.#clock.setBy(Date.now() + this.#buffer.nextDelayMs());
    if (state === "more") this.#clock.setBy(Date.now());
    if (this.#optOuts().length > 0)
      this.#clock.setBy(
        Date.now() + Math.min(OPT_OUT_FIRST_MS * 2 ** this.#optOutFailures, OPT_OUT_RETRY_MS_MAX),
      );
  }

  /** Operators hear of what D1 refused, and once more when it is stored after all. A report that is lost comes with the next drain. */
  #tellOperators(ctx: Context, { groupNo, mailingNo, part }: ReadersOf): void {
    const { parked } = this.#buffer;
    if (parked === this.#parkedTold) return;
    const before = this.#parkedTold;
    this.#parkedTold = parked;
    const told = this.env.OPERATIONS.getByName("operations")
      .reportReaders({ groupNo, mailingNo, part, parked, at: Date.now() })
      .catch((error) => {
        this.#parkedTold = before;
        ctx.log.error("readers.report", error);
      });
    this.ctx.waitUntil(told);
  }

  async #writeOptOuts(ctx: Context, of: ReadersOf): Promise<void> {
    const group = this.ctx.storage.kv.get<OptOutGroup>("group");
    try {
      for (const { id, body } of this.#optOuts()) {
        const { way, choice, why, personNo, mailingNo, reason, at }: KeptOptOut = JSON.parse(body);
        const cause = "mail" as const;
        const leaving = { personNo, mailingNo, cause, reason, way, choice, why, at };
        await leaveList(ctx, { no: of.groupNo, shard: of.shard }, leaving);
        this.ctx.storage.sql.exec("DELETE FROM opt_outs WHERE id = ?", id);
        this.#optOutFailures = 0;
      }
    } catch (error) {
      this.#optOutFailures += 1;
      ctx.log.error("readers.opt_out", new Error(errorText(error)));
      if (group) await holdSending(ctx, group);
    }
  }

  #optOuts(): { id: number; body: string }[] {
    return this.ctx.storage.sql
      .exec<{ id: number; body: string }>("SELECT id, body FROM opt_outs ORDER BY id")
      .toArray();
  }

  #deps(of: ReadersOf): WriteBehindDeps<Decided> {
    const db = dbFor(this.env, { no: of.groupNo, shard: of.shard });
    return {
      now: () => Date.now(),
      write: (rows) => this.#write(db, of, rows),
      probe: () => answers(db),
      announce: async () => {},
      settle: (_, decided) => {
        this.#keep(countedOn(this.#counts(), decided.filter(isKnown)));
        return "-";
      },
    };
  }

  /** Readings of somebody who got no such mail change nothing: their row is gone, and so are they. */
  async #write(db: GroupDb, of: ReadersOf, rows: BufferedRow[]): Promise<Decided[]> {
    const readings = rows.map(({ body }): Reading => JSON.parse(body));
    const sent = await selectSent(db, of.mailingNo, [...new Set(readings.map(({ p }) => p))]);
    const decided = readings.map(
      (reading): Decided => ({
        reading,
        isMachine: isByMachine(reading, sent.get(reading.p) ?? null),
        isUnknown: !sent.has(reading.p),
      }),
    );
    const known = decided.filter(isKnown);
    await storeReadings(db, of, { ...firstOf(known), counts: countedOn(this.#counts(), known) });
    return decided;
  }

  #counts(): Counts {
    return new Map(
      this.ctx.storage.sql
        .exec<{ name: string; opens: number; machine_opens: number; clicks: number; machine_clicks: number }>(
          "SELECT * FROM counts",
        )
        .toArray()
        .map(({ name, opens, machine_opens, clicks, machine_clicks }) => [
          name,
          { opens, machineOpens: machine_opens, clicks, machineClicks: machine_clicks },
        ]),
    );
  }

  #keep(counts: Counts): void {
    for (const [name, { opens, machineOpens, clicks, machineClicks }] of counts)
      this.ctx.storage.sql.exec(
        "INSERT OR REPLACE INTO counts VALUES (?, ?, ?, ?, ?)",
        ...[name, opens, machineOpens, clicks, machineClicks],
      );
  }

  #know(of: ReadersOf): void {
    const known = this.ctx.storage.kv.get<ReadersOf>("of");
    if (known?.shard !== of.shard) this.ctx.storage.kv.put("of", of);
  }

  #isRepeated({ p, l, s, a }: Reading): boolean {
    const key = `${p}/${l}/${a}`;
    const last = this.#last.get(key);
    const often = (this.#often.get(p) ?? 0) + 1;
    if (this.#last.size >= REMEMBERED_MAX) this.#last.clear();
    if (this.#often.size >= REMEMBERED_MAX) this.#often.clear();
    this.#last.set(key, s);
    this.#often.set(p, often);
    return often > PER_PERSON_MAX || (last !== undefined && Math.abs(s - last) < SAME_S);
  }
}

function isKnown({ isUnknown }: Decided): boolean {
  return !isUnknown;
}

/** Under which what one person did waits, so that it can be forgotten. */
function keyOf(personNo: number): Uint8Array {
  return new TextEncoder().encode(String(personNo));
}
