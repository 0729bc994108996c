import { type NamedMailbox, namedMailboxes } from "../platform/mail/mailbox-provider";
import type { MailboxPace } from "../senders/types";
import { FIRST_DELAY_S } from "./outcomes";
import { HourlyPace, Speed, underWayMax } from "./pace";
import { addMailboxes, mostDeferred } from "./pace-counts";
import type { Pass } from "./pace-lanes";
import type { LaneNow, MailboxReports, PageReport } from "./types";

/**
 * A page nobody reported for so long is taken for lost, and for twice as long as pages took of late: a slow way to send is no loss.
 * Doubles while nothing is heard: a full queue is none either.
 */
const LOST_MS = 20_000;
const LOST_MS_MAX = 600_000;
/** How much of the slowest page counts after each one that was quicker. */
const SLOW_KEPT = 0.75;
/** Pages that were given up and may be reported after all. */
const LATE_MAX = 500;
/** Of so many outcomes, when most are refusals or unknown, something is wrong with the way mails leave and not with the people. */
const BAD_LEAST = 50;

type Page = { count: number; issuedAt: number };
/** `isPast`: the mailing stood still since. What became of the page is for the gate alone. */
type LatePage = Page & { isPast: boolean };
/** `unused`: granted for the page, and nobody was left to be mailed. */
type Reported = PageReport & { unused: number };

/**
 * What a driver knows of the work it has given out. In memory: a driver that begins anew issues again what the rows say is waiting,
 * and nobody is claimed twice.
 */
export class UnderWay {
  readonly name: string = crypto.randomUUID().slice(0, 8);
  readonly speed = new Speed();
  readonly pace = new HourlyPace();
  /** How far the present pass has come; null before a survey. */
  pass: Pass | null = null;
  /** Mailbox providers with a pace of their own, as the gate said last. */
  paced: MailboxPace[] = [];
  /** Granted by the gate for whoever has none, and not used yet. */
  inHand = 0;
  /** Whether it was asked what a driver before this one kept of its pass. */
  isRecalled = false;
  /** Passes in which nothing was settled though people were due. */
  idlePasses = 0;
  readonly #pages = new Map<number, Page>();
  readonly #late = new Map<number, LatePage>();
  #lastNo = 0;
  #lostMs = LOST_MS;
  #slowMs = 0;
  #reports: Reported[] = [];
  #good = 0;
  #bad = { refused: 0, unknown: 0 };
  #mailboxes: MailboxReports = {};

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

  /** False for what is no news: a page of a driver before this one, one that was reported before, or one of before a rest. */
  done(report: PageReport, now: number): boolean {
    const late = this.#late.get(report.pageNo);
    const page = this.#pages.get(report.pageNo) ?? late;
    if (report.driver !== this.name || !page) return false;
    this.#pages.delete(report.pageNo);
    this.#late.delete(report.pageNo);
    const { accepted, permanent, transient, unknown, leftOut, notRendered, released } = report;
    const settled = accepted + permanent + transient + unknown + leftOut + notRendered;
    const unused = Math.max(0, page.count - settled - released);
    if (late?.isPast) {
      this.#reports.push({ ...report, trouble: null, unused });
      return false;
    }
    this.#heard(now - page.issuedAt);
    this.speed.note(accepted + permanent + unknown, now);
    if (this.pass) this.pass.settled += settled;
    // Whoever is left of a page that was given up is found by the next pass anyway.
    if (!late && settled < page.count) this.#dueAgain(now);
    else if (transient > 0) this.#dueAgain(now + FIRST_DELAY_S * 1000);
    addMailboxes(this.#mailboxes, report.mailboxes);
    this.#good += accepted;
    this.#bad.refused += permanent + transient;
    this.#bad.unknown += unknown;
    this.#reports.push({ ...report, unused });
    return true;
  }

  /** What takes so long now may take so long again. */
  #heard(tookMs: number): void {
    this.#slowMs = Math.max(tookMs, this.#slowMs * SLOW_KEPT);
    this.#lostMs = Math.min(LOST_MS_MAX, Math.max(LOST_MS, 2 * this.#slowMs));
  }

  /** Somebody this pass has passed by is due at a moment: they are no reason to end it at once. */
  #dueAgain(at: number): void {
    if (this.pass) this.pass.dueAt = Math.min(this.pass.dueAt ?? at, at);
  }

  /** Providers that put mail off, to be shown: when it is tried again. How many wait for that nobody counts. */
  putOff(until: number): LaneNow[] {
    const isLane = (name: NamedMailbox) =>
      this.pass?.lanes.some(({ mailbox, left }) => mailbox === name && left > 0);
    return namedMailboxes
      .filter((mailbox) => (this.#mailboxes[mailbox]?.deferred ?? 0) >= 1 && !isLane(mailbox))
      .map((mailbox) => ({ mailbox, perHour: null, why: "deferred", left: 0, until }));
  }

  /** What was reported since this was last asked. */
  takeReports(): Reported[] {
    const reports = this.#reports;
    this.#reports = [];
    return reports;
  }

  /**
   * Whether most of what was handed over lately did not go well: then nothing more should. What one mailbox provider puts off is for
   * its pace to heed, and no reason to stop for the others.
   */
  whatIsWrong(): "refused" | "unknown" | null {
    const { unknown } = this.#bad;
    if (unknown >= BAD_LEAST && unknown > this.#good) return "unknown";
    const refused = this.#bad.refused - mostDeferred(this.#mailboxes);
    if (refused >= BAD_LEAST && refused > this.#good) return "refused";
    // What went well long ago says little of now.
    if (this.#good > 20 * BAD_LEAST) {
      this.#good /= 2;
      this.#bad = { refused: this.#bad.refused / 2, unknown: unknown / 2 };
      this.#mailboxes = halved(this.#mailboxes);
    }
    return null;
  }

  /** Somebody changed how the mailing stands: whom it is for may be due by now, and is not kept waiting for slow providers. */
  lookAgain(): void {
    this.isRecalled = true;
    if (this.pass && this.pass.paced.length > 0) this.pass.isEnded = true;
  }

  /** Gives up pages nobody reported. Their people are found again by the next pass. */
  forgetLost(now: number): number {
    let lost = 0;
    for (const [no, page] of this.#pages) {
      if (now - page.issuedAt < this.#lostMs) continue;
      this.#giveUp(no, { ...page, isPast: false });
      lost += 1;
    }
    if (lost > 0) this.#dueAgain(now);
    if (lost > 0) this.#lostMs = Math.min(LOST_MS_MAX, this.#lostMs * 2);
    return lost;
  }

  #giveUp(no: number, page: LatePage): void {
    this.#pages.delete(no);
    this.#late.set(no, page);
    const [oldest] = this.#late.keys();
    if (this.#late.size > LATE_MAX && oldest !== undefined) this.#late.delete(oldest);
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
    this.#mailboxes = {};
    for (const [no, page] of [...this.#late, ...this.#pages]) this.#giveUp(no, { ...page, isPast: true });
    this.#reports = this.#reports.map((report) => ({ ...report, trouble: null }));
    this.speed.rest();
  }
}

function halved(reports: MailboxReports): MailboxReports {
  const half = Object.entries(reports).map(([mailbox, { sent, hard, deferred }]) => [
    mailbox,
    { sent: sent / 2, hard: hard / 2, deferred: deferred / 2 },
  ]);
  return Object.fromEntries(half);
}
