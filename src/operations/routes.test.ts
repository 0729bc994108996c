import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { fakeEmail, fakeQueue } from "../../test/fake-mail";
import { contextOf, makeGroup } from "../../test/groups";
import { makePetition, snapshotOf } from "../../test/petitions";
import { newAddress, platformHost, type Visitor } from "../../test/platform-host";
import { refusingD1 } from "../../test/refusing";
import { OPERATOR_EMAIL } from "../../test/variables";
import { actionById } from "../actions/store";
import { groupByNo } from "../groups/group";
import { dbFor } from "../groups/shard";
import { homeOf, intakeStub } from "../intake/objects";
import { intakeTarget, takeAction } from "../intake/participation";
import { countSigners } from "../intake/signers";
import type { Participation } from "../intake/types";
import { newId } from "../platform/ids";
import { deliverMail } from "../platform/mail/mail";
import { fileAbuseReport } from "./abuse-report";
import { storeDead } from "./dead-letter";
import { devMailRoutes, operationsRoutes } from "./routes";
import { OPERATIONS_OBJECT } from "./types";

const mail = fakeQueue();
const host = platformHost({}, (app) => app.route("/", operationsRoutes).route("/", devMailRoutes));
const page = async (visitor: Visitor, path: string) => (await visitor.get(path)).text();

let operator: Visitor;

beforeAll(async () => {
  operator = host.visitor();
  await operator.signIn(OPERATOR_EMAIL);
});

function dead(id: string, body: unknown) {
  const messages = [{ id, body, timestamp: new Date(), attempts: 21 }];
  return storeDead(contextOf(), {
    queue: "groundswell-mail-dead",
    messages,
    ackAll: () => {},
  } as unknown as MessageBatch);
}

describe("who may enter", () => {
  const paths = operationsRoutes.routes.filter(({ method }) => method === "GET" || method === "POST");
  const concrete = paths.map(({ method, path }) => ({
    method,
    path: path.replace(":group", newId()).replace(":action", newId()).replace(":no", "1"),
  }));

  it("covers every page", () => {
    expect(concrete.length).toBeGreaterThan(10);
  });

  it.each(concrete)(
    "$method $path is nothing to an organiser who is no operator",
    async ({ method, path }) => {
      const visitor = host.visitor();
      await visitor.signIn(newAddress());
      expect((await visitor.send(path, { method })).status).toBe(404);
    },
  );

  it.each(concrete)("$method $path sends a stranger to sign in, or refuses", async ({ method, path }) => {
    const response = await host.visitor().send(path, { method });
    expect([response.status, response.headers.get("Location")?.split("?")[0]]).toEqual([303, "/sign-in"]);
  });
});

describe("the overview", () => {
  it("says so where there is nothing", async () => {
    const text = await page(operator, "/operations");
    for (const words of [
      "No action has reported yet",
      "No message in the last hour",
      "No error",
      "Nothing yet",
    ])
      expect(text).toContain(words);
  });

  it("is shown without titles while a shard is down", async () => {
    const { group } = await makeGroup();
    const actionId = newId<Parameters<typeof actionById>[1]>();
    await env.OPERATIONS.getByName(OPERATIONS_OBJECT).report({
      ...{
        actionId,
        groupNo: group.no,
        kind: "petition",
        objects: 1,
        pending: 0,
        drainedTotal: 0,
        oldestPendingAt: null,
      },
      ...{ parked: 0, drainRatePerMinute: 0, at: host.now },
    });
    const broken = platformHost({ SHARD_00: refusingD1, SHARD_01: refusingD1 }, (app) =>
      app.route("/", operationsRoutes),
    );
    const visitor = broken.visitor();
    for (const [name, value] of operator.cookies) visitor.cookies.set(name, value);
    expect(await page(visitor, "/operations")).toContain(`petition ${actionId}`);
  });

  it("shows backlogs, parked rows, rates and errors as they were reported", async () => {
    const { group } = await makeGroup({ name: "Clean <Air>" });
    const stub = env.OPERATIONS.getByName(OPERATIONS_OBJECT);
    const { now } = host;
    const { id: actionId } = await makePetition(group, { title: "Trams & trees" });
    await stub.report({
      ...{
        actionId,
        groupNo: group.no,
        kind: "petition",
        slug: "clean-air",
        objects: 2,
        pending: 1_234,
        drainedTotal: 9,
      },
      ...{
        oldestPendingAt: now - 5 * 60_000,
        parked: 3,
        drainRatePerMinute: 600,
        lastError: "D1_ERROR: too big",
        at: now,
      },
    });
    await stub.batch({ queue: "groundswell-mail", done: 50, retried: 2, backlog: null, at: now });
    await stub.failure({ event: "job.failed", errorText: "Error: <boom>", at: now });
    const text = await page(operator, "/operations");
    for (const words of [
      "Trams &amp; trees",
      "1,234",
      "5 minutes ago",
      "D1_ERROR: too big",
      "Clean &lt;Air&gt;",
      "groundswell-mail",
      "Error: &lt;boom&gt;",
    ]) {
      expect(text).toContain(words);
    }
    expect(text).toContain(`/operations/groups/${group.id}/actions/${actionId}/parked`);
    const french = await page(operator, "/operations?lang=fr");
    expect(french).toContain("Collecte, action par action");
    expect(french).not.toMatch(/operations\.[a-z]+\./);
  });
});

describe("dead letters", () => {
  it("are listed without a word of what they hold, and sent again by a click", async () => {
    await dead("letter-1", { type: "mail.send", message: { to: "private@example.org" } });
    const text = await page(operator, "/operations/dead-letters");
    expect(text).toContain("mail.send");
    expect(text).not.toContain("private@example.org");
    const action = /\/operations\/dead-letters\/\d+\/replay/.exec(text)?.[0] ?? "";
    const done = await operator.post(action);
    expect(done.headers.get("Location")).toBe("/operations/dead-letters?done=replayed&count=1");
    expect(await page(operator, done.headers.get("Location") ?? "")).toContain("One letter was sent again.");
    expect(await page(operator, "/operations/dead-letters")).toContain(
      "Every background message has arrived.",
    );
    expect(host.mail.map(({ body }) => body)).toContainEqual({
      type: "mail.send",
      message: { to: "private@example.org" },
    });
    expect((await operator.post(action)).headers.get("Location")).toContain("done=nothing");
  });

  it("of a queue are all discarded by a click", async () => {
    await dead("letter-2", { type: "a" });
    await dead("letter-3", { type: "b" });
    const done = await operator.post("/operations/dead-letters/discards", { queue: "groundswell-mail" });
    expect(done.headers.get("Location")).toContain("done=discarded&count=2");
    expect(mail.sent).toEqual([]);
  });

  it("need a queue that is named, and a number that is one", async () => {
    expect((await operator.post("/operations/dead-letters/replays")).status).toBe(400);
    expect((await operator.post("/operations/dead-letters/x/replay")).status).toBe(404);
  });
});

describe("reports", () => {
  it("are settled from the list, and a form without a decision comes back with the reason", async () => {
    const { group } = await makeGroup();
    const petition = await makePetition(group);
    const url = "javascript:alert(1)";
    await fileAbuseReport(contextOf(), {
      groupNo: group.no,
      actionId: petition.id,
      url,
      reason: "hate",
      detail: "<b>bad</b>",
    });
    const text = await page(operator, "/operations/reports");
    expect(text).toContain("Hate or violence");
    expect(text).toContain("&lt;b&gt;bad&lt;/b&gt;");
    expect(text).not.toContain('href="javascript:');
    const action = /\/operations\/reports\/(\d+)\/settlement/.exec(text);
    const [path = "", no = ""] = action ?? [];
    const refused = await operator.post(path, {});
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain(`Choose what happens to report ${no}.`);
    const done = await operator.post(path, { [`outcome-${no}`]: "action_limited" });
    expect(done.headers.get("Location")).toBe("/operations/reports?done=settled&count=1");
    expect((await actionById(dbFor(env, group), petition.id))?.limitedAt).toEqual(expect.any(Number));
    expect(await page(operator, "/operations/reports?settled=yes")).toContain("Stop this action");
    expect((await operator.post(path, { [`outcome-${no}`]: "dismissed" })).headers.get("Location")).toContain(
      "done=refused",
    );
    expect((await operator.post("/operations/reports/abc/settlement", {})).status).toBe(404);
  });
});

describe("groups", () => {
  it("are found by a part of their name or address, wildcards being letters like others", async () => {
    const { group } = await makeGroup({ name: `100% Sûr_${crypto.randomUUID()}` });
    await makeGroup({ name: "Elsewhere" });
    for (const text of ["100% sûr_", group.slug.slice(2)]) {
      const found = await page(operator, `/operations/groups?q=${encodeURIComponent(text)}`);
      expect(found).toContain(group.id);
      expect(found).not.toContain("Elsewhere");
    }
    expect(await page(operator, "/operations/groups?q=%25%25")).toContain("No group found");
    expect(await page(operator, `/operations/groups?q=${group.slug}&status=suspended`)).toContain(
      "No group found",
    );
  });

  it("are suspended at once, with the reason in the log, and what is wrong with the form is said", async () => {
    const { group, host: site } = await makeGroup();
    const path = `/operations/groups/${group.id}`;
    const refused = await operator.post(`${path}/status`, { status: "gone", reason: "x".repeat(400) });
    expect(refused.status).toBe(422);
    const words = await refused.text();
    expect(words).toContain("Choose a state.");
    expect(words).toContain("Shorten the reason to 300 characters.");
    expect((await groupByNo(contextOf().directory, group.no))?.status).toBe("active");
    const done = await operator.post(`${path}/status`, { status: "suspended", reason: "fake <group>" });
    expect(done.headers.get("Location")).toBe(`${path}?done=status`);
    expect(await env.SITES.get(`site/${site}`, "json")).toMatchObject({ status: "suspended" });
    const overview = await page(operator, "/operations");
    expect(overview).toContain("Changed the state of a group");
    expect(overview).toContain("Suspended · fake &lt;group&gt;");
  });

  it("have their actions stopped and released one by one", async () => {
    const { group } = await makeGroup();
    const petition = await makePetition(group, { title: "Brake me" });
    const path = `/operations/groups/${group.id}`;
    expect(await page(operator, path)).toContain("Brake me");
    const brake = `${path}/actions/${petition.id}/brake`;
    expect((await operator.post(brake, { brake: "on", reason: "" })).headers.get("Location")).toBe(
      `${path}?done=brake`,
    );
    expect((await actionById(dbFor(env, group), petition.id))?.limitedAt).toEqual(expect.any(Number));
    expect(await page(operator, path)).toContain("Let go on");
    expect((await operator.post(brake, { brake: "off", reason: "" })).headers.get("Location")).toBe(
      `${path}?done=release`,
    );
    expect((await actionById(dbFor(env, group), petition.id))?.limitedAt).toBeNull();
    expect((await operator.post(brake, { brake: "maybe" })).status).toBe(400);
  });

  it("show only their own actions", async () => {
    const [{ group }, { group: other }] = [await makeGroup(), await makeGroup()];
    const foreign = await makePetition(other);
    expect(
      (
        await operator.post(`/operations/groups/${group.id}/actions/${foreign.id}/brake`, {
          brake: "on",
          reason: "",
        })
      ).status,
    ).toBe(404);
    expect((await operator.get(`/operations/groups/${newId()}`)).status).toBe(404);
    expect((await operator.get("/operations/groups/1")).status).toBe(404);
  });

  it("have parked rows shown with the database's words, and tried again", async () => {
    const { group } = await makeGroup();
    const petition = await makePetition(group);
    const path = `/operations/groups/${group.id}/actions/${petition.id}/parked`;
    expect(await page(operator, path)).toContain("Nothing is parked");
    expect((await operator.post(path)).headers.get("Location")).toBe(`${path}?done=unparked&count=0`);
  });
});

describe("storing again what was signed", () => {
  const minute = (ms: number) => new Date(ms).toISOString().slice(0, 16);

  it("brings back what the database lost, and is recorded", async () => {
    const { group } = await makeGroup({ settings: { keepsForRecovery: true } });
    const petition = await makePetition(group);
    await makePetition(group, { title: "Nobody signed this one", slug: "nobody", status: "draft" });
    const target = intakeTarget(await snapshotOf(group, petition), { isOnce: true });
    const said = {
      e: "amina@example.org",
      o: { givenName: "Amina" },
      la: "en",
      co: 1,
      w: "00112233aabbccdd",
      nm: 1,
    };
    await takeAction(contextOf(), target, said as Participation, undefined);
    const object = intakeStub(env, "", `${petition.id}/weur/0`);
    await object.drain();
    const { d1 } = dbFor(env, group);
    for (const table of ["participations", "people", "identities", "consent_events"])
      await d1.prepare(`DELETE FROM ${table} WHERE group_no = ?`).bind(group.no).run();
    const path = `/operations/groups/${group.id}`;
    expect(await page(operator, path)).toContain("Store again what was signed");
    const since = minute(host.now - 3_600_000);
    for (const _ of [1, 2]) {
      const done = await operator.post(`${path}/recovery`, { since });
      expect(done.headers.get("Location")).toBe(`${path}?done=storedAgain&count=1`);
      await runDurableObjectAlarm(object);
    }
    expect(await countSigners(dbFor(env, group), petition.no, { state: "counted" })).toBe(1);
    expect((await homeOf(env, target).summary()).total).toBe(1);
    expect(await page(operator, `${path}?done=storedAgain&count=1`)).toContain(
      "One signature is kept since then.",
    );
    expect(await page(operator, "/operations")).toContain("Stored signatures again");
  });

  it.each([
    ["nothing", ""],
    ["no moment", "yesterday"],
    ["a moment to come", minute(Date.now() + 7_200_000)],
    ["a moment eight days ago", minute(Date.now() - 8 * 86_400_000)],
  ])("is refused for %s, beside the field", async (_, since) => {
    const { group } = await makeGroup();
    const refused = await operator.post(`/operations/groups/${group.id}/recovery`, { since });
    expect(refused.status).toBe(422);
    const words = await refused.text();
    expect(words).toContain('id="f-since-error"');
    expect(words).toContain("This group does not keep a copy");
  });
});

describe("the development mailbox", () => {
  const captured = async (to: string, html = '<p style="color:red">Hello</p><script>alert(1)</script>') => {
    const ctx = contextOf({ ...env, EMAIL: fakeEmail().binding });
    await deliverMail(ctx, { to, subject: "Hi <b> 🌊", html, text: "Hello https://a.example/x" }, "notice");
  };

  it("lists what was sent, to everyone or to one address", async () => {
    await captured("one@example.org");
    await captured("two@example.org");
    const visitor = host.visitor();
    const all = await page(visitor, "/dev/mail");
    expect(all).toContain("Hi &lt;b&gt; 🌊");
    expect(all).toContain("one@example.org");
    const one = await page(visitor, "/dev/mail?to=One@example.org");
    expect(one).not.toContain("two@example.org");
  });

  it("shows a mail in a frame where nothing runs, and its text, source and links", async () => {
    await captured("frame@example.org");
    const visitor = host.visitor();
    const [mail] = await (await visitor.get("/dev/mail.json?to=frame@example.org")).json<{ id: string }[]>();
    const text = await page(visitor, `/dev/mail/${mail?.id}`);
    expect(text).toContain(`<iframe class="preview-frame" sandbox="" src="/dev/mail/${mail?.id}/html"`);
    expect(text).toContain('<a href="https://a.example/x">');
    expect(text).toContain("&lt;script&gt;");
    expect(text).not.toContain("<script>alert");
    const frame = await visitor.get(`/dev/mail/${mail?.id}/html`);
    expect(frame.headers.get("Content-Security-Policy")).toMatch(
      /^sandbox; default-src 'none'; style-src 'unsafe-inline'/,
    );
    expect((await visitor.get("/dev/mail/nothing")).status).toBe(404);
    expect((await visitor.get("/dev/mail/nothing/html")).status).toBe(404);
  });

  it("gives whole mails as JSON, newest first", async () => {
    await captured("json@example.org");
    const response = await host.visitor().get("/dev/mail.json?to=json@example.org");
    expect(await response.json()).toEqual([
      expect.objectContaining({
        id: expect.any(String),
        to: "json@example.org",
        from: "hello@groundswell.example",
        replyTo: null,
        subject: "Hi <b> 🌊",
        text: "Hello https://a.example/x",
        links: ["https://a.example/x"],
        at: expect.any(Number),
      }),
    ]);
  });

  it.each(["/dev/mail", "/dev/mail.json", "/dev/mail/x", "/dev/mail/x/html"])(
    "%s does not exist outside development",
    async (path) => {
      const production = platformHost({ ENVIRONMENT: "production" }, (app) => app.route("/", devMailRoutes));
      expect((await production.visitor().get(path)).status).toBe(404);
    },
  );

  it("does not exist outside development for an operator either", async () => {
    await captured("there@example.org");
    const production = platformHost({ ENVIRONMENT: "production" }, (app) => app.route("/", devMailRoutes));
    const visitor = production.visitor();
    for (const [name, value] of operator.cookies) visitor.cookies.set(name, value);
    expect((await visitor.get("/dev/mail.json?to=there@example.org")).status).toBe(404);
  });
});
