import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { HomeSummary, IntakeTarget } from "../../src/intake/types";
import type { Visitor } from "../client.ts";
import { publishPetition, signIn, startGroup } from "../seed.ts";
import { type Server, startServer } from "../server.ts";
import { world } from "../world.ts";
import type { Faults } from "./faulty-env";

const ENTRY = "test/faults/worker.ts";
const SLUG = "clean-air";

/** Without `request.cf` everybody is in western Europe; nothing here spreads further than four. */
const OBJECTS = ["weur/0", "weur/1", "weur/2", "weur/3"];

const QUIET_MS = 3_000;
const SHOWN_MS = 30_000;

type Row = Record<string, string | number | null>;

/** A server with a published petition, whose surroundings can be broken and which can be killed and started again. */
export class Stage {
  readonly #dir: string;
  #server: Server;
  #target: IntakeTarget | undefined;
  readonly group: string;

  private constructor(dir: string, server: Server, group: string) {
    this.#dir = dir;
    this.#server = server;
    this.group = group;
  }

  /** @param options.hasReceipt whether signers get a thank-you mail */
  static async open(options: { group?: string; hasReceipt: boolean }): Promise<Stage> {
    const dir = mkdtempSync(join(tmpdir(), "groundswell-faults-"));
    const server = await startServer({ dir, entry: ENTRY });
    const stage = new Stage(dir, server, options.group ?? "riverside");
    const rosa = await signIn(server, world.organiser);
    await startGroup(rosa, { ...world.group, slug: stage.group });
    const path = await publishPetition(rosa, stage.group, { ...world.petition, slug: SLUG });
    if (!options.hasReceipt) await turnReceiptsOff(rosa, path);
    stage.#target = await stage.#readTarget();
    return stage;
  }

  async close(): Promise<void> {
    await this.#server.stop();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  get server(): Server {
    return this.#server;
  }

  get target(): IntakeTarget {
    if (!this.#target) throw new Error("no petition yet");
    return this.#target;
  }

  get path(): string {
    return `/petitions/${SLUG}`;
  }

  get host(): string {
    return this.#server.groupHost(this.group);
  }

  /** SIGKILL to all of it, as a power cut would. */
  async kill(): Promise<void> {
    await this.#server.kill();
  }

  /** On the same ports and the same storage. */
  async restart(): Promise<void> {
    const { port, directPort } = this.#server;
    this.#server = await startServer({ dir: this.#dir, entry: ENTRY, port, directPort });
  }

  get(path: string): Promise<Response> {
    return this.#server.fetch(this.host, path);
  }

  /** Signs the petition as a browser would. */
  async sign(signer: { email: string; comment?: string }): Promise<Response> {
    const fields = {
      givenName: "Amina",
      familyName: "Sow",
      country: "CA",
      isNamed: "yes",
      consent: "yes",
      comment: "",
      ...signer,
    };
    return this.#server.fetch(this.host, this.path, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        origin: `http://${this.host}`,
        "cf-connecting-ip": ipOf(signer.email),
      },
      body: new URLSearchParams(fields).toString(),
    });
  }

  async break(faults: Partial<Faults>): Promise<void> {
    await this.#control("/faults", faults);
  }

  /** Calls a method of the petition's home. */
  home<Result>(method: string, ...args: unknown[]): Promise<Result> {
    const name = `${this.target.actionId}/home`;
    return this.#control("/call", { object: "HOME", name, method, args }) as Promise<Result>;
  }

  /** Calls a method of one of its intake objects. */
  intake<Result>(object: string, method: string, ...args: unknown[]): Promise<Result> {
    const name = `${this.target.actionId}/${object}`;
    return this.#control("/call", { object: "INTAKE", name, method, args }) as Promise<Result>;
  }

  async #control(path: string, body: unknown): Promise<unknown> {
    const response = await this.#server.fetch("faults.test", path, {
      method: "POST",
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`control ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** Waits until the public count, which may be five seconds old, is this one. Gives what it is in the end. */
  async publicCountAfter(count: number): Promise<number> {
    const deadline = Date.now() + SHOWN_MS;
    for (;;) {
      const shown = await this.publicCount();
      if (shown === count || Date.now() > deadline) return shown;
      await sleep(250);
    }
  }

  /** What the page's script asks for. */
  async publicCount(): Promise<number> {
    const response = await this.get(`${this.path}/count.json`);
    const { count } = (await response.json()) as { count: number };
    return count;
  }

  /** Counted participations with who gave them and what they said last. */
  signers(): Promise<{ email: string; comment: string | null; status: number }[]> {
    return this.rows(
      `SELECT person.email, p.comment, person.email_status AS status FROM participations p
       CROSS JOIN people person ON person.group_no = p.group_no AND person.person_no = p.person_no
       WHERE p.group_no = ? AND p.action_no = ? AND p.removal_no = 0`,
      this.target.groupNo,
      this.target.actionNo,
    ) as Promise<{ email: string; comment: string | null; status: number }[]>;
  }

  /** Asks the group's shard, past all faults. */
  rows(sql: string, ...values: unknown[]): Promise<Row[]> {
    return this.#server.query<Row>(this.#target?.shard ?? "SHARD_00", sql, ...values);
  }

  /**
   * Waits until everything is in D1 and the home knows it, by itself: objects are looked at only when nothing moves any more.
   * Throws, saying what waits, after `ms`.
   */
  async drained(ms: number): Promise<HomeSummary> {
    const deadline = Date.now() + ms;
    let quietSince = Date.now();
    let last = "";
    for (;;) {
      const summary = await this.home<HomeSummary>("summary");
      const stored = await this.countStored();
      const now = `${summary.total} shown, ${stored} stored`;
      if (now !== last || summary.total !== stored) quietSince = Date.now();
      last = now;
      if (Date.now() - quietSince > QUIET_MS && (await this.#waiting()) === 0) return summary;
      if (Date.now() > deadline) throw new Error(`not drained: ${now}, ${await this.#waiting()} waiting`);
      await sleep(250);
    }
  }

  /** Counted participations in D1. */
  async countStored(): Promise<number> {
    const { groupNo, actionNo } = this.target;
    const [row] = await this.rows(
      "SELECT count(*) AS n FROM participations WHERE group_no = ? AND action_no = ? AND removal_no = 0",
      groupNo,
      actionNo,
    );
    return Number(row?.n);
  }

  async #waiting(): Promise<number> {
    const states = await Promise.all(
      OBJECTS.map((object) => this.intake<{ waiting: number }>(object, "state")),
    );
    return states.reduce((sum, state) => sum + state.waiting, 0);
  }

  async #readTarget(): Promise<IntakeTarget> {
    const [group] = await this.#server.query<Row>(
      "DIRECTORY",
      "SELECT group_no, lower(hex(id)) AS id, shard FROM groups WHERE slug = ?",
      this.group,
    );
    const shard = String(group?.shard);
    const [action] = await this.#server.query<Row>(
      shard,
      "SELECT action_no, lower(hex(id)) AS id, settings ->> '$.autoresponse.isOn' AS has_receipt FROM actions WHERE group_no = ? AND slug = ?",
      group?.group_no,
      SLUG,
    );
    if (!group || !action) throw new Error("the petition was not made");
    return {
      groupNo: Number(group.group_no),
      groupId: uuid(group.id) as IntakeTarget["groupId"],
      shard,
      jurisdiction: "",
      actionNo: Number(action.action_no),
      actionId: uuid(action.id) as IntakeTarget["actionId"],
      kind: "petition",
      isOnce: true,
      tagNos: [],
      hasReceipt: action.has_receipt === 1,
    };
  }
}

async function turnReceiptsOff(organiser: Visitor, path: string): Promise<void> {
  const page = await (await organiser.get(`${path}/edit`)).text();
  const version = /name="version" value="(\d+)"/.exec(page)?.[1] ?? "";
  // The box is named as shown and sent without its tick.
  const response = await organiser.post(`${path}/edit`, { version, do: "save", ticks: "autoresponse.isOn" });
  if (!response.ok) throw new Error(`the receipts stayed on: ${response.status}`);
}

/** A connection of each signer's own, so that the limit of one connection stops nobody. */
function ipOf(email: string): string {
  const [a, b, c] = createHash("sha256").update(email).digest();
  return `10.${a}.${b}.${c}`;
}

function uuid(hex: unknown): string {
  return String(hex).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
