import { env } from "cloudflare:workers";
import { everybody } from "../src/audiences/audience";
import { drive, dueOf, type Kept } from "../src/delivery/driving";
import type { FreezeState } from "../src/delivery/freezing";
import type { KeptPass } from "../src/delivery/issuing";
import { forgetKits } from "../src/delivery/kit";
import { type FindLane, sendPage } from "../src/delivery/page";
import { selectDelivery } from "../src/delivery/store";
import { totalsOf } from "../src/delivery/survey";
import type { DriverRef, MailingPage, PageReport, RecipientRefused } from "../src/delivery/types";
import { UnderWay } from "../src/delivery/under-way";
import type { Env } from "../src/env";
import { dbFor, type GroupDb } from "../src/groups/shard";
import type { Group, GroupSettings } from "../src/groups/types";
import { createMailing, mailingById, saveSettings, saveVersion } from "../src/mailings/mailing";
import type { Mailing, MailingSettings, Target } from "../src/mailings/types";
import { newId } from "../src/platform/ids";
import type { BulkMessage } from "../src/platform/mail/bulk";
import type { NamedMailbox } from "../src/platform/mail/mailbox-provider";
import type { MailResult } from "../src/platform/mail/transport";
import { contextOf, makeGroup } from "./groups";

/* A mailing driven by hand: its driver's turns and its pages happen when a test says so, with faults between any two steps. */

type Person = Partial<{
  email: string | null;
  email_status: number;
  language: string;
  country: string;
  region: string;
  given_name: string;
  erased_at: number;
  merged_into: number;
  created_at: number;
}>;

/** People with the numbers 1, 2, … */
export async function addPeople(
  { d1, groupNo }: GroupDb,
  people: readonly Person[],
  first = 1,
): Promise<void> {
  const rows = people.map((person, index) => ({
    ...{ no: first + index, id: newId().replaceAll("-", ""), email: `p${first + index}@people.example` },
    ...{ email_status: 1, created_at: 1 },
    ...person,
  }));
  const names = [
    "email",
    "email_status",
    "language",
    "country",
    "region",
    "given_name",
    "erased_at",
    "merged_into",
    "created_at",
  ];
  await d1
    .prepare(
      `INSERT INTO people (group_no, person_no, id, ${names.join(", ")})
       SELECT ?1, j.value ->> 'no', unhex(j.value ->> 'id'), ${names.map((name) => `j.value ->> '${name}'`).join(", ")} FROM json_each(?2) j`,
    )
    .bind(groupNo, JSON.stringify(rows))
    .run();
}

/** A group that may send to anybody, with so many subscribers. */
export async function makeSenders(
  people: number | readonly Person[],
  settings: Partial<GroupSettings> = {},
): Promise<{ group: Group; db: GroupDb }> {
  const { group } = await makeGroup({
    postalAddress: "1 Main Street, Toronto",
    settings: { ...settings, mail: { undoMinutes: 0, ...settings.mail } as GroupSettings["mail"] },
  });
  await env.DIRECTORY.prepare(
    "INSERT INTO sending_quotas (group_no, daily_max, approved_at, is_fixed, updated_at) VALUES (?, 5000000, 1, 1, 1)",
  )
    .bind(group.no)
    .run();
  await env.DIRECTORY.prepare(
    "INSERT INTO memberships (group_no, account_no, role, created_at) VALUES (?1, 1, 'owner', 1), (?1, 2, 'administrator', 1), (?1, 3, 'organiser', 1)",
  )
    .bind(group.no)
    .run();
  const db = dbFor(env, group);
  const list = typeof people === "number" ? Array.from({ length: people }, () => ({})) : people;
  if (list.length > 0) await addPeople(db, list);
  return { group, db };
}

/** A draft of so many variants to everybody, or to a target. */
export async function makeMailing(
  group: Group,
  {
    variants = 1,
    settings = {},
    target = { audience: everybody, most: null },
    body = "<p>Hello {{ first_name | default: 'friend' }}</p>",
    amp = null,
  }: {
    variants?: number;
    settings?: Partial<MailingSettings>;
    target?: Target;
    body?: string;
    amp?: string | null;
  } = {},
): Promise<Mailing> {
  const ctx = contextOf();
  const db = dbFor(env, group);
  const made = await createMailing(ctx, group, { no: 1 });
  for (let variantNo = 1; variantNo <= variants; variantNo += 1) {
    const version = { variantNo, language: group.locale, fromName: "Amina", subject: `News ${variantNo}` };
    const revision = variantNo === 1 ? 1 : 0;
    const words = { preview: "", form: "html" as const, body, plain: null, amp };
    await saveVersion(ctx, group, made, { no: 1 }, { ...version, ...words, revision });
  }
  await saveSettings(ctx, group, made, { settings, target });
  const mailing = await mailingById(db, made.id);
  if (!mailing) throw new Error("no mailing");
  return mailing;
}

export type Answer = (message: BulkMessage, nth: number) => MailResult | Promise<MailResult>;

/** Drives a mailing. What its driver gives out is in `pages`; who was handed over is in `sent`. */
export class HandDriver {
  readonly group: Group;
  readonly ref: DriverRef;
  readonly no: number;
  readonly pages: MailingPage[] = [];
  readonly sent: { to: string; message: BulkMessage }[] = [];
  readonly noted: Record<string, number>[] = [];
  /** Whoever was refused for good since nobody reads there. */
  readonly refused: RecipientRefused[] = [];
  answer: Answer = () => ({ outcome: "accepted", id: "m" });
  /** Of the gate: how many it grants at once, or why it stops. */
  gate: { most: number; stop: { cause: "health" | "sender" | "operator"; why: string } | null } = {
    most: 1_000_000,
    stop: null,
  };
  /** What the gate grants of each mailbox provider that has a pace of its own, until it is used up. */
  readonly paced = new Map<NamedMailbox, number>();
  /** Wraps the shard of consumers and driver. */
  shard: (d1: D1Database) => D1Database = (d1) => d1;
  /** How messages travel. */
  queue: (pages: MailingPage[]) => MailingPage[] = (pages) => pages;
  underWay = new UnderWay();
  #freeze: FreezeState | null = null;
  #pass: KeptPass | null = null;

  constructor(group: Group, { no }: Pick<Mailing, "no">) {
    this.group = group;
    this.no = no;
    this.ref = { group, mailingNo: no };
    forgetKits();
  }

  get env(): Env {
    const gate = {
      take: async ({ want, mailbox }: { want: number; mailbox?: NamedMailbox }) => {
        const left = (mailbox && this.paced.get(mailbox)) ?? Number.POSITIVE_INFINITY;
        const granted = this.gate.stop ? 0 : Math.min(want, this.gate.most, left);
        if (mailbox && Number.isFinite(left)) this.paced.set(mailbox, left - granted);
        const paced = [...this.paced.keys()].map((name) => ({ mailbox: name, perHour: 600, why: "set" }));
        const isSlow = granted === left && granted < want;
        const waits = isSlow
          ? { retryAfterMs: 60_000, waiting: "mailbox" }
          : { retryAfterMs: 5, waiting: null };
        return { granted, ...waits, stop: this.gate.stop, paced };
      },
      giveBack: async ({ mailbox, count }: { mailbox?: NamedMailbox; count: number }) => {
        const left = mailbox && this.paced.get(mailbox);
        if (mailbox && left !== undefined) this.paced.set(mailbox, left + count);
      },
      health: async () => ({ usedToday: 0 }),
      note: async (note: Record<string, number>) => void this.noted.push(note),
    };
    const driver = {
      pageDone: async (report: PageReport) => void this.underWay.done(report, Date.now()),
      expect: async () => undefined,
      wake: async () => this.underWay.lookAgain(),
    };
    return {
      ...env,
      [this.group.shard]: this.shard(env[this.group.shard as "SHARD_01"]),
      GATE: { getByName: () => gate },
      MAILING: { getByName: () => driver },
      MAIL_EVENTS: {
        sendBatch: async (messages: Iterable<{ body: RecipientRefused }>) => {
          this.refused.push(...[...messages].map(({ body }) => body));
        },
      },
      MAILINGS: {
        sendBatch: async (messages: Iterable<{ body: MailingPage }>) => {
          this.pages.push(...this.queue([...messages].map(({ body }) => body)));
        },
      },
    } as unknown as Env;
  }

  /** The process of the driver ends, with all it had in memory. */
  forget(): void {
    this.underWay = new UnderWay();
  }

  /** As if so many ms had passed for whoever waits for a slow mailbox provider. */
  goOn(ms = 60_000): void {
    const passes = [this.underWay.pass, this.#pass?.pass];
    for (const pass of passes) {
      if (!pass) continue;
      pass.beganAt -= ms;
      for (const lane of pass.lanes) lane.waitUntil -= ms;
      if (pass.dueAt !== null) pass.dueAt -= ms;
    }
  }

  readonly #kept: Kept = {
    freeze: () => this.#freeze,
    saveFreeze: (state) => {
      this.#freeze = structuredClone(state);
      return true;
    },
    pass: () => this.#pass,
    keepPass: (kept) => {
      this.#pass = structuredClone(kept);
    },
    forgetNumbers: () => {},
    forgetFreeze: () => {
      this.#freeze = null;
    },
  };

  /** One alarm. */
  async turn(now = Date.now()): Promise<number | null> {
    const ctx = contextOf(this.env, now);
    const due = await dueOf(ctx, this.group, this.no);
    return due && drive(due, this.#kept, this.underWay);
  }

  readonly lane: FindLane = async () => ({
    sender: {
      ...{ fromEmail: "group@mail.example", fromSuffix: " via Groundswell", replyTo: "", gate: "g" },
      ...{ jurisdiction: "", isOwnDomain: false, lane: { dkim: null } },
    },
    transport: {
      send: (messages) =>
        Promise.all(
          messages.map((message) => {
            this.sent.push({ to: message.to, message });
            return this.answer(message, this.sent.length);
          }),
        ),
    },
  });

  /** Hands one page to a consumer. */
  async deliver(page: MailingPage): Promise<void> {
    await sendPage(contextOf(this.env), page, this.lane);
  }

  /** Turns and pages until the driver has nothing to do now, or waits for longer than `patienceMs`. */
  async run({ turns = 200, patienceMs = 100 } = {}): Promise<number | null> {
    let next: number | null = 0;
    for (let at = 0; at < turns; at += 1) {
      next = await this.turn();
      const pages = this.pages.splice(0);
      for (const page of pages) await this.deliver(page);
      if (pages.length === 0 && (next === null || next > patienceMs)) return next;
    }
    return next;
  }

  standing() {
    return selectDelivery(dbFor(env, this.group), this.no);
  }

  totals() {
    return totalsOf(dbFor(env, this.group), this.no);
  }

  /** Addresses that were handed over more than once. */
  twice(): string[] {
    const seen = new Set<string>();
    return this.sent
      .map(({ to }) => to)
      .filter((to) => {
        const isKnown = seen.has(to);
        seen.add(to);
        return isKnown;
      });
  }
}
