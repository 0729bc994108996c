import { Hono, type Context as HonoContext } from "hono";
import { readDay } from "../actions/answer-date";
import type { Kind } from "../actions/types";
import { ACTION_PATH, actionFrame, actionIn } from "../actions/web";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { AppError } from "../platform/errors";
import { addToLocalTime, momentOf } from "../platform/local-time";
import { latestTexts, resultsOf } from "./results";
import { resultsCsv } from "./results-csv";
import { ResultsPage } from "./views";

/** What people answered a form or a survey, as charts and as a table to take along. */
export function resultRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();

  app.get(`${ACTION_PATH}/results`, memberCan("actions.view"), async (c) => {
    const subject = await subjectOf(c, kinds);
    const { ctx, group, role } = c.var;
    const { from, to, window } = daysOf(c);
    const db = dbFor(ctx.env, group);
    const isAgain = c.req.query("again") === "yes";
    const [results, texts] = await Promise.all([
      resultsOf(db, subject.action, { now: ctx.now, window, isAgain }),
      can(role, "people.view") ? latestTexts(db, subject.action, window) : {},
    ]);
    return c.html(<ResultsPage {...(await actionFrame(c, subject))} {...{ results, texts, from, to }} />);
  });

  app.get(`${ACTION_PATH}/results.csv`, memberCan("actions.view"), async (c) => {
    const { action } = await subjectOf(c, kinds);
    const { ctx, t, locale, group } = c.var;
    const results = await resultsOf(dbFor(ctx.env, group), action, {
      now: ctx.now,
      window: daysOf(c).window,
    });
    return c.body(resultsCsv(t, locale, action, results), 200, {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": `attachment; filename="${action.slug}-results.csv"`,
    });
  });

  return app;
}

/** The form or survey of the address; other kinds have no results. */
async function subjectOf(c: HonoContext<MemberEnv>, kinds: readonly Kind[]) {
  const subject = await actionIn(c, kinds);
  if (!subject.kind.tabs?.some(({ path }) => path === "/results")) throw new AppError("not_found");
  return subject;
}

const DAY_TEXT_MAX = 10;

/** The days asked for, as typed and as moments; one that is no day is left out. */
function daysOf(c: HonoContext<MemberEnv>) {
  const { timeZone } = c.var.group;
  const from = (c.req.query("from") ?? "").slice(0, DAY_TEXT_MAX);
  const to = (c.req.query("to") ?? "").slice(0, DAY_TEXT_MAX);
  const window = { from: midnight(from, timeZone, 0), to: midnight(to, timeZone, 1) };
  return { from, to, window };
}

/** When a day begins in a zone, or the day some days after it. */
function midnight(text: string, timeZone: string, plusDays: number): number | undefined {
  const day = readDay(text);
  return day === null ? undefined : momentOf(addToLocalTime(`${day}T00:00`, { days: plusDays }), timeZone);
}
