import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { contextOf } from "../../test/groups";
import { makeOrganisers } from "../../test/organisers";
import { changePetition, makePetition } from "../../test/petitions";
import { refusingD1 } from "../../test/refusing";
import { writeSnapshot } from "../actions/publication";
import { handle } from "../app";
import { changesSince, currentCursor, feedOn } from "../changes/change";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { intakeStub } from "../intake/objects";
import { kinds } from "../kinds";
import { makeField } from "../people/custom-field";
import { TAGS_MAX } from "../people/tag";
import { petitionSettings } from "../petitions/types";
import { eraseAsAsked } from "../privacy/erasure";
import { selectEverything } from "../privacy/store-everything";
import { forgetOldPayloads, hookOfSecret } from "./hook";
import { readPayload } from "./payload";
import { receive } from "./receive";
import { HOOKS_MAX } from "./types";

type Team = Awaited<ReturnType<typeof makeOrganisers>>;

const DAY_MS = 86_400_000;
const usual = petitionSettings.parse({});
const WORDING = "Yes, mail me about clean air.";
let team: Team;
let base: string;

// Signing four people in takes longer than all that follows.
beforeAll(async () => {
  team = await makeOrganisers();
  base = `${team.base}/integrations/connections`;
});

const post = (
  url: string,
  body: BodyInit,
  headers: Record<string, string> = { "Content-Type": "application/json" },
) => exports.default.fetch(url, { method: "POST", body, headers });
const send = async (url: string, body: unknown) => {
  const response = await post(url, JSON.stringify(body));
  return { status: response.status, body: JSON.parse(await response.text()) };
};

/** A connection with its secret address, mapped and on unless told otherwise. */
async function makeHook(fields: Record<string, string> | null = { email: "email" }, state = "on") {
  const page = await (await team.owner.post(base, { name: "Volunteer form" })).text();
  const url = /http:\/\/localhost:8787\/hooks\/[\w-]{43}/.exec(page)?.[0] ?? "";
  const no = /connections\/(\d+)\/state/.exec(page)?.[1] ?? "";
  const href = `${base}/${no}`;
  if (fields) expect((await team.owner.post(href, fields)).status).toBe(303);
  if (fields && state === "on") expect((await team.owner.post(`${href}/state`, { state })).status).toBe(303);
  return { url, href, no: Number(no) };
}

const rows = async (group: Group, sql: string, ...bind: unknown[]) =>
  (
    await dbFor(env, group)
      .d1.prepare(sql)
      .bind(group.no, ...bind)
      .all<Record<string, unknown>>()
  ).results;
const personOf = async (email: string) =>
  (
    await rows(
      team.group,
      "SELECT p.* FROM identities i JOIN people p ON p.group_no = i.group_no AND p.person_no = i.person_no WHERE i.group_no = ?1 AND i.kind = 1 AND i.value = ?2",
      email,
    )
  )[0];

describe("a form of another tool", () => {
  it("brings people in with their fields, tags and agreement, once the organiser has said which answer is which", async () => {
    const { group, owner } = team;
    const fieldNo = await makeField(dbFor(env, group), { label: "Shoe size", type: "number" }, 1);
    const { url, href } = await makeHook(null);
    const payload = {
      response: "r-1",
      answers: [
        { ref: "mail", email: "Mei@Example.org " },
        { ref: "name", text: "Mei" },
        { ref: "code", text: "m4m2t1" },
        { ref: "ok", boolean: true },
        { ref: "size", number: 38 },
        { ref: "phone", text: "not a phone" },
        { ref: "topics", labels: ["Climate", "Trees and Parks"] },
      ],
    };
    expect(await send(url, payload)).toEqual({ status: 200, body: { status: "unmapped" } });
    const page = await (await owner.get(href)).text();
    expect(page).toContain('value="answers[ref=&quot;mail&quot;].email"');
    expect(page).toContain("Mei@Example.org");
    const at = (ref: string, key: string) => `answers[ref="${ref}"].${key}`;
    const mapping = {
      ...{
        email: at("mail", "email"),
        givenName: at("name", "text"),
        postalCode: at("code", "text"),
        phone: at("phone", "text"),
      },
      ...{
        [`custom.${fieldNo}`]: at("size", "number"),
        tagsPath: at("topics", "labels"),
        tags: "volunteer",
        id: "response",
      },
      ...{ consent: at("ok", "boolean"), wording: WORDING },
    };
    const saved = await owner.post(href, mapping);
    expect(saved.status).toBe(303);
    const preview = await (await owner.get(href)).text();
    expect(preview).toContain("mei@example.org");
    expect(preview).toContain("Left out, because it could not be stored: Phone.");
    expect(await send(url, { ...payload, response: "r-2" })).toEqual({
      status: 200,
      body: { status: "test" },
    });
    expect(await personOf("mei@example.org")).toBeUndefined();
    await owner.post(`${href}/state`, { state: "on" });
    expect(await send(url, payload)).toEqual({ status: 200, body: { status: "accepted" } });
    expect(await send(url, { ...payload, sent: 2 }), "the same id").toEqual({
      status: 200,
      body: { status: "repeated" },
    });
    const person = await personOf("mei@example.org");
    expect(person).toMatchObject({ given_name: "Mei", postal_code: "M4M 2T1", phone: null, email_status: 1 });
    const tags = await rows(
      group,
      "SELECT t.name FROM taggings g JOIN tags t ON t.group_no = g.group_no AND t.tag_no = g.tag_no WHERE g.group_no = ?1 AND g.person_no = ?2 ORDER BY 1",
      person?.person_no,
    );
    expect(tags.map(({ name }) => name)).toEqual(["Climate", "Trees-and-Parks", "volunteer"]);
    const values = await rows(
      group,
      "SELECT value FROM field_values WHERE group_no = ?1 AND person_no = ?2",
      person?.person_no,
    );
    expect(values).toEqual([{ value: "38" }]);
    const consents = await rows(
      group,
      "SELECT c.answer, w.wording, w.mode FROM consents c JOIN consent_wordings w ON w.group_no = c.group_no AND w.hash = c.wording_hash WHERE c.group_no = ?1 AND c.person_no = ?2",
      person?.person_no,
    );
    expect(consents).toEqual([{ answer: 1, wording: WORDING, mode: "connection" }]);
    const log = await (await owner.get(href)).text();
    for (const words of ["Kept to look at", "Would be stored", "Was stored before"])
      expect(log).toContain(words);
  });

  it("subscribes nobody without agreement, or without the words that were agreed to", async () => {
    const { owner } = team;
    const { url, href } = await makeHook({ email: "email" });
    const refused = await owner.post(href, { email: "email", consent: "ok" });
    expect([refused.status, (await refused.text()).includes("word for word")]).toEqual([422, true]);
    await send(url, { email: "quiet@example.org", ok: true });
    expect((await personOf("quiet@example.org"))?.email_status).toBe(0);
    await owner.post(href, { email: "email", consent: "ok", wording: WORDING, yes: "I agree" });
    await send(url, { email: "unsure@example.org", ok: "I do not agree" });
    expect((await personOf("unsure@example.org"))?.email_status).not.toBe(1);
    await send(url, { email: "agreed@example.org", ok: ["i agree"] });
    expect((await personOf("agreed@example.org"))?.email_status).toBe(1);
  });

  it("takes an action as its own page does: counted once, refused in its words, not after closing", async () => {
    const { group, owner } = team;
    const action = await makePetition(group, {
      title: "Clean air",
      slug: "by-form",
      settings: { fields: { ...usual.fields, familyName: "required", postalCode: "hidden" } },
    });
    const { url, href } = await makeHook();
    const mapping = {
      email: "email",
      givenName: "first",
      familyName: "last",
      action: action.id,
      tags: "by-form",
      consent: "ok",
      wording: WORDING,
    };
    expect((await owner.post(href, mapping)).status).toBe(303);
    const missing = await send(url, { email: "ana@example.org", first: "Ana" });
    expect([missing.status, missing.body.error.code]).toEqual([422, "form"]);
    expect(missing.body.error.message).toContain("last name");
    expect(
      (await send(url, { email: "ana@example.org", first: "Ana", last: "Ortiz", ok: "yes" })).status,
    ).toBe(200);
    expect(
      (await send(url, { email: "ANA@example.org", first: "Ana", last: "Ortiz", again: 1 })).status,
    ).toBe(200);
    for (const region of ["enam", "weur", "wnam", "apac", "sam", "afr", "me", "oc", "eeur"])
      await intakeStub(env, "", `${action.id}/${region}/0`).drain();
    await expect
      .poll(
        async () =>
          (
            await rows(
              group,
              "SELECT count(*) AS n FROM participations WHERE group_no = ?1 AND action_no = ?2",
              action.no,
            )
          )[0]?.n,
      )
      .toBe(1);
    const person = await personOf("ana@example.org");
    expect(person).toMatchObject({ family_name: "Ortiz", email_status: 1, first_action_no: action.no });
    const [row] = await rows(
      group,
      "SELECT source, hex(wording_hash) AS hash FROM participations WHERE group_no = ?1 AND action_no = ?2",
      action.no,
    );
    expect(row?.source).toMatch(/^connection-\d+$/);
    await changePetition(group, action.no, { status: "closed", closedAt: 1, pageVersion: 9 });
    await writeSnapshot(contextOf(), dbFor(env, group), action.no);
    const late = await send(url, { email: "late@example.org", first: "Li", last: "Wu" });
    expect([late.status, late.body.error.code]).toEqual([422, "closed"]);
  });

  it("is heard in the tongues of form tools, and no other", async () => {
    const { url } = await makeHook({ email: "your-email" });
    const form = new URLSearchParams({ "your-email": "form@example.org" });
    expect((await post(url, form, {})).status).toBe(200);
    const multipart = new FormData();
    multipart.set("your-email", "multi@example.org");
    expect((await post(url, multipart, {})).status).toBe(200);
    expect(
      (await post(url, '{"your-email":"plain@example.org"}', { "Content-Type": "text/plain" })).status,
    ).toBe(200);
    for (const name of ["form", "multi", "plain"])
      expect(await personOf(`${name}@example.org`)).toBeDefined();
    expect((await post(url, "<a/>", { "Content-Type": "application/xml" })).status).toBe(415);
    expect((await exports.default.fetch(url)).status).toBe(405);
  });
});

describe("what is hostile", () => {
  it("gets a clear answer and changes nothing", async () => {
    const { group } = team;
    const { url } = await makeHook();
    const before = await rows(group, "SELECT count(*) AS n FROM people WHERE group_no = ?1");
    const tries: [string, number][] = [
      ["{", 400],
      ["null", 400],
      ['"text"', 400],
      ["[".repeat(100_000), 400],
      [`${'{"a":'.repeat(30)}1${"}".repeat(30)}`, 400],
      [JSON.stringify({ rows: Array.from({ length: 50_000 }, () => 1) }), 400],
      [JSON.stringify({ email: "x".repeat(300_000) }), 413],
      [JSON.stringify({ email: `${"x".repeat(9_000)}@example.org` }), 422],
      ['{"__proto__":{"email":"proto@example.org"}}', 422],
      ['{"email":{"toString":"a@example.org"}}', 422],
      ['{"email":["a@example.org","b@example.org"]}', 422],
      ['{"email":null}', 422],
      ['{"email":"a@example.org\\nb@example.org"}', 422],
    ];
    for (const [body, status] of tries)
      expect([body.slice(0, 40), (await post(url, body)).status]).toEqual([body.slice(0, 40), status]);
    expect((await post(url, new Uint8Array([0x7b, 0xff, 0x7d]))).status).toBe(400);
    expect(await rows(group, "SELECT count(*) AS n FROM people WHERE group_no = ?1")).toEqual(before);
    expect(Reflect.get({}, "email")).toBeUndefined();
  });

  it("finds no connection by a wrong, renewed, deleted or paused address, nor another group's by its number", async () => {
    const { owner, stranger, organiser, group } = team;
    const { url, href, no } = await makeHook();
    const other = `/groups/${group.slug.replace("team-", "other-")}/integrations/connections`;
    for (const path of [href, `${other}/${no}`]) expect((await stranger.get(path)).status).toBe(404);
    for (const path of ["state", "renewal", "deletion", "restoration"])
      expect((await stranger.post(`${other}/${no}/${path}`, { state: "paused" })).status).toBe(404);
    expect((await organiser.get(base)).status).toBe(403);
    expect((await send(`${url.slice(0, -1)}_`, { email: "a@example.org" })).status).toBe(404);
    await owner.post(`${href}/state`, { state: "paused" });
    expect((await send(url, { email: "a@example.org" })).status).toBe(409);
    await owner.post(`${href}/state`, { state: "on" });
    const renewed = /hooks\/[\w-]{43}/.exec(await (await owner.post(`${href}/renewal`)).text())?.[0];
    expect((await send(url, { email: "a@example.org" })).status).toBe(404);
    const anew = `http://localhost:8787/${renewed}`;
    expect((await send(anew, { email: "renewed@example.org" })).status).toBe(200);
    await owner.post(`${href}/deletion`);
    expect((await send(anew, { email: "late@example.org" })).status).toBe(404);
    expect((await owner.get(href)).status).toBe(404);
    await owner.post(`${href}/restoration`);
    expect((await send(anew, { email: "back@example.org" })).status).toBe(200);
    const [row] = await rows(group, "SELECT * FROM hooks WHERE group_no = ?1 AND hook_no = ?2", no);
    expect(JSON.stringify(row)).not.toContain(renewed?.slice(6));
  });

  it("cannot send without end: 120 a minute, and 20 connections", async () => {
    const { owner } = team;
    const { url } = await makeHook(null);
    const statuses = await Promise.all(
      Array.from({ length: 125 }, (_, n) => post(url, `{"n":${n}}`).then(({ status }) => status)),
    );
    expect(statuses.filter((status) => status === 429).length).toBe(5);
    const [kept] = await rows(
      team.group,
      "SELECT count(*) AS n, max(hook_no) AS no FROM hook_payloads WHERE group_no = ?1 AND hook_no = (SELECT max(hook_no) FROM hooks WHERE group_no = ?1)",
    );
    expect(kept?.n).toBe(20);
    for (let n = 0; n <= HOOKS_MAX; n += 1) await owner.post(base, { name: `More ${n}` });
    const [count] = await rows(
      team.group,
      "SELECT count(*) AS n FROM hooks WHERE group_no = ?1 AND deleted_at IS NULL",
    );
    expect(count?.n).toBe(HOOKS_MAX);
    const { results } = await dbFor(env, team.group)
      .d1.prepare("UPDATE hooks SET deleted_at = 1 WHERE group_no = ?1 RETURNING 1")
      .bind(team.group.no)
      .run();
    expect(results.length).toBeGreaterThan(0);
  });
});

describe("a delivery", () => {
  it("of which many come at once is one, and one that could not be stored is promised nothing and may come again", async () => {
    const { group } = team;
    const { url } = await makeHook({ email: "email", tags: "once", id: "id" });
    const body = { email: "once@example.org", id: 7 };
    const answers = await Promise.all(Array.from({ length: 6 }, () => send(url, body)));
    expect(answers.filter(({ body: said }) => said.status === "accepted")).toHaveLength(1);
    expect(answers.every(({ status }) => status === 200 || status === 503)).toBe(true);
    expect((await send(url, body)).body).toEqual({ status: "repeated" });
    const down = { ...env, [group.shard]: refusingD1 };
    const request = new Request(url, {
      method: "POST",
      body: JSON.stringify({ email: "down@example.org", id: 8 }),
    });
    const execution = {
      waitUntil: () => undefined,
      passThroughOnException: () => undefined,
      props: {},
    } as unknown as ExecutionContext;
    const refused = await handle(request, down, execution);
    expect([refused.status, refused.headers.get("Retry-After")]).toEqual([503, "30"]);
    expect((await send(url, { email: "down@example.org", id: 8 })).body).toEqual({ status: "accepted" });
  });

  it("is forgotten after a week, told to whom it is of, and erased with them, also where another names them", async () => {
    const { group, owner } = team;
    const { url, href, no } = await makeHook();
    await send(url, { email: "gone@example.org", note: "hello" });
    await send(url, { email: "friend@example.org", note: "sent by Gone@Example.org" });
    const person = await personOf("gone@example.org");
    const told = await selectEverything(dbFor(env, group), Number(person?.person_no));
    expect(told.hook_payloads).toEqual([
      expect.objectContaining({
        form: "Volunteer form",
        body: '{"email":"gone@example.org","note":"hello"}',
      }),
    ]);
    await eraseAsAsked(contextOf(), group, Number(person?.person_no), null);
    expect(
      await rows(group, "SELECT body FROM hook_payloads WHERE group_no = ?1 AND hook_no = ?2", no),
    ).toEqual([]);
    const again = await send(url, { email: "gone@example.org", note: "later" });
    expect([again.status, again.body.error.code]).toEqual([422, "forgotten"]);
    await send(url, { email: "old@example.org" });
    await dbFor(env, group)
      .d1.prepare("UPDATE hook_payloads SET at = ?2 WHERE group_no = ?1")
      .bind(group.no, Date.now() - 8 * DAY_MS)
      .run();
    expect(await (await owner.get(href)).text()).not.toContain("old@example.org");
    await forgetOldPayloads(contextOf());
    expect(await rows(group, "SELECT 1 FROM hook_payloads WHERE group_no = ?1")).toEqual([]);
  });

  it("that was broken off in the middle is taken up again, and its person is one", async () => {
    const { group } = team;
    const { url } = await makeHook();
    const found = await hookOfSecret(contextOf(), url.split("/").at(-1) ?? "");
    if (!found) throw new Error("no hook");
    const payload = () =>
      readPayload(new Request(url, { method: "POST", body: '{"email":"half@example.org"}' }));
    const dying = { ...env, [group.shard]: dyingAfter(dbFor(env, group).d1) };
    await expect(receive(contextOf(dying), { ...found, kinds }, await payload())).rejects.toThrow();
    const later = contextOf(env, Date.now() + 61_000);
    expect((await receive(later, { ...found, kinds }, await payload())).outcome).toBe("accepted");
    expect(await personOf("half@example.org")).toBeDefined();
  });
});

describe("what a connection may not undo, and must tell", () => {
  const agreeing = { email: "email", consent: "ok", wording: WORDING };
  const setStatus = (email: string, status: number) =>
    dbFor(env, team.group)
      .d1.prepare(
        "UPDATE people SET email_status = ?3, email_status_at = ?4, email_status_cause = 'page' WHERE group_no = ?1 AND email = ?2",
      )
      .bind(team.group.no, email, status, Date.now())
      .run();
  const stateOf = async (email: string) => {
    const person = await personOf(email);
    const [asked] = await rows(
      team.group,
      "SELECT count(*) AS n FROM confirmations WHERE group_no = ?1 AND person_no = ?2 AND mail_count = 1",
      person?.person_no,
    );
    return [person?.email_status, asked?.n];
  };

  it("is that somebody left the list: they are asked by mail, who complained is not, with an action and without", async () => {
    const { group, owner } = team;
    const { url } = await makeHook(agreeing);
    const action = await makePetition(group, {
      slug: "left",
      settings: {
        fields: { ...usual.fields, givenName: "hidden", familyName: "hidden", postalCode: "hidden" },
      },
    });
    const other = await makeHook({ ...agreeing, action: action.id });
    for (const [name, hook] of [
      ["left", url],
      ["acted", other.url],
    ] as const) {
      const email = `${name}@leave.example`;
      expect((await send(url, { email, ok: "yes", first: 1 })).status).toBe(200);
      expect(await stateOf(email)).toEqual([1, 0]);
      await setStatus(email, 2);
      // The clock must have gone on, as it has when a tool sends again.
      await expect.poll(() => Date.now()).toBeGreaterThan(Number((await personOf(email))?.email_status_at));
      expect((await send(hook, { email, ok: "yes", again: 1 })).status).toBe(200);
      for (const region of ["enam", "weur", "wnam", "apac", "sam", "afr", "me", "oc", "eeur"])
        await intakeStub(env, "", `${action.id}/${region}/0`).drain();
      expect(await stateOf(email)).toEqual([2, 1]);
      await setStatus(`${name}@leave.example`, 4);
      await dbFor(env, group).d1.prepare("DELETE FROM confirmations WHERE group_no = ?").bind(group.no).run();
      expect((await send(hook, { email, ok: "yes", again: 2 })).status).toBe(200);
      expect(await stateOf(email)).toEqual([4, 0]);
    }
    // A "no" said as a stranger is no word against a later "yes".
    await send(url, { email: "no@leave.example", ok: "no" });
    await send(url, { email: "no@leave.example", ok: "yes" });
    expect(await stateOf("no@leave.example")).toEqual([1, 0]);
    await eraseAsAsked(contextOf(), group, Number((await personOf("acted@leave.example"))?.person_no), null);
    const erased = await send(other.url, { email: "acted@leave.example", ok: "yes", again: 3 });
    expect([erased.status, erased.body.error.code]).toEqual([422, "forgotten"]);
    expect((await owner.get(other.href)).status).toBe(200);
  });

  it("is told in the change feed, of people who are new and of people a drain had marked", async () => {
    const { group } = team;
    const db = dbFor(env, group);
    const fieldNo = await makeField(db, { label: "Hat size", type: "number" }, 1);
    const { url } = await makeHook({
      ...agreeing,
      givenName: "first",
      tags: "fed",
      [`custom.${fieldNo}`]: "hat",
    });
    await feedOn(contextOf(), group);
    let cursor = await currentCursor(db);
    const told = async () => {
      const read = await changesSince(db, cursor, 100);
      if (read.is !== "read") throw new Error(read.is);
      cursor = read.next;
      return read.changes.map(({ what, change }) => `${what} ${change}`);
    };
    await send(url, { email: "fed@example.org", first: "Mei", hat: 7, ok: "yes" });
    expect(await told()).toEqual(
      expect.arrayContaining(["person created", "person updated", "tagging created"]),
    );
    expect((await personOf("fed@example.org"))?.email_status).toBe(1);
    for (const table of ["people", "field_values"])
      await db.d1.prepare(`UPDATE ${table} SET mark = 6 WHERE group_no = ?`).bind(group.no).run();
    expect(await told()).toEqual([]);
    await send(url, { email: "fed@example.org", first: "May", hat: 7, ok: "yes" });
    expect(await told()).toEqual(["person updated"]);
    await send(url, { email: "fed@example.org", first: "May", hat: 8, ok: "yes" });
    expect(await told()).toEqual(["person updated"]);
  });

  it("is the number of tags a group may have: what is over is left out, and said", async () => {
    const { group, owner } = team;
    const { url, href } = await makeHook({ email: "email", tagsPath: "tags" });
    await dbFor(env, group)
      .d1.prepare(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 - 1 - (SELECT count(*) FROM tags WHERE group_no = ?1 AND name_key IS NOT NULL))
         INSERT INTO tags (group_no, tag_no, name, name_key, created_at) SELECT ?1, 100000 + i, 'Full-' || i, 'full-' || i, 1 FROM n`,
      )
      .bind(group.no, TAGS_MAX)
      .run();
    await send(url, { email: "tagged@example.org", tags: ["Full-1", "One more", "One too many"] });
    const tags = await rows(
      group,
      "SELECT t.name FROM taggings g JOIN tags t ON t.group_no = g.group_no AND t.tag_no = g.tag_no WHERE g.group_no = ?1 AND g.person_no = ?2 ORDER BY 1",
      (await personOf("tagged@example.org"))?.person_no,
    );
    expect(tags.map(({ name }) => name)).toEqual(["Full-1", "One-more"]);
    expect(await (await owner.get(href)).text()).toContain("could not be stored: Tags.");
  });
});

/** A D1 whose worker is killed once people are stored: nothing after the first batch happens. */
function dyingAfter(d1: D1Database): D1Database {
  let batches = 0;
  return {
    prepare: (sql: string) => {
      if (batches > 0) throw new Error("killed");
      return d1.prepare(sql);
    },
    batch: async (statements: D1PreparedStatement[]) => {
      batches += 1;
      return d1.batch(statements);
    },
  } as unknown as D1Database;
}
