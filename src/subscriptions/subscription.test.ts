import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { fakeQueue } from "../../test/fake-mail";
import { personNoOf } from "../../test/forms";
import { contextOf, makeGroup } from "../../test/groups";
import { makeOrganisers } from "../../test/organisers";
import { makePetition } from "../../test/petitions";
import { publicPages } from "../actions/public";
import type { Env } from "../env";
import { dbFor } from "../groups/shard";
import { publishSite } from "../groups/tenant";
import { mailSettings } from "../groups/types";
import { homeOf, intakeStub } from "../intake/objects";
import { intakeTarget, takeAction } from "../intake/participation";
import { targetOf } from "../intake/removal";
import { petition } from "../petitions/petition";
import { mailPages } from "../tracking/public";
import {
  askToConfirm,
  confirmationNumbers,
  findMissingConfirmations,
  REMIND_AFTER_MS,
  remindToConfirm,
} from "./confirmation";
import { leaveList } from "./subscription";
import { addTopic, allTopics, archiveTopic, raiseTopic, topicsOf } from "./topic";

const AMINA = "amina@supporters.example";
const SIGNED = { email: AMINA, givenName: "Amina", familyName: "Sow", postalCode: "69001", country: "FR" };
type Queued = { message: { to: string; subject: string; text: string; html: string } };

/** A group whose new people confirm their address, with a petition at its host. */
async function makeCareful(mail: Partial<ReturnType<typeof mailSettings.parse>> = {}) {
  const settings = { mail: mailSettings.parse({ doubleOptIn: true, ...mail }) };
  const { group, host } = await makeGroup({ settings });
  const action = await makePetition(group, { slug: "air", title: "Clean air" });
  await publishSite(contextOf(), group);
  const isTold: boolean[] = [];
  const queue = fakeQueue<Queued>();
  const bindings: Env = { ...env, MAIL: queue.binding };
  const app = publicPages({
    kinds: [petition],
    takeAction: (c, snapshot, kind, said) => {
      const { action: shown, ...rest } = snapshot;
      const settings = { ...shown.settings, autoresponse: { ...shown.settings.autoresponse, isOn: false } };
      const quiet = { ...rest, action: { ...shown, settings } };
      isTold.push(intakeTarget(quiet, kind).hasReceipt);
      return takeAction(c, intakeTarget(snapshot, kind), said, { country: "FR" });
    },
    askCount: (c, snapshot, kind) => homeOf(c.env, intakeTarget(snapshot, kind)).summary(),
    fileAbuseReport: async () => 0,
    pages: [mailPages],
  });
  const later: Promise<unknown>[] = [];
  const execution = {
    waitUntil: (work: Promise<unknown>) => void later.push(work),
    passThroughOnException: () => {},
    props: {},
  } as unknown as ExecutionContext;
  const origin = `http://${host}:8787`;
  const ask = (path: string, init: RequestInit = {}) =>
    Promise.resolve(
      app.fetch(new Request(origin + path, { redirect: "manual", ...init }), bindings, execution),
    );
  const post = (path: string, fields: Record<string, string>) =>
    ask(path, { method: "POST", body: new URLSearchParams(fields) });
  const ctx = (now = Date.now()) => contextOf(bindings, now);
  const drain = () =>
    Promise.all(
      ["weur", "enam", "wnam", "apac", "sam", "afr", "me", "oc", "eeur"].map((region) =>
        intakeStub(env, "", `${action.id}/${region}/0`).drain(),
      ),
    );
  const sign = async (fields: Record<string, string> = { consent: "yes" }) => {
    const response = await post("/petitions/air", { ...SIGNED, ...fields });
    expect(response.status).toBe(303);
    await drain();
  };
  const target = targetOf(group, action);
  const news = async (now?: number) => {
    const no = await personNoOf(group, AMINA);
    await askToConfirm(ctx(now), {
      type: "participations.recorded",
      target,
      people: [[no, action.id as never]],
    });
  };
  const db = dbFor(env, group);
  const person = () =>
    db.d1
      .prepare("SELECT email_status, email_status_cause FROM people WHERE group_no = ? AND email = ?")
      .bind(group.no, AMINA)
      .first();
  const consents = async () =>
    (
      await db.d1
        .prepare("SELECT answer, hex(wording_hash) AS w FROM consents WHERE group_no = ? ORDER BY acted_at")
        .bind(group.no)
        .all<{ answer: number; w: string }>()
    ).results;
  return { group, db, queue, ask, post, ctx, sign, news, person, consents, target, isTold };
}

const linksIn = (mail: Queued | undefined) =>
  [...(mail?.message.text ?? "").matchAll(/https?:\/\/\S+/g)].map(([url]) => {
    const { pathname, search } = new URL(url);
    return pathname + search;
  });

describe("double opt-in", () => {
  it("puts nobody on the list who has not confirmed, asks once, and keeps the proof", async () => {
    const made = await makeCareful();
    await made.sign();
    expect(await made.person()).toMatchObject({ email_status: 0 });
    await made.news();
    await made.news();
    expect(made.queue.sent.map(({ body }) => body.message.to)).toEqual([AMINA]);
    const mail = made.queue.sent[0]?.body;
    expect(mail?.message.text).toContain("Clean air");
    const [yes = "", no = ""] = linksIn(mail);
    expect([yes.includes("answer=yes"), no.includes("answer=no")]).toEqual([true, true]);
    const page = await made.ask(yes);
    expect([page.status, (await page.text()).includes("Yes, send me mail")]).toEqual([200, true]);
    expect(await made.person()).toMatchObject({ email_status: 0 });
    expect((await made.post(yes, {})).status).toBe(422);
    expect(await (await made.post(yes, { answer: "yes" })).text()).toContain("Welcome to");
    expect(await made.person()).toMatchObject({ email_status: 1 });
    const [asked, proof] = await made.consents();
    expect([asked?.answer, proof?.answer, proof?.w === asked?.w]).toEqual([1, 1, true]);
    await made.post(yes, { answer: "yes" });
    expect(await made.consents()).toHaveLength(2);
    await made.news();
    expect(made.queue.sent).toHaveLength(1);
    expect(await confirmationNumbers(made.db)).toEqual({ waiting: 0, yes: 1, no: 0 });
  });

  it("counts the action of whoever says no, and asks no more", async () => {
    const made = await makeCareful({ confirmationReminders: 3 });
    await made.sign();
    await made.news();
    const [, no = ""] = linksIn(made.queue.sent[0]?.body);
    await made.post(no, { answer: "no" });
    expect(await made.person()).toMatchObject({ email_status: 0 });
    await remindToConfirm(made.ctx(Date.now() + 2 * REMIND_AFTER_MS));
    expect(made.queue.sent).toHaveLength(1);
    expect((await made.consents()).map(({ answer }) => answer)).toEqual([1, 2]);
  });

  it("reminds as often as the group wants, two days apart, and not at all unless it does", async () => {
    const made = await makeCareful({ confirmationReminders: 2 });
    const plain = await makeCareful();
    let now = Date.now();
    for (const each of [made, plain]) {
      await each.sign();
      await each.news(now);
    }
    await remindToConfirm(made.ctx(now + REMIND_AFTER_MS - 1_000));
    expect(made.queue.sent).toHaveLength(1);
    for (let turn = 0; turn < 4; turn += 1) {
      now += REMIND_AFTER_MS + 1;
      await remindToConfirm(made.ctx(now));
      await remindToConfirm(made.ctx(now));
    }
    expect(made.queue.sent).toHaveLength(3);
    expect(made.queue.sent[1]?.body.message.subject).toContain("Still waiting");
    expect(plain.queue.sent).toHaveLength(1);
  });

  it("asks again whom a lost message left out, and whom a crash did", async () => {
    const made = await makeCareful();
    await made.sign();
    const window = { target: made.target, sinceMs: Date.now() - 600_000, untilMs: Date.now() + 600_000 };
    expect(await findMissingConfirmations(made.ctx(), window)).toBe(1);
    expect(made.queue.sent).toHaveLength(1);
    expect(await findMissingConfirmations(made.ctx(), window)).toBe(0);
    await made.db.d1
      .prepare("UPDATE confirmations SET mail_count = 0 WHERE group_no = ?")
      .bind(made.group.no)
      .run();
    expect(await findMissingConfirmations(made.ctx(), window)).toBe(0);
    expect(await findMissingConfirmations(made.ctx(Date.now() + 3_600_000), window)).toBe(1);
    expect(made.queue.sent).toHaveLength(2);
  });

  it("asks nobody who said no, is on the list, or left it after they said yes", async () => {
    const made = await makeCareful();
    await made.sign({});
    await made.news();
    expect([made.queue.sent.length, (await made.person())?.email_status]).toEqual([0, 2]);
    const other = await makeCareful();
    await other.sign();
    await leaveList(other.ctx(Date.now() + 1_000), other.group, {
      personNo: await personNoOf(other.group, AMINA),
      ...{ mailingNo: null, cause: "page", reason: "" },
    });
    await other.news();
    expect(other.queue.sent).toHaveLength(0);
  });

  it("reminds nobody who left after they were asked, and asks them once they say yes again", async () => {
    const made = await makeCareful({ confirmationReminders: 2 });
    await made.sign();
    await made.news();
    expect(made.queue.sent).toHaveLength(1);
    const leftAt = Date.now() + 60_000;
    await leaveList(made.ctx(leftAt), made.group, {
      personNo: await personNoOf(made.group, AMINA),
      ...{ mailingNo: null, cause: "page", reason: "" },
    });
    await remindToConfirm(made.ctx(leftAt + REMIND_AFTER_MS));
    expect(made.queue.sent).toHaveLength(1);
    await made.db.d1
      .prepare("UPDATE consent_events SET acted_at = ?2 WHERE group_no = ?1")
      .bind(made.group.no, leftAt + 1)
      .run();
    await made.db.d1
      .prepare("UPDATE participations SET acted_at = ?2, revised_at = ?2 WHERE group_no = ?1")
      .bind(made.group.no, leftAt + 1)
      .run();
    await made.news(leftAt + 2);
    await made.news(leftAt + 2);
    expect(made.queue.sent).toHaveLength(2);
    expect(made.queue.sent[1]?.body.message.subject).not.toContain("Still waiting");
  });

  it("leaves on the list whoever is on it already", async () => {
    const made = await makeCareful();
    await made.sign();
    await made.db.d1
      .prepare("UPDATE people SET email_status = 1, email_status_at = 5 WHERE group_no = ?")
      .bind(made.group.no)
      .run();
    await made.sign({ consent: "yes", givenName: "Aminata" });
    await made.news();
    expect(await made.person()).toMatchObject({ email_status: 1 });
    expect(made.queue.sent).toHaveLength(0);
  });

  it("is asked for by actions that send no thank-you mail as well", async () => {
    const made = await makeCareful();
    await made.sign();
    expect(made.isTold).toEqual([true]);
  });

  it("is for groups that want it: elsewhere a yes is a yes", async () => {
    const made = await makeCareful({ doubleOptIn: false });
    await made.sign();
    expect(made.isTold).toEqual([false]);
    await made.news();
    expect([made.queue.sent.length, (await made.person())?.email_status]).toEqual([0, 1]);
  });
});

describe("topics", () => {
  it("have an order, one name each, and an archive", async () => {
    const { group } = await makeGroup();
    const db = dbFor(env, group);
    const ctx = contextOf();
    const add = (name: string) => addTopic(ctx, db, { name, description: "", names: {} });
    expect([await add("Air"), await add("Water"), await add("air"), await add("Soil")]).toEqual([
      "added",
      "added",
      "taken",
      "added",
    ]);
    await raiseTopic(db, 3);
    await raiseTopic(db, 3);
    await raiseTopic(db, 3);
    expect((await topicsOf(db)).map(({ name }) => name)).toEqual(["Soil", "Air", "Water"]);
    await archiveTopic(ctx, db, 1);
    expect((await topicsOf(db)).map(({ name }) => name)).toEqual(["Soil", "Water"]);
    expect(await add("AIR")).toBe("added");
    expect(await allTopics(db)).toHaveLength(4);
  });

  it("are looked after on a page of the group's mailings, by its own people alone", async () => {
    const { owner, organiser, stranger, base, group } = await makeOrganisers();
    const path = `${base}/mailings/topics`;
    expect((await owner.post(path, { name: "" })).status).toBe(422);
    expect((await owner.post(path, { name: "Clean <b>air</b>", "name-fr": "L’air" })).status).toBe(303);
    expect((await organiser.post(path, { name: "Water" })).status).toBe(303);
    expect((await owner.post(path, { name: "water" })).status).toBe(422);
    const page = await (await organiser.get(path)).text();
    expect(page).toContain("Clean &lt;b&gt;air&lt;/b&gt;");
    expect((await owner.post(`${path}/2/rise`)).status).toBe(303);
    expect((await owner.post(`${path}/1`, { name: "Air", "name-es": "El aire" })).status).toBe(303);
    expect((await owner.post(`${path}/2/archival`)).status).toBe(303);
    expect((await owner.post(path, { name: "Water" })).status).toBe(303);
    expect((await owner.post(`${path}/2/restoration`)).status).toBe(422);
    for (const wrong of ["9", "0", "x", "1e0"])
      expect((await owner.get(`${path}/${wrong}`)).status).toBe(404);
    const theirs = `/groups/${group.slug.replace("team", "other")}/mailings/topics`;
    expect((await stranger.post(theirs, { name: "Other" })).status).toBe(303);
    expect((await stranger.get(path)).status).toBe(404);
    expect((await stranger.post(`${path}/1`, { name: "Taken" })).status).toBe(404);
    expect((await stranger.post(`${theirs}/2`, { name: "Taken" })).status).toBe(404);
    const names = (await allTopics(dbFor(env, group))).map(({ name }) => name);
    expect(names).toEqual(["Water", "Air", "Water"]);
  });
});
