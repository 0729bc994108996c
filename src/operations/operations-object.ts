import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env";
import {
  ERROR_TEXT_MAX,
  EVENT_NAME_MAX,
  FAILURES_MAX,
  FAILURES_SHOWN_MAX,
  type Failure,
  HOME_STALE_MS,
  HOMES_MAX,
  HOMES_SHOWN_MAX,
  type HomeReport,
  type OperationsOverview,
  QUEUE_MINUTES_KEPT,
  QUEUES_MAX,
  type QueueBatch,
  type QueueRate,
  RATE_FRESH_MS,
  READERS_MAX,
  READERS_SHOWN_MAX,
  type ReadersReport,
  TROUBLED_HOME_STALE_MS,
} from "./types";

const MINUTE_MS = 60_000;
const SWEEP_EVERY_MS = 60 * MINUTE_MS;

/** A queue's rate is the mean of so many minutes, the running one included. */
const RATE_MINUTES = 5;

/**
 * One for the installation, named "operations", so that an operator sees everything in one read. Figures and error texts
 * only: whatever is lost here is reported again, and nothing waits for it.
 */
export class OperationsObject extends DurableObject<Env> {
  readonly #sql = this.ctx.storage.sql;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS homes (
        action_id TEXT PRIMARY KEY, at INTEGER NOT NULL, pending INTEGER NOT NULL, oldest_pending_at INTEGER,
        parked INTEGER NOT NULL, rate REAL NOT NULL, has_error INTEGER NOT NULL, report TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS readers (
        group_no INTEGER NOT NULL, mailing_no INTEGER NOT NULL, part INTEGER NOT NULL, parked INTEGER NOT NULL,
        at INTEGER NOT NULL, PRIMARY KEY (group_no, mailing_no, part)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS failures (
        no INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, error_text TEXT NOT NULL, at INTEGER NOT NULL);
      CREATE TABLE IF NOT EXISTS queue_minutes (
        queue TEXT NOT NULL, minute INTEGER NOT NULL, done INTEGER NOT NULL, retried INTEGER NOT NULL,
        backlog INTEGER, last_at INTEGER NOT NULL, PRIMARY KEY (queue, minute)) WITHOUT ROWID;`);
  }

  /** What a home says about its action. The newest report is kept, whatever the order they come in. */
  report(entry: HomeReport): void {
    const report: HomeReport = { ...entry, lastError: entry.lastError && showable(entry.lastError) };
    this.#sql.exec(
      `INSERT INTO homes (action_id, at, pending, oldest_pending_at, parked, rate, has_error, report)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
       ON CONFLICT (action_id) DO UPDATE SET at = ?2, pending = ?3, oldest_pending_at = ?4, parked = ?5, rate = ?6,
         has_error = ?7, report = ?8 WHERE excluded.at >= at`,
      ...[
        entry.actionId,
        entry.at,
        entry.pending,
        entry.oldestPendingAt,
        entry.parked,
        entry.drainRatePerMinute,
      ],
      ...[entry.lastError === undefined ? 0 : 1, JSON.stringify(report)],
    );
    this.#sweepLater();
  }

  /** What the readers of a part of a mailing did and D1 refuses; nothing is kept of a part where all is stored. */
  reportReaders({ groupNo, mailingNo, part, parked, at }: ReadersReport): void {
    if (parked === 0) {
      this.#sql.exec(
        "DELETE FROM readers WHERE group_no = ? AND mailing_no = ? AND part = ? AND at <= ?",
        ...[groupNo, mailingNo, part, at],
      );
      return;
    }
    this.#sql.exec(
      `INSERT INTO readers (group_no, mailing_no, part, parked, at) VALUES (?1, ?2, ?3, ?4, ?5)
       ON CONFLICT (group_no, mailing_no, part) DO UPDATE SET parked = ?4, at = ?5 WHERE excluded.at >= at`,
      ...[groupNo, mailingNo, part, parked, at],
    );
    this.#sql.exec(
      `DELETE FROM readers WHERE (group_no, mailing_no, part) IN (
         SELECT group_no, mailing_no, part FROM readers ORDER BY at DESC LIMIT -1 OFFSET ?)`,
      READERS_MAX,
    );
  }

  /** Mailings with openings or clicks that D1 refuses, the latest first. */
  troubledReaders(): { groupNo: number; mailingNo: number; parked: number; at: number }[] {
    return this.#sql
      .exec<{ group_no: number; mailing_no: number; parked: number; at: number }>(
        `SELECT group_no, mailing_no, sum(parked) AS parked, max(at) AS at FROM readers
         GROUP BY group_no, mailing_no ORDER BY at DESC LIMIT ?`,
        READERS_SHOWN_MAX,
      )
      .toArray()
      .map(({ group_no: groupNo, mailing_no: mailingNo, parked, at }) => ({
        groupNo,
        mailingNo,
        parked,
        at,
      }));
  }

  /** Adds to the last errors; the oldest give way. */
  failure({ event, errorText, at }: Failure): void {
    const { no } = this.#sql
      .exec<{ no: number }>(
        "INSERT INTO failures (event, error_text, at) VALUES (?, ?, ?) RETURNING no",
        ...[event.slice(0, EVENT_NAME_MAX), showable(errorText), at],
      )
      .one();
    this.#sql.exec("DELETE FROM failures WHERE no <= ?", no - FAILURES_MAX);
  }

  /** Counts one batch of a queue. */
  batch({ queue, done, retried, backlog, at }: QueueBatch): void {
    this.#sql.exec(
      `INSERT INTO queue_minutes (queue, minute, done, retried, backlog, last_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
       ON CONFLICT (queue, minute) DO UPDATE SET done = done + ?3, retried = retried + ?4, backlog = ?5, last_at = ?6`,
      ...[queue.slice(0, EVENT_NAME_MAX), Math.floor(at / MINUTE_MS), done, retried, backlog, at],
    );
    this.#sweepLater();
  }

  overview(now: number = Date.now()): OperationsOverview {
    const sums = this.#sql
      .exec<{
        homes: number;
        pending: number | null;
        oldest: number | null;
        parked: number | null;
        rate: number | null;
      }>(
        `SELECT count(*) AS homes, sum(pending) AS pending, min(CASE WHEN pending > 0 THEN oldest_pending_at END) AS oldest,
           sum(parked) AS parked, sum(CASE WHEN at > ? THEN rate ELSE 0 END) AS rate FROM homes`,
        now - RATE_FRESH_MS,
      )
      .one();
    return {
      homes: this.#homes(),
      homeCount: sums.homes,
      pending: sums.pending ?? 0,
      oldestPendingAt: sums.oldest,
      parked: sums.parked ?? 0,
      drainRatePerMinute: sums.rate ?? 0,
      queues: this.#queues(now),
      failures: this.#failures(),
    };
  }

  #homes(): HomeReport[] {
    return this.#sql
      .exec<{ report: string }>(
        `SELECT report FROM homes
         ORDER BY parked > 0 OR has_error DESC, coalesce(oldest_pending_at, 9e15), at DESC LIMIT ?`,
        HOMES_SHOWN_MAX,
      )
      .toArray()
      .map((row): HomeReport => JSON.parse(row.report));
  }

  #failures(): Failure[] {
    return this.#sql
      .exec<{ event: string; error_text: string; at: number }>(
        "SELECT event, error_text, at FROM failures ORDER BY no DESC LIMIT ?",
        FAILURES_SHOWN_MAX,
      )
      .toArray()
      .map((row) => ({ event: row.event, errorText: row.error_text, at: row.at }));
  }

  /** Bare columns beside `max()` come from the row that holds it (SQLite: "bare columns in an aggregate query"). */
  #queues(now: number): QueueRate[] {
    const minute = Math.floor(now / MINUTE_MS);
    return this.#sql
      .exec<{
        queue: string;
        done: number;
        recent: number;
        retried: number;
        backlog: number | null;
        last_at: number;
      }>(
        `SELECT queue, sum(done) AS done, sum(CASE WHEN minute > ?1 THEN done ELSE 0 END) AS recent,
           sum(retried) AS retried, backlog, max(last_at) AS last_at
         FROM queue_minutes WHERE minute > ?2 GROUP BY queue ORDER BY queue LIMIT ?3`,
        ...[minute - RATE_MINUTES, minute - QUEUE_MINUTES_KEPT, QUEUES_MAX],
      )
      .toArray()
      .map(({ last_at: lastAt, recent, ...row }) => ({
        ...row,
        donePerMinute: recent / RATE_MINUTES,
        lastAt,
      }));
  }

  #sweepLater(): void {
    this.ctx.waitUntil(
      this.ctx.storage
        .getAlarm()
        .then((at) => (at === null ? this.ctx.storage.setAlarm(Date.now() + SWEEP_EVERY_MS) : undefined)),
    );
  }

  override async alarm(): Promise<void> {
    this.sweep(Date.now());
    const { left } = this.#sql
      .exec<{ left: number }>(
        "SELECT (SELECT count(*) FROM homes) + (SELECT count(*) FROM queue_minutes) AS left",
      )
      .one();
    if (left > 0) await this.ctx.storage.setAlarm(Date.now() + SWEEP_EVERY_MS);
  }

  /** Forgets what is old, and the quietest homes beyond HOMES_MAX. */
  sweep(now: number): void {
    const isTroubled = "(pending > 0 OR parked > 0 OR has_error)";
    this.#sql.exec(`DELETE FROM homes WHERE at < ? AND NOT ${isTroubled}`, now - HOME_STALE_MS);
    this.#sql.exec("DELETE FROM homes WHERE at < ?", now - TROUBLED_HOME_STALE_MS);
    this.#sql.exec(
      `DELETE FROM homes WHERE action_id IN (
         SELECT action_id FROM homes ORDER BY ${isTroubled} DESC, at DESC LIMIT -1 OFFSET ?)`,
      HOMES_MAX,
    );
    this.#sql.exec(
      "DELETE FROM queue_minutes WHERE minute <= ?",
      Math.floor(now / MINUTE_MS) - QUEUE_MINUTES_KEPT,
    );
  }
}

/** An error's words within their limit. Libraries quote what they were given, which may be someone's address. */
function showable(text: string): string {
  return text.slice(0, ERROR_TEXT_MAX).replace(/[^\s@<>"']+@[^\s@<>"']+/g, "…@…");
}
