import { Hono } from "hono";
import type { WebEnv } from "../accounts/web";
import { API_PATH } from "../api/web";
import { AppError } from "../platform/errors";
import { openApi } from "./openapi";
import { resourceOf } from "./resources";
import { ReferencePage, ResourcePage, StartPage } from "./views";

export const OPENAPI_PATH = `${API_PATH}/openapi.json`;
const HOUR_S = 3_600;

/** The reference of the API, open to anybody: a page for each resource, and all of it to try out. */
export const referenceRoutes = new Hono<WebEnv>();

referenceRoutes.get(OPENAPI_PATH, (c) => {
  c.header("Cache-Control", `public, max-age=${HOUR_S}`);
  c.header("Access-Control-Allow-Origin", "*");
  return c.json(openApi(c.var.ctx.config.PLATFORM_ORIGIN));
});

// The entry point of the API says it with the slash.
referenceRoutes.on("GET", ["/docs", "/docs/"], (c) => c.redirect("/docs/v2", 301));

referenceRoutes.get("/docs/api", (c) => {
  const { t, locale } = c.var;
  return c.html(<ReferencePage {...{ t, locale }} description={OPENAPI_PATH} />);
});

referenceRoutes.get("/docs/v2", (c) => {
  const { t, locale, ctx } = c.var;
  const base = ctx.config.PLATFORM_ORIGIN + API_PATH;
  return c.html(<StartPage {...{ t, locale, base }} />);
});

/** Where the curies of every document lead: the page of a relation. */
referenceRoutes.get("/docs/v2/:rel", (c) => {
  const { t, locale } = c.var;
  const resource = resourceOf(c.req.param("rel"));
  if (!resource) throw new AppError("not_found");
  return c.html(<ResourcePage {...{ t, locale, resource }} />);
});
