import fc from "fast-check";
import { expect, it } from "vitest";
import { HandDriver, makeMailing, makeSenders } from "../../test/deliveries";
import { contextOf } from "../../test/groups";
import { bringRows } from "../../test/merge-files";
import { leftOutReasons } from "../mailings/types";
import { wholeText } from "../platform/mail/mail-text";
import type { MailResult } from "../platform/mail/transport";
import { chooseCohort, chooseWinner, pauseMailing, resumeMailing, sendMailing } from "./delivery";
import { sumOf } from "./totals";

/* P5 as a whole: whatever happens in whatever order, nobody gets two copies and everybody is accounted for. */

const PEOPLE = 45;
const RUNS = 10;
const DAY_MS = 86_400_000;
/** Nine people of each cohort. */
const DAYS_AGO = [5, 40, 100, 300, 500];
const test = {
  ...{ share: 2_000, measure: "clicks" as const, hours: 2, isAutomatic: true, unsubscribeShareMax: null },
  cohorts: {
    size: 4,
    isInOrder: true,
    shareOfBestMin: 50,
    unsubscribeShareMax: null,
    complaintShareMax: null,
  },
};
const plans = {
  none: { variants: 1 },
  share: { variants: 2, settings: { test: { ...test, share: 3_000, cohorts: null } } },
  down: { variants: 2, settings: { test } },
  rows: {
    variants: 1,
    settings: { mergeFileNo: 1, withoutRow: "left_out" as const },
    body: "<p>[{{ merge.hall }}]</p>",
  },
  each: {
    variants: 1,
    settings: { test: { ...test, isAutomatic: false, cohorts: { ...test.cohorts, isInOrder: false } } },
  },
};

const outcome = fc.constantFrom<MailResult[]>(
  { outcome: "accepted", id: "m" },
  { outcome: "accepted", id: "m" },
  { outcome: "accepted", id: "m" },
  { outcome: "permanent", reason: "no" },
  { outcome: "transient", reason: "later" },
  { outcome: "unknown", reason: "no_answer" },
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("turn" as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("deliver" as const),
      at: fc.nat(9),
      times: fc.integer({ min: 1, max: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("forget" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("lose" as const), at: fc.nat(9) }) },
  // A consumer dies while it hands over, after so many.
  { weight: 2, arbitrary: fc.record({ do: fc.constant("die" as const), at: fc.nat(9), after: fc.nat(25) }) },
  // D1 refuses from the nth question on, for some.
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("refuse" as const),
      from: fc.nat(6),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("leave" as const), no: fc.integer({ min: 1, max: PEOPLE }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("pause" as const, "resume" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("age" as const, "due" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("click" as const, "over" as const), no: fc.nat() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("cohort" as const),
      cohort: fc.integer({ min: 1, max: 5 }),
      choice: fc.constantFrom("send" as const, "leave" as const, null),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("winner" as const) }) },
  // The merge file gets other rows.
  { weight: 1, arbitrary: fc.record({ do: fc.constant("replace" as const), mark: fc.nat(9) }) },
  // A mailbox provider may get so many more, or has no pace any more; and time passes for whoever waits for one.
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("slow" as const),
      mailbox: fc.constantFrom("gmail" as const, "outlook" as const),
      most: fc.option(fc.nat(12)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(60_000, 600_000) }),
  },
);

const DOMAINS = ["gmail.com", "people.example", "hotmail.fr"] as const;
const emailOf = (no: number) => `p${no}@${DOMAINS[no % 3]}`;

it("mails nobody twice and accounts for everybody, in any history", { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 40 }),
      fc.array(outcome, { minLength: 3, maxLength: 30 }),
      fc.constantFrom(...(["none", "share", "down", "down", "each", "rows"] as const)),
      async (steps, outcomes, planned) => {
        const { group, db } = await makeSenders(
          Array.from({ length: PEOPLE }, (_, index) => ({
            email: emailOf(index + 1),
            created_at: Date.now() - (DAYS_AGO[index % 5] ?? 0) * DAY_MS,
          })),
        );
        await bringRows(db, rowsOf("first"));
        const mailing = await makeMailing(group, plans[planned]);
        const driver = new HandDriver(group, mailing);
        const ctx = contextOf(driver.env);
        await sendMailing(ctx, group, mailing, { by: 1, startAt: null });
        const answer = (_message: unknown, nth: number) => outcomes[nth % outcomes.length] ?? never();
        driver.answer = answer;
        const left = new Map<string, number>();
        const mailedAfterwards: string[] = [];
        let asked = 0;
        let refused = { from: 0, to: 0 };
        driver.shard = (d1) =>
          watched(d1, () => {
            asked += 1;
            if (asked >= refused.from && asked < refused.to) throw new Error("D1_ERROR: refused by a test");
          });
        const run = (sql: string, ...values: number[]) =>
          db.d1
            .prepare(sql)
            .bind(group.no, ...values)
            .run<{ status: number; email: string; reason: number | null; cohort: number | null }>();
        let deaths = 0;
        const quietly = (work: Promise<unknown>) => work.catch(() => undefined);
        const deliver = (page: (typeof driver.pages)[number]) => quietly(driver.deliver(page));
        for (const each of steps) {
          switch (each.do) {
            case "turn":
              await quietly(driver.turn());
              break;
            case "forget":
              driver.forget();
              break;
            case "lose":
              driver.pages.splice(each.at % (driver.pages.length || 1), 1);
              break;
            case "deliver": {
              const [page] = driver.pages.splice(each.at % (driver.pages.length || 1), 1);
              if (page) await Promise.all(Array.from({ length: each.times }, () => deliver(page)));
              break;
            }
            case "die": {
              const [page] = driver.pages.splice(each.at % (driver.pages.length || 1), 1);
              if (!page) break;
              deaths += 1;
              const last = driver.sent.length + each.after;
              let isDead: () => void = () => {};
              const dead = new Promise<void>((resolve) => (isDead = resolve));
              driver.answer = (message, nth) => {
                if (nth <= last) return answer(message, nth);
                isDead();
                return new Promise<never>(() => {});
              };
              await Promise.race([deliver(page), dead]);
              driver.answer = answer;
              break;
            }
            case "refuse":
              refused = { from: asked + each.from, to: asked + each.from + each.count };
              break;
            case "leave": {
              await run("UPDATE people SET email_status = 2 WHERE group_no = ?1 AND person_no = ?2", each.no);
              const { results } = await run(
                "SELECT status FROM mailing_recipients WHERE group_no = ?1 AND person_no = ?2",
                each.no,
              );
              const address = emailOf(each.no);
              if (!results[0] || results[0].status === 1) left.set(address, driver.sent.length);
              break;
            }
            case "pause":
              await quietly(pauseMailing(contextOf(), group, mailing, "organiser"));
              break;
            case "resume":
              await quietly(resumeMailing(contextOf(), group, mailing));
              break;
            case "age":
              await run("UPDATE mailing_recipients SET at_s = at_s - 200 WHERE group_no = ?1 AND status = 2");
              break;
            case "due":
              await run("UPDATE mailing_recipients SET due_s = 1 WHERE group_no = ?1 AND due_s > 1");
              break;
            case "click":
              await run(CLICK, each.no);
              break;
            case "over":
              await run(OVER);
              break;
            case "cohort":
              await quietly(chooseCohort(contextOf(), group, mailing, { ...each, by: 1 }));
              break;
            case "replace":
              await bringRows(db, rowsOf(String(each.mark)));
              break;
            case "winner":
              await quietly(chooseWinner(contextOf(), group, mailing, 1));
              break;
            case "slow":
              if (each.most === null) driver.paced.delete(each.mailbox);
              else driver.paced.set(each.mailbox, each.most);
              break;
            case "wait":
              driver.goOn(each.ms);
          }
        }
        refused = { from: 0, to: 0 };
        driver.paced.clear();
        // What was refused for now is taken in the end.
        driver.answer = (message, nth) => {
          const said = answer(message, nth);
          return said.outcome === "transient" ? { outcome: "accepted", id: "m" } : said;
        };
        for (let at = 0; at < 12 && (await driver.standing())?.status !== "sent"; at += 1) {
          await resumeMailing(contextOf(), group, mailing);
          await run(OVER);
          const isJudged = (await driver.standing())?.verdict;
          if (isJudged && (await chooseWinner(contextOf(), group, mailing, 1)) === "no_cohort") {
            await chooseCohort(contextOf(), group, mailing, { cohort: 1, choice: "send", by: 1 });
            await chooseWinner(contextOf(), group, mailing, 1);
          }
          await run("UPDATE mailing_recipients SET at_s = at_s - 200 WHERE group_no = ?1 AND status = 2");
          await run("UPDATE mailing_recipients SET due_s = 1 WHERE group_no = ?1 AND due_s > 1");
          driver.forget();
          driver.goOn(3_600_000);
          await driver.run({ turns: 30 });
        }
        for (const [index, { to }] of driver.sent.entries())
          if ((left.get(to) ?? Number.POSITIVE_INFINITY) <= index) mailedAfterwards.push(to);
        const totals = await driver.totals();
        const { results: ends } = await run(
          "SELECT r.status AS status, r.reason AS reason, r.cohort AS cohort, p.email AS email FROM mailing_recipients r JOIN people p USING (group_no, person_no) WHERE r.group_no = ?1",
        );
        const of = (status: number) => ends.filter((end) => end.status === status).map(({ email }) => email);
        // Who was refused for now was handed over, and is handed over again: that is no second copy.
        const taken = new Map<string, number>();
        for (const { to } of driver.sent) taken.set(to, (taken.get(to) ?? 0) + 1);
        expect(mailedAfterwards).toEqual([]);
        expect((await driver.standing())?.status).toBe("sent");
        expect(totals).toMatchObject({ waiting: 0, claimed: 0 });
        expect(sumOf(totals)).toBe((await driver.standing())?.frozen?.candidates);
        expect(of(3).filter((address) => !taken.has(address))).toEqual([]);
        expect(of(4).filter((address) => accepted(driver, address, outcomes) > 0)).toEqual([]);
        expect(ends.filter(({ email }) => accepted(driver, email, outcomes) > 1)).toEqual([]);
        const isDecided = steps.some((each) => each.do === "cohort");
        expect(wrongCohorts(ends, await driver.standing(), isDecided)).toEqual([]);
        if (planned === "rows") expect(wronglyMerged(driver)).toEqual([]);
        expect(of(6).length).toBeLessThanOrEqual(
          10 * deaths +
            outcomes.length * PEOPLE * Number(outcomes.some((each) => each.outcome === "unknown")) +
            40,
        );
      },
    ),
    { numRuns: RUNS },
  );
});

/** A row for everybody but every tenth, with a mark of the file it is of. */
function rowsOf(mark: string): Record<string, string> {
  const numbers = Array.from({ length: PEOPLE }, (_, index) => index + 1).filter((no) => no % 10 > 0);
  return Object.fromEntries(numbers.map((no) => [emailOf(no), `${mark}|${emailOf(no)}`]));
}

/** Who got a mail without their own row, or with one of other rows than the rest. */
function wronglyMerged({ sent }: HandDriver): string[] {
  const merged = sent.map(({ to, message }) => {
    const [mark, address] = /\[(.*?)\]/.exec(wholeText(message.text))?.[1]?.split("|") ?? [];
    return { to, mark, isOwn: address === to };
  });
  return merged.filter(({ mark, isOwn }) => !isOwn || mark !== merged[0]?.mark).map(({ to }) => to);
}

/** Some of those who were mailed click; the time of a test is over. */
const CLICK = `INSERT INTO mail_events (group_no, mailing_no, person_no, clicked_s)
  SELECT group_no, mailing_no, person_no, 1 FROM mailing_recipients WHERE group_no = ?1 AND status = 3 AND (person_no + ?2) % 3 > 0 ON CONFLICT DO NOTHING`;
const OVER = "UPDATE mailings SET test_ends_at = 1 WHERE group_no = ?1 AND test_ends_at IS NOT NULL";

/**
 * Cohorts that are open and shut, or of which somebody was left out though they are not shut. In one that is shut nobody but its
 * sample got anything, unless an organiser decided about cohorts on the way.
 */
function wrongCohorts(
  ends: readonly { email: string; reason: number | null; status: number; cohort: number | null }[],
  standing: Awaited<ReturnType<HandDriver["standing"]>>,
  isDecided: boolean,
): number[] {
  const { open = 0, shut = 0 } = standing?.cohorts ?? {};
  return (standing?.frozen?.cohorts ?? []).flatMap(({ people, sample }, index) => {
    const own = ends.filter(({ cohort }) => cohort === index + 1);
    const out = own.filter(({ status, reason }) => status === 4 && reason === leftOutReasons.cohort);
    const [isOpen, isShut] = [(open >> (index + 1)) & 1, (shut >> (index + 1)) & 1];
    if ((isOpen && isShut) || own.length !== people || (!isShut && out.length > 0)) return [index + 1];
    return isShut && !isDecided && own.length - out.length !== sample ? [index + 1] : [];
  });
}

/** How often the provider took somebody's copy, or may have. */
function accepted(driver: HandDriver, address: string, outcomes: readonly MailResult[]): number {
  return driver.sent.filter(({ to }, index) => {
    const said = outcomes[(index + 1) % outcomes.length];
    return to === address && (said?.outcome === "accepted" || said?.outcome === "unknown");
  }).length;
}

/** A database that tells of every question before it is asked. */
function watched(d1: D1Database, onAsk: () => void): D1Database {
  const statement = (real: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(real, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (name === "bind") return (...given: unknown[]) => statement(target.bind(...given));
        if (typeof value !== "function") return value;
        return (...given: unknown[]) => {
          onAsk();
          return value.apply(target, given);
        };
      },
    });
  return new Proxy(d1, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name === "prepare") return (query: string) => statement(target.prepare(query));
      if (name !== "batch") return typeof value === "function" ? value.bind(target) : value;
      return async (statements: D1PreparedStatement[]) => {
        onAsk();
        return target.batch(statements);
      };
    },
  });
}

function never(): never {
  throw new Error("not there");
}
