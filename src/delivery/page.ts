import { groupByNo } from "../groups/group";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { loadMergeValues } from "../mailings/content";
import type { MergeValues } from "../mailings/content/types";
import { failureReasons, leftOutReasons, recipientStatus } from "../mailings/types";
import type { Context } from "../platform/context";
import { errorText } from "../platform/log";
import { BULK_CHUNK, type BulkMessage, type BulkTransport } from "../platform/mail/bulk";
import type { MailResult } from "../platform/mail/transport";
import { mailKey } from "../platform/mail-keys";
import { sendAll } from "../platform/queues";
import type { Sender } from "../senders/sender";
import { suppressedAmong } from "../subscriptions/suppression";
import { type Kit, kitOf, laneOf } from "./kit";
import { messageMaker } from "./message";
import { driverOf } from "./objects";
import { isNobodyThere, isSenderError, released, settlementOf } from "./outcomes";
import { countMailbox } from "./pace-counts";
import type { Judging } from "./store-freeze";
import { type Claim, isSending, type Settlement, selectDue, settle, settleAndClaim } from "./store-ledger";
import type { MailingPage, PageReport, RecipientRefused } from "./types";

/** What was read of people is good for so long. */
const AHEAD_MS = 10_000;
/** Waits between the tries to write down what was handed over, while D1 refuses. */
const SETTLE_WAITS_MS = [200, 1_000, 3_000];

/** What is known of the people of a page before they are claimed. */
type Ahead = { values: Map<number, MergeValues>; suppressed: Set<string>; readAt: number };

/** Who a group's mailings are from, and the way they leave. */
export type FindLane = (ctx: Context, group: Group) => Promise<Lane>;
type Lane = { sender: Sender; transport: BulkTransport };

type Chunk = { settlements: Settlement[]; isOver: boolean };

/**
 * Mails some of a mailing's recipients, twenty at a time: claimed in D1 in the statement right before they are handed over, which is
 * also the one that writes down how the twenty before ended. So whoever unsubscribes is left out up to the twenty that are being made,
 * a paused mailing stops at the next twenty, a doubled message finds nobody to claim, and a consumer that dies leaves twenty
 * unknown at most (docs/decisions/0027, 0037). What goes wrong is told to the driver, which issues what still waits again.
 * @throws only when neither the work nor the driver could be reached
 */
export async function sendPage(ctx: Context, page: MailingPage, findLane: FindLane = laneOf): Promise<void> {
  const report: PageReport = {
    ...{ pageNo: page.pageNo, driver: page.driver, accepted: 0, permanent: 0, transient: 0, unknown: 0 },
    ...{ leftOut: 0, notRendered: 0, released: 0, trouble: null, why: "", mailboxes: {} },
  };
  const group = await groupByNo(ctx.directory, page.groupNo);
  if (!group) return;
  try {
    if (group.status !== "suspended") await new PageSender(ctx, group, page, report).run(findLane);
  } catch (error) {
    ctx.log.error("delivery.page", error, { groupNo: page.groupNo, mailingNo: page.mailingNo });
    report.trouble ??= "failed";
    report.why ||= errorText(error).slice(0, 100);
  }
  await driverOf(ctx.env, { group, mailingNo: page.mailingNo }).pageDone(report);
}

class PageSender {
  readonly #ctx: Context;
  readonly #group: Group;
  readonly #page: MailingPage;
  readonly #report: PageReport;
  readonly #db: GroupDb;

  constructor(ctx: Context, group: Group, page: MailingPage, report: PageReport) {
    this.#ctx = ctx;
    this.#group = group;
    this.#page = page;
    this.#report = report;
    this.#db = dbFor(ctx.env, group);
  }

  async run(findLane: FindLane): Promise<void> {
    const { mailingNo, from, upTo, most, whose = null } = this.#page;
    const [kit, lane, people] = await Promise.all([
      kitOf(this.#ctx, this.#group, this.#page),
      findLane(this.#ctx, this.#group),
      selectDue(this.#db, mailingNo, { from, upTo, limit: most, nowS: Math.floor(Date.now() / 1000), whose }),
    ]);
    if (!kit || people.length === 0) return;
    try {
      await this.#sendAll(kit, lane, people);
    } finally {
      if (lane.transport.close) this.#ctx.later(lane.transport.close());
    }
  }

  async #sendAll(kit: Kit, lane: Lane, people: readonly number[]): Promise<void> {
    const { mailingNo } = this.#page;
    let ahead = await this.#readAhead(kit, people);
    let before: Settlement[] = [];
    for (let at = 0; at < people.length; at += BULK_CHUNK) {
      if (Date.now() - ahead.readAt > AHEAD_MS) {
        await this.#settle(before);
        before = [];
        ahead = await this.#readAhead(kit, people.slice(at));
      }
      const chunk = people.slice(at, at + BULK_CHUNK);
      const { claims, leftOut } = await this.#claim(kit, before, chunk);
      this.#report.leftOut += leftOut;
      if (claims.length + leftOut === 0 && !(await isSending(this.#db, mailingNo))) return;
      const { settlements, isOver } = await this.#send(kit, lane, ahead, claims);
      before = settlements;
      if (isOver) break;
    }
    await this.#settle(before);
  }

  async #readAhead({ needed }: Kit, people: readonly number[]): Promise<Ahead> {
    const readAt = Date.now();
    const values = await loadMergeValues(this.#ctx, this.#group, people, needed);
    const emails = [...values.values()].map(({ email }) => email).filter((email) => email !== "");
    return { values, suppressed: await suppressedAmong(this.#ctx, emails), readAt };
  }

  /** Claims the next; while D1 refuses, what was handed over before is still written down, and nothing more is claimed. */
  async #claim({ mailing }: Kit, before: readonly Settlement[], people: readonly number[]) {
    const { settings } = mailing;
    const judging: Judging = {
      ...{ mailingNo: mailing.no, now: Date.now(), topicNo: settings.topicNo },
      weeklyMax: settings.ignoresFatigue ? 0 : this.#group.settings.mail.weeklyMax,
    };
    try {
      return await settleAndClaim(this.#db, judging, before, people);
    } catch (error) {
      await this.#settle(before);
      throw error;
    }
  }

  /** Tries a few times: what is not written down ends as unknown, and nobody would know better. */
  async #settle(settlements: readonly Settlement[]): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await settle(this.#db, this.#page.mailingNo, settlements);
      } catch (error) {
        const wait = SETTLE_WAITS_MS[tries];
        if (wait === undefined) throw error;
        await scheduler.wait(wait);
      }
    }
  }

  async #send(kit: Kit, lane: Lane, ahead: Ahead, claims: readonly Claim[]): Promise<Chunk> {
    const settlements: Settlement[] = [];
    const made: { claim: Claim; message: BulkMessage }[] = [];
    const { mailing } = kit;
    const message = messageMaker(this.#ctx, { group: this.#group, mailing, sender: lane.sender });
    const keys = await Promise.all(claims.map(({ personNo }) => this.#keyOf(personNo)));
    for (const [index, claim] of claims.entries()) {
      const end = this.#make(kit, message, ahead, { claim, key: keys[index] ?? "" });
      if ("key" in end) made.push({ claim, message: end });
      else settlements.push(end);
    }
    if (made.length === 0) return { settlements, isOver: false };
    const results = await lane.transport.send(made.map(({ message }) => message));
    const refused: RecipientRefused[] = [];
    let isOver = false;
    for (const [
      index,
      {
        claim,
        message: { to },
      },
    ] of made.entries()) {
      // A transport that says nothing of one may have sent it.
      const result: MailResult = results[index] ?? { outcome: "unknown", reason: "no_answer" };
      settlements.push(settlementOf(claim, result, Date.now()));
      if (isSenderError(result)) {
        isOver = true;
        this.#report.released += 1;
        this.#report.trouble = "sender";
        this.#report.why = result.outcome === "accepted" ? "" : result.reason;
      } else this.#report[result.outcome] += 1;
      countMailbox(this.#report.mailboxes, to, result);
      if (isNobodyThere(result)) refused.push(this.#refusalOf(claim.personNo, to, result));
    }
    if (refused.length > 0) this.#ctx.later(sendAll(this.#ctx.env.MAIL_EVENTS, refused));
    return { settlements, isOver };
  }

  /** So that the address is written to no more: at once, since no bounce follows. */
  #refusalOf(personNo: number, to: string, result: MailResult): RecipientRefused {
    const reason = result.outcome === "accepted" ? "" : result.reason.slice(0, 200);
    return { type: "mailings.refused", groupNo: this.#group.no, personNo, to, reason, at: Date.now() };
  }

  #keyOf(personNo: number): Promise<string> {
    const copy = { groupNo: this.#group.no, mailingNo: this.#page.mailingNo, personNo, isProof: false };
    return mailKey(this.#ctx.config.SIGNING_KEYS, copy, Date.now());
  }

  /** Somebody's copy, or how their claim ends without one. */
  #make(
    kit: Kit,
    message: ReturnType<typeof messageMaker>,
    ahead: Ahead,
    { claim, key }: { claim: Claim; key: string },
  ): BulkMessage | Settlement {
    const { personNo, email, variantNo } = claim;
    const now = Date.now();
    const values = ahead.values.get(personNo);
    // Who changed their address since they were read is read again by the next page.
    if (!values || email === null || values.email !== email) {
      this.#report.released += 1;
      return released(claim, now);
    }
    if (ahead.suppressed.has(email)) {
      this.#report.leftOut += 1;
      const reason = leftOutReasons.suppressed;
      return { ...released(claim, now), status: recipientStatus.left_out, reason };
    }
    const group = this.#group;
    try {
      const template = kit.template(variantNo, values.language ?? group.locale);
      if (!template) throw new Error(`no version for variant ${variantNo}`);
      return message({ key, to: email, mail: template.fill(values, key) });
    } catch (error) {
      this.#ctx.log.error("delivery.not_rendered", error, { groupNo: group.no, personNo });
      this.#report.notRendered += 1;
      const reason = failureReasons.not_rendered;
      return { ...released(claim, now), status: recipientStatus.failed, reason };
    }
  }
}
