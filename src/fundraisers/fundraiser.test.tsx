import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { gift, makeGiftSite } from "../../test/gifts";
import { contextOf } from "../../test/groups";
import { world } from "../../test/world";
import { dbFor } from "../groups/shard";
import { receiveMessage } from "../payments/webhook";
import { testBank } from "../platform/payments/provider";
import type { TestCard } from "../platform/payments/test-cards";
import { giftKey } from "./links";

type Site = Awaited<ReturnType<typeof makeGiftSite>>;

const ctx = contextOf();
const bank = testBank(env, ctx.config);
if (!bank) throw new Error("no test bank");

async function payments({ group, action }: Site): Promise<Record<string, unknown>[]> {
  const { results } = await dbFor(env, group)
    .d1.prepare("SELECT * FROM payments WHERE group_no = ? AND action_no = ?")
    .bind(group.no, action.no)
    .all();
  return results;
}

const site = await makeGiftSite();
const kuwait = await makeGiftSite({ currency: "KWD", amounts: [], least: 1000 });
const japan = await makeGiftSite({ currency: "JPY", amounts: [1000], least: 100 });
const spain = await makeGiftSite({ currency: "EUR" }, {}, "es");

describe("the form", () => {
  it("sends somebody to pay, and keeps what they answered until they have", async () => {
    const response = await site.post(site.url, gift);
    expect(response.status).toBe(303);
    expect(response.headers.get("Location")).toMatch(/^http:\/\/localhost:8787\/dev\/payments\/pay\/ts_/);
    const [payment] = await payments(site);
    expect(payment).toMatchObject({ amount: 2500, fee_cover: 0, currency: "CAD", state: 1, interval: "" });
    expect(JSON.parse(String(payment?.participation))).toMatchObject({
      e: gift.email,
      o: { own: { amount: 2500, currency: "CAD", rhythm: "once" } },
    });
    expect(site.taken).toEqual([]);
  });

  it("may lead to the provider's page, and the page's policy says so", async () => {
    const page = await site.get(site.url);
    expect(page.headers.get("Content-Security-Policy")).toContain("form-action 'self' http://localhost:8787");
    expect(await page.text()).toContain("$25");
  });

  it("adds what covers the fee when it is asked to", async () => {
    const covered = await makeGiftSite();
    await covered.post(covered.url, { ...gift, feeCover: "yes", rhythm: "month" });
    expect(await payments(covered)).toMatchObject([{ amount: 2500, fee_cover: 106, interval: "month" }]);
  });

  it.each([
    ["12.50", 1250],
    ["12,50", 1250],
    ["$40", 4000],
    ["1,000", 100_000],
  ])("reads another amount, %s, as people write it", async (otherAmount, amount) => {
    const other = await makeGiftSite();
    await other.post(other.url, { ...gift, amount: "other", otherAmount });
    expect(await payments(other)).toMatchObject([{ amount }]);
  });

  it("takes an amount that was written without any being chosen", async () => {
    const { amount: _, ...rest } = gift;
    const other = await makeGiftSite();
    await other.post(other.url, { ...rest, otherAmount: "7" });
    expect(await payments(other)).toMatchObject([{ amount: 700 }]);
  });

  it.each([
    [site, { amount: "", otherAmount: "" }, "amount", "Choose an amount"],
    [site, { amount: "other", otherAmount: "" }, "otherAmount", "Choose an amount"],
    [site, { amount: "other", otherAmount: "-5" }, "otherAmount", "above zero"],
    [site, { amount: "other", otherAmount: "0" }, "otherAmount", "smallest gift is $1"],
    [site, { amount: "other", otherAmount: "0.99" }, "otherAmount", "smallest gift is $1"],
    [site, { amount: "other", otherAmount: "25.505" }, "otherAmount", "more exact"],
    [site, { amount: "other", otherAmount: "99999999999999" }, "otherAmount", "more than can be paid"],
    [site, { amount: "other", otherAmount: "99999999" }, "otherAmount", "largest gift"],
    [site, { amount: "other", otherAmount: "1e3" }, "otherAmount", "as a number"],
    [site, { amount: "other", otherAmount: "25 €" }, "otherAmount", "in CAD"],
    [site, { amount: "2501" }, "amount", "Choose an amount"],
    [site, { amount: "2500", otherAmount: "30" }, "otherAmount", "wrote another"],
    [site, { currency: "USD" }, "amount", "in CAD"],
    [site, { rhythm: "year" }, "rhythm", "how often"],
    [site, { rhythm: "daily" }, "rhythm", "how often"],
    [site, { dedication: "honour" }, "dedicationName", "Write the name"],
    [
      site,
      { dedication: "honour", dedicationName: "Rosa", dedicationEmail: "no" },
      "dedicationEmail",
      "email",
    ],
    [site, { dedication: "revenge", dedicationName: "Rosa" }, "dedication", "honour or in memory"],
    [kuwait, { currency: "KWD", amount: "", otherAmount: "1.2505" }, "otherAmount", "more exact"],
    [japan, { currency: "JPY", amount: "other", otherAmount: "500.5" }, "otherAmount", "more exact"],
    [spain, { currency: "EUR", amount: "other", otherAmount: "25,505" }, "otherAmount", "más exacto"],
  ] as const)(
    "refuses what it cannot take, beside the field, and stores nothing (%#)",
    async (at, changes, field, words) => {
      const before = (await payments(at)).length;
      const response = await at.post(at.url, { ...gift, ...changes });
      const html = await response.text();
      expect(response.status).toBe(422);
      expect(html).toContain(`href="#f-${field}"`);
      expect(html).toContain(words);
      expect(html).toContain('value="Amina"');
      expect(await payments(at)).toHaveLength(before);
    },
  );

  it("takes thousandths where the currency has them, and none where it has none", async () => {
    await kuwait.post(kuwait.url, { ...gift, currency: "KWD", amount: "", otherAmount: "12.250" });
    await japan.post(japan.url, { ...gift, currency: "JPY", amount: "other", otherAmount: "1,500" });
    expect((await payments(kuwait)).at(-1)).toMatchObject({ amount: 12_250, currency: "KWD" });
    expect((await payments(japan)).at(-1)).toMatchObject({ amount: 1500, currency: "JPY" });
  });

  it("gives to whom it says, or to the one that was chosen", async () => {
    const recipients = [
      { name: "Sensors", share: 2 },
      { name: "Gardens", share: 1 },
    ];
    const split = await makeGiftSite({ recipients, isRecipientChosen: true });
    expect(await (await split.get(split.url)).text()).toContain("67%");
    await split.post(split.url, gift);
    await split.post(split.url, { ...gift, recipient: "2" });
    const details = (await payments(split)).map(({ order }) => JSON.parse(String(order)).details.recipients);
    expect(details).toContainEqual([
      { name: "Sensors", amount: 1667 },
      { name: "Gardens", amount: 833 },
    ]);
    expect(details).toContainEqual([{ name: "Gardens", amount: 2500 }]);
    const refused = await split.post(split.url, { ...gift, recipient: "3" });
    expect(refused.status).toBe(422);
  });
});

/** Gives, pays by a card, and has the provider's messages delivered. Gives the address one comes back to. */
async function give(
  at: Site,
  fields: Record<string, string> = gift,
  card: TestCard = "succeeds",
): Promise<string> {
  const sent = await at.post(at.url, fields);
  const session = sent.headers.get("Location")?.split("/").at(-1) ?? "";
  const paid = await bank?.pay(session, card);
  if (paid?.is !== "paid") throw new Error("not paid");
  for (const message of paid.messages) await receiveMessage(ctx, bank as never, message);
  return paid.href;
}

describe("coming back from paying", () => {
  it("leads to thanks that say what was given", async () => {
    const at = await makeGiftSite();
    const back = await at.get(await give(at, { ...gift, rhythm: "month" }));
    expect(back.status).toBe(303);
    const thanks = await at.get(new URL(back.headers.get("Location") ?? "", at.url).href);
    const html = await thanks.text();
    expect(html).toContain("You give $25 every month.");
    expect(html).toContain("/fundraisers/gifts/manage?key=");
  });

  it("before paying says that the bank is awaited, and looks again", async () => {
    const sent = await site.post(site.url, gift);
    const order = (sent.headers.get("Location") ?? "").split("ts_")[1] ?? "";
    const key = await giftKey(ctx, site.group, order as never, "return");
    const page = await site.get(`${site.url}/paid?key=${key}`);
    expect(page.status).toBe(200);
    expect(page.headers.get("Refresh")).toBe("5");
    expect(await page.text()).toContain("waiting for your bank");
  });

  it.each(["", "?key=", "?key=forged"])(
    "with a key that proves nothing finds nothing (%s)",
    async (query) => {
      expect((await site.get(`${site.url}/paid${query}`)).status).toBe(404);
    },
  );

  it("with another group's key finds nothing", async () => {
    const href = new URL(await give(await makeGiftSite()));
    expect((await site.get(`${site.url}/paid${href.search}`)).status).toBe(404);
  });
});

it.each(["en", "fr", "es"] as const)(
  "the fullest page in %s is at most 20 kB compressed, styles included",
  async (locale) => {
    const full = await makeGiftSite(
      {
        ...{ moneyGoal: 100_000, rhythms: ["once", "week", "month", "year"], isRecipientChosen: true },
        recipients: Array.from({ length: 10 }, (_, n) => ({
          name: `The fund for gate ${n} of Mill Lane`,
          share: n + 1,
        })),
        descriptionHtml: `<p>${world.petition.description.replace(/[#*-]/g, "")}</p>`.repeat(3),
      },
      {},
      locale,
    );
    const page = await full.get(full.url);
    const zipped = new Response(await page.text()).body?.pipeThrough(new CompressionStream("gzip"));
    expect((await new Response(zipped).arrayBuffer()).byteLength).toBeLessThan(20_000);
  },
);

describe("money raised", () => {
  it("is what the page counts where the goal is in money, refunds taken off", async () => {
    const at = await makeGiftSite({ moneyGoal: 100_000 });
    at.state.count = { total: 1, recent: [] };
    await give(at);
    const count = await (await at.get(`${at.url}/count.json`)).json();
    expect(count).toMatchObject({
      ...{ count: 1, tally: 2500, goal: 100_000 },
      words: { total: "$25", people: "raised with one gift", goal: "Goal: $1,000" },
    });
    expect(await (await at.get(at.url)).text()).toContain('<progress value="2500" max="100000"');
  });

  it("is left out while the database is away, and the page stays", async () => {
    const at = await makeGiftSite({ moneyGoal: 100_000 });
    const broken = {
      ...env,
      SHARD_01: {
        prepare: () => {
          throw new Error("down");
        },
      } as never,
    };
    const { publicSite } = await import("../../test/public-site");
    const { fundraiser } = await import("./fundraiser");
    const down = publicSite(broken, [fundraiser]);
    const page = await down.get(at.url);
    expect(page.status).toBe(200);
    expect(await page.text()).not.toContain("<progress");
  });
});
