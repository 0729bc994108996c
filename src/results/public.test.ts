import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { contextOf, makeGroup } from "../../test/groups";
import { makeMailing } from "../../test/results";
import { dbFor } from "../groups/shard";
import { publishSite } from "../groups/tenant";
import type { Group } from "../groups/types";
import { mailKey } from "../platform/mail-keys";

let group: Group;
let host: string;
let mailing: Awaited<ReturnType<typeof makeMailing>>;
const HOSTILE = "</strong><script>alert(1)</script>";

beforeAll(async () => {
  ({ group, host } = await makeGroup());
  await publishSite(contextOf(), group);
  mailing = await makeMailing(
    group,
    Array.from({ length: 30 }, () => ({})),
    { subject: HOSTILE },
  );
  // The first request of an isolate reads the whole program.
  await ask("nothing");
});

function keyOf(
  at: number,
  changes: { groupNo?: number; isProof?: boolean; mailingNo?: number; personNo?: number | undefined } = {},
) {
  const { config, now } = contextOf();
  const personNo = mailing.people[at] ?? 0;
  return mailKey(
    config.SIGNING_KEYS,
    { groupNo: group.no, mailingNo: mailing.no, personNo, isProof: false, ...changes },
    now,
  );
}

let connection = 0;
function ask(key: string, fields?: Record<string, string>, headers: Record<string, string> = {}) {
  connection += 1;
  return exports.default.fetch(`http://${host}:8787/m/${key}/report`, {
    redirect: "manual",
    headers: { "CF-Connecting-IP": `203.0.113.${connection}`, ...headers },
    ...(fields ? { method: "POST", body: new URLSearchParams(fields) } : {}),
  });
}

async function filed(): Promise<{ reason: string; detail: string; url: string; mailing_no: number }[]> {
  const { results } = await contextOf()
    .env.DIRECTORY.prepare(
      "SELECT reason, detail, url, mailing_no FROM abuse_reports WHERE group_no = ? ORDER BY report_no",
    )
    .bind(group.no)
    .run<{ reason: string; detail: string; url: string; mailing_no: number }>();
  return results;
}

describe("reporting a mailing", () => {
  it("names it, offers to unsubscribe, and files nothing by being looked at", async () => {
    const response = await ask(await keyOf(0));
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get("Referrer-Policy")).toBe("no-referrer");
    expect(response.headers.get("Cache-Control")).toContain("no-store");
    expect(html).toContain("&lt;script&gt;alert(1)");
    expect(html).not.toContain("<script>alert");
    expect(html).toMatch(/action="\/m\/[^"]+\/unsubscribe\?lang=en"/);
    expect(await filed()).toEqual([]);
  });

  it("is called as it was called in the version and the language somebody got", async () => {
    const { d1, groupNo } = dbFor(contextOf().env, group);
    const subjectOf = (subject: string, from: number, to: number) =>
      d1
        .prepare(
          "UPDATE mailing_builds SET subject = ?3 WHERE group_no = ?1 AND mailing_no = ?2 AND variant_no = ?4",
        )
        .bind(groupNo, from, subject, to)
        .run();
    const tested = await makeMailing(group, [{ variantNo: 2 }, { variantNo: null }], {
      subject: "The first",
    });
    await subjectOf("The other", tested.no, 2);
    const read = async (at: number) => {
      const key = await keyOf(0, { mailingNo: tested.no, personNo: tested.people[at] });
      return (await ask(key)).text();
    };
    expect(await read(0)).toMatch(/<strong>The other<\/strong>/);
    expect(await read(1)).toMatch(/<strong>The first<\/strong>/);
    // What is filled in for each person is not told to whoever reads it here.
    await subjectOf("Dear {{ first_name }}", tested.no, 1);
    expect(await read(1)).not.toContain("first_name");
  });

  it("puts it before the operators with group and mailing, and without the key of the mail", async () => {
    const key = await keyOf(1);
    const response = await ask(key, { reason: "scam", detail: "They ask for money" });
    const html = await response.text();
    expect(html).toContain("Thank you for telling us");
    expect(html).toContain("/unsubscribe?lang=en");
    const [report, ...others] = await filed();
    expect(others).toEqual([]);
    expect(report).toMatchObject({ reason: "scam", detail: "They ask for money", mailing_no: mailing.no });
    expect(report?.url).toContain(`/operations/groups/${group.id}/mailings/${mailing.no}`);
    expect(JSON.stringify(report)).not.toContain(key);
  });

  it("unsubscribes with the button beside it, at once", async () => {
    const key = await keyOf(2);
    const html = await (await ask(key)).text();
    const action = /action="(\/m\/[^"]+\/unsubscribe[^"]*)"/.exec(html)?.[1] ?? "";
    const response = await exports.default.fetch(`http://${host}:8787${action}`, {
      method: "POST",
      body: new URLSearchParams({ choice: "all" }),
    });
    expect(response.status).toBe(200);
    const { d1, groupNo } = dbFor(contextOf().env, group);
    const status = await d1
      .prepare("SELECT email_status FROM people WHERE group_no = ? AND person_no = ?")
      .bind(groupNo, mailing.people[2] ?? 0)
      .first<number>("email_status");
    expect(status).toBe(2);
  });

  it("asks for a reason of its list, and for no novel", async () => {
    const before = (await filed()).length;
    const key = await keyOf(3);
    for (const fields of [{}, { reason: "hate" }, { reason: "spam", detail: "x".repeat(2_001) }]) {
      const response = await ask(key, fields as Record<string, string>);
      expect(response.status).toBe(422);
      expect(await response.text()).toContain('class="error-summary"');
    }
    expect(await filed()).toHaveLength(before);
  });

  it("is nothing to a forged key, another group's, a proof or a machine", async () => {
    const before = (await filed()).length;
    const { group: other } = await makeGroup();
    expect((await ask("AAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA", { reason: "spam" })).status).toBe(404);
    expect((await ask(await keyOf(4, { groupNo: other.no }), { reason: "spam" })).status).toBe(404);
    expect((await ask(await keyOf(4, { mailingNo: 0 }), { reason: "spam" })).status).toBe(404);
    expect((await ask(await keyOf(4, { isProof: true }), { reason: "spam" })).status).toBe(200);
    expect((await ask(await keyOf(4), { reason: "spam", website: "https://bot.example" })).status).toBe(200);
    expect((await ask(await keyOf(4), { reason: "spam" }, { Origin: "https://evil.example" })).status).toBe(
      403,
    );
    expect(await filed()).toHaveLength(before);
  });

  it("is filed twice a day for each mail, and five times an hour from one connection", async () => {
    const before = (await filed()).length;
    const key = await keyOf(5);
    const statuses: number[] = [];
    for (let times = 0; times < 3; times += 1) statuses.push((await ask(key, { reason: "spam" })).status);
    expect(statuses).toEqual([200, 200, 429]);
    const sameIp = { "CF-Connecting-IP": "198.51.100.9" };
    const many: number[] = [];
    for (let at = 10; at < 16; at += 1)
      many.push((await ask(await keyOf(at), { reason: "spam" }, sameIp)).status);
    expect(many).toEqual([200, 200, 200, 200, 200, 429]);
    expect(await filed()).toHaveLength(before + 7);
  });
});
