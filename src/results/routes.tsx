import { Hono } from "hono";
import { breakdownOf, lastReport, listBreakdowns, type Report, reportOf } from "../breakdowns/breakdown";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { hasLeft } from "../mailings/mailing";
import { listMailingTags } from "../mailings/tag";
import { MAILING_TAG_MAX, type Mailing } from "../mailings/types";
import { AppError } from "../platform/errors";
import { groupOrigin } from "../platform/http";
import { comparisonOf } from "./comparison";
import { resultsCsv, summariesCsv } from "./csv";
import { mediansBefore, peopleBy, sentMail, summariesOf } from "./lists";
import { ampSource, mapHeaders, mapOf } from "./map";
import { healthOf, inOrder, orders, spans, totalsOf, USUAL_SPAN } from "./numbers";
import { NumbersPage } from "./numbers-views";
import { OutcomePage } from "./people-views";
import { resultsOf } from "./result";
import { selectLinks } from "./store";
import { selectBuilds, selectComments } from "./store-lists";
import { tagRoutes } from "./tag-routes";
import { outcomes } from "./types";
import { ResultsPage } from "./views";
import { MAILINGS_PATH, type MemberContext, mailingIn, pageOf, RESULTS_PATH } from "./web";

const COMMENTS_SHOWN = 20;

/** What became of mailings: of one, and of all of them beside each other. */
export const resultRoutes = new Hono<MemberEnv>();

resultRoutes.route("/", tagRoutes);

resultRoutes.get(`${MAILINGS_PATH}/numbers`, memberCan("mailings.view"), async (c) => {
  const { group } = c.var;
  const span = spanIn(c);
  const order = orders.find((each) => each === c.req.query("sort")) ?? "sentAt";
  const isRising = c.req.query("rising") === "yes";
  const [page, summaries, tags] = await Promise.all([
    pageOf(c),
    summariesIn(c),
    listMailingTags(dbFor(c.var.ctx.env, group)),
  ]);
  return c.html(
    <NumbersPage
      {...page}
      {...{ span, order, isRising, tag: tagIn(c) }}
      hiddenTags={tags.flatMap(({ tag, hiddenAt }) => (hiddenAt === null ? [] : [tag]))}
      summaries={inOrder(summaries, order, isRising)}
      totals={totalsOf(summaries)}
      health={healthOf(summaries, group.timeZone)}
    />,
  );
});

resultRoutes.get(`${MAILINGS_PATH}/numbers.csv`, memberCan("mailings.view"), async (c) => {
  const { group, t } = c.var;
  return csvFile(c, summariesCsv(t, await summariesIn(c)), `${group.slug}-mailings.csv`);
});

resultRoutes.get(RESULTS_PATH, memberCan("mailings.view"), async (c) => {
  const mailing = await mailingIn(c);
  const page = await pageOf(c);
  return c.html(<ResultsPage {...page} {...(await shownIn(c, mailing, page.seesPeople))} />);
});

resultRoutes.get(
  `${RESULTS_PATH.replace("/results", "")}/results.csv`,
  memberCan("mailings.view"),
  async (c) => {
    const { ctx, group, t } = c.var;
    const mailing = await mailingIn(c);
    const results = hasLeft(mailing) ? await resultsOf(ctx, group, mailing) : null;
    if (!results) throw new AppError("not_found");
    const db = dbFor(ctx.env, group);
    const [links, { byPart, isOfSample }, shown] = await Promise.all([
      selectLinks(db, mailing.no),
      comparisonOf(db, mailing, results.tally, ctx.now),
      breakdownOf(db, mailing),
    ]);
    const seesPeople = can(c.var.role, "people.view");
    const last = shown && (await lastReport(ctx, group, mailing, shown, { seesPeople }));
    const breakdown = last?.withheld ? null : last;
    const file = resultsCsv(t, results.tally, links, { compared: byPart, isOfSample, breakdown });
    return csvFile(c, file, `${group.slug}-mailing-${mailing.no}.csv`);
  },
);

resultRoutes.get(`${RESULTS_PATH}/map`, memberCan("mailings.view"), async (c) => {
  const { ctx, group, t } = c.var;
  const mailing = await mailingIn(c);
  const which = { variantNo: Number(c.req.query("variant")), language: c.req.query("language") ?? "" };
  const mail = Number.isInteger(which.variantNo) ? await sentMail(ctx, group, mailing, which) : null;
  if (!mail) throw new AppError("not_found");
  if (c.req.query("part") === "amp") return c.text(ampSource(mail.amp ?? "", mail.links));
  const results = await resultsOf(ctx, group, mailing);
  const people = new Map(results?.tally.links.map(([[no], [count = 0]]) => [no, count]));
  const html = await mapOf(mail.html, ({ no }) =>
    no === null ? null : t("results.links.badge", { number: no, count: people.get(no) ?? 0 }),
  );
  return c.body(html, 200, mapHeaders(groupOrigin(ctx.config, group.slug)));
});

resultRoutes.get(`${RESULTS_PATH}/people/:outcome`, memberCan("people.view"), async (c) => {
  const { ctx, group } = c.var;
  const mailing = await mailingIn(c);
  const outcome = outcomes.find((each) => each === c.req.param("outcome"));
  if (!outcome || outcome === "acted") throw new AppError("not_found");
  const after = Math.max(0, Math.trunc(Number(c.req.query("after")) || 0));
  const [page, found] = await Promise.all([pageOf(c), peopleBy(ctx, group, mailing, outcome, after)]);
  return c.html(
    <OutcomePage
      {...page}
      {...found}
      {...{ mailing, outcome }}
      href={hrefOf(c, mailing)}
      isFirstPage={after === 0}
    />,
  );
});

function hrefOf(c: MemberContext, mailing: Pick<Mailing, "id">): string {
  return `/groups/${c.var.group.slug}/mailings/${mailing.id}/results`;
}

async function shownIn(c: MemberContext, mailing: Mailing, seesPeople: boolean) {
  const { ctx, group } = c.var;
  const db = dbFor(ctx.env, group);
  const isAgain = c.req.query("again") === "yes";
  const results = hasLeft(mailing) ? await resultsOf(ctx, group, mailing, { isAgain }) : null;
  const [medians, builds, links, comments] = await Promise.all([
    mediansBefore(ctx, group, mailing.sentAt ?? ctx.now),
    selectBuilds(db, mailing.no),
    selectLinks(db, mailing.no),
    seesPeople ? selectComments(db, mailing.no, COMMENTS_SHOWN) : [],
  ]);
  const [breakdowns, breakdown] = await Promise.all([
    listBreakdowns(db),
    results ? breakdownIn(c, mailing) : null,
  ]);
  const compared = results
    ? await comparisonOf(db, mailing, results.tally, ctx.now)
    : { variants: [], comparisons: [], byPart: [], combinations: new Map(), isOfSample: false };
  const asked = builds.find(
    ({ variantNo, language }) =>
      variantNo === Number(c.req.query("variant")) && language === c.req.query("language"),
  );
  return {
    ...{ mailing, href: hrefOf(c, mailing), hasLeft: hasLeft(mailing), results, medians, ...compared },
    ...{ builds, links, comments, shown: asked ?? builds[0], breakdowns, breakdown },
  };
}

/** Its people told apart, where a breakdown is shown. */
async function breakdownIn(c: MemberContext, mailing: Mailing): Promise<Report | null> {
  const { ctx, group } = c.var;
  const shown = await breakdownOf(dbFor(ctx.env, group), mailing);
  const isAgain = c.req.query("breakdown") === "again";
  const seesPeople = can(c.var.role, "people.view");
  return shown && reportOf(ctx, group, mailing, shown, { isAgain, seesPeople });
}

function spanIn(c: MemberContext) {
  return spans.find((each) => each === c.req.query("days")) ?? USUAL_SPAN;
}

/** The tag that the numbers are narrowed to; "" for none. */
function tagIn(c: MemberContext): string {
  return (c.req.query("tag") ?? "").slice(0, MAILING_TAG_MAX);
}

async function summariesIn(c: MemberContext) {
  const span = spanIn(c);
  const tag = tagIn(c);
  const all = await summariesOf(c.var.ctx, c.var.group, span === "all" ? null : Number(span));
  return tag === "" ? all : all.filter(({ tags }) => tags.includes(tag));
}

function csvFile(c: MemberContext, text: string, name: string): Response {
  return c.body(text, 200, {
    "Content-Type": "text/csv; charset=utf-8",
    "Content-Disposition": `attachment; filename="${name}"`,
  });
}
