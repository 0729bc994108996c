import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { addPeople, HandDriver, makeMailing, makeSenders } from "../../test/deliveries";
import { contextOf, makeGroup } from "../../test/groups";
import { makePetition } from "../../test/petitions";
import { approveMailing, estimateAudience, sendMailing } from "../delivery/delivery";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import {
  buildVersions,
  checkAudience,
  checkVersions,
  fieldsOf,
  loadMergeValues,
  mailTemplates,
  NO_ROW,
  previewOf,
} from "../mailings/content";
import { mailingById, saveSettings, versionsOf } from "../mailings/mailing";
import type { Mailing } from "../mailings/types";
import { makeField, setFieldValues } from "../people/custom-field";
import { cleanLine } from "../platform/clean-text";
import { wholeText } from "../platform/mail/mail-text";
import { forgetElsewhere } from "../privacy/store-erasure";
import { selectEverything } from "../privacy/store-everything";
import { dayOf, switchDay } from "../ranking/ranking";
import { fillLinkFor } from "../tracking/filling";
import {
  beginMergeFile,
  beginReplacement,
  forgetOldMergeRows,
  type KeyChoice,
  listMergeFiles,
  mayCountRows,
  mergeFileById,
  mergeVersion,
  removeMergeFile,
  returnMergeFile,
  takeUpload,
} from "./merge-file";
import { surveyOf } from "./table";
import type { MergeFile } from "./types";

const by = { no: 1 };
const anything = { send: true, seePeople: true };
const bytes = (text: string) => new TextEncoder().encode(text);

/** Brings a file and says what its key is, as the screens do. */
async function bring(
  group: Group,
  text: string,
  choice: KeyChoice,
  into?: MergeFile,
  may = anything,
): Promise<MergeFile> {
  const ctx = contextOf();
  const upload = { name: "facts.csv", bytes: bytes(text) };
  const kept = into
    ? await beginReplacement(ctx, group, by, into, upload)
    : await beginMergeFile(ctx, group, by, { name: "Facts", upload });
  if (kept.is !== "kept") throw new Error(kept.is);
  const db = dbFor(env, group);
  const row = await mergeVersion(db, kept.file.no, kept.versionNo);
  if (!row) throw new Error("no upload");
  const taken = await takeUpload(ctx, group, by, { file: kept.file, upload: row }, choice, may);
  if (taken.is !== "taken") throw new Error(taken.is);
  const file = await mergeFileById(db, kept.file.id);
  if (!file) throw new Error("no file");
  return file;
}

const key = (kind: KeyChoice["kind"], keyAt = 0, fieldNo: number | null = null): KeyChoice => ({
  kind,
  keyAt,
  fieldNo,
});

async function withFile(
  group: Group,
  mailing: Mailing,
  { no }: MergeFile,
  more: Partial<Mailing["settings"]> = {},
) {
  await saveSettings(contextOf(), group, mailing, { settings: { mergeFileNo: no, ...more } });
  const found = await mailingById(dbFor(env, group), mailing.id);
  if (!found) throw new Error("no mailing");
  return found;
}

/** What a mailing says to some people. */
async function said(group: Group, mailing: Mailing, people: readonly number[]) {
  const versions = await versionsOf(dbFor(env, group), mailing.no);
  const { builds } = await buildVersions(contextOf(), group, mailing, versions, null);
  const values = await loadMergeValues(contextOf(), group, people, fieldsOf(builds));
  const template = mailTemplates(builds, { group })(1, group.locale);
  return people.map((no) => {
    const one = values.get(no);
    if (!one || !template) throw new Error(`nobody ${no}`);
    return template.render(one, "K");
  });
}

const firstLine = (text: string) => text.trim().split("\n")[0]?.trim();

describe("a row of a merge file", () => {
  let group: Group;
  let db: GroupDb;
  let field: number;

  beforeAll(async () => {
    ({ group } = await makeGroup({ postalAddress: "1 Main Street" }));
    db = dbFor(env, group);
    await addPeople(db, [
      { country: "CA", region: "ON" },
      { country: "US", region: "NY" },
      { country: "FR", region: "Île-de-France" },
      {},
    ]);
    const codes = { 1: "M5V 2T6", 2: "10001-1234", 3: "75011" };
    for (const [no, code] of Object.entries(codes))
      await db.d1
        .prepare("UPDATE people SET postal_code = ?3 WHERE group_no = ?1 AND person_no = ?2")
        .bind(group.no, Number(no), code)
        .run();
    field = (await makeField(db, { label: "Riding", type: "text" }, 1)) ?? 0;
    await setFieldValues(db, 1, [[field, "Spadina–fort york"]], 2);
    await setFieldValues(db, 3, [[field, "paris 11"]], 2);
  });

  const found = async (text: string, choice: KeyChoice) => {
    const file = await bring(group, text, choice);
    const mailing = await withFile(
      group,
      await makeMailing(group, { body: "<p>[{{ merge.hall }}]</p>" }),
      file,
    );
    return (await said(group, mailing, [1, 2, 3, 4])).map(({ text: words }) => firstLine(words));
  };

  it("is found by a whole postal code, however it is written, and by the five digits of nine", async () => {
    expect(await found("code,hall\nm5v2t6,A\n10001,B\n75 011,C\n", key("postal_code"))).toEqual([
      "[A]",
      "[B]",
      "[C]",
      "[]",
    ]);
  });

  it("is found by the longest beginning of a postal code", async () => {
    expect(await found("code;hall\nM5;far\nM5V*;near\n7;C\n", key("postal_prefix"))).toEqual([
      "[near]",
      "[]",
      "[C]",
      "[]",
    ]);
  });

  it("is found by country, named or coded, by region with or without its country, and by address", async () => {
    expect(await found("hall\tpays\nA\tCanada\nB\tus\nC\tFrance\n", key("country", 1))).toEqual([
      "[A]",
      "[B]",
      "[C]",
      "[]",
    ]);
    expect(await found("r,hall\nCA-on,A\nny,B\nÎle-de-france,C\n", key("region"))).toEqual([
      "[A]",
      "[B]",
      "[C]",
      "[]",
    ]);
    expect(await found("mail,hall\nP4@People.example,D\n", key("email"))).toEqual(["[]", "[]", "[]", "[D]"]);
  });

  it("is found by a field, whatever its capitals, in Windows-1252 too", async () => {
    expect(await found("r,hall\nSPADINA–fort York,A\n", key("field", 0, field))).toEqual([
      "[A]",
      "[]",
      "[]",
      "[]",
    ]);
    const file = new Uint8Array([...bytes("r,hall\nparis 11,caf"), 0xe9, ...bytes("\n")]);
    const ctx = contextOf();
    const kept = await beginMergeFile(ctx, group, by, { name: "W", upload: { name: "w.csv", bytes: file } });
    if (kept.is !== "kept") throw new Error(kept.is);
    const upload = await mergeVersion(db, kept.file.no, kept.versionNo);
    if (!upload) throw new Error("no upload");
    await takeUpload(ctx, group, by, { file: kept.file, upload }, key("field", 0, field), anything);
    const mailing = await withFile(
      group,
      await makeMailing(group, { body: "<p>{{ merge.hall }}</p>" }),
      kept.file,
    );
    expect((await said(group, mailing, [3])).map(({ text }) => firstLine(text))).toEqual(["café"]);
  });

  it("is found by whatever people wrote, as the file has it in other capitals of A to Z", async () => {
    const { group: other } = await makeGroup();
    const its = dbFor(env, other);
    const word = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
    const regions = [...fc.sample(word, 150), "straße", "İzmir", "ÎLE", "a,b", 'say "x"', "é"]
      .map(cleanLine)
      // A capital may be one sign with the mark over it where the small letter is two: that is another spelling.
      .filter((region) => region !== "" && !/[a-z]\p{M}/u.test(region));
    await addPeople(
      its,
      regions.map((region) => ({ region })),
    );
    const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const swapped = regions.map((region) => region.replace(/[a-z]/g, (letter) => letter.toUpperCase()));
    const file = await bring(
      other,
      `r,hall\n${swapped.map((text) => `${cell(text)},A`).join("\n")}\n`,
      key("region"),
    );
    const mailing = await withFile(
      other,
      await makeMailing(other, { body: "<p>{{ merge.hall }}</p>" }),
      file,
    );
    const texts = await said(
      other,
      mailing,
      regions.map((_, index) => index + 1),
    );
    expect(regions.filter((_, index) => firstLine(texts[index]?.text ?? "") !== "A")).toEqual([]);
  });

  it("makes conditions, defaults and subjects, and is blank to whoever has none", async () => {
    const file = await bring(group, "pays,Town hall,first\nCA,City Hall,1\nUS,,2\n", key("country"));
    const body =
      "<p>{% if merge.town_hall %}Go to {{ merge.town_hall }}{% else %}Stay{% endif %}, {{ merge.first_value | default: 'none' }}</p>";
    const mailing = await withFile(group, await makeMailing(group, { body }), file);
    const texts = (await said(group, mailing, [1, 2, 4])).map(({ text }) => firstLine(text));
    expect(texts).toEqual(["Go to City Hall, 1", "Stay, 2", "Stay, none"]);
    const [version] = await versionsOf(db, mailing.no);
    if (!version) throw new Error("no version");
    const values = await loadMergeValues(contextOf(), group, [1], { person: [], custom: [], tags: false });
    expect(values.get(1)?.fields).not.toHaveProperty("merge");
    const shown = await previewOf(contextOf(), group, mailing, version, null);
    expect(firstLine(shown.text)).toBe("Stay, none");
  });

  it("is text and nothing else, whatever is in its cells", async () => {
    const hostile = `<script>x</script> {{ email }} {% if 1 %}`;
    const file = await bring(
      group,
      `pays,hall\nCA,"${hostile}"\nUS,"one\nBcc: all@example.org\r\nX: y"\n`,
      key("country"),
    );
    const body = `<p title="{{ merge.hall }}">{{ merge.hall }}</p><a href="https://example.org/?q={{ merge.hall }}">x</a>`;
    const mailing = await makeMailing(group, { body });
    const { no } = mailing;
    await db.d1
      .prepare(
        "UPDATE mailing_versions SET subject = 'Hi {{ merge.hall }}' WHERE group_no = ?1 AND mailing_no = ?2",
      )
      .bind(group.no, no)
      .run();
    const used = await withFile(group, mailing, file, { tracksClicks: false });
    const [mine, theirs] = await said(group, used, [1, 2]);
    expect(mine?.html).not.toContain("<script>");
    expect(mine?.html).toContain("&lt;script&gt;x&lt;/script&gt; {{ email }} {% if 1 %}");
    expect(mine?.html).toContain("?q=%3Cscript%3E");
    expect(mine?.subject).toBe(`Hi ${hostile}`);
    expect(theirs?.subject).toBe("Hi one Bcc: all@example.org X: y");
  });

  it("is of the group alone: another group's file of the same number fills nothing", async () => {
    const file = await bring(group, "pays,hall\nCA,secret\n", key("country"));
    const { group: other } = await makeGroup();
    await addPeople(dbFor(env, other), [{ country: "CA" }]);
    const mailing = await withFile(
      other,
      await makeMailing(other, { body: "<p>[{{ merge.hall }}]</p>" }),
      file,
    );
    expect((await said(other, mailing, [1])).map(({ text }) => firstLine(text))).toEqual(["[]"]);
    expect(await mergeFileById(dbFor(env, other), file.id)).toBeNull();
  });
});

describe("a mailing with a merge file", () => {
  const people = [
    { country: "CA" },
    { country: "US" },
    { country: "CA" },
    {},
    { country: "CA", email_status: 2 },
  ];
  const body = "<p>[{{ merge.hall | default: 'none' }}]</p>";
  const told = (driver: HandDriver) =>
    Object.fromEntries(
      driver.sent.map(({ to, message }) => [to, /\[(.*?)\]/.exec(wholeText(message.text))?.[1]]),
    );

  it("is sent with stand-ins to whoever has no row, whom the checks count", async () => {
    const { group, db } = await makeSenders(people);
    const file = await bring(group, "pays,hall\nCA,A\n", key("country"));
    const mailing = await withFile(group, await makeMailing(group, { body }), file);
    const { builds } = await buildVersions(
      contextOf(),
      group,
      mailing,
      await versionsOf(db, mailing.no),
      null,
    );
    const audience = mailing.target?.audience ?? never();
    const check = await checkAudience(contextOf(), group, audience, fieldsOf(builds));
    expect(check).toMatchObject({ isWhole: true, people: 4, blanks: { [NO_ROW]: 2, "merge.hall": 2 } });
    const driver = new HandDriver(group, mailing);
    await sendMailing(contextOf(driver.env), group, mailing, { by: 1, startAt: null });
    await driver.run();
    expect(told(driver)).toEqual({
      "p1@people.example": "A",
      "p2@people.example": "none",
      "p3@people.example": "A",
      "p4@people.example": "none",
    });
  });

  it("leaves out whoever has no row when it is to, in numbers that add up", async () => {
    const { group, db } = await makeSenders(people);
    const file = await bring(group, "pays,hall\nCA,A\n", key("country"));
    const mailing = await withFile(group, await makeMailing(group, { body }), file, {
      withoutRow: "left_out",
    });
    const leftOut = { not_subscribed: 1, no_row: 2 };
    const target = mailing.target ?? never();
    const estimate = await estimateAudience(contextOf(), group, target, mailing.settings, {
      mailingNo: mailing.no,
    });
    expect(estimate).toMatchObject({ candidates: 5, recipients: 2, leftOut });
    // Nobody's rows are guessed at: not of no mailing, and not while it begins and has no rows of its own yet.
    await expect(estimateAudience(contextOf(), group, target, mailing.settings)).rejects.toThrow("not exist");
    const stands = (status: string) =>
      db.d1.prepare("UPDATE mailings SET status = ? WHERE group_no = ?").bind(status, group.no).run();
    await stands("preparing");
    const beginning = { mailingNo: mailing.no };
    expect(await estimateAudience(contextOf(), group, target, mailing.settings, beginning)).toMatchObject({
      recipients: 2,
    });
    await stands("draft");
    const driver = new HandDriver(group, mailing);
    await sendMailing(contextOf(driver.env), group, mailing, { by: 1, startAt: null });
    await driver.run();
    expect((await driver.standing())?.frozen).toMatchObject({ candidates: 5, recipients: 2, leftOut });
    expect(await driver.totals()).toMatchObject({ sent: 2, left_out: 3, leftOutBy: leftOut });
    expect(told(driver)).toEqual({ "p1@people.example": "A", "p3@people.example": "A" });
  });

  it("leaves whoever has no row to the other mailings of a ranked day", async () => {
    const { group, db } = await makeSenders(people);
    const file = await bring(group, "pays,hall\nCA,A\n", key("country"));
    const first = await withFile(group, await makeMailing(group, { body }), file, { withoutRow: "left_out" });
    const second = await makeMailing(group, { body: "<p>[all]</p>" });
    const [one, two] = [new HandDriver(group, first), new HandDriver(group, second)];
    const at = Date.now();
    const day = dayOf(group, at);
    for (const mailing of [first, second])
      await sendMailing(contextOf(one.env), group, mailing, { by: 1, startAt: null });
    await db.d1
      .prepare("UPDATE mailings SET start_at = ? WHERE group_no = ? AND status = 'scheduled'")
      .bind(at, group.no)
      .run();
    await switchDay(contextOf(), group, day, { isOn: true, by: 1 });
    await two.run();
    await one.run();
    expect(Object.keys(told(two))).toEqual(["p2@people.example", "p4@people.example"]);
    expect(Object.keys(told(one))).toEqual(["p1@people.example", "p3@people.example"]);
  });

  it("keeps the rows it began with, and its file cannot be taken away while it is under way", async () => {
    const { group } = await makeSenders(people);
    const file = await bring(group, "pays,hall\nCA,old\n", key("country"));
    const mailing = await withFile(group, await makeMailing(group, { body }), file);
    const driver = new HandDriver(group, mailing);
    const ctx = contextOf(driver.env);
    await sendMailing(ctx, group, mailing, { by: 1, startAt: null });
    for (let turns = 0; driver.pages.length === 0 && turns < 20; turns += 1) await driver.turn();
    await bring(group, "pays,hall\nCA,new\nUS,new\n", key("country"), file);
    expect(await removeMergeFile(ctx, group, by, file)).toBe(false);
    await forgetOldMergeRows(contextOf(env, Date.now() + 3_600_000));
    await driver.run();
    expect(told(driver)).toMatchObject({ "p1@people.example": "old", "p2@people.example": "none" });
    const draft = await withFile(group, await makeMailing(group, { body }), file);
    expect((await said(group, draft, [1])).map(({ text }) => firstLine(text))).toEqual(["[new]"]);
    expect((await said(group, mailing, [1])).map(({ text }) => firstLine(text))).toEqual(["[old]"]);
    expect(await removeMergeFile(ctx, group, by, file)).toBe(true);
    expect((await said(group, draft, [1])).map(({ text }) => firstLine(text))).toEqual(["[none]"]);
    expect(await listMergeFiles(dbFor(env, group))).toEqual([]);
    expect(await returnMergeFile(ctx, group, file)).toBe(true);
    expect((await said(group, draft, [1])).map(({ text }) => firstLine(text))).toEqual(["[new]"]);
    await removeMergeFile(ctx, group, by, file);
    await forgetOldMergeRows(contextOf(env, Date.now() + 91 * 86_400_000));
    expect((await said(group, mailing, [1])).map(({ text }) => firstLine(text))).toEqual(["[none]"]);
    expect(await mergeFileById(dbFor(env, group), file.id)).toBeNull();
  });

  it("keeps what was agreed to: its rows stay, and what is prepared is checked once more", async () => {
    const { group } = await makeSenders(people, { mail: { undoMinutes: 0, approvalFrom: 2 } as never });
    const file = await bring(group, "pays,hall\nCA,old\n", key("country"));
    const agreed = await withFile(group, await makeMailing(group, { body }), file);
    const ctx = contextOf(new HandDriver(group, agreed).env);
    const again = (may = anything) => bring(group, "pays,other\nCA,x\n", key("country"), file, may);
    const standing = await sendMailing(ctx, group, agreed, { by: 1, startAt: null });
    expect(standing).toMatchObject({ is: "needs_approval" });
    await expect(again()).rejects.toThrow("sentOn");
    const waiting = await mailingById(dbFor(env, group), agreed.id);
    if (!waiting) throw new Error("no mailing");
    await approveMailing(ctx, group, waiting, { by: 2, as: "colleague" });
    await expect(again()).rejects.toThrow("sentOn");
    const two = await makeSenders([{ country: "CA" }]);
    const own = await bring(two.group, "pays,hall\nCA,old\n", key("country"));
    const mailing = await withFile(two.group, await makeMailing(two.group, { body }), own);
    const driver = new HandDriver(two.group, mailing);
    await sendMailing(contextOf(driver.env), two.group, mailing, { by: 1, startAt: null });
    const replace = (may: typeof anything) =>
      bring(two.group, "pays,other\nCA,x\n", key("country"), own, may);
    await expect(replace({ send: false, seePeople: true })).rejects.toThrow("sentOn");
    await replace(anything);
    await driver.run();
    expect(await driver.standing()).toMatchObject({ status: "draft", pauseNote: "not_built" });
    expect(driver.sent).toEqual([]);
  });

  it("tells a role that may not see people nothing of who is in a file", async () => {
    const { group } = await makeSenders(people);
    const file = await bring(group, "pays,hall\nCA,A\n", key("country"));
    await withFile(group, await makeMailing(group, { body }), file, { withoutRow: "left_out" });
    const blind = { send: false, seePeople: false };
    const one = "email,hall\np1@people.example,x\n";
    await expect(bring(group, one, key("email"), file, blind)).rejects.toThrow("narrowed");
    expect(await mayCountRows(dbFor(env, group), file.no)).toBe(true);
    await bring(group, "pays,hall\nCA,B\n", key("country"), file, blind);
    await bring(group, one, key("email"), file);
    expect(await mayCountRows(dbFor(env, group), file.no)).toBe(false);
  });

  it("cannot be sent while it names a column there is none of", async () => {
    const { group, db } = await makeSenders(people);
    const file = await bring(group, "pays,hall\nCA,A\n", key("country"));
    const mailing = await makeMailing(group, { body: "<p>{{ merge.hal }} {{ merge.hall }}</p>" });
    const problems = async (one: Mailing) =>
      (await checkVersions(contextOf(), group, one, await versionsOf(db, one.no), null))
        .filter(({ code }) => code === "unknown_field" || code === "field_blank")
        .map(({ code, values }) => `${code} ${values.field}`);
    expect(await problems(mailing)).toEqual(["unknown_field merge.hal", "unknown_field merge.hall"]);
    expect(await problems(await withFile(group, mailing, file))).toEqual([
      "unknown_field merge.hal",
      "field_blank merge.hall",
    ]);
  });
});

describe("a merge file that is brought", () => {
  it("tells each bad row with its line, and counts the first of a key", async () => {
    const { group } = await makeGroup();
    const rows = [
      "mail,hall",
      "a@example.org,1",
      "A@example.org,2",
      "",
      "nobody,3",
      ",4",
      "b@example.org,5,6",
      `c@example.org,${"x".repeat(2_001)}`,
      'd@example.org,"two',
      'lines"',
      "e@example.org",
    ];
    const file = await bring(group, rows.join("\r\n"), key("email"));
    const version = await mergeVersion(dbFor(env, group), file.no, file.versionNo);
    expect(version).toMatchObject({
      rowCount: 3,
      problemCount: 5,
      problems: [
        { line: 3, reason: "repeated" },
        { line: 5, reason: "badKey" },
        { line: 6, reason: "noKey" },
        { line: 7, reason: "cells" },
        { line: 8, reason: "longCell" },
      ],
    });
    expect(JSON.stringify(version?.problems)).not.toContain("@");
  });

  it("is refused when it is no table, too wide, too long or too large", async () => {
    const { group } = await makeGroup();
    const is = async (text: string) =>
      (await beginMergeFile(contextOf(), group, by, { name: "x", upload: { name: "x", bytes: bytes(text) } }))
        .is;
    expect(await is("")).toBe("empty");
    expect(await is("a,b\n\n")).toBe("empty");
    expect(await is("only\none\n")).toBe("noHeadings");
    const wide = Array.from({ length: 42 }, (_, index) => `c${index}`).join(",");
    expect(await is(`${wide}\n${wide}\n`)).toBe("manyColumns");
    expect(await is("x".repeat(5 * 1024 * 1024 + 1))).toBe("large");
    const long = `a,b\n${Array.from({ length: 50_001 }, (_, index) => `k${index},1`).join("\n")}\n`;
    expect(surveyOf(bytes(long), key("region"))).toMatchObject({ isOver: true, problemCount: 0 });
    await expect(bring(group, "a,b\nx,1\n", key("email"))).rejects.toThrow("noRows");
  });

  it("is gone within a day when nobody says what its columns are, with the file itself", async () => {
    const { group } = await makeGroup();
    const ctx = contextOf();
    const upload = { name: "x.csv", bytes: bytes("a,b\n1,2\n") };
    const kept = await beginMergeFile(ctx, group, by, { name: "Left", upload });
    if (kept.is !== "kept") throw new Error(kept.is);
    const at = `merging/${group.no}/${kept.file.no}/1`;
    expect(await env.FILES.head(at)).not.toBeNull();
    await forgetOldMergeRows(contextOf(env, Date.now() + 3_600_000));
    expect(await mergeFileById(dbFor(env, group), kept.file.id)).not.toBeNull();
    await forgetOldMergeRows(contextOf(env, Date.now() + 25 * 3_600_000));
    expect(await env.FILES.head(at)).toBeNull();
    expect(await mergeFileById(dbFor(env, group), kept.file.id)).toBeNull();
  });

  it("tells a person what it holds of them by their address, and forgets it with them", async () => {
    const { group, db } = await makeSenders([{ email: "amina@people.example" }, {}]);
    await db.d1
      .prepare(
        "INSERT INTO identities (group_no, kind, value, person_no, acted_at) VALUES (?1, 1, 'amina@people.example', 1, 1)",
      )
      .bind(group.no)
      .run();
    const file = await bring(
      group,
      "mail,hall,note\namina@people.example,Town,hers\np2@people.example,Village,x\n",
      key("email"),
    );
    const { merge_files: held } = await selectEverything(db, 1);
    expect(held).toMatchObject([{ name: "Facts", text: "hall: Town; note: hers" }]);
    await db.d1.batch(forgetElsewhere(db, 1));
    expect((await selectEverything(db, 1)).merge_files).toEqual([]);
    const mailing = await withFile(
      group,
      await makeMailing(group, { body: "<p>[{{ merge.hall }}]</p>" }),
      file,
    );
    expect((await said(group, mailing, [1, 2])).map(({ text }) => firstLine(text))).toEqual([
      "[]",
      "[Village]",
    ]);
  });
});

describe("what somebody gave and did", () => {
  it("is written in the language of the mail, as it is when the mail is made", async () => {
    const { group, db } = await makeSenders([{ language: "fr" }, {}, {}]);
    const petition = await makePetition(group, { title: "Air <b>pur</b>" });
    const fund = await makePetition(group, { title: "Fund" });
    const take = (person: number, action: { no: number }, at: string, more: Record<string, unknown> = {}) =>
      db.d1
        .prepare(
          `INSERT INTO participations (group_no, person_no, action_no, nth, id, acted_at, revised_at, answer, is_named, amount, currency, removal_no, standing)
           VALUES (?1, ?2, ?3, ?4, randomblob(16), ?5, ?5, '{}', 0, ?6, ?7, ?8, ?9)`,
        )
        .bind(
          ...[group.no, person, action.no, more.nth ?? 0, Date.parse(at), more.amount ?? null],
          ...[more.currency ?? null, more.removal ?? 0, more.standing ?? 0],
        )
        .run();
    await take(1, fund, "2026-01-05", { nth: 1, amount: 2_550, currency: "CAD" });
    await take(1, fund, "2026-03-05T12:00:00Z", { nth: 2, amount: 4_000, currency: "USD" });
    await take(1, fund, "2026-04-05", { nth: 3, amount: 9_900, currency: "USD", removal: 1 });
    await take(1, fund, "2026-02-05", { nth: 4, amount: 1_000, currency: "CAD" });
    await take(1, petition, "2026-05-01T12:00:00Z");
    await take(2, fund, "2026-01-05", { nth: 1, amount: 700, currency: "CAD", standing: 3 });
    const words = [
      ...["last_gift_amount", "last_gift_date", "gifts_total", "last_action_title", "last_action_date"].map(
        (name) => `{{ facts.${name} | default: '-' }}`,
      ),
      ...["last_gift_number", "gifts_total_number", "gifts_count", "actions_count"].map(
        (name) => `{{ facts.${name} }}`,
      ),
      "{% if facts.gifts_total_number > 35 %}G{% endif %}",
    ];
    const mailing = await makeMailing(group, { body: `<p>${words.join("|")}</p>` });
    const [one, two, three] = await said(group, mailing, [1, 2, 3]);
    expect(plainOf(one)).toEqual(
      "$40\u00a0USD|March 5, 2026|$40\u00a0USD and $35.50\u00a0CAD|Air <b>pur</b>|May 1, 2026|40|40|3|4|G".split(
        "|",
      ),
    );
    expect(one?.html).toContain("Air &lt;b&gt;pur&lt;/b&gt;");
    const none = "-|-|-|-|-|0|0|0|0|".split("|");
    expect([plainOf(two), plainOf(three)]).toEqual([none, none]);
    const values = await loadMergeValues(contextOf(), group, [1], { person: [], custom: [], tags: false });
    expect(values.get(1)).not.toHaveProperty("facts");
    const copy = { groupNo: group.no, mailingNo: mailing.no, personNo: 1, isProof: false };
    const address = "https://example.org/?amount={{ facts.last_gift_number | url_encode }}";
    expect(await fillLinkFor(contextOf(), group, copy, address)).toBe("https://example.org/?amount=40");
  });

  it("is asked in one statement for all, and not at all when a mail says nothing of it", async () => {
    const { group, db } = await makeSenders(45);
    const asked: string[] = [];
    const counting = (body: string) => async () => {
      const mailing = await makeMailing(group, { body, settings: { ignoresFatigue: true } });
      const driver = new HandDriver(group, mailing);
      driver.shard = (d1) => noting(d1, asked);
      await sendMailing(contextOf(driver.env), group, mailing, { by: 1, startAt: null });
      asked.length = 0;
      await driver.run();
      expect(driver.sent).toHaveLength(45);
      return {
        facts: asked.filter((sql) => sql.includes("lastAction")).length,
        rows: asked.filter((sql) => sql.includes("merge_")).length,
      };
    };
    expect(await counting("<p>{{ first_name }}</p>")()).toEqual({ facts: 0, rows: 0 });
    expect(await counting("<p>{{ facts.actions_count }}</p>")()).toEqual({ facts: 1, rows: 0 });
    expect(db.groupNo).toBe(group.no);
  });
});

const plainOf = (mail: { text: string } | undefined) => firstLine(mail?.text ?? "")?.split("|");

/** Notes what a shard is asked. */
function noting(d1: D1Database, asked: string[]): D1Database {
  return new Proxy(d1, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (name === "prepare") asked.push(String(args[0]));
        return Reflect.apply(value, target, args);
      };
    },
  });
}

function never(): never {
  throw new Error("this cannot be");
}
