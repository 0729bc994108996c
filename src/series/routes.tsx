import { Hono } from "hono";
import { memberNames } from "../actions/web";
import { wordsOf } from "../composer/audience-words";
import {
  flashOf,
  hrefOf,
  MAILING_PATH,
  MAILINGS_PATH,
  type MemberContext,
  mailingsHref,
  nameOf,
  pageOf,
  shardOf,
} from "../composer/web";
import { fingerprintNow } from "../delivery/delivery";
import { listMembers } from "../groups/member";
import { can } from "../groups/roles";
import { type MemberEnv, memberCan } from "../groups/web";
import { mailingById, mailingByNo, versionsOf } from "../mailings/mailing";
import type { Mailing, MailingId } from "../mailings/types";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { parseId } from "../platform/ids";
import { named } from "../platform/named";
import { addFigures } from "../results/figures";
import { lastFigures, leftStatuses, resultsOf } from "../results/result";
import type { Key } from "../ui/i18n";
import { planRoutes } from "./plan-routes";
import {
  agreeToSeries,
  changeSeries,
  pauseSeries,
  resumeSeries,
  runsAhead,
  SERIES_MAX,
  stopSeries,
} from "./series";
import * as store from "./store";
import * as runStore from "./store-runs";
import type { Series, SeriesId } from "./types";
import { SeriesListPage, SeriesPage, type SeriesPageProps } from "./views";

const SERIES_PATH = `${MAILINGS_PATH}/series`;
const ONE = `${SERIES_PATH}/:series`;
const RUNS_PAGE = 50;
/** Series that are over on one page of the list. */
const OVER_PAGE = 50;
/** Runs whose numbers are added up; a daily series has as many in three years. */
const SUMMED_MAX = 1_000;
/** Mailings counted behind one look at a series. */
const COUNTED_AT_ONCE = 5;
const AHEAD = 3;
const FORM_BYTES_MAX = 16 * 1024;

/** Mailings that send themselves again and again. */
export const seriesRoutes = new Hono<MemberEnv>();

seriesRoutes.route("/", planRoutes);

seriesRoutes.get(SERIES_PATH, memberCan("mailings.view"), async (c) => {
  const db = shardOf(c);
  const before = Number(c.req.query("before")) || null;
  // A few more than there may be: of two confirmed at once both may count.
  const open = before === null ? await store.selectListed(db, { isOver: false, limit: 2 * SERIES_MAX }) : [];
  const over = await store.selectListed(db, { isOver: true, before, limit: OVER_PAGE + 1 });
  const shownOver = over.slice(0, OVER_PAGE);
  const all = [...open, ...shownOver];
  const last = await runStore.selectLastRuns(
    db,
    all.map(({ no }) => no),
  );
  const series = await Promise.all(
    all.map(async (each) => ({
      series: each,
      name: await seriesName(c, each),
      last: last.get(each.no) ?? null,
    })),
  );
  const next = over.length > OVER_PAGE ? shownOver.at(-1)?.no : undefined;
  const after = next === undefined ? undefined : `${mailingsHref(c)}/series?before=${next}`;
  return c.html(<SeriesListPage {...(await pageOf(c))} series={series} after={after} />);
});

/** What organisers call a series: as they call what it copies. */
async function seriesName(c: MemberContext, { no }: Series): Promise<string> {
  return (await store.selectName(shardOf(c), no)) || c.var.t("composer.untitled");
}

seriesRoutes.get(ONE, memberCan("mailings.view"), async (c) => {
  const series = await seriesIn(c);
  return c.html(<SeriesPage {...(await shown(c, series))} />);
});

/** The series of the address; 404 for one the group does not have. */
async function seriesIn(c: MemberContext): Promise<Series> {
  const id = parseId<SeriesId>(c.req.param("series") ?? "");
  const series = id && (await store.selectSeries(shardOf(c), id));
  if (!series) throw new AppError("not_found");
  return series;
}

async function shown(c: MemberContext, series: Series): Promise<SeriesPageProps> {
  const { ctx, t, group, role, account } = c.var;
  const db = shardOf(c);
  const pattern = await mailingByNo(db, series.mailingNo);
  if (!pattern) throw new AppError("not_found");
  const [page, members, versions, runs] = await Promise.all([
    pageOf(c),
    listMembers(ctx, group),
    versionsOf(db, pattern.no),
    runsIn(c, series),
  ]);
  const member = memberNames(t, members);
  const [first] = versions;
  const preview = new URLSearchParams({ variant: "1", language: first?.language ?? group.locale });
  return {
    ...{ ...page, series, name: nameOf(t, pattern), href: `${mailingsHref(c)}/series/${series.id}`, ...runs },
    previewHref: `${hrefOf(c, pattern, "preview")}?${preview}`,
    audience: pattern.target && (await wordsOf(c, pattern.target.audience, group.timeZone)),
    owner: member(series.ownerNo),
    approvedBy: series.approvedBy === null ? null : member(series.approvedBy),
    // Whoever is to agree sees to what.
    ahead:
      series.status === "waiting" || series.nextAt !== null
        ? runsAhead(series.plan, series.nextAt ?? ctx.now, AHEAD)
        : [],
    isOwn: series.ownerNo === account.no,
    maySend: can(role, "mailings.send"),
    fingerprint: series.status === "waiting" ? await fingerprintNow(ctx, group, pattern) : "",
    ...flashIn(c),
  };
}

/** A page of runs with their numbers, and the numbers of all of them together. Those shown are counted behind the answer. */
async function runsIn(
  c: MemberContext,
  series: Series,
): Promise<Pick<SeriesPageProps, "runs" | "totals" | "after">> {
  const { ctx, group } = c.var;
  const db = shardOf(c);
  const before = Number(c.req.query("before")) || null;
  const [found, mailings] = await Promise.all([
    runStore.selectRuns(db, series.no, { before, limit: RUNS_PAGE + 1 }),
    runStore.selectRunMailings(db, series.no, SUMMED_MAX),
  ]);
  const figures = await lastFigures(
    db,
    mailings.map(({ no }) => no),
  );
  const byNo = new Map(mailings.map((mailing) => [mailing.no, mailing]));
  const runs = found.slice(0, RUNS_PAGE).map((run) => ({
    run,
    mailing: byNo.get(run.mailingNo ?? 0) ?? null,
    figures: figures.get(run.mailingNo ?? 0) ?? null,
  }));
  const left = runs.flatMap(({ mailing }) =>
    mailing && leftStatuses.includes(mailing.status) ? [mailing] : [],
  );
  ctx.later(
    (async () => {
      for (const mailing of left.slice(0, COUNTED_AT_ONCE)) await resultsOf(ctx, group, mailing);
    })(),
  );
  const next = found.length > RUNS_PAGE ? runs.at(-1)?.run.nth : undefined;
  return {
    ...{ runs, totals: figures.size > 0 ? addFigures([...figures.values()]) : null },
    after: next === undefined ? undefined : `${mailingsHref(c)}/series/${series.id}?before=${next}`,
  };
}

const done: Record<string, Key> = {
  confirmed: "series.done.confirmed",
  asked: "series.done.asked",
  approved: "series.done.approved",
  paused: "series.done.paused",
  resumed: "series.done.resumed",
  stopped: "series.done.stopped",
};
const undone: Record<string, Key> = {
  moved_on: "series.undone.moved_on",
  own: "series.undone.own",
  ceiling: "series.undone.ceiling",
  over: "series.undone.over",
  no_owner: "series.undone.no_owner",
  other: "series.undone.other",
  changed: "series.undone.changed",
  words_changed: "composer.undone.words",
};

function flashIn(c: MemberContext): Pick<SeriesPageProps, "flash"> {
  const bad = named(undone, c.req.query("not"));
  return bad ? { flash: { kind: "warn", text: c.var.t(bad) } } : flashOf(c, done);
}

function back(c: MemberContext, series: Series, how: { done: string } | { not: string }): Response {
  return c.redirect(`${mailingsHref(c)}/series/${series.id}?${new URLSearchParams(how)}`, 303);
}

/** Whoever sends for the group, or confirmed it, may halt it and let it go on. */
async function seriesToMove(c: MemberContext): Promise<Series> {
  const series = await seriesIn(c);
  const { role, account } = c.var;
  if (!can(role, "mailings.send") && series.ownerNo !== account.no) throw new AppError("forbidden");
  return series;
}

seriesRoutes.post(`${ONE}/pause`, memberCan("mailings.edit"), async (c) => {
  const series = await seriesToMove(c);
  const isDone = await pauseSeries(c.var.ctx, c.var.group, series, c.var.account.no);
  return back(c, series, isDone ? { done: "paused" } : { not: "moved_on" });
});

seriesRoutes.post(`${ONE}/resume`, memberCan("mailings.edit"), async (c) => {
  const series = await seriesToMove(c);
  // What somebody halted whom they answer to is not theirs to let go on.
  if (series.note === "other" && !can(c.var.role, "mailings.send")) return back(c, series, { not: "other" });
  const result = await resumeSeries(c.var.ctx, c.var.group, series, c.var.account.no);
  if (result === "resumed") return back(c, series, { done: "resumed" });
  return back(c, series, { not: result === "not_paused" ? "moved_on" : result });
});

seriesRoutes.post(`${ONE}/stop`, memberCan("mailings.edit"), async (c) => {
  const series = await seriesToMove(c);
  const isDone = await stopSeries(c.var.ctx, c.var.group, series, c.var.account.no);
  return back(c, series, isDone ? { done: "stopped" } : { not: "moved_on" });
});

seriesRoutes.post(`${ONE}/approval`, memberCan("mailings.send"), async (c) => {
  const series = await seriesIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const seen = single(values, "fingerprint");
  const agreed = await agreeToSeries(c.var.ctx, c.var.group, series, c.var.account.no, seen);
  switch (agreed.is) {
    case "agreed":
      return back(c, series, { done: "approved" });
    case "over_ceiling":
      return back(c, series, { not: "ceiling" });
    case "not_waiting":
      return back(c, series, { not: "moved_on" });
    default:
      return back(c, series, { not: agreed.is });
  }
});

seriesRoutes.post(`${ONE}/copies`, memberCan("mailings.edit"), async (c) => {
  const { ctx, t, group, account } = c.var;
  const series = await seriesIn(c);
  const title = t("series.verbs.copyTitle", { name: await seriesName(c, series) });
  const copy = await changeSeries(ctx, group, series, { by: account.no, title });
  if (!copy) throw new AppError("not_found");
  return c.redirect(hrefOf(c, copy), 303);
});

/** What a series copies is nobody's to change: whoever comes to it is at its series. */
for (const page of ["", "/target", "/review"])
  seriesRoutes.get(`${MAILING_PATH}${page}`, memberCan("mailings.view"), async (c, next) => {
    const series = await ofPattern(c);
    return series ? c.redirect(`${mailingsHref(c)}/series/${series.id}`, 303) : next();
  });

async function ofPattern(c: MemberContext): Promise<Series | null> {
  const id = parseId<MailingId>(c.req.param("mailing") ?? "");
  const mailing: Mailing | null = id && (await mailingById(shardOf(c), id));
  return mailing?.status === "draft" ? store.selectByMailing(shardOf(c), mailing.no) : null;
}
