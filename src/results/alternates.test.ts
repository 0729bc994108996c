import { beforeAll, describe, expect, it } from "vitest";
import { contextOf, makeGroup } from "../../test/groups";
import { BEGAN, BEGAN_S, makeMailing, type Received } from "../../test/results";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { mailingByNo } from "../mailings/mailing";
import { translator } from "../ui/i18n";
import { comparisonOf, JUDGED_AFTER_MS } from "./comparison";
import { resultsCsv } from "./csv";
import { resultsOf } from "./result";

const LATER = BEGAN + JUDGED_AFTER_MS + 60_000;
let group: Group;

beforeAll(async () => {
  ({ group } = await makeGroup());
});

/** Two subjects and two messages: versions 1 to 4 are 1·1, 1·2, 2·1 and 2·2. Each went to 200, of whom so many clicked. */
async function combined(
  clicked: readonly number[],
  settings: Record<string, unknown> = {},
  verdict?: unknown,
) {
  const received = clicked.flatMap((count, at) =>
    Array.from(
      { length: 200 },
      (_, nth): Received => ({
        variantNo: at === 0 ? null : at + 1,
        ...(nth < count ? { clickedAfter: 60 } : {}),
      }),
    ),
  );
  const { no } = await makeMailing(group, received, { settings });
  const db = dbFor(contextOf().env, group);
  const row = (variantNo: number, part: string | null) =>
    db.d1
      .prepare(
        `INSERT INTO mailing_versions (group_no, mailing_no, variant_no, language, part, from_name, subject, preview, form, body, revision, updated_by, updated_at)
         VALUES (?, ?, ?, 'en', ?, '', '', '', 'html', '', 1, 1, 1)`,
      )
      .bind(db.groupNo, no, variantNo, part);
  await db.d1.batch([row(1, null), row(2, "subject"), row(3, "body")]);
  if (verdict)
    await db.d1
      .prepare("UPDATE mailings SET verdict = ?3 WHERE group_no = ?1 AND mailing_no = ?2")
      .bind(db.groupNo, no, JSON.stringify(verdict))
      .run();
  const mailing = await mailingByNo(db, no);
  if (!mailing) throw new Error("no mailing");
  const results = await resultsOf(contextOf(undefined, LATER), group, mailing);
  if (!results) throw new Error("nothing counted");
  const at = (now: number) => comparisonOf(db, mailing, results.tally, now);
  return { at, tally: results.tally };
}

const clicks = async (compared: ReturnType<Awaited<ReturnType<typeof combined>>["at"]>) => {
  const { comparisons, byPart } = await compared;
  const of = (all: typeof comparisons) => all.find(({ by }) => by === "clicked");
  return [of(comparisons)?.verdict, ...byPart.map((each) => [each.part, of(each.comparisons)?.verdict])];
};

describe("alternates", () => {
  it("are told apart over all versions that have them, where no version is", async () => {
    const { at } = await combined([30, 28, 55, 57]);
    expect(await clicks(at(LATER))).toEqual([
      { is: "even" },
      ["subject", { is: "ahead", variantNo: 2 }],
      ["body", { is: "even" }],
    ]);
    const { byPart } = await at(LATER);
    expect(
      byPart.map(({ alternates }) => alternates.map(({ figures }) => [figures.sent, figures.clicked])),
    ).toEqual([
      [
        [400, 58],
        [400, 112],
      ],
      [
        [400, 85],
        [400, 85],
      ],
    ]);
  });

  it("are not judged before their time", async () => {
    const { at } = await combined([30, 28, 55, 57]);
    const early = { is: "not_yet", at: BEGAN_S * 1_000 + JUDGED_AFTER_MS };
    expect(await clicks(at(BEGAN + 60_000))).toEqual([early, ["subject", early], ["body", early]]);
  });

  it("of a test are judged by its sample alone, whoever got the winner later", async () => {
    const test = { share: 5_000, measure: "clicks", hours: 1, isAutomatic: true };
    const sample = [5, 4, 30, 31].map((did, index) => ({ variantNo: index + 1, sent: 100, did }));
    const judged = await combined([100, 0, 0, 0], { test }, { measure: "clicks", variants: sample });
    const { byPart, isOfSample } = await judged.at(LATER);
    expect(isOfSample).toBe(true);
    expect(byPart.map(({ comparisons }) => comparisons[0]?.counts.map(({ did, of }) => [did, of]))).toEqual([
      [
        [9, 200],
        [61, 200],
      ],
      [
        [35, 200],
        [35, 200],
      ],
    ]);
    const early = await combined([100, 0, 0, 0], { test });
    expect((await early.at(LATER)).byPart.map(({ comparisons }) => comparisons[0]?.verdict.is)).toEqual([
      "not_yet",
      "not_yet",
    ]);
  });

  it("have a line each in the file", async () => {
    const { at, tally } = await combined([30, 28, 55, 57]);
    const { byPart: compared } = await at(LATER);
    const csv = resultsCsv(translator("en"), tally, [], { compared, isOfSample: false, breakdown: null });
    // Of a test it is said that the rest are in it, who got the winner later.
    const tested = resultsCsv(translator("en"), tally, [], { compared, isOfSample: true, breakdown: null });
    expect(tested).toMatch(/\r?\nSubject,2 \(with everybody who got it after the test\),400,/);
    expect(csv).toMatch(/\r?\nSubject,2,400,/);
    expect(csv).toMatch(/\r?\nMessage,1,400,/);
  });
});
