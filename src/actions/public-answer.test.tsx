import { beforeEach, describe, expect, test } from "vitest";
import { contextOf } from "../../test/groups";
import { forgetAll, makeSite } from "../../test/public-site";
import { world } from "../../test/world";
import { newId } from "../platform/ids";
import { signToken } from "../platform/tokens";
import { FORM_BYTES_MAX } from "./public-answer";

beforeEach(forgetAll);

const [amina] = world.supporters;
const signed = {
  givenName: amina.givenName,
  familyName: amina.familyName,
  email: amina.email,
  country: "CA",
  postalCode: amina.postalCode,
};
const json = { Accept: "application/json" };

describe("a good answer", () => {
  test("is taken once, with the source of the address, and thanked with the number", async () => {
    const site = await makeSite();
    site.state.answer = { outcome: "counted", id: newId(), total: 12_409 };
    const posted = await site.post(`${site.url}?source=share-whatsapp&x=1`, { ...signed, consent: "yes" });
    expect(posted.status).toBe(303);
    expect(posted.headers.get("Set-Cookie")).toBeNull();
    expect(site.taken).toHaveLength(1);
    expect(site.taken[0]).toMatchObject({ e: amina.email, s: "share-whatsapp", co: 1 });
    const thanks = await site.get(new URL(posted.headers.get("Location") ?? "", site.url).href);
    expect(thanks.headers.get("Cache-Control")).toBe("private, no-store");
    expect(thanks.headers.get("Set-Cookie")).toBeNull();
    expect(await thanks.text()).toContain("You’re number 12,409");
  });

  test("sent as multipart is taken all the same", async () => {
    const site = await makeSite();
    const form = new FormData();
    for (const [name, value] of Object.entries(signed)) form.set(name, value);
    expect((await site.post(site.url, form)).status).toBe(303);
    expect(site.taken).toHaveLength(1);
  });

  test("of someone who had acted is thanked without a number", async () => {
    const site = await makeSite();
    site.state.answer = { outcome: "updated", id: newId(), total: 7 };
    const posted = await site.post(site.url, signed);
    const html = await (await site.get(new URL(posted.headers.get("Location") ?? "", site.url).href)).text();
    expect(html).toContain("You had already taken part");
    expect(html).not.toContain("You’re number");
  });

  test("leads to the organiser's own page where there is one, and the policy lets it", async () => {
    const thanks = {
      mode: "redirect" as const,
      headline: "",
      text: "",
      redirectUrl: "https://riverside.example/thanks",
      nextId: "",
    };
    const site = await makeSite({ settings: { thanks } });
    const posted = await site.post(site.url, signed);
    expect([posted.status, posted.headers.get("Location")]).toEqual([303, thanks.redirectUrl]);
    const page = await site.get(site.url);
    expect(page.headers.get("Content-Security-Policy")).toContain("form-action 'self' https:;");
  });

  test.each(["javascript:alert(1)", "//evil.example", "not an address", ""])(
    "never leads to %j",
    async (redirectUrl) => {
      const site = await makeSite({
        settings: { thanks: { mode: "redirect", headline: "", text: "", redirectUrl, nextId: "" } },
      });
      expect((await site.post(site.url, signed)).headers.get("Location")).toMatch(
        /^\/petitions\/[a-z-]+\/thanks\?done=/,
      );
      expect((await site.get(site.url)).headers.get("Content-Security-Policy")).toContain(
        "form-action 'self';",
      );
    },
  );

  test("that comes after closing leads back to the page", async () => {
    const site = await makeSite();
    site.state.answer = { outcome: "closed", id: newId(), total: 9 };
    const posted = await site.post(site.url, signed);
    expect([posted.status, posted.headers.get("Location")]).toEqual([303, `/petitions/${site.action.slug}`]);
  });

  test("raises the number pages of this isolate show", async () => {
    const site = await makeSite();
    site.state.count = { total: 5, recent: [] };
    await site.get(site.url);
    site.state.answer = { outcome: "counted", id: newId(), total: 6 };
    await site.post(site.url, signed);
    expect(await (await site.get(`${site.url}/count.json`)).json()).toMatchObject({ count: 6 });
  });
});

describe("a refused answer", () => {
  test("comes back as the same form, with what was written, each error beside its field and in the summary", async () => {
    const site = await makeSite();
    const values = {
      ...signed,
      email: "amina at supporters",
      givenName: "",
      comment: 'I <3 "clean" air & you',
      isNamed: "yes",
      country: "FR",
    };
    const response = await site.post(`${site.url}?source=leaflet`, values);
    expect(response.status).toBe(422);
    expect(response.headers.get("Cache-Control")).toBe("private, no-store");
    const html = await response.text();
    expect(html).toContain('value="amina at supporters"');
    expect(html).toContain("I &lt;3 &quot;clean&quot; air &amp; you");
    expect(html).toMatch(/<option value="FR" selected/);
    expect(html).toMatch(/id="f-isNamed"[^>]*checked/);
    expect(html).toMatch(/<div [^>]*class="error-summary" role="alert"/);
    for (const [field, words] of [
      ["givenName", "Write your first name"],
      ["email", "Write an email address like name@example.org"],
    ]) {
      expect(html).toContain(`<a href="#f-${field}">${words}</a>`);
      expect(html).toMatch(
        new RegExp(`id="f-${field}"[^>]*aria-describedby="f-${field}-error"[^>]*aria-invalid="true"`),
      );
      expect(html).toMatch(new RegExp(`id="f-${field}-error"[^]*?${words}`));
    }
    expect(site.taken).toEqual([]);
  });

  test("is not kept for anyone else", async () => {
    const site = await makeSite();
    await site.post(site.url, { ...signed, email: "amina at supporters" });
    expect(await (await site.get(site.url)).text()).not.toContain("amina at supporters");
  });

  test("keeps an unticked box unticked although it starts ticked", async () => {
    const site = await makeSite({ settings: { consent: { mode: "preticked", text: "Write to me" } } });
    expect(await (await site.get(site.url)).text()).toMatch(/id="f-consent"[^>]*checked/);
    const html = await (await site.post(site.url, { ...signed, email: "x" })).text();
    expect(html).toMatch(/id="f-consent"(?![^>]*checked)/);
  });

  test("is JSON for a client that reads JSON, in the page's language", async () => {
    const site = await makeSite({ locale: "es" });
    const response = await site.post(site.url, { ...signed, email: "x" }, json);
    expect(response.status).toBe(422);
    expect(await response.json()).toEqual({
      error: {
        code: "invalid",
        message: expect.any(String),
        fields: { email: "Escriba una dirección de correo como nombre@ejemplo.org" },
        requestId: expect.any(String),
      },
    });
  });

  test.each([
    [
      "a field sent twice",
      new URLSearchParams([...Object.entries(signed), ["email", "other@supporters.example"]]),
      422,
    ],
    ["bytes of no type", new Blob(["email="]), 415],
  ])("is %s", async (_, body, status) => {
    const site = await makeSite();
    expect((await site.post(site.url, body)).status).toBe(status);
    expect(site.taken).toEqual([]);
  });

  const urlencoded = { "Content-Type": "application/x-www-form-urlencoded" };

  test.each(["givenName=%FF%FEab", "givenName=%C3%28", "givenName=\ufffd"])(
    "is one in another encoding: %j",
    async (body) => {
      const site = await makeSite();
      const response = await site.post(
        site.url,
        `email=a%40b.example&familyName=x&country=CA&${body}`,
        urlencoded,
      );
      expect(response.status).toBe(400);
      expect(await response.text()).toContain("nothing was counted");
      expect(site.taken).toEqual([]);
    },
  );

  test("is raw bytes of another encoding", async () => {
    const site = await makeSite();
    const latin1 = Uint8Array.from("email=a%40b.example&givenName=Andr\u00e9", (character) =>
      character.charCodeAt(0),
    );
    expect((await site.post(site.url, latin1, urlencoded)).status).toBe(400);
    expect(site.taken).toEqual([]);
  });

  test.each([
    ["text/plain", 415],
    ["application/json", 415],
    ["multipart/form-data", 400],
  ])("is a body of type %s", async (type, status) => {
    const site = await makeSite();
    expect((await site.post(site.url, "email=a@b.example", { "Content-Type": type })).status).toBe(status);
    expect(site.taken).toEqual([]);
  });

  test("is a body of 10 MB, whatever length it claims", async () => {
    const site = await makeSite();
    const large = `comment=${"x".repeat(10 * 1024 * 1024)}`;
    const response = await site.post(site.url, large, urlencoded);
    expect(response.status).toBe(413);
    expect(await response.text()).toContain("too large");
    const asJson = await site.post(site.url, large, { ...urlencoded, ...json });
    expect(await asJson.json()).toMatchObject({ error: { code: "too_large" } });
    expect(site.taken).toEqual([]);
  });

  test("is one byte over the limit, and one under is read", async () => {
    const site = await makeSite();
    const start = new URLSearchParams(signed).toString();
    const body = (length: number) =>
      `${start}&unknown=${"x".repeat(length - start.length - "&unknown=".length)}`;
    expect((await site.post(site.url, body(FORM_BYTES_MAX + 1), urlencoded)).status).toBe(413);
    expect((await site.post(site.url, body(FORM_BYTES_MAX), urlencoded)).status).toBe(303);
  });

  test("is a form with two thousand fields", async () => {
    const site = await makeSite();
    const body = Array.from({ length: 2_000 }, (_, index) => `f${index}=1`).join("&");
    expect((await site.post(site.url, body, urlencoded)).status).toBe(413);
  });
});

describe("a machine", () => {
  test("that fills in the field nobody sees gets the neutral page, and nothing is taken", async () => {
    const site = await makeSite();
    const response = await site.post(site.url, { ...signed, website: "https://spam.example" });
    expect(response.status).toBe(429);
    expect(await response.text()).toContain("We could not take this");
    expect(site.taken).toEqual([]);
  });

  test("that sends too much from one connection gets the same page, and others go on", async () => {
    const site = await makeSite();
    const from = (ip: string) => site.post(site.url, signed, { "CF-Connecting-IP": ip });
    const statuses: number[] = [];
    for (let nth = 0; nth < 130; nth += 1) statuses.push((await from(`2001:db8:1:7::${nth}`)).status);
    expect(new Set(statuses.slice(0, 100))).toEqual(new Set([303]));
    expect(statuses.at(-1)).toBe(429);
    const refused = await from("2001:db8:1:7:ffff::1");
    expect(refused.headers.get("Retry-After")).toBe("60");
    expect(await refused.text()).toContain("We could not take this");
    expect((await from("2001:db8:1:8::1")).status).toBe(303);
    const before = site.taken.length;
    await from("2001:db8:1:7::1");
    expect(site.taken).toHaveLength(before);
  });

  test("on another site cannot send a form in a visitor's name", async () => {
    const site = await makeSite();
    for (const origin of ["https://evil.example", `http://x.${site.host}:8787`, "nonsense"]) {
      expect((await site.post(site.url, signed, { Origin: origin })).status).toBe(403);
    }
    expect(site.taken).toEqual([]);
  });

  test.each(["own", "null"])("no one is taken for one with the Origin %s", async (origin) => {
    const site = await makeSite();
    expect(
      (await site.post(site.url, signed, { Origin: origin === "own" ? site.origin : origin })).status,
    ).toBe(303);
  });
});

describe("while intake cannot take anything", () => {
  test("what was written stays, nothing is promised, and it is said when to try again", async () => {
    const site = await makeSite();
    site.state.isIntakeDown = true;
    const response = await site.post(site.url, { ...signed, comment: "Keep this" });
    expect(response.status).toBe(503);
    expect(response.headers.get("Retry-After")).toBe("5");
    expect(response.headers.get("Cache-Control")).toBe("private, no-store");
    const html = await response.text();
    expect(html).toContain("Keep this");
    expect(html).toContain(`value="${amina.email}"`);
    expect(html).toContain("What you wrote is still here");
    expect(html.includes('id="error-summary"')).toBe(false);
  });

  test("JSON says the same", async () => {
    const site = await makeSite();
    site.state.isIntakeDown = true;
    const response = await site.post(site.url, signed, json);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: { code: "unavailable" } });
  });
});

describe("the thank-you page", () => {
  const claims = (site: { action: { id: string } }) => ({ action: site.action.id, nth: 77, repeat: 0 });
  const sign = (
    values: Record<string, string | number>,
    options: { purpose?: "participation" | "preview"; now?: number } = {},
  ) => {
    const ctx = contextOf();
    const { purpose = "participation", now = ctx.now } = options;
    return signToken(ctx.config.SIGNING_KEYS, purpose, values, { now, secondsToLive: 86_400 });
  };

  test.each([
    ["forged", async () => "eyJhbGciOiJub25lIn0.eyJudGgiOjF9."],
    ["expired", async (site: Site) => sign(claims(site), { now: Date.now() - 2 * 86_400_000 })],
    ["of another petition", async (site: Site) => sign({ ...claims(site), action: "other" })],
    ["of another purpose", async (site: Site) => sign(claims(site), { purpose: "preview" })],
    ["of another shape", async (site: Site) => sign({ action: site.action.id, nth: "many" })],
    ["absent", async () => ""],
  ])("with a token that is %s shows no number, and still how to share", async (_, token) => {
    const site = await makeSite();
    const response = await site.get(`${site.url}/thanks?done=${await token(site)}`);
    expect(response.status).toBe(200);
    const html = await response.text();
    expect(html).not.toContain("You’re number");
    expect(html).toContain("Share on WhatsApp");
  });

  test("shows the organiser's words, and what else one can do", async () => {
    const thanks = {
      mode: "page" as const,
      headline: "You did it",
      text: "First line\n\nSecond line",
      redirectUrl: "",
      nextId: "",
    };
    const site = await makeSite({ settings: { thanks } });
    const html = await (await site.get(`${site.url}/thanks?done=${await sign(claims(site))}`)).text();
    expect(html).toContain("You did it");
    expect(html).toContain('<p dir="auto">First line</p><p dir="auto">Second line</p>');
    expect(html).toContain("You’re number 77");
    expect(html).toContain('<a href="/">See what');
    expect(html).toContain('<meta name="robots" content="noindex"');
  });

  test("says no number where the count is hidden", async () => {
    const site = await makeSite({ settings: { showCount: false } });
    const html = await (await site.get(`${site.url}/thanks?done=${await sign(claims(site))}`)).text();
    expect(html.includes("number 77")).toBe(false);
  });

  test("shares the bare address, each way with its own source and without what was private", async () => {
    const site = await makeSite();
    const html = await (
      await site.get(`${site.url}/thanks?done=${await sign(claims(site))}&source=leaflet&email=a`)
    ).text();
    const shared = [
      ...html.matchAll(/href="((?:https:\/\/(?:wa\.me|www\.facebook|bsky|x\.com)|mailto:\?)[^"]*)"/g),
    ].map(([, href = ""]) => decodeURIComponent(href.replaceAll("&amp;", "&")));
    expect(shared).toHaveLength(5);
    for (const [index, network] of ["facebook", "whatsapp", "bluesky", "x", "email"].entries()) {
      expect(shared[index]).toContain(`${site.url}?source=share-${network}`);
    }
    expect(html).toContain(`value="${site.url}?source=share-copy"`);
    expect(shared.join()).not.toMatch(/done=|leaflet|email=a/);
  });

  test("puts WhatsApp first on a phone, where people use it", async () => {
    const site = await makeSite();
    const html = await (
      await site.get(`${site.url}/thanks`, {
        headers: { "User-Agent": "Mozilla/5.0 (Linux; Android 11) Mobile Safari" },
      })
    ).text();
    expect(/button-primary[^>]*href="https:\/\/([^/"]+)/.exec(html)?.[1]).toBe("wa.me");
  });
});

type Site = Awaited<ReturnType<typeof makeSite>>;
