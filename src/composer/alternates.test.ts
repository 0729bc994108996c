import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { addPeople, HandDriver } from "../../test/deliveries";
import { contextOf } from "../../test/groups";
import { makeOrganisers } from "../../test/organisers";
import { dbFor, type GroupDb } from "../groups/shard";
import { groupBySlug } from "../groups/store";
import { mailingById, saveSettings, versionsOf } from "../mailings/mailing";
import type { Mailing, MailingId } from "../mailings/types";

let team: Awaited<ReturnType<typeof makeOrganisers>>;
let db: GroupDb;
let base: string;

const PEOPLE = 60;
const words = {
  ...{ version: "1", fromName: "Rosa", subject: "Clean air now", preview: "One minute of your day" },
  ...{ form: "markdown", bodyForm: "markdown", body: "Dear friend, sign.", plain: "" },
};

beforeAll(async () => {
  team = await makeOrganisers();
  await env.DIRECTORY.prepare("UPDATE groups SET postal_address = '1 Main Street' WHERE group_no = ?")
    .bind(team.group.no)
    .run();
  db = dbFor(contextOf().env, team.group);
  base = `${team.base}/mailings`;
  await addPeople(
    db,
    Array.from({ length: PEOPLE }, () => ({})),
  );
});

async function draft(): Promise<Mailing> {
  const begun = await team.owner.post(`${base}/new`);
  const id = /mailings\/([0-9a-f-]{36})/.exec(begun.headers.get("Location") ?? "")?.[1] ?? "";
  await team.owner.post(`${base}/${id}`, words);
  await team.owner.post(`${base}/${id}/target`, { "i:join": "all", "e:join": "any" });
  const mailing = await mailingById(db, id as MailingId);
  if (!mailing) throw new Error("no mailing");
  return mailing;
}

const text = async (path: string) => (await team.owner.get(`${base}/${path}`)).text();

it("subjects, senders and messages are added, written, proofed and sent, and compared each by itself", async () => {
  const { id, no } = await draft();
  const add = (fields: Record<string, string>) => team.organiser.post(`${base}/${id}/alternates`, fields);
  const added = await add({ part: "subject", subject: "Breathe", preview: "" });
  expect(added.headers.get("Location")).toBe(`${base}/${id}/alternates?done=added#subject`);
  await add({ part: "sender", fromName: "Rosa of Clean Air" });
  const message = await add({ part: "body" });
  expect(message.headers.get("Location")).toBe(`${base}/${id}?alternate=4&language=en`);
  const page = await text(`${id}/alternates`);
  expect(page).toContain("2 subjects × 2 senders × 2 messages = 8 versions.");
  expect(page).toContain("About 7 people get each version. That is few");
  expect(page).toContain("compared across all versions, which says more");
  expect(page).toContain("24 versions at most");
  // A message is written where messages are; its page has no other fields, and takes none.
  const writing = await text(`${id}?alternate=4&language=en`);
  expect([writing.includes('name="body"'), writing.includes('name="subject"')]).toEqual([true, false]);
  expect(writing).toContain(`${id}/preview?variant=2`);
  const version = /name="version" value="(\d+)"/.exec(writing)?.[1] ?? "";
  const body = { form: "markdown", bodyForm: "markdown", body: "Another message", subject: "Not here" };
  const write = () =>
    team.owner.post(`${base}/${id}?alternate=4&language=en`, { version, part: "body", ...body });
  await write();
  expect((await write()).status).toBe(409);
  expect((await versionsOf(db, no)).map((each) => `${each.subject}, ${each.fromName}, ${each.body}`)).toEqual(
    ["Clean air now", "Breathe"].flatMap((subject) =>
      ["Rosa", "Rosa of Clean Air"].flatMap((from) =>
        ["Dear friend, sign.", "Another message"].map((each) => `${subject}, ${from}, ${each}`),
      ),
    ),
  );
  expect(await text(`${id}/preview?variant=8`)).toContain("Another message");
  // Two mails show two of each.
  const review = await text(`${id}/review?variant=8`);
  expect(review).toContain("2 mails are sent, which together show every subject, sender and message.");
  expect(review).toContain("Subject 2 · Sender 2 · Message 2");
  const sent = { when: "now", tracksOpens: "yes", tracksClicks: "yes", do: "send", shown: String(PEOPLE) };
  await team.owner.post(`${base}/${id}/review`, sent);
  expect((await mailingById(db, id))?.status).toBe("scheduled");
  await db.d1.prepare("UPDATE mailings SET start_at = 1 WHERE group_no = ?").bind(db.groupNo).run();
  const group = await groupBySlug(contextOf().directory, team.group.slug);
  if (!group) throw new Error("no group");
  const driver = new HandDriver(group, { no });
  await driver.run();
  expect(driver.sent).toHaveLength(PEOPLE);
  await db.d1
    .prepare(
      `INSERT INTO mail_events (group_no, mailing_no, person_no, clicked_s)
       SELECT group_no, mailing_no, person_no, at_s FROM mailing_recipients WHERE group_no = ? AND mailing_no = ?`,
    )
    .bind(db.groupNo, no)
    .run();
  const results = await text(`${id}/results`);
  expect(results).toContain("By subject, sender and message");
  expect(results).toContain("Too early to say");
  expect(await text(`${id}/results.csv`)).toMatch(/\nSender,2,/);
});

it("what cannot be an alternate is refused beside its field, and nothing is stored", async () => {
  const { id, no } = await draft();
  const add = (fields: Record<string, string>) => team.owner.post(`${base}/${id}/alternates`, fields);
  const refused = async (fields: Record<string, string>) => {
    const response = await add(fields);
    expect(response.status).toBe(422);
    return response.text();
  };
  expect(await refused({ part: "subject", subject: "  ", preview: "Kept words" })).toMatch(
    /Write the other subject first[\s\S]*value="Kept words"/,
  );
  expect(await refused({ part: "subject", subject: "x", preview: "x".repeat(251) })).toContain(
    "250 characters",
  );
  expect(await refused({ part: "sender", fromName: "x".repeat(101) })).toContain("100 characters");
  expect((await add({ part: "colour" })).status).toBe(400);
  expect(await versionsOf(db, no)).toHaveLength(1);
  for (let nth = 2; nth <= 24; nth += 1) await add({ part: "sender", fromName: `Rosa ${nth}` });
  expect(await refused({ part: "sender", fromName: "One more" })).toMatch(
    /more than 24 versions[\s\S]*value="One more"/,
  );
  expect(await text(`${id}/alternates`)).not.toContain("Add this subject");
  // Eleven addresses would get 24 mails each: none leaves, and the hour's tests are all still there.
  const to = Array.from({ length: 11 }, (_, nth) => `p${nth}@organisers.example`);
  const tests = (addresses: string[]) => team.owner.post(`${base}/${id}/tests`, { to: addresses.join(" ") });
  const many = await tests(to);
  expect([many.status, await many.text()]).toEqual([422, expect.stringContaining("264 mails")]);
  expect((await tests(to.slice(0, 7))).headers.get("Location")).toContain("done=tested");
  expect((await tests(to.slice(0, 1))).headers.get("Location")).toContain("done=tested");
  expect(await (await tests(to.slice(0, 1))).text()).toContain("24 mails");
});

it("alternates are removed by their own button, which takes nothing else away", async () => {
  const { id, no } = await draft();
  await team.owner.post(`${base}/${id}/alternates`, { part: "subject", subject: "Breathe" });
  const version = /name="version" value="(\d+)"/.exec(await text(`${id}/alternates`))?.[1] ?? "";
  const remove = (alternate: string) =>
    team.owner.post(`${base}/${id}/alternates/removal`, { alternate, part: "subject", version });
  for (const nothing of ["1", "9", "x"]) expect((await remove(nothing)).status).toBe(409);
  expect((await team.owner.post(`${base}/${id}/alternates/removal`, { alternate: "2" })).status).toBe(400);
  expect(await versionsOf(db, no)).toHaveLength(2);
  expect((await remove("2")).headers.get("Location")).toContain("done=removed");
  expect(await versionsOf(db, no)).toHaveLength(1);
  expect((await team.owner.get(`${base}/${id}?alternate=2`)).status).toBe(404);
  // A whole version is none, and where one is there are no alternates.
  await team.owner.post(`${base}/${id}/variants`);
  const stale = await remove("2");
  expect([stale.status, await stale.text()]).toEqual([409, expect.stringContaining("Nothing was removed")]);
  expect(await versionsOf(db, no)).toHaveLength(2);
  const mixed = await team.owner.post(`${base}/${id}/alternates`, { part: "subject", subject: "Breathe" });
  expect([mixed.status, await mixed.text()]).toEqual([
    422,
    expect.stringMatching(/whole versions[\s\S]*You typed:[\s\S]*Breathe/),
  ]);
});

it("a test says how many of its part each version gets", async () => {
  const mailing = await draft();
  await team.owner.post(`${base}/${mailing.id}/alternates`, { part: "subject", subject: "Breathe" });
  const test = { measure: "clicks" as const, hours: 1, isAutomatic: true, unsubscribeShareMax: null };
  const cohorts = {
    size: 40,
    isInOrder: true,
    shareOfBestMin: 50,
    unsubscribeShareMax: null,
    complaintShareMax: null,
  };
  await saveSettings(contextOf(), team.group, mailing, {
    settings: { test: { ...test, share: 5_000, cohorts: null } },
  });
  const page = await text(`${mailing.id}/alternates`);
  expect(page).toContain("About 15 people of the test part get each version. That is few");
  // Its versions are its subjects: comparing them by subject would say the same again.
  expect(page).not.toContain("compared across all versions");
  await saveSettings(contextOf(), team.group, mailing, {
    settings: { test: { ...test, share: 5_000, cohorts } },
  });
  expect(await text(`${mailing.id}/alternates`)).toContain(
    "About 20 people of each cohort try each version.",
  );
  const nobody = { is: "mail" as const, did: "received" as const, mailings: [mailing.no] };
  await saveSettings(contextOf(), team.group, mailing, {
    target: { audience: { include: { all: [nobody] } }, most: null },
  });
  expect(await text(`${mailing.id}/alternates`)).toContain("Nobody would get it as it stands");
  await saveSettings(contextOf(), team.group, mailing, { target: null });
  expect(await text(`${mailing.id}/alternates`)).toContain("Nobody is chosen yet");
});

it("a test says which subject did best, and that the best version does not have it", async () => {
  const { id, no } = await draft();
  await team.owner.post(`${base}/${id}/alternates`, { part: "subject", subject: "Breathe" });
  await team.owner.post(`${base}/${id}/alternates`, { part: "body" });
  const counts = [300, 100, 299, 298];
  const verdict = {
    ...{ measure: "clicks", bestNo: 1, is: "close", unsubscribed: 0, sent: 4_000, isTripped: false },
    ...{
      judgedAt: 1,
      variants: counts.map((did, at) => ({
        variantNo: at + 1,
        sent: 1_000,
        did,
        share: did / 1_000,
        low: 0.1,
        high: 0.4,
      })),
    },
  };
  const variants = { "0": 4_000, "1": 1_000, "2": 1_000, "3": 1_000, "4": 1_000 };
  const frozen = { candidates: 8_000, recipients: 8_000, leftOut: {}, variants, languages: {}, frozenAt: 1 };
  const test = { share: 5_000, measure: "clicks", hours: 1, isAutomatic: false };
  await db.d1
    .prepare(
      `UPDATE mailings SET status = 'paused', frozen = ?3, verdict = ?4, test_ends_at = 1, start_at = 1, sent_at = 1,
         settings = json_set(settings, '$.test', json(?5)) WHERE group_no = ?1 AND mailing_no = ?2`,
    )
    .bind(db.groupNo, no, JSON.stringify(frozen), JSON.stringify(verdict), JSON.stringify(test))
    .run();
  await db.d1
    .prepare("UPDATE mailings SET status = 'sending' WHERE group_no = ? AND mailing_no = ?")
    .bind(db.groupNo, no)
    .run();
  expect(await (await team.owner.get(base)).text()).toMatch(
    new RegExp(`${id}"[\\s\\S]{0,400}Choose a version`),
  );
  const page = await text(`${id}/progress`);
  expect(page).toContain("Version A is ahead, but it may be chance.");
  expect(page).toContain(
    "Subject 2 did better than chance explains, taking all versions that have it together.",
  );
  expect(page).toContain("Version A, which did best by itself, does not have it.");
  expect(page).toMatch(
    /Subject 2 <span[^>]*>Breathe<\/span><\/th><td[^>]*>2,000<\/td><td[^>]*data-title="Clicks"[^>]*>597<\/td><td[^>]*>29.8%/,
  );
  expect(page).toMatch(
    /Send A \(Subject 1 · Message 1\) to the rest[\s\S]*Send another version[\s\S]*Send B /,
  );
  expect(page).toContain("Each comparison stands by itself");
  const chosen = await team.owner.post(`${base}/${id}/winner`, { variant: "24" });
  expect(chosen.headers.get("Location")).toContain("not=moved_on");
  await db.d1
    .prepare("UPDATE mailings SET status = 'stopped' WHERE group_no = ? AND mailing_no = ?")
    .bind(db.groupNo, no)
    .run();
  const stopped = await text(`${id}/progress`);
  expect(stopped).toContain("It was stopped before a version was chosen.");
  expect(stopped).not.toContain("to the rest");
});

it("another group's mailing, and one that is no draft, takes no alternates", async () => {
  const { id, no } = await draft();
  const fields = { part: "subject", subject: "Theirs" };
  expect((await team.stranger.get(`${base}/${id}/alternates`)).status).toBe(404);
  expect((await team.stranger.post(`${base}/${id}/alternates`, fields)).status).toBe(404);
  expect(
    (await team.stranger.post(`${base}/${id}/alternates/removal`, { alternate: "2", part: "subject" }))
      .status,
  ).toBe(404);
  await db.d1
    .prepare("UPDATE mailings SET status = 'sent' WHERE group_no = ? AND mailing_no = ?")
    .bind(db.groupNo, no)
    .run();
  for (const given of [fields, { ...fields, subject: "" }])
    expect((await team.owner.post(`${base}/${id}/alternates`, given)).headers.get("Location")).toBe(
      `${base}/${id}/progress`,
    );
  const late = await team.owner.post(`${base}/${id}/alternates/removal`, { part: "subject" });
  expect(late.headers.get("Location")).toBe(`${base}/${id}/progress`);
  expect((await team.owner.get(`${base}/${id}/alternates`)).headers.get("Location")).toContain("/progress");
  expect(await versionsOf(db, no)).toHaveLength(1);
});
