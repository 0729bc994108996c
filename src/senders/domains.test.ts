import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { contextOf, makeGroup } from "../../test/groups";
import { makeOrganisers, type Organiser } from "../../test/organisers";
import { lookUp } from "../platform/dns";
import { openDkimKey } from "./dkim-key";
import { addDomain, checkDomain, domainByNo, recheckDomains, removeDomain, restoreDomain } from "./domain";
import { recordsOf } from "./records";
import { gateOfGroup, pacesOf, senderOf } from "./sender";

const by = { no: 7 };

/** The world's DNS, faked where the vendor is asked: "name type" → data as the resolver writes it, or how it fails. */
const zone = new Map<string, string[] | "servfail" | "silence" | "nonsense">();
const quoted = (text: string) => `"${text.slice(0, 200)}" "${text.slice(200)}"`;

/** What SES was asked, and whether it believes the domain already. */
const asked: { what: string; body: Record<string, unknown> }[] = [];
let isBelieved = false;

async function ses(request: Request): Promise<Response> {
  expect(request.headers.get("Authorization")).toContain("/eu-west-1/ses/aws4_request");
  const what = `${request.method} ${new URL(request.url).pathname}`;
  const isFirst = !asked.some((one) => one.what === what);
  asked.push({ what, body: request.method === "GET" ? {} : await request.json() });
  if (what === "POST /v2/email/identities" && !isFirst)
    return Response.json({ message: "exists" }, { status: 400 });
  return Response.json(request.method === "GET" ? { VerifiedForSendingStatus: isBelieved } : {});
}

// Whoever asks an object first waits until the whole worker is loaded.
beforeAll(() => env.GATE.getByName("0").refresh());
beforeEach(() => {
  asked.length = 0;
  isBelieved = false;
  zone.clear();
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input));
    if (url.host === "email.eu-west-1.amazonaws.com")
      return ses(input instanceof Request ? input : new Request(url, init));
    expect(url.origin).toBe("https://cloudflare-dns.com");
    expect(new Headers(init?.headers).get("Accept")).toBe("application/dns-json");
    const type = url.searchParams.get("type") ?? "";
    const answer = zone.get(`${url.searchParams.get("name")} ${type}`);
    if (answer === "silence") throw new Error("The operation was aborted due to timeout");
    if (answer === "nonsense") return new Response("<html>captive portal</html>");
    if (answer === "servfail") return Response.json({ Status: 2 });
    if (!answer) return Response.json({ Status: 3 });
    const number = type === "MX" ? 15 : 16;
    const Answer = [
      { name: "x", type: 5, data: "alias." },
      ...answer.map((data) => ({ type: number, data })),
    ];
    return Response.json({ Status: 0, Answer });
  });
});
afterEach(() => vi.restoreAllMocks());

let made = 0;

async function grouped() {
  const { group } = await makeGroup();
  made += 1;
  const name = `river-${made}.example`;
  const add = async (address = `hello@${name}`) => {
    const added = await addDomain(contextOf(), group, address, by);
    if ("problem" in added) throw new Error(added.problem);
    return own(added.domainNo);
  };
  const own = async (no: number) => {
    const row = await domainByNo(contextOf().directory, group.no, no);
    if (!row) throw new Error("the domain is not there");
    return row;
  };
  return { group, name, add, own };
}

/** Puts everything a domain needs into the DNS, or all but some. */
async function publish(row: Parameters<typeof recordsOf>[1], but: string[] = []) {
  for (const { name, host, type, value } of recordsOf(contextOf().config, row))
    if (!but.includes(name)) zone.set(`${host} ${type}`, [type === "TXT" ? quoted(value) : `${value}.`]);
}

describe("a domain", () => {
  it("is what mailings come from once all its records are there, and no sooner", async () => {
    const { group, add, own, name } = await grouped();
    const added = await add();
    await publish(added, ["dmarc"]);
    expect(await checkDomain(contextOf(), group, added)).toMatchObject({
      state: "incomplete",
      found: { dkim: "found", spf: "found", dmarc: "missing" },
    });
    expect((await senderOf(contextOf(), group)).isOwnDomain).toBe(false);
    await publish(added);
    expect((await checkDomain(contextOf(), group, added)).state).toBe("verified");
    expect(await senderOf(contextOf(), group)).toMatchObject({
      fromEmail: `hello@${name}`,
      isOwnDomain: true,
      lane: { dkim: { domain: name, selector: added.detail.selector } },
    });
    expect((await gateOfGroup(contextOf(), group).health()).warmUp).toMatchObject({ domain: name, day: 1 });
    expect((await own(added.domainNo)).found).toMatchObject({ dkim: "found", dmarc: "found" });
  });

  it("signs with a key that belongs to the one in its record, and that nobody reads in the directory", async () => {
    const { add } = await grouped();
    const row = await add();
    const key = await openDkimKey(contextOf().config, row);
    const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
    const bytes = Uint8Array.from(atob(key?.privateKey ?? ""), (letter) => letter.charCodeAt(0));
    const privateKey = await crypto.subtle.importKey("pkcs8", bytes, algorithm, false, ["sign"]);
    const spki = Uint8Array.from(atob(row.detail.publicKey ?? ""), (letter) => letter.charCodeAt(0));
    const publicKey = await crypto.subtle.importKey("spki", spki, algorithm, false, ["verify"]);
    const text = new TextEncoder().encode("mail");
    const signature = await crypto.subtle.sign(algorithm.name, privateKey, text);
    expect(await crypto.subtle.verify(algorithm.name, publicKey, signature, text)).toBe(true);
    expect(JSON.stringify(row)).not.toContain(key?.privateKey.slice(40, 80));
    const otherPepper = { IDENTITY_PEPPER: "another pepper of thirty-two letters" };
    await expect(openDkimKey(otherPepper, row)).rejects.toThrow();
  });

  it.each([
    ["dkim", ["v=DKIM1; k=rsa; p=AAAA"], "wrong"],
    ["dkim", ["v=DKIM1; p="], "wrong"],
    ["dkim", ["hello"], "missing"],
    ["spf", ["v=spf1 include:other.example -all"], "wrong"],
    ["spf", ["v=spf1 include:groundswell.example ~all", "v=spf1 -all"], "wrong"],
    ["spf", ["v=spf1 include:notgroundswell.example ~all"], "wrong"],
    ["spf", ["google-site-verification=x"], "missing"],
    ["spf", ["v=spf1 ip4:192.0.2.1 include:groundswell.example -all", "other"], "found"],
    ["dmarc", ["v=DMARC1; p=reject; rua=mailto:a@b.example"], "found"],
    ["dmarc", ["v=DMARC1; rua=mailto:a@b.example"], "wrong"],
    ["dmarc", ["v=DMARC1; p=none", "v=DMARC1; p=none"], "wrong"],
  ] as const)("finds its %s record %j to be %s", async (record, values, expected) => {
    const { group, add } = await grouped();
    const row = await add();
    await publish(row);
    const { host } = recordsOf(contextOf().config, row).find(({ name }) => name === record) ?? { host: "" };
    zone.set(
      `${host} TXT`,
      values.map((value) => `"${value}"`),
    );
    expect((await checkDomain(contextOf(), group, row)).found[record]).toBe(expected);
  });

  it("is told one SPF record that keeps what was there", async () => {
    const { group, add, name } = await grouped();
    const row = await add();
    zone.set(`${name} TXT`, ['"v=spf1 include:_spf.other.example mx -all"', '"v=spf1 ip4:192.0.2.1 ~all"']);
    expect((await checkDomain(contextOf(), group, row)).existingSpf).toBe(
      "v=spf1 include:_spf.other.example mx ip4:192.0.2.1 include:groundswell.example ~all",
    );
  });

  it("takes the policy of the domain above it", async () => {
    const { group, add, name } = await grouped();
    const row = await add(`hello@mail.news.${name}`);
    await publish(row, ["dmarc"]);
    zone.set(`_dmarc.${name} TXT`, ['"v=DMARC1; p=quarantine"']);
    expect((await checkDomain(contextOf(), group, row)).state).toBe("verified");
  });

  it.each(["servfail", "silence", "nonsense"] as const)(
    "keeps what it was when the DNS answers with %s",
    async (failure) => {
      const { group, add, own, name } = await grouped();
      const row = await add();
      await publish(row);
      await checkDomain(contextOf(), group, row);
      for (const key of zone.keys()) zone.set(key, failure);
      const verified = await own(row.domainNo);
      expect(await checkDomain(contextOf(), group, verified)).toMatchObject({
        state: "verified",
        found: { dkim: "unknown" },
      });
      expect((await senderOf(contextOf(), group)).fromEmail).toBe(`hello@${name}`);
      expect(await lookUp(contextOf().config, name, "TXT")).toEqual({ is: "failed" });
    },
  );

  it("sends no more once its key is gone from the DNS, which is looked at every day", async () => {
    const { group, add, name, own } = await grouped();
    const row = await add();
    await publish(row);
    await checkDomain(contextOf(), group, row);
    await publish(row, []);
    zone.delete(`${row.detail.selector}._domainkey.${name} TXT`);
    await recheckDomains(contextOf());
    expect((await own(row.domainNo)).verifiedAt).not.toBeNull();
    await env.DIRECTORY.prepare("UPDATE sending_domains SET checked_at = 1 WHERE domain_no = ?")
      .bind(row.domainNo)
      .run();
    await recheckDomains(contextOf());
    expect((await own(row.domainNo)).verifiedAt).toBeNull();
    expect((await senderOf(contextOf(), group)).isOwnDomain).toBe(false);
  });

  it("belongs to whoever proves it: not to two groups at once, and not to one whose key is gone", async () => {
    const [one, other] = [await grouped(), await grouped()];
    const address = `hello@${one.name}`;
    const [first, second] = [await one.add(address), await other.add(address)];
    expect(first.detail.selector).not.toBe(second.detail.selector);
    await publish(first);
    expect((await checkDomain(contextOf(), one.group, first)).state).toBe("verified");
    expect((await checkDomain(contextOf(), other.group, second)).state).toBe("incomplete");
    await publish(second);
    expect((await checkDomain(contextOf(), other.group, second)).state).toBe("taken");
    zone.delete(`${first.detail.selector}._domainkey.${one.name} TXT`);
    expect((await checkDomain(contextOf(), other.group, second)).state).toBe("verified");
    expect((await senderOf(contextOf(), one.group)).isOwnDomain).toBe(false);
    expect((await senderOf(contextOf(), other.group)).isOwnDomain).toBe(true);
  });

  it("is told to SES, which signs with the same key, once the DNS holds it, and sends when SES believes it", async () => {
    const { group, add, name, own } = await grouped();
    const bySes = {
      ...env,
      BULK_TRANSPORT: "ses",
      BULK_SES_REGION: "eu-west-1",
      BULK_SES_KEY_ID: "k",
      BULK_SES_SECRET: "s",
    };
    const ctx = () => contextOf(bySes);
    const row = await add();
    const put = (but: string) => {
      for (const record of recordsOf(ctx().config, row))
        if (record.name !== but)
          zone.set(`${record.host} ${record.type}`, [
            record.type === "TXT" ? quoted(record.value) : `${record.value}.`,
          ]);
    };
    put("dkim");
    expect((await checkDomain(ctx(), group, row)).state).toBe("incomplete");
    expect(asked).toEqual([]);
    put("");
    expect(await checkDomain(ctx(), group, row)).toMatchObject({ state: "waiting", found: { mx: "found" } });
    expect((await senderOf(ctx(), group)).isOwnDomain).toBe(false);
    const key = await openDkimKey(ctx().config, row);
    expect(asked.slice(0, 2)).toEqual([
      {
        what: "POST /v2/email/identities",
        body: {
          EmailIdentity: name,
          DkimSigningAttributes: {
            DomainSigningSelector: key?.selector,
            DomainSigningPrivateKey: key?.privateKey,
          },
        },
      },
      {
        what: `PUT /v2/email/identities/${name}/mail-from`,
        body: { MailFromDomain: `bounce.${name}`, BehaviorOnMxFailure: "USE_DEFAULT_VALUE" },
      },
    ]);
    isBelieved = true;
    expect((await checkDomain(ctx(), group, await own(row.domainNo))).state).toBe("verified");
    expect(asked.map(({ what }) => what)).toContain(`PUT /v1/email/identities/${name}/dkim/signing`);
    expect((await senderOf(ctx(), group)).isOwnDomain).toBe(true);
  });

  it("comes back with its keys after it was removed", async () => {
    const { group, add, own } = await grouped();
    const row = await add();
    await publish(row);
    await checkDomain(contextOf(), group, row);
    await removeDomain(contextOf(), group, row, by);
    expect((await senderOf(contextOf(), group)).isOwnDomain).toBe(false);
    expect(await restoreDomain(contextOf(), group, await own(row.domainNo), by)).toBe(true);
    expect((await senderOf(contextOf(), group)).isOwnDomain).toBe(true);
    expect((await own(row.domainNo)).detail.selector).toBe(row.detail.selector);
  });

  it.each([
    ["not an address", "address"],
    ["a@b", "address"],
    ["a@-x.example", "address"],
    ["a@x..example", "address"],
    ["a@x.example/../admin", "address"],
    ["a@x.example?type=A", "address"],
    ["a@x.example\r\nBcc: b@c.example", "address"],
    ['"><script>@x.example', "address"],
    ["a@192.168.1.1", "address"],
    ["a@[::1]", "address"],
    [`a@${"x".repeat(64)}.example`, "address"],
    ["é@river.example", "address"],
    ["team@GMAIL.com", "free_mail"],
    ["team@yahoo.co.uk", "free_mail"],
    ["team@groundswell.example", "platform"],
    ["team@mail.groundswell.example", "platform"],
    ["team@riverside.localhost", "platform"],
  ])("is not made of %j", async (typed, problem) => {
    const { group } = await grouped();
    expect(await addDomain(contextOf(), group, typed, by)).toEqual({ problem });
  });

  it("may be written in letters of any script, and only once", async () => {
    const { group, own } = await grouped();
    const added = await addDomain(contextOf(), group, "Bonjour@Rivière-Propre.example", by);
    expect("domainNo" in added && (await own(added.domainNo)).domain).toBe("xn--rivire-propre-zgb.example");
    expect(await addDomain(contextOf(), group, "hello@xn--rivire-propre-zgb.example", by)).toEqual({
      problem: "known",
    });
  });
});

describe("the pages", () => {
  const add = async (organiser: Organiser, base: string, address: string) => {
    const response = await organiser.post(`${base}/mailings/senders`, { address });
    return response.headers.get("Location") ?? "";
  };

  it("lead from an address to its records, to a check and to mailings from there", async () => {
    const { base, owner, group } = await makeOrganisers();
    const page = await add(owner, base, "hello@pages.example");
    const records = await (await owner.get(page)).text();
    expect(records).toContain("_domainkey.pages.example");
    expect(records).toContain("v=DMARC1; p=none");
    const row = await domainByNo(contextOf().directory, group.no, Number(page.split("/").at(-1)));
    if (row) await publish(row);
    const checked = await owner.post(`${page}/check`);
    expect(checked.status).toBe(200);
    expect(await checked.text()).toContain("Your mailings come from pages.example now.");
    expect(await (await owner.get(`${base}/mailings/senders`)).text()).toContain("hello@pages.example");
    expect((await owner.post(page, { local: "news" })).status).toBe(303);
    expect((await senderOf(contextOf(), group)).fromEmail).toBe("news@pages.example");
    expect((await owner.post(page, { local: "a b\r\nBcc: x" })).status).toBe(422);
    const removed = await owner.post(`${page}/removal`);
    const after = await (await owner.get(removed.headers.get("Location") ?? "")).text();
    expect(after).toContain("pages.example is removed.");
    expect(after).toContain(`${page}/restoration`);
    expect((await owner.get(page)).status).toBe(404);
    expect((await owner.post(`${page}/restoration`)).status).toBe(303);
    expect((await senderOf(contextOf(), group)).isOwnDomain).toBe(true);
  });

  it("set the pace of mailbox providers, and keep what is typed wrong", async () => {
    const { base, owner, organiser, group } = await makeOrganisers();
    const path = `${base}/mailings/senders/paces`;
    const wrong = await owner.post(path, { pace_gmail: "19", pace_yahoo: "2 000", pace_nobody: "50" });
    expect(wrong.status).toBe(422);
    const page = await wrong.text();
    expect(page).toContain("Gmail: write a whole number from 20 to 1,000,000, or nothing.");
    expect(page).toContain('value="2 000"');
    expect(await pacesOf(contextOf(), group)).toEqual({});
    expect((await organiser.post(path, { pace_gmail: "500" })).status).toBe(403);
    const saved = await owner.post(path, { pace_gmail: "", pace_yahoo: "2 000" });
    expect(saved.status).toBe(303);
    expect(await pacesOf(contextOf(), group)).toEqual({ yahoo: 2_000 });
    const shown = await (await owner.get(saved.headers.get("Location") ?? "")).text();
    expect(shown).toContain("The paces are saved");
    expect(shown).toContain("2,000 an hour");
    expect(await (await organiser.get(`${base}/mailings/senders`)).text()).not.toContain("pace_gmail");
    await owner.post(path, {});
    expect(await pacesOf(contextOf(), group)).toEqual({});
  });

  it("say what is wrong with an address and keep it, escaped", async () => {
    const { base, owner } = await makeOrganisers();
    const response = await owner.post(`${base}/mailings/senders`, {
      address: '"><script>alert(1)</script>@x',
    });
    expect(response.status).toBe(422);
    const page = await response.text();
    expect(page).not.toContain("<script>alert");
    expect(page).toContain("plain letters before the @");
  });

  it("are of one group alone, and changed by those who may send", async () => {
    const { base, owner, organiser, administrator, stranger } = await makeOrganisers();
    const page = await add(owner, base, "hello@tenancy.example");
    const other = page.replace(/^\/groups\/[^/]+/, "");
    for (const path of ["", "/check", "/removal", "/restoration"]) {
      expect((await stranger.post(page + path, { local: "x" })).status).toBe(404);
      expect((await organiser.post(page + path, { local: "x" })).status).toBe(403);
    }
    const slug = base.slice("/groups/".length).replace("team", "other");
    expect((await stranger.get(`/groups/${slug}/mailings/senders`)).status).toBe(200);
    expect((await stranger.get(`/groups/${slug}${other}`)).status).toBe(404);
    expect((await stranger.post(`/groups/${slug}${other}/removal`)).status).toBe(404);
    expect((await stranger.post(`/groups/${slug}${other}/check`)).status).toBe(404);
    expect((await organiser.post(`${base}/mailings/senders`, { address: "a@b.example" })).status).toBe(403);
    expect((await organiser.post(`${base}/mailings/senders/resumption`)).status).toBe(403);
    expect((await organiser.get(`${base}/mailings/senders`)).status).toBe(200);
    expect((await administrator.get(page)).status).toBe(200);
  });

  it("explain a stop, and let who may send end it", async () => {
    const { base, owner, group } = await makeOrganisers();
    await gateOfGroup(contextOf(), group).note({
      mailing: "1",
      accepted: 1_000,
      permanent: 0,
      transient: 0,
      unknown: 0,
    });
    await gateOfGroup(contextOf(), group).feedback({ mailing: "1", hard: 0, complaints: 4 });
    const page = await (await owner.get(`${base}/mailings/senders?lang=en`)).text();
    expect(page).toContain("Of the last 1,000 mails 4 were reported as spam, which is more than 0.1%.");
    const done = await owner.post(`${base}/mailings/senders/resumption`);
    expect(await (await owner.get(done.headers.get("Location") ?? "")).text()).toContain(
      "Your mailings go on.",
    );
    expect((await gateOfGroup(contextOf(), group).health()).stop).toBeNull();
  });
});
