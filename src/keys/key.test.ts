import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { contextOf, makeGroup, settled } from "../../test/groups";
import { makeOrganisers } from "../../test/organisers";
import { newAddress, platformHost } from "../../test/platform-host";
import { refusingD1 } from "../../test/refusing";
import { accountFor } from "../accounts/account";
import { groupBySlug } from "../groups/group";
import type { Group } from "../groups/types";
import { admit, createKey, forgetKeysHeld, keyById, listKeys, revokeKey } from "./key";
import { Pace } from "./pace";
import { keyRoutes } from "./routes";
import { looksLikeSecret, newSecret } from "./secret";
import type { Access } from "./types";

async function someone() {
  return accountFor(contextOf(), newAddress(), { locale: "en", timeZone: "UTC" });
}

async function keyOf(group: Group, access: Access = "full") {
  const made = await createKey(contextOf(), group, await someone(), { name: "Sync", access });
  if (!made) throw new Error("no key");
  const key = await keyById(contextOf(), group, made.id);
  if (!key) throw new Error("the key is gone");
  return { ...made, key, gate: env.KEY_GATES.getByName(String(key.no)) };
}

// The first object that is called loads the whole worker, which takes as long as the machine is busy.
beforeAll(() => exports.default.fetch("http://localhost:8787/health").then((response) => response.text()));
beforeEach(forgetKeysHeld);

describe("a key", () => {
  it("opens its own group and says what it may do", async () => {
    const { group } = await makeGroup();
    const { secret, id } = await keyOf(group, "read");
    const admitted = await admit(contextOf(), secret);
    expect(admitted).toMatchObject({ is: "admitted", key: { id, access: "read" }, group: { no: group.no } });
  });

  it("is kept as a hash alone: nothing in the directory or the log holds it", async () => {
    const { group } = await makeGroup();
    const lines: unknown[] = [];
    const spies = (["log", "error"] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation((line: unknown) => void lines.push(line)),
    );
    const { secret } = await keyOf(group);
    await admit(contextOf(), secret);
    await admit(contextOf({ ...env, DIRECTORY: refusingD1 }), newSecret()).catch(() => undefined);
    for (const spy of spies) spy.mockRestore();
    const rows = [
      await env.DIRECTORY.prepare("SELECT hex(hash) AS hash, api_keys.* FROM api_keys").all(),
      await env.DIRECTORY.prepare("SELECT * FROM audit_log WHERE group_no = ?").bind(group.no).all(),
    ];
    const text = JSON.stringify([rows.map(({ results }) => results), lines]);
    expect(text).toContain("key.created");
    expect(text).not.toContain(secret);
    expect(text).not.toContain(secret.slice(3, 30));
  });

  it("that nobody was given opens nothing, makes no gate, and cannot be tried at will", async () => {
    const { group } = await makeGroup();
    const { secret } = await keyOf(group);
    const gates = vi.spyOn(env.KEY_GATES, "getByName");
    const wrong = [
      ...[newSecret(), "", "gs_", `${secret} `, secret.toLowerCase(), secret.slice(0, -1)],
      ...["' OR 1=1 --", `gs_${"é".repeat(40)}`, "x".repeat(100_000)],
    ];
    for (const text of wrong) expect(await admit(contextOf(), text, "192.0.2.1")).toEqual({ is: "unknown" });
    const answers = [];
    for (let i = 0; i < 130; i += 1) answers.push((await admit(contextOf(), newSecret(), "192.0.2.9")).is);
    expect(answers.at(-1)).toBe("limited");
    expect(gates).not.toHaveBeenCalled();
    gates.mockRestore();
  });

  it("lets four of forty requests at one moment through, and the next only when a second is over", async () => {
    const { group } = await makeGroup();
    const { secret } = await keyOf(group);
    const answers = await Promise.all(Array.from({ length: 40 }, () => admit(contextOf(), secret)));
    expect(answers.filter(({ is }) => is === "admitted")).toHaveLength(4);
    expect(answers.filter((one) => one.is === "limited").map((one) => one.retryAfterSeconds)).toEqual(
      Array.from({ length: 36 }, () => expect.toSatisfy((seconds: number) => seconds === 1 || seconds === 2)),
    );
  });

  it("stops at once when it is revoked, also where its gate was not told", async () => {
    const { group } = await makeGroup();
    const told = await keyOf(group);
    expect((await admit(contextOf(), told.secret)).is).toBe("admitted");
    await revokeKey(contextOf(), group, await someone(), told.key);
    expect(await admit(contextOf(), told.secret)).toEqual({ is: "unknown" });

    const untold = await keyOf(group);
    expect((await admit(contextOf(), untold.secret)).is).toBe("admitted");
    await env.DIRECTORY.prepare("UPDATE api_keys SET revoked_at = 1 WHERE key_no = ?")
      .bind(untold.key.no)
      .run();
    const real = Date.now();
    const clock = vi.spyOn(Date, "now").mockReturnValue(real + 5_000);
    expect((await untold.gate.take()).is).toBe("revoked");
    clock.mockRestore();
  });

  it("in use goes on without the directory for ten minutes; one nobody remembers is unavailable, not refused", async () => {
    const { group } = await makeGroup();
    const { secret, gate } = await keyOf(group);
    await admit(contextOf(), secret);
    const away = { ...env, DIRECTORY: refusingD1 };
    await runInDurableObject(gate, async (object) => {
      (object as unknown as { env: unknown }).env = away;
    });
    const real = Date.now();
    const clock = vi.spyOn(Date, "now");
    const quiet = vi.spyOn(console, "error").mockImplementation(() => undefined);
    clock.mockReturnValue(real + 590_000);
    expect((await admit(contextOf(away, real + 590_000), secret)).is).toBe("admitted");
    clock.mockReturnValue(real + 610_000);
    await expect(admit(contextOf(away, real + 610_000), secret)).rejects.toMatchObject({
      code: "unavailable",
    });
    clock.mockReturnValue(real);
    forgetKeysHeld();
    await expect(admit(contextOf(away), secret)).rejects.toMatchObject({ code: "unavailable" });
    clock.mockRestore();
    quiet.mockRestore();
    await settled().catch(() => undefined);
  });

  it("has its use noted once an hour and no more", async () => {
    const { group } = await makeGroup();
    const { key, gate } = await keyOf(group);
    const real = Date.now();
    const clock = vi.spyOn(Date, "now");
    const used = [];
    for (const later of [0, 10_000, 3_500_000, 3_700_000]) {
      clock.mockReturnValue(real + later);
      await gate.take();
      used.push((await keyById(contextOf(), group, key.id))?.lastUsedAt);
    }
    clock.mockRestore();
    expect(used).toEqual([real, real, real, real + 3_700_000]);
  });
});

it("no window of a second, wherever it lies, holds more than four, and four always fit into the next", () => {
  const pace = new Pace();
  const passed: number[] = [];
  let seed = 7;
  for (let now = 0; now < 60_000; now += seed % 97) {
    seed = (seed * 48_271) % 2_147_483_647;
    if (pace.take(now) === 0) passed.push(now);
  }
  expect(passed.length).toBeGreaterThan(200);
  for (const start of passed)
    expect(passed.filter((at) => at >= start && at <= start + 1_000).length).toBeLessThan(5);
  const back = new Pace();
  for (let i = 0; i < 4; i += 1) back.take(10_000);
  expect(back.take(5_000)).toBe(0);
});

it("makes keys that a scanner knows, each letter as likely as any other", () => {
  const made = Array.from({ length: 2_000 }, newSecret);
  expect(made.every(looksLikeSecret)).toBe(true);
  expect(new Set(made).size).toBe(2_000);
  const counts = new Map<string, number>();
  for (const letter of made.flatMap((key) => [...key.slice(3)]))
    counts.set(letter, (counts.get(letter) ?? 0) + 1);
  expect(counts.size).toBe(62);
  expect(Math.max(...counts.values()) / Math.min(...counts.values())).toBeLessThan(1.4);
});

describe("the page of keys", () => {
  async function owner(name: string) {
    const host = platformHost({}, (app) => app.route("/", keyRoutes));
    const visitor = host.visitor();
    await visitor.signIn(newAddress());
    const slug = `${name}-${crypto.randomUUID().slice(0, 8)}`;
    const form = { slug, name, locale: "en", country: "CA", timeZone: "America/Toronto", currency: "CAD" };
    await visitor.post("/groups/new", form);
    const group = await groupBySlug(contextOf().directory, slug);
    if (!group) throw new Error("no group");
    return { visitor, group, base: `/groups/${slug}/integrations/keys` };
  }

  it("shows a new key once, renames it, revokes it, and writes each down", async () => {
    const { visitor, group, base } = await owner("keys");
    expect(await (await visitor.get(base)).text()).toContain("No keys yet");
    const refused = await visitor.post(base, { name: " ", access: "all" });
    expect(refused.status).toBe(422);
    const made = await visitor.post(base, { name: "Website", access: "full" });
    const [secret = ""] = /gs_[A-Za-z0-9]{40}/.exec(await made.text()) ?? [];
    expect((await admit(contextOf(), secret)).is).toBe("admitted");
    expect(made.headers.get("Cache-Control")).toContain("no-store");
    const again = await (await visitor.get(base)).text();
    expect(again).toContain(`…${secret.slice(-4)}`);
    expect(again).not.toContain(secret);
    const [key] = await listKeys(contextOf(), group);
    await visitor.post(`${base}/${key?.id}`, { name: "Old website" });
    await visitor.post(`${base}/${key?.id}/revocation`);
    expect(await admit(contextOf(), secret)).toEqual({ is: "unknown" });
    expect(await listKeys(contextOf(), group)).toMatchObject([
      { name: "Old website", revokedAt: expect.any(Number) },
    ]);
    const { results } = await env.DIRECTORY.prepare(
      "SELECT act, subject FROM audit_log WHERE group_no = ? AND act LIKE 'key.%' ORDER BY audit_no",
    )
      .bind(group.no)
      .all();
    expect(results).toEqual([
      { act: "key.created", subject: "Website" },
      { act: "key.renamed", subject: "Old website" },
      { act: "key.revoked", subject: "Old website" },
    ]);
  });

  it("says of which keys whoever made them has left, and may still know them", async () => {
    const { owner: rosa, administrator, group, base } = await makeOrganisers();
    await administrator.post(`${base}/integrations/keys`, { name: "Website", access: "full" });
    expect(await (await rosa.get(`${base}/integrations/keys`)).text()).not.toContain("left the group");
    await rosa.post(`${base}/settings/members/${administrator.accountNo}/removal`);
    const [key] = await listKeys(contextOf(), group);
    expect(key).toMatchObject({ name: "Website", makerRole: null });
    expect(await (await rosa.get(`${base}/integrations/keys`)).text()).toContain("its maker left the group");
    await rosa.post(`${base}/integrations/keys/${key?.id}/revocation`);
    expect(await (await rosa.get(`${base}/integrations/keys`)).text()).not.toContain("left the group");
  });

  it("knows no key of another group", async () => {
    const mine = await owner("mine");
    const other = await makeGroup();
    const { key, secret } = await keyOf(other.group);
    for (const path of ["", "/revocation"]) {
      const answer = await mine.visitor.post(`${mine.base}/${key.id}${path}`, { name: "Taken" });
      expect(answer.status).toBe(404);
    }
    expect((await mine.visitor.get(`${mine.base}/${key.id}`)).status).toBe(404);
    expect(await admit(contextOf(), secret)).toMatchObject({ is: "admitted", key: { name: "Sync" } });
  });
});
