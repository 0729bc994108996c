import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env";
import { createContext } from "../platform/context";
import { errorText } from "../platform/log";
import { paymentProvider } from "../platform/payments/provider";
import type { About } from "../platform/payments/types";
import { holdGifts } from "./holding";
import { lookAt } from "./look";
import type { PaidGroup, PaymentNews } from "./types";

/** Who follows what has come about; `jobs.ts` lists them, since they lie above this folder. */
export type PaymentFollower = (
  ctx: ReturnType<typeof createContext>,
  group: PaidGroup,
  news: PaymentNews,
) => Promise<void>;

const FIRST_RETRY_MS = 5_000;
const RETRY_MS_MAX = 3_600_000;
/** Looked at in one alarm; the rest have the next one at once. */
const LOOKS_PER_ALARM = 20;

/** When the regular gifts are to be seen to, and how often that failed. */
type Holding = { dueAt: number; tries: number };
type Watched = { account: string; kind: About["kind"]; ref: string; tries: number };

function retryAfter(tries: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** tries, RETRY_MS_MAX);
}

/**
 * Watches over a group's payments: remembers what must be asked of the provider and when, so that money which came in while
 * a message was lost or a process killed is found all the same. A shell; what it does with an answer is in `look.ts`.
 */
export class PaymentsObject extends DurableObject<Env> {
  protected readonly followers: PaymentFollower[] = [];
  readonly #working = new Map<string, Promise<unknown>>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec(
      `CREATE TABLE IF NOT EXISTS watched (kind TEXT NOT NULL, ref TEXT NOT NULL, account TEXT NOT NULL, due_at INTEGER NOT NULL,
         tries INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (kind, ref)) WITHOUT ROWID`,
    );
  }

  /** Looks at something by then at the latest, whatever becomes of the caller. */
  async watch(group: PaidGroup, account: string, about: About, dueAt: number): Promise<void> {
    this.#learn(group);
    this.#keep(account, about, dueAt, 0);
    await this.#arm();
  }

  /**
   * Looks at something now. What was asked for is on disk first, so an interrupted look is made again by the alarm.
   * @returns whether it could be looked at; if not, it will be
   */
  async look(group: PaidGroup, account: string, about: About): Promise<boolean> {
    await this.watch(group, account, about, Date.now());
    return this.#lookOnce({ account, ...about, tries: 0 });
  }

  /**
   * Sees to it that regular gifts are paused while the group is suspended and go on afterwards, whatever becomes of the
   * caller. What is true stands in the group's row; this only says that it may have changed.
   */
  async seeToGifts(group: PaidGroup): Promise<void> {
    this.#learn(group);
    this.ctx.storage.kv.put<Holding>("holding", { dueAt: Date.now(), tries: 0 });
    await this.#arm();
  }

  /** What is to be looked at and when, for tests and operators. */
  watched(): { kind: string; ref: string; dueAt: number }[] {
    return this.ctx.storage.sql
      .exec<{ kind: string; ref: string; dueAt: number }>(
        "SELECT kind, ref, due_at AS dueAt FROM watched ORDER BY due_at",
      )
      .toArray();
  }

  override async alarm(): Promise<void> {
    await this.#holdGifts();
    const due = this.ctx.storage.sql
      .exec<Watched>(
        "SELECT account, kind, ref, tries FROM watched WHERE due_at <= ? ORDER BY due_at LIMIT ?",
        Date.now(),
        LOOKS_PER_ALARM,
      )
      .toArray();
    for (const watched of due) await this.#lookOnce(watched);
    await this.#arm();
  }

  async #holdGifts(): Promise<void> {
    const due = this.ctx.storage.kv.get<Holding>("holding");
    if (!due || due.dueAt > Date.now()) return;
    const ctx = createContext(this.env, "payments-holding", (work) => this.ctx.waitUntil(work));
    const provider = paymentProvider(this.env, ctx.config);
    const group = await this.#group();
    try {
      const isMore = provider && group && (await holdGifts({ ctx, group, provider, now: Date.now() }));
      // Asked for anew meanwhile: then there is more to do, whatever this found.
      if (this.ctx.storage.kv.get<Holding>("holding")?.dueAt !== due.dueAt) return;
      if (isMore) this.ctx.storage.kv.put<Holding>("holding", { dueAt: Date.now(), tries: 0 });
      else this.ctx.storage.kv.delete("holding");
    } catch (error) {
      ctx.log.error("payments.holding", error, { tries: due.tries });
      const dueAt = Date.now() + retryAfter(due.tries);
      this.ctx.storage.kv.put<Holding>("holding", { dueAt, tries: due.tries + 1 });
    }
  }

  /** One look at one thing at a time: the last one to ask is then the last one to write. */
  #lookOnce(watched: Watched): Promise<boolean> {
    return this.#alone(`${watched.kind}/${watched.ref}`, () => this.#lookNow(watched));
  }

  async #alone<R>(name: string, work: () => Promise<R>): Promise<R> {
    const before = this.#working.get(name) ?? Promise.resolve();
    const done = before.catch(() => undefined).then(work);
    this.#working.set(name, done);
    try {
      return await done;
    } finally {
      if (this.#working.get(name) === done) this.#working.delete(name);
    }
  }

  async #lookNow({ account, kind, ref, tries }: Watched): Promise<boolean> {
    const ctx = createContext(this.env, `payments-${ref}`, (work) => this.ctx.waitUntil(work));
    const provider = paymentProvider(this.env, ctx.config);
    const group = await this.#group();
    if (!provider || !group) return false;
    const tell = async (news: PaymentNews) => {
      for (const follow of this.followers) await follow(ctx, group, news);
    };
    try {
      const alone = <R>(name: string, work: () => Promise<R>) => this.#alone(name, work);
      const deps = { ctx, group, provider, account, tell, alone, now: Date.now };
      const next = await lookAt(deps, { kind, ref });
      this.#forget(kind, ref);
      for (const { about, at } of next) {
        if (at === null) this.#forget(about.kind, about.ref);
        else this.#keep(account, about, at, 0);
      }
      // A gift that began or went on while the group was suspended, and news of the suspension that was lost.
      if (next.some(({ about }) => about.kind === "subscription")) await this.seeToGifts(group);
      await this.#arm();
      return true;
    } catch (error) {
      ctx.log.error("payments.look", error, { kind, ref, tries, text: errorText(error) });
      this.#keep(account, { kind, ref }, Date.now() + retryAfter(tries), tries + 1);
      await this.#arm();
      return false;
    }
  }

  #keep(account: string, { kind, ref }: About, dueAt: number, tries: number): void {
    this.ctx.storage.sql.exec(
      `INSERT INTO watched (kind, ref, account, due_at, tries) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (kind, ref) DO UPDATE SET due_at = excluded.due_at, tries = excluded.tries`,
      ...[kind, ref, account, dueAt, tries],
    );
  }

  #forget(kind: string, ref: string): void {
    this.ctx.storage.sql.exec("DELETE FROM watched WHERE kind = ? AND ref = ?", kind, ref);
  }

  async #arm(): Promise<void> {
    const row = this.ctx.storage.sql
      .exec<{ at: number | null }>("SELECT min(due_at) AS at FROM watched")
      .one();
    const holding = this.ctx.storage.kv.get<Holding>("holding")?.dueAt ?? null;
    const at = [row.at, holding].filter((moment) => moment !== null);
    if (at.length === 0) return this.ctx.storage.deleteAlarm();
    await this.ctx.storage.setAlarm(Math.max(Math.min(...at), Date.now()));
  }

  #learn({ no, id, shard, jurisdiction }: PaidGroup): void {
    this.ctx.storage.kv.put("group", { no, id, shard, jurisdiction });
  }

  async #group(): Promise<PaidGroup | null> {
    return this.ctx.storage.kv.get<PaidGroup>("group") ?? null;
  }
}
