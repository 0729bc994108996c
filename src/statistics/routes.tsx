import { Hono, type Context as HonoContext } from "hono";
import type { Action, Kind } from "../actions/types";
import { ACTION_PATH, actionFrame, actionIn } from "../actions/web";
import { type MemberEnv, memberCan } from "../groups/web";
import { AppError } from "../platform/errors";
import { civilDay } from "../ui/format";
import { tableCsv } from "./csv";
import { reportOf } from "./report";
import { statisticsNow } from "./statistic";
import { type Range, ranges, tables, USUAL_RANGE } from "./types";
import { StatisticsPage } from "./views";

/** How an action goes, as charts and as tables to take along. Numbers only: nobody's name or address is among them. */
export function statisticRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();

  app.get(`${ACTION_PATH}/statistics`, memberCan("actions.view"), async (c) => {
    const subject = await actionIn(c, kinds);
    const [frame, found] = await Promise.all([actionFrame(c, subject), reportIn(c, subject.action)]);
    return c.html(<StatisticsPage {...frame} {...found} />);
  });

  app.get(`${ACTION_PATH}/statistics/:table`, memberCan("actions.view"), async (c) => {
    const { action } = await actionIn(c, kinds);
    const table = tables.find((name) => `${name}.csv` === c.req.param("table"));
    if (!table) throw new AppError("not_found");
    const { report } = await reportIn(c, action);
    return c.body(tableCsv(c.var.t, c.var.locale, table, report), 200, {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": `attachment; filename="${action.slug}-${table}.csv"`,
    });
  });

  return app;
}

async function reportIn(c: HonoContext<MemberEnv>, action: Action) {
  const { ctx, group } = c.var;
  const { timeZone } = group;
  const isAgain = c.req.query("again") === "yes";
  const statistics = await statisticsNow(ctx, group, action, { isAgain });
  const report = reportOf(statistics, rangeIn(c), civilDay(ctx.now, timeZone));
  return { statistics, report };
}

/** The range asked for; any other word is the usual one. */
function rangeIn(c: HonoContext<MemberEnv>): Range {
  const asked = c.req.query("range");
  return ranges.find((range) => range === asked) ?? USUAL_RANGE;
}
