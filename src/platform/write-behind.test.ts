import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { type BufferedRow, DRAIN_ROWS_MAX, WriteBehind, type WriteBehindDeps } from "./write-behind";

const key = (n: number) => new Uint8Array([n >> 8, n & 255]);
let objects = 0;

/** Runs in the storage of an object of its own; the class around it does not matter here. */
function inStorage(test: (storage: DurableObjectStorage) => Promise<void>) {
  objects += 1;
  return runInDurableObject(env.LIMITS.getByName(`buffer-${objects}`), (_object, state) =>
    test(state.storage),
  );
}

/** A store that remembers each body once, however often it is written, and can be told to fail. */
function aStore() {
  const stored = new Map<string, number>();
  const announced: string[] = [];
  const poison = new Set<string>();
  const state = { isDown: false, settled: 0, calls: [] as number[] };
  const deps: WriteBehindDeps<"ok"> = {
    now: () => Date.now(),
    probe: async () => !state.isDown,
    write: async (rows) => {
      state.calls.push(rows.length);
      if (state.isDown) throw new Error("D1_ERROR: refused");
      if (rows.some((row) => poison.has(row.body))) throw new Error("D1_ERROR: CHECK constraint failed");
      for (const row of rows) stored.set(row.body, (stored.get(row.body) ?? 0) + 1);
      return rows.map(() => "ok" as const);
    },
    announce: async (rows) => {
      announced.push(...rows.map((row) => row.body));
    },
    settle: (rows) => {
      state.settled += rows.length;
      return `settled ${state.settled}`;
    },
  };
  return { stored, announced, poison, state, deps };
}

function fill(buffer: WriteBehind<"ok">, count: number, from = 0) {
  for (let n = from; n < from + count; n += 1) buffer.append(key(n), 1_000 + n, `row ${n}`, `note ${n}`);
}

describe("a write-behind buffer", () => {
  it("writes everything in order, in pages, and is empty afterwards", () =>
    inStorage(async (storage) => {
      const buffer = new WriteBehind<"ok">(storage);
      const store = aStore();
      fill(buffer, DRAIN_ROWS_MAX + 3);
      expect(await buffer.drain(store.deps)).toMatchObject({ state: "empty", settled: DRAIN_ROWS_MAX + 3 });
      expect(store.state.calls).toEqual([DRAIN_ROWS_MAX, 3]);
      expect(store.announced[0]).toBe("row 0");
      expect(buffer.pending).toBe(0);
    }));

  it("keeps its rows and its note when it starts again", () =>
    inStorage(async (storage) => {
      fill(new WriteBehind<"ok">(storage), 4);
      const again = new WriteBehind<"ok">(storage);
      expect([again.pending, again.note, again.oldestPendingAt()]).toEqual([4, "note 3", 1_000]);
      await again.drain(aStore().deps);
      expect([new WriteBehind<"ok">(storage).pending, new WriteBehind<"ok">(storage).note]).toEqual([
        0,
        "settled 4",
      ]);
    }));

  it("takes the place of the emptied last row, so that one row at a time stays one row", () =>
    inStorage(async (storage) => {
      const buffer = new WriteBehind<"ok">(storage);
      const store = aStore();
      for (let n = 0; n < 5; n += 1) {
        fill(buffer, 1, n);
        await buffer.drain(store.deps);
      }
      expect(storage.sql.exec("SELECT seq FROM outbox").toArray()).toEqual([{ seq: 1 }]);
      expect(store.stored.size).toBe(5);
    }));

  it.each(["write", "announce", "settle"] as const)(
    "loses nothing and forgets nothing too early when it dies in %s",
    (step) =>
      inStorage(async (storage) => {
        const store = aStore();
        const buffer = new WriteBehind<"ok">(storage);
        fill(buffer, 7);
        const dying: WriteBehindDeps<"ok"> = {
          ...store.deps,
          probe: async () => false,
          [step]: (...given: [BufferedRow[], "ok"[]]) => {
            if (step === "write") void store.deps.write(given[0]);
            if (step === "announce") void store.deps.announce(...given);
            throw new Error("killed");
          },
        };
        expect(await buffer.drain(dying)).toMatchObject({ state: "outage" });
        const reborn = new WriteBehind<"ok">(storage);
        expect(reborn.pending).toBe(7);
        expect(await reborn.drain(store.deps)).toMatchObject({ state: "empty", settled: 7 });
        expect(store.stored.size).toBe(7);
        expect(new Set(store.announced).size).toBe(7);
      }),
  );

  it("keeps every row through an outage, waits longer each time up to a minute, and recovers", () =>
    inStorage(async (storage) => {
      const buffer = new WriteBehind<"ok">(storage);
      const store = aStore();
      fill(buffer, 3);
      store.state.isDown = true;
      const delays: number[] = [];
      for (let n = 0; n < 8; n += 1) {
        await buffer.drain(store.deps);
        delays.push(buffer.nextDelayMs());
      }
      expect(delays).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
      expect([buffer.pending, buffer.parked]).toEqual([3, 0]);
      store.state.isDown = false;
      expect(await buffer.drain(store.deps)).toMatchObject({ state: "empty", settled: 3 });
      expect(buffer.nextDelayMs()).toBe(1_000);
    }));

  it("parks only the rows that the store refuses, with the reason, and writes the rest", () =>
    inStorage(async (storage) => {
      const buffer = new WriteBehind<"ok">(storage);
      const store = aStore();
      fill(buffer, 100);
      store.poison.add("row 3").add("row 77");
      expect(await buffer.drain(store.deps)).toMatchObject({ state: "empty", settled: 98 });
      expect([buffer.pending, buffer.parked, store.stored.size]).toEqual([0, 2, 98]);
      expect(storage.sql.exec("SELECT body, error FROM parked").toArray()[0]).toEqual({
        body: "row 3",
        error: "Error: D1_ERROR: CHECK constraint failed",
      });
      store.poison.clear();
      expect(buffer.unpark()).toBe(2);
      await buffer.drain(store.deps);
      expect([buffer.parked, store.stored.size]).toEqual([0, 100]);
    }));

  it.each([
    "D1_ERROR: D1 DB is overloaded. Requests queued for too long.",
    "D1_ERROR: Exceeded maximum DB size",
    "D1_ERROR: no such column: nth: SQLITE_ERROR",
    "D1_ERROR: internal error; reference = x",
  ])("does not take D1's own trouble for a bad row, even when a probe would pass: %s", (words) =>
    inStorage(async (storage) => {
      const buffer = new WriteBehind<"ok">(storage);
      const store = aStore();
      fill(buffer, 3);
      const inTrouble = async () => {
        throw new Error(words);
      };
      expect(await buffer.drain({ ...store.deps, write: inTrouble })).toMatchObject({ state: "outage" });
      expect([buffer.pending, buffer.parked]).toEqual([3, 0]);
    }),
  );

  it("takes smaller pages while D1 finds them too heavy, and whole ones again after one that it took", () =>
    inStorage(async (storage) => {
      const buffer = new WriteBehind<"ok">(storage);
      const store = aStore();
      fill(buffer, DRAIN_ROWS_MAX * 2);
      const heaviest = { rows: DRAIN_ROWS_MAX / 5 };
      const write: typeof store.deps.write = async (rows) => {
        if (rows.length > heaviest.rows) throw new Error("D1_ERROR: D1 DB exceeded its CPU time limit");
        heaviest.rows = Number.POSITIVE_INFINITY;
        return store.deps.write(rows);
      };
      for (let tries = 0; tries < 3; tries += 1) {
        expect(await buffer.drain({ ...store.deps, write })).toMatchObject({ state: "outage", settled: 0 });
      }
      expect(await buffer.drain({ ...store.deps, write })).toMatchObject({ state: "empty" });
      expect(store.state.calls.slice(0, 2)).toEqual([DRAIN_ROWS_MAX >> 3, DRAIN_ROWS_MAX]);
    }));

  it("drains once at a time", () =>
    inStorage(async (storage) => {
      const buffer = new WriteBehind<"ok">(storage);
      const store = aStore();
      fill(buffer, 5);
      await Promise.all([buffer.drain(store.deps), buffer.drain(store.deps), buffer.drain(store.deps)]);
      expect([...store.stored.values()]).toEqual([1, 1, 1, 1, 1]);
    }));

  it("does not forget a row that took the place of one forgotten while it was being written", () =>
    inStorage(async (storage) => {
      const buffer = new WriteBehind<"ok">(storage);
      const store = aStore();
      fill(buffer, 1);
      const write: typeof store.deps.write = async (rows) => {
        if (store.state.calls.length === 0) {
          buffer.forget(key(0));
          buffer.append(key(0), 9_999, "newer", "note");
        }
        return store.deps.write(rows);
      };
      await buffer.drain({ ...store.deps, write });
      expect(store.stored.has("newer")).toBe(true);
      expect(buffer.pending).toBe(0);
    }));
});
