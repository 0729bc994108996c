import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { fakeQueue } from "../../test/fake-mail";
import { personNoOf } from "../../test/forms";
import { contextOf, makeGroup } from "../../test/groups";
import { makeOrganisers } from "../../test/organisers";
import { makePetition } from "../../test/petitions";
import { world } from "../../test/world";
import { publicPages } from "../actions/public";
import type { Action } from "../actions/types";
import type { Env } from "../env";
import { dbFor } from "../groups/shard";
import { publishSite } from "../groups/tenant";
import type { Group } from "../groups/types";
import { mergePeople } from "../intake/erasure";
import { homeOf, intakeStub } from "../intake/objects";
import { identityHash, intakeTarget, takeAction } from "../intake/participation";
import { targetOf } from "../intake/removal";
import type { Participation } from "../intake/types";
import { findPerson } from "../people/edit";
import { unsubscribe } from "../people/person";
import { runWork } from "../people/work";
import { petition } from "../petitions/petition";
import { toHex } from "../platform/crypto";
import { newId } from "../platform/ids";
import { receipts } from "../receipts/tables";
import { receiptStates } from "../receipts/types";
import { askForLink } from "./asking";
import { eraseAsAsked } from "./erasure";
import { everythingOf } from "./everything";
import { OWN_LINK_HOURS, ownKey, readOwnKey } from "./own-link";
import { privacyPages } from "./public";
import { monthsBefore, previewRule, rulesOf, saveRule } from "./retention";
import { privacySteps } from "./steps";
import { selectPerson } from "./store-erasure";

const [{ email: amina }, { email: mei }] = world.supporters;
const DAY_MS = 86_400_000;
type Due = { type: "people.work"; groupNo: number; workNo: number };

/** A group with petitions at its host, real objects behind them, and a queue that is emptied when told. */
async function makeWorld(options: { work?: Queue } = {}) {
  const { group, host } = await makeGroup();
  const actions = [
    await makePetition(group, { slug: "air", title: "Clean air" }),
    await makePetition(group, { slug: "water", title: "Clean water" }),
  ] as const;
  await publishSite(contextOf(), group);
  const queue = fakeQueue<Due>();
  const mail = fakeQueue<{ message: { to: string; text: string } }>();
  const bindings: Env = { ...env, WORK: options.work ?? queue.binding, MAIL: mail.binding };
  const later: Promise<unknown>[] = [];
  const ctx = (now = Date.now()) => ({
    ...contextOf(bindings, now),
    later: (work: Promise<unknown>) => void later.push(work),
  });
  const app = publicPages({
    kinds: [petition],
    takeAction: (c, snapshot, kind, said) => takeAction(c, intakeTarget(snapshot, kind), said, {}),
    askCount: (c, snapshot, kind) => homeOf(c.env, intakeTarget(snapshot, kind)).summary(),
    fileAbuseReport: async () => 0,
    pages: [privacyPages],
  });
  const origin = `http://${host}:8787`;
  const execution = {
    waitUntil: (work: Promise<unknown>) => void later.push(work),
    passThroughOnException: () => {},
    props: {},
  } as unknown as ExecutionContext;
  const get = (path: string, init: RequestInit = {}) =>
    Promise.resolve(
      app.fetch(new Request(origin + path, { redirect: "manual", ...init }), bindings, execution),
    );
  const post = (path: string, fields: Record<string, string> = {}) =>
    get(path, { method: "POST", body: new URLSearchParams(fields), headers: { Origin: origin } });
  const settled = async () => {
    while (later.length > 0) await later.shift();
  };
  const work = async (now = Date.now()) => {
    for (const { body } of queue.sent.splice(0)) await runWork(ctx(now), body, privacySteps);
  };
  return { group, db: dbFor(env, group), actions, ctx, get, post, settled, queue, mail, work };
}

function said(email: string, more: Partial<Participation> = {}): Participation {
  return {
    ...{ e: email, la: "en", co: 1, w: "0".repeat(16), nm: 1 },
    o: { givenName: "Amina", familyName: "Sow", country: "FR", answers: { why: "because" } },
    ...more,
  };
}

const target = (group: Group, action: Action) => targetOf(group, action);
const sign = (group: Group, action: Action, email: string, more: Partial<Participation> = {}) =>
  takeAction(contextOf(), target(group, action), said(email, more), { continent: "EU", country: "FR" });
const drain = (action: Action) => intakeStub(env, "", `${action.id}/weur/0`).drain();
const totalOf = async (group: Group, action: Action) =>
  (await homeOf(env, target(group, action)).summary()).total;

async function rowsWith(group: Group, text: string): Promise<string[]> {
  const { d1 } = dbFor(env, group);
  const tables = await d1
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%group_no%'")
    .all<{ name: string }>();
  const found: string[] = [];
  for (const { name } of tables.results) {
    const { results } = await d1.prepare(`SELECT * FROM "${name}" WHERE group_no = ?`).bind(group.no).all();
    if (JSON.stringify(results).toLowerCase().includes(text.toLowerCase())) found.push(name);
  }
  return found;
}

// The first object that is called loads the whole worker, which takes as long as the machine is busy.
beforeAll(() => exports.default.fetch("http://localhost:8787/health").then((response) => response.text()));

describe("somebody who is erased while signatures of theirs are still on the way", () => {
  it("is nowhere, counts nowhere, and comes back with nothing said before", async () => {
    const { group, db, actions, ctx, work } = await makeWorld();
    const [air, water] = actions;
    await sign(group, air, amina, { cm: "My words", cs: 2 });
    await drain(air);
    await sign(group, air, mei);
    await sign(group, water, amina);
    await sign(group, air, amina, { cm: "Other words", cs: 2 });
    const personNo = await personNoOf(group, amina);
    expect(await eraseAsAsked(ctx(), group, personNo, 1)).toEqual({ is: "erased", isWhole: true });
    for (const action of actions) await drain(action);
    await work();
    expect([await totalOf(group, air), await totalOf(group, water)]).toEqual([1, 0]);
    for (const action of actions) expect(await homeOf(env, target(group, action)).check()).toBe(0);
    expect(await rowsWith(group, amina)).toEqual([]);
    expect(await rowsWith(group, "words")).toEqual([]);
    const kept = await env.SITES.get(`action/${group.no}/petition/air`);
    expect(kept).not.toContain("words");
    expect(await eraseAsAsked(ctx(), group, personNo, 1)).toEqual({ is: "gone" });
    const hash = toHex(await identityHash(contextOf().config.IDENTITY_PEPPER, group.id, amina));
    const { results } = await db.d1
      .prepare("SELECT value FROM identities WHERE group_no = ? AND kind = 3")
      .bind(group.no)
      .all();
    expect(results).toEqual([{ value: hash }]);
    expect((await selectPerson(db, personNo))?.erasedAt).not.toBeNull();
    await sign(group, air, amina);
    await drain(air);
    expect(await totalOf(group, air)).toBe(2);
    expect(await personNoOf(group, amina)).not.toBe(personNo);
  });

  it("is erased although whoever began it died after the first step, or before it", async () => {
    const lost = fakeQueue<Due>();
    const { group, actions, ctx } = await makeWorld({ work: lost.binding });
    await sign(group, actions[0], amina);
    await drain(actions[0]);
    await sign(group, actions[1], amina);
    const personNo = await personNoOf(group, amina);
    const dying = { ...ctx(), env: { ...ctx().env, HOME: undefined as unknown as Env["HOME"] } };
    expect(await eraseAsAsked(dying, group, personNo, 1)).toEqual({ is: "erased", isWhole: false });
    for (const { body } of lost.sent) await runWork(ctx(), body, privacySteps);
    await drain(actions[1]);
    expect([await totalOf(group, actions[0]), await totalOf(group, actions[1])]).toEqual([0, 0]);
    expect(await rowsWith(group, amina)).toEqual([]);
  });

  it("of another group stays: a number means nobody elsewhere", async () => {
    const [ours, theirs] = [await makeWorld(), await makeWorld()];
    await sign(theirs.group, theirs.actions[0], amina);
    await drain(theirs.actions[0]);
    const personNo = await personNoOf(theirs.group, amina);
    expect(await eraseAsAsked(ours.ctx(), ours.group, personNo, 1)).toEqual({ is: "gone" });
    expect(await totalOf(theirs.group, theirs.actions[0])).toBe(1);
  });
});

describe("money that was promised", () => {
  it("keeps its ledger and loses its giver, also where nothing was paid yet", async () => {
    const { group, db, actions, ctx } = await makeWorld();
    await sign(group, actions[0], amina);
    await drain(actions[0]);
    const order = JSON.stringify({ details: { to: "Grandmother Rosa" }, title: "x" });
    const id = newId().replaceAll("-", "");
    await db.d1.batch([
      db.d1
        .prepare(
          `INSERT INTO payments (group_no, id, action_no, provider, account, amount, currency, state, "order", participation, created_at)
           VALUES (?1, unhex(?2), 1, 'test', 'a', 500, 'CAD', 1, ?3, ?4, 1)`,
        )
        .bind(group.no, id, order, JSON.stringify(said(amina))),
      db.d1
        .prepare(
          `INSERT INTO subscriptions (group_no, id, action_no, provider, account, ref, amount, currency, interval, state, "order", participation, created_at, read_at)
           VALUES (?1, unhex(?2), 1, 'test', 'a', 'r', 500, 'CAD', 'month', 4, ?3, ?4, 1, 1)`,
        )
        .bind(group.no, id, order, JSON.stringify(said(amina))),
    ]);
    await eraseAsAsked(ctx(), group, await personNoOf(group, amina), null);
    expect(await rowsWith(group, amina)).toEqual([]);
    expect(await rowsWith(group, "Rosa")).toEqual([]);
    const payment = await db.d1
      .prepare("SELECT amount, participation FROM payments WHERE group_no = ?")
      .bind(group.no)
      .first();
    expect(payment).toEqual({ amount: 500, participation: null });
  });

  it("is asked for no more: an erasure is not over before the provider has ended every regular gift", async () => {
    const { group, db, actions, ctx, queue, work } = await makeWorld();
    await sign(group, actions[0], amina);
    await drain(actions[0]);
    const person = await personNoOf(group, amina);
    // The gift is with a provider that cannot be reached from here.
    await db.d1.batch([
      db.d1
        .prepare(
          "UPDATE participations SET amount = 500, currency = 'CAD' WHERE group_no = ?1 AND person_no = ?2",
        )
        .bind(group.no, person),
      db.d1
        .prepare(
          `INSERT INTO subscriptions (group_no, id, action_no, provider, account, ref, amount, currency, interval, state, "order", participation, created_at, read_at)
           SELECT ?1, id, action_no, 'stripe', 'a', 'r', 500, 'CAD', 'month', 1, '{}', 'null', 1, 1 FROM participations WHERE group_no = ?1 AND person_no = ?2`,
        )
        .bind(group.no, person),
    ]);
    expect(await eraseAsAsked(ctx(), group, person, null)).toEqual({ is: "erased", isWhole: false });
    expect(await rowsWith(group, amina)).toEqual([]);
    const [asked] = queue.sent.slice(-1);
    await expect(work()).rejects.toThrow("would not end");
    await db.d1.prepare("UPDATE subscriptions SET state = 4 WHERE group_no = ?").bind(group.no).run();
    if (asked) await runWork(ctx(), asked.body, privacySteps);
    const open = await db.d1
      .prepare("SELECT count(*) AS n FROM works WHERE group_no = ? AND finished_at IS NULL")
      .bind(group.no)
      .first<number>("n");
    expect(open).toBe(0);
  });
});

describe("what is told of somebody who was two people before", () => {
  it("has the mails that either had", async () => {
    const { group, db, actions, ctx } = await makeWorld();
    for (const [nth, email] of [amina, mei].entries()) {
      const action = actions[nth];
      if (!action) throw new Error("no action");
      await sign(group, action, email);
      await drain(action);
      const personNo = await personNoOf(group, email);
      const mailed = { groupNo: group.no, actionNo: action.no, personNo, state: receiptStates.sent };
      await db.db.insert(receipts).values({ ...mailed, claimedAt: 1 });
    }
    const [kept, lost] = [await personNoOf(group, amina), await personNoOf(group, mei)];
    expect(await mergePeople(ctx(), group, { kept, lost }, [])).not.toBeNull();
    const told = await everythingOf(ctx(), group, kept, "group");
    expect(told.thank_you_mails).toHaveLength(2);
  });
});

describe("the tables of a shard", () => {
  /** Rows that name a person by number alone, and say nothing of who that was once the person's row is empty. */
  const numbersOnly = new Set([
    // Told as addresses.
    "identities",
    // A copy of what is told of the person, which goes when they go.
    "people_brief",
    "calls",
    "mail_events",
    "mailing_recipients",
    "merged_people",
    "event_notices",
    "letters",
    "event_attendances",
    "receipts",
  ]);

  it("that name a person are each told to them, or hold no more than a number", async () => {
    const { group, db, ctx } = await makeWorld();
    const { results } = await db.d1
      .prepare("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql LIKE '%person_no%'")
      .all<{ name: string; sql: string }>();
    const source = JSON.stringify(Object.keys(await everythingOf(ctx(), group, 1, "group")));
    const told = (await import("./store-everything")).sourceText() + source;
    const missing = results
      // Read by a view that holds those kept with participations too.
      .map(({ name }) => (name === "consent_events" ? "consents" : name))
      .filter(
        (name) => !numbersOnly.has(name) && !told.includes(` ${name} `) && !told.includes(` ${name}\n`),
      );
    expect(missing).toEqual([]);
  });
});

describe("a slip in an address", () => {
  const fields = {
    givenName: "Ana",
    familyName: "Ortiz",
    postalCode: "69001",
    country: "FR",
    comment: "My words",
  };
  const sendAs = async (made: Awaited<ReturnType<typeof makeWorld>>, email: string) => {
    const response = await made.post("/petitions/air?source=flyer", { ...fields, email, consent: "yes" });
    return response.headers.get("Location") ?? "";
  };
  const drainAll = (made: Awaited<ReturnType<typeof makeWorld>>) =>
    Promise.all(
      ["weur", "enam", "wnam", "apac", "sam", "afr", "me", "oc", "eeur"].map((region) =>
        intakeStub(env, "", `${made.actions[0].id}/${region}/0`).drain(),
      ),
    );

  it("is offered on the thank-you page and put right: the words go over, the wrong one is nobody", async () => {
    const made = await makeWorld();
    const { group, db, actions, get, post } = made;
    const thanks = await sendAs(made, "ana@gmial.com");
    const page = await (await get(thanks)).text();
    expect(page).toContain("Did you mean ana@gmail.com?");
    const href = /href="([^"]+correction[^"]+)"/.exec(page)?.[1]?.replaceAll("&amp;", "&") ?? "";
    expect(href).not.toContain("gmial");
    expect((await post(href, { email: "ana@gmail.com" })).status).toBe(503);
    await drainAll(made);
    expect(await (await get(href)).text()).toContain('value="ana@gmail.com"');
    expect((await post(href, { email: "nobody" })).status).toBe(422);
    expect((await post(href, { email: "ana@gmial.com" })).status).toBe(422);
    expect((await post(href, { email: "ana@gmail.com" })).status).toBe(303);
    await drainAll(made);
    expect((await post(href, { email: "ana@gmail.com" })).status).toBe(404);
    expect(await rowsWith(group, "gmial")).toEqual([]);
    const row = await db.d1
      .prepare(
        `SELECT e.email, e.email_status, p.comment, p.source FROM participations p JOIN people e ON e.group_no = p.group_no AND e.person_no = p.person_no
         WHERE p.group_no = ? AND p.removal_no = 0`,
      )
      .bind(group.no)
      .all();
    expect(row.results).toEqual([
      { email: "ana@gmail.com", email_status: 1, comment: "My words", source: "flyer" },
    ]);
    expect(await totalOf(group, actions[0])).toBe(1);
    expect(await homeOf(env, target(group, actions[0])).check()).toBe(0);
  });

  it("is offered to nobody who signed before, nor for an address that is right, nor with another's token", async () => {
    const made = await makeWorld();
    expect(await sendAs(made, "ana@gmail.com")).not.toContain("fix=");
    const first = await sendAs(made, "bo@gmial.com");
    expect(first).toContain("fix=");
    expect(await sendAs(made, "bo@gmial.com")).not.toContain("fix=");
    const token = /fix=([^&]+)/.exec(first)?.[1] ?? "";
    expect((await made.get(`/petitions/water/correction?fix=${token}`)).status).toBe(404);
    expect((await made.get(`/petitions/air/correction?fix=${token.slice(0, -3)}AAA`)).status).toBe(404);
    const other = await makeWorld();
    expect((await other.get(`/petitions/air/correction?fix=${token}`)).status).toBe(404);
  });

  it("takes out one thing alone from somebody who did others", async () => {
    const made = await makeWorld();
    const { group, actions, get, post } = made;
    await sign(group, actions[1], "cy@gmial.com");
    await drain(actions[1]);
    const thanks = await sendAs(made, "cy@gmial.com");
    await drainAll(made);
    const page = await (await get(thanks)).text();
    const href = /href="([^"]+correction[^"]+)"/.exec(page)?.[1]?.replaceAll("&amp;", "&") ?? "";
    expect((await post(href, { email: "cy@gmail.com" })).status).toBe(303);
    await drainAll(made);
    expect([await totalOf(group, actions[0]), await totalOf(group, actions[1])]).toEqual([1, 1]);
    expect(await rowsWith(group, "cy@gmial.com")).toContain("people");
  });

  it("is told by the domain alone while it is typed", async () => {
    const { get } = await makeWorld();
    const answer = await get("/email-domain.json?domain=gmial.com");
    expect(await answer.json()).toEqual({ meant: "gmail.com" });
    expect(answer.headers.get("Cache-Control")).toContain("public");
    expect(await (await get("/email-domain.json")).json()).toEqual({ meant: null });
  });
});

describe("the link to one's own data", () => {
  it("is mailed to whom the group knows, and the answer is the same for anybody else", async () => {
    const { group, actions, post, settled, mail, get } = await makeWorld();
    await sign(group, actions[0], amina);
    await drain(actions[0]);
    const answers = [];
    for (const email of [amina, "nobody@supporters.example"]) {
      const response = await post("/privacy", { email });
      answers.push([response.status, (await response.text()).replaceAll(email, "")]);
    }
    await settled();
    expect(answers[0]).toEqual(answers[1]);
    expect(mail.sent.map(({ body }) => body.message.to)).toEqual([amina]);
    const href = /http:\/\/[^\s)]+key=[^\s)]+/.exec(mail.sent[0]?.body.message.text ?? "")?.[0] ?? "";
    const page = await get(href.slice(href.indexOf("/privacy")));
    expect(page.status).toBe(200);
    expect(page.headers.get("Cache-Control")).toBe("private, no-store");
    expect(page.headers.get("Referrer-Policy")).toBe("no-referrer");
    expect(await page.text()).toContain("Clean air");
  });

  it("is capped by address without saying so, and by connection aloud", async () => {
    const { group, ctx, mail, settled, actions } = await makeWorld();
    await sign(group, actions[0], amina);
    await drain(actions[0]);
    const ask = (email: string, network: string) =>
      askForLink(ctx(), group, { email, network, origin: "http://x", locale: "en" });
    const network = crypto.randomUUID();
    for (let n = 0; n < 6; n += 1) expect(await ask(amina, network)).toBe(true);
    for (let n = 0; n < 4; n += 1) await ask(`n${n}@x.example`, network);
    expect(await ask("last@x.example", network)).toBe(false);
    const send = ctx();
    expect(send).toBeDefined();
    await settled();
    expect(mail.sent.length).toBeLessThanOrEqual(3);
  });

  it("refuses an address that is none, a machine in silence, and another site's form", async () => {
    const { post, get, settled, mail } = await makeWorld();
    expect((await post("/privacy", { email: "nobody" })).status).toBe(422);
    expect((await post("/privacy", { email: amina, website: "x" })).status).toBe(200);
    const foreign = await get("/privacy", {
      method: "POST",
      body: new URLSearchParams({ email: amina }),
      headers: { Origin: "http://evil.example" },
    });
    expect(foreign.status).toBe(403);
    await settled();
    expect(mail.sent).toEqual([]);
  });

  it("opens nothing when it is forged, too old, another group's, or its person was erased", async () => {
    const [ours, theirs] = [await makeWorld(), await makeWorld()];
    const [air] = ours.actions;
    await sign(ours.group, air, amina);
    await drain(air);
    const no = await personNoOf(ours.group, amina);
    const person = await selectPerson(ours.db, no);
    if (!person) throw new Error("nobody is there");
    const key = await ownKey(ours.ctx(), ours.group, person);
    const late = ours.ctx(Date.now() + (OWN_LINK_HOURS + 1) * 3_600_000);
    expect(await readOwnKey(late, ours.group, key)).toBeNull();
    expect(await readOwnKey(ours.ctx(), theirs.group, key)).toBeNull();
    for (const below of ["", "/archive", "/erasure", "/removal"]) {
      expect((await theirs.get(`/privacy/mine${below}?key=${key}`)).status).toBe(404);
      expect((await ours.get(`/privacy/mine${below}?key=${key.slice(0, -2)}xx`)).status).toBe(404);
    }
    expect((await theirs.post(`/privacy/mine/erasure?key=${key}`)).status).toBe(404);
    await eraseAsAsked(ours.ctx(), ours.group, no, null);
    expect((await ours.get(`/privacy/mine?key=${key}`)).status).toBe(404);
  });
});

describe("one's own page", () => {
  async function withKey() {
    const made = await makeWorld();
    await sign(made.group, made.actions[0], amina, { cm: "My words", cs: 2 });
    await drain(made.actions[0]);
    const no = await personNoOf(made.group, amina);
    const head = await selectPerson(made.db, no);
    if (!head) throw new Error("nobody is there");
    const key = await ownKey(made.ctx(), made.group, head);
    const person = async () => {
      const found = await findPerson(made.db, head.id);
      if (!found) throw new Error("nobody is there");
      return found;
    };
    return { ...made, no, key, person };
  }

  it("changes details and language, and says what is wrong with them", async () => {
    const { post, key, person } = await withKey();
    const typed = { do: "details", givenName: "Aminata", familyName: "Sow", country: "FR", language: "fr" };
    expect((await post(`/privacy/mine?key=${key}`, { ...typed, country: "XX" })).status).toBe(422);
    expect((await post(`/privacy/mine?key=${key}`, typed)).status).toBe(303);
    expect(await person()).toMatchObject({ givenName: "Aminata", language: "fr" });
  });

  it("begins a change of address, which both addresses have to confirm; the key of another group begins none", async () => {
    const { get, post, key, person, mail } = await withKey();
    const wish = (newEmail: string) => post(`/privacy/mine?key=${key}`, { do: "address", newEmail });
    for (const wrong of ["no address", amina.toUpperCase()]) expect((await wish(wrong)).status).toBe(422);
    expect(mail.sent).toEqual([]);
    const asked = await wish(" Amina@New.example ");
    expect(asked.headers.get("Location")).toContain("done=addressAsked");
    const sent = mail.sent.map(({ body }) => body.message);
    expect(sent.map(({ to }) => to)).toEqual([amina, "amina@new.example"]);
    // What confirms is a key of its own: the one to see one's data is none.
    expect(sent[1]?.text).toContain("/address-change?key=");
    expect(sent.map(({ text }) => text).join("")).not.toContain(key);
    expect((await person()).email).toBe(amina);
    expect(await (await get(`/privacy/mine?key=${key}`)).text()).toContain("amina@new.example");
    for (let nth = 2; nth <= 3; nth += 1) await wish(`amina${nth}@new.example`);
    expect(await (await wish("amina4@new.example")).text()).toContain("several times today");
    const theirs = await makeWorld();
    const foreign = { do: "address", newEmail: "eve@new.example" };
    expect((await theirs.post(`/privacy/mine?key=${key}`, foreign)).status).toBe(404);
    expect(theirs.mail.sent).toEqual([]);
  });

  it("takes off the list, and something newer stays", async () => {
    const { post, key, person, db, no } = await withKey();
    expect((await post(`/privacy/mine?key=${key}`, { do: "subscriptions" })).status).toBe(303);
    expect(await person()).toMatchObject({ emailStatus: 2, emailStatusCause: "page" });
    await unsubscribe(db, no, "mail", Date.now() + DAY_MS);
    const again = await post(`/privacy/mine?key=${key}`, { do: "subscriptions", email: "yes" });
    expect(again.headers.get("Location")).toContain("done=newer");
    expect(await person()).toMatchObject({ emailStatus: 2, emailStatusCause: "mail" });
  });

  it("takes out one signature for good, its own alone, and counts whoever signs again", async () => {
    const { get, post, key, group, actions, db } = await withKey();
    await sign(group, actions[0], mei);
    await drain(actions[0]);
    const inAmerica = (who: Participation) =>
      takeAction(contextOf(), target(group, actions[0]), who, { continent: "NA", country: "US" });
    const drainAll = async () => {
      await drain(actions[0]);
      await intakeStub(env, "", `${actions[0].id}/enam/0`).drain();
    };
    await inAmerica(said("joana@example.org"));
    await drainAll();
    // The same person there, still on the way.
    await inAmerica(said(amina, { cm: "My words elsewhere" }));
    const ids = await db.d1
      .prepare("SELECT lower(hex(id)) AS id, person_no AS no FROM participations WHERE group_no = ?")
      .bind(group.no)
      .all<{ id: string; no: number }>();
    const asId = (hex: string) =>
      `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    const own = await personNoOf(group, amina);
    const [mine, other] = [
      ids.results.find(({ no }) => no === own)?.id ?? "",
      ids.results.find(({ no }) => no !== own)?.id ?? "",
    ];
    expect((await post(`/privacy/mine/removal?key=${key}&id=${asId(other)}`)).status).toBe(404);
    expect(await (await get(`/privacy/mine/removal?key=${key}&id=${asId(mine)}`)).text()).toContain(
      "Clean air",
    );
    expect((await post(`/privacy/mine/removal?key=${key}&id=${asId(mine)}`)).status).toBe(303);
    expect((await post(`/privacy/mine/removal?key=${key}&id=${asId(mine)}`)).status).toBe(404);
    expect(await totalOf(group, actions[0])).toBe(2);
    await drainAll();
    expect(await rowsWith(group, "My words")).toEqual([]);
    expect(await totalOf(group, actions[0])).toBe(2);
    await sign(group, actions[0], amina, { cm: "Again" });
    await drainAll();
    expect(await totalOf(group, actions[0])).toBe(3);
    expect(await rowsWith(group, "Again")).toEqual(["participations"]);
    expect(await homeOf(env, target(group, actions[0])).check()).toBe(0);
  });

  it("is downloaded as one archive, to read and for software, without notes and hidden tags", async () => {
    const { get, key, db, group, no, ctx } = await withKey();
    await db.d1.batch([
      db.d1
        .prepare(
          "INSERT INTO person_notes (group_no, person_no, id, kind, text, created_by, created_at) VALUES (?1, ?2, randomblob(16), 'note', 'Difficult cousin', 1, 1)",
        )
        .bind(group.no, no),
      db.d1
        .prepare(
          "INSERT INTO tags (group_no, tag_no, name, name_key, created_at, hidden_at) VALUES (?1, 1, 'watch', 'watch', 1, 1)",
        )
        .bind(group.no),
      db.d1
        .prepare("INSERT INTO taggings (group_no, tag_no, person_no, tagged_at) VALUES (?1, 1, ?2, 1)")
        .bind(group.no, no),
    ]);
    const response = await get(`/privacy/mine/archive?key=${key}`);
    const zip = new TextDecoder("latin1").decode(await response.arrayBuffer());
    expect(response.headers.get("Content-Type")).toBe("application/zip");
    for (const part of ["data.html", "data.json", amina, "My words", "Clean air"])
      expect(zip).toContain(part);
    for (const part of ["Difficult cousin", "watch"]) expect(zip).not.toContain(part);
    const all = JSON.stringify(await everythingOf(ctx(), group, no, "group"));
    for (const part of ["Difficult cousin", "watch", amina]) expect(all).toContain(part);
  });

  it("erases everything after one question", async () => {
    const { get, post, key, group, actions } = await withKey();
    expect(await (await get(`/privacy/mine/erasure?key=${key}`)).text()).toContain("This cannot be undone");
    expect((await post(`/privacy/mine/erasure?key=${key}`)).status).toBe(200);
    expect(await rowsWith(group, amina)).toEqual([]);
    expect(await totalOf(group, actions[0])).toBe(0);
  });
});

describe("what a group forgets by itself", () => {
  const NOW = Date.UTC(2030, 0, 31);

  it("is counted by the calendar", () => {
    expect(new Date(monthsBefore(Date.UTC(2026, 2, 31), 1)).toISOString()).toBe("2026-02-28T00:00:00.000Z");
    expect(new Date(monthsBefore(Date.UTC(2026, 0, 15), 13)).toISOString()).toBe("2024-12-15T00:00:00.000Z");
  });

  it("is nothing until a rule is on; then the idle are erased, behind, and every day again", async () => {
    const { group, db, actions, ctx, work, queue } = await makeWorld();
    const [air] = actions;
    await sign(group, air, amina, { co: 2 });
    await sign(group, air, mei);
    await drain(air);
    const rule = { rule: "people" as const, months: 12, alsoSubscribed: false };
    expect((await rulesOf(db)).every(({ isOn }) => !isOn)).toBe(true);
    expect(await previewRule(db, rule, NOW)).toEqual({ count: 1, isWhole: true });
    expect(await previewRule(db, { ...rule, alsoSubscribed: true }, NOW)).toEqual({
      count: 2,
      isWhole: true,
    });
    expect(await previewRule(db, { ...rule, months: 240 }, NOW)).toEqual({ count: 0, isWhole: true });
    await saveRule(ctx(NOW), group, { ...rule, isOn: true }, 1);
    await work(NOW);
    expect(await rowsWith(group, amina)).toEqual([]);
    expect(await rowsWith(group, mei)).not.toEqual([]);
    expect(await totalOf(group, air)).toBe(1);
    expect(queue.sent).toHaveLength(1);
    expect(queue.sent[0]?.delaySeconds).toBeGreaterThan(40_000);
    const [row] = await rulesOf(db);
    expect(row).toMatchObject({ isOn: true, lastAt: NOW, lastCount: 1 });
    await saveRule(ctx(NOW), group, { ...rule, isOn: false, alsoSubscribed: true }, 1);
    await work(NOW + 2 * DAY_MS);
    expect(await rowsWith(group, mei)).not.toEqual([]);
  });

  it("drops old answers and referring pages and nothing else", async () => {
    const { group, db, actions, ctx, work } = await makeWorld();
    await sign(group, actions[0], amina, { rf: "https://from.example/page", s: "flyer" });
    await drain(actions[0]);
    await saveRule(ctx(NOW), group, { rule: "answers", months: 1, alsoSubscribed: false, isOn: true }, 1);
    await saveRule(ctx(NOW), group, { rule: "referrers", months: 1, alsoSubscribed: false, isOn: true }, 1);
    await work(NOW);
    expect(await rowsWith(group, "from.example")).toEqual([]);
    expect(await rowsWith(group, "because")).toEqual([]);
    expect(await rowsWith(group, "flyer")).toContain("participations");
    expect(await rowsWith(group, "Amina")).toContain("participations");
    expect(
      await db.d1
        .prepare("SELECT count(*) AS n FROM people WHERE group_no = ? AND erased_at IS NULL")
        .bind(group.no)
        .first("n"),
    ).toBe(1);
  });
});

describe("the organisers' side", () => {
  let team: Awaited<ReturnType<typeof makeOrganisers>>;
  let air: Action;
  beforeAll(async () => {
    team = await makeOrganisers();
    air = await makePetition(team.group, { slug: "air", title: "Clean air" });
    await sign(team.group, air, amina);
    await sign(team.group, air, "=cmd@supporters.example");
    await drain(air);
  });
  const idOf = async (email: string) => {
    const db = dbFor(env, team.group);
    return (await selectPerson(db, await personNoOf(team.group, email)))?.id ?? "";
  };

  it("shows consent, gives out everything in one archive and mails the link", async () => {
    const { owner, base, stranger, organiser } = team;
    const href = `${base}/people/${await idOf(amina)}`;
    const page = await owner.get(`${href}/privacy`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("Clean air");
    const archive = await owner.get(`${href}/privacy/archive`);
    expect(archive.headers.get("Content-Disposition")).toContain(".zip");
    expect(new TextDecoder("latin1").decode(await archive.arrayBuffer())).toContain(amina);
    expect((await owner.post(`${href}/privacy/link`)).status).toBe(303);
    for (const below of ["/privacy", "/privacy/archive", "/erasure"]) {
      expect((await stranger.get(href + below)).status).toBe(404);
      expect((await organiser.get(href + below)).status).toBe(403);
    }
  });

  it("hands out the evidence of consent as a file that no spreadsheet runs", async () => {
    const { owner, base, stranger } = team;
    const response = await owner.get(`${base}/actions/${air.id}/consent.csv`);
    const text = await response.text();
    expect(text).toContain(amina);
    expect(text).toContain("'=cmd@supporters.example");
    expect((await stranger.get(`${base}/actions/${air.id}/consent.csv`)).status).toBe(404);
  });

  it("saves rules, refuses months that are none, and looks before it forgets", async () => {
    const { owner, base } = team;
    const path = `${base}/settings/privacy`;
    expect((await owner.get(path)).status).toBe(200);
    expect((await owner.post(path, { rule: "people", "months.people": "x", do: "save" })).status).toBe(422);
    const preview = await owner.post(path, { rule: "people", "months.people": "12", do: "preview" });
    expect(await preview.text()).toContain("0 people would be erased");
    expect((await owner.post(path, { rule: "nothing" })).status).toBe(400);
    expect((await owner.post(path, { rule: "answers", "months.answers": "24", do: "save" })).status).toBe(
      303,
    );
  });

  it("erases a person once the word is typed", async () => {
    const { owner, base, group } = team;
    const href = `${base}/people/${await idOf(amina)}/erasure`;
    expect(await (await owner.get(href)).text()).toContain("1 thing they did");
    expect((await owner.post(href, { word: "no" })).status).toBe(422);
    expect((await owner.post(href, { word: "Erase" })).status).toBe(303);
    expect(await rowsWith(group, amina)).toEqual([]);
    expect(await totalOf(group, air)).toBe(1);
  });
});
