import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { fakeQueue } from "../../test/fake-mail";
import { changeGroup, contextOf, makeGroup } from "../../test/groups";
import { withoutD1 } from "../../test/refusing";
import { makeMailing, type Received } from "../../test/results";
import type { Env } from "../env";
import { dbFor } from "../groups/shard";
import { type Group, groupSettings } from "../groups/types";
import { type ReturnPurpose, returnAddress } from "../platform/mail/return-addresses";
import { mailKey } from "../platform/mail-keys";
import { eraseAsAsked } from "../privacy/erasure";
import { gateOfGroup } from "../senders/sender";
import { leaveList } from "../subscriptions/subscription";
import { suppress, suppressedAmong } from "../subscriptions/suppression";
import { receiveAgain, receiveEmail } from "./email";
import { inboundByDay, listKept, rawKept } from "./kept";
import { refusedAtOnce } from "./refused";
import { listReplies } from "./reply";
import { returnNumbers } from "./return-numbers";
import { liftReturn, returned } from "./returned";
import { copyReported, serviceReported } from "./service-report";
import { sesReported } from "./ses";
import { saveSunset, sunsetRuns } from "./sunset";
import { MAIL_BYTES_MAX, mailDue } from "./types";

let group: Group;
let domain = "";
const NOW = Date.now();
const DAY_MS = 86_400_000;
let mark = 0;

beforeAll(async () => {
  ({ group } = await makeGroup());
  domain = contextOf().config.mailDomain;
  // The first call of an object loads the whole worker.
  await gateOfGroup(contextOf(), group).health();
});

/** A mailing with somebody in it, and the copy's key. */
async function sent(received: Received = {}, of = group) {
  mark += 1;
  const email = received.email ?? `p${mark}-${crypto.randomUUID().slice(0, 8)}@gmail.com`;
  const mailing = await makeMailing(of, [{ ...received, email }]);
  const personNo = mailing.people[0] ?? 0;
  const { d1, groupNo } = dbFor(env as Env, of);
  await d1
    .prepare("INSERT INTO identities (group_no, kind, value, person_no, acted_at) VALUES (?, 1, ?, ?, 1)")
    .bind(groupNo, email, personNo)
    .run();
  const copy = { groupNo: of.no, mailingNo: mailing.no, personNo, isProof: false };
  const key = await mailKey(contextOf().config.SIGNING_KEYS, copy, NOW);
  return { email, copy, key, to: (purpose: ReturnPurpose) => returnAddress(purpose, key, domain) };
}

async function statusOf(personNo: number, of = group) {
  const { d1, groupNo } = dbFor(env as Env, of);
  const [person, changes] = await Promise.all([
    d1
      .prepare(
        "SELECT email_status AS status, email_status_cause AS cause FROM people WHERE group_no = ? AND person_no = ?",
      )
      .bind(groupNo, personNo)
      .first<{ status: number; cause: string | null }>(),
    d1
      .prepare("SELECT count(*) AS n FROM subscription_changes WHERE group_no = ? AND person_no = ?")
      .bind(groupNo, personNo)
      .first<number>("n"),
  ]);
  return { status: person?.status, cause: person?.cause, changes };
}

async function flagsOf({ mailingNo, personNo }: { mailingNo: number; personNo: number }) {
  const { d1, groupNo } = dbFor(env as Env, group);
  const of = [groupNo, mailingNo, personNo];
  const flags = await d1
    .prepare("SELECT flags FROM mail_events WHERE group_no = ? AND mailing_no = ? AND person_no = ?")
    .bind(...of)
    .first<number>("flags");
  const status = await d1
    .prepare("SELECT status FROM mailing_recipients WHERE group_no = ? AND mailing_no = ? AND person_no = ?")
    .bind(...of)
    .first<number>("status");
  return { flags, status };
}

const countOf = async (kind: string) =>
  (await inboundByDay(contextOf(), 2))
    .filter((row) => row.kind === kind)
    .reduce((sum, row) => sum + row.count, 0);

/** A mail as the platform hands it over. */
function mailTo(to: string, text: string, from = "") {
  const bytes = new TextEncoder().encode(text.replace(/^\n/, "").replace(/\r?\n/g, "\r\n"));
  const rejected: string[] = [];
  const message = () => ({
    ...{ from, to, rawSize: bytes.length },
    raw: new Blob([bytes]).stream() as ReadableStream<Uint8Array>,
    setReject: (reason: string) => void rejected.push(reason),
  });
  return { message, rejected };
}

async function receive(to: string, text: string, from = "", bindings: Env = env as Env) {
  const { message, rejected } = mailTo(to, text, from);
  await receiveEmail(contextOf(bindings), message());
  return rejected;
}

const bounce = (
  status: string,
  said: string,
  recipient: string,
  action = "failed",
  id = crypto.randomUUID(),
) => `
From: MAILER-DAEMON@mx.example
Message-ID: <${id}@mx.example>
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

Sorry.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; ${recipient}
Action: ${action}
Status: ${status}
Diagnostic-Code: smtp; ${said}

--B--
`;
const DEAD = "550 5.1.1 User unknown";

describe("a bounce", () => {
  it("ends the subscription of a dead address, everywhere, and counts once however often it comes", async () => {
    const { email, copy, to } = await sent({ status: "unknown" });
    const text = bounce("5.1.1", DEAD, email);
    const before = (await returnNumbers(dbFor(env as Env, group), NOW, 2)).total.hard;
    for (let time = 0; time < 3; time += 1) expect(await receive(to("bounce"), text)).toEqual([]);
    // The same by another way.
    await returned(contextOf(), { copy, how: "hard", reason: "again", eventId: "ses:1", recipient: email });
    expect(await statusOf(copy.personNo)).toEqual({ status: 3, cause: "bounced", changes: 1 });
    // 4: bounced for good. It came back, so it had left.
    expect(await flagsOf(copy)).toEqual({ flags: 4, status: 3 });
    expect(await suppressedAmong(contextOf(), [email])).toEqual(new Set([email]));
    const { total, providers } = await returnNumbers(dbFor(env as Env, group), NOW, 2);
    expect(total.hard).toBe(before + 1);
    expect(providers.find(({ name }) => name === "Gmail")?.hard).toBeGreaterThan(0);
  });

  it("for now leaves somebody on the list until several mailings in a row came back", async () => {
    const first = await sent();
    const { personNo } = first.copy;
    const said = {
      how: "soft" as const,
      fault: "full" as const,
      reason: "over quota",
      recipient: first.email,
    };
    const again = (mailingNo: number, eventId: string, more = {}) =>
      returned(contextOf(), { copy: { ...first.copy, mailingNo }, ...said, eventId, ...more });
    for (let time = 0; time < 8; time += 1) await again(1, `same-mailing-${time}`);
    for (let mailingNo = 2; mailingNo <= 4; mailingNo += 1) await again(mailingNo, `s${mailingNo}`);
    expect(await statusOf(personNo)).toMatchObject({ status: 1 });
    // What was blocked or put off is about us.
    for (let mailingNo = 20; mailingNo < 30; mailingNo += 1)
      await again(mailingNo, `b${mailingNo}`, { fault: "blocked" });
    for (let mailingNo = 30; mailingNo < 40; mailingNo += 1)
      await again(mailingNo, `d${mailingNo}`, { how: "delay" });
    expect(await statusOf(personNo)).toMatchObject({ status: 1 });
    await again(5, "s5");
    expect(await statusOf(personNo)).toMatchObject({ status: 3, changes: 1 });
  });

  it("for now is told to the sender's gate when their provider puts mail off, once, and not when a mailbox is full", async () => {
    const { group: of } = await makeGroup();
    const [{ copy, email }, own] = [
      await sent({}, of),
      await sent({ email: `own-${crypto.randomUUID()}@group.example` }, of),
    ];
    const said = (eventId: string, how: "soft" | "delay", fault: "busy" | "full" | "blocked", reason = "") =>
      returned(contextOf(), { copy, recipient: email, eventId, how, fault, reason });
    for (const eventId of ["1", "1"]) await said(eventId, "delay", "busy", "421 4.7.28 rate limited");
    await said("2", "soft", "blocked");
    await said("3", "soft", "full");
    await said("4", "delay", "busy", "MailboxFull");
    await returned(contextOf(), { copy: own.copy, eventId: "5", how: "delay", fault: "busy", reason: "" });
    const { mailboxes } = await gateOfGroup(contextOf(), of).health();
    expect(mailboxes.map(({ deferred }) => deferred)).toEqual([2, 0, 0, 0, 0, 0]);
    await returned(contextOf(), {
      copy,
      recipient: email,
      eventId: "6",
      how: "soft",
      fault: "busy",
      reason: "",
    });
    const paced = (await gateOfGroup(contextOf(), of).health()).mailboxes.filter(({ pace }) => pace !== null);
    expect(paced).toMatchObject([{ mailbox: "gmail", pace: { why: "deferred" } }]);
  });

  it("for now is forgotten when a mail arrives or is opened", async () => {
    const { copy, email } = await sent();
    const soft = (mailingNo: number, now: number) =>
      returned(contextOf(undefined, now), {
        ...{ copy: { ...copy, mailingNo }, how: "soft", fault: "full", reason: "", recipient: email },
        eventId: `x${mailingNo}`,
      });
    for (let mailingNo = 1; mailingNo <= 4; mailingNo += 1) await soft(mailingNo, NOW);
    const delivered = {
      copy: { ...copy, mailingNo: 50 },
      how: "delivered" as const,
      reason: "",
      eventId: "d",
    };
    await returned(contextOf(undefined, NOW + 1_000), delivered);
    for (let mailingNo = 6; mailingNo <= 9; mailingNo += 1) await soft(mailingNo, NOW + 2_000);
    expect(await statusOf(copy.personNo)).toMatchObject({ status: 1 });
    const { d1, groupNo } = dbFor(env as Env, group);
    await d1
      .prepare("INSERT INTO mail_readers (group_no, person_no, opened_s) VALUES (?, ?, ?)")
      .bind(groupNo, copy.personNo, Math.ceil((NOW + 3_000) / 1_000))
      .run();
    await soft(10, NOW + 2_500);
    expect(await statusOf(copy.personNo)).toMatchObject({ status: 1 });
  });

  it("of an address somebody had before says nothing of the one they have now; of one their mail is passed on to it does", async () => {
    const moved = await sent();
    const { d1, groupNo } = dbFor(env as Env, group);
    await d1
      .prepare("UPDATE people SET email = ? WHERE group_no = ? AND person_no = ?")
      .bind(`new-${moved.email}`, groupNo, moved.copy.personNo)
      .run();
    await receive(moved.to("bounce"), bounce("5.1.1", DEAD, moved.email));
    expect(await statusOf(moved.copy.personNo)).toMatchObject({ status: 1 });
    const passedOn = await sent();
    await receive(passedOn.to("bounce"), bounce("5.1.1", DEAD, "somewhere@else.example"));
    expect(await statusOf(passedOn.copy.personNo)).toMatchObject({ status: 3 });
  });

  it("changes nobody for a proof, and nobody who left before", async () => {
    const { copy, email } = await sent();
    const proof = { ...copy, isProof: true };
    const hard = { how: "hard" as const, reason: "", recipient: email };
    expect(await returned(contextOf(), { copy: proof, ...hard, eventId: "p" })).toBe("nobody");
    const { d1, groupNo } = dbFor(env as Env, group);
    await d1
      .prepare("UPDATE people SET email_status = 2 WHERE group_no = ? AND person_no = ?")
      .bind(groupNo, copy.personNo)
      .run();
    await returned(contextOf(), { copy, ...hard, eventId: "q" });
    expect(await statusOf(copy.personNo)).toMatchObject({ status: 2, changes: 0 });
  });

  it("is lifted by an organiser, and is not brought back by the same report", async () => {
    const { copy, email } = await sent();
    const hard = { copy, how: "hard" as const, reason: "", recipient: email, eventId: "h" };
    await returned(contextOf(), hard);
    expect(await liftReturn(contextOf(), group, copy.personNo, { no: 1 })).toEqual({ is: "lifted" });
    expect(await statusOf(copy.personNo)).toMatchObject({ status: 1 });
    expect(await returned(contextOf(), hard)).toBe("known");
    expect(await statusOf(copy.personNo)).toMatchObject({ status: 1 });
    expect(await suppressedAmong(contextOf(), [email])).toEqual(new Set());
    // Whoever signs again is on the list, but their address may still be one that nobody here writes to.
    await suppress(contextOf(), email, "bounce");
    expect(await liftReturn(contextOf(), group, copy.personNo, { no: 1 })).toEqual({ is: "lifted" });
    expect(await suppressedAmong(contextOf(), [email])).toEqual(new Set());
    expect(await liftReturn(contextOf(), group, copy.personNo, { no: 1 })).toEqual({
      is: "refused",
      why: "not_bounced",
    });
  });
});

it("is lifted by nobody but themselves for whoever asked for no more mail since their address bounced", async () => {
  const { copy, email } = await sent();
  const { personNo, mailingNo } = copy;
  await returned(contextOf(), { copy, how: "hard", reason: "", recipient: email, eventId: "l" });
  const leaving = { personNo, mailingNo, cause: "mail", reason: "" } as const;
  await leaveList(contextOf(), group, { ...leaving, choice: "pause" });
  await leaveList(contextOf(), group, leaving);
  const refused = { is: "refused", why: "left" };
  expect(await liftReturn(contextOf(), group, personNo, { no: 1 })).toEqual(refused);
  expect(await statusOf(personNo)).toMatchObject({ status: 3 });
  expect(await suppressedAmong(contextOf(), [email])).toEqual(new Set([email]));
  await leaveList(contextOf(undefined, Date.now() + 2_000), group, { ...leaving, choice: "pause" });
  expect(await liftReturn(contextOf(), group, personNo, { no: 1 })).toEqual({ is: "lifted" });
});

describe("a complaint", () => {
  const arf = (key: string) => `
From: fbl@mailboxes.example
Subject: complaint
Content-Type: multipart/report; report-type=feedback-report; boundary="B"

--B
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: x
Version: 1

--B
Content-Type: text/rfc822-headers

Message-ID: <${key}@${domain}>
Subject: Clean air
--B--
`;

  it("that hides who complained is known by the copy; nothing is sent to them any more, by anybody", async () => {
    const { copy, email, key } = await sent();
    for (let time = 0; time < 2; time += 1)
      await receive(`abuse@${domain}`, arf(key), "fbl@mailboxes.example");
    expect(await statusOf(copy.personNo)).toEqual({ status: 4, cause: "complained", changes: 1 });
    expect(await flagsOf(copy)).toMatchObject({ flags: 8 });
    expect(await suppressedAmong(contextOf(), [email])).toEqual(new Set([email]));
  });

  it("is lifted by no organiser", async () => {
    const { copy, email } = await sent();
    await returned(contextOf(), { copy, how: "complaint", reason: "", eventId: "c" });
    expect(await liftReturn(contextOf(), group, copy.personNo, { no: 1 })).toEqual({
      is: "refused",
      why: "complained",
    });
    expect(await suppressedAmong(contextOf(), [email])).toEqual(new Set([email]));
  });

  it("with a key that is forged or another installation's is kept for the operators and changes nobody", async () => {
    const { copy, key } = await sent();
    const forged = key.replace(/\.(.)/, (_, first: string) => (first === "A" ? ".B" : ".A"));
    await receive(`abuse@${domain}`, arf(forged), "fbl@mailboxes.example");
    expect(await statusOf(copy.personNo)).toMatchObject({ status: 1 });
    const { mails } = await listKept(contextOf(), { before: null, isSettled: false });
    expect(mails[0]).toMatchObject({ cause: "nobodys_complaint", fromEmail: "fbl@mailboxes.example" });
  });
});

describe("a mail to leave the list", () => {
  it("takes its writer off, whoever sends it, however often", async () => {
    const { copy, to } = await sent();
    for (let time = 0; time < 2; time += 1)
      await receive(to("unsubscribe"), "From: someone@else.example\nSubject: unsubscribe\n\n", "x@y.example");
    expect(await statusOf(copy.personNo)).toMatchObject({ status: 2, cause: "mail" });
    expect(await countOf("unsubscribe")).toBeGreaterThanOrEqual(2);
  });

  it("is done by an answer that says only that", async () => {
    const { copy, to, email } = await sent();
    await receive(to("reply"), `From: <${email}>\nSubject: Re: Clean air\n\nSTOP\n`, email);
    expect(await statusOf(copy.personNo)).toMatchObject({ status: 2 });
  });
});

describe("an answer", () => {
  const answer = (from: string, text = "I will come on Monday.") =>
    `From: Ana Lima <${from}>\nMessage-ID: <${crypto.randomUUID()}@x>\nSubject: Re: Clean air\n\n${text}\n`;
  const repliesOf = async (of: Group) =>
    (await listReplies(dbFor(env as Env, of), { state: "open", assignedTo: null, before: null })).replies;

  it("waits in the inbox of the group, once, with the mail itself", async () => {
    const { group: own } = await makeGroup();
    const { email, to, copy } = await sent({}, own);
    const text = answer(email);
    for (let time = 0; time < 2; time += 1) await receive(to("reply"), text, email);
    const replies = await repliesOf(own);
    expect(replies).toMatchObject([
      {
        fromEmail: email,
        fromName: "Ana Lima",
        text: "I will come on Monday.",
        subject: "Re: Clean air",
        personNo: copy.personNo,
        mailing: { subject: "Clean air, now" },
      },
    ]);
    const raw = await env.FILES.get(replies[0]?.raw ?? "");
    expect(await raw?.text()).toContain("I will come on Monday.");
    // Forgotten with the person.
    await eraseAsAsked(contextOf(), own, copy.personNo, null);
    expect(await repliesOf(own)).toEqual([]);
    expect(await env.FILES.get(replies[0]?.raw ?? "")).toBeNull();
  });

  it("goes to the group's own address where it wants that, with the writer to answer to", async () => {
    const replyTo = "office@clean-air.example";
    const { group: own } = await makeGroup({ settings: { replyTo } });
    const { email, to } = await sent({}, own);
    const mail = fakeQueue<{ message: Record<string, unknown> }>();
    expect(await receive(to("reply"), answer(email), email, { ...(env as Env), MAIL: mail.binding })).toEqual(
      [],
    );
    expect(mail.sent.map(({ body }) => body.message)).toMatchObject([
      {
        to: replyTo,
        replyTo: email,
        fromName: "Ana Lima",
        subject: "Re: Clean air",
        headers: { "X-Groundswell-Forwarded": own.slug },
      },
    ]);
    expect(await repliesOf(own)).toEqual([]);
  });

  it("is kept and not forwarded where the group says so, where its address leads back here, and beyond what one address may get", async () => {
    const forwards = async (settings: Parameters<typeof makeGroup>[0], times = 1) => {
      const { group: own } = await makeGroup(settings);
      const { email, to } = await sent({}, own);
      const mail = fakeQueue();
      const bindings = { ...(env as Env), MAIL: mail.binding };
      for (let time = 0; time < times; time += 1)
        await receive(to("reply"), answer(email, `Number ${time}`), email, bindings);
      return { forwarded: mail.sent.length, kept: (await repliesOf(own)).length };
    };
    const replyTo = "office@clean-air.example";
    const { mail } = groupSettings.parse({ mail: { replies: "keep" } });
    expect(await forwards({ settings: { replyTo, mail } })).toEqual({ forwarded: 0, kept: 1 });
    expect(await forwards({ settings: { replyTo: `somebody@${domain}` } })).toEqual({
      forwarded: 0,
      kept: 1,
    });
    expect(await forwards({ settings: { replyTo } }, 12)).toEqual({ forwarded: 9, kept: 3 });
  });

  it("to the address a group without a domain writes from reaches that group, known by who wrote it", async () => {
    const { group: own } = await makeGroup();
    const { email, copy } = await sent({}, own);
    await receive(`${own.slug}@${domain}`, answer(email), email);
    expect(await repliesOf(own)).toMatchObject([{ personNo: copy.personNo, mailing: null }]);
    await receive(`no-such-group@${domain}`, answer(email), email);
    await changeGroup(own, { status: "suspended" });
    await receive(`${own.slug}@${domain}`, answer(email, "Anybody there?"), email);
    const { mails } = await listKept(contextOf(), { before: null, isSettled: false });
    expect(mails.slice(0, 2)).toMatchObject([{ cause: "nobodys_reply" }, { cause: "nobodys_reply" }]);
  });

  it("that a program wrote is only counted", async () => {
    const { group: own } = await makeGroup();
    const { email, to } = await sent({}, own);
    const before = await countOf("automatic");
    await receive(
      to("reply"),
      `From: <${email}>\nAuto-Submitted: auto-replied\nSubject: Away\n\nI am away.\n`,
      email,
    );
    expect(await repliesOf(own)).toEqual([]);
    expect(await countOf("automatic")).toBe(before + 1);
  });
});

describe("whatever else comes", () => {
  it("is kept for the operators as it came, also when it is long", async () => {
    const before = await countOf("unknown");
    const head = `From: someone@else.example\nSubject: What is this?\n\n`;
    const text = head + `${"x".repeat(70)}\n`.repeat(20_000);
    expect(await receive(`whoever@${domain}`, text)).toEqual([]);
    const { mails } = await listKept(contextOf(), { before: null, isSettled: false });
    expect(mails[0]).toMatchObject({
      subject: "What is this?",
      fromEmail: "someone@else.example",
      cause: "nobodys_reply",
    });
    const raw = await new Response(await rawKept(contextOf(), mails[0]?.no ?? 0)).text();
    expect(raw.length).toBe(text.replace(/\n/g, "\r\n").length);
    expect(await countOf("unknown")).toBe(before + 1);
  });

  it("never throws, whatever it is", async () => {
    const { to } = await sent();
    const nasty = [
      "",
      "\n\n\n",
      "\0\0\0\u00ff",
      `Content-Type: multipart/report; boundary=""\n\n--\n--\n`,
      `Content-Type: multipart/report; boundary="B"\n\n--B\nContent-Type: message/delivery-status\n\nFinal-Recipient: ${"a".repeat(10_000)}\nAction: failed\nStatus: 9.9.9.9.9\n`,
      `From: ${"<".repeat(5_000)}\nSubject: =?utf-8?B?////?= =?x?Q?\n\nx`,
      `From: a@b\nContent-Type: text/plain; charset="../../etc"\nContent-Transfer-Encoding: base64\n\n!!!!`,
      `From: \uD800@x.example\nSubject: \uDFFF\n\nhello`,
      Array.from(
        { length: 500 },
        (_, no) => `Content-Type: multipart/mixed; boundary="b${no}"\n\n--b${no}`,
      ).join("\n"),
    ];
    for (const text of nasty)
      for (const address of [to("bounce"), to("reply"), to("unsubscribe"), `x@${domain}`, "", "@", "no-at"])
        expect(await receive(address, text), JSON.stringify(text.slice(0, 40))).toEqual([]);
  });

  it("is refused when it is over 25 MB, unread, and its sender is told", async () => {
    const rejected: string[] = [];
    const reads: string[] = [];
    const raw = new ReadableStream<Uint8Array>({ pull: () => void reads.push("read") }, { highWaterMark: 0 });
    const message = { from: "a@b.example", to: `x@${domain}`, raw, rawSize: MAIL_BYTES_MAX + 1 };
    await receiveEmail(contextOf(), { ...message, setReject: (reason) => void rejected.push(reason) });
    expect([rejected.length, reads.length]).toEqual([1, 0]);
  });

  it("of 25 MB is read at its beginning and never held whole", async () => {
    const { email, copy, to } = await sent();
    const head = new TextEncoder().encode(
      bounce("5.1.1", DEAD, email)
        .trimStart()
        .replace(/--B--\n$/, "--B\nContent-Type: text/plain\n\n")
        .replace(/\n/g, "\r\n"),
    );
    let given = 0;
    const chunk = new Uint8Array(64 * 1024).fill(65);
    const raw = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          controller.enqueue(given === 0 ? head : chunk);
          given += given === 0 ? head.length : chunk.length;
          if (given >= MAIL_BYTES_MAX) controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    await receiveEmail(contextOf(), {
      from: "",
      to: to("bounce"),
      raw,
      rawSize: MAIL_BYTES_MAX,
      setReject: () => {},
    });
    expect(given).toBeLessThan(1024 * 1024);
    expect(await statusOf(copy.personNo)).toMatchObject({ status: 3 });
  });

  it("is taken later when nothing can be written now, and its sender is told when even that fails", async () => {
    const { email, copy, to } = await sent();
    const again = fakeQueue<unknown>();
    const down: Env = { ...withoutD1(env as Env), MAIL_EVENTS: again.binding };
    expect(await receive(to("bounce"), bounce("5.1.1", DEAD, email), "", down)).toEqual([]);
    const due = mailDue.parse(again.sent[0]?.body);
    await expect(receiveAgain(contextOf(down), due)).rejects.toThrow();
    expect(await statusOf(copy.personNo)).toMatchObject({ status: 1 });
    await receiveAgain(contextOf(), due);
    expect(await statusOf(copy.personNo)).toMatchObject({ status: 3 });
    expect(await env.FILES.get(due.key)).toBeNull();
    await receiveAgain(contextOf(), due);
    const files = { put: async () => Promise.reject(new Error("no")) } as unknown as R2Bucket;
    expect(
      await receive(to("bounce"), bounce("5.1.1", DEAD, email), "", { ...down, FILES: files }),
    ).toHaveLength(1);
  });
});

describe("what mail services report", () => {
  it("by SES is known by any address of the copy in the headers, once", async () => {
    const { email, copy, key, to } = await sent({ status: "unknown" });
    const mail = {
      source: "team@clean-air.example",
      headers: [{ name: "List-Unsubscribe", value: `<https://x/y>, <mailto:${to("unsubscribe")}>` }],
    };
    const event = (more: object) => JSON.stringify({ mail, ...more });
    await sesReported(contextOf(), event({ eventType: "Delivery", delivery: {} }), "m0");
    expect(await flagsOf(copy)).toEqual({ flags: 32, status: 3 });
    const hard = event({
      notificationType: "Bounce",
      bounce: {
        bounceType: "Permanent",
        bounceSubType: "General",
        bouncedRecipients: [
          { emailAddress: email, status: "5.1.1", diagnosticCode: "smtp; 550 5.1.1 user unknown" },
        ],
        feedbackId: "f",
      },
    });
    const tagged = JSON.stringify({ eventType: "Delivery", mail: { tags: { copy: [key] } } });
    expect(await sesReported(contextOf(), tagged, "m0")).toBe("taken");
    for (const id of ["m1", "m1", "m2"]) expect(await sesReported(contextOf(), hard, id)).toBe("taken");
    expect(await statusOf(copy.personNo)).toEqual({ status: 3, cause: "bounced", changes: 1 });
    const complaint = event({
      eventType: "Complaint",
      complaint: {
        complainedRecipients: [{ emailAddress: email }],
        complaintFeedbackType: "abuse",
        feedbackId: "g",
      },
    });
    await sesReported(contextOf(), complaint, "m3");
    expect(await statusOf(copy.personNo)).toMatchObject({ status: 4 });
  });

  it("by SES as refused by policy or for a full mailbox is no dead address", async () => {
    const { email, copy, to } = await sent();
    for (const [bounceType, bounceSubType, diagnosticCode] of [
      ["Transient", "MailboxFull", "smtp; 552 5.2.2 mailbox full"],
      ["Permanent", "General", "smtp; 550 5.7.1 blocked using spamhaus"],
      ["Undetermined", "Undetermined", ""],
      ["Transient", "General", "smtp; 421 try again"],
    ])
      await sesReported(
        contextOf(),
        JSON.stringify({
          mail: { source: to("bounce") },
          notificationType: "Bounce",
          bounce: { bounceType, bounceSubType, bouncedRecipients: [{ emailAddress: email, diagnosticCode }] },
        }),
        crypto.randomUUID(),
      );
    expect(await statusOf(copy.personNo)).toMatchObject({ status: 1 });
    expect(await sesReported(contextOf(), "nonsense", "x")).toBe("nobody");
    expect(await sesReported(contextOf(), JSON.stringify({ mail: {}, eventType: "Open" }), "x")).toBe(
      "nobody",
    );
  });

  it("by any other service is done by the key, or for an address alone for the whole installation", async () => {
    const { copy, key } = await sent();
    // A bounce by name: the words blame whoever sends.
    const refused = { type: "bounce", email: "", detail: "550 5.1.8 Sender domain does not exist" } as const;
    await serviceReported(contextOf(), { ...refused, key }, "0");
    const unblamed = `unblamed-${crypto.randomUUID()}@x.example`;
    expect(await serviceReported(contextOf(), { ...refused, key: "", email: unblamed }, "0")).toBe("nobody");
    expect(await statusOf(copy.personNo)).toMatchObject({ status: 1 });
    expect(
      await serviceReported(contextOf(), { type: "bounce", key, email: "", detail: "user unknown" }, "1"),
    ).toBe("taken");
    expect(await statusOf(copy.personNo)).toMatchObject({ status: 3 });
    const email = `alone-${crypto.randomUUID()}@x.example`;
    expect(await serviceReported(contextOf(), { type: "complaint", key: "", email, detail: "" }, "2")).toBe(
      "taken",
    );
    expect(await suppressedAmong(contextOf(), [email])).toEqual(new Set([email]));
    expect(await serviceReported(contextOf(), { type: "soft_bounce", key: "", email, detail: "" }, "3")).toBe(
      "nobody",
    );
  });

  it("by a relay that knows an address is dead when it is given the mail is as good as a bounce", async () => {
    const { copy, email } = await sent();
    const refused = {
      ...({ type: "mailings.refused", groupNo: group.no, personNo: copy.personNo } as const),
      ...{ to: email, reason: "to_550_5.1.1", at: NOW },
    };
    const elsewhere = { ...refused, to: "former@x.example" };
    expect(await refusedAtOnce(contextOf(), elsewhere)).toBe("known");
    expect(await statusOf(copy.personNo)).toMatchObject({ status: 1 });
    expect(await refusedAtOnce(contextOf(), refused)).toBe("retired");
    expect(await refusedAtOnce(contextOf(), refused)).toBe("known");
    expect(await statusOf(copy.personNo)).toEqual({ status: 3, cause: "bounced", changes: 1 });
    expect(await suppressedAmong(contextOf(), [email, elsewhere.to])).toEqual(new Set([email]));
    // The mailing counts it as refused, and as no bounce beside.
    expect(await flagsOf(copy)).toMatchObject({ flags: null });
    expect(await liftReturn(contextOf(), group, copy.personNo, { no: 1 })).toEqual({ is: "lifted" });
    expect(await refusedAtOnce(contextOf(), refused)).toBe("known");
    expect(await suppressedAmong(contextOf(), [email])).toEqual(new Set());
  });

  it("by Cloudflare is told apart from what is said of other mail", async () => {
    const { copy, key, email } = await sent();
    const event = (type: string, messageId: string, payload = {}) =>
      ({
        type: `cf.email.sending.message.${type}`,
        payload: { messageId, recipient: email, ...payload },
      }) as const;
    expect(await copyReported(contextOf(), event("bounced", "<letter-1@mail.example>"))).toBe(false);
    expect(await copyReported(contextOf(), event("deferred", `<${key}@${domain}>`))).toBe(true);
    expect(
      await copyReported(contextOf(), event("bounced", `<${key}@${domain}>`, { bounce: { type: "soft" } })),
    ).toBe(true);
    const bounce = { type: "hard", reason: "550 5.7.1 blocked using zen.spamhaus.org" };
    await copyReported(contextOf(), event("bounced", `<${key}@${domain}>`, { bounce }));
    expect(await statusOf(copy.personNo)).toMatchObject({ status: 1 });
    expect(
      await copyReported(contextOf(), event("bounced", `<${key}@${domain}>`, { bounce: { type: "hard" } })),
    ).toBe(true);
    expect(await statusOf(copy.personNo)).toMatchObject({ status: 3 });
  });
});

describe("parting from those who no longer read", () => {
  async function listOf() {
    const { group: own } = await makeGroup();
    const LONG_AGO = NOW - 500 * DAY_MS;
    const { people } = await makeMailing(own, [{}, {}, {}, {}], {
      sentAt: NOW - 30 * DAY_MS,
      firstPerson: 0,
    });
    for (const sentAt of [NOW - 20 * DAY_MS, NOW - 10 * DAY_MS]) await makeMailing(own, [], { sentAt });
    const [silent = 0, reader = 0, signer = 0, fresh = 0] = people;
    const { d1, groupNo } = dbFor(env as Env, own);
    await d1.batch([
      d1.prepare("UPDATE people SET created_at = ?2 WHERE group_no = ?1").bind(groupNo, LONG_AGO),
      d1
        .prepare("UPDATE people SET created_at = ?3 WHERE group_no = ?1 AND person_no = ?2")
        .bind(groupNo, fresh, NOW - DAY_MS),
      d1
        .prepare("INSERT INTO mail_readers (group_no, person_no, opened_s) VALUES (?, ?, ?)")
        .bind(groupNo, reader, Math.floor(NOW / 1_000) - 86_400),
      d1
        .prepare(
          "INSERT INTO consent_events (group_no, person_no, acted_at, action_no, wording_hash, answer) VALUES (?, ?, ?, 1, x'00', 1)",
        )
        .bind(groupNo, signer, NOW - DAY_MS),
    ]);
    const tagged = () =>
      d1.prepare("SELECT count(*) AS n FROM taggings WHERE group_no = ?").bind(groupNo).first<number>("n");
    return { own, silent, reader, signer, fresh, tagged };
  }
  const rule = { months: 12, graceDays: 30, isOn: true, isDryRun: false };

  it("only counts while it is tried", async () => {
    const { own, silent, tagged } = await listOf();
    await saveSunset(contextOf(undefined, NOW), own, { ...rule, isDryRun: true }, 1);
    expect(await sunsetRuns(dbFor(env as Env, own))).toMatchObject([
      { isDryRun: true, engaged: 3, silent: 1, tagged: 1, unsubscribed: 0 },
    ]);
    expect(await tagged()).toBe(0);
    expect(await statusOf(silent, own)).toMatchObject({ status: 1 });
  });

  it("tags the silent, and takes them off the list when they stay silent", async () => {
    const { own, silent, reader, signer, fresh, tagged } = await listOf();
    await saveSunset(contextOf(undefined, NOW), own, rule, 1);
    expect(await tagged()).toBe(1);
    expect(await statusOf(silent, own)).toMatchObject({ status: 1 });
    await saveSunset(contextOf(undefined, NOW + 31 * DAY_MS), own, rule, 1);
    expect(await statusOf(silent, own)).toEqual({ status: 2, cause: "silence", changes: 1 });
    for (const no of [reader, signer, fresh])
      expect(await statusOf(no, own)).toMatchObject({ status: 1, changes: 0 });
    const [last] = await sunsetRuns(dbFor(env as Env, own));
    expect(last).toMatchObject({ engaged: 3, silent: 1, tagged: 0, unsubscribed: 1 });
  });

  it("gives back those who did something, and counts nobody as silent to a group that is", async () => {
    const { own, silent, tagged } = await listOf();
    await saveSunset(contextOf(undefined, NOW), own, rule, 1);
    const { d1, groupNo } = dbFor(env as Env, own);
    await d1
      .prepare("INSERT INTO mail_readers (group_no, person_no, clicked_s) VALUES (?, ?, ?)")
      .bind(groupNo, silent, Math.floor(NOW / 1_000))
      .run();
    await saveSunset(contextOf(undefined, NOW + 31 * DAY_MS), own, rule, 1);
    expect(await tagged()).toBe(0);
    expect(await statusOf(silent, own)).toMatchObject({ status: 1 });
    await d1.prepare("UPDATE mailings SET sent_at = 1 WHERE group_no = ?").bind(groupNo).run();
    await saveSunset(contextOf(undefined, NOW + 32 * DAY_MS), own, rule, 1);
    expect((await sunsetRuns(dbFor(env as Env, own)))[0]).toMatchObject({ engaged: 0, silent: 0 });
  });
});
