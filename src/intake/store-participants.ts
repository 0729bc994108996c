import { idFromBytes, idToBytes, type ParticipationId } from "../platform/ids";

/** A participant's row. 0: counted here. 1: counted elsewhere. 2: erased before it was stored. */
export const states = { mine: 0, other: 1, removed: 2 } as const;
export type State = (typeof states)[keyof typeof states];

export type Participant = { id: ParticipationId; digest: number; actedAt: number; state: State };

/** Everybody who acted through this object: under which id, when and with what answer, and whose count they are in. */
export class Participants {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#sql.exec(
      "CREATE TABLE IF NOT EXISTS participants (identity BLOB PRIMARY KEY, id BLOB NOT NULL, digest INTEGER NOT NULL, acted_at INTEGER NOT NULL, state INTEGER NOT NULL) WITHOUT ROWID",
    );
  }

  /** Gives whether the identity was new. */
  add(identity: Uint8Array, { id, digest, actedAt }: Omit<Participant, "state">): boolean {
    const { rowsWritten } = this.#sql.exec(
      "INSERT OR IGNORE INTO participants (identity, id, digest, acted_at, state) VALUES (?, ?, ?, ?, 0)",
      identity,
      idToBytes(id),
      digest,
      actedAt,
    );
    return rowsWritten > 0;
  }

  get(identity: Uint8Array): Participant | null {
    const [row] = this.#sql
      .exec<{ id: ArrayBuffer; digest: number; acted_at: number; state: State }>(
        "SELECT id, digest, acted_at, state FROM participants WHERE identity = ?",
        identity,
      )
      .toArray();
    return row
      ? { id: idFromBytes(row.id), digest: row.digest, actedAt: row.acted_at, state: row.state }
      : null;
  }

  /** By which identity somebody is counted here who acts by another; null when they are not. Looks through all of them. */
  countedAs(id: ParticipationId): Uint8Array | null {
    const [row] = this.#sql
      .exec<{ identity: ArrayBuffer }>(
        `SELECT identity FROM participants WHERE id = ? AND state = ${states.mine} LIMIT 1`,
        idToBytes(id),
      )
      .toArray();
    return row ? new Uint8Array(row.identity) : null;
  }

  /** They gave another answer. */
  revise(identity: Uint8Array, { digest, actedAt }: Pick<Participant, "digest" | "actedAt">): void {
    this.#sql.exec(
      "UPDATE participants SET digest = ?, acted_at = ? WHERE identity = ?",
      digest,
      actedAt,
      identity,
    );
  }

  /** They acted once more, and are counted here for it. */
  renew(identity: Uint8Array, { id, digest, actedAt }: Omit<Participant, "state">): void {
    this.#sql.exec(
      "UPDATE participants SET id = ?, digest = ?, acted_at = ?, state = 0 WHERE identity = ?",
      idToBytes(id),
      digest,
      actedAt,
      identity,
    );
  }

  /** Gives how many rows changed: 1 or 0. */
  changeState(identity: Uint8Array, from: State, to: State): number {
    return this.#sql.exec(
      "UPDATE participants SET state = ? WHERE identity = ? AND state = ?",
      to,
      identity,
      from,
    ).rowsWritten;
  }

  /** Gives how many rows changed: 1 or 0. */
  changeId(identity: Uint8Array, from: ParticipationId, to: ParticipationId): number {
    return this.#sql.exec(
      "UPDATE participants SET id = ? WHERE identity = ? AND id = ?",
      idToBytes(to),
      identity,
      idToBytes(from),
    ).rowsWritten;
  }

  /** Counts somebody here who was counted elsewhere. Gives how many rows changed: 1 or 0. */
  takeOver(identity: Uint8Array, id: ParticipationId): number {
    return this.#sql.exec(
      "UPDATE participants SET id = ?, state = ? WHERE identity = ? AND state = ?",
      idToBytes(id),
      states.mine,
      identity,
      states.other,
    ).rowsWritten;
  }

  /** Forgets somebody. Gives whose count they were in; null when they were not known. */
  forget(identity: Uint8Array): State | null {
    const known = this.get(identity);
    this.#sql.exec("DELETE FROM participants WHERE identity = ?", identity);
    return known?.state ?? null;
  }
}
