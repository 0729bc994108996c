import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Progress } from "../../src/delivery/types";
import type { RecipientStatus } from "../../src/mailings/types";
import { signIn, startGroup } from "../seed.ts";
import { type Server, startServer } from "../server.ts";
import { world } from "../world.ts";
import type { Faults } from "./faulty-env";
import { MailProvider } from "./mail-provider.ts";
import type { MailingOrder } from "./mailing-worker";

// As in src/mailings/types.ts, which node cannot read by itself.
const recipientStatus: Record<RecipientStatus, number> = {
  ...{ waiting: 1, claimed: 2, sent: 3, left_out: 4, failed: 5, unknown: 6 },
};
const ENTRY = "test/faults/mailing-worker.ts";
const PEOPLE_AT_ONCE = 10_000;
const BODY =
  "<h1>Clean air for {{ first_name | default: 'you' }}</h1><p>We met the council on Tuesday.</p>" +
  '<p><a href="https://example.org/read">Read what they said</a></p>';

/** A server with a group of many subscribers and a provider of its own, both of which can be broken, and killed. */
export class MailingStage {
  readonly #dir: string;
  #server: Server;
  readonly provider: MailProvider;
  readonly slug: string;
  #shard = "";
  #groupNo = 0;
  #no = 0;

  private constructor(dir: string, server: Server, provider: MailProvider, slug: string) {
    this.#dir = dir;
    this.#server = server;
    this.provider = provider;
    this.slug = slug;
  }

  /** @param options.entry another worker than the one that breaks; it takes the same orders */
  static async open(
    people: number,
    { entry = ENTRY, vars = {} }: { entry?: string; vars?: Record<string, string> } = {},
  ): Promise<MailingStage> {
    const dir = mkdtempSync(join(tmpdir(), "groundswell-mailings-"));
    const provider = await MailProvider.open();
    const server = await startServer({ dir, entry, vars: { ...variables(provider), ...vars } });
    const stage = new MailingStage(dir, server, provider, "riverside");
    await stage.#begin(people, "people.example");
    return stage;
  }

  /** Another group on the same server; its people are at `<slug>.example`. Only the first stage is closed. */
  async another(slug: string, people: number): Promise<MailingStage> {
    const stage = new MailingStage(this.#dir, this.#server, this.provider, slug);
    await stage.#begin(people, `${slug}.example`);
    return stage;
  }

  async #begin(people: number, domain: string): Promise<void> {
    const rosa = await signIn(this.#server, world.organiser);
    await startGroup(rosa, { ...world.group, slug: this.slug });
    await this.#fill(people, domain);
  }

  async #fill(people: number, domain: string): Promise<void> {
    const [group] = await this.#server.query<{ group_no: number; shard: string }>(
      "DIRECTORY",
      "UPDATE groups SET postal_address = '1 Main Street', settings = json_set(settings, '$.mail', json('{\"undoMinutes\":0}')) WHERE slug = ? RETURNING group_no, shard",
      this.slug,
    );
    if (!group) throw new Error("no group");
    this.#shard = group.shard;
    this.#groupNo = group.group_no;
    await this.#server.query(
      "DIRECTORY",
      "INSERT INTO sending_quotas (group_no, daily_max, approved_at, is_fixed, updated_at) VALUES (?, 5000000, 1, 1, 1)",
      group.group_no,
    );
    for (let first = 1; first <= people; first += PEOPLE_AT_ONCE)
      await this.rows(
        `INSERT INTO people (group_no, person_no, id, email, given_name, email_status, created_at)
         WITH RECURSIVE n(no) AS (SELECT ?2 UNION ALL SELECT no + 1 FROM n WHERE no < ?3)
         SELECT ?1, no, randomblob(16), 'p' || no || '@' || ?4, 'Person ' || no, 1, no FROM n`,
        first,
        Math.min(people, first + PEOPLE_AT_ONCE - 1),
        domain,
      );
  }

  /** Asks the group's shard, past all faults. ?1 is the group. */
  rows<Row>(sql: string, ...values: unknown[]): Promise<Row[]> {
    return this.#server.query<Row>(this.#shard, sql, this.#groupNo, ...values);
  }

  get server(): Server {
    return this.#server;
  }

  async break(faults: Partial<Faults>): Promise<void> {
    const response = await this.#server.fetch("faults.test", "/faults", {
      method: "POST",
      body: JSON.stringify(faults),
    });
    if (!response.ok) throw new Error(`faults: ${response.status}`);
  }

  async #order<Reply>(order: MailingOrder): Promise<Reply> {
    const body = JSON.stringify(order);
    const response = await this.#server.fetch("mailing.test", "/", { method: "POST", body });
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as Reply;
  }

  /** Writes a mailing to everybody and has it sent. */
  async send(settings: Record<string, unknown> = {}): Promise<void> {
    const order: MailingOrder = { do: "write", slug: this.slug, html: BODY, settings, variants: 1 };
    const { no } = await this.#order<{ no: number }>(order);
    this.#no = no;
    const sent = await this.#order<{ is: string }>({ do: "send", slug: this.slug, no });
    if (sent.is !== "scheduled") throw new Error(`not scheduled: ${JSON.stringify(sent)}`);
  }

  tell(what: "pause" | "resume"): Promise<{ is: unknown }> {
    return this.#order({ do: what, slug: this.slug, no: this.#no });
  }

  progress(): Promise<Progress> {
    return this.#order({ do: "progress", slug: this.slug, no: this.#no });
  }

  /** SIGKILL to all of it, as a power cut would, and everything started again on the same ports and the same storage. */
  async killAndRestart(): Promise<void> {
    await this.#server.kill();
    const { port, directPort } = this.#server;
    this.#server = await startServer({
      ...{ dir: this.#dir, entry: ENTRY, port, directPort, vars: variables(this.provider) },
    });
  }

  /**
   * Unsubscribes somebody in D1, as the page of a mail does.
   * @returns whether they were still waiting afterwards, so that nothing may reach them any more
   */
  async unsubscribe(no: number): Promise<boolean> {
    await this.rows("UPDATE people SET email_status = 2 WHERE group_no = ?1 AND person_no = ?2", no);
    const [row] = await this.rows<{ status: number }>(
      "SELECT status FROM mailing_recipients WHERE group_no = ?1 AND mailing_no = ?2 AND person_no = ?3",
      this.#no,
      no,
    );
    return row?.status === recipientStatus.waiting;
  }

  /** Lets the two minutes after which a claim is given up pass at once. */
  async age(): Promise<void> {
    await this.rows(
      "UPDATE mailing_recipients SET at_s = at_s - 200 WHERE group_no = ?1 AND mailing_no = ?2 AND status = 2",
      this.#no,
    );
    // What waits for a time looks again when it is told so.
    await this.tell("pause");
    await this.tell("resume");
  }

  async status(): Promise<{
    status: string;
    cause: string | null;
    frozen: { candidates: number; recipients: number } | null;
  }> {
    const [row] = await this.rows<{ status: string; cause: string | null; frozen: string | null }>(
      "SELECT status, pause_cause AS cause, frozen FROM mailings WHERE group_no = ?1 AND mailing_no = ?2",
      this.#no,
    );
    if (!row) throw new Error("no mailing");
    return { ...row, frozen: row.frozen === null ? null : JSON.parse(row.frozen) };
  }

  /** Waits until it is sent; whoever refused for now is tried again at once. Throws, saying how far it is, after `ms`. */
  async finished(ms: number): Promise<void> {
    const deadline = Date.now() + ms;
    for (;;) {
      const { status, cause } = await this.status();
      if (status === "sent") return;
      if (status === "paused") await this.tell("resume");
      if (Date.now() > deadline) throw new Error(`${status} ${cause} ${JSON.stringify(await this.ends())}`);
      await sleep(500);
    }
  }

  /** Tries again at once what was refused for now. */
  async dueNow(): Promise<void> {
    await this.rows(
      "UPDATE mailing_recipients SET due_s = 1 WHERE group_no = ?1 AND mailing_no = ?2 AND due_s > 1",
      this.#no,
    );
    await this.tell("pause");
    await this.tell("resume");
  }

  /** How many ended how, by the codes of `recipientStatus`. */
  async ends(): Promise<Record<string, number>> {
    const rows = await this.rows<{ status: number; count: number }>(
      "SELECT status, count(*) AS count FROM mailing_recipients WHERE group_no = ?1 AND mailing_no = ?2 GROUP BY status",
      this.#no,
    );
    return Object.fromEntries(
      Object.entries(recipientStatus).map(([name, code]) => [
        name,
        rows.find(({ status }) => status === code)?.count ?? 0,
      ]),
    );
  }

  /** Addresses by status. */
  async addresses(status: RecipientStatus): Promise<string[]> {
    const rows = await this.rows<{ email: string }>(
      `SELECT p.email FROM mailing_recipients r CROSS JOIN people p ON p.group_no = ?1 AND p.person_no = r.person_no
       WHERE r.group_no = ?1 AND r.mailing_no = ?2 AND r.status = ?3`,
      this.#no,
      recipientStatus[status],
    );
    return rows.map(({ email }) => email);
  }

  async close(): Promise<void> {
    await this.#server.stop();
    await this.provider.close();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

function variables(provider: MailProvider): Record<string, string> {
  return {
    ...{ BULK_TRANSPORT: "ses", BULK_SES_ENDPOINT: provider.origin, BULK_SES_KEY_ID: "AKIATEST" },
    ...{ BULK_SES_SECRET: "secret", BULK_PER_SECOND: "20000", BULK_CAPTURE: "no" },
  };
}
