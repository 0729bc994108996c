import { expect, test } from "vitest";
import { createLog } from "./log";
import { ReadThroughCache } from "./read-through";

const FRESH_MS = 30_000;
const STALE_MS = 300_000;

function setUp() {
  const cache = new ReadThroughCache<string>({
    entriesMax: 3,
    freshMs: FRESH_MS,
    staleMs: STALE_MS,
    absentMs: 10_000,
  });
  const behind: Promise<unknown>[] = [];
  let loads = 0;
  const at = (now: number) => ({
    now,
    log: createLog({}),
    later: (work: Promise<unknown>) => void behind.push(work.catch(() => {})),
  });
  const giving = (value: string | null) => async () => {
    loads += 1;
    return value;
  };
  const failing = async (): Promise<string | null> => {
    loads += 1;
    throw new Error("the source is down");
  };
  return { cache, at, giving, failing, settle: () => Promise.all(behind), loads: () => loads };
}

test("a fresh value is not asked for again", async () => {
  const { cache, at, giving, loads } = setUp();
  expect(await cache.read(at(0), "k", giving("one"))).toBe("one");
  expect(await cache.read(at(FRESH_MS - 1), "k", giving("two"))).toBe("one");
  expect(loads()).toBe(1);
});

test("a stale value is served at once, and one caller looks again behind it", async () => {
  const { cache, at, giving, settle, loads } = setUp();
  await cache.read(at(0), "k", giving("one"));
  const both = [cache.read(at(FRESH_MS), "k", giving("two")), cache.read(at(FRESH_MS), "k", giving("two"))];
  expect(await Promise.all(both)).toEqual(["one", "one"]);
  await settle();
  expect(loads()).toBe(2);
  expect(await cache.read(at(FRESH_MS + 1), "k", giving("three"))).toBe("two");
});

test("a value too old to be served unseen is asked for first", async () => {
  const { cache, at, giving } = setUp();
  await cache.read(at(0), "k", giving("one"));
  expect(await cache.read(at(FRESH_MS + STALE_MS), "k", giving("two"))).toBe("two");
});

test("a source that is down is covered by what is held, however old", async () => {
  const { cache, at, giving, failing } = setUp();
  await cache.read(at(0), "k", giving("one"));
  expect(await cache.read(at(10 * STALE_MS), "k", failing)).toBe("one");
});

test("a source that is down is an error for what was never held", async () => {
  const { cache, at, failing } = setUp();
  await expect(cache.read(at(0), "k", failing)).rejects.toThrow("the source is down");
});

test("what is absent is asked for again after its own time", async () => {
  const { cache, at, giving, loads } = setUp();
  expect(await cache.read(at(0), "k", giving(null))).toBeNull();
  expect(cache.peek("k", 9_999)).toBeNull();
  expect(cache.peek("k", 10_000)).toBeUndefined();
  expect(await cache.read(at(10_000), "k", giving("now there"))).toBe("now there");
  expect(loads()).toBe(2);
});

test("no more than the named number of entries is held", async () => {
  const { cache, at, giving } = setUp();
  for (const key of ["a", "b", "c", "d"]) await cache.read(at(0), key, giving(key));
  expect(cache.peek("a", 0)).toBeUndefined();
  expect(cache.peek("d", 0)).toBe("d");
});
