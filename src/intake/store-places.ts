import { type Places as Asked, standingOf, standings } from "../actions/kind";
import type { PlacesTaken, SlotStandings, Standing } from "../actions/types";
import { idToHex } from "../platform/ids";
import { LazyTable } from "../platform/lazy-table";
import type { RemovedPage } from "./store";
import type { Meta } from "./store-meta";
import type { PlacesReport } from "./types";

/** By slot; null: as many as come. A slot that is not named has no places. */
export type Capacities = Record<string, number | null>;

/**
 * What became of somebody's places, and when; of one person's each is later than the one before. `slots` says it of each
 * slot they have a place in or wait for, and is empty where there is but one.
 */
export type Decided = { standing: Standing; at: number; slots: SlotStandings };
/** Someone who moved up from a waiting list, what they had said, and what has become of their places. */
export type Promotion = { identity: Uint8Array; body: string; decided: Decided };

const { confirmed: CONFIRMED, waiting: WAITING, cancelled: CANCELLED } = standings;

/** The slot of an action that has places as a whole. */
const WHOLE = "";

/** All that one person asked for, a seat for each slot. Those taken out of the list have theirs marked, and are in no count. */
export type Seats = readonly Seat[];
type Seat = {
  slot: string;
  count: number;
  standing: number;
  turn: number;
  changed_at: number;
  is_removed: number;
};
type Tally = { confirmed: number; waiting: number };

/**
 * Who has a place and who waits for one, in the order they came; somebody may ask for several slots at once, and each is
 * decided by itself. Whoever has a place keeps it until they give it back: nobody's arrival and no lower number of places
 * takes it away. What is free goes to the first who wait and whom it is enough for, and only then to newcomers.
 */
export class Places {
  readonly #sql: SqlStorage;
  readonly #meta: Meta;
  /** Made with the first who asks for a place: most actions have none. */
  readonly #seatTable: LazyTable;
  readonly #wordsTable: LazyTable;
  readonly #taken = new Map<string, Tally>();
  #people = 0;
  #capacities: Capacities;
  #version: number;
  #lastTurn = 0;

  constructor(sql: SqlStorage, meta: Meta) {
    this.#sql = sql;
    this.#meta = meta;
    this.#seatTable = new LazyTable(
      sql,
      "seats",
      `(identity BLOB NOT NULL, slot TEXT NOT NULL, count INTEGER NOT NULL, standing INTEGER NOT NULL, turn INTEGER NOT NULL,
         changed_at INTEGER NOT NULL, is_removed INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (identity, slot)) WITHOUT ROWID`,
    );
    // What those who wait had said: it goes to D1 once more when they move up.
    this.#wordsTable = new LazyTable(
      sql,
      "said_by_waiting",
      "(identity BLOB PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID",
    );
    const { version, capacities } = JSON.parse(meta.get("places") ?? '{"version":0,"capacities":{}}');
    this.#version = version;
    this.#capacities = capacities;
    this.#countAgain();
  }

  #makeTables(): void {
    if (this.#seatTable.isThere) return;
    this.#seatTable.make();
    this.#wordsTable.make();
    this.#sql.exec(
      `CREATE INDEX seats_waiting ON seats (slot, turn) WHERE standing = ${WAITING} AND is_removed = 0`,
    );
  }

  #countAgain(): void {
    if (!this.#seatTable.isThere) return;
    this.#lastTurn = this.#sql
      .exec<{ turn: number }>("SELECT coalesce(max(turn), 0) AS turn FROM seats")
      .one().turn;
    this.#taken.clear();
    for (const row of this.#sql.exec<{ slot: string; standing: number; people: number; places: number }>(
      `SELECT slot, standing, count(*) AS people, sum(count) AS places FROM seats
       WHERE is_removed = 0 AND standing <> ${CANCELLED} GROUP BY slot, standing`,
    )) {
      const tally = this.#tally(row.slot);
      if (row.standing === CONFIRMED) tally.confirmed = row.places;
      else tally.waiting = row.people;
    }
    this.#people = this.#sql
      .exec<{ people: number }>(
        `SELECT count(DISTINCT identity) AS people FROM seats WHERE is_removed = 0 AND standing = ${CONFIRMED}`,
      )
      .one().people;
  }

  #tally(slot: string): Tally {
    const known = this.#taken.get(slot);
    if (known) return known;
    const fresh = { confirmed: 0, waiting: 0 };
    this.#taken.set(slot, fresh);
    return fresh;
  }

  /** How many people have a place. */
  get people(): number {
    return this.#people;
  }

  /** How many places of each slot are taken, and how many people wait for one. */
  get taken(): PlacesTaken {
    return Object.fromEntries([...this.#taken].map(([slot, tally]) => [slot, { ...tally }]));
  }

  /** Takes how many places there are; a page cached somewhere may still tell of an earlier number, which counts no more. */
  learn(told: { version: number; capacities: Capacities }): void {
    if (told.version <= this.#version) return;
    this.#version = told.version;
    this.#capacities = told.capacities;
    this.#meta.set("places", JSON.stringify(told));
  }

  #capacity(slot: string): number {
    const capacity = Object.hasOwn(this.#capacities, slot) ? this.#capacities[slot] : 0;
    return capacity ?? Number.POSITIVE_INFINITY;
  }

  #free(slot: string): number {
    return this.#capacity(slot) - this.#tally(slot).confirmed;
  }

  /** How many have ever moved up and are stored so: whoever is told a higher number looks for whom to tell. */
  get promoted(): number {
    return this.#meta.number("promoted") ?? 0;
  }

  report(): PlacesReport {
    return { people: this.people, taken: this.taken, promoted: this.promoted };
  }

  noteStored(promotions: number): void {
    if (promotions > 0) this.#meta.set("promoted", this.promoted + promotions);
  }

  /** What somebody asked for until now; none for whoever never did. */
  seatsOf(identity: Uint8Array): Seats {
    if (!this.#seatTable.isThere) return [];
    return this.#sql
      .exec<Seat>(
        "SELECT slot, count, standing, turn, changed_at, is_removed FROM seats WHERE identity = ?",
        identity,
      )
      .toArray();
  }

  /**
   * Whether somebody who has places asks for more than there are, or would exchange one for a turn on a waiting list. Nothing
   * may then change: what they have is theirs.
   * @param all as `seatsOf` gives them
   */
  isTooMuch(all: Seats, { slots, count }: Asked): boolean {
    const seats = all.filter(isIn);
    const held = seats.filter(({ standing }) => standing === CONFIRMED);
    if (held.length === 0 || count === 0) return false;
    const isGivingBack = held.some(({ slot }) => !slots.includes(slot));
    return slots.some((slot) => {
      const seat = seats.find((each) => each.slot === slot);
      // Whoever waits there already knows it.
      if (seat?.standing === WAITING) return false;
      const own = seat?.count ?? 0;
      const isShort = count > own && count - own > this.#free(slot);
      return isShort && (seat !== undefined || isGivingBack);
    });
  }

  /**
   * Gives somebody the places they ask for, or puts them on the waiting list, each slot by itself; asking for none gives back
   * what they had. Whoever was taken out of the list stays out, and keeps no turn.
   * @param before as `seatsOf` gives them: most people never asked before, and nothing of theirs is looked for twice
   * @param body what they said, kept while they wait
   */
  take(identity: Uint8Array, before: Seats, asked: Asked, body: string, now: number): Seats {
    this.#makeTables();
    this.#addCounts(before, -1);
    const at = Math.max(now, ...before.map(({ changed_at }) => changed_at + 1));
    const seats = this.#seatsFor(before, asked, at);
    if (before.length > 0) this.#sql.exec("DELETE FROM seats WHERE identity = ?", identity);
    for (const { slot, count, standing, turn, is_removed } of seats)
      this.#sql.exec(
        "INSERT INTO seats (identity, slot, count, standing, turn, changed_at, is_removed) VALUES (?, ?, ?, ?, ?, ?, ?)",
        ...[identity, slot, count, standing, turn, at, is_removed],
      );
    this.#keepWords(identity, before, seats, body);
    this.#addCounts(seats);
    return seats;
  }

  /** Whoever waits for a slot and asks for it again keeps their turn; what is asked for anew, also after leaving, is a new one. */
  #seatsFor(before: Seats, { slots, count }: Asked, at: number): Seat[] {
    const common = { count, changed_at: at, is_removed: before.every(isIn) ? 0 : 1 };
    if (count === 0) return [{ ...common, slot: WHOLE, standing: CANCELLED, turn: 0 }];
    const held = new Map(
      before.filter((seat) => isIn(seat) && seat.standing !== CANCELLED).map((seat) => [seat.slot, seat]),
    );
    if (slots.some((slot) => !held.has(slot))) this.#lastTurn += 1;
    return slots.map((slot) => {
      const own = held.get(slot);
      const isKept = own?.standing === CONFIRMED && count <= own.count;
      const standing = isKept || count <= this.#free(slot) ? CONFIRMED : WAITING;
      return { ...common, slot, standing, turn: own?.turn ?? this.#lastTurn };
    });
  }

  #keepWords(identity: Uint8Array, before: Seats, seats: Seats, body: string): void {
    if (seats.some(isWaiting))
      this.#sql.exec(
        "INSERT INTO said_by_waiting (identity, body) VALUES (?1, ?2) ON CONFLICT (identity) DO UPDATE SET body = ?2",
        identity,
        body,
      );
    else if (before.some(isWaiting))
      this.#sql.exec("DELETE FROM said_by_waiting WHERE identity = ?", identity);
  }

  /** Those whom what is free is enough for, in the order they came; each has a place from now on. */
  promote(now: number): Promotion[] {
    const promoted: Promotion[] = [];
    for (const [slot, tally] of this.#taken) {
      while (tally.waiting > 0 && this.#free(slot) > 0) {
        const identity = this.#firstWaiting(slot, this.#free(slot));
        if (!identity) break;
        promoted.push(this.#moveUp(identity, slot, now));
      }
    }
    return promoted;
  }

  #moveUp(identity: Uint8Array, slot: string, now: number): Promotion {
    const before = this.seatsOf(identity);
    const at = Math.max(now, ...before.map(({ changed_at }) => changed_at + 1));
    const seats = before.map((seat) =>
      seat.slot === slot ? { ...seat, standing: CONFIRMED, changed_at: at } : seat,
    );
    this.#sql.exec(
      `UPDATE seats SET standing = ${CONFIRMED}, changed_at = ? WHERE identity = ? AND slot = ?`,
      at,
      identity,
      slot,
    );
    this.#addCounts(before, -1);
    this.#addCounts(seats);
    const { body } = this.#sql
      .exec<{ body: string }>("SELECT body FROM said_by_waiting WHERE identity = ?", identity)
      .one();
    this.#keepWords(identity, before, seats, body);
    return { identity, body, decided: decidedOf(seats) };
  }

  #firstWaiting(slot: string, free: number): Uint8Array | null {
    const most = Number.isFinite(free) ? free : Number.MAX_SAFE_INTEGER;
    const [row] = this.#sql
      .exec<{ identity: ArrayBuffer }>(
        `SELECT identity FROM seats WHERE slot = ? AND standing = ${WAITING} AND is_removed = 0 AND count <= ? ORDER BY turn LIMIT 1`,
        slot,
        most,
      )
      .toArray();
    return row ? new Uint8Array(row.identity) : null;
  }

  /** Forgets somebody: they were erased, or are counted under another address. */
  forget(identity: Uint8Array): void {
    if (!this.#seatTable.isThere) return;
    this.#addCounts(this.seatsOf(identity), -1);
    this.#sql.exec("DELETE FROM seats WHERE identity = ?", identity);
    this.#sql.exec("DELETE FROM said_by_waiting WHERE identity = ?", identity);
  }

  /**
   * Frees the places of those whom an organiser took out, and gives them back to those who are put back in, even if that
   * is more than there are: they had them.
   * @param removed the participations who are out now, of a range of them
   */
  leaveOut({ after, upTo, ids }: RemovedPage): void {
    if (!this.#seatTable.isThere) return;
    this.#sql.exec(
      `UPDATE seats SET is_removed = identity IN (SELECT identity FROM participants
         WHERE id IN (SELECT unhex(value) FROM json_each(?1)))
       WHERE identity IN (SELECT identity FROM participants WHERE id > unhex(?2) AND (?3 IS NULL OR id <= unhex(?3)))`,
      JSON.stringify(ids.map(idToHex)),
      after === null ? "" : idToHex(after),
      upTo === null ? null : idToHex(upTo),
    );
    this.#countAgain();
  }

  /** Adds one person's places to the numbers, or takes them off. */
  #addCounts(all: Seats, sign: 1 | -1 = 1): void {
    const seats = all.filter(isIn);
    for (const { slot, count, standing } of seats) {
      const tally = this.#tally(slot);
      if (standing === CONFIRMED) tally.confirmed += sign * count;
      else if (standing === WAITING) tally.waiting += sign;
    }
    if (seats.some(({ standing }) => standing === CONFIRMED)) this.#people += sign;
  }
}

const isIn = (seat: Seat) => seat.is_removed === 0;
const isWaiting = (seat: Seat) => seat.standing === WAITING;

/** What somebody is told of their places; null for whoever asked for none, or was taken out of the list. */
export function toldOf(seats: Seats): Decided | null {
  return seats.length > 0 && seats.every(isIn) ? decidedOf(seats) : null;
}

/** Whoever has one place at least is coming. */
export function decidedOf(seats: Seats): Decided {
  const names = seats.flatMap(({ slot, standing }) => {
    const name = standingOf(standing);
    return name ? [[slot, name] as const] : [];
  });
  const has = (wanted: Standing) => names.some(([, name]) => name === wanted);
  const standing = has("confirmed") ? "confirmed" : has("waiting") ? "waiting" : "cancelled";
  const slots = Object.fromEntries(names.filter(([slot, name]) => slot !== WHOLE && name !== "cancelled"));
  return { standing, at: Math.max(...seats.map(({ changed_at }) => changed_at)), slots };
}
