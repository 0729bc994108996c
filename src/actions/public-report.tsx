import { Hono } from "hono";
import { type FormValues, readForm, single } from "../platform/forms";
import { networkOf } from "../platform/http";
import { takeFromLimits } from "../platform/limits";
import { actionPath } from "./action-path";
import { FORM_BYTES_MAX } from "./public-answer";
import { type Found, findAction } from "./public-found";
import { ReportPage } from "./public-notices";
import {
  jsonError,
  notice,
  type PublicContext,
  type PublicEnv,
  type PublicPagesDeps,
  privatePage,
  refuse,
  refuseForeignOrigin,
  wantsJson,
} from "./public-web";
import { readReport } from "./report";
import type { FormState } from "./types";

const HOUR_MS = 3_600_000;
/** Reports one connection may send; a household or an office shares one. */
const REPORT_LIMITS = [
  { max: 5, windowMs: HOUR_MS },
  { max: 20, windowMs: 24 * HOUR_MS },
];

/** `/:kind/:slug/report`: telling the operators that a page should not be there. */
export function reportPages(deps: PublicPagesDeps): Hono<PublicEnv> {
  return new Hono<PublicEnv>()
    .get("/:kind/:slug/report", (c, next) => (isKind(c, deps) ? showReport(c, deps) : next()))
    .post("/:kind/:slug/report", (c, next) => (isKind(c, deps) ? takeReport(c, deps) : next()));
}

/** Features above have reports of their own, of what is no action. */
function isKind(c: PublicContext, { kinds }: PublicPagesDeps): boolean {
  return kinds.some(({ path }) => path === c.req.param("kind"));
}

async function showReport(c: PublicContext, deps: PublicPagesDeps): Promise<Response> {
  const found = await findAction(c, deps, "/report");
  return found instanceof Response ? found : reportForm(c, found, { values: {}, errors: {} }, 200);
}

function reportForm(
  c: PublicContext,
  { kind, snapshot }: Found,
  form: FormState,
  status: number,
): Promise<Response> {
  const { ctx, group, t, locale } = c.var;
  const subject = { title: snapshot.action.title, path: actionPath(kind, snapshot.action.slug) };
  const page = (
    <ReportPage {...{ t, locale, group, subject, form }} platformOrigin={ctx.config.PLATFORM_ORIGIN} />
  );
  return privatePage(group, page, { status });
}

async function takeReport(c: PublicContext, deps: PublicPagesDeps): Promise<Response> {
  refuseForeignOrigin(c.req.raw);
  const found = await findAction(c, deps, "/report");
  if (found instanceof Response) return found;
  const { ctx, group, t, origin } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const read = readReport(t, values);
  if (read.is === "invalid") return showErrors(c, found, values, read.errors);
  const path = actionPath(found.kind, found.snapshot.action.slug);
  // A machine is thanked like anyone else, and nothing is filed.
  if (single(values, "website") !== "") return thanks(c, path);
  const limit = await takeFromLimits(ctx.env, "abuse-report", networkOf(c.req.raw), REPORT_LIMITS);
  if (!limit.allowed) {
    return refuse(
      c,
      "too_many",
      { title: t("public.refused.title"), text: t("public.refused.text") },
      limit.retryAfterSeconds,
    );
  }
  const { reason, detail } = read;
  const actionId = found.snapshot.action.id;
  await deps.fileAbuseReport(ctx, { groupNo: group.no, actionId, url: `${origin}${path}`, reason, detail });
  return thanks(c, path);
}

function showErrors(
  c: PublicContext,
  found: Found,
  values: FormValues,
  errors: Record<string, string>,
): Promise<Response> | Response {
  const { ctx, t } = c.var;
  if (wantsJson(c.req.raw)) return jsonError(ctx, "invalid", t("common.form.refused"), { fields: errors });
  return reportForm(c, found, { values, errors }, 422);
}

/** Said on the spot and not after a redirect: there is nothing here that sending again would harm. */
function thanks(c: PublicContext, path: string): Promise<Response> {
  const { t } = c.var;
  const next = { href: path, words: t("public.report.back") };
  return notice(c, { title: t("public.report.thanks"), text: t("public.report.read"), next });
}
