import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { fakeQueue } from "../../test/fake-mail";
import { contextOf, makeGroup } from "../../test/groups";
import { makeOrganisers } from "../../test/organisers";
import { platformHost } from "../../test/platform-host";
import { makeMailing } from "../../test/results";
import type { Env } from "../env";
import { dbFor } from "../groups/shard";
import { newId } from "../platform/ids";
import type { MailMessage } from "../platform/mail/mail";
import { returnAddress } from "../platform/mail/return-addresses";
import { mailKey } from "../platform/mail-keys";
import { signMessage } from "../platform/signed-webhook";
import { everythingOf } from "../privacy/everything";
import { answerReply } from "./answer";
import { receiveEmail } from "./email";
import { listReplies } from "./reply";
import { returned } from "./returned";
import type { AnswerId } from "./types";
import { mailWebhookRoutes } from "./webhook-routes";

const NOW = Date.now();
const SECRET = `whsec_${btoa("a secret of thirty-two characters")}`;
const OTHER_SECRET = `whsec_${btoa("another secret, which is not ours")}`;

type Team = Awaited<ReturnType<typeof makeOrganisers>>;
let team: Team;

beforeAll(async () => {
  team = await makeOrganisers();
});

async function sent(of = team.group, firstPerson?: number) {
  const email = `ana-${crypto.randomUUID().slice(0, 8)}@gmail.com`;
  const changes = firstPerson === undefined ? {} : { firstPerson };
  const { no, people } = await makeMailing(of, [{ email }], changes);
  const copy = { groupNo: of.no, mailingNo: no, personNo: people[0] ?? 0, isProof: false };
  const { d1, groupNo } = dbFor(env as Env, of);
  await d1
    .prepare("INSERT INTO identities (group_no, kind, value, person_no, acted_at) VALUES (?, 1, ?, ?, 1)")
    .bind(groupNo, email, copy.personNo)
    .run();
  return { email, copy, key: await mailKey(contextOf().config.SIGNING_KEYS, copy, NOW) };
}

async function answered(text = "<script>alert(1)</script> I will come.") {
  const { email, copy, key } = await sent();
  const raw = `From: "Ana <b>Lima</b>" <${email}>\r\nSubject: Re: <i>Clean air</i>\r\nMessage-ID: <${crypto.randomUUID()}@x>\r\nReferences: <first@x>\r\n\tnonsense\r\n\r\n${text}\r\n`;
  const bytes = new TextEncoder().encode(raw);
  const to = returnAddress("reply", key, contextOf().config.mailDomain);
  const body = new Blob([bytes]).stream() as ReadableStream<Uint8Array>;
  await receiveEmail(contextOf(), { from: email, to, raw: body, rawSize: bytes.length, setReject: () => {} });
  const { replies } = await listReplies(dbFor(env as Env, team.group), {
    state: "open",
    assignedTo: null,
    before: null,
  });
  const reply = replies.find(({ fromEmail }) => fromEmail === email);
  if (!reply) throw new Error("the answer was not kept");
  return { email, copy, reply, href: `${team.base}/mailings/replies/${reply.id}` };
}

describe("the inbox", () => {
  it("shows an answer to administrators, with nothing in it that a browser would run", async () => {
    const { href, email } = await answered();
    const list = await (await team.administrator.get(`${team.base}/mailings/replies`)).text();
    expect(list).toContain(href);
    // How it begins: the subject is that of the mailing.
    expect(list).toContain("&lt;script&gt;alert(1)&lt;/script&gt; I will come.");
    const page = await team.administrator.get(href);
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt; I will come.");
    expect(html).not.toContain("<b>Lima");
    const raw = await team.administrator.get(`${href}/raw`);
    expect(raw.headers.get("Content-Type")).toBe("application/octet-stream");
    expect(raw.headers.get("Content-Disposition")).toMatch(/^attachment/);
    expect(await raw.text()).toContain(email);
  });

  it("is closed to organisers, who see no people, and to every other group", async () => {
    const { href, reply } = await answered();
    const list = await team.organiser.get(`${team.base}/mailings/replies`);
    expect(list.status).toBe(200);
    expect(await list.text()).not.toContain(reply.id);
    for (const path of [href, `${href}/raw`]) expect((await team.organiser.get(path)).status).toBe(403);
    expect((await team.stranger.get(href)).status).toBe(404);
    const { makeOrganisers: make } = await import("../../test/organisers");
    const other = await make();
    const foreign = href.replace(team.base, other.base);
    for (const path of [foreign, `${foreign}/raw`]) expect((await other.owner.get(path)).status).toBe(404);
    const form = newId();
    for (const verb of ["state", "assignment", "lift", "own-word", "answers"])
      expect(
        (await other.owner.post(`${foreign}/${verb}`, { state: "done", to: "", form, text: "x" })).status,
        verb,
      ).toBe(404);
  });

  it("is seen to: given to somebody, done, and open again", async () => {
    const { href } = await answered();
    const to = String(team.administrator.accountNo);
    expect((await team.owner.post(`${href}/assignment`, { to })).status).toBe(303);
    expect(await (await team.administrator.get(`${team.base}/mailings/replies?show=mine`)).text()).toContain(
      href,
    );
    expect(
      (await team.owner.post(`${href}/assignment`, { to: String(team.organiser.accountNo) })).status,
    ).toBe(400);
    await team.owner.post(`${href}/state`, { state: "done" });
    expect(await (await team.owner.get(`${team.base}/mailings/replies`)).text()).not.toContain(href);
    expect(await (await team.owner.get(`${team.base}/mailings/replies?show=done`)).text()).toContain(href);
    await team.owner.post(`${href}/state`, { state: "open" });
    expect(await (await team.owner.get(`${team.base}/mailings/replies`)).text()).toContain(href);
  });

  it("answers once a form, below what they wrote, and what they write next comes here again", async () => {
    const { href, email, reply, copy } = await answered();
    const page = await (await team.owner.get(href)).text();
    const form = /name="form" value="([0-9a-f-]{36})"/.exec(page)?.[1] ?? "";
    expect((await team.organiser.post(`${href}/answers`, { form, text: "Yes" })).status).toBe(403);
    const empty = await team.owner.post(`${href}/answers`, { form, text: " " });
    expect([empty.status, (await empty.text()).includes("Write something first")]).toEqual([422, true]);
    for (const text of ["Yes, <b>come</b>.", "Yes, <b>come</b>."]) {
      const done = await team.owner.post(`${href}/answers`, { form, text });
      expect(done.headers.get("Location")).toBe(`${href}?done=answered#answers`);
    }
    const shown = await (await team.owner.get(href)).text();
    expect(shown.split("Yes, &lt;b&gt;come&lt;/b&gt;.")).toHaveLength(2);
    expect(shown).not.toContain("may not have left");
    expect(shown).toContain("Done");
    const held = await everythingOf(contextOf(), team.group, copy.personNo, "person");
    expect(JSON.stringify(held)).toContain("Yes, <b>come</b>.");
    const { sent: mails, binding } = fakeQueue<{ message: MailMessage }>();
    const ctx = contextOf({ ...(env as Env), MAIL: binding });
    const db = dbFor(env as Env, team.group);
    const answer = { text: "More", by: { no: team.owner.accountNo } };
    const id = newId<AnswerId>();
    for (const is of ["sent", "known"])
      expect(await answerReply(ctx, team.group, db, reply, { ...answer, id })).toBe(is);
    const stopped = { ...team.group, status: "suspended" as const };
    expect(await answerReply(ctx, stopped, db, reply, { ...answer, id: newId<AnswerId>() })).toBe("stopped");
    const [mail, ...others] = mails.map(({ body }) => body.message);
    expect(others).toEqual([]);
    expect(mail).toMatchObject({ to: email, subject: "Re: <i>Clean air</i>", fromName: team.group.name });
    expect(mail?.headers).toMatchObject({ "Auto-Submitted": "no" });
    expect(mail?.headers?.["In-Reply-To"]).toMatch(/^<[0-9a-f-]{36}@x>$/);
    expect(mail?.headers?.References).toBe(`<first@x> ${mail?.headers?.["In-Reply-To"]}`);
    expect(mail?.replyTo).toMatch(/^r\+[a-z2-7]+@/);
    expect(mail?.text).toContain("> <script>");
    expect(mail?.html).not.toContain("<script>");
    const failing = { send: () => Promise.reject(new Error("the queue is away")) } as unknown as Queue;
    const away = contextOf({ ...(env as Env), MAIL: failing });
    await expect(
      answerReply(away, team.group, db, reply, { ...answer, text: "Lost", id: newId<AnswerId>() }),
    ).rejects.toThrow("away");
    expect(await (await team.owner.get(href)).text()).toContain("may not have left");
  });

  it("lets back in whoever complained and then wrote", async () => {
    const { href, copy } = await answered("Please send me your mails again.");
    expect((await team.owner.post(`${href}/lift`)).headers.get("Location")).toContain("not_lifted");
    await returned(contextOf(), { copy, how: "complaint", reason: "", eventId: "c" });
    expect(await (await team.owner.get(href)).text()).toContain(`${href}/own-word`);
    expect((await team.owner.post(`${href}/lift`)).headers.get("Location")).toContain("not_lifted");
    expect((await team.organiser.post(`${href}/own-word`)).status).toBe(403);
    for (const is of ["asked", "asked_lately"])
      expect((await team.owner.post(`${href}/own-word`)).headers.get("Location")).toMatch(
        new RegExp(`done=${is}$`),
      );
  });
});

describe("what came back", () => {
  it("is shown by provider, cause and person, and a dead address can be mailed again", async () => {
    const { copy, email } = await sent();
    const reason = "550 5.1.1 <b>user unknown</b>";
    await returned(contextOf(), {
      copy,
      how: "hard",
      fault: "no_mailbox",
      reason,
      recipient: email,
      eventId: "h",
    });
    const html = await (await team.administrator.get(`${team.base}/mailings/returns`)).text();
    for (const words of ["Gmail", "No such mailbox", email, "&lt;b&gt;user unknown"])
      expect(html).toContain(words);
    const forOrganisers = await (await team.organiser.get(`${team.base}/mailings/returns`)).text();
    expect(forOrganisers).toContain("Gmail");
    expect(forOrganisers).not.toContain(email);
    const person = /name="person" value="([0-9a-f-]{36})"/.exec(html)?.[1] ?? "";
    expect((await team.organiser.post(`${team.base}/mailings/returns/lift`, { person })).status).toBe(403);
    const lifted = await team.administrator.post(`${team.base}/mailings/returns/lift`, { person });
    expect(lifted.headers.get("Location")).toContain("done=lifted");
    expect(
      (await team.administrator.post(`${team.base}/mailings/returns/lift`, { person: crypto.randomUUID() }))
        .status,
    ).toBe(404);
  });

  it("has a rule for the silent, whose numbers are checked", async () => {
    const path = `${team.base}/mailings/silence`;
    expect((await team.organiser.get(path)).status).toBe(403);
    const refused = await team.owner.post(path, { months: "1", graceDays: "x", mode: "on" });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain('value="x"');
    expect((await team.owner.post(path, { months: "12", graceDays: "30", mode: "off" })).status).toBe(303);
    expect((await team.owner.get(path)).status).toBe(200);
  });
});

describe("a webhook", () => {
  const host = () =>
    platformHost({ MAIL_EVENT_SECRET: SECRET, MAIL_EVENT_TOPICS: "arn:aws:sns:eu-west-1:1:t" }, (app) =>
      app.route("/", mailWebhookRoutes),
    );

  async function post(path: string, body: string, headers: Record<string, string> = {}) {
    return host().visitor().send(path, { method: "POST", body, headers });
  }

  it("of any mail service is believed when it is signed with our secret, lately", async () => {
    const { group } = await makeGroup();
    const { copy, key } = await sent(group);
    const body = JSON.stringify({ type: "bounce", key, detail: "user unknown" });
    const now = String(Math.floor(Date.now() / 1_000));
    const old = String(Math.floor(Date.now() / 1_000) - 3_600);
    const signed = async (secret: string, timestamp: string, text = body) => ({
      "webhook-id": "msg-1",
      "webhook-timestamp": timestamp,
      "webhook-signature": await signMessage(secret, "msg-1", timestamp, text),
    });
    const status = async () =>
      dbFor(env as Env, group)
        .d1.prepare("SELECT email_status AS n FROM people WHERE group_no = ? AND person_no = ?")
        .bind(group.no, copy.personNo)
        .first<number>("n");
    for (const headers of [
      {},
      await signed(OTHER_SECRET, now),
      await signed(SECRET, old),
      await signed(SECRET, now, `${body} `),
      { ...(await signed(SECRET, now)), "webhook-id": "msg-2" },
      { ...(await signed(SECRET, now)), "webhook-signature": "v1," },
    ])
      expect((await post("/webhooks/mail", body, headers)).status).toBe(400);
    expect(await status()).toBe(1);
    const right = await post("/webhooks/mail", body, await signed(SECRET, now));
    expect([right.status, await right.json()]).toEqual([200, { received: true }]);
    expect(await status()).toBe(3);
    const nonsense = JSON.stringify({ type: "party" });
    expect((await post("/webhooks/mail", nonsense, await signed(SECRET, now, nonsense))).status).toBe(422);
  });

  it("is closed without a secret and a topic, to what is forged, and to what is too big", async () => {
    const closed = platformHost({}, (app) => app.route("/", mailWebhookRoutes)).visitor();
    for (const path of ["/webhooks/mail", "/webhooks/mail/ses"])
      expect((await closed.send(path, { method: "POST", body: "{}" })).status).toBe(404);
    expect((await post("/webhooks/mail/ses", "{}")).status).toBe(400);
    expect((await post("/webhooks/mail/ses", "x".repeat(400_000))).status).toBe(413);
  });
});
