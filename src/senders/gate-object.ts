import { DurableObject } from "cloudflare:workers";
import type { Config, Env } from "../env";
import { createContext } from "../platform/context";
import { createLog } from "../platform/log";
import { type NamedMailbox, namedMailboxes } from "../platform/mail/mailbox-provider";
import { perSecondOf } from "../platform/mail/pace";
import { FairBucket } from "./fair-bucket";
import { GateDays } from "./gate-days";
import { GatePaces } from "./gate-paces";
import { type Numbers, together, verdictOn, withMore } from "./health";
import { type ByMailbox, mailboxTogether, withMailboxes } from "./mailbox-pace";
import { LANE } from "./objects";
import { growQuota, type SenderLimits, senderLimits, shrinkQuota } from "./store";
import { Receptions } from "./store-receptions";
import type { Grant, SenderHealth, Stop, Waiting } from "./types";

/** What has changed in the directory holds here within so long. */
const LIMITS_MS = 30_000;
const DIRECTORY_RETRY_MS = 5_000;
const LANE_RETRY_MS = 1_000;
const DAY_MS = 86_400_000;
/** Nobody may stop a sender for longer at once. */
const HOLD_MS_MAX = 600_000;

type KeptStop = NonNullable<SenderHealth["stop"]>;

/**
 * The gate of one sender, which is named by its group's number: what it may send today, whether it must stop, and in turns
 * with all others (the gate named `LANE`) how many mails may leave now. What was granted and why it stands still is on disk;
 * the tokens are in memory, and a restart begins with half a second of them. A shell: the arithmetic is in `fair-bucket.ts`,
 * `health.ts` and `warm-up.ts`, what is kept in `gate-days.ts`, `gate-paces.ts` and `store-receptions.ts`.
 */
export class SendGate extends DurableObject<Env> {
  readonly #bucket = new FairBucket();
  readonly #days: GateDays;
  readonly #paces: GatePaces;
  readonly #receptions: Receptions;
  #limits: { value: SenderLimits; readAt: number } | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#days = new GateDays(ctx.storage.kv);
    this.#paces = new GatePaces(ctx.storage.kv);
    this.#receptions = new Receptions(ctx.storage.sql);
  }

  /**
   * How many mails of a mailing may leave now. Grants nothing while the directory or the lane cannot be reached.
   * @param ask.want up to so many; what is granted counts as sent unless `note` or `giveBack` says otherwise
   * @param ask.mailbox only to people of this provider, at its pace; without it to those of providers that have none (`Grant.paced`)
   */
  async take({
    mailing,
    want,
    mailbox,
  }: {
    mailing: string;
    want: number;
    mailbox?: NamedMailbox;
  }): Promise<Grant> {
    const now = Date.now();
    const stop = this.#stop();
    if (stop) return refused({ cause: stop.cause, why: stop.why });
    const heldMs = this.#heldUntil() - now;
    if (heldMs > 0) return waitFor("hold", heldMs);
    const limits = await this.#readLimits(now);
    if (!limits) return waitFor("directory", DIRECTORY_RETRY_MS);
    const refusal = refusalOf(limits, this.#config());
    if (refusal) return refused(refusal);
    await this.#beginDay(limits, now);
    const paced = this.#paces.list(limits.paces, this.#days.warmUpOf(limits, now), now);
    const own = this.#allowance(mailbox, want, limits, now);
    const asked = Math.min(Math.max(0, Math.floor(own.most)), this.#days.left(limits, now));
    if (own.most === 0 && want > 0) return { ...waitFor("mailbox", own.retryMs), paced };
    if (asked === 0 && want > 0) return { ...waitFor("day", DAY_MS - (now % DAY_MS)), paced };
    // Counted before the lane is asked: a second mailing that asks meanwhile must not be granted the same.
    this.#use(asked, limits, now, mailbox);
    const drawn = await this.#draw(mailing, asked);
    this.#use(drawn.granted - asked, limits, now, mailbox);
    const isWhole = drawn.granted >= want;
    if (!isWhole && drawn.granted === own.most)
      return { granted: drawn.granted, retryAfterMs: own.retryMs, waiting: "mailbox", stop: null, paced };
    const retryAfterMs = isWhole ? 0 : Math.max(drawn.retryAfterMs, LANE_RETRY_MS / 10);
    return { granted: drawn.granted, retryAfterMs, waiting: isWhole ? null : "pace", stop: null, paced };
  }

  /** Granted and not used: it counts as never granted. */
  giveBack({ count, mailbox }: { count: number; mailbox?: NamedMailbox | undefined }): void {
    this.#use(-Math.max(0, count), this.#limits?.value ?? null, Date.now(), mailbox);
  }

  /** How a step of a mailing ended. What was put off is given back to the day. */
  note({
    mailing,
    accepted,
    permanent,
    transient,
    unknown,
    mailboxes = {},
  }: {
    mailing: string;
    accepted: number;
    permanent: number;
    transient: number;
    unknown: number;
    /** The same by mailbox provider, as far as the gate must know it. */
    mailboxes?: ByMailbox;
  }): void {
    const now = Date.now();
    if (transient > 0) this.#use(-transient, this.#limits?.value ?? null, now);
    const sent = accepted + permanent + unknown;
    const isPutOff = Object.values(mailboxes).some(({ deferred = 0 }) => deferred > 0);
    if (isPutOff) this.#days.giveShareBack(mailboxes, this.#limits?.value ?? null, now);
    if (sent > 0 || isPutOff) this.#count(mailing, { sent, hard: permanent, complaints: 0 }, mailboxes, now);
  }

  /** What came back afterwards: addresses nobody reads, complaints, and what a mailbox provider put off. */
  feedback({
    mailing,
    hard,
    complaints,
    deferred = 0,
    mailbox,
  }: {
    mailing: string;
    hard: number;
    complaints: number;
    deferred?: number;
    mailbox?: NamedMailbox;
  }): void {
    const mailboxes = mailbox ? { [mailbox]: { hard, complaints, deferred } } : {};
    this.#count(mailing, { sent: 0, hard, complaints }, mailboxes, Date.now());
  }

  /** Nothing leaves for so long, ten minutes at most; a later end stands. */
  hold(ms: number): void {
    const until = Date.now() + Math.min(Math.max(0, ms), HOLD_MS_MAX);
    if (until > this.#heldUntil()) this.ctx.storage.kv.put("heldUntil", until);
  }

  /**
   * Lets a stopped sender go on: what comes back is counted from here, of all that was sent, since of a large mailing some goes on
   * coming back. False when it was not stopped.
   */
  resume(): boolean {
    if (!this.#stop()) return false;
    this.ctx.storage.kv.delete("stop");
    this.#receptions.forgive();
    return true;
  }

  /** Forgets what it knows of the directory, after a quota or a domain was changed. */
  refresh(): void {
    this.#limits = null;
  }

  async health(): Promise<SenderHealth> {
    const now = Date.now();
    const limits = await this.#readLimits(now);
    if (limits) await this.#beginDay(limits, now);
    const warmUp = limits && this.#days.warmUpOf(limits, now);
    const receptions = this.#receptions.list();
    const paced = this.#paces.list(limits?.paces ?? {}, warmUp, now);
    return {
      stop: this.#stop() ?? null,
      ...together(receptions),
      usedToday: this.#days.used(now),
      mostToday: limits ? Math.min(limits.dailyMax, warmUp?.most ?? limits.dailyMax) : null,
      warmUp: warmUp && { domain: warmUp.domain, day: warmUp.step + 1, most: warmUp.most },
      heldUntil: this.#heldUntil(),
      mailboxes: namedMailboxes.map((mailbox) => {
        const { sent, deferred } = mailboxTogether(
          receptions.map(({ mailboxes }) => mailboxes),
          mailbox,
        );
        const pace = paced.find((each) => each.mailbox === mailbox);
        return { mailbox, sent, deferred, pace: pace ? { perHour: pace.perHour, why: pace.why } : null };
      }),
    };
  }

  /** Of the lane alone: tokens of the provider's pace, in fair shares among senders and their mailings. */
  draw({ group, mailing, want }: { group: string; mailing: string; want: number }): {
    granted: number;
    retryAfterMs: number;
  } {
    const pace = { perSecond: perSecondOf(this.#config()), now: Date.now() };
    return this.#bucket.take({ group, name: mailing }, want, pace);
  }

  async #draw(mailing: string, want: number): Promise<{ granted: number; retryAfterMs: number }> {
    try {
      return await this.env.GATE.getByName(LANE).draw({ group: this.#name(), mailing, want });
    } catch (error) {
      createLog({ gate: this.#name() }).error("gate.lane", error);
      return { granted: 0, retryAfterMs: LANE_RETRY_MS };
    }
  }

  #config(): Config {
    return createContext(this.env, "gate", () => undefined).config;
  }

  #name(): string {
    return this.ctx.id.name ?? "";
  }

  /** From memory for some seconds; what was known last when the directory does not answer; null when nothing ever was. */
  async #readLimits(now: number): Promise<SenderLimits | null> {
    if (this.#limits && this.#limits.readAt + LIMITS_MS > now) return this.#limits.value;
    try {
      const value = await senderLimits(this.env.DIRECTORY, Number(this.#name()));
      if (!value) return null;
      this.#limits = { value, readAt: now };
    } catch (error) {
      createLog({ gate: this.#name() }).error("gate.directory", error);
    }
    return this.#limits?.value ?? null;
  }

  #count(mailing: string, more: Numbers, byMailbox: ByMailbox, now: number): void {
    const receptions = this.#receptions.list();
    const before = this.#receptions.of(mailing, receptions);
    const tallies = withMailboxes(before.mailboxes, byMailbox, now);
    const others = receptions.filter((each) => each.mailing !== mailing);
    const paces = this.#limits?.value.paces ?? {};
    const all = [tallies, ...others.map(({ mailboxes }) => mailboxes)];
    const mailboxes = this.#paces.brake({ tallies, all, byMailbox, paces, now });
    this.#receptions.keep({ mailing, ...withMore(before, more, now), mailboxes }, now);
    if (this.#stop()) return;
    const verdict = verdictOn(this.#receptions.list(mailing), now);
    if (verdict) this.#stopFor(verdict, now);
  }

  #stopFor({ why, sent, hard, complaints }: NonNullable<ReturnType<typeof verdictOn>>, now: number): void {
    const stop: KeptStop = { cause: "health", why, at: now, sent, hard, complaints };
    this.ctx.storage.kv.put("stop", stop);
    this.#days.noteStop(now);
    const log = createLog({ gate: this.#name() });
    log.info("gate.stopped", { why, sent, hard, complaints });
    this.ctx.waitUntil(
      shrinkQuota(this.env.DIRECTORY, Number(this.#name()), now)
        .then(() => this.refresh())
        .catch((error: unknown) => log.error("gate.shrink", error)),
    );
  }

  /** A new day begins: a quota that was used well grows, a domain warms up, old numbers are forgotten. */
  async #beginDay(limits: SenderLimits, now: number): Promise<void> {
    const begun = this.#days.begin(now);
    if (!begun) return;
    this.#receptions.prune();
    const { before } = begun;
    if (!before || before.wasStopped || before.used * 2 < limits.dailyMax) return;
    try {
      await growQuota(this.env.DIRECTORY, Number(this.#name()), now);
      this.refresh();
    } catch (error) {
      createLog({ gate: this.#name() }).error("gate.grow", error);
    }
  }

  /** How many a mailbox provider may get now; of those without a pace of their own as many as are wanted. */
  #allowance(
    mailbox: NamedMailbox | undefined,
    want: number,
    limits: SenderLimits,
    now: number,
  ): { most: number; retryMs: number } {
    if (!mailbox) return { most: want, retryMs: 0 };
    const left = this.#days.leftFor(mailbox, limits, now);
    if (left < 1) return { most: 0, retryMs: DAY_MS - (now % DAY_MS) };
    return this.#paces.look(mailbox, Math.min(want, left), limits.paces, now);
  }

  #use(count: number, limits: SenderLimits | null, now: number, mailbox?: NamedMailbox): void {
    if (count === 0) return;
    this.#days.use(count, limits, now, mailbox);
    if (mailbox) this.#paces.use(mailbox, count, limits?.paces ?? {}, now);
  }

  #stop(): KeptStop | undefined {
    return this.ctx.storage.kv.get<KeptStop>("stop");
  }

  #heldUntil(): number {
    return this.ctx.storage.kv.get<number>("heldUntil") ?? 0;
  }
}

function refusalOf({ status }: SenderLimits, { BULK_TRANSPORT, isDevelopment }: Config): Stop | null {
  if (status !== "active") return { cause: "operator", why: "group_limited" };
  return BULK_TRANSPORT === "" && !isDevelopment ? { cause: "sender", why: "no_transport" } : null;
}

function waitFor(waiting: Waiting, retryAfterMs: number): Grant {
  return { granted: 0, retryAfterMs: Math.max(1, Math.ceil(retryAfterMs)), waiting, stop: null, paced: null };
}

function refused(stop: Stop): Grant {
  return { granted: 0, retryAfterMs: 0, waiting: null, stop, paced: null };
}
