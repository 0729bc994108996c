import type { NamedMailbox } from "../platform/mail/mailbox-provider";
import { namedMailboxes } from "../platform/mail/mailbox-provider";
import {
  allowed,
  type Brake,
  type Bucket,
  type ByMailbox,
  brakedPace,
  cutPace,
  filled,
  forgetLately,
  latelyPerHour,
  type MailboxTallies,
  mailboxTogether,
  reasonToCut,
  tightest,
} from "./mailbox-pace";
import type { Paces } from "./store";
import type { MailboxPace, PaceReason } from "./types";

/** What is on disk of one mailbox provider: nothing of those that were never slower than others. */
type Kept = { brake?: Brake; bucket?: Bucket };
type All = Partial<Record<NamedMailbox, Kept>>;

/** Where a gate keeps things: the key-value part of an object's storage. */
type Kv = Pick<SyncKvStorage, "get" | "put">;

/** The paces of mailbox providers as one gate keeps them; the arithmetic is in `mailbox-pace.ts`. */
export class GatePaces {
  readonly #kv: Kv;
  #all: All | null = null;

  constructor(kv: Kv) {
    this.#kv = kv;
  }

  /** The providers that are slower than others now, and why. While a domain warms up all of them have a share of its day. */
  list(set: Paces, warmUp: object | null, now: number): MailboxPace[] {
    return namedMailboxes.flatMap((mailbox) => {
      const pace = this.#paceOf(mailbox, set, now) ?? (warmUp ? WARM_UP : null);
      return pace ? [{ mailbox, ...pace }] : [];
    });
  }

  /** How many of `want` a provider may get now, and in how many ms the rest. Nothing is taken yet. */
  look(mailbox: NamedMailbox, want: number, set: Paces, now: number): { most: number; retryMs: number } {
    const perHour = this.#paceOf(mailbox, set, now)?.perHour ?? null;
    if (perHour === null) return { most: want, retryMs: 0 };
    return allowed(filled(this.#kept(mailbox).bucket ?? null, perHour, now), perHour, want);
  }

  /** So many were granted, or, below 0, given back. */
  use(mailbox: NamedMailbox, count: number, set: Paces, now: number): void {
    const perHour = this.#paceOf(mailbox, set, now)?.perHour ?? null;
    if (perHour === null) return;
    const kept = this.#kept(mailbox);
    const { tokens, at } = filled(kept.bucket ?? null, perHour, now);
    this.#keep(mailbox, { ...kept, bucket: { tokens: tokens - count, at } });
  }

  /**
   * Slows down the providers of which too much came back just now, each by itself.
   * @param tallies of the mailing in question, with what came; `all` of the newest mailings, that one first
   * @returns the tallies as they are to be kept
   */
  brake({ tallies, all, byMailbox, paces, now }: Came): MailboxTallies {
    const kept = { ...tallies };
    for (const mailbox of namedMailboxes) {
      const [tally, more] = [tallies[mailbox], byMailbox[mailbox]];
      if (!tally || !more) continue;
      const why = reasonToCut(tally, mailboxTogether(all, mailbox), more);
      if (!why) continue;
      const { brake = null, bucket } = this.#kept(mailbox);
      const known = this.#paceOf(mailbox, paces, now)?.perHour ?? null;
      const cut = cutPace(brake, { why, known, ...latelyPerHour(tally, now), now });
      if (!cut) continue;
      // What was saved at the old pace is no part of the new one.
      this.#keep(mailbox, { brake: cut, bucket: { tokens: Math.min(0, bucket?.tokens ?? 0), at: now } });
      kept[mailbox] = forgetLately(tally, now);
    }
    return kept;
  }

  #paceOf(mailbox: NamedMailbox, set: Paces, now: number): { perHour: number; why: PaceReason } | null {
    const { brake } = this.#kept(mailbox);
    const braked = brake ? brakedPace(brake, now) : null;
    const own = set[mailbox];
    return tightest([
      ...(brake && braked !== null ? [{ perHour: braked, why: brake.why }] : []),
      ...(own === undefined ? [] : [{ perHour: own, why: "set" as const }]),
    ]);
  }

  /** Read from disk once: nearly all gates have nothing there. */
  #kept(mailbox: NamedMailbox): Kept {
    this.#all ??= this.#kv.get<All>("mailboxes") ?? {};
    return this.#all[mailbox] ?? {};
  }

  #keep(mailbox: NamedMailbox, kept: Kept): void {
    this.#all = { ...this.#all, [mailbox]: kept };
    this.#kv.put("mailboxes", this.#all);
  }
}

const WARM_UP = { perHour: null, why: "warm_up" } as const;

type Came = {
  tallies: MailboxTallies;
  all: readonly MailboxTallies[];
  byMailbox: ByMailbox;
  paces: Paces;
  now: number;
};
