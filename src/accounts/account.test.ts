import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { newAddress, platformHost } from "../../test/platform-host";

async function stored(email: string) {
  return env.DIRECTORY.prepare("SELECT name, locale, time_zone FROM accounts WHERE email_key = ?")
    .bind(email)
    .first();
}

async function signedIn() {
  const [host, email] = [platformHost(), newAddress()];
  const visitor = host.visitor();
  await visitor.signIn(email);
  return { host, email, visitor };
}

const good = { name: "Ana Sato", locale: "fr", timeZone: "Asia/Tokyo" };

describe("one's own details", () => {
  it("are saved, and the pages follow the language at once", async () => {
    const { visitor, email } = await signedIn();
    const saved = await visitor.post("/account", good);
    expect([saved.status, saved.headers.get("Location")]).toEqual([303, "/account?done=profile"]);
    const page = await (await visitor.get("/account?done=profile")).text();
    expect(page).toContain('<html lang="fr"');
    expect(page).toContain("Vos informations sont enregistrées.");
    expect(await stored(email)).toEqual({ name: "Ana Sato", locale: "fr", time_zone: "Asia/Tokyo" });
  });

  it.each(["Zoë 🌊", "محمد عبد الله", "María-José O’Neill", "x".repeat(80), ""])(
    "keep the name %j",
    async (name) => {
      const { visitor, email } = await signedIn();
      expect((await visitor.post("/account", { ...good, name })).status).toBe(303);
      expect(await stored(email)).toMatchObject({ name });
    },
  );

  it("show HTML in a name as text, everywhere", async () => {
    const { visitor } = await signedIn();
    const name = '<img src=x onerror="alert(1)">';
    await visitor.post("/account", { ...good, name });
    const page = await (await visitor.get("/account")).text();
    expect(page).toContain("&lt;img src=x");
    expect(page).not.toContain("<img src=x");
  });

  it.each([
    [{ name: "x".repeat(81) }, "name"],
    [{ name: "a\nb" }, "name"],
    [{ name: "a\u202e\u2028b" }, "name"],
    [{ locale: "de" }, "locale"],
    [{ locale: "" }, "locale"],
    [{ timeZone: "Mars/Olympus" }, "timeZone"],
    [{ timeZone: "+02:00" }, "timeZone"],
  ])("refuse %j beside its field, keep the typing, and store nothing", async (change, field) => {
    const { visitor, email } = await signedIn();
    const before = await stored(email);
    const response = await visitor.post("/account", { ...good, name: "Typed", ...change });
    const page = await response.text();
    expect(response.status).toBe(422);
    expect(page).toContain(`href="#f-${field}"`);
    expect(page).toContain(`id="f-${field}-error"`);
    if (field !== "name") expect(page).toContain('value="Typed"');
    expect(await stored(email)).toEqual(before);
  });

  it("ignore fields that are not theirs", async () => {
    const { visitor, email } = await signedIn();
    await visitor.post("/account", {
      ...good,
      email: "eve@example.org",
      account_no: "1",
      email_key: "eve@example.org",
    });
    expect(await stored(email)).toMatchObject({ name: "Ana Sato" });
  });
});

describe("without a session", () => {
  it.each([
    "/account",
    "/account/passkeys",
    "/account/passkeys/challenge",
    "/account/passkeys/x/removal",
    "/account/sessions/x/end",
    "/account/sign-out-everywhere",
  ])("a POST to %s leads to the sign-in page", async (path) => {
    const response = await platformHost().visitor().post(path, good);
    expect([response.status, response.headers.get("Location")]).toEqual([303, "/sign-in"]);
  });
});

describe("a new account", () => {
  it("takes its language from the link and its time zone from the place it signs in", async () => {
    const [host, email] = [platformHost(), newAddress()];
    const visitor = host.visitor({ "Accept-Language": "es-MX,es;q=0.9" });
    await visitor.get(`/dev/sign-in?email=${email}`, { country: "MX", timezone: "America/Mexico_City" });
    expect(await stored(email)).toEqual({ name: "", locale: "es", time_zone: "America/Mexico_City" });
  });

  it("is one for all spellings of an address", async () => {
    const host = platformHost();
    const email = newAddress();
    await host.visitor().signIn(email);
    await host.visitor().signIn(` ${email.toUpperCase()} `);
    const { results } = await env.DIRECTORY.prepare("SELECT email FROM accounts WHERE email_key = ?")
      .bind(email)
      .all();
    expect(results).toEqual([{ email }]);
  });
});

it.each(["en", "fr", "es"])("the account page is whole in %s", async (lang) => {
  const { visitor } = await signedIn();
  const page = await (await visitor.get(`/account?lang=${lang}`)).text();
  expect(page).not.toMatch(/accounts\.|common\.|\{\{/);
});
