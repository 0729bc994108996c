import { type NamedMailbox, namedMailboxes } from "../platform/mail/mailbox-provider";
import { type ByMailbox, WARM_UP_SHARE } from "./mailbox-pace";
import type { SenderLimits } from "./store";
import { warmUpMost, warmUpStep } from "./warm-up";

/** What a gate has granted on a day of UTC, such as "2026-11-22". */
type Day = { date: string; used: number; wasStopped: boolean };

type WarmUp = {
  domain: string;
  step: number;
  date: string;
  used: number;
  /** What of it went to a mailbox provider. */
  by?: Partial<Record<NamedMailbox, number>>;
};

/** Where a gate keeps things: the key-value part of an object's storage. */
type Kv = Pick<SyncKvStorage, "get" | "put">;

/** What a gate has granted of its sender's day, and of what a domain that is new may send in it. */
export class GateDays {
  readonly #kv: Kv;

  constructor(kv: Kv) {
    this.#kv = kv;
  }

  /** Begins the day at hand. Gives the one before, null where there was none; null itself where the day had begun already. */
  begin(now: number): { before: Day | null } | null {
    const kept = this.#kv.get<Day>("day");
    const date = dateOf(now);
    if (kept?.date === date) return null;
    this.#kv.put("day", { date, used: 0, wasStopped: false } satisfies Day);
    return { before: kept ?? null };
  }

  used(now: number): number {
    return this.#day(now).used;
  }

  /** Notes that the sender was stopped on this day: its quota does not grow for it. */
  noteStop(now: number): void {
    this.#kv.put("day", { ...this.#day(now), wasStopped: true });
  }

  /** How many mails may leave yet today. */
  left(limits: SenderLimits, now: number): number {
    const left = limits.dailyMax - this.#day(now).used;
    const warmUp = this.warmUpOf(limits, now);
    return Math.max(0, warmUp ? Math.min(left, warmUp.most - warmUp.used) : left);
  }

  /** How many of those a mailbox provider may get: all of them, but its share while a domain is new. */
  leftFor(mailbox: NamedMailbox, limits: SenderLimits, now: number): number {
    const warmUp = this.warmUpOf(limits, now);
    if (!warmUp) return Number.POSITIVE_INFINITY;
    return Math.ceil(warmUp.most * WARM_UP_SHARE) - (warmUp.by?.[mailbox] ?? 0);
  }

  /** So many were granted, or, below 0, given back. */
  use(count: number, limits: SenderLimits | null, now: number, mailbox?: NamedMailbox): void {
    const day = this.#day(now);
    this.#kv.put("day", { ...day, used: Math.max(0, day.used + count) });
    const warmUp = limits && this.warmUpOf(limits, now);
    if (!warmUp) return;
    const by = mailbox
      ? { ...warmUp.by, [mailbox]: Math.max(0, (warmUp.by?.[mailbox] ?? 0) + count) }
      : warmUp.by;
    const used = Math.max(0, warmUp.used + count);
    this.#kv.put(`warm/${warmUp.domain}`, { ...warmUp, used, ...(by ? { by } : {}) });
  }

  /** What a provider put off is tried again: it counts no more for its share of a day that warms up. */
  giveShareBack(mailboxes: ByMailbox, limits: SenderLimits | null, now: number): void {
    const warmUp = limits && this.warmUpOf(limits, now);
    if (!warmUp) return;
    const by = { ...warmUp.by };
    for (const mailbox of namedMailboxes) {
      by[mailbox] = Math.max(0, (by[mailbox] ?? 0) - (mailboxes[mailbox]?.deferred ?? 0));
    }
    this.#kv.put(`warm/${warmUp.domain}`, { ...warmUp, by });
  }

  /** Of a domain that is not warm yet; null of all others, and where an operator has set how many may leave. */
  warmUpOf({ domain, isFixed }: SenderLimits, now: number): (WarmUp & { most: number }) | null {
    if (domain === null || isFixed) return null;
    const kept = this.#kv.get<WarmUp>(`warm/${domain}`);
    const date = dateOf(now);
    const step = kept && kept.date !== date ? warmUpStep(kept.step, kept.used) : (kept?.step ?? 0);
    const most = warmUpMost(step);
    if (most === null) return null;
    const isToday = kept?.date === date;
    return { domain, step, date, used: isToday ? kept.used : 0, by: (isToday && kept.by) || {}, most };
  }

  #day(now: number): Day {
    const kept = this.#kv.get<Day>("day");
    const date = dateOf(now);
    return kept?.date === date ? kept : { date, used: 0, wasStopped: false };
  }
}

function dateOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}
