import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "./random.ts";
import type { Stage } from "./stage.ts";

const RETRY_MS = 50;

/** One answer on its way: sent, and perhaps acknowledged. */
type Sent = { comment: string; isAcknowledged: boolean };

export type StreamPlan = {
  answers: number;
  /** Share of answers by someone who answered before. */
  repeats: number;
  /** Of those, share that say something new. */
  revised: number;
  /** Share of people who do not try again when no reply came. */
  impatient: number;
  atOnce: number;
};

export type Figures = {
  answers: number;
  acknowledged: number;
  refusedOrCut: number;
  people: number;
  unknownPeople: number;
};

/**
 * A stream of people who sign over real connections, try again when no thank-you came, and sometimes sign twice. It knows for
 * each person what may be stored in the end: the last answer acknowledged, or a later one whose reply was lost.
 */
export class Stream {
  readonly #stage: Stage;
  readonly #random: Random;
  readonly #plan: StreamPlan;
  readonly #sent = new Map<string, Sent[]>();
  readonly #busy = new Set<string>();
  readonly #emails: string[] = [];
  #started = 0;
  #acknowledged = 0;
  #failures = 0;

  constructor(stage: Stage, random: Random, plan: StreamPlan) {
    this.#stage = stage;
    this.#random = random;
    this.#plan = plan;
  }

  /** Answers begun so far. */
  get progress(): number {
    return this.#started;
  }

  /** Sends everything. Resolves when each answer was acknowledged or given up. */
  async run(): Promise<void> {
    await Promise.all(Array.from({ length: this.#plan.atOnce }, () => this.#work()));
  }

  async #work(): Promise<void> {
    while (this.#started < this.#plan.answers) {
      this.#started += 1;
      const email = this.#nextPerson();
      this.#busy.add(email);
      await this.#answer(email);
      this.#busy.delete(email);
    }
  }

  /** Somebody new, or somebody who answered before and is not answering just now. */
  #nextPerson(): string {
    if (this.#emails.length > 100 && this.#random.chance(this.#plan.repeats)) {
      const email = this.#random.pick(this.#emails);
      if (!this.#busy.has(email)) return email;
    }
    const email = `person${this.#emails.length}@supporters.example`;
    this.#emails.push(email);
    return email;
  }

  async #answer(email: string): Promise<void> {
    const before = this.#sent.get(email) ?? [];
    const last = before.at(-1);
    const isSame = last !== undefined && !this.#random.chance(this.#plan.revised);
    const sent: Sent = {
      comment: isSame ? last.comment : `answer ${before.length} of ${email}`,
      isAcknowledged: false,
    };
    this.#sent.set(email, [...before, sent]);
    const isImpatient = this.#random.chance(this.#plan.impatient);
    for (;;) {
      sent.isAcknowledged = await this.#send(email, sent.comment);
      if (sent.isAcknowledged) this.#acknowledged += 1;
      if (sent.isAcknowledged || isImpatient) return;
      await sleep(RETRY_MS);
    }
  }

  /** Whether a thank-you came back. */
  async #send(email: string, comment: string): Promise<boolean> {
    try {
      const response = await this.#stage.sign({ email, comment });
      const location = response.headers.get("location") ?? "";
      if (response.status === 303 && location.includes("/thanks")) return true;
      if (response.status < 500)
        throw new Refusal(`${response.status} ${location} ${(await response.text()).slice(0, 300)}`);
    } catch (error) {
      if (error instanceof Refusal) throw error;
    }
    this.#failures += 1;
    return false;
  }

  figures(): Figures {
    const all = [...this.#sent.values()];
    return {
      answers: this.#started,
      acknowledged: this.#acknowledged,
      refusedOrCut: this.#failures,
      people: all.filter((sent) => sent.some((one) => one.isAcknowledged)).length,
      unknownPeople: all.filter((sent) => !sent.some((one) => one.isAcknowledged)).length,
    };
  }

  /** How what is stored differs from what may be: at most a few lines each of lost, wrong and invented. */
  compare(stored: { email: string; comment: string | null }[]) {
    const byEmail = new Map(stored.map((row) => [row.email, row.comment]));
    const lost: string[] = [];
    const outdated: string[] = [];
    for (const [email, sent] of this.#sent) {
      const lastAcknowledged = sent.findLastIndex((one) => one.isAcknowledged);
      if (lastAcknowledged < 0) continue;
      const comment = byEmail.get(email);
      if (comment === undefined) lost.push(email);
      else if (!sent.slice(lastAcknowledged).some((one) => one.comment === comment))
        outdated.push(`${email}: ${comment}, not ${sent[lastAcknowledged]?.comment}`);
    }
    return {
      lost,
      outdated,
      invented: stored.filter(({ email }) => !this.#sent.has(email)).map(({ email }) => email),
      countedTwice: stored.length - byEmail.size,
    };
  }
}

class Refusal extends Error {}
