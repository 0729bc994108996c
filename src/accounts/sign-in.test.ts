import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { linkIn, newAddress, type PlatformHost, platformHost, type Visitor } from "../../test/platform-host";
import { configOf } from "../env";
import { signToken, verifyToken } from "../platform/tokens";

async function linkFor(
  host: PlatformHost,
  email: string,
  visitor: Visitor = host.visitor(),
  next = "/",
): Promise<string> {
  const response = await visitor.post("/sign-in", { email, next });
  expect(response.status).toBe(200);
  return linkIn(host.mail.at(-1), "/sign-in/confirm");
}

function tokenIn(link: string): string {
  return new URL(link, "http://x").searchParams.get("token") ?? "";
}

async function countOf(table: "sessions"): Promise<number> {
  return (await env.DIRECTORY.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>("n")) ?? -1;
}

describe("a link by mail", () => {
  it("makes the account and signs in on whichever device opens it", async () => {
    const host = platformHost();
    const [email, phone] = [newAddress(), host.visitor()];
    const link = await linkFor(host, email, host.visitor(), "/groups/new?x=1#y");
    expect(await (await phone.get(link)).text()).toContain(email);
    const confirmed = await phone.post("/sign-in/confirm", { token: tokenIn(link) });
    expect([confirmed.status, confirmed.headers.get("Location")]).toEqual([303, "/groups/new?x=1#y"]);
    expect(await (await phone.get("/")).text()).toBe(email);
    const made = await env.DIRECTORY.prepare("SELECT email FROM accounts WHERE email_key = ?")
      .bind(email)
      .all();
    expect(made.results).toEqual([{ email }]);
  });

  it("is mailed in both forms, in the language of the page, and says nothing about accounts", async () => {
    const host = platformHost();
    const email = newAddress();
    await host.visitor().post("/sign-in?lang=fr", { email });
    const { message, purpose } = host.mail[0]?.body ?? {};
    expect(purpose).toBe("sign-in");
    expect(message).toMatchObject({ to: email, subject: "Connexion à Groundswell" });
    for (const form of [message?.text, message?.html]) expect(form).toContain("/sign-in/confirm?lang=fr");
  });

  it("opened by a program that checks mail is not spent", async () => {
    const host = platformHost();
    const link = await linkFor(host, newAddress());
    for (let time = 0; time < 3; time += 1) expect((await host.visitor().get(link)).status).toBe(200);
    expect((await host.visitor().post("/sign-in/confirm", { token: tokenIn(link) })).status).toBe(303);
  });

  it("signs in once", async () => {
    const host = platformHost();
    const [link, other] = [await linkFor(host, newAddress()), host.visitor()];
    await host.visitor().post("/sign-in/confirm", { token: tokenIn(link) });
    const again = await other.post("/sign-in/confirm", { token: tokenIn(link) });
    expect([again.status, other.cookies.size]).toEqual([410, 0]);
    expect(await again.text()).toContain("has been used");
  });

  it("clicked by ten at the same moment signs in one", async () => {
    const host = platformHost();
    const link = await linkFor(host, newAddress());
    const tries = Array.from({ length: 10 }, () =>
      host.visitor().post("/sign-in/confirm", { token: tokenIn(link) }),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 303)).toHaveLength(1);
  });

  it("works for 15 minutes and not a minute longer", async () => {
    const host = platformHost();
    const link = await linkFor(host, newAddress());
    host.now += 14 * 60_000;
    expect((await host.visitor().get(link)).status).toBe(200);
    host.now += 2 * 60_000;
    expect((await host.visitor().get(link)).status).toBe(410);
    const before = await countOf("sessions");
    expect((await host.visitor().post("/sign-in/confirm", { token: tokenIn(link) })).status).toBe(410);
    expect(await countOf("sessions")).toBe(before);
  });

  it("for two links of one person opened at once makes one account", async () => {
    const host = platformHost();
    const email = newAddress();
    const links = [await linkFor(host, email), await linkFor(host, email.toUpperCase())];
    await Promise.all(links.map((link) => host.visitor().post("/sign-in/confirm", { token: tokenIn(link) })));
    const { results } = await env.DIRECTORY.prepare("SELECT email FROM accounts WHERE email_key = ?")
      .bind(email)
      .all();
    expect(results).toHaveLength(1);
  });
});

describe("a link that was not ours", () => {
  const claims = { email: "eve.of.links@example.org", next: "/", locale: "en" };
  const options = { now: Date.now(), secondsToLive: 600, id: "one" };
  const keys = configOf(env).SIGNING_KEYS;

  it.each([
    ["is empty", async () => ""],
    ["is no token", async () => "abc.def.ghi"],
    ["has a changed address", async () => forgeAddress(await signToken(keys, "sign-in", claims, options))],
    [
      "is signed with another key",
      async () => signToken({ current: "k1", keys: { k1: "A".repeat(43) } }, "sign-in", claims, options),
    ],
    ["is for another purpose", async () => signToken(keys, "invitation", claims, options)],
    [
      "has no id, so that it could not be spent",
      async () => signToken(keys, "sign-in", claims, { now: Date.now(), secondsToLive: 600 }),
    ],
    ["names no address", async () => signToken(keys, "sign-in", { ...claims, email: "eve" }, options)],
    ["claims not to be signed", async () => unsigned(claims)],
    ["is ten thousand characters long", async () => "x".repeat(10_000)],
  ])("and %s signs nobody in", async (_, make) => {
    const visitor = platformHost().visitor();
    const token = await make();
    expect((await visitor.get(`/sign-in/confirm?token=${encodeURIComponent(token)}`)).status).toBe(410);
    expect((await visitor.post("/sign-in/confirm", { token })).status).toBe(410);
    expect(visitor.cookies.size).toBe(0);
    const eve = await env.DIRECTORY.prepare(
      "SELECT 1 FROM accounts WHERE email_key LIKE 'eve.of.links%' OR email_key = 'eve'",
    ).first();
    expect(eve).toBeNull();
  });

  function forgeAddress(token: string): string {
    const [head, body = "", signature] = token.split(".");
    const changed = JSON.stringify({ ...JSON.parse(atob(body)), email: "mallory@example.org" });
    return [head, btoa(changed).replace(/=+$/, ""), signature].join(".");
  }

  function unsigned(payload: object): string {
    const part = (value: object) => btoa(JSON.stringify(value)).replace(/=+$/, "");
    const whole = {
      ...payload,
      iss: "groundswell",
      aud: "sign-in",
      exp: Math.floor(Date.now() / 1000) + 600,
      jti: "x",
    };
    return `${part({ alg: "none" })}.${part(whole)}.`;
  }
});

describe("asking for a link", () => {
  it("shows the same page for an address with an account and for one without", async () => {
    const host = platformHost();
    const [known, unknown] = [newAddress("kno"), newAddress("unk")];
    await host.visitor().signIn(known);
    const pages = await Promise.all(
      [known, unknown].map(async (email) => {
        const response = await host.visitor().post("/sign-in", { email });
        return `${response.status} ${(await response.text()).replaceAll(email, "X")}`;
      }),
    );
    expect(pages[0]).toBe(pages[1]);
    expect(host.mail.map(({ body }) => body.message.to).sort()).toEqual([known, unknown].sort());
  });

  it.each([
    ["", "Enter your email address"],
    ["   ", "Enter your email address"],
    ["ana", "such as name@example.org"],
    ["ana@example", "such as name@example.org"],
    ["a@b.org, c@d.org", "such as name@example.org"],
    ["a@b.org\r\nBcc: c@d.org", "such as name@example.org"],
    ["<script>alert(1)</script>@x.org", "such as name@example.org"],
    [`${"a".repeat(300)}@x.org`, "such as name@example.org"],
  ])("with %j is refused beside the field, and the typing is kept", async (email, words) => {
    const host = platformHost();
    const response = await host.visitor().post("/sign-in", { email, next: "/account" });
    const page = await response.text();
    expect(response.status).toBe(422);
    expect(page).toContain(words);
    expect(page).toContain('href="#f-email"');
    expect(page).toContain('name="next" value="/account"');
    expect(page).not.toContain("<script>alert");
    if (email === "ana") expect(page).toContain('value="ana"');
    expect(host.mail).toEqual([]);
  });

  it("with the field twice is refused", async () => {
    const host = platformHost();
    const body = new URLSearchParams([
      ["email", "a@example.org"],
      ["email", "b@example.org"],
    ]);
    expect((await host.visitor().send("/sign-in", { method: "POST", body })).status).toBe(422);
    expect(host.mail).toEqual([]);
  });

  it.each([
    ["10 MB", { body: new URLSearchParams({ email: "x".repeat(10_000_000) }) }, 413],
    ["JSON", { body: "{}", headers: { "Content-Type": "application/json" } }, 415],
    [
      "Latin-1",
      {
        body: new Uint8Array([101, 109, 97, 105, 108, 61, 0xe9]),
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
      },
      400,
    ],
  ])("with a body of %s is refused unread", async (_, init, status) => {
    const host = platformHost();
    expect((await host.visitor().send("/sign-in", { method: "POST", ...init })).status).toBe(status);
    expect(host.mail).toEqual([]);
  });

  it("stops at five mails to one address in 15 minutes, from wherever they are asked for", async () => {
    const host = platformHost();
    const email = newAddress();
    const statuses: number[] = [];
    for (let time = 0; time < 6; time += 1) {
      statuses.push(
        (await host.visitor().post("/sign-in", { email: time % 2 ? email : email.toUpperCase() })).status,
      );
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    expect(host.mail).toHaveLength(5);
  });

  it("stops at twenty mails from one network, and tells when to try again", async () => {
    const host = platformHost();
    const spammer = host.visitor({ "CF-Connecting-IP": "2001:db8:1:2:aaaa::1" });
    const neighbour = host.visitor({ "CF-Connecting-IP": "2001:db8:1:2:bbbb::2" });
    for (let time = 0; time < 20; time += 1) await spammer.post("/sign-in", { email: newAddress() });
    const refused = await neighbour.post("/sign-in", { email: "next@example.org" });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(800);
    const page = await refused.text();
    expect(page).toContain("Wait 15 minutes");
    expect(page).toContain('value="next@example.org"');
    expect(host.mail).toHaveLength(20);
  });

  it("goes on when the limits cannot be reached", async () => {
    const host = platformHost({
      LIMITS: { getByName: () => ({ take: () => Promise.reject(new Error("down")) }) } as never,
    });
    await linkFor(host, newAddress());
    expect(host.mail).toHaveLength(1);
  });
});

describe("where signing in leads", () => {
  it.each([
    "https://evil.example/",
    "//evil.example",
    "//evil.example/account",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/.//evil.example",
    "/x/..//evil.example",
    "javascript:alert(1)",
    "@evil.example",
    `/${"x".repeat(3_000)}`,
    "",
  ])("is never another site: %j", async (next) => {
    const host = platformHost();
    const link = await linkFor(host, newAddress(), host.visitor(), next);
    const claims = await verifyToken(configOf(env).SIGNING_KEYS, "sign-in", tokenIn(link), Date.now());
    expect(claims?.next).toBe("/");
    const confirmed = await host.visitor().post("/sign-in/confirm", { token: tokenIn(link) });
    expect(confirmed.headers.get("Location")).toBe("/");
    const visitor = host.visitor();
    await visitor.signIn(newAddress());
    const query = new URLSearchParams({ next });
    expect((await visitor.get(`/sign-in?${query}`)).headers.get("Location")).toBe("/");
  });

  it("is the page somebody wanted before they signed in", async () => {
    const response = await platformHost().visitor().get("/account?done=profile");
    expect(response.headers.get("Location")).toBe("/sign-in?next=%2Faccount%3Fdone%3Dprofile");
  });

  it("stays that page for a link that is asked for again, or for another address", async () => {
    const email = newAddress();
    const response = await platformHost().visitor().post("/sign-in", { email, next: "/account" });
    const page = await response.text();
    expect(page).toContain(`name="email" value="${email}"`);
    expect(page).toContain('name="next" value="/account"');
    expect(page).toContain('href="/sign-in?lang=en&amp;next=%2Faccount"');
  });

  it("is a 401 for a client that wants JSON", async () => {
    const response = await platformHost().visitor({ Accept: "application/json" }).get("/account");
    expect([response.status, await response.json()]).toEqual([401, { error: "not_signed_in" }]);
  });
});

describe("the development door", () => {
  it("signs in at once", async () => {
    const visitor = platformHost().visitor();
    const email = newAddress();
    const response = await visitor.get(`/dev/sign-in?email=${email}&next=/account`);
    expect([response.status, response.headers.get("Location")]).toEqual([303, "/account"]);
    expect(await (await visitor.get("/")).text()).toBe(email);
  });

  it("does not exist in production", async () => {
    const host = platformHost({ ENVIRONMENT: "production" });
    const visitor = host.visitor();
    expect((await visitor.get("/dev/sign-in?email=ana@example.org")).status).toBe(404);
    expect(visitor.cookies.size).toBe(0);
  });
});

it.each(["en", "fr", "es"])("every page of signing in speaks %s and keeps speaking it", async (lang) => {
  const host = platformHost();
  const visitor = host.visitor();
  const pages = [
    await visitor.get(`/sign-in?lang=${lang}`),
    await visitor.post(`/sign-in?lang=${lang}`, { email: "wrong" }),
    await visitor.post(`/sign-in?lang=${lang}`, { email: newAddress() }),
    await visitor.get(linkIn(host.mail.at(-1), "/sign-in/confirm")),
    await visitor.get(`/sign-in/confirm?lang=${lang}`),
  ];
  for (const page of pages) {
    const html = await page.text();
    expect(html).toContain(`<html lang="${lang}"`);
    expect(html).not.toMatch(/accounts\.|\{\{/);
    expect(page.headers.get("Cache-Control")).toBe("private, no-store");
  }
});
