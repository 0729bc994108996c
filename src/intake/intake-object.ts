import { DurableObject } from "cloudflare:workers";
import type { PublicSigner } from "../actions/types";
import type { Env } from "../env";
import { dbFor } from "../groups/shard";
import { idFromBytes, idToBytes, idToHex, newId, type ParticipationId } from "../platform/ids";
import { errorText } from "../platform/log";
import { type BufferedRow, type DrainResult, WriteBehind } from "../platform/write-behind";
import { announcePage, isUpdate, recentSigners, rowBody, rowId, writePage } from "./drain";
import { homeOf } from "./objects";
import type { DrainOutcome } from "./store";
import type { HomeReply, IntakeTarget, RecordReply } from "./types";

/** The first drain follows a record by about a second, so that a burst shares one batch. */
const DRAIN_DELAY_MS = 1_000;
/** A home that could not be reached is told again after this time. */
const REPORT_RETRY_MS = 10_000;
/**
 * The same answer of the same person within this time is a repeat. Later it is an answer again: in between they may have
 * said something else through another object, or unsubscribed.
 */
const REPEAT_MS = 60_000;
/** The same, for kinds where each answer adds. */
const DOUBLE_CLICK_MS = 10 * 60_000;
/** A closed object asks its home at most this often whether it was reopened without hearing of it. */
const REOPENED_ASK_MS = 5_000;

/** A participant's row. 0: counted here. 1: counted elsewhere. 2: erased before it was stored. */
const states = { mine: 0, other: 1, removed: 2 } as const;

/**
 * Takes participations of one action for one part of the world. A shell over its SQLite: what it decides is in `record`
 * (one synchronous transaction, durable before the reply leaves) and in `drain.ts`; see design.md §5.
 */
export class ActionIntake extends DurableObject<Env> {
  readonly #sql: SqlStorage;
  readonly #buffer: WriteBehind<DrainOutcome>;
  readonly #name: string;
  /** The `#settledFrom` of the last note; the home may know of it by now. */
  readonly #notedFrom: number | null;
  #target: IntakeTarget | null;
  #targetText: string;
  #isClosed: boolean;
  #count: number;
  #others: number;
  #spread: number;
  #alarmAt: number | null = null;
  #version = 0;
  #recordedSinceReport = 0;
  #reportedAt = 0;
  #reportedCount = -1;
  #askedHomeAt = 0;
  #isAwake = false;
  #isRetired = false;
  #drained = 0;
  #settledFrom: number | null = null;
  #recent: PublicSigner[] = [];
  #lastError: string | null = null;
  #draining: Promise<DrainResult> | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#name = ctx.id.name ?? "";
    this.#sql.exec(
      "CREATE TABLE IF NOT EXISTS participants (identity BLOB PRIMARY KEY, id BLOB NOT NULL, digest INTEGER NOT NULL, acted_at INTEGER NOT NULL, state INTEGER NOT NULL) WITHOUT ROWID",
    );
    this.#sql.exec(
      "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    );
    this.#buffer = new WriteBehind(ctx.storage);
    this.#targetText = this.#meta("target") ?? "";
    this.#target = this.#targetText === "" ? null : JSON.parse(this.#targetText);
    this.#isClosed = this.#meta("closed") === "1";
    [this.#count, this.#others, this.#spread, this.#notedFrom] = readNote(this.#buffer.note);
    ctx.blockConcurrencyWhile(() => this.#rearm());
  }

  /**
   * Records a participation. Synchronous up to the reply, which the output gate holds until the row is on disk.
   * @param body a `Participation` as JSON, validated by the caller.
   */
  record(target: IntakeTarget, identity: Uint8Array, body: string): RecordReply {
    this.#learn(target);
    const now = Date.now();
    if (this.#isClosed) return this.#refuse(now);
    this.#isAwake = true;
    const digest = digestOf(body);
    const id = newId<ParticipationId>();
    const { rowsWritten } = this.#sql.exec(
      "INSERT OR IGNORE INTO participants (identity, id, digest, acted_at, state) VALUES (?, ?, ?, ?, 0)",
      identity,
      idToBytes(id),
      digest,
      now,
    );
    if (rowsWritten === 0) return this.#recordAgain(target, identity, body, digest, now);
    this.#count += 1;
    this.#keep(identity, body, { id, at: now, isOnce: target.isOnce, isUpdate: false });
    return this.#reply("counted", id);
  }

  /** Closed until its home says otherwise: word of a reopening may have been lost on the way here. */
  #refuse(now: number): RecordReply {
    // Nobody is sent to a retired object unless the action was reopened; the next try finds a new one.
    if (this.#isRetired) this.ctx.abort("retired");
    if (now - this.#askedHomeAt > REOPENED_ASK_MS) {
      this.#askedHomeAt = now;
      this.ctx.waitUntil(this.#report());
    }
    return this.#reply("closed", newId());
  }

  #recordAgain(
    target: IntakeTarget,
    identity: Uint8Array,
    body: string,
    digest: number,
    now: number,
  ): RecordReply {
    const known = this.#sql
      .exec<{ id: ArrayBuffer; digest: number; acted_at: number; state: number }>(
        "SELECT id, digest, acted_at, state FROM participants WHERE identity = ?",
        identity,
      )
      .one();
    const isForgotten = known.state === states.removed;
    const isRepeat =
      known.digest === digest && now - known.acted_at < (target.isOnce ? REPEAT_MS : DOUBLE_CLICK_MS);
    const id = idFromBytes<ParticipationId>(known.id);
    if (isRepeat && !isForgotten) return this.#reply("same", id);
    // Two answers within a millisecond still have an order, and a clock that steps back does not change it.
    const at = Math.max(now, known.acted_at + 1);
    if (target.isOnce && !isForgotten) {
      this.#sql.exec(
        "UPDATE participants SET digest = ?, acted_at = ? WHERE identity = ?",
        digest,
        at,
        identity,
      );
      this.#keep(identity, body, { id, at, isOnce: true, isUpdate: true });
      return this.#reply("updated", id);
    }
    const nextId = newId<ParticipationId>();
    this.#sql.exec(
      "UPDATE participants SET id = ?, digest = ?, acted_at = ?, state = 0 WHERE identity = ?",
      idToBytes(nextId),
      digest,
      at,
      identity,
    );
    this.#count += 1;
    this.#keep(identity, body, { id: nextId, at, isOnce: target.isOnce, isUpdate: false });
    return this.#reply("counted", nextId);
  }

  #keep(
    identity: Uint8Array,
    body: string,
    said: { id: ParticipationId; at: number; isOnce: boolean; isUpdate: boolean },
  ): void {
    const row = rowBody(
      body,
      idToHex(said.id),
      said.at,
      identity,
      said.isOnce ? 0 : nthOf(said.id),
      said.isUpdate,
    );
    this.#buffer.append(identity, said.at, row, this.#note());
    this.#recordedSinceReport += 1;
    if (this.#alarmAt === null) this.#setAlarm(Date.now() + DRAIN_DELAY_MS);
  }

  #reply(outcome: RecordReply["outcome"], id: ParticipationId): RecordReply {
    return { outcome, id, total: this.#count + this.#others, spread: this.#spread };
  }

  override async alarm(): Promise<void> {
    this.#alarmAt = null;
    // The first thing an object does is an alarm only when it was interrupted: what it settled then was perhaps not reported.
    if (!this.#isAwake) this.#settledFrom = this.#notedFrom;
    this.#isAwake = true;
    try {
      await this.drain();
    } catch (error) {
      this.#lastError = errorText(error);
    } finally {
      const isWaiting = this.#buffer.pending > 0;
      if (isWaiting || !this.#isReported()) {
        this.#setAlarm(Date.now() + (isWaiting ? this.#buffer.nextDelayMs() : REPORT_RETRY_MS));
      }
    }
  }

  #isReported(): boolean {
    return this.#count === this.#reportedCount && this.#settledFrom === null;
  }

  /** Drains now, for callers that want to read back what they wrote. */
  async drain(): Promise<DrainResult> {
    // The one under way may be past its last page already.
    const underWay = await this.#draining;
    if (underWay && (underWay.error !== null || this.#buffer.pending === 0)) return underWay;
    this.#draining ??= this.#drainOnce().finally(() => {
      this.#draining = null;
    });
    return this.#draining;
  }

  async #drainOnce(): Promise<DrainResult> {
    const target = this.#target;
    if (!target) return { state: "empty", settled: 0, error: null };
    const group = dbFor(this.env, { no: target.groupNo, shard: target.shard });
    // While D1 is slow or down the home still learns the count; when all is well one report after the drain is enough.
    const early =
      this.#lastError !== null || this.#buffer.pending > 1_000 ? this.#report() : Promise.resolve();
    const result = await this.#buffer.drain({
      now: Date.now,
      write: (rows) => writePage(group, target, rows),
      announce: (_rows, outcomes) => announcePage(this.env.EVENTS, target, outcomes),
      settle: (rows, outcomes) => {
        for (const [position, row] of rows.entries()) this.#settleOne(target, row, outcomes[position]);
        this.#drained += rows.length;
        this.#settledFrom = Math.min(
          this.#settledFrom ?? Number.MAX_SAFE_INTEGER,
          ...rows.map((row) => row.at),
        );
        this.#recent = [...recentSigners(rows, outcomes), ...this.#recent].slice(0, 10);
        return this.#note();
      },
      probe: () => answers(group.d1),
    });
    this.#lastError = result.error;
    await early;
    if (result.settled > 0 || result.error !== null || !this.#isReported()) await this.#report();
    return result;
  }

  /** Someone counted elsewhere, or whom D1 does not have because they were erased, leaves this object's count, once. */
  #settleOne(target: IntakeTarget, row: BufferedRow, outcome: DrainOutcome | undefined): void {
    if (!outcome) return;
    const { key } = row;
    switch (outcome.state) {
      case "mine":
        if (isUpdate(row) && !outcome.isRemoved)
          this.#count += this.#changeState(key, states.removed, states.mine);
        return;
      case "again":
        this.#count += this.#changeId(key, rowId(row), outcome.id);
        return;
      case "other":
        // Where each answer adds, each row was counted by itself.
        this.#count -= this.#changeState(key, states.mine, states.other) || (target.isOnce ? 0 : 1);
        this.#changeId(key, rowId(row), outcome.id);
        return;
      case "removed":
        this.#count -= this.#changeState(key, states.mine, states.removed) || (target.isOnce ? 0 : 1);
    }
  }

  /** Gives how many participants' rows changed: 1 or 0. */
  #changeState(identity: Uint8Array, from: number, to: number): number {
    return this.#sql.exec(
      "UPDATE participants SET state = ? WHERE identity = ? AND state = ?",
      to,
      identity,
      from,
    ).rowsWritten;
  }

  #changeId(identity: Uint8Array, from: ParticipationId, to: ParticipationId): number {
    return this.#sql.exec(
      "UPDATE participants SET id = ? WHERE identity = ? AND id = ?",
      idToBytes(to),
      identity,
      idToBytes(from),
    ).rowsWritten;
  }

  async #report(): Promise<void> {
    const target = this.#target;
    if (!target) return;
    const now = Date.now();
    const recent = this.#recent;
    const settledFrom = this.#settledFrom;
    const wasClosed = this.#isClosed;
    this.#version = Math.max(this.#version + 1, now);
    const elapsedSeconds = Math.max((now - this.#reportedAt) / 1000, 1);
    const count = this.#count;
    try {
      const reply: HomeReply = await homeOf(this.env, target).report(target, {
        object: this.#name,
        count,
        version: this.#version,
        pending: this.#buffer.pending,
        oldestPendingAt: this.#buffer.oldestPendingAt(),
        parked: this.#buffer.parked,
        drained: this.#drained,
        ratePerSecond: this.#reportedAt === 0 ? 0 : this.#recordedSinceReport / elapsedSeconds,
        settledFrom,
        recent,
        lastError: this.#lastError,
      });
      this.#others = reply.total - count;
      this.#spread = reply.spread;
      this.#reportedAt = now;
      this.#reportedCount = count;
      this.#recordedSinceReport = 0;
      this.#drained = 0;
      if (this.#recent === recent) this.#recent = [];
      if (this.#settledFrom === settledFrom) this.#settledFrom = null;
      if (reply.isClosed) this.close();
      else if (wasClosed) this.reopen();
    } catch {
      // The home being away delays only the shared total: the next report carries absolute numbers again.
    }
  }

  /** What the home compares with D1. */
  state(): { count: number; waiting: number } {
    return { count: this.#count, waiting: this.#buffer.pending + this.#buffer.parked };
  }

  /** Takes no more participations. What was recorded still drains. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#setMeta("closed", "1");
  }

  reopen(): void {
    this.#isClosed = false;
    this.#setMeta("closed", "0");
  }

  /**
   * Forgets a person who asked for it: what waits for D1 is dropped, and signing again counts as new. What is already
   * stored stays counted here, since the erasure's removal takes it out of the total.
   */
  async forget(identity: Uint8Array): Promise<void> {
    // D1 may have what waits here, if a drain was interrupted; only D1 knows whether it is counted there.
    if (this.#buffer.holds(identity)) await this.drain();
    if (this.#buffer.holds(identity))
      throw new Error(`still waiting for D1: ${this.#lastError ?? "more to drain"}`);
    const parked = this.#buffer.forget(identity).filter((row) => !isUpdate(row)).length;
    const [known] = this.#sql
      .exec<{ state: number }>("SELECT state FROM participants WHERE identity = ?", identity)
      .toArray();
    if (known?.state === states.mine) this.#count -= parked;
    this.#sql.exec("DELETE FROM participants WHERE identity = ?", identity);
    this.#buffer.keepNote(this.#note());
    await this.#report();
  }

  /** Tries parked rows again, at an operator's word. Gives how many. */
  unpark(): number {
    const count = this.#buffer.unpark();
    if (count > 0) this.#setAlarm(Date.now());
    return count;
  }

  /** The parked rows' errors, for the operations page; nothing personal. */
  parkedErrors(): { at: number; error: string }[] {
    return this.#sql
      .exec<{ at: number; error: string }>("SELECT at, error FROM parked ORDER BY seq LIMIT 20")
      .toArray();
  }

  /** Deletes everything once closed, drained and known to its home under `count`. Gives whether it is gone. */
  async retire(count: number): Promise<boolean> {
    // It was asked before, and the home did not live to hear the answer.
    if (!this.#target) return true;
    if (!this.#isClosed || this.#buffer.pending > 0 || this.#buffer.parked > 0 || this.#count !== count)
      return false;
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    this.#isRetired = true;
    return true;
  }

  #learn(target: IntakeTarget): void {
    const text = JSON.stringify(target);
    if (text === this.#targetText) return;
    this.#target = target;
    this.#targetText = text;
    this.#setMeta("target", text);
  }

  #note(): string {
    return `${this.#count} ${this.#others} ${this.#spread} ${this.#settledFrom ?? 0}`;
  }

  #setAlarm(at: number): void {
    this.#alarmAt = at;
    // Not awaited: the output gate holds the reply until it is stored together with the row.
    void this.ctx.storage.setAlarm(at);
  }

  async #rearm(): Promise<void> {
    this.#alarmAt = await this.ctx.storage.getAlarm();
    if (this.#alarmAt !== null) this.#settledFrom = this.#notedFrom;
    else if (this.#buffer.pending > 0) this.#setAlarm(Date.now() + DRAIN_DELAY_MS);
  }

  #meta(key: string): string | null {
    return (
      this.#sql.exec<{ value: string }>("SELECT value FROM meta WHERE key = ?", key).toArray()[0]?.value ??
      null
    );
  }

  #setMeta(key: string, value: string): void {
    this.#sql.exec(
      "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2",
      key,
      value,
    );
  }
}

async function answers(d1: D1Database): Promise<boolean> {
  try {
    await d1.prepare("SELECT 1").run();
    return true;
  } catch {
    return false;
  }
}

function readNote(note: string): [count: number, others: number, spread: number, settledFrom: number | null] {
  const [count = 0, others = 0, spread = 1, settledFrom = 0] = note === "" ? [] : note.split(" ").map(Number);
  return [count, others, spread, settledFrom || null];
}

/** A 52-bit number of the id's random part: tells the participations of one person apart where each adds. */
function nthOf(id: ParticipationId): number {
  return Number.parseInt(idToHex(id).slice(19), 16) || 1;
}

/** A 53-bit fingerprint (cyrb53) that tells a repeat from a new answer of the same person; it guards nothing secret. */
export function digestOf(text: string): number {
  let h1 = 0xdeadbeef;
  let h2 = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    h1 = Math.imul(h1 ^ code, 2654435761);
    h2 = Math.imul(h2 ^ code, 1597334677);
  }
  h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909);
  h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909);
  return 4294967296 * (2097151 & h2) + (h1 >>> 0);
}
