import { Hono } from "hono";
import { type MemberEnv, memberCan } from "../groups/web";
import { listWorks } from "../people/work";
import { readForm, single } from "../platform/forms";
import type { FieldErrors } from "../ui/form";
import { SUNSET_WORK, saveSunset, sunsetOf, sunsetRuns } from "./sunset";
import { SunsetPage } from "./sunset-views";
import { GRACE_DAYS_MAX, GRACE_DAYS_MIN, MONTHS_MAX, MONTHS_MIN } from "./types";
import { BYTES_MAX, type C, flashOf, pageOf, shardOf } from "./web";

const PATH = "/groups/:group/mailings/silence";

/** How a group parts from those who no longer read. */
export const sunsetRoutes = new Hono<MemberEnv>();

sunsetRoutes.get(PATH, memberCan("settings.edit"), (c) => page(c, {}));

sunsetRoutes.post(PATH, memberCan("settings.edit"), async (c) => {
  const { ctx, t, group, account } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const typed = { months: single(values, "months").trim(), graceDays: single(values, "graceDays").trim() };
  const months = within(typed.months, MONTHS_MIN, MONTHS_MAX);
  const graceDays = within(typed.graceDays, GRACE_DAYS_MIN, GRACE_DAYS_MAX);
  const errors: FieldErrors = {};
  if (months === null) errors.months = t("inbound.silence.wrong", { min: MONTHS_MIN, max: MONTHS_MAX });
  if (graceDays === null)
    errors.graceDays = t("inbound.silence.wrong", { min: GRACE_DAYS_MIN, max: GRACE_DAYS_MAX });
  const mode = single(values, "mode");
  if (months === null || graceDays === null) return page(c, { typed: { ...typed, mode }, errors });
  const rule = { months, graceDays, isOn: mode === "try" || mode === "on", isDryRun: mode !== "on" };
  await saveSunset(ctx, group, rule, account.no);
  return c.redirect(`/groups/${group.slug}/mailings/silence?done=saved`, 303);
});

type Shown = { typed?: { months: string; graceDays: string; mode: string }; errors?: FieldErrors };

async function page(c: C, { typed, errors = {} }: Shown): Promise<Response> {
  const db = shardOf(c);
  const [base, rule, runs, works] = await Promise.all([
    pageOf(c),
    sunsetOf(db),
    sunsetRuns(db),
    listWorks(db, [SUNSET_WORK]),
  ]);
  const ruleMode = rule.isDryRun ? "try" : "on";
  const shown = typed ?? {
    ...{ months: String(rule.months), graceDays: String(rule.graceDays) },
    mode: rule.isOn ? ruleMode : "off",
  };
  const html = (
    <SunsetPage
      {...base}
      {...{ rule, runs, works, shown, errors }}
      {...flashOf(c, { saved: ["good", "inbound.silence.saved"] })}
    />
  );
  return c.html(html, Object.keys(errors).length > 0 ? 422 : 200);
}

function within(text: string, min: number, max: number): number | null {
  const number = /^\d{1,4}$/.test(text) ? Number(text) : -1;
  return number >= min && number <= max ? number : null;
}
