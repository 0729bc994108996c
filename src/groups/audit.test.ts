import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { contextOf } from "../../test/groups";
import { makeTeam } from "../../test/teams";
import { listRecordedActs, recordAct } from "./audit";

test("what is recorded can be neither changed nor deleted", async () => {
  const { group } = await makeTeam();
  for (const statement of [
    "UPDATE audit_log SET act = 'x' WHERE group_no = ?",
    "DELETE FROM audit_log WHERE group_no = ?",
  ]) {
    await expect(env.DIRECTORY.prepare(statement).bind(group.no).run()).rejects.toThrow("append-only");
  }
});

test("the history pages through every act once, newest first, and no other group's", async () => {
  const [{ group, numbers }, other] = [await makeTeam(), await makeTeam()];
  for (let n = 0; n < 120; n += 1) {
    const act = { groupNo: group.no, accountNo: numbers.owner, act: "test.done", subject: String(n) };
    await recordAct(contextOf(), act);
    await recordAct(contextOf(), { ...act, groupNo: other.group.no, subject: "theirs" });
  }
  const subjects: string[] = [];
  let before: number | null = null;
  do {
    const page: Awaited<ReturnType<typeof listRecordedActs>> = await listRecordedActs(
      contextOf(),
      group.no,
      before,
    );
    expect(page.acts.length).toBeLessThanOrEqual(50);
    subjects.push(...page.acts.filter(({ act }) => act === "test.done").map(({ subject }) => subject));
    before = page.next;
  } while (before !== null);
  expect(subjects).toEqual(Array.from({ length: 120 }, (_, n) => String(119 - n)));
});

test("the history page shows who did what, and leads to what is older", async () => {
  const { group, owner, base, emails, numbers } = await makeTeam();
  for (let n = 0; n < 60; n += 1) {
    const detail = { count: n, reason: "<b>bold</b>" };
    await recordAct(contextOf(), {
      groupNo: group.no,
      accountNo: numbers.owner,
      act: "unknown.act",
      subject: `s${n}`,
      detail,
    });
  }
  await recordAct(contextOf(), {
    groupNo: group.no,
    accountNo: null,
    act: "group.settings",
    subject: "by-software",
    detail: { fields: ["accent", "logo"] },
  });
  const page = await (await owner.get(`${base}/settings/history`)).text();
  for (const words of [
    "Changed settings",
    "Fields: Colour and Logo",
    "by-software",
    "Groundswell itself",
    "unknown.act",
    emails.owner,
  ])
    expect(page).toContain(words);
  expect(page).toContain("Number: 59 · Reason: &lt;b&gt;bold&lt;/b&gt;");
  const older = /href="([^"]+before=\d+)"/.exec(page)?.[1] ?? "";
  const next = await (await owner.get(older)).text();
  expect(next).toContain("Started the group");
  expect(next).toContain("s0");
  for (const odd of ["x", "-1", "1e9999", "0"]) {
    expect((await owner.get(`${base}/settings/history?before=${odd}`)).status).toBe(200);
  }
});
