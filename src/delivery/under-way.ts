import { HourlyPace, Speed, underWayMax } from "./pace";
import type { PageReport } from "./types";

/** A page nobody reported for so long is taken for lost. Doubles while nothing is heard: a full queue is no loss. */
const LOST_MS = 20_000;
const LOST_MS_MAX = 600_000;
/** Of so many outcomes, when most are refusals or unknown, something is wrong with the way mails leave and not with the people. */
const BAD_LEAST = 50;

type Page = { count: number; issuedAt: number };

/**
 * What a driver knows of the work it has given out. In memory: a driver that begins anew issues again what the rows say is waiting,
 * and nobody is claimed twice.
 */
export class UnderWay {
  readonly name: string = crypto.randomUUID().slice(0, 8);
  readonly speed = new Speed();
  readonly pace = new HourlyPace();
  /** How far the present pass has come, and how many were due when it began; null before a survey. */
  pass: { cursor: number; left: number; settled: number } | null = null;
  /** Granted by the gate and not used yet. */
  inHand = 0;
  /** Passes in which nothing was settled though people were due. */
  idlePasses = 0;
  readonly #pages = new Map<number, Page>();
  #lastNo = 0;
  #lostMs = LOST_MS;
  #reports: PageReport[] = [];
  #good = 0;
  #bad = { refused: 0, unknown: 0 };

  get count(): number {
    let sum = 0;
    for (const { count } of this.#pages.values()) sum += count;
    return sum;
  }

  /** How many more may be given out. */
  room(now: number): number {
    return Math.max(0, underWayMax(this.speed.at(now)) - this.count);
  }

  nextNo(): number {
    this.#lastNo += 1;
    return this.#lastNo;
  }

  issued(pageNo: number, count: number, now: number): void {
    this.#pages.set(pageNo, { count, issuedAt: now });
  }

  /** False for a page of a driver before this one, or one that was reported before. */
  done(report: PageReport, now: number): boolean {
    if (report.driver !== this.name || !this.#pages.delete(report.pageNo)) return false;
    const { accepted, permanent, transient, unknown, leftOut, notRendered } = report;
    const settled = accepted + permanent + transient + unknown + leftOut + notRendered;
    this.#lostMs = LOST_MS;
    this.speed.note(accepted + permanent + unknown, now);
    if (this.pass) this.pass.settled += settled;
    this.#good += accepted;
    this.#bad.refused += permanent + transient;
    this.#bad.unknown += unknown;
    this.#reports.push(report);
    return true;
  }

  /** What was reported since this was last asked. */
  takeReports(): PageReport[] {
    const reports = this.#reports;
    this.#reports = [];
    return reports;
  }

  /** Whether most of what was handed over lately did not go well: then nothing more should. */
  whatIsWrong(): "refused" | "unknown" | null {
    const { refused, unknown } = this.#bad;
    if (unknown >= BAD_LEAST && unknown > this.#good) return "unknown";
    if (refused >= BAD_LEAST && refused > this.#good) return "refused";
    // What went well long ago says little of now.
    if (this.#good > 20 * BAD_LEAST) {
      this.#good /= 2;
      this.#bad = { refused: refused / 2, unknown: unknown / 2 };
    }
    return null;
  }

  /** Gives up pages nobody reported. Their people are found again by the next pass. */
  forgetLost(now: number): number {
    let lost = 0;
    for (const [no, { issuedAt }] of this.#pages) {
      if (now - issuedAt < this.#lostMs) continue;
      this.#pages.delete(no);
      lost += 1;
    }
    if (lost > 0) this.#lostMs = Math.min(LOST_MS_MAX, this.#lostMs * 2);
    return lost;
  }

  /** In how many ms the next page is to be given up; null when none is out. */
  lostIn(now: number): number | null {
    const first = Math.min(...[...this.#pages.values()].map(({ issuedAt }) => issuedAt));
    return Number.isFinite(first) ? Math.max(50, first + this.#lostMs - now) : null;
  }

  /** The mailing does not send now: what comes later begins anew. */
  rest(): void {
    this.pass = null;
    this.inHand = 0;
    this.idlePasses = 0;
    this.#good = 0;
    this.#bad = { refused: 0, unknown: 0 };
    this.#pages.clear();
    this.speed.rest();
  }
}
