import { Hono, type Context as HonoContext } from "hono";
import { accountRoutes } from "./accounts/routes";
import { type WebEnv, withAccount } from "./accounts/web";
import { publicPages, servePublicFast } from "./actions/public";
import { actionRoutes } from "./actions/routes";
import { renameTagInActions } from "./actions/tagged";
import { oembedRoutes } from "./api/oembed";
import { apiRoutes } from "./api/routes";
import { API_PATH } from "./api/web";
import { audienceRoutes } from "./audiences/routes";
import { breakdownRoutes } from "./breakdowns/routes";
import { composerRoutes } from "./composer/routes";
import { feedPages } from "./connections/feeds";
import { hookRoutes } from "./connections/hook-routes";
import { connectionRoutes } from "./connections/routes";
import { dashboardRoutes } from "./dashboard/routes";
import { embedPages } from "./embeds/public";
import { embedRoutes } from "./embeds/routes";
import { configOf, type Env } from "./env";
import { ErrorPage } from "./error-page";
import { exportRoutes } from "./exports/routes";
import { groupRoutes } from "./groups/routes";
import { importRoutes } from "./imports/routes";
import { inboundRoutes } from "./inbound/routes";
import { homeOf } from "./intake/home";
import { intakeTarget, takeAction } from "./intake/participation";
import { keyRoutes } from "./keys/routes";
import { kindByName, kinds } from "./kinds";
import { officialRoutes } from "./officials/routes";
import { fileAbuseReport } from "./operations/abuse-report";
import { noteFailure } from "./operations/operation";
import { devMailRoutes, operationsRoutes } from "./operations/routes";
import { paperRoutes } from "./paper/routes";
import { testBankRoutes } from "./payments/dev-routes";
import { paymentRoutes } from "./payments/routes";
import { tagAndFieldRoutes } from "./people/routes";
import { createContext } from "./platform/context";
import { AppError } from "./platform/errors";
import { hostnameOf } from "./platform/http";
import { newId } from "./platform/ids";
import { privacyPages } from "./privacy/public";
import { privacyRoutes } from "./privacy/routes";
import { addressPages } from "./profiles/public";
import { profileRoutes } from "./profiles/routes";
import { OPENAPI_PATH, referenceRoutes } from "./reference/routes";
import { reportRoutes } from "./reports/routes";
import { reportPages } from "./results/public";
import { resultRoutes } from "./results/routes";
import { senderRoutes } from "./senders/routes";
import { seriesRoutes } from "./series/routes";
import { statisticRoutes } from "./statistics/routes";
import { noteView } from "./statistics/view";
import { topicRoutes } from "./subscriptions/topic-routes";
import { organiserHeaders, sameOrigin, withContext } from "./surface";
import { mailPages } from "./tracking/public";
import { localeFrom, translator } from "./ui/i18n";
import { webhookRoutes } from "./webhooks/routes";

/** What organisers and operators use, on the platform host. */
export const platformApp = new Hono<WebEnv>();

platformApp.get("/health", (c) => c.json({ ok: true }));
platformApp.use(withContext, organiserHeaders, sameOrigin, withAccount);
platformApp.route("/", accountRoutes);
platformApp.route("/", groupRoutes);
platformApp.route("/", keyRoutes);
platformApp.route("/", webhookRoutes);
platformApp.route("/", connectionRoutes(kinds));
platformApp.route("/", hookRoutes(kinds));
platformApp.route("/", actionRoutes(kinds));
// Before the pages of one mailing, whose addresses would take these.
platformApp.route("/", topicRoutes);
platformApp.route("/", officialRoutes);
platformApp.route("/", embedRoutes(kinds));
platformApp.route("/", statisticRoutes(kinds));
platformApp.route("/", paperRoutes(kinds));
platformApp.route(
  "/",
  tagAndFieldRoutes({ renameInActions: renameTagInActions, pathOf: (kind) => kindByName(kind)?.path }),
);
platformApp.route("/", exportRoutes(kinds));
platformApp.route("/", referenceRoutes);
platformApp.route("/", oembedRoutes);
platformApp.route("/", reportRoutes());
platformApp.route("/", profileRoutes);
platformApp.route("/", privacyRoutes(kinds));
platformApp.route("/", audienceRoutes);
platformApp.route("/", senderRoutes);
platformApp.route("/", breakdownRoutes);
platformApp.route("/", resultRoutes);
// Before the pages of one mailing: what a series copies is at the series.
platformApp.route("/", seriesRoutes);
platformApp.route("/", composerRoutes);
platformApp.route("/", dashboardRoutes(kinds));
platformApp.route("/", paymentRoutes);
platformApp.route("/", inboundRoutes);
platformApp.route("/", importRoutes);
platformApp.route("/", operationsRoutes);
platformApp.route("/", devMailRoutes);
platformApp.route("/", testBankRoutes);
platformApp.notFound((c) => answerError(new AppError("not_found"), c));
platformApp.onError((error, c) => answerError(error, c));

/** What API clients use, on the platform host: no cookies, no pages, and browsers of other sites may post. */
export const apiApp = apiRoutes({ kinds, noteFailure });

/** What supporters see, on a group's own hosts. */
export const groupApp = publicPages({
  kinds,
  takeAction: (ctx, snapshot, kind, participation, request) =>
    takeAction(ctx, intakeTarget(snapshot, kind), participation, placeOf(request)),
  askCount: (ctx, snapshot, kind) => homeOf(ctx.env, intakeTarget(snapshot, kind)).summary(),
  fileAbuseReport,
  noteFailure,
  pages: [feedPages, privacyPages, addressPages, embedPages, reportPages, mailPages],
});

/** One request: a page from memory if there is one, else the surface its host belongs to. */
export async function handle(request: Request, env: Env, executionCtx: ExecutionContext): Promise<Response> {
  const isPlatform = () => hostnameOf(request) === configOf(env).platform.hostname;
  const kept = servePublicFast(request);
  if (!kept && isPlatform()) {
    const surface = isForApi(request) ? apiApp : platformApp;
    return surface.fetch(request, env, executionCtx);
  }
  const response = kept ?? (await groupApp.fetch(request, env, executionCtx));
  noteView(request, response, env, executionCtx, kinds);
  return response;
}

function isForApi(request: Request): boolean {
  const { pathname } = new URL(request.url);
  return pathname !== OPENAPI_PATH && (pathname === API_PATH || pathname.startsWith(`${API_PATH}/`));
}

/** Where the platform thinks a visitor is; nothing in a request without `cf`. */
function placeOf(request: Request) {
  const cf = request.cf;
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  return { continent: text(cf?.continent), country: text(cf?.country), longitude: text(cf?.longitude) };
}

function answerError(error: Error, c: HonoContext<WebEnv>): Response | Promise<Response> {
  const known = error instanceof AppError ? error : new AppError("internal", "internal", { cause: error });
  const ctx = c.var.ctx ?? createContext(c.env, newId(), () => undefined);
  if (known.status >= 500) {
    ctx.log.error("request.failed", known.cause ?? known, { route: c.req.routePath });
    noteFailure(ctx, "request.failed", known.cause ?? known);
  }
  if (known.retryAfterSeconds !== undefined) c.header("Retry-After", String(known.retryAfterSeconds));
  c.header("Cache-Control", "private, no-store");
  c.status(known.status);
  const accept = c.req.header("Accept") ?? "";
  if (accept.includes("application/json") && !accept.includes("text/html")) {
    return c.json({ error: { code: known.code, message: known.message, requestId: ctx.requestId } });
  }
  const locale = c.var.locale ?? localeFrom(c.req.header("Accept-Language"));
  return c.html(
    <ErrorPage
      t={c.var.t ?? translator(locale)}
      locale={locale}
      code={known.code}
      requestId={ctx.requestId}
    />,
  );
}
