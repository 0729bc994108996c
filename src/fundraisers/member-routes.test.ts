import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { gift } from "../../test/gifts";

/* The whole worker, from the organiser's draft to money given back. */

const PLATFORM = "http://localhost:8787";
const SITE = "http://giving.localhost:8787";
const WAIT = { timeout: 15_000, interval: 200 };
let cookie = "";
let action = "";

const get = (address: string) =>
  exports.default.fetch(address.startsWith("http") ? address : PLATFORM + address, {
    redirect: "manual",
    headers: { Cookie: cookie },
  });

function post(address: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
  const url = new URL(address, PLATFORM);
  return exports.default.fetch(url, {
    method: "POST",
    redirect: "manual",
    headers: {
      ...(url.origin === PLATFORM ? { Cookie: cookie } : {}),
      Origin: url.origin,
      "Content-Type": "application/x-www-form-urlencoded",
      ...headers,
    },
    body: new URLSearchParams(fields).toString(),
  });
}

async function signIn(email: string): Promise<string> {
  const response = await get(`/dev/sign-in?email=${email}`);
  return (response.headers.get("Set-Cookie") ?? "").split(";")[0] ?? "";
}

const versionIn = (page: string) => /name="version" value="(\d+)"/.exec(page)?.[1] ?? "";
const pathOf = (response: Response) => response.headers.get("Location") ?? "";

/** Gives through the public page and the provider's. Gives the path of the gift in the list of organisers. */
async function give(fields: Record<string, string> = {}): Promise<string> {
  const sent = await post(`${SITE}/fundraisers/sensors`, { ...gift, ...fields });
  const page = new URL(pathOf(sent));
  const paid = await post(page.href, { card: "succeeds" });
  expect((await get(pathOf(paid))).status).toBe(303);
  return `${action}/gifts/${page.pathname.split("ts_")[1]}`;
}

beforeAll(async () => {
  cookie = await signIn("rosa@giving.example");
  const group = { name: "Giving", slug: "giving", locale: "en", country: "CA" };
  await post("/groups/new", { ...group, timeZone: "America/Toronto", currency: "CAD" });
  action = pathOf(await post("/groups/giving/actions/new/fundraiser", { title: "Sensors" })).replace(
    /\/edit.*/,
    "",
  );
});

describe("the editor", () => {
  const save = async (fields: Record<string, string>) => {
    const version = versionIn(await (await get(`${action}/edit`)).text());
    return post(`${action}/edit`, {
      version,
      do: "save",
      title: "Sensors",
      fundraiser: "shown",
      currency: "CAD",
      ...fields,
    });
  };
  const whole = {
    ...{ "amounts.0": "10", "amounts.1": "25", "amounts.2": "50.50", least: "1", most: "5,000" },
    ...{ isOtherAllowed: "yes", "rhythm.once": "yes", "rhythm.month": "yes", moneyGoal: "1000" },
    ...{ "recipients.count": "2", "recipients.0.name": "Sensors", "recipients.0.share": "3" },
    ...{ "recipients.1.name": "Gardens", "recipients.1.share": "1", isRecipientChosen: "yes" },
    ...{ "feeCover.isOffered": "yes", "feeCover.basisPoints": "2.9", "feeCover.fixed": "0.30" },
    ...{ hasDedications: "yes", receiptText: "Registered charity 12345" },
  };

  it("keeps what it shows", async () => {
    const saved = await save(whole);
    expect(pathOf(saved)).toContain("done=saved");
    const page = await (await get(`${action}/edit`)).text();
    for (const value of ['value="50.50"', 'value="5000"', 'value="1000"', 'value="Gardens"', 'value="2.90"'])
      expect(page.includes(value), value).toBe(true);
  });

  it.each([
    [{ "amounts.0": "ten" }, "f-amounts-0"],
    [{ "amounts.0": "-5" }, "f-amounts-0"],
    [{ "amounts.0": "0.5" }, "f-amounts-0"],
    [{ "amounts.0": "25.505" }, "f-amounts-0"],
    [{ least: "" }, "f-least"],
    [{ most: "0.50" }, "f-most"],
    [{ "rhythm.once": "", "rhythm.month": "" }, "f-rhythms"],
    [{ currency: "XXX" }, "f-currency"],
    [{ moneyGoal: "lots" }, "f-moneyGoal"],
    [{ "recipients.0.share": "half" }, "f-recipients-0-share"],
    [{ "recipients.0.name": "" }, "f-recipients-0-name"],
    [{ "feeCover.basisPoints": "80" }, "f-feeCover-basisPoints"],
  ])("refuses %j beside its field", async (changes, field) => {
    const refused = await save({ ...whole, ...changes });
    expect(refused.status).toBe(422);
    expect((await refused.text()).includes(`href="#${field}"`), field).toBe(true);
  });

  it("publishes", async () => {
    const version = versionIn(await (await get(`${action}/publication`)).text());
    expect((await post(`${action}/publication`, { version })).status).toBe(303);
    expect((await get(`${SITE}/fundraisers/sensors`)).status).toBe(200);
  });
});

describe("gifts", () => {
  it("are listed with what was kept of them, and exported", async () => {
    await give({ givenName: "=Amina", dedication: "honour", dedicationName: "Helen" });
    // The names come with the participation, which D1 has a second later.
    await vi.waitFor(async () => {
      const list = await (await get(`${action}/gifts`)).text();
      for (const words of ["$25", "=Amina Sow", "Left for you", "$23.97"])
        expect(list.includes(words), words).toBe(true);
    }, WAIT);
    const csv = await post(`${action}/gifts.csv`, {});
    expect(csv.headers.get("Content-Disposition")).toContain("sensors-gifts.csv");
    const lines = (await csv.text()).split("\r\n");
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain("'=Amina");
    expect(lines[1]).toContain(
      "25.00,0.00,25.00,1.03,0.00,23.97,CAD,Paid,Sensors: 18.75; Gardens: 6.25,In honour of: Helen",
    );
  });

  it("are given back once, by whoever may, and the audit log says so", async () => {
    const path = await give();
    const page = await (await get(path)).text();
    const key = /name="key" value="([0-9a-f-]{36})"/.exec(page)?.[1] ?? "";
    for (const amount of ["", "0", "-1", "25.01", "ten"])
      expect((await post(`${path}/refunds`, { amount, key })).status, amount).toBe(422);
    for (let twice = 0; twice < 2; twice += 1)
      expect(pathOf(await post(`${path}/refunds`, { amount: "10", key }))).toContain("done=refunded");
    const after = await (await get(path)).text();
    expect(after.includes("Partly refunded")).toBe(true);
    expect(after.includes("$15")).toBe(true);
    const log = await env.DIRECTORY.prepare(
      "SELECT detail FROM audit_log WHERE act = 'payment.refunded'",
    ).all();
    expect(JSON.stringify(log.results)).toContain('\\"amount\\":1000');
    const owner = cookie;
    cookie = await signIn("organiser@giving.example");
    await env.DIRECTORY.prepare(
      "INSERT INTO memberships (group_no, account_no, role, created_at) SELECT g.group_no, a.account_no, 'organiser', 1 FROM groups g, accounts a WHERE g.slug = 'giving' AND a.email_key = 'organiser@giving.example'",
    ).run();
    expect((await post(`${path}/refunds`, { amount: "1", key })).status).toBe(403);
    expect((await get(`${action}/gifts`)).status).toBe(403);
    cookie = owner;
  });

  it("of another action or of none are not there", async () => {
    const path = await give();
    const other = pathOf(await post("/groups/giving/actions/new/petition", { title: "A petition" })).replace(
      /\/edit.*/,
      "",
    );
    expect((await get(`${other}/gifts`)).status).toBe(404);
    const fundraiser = pathOf(
      await post("/groups/giving/actions/new/fundraiser", { title: "Another" }),
    ).replace(/\/edit.*/, "");
    const id = path.split("/").at(-1) ?? "";
    for (const under of [`/gifts/${id}`, "/gifts/00000000-0000-7000-8000-000000000000", "/gifts/nonsense"])
      expect((await get(fundraiser + under)).status, under).toBe(404);
    expect((await post(`${fundraiser}/gifts/${id}/refunds`, { amount: "1", key: id })).status).toBe(404);
  });
});

describe("a regular gift in the hands of whoever gives it", () => {
  async function manage(): Promise<string> {
    const sent = await post(`${SITE}/fundraisers/sensors`, { ...gift, rhythm: "month" });
    const paid = await post(pathOf(sent), { card: "succeeds" });
    const thanks = await (await get(SITE + pathOf(await get(pathOf(paid))))).text();
    return SITE + (/\/fundraisers\/gifts\/manage\?key=[\w.-]+/.exec(thanks)?.[0] ?? "");
  }

  it("changes by a form that is sent, and not by looking", async () => {
    const url = await manage();
    expect((await (await get(url)).text()).includes("$25 every month")).toBe(true);
    const refused = await post(url, { do: "amount", amount: "0.10" });
    expect([refused.status, (await refused.text()).includes("smallest gift is $1")]).toEqual([422, true]);
    const changed = await get(SITE + pathOf(await post(url, { do: "amount", amount: "12,50" })));
    expect((await changed.text()).includes("$12.50 every month")).toBe(true);
    await post(url, { do: "pause" });
    expect((await (await get(url)).text()).includes("Paused")).toBe(true);
    await post(url, { do: "resume" });
    const asked = await post(url, { do: "end" });
    expect((await asked.text()).includes("End your regular gift?")).toBe(true);
    expect((await (await get(url)).text()).includes("Active")).toBe(true);
    await post(url, { do: "end-now" });
    expect((await (await get(url)).text()).includes("This gift has ended")).toBe(true);
  });

  it("is nobody's without its key, and no other site's form changes it", async () => {
    const url = await manage();
    expect(
      (await get(url.replace(/\.([\w-])(?=[\w-]+$)/, (_, first) => (first === "A" ? ".B" : ".A")))).status,
    ).toBe(404);
    expect((await get(url.split("?")[0] ?? "")).status).toBe(404);
    expect((await post(url, { do: "end-now" }, { Origin: "https://evil.example" })).status).toBe(403);
    expect((await get(url.replace("giving", "walked-nowhere"))).status).toBe(404);
  });
});

describe("the door for messages", () => {
  it("takes nothing unsigned, and knows no other provider", async () => {
    const body = JSON.stringify({ account: "ta_1", about: { kind: "payment", ref: "tp_1" } });
    const send = (name: string, signature: string) =>
      exports.default.fetch(`${PLATFORM}/webhooks/payments/${name}`, {
        method: "POST",
        headers: { "Test-Signature": signature, "Stripe-Signature": signature },
        body,
      });
    expect((await send("test", "")).status).toBe(400);
    expect((await send("test", `t=${Date.now()},v1=${"0".repeat(64)}`)).status).toBe(400);
    expect((await send("stripe", "t=1,v1=0")).status).toBe(404);
    expect((await send("paypal", "")).status).toBe(404);
  });
});
