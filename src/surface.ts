import { createMiddleware } from "hono/factory";
import type { WebEnv } from "./accounts/web";
import { createContext } from "./platform/context";
import { AppError } from "./platform/errors";

/** Gives every handler its context, and the request its id: the platform's own where there is one. */
export const withContext = createMiddleware<WebEnv>(async (c, next) => {
  const requestId = c.req.header("CF-Ray") ?? crypto.randomUUID();
  c.set(
    "ctx",
    createContext(c.env, requestId, (work) => c.executionCtx.waitUntil(work)),
  );
  await next();
  c.header("X-Request-Id", requestId);
});

/** What a browser may do on the platform host. Previews of group pages are framed; nobody may frame us. */
export const organiserHeaders = createMiddleware<WebEnv>(async (c, next) => {
  await next();
  const { config } = c.var.ctx;
  const { platform } = config;
  const groupPages = `${platform.protocol}//*.${config.ROOT_DOMAIN}${platform.port ? `:${platform.port}` : ""}`;
  const headers: Record<string, string> = {
    "Content-Security-Policy": [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      `img-src 'self' data: ${groupPages}`,
      "connect-src 'self'",
      `frame-src 'self' ${groupPages}`,
      "form-action 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join("; "),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
  };
  for (const [name, value] of Object.entries(headers)) if (!c.res.headers.has(name)) c.header(name, value);
  if (platform.protocol === "https:")
    c.header("Strict-Transport-Security", "max-age=63072000; includeSubDomains");
});

/**
 * Refuses a change that another site asks for in a signed-in person's name (OWASP: verify origin). Browsers send Origin
 * with every POST; a client that sends none carries no cookie by itself. Fails closed on a foreign or opaque origin.
 */
export const sameOrigin = createMiddleware<WebEnv>(async (c, next) => {
  const isReading = c.req.method === "GET" || c.req.method === "HEAD" || c.req.method === "OPTIONS";
  const origin = c.req.header("Origin");
  const site = c.req.header("Sec-Fetch-Site");
  if (
    !isReading &&
    ((origin !== undefined && origin !== c.var.ctx.config.PLATFORM_ORIGIN) || site === "cross-site")
  ) {
    throw new AppError("forbidden", "foreign_origin");
  }
  await next();
});
