import { Hono } from "hono";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import type { Key } from "../ui/i18n";
import { listAbuseReports, settleAbuseReport } from "./abuse-report";
import { ReportsPage } from "./report-views";
import { FORM_BYTES_MAX, outcomeForm } from "./types";
import { numberIn, type OperatorEnv, pageProps } from "./web";

export const reportRoutes = new Hono<OperatorEnv>();

const doneWords: Record<string, Key> = {
  settled: "operations.reports.done",
  refused: "operations.reports.refused",
};

reportRoutes.get("/operations/reports", async (c) => {
  const isSettled = c.req.query("settled") === "yes";
  const before = numberIn(c.req.query("before"));
  const [page, props] = await Promise.all([
    listAbuseReports(c.var.ctx, { isSettled, before }),
    pageProps(c, doneWords),
  ]);
  return c.html(<ReportsPage {...props} {...page} isSettled={isSettled} />);
});

reportRoutes.post("/operations/reports/:no/settlement", async (c) => {
  const { ctx, t, account } = c.var;
  const no = numberIn(c.req.param("no"));
  if (no === null) throw new AppError("not_found");
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const name = `outcome-${no}`;
  const form = outcomeForm.safeParse({ outcome: single(values, name) });
  if (!form.success) {
    const [page, props] = await Promise.all([
      listAbuseReports(ctx, { isSettled: false, before: no + 1 }),
      pageProps(c),
    ]);
    const errors = { [name]: t("operations.reports.noChoice", { no }) };
    return c.html(<ReportsPage {...props} {...page} isSettled={false} errors={errors} />, 422);
  }
  const settled = await settleAbuseReport(ctx, no, form.data.outcome, account);
  return c.redirect(
    settled.outcome === "settled"
      ? `/operations/reports?done=settled&count=${settled.count}`
      : "/operations/reports?done=refused",
    303,
  );
});
