import { afterEach, describe, expect, it, vi } from "vitest";
import { addPeople, makeMailing, makeSenders } from "../../test/deliveries";
import { contextOf } from "../../test/groups";
import type { Audience } from "../audiences/audience";
import { mailingByNo } from "../mailings/mailing";
import * as delivery from "./delivery";
import { estimateAudience, estimateWithin, recipientsOf } from "./estimate";

/** Beyond the first range of an estimate. */
const FAR = 1_000_000;
const TURNS_MAX = 40;

/** The only one to get a mailing, behind a first range that holds nobody. */
async function farAway(target: { audience: Audience; most: number | null } = { audience: all, most: null }) {
  const { group, db } = await makeSenders([{ email_status: 2 }]);
  await addPeople(db, [{}], FAR);
  return { group, db, mailing: await makeMailing(group, { target }) };
}
const all: Audience = { include: { all: [] } };

/** A clock by which whatever is asked takes longer than anybody waits. */
function slowly(): void {
  let at = Date.now();
  vi.spyOn(Date, "now").mockImplementation(() => {
    at += 20_000;
    return at;
  });
}
afterEach(() => vi.restoreAllMocks());

describe("an estimate", () => {
  it("comes to its end however little time it has each time, by one range at least", async () => {
    const { group, mailing } = await farAway();
    const options = { mailingNo: mailing.no, budgetMs: 0 };
    const ask = () =>
      estimateAudience(contextOf(), group, mailing.target ?? never(), mailing.settings, options);
    const first = await ask();
    expect(first).toMatchObject({ isWhole: false, recipients: 0 });
    let last = first;
    for (let turn = 0; turn < TURNS_MAX && !last.isWhole; turn += 1) {
      const next = await ask();
      expect(next.share).toBeGreaterThan(last.share);
      last = next;
    }
    expect(last).toMatchObject({ isWhole: true, recipients: 1 });
  });

  it("brings every line to its end, one after another, also of an audience with a limit", async () => {
    const limit = { people: 1, by: "newest" as const, seed: 0 };
    const { group, mailing } = await farAway({ audience: { ...all, limit }, most: null });
    const options = { mailingNo: mailing.no, budgetMs: 0 };
    const lines = [{ is: "has" as const, what: "email" as const }, { not: { all: [] } }];
    const ask = () =>
      estimateWithin(contextOf(), group, mailing.target ?? never(), mailing.settings, lines, options);
    expect(await ask()).toMatchObject([{ isWhole: false }, null]);
    let last = await ask();
    for (let turn = 0; turn < TURNS_MAX; turn += 1) last = await ask();
    expect(last).toMatchObject([{ isWhole: true }, { isWhole: true, recipients: 0 }]);
  });

  it("knows nothing rather than nobody while nobody was found and not everybody was looked at", async () => {
    const { group, mailing } = await farAway();
    const options = { mailingNo: mailing.no, budgetMs: 0, startAt: null };
    const ask = () => recipientsOf(contextOf(), group, mailing.target ?? never(), mailing.settings, options);
    expect(await ask()).toBeNull();
    let last = await ask();
    for (let turn = 0; turn < TURNS_MAX && last === null; turn += 1) last = await ask();
    expect(last).toBe(1);
  });

  it("has nothing sent, and nothing approved, to people who are still being counted", async () => {
    const { group, db, mailing } = await farAway();
    slowly();
    expect(await delivery.sendMailing(contextOf(), group, mailing, { by: 1, startAt: null })).toEqual({
      is: "counting",
    });
    vi.restoreAllMocks();
    await db.d1
      .prepare("UPDATE mailings SET status = 'waiting', asked_by = 1 WHERE group_no = ? AND mailing_no = ?")
      .bind(group.no, mailing.no)
      .run();
    const waiting = (await mailingByNo(db, mailing.no)) ?? never();
    slowly();
    const approval = { by: 2, as: "operator" as const };
    expect(await delivery.approveMailing(contextOf(), group, waiting, approval)).toEqual({ is: "counting" });
  });
});

function never(): never {
  throw new Error("not there");
}
