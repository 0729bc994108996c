import { DurableObject } from "cloudflare:workers";
import type { Kind } from "../actions/types";
import type { Env } from "../env";
import { type Context, createContext } from "../platform/context";
import { errorText } from "../platform/log";
import { abandon, type Due, endReady, failFor, forgetFile, goOnWith } from "./driving";
import { beginning, isUploadGone, type Making } from "./making";
import type { ExportGroup, ExportId } from "./types";

const FIRST_RETRY_MS = 5_000;
const RETRY_MS_MAX = 600_000;
/** About three hours of trying. */
const TRIES_MAX = 25;
/** How long one alarm works before it lets the next one go on: an invocation may ask D1 a thousand times. */
const TURN_MS = 10_000;
/** Each is a few statements, of which one invocation may send a thousand (Cloudflare's docs, D1). */
const READS_A_TURN = 150;
/** A value of an object's database is at most 2 MB. */
const TAIL_BYTES = 1_500_000;

type Kept = {
  id: string;
  cursor: string | null;
  isRead: number;
  upload: string;
  parts: string;
  rows: number;
  bytes: number;
  tries: number;
};

/**
 * Makes a group's files behind, one after another, and deletes them when their time is over. What is to be done and how
 * far it is is on disk before anything relies on it, so that the alarm goes on from there whatever happens. A shell: what
 * is done is in `driving.ts` and `making.ts`.
 */
export class ExportsObject extends DurableObject<Env> {
  protected readonly kinds: readonly Kind[] = [];

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { sql } = ctx.storage;
    sql.exec(
      `CREATE TABLE IF NOT EXISTS work (id TEXT PRIMARY KEY, cursor TEXT, is_read INTEGER NOT NULL DEFAULT 0, upload TEXT NOT NULL DEFAULT '',
         parts TEXT NOT NULL DEFAULT '[]', rows INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0,
         tries INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL)`,
    );
    sql.exec(
      "CREATE TABLE IF NOT EXISTS tails (id TEXT NOT NULL, nth INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (id, nth))",
    );
    sql.exec(
      "CREATE TABLE IF NOT EXISTS files (id TEXT PRIMARY KEY, key TEXT NOT NULL, delete_at INTEGER NOT NULL)",
    );
  }

  /** Makes the file of an export; asked again for one that is being made, it changes nothing. */
  async begin(group: ExportGroup, id: ExportId): Promise<void> {
    this.ctx.storage.kv.put("group", group);
    this.ctx.storage.sql.exec(
      "INSERT INTO work (id, due_at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
      id,
      Date.now(),
    );
    await this.#arm();
  }

  /** Stops making a file and gives up what there is of it. A step that is under way notices when it saves. */
  async cancel(id: ExportId): Promise<void> {
    const making = this.#making(id);
    const group = this.#group();
    this.#forget(id);
    if (making && group) await abandon(this.env, group, id, making);
    await this.#arm();
  }

  /** Deletes a file that is ready, before its time. */
  async remove(id: ExportId): Promise<void> {
    this.ctx.storage.sql.exec("UPDATE files SET delete_at = 0 WHERE id = ?", id);
    await this.#arm();
  }

  /** What is being made, for tests and operators. */
  open(): string[] {
    return this.ctx.storage.sql
      .exec<{ id: string }>("SELECT id FROM work ORDER BY rowid")
      .toArray()
      .map(({ id }) => id);
  }

  override async alarm(): Promise<void> {
    const ctx = createContext(this.env, "exports", (work) => this.ctx.waitUntil(work));
    const group = this.#group();
    if (!group) return;
    await this.#deleteOld(ctx, group);
    const [due] = this.ctx.storage.sql
      .exec<{ id: string; tries: number }>(
        "SELECT id, tries FROM work WHERE due_at <= ? ORDER BY rowid LIMIT 1",
        Date.now(),
      )
      .toArray();
    if (due) await this.#workOn(ctx, group, due);
    await this.#arm();
  }

  async #workOn(
    ctx: Context,
    group: ExportGroup,
    { id, tries }: { id: string; tries: number },
  ): Promise<void> {
    const making = this.#making(id);
    if (!making) return;
    const until = Date.now() + TURN_MS;
    let reads = 0;
    const mayGoOn = () => {
      reads += 1;
      return reads < READS_A_TURN && Date.now() < until;
    };
    const due: Due = { group, id, making, kinds: this.kinds, mayGoOn };
    try {
      const what = await goOnWith(ctx, due, (step) => this.#save(id, step));
      if (what === "more") return this.#dueAt(id, Date.now(), 0);
      if (what === "done") {
        const file = await endReady(ctx, group, id, this.#making(id) ?? making);
        if (file)
          this.ctx.storage.sql.exec(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?)",
            id,
            file.key,
            file.deleteAt,
          );
      }
      this.#forget(id);
    } catch (error) {
      ctx.log.error("exports.make", error, { id, tries, text: errorText(error) });
      if (isUploadGone(error)) this.#save(id, beginning);
      if (tries + 1 >= TRIES_MAX) return this.#giveUp(ctx, group, id, making);
      this.#dueAt(id, Date.now() + Math.min(FIRST_RETRY_MS * 2 ** tries, RETRY_MS_MAX), tries + 1);
    }
  }

  async #giveUp(ctx: Context, group: ExportGroup, id: string, making: Making): Promise<void> {
    try {
      await failFor(ctx, group, id);
      await abandon(this.env, group, id, making);
      this.#forget(id);
    } catch {
      this.#dueAt(id, Date.now() + RETRY_MS_MAX, TRIES_MAX);
    }
  }

  async #deleteOld(ctx: Context, group: ExportGroup): Promise<void> {
    const old = this.ctx.storage.sql
      .exec<{ id: string; key: string }>("SELECT id, key FROM files WHERE delete_at <= ?", Date.now())
      .toArray();
    for (const { id, key } of old) {
      try {
        await forgetFile(ctx, group, id, key);
        this.ctx.storage.sql.exec("DELETE FROM files WHERE id = ?", id);
      } catch (error) {
        ctx.log.error("exports.forget", error, { id });
        this.ctx.storage.sql.exec(
          "UPDATE files SET delete_at = ? WHERE id = ?",
          Date.now() + RETRY_MS_MAX,
          id,
        );
      }
    }
  }

  #making(id: string): Making | null {
    const [kept] = this.ctx.storage.sql
      .exec<Kept>(
        "SELECT id, cursor, is_read AS isRead, upload, parts, rows, bytes, tries FROM work WHERE id = ?",
        id,
      )
      .toArray();
    if (!kept) return null;
    const tails = this.ctx.storage.sql
      .exec<{ bytes: ArrayBuffer }>("SELECT bytes FROM tails WHERE id = ? ORDER BY nth", id)
      .toArray();
    const { cursor, upload, rows, bytes } = kept;
    const tail = new Uint8Array(tails.reduce((sum, each) => sum + each.bytes.byteLength, 0));
    let at = 0;
    for (const each of tails) {
      tail.set(new Uint8Array(each.bytes), at);
      at += each.bytes.byteLength;
    }
    return { cursor, upload, rows, bytes, isRead: kept.isRead === 1, parts: JSON.parse(kept.parts), tail };
  }

  #save(id: string, making: Making): boolean {
    const { sql } = this.ctx.storage;
    return this.ctx.storage.transactionSync(() => {
      const { cursor, isRead, upload, parts, rows, bytes, tail } = making;
      const changed = sql.exec(
        "UPDATE work SET cursor = ?, is_read = ?, upload = ?, parts = ?, rows = ?, bytes = ? WHERE id = ?",
        ...[cursor, isRead ? 1 : 0, upload, JSON.stringify(parts), rows, bytes, id],
      );
      if (changed.rowsWritten === 0) return false;
      sql.exec("DELETE FROM tails WHERE id = ?", id);
      for (let at = 0; at < tail.length; at += TAIL_BYTES) {
        sql.exec("INSERT INTO tails VALUES (?, ?, ?)", id, at, tail.slice(at, at + TAIL_BYTES));
      }
      return true;
    });
  }

  #dueAt(id: string, dueAt: number, tries: number): void {
    this.ctx.storage.sql.exec("UPDATE work SET due_at = ?, tries = ? WHERE id = ?", dueAt, tries, id);
  }

  #forget(id: string): void {
    this.ctx.storage.transactionSync(() => {
      this.ctx.storage.sql.exec("DELETE FROM work WHERE id = ?", id);
      this.ctx.storage.sql.exec("DELETE FROM tails WHERE id = ?", id);
    });
  }

  async #arm(): Promise<void> {
    const { at } = this.ctx.storage.sql
      .exec<{ at: number | null }>(
        "SELECT min(at) AS at FROM (SELECT min(due_at) AS at FROM work UNION ALL SELECT min(delete_at) FROM files)",
      )
      .one();
    if (at === null) return this.ctx.storage.deleteAlarm();
    await this.ctx.storage.setAlarm(Math.max(at, Date.now()));
  }

  #group(): ExportGroup | null {
    return this.ctx.storage.kv.get<ExportGroup>("group") ?? null;
  }
}
