import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { contextOf } from "../../test/groups";
import { newAddress, platformHost, type Visitor } from "../../test/platform-host";
import { withoutKv } from "../../test/refusing";
import { accountFor } from "../accounts/account";
import { changeStatus, createGroup, groupBySlug, groupsOf } from "./group";
import { forgetSitesHeld, groupByHost } from "./tenant";

const form = { slug: "", locale: "en", country: "CA", timeZone: "America/Toronto", currency: "CAD" } as const;

async function account(email = newAddress()) {
  return accountFor(contextOf(), email, { locale: "en", timeZone: "UTC" });
}

async function signedIn(): Promise<Visitor> {
  const visitor = platformHost().visitor();
  await visitor.signIn(newAddress());
  return visitor;
}

async function count(table: string): Promise<number> {
  return (await env.DIRECTORY.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>("n")) ?? -1;
}

function unique(word: string): string {
  return `${word}-${crypto.randomUUID().slice(0, 8)}`;
}

beforeEach(forgetSitesHeld);

describe("a new group", () => {
  it("is live at its host the moment its owner gets there", async () => {
    const visitor = await signedIn();
    const slug = unique("clean-air");
    const made = await visitor.post("/groups/new", { ...form, name: "Clean Air Now", slug });
    expect([made.status, made.headers.get("Location")]).toEqual([303, `/groups/${slug}`]);
    expect(await groupByHost(contextOf(), `${slug}.localhost`)).toMatchObject({
      slug,
      name: "Clean Air Now",
      country: "CA",
    });
    const kept = await env.SITES.get<{ slug: string }>(`site/${slug}.localhost`, "json");
    expect(kept?.slug).toBe(slug);
  });

  it("belongs to whoever made it, and the audit log says so", async () => {
    const owner = await account();
    const made = await createGroup(contextOf(), owner, { ...form, name: "Owned", slug: unique("owned") });
    if (!made.ok) throw new Error(made.reason);
    expect(await groupsOf(contextOf(), owner)).toEqual([{ group: made.group, role: "owner" }]);
    expect(await groupsOf(contextOf(), await account())).toEqual([]);
    const { results } = await env.DIRECTORY.prepare(
      "SELECT act, account_no FROM audit_log WHERE group_no = ?",
    )
      .bind(made.group.no)
      .all();
    expect(results).toEqual([{ act: "group.created", account_no: owner.no }]);
  });

  it("goes to the shard with the fewest groups, hence in the end to each in turn", async () => {
    const owner = await account();
    const shards: string[] = [];
    for (let left = (await groupsAhead()) + 4; left > 0; left -= 1) {
      const made = await createGroup(contextOf(), owner, { ...form, name: "Shard", slug: unique("shard") });
      if (made.ok) shards.push(made.group.shard);
    }
    const inTurn = shards.slice(-4);
    expect(new Set(inTurn.slice(0, 2)).size).toBe(2);
    expect(new Set(inTurn.slice(2)).size).toBe(2);
  });

  /** How many more groups the fuller of the two shards has: those other files left there. */
  async function groupsAhead(): Promise<number> {
    const on = async (shard: string) =>
      (await env.DIRECTORY.prepare("SELECT count(*) AS n FROM groups WHERE shard = ?")
        .bind(shard)
        .first<number>("n")) ?? 0;
    return Math.abs((await on("SHARD_00")) - (await on("SHARD_01")));
  }

  it("asks for consent by yes or no in Europe, and never with a ticked box", async () => {
    const owner = await account();
    for (const [country, mode] of [
      ["FR", "explicit"],
      ["GB", "explicit"],
      ["CA", "unticked"],
      ["US", "unticked"],
    ] as const) {
      const made = await createGroup(contextOf(), owner, {
        ...form,
        country,
        name: country,
        slug: unique("consent"),
      });
      expect(made.ok && made.group.settings.optInMode).toBe(mode);
    }
  });

  it("exists also while KV cannot be written", async () => {
    const slug = unique("no-kv");
    const made = await createGroup(contextOf(withoutKv(env)), await account(), {
      ...form,
      name: "No KV",
      slug,
    });
    expect(made.ok).toBe(true);
    expect((await groupByHost(contextOf(), `${slug}.localhost`))?.slug).toBe(slug);
  });

  it("asked for twice at once is made once; the second hears that the address is taken", async () => {
    const [one, other, slug] = [await account(), await account(), unique("race")];
    const tries = [one, other].map((owner) =>
      createGroup(contextOf(), owner, { ...form, name: "Race", slug }),
    );
    const made = await Promise.all(tries);
    expect(made.map((result) => (result.ok ? "made" : result.reason)).sort()).toEqual(["made", "slug_taken"]);
    const { results } = await env.DIRECTORY.prepare(
      "SELECT 1 FROM memberships JOIN groups USING (group_no) WHERE slug = ?",
    )
      .bind(slug)
      .all();
    expect(results).toHaveLength(1);
  });

  it("does not take a host another group brought", async () => {
    const slug = unique("brought");
    await env.DIRECTORY.prepare("INSERT INTO hostnames VALUES (?, 999999, 0)")
      .bind(`${slug}.localhost`)
      .run();
    const made = await createGroup(contextOf(), await account(), { ...form, name: "Brought", slug });
    expect(made).toEqual({ ok: false, reason: "slug_taken" });
    expect(await groupBySlug(contextOf().directory, slug)).toBeNull();
  });
});

describe("an address left empty", () => {
  it.each([
    ["Clean Air, now!", /^clean-air-now$/],
    ["L’Été à Œuvre: ß", /^lete-a-oeuvre-ss$/],
    ["Łódź", /^lodz$/],
    ["Ab", /^group-ab$/],
    ["🌊🌊", /^group$|^group-/],
    ["السلام عليكم", /^group-/],
    ["Admin", /^admin-2$/],
    ["x".repeat(80), /^x{33}/],
    ["---", /^group-/],
  ])("is made from the name %j", async (name, pattern) => {
    const made = await createGroup(contextOf(), await account(), { ...form, name });
    expect(made.ok && made.group.slug).toMatch(pattern);
  });

  it("is numbered when others have the name, and never runs out", async () => {
    const owner = await account();
    const name = unique("Many");
    const slugs = [];
    for (let time = 0; time < 22; time += 1) {
      const made = await createGroup(contextOf(), owner, { ...form, name });
      if (made.ok) slugs.push(made.group.slug);
    }
    const base = name.toLowerCase();
    expect(slugs.slice(0, 3)).toEqual([base, `${base}-2`, `${base}-3`]);
    expect(new Set(slugs).size).toBe(22);
  });
});

describe("the form for a new group", () => {
  it("comes filled in from where the person is", async () => {
    const visitor = await signedIn();
    const page = await (
      await visitor.get("/groups/new?lang=fr", { country: "CH", timezone: "Europe/Zurich" })
    ).text();
    for (const chosen of ["CH", "Europe/Zurich", "CHF", "fr"]) {
      expect(page).toMatch(new RegExp(`<option value="${chosen}" selected`));
    }
  });

  it.each([
    [{ name: "" }, "name"],
    [{ name: "  " }, "name"],
    [{ name: "x".repeat(81) }, "name"],
    [{ name: "a\u0007b" }, "name"],
    [{ slug: "ab" }, "slug"],
    [{ slug: "-abc" }, "slug"],
    [{ slug: "a b c" }, "slug"],
    [{ slug: "évry" }, "slug"],
    [{ slug: "../admin" }, "slug"],
    [{ slug: "x".repeat(41) }, "slug"],
    [{ slug: "admin" }, "slug"],
    [{ slug: "WWW" }, "slug"],
    [{ slug: "new" }, "slug"],
    [{ slug: "xn--80ak6aa92e" }, "slug"],
    [{ locale: "de" }, "locale"],
    [{ country: "" }, "country"],
    [{ country: "XX" }, "country"],
    [{ timeZone: "Mars/Olympus" }, "timeZone"],
    [{ currency: "XXX" }, "currency"],
  ])("with %j is refused beside its field and stores nothing", async (change, field) => {
    const visitor = await signedIn();
    const before = await Promise.all(["groups", "memberships", "hostnames", "audit_log"].map(count));
    const typed = { ...form, name: "Typed name", slug: "typed-slug", ...change };
    const response = await visitor.post("/groups/new", typed);
    const page = await response.text();
    expect(response.status).toBe(422);
    expect(page).toContain(`href="#f-${field}"`);
    expect(page).toContain(`id="f-${field}-error"`);
    if (field !== "name") expect(page).toContain('value="Typed name"');
    expect(await Promise.all(["groups", "memberships", "hostnames", "audit_log"].map(count))).toEqual(before);
  });

  it("keeps HTML, emoji and right-to-left text as text", async () => {
    const visitor = await signedIn();
    const name = '<b onmouseover="x()">سلام 🌊</b>';
    const slug = unique("html");
    await visitor.post("/groups/new", { ...form, name, slug });
    expect((await groupBySlug(contextOf().directory, slug))?.name).toBe(name);
    const page = await (await visitor.get(`/groups/${slug}/settings`)).text();
    expect(page).toContain("&lt;b onmouseover=");
    expect(page).not.toContain("<b onmouseover");
  });

  it("is refused unread when it is 10 MB", async () => {
    const visitor = await signedIn();
    expect((await visitor.post("/groups/new", { ...form, name: "x".repeat(10_000_000) })).status).toBe(413);
  });

  it("stops somebody who collects names after twenty in a day", async () => {
    const visitor = await signedIn();
    const statuses = [];
    for (let time = 0; time < 21; time += 1) {
      statuses.push(
        (await visitor.post("/groups/new", { ...form, name: `Squat ${time}`, slug: unique("squat") })).status,
      );
    }
    expect(statuses.indexOf(429)).toBe(20);
  });

  it("is for people who signed in", async () => {
    const visitor = platformHost().visitor();
    expect((await visitor.get("/groups/new")).headers.get("Location")).toBe("/sign-in?next=%2Fgroups%2Fnew");
    const before = await count("groups");
    await visitor.post("/groups/new", { ...form, name: "Nobody's" });
    expect(await count("groups")).toBe(before);
  });
});

it("an operator's word about a group is served at once and recorded with its reason", async () => {
  const [owner, operator] = [await account(), await account()];
  const made = await createGroup(contextOf(), owner, { ...form, name: "Bad", slug: unique("bad") });
  if (!made.ok) throw new Error(made.reason);
  await changeStatus(contextOf(), made.group, operator, "suspended", "spam");
  expect((await groupByHost(contextOf(), `${made.group.slug}.localhost`))?.status).toBe("suspended");
  const act = await env.DIRECTORY.prepare(
    "SELECT account_no, detail FROM audit_log WHERE act = 'group.status' AND group_no = ?",
  )
    .bind(made.group.no)
    .first();
  expect(act).toEqual({ account_no: operator.no, detail: '{"status":"suspended","reason":"spam"}' });
});
