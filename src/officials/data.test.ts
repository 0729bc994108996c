import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { contextOf } from "../../test/groups";
import { commons, congress, placesInCanada, placesInUs } from "./data";

const ctx = contextOf();

describe("the look-up data", () => {
  it("knows which districts a ZIP code touches, the likeliest first", async () => {
    const codes = async (zip: string) => (await placesInUs(ctx, zip)).districts.map(({ code }) => code);
    expect(await codes("90210")).toEqual(["CA-32", "CA-36", "CA-30"]);
    expect(await codes("02139")).toEqual(["MA-7", "MA-5"]);
    expect(await codes("42223")).toEqual(["TN-7", "KY-1"]);
    expect(await codes("20001")).toEqual(["DC-0"]);
    expect(await codes("00601")).toEqual(["PR-0"]);
    expect(await codes("96910")).toEqual(["GU-0"]);
  });

  it("knows the state alone of a code of post-office boxes, and nothing of one that does not exist", async () => {
    expect(await placesInUs(ctx, "90209")).toEqual({ states: ["CA"], districts: [] });
    expect(await placesInUs(ctx, "00000")).toEqual({ states: [], districts: [] });
    expect(await placesInUs(ctx, "0\n")).toEqual({ states: [], districts: [] });
  });

  it("knows which ridings a forward sortation area touches", async () => {
    expect(await placesInCanada(ctx, "M5V")).toEqual([
      { code: "35100", share: 89 },
      { code: "35112", share: 11 },
    ]);
    expect((await placesInCanada(ctx, "K1P")).map(({ code }) => code)).toEqual(["35079"]);
    expect((await placesInCanada(ctx, "S4S")).length).toBe(2);
    expect(await placesInCanada(ctx, "H0H")).toEqual([]);
  });

  it("holds whole rosters", async () => {
    const [members, ridings] = await Promise.all([congress(ctx), commons(ctx)]);
    expect(members.filter(({ chamber }) => chamber === "senate").length).toBe(100);
    expect(members.length).toBeGreaterThan(530);
    expect(ridings.length).toBe(343);
    expect(members.every(({ name, id, form, phone }) => name && id && (form || !phone))).toBe(true);
    expect(ridings.filter(({ name }) => name === "").length).toBeLessThan(20);
  });

  it("is read again after it could not be read", async () => {
    let asked = 0;
    const assets = {
      fetch: async (...given: Parameters<Fetcher["fetch"]>) => {
        asked += 1;
        if (asked === 1) return new Response(null, { status: 500 });
        return env.ASSETS.fetch(...given);
      },
    };
    const away = contextOf({ ...env, ASSETS: { ...env.ASSETS, ...assets } });
    // A new isolate: this one may have read the file by now.
    vi.resetModules();
    const anew = await import("./data");
    await expect(anew.placesInUs(away, "83001")).rejects.toThrow("us-8.txt");
    expect((await anew.placesInUs(away, "83001")).states).toEqual(["WY"]);
  });
});
