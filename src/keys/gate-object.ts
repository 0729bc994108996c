import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env";
import { createLog } from "../platform/log";
import { Pace } from "./pace";
import { noteUse, standingOf } from "./store";
import type { Verdict } from "./types";

/** A revoked key stops within so long, even where the revocation could not be told. */
const STANDING_MS = 5_000;
/** From so long on the directory is asked again behind a request, so that a key in steady use never waits for it. */
const LOOK_MS = 2_500;
/** So long a key that held goes on while the directory cannot be reached. */
const UNREACHABLE_MS = 600_000;
const NOTED_MS = 3_600_000;

type Standing = { holds: boolean; readAt: number };

/**
 * The gate of one key, which is named by its number: asked once a request, from everywhere, it counts and says whether the key still
 * holds. All is in memory: an object that was evicted had no request for seconds, so nothing in it still counted; one that crashed
 * may let four more through, which a row written for each request would prevent at twice the price of the request.
 */
export class KeyGate extends DurableObject<Env> {
  readonly #pace = new Pace();
  #standing: Standing | null = null;
  #look: Promise<void> | null = null;

  /** Takes one request of the key's share. */
  async take(): Promise<Verdict> {
    const holds = await this.#holds();
    if (holds !== true) return { is: holds === false ? "revoked" : "away" };
    const waitMs = this.#pace.take(Date.now());
    return waitMs === 0 ? { is: "open" } : { is: "limited", waitMs };
  }

  /** The key was revoked: nothing passes any more. */
  shut(): void {
    this.#standing = { holds: false, readAt: Date.now() };
  }

  /** Null when the directory is away and nothing young enough is known. */
  async #holds(): Promise<boolean | null> {
    // What a key once was told stays so: no key that was revoked ever holds again.
    if (this.#standing?.holds === false) return false;
    const age = Date.now() - (this.#standing?.readAt ?? 0);
    if (age >= LOOK_MS) {
      this.#look ??= this.#ask().finally(() => {
        this.#look = null;
      });
      if (age >= STANDING_MS) await this.#look;
      else this.ctx.waitUntil(this.#look);
    }
    const isOld = Date.now() - (this.#standing?.readAt ?? 0) > UNREACHABLE_MS;
    return isOld ? null : (this.#standing?.holds ?? null);
  }

  /** Leaves what is known as it is when the directory cannot be reached. */
  async #ask(): Promise<void> {
    const readAt = Date.now();
    const keyNo = Number(this.ctx.id.name);
    try {
      const row = await standingOf(this.env.DIRECTORY, keyNo);
      if (this.#standing?.holds === false) return;
      this.#standing = { holds: row?.holds ?? false, readAt };
      if (row?.holds && readAt - (row.lastUsedAt ?? 0) >= NOTED_MS) {
        await noteUse(this.env.DIRECTORY, keyNo, readAt);
      }
    } catch (error) {
      createLog({ object: "key-gate" }).error("keys.directory", error, { key: keyNo });
    }
  }
}
