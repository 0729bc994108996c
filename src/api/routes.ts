import { Hono } from "hono";
import type { Kind } from "../actions/types";
import { AppError } from "../platform/errors";
import { actionsRoutes } from "./actions-routes";
import { changesRoutes } from "./changes-routes";
import { entryRoutes, metadataRoutes } from "./entry";
import { blindRoutes } from "./helpers-blind";
import { listRoutes } from "./lists";
import { messageRoutes } from "./messages";
import { participationRoutes } from "./participations-routes";
import { peopleRoutes } from "./people-routes";
import { ApiError } from "./problem";
import { tagRoutes } from "./tags";
import { API_PATH, type ApiContext, type ApiEnv, withApi, withKey } from "./web";
import { wrapperRoutes } from "./wrappers";

/** What the API must tell those above it of. */
export type ApiDeps = {
  kinds: readonly Kind[];
  noteFailure(ctx: ApiContext["var"]["ctx"], event: string, error: unknown): void;
};

/** `/api/v2`: Action Network's API v2 (OSDI over HAL), for clients that were written for it. A trailing slash changes nothing. */
export function apiRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const api = new Hono<ApiEnv>({ strict: false }).basePath(API_PATH);
  api.use(withApi);
  // Whoever has no key sees where everything is; clients tell a good key by what it adds.
  api.route("/", entryRoutes);
  api.route("/", blindRoutes(deps.kinds));
  api.use(withKey);
  api.route("/", actionsRoutes(deps.kinds));
  api.route("/", participationRoutes(deps.kinds));
  api.route("/", peopleRoutes);
  api.route("/", tagRoutes);
  api.route("/", listRoutes);
  api.route("/", metadataRoutes);
  api.route("/", changesRoutes);
  api.route("/", messageRoutes);
  api.route("/", wrapperRoutes);
  api.notFound((c) => {
    const allowed = methodsAt(api, c.req.path);
    if (allowed.length === 0)
      return problem(c, new ApiError(404, `There is nothing at ${c.req.path.slice(0, 200)}`));
    c.header("Allow", allowed.join(", "));
    return problem(
      c,
      new ApiError(405, `${c.req.method} is not possible here; possible: ${allowed.join(", ")}`),
    );
  });
  api.onError((error, c) => {
    const known = error instanceof ApiError ? error : fromApp(error);
    if (known) return problem(c, known);
    c.var.ctx.log.error("api.failed", error, { route: c.req.routePath });
    deps.noteFailure(c.var.ctx, "api.failed", error);
    // Clients try again what is unavailable; whatever was half done is done by the repetition.
    return problem(c, new ApiError(503, "Something went wrong on our side, please try again", 5));
  });
  return api;
}

/** What may be done at a path, by the routes there are. */
function methodsAt(api: Hono<ApiEnv>, path: string): string[] {
  return ["GET", "POST", "PUT", "DELETE"].filter((method) =>
    api.router.match(method, path)[0].some(([[, route]]) => route.method === method),
  );
}

function fromApp(error: Error): ApiError | null {
  if (!(error instanceof AppError) || error.status === 500) return null;
  const status = ([403, 404, 405, 410, 413, 415, 429, 503] as const).find((known) => known === error.status);
  return new ApiError(status ?? 400, error.message, error.retryAfterSeconds);
}

function problem(c: ApiContext, error: ApiError): Response {
  if (error.retryAfterSeconds !== undefined) c.header("Retry-After", String(error.retryAfterSeconds));
  return c.json({ error: error.message.replace(/\s+/g, " ") }, error.status);
}
