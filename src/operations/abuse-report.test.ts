import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { contextOf, makeGroup } from "../../test/groups";
import { makePetition } from "../../test/petitions";
import { actionById } from "../actions/store";
import { groupByNo } from "../groups/group";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { newId } from "../platform/ids";
import { fileAbuseReport, listAbuseReports, settleAbuseReport } from "./abuse-report";
import { OPEN_REPORTS_PER_GROUP_MAX, REPORT_DETAIL_MAX, REPORT_URL_MAX } from "./types";

const operator = { no: 77 };

/** Files a report and gives its number. */
async function report(
  group: Group,
  changes: Partial<Parameters<typeof fileAbuseReport>[1]> = {},
): Promise<number> {
  const ctx = contextOf();
  const url = "http://group.localhost:8787/petitions/clean-air";
  await fileAbuseReport(ctx, {
    groupNo: group.no,
    actionId: null,
    url,
    reason: "fraud",
    detail: "",
    ...changes,
  });
  const { reports } = await listAbuseReports(ctx, { isSettled: false, before: null });
  return reports[0]?.no ?? 0;
}

async function openOf(group: Group): Promise<number[]> {
  const { reports } = await listAbuseReports(contextOf(), { isSettled: false, before: null });
  return reports.filter(({ groupNo }) => groupNo === group.no).map(({ no }) => no);
}

async function actsOn(group: Group): Promise<string[]> {
  const { results } = await env.DIRECTORY.prepare(
    "SELECT act FROM audit_log WHERE group_no = ? ORDER BY audit_no",
  )
    .bind(group.no)
    .all<{ act: string }>();
  return results.map(({ act }) => act);
}

const statusOf = async (group: Group) => (await groupByNo(contextOf().directory, group.no))?.status;
const limitedAt = async (group: Group, id: Parameters<typeof actionById>[1]) =>
  (await actionById(dbFor(env, group), id))?.limitedAt;

describe("a report from the public", () => {
  it("waits for an operator with what the visitor said and which page it was", async () => {
    const { group } = await makeGroup();
    const no = await report(group, { detail: "<script>alert(1)</script> مزيف 🌊", reason: "false" });
    const { reports } = await listAbuseReports(contextOf(), { isSettled: false, before: null });
    expect(reports[0]).toMatchObject({
      no,
      groupName: group.name,
      reason: "false",
      detail: "<script>alert(1)</script> مزيف 🌊",
      outcome: null,
    });
  });

  it("is cut to its limits", async () => {
    const { group } = await makeGroup();
    await report(group, { url: `http://x/${"a".repeat(5_000)}`, detail: "b".repeat(5_000) });
    const { reports } = await listAbuseReports(contextOf(), { isSettled: false, before: null });
    expect([reports[0]?.url.length, reports[0]?.detail.length]).toEqual([REPORT_URL_MAX, REPORT_DETAIL_MAX]);
  });

  it("is not stored when its group has very many open ones; another group's is", async () => {
    const [{ group }, { group: other }] = [await makeGroup(), await makeGroup()];
    await env.DIRECTORY.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${OPEN_REPORTS_PER_GROUP_MAX})
       INSERT INTO abuse_reports (group_no, url, reason, detail, reported_at) SELECT ?, '', 'other', '', 1 FROM n`,
    )
      .bind(group.no)
      .run();
    const filed = { actionId: null, url: "http://x", reason: "other", detail: "" };
    expect(await fileAbuseReport(contextOf(), { ...filed, groupNo: group.no })).toBe(false);
    expect(await fileAbuseReport(contextOf(), { ...filed, groupNo: other.no })).toBe(true);
    await env.DIRECTORY.prepare("DELETE FROM abuse_reports WHERE group_no = ?").bind(group.no).run();
  });
});

describe("settling", () => {
  it("by dismissal closes this report alone and changes nothing else", async () => {
    const { group } = await makeGroup();
    const [one, other] = [await report(group), await report(group)];
    expect(await settleAbuseReport(contextOf(), one, "dismissed", operator)).toEqual({
      outcome: "settled",
      count: 1,
    });
    expect(await openOf(group)).toEqual([other]);
    expect(await statusOf(group)).toBe("active");
    expect(await actsOn(group)).toEqual(["report.settled"]);
    const { reports } = await listAbuseReports(contextOf(), { isSettled: true, before: null });
    expect(reports[0]).toMatchObject({ no: one, outcome: "dismissed" });
  });

  it("by stopping the action brakes it at once and closes its reports, not those of others", async () => {
    const { group } = await makeGroup();
    const [petition, calm] = [await makePetition(group), await makePetition(group)];
    const no = await report(group, { actionId: petition.id });
    await report(group, { actionId: petition.id });
    const aboutOther = await report(group, { actionId: calm.id });
    expect(await settleAbuseReport(contextOf(), no, "action_limited", operator)).toEqual({
      outcome: "settled",
      count: 2,
    });
    expect(await limitedAt(group, petition.id)).toEqual(expect.any(Number));
    expect(await limitedAt(group, calm.id)).toBeNull();
    expect(await openOf(group)).toEqual([aboutOther]);
    expect(await actsOn(group)).toEqual(["action.limited", "report.settled"]);
  });

  it.each([
    ["group_limited", "limited"],
    ["group_suspended", "suspended"],
  ] as const)(
    "by %s makes the group %s on its pages too, and closes all its reports",
    async (outcome, status) => {
      const [{ group, host }, { group: bystander }] = [await makeGroup(), await makeGroup()];
      const untouched = await report(bystander);
      await report(group);
      const no = await report(group);
      expect(await settleAbuseReport(contextOf(), no, outcome, operator)).toEqual({
        outcome: "settled",
        count: 2,
      });
      expect(await statusOf(group)).toBe(status);
      expect(await env.SITES.get(`site/${host}`, "json")).toMatchObject({ status });
      expect(await openOf(group)).toEqual([]);
      expect(await openOf(bystander)).toEqual([untouched]);
      expect(await actsOn(group)).toEqual(["group.status", "report.settled"]);
    },
  );

  it("by limiting leaves a suspended group suspended", async () => {
    const { group } = await makeGroup({ status: "suspended" });
    await settleAbuseReport(contextOf(), await report(group), "group_limited", operator);
    expect(await statusOf(group)).toBe("suspended");
  });

  it("is refused for a report that is not there, that is settled, or whose action is gone", async () => {
    const { group } = await makeGroup();
    const settle = (no: number, outcome: "dismissed" | "action_limited") =>
      settleAbuseReport(contextOf(), no, outcome, operator);
    expect(await settle(999_999, "dismissed")).toEqual({ outcome: "refused", reason: "no_such_report" });
    const no = await report(group, { actionId: newId() });
    expect(await settle(no, "action_limited")).toEqual({ outcome: "refused", reason: "no_such_action" });
    await settle(no, "dismissed");
    expect(await settle(no, "dismissed")).toEqual({ outcome: "refused", reason: "already_settled" });
  });

  it("never reaches an action of another group", async () => {
    const [{ group }, { group: other }] = [await makeGroup(), await makeGroup()];
    const foreign = await makePetition(other);
    const no = await report(group, { actionId: foreign.id });
    expect(await settleAbuseReport(contextOf(), no, "action_limited", operator)).toMatchObject({
      outcome: "refused",
    });
    expect(await limitedAt(other, foreign.id)).toBeNull();
  });
});
