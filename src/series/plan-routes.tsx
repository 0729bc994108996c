import { Hono } from "hono";
import { askedWords } from "../composer/audience-words";
import { isOpen } from "../composer/parts";
import {
  hrefOf,
  MAILING_PATH,
  type MemberContext,
  mailingIn,
  mailingsHref,
  nameOf,
  pageOf,
  shardOf,
} from "../composer/web";
import { estimateAudience } from "../delivery/delivery";
import { type MemberEnv, memberCan } from "../groups/web";
import { mailingByNo } from "../mailings/mailing";
import type { Mailing } from "../mailings/types";
import { readForm } from "../platform/forms";
import { formatNumber } from "../ui/format";
import {
  type PlanProblems,
  type PlanValues,
  readPlan,
  typedPlan,
  usualValues,
  valuesOfPlan,
} from "./plan-form";
import { PlanPage } from "./plan-views";
import { type ConfirmResult, changedFrom, confirmSeries } from "./series";
import * as store from "./store";
import { RECIPIENTS_MAX, RUNS_MAX } from "./types";

const FORM_BYTES_MAX = 16 * 1024;

/** How a mailing is made a series. */
export const planRoutes = new Hono<MemberEnv>();

planRoutes.get(`${MAILING_PATH}/repeat`, memberCan("mailings.edit"), async (c) => {
  const mailing = await mailingIn(c);
  if (!isOpen(mailing)) return c.redirect(hrefOf(c, mailing, "progress"), 303);
  return c.html(<PlanPage {...(await planning(c, mailing, {}))} />);
});

type State = { typed?: PlanValues; problems?: PlanProblems; refusal?: string };

async function planning(c: MemberContext, mailing: Mailing, { typed, problems = {}, refusal }: State) {
  const { ctx, t, locale, group } = c.var;
  const { target, settings } = mailing;
  const [page, audience, before] = await Promise.all([
    pageOf(c),
    askedWords(c, mailing),
    changedFrom(shardOf(c), mailing),
  ]);
  const estimate =
    target && (await estimateAudience(ctx, group, target, settings, { mailingNo: mailing.no }));
  const pattern = before && (await mailingByNo(shardOf(c), before.mailingNo));
  const recipients = estimate?.recipients ?? 0;
  const values = before
    ? valuesOfPlan(before.plan, before.recipientsMax, ctx.now)
    : usualValues(ctx.now, group.timeZone, recipients);
  const { approvalFrom } = group.settings.mail;
  const max = { runsMax: RUNS_MAX, recipientsMax: RECIPIENTS_MAX } as const;
  return {
    ...{ ...page, mailing, audience, estimate, href: hrefOf(c, mailing), values: typed ?? values },
    errors: Object.fromEntries(
      Object.entries(problems).map(([name, key]) => [
        name,
        t(key, { max: formatNumber(name === "runsMax" ? max.runsMax : max.recipientsMax, locale) }),
      ]),
    ),
    approvalFrom: approvalFrom > 0 ? approvalFrom : null,
    changing: pattern && nameOf(t, pattern),
    refusal: refusal ?? null,
  };
}

planRoutes.post(`${MAILING_PATH}/repeat`, memberCan("mailings.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  const mailing = await mailingIn(c);
  if (!isOpen(mailing)) return c.redirect(hrefOf(c, mailing, "progress"), 303);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const typed = typedPlan(values);
  const read = readPlan(typed, ctx.now);
  if (read.problems !== null)
    return c.html(<PlanPage {...(await planning(c, mailing, { typed, problems: read.problems }))} />, 422);
  const { plan, recipientsMax } = read;
  const result = await confirmSeries(ctx, group, mailing, { plan, recipientsMax, by: account.no });
  if (result.is === "confirmed" || result.is === "needs_approval") {
    const done = result.is === "confirmed" ? "confirmed" : "asked";
    return c.redirect(`${mailingsHref(c)}/series/${result.series.id}?done=${done}`, 303);
  }
  // Pressed twice.
  const made = await store.selectByMailing(shardOf(c), mailing.no);
  if (made) return c.redirect(`${mailingsHref(c)}/series/${made.id}`, 303);
  return c.html(
    <PlanPage {...(await planning(c, mailing, { typed, refusal: refusalWords(c, result) }))} />,
    422,
  );
});

type Refused = Exclude<ConfirmResult, { is: "confirmed" | "needs_approval" }>;

function refusalWords({ var: { t, locale } }: MemberContext, refused: Refused): string {
  if (refused.is === "problem") return t(`series.problem.${refused.problem}`);
  if (refused.ceiling === 0) return t("series.problem.ceilingNone");
  return t("series.problem.ceiling", { number: formatNumber(refused.ceiling, locale) });
}
