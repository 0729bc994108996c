import { beforeEach, describe, expect, test } from "vitest";
import { contextOf, makeGroup } from "../../test/groups";
import { makePetition } from "../../test/petitions";
import { forgetAll, makeSite } from "../../test/public-site";
import { world } from "../../test/world";
import { carry } from "./carry";

beforeEach(forgetAll);

const [amina] = world.supporters;
const filledIn = {
  givenName: amina.givenName,
  familyName: amina.familyName,
  email: amina.email,
  country: "CA",
};
const said = { givenName: amina.givenName, familyName: amina.familyName, country: "CA" };

/** A petition that leads on to another of the same group. */
async function makeChain() {
  const site = await makeSite({ title: "First" });
  const next = await makePetition(site.group, { title: "Second" });
  const thanks = { mode: "next" as const, headline: "", text: "", redirectUrl: "", nextId: next.id };
  const first = await makePetition(site.group, { title: "Third", settings: { thanks } });
  forgetAll();
  return { ...site, first: `${site.origin}/petitions/${first.slug}`, next };
}

describe("an action that leads on to another", () => {
  test("brings what was filled in, so that one tap is enough there", async () => {
    const site = await makeChain();
    const posted = await site.post(site.first, filledIn);
    const address = new URL(posted.headers.get("Location") ?? "", site.origin);
    expect(address.pathname).toBe("/petitions/second");
    expect(address.searchParams.get("source")).toBe("after-third");
    expect(address.href).not.toContain(encodeURIComponent(amina.email));

    const page = await site.get(address.href);
    expect(page.headers.get("Cache-Control")).toBe("private, no-store");
    const html = await page.text();
    expect(html).toContain("Thank you! You’re number 1.");
    expect(html).toContain(`<strong dir="auto">${amina.givenName} ${amina.familyName}</strong>`);
    expect(html).not.toContain(amina.email);
    expect(html).not.toContain('name="givenName"');
    expect(site.taken).toHaveLength(1);

    const again = await site.post(address.href, {
      carry: address.searchParams.get("carry") ?? "",
      consent: "yes",
    });
    expect(again.status).toBe(303);
    expect(site.taken[1]).toMatchObject({ e: amina.email, o: said, co: 1, s: "after-third" });
  });

  test("thanks as usual once that one is gone", async () => {
    const site = await makeChain();
    const thanks = {
      mode: "next" as const,
      headline: "",
      text: "",
      redirectUrl: "",
      nextId: crypto.randomUUID(),
    };
    const alone = await makePetition(site.group, { title: "Fourth", settings: { thanks } });
    forgetAll();
    const posted = await site.post(`${site.origin}/petitions/${alone.slug}`, filledIn);
    expect(posted.headers.get("Location")).toContain("/thanks?done=");
  });
});

describe("details that are carried", () => {
  test("do nothing by being looked at, and say only the first letter of the address", async () => {
    const site = await makeSite();
    const token = await carry(contextOf(), site.group, { email: amina.email, said });
    const html = await (await site.get(`${site.url}?carry=${token}`)).text();
    expect(html).toContain("a…@");
    expect(site.taken).toEqual([]);
  });

  test("are asked for where the action needs more, and what is wrong is shown beside its field", async () => {
    const fields = { ...(await makeSite()).action.settings.fields, phone: "required" as const };
    const site = await makeSite({ settings: { fields } });
    const token = await carry(contextOf(), site.group, { email: amina.email, said });
    const refused = await site.post(site.url, { carry: token, phone: "abc" });
    expect(refused.status).toBe(422);
    const html = await refused.text();
    expect(html).toContain('id="f-phone"');
    expect(html).not.toContain('id="f-email"');
    expect(site.taken).toEqual([]);
  });

  test.each(["forged", "of another group", "too old", "changed"])("are nothing when %s", async (what) => {
    const site = await makeSite();
    const other = await makeGroup();
    const ctx = contextOf();
    const whole = await carry(ctx, site.group, { email: amina.email, said });
    const tokens: Record<string, string> = {
      forged: "eyJhbGciOiJkaXIifQ..a.b.c",
      "of another group": await carry(ctx, other.group, { email: amina.email, said }),
      "too old": await carry(ctx, site.group, { email: amina.email, said }, -10),
      changed: `${whole.slice(0, -4)}AAAA`,
    };
    const carried = tokens[what] ?? "";
    const html = await (await site.get(`${site.url}?carry=${carried}`)).text();
    expect(html).toContain('name="givenName"');
    expect((await site.post(site.url, { carry: carried })).status).toBe(422);
    expect(site.taken).toEqual([]);
  });
});
