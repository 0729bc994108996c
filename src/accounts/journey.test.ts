import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { newAddress } from "../../test/platform-host";

const ORIGIN = "http://localhost:8787";

type Mail = { text: string };

/** Somebody's browser in front of the whole worker: it keeps cookies and sends the Origin of our own pages. */
function browser() {
  let cookie = "";
  async function send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { Cookie: cookie, ...(init.method === "POST" && { Origin: ORIGIN }), ...init.headers };
    const response = await exports.default.fetch(
      new Request(ORIGIN + path, { redirect: "manual", ...init, headers }),
    );
    cookie = response.headers.getSetCookie()[0]?.split(";")[0] ?? cookie;
    return response;
  }
  return {
    send,
    cookie: () => cookie,
    post: (path: string, fields: Record<string, string>) =>
      send(path, { method: "POST", body: new URLSearchParams(fields) }),
  };
}

/** The link of the mail to an address; mail leaves through a queue, so it takes a moment. */
async function mailedLink(email: string): Promise<URL> {
  const newest = async (): Promise<Mail | undefined> => {
    const response = await browser().send(`/dev/mail.json?to=${encodeURIComponent(email)}`);
    const [mail]: Mail[] = await response.json();
    return mail;
  };
  await expect.poll(newest, { timeout: 10_000 }).toBeDefined();
  const link = /http\S+\/sign-in\/confirm\S+/.exec((await newest())?.text ?? "")?.[0];
  return new URL(link ?? "no link in the mail");
}

it("a newcomer signs up by mail, on another device, and starts a group, through the whole worker", async () => {
  const email = newAddress();
  const [laptop, phone] = [browser(), browser()];
  expect((await laptop.send("/groups/new")).headers.get("Location")).toBe("/sign-in?next=%2Fgroups%2Fnew");
  expect((await laptop.post("/sign-in", { email, next: "/groups/new" })).status).toBe(200);
  const { pathname, search, searchParams } = await mailedLink(email);
  expect((await phone.send(pathname + search)).status).toBe(200);
  const confirmed = await phone.post("/sign-in/confirm", { token: searchParams.get("token") ?? "" });
  expect([confirmed.status, confirmed.headers.get("Location")]).toEqual([303, "/groups/new"]);
  const form = {
    name: "Journey",
    slug: "",
    locale: "en",
    country: "CA",
    timeZone: "America/Toronto",
    currency: "CAD",
  };
  const made = await phone.post("/groups/new", form);
  expect([made.status, made.headers.get("Location")]).toEqual([303, "/groups/journey"]);
  expect((await phone.send("/groups/journey/settings")).status).toBe(200);
  expect((await exports.default.fetch(new Request("http://journey.localhost:8787/"))).status).toBe(200);
  expect((await laptop.send("/groups/journey/settings")).status).toBe(303);
});

it("another site cannot act in somebody's name", async () => {
  const visitor = browser();
  await visitor.send(`/dev/sign-in?email=${newAddress()}`);
  for (const headers of [
    { Origin: "https://evil.example" },
    { Origin: "null" },
    { Origin: "http://evil.localhost:8787" },
  ]) {
    const response = await visitor.send("/account/sign-out-everywhere", { method: "POST", headers });
    expect(response.status).toBe(403);
  }
  expect((await visitor.send("/account")).status).toBe(200);
});

it("a session opens nothing on a group's host, and signing in is not there", async () => {
  const visitor = browser();
  await visitor.send(`/dev/sign-in?email=${newAddress()}`);
  await visitor.post("/groups/new", {
    name: "Hosted",
    slug: "hosted",
    locale: "en",
    country: "CA",
    timeZone: "UTC",
    currency: "CAD",
  });
  for (const path of [
    "/account",
    "/sign-in",
    "/groups/hosted/settings",
    "/dev/sign-in?email=a@example.org",
  ]) {
    const response = await exports.default.fetch(
      new Request(`http://hosted.localhost:8787${path}`, {
        redirect: "manual",
        headers: { Cookie: visitor.cookie() },
      }),
    );
    expect([path, response.status, response.headers.getSetCookie()]).toEqual([path, 404, []]);
  }
});

it("a refused form on the whole worker is a page in the reader's language, and a big body a 413", async () => {
  const visitor = browser();
  const headers = { "Accept-Language": "fr-CA", Accept: "text/html" };
  const wrong = await visitor.send("/sign-in", {
    method: "POST",
    body: new URLSearchParams({ email: "x" }),
    headers,
  });
  expect([wrong.status, (await wrong.text()).includes("Saisissez une adresse")]).toEqual([422, true]);
  const big = await visitor.send("/sign-in", {
    method: "POST",
    body: new URLSearchParams({ email: "x".repeat(10_000_000) }),
    headers,
  });
  expect([big.status, big.headers.get("Content-Type")]).toEqual([413, expect.stringContaining("text/html")]);
});
