import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { contextOf, makeGroup } from "../../test/groups";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { newId } from "../platform/ids";
import { addAlternate, combinationsIn, type NewAlternate } from "./alternate";
import { coveringOf, revisionOf } from "./combining";
import { buildVersions, checkVersions } from "./content";
import {
  addLanguage,
  addVariant,
  createMailing,
  draftVersionsOf,
  duplicateMailing,
  removeVersions,
  saveVersion,
  versionsOf,
} from "./mailing";
import type { AlternatePart, Mailing, MailingId, MailingVersion, Wrapper, WrapperId } from "./types";

const by = { no: 1 };
let group: Group;
let db: GroupDb;

beforeAll(async () => {
  ({ group } = await makeGroup({ postalAddress: "1 Main Street" }));
  db = dbFor(env, group);
});

/** A draft whose first of each is subject "S1", sender "N1" and message "B1". */
async function draft(): Promise<Mailing> {
  const mailing = await createMailing(contextOf(), group, by);
  const [first] = await draftVersionsOf(db, mailing.no);
  if (!first) throw new Error("no words");
  const words = { fromName: "N1", subject: "S1", preview: "P1", form: "html" as const, body: "<p>B1</p>" };
  await saveVersion(contextOf(), group, mailing, by, { ...first, ...words });
  return mailing;
}

const add = (mailing: Pick<Mailing, "no">, added: NewAlternate, of: Group = group) =>
  addAlternate(contextOf(), of, mailing, by, added);
const subject = (words: string): NewAlternate => ({ part: "subject", subject: words, preview: "" });
const sender = (fromName: string): NewAlternate => ({ part: "sender", fromName });
const body: NewAlternate = { part: "body" };

/** The row of what was added. */
async function added(mailing: Mailing, what: NewAlternate): Promise<number> {
  const result = await add(mailing, what);
  if (result.is !== "added") throw new Error(result.is);
  return result.row;
}

async function rewrite(mailing: Mailing, row: number, change: Partial<MailingVersion>, language = "en") {
  const written = await draftVersionsOf(db, mailing.no);
  const version = written.find((each) => each.variantNo === row && each.language === language);
  if (!version) throw new Error("no such row");
  return saveVersion(contextOf(), group, mailing, by, { ...version, ...change });
}

async function remove(mailing: Mailing, part: AlternatePart, variantNo: number) {
  const revision = revisionOf(await draftVersionsOf(db, mailing.no), variantNo);
  return removeVersions(contextOf(), group, mailing, { variantNo, part, revision });
}

const wrapper: Wrapper = {
  ...{ no: 1, id: newId<WrapperId>(), name: "W", language: null, others: [], revision: 1, updatedAt: 1 },
  ...{ html: "{{ content }}", plain: "", foot: "", amp: "", versions: [] },
};

const said = (versions: readonly MailingVersion[]) =>
  versions.map(({ variantNo, subject, fromName, body }) => `${variantNo} ${subject} ${fromName} ${body}`);

describe("alternates", () => {
  it("make every combination a version, each exactly once", async () => {
    const mailing = await draft();
    await added(mailing, subject("S2"));
    await added(mailing, sender("N2"));
    await rewrite(mailing, await added(mailing, body), { body: "<p>B2</p>" });
    await added(mailing, subject("S3"));
    const versions = await versionsOf(db, mailing.no);
    const expected = ["S1", "S2", "S3"].flatMap((one) =>
      ["N1", "N2"].flatMap((two) => ["B1", "B2"].map((three) => `${one} ${two} <p>${three}</p>`)),
    );
    expect(said(versions)).toEqual(expected.map((words, index) => `${index + 1} ${words}`));
    // A subject without a preview text of its own has the first one's.
    expect(new Set(versions.map(({ preview }) => preview))).toEqual(new Set(["P1"]));
    expect((await combinationsIn(db, mailing.no)).size).toBe(12);
  });

  it("are edited once, for every version that has them", async () => {
    const mailing = await draft();
    await added(mailing, subject("S2"));
    const row = await added(mailing, body);
    // It begins as a copy of the first.
    expect((await versionsOf(db, mailing.no)).map((each) => each.body)).toEqual(Array(4).fill("<p>B1</p>"));
    expect(await rewrite(mailing, row, { body: "<p>New</p>" })).toMatchObject({ is: "saved" });
    expect((await versionsOf(db, mailing.no)).map((each) => each.body)).toEqual(
      ["B1", "New", "B1", "New"].map((words) => `<p>${words}</p>`),
    );
  });

  it("are taken away with all versions that had them, until it is a plain mailing again", async () => {
    const mailing = await draft();
    const [two, three] = [await added(mailing, subject("S2")), await added(mailing, subject("S3"))];
    await remove(mailing, "subject", two);
    expect(said(await versionsOf(db, mailing.no))).toEqual(["1 S1 N1 <p>B1</p>", "2 S3 N1 <p>B1</p>"]);
    expect(await removeVersions(contextOf(), group, mailing, { variantNo: 1 })).toBe(false);
    await remove(mailing, "subject", three);
    const [only, ...others] = await versionsOf(db, mailing.no);
    expect([only?.combines, others]).toEqual([undefined, []]);
  });

  it("are not written over or taken away by whoever saw another one of that number", async () => {
    const mailing = await draft();
    const [row, seen] = [await added(mailing, subject("S2")), await draftVersionsOf(db, mailing.no)];
    const stale = seen.find(({ variantNo }) => variantNo === row);
    if (!stale) throw new Error("no such row");
    const shown = { variantNo: row, part: "subject" as const, revision: revisionOf(seen, row) };
    const removal = (which: Parameters<typeof removeVersions>[3]) =>
      removeVersions(contextOf(), group, mailing, which);
    const save = (version: MailingVersion) => saveVersion(contextOf(), group, mailing, by, version);
    expect(await removal(shown)).toBe(true);
    const later = contextOf(undefined, Date.now() + 1_000);
    expect(await addAlternate(later, group, mailing, by, subject("Theirs"))).toEqual({ is: "added", row });
    expect((await save({ ...stale, subject: "Mine" })).is).toBe("stale");
    expect(await removal(shown)).toBe(false);
    // Nor is it taken for one of another part, or for a whole version.
    const now = { ...shown, revision: revisionOf(await draftVersionsOf(db, mailing.no), row) };
    expect((await save({ ...stale, part: "sender", revision: now.revision })).is).toBe("stale");
    expect(await removal({ ...now, part: "sender" })).toBe(false);
    expect(await removal({ variantNo: row })).toBe(false);
    expect(said(await versionsOf(db, mailing.no))[1]).toBe("2 Theirs N1 <p>B1</p>");
    expect(await removal(now)).toBe(true);
  });

  it("make 24 versions at most, however many add at once", async () => {
    const mailing = await draft();
    for (const words of ["S2", "S3"]) await added(mailing, subject(words));
    await added(mailing, sender("N2"));
    const all = await Promise.all(
      ["N3", "N4", "N5", "N6", "N7", "N8", "N9"].map((each) => add(mailing, sender(each))),
    );
    expect(all.map((each) => each.is).toSorted()).toEqual([...Array(6).fill("added"), "full"]);
    expect(await versionsOf(db, mailing.no)).toHaveLength(24);
    expect(await add(mailing, body)).toEqual({ is: "full" });
  });

  it("are not mixed with whole versions", async () => {
    const whole = await draft();
    await addVariant(contextOf(), group, whole, by);
    expect(await add(whole, subject("S2"))).toEqual({ is: "whole_versions" });
    expect(await versionsOf(db, whole.no)).toHaveLength(2);
    const combined = await draft();
    await added(combined, subject("S2"));
    expect(await addVariant(contextOf(), group, combined, by)).toBeNull();
    // Nor by whoever had read the mailing before.
    const [first] = await draftVersionsOf(db, combined.no);
    if (first) await saveVersion(contextOf(), group, combined, by, { ...first, variantNo: 2, revision: 0 });
    expect(await versionsOf(db, combined.no)).toHaveLength(2);
  });

  it("nor does a version that somebody else added first look like one's own", async () => {
    const mailing = await draft();
    const all = await Promise.all([1, 2, 3].map(() => addVariant(contextOf(), group, mailing, by)));
    const added = all.filter((each) => each !== null);
    expect(new Set(added).size).toBe(added.length);
  });

  it("are added to drafts of one's own group alone", async () => {
    const mailing = await draft();
    const { group: other } = await makeGroup();
    expect(await add(mailing, subject("Theirs"), other)).toEqual({ is: "not_a_draft" });
    await db.d1
      .prepare("UPDATE mailings SET status = 'sent' WHERE group_no = ? AND mailing_no = ?")
      .bind(group.no, mailing.no)
      .run();
    expect(await add(mailing, subject("Late"))).toEqual({ is: "not_a_draft" });
    expect(await versionsOf(db, mailing.no)).toHaveLength(1);
  });

  it("are written in each language, and as the first until they are", async () => {
    const mailing = await draft();
    await addLanguage(contextOf(), group, mailing, by, "fr");
    await rewrite(mailing, 1, { subject: "O1" }, "fr");
    const row = await added(mailing, subject("S2"));
    const subjects = async () =>
      (await versionsOf(db, mailing.no)).map((each) => `${each.variantNo}${each.language} ${each.subject}`);
    expect(await subjects()).toEqual(["1en S1", "1fr O1", "2en S2", "2fr O1"]);
    await rewrite(mailing, row, { subject: "O2" }, "fr");
    expect(await subjects()).toEqual(["1en S1", "1fr O1", "2en S2", "2fr O2"]);
    await addLanguage(contextOf(), group, mailing, by, "es");
    expect(await subjects()).toContain("2es S2");
  });

  it("are in a language that is added at the same moment, and are not brought back by it", async () => {
    const mailing = await draft();
    const row = await added(mailing, subject("S2"));
    const seen = (await draftVersionsOf(db, mailing.no)).find(({ variantNo }) => variantNo === row);
    const both = [add(mailing, subject("S3")), addLanguage(contextOf(), group, mailing, by, "fr")];
    await Promise.all(both);
    const places = async () =>
      (await draftVersionsOf(db, mailing.no)).map((each) => `${each.variantNo}${each.language}`);
    expect(await places()).toEqual(["1en", "1fr", "2en", "2fr", "3en", "3fr"]);
    await remove(mailing, "subject", row);
    // As whoever read the rows before would have written it.
    if (seen) await saveVersion(contextOf(), group, mailing, by, { ...seen, language: "es", revision: 0 });
    expect(await places()).toEqual(["1en", "1fr", "3en", "3fr"]);
    expect(await addLanguage(contextOf(), group, mailing, by, "fr")).toBe(false);
  });

  it("are written in the mailing's first language where it has none of the group's", async () => {
    const mailing = await draft();
    await db.d1
      .prepare("UPDATE mailing_versions SET language = 'fr' WHERE group_no = ? AND mailing_no = ?")
      .bind(group.no, mailing.no)
      .run();
    await added(mailing, subject("S2"));
    expect(said(await versionsOf(db, mailing.no))).toEqual(["1 S1 N1 <p>B1</p>", "2 S2 N1 <p>B1</p>"]);
    await addLanguage(contextOf(), group, mailing, by, "es");
    expect(await versionsOf(db, mailing.no)).toHaveLength(4);
  });

  it("are all shown by as few versions as can be", async () => {
    const mailing = await draft();
    for (const words of ["S2", "S3"]) await added(mailing, subject(words));
    await added(mailing, sender("N2"));
    const versions = await versionsOf(db, mailing.no);
    expect(said(coveringOf(versions)).map((words) => words.slice(2, 7))).toEqual(["S1 N1", "S2 N2", "S3 N2"]);
  });

  it("are copied with the mailing; the winner of a test is a plain one", async () => {
    const mailing = await draft();
    await added(mailing, subject("S2"));
    await added(mailing, sender("N2"));
    const ctx = contextOf();
    const same = await duplicateMailing(ctx, group, mailing, by, { for: "same", title: "" });
    expect(said(await versionsOf(db, same.no))).toEqual(said(await versionsOf(db, mailing.no)));
    // As the run of a series is.
    const run = { id: newId<MailingId>(), target: null };
    const copy = await duplicateMailing(ctx, group, mailing, by, { for: "same", title: "", run });
    expect(await versionsOf(db, copy.no)).toHaveLength(4);
    const rest = await duplicateMailing(ctx, group, { ...mailing, winnerNo: 3 }, by, {
      for: "others",
      title: "",
    });
    expect(said(await versionsOf(db, rest.no))).toEqual(["1 S2 N1 <p>B1</p>"]);
    expect(await combinationsIn(db, rest.no)).toEqual(new Map());
  });
});

describe("what is wrong with alternates", () => {
  it("is said once, of the alternate it is in", async () => {
    const mailing = await draft();
    for (const words of ["S2", "S3 {{ nothing_of_ours }}"]) await added(mailing, subject(words));
    const row = await added(mailing, body);
    await rewrite(mailing, row, { body: "<p>{{ nor_this }}</p>" });
    const problems = await checkVersions(contextOf(), group, mailing, await versionsOf(db, mailing.no), null);
    expect(problems.filter(({ isError }) => isError).map(({ code, alternate }) => [code, alternate])).toEqual(
      [
        ["unknown_field", { part: "body", row, nth: 2 }],
        ["unknown_field", { part: "subject", row: 3, nth: 3 }],
      ],
    );
  });

  it("is that all versions together are too long", async () => {
    const mailing = await draft();
    const [first] = await versionsOf(db, mailing.no);
    if (!first) throw new Error("no words");
    const combines = (nth: number) => ({
      ...{ subject: { row: nth, nth }, sender: { row: 1, nth: 1 }, body: { row: 1, nth: 1 } },
    });
    const words = (count: number) => `<p>${"word ".repeat(count)}</p>`;
    const long = { ...first, body: words(38_000), plain: words(50_000) };
    const versions = Array.from({ length: 25 }, (_, at) => ({
      ...{ ...long, variantNo: at + 1, subject: `S${at}`, combines: combines(at + 1) },
    }));
    const codes = async (some: MailingVersion[], around: Wrapper | null = null) =>
      (await checkVersions(contextOf(), group, mailing, some, around)).map(({ code }) => code);
    expect(await codes(versions)).toContain("versions_too_large");
    expect(await codes(versions.slice(0, 2))).not.toContain("versions_too_large");
    // What stands around the message is in each of them again.
    const short = versions.slice(0, 24).map((each) => ({ ...each, body: words(20_000), plain: null }));
    const around = { ...wrapper, html: `${words(38_000)}{{ content }}` };
    expect(await codes(short)).not.toContain("versions_too_large");
    expect(await codes(short, around)).toContain("versions_too_large");
  });

  it("is said once where it is of the wrapper or of the mail's colours", async () => {
    const mailing = await draft();
    await added(mailing, subject("S2"));
    await rewrite(mailing, await added(mailing, body), { body: "<p>B2</p>" });
    const coloured = {
      ...mailing,
      settings: { ...mailing.settings, colours: { ...mailing.settings.colours, words: "#fefefe" } },
    };
    const wrong = { ...wrapper, html: "{{ nothing_of_ours }}{{ content }}" };
    const versions = await versionsOf(db, mailing.no);
    const problems = await checkVersions(contextOf(), group, coloured, versions, wrong);
    const found = problems.filter(({ code }) => code === "unknown_field" || code === "colour_weak");
    expect(found.map(({ code, variantNo, alternate }) => [code, variantNo, alternate])).toEqual([
      ["unknown_field", 1, undefined],
      ["colour_weak", 1, undefined],
    ]);
  });
});

it("a body that versions share is made as it would be for each of them alone", async () => {
  const mailing = await draft();
  await rewrite(mailing, 1, {
    body: "<style>p{color:red}</style><p>{{ first_name | default: 'friend' }}</p><a href='https://x.example/{{ city }}'>x</a>",
    plain: "Hello https://x.example/plain",
  });
  await added(mailing, subject("S2 {{ city | default: 'here' }}"));
  await added(mailing, sender("N2"));
  const versions = await versionsOf(db, mailing.no);
  const { builds } = await buildVersions(contextOf(), group, mailing, versions, null);
  for (const [at, { combines: _, ...version }] of versions.entries()) {
    const alone = await buildVersions(contextOf(), group, mailing, [version], null);
    expect(builds[at]).toEqual(alone.builds[0]);
  }
});
