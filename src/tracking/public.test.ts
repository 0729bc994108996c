import { env, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { fakeQueue } from "../../test/fake-mail";
import { contextOf, makeGroup } from "../../test/groups";
import { withoutD1 } from "../../test/refusing";
import { readCarried } from "../actions/carry";
import { publicPages } from "../actions/public";
import type { Env } from "../env";
import { dbFor } from "../groups/shard";
import { publishSite } from "../groups/tenant";
import type { Group } from "../groups/types";
import { petition } from "../petitions/petition";
import { idToHex, newId } from "../platform/ids";
import { mailKey } from "../platform/mail-keys";
import { suppress, suppressedAmong } from "../subscriptions/suppression";
import { addTopic } from "../subscriptions/topic";
import { destinationOf, forgetLinks } from "./link";
import { readersOf } from "./objects";
import { parkedReadings, unparkReadings } from "./parked";
import { mailPages } from "./public";
import type { MailReaders } from "./readers-object";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const NOW_S = NOW / 1_000;
const HUMAN = {
  "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
};
const EMAIL = "amina@supporters.example";

/** A group whose mailing 7 of one topic went to persons 1 to 3 a minute ago, and its pages. */
async function makeMailed(changes: Partial<Group> = {}) {
  const { group, host } = await makeGroup(changes);
  const db = dbFor(env, group);
  await addTopic({ now: NOW }, db, { name: "Air", description: "", names: { fr: "L’air" } });
  const run = (sql: string, ...values: unknown[]) => db.d1.prepare(sql).bind(...values);
  await db.d1.batch([
    run(
      `INSERT INTO mailings (group_no, mailing_no, id, subject, status, created_by, created_at, updated_at, sent_at, settings)
       VALUES (?, 7, unhex(?), 'News', 'sent', 1, 1, 1, ?, '{"topicNo":1}')`,
      ...[group.no, idToHex(newId()), NOW - 60_000],
    ),
    ...[1, 2, 3].flatMap((no) => [
      run(
        `INSERT INTO people (group_no, person_no, id, email, given_name, email_status, email_status_at, created_at)
         VALUES (?, ?, randomblob(16), ?, 'Amina & Co', 1, 5, 1)`,
        ...[group.no, no, no === 1 ? EMAIL : `p${no}@supporters.example`],
      ),
      run(
        "INSERT INTO mailing_recipients (group_no, mailing_no, person_no, status, at_s, variant_no) VALUES (?, 7, ?, 3, ?, ?)",
        ...[group.no, no, NOW_S - 60, no === 2 ? 2 : null],
      ),
    ]),
    run("INSERT INTO mailing_links VALUES (?, 7, 1, 'https://there.example/page?a=1#b', NULL)", group.no),
    run(
      "INSERT INTO mailing_links VALUES (?, 7, 2, 'https://there.example/?name={{ first_name | url_encode }}', NULL)",
      group.no,
    ),
    run("INSERT INTO mailing_links VALUES (?, 7, 3, '{{ first_name }}', NULL)", group.no),
    run(
      "INSERT INTO mailing_links VALUES (?, 7, 8, ?, 1)",
      group.no,
      `http://${host}:8787/petitions/air?source=m7-1#sign`,
    ),
    run("INSERT INTO mailing_links VALUES (?, 7, 9, ?, NULL)", group.no, `http://${host}:8787/privacy/air`),
  ]);
  await publishSite(contextOf(), group);
  const keyOf = (personNo: number, more: { isProof?: boolean; mailingNo?: number; groupNo?: number } = {}) =>
    mailKey(
      contextOf().config.SIGNING_KEYS,
      { groupNo: group.no, mailingNo: 7, personNo, isProof: false, ...more },
      NOW,
    );
  const row = (sql: string, ...values: unknown[]) =>
    db.d1
      .prepare(sql)
      .bind(group.no, ...values)
      .first<Record<string, unknown>>();
  const drain = async () => {
    for (const personNo of [0, 1, 2, 3]) {
      const { readers } = readersOf(env, group, { mailingNo: 7, personNo });
      await readers.drain();
    }
  };
  return { group, host, db, keyOf, row, drain, ...pagesOf(host) };
}

/** The pages of a host, as a request with those bindings gets them. */
function pagesOf(host: string) {
  const app = publicPages({
    kinds: [petition],
    takeAction: () => Promise.reject(new Error("nobody acts here")),
    askCount: () => Promise.reject(new Error("nobody asks here")),
    fileAbuseReport: async () => 0,
    pages: [mailPages],
  });
  const later: Promise<unknown>[] = [];
  const execution = {
    waitUntil: (work: Promise<unknown>) => void later.push(work),
    passThroughOnException: () => {},
    props: {},
  } as unknown as ExecutionContext;
  const ask = async (path: string, init: RequestInit = {}, bindings: Env = env) => {
    const request = new Request(`http://${host}:8787${path}`, { redirect: "manual", ...init });
    const response = await app.fetch(request, bindings, execution);
    while (later.length > 0) await later.shift();
    return response;
  };
  const get = (path: string, headers: Record<string, string> = HUMAN, bindings?: Env) =>
    ask(path, { headers }, bindings);
  const post = (path: string, fields: Record<string, string>, bindings?: Env) =>
    ask(path, { method: "POST", body: new URLSearchParams(fields), headers: HUMAN }, bindings);
  return { ask, get, post };
}

const statusOf = (made: Awaited<ReturnType<typeof makeMailed>>, no: number) =>
  made.row("SELECT email_status, email_status_cause FROM people WHERE group_no = ? AND person_no = ?", no);
const eventOf = (made: Awaited<ReturnType<typeof makeMailed>>, no: number) =>
  made.row("SELECT opened_s, clicked_s, flags FROM mail_events WHERE group_no = ? AND person_no = ?", no);

describe("a link of a mail", () => {
  it("to an action of the group brings the details of whoever got the mail, so that one tap is enough; no other link does", async () => {
    const made = await makeMailed();
    const key = await made.keyOf(1);
    const followed = async (linkNo: number, of = key, bindings?: Env) =>
      new URL((await made.get(`/m/${of}/${linkNo}`, HUMAN, bindings)).headers.get("Location") ?? "");
    const there = await followed(8);
    expect([there.pathname, there.searchParams.get("source"), there.hash]).toEqual([
      "/petitions/air",
      "m7-1",
      "#sign",
    ]);
    const token = there.searchParams.get("carry") ?? "";
    const carried = await readCarried(contextOf(), made.group, token);
    expect(carried).toEqual({ group: made.group.id, email: EMAIL, said: { givenName: "Amina & Co" } });
    expect(await readCarried(contextOf(), (await makeGroup()).group, token), "of another group").toBeNull();
    for (const [what, url] of [
      ["to another site", await followed(1)],
      ["to another page of the group", await followed(9)],
      ["in a test mail", await followed(8, await made.keyOf(1, { isProof: true }))],
      ["while D1 is away", await followed(8, key, withoutD1(env))],
    ] as const)
      expect(url.searchParams.has("carry"), what).toBe(false);
    await made.db.d1
      .prepare("UPDATE people SET email = NULL, erased_at = 1 WHERE group_no = ? AND person_no = 1")
      .bind(made.group.no)
      .run();
    expect((await followed(8)).searchParams.has("carry"), "of somebody who was forgotten").toBe(false);
  });

  it("goes on to where it leads, with its fields filled in, and is counted once however often it is written", async () => {
    const made = await makeMailed();
    const key = await made.keyOf(1);
    const plain = await made.get(`/m/${key}/1`);
    expect([plain.status, plain.headers.get("Location")]).toEqual([302, "https://there.example/page?a=1#b"]);
    expect(plain.headers.get("Cache-Control")).toContain("no-store");
    expect(plain.headers.get("Set-Cookie")).toBeNull();
    expect((await made.get(`/m/${key}/2`)).headers.get("Location")).toBe(
      "https://there.example/?name=Amina+%26+Co",
    );
    const { readers } = readersOf(env, made.group, { mailingNo: 7, personNo: 1 });
    // Killed between writing to D1 and forgetting, twice: the same rows come again.
    for (const nth of [1, 2]) {
      await runInDurableObject(readers, async (object: MailReaders, state) => {
        const { storage } = state;
        const transaction = storage.transactionSync;
        Reflect.set(storage, "transactionSync", () => {
          throw new Error(`killed ${nth}`);
        });
        expect((await object.drain()).readings).toBe(2);
        Reflect.set(storage, "transactionSync", transaction);
      });
      expect(await made.row("SELECT count(*) AS n FROM mail_clicks WHERE group_no = ?")).toEqual({ n: 2 });
    }
    const before = await eventOf(made, 1);
    expect(before?.clicked_s).toBeGreaterThan(NOW_S);
    expect(await readers.drain()).toEqual({ readings: 0, optOuts: 0 });
    expect(await eventOf(made, 1)).toEqual(before);
    const clicks = await made.row("SELECT count(*) AS n FROM mail_clicks WHERE group_no = ?");
    expect(clicks).toEqual({ n: 2 });
    expect(
      await made.row(
        "SELECT clicks, machine_clicks, part FROM mail_link_counts WHERE group_no = ? AND link_no = 1",
      ),
    ).toEqual({ clicks: 1, machine_clicks: 0, part: 1 });
    expect(await made.row("SELECT clicked_s FROM mail_readers WHERE group_no = ?")).toEqual({
      clicked_s: before?.clicked_s,
    });
  });

  it("leads nowhere by a forged key, another group's, an old one, or a number the mail does not have", async () => {
    const [made, other] = [await makeMailed(), await makeMailed()];
    const key = await made.keyOf(1);
    const [text = "", signature = ""] = key.split(".");
    const forged = `${text}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
    const hostile = [
      ...[forged, await other.keyOf(1), key.toLowerCase(), `${key}x`, "x", "%2e%2e"].map(
        (each) => `/m/${each}/1`,
      ),
      ...[
        "0",
        "-1",
        "4",
        "99999999",
        "1e1",
        "01",
        "1.0",
        "https://evil.example",
        "//evil.example",
        "%2F%2Fevil",
        "1?u=https://evil.example&to=//x",
      ]
        .filter((each) => !each.startsWith("1?"))
        .map((each) => `/m/${key}/${each}`),
    ];
    for (const path of hostile) {
      const response = await made.get(path);
      expect([path, response.status >= 400, response.headers.get("Location")]).toEqual([path, true, null]);
    }
    expect((await made.get(`/m/${key}/1?u=https://evil.example`)).headers.get("Location")).toBe(
      "https://there.example/page?a=1#b",
    );
    // A field may not say whose site it is.
    expect((await made.get(`/m/${key}/3`)).status).toBe(404);
  });

  it("works while D1 is down once it was known here, and says so when it was not", async () => {
    const made = await makeMailed();
    const down = withoutD1(env);
    const key = await made.keyOf(2);
    expect((await made.get(`/m/${key}/1`, HUMAN, down)).status).toBe(503);
    await made.get(`/m/${key}/1`);
    forgetLinks();
    expect((await made.get(`/m/${key}/1`, HUMAN, down)).headers.get("Location")).toBe(
      "https://there.example/page?a=1#b",
    );
    expect((await made.get(`/m/${key}/2`, HUMAN, down)).headers.get("Location")).toBe(
      "https://there.example/?name=",
    );
  });

  it("never leaves the site that was written, whatever its fields hold", async () => {
    const values = [
      "@evil.example",
      "//evil.example",
      "\\evil.example",
      ".evil.example",
      "x\u0000y",
      "https://evil.example",
      "%2F%2Fevil.example",
      "javascript:alert(1)",
      "..",
      "?",
      "#",
    ];
    const templates = [
      "https://there.example/{{x}}",
      "https://there.example?{{x}}",
      "https://there.example#{{x}}",
      "https://there.example/a/{{x}}/b",
      "https://there.example:8443/{{x}}",
    ];
    for (const template of templates)
      for (const value of values) {
        const href = await destinationOf(template, async (url) => url.replace("{{x}}", value));
        expect(href === null || new URL(href).hostname).toSatisfy(
          (host: unknown) => host === true || host === "there.example",
        );
      }
    const refused = [
      "{{x}}",
      "https://{{x}}/",
      "https://there.example{{x}}",
      "https://there.example:{{x}}/",
      "javascript:alert(1)",
      "data:text/html,x",
      "//there.example/",
      "/path",
      "https://user:secret@there.example/",
      "ftp://there.example/",
      "https://there.example\\@evil.example/",
    ];
    for (const written of refused) {
      const href = await destinationOf(written, async (url) => url.replace("{{x}}", "evil.example"));
      expect([written, href]).toEqual([written, null]);
    }
  });
});

describe("the picture that counts openings", () => {
  it("is 43 bytes that nobody keeps, and counts the person who looks", async () => {
    const made = await makeMailed();
    const response = await made.get(`/m/${await made.keyOf(1)}/open.gif`);
    expect(response.status).toBe(200);
    expect((await response.arrayBuffer()).byteLength).toBe(43);
    expect(response.headers.get("Cache-Control")).toContain("no-store");
    await made.drain();
    expect(await eventOf(made, 1)).toMatchObject({ clicked_s: null, flags: null });
    expect((await eventOf(made, 1))?.opened_s).toBeGreaterThan(NOW_S);
    expect(await made.row("SELECT opens, machine_opens FROM mail_hours WHERE group_no = ?")).toEqual({
      opens: 1,
      machine_opens: 0,
    });
  });

  it("tells machines apart: flagged, and no reader of the group", async () => {
    const made = await makeMailed();
    await made.get(`/m/${await made.keyOf(1)}/open.gif`, { "User-Agent": "Mozilla/5.0" });
    await made.ask(`/m/${await made.keyOf(2)}/1`, { method: "HEAD", headers: HUMAN });
    await made.get(`/m/${await made.keyOf(3)}/1`, { "User-Agent": "Mimecast" });
    await made.drain();
    expect(await eventOf(made, 1)).toEqual({ opened_s: null, clicked_s: null, flags: 1 });
    expect([await eventOf(made, 2), await eventOf(made, 3)]).toEqual([null, null]);
    expect(await made.row("SELECT count(*) AS n FROM mail_readers WHERE group_no = ?")).toEqual({ n: 0 });
    expect(await made.row("SELECT machine_clicks AS n FROM mail_link_counts WHERE group_no = ?")).toEqual({
      n: 1,
    });
  });

  it("counts nothing of a proof, of a forged key, or of somebody who got no such mail", async () => {
    const made = await makeMailed();
    await made.get(`/m/${await made.keyOf(1, { isProof: true })}/open.gif`);
    await made.get(`/m/${await made.keyOf(1, { isProof: true })}/1`);
    expect((await made.get("/m/AAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA/open.gif")).status).toBe(404);
    await made.get(`/m/${await made.keyOf(99)}/open.gif`);
    await made.drain();
    for (const table of ["mail_events", "mail_readers", "mail_hours", "mail_clicks", "mail_link_counts"])
      expect([table, await made.row(`SELECT count(*) AS n FROM ${table} WHERE group_no = ?`)]).toEqual([
        table,
        { n: 0 },
      ]);
  });

  it("that D1 refuses is parked and told to the operators, who have it stored when the cause is gone", async () => {
    const made = await makeMailed();
    await made.db.d1
      .prepare(
        `CREATE TRIGGER refuse_clicks BEFORE INSERT ON mail_clicks WHEN NEW.group_no = ${made.group.no}
         BEGIN SELECT RAISE(ABORT, 'refused by a test'); END`,
      )
      .run();
    await made.get(`/m/${await made.keyOf(1)}/1`);
    await made.get(`/m/${await made.keyOf(1)}/open.gif`);
    await made.drain();
    expect(await eventOf(made, 1)).toMatchObject({ clicked_s: null });
    const [error, ...others] = await parkedReadings(contextOf(), made.group, 7);
    expect([error?.error, others.length]).toEqual([expect.stringContaining("refused by a test"), 0]);
    const told = async () =>
      (await env.OPERATIONS.getByName("operations").troubledReaders())
        .filter(({ groupNo }) => groupNo === made.group.no)
        .map(({ mailingNo, parked }) => ({ mailingNo, parked }));
    await expect.poll(told).toEqual([{ mailingNo: 7, parked: 1 }]);
    await made.db.d1.prepare("DROP TRIGGER refuse_clicks").run();
    expect(await unparkReadings(contextOf(), made.group, 7)).toBe(1);
    await made.drain();
    expect(await made.row("SELECT count(*) AS n FROM mail_clicks WHERE group_no = ?")).toEqual({ n: 1 });
    await expect.poll(told).toEqual([]);
    expect(await unparkReadings(contextOf(), made.group, 7)).toBe(0);
  });

  it("is kept while D1 is down and written when it is back", async () => {
    const made = await makeMailed();
    await made.get(`/m/${await made.keyOf(1)}/open.gif`, HUMAN, withoutD1(env));
    const { readers } = readersOf(env, made.group, { mailingNo: 7, personNo: 1 });
    const held = await runInDurableObject(readers, async (object: MailReaders) => {
      const whole = Reflect.get(object, "env");
      Reflect.set(object, "env", withoutD1(whole));
      const left = await object.drain();
      Reflect.set(object, "env", whole);
      return left;
    });
    expect(held.readings).toBe(1);
    expect(await eventOf(made, 1)).toBeNull();
    await made.drain();
    expect((await eventOf(made, 1))?.opened_s).toBeGreaterThan(NOW_S);
  });
});

describe("leaving the list", () => {
  it("changes nothing by looking, also for programs that open every link", async () => {
    const made = await makeMailed();
    const page = await made.get(`/m/${await made.keyOf(1)}/unsubscribe`);
    const html = await page.text();
    expect(page.status).toBe(200);
    expect(html).toContain("a…@supporters.example");
    expect(html).not.toContain(EMAIL);
    expect(html).toContain("No more mail about “Air”");
    expect(html).not.toContain("<script");
    await made.ask(`/m/${await made.keyOf(1)}/unsubscribe`, { method: "HEAD" });
    expect(await statusOf(made, 1)).toMatchObject({ email_status: 1 });
  });

  it.each([
    ["urlencoded", { "Content-Type": "application/x-www-form-urlencoded" }, "List-Unsubscribe=One-Click"],
    ["unnamed", {}, "List-Unsubscribe=One-Click\r\n"],
  ])(
    "takes one click from a mail program (%s), wherever it comes from, without a redirect",
    async (_, headers, body) => {
      const made = await makeMailed();
      const from = { ...headers, Origin: "https://mail.example", "User-Agent": "GmailBot" };
      const bytes = new TextEncoder().encode(body);
      const response = await made.ask(`/m/${await made.keyOf(2)}/unsubscribe`, {
        method: "POST",
        headers: from,
        body: bytes,
      });
      expect([response.status, response.headers.get("Location")]).toEqual([200, null]);
      expect(await statusOf(made, 2)).toEqual({ email_status: 2, email_status_cause: "mail" });
      expect(
        await made.row(
          "SELECT way, choice, variant_no FROM departures WHERE group_no = ? AND mailing_no = 7",
        ),
      ).toEqual({ way: 1, choice: 1, variant_no: 2 });
      expect((await eventOf(made, 2))?.flags).toBe(2);
    },
  );

  it("takes one click as a form with parts", async () => {
    const made = await makeMailed();
    const body = new FormData();
    body.set("List-Unsubscribe", "One-Click");
    expect((await made.ask(`/m/${await made.keyOf(1)}/unsubscribe`, { method: "POST", body })).status).toBe(
      200,
    );
    expect(await statusOf(made, 1)).toMatchObject({ email_status: 2 });
  });

  it("keeps the reason, is the same when said again, and can be undone once", async () => {
    const made = await makeMailed();
    const path = `/m/${await made.keyOf(1)}/unsubscribe`;
    const said = { choice: "all", reason: "too_many", comment: " Every day\u0000! " };
    const done = await made.post(path, said);
    expect(await done.text()).toContain("You are off Group");
    await made.post(path, said);
    expect(await made.row("SELECT reason, comment, way FROM departures WHERE group_no = ?")).toEqual({
      reason: "too_many",
      comment: "Every day!",
      way: 2,
    });
    await made.post(`/m/${await made.keyOf(1)}/return`, {});
    expect(await statusOf(made, 1)).toMatchObject({ email_status: 1 });
    expect(await eventOf(made, 1)).toMatchObject({ flags: null });
    expect(await (await made.post(`/m/${await made.keyOf(1)}/return`, {})).text()).toContain(
      "nothing to undo",
    );
  });

  it.each([
    ["topic", "SELECT topic_no AS n FROM topic_refusals WHERE group_no = ?", 1],
    ["fewer", "SELECT weekly_max AS n FROM mail_wishes WHERE group_no = ?", 1],
    ["pause", "SELECT paused_until > 0 AS n FROM mail_wishes WHERE group_no = ?", 1],
  ] as const)("offers less instead of nothing: %s", async (choice, sql, n) => {
    const made = await makeMailed();
    await made.post(`/m/${await made.keyOf(1)}/unsubscribe`, { choice });
    expect(await made.row(sql)).toEqual({ n });
    expect(await statusOf(made, 1)).toMatchObject({ email_status: 1 });
    await made.post(`/m/${await made.keyOf(1)}/return`, {});
    const after = await made.row(sql);
    expect(after === null || after.n === null).toBe(true);
  });

  it("asks again when nothing was chosen", async () => {
    const made = await makeMailed();
    expect((await made.post(`/m/${await made.keyOf(1)}/unsubscribe`, { choice: "everything" })).status).toBe(
      422,
    );
    expect(await statusOf(made, 1)).toMatchObject({ email_status: 1 });
  });

  it("holds for whoever the recipient turned out to be", async () => {
    const made = await makeMailed();
    await made.db.d1
      .prepare("UPDATE people SET merged_into = 3, email = NULL WHERE group_no = ? AND person_no = 1")
      .bind(made.group.no)
      .run();
    await made.post(`/m/${await made.keyOf(1)}/unsubscribe`, { choice: "all" });
    expect(await statusOf(made, 3)).toMatchObject({ email_status: 2 });
  });

  it("leaves a complaint as it is, and lets nobody undo one", async () => {
    const made = await makeMailed();
    await made.db.d1
      .prepare("UPDATE people SET email_status = 4 WHERE group_no = ? AND person_no = 1")
      .bind(made.group.no)
      .run();
    await made.post(`/m/${await made.keyOf(1)}/unsubscribe`, { choice: "all" });
    await made.post(`/m/${await made.keyOf(1)}/return`, {});
    await made.post(`/m/${await made.keyOf(1)}/preferences`, { subscribed: "yes" });
    expect(await statusOf(made, 1)).toMatchObject({ email_status: 4 });
  });

  it("does nothing by a proof, nor for another group's key", async () => {
    const [made, other] = [await makeMailed(), await makeMailed()];
    const proof = await made.keyOf(1, { isProof: true });
    const standIn = await made.keyOf(0, { isProof: true });
    for (const key of [proof, standIn]) {
      const page = await (await made.get(`/m/${key}/unsubscribe`)).text();
      expect(page).toContain("This is a test mail");
      expect(page).not.toContain("@supporters");
      expect((await made.get(`/m/${key}/preferences`)).status).toBe(200);
    }
    expect((await made.post(`/m/${proof}/unsubscribe`, { choice: "all" })).status).toBe(200);
    await made.post(`/m/${proof}/preferences`, { language: "fr" });
    expect((await made.post(`/m/${await other.keyOf(1)}/unsubscribe`, { choice: "all" })).status).toBe(404);
    expect([await statusOf(made, 1), await statusOf(other, 1)]).toMatchObject([
      { email_status: 1 },
      { email_status: 1 },
    ]);
  });

  it("works for a group that was suspended", async () => {
    const made = await makeMailed({ status: "suspended" });
    await made.post(`/m/${await made.keyOf(1)}/unsubscribe`, { choice: "all" });
    expect(await statusOf(made, 1)).toMatchObject({ email_status: 2 });
  });

  it("is promised and kept while D1 is down, and sending waits until it is written", async () => {
    const made = await makeMailed();
    const down = withoutD1(env);
    const path = `/m/${await made.keyOf(1)}/unsubscribe`;
    const page = await made.get(path, HUMAN, down);
    expect([page.status, (await page.text()).includes('value="all"')]).toEqual([200, true]);
    const held: number[] = [];
    const gate = { getByName: () => ({ hold: async (ms: number) => void held.push(ms) }) };
    const bindings = { ...down, GATE: gate as unknown as Env["GATE"] };
    expect((await made.post(path, { "List-Unsubscribe": "One-Click" }, bindings)).status).toBe(200);
    expect(held.length).toBe(1);
    expect(await statusOf(made, 1)).toMatchObject({ email_status: 1 });
    const { readers } = readersOf(env, made.group, { mailingNo: 7, personNo: 1 });
    expect((await readers.waiting()).optOuts).toBe(1);
    expect(await readers.drain()).toEqual({ readings: 0, optOuts: 0 });
    expect(await statusOf(made, 1)).toEqual({ email_status: 2, email_status_cause: "mail" });
    expect(await made.row("SELECT way FROM departures WHERE group_no = ?")).toEqual({ way: 1 });
    await readers.drain();
    expect(await made.row("SELECT count(*) AS n FROM subscription_changes WHERE group_no = ?")).toEqual({
      n: 1,
    });
  });

  it("promises nothing when nobody can keep it", async () => {
    const made = await makeMailed();
    const READERS = { getByName: () => ({ keepOptOut: () => Promise.reject(new Error("away")) }) };
    const bindings = { ...withoutD1(env), READERS: READERS as unknown as Env["READERS"] };
    const response = await made.post(`/m/${await made.keyOf(1)}/unsubscribe`, { choice: "all" }, bindings);
    expect(response.status).toBeGreaterThanOrEqual(500);
  });
});

/** What was frozen of mailing 7: one version, with everything a built one has. */
async function freeze(made: Awaited<ReturnType<typeof makeMailed>>, html: string) {
  await made.db.d1
    .prepare(
      "INSERT INTO mailing_builds VALUES (?, 7, 1, 'en', 'Us', 'News for {{ first_name }}', '', ?, 'text', NULL, NULL)",
    )
    .bind(made.group.no, html)
    .run();
}

describe("a mail on the web", () => {
  const html = (host: string) =>
    `<p>Dear {{ first_name | default: "friend" }}</p><script>alert(1)</script><a href="http://${host}:8787/m/{{ mail_key }}/1">There</a>
     <a href="http://${host}:8787/m/{{ mail_key }}/unsubscribe">Leave</a><img src="http://${host}:8787/m/{{ mail_key }}/open.gif" alt="">`;

  it("is filled in for whoever has its key, and runs nothing", async () => {
    const made = await makeMailed();
    await freeze(made, html(made.host));
    const key = await made.keyOf(1);
    const response = await made.get(`/m/${key}/view`);
    const text = await response.text();
    expect(text).toContain("Dear Amina &amp; Co");
    expect(text).toContain(`/m/${key}/1`);
    const policy = response.headers.get("Content-Security-Policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("sandbox");
    expect(policy).not.toContain("allow-scripts");
    expect(response.headers.get("Cache-Control")).toContain("no-store");
    const other = await makeMailed();
    expect((await other.get(`/m/${key}/view`)).status).toBe(404);
    expect((await made.get(`/m/${await made.keyOf(99)}/view`)).status).toBe(404);
    expect((await other.get(`/m/${await other.keyOf(1)}/view`)).status).toBe(404);
  });

  it("is shown to whoever got a test mail as the draft is now, with links that lead straight on", async () => {
    const made = await makeMailed();
    await made.db.d1
      .prepare(
        `INSERT INTO mailing_versions (group_no, mailing_no, variant_no, language, from_name, subject, preview, form, body, revision, updated_by, updated_at)
         VALUES (?, 7, 1, 'en', 'Us', 'News', '', 'markdown', 'Dear {{ first_name | default: "friend" }}, [there](https://there.example/x)', 1, 1, 1)`,
      )
      .bind(made.group.no)
      .run();
    const response = await made.get(`/m/${await made.keyOf(0, { isProof: true })}/view`);
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(text).toContain('href="https://there.example/x"');
    expect(text).not.toContain("open.gif");
  });

  it("is in the archive only when its group wants it there, with stand-ins and plain links", async () => {
    const made = await makeMailed();
    await freeze(made, html(made.host));
    expect((await made.get("/mailings/7")).status).toBe(404);
    expect(await (await made.get("/mailings")).text()).not.toContain("/mailings/7");
    await made.db.d1
      .prepare(
        `UPDATE mailings SET subject = 'News <&> "more"', settings = json_set(settings, '$.isArchived', json('true')) WHERE group_no = ?`,
      )
      .bind(made.group.no)
      .run();
    const text = await (await made.get("/mailings/7")).text();
    expect(text).not.toContain("Amina");
    expect(text).not.toMatch(/open\.gif|\/m\//);
    expect(text).toContain('href="https://there.example/page?a=1#b"');
    expect(await (await made.get("/mailings")).text()).toContain('href="/mailings/7"');
    const feed = await made.get("/mailings/feed.xml");
    expect(feed.headers.get("Content-Type")).toContain("rss");
    const xml = await feed.text();
    expect(xml).toContain("<title>News &#60;&#38;&#62; &#34;more&#34;</title>");
    expect(xml).toContain(`<link>http://${made.host}:8787/mailings/7</link>`);
    const other = await makeMailed();
    expect((await other.get("/mailings/7")).status).toBe(404);
    for (const no of ["0", "8", "x", "7x"]) expect((await made.get(`/mailings/${no}`)).status).toBe(404);
  });
});

describe("mail preferences", () => {
  it("keep topics, how often, a pause, the language, and whether there is mail at all", async () => {
    const made = await makeMailed();
    const path = `/m/${await made.keyOf(1)}/preferences`;
    const saved = await made.post(path, {
      subscribed: "yes",
      shown: "1",
      weekly: "2",
      pause: "30",
      language: "fr",
    });
    expect([saved.status, saved.headers.get("Location")]).toEqual([303, `${path}?lang=fr&done=saved`]);
    expect(
      await made.row("SELECT weekly_max, paused_until FROM mail_wishes WHERE group_no = ?"),
    ).toMatchObject({ weekly_max: 2 });
    expect(await made.row("SELECT topic_no FROM topic_refusals WHERE group_no = ?")).toEqual({ topic_no: 1 });
    const page = await (await made.get(path)).text();
    expect(page).toContain("Vos préférences de courriel");
    expect(page).toContain("L’air");
    await made.post(path, { subscribed: "yes", shown: "1", topics: "1", language: "fr" });
    expect(await made.row("SELECT topic_no FROM topic_refusals WHERE group_no = ?")).toBeNull();
    await made.post(path, { shown: "1", topics: "1" });
    expect(await statusOf(made, 1)).toMatchObject({ email_status: 2, email_status_cause: "page" });
    await made.post(path, { subscribed: "yes" });
    expect(await statusOf(made, 1)).toMatchObject({ email_status: 1 });
  });

  it("say so while D1 is down, and where leaving works all the same", async () => {
    const made = await makeMailed();
    const page = await made.get(`/m/${await made.keyOf(1)}/preferences`, HUMAN, withoutD1(env));
    expect([page.status, (await page.text()).includes("/unsubscribe?lang=en")]).toEqual([503, true]);
  });

  it("let whoever complained come back by a link mailed to them, and by nothing else", async () => {
    const made = await makeMailed();
    const key = await made.keyOf(1);
    const queue = fakeQueue<{ message: { to: string; text: string } }>();
    const bindings: Env = { ...env, MAIL: queue.binding };
    const email = `${crypto.randomUUID()}@supporters.example`;
    const complain = async (at: number) => {
      await made.db.d1
        .prepare(
          "UPDATE people SET email = ?2, email_status = 4, email_status_at = ?3 WHERE group_no = ?1 AND person_no = 1",
        )
        .bind(made.group.no, email, at)
        .run();
      await suppress(contextOf(env, at), email, "complaint");
    };
    await complain(NOW);
    const page = await (await made.get(`/m/${key}/preferences`)).text();
    expect(page).toContain("reported as spam");
    expect(page).toContain(`/m/${key}/report?lang=en`);
    await made.post(`/m/${key}/preferences`, { subscribed: "yes" });
    expect(await statusOf(made, 1)).toMatchObject({ email_status: 4 });
    // Asked for twice, and once for somebody nothing stands against: one mail.
    await made.post(`/m/${await made.keyOf(2)}/own-word`, {}, bindings);
    await made.post(`/m/${key}/own-word`, {}, bindings);
    const again = await (await made.post(`/m/${key}/own-word`, {}, bindings)).text();
    expect(again).toContain("We have sent you a link already");
    expect(queue.sent.map(({ body }) => body.message.to)).toEqual([email]);
    const link = new URL(
      /https?:\/\/\S+\/again\?\S+/.exec(queue.sent[0]?.body.message.text ?? "")?.[0] ?? "",
    );
    const word = link.searchParams.get("word") ?? "";
    const path = link.pathname;
    const press = async (of: typeof made, where: string, said: string) =>
      (await of.post(where, { word: said })).text();
    expect(await (await made.get(path + link.search)).text()).toContain("Yes, send me mail again");
    expect(await statusOf(made, 1)).toMatchObject({ email_status: 4 });
    const other = await makeMailed();
    for (const [of, where, said] of [
      [made, path, ""],
      [made, path, `${word.slice(0, -2)}xx`],
      [made, `/m/${await made.keyOf(2)}/again`, word],
      [other, `/m/${await other.keyOf(1)}/again`, word],
    ] as const)
      expect(await press(of, where, said)).toContain("This link does not work any more");
    expect(await press(made, path, word)).toContain("Welcome to");
    expect(await press(made, path, word)).toContain("Welcome to");
    expect(await statusOf(made, 1)).toMatchObject({ email_status: 1, email_status_cause: "page" });
    expect(await suppressedAmong(contextOf(), [email])).toEqual(new Set());
    // Who complains once more after asking stays away, whatever link they still have.
    await complain(Date.now() + 60_000);
    expect(await press(made, path, word)).toContain("This link does not work any more");
    expect(await suppressedAmong(contextOf(), [email])).toEqual(new Set([email]));
  });
});
