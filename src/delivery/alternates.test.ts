import { expect, it } from "vitest";
import { HandDriver, makeMailing, makeSenders } from "../../test/deliveries";
import { contextOf } from "../../test/groups";
import { addAlternate, combinationsIn, type NewAlternate } from "../mailings/alternate";
import { draftVersionsOf, mailingByNo, saveVersion } from "../mailings/mailing";
import type { MailingSettings } from "../mailings/types";
import { wholeText } from "../platform/mail/mail-text";
import { sendMailing } from "./delivery";
import { judgeParts } from "./verdict";

const PEOPLE = 1_200;
const by = { no: 1 };

/** A mailing of three subjects, and two messages of which one says "Other". */
async function begun(settings: Partial<MailingSettings> = {}) {
  const { group, db } = await makeSenders(PEOPLE);
  const mailing = await makeMailing(group, { settings });
  const driver = new HandDriver(group, mailing);
  const ctx = contextOf(driver.env);
  const alternates: NewAlternate[] = [
    { part: "subject", subject: "News 2", preview: "" },
    { part: "subject", subject: "News 3", preview: "" },
    { part: "body" },
  ];
  for (const each of alternates) await addAlternate(ctx, group, mailing, by, each);
  const written = (await draftVersionsOf(db, mailing.no)).find(({ part }) => part === "body");
  if (!written) throw new Error("no message");
  await saveVersion(ctx, group, mailing, by, { ...written, body: "<p>Other</p>" });
  const ready = await mailingByNo(db, mailing.no);
  if (!ready) throw new Error("no mailing");
  await sendMailing(ctx, group, ready, { by: 1, startAt: null });
  return { group, db, mailing, driver };
}

/** Within four standard deviations of an even share: chance passes them once in 16,000 times. */
function isEven(count: number, of: number, shares: number): boolean {
  const mean = of / shares;
  return Math.abs(count - mean) <= 4 * Math.sqrt(mean * (1 - 1 / shares));
}

it("every combination goes to an even share of the people, with the words it is made of", async () => {
  const { driver } = await begun();
  expect(await driver.run()).toBeNull();
  const counts = new Map<string, number>();
  for (const { message } of driver.sent) {
    const key = `${message.subject} ${wholeText(message.html).includes("Other") ? 2 : 1}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  expect([...counts.keys()].toSorted()).toEqual(
    ["News 1", "News 2", "News 3"].flatMap((subject) => [`${subject} 1`, `${subject} 2`]),
  );
  expect([...counts.values()].filter((count) => !isEven(count, PEOPLE, 6))).toEqual([]);
  const { frozen } = (await driver.standing()) ?? {};
  expect(Object.values(frozen?.variants ?? {}).toSorted()).toEqual([...counts.values()].toSorted());
  expect(driver.twice()).toEqual([]);
});

it("a test sends the best version to the rest, and says which subject did best over all its versions", async () => {
  const { db, mailing, driver } = await begun({
    test: {
      ...{ share: 5_000, measure: "clicks", hours: 1, isAutomatic: true },
      ...{ unsubscribeShareMax: null, cohorts: null },
    },
  });
  await driver.run();
  const combinations = await combinationsIn(db, mailing.no);
  // Of those with subject 3 a half clicks, of the others a tenth; the message does not matter.
  const thirds = [...combinations].filter(([, { subject }]) => subject.nth === 3).map(([no]) => no);
  await db.d1
    .prepare(
      `INSERT INTO mail_events (group_no, mailing_no, person_no, clicked_s)
       SELECT group_no, mailing_no, person_no, at_s FROM mailing_recipients WHERE group_no = ?1 AND mailing_no = ?2 AND variant_no IS NOT 0
         AND person_no % CASE WHEN coalesce(variant_no, 1) IN (SELECT value FROM json_each(?3)) THEN 2 ELSE 10 END = 0`,
    )
    .bind(db.groupNo, mailing.no, JSON.stringify(thirds))
    .run();
  await db.d1.prepare("UPDATE mailings SET test_ends_at = 1 WHERE group_no = ?").bind(db.groupNo).run();
  await driver.run();
  const { verdict, winnerNo, status } = (await driver.standing()) ?? {};
  if (!verdict) throw new Error("not judged");
  expect(thirds).toContain(verdict.bestNo);
  // The two versions with subject 3 are not told apart, and the subject is.
  expect(verdict.is).not.toBe("clear");
  expect(judgeParts(verdict, combinations)).toMatchObject([
    { part: "subject", verdict: { bestNo: 3, is: "clear" } },
    { part: "body", verdict: { is: expect.not.stringMatching("clear") } },
  ]);
  expect([status, winnerNo]).toEqual(["sent", verdict.bestNo]);
  expect(driver.sent).toHaveLength(PEOPLE);
});
