import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { fakeQueue } from "../../test/fake-mail";
import { contextOf, makeGroup, settled } from "../../test/groups";
import { newAddress, platformHost, type Visitor } from "../../test/platform-host";
import { BEGAN, makeMailing } from "../../test/results";
import { OPERATOR_EMAIL } from "../../test/variables";
import { findAccount } from "../accounts/account";
import { deliveryOf, operatorReason } from "../delivery/delivery";
import { listRecordedActs } from "../groups/audit";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { mailingByNo } from "../mailings/mailing";
import type { MailingId } from "../mailings/types";
import { newId } from "../platform/ids";
import { gateOfGroup, quotaOf } from "../senders/sender";
import { suppress, suppressedAmong } from "../subscriptions/suppression";
import { fileAbuseReport } from "./abuse-report";
import { tellAsker } from "./email";
import { operationsRoutes } from "./routes";

const host = platformHost({}, (app) => app.route("/", operationsRoutes));
let operator: Visitor;
let group: Group;

beforeAll(async () => {
  operator = host.visitor();
  await operator.signIn(OPERATOR_EMAIL);
  ({ group } = await makeGroup());
  // The first gate an isolate calls reads the whole program, and the first mail it makes what makes mails.
  const { own, mailing } = await makeWaiting();
  await operator.get("/operations/mailings");
  await operator.get(`${pathOf(mailing, own)}/content?variant=1&language=en`);
});

const pathOf = ({ no }: { no: number }, of: Group = group) => `/operations/groups/${of.id}/mailings/${no}`;
const page = async (path: string) => (await operator.get(path)).text();
const statusOf = async ({ no }: { no: number }, of: Group = group) =>
  (await mailingByNo(dbFor(contextOf().env, of), no))?.status;
const acts = async (of: Group = group) =>
  (await listRecordedActs(contextOf(), of.no, null)).acts.map(({ act, detail }) => ({ act, detail }));

/** A mailing somebody asked to send, to everybody of a group of its own. */
async function makeWaiting() {
  const { group: own } = await makeGroup();
  const mailing = await makeMailing(own, [{ status: "waiting" }, { status: "waiting" }], {
    status: "waiting",
    subject: "A first big <b>send</b>",
    sentAt: null,
    finishedAt: null,
  });
  const { d1, groupNo } = dbFor(contextOf().env, own);
  await env.DIRECTORY.prepare(
    "INSERT INTO memberships (group_no, account_no, role, created_at) VALUES (?, 1, 'owner', 1)",
  )
    .bind(groupNo)
    .run();
  await d1.batch([
    d1.prepare("DELETE FROM mailing_recipients WHERE group_no = ?").bind(groupNo),
    d1.prepare("DELETE FROM mailing_builds WHERE group_no = ?").bind(groupNo),
    d1
      .prepare(
        "UPDATE mailings SET target = ?, asked_by = 1, start_at = ? WHERE group_no = ? AND mailing_no = ?",
      )
      .bind(
        JSON.stringify({ audience: { include: { all: [] } } }),
        Date.now() + 3_600_000,
        groupNo,
        mailing.no,
      ),
    d1
      .prepare(
        `INSERT INTO mailing_versions (group_no, mailing_no, variant_no, language, from_name, subject, preview, form, body, revision, updated_by, updated_at)
         VALUES (?, ?, 1, 'en', 'Clean <i>Air</i>', 'A first', 'Look', 'html', ?, 1, 1, 1)`,
      )
      .bind(
        groupNo,
        mailing.no,
        '<p>Hello</p><a href="https://pay.example/now">Our own site</a><script>alert(1)</script>',
      ),
  ]);
  return { own, mailing };
}

describe("a first big send", () => {
  it("is listed with what it says and to how many it would go", async () => {
    const { own, mailing } = await makeWaiting();
    const overview = await page("/operations/mailings");
    expect(overview).toContain(`href="${pathOf(mailing, own)}"`);
    expect(overview).toContain("A first big &lt;b&gt;send&lt;/b&gt;");
    expect(overview).toContain("Waits for us");
    const html = await page(pathOf(mailing, own));
    expect(html).toMatch(/Would go to<\/dt><dd>2<\/dd>/);
    expect(html).toContain("Clean &lt;i&gt;Air&lt;/i&gt;");
    const frame = await operator.get(`${pathOf(mailing, own)}/content?variant=1&language=en`);
    const content = await frame.text();
    // Where a link leads stands beside what it says.
    expect(content).toMatch(/Our own site.*https:\/\/pay\.example\/now/s);
    expect(content).not.toMatch(/<script|href=/);
    expect(frame.headers.get("Content-Security-Policy")).toMatch(/^sandbox; default-src 'none'/);
  });

  it("leaves once an operator allows it, and the group's later ones with it", async () => {
    const { own, mailing } = await makeWaiting();
    const response = await operator.post(`${pathOf(mailing, own)}/approval`, {});
    expect(response.headers.get("Location")).toBe(`${pathOf(mailing, own)}?done=approved`);
    expect(await statusOf(mailing, own)).toBe("scheduled");
    expect((await quotaOf(contextOf(), own)).approvedAt).not.toBeNull();
    expect((await acts(own)).map(({ act }) => act)).toEqual(
      expect.arrayContaining(["sending.allowed", "mailing.approved"]),
    );
    // Once more changes nothing.
    const again = await operator.post(`${pathOf(mailing, own)}/approval`, {});
    expect(again.headers.get("Location")).toContain("done=changed");
  });

  it("is a draft again once an operator refuses, with the reason where the group reads it", async () => {
    const { own, mailing } = await makeWaiting();
    const response = await operator.post(`${pathOf(mailing, own)}/refusal`, {
      reason: "It asks for card numbers",
    });
    expect(response.headers.get("Location")).toContain("done=refused");
    expect(await statusOf(mailing, own)).toBe("draft");
    expect((await quotaOf(contextOf(), own)).approvedAt).toBeNull();
    expect(await acts(own)).toContainEqual({
      act: "mailing.refused",
      detail: { reason: "It asks for card numbers" },
    });
    const note = (await deliveryOf(dbFor(contextOf().env, own), mailing.no))?.pauseNote ?? "";
    expect(operatorReason(note)).toBe("It asks for card numbers");
    const again = await operator.post(`${pathOf(mailing, own)}/refusal`, { reason: "Again" });
    expect(again.headers.get("Location")).toContain("done=changed");
  });

  it("tells whoever asked why, once, and not when their account is gone", async () => {
    const queue = fakeQueue<{ message: { to: string; text: string } }>();
    const account = (await findAccount(contextOf(), OPERATOR_EMAIL))?.no ?? 0;
    const asked = { id: newId<MailingId>(), subject: "Big", internalTitle: "" };
    const ctx = contextOf({ ...contextOf().env, MAIL: queue.binding });
    for (const askedBy of [account, account + 1_000_000, null])
      await tellAsker(ctx, group, { ...asked, askedBy }, { what: "refused", reason: "Card <b>numbers</b>" });
    expect(queue.sent.map(({ body }) => body.message.to)).toEqual([OPERATOR_EMAIL]);
    expect(queue.sent[0]?.body.message.text).toContain("Card <b>numbers</b>");
    expect(queue.sent[0]?.body.message.text).toContain(`/mailings/${asked.id}/review`);
  });

  it("that a second person of the group must see first is not ours to allow", async () => {
    const { own, mailing } = await makeWaiting();
    const settings = { ...own.settings, mail: { ...own.settings.mail, approvalFrom: 1 } };
    await env.DIRECTORY.prepare("UPDATE groups SET settings = ? WHERE group_no = ?")
      .bind(JSON.stringify(settings), own.no)
      .run();
    expect(await page("/operations/mailings")).toContain("Waits for somebody of the group first");
    expect(await page(pathOf(mailing, own))).not.toContain("/approval");
  });
});

describe("a mailing that leaves", () => {
  it("is stopped at once", async () => {
    const mailing = await makeMailing(group, [{}, { status: "waiting" }], {
      status: "sending",
      finishedAt: null,
    });
    const response = await operator.post(`${pathOf(mailing)}/stop`, { reason: "Reported" });
    expect(response.headers.get("Location")).toContain("done=stopped");
    expect(await statusOf(mailing)).toBe("stopped");
    expect(await acts()).toContainEqual({ act: "mailing.halted", detail: { reason: "Reported" } });
    expect((await operator.post(`${pathOf(mailing)}/stop`, {})).headers.get("Location")).toContain(
      "done=changed",
    );
    await settled();
  });

  it("shows its numbers, its links and who reported it", async () => {
    const mailing = await makeMailing(group, [{ flags: 8 }, {}, {}, {}], {
      links: [{ url: "https://where-it-leads.example/" }],
      sentAt: BEGAN,
    });
    const report = { groupNo: group.no, actionId: null, mailingNo: mailing.no, url: "https://x.example" };
    await fileAbuseReport(contextOf(), { ...report, reason: "scam", detail: "They want <b>money</b>" });
    const html = await page(pathOf(mailing));
    expect(html).toMatch(/Marked as spam<\/th><td[^>]*>1 \(25%\)/);
    expect(html).toContain("It tries to deceive or to steal");
    expect(html).toContain("They want &lt;b&gt;money&lt;/b&gt;");
    const content = await page(`${pathOf(mailing)}/content?variant=1&language=en`);
    expect(content).toContain("https://where-it-leads.example/");
    await dbFor(contextOf().env, group)
      .d1.prepare("UPDATE mailing_builds SET amp = ?3 WHERE group_no = ?1 AND mailing_no = ?2")
      .bind(
        group.no,
        mailing.no,
        '<html amp4email><a href="http://a.localhost/m/{{ mail_key }}/1">x</a></html>',
      )
      .run();
    const part = await operator.get(`${pathOf(mailing)}/content?variant=1&language=en&part=amp`);
    expect([part.headers.get("Content-Type"), await part.text()]).toEqual([
      expect.stringMatching(/^text\/plain/),
      '<html amp4email><a href="https://where-it-leads.example/">x</a></html>',
    ]);
    expect(await page(`/operations/groups/${group.id}/mailings`)).toContain(`href="${pathOf(mailing)}"`);
    expect(await page("/operations/reports")).toContain("It tries to deceive or to steal");
  });

  it("whose openings and clicks the database refuses is listed, and has them tried again", async () => {
    const mailing = await makeMailing(group, [{ status: "sent" }], {});
    const reports = env.OPERATIONS.getByName("operations");
    const report = { groupNo: group.no, mailingNo: mailing.no, part: 1, at: Date.now() };
    await reports.reportReaders({ ...report, parked: 3 });
    // An older word changes nothing.
    await reports.reportReaders({ ...report, parked: 0, at: report.at - 1 });
    const href = `${pathOf(mailing)}/parked`;
    expect(await page("/operations/mailings")).toContain(`href="${href}"`);
    expect(await page(href)).toContain("Nothing is parked");
    expect((await operator.post(href, {})).headers.get("Location")).toBe(`${href}?done=unparked&count=0`);
    await reports.reportReaders({ ...report, parked: 0 });
    expect(await page("/operations/mailings")).not.toContain(href);
  });

  it("is one of its group alone", async () => {
    const { group: other } = await makeGroup();
    const mailing = await makeMailing(group, [{}]);
    expect((await operator.get(pathOf(mailing, other))).status).toBe(404);
    expect((await operator.post(`${pathOf(mailing, other)}/stop`, {})).status).toBe(404);
    expect((await operator.get(`${pathOf(mailing)}/content?variant=7&language=en`)).status).toBe(404);
    expect((await operator.get(pathOf({ no: 123_456_789 }))).status).toBe(404);
  });
});

describe("a quota", () => {
  it("is fixed by an operator, and set free again", async () => {
    const { group: own } = await makeGroup();
    const path = `/operations/groups/${own.id}/quota`;
    expect((await operator.post(path, { daily: "250", fixed: "yes" })).status).toBe(303);
    expect(await quotaOf(contextOf(), own)).toMatchObject({ dailyMax: 250, isFixed: true });
    expect((await operator.post(path, { daily: "250", fixed: "" })).status).toBe(303);
    expect(await quotaOf(contextOf(), own)).toMatchObject({ isFixed: false });
    expect((await acts(own)).map(({ act }) => act)).toContain("sending.quota");
  });

  it.each([
    { daily: "-1", fixed: "yes" },
    { daily: "many", fixed: "yes" },
    { daily: "", fixed: "yes" },
    { daily: "1e99", fixed: "yes" },
  ])("is not $daily", async (fields) => {
    const { group: own } = await makeGroup();
    const response = await operator.post(`/operations/groups/${own.id}/quota`, fields);
    expect(response.status).toBe(422);
    expect(await response.text()).toContain("A number from 0 to");
    expect((await quotaOf(contextOf(), own)).isFixed).toBe(false);
  });
});

describe("senders", () => {
  it("are listed with how they do, and one that was stopped may go on", async () => {
    const { group: own } = await makeGroup({ name: "Too many bounces" });
    const gate = gateOfGroup(contextOf(), own);
    await operator.post(`/operations/groups/${own.id}/quota`, { daily: "100000", fixed: "yes" });
    await gate.take({ mailing: "m1", want: 100 });
    await gate.note({ mailing: "m1", accepted: 1_000, permanent: 0, transient: 0, unknown: 0 });
    await gate.feedback({ mailing: "m1", hard: 50, complaints: 0 });
    const html = await page("/operations/mailings");
    expect(html).toContain("Too many bounces");
    if (!(await gate.health()).stop) throw new Error("the gate did not stop");
    expect(html).toContain("Stopped: too many bounces");
    await operator.post(`/operations/groups/${own.id}/sender-resumption`, {});
    expect((await gate.health()).stop).toBeNull();
    await gate.feedback({ mailing: "m1", hard: 0, complaints: 0, deferred: 90, mailbox: "gmail" });
    expect(await page("/operations/mailings")).toContain("Slower: Gmail");
  });
});

describe("suppressions", () => {
  it("are looked up by address and lifted, and the log holds no address", async () => {
    const email = newAddress();
    await suppress(contextOf(), email, "bounce");
    const found = await operator.post("/operations/suppressions", { email: ` ${email.toUpperCase()} ` });
    expect(await found.text()).toContain(`Nobody here may write to ${email}: mail to it came back.`);
    const lifted = await operator.post("/operations/suppressions/lifting", { email });
    expect(lifted.headers.get("Location")).toContain("done=lifted");
    expect(await suppressedAmong(contextOf(), [email])).toEqual(new Set());
    const after = await operator.post("/operations/suppressions", { email });
    expect(await after.text()).toContain("is not suppressed");
    expect(
      (await operator.post("/operations/suppressions/lifting", { email })).headers.get("Location"),
    ).toContain("notSuppressed");
    const overview = await page("/operations");
    expect(overview).toContain("Lifted a suppression");
    expect(overview).not.toContain(email);
  });

  it("for a complaint are no operator's to lift, who is told why", async () => {
    const email = newAddress();
    await suppress(contextOf(), email, "complaint");
    const found = await (await operator.post("/operations/suppressions", { email })).text();
    expect(found).toContain("a complaint is taken back by the person alone");
    expect(found).not.toContain("/operations/suppressions/lifting");
    const tried = await operator.post("/operations/suppressions/lifting", { email });
    expect(tried.headers.get("Location")).toContain("theirWord");
    expect(await suppressedAmong(contextOf(), [email])).toEqual(new Set([email]));
  });

  it("are not asked for what is no address", async () => {
    const response = await operator.post("/operations/suppressions", { email: "<script>" });
    expect(response.status).toBe(422);
    expect(await response.text()).not.toContain('<script>"');
  });
});
