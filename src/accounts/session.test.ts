import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { contextOf } from "../../test/groups";
import { newAddress, platformHost, type Visitor } from "../../test/platform-host";
import { refusingD1 } from "../../test/refusing";
import { sha256 } from "../platform/crypto";
import { forgetExpired } from "./account";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";

async function whoIs(visitor: Visitor): Promise<string> {
  return (await visitor.get("/")).text();
}

async function sessionRows(email: string) {
  const { results } = await env.DIRECTORY.prepare(
    "SELECT s.* FROM sessions s JOIN accounts a USING (account_no) WHERE a.email_key = ? ORDER BY s.created_at",
  )
    .bind(email)
    .all<{ id: string; token_hash: number[]; last_seen_at: number; expires_at: number; place: string }>();
  return results;
}

describe("the cookie", () => {
  it("over https is tied to this host, and unreadable to scripts", async () => {
    const host = platformHost({ PLATFORM_ORIGIN: "https://groundswell.example" });
    const response = await host.visitor().get(`/dev/sign-in?email=${newAddress()}`);
    const [cookie = ""] = response.headers.getSetCookie();
    const [pair, ...attributes] = cookie.split("; ");
    expect(pair).toMatch(/^__Host-session=[A-Za-z0-9_-]{43}$/);
    expect(attributes.sort()).toEqual([
      "HttpOnly",
      `Max-Age=${(30 * DAY) / 1000}`,
      "Path=/",
      "SameSite=Lax",
      "Secure",
    ]);
  });

  it("in plain development is named without the prefix browsers refuse there", async () => {
    const [cookie] = (
      await platformHost().visitor().get(`/dev/sign-in?email=${newAddress()}`)
    ).headers.getSetCookie();
    expect(cookie).toMatch(/^session=/);
    expect(cookie).not.toContain("Secure");
  });

  it("of a plain name is not believed where the connection is secure", async () => {
    const host = platformHost({ PLATFORM_ORIGIN: "https://groundswell.example" });
    const visitor = host.visitor();
    await visitor.signIn(newAddress());
    const token = visitor.cookies.get("__Host-session") ?? "";
    const other = host.visitor({ Cookie: `session=${token}` });
    expect(await whoIs(other)).toBe("nobody");
  });

  it("is stored as its hash alone", async () => {
    const [host, email] = [platformHost(), newAddress()];
    const visitor = host.visitor();
    await visitor.signIn(email);
    const token = visitor.cookies.get("session") ?? "";
    const [row] = await sessionRows(email);
    expect(row?.token_hash).toEqual([...(await sha256(token))]);
    expect(JSON.stringify(row)).not.toContain(token);
  });

  it.each(["", "x", "A".repeat(43), "é".repeat(43), "' OR 1=1 --", "A".repeat(9_000)])(
    "with the value %j signs nobody in",
    async (value) => {
      expect(await whoIs(platformHost().visitor({ Cookie: `session=${encodeURIComponent(value)}` }))).toBe(
        "nobody",
      );
    },
  );

  it("planted before signing in is worth nothing afterwards", async () => {
    const host = platformHost();
    const [attacker, victim] = [host.visitor(), host.visitor()];
    await attacker.signIn(newAddress("eve"));
    victim.cookies.set("session", attacker.cookies.get("session") ?? "");
    const email = newAddress();
    await victim.signIn(email);
    expect(victim.cookies.get("session")).not.toBe(attacker.cookies.get("session"));
    expect([await whoIs(victim), await whoIs(attacker)]).toEqual([email, "nobody"]);
  });
});

describe("a session", () => {
  it("lasts 30 days from its last use", async () => {
    const [host, email] = [platformHost(), newAddress()];
    const visitor = host.visitor();
    await visitor.signIn(email);
    host.now += 29 * DAY;
    expect(await whoIs(visitor)).toBe(email);
    await host.settled();
    host.now += 29 * DAY;
    expect(await whoIs(visitor)).toBe(email);
    await host.settled();
    host.now += 30 * DAY + 1;
    expect(await whoIs(visitor)).toBe("nobody");
  });

  it("writes its last use at most once an hour, and the cookie with it", async () => {
    const [host, email] = [platformHost(), newAddress()];
    const visitor = host.visitor();
    await visitor.signIn(email);
    const [before] = await sessionRows(email);
    host.now += HOUR - 1;
    const soon = await visitor.get("/");
    await host.settled();
    expect(await sessionRows(email)).toEqual([before]);
    expect(soon.headers.getSetCookie()).toEqual([]);
    host.now += 1;
    const later = await visitor.get("/");
    await host.settled();
    expect((await sessionRows(email))[0]).toMatchObject({
      last_seen_at: host.now,
      expires_at: host.now + 30 * DAY,
    });
    expect(later.headers.getSetCookie()[0]).toContain(`Max-Age=${(30 * DAY) / 1000}`);
  });

  it("is listed with its device, place and way in; the place in the reader's language", async () => {
    const [host, email] = [platformHost(), newAddress()];
    const visitor = host.visitor({ "User-Agent": firefox });
    const cf = { city: "Lyon", country: "FR", timezone: "Europe/Paris" };
    await visitor.get(`/dev/sign-in?email=${email}`, cf);
    const page = await (await visitor.get("/account?lang=es")).text();
    for (const words of ["Firefox · Windows", "Lyon, Francia", "Enlace de desarrollo", "Este dispositivo"]) {
      expect(page).toContain(words);
    }
    expect((await sessionRows(email))[0]?.place).toBe("Lyon, FR");
  });

  it("from a place that is not told is listed all the same", async () => {
    const visitor = platformHost().visitor();
    await visitor.get(`/dev/sign-in?email=${newAddress()}`, { country: "T1" });
    expect(await (await visitor.get("/account")).text()).toContain("Unknown device");
  });

  it("expired is forgotten, and so are spent links; the living stay", async () => {
    const [host, email] = [platformHost(), newAddress()];
    await host.visitor().signIn(email);
    host.now += 31 * DAY;
    await host.visitor().signIn(email);
    await env.DIRECTORY.batch([
      env.DIRECTORY.prepare("INSERT INTO spent_tokens VALUES ('old', ?)").bind(host.now - 1),
      env.DIRECTORY.prepare("INSERT INTO spent_tokens VALUES ('young', ?)").bind(host.now + 1),
    ]);
    for (const _ of [1, 2]) await forgetExpired(contextOf(env, host.now));
    expect(await sessionRows(email)).toHaveLength(1);
    const { results } = await env.DIRECTORY.prepare(
      "SELECT id FROM spent_tokens WHERE id IN ('old', 'young')",
    ).all();
    expect(results).toEqual([{ id: "young" }]);
  });
});

it("while the directory is down, whoever brings a session is told to come back, and others see the page", async () => {
  const host = platformHost({ DIRECTORY: refusingD1 });
  const response = await host.visitor({ Cookie: `session=${"A".repeat(43)}` }).get("/sign-in");
  expect([response.status, await response.json()]).toEqual([503, { error: "unavailable" }]);
  expect((await host.visitor().get("/sign-in")).status).toBe(200);
});

describe("signing out", () => {
  it("here ends this session and no other", async () => {
    const [host, email] = [platformHost(), newAddress()];
    const [laptop, phone] = [host.visitor(), host.visitor()];
    await Promise.all([laptop.signIn(email), phone.signIn(email)]);
    const copy = host.visitor();
    copy.cookies.set("session", laptop.cookies.get("session") ?? "");
    expect((await laptop.post("/sign-out")).status).toBe(303);
    expect(laptop.cookies.size).toBe(0);
    expect([await whoIs(copy), await whoIs(phone)]).toEqual(["nobody", email]);
  });

  it("when nobody is signed in does no harm", async () => {
    expect((await platformHost().visitor().post("/sign-out")).status).toBe(303);
  });

  it("one other session ends that one", async () => {
    const [host, email] = [platformHost(), newAddress()];
    const [laptop, phone] = [host.visitor(), host.visitor()];
    await laptop.signIn(email);
    host.now += 1;
    await phone.signIn(email);
    const [, phones] = await sessionRows(email);
    const response = await laptop.post(`/account/sessions/${phones?.id}/end`);
    expect(response.headers.get("Location")).toBe("/account?done=session#sessions");
    expect([await whoIs(laptop), await whoIs(phone)]).toEqual([email, "nobody"]);
  });

  it("somebody else's session is not possible", async () => {
    const [host, email] = [platformHost(), newAddress()];
    const [victim, eve] = [host.visitor(), host.visitor()];
    await Promise.all([victim.signIn(email), eve.signIn(newAddress("eve"))]);
    const [row] = await sessionRows(email);
    await eve.post(`/account/sessions/${row?.id}/end`);
    expect(await whoIs(victim)).toBe(email);
  });

  it("everywhere ends all, and only one's own", async () => {
    const [host, email, other] = [platformHost(), newAddress(), newAddress()];
    const [laptop, phone, stranger] = [host.visitor(), host.visitor(), host.visitor()];
    await Promise.all([laptop.signIn(email), phone.signIn(email), stranger.signIn(other)]);
    expect((await laptop.post("/account/sign-out-everywhere")).headers.get("Location")).toBe("/sign-in");
    expect([await whoIs(laptop), await whoIs(phone), await whoIs(stranger)]).toEqual([
      "nobody",
      "nobody",
      other,
    ]);
    expect(await sessionRows(email)).toEqual([]);
  });
});

it("pages of somebody who is signed in are kept by no cache", async () => {
  const visitor = platformHost().visitor();
  await visitor.signIn(newAddress());
  for (const path of ["/", "/account", "/groups/new"]) {
    expect((await visitor.get(path)).headers.get("Cache-Control")).toBe("private, no-store");
  }
});
