import { type Places as Asked, standingOf, standings } from "../actions/kind";
import type { PlacesTaken, Standing } from "../actions/types";
import { idToHex, type ParticipationId } from "../platform/ids";
import type { Meta } from "./store-meta";
import type { PlacesReport } from "./types";

/** By slot; null: as many as come. A slot that is not named has no places. */
export type Capacities = Record<string, number | null>;

/** Someone who moved up from the waiting list, what they had said, and when. */
export type Promotion = { identity: Uint8Array; body: string; at: number };
/** What became of somebody's place, and when; of one person's each is later than the one before. */
export type Decided = { standing: Standing; at: number };

const { confirmed: CONFIRMED, waiting: WAITING, cancelled: CANCELLED } = standings;

type Row = { slot: string; count: number; standing: number; turn: number; changed_at: number };
type Waiting = { identity: ArrayBuffer; count: number; body: string; changed_at: number };
type Tally = { confirmed: number; waiting: number };

/**
 * Who has a place and who waits for one, in the order they came. Whoever has a place keeps it until they give it back:
 * nobody's arrival and no lower number of places takes it away. What is free goes to the first who wait and whom it is
 * enough for, and only then to newcomers.
 */
export class Places {
  readonly #sql: SqlStorage;
  readonly #meta: Meta;
  readonly #taken = new Map<string, Tally>();
  #people = 0;
  #capacities: Capacities;
  #version: number;
  #lastTurn: number;

  constructor(sql: SqlStorage, meta: Meta) {
    this.#sql = sql;
    this.#meta = meta;
    this.#sql.exec(
      `CREATE TABLE IF NOT EXISTS places (identity BLOB PRIMARY KEY, slot TEXT NOT NULL, count INTEGER NOT NULL,
         standing INTEGER NOT NULL, turn INTEGER NOT NULL, changed_at INTEGER NOT NULL, body TEXT, is_removed INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID`,
    );
    this.#sql.exec(
      `CREATE INDEX IF NOT EXISTS places_waiting ON places (slot, turn) WHERE standing = ${WAITING} AND is_removed = 0`,
    );
    const { version, capacities } = JSON.parse(meta.get("places") ?? '{"version":0,"capacities":{}}');
    this.#version = version;
    this.#capacities = capacities;
    this.#lastTurn = this.#sql
      .exec<{ turn: number }>("SELECT coalesce(max(turn), 0) AS turn FROM places")
      .one().turn;
    this.#countAgain();
  }

  #countAgain(): void {
    this.#taken.clear();
    this.#people = 0;
    for (const row of this.#sql.exec<{ slot: string; standing: number; people: number; places: number }>(
      `SELECT slot, standing, count(*) AS people, sum(count) AS places FROM places
       WHERE is_removed = 0 AND standing <> ${CANCELLED} GROUP BY slot, standing`,
    )) {
      if (row.standing === CONFIRMED) this.#people += row.people;
      const tally = this.#tally(row.slot);
      if (row.standing === CONFIRMED) tally.confirmed = row.places;
      else tally.waiting = row.people;
    }
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

  /** What somebody's place is; null when they never asked for one. */
  standing(identity: Uint8Array): Standing | null {
    const row = this.#row(identity);
    return row ? standingOf(row.standing) : null;
  }

  /** Whether somebody who has a place asks for more than there is. Nothing may then change: what they have is theirs. */
  isTooMuch(identity: Uint8Array, asked: Asked): boolean {
    const row = this.#row(identity);
    if (row?.standing !== CONFIRMED || asked.count === 0) return false;
    if (asked.slot === row.slot)
      return asked.count > row.count && asked.count - row.count > this.#free(row.slot);
    return asked.count > this.#free(asked.slot);
  }

  /**
   * Gives somebody the places they ask for, or puts them on the waiting list; asking for none gives back what they had.
   * @param body what they said, kept while they wait
   */
  take(identity: Uint8Array, asked: Asked, body: string, now: number): Decided {
    const before = this.#row(identity);
    const isNew = !before || before.standing === CANCELLED;
    if (before) this.#addCounts(before, -1);
    const standing = this.#standingFor(before, asked);
    // Whoever waits and asks for something else keeps their turn; whoever left and comes back takes a new one.
    if (isNew) this.#lastTurn += 1;
    const turn = isNew ? this.#lastTurn : before.turn;
    const at = Math.max(now, (before?.changed_at ?? 0) + 1);
    this.#write(identity, { ...asked, standing, turn, changed_at: at }, body);
    return { standing: standingOf(standing) ?? "waiting", at };
  }

  #standingFor(before: Row | null, { slot, count }: Asked): number {
    if (count === 0) return CANCELLED;
    if (before?.standing === CONFIRMED && before.slot === slot && count <= before.count) return CONFIRMED;
    return count <= this.#free(slot) ? CONFIRMED : WAITING;
  }

  #write(identity: Uint8Array, row: Row, body: string): void {
    const { slot, count, standing, turn, changed_at } = row;
    this.#sql.exec(
      `INSERT INTO places (identity, slot, count, standing, turn, body, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
       ON CONFLICT (identity) DO UPDATE SET slot = ?2, count = ?3, standing = ?4, turn = ?5, body = ?6, changed_at = ?7`,
      identity,
      slot,
      count,
      standing,
      turn,
      standing === WAITING ? body : null,
      changed_at,
    );
    if (this.#row(identity)) this.#addCounts(row);
  }

  /** Those whom what is free is enough for, in the order they came; each has a place from now on. */
  promote(now: number): Promotion[] {
    const promoted: Promotion[] = [];
    for (const [slot, tally] of this.#taken) {
      while (tally.waiting > 0 && this.#free(slot) > 0) {
        const next = this.#firstWaiting(slot, this.#free(slot));
        if (!next) break;
        const identity = new Uint8Array(next.identity);
        const at = Math.max(now, next.changed_at + 1);
        this.#sql.exec(
          "UPDATE places SET standing = ?, body = NULL, changed_at = ? WHERE identity = ?",
          CONFIRMED,
          at,
          identity,
        );
        this.#addCounts({ slot, count: next.count, standing: WAITING }, -1);
        this.#addCounts({ slot, count: next.count, standing: CONFIRMED });
        promoted.push({ identity, body: next.body, at });
      }
    }
    return promoted;
  }

  #firstWaiting(slot: string, free: number): Waiting | null {
    const most = Number.isFinite(free) ? free : Number.MAX_SAFE_INTEGER;
    const [row] = this.#sql
      .exec<Waiting>(
        `SELECT identity, count, body, changed_at FROM places
         WHERE slot = ? AND standing = ${WAITING} AND is_removed = 0 AND count <= ? ORDER BY turn LIMIT 1`,
        slot,
        most,
      )
      .toArray();
    return row ?? null;
  }

  /** Forgets somebody: they were erased, or are counted under another address. */
  forget(identity: Uint8Array): void {
    const row = this.#row(identity);
    if (row) this.#addCounts(row, -1);
    this.#sql.exec("DELETE FROM places WHERE identity = ?", identity);
  }

  /**
   * Frees the places of those whom an organiser took out, and gives them back to those who are put back in, even if that
   * is more than there are: they had them.
   * @param removed the participations of all who are out now
   */
  leaveOut(removed: readonly ParticipationId[]): void {
    this.#sql.exec(
      `UPDATE places SET is_removed = identity IN (SELECT identity FROM participants
         WHERE id IN (SELECT unhex(value) FROM json_each(?)))`,
      JSON.stringify(removed.map(idToHex)),
    );
    this.#countAgain();
  }

  /** Those taken out of the list are in no count. */
  #row(identity: Uint8Array): Row | null {
    const [row] = this.#sql
      .exec<Row>(
        "SELECT slot, count, standing, turn, changed_at FROM places WHERE identity = ? AND is_removed = 0",
        identity,
      )
      .toArray();
    return row ?? null;
  }

  #addCounts({ slot, count, standing }: Pick<Row, "slot" | "count" | "standing">, sign: 1 | -1 = 1): void {
    const tally = this.#tally(slot);
    if (standing === CONFIRMED) {
      tally.confirmed += sign * count;
      this.#people += sign;
    } else if (standing === WAITING) tally.waiting += sign;
  }
}
