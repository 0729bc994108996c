import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Env } from "../../src/env";
import type { ActionIntake } from "../../src/intake/intake-object";
import { intakeStub } from "../../src/intake/objects";

/** Where a drain is interrupted: before or after each thing it does, by an error or by the end of the process. */
export const places = [
  "d1.before",
  "d1.after",
  "events.before",
  "events.after",
  "home.before",
  "home.after",
] as const;
export type Fault = { place: (typeof places)[number]; how: "error" | "kill" } | "half" | "none";

const KILLED = "killed by a test";

/**
 * Lets an intake object's alarm ring, with something in the way.
 * @param announced gets the ids (32 hexadecimal digits) of the participations it announces
 * @returns "killed" when the object did not live to the end: the platform rings such an alarm again.
 */
export async function ringAlarm(
  name: string,
  fault: Fault,
  announced = new Set<string>(),
): Promise<"rung" | "killed"> {
  try {
    await runInDurableObject(intakeStub(env, "", name), async (object: ActionIntake, state) => {
      await state.storage.deleteAlarm();
      const own = object as unknown as { env: Env };
      const real = own.env;
      own.env = withFault(real, fault, announced, () => state.abort(KILLED));
      try {
        await object.alarm();
      } finally {
        own.env = real;
      }
    });
    return "rung";
  } catch (error) {
    if (!String(error).includes(KILLED)) throw error;
    return "killed";
  }
}

/** Notes what an object announces from now on, until it is started anew. */
export async function listenTo(name: string, announced: Set<string>): Promise<void> {
  await runInDurableObject(intakeStub(env, "", name), (object: ActionIntake) => {
    const own = object as unknown as { env: Env };
    own.env = withFault(own.env, "none", announced, () => undefined);
  });
}

/** The bindings an object is given for one drain, with a fault at one place of it. */
function withFault(real: Env, fault: Fault, announced: Set<string>, kill: () => void): Env {
  const at = async (place: (typeof places)[number]) => {
    if (typeof fault !== "object" || fault.place !== place) return;
    if (fault.how === "error") throw new Error("Network connection lost.");
    // A page that D1 has taken is known to be taken before the end.
    await writing;
    kill();
    await new Promise(() => {});
  };
  let writing: Promise<unknown> = Promise.resolve();
  let batches = 0;
  const shard = (d1: D1Database) => ({
    prepare: (query: string) => d1.prepare(query),
    batch: async (statements: D1PreparedStatement[]) => {
      await at("d1.before");
      batches += 1;
      // The whole page is refused, then its first half is taken, then the database goes away.
      if (fault === "half" && batches === 1) throw new Error("D1_ERROR: CHECK constraint failed");
      if (fault === "half" && batches === 3) throw new Error("Network connection lost.");
      const batch = d1.batch(statements);
      writing = batch.catch(() => undefined);
      const results = await batch;
      await at("d1.after");
      return results;
    },
  });
  const events = {
    sendBatch: async (messages: Iterable<{ body: { people: [number, string][] } }>) => {
      await at("events.before");
      for (const { body } of messages)
        for (const [, id] of body.people) announced.add(id.replaceAll("-", ""));
      await at("events.after");
    },
  };
  const home = {
    getByName: (name: string) => ({
      report: async (...given: unknown[]) => {
        await at("home.before");
        const stub = real.HOME.getByName(name) as unknown as {
          report(...given: unknown[]): Promise<unknown>;
        };
        const reply = await stub.report(...given);
        await at("home.after");
        return reply;
      },
    }),
  };
  const shards = Object.entries(real).filter(([name]) => name.startsWith("SHARD_"));
  return {
    ...real,
    ...Object.fromEntries(shards.map(([name, d1]) => [name, shard(d1)])),
    EVENTS: events,
    HOME: home,
  } as unknown as Env;
}
