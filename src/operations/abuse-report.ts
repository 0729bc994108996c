import type { Account } from "../accounts/account";
import { findAction } from "../actions/action";
import { recordAct } from "../groups/audit";
import { changeStatus, groupByNo } from "../groups/group";
import type { Context } from "../platform/context";
import type { ActionId } from "../platform/ids";
import { brakeAction } from "./brake";
import * as store from "./store";
import {
  type AbuseReport,
  OPEN_REPORTS_PER_GROUP_MAX,
  REPORT_DETAIL_MAX,
  REPORT_URL_MAX,
  REPORTS_PAGE_MAX,
  type ReportOutcome,
} from "./types";

/**
 * Puts a visitor's report of a public page before the operators. The page itself limits how often one visitor reports;
 * here a group with very many open reports gathers no more, which changes nothing about what an operator sees.
 * @returns whether it was stored
 */
export async function fileAbuseReport(
  ctx: Context,
  report: {
    groupNo: number;
    actionId: ActionId | null;
    mailingNo?: number;
    url: string;
    reason: string;
    detail: string;
  },
): Promise<boolean> {
  const row = {
    ...report,
    url: report.url.slice(0, REPORT_URL_MAX),
    detail: report.detail.slice(0, REPORT_DETAIL_MAX),
    reportedAt: ctx.now,
  };
  return store.insertReport(ctx.directory, row, OPEN_REPORTS_PER_GROUP_MAX);
}

/** A page of reports, newest first, and where the next page starts. */
export async function listAbuseReports(
  ctx: Context,
  options: { isSettled: boolean; before: number | null },
): Promise<{ reports: AbuseReport[]; next: number | null }> {
  const found = await store.listReports(ctx.directory, { ...options, limit: REPORTS_PAGE_MAX + 1 });
  const reports = found.slice(0, REPORTS_PAGE_MAX);
  return { reports, next: found.length > REPORTS_PAGE_MAX ? (reports.at(-1)?.no ?? null) : null };
}

export type Settled =
  | { outcome: "settled"; count: number }
  | { outcome: "refused"; reason: "no_such_report" | "already_settled" | "no_such_action" };

/**
 * Does what the operator decided, then settles the report and every other open one the decision answers. The brake comes
 * first: a crash in between leaves a report open about something already stopped, never the reverse.
 */
export async function settleAbuseReport(
  ctx: Context,
  reportNo: number,
  outcome: ReportOutcome,
  by: Pick<Account, "no">,
): Promise<Settled> {
  const report = await store.reportByNo(ctx.directory, reportNo);
  if (!report) return { outcome: "refused", reason: "no_such_report" };
  if (report.settledAt !== null) return { outcome: "refused", reason: "already_settled" };
  if (!(await act(ctx, report, outcome, by))) return { outcome: "refused", reason: "no_such_action" };
  const count = await store.settleReports(ctx.directory, report, outcome, { accountNo: by.no, at: ctx.now });
  const detail = { outcome, count };
  await recordAct(ctx, {
    groupNo: report.groupNo,
    accountNo: by.no,
    act: "report.settled",
    subject: String(reportNo),
    detail,
  });
  return { outcome: "settled", count };
}

async function act(
  ctx: Context,
  report: AbuseReport,
  outcome: ReportOutcome,
  by: Pick<Account, "no">,
): Promise<boolean> {
  const group = await groupByNo(ctx.directory, report.groupNo);
  if (!group) return false;
  const reason = `report ${report.no}`;
  switch (outcome) {
    case "dismissed":
      return true;
    case "action_limited": {
      const action = report.actionId ? await findAction(ctx, group, report.actionId) : null;
      if (action) await brakeAction(ctx, group, action, { isOn: true, reason, by });
      return action !== null;
    }
    case "group_limited":
      // A suspension is stronger, and stays.
      if (group.status === "active") await changeStatus(ctx, group, by, "limited", reason);
      return true;
    case "group_suspended":
      await changeStatus(ctx, group, by, "suspended", reason);
      return true;
  }
}
